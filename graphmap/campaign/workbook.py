"""Workbooks in the layout of the Conflict Minerals Reporting Template (CMRT) 6.x, written by ourselves.

Cells stand where the real template has them (Declaration, Smelter List, Product List, Smelter Look-up); visible
labels are formulas into the hidden sheet ``L``, columns B, C and E to J of the smelter list are formulas over the
look-up sheet, as in the original. Labels are short and in our words; instructions, definitions and the smelter
list of the template's owner are not here. The same input gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal, NamedTuple

import xlsxwriter
from xlsxwriter.utility import xl_cell_to_rowcol
from xlsxwriter.worksheet import Worksheet

from graphmap.campaign.layout import (
    COMPANY_ROWS,
    DECLARATION_CELLS,
    FIRST_PRODUCT_ROW,
    FIRST_SMELTER_ROW,
    LABELS,
    METAL_LABELS,
    METALS,
    NOT_IDENTIFIED,
    NOT_LISTED,
    PRODUCT_COLUMNS,
    QUESTION_ROWS,
    SHEETS,
    SMELTER_COLUMNS,
    revision_text,
)

STATEMENT = "Synthetic workbook made by graphmap. No real company, smelter or mine is named in it."
"""What the Instructions and Definitions sheets say."""

Style = Literal["id only", "recalculated", "alias", "alias only", "not listed", "not yet identified"]
"""How a smelter row came about.

``id only``: column A typed, the formulas never calculated. ``recalculated``: column A typed, the formulas hold what
the look-up sheet says. ``alias``: metal and look-up name typed, the rest calculated. ``alias only``: the same, never
calculated. ``not listed``: metal, name and country typed. ``not yet identified``: the metal and nothing else.
"""

Value = str | float | date
Answer = tuple[str | float, str]
"""What stands in column D and in the comment column G."""


@dataclass(frozen=True, kw_only=True)
class SmelterRow:
    """One row of the smelter list. A field that is given is typed over the formula that the column may have."""

    style: Style = "recalculated"
    number: str = ""
    metal: str = ""
    lookup: str = ""
    name: str = ""
    country: str = ""
    id: str = ""
    source: str = ""
    street: str = ""
    city: str = ""
    state: str = ""
    contact_name: str = ""
    contact_email: str = ""
    next_steps: str = ""
    mines: str = ""
    mine_countries: str = ""
    recycled: str = ""
    comment: str = ""


class ProductRow(NamedTuple):
    """One row of the product list; the requester's columns exist from 6.6 on."""

    number: str
    name: str = ""
    comment: str = ""
    requester_number: str = ""
    requester_name: str = ""


class LookupRow(NamedTuple):
    """One row of the look-up sheet: an alias (or the standard name itself) of a smelter."""

    metal: str
    alias: str
    standard: str
    country: str
    id: str
    city: str = ""
    state: str = ""


@dataclass(frozen=True, kw_only=True)
class Declaration:
    """What a company fills in.

    ``answers`` are keyed by (question 1 to 8, metal in lower case), ``company_answers`` by the letter A to H.
    A ``None`` among ``smelters`` leaves a row empty. ``cells`` go in last, over whatever stands there, e.g.
    ``{"Declaration!D22": "17-May-2026"}``; text is never taken for a formula.
    """

    company: str = ""
    scope: str = "A. Company"
    scope_description: str = ""
    unique_id: str = ""
    authority: str = ""
    address: str = ""
    contact_name: str = ""
    contact_email: str = ""
    contact_phone: str = ""
    authorizer: str = ""
    authorizer_title: str = ""
    authorizer_email: str = ""
    authorizer_phone: str = ""
    effective_date: date | str | float | None = None
    language: str = "English"
    revision: str = ""
    answers: Mapping[tuple[int, str], Answer] = field(default_factory=dict)
    company_answers: Mapping[str, Answer] = field(default_factory=dict)
    smelters: Sequence[SmelterRow | None] = ()
    products: Sequence[ProductRow] = ()
    cells: Mapping[str, Value] = field(default_factory=dict)


