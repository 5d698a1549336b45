"""Documents: workbooks, text tables and JSON files that know where everything stands in them."""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache, partial
from pathlib import Path
from typing import TypeVar

from graphmap.errors import FileRejected
from graphmap.records import Issue, Severity
from graphmap.sheets import container, marks, values
from graphmap.sheets.container import column_number
from graphmap.sheets.table import Columns, Row, Table, find_fields, header_key, unread
from graphmap.sheets.values import Cell, Doubtful, shown

HEADER_ROWS = 20
"""The header of a table stands within so many rows."""

T = TypeVar("T")


@dataclass(frozen=True)
class Reads:
    """What a loader recognises, as data: a template by its cells, a table by its header, a JSON file by its keys.

    A template has all ``sheets``, and one of ``cells`` (address and regular expression) matches.

    A table has all fields of one of ``needs`` in its header, whose names ``columns`` gives. It also proves of what kind
    it is: it has all fields of one of ``proof``, and the head of at least one of these is none that any table may have
    ("name", "country"), or at least a third of its values match ``values`` (field and regular expression, compared in
    lower case). Instead of that its sheet, or a title above its header, may be ``called`` so. Without ``proof``,
    ``needs`` are enough. A head with a word of ``foreign`` says that it is a table of another kind.

    ``json_keys`` must stand in the object of a JSON file. Where several loaders recognise a table, the lowest ``order``
    goes first, then the one that knows most of its columns.
    """

    kind: str
    title: str
    sheets: tuple[str, ...] = ()
    cells: Mapping[str, str] = field(default_factory=dict)
    columns: Columns = field(default_factory=dict)
    needs: tuple[tuple[str, ...], ...] = ()
    proof: tuple[tuple[str, ...], ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    called: tuple[str, ...] = ()
    foreign: frozenset[str] = frozenset()
    json_keys: tuple[str, ...] = ()
    order: int = 0


def open_document(path: Path | str, *, today: date) -> Document:
    """Open a workbook, a text table or a JSON file, whatever its name says.

    Raises ``FileRejected`` for what is none of them, damaged, protected or hostile. A sheet is read when it is
    first asked for. A forged file may still abort the process there: run it in ``workers.run`` and ask
    ``diagnose`` when the worker died. ``today`` is the day on which the document is judged.
    """
    path = Path(path)
    return Document(path, container.open_content(path), today)


def header_of(document: Document, columns: Columns) -> dict[str, str]:
    """The fields whose headers stand in one row of the document, with the header as it is written; else {}.

    Reads the sheets until it has seen the head of each.
    """
    table = document.find_table(columns)
    return {name: table.header(column) for name, column in table.index.items()} if table else {}


class Document:
    """An opened document.

    Attributes:
        file: its name, without the folder, fit to be shown.
        path: where it lies.
        digest: SHA-256 of its bytes, in hex.
        form: "xlsx", "xls", "xml" (a workbook as Excel 2003 XML), "csv" or "json", by its content.
        modified: when it was last saved, in UTC, e.g. "2026-03-01T10:00:00Z": by its own word if it is an .xlsx,
            else by that of the file system.
        today: the day on which it is judged.
        sheet_names: in order, hidden ones too. A text table has one sheet, named "".
        part: the sheets whose tables are read, if that is told; else None, and ``table`` looks for the best one.
        rows_read: addresses of the rows handed out so far.
        taken: by sheet and row number, a bit for every column that was read.
    """

    def __init__(self, path: Path, content: container.Content, today: date) -> None:
        self.path = path
        self.file = content.file
        self.digest = content.digest
        self.form = content.form
        self.modified = content.modified
        self.today = today
        self.sheet_names: tuple[str, ...] = tuple(content.sheet_names)
        self.part: tuple[str, ...] | None = None
        self.rows_read: list[str] = []
        self.taken: defaultdict[str, defaultdict[int, int]] = defaultdict(lambda: defaultdict(int))
        self._issues: list[Issue] = []
        self._tables: defaultdict[str, list[Table]] = defaultdict(list)
        self._content = content
        self._sheets = {name.strip().casefold(): name for name in reversed(self.sheet_names)}
        self._grids: dict[str, list[list[Cell]]] = {}
        self._merged: dict[str, list[tuple[int, int, int]]] = {}
        self._heads: dict[str, list[list[str]]] = {}
        self._reported: set[tuple[str, str]] = set()
        self._private = re.compile(r"(?!)")
        self._encoding = ""

    @property
    def issues(self) -> list[Issue]:
        """What was doubtful so far, and what was not read so far of the tables that were gone through."""
        if self._encoding not in ("", "UTF-8", "UTF-16"):
            message = f"the file is not in UTF-8 and was read as {self._encoding}"
            cure = "Check letters with accents, or save it as CSV UTF-8."
            self.report("warning", "A1", message, cure=cure)
        return [*self._issues, *(note for tables in self._tables.values() for note in unread(tables))]

    def only(self, sheets: Collection[str]) -> Document:
        """The same document, of which these sheets are read as tables of one kind; it keeps issues of its own."""
        other = Document(self.path, self._content, self.today)
        other.part = tuple(name for name in self.sheet_names if name in sheets)
        other._grids, other._heads, other._merged = self._grids, self._heads, self._merged
        other._encoding = self._encoding
        other._issues, other._reported = list(self._issues), set(self._reported)
        return other

    # --- cells ---

    def cells(self, sheet: str) -> list[list[Cell]]:
        """All rows of a sheet from A1 on, as they are; a blank cell is "". Rows of a text table differ in length."""
        name = self._sheets.get(sheet.strip().casefold())
        if name is None:
            raise FileRejected(f"{self.file}: no sheet '{shown(sheet)}'; {self._what_is_there()}.", _RIGHT_FILE)
        if name not in self._grids:
            self._grids[name] = self._read_text() if self.form == "csv" else self._read_sheet(name)
        return self._grids[name]

    def text(self, address: str) -> str:
        """The cleaned text of a cell, e.g. of "Declaration!D8"; "" when it is blank."""
        return self.clean(self._cell(address), address)

    def judge_date(self, cell: Cell, address: str) -> date | None:
        """The date that a cell holds or spells, a number by the workbook's own calendar; as ``judge``."""
        if self._content.from_1904 and isinstance(cell, int | float) and not isinstance(cell, bool):
            cell = cell + container.DAYS_TO_1904
        return self.judge(values.date_of, cell, address)

    def date(self, address: str) -> date | None:
        """The date in a cell. None when it is blank and, with an issue, when it is none or can be two."""
        return self.judge_date(self._cell(address), address)

    # --- tables ---

    def rows(
        self, sheet: str, *, first: int, columns: Mapping[str, str], ignore: Collection[str] = ()
    ) -> Iterator[Row]:
        """The rows of a sheet from number ``first`` on; ``columns`` gives the letter of each field's column.

        Rows that are blank in these columns are skipped. What nobody takes of a column, mapped or not, becomes one
        note, except in those that ``ignore`` names (letters).
        """
        table = self._table(sheet, first - 1, {name: column_number(at) - 1 for name, at in columns.items()})
        table.ignored = frozenset(column_number(letters) - 1 for letters in ignore)
        return self._go_through(table)

    def table(self, columns: Columns, sheet: str | None = None, *, ignore: Collection[str] = ()) -> Iterator[Row]:
        """The rows below that header, among the first rows, which names most of ``columns``.

        Of a document of which certain sheets are read (``part``), the tables of all of them. Letter case, spacing and
        punctuation of headers do not matter. ``ignore`` gives the headers of columns that are left out on purpose.
        Formulas that failed become issues where they are taken. Raises ``FileRejected`` when there is no such header.
        """
        sheets = (sheet,) if sheet is not None or self.part is None else self.part
        tables = [table for name in sheets if (table := self.find_table(columns, name))]
        if not tables:
            wanted = ", ".join(f"'{names[0]}'" for names in columns.values())
            raise FileRejected(
                f"{self.file}: no row among the first {HEADER_ROWS} names a column {wanted}; {self._what_is_there()}.",
                "Put the names of the columns into one row above the data.",
            )
        left_out = {header_key(name) for name in ignore}
        for table in tables:
            table.percent_cells = partial(marks.percent_cells, self._content, table.sheet)
            header = self._head(table.sheet)[table.start - 1]
            table.ignored = frozenset(i for i, key in enumerate(header) if key in left_out) - {*table.index.values()}
        return itertools.chain.from_iterable(map(self._marked, tables))

    def heads(self, sheet: str) -> list[list[str]]:
        """The first rows of a sheet as ``header_key`` compares them; what is no text is ""."""
        return self._head(sheet)

    def find_table(self, columns: Columns, sheet: str | None = None) -> Table | None:
        """The table whose header names most of ``columns``; the first one of equals."""
        best: Table | None = None
        for name in self.part or self.sheet_names if sheet is None else (sheet,):
            for number, keys in enumerate(self._head(name), 1):
                index = find_fields(keys, columns)
                if len(index) > (len(best.index) if best else 0):
                    best = self._table(name, number, index)
        return best

    def json(self) -> object:
        """The content of a JSON file, its texts cleaned."""
        if self.form != "json":
            raise FileRejected(f"{self.file}: is not a JSON file; {self._what_is_there()}.", _RIGHT_FILE)
        try:
            content = json.loads(container.decode(self._content.data)[0], parse_constant=_refuse_constant)
            return self._clean_json(content, "$")
        except RecursionError:
            raise FileRejected(f"{self.file}: its JSON is nested too deeply.", _RIGHT_FILE) from None
        except ValueError as error:
            raise FileRejected(f"{self.file}: is not valid JSON: {shown(error)}.", _RIGHT_FILE) from None

    # --- doubts ---

    def keep_private(self, addresses: str) -> None:
        """Keep personal data out of issues: those at addresses that match this pattern show no value."""
        self._private = re.compile(addresses)

    def issue(self, severity: Severity, address: str, message: str, value: object = "", cure: str = "") -> None:
        """Note something doubtful at an address, with the value that was read there."""
        seen = "" if self._private.fullmatch(address) else shown(value)
        self._issues.append(Issue(severity, address, message, seen, cure))

    def report(self, severity: Severity, address: str, message: str, value: object = "", cure: str = "") -> None:
        """Note it once, however often the cell is read."""
        if (address, message) not in self._reported:
            self._reported.add((address, message))
            self.issue(severity, address, message, value, cure)

    def clean(self, cell: Cell, address: str) -> str:
        """The text of a cell, cleaned; what had to be cleaned is reported."""
        if cell == "":
            return ""
        text, wrong = values.clean(values.as_text(cell))
        if text in values.ERROR_VALUES:
            self.report("error", address, "the formula failed", cell, "Correct the formula, or write the value itself.")
            return ""
        if wrong:
            self.report("warning", address, wrong, cell, "Check the text and type it again.")
        return text

    def judge(self, judge: Callable[[Cell], T], cell: Cell, address: str) -> T | None:
        """What ``judge`` makes of a cell; None for a blank cell and, reported, for a doubtful one."""
        if isinstance(cell, str):
            cell = self.clean(cell, address)
            if not cell:
                return None
        try:
            return judge(cell)
        except Doubtful as doubt:
            text = values.as_text(cell)
            self.report("error", address, f"'{shown(text, 40)}' {doubt.message}", text, doubt.cure)
            return None

    # --- inside ---

    def _table(self, sheet: str, start: int, index: Mapping[str, int]) -> Table:
        return Table(sheet, self.cells(sheet), start, index, self.taken[sheet])

    def _marked(self, table: Table) -> Iterator[Row]:
        self._mark_errors(table.sheet)
        return self._go_through(table)

    def _go_through(self, table: Table) -> Iterator[Row]:
        self._tables[table.sheet].append(table)
        self._repeat_merged(table)
        return table.rows(self)

    def _repeat_merged(self, table: Table) -> None:
        """Give the value of cells that are merged over several rows to each of them that holds something else."""
        fields = set(table.index.values())
        for column, first, last in self._merged.get(table.sheet, ()):
            rows = [
                row
                for number in range(max(first, table.start) + 1, min(last + 1, len(table.grid)))
                if (row := table.grid[number]) and column < len(row) and row[column] == ""
                and any(row[other] != "" for other in fields if other < len(row))
            ] if column in fields and first >= table.start else []  # fmt: skip
            if rows and (value := table.grid[first][column]) != "":
                for row in rows:
                    row[column] = value  # type: ignore[index]
                address = table.address(first + 1, column)
                message = f"the cell is merged over {last - first + 1} rows, and its value counts for each of them"
                self.report("note", address, message, value)

    def _read_sheet(self, name: str) -> list[list[Cell]]:
        if self.form == "xml":
            return self._content.grids[name]
        container.check_rectangle(self._content, name)
        assert self._content.workbook
        with container.reading(self.file, f"sheet '{shown(name)}'"):
            sheet = self._content.workbook.get_sheet_by_name(name)
            self._merged[name] = [
                (column, top, bottom)
                for (top, column), (bottom, right) in sheet.merged_cell_ranges or ()
                if column == right and top < bottom
            ]
            # From A1 on, so that rows and columns keep their true numbers.
            return sheet.to_python(skip_empty_area=False)

    def _read_text(self) -> list[list[Cell]]:
        text, self._encoding = container.decode(self._content.data)
        delimiter = _delimiter(text)
        # Text after a closing quote is common and harmless; a quote that never closes would swallow rows.
        for strict in (True, False):
            reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=strict)
            try:
                rows = list(reader)
            except csv.Error as error:
                if not strict or "end of data" in str(error) or "field" in str(error):
                    raise FileRejected(
                        f"{self.file}: cannot be read as a table: {error}, near line {reader.line_num}.",
                        "Look for a quotation mark that is opened and never closed.",
                    ) from None
            else:
                return self._unswallowed(rows, text, delimiter)  # type: ignore[return-value]
        raise AssertionError("the second round returns or raises")

    def _unswallowed(self, rows: list[list[str]], text: str, delimiter: str) -> list[list[str]]:
        """The rows, or those that a stray quotation mark has swallowed: where each line by itself has all columns."""
        swallowing = next((number for number, row in enumerate(rows) if any("\n" in cell for cell in row)), None)
        if swallowing is None:
            return rows
        plain = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quoting=csv.QUOTE_NONE))
        if {len(row) for row in plain if row} != {len(rows[0])} or len(rows[0]) < 2:
            return rows
        message = "a quotation mark is opened here and not closed on its line; each line is read as a row of its own"
        self.report(
            "warning", f"A{swallowing + 1}", message, cure="Take the mark out, or close it before the next column."
        )
        return [[cell.strip().strip('"') for cell in row] for row in plain]

    def _mark_errors(self, sheet: str) -> None:
        grid = self.cells(sheet)
        for (row, column), error in marks.error_cells(self._content, sheet).items():
            if row < len(grid) and column < len(grid[row]) and grid[row][column] == "":
                grid[row][column] = error

    def _head(self, sheet: str) -> list[list[str]]:
        if sheet not in self._heads:
            self._heads[sheet] = [
                [header_key(cell) if isinstance(cell, str) else "" for cell in row]
                for row in self.cells(sheet)[:HEADER_ROWS]
            ]
        return self._heads[sheet]

    def _cell(self, address: str) -> Cell:
        sheet, row, column = _place(address)
        grid = self.cells(sheet)
        self.taken[sheet][row + 1] |= 1 << column
        return grid[row][column] if row < len(grid) and column < len(grid[row]) else ""

    def _what_is_there(self) -> str:
        if self.form == "json":
            return "it is a JSON file"
        if self.form == "csv":
            first = next((row for row in self.cells("") if any(row)), [])
            return "it is a text table that begins with " + ", ".join(f"'{shown(cell, 30)}'" for cell in first[:12])
        names = [f"'{shown(name, 40)}'" for name in self.sheet_names]
        more = f" and {len(names) - 12} more" if len(names) > 12 else ""
        return f"there {'is' if len(names) == 1 else 'are'} {', '.join(names[:12])}{more}"

    def _clean_json(self, value: object, place: str) -> object:
        if isinstance(value, str):
            return self.clean(value, place)
        if isinstance(value, list):
            return [self._clean_json(item, f"{place}[{number}]") for number, item in enumerate(value)]
        if isinstance(value, dict):
            return {key: self._clean_json(item, f"{place}.{shown(key, 40)}") for key, item in value.items()}
        return value


_RIGHT_FILE = "Is this the right document?"


@lru_cache(maxsize=4096)
def _place(address: str) -> tuple[str, int, int]:
    """Sheet, row and column, from 0, of an address such as "Declaration!D8"."""
    sheet, _, cell = address.rpartition("!")
    match = re.fullmatch(r"([A-Z]{1,3})([1-9]\d{0,6})", cell)
    if not match:
        raise ValueError(f"no address of a cell: {address!r}")
    return sheet, int(match[2]) - 1, column_number(match[1]) - 1


def _delimiter(text: str) -> str:
    """What parts the cells: that of comma, semicolon and tab which parts most of the first rows alike."""
    if match := re.match(r"sep=([,;\t|])\s", text):  # Excel's own mark
        return match[1]

    def agreement(delimiter: str) -> tuple[int, int]:
        rows = itertools.islice(csv.reader(io.StringIO(text[:20_000], newline=""), delimiter=delimiter), HEADER_ROWS)
        widths = Counter(len(row) for row in rows if len(row) > 1)
        return max(((count, width) for width, count in widths.items()), default=(0, 0))

    return max(",;\t", key=agreement)


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is not a value of JSON")
