"""A sheet finds its loader by what stands in it; what could be several things, or is our own, is none."""

import csv
import io
import json
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook

from graphmap import shelf
from graphmap.errors import FileRejected
from graphmap.recognition import recognise
from graphmap.records import Record
from graphmap.sheets import Document, Reads, header_key, open_document
from graphmap.sheets.table import HEADS_ELSEWHERE
from tests import workbooks
from tests.files import a_loader

TODAY = date(2026, 7, 1)


def document(path: Path, content: str) -> Document:
    path.write_text(content, "utf-8")
    return open_document(path, today=TODAY)


def kinds(document: Document, *extra: Path) -> list[str]:
    return [part.loader.kind for part in recognise(document, shelf.loaders(extra))]


def kind_of(path: Path, content: str, *extra: Path) -> str:
    (kind,) = kinds(document(path, content), *extra)
    return kind


def rejection(path: Path, content: str, *extra: Path) -> FileRejected:
    with pytest.raises(FileRejected) as error:
        kind_of(path, content, *extra)
    return error.value


def book(path: Path, **sheets: list[list[object]]) -> Document:
    workbook = Workbook()
    workbook.remove(workbook.active)
    for name, rows in sheets.items():
        sheet = workbook.create_sheet(name.replace("_", " "))
        for row in rows:
            sheet.append(row)
    workbook.save(path)
    return open_document(path, today=TODAY)


# ---- templates, JSON, loaders of the user's ------------------------------------------------------------------


def test_the_name_of_a_file_says_nothing(tmp_path: Path) -> None:
    assert kind_of(tmp_path / "CMRT.xlsx", "buyer,seller,share\nA,B,30%\n") == "purchases"
    workbook = workbooks.write(tmp_path / "purchases.csv")
    assert kinds(open_document(workbook, today=TODAY)) == ["cmrt"]


def test_the_loader_that_knows_most_columns_reads_it(tmp_path: Path) -> None:
    few, many = a_loader(tmp_path, "few", "depth"), a_loader(tmp_path, "many", "depth", "grade")
    assert kind_of(tmp_path / "a.csv", "grade,depth\n1,2\n", few, many) == "many"
    assert kind_of(tmp_path / "b.csv", "depth\n2\n", few, many) == "few"


def test_order_goes_before_the_number_of_columns(tmp_path: Path) -> None:
    first, many = a_loader(tmp_path, "first", "depth", order=-1), a_loader(tmp_path, "many", "depth", "grade")
    assert kind_of(tmp_path / "a.csv", "grade,depth\n1,2\n", first, many) == "first"


def test_a_tie_is_refused_and_names_both(tmp_path: Path) -> None:
    one, two = a_loader(tmp_path, "one", "depth", title="Depths"), a_loader(tmp_path, "two", "grade", title="Grades")
    with pytest.raises(FileRejected) as error:
        kind_of(tmp_path / "a.csv", "grade,depth\n1,2\n", one, two)
    assert error.value.message == "a.csv: is recognised equally well as 'Depths' (one.py) and 'Grades' (two.py)."


def test_json_is_told_by_its_keys(tmp_path: Path) -> None:
    path = a_loader(tmp_path, "assays", keys=("assays", "lab"))
    assert kind_of(tmp_path / "a.json", '{"lab": 1, "assays": [], "more": 2}', path) == "assays"


def _loader(reads: Reads) -> shelf.Loader:
    def load(document: Document) -> list[Record]:
        return []

    return shelf.Loader(reads.kind, reads.title, reads, load, Path(f"{reads.kind}.py"))


