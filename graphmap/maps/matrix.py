"""The conformance matrix: which part of its identified smelters is accepted, per direct supplier and mineral.

By count (METHOD section 8). In progress and unidentified stand beside the rate and never in it; where no smelter is
identified the rate is unknown and not zero.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from graphmap import wording
from graphmap.maps.atlas import ALL, Atlas, Site
from graphmap.maps.flow import short_name
from graphmap.maps.palette import LOOKS, MUTED, NAMES, PAPER, RULE
from graphmap.maps.svg import MARGIN, WIDTH, Key, Picture, attribute, glyph, nothing, site, text, text_width
from graphmap.policy import GRADES

MOST_ROWS, MOST_COLUMNS = 40, 12
"""Suppliers and minerals in one picture."""

_ROW, _HEAD = 34.0, 34.0
_NAMES_WIDTH, _EVIDENCE_WIDTH, _WIDEST = 380.0, 74.0, 244.0
"""In pixels: height of a row and of the head, width of names, of the grade, and of a column at most."""

_PALEST, _DEEPEST = 0.06, 0.75
"""Opacity of a cell at a rate of 0 and of 1; between them it rises with the power of 1.5, so that
high rates tell apart.

Text on the deepest has a contrast of 11:1 in light mode and 5:1 in dark."""


@dataclass(frozen=True)
class Cell:
    """The conformance of a supplier for a mineral, counted in smelters; in progress is a part of the identified."""

    mineral: str
    identified: int
    accepted: int
    in_progress: int
    not_judged: int
    unidentified: int

    @property
    def rate(self) -> float:
        """accepted / identified, 0 to 1; NaN where no smelter is identified and judged."""
        return self.accepted / self.identified if self.identified else float("nan")

    @property
    def says(self) -> str:
        """The cell in words."""
        more = [f"{self.in_progress} in progress"] if self.in_progress else []
        more += [f"{self.unidentified} unidentified"] if self.unidentified else []
        if self.not_judged:
            return ", ".join([f"{self.mineral}: {self.not_judged} not judged, no assurance list on that date", *more])
        if not self.identified:
            return ", ".join([f"{self.mineral}: unknown, no smelter identified", *more])
        counts = f"{self.accepted} of {wording.count_of(self.identified, 'smelter')} accepted"
        return ", ".join([f"{self.mineral}: {whole_percent(self.rate)}, {counts}", *more])


@dataclass(frozen=True)
class Row:
    """A supplier and its cells by mineral; a mineral in which it has no part has none."""

    site: Site
    cells: Mapping[str, Cell]

    def lowest(self, minerals: Iterable[str]) -> Cell | None:
        """Its lowest rate among some minerals; None where all of them are unknown."""
        known = [self.cells[one] for one in minerals if one in self.cells and self.cells[one].identified]
        return min(known, key=lambda cell: (cell.rate, -cell.identified, cell.mineral)) if known else None

    def complete(self, minerals: Iterable[str]) -> bool:
        """Whether it has identified smelters and every one of them is accepted."""
        lowest = self.lowest(minerals)
        return lowest is not None and lowest.accepted == lowest.identified

    def doubtful(self, minerals: Iterable[str]) -> bool:
        """Whether smelters of it are not identified, or none is in some mineral."""
        cells = [self.cells[one] for one in minerals if one in self.cells]
        return any(cell.unidentified or not cell.identified for cell in cells)


def find_rows(atlas: Atlas, mineral: str = ALL) -> tuple[Row, ...]:
    """The direct suppliers, or the start where there are none; the lowest rate (of ``mineral``, if one is given) first.

    Suppliers without any known rate have no rank and stand after all others; who has no part in the mineral comes last.
    """
    suppliers = [one for one in atlas.sites if one.tier == 1] or [atlas.sites[0]]
    table = atlas.rates
    names = ("company", "mineral", "identified", "accepted", "in_progress", "not_judged", "unidentified")
    cells: dict[str, dict[str, Cell]] = {}
    for company, of, *counts in zip(*(table[name].tolist() for name in names), strict=True):
        cells.setdefault(str(company), {})[str(of)] = Cell(str(of), *map(int, counts))
    minerals = atlas.minerals if mineral == ALL else (mineral,)

    def badness(row: Row) -> tuple[int, float, int, str, int]:
        lowest = row.lowest(minerals)
        if lowest is None:
            part = any(one in row.cells for one in minerals)
            return 3 if part else 4, 0.0, 0, row.site.name, row.site.number
        group = 0 if lowest.accepted < lowest.identified else 1 if row.doubtful(minerals) else 2
        return group, lowest.rate, lowest.accepted - lowest.identified, row.site.name, row.site.number

    return tuple(sorted((Row(one, cells.get(one.id, {})) for one in suppliers), key=badness))


def draw_matrix(atlas: Atlas, mineral: str = ALL) -> Picture:
    """The matrix of suppliers and minerals; with ``mineral`` its column stands out, and rows are sorted by it."""
    rows = find_rows(atlas, mineral) if atlas.minerals else ()
    if not rows:
        title = f"No document names a mineral of lens {atlas.case.lens.name} for {short_name(atlas.name)}"
        return nothing("matrix", title, "What is not known is no all-clear.", (atlas.basis,))
    minerals, shown = _columns(atlas, mineral), rows[:MOST_ROWS]
    grid = _Grid(atlas, mineral, minerals)
    body = grid.head(shown) + "".join(grid.row(i, row) for i, row in enumerate(shown))
    return Picture(
        "matrix",
        _title(atlas, mineral, rows),
        _subtitle(atlas, mineral, rows, minerals),
        _HEAD + _ROW * len(shown) + 6,
        body,
        _legend(),
        tuple(_notes(atlas)),
        tuple(sorted(row.site.number for row in shown)),
    )


def _columns(atlas: Atlas, mineral: str) -> tuple[str, ...]:
    """The minerals that have a column; one that is asked for is always among them."""
    first = atlas.minerals[:MOST_COLUMNS]
    return first if mineral == ALL or mineral in first else (*first[:-1], mineral)


class _Grid:
    """Where cells stand and how they look."""

    def __init__(self, atlas: Atlas, mineral: str, minerals: Sequence[str]) -> None:
        self.atlas, self.layer, self.mineral, self.minerals = atlas, atlas.layer(mineral), mineral, minerals
        self.left = MARGIN + _NAMES_WIDTH + _EVIDENCE_WIDTH
        self.width = min((WIDTH - MARGIN - self.left) / len(minerals), _WIDEST)

    def head(self, rows: Sequence[Row]) -> str:
        """The names of the columns; a frame around that of the mineral of the picture."""
        out = [text(MARGIN, 20, "Direct supplier" if rows[0].site.tier else "Company", 12, bold=True)]
        out.append(text(self.left - _EVIDENCE_WIDTH / 2, 20, "Evidence", 12, bold=True, anchor="middle"))
        for i, one in enumerate(self.minerals):
            x, height = self.left + i * self.width, _HEAD + len(rows) * _ROW
            out.append(text(x + 8, 20, one.capitalize(), 12, bold=True, width=self.width - 12))
            if one == self.mineral:
                out.append(
                    f'<rect class="plain" x="{x:.1f}" y="2" width="{self.width:.1f}" height="{height:.1f}" rx="4" '
                    f'fill="none" stroke="{MUTED}" stroke-width="2"/>'
                )
        return "".join(out)

    def row(self, index: int, row: Row) -> str:
        """One supplier: its name, which can be selected, the grade of its evidence, and its cells."""
        y, one = _HEAD + index * _ROW, row.site
        number = int(self.layer.grade[one.number])
        grade = GRADES[number] if number >= 0 else "–"
        where = f" · {one.country}" if one.country else ""
        look, mark = NAMES[int(self.layer.look[one.number])], ""
        if self.layer.present[one.number]:  # what has no part in the mineral has no exposure in it
            mark = glyph(look, MARGIN + 8, y + _ROW / 2, 5.2, hollow=self.layer.hollow(one.number))
        name = text(MARGIN + 22, y + 15.5, one.name, 12, bold=True, width=_NAMES_WIDTH - 34)
        below = text(MARGIN + 22, y + 28, f"{one.id}{where}", 10, muted=True, width=_NAMES_WIDTH - 34)
        room = (
            f'<rect class="card" x="{MARGIN}" y="{y + 1:.1f}" width="{_NAMES_WIDTH - 4:.1f}" height="{_ROW - 2:.1f}" '
            f'rx="3" fill="{PAPER}"/>'
        )
        cells = [row.cells[one] for one in self.minerals if one in row.cells]
        said = "; ".join([f"{one.name}, evidence {grade}", *(cell.says for cell in cells)])
        line = (
            f'<path class="rule" d="M{MARGIN} {y:.1f}H{self.left + self.width * len(self.minerals):.1f}" '
            f'stroke="{RULE}" stroke-width="1" fill="none"/>'
        )
        out = [line, site(one.number, said, room + mark + name + below)]
        out.append(text(self.left - _EVIDENCE_WIDTH / 2, y + 21, grade, 12, bold=True, anchor="middle"))
        out += [self._cell(row, i, y) for i in range(len(self.minerals))]
        return "".join(out)

    def _cell(self, row: Row, column: int, y: float) -> str:
        x, mineral = self.left + column * self.width, self.minerals[column]
        cell = row.cells.get(mineral)
        box = f'x="{x + 2:.1f}" y="{y + 2:.1f}" width="{self.width - 4:.1f}" height="{_ROW - 4:.1f}" rx="2"'
        if cell is None:
            says, inner = f"{mineral}: no part in it", text(x + self.width / 2, y + 21, "–", 12, anchor="middle")
        else:
            says = cell.says
            inner = _rate_box(box, cell) + _rate_words(x + 8, y, cell) + _apart(x + self.width - 8, y, cell)
        label = attribute(f"{row.site.name}, {says}")
        return f'<g class="cell" role="img" aria-label="{label}"><title>{label}</title>{inner}</g>'


def _rate_box(box: str, cell: Cell) -> str:
    if not cell.identified:
        look = LOOKS["unknown"]
        return f'<rect class="card" {box} fill="{PAPER}" stroke="{look.line}" stroke-dasharray="3 2.5"/>'
    return f'<rect class="f-low" {box} fill="{LOOKS["low"].fill}" fill-opacity="{_opacity(cell.rate):.3f}"/>'


def _opacity(rate: float) -> float:
    return _PALEST + (_DEEPEST - _PALEST) * rate * math.sqrt(rate)


def _rate_words(x: float, y: float, cell: Cell) -> str:
    if not cell.identified:
        return text(x, y + 21, "unknown", 11.5)
    counts = f"{cell.accepted:,} of {cell.identified:,}"
    return text(x, y + 16, whole_percent(cell.rate), 12.5, bold=True) + text(x, y + 28, counts, 10)


def _apart(right: float, y: float, cell: Cell) -> str:
    """What is in progress and what is unidentified, each as its mark and how many, below each other."""
    out = []
    counts = (("moderate", cell.in_progress), ("unknown", cell.unidentified))
    for line, (look, count) in enumerate((look, count) for look, count in counts if count):
        at, number = y + 11.5 + 12.5 * line, f"{count:,}"
        out.append(text(right, at + 3.6, number, 10, anchor="end"))
        out.append(glyph(look, right - text_width(number, 10) - 8, at, 3.4))
    return "".join(out)


# ---- the words ------------------------------------------------------------------------------------------------------


def _who(count: int, rows: Sequence[Row]) -> str:
    return wording.count_of(count, "direct supplier") if rows[0].site.tier else "company"


def _title(atlas: Atlas, mineral: str, rows: Sequence[Row]) -> str:
    minerals = atlas.minerals if mineral == ALL else (mineral,)
    part = [row for row in rows if any(one in row.cells for one in minerals)]
    known = [row for row in part if row.lowest(minerals) is not None]
    of = f" {mineral}" if mineral != ALL else ""
    if rows[0].site.tier == 0:
        return _title_of_one(rows[0], mineral, minerals)
    if not part:
        return f"None of {_who(len(rows), rows)} has a part in the chain of{of}"
    if not any(map(atlas.judged, minerals)):
        return f"Not judged: no assurance list on that date for the{of} smelters of {_who(len(part), rows)}"
    if not known:
        return f"None of {_who(len(part), rows)} leads to an identified{of} smelter: all of it is unknown"
    complete = [row for row in known if row.complete(minerals)]
    have = _verb(len(complete), "have")
    finding = f"{len(complete):,} of {_who(len(part), rows)} {have} every identified{of} smelter accepted"
    if unknown := len(part) - len(known):
        finding += f", {unknown:,} {_verb(unknown, 'lead')} to no identified one"
    lowest = [(row, cell) for row in known if (cell := row.lowest(minerals))]
    row, cell = min(lowest, key=lambda one: (one[1].rate, -one[1].identified, one[0].site.name, one[0].site.number))
    if cell.rate < 1:
        where = f" in {cell.mineral}" if mineral == ALL else ""
        finding += f"; {short_name(row.site.name)} the lowest: {whole_percent(cell.rate)}{where}"
    return finding


def _title_of_one(row: Row, mineral: str, minerals: Sequence[str]) -> str:
    lowest, name = row.lowest(minerals), short_name(row.site.name)
    if any(cell.not_judged for cell in row.cells.values() if cell.mineral in minerals) and lowest is None:
        return f"Not judged: no assurance list on that date, so the conformance of {name} is unknown"
    if lowest is None:
        return f"No smelter is identified for {name}{f' in {mineral}' if mineral else ''}: its conformance is unknown"
    counts = f"{lowest.accepted:,} of {wording.count_of(lowest.identified, 'smelter')}"
    least = "the lowest of its minerals: " if mineral == ALL and len(row.cells) > 1 else ""
    return f"{name} has {counts} accepted in {lowest.mineral}, {least}{whole_percent(lowest.rate)}"


def _subtitle(atlas: Atlas, mineral: str, rows: Sequence[Row], columns: Sequence[str]) -> str:
    minerals = atlas.minerals if mineral == ALL else (mineral,)
    out = ["Accepted of all identified smelters upstream, by count; the lowest first."]
    cells = [[row.cells[one] for one in minerals if one in row.cells] for row in rows]
    if unjudged := [one for one in minerals if not atlas.judged(one)]:
        out.append(f"Not judged: {wording.listed(unjudged)}; no assurance list on that date.")
    if unknown := sum(any(not cell.identified and not cell.not_judged for cell in of) for of in cells):
        which = f"{mineral} smelter" if mineral else "smelter in some mineral"
        out.append(f"{unknown:,} {_verb(unknown, 'lead')} to no identified {which}.")
    if entries := sum(cell.unidentified for of in cells for cell in of):
        holders = sum(any(cell.unidentified for cell in of) for of in cells)
        told = f"{wording.count_of(entries, 'entry', 'entries')} in {holders:,} of them"
        out.append(f"{told} {_verb(entries, 'identify')} no smelter.")
    if mineral != ALL and (none := sum(mineral not in row.cells for row in rows)):
        out.append(f"{none:,} {_verb(none, 'have')} no part in {mineral}, as far as documents say.")
    if left := rows[MOST_ROWS:]:
        whole = sum(row.complete(minerals) for row in left)
        nothing_known = sum(row.lowest(minerals) is None for row in left)
        out.append(
            f"Not drawn: {len(left):,} more; of these {whole:,} {_verb(whole, 'have')} every identified smelter "
            f"accepted, {nothing_known:,} {_verb(nothing_known, 'have')} none identified."
        )
    if missing := [one for one in atlas.minerals if one not in columns]:
        out.append(f"Not drawn: the columns of {wording.listed(missing)}.")
    if rows[0].site.tier == 0:
        out.append("No document names a direct supplier, so the company itself is drawn.")
    return " ".join(out)


def _legend() -> tuple[Key, ...]:
    low = LOOKS["low"]

    def sample(rate: float) -> str:
        return (
            f'<rect class="f-low" x="0" y="-6" width="16" height="12" rx="2" fill="{low.fill}" '
            f'fill-opacity="{_opacity(rate):.3f}" stroke="{low.line}" stroke-width="0.8"/>'
        )

    dashed = (
        f'<rect class="card" x="0" y="-6" width="16" height="12" rx="2" fill="{PAPER}" '
        f'stroke="{LOOKS["unknown"].line}" stroke-dasharray="3 2.5"/>'
    )
    return (
        (sample(0.0), "0 % accepted"),
        (sample(0.5), "50 %"),
        (sample(1.0), "100 %"),
        (dashed, "unknown: no smelter identified, or not judged"),
        (glyph("moderate", 8, 0, 3.8), "in progress: identified, not in the rate as accepted"),
        (glyph("unknown", 8, 0, 3.8), "unidentified: entries that name no smelter, not counted in the rate"),
        (text(8, 4, "–", 12, anchor="middle"), "no part in the mineral"),
    )


def _notes(atlas: Atlas) -> Iterable[str]:
    yield (
        "A rate says nothing of smelters that nobody named. Evidence: the grade of the supplier's own declaration, A "
        "(best) to D; its mark is its exposure, as in the other views, and hollow with C or D."
    )
    yield atlas.basis


def whole_percent(rate: float) -> str:
    """A rate in whole percent; 100 % and 0 % only where that is exact."""
    if math.isnan(rate):
        return wording.UNKNOWN
    if 0 < rate < 0.005 or 0.995 <= rate < 1:
        return "< 1 %" if rate < 0.5 else "> 99 %"
    return wording.percent(rate, 0)


def _verb(count: int, plural: str) -> str:
    """A verb as it goes with a count."""
    return {"have": "has", "lead": "leads", "identify": "identifies"}[plural] if count == 1 else plural
