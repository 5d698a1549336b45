"""Files that are not what they claim to be, in one folder with good ones: each gets its reason, the good ones load."""

import io
import os
import re
import zipfile
from collections.abc import Callable
from datetime import date
from itertools import chain
from pathlib import Path

import msoffcrypto.format.ooxml
import pytest
import xlsxwriter
import xlwt

from graphmap import workers
from graphmap.errors import FileRejected
from graphmap.sheets import diagnose, open_document
from graphmap.sheets.container import reading

ASK_AGAIN = "Ask for the file again; it may not have been copied or downloaded completely."
SAVE_AGAIN = "Open it in Excel and save it again as .xlsx."
DO_NOT_OPEN = "Do not open it. Ask the supplier where it comes from."
SHEET = "xl/worksheets/sheet2.xml"  # that of "Smelter List"


def read_all(path: str) -> int:
    """The number of filled cells in all sheets; what a loader does, more or less."""
    document = open_document(path, today=date(2026, 6, 1))
    return sum(cell != "" for sheet in document.sheet_names for row in document.cells(sheet) for cell in row)


@pytest.fixture(scope="module")
def good() -> bytes:
    """A small workbook; its cells hold numbers and texts."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        book.add_worksheet("Declaration").write("D8", "Acme")
        smelters = book.add_worksheet("Smelter List")
        for row in range(10):
            smelters.write_row(row, 0, [f"CID90000{row}", "Tin", row])
    return stream.getvalue()


def edited(book: bytes, part: str, edit: Callable[[bytes], bytes]) -> bytes:
    """The workbook with one part changed."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, edit(content) if name == part else content)
    return stream.getvalue()


def encrypted(book: bytes, password: str) -> bytes:
    stream = io.BytesIO()
    msoffcrypto.format.ooxml.OOXMLFile(io.BytesIO(book)).encrypt(password, stream)
    return stream.getvalue()


def old_workbook() -> bytes:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Smelter List")
    for row in range(300):
        for column in range(15):
            sheet.write(row, column, f"{row} {column}")
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def archive(**members: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name.replace("__", "/").replace("_", "."), content)
    return stream.getvalue()