def test_a_layout_goes_before_a_table(tmp_path: Path) -> None:
    """The smelter list of a CMRT in English would make a fine table."""
    workbook = open_document(workbooks.write(tmp_path / "a.xlsx"), today=TODAY)
    table = Reads("t", "T", columns={"metal": ("metal",), "city": ("city",)}, needs=(("metal", "city"),), order=-9)
    layout = Reads("l", "L", sheets=("Declaration",), cells={"Declaration!A1": "x", "Declaration!D8": "^Acme"})
    assert recognise(workbook, [_loader(table)])[0].loader.kind == "t"
    assert recognise(workbook, [_loader(table), _loader(layout)])[0].loader.kind == "l"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ('{"a": 1, "b": 2}', "its JSON has the keys 'a', 'b'."),
        ("[1, 2]", "its JSON is no object with keys."),
        ("when,where\n1,2\n", "its first row holds 'when', 'where'."),
        ("\n\ndepth,when\n1,2\n", "its first row holds 'depth', 'when'; 'Assays' (assays.py) needs a column 'grade'."),
    ],
)
def test_what_nobody_reads_is_described(tmp_path: Path, content: str, says: str) -> None:
    with pytest.raises(FileRejected) as error:
        kind_of(tmp_path / "a", content, a_loader(tmp_path, "assays", "depth", "grade", title="Assays"))
    assert error.value.message == f"a: is none of the documents that graphmap reads: {says}"
    assert "(CMRT) 6.x; " in error.value.cure
    assert "--with" in error.value.cure


def test_a_layout_that_lacks_a_sheet_or_its_version_is_described(tmp_path: Path) -> None:
    workbook = open_document(workbooks.write(tmp_path / "a.xlsx"), today=TODAY)
    lacks = Reads("l", "Layout", sheets=("Declaration", "Minerals"), cells={"Declaration!A1": "x"})
    with pytest.raises(FileRejected, match=r"'Product List', .*; 'Layout' has a sheet 'Minerals' as well"):
        recognise(workbook, [_loader(lacks)])
    other = Reads("l", "Layout", sheets=("Declaration",), cells={"Declaration!A1": "x"})
    with pytest.raises(FileRejected, match="'Layout' has its version or title in Declaration!A1"):
        recognise(workbook, [_loader(other)])


# ---- proof ---------------------------------------------------------------------------------------------------

AREAS = "Country,Level\nCD,{level}\nUG,{level}\n"


def test_a_head_of_its_own_proves_a_kind_and_one_that_any_table_may_have_does_not(tmp_path: Path) -> None:
    assert kind_of(tmp_path / "a.csv", "Country,Conflict affected\nCD,yes\n") == "areas"
    assert kind_of(tmp_path / "b.csv", "Company,Country\nAcme,DE\n") == "companies"
    rejection(tmp_path / "c.csv", "Name,Country\nAcme,DE\n")


@pytest.mark.parametrize(
    ("level", "holds"), [("high-risk", True), ("Conflict affected", True), ("3", False), ("Gold", False)]
)
def test_the_values_of_a_column_prove_a_kind(tmp_path: Path, level: str, holds: bool) -> None:
    if holds:
        assert kind_of(tmp_path / "a.csv", AREAS.format(level=level)) == "areas"
    else:
        assert (
            "'Areas of concern' (areas.py) needs a column that only it has"
            in rejection(tmp_path / "a.csv", AREAS.format(level=level)).message
        )


def test_one_value_in_three_is_enough(tmp_path: Path) -> None:
    head = "ID,Name,Role\n"
    assert kind_of(tmp_path / "a.csv", f"{head}1,Acme,brand\n2,Zeta,x\n3,Eta,y\n") == "companies"
    rejection(tmp_path / "b.csv", f"{head}1,Acme,brand\n2,Zeta,x\n3,Eta,y\n4,Theta,z\n")


def test_a_title_or_the_name_of_the_sheet_says_which_kind_it_is(tmp_path: Path) -> None:
    plain = "Country,Comment\nCD,fighting\n"
    rejection(tmp_path / "a.csv", plain)
    for title in ("areas", "Areas of concern", "CAHRA list, June 2026", "our own areas"):
        assert kind_of(tmp_path / "b.csv", f'"{title}"\n{plain}') == "areas"
    for title in ("sales areas", "Areas where we deliver", "comment"):
        rejection(tmp_path / "c.csv", f'"{title}"\n{plain}')
    rows: list[list[object]] = [["Country", "Comment"], ["CD", "fighting"]]
    assert kinds(book(tmp_path / "d.xlsx", Areas=rows)) == ["areas"]
    with pytest.raises(FileRejected):
        kinds(book(tmp_path / "e.xlsx", Areas_of_sales=rows))


