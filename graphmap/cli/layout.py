"""How tables and steps are laid out on the lines of a terminal.

Texts wrap at blanks, never inside a word while there is another way. Columns that do not fit are left out, the last one
first, and a line below says which; on endless lines (``--wide``) all are there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graphmap.wording import UNKNOWN, clean, is_unknown, percent, shown

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions
    from rich.text import Text

Row = Mapping[str, Any]

ENDLESS = 100_000
"""Characters of a line that never ends."""

_GAP = 2
_LONGEST = 32
"""A longer word may be broken, so that it does not take the room of everything else."""

_BREAKS = "-_/.:,;|&"
"""After which signs a word that is too long is best broken."""


@dataclass(frozen=True)
class Column:
    """One column of a table: its heading, how a row's cell reads, whether it is a number (right-aligned).

    ``least``: with less room than this, columns behind it are left out first. ``keep``: it is never left out.
    """

    heading: str
    cell: Callable[[Row], str]
    right: bool = False
    least: int = 0
    keep: bool = False


def text(key: str, heading: str, *, least: int = 0, keep: bool = False) -> Column:
    """A column of words; what is absent is left blank."""
    return Column(heading, lambda row: "" if is_unknown(row.get(key)) else shown(row[key]), least=least, keep=keep)


def number(key: str, heading: str) -> Column:
    """A column of counts; what is unknown says so."""
    return Column(heading, lambda row: UNKNOWN if is_unknown(row[key]) else f"{row[key]:,.0f}", right=True)


def share(key: str, heading: str) -> Column:
    """A column of shares, shown as percentages."""
    return Column(heading, lambda row: percent(row[key]), right=True)


# ---- width of texts -------------------------------------------------------------------------------------------


def width_of(line: str) -> int:
    """How many cells of a terminal a text takes: two for a wide character."""
    from rich.cells import cell_len

    return cell_len(line)


def wrap(line: str, width: int) -> list[str]:
    """A text in lines of at most this width, broken at blanks; inside a word only if the word is longer.

    A text that fits stays as it is; one that does not keeps its indentation on each of its lines.
    """
    if width_of(line) <= width:
        return [line]
    margin = line[: len(line) - len(line.lstrip())] if len(line) - len(line.lstrip()) < width // 2 else ""
    out, current = [], ""
    for word in _words(line):
        joined = f"{current} {word}" if current else margin + word
        if width_of(joined) <= width:
            current = joined
            continue
        if current:
            out.append(current)
        *full, current = (margin + part for part in _broken(word, max(width - len(margin), 1)))
        out += full
    return [*out, current] if current or not out else out


def _words(line: str) -> list[str]:
    """The words of a text; a sign of percent stays with its number."""
    words: list[str] = []
    for word in line.split():
        if word.startswith("%") and words:
            words[-1] += f" {word}"
        else:
            words.append(word)
    return words


def _broken(word: str, width: int) -> list[str]:
    """A word in pieces that fit, cut behind a sign where there is one."""
    pieces = []
    while width_of(word) > width:
        end, taken = 0, 0
        while end < len(word) and taken + width_of(word[end]) <= max(width, 2):
            taken += width_of(word[end])
            end += 1
        cut = max(word.rfind(sign, 0, end) for sign in _BREAKS) + 1
        end = cut if cut > end // 2 else max(end, 1)
        pieces.append(word[:end])
        word = word[end:]
    return [*pieces, word]


def _unbroken(word: str) -> int:
    """The least width in which a word stays whole. Between wide characters any place will do."""
    width = width_of(word)
    return min(width, _LONGEST if width == len(word) else 16)


def _lines(cell: str) -> list[str]:
    return [clean(line) for line in cell.split("\n")]


class Words:
    """A line of words, wrapped when it is known how wide the terminal is; nothing in it is markup."""

    def __init__(self, line: str, style: str = "") -> None:
        self._line, self._style = clean(line), style

    def __rich_console__(self, _console: Console, options: ConsoleOptions) -> Iterator[Text]:
        from rich.text import Text

        for line in wrap(self._line, options.max_width):
            yield Text(line, self._style, no_wrap=True, overflow="ignore")


# ---- tables ---------------------------------------------------------------------------------------------------


class Table:
    """A table, laid out when it is known how wide the terminal is."""

    def __init__(self, columns: Sequence[Column], rows: Iterable[Row]) -> None:
        self.columns = columns
        cells = [[_lines(column.cell(row)) for column in columns] for row in rows]
        self._cells = cells
        self._natural, self._least, self._whole, self._tight = [], [], [], []
        for i, column in enumerate(columns):
            heading = set(column.heading.split())
            lines = {line for row in cells for line in row[i]}
            natural = max(map(width_of, lines | set(column.heading.split("\n"))), default=0)
            tight = max(map(_unbroken, {word for line in lines for word in _words(line)} | heading), default=0)
            whole = max(map(width_of, lines | heading), default=0) if column.right else tight
            self._natural.append(natural)
            self._whole.append(whole)
            self._tight.append(tight)
            self._least.append(max(whole, min(natural, column.least)))

    def __rich_console__(self, _console: Console, options: ConsoleOptions) -> Iterator[Text]:
        from rich.text import Text

        lines, left_out = self.laid_out(options.max_width)
        for line in lines:
            yield Text(line, no_wrap=True, overflow="ignore")
        if left_out:
            names = ", ".join(" ".join(one.heading.split()).lower() or "remarks" for one in left_out)
            yield Text(f"Not shown for lack of room: {names}; --wide shows all", style="dim")

    def laid_out(self, width: int) -> tuple[list[str], list[Column]]:
        """The lines of the table in this width, and the columns that found no room in it."""
        kept = self._fitting(width)
        widths, gap = self._widths(kept, width)
        heads = [wrap_all(self.columns[i].heading.split("\n"), w) for i, w in zip(kept, widths, strict=True)]
        depth = max(map(len, heads), default=0)
        out = self._block([[""] * (depth - len(head)) + head for head in heads], kept, widths, gap)
        out.append("─" * min(sum(widths) + len(gap) * (len(widths) - 1), width))
        for row in self._cells:
            out += self._block([wrap_all(row[i], w) for i, w in zip(kept, widths, strict=True)], kept, widths, gap)
        return out, [column for i, column in enumerate(self.columns) if i not in kept]

    def _fitting(self, width: int) -> list[int]:
        """The columns that fit, when the last one is left out first."""
        kept = list(range(len(self.columns)))
        for i in reversed(range(1, len(self.columns))):
            if sum(self._least[j] + _GAP for j in kept) - _GAP <= width:
                break
            if not self.columns[i].keep:
                kept.remove(i)
        return kept

    def _widths(self, kept: Sequence[int], width: int) -> tuple[list[int], str]:
        """A width for each column, what it must have and its part of the room that is left, and the gap between."""
        room, gap = width - _GAP * (len(kept) - 1), " " * _GAP
        for wanted in (self._least, self._whole, self._tight):  # in which less and less stays on one line
            widths = [wanted[i] for i in kept]
            if sum(widths) <= room:
                break
        else:
            room, gap = width - (len(kept) - 1), " "
        while sum(widths) > room and max(widths) > 1:  # words must be broken: those of the widest column of words
            wordy = [n for n, i in enumerate(kept) if not self.columns[i].right and widths[n] > 8]
            widest = max(wordy or range(len(kept)), key=lambda n: widths[n])
            widths[widest] -= 1
        missing = [max(self._natural[i] - w, 0) for i, w in zip(kept, widths, strict=True)]
        spare = min(room - sum(widths), sum(missing))
        if spare > 0:
            given = [spare * want // sum(missing) for want in missing]
            for n in sorted(range(len(kept)), key=lambda n: given[n] - missing[n])[: spare - sum(given)]:
                given[n] += 1
            widths = [w + more for w, more in zip(widths, given, strict=True)]
        return widths, gap

    def _block(self, cells: Sequence[Sequence[str]], kept: Sequence[int], widths: Sequence[int], gap: str) -> list[str]:
        """One row of cells, each in lines, as lines of the table."""
        out = []
        for n in range(max(map(len, cells), default=0)):
            parts = []
            for lines, i, width in zip(cells, kept, widths, strict=True):
                line = lines[n] if n < len(lines) else ""
                blank = " " * max(width - width_of(line), 0)
                parts.append(blank + line if self.columns[i].right else line + blank)
            out.append(gap.join(parts).rstrip())
        return out


def wrap_all(lines: Iterable[str], width: int) -> list[str]:
    """Lines wrapped one by one."""
    return [part for line in lines for part in wrap(line, width)]


# ---- steps ----------------------------------------------------------------------------------------------------


class Steps:
    """Lines of how much, what and where it stands, one under the other; where there is little room, where it stands
    comes below."""

    def __init__(self, rows: Iterable[tuple[str, str, str]]) -> None:
        self._rows = [tuple(clean(part) for part in row) for row in rows]

    def __rich_console__(self, _console: Console, options: ConsoleOptions) -> Iterator[Text]:
        from rich.text import Text

        width, much = options.max_width, max([10, *(width_of(row[0]) for row in self._rows)])
        room = width - much - _GAP
        what, where = (max([0, *(width_of(row[n]) for row in self._rows)]) for n in (1, 2))
        beside = what + _GAP + where <= room
        if not beside and room >= 50:
            what = min(what, max(room * 4 // 9, room - _GAP - where))
            beside = True
        for number, thing, place in self._rows:
            head = " " * (much - width_of(number)) + number + " " * _GAP
            things = wrap(thing, what if beside else room)
            places = wrap(place, max(room - what - _GAP, 1) if beside else room) if place else []
            for n in range(max(len(things), len(places)) if beside else len(things)):
                line = things[n] if n < len(things) else ""
                text_ = Text((head if n == 0 else " " * (much + _GAP)) + line, no_wrap=True, overflow="ignore")
                if beside and n < len(places):
                    text_.append(" " * (what + _GAP - width_of(line)))
                    text_.append(places[n], style="dim")
                yield text_
            if not beside:
                for line in places:
                    yield Text(" " * (much + _GAP) + line, style="dim", no_wrap=True, overflow="ignore")
