"""What part of a company's purchases each link carries: what documents state, and what they leave open.

METHOD section 4. Everything here is per link or per place of one ``Chain``. What no document gives is never zero:
it is spread over links that may carry it, or goes to a node ``unknown``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graphmap.analysis.chain import BUYS_FROM, DECLARES, Chain
from graphmap.analysis.reach import Reach
from graphmap.analysis.sweep import Mask, Sweep, gather
from graphmap.graph import Floats

_ROUNDING = 1e-12
"""Shares that sum to 1 but for this leave nothing missing."""


@dataclass(frozen=True)
class Shares:
    """Shares 0 to 1 of the purchases of each link's tail.

    Per link: ``stated`` (0 where no document gives one), ``takes`` (whether it may carry what is missing),
    ``explained`` (a declared smelter that a supplier of the same company already brings) and ``estimate``.
    Per place: ``missing``, to be carried by the links that take, and ``unknown``, which nothing can carry.
    At every place but a smelter the estimates and ``unknown`` sum to 1.
    """

    stated: Floats
    takes: Mask
    explained: Mask
    estimate: Floats
    missing: Floats
    unknown: Floats

    @property
    def ways(self) -> Mask:
        """For each link whether a path may use it: all but declarations that a supplier explains and that carry no
        mass of their own (METHOD section 6)."""
        ways: Mask = ~self.explained | (self.estimate > 0)
        return ways


def find_shares(chain: Chain, explained: Mask) -> Shares:
    """Shares of a chain, given which of its links are explained.

    The missing mass (1 less all stated shares) is carried by links without a share that are not explained; if
    there are none, by explained ones without a share; if there are none, it is unknown. The estimate splits it
    evenly. A company without links is unknown as a whole.
    """
    n, tail = len(chain), chain.tail
    given = ~np.isnan(chain.share)
    stated = np.where(given, chain.share, 0.0)
    left: Floats = 1.0 - np.bincount(tail, stated, n).astype(np.float64, copy=False)
    left[left < _ROUNDING] = 0.0
    left[chain.companies :] = 0.0

    first_choice = ~given & ~explained
    has_first = np.bincount(tail, first_choice, n) > 0
    takes = first_choice | (~given & ~has_first[tail])
    takers = np.bincount(tail, takes, n)
    missing = np.where(takers > 0, left, 0.0)
    estimate = stated + np.where(takes, (missing / np.maximum(takers, 1))[tail], 0.0)
    return Shares(stated, takes, explained, estimate, missing, left - missing)


def find_explained(chain: Chain, sweep: Sweep, reach: Reach) -> Mask:
    """For each link whether it declares a smelter that a purchase of the same company brings anyway.

    A purchase counts only if the seller stands outside the buyer's own circle of purchases (its strongly
    connected component): two companies that buy from each other and declare the same smelter would else explain
    each other, and nobody would be left to bring it.
    """
    brings = (chain.kind == BUYS_FROM) & (sweep.component[chain.tail] != sweep.component[chain.head])
    declared = np.flatnonzero((chain.kind == DECLARES) & (np.bincount(chain.tail, brings, len(chain)) > 0)[chain.tail])
    asks = np.zeros(len(chain), np.bool_)
    asks[chain.tail[declared]] = True
    used = np.flatnonzero(brings & asks[chain.tail])

    explained = np.zeros(len(chain.tail), np.bool_)
    if not len(used):
        return explained
    buyers, first = np.unique(chain.tail[used], return_index=True)
    brought = Reach(gather(np.bitwise_or, reach.words, chain.head[used], first), reach.smelters)
    row = np.searchsorted(buyers, chain.tail[declared])
    explained[declared] = brought.has(row, chain.head[declared] - chain.companies)
    return explained
