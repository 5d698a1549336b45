"""The loader of smelter lists: standings, schemes, places, and what contradicts."""

from datetime import date

from graphmap.records import Edge, Node, Value


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
