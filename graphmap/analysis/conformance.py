"""Conformance: which part of its identified smelters is accepted, by count and by mass (METHOD section 8)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from graphmap.analysis.case import Case
from graphmap.analysis.standing import (
    ACCEPTED,
    IN_PROGRESS,
    NOT_ACCEPTED,
    NOT_JUDGED,
    NOT_ON_LIST,
    UNIDENTIFIED,
    is_judged,
)
from graphmap.graph import Floats

IDENTIFIED = (ACCEPTED, IN_PROGRESS, NOT_ACCEPTED, NOT_ON_LIST)


def conformance(
    case: Case, *, companies: Sequence[int] | None = None, minerals: Sequence[str] | None = None
) -> pd.DataFrame:
    """The conformance rate of companies (graph nodes; by default all) for minerals (by default those of the case).

    One row per company that has a part in the chain and mineral, in the order of minerals, then of company ids:

    ===================================  ============================================================================
    company, name, mineral
    judged                               whether an assurance list that counts for the mineral was known on that day;
                                         if not, every rate is NaN
    identified, accepted, in_progress    distinct smelters upstream that are judged
    not_accepted, not_on_list
    not_judged                           distinct smelters upstream, on a day without an assurance list
    unidentified                         entries upstream that name no smelter
    rate_by_count                        accepted / identified, 0 to 1; NaN when no smelter is identified and judged
    in_progress_by_count                 in progress / identified
    mass_low, mass_high                  the part of all purchases that ends at accepted smelters, as estimated, and
                                         the same with all that is unknown
    in_progress_by_mass                  the part of all purchases that ends at smelters in progress
    unknown                              part of all purchases whose smelters nobody names, 0 to 1
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

    judged = is_judged(graph, case.policy, mineral, case.as_of)
    identified, accepted = count(*IDENTIFIED), mass(ACCEPTED)
    unknown = case.exposure(mineral).unknown[place]
    return pd.DataFrame(
        {
            "company": list(graph.ids.take(node)),
            "name": list(graph.names.take(node)),
            "mineral": mineral,
            "judged": judged,
            "identified": identified.astype(np.int64),
            "accepted": count(ACCEPTED).astype(np.int64),
            "in_progress": count(IN_PROGRESS).astype(np.int64),
            "not_accepted": count(NOT_ACCEPTED).astype(np.int64),
            "not_on_list": count(NOT_ON_LIST).astype(np.int64),
            "not_judged": count(NOT_JUDGED).astype(np.int64),
            "unidentified": count(UNIDENTIFIED).astype(np.int64),
            "rate_by_count": _part(count(ACCEPTED), identified),
            "in_progress_by_count": _part(count(IN_PROGRESS), identified),
            "mass_low": accepted if judged else np.nan,
            "mass_high": np.minimum(accepted + unknown, 1.0) if judged else np.nan,
            "in_progress_by_mass": mass(IN_PROGRESS) if judged else np.nan,
            "unknown": unknown,
        }
    )


def _part(some: Floats, whole: Floats) -> Floats:
    """some / whole, NaN where there is nothing."""
    part: Floats = np.divide(some, whole, out=np.full(len(whole), np.nan), where=whole > 0)
    return part
