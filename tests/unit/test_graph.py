"""Texts, the order of what is built, and what SAME_AS makes one."""

from __future__ import annotations

import itertools
import random
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphmap import schema
from graphmap.graph import SupplyGraph, Texts, empty_column, mineral_code
from graphmap.records import Edge, Node, Source
from tests.graphs import answered, buys, company, declares, graph_of, smelter

TEXT = st.text(st.characters(), max_size=6)


def same(a: str, b: str, label: str = "Company", row: str = "A1") -> Edge:
    return Edge("SAME_AS", Node(label, a), Node(label, b), row)


def bytes_of(graph: SupplyGraph) -> dict[str, tuple[str, bytes]]:
    return {name: (column.dtype.str, column.tobytes()) for name, column in graph.to_columns().items()}


def read_as(*claims: Edge, label: str = "Company") -> dict[str, str]:
    """Each id with the id that stands for it."""
    graph = graph_of(*claims)
    return {id_: graph.ids[graph.canonical[i]] for i, id_ in enumerate(graph.ids) if graph.label_of(i) == label}


def groups(*claims: Edge, label: str = "Company") -> set[frozenset[str]]:
    """The ids that are read as one, those that stand alone left out."""
    found: dict[str, set[str]] = {}
    for id_, head in read_as(*claims, label=label).items():
        found.setdefault(head, set()).add(id_)
    return {frozenset(group) for group in found.values() if len(group) > 1}


# ---- texts --------------------------------------------------------------------------------------------------------


@given(st.lists(TEXT, max_size=20))
def test_texts_come_back_as_they_were(texts: list[str]) -> None:
    packed = Texts.pack(texts)
    assert list(packed) == texts
    assert [packed[i] for i in range(len(packed))] == texts
    assert len(packed) == len(texts)
    assert len(packed.vocabulary) == len(set(texts))


def test_any_text_can_be_packed() -> None:
    odd = ["", "\0", "\ud800", "\udfff x", "冶炼厂", "x" * 1_000_000, "a\nb"]
    assert list(Texts.pack(odd)) == odd


@given(st.lists(TEXT, max_size=20), st.randoms())
def test_tidy_texts_are_the_same_in_bytes_however_they_came_about(texts: list[str], chance: random.Random) -> None:
    vocabulary = [*set(texts), "unused", "unused too"]
    chance.shuffle(vocabulary)
    codes = np.array([vocabulary.index(text) for text in texts], np.int32)
    one, other = Texts.pack(texts).tidy(), Texts.of_vocabulary(codes, vocabulary).tidy()
    assert list(one) == texts
    assert one.vocabulary == sorted(set(texts))
    assert {k: v.tobytes() for k, v in one.parts().items()} == {k: v.tobytes() for k, v in other.parts().items()}


def test_texts_can_be_taken_by_position() -> None:
    assert list(Texts.pack("abcab").take(np.array([4, 0, 0]))) == ["b", "a", "a"]


# ---- building -----------------------------------------------------------------------------------------------------


def test_nodes_stand_by_label_and_id_and_bear_their_id_where_no_name_is_given() -> None:
    graph = graph_of(smelter("S1", "Smeltwell"), company("b"), Node("Company", "a"), Node("Country", "CD", "Congo"))
    assert [graph.label_of(i) for i in range(len(graph))] == ["Company", "Company", "Smelter", "Country"]
    assert list(graph.ids) == ["a", "b", "S1", "CD"]
    assert list(graph.names) == ["a", "b", "Smeltwell", "Congo"]
    assert graph.node("Smelter", "S1") == 2
    assert graph.node("Smelter", "b") is None


