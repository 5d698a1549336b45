"""The loaders of plain tables and lists: what each row claims, what is doubtful, and which loader reads what."""

import csv
import io
import itertools
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from graphmap import schema, shelf
from graphmap.errors import FileRejected
from graphmap.graph import SupplyGraph
from graphmap.records import About, Edge, Issue, Node, Source, Value
from graphmap.sheets import open_document
from tests.graphs import graph_of

TODAY = date(2026, 7, 1)
LOADERS = {loader.kind: loader for loader in shelf.loaders()}
TABLES = ("areas", "companies", "mines", "origins", "purchases", "smelters")


class Said(NamedTuple):
    about: About
    edges: list[Edge]
    nodes: list[Node]
    issues: list[Issue]

    def of(self, edge_type: str) -> list[Edge]:
        return [edge for edge in self.edges if edge.type == edge_type]

    def triples(self, edge_type: str) -> list[tuple[str, str, str]]:
        return [(edge.tail.id, edge.head.id, edge.mineral) for edge in self.of(edge_type)]

    def issue(self, row: str, severity: str = "") -> Issue:
        """The only issue at a cell."""
        (found,) = (
            issue for issue in self.issues if issue.row == row and issue.severity == (severity or issue.severity)
        )
        return found


def read(path: Path, kind: str) -> Said:
    """Load a file and check what holds for every document."""
    document = open_document(path, today=TODAY)
    records = list(LOADERS[kind].load(document))
    assert isinstance(records[0], About)
    assert not any(isinstance(record, About) for record in records[1:])
    edges = [record for record in records if isinstance(record, Edge)]
    nodes = [record for record in records if isinstance(record, Node)]
    issues = document.issues + [record for record in records if isinstance(record, Issue)]
    for edge in edges:
        _check(edge)
    cited = {_row(record.row) for record in (*edges, *issues)}
    assert [row for row in document.rows_read if _row(row) not in cited] == []
    return Said(records[0], edges, nodes, issues)


def _row(address: str) -> str:
    return address if address.startswith("$") else re.sub(r"[A-Z]+(?=\d+$)", "", address)


def _check(edge: Edge) -> None:
    declared = schema.EDGES[edge.type]
    assert edge.tail.label in declared.tails, edge
    assert edge.head.label in declared.heads, edge
    assert edge.tail.id, edge
    assert edge.head.id, edge
    assert edge.mineral in ("", *schema.MINERALS), edge
    assert not (edge.mineral and declared.mineral == "never"), edge
    for name, value in edge.properties.items():
        assert value is None or isinstance(value, declared.properties[name]), (edge, name)


@pytest.fixture
def table(tmp_path: Path):  # type: ignore[no-untyped-def]
    """Write lines as a CSV file and load it."""

    def load(kind: str, *lines: str, name: str = "table.csv") -> Said:
        path = tmp_path / name
        path.write_text("\n".join(lines) + "\n", "utf-8")
        return read(path, kind)

    return load


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


# ---- companies ------------------------------------------------------------------------------------------------


def test_companies(table):
    said = table(
        "companies",
        "ID,Name,Country,Parent,Role,Contact,E-mail,As of",
        "B,Brand AG,Switzerland,,brand,,,2026-05-01",
        "S-1,Acme Metals Ltd,DRC,Zenith Holding,supplier,A. Person,a.person@example.com,2026-05-31",
        "S-2,Zeta Oy,FI,S-1,sub-supplier,,z@example.com,",
        ",Noname Smelting Co.,CN,,Direct supplier,,,",
        name="suppliers_2026.csv",
    )
    assert said.about == About("Companies", "companies suppliers_2026", "2026-05-31")
    assert said.triples("LOCATED_IN") == [
        ("B", "CH", ""), ("S-1", "CD", ""), ("S-2", "FI", ""), ("name:noname smelting", "CN", ""),
    ]  # fmt: skip
    assert said.of("LOCATED_IN")[1] == Edge(
        "LOCATED_IN", Node("Company", "S-1", "Acme Metals Ltd"), Node("Country", "CD", "DR Congo"), "C3",
        properties={"written": "DRC"},
    )  # fmt: skip
    assert said.triples("OWNED_BY") == [("S-1", "name:zenith holding", ""), ("S-2", "S-1", "")]
    assert said.triples("HAS_ROLE") == [
        ("B", "brand", ""), ("S-1", "supplier", ""), ("S-2", "sub-supplier", ""),
        ("name:noname smelting", "supplier", ""),
    ]  # fmt: skip
    assert said.triples("BUYS_FROM") == [("B", "S-1", ""), ("B", "name:noname smelting", "")]
    assert said.of("BUYS_FROM")[0].row == "E3"
    assert ("S-1", "name:acme metals", "") in said.triples("SAME_AS")
    assert ("S-1", "name:s 1", "") in said.triples("SAME_AS")
    assert [dict(edge.properties) for edge in said.of("HAS_CONTACT")] == [
        {"kind": "contact", "title": "", "name": "A. Person", "email": "a.person@example.com", "phone": ""},
        {"kind": "contact", "title": "", "name": "", "email": "z@example.com", "phone": ""},
    ]
    assert said.issues == []


