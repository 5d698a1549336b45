"""The writer of CMRT workbooks and the sample campaign: cells where the real template has them, the same bytes."""

import csv
import os
import re
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from graphmap import ingest
from graphmap.analysis.case import Case
from graphmap.analysis.chokepoints import choke_points
from graphmap.analysis.paths import find_paths
from graphmap.campaign import bulk
from graphmap.campaign.sample import write_campaign
from graphmap.campaign.workbook import Declaration, LookupRow, ProductRow, SmelterRow, write_cmrt
from graphmap.campaign.world import BRAND, MISLED, REFINERS, TRADER, World, build_world
from graphmap.graph import SupplyGraph
from graphmap.ingest import Report
from graphmap.policy import load_lens, load_policy
from graphmap.store import open_store
from tests.conftest import ROOT

LOOKUP = [
    LookupRow(
        "Gold", "Example Gold One", "Example Gold One", "SWITZERLAND", "CID900001", "Sample City", "Sample State"
    ),
    LookupRow("Gold", "Ex. Gold 1", "Example Gold One", "SWITZERLAND", "CID900001", "Sample City", "Sample State"),
    LookupRow("Tin", "Example Tin One", "Example Tin One", "PERU", "CID900002"),
]


@pytest.fixture
def cells(tmp_path: Path) -> Callable[..., Mapping[str, object]]:
    """Writes a workbook and gives what calamine finds in it: "Sheet!A1" -> value, blanks left out."""

    def write(declaration: Declaration, **options: object) -> Mapping[str, object]:
        return read(write_cmrt(tmp_path / "cmrt.xlsx", declaration, LOOKUP, **options))

    return write


def read(path: Path) -> dict[str, object]:
    book = CalamineWorkbook.from_path(path)
    found = {}
    for name in book.sheet_names:
        for number, row in enumerate(book.get_sheet_by_name(name).to_python(skip_empty_area=False), 1):
            for column, value in enumerate(row):
                if value != "":
                    found[f"{name}!{openpyxl.utils.get_column_letter(column + 1)}{number}"] = value
    return found


# ---- the writer -----------------------------------------------------------------------------------------------


def test_declaration_stands_where_the_template_has_it(cells: Callable[..., Mapping[str, object]]) -> None:
    metals = ("tantalum", "tin", "gold", "tungsten")
    first_rows = (26, 32, 38, 44, 50, 56, 62, 68)
    found = cells(
        Declaration(
            language="English",
            company="c",
            scope="A. Company",
            scope_description="d",
            unique_id="u",
            authority="a",
            address="s",
            contact_name="n",
            contact_email="e",
            contact_phone="p",
            authorizer="z",
            authorizer_title="t",
            authorizer_email="m",
            authorizer_phone="q",
            effective_date=date(2026, 3, 1),
            answers={(q, metal): (f"{q}{metal}", f"why {q}{metal}") for q in range(1, 9) for metal in metals},
            company_answers={letter: (letter, f"why {letter}") for letter in "ABCDEFGH"},
        )
    )
    fields = {
        "D3": "English", "D8": "c", "D9": "A. Company", "D10": "d", "D12": "u", "D13": "a", "D14": "s", "D15": "n",
        "D16": "e", "D17": "p", "D18": "z", "D19": "t", "D20": "m", "D21": "q", "D22": date(2026, 3, 1),
        "J3": "Revision 6.5\nApril 25, 2025",
    }  # fmt: skip
    for question, row in enumerate(first_rows, 1):
        for offset, metal in enumerate(metals):
            fields |= {f"D{row + offset}": f"{question}{metal}", f"G{row + offset}": f"why {question}{metal}"}
    for letter, row in zip("ABCDEFGH", range(75, 90, 2), strict=True):
        fields |= {f"D{row}": letter, f"G{row}": f"why {letter}"}
    assert {cell: found[f"Declaration!{cell}"] for cell in fields} == fields
    assert [found[f"Declaration!B{row}"] for row in (26, 27, 28, 29, 71)] == [
        "Tantalum", "Tin", "Gold", "Tungsten", "Tungsten",
    ]  # fmt: skip


