"""Which smelters a CMRT workbook names, and where they get their ore."""

from pathlib import Path
from typing import Any

import pytest

from graphmap import ingest
from graphmap.campaign.layout import NOT_LISTED
from graphmap.campaign.workbook import LookupRow, SmelterRow
from graphmap.records import Issue
from tests.cmrt import TODAY, Read, edited, gold, typed

# ---- smelters: which one does a row name? ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "row",
    [
        SmelterRow(style="id only", number="CID900001"),
        SmelterRow(style="id only", number=" cid 900001 "),
        SmelterRow(style="id only", number="ＣＩＤ９００００１"),
        SmelterRow(style="recalculated", number="CID900001"),
        SmelterRow(style="id only", number="CID900001", metal="金"),
        SmelterRow(style="alias only", metal="Gold", lookup="EG1 Refining"),
        SmelterRow(style="alias only", metal="GOLD", lookup="eg1  refining"),
        SmelterRow(style="alias only", metal="Gold (Au)", lookup="Example Gold One Co., Ltd."),
        SmelterRow(style="alias only", metal="金", lookup="Example Gold\u00a0One"),
        SmelterRow(style="alias only", metal="Gold", name="EG1 Refining"),
        SmelterRow(style="id only", metal="Gold", id="CID900001"),
    ],
)
def test_a_listed_smelter_is_found(tmp_path: Path, row: SmelterRow) -> None:
    read = Read(tmp_path, row)
    (declared,) = read.edges("DECLARES")
    assert (declared.head.id, declared.head.name, declared.mineral) == ("CID900001", "Example Gold One", "gold")
    assert [edge.head.id for edge in read.edges("LOCATED_IN")] == ["CH", "CH-TI"]
    assert read.at_rows() == []


def test_a_smelter_of_the_same_name_for_another_metal_is_another(tmp_path: Path) -> None:
    read = Read(tmp_path, SmelterRow(style="alias only", metal="Tin", lookup="Example Gold One", country="PERU"))
    assert read.heads("DECLARES") == ["unlisted:tin:example gold one:PE"]
    assert read.at_rows() == [("warning", "C5")]


UNKNOWN = "unidentified:gold:DUNS:123456780"


def unlisted(**fields: str) -> SmelterRow:
    """A smelter of gold that is said not to be listed."""
    return SmelterRow(style="not listed", metal="Gold", **fields)


@pytest.mark.parametrize(
    ("row", "smelter", "issue"),
    [
        # The id in A wins over everything else that the row says.
        (SmelterRow(number="CID900001", id="CID900002"), "CID900001", "warning F5"),
        (typed(number="CID900001", metal="Tin"), "CID900001", "warning B5"),
        (typed(number="CID900001", metal="Gold", lookup="Example Gold Two"), "CID900001", "warning C5"),
        (typed(number="CID900001", metal="Gold", lookup="Nobody"), "CID900001", "note C5"),
        (typed(number="CID900001", country="PERU"), "CID900001", "warning E5"),
        (SmelterRow(style="not listed", number="CID900001", metal="Gold"), "CID900001", "warning C5"),
        # Without a usable id in A the rest of the row counts.
        (typed(number="4711", metal="Gold", lookup="Example Gold One"), "CID900001", "warning A5"),
        (typed(number="CID90001", id="CID900001"), "CID900001", "warning A5"),
        (gold(lookup="Example Gold One", id="CID12"), "CID900001", "warning F5"),
        (gold(lookup="Example Gold One", id="X1", source="Own list"), "CID900001", ""),
        # An id that the workbook's list does not have cannot be checked.
        (typed(number="CID999999", metal="Gold", name="New One"), "CID999999", "note A5"),
        # Smelters that are not listed, and such that are all the same.
        (unlisted(name="Old Works Ltd.", country="PERU"), "unlisted:gold:old works:PE", ""),
        (unlisted(name="Old Works"), "unlisted:gold:old works:", "warning E5"),
        (unlisted(name="Old Works", country="NA"), "unlisted:gold:old works:", ""),
        (unlisted(name="Old", country="ATLANTIS"), "unlisted:gold:old:", "warning E5"),
        (unlisted(name="EG1 Refining"), "CID900001", "warning D5"),
        (unlisted(name="EG1 Refining", country="PERU"), "unlisted:gold:eg1 refining:PE", "warning D5"),
        (gold(lookup="SMELTER NOT LISTED", name="Old", country="PERU"), "unlisted:gold:old:PE", ""),
        (gold(lookup="Old", country="CONGO"), "unlisted:gold:old:CG", "warning C5"),
        # Smelters that the company does not know, or does not tell.
        (SmelterRow(style="not yet identified", metal="Gold"), UNKNOWN, ""),
        (unlisted(country="PERU"), UNKNOWN, "warning D5"),
        (gold(lookup="Unknown"), UNKNOWN, "warning C5"),
        (gold(lookup="Smelter not yet identified", name="Old", country="PERU"), "unlisted:gold:old:PE", "warning C5"),
        # Metals that are none of the four.
        (typed(metal="Cobalt", lookup=NOT_LISTED, name="Old", country="PERU"), "unlisted:cobalt:old:PE", "warning B5"),
    ],
)  # fmt: skip
def test_which_smelter_a_row_names(tmp_path: Path, row: SmelterRow, smelter: str, issue: str) -> None:
    read = Read(tmp_path, row)
    assert read.heads("DECLARES") == [smelter]
    assert [" ".join(one) for one in read.at_rows()] == ([issue] if issue else [])


