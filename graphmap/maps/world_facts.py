"""What the world map tells: which smelters stand in or source from areas of the lens, and where minerals come from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache, cached_property

import numpy as np

from graphmap import places
from graphmap.analysis.areas import Ground
from graphmap.maps.atlas import ALL, MINE, SMELTER, Atlas, Layer, Site
from graphmap.policy import STANDINGS

NOT_JUDGED, ELSEWHERE, POSSIBLE, INSIDE = range(-1, 3)
"""What the lens says of an origin; the highest counts. Possible: parts of the country are listed, and which part is
meant nobody says."""


class Facts:
    """What a layer says of places. Sets hold numbers of smelters: ``stands`` in an area of the lens, ``sources`` from
    one, ``named`` on its list, ``possible``: perhaps in one or from one, and nothing certain."""

    def __init__(self, atlas: Atlas, mineral: str) -> None:
        self.atlas, self.layer, self.mineral = atlas, atlas.layer(mineral), mineral
        self.minerals = atlas.minerals if mineral == ALL else (mineral,)
        self.lens = atlas.case.lens.name
        self.smelters = self._sites(SMELTER)
        self.mines = self._sites(MINE)
        self.judged = [m for m in self.minerals if atlas.case.areas(m).loaded]
        self.unjudged = [m for m in self.minerals if m not in self.judged]
        self.high = {one.number for one in self.smelters if self.layer.high_risk[one.number]}
        bad = STANDINGS.index("not accepted")
        self.not_accepted = {one.number for one in self.smelters if self.layer.standing[one.number] == bad}
        self.stands, self.sources, self.named, doubtful = set[int](), set[int](), set[int](), set[int]()
        for one in self.judged:
            hazards = atlas.case.hazards(one)
            for certain, grounds_of in ((self.stands, hazards.facilities), (self.sources, hazards.origins)):
                self._enter(one, certain, doubtful, grounds_of)
            self.named |= self._of_nodes(one, atlas.case.areas(one).named)
        self.possible = doubtful - self.high

    def _sites(self, kind: int) -> list[Site]:
        """The sites of a kind in this layer, the worst first."""
        layer, here = self.layer, self.layer.present & (self.atlas.kind == kind)
        ones = [self.atlas.sites[number] for number in np.flatnonzero(here).tolist()]
        if kind == MINE:
            return sorted(ones, key=lambda one: (not layer.high_risk[one.number], one.id, one.number))
        return sorted(ones, key=lambda one: (-hazard_of(layer, one), one.id, one.number))

    def _of_nodes(self, mineral: str, nodes: Iterable[int]) -> set[int]:
        """The numbers of smelters among graph nodes that have a part in this mineral."""
        present = self.atlas.layer(mineral).present
        numbers = {int(self.atlas.number[node]) for node in nodes}
        return {i for i in numbers if i >= 0 and present[i] and self.atlas.kind[i] == SMELTER}

    def _enter(self, mineral: str, certain: set[int], doubtful: set[int], found: Mapping[int, list[Ground]]) -> None:
        certain |= self._of_nodes(mineral, (node for node, of in found.items() if any(one.certain for one in of)))
        doubtful |= self._of_nodes(mineral, found)

    @cached_property
    def origins(self) -> dict[tuple[int, str], int]:
        """Where the mineral of each smelter comes from: (number, code of a country or region) -> what the lens says."""
        out: dict[tuple[int, str], int] = {}
        for mineral in self.minerals:
            for (number, code), state in self._origins(mineral).items():
                out[number, code] = max(state, out.get((number, code), NOT_JUDGED))
        return out

    def _origins(self, mineral: str) -> dict[tuple[int, str], int]:
        case, present = self.atlas.case, self.atlas.layer(mineral).present
        areas, sourcing, ids = case.areas(mineral), case.sourcing(mineral), self.atlas.graph.ids
        says = cache(lambda place: _state(areas.judge(place, case.policy.origin_value), areas.loaded))
        out: dict[tuple[int, str], int] = {}
        for number in np.flatnonzero(present & (self.atlas.kind == SMELTER)).tolist():
            smelter = int(self.atlas.node[number])
            found = {ids[place]: says(place) for place in sourcing.origins.get(smelter, ())}
            for mine in sourcing.feeds.get(smelter, ()):
                for place in sourcing.places.get(mine, ()):
                    state = INSIDE if mine in areas.named else says(place)
                    found[ids[place]] = max(state, found.get(ids[place], NOT_JUDGED))
            precise = {places.country_of(code) for code in found if "-" in code}
            out |= {(number, code): state for code, state in found.items() if code not in precise}
        return out

    @cached_property
    def without_origin(self) -> int:
        """How many smelters there are of whose mineral nobody says where it comes from."""
        return len(self.smelters) - len({number for number, _ in self.origins})


def _state(ground: Ground | None, loaded: bool) -> int:
    if not loaded:
        return NOT_JUDGED
    return ELSEWHERE if ground is None else INSIDE if ground.certain else POSSIBLE


def hazard_of(layer: Layer, one: Site) -> float:
    """The hazard of a smelter, 0 where it is not known: what marks and arcs are ordered by."""
    value = float(layer.value[one.number])
    return value if value == value else 0.0
