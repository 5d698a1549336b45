"""Mass on the links of a chain: values flow down it from smelters to brands, purchases flow up it.

What is unknown at a company moves downstream until a closed list says where it ends (METHOD section 4). The two
directions are adjoint: what ``Flow.up`` gives for a place is the mass that ``Flow.down`` sends from it to the
smelters, times their values. That makes attribution exact (METHOD section 5).
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import splu

from graphmap.analysis.shares import Shares
from graphmap.analysis.sweep import Mask, Step, Sweep
from graphmap.graph import Floats, Ints, ranges

CLOSED = 1e-9
"""An outlet of a circle that carries no more than this of a company's mass counts as none: much below it the linear
system of the circle has no answer in double precision. Our choice."""


class Flow:
    """Mass on a sweep, by the estimate of ``shares``.

    Per place: ``unknown`` is the part of its purchases whose smelters nobody names (METHOD: N), ``placed`` the part
    whose smelters only its own closed list names (N0). Per link of the chain: ``weight`` is the part of the tail's
    purchases that it carries, what the closed list placed included. Masses at smelters and ``unknown`` sum to 1.

    ``share`` per link and ``own`` per place are the same without what comes from upstream as unknown: they are the
    estimate of ``shares``, but for circles in which mass would be caught.
    """

    def __init__(self, sweep: Sweep, shares: Shares) -> None:
        self._sweep = sweep
        share, own = _free_the_caught(sweep, shares)
        arriving = self._arriving(share, own, shares.closed)
        self.own: Floats = own
        self.share = _in_chain(sweep, share)
        self.unknown: Floats = np.where(shares.closed, 0.0, arriving)
        self.placed: Floats = np.where(shares.closed, arriving, 0.0)

        self._weight, ends = share, shares.ends[sweep.links]
        if ends.any():
            owner = sweep.owner[ends]
            count = np.bincount(owner, minlength=sweep.size)
            self._weight = share.copy()
            self._weight[ends] += self.placed[owner] / count[owner]
        self.weight = _in_chain(sweep, self._weight)
        self._matrices = [_matrix(sweep, step, self._weight) for step in sweep.steps]
        self._circles = [
            _circle(sweep, step, share, own, np.ones(sweep.size, np.bool_)) if step.circular else None
            for step in sweep.steps
        ]

    def _arriving(self, share: Floats, own: Floats, closed: Mask) -> Floats:
        """What is unknown at each place or arrives there as unknown, before its own closed list places it."""
        sweep, out, passes = self._sweep, own.copy(), ~closed
        for step in sweep.steps:
            here = out[step.places]
            out[step.places] = 0.0
            known = here + _matrix(sweep, step, share) @ (out * passes)
            out[step.places] = _circle(sweep, step, share, own, passes).solve(known) if step.circular else known
        return np.minimum(out, 1.0)

    def up(self, value: Floats, unknown_value: float) -> Floats:
        """What every place gets of the smelters' values, and ``unknown_value`` of what is unknown.

        ``value`` is per place and counts at smelters.
        """
        x = np.where(self.own > 0, 0.0, value)
        for step, matrix, circle in zip(self._sweep.steps, self._matrices, self._circles, strict=True):
            x[step.places] = 0.0
            known = matrix @ x
            x[step.places] = circle.solve(known) if circle else known
        found: Floats = x + self.unknown * unknown_value
        return found

    def down(self, source: int) -> tuple[Floats, float]:
        """Where one unit of mass at place ``source`` goes: the mass that passes each place, and what is unknown.

        What arrives at smelters and the unknown sum to 1. In a circle a place is passed once per round.
        """
        sweep = self._sweep
        mass = np.zeros(sweep.size)
        mass[source] = 1.0
        for step, circle in zip(reversed(sweep.steps), reversed(self._circles), strict=True):
            passing = mass[step.places]
            active = np.flatnonzero(passing)
            if not len(active):
                continue
            if circle:
                passing = circle.go_round(passing)
                flow = passing[step.owner] * self._weight[step.links]
                np.add.at(mass, sweep.child[step.links], np.where(step.inner < 0, flow, 0.0))
                mass[step.places] = passing
            else:
                count = step.counts[active]
                link = ranges(step.starts[active] + step.links.start, count)
                np.add.at(mass, sweep.child[link], np.repeat(passing[active], count) * self._weight[link])
        return mass, float(self.unknown[source])


def _in_chain(sweep: Sweep, values: Floats) -> Floats:
    """Values per link of the sweep, in the order of the links of the chain."""
    out = np.empty_like(values)
    out[sweep.links] = values
    return out


def _matrix(sweep: Sweep, step: Step, weight: Floats) -> sp.csr_matrix:
    """The weights of the links of a step, a row per place of it and a column per place of the chain."""
    child = sweep.child[step.links]
    bounds = np.append(step.starts, len(child)).astype(np.int32)
    return sp.csr_matrix((weight[step.links], child, bounds), shape=(len(step.places), sweep.size))


def _circle(sweep: Sweep, step: Step, share: Floats, own: Floats, passes: Mask) -> Circle:
    """The system of a circular step in which only what goes to places that ``passes`` stays in the circle."""
    stays = (step.inner >= 0) & passes[sweep.child[step.links]]
    share = share[step.links]
    outlet = step.per_place(np.where(stays, 0.0, share)) + own[step.places]
    return Circle(step, np.where(stays, share, 0.0), outlet)


def _free_the_caught(sweep: Sweep, shares: Shares) -> tuple[Floats, Floats]:
    """The estimated share of each link of the sweep and the own unknown of each place, so that no mass is caught.

    Mass that no link leads out of a circle of companies is unknown at those that close their list, which ends it; if
    there are none, at each company of the circle.
    """
    share, own = shares.estimate[sweep.links], shares.unknown.copy()
    for step in sweep.steps:
        if not step.circular:
            continue
        caught, circle = find_caught(step, share[step.links], own[step.places])
        if not caught.any():
            continue
        closing = caught & shares.closed[step.places]
        has_closing = np.bincount(circle, closing, len(caught)) > 0
        ends = caught & (closing | ~has_closing[circle])
        own[step.places[ends]] = 1.0
        share[step.links] = np.where(ends[step.owner], 0.0, share[step.links])
    return share, own


def find_caught(step: Step, share: Floats, own: Floats) -> tuple[Mask, Ints]:
    """Which places of a circular step lie in a set that reach each other and that no mass leaves; a number per set."""
    owner, inner, size = step.owner, step.inner, len(step.places)
    inside = np.flatnonzero((inner >= 0) & (share > CLOSED))
    links = sp.csr_matrix((np.ones(len(inside), np.int8), (owner[inside], inner[inside])), shape=(size, size))
    count, group = connected_components(links, directed=True, connection="strong")
    outlet = step.per_place(np.where(inner < 0, share, 0.0)) + own > CLOSED
    leads_out = inside[group[owner[inside]] != group[inner[inside]]]
    is_open = np.zeros(count, np.bool_)
    is_open[group[outlet]] = True
    is_open[group[owner[leads_out]]] = True
    caught: Mask = ~is_open[group]
    return caught, group


class Circle:
    """The linear system of the circular places of one step.

    ``weight`` per link of the step is what stays in the circle, ``outlet`` per place what leaves it; at every place
    they sum to 1, and from every place something leads out.
    """

    def __init__(self, step: Step, weight: Floats, outlet: Floats) -> None:
        used, size = weight > 0, len(step.places)
        inside = sp.csc_matrix((weight[used], (step.owner[used], step.inner[used])), shape=(size, size))
        self._ring, self._outlet = step.ring, outlet
        self._factors = splu(sp.eye_array(size, format="csc") - inside)
        # With all values 1 the answer is 1. Dividing by what comes out instead removes the rounding error of a circle
        # that is nearly closed, which is the same for all right sides.
        self._ones = self._factors.solve(outlet)

    def solve(self, known: Floats) -> Floats:
        """x = known + inside @ x."""
        solved: Floats = self._factors.solve(known) / self._ones
        return solved

    def go_round(self, inflow: Floats) -> Floats:
        """The mass that passes each place until all has left."""
        passing: Floats = self._factors.solve(inflow, "T")  # type: ignore[call-overload]
        # What goes in comes out; see ``__init__``.
        gone, came = np.bincount(self._ring, passing * self._outlet), np.bincount(self._ring, inflow)
        passing *= np.divide(came, gone, out=np.ones_like(came), where=gone > 0)[self._ring]
        return passing
