"""What ``show`` gives back: the thing itself, what follows for it, and every claim that names it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from graphmap.analysis.dossier import CompanyFigures, Dossier
from graphmap.results import Basis, Result, Row, sentences
from graphmap.wording import label

if TYPE_CHECKING:
    from graphmap.analysis.case import Case
    from graphmap.analysis.dossier import Claim, SmelterFigures

COLUMNS: Mapping[str, str] = {
    "row": "what the row is: thing (what was asked for), same (another entry judged to be the same), figure (what "
    "follows for a mineral), term (a reason for the hazard of a smelter), feeds (a smelter fed by this mine), claim",
    "label": "thing: Company, Smelter, Mine, …",
    "id": "thing, same, feeds: its id",
    "name": "thing, same, feeds: its name",
    "tier": "thing: of a company, 0 brand, 1 direct supplier, …; unknown if it is in no chain from a brand",
    "mineral": "figure, term, claim: the mineral",
    "exposure": "figure of a company: estimate, 0 to 1",
    "low": "figure of a company: the least that the exposure can be",
    "high": "figure of a company: the most that the exposure can be",
    "unknown": "figure of a company: part of its purchases whose smelters nobody names, 0 to 1",
    "placed_by_own_list": "figure of a company: part whose smelters only its own closed list names, 0 to 1",
    "evidence": "figure of a company: grade of its own declaration, A best, D worst",
    "reasons": "figure of a company: why the grade is not A",
    "suppliers": "figure of a company: how many suppliers it buys the mineral from",
    "declared": "figure of a company: how many smelters it declares",
    "accepted": "figure of a company: smelters upstream that are accepted",
    "in_progress": "figure of a company: … in progress",
    "not_accepted": "figure of a company: … not accepted",
    "not_on_list": "figure of a company: … on no assurance list",
    "unidentified": "figure of a company: … entries that name no smelter",
    "not_judged": "figure of a company: … not judged: no assurance list on that date",
    "standing": "figure of a smelter: its standing",
    "hazard": "figure of a smelter: 0 to 1",
    "high_risk": "figure of a smelter: whether it is in, or sources from, an area; unknown if no areas are loaded",
    "declared_by": "figure of a smelter: how many companies declare it",
    "term": "term: its name",
    "value": "term: 0 to 1",
    "explains": "term: part of the hazard that it explains, 0 to 1",
    "says": "term: what holds",
    "receipts": "term: where it is said",
    "type": "claim: what is claimed",
    "direction": "claim: out if the thing is its subject, in if it is about the thing",
    "other": "claim: id of the other end",
    "other_name": "claim: its name",
    "properties": "claim: what else it says",
    "file": "claim: the document",
    "cell": "claim: the place in it",
    "date": "claim: the date that the document speaks for",
}
"""The columns of ``show``; each kind of row has those of its kind."""


def profile(case: Case, found: Dossier) -> Result[Dossier]:
    """A dossier as ``analysis.dossier.dossier`` gives it."""
    said = tuple(_findings(case, found))
    return Result(list(_rows(case, found)), COLUMNS, Basis.of_case(case), case.notes, said, found)


def _rows(case: Case, found: Dossier) -> Iterator[Row]:
    about = found.about
    yield {"row": "thing", "label": about.label, "id": about.id, "name": about.name} | (
        {"tier": found.tier} if about.label == "Company" else {}
    )
    yield from ({"row": "same", "id": one.id, "name": one.name} for one in found.merged)
    for figures in found.figures:
        if isinstance(figures, CompanyFigures):
            yield _of_company(figures)
        else:
            yield from _of_smelter(case, figures)
    yield from ({"row": "feeds", "id": one.id, "name": one.name} for one in found.feeds)
    yield from (_claim(claim) for claims in found.claims.values() for claim in claims)


def _of_company(one: CompanyFigures) -> Row:
    return {
        "row": "figure", "mineral": one.mineral, "exposure": one.exposure, "low": one.low, "high": one.high,
        "unknown": one.unknown, "placed_by_own_list": one.placed_by_own_list, "evidence": one.evidence,
        "reasons": one.reasons, "suppliers": one.suppliers, "declared": one.declared,
        **{standing.replace(" ", "_"): count for standing, count in one.reached.items()},
    }  # fmt: skip


def _of_smelter(case: Case, one: SmelterFigures) -> Iterator[Row]:
    judged = case.areas(one.mineral).loaded
    yield {
        "row": "figure", "mineral": one.mineral, "standing": one.standing, "hazard": one.hazard,
        "high_risk": one.high_risk if judged else None, "declared_by": len(one.declared_by),
    }  # fmt: skip
    for term in one.terms:
        yield {
            "row": "term", "mineral": one.mineral, "term": term.name, "value": term.value, "explains": term.explains,
            "says": term.says, "receipts": sorted(term.receipts, key=lambda receipt: receipt.as_of, reverse=True),
        }  # fmt: skip


def _claim(claim: Claim) -> Row:
    given: dict[str, Any] = dict(claim.properties)
    return {
        "row": "claim", "mineral": claim.mineral, "type": claim.type, "direction": claim.direction,
        "other": claim.other.id, "other_name": claim.other.name, "properties": given, "file": claim.receipt.file,
        "cell": claim.receipt.row, "date": claim.receipt.as_of,
    }  # fmt: skip


def _findings(case: Case, found: Dossier) -> Iterator[str]:
    yield sentences.thing(label(found.about.name, found.about.id), found.about.label, found.tier)
    for one in found.figures:
        if isinstance(one, CompanyFigures):
            yield sentences.company_in(
                one.mineral, one.exposure, one.low, one.high, one.unknown, one.evidence, one.suppliers, one.declared,
                one.reached,
            )  # fmt: skip
        else:
            judged = case.areas(one.mineral).loaded
            yield sentences.smelter_in(
                one.mineral, one.standing, one.hazard, one.high_risk if judged else None, len(one.declared_by)
            )
