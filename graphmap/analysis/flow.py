"""Mass on the links of a chain: values flow down it from smelters to brands, purchases flow up it.

The two directions are adjoint: what ``Flow.up`` gives for a place is the mass that ``Flow.down`` sends from it to
the smelters, times their values. That makes attribution exact (METHOD section 5).
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import splu

from graphmap.analysis.sweep import Mask, Step, Sweep, Values
from graphmap.graph import Floats, Ints, ranges

CLOSED = 1e-9
"""An outlet of a circle that carries no more than this of a company's mass counts as none: much below it the linear
system of the circle has no answer in double precision. Our choice."""


class Flow:
    """Mass on a sweep: ``weight`` per link of the chain and ``unknown`` per place sum to 1 at every company."""

    def __init__(self, sweep: Sweep, weight: Floats, unknown: Floats) -> None:
        self._sweep, self._unknown = sweep, unknown
        self._weight = weight[sweep.links]
        self._parts = [self._part(step) for step in sweep.steps]

    def _part(self, step: Step) -> Circle | sp.csr_matrix:
        child, weight = self._sweep.child[step.links], self._weight[step.links]
        if step.circular:
            return Circle(step, child, weight, self._unknown[step.places])
        bounds = np.append(step.starts, len(child)).astype(np.int32)
        return sp.csr_matrix((weight, child, bounds), shape=(len(step.places), self._sweep.size))

    def up(self, value: Floats, unknown_value: float) -> Floats:
        """What every place gets of the smelters' values: x = sum of weight * x(head) + unknown * ``unknown_value``.

        ``value`` is per place and counts at smelters. Companies without links and those of a circle that no mass
        leaves get ``unknown_value``.
        """
        x = np.where(self._unknown > 0, unknown_value, value)
        for step, part in zip(self._sweep.steps, self._parts, strict=True):
            if isinstance(part, Circle):
                x[step.places] = unknown_value
                x[step.places] = part.settle(x, unknown_value)
            else:
                x[step.places] = part @ x + self._unknown[step.places] * unknown_value
        return x

    def down(self, source: int) -> tuple[Floats, float]:
        """Where one unit of mass at place ``source`` goes: the mass that passes each place, and what is unknown.

        What arrives at smelters and the unknown sum to 1. In a circle a place is passed once per round.
        """
        mass = np.zeros(self._sweep.size)
        mass[source] = 1.0
        lost = self._unknown.copy()
        for step, part in zip(reversed(self._sweep.steps), reversed(self._parts), strict=True):
            passing = mass[step.places]
            active = np.flatnonzero(passing)
            if not len(active):
                continue
            if isinstance(part, Circle):
                mass[step.places], leaving = part.go_round(passing)
                np.add.at(mass, self._sweep.child[step.links], leaving)
                lost[step.places[~part.free]] = 1.0
            else:
                count = step.counts[active]
                link = ranges(step.starts[active] + step.links.start, count)
                np.add.at(mass, self._sweep.child[link], np.repeat(passing[active], count) * self._weight[link])
        return mass, float(mass @ lost)


class Circle:
    """The circular places of one step under given weights (per link of the step) and unknown mass (per place).

    ``child`` are the heads of the links. ``free`` says which places do not lie in a closed circle, out of which no
    mass leads.
    """

    def __init__(self, step: Step, child: Ints, weight: Floats, lost: Floats) -> None:
        self._step, self._child, self._weight, self._lost = step, child, weight, lost
        self._owner = step.owner
        within = step.inner >= 0
        self.free = self._find_free(within)
        self._to_free = np.append(self.free, False)[step.inner]
        index = np.cumsum(self.free) - 1
        used = self._to_free & self.free[self._owner]
        size = int(self.free.sum())
        inside = sp.csc_matrix((weight[used], (index[self._owner[used]], index[step.inner[used]])), shape=(size, size))
        self._factors = splu(sp.eye_array(size, format="csc") - inside) if size else None

    def _find_free(self, within: Mask) -> Mask:
        """All places but those of closed circles: sets that reach each other and from which no mass leads out."""
        owner, inner, k = self._owner, self._step.inner, len(self._step.places)
        inside = np.flatnonzero(within & (self._weight > CLOSED))
        links = sp.csr_matrix((np.ones(len(inside), np.int8), (owner[inside], inner[inside])), shape=(k, k))
        count, group = connected_components(links, directed=True, connection="strong")
        outlet = self._per_place(np.where(within, 0.0, self._weight)) + self._lost > CLOSED
        leads_out = inside[group[owner[inside]] != group[inner[inside]]]
        is_open = np.zeros(count, np.bool_)
        is_open[group[outlet]] = True
        is_open[group[owner[leads_out]]] = True
        free: Mask = is_open[group]
        return free

    def _per_place(self, per_link: Floats) -> Floats:
        return np.bincount(self._owner, per_link, len(self._step.places)).astype(np.float64, copy=False)

    def settle(self, x: Floats, unknown_value: float) -> Floats:
        """The values of the places, given those of all places outside.

        In a closed circle ``x`` stays as it is: any constant solves it.
        """
        out = x[self._step.places]
        if self._factors is not None:
            fixed = np.where(self._to_free, 0.0, self._weight)
            known = self._per_place(fixed * x[self._child]) + self._lost * unknown_value
            # With all values 1 the answer is 1. Dividing by what comes out instead removes the rounding error of a
            # circle that is nearly closed, which is the same in both columns.
            right = np.column_stack([known, self._per_place(fixed) + self._lost])
            solved: Values = self._factors.solve(right[self.free])
            out[self.free] = solved[:, 0] / solved[:, 1]
        return out

    def go_round(self, inflow: Floats) -> tuple[Floats, Floats]:
        """The mass that passes each place until all has left, and the mass that leaves on each link.

        What reaches a closed circle stays there.
        """
        step, passing = self._step, np.zeros(len(self._step.places))
        if self._factors is not None:
            passing[self.free] = self._factors.solve(inflow[self.free], "T")  # type: ignore[call-overload]
            # What goes in comes out; see ``settle``.
            outlet = self._per_place(np.where(self._to_free, 0.0, self._weight)) + self._lost
            gone = np.bincount(step.ring, passing * outlet)
            came = np.bincount(step.ring, np.where(self.free, inflow, 0.0))
            passing *= np.divide(came, gone, out=np.ones_like(came), where=gone > 0)[step.ring]
        flow = passing[self._owner] * self._weight
        caught = np.flatnonzero((step.inner >= 0) & ~self._to_free)
        stays = inflow + np.bincount(step.inner[caught], flow[caught], len(passing))
        return np.where(self.free, passing, stays), np.where(step.inner < 0, flow, 0.0)
