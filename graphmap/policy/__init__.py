"""Policies and lenses: how conclusions are drawn from claims, as dated data files (METHOD section 2).

A **policy** says what an assurance status is worth and which numbers the analyses use. A **lens** is a regime: its
minerals, and the areas of concern or the name of the loaded list that gives them. Both are TOML files beside this
module, or the user's own. A user's policy may give a part only; the default policy gives the rest.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from graphmap import names, places, schema
from graphmap.errors import PolicyError
from graphmap.policy.table import (
    Table,
    a_date,
    by_spelling,
    days,
    minerals,
    one_of,
    part,
    read_file,
    spelling,
    text,
    texts,
)

__all__ = [
    "GRADES",
    "JUDGED",
    "LISTED",
    "POSSIBLE",
    "STANDINGS",
    "Evidence",
    "Goal",
    "Lens",
    "Policy",
    "Scheme",
    "Unknown",
    "lens_names",
    "load_lens",
    "load_policy",
    "policy_names",
    "spelling",
]

STANDINGS = ("accepted", "in progress", "not accepted", "not on list", "unidentified", "not judged")
"""What a smelter is on a date, exactly one of these. "not judged": no assurance list that counts for the mineral was
known on that day."""

JUDGED = STANDINGS[:4]
"""The standings that an assurance list gives; the policy has a value for each."""

GRADES = ("A", "B", "C", "D")
"""How good the evidence behind a figure is, best first."""

LISTED, POSSIBLE = "listed", "possible"
"""Levels that every policy has a value for: on a list that gives no level that the policy knows; and in a country
of which only some regions are listed, while nobody says which region."""

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Scheme:
    """An assurance scheme: for which minerals it counts, what its statuses mean, how many days an assessment holds.

    ``standing_of`` maps a status, spelt as ``spelling`` gives it, to a standing.
    """

    name: str
    minerals: tuple[str, ...]
    standing_of: Mapping[str, str]
    validity_days: int


@dataclass(frozen=True)
class Evidence:
    """At most which grade a declaration can have, by what it shows; the worst one counts.

    ``older_than`` are (days, grade), ``unidentified_above`` (part of the smelter rows, grade). The others map an
    answer, spelt as ``spelling`` gives it, to a grade.
    """

    no_declaration: str
    undated: str
    no_answer: str
    no_smelters: str
    older_than: tuple[tuple[float, str], ...]
    unidentified_above: tuple[tuple[float, str], ...]
    scope: Mapping[str, str]
    suppliers_answered: Mapping[str, str]
    all_smelters_named: Mapping[str, str]


@dataclass(frozen=True)
class Goal:
    """What part (0 to 1) of the identified smelters of a mineral is to be accepted by a date."""

    mineral: str
    rate: float
    by: date


@dataclass(frozen=True)
class Unknown:
    """What purchases of which nothing is known are valued at, as a hazard 0 to 1: the estimate, and the least and the
    most that they can be (METHOD section 4)."""

    estimate: float
    low: float
    high: float


@dataclass(frozen=True)
class Policy:
    """What statuses are worth and which values the terms of a hazard have (0 to 1).

    ``unknown`` values what nobody knows. ``standing_value`` per standing (``unidentified`` and ``not judged`` have
    that of ``unknown``), ``facility_value`` and ``origin_value`` per level of an area (always with
    ``listed`` and ``possible``), ``flag_value`` per risk of ``schema.ANNEX_II``, ``named_value`` for a smelter that
    stands on the list of a lens itself. ``expired`` is the standing of a smelter whose accepted assessment ran out
    more than ``grace_days`` ago; the term ``overdue_value`` comes on top.
    """

    name: str
    title: str
    date: date
    file: str
    schemes: Mapping[str, Scheme]
    expired: str
    grace_days: int
    unknown: Unknown
    standing_value: Mapping[str, float]
    overdue_value: float
    named_value: float
    facility_value: Mapping[str, float]
    origin_value: Mapping[str, float]
    flag_value: Mapping[str, float]
    evidence: Evidence
    goals: tuple[Goal, ...]

    def scheme(self, written: str) -> Scheme | None:
        """The scheme that a list calls this, or None if the policy does not know it."""
        return self.schemes.get(spelling(written))


@dataclass(frozen=True)
class Lens:
    """A regime: the minerals in its scope, and its areas of concern.

    Either ``areas`` (country or region code -> level) are constants of the regime, or ``list`` names the loaded
    list (an ``AreaList``) that gives them.
    """

    name: str
    title: str
    date: date
    file: str
    minerals: tuple[str, ...]
    areas: Mapping[str, str]
    list: str


def policy_names() -> tuple[str, ...]:
    """The policies that come with graphmap."""
    return _names("policy")


def lens_names() -> tuple[str, ...]:
    """The lenses that come with graphmap."""
    return _names("lens")


def load_policy(name_or_path: str | os.PathLike[str] = "default") -> Policy:
    """A policy by name, or from a file of the user's. Raises ``PolicyError`` that names file, key and cure."""
    path = _find(name_or_path, "policy", policy_names())
    data = read_file(path)
    if path.parent != _HERE:
        dated = {"name": path.stem, "title": path.name, **data}
        if "date" not in data:
            raise PolicyError(f"{path.name}: date is missing.", "Say from when it holds, e.g. date = 2026-01-31")
        data = _laid_over(read_file(_HERE / "default.policy.toml"), dated)
    return _policy(path.name, data)


