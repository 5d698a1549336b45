"""Twins of ``queries/paths``: ways from a company upstream, and what lies around a node."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise

import numpy as np

from graphmap import schema
from graphmap.analysis.search import k_best
from graphmap.errors import GraphmapError
from graphmap.graph import SupplyGraph
from graphmap.questions.asking import Row, View
from graphmap.questions.parameters import key_of
from graphmap.questions.upstream import Upstream, company_node, evidence, tier_of

_ALONG = ("BUYS_FROM", "DECLARES", "FED_BY", "OWNED_BY")
"""What leads to a neighbour."""

Way = tuple[int, ...]


def to_not_accepted(
    view: View,
    *,
    company: str,
    standings: Sequence[str],
    minerals: Sequence[str],
    max_hops: int,
    limit: int,
    explained: bool,
) -> list[Row]:
    """Paths to smelters with one of these standings."""

    def told(chain: Upstream, smelter: int) -> Row | None:
        standing = chain.standing(smelter)
        return {"standing": standing, "assessed": chain.assessed(smelter)} if standing in standings else None

    return _paths(view, company, minerals, max_hops, limit, explained, told)


def to_areas_of_concern(
    view: View, *, company: str, minerals: Sequence[str], max_hops: int, limit: int, explained: bool
) -> list[Row]:
    """Paths to smelters in or from areas of the lens."""

    def told(chain: Upstream, smelter: int) -> Row | None:
        grounds = chain.grounds(smelter)
        return {
            "grounds": [f"{one.way} {chain.graph.ids[one.place]} ({one.level})" for one in grounds],
            "certain": any(one.certain for one in grounds),
            "evidence": evidence(grounds),
        } if grounds else None  # fmt: skip

    return _paths(view, company, minerals, max_hops, limit, explained, told)


def to_smelter(
    view: View, *, company: str, smelter: str, minerals: Sequence[str], max_hops: int, limit: int, explained: bool
) -> list[Row]:
    """Paths to one smelter."""
    wanted = view.case.graph.node("Smelter", smelter)

    def told(_: Upstream, smelter: int) -> Row | None:
        return {} if smelter == wanted else None

    return _paths(view, company, minerals, max_hops, limit, explained, told)


def _paths(
    view: View,
    start: str,
    minerals: Sequence[str],
    max_hops: int,
    limit: int,
    explained: bool,
    told: Callable[[Upstream, int], Row | None],
) -> list[Row]:
    """Paths to the smelters of which ``told`` has something to tell, and what that is.

    ``explained``: also paths that end in a declaration that a supplier explains.
    """
    graph = view.case.graph
    found: list[tuple[int, str, list[str], Upstream, Way, Row]] = []
    for mineral in minerals:
        chain = Upstream(view.case, mineral)
        smelters = {node: told(chain, node) for node in chain.chain.node[chain.chain.companies :].tolist()}
        wanted = {node: more for node, more in smelters.items() if more is not None}
        for way in _ways(chain, company_node(view.case, start), wanted, max_hops, explained):
            ids = [graph.ids[node] for node in way]
            found.append((len(way) - 1, mineral, ids, chain, way, wanted[way[-1]]))
    found.sort(key=lambda one: one[:3])
    return [
        {
            "mineral": mineral, "smelter": ids[-1], "smelter_name": graph.names[way[-1]], **more, "hops": hops,
            "path": [graph.names[node] for node in way], "ids": ids, "receipts": _steps(chain, way),
            "found": len(found),
        }
        for hops, mineral, ids, chain, way, more in found[:limit]
    ]  # fmt: skip


def _ways(walk: Upstream, start: int, ends: Mapping[int, object], max_hops: int, explained: bool) -> Iterator[Way]:
    """All ways from a company to these smelters that meet nobody twice, as graph nodes."""
    chain = walk.chain
    goal = np.where(np.isin(chain.node, sorted(ends)) & (np.arange(len(chain)) >= chain.companies), 0.0, np.inf)
    place = chain.place(start)
    assert place is not None, "every company has its place in every chain"
    cost = np.where(explained | walk.case.shares(walk.mineral).ways, 1.0, np.inf)
    best = k_best(chain.indptr, chain.head, cost, goal, place, sys.maxsize, max_hops=max_hops)
    if best.capped:
        raise GraphmapError(
            f"There are too many paths of {max_hops} steps for {walk.mineral}.", "Ask for a smaller max_hops."
        )
    return (tuple(chain.node[list(way)].tolist()) for way in best.paths)


def _steps(walk: Upstream, way: Way) -> list[str]:
    """For each step of a path where it stands."""
    chain, out = walk.chain, []
    for tail, head in pairwise(way):
        a, b = chain.place(tail), chain.place(head)
        links = range(int(chain.indptr[a]), int(chain.indptr[a + 1]))  # type: ignore[operator]
        out.append("; ".join(walk.receipts(link for link in links if chain.head[link] == b)))
    return out


# ---- choke points ---------------------------------------------------------------------------------------------


def choke_points(
    view: View, *, company: str, standings: Sequence[str], minerals: Sequence[str], max_hops: int
) -> list[Row]:
    """The companies through which all ways to such smelters go."""
    graph, tier = view.case.graph, tier_of(view.case.graph)
    rows = []
    for mineral in minerals:
        walk = Upstream(view.case, mineral)
        for gate, gated, sought, receipts in _gates(walk, company_node(view.case, company), standings, max_hops):
            smelters = sorted(gated, key=graph.ids.__getitem__)
            rows.append(
                {
                    "mineral": mineral, "gate": graph.ids[gate], "gate_name": graph.names[gate],
                    "tier": tier.get(gate), "gated": len(gated), "of_smelters": sought,
                    "smelters": [graph.ids[node] for node in smelters],
                    "smelter_names": [graph.names[node] for node in smelters], "receipts": receipts,
                }
            )  # fmt: skip
    return sorted(rows, key=lambda row: (-row["gated"], row["mineral"], row["gate"]))


def _gates(
    walk: Upstream, start: int, standings: Sequence[str], max_hops: int
) -> Iterator[tuple[int, list[int], int, list[str]]]:
    """Each gate, the smelters that it gates, how many were looked for, and where the gated ones come in."""
    upstream = walk.within(start, max_hops)
    entering = {
        smelter: companies
        for smelter, companies in walk.entries(upstream).items()
        if walk.standing(smelter) in standings
    }
    ends = set().union(*entering.values())
    gates = set().union(*(walk.within(end, 20, backwards=True) for end in ends)) - {start}
    for gate in sorted(gates):
        around = walk.within(start, max_hops, without=gate)
        gated = [smelter for smelter, companies in entering.items() if not companies & around]
        if gated:
            links = (walk.entering[end][smelter] for smelter in gated for end in entering[smelter])
            yield gate, gated, len(entering), walk.receipts(links)


# ---- around a node --------------------------------------------------------------------------------------------


def neighbourhood(view: View, *, node: str, steps: int, limit: int) -> list[Row]:
    """All claims around a node."""
    graph = view.case.graph
    label, _, id_ = node.partition(":")
    start = graph.node(label, id_)
    assert start is not None, f"{node} was found when the parameters were filled in"
    away = _around(graph, start, steps)
    found = []
    for type_, declared in schema.EDGES.items():
        if declared.private or type_ == "SAME_AS":
            continue
        table = graph.table(type_)
        met = np.flatnonzero(np.isin(table.tail, sorted(away)) | np.isin(table.head, sorted(away)))
        for i in met.tolist():
            tail, head = int(table.tail[i]), int(table.head[i])
            distance = min(away[end] for end in (tail, head) if end in away)
            mineral = schema.MINERALS[table.mineral[i]] if table.mineral[i] >= 0 else ""
            receipt = graph.receipt(type_, i)
            said = (key_of(graph, tail), type_, key_of(graph, head), mineral)
            order = (distance, *said, receipt.file, receipt.row, receipt.source)
            found.append((order, tail, head, receipt))
    found.sort(key=lambda one: one[0])
    return [
        {
            "distance": order[0], "from_label": graph.label_of(tail), "from": graph.ids[tail],
            "from_name": graph.names[tail], "type": order[2], "to_label": graph.label_of(head),
            "to": graph.ids[head], "to_name": graph.names[head], "mineral": order[4] or None,
            "file": receipt.file, "row": receipt.row, "as_of": receipt.as_of or None, "found": len(found),
        }
        for order, tail, head, receipt in found[:limit]
    ]  # fmt: skip


def _around(graph: SupplyGraph, start: int, steps: int) -> dict[int, int]:
    """Node -> steps away, for all that are fewer than ``steps`` away."""
    away, front = {start: 0}, {start}
    for distance in range(1, steps):
        met: set[int] = set()
        for type_ in _ALONG:
            table = graph.table(type_)
            for near, far in ((table.tail, table.head), (table.head, table.tail)):
                met.update(far[np.isin(near, sorted(front))].tolist())
        front = met - away.keys()
        away |= dict.fromkeys(front, distance)
    return away
