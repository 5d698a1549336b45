"""Which smelters stand upstream of a place."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

from graphmap.analysis.chain import Chain
from graphmap.analysis.reach import find_reach, worst_smelter
from graphmap.analysis.sweep import Sweep
from tests.unit.small import small


def test_a_diamond_counts_once() -> None:
    #  B ─ S ─ x      and  z, which nobody of them declares
    #   └─ T ─ x, y
    found = small(
        [("B", "S", 0.9), ("B", "T", 0.1), ("S", "x", None), ("T", "x", None), ("T", "y", None), ("U", "z", 1)]
    )
    count = found.by_name(found.reach.count())
    assert count == {"B": 2, "S": 1, "T": 2, "U": 1, "x": 1, "y": 1, "z": 1}
    assert found.reach.of(found.place("B")).tolist() == [0, 1]
    bad = np.array([False, True, False])
    assert found.by_name(found.reach.count(bad)) == {"B": 1, "S": 0, "T": 1, "U": 0, "x": 0, "y": 1, "z": 0}


def test_a_link_without_mass_is_a_link() -> None:
    found = small([("B", "S", 1.0), ("B", "x", None), ("S", "y", 0.0), ("S", "z", 1.0)])
    assert found.reach.of(found.place("B")).tolist() == [0, 1, 2]


def test_who_buys_in_a_circle_reaches_the_same() -> None:
    found = small([("A", "B", None), ("B", "C", None), ("C", "A", None), ("A", "x", None), ("C", "y", None)])
    assert found.by_name(found.reach.count()) == {"A": 2, "B": 2, "C": 2, "x": 1, "y": 1}


def test_the_worst_smelter_that_is_reached() -> None:
    found = small(
        [("B", "S", None), ("B", "x", None), ("S", "y", None), ("S", "z", None), ("E", "S", 0), ("F", "G", 1)]
    )
    worst = worst_smelter(found.chain, found.sweep, np.array([0.5, 0.9, 0.9]))
    # Of equally bad ones the first; -1 where none is reached.
    assert found.by_name(worst) == {"B": 1, "S": 1, "E": 1, "F": -1, "G": -1, "x": 0, "y": 1, "z": 2}


def test_no_smelters_and_no_links() -> None:
    found = small([("A", "B", None)])
    assert found.reach.count().tolist() == [0, 0]
    empty = Chain.from_links("tin", np.zeros(0, np.int32), 0, *(np.zeros(0, t) for t in (np.int32, np.int32, float)))
    assert find_reach(empty, Sweep(empty.indptr, empty.head)).count().tolist() == []


@pytest.mark.parametrize("smelters", [1, 63, 64, 65, 200])
def test_against_networkx_on_random_graphs_with_circles(smelters: int) -> None:
    rng = np.random.default_rng(smelters)
    companies, links = 60, 260
    tail = rng.integers(0, companies, links).astype(np.int32)
    head = rng.integers(0, companies + smelters, links).astype(np.int32)
    tail, head = tail[tail != head], head[tail != head]
    n = companies + smelters
    chain = Chain.from_links("tin", np.arange(n, dtype=np.int32), companies, tail, head, np.full(len(tail), np.nan))
    reach = find_reach(chain, Sweep(chain.indptr, chain.head))
    graph = nx.DiGraph()
    graph.add_nodes_from(range(n))
    graph.add_edges_from(zip(tail.tolist(), head.tolist(), strict=True))
    for place in range(n):
        expected = sorted(p - companies for p in nx.descendants(graph, place) | {place} if p >= companies)
        assert reach.of(place).tolist() == expected
        has = reach.has(np.full(smelters, place), np.arange(smelters))
        assert np.flatnonzero(has).tolist() == expected
    chosen = rng.random(smelters) < 0.5
    assert reach.count(chosen)[companies:].tolist() == chosen.astype(int).tolist()
