"""The path map: the finding in the title, who gates it, and that no path is no all-clear."""

from __future__ import annotations

import re
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from graphmap.maps.atlas import Atlas
from graphmap.maps.paths import choose, draw_paths
from graphmap.maps.svg import WIDTH, Picture
from graphmap.records import Edge, Node
from tests.chains import GOLDEN, assessed, case_of, country, located, whole
from tests.graphs import buys, company, declares, smelter


def atlas_of(*claims: Edge | Node, start: str = "B") -> Atlas:
    case = case_of(*claims)
    node = case.graph.node("Company", start)
    assert node is not None
    return Atlas(case, node)


def cards(atlas: Atlas, picture: Picture) -> dict[str, str]:
    """What a screen reader reads of each card, by id."""
    found = re.findall(r'class="site" data-i="(\d+)"[^>]*aria-label="([^"]*)"', picture.body)
    return {atlas.sites[int(number)].id: label for number, label in found}


def links(atlas: Atlas, picture: Picture) -> set[tuple[str, str]]:
    found = re.findall(r'class="link s-\w+" data-a="(\d+)" data-b="(\d+)"', picture.body)
    return {(atlas.sites[int(a)].id, atlas.sites[int(b)].id) for a, b in found}


def test_the_golden_chain() -> None:
    atlas = atlas_of(*GOLDEN)
    picture = draw_paths(atlas)
    assert picture.title == "1 smelter that is not accepted reaches B through 2 of its 2 direct suppliers"
    assert "2 paths lead to 1 such smelter." in picture.subtitle
    assert "Acting on SubB would cut every known path." in picture.subtitle
    assert set(cards(atlas, picture)) == {"B", "S1", "S2", "SubB", "Y"}
    assert links(atlas, picture) == {("B", "S1"), ("B", "S2"), ("S1", "SubB"), ("S2", "SubB"), ("SubB", "Y")}
    assert sorted(picture.sites) == [atlas.number[atlas.case.graph.node(*key)] for key in
                                     (("Company", "B"), ("Company", "S1"), ("Company", "S2"), ("Company", "SubB"),
                                      ("Smelter", "Y"))]  # fmt: skip
    assert picture.notes[-1] == atlas.basis


def test_a_card_says_what_there_is_to_say() -> None:
    atlas = atlas_of(
        *GOLDEN, declares("SubB", "Z"), assessed("Z", "Non-conformant"), located(smelter("Y"), country("TH"))
    )
    read = cards(atlas, draw_paths(atlas))
    assert read["Y"] == "Y, smelter, not accepted, gold, Thailand"
    assert read["Z"] == "Z, smelter, not accepted, gold, country unknown"
    assert read["B"].startswith("B, the company that the map starts from, exposed ")
    assert read["SubB"].startswith("SubB, supplier at tier 2, exposed ")
    assert read["SubB"].endswith("gateway to 2, act here")


def test_no_path_is_no_all_clear() -> None:
    # B ─0.6─ S ─── X (accepted), N (on no list); 0.4 unknown, and the list of S is open
    atlas = atlas_of(buys("B", "S", 0.6), declares("S", "X"), declares("S", "N"), assessed("X", "Conformant"))
    picture = draw_paths(atlas)
    assert picture.title == (
        "No path leads from B to a smelter known to be not accepted; that is no all-clear: of gold 1 of 2 smelters on "
        "no list and 60.0 % of unknown origin"
    )
    instead = "Drawn instead: the ways to smelters that are on no list, not judged or unidentified."
    assert picture.subtitle.startswith(instead)
    assert set(cards(atlas, picture)) == {"B", "S", "N"}


def test_without_an_assurance_list_nothing_is_judged() -> None:
    picture = draw_paths(atlas_of(buys("B", "S", 1.0), declares("S", "X")))
    assert picture.title == "Not judged: no assurance list was known on that date for the smelters of B"
    assert "Acting on" not in picture.subtitle
    assert "Smelters are not judged: no assurance list was known on that date." in picture.notes[-1]


@pytest.mark.parametrize("to", ["not-accepted", "unaccepted", "high-risk"])
def test_all_accepted_is_said_without_an_accusation(to: str) -> None:
    atlas = atlas_of(declares("B", "X"), assessed("X", "Conformant"), *whole("B"))
    picture = draw_paths(atlas, to=to)
    assert picture.title.startswith("No path leads from B to a smelter known to be ")
    assert "all-clear" not in picture.title
    assert picture.sites == ()
    assert "Nothing to draw" in picture.body


def test_the_group_that_was_asked_for_is_named() -> None:
    atlas = atlas_of(*GOLDEN, declares("B", "N"))
    assert draw_paths(atlas, to="any").title.startswith("3 smelters reach B")
    assert draw_paths(atlas, to="not-on-list").title.startswith("1 smelter that is on no list reaches B")
    missed = draw_paths(atlas, to="high-risk")
    assert "in or sourcing from an area of the lens" in missed.title
    assert "smelters that are not accepted, on no list, not judged or unidentified" in missed.subtitle


