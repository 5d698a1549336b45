"""What somebody sees who looks at a store with Cypher or in Neo4j Browser, without graphmap."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from graphmap import schema
from graphmap.errors import StoreError
from graphmap.owner import ASSUMED, owner_document
from graphmap.records import Edge, Issue, Node
from graphmap.store import cypher, open_store
from graphmap.store.neo4j import Neo4jStore
from tests.graphs import buys, company, declares
from tests.neo4j.server import Server
from tests.store.documents import document, load
from tests.store.soundness import check_neo4j

# brand ── buys ──▶ B ── buys ──▶ C        D buys from E: no brand buys from them
# B and name:b are the same; name:b declares S1 (new, 2025-12-31) and S0 (old, 2024-12-31)
CHAIN = document(
    "chain",
    Edge("HAS_ROLE", company("brand"), Node("Role", "brand"), "A1"),
    buys("brand", "B", 0.25, "tin", row="A2", product="bolts"),
    buys("B", "C", row="A3"),
    buys("D", "E", row="A4"),
    Edge("SAME_AS", company("name:b"), company("B"), "A5"),
    issues=[Issue("note", "A9", "a note", "value", "cure"), Issue("warning", "A8", "a warning")],
    as_of="2025-06-30",
)
NEW = document("new", declares("name:b", "S1", row="Smelter List!D17"), series="b", as_of="2025-12-31")
OLD = document("old", declares("name:b", "S0"), series="b", as_of="2024-12-31")


@pytest.fixture
def server(neo4j_server: Server) -> Server:
    """A server with these documents."""
    with open_store(neo4j_server.url) as store:
        load(store, NEW, CHAIN, OLD)
    check_neo4j(neo4j_server)
    return neo4j_server


COMPANIES = """
MATCH (n:Company) RETURN n.id AS id, n.tier AS tier, n.read_as AS read_as,
       [label IN labels(n) WHERE label <> 'Company'] AS roles ORDER BY id