def test_claims_stand_by_tail_head_mineral_source_and_row() -> None:
    claims = [
        buys("b", "c", row="A9"),
        buys("a", "c", row="A2"),
        buys("a", "b", mineral="tin"),
        buys("a", "b"),
        buys("a", "b", row="A10"),
        buys("a", "b", mineral="tantalum"),
    ]
    for shuffled in itertools.islice(itertools.permutations(claims), 0, 720, 97):
        table = graph_of(*shuffled).table("BUYS_FROM")
        assert table.tail.tolist() == [0, 0, 0, 0, 0, 1]
        assert table.head.tolist() == [1, 1, 1, 1, 2, 2]
        assert table.mineral.tolist() == [-1, -1, mineral_code("tantalum"), mineral_code("tin"), -1, -1]
        assert list(table.row) == ["A1", "A10", "A1", "A1", "A2", "A9"]


def test_sources_stand_by_kind_title_and_age() -> None:
    sources = [
        Source(id_, kind, "", title, "f", as_of)
        for id_, kind, title, as_of in [
            ("4", "b", "t", ""),
            ("3", "a", "u", "2025-01-01"),
            ("1", "a", "t", "2026-01-01"),
            ("2", "a", "t", "2025-01-01"),
        ]
    ]
    graph = graph_of(documents=[(source, [buys("a", "b", row=source.id)]) for source in sources])
    assert [source.id for source in graph.sources if source.kind != "test"] == ["2", "1", "3", "4"]
    table = graph.table("BUYS_FROM")
    assert [graph.sources[i].id for i in table.source] == list(table.row)
    assert str(graph.receipt("BUYS_FROM", 0)) == "f, 2 (2025-01-01)"


IDS = st.sampled_from(["A", "B", "DUNS:1", "DUNS:2", "LEI:1", "name:a", "name:b", "name:c"])
CLAIM = st.one_of(
    st.builds(same, IDS, IDS),
    st.builds(
        buys, IDS, IDS, st.sampled_from([None, 0.5]), st.sampled_from(["", "tin"]), st.sampled_from(["A1", "A2"])
    ),
    st.builds(declares, IDS, st.sampled_from(["S", "T"])),
)


@settings(deadline=None)
@given(st.lists(CLAIM, max_size=12, unique_by=lambda claim: claim[:5]), st.randoms(use_true_random=False))
def test_the_order_of_reading_shows_nowhere(claims: list[Edge], chance: random.Random) -> None:
    shuffled = list(claims)
    chance.shuffle(shuffled)
    assert bytes_of(graph_of(*claims)) == bytes_of(graph_of(*shuffled))


@settings(deadline=None)
@given(st.lists(CLAIM, max_size=12))
def test_columns_are_the_whole_graph(claims: list[Edge]) -> None:
    graph = graph_of(*claims)
    again = SupplyGraph.from_columns(graph.to_columns())
    assert bytes_of(again) == bytes_of(graph)
    assert again.sources == graph.sources
    assert [list(again.claims(name)) for name in schema.EDGES] == [list(graph.claims(name)) for name in schema.EDGES]


def test_the_empty_graph() -> None:
    graph = SupplyGraph.build([], [], {})
    assert len(graph) == 0
    assert len(graph.table("DECLARES")) == 0
    assert graph.latest is None
    assert graph.minerals == ()
    assert graph.merges == {}
    assert len(SupplyGraph.from_columns(graph.to_columns())) == 0


# ---- reading ------------------------------------------------------------------------------------------------------


def test_a_claim_says_what_is_given_and_where() -> None:
    graph = graph_of(
        buys("a", "b", 0.25, "tin", currency="EUR"),
        Edge("ASSESSED_BY", smelter("S"), Node("Scheme", "RMAP"), "B2", "", {"valid_until": date(2026, 5, 1)}),
    )
    receipt = {"file": "test.csv", "as_of": "2026-06-30"}
    assert list(graph.claims("BUYS_FROM")) == [
        {"tail": 0, "head": 1, "mineral": "tin", "share": 0.25, "currency": "EUR", "row": "A1", **receipt}
    ]
    assert list(graph.claims("ASSESSED_BY")) == [
        {"tail": 2, "head": 3, "mineral": "", "valid_until": "2026-05-01", "row": "B2", **receipt}
    ]
    assert list(graph.claims("BUYS_FROM", np.array([False]))) == []
    assert graph.minerals == ("tin",)
    assert graph.latest == date(2026, 6, 30)


