"""Risk paths: from a company upstream to a smelter, and on to a mine or a country, each hop with its receipts.

A path meets no node twice, runs upstream, and is of one mineral: that of its declaration (METHOD section 6).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd

from graphmap.analysis.beyond import Leg, stands_for, ways_beyond
from graphmap.analysis.case import STANDINGS, Case
from graphmap.analysis.chain import BUYS_FROM, Chain
from graphmap.analysis.search import Best, Count, count_paths, k_best, potential
from graphmap.analysis.structure import transpose
from graphmap.analysis.sweep import Mask
from graphmap.errors import GraphmapError
from graphmap.graph import Floats, Receipt, SupplyGraph
from graphmap.tiers import steps_from

if TYPE_CHECKING:
    from graphmap.analysis.shares import Shares

By = Literal["risk", "hops"]

_OF_STANDING: Mapping[str, tuple[str, ...]] = {
    "not-accepted": ("not accepted",),
    "not-on-list": ("not on list",),
    "unidentified": ("unidentified",),
    "not-judged": ("not judged",),
    "unaccepted": ("not accepted", "not on list", "unidentified", "not judged"),
    "any": STANDINGS,
}

TARGETS: tuple[str, ...] = (*_OF_STANDING, "high-risk")
"""Groups of smelters by name: by standing ("unaccepted" is all but accepted and in progress), or ``high-risk``:
located in or sourcing from an area of the lens."""

_ON_PATHS = ("Company", "Smelter", "Mine", "Region", "Country")

_RANKS = {"risk": (1e-8, 9), "hops": (1e6, 6)}
"""Search cost of a hop, and to how many decimals costs count. Ranked by risk, hops only break ties; ranked by hops,
they outweigh any product of shares."""

_NOTHING = 1e4
"""Search cost of a link or smelter whose share or hazard is 0. A path with one stands after all paths without, whose
products would have to be below exp(-10,000) to cost as much. Its score is 0 all the same."""

_KEPT = 12
"""Searches kept per case: one for each mineral and target that was asked for last."""

_ROUNDING = 1e-12
"""Shares that differ by less are the same."""

_MOST_THROUGH = 8
"""Nodes that paths can be asked to meet; counting takes twice the memory for each."""


@dataclass(frozen=True)
class Named:
    """A node as a reader knows it; ``node`` is its number in the graph."""

    node: int
    label: str
    id: str
    name: str


def named(graph: SupplyGraph, node: int) -> Named:
    """What a node is called."""
    return Named(int(node), graph.label_of(node), graph.ids[node], graph.names[node])


@dataclass(frozen=True)
class Hop:
    """One step upstream and the claims that it rests on.

    ``share`` is the part of the tail's purchases that the head brings (estimate, 0 to 1; None beyond the smelter).
    ``stated_share`` is what documents give, None where they give nothing. ``stated``: the hop carries just that;
    ``scaled``: it carries another part, because other purchases were left out or shares sum to more than 1.
    ``explained``: the company declares the smelter, but a supplier of it brings the smelter anyway.
    """

    tail: Named
    head: Named
    type: str
    share: float | None
    stated_share: float | None
    explained: bool
    receipts: tuple[Receipt, ...]

    @property
    def stated(self) -> bool:
        """Whether documents state just the share that the hop carries."""
        return self.share is not None and self.stated_share is not None and not self.scaled

    @property
    def scaled(self) -> bool:
        """Whether the hop carries another share than documents state."""
        given = self.share is not None and self.stated_share is not None
        return given and abs((self.share or 0.0) - (self.stated_share or 0.0)) > _ROUNDING


@dataclass(frozen=True)
class Path:
    """A way from a company to a smelter (and what feeds it) or to another company.

    ``score`` is the product of the shares times the hazard of the smelter: what this path adds to the exposure of
    the company that it starts from. To a company it is the product of the shares; ``hazard`` is None and
    ``standing`` "".
    """

    mineral: str
    score: float
    hazard: float | None
    standing: str
    hops: tuple[Hop, ...]

    @property
    def nodes(self) -> tuple[Named, ...]:
        """The nodes in order, the company that the path starts from first."""
        return (self.hops[0].tail, *(hop.head for hop in self.hops))

    def __str__(self) -> str:
        return " > ".join(node.name for node in self.nodes)


@dataclass(frozen=True)
class Unclear:
    """What is not known of a company's chain of one mineral, so that "no path" is not read as an all-clear.

    Of the ``smelters`` upstream, ``not_on_list`` stand on no assurance list, ``not_judged`` could not be judged, as no
    list was known on that day, and ``unidentified`` have no name; ``unknown`` is the part of the company's purchases,
    0 to 1, whose smelters nobody names.
    """

    smelters: int
    not_on_list: int
    not_judged: int
    unidentified: int
    unknown: float


@dataclass(frozen=True)
class Paths:
    """The best paths that were asked for, best first, and what they leave out.

    ``total`` is how many paths pass the filters: exactly if ``total_exact``, else at least so many (knots of mutual
    buyers were followed for ``search.COUNT_EFFORT`` steps). ``capped``: the search gave up after ``search.EFFORT``
    beginnings of paths, so better paths than the last ones may be missing. ``exposure`` is that of the source per
    mineral and ``rest`` the part that the paths listed here do not account for: further paths, other smelters, ways
    in a circle, and purchases of unknown origin; both are empty for paths to a company. ``unclear`` says what
    is not known of the source's chain, per mineral that the source has a part in. ``direct`` are the direct suppliers
    through which any path leads, and ``smelters`` those where any path ends (of paths to a company: none): both are
    counted over the whole chain, whatever is listed here.
    """

    source: Named
    to: str
    by: By
    paths: tuple[Path, ...]
    total: int
    total_exact: bool
    capped: bool
    exposure: Mapping[str, float]
    rest: Mapping[str, float]
    unclear: Mapping[str, Unclear]
    direct: tuple[Named, ...]
    smelters: tuple[Named, ...]

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain values, ready for JSON."""
        return asdict(self)

    def to_frame(self) -> pd.DataFrame:
        """One row per path.

        Columns: ``rank`` from 1, ``mineral``, ``score`` and ``hazard`` (0 to 1), ``standing``, ``hops``, ``path``
        (names), ``ids``, ``receipts`` (those of one hop joined by "; ", hops by " > ").
        """
        rows = [
            (
                rank,
                path.mineral,
                path.score,
                np.nan if path.hazard is None else path.hazard,
                path.standing,
                len(path.hops),
                str(path),
                " > ".join(node.id for node in path.nodes),
                " > ".join("; ".join(map(str, hop.receipts)) for hop in path.hops),
            )
            for rank, path in enumerate(self.paths, 1)
        ]
        columns = ["rank", "mineral", "score", "hazard", "standing", "hops", "path", "ids", "receipts"]
        return pd.DataFrame(rows, columns=columns)


