"""The tier flow shows all of the purchases by mass, the unknown among them, in every column."""

from __future__ import annotations

import re
from collections import defaultdict
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings

from graphmap.analysis.case import Case
from graphmap.maps.atlas import ALL, Atlas
from graphmap.maps.flow import (
    ELSEWHERE,
    INSIDE,
    NO_SMELTER,
    NOT_JUDGED,
    NOT_KNOWN,
    NOWHERE,
    PERHAPS,
    Strand,
    draw_flow,
    find_strands,
    move_apart,
)
from graphmap.policy import STANDINGS, load_lens, load_policy
from graphmap.records import Edge, Node
from tests.chains import (
    GOLDEN,
    assessed,
    case_of,
    claims,
    country,
    fed_by,
    golden_case,
    located,
    mine,
    originates,
    region,
    whole,
)
from tests.graphs import buys, company, declares, graph_of, smelter

ACCEPTED, NOT_ACCEPTED, NOT_ON_LIST = (STANDINGS.index(name) for name in ("accepted", "not accepted", "not on list"))


def atlas_of(*said: Edge | Node, start: str = "B") -> Atlas:
    case = case_of(*said)
    node = case.graph.node("Company", start)
    assert node is not None
    return Atlas(case, node)


def mass(strands: tuple[Strand, ...], column: int) -> dict[int | str, float]:
    out: dict[int | str, float] = defaultdict(float)
    for one in strands:
        out[one.at(column)] += one.mass
    return {key: pytest.approx(value, abs=1e-9) for key, value in out.items()}


def test_the_golden_chain() -> None:
    case = golden_case()
    start = case.graph.node("Company", "B")
    assert start is not None
    strands = find_strands(Atlas(case, start), "gold")
    # X: 0.6 * 0.5 through SubA, (0.6 * 0.5 + 0.4) * 0.25 through SubB; Y: (0.6 * 0.5 + 0.4) * 0.75
    assert mass(strands, 2) == {ACCEPTED: 0.475, NOT_ACCEPTED: 0.525}
    assert mass(strands, 3) == {2: 1.0}
    assert mass(strands, 0) == {NOT_KNOWN: 1.0}
    assert mass(strands, 1) == {"gold": 1.0}


def test_a_smelter_enters_at_the_tier_that_brings_it() -> None:
    # B ─0.5─ S ─── X (accepted), and B names Y itself, which S does not bring
    atlas = atlas_of(buys("B", "S", 0.5), declares("S", "X"), declares("B", "X"), declares("B", "Y"), *whole("B", "S"))
    assert mass(find_strands(atlas), 3) == {1: 0.5, 0: 0.5}


def test_what_nobody_names_a_smelter_of_is_one_strand() -> None:
    # B ─0.5─ S (names no smelter), 0.3 to T ─── X, and 0.2 that no document gives
    known = (buys("B", "S", 0.5), buys("B", "T", 0.3), declares("T", "X"), *whole("T"))
    atlas = atlas_of(*known, assessed("Z", "Conformant"))
    strands = find_strands(atlas)
    assert {(one.standing, one.tier): one.mass for one in strands} == {
        (NOT_ON_LIST, 1): pytest.approx(0.3),
        (NO_SMELTER, NOWHERE): pytest.approx(0.7),
    }
    picture = draw_flow(atlas)
    assert picture.title.startswith("No part of the gold of B is known to come from smelters that are not accepted")
    assert "for 70.0 % nobody knows the smelter" in picture.title
    # Without an assurance list that would be no good news.
    assert draw_flow(atlas_of(*known)).title == (
        "Not judged: no assurance list on that date for the smelters of 30.0 % of the gold of B; for 70.0 % nobody "
        "knows the smelter"
    )


