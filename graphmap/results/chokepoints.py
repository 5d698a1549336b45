"""What ``chokepoints`` gives back: a row for each company that gates smelters or is to act on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from graphmap.analysis.paths import find_paths, minerals_of
from graphmap.results import Basis, Result, Row, sentences
from graphmap.results.paths import doubt, has_none
from graphmap.wording import label

if TYPE_CHECKING:
    from graphmap.analysis.case import Case
    from graphmap.analysis.chokepoints import ChokePoints

COLUMNS: Mapping[str, str] = {
    "company": "id of the company",
    "name": "its name",
    "act": "whether it is one of the fewest companies to act on",
    "act_for": "the minerals for which alone it would be one of them",
    "smelters": "how many smelters of the group asked for can only be reached through it",
    "mineral": "the mineral of part: where it gates the largest part of the exposure",
    "part": "part of the exposure in that mineral that comes from all smelters it gates, 0 to 1",
}
"""The columns of ``chokepoints``."""


def chokepoints(case: Case, found: ChokePoints, *, mineral: str | None = None) -> Result[ChokePoints]:
    """Choke points as ``analysis.chokepoints.choke_points`` gives them, asked for ``mineral`` (or all); those to act
    on first."""
    said = tuple(_findings(case, found, mineral))
    rows = sorted(_rows(found), key=lambda row: not row["act"])
    return Result(rows, COLUMNS, Basis.of_case(case), case.notes, said, found)


def _rows(found: ChokePoints) -> Iterator[Row]:
    acting = {company.node for company in found.cut}
    act_for: dict[int, list[str]] = defaultdict(list)
    for mineral, cut in found.cuts.items():
        for company in cut:
            act_for[company.node].append(mineral)
    gating = set()
    for gate in found.gates:
        node = gate.company.node
        gating.add(node)
        yield {
            "company": gate.company.id, "name": gate.company.name, "act": node in acting, "act_for": act_for[node],
            "smelters": gate.count, "mineral": gate.largest_mineral, "part": gate.largest_part,
        }  # fmt: skip
    for company in found.cut:
        if company.node not in gating:
            yield {
                "company": company.id, "name": company.name, "act": True, "act_for": act_for[company.node],
                "smelters": 0, "mineral": None, "part": 0.0,
            }  # fmt: skip


def _findings(case: Case, found: ChokePoints, mineral: str | None) -> Iterator[str]:
    source, minerals = found.source.name, minerals_of(case, mineral)
    if found.cut:
        unknown = {each: found.unknown[each] for each in minerals}
        called = [label(company.name, company.id) for company in found.cut]
        at_least = len(found.cut) if found.fewest else found.at_least
        yield sentences.acting(called, source, found.to, at_least=at_least, unknown=unknown, own=bool(found.direct))
    elif not found.direct:
        unclear = find_paths(case, found.source.node, to=found.to, mineral=mineral, k=1).unclear
        doubts = [doubt(each, one) for each, one in unclear.items()]
        known = bool(unclear) or has_none(case, found.source.node, mineral)
        yield sentences.no_path(source, found.to, doubts, known=known)
    if found.direct:
        own = [f"{label(smelter.name, smelter.id)} ({each})" for each, smelter in found.direct]
        yield sentences.brings_itself(source, own)