def load_lens(name_or_path: str | os.PathLike[str]) -> Lens:
    """A lens by name, or from a file of the user's. Raises ``PolicyError`` that names file, key and cure."""
    path = _find(name_or_path, "lens", lens_names())
    with Table(path.name, "", read_file(path)) as lens:
        name = lens.take("name", text, path.stem)
        if len(name.split()) != 1:  # pages list the names of lenses, a space between them
            raise lens.error("name", f"is {name!r}, with white space", "Write one word, e.g. name = 'eu-battery'.")
        areas: dict[str, str] = {}
        if lens.has("areas"):
            with lens.table("areas") as table:
                level = spelling(table.take("level", text, LISTED))
                areas = dict.fromkeys(table.take("codes", _codes), level)
        listed = lens.take("list", _list, "" if areas else None)
        if areas and listed:
            raise lens.error("list", "stands beside areas", "A lens has either its own areas or a list.")
        return Lens(
            name,
            lens.take("title", text, path.name),
            lens.take("date", a_date),
            path.name,
            lens.take("minerals", minerals),
            areas,
            listed,
        )


def _names(kind: str) -> tuple[str, ...]:
    return tuple(sorted(path.name.removesuffix(f".{kind}.toml") for path in _HERE.glob(f"*.{kind}.toml")))


def _find(name_or_path: str | os.PathLike[str], kind: str, known: tuple[str, ...]) -> Path:
    """The file of a policy or lens; what looks like a path is one."""
    written = os.fspath(name_or_path)
    if not isinstance(name_or_path, str) or written.endswith(".toml") or "/" in written or os.sep in written:
        return Path(written)
    if written in known:
        return _HERE / f"{written}.{kind}.toml"
    near = names.closest(written, known, 1) or known
    cure = f"Did you mean {' or '.join(near)}? A file of your own is given by its path, ending in .toml."
    raise PolicyError(f"There is no {kind} {written!r}.", cure)


