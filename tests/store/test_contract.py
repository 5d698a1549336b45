"""What every store does: it holds exactly what the documents say, whenever and in whatever order they came."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from graphmap import schema
from graphmap.errors import StoreError
from graphmap.graph import SupplyGraph, Texts
from graphmap.owner import ASSUMED, owner_document
from graphmap.records import Batch, Edge, Issue, Node
from graphmap.store import Store, open_store
from tests.graphs import buys, company, declares
from tests.store.documents import New, columns, document, load

ACME_2024 = document("acme 2024", declares("ACME", "S1"), series="acme", as_of="2024-12-31")
ACME_2025 = document("acme 2025", declares("ACME", "S2"), buys("ACME", "B"), series="acme", as_of="2025-12-31")
BETA = document("beta", declares("BETA", "S1"), series="beta", as_of="2025-06-30")


def smelters_of(graph: SupplyGraph, company_id: str) -> set[str]:
    table, tail = graph.table("DECLARES"), graph.node("Company", company_id)
    return {graph.ids[head] for head in table.head[table.tail == tail]} if tail is not None else set()


def named(graph: SupplyGraph, label: str, id_: str) -> str:
    node = graph.node(label, id_)
    assert node is not None
    return graph.names[node]


# ---- replace ------------------------------------------------------------------------------------------------------


def test_a_new_store_is_empty(store: Store) -> None:
    assert store.sources() == []
    assert len(store.graph()) == 0


def test_loading_twice_equals_loading_once(store: Store) -> None:
    load(store, ACME_2025, BETA)
    graph, sources = columns(store.graph()), store.sources()
    load(store, BETA, ACME_2025, BETA)
    assert columns(store.graph()) == graph
    assert store.sources() == sources


def test_what_was_loaded_is_there_when_the_store_is_opened_again(url: str) -> None:
    with open_store(url) as store:
        load(store, ACME_2025, BETA)
        before = columns(store.graph())
    with open_store(url) as store:
        assert columns(store.graph()) == before
        assert [stored.source for stored in store.sources()] == [ACME_2025.source, BETA.source]


def test_a_document_read_anew_says_only_what_it_says_now(store: Store) -> None:
    load(store, document("x", declares("ACME", "S1"), declares("ACME", "S2", row="A2"), company("lonely")), BETA)
    load(store, document("x", declares("ACME", "S3")))
    graph = store.graph()
    assert smelters_of(graph, "ACME") == {"S3"}
    assert list(graph.ids) == ["ACME", "BETA", "S1", "S3"]  # S1 is BETA's too, S2 and lonely were nobody else's


@pytest.mark.parametrize("turned", [False, True])
def test_of_two_copies_of_one_content_the_later_gives_the_name(store: Store, turned: bool) -> None:
    old = document("x", declares("ACME", "S1"), file="old.csv", series="old", modified="2025-01-01T00:00:00")
    new = document("x", declares("ACME", "S1"), file="new.csv", series="new", modified="2026-01-01T00:00:00")
    load(store, *((new, old) if turned else (old, new)))
    (stored,) = store.sources()
    assert stored.source == new.source


def test_a_document_that_cannot_be_stored_leaves_everything_as_it_was(store: Store) -> None:
    load(store, ACME_2025, BETA)
    graph, sources = columns(store.graph()), store.sources()
    wrong = Edge("BUYS_FROM", company("new"), company("B"), "A1", "", {"colour": "red"})
    with pytest.raises(KeyError):
        store.replace(document("wrong", declares("ACME", "S9"), wrong))
    with pytest.raises(KeyError):
        store.replace(Batch(ACME_2025.source, (), (wrong,), ()))
    assert columns(store.graph()) == graph
    assert store.sources() == sources
    load(store, document("right", declares("new", "S9")))
    assert smelters_of(store.graph(), "new") == {"S9"}


def test_documents_may_be_given_at_once(store: Store, new_file: New) -> None:
    """Whatever they have to do with each other and with what is there."""
    first = document("x", declares("ACME", "S1"), declares("A", "S1"), file="old.csv", modified="2025-01-01T00:00:00")
    again = document("x", declares("ACME", "S3"), file="new.csv", modified="2026-01-01T00:00:00")
    moved = document("beta", declares("BETA", "S2"), series="acme", as_of="2026-01-31")
    with open_store(new_file()) as plain:
        load(store, BETA, ACME_2025)
        load(plain, BETA, ACME_2025)
        for group in ([first, ACME_2024, ACME_2025, again], [moved, first, document("y", buys("A", "B"))], []):
            store.replace(*group)
            load(plain, *group)
            assert store.sources() == plain.sources()
            assert list(store.batches()) == list(plain.batches())
            assert columns(store.graph()) == columns(plain.graph())
            assert columns(store.graph(date(2025, 1, 1))) == columns(plain.graph(date(2025, 1, 1)))


def test_of_documents_given_at_once_none_is_kept_in_part(store: Store) -> None:
    claim = Edge("BUYS_FROM", company("new"), company("B"), "A1", "", {"colour": "red"})
    wrong = document("wrong", declares("ACME", "S9"), claim)
    load(store, BETA)
    with pytest.raises(KeyError):
        store.replace(ACME_2024, wrong, ACME_2025)
    assert [stored.source for stored in store.sources()] == [BETA.source]
    assert smelters_of(store.graph(), "BETA") == {"S1"}


# ---- the company that the user reports for -------------------------------------------------------------------------


def direct(graph: SupplyGraph) -> list[tuple[str, str, str]]:
    """Who buys from whom, and where that stands."""
    buys = graph.table("BUYS_FROM")
    return [(graph.ids[a], graph.ids[b], row) for a, b, row in zip(buys.tail, buys.head, buys.row, strict=True)]


def test_suppliers_are_assumed_from_the_documents_that_count(store: Store, new_file: New) -> None:
    """They come and go with documents, days and the owner, and are the same in every store."""
    mine, others = owner_document("Brand"), owner_document("Other")
    sells = document("sells", buys("name:brand", "BETA", row="A7"), as_of="2025-12-31")
    both = [("name:brand", "ACME", ASSUMED), ("name:brand", "BETA", ASSUMED)]
    load(store, mine)
    assert direct(store.graph()) == []
    load(store, ACME_2024, BETA)
    assert direct(store.graph()) == both
    load(store, sells)
    assert direct(store.graph()) == [both[0], ("name:brand", "BETA", "A7")]
    assert direct(store.graph(date(2025, 7, 1))) == both
    assert direct(store.graph(date(2025, 1, 1))) == both[:1]
    assert ("owner", True) in [(one.source.kind, one.current) for one in store.sources()]
    with open_store(new_file()) as plain:
        load(plain, sells, BETA, mine, ACME_2024, mine)
        assert columns(plain.graph()) == columns(store.graph())
        assert list(plain.batches()) == list(store.batches())
    store.forget(sells.source.id)
    store.forget(BETA.source.id)
    assert direct(store.graph()) == both[:1]
    load(store, ACME_2025)  # takes the place of that of 2024, and buys from B
    assert direct(store.graph()) == [("ACME", "B", "A1"), both[0]]
    store.forget(mine.source.id)
    load(store, others)
    assert direct(store.graph()) == [("ACME", "B", "A1"), ("name:other", "ACME", ASSUMED)]
    store.forget(others.source.id)
    assert direct(store.graph()) == [("ACME", "B", "A1")]


# ---- sources and time ---------------------------------------------------------------------------------------------


def test_the_latest_of_a_series_counts_and_the_others_stay(store: Store) -> None:
    load(store, ACME_2025, BETA, ACME_2024)
    assert [(stored.source.title, stored.current, stored.superseded_by) for stored in store.sources()] == [
        ("Document acme 2024", False, ACME_2025.source.id),
        ("Document acme 2025", True, ""),
        ("Document beta", True, ""),
    ]
    graph = store.graph()
    assert smelters_of(graph, "ACME") == {"S2"}
    assert {source.id for source in graph.sources} == {ACME_2025.source.id, BETA.source.id}


def test_the_graph_of_a_day_is_what_was_known_for_it(store: Store) -> None:
    load(store, ACME_2024, ACME_2025, BETA)

    def on(day: str) -> tuple[set[str], set[str]]:
        graph = store.graph(date.fromisoformat(day))
        return smelters_of(graph, "ACME"), smelters_of(graph, "BETA")

    assert on("2024-12-30") == (set(), set())
    assert on("2024-12-31") == ({"S1"}, set())
    assert on("2025-06-30") == ({"S1"}, {"S1"})
    assert on("2025-12-31") == ({"S2"}, {"S1"})
    assert columns(store.graph(date(2030, 1, 1))) == columns(store.graph())
    assert len(store.graph(date(2024, 12, 30))) == 0


def test_a_document_without_a_date_counts_on_every_day_until_a_dated_one_takes_its_place(store: Store) -> None:
    load(store, ACME_2025, document("undated", declares("ACME", "S0"), series="acme"))
    assert smelters_of(store.graph(date(1999, 1, 1)), "ACME") == {"S0"}
    assert smelters_of(store.graph(date(2025, 12, 31)), "ACME") == {"S2"}
    assert smelters_of(store.graph(), "ACME") == {"S2"}


def test_of_documents_of_one_day_the_later_file_counts(store: Store) -> None:
    morning = document("m", declares("A", "S1"), series="a", as_of="2026-01-01", modified="2026-01-02T08:00:00")
    evening = document("e", declares("A", "S2"), series="a", as_of="2026-01-01", modified="2026-01-02T20:00:00")
    load(store, evening, morning)
    assert smelters_of(store.graph(), "A") == {"S2"}


def test_documents_without_a_series_do_not_supersede_each_other(store: Store) -> None:
    load(store, document("x", declares("A", "S1")), document("y", declares("A", "S2")))
    assert smelters_of(store.graph(), "A") == {"S1", "S2"}


def test_issues_facts_and_counts_come_back(store: Store) -> None:
    issues = (
        Issue("error", "Sheet1!C5", "130 % is not a share", "1.3", "Give a share between 0 and 100 %."),
        Issue("note", "Sheet1!A1", "a note"),
    )
    load(store, document("x", buys("A", "B"), issues=issues), BETA)
    doubtful = {stored.source.title: stored.issues for stored in store.sources()}
    assert doubtful == {"Document x": issues, "Document beta": ()}
    assert [stored.source.facts for stored in store.sources()] == [{"revision": "1"}] * 2
    assert [dict(source.counts) for source in store.graph().sources] == [{"rows": 1}, {"rows": 1}]
    load(store, document("x", buys("A", "B"), issues=issues[1:]))
    assert store.sources()[1].issues == issues[1:]


# ---- forget -------------------------------------------------------------------------------------------------------


def test_what_only_a_forgotten_document_says_is_gone(store: Store) -> None:
    reach = Edge("HAS_CONTACT", company("ACME"), Node("Contact", "contact:1"), "B1", "", {"email": "x@example.org"})
    load(store, BETA)
    before = columns(store.graph())
    load(store, document("x", reach, declares("ACME", "S1"), issues=[Issue("note", "A1", "x@example.org")]))
    assert store.graph().node("Contact", "contact:1") is not None
    assert store.forget(document("x").source.id)
    assert columns(store.graph()) == before
    assert len(store.sources()) == 1


def test_what_a_forgotten_document_superseded_counts_again(store: Store) -> None:
    load(store, ACME_2024)
    before = columns(store.graph())
    load(store, ACME_2025)
    assert store.forget(ACME_2025.source.id)
    assert columns(store.graph()) == before
    assert store.sources()[0].current


def test_a_document_that_is_not_there_cannot_be_forgotten(store: Store) -> None:
    load(store, BETA)
    assert not store.forget(ACME_2025.source.id)
    assert not store.forget("")
    assert not store.forget("' OR 1=1 --")
    assert smelters_of(store.graph(), "BETA") == {"S1"}


# ---- names --------------------------------------------------------------------------------------------------------


def test_the_latest_document_that_gives_a_name_gives_the_name(store: Store) -> None:
    load(
        store,
        document("2026", Node("Smelter", "S1", ""), as_of="2026-01-01"),
        document("2025", Node("Smelter", "S1", "Newer"), as_of="2025-01-01"),
        document("2024", Node("Smelter", "S1", "Older"), as_of="2024-01-01"),
        document("none", Node("Smelter", "S1", "Undated"), Node("Smelter", "S2", "")),
    )
    assert named(store.graph(), "Smelter", "S1") == "Newer"
    assert named(store.graph(date(2024, 6, 1)), "Smelter", "S1") == "Older"
    assert named(store.graph(date(2000, 6, 1)), "Smelter", "S1") == "Undated"
    assert named(store.graph(), "Smelter", "S2") == "S2"


def test_of_several_names_in_one_document_the_first_in_the_alphabet_counts(store: Store) -> None:
    edges = [declares("A", "S1", row="A1"), declares("A", "S1", row="A2"), declares("A", "S1", row="A3")]
    spelled = [
        edge._replace(head=Node("Smelter", "S1", name)) for edge, name in zip(edges, ("b", "", "a"), strict=True)
    ]
    load(store, document("x", *spelled))
    assert named(store.graph(), "Smelter", "S1") == "a"


def test_a_superseded_document_names_nothing(store: Store) -> None:
    old = document("old", Node("Company", "A", "Old name"), company("gone"), series="a", as_of="2024-01-01")
    load(store, old, document("new", Node("Company", "A"), series="a", as_of="2025-01-01"))
    assert list(store.graph().ids) == ["A"]
    assert named(store.graph(), "Company", "A") == "A"


# ---- values -------------------------------------------------------------------------------------------------------

VALUES: dict[type, list[Any]] = {
    str: [None, "", "text"],
    float: [None, float("nan"), 0.0, 0.1, -1.5, 1e300, float("inf")],
    date: [None, date(1, 1, 1), date(2026, 6, 30), date(9999, 12, 31)],
}


@pytest.mark.parametrize("edge_type", schema.EDGES)
def test_every_property_of_every_type_comes_back(store: Store, edge_type: str) -> None:
    edge = schema.EDGES[edge_type]
    tail, head = (Node(sorted(labels)[0], end) for labels, end in ((edge.tails, "tail"), (edge.heads, "head")))
    mineral = {"never": "", "maybe": "tin", "always": "gold"}[edge.mineral]
    for name, kind in edge.properties.items():
        claims = [Edge(edge_type, tail, head, f"A{i}", mineral, {name: v}) for i, v in enumerate(VALUES[kind])]
        load(store, document("x", *claims))
        column = store.graph().table(edge_type).properties[name]
        if isinstance(column, Texts):
            assert list(column) == ["", "", "text"]
        else:
            unknown = np.nan if kind is float else np.datetime64("NaT")
            expected = [unknown if value is None else value for value in VALUES[kind]]
            np.testing.assert_array_equal(column, np.array(expected, column.dtype))
    load(store, document("x", Edge(edge_type, tail, head, "A1", mineral)))
    assert [claim["mineral"] for claim in store.graph().claims(edge_type)] == [mineral]


@pytest.mark.parametrize(
    "text",
    [
        "'; DROP TABLE node; --",
        '"; DELETE FROM source; --',
        "a\0b",
        "\0",
        "\n\r\t\x1b[31m",
        "\u202egnp.exe",
        "=cmd|'/C calc'!A0",
        "冶炼厂 🏭",
        "e\u0301 is not \u00e9",
        "x" * 1_000_000,
        "%s {0} ${jndi:ldap://x}",
    ],
)
def test_hostile_text_comes_back_as_it_was(store: Store, text: str) -> None:
    claim = Edge("DECLARES", Node("Company", text, text), Node("Smelter", "S", text), text, "tin", {"comment": text})
    issue = Issue("warning", text, text, text, text)
    load(store, document("x", claim, series=text, file=text, issues=[issue]))
    graph = store.graph()
    assert list(graph.ids) == [text, "S"]
    assert list(graph.names) == [text, text]
    assert list(graph.table("DECLARES").row) == [text]
    assert list(graph.table("DECLARES").text("comment")) == [text]
    (stored,) = store.sources()
    assert (stored.source.file, stored.source.series, stored.issues) == (text, text, (issue,))
    assert columns(store.graph()) == columns(graph)
    assert store.forget(stored.source.id)
    assert len(store.graph()) == 0


@pytest.mark.parametrize("half", ["\ud800", "a\udfffb"])
def test_half_a_character_is_refused_clearly(store: Store, half: str) -> None:
    load(store, BETA)
    for claim in (company(half), buys("A", "B", product=half), buys("A", "B", row=half)):
        with pytest.raises(StoreError, match="half a character") as refused:
            store.replace(document("x", claim))
        assert "\n" not in str(refused.value)
    assert len(store.sources()) == 1


# ---- documents as they were loaded ----------------------------------------------------------------------------------


def test_a_store_made_from_the_documents_of_another_is_equal_to_it(store: Store, new_file: New) -> None:
    odd = document(
        "odd",
        Node("Company", "A", "b"),
        Node("Company", "A", "a"),
        Edge("ASSESSED_BY", Node("Smelter", "S1"), Node("Scheme", "RMAP"), "A1", "tin", {"assessed": date(2026, 1, 2)}),
        Edge("HAS_CONTACT", company("A"), Node("Contact", "contact:1"), "B1", "", {"email": "x@example.org"}),
        buys("A", "B", 0.0, spend=float("nan"), product="p"),
        buys("A", "B", 0.0, product="q"),
        issues=[Issue("note", "A1", "a note")],
    )
    load(store, ACME_2025, BETA, ACME_2024, odd)
    batches = list(store.batches())
    assert [batch.source.id for batch in batches] == sorted(
        batch.source.id for batch in (ACME_2024, ACME_2025, BETA, odd)
    )
    with open_store(new_file()) as copy:
        load(copy, *reversed(batches))
        assert copy.sources() == store.sources()
        assert list(copy.batches()) == batches
        for day in (None, date(2025, 1, 1)):
            assert columns(copy.graph(day)) == columns(store.graph(day))


def test_only_the_documents_that_were_asked_for_come(store: Store) -> None:
    load(store, ACME_2025, BETA)
    assert [batch.source for batch in store.batches([BETA.source.id, "no such id"])] == [BETA.source]
    assert [batch.edges for batch in store.batches(iter([BETA.source.id]))] == [BETA.edges]
    assert list(store.batches([])) == []
