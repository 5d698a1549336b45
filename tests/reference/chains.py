"""Random chains, hostile to whoever counts twice: circles, repeated rows, several documents, contradictions.

A seed always gives the same chain. Ids: companies ``C0``…, smelters ``CID000000``…. Where a chain holds ``SAME_AS``
claims, documents also write ``name:c0`` and ``unlisted:CID000000``, and ``TWIN`` for a sixth company.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from itertools import pairwise

from graphmap import schema
from graphmap.graph import SupplyGraph
from graphmap.records import Edge, Node, Source
from tests.graphs import answered, buys, company, declares, graph_of, smelter

MINERALS = ("gold", "tin")

_DATES = ("", "2025-06-30", "2026-01-31", "2026-06-30", "2026-12-31")
_DAYS = (None, None, None, date(2026, 6, 30), date(2026, 3, 1))
_SHARES = (None, None, None, 0.0, 0.05, 0.1, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.9, 1.0, 1.0)
_SPEND = (None, None, 1000.0, 2500.0, 0.0)
_STATUSES = (*("Conformant",) * 5, *("Active",) * 2, *("Non-conformant",) * 3, "Removed", "Word of our own")
_SCHEMES = (*("RMAP",) * 6, "LBMA", "RJC", "A scheme that nobody knows")
_COUNTRIES = ("CD", "DE", "RW", "CH")
_REGIONS = ("CD-NK", "DE-BY")
_LEVELS = (None, "high-risk", "conflict-affected", "a level of our own")

TWIN = "DUNS:000000005"
"""Turns out to be C4: what the two buy from each other is then bought from oneself."""

Document = tuple[Source, Sequence[Edge]]


@dataclass(frozen=True)
class RandomChain:
    """Documents with their claims, and the day that is judged (None: that of the latest document)."""

    seed: int
    documents: tuple[Document, ...]
    as_of: date | None

    @cached_property
    def graph(self) -> SupplyGraph:
        return graph_of(documents=self.documents)

    @cached_property
    def known(self) -> SupplyGraph:
        """The graph as a store gives it for the day: without the documents that are dated later."""
        day = self.as_of.isoformat() if self.as_of else "9"
        return graph_of(documents=[(source, claims) for source, claims in self.documents if source.as_of <= day])

    def shuffled(self) -> RandomChain:
        """The same documents and rows in another order."""
        rng = random.Random(self.seed)
        documents = [(source, rng.sample(claims, len(claims))) for source, claims in self.documents]
        return replace(self, documents=tuple(rng.sample(documents, len(documents))))

    def doubled(self) -> RandomChain:
        """Every document twice: what it says is repeated, word for word, by a later copy."""
        copies = [(replace(s, id=f"f{s.id[1:]}", modified="2027"), claims) for s, claims in self.documents]
        return replace(self, documents=(*self.documents, *copies))

    def describe(self) -> str:
        """All of it in a few lines, for whoever has to find out why a test fails."""
        lines = [f"seed {self.seed}, as of {self.as_of or 'the latest document'}"]
        for source, claims in self.documents:
            lines.append(f"  {source.title} ({source.as_of or 'undated'})")
            for claim in claims:
                given = {name: value for name, value in claim.properties.items() if value is not None}
                about = f" {claim.mineral}" if claim.mineral else ""
                lines.append(f"    {claim.tail.id} {claim.type} {claim.head.id}{about} {given or ''}".rstrip())
        return "\n".join(lines)


def random_chain(seed: int, companies: int | None = None, smelters: int | None = None) -> RandomChain:
    """Two to nine companies and one to five smelters, unless said otherwise."""
    return _Maker(seed, companies, smelters).make()


class _Maker:
    def __init__(self, seed: int, companies: int | None, smelters: int | None) -> None:
        self.seed = seed
        self.rng = rng = random.Random(f"chain {seed}")
        self.companies = [f"C{i}" for i in range(companies or rng.randint(2, 9))]
        self.smelters = [f"CID{i:06}" for i in range(smelters or rng.randint(1, 5))]
        self.minerals = MINERALS[: rng.choice((1, 1, 2))]
        self.documents: list[Document] = []
        self.merges = rng.random() < 0.35
        if self.merges and len(self.companies) > 5:
            self.companies[5] = TWIN
        self.knot = (
            rng.sample(self.companies, min(len(self.companies), rng.choice((2, 3)))) if rng.random() < 0.2 else []
        )
        self.lower = 0 if rng.random() < 0.4 else 1  # 1: nobody buys from whom buys from him

    def make(self) -> RandomChain:
        pairs = self._pairs()
        for kind in range(self.rng.choice((1, 1, 2, 3))):
            self._document(f"purchases {kind}", self._purchases(pairs))
        if self.knot:
            self._document("a knot", self._knotted(), dated=False)
            pairs += list(pairwise([*self.knot, self.knot[0]]))
        reach = self._reach(pairs)
        for one in self.companies:
            if self.rng.random() < (0.4 if one in self.knot else 0.75):
                self._declaration(one, reach[one])
        if self.rng.random() < 0.9:
            self._document("assurance", self._assurance(), dated=self.rng.random() < 0.5)
            if self.rng.random() < 0.4:
                self._document("another assurance list", self._assurance())
        self._document("places", self._places(), dated=False)
        if self.rng.random() < 0.5:
            self._document("areas", self._areas())
        if self.merges:
            self._document("same", self._same(), dated=False)
        return RandomChain(self.seed, tuple(self.documents), self.rng.choice(_DAYS))

    def _document(self, title: str, claims: Sequence[Edge], *, dated: bool = True) -> None:
        if claims:
            as_of = self.rng.choice(_DATES) if dated else ""
            number = len(self.documents)
            source = Source(f"{number:064x}", "test", f"series {number}", title, f"{title}.csv", as_of)
            numbered = [claim._replace(row=f"A{row}") for row, claim in enumerate(claims, 1)]
            self.documents.append((source, numbered))

    def _mineral(self) -> str:
        return self.rng.choice((*self.minerals, *self.minerals, ""))

    # ---- purchases -------------------------------------------------------------------------------------------

    def _pairs(self) -> list[tuple[str, str]]:
        everybody = range(len(self.companies))
        possible = [(a, b) for a in everybody for b in everybody if a != b and (a < b or not self.lower)]
        wanted = min(len(possible), self.rng.randint(1, 2 * len(self.companies)))
        pairs = self.rng.sample(possible, wanted)
        if len(self.companies) > 1 and self.rng.random() < 0.3:
            a, b = self.rng.sample(self.companies, 2)
            pairs += [
                (self.companies.index(a), self.companies.index(b)),
                (self.companies.index(b), self.companies.index(a)),
            ]
        return [(self.companies[a], self.companies[b]) for a, b in pairs]

    def _purchases(self, pairs: Sequence[tuple[str, str]]) -> list[Edge]:
        if self.rng.random() < 0.7:  # who is caught in a knot buys from nobody else
            pairs = [pair for pair in pairs if pair[0] not in self.knot]
        rng = self.rng
        over = rng.random() < 0.2  # shares that may sum to more than all
        claims = []
        left: dict[str, float] = defaultdict(lambda: 1.0)
        for buyer, seller in pairs:
            for _ in range(rng.choice((0, 1, 1, 1, 1, 2))):
                share = rng.choice(_SHARES)
                if share and not over:
                    share = rng.choice((min(share, left[buyer]), left[buyer] if rng.random() < 0.5 else share / 2))
                    share = round(max(0.0, min(share, left[buyer])), 3)
                    left[buyer] -= share
                spend = rng.choice(_SPEND)
                currency = None if spend is None else rng.choice(("EUR",) * 15 + ("USD",))
                ends = self._written(buyer), self._written(seller)
                claims.append(buys(*ends, share, self._mineral(), spend=spend, currency=currency))
        return claims

    def _knotted(self) -> list[Edge]:
        """Companies that buy everything, or all but little, from each other."""
        share = self.rng.choice((1.0, 1.0, 1.0, 0.9))
        return [buys(a, b, share, self._mineral()) for a, b in pairwise([*self.knot, self.knot[0]])]

    def _reach(self, pairs: Sequence[tuple[str, str]]) -> dict[str, set[str]]:
        reach = {one: {one} for one in self.companies}
        for _ in self.companies:
            for buyer, seller in pairs:
                reach[buyer] |= reach[seller]
        return reach

    # ---- declarations ----------------------------------------------------------------------------------------

    def _declaration(self, one: str, upstream: set[str]) -> None:
        rng = self.rng
        for _ in range(rng.choice((1, 1, 1, 2))):
            claims = []
            for mineral in self.minerals:
                claims += self._declared(one, upstream, mineral)
            self._document(f"declaration of {one}", claims)

    def _declared(self, one: str, upstream: set[str], mineral: str) -> list[Edge]:
        rng = self.rng
        who = self._written(one)
        if rng.random() < 0.15:
            return [answered(who, f"cmrt:{rng.choice('12')}", "No", mineral), *self._some(who, mineral, 0.1)]
        if rng.random() < 0.5:  # what suppliers declared before, and perhaps more, as who closes a list would
            before = {
                (claim.head.id, claim.mineral)
                for _, claims in self.documents
                for claim in claims
                if claim.type == "DECLARES" and {claim.tail.id, self._plain(claim.tail.id)} & upstream
            }
            found = [declares(who, smelter_id, mineral) for smelter_id, named in sorted(before) if named == mineral]
            if not found or rng.random() < 0.5:
                found += self._some(who, mineral, 0.5)
            complete = rng.random() < 0.9
        else:
            found, complete = self._some(who, mineral, rng.choice((0.3, 0.7))), rng.random() < 0.5
        if rng.random() < 0.1:
            found += [declares(who, f"{schema.UNIDENTIFIED}{mineral}:{one}:{i}", mineral) for i in range(2)]
        if rng.random() < 0.1:
            found += found[:1]
        return [*found, *self._answers(who, mineral, complete)]

    def _some(self, who: str, mineral: str, chance: float) -> list[Edge]:
        return [declares(who, self._written(one), mineral) for one in self.smelters if self.rng.random() < chance]

    def _answers(self, who: str, mineral: str, complete: bool) -> list[Edge]:
        rng = self.rng
        about = rng.choice((mineral, mineral, mineral, ""))
        if complete:
            said = [("7", rng.choice(("Yes", "Yes", "yes"))), ("6", rng.choice(("100%", "100 %", "1")))]
        else:
            said = [("7", rng.choice(("Yes", "No", "Unknown"))), ("6", rng.choice(("100%", "Greater than 75%")))]
            said = rng.sample(said, rng.randint(0, 2))
        if rng.random() < 0.2:
            said.append(("1", "Yes"))
        return [answered(who, f"cmrt:{number}", answer, about) for number, answer in said]

    # ---- the rest --------------------------------------------------------------------------------------------

    def _assurance(self) -> list[Edge]:
        rng = self.rng
        claims = []
        for one in self.smelters:
            for _ in range(rng.choice((0, 1, 1, 1, 1, 2))):
                scheme = rng.choice(_SCHEMES)
                assessed = rng.choice(
                    (None, None, date(2026, 2, 1), date(2025, 8, 15), date(2025, 1, 15), date(2026, 9, 1))
                )
                until = rng.choice((None, None, None, date(2026, 5, 1), date(2027, 5, 1)))
                said = {"status": rng.choice(_STATUSES), "assessed": assessed, "valid_until": until}
                about = rng.choice(("", "", *self.minerals))
                head = Node("Scheme", scheme, scheme)
                claims.append(Edge("ASSESSED_BY", smelter(self._written(one)), head, "A1", about, said))
        return claims

    def _places(self) -> list[Edge]:
        rng = self.rng
        claims = []
        areas = [*(Node("Country", code, code) for code in _COUNTRIES), *(Node("Region", c, c) for c in _REGIONS)]
        for one in self.smelters:
            here = smelter(one)
            if rng.random() < 0.5:
                claims.append(Edge("LOCATED_IN", here, rng.choice(areas), "A1"))
            if rng.random() < 0.3:
                claims.append(Edge("ORIGINATES_IN", here, rng.choice(areas), "A1", self._mineral()))
            if rng.random() < 0.3:
                mine = Node("Mine", f"M{rng.randint(0, 2)}", "mine")
                claims.append(Edge("FED_BY", here, mine, "A1", self._mineral()))
                claims.append(Edge(rng.choice(("LOCATED_IN", "ORIGINATES_IN")), mine, rng.choice(areas), "A1"))
            if rng.random() < 0.15:
                here = rng.choice((here, here, Node("Mine", f"M{rng.randint(0, 2)}", "mine")))
                claims.append(Edge("FLAGGED", here, Node("Risk", f"annex-ii:{rng.randint(1, 6)}", "risk"), "A1"))
        return claims

    def _areas(self) -> list[Edge]:
        rng = self.rng
        kinds = (("Country", _COUNTRIES), ("Region", _REGIONS), ("Mine", ("M0", "M1")), ("Smelter", self.smelters))
        listed = [Node(label, rng.choice(ids)) for label, ids in kinds for _ in range(rng.choice((0, 1, 2)))]
        head = Node("AreaList", rng.choice(("own", "own", "cahra")))
        return [Edge("LISTED_BY", one, head, "A1", self._mineral(), {"level": rng.choice(_LEVELS)}) for one in listed]

    def _written(self, one: str) -> str:
        """How a document writes it: some companies and smelters go by two ids."""
        if self.merges and one[-1] in "03" and self.rng.random() < 0.5:
            return self._other(one)
        return one

    @staticmethod
    def _other(one: str) -> str:
        return f"name:{one.lower()}" if one.startswith("C") and not one.startswith("CID") else f"{schema.UNLISTED}{one}"

    def _plain(self, written: str) -> str:
        return next((one for one in self.companies if written in (one, self._other(one))), written)

    def _same(self) -> list[Edge]:
        claims = []
        for make, ones in ((company, self.companies), (smelter, self.smelters)):
            merged = [one for one in ones if one[-1] in "03"]
            claims += [Edge("SAME_AS", make(self._other(one)), make(one), "A1") for one in merged]
        if TWIN in self.companies:
            claims.append(Edge("SAME_AS", company(TWIN), company("C4"), "A1"))
        return claims