def test_a_circle_of_buyers_that_names_no_smelter_is_unknown() -> None:
    # B ─0.4─ C ⇄ D, which buy from each other only; 0.6 to X
    atlas = atlas_of(
        buys("B", "C", 0.4), buys("C", "D", 1.0), buys("D", "C", 1.0), buys("B", "S", 0.6), declares("S", "X"),
        *whole("S"), assessed("X", "Conformant"),
    )  # fmt: skip
    strands = find_strands(atlas)
    assert {(one.standing, one.tier): one.mass for one in strands} == {
        (ACCEPTED, 1): pytest.approx(0.6),
        (NO_SMELTER, NOWHERE): pytest.approx(0.4),
    }


def test_what_a_closed_list_places_ends_at_its_smelters() -> None:
    # S is silent, but B's closed list names X alone.
    strands = find_strands(atlas_of(buys("B", "S", 1.0), declares("B", "X"), *whole("B"), assessed("X", "Conformant")))
    assert [(one.standing, one.tier, one.mass) for one in strands] == [(ACCEPTED, 0, pytest.approx(1.0))]


@settings(max_examples=80, deadline=None)
@given(claims(cycles=True))
def test_all_of_the_mass_is_in_every_column(said: list[Edge]) -> None:
    case = case_of(graph=graph_of(*said))
    for start in case.graph.of_label("Company").tolist():
        atlas = Atlas(case, start)
        for mineral in (*atlas.minerals, *([ALL] if atlas.minerals else [])):
            strands = find_strands(atlas, mineral)
            assert sum(one.mass for one in strands) == pytest.approx(1.0, abs=1e-9)
            assert all(one.mass > 0 for one in strands)
        for mineral in atlas.minerals:  # each smelter gets what the case gives it
            chain = case.chain(mineral)
            place = chain.place(start)
            assert place is not None
            at_smelters, lost = case.mass(place, mineral)
            by_standing = mass(find_strands(atlas, mineral), 2)
            for code in range(len(STANDINGS)):
                expected = float(at_smelters[chain.companies :][case.standing(mineral) == code].sum())
                assert by_standing.get(code, pytest.approx(0.0, abs=1e-9)) == expected
            assert by_standing.get(NO_SMELTER, pytest.approx(0.0, abs=1e-9)) == lost


def test_minerals_count_alike() -> None:
    atlas = atlas_of(
        declares("B", "X", "gold"), declares("B", "T", "tin"), declares("B", "U", "tin"), *whole("B"),
        *whole("B", mineral="tin"), *(assessed(id_, "Non-conformant") for id_ in "XT"),
    )  # fmt: skip
    assert mass(find_strands(atlas), 1) == {"gold": 0.5, "tin": 0.5}
    picture = draw_flow(atlas)
    assert "Each of the 2 minerals is drawn as wide as any other" in picture.subtitle
    # A mean over minerals would be the figure of nothing: the worst is named, and each stands below.
    assert picture.title == (
        "100.0 % of the gold of B, the worst of its minerals, comes from smelters that are not accepted; all of that "
        "is named by the company itself"
    )
    assert "From smelters that are not accepted: 50.0 % of tin and 100.0 % of gold." in picture.subtitle


@pytest.mark.parametrize(
    ("said", "origin"),
    [
        ([], NOT_KNOWN),
        ([originates(smelter("X"), country("AU"))], ELSEWHERE),
        ([originates(smelter("X"), country("AU")), originates(smelter("X"), country("CD"))], INSIDE),
        ([fed_by("X", "M"), located(mine("M"), region("CD-NK"))], INSIDE),
        ([fed_by("X", "M")], NOT_KNOWN),
        ([fed_by("X", "M"), located(mine("M"), country("AU")), fed_by("X", "N")], NOT_KNOWN),
        ([fed_by("X", "M"), located(mine("M"), country("AU"))], ELSEWHERE),
        ([located(smelter("X"), country("CD"))], NOT_KNOWN),  # where it stands is not where its mineral comes from
    ],
)
def test_origins(said: list[Edge], origin: int) -> None:
    assert mass(find_strands(atlas_of(declares("B", "X"), *whole("B"), *said)), 0) == {origin: 1.0}


