"""Exposure, interval, attribution, reach, spend and conformance of one mineral (METHOD sections 5 and 8)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from graphmap.graph import SupplyGraph
from graphmap.policy import STANDINGS, Lens, Policy
from tests.reference.claims import Claims
from tests.reference.hazards import Hazard, find_hazards, find_standings, is_judged
from tests.reference.shares import UNKNOWN, Links, Split, latest_giving

End = Literal["low", "high"]

SPEND_CLASSES = ("not accepted", "not on list", "unknown", "in progress", "accepted")

_SAME = 1e-15
_ROUNDS = 200_000


@dataclass(frozen=True)
class Rating:
    """The figures of one company. Parts and rates are 0 to 1; ``reach`` is by standing, unidentified entries too.

    ``by_supplier`` holds what each direct supplier brings, ``by_own`` what the company's own smelters add without what
    its list places there, ``own_unknown`` what its own unknown adds; all three sum to the estimate.
    """

    estimate: float
    low: float
    high: float
    unknown: float
    placed_by_own_list: float
    closed: bool
    masses: Mapping[str, float]
    by_smelter: Mapping[str, float]
    by_unknown: float
    by_supplier: Mapping[str, float]
    by_own: Mapping[str, float]
    own_unknown: float
    reach: Mapping[str, int]
    worst_hazard: float | None

    @property
    def nothing_known(self) -> bool:
        return self.unknown > 1 - 1e-9


@dataclass(frozen=True)
class Conformance:
    """Rates of one company; None where nothing is judged or, by count, no smelter is identified."""

    by_count: float | None
    in_progress_by_count: float | None
    by_mass: tuple[float, float] | None
    in_progress_by_mass: float | None


@dataclass(frozen=True)
class Spend:
    """Spend of one buyer by class of seller; ``unknown_sellers`` are those for which no spend is given.

    ``classes`` is None where the buyer's spend is in several currencies or nothing is given.
    """

    classes: Mapping[str, float] | None
    unknown_sellers: tuple[str, ...]


class Figures:
    """Everything about one mineral. ``hazards`` overrides those that follow from the claims."""

    def __init__(
        self,
        graph: SupplyGraph,
        policy: Policy,
        lens: Lens,
        mineral: str,
        as_of: date | None = None,
        hazards: Mapping[str, Hazard] | None = None,
    ) -> None:
        self.policy, self.mineral = policy, mineral
        claims = Claims(graph, as_of)
        self.links = links = Links(claims, mineral)
        self.split = Split(links)
        smelters = sorted({s for of in (links.declared, links.unidentified) for found in of.values() for s in found})
        self.judged = is_judged(claims, policy, mineral)
        judged = find_standings(claims, policy, mineral, smelters)
        self.standing = {smelter: found.standing for smelter, found in judged.items()}
        self.overdue = {smelter: found.overdue for smelter, found in judged.items()}
        self.hazard = {**find_hazards(claims, policy, lens, mineral, judged), **(hazards or {})}
        self._find_unknown()
        self._find_masses()
        self.low, self.high = self.interval("low"), self.interval("high")

    # ---- masses ------------------------------------------------------------------------------------------------

    def _find_unknown(self) -> None:
        companies, closed, bought = self.links.companies, self.links.closed, self.split.bought
        matrix = _identity(companies)
        for c in set(companies) - closed:
            for seller, part in bought[c].items():
                matrix[c][seller] -= part
        right = {c: [0.0 if c in closed else self.split.unknown[c]] for c in companies}
        self.unknown = {c: found[0] for c, found in solve(matrix, right).items()}
        self.placed: dict[str, dict[str, float]] = {c: {} for c in companies}
        for c in closed:
            here = self.split.unknown[c] + sum(part * self.unknown[s] for s, part in bought[c].items())
            places = self.places(c)
            self.placed[c] = {smelter: here / len(places) for smelter in places}

    def places(self, company: str) -> list[str]:
        """Where the company's closed list sends what is unknown."""
        return sorted(self.links.unexplained[company] or self.links.declared[company])

    def _find_masses(self) -> None:
        companies = self.links.companies
        smelters = sorted({s for found in self.links.declared.values() for s in found})
        matrix = _identity(companies)
        for c in companies:
            for seller, part in self.split.bought[c].items():
                matrix[c][seller] -= part
        right = {c: [self.declared_share(c, s) for s in smelters] for c in companies}
        masses = solve(matrix, right)
        self.masses = {c: {s: x for s, x in zip(smelters, masses[c], strict=True) if x} for c in companies}
        self.known = {c: sum(x * self.hazard[s].estimate for s, x in found.items()) for c, found in self.masses.items()}
        value = self.policy.unknown.estimate
        self.estimate = {c: self.known[c] + self.unknown[c] * value for c in companies}

    def declared_share(self, company: str, smelter: str) -> float:
        """What part of the company's purchases its declaration of the smelter carries."""
        return self.split.own[company].get(smelter, 0.0) + self.placed[company].get(smelter, 0.0)

    # ---- interval ----------------------------------------------------------------------------------------------

    def interval(self, end: End, choice: Mapping[str, str] | None = None) -> dict[str, float]:
        """The low or the high ends. ``choice`` says who takes what a company misses, instead of the extreme one."""
        start = getattr(self.policy.unknown, end)
        hazard = {smelter: getattr(found, end) for smelter, found in self.hazard.items()}
        value = dict.fromkeys(self.links.companies, start)
        for _ in range(_ROUNDS):
            change = 0.0
            for company in self.links.companies:
                new = self._end(company, end, value, hazard, (choice or {}).get(company))
                change = max(change, abs(new - value[company]))
                value[company] = new
            if change <= _SAME:
                return value
        raise AssertionError("the ends of the interval do not settle")

    def extreme_takers(self, company: str) -> list[str]:
        """Who may take all that is missing of the company in an interval."""
        links = self.links
        without = [seller for seller, share in links.kept[company].items() if share is None]
        declared = sorted(links.declared.get(company, ()))
        is_open = links.declares(company) and company not in links.closed
        return [*without, *declared, *([UNKNOWN] if is_open or not (without or declared) else [])]

    def _end(
        self,
        company: str,
        end: End,
        value: Mapping[str, float],
        hazard: Mapping[str, float],
        taker: str | None,
    ) -> float:
        links = self.links
        extreme: Callable[[Sequence[float]], float] = min if end == "low" else max
        found = sum(share * value[seller] for seller, share in links.kept[company].items() if share is not None)
        if self.split.missing[company]:
            takers = [taker] if taker else self.extreme_takers(company)
            taking = {UNKNOWN: getattr(self.policy.unknown, end), **hazard, **value}
            found += self.split.missing[company] * extreme([taking[taker] for taker in takers])
        if company in links.closed:
            reached = [hazard[smelter] for smelter in links.reach[company]]
            found = min(max(found, min(reached)), max(reached))
        return extreme([found, *(hazard[smelter] for smelter in links.unexplained[company])])

    # ---- ratings -----------------------------------------------------------------------------------------------

    def rating(self, company: str) -> Rating:
        links, split, value = self.links, self.split, self.policy.unknown.estimate
        hazard = {smelter: found.estimate for smelter, found in self.hazard.items()}
        placing = value
        if company in links.closed:
            places = self.places(company)
            placing = sum(hazard[smelter] for smelter in places) / len(places)
        reach = dict.fromkeys(STANDINGS, 0)
        reached = links.reach[company] | links.entries[company]
        for smelter in reached:
            reach[self.standing[smelter]] += 1
        return Rating(
            estimate=self.estimate[company],
            low=self.low[company],
            high=self.high[company],
            unknown=self.unknown[company],
            placed_by_own_list=sum(self.placed[company].values()),
            closed=company in links.closed,
            masses=self.masses[company],
            by_smelter={smelter: mass * hazard[smelter] for smelter, mass in self.masses[company].items()},
            by_unknown=self.unknown[company] * value,
            by_supplier={
                seller: part * (self.known[seller] + self.unknown[seller] * placing)
                for seller, part in split.bought[company].items()
            },
            by_own={smelter: part * hazard[smelter] for smelter, part in split.own[company].items()},
            own_unknown=split.unknown[company] * placing,
            reach=reach,
            worst_hazard=max((hazard[smelter] for smelter in reached), default=None),
        )

    def ratings(self) -> dict[str, Rating]:
        """The figures of every company that has a part in the chain."""
        return {company: self.rating(company) for company in self.links.rated}

    # ---- conformance -------------------------------------------------------------------------------------------

    def conformance(self, company: str) -> Conformance:
        by_standing = dict.fromkeys(STANDINGS, 0)
        mass = dict.fromkeys(STANDINGS, 0.0)
        for smelter in self.links.reach[company]:
            by_standing[self.standing[smelter]] += 1
            mass[self.standing[smelter]] += self.masses[company].get(smelter, 0.0)
        if not self.judged:
            return Conformance(None, None, None, None)
        count, accepted = sum(by_standing.values()), mass["accepted"]
        return Conformance(
            by_standing["accepted"] / count if count else None,
            by_standing["in progress"] / count if count else None,
            (accepted, accepted + self.unknown[company]),
            mass["in progress"],
        )

    # ---- spend -------------------------------------------------------------------------------------------------

    def spend(self, company: str) -> Spend:
        classes = dict.fromkeys(SPEND_CLASSES, 0.0)
        currencies, without = set(), []
        for seller in self.links.kept[company]:
            rows = latest_giving("spend", self.links.rows[company][seller])
            if not rows:
                without.append(seller)
                continue
            currencies |= {row.values["currency"] or "" for row in rows}
            classes[self.spend_class(seller)] += sum(sorted(row.values["spend"] for row in rows))
        return Spend(classes if len(currencies) == 1 else None, tuple(without))

    def spend_class(self, seller: str) -> str:
        """The first class that applies to a seller."""
        reached = {self.standing[smelter] for smelter in self.links.reach[seller]}
        if "not accepted" in reached:
            return "not accepted"
        if reached & {"not on list", "not judged"}:
            return "not on list"
        if not reached or self.links.entries[seller] or self.unknown[seller] > 1e-9:
            return "unknown"
        return "in progress" if "in progress" in reached else "accepted"


# ---- linear systems --------------------------------------------------------------------------------------------


def _identity(names: Sequence[str]) -> dict[str, dict[str, float]]:
    return {a: {b: float(a == b) for b in names} for a in names}


def solve(matrix: Mapping[str, Mapping[str, float]], right: Mapping[str, Sequence[float]]) -> dict[str, list[float]]:
    """x of matrix * x = right, for several right sides at once, by Gaussian elimination with pivots."""
    names = list(matrix)
    rows = [[*(matrix[a][b] for b in names), *right[a]] for a in names]
    size = len(names)
    for i in range(size):
        pivot = max(range(i, size), key=lambda r: abs(rows[r][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        for r in range(size):
            if r != i and rows[r][i]:
                factor = rows[r][i] / rows[i][i]
                rows[r] = [x - factor * y for x, y in zip(rows[r], rows[i], strict=True)]
    return {name: [x / rows[i][i] for x in rows[i][size:]] for i, name in enumerate(names)}