def test_smelter_columns_stand_where_the_template_has_them(cells: Callable[..., Mapping[str, object]]) -> None:
    names = (
        "number", "metal", "lookup", "name", "country", "id", "source", "street", "city", "state", "contact_name",
        "contact_email", "next_steps", "mines", "mine_countries", "recycled", "comment",
    )  # fmt: skip
    found = cells(Declaration(smelters=[None, SmelterRow(**{name: f"a {name}" for name in names})]))
    assert [found[f"Smelter List!{column}6"] for column in "ABCDEFGHIJKLMNOPQ"] == [f"a {name}" for name in names]
    assert not [cell for cell in found if re.fullmatch(r"Smelter List!\w+5", cell)]
    assert found["Smelter List!Q3"] == "Revision 6.5\nApril 25, 2025"
    header = [found[f"Smelter List!{column}4"] for column in "ABCDEFGHIJKLMNOPQ"]
    assert header[:3] == ["Smelter ID input", "Metal (*)", "Smelter look-up (*)"]


def smelter_row(cells: Callable[..., Mapping[str, object]], row: SmelterRow) -> str:
    """What a reader finds in columns A to J of the row, blanks as "-"."""
    found = cells(Declaration(smelters=[row]))
    return " | ".join(str(found.get(f"Smelter List!{column}5", "-")) for column in "ABCDEFGHIJ")


def test_styles_of_smelter_rows(cells: Callable[..., Mapping[str, object]]) -> None:
    known = "SWITZERLAND | CID900001 | RMI | - | Sample City | Sample State"
    styles = {
        SmelterRow(number="CID900001"): f"CID900001 | Gold | Example Gold One | - | {known}",
        SmelterRow(style="id only", number="CID900001"): "CID900001 | - | - | - | - | - | - | - | - | -",
        SmelterRow(style="alias", metal="Gold", lookup="EX. Gold 1"): f"- | Gold | EX. Gold 1 | - | {known}",
        SmelterRow(style="alias only", metal="Gold", lookup="Ex. Gold 1"): (
            "- | Gold | Ex. Gold 1 | - | - | - | - | - | - | -"
        ),
        SmelterRow(style="not listed", metal="Tin", name="New", country="PERU"): (
            "- | Tin | Smelter not listed | New | PERU | - | Enter smelter details | - | - | -"
        ),
        SmelterRow(style="not yet identified", metal="Gold"): (
            "- | Gold | Smelter not yet identified | - | Unknown | - | - | - | - | -"
        ),
        # Excel shows #N/A for an id that the look-up sheet does not have; calamine reads errors as blank.
        SmelterRow(number="CID900009"): "CID900009 | - | - | - | - | - | - | - | - | -",
        SmelterRow(number="CID900001", id="CID900002"): (
            f"CID900001 | Gold | Example Gold One | - | {known.replace('CID900001', 'CID900002')}"
        ),
    }
    assert {row: smelter_row(cells, row) for row in styles} == styles


def test_blank_rows_of_the_template_hold_formulas_but_no_smelter(tmp_path: Path) -> None:
    declaration = Declaration(smelters=[SmelterRow(number="CID900002")])
    path = write_cmrt(tmp_path / "cmrt.xlsx", declaration, LOOKUP, formatted_rows=20)
    sheet = openpyxl.load_workbook(path)["Smelter List"]
    assert sheet.max_row == 24
    assert [type(sheet[f"{column}24"].value) for column in "ABDF"] == [type(None), str, type(None), str]
    assert sheet["B24"].value.startswith("=IF(LEN($A24)=0")
    assert not [cell for cell in read(path) if re.fullmatch(r"Smelter List![A-Q]24", cell)]


def test_sheets_are_those_of_the_template_in_its_order(tmp_path: Path) -> None:
    path = write_cmrt(tmp_path / "cmrt.xlsx", Declaration(), LOOKUP)
    sheets = openpyxl.load_workbook(path).worksheets
    assert [sheet.title + " hidden" * (sheet.sheet_state == "hidden") for sheet in sheets] == [
        "Revision", "Instructions", "Definitions", "Declaration", "Smelter List", "Checker", "Product List",
        "Smelter Look-up", "L hidden", "C hidden", "SorP hidden",
    ]  # fmt: skip