def find_paths(
    case: Case,
    source: int,
    *,
    to: str | int = "not-accepted",
    mineral: str | None = None,
    k: int = 25,
    by: By = "risk",
    through: Sequence[int] = (),
    avoiding: Sequence[int] = (),
    max_hops: int | None = None,
    explained: bool = False,
) -> Paths:
    """The ``k`` riskiest (or shortest) paths from a company, given as graph node, over one mineral or all.

    ``to`` is one of ``TARGETS`` or a graph node: a smelter, another company, a mine (by the smelters that it
    feeds), or a country or region (by the smelters that stand there, process what comes from there, or are fed by a
    mine there). ``by="risk"`` ranks by score, ``"hops"`` by length and then by score; ties stand by length and then
    in the order of the nodes. ``through`` and ``avoiding`` are graph nodes of the same kinds as ``to``.
    ``max_hops`` counts up to the smelter or company. A declaration that a supplier explains and that carries no mass is
    no way, unless ``explained``. Raises ``GraphmapError`` for what cannot start or end a path.
    """
    graph = case.graph
    source, through, avoiding = (graph.canonical[nodes].tolist() for nodes in (source, list(through), list(avoiding)))
    to = to if isinstance(to, str) else int(graph.canonical[to])
    _check(graph, source, to, [*through, *avoiding])
    if by not in _RANKS:
        raise GraphmapError(f"Paths cannot be ranked by {by}.", f"Choose one of: {', '.join(_RANKS)}.")
    if k < 1 or (max_hops is not None and max_hops < 1) or len(through) > _MOST_THROUGH or source in avoiding:
        raise GraphmapError(
            "No path passes these filters.",
            f"Ask for at least 1 path and 1 hop, through at most {_MOST_THROUGH} nodes, not avoiding the start.",
        )
    found: list[tuple[float, tuple[int, ...], int, _Search, tuple[int, ...]]] = []
    total, exact, capped = 0, True, False
    exposure, rest = {}, {}
    direct, smelters = set[int](), set[int]()
    for number, each in enumerate(minerals_of(case, mineral)):
        whole = _search(case, each, to, by, explained)
        start = whole.chain.place(source)
        assert start is not None, "every company has its place in every chain"
        search, must = whole.narrowed(case, through, avoiding)
        best, count = search.run(start, k, must, max_hops)
        total, exact, capped = total + max(count.paths, len(best.paths)), exact and count.exact, capped or best.capped
        suppliers, ends = search.reached(start, must, max_hops)
        direct |= suppliers
        smelters |= ends
        found += [(search.price(way), search.nodes(way), number, search, way) for way in best.paths]
        if not search.to_company:
            exposure[each] = float(case.exposure(each).estimate[start])
    found.sort(key=lambda item: item[:3])
    paths = tuple(search.path(case, way) for *_, search, way in found[:k])
    for each, value in exposure.items():
        rest[each] = max(value - sum(path.score for path in paths if path.mineral == each), 0.0)
    target = to if isinstance(to, str) else graph.names[to]
    unclear = {
        each: _unclear(case, each, place)
        for each in minerals_of(case, mineral)
        if (place := case.chain(each).place(source)) in case.companies(each)
    }
    reached = (tuple(named(graph, node) for node in sorted(nodes)) for nodes in (direct, smelters))
    return Paths(named(graph, source), target, by, paths, total, exact, capped, exposure, rest, unclear, *reached)


