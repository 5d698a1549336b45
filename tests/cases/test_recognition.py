"""Files that were read as what they are not, half or not at all in November 2026: what ought to happen to each."""

from pathlib import Path

import pytest

import graphmap
from tests.cases.loading import HERE, Rows, book, claims, loaded, said
from tests.cases.test_exposure import HERE as EXPOSURE

TABLES = HERE / "tables"


def test_an_order_list_is_no_list_of_areas(tmp_path: Path) -> None:
    with loaded(tmp_path, TABLES / "areas_misread_po.csv") as (work, report):
        (rejected,) = report.rejected
        assert len(work.sources()) == 0
    assert "'Areas of concern' (areas.py) needs a column that only it has" in rejected.reason
    assert "never has a column such as 'PO', 'Site'" in rejected.reason


@pytest.mark.parametrize("file", ["conformance.csv", "origins-report.csv", "rating.csv", "standing.csv"])
def test_answers_of_graphmap_are_refused_with_one_line(tmp_path: Path, file: str) -> None:
    content = (HERE / "83-own-output-loaded" / file).read_text("utf-8")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "suppliers.csv").write_text(content, "utf-8")
    with loaded(tmp_path, tmp_path / "in") as (work, report):
        (rejected,) = report.rejected
        assert len(work.sources()) == 0
    assert rejected.reason.startswith("suppliers.csv: is an answer of graphmap itself (")
    assert "\n" not in rejected.reason