@pytest.mark.parametrize(
    "heads",
    [
        "PO,Site,Country,Comment", "Order no.,Country,High risk,Note", "Mine,Country,Region,Level,Reason",
        "Country,Region,Risk level,Buyer", "Country,Latitude,Longitude,Level", "Warehouse,Country,Level",
        "Country,Level,Quantity (t)", "Delivery address,Country,Comment", "UnitPrice,Country,Level,Reason",
    ],
)  # fmt: skip
def test_a_column_of_another_kind_says_that_it_is_no_list_of_areas(tmp_path: Path, heads: str) -> None:
    """Also where the values, a head or a title would do."""
    rows = f"areas\n{heads}\n" + ",".join(["high-risk"] * (heads.count(",") + 1)) + "\n"
    try:
        assert kind_of(tmp_path / "a.csv", rows) == "mines"
    except FileRejected as error:
        assert "never has a column such as" in error.message  # noqa: PT017 - either is right


@pytest.mark.parametrize(
    "table",
    [
        "Country,Comment\nDE,call first\n",
        "Country,Reason\nDE,x\n",
        "Country,Level\nDE,2\n",
        "Country,Region,Level,Reason\nDE,Bavaria,gold,loyal\n",
        "Country,List\nDE,a\n",
        "Name,Country\nPat Example,DE\n",
        "ID,Name\n1,Pat Example\n",
        "ID,Name,Country,Phone\n1,Pat Example,DE,1\n",
        "Site name,Country\nHall A,DE\n",
        "Site name,Country,Commodity\nHall A,DE,Steel\n",
        "Name,Metal,Country,GPS coordinates\nAlpha,tin,PE,1 2\n",
        "Smelter,Mineral,Country\nAcme,Tin,PE\n",
        "Facility,Country of origin\nHall A,DE\n",
        "Facility ID,Status\nF-1,open\n",
        "CID,Name,Status,Country\n1001,Pat Example,active,DE\n",
        "Facility name,Metal,Status\nHall A,steel,open\n",
        "Name,Country,Date of accreditation\nExample Laboratory,DE,2020-01-01\n",
    ],
)
def test_what_could_be_several_things_is_none_and_the_cure_says_how_to_tell(tmp_path: Path, table: str) -> None:
    error = rejection(tmp_path / "some.csv", table)
    assert ") needs a column" in error.message
    assert "call the sheet, or a line above the heads, '" in error.cure


def test_what_belongs_to_another_table_is_to_be_taken_out(tmp_path: Path) -> None:
    error = rejection(tmp_path / "some.csv", "Supplier,Country of origin,Quantity,PO\nAcme,CN,3,4711\n")
    assert error.cure.startswith("Add what is missing, and take out what belongs to another kind of table.")


def test_a_rejection_says_what_each_near_kind_lacks(tmp_path: Path) -> None:
    error = rejection(tmp_path / "a.csv", "PO,Site,Country,Comment\n4711,Hall A,Germany,urgent\n")
    assert (
        "'Areas of concern' (areas.py) needs a column that only it has, such as 'conflict affected' or 'high risk' or "
        "'whole country' and never has a column such as 'PO', 'Site'" in error.message
    )
    assert "'Companies' (companies.py) needs a column 'name'" in error.message


# ---- several sheets ------------------------------------------------------------------------------------------

SUPPLIERS: list[list[object]] = [["ID", "Name", "Country", "Role"], ["B1", "Brand", "US", "brand"]]
PURCHASES: list[list[object]] = [["Buyer ID", "Seller ID", "Share"], ["B1", "S1", 0.4]]
METALS = {
    metal: [
        ["Facility ID", "Standard Facility Name", "Country", "RMAP Status"],
        [f"CID90000{n}", metal, "DE", "Active"],
    ]
    for n, metal in enumerate(("Gold", "Tin", "Tungsten"))
}


