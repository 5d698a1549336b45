"""What ``conformance`` and ``trajectory`` give back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from graphmap.results import Basis, Records, Result, Row, documented, sentences
from graphmap.wording import label, percent

if TYPE_CHECKING:
    import pandas as pd

    from graphmap.analysis.case import Case
    from graphmap.analysis.trajectory import Trajectory

COLUMNS: Mapping[str, str] = {
    "company": "id of the company",
    "name": "its name",
    "mineral": "each mineral has its own row",
    "judged": "whether an assurance list that counts for the mineral was known on that day; if not, no rate is known",
    "identified": "how many smelters upstream have a name and are judged",
    "accepted": "how many of them are accepted",
    "in_progress": "how many are in progress",
    "not_accepted": "how many are not accepted",
    "not_on_list": "how many stand on no assurance list",
    "not_judged": "how many smelters upstream are not judged: no assurance list on that date",
    "unidentified": "how many entries name no smelter",
    "rate_by_count": "accepted / identified, 0 to 1; unknown where no smelter is identified or none is judged",
    "in_progress_by_count": "in progress / identified, 0 to 1",
    "mass_low": "part of all purchases that ends at accepted smelters, 0 to 1",
    "mass_high": "the same with all that is unknown, 0 to 1",
    "in_progress_by_mass": "part of the purchases that ends at smelters in progress, 0 to 1",
    "unknown": "part of all purchases whose smelters nobody names, 0 to 1",
}
"""The columns of ``conformance``."""

POINTS: Mapping[str, str] = {
    "mineral": "each mineral has its own way",
    "day": "of which date",
    "identified": "how many smelters upstream have a name",
    "accepted": "how many of them are accepted",
    "in_progress": "how many are in progress",
    "unidentified": "how many entries name no smelter",
    "rate": "accepted / identified, 0 to 1; unknown where nothing is judged or identified",
    "forecast": "whether this is a forecast: a straight line through the rates, on the date of a goal",
}
"""The columns of a trajectory."""


def conformance(case: Case, found: pd.DataFrame) -> Result[pd.DataFrame]:
    """Rates as ``analysis.conformance`` gives them: the lowest first, those that are unknown behind them."""
    rates = found.sort_values(["rate_by_count", "company", "mineral"], kind="stable", ignore_index=True)
    said = tuple(_findings(rates))
    return Result(Records(rates), documented(rates, COLUMNS), Basis.of_case(case), case.notes, said, found)


def _findings(rates: pd.DataFrame) -> Iterator[str]:
    known = rates[rates["rate_by_count"].notna()]
    if len(known):
        full = int((known.groupby("company")["rate_by_count"].min() >= 1).sum())
        yield sentences.fully_accepted(full, known["company"].nunique())
        low = Records(known)[0]
        if low["rate_by_count"] < 1:
            called = label(low["name"], low["company"])
            yield sentences.lowest_rate(called, low["mineral"], low["accepted"], low["identified"])
    judged = rates[rates["judged"] & rates["rate_by_count"].isna()]
    if len(judged):
        yield sentences.none_identified(judged["company"].nunique())
    if unjudged := list(dict.fromkeys(rates[~rates["judged"]]["mineral"].tolist())):
        yield sentences.not_judged(unjudged)


def not_passed(result: Result[pd.DataFrame], limit: float) -> tuple[str, ...]:
    """What fails ``limit``, a sentence for each reason; none if all passes. What is not judged, or has no identified
    smelter, does not pass; nor does a result without rows."""
    assert isinstance(result.rows, Records), "rates are a frame"
    frame = result.rows.frame
    if not len(frame):
        return (sentences.not_passed("because nobody has a rate", ["nothing is known"], 1),)
    rate = frame["rate_by_count"]
    reasons = [
        (f"because the rate is below {percent(limit)}", rate < limit),
        ("because no smelter is identified", rate.isna() & frame["judged"]),
        (f"because {sentences.NOT_JUDGED}", ~frame["judged"]),
    ]
    return tuple(
        sentences.not_passed(why, (_which(row) for row in Records(frame[fails])), int(fails.sum()))
        for why, fails in reasons
        if fails.any()
    )


def _which(row: Row) -> str:
    return f"{label(row['name'], row['company'])} in {row['mineral']}"


def trajectory(case: Case, found: Trajectory | None) -> Result[Trajectory | None]:
    """The way of one company over the dates of the documents; None, without rows, where fewer than two are known."""
    basis = Basis.of_case(case)
    if found is None:
        return Result([], POINTS, basis, case.notes, (sentences.NO_TRAJECTORY,), None)
    frame = found.to_frame()
    rows = Records(frame.astype(object).where(frame.notna(), None))
    return Result(rows, documented(frame, POINTS), basis, case.notes, tuple(_goals(found)), found)


def _goals(found: Trajectory) -> Iterator[str]:
    for one in found.outlooks:
        yield sentences.goal(
            found.name, one.goal.mineral, one.goal.rate, one.goal.by.isoformat(), one.rate, one.on_track,
            one.reached.isoformat() if one.reached else "",
        )  # fmt: skip