def _unclear(case: Case, mineral: str, start: int | None) -> Unclear:
    assert start is not None, "every company has its place in every chain"
    standing = case.standing(mineral)[case.reach(mineral).of(start)]
    not_on_list, not_judged, unidentified = (
        int(np.count_nonzero(standing == STANDINGS.index(name)))
        for name in ("not on list", "not judged", "unidentified")
    )
    unknown = float(case.exposure(mineral).unknown[start])
    return Unclear(len(standing), not_on_list, not_judged, unidentified, unknown)


def direct_suppliers_to(case: Case, source: int, to: str | int, mineral: str | None = None) -> tuple[int, ...]:
    """The direct suppliers of a company through which any path leads to ``to`` (as for ``find_paths``), as graph nodes.

    Counted over the whole chain, in time linear in its links: a larger group never gives fewer suppliers.
    """
    return _reached(case, source, to, mineral)[0]


def smelters_reached(case: Case, source: int, to: str | int, mineral: str | None = None) -> tuple[int, ...]:
    """The smelters of ``to`` at which any path of a company ends, as graph nodes; see ``direct_suppliers_to``."""
    return _reached(case, source, to, mineral)[1]


def _reached(case: Case, source: int, to: str | int, mineral: str | None) -> tuple[tuple[int, ...], tuple[int, ...]]:
    suppliers, ends = set[int](), set[int]()
    source = int(case.graph.canonical[source])
    for each in minerals_of(case, mineral):
        search = _search(case, each, to, "risk", explained=False)
        start = search.chain.place(source)
        assert start is not None, "every company has its place in every chain"
        found = search.reached(start, [], None)
        suppliers |= found[0]
        ends |= found[1]
    return tuple(sorted(suppliers)), tuple(sorted(ends))