def far_cell(xml: bytes) -> bytes:
    return xml.replace(b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>')


def dimension(xml: bytes, what: bytes) -> bytes:
    return re.sub(rb'<dimension ref="[^"]*"/>', what, xml)


ENTITIES = b'<!DOCTYPE x [<!ENTITY a "lol">' + b"".join(
    b'<!ENTITY %c "%s">' % (98 + level, b"&%c;" % (97 + level) * 10) for level in range(9)
) + b"]>"  # fmt: skip
ONE_TEXT = b'<row r="99"><c r="A99" t="inlineStr"><is><t>&%s;</t></is></c></row></sheetData>'


def with_entities(xml: bytes, declaration: bytes, name: bytes) -> bytes:
    return xml.replace(b"<worksheet", declaration + b"<worksheet", 1).replace(b"</sheetData>", ONE_TEXT % name)


FAR = "the value in XFD1048576 makes sheet 'Smelter List' 17 billion cells large"
CLEAR = "Delete the rows and columns beyond the data and save it again."

# What is in the file, made from the good workbook; why it is rejected; what to do.
HOSTILE: dict[str, tuple[Callable[[bytes], bytes], str, str]] = {
    "empty.xlsx": (lambda good: b"", "is empty (0 bytes).", ASK_AGAIN),
    "jpeg.xls": (
        lambda good: b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(500),
        "is a JPEG picture, not a workbook or a table.",
        "Ask for the Excel file itself.",
    ),
    "page.xls": (
        lambda good: b"\xef\xbb\xbf\r\n<html><table><tr><td>CID900001</td></tr></table></html>",
        "is an HTML page, not a workbook.",
        SAVE_AGAIN,
    ),
    "page in utf-16.xls": (
        lambda good: "<HTML><body>".encode("utf-16"),
        "is an HTML page, not a workbook.",
        SAVE_AGAIN,
    ),
    "feed.csv": (
        lambda good: b'<?xml version="1.0"?><!DOCTYPE x><x/>',
        "is an XML file, not a workbook.",
        SAVE_AGAIN,
    ),
    "scan.xlsx": (
        lambda good: b"%PDF-1.7\n",
        "is a PDF document, not a workbook or a table.",
        "Ask for the Excel file itself.",
    ),
    "noise.csv": (
        lambda good: bytes(range(256)) * 20,
        "is neither a workbook nor a text table.",
        "Ask for the Excel file itself.",
    ),
    "cut.xlsx": (
        lambda good: good[: len(good) // 2],
        "is damaged or cut off (File is not a zip file).",
        ASK_AGAIN,
    ),
    "scratched.xlsx": (
        lambda good: good[:60] + b"\xff" * 60 + good[120:],
        "is damaged or cut off (",
        ASK_AGAIN,
    ),
    "letter.xlsx": (
        lambda good: archive(word__document_xml=b"<x/>"),
        "is a Word document.",
        "Ask for the Excel file.",
    ),
    "many.xlsx": (
        lambda good: archive(a_xlsx=good, b_xlsx=good),
        "is a zip archive, not a workbook.",
        "Unpack it and load what is in it.",
    ),
    "binary.xlsx": (
        lambda good: archive(xl__workbook_bin=b"x"),
        "is a binary workbook (.xlsb).",
        "Save it in Excel as .xlsx.",
    ),
    "bomb.xlsx": (
        lambda good: edited(good, "xl/sharedStrings.xml", lambda xml: xml + b" " * (64 << 20)),
        "is a zip bomb: its 11 parts expand to 64 MB, ",
        DO_NOT_OPEN,
    ),
    "entity bomb.xlsx": (
        lambda good: edited(good, SHEET, lambda xml: with_entities(xml, ENTITIES, b"j")),
        f"its part {SHEET} declares a document type (DTD), which no workbook needs and which attacks use.",
        DO_NOT_OPEN,
    ),
    "external entity.xlsx": (
        lambda good: edited(
            good, SHEET, lambda xml: with_entities(xml, b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>', b"e")
        ),
        f"its part {SHEET} declares a document type (DTD), which no workbook needs and which attacks use.",
        DO_NOT_OPEN,
    ),
    "entity behind a comment.xlsx": (
        lambda good: edited(
            good, SHEET, lambda xml: with_entities(xml, b"<!--" + b" " * 9000 + b"-->" + ENTITIES, b"j")
        ),
        "sheet 'Smelter List' cannot be read: ",
        SAVE_AGAIN,
    ),
    "far.xlsx": (
        lambda good: edited(good, SHEET, lambda xml: dimension(far_cell(xml), b'<dimension ref="A1:XFD1048576"/>')),
        FAR,
        CLEAR,
    ),
    "far and silent.xlsx": (
        lambda good: edited(good, SHEET, lambda xml: dimension(far_cell(xml), b"")),
        FAR,
        CLEAR,
    ),
    "sheet gone.xlsx": (
        lambda good: edited(good, "xl/_rels/workbook.xml.rels", lambda xml: xml.replace(b"sheet2.xml", b"sheet9.xml")),
        "sheet 'Smelter List' cannot be read: ",
        SAVE_AGAIN,
    ),
    "torn.xlsx": (
        lambda good: edited(good, SHEET, lambda xml: xml[: len(xml) // 2]),
        "sheet 'Smelter List' cannot be read: ",
        SAVE_AGAIN,
    ),
    "lost texts.xlsx": (
        lambda good: edited(good, SHEET, lambda xml: xml.replace(b't="s"><v>', b't="s"><v>9')),
        "sheet 'Smelter List' cannot be read: ",
        SAVE_AGAIN,
    ),
    "locked.xlsx": (
        lambda good: encrypted(good, "a real password"),
        "is protected with a password.",
        "Ask the supplier for a copy without password, or save it without one.",
    ),
    "scratched lock.xlsx": (
        lambda good: encrypted(good, "VelvetSweatshop").replace(b"<keyData", b"<<eyData"),
        "is an old Office file, but damaged or not a workbook.",
        ASK_AGAIN,
    ),
    "cut.xls": (
        lambda good: old_workbook()[:30_000],
        "is an old Office file, but ",
        "",
    ),
    "no office.xls": (
        lambda good: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000),
        "is an old Office file, but damaged or not a workbook.",
        ASK_AGAIN,
    ),
}


@pytest.fixture(scope="module")
def verdicts(good: bytes, tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """What became of each file of the folder, by its name; read by two workers."""
    folder = tmp_path_factory.mktemp("from suppliers")
    for name, (content, _, _) in HOSTILE.items():
        (folder / name).write_bytes(content(good))
        (folder / f"good beside {name}").write_bytes(good)
    paths = sorted(map(str, folder.iterdir()))
    found = workers.run(read_all, paths, jobs=2, timeout=60)
    return {Path(path).name: result for path, result in chain.from_iterable(found)}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_rejected_with_a_reason_and_a_cure(name: str, verdicts: dict[str, object]) -> None:
    _, reason, cure = HOSTILE[name]
    verdict = verdicts[name]
    assert isinstance(verdict, FileRejected), verdict
    assert verdict.message.startswith(f"{name}: {reason}")
    assert verdict.cure.startswith(cure)
    assert "\n" not in str(verdict)
    assert str(verdict).isprintable()


def test_the_other_files_load(verdicts: dict[str, object]) -> None:
    assert [verdicts[f"good beside {name}"] for name in HOSTILE] == [31] * len(HOSTILE)


def test_a_sheet_that_lies_about_its_size_kills_only_its_worker(good: bytes, tmp_path: Path) -> None:
    (tmp_path / "1.xlsx").write_bytes(good)
    (tmp_path / "2 liar.xlsx").write_bytes(edited(good, SHEET, far_cell))
    (tmp_path / "3.xlsx").write_bytes(good)
    paths = sorted(map(str, tmp_path.iterdir()))
    results = dict(chain.from_iterable(workers.run(read_all, paths, jobs=2)))
    died = results[paths[1]]
    assert isinstance(died, workers.Died)
    assert died.reason == "ran out of memory (limit 1024 MiB)"
    assert [results[paths[0]], results[paths[2]]] == [31, 31]
    assert diagnose(Path(paths[1])) == f"{FAR}. {CLEAR}"
    assert diagnose(Path(paths[0])) == ""


def test_diagnosis_of_what_is_no_zip_is_silent(tmp_path: Path) -> None:
    (tmp_path / "a.xls").write_bytes(old_workbook())
    assert diagnose(tmp_path / "a.xls") == diagnose(tmp_path / "gone.xlsx") == ""


def test_a_sheet_that_claims_to_be_huge_is_read_when_it_is_not(good: bytes, tmp_path: Path) -> None:
    claim = edited(good, SHEET, lambda xml: dimension(xml, b'<dimension ref="A1:XFD1048576"/>'))
    (tmp_path / "a.xlsx").write_bytes(claim)
    assert read_all(str(tmp_path / "a.xlsx")) == 31


def test_a_million_formatted_blank_rows_are_no_crime(good: bytes, tmp_path: Path) -> None:
    rows = b"".join(b'<row r="%d" s="1"><c r="A%d" s="1"/></row>' % (n, n) for n in range(11, 300_000))
    path = tmp_path / "a.xlsx"
    path.write_bytes(edited(good, SHEET, lambda xml: xml.replace(b"</sheetData>", rows + b"</sheetData>")))
    assert read_all(str(path)) == 31


def test_a_panic_of_the_reader_is_a_rejection() -> None:
    class PanicException(BaseException):  # the name of the reader's own class, which it hides
        pass

    message = "^a.xlsx: sheet 'S' cannot be read: index out of bounds"
    with pytest.raises(FileRejected, match=message), reading("a.xlsx", "sheet 'S'"):
        raise PanicException("index out of bounds")
    with pytest.raises(KeyboardInterrupt), reading("a.xlsx"):
        raise KeyboardInterrupt


def test_the_default_password_is_no_lock(good: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(encrypted(good, "VelvetSweatshop"))
    document = open_document(tmp_path / "a.xlsx", today=date(2026, 6, 1))
    assert (document.form, document.text("Smelter List!A10")) == ("xlsx", "CID900009")


def test_names_of_files_do_not_matter(good: bytes, tmp_path: Path) -> None:
    for name, content, form in [
        ("a.xls", good, "xlsx"),
        ("b.xlsx", old_workbook(), "xls"),
        ("c", b"a,b\n1,2\n", "csv"),
    ]:
        (tmp_path / name).write_bytes(content)
        assert open_document(tmp_path / name, today=date(2026, 6, 1)).form == form
        assert read_all(str(tmp_path / name)) > 0


def test_what_is_no_plain_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.xlsx")
    with (tmp_path / "large.csv").open("wb") as file:
        file.truncate(200 << 20)
    hidden = "in\u202evisible.xlsx"
    (tmp_path / hidden).write_bytes(b"")
    for name, reason in {
        ".": "is a folder, not a file.",
        "gone.xlsx": "cannot be opened: No such file or directory.",
        "pipe.xlsx": "is not a plain file.",
        "large.csv": "has 200 MB, more than 100 MB.",
        hidden: "in\\u202evisible.xlsx: is empty",
    }.items():
        with pytest.raises(FileRejected, match=re.escape(reason)):
            open_document(tmp_path / name, today=date(2026, 6, 1))


def test_ten_thousand_rows(tmp_path: Path) -> None:
    path = tmp_path / "long.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Smelter List")
        for row in range(10_000):
            sheet.write_row(row + 4, 0, [f"CID9{row:05}", "Tin", "x" * 600 if row == 7_000 else f"Smelter {row}"])
    document = open_document(path, today=date(2026, 6, 1))
    rows = document.rows("Smelter List", first=5, columns={"id": "A", "metal": "B", "name": "C"})
    taken = [(row.take("id"), row.take("metal"), row.take("name")) for row in rows]
    assert len(taken) == len(document.rows_read) == 10_000
    assert taken[-1] == ("CID909999", "Tin", "Smelter 9999")
    assert [(issue.row, issue.message) for issue in document.issues] == [
        ("Smelter List!C7005", "it had 600 characters and was cut to 500")
    ]
