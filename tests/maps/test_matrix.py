"""The conformance matrix: rates by count, unknown never zero, everything left out is counted."""

from __future__ import annotations

import math
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings

from graphmap.analysis.conformance import conformance
from graphmap.maps.atlas import ALL, Atlas
from graphmap.maps.matrix import MOST_COLUMNS, MOST_ROWS, Cell, draw_matrix, find_rows, whole_percent
from graphmap.maps.palette import DARK, INK, LOOKS, PAPER
from graphmap.records import Edge, Node
from tests.chains import assessed, case_of, claims, located
from tests.graphs import answered, buys, company, declares, graph_of


def atlas_of(*said: Edge | Node, start: str = "B") -> Atlas:
    case = case_of(*said)
    node = case.graph.node("Company", start)
    assert node is not None
    return Atlas(case, node)


#     B ── S1 ── X (accepted), Y (not accepted), Z (in progress); tin: T (accepted)
#     ├── S2 ── X, an entry that names no smelter
#     ├── S3 names nothing;  S4 has no gold and says so; tin: T
#     └── S5 ── X
SAID = (
    *(buys("B", f"S{i}") for i in range(1, 6)),
    *(declares("S1", smelter) for smelter in "XYZ"),
    declares("S1", "T", "tin"),
    declares("S2", "X"),
    declares("S2", "unidentified:gold:S2"),
    answered("S4", "cmrt:1", "No", "gold"),
    declares("S4", "T", "tin"),
    declares("S5", "X"),
    assessed("X", "Conformant"),
    assessed("Y", "Non-conformant"),
    assessed("Z", "Active"),
    assessed("T", "Conformant"),
)


def test_cells() -> None:
    rows = {row.site.id: row for row in find_rows(atlas_of(*SAID))}
    assert rows["S1"].cells["gold"] == Cell("gold", 3, 1, 1, 0, 0)
    assert rows["S1"].cells["gold"].says == "gold: 33 %, 1 of 3 smelters accepted, 1 in progress"
    assert rows["S2"].cells["gold"].says == "gold: 100 %, 1 of 1 smelter accepted, 1 unidentified"
    assert rows["S3"].cells["tin"].says == "tin: unknown, no smelter identified"
    assert math.isnan(rows["S3"].cells["gold"].rate)
    assert list(rows["S4"].cells) == ["tin"]


def test_the_worst_comes_first_and_the_unknown_have_no_rank() -> None:
    atlas = atlas_of(*SAID)
    assert [row.site.id for row in find_rows(atlas, "gold")] == ["S1", "S2", "S5", "S3", "S4"]
    assert [row.site.id for row in find_rows(atlas, "tin")] == ["S1", "S4", "S2", "S3", "S5"]
    assert find_rows(atlas)[0].site.id == "S1"


def test_the_title_is_the_finding_and_the_subtitle_says_what_is_unknown() -> None:
    picture = draw_matrix(atlas_of(*SAID), "gold")
    assert picture.title == (
        "2 of 4 direct suppliers have every identified gold smelter accepted, 1 leads to no identified one; "
        "S1 the lowest: 33 %"
    )
    assert "1 leads to no identified gold smelter." in picture.subtitle
    assert "1 entry in 1 of them identifies no smelter." in picture.subtitle
    assert "1 has no part in gold, as far as documents say." in picture.subtitle
    every = draw_matrix(atlas_of(*SAID)).title
    assert every.endswith("S1 the lowest: 33 % in gold")


def test_rows_can_be_selected_and_cells_be_read() -> None:
    atlas = atlas_of(*SAID)
    picture = draw_matrix(atlas)
    root = ElementTree.fromstring(picture.svg())
    sites = [int(one.get("data-i", "")) for one in root.iter() if one.get("class") == "site"]
    assert sorted(sites) == list(picture.sites)
    assert {atlas.sites[i].id for i in sites} == {"S1", "S2", "S3", "S4", "S5"}
    cells = [one.get("aria-label") or "" for one in root.iter() if one.get("class") == "cell"]
    assert len(cells) == 10
    assert "S3, gold: unknown, no smelter identified" in cells
    assert "S4, gold: no part in it" in cells
    assert picture.body.count(">unknown<") == 4, "S3 twice; S2 and S5 name no tin smelter"


def test_without_suppliers_the_company_itself_is_drawn() -> None:
    picture = draw_matrix(atlas_of(declares("B", "X"), declares("B", "Y"), assessed("X", "Conformant")))
    assert picture.title == "B has 1 of 2 smelters accepted in gold, 50 %"
    assert picture.sites == (0,)
    assert "No document names a direct supplier" in picture.subtitle
    nobody = draw_matrix(atlas_of(declares("B", "unidentified:gold:B")))
    assert nobody.title == "No smelter is identified for B: its conformance is unknown"


