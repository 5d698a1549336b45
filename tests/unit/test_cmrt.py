"""What a CMRT workbook says, and the clear line that each doubtful or bad one gets."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from graphmap import ingest
from graphmap.campaign.workbook import ProductRow, SmelterRow
from graphmap.records import Issue
from graphmap.store import open_store
from tests import workbooks
from tests.cmrt import TODAY, Read, edited, gold, rejection

# ---- the declaration -------------------------------------------------------------------------------------------


def test_a_good_workbook_has_no_issues(tmp_path: Path) -> None:
    read = Read(tmp_path)
    assert read.batch.issues == ()
    assert read.batch.source.counts == {"rows": 4, "used": 4, "unused": 0, "claims": len(read.batch.edges)}
    assert read.batch.source.facts == {
        "template": "CMRT",
        "revision": "6.5",
        "language": "English",
        "scope": "A. Company",
    }
    assert len(read.edges("ANSWERED")) == 8 * 4 + 8 + 4  # questions, company questions; scope, id, authority, address


@pytest.mark.parametrize(
    ("unique_id", "authority", "id_"),
    [
        ("12-345-6780", "DUNS", "DUNS:123456780"),
        ("DUNS 123456780", "Dun & Bradstreet", "DUNS:123456780"),
        ("123456780", "D-U-N-S number", "DUNS:123456780"),
        ("5299 00T8 BM49 AURS DO55", "GLEIF (LEI)", "LEI:529900T8BM49AURSDO55"),
        ("V-4711", "", "name:acme sample"),  # without an authority a number identifies nobody
        ("V-4711", "own", "name:acme sample"),
        ("V-4711", "N/A", "name:acme sample"),
        ("0", "VAT", "name:acme sample"),
        ("V-4711", "VAT", "VAT:V-4711"),
        ("n/a", "DUNS", "name:acme sample"),
        ("", "", "name:acme sample"),
    ],
)
def test_a_company_has_the_best_id_that_is_given(tmp_path: Path, unique_id: str, authority: str, id_: str) -> None:
    read = Read(tmp_path, unique_id=unique_id, authority=authority)
    assert {edge.tail.id for edge in read.edges("DECLARES")} == {id_}
    assert read.batch.source.series == f"cmrt {id_} A"
    assert read.heads("SAME_AS") == ([] if id_.startswith("name:") else ["name:acme sample"])
    assert read.batch.issues == ()


@pytest.mark.parametrize(
    ("unique_id", "authority", "form"),
    [
        ("1234", "DUNS", "nine digits"),
        ("999999999", "DUNS", "nine digits"),
        ("123456789", "DUNS", "nine digits"),
        ("529900", "LEI", "18 letters and digits"),
    ],
)
def test_an_id_of_the_wrong_form_identifies_nobody(tmp_path: Path, unique_id: str, authority: str, form: str) -> None:
    read = Read(tmp_path, unique_id=unique_id, authority=authority)
    assert read.batch.source.series == "cmrt name:acme sample A"
    (issue,) = read.at("Declaration!D12")
    assert (issue.severity, issue.value) == ("warning", unique_id)
    assert form in issue.message


def test_the_scope_is_part_of_the_series(tmp_path: Path) -> None:
    scope = {"scope": "C. User defined [Specify in 'Description of scope']", "scope_description": "The  LINE, X"}
    assert Read(tmp_path, **scope).batch.source.series == "cmrt DUNS:123456780 C line x"
    assert Read(tmp_path, scope_description="all").batch.source.series == "cmrt DUNS:123456780 A"
    read = Read(tmp_path, scope="everything")
    assert read.batch.source.series == "cmrt DUNS:123456780 ?"
    assert [issue.value for issue in read.at("Declaration!D9")] == ["everything"]


def test_answers_are_those_of_the_list(tmp_path: Path) -> None:
    changed = workbooks.answers(q6_tin=(1, ""), q6_gold=("greater than 90 %", ""), q1_tin=("NO", "we stopped"))
    read = Read(tmp_path, answers=changed)
    said = {(edge.head.id, edge.mineral): edge.properties for edge in read.edges("ANSWERED")}
    assert said["cmrt:6", "tin"] == {"answer": "100%"}
    assert said["cmrt:6", "gold"] == {"answer": "Greater than 90%"}
    assert said["cmrt:1", "tin"] == {"answer": "No", "comment": "we stopped"}
    assert read.batch.issues == ()


def test_an_answer_that_may_not_be_given_is_kept_as_written(tmp_path: Path) -> None:
    read = Read(tmp_path, answers=workbooks.answers(q3_gold=("是", "")))
    assert read.at("Declaration!D40") == [
        Issue(
            "warning",
            "Declaration!D40",
            "is none of the answers to question 3; kept as written",
            "是",
            "Choose one of 'Yes', 'No', 'Unknown'.",
        )
    ]
    assert read.edges("ANSWERED", answer="是")[0].row == "Declaration!D40"


def test_a_comment_without_an_answer_is_kept(tmp_path: Path) -> None:
    read = Read(tmp_path, answers=workbooks.answers(q8_tin=("", "see attachment")))
    assert [edge.row for edge in read.edges("ANSWERED", comment="see attachment")] == ["Declaration!D69"]
    assert [issue.message for issue in read.batch.issues] == ["the answer to question 8 for tin is missing"]


def test_what_is_mandatory_and_missing_is_told(tmp_path: Path) -> None:
    gone = dict.fromkeys(("scope", "contact_name", "contact_phone", "authorizer", "authorizer_email"), "")
    read = Read(
        tmp_path,
        SmelterRow(number="CID900001"),
        **gone,
        contact_email="not available",
        effective_date=None,
        answers=workbooks.answers(q2_tungsten=("No", ""), q1_tantalum=("No", ""), q3_tin=("", ""), q3_gold=("", "")),
        company_answers={**workbooks.COMPANY_ANSWERS, "B": ("Yes", ""), "H": ("", "")},
    )
    assert [(issue.row, issue.message) for issue in read.batch.issues] == [
        ("Declaration!D9", "the scope is missing"),
        ("Declaration!D15", "the contact's name is missing"),
        ("Declaration!D16", "the contact's email address has no @"),
        ("Declaration!D17", "the contact's phone is missing"),
        ("Declaration!D18", "the authorizer's name is missing"),
        ("Declaration!D20", "the authorizer's email address is missing"),
        ("Declaration!D22", "the effective date is missing"),
        ("Declaration!D39", "the answer to question 3 for tin, gold is missing"),
        ("Declaration!G77", "the address (URL) of the public policy is missing"),
        ("Declaration!D89", "the answer to question H is missing"),
        ("Smelter List!B5", "no smelter of tin is named"),
    ]
    assert {issue.severity for issue in read.batch.issues} == {"warning"}
    assert all(issue.cure for issue in read.batch.issues)


def test_what_follows_from_a_scope_and_is_missing_is_told(tmp_path: Path) -> None:
    read = Read(tmp_path, scope="B. Product (or List of Products)")
    assert [issue.row for issue in read.batch.issues] == ["Product List!B6"]
    read = Read(tmp_path, scope="C. User defined [Specify in 'Description of scope']")
    assert [issue.message for issue in read.batch.issues] == ["the description of the scope is missing"]


def test_a_company_without_any_of_the_metals_need_not_say_more(tmp_path: Path) -> None:
    none = {(1, metal): ("No", "") for metal in workbooks.METALS}
    read = Read(tmp_path, None, answers=none, company_answers={})
    assert read.batch.issues == ()
    assert read.edges("DECLARES") == []


@pytest.mark.parametrize(
    ("written", "as_of"),
    [
        (date(2026, 3, 1), "2026-03-01"),
        ("17-May-2026", "2026-05-17"),
        ("2026年3月1日", "2026-03-01"),
        (46082.0, "2026-03-01"),
    ],
)
def test_the_effective_date_is_read(tmp_path: Path, written: Any, as_of: str) -> None:
    read = Read(tmp_path, effective_date=written)
    assert read.batch.source.as_of == as_of
    assert read.batch.issues == ()


@pytest.mark.parametrize(
    ("written", "severity", "says"),
    [
        (date(2026, 7, 2), "warning", "the effective date lies after 2026-07-01; the declaration counts as undated"),
        ("3/4/2026", "error", "can be 2026-04-03 or 2026-03-04"),
        ("soon", "error", "is not a date"),
    ],
)
def test_a_date_that_cannot_be_used_is_told(tmp_path: Path, written: Any, severity: str, says: str) -> None:
    read = Read(tmp_path, effective_date=written)
    assert read.batch.source.as_of == ""
    first = read.at("Declaration!D22")[0]
    assert first.severity == severity
    assert says in first.message
    assert first.value == str(written)
    assert first.cure


def test_people_are_kept_apart(tmp_path: Path) -> None:
    rows = [SmelterRow(number="CID900001", contact_name="Cy Example", contact_email="cy@example.com")]
    read = Read(tmp_path, *rows)
    kinds = {str(edge.properties["kind"]): edge for edge in read.edges("HAS_CONTACT")}
    assert kinds["contact"].properties == {
        "kind": "contact", "name": "Ann Example", "email": "ann@example.com", "phone": "+1 555 0100",
    }  # fmt: skip
    assert kinds["authorizer"].properties["title"] == "Sample officer"
    assert kinds["smelter"].tail.id == "CID900001"
    others = [edge for edge in read.batch.edges if edge.type != "HAS_CONTACT"]
    assert not any("example.com" in str(edge) and "@" in str(edge) for edge in others)
    assert not any("@" in node.id + node.name or "Ann" in node.name for node in read.batch.nodes)


def test_cells_beside_the_answers_are_not_lost_in_silence(tmp_path: Path) -> None:
    cells: dict[str, Any] = {"Declaration!E40": "note to self", "Declaration!H52": 7, "Declaration!D24": "again"}
    read = Read(tmp_path, cells=cells)
    assert read.batch.issues == (
        Issue(
            "note", "Declaration!D24", "no answer is expected in D24, E40, H52; not read", "again",
            "Answers belong in D, comments in G.",
        ),
    )  # fmt: skip


# ---- products --------------------------------------------------------------------------------------------------


def test_products_are_read(tmp_path: Path) -> None:
    products = (ProductRow("P-1", "Part", "blue"), ProductRow("", "Nameless"), ProductRow("", "", "lost"))
    read = Read(tmp_path, scope="B. Product (or List of Products)", products=products)
    made = {edge.row: (edge.head.id, edge.head.name, edge.properties) for edge in read.edges("MAKES")}
    assert made == {
        "Product List!B6": ("DUNS:123456780#P-1", "Part", {"comment": "blue"}),
        "Product List!C7": ("DUNS:123456780#Nameless", "Nameless", {}),
    }
    assert [(issue.severity, issue.row) for issue in read.batch.issues] == [
        ("warning", "Product List!B7"),
        ("error", "Product List!B8"),
    ]
    assert read.batch.source.counts["unused"] == 1


def test_the_last_line_of_the_product_list_is_no_product(tmp_path: Path) -> None:
    read = Read(tmp_path, cells={"Product List!B2006": "© Somebody"})
    assert read.edges("MAKES") == []
    assert read.batch.issues == ()
    assert read.batch.source.counts["rows"] == 4


def test_a_workbook_without_a_product_list_is_read(tmp_path: Path) -> None:
    def remove(book: Any) -> None:
        del book["Product List"]

    assert ingest.read_batches(edited(tmp_path / "a.xlsx", remove), TODAY)[0].source.counts["used"] == 4


# ---- versions --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["6.01", "6.1", "6.22", "6.31", "6.4", "6.5"])
def test_versions_that_were_seen_have_no_issue(tmp_path: Path, version: str) -> None:
    read = Read(tmp_path, version=version)
    assert read.batch.source.facts["revision"] == version
    assert read.batch.issues == ()


def test_6_6_is_read_with_its_new_columns_and_says_so(tmp_path: Path) -> None:
    products = [ProductRow("P-1", "Part", "blue", "R-1", "Their part")]
    read = Read(tmp_path, version="6.6", scope="B. Product (or List of Products)", products=products)
    (made,) = read.edges("MAKES")
    assert made.properties == {"comment": "blue", "requester_number": "R-1", "requester_name": "Their part"}
    (issue,) = read.at("Declaration!J3")
    assert issue.severity == "note"
    assert "the requester's columns D and E in the product list" in issue.message


def test_what_the_publisher_left_in_6_4_is_no_claim(tmp_path: Path) -> None:
    left_over = SmelterRow(style="alias only", metal="Tin", lookup="Alpha Metals", id="242332")
    read = Read(tmp_path, left_over, SmelterRow(number="CID900001"), version="6.4")
    assert read.heads("DECLARES") == ["CID900001"]
    assert read.at_rows() == [("error", "C5")]
    read = Read(tmp_path, replace(left_over, number="CID900004"), version="6.4")
    assert read.heads("DECLARES") == ["CID900004"]
    read = Read(tmp_path, left_over, version="6.5")
    assert read.heads("DECLARES") == ["unlisted:tin:alpha metals:"]


@pytest.mark.parametrize("revision", ["Revision 6.6.1 May 1, 2026", "Revision 6.3 May 5, 2023", "Version 6.9"])
def test_other_6_x_are_read_with_an_issue(tmp_path: Path, revision: str) -> None:
    read = Read(tmp_path, revision=revision)
    assert [(issue.severity, issue.value) for issue in read.at("Declaration!J3")] == [("note", revision)]
    assert len(read.edges("DECLARES")) == 4


@pytest.mark.parametrize(
    ("revision", "title", "says"),
    [
        ("Revision 7.0 May 1, 2028", "", "is a CMRT ('Revision 7.0 May 1, 2028' in Declaration!J3)"),
        ("Revision 3.01", "", "is a CMRT ('Revision 3.01' in Declaration!J3)"),
        ("Revision 2.1", "扩展矿物报告模版 (EMRT)", "is an EMRT ('Revision 2.1' in Declaration!J3)"),
        ("Revision 1.3", "(AMRT)", "is an AMRT ('Revision 1.3' in Declaration!J3)"),
        ("Revision 2.2", "Cobalt Reporting Template (CRT)", "is a CRT ('Revision 2.2' in Declaration!J3)"),
    ],
)
def test_relatives_are_turned_away_by_their_names(tmp_path: Path, revision: str, title: str, says: str) -> None:
    cells = {"Declaration!D2": title} if title else {}
    path = workbooks.write(tmp_path / "a.xlsx", revision=revision, cells=cells)
    error = rejection(path)
    assert error.message == f"a.xlsx: {says}; only CMRT 6.x is read so far."
    assert error.cure


def test_relatives_without_labels_are_told_by_their_sheets(tmp_path: Path) -> None:
    def add(name: str) -> Any:
        return lambda book: book.create_sheet(name)

    def revision(book: Any) -> None:
        book["Declaration"]["J3"] = "Revision 1.3"

    assert "is an AMRT (" in rejection(edited(tmp_path / "a.xlsx", revision, add("Minerals Scope"))).message
    assert "is an EMRT (" in rejection(edited(tmp_path / "a.xlsx", revision, add("Mine List"))).message
    assert "is a CMRT (" in rejection(edited(tmp_path / "a.xlsx", revision, add("Standard Smelter Names"))).message
    assert "is an older CMRT, or a CRT or EMRT (" in rejection(edited(tmp_path / "a.xlsx", revision)).message


# ---- files that are not what they claim to be ------------------------------------------------------------------


def test_a_blank_template_is_turned_away(tmp_path: Path) -> None:
    path = workbooks.write(tmp_path / "a.xlsx", [None], company="", answers={}, company_answers={})
    error = rejection(path)
    assert error.message == "a.xlsx: no company name in Declaration!D8, and no answers; is this a blank template?"
    assert error.cure


def test_a_declaration_without_a_company_is_turned_away(tmp_path: Path) -> None:
    error = rejection(workbooks.write(tmp_path / "a.xlsx", company=" \u200b "))
    assert error.message == "a.xlsx: no company name in Declaration!D8, and 40 answers; is this a blank template?"


def test_a_sheet_of_another_name_is_told(tmp_path: Path) -> None:
    def rename(book: Any) -> None:
        book["Smelter List"].title = "Smelters"

    error = rejection(edited(tmp_path / "a.xlsx", rename))
    assert "its sheets are 'Revision', " in error.message
    assert "'Smelters'" in error.message
    assert "(CMRT) 6.x' has a sheet 'Smelter List' as well" in error.message


def shift(sheet: str, *, rows: int = 0, columns: int = 0) -> Any:
    def step(book: Any) -> None:
        if rows:
            book[sheet].insert_rows(rows)
        if columns:
            book[sheet].insert_cols(columns)

    return step


def english(book: Any) -> None:
    """Type the labels, which the synthetic workbook has as formulas."""
    for column, label in {"A": "Smelter ID input", "B": "Metal (*)", "D": "Smelter name (1)", "N": "Mines"}.items():
        book["Smelter List"][f"{column}4"] = label


@pytest.mark.parametrize(
    ("step", "says"),
    [
        (
            shift("Smelter List", columns=1),
            "sheet 'Smelter List' is shifted: 'Revision 6.5 April 25, 2025' stands in R3",
        ),
        (shift("Smelter List", columns=14), "'Revision 6.5 April 25, 2025' stands in R3 and belongs in Q3."),
        (shift("Smelter List", rows=4), "'Standard name' stands in R5 and belongs in R4."),
        (shift("Declaration", columns=4), "sheet 'Declaration' is shifted: 'Revision 6.5 April 25, 2025' stands in K3"),
        (shift("Declaration", rows=5), "'A. Company' stands in D10 and belongs in D9."),
    ],
)
def test_a_shifted_sheet_is_turned_away(tmp_path: Path, step: Any, says: str) -> None:
    error = rejection(edited(tmp_path / "a.xlsx", step))
    assert error.message.startswith("a.xlsx: sheet '")
    assert says in error.message
    assert error.cure.startswith("Delete the inserted row or column")


def test_a_column_that_was_deleted_is_found_by_the_labels(tmp_path: Path) -> None:
    def delete(book: Any) -> None:
        book["Smelter List"].delete_cols(3)
        book["Smelter List"]["Q3"] = "Revision 6.5"
        for column in "PQRST":
            book["Smelter List"][f"{column}4"] = ""

    message = rejection(edited(tmp_path / "a.xlsx", english, delete)).message
    assert message == "a.xlsx: sheet 'Smelter List' is shifted: 'Smelter name (1)' stands in C4 and belongs in D4."


def test_metals_in_the_wrong_question_rows_are_found(tmp_path: Path) -> None:
    def labels(book: Any) -> None:
        for row, label in {27: "钽 (*)", 28: "锡 (*)", 29: "金 (*)", 30: "钨 (*)"}.items():
            book["Declaration"][f"B{row}"] = label

    message = rejection(edited(tmp_path / "a.xlsx", labels)).message
    assert message == "a.xlsx: sheet 'Declaration' is shifted: '钽 (*)' stands in B27 and belongs in B26."


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ({"B": "CID900001", "C": "Gold"}, "'CID900001' stands in B5 and belongs in A5."),
        ({"C": "Tin", "D": "Example Tin One"}, "'Tin' stands in C5 and belongs in B5."),
    ],
)
def test_ids_and_metals_in_wrong_columns_are_found_without_any_label(
    tmp_path: Path, cells: dict[str, str], says: str
) -> None:
    def write(book: Any) -> None:
        sheet = book["Smelter List"]
        for row in sheet.iter_rows():
            for cell in row:
                cell.value = None
        for column, text in cells.items():
            sheet[f"{column}5"] = text

    assert rejection(edited(tmp_path / "a.xlsx", write)).message.endswith(says)


def test_bad_workbooks_do_not_keep_a_good_one_from_loading(tmp_path: Path) -> None:
    (tmp_path / "documents").mkdir()
    folder = tmp_path / "documents"
    workbooks.write(folder / "blank.xlsx", [None], company="", answers={}, company_answers={})
    edited(folder / "shifted.xlsx", shift("Smelter List", columns=1))
    workbooks.write(folder / "emrt.xlsx", revision="Revision 2.1", cells={"Declaration!D2": "(EMRT)"})
    workbooks.messy(folder / "messy.xlsx")
    workbooks.write(folder / "good.xlsx")
    with open_store(tmp_path / "chain.graphmap") as store:
        report = ingest.load([folder], store, jobs=1, today=TODAY)
        assert {one.source.file for one in store.sources()} == {"good.xlsx", "messy.xlsx"}
    assert [one.file for one in report.documents] == ["good.xlsx", "messy.xlsx"]
    assert [one.file for one in report.rejected] == ["blank.xlsx", "emrt.xlsx", "shifted.xlsx"]
    for one in report.rejected:
        assert one.reason.startswith(f"{one.file}: ")
        assert one.cure


# ---- hostile and odd texts -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "kept", "says"),
    [
        ("=cmd|'/c calc'!A1", "=cmd|'/c calc'!A1", "it looks like a formula"),
        ("+SUM(A1)", "+SUM(A1)", "it looks like a formula"),
        ("Old\x07 Wo\u200brks", "Old Works", "control or invisible characters were removed"),
        ("Old \u202eskroW", "Old skroW", "control or invisible characters were removed"),
        ("Old " + "x" * 600, "Old " + "x" * 496, "604 characters"),
    ],
)
def test_odd_names_are_cleaned_and_told(tmp_path: Path, written: str, kept: str, says: str) -> None:
    read = Read(tmp_path, SmelterRow(style="not listed", metal="Gold", name=written, country="PERU"))
    (declared,) = read.edges("DECLARES")
    assert declared.head.name == kept
    (issue,) = read.at("Smelter List!D5")
    assert issue.severity == "warning"
    assert says in issue.message
    assert issue.cure


def test_a_name_of_500_letters_is_kept_whole(tmp_path: Path) -> None:
    read = Read(tmp_path, company="A" * 500)
    assert read.batch.source.title == "A" * 500
    assert read.batch.issues == ()


def test_ten_thousand_rows_are_read_and_told(tmp_path: Path) -> None:
    cells = {f"Smelter List!A{row}": "CID900001" for row in range(5, 10_005)}
    read = Read(tmp_path, cells=cells)
    assert read.batch.source.counts["used"] == 10_000
    first = read.at("Smelter List!A5")[0]
    assert first.message == "the list has 10,000 rows, more than the template's 2,500"
    assert first.cure == "Ask the supplier whether whole lists were pasted in."


def test_issues_do_not_show_who_the_contacts_are(tmp_path: Path) -> None:
    read = Read(
        tmp_path,
        *[gold(lookup="Example Gold One", contact_name="Cy\u200b Example", contact_email="+cy@example.com")],
        contact_name="Ann\u200b Example",
        contact_email="ann at example.com",
    )
    cells = {"Declaration!D15", "Declaration!D16", "Smelter List!K5", "Smelter List!L5"}
    told = [issue for issue in read.batch.issues if issue.row in cells]
    assert {issue.row for issue in told} == cells
    assert {issue.value for issue in told} == {""}
    assert "xample" not in " ".join(issue.message + issue.cure for issue in told)
