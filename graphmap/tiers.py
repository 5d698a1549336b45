"""Where companies stand in the chain: brands, direct suppliers (tier 1), their suppliers (tier 2) and so on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from graphmap.graph import Ints, SupplyGraph, ranges


def brands(graph: SupplyGraph) -> list[int]:
    """The companies (graph nodes) where chains start.

    Those that a list gives the role "brand"; if there are none, those that buy and from whom nobody buys.
    """
    roles, buys = graph.table("HAS_ROLE"), graph.table("BUYS_FROM")
    brand = graph.node("Role", "brand")
    if brand is not None and (named := np.unique(roles.tail[roles.head == brand])).size:
        return [int(node) for node in named]
    others = buys.tail != buys.head
    return [int(node) for node in np.setdiff1d(buys.tail[others], buys.head[others])]


def tiers(graph: SupplyGraph) -> Ints:
    """Per graph node the fewest purchases from a brand, whatever the mineral: 0 brand, 1 direct supplier, ….

    -1 for what no brand buys from, and for nodes that are not companies.
    """
    buys = graph.table("BUYS_FROM")
    return steps_from(brands(graph), np.searchsorted(buys.tail, np.arange(len(graph) + 1)), buys.head)


def steps_from(sources: Sequence[int], first: npt.NDArray[np.int64], heads: Ints) -> Ints:
    """Per place the fewest links from any of the sources, -1 where none leads to it.

    The links of place p are ``heads[first[p]:first[p + 1]]``.
    """
    steps = np.full(len(first) - 1, -1, np.int32)
    front, reached = np.array(sources, np.int64), 0
    while len(front):
        steps[front] = reached
        met = heads[ranges(first[front], first[front + 1] - first[front])]
        front, reached = np.unique(met[steps[met] < 0]).astype(np.int64), reached + 1
    return steps