@pytest.mark.parametrize(
    ("name", "smelter"),
    [
        ("Twin", "CID900007"),
        ("TWIN", "CID900007"),
        ("Twin Co., Ltd.", "CID900008"),
        ("Twin Inc.", "unlisted:gold:twin:PE"),
    ],
)
def test_a_name_that_two_smelters_share_means_neither(tmp_path: Path, name: str, smelter: str) -> None:
    """As written, each is another; without legal forms both are "twin"."""
    twins = [("Twin", "CID900007"), ("Twin Co., Ltd.", "CID900008")]
    lookup = [LookupRow("Gold", name, name, "PERU", id_) for name, id_ in twins]
    read = Read(tmp_path, gold(lookup=name, country="PERU"), lookup=lookup)
    assert read.heads("DECLARES") == [smelter]


def test_a_smelter_of_two_metals_is_the_one_that_the_row_names(tmp_path: Path) -> None:
    lookup = [LookupRow(metal, "Both", "Both", "PERU", "CID900009") for metal in ("Gold", "Tin")]
    read = Read(tmp_path, typed(number="CID900009", metal="Tin"), gold(lookup="Both"), lookup=lookup)
    assert [(edge.head.id, edge.mineral) for edge in read.edges("DECLARES")] == [
        ("CID900009", "gold"),
        ("CID900009", "tin"),
    ]
    assert read.at_rows() == []


@pytest.mark.parametrize(
    ("row", "cell", "says"),
    [
        (
            SmelterRow(style="id only", number="CID999999"),
            "A5",
            "the metal of CID999999 is neither given nor in the look-up",
        ),
        (SmelterRow(style="id only", number="4711", name="Old Works"), "B5", "the row has neither an id nor a metal"),
        (
            SmelterRow(style="not listed", metal="cheese", name="Old", country="PERU"),
            "B5",
            "the row has neither an id nor",
        ),
        (SmelterRow(style="id only", metal="Gold", comment="to do"), "B5", "the row names no smelter"),
        (SmelterRow(style="id only", comment="to do"), "B5", "the row has neither an id nor a metal"),
    ],
)
def test_a_row_that_names_nothing_is_an_error(tmp_path: Path, row: SmelterRow, cell: str, says: str) -> None:
    read = Read(tmp_path, row)
    assert read.edges("DECLARES") == []
    assert read.batch.source.counts["unused"] == 1
    (issue,) = [issue for issue in read.at(f"Smelter List!{cell}") if issue.severity == "error"]
    assert issue.message.startswith(says)
    assert issue.cure


def test_rows_that_name_the_same_smelter_are_both_kept(tmp_path: Path) -> None:
    read = Read(
        tmp_path, SmelterRow(number="CID900001"), None, SmelterRow(style="alias", metal="Gold", lookup="EG1 Refining")
    )
    assert [edge.row for edge in read.edges("DECLARES")] == ["Smelter List!A5", "Smelter List!C7"]
    assert read.at("Smelter List!C7") == [
        Issue("note", "Smelter List!C7", "rows 5 and 7 name the same smelter", "Example Gold One")
    ]


def test_several_ids_in_one_cell_are_split(tmp_path: Path) -> None:
    read = Read(tmp_path, SmelterRow(style="id only", number="CID900001 | CID900004; CID900002", comment="all"))
    assert read.heads("DECLARES") == ["CID900001", "CID900002", "CID900004"]
    assert [issue.severity for issue in read.at("Smelter List!A5")] == ["note"]
    assert read.batch.source.counts["used"] == 1


