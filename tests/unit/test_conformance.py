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
    assert [row.mass_low, row.mass_high] == pytest.approx([GOLDEN_RATE_BY_MASS] * 2, abs=1e-12)
    assert (row.judged, row.in_progress, row.unidentified, row.not_judged, row.unknown) == (True, 0, 0, 0, 0)


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
    assert [row.mass_low, row.mass_high] == pytest.approx([0.2, 0.4])  # what the entry without a name brings is unknown
    assert row.in_progress_by_mass == pytest.approx(0.2)
    assert row.unknown == pytest.approx(0.2)


def test_no_identified_smelter_is_no_rate() -> None:
    case = case_of(buys("B", "S"), buys("B", "T"), declares("S", "unidentified:gold:S"))
    table = conformance(case).set_index("company")
    assert table.identified.tolist() == [0, 0, 0]
    assert all(math.isnan(rate) for rate in table.rate_by_count)
    assert table.unidentified.to_dict() == {"B": 1, "S": 1, "T": 0}
    assert table.unknown.tolist() == [1, 1, 1]


def test_a_rate_without_an_assurance_list_is_unknown() -> None:
    case = case_of(declares("B", "X"), declares("B", "Y"))
    row = conformance(case).iloc[0]
    assert (row.judged, row.identified, row.not_judged, row.not_on_list) == (False, 0, 2, 0)
    for column in ("rate_by_count", "in_progress_by_count", "mass_low", "mass_high", "in_progress_by_mass"):
        assert math.isnan(row[column])


def test_companies_and_minerals_can_be_chosen() -> None:
    case = case_of(declares("B", "X"), declares("S", "X"), declares("S", "Y", "tin"), declares("S", "Z", "cobalt"))
    table = conformance(case)
    assert list(zip(table.company, table.mineral, strict=True)) == [("S", "tin"), ("B", "gold"), ("S", "gold")]
    chosen = conformance(case, companies=[node_of(case, "S")], minerals=["cobalt"])
    assert list(zip(chosen.company, chosen.mineral, strict=True)) == [("S", "cobalt")]
    assert conformance(case, companies=[]).empty
    assert conformance(case, minerals=[]).columns.tolist() == table.columns.tolist()