@pytest.mark.parametrize(("kind", "text"), [(str, "['', '']"), (float, "[nan, nan]"), (date, "[None, None]")])
def test_a_column_in_which_nothing_is_given(kind: type, text: str) -> None:
    column = empty_column(kind, 2)
    assert str(list(column) if isinstance(column, Texts) else column.tolist()) == text


def test_networkx_gets_canonical_nodes_and_claims_with_their_receipts_but_no_contacts() -> None:
    reach = Edge("HAS_CONTACT", company("a"), Node("Contact", "contact:1"), "B1", "", {"email": "x@example.org"})
    graph = graph_of(buys("name:a", "b", 0.5), same("a", "name:a"), reach)
    out = graph.to_networkx()
    assert dict(out.nodes(data="label")) == {"Company:a": "Company", "Company:b": "Company"}
    (edge,) = out.edges(data=True)
    assert edge[:2] == ("Company:a", "Company:b")
    assert edge[2] == {"type": "BUYS_FROM", "mineral": "", "share": 0.5, "file": "test.csv", "row": "A1",
                       "as_of": "2026-06-30"}  # fmt: skip
    assert "Contact:contact:1" in graph.to_networkx(private=True)
    assert "x@example.org" in str(graph.to_networkx(private=True).edges(data=True))


# ---- sameness -----------------------------------------------------------------------------------------------------


def test_claims_run_between_those_that_stand_for_the_merged_which_stay_visible() -> None:
    graph = graph_of(same("ACME", "name:acme"), buys("name:acme", "b"), declares("ACME", "S"), answered("x", "q", "No"))
    acme = graph.node("Company", "ACME")
    assert graph.node("Company", "name:acme") == acme
    assert graph.table("BUYS_FROM").tail.tolist() == graph.table("DECLARES").tail.tolist() == [acme]
    assert graph.merges == {acme: (acme, acme + 2)}  # ACME, b, name:acme, x
    assert "name:acme" not in [graph.ids[i] for i in graph.of_label("Company")]
    said = graph.table("SAME_AS")
    assert [graph.ids[i] for i in (*said.tail, *said.head)] == ["ACME", "name:acme"]


def test_claims_that_sameness_makes_equal_stand_in_the_order_of_their_ends_as_written() -> None:
    """Two names of one company on one row of one document: nothing but the names themselves tells them apart."""
    two = [buys("name:a", "x", product="first"), buys("name:b", "x", product="second")]
    both = [same("ACME", "name:a"), same("ACME", "name:b")]
    assert bytes_of(graph_of(*both, *two)) == bytes_of(graph_of(*reversed(two), *both))
    assert list(graph_of(*both, *two).table("BUYS_FROM").text("product")) == ["first", "second"]


@pytest.mark.parametrize(
    ("ids", "stands"),
    [
        (("name:acme", "DUNS:1", "LEI:1", "ACME"), "ACME"),
        (("name:acme", "DUNS:1", "LEI:1"), "LEI:1"),
        (("name:acme", "DUNS:1", "SAP:1"), "DUNS:1"),
        (("name:acme", "SAP:1"), "SAP:1"),
        (("name:acme", "name:acme gmbh"), "name:acme"),
    ],
)
def test_the_best_id_stands_for_a_company(ids: tuple[str, ...], stands: str) -> None:
    for order in itertools.permutations(ids):
        claims = [same(a, b) for a, b in itertools.pairwise(order)]
        assert set(read_as(*claims).values()) == {stands}


def test_a_smelter_is_its_cid_however_many_spellings_it_has() -> None:
    spellings = ["unlisted:gold:smeltwell:CH", "unlisted:gold:smelt well:CH"]
    claims = [same("CID900001", spelling, "Smelter") for spelling in spellings]
    assert groups(*claims, label="Smelter") == {frozenset(["CID900001", *spellings])}
    assert set(read_as(*claims, label="Smelter").values()) == {"CID900001"}


