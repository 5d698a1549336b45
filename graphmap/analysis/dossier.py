"""Everything known of one node: what documents say of it, each with its receipt, and what follows from that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from graphmap import names, schema
from graphmap.analysis.case import STANDINGS, Case
from graphmap.analysis.chain import BUYS_FROM, DECLARES
from graphmap.analysis.evidence import find_grades
from graphmap.analysis.hazard import Term, terms
from graphmap.analysis.paths import Named, named
from graphmap.errors import NotFound
from graphmap.graph import Receipt, SupplyGraph
from graphmap.tiers import tiers

_PRIVATE = frozenset(head for edge in schema.EDGES.values() if edge.private for head in edge.heads)
"""Labels of nodes that hold personal data: never found by name."""


def find(graph: SupplyGraph, text: str) -> list[int]:
    """The nodes that a text means, in order: those with this id, else this name, else with it as part of either.

    Names are compared as ``names.normalise`` leaves them; those of merged nodes find the node that stands for them.
    Raises ``NotFound``, with similar names, when there is none.
    """
    id_ = text.strip()
    public = [label for label in schema.LABELS if label not in _PRIVATE]
    exact = {graph.node(label, id_) for label in public} | {graph.node("Smelter", names.smelter_id(id_) or id_)}
    if found := sorted(node for node in exact if node is not None):
        return found
    open_to_all = np.isin(graph.label, [schema.LABELS.index(label) for label in public])
    for fits in _fits(graph, names.normalise(text), id_.casefold()):
        if (fits & open_to_all).any():
            return [int(node) for node in np.unique(graph.canonical[fits & open_to_all])]
    known = (graph.names[int(node)] for node in np.flatnonzero(open_to_all))
    close = names.closest(text, known)
    cure = f"Did you mean: {'; '.join(close)}?" if close else "Give an id, a name or part of a name."
    raise NotFound(f"Nothing here is called {text!r}.", cure)


def _fits(graph: SupplyGraph, wanted: str, part: str) -> Iterator[npt.NDArray[np.bool_]]:
    """For each node whether its name is the one wanted (as written, then normalised), then whether it holds it."""
    if not wanted:
        return
    words, codes = graph.names.vocabulary, graph.names.codes
    yield np.array([word.casefold() == part for word in words], np.bool_)[codes]
    words = [names.normalise(word) for word in words]
    yield np.array([word == wanted for word in words], np.bool_)[codes]
    in_id = np.fromiter((part in id_.casefold() for id_ in graph.ids), np.bool_, len(graph))
    yield np.array([wanted in word for word in words], np.bool_)[codes] | in_id


@dataclass(frozen=True)
class Claim:
    """One claim that names the node: as its subject ("out") or about another node ("in")."""

    type: str
    direction: str
    other: Named
    mineral: str
    properties: Mapping[str, str | float]
    receipt: Receipt


@dataclass(frozen=True)
class SmelterFigures:
    """What follows for a smelter and a mineral: standing, hazard and its terms, and who declares it."""

    mineral: str
    standing: str
    hazard: float
    high_risk: bool
    terms: tuple[Term, ...]
    declared_by: tuple[Named, ...]


@dataclass(frozen=True)
class CompanyFigures:
    """What follows for a company and a mineral.

    Exposure 0 to 1 with its interval; the part of its purchases whose smelters nobody names (``unknown``) and the part
    whose smelters only its own closed list names (``placed_by_own_list``); the grade of the evidence and why it is not
    better; how many suppliers it buys this mineral from, how many smelters it declares, and how many smelters it
    reaches by standing.
    """

    mineral: str
    exposure: float
    low: float
    high: float
    unknown: float
    placed_by_own_list: float
    evidence: str
    reasons: tuple[str, ...]
    suppliers: int
    declared: int
    reached: Mapping[str, int]


@dataclass(frozen=True)
class Dossier:
    """Everything known of one node.

    ``merged``: the other nodes that are judged to be the same. ``claims`` by edge type, in the order of the schema.
    ``tier``: of a company, 0 for a brand, 1 for its direct suppliers; None when it is in no chain from a brand.
    ``figures``: conclusions per mineral. ``feeds``: of a mine, the smelters that are said to source from it.
    """

    about: Named
    merged: tuple[Named, ...]
    claims: Mapping[str, tuple[Claim, ...]]
    tier: int | None
    figures: tuple[SmelterFigures | CompanyFigures, ...]
    feeds: tuple[Named, ...]

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain values, ready for JSON."""
        return asdict(self)


