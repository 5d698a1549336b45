"""What part of a company's purchases each link carries."""

from __future__ import annotations

import pytest

from tests.unit.small import Link, small


def test_missing_mass_goes_evenly_to_links_without_a_share() -> None:
    found = small([("B", "S", 0.4), ("B", "T", None), ("B", "U", None), ("S", "x", None)])
    assert found.by_link(found.shares.estimate) == pytest.approx(
        {("B", "S"): 0.4, ("B", "T"): 0.3, ("B", "U"): 0.3, ("S", "x"): 1.0}
    )
    assert found.by_name(found.shares.unknown) == {"B": 0, "S": 0, "T": 1, "U": 1, "x": 0}
    assert found.by_name(found.shares.missing) == pytest.approx({"B": 0.6, "S": 1, "T": 1, "U": 1, "x": 0})


def test_an_open_list_leaves_a_part_unknown() -> None:
    # B: two smelters of its own and the unknown share what S does not bring.
    links: list[Link] = [("B", "S", 0.4), ("B", "x", None), ("B", "y", None), ("S", "z", None)]
    found = small(links, whole="S")
    assert found.by_link(found.shares.estimate) == pytest.approx(
        {("B", "S"): 0.4, ("B", "x"): 0.2, ("B", "y"): 0.2, ("S", "z"): 1.0}
    )
    assert found.by_name(found.shares.unknown)["B"] == pytest.approx(0.2)
    # That B says its list is whole does not help: z is known and B does not name it.
    assert not found.by_name(small(links).shares.closed)["B"]
    assert found.by_name(small([*links, ("B", "z", None)]).shares.closed)["B"]


def test_an_unidentified_entry_is_the_unknown() -> None:
    links: list[Link] = [("B", "x", None), ("B", "v", None), ("B", "w", None)]
    found = small(links, unidentified="vw")
    assert found.by_link(found.shares.estimate) == {("B", "x"): 0.5, ("B", "v"): 0, ("B", "w"): 0}
    assert found.by_name(found.shares.unknown)["B"] == 0.5
    assert not found.shares.closed.any()
    alone = small([("B", "S", None), ("B", "v", None)], unidentified="v")  # B has declared something
    assert alone.by_name(alone.shares.unknown) == {"B": 0.5, "S": 1.0, "v": 0.0}


def test_a_company_that_declares_nothing_has_no_unknown_while_others_can_take_it() -> None:
    found = small([("B", "S", 0.4), ("B", "T", None), ("S", "x", None), ("T", "x", None)], whole="ST")
    assert found.by_name(found.shares.unknown) == {"B": 0, "S": 0, "T": 0, "x": 0}
    assert not found.by_name(found.shares.unknown_takes)["B"]


def test_a_link_without_a_share_gets_nothing_when_nothing_is_missing() -> None:
    found = small([("B", "S", 0.6), ("B", "T", 0.4), ("B", "x", None)])
    assert found.by_link(found.shares.estimate) == {("B", "S"): 0.6, ("B", "T"): 0.4, ("B", "x"): 0}
    assert found.by_name(found.shares.unknown)["B"] == 0


def test_missing_mass_without_a_link_to_carry_it_is_unknown() -> None:
    found = small([("B", "S", 0.6), ("B", "T", 0.1)])
    assert found.by_name(found.shares.unknown) == pytest.approx({"B": 0.3, "S": 1, "T": 1})


def test_shares_of_more_than_one_are_scaled() -> None:
    found = small([("B", "S", 0.9), ("B", "T", 0.6), ("B", "x", None)])
    assert found.by_link(found.shares.estimate) == pytest.approx({("B", "S"): 0.6, ("B", "T"): 0.4, ("B", "x"): 0})
    assert found.by_link(found.shares.scaled) == {("B", "S"): True, ("B", "T"): True, ("B", "x"): False}


@pytest.mark.parametrize(
    ("links", "explained"),
    [
        # B declares x and y, its supplier S declares x: x comes through S.
        ([("B", "S", None), ("B", "x", None), ("B", "y", None), ("S", "x", None)], {("B", "x")}),
        # However far up.
        ([("B", "S", None), ("S", "T", None), ("T", "x", None), ("B", "x", None)], {("B", "x")}),
        # Somebody else's supplier explains nothing.
        ([("B", "x", None), ("C", "S", None), ("S", "x", None)], set()),
        # Two that buy from each other do not explain each other.
        ([("A", "B", None), ("B", "A", None), ("A", "x", None), ("B", "x", None)], set()),
        # A supplier outside their circle does, for the one that buys from it.
        (
            [
                ("A", "B", None),
                ("B", "A", None),
                ("A", "x", None),
                ("B", "x", None),
                ("A", "S", None),
                ("S", "x", None),
            ],
            {("A", "x")},
        ),
        # Who buys from the circle has it explained by the circle.
        ([("C", "A", None), ("C", "x", None), ("A", "B", None), ("B", "A", None), ("B", "x", None)], {("C", "x")}),
    ],
)
def test_what_is_explained(links: list[Link], explained: set[tuple[str, str]]) -> None:
    found = small(links)
    assert {link for link, yes in found.by_link(found.shares.explained).items() if yes} == explained


def test_an_explained_smelter_gets_no_mass_of_its_own() -> None:
    found = small([("B", "S", None), ("B", "x", None), ("B", "y", None), ("S", "x", None)])
    shares = found.by_link(found.shares.estimate)
    assert (shares["B", "S"], shares["B", "x"], shares["B", "y"]) == (0.5, 0.0, 0.5)
    assert found.mass("B") == {"x": 0.5, "y": 0.5}


def test_explained_smelters_take_the_mass_that_nothing_else_can() -> None:
    found = small([("B", "S", 0.6), ("B", "x", None), ("B", "y", None), ("S", "x", None), ("S", "y", None)])
    shares = found.by_link(found.shares.estimate)
    assert (shares["B", "x"], shares["B", "y"]) == pytest.approx((0.2, 0.2))
    assert found.by_name(found.shares.unknown)["B"] == 0
    assert found.shares.ways.all()


def test_what_a_closed_list_places_is_carried_by_its_declarations() -> None:
    # T says nothing. B's closed list names x only, which S brings: what T leaves unknown must end at x as well.
    links: list[Link] = [("B", "S", 0.6), ("B", "T", 0.4), ("S", "x", None), ("B", "x", None)]
    found = small(links, whole="BS")
    assert found.by_link(found.shares.weight)["B", "x"] == pytest.approx(0.4)
    assert found.by_link(found.shares.ways)["B", "x"]
    assert (found.by_name(found.flow.placed)["B"], found.by_name(found.flow.unknown)["B"]) == pytest.approx((0.4, 0))
    open_ = small(links, whole="S")
    assert not open_.by_link(open_.shares.ways)["B", "x"]
    assert open_.by_name(open_.flow.unknown)["B"] == pytest.approx(0.4)
