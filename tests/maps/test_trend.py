"""The trend shows what was known when, what was not, the goals, and forecasts that are called so."""

from __future__ import annotations

import dataclasses
import re
from datetime import date, timedelta
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from graphmap.analysis.case import Case
from graphmap.analysis.trajectory import Trajectory, trajectory
from graphmap.maps.atlas import ALL, Atlas
from graphmap.maps.trend import draw_trend
from graphmap.policy import Goal, load_lens, load_policy
from graphmap.records import Edge, Source
from tests.chains import assessed
from tests.graphs import buys, company, declares, graph_of

FIRST = date(2025, 1, 1)
BY = date(2026, 12, 31)


def case_on(day: date, said: list[Edge], goals: tuple[Goal, ...]) -> Case:
    source = Source("1" * 64, "test", "one", "one", "one.csv", day.isoformat())
    policy = dataclasses.replace(load_policy(), goals=goals)
    return Case(graph_of(documents=[(source, said)]), policy=policy, lens=load_lens("us-1502"), as_of=day)


def told(
    *rates: dict[str, tuple[int, int]], goals: tuple[Goal, ...] = (), name: str = "B", every: int = 60
) -> tuple[Atlas, Trajectory]:
    """The atlas and trajectory of B, which on each date has so many accepted of so many smelters per mineral."""
    cases = []
    for i, of in enumerate(rates):
        said = [buys("Z", "B")._replace(head=company("B", name))]
        for mineral, (accepted, identified) in of.items():
            for k in range(identified):
                status = assessed(f"{mineral}{k}", "Conformant" if k < accepted else "Non-conformant")
                said += [declares("B", f"{mineral}{k}", mineral), status]
        cases.append(case_on(FIRST + timedelta(days=every * i), said, goals))
    start = cases[-1].graph.node("Company", "B")
    assert start is not None
    return Atlas(cases[-1], start), trajectory(cases, "B")


def gold(*rates: tuple[int, int], goals: tuple[Goal, ...] = (), name: str = "B") -> tuple[Atlas, Trajectory]:
    return told(*({"gold": one} for one in rates), goals=goals, name=name)


GOAL = (Goal("gold", 1.0, BY),)


@pytest.mark.parametrize(
    ("rates", "said"),
    [
        (
            ((8, 9), (7, 9), (6, 9)),
            "B: gold stands at 67 % accepted, 33 points short of the goal of 100 % by 2026-12-31; at the present pace "
            "it is not reached",
        ),
        (((1, 9), (3, 9), (6, 9)), "at the present pace it is reached in time, on 2025-07-16"),
        (((1, 90), (2, 90), (3, 90)), "97 points short of the goal of 100 % by 2026-12-31; at the present pace it is "),
        (((1, 9), (6, 9)), "short of the goal of 100 % by 2026-12-31; too few dates for a forecast"),
        (((1, 9), (5, 9), (9, 9)), "B: its goal is reached on 2025-05-01"),
    ],
)
def test_the_title_is_the_finding(rates: tuple[tuple[int, int], ...], said: str) -> None:
    assert said in draw_trend(*gold(*rates, goals=GOAL)).title


def test_a_goal_whose_date_has_passed() -> None:
    picture = draw_trend(*gold((1, 2), (1, 2), (1, 2), goals=(Goal("gold", 1.0, date(2024, 6, 30)),)))
    assert picture.title.endswith("50 points short of the goal of 100 % by 2024-06-30, which has passed")
    ElementTree.fromstring(picture.svg())


def test_a_goal_that_is_reached_and_falling() -> None:
    picture = draw_trend(*gold((9, 9), (8, 9), (7, 9), goals=(Goal("gold", 0.7, BY),)))
    assert picture.title == "B: its goal is reached on 2025-05-01, but gold is falling"


def test_without_goals() -> None:
    picture = draw_trend(*gold((4, 9), (5, 9), (6, 9)))
    assert picture.title == "B: gold stands at 67 % accepted, 44 % on 2025-01-01"
    assert "The policy sets no goal" in picture.subtitle
    assert 'class="goal"' not in picture.body


def test_one_date_is_no_trend() -> None:
    picture = draw_trend(*gold((4, 9), goals=GOAL))
    assert "One date only, 2025-01-01: there is no trend to see yet." in picture.subtitle
    assert 'class="forecast' not in picture.body
    assert "No forecast: it needs 3 dates over 90 days" in picture.subtitle


