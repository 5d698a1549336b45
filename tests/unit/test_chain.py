"""The chain of one mineral: what carries it, with which stated share, on whose word."""

from __future__ import annotations

import math

import numpy as np
import pytest

from graphmap.analysis.chain import DECLARES, Chain, mineral_chain
from graphmap.graph import SupplyGraph
from graphmap.records import Edge, Node, Source
from tests.graphs import answered, buys, company, declares, graph_of


def links(chain: Chain, graph: SupplyGraph) -> dict[tuple[str, str], float | None]:
    """(tail id, head id) -> stated share."""
    ids = [graph.ids[int(node)] for node in chain.node]
    return {
        (ids[tail], ids[head]): None if math.isnan(share) else round(share, 9)
        for tail, head, share in zip(chain.tail, chain.head, chain.share, strict=True)
    }


def test_a_purchase_without_a_mineral_carries_every_mineral() -> None:
    graph = graph_of(buys("B", "S", 0.4), buys("B", "T", 0.6, "tin"), declares("S", "X"), declares("T", "Y", "tin"))
    assert links(mineral_chain(graph, "gold"), graph) == {("B", "S"): 0.4, ("S", "X"): None}
    assert links(mineral_chain(graph, "tin"), graph) == {("B", "S"): 0.4, ("B", "T"): 0.6, ("T", "Y"): None}


def test_places_are_all_companies_then_the_smelters_of_the_mineral() -> None:
    graph = graph_of(declares("B", "X"), declares("B", "Y", "tin"), company("alone"))
    chain = mineral_chain(graph, "gold")
    assert [graph.ids[int(node)] for node in chain.node] == ["B", "alone", "X"]
    assert chain.companies == 2
    assert chain.kind.tolist() == [DECLARES]
    assert chain.place(int(graph.node("Smelter", "X") or 0)) == 2
    assert chain.place(int(graph.node("Smelter", "Y") or 0)) is None


def test_a_company_that_says_it_has_none_of_a_mineral_does_not_carry_it() -> None:
    graph = graph_of(
        buys("B", "S", 0.6),
        buys("B", "plastics", 0.4),
        declares("S", "X"),
        answered("plastics", "cmrt:1", "No", "gold"),
        answered("plastics", "cmrt:1", "Yes", "tin"),
    )
    assert links(mineral_chain(graph, "gold"), graph) == {("B", "S"): 1.0, ("S", "X"): None}
    assert ("B", "plastics") in links(mineral_chain(graph, "tin"), graph)


def test_a_no_does_not_silence_a_purchase_that_names_the_mineral_or_a_declared_smelter() -> None:
    graph = graph_of(
        buys("B", "S", None, "gold"),
        buys("B", "T"),
        declares("T", "X"),
        answered("S", "cmrt:1", "No", "gold"),
        answered("T", "cmrt:2", "No", "gold"),
    )
    assert set(links(mineral_chain(graph, "gold"), graph)) == {("B", "S"), ("B", "T"), ("T", "X")}


def test_a_pair_that_is_left_out_is_taken_off_once() -> None:
    # Two rows, another document and a row without a share: plastics has 0.4 of the purchases, once.
    rows = [buys("B", "plastics", 0.1, row="A2"), buys("B", "plastics", 0.3, row="A3"), buys("B", "plastics", row="A4")]
    older = Source(id="1" * 64, kind="test", series="older", title="older", file="older.csv", as_of="2025-01-01")
    graph = graph_of(
        buys("B", "S", 0.3),
        buys("B", "T"),
        *rows,
        answered("plastics", "cmrt:1", "No", "gold"),
        declares("S", "X"),
        documents=[(older, [buys("B", "plastics", 0.9)])],
    )
    chain = mineral_chain(graph, "gold")
    assert links(chain, graph) == {("B", "S"): 0.5, ("B", "T"): None, ("S", "X"): None}
    assert chain.scaled.tolist() == [True, False, False]
    assert chain.stated[0] == 0.3


def test_a_row_that_names_the_mineral_keeps_the_whole_pair() -> None:
    graph = graph_of(
        buys("B", "S", 0.2),
        buys("B", "S", None, "gold", row="A2"),
        buys("B", "T", 0.8),
        answered("S", "cmrt:1", "No", "gold"),
        declares("T", "X"),
    )
    chain = mineral_chain(graph, "gold")
    assert links(chain, graph) == {("B", "S"): 0.2, ("B", "T"): 0.8, ("T", "X"): None}
    assert not chain.scaled.any()


