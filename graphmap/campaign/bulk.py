"""Many workbooks of the size of the official CMRT 6.5, for the benches.

The official blank workbook is 1.5 MB: a smelter sheet of 5.8 MB with 2,500 rows of formulas, 1.0 MB of shared
strings, a look-up list of 640 rows and a hidden list of states of 6,200 rows (measured on the file, verified). Ours
has the same rows; its formulas and formats are plainer, so its smelter sheet is 4.7 MB. One workbook is written with
xlsxwriter; the others are made from its parts by setting other smelters into the rows and another company's name
into the strings.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from graphmap.campaign.layout import FIRST_SMELTER_ROW, METALS
from graphmap.campaign.workbook import Answer, Declaration, LookupRow, SmelterRow, write_cmrt
from graphmap.campaign.world import CAMPAIGN_DATE

FORMATTED_ROWS, LABEL_ROWS, STATE_ROWS = 2_500, 1_000, 6_200
SMELTERS, ALIASES = 350, 290

_STRINGS, _SMELTER_SHEET = "xl/sharedStrings.xml", "xl/worksheets/sheet5.xml"
_COMPANY = "@company@"
_COUNTRIES = ("CHINA", "JAPAN", "GERMANY", "INDONESIA", "BRAZIL", "UNITED STATES OF AMERICA", "INDIA", "MALAYSIA")
_VALUE = re.compile(r"(?<=<v>)[^<]*(?=</v>)")


def write_many(folder: Path, count: int, rows: int = 300, formatted: bool = True, seed: int = 9) -> list[Path]:
    """Write ``count`` workbooks of different suppliers with ``rows`` smelter rows each (at most 350) and return them.

    ``formatted`` keeps the blank rows of formulas that the official workbook has. The same arguments give the same
    bytes.
    """
    assert rows <= SMELTERS, rows
    rng = Random(seed)  # noqa: S311 - nothing secret
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as temporary:
        template = _Template(_write_template(Path(temporary) / "template.xlsx", rng), rows, formatted)
    out = []
    for number in range(1, count + 1):
        path = folder / f"CMRT Bulk Sample Supplier {number:05d}.xlsx"
        template.write(path, f"Bulk Sample Supplier {number:05d}", rng.sample(range(SMELTERS), rows))
        out.append(path)
    return out


class _Template:
    """The parts of a workbook in which all smelters are listed, cut up so that others can be made from them."""

    def __init__(self, path: Path, rows: int, formatted: bool) -> None:
        with zipfile.ZipFile(path) as archive:
            parts = {name: archive.read(name).decode("utf-8") for name in archive.namelist()}
        self.strings, sheet = parts[_STRINGS], parts[_SMELTER_SHEET]
        self.parts: Mapping[str, bytes] = {name: text.encode("utf-8") for name, text in parts.items()}
        head, *pieces = re.split(r'(?=<row r="\d+")', sheet)
        last, end = pieces[-1].split("</sheetData>")
        pieces[-1] = last
        by_number = {int(piece[8 : piece.index('"', 8)]): piece for piece in pieces}
        self.head = head + "".join(piece for number, piece in by_number.items() if number < FIRST_SMELTER_ROW)
        listed = [by_number[FIRST_SMELTER_ROW + i] for i in range(SMELTERS)]
        # What stands in a row's cells depends on the smelter only, the rest of it on the row only.
        self.values = [_VALUE.findall(piece) for piece in listed]
        self.frames = [_VALUE.split(piece) for piece in listed[:rows]]
        blank = FIRST_SMELTER_ROW + FORMATTED_ROWS - 1
        unfilled = range(FIRST_SMELTER_ROW + rows, blank + 1) if formatted else range(0)
        model = by_number[blank]
        self.tail = "".join(model.replace(str(blank), str(i)) for i in unfilled) + "</sheetData>" + end

    def write(self, path: Path, company: str, smelters: list[int]) -> None:
        """Write the workbook of a company that lists these smelters."""
        body = "".join(
            "".join(piece for pair in zip(frame, [*self.values[smelter], ""], strict=True) for piece in pair)
            for frame, smelter in zip(self.frames, smelters, strict=True)
        )
        changed = {
            _STRINGS: self.strings.replace(_COMPANY, company).encode("utf-8"),
            _SMELTER_SHEET: (self.head + body + self.tail).encode("utf-8"),
        }
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in self.parts.items():
                entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, changed.get(name, content))


def _write_template(path: Path, rng: Random) -> Path:
    lookup = list(_lookup(rng))
    standard = [row for row in lookup if row.alias == row.standard]
    answers: dict[tuple[int, str], Answer] = {
        (question, metal): ("100%" if question == 6 else "Yes" if question in (1, 2, 7, 8) else "No", "")
        for question in range(1, 9)
        for metal in METALS
    }
    declaration = Declaration(
        company=_COMPANY,
        contact_name="Sample Contact",
        contact_email="contact@example.com",
        contact_phone="+00 000 0000",
        authorizer="Sample Manager",
        authorizer_email="manager@example.com",
        effective_date=CAMPAIGN_DATE,
        answers=answers,
        company_answers=dict.fromkeys("ABCDFG", ("Yes", "https://example.com/policy")),
        smelters=[SmelterRow(number=row.id) for row in standard],
    )
    filler = {
        "L": ([_sentence(rng, 5) for _ in range(10)] for _ in range(LABEL_ROWS)),
        "SorP": ([f"XX-{i:04d}", _sentence(rng, 2), f"XX{i:04d}"] for i in range(STATE_ROWS)),
    }
    return write_cmrt(path, declaration, lookup, formatted_rows=FORMATTED_ROWS, filler=filler)


def _lookup(rng: Random) -> Iterator[LookupRow]:
    """350 made-up smelters and 290 other spellings of their names."""
    for i in range(SMELTERS):
        metal = METALS[i % 7 % 4].title()
        name = f"Example {metal} Smelter {_sentence(rng, 1)} {i + 1:03d}"
        country, place = _COUNTRIES[i % len(_COUNTRIES)], (f"Sample City {i}", f"State {i % 40}")
        for alias in (name, f"Ex. {name}") if i < ALIASES else (name,):
            yield LookupRow(metal, alias, name, country, f"CID95{i:04d}", *place)


def _sentence(rng: Random, words: int) -> str:
    """Made-up words; their letters compress about as well as labels in ten languages."""
    return " ".join(
        "".join(rng.choice("aeioulnrstkmdpghvbz") for _ in range(rng.randrange(4, 12))) for _ in range(words)
    )