def test_nothing_at_all() -> None:
    picture = draw_matrix(atlas_of(company("B")))
    assert "No document names a mineral" in picture.title
    assert "no all-clear" in picture.subtitle
    ElementTree.fromstring(picture.svg())
    unjudged = draw_matrix(atlas_of(buys("B", "S", mineral="gold"), declares("S", "X")))
    assert unjudged.title == "Not judged: no assurance list on that date for the smelters of 1 direct supplier"
    assert "gold: 1 not judged, no assurance list on that date" in unjudged.body
    assert ">0 %<" not in unjudged.body
    silent = draw_matrix(atlas_of(buys("B", "S", mineral="gold"), assessed("X", "Active")), "gold")
    assert silent.title == "None of 1 direct supplier leads to an identified gold smelter: all of it is unknown"


def test_what_is_not_drawn_is_counted() -> None:
    said = [edge for i in range(60) for edge in (buys("B", f"S{i:02}"), declares(f"S{i:02}", "XY"[i % 2]))]
    picture = draw_matrix(atlas_of(*said, assessed("X", "Conformant")))
    assert len(picture.sites) == MOST_ROWS
    assert "Not drawn: 20 more; of these 20 have every identified smelter accepted, 0 have none" in picture.subtitle


def test_many_minerals_fit_and_the_one_that_is_asked_for_is_there() -> None:
    minerals = ("tantalum", "tin", "gold", "tungsten")
    atlas = atlas_of(buys("B", "S"), *(declares("S", f"X{one}", one) for one in minerals))
    assert len(atlas.minerals) <= MOST_COLUMNS
    for mineral in (ALL, *minerals):
        body = draw_matrix(atlas, mineral).body
        assert all(f">{one.capitalize()}<" in body for one in minerals)
        assert body.count('stroke-width="2"') == (mineral != ALL)


def test_hostile_names_are_text() -> None:
    name = '"><script>alert(1)</script><img onerror=x>' + "\u2028\u202e" + "é" * 500
    picture = draw_matrix(atlas_of(buys("B", "S"), company("S", name), declares("S", "X")))
    svg = picture.svg()
    assert "<script" not in svg
    assert "<img" not in svg
    assert "\u202e" not in svg
    ElementTree.fromstring(svg)


def test_the_order_of_loading_does_not_show() -> None:
    more = (located(Node("Company", "S1", "S1"), Node("Country", "DE", "DE")),)
    assert draw_matrix(atlas_of(*SAID, *more)).svg() == draw_matrix(atlas_of(*more, *reversed(SAID))).svg()


@settings(max_examples=40, deadline=None)
@given(claims(cycles=True))
def test_cells_are_what_conformance_says(said: list[Edge]) -> None:
    case = case_of(graph=graph_of(*said))
    node = case.graph.node("Company", "C0")
    assert node is not None
    atlas = Atlas(case, node)
    rows = find_rows(atlas)
    found = {(row.site.id, of): cell.rate for row in rows for of, cell in row.cells.items()}
    table = conformance(case, companies=[row.site.node for row in rows])
    expected = {(row.company, row.mineral): row.rate_by_count for row in table.itertuples()}
    assert found == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(
    ("rate", "said"),
    [(0.0, "0 %"), (0.001, "< 1 %"), (0.5, "50 %"), (0.999, "> 99 %"), (1.0, "100 %"), (math.nan, "unknown")],
)
def test_rates_in_whole_percent_never_round_to_all_or_nothing(rate: float, said: str) -> None:
    assert whole_percent(rate) == said


def _luminance(color: tuple[float, float, float]) -> float:
    parts = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in color]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), parts, strict=True))


def _rgb(color: str) -> tuple[float, float, float]:
    red, green, blue = (int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return red, green, blue


@pytest.mark.parametrize(
    ("ink", "paper", "fill"),
    [(INK, PAPER, LOOKS["low"].fill), (DARK[INK], DARK[PAPER], LOOKS["low"].dark)],
    ids=["light", "dark"],
)
def test_text_on_the_deepest_cell_can_be_read(ink: str, paper: str, fill: str) -> None:
    over = [0.75 * a + 0.25 * b for a, b in zip(_rgb(fill), _rgb(paper), strict=True)]
    high, low = sorted((_luminance(_rgb(ink)), _luminance((over[0], over[1], over[2]))), reverse=True)
    assert (high + 0.05) / (low + 0.05) >= 4.5
