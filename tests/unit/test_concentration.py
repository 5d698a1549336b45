"""Concentration: the published index, its interval, and what it is taken of."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphmap.analysis.case import Case
from graphmap.analysis.concentration import band, concentration, hhi, hhi_interval
from graphmap.records import Edge, Source
from tests.chains import (
    GOLDEN,
    case_of,
    country,
    fed_by,
    golden_case,
    located,
    mine,
    node_of,
    originates,
    region,
    whole,
)
from tests.graphs import buys, company, declares, graph_of, smelter

COLUMNS = [
    "company", "name", "mineral", "by", "hhi", "low", "high", "band", "known", "sources",
    "largest", "largest_name", "largest_part",
]  # fmt: skip


@pytest.mark.parametrize(
    ("percent", "expected"),
    [
        ([30, 30, 20, 20], 2600),
        ([100], 10000),
        ([25, 25, 25, 25], 2500),
        ([25, 20, 15, 10, 9, 8, 7, 6], 1580),
        ([45, 15, 10, 8, 7, 6, 5, 4], 2540),
        ([70, 15, 5], 5150),
        ([70, 20], 5300),
    ],
)
def test_published_examples(percent: list[int], expected: int) -> None:
    assert hhi(np.array(percent) / 100) == pytest.approx(expected)
    assert hhi_interval(np.array(percent) / 100)[0] == pytest.approx(expected)


def test_what_is_unknown_makes_an_interval() -> None:
    assert hhi_interval([0.7, 0.2]) == pytest.approx((5300, 10_000 * (0.8**2 + 0.2**2)))
    assert hhi_interval([0.5, 0.5]) == pytest.approx((5000, 5000))
    assert hhi_interval([]) == (0.0, 10_000.0)


@settings(deadline=None)
@given(st.lists(st.floats(0.01, 1.0), min_size=1, max_size=6), st.floats(0.0, 1.0), st.data())
def test_the_interval_holds_whoever_has_the_rest(weights: list[float], known: float, data: st.DataObject) -> None:
    parts = np.array(weights) / sum(weights) * known
    low, high = hhi_interval(parts)
    rest = 1.0 - parts.sum()
    split = data.draw(st.lists(st.floats(0.01, 1.0), min_size=1, max_size=9))
    extra = np.array(split) / sum(split) * rest
    new = int(data.draw(st.integers(0, len(split))))  # so many of them are new sources, the others known ones
    given_to = np.concatenate([parts, extra[:new]])
    np.add.at(given_to, np.arange(len(split) - new) % len(parts), extra[new:])
    assert low - 1e-6 <= hhi(given_to) <= high + 1e-6


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 1000, "unconcentrated"),
        (1000.5, 1800, "moderately concentrated"),
        (1801, 10_000, "highly concentrated"),
        (900, 1900, "unconcentrated to highly concentrated"),
    ],
)
def test_bands(low: float, high: float, expected: str) -> None:
    assert band(low, high) == expected


def one(case: Case, by: str, of: str = "B") -> pd.Series:
    table = concentration(case, companies=[node_of(case, of)])
    (row,) = [row for _, row in table.iterrows() if row["by"] == by]
    return row


def test_golden_chain_by_smelter() -> None:
    row = one(golden_case(), "smelter")
    assert list(row.index) == COLUMNS
    assert row["low"] <= row["hhi"] <= row["high"]
    assert [row["low"], row["high"]] == pytest.approx([10_000 * (0.475**2 + 0.525**2)] * 2)
    assert (row["company"], row["mineral"], row["band"]) == ("B", "gold", "highly concentrated")
    assert (row["known"], row["sources"]) == (pytest.approx(1.0), 2)
    assert (row["largest"], row["largest_part"]) == ("Y", pytest.approx(0.525))


def test_unidentified_smelters_and_companies_that_declare_nothing_are_unknown() -> None:
    case = case_of(
        buys("B", "S", 0.5),
        buys("B", "T", 0.2),
        buys("B", "U", 0.3),
        declares("S", "X"),
        declares("T", "unidentified:gold:T"),
        *whole("S"),
    )
    row = one(case, "smelter")
    assert (row["known"], row["sources"], row["hhi"]) == (pytest.approx(0.5), 1, pytest.approx(10_000))
    assert (row["low"], row["high"]) == (pytest.approx(2500), pytest.approx(10_000))


def test_facility_and_origin_are_told_apart() -> None:
    # X stands in Switzerland and processes ore of the Congo and of Peru; Y stands in a German region.
    case = case_of(
        buys("B", "S", 0.6),
        buys("B", "T", 0.4),
        declares("S", "X"),
        declares("T", "Y"),
        located(smelter("X"), country("CH")),
        located(company("S"), country("US")),
        originates(smelter("X"), country("PE")),
        originates(smelter("X"), country("CL"), "tin"),
        fed_by("X", "M"),
        located(mine("M"), region("CD-NK")),
        located(smelter("Y"), region("DE-SN")),
        *whole("S", "T"),
    )
    facility = one(case, "facility country")
    assert facility["hhi"] == pytest.approx(5200)
    assert (facility["largest"], facility["largest_name"], facility["sources"]) == ("CH", "Switzerland", 2)
    origin = one(case, "origin country")
    assert (origin["known"], origin["sources"]) == (pytest.approx(0.6), 2)
    assert origin["low"] == pytest.approx(10_000 * 2 * 0.3**2)
    assert origin["high"] == pytest.approx(10_000 * (0.7**2 + 0.3**2))
    assert origin["largest"] == "CD"


def test_where_documents_disagree_most_win_then_the_latest() -> None:
    def says(number: int, as_of: str, code: str) -> tuple[Source, list[Edge]]:
        digest = str(number) * 64
        source = Source(id=digest, kind="test", series=digest, title="t", file=f"{number}.csv", as_of=as_of)
        return source, [located(smelter("X"), country(code))]

    claims = [buys("B", "S", 1.0), declares("S", "X")]
    most = graph_of(
        *claims, documents=[says(1, "2024-01-01", "PL"), says(2, "2024-01-02", "PL"), says(3, "2026-01-01", "DE")]
    )
    assert one(case_of(graph=most), "facility country")["largest"] == "PL"
    even = graph_of(*claims, documents=[says(1, "2026-01-01", "PL"), says(2, "2024-01-02", "DE")])
    assert one(case_of(graph=even), "facility country")["largest"] == "PL"


def test_brands_by_default_and_only_what_is_known() -> None:
    case = golden_case()
    assert concentration(case)["company"].tolist() == ["B"]
    assert list(concentration(case, companies=[])) == COLUMNS
    assert concentration(case, companies=[node_of(case, "RMAP")]).empty
    every = concentration(case, companies=case.graph.of_label("Company").tolist())
    assert every["company"].tolist() == ["B", "S1", "S2", "SubA", "SubB"]
    assert every.loc[every["company"] == "SubA", "hhi"].tolist() == [10_000]
    with_places = case_of(*GOLDEN, located(smelter("X"), country("CH")))
    assert concentration(with_places)["by"].tolist() == ["smelter", "facility country"]
    assert concentration(with_places, minerals=["tin"]).empty