def test_no_share_is_cut_off_before_all_are_divided() -> None:
    # 0.6 and 0.9 of what half of the purchases leave: 1.2 and 1.8, so 0.4 and 0.6.
    graph = graph_of(
        buys("B", "S", 0.6),
        buys("B", "T", 0.9),
        buys("B", "N", 0.5),
        answered("N", "cmrt:2", "No", "gold"),
        declares("S", "X"),
    )
    assert links(mineral_chain(graph, "gold"), graph) == {("B", "S"): 0.4, ("B", "T"): 0.6, ("S", "X"): None}


def test_a_company_that_buys_nothing_but_what_has_none_has_none() -> None:
    graph = graph_of(
        buys("B", "M", 0.6),
        buys("B", "S", 0.4),
        buys("M", "N", 0.7, row="A2"),
        buys("M", "O", 0.3),
        answered("N", "cmrt:1", "No", "gold"),
        answered("O", "cmrt:1", "No", "gold"),
        declares("S", "X"),
    )
    chain = mineral_chain(graph, "gold")
    assert links(chain, graph) == {("B", "S"): 1.0, ("S", "X"): None}
    assert sorted(graph.ids[int(i)] for i in chain.node[chain.outside]) == ["M", "N", "O"]


def test_buying_from_oneself_is_left_out() -> None:
    graph = graph_of(buys("B", "B", 0.5), buys("B", "S", 0.5), declares("S", "X"))
    assert links(mineral_chain(graph, "gold"), graph) == {("B", "S"): 0.5, ("S", "X"): None}


def test_rows_of_one_document_add_up_and_the_mineral_named_wins() -> None:
    graph = graph_of(
        buys("B", "S", 0.2, row="A1", product="p"),
        buys("B", "S", 0.3, row="A2", product="q"),
        buys("B", "T", 0.9),
        buys("B", "T", 0.1, "gold"),
    )
    assert links(mineral_chain(graph, "gold"), graph) == {("B", "S"): 0.5, ("B", "T"): 0.1}


def test_the_latest_document_gives_the_share_and_all_claims_are_kept() -> None:
    older = Source(id="1" * 64, kind="test", series="older", title="older", file="older.csv", as_of="2025-01-01")
    graph = graph_of(buys("B", "S", 0.7), documents=[(older, [buys("B", "S", 0.2)])])
    chain = mineral_chain(graph, "gold")
    assert links(chain, graph) == {("B", "S"): 0.7}
    assert {receipt.file for receipt in chain.receipts(graph, 0)} == {"older.csv", "test.csv"}


def test_shares_over_one_are_scaled() -> None:
    graph = graph_of(buys("B", "S", 0.9), buys("B", "T", 0.6))
    assert links(mineral_chain(graph, "gold"), graph) == {("B", "S"): 0.6, ("B", "T"): 0.4}


def test_same_companies_are_one_place() -> None:
    same = Edge("SAME_AS", company("S1"), Node("Company", "name:acme", "Acme"), "A1")
    graph = graph_of(buys("B", "S1", 0.5), declares("name:acme", "X"), same)
    assert links(mineral_chain(graph, "gold"), graph) == {("B", "S1"): 0.5, ("S1", "X"): None}


@pytest.mark.parametrize("seed", range(5))
def test_links_in_any_order_give_the_same_chain(seed: int) -> None:
    rng = np.random.default_rng(seed)
    tail = np.array([0, 0, 1, 1, 2], np.int32)
    head = np.array([1, 2, 3, 4, 4], np.int32)
    share = np.array([0.5, 0.5, np.nan, 0.25, 1.0])
    order = rng.permutation(5)
    node = np.arange(5, dtype=np.int32)
    one = Chain.from_links("gold", node, 3, tail, head, share)
    two = Chain.from_links("gold", node, 3, tail[order], head[order], share[order])
    assert one.head.tolist() == two.head.tolist()
    assert np.array_equal(one.share, two.share, equal_nan=True)


def test_the_receipt_that_counts_stands_first() -> None:
    later = Source(id="1" * 64, kind="test", series="later", title="later", file="later.csv", as_of="2026-07-31")
    graph = graph_of(
        buys("B", "S", 0.7, row="A2"),
        buys("B", "S", 0.4, "gold", row="A3"),
        buys("B", "S", None, "gold", row="A4"),
        documents=[(later, [buys("B", "S", None, row="A5")])],
    )
    chain = mineral_chain(graph, "gold")
    assert links(chain, graph) == {("B", "S"): 0.4}
    assert [receipt.row for receipt in chain.receipts(graph, 0)] == ["A3", "A2", "A4", "A5"]
