"""Assurance lists with the heads that they really have; the facilities are invented."""

from datetime import date
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest

from graphmap.analysis.standing import find_standings
from graphmap.api import Workspace
from graphmap.ingest import Report
from graphmap.policy import STANDINGS
from tests.cases.loading import HERE, Rows, book, loaded, said

MEMBER = [
    "Facility ID", "Metal", "Standard Facility Name", "Country Location", "State/ Province/ Region",
    "Assessment Status", "Operational Status", "Supply Chain Level", "RMI Cross Recognition", "DD Assessment Scheme",
    "DD Assessment Date", "DD Assessment Cycle", "Re-Assessment In Progress",
]  # fmt: skip
CONFORMANT = [
    "Metal", "Smelter ID", "Standard Smelter Name", "State/Province/Region", "Country Location",
    "Company Website with CM Policy", "Last Audit Date", "Audit Cycle", "Reaudit In Progress", "LBMA RG", "RJC",
]  # fmt: skip
CONFORMANT_ROWS: Rows = [
    ["Gold", "CID900001", "Example Refinery One", "Hessen", "Germany", "www.example.com", "2022-03-01", "3 years",
     "No", "Yes", "No"],
    ["Gold", "CID900003", "Example Refinery Three", "Ticino", "Switzerland", "www.example.com", "2021-11-30",
     "1 year", "Yes", "No", "Yes"],
]  # fmt: skip


def member(*rows: list[str]) -> Rows:
    return [[*MEMBER], *([*row] for row in rows)]


def assessed(work: Workspace) -> dict[str, dict[str, Any]]:
    """What is said of each smelter, without what is blank."""
    return {claim["tail"]: claim for claim in said(work.graph, "ASSESSED_BY")}


def standing(work: Workspace, smelter: str, mineral: str, day: date) -> tuple[str, bool]:
    """The standing of a smelter on a day, and whether its assessment has run out."""
    smelters = work.graph.of_label("Smelter")
    found = find_standings(work.graph, work.policy, smelters, mineral, day)
    at = [work.graph.ids[node] for node in smelters.tolist()].index(smelter)
    return STANDINGS[found.code[at]], bool(found.overdue[at])


def told(report: Report) -> list[str]:
    return [issue.message for one in report.documents for issue in one.issues]


def test_the_member_export(tmp_path: Path) -> None:
    rows = member(
        ["CID900001", "Gold", "Example Refinery One", "GERMANY", "Hessen", "Conformant", "Operational",
         "Smelter/Refiner", "LBMA", "RMAP", "2025-03-01", "3 years", "No"],
        ["CID900002", "Tin", "Example Smelter Two", "INDONESIA", "Kepulauan Bangka Belitung", "Active", "Operational",
         "Smelter/Refiner", "", "RMAP", "", "1 year", "Yes"],
        ["CID900003", "Gold", "Example Refinery Three", "SWITZERLAND", "Ticino", "Conformant", "Operational",
         "Smelter/Refiner", "RJC", "LBMA RGG", "2024-11-30", "1 year", "No"],
        ["CID900004", "Tantalum", "Example Smelter Four", "CHINA", "Hunan Sheng", "Non Conformant", "Closed",
         "Smelter/Refiner", "", "RMAP", "2023-01-15", "1 year", "No"],
        ["CID900005", "Tin", "Example Smelter Five", "PERU", "", "Conformant", "Closed", "Smelter/Refiner", "", "RMAP",
         "2026-01-15", "1 year", "No"],
    )  # fmt: skip
    with loaded(tmp_path, book(tmp_path / "export.xlsx", Sheet=rows)) as (work, report):
        found = assessed(work)
        assert found["CID900001"]["valid_until"] == date(2028, 3, 1).isoformat()
        assert found["CID900001"]["cross_recognition"] == "LBMA"
        assert found["CID900002"]["status"] == "Active"
        assert found["CID900002"]["reassessment"] == "Yes"
        assert "assessed" not in found["CID900002"]
        assert (found["CID900003"]["head"], found["CID900003"]["cross_recognition"]) == ("LBMA RGG", "RJC")
        assert found["CID900004"]["operational_status"] == "Closed"
        assert {(one["tail"], one["head"]) for one in said(work.graph, "LOCATED_IN")} >= {
            ("CID900001", "DE-HE"), ("CID900003", "CH-TI"), ("CID900004", "CN-HN"),
        }  # fmt: skip
        day = date(2026, 6, 30)
        assert standing(work, "CID900001", "gold", day) == ("accepted", False)
        assert standing(work, "CID900002", "tin", day) == ("in progress", False)
        assert standing(work, "CID900003", "gold", day) == ("in progress", True)
        assert standing(work, "CID900004", "tantalum", day) == ("not accepted", False)
        assert standing(work, "CID900005", "tin", day) == ("accepted", False)  # closed is no accusation
    assert told(report) == ["no end is given: an assessment holds for its cycle, counted from its date"]