def write_cmrt(
    path: Path,
    declaration: Declaration,
    lookup: Sequence[LookupRow | tuple[str, ...]] = (),
    *,
    version: str = "6.5",
    formatted_rows: int = 0,
    labels: Literal["cached", "missing", "error"] = "cached",
    filler: Mapping[str, Iterable[Sequence[str]]] | None = None,
) -> Path:
    """Write one CMRT workbook and return its path.

    ``formatted_rows`` smelter rows carry the formulas and formats of the template although nothing is filled in
    (the real one has 2,500). ``labels`` says what a reader finds in the label cells: their text, nothing (written
    by a library that does not calculate) or ``#VALUE!``. ``filler`` adds rows to the hidden sheets by name, so
    that a bench file is as large as a real one.
    """
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(path, options) as book:
        # The real title property, by which some tools know the file, is left to the real template.
        book.set_properties({"title": "Synthetic CMRT", "author": "graphmap", "created": datetime(2026, 1, 1)})
        book.set_calc_mode("auto")
        _Writer(book, declaration, [LookupRow(*row) for row in lookup], version, labels).write(
            formatted_rows, filler or {}
        )
    return path


class _Sheet(Worksheet):  # type: ignore[misc]
    """A sheet whose formulas are written as they are: ours call no function that needs a prefix in the file."""

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:  # noqa: ARG002
        # Looking for such functions took half of the time. Where xlsxwriter has no such method, nothing changes.
        return formula.removeprefix("=")


