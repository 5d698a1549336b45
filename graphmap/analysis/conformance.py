"""Conformance: which part of its identified smelters is accepted, by count and by mass (METHOD section 8)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from graphmap.analysis.case import Case
from graphmap.analysis.standing import ACCEPTED, IN_PROGRESS, NOT_ACCEPTED, NOT_ON_LIST, UNIDENTIFIED
from graphmap.graph import Floats

IDENTIFIED = (ACCEPTED, IN_PROGRESS, NOT_ACCEPTED, NOT_ON_LIST)


def conformance(
    case: Case, *, companies: Sequence[int] | None = None, minerals: Sequence[str] | None = None
) -> pd.DataFrame:
    """The conformance rate of companies (graph nodes; by default all) for minerals (by default those of the case).

    One row per company that has a part in the chain and mineral, in the order of minerals, then of company ids:

    ===================================  ============================================================================
    company, name, mineral
    identified, accepted, in_progress    distinct smelters upstream
    not_accepted, not_on_list
    unidentified                         entries upstream that name no smelter
    rate_by_count                        accepted / identified, 0 to 1; NaN when no smelter is identified
    in_progress_by_count                 in progress / identified
    rate_by_mass                         the same by the mass of purchases that ends at these smelters, as estimated
    in_progress_by_mass
    unidentified_mass                    part of all purchases that ends at no identified smelter, 0 to 1
    ===================================  ============================================================================
    """
    tables = [_conformance(case, mineral, companies) for mineral in (case.minerals if minerals is None else minerals)]
    return pd.concat(tables or [_conformance(case, "gold", [])], ignore_index=True)


def _conformance(case: Case, mineral: str, companies: Sequence[int] | None) -> pd.DataFrame:
    graph, chain, code = case.graph, case.chain(mineral), case.standing(mineral)
    place = case.companies(mineral)
    if companies is not None:
        place = place[np.isin(chain.node[place], np.asarray(companies, np.int64))]
    node = chain.node[place].astype(np.intp)
    reach, flow = case.reach(mineral), case.flow(mineral)

    def count(*standings: int) -> Floats:
        return reach.count(np.isin(code, standings))[place].astype(np.float64)

    def mass(*standings: int) -> Floats:
        value = np.zeros(len(chain))
        value[chain.companies :] = np.isin(code, standings)
        return flow.up(value, 0.0)[place]

    identified, identified_mass = count(*IDENTIFIED), mass(*IDENTIFIED)
    return pd.DataFrame(
        {
            "company": list(graph.ids.take(node)),
            "name": list(graph.names.take(node)),
            "mineral": mineral,
            "identified": identified.astype(np.int64),
            "accepted": count(ACCEPTED).astype(np.int64),
            "in_progress": count(IN_PROGRESS).astype(np.int64),
            "not_accepted": count(NOT_ACCEPTED).astype(np.int64),
            "not_on_list": count(NOT_ON_LIST).astype(np.int64),
            "unidentified": count(UNIDENTIFIED).astype(np.int64),
            "rate_by_count": _part(count(ACCEPTED), identified),
            "in_progress_by_count": _part(count(IN_PROGRESS), identified),
            "rate_by_mass": _part(mass(ACCEPTED), identified_mass),
            "in_progress_by_mass": _part(mass(IN_PROGRESS), identified_mass),
            "unidentified_mass": np.clip(1.0 - identified_mass, 0.0, 1.0),
        }
    )


def _part(some: Floats, whole: Floats) -> Floats:
    """some / whole, NaN where there is nothing."""
    part: Floats = np.divide(some, whole, out=np.full(len(whole), np.nan), where=whole > 0)
    return part