def test_an_origin_in_a_country_of_which_parts_are_listed_is_perhaps_in_an_area() -> None:
    listed = Edge("LISTED_BY", region("MM-11"), Node("AreaList", "cahra", "cahra"), "A1")
    said = (declares("B", "X"), *whole("B"), originates(smelter("X"), country("MM")))
    for more, origin in (((listed,), PERHAPS), ((), NOT_JUDGED)):
        case = Case(graph_of(*said, *more), policy=load_policy(), lens=load_lens("eu-2017-821"))
        start = case.graph.node("Company", "B")
        assert start is not None
        assert mass(find_strands(Atlas(case, start)), 0) == {origin: 1.0}


# ---- the picture ----------------------------------------------------------------------------------------------------


def test_the_title_is_the_finding() -> None:
    picture = draw_flow(atlas_of(*GOLDEN), "gold")
    finding = "35.0 % of the gold of B comes from smelters that are not accepted; all of that enters at tier 2"
    assert picture.title == finding
    assert picture.notes[-1].startswith("Drawn from 1 document")
    mixed = atlas_of(
        buys("B", "S", 0.5), buys("S", "T", 1.0), declares("B", "Y"), declares("T", "Z"), declares("S", "Y"),
        assessed("Y", "Non-conformant"), assessed("Z", "Non-conformant"),
    )  # fmt: skip
    assert "enters at tier" in draw_flow(mixed, "gold").title


def test_every_ribbon_can_be_read_and_reached() -> None:
    picture = draw_flow(atlas_of(*GOLDEN, declares("SubB", "Z")))
    root = ElementTree.fromstring(picture.svg())
    ribbons = [one for one in root.iter() if (one.get("class") or "").startswith("flow ")]
    assert len(ribbons) == 9
    for one in ribbons:
        assert re.fullmatch(r"flow f-(low|moderate|severe|unlisted|unknown)", one.get("class", ""))
        assert (one.get("tabindex"), one.get("role")) == ("-1", "img")
        assert one.get("aria-label") == one[0].text
    assert "Not on list" in picture.body


def test_hostile_names_and_nothing_at_all() -> None:
    name = '</script><img src=x onerror="alert(1)">' + "\u202e" + "名" * 500
    evil = company("B", name)
    picture = draw_flow(atlas_of(evil))
    assert "No document names a mineral" in picture.title
    svg = draw_flow(atlas_of(evil, declares("B", "X"))).svg()
    assert "<img" not in svg
    assert "\u202e" not in svg
    ElementTree.fromstring(svg)


def test_many_tiers_have_labels_that_do_not_overlap() -> None:
    said: list[Edge] = []
    for i in range(60):
        said += [buys(f"C{i}", f"C{i + 1}", 0.9), declares(f"C{i}", f"X{i}")]
    said.append(assessed("Z", "Conformant"))
    picture = draw_flow(atlas_of(*said, start="C0"))
    rows = defaultdict(list)
    for x, y in re.findall(r'<text x="([\d.]+)" y="([\d.]+)" font-size="12" ', picture.body):
        rows[x].append(float(y))
    for at in rows.values():
        gaps = [b - a for a, b in zip(sorted(at), sorted(at)[1:], strict=False)]
        assert all(gap >= 15.9 for gap in gaps)
        assert max(at) < picture.height
    assert "Tier 12 or deeper" in picture.body
    assert re.search(r"comes from smelters on no list; for .* nobody knows", picture.title), "that is no all-clear"


def test_the_order_of_loading_does_not_show() -> None:
    said = [*GOLDEN, fed_by("X", "M"), located(mine("M"), country("CD")), declares("B", "T", "tin")]
    assert draw_flow(atlas_of(*said)).svg() == draw_flow(atlas_of(*reversed(said))).svg()


def test_labels_move_apart_and_stay_inside() -> None:
    assert move_apart([5, 6, 7], 10, 0, 100) == [5, 15, 25]
    assert move_apart([95, 96, 97], 10, 0, 100) == [75, 85, 95]
    assert move_apart([], 10, 0, 100) == []
