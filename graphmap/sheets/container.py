"""What a file is, told by its content and never by its name; and a guard against hostile ones.

Cheap checks run before a file is read (a few milliseconds for a workbook of 1.5 MB). What they cannot see makes
the reader die in its worker process; ``diagnose`` then says why.
"""

from __future__ import annotations

import hashlib
import html
import io
import lzma
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum

from graphmap.errors import FileRejected
from graphmap.sheets import spreadsheetml
from graphmap.sheets.encodings import east_asian
from graphmap.sheets.values import Cell, shown

Form = Literal["xlsx", "xls", "xml", "csv", "json"]

# Limits. The largest official template (2026) is a file of 1.6 MB that expands to 11 MB at a ratio of 8, in
# 88 parts; its largest sheet is a rectangle of 0.2 million cells.
MAX_FILE = 100 << 20
MAX_EXPANDED = 400 << 20
MAX_RATIO, RATIO_FROM = 150, 32 << 20  # a small file of blank rows may well shrink 200 times
MAX_PARTS = 5_000
MAX_CELLS = 8_000_000
"""The reader keeps every cell of the rectangle from A1 to the last value, blank or not: about 40 bytes each."""

_OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_STRANGERS = (
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"\x89PNG", "a PNG picture"),
    (b"GIF8", "a GIF picture"),
    (b"%PDF", "a PDF document"),
    (b"{\\rtf", "an RTF document"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"\x1f\x8b", "a gzip archive"),
)
_HTML = ("<!doctype html", "<html", "<head", "<body", "<meta", "<table", "<div", "<style", "mime-version:")
_MARKUP = (
    ("<graphml", "a graph in GraphML, as graphmap exports it", "Load the documents that it was made from."),
    ("<svg", "a picture (SVG)", "Ask for the Excel file itself."),
)
_ZIP_STRANGERS = (
    ("xl/workbook.bin", "a binary workbook (.xlsb)", "Save it in Excel as .xlsx."),
    ("word/", "a Word document", "Ask for the Excel file."),
    ("ppt/", "a PowerPoint document", "Ask for the Excel file."),
    ("content.xml", "an OpenDocument file", "Save it as .xlsx."),
    ("index/document.iwa", "a Numbers or Pages document", "Export it as .xlsx."),
)
_ASK_AGAIN = "Ask for the file again; it may not have been copied or downloaded completely."
_SAVE_AGAIN = "Open it in Excel and save it again as .xlsx."

DAMAGE = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError, RuntimeError, ValueError,
    LookupError,
)  # fmt: skip
"""What the standard library raises on a damaged or forged zip file."""


@dataclass(frozen=True)
class Part:
    """A sheet of a workbook inside its zip container: where it is and how it begins."""

    name: str
    head: bytes