def test_a_stale_date_is_overdue(tmp_path: Path) -> None:
    row = ["CID000015", "Gold", "Advanced", "UNITED STATES OF AMERICA", "Rhode Island", "Conformant", "Operational",
           "Refiner", "", "RMAP", "2019-01-15", "1 year", "No"]  # fmt: skip
    with loaded(tmp_path, book(tmp_path / "member.xlsx", Sheet=member(row))) as (work, _):
        assert assessed(work)["CID000015"]["valid_until"] == "2020-01-15"
        assert standing(work, "CID000015", "gold", date(2026, 11, 27)) == ("in progress", True)


@pytest.mark.parametrize(
    ("cycle", "end"),
    [
        ("3 years", "2028-02-28"), ("36 months", "2028-02-28"), ("1 year", "2026-02-28"), ("2-year", "2027-02-28"),
        ("Every 2 Years", "2027-02-28"), ("Annual", "2026-02-28"), ("Triennial", "2028-02-28"),
        ("18 months", "2026-08-28"), ("N/A", ""), ("", ""), ("soon", ""), ("3", ""),
    ],
)  # fmt: skip
def test_the_end_is_the_date_and_the_cycle(tmp_path: Path, cycle: str, end: str) -> None:
    row = ["CID900001", "Gold", "One", "GERMANY", "", "Conformant", "", "", "", "RMAP", "2025-02-28", cycle, ""]
    with loaded(tmp_path, book(tmp_path / "member.xlsx", Sheet=member(row))) as (work, report):
        assert assessed(work)["CID900001"].get("valid_until", "") == end
    doubtful = cycle in ("soon", "3")
    assert ("this cycle is not understood; no end follows from it" in told(report)) == doubtful


def test_an_end_that_is_given_goes_before_the_cycle_and_a_leap_day_is_kept_within_its_month(tmp_path: Path) -> None:
    rows: Rows = [
        ["CID", "Metal", "Status", "Scheme", "Last assessment", "Valid until", "Cycle"],
        ["CID900001", "Gold", "Conformant", "RMAP", "2024-02-29", "", "1 year"],
        ["CID900002", "Gold", "Conformant", "RMAP", "2024-02-29", "2026-12-31", "1 year"],
    ]
    with loaded(tmp_path, book(tmp_path / "plain.xlsx", Sheet=rows)) as (work, _):
        assert {id_: one["valid_until"] for id_, one in assessed(work).items()} == {
            "CID900001": "2025-02-28", "CID900002": "2026-12-31",
        }  # fmt: skip


def test_a_scheme_that_is_not_known_is_told_and_kept_as_written(tmp_path: Path) -> None:
    rows = member(
        *(
            [f"CID90000{n}", "Gold", "One", "GERMANY", "", "Conformant", "", "", "", scheme, "2026-01-15", "", ""]
            for n, scheme in enumerate(("RMAP", "Example Gold Charter", "Example Gold Charter", "ti-cmc"))
        )
    )
    with loaded(tmp_path, book(tmp_path / "member.xlsx", Sheet=rows)) as (work, report):
        assert assessed(work)["CID900001"]["head"] == "Example Gold Charter"
    (issue,) = report.documents[0].issues
    assert (issue.severity, issue.row, issue.value) == ("warning", "Sheet!J3", "Example Gold Charter")
    assert "is no scheme that is known here: 2 of the statuses" in issue.message