def dossier(case: Case, node: int, *, private: bool = False) -> Dossier:
    """Everything known of a graph node; claims with personal data only if ``private``."""
    graph = case.graph
    node = int(graph.canonical[node])
    members = graph.merges.get(node, (node,))
    claims = {}
    for edge_type, declared in schema.EDGES.items():
        if private or not declared.private:
            claims[edge_type] = tuple(_claims(graph, edge_type, members))
    tier = int(tiers(graph)[node])
    figures: list[SmelterFigures | CompanyFigures] = []
    if graph.label_of(node) == "Smelter":
        figures += [_of_smelter(case, node, mineral) for mineral in graph.minerals if node in case.smelters(mineral)]
    if graph.label_of(node) == "Company":
        figures += [found for mineral in case.minerals if (found := _of_company(case, node, mineral)) is not None]
    feeds = {claim.other.node for claim in claims["FED_BY"] if claim.direction == "in"}
    return Dossier(
        named(graph, node),
        tuple(named(graph, member) for member in members if member != node),
        {edge_type: found for edge_type, found in claims.items() if found},
        tier if tier >= 0 else None,
        tuple(figures),
        tuple(named(graph, smelter) for smelter in sorted(feeds)),
    )


def _claims(graph: SupplyGraph, edge_type: str, members: tuple[int, ...]) -> Iterator[Claim]:
    """The claims of a type that name any of these nodes, those of which it is the subject first."""
    table = graph.table(edge_type)
    subject = np.isin(table.tail, members)
    for direction, where in (("out", subject), ("in", ~subject & np.isin(table.head, members))):
        for position, said in zip(np.flatnonzero(where).tolist(), graph.claims(edge_type, where), strict=True):
            ends = {"out": said.pop("head"), "in": said.pop("tail")}
            mineral = said.pop("mineral")
            given = {name: said[name] for name in schema.EDGES[edge_type].properties if name in said}
            receipt = graph.receipt(edge_type, position)
            yield Claim(edge_type, direction, named(graph, ends[direction]), mineral, given, receipt)


def _of_smelter(case: Case, node: int, mineral: str) -> SmelterFigures:
    chain = case.chain(mineral)
    i = int(np.searchsorted(case.smelters(mineral), node))
    declaring = np.flatnonzero((chain.kind == DECLARES) & (chain.head == chain.companies + i))
    return SmelterFigures(
        mineral,
        STANDINGS[case.standing(mineral)[i]],
        float(case.hazard(mineral)[i]),
        bool(case.high_risk(mineral)[i]),
        tuple(terms(case, node, mineral)),
        tuple(named(case.graph, int(company)) for company in chain.node[chain.tail[declaring]]),
    )


def _of_company(case: Case, node: int, mineral: str) -> CompanyFigures | None:
    """None if the company has no link in the chain of the mineral: then nothing is known."""
    chain = case.chain(mineral)
    place = chain.place(node)
    if place is None or not chain.out_degree[place]:
        return None
    exposure, kind = case.exposure(mineral), chain.kind[chain.indptr[place] : chain.indptr[place + 1]]
    standing = case.standing(mineral)[case.reach(mineral).of(place)]
    grades = find_grades(case.graph, case.policy.evidence, np.array([node], np.int32), mineral, case.as_of)
    return CompanyFigures(
        mineral,
        float(exposure.estimate[place]),
        float(exposure.low[place]),
        float(exposure.high[place]),
        float(exposure.unknown[place]),
        float(exposure.placed[place]),
        grades.grade[0],
        grades.reasons[0],
        int((kind == BUYS_FROM).sum()),
        int((kind == DECLARES).sum()),
        {name: int((standing == code).sum()) for code, name in enumerate(STANDINGS)},
    )
