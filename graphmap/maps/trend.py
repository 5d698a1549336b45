"""The trend: the conformance rate of the start over the dates of its documents, its goals, and where the pace leads.

Lines tell apart by their dashes, their marks and their labels, never by colour alone. A forecast is dotted and called
so; where a rate is not known a line has a gap and the date is marked as unknown.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from graphmap import wording
from graphmap.analysis.trajectory import LEAST_DAYS, LEAST_POINTS, Forecast, Outlook, Point, Trajectory
from graphmap.maps.atlas import ALL, Atlas
from graphmap.maps.flow import move_apart, short_name
from graphmap.maps.matrix import whole_percent
from graphmap.maps.palette import INK, MUTED, PAPER, RULE
from graphmap.maps.svg import MARGIN, WIDTH, Key, Picture, attribute, fit, glyph, nothing, text, text_width

_LEFT, _RIGHT, _TOP, _BOTTOM = MARGIN + 52.0, WIDTH - 330.0, 24.0, 424.0
"""The plot: its edges in pixels."""

_LABEL, _LABEL_SIZE = 17.0, 12.0
"""Height of a label at the end of a line, and the size of its text."""

_DASHES = ("", "9 4", "14 4 3 4", "5 3", "9 3 3 3 3 3", "20 4")
"""The dashes of lines; a mineral has the same in every picture of an atlas."""

_FILLED, _SHAPES = (True, False), ("circle", "square", "diamond", "triangle")
"""Their end marks; after all shapes come hollow ones."""

_MOST_LINES, _MOST_GOALS, _GOAL_WIDTH = 12, 20, 520.0
"""Minerals and goals in one picture, and the width of what is written at a goal, in pixels."""


def draw_trend(atlas: Atlas, trajectory: Trajectory, mineral: str = ALL) -> Picture:
    """The trend of one mineral, or of all that the trajectory has."""
    minerals = trajectory.minerals if mineral == ALL else tuple(one for one in trajectory.minerals if one == mineral)
    if not minerals:
        title = f"No document says which smelters {short_name(atlas.name)} has{f' in {mineral}' if mineral else ''}"
        return nothing("trend", title, "What is not known is no all-clear.", (atlas.basis,))
    lines = [_Line(trajectory, one) for one in minerals]
    shown = sorted(lines, key=lambda line: line.urgency)[:_MOST_LINES]
    shown.sort(key=lambda line: minerals.index(line.mineral))
    plot = _Plot(trajectory, shown)
    return Picture(
        "trend",
        _title(atlas, trajectory, lines),
        _subtitle(trajectory, lines, shown, plot.left_out),
        plot.height,
        plot.markup(),
        tuple(_legend(shown)),
        tuple(_notes(atlas, shown)),
    )


class _Line:
    """What is drawn of one mineral."""

    def __init__(self, trajectory: Trajectory, mineral: str) -> None:
        self.mineral = mineral
        self.points = trajectory.of(mineral)
        self.forecast = trajectory.forecast(mineral)
        self.outlooks = tuple(one for one in trajectory.outlooks if one.goal.mineral == mineral)
        number = trajectory.minerals.index(mineral)
        self.dash = _DASHES[number % len(_DASHES)]
        self.shape = _SHAPES[number % len(_SHAPES)]
        self.filled = _FILLED[number // len(_SHAPES) % 2]

    @property
    def latest(self) -> Point:
        """The point on the latest date."""
        return self.points[-1]

    @property
    def known(self) -> list[Point]:
        """The points whose rate is known."""
        return [point for point in self.points if point.known]

    @property
    def urgency(self) -> tuple[float, float, str]:
        """What is farthest from a goal comes first, then the lowest rate; unknown stands before both."""
        if not self.latest.known:
            return -math.inf, 0.0, self.mineral
        return -max((one.gap for one in self.outlooks), default=0.0), self.latest.rate, self.mineral

    @property
    def runs(self) -> list[list[Point]]:
        """The known points that follow each other without a gap."""
        out: list[list[Point]] = [[]]
        for point in self.points:
            if point.known:
                out[-1].append(point)
            elif out[-1]:
                out.append([])
        return [run for run in out if run]

    @property
    def words(self) -> str:
        """The label at the end of the line."""
        name, latest = self.mineral.capitalize(), self.latest
        if not latest.known:
            last = f", {whole_percent(self.known[-1].rate)} on {self.known[-1].day.isoformat()}" if self.known else ""
            return f"{name} unknown{last}"
        return f"{name} {whole_percent(latest.rate)} ({latest.accepted:,} of {latest.identified:,})"


@dataclass(frozen=True)
class _Target:
    """A goal as it is drawn: one mark for all minerals with the same rate and date."""

    day: date
    rate: float
    minerals: tuple[str, ...]


class _Plot:
    """Where dates and rates stand, and everything that is drawn there."""

    def __init__(self, trajectory: Trajectory, lines: Sequence[_Line]) -> None:
        self.lines, self.days = lines, trajectory.days
        goals = defaultdict(list)
        for line in lines:
            for outlook in line.outlooks:
                goals[outlook.goal.by, outlook.goal.rate].append(line.mineral)
        targets = [_Target(by, rate, tuple(of)) for (by, rate), of in sorted(goals.items())]
        self.targets, self.left_out = targets[:_MOST_GOALS], len(targets[_MOST_GOALS:])
        ends = [self.days[-1], *(one.day for one in self.targets)]
        first = min(self.days[0], *ends)
        last = max(ends)
        if len(ends) == 1 and any(line.forecast for line in lines):  # no goal: half of the past again
            last += timedelta(days=(last - first).days // 2)
        pad = max((last - first).days // 40, 15)
        self.first, self.last = _shift(first, -pad), _shift(last, pad)
        self.unknown = [day for day in self.days if any(not _at(line, day).known for line in lines)]
        self.height = _BOTTOM + (66 if self.unknown else 40)

    def x(self, day: date) -> float:
        """Where a date stands."""
        return _LEFT + (_RIGHT - _LEFT) * (day - self.first).days / (self.last - self.first).days

    def y(self, rate: float) -> float:
        """Where a rate stands."""
        return _BOTTOM - (_BOTTOM - _TOP) * rate

    def markup(self) -> str:
        """The whole plot."""
        parts = [self._scale(), self._today(), *(self._line(line) for line in self.lines)]
        parts += [*(self._forecast(line) for line in self.lines), self._targets(), self._labels(), self._gaps()]
        return "".join(parts)

    # ---- axes ---------------------------------------------------------------------------------------------------

    def _scale(self) -> str:
        out = [text(MARGIN, 12, "Accepted of all identified smelters", 11, muted=True)]
        for quarter in range(5):
            y = self.y(quarter / 4)
            out.append(_rule(_LEFT, y, _RIGHT, y))
            out.append(text(_LEFT - 8, y + 4, f"{25 * quarter} %", 11, muted=True, anchor="end"))
        for day in _ticks(self.first, self.last):
            x = self.x(day)
            out.append(_rule(x, _BOTTOM, x, _BOTTOM + 5))
            words = str(day.year) if (self.last - self.first).days > 1500 else f"{day:%Y-%m}"
            out.append(text(x, _BOTTOM + 18, words, 11, muted=True, anchor="middle"))
        return "".join(out)

    def _today(self) -> str:
        """Where what is known ends."""
        x = self.x(self.days[-1])
        out = _rule(x, _TOP - 6, x, _BOTTOM, dash="2 3")
        return out + text(x, _TOP - 12, f"as of {self.days[-1].isoformat()}", 10.5, muted=True, anchor="middle")

    # ---- lines --------------------------------------------------------------------------------------------------

    def _line(self, line: _Line) -> str:
        out = []
        for run in line.runs:
            way = " ".join(f"{self.x(point.day):.1f},{self.y(point.rate):.1f}" for point in run)
            dashed = f' stroke-dasharray="{line.dash}"' if line.dash else ""
            out.append(
                f'<polyline class="trend s-neutral" points="{way}" fill="none" stroke="{INK}" stroke-width="1.8" '
                f'stroke-linejoin="round"{dashed}/>'
            )
        for point in line.known:
            says = attribute(
                f"{line.mineral} on {point.day.isoformat()}: {whole_percent(point.rate)}, {point.accepted:,} of "
                f"{wording.count_of(point.identified, 'smelter')} accepted"
            )
            last = point is line.known[-1]
            mark = _mark(line, self.x(point.day), self.y(point.rate), 5.0 if last else 2.6)
            out.append(f'<g class="point" tabindex="-1" role="img" aria-label="{says}"><title>{says}</title>{mark}</g>')
        return "".join(out)

    def _forecast(self, line: _Line) -> str:
        if line.forecast is None or self._end(line) <= line.forecast.day:
            return ""
        way = " ".join(f"{self.x(day):.1f},{self.y(line.forecast.at(day)):.1f}" for day in self._bends(line.forecast))
        says = attribute(f"forecast for {line.mineral}: {_pace(line.forecast)}")
        return (
            f'<polyline class="forecast s-neutral" points="{way}" fill="none" stroke="{INK}" stroke-width="1.8" '
            f'stroke-linecap="round" stroke-dasharray="0.1 5" role="img" aria-label="{says}"><title>{says}</title>'
            "</polyline>"
        )

    def _end(self, line: _Line) -> date:
        return self.last if line.forecast else line.known[-1].day if line.known else self.days[-1]

    def _bends(self, line: Forecast) -> list[date]:
        """The dates between which a forecast is straight: it is kept within 0 and 1."""
        out = [line.day]
        room = (self.last - line.day).days
        for rate in (0.0, 1.0):
            days = (rate - line.rate) / line.pace * 365.25 if line.pace else 0.0
            out += [line.day + timedelta(days=int(days))] * (0 < days < room)
        return [*sorted(out), self.last]

    def _labels(self) -> str:
        """The names at the ends of the lines, moved apart; a hairline leads from the line to its name."""
        ends = sorted(((self._end_rate(line), line) for line in self.lines), key=lambda one: (-one[0], one[1].mineral))
        places = move_apart([self.y(rate) for rate, _ in ends], _LABEL, _TOP - 10, _BOTTOM + 10)
        out = []
        for (rate, line), y in zip(ends, places, strict=True):
            x, left = self.x(self._end(line)), _RIGHT + 34
            out.append(_rule(x + 8, self.y(rate), _RIGHT + 8, self.y(rate)) if x + 8 < _RIGHT else "")
            out.append(_rule(_RIGHT + 8, self.y(rate), left - 12, y))
            out.append(_mark(line, left - 4, y, 4.2))
            forecast = (
                f"; forecast {whole_percent(rate)}" if line.forecast and self._end(line) > line.forecast.day else ""
            )
            out.append(text(left + 6, y + 4, line.words + forecast, _LABEL_SIZE, width=WIDTH - 8 - left - 6))
        return "".join(out)

    def _end_rate(self, line: _Line) -> float:
        if line.forecast:
            return line.forecast.at(self.last)
        return line.known[-1].rate if line.known else 0.0

    # ---- goals and gaps -----------------------------------------------------------------------------------------

    def _targets(self) -> str:
        out = []
        wanted = sorted(self.targets, key=lambda one: (-one.rate, one.day, one.minerals))
        places = move_apart([self.y(one.rate) + 20 for one in wanted], 15, _TOP, _BOTTOM + 15)
        for one, y in zip(wanted, places, strict=True):
            x, at = self.x(one.day), self.y(one.rate)
            whose = "" if len(self.lines) == 1 else f" for {wording.listed(one.minerals)}"
            says = f"goal{whose}: {whole_percent(one.rate)} by {one.day.isoformat()}"
            words = fit(says, 11, _GOAL_WIDTH)
            right = x - 10 - text_width(words, 11) > _LEFT
            out.append(
                f'<g class="goal" role="img" aria-label="{attribute(says)}"><title>{attribute(says)}</title>'
                f'<circle class="card s-neutral" cx="{x:.1f}" cy="{at:.1f}" r="8" fill="{PAPER}" stroke="{INK}" '
                f'stroke-width="1.6"/><circle class="card s-neutral" cx="{x:.1f}" cy="{at:.1f}" r="3.2" fill="{PAPER}" '
                f'stroke="{INK}" stroke-width="2.4"/></g>'
            )
            left, wide = (x - 12 - text_width(words, 11) if right else x + 12), text_width(words, 11)
            out.append(
                f'<rect class="bg" x="{left - 3:.1f}" y="{y - 11:.1f}" width="{wide + 6:.1f}" height="15" rx="3" '
                f'fill="{PAPER}" fill-opacity="0.86"/>'
            )
            out.append(text(x - 12 if right else x + 12, y, words, 11, anchor="end" if right else "start"))
        return "".join(out)

    def _gaps(self) -> str:
        """The dates on which nothing was identified for some of the lines."""
        if not self.unknown:
            return ""
        y = _BOTTOM + 40
        out = [text(_LEFT - 8, y + 4, "unknown", 11, muted=True, anchor="end")]
        for day in self.unknown:
            of = [line.mineral for line in self.lines if not _at(line, day).known]
            says = attribute(f"{day.isoformat()}: the rate of {wording.listed(of)} is unknown")
            mark = glyph("unknown", self.x(day), y, 4.4)
            out.append(f'<g class="gap" tabindex="-1" role="img" aria-label="{says}"><title>{says}</title>{mark}</g>')
        return "".join(out)


def _at(line: _Line, day: date) -> Point:
    return next(point for point in line.points if point.day == day)


def _shift(day: date, days: int) -> date:
    """A date moved, kept within what dates can be."""
    return date.fromordinal(min(max(day.toordinal() + days, 1), date.max.toordinal()))


def _ticks(first: date, last: date) -> list[date]:
    """Firsts of months between two dates, at most twelve or so, on round months or years."""
    months = (last.year - first.year) * 12 + last.month - first.month
    step = next((one for one in (1, 2, 3, 6, 12, 24, 60, 120, 240) if months / one <= 12), 1200)
    begin = first.year * 12 + first.month - 1
    numbers = range(-(-begin // step) * step, last.year * 12 + last.month, step)
    days = [date(number // 12, number % 12 + 1, 1) for number in numbers if number >= 12]
    return [day for day in days if first <= day <= last]


def _rule(x: float, y: float, to_x: float, to_y: float, *, dash: str = "") -> str:
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<path class="rule" d="M{x:.1f} {y:.1f}L{to_x:.1f} {to_y:.1f}" stroke="{MUTED if dash else RULE}" '
        f'stroke-width="1" fill="none"{dashed}/>'
    )


def _mark(line: _Line, x: float, y: float, r: float) -> str:
    """The mark of a mineral."""
    fill = f'fill="{INK}" class="t"' if line.filled else f'fill="{PAPER}" class="card s-neutral"'
    look = f'{fill} stroke="{INK}" stroke-width="1.3"'
    match line.shape:
        case "circle":
            return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{r:.1f}" {look}/>'
        case "square":
            k = r * 0.9
            return f'<rect x="{x - k:.1f}" y="{y - k:.1f}" width="{2 * k:.1f}" height="{2 * k:.1f}" {look}/>'
        case "diamond":
            k = r * 1.25
            corners = f"M{x:.1f} {y - k:.1f}L{x + k:.1f} {y:.1f}L{x:.1f} {y + k:.1f}L{x - k:.1f} {y:.1f}Z"
        case _:
            corners = f"M{x:.1f} {y - r * 1.2:.1f}L{x + r * 1.2:.1f} {y + r:.1f}H{x - r * 1.2:.1f}Z"
    return f'<path d="{corners}" {look}/>'


# ---- the words ------------------------------------------------------------------------------------------------------


def _title(atlas: Atlas, trajectory: Trajectory, lines: Sequence[_Line]) -> str:
    """How far the mineral that is farthest from its goal is from it; without goals, the lowest rate."""
    owner, outlooks = short_name(atlas.name), [one for line in lines for one in line.outlooks]
    unknown = [line.mineral for line in lines if not line.latest.known]
    told = f"; the rate of {wording.listed(unknown)} is unknown" if unknown else ""
    known = [line for line in lines if line.latest.known]
    if not known:
        return f"{owner}: every rate is unknown on {trajectory.days[-1].isoformat()}{_why(lines)}"
    missed = [one for one in outlooks if one.gap > 0]
    if missed:
        worst = max(missed, key=lambda one: (one.gap, -one.goal.by.toordinal(), one.goal.mineral))
        return f"{owner}: {_told(worst)}{told}"
    if met := [one for one in outlooks if one.gap == 0]:
        every = "Its goal is" if len(met) == 1 else f"All {len(met)} goals with a known rate are"
        falling = [one for one in met if one.on_track is False]
        but = f", but {wording.listed([one.goal.mineral for one in falling])} is falling" if falling else ""
        return f"{owner}: {every[0].lower() + every[1:]} reached on {trajectory.days[-1].isoformat()}{but}{told}"
    lowest = min(known, key=lambda line: (line.latest.rate, line.mineral))
    before = lowest.known[0]
    since = f", {whole_percent(before.rate)} on {before.day.isoformat()}" if before.day < lowest.latest.day else ""
    least = ", the lowest" if len(known) > 1 else ""
    return f"{owner}: {lowest.mineral} stands at {whole_percent(lowest.latest.rate)} accepted{least}{since}{told}"


def _why(lines: Sequence[_Line]) -> str:
    """Why no rate is known on the latest date."""
    if not any(line.latest.judged for line in lines):
        return ", no assurance list was known on that date"
    return ", no smelter is identified" if not any(line.latest.identified for line in lines) else ""


def _told(outlook: Outlook) -> str:
    """One goal that is not reached, in words."""
    goal, by = outlook.goal, outlook.goal.by.isoformat()
    points = max(round(100 * outlook.gap), 1)
    noun = "point" if points == 1 else "points"
    short = f"{goal.mineral} stands at {whole_percent(outlook.rate)} accepted, {points} {noun} short of the goal of "
    aim = f"{whole_percent(goal.rate)} by {by}"
    if outlook.years <= 0:
        return f"{short}{aim}, which has passed"
    if outlook.on_track is None:
        return f"{short}{aim}; too few dates for a forecast"
    if outlook.reached is None:
        return f"{short}{aim}; at the present pace it is not reached"
    when = outlook.reached.isoformat()
    late = "in time, on" if outlook.on_track else "only on"
    return f"{short}{aim}; at the present pace it is reached {late} {when}"


def _subtitle(trajectory: Trajectory, lines: Sequence[_Line], shown: Sequence[_Line], goals_left_out: int) -> str:
    days, dates = trajectory.days, wording.count_of(len(trajectory.days), "date")
    out = [f"Accepted of all identified smelters upstream, by count, on {dates} from {days[0]} to {days[-1]}."]
    if len(days) < 2:
        out = [
            f"One date only, {days[0]}: there is no trend to see yet. Accepted of all identified smelters, by count."
        ]
    if unjudged := [day for day in days if not any(_at(line, day).judged for line in lines)]:
        out.append(f"On {wording.count_of(len(unjudged), 'date')} no assurance list was known: the rate is unknown.")
    outlooks = [one for line in lines for one in line.outlooks]
    if not outlooks:
        out.append("The policy sets no goal for what is drawn here.")
    elif len(outlooks) > 1:
        on_track = sum(one.on_track is True for one in outlooks)
        open_ = sum(one.on_track is None for one in outlooks)
        rest = f", of {open_} nobody can say" if open_ else ""
        out.append(f"{on_track} of {len(outlooks)} goals are reached or on track{rest}.")
    if any(line.forecast for line in lines):
        out.append("Dotted: forecast, the straight line through the dated rates carried on.")
    if without := [line.mineral for line in lines if line.forecast is None]:
        whose = "" if len(lines) == 1 else f" for {wording.listed(without)}"
        least = f"{LEAST_POINTS} dates over {LEAST_DAYS} days, and a rate on the latest"
        out.append(f"No forecast{whose}: it needs {least}.")
    if goals_left_out:
        out.append(f"Not drawn: the {wording.count_of(goals_left_out, 'goal')} of the latest dates.")
    if left := [line.mineral for line in lines if line not in shown]:
        out.append(f"Not drawn: {wording.listed(left)}.")
    return " ".join(out)


def _legend(lines: Sequence[_Line]) -> Iterable[Key]:
    def stroke(dash: str, width: float = 1.8) -> str:
        return (
            f'<path class="s-neutral" d="M0 0H16" stroke="{INK}" stroke-width="{width:g}" stroke-linecap="round" '
            f'stroke-dasharray="{dash}"/>'
        )

    if any(line.forecast for line in lines):
        yield stroke("0.1 4"), "forecast"
    if any(line.outlooks for line in lines):
        ring = f'<circle class="card s-neutral" cx="8" cy="0" r="6" fill="{PAPER}" stroke="{INK}" stroke-width="1.4"/>'
        dot = f'<circle class="card s-neutral" cx="8" cy="0" r="2" fill="{PAPER}" stroke="{INK}" stroke-width="2"/>'
        yield ring + dot, "goal of the policy"
    if any(not point.known for line in lines for point in line.points):
        yield glyph("unknown", 8, 0, 4.4), "unknown: on that date no smelter was identified, or no assurance list known"


def _notes(atlas: Atlas, lines: Sequence[_Line]) -> Iterable[str]:
    yield (
        "Every point is the rate by the documents that counted on its date. A rate also rises when smelters that are "
        "not accepted are no longer named."
    )
    if told := [f"{one.mineral} {_pace(one)}" for line in lines if (one := line.forecast)]:
        yield f"Pace: {', '.join(told)}."
    yield atlas.basis


def _pace(line: Forecast) -> str:
    return f"{100 * line.pace:+.1f} points a year" if abs(line.pace) >= 0.0005 else "unchanged"
