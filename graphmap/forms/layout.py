"""Whether everything stands where a template has it. Labels are formulas in ten languages and may be empty."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from graphmap.errors import FileRejected
from graphmap.sheets import Document

Place = tuple[int, int]
"""A column (from 0) and a row (from 1)."""

Landmark = str | Callable[[str], bool]
"""What a text is like, in lower case and without the mark of mandatory cells: a pattern, or a test."""

_MARK = re.compile(r" ?\((?:\*|1)\) ?[:：]?$")
"""What the templates put behind the label of a mandatory cell."""

_NEAR = sorted(
    ((x, y) for x in range(-3, 4) for y in range(-3, 4) if (x, y) != (0, 0)),
    key=lambda step: (step[0] ** 2 + step[1] ** 2, step),
)
"""Steps to the places around a cell, the nearest first."""

_NOTHING = re.compile(
    r"n ?[./]? ?a\.?|none|nil|no|unknown|undisclosed|confidential|not (?:available|applicable|known|disclosed|provided)"
    r"|tbd|tbc|see comments?|[-–—./?0]+"
    r"|未知|不明|파악되지 않음|inconnue?|desconhecido|nicht bekannt|unbekannt|desconocido|ignoto|bilinmiyor",
    re.IGNORECASE,
)


def is_nothing(text: str) -> bool:
    """Whether a text stands for no answer: "N/A", "unknown", "-". What is blank is nothing as well."""
    return not text or _NOTHING.fullmatch(text) is not None


def has_sheet(document: Document, sheet: str) -> bool:
    """Whether a workbook has a sheet, in whatever case its name is written."""
    return any(name.strip().casefold() == sheet.casefold() for name in document.sheet_names)


def text_at(document: Document, sheet: str, place: Place) -> str:
    """The text of a cell, raw but for its spaces; "" for a number, or when there is no such cell or sheet."""
    column, row = place
    grid = document.cells(sheet) if has_sheet(document, sheet) else []
    cell = grid[row - 1][column] if row <= len(grid) and column < len(grid[row - 1]) else ""
    return " ".join(cell.split()) if isinstance(cell, str) else ""


def place_of(cell: str) -> Place:
    """The place of a cell of the first 26 columns: "B4" is (1, 4)."""
    return ord(cell[0]) - 65, int(cell[1:])


def cell_name(place: Place) -> str:
    """The cell at a place of the first 26 columns: (1, 4) is "B4"."""
    return f"{chr(65 + place[0])}{place[1]}"


def check_landmarks(document: Document, sheet: str, landmarks: Mapping[str, Landmark]) -> None:
    """Reject a sheet on which a text that belongs into one cell stands in another nearby.

    ``landmarks`` tell of cells what is written there in every language, or at least in English. What is not found at
    all proves nothing: it may be in another language. Raises ``FileRejected``: to move cells back would be to guess.
    """
    for cell, landmark in landmarks.items():
        belongs = place_of(cell)
        if not _is_at(document, sheet, belongs, landmark):
            for place in _around(belongs):
                if _is_at(document, sheet, place, landmark):
                    raise shifted(document, sheet, place, belongs)


def shifted(document: Document, sheet: str, place: Place, belongs: Place) -> FileRejected:
    """The rejection of a sheet on which the text at ``place`` should stand at ``belongs``."""
    text = text_at(document, sheet, place)[:60]
    return FileRejected(
        f"{document.file}: sheet '{sheet}' is shifted: '{text}' stands in {cell_name(place)}"
        f" and belongs in {cell_name(belongs)}.",
        "Delete the inserted row or column, put back the deleted one, or copy the answers into a fresh template.",
    )


def _is_at(document: Document, sheet: str, place: Place, landmark: Landmark) -> bool:
    text = text_at(document, sheet, place)
    if not text:
        return False
    text = _MARK.sub("", text.casefold())
    return landmark(text) if callable(landmark) else re.fullmatch(landmark, text) is not None


def _around(place: Place) -> Iterator[Place]:
    return ((place[0] + x, place[1] + y) for x, y in _NEAR if place[0] + x >= 0 and place[1] + y > 0)
