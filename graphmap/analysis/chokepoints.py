"""Choke points: who gates which smelters for a company, and the fewest companies to act on (METHOD section 7).

Both follow where smelters enter the chain: a declaration that a supplier of the same company explains is left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp
from scipy.optimize import Bounds, LinearConstraint, milp

from graphmap.analysis.case import Case
from graphmap.analysis.chain import BUYS_FROM, DECLARES, Chain
from graphmap.analysis.paths import Named, minerals_of, named, target_smelters
from graphmap.analysis.structure import dominators, transpose, vertex_cut
from graphmap.analysis.sweep import Mask, Positions
from graphmap.errors import GraphmapError
from graphmap.graph import Ints, ranges
from graphmap.tiers import steps_from


@dataclass(frozen=True)
class Gate:
    """A company through which all ways to some smelters of the group lead.

    ``smelters`` of the group per mineral; ``part`` is per mineral the part (0 to 1) of the exposure of the company
    asked about that comes from all smelters that it gates, also those of no group (METHOD section 7). A company that
    gates in several minerals is one gate, and a smelter that it gates in two minerals counts twice.
    """

    company: Named
    smelters: Mapping[str, tuple[Named, ...]]
    part: Mapping[str, float]

    @property
    def count(self) -> int:
        """How many smelters of the group it gates, over all minerals."""
        return sum(map(len, self.smelters.values()))

    @property
    def largest_mineral(self) -> str:
        """The mineral in which the part of the exposure is largest, of equals the first."""
        return max(self.part, key=self.part.__getitem__)

    @property
    def largest_part(self) -> float:
        """The part of the exposure in that mineral."""
        return self.part[self.largest_mineral]


@dataclass(frozen=True)
class Cut:
    """The fewest companies to act on, for one company and one or several minerals.

    ``cut``: the companies to act on so that no way leads to a smelter of the group any more, save ``direct``: those
    of the group (with their mineral) that the company itself brings and about which no other company can do
    anything. ``cuts`` is the same per mineral, where the fewest are always found.

    Over several minerals ``cut`` is good for all of them at once. It is the fewest if ``fewest``; else one with as few
    as ``at_least`` companies cannot be ruled out. ``unknown`` is per mineral the part (0 to 1) of the company's
    purchases whose smelters nobody names: no cut of known ways says anything of it.
    """

    cut: tuple[Named, ...]
    cuts: Mapping[str, tuple[Named, ...]]
    fewest: bool
    at_least: int
    direct: tuple[tuple[str, Named], ...]
    unknown: Mapping[str, float]


@dataclass(frozen=True)
class ChokePoints:
    """Gates and the fewest companies to act on (see ``Cut``), for one company and one or several minerals.

    ``gates``: the largest part of the exposure first, then most smelters of the group ``to``.
    """

    source: Named
    to: str
    gates: tuple[Gate, ...]
    cut: tuple[Named, ...]
    cuts: Mapping[str, tuple[Named, ...]]
    fewest: bool
    at_least: int
    direct: tuple[tuple[str, Named], ...]
    unknown: Mapping[str, float]

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain values, ready for JSON."""
        return asdict(self)

    def to_frame(self) -> pd.DataFrame:
        """One row per company that gates a smelter of the group, or that is one of the fewest to act on (``act``).

        Columns: ``company`` (id), ``name``, ``smelters`` (of the group that it gates), ``part`` (of the exposure, in
        the mineral ``part_mineral``, where it is largest), ``act``.
        """
        acting = {company.node for company in self.cut}
        rows: list[tuple[object, ...]] = [
            (
                gate.company.id,
                gate.company.name,
                gate.count,
                gate.largest_part,
                gate.largest_mineral,
                gate.company.node in acting,
            )
            for gate in self.gates
        ]
        gating = {gate.company.node for gate in self.gates}
        rows += [(company.id, company.name, 0, 0.0, "", True) for company in self.cut if company.node not in gating]
        return pd.DataFrame(rows, columns=["company", "name", "smelters", "part", "part_mineral", "act"])


def choke_points(case: Case, company: int, *, mineral: str | None = None, to: str = "not-accepted") -> ChokePoints:
    """Choke points of a company, given as graph node; ``to`` is a group of smelters (``paths.TARGETS``)."""
    cut = find_cut(case, company, mineral=mineral, to=to)
    company = int(case.graph.canonical[company])
    gates = _gates(case, company, minerals_of(case, mineral), to)
    found = {field.name: getattr(cut, field.name) for field in fields(Cut)}
    return ChokePoints(source=named(case.graph, company), to=to, gates=gates, **found)


