"""Concentration: how few smelters and countries a company's minerals come from (METHOD section 7)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from graphmap import places, schema
from graphmap.analysis.beyond import claimed
from graphmap.analysis.case import Case
from graphmap.analysis.locations import country_of, find_locations
from graphmap.graph import SupplyGraph
from graphmap.tiers import brands

WHOLE = 10_000.0
"""The HHI of a single source."""

BANDS: tuple[tuple[float, str], ...] = (
    (1_000.0, "unconcentrated"),
    (1_800.0, "moderately concentrated"),
    (np.inf, "highly concentrated"),
)
"""Upper ends of the bands, and what they are called.

Source: US Department of Justice and Federal Trade Commission, Horizontal Merger Guidelines 1992, section 1.5, as
quoted on industrialorganization.blogspot.com (read 2026-11-22). The Merger Guidelines 2023 came back to 1,800
after 2,500 in those of 2010 (not verified in the original).
"""

_ROUNDING = 1e-9
"""Less mass than this is not called unknown."""


def hhi(parts: npt.ArrayLike) -> float:
    """The Herfindahl-Hirschman index of parts of a whole (0 to 1 each): 10,000 times the sum of their squares."""
    return float(WHOLE * np.square(np.asarray(parts, np.float64)).sum())


def hhi_interval(parts: npt.ArrayLike) -> tuple[float, float]:
    """Between what the index lies when the parts do not sum to 1 and the rest is unknown.

    Low: the rest is spread infinitely thin. High: all of it belongs to the largest.
    """
    known = np.asarray(parts, np.float64)
    rest = max(1.0 - float(known.sum()), 0.0)
    if not len(known) or rest < _ROUNDING:
        return hhi(known), hhi(known) if len(known) else WHOLE
    largest = float(known.max())
    return hhi(known), hhi(known) + WHOLE * ((largest + rest) ** 2 - largest**2)


def band(low: float, high: float) -> str:
    """What an index between ``low`` and ``high`` is called, e.g. "moderately concentrated"; "x to y" if unsure."""
    first, last = (next(name for end, name in BANDS if value <= end) for value in (low, high))
    return first if first == last else f"{first} to {last}"


def concentration(
    case: Case, *, companies: Sequence[int] | None = None, minerals: Sequence[str] | None = None
) -> pd.DataFrame:
    """The HHI of what companies (graph nodes; by default the brands) get, per mineral, by smelter and by country.

    One row per company, mineral and ``by``, where anything is known:

    - ``company`` (id), ``name``, ``mineral``;
    - ``by``: "smelter"; "facility country" (where the smelter stands; if documents disagree, what most of them say);
      "origin country" (where what it processes comes from, or its mines stand; several countries count evenly);
    - ``hhi`` (0 to 10,000): of the known mass scaled up to the whole; ``low`` and ``high``: ``hhi_interval``;
    - ``band``: of the interval; ``known``: the part (0 to 1) of the mass of which the smelter or country is known;
    - ``sources``: how many; ``largest`` (id), ``largest_name``, ``largest_part`` (of all mass).

    An unidentified smelter could be any and counts as unknown, but its country may be known.
    """
    graph = case.graph
    rows = []
    for mineral in case.minerals if minerals is None else minerals:
        chain = case.chain(mineral)
        smelters = chain.node[chain.companies :].tolist()
        ways = (
            (
                "smelter",
                {node: {node: 1.0} for node in smelters if not graph.ids[node].startswith(schema.UNIDENTIFIED)},
            ),
            ("facility country", _facility_countries(case, mineral)),
            ("origin country", _origin_countries(case, mineral)),
        )
        for company in brands(graph) if companies is None else companies:
            place = chain.place(int(graph.canonical[company]))
            if place is None:
                continue
            mass = dict(zip(smelters, case.mass(place, mineral)[0][chain.companies :].tolist(), strict=True))
            for by, holders in ways:
                if held := _held(mass, holders):
                    rows.append((graph.ids[company], graph.names[company], mineral, by, *_figures(graph, held)))
    columns = ["company", "name", "mineral", "by", "hhi", "low", "high", "band", "known", "sources"]
    return pd.DataFrame(rows, columns=[*columns, "largest", "largest_name", "largest_part"])


Holder = int | str
"""A smelter by its node, or a country by its code."""


def _held(mass: Mapping[int, float], holders: Mapping[int, Mapping[Holder, float]]) -> dict[Holder, float]:
    """What mass each holder has, given what part of each smelter is whose."""
    held: dict[Holder, float] = defaultdict(float)
    for smelter, amount in mass.items():
        if amount > 0:
            for holder, part in holders.get(smelter, {}).items():
                held[holder] += amount * part
    return held


def _figures(graph: SupplyGraph, held: Mapping[Holder, float]) -> tuple[object, ...]:
    parts = np.array(list(held.values()))
    low, high = hhi_interval(parts)
    largest = min(held, key=lambda holder: (-held[holder], holder))
    if isinstance(largest, str):
        id_, name = largest, places.country_name(largest)
    else:
        id_, name = graph.ids[largest], graph.names[largest]
    whole = min(max(hhi(parts / parts.sum()), low), high)  # that it lies within must survive rounding
    known = min(float(parts.sum()), 1.0)
    return whole, low, high, band(low, high), known, len(held), id_, name, held[largest]


def _facility_countries(case: Case, mineral: str) -> dict[int, dict[Holder, float]]:
    """Where each smelter stands."""
    found = find_locations(case)
    return {node: {found[node].country: 1.0} for node in case.smelters(mineral).tolist() if node in found}


def _origin_countries(case: Case, mineral: str) -> dict[int, dict[Holder, float]]:
    """Where what each smelter processes comes from, and where its mines stand or dig; several countries evenly."""
    graph = case.graph
    found: dict[int, set[str]] = defaultdict(set)
    for edge_type in ("ORIGINATES_IN", "LOCATED_IN"):
        for tail, head in claimed(case, edge_type, mineral, _areas(graph)):
            if edge_type == "ORIGINATES_IN" or graph.label_of(tail) == "Mine":
                found[tail].add(country_of(graph, head))
    for tail, mine in claimed(case, "FED_BY", mineral, graph.of_label("Mine").tolist()):
        if mine in found:
            found[tail] |= found[mine]
    return {tail: dict.fromkeys(sorted(countries), 1.0 / len(countries)) for tail, countries in found.items()}


def _areas(graph: SupplyGraph) -> list[int]:
    return [*graph.of_label("Region").tolist(), *graph.of_label("Country").tolist()]
