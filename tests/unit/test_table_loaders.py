"""What holds for all loaders of plain tables and lists: dates, which loader reads what, hostile input."""

import csv
import io
from collections.abc import Iterator
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from graphmap import shelf
from graphmap.errors import FileRejected
from graphmap.recognition import recognise
from graphmap.sheets import open_document
from tests.tables import LOADERS, TABLES, TODAY, read


@pytest.mark.parametrize(
    ("kind", "header", "row"),
    [
        ("areas", "Country,Level", "UG,high-risk"),
        ("companies", "ID,Name", "1,Acme"),
        ("mines", "Mine,Country", "Alpha,Peru"),
        ("origins", "CID,Origin", "CID900001,Peru"),
        ("purchases", "Buyer,Seller", "A,B"),
        ("smelters", "CID,Status,Scheme", "CID900001,Active,RMAP"),
    ],
)
def test_a_table_speaks_for_its_latest_date_that_is_not_in_the_future(table, kind, header, row):
    said = table(kind, f"{header},As of", f"{row},2026-06-30", f"{row},2026-07-02", f"{row},2026-05-31")
    assert said.about.as_of == "2026-06-30"
    assert said.about.series == f"{kind} table"
    column = chr(ord("A") + header.count(",") + 1)
    assert "future" in said.issue(f"{column}3").message
    assert table(kind, header, row).about.as_of == ""


# ---- which loader reads what ----------------------------------------------------------------------------------

_VALUES = {"level": "high-risk", "role": "supplier", "smelter id": "CID900001", "facility id": "CID900001",
           "cid": "CID900001", "risk level": "conflict-affected", "asset type": "Mine"}  # fmt: skip
"""What stands below heads that prove nothing by themselves; below all others "x"."""

_HEADERS = {
    "companies": [
        "ID,Name,Country,Parent,Role,Contact",
        "Vendor,Name 1,Country,Purchasing block",
        "Supplier No.,Supplier Name,Country,E-mail,Buyer",  # a buyer is a person here
        "supplier_id,supplier,duns,risk level,country",
        "Company,Role",
    ],
    "purchases": [
        "Buyer,Seller,Mineral,Product,Share,Spend,Currency",
        "Buyer,Seller",
        "Buyer ID,Supplier ID,Share %",
        "Customer,Vendor No.,Vendor Name,Material,Spend,Country",
        "Buyer,Supplier,Commodity,PO,Quantity",
    ],
    "smelters": [
        "Metal,Facility ID,Standard Facility Name,Country Location,Due Diligence Assessment Program Status",
        "CID,Name,Metal,Country,Status,Scheme,Last assessment,Valid until,Latitude,Longitude",
        "SmelterId,SmelterName,Country,ConformanceStatus,LastAuditDate",
        "Metal,New Smelter ID,Smelter Name,Location,Status ",
        "Metal,Smelter Name,CID,Country",
        "Smelter,Metal,Country,Status,Scheme",
        "Facility ID,Metal,Standard Facility Name,Country Location,State/ Province/ Region,Assessment Status,"
        "Operational Status,Supply Chain Level,RMI Cross Recognition,DD Assessment Scheme,DD Assessment Date,"
        "DD Assessment Cycle,Re-Assessment In Progress",
        "Metal,Smelter ID,Standard Smelter Name,State/Province/Region,Country Location,Company Website with CM Policy,"
        "Last Audit Date,Audit Cycle,Reaudit In Progress,LBMA RG,RJC",
        "Refiner,Country,Date of accreditation",
    ],
    "mines": [
        "Name,Mineral,Country,Region,Latitude,Longitude,Smelters fed",
        "Mine ID,Mine,Mineral,Country,Region,Latitude,Longitude,Smelter ID,Status",
        "ICMMID,Confidence Factor,Mine Name ,Group Names,Latitude,Longitude,Asset Type,Country,Primary Commodity,"
        "Secondary Commodity,Other Commodities",
        "Name,Metal,Country,GPS coordinates,Asset type",
        "Mine,Country,High risk,Conflict affected",
    ],
    "origins": [
        "Smelter ID,Mineral,Country of origin,As of",
        "CID,Smelter Name,Smelter Country,Metal,Country of Origin,Level",
        "Facility ID,Standard Facility Name,Metal,RCOI",
        "Smelter,Origin",
    ],
    "areas": [
        "iso2,iso3,country,whole_country,region_code,region_name,conflict_affected,high_risk",
        "Country,Region,Level",
        "List,Country,Region,Level,Reason,As of",
        "Country,Risk level,Minerals",
        "Country,High risk",
        "List name,Country,Level",
    ],
}


