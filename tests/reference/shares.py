"""Who buys from whom and who declares what, of one mineral, and what part each carries (METHOD section 4)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from graphmap import schema
from tests.reference.claims import Claims, Row

UNKNOWN = "?"
"""Stands among those that can take missing mass."""

_NOTHING = 1e-12
_OUTLET = 1e-9


class Links:
    """The chain of one mineral. Companies and smelters are ids.

    ``pairs``: buyer -> seller -> stated share or None, all pairs that may carry the mineral. ``none``: the companies
    that have none of it. ``kept``: as ``pairs`` without those left out, shares scaled. ``declared``, ``unidentified``:
    company -> smelters, entries. ``leads``: company -> itself and all companies upstream; ``reach``, ``entries``: what
    these declare. ``circle``: company -> those upstream that lead back to it. ``unexplained``: company -> smelters.
    ``closed``: the companies whose list is closed. ``companies``: all that occur; ``rated``: those that have a part.
    """

    def __init__(self, claims: Claims, mineral: str) -> None:
        self._answers = _answers(claims, mineral)
        rows = [row for row in claims.of("BUYS_FROM") if row.of(mineral) and row.tail != row.head]
        self.rows: dict[str, dict[str, list[Row]]] = defaultdict(dict)
        for row in rows:
            self.rows[row.tail[1]].setdefault(row.head[1], []).append(row)
        self.pairs = {
            buyer: {seller: _stated(found, mineral) for seller, found in sellers.items()}
            for buyer, sellers in self.rows.items()
        }
        self._names = {(row.tail[1], row.head[1]) for row in rows if row.mineral == mineral}
        self.declared: dict[str, set[str]] = defaultdict(set)
        self.unidentified: dict[str, set[str]] = defaultdict(set)
        for row in claims.of("DECLARES"):
            if row.mineral == mineral:
                entry = row.head[1].startswith(schema.UNIDENTIFIED)
                (self.unidentified if entry else self.declared)[row.tail[1]].add(row.head[1])
        buying = {*self.pairs, *(seller for sellers in self.pairs.values() for seller in sellers)}
        answering = {row.tail[1] for row in claims.of("ANSWERED") if row.mineral == mineral}
        self.companies = sorted({*buying, *answering, *self.declared, *self.unidentified})
        self.none = self._find_none()
        self.rated = [company for company in self.companies if company not in self.none]
        self.kept = {company: self._scale(company) for company in self.companies}
        self.leads = {company: self._leads(company) for company in self.companies}
        self.reach = {c: self._union(self.declared, self.leads[c]) for c in self.companies}
        self.entries = {c: self._union(self.unidentified, self.leads[c]) for c in self.companies}
        self.circle = {c: {d for d in self.leads[c] if c in self.leads[d]} for c in self.companies}
        self.unexplained = {c: self._unexplained(c) for c in self.companies}
        self.closed = {c for c in self.companies if self._is_closed(c)}

    # ---- who has none of it ------------------------------------------------------------------------------------

    def declares(self, company: str) -> bool:
        return bool(self.declared.get(company) or self.unidentified.get(company))

    def _find_none(self) -> set[str]:
        none = {
            company
            for company in self.companies
            if not self.declares(company) and "no" in self._answers["1", company] | self._answers["2", company]
        }
        while True:
            more = {company for company in self.companies if company not in none and self._has_none(company, none)}
            if not more:
                return none
            none |= more

    def _has_none(self, company: str, none: set[str]) -> bool:
        return not self.declares(company) and self._left_out(company, none) >= 1 - _NOTHING

    def _left_out(self, company: str, none: set[str]) -> float:
        """What the pairs that are left out state."""
        sellers = self.pairs.get(company, {})
        return sum(sellers[seller] or 0.0 for seller in sellers if self._is_left_out(company, seller, none))

    def _is_left_out(self, buyer: str, seller: str, none: set[str]) -> bool:
        return seller in none and (buyer, seller) not in self._names

    # ---- shares ------------------------------------------------------------------------------------------------

    def _scale(self, company: str) -> dict[str, float | None]:
        left = 1 - self._left_out(company, self.none)
        sellers = self.pairs.get(company, {})
        kept = {s: sellers[s] for s in sorted(sellers) if not self._is_left_out(company, s, self.none)}
        total = sum(share or 0.0 for share in kept.values())
        over = total if left <= _NOTHING else max(left, total)
        if over <= 0:
            return kept
        return {seller: None if share is None else share / over for seller, share in kept.items()}

    # ---- reach -------------------------------------------------------------------------------------------------

    def _leads(self, company: str) -> set[str]:
        """The company and all that it buys from, directly or not."""
        found, front = {company}, [company]
        while front:
            for seller in self.kept[front.pop()]:
                if seller not in found:
                    found.add(seller)
                    front.append(seller)
        return found

    @staticmethod
    def _union(of: Mapping[str, set[str]], companies: Iterable[str]) -> set[str]:
        return {smelter for company in companies for smelter in of.get(company, ())}

    def _unexplained(self, company: str) -> set[str]:
        outside = [seller for seller in self.kept[company] if seller not in self.circle[company]]
        return self.declared.get(company, set()) - {smelter for seller in outside for smelter in self.reach[seller]}

    def _is_closed(self, company: str) -> bool:
        declared = self.declared.get(company)
        return (
            bool(declared)
            and not self.unidentified.get(company)
            and self._answers["7", company] == {"yes"}
            and self._answers["6", company] == {"100%"}
            and self.reach[company] == declared
        )


def _answers(claims: Claims, mineral: str) -> defaultdict[tuple[str, str], set[str]]:
    """Number of the question and company -> the answers given; 1 and 2 only where they name the mineral."""
    found: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for row in claims.of("ANSWERED"):
        form, _, number = row.head[1].partition(":")
        wanted = row.mineral == mineral or (number in ("6", "7") and row.of(mineral))
        answer = (row.values["answer"] or "").strip().casefold()
        if form == "cmrt" and wanted and answer:
            found[number, row.tail[1]].add("100%" if number == "6" and answer in ("100 %", "1") else answer)
    return found


def latest_giving(name: str, rows: Iterable[Row]) -> list[Row]:
    """Of the rows of one pair those that give a share or spend, of the latest document that does."""
    given = [row for row in rows if row.values[name] is not None]
    latest = max((row.document for row in given), default=None)
    return [row for row in given if row.document == latest]


def _stated(rows: Sequence[Row], mineral: str) -> float | None:
    named = [row for row in rows if row.mineral == mineral]
    found = latest_giving("share", named) or latest_giving("share", rows)
    return min(1.0, sum(sorted(row.values["share"] for row in found))) if found else None


class Split:
    """The estimate: what part of its purchases each company has from whom.

    ``bought``: company -> seller -> part, ``own``: company -> smelter -> part, ``unknown``: company -> part of its own
    purchases of which nothing is known, ``missing``: company -> part that no document states. ``ends``: companies that
    end a circle in which mass was caught, by their closed lists; ``caught``: companies of circles that nobody ends.
    """

    def __init__(self, links: Links) -> None:
        self.links = links
        self.bought: dict[str, dict[str, float]] = {}
        self.own: dict[str, dict[str, float]] = {}
        self.unknown: dict[str, float] = {}
        self.missing: dict[str, float] = {}
        for company in links.companies:
            self._split(company)
        self.ends, self.caught = self._find_caught()
        for company in self.ends | self.caught:
            self.bought[company] = dict.fromkeys(self.bought[company], 0.0)
            self.own[company] = {}
            self.unknown[company] = 1.0

    def _split(self, company: str) -> None:
        links = self.links
        kept = links.kept[company]
        left = 1 - sum(share for share in kept.values() if share is not None)
        self.missing[company] = missing = left if left > _NOTHING else 0.0
        takers = self.takers(company)
        part = missing / len(takers)
        self.bought[company] = {s: part if share is None else share for s, share in kept.items()}
        self.own[company] = {taker: part for taker in takers if taker in links.declared.get(company, ()) and part}
        self.unknown[company] = part if UNKNOWN in takers else 0.0

    def takers(self, company: str) -> list[str]:
        """Over whom missing mass is split: sellers, smelters, unknown."""
        links = self.links
        without = [seller for seller, share in links.kept[company].items() if share is None]
        unknown = [] if company in links.closed else [UNKNOWN]
        if not links.declares(company):
            return without or unknown
        unexplained = sorted(links.unexplained[company])
        if not without and not unexplained:
            return sorted(links.declared.get(company, ())) + unknown
        return without + unexplained + unknown

    def _find_caught(self) -> tuple[set[str], set[str]]:
        flows = {
            company: {seller for seller, part in sellers.items() if part >= _OUTLET}
            for company, sellers in self.bought.items()
        }
        ahead = {company: _closure(company, flows) for company in flows}
        ends: set[str] = set()
        caught: set[str] = set()
        for company in flows:
            circle = {other for other in ahead[company] if company in ahead[other]}
            outlet = sum(1 - sum(self.bought[c].get(d, 0.0) for d in circle) for c in circle)
            if company in circle and outlet < _OUTLET:
                closing = circle & self.links.closed
                ends |= closing
                caught |= set() if closing else circle
        return ends, caught


def _closure(company: str, flows: Mapping[str, set[str]]) -> set[str]:
    """All that mass of the company gets to; itself only if mass comes back."""
    found: set[str] = set()
    front = [company]
    while front:
        for seller in flows[front.pop()]:
            if seller not in found:
                found.add(seller)
                front.append(seller)
    return found
