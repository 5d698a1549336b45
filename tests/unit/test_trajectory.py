"""The conformance rate over time: by date, with gaps where nothing is known, and forecasts that claim little."""

from __future__ import annotations

import dataclasses
import math
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphmap.analysis.case import Case
from graphmap.analysis.conformance import conformance
from graphmap.analysis.trajectory import (
    Forecast,
    Point,
    Trajectory,
    dates_of_documents,
    find_forecast,
    trajectory,
)
from graphmap.policy import Goal, load_lens, load_policy
from graphmap.records import Edge, Source
from tests.chains import assessed, claims
from tests.graphs import buys, declares, graph_of

FIRST = date(2025, 1, 1)


def case_on(day: date, *said: Edge, goals: tuple[Goal, ...] = ()) -> Case:
    """A case of one document, on the date that it speaks for."""
    source = Source("1" * 64, "test", "one", "one", "one.csv", day.isoformat())
    policy = dataclasses.replace(load_policy(), goals=goals)
    return Case(graph_of(documents=[(source, said)]), policy=policy, lens=load_lens("us-1502"), as_of=day)


def chain(accepted: int, identified: int, mineral: str = "gold") -> list[Edge]:
    """B declares so many smelters, of which the first are accepted."""
    said = [declares("B", f"X{i}", mineral, f"A{i}") for i in range(identified)]
    return [*said, *(assessed(f"X{i}", "Conformant" if i < accepted else "Active") for i in range(identified))]


def months(*rates: tuple[int, int], goals: tuple[Goal, ...] = ()) -> Trajectory:
    """A trajectory of B with a point every 60 days."""
    days = [FIRST + timedelta(days=60 * i) for i in range(len(rates))]
    return trajectory([case_on(day, *chain(*one), goals=goals) for day, one in zip(days, rates, strict=True)], "B")


def points(*rates: float | None, every: int = 60) -> list[Point]:
    """Points of gold with a thousand smelters each."""
    out = []
    for i, rate in enumerate(rates):
        known = 0 if rate is None else 1000
        day = FIRST + timedelta(days=every * i)
        out.append(Point(day, "gold", known, round(1000 * (rate or 0)), 0, 0, judged=True))
    return out


def test_a_point_for_every_date() -> None:
    found = months((1, 4), (2, 4), (3, 4))
    assert [point.rate for point in found.points] == [0.25, 0.5, 0.75]
    assert [point.in_progress for point in found.points] == [3, 2, 1]
    assert (found.company, found.minerals, found.outlooks) == ("B", ("gold",), ())
    assert found.to_frame()["rate"].tolist() == [0.25, 0.5, 0.75]


def test_nodes_differ_from_graph_to_graph() -> None:
    before = case_on(FIRST, *chain(1, 2))
    after = case_on(FIRST + timedelta(days=9), buys("A", "B"), *chain(2, 2))
    nodes = [case.graph.node("Company", "B") for case in (before, after)]
    assert nodes[0] != nodes[1]
    assert nodes[1] is not None
    for meant in ("B", nodes[1]):
        assert [point.rate for point in trajectory([after, before], meant).points] == [0.5, 1.0]


def test_what_is_not_known_is_a_gap_and_not_zero() -> None:
    days = [FIRST + timedelta(days=60 * i) for i in range(3)]
    nobody = case_on(days[0], *chain(1, 1)[:1])  # a declaration, and no assurance list yet
    absent = case_on(days[1], declares("C", "X0"), assessed("X0", "Conformant"))
    found = trajectory([nobody, absent, case_on(days[2], *chain(1, 1))], "B")
    assert [point.known for point in found.points] == [False, False, True]
    assert [point.identified for point in found.points] == [0, 0, 1]  # identified and judged
    assert [math.isnan(point.rate) for point in found.points] == [True, True, False]
    assert found.to_frame()["rate"].isna().tolist() == [True, True, False]


def test_a_mineral_is_followed_once_it_appears() -> None:
    before = case_on(FIRST, *chain(1, 2))
    after = case_on(FIRST + timedelta(days=9), *chain(1, 2), declares("B", "T", "tin"), assessed("T", "Conformant"))
    found = trajectory([before, after], "B")
    assert found.minerals == ("tin", "gold")
    assert [point.known for point in found.of("tin")] == [False, True]
    assert trajectory([before, after], "B", minerals=["gold"]).minerals == ("gold",)


@settings(max_examples=30, deadline=None)
@given(st.lists(claims(cycles=True), min_size=1, max_size=3))
def test_rates_are_those_of_each_case(said: list[list[Edge]]) -> None:
    cases = [case_on(FIRST + timedelta(days=i), *of) for i, of in enumerate(said)]
    found = trajectory(cases, "C0")
    for case in cases:
        node = case.graph.node("Company", "C0")
        assert node is not None
        for row in conformance(case, companies=[node]).itertuples():
            point = next(one for one in found.of(str(row.mineral)) if one.day == case.as_of)
            assert (point.identified, point.accepted) == (row.identified, row.accepted)
            assert point.rate == row.rate_by_count or (math.isnan(point.rate) and math.isnan(float(row.rate_by_count)))


# ---- forecasts ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "few",
    [points(0.1, 0.2), points(0.1, 0.2, 0.3, every=40), points(0.1, None, 0.3), points(0.1, 0.2, 0.3, None), []],
)
def test_too_few_dates_give_no_forecast(few: list[Point]) -> None:
    assert find_forecast(few) is None


