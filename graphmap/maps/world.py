"""The world map: where smelters and mines stand, and where the mineral of a smelter comes from.

Land and areas (``base``) are the same for every mineral, so that a page embeds them once; ``marks`` are of one mineral.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path

import numpy as np

from graphmap import places, wording
from graphmap.analysis.areas import Ground
from graphmap.maps import palette
from graphmap.maps.atlas import ALL, MINE, SMELTER, Atlas, Layer, Site
from graphmap.maps.floor import Floor
from graphmap.maps.land import HEIGHT, OUTLINED, TINTED, Land, Tints, area_name, draw_land, find_land
from graphmap.maps.palette import AREA_LINE, INK, LOOKS, PAPER, RULE
from graphmap.maps.svg import MARGIN, WIDTH, Key, Picture, attribute, fit, glyph, key, site, text, text_width
from graphmap.policy import STANDINGS

_MOST_ARCS, _MOST_CALLS, _MOST_LOOSE, _MOST_SINGLE_MINES = 40, 5, 60, 200
"""Arcs, call-outs, marks without a place, and mines that can be selected one by one."""

_SIZES = ((60, 5.2), (150, 4.6), (400, 3.8), (1500, 3.0), (3000, 2.3), (math.inf, 1.9))
"""Up to how many smelters their marks have which radius in pixels."""

_START = 5.0
"""Radius of the mark of the company that the map starts from."""

_SHORTEST = 9.0
"""An arc shorter than this (pixels) would not be seen."""

_PALE = 'fill-opacity=".5" stroke-opacity=".75"'
"""How what stands at an approximate place is drawn; if it is large enough, with a dashed outline."""

_DASHABLE = 4.2
"""Radius of a mark, in pixels, from which dashes of its outline can be seen."""

_NOT_JUDGED, _ELSEWHERE, _POSSIBLE, _INSIDE = range(-1, 3)
"""What the lens says of an origin; the highest counts. Possible: parts of the country are listed, and which part is
meant nobody says."""


def draw_world(atlas: Atlas, mineral: str = ALL, *, boundaries: Path | None = None) -> Picture:
    """The world map of one mineral of the atlas, or of all; ``boundaries`` is a user's own file of borders."""
    land = find_land(boundaries)
    drawn = _marks(atlas, mineral, land, shipped=boundaries is None)
    tints = Tints(atlas, land.boundaries, _minerals(atlas, mineral))
    return replace(drawn, body=draw_land(land, tints) + drawn.body)


def base(atlas: Atlas, boundaries: Path | None = None) -> str:
    """Land and areas as ``<g class="base">``. An area that the lens lists for some of the minerals of the atlas only
    names them in ``data-minerals``."""
    land = find_land(boundaries)
    return draw_land(land, Tints(atlas, land.boundaries, atlas.minerals))


def marks(atlas: Atlas, mineral: str = ALL, *, boundaries: Path | None = None) -> Picture:
    """The world map without its land: the body is ``<g class="marks">`` alone, to be laid on ``base``."""
    return _marks(atlas, mineral, find_land(boundaries), shipped=boundaries is None)


def _marks(atlas: Atlas, mineral: str, land: Land, *, shipped: bool) -> Picture:
    facts = _Facts(atlas, mineral)
    tints = Tints(atlas, land.boundaries, facts.minerals)
    scene = _Scene(facts, land, tints)
    return Picture(
        "world",
        _title(facts),
        _subtitle(facts, scene),
        HEIGHT,
        f'<g class="marks">{scene.markup()}</g>',
        tuple(_legend(facts, scene, tints)),
        tuple(_notes(facts, scene, tints, shipped=shipped)),
        tuple(sorted(scene.drawn)),
    )


def _minerals(atlas: Atlas, mineral: str) -> tuple[str, ...]:
    return atlas.minerals if mineral == ALL else (mineral,)


# ---- what is known --------------------------------------------------------------------------------------------------


