"""How results are shown: a table to read, JSON or CSV to go on with. Data goes to stdout, everything else to stderr.

Names come out of files, so nothing in them may act on the terminal or on a spreadsheet: control characters are
removed, rich's markup is never parsed, and in CSV a text that looks like a formula is made harmless.
"""

from __future__ import annotations

import csv
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING, Any, Literal, TextIO

from graphmap.wording import UNKNOWN, clean, is_unknown, percent

if TYPE_CHECKING:
    from rich.console import Console, Group
    from rich.table import Table
    from rich.text import Text

    from graphmap.graph import Receipt

Form = Literal["table", "json", "csv"]
Row = Mapping[str, Any]

WIDTH = 118
"""Characters of a line where stdout is not a terminal and ``COLUMNS`` does not say."""

# ---- values ---------------------------------------------------------------------------------------------------


def receipts(found: Sequence[Receipt]) -> str:
    """The first of one or more receipts, and how many more there are."""
    return f"{found[0]}" + (f" and {len(found) - 1} more" if len(found) > 1 else "")


def plain(value: Any) -> Any:
    """A value as JSON knows it: what is unknown is null, never 0 and never NaN."""
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [plain(item) for item in value]
    return None if is_unknown(value) else value


@dataclass(frozen=True)
class Records(Sequence[Row]):
    """The rows of a DataFrame, each made when it is asked for: a table shows a few of what may be millions."""

    frame: Any

    def __len__(self) -> int:
        return len(self.frame)

    def __getitem__(self, part: Any) -> Any:
        """A row, or the rows of a slice."""
        return Records(self.frame.iloc[part]) if isinstance(part, slice) else self.frame.iloc[part].to_dict()

    def __iter__(self) -> Iterator[dict[str, Any]]:
        names = self.columns
        return (dict(zip(names, values, strict=True)) for values in self.frame.itertuples(index=False, name=None))

    @property
    def columns(self) -> list[str]:
        """The names of the columns."""
        return list(map(str, self.frame))


# ---- tables ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Column:
    """One column of a table: its heading, how a row's cell reads, and whether it is a number (right-aligned)."""

    heading: str
    cell: Callable[[Row], str]
    right: bool = False
    wrap: bool = True


def text(key: str, heading: str) -> Column:
    """A column of words; what is absent is left blank."""
    return Column(heading, lambda row: "" if is_unknown(row[key]) else str(row[key]))


def number(key: str, heading: str) -> Column:
    """A column of counts; what is unknown says so."""
    return Column(heading, lambda row: UNKNOWN if is_unknown(row[key]) else f"{row[key]:,.0f}", right=True, wrap=False)


def share(key: str, heading: str) -> Column:
    """A column of shares, shown as percentages."""
    return Column(heading, lambda row: percent(row[key]), right=True, wrap=False)


def table(columns: Sequence[Column], rows: Iterable[Row]) -> Table:
    """A table for the terminal."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    out = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
    for column in columns:
        out.add_column(Text(column.heading), justify="right" if column.right else "left", no_wrap=not column.wrap)
    for row in rows:
        out.add_row(*(Text(clean(column.cell(row))) for column in columns))
    return out


def steps(rows: Iterable[tuple[str, str, str]]) -> Table:
    """Lines of how much, what and where it stands, one under the other."""
    from rich.table import Table
    from rich.text import Text

    out = Table.grid(padding=(0, 2))
    out.add_column(justify="right", no_wrap=True, min_width=10)
    out.add_column(ratio=4)
    out.add_column(ratio=5)
    for much, what, where in rows:
        out.add_row(Text(clean(much)), Text(clean(what)), Text(clean(where), style="dim"))
    return out


def words(line: str = "", style: str = "") -> Text:
    """A line of words for the terminal; nothing in it is markup."""
    from rich.text import Text

    return Text(clean(line), style=style)


def command(line: str) -> Group:
    """A command to copy: on one line, however narrow the terminal."""
    from rich.console import Group
    from rich.text import Text

    return Group(Text(clean(line), no_wrap=True, overflow="ignore"))  # a bare text would lose its no_wrap in print


# ---- writing --------------------------------------------------------------------------------------------------


def console(stream: TextIO) -> Console:
    """A stream as rich writes to it: as wide as the terminal, else of a fixed width."""
    from rich.console import Console

    width = None if stream.isatty() or os.environ.get("COLUMNS") else WIDTH
    return Console(file=stream, width=width, highlight=False, markup=False, emoji=False, soft_wrap=False)


@dataclass(frozen=True)
class Result:
    """What a verb found, in the three forms that it may be asked for.

    ``lines`` gives what a reader sees: texts, tables and ``words``. ``rows`` is the main table for CSV; ``header``
    names its columns in case it is empty. ``data`` is everything for JSON, by default the rows.
    """

    lines: Callable[[], Iterable[Any]]
    rows: Sequence[Row] = ()
    header: Sequence[str] = ()
    data: Any = None

    @property
    def columns(self) -> Sequence[str]:
        """The names of the columns of ``rows``."""
        if isinstance(self.rows, Records):
            return self.rows.columns
        return self.header or [name for row in self.rows[:1] for name in row]


def show(form: Form, result: Result) -> None:
    """Write a result to stdout."""
    try:
        if form == "json":
            _write_json(result.rows if result.data is None else result.data)
        elif form == "csv":
            _write_csv(result)
        else:
            _write_lines(result.lines())
        sys.stdout.flush()
    except BrokenPipeError:
        raise PipeClosed from None


class PipeClosed(Exception):  # noqa: N818 - no error: the reader of our output, such as head, has seen enough
    """Whoever read stdout has gone. Told apart from ``BrokenPipeError``, of which click makes exit code 1."""


def _write_json(data: Any) -> None:
    # In UTF-8 names can be read; elsewhere they must still arrive.
    in_full = sys.stdout.encoding.lower().replace("-", "").startswith("utf")
    json.dump(plain(data), sys.stdout, ensure_ascii=not in_full, indent=2, allow_nan=False)
    sys.stdout.write("\n")


def _write_csv(result: Result) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(result.columns)
    writer.writerows([_csv_cell(value) for value in row.values()] for row in result.rows)


def _write_lines(lines: Iterable[Any]) -> None:
    written = sys.stdout if sys.stdout.isatty() else StringIO()
    out = console(written)
    for line in lines:
        out.print(words(line) if isinstance(line, str) else line, crop=False)
    if isinstance(written, StringIO):  # without the blanks that fill a table's lines
        sys.stdout.writelines(f"{line.rstrip()}\n" for line in written.getvalue().splitlines())


def _csv_cell(value: Any) -> Any:
    """A value for a spreadsheet; text that it would take for a formula gets a leading apostrophe."""
    from graphmap import export

    value = plain(value)
    if isinstance(value, list):
        value = "; ".join(map(str, value))
    return export.safe(clean(value)) if isinstance(value, str) else value


def say(line: str) -> None:
    """Tell the user something on stderr, where it does not mix with data."""
    sys.stderr.write(clean(line) + "\n")


@contextmanager
def busy(what: str, *, quiet: bool = False) -> Iterator[None]:
    """Show on a terminal that work is going on."""
    if quiet or not sys.stderr.isatty():
        yield
        return
    with console(sys.stderr).status(words(what)):
        yield