def test_personal_data_stands_in_contacts_only(table):
    said = table(
        "companies",
        "Vendor,Name 1,Country,Contact,Phone",
        "100,Acme,Nowhere,a.person@example.com,+49 30 555",
        "100,Acme,DE,a.person@example.com,+49 30 555",
        "101,Zeta,DE,,",
    )
    said_elsewhere = repr([edge for edge in said.edges if edge.type != "HAS_CONTACT"]) + repr(said.issues)
    assert "person" not in said_elsewhere
    assert "555" not in said_elsewhere
    assert all(
        re.fullmatch(r"contact:[0-9a-f]{16}", edge.head.id) and not edge.head.name for edge in said.of("HAS_CONTACT")
    )
    assert len({edge.head.id for edge in said.of("HAS_CONTACT")}) == 2
    assert said.of("HAS_CONTACT")[0].properties["email"] == "a.person@example.com"


def test_a_doubtful_address_is_told_without_showing_it(table):
    said = table("companies", "Name,Country,E-mail", "Acme,DE,a.person at example")
    assert said.issues == [Issue("note", "C2", "this is no e-mail address; it is kept as written")]
    assert said.of("HAS_CONTACT")[0].properties["email"] == "a.person at example"


@pytest.mark.parametrize(
    "header",
    ["Vendor,Name 1", "Supplier No.,Supplier Name", "Vendor Code,Company", "LIFNR,Legal Name", "supplier_id,supplier",
     "Id,Organisation"],
)  # fmt: skip
def test_the_headings_of_purchasing_systems_are_understood(table, header):
    said = table("companies", f"{header},COUNTRY", "100,Acme,DE")
    assert said.triples("LOCATED_IN") == [("100", "DE", "")]
    assert said.edges[0].tail.name == "Acme"


def test_a_supplier_without_a_number_beside_it_is_a_name(table):
    assert table("companies", "Supplier,Country", "Acme,DE").triples("LOCATED_IN") == [("name:acme", "DE", "")]


def test_duns_and_lei(table):
    said = table(
        "companies",
        "Id,Name,DUNS,LEI",
        "1,Acme,12-345-6789,5493001KJTIIGC8Y1R12",  # the LEI of the standard's own example
        "2,Zeta,12345678,5493001KJTIIGC8Y1R13",
        "3,Eta,123456789,",
    )
    same = said.triples("SAME_AS")
    assert ("1", "DUNS:123456789", "") in same
    assert ("1", "LEI:5493001KJTIIGC8Y1R12", "") in same
    assert not [pair for pair in same if pair[0] in "23" and not pair[1].startswith("name:")]
    assert "nine digits" in said.issue("C3", "error").message
    assert "no valid LEI" in said.issue("D3", "error").message
    assert "also the number of 1" in said.issue("C4", "error").message


def test_doubtful_companies(table):
    said = table(
        "companies",
        "Id,Name,Country,Parent,Role,As of",
        "1,Acme,Congo,Acme,supplier,",
        "2,Zeta,Kolumbia,,supplier,2031-01-01",
        "2,Zeta GmbH,DE,,,",
        "2,Quite Other,DE,,,",
        "3,ACME Ltd,FR,,,",
        ",,FR,,,",
        "",
        ",Only a Name,,,,",
    )
    assert said.about.as_of == ""
    assert [issue[:2] for issue in said.issues if issue.row != "E2"] == [
        ("error", "C2"), ("error", "F3"), ("error", "C3"), ("error", "A7"), ("note", "B9"), ("note", "D2"),
        ("note", "A4"), ("warning", "A5"), ("warning", "A6"),
    ]  # fmt: skip
    assert said.issue("C2") == Issue(
        "error", "C2", "'Congo' can mean two countries", "Congo", "Write DR Congo (CD) or Republic of the Congo (CG)."
    )
    assert said.issue("C3").cure == "Do you mean Colombia?"
    assert said.issue("A6").message == "has the name of 1 (A2): who writes only the name means neither"
    assert "joined to no buyer" in said.issue("E2", "note").message
    assert said.nodes == [Node("Company", "name:only a name", "Only a Name")]
    assert said.of("BUYS_FROM") == said.of("OWNED_BY") == []


def test_a_region_may_give_the_country_but_never_stand_for_a_wrong_one(table):
    header = "ID,Name,Country,Region"
    assert table("companies", header, "1,Acme,,CD-NK").triples("LOCATED_IN") == [("1", "CD-NK", ""), ("1", "CD", "")]
    said = table("companies", header, "1,Acme,Atlantis,CD-NK")
    assert said.of("LOCATED_IN") == []
    assert [issue[:2] for issue in said.issues] == [("error", "C2"), ("error", "D2")]


def test_two_brands_join_no_supplier(table):
    said = table("companies", "Name,Role", "Acme,brand", "Beta,brand", "Zeta,supplier")
    assert said.of("BUYS_FROM") == []
    assert "several rows have the role brand (B2, B3)" in said.issue("B3", "warning").message


