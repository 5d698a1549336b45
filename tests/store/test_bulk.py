"""A store as files for ``neo4j-admin``: what is imported from them is what loading the documents makes."""

from __future__ import annotations

import os
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from graphmap import schema
from graphmap.errors import GraphmapError, StoreError
from graphmap.owner import owner_document
from graphmap.records import Batch, Edge, Issue, Node, Source
from graphmap.store import open_store
from graphmap.store.bulk import write_import
from tests.graphs import buys, company, declares, smelter
from tests.neo4j.admin import write_admin
from tests.neo4j.fixtures import Servers, log_in_to
from tests.neo4j.server import OwnServer
from tests.neo4j.ways import VERSIONS
from tests.store.documents import New, columns, document, load
from tests.store.soundness import check_neo4j

ODD = [
    "a\0b", "\n\r\t\x1b[31m", "\r", '"', '""quoted"", it is', "a,b;c|d\x1f", "\\", '\\"', "'", "  blanks  ",
    "\ufeffbom", "\u202egnp.exe", "=cmd|'/C calc'!A0", "冶炼厂 🏭", "e\u0301 is not \u00e9", "\u2028", "\uffff", "${jndi:ldap://x}",
    "<>", "$(touch x)`touch y`", "x" * 5_000,
]  # fmt: skip
VALUES: dict[type, list[Any]] = {
    str: [None, "", "text"],
    float: [None, 0.0, -0.0, 0.1, -1.5, 1e300, 5e-324, float("inf"), float("-inf")],
    date: [None, date(1, 1, 1), date(2026, 6, 30), date(9999, 12, 31)],
}


def every_claim() -> list[Edge]:
    """Claims of every type with every kind of value, between nodes of every label that it may have."""
    claims = []
    for edge in schema.EDGES.values():
        mineral = {"never": "", "maybe": "tin", "always": "gold"}[edge.mineral]
        ends = [(Node(tail, "t"), Node(head, "h")) for tail in sorted(edge.tails) for head in sorted(edge.heads)]
        given = [{name: value} for name, kind in edge.properties.items() for value in VALUES[kind]]
        told = [
            (ends[i % len(ends)], given[i % len(given)] if given else {}) for i in range(max(len(ends), len(given)))
        ]
        claims += [Edge(edge.name, *ends, f"A{i}", mineral, said) for i, (ends, said) in enumerate(told)]
    return claims


def hostile(text: str) -> Batch:
    claim = Edge("DECLARES", Node("Company", text, text), Node("Smelter", "S", text), text, "tin", {"comment": text})
    issue = Issue("warning", text, text, text, text)
    return document(f"hostile {text}", claim, series=text, file=text, issues=[issue])


SAME = [
    Edge("SAME_AS", company("ACME", "Acme"), company("name:acme"), "A1", "", {"reason": "the user's list"}),
    Edge("SAME_AS", smelter("S1", "One"), smelter("unlisted:one"), "A2"),
]
LONG = "long " * 400
EVERYTHING = [
    document("every", *every_claim(), as_of="2026-01-31"),
    document("chain", Edge("HAS_ROLE", company("brand"), Node("Role", "brand"), "A1"), buys("brand", "name:acme", 0.25),
             buys("ACME", "B"), buys("name:acme", "ACME", row="A2"), buys("B", "C", mineral="tin"), company("lonely"),
             declares("name:acme", "unlisted:one"), declares("C", "unlisted:one", "tin")),
    document("same", *SAME),
    document("old", declares("name:acme", "S1"), company("gone"), company("gone too", "Name of old"), SAME[0],
             series="acme", as_of="2024-12-31"),
    document("older", Node("Company", "gone", "Name of older"), buys("gone", "name:acme"), series="acme"),
    document("new", declares("name:acme", "S2"), series="acme", as_of="2025-12-31", file="",
             issues=[Issue("note", "", "no value", "", "")]),
    document("two", declares("ACME", "S1"), issues=[Issue("note", "", "", ""), Issue("error", "A1", "", "x", "")]),
    owner_document("Acme Holding"), document("direct", declares("D", "S1"), declares("name:d", "S2")),
    document("long", buys(LONG, f"{LONG}2"), Edge("SAME_AS", company(LONG), company("LEI:long"), "A1")),
    document("nothing"),
    *map(hostile, ODD),
    Batch(Source("plain", "", "", "", ""), (), (), ()),
]  # fmt: skip


def content(server: OwnServer) -> list[Any]:
    """All that stands on the server but what tells one store from another."""
    nodes = server.run("MATCH (n) RETURN labels(n) AS labels, properties(n) AS properties")
    for node in nodes:
        node["labels"].sort()
        if node["labels"] == ["GraphmapStore"]:
            del node["properties"]["id"], node["properties"]["state"]
            assert node["properties"].pop("settled") == node["properties"].pop("generation")
    ends = "startNode(e).graphmap_key AS tail, endNode(e).graphmap_key AS head"
    claims = server.run(f"MATCH ()-[e]->() RETURN type(e) AS type, {ends}, properties(e) AS properties")
    return sorted(({**one, "properties": sorted(one["properties"].items())} for one in [*nodes, *claims]), key=repr)


def schema_of(server: OwnServer) -> list[Any]:
    indexes = server.run("SHOW INDEXES YIELD name, type, labelsOrTypes, properties, owningConstraint, state")
    return sorted((list(index.values()) for index in indexes), key=repr)


