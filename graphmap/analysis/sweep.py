"""The order in which figures flow through a chain, made once and used for exposure, reach and attribution.

Strongly connected places (companies that buy from each other in a circle) stand together; everything else is
ordered by level, the longest way up to a place without links. A level is computed in one go from lower levels,
so a whole chain takes a handful of array operations (measured in tests/bench/bench_exposure.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from graphmap.graph import Ints, ranges

Mask = npt.NDArray[np.bool_]
Positions = npt.NDArray[np.int64]
Values = npt.NDArray[Any]

_CHUNK = 1 << 17
"""Numbers gathered at a time when a value is wider than one number: stays in the cache and keeps memory flat."""


@dataclass(frozen=True)
class Step:
    """Places that are computed together; all have links, and their links lead to earlier steps.

    ``links`` is the part of ``Sweep.links`` that is theirs; the links of place i of the step begin at ``starts[i]``
    within it. In a ``circular`` step the places also lead to each other: ``ring`` says which circle each belongs
    to (0, 1, …, in order) and ``inner`` gives per link the position of its head in ``places``, -1 outside.
    """

    places: Ints
    links: slice
    starts: Positions
    counts: Positions
    circular: bool
    ring: Ints
    inner: Ints

    @property
    def owner(self) -> Positions:
        """For each link of the step the position of its place in ``places``."""
        return np.repeat(np.arange(len(self.places)), self.counts)

    def per_place(self, per_link: Values) -> Values:
        """The sum of a value over the links of each place."""
        return np.bincount(self.owner, per_link, len(self.places)).astype(np.float64, copy=False)


class Sweep:
    """The plan for one set of links, given as ``head[indptr[p]:indptr[p + 1]]`` per place p.

    ``component`` numbers the strongly connected components. ``links`` lists all links in the order of ``steps``,
    ``owner`` their tails and ``child`` their heads. Upstream comes first.
    """

    def __init__(self, indptr: Positions, head: Ints) -> None:
        degree = np.diff(indptr)
        self.size = len(degree)
        self.component, level, circular = _levels(indptr, head)
        key = 2 * level + circular
        places = np.flatnonzero(degree > 0)
        places = places[np.lexsort((self.component[places], key[places]))]
        count = degree[places]
        self.links: Positions = ranges(indptr[places], count)
        self.owner: Positions = np.repeat(places, count)
        self.child: Ints = head[self.links]
        self.steps = tuple(self._steps(places, key[places], count))

    def _steps(self, places: Positions, key: Positions, count: Positions) -> Iterator[Step]:
        offset = np.concatenate([[0], np.cumsum(count)])
        cuts = np.flatnonzero(np.diff(key, prepend=-1, append=-1))
        position = np.full(self.size, -1, np.int32)
        for low, high in zip(cuts[:-1].tolist(), cuts[1:].tolist(), strict=True):
            members, links = places[low:high].astype(np.int32), slice(int(offset[low]), int(offset[high]))
            circular = bool(key[low] % 2)
            ring = inner = np.zeros(0, np.int32)
            if circular:
                circle = self.component[members]
                ring = np.cumsum(np.diff(circle, prepend=circle[0]) != 0).astype(np.int32)
                position[members] = np.arange(high - low, dtype=np.int32)
                inner = position[self.child[links]]
                position[members] = -1
            yield Step(members, links, offset[low:high] - offset[low], count[low:high], circular, ring, inner)

    def fold(self, ufunc: np.ufunc, values: Values) -> Values:
        """For each place ``ufunc`` over its own value and those of everything upstream of it.

        ``ufunc`` must not mind repetition (``maximum``, ``bitwise_or``). ``values`` has a row per place.
        """
        out = values.copy()
        for step in self.steps:
            found = ufunc(gather(ufunc, out, self.child[step.links], step.starts), out[step.places])
            if step.circular:
                first = np.flatnonzero(np.diff(step.ring, prepend=-1))
                found = ufunc.reduceat(found, first, axis=0)[step.ring]
            out[step.places] = found
        return out


def gather(ufunc: np.ufunc, values: Values, rows: npt.NDArray[np.integer], starts: Positions) -> Values:
    """``ufunc.reduceat(values[rows], starts, axis=0)`` without holding ``values[rows]`` as a whole.

    ``starts`` must rise and begin at 0.
    """
    if values.ndim == 1:
        return ufunc.reduceat(values.take(rows), starts)
    most = max(1, _CHUNK // values.shape[1])
    cuts = np.unique(np.append(np.searchsorted(starts, np.arange(0, len(rows), most)), len(starts)))
    ends = np.append(starts, len(rows))
    pieces = [
        ufunc.reduceat(values.take(rows[ends[low] : ends[high]], axis=0), starts[low:high] - ends[low], axis=0)
        for low, high in zip(cuts[:-1].tolist(), cuts[1:].tolist(), strict=True)
    ]
    return np.concatenate(pieces)


def _levels(indptr: Positions, head: Ints) -> tuple[Ints, Positions, Mask]:
    """Per place: its strongly connected component, its level, whether it can come back to itself."""
    n = len(indptr) - 1
    tail = np.repeat(np.arange(n, dtype=np.int32), np.diff(indptr))
    one = np.ones(len(head), np.int8)
    links = sp.csr_matrix((one, head, indptr), shape=(n, n))
    count, component = connected_components(links, directed=True, connection="strong")
    circular = np.bincount(component, minlength=count) > 1
    circular[component[tail[tail == head]]] = True

    # For each component the components that lead to it; a transpose is a counting sort, far faster than argsort.
    back = sp.csr_matrix((one, component[head], indptr), shape=(n, count)).tocsc()
    parents, above = component[back.indices], np.repeat(np.arange(count, dtype=np.int32), np.diff(back.indptr))
    outer = parents != above
    parents, degree = parents[outer], np.bincount(above[outer], minlength=count)
    first, pending = np.cumsum(degree) - degree, np.bincount(parents, minlength=count)

    level, turn = np.zeros(count, np.int64), np.zeros(count, np.int64)
    front, reached = np.flatnonzero(pending == 0), 0
    while len(front):
        level[front] = reached
        met = parents[ranges(first[front], degree[front])]
        np.subtract.at(pending, met, 1)
        done = met[pending[met] == 0]
        turn[done] = np.arange(len(done))  # of repeated ones the last stays
        front, reached = done[turn[done] == np.arange(len(done))], reached + 1
    return component, level[component], circular[component]
