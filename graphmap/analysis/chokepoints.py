"""Choke points: who gates which smelters for a company, and the fewest companies to act on (METHOD section 7).

Both follow where smelters enter the chain: a declaration that a supplier of the same company explains is left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from graphmap.analysis.case import Case
from graphmap.analysis.chain import BUYS_FROM, DECLARES, Chain
from graphmap.analysis.paths import Named, minerals_of, named, target_smelters
from graphmap.analysis.structure import dominators, vertex_cut
from graphmap.analysis.sweep import Mask, Positions
from graphmap.errors import GraphmapError


@dataclass(frozen=True)
class Gate:
    """A company through which all ways to some smelters go.

    ``smelters`` per mineral; ``targets`` is how many of them belong to the group asked for; ``part`` is per mineral
    the part (0 to 1) of the exposure of the company asked about that comes from these smelters. A company that
    gates in several minerals is one gate, and a smelter that it gates in two minerals counts twice.
    """

    company: Named
    smelters: Mapping[str, tuple[Named, ...]]
    targets: int
    part: Mapping[str, float]

    @property
    def count(self) -> int:
        """How many smelters it gates, over all minerals."""
        return sum(map(len, self.smelters.values()))

    @property
    def largest_part(self) -> float:
        """The part of the exposure in the mineral in which it is largest."""
        return max(self.part.values(), default=0.0)


@dataclass(frozen=True)
class Cut:
    """The fewest companies to act on, for one company and one or several minerals.

    ``cut``: the companies to act on so that no way leads to a smelter of the group any more, save ``direct``: those
    of the group (with their mineral) that the company itself brings and about which no other company can do
    anything. ``cuts`` is the same per mineral, where the fewest are always found.

    Over several minerals ``cut`` is good for all of them at once. It is the fewest if ``fewest``; else (purchases
    that name minerals make the ways differ) one with as few as ``at_least`` companies cannot be ruled out.
    """

    cut: tuple[Named, ...]
    cuts: Mapping[str, tuple[Named, ...]]
    fewest: bool
    at_least: int
    direct: tuple[tuple[str, Named], ...]


@dataclass(frozen=True)
class ChokePoints:
    """Gates and the fewest companies to act on (see ``Cut``), for one company and one or several minerals.

    ``gates``: the largest part of the exposure first, then most smelters of the group ``to``, then most smelters.
    """

    source: Named
    to: str
    gates: tuple[Gate, ...]
    cut: tuple[Named, ...]
    cuts: Mapping[str, tuple[Named, ...]]
    fewest: bool
    at_least: int
    direct: tuple[tuple[str, Named], ...]

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain values, ready for JSON."""
        return asdict(self)

    def to_frame(self) -> pd.DataFrame:
        """One row per gate: ``company`` (id), ``name``, ``smelters``, ``targets``, ``part`` (largest), ``act``.

        ``act`` says whether the company is one of the fewest to act on; those that gate nothing by themselves have
        a row too.
        """
        acting = {company.node for company in self.cut}
        rows = [
            (
                gate.company.id,
                gate.company.name,
                gate.count,
                gate.targets,
                gate.largest_part,
                gate.company.node in acting,
            )
            for gate in self.gates
        ]
        gating = {gate.company.node for gate in self.gates}
        rows += [(company.id, company.name, 0, 0, 0.0, True) for company in self.cut if company.node not in gating]
        return pd.DataFrame(rows, columns=["company", "name", "smelters", "targets", "part", "act"])


def choke_points(case: Case, company: int, *, mineral: str | None = None, to: str = "not-accepted") -> ChokePoints:
    """Choke points of a company, given as graph node; ``to`` is a group of smelters (``paths.TARGETS``)."""
    cut = find_cut(case, company, mineral=mineral, to=to)
    company = int(case.graph.canonical[company])
    gates = _gates(case, company, minerals_of(case, mineral), to)
    return ChokePoints(named(case.graph, company), to, gates, cut.cut, cut.cuts, cut.fewest, cut.at_least, cut.direct)


def find_cut(case: Case, company: int, *, mineral: str | None = None, to: str = "not-accepted") -> Cut:
    """Whom a company, given as graph node, should act on; ``to`` is a group of smelters (``paths.TARGETS``).

    Of several smallest cuts the one nearest to the company is given: these are the suppliers it can reach. Over
    several minerals the cut is made in the chains laid over one another, or is all cuts of single minerals
    together, whichever is smaller.
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
    at_least = max(map(len, cuts.values()), default=0)
    together = _cut(chains, company, np.logical_or.reduce(ends)) if chains else []
    one_by_one = sorted({node for cut in cuts.values() for node in cut})
    cut = together if len(together) <= len(one_by_one) else one_by_one
    return Cut(
        tuple(named(graph, node) for node in cut),
        {each: tuple(named(graph, node) for node in nodes) for each, nodes in cuts.items()},
        len(cut) == at_least or _same_purchases(chains),
        at_least,
        tuple(direct),
    )


def _bringing(case: Case, mineral: str, company: int, to: str) -> tuple[Mask, list[int]]:
    """For each company whether it, and not its suppliers, brings a smelter of the group; those of ``company`` apart."""
    chain, source = case.chain(mineral), _place(case, mineral, company)
    bad = np.concatenate([np.zeros(chain.companies, np.bool_), target_smelters(case, mineral, to)])
    brings = (chain.kind == DECLARES) & bad[chain.head] & ~case.shares(mineral).explained
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


def _same_purchases(chains: list[Chain]) -> bool:
    """Whether everybody buys from the same companies in every mineral, so that laying chains together adds no way."""
    links = [(chain.tail[chain.kind == BUYS_FROM], chain.head[chain.kind == BUYS_FROM]) for chain in chains]
    return all(np.array_equal(a, links[0][0]) and np.array_equal(b, links[0][1]) for a, b in links)


# ---- gates ----------------------------------------------------------------------------------------------------


def _gates(case: Case, company: int, minerals: Sequence[str], to: str) -> tuple[Gate, ...]:
    """The gates of all minerals, put together by company and in order."""
    smelters: dict[int, dict[str, tuple[Named, ...]]] = defaultdict(dict)
    part: dict[int, dict[str, float]] = defaultdict(dict)
    targets: dict[int, int] = defaultdict(int)
    for mineral in minerals:
        chain, source, wanted = case.chain(mineral), _place(case, mineral, company), target_smelters(case, mineral, to)
        mass, _ = case.mass(source, mineral)
        brought = mass[chain.companies :] * case.hazard(mineral)
        exposure = float(case.exposure(mineral).estimate[source])
        for place, gated in _gated(chain, source, ~case.shares(mineral).explained).items():
            node = int(chain.node[place])
            smelters[node][mineral] = tuple(named(case.graph, int(chain.node[chain.companies + j])) for j in gated)
            part[node][mineral] = min(float(brought[gated].sum()) / exposure, 1.0) if exposure > 0 else 0.0
            targets[node] += int(wanted[gated].sum())
    gates = [Gate(named(case.graph, node), smelters[node], targets[node], part[node]) for node in sorted(smelters)]
    return tuple(sorted(gates, key=lambda gate: (-gate.largest_part, -gate.targets, -gate.count, gate.company.node)))


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