class _Facts:
    """What a layer says of places. Sets hold numbers of smelters: ``stands`` in an area of the lens, ``sources`` from
    one, ``named`` on its list, ``possible``: perhaps in one or from one, and nothing certain."""

    def __init__(self, atlas: Atlas, mineral: str) -> None:
        self.atlas, self.layer, self.mineral = atlas, atlas.layer(mineral), mineral
        self.minerals = _minerals(atlas, mineral)
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
        return sorted(ones, key=lambda one: (-_hazard(layer, one), one.id, one.number))

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
                out[number, code] = max(state, out.get((number, code), _NOT_JUDGED))
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
                    state = _INSIDE if mine in areas.named else says(place)
                    found[ids[place]] = max(state, found.get(ids[place], _NOT_JUDGED))
            precise = {places.country_of(code) for code in found if "-" in code}
            out |= {(number, code): state for code, state in found.items() if code not in precise}
        return out

    @cached_property
    def without_origin(self) -> int:
        """How many smelters there are of whose mineral nobody says where it comes from."""
        return len(self.smelters) - len({number for number, _ in self.origins})


def _state(ground: Ground | None, loaded: bool) -> int:
    if not loaded:
        return _NOT_JUDGED
    return _ELSEWHERE if ground is None else _INSIDE if ground.certain else _POSSIBLE


def _hazard(layer: Layer, one: Site) -> float:
    value = float(layer.value[one.number])
    return value if value == value else 0.0


# ---- where marks stand ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Mark:
    """A site on the map: where its mark is, how large it is, and whether its place is known by coordinates."""

    site: Site
    x: float
    y: float
    r: float
    exact: bool


@dataclass(frozen=True)
class _Arc:
    """From a place of origin to a smelter."""

    x: float
    y: float
    code: str
    to: _Mark
    state: int