def test_unread_columns_are_told_once(table):
    said = table("companies", "Id,Name,Country,Payment terms", "1,Acme,DE,30 days", "2,Zeta,DE,60 days")
    assert [issue.message for issue in said.issues] == [
        "column 'Payment terms' is not read; it begins at D2 and holds 2 rows"
    ]


# ---- purchases ------------------------------------------------------------------------------------------------


def test_purchases(table):
    said = table(
        "purchases",
        "Buyer,Seller,Mineral,Product,Share,Spend,Currency,As of",
        "Brand AG,Acme Ltd,Tin,Solder,30%,1000,eur,2026-04-30",
        "Brand AG,Zeta,,Boards,,,,2026-05-31",
        "Acme Ltd,DUNS:123456789,gold; tantalum,,0.5,,,",
    )
    assert said.about == About("Purchases", "purchases table", "2026-05-31")
    assert said.triples("BUYS_FROM") == [
        ("name:brand", "name:acme", "tin"), ("name:brand", "name:zeta", ""),
        ("name:acme", "DUNS:123456789", "gold"), ("name:acme", "DUNS:123456789", "tantalum"),
    ]  # fmt: skip
    assert said.of("BUYS_FROM")[0].properties == {"product": "Solder", "share": 0.3, "spend": 1000.0, "currency": "EUR"}
    assert said.of("BUYS_FROM")[1].properties["share"] is None
    assert [issue[:2] for issue in said.issues] == [("note", "C4")]  # two minerals in a cell


def test_ids_and_names_of_one_purchase_meet(table):
    said = table("purchases", "Buyer ID,Buyer,Vendor No.,Vendor Name,Material", "B,Brand AG,S-1,Acme Ltd,X")
    assert said.triples("BUYS_FROM") == [("B", "S-1", "")]
    assert said.triples("SAME_AS") == [
        ("B", "name:brand", ""), ("B", "name:b", ""), ("S-1", "name:acme", ""), ("S-1", "name:s 1", ""),
    ]  # fmt: skip


def test_doubtful_purchases(table):
    said = table(
        "purchases",
        "Buyer,Seller,Mineral,Share,Spend,Currency",
        "A,B,tin,130%,,",
        "A,A Ltd,tin,10%,,",
        "A,C,unobtainium,10%,,",
        "A,,tin,,,",
        ",B,tin,,,",
        "A,D,tin,60%,-5,Euro",
        "A,E,tin,50%,,",
        "A,E,tin,50%,,",
        "A,F,,10%,,",
    )
    assert said.triples("BUYS_FROM") == [
        ("name:a", "name:b", "tin"), ("name:a", "name:d", "tin"), ("name:a", "name:e", "tin"),
        ("name:a", "name:e", "tin"), ("name:a", "name:f", ""),
    ]  # fmt: skip
    assert [edge.properties["share"] for edge in said.of("BUYS_FROM")] == [None, 0.6, 0.5, 0.5, 0.1]
    assert "130 %" in said.issue("D2", "error").message
    assert "buys from itself" in said.issue("B3", "error").message
    assert "unobtainium" in said.issue("C4", "error").message
    assert "names no seller" in said.issue("B5", "error").message
    assert "names no buyer" in said.issue("A6", "error").message
    assert "below zero" in said.issue("E7", "error").message
    assert "ISO 4217" in said.issue("F7", "warning").message
    assert said.issue("A9", "warning").message == "the same purchase stands at A8; their shares are added up"
    assert said.issue("D7", "warning").message == ("the shares of tin that 'A' buys add up to 170% (D7, D8, D9, D10)")


def test_a_purchase_of_several_minerals_that_are_not_named(table):
    said = table("purchases", "Buyer,Seller,Mineral", "A,B,Multiple")
    assert said.triples("BUYS_FROM") == [("name:a", "name:b", "")]
    assert said.issue("C2", "note").message == "names no single mineral: read as any"


def test_two_ids_with_one_name_are_no_purchase_from_oneself(table):
    header = "Buyer ID,Buyer,Seller ID,Seller"
    assert table("purchases", header, "1,Acme,2,Acme").triples("BUYS_FROM") == [("1", "2", "")]
    assert table("purchases", header, "1,Acme,,ACME").triples("BUYS_FROM") == []
    assert table("purchases", header, "1,Acme,,1").triples("BUYS_FROM") == []


def test_shares_that_name_a_mineral_count_before_those_for_any(table):
    """A buys from B 60 % of all and 20 % of its tin, and from C 80 % of its tin: nothing is above 100 %."""
    said = table("purchases", "Buyer,Seller,Mineral,Share", "A,B,,60%", "A,B,tin,20%", "A,C,tin,80%")
    assert said.issues == []


def test_shares_given_in_thirds_are_no_doubt(table):
    said = table("purchases", "Buyer,Seller,Share", "A,B,33.33%", "A,C,33.33%", "A,D,33.34%")
    assert said.issues == []


def test_a_circle_of_buyers_is_told_with_its_way(table):
    said = table("purchases", "Buyer,Seller", "X,A", "A,B", "B,C", "C,A")
    (issue,) = said.issues
    assert issue.severity == "note"
    assert issue.message.count("'A'") + issue.message.count("'B'") + issue.message.count("'C'") == 4
    assert re.fullmatch(r"companies buy from each other in a circle: ('[ABC]' from ){3}'[ABC]'", issue.message)


