"""Standing and hazard of smelters (METHOD sections 2 and 3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from graphmap import schema
from graphmap.policy import LISTED, POSSIBLE, Lens, Policy, Scheme, spelling
from tests.reference.claims import Claims, Row, Thing

_BEST_FIRST = ("accepted", "in progress", "not accepted", "not on list")
_WORST_LAST = ("accepted", "in progress", "not on list", "not accepted")


class Hazard(NamedTuple):
    """The hazard of a smelter, 0 to 1, and the least and the most that it can be."""

    low: float
    estimate: float
    high: float


class Judged(NamedTuple):
    standing: str
    overdue: bool


def noisy_or(terms: Iterable[float]) -> float:
    left = 1.0
    for term in terms:
        left *= 1 - term
    return 1 - left


def _assessments(claims: Claims, policy: Policy, mineral: str) -> Iterator[tuple[Row, Scheme]]:
    """The claims that count for the mineral on the day."""
    for row in claims.of("ASSESSED_BY"):
        scheme, assessed = policy.scheme(row.head[1]), row.values["assessed"]
        later = claims.day is not None and assessed is not None and assessed > claims.day
        if scheme is not None and mineral in scheme.minerals and row.of(mineral) and not later:
            yield row, scheme


def is_judged(claims: Claims, policy: Policy, mineral: str) -> bool:
    """Whether an assurance list that counts for the mineral is known on the day."""
    return any(True for _ in _assessments(claims, policy, mineral))


def find_standings(claims: Claims, policy: Policy, mineral: str, smelters: Iterable[str]) -> dict[str, Judged]:
    """What each smelter is on the day."""
    said: dict[str, dict[str, list[tuple[Row, Judged]]]] = defaultdict(lambda: defaultdict(list))
    for row, scheme in _assessments(claims, policy, mineral):
        standing = scheme.standing_of.get(spelling(row.values["status"] or ""), "not on list")
        overdue = standing == "accepted" and _ran_out(row, scheme.validity_days + policy.grace_days, policy, claims.day)
        judged = Judged(policy.expired if overdue else standing, overdue)
        said[row.tail[1]][scheme.name].append((row, judged))
    known = is_judged(claims, policy, mineral)
    return {smelter: _judge(smelter, said.get(smelter, {}).values(), known) for smelter in smelters}


def _ran_out(row: Row, days: int, policy: Policy, day: date | None) -> bool:
    if row.values["valid_until"]:
        end = row.values["valid_until"] + timedelta(policy.grace_days)
    elif row.values["assessed"]:
        end = row.values["assessed"] + timedelta(days)
    elif row.document[0]:
        end = date.fromisoformat(row.document[0]) + timedelta(days)
    else:
        return False
    return day is not None and bool(end < day)


def _judge(smelter: str, by_scheme: Iterable[list[tuple[Row, Judged]]], known: bool) -> Judged:
    if smelter.startswith(schema.UNIDENTIFIED):
        return Judged("unidentified", False)
    if not known:
        return Judged("not judged", False)
    latest = []
    for said in by_scheme:
        last = max(_lateness(row) for row, _ in said)
        equal = [judged for row, judged in said if _lateness(row) == last]
        latest.append(max(equal, key=lambda judged: (_WORST_LAST.index(judged.standing), judged.overdue)))
    best = min(latest, default=None, key=lambda judged: (_BEST_FIRST.index(judged.standing), judged.overdue))
    return best or Judged("not on list", False)


def _lateness(row: Row) -> tuple[str, str]:
    assessed = row.values["assessed"]
    return row.document[0], assessed.isoformat() if assessed else ""


def find_hazards(
    claims: Claims, policy: Policy, lens: Lens, mineral: str, judged: Mapping[str, Judged]
) -> dict[str, Hazard]:
    """The hazard of each smelter; only that of a smelter which is not judged has a range."""
    areas = _Areas(claims, lens, mineral)
    found = {}
    for smelter, (standing, overdue) in judged.items():
        terms = [policy.overdue_value] if overdue else []
        terms.append(areas.worst(areas.stands_in(smelter), policy.facility_value))
        terms.append(areas.worst(areas.sources_from(smelter), policy.origin_value))
        if ("Smelter", smelter) in areas.named:
            terms.append(policy.named_value)
        flagged = {("Smelter", smelter), *areas.mines(smelter)}
        risks = {row.head[1] for row in claims.of("FLAGGED") if row.tail in flagged}
        terms += [policy.flag_value[risk] for risk in sorted(risks) if risk in policy.flag_value]
        if standing in _BEST_FIRST:
            value = policy.standing_value[standing]
            ends = (value, value, value)
        elif standing == "not judged":
            ends = (policy.standing_value["accepted"], policy.unknown.estimate, policy.unknown.high)
        else:  # unidentified: what ends here is unknown mass, so no interval asks for it
            ends = (policy.unknown.estimate,) * 3
        found[smelter] = Hazard(*(noisy_or([*terms, end]) for end in ends))
    return found


class _Areas:
    """The areas of the lens: levels by code of a country or region, and what its list names itself."""

    def __init__(self, claims: Claims, lens: Lens, mineral: str) -> None:
        self._claims, self._mineral = claims, mineral
        self._levels: dict[str, set[str]] = {code: {level} for code, level in lens.areas.items()}
        self.named: dict[Thing, set[str]] = defaultdict(set)
        for row in claims.of("LISTED_BY"):
            if lens.list and row.head[1] == lens.list and row.of(mineral):
                level = row.values["level"] or LISTED
                if row.tail[0] in ("Country", "Region"):
                    self._levels.setdefault(row.tail[1], set()).add(level)
                else:
                    self.named[row.tail].add(level)

    def worst(self, places: set[Thing], values: Mapping[str, float]) -> float:
        """The highest value of a level at these places; 0 if none lies in an area."""
        precise = {id_.partition("-")[0] for label, id_ in places if label == "Region"}
        levels: set[str] = set()
        for label, id_ in places:
            if label == "Mine":
                levels |= self.named.get((label, id_), set())
            elif not (label == "Country" and id_ in precise):
                levels |= self._levels_at(id_)
        return max((values.get(spelling(level), values[LISTED]) for level in levels), default=0.0)

    def _levels_at(self, code: str) -> set[str]:
        country = code.partition("-")[0]
        found = self._levels.get(code, set()) | self._levels.get(country, set())
        if not found and code == country and any(listed.startswith(f"{code}-") for listed in self._levels):
            return {POSSIBLE}
        return found

    def stands_in(self, smelter: str) -> set[Thing]:
        return self._heads("LOCATED_IN", ("Smelter", smelter))

    def sources_from(self, smelter: str) -> set[Thing]:
        found = self._heads("ORIGINATES_IN", ("Smelter", smelter))
        for mine in self.mines(smelter):
            found |= {mine} | self._heads("ORIGINATES_IN", mine) | self._heads("LOCATED_IN", mine)
        return found

    def mines(self, smelter: str) -> set[Thing]:
        return self._heads("FED_BY", ("Smelter", smelter))

    def _heads(self, edge_type: str, tail: Thing) -> set[Thing]:
        return {row.head for row in self._claims.of(edge_type) if row.tail == tail and row.of(self._mineral)}
