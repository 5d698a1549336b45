"""Documents, tables, rows and cells: where they stand, what they hold, what is doubtful about them."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
import xlwt

from graphmap.errors import FileRejected
from graphmap.records import Issue
from graphmap.sheets import Document, Row, header_of, open_document, values

TODAY = date(2026, 6, 1)
Write = Callable[..., Document]


@pytest.fixture
def csv(tmp_path: Path) -> Write:
    """A text table with this content, opened."""

    def write(content: str | bytes, name: str = "table.csv") -> Document:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return open_document(path, today=TODAY)

    return write


@pytest.fixture
def xlsx(tmp_path: Path) -> Write:
    """A workbook with these sheets (their rows), opened.

    A value ("=", value) is a formula with that result, ("%", value) is shown in percent.
    """

    def write(**sheets: list[list[object]]) -> Document:
        path = tmp_path / "book.xlsx"
        with xlsxwriter.Workbook(path, {"strings_to_formulas": False}) as book:
            day, percent = (book.add_format({"num_format": form}) for form in ("yyyy-mm-dd", '0.0" of all" %'))
            for name, rows in sheets.items():
                sheet = book.add_worksheet(name)
                for r, row in enumerate(rows):
                    for c, value in enumerate(row):
                        if isinstance(value, date):
                            sheet.write_datetime(r, c, value, day)
                        elif isinstance(value, tuple) and value[0] == "%":
                            sheet.write_number(r, c, value[1], percent)
                        elif isinstance(value, tuple):
                            sheet.write_formula(r, c, "=1+1", None, value[1])
                        else:
                            sheet.write(r, c, value)
        return open_document(path, today=TODAY)

    return write


def told(document: Document) -> list[tuple[str, str, str]]:
    return [(issue.severity, issue.row, issue.message) for issue in document.issues]


# --- documents ------------------------------------------------------------------------------------------------


def test_a_workbook_says_what_it_is(tmp_path: Path) -> None:
    path = tmp_path / "renamed.csv"  # the content counts
    with xlsxwriter.Workbook(path) as book:
        book.set_properties({"created": datetime(2024, 5, 1, 10, 30, 15)})
        book.add_worksheet("One").write("A1", "x")
        book.add_worksheet("Hidden").hide()
        book.add_chartsheet("Chart")
    document = open_document(path, today=TODAY)
    assert (document.file, document.path, document.form) == ("renamed.csv", path, "xlsx")
    assert document.sheet_names == ("One", "Hidden"), "charts are not tables"
    assert document.modified == "2024-05-01T10:30:15Z", "its own word, which survives copying"
    assert len(document.digest) == 64
    assert document.today == TODAY


def test_a_text_table_says_what_it_is(csv: Write) -> None:
    document = csv("a,b\n1,2\n")
    assert (document.form, document.sheet_names) == ("csv", ("",))
    saved = datetime.fromtimestamp(document.path.stat().st_mtime, UTC)
    assert document.modified == saved.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert document.digest == "492d5ea496056f1a6a6592241032fab764c321596317930b4fa0e1e8bc3b7470"


def test_cells_are_read_by_address(xlsx: Write) -> None:
    document = xlsx(Declaration=[[], ["", "", " Acme  Ltd "], [12.0, 0.1 + 0.2, True, date(2024, 5, 1)]], Other=[[5]])
    assert document.text("Declaration!C2") == "Acme Ltd"
    assert [document.text(f"Declaration!{cell}") for cell in ("A3", "B3", "C3", "D3")] == [
        "12", "0.3", "TRUE", "2024-05-01"
    ]  # fmt: skip
    assert document.text("declaration!A1") == document.text("Declaration!XFD99") == "", "blank, and beyond the end"
    assert document.date("Declaration!D3") == date(2024, 5, 1)
    assert document.cells("Declaration")[1] == ["", "", " Acme  Ltd ", ""], "rows and columns keep their numbers"
    assert document.issues == []
    with pytest.raises(FileRejected, match=r"^book.xlsx: no sheet 'Smelter List'; there are 'Declaration', 'Other'\. "):
        document.text("Smelter List!A1")
    with pytest.raises(ValueError, match="no address of a cell"):
        document.text("Declaration!8D")


def test_old_workbooks_keep_their_addresses_and_dates(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Old")
    sheet.write(2, 1, "Name")
    sheet.write(3, 1, 7)
    sheet.write(3, 2, datetime(2013, 5, 17), xlwt.easyxf(num_format_str="D-MMM-YYYY"))
    sheet.write(3, 3, 41411)  # the same day as an unformatted serial number
    book.save(str(tmp_path / "old.xlsx"))
    document = open_document(tmp_path / "old.xlsx", today=TODAY)
    assert document.form == "xls"
    assert document.text("Old!B4") == "7"
    assert document.date("Old!C4") == document.date("Old!D4") == date(2013, 5, 17)


def test_json_is_read_with_clean_texts(csv: Write) -> None:
    document = csv(json.dumps({"list": [{"name": "A\u200bB", "n": 1.5, "whole": True, "none": None}]}), "areas.txt")
    assert document.form == "json"
    assert document.json() == {"list": [{"name": "AB", "n": 1.5, "whole": True, "none": None}]}
    assert told(document) == [("warning", "$.list[0].name", INVISIBLE)]
    with pytest.raises(FileRejected, match="no sheet 'List'; it is a JSON file"):
        document.cells("List")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"a": 1', "is not valid JSON"),
        ('{"a": NaN}', "NaN is not a value of JSON"),
        ("[" * 100_000, "nested too deeply"),
        ('{"a": ' + "9" * 5000 + "}", "is not valid JSON"),
    ],
)
def test_bad_json_is_rejected(csv: Write, content: str, message: str) -> None:
    with pytest.raises(FileRejected, match=message):
        csv(content, "bad.json").json()


# --- text tables ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        "name,share\nÅbo Ñ,0.5\n".encode(),
        "name;share\r\nÅbo Ñ;0.5\r\n".encode("utf-8-sig"),
        "name\tshare\nÅbo Ñ\t0.5\n".encode("utf-16"),
        "sep=;\nname;share\nÅbo Ñ;0.5\n".encode(),
        "PK,name,share\n,Åbo Ñ,0.5\n".encode(),
        "name,share\rÅbo Ñ,0.5\r".encode(),
        'name,share\n"Åbo\nÑ",0.5\n'.encode(),
    ],
    ids=[
        "utf-8",
        "semicolon and mark",
        "utf-16 and tab",
        "Excel's own mark",
        "begins like a zip",
        "old Mac",
        "line break in a cell",
    ],
)
def test_encodings_and_delimiters(csv: Write, content: bytes) -> None:
    document = csv(content)
    [row] = document.table({"name": ("Name",), "share": ("Share",)})
    assert (row.take("name"), row.number_of("share")) == ("Åbo Ñ", 0.5)
    assert document.issues == []


def test_other_encodings_are_a_guess_and_said_to_be_one(csv: Write) -> None:
    document = csv("name,city\nMüller,Köln\n".encode("cp1252"))
    [row] = document.table({"name": ("name",), "city": ("city",)})
    assert (row.take("name"), row.take("city")) == ("Müller", "Köln")
    assert told(document) == [("warning", "A1", "the file is not in UTF-8 and was read as Windows-1252")]


def test_the_delimiter_is_what_parts_all_rows_alike(csv: Write) -> None:
    text = "id;address;share\n1;Main St 5, Suite 4, Springfield, IL;0,3\n2;Elm St;0,5\n3;Oak, Rd;0,25\n"
    rows = [
        (row.take("address"), row.share("share"))
        for row in csv(text).table({"address": ["address"], "share": ["share"]})
    ]
    assert rows == [("Main St 5, Suite 4, Springfield, IL", 0.3), ("Elm St", 0.5), ("Oak, Rd", 0.25)]


def test_text_after_a_closing_quote_is_kept(csv: Write) -> None:
    [row] = csv('name,x\n"Big" Bob,1\n').table({"name": ["name"], "x": ["x"]})
    assert row.take("name") == "Big Bob"


def test_a_quote_that_never_closes_does_not_swallow_rows(csv: Write) -> None:
    with pytest.raises(
        FileRejected, match=r"table.csv: cannot be read as a table: unexpected end of data, near line 4"
    ):
        list(csv('name,x\n"Acme,1\nBetter,2\nCorp,3\n').table({"name": ["name"]}))
    with pytest.raises(FileRejected, match="field larger than field limit"):
        list(csv('name,x\n"' + "x" * 200_000 + '",1\n').table({"name": ["name"]}))


def test_nul_bytes_are_removed_and_told(csv: Write) -> None:
    document = csv(b"name\nAc\x00me\n" + b"Other\n" * 20)
    assert next(document.table({"name": ["name"]})).take("name") == "Acme"
    assert [(issue.row, issue.value) for issue in document.issues if issue.severity == "warning"] == [
        ("A2", "Ac\\u0000me")
    ]


# --- tables and rows ------------------------------------------------------------------------------------------

COLUMNS = {
    "id": ("Smelter ID", "CID"),
    "name": ("Smelter Name",),
    "country": ("Country", "Land"),
    "note": ("Comments",),
}


def test_a_table_is_found_by_its_header(xlsx: Write) -> None:
    document = xlsx(
        Cover=[["Smelter name: see the next sheet"]],
        List=[
            [],
            ["Our smelters"],
            ["", "SMELTER  NAME (*)", "smelter_id", "Land:"],
            ["", "Alpha", "CID9", "Peru"],
            [],
            ["", "Beta"],
        ],
    )
    assert header_of(document, COLUMNS) == {"name": "SMELTER NAME (*)", "id": "smelter_id", "country": "Land:"}
    rows = [
        (row.number, row.take("name"), row.take("id", "?"), row.take("country"), row.take("note", "none"))
        for row in document.table(COLUMNS)
    ]
    assert rows == [(4, "Alpha", "CID9", "Peru", "none"), (6, "Beta", "?", "", "none")]
    assert document.rows_read == ["List!A4", "List!A6"], "blank rows do not count"
    assert header_of(document, {"x": ("nothing of it",)}) == {}


def test_a_row_knows_where_it_stands(csv: Write, xlsx: Write) -> None:
    [row] = csv("\n\nname,,country\n,,Peru\n").table({"name": ["name"], "country": ["country"], "id": ["id"]})
    assert [row.address("country"), row.address("id"), row.address()] == ["C4", "A4", "A4"]
    document = xlsx(**{"Smelter List": [[""] * 30, [""] * 29 + ["far"]]})
    [row] = document.rows("Smelter List", first=2, columns={"far": "AD"})
    assert (row.address("far"), row.address()) == ("Smelter List!AD2", "Smelter List!A2")
    row.issue("warning", "far", "is far away", "Move it.")
    row.issue("note", "", "is one row")
    row.take("far")
    assert document.issues == [
        Issue("warning", "Smelter List!AD2", "is far away", "far", "Move it."),
        Issue("note", "Smelter List!A2", "is one row"),
    ]


def test_no_header_is_a_rejection_that_says_what_there_is(csv: Write) -> None:
    with pytest.raises(FileRejected) as raised:
        csv("Firm;Town\nAcme;Lima\n").table({"name": ("Smelter Name", "Name"), "id": ("CID",)})
    assert raised.value.message == (
        "table.csv: no row among the first 20 names a column 'Smelter Name', 'CID'; "
        "it is a text table that begins with 'Firm', 'Town'."
    )
    assert raised.value.cure == "Put the names of the columns into one row above the data."


def test_what_is_not_taken_is_told_once_a_column(xlsx: Write) -> None:
    document = xlsx(
        S=[
            ["Smelter Name", "Comments", "Colour", "", "Helper"],
            ["Alpha", "c1", "red", "", 0],
            ["Beta", "c2", "", "stray", 0],
            ["", "", "blue", "", 0],
            ["", "", "", "", 0],
            ["Gamma", "", "", "", 0],
        ]
    )
    for row in document.table(COLUMNS, "S", ignore=("helper",)):
        row.take("name")
        if row.number == 3:
            row.take("note")
    assert told(document) == [
        ("note", "S!B2", "column 'Comments' is not read; it begins at S!B2 and holds 1 row"),
        ("note", "S!C2", "column 'Colour' is not read; it begins at S!C2 and holds 2 rows"),
        ("note", "S!D3", "column D is not read; it begins at S!D3 and holds 1 row"),
    ]
    assert document.rows_read == ["S!A2", "S!A3", "S!A6"], "row 4 holds nothing that is read"


def test_rows_by_position_skip_what_is_blank(xlsx: Write) -> None:
    rows = [["", "冶炼厂", "", "W"]] + [["", "", ("=", ""), 0]] * 2000 + [["", "Last", "", 0], ["  ", "", "", 0]]
    document = xlsx(L=rows)
    found = [(row.number, row.take("name")) for row in document.rows("L", first=2, columns={"name": "B"}, ignore=["D"])]
    assert found == [(2002, "Last")]
    assert document.issues == []


def test_failed_formulas_are_not_data(xlsx: Write) -> None:
    document = xlsx(
        S=[["Smelter Name", "Country"], ["Alpha", ("=", "#REF!")], ["#N/A", "Peru"], [("=", "#N/A"), "#N/A"]]
    )
    rows = [(row.take("name"), row.take("country")) for row in document.table(COLUMNS)]
    assert rows == [("Alpha", ""), ("", "Peru")]
    cure = "Correct the formula, or write the value itself."
    assert document.issues[:2] == [
        Issue("error", "S!B2", "the formula failed", "#REF!", cure),
        Issue("error", "S!A3", "the formula failed", "#N/A", cure),
    ]
    assert [message for _, _, message in told(document)[2:]] == [
        "column 'Smelter Name' is not read; it begins at S!A4 and holds 1 row",
        "column 'Country' is not read; it begins at S!B4 and holds 1 row",
    ], "a row of failed formulas only is a blank row of a template"


INVISIBLE = "control or invisible characters were removed"
FORMULA = "it looks like a formula; it is kept as text and never executed"

# --- text -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "read", "message"),
    [
        ("Acme\u00a0Ltd\u3000Lima", "Acme Ltd Lima", None),
        ("two\nlines\tand tab", "two lines and tab", None),
        ("Zu\u0308rich", "Zürich", None),
        ("（株）三井", "（株）三井", None),
        ("Acme\x07 Ltd", "Acme Ltd", INVISIBLE),
        ("\u202eemca\u202c", "emca", INVISIBLE),
        ("Ac\u200bme\ufeff", "Acme", INVISIBLE),
        ("=cmd|'/C calc'!A0", "=cmd|'/C calc'!A0", FORMULA),
        ("+SUM(A1)", "+SUM(A1)", FORMULA),
        ("@import", "@import", FORMULA),
        ("-cmd", "-cmd", FORMULA),
        ("\u200b=1+1", "=1+1", INVISIBLE + "; " + FORMULA),
        ("+49 (0)30 123-456", "+49 (0)30 123-456", None),
        ("-5", "-5", None),
        ("- none", "- none", None),
        ("x" * 500, "x" * 500, None),
        ("x" * 501, "x" * 500, "it had 501 characters and was cut to 500"),
    ],
)  # fmt: skip
def test_cleaning(csv: Write, written: str, read: str, message: str | None) -> None:
    document = csv(f'name,x\n"{written}",1\n')
    [row] = document.table({"name": ["name"], "x": ["x"]})
    assert row.take("name") == read
    row.take("name")
    row.take("x")
    assert told(document) == ([("warning", "A2", message)] if message else []), "once, however often it is taken"


def test_nothing_in_an_issue_can_act_on_a_terminal(csv: Write) -> None:
    document = csv("name,x\n\u202e\x1b[31m=red,1\n" + "Other,2\n" * 20)
    [row, *_] = document.table({"name": ["name"], "x": ["x"]})
    assert row.take("name") == "[31m=red"
    assert document.issues[0].value == "\\u202e\\u001b[31m=red"


def test_a_cell_with_several_values(csv: Write) -> None:
    document = csv('names,x\n"Alpha | Beta;;\nGamma\u200b；",1\nOne only,2\n=a|b,3\n,4\n')
    first, second, third, fourth = document.table({"names": ["names"], "x": ["x"]})
    assert first.split("names") == first.split("names") == ["Alpha", "Beta", "Gamma"]
    assert second.split("names") == ["One only"]
    assert third.split("names") == ["=a|b"], "a formula is no list"
    assert fourth.split("names") == first.split("no such field") == []
    assert [(address, message) for _, address, message in told(document) if address.startswith("A")] == [
        ("A2", INVISIBLE),
        ("A2", "the cell holds 3 values, and each is used"),
        ("A4", FORMULA),
    ]


# --- numbers, shares, dates -----------------------------------------------------------------------------------


def only_row(document: Document, header: str = "value") -> Row:
    """The row below a header that names a value and x."""
    [row] = document.table({"value": [header], "x": ["x"]})
    row.take("x")
    return row


@pytest.mark.parametrize(
    ("header", "written", "share"),
    [
        ("share", "30%", 0.3), ("share", "30 %", 0.3), ("share", "30,5 %", 0.305), ("share", "３０％", 0.3),
        ("share", "0.3", 0.3), ("share", "1", 1.0), ("share", "0", 0.0), ("share", "100%", 1.0), ("share", "", None),
        ("share (%)", "30", 0.3), ("share in percent", "0.5", 0.005), ("share (%)", "30%", 0.3),
    ],
)  # fmt: skip
def test_shares(csv: Write, header: str, written: str, share: float | None) -> None:
    document = csv(f'{header},x\n"{written}",1\n')
    row = only_row(document, header)
    assert row.share("value") == pytest.approx(share)
    assert document.issues == []


def test_shares_of_workbooks_are_fractions_unless_one_is_above_one(xlsx: Write) -> None:
    columns = {"share": ["share %"], "x": ["x"]}
    formatted = xlsx(S=[["share %", "x"], [0.3, "a"], [1, "b"], ["", "c"]])
    assert [row.share("share") for row in formatted.table(columns)] == [0.3, 1.0, None]
    points = xlsx(S=[["share %", "x"], [30, "a"], [1, "b"], ["0.5 %", "c"]])
    assert [row.share("share") for row in points.table(columns)] == [0.3, 0.01, 0.005]
    mixed = xlsx(S=[["share %", "x"], [30, "a"], [0.4, "b"], [("%", 0.4), "c"]])
    assert [row.share("share") for row in mixed.table(columns)] == [0.3, 0.004, 0.4]


def test_a_share_of_an_old_workbook_that_can_be_two_is_doubtful() -> None:
    share = values.share_of(30, in_percent=True, mixed=True)
    assert share == 0.3
    with pytest.raises(values.Doubtful, match=r"can be 40 % or 0\.4 %") as doubt:
        values.share_of(0.4, in_percent=True, mixed=True)
    assert doubt.value.cure == "Write 40% or 0.4%, with the sign."


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("130%", "'130%' is 130 %, and a share lies between 0 % and 100 %"),
        ("30", "'30' is 3000 %, and a share lies between 0 % and 100 %"),
        ("-5%", "'-5%' is -5 %, and a share lies between 0 % and 100 %"),
        ("about half", "'about half' is not a number"),
    ],
)
def test_what_is_no_share_is_an_issue(csv: Write, written: str, message: str) -> None:
    document = csv(f"value,x\n{written},1\n")
    row = only_row(document)
    assert row.share("value") is None
    [issue] = document.issues
    assert (issue.severity, issue.row, issue.message, issue.value) == ("error", "A2", message, written)
    assert issue.cure


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("12", 12), ("12.", 12), ("-1.5e3", -1500), ("30,5", 30.5), ("0,125", 0.125), ("1.234", 1.234), ("１２", 12),
        ("1,234.56", 1234.56), ("1.234,56", 1234.56), ("1 234,5", 1234.5), ("1'234.5", 1234.5), ("1,234,567", 1234567),
        ("1\u00a0234", 1234),
    ],
)  # fmt: skip
def test_numbers(csv: Write, written: str, number: float) -> None:
    document = csv(f'value,x\n"{written}",1\n')
    row = only_row(document)
    assert row.number_of("value") == number
    assert document.issues == []


@pytest.mark.parametrize("written", ["1,234", "1,23,456", "inf", "nan", "9" * 400, "12 kg", "--1", "1" * 99 + "x"])
def test_what_is_no_number_is_an_issue(csv: Write, written: str) -> None:
    document = csv(f'value,x\n"{written}",1\n')
    row = only_row(document)
    assert row.number_of("value") is None
    assert [issue.severity for issue in document.issues] == ["error"]


def test_one_hundred_percent_is_the_number_one(xlsx: Write) -> None:
    document = xlsx(S=[["value", "x"], [1, 0]])
    row = only_row(document)
    assert (row.take("value"), row.share("value"), row.number_of("value")) == ("1", 1.0, 1.0)
    assert document.issues == []


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-03-01", (2026, 3, 1)), ("2026/3/1", (2026, 3, 1)), ("2026-03-01T10:00:00Z", (2026, 3, 1)),
        ("20260301", (2026, 3, 1)), ("17-May-2013", (2013, 5, 17)), ("1-Jul-2013", (2013, 7, 1)),
        ("17-May-13", (2013, 5, 17)), ("May 17th, 2013", (2013, 5, 17)), ("17 May 2013", (2013, 5, 17)),
        ("17.05.2013", (2013, 5, 17)), ("5.3.2013", (2013, 3, 5)), ("17/05/2013", (2013, 5, 17)),
        ("05/17/2013", (2013, 5, 17)), ("5/5/2013", (2013, 5, 5)), ("2026年3月1日", (2026, 3, 1)),
        ("2026년 3월 1일", (2026, 3, 1)), ("２０２６-０３-０１", (2026, 3, 1)), ("17. März 2013", (2013, 3, 17)),
        ("1er août 2013", (2013, 8, 1)), ("17 de mayo de 2013", (2013, 5, 17)), ("3 Şubat 2020", (2020, 2, 3)),
        ("2 Kasım 2020", (2020, 11, 2)), ("46082", (2026, 3, 1)), ("\u200e2026-03-01", (2026, 3, 1)),
    ],
)  # fmt: skip
def test_dates(csv: Write, written: str, day: tuple[int, int, int]) -> None:
    document = csv(f'value,x\n"{written}",1\n')
    row = only_row(document)
    assert row.date("value") == date(*day)
    assert [issue for issue in document.issues if issue.severity == "error"] == []


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("03/04/2026", "'03/04/2026' can be 2026-04-03 or 2026-03-04"),
        ("30 February 2026", "'30 February 2026' is not a day of the calendar"),
        ("2026-13-01", "'2026-13-01' is not a day of the calendar"),
        ("17 Jui 2013", "'17 Jui 2013' names no month that is known here"),
        ("spring 2026", "'spring 2026' is not a date"),
        ("12", "'12' is not a date"),
    ],
)
def test_what_is_no_date_is_an_issue(csv: Write, written: str, message: str) -> None:
    document = csv(f'value,x\n"{written}",1\n')
    row = only_row(document)
    assert row.date("value") is None
    cure = "Write the date as year-month-day, such as 2026-03-01."
    assert document.issues == [Issue("error", "A2", message, written, cure)]


def test_real_dates(xlsx: Write) -> None:
    document = xlsx(
        S=[["value"], [date(2024, 5, 1)], [datetime(2024, 5, 1, 23, 59)], [45413], [45413.75], [time(3, 4)], [True]]
    )
    assert [row.date("value") for row in document.table({"value": ["value"]})] == [date(2024, 5, 1)] * 4 + [None, None]
    assert [issue.row for issue in document.issues] == ["S!A6", "S!A7"]


def test_a_workbook_that_openpyxl_wrote(tmp_path: Path) -> None:
    book = openpyxl.Workbook(write_only=True)  # writes no dimension
    sheet = book.create_sheet("S")
    sheet.append(["name", "value"])
    sheet.append(["Acme", date(2024, 5, 1)])
    book.save(tmp_path / "o.xlsx")
    [row] = open_document(tmp_path / "o.xlsx", today=TODAY).table({"name": ["name"], "value": ["value"]})
    assert (row.take("name"), row.date("value")) == ("Acme", date(2024, 5, 1))


# --- official templates ---------------------------------------------------------------------------------------


def test_all_official_templates_open(templates: Path) -> None:
    opened = {}
    for path in sorted(templates.rglob("*MRT_*.xls*")) + sorted(templates.rglob("RMI_CRT*")):
        document = open_document(path, today=TODAY)
        revision = document.text("Declaration!J3").split()[1]
        opened[path.name] = (document.form, revision, len(document.cells("Smelter List")) > 1000, document.issues)
    assert opened == {
        "CMRT_2.00.xls": ("xls", "2", True, []),
        "CMRT_2.02.xls": ("xls", "2.02", True, []),
        "CMRT_2.03.xlsx": ("xlsx", "2.03", True, []),
        "CMRT_2.03a.xls": ("xls", "2.03a", True, []),
        "CMRT_3.01.xls": ("xls", "3.01", True, []),
        "RMI_AMRT_1.3.xlsx": ("xlsx", "1.3", True, []),
        "RMI_CMRT_6.01.xlsx": ("xlsx", "6.01", True, []),
        "RMI_CMRT_6.22.xlsx": ("xlsx", "6.22", True, []),
        "RMI_CMRT_6.31.xlsx": ("xlsx", "6.31", True, []),
        "RMI_CMRT_6.4.xlsx": ("xlsx", "6.4", True, []),
        "RMI_CMRT_6.5.xlsx": ("xlsx", "6.5", True, []),
        "RMI_CRT_2.21.xlsx": ("xlsx", "2.2", True, []),
        "RMI_EMRT_1.3.xlsx": ("xlsx", "1.3", True, []),
        "RMI_EMRT_2.1.xlsx": ("xlsx", "2.1", True, []),
    }


def test_a_blank_template_has_no_rows(templates: Path) -> None:
    document = open_document(templates / "RMI_CMRT_6.5.xlsx", today=TODAY)
    columns = {"id": "A", "metal": "B", "smelter": "C"}
    assert list(document.rows("Smelter List", first=5, columns=columns, ignore=("X",))) == []
    assert document.issues == []


# ---- coordinates, encodings, marks ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "axis", "degrees"),
    [
        (-1.25, "ns", -1.25), ("-1,25", "ns", -1.25), ("1.25 S", "ns", -1.25), ("29.1E", "ew", 29.1),
        ("W 70.5", "ew", -70.5),
        ("1°15'00\"S", "ns", -1.25), ("29° 6′ E", "ew", 29.1), ("−1.25", "ns", -1.25),
        ("29 06 00", "ew", 29.1),
        ("-125000", "ns", -125000.0),
    ],
)  # fmt: skip
def test_degrees_however_they_are_written(written: str | float, axis: str, degrees: float) -> None:
    assert values.degrees_of(written, axis) == pytest.approx(degrees)


@pytest.mark.parametrize(("written", "axis"), [("29.1 E", "ns"), ("-1.25 S", "ns"), ("1°75'", "ns"), ("north", "ns")])
def test_what_is_no_degree_is_doubtful(written: str, axis: str) -> None:
    with pytest.raises(values.Doubtful):
        values.degrees_of(written, axis)


@pytest.mark.parametrize(
    "written",
    ["-1.25, 29.1", "-1.25;29.1", "1.25S 29.1E", "29.1E 1.25S", "1°15'S, 29°6'E", "-1,25; 29,1", "-1.25 29.1"],
)
def test_a_pair_of_degrees_in_one_cell(written: str) -> None:
    assert values.pair_of_degrees(written) == pytest.approx((-1.25, 29.1))


@pytest.mark.parametrize(
    ("text", "codec", "encoding"),
    [
        ("深圳市电子有限公司", "gbk", "Chinese (GB18030)"), ("台灣積體電路製造", "big5", "Chinese (Big5)"),
        ("東京電子工業株式会社", "cp932", "Japanese (Shift JIS)"), ("삼성전자 주식회사", "cp949", "Korean (CP949)"),
        ("Größe, Müller, Société", "cp1252", "Windows-1252"), ("ÄÖÜ GMBH", "cp1252", "Windows-1252"),
    ],
)  # fmt: skip
def test_encodings_of_old_spreadsheets(csv: Write, text: str, codec: str, encoding: str) -> None:
    document = csv(f"name,city\n{text},x\n".encode(codec))
    assert document.cells("")[1][0] == text.partition(",")[0]
    assert told(document) == [("warning", "A1", f"the file is not in UTF-8 and was read as {encoding}")]


def test_rows_that_a_stray_quotation_mark_swallows_are_read(csv: Write) -> None:
    document = csv('id,name,country\n1,"Acme,DE\n2,Beta,FR\n3,"Gamma,DE\n4,Delta,FR\n')
    assert document.cells("")[1:] == [
        ["1", "Acme", "DE"],
        ["2", "Beta", "FR"],
        ["3", "Gamma", "DE"],
        ["4", "Delta", "FR"],
    ]
    assert [(row, message.partition(" and ")[0]) for _, row, message in told(document)] == [
        ("A2", "a quotation mark is opened here")
    ]
    lines = csv('id,name\n1,"two\nlines"\n')
    assert lines.cells("")[1] == ["1", "two\nlines"]
    assert told(lines) == []


def test_signs_that_show_nothing_are_removed(csv: Write) -> None:
    document = csv("name,x\n\uffa0CID900001,1\n\u3164,2\n")
    assert [row.take("name") for row in document.table({"name": ["name"], "x": ["x"]})] == ["CID900001", ""]
    assert told(document)[0] == ("warning", "A2", "control or invisible characters were removed")
