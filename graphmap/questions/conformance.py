"""Twins of ``queries/conformance``: what is accepted, and on which assessment that rests."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from graphmap.policy import JUDGED, STANDINGS
from graphmap.questions.asking import Row, View
from graphmap.questions.upstream import Upstream, company_node, last_if_none, tier_of


def rate_by_supplier(view: View, *, company: str, minerals: Sequence[str], max_hops: int) -> list[Row]:
    """The rate of a company and of each of its direct suppliers."""
    graph, tier, rows = view.case.graph, tier_of(view.case.graph), []
    for mineral in minerals:
        walk, buyer = Upstream(view.case, mineral), company_node(view.case, company)
        for node in {buyer, *walk.suppliers(buyer)}:
            if walk.has_none(node):
                continue
            upstream = walk.within(node, max_hops)
            smelters = walk.smelters(upstream)
            standing = [walk.standing(smelter) for smelter in smelters]
            count = {name.replace(" ", "_"): standing.count(name) for name in STANDINGS}
            identified = sum(count[name.replace(" ", "_")] for name in JUDGED)
            rows.append(
                {
                    "mineral": mineral, "company": graph.ids[node], "company_name": graph.names[node],
                    "tier": tier.get(node), "identified": identified, **count,
                    "rate": count["accepted"] / identified if identified else None,
                    "in_progress_rate": count["in_progress"] / identified if identified else None,
                    "cut_off": any(not upstream.issuperset(walk.suppliers(one)) for one in upstream),
                    "declarations": _declarations(walk, upstream),
                }
            )  # fmt: skip
    return sorted(rows, key=lambda row: (row["mineral"], last_if_none(row["rate"]), row["company"]))


def _declarations(walk: Upstream, companies: set[int]) -> list[str]:
    """The documents in which these companies declare smelters."""
    links = [link for one in companies for link in walk.declared.get(one, {}).values()]
    told = {(receipt.file, receipt.as_of) for link in links for receipt in walk.chain.receipts(walk.graph, link)}
    return sorted(f"{file}" + (f" ({as_of})" if as_of else "") for file, as_of in told)


def standing_of_smelters(
    view: View, *, company: str, standings: Sequence[str], minerals: Sequence[str], max_hops: int
) -> list[Row]:
    """The standing of each smelter upstream."""
    graph, rows = view.case.graph, []
    table = graph.table("ASSESSED_BY")
    status = table.text("status")

    def day(column: str, claim: int) -> str | None:
        value = table.values(column)[claim]
        return None if np.isnat(value) else str(value)

    for mineral in minerals:
        walk = Upstream(view.case, mineral)
        for smelter, declaring in walk.smelters(walk.within(company_node(view.case, company), max_hops)).items():
            if (standing := walk.standing(smelter)) not in standings:
                continue
            claim = walk.assessment(smelter)
            none = claim is None
            at = -1 if claim is None else claim
            rows.append(
                {
                    "mineral": mineral, "smelter": graph.ids[smelter], "smelter_name": graph.names[smelter],
                    "standing": standing, "overdue": walk.overdue(smelter),
                    "scheme": None if none else graph.ids[int(table.head[at])],
                    "status": None if none else status[at] or None,
                    "assessed": None if none else day("assessed", at),
                    "valid_until": None if none else day("valid_until", at),
                    "declared_by": len(declaring), "receipt": walk.assessed(smelter),
                    "receipts": walk.declarations(smelter, declaring),
                }
            )  # fmt: skip
    return sorted(rows, key=lambda row: (row["mineral"], row["standing"], row["smelter"]))
