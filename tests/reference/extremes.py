"""The interval by brute force: an extreme split gives all missing mass of a company to one taker (METHOD section 4)."""

from __future__ import annotations

from itertools import product
from math import prod

from tests.reference.figures import Figures


def count_splits(figures: Figures) -> int:
    """How many extreme splits there are."""
    return prod(len(figures.extreme_takers(company)) for company in _choosing(figures))


def find_extremes(figures: Figures) -> dict[str, tuple[float, float]]:
    """For each company the least and the most over all extreme splits of all companies at once."""
    choosing = _choosing(figures)
    found: dict[str, tuple[float, float]] = {}
    for takers in product(*(figures.extreme_takers(company) for company in choosing)):
        choice = dict(zip(choosing, takers, strict=True))
        lows, highs = figures.interval("low", choice), figures.interval("high", choice)
        for company in figures.links.companies:
            low, high = found.get(company, (1.0, 0.0))
            found[company] = min(low, lows[company]), max(high, highs[company])
    return found


def _choosing(figures: Figures) -> list[str]:
    return [company for company in figures.links.companies if figures.split.missing[company]]