def test_look_up_sheet_ends_each_metal_with_the_two_special_rows(cells: Callable[..., Mapping[str, object]]) -> None:
    found = cells(Declaration())
    rows = [[found.get(f"Smelter Look-up!{column}{row}", "") for column in "ABCDEFJ"] for row in range(5, 16)]
    assert rows[:4] == [
        ["Gold", "Example Gold One", "Example Gold One", "SWITZERLAND", "CID900001", "RMI", "GoldExample Gold One"],
        ["Gold", "Ex. Gold 1", "Example Gold One", "SWITZERLAND", "CID900001", "RMI", "GoldEx. Gold 1"],
        ["Gold", "Smelter not listed", "", "", "", "", "GoldSmelter not listed"],
        ["Gold", "Smelter not yet identified", "Unknown", "Unknown", "", "", "GoldSmelter not yet identified"],
    ]
    assert [row[0] for row in rows] == ["Gold"] * 4 + ["Tantalum"] * 2 + ["Tin"] * 3 + ["Tungsten"] * 2


@pytest.mark.parametrize(
    ("version", "columns", "revision"),
    [
        ("6.01", {"B": "Manufacturer", "D": "Comments"}, "Revision 6.01\nMay 19, 2020"),
        ("6.4", {"B": "Manufacturer", "D": "Comments"}, "Revision 6.4\nApril 26, 2024"),
        ("6.5", {"B": "Responder’s", "D": "Comments"}, "Revision 6.5\nApril 25, 2025"),
        ("6.6", {"B": "Responder product", "D": "Requester product number", "F": "Comments"}, "Revision 6.6\n"),
    ],
)
def test_product_list_by_version(
    cells: Callable[..., Mapping[str, object]], version: str, columns: Mapping[str, str], revision: str
) -> None:
    found = cells(Declaration(products=[ProductRow("n", "name", "c", "rn", "rname")]), version=version)
    assert str(found["Declaration!J3"]).startswith(revision)
    for column, title in columns.items():
        assert str(found[f"Product List!{column}5"]).startswith(title)
    row = [found.get(f"Product List!{column}6") for column in "BCDEF"]
    assert row == (["n", "name", "rn", "rname", "c"] if version == "6.6" else ["n", "name", "c", None, None])


def test_labels_follow_the_language_and_can_be_missing(cells: Callable[..., Mapping[str, object]]) -> None:
    chinese = Declaration(language="中文 Chinese")
    assert cells(chinese)["Declaration!B28"] == "金"
    assert cells(chinese)["Smelter List!B4"] == "金属 (*)"
    assert "Declaration!B8" not in cells(chinese, labels="missing")
    assert "Declaration!B8" not in cells(chinese, labels="error")  # "#VALUE!" in the file


def test_text_is_never_a_formula_or_a_link(tmp_path: Path) -> None:
    name = '=HYPERLINK("https://example.com")'
    declaration = Declaration(company=name, contact_email="https://example.com", cells={"Declaration!D22": "=1+1"})
    sheet = openpyxl.load_workbook(write_cmrt(tmp_path / "cmrt.xlsx", declaration))["Declaration"]
    assert [(sheet[cell].data_type, sheet[cell].value) for cell in ("D8", "D16", "D22")] == [
        ("s", name),
        ("s", "https://example.com"),
        ("s", "=1+1"),
    ]
    assert sheet["D16"].hyperlink is None


def test_numbers_and_dates_keep_their_type(cells: Callable[..., Mapping[str, object]]) -> None:
    answers = {(6, "gold"): (1, "")}
    assert cells(Declaration(answers=answers))["Declaration!D58"] == 1
    assert cells(Declaration(effective_date=46082.0))["Declaration!D22"] == 46082
    assert cells(Declaration(effective_date="17-May-2026"))["Declaration!D22"] == "17-May-2026"
    found = cells(Declaration(effective_date=datetime(2026, 3, 1, 12)))
    assert found["Declaration!D22"] == date(2026, 3, 1)


def test_merged_cells_are_those_of_the_official_template(tmp_path: Path, templates: Path) -> None:
    def merged(path: Path) -> set[str]:
        with zipfile.ZipFile(path) as archive:
            return set(re.findall(r'<mergeCell ref="([^"]+)"', archive.read("xl/worksheets/sheet4.xml").decode()))

    ours = merged(write_cmrt(tmp_path / "cmrt.xlsx", Declaration()))
    assert len(ours) == 14 + 2 * (8 * 4 + 8)
    assert ours <= merged(templates / "RMI_CMRT_6.5.xlsx")


