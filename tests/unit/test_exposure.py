"""Exposure: estimate, interval, attribution, and the table of ratings."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from graphmap.analysis.case import Case
from graphmap.analysis.exposure import attribute, overall, rate
from graphmap.errors import NotFound
from graphmap.policy import load_lens, load_policy
from graphmap.records import Edge, Node
from tests.chains import assessed, case_of, golden_case, node_of, whole
from tests.graphs import answered, buys, company, declares, graph_of
from tests.unit.acceptance import (
    GOLDEN_ATTRIBUTION_OF_B,
    GOLDEN_EXPOSURE,
    GOLDEN_HAZARD,
    GOLDEN_LINKS,
    GOLDEN_SHARE_OF_B,
)
from tests.unit.small import UNKNOWN, small

# ---- estimate and interval --------------------------------------------------------------------------------------


def test_the_golden_chain() -> None:
    found = small([(tail, head.lower() if head in "XY" else head, share) for tail, head, share in GOLDEN_LINKS])
    hazard = {name.lower(): value for name, value in GOLDEN_HAZARD.items()}
    by_name = found.by_name(found.exposure(hazard).estimate)
    for name, expected in GOLDEN_EXPOSURE.items():
        assert by_name[name] == pytest.approx(expected, abs=1e-12)
    mass = found.mass("B")
    assert mass == pytest.approx({name.lower(): share for name, share in GOLDEN_SHARE_OF_B.items()}, abs=1e-12)
    for name, expected in GOLDEN_ATTRIBUTION_OF_B.items():
        assert mass[name.lower()] * hazard[name.lower()] == pytest.approx(expected, abs=1e-12)


def test_the_interval_gives_the_missing_mass_to_one_alone() -> None:
    ends = [("S", "z", None), ("T", "x", None), ("U", "y", None)]
    found = small([("B", "S", 0.4), ("B", "T", None), ("B", "U", None), *ends])
    exposure = found.exposure({"x": 0.1, "y": 0.9, "z": 0.5})
    b = found.place("B")
    assert exposure.estimate[b] == pytest.approx(0.4 * 0.5 + 0.3 * 0.1 + 0.3 * 0.9)
    assert exposure.low[b] == pytest.approx(0.4 * 0.5 + 0.6 * 0.1)
    assert exposure.high[b] == pytest.approx(0.4 * 0.5 + 0.6 * 0.9)


def test_what_is_unknown_never_counts_as_zero() -> None:
    found = small([("B", "S", 0.5), ("B", "T", 0.5), ("T", "x", None)])
    exposure = found.exposure({"x": 0.1})
    unknown, low, high = UNKNOWN.estimate, UNKNOWN.low, UNKNOWN.high
    assert found.by_name(exposure.estimate) == pytest.approx(
        {"B": 0.5 * unknown + 0.05, "S": unknown, "T": 0.1, "x": 0.1}
    )
    assert found.by_name(exposure.low) == pytest.approx({"B": 0.5 * low + 0.05, "S": low, "T": 0.1, "x": 0.1})
    assert found.by_name(exposure.high) == pytest.approx({"B": 0.5 * high + 0.05, "S": high, "T": 0.1, "x": 0.1})
    assert found.by_name(exposure.unknown) == {"B": 0.5, "S": 1.0, "T": 0.0, "x": 0.0}


def test_two_companies_that_buy_from_each_other() -> None:
    # A = 0.5 B + 0.5 x,  B = 0.5 A + 0.5 y  =>  A = (2 x + y) / 3
    found = small([("A", "B", 0.5), ("B", "A", 0.5), ("A", "x", 0.5), ("B", "y", 0.5)])
    exposure = found.by_name(found.exposure({"x": 0.9, "y": 0.3}).estimate)
    assert exposure["A"] == pytest.approx((2 * 0.9 + 0.3) / 3)
    assert exposure["B"] == pytest.approx((0.9 + 2 * 0.3) / 3)
    assert found.mass("A") == pytest.approx({"x": 2 / 3, "y": 1 / 3})
    mass, _ = found.flow.down(found.place("A"))
    assert mass[found.place("A")] == pytest.approx(4 / 3)  # once, and a quarter of it comes back, and so on


def test_a_circle_that_nothing_leaves_is_unknown() -> None:
    found = small([("C", "A", 0.5), ("C", "x", 0.5), ("A", "B", 1.0), ("B", "A", 1.0), ("B", "y", 0.0)], whole="")
    exposure = found.exposure({"x": 0.1, "y": 1.0})
    unknown = UNKNOWN.estimate
    assert found.by_name(exposure.estimate) == pytest.approx(
        {"A": unknown, "B": unknown, "C": 0.05 + 0.5 * unknown, "x": 0.1, "y": 1.0}
    )
    assert found.mass("C") == pytest.approx({"x": 0.5, "unknown": 0.5})
    assert found.mass("A") == {"unknown": 1.0}


def test_a_circle_that_nothing_leaves_ends_where_a_list_in_it_is_closed() -> None:
    # A and B buy all from each other; B's closed list names y, so all that goes round ends there.
    found = small([("C", "A", 1.0), ("A", "B", 1.0), ("B", "A", 1.0), ("B", "y", None)])
    exposure = found.exposure({"y": 0.3})
    for values in (exposure.estimate, exposure.low, exposure.high):
        assert found.by_name(values) == pytest.approx({"A": 0.3, "B": 0.3, "C": 0.3, "y": 0.3})
    assert found.mass("C") == {"y": 1.0}
    assert found.by_name(exposure.placed) == {"A": 0.0, "B": 1.0, "C": 0.0, "y": 0.0}


def test_a_circle_that_runs_into_a_caught_one() -> None:
    # A, B, C, D are one circle by their links; but D's link back carries nothing, so what reaches C and D stays.
    links = [("A", "B", 0.5), ("B", "A", 0.5), ("A", "x", 0.25), ("A", "C", 0.25), ("B", "x", 0.5)]
    found = small([*links, ("C", "D", 1.0), ("D", "C", 1.0), ("D", "A", 0.0)], whole="")
    a = found.by_name(found.exposure({"x": 0.1}).estimate)
    assert a["C"] == a["D"] == UNKNOWN.estimate
    assert a["A"] == pytest.approx(0.5 * a["B"] + 0.025 + 0.25 * UNKNOWN.estimate)
    assert found.mass("A") == pytest.approx({"x": 2 / 3, "unknown": 1 / 3})


def test_a_circle_that_is_all_but_closed_keeps_its_digits() -> None:
    leak = 1e-8
    found = small([("A", "B", 1.0), ("B", "A", 1 - leak), ("B", "x", 0.4 * leak), ("B", "y", 0.6 * leak)])
    assert found.exposure({"x": 1.0, "y": 0.0}).estimate[0] == pytest.approx(0.4, abs=1e-6)
    assert sum(found.mass("A").values()) == pytest.approx(1.0, abs=1e-9)
    closed = small([("A", "B", 1.0), ("B", "A", 1 - 1e-13), ("B", "x", 1e-13)], whole="")
    assert closed.exposure({"x": 0.0}).estimate[0] == UNKNOWN.estimate


def test_the_interval_in_a_circle() -> None:
    # Each has half of its purchases at a smelter of T's or U's and gives the other half to the other or to its own one.
    links = [("A", "T", 0.5), ("T", "x", None), ("B", "U", 0.5), ("U", "y", None)]
    found = small([*links, ("A", "B", None), ("B", "A", None), ("B", "z", None)], whole="TU")
    exposure = found.exposure({"x": 0.8, "y": 0.2, "z": 0.05})
    low, high = found.by_name(exposure.low), found.by_name(exposure.high)
    assert low["B"] == pytest.approx(0.05)  # widened to z, which no supplier brings
    assert low["A"] == pytest.approx(0.4 + 0.5 * 0.05)
    # Highest: B = 0.1 + 0.5 * unknown.high (its list is open), A = 0.4 + 0.5 B.
    assert high["B"] == pytest.approx(0.6)
    assert high["A"] == pytest.approx(0.4 + 0.5 * 0.6)


def test_a_spread_that_would_close_the_circle_leaves_all_of_it_unknown() -> None:
    # A and B can each give everything to the other, so that nothing is known of where it ends; but their lists are
    # closed and name x alone.
    links = [("A", "B", None), ("A", "x", None), ("B", "A", None), ("B", "x", None)]
    found = small(links)
    exposure = found.exposure({"x": 0.4})
    for values in (exposure.estimate, exposure.low, exposure.high):
        assert values[:2] == pytest.approx([0.4, 0.4])
    open_ = small(links, whole="").exposure({"x": 0.4})
    assert open_.low[:2] == pytest.approx([0.05, 0.05])
    assert open_.high[:2] == pytest.approx([1.0, 1.0])


def test_extremes_of_a_nearly_closed_circle_are_found_exactly() -> None:
    # A = 0.999 B + 0.001 x,  B = 0.999 A + 0.001 T (silent): rounds alone would take thousands.
    links = [("A", "B", 0.999), ("A", "S", 0.001), ("S", "x", None), ("B", "A", 0.999), ("B", "T", 0.001)]
    found = small(links)
    exposure = found.exposure({"x": 0.4})
    for end, worth in ((exposure.low, UNKNOWN.low), (exposure.high, UNKNOWN.high)):
        a = (0.001 * 0.4 + 0.999 * 0.001 * worth) / (1 - 0.999**2)
        assert found.by_name(end)["A"] == pytest.approx(a, abs=1e-10)


# ---- the worked cases of METHOD section 4 -----------------------------------------------------------------------


NO_GOLD = answered("S3", "cmrt:1", "No", "gold")
ONE = [
    buys("B", "S1", 0.3),
    buys("B", "S2"),
    NO_GOLD,
    declares("S1", "Good"),
    declares("S2", "Bad"),
    *whole("S1", "S2"),
]
SIX = [buys("B", "S1", 1.0), buys("S1", "S2", 1.0), declares("S1", "Good"), declares("B", "Bad"), *whole("B")]
EIGHT = [buys("B", "S1", 0.6), buys("B", "S2", 0.4), declares("S1", "Good"), declares("B", "Good"), *whole("S1")]
BOTH = [declares("B", "Good"), declares("B", "Bad"), declares("S1", "Good"), *whole("B", "S1")]


@pytest.mark.parametrize(
    ("claims", "estimate", "low", "high", "unknown", "placed"),
    [
        ([*ONE, buys("B", "S3", 0.4)], 0.475, 0.475, 0.475, 0, 0),
        ([*ONE, buys("B", "S3", 0.2, row="A5"), buys("B", "S3", 0.2, row="A6")], 0.475, 0.475, 0.475, 0, 0),
        ([*ONE, buys("B", "S3", 0.4), buys("B", "S3", row="A9")], 0.475, 0.475, 0.475, 0, 0),
        ([buys("B", "S1", 1.0), *BOTH], 0.05, 0.05, 0.90, 0, 0),
        ([buys("B", "S1", 0.4), buys("B", "S2", 0.6), *BOTH], 0.56, 0.05, 0.90, 0, 0.6),
        ([buys("B", "S1", 1.0)], 0.70, 0.05, 1.00, 1, 0),
        ([*SIX, *whole("S1")], 0.05, 0.05, 0.90, 0, 0),
        ([*SIX, answered("S1", "cmrt:6", "100%", "gold"), answered("S1", "cmrt:7", "No", "gold")],
         0.70, 0.05, 1.00, 1, 0),
        ([*EIGHT, *whole("B")], 0.05, 0.05, 0.05, 0, 0.4),
        ([*EIGHT, answered("B", "cmrt:7", "No", "gold")], 0.31, 0.05, 0.43, 0.4, 0),
        ([buys("B", "S1", 1.0), declares("S1", "Good")], 0.375, 0.05, 1.00, 0.5, 0),
        ([buys("B", "S1", 0.1), *BOTH], 0.815, 0.05, 0.90, 0, 0),
        ([buys("B", "A", 1.0), buys("A", "B", 1.0), declares("A", "Good"), *whole("A")], 0.05, 0.05, 0.05, 0, 0),
    ],
    ids=["1", "2", "2 with a role", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"],
)  # fmt: skip
def test_the_worked_cases(
    claims: list[Edge], estimate: float, low: float, high: float, unknown: float, placed: float
) -> None:
    judged = [assessed("Good", "Conformant"), assessed("Bad", "Non-conformant")]
    case = Case(graph_of(*claims, *judged), policy=load_policy(), lens=load_lens("us-1502"))
    row = rate(case, minerals=["gold"]).set_index("company").loc["B"]
    assert row[["exposure", "low", "high"]].tolist() == pytest.approx([estimate, low, high], abs=1e-12)
    assert row[["unknown", "placed_by_own_list"]].tolist() == pytest.approx([unknown, placed], abs=1e-12)


@pytest.mark.parametrize(
    "answers",
    [
        [answered("S1", "cmrt:7", "Yes", "gold")],  # the response rate is not given
        [answered("S1", "cmrt:6", "100%", "gold")],
        [answered("S1", "cmrt:6", "Greater than 90%", "gold"), answered("S1", "cmrt:7", "Yes", "gold")],
        [*whole("S1"), declares("S1", "unidentified:gold:S1")],
        [*whole("S1"), answered("S1", "cmrt:7", "No", "gold", row="Z9")],  # another document denies it
        [*whole("S1"), buys("S1", "T", 0.5), declares("T", "Bad")],  # T brings what S1 does not name
    ],
)
def test_what_keeps_a_list_open(answers: list[Edge]) -> None:
    case = case_of(buys("B", "S1", 1.0), declares("S1", "Good"), *answers)
    found, place = case.shares("gold"), case.chain("gold").place(node_of(case, "S1"))
    assert not found.closed[place]


def test_a_company_whose_purchases_are_all_without_the_mineral_has_none_itself() -> None:
    # B buys all from M, M all from N, and N has no gold. So M has none, nor has B.
    case = case_of(buys("B", "M", 1.0), buys("M", "N", 1.0), answered("N", "cmrt:1", "No", "gold"), declares("Z", "X"))
    chain = case.chain("gold")
    assert {case.graph.ids[int(chain.node[p])] for p in case.companies("gold").tolist()} == {"Z"}
    assert not len(chain.tail[chain.tail == chain.place(node_of(case, "B"))])


def test_no_assurance_list_is_no_accusation() -> None:
    # On that day nobody had judged X: its hazard can be anything.
    case = case_of(declares("B", "X"), *whole("B"))
    row = rate(case, minerals=["gold"]).iloc[0]
    assert row[["exposure", "low", "high"]].tolist() == pytest.approx([0.5, 0.05, 1.0])
    assert row[["not_judged", "not_on_list", "unknown"]].tolist() == [1, 0, 0]


# ---- attribution ------------------------------------------------------------------------------------------------


def test_the_attribution_of_the_golden_chain() -> None:
    case = golden_case()
    found = attribute(case, node_of(case, "B"), "gold")
    assert found.exposure == pytest.approx(0.54875)
    assert [(part.id, round(part.contribution, 12)) for part in found.by_smelter] == [("Y", 0.525), ("X", 0.02375)]
    assert [(part.kind, part.id, round(part.contribution, 12)) for part in found.by_supplier] == [
        ("supplier", "S2", 0.305),
        ("supplier", "S1", 0.24375),
    ]


def test_what_a_company_brings_itself_and_what_is_unknown_are_parts() -> None:
    claims = [buys("B", "S", 0.5), declares("B", "X"), assessed("X", "Conformant")]
    case = case_of(*claims)
    found = attribute(case, node_of(case, "B"), "gold")
    assert [(part.kind, part.id, part.mass, part.value) for part in found.by_supplier] == [
        ("supplier", "S", 0.5, 0.5),
        ("unknown", "", 0.25, 0.5),
        ("smelter", "X", 0.25, pytest.approx(0.05)),
    ]
    assert [(part.kind, part.mass, part.value) for part in found.by_smelter] == [
        ("unknown", 0.75, 0.5),
        ("smelter", 0.25, pytest.approx(0.05)),
    ]
    silent = attribute(case, node_of(case, "S"), "gold")
    assert [part.kind for part in (*silent.by_smelter, *silent.by_supplier)] == ["unknown", "unknown"]

    # A closed list says where the silent supplier's part ends: it is worth what the list names.
    case = case_of(*claims, *whole("B"))
    found = attribute(case, node_of(case, "B"), "gold")
    assert [(part.kind, part.mass, part.value) for part in found.by_supplier] == [
        ("supplier", 0.5, pytest.approx(0.05)),
        ("smelter", 0.5, pytest.approx(0.05)),
    ]
    assert [(part.id, part.mass) for part in found.by_smelter] == [("X", 1.0)]


def test_attribution_of_what_has_no_part() -> None:
    case = case_of(declares("B", "X"), declares("B", "Y", "tin"))
    with pytest.raises(NotFound, match="Y has no part in the chain of gold"):
        attribute(case, node_of(case, "Y"), "gold")


# ---- ratings ----------------------------------------------------------------------------------------------------


def rated(*claims: Edge | Node, lens: str = "us-1502") -> tuple[Case, pd.DataFrame]:
    case = Case(graph_of(*claims), policy=load_policy(), lens=load_lens(lens))
    return case, rate(case)


def test_one_row_per_company_and_mineral_the_most_exposed_first() -> None:
    _, table = rated(
        buys("B", "S"),
        buys("B", "T"),
        declares("S", "X"),
        declares("S", "Y", "tin"),
        assessed("X", "Conformant"),
        assessed("Y", "Non-conformant"),
        company("nobody's supplier"),
    )
    rows = [tuple(row) for row in table[["mineral", "company", "tier"]].itertuples(index=False)]
    assert rows == [
        ("tin", "S", 1), ("tin", "B", 0), ("tin", "T", 1), ("gold", "B", 0), ("gold", "S", 1), ("gold", "T", 1),
    ]  # fmt: skip
    gold = table[table.mineral == "gold"].set_index("company")
    assert gold.loc["S", ["smelters", "accepted", "not_accepted", "worst_smelter"]].tolist() == [1, 1, 0, "X"]
    assert gold.loc["T", ["smelters", "unknown", "worst_smelter"]].tolist() == [0, 1.0, ""]
    assert gold.loc["B", "unknown"] == 0.75  # T is silent, and the list of S is open
    assert math.isnan(gold.loc["T", "worst_hazard"])
    assert gold.loc["T", ["exposure", "evidence"]].tolist() == [load_policy().unknown.estimate, "D"]


def test_who_says_no_to_a_mineral_has_no_row_for_it() -> None:
    _, table = rated(
        buys("B", "S"),
        buys("B", "T"),
        declares("S", "X"),
        answered("T", "cmrt:1", "No", "gold"),
        answered("T", "cmrt:1", "Yes", "tin"),
        declares("B", "Z", "tin"),
    )
    assert sorted(table[table.mineral == "gold"].company) == ["B", "S"]
    assert sorted(table[table.mineral == "tin"].company) == ["B", "S", "T"]


def test_who_declares_a_mineral_but_nothing_else_has_a_row() -> None:
    _, table = rated(declares("B", "X"), answered("E", "cmrt:1", "Yes", "gold"))
    assert table.set_index("company").loc["E", ["unknown", "tier", "evidence"]].tolist() == [1.0, -1, "D"]


def test_spend_that_reaches_a_smelter_that_is_not_accepted() -> None:
    claims = [declares("S", "X"), declares("T", "Y"), assessed("X", "Conformant"), assessed("Y", "Non-conformant")]

    def part(*purchases: Edge) -> float:
        table = rated(*claims, *purchases)[1].set_index("company")
        return float(table.loc["B", "spend_reaching_not_accepted"])

    eur = {"currency": "EUR"}
    assert part(buys("B", "S", spend=30.0, **eur), buys("B", "T", spend=10.0, **eur)) == 0.25
    assert part(buys("B", "S", spend=30.0, **eur), buys("B", "T", **eur)) == 0.0
    assert math.isnan(part(buys("B", "S", spend=30.0, **eur), buys("B", "T", spend=10.0, currency="USD")))
    assert math.isnan(part(buys("B", "S"), buys("B", "T")))
    several = [buys("B", "S", spend=30.0, row="A2", **eur), buys("B", "S", spend=30.0, row="A3", **eur)]
    assert part(*several, buys("B", "T", spend=20.0, **eur)) == 0.25


def test_a_company_that_stands_on_the_list_itself() -> None:
    listed = Edge("LISTED_BY", company("S"), Node("AreaList", "own", "own"), "A1", "", {"level": "Sanctioned"})
    _, table = rated(buys("B", "S"), declares("S", "X"), listed, lens="own")
    assert table.set_index("company").listed.to_dict() == {"B": "", "S": "sanctioned"}


def test_minerals_outside_the_lens_are_rated_when_named() -> None:
    case, table = rated(declares("B", "X"), declares("B", "Y", "cobalt"))
    assert set(table.mineral) == {"gold"}
    assert set(rate(case, minerals=["cobalt", "gold"]).mineral) == {"cobalt", "gold"}
    assert len(rate(case, minerals=[])) == 0
    assert rate(case, minerals=[]).columns.tolist() == table.columns.tolist()


def test_over_minerals_spend_weighs_where_it_is_known() -> None:
    eur = {"currency": "EUR"}
    claims = [
        declares("S", "X"),
        declares("S", "Y", "tin"),
        assessed("X", "Conformant"),
        assessed("Y", "Non-conformant"),
    ]
    case, table = rated(
        *claims, buys("B", "S", None, "gold", spend=3.0, **eur), buys("B", "S", None, "tin", spend=1.0, **eur)
    )
    total = overall(case, table).set_index("company")
    gold, tin = (float(table[(table.company == "B") & (table.mineral == m)].exposure.iloc[0]) for m in ("gold", "tin"))
    assert total.loc["B", "exposure"] == pytest.approx((3 * gold + tin) / 4)
    assert total.loc["B", ["basis", "mineral", "minerals"]].tolist() == ["spend", "tin", 2]
    assert total.loc["S", ["exposure", "basis"]].tolist() == [pytest.approx(tin), "maximum"]

    half_known = rated(*claims, buys("B", "S", None, "gold", spend=3.0, **eur), buys("B", "S", None, "tin"))
    assert overall(*half_known).set_index("company").loc["B", "basis"] == "maximum"
    mixed = buys("B", "S", None, "gold", spend=3.0, **eur), buys("B", "S", None, "tin", spend=3.0, currency="USD")
    assert overall(*rated(*claims, *mixed)).set_index("company").loc["B", "basis"] == "maximum"


def test_nothing_to_rate() -> None:
    case, table = rated(company("A"))
    assert table.empty
    assert overall(case, table).empty
    assert len(rate(case, minerals=["gold"])) == 0