class _Scene:
    """All marks of a layer on the map."""

    def __init__(self, facts: _Facts, land: Land, tints: Tints) -> None:
        points = [land.on_map(*tint.shape.point) for tint in tints.of.values() if tints.main in tint.whole]
        self._facts, self._land = facts, land
        self.r = next(size for most, size in _SIZES if len(facts.smelters) <= most)
        largest = max(_START, _ring_size(self.r))
        self._floor = Floor(WIDTH, HEIGHT, largest, [point for point in points if point])
        self._loose_box()
        self.moved = 0
        self.off = 0
        self.loose: list[Site] = []
        start = facts.atlas.sites[0]
        self.start = self._set(start, _START, _START) if start.location else None
        self.smelters = self._all(facts.smelters, self.r)
        self.mines = self._all(facts.mines, max(1.6, self.r * 0.5))
        self._set_arcs()
        self.leaders: list[str] = []
        self.calls = "".join(self._calls())

    def _all(self, sites: Sequence[Site], r: float) -> list[_Mark]:
        out, ring = [], _ring_size(r)
        for one in sites:
            mark = self._set(one, r, ring if one.number in self._facts.high else r)
            if mark is None:
                self.loose.append(one)
                self.off += one.location is not None
            else:
                out.append(mark)
        return out

    def _set(self, one: Site, r: float, room: float) -> _Mark | None:
        """The mark of a site of radius r, with so much room around its middle; None where it has no place."""
        where = one.location
        if where is None:
            return None
        home = self._land.on_map(where.longitude, where.latitude) if where.exact else None
        home = home or self._land.place(where.region or where.country)
        if home is None:
            return None
        x, y = self._floor.settle(*home, room)
        self.moved += math.dist(home, (x, y)) > 0.5
        return _Mark(one, x, y, r, where.exact)

    def _loose_box(self) -> None:
        """Room for the marks without a place, at the bottom left."""
        sites = [*self._facts.smelters, *self._facts.mines]
        if any(one.location is None for one in sites):
            self._floor.take((0, HEIGHT - 76, MARGIN + 20 * 13, HEIGHT))

    # ---- arcs ---------------------------------------------------------------------------------------------------

    def _set_arcs(self) -> None:
        """The arcs of the highest hazard; how many there are, and how many cannot be drawn."""
        layer, at = self._facts.layer, {mark.site.number: mark for mark in self.smelters}
        found = []
        self.placeless = self.at_home = 0
        for (number, code), state in self._facts.origins.items():
            spot, mark = self._land.place(code), at.get(number)
            if spot is None or mark is None:
                self.placeless += 1
            elif math.dist(spot, (mark.x, mark.y)) < _SHORTEST:
                self.at_home += 1
            else:
                found.append(_Arc(*spot, code, mark, state))
        found.sort(key=lambda arc: (-_hazard(layer, arc.to.site), -arc.state, arc.to.site.number, arc.code))
        self.all_arcs, self.arcs = len(found), found[:_MOST_ARCS]

    # ---- call-outs ----------------------------------------------------------------------------------------------

    def _calls(self) -> Iterator[str]:
        for x, y in sorted({(arc.x, arc.y) for arc in self.arcs}):
            self._floor.take((x - 3, y - 3, x + 3, y + 3))
        if self.start:
            yield from self._call(self.start, fit(self._facts.atlas.name, 10.5, 150, bold=True), "")
        first = {mark.site.country: mark for mark in reversed(self.smelters) if self._of_concern(mark)}
        total = Counter(mark.site.country for mark in self.smelters)
        of = Counter(mark.site.country for mark in self.smelters if self._of_concern(mark))
        for code in sorted(first, key=lambda code: (-of[code], code))[:_MOST_CALLS]:
            line = f"{wording.count_of(total[code], 'smelter')}: {', '.join(self._concerns(code))}"
            yield from self._call(first[code], places.country_name(code), line)

    def _of_concern(self, mark: _Mark) -> bool:
        return mark.site.number in self._facts.high | self._facts.not_accepted

    def _concerns(self, country: str) -> Iterator[str]:
        """What is of concern with the smelters of a country, each smelter in an area counted once."""
        facts, here = self._facts, {mark.site.number for mark in self.smelters if mark.site.country == country}
        inside = facts.stands
        from_one = facts.sources - inside
        for numbers, words in (
            (inside, "in an area of the lens"),
            (from_one, "sourcing from an area"),
            (facts.named - inside - from_one, "named on the list"),
            (facts.not_accepted, "not accepted"),
        ):
            if many := len(numbers & here):
                yield f"{many:,} {words}"

    def _call(self, mark: _Mark, head: str, line: str) -> Iterator[str]:
        """A label beside a mark where it covers nothing; none if there is no room."""
        width = 0.94 * max(text_width(head, 10.5, bold=True), text_width(line, 9.5)) + 12
        box = self._floor.beside(mark.x, mark.y, width, 29 if line else 17, mark.r)
        if box is None:
            return
        self._floor.take(box)
        left, top, right, bottom = box
        self.leaders.append(_leader(mark, min(max(mark.x, left), right), min(max(mark.y, top), bottom)))
        yield (
            f'<rect class="card" x="{left:.1f}" y="{top:.1f}" width="{right - left:.1f}" height="{bottom - top:.1f}" '
            f'rx="2.5" fill="{PAPER}" stroke="{RULE}" stroke-width="0.8"/>'
        )
        yield text(left + 6, top + 12.2, head, 10.5, bold=True)
        if line:
            yield text(left + 6, top + 24.4, line, 9.5, muted=True)

    # ---- markup -------------------------------------------------------------------------------------------------

    @cached_property
    def drawn(self) -> set[int]:
        """The numbers of the sites that have a mark of their own."""
        mines = self.mines if self.single_mines else []
        marks = [*self.smelters, *mines, *([self.start] if self.start else [])]
        return {mark.site.number for mark in marks} | {one.number for one in self.loose[:_MOST_LOOSE]}

    @property
    def single_mines(self) -> bool:
        """Whether each mine can be selected."""
        return len(self.mines) <= _MOST_SINGLE_MINES

    @property
    def approximate(self) -> int:
        """How many marks stand at a place that is known by country or region only."""
        return sum(not mark.exact for mark in (*self.smelters, *self.mines))

    def markup(self) -> str:
        """What lies lowest first; the worst smelter on top."""
        mines = map(self._site, reversed(self.mines)) if self.single_mines else self._all_mines()
        start = [self._site(self.start)] if self.start else []
        smelters = map(self._site, reversed(self.smelters))
        return "".join([*self._arcs(), *self.leaders, *mines, *start, *smelters, self.calls, *self._loose()])

    def _arcs(self) -> Iterator[str]:
        for arc in sorted(self.arcs, key=lambda arc: (arc.state, arc.to.site.number, arc.code)):
            x, y, u, v = arc.x, arc.y, arc.to.x, arc.to.y
            bow = min(0.2 * math.dist((x, y), (u, v)), 110)
            yield (
                f'<path class="arc {_state_class(arc.state, "s-neutral")}" data-to="{arc.to.site.number}" '
                f'data-code="{attribute(arc.code)}" d="M{x:.1f} {y:.1f}Q{(x + u) / 2:.1f} {(y + v) / 2 - bow:.1f} '
                f'{u:.1f} {v:.1f}" {_arc_look(arc.state)}/>'
            )
        spots: dict[tuple[float, float], int] = {}
        for arc in self.arcs:
            spots[arc.x, arc.y] = max(arc.state, spots.get((arc.x, arc.y), _NOT_JUDGED))
        for (x, y), state in sorted(spots.items()):
            yield _origin_dot(x, y, state)

    def _site(self, mark: _Mark) -> str:
        return self._one(mark.site, mark.x, mark.y, mark.r, mark.exact)

    def _one(self, one: Site, x: float, y: float, r: float, exact: bool = True) -> str:
        number, layer = one.number, self._facts.layer
        where = places.country_name(one.country) if one.country else "location unknown"
        where += "" if exact else ", approximate"
        extra = "" if exact else f" {_approximate(r)}"
        if number == 0:
            return site(0, f"{one.name}, {where}", _house(x, y, r))
        look = palette.NAMES[layer.look[number]]
        if one.kind == MINE:
            risk = ", in an area of the lens" if layer.high_risk[number] else ""
            return site(number, f"{one.name}, mine, {where}{risk}", _cross([(x, y)], r, look), extra)
        ring = _ring(x, y, r) if number in self._facts.high else ""
        risk = ", in or from an area of the lens" if ring else ""
        said = f"{one.name}, smelter, {STANDINGS[layer.standing[number]]}, {where}{risk}"
        return site(number, said, ring + glyph(look, x, y, r), extra)

    def _all_mines(self) -> Iterator[str]:
        """Mines that are too many to be selected: one path for all of a look."""
        of: dict[tuple[str, bool], list[_Mark]] = defaultdict(list)
        for mark in self.mines:
            of[palette.NAMES[self._facts.layer.look[mark.site.number]], mark.exact].append(mark)
        for (look, exact), some in sorted(of.items(), reverse=True):
            crosses = _cross([(mark.x, mark.y) for mark in some], some[0].r, look)
            said = wording.count_of(len(some), "mine")
            yield f'<g class="mines" role="img" aria-label="{said}"{"" if exact else f" {_PALE}"}>{crosses}</g>'

    def _loose(self) -> Iterator[str]:
        """The marks of sites that have no place on the map, in rows at the bottom left."""
        shown, per_row = self.loose[:_MOST_LOOSE], 20
        if not shown:
            return
        more = f": {len(shown)}, and {len(self.loose) - len(shown):,} more" if len(shown) < len(self.loose) else ""
        what = "location unknown or not on this map" if self.off else "location unknown"
        rows = math.ceil(len(shown) / per_row)
        top = HEIGHT - 8 - 13 * rows
        yield text(MARGIN, top - 5, f"{what} ({len(self.loose):,}){more}", 10.5, muted=True)
        for i, one in enumerate(shown):
            r = min(4.2, self.r) if one.kind == SMELTER else 3.0
            yield self._one(one, MARGIN + 6 + 13 * (i % per_row), top + 6 + 13 * (i // per_row), r)


def _leader(mark: _Mark, x: float, y: float) -> str:
    """From a mark to its label."""
    way = f"M{mark.x:.1f} {mark.y:.1f}L{x:.1f} {y:.1f}"
    return f'<path class="rule" d="{way}" fill="none" stroke="{LOOKS["neutral"].line}" stroke-width="0.8"/>'


def _approximate(r: float) -> str:
    return f'{_PALE} stroke-dasharray="1.8 1.3"' if r >= _DASHABLE else _PALE


def _arc_look(state: int) -> str:
    colour = AREA_LINE if state >= _POSSIBLE else LOOKS["neutral"].line
    dashed = ' stroke-dasharray="4 3"' if state == _POSSIBLE else ""
    width, opacity = ("1.1", ".8") if state >= _POSSIBLE else ("0.8", ".4")
    return f'fill="none" stroke="{colour}" stroke-width="{width}" stroke-opacity="{opacity}"{dashed}'


def _origin_dot(x: float, y: float, state: int) -> str:
    colour = AREA_LINE if state >= _POSSIBLE else LOOKS["neutral"].line
    look = f'fill="{PAPER}" stroke="{colour}"' if state == _POSSIBLE else f'fill="{colour}"'
    return f'<circle class="origin {_state_class(state, "f-neutral")}" cx="{x:.1f}" cy="{y:.1f}" r="2.2" {look}/>'


def _state_class(state: int, neutral: str) -> str:
    return {_INSIDE: "in", _POSSIBLE: "maybe"}.get(state, neutral)


def _cross(spots: Iterable[tuple[float, float]], r: float, look: str) -> str:
    """The mark of mines: a cross at each place."""
    k, one = r * 0.8, LOOKS[look]
    colour = one.fill if look == "high" else one.line
    strokes = "".join(
        f"M{x - k:.1f} {y - k:.1f}l{2 * k:.1f} {2 * k:.1f}m0 {-2 * k:.1f}l{-2 * k:.1f} {2 * k:.1f}" for x, y in spots
    )
    drawn = f'stroke="{colour}" stroke-width="{max(1.0, r * 0.45):.1f}"'
    return f'<path class="mine s-{look}" d="{strokes}" fill="none" {drawn}/>'


def _ring_size(r: float) -> float:
    """The radius of the ring around a mark."""
    return 1.25 * r + min(1.6, 0.35 * r)


def _ring(x: float, y: float, r: float) -> str:
    return (
        f'<circle class="ring" cx="{x:.1f}" cy="{y:.1f}" r="{_ring_size(r):.1f}" fill="none" '
        f'stroke="{AREA_LINE}" stroke-width="1.2" stroke-dasharray="none"/>'
    )


def _house(x: float, y: float, r: float) -> str:
    """The mark of the company that the maps start from."""
    return (
        f'<path class="t" d="M{x:.1f} {y - r:.1f}l{r:.1f} {r * 0.9:.1f}v{r * 1.1:.1f}h{-2 * r:.1f}v{-r * 1.1:.1f}z" '
        f'fill="{INK}"/>'
    )


# ---- in words -------------------------------------------------------------------------------------------------------


def _title(facts: _Facts) -> str:
    many, high = len(facts.smelters), len(facts.high)
    metal = f"{facts.mineral} " if facts.mineral else ""
    name = fit(facts.atlas.name, 21, 460, bold=True)
    if not many:
        return f"No {metal}smelter is known upstream of {name}"
    what = f"{wording.count_of(many, f'{metal}smelter')} upstream of {name}"
    if not facts.judged:
        return f"Lens {facts.lens} has no areas loaded: location and origin of {what} are not judged"
    unjudged = f" ({wording.listed(facts.unjudged)} not judged)" if facts.unjudged else ""
    if not high:
        unknown = f"; the origin of {facts.without_origin:,} is unknown" if facts.without_origin else ""
        return f"None of {what} is known to stand in or source from an area of lens {facts.lens}{unknown}{unjudged}"
    ways = [
        ("stands in" if high == 1 else "stand in") * bool(facts.stands),
        ("sources from" if high == 1 else "source from") * bool(facts.sources),
    ]
    does = " or ".join(way for way in ways if way)
    does = f"{does} an area of lens {facts.lens}" if does else ""
    named = f"named on the list of lens {facts.lens}" if facts.named - facts.stands - facts.sources else ""
    named = f"{'is' if high == 1 else 'are'} {named}" if named else ""
    return f"{high:,} of {what} {' or '.join(one for one in (does, named) if one)}{unjudged}"


def _subtitle(facts: _Facts, scene: _Scene) -> str:
    out = [_judged_words(facts)] if facts.smelters and facts.judged else []
    out.append(_origin_words(facts))
    placed, mines = wording.count_of(len(scene.smelters), "smelter"), wording.count_of(len(scene.mines), "mine")
    out.append(f"Drawn: {placed} where they stand, {mines}.")
    if scene.arcs:
        cut = len(scene.arcs) < scene.all_arcs
        shown = (
            f"{len(scene.arcs):,} of {scene.all_arcs:,}, of the highest hazard" if cut else f"all {scene.all_arcs:,}"
        )
        out.append(f"Arcs lead from the place of origin to the smelter ({shown}).")
    if scene.loose:
        out.append(f"{_loose_words(scene)} at the bottom left.")
    out.append("Direct suppliers are not on this map.")
    return " ".join(out)


def _judged_words(facts: _Facts) -> str:
    both = len(facts.stands & facts.sources)
    out = f"{len(facts.stands):,} {'is' if len(facts.stands) == 1 else 'are'} known to stand in an area"
    out += f" and {len(facts.sources):,} to source from one" + (f" ({both:,} both)" if both else "")
    if facts.named:
        out += f"; {len(facts.named):,} named on the list"
    if facts.possible:
        out += f"; {len(facts.possible):,} more may: of their country only parts are listed"
    return out + "."


def _origin_words(facts: _Facts) -> str:
    if not facts.smelters:
        return "That is no all-clear: no declaration that names one is known."
    many = wording.count_of(len(facts.smelters), "smelter")
    if not facts.without_origin:
        return "For every smelter at least one origin is stated."
    return f"Nobody says where the mineral of {facts.without_origin:,} of {many} comes from."


def _loose_words(scene: _Scene) -> str:
    kinds = [("smelter", SMELTER), ("mine", MINE)]
    counts = [(sum(one.kind == kind for one in scene.loose), noun) for noun, kind in kinds]
    sites = wording.listed([wording.count_of(many, noun) for many, noun in counts if many])
    cut = f" ({_MOST_LOOSE} of them drawn)" if len(scene.loose) > _MOST_LOOSE else ""
    what = "unknown or not on this map" if scene.off else "unknown"
    verb = "stands" if len(scene.loose) == 1 else "stand"
    return f"{sites} whose location is {what} {verb}{cut}"


def _notes(facts: _Facts, scene: _Scene, tints: Tints, *, shipped: bool) -> Iterator[str]:
    borders = (
        "Borders: Natural Earth, 1:10 million, simplified (public domain), which shows who controls land in fact; they "
        "are no opinion on the status of any territory. --boundaries takes a file of your own."
        if shipped
        else "Borders: the file that was given; they are no opinion on the status of any territory."
    )
    yield f"Projection: Equal Earth, which keeps areas true. {borders}"
    if scene.moved or scene.approximate:
        moved = f"{wording.count_of(scene.moved, 'mark')} moved apart where marks would overlap" if scene.moved else ""
        rough = (
            f"{wording.count_of(scene.approximate, 'mark')} of which only the country or region is known"
            if scene.approximate
            else ""
        )
        yield (
            f"{'; '.join(one for one in (moved, rough) if one)}: whether a site is in an area is told by its ring or "
            "colour, not by where its mark came to stand."
        )
    if tints.grouped:
        yield (
            f"{wording.count_of(len(tints.grouped), 'listed region')} drawn together with neighbours: the boundaries "
            "have no borders between them."
        )
    if tints.outlined:
        yield (
            f"{wording.count_of(len(tints.outlined), 'listed region')} with no shape in the boundaries: a dashed "
            f"outline shows the country or former province around ({_some(tints.outlined)})."
        )
    if tints.missing:
        areas = wording.count_of(len(tints.missing), "listed area")
        yield f"{areas} not in the boundaries, and not drawn ({_some(tints.missing)})."
    if scene.placeless or scene.at_home:
        yield (
            f"Without an arc: {scene.at_home:,} because origin and smelter lie side by side, {scene.placeless:,} "
            "because one of them has no place on the map."
        )
    if not scene.single_mines:
        yield f"{len(scene.mines):,} mines are drawn as crosses that cannot be selected one by one."
    yield facts.atlas.basis


def _some(codes: Sequence[str]) -> str:
    """The first few areas by name."""
    more = [f"{len(codes) - 6:,} more"] if len(codes) > 6 else []
    return wording.listed([*map(area_name, codes[:6]), *more])


def _legend(facts: _Facts, scene: _Scene, tints: Tints) -> Iterator[Key]:
    count = Counter(STANDINGS[facts.layer.standing[one.number]] for one in facts.smelters)
    for standing in STANDINGS:
        if count[standing]:
            yield key(palette.OF_STANDING[standing], f"smelter {standing} ({count[standing]:,})")
    if facts.high:
        yield (
            _ring(8, 0, 4.2),
            f"ringed: in or from an area of lens {facts.lens}{', or named' * bool(facts.named)} ({len(facts.high):,})",
        )
    if scene.approximate:
        dashed = ", dashed" * (scene.r >= _DASHABLE)
        sample = f"<g {_approximate(scene.r)}>{glyph('neutral', 8, 0, 4.8)}</g>"
        yield sample, f"pale{dashed}: place approximate, only country or region known"
    if facts.mines:
        yield _cross([(8, 0)], 4, "neutral"), "mine"
    if any(facts.layer.high_risk[one.number] for one in facts.mines):
        yield _cross([(8, 0)], 4, "high"), "mine in an area of the lens"
    states = {arc.state for arc in scene.arcs}
    for state, words in (
        (_INSIDE, "origin in an area of the lens"),
        (_POSSIBLE, "origin perhaps in one: only parts of the country are listed"),
        (_ELSEWHERE, "origin elsewhere"),
        (_NOT_JUDGED, "origin not judged"),
    ):
        if state in states:
            arc = f'<path class="arc {_state_class(state, "s-neutral")}" d="M1 3Q8-6 16 2" {_arc_look(state)}/>'
            yield arc + _origin_dot(1, 3, state), words
    if any(tints.main in tint.whole for tint in tints.of.values()):
        yield f'<rect class="area" x="0" y="-5.5" width="16" height="11" {TINTED}/>', f"area of lens {facts.lens}"
    if tints.outlines:
        yield (
            f'<rect class="area-part" x="0.6" y="-5" width="15" height="10" fill="none" {OUTLINED}/>',
            "a part of it is listed",
        )
    if scene.start:
        yield _house(8, 0, 4.5), fit(facts.atlas.name, 10.5, 160)
