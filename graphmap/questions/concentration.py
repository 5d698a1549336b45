"""Twins of ``queries/concentration``: on how few smelters, suppliers and countries a chain hangs, by count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from graphmap.analysis.beyond import claimed
from graphmap.analysis.case import Case
from graphmap.analysis.concentration import WHOLE
from graphmap.questions.asking import Row, View
from graphmap.questions.exposure import brought
from graphmap.questions.upstream import Upstream, company_node, country, origins


def only_one_supplier(
    view: View, *, company: str, standings: Sequence[str], minerals: Sequence[str], max_hops: int
) -> list[Row]:
    """Smelters to which one direct supplier only leads."""
    graph, start = view.case.graph, company_node(view.case, company)
    rows = [
        one.row
        | {
            "supplier": graph.ids[one.bringing[0]], "supplier_name": graph.names[one.bringing[0]],
            "declared_directly": one.smelter in one.walk.declared.get(start, ()), "receipts": one.receipts,
        }
        for one in brought(view, company, minerals, max_hops)
        if len(one.bringing) == 1 and one.row["standing"] in standings
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (row["mineral"], row["supplier"], row["smelter"]))


def by_smelter(view: View, *, company: str, minerals: Sequence[str], max_hops: int, limit: int) -> list[Row]:
    """How many direct suppliers lead to each smelter."""
    graph, found = view.case.graph, list(brought(view, company, minerals, max_hops))
    found.sort(key=lambda one: (-len(one.bringing), one.walk.mineral, graph.ids[one.smelter]))
    return [
        one.row
        | {
            "suppliers": len(one.bringing), "of_suppliers": one.suppliers,
            "part": len(one.bringing) / one.suppliers, "receipts": one.receipts, "found": len(found),
        }
        for one in found[:limit]
    ]  # fmt: skip


def by_country(view: View, *, company: str, minerals: Sequence[str], max_hops: int) -> list[Row]:
    """How many smelters stand in each country, and how many source from it."""
    rows = []
    for mineral in minerals:
        walk = Upstream(view.case, mineral)
        smelters = walk.smelters(walk.within(company_node(view.case, company), max_hops))
        for way, places in (
            ("located in", _located(view.case, mineral)),
            ("sources from", origins(view.case, mineral)),
        ):
            rows += _countries(
                walk, mineral, way, {one: places[one] for one in smelters if one in places}, len(smelters)
            )
    return sorted(rows, key=lambda row: (row["mineral"], row["way"], -row["smelters"], row["country"]))


def _located(case: Case, mineral: str) -> dict[int, dict[int, set[str]]]:
    """Smelter -> place that it is said to stand in -> receipts."""
    graph, out = case.graph, dict[int, dict[int, set[str]]]()
    areas = [*graph.of_label("Region").tolist(), *graph.of_label("Country").tolist()]
    for (tail, place), leg in claimed(case, "LOCATED_IN", mineral, areas).items():
        out.setdefault(tail, {})[place] = {str(graph.receipt("LOCATED_IN", claim)) for claim in leg.claims}
    return out


def _countries(
    walk: Upstream, mineral: str, way: str, places: Mapping[int, Mapping[int, set[str]]], of_smelters: int
) -> list[Row]:
    there: dict[str, set[int]] = {}
    told: dict[str, set[str]] = {}
    for smelter, receipts_of in places.items():
        for place, receipts in receipts_of.items():
            code = country(walk.graph, place)
            there.setdefault(code, set()).add(smelter)
            told.setdefault(code, set()).update(receipts)
    pairs = sum(map(len, there.values()))
    squares = sum(len(smelters) ** 2 for smelters in there.values())
    return [
        {
            "mineral": mineral, "way": way, "country": code, "smelters": len(smelters), "known": len(places),
            "of_smelters": of_smelters, "part": len(smelters) / pairs, "hhi": WHOLE * squares / pairs**2,
            "receipts": sorted(told[code]),
        }
        for code, smelters in there.items()
    ]  # fmt: skip