def find_cut(case: Case, company: int, *, mineral: str | None = None, to: str = "not-accepted") -> Cut:
    """Whom a company, given as graph node, should act on; ``to`` is a group of smelters (``paths.TARGETS``).

    For one mineral this is a smallest vertex cut, of several the one nearest to the company: these are the suppliers
    it can reach. Over several minerals it is the smaller of all these together and of the cut in the chains laid over
    one another, unless an integer programme finds a smaller one (``_smallest``).
    """
    graph = case.graph
    company = int(graph.canonical[company])
    if graph.label_of(company) != "Company":
        label = graph.label_of(company).lower()
        raise GraphmapError(f"Choke points are those of a company; {graph.names[company]} is a {label}.")
    chains, ends, direct = [], [], []
    for each in minerals_of(case, mineral):
        chain = case.chain(each)
        chains.append(chain)
        bringing, own = _bringing(case, each, company, to)
        ends.append(bringing)
        direct += [(each, named(graph, smelter)) for smelter in own]
    cuts = {chain.mineral: _cut([chain], company, end) for chain, end in zip(chains, ends, strict=True)}
    together = _cut(chains, company, np.logical_or.reduce(ends)) if chains else []
    one_by_one = sorted({node for cut in cuts.values() for node in cut})
    cut = together if len(together) <= len(one_by_one) else one_by_one
    at_least = _bound(case, company, chains, ends, cuts)
    if len(cut) > at_least:
        cut, at_least = _smallest(company, chains, ends, cut, at_least)
    return Cut(
        tuple(named(graph, node) for node in cut),
        {each: tuple(named(graph, node) for node in nodes) for each, nodes in cuts.items()},
        len(cut) == at_least,
        at_least,
        tuple(direct),
        {each: float(case.exposure(each).unknown[_place(case, each, company)]) for each in minerals_of(case, mineral)},
    )


def _bringing(case: Case, mineral: str, company: int, to: str) -> tuple[Mask, list[int]]:
    """For each company whether it, and not its suppliers, brings a smelter of the group; those of ``company`` apart."""
    chain, source = case.chain(mineral), _place(case, mineral, company)
    bad = np.concatenate([np.zeros(chain.companies, np.bool_), target_smelters(case, mineral, to)])
    brings = (chain.kind == DECLARES) & bad[chain.head] & case.shares(mineral).ways
    own = chain.node[chain.head[brings & (chain.tail == source)]].tolist()
    bringing = np.zeros(chain.companies, np.bool_)
    bringing[chain.tail[brings]] = True
    bringing[source] = False
    return bringing, own


def _place(case: Case, mineral: str, company: int) -> int:
    place = case.chain(mineral).place(company)
    assert place is not None, "every company has its place in every chain"
    return place


# ---- the fewest companies -------------------------------------------------------------------------------------


def _cut(chains: list[Chain], company: int, ends: Mask) -> list[int]:
    """The fewest companies (graph nodes) between a company and ``ends`` in the purchases of all these chains."""
    source = chains[0].place(company)
    assert source is not None, "every company has its place in every chain"
    tail = np.concatenate([chain.tail[chain.kind == BUYS_FROM] for chain in chains])
    head = np.concatenate([chain.head[chain.kind == BUYS_FROM] for chain in chains])
    order = np.argsort(tail, kind="stable")
    indptr: Positions = np.searchsorted(tail[order], np.arange(len(ends) + 1)).astype(np.int64)
    nodes: list[int] = chains[0].node[vertex_cut(indptr, head[order], source, ends)].tolist()
    return nodes


def _purchases(chain: Chain) -> tuple[Positions, Ints]:
    """The purchases of a chain as ``indptr`` and heads, over its companies."""
    bought = chain.kind == BUYS_FROM
    return np.searchsorted(chain.tail[bought], np.arange(chain.companies + 1)).astype(np.int64), chain.head[bought]


def _on_ways(chain: Chain, source: int, ends: Mask) -> Mask:
    """The companies other than the source that lie on any way from it to an end."""
    indptr, heads = _purchases(chain)
    forward = steps_from([source], indptr, heads) >= 0
    backward = steps_from(np.flatnonzero(ends & forward).tolist(), *transpose(indptr, heads)) >= 0
    met: Mask = forward & backward
    met[source] = False
    return met


def _bound(
    case: Case, company: int, chains: Sequence[Chain], ends: Sequence[Mask], cuts: Mapping[str, Sequence[int]]
) -> int:
    """How many companies every cut of all minerals has at least.

    Where the ways of two minerals share no company, both cuts are needed in full; else the larger one (METHOD 6).
    """
    groups: list[tuple[Mask, int]] = []
    for chain, end in zip(chains, ends, strict=True):
        met, most = _on_ways(chain, _place(case, chain.mineral, company), end), len(cuts[chain.mineral])
        apart = []
        for other, size in groups:
            if (other & met).any():
                met, most = met | other, max(most, size)
            else:
                apart.append((other, size))
        groups = [*apart, (met, most)]
    return sum(most for _, most in groups)


