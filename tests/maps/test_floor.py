"""Room on a picture: no two marks overlap, no label covers a mark, found by comparing all with all."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest

from graphmap.maps.floor import GAP, Floor

WIDTH, HEIGHT = 300.0, 200.0


@pytest.mark.parametrize("largest", [2.0, 5.0, 8.1])
def test_no_two_circles_overlap(largest: float) -> None:
    random = np.random.default_rng(7)
    floor, placed = Floor(WIDTH, HEIGHT, largest), list[tuple[float, float, float]]()
    for x, y in random.uniform((largest, largest), (WIDTH - largest, HEIGHT - largest), (60, 2)).tolist():
        r = float(random.choice([largest, largest / 2]))
        placed.append((*floor.settle(x, y, r), r))
    for _ in range(20):  # all at one place
        placed.append((*floor.settle(150, 100, largest), largest))
    for (x, y, r), (u, v, s) in combinations(placed, 2):
        assert math.dist((x, y), (u, v)) >= r + s + GAP - 1e-9
    assert all(r < x < WIDTH - r and r < y < HEIGHT - r for x, y, r in placed)


def test_a_circle_stays_where_there_is_room() -> None:
    floor = Floor(WIDTH, HEIGHT, 5)
    assert floor.settle(50, 60, 5) == (50, 60)
    moved = floor.settle(50, 60, 5)
    assert 10 <= math.dist(moved, (50, 60)) < 20


def test_labels_cover_nothing_and_lie_on_the_picture() -> None:
    random = np.random.default_rng(3)
    floor = Floor(WIDTH, HEIGHT, 6)
    marks = [floor.settle(x, y, 6) for x, y in random.uniform((6, 6), (WIDTH - 6, HEIGHT - 6), (40, 2)).tolist()]
    boxes = []
    for x, y in marks:
        box = floor.beside(x, y, 30, 9, 6)
        if box is not None:
            floor.take(box)
            boxes.append(box)
    assert len(boxes) > 5
    for left, top, right, bottom in boxes:
        assert left >= 2
        assert top >= 2
        assert right <= WIDTH - 2
        assert bottom <= HEIGHT - 2
        assert not any(left - 6 < x < right + 6 and top - 6 < y < bottom + 6 for x, y in marks)
    for one, other in combinations(boxes, 2):
        assert one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]


def test_a_circle_keeps_clear_of_boxes() -> None:
    floor = Floor(WIDTH, HEIGHT, 4)
    floor.take((100, 50, 200, 150))
    x, y = floor.settle(150, 100, 4)
    assert x <= 96 or x >= 204 or y <= 46 or y >= 154


def test_what_is_shunned_is_covered_only_for_want_of_room() -> None:
    open_, crowded = (Floor(WIDTH, HEIGHT, 4, [(x, 100.0) for x in wide]) for wide in ([165], range(0, 300, 5)))
    left, top, right, bottom = open_.beside(150, 100, 20, 10, 4) or (0, 0, 0, 0)
    assert not (left < 165 < right and top < 100 < bottom)
    assert crowded.beside(150, 100, 20, 10, 4) is not None
