"""What all maps draw: the sites upstream of one company, and what each mineral says of them.

An ``Atlas`` is computed once from a case; every view, the page and the tests read the same figures from it. Sites are
numbered 0..n-1, the company that the maps start from first; a ``Layer`` gives the figures of one mineral, or of all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from graphmap import policy, schema, wording
from graphmap.analysis import exposure
from graphmap.analysis.case import Case
from graphmap.analysis.chain import BUYS_FROM
from graphmap.analysis.chokepoints import Cut, find_cut
from graphmap.analysis.conformance import conformance
from graphmap.analysis.locations import Location, find_locations
from graphmap.analysis.standing import is_judged
from graphmap.analysis.structure import reachable
from graphmap.analysis.sweep import Mask
from graphmap.graph import Floats, Ints
from graphmap.maps import palette
from graphmap.policy import GRADES, STANDINGS
from graphmap.tiers import steps_from

if TYPE_CHECKING:
    import pandas as pd

KINDS = ("start", "supplier", "smelter", "mine")
"""What a site is; "start" is the company that the maps start from."""

START, SUPPLIER, SMELTER, MINE = range(len(KINDS))

LINKS = ("BUYS_FROM", "DECLARES", "FED_BY")
"""What a link between two sites says; its kind in columns is the index here."""

ALL = ""
"""The name of the layer over all minerals."""

ALL_UNKNOWN = 1 - 1e-9
"""A part of the purchases that is the whole, but for rounding."""


@dataclass(frozen=True)
class Site:
    """One company, smelter or mine. ``tier`` counts the purchases from the start (0: the start, 1: direct suppliers);
    -1 for smelters and mines. ``location`` is None where no document says."""

    number: int
    node: int
    kind: int
    id: str
    name: str
    tier: int
    location: Location | None

    @property
    def country(self) -> str:
        """ISO 3166-1 alpha-2, "" if unknown."""
        return self.location.country if self.location else ""


@dataclass(frozen=True)
class Links:
    """Links between sites, all pointing upstream, ordered by (tail, head).

    ``kind`` is an index into ``LINKS``; ``share`` the estimated part of the tail's purchases, 0 to 1 (NaN beyond the
    smelter; over all minerals the largest). Declarations that a supplier explains (METHOD section 4) are left out:
    they are no way of their own.
    """

    tail: Ints
    head: Ints
    kind: npt.NDArray[np.int8]
    share: Floats

    def __len__(self) -> int:
        return len(self.tail)


@dataclass(frozen=True)
class Layer:
    """What one mineral says of every site; ``mineral`` is ``ALL`` for the layer over all of them.

    Arrays follow the sites. ``present``: has a part in it. ``value``: of a company its exposure (estimate, 0 to 1; over
    all minerals as ``exposure.overall`` has it), of a smelter its hazard (over all minerals the highest), else NaN;
    ``low`` and ``high`` the interval. ``unknown``: the part of a company's purchases of which nothing is known.
    ``standing`` of a smelter (index into ``STANDINGS``; over all minerals that of the highest hazard), -1 elsewhere.
    ``high_risk``: a smelter or mine in an area of the lens, a smelter that sources from one, or one named on its list.
    ``grade`` of a company's evidence (index into ``GRADES``), -1 elsewhere. ``look``: index into ``palette.NAMES``.
    ``reached``: how many smelters of each standing (last axis) stand upstream of a company.
    """

    mineral: str
    present: Mask
    value: Floats
    low: Floats
    high: Floats
    unknown: Floats
    standing: npt.NDArray[np.int8]
    high_risk: Mask
    grade: npt.NDArray[np.int8]
    look: npt.NDArray[np.int8]
    reached: npt.NDArray[np.int32]
    links: Links

    def hollow(self, number: int) -> bool:
        """Whether the evidence for a company is so poor that its mark is drawn hollow."""
        grade = int(self.grade[number])
        return grade >= 0 and GRADES[grade] in palette.HOLLOW

    def count(self, standing: str) -> int:
        """How many smelters of this standing are present."""
        return int(np.count_nonzero(self.present & (self.standing == STANDINGS.index(standing))))


class Atlas:
    """The chain upstream of ``start`` (graph node of a company) under a case.

    ``lenses`` are further cases of the same graph, by the name of their lens: the page shows side by side which sites
    each of them calls high-risk.
    """

    def __init__(self, case: Case, start: int, *, lenses: Mapping[str, Case] | None = None) -> None:
        self.case, self.graph = case, case.graph
        self.start = int(case.graph.canonical[start])
        self.lenses: Mapping[str, Case] = {case.lens.name: case, **(lenses or {})}
        self._layers: dict[str, Layer] = {}
        self._cuts: dict[str, Cut] = {}

    def __len__(self) -> int:
        return len(self.node)

    @property
    def name(self) -> str:
        """What the company that the maps start from is called."""
        return self.graph.names[self.start]

    @property
    def basis(self) -> str:
        """What the figures rest on, as a sentence for the foot of a picture."""
        documents = wording.count_of(len(self.graph.sources), "document")
        day = f" as of {self.case.as_of.isoformat()}" if self.case.as_of else ", none of them dated"
        drawn = f"Drawn from {documents}{day}, under policy {self.case.policy.name} and lens {self.case.lens.name}."
        out = [drawn]
        if unjudged := [one for one in self.minerals if not self.judged(one)]:
            which = "" if len(unjudged) == len(self.minerals) else f" of {wording.listed(unjudged)}"
            out.append(f"Smelters{which} are not judged: no assurance list was known on that date.")
        if blind := [one for one in self.minerals if not self.case.areas(one).loaded]:
            which = "" if len(blind) == len(self.minerals) else f" for {wording.listed(blind)}"
            out.append(f"Areas are not judged{which}: no list of areas is loaded.")
        return " ".join(out)

    def judged(self, mineral: str) -> bool:
        """Whether an assurance list that counts for the mineral was known on the day of the case."""
        return is_judged(self.graph, self.case.policy, mineral, self.case.as_of)

    @cached_property
    def minerals(self) -> tuple[str, ...]:
        """The minerals in the scope of the lens of which the start has a part."""
        return tuple(
            mineral
            for mineral in self.case.minerals
            if self.case.chain(mineral).place(self.start) in self.case.companies(mineral)
        )

    # ---- sites ------------------------------------------------------------------------------------------------

    @cached_property
    def _upstream(self) -> Mapping[str, Mask]:
        """For each mineral which places of its chain stand upstream of the start, which is one of them."""
        chains = {mineral: self.case.chain(mineral) for mineral in self.minerals}
        return {one: reachable(chain.indptr, chain.head, self.place(one)) for one, chain in chains.items()}

    def place(self, mineral: str) -> int:
        """The place of the start in the chain of a mineral."""
        place = self.case.chain(mineral).place(self.start)
        assert place is not None, "every company has its place in every chain"
        return place

    @cached_property
    def node(self) -> Ints:
        """The graph node of each site: the start, then companies by tier, smelters and mines, each in node order."""
        companies = np.flatnonzero(self.tiers >= 0)
        companies = companies[np.argsort(self.tiers[companies], kind="stable")]
        chains = [(self.case.chain(mineral), seen) for mineral, seen in self._upstream.items()]
        upstream = [chain.node[chain.companies :][seen[chain.companies :]] for chain, seen in chains]
        smelters = np.unique(np.concatenate([*upstream, np.zeros(0, np.int32)]))
        fed = [self.case.areas(mineral).feeds(smelters) for mineral in self.minerals]
        mines = sorted({mine for of in fed for heads in of.values() for mine in heads})
        return np.concatenate([companies, smelters, mines]).astype(np.int32)

    @cached_property
    def tiers(self) -> Ints:
        """Per graph node the fewest purchases from the start, over all minerals; -1 for all but companies upstream."""
        tails, heads = [np.zeros(0, np.int32)], [np.zeros(0, np.int32)]
        for mineral, seen in self._upstream.items():
            chain = self.case.chain(mineral)
            bought = (chain.kind == BUYS_FROM) & seen[chain.tail]
            tails.append(chain.node[chain.tail[bought]])
            heads.append(chain.node[chain.head[bought]])
        tail, head = np.concatenate(tails), np.concatenate(heads)
        order = np.argsort(tail, kind="stable")
        return steps_from([self.start], np.searchsorted(tail[order], np.arange(len(self.graph) + 1)), head[order])

    @cached_property
    def number(self) -> Ints:
        """The site of each graph node, -1 for nodes that are none."""
        out = np.full(len(self.graph), -1, np.int32)
        out[self.node] = np.arange(len(self.node), dtype=np.int32)
        return out

    @cached_property
    def kind(self) -> npt.NDArray[np.int8]:
        """Index into ``KINDS`` per site."""
        label = self.graph.label[self.node]
        out = np.full(len(label), SUPPLIER, np.int8)
        out[label == schema.LABELS.index("Smelter")] = SMELTER
        out[label == schema.LABELS.index("Mine")] = MINE
        out[0] = START
        return out

    @cached_property
    def sites(self) -> tuple[Site, ...]:
        """All sites by number."""
        where, at = find_locations(self.case), self.node.astype(np.intp)
        told = (self.node, self.kind, self.graph.ids.take(at), self.graph.names.take(at), self.tiers[self.node])
        columns = (column.tolist() if isinstance(column, np.ndarray) else column for column in told)
        return tuple(
            Site(i, node, kind, id_, name, tier, where.get(node))
            for i, (node, kind, id_, name, tier) in enumerate(zip(*columns, strict=True))
        )

    @cached_property
    def companies(self) -> Mapping[str, int]:
        """The number of each company by its id."""
        return {site.id: site.number for site in self.sites if site.kind in (START, SUPPLIER)}

    # ---- layers -----------------------------------------------------------------------------------------------

    def layer(self, mineral: str = ALL) -> Layer:
        """What a mineral of ``minerals``, or ``ALL``, says of the sites."""
        if mineral not in self._layers:
            self._layers[mineral] = self._of_all() if mineral == ALL else self._of(mineral)
        return self._layers[mineral]

    @property
    def layers(self) -> Iterable[Layer]:
        """The layer over all minerals, then one for each."""
        return (self.layer(mineral) for mineral in (ALL, *self.minerals))

    @cached_property
    def rated(self) -> pd.DataFrame:
        """What ``exposure.rate`` says of all companies of the graph, for the minerals of the atlas."""
        return exposure.rate(self.case, minerals=self.minerals)

    @cached_property
    def rates(self) -> pd.DataFrame:
        """What ``conformance.conformance`` says of the direct suppliers, or of the start where there are none."""
        companies = [site.node for site in self.sites if site.tier == 1] or [self.start]
        return conformance(self.case, companies=companies, minerals=self.minerals)

    def cut(self, to: str) -> Cut:
        """What ``chokepoints.find_cut`` says of the start and a group of smelters, over all minerals and for each."""
        if to not in self._cuts:
            self._cuts[to] = find_cut(self.case, self.start, to=to)
        return self._cuts[to]

    def _of(self, mineral: str) -> Layer:
        case, chain = self.case, self.case.chain(mineral)
        seen = self._upstream[mineral]
        part = np.zeros(len(chain), np.bool_)
        part[case.companies(mineral)] = True
        part[chain.companies :] = True
        here = np.flatnonzero(seen & part)
        at = self.number[chain.node[here]]  # never -1: every place upstream is a site
        out = self._blank(mineral)
        out.present[at] = True
        smelters = here >= chain.companies
        self._rate(out, self.rated[self.rated["mineral"] == mineral])
        j, sites = here[smelters] - chain.companies, at[smelters]
        out.value[sites] = out.low[sites] = out.high[sites] = case.hazard(mineral)[j]
        out.standing[sites] = case.standing(mineral)[j]
        out.high_risk[sites] = case.high_risk(mineral)[j]
        feeding = self._mines(out, mineral, chain.node[here[smelters]])
        links = self._links(mineral, seen & part, feeding)
        return self._finished(out, links)

    def _of_all(self) -> Layer:
        out, layers = self._blank(ALL), [self.layer(mineral) for mineral in self.minerals]
        for one in layers:
            np.logical_or(out.present, one.present, out=out.present)
            np.logical_or(out.high_risk, one.high_risk, out=out.high_risk)
            smelters = (one.standing >= 0) & ~(out.value >= one.value)
            for mine, theirs in ((out.value, one.value), (out.low, one.low), (out.high, one.high)):
                mine[smelters] = theirs[smelters]
            out.standing[smelters] = one.standing[smelters]
        out.present[0] = True
        self._rate(out, exposure.overall(self.case, self.rated))
        reached = np.zeros((len(self), len(STANDINGS)), np.int32)
        for one in layers:
            np.add(reached, one.reached, out=reached)
        out.reached[:] = reached
        links = [one.links for one in layers]
        if not links:
            return self._finished(out, _no_links())
        tail, head, kind, share = (
            np.concatenate([getattr(one, name) for one in links]) for name in ("tail", "head", "kind", "share")
        )
        order = np.lexsort((-np.nan_to_num(share, nan=-1.0), head, tail))
        first = np.ones(len(order), np.bool_)
        first[1:] = (np.diff(tail[order]) != 0) | (np.diff(head[order]) != 0)
        kept = order[first]
        return self._finished(out, Links(tail[kept], head[kept], kind[kept], share[kept]))

    def _blank(self, mineral: str) -> Layer:
        n = len(self)
        unknown, code = np.full(n, np.nan), np.full(n, -1, np.int8)
        return Layer(
            mineral,
            present=np.zeros(n, np.bool_),
            value=unknown,
            low=unknown.copy(),
            high=unknown.copy(),
            unknown=unknown.copy(),
            standing=code,
            high_risk=np.zeros(n, np.bool_),
            grade=code.copy(),
            look=code.copy(),
            reached=np.zeros((n, len(STANDINGS)), np.int32),
            links=_no_links(),
        )

    def _rate(self, out: Layer, rated: pd.DataFrame) -> None:
        """Enter the figures of companies, as rows of ``exposure.rate`` or ``exposure.overall``."""
        at = np.array([self.companies.get(id_, -1) for id_ in rated["company"].to_numpy()], np.int64)
        row = np.flatnonzero(at >= 0)
        at = at[row]
        for mine, name in ((out.value, "exposure"), (out.low, "low"), (out.high, "high"), (out.unknown, "unknown")):
            mine[at] = rated[name].to_numpy(np.float64)[row]
        grades = {grade: i for i, grade in enumerate(GRADES)}
        out.grade[at] = [grades[grade] for grade in rated["evidence"].to_numpy()[row]]
        for i, standing in enumerate(STANDINGS):
            if (name := standing.replace(" ", "_")) in rated:
                out.reached[at, i] = rated[name].to_numpy(np.int64)[row]

    def _mines(self, out: Layer, mineral: str, smelters: Ints) -> list[tuple[int, int]]:
        """Enter the mines that feed these smelters (graph nodes); the pairs (smelter, mine) of sites."""
        areas = self.case.areas(mineral)
        feeds = self.case.sourcing(mineral).feeds
        fed = {smelter: feeds[smelter] for smelter in smelters.tolist() if smelter in feeds}
        mines = np.array(sorted({mine for heads in fed.values() for mine in heads}), np.int32)
        out.present[self.number[mines]] = True
        out.high_risk[self.number[sorted(areas.risky(mines, self.case.policy.origin_value))]] = True
        return [(int(self.number[tail]), int(self.number[mine])) for tail, heads in fed.items() for mine in heads]

    def _links(self, mineral: str, here: Mask, feeding: Sequence[tuple[int, int]]) -> Links:
        chain, shares = self.case.chain(mineral), self.case.shares(mineral)
        way = np.flatnonzero(here[chain.tail] & here[chain.head] & shares.ways)
        more = np.array(feeding, np.int32).reshape(-1, 2)
        tail = np.concatenate([self.number[chain.node[chain.tail[way]]], more[:, 0]])
        head = np.concatenate([self.number[chain.node[chain.head[way]]], more[:, 1]])
        kind = np.concatenate([chain.kind[way], np.full(len(more), 2, np.int8)])
        share = np.concatenate([shares.weight[way], np.full(len(more), np.nan)])
        order = np.lexsort((head, tail))
        return Links(tail[order], head[order], kind[order], share[order])

    def _finished(self, layer: Layer, links: Links) -> Layer:
        """The layer with its links and looks."""
        names = {name: i for i, name in enumerate(palette.NAMES)}
        look = layer.look
        company, mine = self.kind <= SUPPLIER, self.kind == MINE
        ends = np.array([end for end, _, _ in palette.BANDS[:-1]])
        bands = np.array([names[name] for _, name, _ in palette.BANDS], np.int8)
        known = company & ~np.isnan(layer.value) & ~(layer.unknown > ALL_UNKNOWN)
        look[company] = names["unknown"]
        look[known] = bands[np.searchsorted(ends, layer.value[known], side="right")]
        looks = np.array([names[palette.OF_STANDING[standing]] for standing in policy.STANDINGS], np.int8)
        smelter = layer.standing >= 0
        look[smelter] = looks[layer.standing[smelter]]
        where = np.array([site.location is not None for site in self.sites], np.bool_)
        look[mine] = np.where(layer.high_risk, names["high"], np.where(where, names["neutral"], names["unknown"]))[mine]
        look[(look < 0) & (self.kind == SMELTER)] = names["unknown"]  # absent from this layer
        return replace(layer, links=links)


def _no_links() -> Links:
    none = np.zeros(0, np.int32)
    return Links(none, none, np.zeros(0, np.int8), np.zeros(0))