_TRIES = 60
"""Rounds of the integer programme before it stops and says what it has proven."""


def _smallest(
    company: int, chains: Sequence[Chain], ends: Sequence[Mask], cut: list[int], at_least: int
) -> tuple[list[int], int]:
    """A smaller cut of all minerals than ``cut``, if there is one, and how many companies every cut has at least.

    An integer programme over the companies: each way that is still open gives a constraint, that one of its companies
    is cut, until none is open. What it has proven when it stops is a bound.
    """
    node, source = chains[0].node, chains[0].place(company)
    assert source is not None, "every company has its place in every chain"
    ways: list[list[int]] = []
    chosen: list[int] = []
    for _ in range(_TRIES):
        opened = [
            way for chain, end in zip(chains, ends, strict=True) for way in _open_ways(chain, source, end, chosen)
        ]
        if not opened:
            return sorted(node[chosen].tolist()), len(chosen)
        ways += opened
        members = sorted({place for way in ways for place in way})
        number = {place: i for i, place in enumerate(members)}
        rows = np.repeat(np.arange(len(ways)), [len(way) for way in ways])
        columns = [number[place] for way in ways for place in way]
        matrix = sp.csr_array((np.ones(len(rows)), (rows, columns)), shape=(len(ways), len(members)))
        found = milp(
            np.ones(len(members)), integrality=np.ones(len(members), np.int64), bounds=Bounds(0, 1),
            constraints=LinearConstraint(matrix, 1, np.inf), options={"node_limit": 2_000},
        )  # fmt: skip
        if not found.success:
            break
        at_least = max(at_least, round(found.fun))
        if at_least >= len(cut):
            return cut, len(cut)
        chosen = [members[i] for i in np.flatnonzero(found.x > 0.5).tolist()]
    return cut, at_least


def _open_ways(chain: Chain, source: int, ends: Mask, cut: Sequence[int]) -> list[list[int]]:
    """Shortest ways, no company on two of them, from the source to an end that a cut leaves open: their companies."""
    indptr, heads = _purchases(chain)
    closed = np.zeros(chain.companies, np.bool_)
    closed[[*cut, source]] = True
    found: list[list[int]] = []
    while True:
        before = np.full(chain.companies, -1)
        front, end = np.array([source]), -1
        while len(front) and end < 0:
            count = indptr[front + 1] - indptr[front]
            tails, met = np.repeat(front, count), heads[ranges(indptr[front], count)]
            fresh = ~closed[met] & (before[met] < 0)
            before[met[fresh][::-1]] = tails[fresh][::-1]
            front = np.unique(met[fresh])
            hits = front[ends[front]]
            end = int(hits[0]) if len(hits) else -1
        if end < 0:
            return found
        way = [end]
        while before[way[-1]] != source:
            way.append(int(before[way[-1]]))
        closed[way] = True
        found.append(way)


# ---- gates ----------------------------------------------------------------------------------------------------


def _gates(case: Case, company: int, minerals: Sequence[str], to: str) -> tuple[Gate, ...]:
    """The gates of all minerals, put together by company and in order."""
    smelters: dict[int, dict[str, tuple[Named, ...]]] = defaultdict(dict)
    part: dict[int, dict[str, float]] = defaultdict(dict)
    for mineral in minerals:
        chain, source, wanted = case.chain(mineral), _place(case, mineral, company), target_smelters(case, mineral, to)
        brought = case.mass(source, mineral)[0][chain.companies :] * case.hazard(mineral)
        exposure = float(case.exposure(mineral).estimate[source])
        for place, every in _gated(chain, source, case.shares(mineral).ways).items():
            gated = [i for i in every if wanted[i]]
            if gated:
                node = int(chain.node[place])
                smelters[node][mineral] = tuple(named(case.graph, int(chain.node[chain.companies + i])) for i in gated)
                part[node][mineral] = min(float(brought[every].sum()) / exposure, 1.0) if exposure > 0 else 0.0
    gates = [Gate(named(case.graph, node), smelters[node], part[node]) for node in sorted(smelters)]
    return tuple(sorted(gates, key=lambda gate: (-gate.largest_part, -gate.count, gate.company.node)))


def _gated(chain: Chain, source: int, structural: Mask) -> dict[int, list[int]]:
    """For each company place but the source the smelters (0 for the first of the chain) that it dominates."""
    indptr: Positions = np.searchsorted(chain.tail[structural], np.arange(len(chain) + 1)).astype(np.int64)
    idom = dominators(indptr, chain.head[structural], source)
    out: dict[int, list[int]] = defaultdict(list)
    for smelter in (chain.companies + np.flatnonzero(idom[chain.companies :] >= 0)).tolist():
        place = int(idom[smelter])
        while place != source:
            out[place].append(smelter - chain.companies)
            place = int(idom[place])
    return out