_COMPANIES = ("ID,Name,Country", "B,Brand AG,CH", "S-1,Acme Metals Ltd,DE")
_WAYS = {
    "by id": ("Buyer ID,Supplier ID,Mineral", "B,S-1,tin"),
    "by name": ("Buyer,Supplier,Mineral", "BRAND,Acme Metals,tin"),
    "by id below a plain heading": ("Buyer,Seller,Mineral", "B,S-1,tin"),
    "by both": ("Buyer ID,Buyer,Vendor ID,Vendor,Mineral", "B,Brand AG,S-1,Acme Metals Co. Ltd.,tin"),
}


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
@pytest.mark.parametrize(("one", "other"), list(itertools.combinations(_WAYS, 2)))
def test_purchases_by_id_and_by_name_meet_the_listed_companies(table, one, other, order):
    documents = [
        ("companies", table("companies", *_COMPANIES)),
        ("one", table("purchases", *_WAYS[one])),
        ("other", table("purchases", *_WAYS[other])),
    ]
    graph = _graph([documents[i] for i in order])
    brand, acme = graph.node("Company", "B"), graph.node("Company", "S-1")
    assert [graph.ids[node] for node in graph.of_label("Company")] == ["B", "S-1"]
    bought = graph.table("BUYS_FROM")
    assert list(zip(bought.tail.tolist(), bought.head.tolist(), strict=True)) == [(brand, acme)] * 2


def test_purchases_by_name_meet_each_other_without_a_list(table):
    documents = [("one", table("purchases", *_WAYS["by name"])), ("two", table("purchases", *_WAYS["by both"]))]
    graph = _graph(documents)
    assert [graph.ids[node] for node in graph.of_label("Company")] == ["B", "S-1"]


def test_companies_that_share_a_name_stay_apart(table):
    listed = table("companies", "ID,Name,Country", "1,Acme,DE", "2,ACME Ltd,FR", "3,Brand,CH")
    bought = table("purchases", "Buyer,Seller", "3,1", "3,2", "3,Acme")
    graph = _graph([("companies", listed), ("purchases", bought)])
    sellers = [graph.ids[node] for node in graph.table("BUYS_FROM").head.tolist()]
    assert sorted(sellers) == ["1", "2", "name:acme"]


def _graph(documents: Sequence[tuple[str, Said]]) -> SupplyGraph:
    sources = [Source(name * 8, name, name, name, f"{name}.csv") for name, _ in documents]
    return graph_of(documents=[(source, said.edges) for source, (_, said) in zip(sources, documents, strict=True)])


# ---- smelters -------------------------------------------------------------------------------------------------


def test_the_public_facility_list(table):
    said = table(
        "smelters",
        "Metal,Facility ID,Standard Facility Name,Country Location,Due Diligence Assessment Program Status",
        'Gold,CID900001,Acme Refining,"CONGO, DEMOCRATIC REPUBLIC OF THE",Conformant',
        "Multiple,CID 900002,Zeta Smelting,China,Active",
        "PGMs,CID900003,Eta Refining,South Africa,Facility Standard Assessed",
    )
    rmap = Node("Scheme", "RMAP", "RMAP")
    status: dict[str, Value] = {"status": "Conformant", "assessed": None, "valid_until": None}
    acme = Node("Smelter", "CID900001", "Acme Refining")
    assert said.of("ASSESSED_BY")[0] == Edge("ASSESSED_BY", acme, rmap, "E2", "gold", status)
    assert said.triples("ASSESSED_BY")[1:] == [("CID900002", "RMAP", ""), ("CID900003", "RMAP", "")]
    assert said.triples("LOCATED_IN") == [("CID900001", "CD", ""), ("CID900002", "CN", ""), ("CID900003", "ZA", "")]
    assert [issue[:2] for issue in said.issues] == [("warning", "A4")]


def test_a_plain_list_of_smelters(table):
    said = table(
        "smelters",
        "CID,Name,Metal,Country,Region,Status,Scheme,Last assessment,Valid until,Lat,Lon,Annex II,Reason,As of",
        "CID900001,Acme,Tin,CD,Nord-Kivu,Conformant,LBMA,2026-01-15,2027-01-14,-1.68,29.22,1;2,a report,2026-06-30",
        ",Unlisted Smelting Co.,Tin,China,,,,,,,,,,",
    )
    assert said.about.as_of == "2026-06-30"
    region, country = said.of("LOCATED_IN")[:2]
    assert (region.head, region.row) == (Node("Region", "CD-NK", "Nord-Kivu"), "E2")
    assert region.properties == {"written": "Nord-Kivu, CD", "latitude": -1.68, "longitude": 29.22, "precision": ""}
    assert (country.head.id, country.row, country.properties) == ("CD", "D2", {"written": "Nord-Kivu, CD"})
    (assessed,) = said.of("ASSESSED_BY")
    assert assessed.properties == {
        "status": "Conformant", "assessed": date(2026, 1, 15), "valid_until": date(2027, 1, 14),
    }  # fmt: skip
    assert assessed.head.id == "LBMA"
    assert said.triples("FLAGGED") == [("CID900001", "annex-ii:1", ""), ("CID900001", "annex-ii:2", "")]
    assert said.of("FLAGGED")[0].properties == {"reason": "a report"}
    assert said.of("LOCATED_IN")[2].tail.id == "unlisted:tin:unlisted smelting:CN"
    assert [issue.severity for issue in said.issues] == ["note"]  # two risks in a cell


