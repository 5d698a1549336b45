"""The loader of countries of origin."""

from graphmap.records import About


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
