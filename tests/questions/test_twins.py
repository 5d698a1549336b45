"""Each question's Cypher on a real server and its twin on a store in a file give the same rows.

For the sample campaign and for random ones, on both versions of the server; also while another application keeps things
of the same labels and types in the same database, and whatever a parameter holds.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import neo4j
import pytest

from graphmap import schema
from graphmap.analysis.standing import NOT_JUDGED, UNIDENTIFIED
from graphmap.api import Workspace
from graphmap.campaign.sample import write_campaign
from graphmap.errors import StoreError
from graphmap.questions import Answer, Question, View, ask, fill, questions, run
from graphmap.questions.catalogue import REQUIRED
from graphmap.questions.parameters import have_none
from graphmap.store import Store, open_store
from graphmap.store.connection import plain
from tests.neo4j.fixtures import Servers, log_in_to
from tests.neo4j.server import Server
from tests.neo4j.ways import VERSIONS
from tests.questions.worlds import World

WORLDS = {"5.26": (0, 1, 8), "2025.10": (60, 9)}
"""Seeds of the random campaigns that each version is asked about: see ``test_the_worlds_hold_what_is_hard``."""

SET: dict[str, dict[str, object]] = {
    "paths/to-smelter": {"smelter": "CID900040"},
    "paths/neighbourhood": {"node": "CID900040", "steps": 2},
    "quality/what-changed": {"since": "2026-01-31"},
}
"""What the questions need that have no default."""

TYPES = {"text": str, "texts": list, "count": int, "number": float, "date": str, "yes or no": bool}

each = pytest.mark.parametrize("asked", questions(), ids=lambda one: one.name)


def same(asked: Question, twin: Answer, cypher: Answer) -> None:
    """Equal rows in equal order, of the types that the head gives; a difference is shown by row and column."""
    assert cypher.columns == [column.name for column in asked.columns]
    for number, (one, other) in enumerate(zip(twin.rows, cypher.rows, strict=False)):
        assert list(one) == list(other) == cypher.columns
        differing = {name: (one[name], other[name]) for name in one if one[name] != other[name]}
        assert not differing, f"{asked.name}, row {number} (twin, cypher)"
        for column in asked.columns:
            for value in (one[column.name], other[column.name]):
                assert (value is None and column.unknown) or type(value) is TYPES[column.type], column
    assert len(twin.rows) == len(cypher.rows), asked.name


def planned_once(asked: Question) -> Question:
    """The same question, which the server does not plan anew when it holds other data: that takes most of the time."""
    return dataclasses.replace(asked, cypher=f"CYPHER replan=skip {asked.cypher}")


def copy(work: Workspace, server: Server) -> None:
    """Make the server hold what a workspace holds, and nothing else."""
    server.empty()
    with open_store(server.url) as store:
        for batch in work.store.batches():
            store.replace(batch)


# ---- the sample campaign --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    folder = tmp_path_factory.mktemp("sample")
    with Workspace(folder / "chain.graphmap", policy="default", lens="us-1502", as_of=None) as work:
        work.load(*write_campaign(folder / "campaign"), jobs=0)
        yield work


@pytest.fixture(scope="module", params=VERSIONS)
def server(
    request: pytest.FixtureRequest, neo4j_servers: Servers, sample: Workspace, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """A server of each version in turn that holds the sample campaign."""
    found = neo4j_servers.of(request.param)
    with pytest.MonkeyPatch.context() as patch:
        log_in_to(found, patch)
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        copy(sample, found)
        yield found


@pytest.fixture(scope="module")
def loud(server: Server) -> Iterator[neo4j.Driver]:
    """A driver that hears what the server has to remark."""
    with neo4j.GraphDatabase.driver(server.url, auth=(server.username, server.password)) as driver:
        yield driver


def remarks(summary: neo4j.ResultSummary) -> list[str]:
    """What the server has to remark on a statement, save on labels, types and properties that nothing here has."""
    told = [one for one in summary.gql_status_objects if one.is_notification]
    return [str(one.status_description) for one in told if one.raw_classification != "UNRECOGNIZED"]


@each
def test_the_sample_campaign(asked: Question, sample: Workspace, loud: neo4j.Driver) -> None:
    """Also: the server has nothing to remark, such as that a form is deprecated or slow."""
    values = fill(asked, SET.get(asked.name, {}), sample)
    with loud.session(database="neo4j", default_access_mode="READ") as session:
        result = session.run(asked.cypher, values)
        rows = [dict(zip(result.keys(), map(plain, record.values()), strict=True)) for record in result]
        summary = result.consume()
    assert remarks(summary) == []
    same(asked, ask(asked, View(sample.case, sample.store), values), Answer(list(result.keys()), rows))


@each
def test_no_circle_holds_a_search_up(asked: Question, sample: Workspace, server: Server, loud: neo4j.Driver) -> None:
    """Searches are breadth first, in either dialect that the version knows.

    Where ways are followed one by one they are not: along links of which repeated ones and dead ends are taken out.
    """

    def searches(plan: Any) -> Iterator[tuple[str, str]]:
        if "VarLength" in plan["operatorType"]:
            yield plan["operatorType"], plan["args"]["Details"]
        for child in plan.get("children", ()):
            yield from searches(child)

    values = fill(asked, SET.get(asked.name, {}), sample)
    for dialect in ("CYPHER 5", "CYPHER 25")[: 1 + (not server.version.startswith("5."))]:
        with loud.session(database="neo4j") as session:
            summary = session.run(f"{dialect} EXPLAIN {asked.cypher}", values).consume()
        assert remarks(summary) == []
        for operator, details in searches(summary.plan):
            if not operator.startswith("VarLengthExpand(Pruning,BFS"):
                assert "n IN leading" in details
                assert "r IN links" in details


@each
def test_the_line_for_the_browser_means_the_parameters(asked: Question, sample: Workspace, server: Server) -> None:
    from graphmap.cli.ask import _literal

    values = fill(asked, SET.get(asked.name, {}), sample)
    (found,) = server.run(f"RETURN {_literal(values)} AS values")
    assert found["values"] == values


def test_only_reading_unless_told_otherwise(server: Server, sample: Workspace) -> None:
    with open_store(server.url) as store:
        assert run(store, "RETURN $a AS a, date('2026-06-30') AS day", {"a": [1]}).rows == [
            {"a": [1], "day": "2026-06-30"}
        ]
        with pytest.raises(StoreError):
            run(store, "CREATE (n:Scratch) RETURN n.x AS x", {})
        run(store, "CREATE (n:Scratch)", {}, write=True)
        assert run(store, "MATCH (n:Scratch) DELETE n RETURN count(n) AS n", {}, write=True).rows == [{"n": 1}]
    with pytest.raises(StoreError, match="Name a server"):
        run(sample.store, "RETURN 1", {})


def test_what_stands_in_a_parameter_is_never_cypher(server: Server, sample: Workspace) -> None:
    asked = next(one for one in questions() if one.name == "paths/to-smelter")
    values = fill(asked, {"smelter": "CID900040"}, sample)
    for hostile in ("' OR 1=1 //", "CID900040' RETURN s //", "\\", "${minerals}", "\u202e"):
        with open_store(server.url) as store:
            assert ask(asked, View(sample.case, store), values | {"smelter": hostile}).rows == []


AMONG_ALL = """
MATCH (n) WHERE n.id IN $ids
WITH n ORDER BY elementId(n)
WITH collect(n) AS found
UNWIND range(0, size(found) - 1) AS i
UNWIND [1, 7, 29] AS step
WITH found[i] AS a, found[(i + step) % size(found)] AS b
CREATE (a)-[e:TYPE]->(b) SET e = $said
"""
AMONG_OURS = """
MATCH (a)-[e:TYPE]->(b) WHERE e.source IS NOT NULL
WITH a, b LIMIT 50
WITH collect(a) AS tails, collect(b) AS heads
UNWIND range(0, size(tails) - 1) AS i
WITH tails[i] AS a, heads[(i * 7 + 3) % size(heads)] AS b
CREATE (a)-[e:TYPE]->(b) SET e = $said
"""


@pytest.fixture
def foreign(server: Server) -> Iterator[None]:
    """Things of another application: the same labels, types and ids, but no ``graphmap_key`` and no ``source``."""
    said = {
        "foreign": True, "name": "theirs", "status": "Conformant", "answer": "No", "mineral": "gold", "level": "high",
        "file": "theirs", "row": "A1", "kind": "cmrt", "current": True, "issue_severity": ["error"], "tier": 1,
    }  # fmt: skip
    ids = ["V1000", "V1001", "CID900040", "CD", "RMAP", "cmrt:1", "brand"]
    for label in (*schema.NODES, "Document", "Brand", "Supplier", "SubSupplier"):
        server.run(f"UNWIND $ids AS id CREATE (n:{label}) SET n = $said, n.id = id", ids=ids, said=said)
    for type_ in (drawn for name in schema.EDGES for drawn in (name, f"PAST_{name}")):
        server.run(AMONG_ALL.replace("TYPE", type_), ids=ids, said=said)
        server.run(AMONG_OURS.replace("TYPE", type_), said=said)
    yield
    server.run("MATCH ()-[e]->() WHERE e.foreign DELETE e")
    server.run("MATCH (n) WHERE n.foreign DETACH DELETE n")


def test_another_application_changes_no_answer(foreign: None, server: Server, sample: Workspace) -> None:
    with open_store(server.url) as store:
        for asked in map(planned_once, questions()):
            values = fill(asked, SET.get(asked.name, {}), sample)
            same(
                asked, ask(asked, View(sample.case, sample.store), values), ask(asked, View(sample.case, store), values)
            )


# ---- random campaigns -----------------------------------------------------------------------------------------


@contextmanager
def world_of(seed: int, folder: Path) -> Iterator[tuple[World, Random, Workspace]]:
    """A random campaign in a store in a folder, and chance to go on with."""
    world, random = World(seed), Random(seed)
    lens, as_of = (
        random.choice(("us-1502", "own", "eu-2017-821")),
        random.choice((None, "2022-01-01", "2026-02-15", "2026-06-30")),
    )
    with Workspace(folder / "x.graphmap", policy="default", lens=lens, as_of=as_of) as work:
        expired, grace = random.choice(("in progress", "not accepted", "accepted")), random.choice((0, 30))
        work.policy = dataclasses.replace(work.policy, expired=expired, grace_days=grace)
        for batch in world.documents():
            work.store.replace(batch)
        yield world, random, work


@pytest.mark.parametrize(("version", "seed"), [(version, seed) for version, seeds in WORLDS.items() for seed in seeds])
def test_random_campaigns(
    version: str, seed: int, neo4j_servers: Servers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = neo4j_servers.of(version)
    log_in_to(found, monkeypatch)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with world_of(seed, tmp_path) as (world, random, work):
        copy(work, found)
        with open_store(found.url) as store:
            for asked in map(planned_once, questions()):
                for _ in range(2):
                    compare(asked, world, random, work, store)


@pytest.mark.parametrize(("version", "seeds"), WORLDS.items())
def test_the_worlds_hold_what_is_hard(version: str, seeds: tuple[int, ...], tmp_path: Path) -> None:
    """Each version is asked of explained declarations, companies that have none, smelters judged and not judged; and
    of declarations that carry purchases although they are explained."""
    held = set[str]()
    for seed in seeds:
        (tmp_path / str(seed)).mkdir()
        with world_of(seed, tmp_path / str(seed)) as (*_, work):
            case = work.latest.case
            for mineral in case.graph.minerals:
                shares, standing = case.shares(mineral), set(case.standing(mineral).tolist())
                hard = {
                    "explained": (~shares.ways).any(), "carrying": (shares.explained & shares.ways).any(),
                    "none": have_none(case, [mineral]), "not judged": NOT_JUDGED in standing,
                    "judged": standing - {NOT_JUDGED, UNIDENTIFIED},
                }  # fmt: skip
                held |= {name for name, is_there in hard.items() if is_there}
    assert held == {"explained", "carrying", "none", "not judged", "judged"}


def compare(asked: Question, world: World, random: Random, work: Workspace, store: Store) -> None:
    """Ask a question with values of which some are chosen at random and the others are the defaults."""
    open_ = {one.name: one for one in asked.parameters if not one.follows}
    drawn = {name: value for name, value in world.given().items() if name in open_}
    needed = {name for name, one in open_.items() if one.default is REQUIRED or name == "company"}
    given = {name: value for name, value in drawn.items() if name in needed or random.random() < 0.6}
    values = fill(asked, given, work.latest)
    json.dumps(values, allow_nan=False)
    same(
        asked, ask(asked, View(work.latest.case, work.store), values), ask(asked, View(work.latest.case, store), values)
    )