def test_a_scheme_that_is_not_named_is_not_guessed(table):
    said = table("smelters", "CID,Status", "CID900001,Conformant", "CID900002,Active")
    assert {edge.head.id for edge in said.of("ASSESSED_BY")} == {"unstated"}
    assert "no scheme is named for 2 of the statuses" in said.issue("B2", "note").message
    assert {edge.head.id for edge in table("smelters", "CID,RMAP Status", "CID900001,Active").edges} == {"RMAP"}


def test_doubtful_smelters(table):
    said = table(
        "smelters",
        "CID,Name,Metal,Country,Status,Scheme,Last assessment,Valid until,Latitude,Longitude,Annex II",
        "CID90001,Acme,Tin,CN,Active,RMAP,,,0,0,7",
        ",Zeta,,CN,Active,RMAP,,,,,",
        "CID900003,Eta,Tin,Atlantis,Active,RMAP,2031-01-01,,95,29,",
        "CID900004,Theta,Tin,CN,,RMAP,2026-02-01,2026-01-01,12,,",
        "CID900005,,,,,,,,,,",
        "CID900006,Iota,Tin,CN,Active,RMAP,,,29.2,-191,",
    )
    assert [issue[:3] for issue in said.issues] == [
        ("error", "I2", "(0, 0) lies in the sea and often stands for unknown"),
        ("warning", "A2", "'CID90001' is no smelter id"),
        ("error", "K2", "'7' is no risk of Annex II"),
        ("error", "B3", "without an id, a smelter is known by name, one metal and country: the row is not used"),
        ("error", "D4", "'Atlantis' is no country that is known here"),
        ("error", "I4", "(95, 29) is not on the globe"),
        ("error", "G4", "the date lies in the future and is not used"),
        ("error", "I5", "one coordinate without the other is not used"),
        ("error", "H5", "ends before the assessment and is not used"),
        ("warning", "E5", "an assessment without a status is not used"),
        ("warning", "A6", "the row says nothing of the smelter but its name"),
        ("error", "I7", "(29.2, -191) is not on the globe"),
    ]
    assert said.issue("I4").cure == "Are latitude and longitude swapped?"
    assert said.issue("I7").cure == "Write degrees, not metres of a grid."
    assert said.edges[0].tail.id == "unlisted:tin:acme:CN"
    assert all("latitude" not in edge.properties for edge in said.edges)


def test_rows_that_contradict_or_repeat_each_other(table):
    said = table(
        "smelters",
        "CID,Smelter Name,Metal,Country,Status,Scheme",
        "CID900001,Acme,Tin,CN,Active,RMAP",
        "CID900001,ACME Ltd,Tin,CN,Conformant,RMAP",
        "CID900001,Acme,Tantalum,CN,Conformant,RMAP",
        "CID900001,Other Name,Gold,PE,Active,RMAP",
        "CID900001,Acme,Tin,CN,Active,RMAP",
    )
    assert len(said.of("ASSESSED_BY")) == 5
    assert [issue[:3] for issue in said.issues] == [
        ("warning", "A3", "of CID900001, the status is 'Active' at A2"),
        ("warning", "A5", "of CID900001, the country is China at A2; the name is 'Acme' at A2"),
        ("note", "A6", "says the same of CID900001 as A2"),
    ]


# ---- mines ----------------------------------------------------------------------------------------------------


def test_mines(table):
    said = table(
        "mines",
        "Mine ID,Mine,Mineral,Country,Region,Latitude,Longitude,Smelters fed,Annex II,As of",
        "M-1,Alpha Hill,Coltan,DRC,Sud-Kivu,-2.5,28.8,CID900001 | CID 900002,2,2026-06-01",
        ",Beta Pit,Gold; Silver,Peru,,,,CID900001,,",
    )
    alpha = Node("Mine", "M-1", "Alpha Hill")
    assert said.about == About("Mines", "mines table", "2026-06-01")
    assert said.triples("ORIGINATES_IN") == [
        ("M-1", "CD-SK", "tantalum"), ("M-1", "CD", "tantalum"),
        ("mine:beta pit:PE", "PE", "gold"), ("mine:beta pit:PE", "PE", "silver"),
    ]  # fmt: skip
    assert said.of("LOCATED_IN")[0].properties["latitude"] == -2.5
    assert said.of("FED_BY")[0] == Edge(
        "FED_BY", Node("Smelter", "CID900001"), alpha, "H2", "tantalum", {"written_name": "Alpha Hill"}
    )
    assert said.triples("FED_BY") == [
        ("CID900001", "M-1", "tantalum"), ("CID900002", "M-1", "tantalum"), ("CID900001", "mine:beta pit:PE", ""),
    ]  # fmt: skip
    assert said.triples("FLAGGED") == [("M-1", "annex-ii:2", "")]


