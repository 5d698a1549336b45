"""Hazard of a smelter: a noisy-OR over a few named terms, with an explanation that adds up (METHOD section 3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from graphmap import places, schema
from graphmap.analysis.areas import Areas, Claim, Ground, Sourcing
from graphmap.analysis.standing import ACCEPTED, NOT_JUDGED, Standings
from graphmap.errors import NotFound
from graphmap.graph import Floats, Ints, Receipt, SupplyGraph
from graphmap.policy import STANDINGS, Policy

if TYPE_CHECKING:
    from graphmap.analysis.case import Case

TERMS = ("standing", "overdue", "facility", "origin", "named", *schema.ANNEX_II)
"""The terms of a hazard: standing; overdue assessment; facility in an area of the lens; origin in one; the smelter
itself named on the lens's list; each risk of Annex II."""


def noisy_or(terms: npt.NDArray[np.float64]) -> Floats:
    """1 - (1 - x)(1 - y)… over the first axis: each term alone can cause what the others do not."""
    hazard: Floats = 1.0 - np.prod(1.0 - terms, axis=0)
    return hazard


def explain(terms: Sequence[float]) -> list[float]:
    """What part of their noisy-OR each term explains; the parts sum to 1 (to 0 if all terms are 0).

    Term i explains ln(1 - x_i) / ln(1 - h). Terms that are 1 leave nothing to the others and share equally.
    """
    x = np.asarray(terms, np.float64)
    if (x >= 1).any():
        return [float(part) for part in (x >= 1) / np.count_nonzero(x >= 1)]
    logs = np.log1p(-x)
    return [float(part) for part in logs / logs.sum()] if logs.any() else [0.0] * len(x)


@dataclass(frozen=True)
class Term:
    """One term of a smelter's hazard: its name (of ``TERMS``), what it says in words, its value 0 to 1, what part
    of the hazard it explains, and where the claims behind it stand."""

    name: str
    says: str
    value: float
    explains: float
    receipts: tuple[Receipt, ...]


@dataclass(frozen=True)
class Hazards:
    """The hazards of the smelters of a mineral: ``terms`` [term of ``TERMS``, smelter] and what is behind them.

    ``high_risk`` is per smelter: stands in or sources from an area of the lens, or is named on its list. ``least`` and
    ``most`` are the ends of the term "standing": they differ for smelters that nobody has judged.
    """

    terms: npt.NDArray[np.float64]
    least: Floats
    most: Floats
    high_risk: npt.NDArray[np.bool_]
    facilities: dict[int, list[Ground]]
    origins: dict[int, list[Ground]]
    flags: dict[int, dict[int, list[Claim]]]

    @property
    def hazard(self) -> Floats:
        """Per smelter, as estimated."""
        return noisy_or(self.terms)

    @property
    def low(self) -> Floats:
        """Per smelter the least that it can be."""
        return noisy_or(np.vstack([self.least, self.terms[1:]]))

    @property
    def high(self) -> Floats:
        """Per smelter the most that it can be."""
        return noisy_or(np.vstack([self.most, self.terms[1:]]))


def find_hazards(
    graph: SupplyGraph, policy: Policy, areas: Areas, sourcing: Sourcing, standings: Standings, smelters: Ints
) -> Hazards:
    """The terms of each of these smelters (graph nodes, rising)."""
    facilities = areas.facilities(smelters, policy.facility_value)
    origins = areas.origins(sourcing, policy.origin_value)
    flags = areas.flags(smelters, sourcing.feeds)
    at = {int(node): i for i, node in enumerate(smelters)}

    terms = np.zeros((len(TERMS), len(smelters)))
    terms[0] = np.array([policy.standing_value[name] for name in STANDINGS])[standings.code]
    terms[1] = np.where(standings.overdue, policy.overdue_value, 0.0)
    high_risk = np.zeros(len(smelters), np.bool_)
    for row, grounds_of in ((2, facilities), (3, origins)):
        for node, grounds in grounds_of.items():
            terms[row, at[node]] = max(ground.value for ground in grounds)
            high_risk[at[node]] |= any(ground.certain for ground in grounds)
    for node in areas.named.keys() & at.keys():
        terms[4, at[node]] = policy.named_value
        high_risk[at[node]] = True
    for node, risks in flags.items():
        for risk in risks:
            if (name := graph.ids[risk]) in policy.flag_value:
                terms[TERMS.index(name), at[node]] = policy.flag_value[name]
    unjudged = standings.code == NOT_JUDGED
    least = np.where(unjudged, policy.standing_value[STANDINGS[ACCEPTED]], terms[0])
    most = np.where(unjudged, policy.unknown.high, terms[0])
    return Hazards(terms, least, most, high_risk, facilities, origins, flags)


def terms(case: Case, smelter: int, mineral: str) -> list[Term]:
    """Why a smelter (graph node) has its hazard for a mineral: its standing and every other term above 0.

    Raises ``NotFound`` if nobody declares the smelter for the mineral.
    """
    graph, policy, nodes = case.graph, case.policy, case.smelters(mineral)
    i = int(np.searchsorted(nodes, smelter))
    if i == len(nodes) or nodes[i] != smelter:
        raise NotFound(f"{graph.names[smelter]} is not declared for {mineral}.", "Choose another mineral.")
    hazards, standings, areas = case.hazards(mineral), case.standings(mineral), case.areas(mineral)
    standing, decisive = STANDINGS[standings.code[i]], int(standings.claim[i])
    assessed: list[Claim] = [("ASSESSED_BY", decisive)] if decisive >= 0 else []

    found: list[tuple[str, str, list[Claim]]] = [("standing", standing, assessed)]
    found.append(("overdue", "the accepted assessment has run out", assessed))
    for name, verb, grounds_of in (
        ("facility", "stands in", hazards.facilities),
        ("origin", "sources from", hazards.origins),
    ):
        grounds = grounds_of.get(smelter, [])
        worst = [one for one in grounds if one.value == max(other.value for other in grounds)]
        says = "; ".join(f"{verb} {_place_name(graph, one.place)} ({one.level})" for one in worst)
        found.append((name, says, [claim for one in worst for claim in one.claims]))
    level, claim = areas.named.get(smelter, ("", ("", -1)))
    found.append(("named", f"stands on the list itself ({level})", [claim] if level else []))
    for risk, claims in hazards.flags.get(smelter, {}).items():
        if (flag := graph.ids[risk]) in policy.flag_value:
            found.append((flag, schema.ANNEX_II[flag], claims))

    value = hazards.terms[:, i]
    parts = explain(value.tolist())
    lens = Receipt(case.lens.file, "areas", case.lens.date.isoformat(), "lens", "")
    out = []
    for name, says, claims in found:
        row = TERMS.index(name)
        if name == "standing" or value[row] > 0:
            receipts = {graph.receipt(edge_type, position) for edge_type, position in claims}
            if case.lens.areas and name in ("facility", "origin"):
                receipts.add(lens)
            out.append(Term(name, says, float(value[row]), parts[row], tuple(sorted(receipts))))
    return out


def _place_name(graph: SupplyGraph, node: int) -> str:
    code = graph.ids[node]
    match graph.label_of(node):
        case "Country":
            return places.country_name(code)
        case "Region":
            return f"{places.region_name(code)}, {places.country_name(places.country_of(code))}"
        case _:
            return graph.names[node]
