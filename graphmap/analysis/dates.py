"""Which claims were known on a date."""

from __future__ import annotations

from datetime import date

import numpy as np
import numpy.typing as npt

from graphmap.graph import EdgeTable, SupplyGraph, mineral_code

Dates = npt.NDArray[np.datetime64]


def dates_of(graph: SupplyGraph, table: EdgeTable) -> Dates:
    """For each claim the date that its document speaks for, NaT if it does not say."""
    return graph.said[table.source]


def known_on(graph: SupplyGraph, table: EdgeTable, as_of: date | None, mineral: str) -> npt.NDArray[np.bool_]:
    """For each claim whether it counts for ``mineral`` and was known: a claim dated later than ``as_of`` was not.

    Claims of documents without a date count, and without ``as_of`` all do. A claim without a mineral counts for
    every mineral.
    """
    about: npt.NDArray[np.bool_] = (table.mineral == mineral_code(mineral)) | (table.mineral < 0)
    if as_of is None:
        return about
    said = dates_of(graph, table)
    return about & (np.isnat(said) | (said <= np.datetime64(as_of)))
