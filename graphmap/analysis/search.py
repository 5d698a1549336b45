"""Kernels on plain arrays: the best simple paths of a graph, and how many there are.

A graph is a pair (``indptr``, ``heads``) as in ``structure``, with a cost of at least 0 per link (infinite: not to be
used). ``goal`` is per place what it costs to end there, infinite where no path may end. A path ends at the first
place where it may. Method: ENGINES section 3.5.
"""

from __future__ import annotations

import heapq
import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from scipy.sparse.csgraph import dijkstra

from graphmap.analysis.structure import reachable, subgraph
from graphmap.analysis.sweep import Mask, Positions, Sweep
from graphmap.graph import Floats, Ints

EFFORT = 500_000
"""How many beginnings of paths a search looks at before it gives up and says so: a second or two."""

COUNT_EFFORT = 200_000
"""How many paths within knots of mutual buyers a count follows before it gives up and says so."""

_CELLS = 20_000_000
"""How many numbers a count may hold; beyond that it gives up at once and says so."""


@dataclass(frozen=True)
class Best:
    """Paths as places from the source on, best first; ``capped`` if the search gave up before it had k of them."""

    paths: list[tuple[int, ...]]
    capped: bool


def potential(indptr: Positions, heads: Ints, cost: Floats, goal: Floats) -> Floats:
    """What the cheapest way from each place costs, its end included; infinite where there is none.

    One Dijkstra search backwards from a place beyond all ends, so it holds for every source.
    """
    places, ends = len(indptr) - 1, np.flatnonzero(np.isfinite(goal))
    back = sp.csr_array((cost, heads, indptr), shape=(places, places)).T.tocsr()
    matrix = sp.csr_array(
        (
            np.concatenate([back.data, goal[ends]]),
            np.concatenate([back.indices, ends]),
            np.append(back.indptr, back.indptr[-1] + len(ends)),
        ),
        shape=(places + 1, places + 1),
    )
    found: Floats = dijkstra(matrix, indices=[places])[0, :places]
    return found


def k_best(
    indptr: Positions,
    heads: Ints,
    cost: Floats,
    goal: Floats,
    source: int,
    k: int,
    *,
    bound: Floats | None = None,
    through: Sequence[int] = (),
    max_hops: int | None = None,
    digits: int = 9,
    effort: int = EFFORT,
) -> Best:
    """The k cheapest paths from ``source``, none of which meets a place twice; ties in the order of their places.

    ``bound`` is what a way to the end costs at least, by default the ``potential``. Places where it is infinite are
    never entered. ``through``: places that every path must meet. ``max_hops``: the most links of a path (from 1).
    Costs that agree to ``digits`` decimals are ties: choose it above the rounding of their sums.

    Beginnings of paths are taken up in the order of what the whole path must cost at least (A*), so the first to
    arrive are the best.
    """
    if bound is None:
        bound = potential(indptr, heads, cost, goal)
    rest_of = _Rest(indptr, heads, cost, goal, bound, through, max_hops)
    paths: list[tuple[int, ...]] = []
    looked = 1
    heap: list[tuple[float, tuple[int, ...], float]] = []
    if np.isfinite(rest_of(np.array([source], np.int32), ())[0]):
        heap.append((0.0, (source,), 0.0))
    while heap and len(paths) < k:
        if looked > effort:
            return Best(paths, capped=True)
        _, path, paid = heapq.heappop(heap)
        last = path[-1]
        if np.isfinite(goal[last]):
            paths.append(path)
            continue
        links = slice(indptr[last], indptr[last + 1])
        nexts = heads[links]
        spent = paid + cost[links]
        total = np.round(spent + rest_of(nexts, path), digits)
        usable = np.flatnonzero(np.isfinite(total))
        looked += len(usable)
        for f, place, g in zip(total[usable].tolist(), nexts[usable].tolist(), spent[usable].tolist(), strict=True):
            if place not in path:
                heapq.heappush(heap, (f, (*path, place), g))
    return Best(paths, capped=False)


class _Rest:
    """What at least must still be paid from a place on; infinite where no path that passes the filters goes on."""

    def __init__(
        self,
        indptr: Positions,
        heads: Ints,
        cost: Floats,
        goal: Floats,
        bound: Floats,
        through: Sequence[int],
        max_hops: int | None,
    ) -> None:
        end = np.isfinite(goal)
        self.bound = np.where(end, goal, bound)
        self.detours = {}
        for x in through:
            detour = potential(indptr, heads, cost, _only(x, len(goal))) + self.bound[x]
            detour[end & (np.arange(len(goal)) != x)] = np.inf
            self.detours[x] = detour
        self.max_hops = max_hops
        if max_hops is not None:
            near = np.where(end, 0.0, np.inf)
            self.hops = potential(indptr, heads, np.where(np.isfinite(cost), 1.0, np.inf), near)

    def __call__(self, places: Ints, path: tuple[int, ...]) -> Floats:
        """For each of ``places``, to which ``path`` leads."""
        rest: Floats = self.bound[places]
        for must, detour in self.detours.items():
            if must not in path:
                rest = np.maximum(rest, detour[places])
        if self.max_hops is not None:
            rest = np.where(len(path) + self.hops[places] > self.max_hops, np.inf, rest)
        return rest