def test_a_gap_is_a_gap() -> None:
    atlas, found = gold((1, 9), (2, 9), (0, 0), (3, 9), (4, 9))
    body = draw_trend(atlas, found).body
    assert body.count('class="trend') == 2
    assert "2025-05-01: the rate of gold is unknown" in body
    assert [len(way.split()) for way in re.findall(r'class="trend[^"]*" points="([^"]+)"', body)] == [2, 2]


def test_what_is_unknown_on_the_latest_date_is_said() -> None:
    atlas, found = told({"gold": (1, 2), "tin": (1, 2)}, {"tin": (2, 2)})
    assert draw_trend(atlas, found).title.endswith("; the rate of gold is unknown")
    assert "Gold unknown, 50 % on 2025-01-01" in draw_trend(atlas, found).body
    assert "every rate is unknown on 2025-03-02, no smelter is identified" in draw_trend(atlas, found, "gold").title
    cases = [case_on(FIRST, [declares("B", "X")], ())]
    unjudged = trajectory(cases, "B")
    start = cases[0].graph.node("Company", "B")
    assert start is not None
    picture = draw_trend(Atlas(cases[0], start), unjudged)
    assert picture.title == "B: every rate is unknown on 2025-01-01, no assurance list was known on that date"


def test_a_forecast_is_dotted_and_called_so() -> None:
    picture = draw_trend(*gold((1, 9), (2, 9), (3, 9), goals=GOAL))
    (forecast,) = re.findall(r'<polyline class="forecast[^>]+>', picture.body)
    assert 'stroke-dasharray="0.1 5"' in forecast
    assert "forecast for gold: +67.6 points a year" in picture.body
    assert "forecast" in [words for _, words in picture.legend]
    assert "; forecast 100 %" in picture.body


def test_lines_tell_apart_without_colour_and_labels_do_not_overlap() -> None:
    minerals = ("tantalum", "tin", "gold", "tungsten")
    goals = tuple(Goal(one, rate, BY) for one, rate in zip(minerals, (1.0, 1.0, 0.95, 0.9), strict=True))
    atlas, found = told(*(dict.fromkeys(minerals, (k, 9)) for k in (5, 6, 7)), goals=goals)
    picture = draw_trend(atlas, found)
    dashes = re.findall(r'class="trend[^>]*?(?:stroke-dasharray="([^"]+)")?/>', picture.body)
    assert len(set(dashes)) == len(dashes) == 4
    labels = re.findall(r'<text x="([\d.]+)" y="([\d.]+)" font-size="12"', picture.body)
    heights = sorted(float(y) for _, y in labels)
    assert len(heights) == 4
    assert all(b - a >= 16.9 for a, b in pairwise(heights))
    assert picture.body.count('class="goal"') == 3, "equal goals share a mark"
    assert "goal for tantalum and tin: 100 % by 2026-12-31" in picture.body
    assert "4 of 4 goals are reached or on track." in picture.subtitle
    alone = draw_trend(atlas, found, "tungsten")
    assert alone.body.count('class="trend') == 1
    assert dashes[3] in alone.body, "a mineral looks the same in every picture"


def test_nothing_at_all_and_hostile_names() -> None:
    atlas, found = told({})
    assert draw_trend(atlas, found).title == "No document says which smelters B has"
    assert "in gold" in draw_trend(atlas, found, "gold").title
    evil = '"><img src=x onerror=alert(1)>\u202e' + "名" * 500
    svg = draw_trend(*gold((1, 2), name=evil)).svg()
    assert "<img" not in svg
    assert "\u202e" not in svg
    ElementTree.fromstring(svg)


@pytest.mark.parametrize("by", [date.min, date(1990, 1, 1), date(2100, 1, 1), date.max])
def test_dates_far_away(by: date) -> None:
    picture = draw_trend(*gold((1, 9), (2, 9), (3, 9), goals=(Goal("gold", 1.0, by),)))
    ElementTree.fromstring(picture.svg())
    assert picture.body.count(">20") < 40


def test_same_input_same_bytes() -> None:
    pictures = [draw_trend(*told({"gold": (1, 2), "tin": (2, 3)}, goals=GOAL), ALL).svg() for _ in range(2)]
    assert pictures[0] == pictures[1]


def test_what_does_not_fit_is_counted() -> None:
    minerals = ("tantalum", "tin", "gold", "tungsten")
    goals = tuple(Goal("gold", i / 40, BY + timedelta(days=i)) for i in range(30))
    picture = draw_trend(*told(dict.fromkeys(minerals, (1, 2)), goals=goals))
    assert picture.body.count('class="goal"') == 20
    assert "Not drawn: the 10 goals of the latest dates." in picture.subtitle
