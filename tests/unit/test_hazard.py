"""Hazard: the noisy-OR, its explanation, and where the areas of a lens meet a smelter."""

from __future__ import annotations

import csv
import dataclasses
import math
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphmap import places
from graphmap.analysis.case import Case
from graphmap.analysis.hazard import explain, noisy_or, terms
from graphmap.errors import NotFound
from graphmap.graph import SupplyGraph
from graphmap.policy import Lens, Policy, load_lens, load_policy
from graphmap.records import Edge, Node
from tests.chains import assessed, country, fed_by, located, mine, originates, region
from tests.graphs import PLAIN, company, declares, graph_of, smelter
from tests.unit.acceptance import (
    NOISY_OR,
    NOISY_OR_INHIBITION,
    NOISY_OR_LEAK,
    NOISY_OR_LEAK_TERMS,
    NOISY_OR_WITH_LEAK,
)

X = smelter("X")

# ---- the noisy-OR -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("cold", "flu", "malaria", "fever"), NOISY_OR)
def test_the_published_table(cold: int, flu: int, malaria: int, fever: float) -> None:
    present = {"cold": cold, "flu": flu, "malaria": malaria}
    causes = np.array([[present[name] * (1 - q)] for name, q in NOISY_OR_INHIBITION.items()])
    assert noisy_or(causes)[0] == pytest.approx(fever, abs=1e-12)


@pytest.mark.parametrize(("first", "second", "probability"), NOISY_OR_WITH_LEAK)
def test_a_leak_is_a_term_that_is_always_there(first: int, second: int, probability: float) -> None:
    causes = np.array([[NOISY_OR_LEAK], [first * NOISY_OR_LEAK_TERMS[0]], [second * NOISY_OR_LEAK_TERMS[1]]])
    assert noisy_or(causes)[0] == pytest.approx(probability, abs=1e-12)


def test_the_explanation_by_hand() -> None:
    assert explain([0.5, 0.75]) == pytest.approx([1 / 3, 2 / 3])
    assert explain([0.5, 0.0]) == [1.0, 0.0]
    assert explain([1.0, 0.9, 1.0]) == [0.5, 0.0, 0.5]
    assert explain([0.0, 0.0]) == [0.0, 0.0]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_the_explanation_adds_up(values: list[float]) -> None:
    parts = explain(values)
    assert all(part >= 0 for part in parts)
    assert sum(parts) == pytest.approx(1.0 if any(values) else 0.0)
    hazard = float(noisy_or(np.array(values)))
    assert max(values) - 1e-12 <= hazard <= 1
    if 1e-6 < hazard < 1 - 1e-6:  # beyond, ln(1 - h) itself has no digits left
        for value, part in zip(values, parts, strict=True):
            assert part == pytest.approx(math.log1p(-value) / math.log1p(-hazard), rel=1e-6)


# ---- terms ------------------------------------------------------------------------------------------------------


def listed(node: Node, level: str = "", of: str = "cahra", mineral: str = "") -> Edge:
    return Edge("LISTED_BY", node, Node("AreaList", of, of), f"list {node.id}", mineral, {"level": level})


def flagged(node: Node, risk: int) -> Edge:
    return Edge("FLAGGED", node, Node("Risk", f"annex-ii:{risk}", ""), "F1")


def case(*claims: Edge, lens: str | Lens = "eu-2017-821", on: date | None = None, policy: Policy | None = None) -> Case:
    """X is declared for gold and accepted."""
    graph = graph_of(declares("B", "X"), assessed("X", "Conformant"), *claims)
    lens = lens if isinstance(lens, Lens) else load_lens(lens)
    return Case(graph, policy=policy or load_policy(), lens=lens, as_of=on)


def values(case: Case, mineral: str = "gold") -> dict[str, float]:
    node = case.graph.node("Smelter", "X")
    assert node is not None
    return {term.name: term.value for term in terms(case, node, mineral)}


POLICY = load_policy()
FACILITY, ORIGIN = POLICY.facility_value, POLICY.origin_value


def test_the_terms_make_the_hazard() -> None:
    found = case(located(X, country("BI")), listed(country("BI"), "high-risk"), flagged(X, 2))
    expected = {"standing": 0.05, "facility": FACILITY["high risk"], "annex-ii:2": 0.9}
    assert values(found) == expected
    hazard = 1 - (1 - 0.05) * (1 - FACILITY["high risk"]) * (1 - 0.9)
    assert found.hazard("gold").tolist() == pytest.approx([hazard])
    node = found.graph.node("Smelter", "X")
    assert sum(term.explains for term in terms(found, node or 0, "gold")) == pytest.approx(1)


def test_terms_tell_where_it_stands() -> None:
    found = case(located(X, region("CD-NK")), listed(region("CD-NK"), "conflict-affected"))
    standing, facility = terms(found, found.graph.node("Smelter", "X") or 0, "gold")
    assert (standing.says, [receipt.row for receipt in standing.receipts]) == ("accepted", ["A1"])
    assert facility.says == "stands in Nord-Kivu, DR Congo (conflict affected)"
    assert [receipt.row for receipt in facility.receipts] == ["A1", "list CD-NK"]


