"""What ``paths`` gives back: a row for each path, with its hops."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from graphmap.analysis.paths import Paths, minerals_of
from graphmap.graph import mineral_code
from graphmap.results import Basis, Nested, Result, Row, sentences
from graphmap.wording import label, percent

if TYPE_CHECKING:
    from graphmap.analysis.case import Case
    from graphmap.analysis.paths import Hop, Path, Unclear

HOPS = Nested(
    "hops",
    {
        "hop": "number of the step, from 1",
        "tail": "id of who buys or declares",
        "tail_name": "its name",
        "type": "BUYS_FROM, DECLARES, FED_BY, ORIGINATES_IN or LOCATED_IN",
        "share": "part of the purchases of the tail that the head brings, 0 to 1; unknown beyond the smelter",
        "stated": "whether documents state a share; if not, it is estimated",
        "scaled": "whether the share differs from the stated one, because shares of the same buyer had to be scaled",
        "stated_share": "the share that documents state, 0 to 1",
        "explained": "whether a supplier of the tail brings this smelter anyway",
        "head": "id of who or what supplies",
        "head_name": "its name",
        "receipts": "file, place and date of each claim that says so, the decisive one first",
    },
    instead_of=("path",),
)
"""The hops of a path."""

COLUMNS: Mapping[str, str] = {
    "rank": "from 1, as asked for: riskiest or shortest first",
    "mineral": "the mineral that the path carries",
    "score": "product of the shares times the hazard, 0 to 1: what the path adds to the exposure of its start",
    "hazard": "of the smelter, 0 to 1; unknown on a path to a company",
    "standing": "of the smelter",
    "high_risk": "whether the smelter is in or sources from an area of the lens; unknown where no areas are loaded",
    "path": "the names along the path",
    "hops": "the steps, each with its receipts",
}
"""The columns of ``paths``."""


def paths(case: Case, found: Paths, *, mineral: str | None = None, narrowed: bool = False) -> Result[Paths]:
    """Paths as ``analysis.paths.find_paths`` gives them, asked for ``mineral`` (or all); ``narrowed``: with filters
    besides."""
    rows = [_row(case, rank, path) for rank, path in enumerate(found.paths, 1)]
    said = tuple(_findings(case, found, mineral, narrowed))
    return Result(rows, COLUMNS, Basis.of_case(case), case.notes, said, found, HOPS)


def _row(case: Case, rank: int, path: Path) -> Row:
    return {
        "rank": rank, "mineral": path.mineral, "score": path.score, "hazard": path.hazard, "standing": path.standing,
        "high_risk": _high_risk(case, path), "path": " > ".join(one.name for one in path.nodes),
        "hops": [hop_row(number, hop) for number, hop in enumerate(path.hops, 1)],
    }  # fmt: skip


def hop_row(number: int, hop: Hop) -> Row:
    """One step as a row."""
    return {
        "hop": number, "tail": hop.tail.id, "tail_name": hop.tail.name, "type": hop.type, "share": hop.share,
        "stated": hop.stated, "scaled": hop.scaled, "stated_share": hop.stated_share, "explained": hop.explained,
        "head": hop.head.id, "head_name": hop.head.name, "receipts": hop.receipts,
    }  # fmt: skip


def _high_risk(case: Case, path: Path) -> bool | None:
    """Whether the smelter of a path is high-risk; None where nothing is judged, and without a smelter."""
    if not case.areas(path.mineral).loaded:
        return None
    smelters = case.smelters(path.mineral)
    for node in path.nodes:
        if node.label == "Smelter":
            return bool(case.high_risk(path.mineral)[int(np.searchsorted(smelters, node.node))])
    return None


# ---- findings -------------------------------------------------------------------------------------------------


def _findings(case: Case, found: Paths, mineral: str | None, narrowed: bool) -> Iterator[str]:
    source = found.source.name
    if not found.paths:
        doubts = [doubt(each, one) for each, one in found.unclear.items()]
        known = bool(found.unclear) or has_none(case, found.source.node, mineral)
        yield sentences.no_path(source, found.to, doubts, known=known, narrowed=narrowed)
        return
    yield sentences.paths_found(
        found.total, source, found.to, exact=found.total_exact, shown=len(found.paths), by=found.by
    )
    if found.capped:
        yield sentences.CUT_SHORT
    for each, exposure in found.exposure.items():
        if any(path.mineral == each for path in found.paths):
            unknown = found.unclear[each].unknown if each in found.unclear else 0.0
            yield sentences.paths_bring(each, exposure, exposure - found.rest[each], unknown)


def doubt(mineral: str, unclear: Unclear) -> str:
    """What is open in the chain of a company, in a clause; "" if nothing is."""
    return sentences.doubt(
        mineral,
        unknown=unclear.unknown,
        smelters=unclear.smelters,
        not_on_list=unclear.not_on_list,
        not_judged=unclear.not_judged,
        unidentified=unclear.unidentified,
    )


def has_none(case: Case, node: int, mineral: str | None) -> bool:
    """Whether a company without a part in any chain says so itself, of every mineral that was asked for."""
    answered = case.graph.table("ANSWERED")
    own = set(answered.mineral[answered.tail == node].tolist())
    return all(mineral_code(each) in own for each in minerals_of(case, mineral))


# ---- a limit --------------------------------------------------------------------------------------------------


def not_passed(case: Case, result: Result[Paths], limit: float) -> tuple[str, ...]:
    """What fails ``limit``, a sentence for each reason; none if all passes.

    Paths that score more fail. So does what is unknown or not judged: a mineral whose unknown purchases, valued at the
    most that the policy gives them, come to more than the limit, one with smelters that are not judged, and a company
    of whose purchases no document says anything.
    """
    found, out = result.detail, []
    start = label(found.source.name, found.source.id)
    if above := [f"path {row['rank']} ({row['mineral']}, {percent(row['score'], 2)})" for row in result.rows
                 if row["score"] > limit]:  # fmt: skip
        out.append(sentences.not_passed(f"because of a score above {percent(limit, 2)}", above, len(above)))
    unclear = found.unclear.items()
    if open_ := [f"{each} ({percent(one.unknown)} of the purchases)" for each, one in unclear
                 if one.unknown * case.policy.unknown.high > limit]:  # fmt: skip
        out.append(sentences.not_passed("because unknown", open_, len(open_)))
    if unjudged := [each for each, one in unclear if one.not_judged]:
        out.append(sentences.not_passed(f"because {sentences.NOT_JUDGED}", unjudged, len(unjudged)))
    if not unclear and not has_none(case, found.source.node, None):
        out.append(sentences.not_passed("because nothing is known", [start], 1))
    return tuple(out)