def test_doubtful_mines(table):
    said = table(
        "mines",
        "Mine ID,Mine,Mineral,Country,Coordinates,Smelters fed,Site type",
        'M-1,Alpha,coal,Peru,"-9.5, -75.1",Acme Smelting,Mine',
        "M-2,Beta,coal,,10 20,,",
        ",Gamma,tin,,,,",
        "M-3,Delta,tin,Peru,north of the river,,",
        "M-1,Alpha,tin,Chile,,,",
        "M-4,Works,tin,Chile,,,Smelter; Refinery",
        "M-5,,,,,,",
    )
    assert said.triples("ORIGINATES_IN") == [("M-3", "PE", "tin"), ("M-1", "CL", "tin")]
    assert said.of("LOCATED_IN")[0].properties == {
        "written": "Peru", "latitude": -9.5, "longitude": -75.1, "precision": "",
    }  # fmt: skip
    assert [issue[:3] for issue in said.issues] == [
        ("error", "F2", "'Acme Smelting' is no smelter id; that the mine feeds it is not used"),
        ("error", "E3", "coordinates without a country are not used"),
        ("warning", "A3", "the row says nothing of the mine but its name"),
        ("error", "B4", "without an id, a mine is known by name and country: the row is not used"),
        ("error", "E5", "'north of the river' is no pair of coordinates"),
        ("warning", "D6", "M-1 stands in Peru at A2; both rows are kept"),
        ("note", "G7", "a site of type 'Smelter; Refinery' is no mine; the row is not used"),
        ("warning", "A8", "the row says nothing of the mine but its name"),
        ("note", "C2", "'coal' is not among the minerals that are followed here; 2 rows"),
    ]


def test_the_icmm_dataset_reads_as_it_is(shared):
    """Its sheet "External" has 8,508 sites; 490 are works without a mine, and Kosovo has no ISO code."""
    path = shared / "data/icmm/global-mining-dataset.xlsx"
    document = open_document(path, today=TODAY)
    assert shelf.recognise(document, shelf.loaders()).kind == "mines"
    said = read(path, "mines")
    assert len({edge.tail.id for edge in said.of("LOCATED_IN")}) == 8_508 - 490 - 4
    assert sum(1 for issue in said.issues if "is no mine" in issue.message) == 490
    assert [issue.value for issue in said.issues if "no country" in issue.message] == ["Kosovo"] * 4


# ---- areas ----------------------------------------------------------------------------------------------------

_ENTRIES = [
    {"countryName": "DR Congo", "iso2": "CD", "iso3": "COD", "regions": [
        {"name": "Nord-Kivu", "code": "CD-NK", "conflictAffected": True, "highRisk": False},
        {"name": "Kasaï", "code": "CD-KS", "conflictAffected": False, "highRisk": True},
    ]},
    {"countryName": "Zimbabwe", "iso2": "ZW", "iso3": "ZWE", "regions": None, "wholeCountry": True},
]  # fmt: skip


def _json(path: Path, entries: object, **meta: str) -> Path:
    path.write_text(json.dumps({"meta": {"version": "A test", **meta}, "entries": entries}), "utf-8")
    return path


def test_a_cahra_list_as_json(tmp_path):
    said = read(_json(tmp_path / "list.json", _ENTRIES, reportsUpdated="2026-06-27T22:00:00Z"), "areas")
    assert said.about == About("Areas of concern", "areas cahra", "2026-06-27", {"version": "A test"})
    assert [(*triple, edge.properties["level"], edge.row) for triple, edge in
            zip(said.triples("LISTED_BY"), said.of("LISTED_BY"), strict=True)] == [
        ("CD-NK", "cahra", "", "conflict-affected", "$.entries[0].regions[0]"),
        ("CD-KS", "cahra", "", "high-risk", "$.entries[0].regions[1]"),
        ("ZW", "cahra", "", "listed", "$.entries[1]"),
    ]  # fmt: skip
    assert said.triples("LOCATED_IN") == [("CD-NK", "CD", ""), ("CD-KS", "CD", "")]
    assert said.issues == []


def test_a_cahra_list_as_csv_says_the_same(table):
    said = table(
        "areas",
        "iso2,iso3,country,whole_country,region_code,region_name,conflict_affected,high_risk",
        "CD,COD,DR Congo,0,CD-NK,Nord-Kivu,1,0",
        "CD,COD,DR Congo,0,CD-KS,Kasaï,0,1",
        "ZW,ZWE,Zimbabwe,1,,,,",
    )
    assert said.about == About("Areas of concern", "areas cahra")
    assert [(edge.head.id, edge.tail.id, edge.properties["level"]) for edge in said.of("LISTED_BY")] == [
        ("cahra", "CD-NK", "conflict-affected"), ("cahra", "CD-KS", "high-risk"), ("cahra", "ZW", "listed"),
    ]  # fmt: skip
    assert said.issues == []


