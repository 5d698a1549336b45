"""Land of countries and of parts of countries, as the world map draws it; where it comes from: NOTICE.txt.

The shipped file can be replaced by a user's own, who may see a border otherwise (``read_boundaries``).
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt

from graphmap import places
from graphmap.errors import GraphmapError

Ring = npt.NDArray[np.float64]
"""Longitude and latitude in degrees, shape (n, 2); the last point is the first."""

Numbers = npt.NDArray[np.float64]

Position = tuple[float, float]
"""Longitude (-180 to 180) and latitude in degrees."""

FORMAT = "graphmap boundaries 1"

SHIPPED = Path(__file__).with_name("world.json")

_MOST_BYTES, _MOST_POINTS, _MOST_SHAPES = 50_000_000, 2_000_000, 20_000

_PER_RING = 16
"""What a ring counts for above its points, since many small rings take as long to read."""

_LONGEST = 200
"""Letters of a name."""

_CURE = "Give GeoJSON with ISO_A2 or iso_3166_2 and name per feature, or a file like graphmap's own world.json."


@dataclass(frozen=True, eq=False)
class Shape:
    """Land of one country or region.

    ``code`` is ISO 3166-1 alpha-2 or ISO 3166-2, "" where ISO knows none; ``name`` as the source has it. ``rings``
    are closed, outer rings anticlockwise and before the holes, which run clockwise; where land crosses the
    antimeridian, longitudes go on past 180. What is too small to draw has none. ``point`` is a place inside the
    largest part, for marks. ``covers`` are the regions that a shape stands for together, where the source has no
    borders between them (former provinces); its own code is "" then.
    """

    code: str
    name: str
    rings: tuple[Ring, ...]
    point: Position
    covers: tuple[str, ...] = ()


class Boundaries:
    """All land: ``countries`` in the order of the file, ``regions`` by code, and in ``groups`` shapes that stand for
    several regions together. ``points`` has places of regions that have no shape, worldwide."""

    def __init__(
        self,
        countries: Sequence[Shape],
        regions: Mapping[str, Shape],
        groups: Sequence[Shape] = (),
        points: Mapping[str, Position] | None = None,
    ) -> None:
        self.countries, self.regions, self.groups = tuple(countries), dict(regions), tuple(groups)
        grouped = {code: shape.point for shape in groups for code in shape.covers}
        self.points: Mapping[str, Position] = {**(points or {}), **grouped}
        self._of_country = {shape.code: shape for shape in self.countries if shape.code}

    def country(self, code: str) -> Shape | None:
        """The shape of a country (alpha-2)."""
        return self._of_country.get(code)

    def point(self, code: str) -> Position | None:
        """A place inside a region or country; of a region without one, that of its country."""
        code = places.current(code)
        if shape := self.regions.get(code):
            return shape.point
        if code in self.points:
            return self.points[code]
        around = self._of_country.get(places.country_of(code))
        return around.point if around else None


def read_boundaries(path: Path | None = None) -> Boundaries:
    """The shipped boundaries, or those of a user's file: of the same form, or plain GeoJSON.

    A GeoJSON feature with ``iso_3166_2`` is a region, else it is a country by ``ISO_A2`` (``ISO3166-1-Alpha-2``);
    features with one code are parts of one shape. The places in ``points`` are the shipped ones in any case.
    GraphmapError if the file cannot be used.
    """
    return _shipped() if path is None else _read(path)


@cache
def _shipped() -> Boundaries:
    return _read(SHIPPED)


def _read(path: Path) -> Boundaries:
    try:
        content = _parse(path)
        if not isinstance(content, dict):
            _refuse("it holds no JSON object")
        if content.get("format") == FORMAT:
            return _Own(content).boundaries()
        if content.get("type") == "FeatureCollection":
            return _from_geojson(content)
        _refuse("it is no GeoJSON FeatureCollection")
    except _Refused as error:
        raise GraphmapError(f"{path}: this file of boundaries cannot be used: {error}.", _CURE) from None


class _Refused(Exception):  # noqa: N818 - never leaves this module
    """Why a file cannot be used."""


def _refuse(why: str) -> NoReturn:
    raise _Refused(why)


def _parse(path: Path) -> Any:
    def not_finite(text: str) -> NoReturn:
        _refuse(f"{text} is no number")

    try:
        if not path.is_file():  # devices and pipes need not end
            _refuse("there is no such file")
        with path.open("rb") as file:
            raw = file.read(_MOST_BYTES + 1)
        if len(raw) > _MOST_BYTES:
            _refuse(f"it is larger than {_MOST_BYTES // 1_000_000} MB")
        return json.loads(raw.decode("utf-8-sig"), parse_constant=not_finite)
    except RecursionError:
        _refuse("it is nested too deeply")
    except ValueError:  # also of Unicode and of integers with thousands of digits
        _refuse("it is no JSON")
    except OSError as error:
        _refuse(f"it cannot be read ({error.strerror or error})")


# ---- shapes -----------------------------------------------------------------------------------------------------


def inner_point(rings: Sequence[Sequence[Position] | Ring]) -> Position:
    """A place well inside the largest of the rings and in no hole; of a ring without area, one on it.

    Each of some lines of latitude gives the middle of its longest stretch within; of these the place that is the
    farthest from any border is taken.
    """
    arrays = [np.asarray(ring, np.float64) for ring in rings]
    largest = max(arrays, key=lambda ring: abs(_area(ring)))
    (west, south), (east, north) = largest.min(axis=0), largest.max(axis=0)
    near = [ring for ring in arrays if (ring.min(axis=0) <= (east, north)).all()]
    near = [ring for ring in near if (ring.max(axis=0) >= (west, south)).all()]
    a, b = (np.concatenate([ring[part] for ring in near]) for part in (slice(None, -1), slice(1, None)))
    lines = max(5, min(41, 2_000_000 // max(len(a), 1)))
    lat = np.linspace(south, north, lines + 2)[1:-1]
    line, i = np.nonzero((a[:, 1] > lat[:, None]) != (b[:, 1] > lat[:, None]))
    if not len(line):
        return _wrapped(float(largest[0, 0])), float(largest[0, 1])
    cut = a[i, 0] + (lat[line] - a[i, 1]) / (b[i, 1] - a[i, 1]) * (b[i, 0] - a[i, 0])
    order = np.lexsort((cut, line))
    start, end = cut[order].reshape(-1, 2).T  # every line goes in and out again
    of = line[order][::2]
    order = np.lexsort((start, start - end, of))
    first = order[np.diff(of[order], prepend=-1) > 0]
    lon, lat = (start[first] + end[first]) / 2, lat[of[first]]
    best = int(np.argmax(_distance(a, b, lon, lat, float(np.cos(np.radians((south + north) / 2))))))
    return _wrapped(float(lon[best])), float(lat[best])


def _distance(a: Ring, b: Ring, lon: Numbers, lat: Numbers, squeeze: float) -> Numbers:
    """From each place to the nearest of the lines a-b, in degrees of latitude."""
    scale = np.array([squeeze, 1.0])
    way = (b - a) * scale
    length = np.maximum((way**2).sum(axis=1), 1e-18)
    out = np.empty(len(lon))
    for k, place in enumerate(np.column_stack([lon, lat])):
        from_a = (place - a) * scale
        part = np.clip((from_a * way).sum(axis=1) / length, 0.0, 1.0)
        out[k] = ((from_a - part[:, None] * way) ** 2).sum(axis=1).min()
    return np.sqrt(out)


def _area(ring: Ring) -> float:
    """Of a ring in square degrees, positive if anticlockwise."""
    (x, y), (u, v) = (ring[:-1] - ring[0]).T, (ring[1:] - ring[0]).T
    return float((x * v - u * y).sum() / 2)


def _wrapped(lon: float) -> float:
    return lon if -180.0 <= lon <= 180.0 else (lon + 180.0) % 360.0 - 180.0


def _shape(code: str, name: str, rings: Sequence[Ring], point: Position | None, covers: Sequence[str] = ()) -> Shape:
    for ring in rings:
        ring.setflags(write=False)
    ordered = tuple(sorted(rings, key=lambda ring: _area(ring) < 0))
    return Shape(code, name, ordered, inner_point(ordered) if point is None else point, tuple(covers))


# ---- graphmap's own form ----------------------------------------------------------------------------------------


class _Own:
    """The form of ``world.json``: borders once, as arcs, so that neighbours share them; shapes as rings of arcs.

    ``{"format", "scale", "arcs", "countries", "regions", "points"}``: an arc is a point and steps from it, all as
    x, y in turn in 1/``scale`` degree; a ring lists arcs by number, ``~number`` for one taken backwards.
    """

    def __init__(self, content: Mapping[str, Any]) -> None:
        self._content = content
        scale = _whole(content.get("scale"), 1, 1_000_000)
        self._arcs = [self._arc(arc, scale) for arc in _list(content.get("arcs"), _MOST_POINTS)]
        self._left = _MOST_POINTS

    def boundaries(self) -> Boundaries:
        """What the file holds."""
        countries = [self._shape(one) for one in _list(self._content.get("countries"), _MOST_SHAPES)]
        if not countries:
            _refuse("it holds no country")
        regions = [self._shape(one) for one in _list(self._content.get("regions", []), _MOST_SHAPES)]
        points = _object(self._content.get("points", {}))
        return Boundaries(
            countries,
            {shape.code: shape for shape in regions if not shape.covers},
            [shape for shape in regions if shape.covers],
            {_code(code): _position(point) for code, point in points.items()},
        )

    def _arc(self, arc: Any, scale: int) -> Ring:
        numbers = _list(arc, 2 * _MOST_POINTS)
        if not numbers or len(numbers) % 2 or any(type(number) is not int for number in numbers):
            _refuse("an arc is no list of pairs of whole numbers")
        if max(map(abs, numbers)) > 400 * scale:
            _refuse("a place is not on Earth")
        line = np.cumsum(np.array(numbers, np.float64).reshape(-1, 2), axis=0) / scale
        if (np.abs(line[:, 1]) > 90).any() or (line[:, 0] < -180).any() or (line[:, 0] > 360).any():
            _refuse("a place is not on Earth")
        return line

    def _shape(self, one: Any) -> Shape:
        says = _object(one)
        name = says.get("name")
        if not isinstance(name, str):
            _refuse("a shape has no name")
        code = _code(says.get("code"))
        covers = [_code(covered) for covered in _list(says.get("covers", []), _MOST_SHAPES)]
        rings = [self._ring(ring) for ring in _list(says.get("rings"), _MOST_POINTS)]
        return _shape(code, name[:_LONGEST], rings, _position(says.get("point")), covers)

    def _ring(self, ring: Any) -> Ring:
        arcs = []
        self._left -= _PER_RING
        for number in _list(ring, _MOST_POINTS):
            number = _whole(number, -len(self._arcs), len(self._arcs) - 1)
            arcs.append(self._arcs[number] if number >= 0 else self._arcs[~number][::-1])
            self._left -= len(arcs[-1])
            if self._left < 0:
                _refuse(f"it has more than {_MOST_POINTS:,} points")
        if not arcs or any((arcs[i - 1][-1] != arc[0]).any() for i, arc in enumerate(arcs)):
            _refuse("a ring is not closed")
        return np.concatenate([arcs[0][:1], *(arc[1:] for arc in arcs)])


def _list(value: Any, most: int) -> list[Any]:
    if not isinstance(value, list) or len(value) > most:
        _refuse("it lacks a list, or one is too long")
    return value


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        _refuse("it lacks an object where one belongs")
    return value


def _code(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch("([A-Z]{2}(-[A-Z0-9]{1,3})?)?", value):
        _refuse("a code is none of ISO 3166")
    return value


def _whole(value: Any, least: int, most: int) -> int:
    if type(value) is not int or not least <= value <= most:
        _refuse("it has another value where a small whole number belongs")
    return value


def _position(value: Any) -> Position:
    pair = _list(value, 4)  # GeoJSON allows a height, and some write more
    if len(pair) < 2 or any(type(number) not in (int, float) for number in pair[:2]):
        _refuse("a place is no longitude and latitude")
    lon, lat = pair[:2]
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        _refuse("a place is not on Earth: longitude -180 to 180 and latitude -90 to 90 in degrees are")
    return float(lon), float(lat)


# ---- GeoJSON ----------------------------------------------------------------------------------------------------

_COUNTRY = ("iso_a2_eh", "iso_a2", "iso3166-1-alpha-2")
"""Properties that hold a country's code; Natural Earth fills the first where it leaves the second at -99."""

