"""The loader of lists of areas: levels, regions, lists as JSON and as tables."""

import json
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from graphmap.records import About, Edge
from graphmap.sheets import open_document
from tests.tables import LOADERS, read

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
