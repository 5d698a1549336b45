"""The world on paper: the Equal Earth projection, and a view of it in pixels.

Areas are true in proportion, so that a risk in the Congo looks as large as one in Siberia of the same size.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np
import numpy.typing as npt

from graphmap.maps.boundaries import Ring, Shape

Numbers = npt.NDArray[np.float64]

CENTRE = 11.0
"""Longitude of the middle of the map: with it the cut runs through the Bering Strait and no country is torn."""

SOUTH, NORTH = -56.0, 83.7
"""Latitudes that the world map shows: Cape Horn to Greenland."""

_A1, _A2, _A3, _A4 = 1.340264, -0.081106, 0.000893, 0.003796
_M = np.sqrt(3.0) / 2
"""Constants of Šavrič, Patterson and Jenny 2018, "The Equal Earth map projection", IJGIS 33(3)."""

_WEST, _EAST = (-157.5, 1.9), (-171.0, -14.2)
"""Land at the left and the right end of the map: Kiritimati and Samoa."""

_DOT = 1.2
"""Radius in pixels of what is drawn for land too small to see."""

_CELL, _SMALLEST = 0.5, 0.25
"""Wiggles within a cell of this width (pixels) are not drawn, nor parts of this area (square pixels)."""


def equal_earth(lon: npt.ArrayLike, lat: npt.ArrayLike, centre: float = CENTRE) -> tuple[Numbers, Numbers]:
    """Where places (degrees) lie on the map of a sphere of radius 1: x to the east of ``centre``, y to the north."""
    return _project(_relative(np.asarray(lon, np.float64), centre), np.asarray(lat, np.float64))


def _relative(lon: Numbers, centre: float) -> Numbers:
    """Degrees east of the centre, -180 to 180."""
    east = lon - centre
    return np.where(np.abs(east) <= 180, east, (east + 180) % 360 - 180)


def _project(east: Numbers, lat: Numbers) -> tuple[Numbers, Numbers]:
    t = np.arcsin(_M * np.sin(np.radians(lat)))
    t2 = t * t
    t6 = t2**3
    slope = _A1 + 3 * _A2 * t2 + t6 * (7 * _A3 + 9 * _A4 * t2)
    return np.radians(east) * np.cos(t) / (_M * slope), t * (_A1 + _A2 * t2 + t6 * (_A3 + _A4 * t2))


class View:
    """A map of the world, or of a box of it, fitted into ``width`` times ``height`` pixels with a margin of ``pad``.

    ``box`` is west, south, east, north in degrees. ``scale`` is in pixels per radius of the Earth.
    """

    def __init__(
        self, width: float, height: float, *, pad: float = 16.0, box: tuple[float, float, float, float] | None = None
    ) -> None:
        if box is None:
            x, _ = equal_earth([_WEST[0], _EAST[0]], [_WEST[1], _EAST[1]])
            _, y = equal_earth(0.0, [SOUTH, NORTH])
        else:
            west, south, east, north = box
            edge = np.linspace(0.0, 1.0, 33)
            lons, lats = np.meshgrid(west + edge * (east - west), south + edge * (north - south))
            x, y = equal_earth(lons, lats)
        self.width, self.height = width, height
        self.scale = float(min((width - 2 * pad) / np.ptp(x), (height - 2 * pad) / np.ptp(y)))
        self._x = width / 2 - self.scale * float(x.min() + x.max()) / 2
        self._y = height / 2 + self.scale * float(y.min() + y.max()) / 2
        self._frame = (0.0, 0.0, width, height if box else self._y - self.scale * float(y.min()))
        """Beyond it nothing is drawn: left, top, right, bottom in pixels."""

    def xy(self, lon: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[Numbers, Numbers]:
        """Where places (degrees) lie in pixels from the left and from the top."""
        x, y = equal_earth(lon, lat)
        return self._x + self.scale * x, self._y - self.scale * y

    def shows(self, lon: float, lat: float) -> bool:
        """Whether a place lies on the map."""
        x, y = (float(value) for value in self.xy(lon, lat))
        left, top, right, bottom = self._frame
        return left <= x <= right and top <= y <= bottom

    def path(self, shape: Shape) -> str:
        """A shape as SVG path data with one decimal, "" where nothing of it lies on the map.

        Outer rings and holes run in opposite directions, so that either fill rule works. Of land too small to see
        a dot is left. Neighbours have the same points on their border.
        """
        drawn = [line for ring in shape.rings for part in _cut(ring) if (line := self._line(part))]
        return "".join(drawn) or (self._dot(*shape.point) if self.shows(*shape.point) else "")

    def _line(self, ring: Ring) -> str:
        x, y = _project(ring[:, 0], ring[:, 1])
        places = np.column_stack([self._x + self.scale * x, self._y - self.scale * y])
        left, top, right, bottom = self._frame
        for axis, limit, side in ((0, left, 1), (0, right, -1), (1, top, 1), (1, bottom, -1)):
            places = _clip(places, axis, limit, side)
        if len(places) < 4:
            return ""
        tenths = np.rint(_smooth(places[:-1]) * 10).astype(np.int64)
        tenths = tenths[(tenths != np.roll(tenths, 1, axis=0)).any(axis=1)]
        if len(tenths) < 3:
            return ""
        (x0, y0), (x1, y1) = tenths.T, np.roll(tenths, -1, axis=0).T
        if abs(int((x0 * y1 - x1 * y0).sum())) / 200 < _SMALLEST:
            return ""
        steps = " ".join(f"{_tenths(dx)} {_tenths(dy)}" for dx, dy in np.diff(tenths, axis=0).tolist())
        start = " ".join(map(_tenths, tenths[0].tolist()))
        return f"M{start}l{steps}z".replace(" -", "-")

    def _dot(self, lon: float, lat: float) -> str:
        x, y = (float(value) for value in self.xy(lon, lat))
        start = f"M{_tenths(round((x - _DOT) * 10))} {_tenths(round(y * 10))}"
        return f"{start}a{_DOT} {_DOT} 0 1 0 {2 * _DOT} 0a{_DOT} {_DOT} 0 1 0-{2 * _DOT} 0z"


@cache
def _tenths(number: int) -> str:
    return f"{number / 10:g}"


def _cut(ring: Ring) -> Iterator[Ring]:
    """A ring in degrees east of the centre, cut where it crosses the edge of the map."""
    east = np.column_stack([ring[:, 0] - CENTRE, ring[:, 1]])
    for turn in (-360.0, 0.0, 360.0):
        moved = east + np.array([turn, 0.0])
        least, most = moved[:, 0].min(), moved[:, 0].max()
        if least >= 180 or most <= -180:
            continue
        if least < -180 or most > 180:
            moved = _clip(_clip(moved, 0, -180.0, 1), 0, 180.0, -1)
        if len(moved) >= 4:
            yield moved


def _clip(ring: Numbers, axis: int, limit: float, side: int) -> Numbers:
    """What of a closed ring lies at or above a limit (``side`` 1), or at or below it (-1); closed again."""
    depth = (ring[:, axis] - limit) * side
    if not len(ring) or (depth >= 0).all():
        return ring
    out: list[Numbers] = []
    for i in range(len(ring) - 1):
        if depth[i] >= 0:
            out.append(ring[i])
        if (depth[i] >= 0) != (depth[i + 1] >= 0):
            out.append(ring[i] + (ring[i + 1] - ring[i]) * (depth[i] / (depth[i] - depth[i + 1])))
    return np.array([*out, *out[:1]], np.float64).reshape(-1, 2)


def _smooth(places: Numbers) -> Numbers:
    """One point of each run within one cell: the same whichever way the run is walked, so that borders stay shared."""
    cells = np.floor(places / _CELL)
    first = (cells != np.roll(cells, 1, axis=0)).any(axis=1)
    if first.all() or not first.any():
        return places
    shift = int(np.argmax(first))  # begin where a run begins
    places, first = np.roll(places, -shift, axis=0), np.roll(first, -shift)
    run = np.cumsum(first)
    order = np.lexsort((places[:, 1], places[:, 0], run))
    kept = order[np.diff(run[order], prepend=0) > 0]
    return places[kept]