"""
CLAIMS = """
MATCH (a)-[e]->(b) RETURN a.id AS tail, type(e) AS type, b.id AS head, e.tail_key AS written ORDER BY type, tail, head
"""


def companies(server: Server) -> dict[str, tuple[Any, ...]]:
    """Tier, roles and what it is read as, for each company."""
    return {row["id"]: (row["tier"], *row["roles"], row["read_as"]) for row in server.run(COMPANIES)}


def test_companies_are_labelled_by_their_place_in_the_chain(server: Server) -> None:
    assert companies(server) == {
        "brand": (0, "Brand", None),
        "B": (1, "Supplier", None),
        "C": (2, "SubSupplier", None),
        "D": (None, None),
        "E": (None, None),
        "name:b": (None, "Company:B"),
    }


def test_places_follow_what_is_loaded_and_forgotten(server: Server) -> None:
    with open_store(server.url) as store:
        load(store, document("more", buys("brand", "C", row="B1"), buys("brand", "D", row="B2")))
    found = companies(server)
    assert (found["C"], found["D"], found["E"]) == (
        (1, "Supplier", None), (1, "Supplier", None), (2, "SubSupplier", None)
    )  # fmt: skip
    with open_store(server.url) as store:
        store.forget(CHAIN.source.id)
    assert companies(server) == {
        "C": (1, "Supplier", None), "D": (1, "Supplier", None), "brand": (0, "Brand", None), "name:b": (None, None),
    }  # fmt: skip
    check_neo4j(server)


def test_claims_are_drawn_between_canonical_nodes_and_past_ones_have_a_type_of_their_own(server: Server) -> None:
    assert [tuple(row.values()) for row in server.run(CLAIMS)] == [
        ("B", "BUYS_FROM", "C", None),
        ("D", "BUYS_FROM", "E", None),
        ("brand", "BUYS_FROM", "B", None),
        ("B", "DECLARES", "S1", "Company:name:b"),
        ("brand", "HAS_ROLE", "brand", None),
        ("B", "PAST_DECLARES", "S0", "Company:name:b"),
        ("name:b", "SAME_AS", "B", None),
    ]


def test_assumed_purchases_are_drawn_and_say_so(server: Server) -> None:
    """They follow what is loaded and read as one, and go with what they follow from; no document counts them."""
    rows = "MATCH (a)-[e:BUYS_FROM {assumed: true}]->(b) RETURN a.id AS a, b.id AS b, e.row AS row, e.file AS file"
    mine = owner_document("Maker")
    with open_store(server.url) as store:
        load(store, mine, document("x", declares("name:b", "S1"), declares("D", "S1"), declares("F", "S2")))
    check_neo4j(server)
    # B, which name:b is read as, has a buyer
    found = [tuple(row.values()) for row in server.run(f"{rows} ORDER BY b")]
    assert found == [("name:maker", id_, ASSUMED, "for Maker") for id_ in ("D", "F")]
    assert companies(server)["name:maker"] == (0, "Brand", None)
    assert companies(server)["F"] == (1, "Supplier", None)
    with open_store(server.url) as store:
        load(store, document("y", Edge("SAME_AS", company("name:f"), company("F"), "A1"), buys("brand", "name:f")))
    check_neo4j(server)
    assert [row["b"] for row in server.run(rows)] == ["D"]
    with open_store(server.url) as store:
        load(store, document("z", Edge("SAME_AS", company("D"), company("DUNS:1"), "A1")))
    check_neo4j(server)
    assert len(server.run(rows)) == 1
    with open_store(server.url) as store:
        store.forget(mine.source.id)
    check_neo4j(server)
    assert server.run(rows) == []


def test_claims_carry_their_receipt_and_what_was_given(server: Server) -> None:
    (row,) = server.run("MATCH (:Brand)-[e:BUYS_FROM]->(:Supplier) RETURN e{.*, as_of: toString(e.as_of)} AS e")
    assert row["e"] == {
        "source": CHAIN.source.id, "file": "chain.csv", "row": "A2", "as_of": "2025-06-30", "mineral": "tin",
        "share": 0.25, "product": "bolts",
    }  # fmt: skip
    (row,) = server.run(
        "MATCH ()-[e:DECLARES]->() RETURN e{.*, as_of: toString(e.as_of)} AS e, valueType(e.as_of) AS t"
    )
    assert row["t"] == "DATE NOT NULL"
    assert row["e"]["row"] == "Smelter List!D17"


def test_documents_are_nodes_that_say_what_became_of_them(server: Server) -> None:
    rows = server.run("MATCH (d:Document) RETURN d{.*, as_of: toString(d.as_of)} AS d ORDER BY d.name")
    chain, new, old = (row["d"] for row in rows)
    assert (chain["id"], chain["name"], chain["title"]) == (CHAIN.source.id, "chain.csv", "Document chain")
    assert list(zip(chain["issue_severity"], chain["issue_message"], strict=True)) == [
        ("note", "a note"), ("warning", "a warning"),
    ]  # fmt: skip
    assert (old["current"], old["superseded_by"], old["as_of"]) == (False, NEW.source.id, "2024-12-31")
    assert new["current"]
    assert "superseded_by" not in new
    assert server.run("MATCH (d:Document)--() RETURN d") == []


def test_every_node_has_a_name_to_show_and_a_label_of_the_schema(server: Server) -> None:
    rows = server.run("MATCH (n) RETURN labels(n) AS labels, n.name AS name, n.graphmap_key AS key")
    ours = {*schema.NODES, "Document", "GraphmapStore"}
    for row in rows:
        assert row["name"]
        assert len(ours & set(row["labels"])) == 1
    keys = [row["key"] for row in rows]
    assert len(keys) == len(set(keys))


# ---- asking through graphmap --------------------------------------------------------------------------------------


def test_an_answer_is_plain_values(server: Server) -> None:
    statement = """
        MATCH p = (b:Brand)-[e:BUYS_FROM]->(s:Supplier)
        RETURN b, e.as_of AS day, e, p, [1, 2.5, null] AS list, $given AS given, {a: date('2026-01-02')} AS map
    """
    with Neo4jStore(server.url) as store:
        answer = store.ask(statement, {"given": "'; MATCH (n) DETACH DELETE n //"})
    assert answer.columns == ["b", "day", "e", "p", "list", "given", "map"]
    (row,) = answer.rows
    assert row["b"]["labels"] == ["Brand", "Company"]
    assert row["b"]["properties"]["id"] == "brand"
    assert (row["day"], row["list"], row["map"]) == ("2025-06-30", [1, 2.5, None], {"a": "2026-01-02"})
    assert (row["e"]["type"], row["e"]["properties"]["share"]) == ("BUYS_FROM", 0.25)
    assert [part.get("type", "node") for part in row["p"]] == ["node", "BUYS_FROM", "node"]
    assert row["given"] == "'; MATCH (n) DETACH DELETE n //"


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE (:Company {id: 'x'})",
        "MATCH (n) DETACH DELETE n",
        "MATCH (n:Brand) SET n.name = 'x' RETURN n",
        "MATCH (n) CALL (n) { DELETE n } IN TRANSACTIONS",
        "CREATE INDEX x FOR (n:Company) ON (n.y)",
        "DROP CONSTRAINT graphmap_company",
        "ALTER CURRENT USER SET PASSWORD FROM 'a' TO 'bbbbbbbb'",
    ],
)
def test_a_question_cannot_write(server: Server, statement: str) -> None:
    everything = "MATCH (n) RETURN count(n) AS nodes, count(n.name) AS names"
    before = server.run(everything)
    with Neo4jStore(server.url) as store, pytest.raises(StoreError) as refused:
        store.ask(statement, {})
    assert refused.value.cure
    assert "\n" not in str(refused.value)
    assert server.run(everything) == before
    assert server.run("SHOW CONSTRAINTS YIELD name WHERE name = 'graphmap_company' RETURN name")


@pytest.mark.parametrize("statement", ["MATCH (n RETURN n", "RETURN $absent", "RETURN 1/0", "RETURN nothing", ""])
def test_a_statement_that_does_not_run_is_told_in_one_line(server: Server, statement: str) -> None:
    with Neo4jStore(server.url) as store, pytest.raises(StoreError) as refused:
        store.ask(statement, {})
    assert refused.value.cure
    assert "\n" not in str(refused.value)


def test_a_question_may_write_when_it_is_asked_to(server: Server) -> None:
    with Neo4jStore(server.url) as store:
        answer = store.ask("MATCH (n:Brand) SET n.rating = 'A' RETURN n.rating AS rating", {}, write=True)
    assert answer.rows == [{"rating": "A"}]
    assert server.run("MATCH (n:Brand) RETURN n.rating AS rating") == [{"rating": "A"}]


def test_what_is_planned_on_an_empty_database_finds_everything_by_index(server: Server) -> None:
    """These statements are planned once; none may have chosen to look at all nodes because there were few."""
    server.run("MATCH (n) DETACH DELETE n")
    server.run("CALL db.clearQueryCaches()")
    kinds = [(edge.name, tail, head) for edge in schema.EDGES.values() for tail in edge.tails for head in edge.heads]
    statements = [cypher.BEGIN, cypher.WRITE_DOCUMENTS]
    statements += [cypher.create_claims(kind, past) for kind in kinds for past in (False, True)]
    statements += [make(label) for label in schema.NODES for make in (cypher.merge_nodes, cypher.set_nodes)]
    statements += [cypher.set_nodes("Company", role) for role in cypher.ROLES]
    statements += [cypher.redraw(*kind) for kind in kinds if kind[0] != "SAME_AS"]
    given = {"documents": [], "rows": [], "keys": [], "series": [], "state": ""}
    with server.driver.session(database="neo4j") as session:
        for statement in statements:
            assert "replan=skip" in statement
            plan = session.run(statement.replace("skip", "skip EXPLAIN", 1), given).consume().plan
            assert not [name for name in operators(plan) if "Scan" in name], statement


def operators(plan: Mapping[str, Any]) -> Iterator[str]:
    yield plan["operatorType"]
    for child in plan.get("children", []):
        yield from operators(child)
