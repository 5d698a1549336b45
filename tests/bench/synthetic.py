"""Synthetic multi-tier supply graphs for the benches: six tiers, hubs, tier skips and a few cycles.

The family is that of ENGINES section 1.3: Zipf-like attachment, 10 % of purchases skip a tier, 0.1 % are closed to
cycles of two or three companies. The same size and seed give the same arrays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from graphmap.analysis.chain import Chain
from graphmap.graph import Floats, Ints

Size = Literal["S", "M", "L"]

COMPANIES = {"S": 1_000, "M": 100_000, "L": 1_000_000}
SMELTERS = 500
TIERS = np.array([0.02, 0.08, 0.20, 0.30, 0.25, 0.15])
"""The part of the companies that stands at tier 1, 2, …, 6."""

PURCHASES, DECLARATIONS = 3.0, 5.8
"""Links drawn per company before repeated ones fall together."""

HAZARDS = {0.02: 0.60, 0.20: 0.10, 0.50: 0.24, 0.90: 0.06}
"""Hazard of a smelter by its status, and the part of the smelters that has it; 12 % stand in an area of concern."""


@dataclass(frozen=True)
class Synthetic:
    """Companies 0..companies-1; smelter j is place ``companies + j``. Links (tail, head, share) do not repeat.

    ``hazard`` is per smelter, ``tier`` (1 to 6) per company.
    """

    companies: int
    smelters: int
    tail: Ints
    head: Ints
    share: Floats
    hazard: Floats
    tier: Ints


def synthetic(size: Size, seed: int = 20240607) -> Synthetic:
    """A graph of 1,000 (S), 100,000 (M) or 1,000,000 (L) companies and about eight links each."""
    rng = np.random.default_rng(seed)
    companies = COMPANIES[size]
    count = np.maximum((TIERS * companies).astype(int), 3)
    count[-1] += companies - count.sum()
    tier = np.repeat(np.arange(1, 7), count).astype(np.int32)

    buyer, seller = _purchases(rng, count, tier)
    declares = rng.choice(
        companies, int(DECLARATIONS * companies), p=_normed(tier * rng.pareto(2.5, companies).clip(0.1, 20))
    )
    declared = companies + _popular(rng, SMELTERS, 0.9, len(declares))
    tail, head = _distinct(np.concatenate([buyer, declares]), np.concatenate([seller, declared]), companies + SMELTERS)
    bought = head < companies
    share = np.where(bought, rng.beta(1.5, 6, len(tail)), rng.beta(1.2, 10, len(tail)))
    hazard = rng.choice(list(HAZARDS), SMELTERS, p=list(HAZARDS.values()))
    hazard = np.minimum(hazard + 0.2 * (rng.random(SMELTERS) < 0.12), 1.0)
    return Synthetic(companies, SMELTERS, tail, head, np.maximum(share.round(4), 1e-4), hazard, tier)


def chain_of(s: Synthetic) -> Chain:
    """The chain of the links; shares that sum to more than 1 are scaled as everywhere."""
    return Chain.from_links(
        "tin", np.arange(s.companies + s.smelters, dtype=np.int32), s.companies, s.tail, s.head, s.share
    )


def chain_as_documents_say(s: Synthetic) -> Chain:
    """The same chain as documents give it: no share of a declared smelter, and every second company says that its list
    is the whole chain (it is where nobody upstream names a smelter that it does not)."""
    places = s.companies + s.smelters
    share = np.where(s.head < s.companies, s.share, np.nan)
    whole = np.arange(places) % 2 == 0
    return Chain.from_links("tin", np.arange(places, dtype=np.int32), s.companies, s.tail, s.head, share, whole=whole)


def _purchases(rng: np.random.Generator, count: np.ndarray, tier: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Who buys from whom: everyone sells to the tier before, some skip a tier, a few trade in a circle."""
    companies, start = int(count.sum()), np.concatenate([[0], np.cumsum(count)])
    buyers, sellers = [], []
    for t in range(5):
        links = max(int(PURCHASES * companies * count[t + 1] / count[1:].sum()), int(count[t + 1]))
        once = np.arange(start[t + 1], start[t + 2])
        more = start[t + 1] + _popular(rng, int(count[t + 1]), 0.8, links - len(once))
        sellers.append(np.concatenate([once, more]))
        buyers.append(start[t] + _popular(rng, int(count[t]), 0.5, links))
    buyer, seller = np.concatenate(buyers), np.concatenate(sellers)

    skip = rng.random(len(buyer)) < 0.10
    beyond = np.minimum(tier[buyer] + 1, 5)
    seller = np.where(skip, start[beyond] + (rng.random(len(buyer)) * count[beyond]).astype(int), seller)

    order = np.argsort(buyer, kind="stable")
    buyer, seller = buyer[order], seller[order]
    indptr = np.searchsorted(buyer, np.arange(companies + 1))
    closed = rng.choice(len(buyer), max(len(buyer) // 1000, 4), replace=False)
    a, b = buyer[closed], seller[closed]
    degree = indptr[b + 1] - indptr[b]
    further = np.minimum(indptr[b] + (rng.random(len(b)) * degree).astype(int), len(seller) - 1)
    c = np.where((degree > 0) & (np.arange(len(b)) % 2 == 0), seller[further], b)
    buyer, seller = np.concatenate([buyer, c]), np.concatenate([seller, a])
    return buyer[buyer != seller], seller[buyer != seller]


def _popular(rng: np.random.Generator, choices: int, exponent: float, draws: int) -> np.ndarray:
    """Draws from 0..choices-1 of which a few are far more popular (Zipf), in no particular order."""
    weight = 1 / np.arange(1, choices + 1) ** exponent
    rng.shuffle(weight)
    return np.minimum(np.searchsorted(np.cumsum(_normed(weight)), rng.random(draws)), choices - 1)


def _normed(weight: np.ndarray) -> np.ndarray:
    return weight / weight.sum()


def _distinct(tail: np.ndarray, head: np.ndarray, places: int) -> tuple[Ints, Ints]:
    key = np.unique(tail.astype(np.int64) * places + head)
    return (key // places).astype(np.int32), (key % places).astype(np.int32)
