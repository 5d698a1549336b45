"""Paths and cuts at size M against networkx on the same graph: the 25 riskiest paths, the fewest companies to act on.

Run as ``python -m tests.bench.bench_paths``. Building the graph of networkx is not counted, our potential is.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from itertools import islice, pairwise
from typing import TypeVar

import networkx as nx
import numpy as np

from graphmap.analysis.chain import BUYS_FROM, Chain
from graphmap.analysis.search import count_paths, k_best, potential
from graphmap.analysis.structure import dominators, vertex_cut
from graphmap.graph import Ints
from tests.bench.synthetic import Size, Synthetic, chain_of, synthetic

T = TypeVar("T")

K = 25
BAD = 0.9
"""Hazard from which a smelter is one to look for."""


def timed(run: Callable[[], T], times: int = 5) -> tuple[T, float]:
    """The result, and the seconds of the fastest of several runs."""
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        result = run()
        seconds.append(time.perf_counter() - start)
    return result, min(seconds)


def direct_supplier(s: Synthetic, chain: Chain) -> int:
    """The company of tier 1 with the median number of links."""
    tier_1 = np.flatnonzero(s.tier == 1)
    return int(tier_1[np.argsort(chain.out_degree[tier_1], kind="stable")[len(tier_1) // 2]])


def paths_ratio(s: Synthetic, chain: Chain, source: int) -> float:
    """How many times as fast as Yen's algorithm in networkx; both must find the same scores."""
    hazard = np.concatenate([np.ones(s.companies), s.hazard])
    bad = np.flatnonzero((hazard >= BAD) & (np.arange(len(chain)) >= s.companies))
    cost = -np.log(chain.share)
    goal = np.full(len(chain), np.inf)
    goal[bad] = -np.log(hazard[bad])

    def ours() -> list[tuple[int, ...]]:
        bound = potential(chain.indptr, chain.head, cost, goal)
        return k_best(chain.indptr, chain.head, cost, goal, source, K, bound=bound).paths

    found, seconds = timed(ours)
    bound = potential(chain.indptr, chain.head, cost, goal)
    again = timed(lambda: k_best(chain.indptr, chain.head, cost, goal, source, K, bound=bound))[1]
    count, counting = timed(
        lambda: count_paths(chain.indptr, chain.head, source, np.isfinite(goal), np.isfinite(bound))
    )
    print(f"{K} paths: {seconds * 1e3:.1f} ms, from the next source {again * 1e3:.2f} ms; ", end="")
    print(f"all {count.paths:,} counted in {counting * 1e3:.0f} ms (exact: {count.exact})")

    graph = nx.DiGraph()
    graph.add_weighted_edges_from(zip(chain.tail.tolist(), chain.head.tolist(), cost.tolist(), strict=True))
    graph.add_weighted_edges_from((int(place), "T", float(goal[place])) for place in bad)
    yen, slow = timed(lambda: list(islice(nx.shortest_simple_paths(graph, source, "T", "weight"), K)), 1)
    prices = [
        [sum(graph[a][b]["weight"] for a, b in pairwise(path)) for path in way]
        for way in (yen, [(*path, "T") for path in found])
    ]
    assert len(found) == K
    assert np.allclose(*prices)
    print(f"Yen in networkx: {slow:.1f} s")
    return slow / seconds


def cut_ratio(s: Synthetic, chain: Chain, source: int) -> float:
    """How many times as fast as ``minimum_node_cut``; both must find sets of the same size, and ours must cut.

    Only companies can be taken out, so networkx gets the purchases and, in the place of all bad smelters, one end.
    """
    bad = np.concatenate([np.zeros(s.companies, np.bool_), s.hazard >= BAD])
    brings = np.unique(chain.tail[bad[chain.head]])
    brings = brings[brings != source]

    def ours() -> Ints:
        bought = chain.kind == BUYS_FROM
        indptr = np.searchsorted(chain.tail[bought], np.arange(s.companies + 1)).astype(np.int64)
        ends = np.zeros(s.companies, np.bool_)
        ends[brings] = True
        return vertex_cut(indptr, chain.head[bought], source, ends)

    cut, seconds = timed(ours)
    gates, gating = timed(lambda: dominators(chain.indptr, chain.head, source), 1)
    print(
        f"cut of {len(cut)}: {seconds * 1e3:.1f} ms; dominators of {int((gates >= 0).sum()):,} places: {gating:.2f} s"
    )

    bought = chain.kind == BUYS_FROM
    graph = nx.DiGraph(zip(chain.tail[bought].tolist(), chain.head[bought].tolist(), strict=True))
    graph.add_edges_from((int(company), "T") for company in brings)
    theirs, slow = timed(lambda: nx.minimum_node_cut(graph, source, "T"), 1)
    assert len(theirs) == len(cut)
    graph.remove_nodes_from(cut.tolist())
    assert not nx.has_path(graph, source, "T")
    print(f"minimum_node_cut of networkx: {slow:.1f} s")
    return slow / seconds


def measure(size: Size = "M") -> list[tuple[str, float, float]]:
    """(what, measured ratio, floor)."""
    s = synthetic(size)
    chain = chain_of(s)
    source = direct_supplier(s, chain)
    return [
        (f"{K} riskiest paths vs Yen (networkx)", paths_ratio(s, chain, source), 100.0),
        ("minimum vertex cut vs networkx", cut_ratio(s, chain, source), 100.0),
    ]


if __name__ == "__main__":
    for what, ratio, floor in measure(sys.argv[1] if len(sys.argv) > 1 else "M"):
        print(f"{what}: {ratio:.0f}x (floor {floor:.0f}x)")
