"""Kernels on plain arrays: what is reachable, in which order, who dominates whom, the smallest set that cuts.

A graph is a pair (``indptr``, ``heads``): the successors of place p are ``heads[indptr[p]:indptr[p + 1]]``.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from scipy.sparse.csgraph import breadth_first_order, maximum_flow

from graphmap.analysis.sweep import Mask, Positions
from graphmap.graph import Ints, ranges


def reachable(indptr: Positions, heads: Ints, source: int, allowed: Mask | None = None) -> Mask:
    """For each place whether a way leads to it from ``source`` over allowed places. The source is reached."""
    seen = np.zeros(len(indptr) - 1, np.bool_)
    seen[source] = True
    front: npt.NDArray[np.integer] = np.array([source])
    while len(front):
        near = heads[ranges(indptr[front], indptr[front + 1] - indptr[front])]
        near = near[~seen[near]] if allowed is None else near[~seen[near] & allowed[near]]
        seen[near] = True
        front = np.unique(near)
    return seen


def subgraph(indptr: Positions, heads: Ints, kept: Mask) -> tuple[npt.NDArray[np.intp], Positions, Ints]:
    """The graph among the kept places, renumbered in their order: their old numbers, ``indptr``, ``heads``."""
    places = np.flatnonzero(kept)
    degree = indptr[places + 1] - indptr[places]
    head = heads[ranges(indptr[places], degree)]
    inside = kept[head]
    tail = np.repeat(np.arange(len(places)), degree)[inside]
    number = np.full(len(kept), -1, np.int32)
    number[places] = np.arange(len(places), dtype=np.int32)
    return places, np.searchsorted(tail, np.arange(len(places) + 1)).astype(np.int64), number[head[inside]]


def transpose(indptr: Positions, heads: Ints) -> tuple[Positions, Ints]:
    """The same links backwards."""
    order = np.argsort(heads, kind="stable")
    tails = np.repeat(np.arange(len(indptr) - 1, dtype=np.int32), np.diff(indptr))
    return np.searchsorted(heads[order], np.arange(len(indptr))).astype(np.int64), tails[order]


def dominators(indptr: Positions, heads: Ints, source: int) -> Ints:
    """The immediate dominator of every place that ``source`` reaches; of the source itself the source; else -1.

    v dominates x when every way from the source to x goes through v. Cooper, Harvey and Kennedy, "A Simple, Fast
    Dominance Algorithm" (2001), without recursion. Places without successors (smelters) cannot dominate others, so
    they take no part in the rounds and are done once at the end.
    """
    places, start, head = subgraph(indptr, heads, reachable(indptr, heads, source))
    back_start, back = (array.tolist() for array in transpose(start, head))
    begin, child = start.tolist(), head.tolist()
    root = int(np.searchsorted(places, source))
    after = _post_order(begin, child, root)

    idom = [-1] * len(places)
    idom[root] = root

    def meet(place: int) -> int:
        """The nearest place through which all ways to the predecessors of ``place`` go."""
        new = -1
        for a in back[back_start[place] : back_start[place + 1]]:
            if idom[a] < 0:
                continue
            if new < 0:
                new = a
                continue
            while a != new:
                while after[a] < after[new]:
                    a = idom[a]
                while after[new] < after[a]:
                    new = idom[new]
        return new

    inner = [place for place in range(len(places)) if begin[place] < begin[place + 1] and place != root]
    inner.sort(key=after.__getitem__, reverse=True)
    changed = True
    while changed:
        changed = False
        for place in inner:
            new = meet(place)
            if idom[place] != new:
                idom[place], changed = new, True
    for place in range(len(places)):
        if begin[place] == begin[place + 1] and place != root:
            idom[place] = meet(place)

    out = np.full(len(indptr) - 1, -1, np.int32)
    out[places] = places[idom]
    return out


def _post_order(begin: list[int], child: list[int], root: int) -> list[int]:
    """For each place when a depth-first walk from ``root`` leaves it for the last time."""
    after = [-1] * (len(begin) - 1)
    position = begin[:-1]
    seen = [False] * len(after)
    seen[root] = True
    walk, count = [root], 0
    while walk:
        place = walk[-1]
        here, end = position[place], begin[place + 1]
        while here < end and seen[child[here]]:
            here += 1
        position[place] = here
        if here < end:
            seen[child[here]] = True
            walk.append(child[here])
        else:
            after[walk.pop()] = count
            count += 1
    return after


def vertex_cut(indptr: Positions, heads: Ints, source: int, ends: Mask) -> Ints:
    """The fewest places other than ``source`` without which no way leads from it to any of ``ends``.

    The ends themselves may be taken out. Of several smallest sets this is the one nearest to the source: no place
    of any other smallest set lies nearer, so the answer does not depend on how the flow was found.
    """
    assert not ends[source], "a source that is an end cannot be cut off"
    forward = reachable(indptr, heads, source)
    if not (forward & ends).any():
        return np.zeros(0, np.int32)
    places, start, head = subgraph(indptr, heads, forward)
    # What leads to an end: from a super-sink, backwards.
    n, goal = len(places), np.flatnonzero(ends[places])
    back_start, back = transpose(start, head)
    back_start = np.append(back_start, back_start[-1] + len(goal))
    useful = reachable(back_start, np.concatenate([back, goal.astype(np.int32)]), n)[:n]
    kept, start, head = subgraph(start, head, useful)
    places, n = places[kept], len(kept)
    goal, root = np.flatnonzero(ends[places]), int(np.searchsorted(places, source))

    # Place p becomes p (in) -> n + p (out) with room for one; everything else has room for all.
    room = n + 1
    tail = np.repeat(np.arange(n), np.diff(start))
    each = np.arange(n)
    rows = np.concatenate([each, tail + n, goal + n])
    columns = np.concatenate([each + n, head, np.full(len(goal), 2 * n)])
    capacity = np.full(len(rows), room, np.int32)
    capacity[:n] = 1
    capacity[root] = room
    network = sp.csr_array((capacity, (rows, columns)), shape=(2 * n + 1, 2 * n + 1))
    flow = maximum_flow(network, root, 2 * n)
    left = sp.csr_array(network - flow.flow)
    left.eliminate_zeros()
    near = np.zeros(2 * n + 1, np.bool_)
    near[breadth_first_order(left, root, return_predecessors=False)] = True
    cut = np.flatnonzero(near[:n] & ~near[n : 2 * n])
    assert len(cut) == flow.flow_value, "as many places as there are ways that share none (Menger)"
    return places[cut].astype(np.int32)
