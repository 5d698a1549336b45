"""What ``concentration`` gives back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from graphmap.results import Basis, Records, Result, documented, sentences

if TYPE_CHECKING:
    import pandas as pd

    from graphmap.analysis.case import Case

COLUMNS: Mapping[str, str] = {
    "company": "id of the company",
    "name": "its name",
    "mineral": "each mineral has its own rows",
    "by": "smelter; facility country: where it stands; origin country: where what it processes comes from",
    "hhi": "Herfindahl-Hirschman index, 0 to 10,000: sum of the squared shares of what is known",
    "low": "the least that the index can be",
    "high": "the most that the index can be",
    "band": "below 1,000 unconcentrated, above 1,800 highly concentrated; x to y where the unknown part decides",
    "known": "part of the purchases of which the smelter or country is known, 0 to 1",
    "sources": "how many smelters or countries",
    "largest": "id of the largest",
    "largest_name": "its name",
    "largest_part": "part of all purchases that it brings, 0 to 1",
}
"""The columns of ``concentration``."""


def concentration(case: Case, found: pd.DataFrame) -> Result[pd.DataFrame]:
    """Concentration as ``analysis.concentration`` gives it, and the highest of each company in a sentence."""
    said = tuple(_findings(found))
    return Result(Records(found), documented(found, COLUMNS), Basis.of_case(case), case.notes, said, found)


def _findings(found: pd.DataFrame) -> Iterator[str]:
    """At most three companies: who asks for more wants the rows."""
    for company in list(dict.fromkeys(found["company"].tolist()))[:3]:
        own = found[found["company"] == company].sort_values("hhi", ascending=False, kind="stable")
        top = Records(own)[0]
        yield sentences.most_concentrated(
            top["name"], top["mineral"], top["by"], top["hhi"], top["low"], top["high"], top["largest_name"],
            top["largest_part"], top["known"],
        )  # fmt: skip
