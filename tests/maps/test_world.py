"""The world map: places, areas, origins, what is unknown, and that nothing is left out in silence."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphmap.analysis.case import Case
from graphmap.maps import world
from graphmap.maps.atlas import ALL, Atlas
from graphmap.maps.svg import WIDTH, Picture
from graphmap.maps.world import HEIGHT, draw_world
from graphmap.policy import load_lens
from graphmap.records import Edge, Node
from tests.chains import assessed, case_of, country, declares, fed_by, located, mine, node_of, originates, region
from tests.graphs import buys, company, smelter

SVG = "{http://www.w3.org/2000/svg}"


def atlas_of(*claims: Edge | Node, lens: str = "us-1502", others: tuple[str, ...] = ()) -> Atlas:
    case = case_of(*claims)
    seen = {name: Case(case.graph, policy=case.policy, lens=load_lens(name)) for name in {lens, *others}}
    main = case if lens == "us-1502" else seen[lens]
    return Atlas(main, node_of(main, "B"), lenses={name: seen[name] for name in others})


def listed(area: Node, name: str, level: str = "high-risk", mineral: str = "") -> Edge:
    return Edge("LISTED_BY", area, Node("AreaList", name, name), "A1", mineral, {"level": level})


def at(facility: Node, code: str, north: float, east: float) -> Edge:
    return Edge("LOCATED_IN", facility, country(code), "A1", "", {"latitude": north, "longitude": east})


def elements(picture: Picture | str, kind: str) -> list[ElementTree.Element]:
    """The elements of a picture of one class."""
    markup = picture if isinstance(picture, str) else picture.body
    tree = ElementTree.fromstring(f'<svg xmlns="http://www.w3.org/2000/svg">{markup}</svg>')
    return [one for one in tree.iter() if kind in one.get("class", "").split()]


def area(picture: Picture | str, code: str) -> ElementTree.Element:
    tree = ElementTree.fromstring(
        f'<svg xmlns="http://www.w3.org/2000/svg">{picture if isinstance(picture, str) else picture.body}</svg>'
    )
    (found,) = [one for one in tree.iter(f"{SVG}path") if code in one.get("data-code", "").split() and one.get("class")
                and "arc" not in one.get("class", "").split()]  # fmt: skip
    return found


def circle_of(mark: ElementTree.Element) -> tuple[float, float, float]:
    """Middle and radius of a round mark."""
    (circle,) = [one for one in mark.iter(f"{SVG}circle") if "g" in one.get("class", "").split()]
    x, y, r = (float(circle.get(name, "")) for name in ("cx", "cy", "r"))
    return x, y, r


#     B ── X in DR Congo      B ── Y in Switzerland, fed from Rwanda      B ── Z: nobody says
CHAIN = (
    declares("B", "X"),
    declares("B", "Y"),
    declares("B", "Z"),
    *(assessed(one, "Conformant") for one in "XYZ"),
    located(smelter("X"), country("CD")),
    at(smelter("Y"), "CH", 46.9, 7.4),
    fed_by("Y", "pit"),
    located(mine("pit"), country("RW")),
)


def test_title_counts_smelters_and_subtitle_tells_location_from_origin() -> None:
    picture = draw_world(atlas_of(*CHAIN))
    assert picture.title == "2 of 3 smelters upstream of B stand in or source from an area of lens us-1502"
    assert "1 is known to stand in an area and 1 to source from one" in picture.subtitle
    assert "Nobody says where the mineral of 2 of 3 smelters comes from." in picture.subtitle
    assert "1 smelter whose location is unknown stands at the bottom left." in picture.subtitle


def test_title_says_only_what_there_is() -> None:
    sources = draw_world(atlas_of(declares("B", "X"), originates(smelter("X"), country("CD"))))
    assert sources.title == "1 of 1 smelter upstream of B sources from an area of lens us-1502"
    stands = draw_world(atlas_of(declares("B", "X"), located(smelter("X"), country("CD"))), "gold")
    assert stands.title == "1 of 1 gold smelter upstream of B stands in an area of lens us-1502"


def test_nothing_known_is_no_all_clear() -> None:
    picture = draw_world(atlas_of(declares("B", "X"), declares("B", "Y"), originates(smelter("X"), country("PE"))))
    assert picture.title.startswith("None of 2 smelters upstream of B is known to stand in or source from an area")
    assert picture.title.endswith("; the origin of 1 is unknown")


def test_without_areas_nothing_is_judged() -> None:
    picture = draw_world(atlas_of(*CHAIN, lens="eu-2017-821"))
    assert picture.title == (
        "Lens eu-2017-821 has no areas loaded: location and origin of 3 smelters upstream of B are not judged"
    )
    assert "stand in" not in picture.subtitle
    assert not elements(picture, "area")
    assert [words for _, words in picture.legend if "origin" in words] == ["origin not judged"]


def test_no_smelter_and_no_link_at_all() -> None:
    picture = draw_world(atlas_of(buys("B", "S")))
    assert picture.title == "No smelter is known upstream of B"
    assert "no all-clear" in picture.subtitle
    assert picture.sites == ()
    assert len(elements(picture, "land")) > 200


def test_every_smelter_and_mine_has_a_mark_within_the_frame() -> None:
    picture = draw_world(atlas_of(*CHAIN))
    drawn = [int(one.get("data-i", "")) for one in elements(picture, "site")]
    assert sorted(drawn) == sorted(picture.sites)
    assert len(drawn) == 4
    for one in elements(picture, "g"):
        x, y = float(one.get("cx", "")), float(one.get("cy", ""))
        assert 0 < x < WIDTH
        assert 0 < y < HEIGHT


def test_coordinates_are_exact_and_a_country_is_approximate() -> None:
    atlas = atlas_of(*CHAIN)
    number = {site.id: site.number for site in atlas.sites}
    by = {int(one.get("data-i", "")): one for one in elements(draw_world(atlas), "site")}
    assert by[number["X"]].get("stroke-dasharray")
    assert "approximate" in by[number["X"]].get("aria-label", "")
    assert not by[number["Y"]].get("stroke-dasharray")
    x, y, _ = circle_of(by[number["Y"]])
    home = world.find_land(None).on_map(7.4, 46.9)
    assert home is not None
    assert (x, y) == pytest.approx(home, abs=0.06)


def test_the_ring_marks_what_is_in_or_from_an_area() -> None:
    atlas = atlas_of(*CHAIN)
    number = {site.id: site.number for site in atlas.sites}
    ringed = {
        int(mark.get("data-i", ""))
        for mark in elements(draw_world(atlas), "site")
        if any("ring" in one.get("class", "").split() for one in mark)
    }
    assert ringed == {number["X"], number["Y"]}


def test_an_area_names_its_code_level_and_lens() -> None:
    congo = area(draw_world(atlas_of(*CHAIN)), "CD")
    assert congo.get("class") == "land area"
    assert congo.get("data-lens") == "us-1502"
    assert congo.findtext(f"{SVG}title") == "DR Congo: covered (lens us-1502)"


def test_provinces_are_tinted_and_their_country_is_not() -> None:
    claims = (*CHAIN, listed(region("CD-NK"), "own"), listed(region("CD-IT"), "own"), listed(country("UG"), "own"))
    picture = draw_world(atlas_of(*claims, lens="own"))
    assert area(picture, "CD").get("class") == "land"
    assert area(picture, "UG").get("class") == "land area"
    kivu = area(picture, "CD-NK")
    assert kivu.get("class") == "area"
    assert kivu.findtext(f"{SVG}title") == "Nord-Kivu, DR Congo: high risk (lens own)"
    assert "perhaps" not in picture.title
    assert "1 more may: of their country only parts are listed" in picture.subtitle


def test_a_province_without_a_shape_is_outlined_and_counted() -> None:
    picture = draw_world(atlas_of(*CHAIN, listed(region("CD-IT"), "own"), listed(region("CH-ZH"), "own"), lens="own"))
    around = area(picture, "CD-IT")
    assert around.get("class") == "area-part"
    assert around.get("fill") == "none"
    assert area(picture, "CH").get("class") == "land area-part"
    (note,) = [note for note in picture.notes if "no shape in the boundaries" in note]
    assert note.startswith("2 listed regions")
    assert "Ituri, DR Congo" in note


def test_former_province_is_tinted_when_all_of_it_is_listed() -> None:
    claims = [listed(region(code), "own") for code in ("CD-BU", "CD-HU", "CD-IT", "CD-TO")]
    picture = draw_world(atlas_of(*CHAIN, *claims, lens="own"))
    assert area(picture, "CD-IT").get("class") == "area"
    assert any(note.startswith("4 listed regions drawn together") for note in picture.notes)


def test_a_level_is_the_highest_over_the_minerals_and_partial_minerals_are_told() -> None:
    #  B ── X (gold), B ── Y (tin); CD-NK is listed for tin alone, CD-SK for both at different levels
    claims = (
        declares("B", "X", "gold"),
        declares("B", "Y", "tin"),
        listed(region("CD-NK"), "own", mineral="tin"),
        listed(region("CD-SK"), "own", "high-risk", "gold"),
        listed(region("CD-SK"), "own", "conflict-affected", "tin"),
    )
    atlas = atlas_of(*claims, lens="own")
    both = draw_world(atlas)
    assert area(both, "CD-NK").get("data-minerals") == "tin"
    assert area(both, "CD-SK").get("data-minerals") is None
    values = atlas.case.policy.facility_value
    worse = max(("high risk", "conflict affected"), key=lambda level: (values[level], level))
    assert area(both, "CD-SK").findtext(f"{SVG}title") == f"Sud-Kivu, DR Congo: {worse} (lens own)"
    assert not [one for one in elements(draw_world(atlas, "gold"), "area") if one.get("data-code") == "CD-NK"]


def test_other_lenses_are_in_the_file_and_no_code_twice() -> None:
    claims = (*CHAIN, listed(region("CD-NK"), "own"), listed(country("PE"), "own"), listed(country("CD"), "own"))
    picture = draw_world(atlas_of(*claims, others=("own",)))
    kivu = area(picture, "CD-NK")
    assert kivu.get("class") == "area other"
    assert kivu.get("display") == "none"
    assert kivu.get("data-lens") == "own"
    assert area(picture, "PE").get("class") == "land other"  # land stays visible
    assert area(picture, "PE").get("display") is None
    assert area(picture, "CD").get("data-lens") == "us-1502 own"
    codes = [one.get("data-code") for one in elements(picture, "land") if one.get("data-code")]
    assert max(Counter(codes).values()) == 1


def test_what_one_lens_lists_whole_another_outlines() -> None:
    claims = [listed(region(code), "cahra", "conflict-affected") for code in ("CD-BU", "CD-HU", "CD-IT", "CD-TO")]
    atlas = atlas_of(*CHAIN, *claims, listed(region("CD-IT"), "own"), lens="own", others=("eu-2017-821",))
    group = area(draw_world(atlas), "CD-IT")
    assert (group.get("class"), group.get("display")) == ("area-part", None)
    assert (group.get("data-lens"), group.get("data-part")) == ("eu-2017-821", "own")


def test_arcs_tell_origin_in_an_area_from_elsewhere() -> None:
    picture = draw_world(atlas_of(*CHAIN, originates(smelter("X"), country("PE"))))
    by = {one.get("data-code"): one.get("class") for one in elements(picture, "arc")}
    assert by == {"RW": "arc in", "PE": "arc s-neutral"}
    assert "(all 2)" in picture.subtitle


def test_an_origin_of_which_only_parts_are_listed_is_no_accusation() -> None:
    claims = [declares("B", "X"), located(smelter("X"), country("CH")), originates(smelter("X"), country("CO"))]
    picture = draw_world(atlas_of(*claims, listed(region("CO-CHO"), "own"), lens="own"))
    assert [one.get("class") for one in elements(picture, "arc")] == ["arc maybe"]
    assert not elements(picture, "ring")
    assert picture.title.startswith("None of 1 smelter")
    assert "1 more may" in picture.subtitle


def test_a_mineral_without_areas_is_said_to_be_not_judged() -> None:
    claims = [declares("B", "X", "gold"), declares("B", "Y", "tin"), originates(smelter("Y"), country("CD"))]
    atlas = atlas_of(*claims, listed(country("CD"), "own", mineral="tin"), lens="own")
    assert draw_world(atlas).title == "1 of 2 smelters upstream of B sources from an area of lens own (gold not judged)"
    assert "not judged" in draw_world(atlas, "gold").title


def test_a_smelter_named_on_the_list_is_told_apart() -> None:
    picture = draw_world(atlas_of(declares("B", "X"), listed(smelter("X"), "own"), lens="own"))
    assert picture.title == "1 of 1 smelter upstream of B is named on the list of lens own"
    assert len(elements(picture, "ring")) == 1


def test_a_region_of_origin_takes_the_place_of_its_country() -> None:
    atlas = atlas_of(
        declares("B", "X"),
        located(smelter("X"), country("CH")),
        originates(smelter("X"), country("CD")),
        originates(smelter("X"), region("CD-NK")),
    )
    assert [one.get("data-code") for one in elements(draw_world(atlas), "arc")] == ["CD-NK"]


def test_origins_without_an_arc_are_counted() -> None:
    picture = draw_world(
        atlas_of(
            declares("B", "X"),
            declares("B", "Y"),
            located(smelter("X"), country("PE")),
            originates(smelter("X"), country("PE")),
            originates(smelter("Y"), country("CD")),
        )
    )
    assert not elements(picture, "arc")
    (note,) = [note for note in picture.notes if note.startswith("Without an arc")]
    assert "1 because origin and smelter lie side by side, 1 because one of them has no place" in note


def crowd(many: int, code: str = "CN") -> list[Edge]:
    out = []
    for i in range(many):
        out += [declares("B", f"X{i}"), located(smelter(f"X{i}"), country(code))]
        out += [originates(smelter(f"X{i}"), country("CD")), assessed(f"X{i}", "Non-conformant" if i % 2 else "Active")]
    return out


def test_crowded_marks_stand_apart_worst_in_the_middle_and_a_note_says_so() -> None:
    picture = draw_world(atlas_of(*crowd(120)))
    circles = []
    for mark in elements(picture, "site"):
        (ring,) = [one for one in mark if "ring" in one.get("class", "").split()]
        circles.append(tuple(float(ring.get(name, "")) for name in ("cx", "cy", "r")))
    assert len(circles) == 120
    for i, (x, y, r) in enumerate(circles):
        assert all((x - u) ** 2 + (y - v) ** 2 >= (r + s - 0.1) ** 2 for u, v, s in circles[:i])
    assert any(note.startswith("119 marks moved apart") for note in picture.notes)
    assert "(40 of 120, of the highest hazard)" in picture.subtitle
    assert len(elements(picture, "arc")) == 40
    centre = world.find_land(None).place("CN")
    assert centre is not None
    worst = next(mark for mark in reversed(elements(picture, "site")))  # drawn last, on top
    assert "not accepted" in worst.get("aria-label", "")


def boxes(picture: Picture) -> list[tuple[float, float, float, float]]:
    out = []
    for one in elements(picture, "card"):
        if one.tag == f"{SVG}rect":
            x, y, w, h = (float(one.get(name, "")) for name in ("x", "y", "width", "height"))
            out.append((x, y, x + w, y + h))
    return out


def test_call_outs_cover_neither_marks_nor_each_other() -> None:
    claims = [one for code in ("CN", "JP", "KR", "TH", "MY", "ID", "PH") for one in crowd(3, code)]
    claims = [*crowd(30, "CN"), *claims, located(company("B"), country("JP"))]
    for i, code in enumerate(("JP", "KR", "TW", "VN", "MY", "RW", "BI", "CD")):
        claims += [
            declares("B", f"Q{i}"),
            located(smelter(f"Q{i}"), country(code)),
            assessed(f"Q{i}", "Non-conformant"),
        ]
    picture = draw_world(atlas_of(*claims))
    found = boxes(picture)
    assert 3 <= len(found) <= 6  # the start has one too
    for i, (left, top, right, bottom) in enumerate(found):
        assert left >= 0
        assert right <= WIDTH
        for a, b, c, d in found[:i]:
            assert right <= a or c <= left or bottom <= b or d <= top
        for mark in elements(picture, "site"):
            for one in mark.iter(f"{SVG}circle"):
                x, y = float(one.get("cx", "")), float(one.get("cy", ""))
                assert not (left < x < right and top < y < bottom)


def test_what_has_no_place_is_listed_and_the_cut_is_told() -> None:
    picture = draw_world(atlas_of(*[declares("B", f"X{i}") for i in range(75)]))
    assert len(picture.sites) == 60
    assert "location unknown (75): 60, and 15 more" in picture.body
    assert "75 smelters whose location is unknown stand (60 of them drawn) at the bottom left" in picture.subtitle


def test_a_place_beyond_the_map_is_not_dropped() -> None:
    picture = draw_world(atlas_of(declares("B", "X"), located(smelter("X"), country("AQ"))))
    assert len(picture.sites) == 1
    assert "unknown or not on this map" in picture.subtitle


def test_many_mines_are_drawn_together_and_a_note_says_so() -> None:
    claims = [declares("B", "X"), located(smelter("X"), country("CH"))]
    for i in range(230):
        claims += [fed_by("X", f"pit{i}"), located(mine(f"pit{i}"), country("BR" if i % 2 else "RW"))]
    picture = draw_world(atlas_of(*claims))
    assert len(elements(picture, "site")) == 1
    assert sum(one.get("d", "").count("m0") for one in elements(picture, "mine")) == 230
    assert any("230 mines are drawn as crosses" in note for note in picture.notes)


def test_the_land_comes_first_and_is_the_same_for_every_mineral() -> None:
    """The page embeds it once, and cuts where the marks begin."""
    atlas = atlas_of(*CHAIN)
    base, marks, _ = draw_world(atlas).body.partition('<g class="marks">')
    assert marks
    assert (base.startswith('<g class="base" '), base.endswith("</g>")) == (True, True)
    for mineral in atlas.minerals:
        assert draw_world(atlas, mineral).body.startswith(base + marks)


def test_hostile_names_stay_text() -> None:
    evil = '"><script>alert(1)</script><img src=x onerror=alert(1)>\u202e' + "W" * 500
    atlas = atlas_of(
        Edge("DECLARES", company("B", evil), smelter("X", evil), "A1", "gold"),
        Edge("LOCATED_IN", company("B", evil), country("US"), "A1"),
        Edge("LOCATED_IN", smelter("X", evil), country("CD"), "A1"),
        Edge("LISTED_BY", country("CD"), Node("AreaList", "own", "own"), "A1", "", {"level": evil}),
        others=("own",),
    )
    picture = draw_world(atlas)
    tree = ElementTree.fromstring(picture.svg())
    assert not {one.tag for one in tree.iter()} & {f"{SVG}script", f"{SVG}img"}
    assert not [name for one in tree.iter() for name in one.attrib if name.startswith("on")]
    assert "\u202e" not in picture.svg()


def test_same_input_same_bytes_and_size_within_budget() -> None:
    first, second = (draw_world(atlas_of(*crowd(100))).svg() for _ in range(2))
    assert first == second
    assert len(first) < 420_000


def test_boundaries_of_ones_own(tmp_path: Path) -> None:
    ring = [[-10, -10], [10, -10], [10, 10], [-10, 10], [-10, -10]]
    feature = {
        "type": "Feature",
        "properties": {"ISO_A2": "CD", "name": "Here"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    path = tmp_path / "own.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    picture = draw_world(atlas_of(*CHAIN), boundaries=path)
    assert [one.get("data-code") for one in elements(picture, "land")] == ["CD"]
    assert any("the file that was given" in note for note in picture.notes)
    (missing,) = [note for note in picture.notes if "not in the boundaries" in note]
    assert missing.startswith("9 listed areas")


def test_foot_says_projection_borders_and_basis() -> None:
    atlas = atlas_of(*CHAIN)
    notes = draw_world(atlas).notes
    assert "Equal Earth" in notes[0]
    assert "no opinion on the status" in notes[0]
    assert notes[-1] == atlas.basis


PLACES = ["CN", "CD", "RW", "BI", "CH", "AQ"]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(PLACES), st.booleans(), st.booleans()), max_size=12))
def test_every_site_is_drawn_or_counted(sites: list[tuple[str, bool, bool]]) -> None:
    claims: list[Edge] = [buys("B", "S")]
    for i, (code, placed, sourced) in enumerate(sites):
        claims += [declares("S", f"X{i}")]
        claims += [located(smelter(f"X{i}"), country(code))] * placed
        claims += [originates(smelter(f"X{i}"), country("CD"))] * sourced
    atlas = atlas_of(*claims)
    picture = draw_world(atlas, ALL)
    assert len(elements(picture, "site")) == len(picture.sites) == len(sites)
    if sites:
        assert re.search(rf"\b{len(sites)} smelters? upstream of B", picture.title)
    high = sum(sourced or (placed and code in ("CD", "RW", "BI")) for code, placed, sourced in sites)
    assert picture.title.startswith(f"{high} of" if high else "None of" if sites else "No smelter")
