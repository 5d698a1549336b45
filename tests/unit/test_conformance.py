"""Conformance rates."""

from __future__ import annotations

import math

import pytest

from graphmap.analysis.conformance import conformance
from tests.chains import assessed, case_of, golden_case, node_of
from tests.graphs import buys, declares
from tests.unit.acceptance import GOLDEN_RATE_BY_COUNT, GOLDEN_RATE_BY_MASS


def test_the_golden_chain() -> None:
    case = golden_case()
    table = conformance(case, companies=[node_of(case, "B")])
    assert len(table) == 1
    row = table.iloc[0]
    assert (row.company, row.mineral, row.identified, row.accepted, row.not_accepted) == ("B", "gold", 2, 1, 1)
    assert row.rate_by_count == GOLDEN_RATE_BY_COUNT
    assert row.rate_by_mass == pytest.approx(GOLDEN_RATE_BY_MASS, abs=1e-12)
    assert (row.in_progress, row.unidentified, row.unidentified_mass) == (0, 0, 0)


def test_in_progress_and_unidentified_are_apart() -> None:
    case = case_of(
        *(declares("B", x) for x in ("A", "P", "N", "L", "unidentified:gold:B")),
        assessed("A", "Conformant"),
        assessed("P", "Active"),
        assessed("N", "Non-conformant"),
    )
    row = conformance(case).iloc[0]
    assert [row.identified, row.accepted, row.in_progress, row.not_accepted, row.not_on_list] == [4, 1, 1, 1, 1]
    assert row.unidentified == 1
    assert row.rate_by_count == row.in_progress_by_count == 0.25
    assert row.rate_by_mass == pytest.approx(0.25)
    assert row.in_progress_by_mass == pytest.approx(0.25)
    assert row.unidentified_mass == pytest.approx(0.2)


def test_no_identified_smelter_is_no_rate() -> None:
    case = case_of(buys("B", "S"), buys("B", "T"), declares("S", "unidentified:gold:S"))
    table = conformance(case).set_index("company")
    assert table.identified.tolist() == [0, 0, 0]
    assert all(math.isnan(rate) for column in ("rate_by_count", "rate_by_mass") for rate in table[column])
    assert table.unidentified.to_dict() == {"B": 1, "S": 1, "T": 0}
    assert table.unidentified_mass.tolist() == [1, 1, 1]


def test_companies_and_minerals_can_be_chosen() -> None:
    case = case_of(declares("B", "X"), declares("S", "X"), declares("S", "Y", "tin"), declares("S", "Z", "cobalt"))
    table = conformance(case)
    assert list(zip(table.company, table.mineral, strict=True)) == [("S", "tin"), ("B", "gold"), ("S", "gold")]
    chosen = conformance(case, companies=[node_of(case, "S")], minerals=["cobalt"])
    assert list(zip(chosen.company, chosen.mineral, strict=True)) == [("S", "cobalt")]
    assert conformance(case, companies=[]).empty
    assert conformance(case, minerals=[]).columns.tolist() == table.columns.tolist()