@pytest.mark.parametrize("turned", [False, True])
def test_each_sheet_is_read_by_its_own_loader_in_any_order(tmp_path: Path, turned: bool) -> None:
    sheets = {"People": SUPPLIERS, "Trade": PURCHASES, "Notes": [["ask Pat about the rest"]]}
    document = book(tmp_path / "a.xlsx", **dict(reversed(sheets.items()) if turned else sheets.items()))
    parts = recognise(document, shelf.loaders())
    assert {part.loader.kind: part.sheet for part in parts} == {"companies": "People", "purchases": "Trade"}
    (note,) = parts[0].document.issues
    assert note[:3] == ("note", "Notes!A1", "the sheet is not read: it holds no table that graphmap knows")


def test_sheets_of_one_kind_are_one_document(tmp_path: Path) -> None:
    (part,) = recognise(book(tmp_path / "a.xlsx", **METALS), shelf.loaders())
    assert (part.loader.kind, part.sheet, part.document.part) == ("smelters", "", ("Gold", "Tin", "Tungsten"))
    claims = [record for record in part.loader.load(part.document) if getattr(record, "type", "") == "ASSESSED_BY"]
    assert [(claim.tail.id, claim.mineral) for claim in claims] == [  # type: ignore[union-attr]
        ("CID900000", "gold"), ("CID900001", "tin"), ("CID900002", "tungsten"),
    ]  # fmt: skip


def test_a_copy_of_a_sheet_counts_once(tmp_path: Path) -> None:
    (part,) = recognise(book(tmp_path / "a.xlsx", Trade=PURCHASES, Copy=PURCHASES), shelf.loaders())
    assert part.document.part == ("Trade",)
    assert part.document.issues[0][:3] == ("note", "Copy!A1", "the sheet holds the same as 'Trade' and counts once")


def test_a_sheet_in_doubt_is_told_of_while_the_others_are_read(tmp_path: Path) -> None:
    sheets = {"Trade": PURCHASES, "Sites": [["Country", "Comment"], ["DE", "call first"]], "Blank": []}
    (part,) = recognise(book(tmp_path / "a.xlsx", **sheets), shelf.loaders())
    (issue,) = part.document.issues
    assert issue[:2] == ("warning", "Sites!A1")
    assert issue.message.startswith("the sheet is not read: 'Areas of concern' (areas.py) needs a column")


def test_explanations_above_the_heads_are_no_rows(tmp_path: Path) -> None:
    above: list[list[object]] = [
        ["Purchases"],
        ["Who buys from whom; one row for each pair and mineral."],
        [],
        ["Fill in:"],
    ]
    (part,) = recognise(book(tmp_path / "a.xlsx", Purchases=[*above, *PURCHASES]), shelf.loaders())
    list(part.loader.load(part.document))
    assert part.document.rows_read == ["Purchases!A6"]
    assert part.document.issues == []


def test_a_table_without_rows_is_read_if_its_sheet_says_what_it_is(tmp_path: Path) -> None:
    heads: list[list[object]] = [["Country", "Region", "Level", "Reason"]]
    assert kinds(book(tmp_path / "a.xlsx", areas=heads, suppliers=SUPPLIERS[:1], purchases=PURCHASES[:1])) == [
        "areas", "companies", "purchases",
    ]  # fmt: skip


def test_a_filled_copy_of_a_sheet_of_a_template_is_told_of(tmp_path: Path) -> None:
    path = workbooks.write(tmp_path / "a.xlsx")
    reads = Reads("l", "L", sheets=("Declaration",), cells={"Declaration!D8": "."})
    from openpyxl import load_workbook

    workbook = load_workbook(path)
    workbook.create_sheet("Declaration (2)").append(["Another company"])
    workbook.save(path)
    (part,) = recognise(open_document(path, today=TODAY), [_loader(reads)])
    (issue,) = part.document.issues
    assert issue[:2] == ("error", "Declaration (2)!A1")
    assert "1 rows that hold something; it is not read" in issue.message


# ---- what graphmap wrote itself ------------------------------------------------------------------------------

_OLD = {
    "rate": "company,name,tier,mineral,exposure,low,high,unknown,smelters,accepted,evidence,reasons",
    "paths": "rank,mineral,score,hazard,standing,hop,tail,tail_name,type,share,stated,head,head_name,receipts",
    "sources": "id,kind,title,file,as_of,claims,rows,unused,used,errors,warnings,notes,current,superseded_by",
    "export": "node,label,id,name,also",
    "map": "view,finding",
}


