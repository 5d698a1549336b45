"""The layered layout: columns, order and places; nothing overlaps, and what closes a circle is reported."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphmap.maps.layered import columns_of, isotonic, layered

LINKS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=30)


def test_the_column_is_the_longest_way() -> None:
    # 0 ─ 1 ─ 2 ─ 3, and 0 ─ 3
    assert columns_of([(0, 1), (1, 2), (2, 3), (0, 3)], 0) == {0: 0, 1: 1, 2: 2, 3: 3}


def test_a_circle_is_broken_where_it_closes() -> None:
    # 0 ─ 1 ⇄ 2
    links = [(0, 1), (1, 2), (2, 1)]
    column = columns_of(links, 0)
    assert column == {0: 0, 1: 1, 2: 2}
    layout = layered(column, links, dict.fromkeys(column, 10.0), 4)
    assert layout.left_out == ((2, 1),)
    assert set(layout.route) == {(0, 1), (1, 2)}


def test_crossings_that_can_be_avoided_are() -> None:
    # 0 ─ 3 and 1 ─ 2 cross in the order of numbers
    layout = layered({0: 0, 1: 0, 2: 1, 3: 1}, [(0, 3), (1, 2)], dict.fromkeys(range(4), 10.0), 4)
    assert layout.crossings == 0
    assert (layout.y[0] < layout.y[1]) == (layout.y[3] < layout.y[2])


def test_crossings_that_cannot_be_avoided_are_counted() -> None:
    # two buyers, two suppliers, everybody with everybody
    links = [(a, b) for a in (0, 1) for b in (2, 3)]
    assert layered({0: 0, 1: 0, 2: 1, 3: 1}, links, dict.fromkeys(range(4), 10.0), 4).crossings == 1


def test_a_link_over_columns_gets_a_place_in_each() -> None:
    links = [(0, 1), (1, 2), (2, 3), (0, 3)]
    layout = layered(columns_of(links, 0), links, dict.fromkeys(range(4), 20.0), 4)
    assert {link: len(route) for link, route in layout.route.items()} == {(0, 1): 0, (0, 3): 2, (1, 2): 0, (2, 3): 0}
    for dummy, node in zip(layout.route[0, 3], (1, 2), strict=True):
        assert abs(dummy - layout.y[node]) >= 10  # beside the cards, not through them


def test_nothing_at_all() -> None:
    assert layered({}, [], {}, 4).y == {}
    assert columns_of([], 7) == {7: 0}


@given(LINKS)
def test_nothing_overlaps_and_every_link_is_accounted_for(links: list[tuple[int, int]]) -> None:
    column = columns_of(links, 0)
    met = [(a, b) for a, b in links if a in column and b in column]
    height = {node: 10.0 + node for node in column}
    layout = layered(column, met, height, 5)
    assert set(layout.route) | set(layout.left_out) == set(met)
    assert not set(layout.route) & set(layout.left_out)
    assert all(column[a] < column[b] for a, b in layout.route)
    for at in set(column.values()):
        nodes = sorted((node for node in column if column[node] == at), key=layout.y.__getitem__)
        for a, b in pairwise(nodes):
            assert layout.y[b] - layout.y[a] >= (height[a] + height[b]) / 2 + 5 - 1e-6


@given(LINKS, st.randoms(use_true_random=False))
def test_the_order_of_links_does_not_show(links: list[tuple[int, int]], random: Random) -> None:
    mixed = links[::-1]
    random.shuffle(mixed)
    column = columns_of(links, 0)
    assert columns_of(mixed, 0) == column
    one, other = (
        layered(column, [(a, b) for a, b in some if a in column and b in column], dict.fromkeys(column, 9.0), 2)
        for some in (links, mixed)
    )
    assert one == other


@given(st.lists(st.tuples(st.floats(-1e3, 1e3), st.floats(0.5, 6.0)), max_size=20))
def test_isotonic_rises_and_keeps_the_mean(pairs: list[tuple[float, float]]) -> None:
    wanted, weight = [value for value, _ in pairs], [its for _, its in pairs]
    found = isotonic(wanted, weight)
    assert all(a <= b + 1e-6 for a, b in pairwise(found))
    means = (sum(a * w for a, w in zip(values, weight, strict=True)) for values in (found, wanted))
    assert next(means) == pytest.approx(next(means), abs=1e-6)
    assert isotonic(sorted(wanted), weight) == pytest.approx(sorted(wanted))
