"""The official CMRT workbooks, filled in and loaded: exact counts. Ids and names are read from the workbooks here."""

import re
import zipfile
from datetime import date
from functools import cache
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from graphmap import ingest, places
from graphmap.errors import FileRejected
from graphmap.records import Batch

VERSIONS = ("6.01", "6.22", "6.31", "6.4", "6.5")
TODAY = date(2026, 7, 1)
IN_CHINESE = {"Tantalum": "钽", "Tin": "锡", "Gold": "金", "Tungsten": "钨"}
COMPANY = {
    "D8": "Acme Sample Ltd.", "D9": "A. Company", "D12": "123456780", "D13": "DUNS",
    "D15": "Ann", "D16": "a@example.com", "D17": "1", "D18": "Bob", "D20": "b@example.com", "D22": "2026-03-01", "G77": "https://example.com",
    **{f"D{row + i}": "Yes" for row in (26, 32, 38, 44, 50, 62, 68) for i in range(4)},
    **{f"D{56 + i}": "100%" for i in range(4)},
    **{f"D{row}": "Yes" for row in (75, 77, 79, 81, 85, 87)},
    "D83": "No", "D89": "No",
}  # fmt: skip
LEFT_OVER = {"6.4": 1}
"""The published 6.4 has an entry in its first smelter row."""

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"

Cells = dict[str, str]


class Listed(NamedTuple):
    """A row of a workbook's own look-up list."""

    metal: str
    alias: str
    name: str
    country: str
    id: str


# ---- filling in ------------------------------------------------------------------------------------------------


@cache
def lookup(template: Path) -> tuple[Listed, ...]:
    sheet = CalamineWorkbook.from_path(template).get_sheet_by_name("Smelter Look-up")
    rows = sheet.to_python(skip_empty_area=False)[4:]
    return tuple(Listed(*map(str, row[:5])) for row in rows if row[4])