def test_a_mine_keeps_the_id_that_its_source_gives() -> None:
    claims = [same("mine:kisa:CD", "IPIS-7", "Mine"), same("mine:kisa mine:CD", "IPIS-7", "Mine")]
    assert set(read_as(*claims, label="Mine").values()) == {"IPIS-7"}


def test_two_companies_that_the_list_keeps_apart_stay_apart_although_they_share_a_name() -> None:
    # A -- name:acme -- B
    assert groups(same("A", "name:acme"), same("B", "name:acme")) == set()


def test_a_shared_name_costs_nobody_the_other_names() -> None:
    # A -- name:acme -- B -- name:acme japan -- LEI:9
    claims = [same("A", "name:acme"), same("B", "name:acme"), same("B", "name:j"), same("LEI:9", "name:j")]
    assert groups(*claims) == {frozenset(["B", "name:j", "LEI:9"])}


def test_names_that_only_together_join_two_companies_join_neither() -> None:
    # A -- name:x -- LEI:1 -- name:y -- B: LEI:1 is A or B, and nothing says which
    claims = [same("A", "name:x"), same("LEI:1", "name:x"), same("LEI:1", "name:y"), same("B", "name:y")]
    assert groups(*claims) == set()


def test_ids_of_one_scheme_are_never_one_even_if_a_claim_says_so() -> None:
    assert groups(same("A", "B")) == set()
    assert groups(same("A", "DUNS:1"), same("B", "DUNS:2"), same("A", "B")) == {
        frozenset(["A", "DUNS:1"]),
        frozenset(["B", "DUNS:2"]),
    }


def test_an_id_that_is_said_to_be_two_companies_is_neither() -> None:
    # DUNS:1 -- A -- DUNS:2, and A's name
    claims = [same("A", "DUNS:1"), same("A", "DUNS:2"), same("A", "name:a")]
    assert groups(*claims) == {frozenset(["A", "name:a"])}


def test_a_name_of_a_name_belongs_to_the_same_company() -> None:
    # B -- name:c -- A -- name:a -- name:b
    claims = [same("A", "name:a"), same("name:a", "name:b"), same("A", "name:c"), same("B", "name:c")]
    assert groups(*claims) == {frozenset(["A", "name:a", "name:b"])}


def test_sameness_of_unlike_things_and_of_a_thing_with_itself_says_nothing() -> None:
    odd = Edge("SAME_AS", company("a"), smelter("a"), "A1")
    assert groups(odd, same("b", "b")) == set()


@settings(deadline=None)
@given(st.lists(st.tuples(IDS, IDS), max_size=10))
def test_laws_of_sameness(pairs: list[tuple[str, str]]) -> None:
    heads = read_as(*(same(a, b) for a, b in pairs))
    assert all(heads[head] == head for head in heads.values()), "what stands for others stands for itself"
    for group in groups(*(same(a, b) for a, b in pairs)):
        schemes = [id_.partition(":")[0] if ":" in id_ else "" for id_ in group if not id_.startswith("name:")]
        assert len(schemes) == len(set(schemes)), "never two ids of one scheme"
    swapped = [(b, a) for a, b in reversed(pairs)]
    assert heads == read_as(*(same(a, b) for a, b in swapped)), "neither order nor direction matters"


@settings(deadline=None)
@given(st.lists(st.tuples(IDS, IDS), max_size=8), st.lists(st.tuples(IDS, IDS), max_size=8))
def test_what_is_not_connected_does_not_interfere(here: list[tuple[str, str]], there: list[tuple[str, str]]) -> None:
    far = [(f"{a}0", f"{b}0") for a, b in there]  # A0, DUNS:10, …: other ids of the same schemes
    both = read_as(*(same(a, b) for a, b in (*here, *far)))
    assert both == {**read_as(*(same(a, b) for a, b in here)), **read_as(*(same(a, b) for a, b in far))}
