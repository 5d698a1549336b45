"""A case: one graph seen under a policy and a lens on a date, and everything that follows for each mineral.

Every figure is computed when it is first asked for and kept, so that all analyses of one case share the work.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import cached_property, wraps
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from graphmap import names, schema
from graphmap.analysis.areas import Areas, Sourcing
from graphmap.analysis.chain import Chain, mineral_chain
from graphmap.analysis.flow import Flow
from graphmap.analysis.hazard import Hazards, find_hazards
from graphmap.analysis.interval import Exposure, Worth, find_exposure
from graphmap.analysis.reach import Reach, find_reach, worst_smelter
from graphmap.analysis.shares import Shares, find_explained, find_shares
from graphmap.analysis.standing import Standings, find_standings, is_judged, unknown_words
from graphmap.analysis.sweep import Sweep
from graphmap.errors import NotFound
from graphmap.graph import Floats, Ints, SupplyGraph, mineral_code
from graphmap.owner import notes_of
from graphmap.policy import STANDINGS, Lens, Policy

__all__ = ["STANDINGS", "Case"]

T = TypeVar("T")


def _per_mineral(compute: Callable[[Case, str], T]) -> Callable[[Case, str], T]:
    """Compute once per case and mineral."""

    @wraps(compute)
    def once(self: Case, mineral: str) -> T:
        key = (compute.__name__, mineral)
        if key not in self._found:
            self._found[key] = compute(self, mineral)
        found: T = self._found[key]
        return found

    return once


class Case:
    """What ``graph`` means under ``policy`` and ``lens`` on ``as_of``.

    ``as_of`` is by default the latest date that a document speaks for. Arrays per place follow ``chain(mineral)``;
    smelter place p has index ``p - chain.companies`` in arrays per smelter.
    """

    def __init__(self, graph: SupplyGraph, *, policy: Policy, lens: Lens, as_of: date | None = None) -> None:
        self.graph, self.policy, self.lens = graph, policy, lens
        self.as_of = as_of if as_of is not None else graph.latest
        self._found: dict[tuple[str, str], Any] = {}

    @property
    def minerals(self) -> tuple[str, ...]:
        """The minerals of the documents that are in the scope of the lens."""
        return tuple(mineral for mineral in self.graph.minerals if mineral in self.lens.minerals)

    @_per_mineral
    def chain(self, mineral: str) -> Chain:
        """Who buys from whom and who declares what. Raises ``NotFound`` for a mineral that there is not."""
        if mineral not in schema.MINERALS:
            near = names.closest(mineral, schema.MINERALS, 1) or schema.MINERALS[:4]
            raise NotFound(f"There is no mineral {mineral!r}.", f"Did you mean {' or '.join(near)}?")
        return mineral_chain(self.graph, mineral, self.as_of)

    def smelters(self, mineral: str) -> Ints:
        """The graph nodes of the smelters of a chain."""
        chain = self.chain(mineral)
        return chain.node[chain.companies :]

    @_per_mineral
    def companies(self, mineral: str) -> Ints:
        """The places of the companies that have a part in the chain: they buy, sell or declare, or answer for the
        mineral. A company that has none of it by its own word, or because it buys all from such, is left out."""
        graph, chain, code = self.graph, self.chain(mineral), mineral_code(mineral)
        part = np.zeros(len(graph), np.bool_)
        part[chain.node[chain.tail]] = True
        for table, every in ((graph.table("BUYS_FROM"), -1), (graph.table("ANSWERED"), code)):
            about = (table.mineral == code) | (table.mineral == every)
            part[table.tail[about]] = True
        bought = graph.table("BUYS_FROM")
        part[bought.head[(bought.mineral == code) | (bought.mineral < 0)]] = True
        here = part[chain.node[: chain.companies]] & ~chain.outside[: chain.companies]
        return np.flatnonzero(here).astype(np.int32)

    @_per_mineral
    def sweep(self, mineral: str) -> Sweep:
        """The plan on which everything below runs."""
        chain = self.chain(mineral)
        return Sweep(chain.indptr, chain.head)

    @_per_mineral
    def standings(self, mineral: str) -> Standings:
        """Standing, overdue assessment and decisive claim per smelter."""
        return find_standings(self.graph, self.policy, self.smelters(mineral), mineral, self.as_of)

    def standing(self, mineral: str) -> npt.NDArray[np.int8]:
        """Index into ``STANDINGS`` per smelter."""
        return self.standings(mineral).code

    @_per_mineral
    def areas(self, mineral: str) -> Areas:
        """The areas of the lens."""
        return Areas(self.graph, self.lens, mineral, self.as_of)

    @_per_mineral
    def sourcing(self, mineral: str) -> Sourcing:
        """Where the mineral of its smelters is said to come from."""
        return self.areas(mineral).sourcing(self.smelters(mineral))

    @_per_mineral
    def hazards(self, mineral: str) -> Hazards:
        """The terms of the hazard per smelter."""
        areas, sourcing, standings = self.areas(mineral), self.sourcing(mineral), self.standings(mineral)
        return find_hazards(self.graph, self.policy, areas, sourcing, standings, self.smelters(mineral))

    @_per_mineral
    def hazard(self, mineral: str) -> Floats:
        """Hazard 0 to 1 per smelter."""
        return self.hazards(mineral).hazard

    def high_risk(self, mineral: str) -> npt.NDArray[np.bool_]:
        """Whether a smelter stands in or sources from an area of the lens, or is named on its list.

        Where only the country is known, of which some regions are listed, the answer is no; the hazard has a term.
        """
        return self.hazards(mineral).high_risk

    @_per_mineral
    def reach(self, mineral: str) -> Reach:
        """Which smelters each place reaches."""
        return find_reach(self.chain(mineral), self.sweep(mineral))

    @_per_mineral
    def worst(self, mineral: str) -> npt.NDArray[np.int64]:
        """For each place the index of the smelter of the highest hazard that it reaches, -1 if none."""
        return worst_smelter(self.chain(mineral), self.sweep(mineral), self.hazard(mineral))

    @_per_mineral
    def _stated(self, mineral: str) -> Shares:
        """The shares of each link before any closed list has placed what is unknown."""
        chain, reach = self.chain(mineral), self.reach(mineral)
        return find_shares(chain, find_explained(chain, self.sweep(mineral), reach), reach)

    @_per_mineral
    def flow(self, mineral: str) -> Flow:
        """The estimated shares as mass on the sweep."""
        return Flow(self.sweep(mineral), self._stated(mineral))

    @_per_mineral
    def shares(self, mineral: str) -> Shares:
        """What part of its tail's purchases each link carries."""
        return replace(self._stated(mineral), weight=self.flow(mineral).weight)

    @_per_mineral
    def exposure(self, mineral: str) -> Exposure:
        """Exposure per place: estimate, low, high, unknown. At a smelter it is the hazard."""
        chain, hazards = self.chain(mineral), self.hazards(mineral)
        nothing = np.zeros(chain.companies)
        worth = Worth(*(np.concatenate([nothing, part]) for part in (hazards.hazard, hazards.low, hazards.high)))
        return find_exposure(self.sweep(mineral), self.shares(mineral), self.flow(mineral), worth, self.policy.unknown)

    def mass(self, place: int, mineral: str) -> tuple[Floats, float]:
        """Where one unit of purchases of a place ends: the mass that passes every place, and what is unknown.

        The mass at smelters and the unknown sum to 1; in a circle of companies a place is passed once per round.
        """
        return self.flow(mineral).down(place)

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """What the user should know before reading any figure of this case, a sentence each."""
        notes = [*notes_of(self.graph)]
        if self.as_of is None:
            notes.append("No document is dated: no assessment counts as expired. Give a date (--as-of).")
        if not len(self.graph.table("ASSESSED_BY")):
            notes.append("No assurance list is loaded: no smelter is judged, and every rate is unknown.")
        elif unjudged := [m for m in self.minerals if not is_judged(self.graph, self.policy, m, self.as_of)]:
            on = f" on {self.as_of}" if self.as_of else ""
            notes.append(
                f"No assurance list that counts for {', '.join(unjudged)} was known{on}: their smelters are not judged."
            )
        notes += unknown_words(self.graph, self.policy)
        if not self.minerals:
            notes.append(f"No document names a mineral of lens {self.lens.name}.")
        outside = [mineral for mineral in self.graph.minerals if mineral not in self.lens.minerals]
        if outside:
            notes.append(
                f"Lens {self.lens.name} does not cover {', '.join(outside)}: left out unless named, and then location "
                "and origin are not judged."
            )
        if unjudged := [m for m in self.minerals or self.lens.minerals if not self.areas(m).loaded]:
            notes.append(
                f"No areas loaded for lens {self.lens.name} ({', '.join(unjudged)}): location and origin are not "
                f"judged. Load a list of areas under the name {self.lens.list!r}."
            )
        return tuple(notes)
