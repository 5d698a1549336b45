"""Random campaigns for comparing the two stores: small, and with everything that the questions must get right.

Purchases in circles and from oneself, several claims for one pair, minerals named or not, companies that have none of
a mineral or buy only from such, lists that claim to be whole, days without an assurance list, schemes that disagree,
assessments that ran out, unknown words, regions beside countries, mines, lists, documents that are superseded or
undated, nodes that are one, smelters without a name, and ids that are no plain letters.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from graphmap.owner import owner_document
from graphmap.records import Batch, Edge, Issue, Node, Source, Value

MINERALS = ("gold", "tin")
DAY = date(2026, 6, 30)

_IDS = (
    "B-1",
    "S1",
    "S 2",
    "name:çelik & söhne",
    "DUNS:000000001",
    "T'4",
    "name:株式会社",
    'V"8',
    "LEI:X",
    "ｚ",
    "name:𠮷",
)
_STATUS = (
    ("RMAP", "Conformant"), ("RMAP", "Active"), ("RMAP", "Non-conformant"), ("RMAP", "Never heard of"), ("RMAP", ""),
    ("RMI", "Conformant"), ("RMI", "Non-conformant"), ("LBMA", "Good Delivery"), ("LBMA", "Suspended"),
    ("RJC", "Certified"), ("Odd scheme", "Conformant"),
)  # fmt: skip
_PLACES = ("Country:CD", "Country:PE", "Country:UG", "Region:CD-NK", "Region:CD-KN", "Region:UG-C", "Region:PE-LIM")
_DATES = ("", "", "2023-03-01", "2025-06-30", "2026-01-31", "2026-01-31", "2026-06-30", "2026-09-30")


class World:
    """One campaign: its documents follow from the seed alone."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        chosen = self.random.sample(_IDS, self.random.randint(2, 7))
        self.companies = [Node("Company", id_, self.random.choice(("", f"Name of {id_}"))) for id_ in sorted(chosen)]
        smelters = [f"CID90000{i}" for i in range(self.random.randint(1, 5))]
        smelters += ["unidentified:gold:S1", "unlisted:tin:some smelter:PE"][: self.random.randint(0, 2)]
        self.smelters = [Node("Smelter", id_, f"Smelter {id_[-3:]}") for id_ in smelters]
        self.declaring = self.random.randint(0, len(self.companies))
        self.assessed = self.random.random() < 0.9
        self.mines = [Node("Mine", f"mine:{name}:CD", name) for name in ("upper", "lower")]

    # ---- claims -----------------------------------------------------------------------------------------------

    def _mineral(self, *none: str) -> str:
        return self.random.choice((*MINERALS, *none))

    def _some(self, low: int, high: int) -> Iterator[str]:
        """Rows of a sheet, a few of them used twice."""
        return (f"Sheet!A{self.random.randint(1, 40)}" for _ in range(self.random.randint(low, high)))

    def _edge(self, type_: str, tail: Node, head: Node, row: str, mineral: str = "", **said: Value) -> Edge:
        return Edge(type_, tail, head, row, mineral, said)

    def _day(self) -> date | None:
        return self.random.choice((None, DAY - timedelta(self.random.randrange(-40, 1200))))

    def _purchases(self) -> Iterator[Edge]:
        for row in self._some(3, 14):
            buyer, seller = (self.random.choice(self.companies) for _ in "ab")
            share = self.random.choice((None, 0.25, 0.6, 1.0))
            yield self._edge("BUYS_FROM", buyer, seller, row, self._mineral("", ""), share=share)

    def _declarations(self) -> Iterator[Edge]:
        company = self.random.choice(self.companies[: 1 + self.declaring])
        for row in self._some(1, 6):
            written = {"written_name": self.random.choice(("", "as written")), "written_country": ""}
            yield self._edge("DECLARES", company, self.random.choice(self.smelters), row, self._mineral(), **written)
        for row in self._some(0, 4):
            question = Node("Question", f"cmrt:{self.random.choice('1233334444')}", "asks")
            answer = self.random.choice(("Yes", "No", "no", " NO ", "Unknown"))
            yield self._edge("ANSWERED", company, question, row, self._mineral(), answer=answer)
        for number, answer in (("6", "100%"), ("7", "Yes")) if self.random.random() < 0.5 else ():
            for mineral in MINERALS:
                question = Node("Question", f"cmrt:{number}", "asks")
                yield self._edge("ANSWERED", company, question, f"Sheet!B{number}", mineral, answer=answer)

    def _refusals(self) -> Iterator[Edge]:
        """Companies that have none of a mineral; the others may buy only from them."""
        for company in self.companies[1 + self.declaring :]:
            for mineral in MINERALS:
                question = Node("Question", f"cmrt:{self.random.choice('12')}", "asks")
                if self.random.random() < 0.6:
                    yield self._edge("ANSWERED", company, question, "Sheet!B1", mineral, answer="No")
                elif self.random.random() < 0.5:
                    seller = self.random.choice(self.companies[1 + self.declaring :])
                    yield self._edge("BUYS_FROM", company, seller, "Sheet!B2", share=1.0)

    def _assessments(self) -> Iterator[Edge]:
        for row in self._some(3, 12) if self.assessed else ():
            scheme, status = self.random.choice(_STATUS)
            dates = {"assessed": self._day(), "valid_until": self.random.choice((None, None, self._day()))}
            smelter, head = self.random.choice(self.smelters), Node("Scheme", scheme, scheme)
            yield self._edge("ASSESSED_BY", smelter, head, row, self._mineral("", ""), status=status, **dates)

    def _place(self) -> Node:
        label, _, code = self.random.choice(_PLACES).partition(":")
        return Node(label, code, f"the place {code}")

    def _whereabouts(self) -> Iterator[Edge]:
        facilities = [*self.smelters, *self.mines]
        for row in self._some(2, 8):
            yield self._edge("LOCATED_IN", self.random.choice([*facilities, *self.companies]), self._place(), row)
        for row in self._some(2, 8):
            yield self._edge("ORIGINATES_IN", self.random.choice(facilities), self._place(), row, self._mineral(""))
        for row in self._some(0, 4):
            smelter, mine = self.random.choice(self.smelters), self.random.choice(self.mines)
            yield self._edge("FED_BY", smelter, mine, row, self._mineral(""))

    def _lists(self) -> Iterator[Edge]:
        for row in self._some(0, 4):
            listed = self.random.choice([self._place(), self._place(), *self.smelters, *self.mines, *self.companies])
            level = self.random.choice(("high-risk", "conflict-affected", "", "odd"))
            head = Node("AreaList", self.random.choice(("own", "cahra")), "a list")
            yield self._edge("LISTED_BY", listed, head, row, self._mineral("", ""), level=level)
        for row in self._some(0, 4):
            shows = self.random.choice([*self.smelters, *self.mines, *self.companies])
            reason = self.random.choice(("", "said so"))
            yield self._edge(
                "FLAGGED", shows, Node("Risk", f"annex-ii:{self.random.randint(1, 6)}", "risk"), row, reason=reason
            )

    def _companies(self) -> Iterator[Edge]:
        brand, other = self.companies[0], self.random.choice(self.companies)
        yield self._edge("HAS_ROLE", brand, Node("Role", "brand", "brand"), "Sheet!A1")
        yield self._edge(
            "HAS_CONTACT", other, Node("Contact", "contact:1", "Jane"), "Sheet!A2", email="jane@example.com"
        )
        yield self._edge("MAKES", brand, Node("Product", "B-1#1", "Product"), "Sheet!A3")
        yield self._edge("OWNED_BY", other, brand, "Sheet!A4")
        for nodes in (self.companies, self.smelters, self.mines):
            if len(nodes) > 1 and self.random.random() < 0.4:
                one, two = self.random.sample(nodes, 2)
                yield self._edge("SAME_AS", one, two, "Sheet!A5", reason="looks alike")

    # ---- documents --------------------------------------------------------------------------------------------

    def documents(self) -> list[Batch]:
        """What the stores are filled with."""
        kinds = [
            self._purchases,
            self._declarations,
            self._refusals,
            self._assessments,
            self._whereabouts,
            self._lists,
            self._companies,
        ]
        kinds += [self._declarations, self._assessments, self._purchases] * self.random.randint(0, 2)
        kinds += [self._declarations] * 5
        said = [self._document(number, list(make())) for number, make in enumerate(kinds)]
        owners = [owner_document(self.random.choice(self.companies).id)] * (self.random.random() < 0.5)
        return [self._everybody(), *said, *owners]

    def _everybody(self) -> Batch:
        """A document that counts on every day and names whoever a parameter may mean."""
        source = Source(id="e" * 64, kind="list", series="", title="Everybody", file="everybody.csv")
        nodes = sorted([*self.companies, *self.smelters[:2], self.mines[0], Node("Country", "CH", "Switzerland")])
        return Batch(source, tuple(nodes), (), ())

    def _document(self, number: int, claims: list[Edge]) -> Batch:
        pick = self.random.choice
        source = Source(
            id=hashlib.sha256(f"{number} {self.random.random()}".encode()).hexdigest(),
            kind=pick(("one", "two")),
            series=pick(("", "", "", "the first run", "another run")),
            title=pick(("Title", "title")),
            file=pick(("file.csv", f"файл {number}.xlsx")),
            as_of=pick(_DATES),
            modified=pick(("", "2026-01-01T00:00:00", "2026-02-01T00:00:00")),
        )
        issues = tuple(Issue(pick(("error", "note")), "Sheet!A1", "odd") for _ in range(self.random.randint(0, 2)))
        edges = sorted({claim[:5]: claim for claim in claims}.items())
        return Batch(source, (), tuple(edge for _, edge in edges), issues)

    def given(self) -> dict[str, object]:
        """Values for the parameters of questions, some of them at their bounds."""
        pick = self.random.choice
        few = pick((1, 2, 3, 8))
        return {
            "company": self.companies[0].id if self.random.random() < 0.6 else pick(self.companies).id,
            "smelter": pick(self.smelters[:2]).id,
            "node": "{0.label}:{0.id}".format(pick([*self.companies, *self.smelters[:2], self.mines[0]])),
            "standings": pick(
                (["not accepted"], ["not accepted", "unidentified", "not on list"], ["accepted", "not judged"])
            ),
            "minerals": pick((list(MINERALS), ["tin"], ["gold"])),
            "max_hops": few,
            "explained": pick((False, True)),
            "limit": pick((1, 3, 1000)),
            "at_least": 2,
            "steps": pick((1, 2, 3)),
            "older_than": pick((0, 365)),
            "since": pick(("2022-01-01", "2025-12-31", "2026-06-30")),
            "questions": pick((["cmrt:3"], ["cmrt:3", "cmrt:4"])),
        }
