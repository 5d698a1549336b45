"""Room for marks and labels on a picture: what is taken, and where the next one fits."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

GAP = 0.7
"""Between two marks, in pixels."""

_TURN = math.pi * (3 - math.sqrt(5))
"""The golden angle: points along a spiral of that turn lie evenly (phyllotaxis)."""

Box = tuple[float, float, float, float]
"""Left, top, right, bottom in pixels."""


class Floor:
    """Circles and boxes that are taken, of a picture of this width and height.

    ``largest`` is the radius that no circle exceeds. ``shunned`` are points that labels cover only for want of room.
    """

    def __init__(
        self, width: float, height: float, largest: float, shunned: Sequence[tuple[float, float]] = ()
    ) -> None:
        self._width, self._height, self._largest, self._shunned = width, height, largest, shunned
        # Circles are kept by square cells, so wide that two of them touch only in neighbouring ones. Between two rows
        # of cells one is left out, so that no cell has a neighbour on the other side of the picture.
        self._side = 2 * largest + GAP
        self._row = int(width // self._side) + 2
        self._around = tuple(row + column for row in (0, -self._row, self._row) for column in (0, -1, 1))
        self._circles: dict[int, list[tuple[float, float, float]]] = {}
        self._boxes: list[Box] = []
        self._tried: dict[tuple[int, int, float], int] = {}

    def settle(self, x: float, y: float, r: float) -> tuple[float, float]:
        """The nearest free place for a circle, along a spiral; it is taken then."""
        key = (round(x / 4), round(y / 4), r)
        if not self._free(x, y, r):
            start, step = self._tried.get(key, 1), 0.6 * (2 * r + GAP)
            for k in range(start, start + 4000):
                u, v = x + step * math.sqrt(k) * math.cos(k * _TURN), y + step * math.sqrt(k) * math.sin(k * _TURN)
                if self._free(u, v, r):
                    self._tried[key], x, y = k + 1, u, v
                    break
        self._circles.setdefault(self._cell(x, y), []).append((x, y, r))
        return x, y

    def _cell(self, x: float, y: float) -> int:
        return int(y // self._side) * self._row + int(x // self._side)

    def _free(self, x: float, y: float, r: float) -> bool:
        if not (r < x < self._width - r and r < y < self._height - r):
            return False
        circles, cell = self._circles, int(y // self._side) * self._row + int(x // self._side)
        for near in self._around:
            for a, b, c in circles.get(cell + near, ()):
                if (a - x) ** 2 + (b - y) ** 2 < (c + r + GAP) ** 2:
                    return False
        return not any(
            left - r < x < right + r and top - r < y < bottom + r for left, top, right, bottom in self._boxes
        )

    def take(self, box: Box) -> None:
        """Nothing else shall stand in this box."""
        self._boxes.append(box)

    def clear(self, box: Box) -> bool:
        """Whether a box lies on the picture and covers nothing."""
        left, top, right, bottom = box
        if left < 2 or top < 2 or right > self._width - 2 or bottom > self._height - 2:
            return False
        if any(left < box[2] and box[0] < right and top < box[3] and box[1] < bottom for box in self._boxes):
            return False
        first, last, high, low = (
            int(end // self._side)
            for end in (left - self._largest, right + self._largest, top - self._largest, bottom + self._largest)
        )
        return not any(
            left - c < a < right + c and top - c < b < bottom + c
            for row in range(high, low + 1)
            for column in range(first, last + 1)
            for a, b, c in self._circles.get(row * self._row + column, ())
        )

    def beside(self, x: float, y: float, width: float, height: float, r: float) -> Box | None:
        """A free box near a mark, None if there is none. One that hides nothing shunned goes before a nearer one."""
        around = (box for box in _boxes_around(x, y, width, height, r) if self.clear(box))
        nearest = next(around, None)
        if nearest is None or not self._hides(nearest):
            return nearest
        return next((box for box in around if not self._hides(box)), nearest)

    def _hides(self, box: Box) -> bool:
        left, top, right, bottom = box
        return any(left - 6 < x < right + 6 and top - 6 < y < bottom + 6 for x, y in self._shunned)


def _boxes_around(x: float, y: float, width: float, height: float, r: float) -> Iterator[Box]:
    """Boxes beside a mark, the nearest first."""
    for distance in (r + 4, 16, 26, 40, 58, 80, 106, 136, 170):
        for angle in range(-40, 320, 20):
            cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
            u, v = x + (distance + width / 2) * cos, y + (distance + height / 2) * sin
            yield u - width / 2, v - height / 2, u + width / 2, v + height / 2
