"""The conformance rate of a company over time, its goals, and where the present pace leads (METHOD section 8).

The rate on a date is that of the documents which counted on that day. A forecast is a straight line through these
points and is never mixed with them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from graphmap import schema
from graphmap.analysis.case import Case
from graphmap.analysis.conformance import conformance
from graphmap.analysis.standing import is_judged
from graphmap.policy import Goal
from graphmap.records import Source

if TYPE_CHECKING:
    import pandas as pd

LEAST_POINTS, LEAST_DAYS = 3, 90
"""How many dates with a known rate a forecast needs, and how many days they must span. Our choice: two points always
lie on a line, and within a quarter most suppliers do not answer twice."""

FARTHEST_DAYS = 36525
"""What a line reaches only after a hundred years counts as never reached."""

_YEAR = 365.25
"""Days in a year."""

_ROUNDING = 1e-9
"""A rate this much below a goal meets it."""


@dataclass(frozen=True)
class Point:
    """The conformance of a company for a mineral on a date, by count.

    ``judged``: whether any assurance list that counts for the mineral was known on that date. Before the first one
    every smelter is on no list, and a rate of 0 would only say that nobody had looked.
    """

    day: date
    mineral: str
    identified: int
    accepted: int
    in_progress: int
    unidentified: int
    judged: bool

    @property
    def known(self) -> bool:
        """Whether there is a rate: some smelter is identified, and some list judges smelters."""
        return self.judged and self.identified > 0

    @property
    def rate(self) -> float:
        """accepted / identified, 0 to 1; NaN where it is not known."""
        return self.accepted / self.identified if self.known else float("nan")


@dataclass(frozen=True)
class Forecast:
    """The least-squares line through the points of a mineral: ``rate`` on ``day`` (the latest), ``pace`` per year."""

    mineral: str
    day: date
    rate: float
    pace: float

    def at(self, day: date) -> float:
        """The rate of the line on a date, kept within 0 and 1."""
        return float(np.clip(self.rate + self.pace * (day - self.day).days / _YEAR, 0.0, 1.0))

    def reaches(self, rate: float, latest: float) -> date | None:
        """When the line reaches a rate that is higher than the ``latest`` known one; None if it never does.

        Where the line runs above the latest rate, the pace is counted from that rate: a forecast does not claim what
        the latest document denies.
        """
        missing = rate - min(self.rate, latest)
        if self.pace <= 0 or not 0.0 <= rate <= 1.0:
            return None
        days = max(np.ceil(missing / self.pace * _YEAR - 1e-6), 1)
        if not days <= min(FARTHEST_DAYS, (date.max - self.day).days):
            return None
        return self.day + timedelta(days=int(days))


@dataclass(frozen=True)
class Outlook:
    """How a company stands to a goal on ``day``, the latest date.

    ``rate`` is the present rate (NaN: unknown), ``gap`` what is missing to the goal (0 if reached), ``years`` from
    ``day`` to the date of the goal (negative when it has passed). ``reached``: when the goal is reached at the present
    pace, ``day`` if it is already; None if never, or if there is no forecast. ``on_track``: whether it is reached in
    time; None where nobody can say.
    """

    goal: Goal
    day: date
    rate: float
    years: float
    reached: date | None
    on_track: bool | None

    @property
    def gap(self) -> float:
        """What is missing to the goal, 0 to 1; NaN if the rate is unknown."""
        return self.rate if np.isnan(self.rate) else max(self.goal.rate - self.rate, 0.0)


@dataclass(frozen=True)
class Trajectory:
    """The way of one company: ``points`` by mineral and date, at most one ``Forecast`` a mineral, goals of the policy.

    ``days`` are the dates of the cases, ``minerals`` those in their scope that the company has a part of.
    """

    company: str
    name: str
    days: tuple[date, ...]
    minerals: tuple[str, ...]
    points: tuple[Point, ...]
    forecasts: tuple[Forecast, ...]
    outlooks: tuple[Outlook, ...]

    def of(self, mineral: str) -> tuple[Point, ...]:
        """The points of a mineral by date."""
        return tuple(point for point in self.points if point.mineral == mineral)

    def forecast(self, mineral: str) -> Forecast | None:
        """The forecast for a mineral, if there is one."""
        return next((one for one in self.forecasts if one.mineral == mineral), None)

    def to_frame(self) -> pd.DataFrame:
        """One row per mineral and date: ``mineral``, ``day``, ``identified``, ``accepted``, ``in_progress``,
        ``unidentified``, ``rate`` (NaN where it is not known), and ``forecast``: false for what documents say. A row
        with ``forecast`` true is the line on the date of a goal; its counts are missing."""
        import pandas as pd

        counts = ("identified", "accepted", "in_progress", "unidentified")
        rows: list[tuple[object, ...]] = [
            (one.mineral, one.day, *(getattr(one, name) for name in counts), one.rate, False) for one in self.points
        ]
        for outlook in self.outlooks:
            line = self.forecast(outlook.goal.mineral)
            if line and outlook.goal.by > line.day:
                rows.append((line.mineral, outlook.goal.by, *[pd.NA] * 4, line.at(outlook.goal.by), True))
        table = pd.DataFrame(rows, columns=["mineral", "day", *counts, "rate", "forecast"])
        return table.astype({**dict.fromkeys(counts, "Int64"), "rate": "float64", "forecast": "bool"})

    def goals_to_frame(self) -> pd.DataFrame:
        """One row per goal: ``mineral``, ``goal`` (rate), ``by``, ``rate`` (present), ``gap``, ``years``, ``reached``
        (date at the present pace, None if never or not known) and ``on_track`` (None if not known)."""
        import pandas as pd

        rows = [
            (one.goal.mineral, one.goal.rate, one.goal.by, one.rate, one.gap, one.years, one.reached, one.on_track)
            for one in self.outlooks
        ]
        names = ["mineral", "goal", "by", "rate", "gap", "years", "reached", "on_track"]
        return pd.DataFrame(rows, columns=names).astype({"reached": "object", "on_track": "object"})


def trajectory(cases: Sequence[Case], company: int | str, *, minerals: Sequence[str] | None = None) -> Trajectory:
    """The conformance rate of a company over cases of different dates, with goals and forecasts.

    ``company`` is its id, or its node in the graph of the latest case: nodes differ from graph to graph, so it is
    found by its id in each. Where a graph does not know it, nothing is known. Policy and goals are those of the
    latest case. Cases without a date are left out. Raises ``ValueError`` when none is left.
    """
    dated = sorted((case for case in cases if case.as_of is not None), key=_day)
    if not dated:
        raise ValueError("A trajectory needs a case with a date.")
    latest = dated[-1]
    id_ = company if isinstance(company, str) else latest.graph.ids[int(latest.graph.canonical[company])]
    node = latest.graph.node("Company", id_)
    name = id_ if node is None else latest.graph.names[int(latest.graph.canonical[node])]
    scope = [one for one in schema.MINERALS if any(one in case.minerals for case in dated)]
    asked = scope if minerals is None else [one for one in schema.MINERALS if one in minerals]
    found = [_points(case, id_, asked) for case in dated]
    held = [one for one in asked if any(one in of for of in found)]
    days = tuple(_day(case) for case in dated)
    points = tuple(of.get(one) or _nothing(case, one) for one in held for case, of in zip(dated, found, strict=True))
    forecasts = tuple(line for one in asked if (line := find_forecast([p for p in points if p.mineral == one])))
    goals = [goal for goal in latest.policy.goals if minerals is None or goal.mineral in minerals]
    outlooks = tuple(
        _outlook(goal, days[-1], points, next((one for one in forecasts if one.mineral == goal.mineral), None))
        for goal in sorted(goals, key=lambda goal: (schema.MINERALS.index(goal.mineral), goal.by, goal.rate))
    )
    return Trajectory(id_, name, days, tuple(held), points, forecasts, outlooks)


def find_forecast(points: Sequence[Point]) -> Forecast | None:
    """The least-squares line through the points of one mineral, by date, whose rate is known.

    None with fewer than ``LEAST_POINTS`` of them or over fewer than ``LEAST_DAYS``, and where the rate on the latest
    date is unknown.
    """
    known = [point for point in points if point.known]
    if not known or known[-1] is not points[-1] or len(known) < LEAST_POINTS:
        return None
    if (known[-1].day - known[0].day).days < LEAST_DAYS:
        return None
    x = np.array([(point.day - known[-1].day).days / _YEAR for point in known])
    y = np.array([point.rate for point in known])
    away = x - x.mean()
    pace = float(away @ (y - y.mean()) / (away @ away))
    if abs(pace) < _ROUNDING:  # rounding would lead somewhere in a thousand years
        pace = 0.0
    return Forecast(known[-1].mineral, known[-1].day, float(y.mean() - pace * x.mean()), pace)


def dates_of_documents(sources: Sequence[Source], most: int = 24) -> list[date]:
    """The distinct dates that documents speak for, in order; at most ``most`` (2 or more), evenly chosen among them.

    The first and the last are always there. Documents without a date give none.
    """
    days = sorted({date.fromisoformat(source.as_of) for source in sources if source.as_of})
    if len(days) <= max(most, 2):
        return days
    chosen = np.linspace(0, len(days) - 1, max(most, 2)).round().astype(int)
    return [days[i] for i in chosen.tolist()]


def _day(case: Case) -> date:
    assert case.as_of is not None, "cases without a date were left out"
    return case.as_of


def _points(case: Case, id_: str, minerals: Sequence[str]) -> dict[str, Point]:
    """What is known on the date of a case, by mineral; those in which the company has no part are left out."""
    node = case.graph.node("Company", id_)
    if node is None:
        return {}
    here = [one for one in minerals if one in case.minerals]
    table = conformance(case, companies=[int(case.graph.canonical[node])], minerals=here)
    columns = ("mineral", "identified", "accepted", "in_progress", "unidentified")
    rows = zip(*(table[name].tolist() for name in columns), strict=True)
    return {
        of: Point(_day(case), of, int(identified), int(accepted), int(in_progress), int(rest), _judged(case, of))
        for of, identified, accepted, in_progress, rest in rows
    }


def _nothing(case: Case, mineral: str) -> Point:
    """The point of a company that has no part in a mineral on the date of a case."""
    return Point(_day(case), mineral, 0, 0, 0, 0, _judged(case, mineral))


def _judged(case: Case, mineral: str) -> bool:
    return is_judged(case.graph, case.policy, mineral, case.as_of)


def _outlook(goal: Goal, latest: date, points: Sequence[Point], line: Forecast | None) -> Outlook:
    rate = next((p.rate for p in points if p.mineral == goal.mineral and p.day == latest), float("nan"))
    years, met = (goal.by - latest).days / _YEAR, rate >= goal.rate - _ROUNDING
    reached = latest if met else line.reaches(goal.rate, rate) if line else None
    on_track: bool | None = None
    if met:
        falls = line is not None and line.pace < 0 and goal.by > latest
        on_track = not falls or (line is not None and line.at(goal.by) >= goal.rate - _ROUNDING)
    elif not np.isnan(rate) and (goal.by <= latest or line is not None):
        on_track = reached is not None and reached <= goal.by and goal.by > latest
    return Outlook(goal, latest, rate, years, reached, on_track)
