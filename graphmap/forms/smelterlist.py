"""The sheet "Smelter List": which smelters a company declares, and where they and their ore are.

Its columns B to J are formulas over the look-up sheet. A workbook that no spreadsheet program has calculated holds only
what was typed, an id in column A or a metal and a name in B and C; so every row is resolved here as the formulas would.
Whatever a row says twice is compared. The id in column A wins, then that in F, then metal and name.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from graphmap import names, places, schema
from graphmap.forms.contact import contact
from graphmap.forms.layout import is_nothing, shifted, text_at
from graphmap.forms.lookup import Entry, Lookup
from graphmap.forms.origins import is_recycled, origins
from graphmap.records import Edge, Node, Value
from graphmap.sheets import Document, Row

SHEET = "Smelter List"
FIRST_ROW, MOST_ROWS = 5, 2500

SMELTER_COLUMNS: Mapping[str, str] = {
    "number": "A", "metal": "B", "lookup": "C", "name": "D", "country": "E", "id": "F", "source": "G", "street": "H",
    "city": "I", "state": "J", "contact": "K", "email": "L", "next_steps": "M", "mines": "N", "mine_countries": "O",
    "recycled": "P", "comment": "Q",
}  # fmt: skip
"""The same in CMRT 6.x, EMRT, CRT and AMRT 1.3."""

_HELPERS = tuple("RSTUVWXYZ") + tuple(f"A{letter}" for letter in "ABCDEFGH")
"""Hidden columns: the formulas there only repeat what the visible ones say."""

_SPECIAL = re.compile(r"(?:smelter|refiner|processor)?\W*not (?:yet )?(listed|identified)", re.IGNORECASE)
"""What column C holds instead of a name; the templates vary in case and wording."""

_SAID = {"yes": "Yes", "no": "No", "unknown": "Unknown"}


_smelter_id = lru_cache(maxsize=8192)(names.smelter_id)
"""Each id is asked for several times, and suppliers name the same smelters."""


class _Found(NamedTuple):
    """The smelter that a row names and its mineral; its country (code) and state (as written), "" if not known."""

    node: Node
    mineral: str
    country: str = ""
    state: str = ""


class SmelterList:
    """The smelter list of ``company``.

    ``minerals`` are those of the template. ``left_over`` is what the template's owner forgot in the first row of the
    published file. ``used`` are the minerals of which ``read`` has found a smelter.
    """

    def __init__(
        self, document: Document, company: Node, minerals: Collection[str], left_over: Mapping[str, str] | None = None
    ) -> None:
        self.used: set[str] = set()
        self._document, self._company, self._minerals = document, company, minerals
        self._left_over = left_over
        self._lookup = Lookup(document)
        self._first: dict[tuple[str, str], int] = {}  # mineral and id of a smelter -> number of its first row

    def read(self) -> Iterator[Edge]:
        """What the rows claim. Raises ``FileRejected`` when ids and metals stand in other columns than theirs."""
        rows = legible = 0
        for row in self._document.rows(SHEET, first=FIRST_ROW, columns=SMELTER_COLUMNS, ignore=_HELPERS):
            rows += 1
            texts = row.take_all()
            plain = not texts["number"] or _smelter_id(texts["number"]) is not None
            numbers = [texts["number"]] if plain else row.split("number")
            legible += any((names.mineral(texts["metal"]), *map(_smelter_id, (*numbers, texts["id"]))))
            if self._left_over and row.number == FIRST_ROW and self._left_over.items() <= texts.items():
                cure = "If it is meant, put its smelter id into column A."
                row.issue("error", "lookup", "stands in the blank template itself; not used", cure)
                continue
            for number in numbers:
                # Of several ids in one cell, the rest of the row can describe at most one.
                others = dict.fromkeys(("lookup", "name", "country", "id", "state") if len(numbers) > 1 else (), "")
                yield from self._read_row(row, {**texts, **others, "number": number})
        if rows and not legible:
            self._check_columns()
        if rows > MOST_ROWS:
            message = f"the list has {rows:,} rows, more than the template's {MOST_ROWS:,}"
            cure = "Ask the supplier whether whole lists were pasted in."
            self._document.issue("warning", f"{SHEET}!A{FIRST_ROW}", message, str(rows), cure)

    def _check_columns(self) -> None:
        """Reject a list of which no row has an id or a metal where they belong, but one has them elsewhere."""
        for number in range(FIRST_ROW, len(self._document.cells(SHEET)) + 1):
            for column in range(10):
                text = text_at(self._document, SHEET, (column, number))
                if _smelter_id(text) or names.mineral(text):
                    belongs = (0 if _smelter_id(text) else 1, number)
                    raise shifted(self._document, SHEET, (column, number), belongs)

    def _read_row(self, row: Row, texts: Mapping[str, str]) -> Iterator[Edge]:
        found = self._identify(row, texts)
        if found is None:
            return
        smelter, mineral = found.node, found.mineral
        where = row.address(next(field for field in ("number", "lookup", "name", "id", "metal") if texts[field]))
        first = self._first.setdefault((mineral, smelter.id), row.number)
        if first != row.number:
            self._document.issue("note", where, f"rows {first} and {row.number} name the same smelter", smelter.name)
        self.used.add(mineral)
        yield Edge("DECLARES", self._company, smelter, where, mineral, self._said(row, texts))
        if found.country:
            country = Node("Country", found.country, places.country_name(found.country))
            written: dict[str, Value] = {"written": texts["country"]}
            yield Edge("LOCATED_IN", smelter, country, row.address("country"), "", written)
            code = places.region(found.state, found.country) if found.state else None
            if code:
                region = Node("Region", code, places.region_name(code))
                yield Edge("LOCATED_IN", smelter, region, row.address("state"), "", {"written": texts["state"]})
        person = {"name": texts["contact"], "email": texts["email"]}
        yield from contact(self._document, smelter, "smelter", row.address("contact"), person)
        if texts["mines"] or texts["mine_countries"]:
            yield from origins(self._document, row, smelter, mineral)

    def _said(self, row: Row, texts: Mapping[str, str]) -> dict[str, Value]:
        """What the row says of the smelter, as written."""
        recycled = _SAID.get(texts["recycled"].casefold(), texts["recycled"])
        if recycled and recycled not in _SAID.values():
            row.issue("warning", "recycled", "is none of Yes, No and Unknown; kept as written", "Choose from the list.")
        words = (word for word in (texts["mines"], texts["mine_countries"]) if is_recycled(word))
        kept = ("mines", "mine_countries", "next_steps", "comment")
        return {
            "written_name": texts["name"] if _SPECIAL.fullmatch(texts["lookup"]) else texts["lookup"] or texts["name"],
            "written_id": texts["number"] or texts["id"],
            "written_country": texts["country"],
            "id_source": texts["source"],
            # The formula over a blank cell of the look-up sheet gives 0.
            **{field: texts[field] if texts[field] != "0" else "" for field in ("street", "city", "state")},
            "recycled": recycled or next(words, ""),
            **{field: texts[field] for field in kept},
        }

    # ---- which smelter? ---------------------------------------------------------------------------------------

    def _identify(self, row: Row, texts: Mapping[str, str]) -> _Found | None:
        typed, shown = _smelter_id(texts["number"]), _smelter_id(texts["id"])
        mineral = names.mineral(texts["metal"])
        if texts["number"] and not typed:
            cure = "Write CID and six digits, or clear the cell and give metal and name."
            row.issue("warning", "number", "is no smelter id of the RMI; the other columns count", cure)
        if texts["id"] and not shown and texts["source"].casefold() in ("", "rmi"):
            row.issue("warning", "id", "is no smelter id of the RMI; kept as written", "Write CID and six digits.")
        if typed and shown and typed != shown:
            row.issue("warning", "id", f"differs from {typed} in column A, which counts", "Correct one of the two.")
        if texts["metal"] and mineral not in self._minerals:
            cure = f"Write one of {', '.join(self._minerals)}."
            row.issue("warning", "metal", "is no metal of this template", cure)
            mineral = mineral if mineral in schema.MINERALS else None
        id_ = typed or shown
        return self._with_id(row, texts, id_, mineral) if id_ else self._without_id(row, texts, mineral)

    def _with_id(self, row: Row, texts: Mapping[str, str], id_: str, mineral: str | None) -> _Found | None:
        entry = self._lookup.of_id(id_, mineral)
        special = _SPECIAL.fullmatch(texts["lookup"])
        column = "name" if special or not texts["lookup"] else "lookup"
        if special:
            row.issue("warning", "lookup", f"and yet the row has the id {id_}, which counts", "Clear one of the two.")
        if entry is None:
            field = "number" if texts["number"] else "id"
            if mineral is None:
                message = f"the metal of {id_} is neither given nor in the look-up sheet; not used"
                row.issue("error", field, message, "Fill in column B.")
                return None
            row.issue("note", field, f"{id_} is not in the workbook's look-up sheet, so it cannot be checked")
            return _Found(Node("Smelter", id_, texts[column]), mineral, self._country(row, texts), texts["state"])
        if mineral not in (None, entry.mineral):
            row.issue(
                "warning", "metal", f"{id_} is a smelter of {entry.mineral}, which counts", "Correct one of them."
            )
        meant = self._lookup.of_name(entry.mineral, texts[column]) if texts[column] else entry
        if meant is None:
            row.issue("note", column, f"is no name that the look-up sheet has for {id_} ({entry.name}); the id counts")
        elif meant.id != id_:
            row.issue("warning", column, f"is {meant.id}, not {id_}; the id counts", "Correct one of the two.")
        return self._listed(row, texts, entry)

    def _without_id(self, row: Row, texts: Mapping[str, str], mineral: str | None) -> _Found | None:
        special = _SPECIAL.fullmatch(texts["lookup"])
        column = "name" if special or not texts["lookup"] else "lookup"
        if mineral is None:
            cure = "Fill in column B, or give an id in column A."
            row.issue("error", "metal", "the row has neither an id nor a metal; not used", cure)
            return None
        if is_nothing(texts[column]):
            return self._unnamed(row, texts, mineral, column)
        entry = self._lookup.of_name(mineral, texts[column])
        if special and special[1].casefold() == "identified":
            row.issue("warning", "lookup", "and yet the row names a smelter, which counts", "Correct one of the two.")
        elif special and entry:
            if places.country(texts["country"], listed=True) in (None, places.country(entry.country, listed=True)):
                message = f"the look-up sheet has it as {entry.id}, which counts"
                row.issue("warning", column, message, "Choose it from the list in column C.")
            else:
                message = f"the look-up sheet has it as {entry.id}, but in another country; it counts as not listed"
                row.issue("warning", column, message, "Check name and country.")
                entry = None
        if entry:
            return self._listed(row, texts, entry)
        if not special:
            like = self._lookup.like(mineral, texts[column])
            cure = f"Do you mean '{like}'?" if like else "Give its id in column A, or choose 'Smelter not listed' in C."
            row.issue("warning", column, "is not in the look-up sheet; it counts as not listed", cure)
        if not texts["country"]:
            row.issue(
                "warning", "country", "the country of a smelter that is not listed is missing", "Fill in column E."
            )
        country = self._country(row, texts)
        id_ = names.unlisted_id(mineral, texts[column], country)
        return _Found(Node("Smelter", id_, texts[column]), mineral, country, texts["state"])

    def _unnamed(self, row: Row, texts: Mapping[str, str], mineral: str, column: str) -> _Found | None:
        """A smelter that the company does not know, or does not tell."""
        special = _SPECIAL.fullmatch(texts["lookup"])
        if not any(texts[field] for field in ("lookup", "name", "country", "id")):
            cure = "Give its id in column A or its name in column C, or delete the row."
            row.issue("error", "metal", "the row names no smelter; not used", cure)
            return None
        if special is None or special[1].casefold() == "listed":
            cure = "Ask the supplier for its name and country (columns D and E)."
            row.issue("warning", column, "the smelter has no name; it counts as not yet identified", cure)
        id_ = f"{schema.UNIDENTIFIED}{mineral}:{self._company.id}"
        return _Found(Node("Smelter", id_, f"not yet identified ({mineral})"), mineral)

    def _listed(self, row: Row, texts: Mapping[str, str], entry: Entry) -> _Found:
        """A smelter of the look-up sheet, which knows its country and state."""
        written, listed = self._country(row, texts), places.country(entry.country, listed=True) or ""
        if written and listed and written != listed:
            message = f"{entry.id} stands in {places.country_name(listed)}, which counts"
            row.issue("warning", "country", message, "Correct the country, or the smelter.")
        state = texts["state"] if texts["state"] not in ("", "0") else entry.state
        return _Found(Node("Smelter", entry.id, entry.name), entry.mineral, listed or written, state)

    def _country(self, row: Row, texts: Mapping[str, str]) -> str:
        """The code of the country in column E; an issue if it has none."""
        written = texts["country"]
        # The list has names only: a short text was typed, and "NA" is no Namibia then.
        code = places.country(written, listed=len(written) > 3) if written else ""
        if code is None and not is_nothing(written):
            row.issue("warning", "country", *places.country_problem(written))
        return code or ""
