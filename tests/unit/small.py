"""Chains of a few links given as (tail, head, share or None), and what follows for each place by name.

Names in small letters are smelters, all others companies.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from graphmap.analysis.chain import Chain
from graphmap.analysis.flow import Flow
from graphmap.analysis.interval import Exposure, Worth, find_exposure
from graphmap.analysis.reach import Reach, find_reach
from graphmap.analysis.shares import Shares, find_explained, find_shares
from graphmap.analysis.sweep import Sweep
from graphmap.graph import Floats
from graphmap.policy import Unknown

Link = tuple[str, str, float | None]

UNKNOWN = Unknown(0.7, 0.05, 1.0)


@dataclass(frozen=True)
class Small:
    """A chain with everything that does not depend on hazard."""

    names: list[str]
    chain: Chain
    sweep: Sweep
    reach: Reach
    shares: Shares
    flow: Flow

    def place(self, name: str) -> int:
        return self.names.index(name)

    def value(self, hazard: Mapping[str, float]) -> Floats:
        return np.array([hazard.get(name, 0.0) for name in self.names])

    def exposure(self, hazard: Mapping[str, float]) -> Exposure:
        value = self.value(hazard)
        return find_exposure(self.sweep, self.shares, self.flow, Worth(value, value, value), UNKNOWN)

    def by_name(self, values: Floats) -> dict[str, float]:
        return dict(zip(self.names, values.tolist(), strict=True))

    def by_link(self, values: np.ndarray) -> dict[tuple[str, str], float]:
        tails, heads = self.chain.tail.tolist(), self.chain.head.tolist()
        return {(self.names[t], self.names[h]): x for t, h, x in zip(tails, heads, values.tolist(), strict=True)}

    def mass(self, name: str) -> dict[str, float]:
        """Where the purchases of a company end."""
        mass, lost = self.flow.down(self.place(name))
        ends = {n: x for n, x in self.by_name(mass).items() if x > 0 and n.islower()}
        return {**ends, "unknown": lost} if lost else ends


def small(
    links: Sequence[Link],
    order: Sequence[str] | None = None,
    *,
    whole: Collection[str] | None = None,
    unidentified: Collection[str] = (),
) -> Small:
    """``order`` numbers the places; companies come first all the same. ``whole`` companies say that their list is the
    whole chain, by default all do; ``unidentified`` are entries that name no smelter."""
    found = order or list(dict.fromkeys(name for tail, head, _ in links for name in (tail, head)))
    names = sorted(found, key=str.islower)
    companies = sum(not name.islower() for name in names)
    tail = np.array([names.index(link[0]) for link in links], np.int32)
    head = np.array([names.index(link[1]) for link in links], np.int32)
    share = np.array([np.nan if link[2] is None else link[2] for link in links], np.float64)
    chain = Chain.from_links(
        "gold",
        np.arange(len(names), dtype=np.int32),
        companies,
        tail,
        head,
        share,
        whole=np.array([name.isupper() and (whole is None or name in whole) for name in names]),
        unidentified=np.array([name in unidentified for name in names]),
    )
    sweep = Sweep(chain.indptr, chain.head)
    reach = find_reach(chain, sweep)
    shares = find_shares(chain, find_explained(chain, sweep, reach), reach)
    flow = Flow(sweep, shares)
    return Small(names, chain, sweep, reach, replace(shares, weight=flow.weight), flow)