def test_an_own_table_of_areas(table):
    said = table(
        "areas",
        "Country,Region,Level,Reason,Minerals,As of",
        "DRC,Ituri,Conflict-affected,fighting,gold; tin,2026-05-01",
        "Uganda,,high-risk,transit,,2026-06-01",
    )
    assert said.about == About("Areas of concern", "areas table", "2026-06-01")
    assert said.triples("LISTED_BY") == [("CD-IT", "own", "gold"), ("CD-IT", "own", "tin"), ("UG", "own", "")]
    assert said.of("LISTED_BY")[0].properties == {"level": "conflict-affected", "reason": "fighting"}
    named = table("areas", "List name,Country,Level", "Our Watch List,UG,high", "Other,TZ,")
    assert [(edge.head.id, edge.properties["level"]) for edge in named.of("LISTED_BY")] == [
        ("our watch list", "high"), ("other", "listed"),
    ]  # fmt: skip


def test_a_region_that_is_not_known_never_stands_for_its_country(table):
    said = table(
        "areas",
        "Country,Region,Level,Minerals",
        "DRC,Katanga,high-risk,",
        "Congo,,high-risk,",
        ",Ituri,high-risk,",
        "UG,,high-risk,unobtainium",
        "UG,,high-risk,",
        "UG,,conflict-affected,",
    )
    assert said.triples("LISTED_BY") == [("UG", "own", "")] * 2
    assert [issue[:2] for issue in said.issues] == [
        ("error", "D5"), ("error", "B2"), ("error", "A3"), ("error", "B4"), ("warning", "A7"),
    ]  # fmt: skip


def test_a_region_code_says_in_which_country_it_lies(table):
    said = table("areas", "Region code,Level", "cd-nk,high-risk", "XX-YY,high-risk")
    assert said.triples("LISTED_BY") == [("CD-NK", "own", "")]
    assert said.issue("A3").message == "no country is given; the area is not used"


def test_doubtful_lists_as_json(tmp_path):
    regions = [
        {"name": "Somewhere", "code": "CD-XX", "conflictAffected": True, "highRisk": False},
        {"name": "Ituri", "code": "CD-NK", "conflictAffected": True, "highRisk": True},
        {"name": "Haut-Uélé", "code": "CD-HU", "conflictAffected": False, "highRisk": False},
        "CD-TU",
        {"name": "Chhattisgarh", "code": "IN-CT", "conflictAffected": True, "highRisk": False},
    ]
    entries = [
        {"countryName": "DR Congo", "iso2": "CD", "regions": regions[:4]},
        {"countryName": "Peru", "iso2": "IN", "regions": regions[4:]},
        {"countryName": "Chile", "iso2": "CL", "regions": []},
        {"countryName": "Nowhere", "regions": None, "wholeCountry": True},
        ["CD"],
    ]
    said = read(_json(tmp_path / "list.json", entries, reportsUpdated="2027-01-01", dataUpdated="soon"), "areas")
    assert said.about.as_of == ""
    assert said.triples("LISTED_BY") == [("CD-NK", "cahra", ""), ("IN-CG", "cahra", "")]
    assert Counter(issue[:2] for issue in said.issues) == Counter([
        ("warning", "$.meta.reportsUpdated"),
        ("error", "$.meta.dataUpdated"),
        ("error", "$.entries[0].regions[0]"),  # no such region
        ("note", "$.entries[0].regions[1]"),  # both flags
        ("warning", "$.entries[0].regions[1]"),  # code and name differ
        ("error", "$.entries[0].regions[2]"),  # no flag
        ("error", "$.entries[0].regions[3]"),  # no object
        ("warning", "$.entries[1]"),  # code and name differ
        ("note", "$.entries[1].regions[0]"),  # code replaced
        ("error", "$.entries[2]"),  # neither regions nor whole
        ("error", "$.entries[3]"),  # no such country
        ("error", "$.entries[4]"),
    ])  # fmt: skip


@pytest.mark.parametrize("content", ["[]", '{"meta": 1, "entries": {}}', '{"meta": {}, "entries": [null, 1]}'])
def test_json_of_another_shape_claims_nothing(tmp_path, content):
    path = tmp_path / "list.json"
    path.write_text(content)
    said = read(path, "areas")
    assert said.edges == []
    assert all(issue.severity == "error" for issue in said.issues)
    assert said.issues


@pytest.mark.parametrize("name", ["data/countries/cahra_2026-06.json", "field/acceptance/cahra_2026-06.csv"])
def test_the_cahra_list_of_june_2026(shared, name):
    path = shared / name
    document = open_document(path, today=date(2026, 7, 15))
    about, *claims = LOADERS["areas"].load(document)
    listed = [claim for claim in claims if isinstance(claim, Edge) and claim.type == "LISTED_BY"]
    assert isinstance(about, About)
    assert about.as_of == ("2026-06-27" if path.suffix == ".json" else "")
    assert Counter((edge.tail.label, edge.properties["level"]) for edge in listed) == {
        ("Region", "conflict-affected"): 137, ("Region", "high-risk"): 97, ("Country", "listed"): 5,
    }  # fmt: skip
    assert len({edge.tail.id for edge in listed}) == 239
    assert len(document.rows_read) == 239
    # One replaced code, and one code that goes with another region's name.
    assert [(issue.severity, issue.value) for issue in document.issues] == [("note", "IN-CT"), ("warning", "Kiev")]


