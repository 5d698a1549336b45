"""Exposure of every place, share-weighted, with the interval that unknown shares leave open (METHOD section 5)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graphmap.analysis.flow import Circle, Flow
from graphmap.analysis.shares import Shares
from graphmap.analysis.sweep import Mask, Step, Sweep
from graphmap.graph import Floats

_SETTLED = 1e-12
"""An extreme is found when another round changes no value by more than this."""

_ROUNDS = 100
"""Rounds in a circle before we stop looking for a more extreme spread; a few are enough, and each is a valid bound."""


@dataclass(frozen=True)
class Exposure:
    """Exposure 0 to 1 per place of a chain: the estimate, and the ends of its interval (low <= estimate <= high)."""

    estimate: Floats
    low: Floats
    high: Floats


def find_exposure(sweep: Sweep, shares: Shares, flow: Flow, value: Floats, unidentified: float) -> Exposure:
    """Exposure of every place.

    ``value`` is the hazard of each smelter place (what it holds for companies is not used), ``unidentified`` the
    hazard of mass of which nothing is known; ``flow`` carries the estimate of ``shares``. The estimate solves
    E = S E. For ``low`` and ``high`` the missing mass of every company goes wholly to the least or the most
    exposed of the links that may take it.
    """
    estimate = flow.up(value, unidentified)
    low = _extreme(sweep, shares, estimate, unidentified, np.minimum)
    high = _extreme(sweep, shares, estimate, unidentified, np.maximum)
    return Exposure(estimate, low, high)


def _extreme(sweep: Sweep, shares: Shares, estimate: Floats, unidentified: float, pick: np.ufunc) -> Floats:
    """One end of the interval; ``pick`` is ``np.minimum`` or ``np.maximum``.

    Starts from the estimate and moves in one direction only, so that rounding cannot turn the order round. In a
    circle every round picks the most extreme takers at the present values and solves for these (policy
    iteration), which ends at the fixed point nearest to the estimate.
    """
    out = estimate.copy()
    never = np.inf if pick is np.minimum else -np.inf
    for step in sweep.steps:
        links, child = sweep.links[step.links], sweep.child[step.links]
        stated, takes = shares.stated[links], shares.takes[links]
        missing, lost = shares.missing[step.places], shares.unknown[step.places]
        for _ in range(_ROUNDS if step.circular else 1):
            before, x = out[step.places], out[child]
            best = pick.reduceat(np.where(takes, x, never), step.starts)
            if step.circular:
                weight = stated + _all_to(step, takes & (x == best[step.owner]), missing)
                found = Circle(step, child, weight, lost).settle(out, unidentified)
            else:
                found = np.add.reduceat(stated * x, step.starts) + lost * unidentified
                found += missing * np.where(missing > 0, best, 0.0)
            out[step.places] = pick(found, before)
            if np.abs(out[step.places] - before).max() < _SETTLED:
                break
    return out


def _all_to(step: Step, chosen: Mask, missing: Floats) -> Floats:
    """The missing mass of each place of a step on the first of its chosen links."""
    weight = np.zeros(len(chosen))
    link = np.flatnonzero(chosen)
    place, first = np.unique(step.owner[link], return_index=True)
    weight[link[first]] = missing[place]
    return weight
