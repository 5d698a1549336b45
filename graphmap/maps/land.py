"""The land of the world map, and the areas of the lenses that are laid on it.

An element with ``data-lens`` is an area under the lenses that it names, one with ``data-part`` holds listed parts that
have no geometry of their own. A page that shows another lens gives class ``area`` (``area-part``) to those that name
it and takes it from the others; regions that the main lens does not list are in the file, but not displayed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from graphmap import places, wording
from graphmap.analysis.case import Case
from graphmap.maps.atlas import Atlas
from graphmap.maps.boundaries import Boundaries, Shape, read_boundaries
from graphmap.maps.palette import AREA, AREA_LINE, LAND, PAPER
from graphmap.maps.projection import SOUTH, View
from graphmap.maps.svg import WIDTH, attribute
from graphmap.policy import LISTED

HEIGHT = 724.0
"""Of the map, in pixels."""


class Land:
    """Boundaries, laid on the map; paths are made once."""

    def __init__(self, boundaries: Boundaries) -> None:
        self.boundaries, self._view = boundaries, View(WIDTH, HEIGHT)
        self._paths: dict[int, str] = {}
        self._places: dict[str, tuple[float, float] | None] = {}

    def path(self, shape: Shape) -> str:
        """The path of one of the shapes of the boundaries."""
        if id(shape) not in self._paths:  # shapes live as long as their boundaries
            self._paths[id(shape)] = self._view.path(shape)
        return self._paths[id(shape)]

    def place(self, code: str) -> tuple[float, float] | None:
        """Where on the map marks of a country or region go."""
        if code not in self._places:
            point = self.boundaries.point(code)
            self._places[code] = self.on_map(*point) if point else None
        return self._places[code]

    def on_map(self, lon: float, lat: float) -> tuple[float, float] | None:
        """Where on the map a place is, None if it is not on it."""
        x, y = map(float, self._view.xy(lon, lat))
        return (x, y) if lat >= SOUTH and 0 <= x <= WIDTH and 0 <= y <= HEIGHT else None


def find_land(path: Path | None) -> Land:
    """The land of a file of boundaries, by default of those that come with graphmap; read once."""
    changed = path.stat().st_mtime_ns if path is not None and path.is_file() else 0
    return _read(path, changed)


@lru_cache(maxsize=2)
def _read(path: Path | None, changed: int) -> Land:  # noqa: ARG001 - a file that has changed is read again
    return Land(read_boundaries(path))


@dataclass
class Tint:
    """What lenses say of a shape: ``whole`` the levels that they give it, ``part`` what they list of it without a
    geometry of its own; by the name of the lens. ``minerals``: for which the main lens lists it."""

    shape: Shape
    whole: dict[str, list[str]] = field(default_factory=dict)
    part: dict[str, list[str]] = field(default_factory=dict)
    minerals: set[str] = field(default_factory=set)


class Tints:
    """The areas of all lenses laid on shapes. ``grouped``, ``outlined`` and ``missing`` are areas of the main lens
    that have no shape of their own: drawn with others as one, as an outline of what is around them, or not at all."""

    def __init__(self, atlas: Atlas, boundaries: Boundaries, minerals: Sequence[str]) -> None:
        self._boundaries = boundaries
        self.main, self.minerals = atlas.case.lens.name, tuple(minerals)
        self.of: dict[str, Tint] = {}
        self.grouped, self.outlined, self.missing = list[str](), list[str](), list[str]()
        self._groups = {code: shape for shape in boundaries.groups for code in shape.covers}
        for name, case in atlas.lenses.items():
            self._lay(name, _levels(case, self.minerals))

    def _lay(self, lens: str, listed: Mapping[str, tuple[str, set[str]]]) -> None:
        for code, (level, minerals) in sorted(listed.items()):
            own = self._boundaries.regions.get(code) or self._boundaries.country(code)
            group = self._groups.get(code)
            around = self._around(code)
            if own:
                self._whole(own, lens, level, minerals)
            elif group and all(one in listed for one in group.covers):
                self._whole(group, lens, level, minerals)
                self._remember(lens, self.grouped, code)
            elif around:
                self._tint(around).part.setdefault(lens, []).append(code)
                self._remember(lens, self.outlined, code)
            else:
                self._remember(lens, self.missing, code)

    def _around(self, code: str) -> Shape | None:
        """The smallest shape that holds an area without one."""
        larger = places.parent_of(code)
        regions = self._boundaries.regions
        return (
            self._groups.get(code)
            or (regions.get(larger) if larger else None)
            or self._boundaries.country(places.country_of(code))
        )

    def _whole(self, shape: Shape, lens: str, level: str, minerals: set[str]) -> None:
        tint = self._tint(shape)
        levels = tint.whole.setdefault(lens, [])
        if level not in levels:
            levels.append(level)
        if lens == self.main:
            tint.minerals |= minerals

    def _tint(self, shape: Shape) -> Tint:
        return self.of.setdefault(_codes(shape), Tint(shape))

    def _remember(self, lens: str, where: list[str], code: str) -> None:
        if lens == self.main:
            where.append(code)

    @property
    def outlines(self) -> bool:
        """Whether the main lens has areas that are outlined only."""
        return bool(self.outlined)


def _codes(shape: Shape) -> str:
    """The codes that a shape stands for, one or several."""
    return " ".join(shape.covers) or shape.code


def _levels(case: Case, minerals: Iterable[str]) -> dict[str, tuple[str, set[str]]]:
    """The areas of a lens: the highest level of each over these minerals, and the minerals that it is listed for."""
    values = case.policy.facility_value
    found: dict[str, tuple[str, set[str]]] = {}
    for mineral in minerals:
        for listed, level in case.areas(mineral).levels(values).items():
            code = places.current(listed)
            highest, of = found.get(code, (level, set()))
            worse = max((highest, level), key=lambda one: (values.get(one, values[LISTED]), one))
            found[code] = worse, of | {mineral}
    return found


def draw_land(land: Land, tints: Tints) -> str:
    """Plain countries first: an outline must not be covered by a neighbour's land."""
    plain, other, main = list[str](), list[str](), list[str]()
    for shape in land.boundaries.countries:
        tint = tints.of.get(shape.code) if shape.code else None
        of = plain if tint is None else main if tints.main in {*tint.whole, *tint.part} else other
        of.append(_country(shape, land.path(shape), tint, tints))
    regions = [tint for code, tint in sorted(tints.of.items()) if "-" in code]
    inside = [_region(land.path(tint.shape), tint, tints) for tint in regions if tints.main not in tint.part]
    around = [_region(land.path(tint.shape), tint, tints) for tint in regions if tints.main in tint.part]
    return (
        f'<g class="base" fill="{LAND}" stroke="{PAPER}" stroke-width="0.5" stroke-linejoin="round">'
        f"{''.join([*plain, *other, *main, *inside, *around])}</g>"
    )