@dataclass(frozen=True)
class Content:
    """What is in a file: its form, and its bytes as they can be read (decrypted)."""

    file: str
    form: Form
    digest: str
    modified: str
    data: bytes
    workbook: CalamineWorkbook | None = None
    archive: zipfile.ZipFile | None = None
    parts: dict[str, Part] = field(default_factory=dict)
    grids: dict[str, list[list[Cell]]] = field(default_factory=dict)
    from_1904: bool = False
    """Whether the numbers of days count from 1904, as old Excel for the Mac did."""

    @property
    def sheet_names(self) -> list[str]:
        """The names of the worksheets, in order, hidden ones too; without charts. A text table has one, ""."""
        if self.form == "xml":
            return list(self.grids)
        if self.workbook:
            return [sheet.name for sheet in self.workbook.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
        return [""] if self.form == "csv" else []


def open_content(path: Path) -> Content:
    """Read a file, find out what it is and check it. Raises ``FileRejected``."""
    file = shown(path.name, 200)
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise FileRejected(f"{file}: is a folder, not a file.")
        if not stat.S_ISREG(status.st_mode):
            raise FileRejected(f"{file}: is not a plain file.")
        if status.st_size > MAX_FILE:
            raise FileRejected(
                f"{file}: has {status.st_size >> 20:,} MB, more than {MAX_FILE >> 20} MB.",
                "Remove pictures and unused sheets and save it again.",
            )
        data = path.read_bytes()
    except OSError as error:
        raise FileRejected(f"{file}: cannot be opened: {error.strerror}.") from None
    if not data:
        raise FileRejected(f"{file}: is empty (0 bytes).", _ASK_AGAIN)
    digest = hashlib.sha256(data).hexdigest()
    modified = datetime.fromtimestamp(int(status.st_mtime), UTC).strftime(_TIME)
    if data.startswith(_OLE2):
        workbook = _try_workbook(data)
        if workbook:
            return Content(file, "xls", digest, modified, data, workbook)
        data = _decrypt(file, data)
        if data.startswith(_OLE2):
            return Content(file, "xls", digest, modified, data, _open_workbook(file, data))
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _open_zip(file, digest, modified, data)
    form = _text_form(file, data)
    grids = spreadsheetml.read(file, data, MAX_CELLS) if form == "xml" else {}
    return Content(file, form, digest, modified, data, grids=grids)


_TIME = "%Y-%m-%dT%H:%M:%SZ"


# --- text -----------------------------------------------------------------------------------------------------


def _text_form(file: str, data: bytes) -> Form:
    for magic, what in _STRANGERS:
        if data.startswith(magic):
            raise FileRejected(f"{file}: is {what}, not a workbook or a table.", "Ask for the Excel file itself.")
    utf16 = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    start = data[:4096].decode("utf-16" if utf16 else "utf-8-sig", "replace").lstrip()
    if start.lower().startswith(_HTML):
        raise FileRejected(f"{file}: is an HTML page, not a workbook.", _SAVE_AGAIN)
    if start.startswith("<"):
        return _markup_form(file, start.lower())
    odd = sum(1 for char in start if char < " " and char not in "\t\r\n\f\v")
    if odd * 10 > len(start):
        raise FileRejected(f"{file}: is neither a workbook nor a text table.", "Ask for the Excel file itself.")
    return "json" if re.match(r'[{\[]\s*(?:[{\["}\]\d-]|true\b|false\b|null\b)', start) else "csv"


def _markup_form(file: str, start: str) -> Form:
    """The form of a file that begins with a tag, by its first few thousand characters in lower case."""
    if spreadsheetml.NAMESPACE in start and "<html" not in start:
        return "xml"
    for tag, what, cure in _MARKUP:
        if tag in start:
            raise FileRejected(f"{file}: is {what}.", cure)
    if start.startswith(("<?xml", "<!doctype", "<!--")):
        raise FileRejected(f"{file}: is an XML file, not a workbook.", _SAVE_AGAIN)
    return "csv"


def decode(data: bytes) -> tuple[str, str]:
    """The text of a file and its encoding: UTF-16 with a mark, else UTF-8, else what an old Excel writes.

    That is Windows-1252, or an encoding of East Asia where the bytes above 127 come in pairs as they do there.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace"), "UTF-16"
    try:
        return data.decode("utf-8-sig"), "UTF-8"
    except UnicodeDecodeError:
        codec, encoding = east_asian(data[:_LOOKED_AT]) or ("cp1252", "Windows-1252")
        return data.decode(codec, "replace"), encoding


_LOOKED_AT = 1 << 16


# --- workbooks ------------------------------------------------------------------------------------------------


@contextmanager
def reading(file: str, what: str = "the workbook") -> Iterator[None]:
    """Turn the reader's own errors into ``FileRejected``."""
    try:
        yield
    except CalamineError as error:
        raise FileRejected(f"{file}: {what} cannot be read: {shown(error, 200)}.", _SAVE_AGAIN) from None
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # a panic of the reader; the class cannot be imported
            raise
        raise FileRejected(f"{file}: {what} cannot be read: {shown(error, 200)}.", _SAVE_AGAIN) from None


def _open_workbook(file: str, data: bytes) -> CalamineWorkbook:
    with reading(file):
        # By content: a file object has no name that could mislead the reader.
        return CalamineWorkbook.from_filelike(io.BytesIO(data))


def _try_workbook(data: bytes) -> CalamineWorkbook | None:
    try:
        return _open_workbook("", data)
    except FileRejected:
        return None


def _decrypt(file: str, data: bytes) -> bytes:
    """Open a workbook that is protected with Excel's built-in default password, as old templates are."""
    import msoffcrypto
    from msoffcrypto.exceptions import DecryptionError

    try:
        office = msoffcrypto.OfficeFile(io.BytesIO(data))
        if not office.is_encrypted():
            raise FileRejected(f"{file}: is an old Office file, but not a workbook that can be read.", _SAVE_AGAIN)
        office.load_key(password="VelvetSweatshop")  # noqa: S106 - the same in every Excel
        plain = io.BytesIO()
        office.decrypt(plain)
        return plain.getvalue()
    except (FileRejected, MemoryError):
        raise
    except DecryptionError:  # also when the password is another one
        raise FileRejected(
            f"{file}: is protected with a password.",
            "Ask the supplier for a copy without password, or save it without one.",
        ) from None
    except Exception:  # on forged files the library raises whatever comes up, from ExpatError to AssertionError
        raise FileRejected(f"{file}: is an old Office file, but damaged or not a workbook.", _ASK_AGAIN) from None


def _open_zip(file: str, digest: str, modified: str, data: bytes) -> Content:
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        heads = _check_zip(file, archive)
        parts = {name: Part(part, heads[part]) for name, part in _sheet_parts(archive) if part in heads}
        from_1904 = _FROM_1904.search(heads.get("xl/workbook.xml", b"")) is not None
        saved = _SAVED.search(archive.open("docProps/core.xml").read(1 << 16)) if "docProps/core.xml" in heads else None
    except DAMAGE as error:
        raise FileRejected(f"{file}: is damaged or cut off ({shown(error)}).", _ASK_AGAIN) from None
    if saved:
        modified = saved[1].decode()
    workbook = _open_workbook(file, data)
    return Content(file, "xlsx", digest, modified, data, workbook, archive, parts, from_1904=from_1904)


_HEAD = 2048  # bytes; a sheet's dimension stands within the first kilobyte
_SAVED = re.compile(rb"<dcterms:modified[^>]*>(\d{4}-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-5]\dZ)<")


def _check_zip(file: str, archive: zipfile.ZipFile) -> dict[str, bytes]:
    """Reject what is no workbook, a zip bomb or has a DTD; else the beginnings of the XML parts."""
    infos = archive.infolist()
    names = [info.filename.lower().replace("\\", "/") for info in infos]
    if "xl/workbook.xml" not in names:
        for start, what, cure in _ZIP_STRANGERS:
            if any(name.startswith(start) for name in names):
                raise FileRejected(f"{file}: is {what}.", cure)
        raise FileRejected(f"{file}: is a zip archive, not a workbook.", "Unpack it and load what is in it.")
    expanded = sum(info.file_size for info in infos)
    ratio = expanded / max(1, sum(info.compress_size for info in infos))
    if len(infos) > MAX_PARTS or expanded > MAX_EXPANDED or (expanded > RATIO_FROM and ratio > MAX_RATIO):
        raise FileRejected(
            f"{file}: is a zip bomb: its {len(infos):,} parts expand to {expanded >> 20:,} MB, "
            f"{ratio:,.0f} times its size.",
            "Do not open it. Ask the supplier where it comes from.",
        )
    heads = {}
    for info in infos:
        if info.filename.lower().endswith((".xml", ".rels")):
            with archive.open(info) as part:
                head = part.read(_HEAD)
            if b"<!DOCTYPE" in head.replace(b"\0", b""):  # also in UTF-16
                raise FileRejected(
                    f"{file}: its part {shown(info.filename)} declares a document type (DTD), which no workbook needs "
                    "and which attacks use.",
                    "Do not open it. Ask the supplier where it comes from.",
                )
            heads[info.filename] = head
    return heads


DAYS_TO_1904 = 1462
"""From the beginning of the usual calendar of Excel to that of 1904."""

_FROM_1904 = re.compile(rb"""<(?:\w{1,40}:)?workbookPr\s[^<>]{0,2000}\bdate1904\s*=\s*["'](?:1|true|on)["']""")
# Every length is bounded: a part without an end of a tag would else be searched once for each beginning of one.
_SHEET = re.compile(r"<(?:\w{1,40}:)?sheet\s([^<>]{0,2000})>")
_RELATION = re.compile(r"<(?:\w{1,40}:)?Relationship\s([^<>]{0,4000})>")
_ATTRIBUTE = re.compile(r"""(?<![\w:])([\w:]{1,80})\s{0,9}=\s{0,9}(?:"([^"]{0,2000})"|'([^']{0,2000})')""")


def _sheet_parts(archive: zipfile.ZipFile) -> list[tuple[str, str]]:
    """Names of the sheets with the parts that hold them, as far as they are where they usually are."""

    stored = {name.replace("\\", "/"): name for name in archive.namelist()}  # some writers part folders by backslashes

    def attributes(part: str, pattern: re.Pattern[str]) -> Iterator[dict[str, str]]:
        text = archive.open(stored[part]).read(1 << 20).decode(errors="replace") if part in stored else ""
        for element in pattern.findall(text):
            yield {key: html.unescape(one or other) for key, one, other in _ATTRIBUTE.findall(element)}

    targets = {
        relation.get("Id", ""): relation.get("Target", "")
        for relation in attributes("xl/_rels/workbook.xml.rels", _RELATION)
    }
    found = []
    for sheet in attributes("xl/workbook.xml", _SHEET):
        # The prefix of the relation is the writer's choice: "r:id", "rel:id", …
        relation = next((value for key, value in sheet.items() if key.endswith(":id")), "")
        if target := targets.get(relation, "").replace("\\", "/"):
            part = target[1:] if target.startswith("/") else "xl/" + target
            found.append((sheet.get("name", ""), stored.get(part, part)))
    return found


# --- rectangles ------------------------------------------------------------------------------

_DIMENSION = re.compile(rb'<(?:\w{1,40}:)?dimension\s[^<>]{0,400}ref="(?:[A-Z]{1,3}\d+:)?([A-Z]{1,3})(\d{1,7})"')
_FILLED = re.compile(rb'<(?:\w{1,40}:)?c\s(?:[^<>]{0,200}?\s)?r="([A-Z]{1,3})(\d{1,7})"[^<>]{0,400}(?<!/)>')


def column_number(letters: str) -> int:
    """The number of a column, from 1: "A" is 1, "XFD" is 16,384."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def column_letters(number: int) -> str:
    """The letters of a column by its number, from 1."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def check_rectangle(content: Content, sheet: str) -> None:
    """Reject a sheet with a value so far out that the reader would need gigabytes.

    The sheet says how large it is; only when it says too much, or nothing, are its cells looked at. A sheet that
    lies makes the reader die in its worker, and ``diagnose`` tells.
    """
    part = content.parts.get(sheet)
    if not part or not content.archive:
        return
    said = _DIMENSION.search(part.head)
    if said and column_number(said[1].decode()) * int(said[2]) <= MAX_CELLS:
        return
    try:
        far = _far_out(content.archive, part.name)
    except DAMAGE as error:
        raise FileRejected(f"{content.file}: is damaged or cut off ({shown(error)}).", _ASK_AGAIN) from None
    if far:
        raise FileRejected(f"{content.file}: {_about_far(far, sheet)}.", _CLEAR_FAR)


_CLEAR_FAR = "Delete the rows and columns beyond the data and save it again."


def _about_far(far: str, sheet: str) -> str:
    column, row = re.fullmatch(r"([A-Z]+)(\d+)", far).groups()  # type: ignore[union-attr]
    cells = column_number(column) * int(row)
    return f"the value in {far} makes sheet '{shown(sheet)}' {_in_words(cells)} cells large"


def _in_words(cells: int) -> str:
    return f"{cells / 1e9:.0f} billion" if cells >= 1e9 else f"{cells / 1e6:.0f} million"


def _far_out(archive: zipfile.ZipFile, part: str) -> str:
    """The corner of the rectangle of cells that hold something, e.g. "XFD1048576", if it is too large; else ""."""
    columns: set[bytes] = set()
    last_row = 0
    rest = b""
    with archive.open(part) as stream:
        while chunk := stream.read(1 << 20):
            chunk = rest + chunk
            for column, row in _FILLED.findall(chunk):
                columns.add(column)
                last_row = max(last_row, int(row))
            rest = chunk[max(chunk.rfind(b"<"), len(chunk) - 4096) :]
    last_column = max((column_number(column.decode()) for column in columns), default=0)
    return f"{column_letters(last_column)}{last_row}" if last_column * last_row > MAX_CELLS else ""


def diagnose(path: Path) -> str:
    """Why the reader died on a file, as far as its content shows; "" when it does not.

    Reads no more than ``MAX_EXPANDED`` bytes, in pieces, and may therefore run in the main process.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(info.file_size for info in archive.infolist()) > MAX_EXPANDED:
                return "it expands to gigabytes"
            for sheet, part in _sheet_parts(archive):
                if part in archive.namelist() and (far := _far_out(archive, part)):
                    return f"{_about_far(far, sheet)}. {_CLEAR_FAR}"
    except DAMAGE:
        return ""
    return ""