@cache
def parts(template: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(template) as archive:
        return {info.filename: archive.read(info) for info in archive.infolist()}


def fill(template: Path, out: Path, sheets: dict[str, Cells], *, calculated: bool = False) -> Path:
    """Type texts into cells of a workbook, as a program does that does not calculate.

    Such a program drops what its formulas had shown before, labels too, unless it says that all is still
    ``calculated``. (openpyxl does the same and takes half a minute for each of these workbooks.)
    """
    with zipfile.ZipFile(out, "w") as archive:
        for part, content in parts(template).items():
            sheet = sheet_of_part(template).get(part)
            changed = edit(content.decode(), sheets.get(sheet, {}), calculated).encode() if sheet else content
            archive.writestr(part, changed)
    return out


@cache
def sheet_of_part(template: Path) -> dict[str, str]:
    """Which part of the archive holds which sheet."""
    relations = ElementTree.fromstring(parts(template)["xl/_rels/workbook.xml.rels"])
    targets = {relation.get("Id"): f"xl/{relation.get('Target')}" for relation in relations}
    book = ElementTree.fromstring(parts(template)["xl/workbook.xml"])
    return {targets[sheet.get(RELATION)]: str(sheet.get("name")) for sheet in book.iter(f"{MAIN}sheet")}


CELL = re.compile(r'<c r="([A-Z]+\d+)"([^>]*?)(?:/>|>(.*?)</c>)', re.DOTALL)


def edit(xml: str, cells: Cells, calculated: bool) -> str:
    left = dict(cells)

    def change(found: re.Match[str]) -> str:
        cell, attributes, inside = found[1], found[2], found[3] or ""
        bare = re.sub(r' t="\w+"', "", attributes)
        if cell in left:
            return f'<c r="{cell}"{bare} t="inlineStr"><is><t>{escape(left.pop(cell))}</t></is></c>'
        if "<f" in inside and not calculated:
            return f'<c r="{cell}"{bare}>{re.sub("<v>.*?</v>|<v/>", "", inside)}</c>'
        return found[0]

    xml = CELL.sub(change, xml)
    assert not left, f"no such cells: {sorted(left)}"
    return xml


def smelter_rows(*rows: Cells, first: int = 5) -> Cells:
    """Cells of the smelter list from what stands in each column of each row."""
    return {f"{column}{number}": text for number, row in enumerate(rows, first) for column, text in row.items()}


def load(path: Path) -> Batch:
    return ingest.read_batches(path, TODAY)[0]


def declared(batch: Batch) -> list[tuple[str, str, str]]:
    """Metal, id and name of the smelter of each row."""
    return sorted((edge.mineral, edge.head.id, edge.head.name) for edge in batch.edges if edge.type == "DECLARES")


def severe(batch: Batch) -> list[str]:
    return [f"{issue.row}: {issue.message}" for issue in batch.issues if issue.severity != "note"]


# ---- the tests -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", VERSIONS)
def test_blank(version: str, templates: Path) -> None:
    with pytest.raises(FileRejected, match=r"no company name in Declaration!D8, .*; is this a blank template\?"):
        load(templates / f"RMI_CMRT_{version}.xlsx")


@pytest.mark.parametrize("version", VERSIONS)
def test_all_ids_in_column_a_never_calculated(version: str, templates: Path, tmp_path: Path) -> None:
    template = templates / f"RMI_CMRT_{version}.xlsx"
    listed = {one.id: one for one in lookup(template)}
    assert len(listed) > 300
    first = 5 + LEFT_OVER.get(version, 0)
    cells = smelter_rows(*({"A": id_} for id_ in listed), first=first)
    batch = load(fill(template, tmp_path / "a.xlsx", {"Declaration": COMPANY, "Smelter List": cells}))

    left_over = LEFT_OVER.get(version, 0)
    assert batch.source.counts["rows"] == len(listed) + left_over
    assert batch.source.counts["unused"] == left_over
    assert declared(batch) == sorted((one.metal.casefold(), one.id, one.name) for one in listed.values())
    places_of = {
        edge.tail.id: edge.head.id for edge in batch.edges if edge.type == "LOCATED_IN" and len(edge.head.id) == 2
    }
    assert places_of == {one.id: places.country(one.country, listed=True) for one in listed.values()}
    assert batch.source.as_of == "2026-03-01"
    assert batch.source.series == "cmrt DUNS:123456780 A"
    assert batch.source.facts["revision"] == version
    assert severe(batch) == ["Smelter List!C5: stands in the blank template itself; not used"] * left_over
    answered = [edge for edge in batch.edges if edge.type == "ANSWERED"]
    assert len(answered) == 8 * 4 + 8 + 3


@pytest.mark.parametrize("version", VERSIONS)
def test_all_aliases_in_chinese(version: str, templates: Path, tmp_path: Path) -> None:
    """Labels as the Chinese template shows them, metals in Chinese, every alias of the list, ids left out."""
    template = templates / f"RMI_CMRT_{version}.xlsx"
    rows = [{"B": IN_CHINESE[one.metal], "C": one.alias} for one in lookup(template)]
    cells = smelter_rows(*rows)
    if version in LEFT_OVER:
        cells["F5"] = ""
    declaration = COMPANY | {"D3": "中文 Chinese"}
    batch = load(
        fill(template, tmp_path / "a.xlsx", {"Declaration": declaration, "Smelter List": cells}, calculated=True)
    )

    assert batch.source.facts["language"] == "中文 Chinese"
    assert batch.source.counts["rows"] == batch.source.counts["used"] == len(rows)
    assert declared(batch) == sorted((one.metal.casefold(), one.id, one.name) for one in lookup(template))
    again = len(rows) - len({one.id for one in lookup(template)})
    assert [issue.severity for issue in batch.issues if "name the same smelter" in issue.message] == ["note"] * again


@pytest.mark.parametrize("version", VERSIONS)
def test_smelters_that_are_not_listed_or_not_identified(version: str, templates: Path, tmp_path: Path) -> None:
    template = templates / f"RMI_CMRT_{version}.xlsx"
    metals = ("Tantalum", "Tin", "Gold", "Tungsten")
    not_listed = [
        {"B": metal, "C": "Smelter not listed", "D": f"Synthetic {metal} Works Ltd.", "E": "RWANDA"} for metal in metals
    ]
    unknown = [{"B": metal, "C": "Smelter not yet identified"} for metal in metals]
    first = 5 + LEFT_OVER.get(version, 0)
    cells = smelter_rows(*not_listed, *unknown, *unknown[:1], first=first)
    batch = load(fill(template, tmp_path / "a.xlsx", {"Declaration": COMPANY, "Smelter List": cells}))

    names = [metal.casefold() for metal in metals]
    unlisted_ids = [f"unlisted:{metal}:synthetic {metal} works:RW" for metal in names]
    unknown_ids = [f"unidentified:{metal}:DUNS:123456780" for metal in [*names, "tantalum"]]
    assert sorted(id_ for _, id_, _ in declared(batch)) == sorted(unlisted_ids + unknown_ids)
    assert batch.source.counts["used"] == 9
    assert [edge.tail.id for edge in batch.edges if edge.type == "LOCATED_IN"] == sorted(unlisted_ids)
    notes = [issue.message for issue in batch.issues if issue.severity == "note"]
    assert notes == [f"rows {first + 4} and {first + 8} name the same smelter"]


def test_openpyxl_fills_in_the_same(templates: Path, tmp_path: Path) -> None:
    """A workbook that a real library wrote gives what our own way of filling in gives."""
    template = templates / "RMI_CMRT_6.5.xlsx"
    cells = smelter_rows(*({"A": one.id} for one in lookup(template)[:20]))
    ours = load(fill(template, tmp_path / "ours.xlsx", {"Declaration": COMPANY, "Smelter List": cells}))
    book = openpyxl.load_workbook(template)
    for name in ("L", "SorP", "Instructions", "Definitions"):
        del book[name]  # long, and not read
    for sheet, texts in {"Declaration": COMPANY, "Smelter List": cells}.items():
        for cell, text in texts.items():
            book[sheet][cell] = text
    book.save(tmp_path / "theirs.xlsx")
    theirs = load(tmp_path / "theirs.xlsx")
    assert declared(theirs) == declared(ours)
    assert theirs.source.counts == ours.source.counts
    assert theirs.issues == ours.issues


@pytest.mark.parametrize(
    ("file", "says"),
    [
        ("RMI_EMRT_1.3.xlsx", "is an EMRT ('Revision 1.3 April 26, 2024' in Declaration!J3)"),
        ("RMI_EMRT_2.1.xlsx", "is an EMRT ('Revision 2.1 October 17, 2025' in Declaration!J3)"),
        ("RMI_CRT_2.21.xlsx", "is a CRT ('Revision 2.2 October 28, 2020' in Declaration!J3)"),
        ("RMI_AMRT_1.3.xlsx", "is an AMRT ('Revision 1.3 October 17, 2025' in Declaration!J3)"),
        ("legacy/CMRT_2.00.xls", "is a CMRT ('Revision 2 August"),
        ("legacy/CMRT_2.02.xls", "is a CMRT ('Revision 2.02"),
        ("legacy/CMRT_2.03.xlsx", "is a CMRT ('Revision 2.03"),
        ("legacy/CMRT_3.01.xls", "is a CMRT ('Revision 3.01"),
    ],
)
def test_other_templates_are_turned_away_by_name(file: str, says: str, templates: Path) -> None:
    with pytest.raises(FileRejected) as error:
        load(templates / file)
    assert says in error.value.message
    assert "only CMRT 6.x is read so far" in error.value.message
    assert error.value.cure