def test_a_smelter_keeps_what_is_written(tmp_path: Path) -> None:
    said = {"street": "1 Road", "next_steps": "Visit", "comment": "ok", "recycled": "no", "city": "0"}
    row = SmelterRow(number="CID900001", country="Switzerland", **said)
    (declared,) = Read(tmp_path, row).edges("DECLARES")
    assert declared.properties == {
        "written_name": "Example Gold One", "written_id": "CID900001", "written_country": "Switzerland",
        "id_source": "RMI", "street": "1 Road", "state": "Ticino", "recycled": "No", "next_steps": "Visit",
        "comment": "ok",
    }  # fmt: skip


def test_hidden_columns_are_ignored_and_others_are_told(tmp_path: Path) -> None:
    read = Read(tmp_path, cells={"Smelter List!AH9": "Unknown", "Smelter List!AI6": "mine"})
    assert [issue.row for issue in read.batch.issues] == ["Smelter List!AI6"]
    assert "column AI is not read" in read.batch.issues[0].message


@pytest.mark.parametrize("labels", ["missing", "error"])
def test_labels_do_not_matter(tmp_path: Path, labels: str) -> None:
    read = Read(tmp_path, labels=labels, language="한국어 Korean")
    assert len(read.edges("DECLARES")) == 4
    assert read.batch.issues == ()


def test_a_workbook_without_a_look_up_sheet_is_read(tmp_path: Path) -> None:
    def remove(book: Any) -> None:
        del book["Smelter Look-up"]
        book["Smelter List"]["B5"] = "Gold"

    batch = ingest.read_batches(edited(tmp_path / "a.xlsx", remove), TODAY)[0]
    assert [edge.head.id for edge in batch.edges if edge.type == "DECLARES"] == ["CID900001"]
    assert batch.source.counts["unused"] == 3


# ---- mines and countries of origin -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mines", "countries", "fed_by", "origins", "issues"),
    [
        ("Mine A", "Rwanda", ["mine:mine a:RW"], ["RW"], []),
        ("Mine A\nMine B", "Rwanda", ["mine:mine a:RW", "mine:mine b:RW"], ["RW"], [("note", "N5")]),
        ("Mine A", "Rwanda; Uganda", ["mine:mine a:"], ["RW", "UG"], [("note", "O5")]),
        ("", "Rwanda, Uganda and Peru", [], ["PE", "RW", "UG"], []),
        ("", "CONGO, DEMOCRATIC REPUBLIC OF THE", [], ["CD"], []),
        ("", "Congo", [], [], [("warning", "O5")]),
        ("Mine A", "Rwanda|Atlantis", ["mine:mine a:"], ["RW"], [("note", "O5"), ("warning", "O5")]),
        ("Rwanda", "", [], ["RW"], [("warning", "N5")]),
        ("RCOI confirmed as per RMI", "", [], [], [("note", "N5")]),
        ("Unknown", "unknown", [], [], []),
        ("recycled", "Scrap", [], [], []),
        ("回收料", "報廢料", [], [], [("warning", "O5")]),
        ("Not disclosed", "N/A", [], [], []),
    ],
)
def test_where_ore_comes_from(
    tmp_path: Path, mines: str, countries: str, fed_by: list[str], origins: list[str], issues: list[tuple[str, str]]
) -> None:
    read = Read(tmp_path, SmelterRow(number="CID900001", mines=mines, mine_countries=countries))
    assert read.heads("FED_BY") == fed_by
    assert sorted(read.heads("ORIGINATES_IN")) == origins
    assert {edge.mineral for edge in read.edges("ORIGINATES_IN")} <= {"gold"}
    assert read.at_rows() == issues
    (declared,) = read.edges("DECLARES")
    assert declared.properties.get("mine_countries", "") == " ".join(countries.split())


@pytest.mark.parametrize(
    ("recycled", "mines", "kept"),
    [
        ("", "Recycled", "Recycled"),
        ("", "100% scrap", "100% scrap"),
        ("YES", "scrap", "Yes"),
        ("Unknown", "", "Unknown"),
    ],
)
def test_recycled_feed_is_kept(tmp_path: Path, recycled: str, mines: str, kept: str) -> None:
    read = Read(tmp_path, SmelterRow(number="CID900001", mines=mines, recycled=recycled))
    assert [edge.properties["recycled"] for edge in read.edges("DECLARES")] == [kept]
    assert read.at_rows() == []


def test_a_strange_answer_about_recycling_is_told(tmp_path: Path) -> None:
    read = Read(tmp_path, SmelterRow(number="CID900001", recycled="partly"))
    assert read.edges("DECLARES", recycled="partly")
    assert read.at_rows() == [("warning", "P5")]
