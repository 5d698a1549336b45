"""Where the areas of a lens meet the graph: facilities that stand in one, and mineral that comes from one.

Location and origin are different facts and stay apart (METHOD section 2): a refiner in a safe country can process
ore from an area of concern.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from graphmap import places
from graphmap.analysis.dates import known_on
from graphmap.graph import Ints, SupplyGraph
from graphmap.policy import LISTED, POSSIBLE, Lens, spelling

Claim = tuple[str, int]
"""A claim as its type and its position in the table of that type."""

Claims = dict[int, dict[int, list[Claim]]]
"""Tail -> head -> the claims of that pair."""


@dataclass(frozen=True)
class Ground:
    """One reason to hold that a smelter meets an area: the place (country, region or mine) and the level it has.

    ``value`` is what the policy gives for the level; ``certain`` is false where only the country is known, of
    which some regions are listed. ``claims`` lead from the smelter to the place and from there to the list.
    """

    place: int
    level: str
    value: float
    certain: bool
    claims: tuple[Claim, ...]


@dataclass(frozen=True)
class Sourcing:
    """Where the mineral of smelters is said to come from, each with the claims that say so.

    ``origins``: the countries and regions of each smelter; ``feeds``: the mines that feed it; ``places``: where each
    of these mines stands or digs.
    """

    origins: Claims
    feeds: Claims
    places: Claims


class Areas:
    """The areas of a lens for one mineral on a date.

    ``loaded`` is false when the lens has none: it needs a list that no document gives, or does not cover the
    mineral. Then nothing is judged. ``named`` are smelters, mines and companies (graph nodes) that stand on the
    list themselves, with level and claim; of a mine that is listed more than once ``judge`` takes the highest level.
    """

    def __init__(self, graph: SupplyGraph, lens: Lens, mineral: str, as_of: date | None) -> None:
        self._graph, self._mineral, self._as_of = graph, mineral, as_of
        self._levels: dict[str, list[tuple[str, tuple[Claim, ...]]]] = defaultdict(list)
        self.named: dict[int, tuple[str, Claim]] = {}
        self._listed: dict[int, list[tuple[str, Claim]]] = defaultdict(list)
        if mineral in lens.minerals:
            for code, level in lens.areas.items():
                self._levels[code].append((level, ()))
            if lens.list:
                self._read_list(lens.list)
        self.loaded = bool(self._levels or self.named)

    def _read_list(self, name: str) -> None:
        graph, table = self._graph, self._graph.table("LISTED_BY")
        node, level = graph.node("AreaList", name), table.text("level")
        if node is None:
            return
        known = known_on(graph, table, self._as_of, self._mineral)
        for i in np.flatnonzero(known & (table.head == node)).tolist():
            tail, said, claim = int(table.tail[i]), spelling(level[i]) or LISTED, ("LISTED_BY", i)
            if graph.label_of(tail) in ("Country", "Region"):
                self._levels[places.current(graph.ids[tail])].append((said, (claim,)))
            else:
                self.named.setdefault(tail, (said, claim))
                self._listed[tail].append((said, claim))

    def facilities(self, smelters: Ints, values: Mapping[str, float]) -> dict[int, list[Ground]]:
        """For each smelter that stands in an area why, by the policy's ``values`` per level."""
        return self._grounds(self._claims("LOCATED_IN", smelters), values)

    def risky(self, nodes: Ints, values: Mapping[str, float]) -> set[int]:
        """Those of these nodes that are certain to stand in an area, or stand on the list of the lens themselves."""
        grounds = self.facilities(nodes, values)
        certain = {node for node, reasons in grounds.items() if any(ground.certain for ground in reasons)}
        return certain | (self.named.keys() & set(nodes.tolist()))

    def origins(self, sourcing: Sourcing, values: Mapping[str, float]) -> dict[int, list[Ground]]:
        """For each smelter whose mineral comes from an area why: by its own origins and those of its mines."""
        found = {smelter: dict(heads) for smelter, heads in sourcing.origins.items()}
        for smelter, mines in sourcing.feeds.items():
            ways = found.setdefault(smelter, {})
            for mine, claims in mines.items():
                for place, more in sourcing.places.get(mine, {}).items():
                    ways[place] = ways.get(place, []) + claims + more
                if mine in self.named:
                    ways[mine] = claims
        return self._grounds(found, values)

    def levels(self, values: Mapping[str, float]) -> dict[str, str]:
        """The areas themselves: the code of each country or region, and the highest of its levels by ``values``."""
        found = {code: self._highest(code, values) for code in sorted(self._levels)}
        return {code: said[1] for code, said in found.items() if said is not None}

    def feeds(self, smelters: Ints) -> Claims:
        """The mines that are said to feed each smelter."""
        return self._claims("FED_BY", smelters)

    def sourcing(self, smelters: Ints) -> Sourcing:
        """What is said of where the mineral of these smelters comes from."""
        feeds = self.feeds(smelters)
        mines = _heads(feeds)
        located = self._claims("LOCATED_IN", mines)
        for mine, heads in self._claims("ORIGINATES_IN", mines).items():
            for place, claims in heads.items():
                located.setdefault(mine, {}).setdefault(place, []).extend(claims)
        return Sourcing(self._claims("ORIGINATES_IN", smelters), feeds, located)

    def flags(self, smelters: Ints, feeds: Claims) -> Claims:
        """Risks of Annex II of each smelter and of the mines that feed it."""
        found = self._claims("FLAGGED", smelters)
        flagged = self._claims("FLAGGED", _heads(feeds))
        for smelter, heads in feeds.items():
            for mine, claims in heads.items():
                for risk, more in flagged.get(mine, {}).items():
                    found.setdefault(smelter, {}).setdefault(risk, []).extend(claims + more)
        return found

    def _claims(self, edge_type: str, tails: Ints) -> Claims:
        """The claims of a type from these nodes that count for the mineral and were known on the date."""
        table = self._graph.table(edge_type)
        counts = known_on(self._graph, table, self._as_of, self._mineral) & np.isin(table.tail, tails)
        found: Claims = {}
        for i in np.flatnonzero(counts).tolist():
            found.setdefault(int(table.tail[i]), {}).setdefault(int(table.head[i]), []).append((edge_type, i))
        return found

    def _grounds(self, claims: Claims, values: Mapping[str, float]) -> dict[int, list[Ground]]:
        graph, spots = self._graph, {place for heads in claims.values() for place in heads}
        judged = {place: self.judge(place, values) for place in spots}
        around = {spot: places.country_of(graph.ids[spot]) for spot in spots if graph.label_of(spot) == "Region"}
        out = {}
        for tail, heads in claims.items():
            precise = {around[place] for place in heads if place in around}
            out[tail] = [
                Ground(place, ground.level, ground.value, ground.certain, (*ways, *ground.claims))
                for place, ways in sorted(heads.items())
                if (ground := judged[place]) is not None and graph.ids[place] not in precise
            ]
        return {tail: grounds for tail, grounds in out.items() if grounds}

    def judge(self, place: int, values: Mapping[str, float]) -> Ground | None:
        """What the lens says of a place: a mine that it names, a region, or a country.

        A region is in when it is listed, or the region or country around it. A country is in when it is listed, or
        all its regions are (then at the lowest of their levels). When only parts are listed, it is possible.
        """
        graph, code = self._graph, places.current(self._graph.ids[place])
        label = graph.label_of(place)
        if label == "Mine":
            named = self._listed[place]
            value, level, claim = max((values.get(level, values[LISTED]), level, claim) for level, claim in named)
            return Ground(place, level, value, True, (claim,))
        around = [code, places.parent_of(code) or code, places.country_of(code)] if label == "Region" else [code]
        if said := [found for one in around if (found := self._highest(one, values))]:
            value, level, claims = max(said)
            return Ground(place, level, value, True, claims)
        listed = [one for one in self._levels if code in (places.country_of(one), places.parent_of(one))]
        within = {one: found for one in sorted(listed) if (found := self._highest(one, values))}
        if not within:
            return None
        regions = places.regions_of(code)
        every = regions and regions <= within.keys()
        value, level, _ = min(within[one] for one in regions) if every else (values[POSSIBLE], POSSIBLE, ())
        return Ground(place, level, value, bool(every), tuple(claim for *_, more in within.values() for claim in more))

    def _highest(self, code: str, values: Mapping[str, float]) -> tuple[float, str, tuple[Claim, ...]] | None:
        """The highest level that a code itself has, with its value and its claims."""
        said = self._levels.get(code)
        return max((values.get(level, values[LISTED]), level, claims) for level, claims in said) if said else None


def _heads(claims: Claims) -> Ints:
    """The nodes that claims lead to."""
    return np.array(sorted({head for heads in claims.values() for head in heads}), np.int32)