def _check(graph: SupplyGraph, source: int, to: str | int, others: Sequence[int]) -> None:
    """Refuse what cannot start, end or pass a path."""
    if graph.label_of(source) != "Company":
        raise GraphmapError(f"Paths start from a company; {graph.names[source]} is a {graph.label_of(source).lower()}.")
    if source == to:
        raise GraphmapError(f"A path from {graph.names[source]} cannot end there.", "Choose another end.")
    for node in others if isinstance(to, str) else [to, *others]:
        if (label := graph.label_of(node)) not in _ON_PATHS:
            cure = f"Choose a {', '.join(_ON_PATHS[:-1]).lower()} or {_ON_PATHS[-1].lower()}."
            raise GraphmapError(f"Paths do not meet {graph.names[node]}, a {label.lower()}.", cure)


def target_smelters(case: Case, mineral: str, to: str) -> Mask:
    """For each smelter of a mineral whether it belongs to a group of ``TARGETS``."""
    if to == "high-risk":
        return case.high_risk(mineral)
    if to not in _OF_STANDING:
        raise GraphmapError(f"There is no group of smelters called {to}.", f"Choose one of: {', '.join(TARGETS)}.")
    codes = [STANDINGS.index(standing) for standing in _OF_STANDING[to]]
    return np.isin(case.standing(mineral), codes)


def minerals_of(case: Case, mineral: str | None) -> tuple[str, ...]:
    """The mineral that was asked for, or all that the lens of the case covers."""
    return case.minerals if mineral is None else (mineral,)