def _own_tables() -> list[str]:
    new = [
        "smelter,country,origin,as_of,policy,lens",
        "buyer,seller,share,as_of,policy,lens",
        "mine,country,as_of,policy,lens",
    ]
    return [*_OLD.values(), *new]


@pytest.mark.parametrize("heads", _own_tables())
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_answers_are_refused_whatever_parts_their_cells(tmp_path: Path, heads: str, delimiter: str) -> None:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows([heads.split(","), ["gold; tin, x"] * (heads.count(",") + 1)])
    error = rejection(tmp_path / "suppliers.csv", out.getvalue())
    assert "is an answer of graphmap itself (" in error.message
    rows = [heads.split(","), ["x"] * (heads.count(",") + 1)]
    with pytest.raises(FileRejected, match="is an answer of graphmap itself"):
        kinds(book(tmp_path / "suppliers.xlsx", suppliers=rows))


def test_answers_to_named_questions_are_refused(tmp_path: Path) -> None:
    from graphmap.questions.catalogue import questions

    for question in questions():
        heads = [column.name for column in question.columns]
        for more in ((), ("as_of", "policy", "lens")):
            error = rejection(tmp_path / "a.csv", ",".join([*heads, *more]) + "\n" + "x," * len(heads) + "\n")
            assert "is an answer of graphmap itself" in error.message, question.name


@pytest.mark.parametrize(
    "content",
    [
        {"basis": {}, "notes": [], "findings": [], "rows": []},
        {"counts": {}, "documents": [], "rejected": []},
        [{"company": "1", "name": "x", "mineral": "tin", "by": "smelter", "hhi": 1, "band": "high"}],
    ],
)
def test_answers_as_json_are_refused(tmp_path: Path, content: object) -> None:
    assert "is an answer of graphmap itself" in rejection(tmp_path / "a.json", json.dumps(content)).message


def test_graphml_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileRejected, match="is a graph in GraphML"):
        document(tmp_path / "a.xml", '<?xml version="1.0"?>\n<graphml xmlns="http://graphml.graphdrawing.org/xmlns"/>')


def test_a_sheet_with_an_answer_is_left_out_and_the_others_are_read(tmp_path: Path) -> None:
    sheets: dict[str, list[list[object]]] = {"Trade": PURCHASES, "Rating": [list(_OLD["rate"].split(",")), ["x"] * 12]}
    (part,) = recognise(book(tmp_path / "a.xlsx", **sheets), shelf.loaders())
    (issue,) = part.document.issues
    assert issue[:2] == ("note", "Rating!A1")
    assert "it is an answer of graphmap (rate)" in issue.message


# ---- other languages -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("heads", "kind"),
    [
        ("Käufer;Lieferant;Rohstoff;Anteil", "purchases"),
        ("Acheteur;Fournisseur;Minerai", "purchases"),
        ("采购方;供应商;金属", "purchases"),
        ("LIFNR;NAME1;LAND1", "companies"),
        ("Lieferant;Land;Rolle", "companies"),
        ("MineName;Country;Commodity", "mines"),
        ("mine_name;country;commodity", "mines"),
        ("SMELTERID;SmelterName;Metal;ConformanceStatus", "smelters"),
        ("Bergwerk;Land;Rohstoff", "mines"),
    ],
)
def test_heads_are_understood_however_they_are_written(tmp_path: Path, heads: str, kind: str) -> None:
    assert kind_of(tmp_path / "a.csv", f"{heads}\n{';'.join('x' * (heads.count(';') + 1))}\n") == kind


def test_no_head_of_another_language_hides_an_english_one() -> None:
    english = {
        "".join(header.split()).casefold()
        for loader in shelf.loaders()
        for names in loader.reads.columns.values()
        for header in names
    }
    for meant, written in HEADS_ELSEWHERE.items():
        for head in written.split("|"):
            plain = "".join(char for char in head.casefold() if char.isalnum())
            assert plain not in english or header_key(meant) == plain, head