class _Writer:
    """Writes the sheets of one workbook, one method a sheet."""

    def __init__(
        self, book: Any, declaration: Declaration, lookup: Sequence[LookupRow], version: str, labels: str
    ) -> None:
        self.declaration, self.version, self.labels = declaration, version, labels
        self.revision = declaration.revision or revision_text(version)
        self.sheet = {name: book.add_worksheet(name, _Sheet) for name in SHEETS}
        for name in SHEETS[-3:]:
            self.sheet[name].hide()
        for sheet in self.sheet.values():
            sheet.protect()
        self.sheet["Declaration"].activate()
        self.sheet["Declaration"].set_first_sheet()
        self.cell = book.add_format({"locked": False, "border": 1})
        self.day = book.add_format({"locked": False, "border": 1, "num_format": "d-mmm-yyyy"})
        self.chinese = declaration.language.startswith("中文")
        self.label_rows: dict[str, int] = {}
        self.lookup = _with_special_rows(lookup)
        # Excel's MATCH ignores case and takes the first hit.
        self.by_id: dict[str, LookupRow] = {}
        self.by_key: dict[str, int] = {}
        for number, row in enumerate(self.lookup, FIRST_SMELTER_ROW):
            if row.id:
                self.by_id.setdefault(row.id.casefold(), row)
            self.by_key.setdefault((row.metal + row.alias).casefold(), number)

    def write(self, formatted_rows: int, filler: Mapping[str, Iterable[Sequence[str]]]) -> None:
        self.sheet["Revision"].write_string("B1", "Revision")
        self.sheet["Revision"].write_string("B2", self.revision)
        for name in ("Instructions", "Definitions", "Checker"):
            self.sheet[name].write_string("A1", STATEMENT)
        self._write_labels()
        self._write_declaration()
        self._write_smelters(formatted_rows)
        self._write_products()
        self._write_lookup()
        self._write_hidden(filler)
        for address, value in self.declaration.cells.items():
            name, cell = address.rsplit("!", 1)
            self._put(self.sheet[name], cell, value)

    # ---- cells ------------------------------------------------------------------------------------------------

    def _put(self, sheet: Any, cell: str, value: Value | None) -> None:
        """Write a typed value; text stays text also when it looks like a formula."""
        if value is None or value == "":
            sheet.write_blank(cell, None, self.cell)
        elif isinstance(value, str):
            sheet.write_string(cell, value, self.cell)
        elif isinstance(value, date):
            sheet.write_datetime(cell, datetime(value.year, value.month, value.day), self.day)
        else:
            sheet.write_number(cell, value, self.cell)

    def _write_labels(self) -> None:
        """Labels are looked up in sheet L by language, so readers find them only in cached values."""
        translations = self.sheet["L"]
        translations.write_row("A1", ("", "Sheets", "Cells", "English", "中文 Chinese"))
        metals = {
            f"Declaration!B{first + offset}": METAL_LABELS[metal]
            for first in QUESTION_ROWS.values()
            for offset, metal in enumerate(METALS)
        }
        products = {f"Product List!{'BCDEF'[i]}5": (text, text) for i, (_, text) in enumerate(self._product_columns)}
        for row, (address, texts) in enumerate({**LABELS, **metals, **products}.items(), 2):
            name, cell = address.split("!")
            for column, text in enumerate((name + cell, name, cell, *texts)):
                translations.write_string(row - 1, column, text)
            shown = {"cached": texts[self.chinese], "missing": "", "error": "#VALUE!"}[self.labels]
            self.sheet[name].write_formula(cell, f"=INDEX(L!$D${row}:$E${row},Declaration!$P$3)", None, shown)
            self.label_rows[address] = row

    # ---- sheets -----------------------------------------------------------------------------------------------

    def _write_declaration(self) -> None:
        sheet, declaration = self.sheet["Declaration"], self.declaration
        sheet.set_column("P:P", None, None, {"hidden": True})
        sheet.write_formula("P3", "=IFERROR(MATCH($D$3,L!$D$1:$E$1,0),1)", None, 2 if self.chinese else 1)
        sheet.write_string("J3", self.revision, self.cell)
        # What may be chosen stands in cells that nobody sees; these are the shortest of them.
        for cell, text in {"P9": "A. Company", "B96": "Yes", "B97": "No", "B98": "Unknown"}.items():
            sheet.write_string(cell, text)
        sheet.write_formula("A5", "=LEFT(D9,1)", None, declaration.scope[:1])
        for name, cell in DECLARATION_CELLS.items():
            if name != "language":
                last = {"scope": "G", "effective_date": "E"}.get(name, "J")
                sheet.merge_range(f"{cell}:{last}{cell[1:]}", "", self.cell)
            self._put(sheet, cell, getattr(declaration, name))
        for question, first in QUESTION_ROWS.items():
            for offset, metal in enumerate(METALS):
                self._write_answer(first + offset, declaration.answers.get((question, metal), ("", "")))
        for letter, place in COMPANY_ROWS.items():
            self._write_answer(place, declaration.company_answers.get(letter, ("", "")))

    def _write_answer(self, row: int, answer: Answer) -> None:
        sheet = self.sheet["Declaration"]
        for columns, value in zip(("DE", "GJ"), answer, strict=True):
            sheet.merge_range(f"{columns[0]}{row}:{columns[1]}{row}", "", self.cell)
            self._put(sheet, f"{columns[0]}{row}", value)

    def _write_smelters(self, formatted_rows: int) -> None:
        sheet = self.sheet["Smelter List"]
        sheet.write_string("Q3", self.revision)
        for column, title in {"R": "Standard name", "S": "Country code", "T": "State code"}.items():
            sheet.write_string(f"{column}4", title)
        sheet.set_column("R:AH", None, None, {"hidden": True})
        rows = list(self.declaration.smelters)
        rows += [None] * (formatted_rows - len(rows))
        for number, row in enumerate(rows, FIRST_SMELTER_ROW):
            if row is not None or number < FIRST_SMELTER_ROW + formatted_rows:
                self._write_smelter(sheet, number, row or SmelterRow(style="id only"))

    def _write_smelter(self, sheet: Any, number: int, row: SmelterRow) -> None:
        row = _with_special_look_up(row)
        cached = {} if row.style.endswith("only") else self._calculate(row)
        position = number - 1
        sheet.set_row(position, 20)
        for column, name in enumerate(SMELTER_COLUMNS):
            value = getattr(row, name)
            if value:
                sheet.write_string(position, column, value, self.cell)
            elif name in _FORMULAS:
                formula = _FORMULAS[name].replace("#", str(number))
                sheet.write_formula(position, column, formula, self.cell, cached.get(name, ""))
            else:
                sheet.write_blank(position, column, None, self.cell)
        for column, (name, formula) in _HIDDEN_FORMULAS.items():
            empty = {"place": "#N/A", "incomplete": 0}.get(name, "")
            sheet.write_formula(position, column, formula.replace("#", str(number)), None, cached.get(name, empty))

    def _calculate(self, row: SmelterRow) -> dict[str, str | float]:
        """What Excel would show in the formula columns of this row."""
        out: dict[str, str | float] = {}
        metal, look_up = row.metal, row.lookup
        if row.number:
            found = self.by_id.get(row.number.casefold())
            metal = metal or (found.metal if found else "#N/A")
            look_up = look_up or (found.standard if found else "#N/A")
        out["metal"], out["lookup"] = metal, look_up
        place = self.by_key.get((metal + look_up).casefold())
        if place is not None and look_up:
            found = self.lookup[place - FIRST_SMELTER_ROW]
            out |= {"country": found.country, "id": found.id, "source": "RMI" if found.id else ""}
            out |= {"city": found.city, "state": found.state, "standard": found.standard, "place": place}
        if look_up == NOT_LISTED:
            out["source"] = "Enter smelter details"
            out["incomplete"] = int(not (row.name and row.country))
        out["key"] = "#N/A" if look_up == "#N/A" else metal + look_up
        return out

    @property
    def _product_columns(self) -> tuple[tuple[str, str], ...]:
        return PRODUCT_COLUMNS.get(self.version, PRODUCT_COLUMNS["6.4"])

    def _write_products(self) -> None:
        for row, product in enumerate(self.declaration.products, FIRST_PRODUCT_ROW):
            for column, (name, _) in zip("BCDEF", self._product_columns, strict=False):
                self._put(self.sheet["Product List"], f"{column}{row}", getattr(product, name))

    def _write_lookup(self) -> None:
        sheet = self.sheet["Smelter Look-up"]
        sheet.write_string("J4", "METAL+Alias")
        for number, row in enumerate(self.lookup, FIRST_SMELTER_ROW):
            values = (row.metal, row.alias, row.standard, row.country, row.id, "RMI" if row.id else "", "")
            for column, value in enumerate((*values, row.city, row.state)):
                if value:
                    sheet.write_string(number - 1, column, value)
            sheet.write_string(number - 1, 9, row.metal + row.alias)

    def _write_hidden(self, filler: Mapping[str, Iterable[Sequence[str]]]) -> None:
        countries = sorted({row.country for row in self.lookup if row.country not in ("", "Unknown")})
        for number, row in enumerate([("COUNTRY CODE", "FULL NAME"), *(("", name) for name in countries)]):
            self.sheet["C"].write_row(number, 0, row)
        self.sheet["SorP"].write_row(0, 0, ("subdivision_code", "subdivision_name", "matching_key"))
        start = {"L": len(self.label_rows) + 1, "C": len(countries) + 1}
        for name, rows in filler.items():
            for number, texts in enumerate(rows, start.get(name, 1)):
                for column, text in enumerate(texts):
                    self.sheet[name].write_string(number, column, text)


