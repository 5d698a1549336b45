"""What ``rate`` and ``attribute`` give back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from graphmap.analysis.exposure import NOTHING_KNOWN, ranked
from graphmap.analysis.standing import is_judged
from graphmap.results import Basis, Records, Result, documented, sentences
from graphmap.wording import label, percent

if TYPE_CHECKING:
    import pandas as pd

    from graphmap.analysis.case import Case
    from graphmap.analysis.exposure import Attribution
    from graphmap.analysis.paths import Paths

_COMPANY = {
    "company": "id of the company",
    "name": "its name",
    "tier": "0 brand, 1 direct supplier, 2 supplier of those, …; -1 in no chain from a brand",
}
_FIGURES = {
    "exposure": "estimate, 0 to 1: hazard of the smelters that its purchases come from, weighted by shares",
    "low": "the least that the exposure can be, 0 to 1",
    "high": "the most that the exposure can be, 0 to 1",
    "unknown": "part of its purchases whose smelters nobody names, 0 to 1; 1: nothing is known, and it has no rank",
}

COLUMNS: Mapping[str, str] = {
    **_COMPANY,
    "mineral": "each mineral has its own row",
    **_FIGURES,
    "placed_by_own_list": "part of its purchases whose smelters only its own complete list names, 0 to 1",
    "smelters": "how many smelters are upstream",
    "accepted": "how many of them are accepted",
    "in_progress": "how many are in progress",
    "not_accepted": "how many are not accepted",
    "not_on_list": "how many stand on no assurance list",
    "unidentified": "how many entries name no smelter",
    "not_judged": "how many are not judged: no assurance list on that date",
    "worst_hazard": "hazard of the worst smelter upstream, 0 to 1",
    "worst_smelter": "its id",
    "worst_smelter_name": "its name",
    "spend_reaching_not_accepted": "part of its known spend with suppliers that reach a smelter that is not accepted",
    "listed": "its own level on the list of the lens, if it stands there",
    "evidence": "grade of its own declaration: A best, D worst",
    "reasons": "why the grade is not A",
}
"""The columns of ``rate``."""

OVERALL: Mapping[str, str] = {
    **_COMPANY,
    **_FIGURES,
    "basis": "spend: weighted by what it spends on each mineral; maximum: that of its worst mineral",
    "mineral": "the mineral in which it is most exposed",
    "minerals": "in how many minerals it has a part",
    "nothing_known": "of how many of these nothing is known",
    "not_judged": "in how many of these it has smelters that are not judged: no assurance list on that date",
    "evidence": "the worst grade of its own declarations: A best, D worst",
}
"""The columns of ``rate --overall``."""


def rating(case: Case, rated: pd.DataFrame) -> Result[pd.DataFrame]:
    """A rating as ``exposure.rate`` gives it: the most exposed first over all minerals, then those of which nothing
    is known."""
    table = rated if rated["mineral"].nunique() == 1 else ranked(rated)  # of one mineral it is in order already
    return _result(case, rated, table, COLUMNS)


def overall(case: Case, summed: pd.DataFrame, rated: pd.DataFrame) -> Result[pd.DataFrame]:
    """A rating over all minerals as ``exposure.overall`` gives it, and the one per mineral that it was made from."""
    unjudged = rated[rated["not_judged"] > 0]["company"].value_counts()
    table = summed.assign(not_judged=summed["company"].map(unjudged).fillna(0).astype("int64"))
    return _result(case, rated, table, OVERALL)


def _result(case: Case, rated: pd.DataFrame, table: pd.DataFrame, meanings: Mapping[str, str]) -> Result[pd.DataFrame]:
    blind = table["unknown"] > NOTHING_KNOWN
    said = []
    if not blind.all():
        top = Records(table)[0]
        called = label(top["name"], top["company"])
        said.append(sentences.most_exposed(called, _where(top), top["exposure"], top["low"], top["high"]))
    if blind.any():
        said.append(nothing_known(table[blind]))
    if unjudged := _unjudged(case, rated):
        said.append(sentences.not_judged(unjudged))
    return Result(Records(table), documented(table, meanings), Basis.of_case(case), case.notes, tuple(said), table)


def _unjudged(case: Case, rated: pd.DataFrame) -> list[str]:
    """The minerals of a rating for which no assurance list was known."""
    minerals = rated["mineral"].unique().tolist()
    return [one for one in minerals if not is_judged(case.graph, case.policy, one, case.as_of)]


def nothing_known(blind: pd.DataFrame) -> str:
    """The sentence about companies of which nothing is known; ``blind`` are their rows, at least one."""
    words = ("supplier", "suppliers") if (blind["tier"] != 0).all() else ("company", "companies")
    low, high = float(blind["low"].min()), float(blind["high"].max())
    return sentences.nothing_known(blind["company"].nunique(), low, high, *words)


def blocks(found: Result[pd.DataFrame]) -> tuple[Records, Records]:
    """The rows of a rating in two blocks: those that have a rank, and those of which nothing is known."""
    assert isinstance(found.rows, Records), "a rating is a frame"
    frame = found.rows.frame
    blind = frame["unknown"] > NOTHING_KNOWN
    return Records(frame[~blind]), Records(frame[blind])


def headline(found: Paths, rated: pd.DataFrame) -> tuple[str, ...]:
    """How many smelters a company reaches by the paths ``found``, through how many direct suppliers, and where it is
    most exposed; ``rated`` as ``exposure.rate`` gives it."""
    own, direct = rated[rated["company"] == found.source.id], rated[rated["tier"] == 1]
    name, suppliers = found.source.name, direct["company"].nunique()
    said = [sentences.reached(name, len(found.smelters), found.to, found.total, len(found.direct), suppliers)]
    measured = own[own["unknown"] <= NOTHING_KNOWN].sort_values("exposure", ascending=False, kind="stable")
    if len(measured):
        top = Records(measured)[0]
        said.append(sentences.most_exposed_in(name, top["mineral"], top["exposure"], top["low"], top["high"]))
    return tuple(said)


# ---- a limit --------------------------------------------------------------------------------------------------


def not_passed(case: Case, result: Result[pd.DataFrame], limit: float) -> tuple[str, ...]:
    """What of a rating fails ``limit``, a sentence for each reason; none if all passes.

    Too exposed are those whose estimate lies above the limit. What is unknown does not pass: companies of which
    nothing is known, and those that the unknown part, valued at the most that the policy gives it, would lift above
    the limit. Nor does what is not judged, or a rating without any row.
    """
    assert isinstance(result.rows, Records), "a rating is a frame"
    frame = result.rows.frame
    if not len(frame):
        return (sentences.not_passed("because nobody is rated", ["nothing is known"], 1),)
    unjudged = frame["not_judged"] > 0
    above, blind = frame["exposure"] > limit, frame["unknown"] > NOTHING_KNOWN
    worth = case.policy.unknown
    worst = frame["exposure"] + frame["unknown"] * (worth.high - worth.estimate)
    reasons: list[tuple[str, Any]] = [
        (f"because more exposed than {percent(limit)}", above & ~blind & ~unjudged),
        ("because nothing is known", blind & ~unjudged),
        (
            f"because the unknown part can lift the exposure above {percent(limit)}",
            (worst > limit) & ~above & ~blind & ~unjudged,
        ),
        (f"because {sentences.NOT_JUDGED}", unjudged),
    ]
    return tuple(
        sentences.not_passed(why, (_which(row) for row in Records(frame[fails])), int(fails.sum()))
        for why, fails in reasons
        if fails.any()
    )


def _which(row: Mapping[str, Any]) -> str:
    return f"{label(row['name'], row['company'])} in {_where(row)}"


def _where(row: Mapping[str, Any]) -> str:
    """What a figure is of: a mineral, or all that a company buys."""
    return "all its minerals" if row.get("basis") == "spend" else str(row["mineral"])


# ---- attribution ----------------------------------------------------------------------------------------------

PARTS: Mapping[str, str] = {
    "split": "by smelter, or by supplier: the parts of each split sum to the exposure",
    "kind": "smelter, supplier or unknown",
    "id": "id of the smelter or supplier",
    "name": "its name",
    "mass": "part of the purchases, 0 to 1",
    "value": "hazard of the smelter or exposure of the supplier, 0 to 1",
    "contribution": "mass times value: what it adds to the exposure",
}
"""The columns of an attribution."""


def attribution(case: Case, company: str, found: Attribution) -> Result[Attribution]:
    """Whose the exposure of a company, called ``company``, is."""
    rows = [
        {
            "split": split, "kind": part.kind, "id": part.id, "name": part.name, "mass": part.mass,
            "value": part.value, "contribution": part.contribution,
        }
        for split, parts in (("smelter", found.by_smelter), ("supplier", found.by_supplier))
        for part in parts
    ]  # fmt: skip
    said = f"{company}: exposure {percent(found.exposure)} in {found.mineral}."
    return Result(rows, PARTS, Basis.of_case(case), case.notes, (said,), found)