def _only(place: int, places: int) -> Floats:
    goal = np.full(places, np.inf)
    goal[place] = 0.0
    return goal


# ---- how many -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Count:
    """How many paths there are; a lower bound when not ``exact``."""

    paths: int
    exact: bool


def count_paths(
    indptr: Positions,
    heads: Ints,
    source: int,
    ends: Mask,
    allowed: Mask,
    *,
    through: Sequence[int] = (),
    max_hops: int | None = None,
    effort: int = COUNT_EFFORT,
) -> Count:
    """The number of simple paths from ``source`` to ``ends`` over ``allowed`` places.

    A simple path that leaves a knot (places that lead to one another) never comes back, so numbers are added up
    from knot to knot, in Python's integers. Only within a knot are paths followed one by one, at most ``effort``
    in all; beyond that the count is a lower bound. So it is exact whenever there is no cycle.
    """
    if not allowed[source]:
        return Count(0, exact=True)
    places, start, head = subgraph(indptr, heads, reachable(indptr, heads, source, allowed))
    tail = np.repeat(np.arange(len(places), dtype=np.int32), np.diff(start))
    end = ends[places]
    tail, head = tail[~end[tail]], head[~end[tail]]
    start = np.searchsorted(tail, np.arange(len(places) + 1)).astype(np.int64)
    number = {int(place): i for i, place in enumerate(places)}
    if any(x not in number for x in through):
        return Count(0, exact=True)
    bits = {number[x]: 1 << i for i, x in enumerate(dict.fromkeys(through))}

    sweep = Sweep(start, head)
    knot = sweep.component
    entered = np.zeros(len(places), np.bool_)
    entered[head[knot[tail] != knot[head]]] = True
    entered[number[source]] = True
    still = sum(int(entered[step.places].sum()) for step in sweep.steps if step.circular)

    # ways[p, met, hops]: the paths from p to an end that meet the set ``met`` of ``through`` (a bit each) in so many
    # hops; hops are all 0 when nobody asks for them.
    longest = sum(int(np.bincount(step.ring).max()) if step.circular else 1 for step in sweep.steps)
    max_hops = None if max_hops is None or max_hops >= longest else max_hops
    shape = (len(places), 1 << len(bits), 1 + (max_hops or 0))
    if math.prod(shape[1:]) * (len(places) + len(head)) > _CELLS:
        return Count(0, exact=False)
    ways = np.zeros(shape, dtype=object)
    for place in np.flatnonzero(end).tolist():
        ways[place, bits.get(place, 0), 0] = 1
    exact = True
    for step in sweep.steps:
        # Within a knot nothing is known yet and counts as 0, so this is what leaves the knot at each place.
        leaving = _later(np.add.reduceat(ways[sweep.child[step.links]], step.starts, axis=0), 1)
        members = step.places.tolist()
        if not step.circular:
            ways[step.places] = leaving
            for place in bits.keys() & set(members):
                ways[place] = _met(ways[place], bits[place])
            continue
        out = dict(zip(members, leaving, strict=True))
        near = {p: [c for c in head[start[p] : start[p + 1]].tolist() if knot[c] == knot[p]] for p in members}
        for place in (p for p in members if entered[p]):
            tally, complete = _walks(near, place, bits, max_hops, effort // still)
            effort, still, exact = effort - sum(tally.values()), still - 1, exact and complete
            ways[place] = sum(n * _met(_later(out[p], hops), met) for (p, met, hops), n in tally.items())
    return Count(int(ways[number[source], -1].sum()), exact)


def _later(ways: npt.NDArray[Any], hops: int) -> npt.NDArray[Any]:
    """The same ways after so many hops more; those that get too long fall out. Hops are the last axis."""
    if ways.shape[-1] == 1 or hops == 0:
        return ways
    out = np.zeros_like(ways)
    out[..., hops:] = ways[..., :-hops]
    return out


def _met(ways: npt.NDArray[Any], bit: int) -> npt.NDArray[Any]:
    """The same ways of one place when they also meet the places of these bits, which none of them does yet."""
    out = np.zeros_like(ways)
    sets = np.arange(len(ways))
    sets = sets[sets & bit == 0]
    out[sets | bit] = ways[sets]
    return out


def _walks(
    near: dict[int, list[int]], first: int, bits: dict[int, int], max_hops: int | None, effort: int
) -> tuple[dict[tuple[int, int, int], int], bool]:
    """All simple paths from ``first`` within its knot: how many by (last place, places met, hops); whether all."""
    tally: dict[tuple[int, int, int], int] = defaultdict(int)
    path, on_path, met = [first], {first}, [bits.get(first, 0)]
    tally[first, met[0], 0] = used = 1
    waiting = [iter(near[first])]
    while waiting:
        place = next(waiting[-1], None)
        if place is None:
            waiting.pop()
            on_path.remove(path.pop())
            met.pop()
            continue
        # One hop more must be left to get out of the knot.
        if place in on_path or (max_hops is not None and len(path) >= max_hops):
            continue
        if used >= effort:
            return tally, False
        used += 1
        met.append(met[-1] | bits.get(place, 0))
        tally[place, met[-1], 0 if max_hops is None else len(path)] += 1
        path.append(place)
        on_path.add(place)
        waiting.append(iter(near[place]))
    return tally, True