# ---- one search -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Search:
    """All that does not depend on where paths start: costs per link, ends per place, and the way from each place on.

    ``weight`` is per link the part of the tail's purchases that it carries, ``worth`` per smelter what a path to it
    counts with. ``beyond`` gives the legs that follow a smelter, by its graph node.
    """

    chain: Chain
    shares: Shares
    weight: Floats
    cost: Floats
    goal: Floats
    bound: Floats
    worth: Floats
    digits: int
    to_company: bool
    beyond: Mapping[int, tuple[Leg, ...]]
    _last: dict[tuple[Any, ...], tuple[Best, Count]] = field(default_factory=dict, init=False, repr=False)
    _shown: dict[tuple[int, ...], Path] = field(default_factory=dict, init=False, repr=False)

    def narrowed(self, case: Case, through: Sequence[int], avoiding: Sequence[int]) -> tuple[_Search, list[int]]:
        """The same search within filters given as graph nodes, and the places that its paths must meet."""
        chain, must = self.chain, []
        cost, goal = self.cost, self.goal
        for node in avoiding:
            out = np.isin(chain.node, stands_for(case, chain.mineral, node))
            cost = np.where(out[chain.head] | out[chain.tail], np.inf, cost)
            goal = np.where(out, np.inf, goal)
        for node in through:
            place = chain.place(node)
            if place is None:  # a mine or an area, or a smelter of another mineral
                goal = np.where(np.isin(chain.node, stands_for(case, chain.mineral, node)), goal, np.inf)
            else:
                must.append(place)
        if goal is self.goal:
            return self, must
        return replace(self, cost=cost, goal=goal, bound=potential(chain.indptr, chain.head, cost, goal)), must

    def run(self, start: int, k: int, must: list[int], max_hops: int | None) -> tuple[Best, Count]:
        """The best paths from a place, and how many there are.

        What was found last is kept: who asks for all minerals often goes on to ask for each.
        """
        asked = (start, k, tuple(must), max_hops)
        found = self._last.get(asked)
        if found is None:
            found = self._run(start, k, must, max_hops)
            self._last.clear()
            self._shown.clear()
            self._last[asked] = found
        return found

    def _run(self, start: int, k: int, must: list[int], max_hops: int | None) -> tuple[Best, Count]:
        indptr, heads, ends, allowed = (
            self.chain.indptr,
            self.chain.head,
            np.isfinite(self.goal),
            np.isfinite(self.bound),
        )
        best = k_best(
            indptr, heads, self.cost, self.goal, start, k,
            bound=self.bound, through=must, max_hops=max_hops, digits=self.digits,
        )  # fmt: skip
        usable = np.isfinite(self.cost)
        if not usable.all():
            heads, indptr = heads[usable], np.append(0, np.cumsum(usable))[indptr].astype(np.int64)
        return best, count_paths(indptr, heads, start, ends, allowed, through=must, max_hops=max_hops)

    def reached(self, start: int, must: Sequence[int], max_hops: int | None) -> tuple[set[int], set[int]]:
        """The direct suppliers through which paths from a place lead, and the smelters where they end (graph nodes).

        Every walk to an end that does not come back to the start holds a path, so this needs no search. What paths must
        meet is asked of each such place by itself: where companies buy in circles that may be a few too many.
        """
        chain, most = self.chain, len(self.chain) if max_hops is None else max_hops
        used = np.isfinite(self.cost) & (chain.head != start) & ~np.isfinite(self.goal)[chain.tail]
        head = chain.head[used]
        indptr = np.searchsorted(chain.tail[used], np.arange(len(chain) + 1)).astype(np.int64)
        back = transpose(indptr, head)
        before_end = steps_from(np.flatnonzero(np.isfinite(self.goal)).tolist(), *back)
        from_start = steps_from([start], indptr, head)
        suppliers = head[indptr[start] : indptr[start + 1]]
        suppliers = suppliers[(suppliers < chain.companies) & (before_end[suppliers] >= 0)]
        suppliers = suppliers[1 + before_end[suppliers] <= most]
        ends = np.flatnonzero(np.isfinite(self.goal) & (from_start >= 0) & (from_start <= most))
        ends = ends[ends >= chain.companies]
        for place in must:
            suppliers = suppliers[steps_from([place], *back)[suppliers] >= 0]
            ends = ends[steps_from([place], indptr, head)[ends] >= 0]
        return set(chain.node[suppliers].tolist()), set(chain.node[ends].tolist())

    def links(self, way: Sequence[int]) -> list[int]:
        """The links between the places of a path."""
        chain = self.chain
        return [
            int(chain.indptr[a]) + int(np.searchsorted(chain.head[chain.indptr[a] : chain.indptr[a + 1]], b))
            for a, b in pairwise(way)
        ]

    def nodes(self, way: Sequence[int]) -> tuple[int, ...]:
        """The graph nodes of a path up to the smelter."""
        return tuple(self.chain.node[list(way)].tolist())

    def price(self, way: Sequence[int]) -> float:
        """What the search pays for a path, rounded as it rounds."""
        return round(float(self.cost[self.links(way)].sum() + self.goal[way[-1]]), self.digits)

    def path(self, case: Case, way: tuple[int, ...]) -> Path:
        """A path as it is shown, with names and receipts."""
        found = self._shown.get(way)
        if found is None:
            found = self._shown[way] = self._path(case, way)
        return found

    def _path(self, case: Case, way: Sequence[int]) -> Path:
        graph, chain, links = case.graph, self.chain, self.links(way)
        ends = pairwise([named(graph, node) for node in self.nodes(way)])
        hops = [
            Hop(
                tail,
                head,
                "BUYS_FROM" if chain.kind[link] == BUYS_FROM else "DECLARES",
                float(self.weight[link]),
                None if np.isnan(chain.stated[link]) else float(chain.stated[link]),
                bool(self.shares.explained[link]),
                tuple(chain.receipts(graph, link)),
            )
            for link, (tail, head) in zip(links, ends, strict=True)
        ]
        for leg in self.beyond.get(int(chain.node[way[-1]]), ()):
            receipts = tuple(graph.receipt(leg.type, claim) for claim in leg.claims)
            hops.append(Hop(named(graph, leg.tail), named(graph, leg.head), leg.type, None, None, False, receipts))
        score = float(np.prod(self.weight[links]))
        if self.to_company:
            return Path(chain.mineral, score, None, "", tuple(hops))
        smelter = way[-1] - chain.companies
        hazard = float(self.worth[smelter])
        return Path(
            chain.mineral, score * hazard, hazard, STANDINGS[case.standing(chain.mineral)[smelter]], tuple(hops)
        )