# ---- lists that are the status ---------------------------------------------------------------------------------


def spreadsheetml(rows: Rows, head: str = "") -> str:
    cells = "".join(
        "<Row>" + "".join(f'<Cell><Data ss:Type="String">{escape(str(cell))}</Data></Cell>' for cell in row) + "</Row>"
        for row in rows
    )
    space = "urn:schemas-microsoft-com:office:spreadsheet"
    return (
        f'<?xml version="1.0"?>\n{head}<?mso-application progid="Excel.Sheet"?>\n<Workbook xmlns="{space}" '
        f'xmlns:ss="{space}"><Worksheet ss:Name="Sheet1"><Table>{cells}</Table></Worksheet></Workbook>'
    )


@pytest.mark.parametrize("name", ["FullConformantSmelter_List.xlsx", "list.xml", "list.xls"])
def test_the_conformant_export_is_its_own_status(tmp_path: Path, name: str) -> None:
    rows: Rows = [[*CONFORMANT], *CONFORMANT_ROWS]
    if name.endswith("xlsx"):
        book(tmp_path / name, Conformant=rows)
    else:
        (tmp_path / name).write_text(spreadsheetml(rows), "utf-8")
    with loaded(tmp_path, tmp_path / name) as (work, report):
        found = assessed(work)
        assert {(one["status"], one["head"]) for one in found.values()} == {("Conformant", "RMAP")}
        assert [found[id_]["valid_until"] for id_ in ("CID900001", "CID900003")] == ["2025-03-01", "2022-11-30"]
        assert [found[id_]["cross_recognition"] for id_ in ("CID900001", "CID900003")] == ["LBMA RG", "RJC"]
        assert [found[id_]["reassessment"] for id_ in ("CID900001", "CID900003")] == ["No", "Yes"]
        assert standing(work, "CID900003", "gold", date(2026, 6, 30)) == ("in progress", True)
    (note,) = (one for one in report.documents[0].issues if "no column of statuses" in one.message)
    assert note.severity == "note"
    assert "'Last Audit Date', 'Audit Cycle', 'Reaudit In Progress'" in note.message
    assert ("is called 'Conformant'" in note.message) == name.endswith("xlsx")
    assert any("'Company Website with CM Policy' is not read" in message for message in told(report))


def test_a_list_called_otherwise_is_not_taken_for_conformant(tmp_path: Path) -> None:
    rows: Rows = [[*CONFORMANT], *CONFORMANT_ROWS]
    with loaded(tmp_path, book(tmp_path / "a.xlsx", Active=rows)) as (work, _):
        assert {one["status"] for one in assessed(work).values()} == {"Active"}
        work.forget("a.xlsx")
        work.load(book(tmp_path / "Non-conformant.xlsx", Sheet=rows), jobs=0)
        assert {one["status"] for one in assessed(work).values()} == {"Non-conformant"}
        work.forget("Non-conformant.xlsx")
        report = work.load(
            book(tmp_path / "Active.xlsx", Conformant=rows), jobs=0
        ).detail  # its names contradict each other
        assert assessed(work) == {}
    assert told(report).count("an assessment without a status is not used") == 2


def test_a_list_of_refiners_with_dates_of_accreditation_is_of_the_lbma(tmp_path: Path) -> None:
    with loaded(tmp_path, HERE / "tables" / "lbma_like.csv") as (work, report):
        found = assessed(work)
        assert {(one["head"], one["status"], one["mineral"]) for one in found.values()} == {
            ("LBMA", "Accredited", "gold")
        }
        assert sorted(found) == ["unlisted:gold:example refinery one:CH", "unlisted:gold:example refinery two:TR"]
        assert standing(work, "unlisted:gold:example refinery one:CH", "gold", date(2026, 6, 30))[0] == "accepted"
    assert [issue.severity for issue in report.documents[0].issues] == ["note", "note", "warning"]