# ---- origins --------------------------------------------------------------------------------------------------


def test_origins(table):
    said = table(
        "origins",
        "Smelter ID,Mineral,Country of origin,Region of origin,Level,As of",
        "CID900001,Tin,DRC,Maniema,L3,2026-06-15",
        "CID 900002,Gold,Peru; Chile,,L1,",
        "CID900003,Gold,Recycled/Scrap,,,",
        "CID900004,,Ghana,,,",
    )
    assert said.about == About("Countries of origin", "origins table", "2026-06-15")
    assert said.triples("ORIGINATES_IN") == [
        ("CID900001", "CD-MA", "tin"), ("CID900001", "CD", "tin"),
        ("CID900002", "PE", "gold"), ("CID900002", "CL", "gold"), ("CID900004", "GH", ""),
    ]  # fmt: skip
    assert said.of("ORIGINATES_IN")[0].properties == {"written": "Maniema, DRC", "level": "L3"}
    assert said.issue("C4").severity == "note"
    assert "no place of origin" in said.issue("C4").message


def test_origins_of_smelters_without_an_id(table):
    said = table(
        "origins",
        "Smelter Name,Smelter Country,Metal,Origin",
        "Acme Smelting Ltd,China,Tin,Myanmar",
        "Zeta,,Tin,Myanmar",
    )
    assert said.triples("ORIGINATES_IN") == [("unlisted:tin:acme smelting:CN", "MM", "tin")]
    assert "does not say which smelter" in said.issue("A3", "error").message


def test_doubtful_origins(table):
    said = table(
        "origins",
        "Smelter,Mineral,Country,Level",
        "CID900001,Tin,Congo,L1",
        "CID900001,Tin,Peru,L1",
        "CID900001,Tin,Peru,L2",
        "CID900001,Stone,Peru,L1",
        "CID900001,Tin,,L1",
        "Acme,Tin,Peru,L1",
    )
    nowhere = table("origins", "CID,Mineral,Origin,Region", "CID900001,tin,Peru,Nowhere")
    assert nowhere.triples("ORIGINATES_IN") == [("CID900001", "PE", "tin")]
    assert "no region of Peru" in nowhere.issue("D2", "error").message
    assert said.triples("ORIGINATES_IN") == [("CID900001", "PE", "tin")] * 2
    assert [issue[:3] for issue in said.issues] == [
        ("error", "C2", "'Congo' can mean two countries; this origin is not used"),
        ("error", "B5", "'Stone' is no mineral that is known here; the row is not used"),
        ("error", "C6", "the row names no country of origin and is not used"),
        ("error", "A7", "'Acme' does not say which smelter is meant: the row is not used"),
        ("warning", "C4", "the same origin stands at C3 with another level"),
    ]


# ---- which loader reads what ----------------------------------------------------------------------------------

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
    ],
    "smelters": [
        "Metal,Facility ID,Standard Facility Name,Country Location,Due Diligence Assessment Program Status",
        "CID,Name,Metal,Country,Status,Scheme,Last assessment,Valid until,Latitude,Longitude",
        "SmelterId,SmelterName,Country,ConformanceStatus,LastAuditDate",
        "Metal,New Smelter ID,Smelter Name,Location,Status ",
        "Metal,Smelter Name,CID,Country",
        "Smelter,Metal,Country,Status,Scheme",
    ],
    "mines": [
        "Name,Mineral,Country,Region,Latitude,Longitude,Smelters fed",
        "Mine ID,Mine,Mineral,Country,Region,Latitude,Longitude,Smelter ID,Status",
        "ICMMID,Confidence Factor,Mine Name ,Group Names,Latitude,Longitude,Asset Type,Country,Primary Commodity,"
        "Secondary Commodity,Other Commodities",
        "Name,Metal,Country,GPS coordinates",
    ],
    "origins": [
        "Smelter,Mineral,Country",
        "Smelter ID,Mineral,Country of origin,As of",
        "CID,Smelter Name,Smelter Country,Metal,Country of Origin,Level",
        "Facility ID,Standard Facility Name,Metal,RCOI",
    ],
    "areas": [
        "iso2,iso3,country,whole_country,region_code,region_name,conflict_affected,high_risk",
        "Country,Region,Level",
        "List,Country,Region,Level,Reason,As of",
        "Country,Risk level,Minerals",
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
    csv.writer(out).writerows([[change(name) for name in names], ["x"] * len(names)])
    path = tmp_path / "some.csv"
    path.write_text(out.getvalue(), "utf-8")
    document = open_document(path, today=TODAY)
    assert shelf.recognise(document, shelf.loaders()).kind == kind


@pytest.mark.parametrize("header", ["Country,Region", "Name,Country of birth", "Smelter Name,Metal,Country", "A,B,C"])
def test_what_could_be_several_things_is_none(tmp_path, header):
    """A table of places says neither why they are listed nor, with smelters, whether ore comes from there."""
    path = tmp_path / "some.csv"
    path.write_text(f"{header}\n{'x,' * header.count(',')}x\n")
    document = open_document(path, today=TODAY)
    with pytest.raises(FileRejected):
        shelf.recognise(document, shelf.loaders())


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
