"""Workbooks as XML of Excel 2003 (SpreadsheetML), also where they are called .xls.

Read with expat, which never fetches anything; a document type (DTD) is refused, so that nothing can expand.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from xml.parsers import expat

from graphmap.errors import FileRejected
from graphmap.sheets.values import Cell, shown

NAMESPACE = "urn:schemas-microsoft-com:office:spreadsheet"

_MOST_COLUMNS = 16_384
_MOST_SHEETS = 1_000


def read(file: str, data: bytes, most_cells: int) -> dict[str, list[list[Cell]]]:
    """The rows of each sheet from A1 on, by the name of the sheet.

    Raises ``FileRejected`` for what is no such workbook, declares a document type or has more than ``most_cells``
    cells, blank ones between others included.
    """
    reader = _Reader(file, most_cells)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = reader.doctype
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        cure = "Open it in Excel and save it again as .xlsx."
        raise FileRejected(f"{file}: is damaged XML ({shown(error)}).", cure) from None
    if not reader.grids:
        raise FileRejected(f"{file}: is an XML file without a sheet.", "Ask for the Excel file itself.")
    return reader.grids


def _name(tag: str) -> str:
    """The name of an element or attribute of the namespace; "" for any other."""
    namespace, _, name = tag.rpartition(" ")
    return name if namespace == NAMESPACE else ""


class _Reader:
    """Collects the cells while the parser goes through the file; numbers count from 0."""

    def __init__(self, file: str, most_cells: int) -> None:
        self.grids: dict[str, list[list[Cell]]] = {}
        self._file, self._left = file, most_cells
        self._names: set[str] = set()
        self._grid: list[list[Cell]] = []
        self._row = self._column = self._after = 0
        self._skip_rows = 0
        self._type = ""
        self._said: list[str] | None = None
        self._open: list[str] = []

    def doctype(self, *_: Any) -> None:
        raise FileRejected(
            f"{self._file}: declares a document type (DTD), which no workbook needs and which attacks use.",
            "Do not open it. Ask the supplier where it comes from.",
        )

    def start(self, tag: str, given: dict[str, str]) -> None:
        name = _name(tag)
        inside = self._open[-1] if self._open else ""
        self._open.append(name)
        told = {_name(key): value for key, value in given.items()}
        if name == "Worksheet":
            wanted = told.get("Name", "").strip() or f"Sheet{len(self.grids) + 1}"
            if wanted.casefold() in self._names:  # no spreadsheet writes a name twice
                wanted = f"{wanted} #{len(self.grids) + 1}"
            self._names.add(wanted.casefold())
            if len(self._names) > _MOST_SHEETS:
                cure = "Ask the supplier where it comes from."
                raise FileRejected(f"{self._file}: has more than {_MOST_SHEETS:,} sheets.", cure)
            self._grid = self.grids[wanted] = []
            self._row, self._skip_rows = -1, 0
        elif name == "Row" and inside == "Table":
            self._row = self._place(told, self._row + 1 + self._skip_rows)
            self._skip_rows = self._count(told, "Span")
            self._column, self._after = -1, 0
        elif name == "Cell" and inside == "Row":
            self._column = self._place(told, self._column + 1 + self._after)
            self._after = self._count(told, "MergeAcross")
        elif name == "Data" and inside == "Cell":
            self._type, self._said = told.get("Type", ""), []

    def text(self, said: str) -> None:
        if self._said is not None:
            self._said.append(said)

    def end(self, _tag: str) -> None:
        name = self._open.pop()
        if name == "Data" and self._said is not None and self._open[-1] == "Cell":
            self._put(_value(self._type, "".join(self._said)))
            self._said = None

    def _place(self, told: dict[str, str], following: int) -> int:
        """Where a row or cell stands: where its Index says, which may only leap ahead, else after the one before."""
        index = told.get("Index", "")
        return max(following, int(index) - 1) if index.isdecimal() and len(index) < 8 else following

    def _count(self, told: dict[str, str], name: str) -> int:
        text = told.get(name, "")
        return int(text) if text.isdecimal() and len(text) < 8 else 0

    def _put(self, value: Cell) -> None:
        if value == "":
            return
        rows, grid = self._row + 1, self._grid
        had = len(grid[self._row]) if self._row < len(grid) else 0
        self._left -= max(0, rows - len(grid)) + max(0, self._column + 1 - had)
        if self._left < 0 or self._column >= _MOST_COLUMNS:
            raise FileRejected(
                f"{self._file}: its cells reach too far out, to row {rows:,} and column {self._column + 1:,}.",
                "Delete the rows and columns beyond the data and save it again.",
            )
        grid.extend([] for _ in range(rows - len(grid)))
        cells = grid[self._row]
        cells.extend([""] * (self._column + 1 - len(cells)))
        cells[self._column] = value


def _value(kind: str, text: str) -> Cell:
    if kind == "Number":
        try:
            return float(text)
        except ValueError:
            return text
    if kind == "DateTime":
        try:
            return datetime.fromisoformat(text.strip().removesuffix("Z"))
        except ValueError:
            return text
    if kind == "Boolean":
        return text.strip() in ("1", "true", "True")
    return text
