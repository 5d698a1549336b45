"""The Equal Earth projection, and what a view makes of land."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphmap.maps.boundaries import Boundaries, Shape, read_boundaries
from graphmap.maps.projection import View, equal_earth

VIEW = View(1480, 680)


@pytest.fixture(scope="module")
def world() -> Boundaries:
    return read_boundaries()


def box(west: float, south: float, east: float, north: float) -> Shape:
    ring = np.array([(west, south), (east, south), (east, north), (west, north), (west, south)])
    return Shape("", "box", (ring,), ((west + east) / 2, (south + north) / 2))


def lines(path: str) -> list[np.ndarray]:
    """The corners of each part of a path, in pixels."""
    out = []
    for part in re.findall(r"M([^Ma]*)z", path):
        numbers = [float(text) for text in re.findall(r"-?[\d.]+", part)]
        out.append(np.cumsum(np.array(numbers).reshape(-1, 2), axis=0))
    return out


@pytest.mark.parametrize(
    ("lon", "lat", "x", "y"),
    [
        (0, 0, 0, 0),
        (180, 0, 2.7066299836960748, 0),  # the paper: the equator is 2.7066 radii long on either side,
        (0, 90, 0, 1.317362759157413),  # the pole 1.3174 away from it,
        (180, 90, 1.6035886, 1.317362759157413),  # and a line 0.59 times as long as the equator
        (-180, -90, -1.6035886, -1.317362759157413),
    ],
)
def test_known_places(lon: float, lat: float, x: float, y: float) -> None:
    assert equal_earth(lon, lat, centre=0) == (pytest.approx(x, abs=1e-7), pytest.approx(y, abs=1e-9))


def test_the_middle_of_the_map_is_at_its_central_meridian() -> None:
    x, _ = equal_earth([11, 191, -169, 12, 10], 0)
    assert x.tolist() == pytest.approx([0, 2.70663, -2.70663, 0.0150368, -0.0150368], abs=1e-6)


@given(st.floats(-179, 179), st.floats(-89, 89))
def test_areas_are_true_everywhere(lon: float, lat: float) -> None:
    """The determinant of the projection is that of the sphere, cos(latitude)."""
    step = 1e-4
    x, _ = equal_earth([lon - step, lon + step], lat, centre=0)
    _, y = equal_earth(lon, [lat - step, lat + step], centre=0)  # does not depend on the longitude
    per_radian = 2 * np.radians(step)
    assert np.diff(x) * np.diff(y) / per_radian**2 == pytest.approx(np.cos(np.radians(lat)), rel=1e-5)


def test_places_go_to_pixels_from_the_top_left() -> None:
    x, y = VIEW.xy([-74, 30, 140], [40, 0, -30])
    assert (np.diff(x) > 0).all()
    assert (np.diff(y) > 0).all()
    assert ((x > 0) & (x < 1480) & (y > 0) & (y < 680)).all()


def test_every_country_is_drawn_and_stays_on_the_map(world: Boundaries) -> None:
    for shape in world.countries:
        path = VIEW.path(shape)
        assert path, shape.name
        for line in lines(path):
            assert ((line >= -0.05) & (line <= (1480.05, 680.05))).all(), shape.name
            assert np.abs(np.diff(line, axis=0)).max() < 150, shape.name  # no streak across the map


def test_rings_across_the_edge_of_the_map_are_cut() -> None:
    left, right = sorted(lines(VIEW.path(box(-172, 60, -160, 65))), key=lambda line: line[:, 0].min())
    assert left[:, 0].max() < 400
    assert right[:, 0].min() > 1200
    assert sorted(re.findall("M[^M]*", VIEW.path(box(188, 60, 200, 65)))) == sorted(
        re.findall("M[^M]*", VIEW.path(box(-172, 60, -160, 65)))
    )


def test_nothing_south_of_cape_horn_is_drawn() -> None:
    assert VIEW.path(box(-60, -80, 60, -60)) == ""
    (part,) = lines(VIEW.path(box(-20, -70, 20, -40)))
    assert part[:, 1].max() == pytest.approx(float(VIEW.xy(0, -56)[1]), abs=0.05)


def test_land_too_small_to_see_is_a_dot() -> None:
    x, y = VIEW.xy(7.4, 43.7)
    path = VIEW.path(box(7.399, 43.699, 7.401, 43.701))
    found = re.fullmatch(r"M([\d.]+) ([\d.]+)a1.2 1.2 0 1 0 2.4 0a1.2 1.2 0 1 0-2.4 0z", path)
    assert found
    assert (float(found[1]) + 1.2, float(found[2])) == (
        pytest.approx(float(x), abs=0.1),
        pytest.approx(float(y), abs=0.1),
    )


def test_neighbours_share_the_points_of_their_border(world: Boundaries) -> None:
    congo, rwanda = world.country("CD"), world.country("RW")
    assert congo
    assert rwanda
    for view in (VIEW, View(700, 320)):
        theirs = {tuple(np.rint(place * 10)) for line in lines(view.path(congo)) for place in line}
        ours = {tuple(np.rint(place * 10)) for line in lines(view.path(rwanda)) for place in line}
        assert len(ours & theirs) >= 2


def test_what_is_dropped_does_not_depend_on_the_way_a_ring_is_walked() -> None:
    turn = np.linspace(0, 2 * np.pi, 2000)
    ring = np.column_stack([20 + 5 * np.cos(turn), 3 * np.sin(turn) + 0.02 * np.sin(300 * turn)])
    ring[-1] = ring[0]
    there, back = (VIEW.path(Shape("", "", (one,), (20, 0))) for one in (ring, ring[::-1]))
    (one,), (other,) = lines(there), lines(back)
    assert 50 < len(one) < 500
    assert {tuple(np.rint(place * 10)) for place in one} == {tuple(np.rint(place * 10)) for place in other}


def test_a_view_of_a_box_fills_its_frame_and_cuts_off_the_rest(world: Boundaries) -> None:
    view = View(600, 600, box=(10, -15, 32, 7))
    assert view.scale > 4 * VIEW.scale
    assert view.shows(20, 0)
    assert not view.shows(-70, 0)
    congo, chile = world.country("CD"), world.country("CL")
    assert congo
    assert chile
    assert view.path(chile) == ""
    for line in lines(view.path(congo)):
        assert ((line >= -0.05) & (line <= 600.05)).all()


def test_the_same_land_gives_the_same_path(world: Boundaries) -> None:
    again = View(1480, 680)
    assert [VIEW.path(shape) for shape in world.countries] == [again.path(shape) for shape in world.countries]