def _laid_over(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """``base`` with everything that ``over`` gives, table by table."""
    both = {key: (base[key], over[key]) for key in base.keys() & over.keys()}
    tables = {
        key: _laid_over(low, high)
        for key, (low, high) in both.items()
        if isinstance(low, dict) and isinstance(high, dict)
    }
    return {**base, **over, **tables}


def _list(value: Any) -> str:
    """the name under which the areas are loaded, e.g. "own"; or give [areas] with codes"""
    return " ".join(text(value).casefold().split())  # as lists are named when they are loaded


def _codes(value: Any) -> list[str]:
    """a list of country or region codes, e.g. ["CD", "MM-11"]"""
    codes = [places.current(code) for code in texts(value)]
    for code in codes:
        country, _, rest = code.partition("-")
        known = code in places.regions_of(country) if rest else places.country(code) == code
        if not known and places.parent_of(code) is None:
            raise ValueError(f"{_codes.__doc__}, not {code!r}")
    return codes


def _policy(file: str, data: dict[str, Any]) -> Policy:
    with Table(file, "", data) as top:
        with top.table("standing") as standing:
            expired = standing.take("expired", one_of(*JUDGED))
            grace_days = standing.take("grace_days", days)
        with top.table("hazard") as hazard:
            overdue, named = hazard.take("overdue", part), hazard.take("named", part)
            with hazard.table("standing") as table:
                standing_value = _standing_values(table)
            with hazard.table("annex-ii") as table:
                flag_value = {risk: table.take(risk.partition(":")[2], part) for risk in schema.ANNEX_II}
            levels = {name: _levels(hazard, name) for name in ("facility", "origin")}
        unknown = _unknown(top, standing_value)
        standing_value |= dict.fromkeys(STANDINGS[len(JUDGED) :], unknown.estimate)
        return Policy(
            top.take("name", text),
            top.take("title", text),
            top.take("date", a_date),
            file,
            _schemes(top),
            expired,
            grace_days,
            unknown,
            standing_value,
            overdue,
            named,
            levels["facility"],
            levels["origin"],
            flag_value,
            _evidence(top),
            _goals(top),
        )


def _unknown(top: Table, standing_values: Mapping[str, float]) -> Unknown:
    least = min(standing_values.values())
    with top.table("unknown") as table:
        estimate, high = table.take("estimate", part), table.take("high", part)
        low = table.take("low", part, least)
        if low > least:
            raise table.error("low", f"is {low:g}, above {least:g}, the least of [hazard.standing]", "Leave it away.")
        if not low <= estimate <= high:
            raise table.error("estimate", f"is {estimate:g}", f"Write a number from low ({low:g}) to high ({high:g}).")
        return Unknown(estimate, low, high)


def _standing_values(table: Table) -> dict[str, float]:
    for name in STANDINGS[len(JUDGED) :]:
        if table.has(name):
            raise table.error(name, "has no value of its own", "Give estimate in the table [unknown] instead.")
    return {name: table.take(name, part) for name in JUDGED}


def _levels(hazard: Table, name: str) -> dict[str, float]:
    with hazard.table(name) as table:
        values = {level: table.take(level, part) for level in (LISTED, POSSIBLE)}
        return values | {spelling(level): table.take(level, part) for level in table.others()}


def _schemes(top: Table) -> dict[str, Scheme]:
    """Each scheme under every name that lists give it."""
    found: dict[str, Scheme] = {}
    with top.table("schemes") as schemes:
        for name in schemes.others():
            with schemes.table(name) as table:
                scheme = Scheme(
                    name,
                    table.take("minerals", minerals),
                    _statuses(table),
                    table.take("validity_days", days),
                )
                for alias in {
                    spelling(name): name,
                    **{spelling(one): one for one in table.take("names", texts, list[str]())},
                }:
                    if alias in found:
                        raise table.error("names", f"has {alias!r}, which {found[alias].name} has too", "Keep one.")
                    found[alias] = scheme
    return found


def _statuses(table: Table) -> dict[str, str]:
    found: dict[str, str] = {}
    for standing in JUDGED:
        key = standing.replace(" ", "_")
        for status in table.take(key, texts, list[str]()):
            if found.setdefault(spelling(status), standing) != standing:
                other = found[spelling(status)].replace(" ", "_")
                raise table.error(key, f"has {status!r}, which {other} has too", f"Give {other} without it as well.")
    return found


def _evidence(top: Table) -> Evidence:
    grade = one_of(*GRADES)
    grades = by_spelling(grade)
    with top.table("evidence") as table:
        return Evidence(
            table.take("no_declaration", grade),
            table.take("undated", grade),
            table.take("no_answer", grade),
            table.take("no_smelters", grade),
            _thresholds(table, "older_than_days", grade),
            _thresholds(table, "unidentified_above", grade),
            table.take("scope", grades),
            table.take("suppliers_answered", grades),
            table.take("all_smelters_named", grades),
        )


def _thresholds(table: Table, key: str, grade: Callable[[Any], str]) -> tuple[tuple[float, str], ...]:
    found = []
    with table.table(key) as limits:
        for limit in limits.others():
            try:
                found.append((float(limit), limits.take(limit, grade)))
            except ValueError:
                raise limits.error(limit, "is not a number", 'Write e.g. "0.1" = "C".') from None
    return tuple(sorted(found))


def _goals(top: Table) -> tuple[Goal, ...]:
    found = []
    for table in top.tables("goals"):
        with table:
            mineral = table.take("mineral", one_of(*schema.MINERALS))
            found.append(Goal(mineral, table.take("rate", part), table.take("by", a_date)))
    return tuple(found)