# ---- SpreadsheetML 2003 --------------------------------------------------------------------------------------

BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>\n'


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (spreadsheetml([["&b;"]], BOMB), "declares a document type"),
        (spreadsheetml([["x"]])[:-30], "is damaged XML"),
        (spreadsheetml([["x"]]).replace("<Row>", '<Row ss:Index="9999999">'), "reach too far out, to row 9,999,999"),
        (spreadsheetml([["x"]]).replace("<Cell>", '<Cell ss:Index="999999">'), "reach too far out"),
        ('<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>', "without a sheet"),
        ('<?xml version="1.0"?><Other/>', "is an XML file, not a workbook"),
        (
            spreadsheetml([["x"]]).replace("</Workbook>", "<Worksheet/>" * 1_000 + "</Workbook>"),
            "more than 1,000 sheets",
        ),
    ],
)
def test_hostile_or_damaged_xml_is_refused(tmp_path: Path, content: str, says: str) -> None:
    (tmp_path / "a.xls").write_text(content, "utf-8")
    with loaded(tmp_path, tmp_path / "a.xls") as (_, report):
        (rejected,) = report.rejected
    assert says in rejected.reason


def test_xml_of_excel_is_read_cell_by_cell(tmp_path: Path) -> None:
    space = "urn:schemas-microsoft-com:office:spreadsheet"
    (tmp_path / "a.xml").write_text(
        f'<?xml version="1.0"?><ss:Workbook xmlns:ss="{space}" xmlns:h="http://www.w3.org/TR/REC-html40">'
        '<ss:Worksheet ss:Name="List"><ss:Table>'
        '<ss:Row><ss:Cell ss:MergeAcross="1"><ss:Data ss:Type="String">Assurance list</ss:Data></ss:Cell></ss:Row>'
        '<ss:Row ss:Index="4"><ss:Cell><ss:Data ss:Type="String">CID</ss:Data></ss:Cell>'
        '<ss:Cell><ss:Data ss:Type="String">Sta<h:B>tus</h:B></ss:Data>'
        "<ss:Comment><ss:Data>by Pat</ss:Data></ss:Comment></ss:Cell>"
        '<ss:Cell ss:Index="4"><ss:Data ss:Type="String">Last assessment</ss:Data></ss:Cell></ss:Row>'
        '<ss:Row><ss:Cell><ss:Data ss:Type="String">CID900001</ss:Data></ss:Cell>'
        '<ss:Cell><ss:Data ss:Type="String">Active</ss:Data></ss:Cell>'
        '<ss:Cell ss:Index="4"><ss:Data ss:Type="DateTime">2026-01-15T00:00:00.000</ss:Data></ss:Cell></ss:Row>'
        "</ss:Table></ss:Worksheet></ss:Workbook>",
        "utf-8",
    )
    with loaded(tmp_path, tmp_path / "a.xml") as (work, _):
        (claim,) = said(work.graph, "ASSESSED_BY")
    assert (claim["tail"], claim["status"], claim["assessed"]) == ("CID900001", "Active", "2026-01-15")
    assert claim["row"] == "List!B5"


def test_sheets_of_one_name_are_kept_apart(tmp_path: Path) -> None:
    rows: Rows = [["CID", "Metal", "Status", "Scheme"], ["CID900001", "Gold", "Active", "RMAP"]]
    text = spreadsheetml(rows)
    sheet = text[text.index("<Worksheet") : text.index("</Workbook>")]
    (tmp_path / "a.xml").write_text(text.replace(sheet, sheet + sheet.replace("900001", "900002")), "utf-8")
    with loaded(tmp_path, tmp_path / "a.xml") as (work, _):
        assert sorted(assessed(work)) == ["CID900001", "CID900002"]