TINTED = f'fill="{AREA}" stroke="{AREA_LINE}" stroke-width="0.7"'
OUTLINED = f'stroke="{AREA_LINE}" stroke-width="1.1" stroke-dasharray="4 2.5"'


def _country(shape: Shape, path: str, tint: Tint | None, tints: Tints) -> str:
    code = f' data-code="{attribute(shape.code)}"' if shape.code else ""
    if tint is None:
        return f'<path class="land"{code} d="{path}"/>'
    classes, look = ["land"], ""
    if tints.main in tint.whole:
        classes, look = [*classes, "area"], f" {TINTED}"
    elif tint.whole or tints.main not in tint.part:
        classes.append("other")
    if tints.main in tint.part:
        classes.append("area-part")
        look = look or f" {OUTLINED}"
    return f'<path class="{" ".join(classes)}"{_told(tint, tints)}{look} d="{path}">{_named(tint)}</path>'


def _region(path: str, tint: Tint, tints: Tints) -> str:
    here = tints.main in tint.whole or tints.main in tint.part
    tinted = tints.main in tint.whole if here else bool(tint.whole)
    classes = ("area" if tinted else "area-part") + ("" if here else " other")
    look = TINTED if tinted else f'fill="none" {OUTLINED}'
    hidden = "" if here else ' display="none"'
    return f'<path class="{classes}"{_told(tint, tints)} {look}{hidden} d="{path}">{_named(tint)}</path>'


def _told(tint: Tint, tints: Tints) -> str:
    out = f' data-code="{attribute(_codes(tint.shape))}"'
    for name, lenses in (("lens", tint.whole), ("part", tint.part)):
        if lenses:
            out += f' data-{name}="{attribute(" ".join(lenses))}"'
    if tint.minerals and len(tint.minerals) < len(tints.minerals):
        out += f' data-minerals="{attribute(" ".join(m for m in tints.minerals if m in tint.minerals))}"'
    return out


def _named(tint: Tint) -> str:
    """The name of an area and its levels, for who points at it."""
    says = [f"{' and '.join(levels)} (lens {lens})" for lens, levels in tint.whole.items()]
    says += [f"in it {wording.listed(list(map(area_name, codes)))} (lens {ln})" for ln, codes in tint.part.items()]
    return f"<title>{attribute(_shape_name(tint.shape) + ': ' + '; '.join(says))}</title>"


def _shape_name(shape: Shape) -> str:
    if not shape.covers:
        return area_name(shape.code)
    names = [places.region_name(code) for code in shape.covers]
    return f"{wording.listed(names)}, {places.country_name(places.country_of(shape.covers[0]))}"


def area_name(code: str) -> str:
    """What a country is called, or a region with its country."""
    country = places.country_name(places.country_of(code))
    return f"{places.region_name(code)}, {country}" if "-" in code else country