def test_our_workbook_holds_no_text_of_the_official_template(tmp_path: Path, templates: Path) -> None:
    """Besides the names that a reader needs, nothing longer than a few words is shared with the template."""

    def strings(path: Path) -> set[str]:
        return {value.strip() for value in read(path).values() if isinstance(value, str)}

    official = strings(templates / "RMI_CMRT_6.5.xlsx")
    ours = strings(write_cmrt(tmp_path / "cmrt.xlsx", Declaration(scope=""), LOOKUP))
    long = {text for text in ours & official if len(text.split()) > 3 or len(text) > 20}
    assert {text for text in long if "Smelter not " not in text} == {
        "Conflict Minerals Reporting Template (CMRT)",
        "Revision 6.5\nApril 25, 2025",
    }
    assert not {text for text in official if re.fullmatch(r"CID\d{6}", text)} & ours


# ---- the campaign ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def campaign(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return write_campaign(tmp_path_factory.mktemp("campaign"))


@pytest.fixture(scope="module")
def world() -> World:
    return build_world()


def digests(folder: Path) -> dict[str, str]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest() for path in paths}


def test_campaign_has_the_same_bytes_in_another_process(campaign: list[Path], tmp_path: Path) -> None:
    code = "import pathlib, sys, graphmap.campaign.sample as s; s.write_campaign(pathlib.Path(sys.argv[1]))"
    environment = {**os.environ, "PYTHONHASHSEED": "1", "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True, env=environment)
    assert digests(tmp_path) == digests(campaign[0].parent)
    assert {path.stat().st_mtime for path in campaign} == {datetime.fromisoformat("2026-06-30T12:00Z").timestamp()}


def test_campaign_is_small_and_all_there(campaign: list[Path]) -> None:
    folder = campaign[0].parent
    assert sum(path.stat().st_size for path in campaign) < 5_000_000
    assert sorted(path.name for path in campaign if path.parent == folder) == [
        "areas.csv", "companies.csv", "mines.csv", "origins.csv", "purchases.csv", "smelters.csv",
    ]  # fmt: skip
    declarations = [path.name for path in campaign if path.parent == folder / "declarations"]
    assert len([name for name in declarations if name.startswith("CMRT ")]) == len(declarations) - 2 == 67
    assert sorted(path for path in folder.rglob("*") if path.is_file()) == campaign


def test_world_has_the_size_it_should_have(world: World) -> None:
    tiers = [company.tier for company in world.companies]
    assert [tiers.count(tier) for tier in range(5)] == [1, 25, 25, 22, 13]
    assert len(world.smelters) == 100
    assert len(world.mines) == 60
    places = {thing.country for things in (world.companies, world.smelters, world.mines) for thing in things}
    assert len(places) == 22


def test_everything_is_made_up_and_says_so(world: World) -> None:
    names = [thing.name for things in (world.companies, world.smelters, world.mines) for thing in things]
    assert all(re.search(r"\b(Sample|Example)\b", name) for name in names)
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"CID9\d{5}", smelter.id) for smelter in world.smelters)


def test_purchases_fit_together(world: World) -> None:
    given: dict[tuple[str, str], float] = {}
    for purchase in world.purchases:
        key = (purchase.buyer, purchase.metal)
        given[key] = given.get(key, 0) + (purchase.share or 0)
    assert max(given.values()) < 1 + 1e-9
    sellers = {purchase.seller for purchase in world.purchases}
    assert {company.name for company in world.companies} - sellers == {BRAND}
    named = {smelter for company in world.companies for smelters in company.smelters.values() for smelter in smelters}
    assert named == {smelter.id for smelter in world.smelters}


@pytest.mark.parametrize("seed", [9, 1, 2])
def test_story_holds_whatever_the_seed(seed: int) -> None:
    """Only the trader names the two refiners, and it sells into the chains of three direct suppliers only."""
    world = build_world(seed)
    namers = {
        company.name
        for company in world.companies
        if company.answers and set(REFINERS) & {smelter for known in company.smelters.values() for smelter in known}
    }
    assert namers == {TRADER}
    assert world.company(TRADER).tier == 3

    above = {TRADER}
    while more := {p.buyer for p in world.purchases if p.seller in above} - above:
        above |= more
    assert {name for name in above if world.company(name).tier == 1} == set(MISLED)
    assert [sorted(world.origins()[refiner]) for refiner in REFINERS] == [["CD", "UG"], ["CD"]]
    status = {smelter.id: smelter.status for smelter in world.smelters}
    assert [status[refiner] for refiner in REFINERS] == ["Non-conformant", ""]


