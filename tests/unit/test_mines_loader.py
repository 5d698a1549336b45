"""The loader of mines: where they stand, what they feed, and what is doubtful."""

from graphmap import shelf
from graphmap.recognition import recognise
from graphmap.records import About, Edge, Node
from graphmap.sheets import open_document
from tests.tables import TODAY, read


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
    assert [part.loader.kind for part in recognise(document, shelf.loaders())] == ["mines"]
    said = read(path, "mines")
    assert len({edge.tail.id for edge in said.of("LOCATED_IN")}) == 8_508 - 490 - 4
    assert sum(1 for issue in said.issues if "is no mine" in issue.message) == 490
    assert [issue.value for issue in said.issues if "no country" in issue.message] == ["Kosovo"] * 4