def _headers() -> Iterator[tuple[str, str]]:
    for kind, headers in _HEADERS.items():
        for header in headers:
            yield kind, header


@pytest.mark.parametrize(("kind", "header"), list(_headers()))
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_table_is_recognised_by_its_header(tmp_path, kind, header, data):
    names = data.draw(st.permutations(next(csv.reader([header]))))
    change = data.draw(st.sampled_from([str, str.upper, str.lower, str.title]))
    out = io.StringIO()
    rows = [[change(name) for name in names], [_VALUES.get(name.casefold(), "x") for name in names]]
    csv.writer(out).writerows(rows)
    path = tmp_path / "some.csv"
    path.write_text(out.getvalue(), "utf-8")
    document = open_document(path, today=TODAY)
    assert [part.loader.kind for part in recognise(document, shelf.loaders())] == [kind]


def test_a_workbook_says_the_same_as_a_text_table(table, tmp_path):
    book = Workbook()
    book.active.title = "Notes"
    book.active.append(["Our suppliers"])
    sheet = book.create_sheet("List")
    sheet.append(["as of June"])
    for row in (("ID", "Name", "Country", "As of"), (100, "Acme", "DE", date(2026, 6, 1)), (101.0, "Zeta", "FR", None)):
        sheet.append(row)
    book.save(tmp_path / "table.xlsx")
    text = table("companies", "ID,Name,Country,As of", "100,Acme,DE,2026-06-01", "101,Zeta,FR,")
    workbook = read(tmp_path / "table.xlsx", "companies")
    assert workbook.about == text.about
    assert [edge[:3] for edge in workbook.edges] == [edge[:3] for edge in text.edges]
    assert workbook.edges[0].row == "List!A3"


# ---- hostile and careless input -------------------------------------------------------------------------------

_NASTY = ["=cmd|' /C calc'!A0", "‮gnp.exe", "x" * 600, "\u200b", "#N/A", "-", "NA", "12", "CID000001", "Tin", "DE",
          "30%", "2026-01-01", "Ω≈ç√", "株式会社", "a;b|c", "", ""]  # fmt: skip


@pytest.mark.parametrize("kind", TABLES)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_cells_give_claims_that_the_schema_allows(tmp_path, kind, data):
    """The laws of ``read``: one About, claims by the schema, every row cited. A file may be refused, no more."""
    columns = LOADERS[kind].reads.columns
    header = [spellings[0] for spellings in columns.values()]
    cells = st.sampled_from(_NASTY) | st.text(st.characters(codec="utf-8"), max_size=5)
    rows = data.draw(st.lists(st.lists(cells, min_size=len(header), max_size=len(header)), max_size=4))
    out = io.StringIO()
    csv.writer(out).writerows([header, *rows])
    path = tmp_path / "some.csv"
    path.write_text(out.getvalue(), "utf-8", newline="")
    try:
        said = read(path, kind)
    except FileRejected:  # its cells read as another separator, or as a quotation that never ends
        return
    assert said == read(path, kind)
    for record in (*said.edges, *said.issues):
        assert "\u202e" not in repr(record).replace("\\u202e", "")
