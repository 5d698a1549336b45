"""Twins of ``queries/exposure``: what a company's suppliers bring in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from graphmap.analysis.beyond import claimed
from graphmap.analysis.dates import known_on
from graphmap.questions.asking import Row, View
from graphmap.questions.upstream import Upstream, company_node


@dataclass(frozen=True)
class Brought:
    """A smelter that direct suppliers of a company lead to (``bringing``, of all its ``suppliers``, graph nodes)."""

    walk: Upstream
    smelter: int
    bringing: list[int]
    suppliers: int
    receipts: list[str]

    @property
    def row(self) -> Row:
        """The columns that every question about brought smelters begins with."""
        graph, smelter = self.walk.graph, self.smelter
        return {
            "mineral": self.walk.mineral, "smelter": graph.ids[smelter], "smelter_name": graph.names[smelter],
            "standing": self.walk.standing(smelter), "assessed": self.walk.assessed(smelter),
        }  # fmt: skip


def brought(view: View, start: str, minerals: Sequence[str], max_hops: int) -> Iterator[Brought]:
    """The smelters that direct suppliers lead to otherwise than through the company itself."""
    node, graph = company_node(view.case, start), view.case.graph
    for mineral in minerals:
        walk = Upstream(view.case, mineral)
        suppliers = walk.suppliers(node)
        leading: dict[int, list[int]] = {}
        links: dict[int, set[int]] = {}
        if max_hops > 1:
            for supplier in sorted(suppliers, key=graph.ids.__getitem__):
                for smelter, entering in walk.entries(walk.within(supplier, max_hops - 1, without=node)).items():
                    leading.setdefault(smelter, []).append(supplier)
                    links.setdefault(smelter, set()).update(walk.entering[one][smelter] for one in entering)
        for smelter, bringing in leading.items():
            yield Brought(walk, smelter, bringing, len(suppliers), walk.receipts(links[smelter]))


def shared_bad_smelters(
    view: View, *, company: str, standings: Sequence[str], at_least: int, minerals: Sequence[str], max_hops: int
) -> list[Row]:
    """Smelters with such a standing to which several direct suppliers lead."""
    graph = view.case.graph
    rows = [
        one.row
        | {
            "suppliers": len(one.bringing), "of_suppliers": one.suppliers,
            "supplier_ids": [graph.ids[node] for node in one.bringing],
            "supplier_names": [graph.names[node] for node in one.bringing], "receipts": one.receipts,
        }
        for one in brought(view, company, minerals, max_hops)
        if len(one.bringing) >= at_least and one.row["standing"] in standings
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (-row["suppliers"], row["mineral"], row["smelter"]))


def annex_ii_risks(view: View, *, company: str, minerals: Sequence[str], max_hops: int) -> list[Row]:
    """Companies, smelters and mines of the chain that are said to show a risk."""
    case, graph, table = view.case, view.case.graph, view.case.graph.table("FLAGGED")
    reason, found = table.text("reason"), []
    for mineral in minerals:
        walk = Upstream(case, mineral)
        upstream = walk.within(company_node(view.case, company), max_hops)
        smelters = walk.smelters(upstream)
        feeds: dict[int, list[str]] = {thing: [] for thing in [*upstream, *smelters]}
        for smelter, mine in claimed(case, "FED_BY", mineral, graph.of_label("Mine").tolist()):
            if smelter in smelters:
                feeds.setdefault(mine, []).append(graph.ids[smelter])
        flagged = known_on(graph, table, case.as_of, mineral) & np.isin(table.tail, sorted(feeds))
        for i in np.flatnonzero(flagged).tolist():
            thing, risk, receipt = int(table.tail[i]), int(table.head[i]), graph.receipt("FLAGGED", i)
            row: Row = {
                "mineral": mineral, "risk": graph.ids[risk], "risk_name": graph.names[risk],
                "label": graph.label_of(thing), "id": graph.ids[thing], "name": graph.names[thing],
                "feeds": sorted(feeds[thing]), "reason": reason[i] or None, "file": receipt.file,
                "row": receipt.row, "as_of": receipt.as_of or None,
            }  # fmt: skip
            order = (
                mineral,
                row["risk"],
                row["label"],
                row["id"],
                receipt.file,
                receipt.row,
                reason[i],
                receipt.source,
            )
            found.append((order, row))
    return [row for _, row in sorted(found, key=lambda one: one[0])]
