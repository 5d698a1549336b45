"""The lists that a user fills in, as one workbook of empty sheets: headed, explained, and read by ``graphmap load``.

Each sheet has the same parts: what the list is for, a row that says what belongs in each column, an example, then the
headings. Only what stands below the headings is read, so the example is never taken for data.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path

from graphmap.errors import GraphmapError

FILE = "graphmap-lists.xlsx"
"""What the workbook is called where nobody says."""


@dataclass(frozen=True)
class Column:
    """One column: its heading, what belongs in it, and an example."""

    heading: str
    meaning: str
    example: str = ""


@dataclass(frozen=True)
class List:
    """One list: the name of its sheet, the kind of document that it is read as, what it is for, and its columns."""

    name: str
    kind: str
    purpose: Sequence[str]
    columns: Sequence[Column]


_DAY = "2026-06-30"
_AS_OF = Column("as of", "The day this row speaks for, written 2026-06-30", _DAY)

LISTS: Sequence[List] = (
    List(
        "suppliers",
        "companies",
        (
            "Suppliers: the companies of your chain, one row each.",
            "Give your own company the role 'brand' and each company you buy from directly the role 'supplier'.",
            "An id or a name will do. The id ties this list to purchases and declarations.",
        ),
        (
            Column("id", "Your number for the company", "S-100"),
            Column("name", "Its name", "Example Alloys Ltd."),
            Column("country", "Country name or ISO code", "Germany"),
            Column("role", "brand (you) or supplier (you buy from it)", "supplier"),
            Column("parent id", "Id of its parent company, if it is in this list", ""),
            Column("parent", "Name of its parent company", "Example Holding AG"),
            Column("duns", "D-U-N-S number, nine digits, as text", "000000001"),
            Column("lei", "Legal Entity Identifier, 20 signs", ""),
            Column("contact", "Whom to ask there", "Jane Example"),
            Column("email", "E-mail address of that person", "jane@example.com"),
            _AS_OF,
        ),
    ),
    List(
        "purchases",
        "purchases",
        (
            "Purchases: who buys from whom, one row for each purchase. It replaces what is assumed from declarations.",
            "Leave the share empty if you do not know it: unknown is never counted as zero.",
            "Purchases of your suppliers belong here too, if you know them.",
        ),
        (
            Column("buyer id", "Id of the company that buys", "B-1"),
            Column("buyer", "Or its name", "Our Company"),
            Column("seller id", "Id of the company that sells", "S-100"),
            Column("seller", "Or its name", "Example Alloys Ltd."),
            Column("mineral", "Mineral or metal; empty: any", "tin"),
            Column("product", "What is bought", "solder bars"),
            Column("share", "Part of what the buyer buys of the mineral, e.g. 25%", "25%"),
            Column("spend", "What was paid, a number", "120000"),
            Column("currency", "Currency of the spend, three letters", "EUR"),
            _AS_OF,
        ),
    ),
    List(
        "assurance",
        "smelters",
        (
            "Assurance list: which smelters and refiners are assessed, and with what result.",
            "You may load the list of the programme as you get it instead. Without any list no smelter is judged.",
            "A smelter without an id is known by its name, one metal and its country.",
        ),
        (
            Column("smelter id", "RMI id: CID and six digits", "CID900001"),
            Column("smelter name", "Its standard name", "Example Tin Smelter"),
            Column("metal", "One metal a row", "tin"),
            Column("smelter country", "Where it stands, name or ISO code", "Peru"),
            Column("scheme", "Programme that assessed it, e.g. RMAP", "RMAP"),
            Column("status", "Status as the programme writes it", "Conformant"),
            Column("last assessment", "Day of the last assessment", "2025-11-15"),
            Column("valid until", "Day the assessment ends, if stated", ""),
            _AS_OF,
        ),
    ),
    List(
        "areas",
        "areas",
        (
            "Areas: countries and regions of concern, one row each. A lens says which list counts.",
            "Write 'own' in the column list for lens own, and 'oecd' for lens oecd, which covers all minerals.",
            "With a region only that region is listed; without one the whole country is.",
        ),
        (
            Column("list", "Name of the list: own or oecd", "oecd"),
            Column("country", "Country name or ISO code", "CD"),
            Column("region code", "ISO 3166-2 code, if not the whole country", "CD-NK"),
            Column("level", "conflict-affected, high-risk or a word of your policy", "high-risk"),
            Column("minerals", "Only for these minerals, parted by ; (empty: all)", ""),
            Column("reason", "Why it is listed", "our own judgement of June 2026"),
            _AS_OF,
        ),
    ),
    List(
        "origins",
        "origins",
        (
            "Origins: from which country a smelter's mineral comes, one row for each smelter and country.",
            "Where a smelter stands is another fact: it belongs on the assurance list.",
        ),
        (
            Column("smelter id", "RMI id: CID and six digits", "CID900001"),
            Column("smelter name", "Its name, if it has no id", "Example Tin Smelter"),
            Column("smelter country", "Where it stands, if it has no id", ""),
            Column("mineral", "One mineral a row", "tin"),
            Column("country of origin", "Country the mineral comes from", "Rwanda"),
            Column("region of origin", "Region of that country, if known", ""),
            Column("level", "Level as your source writes it, e.g. L1", "L1"),
            _AS_OF,
        ),
    ),
)

MEANINGS, EXAMPLE = "What belongs in each column:", "Example. This row is not read:"
_BELOW = "Fill in below the headings. What stands above them is explanation and is not read. Any column may stay empty."
_CREATED = datetime(2026, 1, 1)  # the same bytes on every day


def write_lists(path: Path, *, force: bool = False, lists: Sequence[List] = LISTS) -> Path:
    """Write the empty lists as one workbook, a sheet each, and return its path.

    Raises ``GraphmapError`` for a name that does not end in .xlsx and, unless ``force``, for a file that is there.
    """
    if path.suffix.lower() != ".xlsx":
        raise GraphmapError(f"{path} does not end in .xlsx.", f"Name a workbook, e.g. {path.with_suffix('.xlsx')}.")
    content = workbook(lists)
    try:
        with path.open("wb" if force else "xb") as file:
            file.write(content)
    except FileExistsError as error:
        raise GraphmapError(f"{path} is there already.", "Name another file, or replace it with --force.") from error
    return path


def workbook(lists: Sequence[List] = LISTS, rows: Mapping[str, Sequence[Sequence[str]]] | None = None) -> bytes:
    """The workbook as bytes; ``rows`` are written below the headings of the sheets that they name."""
    import xlsxwriter

    written = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(written, options) as book:
        book.set_properties({"title": "Lists for graphmap", "author": "graphmap", "created": _CREATED})
        title = book.add_format({"bold": True, "font_size": 13})
        label = book.add_format({"bold": True, "font_color": "#55616D"})
        meaning = book.add_format({"text_wrap": True, "valign": "top", "font_color": "#55616D"})
        example = book.add_format({"italic": True, "font_color": "#55616D", "bg_color": "#F2F4F6"})
        head = book.add_format({"bold": True, "bottom": 2, "bg_color": "#DCE6EE"})
        text = book.add_format({"num_format": "@"})
        for one in lists:
            sheet = book.add_worksheet(one.name)
            for number, line in enumerate([*one.purpose, _BELOW]):
                sheet.write_string(number, 0, line, None if number else title)
            at = len(one.purpose) + 2
            for place, words in ((at, MEANINGS), (at + 2, EXAMPLE)):
                sheet.write_string(place, 0, words, label)
            for column, about in enumerate(one.columns):
                # As text, numbers keep their leading zeros, and a share of 25% is what it says.
                sheet.set_column(column, column, 20, text)
                sheet.write_string(at + 1, column, about.meaning, meaning)
                sheet.write_string(at + 3, column, about.example, example)
                sheet.write_string(at + 4, column, about.heading, head)
            sheet.set_row(at + 1, 48)
            sheet.freeze_panes(at + 5, 0)
            for number, row in enumerate((rows or {}).get(one.name, ()), at + 5):
                for column, value in enumerate(row):
                    sheet.write_string(number, column, value)
    return written.getvalue()