def import_from(folder: Path, server: OwnServer, version: str) -> None:
    """Run the script that stands in the folder for the stopped server, which then starts again."""
    server.stop()
    admin = write_admin(VERSIONS[version], server.home, server.home / "neo4j-admin")
    done = subprocess.run(
        ["sh", str(folder / "import.sh"), "neo4j", "--overwrite-destination"],
        env={**os.environ, "NEO4J_ADMIN": str(admin)}, capture_output=True, text=True, cwd=server.home,
    )  # fmt: skip
    server.start()
    assert done.returncode == 0, (done.stdout[-2000:], done.stderr[-2000:])


@pytest.fixture(params=VERSIONS)
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def server(version: str, neo4j_servers: Servers, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> OwnServer:
    """An empty server of a version, which may be stopped."""
    server = neo4j_servers.own(version)
    server.empty()
    log_in_to(server, monkeypatch)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return server


def test_what_is_imported_is_what_loading_makes(server: OwnServer, version: str, tmp_path: Path, new_file: New) -> None:
    with open_store(new_file()) as file:
        load(file, *EVERYTHING)
        documents = list(file.batches())
        write_import(file, tmp_path / "import", private=True)
        with open_store(server.url) as store:
            load(store, *documents)
        loaded, made = content(server), schema_of(server)

        import_from(tmp_path / "import", server, version)
        with open_store(server.url) as store:
            assert store.sources() == file.sources()
            assert columns(store.graph()) == columns(file.graph())
            assert columns(store.graph(date(2025, 1, 1))) == columns(file.graph(date(2025, 1, 1)))
            assert list(store.batches()) == list(file.batches())
        assert content(server) == loaded
        assert schema_of(server) == made
        check_neo4j(server)

        with open_store(server.url) as store:  # which goes on as if it had been loaded
            load(store, *documents)
            assert content(server) == loaded
            assert store.forget(document("new").source.id)
            load(store, document("newer", buys("name:acme", "D"), series="acme", as_of="2026-12-31"))
            file.forget(document("new").source.id)
            load(file, document("newer", buys("name:acme", "D"), series="acme", as_of="2026-12-31"))
            assert columns(store.graph()) == columns(file.graph())
        check_neo4j(server)


CONTACT = Edge("HAS_CONTACT", company("ACME"), Node("Contact", "contact:1", "Jane Doe"), "B1", "",
               {"name": "Jane Doe", "email": "jane@example.org"})  # fmt: skip


def test_contacts_stay_out_unless_asked_for_and_come_with_the_next_load(
    neo4j_servers: Servers, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, new_file: New
) -> None:
    documents = [document("private", CONTACT, declares("ACME", "S1")), document("other", buys("ACME", "B"))]
    with open_store(new_file()) as file, open_store(new_file()) as without:
        load(file, *documents)
        write_import(file, tmp_path / "all", private=True)
        write_import(file, tmp_path / "import")
        for folder, there in (("all", True), ("import", False)):
            written = b"".join(path.read_bytes() for path in sorted((tmp_path / folder).iterdir()))
            assert [text in written for text in (b"Jane", b"contact:1", b"jane@")] == [there] * 3

        server = neo4j_servers.own("5.26")
        log_in_to(server, monkeypatch)
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
        import_from(tmp_path / "import", server, "5.26")
        bare = Batch(documents[0].source, (), tuple(e for e in documents[0].edges if e != CONTACT), ())
        load(without, bare, documents[1])
        with open_store(server.url) as store:
            assert columns(store.graph()) == columns(without.graph())
            load(store, *documents)
            assert columns(store.graph()) == columns(file.graph())
        check_neo4j(server)


# ---- the folder ---------------------------------------------------------------------------------------------------


def test_the_same_store_gives_the_same_bytes_whatever_the_order_of_loading(tmp_path: Path, new_file: New) -> None:
    written = []
    for documents in (EVERYTHING, EVERYTHING[::-1]):
        with open_store(new_file()) as store:
            load(store, *documents)
            folder = tmp_path / str(len(written))
            write_import(store, folder)
        written.append({path.name: path.read_bytes() for path in folder.iterdir()})
    assert written[0] == written[1]
    assert str(tmp_path).encode() not in b"".join(written[0].values())


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path, new_file: New) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine").touch()
    (tmp_path / "empty").mkdir()
    with open_store(new_file()) as store:
        with pytest.raises(StoreError, match="nothing to export"):
            write_import(store, tmp_path / "none")
        load(store, EVERYTHING[1])
        for taken in ("full", "full/mine", "full/mine/below"):
            with pytest.raises(GraphmapError, match="Choose another place"):
                write_import(store, tmp_path / taken)
        write_import(store, tmp_path / "empty")
        write_import(store, tmp_path / "new" / "folder")
    assert not list(tmp_path.rglob("*.part"))
    assert os.listdir(tmp_path / "full") == ["mine"]
    assert sorted(os.listdir(tmp_path / "empty")) == sorted(os.listdir(tmp_path / "new" / "folder"))


def test_what_goes_wrong_leaves_nothing(tmp_path: Path, new_file: New, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_store(new_file()) as store:
        load(store, *EVERYTHING)
        batches = list(store.batches())

        def broken() -> Any:
            yield from batches[:3]
            raise StoreError("The disk is gone.")

        monkeypatch.setattr(store, "batches", broken)
        with pytest.raises(StoreError, match="disk is gone"):
            write_import(store, tmp_path / "import")

        def written_to() -> Any:
            yield from batches
            store.forget(batches[0].source.id)

        monkeypatch.setattr(store, "batches", written_to)
        with pytest.raises(StoreError, match="wrote to the store meanwhile"):
            write_import(store, tmp_path / "import")
    assert not list(tmp_path.glob("import*"))