_searches: WeakKeyDictionary[Case, dict[tuple[str, str | int, By, bool], _Search]] = WeakKeyDictionary()


def _search(case: Case, mineral: str, to: str | int, by: By, explained: bool) -> _Search:
    """The search for a target, made once per case: its potential serves every source."""
    kept = _searches.setdefault(case, {})
    key = (mineral, to, by, explained)
    if key not in kept:
        if len(kept) >= _KEPT:
            del kept[next(iter(kept))]
        kept[key] = _new_search(case, *key)
    return kept[key]


def _new_search(case: Case, mineral: str, to: str | int, by: By, explained: bool) -> _Search:
    chain, shares = case.chain(mineral), case.shares(mineral)
    to_company = not isinstance(to, str) and case.graph.label_of(to) == "Company"
    beyond: Mapping[int, tuple[Leg, ...]] = {}
    wanted = np.zeros(len(chain), np.bool_)
    if isinstance(to, str):
        wanted[chain.companies :] = target_smelters(case, mineral, to)
    else:
        wanted = np.isin(chain.node, stands_for(case, mineral, to))
        if case.graph.label_of(to) not in ("Company", "Smelter"):
            beyond = ways_beyond(case, mineral, to)
    per_hop, digits = _RANKS[by]
    weight = carried(case, mineral)
    worth = np.where(chain.unidentified[chain.companies :], case.policy.unknown.estimate, case.hazard(mineral))
    # Costs are the largest array and the same for all targets.
    alike = (search.cost for key, search in _searches[case].items() if (key[0], *key[2:]) == (mineral, by, explained))
    cost = next(alike, None)
    if cost is None:
        cost = _price(weight) + per_hop
        if not explained:
            cost[~shares.ways] = np.inf
    goal = np.where(wanted, np.concatenate([np.zeros(chain.companies), _price(worth)]), np.inf)
    bound = potential(chain.indptr, chain.head, cost, goal)
    return _Search(chain, shares, weight, cost, goal, bound, worth, digits, to_company, beyond)


def carried(case: Case, mineral: str) -> Floats:
    """Per link the part of the tail's purchases that a path over it carries.

    That is ``Shares.weight``; the entries of a company that name no smelter carry what is unknown of its own purchases,
    evenly, for nobody can tell them apart.
    """
    chain, weight = case.chain(mineral), case.shares(mineral).weight
    entry = chain.unidentified[chain.head]
    if not entry.any():
        return weight
    entries = np.bincount(chain.tail, entry, len(chain))
    own = np.divide(case.flow(mineral).own, entries, out=np.zeros(len(chain)), where=entries > 0)
    return np.where(entry, own[chain.tail], weight)


def _price(part: Floats) -> Floats:
    """-log of a share or hazard, and a fixed price where it is 0."""
    return np.where(part > 0, -np.log(np.where(part > 0, np.minimum(part, 1.0), 1.0)), _NOTHING)