def test_tables_of_the_campaign(campaign: list[Path]) -> None:
    tables = {}
    for path in campaign:
        if path.suffix == ".csv":
            with path.open(encoding="utf-8-sig", newline="") as file:
                tables[path.stem] = list(csv.DictReader(file))
    counts = {name: len(rows) for name, rows in tables.items()}
    assert counts == {"companies": 39, "purchases": 152, "smelters": 93, "mines": 60, "areas": 4, "origins": 69}
    assert [row["Name"] for row in tables["companies"] if row["Role"] == "brand"] == [BRAND]
    assert [row["Seller"] for row in tables["purchases"] if row["Share"] == "130%"] != []
    assert {row["List"] for row in tables["areas"]} == {"own"}


# ---- loading it -----------------------------------------------------------------------------------------------


class Loaded(NamedTuple):
    report: Report
    graph: SupplyGraph


@pytest.fixture(scope="module")
def loaded(campaign: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    with open_store(tmp_path_factory.mktemp("store") / "chain.graphmap") as store:
        report = ingest.load([campaign[0].parent], store, jobs=0, today=date(2026, 7, 1))
        return Loaded(report, store.graph())


def test_exactly_the_files_that_are_no_declarations_are_rejected(loaded: Loaded, campaign: list[Path]) -> None:
    reasons = {rejected.file: rejected.reason for rejected in loaded.report.rejected}
    assert sorted(reasons) == ["CMRT blank.xlsx", "CMRT part.xlsx", "Your declaration.xls", "scan 0001.xls"]
    for file, word in {
        "CMRT blank": "blank",
        "CMRT part": "damaged",
        "Your declaration": "HTML",
        "scan 0001": "JPEG",
    }.items():
        assert [word in reason for name, reason in reasons.items() if name.startswith(file)] == [True]
    kinds = Counter(document.kind for document in loaded.report.documents)
    lists = dict.fromkeys(("areas", "companies", "mines", "origins", "purchases", "smelters"), 1)
    assert kinds == {"cmrt": 65, **lists}
    assert len(loaded.report.documents) + len(reasons) == len(campaign)


def test_every_row_is_accounted_for(loaded: Loaded) -> None:
    for document in loaded.report.documents:
        assert document.counts["rows"] == document.counts["used"] + document.counts["unused"], document.file
    unused = {document.file: document.counts["unused"] for document in loaded.report.documents}
    # A row with a bad id and nothing else; a purchase from oneself and one of an unknown mineral.
    assert {file: count for file, count in unused.items() if count} == {
        "CMRT Hazelmere Sample Sensors.xlsx": 1,
        "purchases.csv": 2,
    }


def test_each_mess_is_told_where_it_is(loaded: Loaded) -> None:
    told = {
        (document.file.removeprefix("CMRT ").split(" ")[0].removesuffix(".csv"), issue.severity, issue.row)
        for document in loaded.report.documents
        for issue in document.issues
    }
    assert told >= {
        ("Fairmoor", "warning", "Smelter List!F5"),  # another id in F than in A
        ("Hazelmere", "warning", "Smelter List!A44"),  # a bad id
        ("Hazelmere", "error", "Smelter List!B44"),
        ("Juniper", "warning", "Declaration!D63"),  # a Chinese "yes"
        ("Nettlebed", "note", "Smelter List!A7"),  # the same smelter twice
        ("Oakhollow", "note", "Smelter List!N5"),  # two mines in a cell
        ("Pinecrest", "warning", "Smelter List!E42"),  # an unknown country
        ("Quillfeather", "warning", "Smelter List!D20"),  # a formula as name
        ("Rosewater", "warning", "Declaration!D22"),  # a date in the future
        ("Thistledown", "warning", "Declaration!G26"),  # hidden marks
        ("Umberfield", "note", "Declaration!J3"),  # version 6.6
        ("Zephyr", "warning", "Declaration!D20"),  # an address without @
        ("purchases", "error", "E151"),  # a share of 130 %
        ("purchases", "error", "B152"),  # from oneself
        ("purchases", "error", "C153"),  # an unknown mineral
    }
    assert len(told) < 40  # what is right raises no issue


def test_what_is_unusual_but_right_is_read(loaded: Loaded) -> None:
    documents = {document.file: document for document in loaded.report.documents}
    dates = {
        name: documents[f"CMRT {name}.xlsx"].as_of for name in ("Eastbrook Sample Displays", "Juniper Sample Cables")
    }
    assert list(dates.values()) == ["2026-05-17", "2026-03-01"]  # "17-May-2026", "2026年3月1日"
    assert documents["CMRT Rosewater Sample Hinges.xlsx"].as_of == ""
    named = {node: set(named_by(loaded.graph, node)) for node in ("V1012", "V1010")}
    # Full-width digits and hard spaces; metals in Chinese with ids that were never looked up.
    assert {"CID900041", "CID900042"} <= named["V1012"]
    assert len(named["V1010"]) == documents["CMRT Juniper Sample Cables.xlsx"].counts["rows"]


def named_by(graph: SupplyGraph, company: str) -> list[str]:
    node, table = graph.node("Company", company), graph.table("DECLARES")
    return [graph.ids[head] for tail, head in zip(table.tail, table.head, strict=True) if tail == node]


def test_documents_meet_in_one_graph(loaded: Loaded) -> None:
    graph = loaded.graph
    counts = {label: len(graph.of_label(label)) for label in ("Company", "Smelter", "Mine", "Country")}
    # 100 smelters, two that are not listed and two that are not yet identified.
    assert counts == {"Company": 86, "Smelter": 104, "Mine": 60, "Country": 22}
    superseded = {
        document.file: document.superseded_by for document in loaded.report.documents if document.superseded_by
    }
    assert superseded == {
        f"CMRT {name} (last year).xlsx": f"CMRT {name}.xlsx"
        for name in ("Copperleaf Sample Plating", "Larkspur Sample Connectors", "Northwind Sample Components")
    }
    assert REFINERS[0] not in named_by(graph, "V1003")  # only last year's declaration of Copperleaf named it
    assert graph.latest == date(2026, 6, 30)


def test_finding_is_the_story(loaded: Loaded) -> None:
    case = Case(loaded.graph, policy=load_policy("default"), lens=load_lens("us-1502"), as_of=date(2026, 6, 30))
    brand = loaded.graph.node("Company", "V1000")
    worst = find_paths(case, brand, to="not-accepted", mineral="gold", k=3).paths
    routes = [[node.name for node in path.nodes] for path in worst]
    assert [route[1] for route in routes] == list(MISLED)
    assert all(route[3].startswith(TRADER) for route in routes)
    assert {path.nodes[-1].id for path in worst} == {REFINERS[0]}
    gate = choke_points(case, brand, mineral="gold").gates[0]
    assert gate.company.name.startswith(TRADER)
    own = Case(loaded.graph, policy=load_policy("default"), lens=load_lens("own"), as_of=date(2026, 6, 30))
    assert find_paths(own, brand, to="high-risk", mineral="gold", k=1).paths[0].nodes[-1].id == REFINERS[0]


# ---- many workbooks -------------------------------------------------------------------------------------------


def test_bulk_workbooks_differ_in_company_and_smelters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "FORMATTED_ROWS", 400)
    monkeypatch.setattr(bulk, "LABEL_ROWS", 3)
    monkeypatch.setattr(bulk, "STATE_ROWS", 3)
    paths = bulk.write_many(tmp_path / "a", 2, rows=20)
    found = [read(path) for path in paths]
    assert [cells["Declaration!D8"] for cells in found] == ["Bulk Sample Supplier 00001", "Bulk Sample Supplier 00002"]
    lists = []
    for cells in found:
        names = {
            cells[cell]: cells[f"Smelter Look-up!C{cell[17:]}"]
            for cell in cells
            if cell.startswith("Smelter Look-up!E")
        }
        rows = [[cells.get(f"Smelter List!{column}{row}") for column in "ABCEF"] for row in range(5, 25)]
        assert all(row[0] == row[4] and names[row[0]] == row[2] for row in rows)
        assert not [cell for cell in cells if re.fullmatch(r"Smelter List![A-Q]25", cell)]
        lists.append({row[0] for row in rows})
    assert len(lists[0]) == len(lists[1]) == 20
    assert lists[0] != lists[1]
    sheet = openpyxl.load_workbook(paths[0])["Smelter List"]
    assert sheet.max_row == 404
    assert sheet["C24"].value.replace("24", "25") == sheet["C25"].value
    assert digests(tmp_path / "a") == digests(bulk.write_many(tmp_path / "b", 2, rows=20)[0].parent)
