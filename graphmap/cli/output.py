"""How results are shown: a table to read, JSON or CSV to go on with. Data goes to stdout, everything else to stderr.

Names come out of files, so nothing in them may act on the terminal or on a spreadsheet: control characters are
removed, rich's markup is never parsed, and in CSV a text that looks like a formula is made harmless.
"""

from __future__ import annotations

import csv
import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import StringIO
from textwrap import indent
from typing import TYPE_CHECKING, Any, Literal, TextIO

from graphmap.cli.layout import ENDLESS, Column, Row, Steps, Table, Words, number, share, text
from graphmap.wording import clean

if TYPE_CHECKING:
    from rich.console import Console, Group

    from graphmap.graph import Receipt
    from graphmap.results import Result

__all__ = ["Column", "Form", "Row", "Steps", "Table", "number", "share", "text"]

Form = Literal["table", "json", "csv"]

WIDTH = 80
"""Characters of a line where stdout is not a terminal and ``COLUMNS`` does not say."""


def receipts(found: Sequence[Receipt]) -> str:
    """The first of one or more receipts, and how many more there are."""
    return f"{found[0]}" + (f" and {len(found) - 1} more" if len(found) > 1 else "")


def words(line: str = "", style: str = "") -> Words:
    """A line of words for the terminal; nothing in it is markup."""
    return Words(line, style)


def command(line: str) -> Group:
    """A command to copy: on one line, however narrow the terminal."""
    from rich.console import Group
    from rich.text import Text

    return Group(Text(clean(line), no_wrap=True, overflow="ignore"))  # a bare text would lose its no_wrap in print


# ---- writing --------------------------------------------------------------------------------------------------


def console(stream: TextIO, *, wide: bool = False) -> Console:
    """A stream as rich writes to it: as wide as the terminal, else of a fixed width; or with lines that never end."""
    from rich.console import Console

    width = ENDLESS if wide else None if stream.isatty() or os.environ.get("COLUMNS") else WIDTH
    return Console(file=stream, width=width, highlight=False, markup=False, emoji=False, soft_wrap=False)


class PipeClosed(Exception):  # noqa: N818 - no error: the reader of our output, such as head, has seen enough
    """Whoever read stdout has gone. Told apart from ``BrokenPipeError``, of which click makes exit code 1."""


@contextmanager
def to_stdout() -> Iterator[TextIO]:
    """Stdout, flushed at the end."""
    try:
        yield sys.stdout
        sys.stdout.flush()
    except BrokenPipeError:
        raise PipeClosed from None


def write_json(result: Result[Any]) -> None:
    """A result as JSON, row by row: there may be millions."""
    from graphmap.results import plain

    with to_stdout() as out:
        # In UTF-8 names can be read; elsewhere they must still arrive.
        in_full = out.encoding.lower().replace("-", "").startswith("utf")

        def dumped(value: Any, depth: str) -> str:
            return indent(json.dumps(value, ensure_ascii=not in_full, indent=2, allow_nan=False), depth)

        out.write("{\n")
        for name, value in result.head().items():
            out.write(f'  "{name}": {dumped(value, "  ").lstrip()},\n')
        out.write('  "rows": [')
        for n, row in enumerate(result.rows):
            out.write(f"{',' if n else ''}\n{dumped(plain(row), '    ')}")
        out.write("\n  ]\n}\n" if len(result.rows) else "]\n}\n")


def write_csv(result: Result[Any]) -> None:
    """The flat form of a result as CSV."""
    with to_stdout() as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(map(_csv_cell, result.flat_columns))
        writer.writerows(map(_csv_cell, row) for row in result.flat())


def write_lines(lines: Iterable[Any], *, wide: bool = False) -> None:
    """Texts, tables and steps for a reader."""
    with to_stdout() as out:
        written = out if out.isatty() else StringIO()
        shown = console(written, wide=wide)
        for line in lines:
            shown.print(words(line) if isinstance(line, str) else line, crop=False)
        if isinstance(written, StringIO):  # without the blanks that fill a table's lines
            out.writelines(f"{line.rstrip()}\n" for line in written.getvalue().splitlines())


def _csv_cell(value: Any) -> Any:
    """A value for a spreadsheet; text that it would take for a formula gets a leading apostrophe."""
    from graphmap import export
    from graphmap.results import plain

    if isinstance(value, Mapping):
        value = [f"{name}: {item}" for name, item in value.items()]
    if isinstance(value, Sequence) and not isinstance(value, str):
        value = "; ".join(str(item) for item in value)
    value = plain(value)
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