def test_the_constants_of_a_lens_are_a_receipt_too() -> None:
    found = case(located(X, country("RW")), lens="us-1502")
    term = terms(found, found.graph.node("Smelter", "X") or 0, "gold")[1]
    assert (term.name, term.says, term.value) == ("facility", "stands in Rwanda (covered)", FACILITY["covered"])
    assert [receipt.file for receipt in term.receipts] == ["test.csv", "us-1502.lens.toml"]


def test_an_overdue_assessment_is_a_term() -> None:
    found = values(case(on=date(2030, 1, 1)))
    assert found == {"standing": POLICY.standing_value["in progress"], "overdue": POLICY.overdue_value}


@pytest.mark.parametrize(
    ("code", "areas", "value", "high_risk"),
    [
        ("CD-NK", {"CD-NK": "high-risk"}, FACILITY["high risk"], True),
        ("CD-NK", {"CD-SK": "high-risk"}, 0.0, False),
        ("CD-NK", {"CD": "high-risk"}, FACILITY["high risk"], True),
        ("CD-NK", {"CD": "high-risk", "CD-NK": "conflict-affected"}, FACILITY["conflict affected"], True),
        ("CD", {"CD": "conflict-affected"}, FACILITY["conflict affected"], True),
        ("CD", {"CD-NK": "conflict-affected"}, FACILITY["possible"], False),
        ("CD", {"RW": "conflict-affected"}, 0.0, False),
        ("CD", {}, 0.0, False),
        ("CD", {"CD": "of our own making"}, FACILITY["listed"], True),
        ("CD", {"CD": ""}, FACILITY["listed"], True),
    ],
)
def test_where_a_facility_stands(code: str, areas: dict[str, str], value: float, high_risk: bool) -> None:
    def area(code: str) -> Node:
        return region(code) if "-" in code else country(code)

    found = case(located(X, area(code)), *(listed(area(code), level) for code, level in areas.items()))
    assert values(found).get("facility", 0.0) == value
    assert found.high_risk("gold").tolist() == [high_risk]


def test_a_country_all_of_whose_regions_are_listed_is_in_at_the_lowest_level() -> None:
    provinces = sorted(places.regions_of("BI"))
    claims = [listed(region(code), "conflict-affected") for code in provinces[1:]]
    claims.append(listed(region(provinces[0]), "high-risk"))
    whole = case(located(X, country("BI")), *claims)
    assert values(whole)["facility"] == FACILITY["high risk"]
    assert whole.high_risk("gold").all()
    assert values(case(located(X, country("BI")), *claims[1:]))["facility"] == FACILITY["possible"]


def test_a_region_says_more_than_its_country() -> None:
    claims = located(X, country("CD")), located(X, region("CD-KN")), listed(region("CD-NK"), "high-risk")
    assert "facility" not in values(case(*claims))
    elsewhere = located(X, country("BI")), listed(country("BI"), "high-risk")
    assert values(case(*claims, *elsewhere))["facility"] == FACILITY["high risk"]


def test_a_part_of_a_region_may_be_listed_alone() -> None:
    assert places.parent_of("GB-LND") == "GB-ENG"
    city, around = listed(region("GB-LND"), "high-risk"), listed(region("GB-ENG"), "high-risk")
    assert values(case(located(X, region("GB-ENG")), city))["facility"] == FACILITY["possible"]
    assert values(case(located(X, region("GB-LND")), around))["facility"] == FACILITY["high risk"]
    assert values(case(located(X, country("GB")), city))["facility"] == FACILITY["possible"]


