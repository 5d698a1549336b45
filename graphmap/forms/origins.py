"""The columns of mines in a smelter list: where the ore of a smelter comes from."""

from __future__ import annotations

import re
from collections.abc import Iterator

from graphmap import names, places
from graphmap.forms.layout import is_nothing
from graphmap.records import Edge, Node
from graphmap.sheets import Document, Row

_RECYCLED = re.compile(
    r"(?:100 ?% )?(?:recycle[ds]?|recycling|scrap|recycled (?:or|and|/) ?scrap|recycl(?:é|age)|reciclado|reciclagem|"
    r"reciclaje|riciclato|recycelt|schrott|rebuts?|sucata|desperdício|desecho|chatarra|scorie|rottame|hurda|"
    r"geri dönüştürülmüş|回收料?|报废料?|廢料|废料|再生利用品|リサイクル|スクラップ|재활용|스크랩)"
    r"(?: (?:sources?|materials?))?",
    re.IGNORECASE,
)
"""The words that the templates ask for instead of a mine, in their languages."""

_CONFIRMED = re.compile(r"\brcoi\b", re.IGNORECASE)
"""The CMRT's instructions allow "RCOI confirmed as per RMI" instead of a mine."""

_AND = re.compile(r"[,/&、，]|\band\b")


def is_recycled(text: str) -> bool:
    """Whether a text says "recycled" or "scrap"."""
    return _RECYCLED.fullmatch(text) is not None


def origins(document: Document, row: Row, smelter: Node, mineral: str) -> Iterator[Edge]:
    """Countries of origin and mines of a row. A mine gets a country only if the row names just that one."""
    found: dict[str, tuple[str, str]] = {}  # code -> what is written, and where
    mines, unknown = [], 0
    where = row.address("mine_countries")
    for part in _parts(row, "mine_countries"):
        codes = _countries(part)
        found |= {code: (part, where) for code in codes if code not in found}
        if not codes:
            message, cure = places.country_problem(part)
            document.issue("warning", where, message, part, cure)
            unknown += 1
    for part in _parts(row, "mines"):
        codes = _countries(part) if len(part) > 3 else []  # a mine may be called like a country's code
        if codes:
            message = "is a country, not a mine; it counts as a country of origin"
            document.issue("warning", row.address("mines"), message, part, "Move it to column O.")
            found |= {code: (part, row.address("mines")) for code in codes if code not in found}
        else:
            mines.append(part)
    countries = {code: Node("Country", code, places.country_name(code)) for code in found}
    for code, (written, place) in found.items():
        yield Edge("ORIGINATES_IN", smelter, countries[code], place, mineral, {"written": written})
    only = next(iter(found)) if len(found) == 1 and not unknown else ""
    for part in mines:
        mine = Node("Mine", f"mine:{names.normalise(part)}:{only}", part)
        yield Edge("FED_BY", smelter, mine, row.address("mines"), mineral, {"written_name": part})
        if only:
            written, place = found[only]
            yield Edge("LOCATED_IN", mine, countries[only], place, "", {"written": written})


def _parts(row: Row, field: str) -> Iterator[str]:
    """The values of a cell, without those that name neither mine nor country."""
    for part in row.split(field):
        if _CONFIRMED.search(part):
            row.issue("note", field, "says that the RMI knows the origins; none is taken from it")
        elif not is_nothing(part) and not is_recycled(part):
            yield part


def _countries(text: str) -> list[str]:
    """The code of a country, or those of several in one text; none if any of them is not known."""
    code = places.country(text)
    if code:
        return [code]
    codes = [places.country(part) for part in _AND.split(text) if part.strip()]
    return [code for code in codes if code] if all(codes) else []
