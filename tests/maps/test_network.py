"""The network: every site has its dot, whatever the mineral, and nothing stands outside the frame."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings

from graphmap.maps.atlas import ALL, Atlas
from graphmap.maps.network import HEIGHT, draw_network, place_sites
from graphmap.maps.svg import MARGIN, WIDTH
from graphmap.records import Edge, Node
from tests.bench.maps_world import case_for, made_up
from tests.chains import GOLDEN, assessed, case_of, claims, country, fed_by, located
from tests.graphs import buys, company, declares, graph_of


def atlas_of(*said: Edge | Node, start: str = "B") -> Atlas:
    case = case_of(*said)
    node = case.graph.node("Company", start)
    assert node is not None
    return Atlas(case, node)


def number(atlas: Atlas, id_: str) -> int:
    return next(site.number for site in atlas.sites if site.id == id_)


def dots(body: str) -> int:
    """How many dots are drawn: circles begin with an arc, squares with a line."""
    return len(re.findall(r"M[\d.]+ [\d.]+[ah]", "".join(re.findall(r'<path d="([^"]*z)"', body))))


def test_a_column_a_tier() -> None:
    atlas = atlas_of(*GOLDEN, fed_by("Y", "M"))
    placed = place_sites(atlas)
    assert [(one.words, one.sites) for one in placed.columns] == [
        ("Start", 1), ("Tier 1", 2), ("Tier 2", 2), ("Smelters", 2), ("Mines", 1),
    ]  # fmt: skip
    order = [float(placed.x[number(atlas, id_)]) for id_ in ("B", "S1", "SubA", "X", "M")]
    assert order == sorted(order)
    assert len(set(order)) == 5


def test_blocks_are_countries_and_the_unknown_is_one_of_them() -> None:
    atlas = atlas_of(
        buys("B", "S", 0.4), buys("B", "T", 0.3), buys("B", "U", 0.3), declares("S", "X"),
        located(company("S"), country("CN")), located(company("T"), country("CN")),
    )  # fmt: skip
    labels = [(one.words, one.sites) for one in place_sites(atlas).labels]
    assert labels == [("country unknown", 1), ("China", 2), ("country unknown", 1), ("country unknown", 1)]


def test_the_worst_stands_first_in_its_block() -> None:
    atlas = atlas_of(*GOLDEN)
    placed = place_sites(atlas)
    assert placed.x[number(atlas, "Y")] < placed.x[number(atlas, "X")]


def test_bands_are_the_links_from_what_looks_bad() -> None:
    atlas = atlas_of(*GOLDEN)
    placed = place_sites(atlas)
    assert ("severe", 1) in [(one.look, one.links) for one in placed.ribbons]
    assert placed.left_out == 0
    assert all(0 <= one.x2 < one.x1 <= WIDTH for one in placed.ribbons)


def test_the_title_says_where_the_exposure_is() -> None:
    # B ─0.1─ S ─ T ─── Y (not accepted); B ─0.9─ U ─── X (accepted)
    said = (
        buys("B", "S", 0.1), buys("S", "T", 1.0), declares("T", "Y"), assessed("Y", "Non-conformant"),
        buys("B", "U", 0.9), declares("U", "X"), assessed("X", "Conformant"),
    )  # fmt: skip
    picture = draw_network(atlas_of(*said))
    assert picture.title == "Of 3 suppliers, 2 have an exposure of 50 % or more"
    title = draw_network(atlas_of(*said, buys("S", "V", 1.0), declares("V", "Y"))).title
    assert title == "Of 4 suppliers, 3 have an exposure of 50 % or more; most of them (2) stand at tier 2"
    assert "3 of them" not in title
    none = draw_network(atlas_of(*said[4:])).title
    assert none == ("Of 1 supplier, none is known to have an exposure of 50 % or more; the most is 27.5 %, U at tier 1")


def test_what_nobody_knows_is_said_in_the_title() -> None:
    # of S nothing is known, B itself names X
    title = draw_network(atlas_of(buys("B", "S", 0.5), declares("B", "X"))).title
    assert title == "Nothing is known of the 1 supplier upstream of B"
    some = draw_network(atlas_of(buys("B", "S", 0.5), buys("B", "T", 0.5), declares("T", "X"))).title
    assert some.endswith("; of 1 nothing is known")
    assert draw_network(atlas_of(declares("B", "X"))).title == "No supplier of B is known; it declares 1 smelter itself"
    alone = draw_network(atlas_of(company("B")))
    assert "No document says where the minerals of B come from" in alone.title
    assert "no all-clear" in alone.subtitle


def test_a_mineral_fades_the_rest_in_its_place() -> None:
    atlas = atlas_of(*GOLDEN, declares("B", "T", "tin"))
    placed = place_sites(atlas)
    tin = draw_network(atlas, "tin", placed)
    assert dots(tin.body) == len(atlas)
    assert "have no part in tin and are faded" in tin.subtitle
    assert "no part in this mineral" in [words for _, words in tin.legend]
    assert tin.sites == tuple(np.flatnonzero(atlas.layer("tin").present).tolist())
    assert "ribbon" not in tin.body
    assert draw_network(atlas, "tin").svg() == tin.svg()


def test_a_small_severe_dot_is_a_square() -> None:
    assert re.search(
        r'<path d="M[\d. ]+h[^"]*z" fill="#86123F" class="f-severe"/>', draw_network(atlas_of(*GOLDEN)).body
    )


@pytest.mark.parametrize("deep", [12, 60])
def test_many_tiers_fit(deep: int) -> None:
    said: list[Edge] = []
    for i in range(deep):
        said += [buys(f"C{i}", f"C{i + 1}", 0.9), declares(f"C{i}", f"X{i}")]
    atlas = atlas_of(*said, start="C0")
    placed = place_sites(atlas)
    assert len(placed.columns) == 14
    assert placed.columns[-2].words == ("Tier 12" if deep == 12 else "Tier 12 or deeper")
    assert sum(one.sites for one in placed.columns) == len(atlas)
    assert all(one.width > 40 for one in placed.columns)
    assert placed.columns[-1].x + placed.columns[-1].width <= WIDTH - MARGIN + 1e-6


@settings(max_examples=40, deadline=None)
@given(claims(cycles=True))
def test_every_site_has_a_dot_of_its_own_inside_the_frame(said: list[Edge]) -> None:
    case = case_of(graph=graph_of(*said))
    for start in case.graph.of_label("Company").tolist():
        atlas = Atlas(case, start)
        placed = place_sites(atlas)
        assert len({(x, y) for x, y in zip(placed.x.tolist(), placed.y.tolist(), strict=True)}) == len(atlas)
        assert (placed.x > 0).all()
        assert (placed.x < WIDTH).all()
        assert (placed.y > 0).all()
        assert (placed.y < HEIGHT).all()
        if len(atlas) > 1:
            assert all(dots(draw_network(atlas, one, placed).body) == len(atlas) for one in (ALL, *atlas.minerals))


def test_five_thousand_sites_fit_the_frame_and_the_budget() -> None:
    graph, brand = made_up(5_000)
    atlas = Atlas(case_for(graph), brand)
    placed = place_sites(atlas)
    picture = draw_network(atlas, ALL, placed)
    assert placed.y.max() + placed.pitch / 2 <= HEIGHT
    assert placed.x.max() <= WIDTH - MARGIN
    assert dots(picture.body) == len(atlas)
    assert len(placed.ribbons) == 60
    assert f"the 60 largest of {60 + placed.left_out:,} flows" in picture.subtitle
    assert len(picture.svg().encode()) < 350_000


def test_hostile_names_and_the_order_of_loading() -> None:
    name = '</script><img src=x onerror="alert(1)">' + "\u202e" + "名" * 500
    svg = draw_network(atlas_of(company("B", name), company("S1", name), *GOLDEN)).svg()
    ElementTree.fromstring(svg)
    assert "<img" not in svg
    assert "\u202e" not in svg
    assert draw_network(atlas_of(*GOLDEN)).svg() == draw_network(atlas_of(*reversed(GOLDEN))).svg()
