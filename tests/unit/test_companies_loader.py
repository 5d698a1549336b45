"""The loader of company lists: ids, names, owners, contacts, and what is doubtful."""

import re

import pytest

from graphmap.records import About, Edge, Issue, Node


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
