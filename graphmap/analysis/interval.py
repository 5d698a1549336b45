"""Exposure of every place, share-weighted, with the interval that unknown shares leave open (METHOD section 4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from graphmap.analysis.flow import Circle, Flow, find_caught
from graphmap.analysis.shares import Shares
from graphmap.analysis.sweep import Mask, Positions, Step, Sweep
from graphmap.graph import Floats
from graphmap.policy import Unknown

_SETTLED = 1e-13
"""A fixed point is found when another round changes no value by more than this."""

_ROUNDS = 10_000
"""Rounds in a circle before we stop; each leaves a valid, if wider, interval."""


class Worth(NamedTuple):
    """Per place what a smelter there is worth: its hazard as estimated, and the least and the most that it can be."""

    estimate: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True)
class Exposure:
    """Per place of a chain: exposure 0 to 1 (``low <= estimate <= high``), the part of its purchases that is
    ``unknown``, and the part that its own closed list ``placed``. At a smelter the exposure is the hazard."""

    estimate: Floats
    low: Floats
    high: Floats
    unknown: Floats
    placed: Floats


def find_exposure(sweep: Sweep, shares: Shares, flow: Flow, worth: Worth, unknown: Unknown) -> Exposure:
    """Exposure of every place; ``flow`` carries the estimate of ``shares``."""
    estimate = flow.up(worth.estimate, unknown.estimate)
    low = _Extreme(sweep, shares, worth, unknown, "low").find()
    high = _Extreme(sweep, shares, worth, unknown, "high").find()
    # That the estimate lies within must survive rounding.
    return Exposure(estimate, np.minimum(low, estimate), np.maximum(high, estimate), flow.unknown, flow.placed)


class _Round(NamedTuple):
    """One round over the places of a step: their new values, which of them do not follow from the values upstream
    (``fixed``), and the link (of the step) that carries what is missing, -1 where that is unknown."""

    value: Floats
    fixed: Mask
    chosen: Positions


class _Extreme:
    """One end of the interval of every place.

    All that is missing goes to the least (most) exposed of what may take it. Where a list is closed the value stays
    within the hazards that it names; where it names smelters that no supplier explains, it is widened to theirs.
    """

    def __init__(
        self, sweep: Sweep, shares: Shares, worth: Worth, unknown: Unknown, end: Literal["low", "high"]
    ) -> None:
        links, owner, child = sweep.links, sweep.owner, sweep.child
        low = end == "low"
        self._sweep = sweep
        self._pick: np.ufunc = np.minimum if low else np.maximum
        self._never = np.inf if low else -np.inf
        self._bound, hazard = (unknown.low, worth.low) if low else (unknown.high, worth.high)
        self._stated, self._takes, self._missing = shares.stated[links], shares.takes[links], shares.missing
        self._unknown = np.where(shares.unknown_takes, self._bound, self._never)
        self._start = np.where(shares.missing > 0, self._bound, hazard)
        # Beyond this no value lies: a policy may give some smelter more than unknown.high.
        declared = hazard[child[shares.smelter[links]]]
        self._edge = float(self._pick.reduce(declared, initial=self._bound))

        named = shares.smelter[links] & shares.closed[owner]
        self._least, self._most = np.full(sweep.size, -np.inf), np.full(sweep.size, np.inf)
        self._least[shares.closed], self._most[shares.closed] = np.inf, -np.inf
        np.minimum.at(self._least, owner[named], worth.low[child[named]])
        np.maximum.at(self._most, owner[named], worth.high[child[named]])
        self._widest = np.full(sweep.size, self._never)
        unexplained = shares.unexplained[links]
        self._pick.at(self._widest, owner[unexplained], hazard[child[unexplained]])

    def find(self) -> Floats:
        """The value of every place."""
        out = self._start.copy()
        for step in self._sweep.steps:
            if step.circular:
                leaves = self._missing + np.isfinite(self._least) + np.isfinite(self._widest)
                caught, _ = find_caught(step, self._stated[step.links], leaves[step.places])
                out[step.places] = np.where(caught, self._bound, self._edge)
                self._settle(step, out)
            else:
                out[step.places] = self._next(step, out).value
        return out

    def _next(self, step: Step, x: Floats) -> _Round:
        """The values of a step that follow from the values ``x`` of all places."""
        places, upstream = step.places, x[self._sweep.child[step.links]]
        missing, takes = self._missing[places], self._takes[step.links]
        best = self._pick.reduceat(np.where(takes, upstream, self._never), step.starts)
        to_unknown = self._pick(best, self._unknown[places]) != best
        best = np.where(to_unknown, self._unknown[places], best)
        free = np.add.reduceat(self._stated[step.links] * upstream, step.starts)
        free += missing * np.where(missing > 0, best, 0.0)
        value = self._pick(np.clip(free, self._least[places], self._most[places]), self._widest[places])
        chosen = np.full(len(places), -1)
        if step.circular:
            link = np.flatnonzero(takes & (upstream == best[step.owner]) & ~to_unknown[step.owner])
            chosen[step.owner[link[::-1]]] = link[::-1]  # the first stays
        return _Round(value, value != free, chosen)

    def _settle(self, step: Step, x: Floats) -> None:
        """Find the values of a circular step: the least fixed point not below ``unknown.low``, or the greatest not
        above ``unknown.high`` and every hazard.

        Rounds start at that bound and move away from it only. As soon as no more places leave the bound, the equations
        that hold at present are solved at once; where the solution is a fixed point of all rounds, it is the one looked
        for: another one nearer to the bound would keep some circle at the bound itself.
        """
        away = np.maximum if self._pick is np.minimum else np.minimum
        at_bound, attempt = -1, 1
        for count in range(_ROUNDS):
            now = self._next(step, x)
            moved = away(now.value, x[step.places])
            if np.array_equal(moved, x[step.places]):
                return
            x[step.places] = moved
            before, at_bound = at_bound, int(np.count_nonzero(np.abs(moved - self._edge) < _SETTLED))
            if at_bound == before and count >= attempt:
                attempt = 2 * count
                x[step.places] = self._solve(step, self._next(step, x), x)
                if np.abs(self._next(step, x).value - x[step.places]).max() < _SETTLED:
                    return
                x[step.places] = moved

    def _solve(self, step: Step, now: _Round, x: Floats) -> Floats:
        """The values at which the equations of a round hold, each place keeping its choice."""
        missing = np.where(now.fixed, 0.0, self._missing[step.places])
        weight = np.where(now.fixed[step.owner], 0.0, self._stated[step.links])
        carried = now.chosen >= 0
        weight[now.chosen[carried]] += missing[carried]
        own = np.where(carried, 0.0, missing) + now.fixed
        caught, _ = find_caught(step, weight, own)
        value = np.where(now.fixed, now.value, np.where(carried, 0.0, missing) * self._bound)
        weight[caught[step.owner]] = 0.0
        own[caught], value[caught] = 1.0, x[step.places][caught]
        outer = np.where(step.inner < 0, weight, 0.0)
        known = value + step.per_place(outer * x[self._sweep.child[step.links]])
        circle = Circle(step, np.where(step.inner < 0, 0.0, weight), step.per_place(outer) + own)
        return circle.solve(known)
