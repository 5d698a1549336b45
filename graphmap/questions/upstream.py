"""What twins share: a chain walked for so many steps, and claims as a row shows them.

The analyses follow a chain to its end; the Cypher of a question has a bound, and so has its twin.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from graphmap import places
from graphmap.analysis.beyond import claimed
from graphmap.analysis.case import STANDINGS, Case
from graphmap.analysis.chain import BUYS_FROM, DECLARES, Chain
from graphmap.analysis.structure import transpose
from graphmap.analysis.sweep import Mask
from graphmap.graph import SupplyGraph, ranges
from graphmap.questions.parameters import key_of, listed
from graphmap.tiers import tiers

Links = Mapping[int, Mapping[int, int]]
"""Company -> smelter -> the link of the chain by which the company declares the smelter."""


class Upstream:
    """The chain of one mineral as questions walk it. Companies and smelters are given as graph nodes."""

    def __init__(self, case: Case, mineral: str) -> None:
        self.case, self.graph, self.mineral = case, case.graph, mineral
        self.chain: Chain = case.chain(mineral)

    def _place(self, company: int) -> int:
        place = self.chain.place(company)
        assert place is not None, "every company has its place in every chain"
        return place

    def bought(self, company: int) -> dict[int, int]:
        """From whom a company buys, and the links by which it does."""
        chain, place = self.chain, self._place(company)
        links = range(int(chain.indptr[place]), int(chain.indptr[place + 1]))
        return {int(chain.node[chain.head[i]]): i for i in links if chain.kind[i] == BUYS_FROM}

    def suppliers(self, company: int) -> list[int]:
        """From whom a company buys."""
        return [*self.bought(company)]

    def has_none(self, company: int) -> bool:
        """Whether a company has none of the mineral: it says so, or by its shares buys only from such companies."""
        return bool(self.chain.outside[self._place(company)])

    def within(self, company: int, hops: int, *, without: int | None = None, backwards: bool = False) -> set[int]:
        """Who is fewer than ``hops`` purchases upstream of a company (``backwards``: downstream), itself included.

        ``without`` is another company, through which no way may lead.
        """
        chain, start = self.chain, self._place(company)
        indptr, heads = self._downstream if backwards else (chain.indptr, chain.head)
        closed = np.arange(len(chain)) >= chain.companies  # smelters are no companies
        if without is not None:
            closed[self._place(without)] = True
        seen = np.zeros(len(chain), np.bool_)
        seen[start] = True
        front: npt.NDArray[np.integer[Any]] = np.array([start])
        for _ in range(hops - 1):
            near = heads[ranges(indptr[front], indptr[front + 1] - indptr[front])]
            front = np.unique(near[~seen[near] & ~closed[near]])
            if not len(front):
                break
            seen[front] = True
        return set(chain.node[seen].tolist())

    @cached_property
    def _downstream(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32]]:
        return transpose(self.chain.indptr, self.chain.head)

    @cached_property
    def declared(self) -> Links:
        """The links by which companies declare smelters."""
        return self._declarations(self.chain.kind == DECLARES)

    @cached_property
    def entering(self) -> Links:
        """Those of them with which smelters enter the chain: not explained by a supplier, or carrying purchases."""
        return self._declarations((self.chain.kind == DECLARES) & self.case.shares(self.mineral).ways)

    def _declarations(self, wanted: Mask) -> Links:
        chain, out = self.chain, dict[int, dict[int, int]]()
        for link in np.flatnonzero(wanted).tolist():
            tail, head = int(chain.node[chain.tail[link]]), int(chain.node[chain.head[link]])
            out.setdefault(tail, {})[head] = link
        return out

    def smelters(self, companies: Iterable[int]) -> dict[int, set[int]]:
        """The smelters that any of these companies declares, and which of them do."""
        return _by_smelter(self.declared, companies)

    def entries(self, companies: Iterable[int]) -> dict[int, set[int]]:
        """The smelters that enter the chain with any of these companies, and with which of them."""
        return _by_smelter(self.entering, companies)

    def receipts(self, links: Iterable[int]) -> list[str]:
        """Where the claims of these links stand."""
        return sorted({str(receipt) for link in links for receipt in self.chain.receipts(self.graph, link)})

    def declarations(self, smelter: int, companies: Iterable[int]) -> list[str]:
        """Where these companies declare the smelter."""
        return self.receipts(self.declared[company][smelter] for company in companies)

    # ---- what the policy says ---------------------------------------------------------------------------------

    def _index(self, smelter: int) -> int:
        return int(np.searchsorted(self.case.smelters(self.mineral), smelter))

    def standing(self, smelter: int) -> str:
        """The standing of a smelter."""
        return STANDINGS[int(self.case.standing(self.mineral)[self._index(smelter)])]

    def overdue(self, smelter: int) -> bool:
        """Whether its accepted assessment has run out."""
        return bool(self.case.standings(self.mineral).overdue[self._index(smelter)])

    def assessment(self, smelter: int) -> int | None:
        """The claim that decides its standing, as position in ASSESSED_BY."""
        claim = int(self.case.standings(self.mineral).claim[self._index(smelter)])
        return claim if claim >= 0 else None

    def assessed(self, smelter: int) -> str | None:
        """Where that claim stands."""
        claim = self.assessment(smelter)
        return None if claim is None else str(self.graph.receipt("ASSESSED_BY", claim))

    # ---- what the lens says -----------------------------------------------------------------------------------

    def grounds(self, smelter: int) -> list[Meeting]:
        """What a smelter has to do with areas of the lens, by way and place."""
        hazards, named = self.case.hazards(self.mineral), self.case.areas(self.mineral).named
        found = []
        for way, grounds_of in (("located in", hazards.facilities), ("sources from", hazards.origins)):
            for ground in grounds_of.get(smelter, ()):
                told = sorted({str(self.graph.receipt(*claim)) for claim in ground.claims if claim[0] != "LISTED_BY"})
                receipts = [*told, *listed(self.case, ground)]
                found.append(Meeting(way, ground.place, ground.level, ground.certain, receipts))
        if smelter in named:
            level, claim = named[smelter]
            found.append(Meeting("is listed", smelter, level, True, [str(self.graph.receipt(*claim))]))
        return sorted(found, key=lambda one: (one.way, key_of(self.graph, one.place)))


def _by_smelter(links: Links, companies: Iterable[int]) -> dict[int, set[int]]:
    out: dict[int, set[int]] = {}
    for company in companies:
        for smelter in links.get(company, ()):
            out.setdefault(smelter, set()).add(company)
    return out


@dataclass(frozen=True)
class Meeting:
    """One thing that a smelter has to do with an area: the way, the place (graph node), its level, the receipts."""

    way: str
    place: int
    level: str
    certain: bool
    receipts: list[str]


def evidence(grounds: Sequence[Meeting]) -> list[str]:
    """The receipts of several grounds, each once."""
    out: list[str] = []
    for ground in grounds:
        out += [receipt for receipt in ground.receipts if receipt not in out]
    return out


def company_node(case: Case, id_: str) -> int:
    """The node of a company that a parameter names."""
    node = case.graph.node("Company", id_)
    assert node is not None, f"{id_} was found when the parameters were filled in"
    return node


def tier_of(graph: SupplyGraph) -> dict[int, int]:
    """The tier of each company that a brand buys from, and of brands."""
    tier = tiers(graph)
    return {node: int(tier[node]) for node in np.flatnonzero(tier >= 0).tolist()}


def origins(case: Case, mineral: str) -> dict[int, dict[int, set[str]]]:
    """Smelter -> place that it is said to source from, itself or by a mine that feeds it -> receipts."""
    graph = case.graph
    areas = [*graph.of_label("Region").tolist(), *graph.of_label("Country").tolist()]
    out: dict[int, dict[int, set[str]]] = {}
    dug: dict[int, dict[int, set[str]]] = {}
    for type_ in ("ORIGINATES_IN", "LOCATED_IN"):
        for (tail, place), leg in claimed(case, type_, mineral, areas).items():
            receipts = {str(graph.receipt(type_, claim)) for claim in leg.claims}
            if graph.label_of(tail) == "Mine":
                dug.setdefault(tail, {}).setdefault(place, set()).update(receipts)
            elif type_ == "ORIGINATES_IN":
                out.setdefault(tail, {}).setdefault(place, set()).update(receipts)
    for (smelter, mine), leg in claimed(case, "FED_BY", mineral, sorted(dug)).items():
        fed = {str(graph.receipt("FED_BY", claim)) for claim in leg.claims}
        for place, receipts in dug[mine].items():
            out.setdefault(smelter, {}).setdefault(place, set()).update(receipts | fed)
    return out


def country(graph: SupplyGraph, place: int) -> str:
    """The code of the country that a place is or lies in."""
    return places.country_of(graph.ids[place])


def last_if_none(value: float | str | None) -> tuple[bool, float | str]:
    """To sort by what may be unknown: that comes last."""
    return (True, 0) if value is None else (False, value)
