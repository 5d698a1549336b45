"""What lies beyond a smelter: the mines that feed it, the areas where it stands or whose mineral it processes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from graphmap import places
from graphmap.analysis.case import Case
from graphmap.analysis.dates import known_on
from graphmap.graph import SupplyGraph


@dataclass(frozen=True)
class Leg:
    """One leg of a path, between graph nodes: its edge type and the positions of its claims in that table."""

    type: str
    tail: int
    head: int
    claims: tuple[int, ...]


def stands_for(case: Case, mineral: str, node: int) -> list[int]:
    """The companies or smelters of a chain that a node means: itself, or the smelters of a mine or an area."""
    if case.graph.label_of(node) in ("Company", "Smelter"):
        return [node]
    return sorted(ways_beyond(case, mineral, node))


def ways_beyond(case: Case, mineral: str, node: int) -> dict[int, tuple[Leg, ...]]:
    """For each smelter that has to do with a mine, country or region the legs that lead there.

    Of several ways one is shown: origin of what it processes before where it stands before a mine that feeds it,
    and the smaller area before the larger one.
    """
    graph = case.graph
    if graph.label_of(node) == "Mine":
        return {tail: (leg,) for (tail, _), leg in claimed(case, "FED_BY", mineral, {node}).items()}
    areas = _within(graph, node)
    origin = claimed(case, "ORIGINATES_IN", mineral, areas)
    located = claimed(case, "LOCATED_IN", mineral, areas)
    to_area: dict[int, Leg] = {}
    for (tail, _), leg in [*origin.items(), *located.items()]:
        to_area.setdefault(tail, leg)
    mines = {tail for tail in to_area if graph.label_of(tail) == "Mine"}
    out: dict[int, tuple[Leg, ...]] = {}
    for tail, leg in to_area.items():
        if graph.label_of(tail) == "Smelter":
            out[tail] = (leg,)
    for (tail, mine), leg in claimed(case, "FED_BY", mineral, mines).items():
        out.setdefault(tail, (leg, to_area[mine]))
    return out


def _within(graph: SupplyGraph, area: int) -> set[int]:
    """An area and the regions of the graph that lie in it."""
    inside = {r for r in graph.of_label("Region").tolist() if graph.ids[area] in _larger(graph.ids[r])}
    return {area} | inside


def _larger(region: str) -> list[str]:
    """The codes of all areas that a region lies in, its country last."""
    out = [region]
    while parent := places.parent_of(out[-1]):
        out.append(parent)
    return [*out, places.country_of(region)]


def claimed(case: Case, edge_type: str, mineral: str, heads: Iterable[int]) -> dict[tuple[int, int], Leg]:
    """What is said of smelters and mines: the claims of a type that lead to ``heads``, by (tail, head), in that order.

    Only claims that count for this mineral and were known on the date of the case.
    """
    graph, table = case.graph, case.graph.table(edge_type)
    of_facility = (graph.is_label("Smelter") | graph.is_label("Mine"))[table.tail]
    fits = of_facility & np.isin(table.head, sorted(heads)) & known_on(graph, table, case.as_of, mineral)
    claims: dict[tuple[int, int], list[int]] = {}
    for claim in np.flatnonzero(fits).tolist():
        claims.setdefault((int(table.tail[claim]), int(table.head[claim])), []).append(claim)
    return {(tail, head): Leg(edge_type, tail, head, tuple(of)) for (tail, head), of in sorted(claims.items())}
