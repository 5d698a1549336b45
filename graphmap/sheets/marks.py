"""What the XML of a sheet says of its cells and the reader does not hand on: failed formulas, formats in percent."""

from __future__ import annotations

import re
from collections.abc import Iterator

from graphmap.sheets.container import DAMAGE, Content, column_number

# Lengths are bounded: a part without an end of a tag would else be searched once for each beginning of one.
_CELL = re.compile(rb"<(?:\w{1,40}:)?c\s([^<>]{0,400})>")
_ANY_FAILED = re.compile(rb"""\st\s{0,9}=\s{0,9}["']e["']""")
_FAILED = re.compile(rb"""(?:^|\s)t\s{0,9}=\s{0,9}["']e["']""")
_STYLE = re.compile(rb"""(?:^|\s)s\s{0,9}=\s{0,9}["'](\d{1,6})["']""")
_PLACE = re.compile(rb"""(?:^|\s)r\s{0,9}=\s{0,9}["']([A-Z]{1,3})(\d{1,7})["']""")
_VALUE = re.compile(rb"<(?:\w{1,40}:)?v>(#[^<]{1,20})<")
_FORMAT = re.compile(rb"<(?:\w{1,40}:)?numFmt\s([^<>]{0,2000})>")
_CODE = re.compile(rb"""formatCode\s{0,9}=\s{0,9}(?:"([^"]{0,1000})"|'([^']{0,1000})')""")
_NUMBER = re.compile(rb"""numFmtId\s{0,9}=\s{0,9}["'](\d{1,9})["']""")
_LOOK = re.compile(rb"<(?:\w{1,40}:)?xf\s([^<>]{0,2000})>")
_QUOTED = re.compile(rb"&quot;[^&]{0,200}&quot;|\\\\.")
_BUILT_IN = frozenset({9, 10})
"""Numbers of the formats "0%" and "0.00%", which every workbook has."""

Place = tuple[int, int]
"""A row and a column, from 0."""


def error_cells(content: Content, sheet: str) -> dict[Place, str]:
    """The cells of a sheet whose formula failed, with what Excel shows: the reader gives them as blank.

    Old .xls files do not tell.
    """
    xml = _xml(content, sheet)
    found = {}
    for place, told, begin, end in _cells(xml) if _ANY_FAILED.search(xml) else ():
        if _FAILED.search(told) and (value := _VALUE.search(xml, begin, end)):
            found[place] = value[1].decode(errors="replace")
    return found


def percent_cells(content: Content, sheet: str) -> frozenset[Place] | None:
    """The cells of a sheet whose numbers are shown in percent; None if the file does not tell."""
    if not content.archive or sheet not in content.parts:
        return None
    stored = {name.replace("\\", "/"): name for name in content.archive.namelist()}
    try:
        styles = content.archive.read(stored["xl/styles.xml"])
    except DAMAGE:
        return None
    in_percent = _styles_in_percent(styles)
    return frozenset(
        place
        for place, told, _, _ in _cells(_xml(content, sheet))
        if (style := _STYLE.search(told)) and int(style[1]) in in_percent
    )


def _styles_in_percent(xml: bytes) -> set[int]:
    formats = set(_BUILT_IN)
    for told in _FORMAT.findall(xml):
        number, code = _NUMBER.search(told), _CODE.search(told)
        if number and code and b"%" in _QUOTED.sub(b"", code[1] or code[2] or b""):
            formats.add(int(number[1]))
    begin = re.search(rb"<(?:\w{1,40}:)?cellXfs\b", xml)
    end = re.search(rb"</(?:\w{1,40}:)?cellXfs>", xml)
    looks = _LOOK.findall(xml, begin.end(), end.start()) if begin and end else []
    return {i for i, told in enumerate(looks) if (number := _NUMBER.search(told)) and int(number[1]) in formats}


def _cells(xml: bytes) -> Iterator[tuple[Place, bytes, int, int]]:
    """Each cell: where it stands, its attributes, and where in the text it begins and ends."""
    tags = _CELL.finditer(xml)
    tag = next(tags, None)
    while tag:
        after = next(tags, None)
        if place := _PLACE.search(tag[1]):
            at = int(place[2]) - 1, column_number(place[1].decode()) - 1
            yield at, tag[1], tag.end(), after.start() if after else len(xml)
        tag = after


def _xml(content: Content, sheet: str) -> bytes:
    part = content.parts.get(sheet)
    try:
        return content.archive.read(part.name) if part and content.archive else b""
    except DAMAGE:
        return b""