# ---- the smelter list's formulas, in our words; "#" is the row -------------------------------------------------


def _from_place(column: str) -> str:
    return f'=IF(ISERROR($V#),"",INDEX(\'Smelter Look-up\'!${column}$1:${column}$9999,$V#)&"")'


def _from_id(column: str) -> str:
    by_id = "MATCH($A#,'Smelter Look-up'!$E$1:$E$9999,0)"
    return f"=IF(LEN($A#)=0,\"\",INDEX('Smelter Look-up'!${column}$1:${column}$9999,{by_id}))"


_FORMULAS: Mapping[str, str] = {
    "metal": _from_id("A"),
    "lookup": _from_id("C"),
    "country": _from_place("D"),
    "id": _from_place("E"),
    "source": f'=IF($C#="{NOT_LISTED}","Enter smelter details",{_from_place("F")[1:]})',
    "street": _from_place("G"),
    "city": _from_place("H"),
    "state": _from_place("I"),
}

_HIDDEN_FORMULAS: Mapping[int, tuple[str, str]] = {
    xl_cell_to_rowcol(f"{column}1")[1]: what
    for column, what in {
        "R": ("standard", _from_place("C")),
        "S": (
            "country code",
            '=IF($B#="","",IFERROR(INDEX(\'C\'!$A$1:$A$999,MATCH($E#,\'C\'!$B$1:$B$999,0)),"Unknown"))',
        ),
        "T": ("state code", '=IF($B#="","",IFERROR(INDEX(SorP!$A$1:$A$9999,MATCH($S#&$J#,SorP!$C$1:$C$9999,0)),""))'),
        "V": ("place", "=IF($C#=\"\",NA(),MATCH($B#&$C#,'Smelter Look-up'!$J$1:$J$9999,0))"),
        "X": ("incomplete", f'=IF(AND($C#="{NOT_LISTED}",OR(LEN($D#)=0,LEN($E#)=0)),1,0)'),
        "AB": ("key", "=$B#&$C#"),
    }.items()
}


def _with_special_rows(lookup: Sequence[LookupRow]) -> list[LookupRow]:
    """The look-up list by metal; each metal ends with the two rows for smelters that it does not hold."""
    rows: list[LookupRow] = []
    for metal in ("Gold", "Tantalum", "Tin", "Tungsten"):
        rows += [row for row in lookup if row.metal == metal]
        rows.append(LookupRow(metal, NOT_LISTED, "", "", ""))
        # The row of tungsten has no country, as in 6.5.
        rows.append(LookupRow(metal, NOT_IDENTIFIED, "Unknown", "" if metal == "Tungsten" else "Unknown", ""))
    return rows


def _with_special_look_up(row: SmelterRow) -> SmelterRow:
    """Fill in column C of the rows for smelters that the look-up list does not hold."""
    text = {"not listed": NOT_LISTED, "not yet identified": NOT_IDENTIFIED}.get(row.style)
    return row if text is None or row.lookup else replace(row, lookup=text)