def test_what_graphmap_exports_does_not_come_back_as_input(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    with loaded(tmp_path, EXPOSURE / "exposure-t1") as (work, _):
        work.export(out / "csv", form="csv")
        work.export(out / "chain.graphml", form="graphml")
        before = work.sources().rows
        report = work.load(out, out / "chain.graphml", jobs=0).detail
        assert work.sources().rows == before
    assert report.documents == ()
    assert sorted(one.file for one in report.rejected) == ["chain.graphml", "edges.csv", "nodes.csv"]
    assert all("graphmap" in one.reason for one in report.rejected)


def test_every_sheet_of_a_workbook_is_read_by_its_own_loader(tmp_path: Path) -> None:
    with loaded(tmp_path, HERE / "90-one-workbook-many-sheets" / "campaign.xlsx") as (work, report):
        assert {(one.kind, one.source.partition("#")[2]) for one in report.documents} == {
            ("companies", "Suppliers"), ("purchases", "Purchases"), ("smelters", "Smelters"),
        }  # fmt: skip
        assert [one.file for one in report.documents] == ["campaign.xlsx"] * 3
        assert claims(work.graph, "BUYS_FROM") == [("B1", "S1", ""), ("B1", "S1", "gold")]
        assert claims(work.graph, "ASSESSED_BY") == [("CID900101", "unstated", "gold")]
        assert str(work.graph.receipt("ASSESSED_BY", 0)).startswith("campaign.xlsx, Smelters!E2")


def test_the_order_of_sheets_makes_no_difference(tmp_path: Path) -> None:
    found = []
    for name in ("ab", "ba"):
        with loaded(tmp_path, HERE / "90c-sheet-order" / f"{name}.xlsx") as (work, report):
            assert sorted(one.kind for one in report.documents) == ["companies", "purchases"]
            found.append({type_: claims(work.graph, type_) for type_ in ("BUYS_FROM", "HAS_ROLE", "LOCATED_IN")})
            work.forget(f"{name}.xlsx")
            assert len(work.sources()) == 0
    assert found[0] == found[1]


def test_two_sheets_are_both_read(tmp_path: Path) -> None:
    suppliers: Rows = [
        ["company", "id", "country", "role"], ["Example Brand", "B1", "DE", "brand"],
        ["Example Parts", "V1", "FR", "supplier"], ["Example Castings", "V2", "PL", "supplier"],
    ]  # fmt: skip
    purchases: Rows = [
        ["buyer id", "buyer", "supplier id", "supplier", "mineral", "share"],
        ["B1", "Example Brand", "V1", "Example Parts", "gold", 0.5],
    ]
    path = book(tmp_path / "two.xlsx", Suppliers=suppliers, Purchases=purchases)
    with loaded(tmp_path, path) as (work, _):
        assert claims(work.graph, "HAS_ROLE") == [("B1", "brand", ""), ("V1", "supplier", ""), ("V2", "supplier", "")]
        assert ("B1", "V1", "gold") in claims(work.graph, "BUYS_FROM")


def test_an_assurance_list_with_a_sheet_for_each_metal_is_read_whole(tmp_path: Path) -> None:
    sheets: dict[str, Rows] = {
        metal: [
            ["Metal", "Facility ID", "Standard Facility Name", "Country Location", "RMAP Status"],
            [metal, f"CID90000{n}", f"Example {metal} Works", "Germany", "Conformant"],
        ]
        for n, metal in enumerate(("Gold", "Tantalum", "Tin", "Tungsten"), 1)
    }
    with loaded(tmp_path, book(tmp_path / "list.xlsx", **sheets)) as (work, report):
        (document,) = report.documents
        assert document.source == document.source.partition("#")[0]
        assert claims(work.graph, "ASSESSED_BY") == [
            ("CID900001", "RMAP", "gold"), ("CID900002", "RMAP", "tantalum"), ("CID900003", "RMAP", "tin"),
            ("CID900004", "RMAP", "tungsten"),
        ]  # fmt: skip


def test_forgetting_a_file_forgets_each_of_its_documents(tmp_path: Path) -> None:
    path = HERE / "90-one-workbook-many-sheets" / "campaign.xlsx"
    with loaded(tmp_path, path) as (work, report):
        whole = report.documents[0].source.partition("#")[0]
        assert [one.source.kind for one in work.forget(f"{whole}#smelters".upper()).detail] == ["smelters"]
        assert len(work.sources()) == 2
        work.load(path, jobs=0)
        assert len(work.sources()) == 3
        work.forget(whole)
        assert len(work.sources()) == 0


def test_a_file_that_is_read_otherwise_than_before_leaves_nothing_behind(tmp_path: Path) -> None:
    """With a loader of the user's, a file may hold other documents than without it."""
    loader = tmp_path / "mine.py"
    loader.write_text(
        "from graphmap.records import About, Edge, Node\nfrom graphmap.sheets import Reads\n"
        "READS = Reads('mine', 'Mine', columns={'id': ('id',), 'name': ('name',)}, needs=(('id', 'name'),), order=-1)\n"
        "def load(document):\n    yield About('Mine', 'mine')\n    for row in document.table(READS.columns):\n"
        "        company, role = Node('Company', row.take('id')), Node('Role', row.take('name'))\n"
        "        yield Edge('HAS_ROLE', company, role, row.address())\n"
    )
    path = HERE / "90-one-workbook-many-sheets" / "campaign.xlsx"
    with loaded(tmp_path, path) as (work, _):
        work.load(path, extra=[loader], jobs=0)
        assert sorted(one["kind"] for one in work.sources()) == ["mine", "purchases", "smelters"]
        work.load(path, jobs=0)
        assert sorted(one["kind"] for one in work.sources()) == ["companies", "purchases", "smelters"]


# ---- tables as people write them ------------------------------------------------------------------------


def test_camel_case_heads_are_words(tmp_path: Path) -> None:
    with loaded(tmp_path, TABLES / "camelcase_headers.csv") as (work, report):
        assert [one.kind for one in report.documents] == ["mines"]
        assert claims(work.graph, "ORIGINATES_IN") == [("mine:example pit:ZM", "ZM", "gold")]


def test_ids_behind_signs_that_nobody_sees_are_read(tmp_path: Path) -> None:
    with loaded(tmp_path, TABLES / "ids_with_invisible_prefix.csv") as (work, report):
        ids = {tail for tail, _, _ in claims(work.graph, "ASSESSED_BY")}
        assert {"CID900007", "CID900009", "CID900010", "CID900011"} < ids
        told = {issue.row: issue.message for issue in report.documents[0].issues}
    assert told["B2"] == "control or invisible characters were removed"
    assert told["B3"] == "'ID900008' is no smelter id"


def test_minerals_parted_by_a_comma_or_a_slash_are_several(tmp_path: Path) -> None:
    with loaded(tmp_path, TABLES / "mines_comma_minerals.csv") as (work, _):
        found: dict[str, set[str]] = {}
        for tail, _, mineral in claims(work.graph, "ORIGINATES_IN"):
            found.setdefault(tail, set()).add(mineral)
    assert found == {
        "mine:example pit:ZM": {"gold", "copper"}, "mine:example shaft:PE": {"gold", "silver"},
        "mine:example cut:PE": {"gold", "silver"},
    }  # fmt: skip


def test_a_commodity_without_a_mineral_is_a_purchase_all_the_same(tmp_path: Path) -> None:
    with loaded(tmp_path, TABLES / "purchases_commodity_categories.csv") as (work, report):
        minerals = {head: mineral for _, head, mineral in claims(work.graph, "BUYS_FROM")}
        assert report.counts["used"] == 5
    assert minerals == {
        "name:example boards": "", "name:example wire": "", "name:example solder": "tin",
        "name:example alloys": "tungsten", "name:example salts": "cobalt",
    }  # fmt: skip


def test_german_heads_and_those_of_sap(tmp_path: Path) -> None:
    folder = HERE / "92-german-headers"
    with loaded(tmp_path, folder / "p.csv", folder / "q.csv") as (work, report):
        assert [one.kind for one in report.documents] == ["purchases", "purchases"]
        assert claims(work.graph, "BUYS_FROM") == [("1000", "0000100234", ""), ("name:b1", "name:s1", "gold")]


def test_a_list_in_the_encoding_of_chinese_windows(tmp_path: Path) -> None:
    with loaded(tmp_path, HERE / "46-csv-big5-gbk" / "c.csv") as (work, report):
        assert {"东京金属有限公司", "深圳电子"} <= set(work.graph.names)
        (issue,) = (one for one in report.documents[0].issues if one.severity == "warning")
    assert issue.message == "the file is not in UTF-8 and was read as Chinese (GB18030)"


def test_shares_of_a_column_that_mixes_formats(tmp_path: Path) -> None:
    with loaded(tmp_path, HERE / "51-excel-percent-mix" / "p.xlsx") as (work, _):
        shares = {claim["head"]: claim["share"] for claim in said(work.graph, "BUYS_FROM")}
    assert shares == {"name:s1": 0.4, "name:s2": 0.6, "name:s3": 0.4, "name:s4": 0.5}


@pytest.mark.parametrize("name", ["normal", "prefix", "backslash", "singlequote"])
def test_failed_formulas_are_named_however_the_workbook_is_written(tmp_path: Path, name: str) -> None:
    with loaded(tmp_path, HERE / "52-failed-formulas-share" / f"{name}.xlsx") as (_, report):
        (issue,) = report.documents[0].issues
    assert (issue.severity, issue.row, issue.message, issue.value) == (
        "error",
        "Sheet1!D2",
        "the formula failed",
        "#N/A",
    )


def test_a_day_counted_from_1904(tmp_path: Path) -> None:
    with loaded(tmp_path, HERE / "08b-date-1904-general" / "a.xlsx") as (_, report):
        assert report.documents[0].as_of == "2026-03-01"


def test_a_metal_merged_over_rows_counts_for_each(tmp_path: Path) -> None:
    with loaded(tmp_path, HERE / "13-merged-metal" / "a.xlsx") as (work, report):
        assert {mineral for _, _, mineral in claims(work.graph, "DECLARES")} == {"gold"}
        (note,) = (one for one in report.documents[0].issues if "merged" in one.message)
    assert (note.row, note.value) == ("Smelter List!B5", "Gold")


def test_a_filled_copy_of_the_smelter_list_is_named(tmp_path: Path) -> None:
    with loaded(tmp_path, HERE / "14b-sheet-copy" / "a.xlsx") as (_, report):
        (issue,) = (one for one in report.documents[0].issues if one.row.startswith("Smelter List (2)"))
    assert issue.severity == "error"
    assert "it is not read" in issue.message
    assert issue.cure.startswith("If this is the one that was filled in")


def test_coordinates_as_people_write_them(tmp_path: Path) -> None:
    with loaded(tmp_path, HERE / "61-coordinates" / "m.csv") as (work, report):
        found = {
            claim["tail"].split(":")[1]: (claim["latitude"], claim["longitude"])
            for claim in said(work.graph, "LOCATED_IN")
            if "latitude" in claim
        }
        told = {issue.row for issue in report.documents[0].issues if issue.severity == "error"}
    near = dict.fromkeys(("comma", "letters", "dms", "onecell", "onecell2", "minus"), (-1.25, 29.1))
    assert {name: found[name] for name in near} == {name: pytest.approx(pair) for name, pair in near.items()}
    assert found["fijie"][1] == -found["fijiw"][1] == 179.95
    assert found.keys().isdisjoint({"null", "out", "only", "big"})
    assert told == {"D3", "D7", "D14", "D16"}


# ---- published data -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("data/icmm/global-mining-dataset.xlsx", "mines"),
        ("data/countries/cahra_2026-06.json", "areas"),
        ("field/acceptance/cahra_2026-06.csv", "areas"),
        ("data/ipis/cod_mines_curated_all_opendata_p_ipis.csv", ""),  # no country, and a row for each visit
        ("data/countries/cpi.csv", ""),
        ("data/countries/wgi.csv", ""),
        ("data/countries/fragile_states_index.csv", ""),
    ],
)
def test_published_data_is_read_as_what_it_is_or_not_at_all(tmp_path: Path, shared: Path, name: str, kind: str) -> None:
    with graphmap.open(tmp_path / "chain.graphmap") as work:
        report = work.load(shared / name, jobs=0).detail
    assert [one.kind for one in report.documents] == ([kind] if kind else [])
    assert len(report.rejected) == (not kind)