@given(st.integers(0, 1000), st.integers(-60, 60), st.integers(3, 8), st.integers(45, 90))
def test_the_line_through_linear_points_is_exact(start: int, step: int, count: int, every: int) -> None:
    rates = [(start + step * i) / 1000 for i in range(count)]
    if not 0 <= min(rates) <= max(rates) <= 1:
        return
    line = find_forecast(points(*rates, every=every))
    assert line is not None
    assert line.at(line.day) == pytest.approx(rates[-1], abs=1e-9)
    later = line.day + timedelta(days=every)
    assert line.at(later) == pytest.approx(min(max(rates[-1] + step / 1000, 0), 1), abs=1e-9)
    aim = rates[-1] + 2 * step / 1000
    if step > 0 and aim <= 1:
        assert line.reaches(aim, rates[-1]) == line.day + timedelta(days=2 * every)
    if step <= 0 and rates[-1] < 1:
        assert line.reaches(1.0, rates[-1]) is None


@given(st.lists(st.none() | st.floats(0, 1), min_size=1, max_size=9), st.floats(-1, 2))
def test_a_forecast_claims_nothing_outside_its_bounds(rates: list[float | None], aim: float) -> None:
    some = points(*rates)
    line = find_forecast(some)
    if line is None:
        return
    assert all(0 <= line.at(FIRST + timedelta(days=days)) <= 1 for days in (0, 400, 40_000))
    when = line.reaches(aim, some[-1].rate)
    if when is not None:
        assert 0 <= aim <= 1
        assert line.at(when) >= aim - 1e-6
        if aim > some[-1].rate:
            assert when > line.day


def test_a_goal_in_the_farthest_future_is_never_reached() -> None:
    assert Forecast("gold", date(2026, 1, 1), 0.5, 1e-7).reaches(1.0, 0.5) is None
    assert Forecast("gold", date(9990, 1, 1), 0.5, 0.01).reaches(1.0, 0.5) is None


# ---- goals ----------------------------------------------------------------------------------------------------------


def goal(rate: float, by: date, mineral: str = "gold") -> tuple[Goal, ...]:
    return (Goal(mineral, rate, by),)


def test_a_goal_on_track() -> None:
    (one,) = months((1, 8), (2, 8), (3, 8), goals=goal(0.5, date(2025, 12, 31))).outlooks
    assert (one.rate, one.gap, one.on_track) == (0.375, 0.125, True)
    assert one.reached == FIRST + timedelta(days=180)
    assert one.years == pytest.approx((date(2025, 12, 31) - (FIRST + timedelta(days=120))).days / 365.25)


@pytest.mark.parametrize(
    ("rates", "by", "on_track"),
    [
        (((3, 8), (2, 8), (1, 8)), date(2025, 12, 31), False),  # falls
        (((1, 8), (2, 8), (3, 8)), date(2025, 5, 1), False),  # has passed
        (((1, 8), (2, 8)), date(2025, 12, 31), None),  # too few dates
        (((1, 8), (2, 8), (8, 8)), date(2025, 12, 31), True),  # reached
        (((8, 8), (7, 8), (6, 8)), date(2025, 12, 31), False),  # reached, and falling below before the date
        (((1, 8), (2, 8), (0, 0)), date(2025, 12, 31), None),  # unknown
    ],
)
def test_whether_a_goal_is_on_track(rates: tuple[tuple[int, int], ...], by: date, on_track: bool | None) -> None:
    days = [FIRST + timedelta(days=60 * i) for i in range(len(rates))]
    cases = [case_on(day, *chain(*one), goals=goal(0.6, by)) for day, one in zip(days, rates, strict=True)]
    assert trajectory(cases, "B").outlooks[0].on_track is on_track


def test_a_goal_for_a_mineral_of_which_nothing_is_known() -> None:
    found = months((1, 8), (2, 8), (3, 8), goals=goal(0.5, date(2025, 12, 31), "cobalt"))
    assert math.isnan(found.outlooks[0].gap)
    assert found.outlooks[0].on_track is None


def test_frames_mark_the_forecast_as_such() -> None:
    found = months((1, 8), (2, 8), (3, 8), goals=goal(0.5, date(2025, 12, 31)))
    table = found.to_frame()
    assert table["forecast"].tolist() == [False, False, False, True]
    assert table["identified"].isna().tolist() == [False, False, False, True]
    (row,) = found.goals_to_frame().itertuples()
    assert (row.mineral, row.goal, row.on_track) == ("gold", 0.5, True)
    assert found.goals_to_frame().columns.tolist()[-1] == "on_track"


def test_without_a_date_there_is_no_trajectory() -> None:
    case = case_on(FIRST, *chain(1, 1))
    case.as_of = None
    with pytest.raises(ValueError, match="date"):
        trajectory([case], "B")


# ---- dates ----------------------------------------------------------------------------------------------------------


@given(st.lists(st.dates(date(1990, 1, 1), date(2030, 1, 1)), max_size=60), st.integers(2, 24))
def test_dates_are_few_and_hold_the_first_and_the_last(days: list[date], most: int) -> None:
    sources = [Source(f"{i}", "test", "", "", "", day.isoformat()) for i, day in enumerate(days)]
    found = dates_of_documents([*sources, Source("x", "test", "", "", "")], most)
    assert found == sorted(set(found))
    assert set(found) <= set(days)
    assert len(found) == min(len(set(days)), most)
    if days:
        assert (found[0], found[-1]) == (min(days), max(days))