_NAME = ("name", "admin", "name_en")


def _from_geojson(content: Mapping[str, Any]) -> Boundaries:
    parts: dict[tuple[bool, str], list[Ring]] = defaultdict(list)
    names: dict[tuple[bool, str], str] = {}
    left = _MOST_POINTS
    for feature in _list(content.get("features"), _MOST_SHAPES):
        rings = list(_rings(_object(feature).get("geometry"), left))
        left -= sum(len(ring) + _PER_RING for ring in rings)
        if rings:
            is_region, code, name = _identity(feature.get("properties"))
            key = is_region, code or f"\0{name}"  # what has no code goes by its name
            names.setdefault(key, name)
            parts[key].extend(rings)
    shapes: dict[bool, list[Shape]] = {False: [], True: []}
    for key, rings in parts.items():
        is_region, code = key
        shapes[is_region].append(_shape("" if code.startswith("\0") else code, names[key], rings, None))
    if not any(shape.code for shape in shapes[False]):
        _refuse("no feature has the code of a country")
    shipped = _shipped()
    known = {code: shape.point for code, shape in shipped.regions.items()} | dict(shipped.points)
    return Boundaries(shapes[False], {shape.code: shape for shape in shapes[True]}, points=known)


def _identity(properties: Any) -> tuple[bool, str, str]:
    """Whether a feature is a region, its code ("" if ISO knows none), and its name."""
    says = {key.casefold(): value for key, value in _object(properties or {}).items() if isinstance(value, str)}
    region = places.region(says.get("iso_3166_2", ""), "")
    code = region or next(
        (text for key in _COUNTRY if places.country(text := says.get(key, "").upper(), listed=True) == text), ""
    )
    name = next((says[key] for key in _NAME if says.get(key)), code)
    return region is not None, code, name[:_LONGEST]


def _rings(geometry: Any, left: int) -> Iterator[Ring]:
    """The rings of a polygon or of several, of at most ``left`` points. Other geometries are no land."""
    if geometry is None:
        return
    kind, coordinates = _object(geometry).get("type"), _object(geometry).get("coordinates")
    if kind not in ("Polygon", "MultiPolygon"):
        return
    for polygon in [coordinates] if kind == "Polygon" else _list(coordinates, _MOST_POINTS):
        for i, points in enumerate(_list(polygon, _MOST_POINTS)):
            left -= len(_list(points, _MOST_POINTS)) + _PER_RING
            if left < 0:
                _refuse(f"it has more than {_MOST_POINTS:,} points")
            ring = np.array([_position(point) for point in points], np.float64).reshape(-1, 2)
            if len(ring) < 4 or (ring[0] != ring[-1]).any():
                _refuse("a ring is not closed")
            step = np.diff(ring[:, 0])
            turns = np.cumsum(np.where(step > 180, -360.0, np.where(step < -180, 360.0, 0.0)))
            if len(turns) and turns[-1] == 0:  # a ring around a pole does not close that way, and is left as it is
                ring[1:, 0] += turns
            yield ring if (_area(ring) >= 0) == (i == 0) else ring[::-1].copy()