def test_the_covered_countries_and_the_cahra_list_of_june_2026_share_four(shared: Path) -> None:
    with (shared / "field" / "acceptance" / "cahra_2026-06.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    areas = {row["region_code"]: region(row["region_code"]) for row in rows if row["region_code"]}
    areas |= {row["iso2"]: country(row["iso2"]) for row in rows if not row["region_code"]}
    codes = sorted({row["iso2"] for row in rows} | load_lens("us-1502").areas.keys())
    claims = [located(smelter(f"X{code}"), country(code)) for code in codes]
    claims += [declares("B", f"X{code}") for code in codes] + [listed(area, "high-risk") for area in areas.values()]

    def high_risk(lens: str) -> set[str]:
        found = case(*claims, lens=lens)
        nodes = found.smelters("gold")[found.high_risk("gold")]
        return {found.graph.ids[int(node)].removeprefix("X") for node in nodes}

    assert high_risk("us-1502") & high_risk("eu-2017-821") == {"BI", "CD", "CF", "SS"}
    assert {"BI", "ER", "LY", "VE", "ZW"} <= high_risk("eu-2017-821")  # listed as whole countries


def test_location_and_origin_are_different_terms() -> None:
    claims = located(X, country("CH")), originates(X, country("BI")), listed(country("BI"), "high-risk")
    found = case(*claims)
    assert values(found) == {"standing": 0.05, "origin": ORIGIN["high risk"]}
    assert found.high_risk("gold").tolist() == [True]


def test_origin_follows_the_mines() -> None:
    found = case(
        fed_by("X", "M"),
        located(mine("M"), region("CD-NK")),
        listed(region("CD-NK"), "conflict-affected"),
        flagged(mine("M"), 3),
    )
    assert values(found) == {"standing": 0.05, "origin": ORIGIN["conflict affected"], "annex-ii:3": 0.5}
    origin = terms(found, found.graph.node("Smelter", "X") or 0, "gold")[1]
    assert origin.says == "sources from Nord-Kivu, DR Congo (conflict affected)"
    assert len(origin.receipts) == 2  # feeding and location stand in the same row here; the list in another
    named = case(fed_by("X", "M"), listed(mine("M"), "high-risk"))
    assert values(named) == {"standing": 0.05, "origin": ORIGIN["high risk"]}


def test_origin_counts_for_the_mineral_that_it_names() -> None:
    claims = [originates(X, country("BI"), "tin"), fed_by("X", "M", "tin"), located(mine("M"), country("BI"))]
    found = case(declares("B", "X", "tin"), listed(country("BI"), "high-risk"), *claims)
    assert "origin" not in values(found)
    assert values(found, "tin")["origin"] == ORIGIN["high risk"]


def test_a_listed_area_counts_for_the_mineral_that_the_list_names() -> None:
    found = case(
        declares("B", "X", "tin"), located(X, country("BI")), listed(country("BI"), "high-risk", mineral="tin")
    )
    assert "facility" not in values(found)
    assert "facility" in values(found, "tin")


def test_a_smelter_can_stand_on_the_list_itself() -> None:
    found = case(listed(X, "sanctioned", "own"), lens="own")
    assert values(found) == {"standing": 0.05, "named": POLICY.named_value}
    assert found.high_risk("gold").tolist() == [True]


def test_lists_and_flags_of_later_documents_were_not_known() -> None:
    later = dataclasses.replace(PLAIN, id="9" * 64, as_of="2027-01-01", title="later")
    claims = [listed(country("BI"), "high-risk"), flagged(X, 1), originates(X, country("BI"))]
    graph = graph_of(declares("B", "X"), located(X, country("BI")), documents=[(later, claims)])
    for on, names in (
        (date(2026, 12, 31), {"standing"}),
        (date(2027, 1, 1), {"standing", "facility", "origin", "annex-ii:1"}),
    ):
        found = Case(graph, policy=POLICY, lens=load_lens("eu-2017-821"), as_of=on)
        assert values(found).keys() == names


def test_lenses_are_never_merged() -> None:
    claims = located(X, country("RW")), listed(country("MM"), "high-risk")
    assert "facility" in values(case(*claims, lens="us-1502"))
    assert "facility" not in values(case(*claims, lens="eu-2017-821"))


def test_a_mineral_outside_the_lens_is_not_judged() -> None:
    found = case(declares("B", "X", "cobalt"), located(X, country("CD")), lens="us-1502")
    assert values(found, "cobalt") == {"standing": 0.05}
    assert "facility" in values(found)


def test_another_policy_changes_only_the_terms_that_it_names() -> None:
    claims = located(X, country("RW")), originates(X, country("CD")), flagged(X, 4)
    other = dataclasses.replace(POLICY, origin_value={**ORIGIN, "covered": 0.9})
    before, after = values(case(*claims, lens="us-1502")), values(case(*claims, lens="us-1502", policy=other))
    assert {name for name in before if before[name] != after[name]} == {"origin"}


def test_terms_of_what_nobody_declares() -> None:
    found = case(declares("B", "Y", "tin"))
    with pytest.raises(NotFound, match="Y is not declared for gold"):
        terms(found, found.graph.node("Smelter", "Y") or 0, "gold")


# ---- what a case warns of ---------------------------------------------------------------------------------------


def test_nothing_is_left_out_in_silence() -> None:
    bare = Case(graph_of(declares("B", "X")), policy=POLICY, lens=load_lens("eu-2017-821"))
    assert [note.partition(":")[0] for note in bare.notes] == [
        "No assurance list is loaded",
        "No areas loaded for lens eu-2017-821 (gold)",
    ]
    fine = case(listed(country("BI"), "high-risk"))
    assert fine.notes == ()
    assert case(lens="us-1502").notes == ()
    outside = case(declares("B", "Z", "cobalt"), lens="us-1502")
    assert [note.partition(":")[0] for note in outside.notes] == ["Lens us-1502 does not cover cobalt"]
    empty = Case(graph_of(company("A")), policy=POLICY, lens=load_lens("us-1502"))
    assert "No document names a mineral of lens us-1502." in empty.notes

    g = fine.graph
    sources = [dataclasses.replace(source, as_of="") for source in g.sources]
    undated = SupplyGraph(sources, g.label, g.ids, g.names, g.canonical, g.edges)
    notes = Case(undated, policy=POLICY, lens=load_lens("eu-2017-821")).notes
    assert [note.partition(":")[0] for note in notes] == ["No document is dated"]


def test_an_unknown_mineral() -> None:
    with pytest.raises(NotFound, match="There is no mineral 'golt'") as caught:
        case().chain("golt")
    assert "gold" in caught.value.cure
