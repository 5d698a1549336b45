"""What part of a company's purchases each link carries: what documents state, and what they leave open.

METHOD section 4. Everything here is per link or per place of one ``Chain``. What no document gives is never zero:
it is spread over links that may carry it, or is unknown.
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

    Per link: ``smelter`` (declares a smelter by name); ``stated`` (0 where no document gives one); ``takes`` (whether
    it may carry what is missing, in an interval); ``explained`` (a declared smelter that a supplier of the same company
    already brings); ``estimate``; ``ends`` (where a closed list sends what is unknown); ``weight`` (the estimate and
    what the company's own closed list placed, see ``flow``); ``scaled`` (carries another share than documents state).

    Per place: ``missing`` (what no document states); ``unknown`` (the part of it that is unknown in the estimate);
    ``unknown_takes`` (whether all that is missing may be unknown, in an interval); ``closed`` (its list is the whole
    chain, and nothing known contradicts that). At every place but a smelter the estimates and ``unknown`` sum to 1.
    """

    smelter: Mask
    stated: Floats
    takes: Mask
    explained: Mask
    estimate: Floats
    ends: Mask
    weight: Floats
    scaled: Mask
    missing: Floats
    unknown: Floats
    unknown_takes: Mask
    closed: Mask

    @property
    def unexplained(self) -> Mask:
        """For each link whether it declares a smelter that no supplier brings."""
        unexplained: Mask = self.smelter & ~self.explained
        return unexplained

    @property
    def ways(self) -> Mask:
        """For each link whether a path may use it: all but declarations that a supplier explains and that carry no
        mass of their own (METHOD section 6)."""
        ways: Mask = ~self.explained | (self.weight > 0)
        return ways


def find_shares(chain: Chain, explained: Mask, reach: Reach) -> Shares:
    """Shares of a chain, given which of its links are explained and what every place reaches.

    The missing mass (1 less all stated shares) is split evenly over purchases without a share, declared smelters that
    no supplier explains and, if the list is open, the unknown; where there are neither such purchases nor such
    smelters, over all declared smelters. A company that declares nothing has no unknown while anything else can take
    it, and a company without links is unknown as a whole. An unidentified entry is the unknown, not a smelter.
    """
    n, tail = len(chain), chain.tail
    given = ~np.isnan(chain.share)
    stated = np.where(given, chain.share, 0.0)
    missing: Floats = 1.0 - np.bincount(tail, stated, n).astype(np.float64, copy=False)
    missing[missing < _ROUNDING] = 0.0
    missing[chain.companies :] = 0.0

    entry = chain.kind == DECLARES
    declares = np.bincount(tail, entry, n) > 0
    smelter = entry & ~chain.unidentified[chain.head]
    unexplained = smelter & ~explained
    closed = _closed(chain, reach, entry, smelter)

    takes = ~given & ((chain.kind == BUYS_FROM) | unexplained)
    has_takers = np.bincount(tail, takes, n) > 0
    takes |= ~given & smelter & ~has_takers[tail]
    unknown_shares = ~closed & declares
    parts = np.bincount(tail, takes, n) + unknown_shares
    each = missing / np.maximum(parts, 1)
    estimate = stated + np.where(takes, each[tail], 0.0)
    unknown = np.where(parts == 0, missing, np.where(unknown_shares, each, 0.0))

    may_take = ~given & ((chain.kind == BUYS_FROM) | smelter)
    unknown_takes = unknown_shares | (np.bincount(tail, may_take, n) == 0)
    has_unexplained = np.bincount(tail, unexplained, n) > 0
    ends = closed[tail] & np.where(has_unexplained[tail], unexplained, smelter)
    return Shares(
        smelter,
        stated,
        may_take,
        explained,
        estimate,
        ends,
        estimate,
        chain.scaled,
        missing,
        unknown,
        unknown_takes,
        closed,
    )


def _closed(chain: Chain, reach: Reach, entry: Mask, smelter: Mask) -> Mask:
    """For each place whether its list is closed: it says that it is the whole chain, names every smelter that its
    suppliers are known to have, and holds no unidentified row."""
    n, tail = len(chain), chain.tail
    named = np.bincount(tail, smelter, n)
    vague = np.bincount(tail, entry & ~smelter, n)
    reached = reach.count(~chain.unidentified[chain.companies :])
    closed: Mask = chain.whole & (named > 0) & (vague == 0) & (reached == named)
    return closed


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
