"""Where the marks of the world map stand and what they look like."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from graphmap import places, wording
from graphmap.maps import palette
from graphmap.maps.atlas import MINE, SMELTER, Site
from graphmap.maps.floor import Floor
from graphmap.maps.land import HEIGHT, Land, Tints
from graphmap.maps.palette import AREA_LINE, INK, LOOKS, PAPER, RULE
from graphmap.maps.svg import MARGIN, WIDTH, attribute, fit, glyph, site, text, text_width
from graphmap.maps.world_facts import INSIDE, NOT_JUDGED, POSSIBLE, Facts, hazard_of
from graphmap.policy import STANDINGS

_MOST_ARCS, _MOST_CALLS, MOST_LOOSE, _MOST_SINGLE_MINES = 40, 5, 60, 200
"""Arcs, call-outs, marks without a place, and mines that can be selected one by one."""

_SIZES = ((60, 5.2), (150, 4.6), (400, 3.8), (1500, 3.0), (3000, 2.3), (math.inf, 1.9))
"""Up to how many smelters their marks have which radius in pixels."""

_START = 5.0
"""Radius of the mark of the company that the map starts from."""

_SHORTEST = 9.0
"""An arc shorter than this (pixels) would not be seen."""

_PALE = 'fill-opacity=".5" stroke-opacity=".75"'
"""How what stands at an approximate place is drawn; if it is large enough, with a dashed outline."""

DASHABLE = 4.2
"""Radius of a mark, in pixels, from which dashes of its outline can be seen."""


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


class Scene:
    """All marks of a layer on the map."""

    def __init__(self, facts: Facts, land: Land, tints: Tints) -> None:
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
        found.sort(key=lambda arc: (-hazard_of(layer, arc.to.site), -arc.state, arc.to.site.number, arc.code))
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
        return {mark.site.number for mark in marks} | {one.number for one in self.loose[:MOST_LOOSE]}

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
                f'<path class="arc {state_class(arc.state, "s-neutral")}" data-to="{arc.to.site.number}" '
                f'data-code="{attribute(arc.code)}" d="M{x:.1f} {y:.1f}Q{(x + u) / 2:.1f} {(y + v) / 2 - bow:.1f} '
                f'{u:.1f} {v:.1f}" {arc_look(arc.state)}/>'
            )
        spots: dict[tuple[float, float], int] = {}
        for arc in self.arcs:
            spots[arc.x, arc.y] = max(arc.state, spots.get((arc.x, arc.y), NOT_JUDGED))
        for (x, y), state in sorted(spots.items()):
            yield origin_dot(x, y, state)

    def _site(self, mark: _Mark) -> str:
        return self._one(mark.site, mark.x, mark.y, mark.r, mark.exact)

    def _one(self, one: Site, x: float, y: float, r: float, exact: bool = True) -> str:
        number, layer = one.number, self._facts.layer
        where = places.country_name(one.country) if one.country else "location unknown"
        where += "" if exact else ", approximate"
        extra = "" if exact else f" {approximate(r)}"
        if number == 0:
            return site(0, f"{one.name}, {where}", house(x, y, r))
        look = palette.NAMES[layer.look[number]]
        if one.kind == MINE:
            risk = ", in an area of the lens" if layer.high_risk[number] else ""
            return site(number, f"{one.name}, mine, {where}{risk}", cross([(x, y)], r, look), extra)
        around = ring(x, y, r) if number in self._facts.high else ""
        risk = ", in or from an area of the lens" if around else ""
        said = f"{one.name}, smelter, {STANDINGS[layer.standing[number]]}, {where}{risk}"
        return site(number, said, around + glyph(look, x, y, r), extra)

    def _all_mines(self) -> Iterator[str]:
        """Mines that are too many to be selected: one path for all of a look."""
        of: dict[tuple[str, bool], list[_Mark]] = defaultdict(list)
        for mark in self.mines:
            of[palette.NAMES[self._facts.layer.look[mark.site.number]], mark.exact].append(mark)
        for (look, exact), some in sorted(of.items(), reverse=True):
            crosses = cross([(mark.x, mark.y) for mark in some], some[0].r, look)
            said = wording.count_of(len(some), "mine")
            yield f'<g class="mines" role="img" aria-label="{said}"{"" if exact else f" {_PALE}"}>{crosses}</g>'

    def _loose(self) -> Iterator[str]:
        """The marks of sites that have no place on the map, in rows at the bottom left."""
        shown, per_row = self.loose[:MOST_LOOSE], 20
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


def approximate(r: float) -> str:
    """How a mark of radius r looks whose place is known by country or region only."""
    return f'{_PALE} stroke-dasharray="1.8 1.3"' if r >= DASHABLE else _PALE


def arc_look(state: int) -> str:
    """How an arc from an origin looks of which the lens says this."""
    colour = AREA_LINE if state >= POSSIBLE else LOOKS["neutral"].line
    dashed = ' stroke-dasharray="4 3"' if state == POSSIBLE else ""
    width, opacity = ("1.1", ".8") if state >= POSSIBLE else ("0.8", ".4")
    return f'fill="none" stroke="{colour}" stroke-width="{width}" stroke-opacity="{opacity}"{dashed}'


def origin_dot(x: float, y: float, state: int) -> str:
    """The mark of an origin of which the lens says this."""
    colour = AREA_LINE if state >= POSSIBLE else LOOKS["neutral"].line
    look = f'fill="{PAPER}" stroke="{colour}"' if state == POSSIBLE else f'fill="{colour}"'
    return f'<circle class="origin {state_class(state, "f-neutral")}" cx="{x:.1f}" cy="{y:.1f}" r="2.2" {look}/>'


def state_class(state: int, neutral: str) -> str:
    """The class by which the page colours what comes from an origin; ``neutral`` where the lens says nothing of it."""
    return {INSIDE: "in", POSSIBLE: "maybe"}.get(state, neutral)


def cross(spots: Iterable[tuple[float, float]], r: float, look: str) -> str:
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


def ring(x: float, y: float, r: float) -> str:
    """The ring around a smelter that stands in or sources from an area of the lens."""
    return (
        f'<circle class="ring" cx="{x:.1f}" cy="{y:.1f}" r="{_ring_size(r):.1f}" fill="none" '
        f'stroke="{AREA_LINE}" stroke-width="1.2" stroke-dasharray="none"/>'
    )


def house(x: float, y: float, r: float) -> str:
    """The mark of the company that the maps start from."""
    return (
        f'<path class="t" d="M{x:.1f} {y - r:.1f}l{r:.1f} {r * 0.9:.1f}v{r * 1.1:.1f}h{-2 * r:.1f}v{-r * 1.1:.1f}z" '
        f'fill="{INK}"/>'
    )
