"""Chains that graphmap got wrong in November 2026: exposure of the brand, with its interval, loaded from files."""

from pathlib import Path

import pytest

import graphmap

HERE = Path(__file__).parent


@pytest.mark.parametrize(
    ("case", "estimate", "low", "high"),
    [
        ("exposure-t1", 0.475, 0.475, 0.475),  # S3 answers "no gold": its 40 % are taken off the whole once
        ("exposure-t2", 0.05, 0.05, 0.90),  # B's own list names a smelter that no supplier brings
        ("exposure-t3", 0.56, 0.05, 0.90),  # what the silent S2 brings ends where B's closed list says
    ],
)
def test_exposure_of_the_brand(tmp_path: Path, case: str, estimate: float, low: float, high: float) -> None:
    with graphmap.open(tmp_path / "chain.graphmap") as work:
        report = work.load(HERE / case, extra=[HERE / "declarations_table.py"], jobs=0).detail
        assert not report.rejected
        brand = next(row for row in work.rate("gold") if row["company"] == "B")
    figures = [brand[name] for name in ("exposure", "low", "high")]
    assert figures == pytest.approx([estimate, low, high], abs=1e-12)