def test_what_the_start_brings_itself_no_other_company_can_cut() -> None:
    own = atlas_of(declares("B", "Y"), assessed("Y", "Non-conformant"))
    assert "B brings 1 smelter itself: no other company stands between." in draw_paths(own).subtitle
    both = atlas_of(*GOLDEN, declares("B", "Z"), assessed("Z", "Non-conformant"))
    assert (
        "Acting on SubB would cut every known path, but those to 1 smelter that B brings itself."
        in draw_paths(both).subtitle
    )


def test_a_declaration_that_a_supplier_explains_is_no_way_of_its_own() -> None:
    # S2 names Y too, which SubB brings to it
    atlas = atlas_of(*GOLDEN, declares("S2", "Y"))
    picture = draw_paths(atlas)
    assert ("S2", "Y") not in links(atlas, picture)
    assert "2 paths lead to 1 such smelter." in picture.subtitle


def test_a_chain_without_minerals_or_links() -> None:
    picture = draw_paths(atlas_of(company("B")))
    assert "No document says where the minerals of B come from" in picture.title
    assert "no all-clear" in picture.subtitle
    ElementTree.fromstring(picture.svg())


def test_circles_are_said() -> None:
    # B ─ S ⇄ T, each of which names one smelter
    atlas = atlas_of(
        buys("B", "S", 1.0), buys("S", "T", 0.5), buys("T", "S", 0.5), buys("B", "T", 0.1),
        declares("S", "X"), declares("T", "Y"), assessed("X", "Non-conformant"), assessed("Y", "Non-conformant"),
    )  # fmt: skip
    picture = draw_paths(atlas)
    drawn = links(atlas, picture)
    assert not {("S", "T"), ("T", "S")} <= drawn
    assert any("would close a circle of buyers" in note for note in picture.notes)


def test_thousands_of_risky_smelters_are_capped_and_counted() -> None:
    said: list[Edge] = []
    for i in range(200):
        said += [buys("B", f"S{i}", 0.005), declares(f"S{i}", f"X{i}"), assessed(f"X{i}", "Non-conformant")]
    picture = draw_paths(atlas_of(*said))
    assert picture.title.startswith("200 smelters that are not accepted reach B")
    assert "to 14 of these 200 smelters" in picture.subtitle
    assert len(picture.sites) <= 60


def chain(links: int) -> list[Edge]:
    said = [buys(f"C{i}", f"C{i + 1}", 0.9) for i in range(links - 1)]
    return [*said, declares(f"C{links - 1}", "X"), assessed("X", "Non-conformant")]


def test_cards_of_long_chains_do_not_overlap() -> None:
    picture = draw_paths(atlas_of(*chain(16), start="C0"))
    assert len(picture.sites) == 17
    spans = sorted(
        (float(x), float(width))
        for x, width in re.findall(r'<rect x="([\d.]+)" y="[\d.]+" width="([\d.]+)" height="40"', picture.body)
    )
    assert all(x + width < after for (x, width), (after, _) in pairwise(spans))
    assert spans[-1][0] + spans[-1][1] < WIDTH


def test_a_chain_that_is_too_long_to_draw_is_told() -> None:
    picture = draw_paths(atlas_of(*chain(30), start="C0"))
    assert picture.title.startswith("1 smelter that is not accepted reaches C0")
    assert "1 is longer than 16 steps and not drawn" in picture.subtitle
    assert picture.sites == ()


def test_hostile_names_are_text_and_leave_the_finding_whole() -> None:
    name = '</script><img src=x onerror="alert(1)">' + "\u202e" + "名" * 500
    for odd in (name, "شركة المعادن", "🔥 Metals 🔥", "a" * 500):
        atlas = atlas_of(company("B", odd), company("SubB", odd), smelter("Y", odd), *GOLDEN)
        picture = draw_paths(atlas)
        svg = picture.svg()
        ElementTree.fromstring(svg)
        assert "<img" not in svg
        assert "\u202e" not in svg
        assert picture.title.endswith("through 2 of its 2 direct suppliers")
        assert picture.subtitle.endswith("would cut every known path.")
        shown = " ".join(re.findall(r'font-size="21"[^>]*>([^<]*)<', svg))
        assert shown.endswith("direct suppliers")


def test_the_order_of_loading_does_not_show() -> None:
    assert draw_paths(atlas_of(*GOLDEN)).svg() == draw_paths(atlas_of(*reversed(GOLDEN))).svg()


def test_nothing_is_chosen_from_nothing() -> None:
    assert choose([]) == []
