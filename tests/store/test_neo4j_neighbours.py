"""A database that others use, too: what they have in it stays as it is, and what of it stands in the way is told."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from graphmap.errors import StoreError
from graphmap.records import Batch, Edge, Node
from graphmap.store import Store, open_store
from tests.graphs import buys, company, declares
from tests.neo4j.server import Server
from tests.store.documents import New, columns, document, load
from tests.store.soundness import check_neo4j

SAME = Edge("SAME_AS", company("ACME"), company("name:acme"), "A1")
DOCUMENTS = (
    document("old", declares("ACME", "S1"), series="acme", as_of="2024-12-31"),
    document("new", declares("ACME", "S2"), buys("ACME", "B"), series="acme", as_of="2025-12-31"),
    document("other", declares("B", "S1"), buys("name:acme", "B", 0.5), company("lonely")),
)

THEIRS = """
CREATE (p:Person {name: 'Ann', id: 'ACME'}),
       (a:Company {id: 'ACME', name: 'ACME of the ERP', tier: 7}),
       (b:Company:Brand:Supplier {id: 'B', read_as: 'ACME'}), (c:Company:Customer {name: 'no id'}),
       (:Smelter {id: 'S1'}), (:Document {id: 'x', current: true, name: 'contract'}),
       (:GraphmapStore {note: 'a label is nobody\\'s own'}), (:Question), ({nothing: true}),
       (a)-[:BUYS_FROM {source: 'ERP', share: 0.5, row: '1', as_of: date('2020-01-01')}]->(b),
       (b)-[:PAST_BUYS_FROM {source: 'ERP'}]->(a), (a)-[:SAME_AS]->(b), (p)-[:OWNS {source: 'x'}]->(a),
       (p)-[:`BUYS_FROM]->() DETACH DELETE n //` {source: 'y'}]->(c)
"""
DUMP_NODES = """
MATCH (n) WHERE n.graphmap_key IS NULL
RETURN elementId(n) AS node, labels(n) AS labels, properties(n) AS properties ORDER BY node
"""
DUMP_RELATIONSHIPS = """
MATCH (a)-[e]->(b) WHERE a.graphmap_key IS NULL OR b.graphmap_key IS NULL OR e.theirs
RETURN elementId(e) AS relationship, type(e) AS type, properties(e) AS properties, elementId(a) AS tail,
       elementId(b) AS head ORDER BY relationship
"""


def theirs(server: Server) -> list[dict[str, Any]]:
    """All that graphmap did not make, to the last property."""
    return [*server.run(DUMP_NODES), *server.run(DUMP_RELATIONSHIPS)]


def expected(new_file: New, *batches: Batch) -> dict[str, tuple[str, bytes]]:
    with open_store(new_file()) as store:
        load(store, *batches)
        return columns(store.graph())


def refusal(url: str, *batches: Batch) -> str:
    """The one line with which loading there is refused."""
    with pytest.raises(StoreError) as refused, open_store(url) as store:
        load(store, *batches)
    assert refused.value.cure
    line = str(refused.value)
    assert "\n" not in line
    return line


# ---- what others have in the database -----------------------------------------------------------------------------


def test_nodes_and_relationships_of_others_stay_as_they_are_and_do_not_count(
    neo4j_server: Server, new_file: New
) -> None:
    neo4j_server.run(THEIRS)
    before = theirs(neo4j_server)
    assert len(before) == 14
    with open_store(neo4j_server.url) as store:
        assert store.sources() == []
        assert len(store.graph()) == 0
        assert not store.forget("x")
        load(store, *DOCUMENTS, document("same", SAME))
        assert columns(store.graph()) == expected(new_file, *DOCUMENTS, document("same", SAME))
        assert len(store.sources()) == 4
        assert theirs(neo4j_server) == before
        load(store, document("other", buys("name:acme", "C")))
        for batch in (*DOCUMENTS, document("same", SAME)):
            assert store.forget(batch.source.id)
            assert theirs(neo4j_server) == before
        assert columns(store.graph()) == expected(new_file)
    assert theirs(neo4j_server) == before
    assert neo4j_server.run("MATCH (n) WHERE n.graphmap_key IS NOT NULL RETURN labels(n) AS labels") == [
        {"labels": ["GraphmapStore"]}
    ]


HANG_ON = """
MATCH (n:Company {graphmap_key: 'Company:ACME'}), (m:Company {graphmap_key: 'Company:name:acme'})
SET n:Watched, n.rating = 'BB'
CREATE (p:Person {name: 'Ann'})-[:WATCHES {source: 'crm'}]->(n), (n)-[:BUYS_FROM {source: 'ERP', row: '1'}]->(p),
       (p)-[:`A]->(b) DETACH DELETE b //` {source: 'y', theirs: true}]->(m), (m)-[:DECLARES {theirs: true}]->(p),
       (n)-[:BUYS_FROM {source: 'ERP', theirs: true}]->(m)
"""


def test_what_others_hang_on_our_nodes_stays_whatever_becomes_of_these(neo4j_server: Server, new_file: New) -> None:
    with open_store(neo4j_server.url) as store:
        load(store, *DOCUMENTS)
        store.graph()
        neo4j_server.run(HANG_ON)
        before = theirs(neo4j_server)
        assert len(before) == 6
        wanted = expected(new_file, *DOCUMENTS)
        assert columns(store.graph()) == wanted
        load(store, document("same", SAME))  # our claims are drawn between other nodes now
        assert columns(store.graph()) == expected(new_file, *DOCUMENTS, document("same", SAME))
        assert theirs(neo4j_server) == before
        store.forget(document("same", SAME).source.id)
        assert columns(store.graph()) == wanted
        assert theirs(neo4j_server) == before
        for batch in DOCUMENTS:
            store.forget(batch.source.id)
        assert len(store.graph()) == 0
        assert theirs(neo4j_server) == before, "a node that others hold on to stays"
        load(store, *DOCUMENTS)
        assert columns(store.graph()) == wanted
    held = "MATCH (n:Company:Brand:Watched {graphmap_key: 'Company:ACME'}) RETURN n.rating AS rating"
    assert neo4j_server.run(held) == [{"rating": "BB"}]
    check_neo4j_of_ours(neo4j_server)


def check_neo4j_of_ours(server: Server) -> None:
    server.run("MATCH (p:Person) DETACH DELETE p")
    server.run("MATCH ()-[e]->() WHERE e.theirs DELETE e")
    check_neo4j(server)


# ---- constraints, indexes and stores of others --------------------------------------------------------------------


@pytest.fixture
def bare(neo4j_server: Server) -> Iterator[Server]:
    """A server without any constraint or index; afterwards those of the test are gone."""
    neo4j_server.drop_schema()
    yield neo4j_server
    neo4j_server.drop_schema()


@pytest.mark.parametrize(
    "left",
    [
        "CREATE CONSTRAINT graphmap_villain FOR (n:Villain) REQUIRE n.graphmap_key IS UNIQUE",
        "CREATE INDEX theirs FOR (n:Company) ON (n.name)",
        "CREATE CONSTRAINT old_company FOR (n:Company) REQUIRE n.graphmap_key IS UNIQUE",
        "CREATE INDEX graphmap_hates_source FOR ()-[e:HATES]-() ON (e.source)",
    ],
    ids=["of a label that is gone", "index of others", "under another name", "of a type that is gone"],
)
def test_a_constraint_that_another_version_left_does_no_harm(bare: Server, new_file: New, left: str) -> None:
    bare.run(left)
    with open_store(bare.url) as store:
        load(store, *DOCUMENTS)
        assert columns(store.graph()) == expected(new_file, *DOCUMENTS)
    check_neo4j(bare)


@pytest.mark.parametrize(
    "left",
    [
        "CREATE CONSTRAINT graphmap_company FOR (n:Company) REQUIRE n.id IS UNIQUE",
        "CREATE CONSTRAINT graphmap_company FOR (n:Firm) REQUIRE n.graphmap_key IS UNIQUE",
        "CREATE INDEX graphmap_company FOR (n:Company) ON (n.name)",
        "CREATE INDEX old_company FOR (n:Company) ON (n.graphmap_key)",
        "CREATE INDEX graphmap_buys_from_source FOR ()-[e:BUYS_FROM]-() ON (e.row)",
    ],
    ids=["other property", "other label", "index of that name", "index in its place", "index on another property"],
)
def test_a_constraint_that_stands_in_the_way_of_ours_is_told_with_the_cure(
    bare: Server, new_file: New, left: str
) -> None:
    bare.run(left)
    line = refusal(bare.url, *DOCUMENTS)
    assert line.startswith(f"{bare.url} has a constraint or index that stands in the way: ")
    assert "graphmap_" in line
    assert line.endswith("Another application or version set it: drop it there, or use another database (--database).")
    assert bare.run("MATCH (d:Document) RETURN d") == []
    bare.drop_schema()  # the cure
    with open_store(bare.url) as store:
        load(store, *DOCUMENTS)
        assert columns(store.graph()) == expected(new_file, *DOCUMENTS)


def test_a_constraint_that_a_document_breaks_is_told_and_nothing_of_it_is_kept(bare: Server, new_file: New) -> None:
    with open_store(bare.url) as store:
        load(store, DOCUMENTS[0])
        wanted = columns(store.graph())
        bare.run("CREATE CONSTRAINT theirs FOR (n:Company) REQUIRE n.name IS UNIQUE")
        two = document("two", Node("Company", "1", "One name"), Node("Company", "2", "One name"))
        with pytest.raises(StoreError, match=r"has a constraint or index that stands in the way: .*drop it there"):
            load(store, two)
        assert columns(store.graph()) == wanted
        assert len(store.sources()) == 1
        bare.run("DROP CONSTRAINT theirs")
        load(store, two)
        assert columns(store.graph()) == expected(new_file, DOCUMENTS[0], two)
    check_neo4j(bare)


@pytest.mark.parametrize("change", ["format", "label", "property", "edge"])
def test_a_store_of_another_version_is_refused_and_left_as_it_is(neo4j_server: Server, change: str) -> None:
    with open_store(neo4j_server.url) as store:
        load(store, *DOCUMENTS)
    if change == "format":
        neo4j_server.run("MATCH (m:GraphmapStore) SET m.format = 99")
    else:
        (row,) = neo4j_server.run("MATCH (m:GraphmapStore) RETURN m.schema AS schema")
        known = json.loads(row["schema"])
        if change == "label":
            known["labels"].append("Villain")
        elif change == "property":
            known["edges"]["BUYS_FROM"].append(["colour", "str"])
        else:
            known["edges"]["HATES"] = []
        neo4j_server.run("MATCH (m:GraphmapStore) SET m.schema = $schema", schema=json.dumps(known))
    everything = "MATCH (n) RETURN elementId(n) AS id, properties(n) AS properties ORDER BY id"
    before = neo4j_server.run(everything)
    uses: list[Callable[[Store], object]] = [
        lambda store: store.sources(),
        lambda store: store.graph(),
        lambda store: load(store, *DOCUMENTS),
        lambda store: load(store, document("x")),
        lambda store: store.forget(DOCUMENTS[0].source.id),
    ]
    for use in uses:
        with pytest.raises(StoreError) as refused, open_store(neo4j_server.url) as store:
            use(store)
        assert str(refused.value).startswith(f"{neo4j_server.url} was written by another version of graphmap. Use that")
    assert neo4j_server.run(everything) == before


def test_a_store_of_an_older_schema_gets_what_the_schema_has_gained(neo4j_server: Server, new_file: New) -> None:
    with open_store(neo4j_server.url) as store:
        load(store, *DOCUMENTS)
    (row,) = neo4j_server.run("MATCH (m:GraphmapStore) RETURN m.schema AS schema")
    known = json.loads(row["schema"])
    del known["edges"]["OWNED_BY"]
    known["labels"].remove("Risk")
    known["edges"]["BUYS_FROM"] = [pair for pair in known["edges"]["BUYS_FROM"] if pair[0] != "spend"]
    neo4j_server.run("MATCH (m:GraphmapStore) SET m.schema = $schema", schema=json.dumps(known))
    neo4j_server.run("DROP INDEX graphmap_owned_by_source IF EXISTS")
    owned = document("owned", Edge("OWNED_BY", company("ACME"), company("B"), "A1"))
    with open_store(neo4j_server.url) as store:
        assert columns(store.graph()) == expected(new_file, *DOCUMENTS)
        load(store, owned)
        assert columns(store.graph()) == expected(new_file, *DOCUMENTS, owned)
    assert {"name": "graphmap_owned_by_source"} in neo4j_server.run("SHOW INDEXES YIELD name")
