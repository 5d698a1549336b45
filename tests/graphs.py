"""Graphs small enough to draw in a comment, built from claims without a store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from graphmap import schema
from graphmap.graph import EdgeTable, SupplyGraph, Texts, empty_column, mineral_code
from graphmap.records import Edge, Node, Source, Value

PLAIN = Source(id="0" * 64, kind="test", series="test", title="test", file="test.csv", as_of="2026-06-30")


def company(id_: str, name: str = "") -> Node:
    return Node("Company", id_, name or id_)


def smelter(id_: str, name: str = "") -> Node:
    return Node("Smelter", id_, name or id_)


def buys(
    tail: str, head: str, share: float | None = None, mineral: str = "", row: str = "A1", **properties: Value
) -> Edge:
    return Edge("BUYS_FROM", company(tail), company(head), row, mineral, {"share": share, **properties})


def declares(tail: str, head: str, mineral: str = "gold", row: str = "A1") -> Edge:
    return Edge("DECLARES", company(tail), smelter(head), row, mineral)


def answered(tail: str, question: str, answer: str, mineral: str = "", row: str = "A1") -> Edge:
    return Edge("ANSWERED", company(tail), Node("Question", question, question), row, mineral, {"answer": answer})


def graph_of(*claims: Edge | Node, documents: Sequence[tuple[Source, Sequence[Edge]]] = ()) -> SupplyGraph:
    """The graph of some claims, all said by one document; ``documents`` adds claims of others."""
    sources = [PLAIN, *(source for source, _ in documents)]
    said: list[tuple[int, Edge | Node]] = [(0, claim) for claim in claims]
    said += [(i, claim) for i, (_, more) in enumerate(documents, start=1) for claim in more]
    nodes: dict[tuple[str, str], str] = {}
    by_type: dict[str, list[tuple[int, Edge]]] = {}
    for source, claim in said:
        if isinstance(claim, Node):
            nodes.setdefault((claim.label, claim.id), claim.name)
            continue
        for node in (claim.tail, claim.head):
            nodes.setdefault((node.label, node.id), node.name)
        by_type.setdefault(claim.type, []).append((source, claim))
    place = {key: i for i, key in enumerate(nodes)}
    tables = {name: _table(name, claims_, place) for name, claims_ in by_type.items()}
    return SupplyGraph.build(sources, [(label, id_, name) for (label, id_), name in nodes.items()], tables)


def _table(edge_type: str, claims: list[tuple[int, Edge]], place: Mapping[tuple[str, str], int]) -> EdgeTable:
    properties = {}
    for name, kind in schema.EDGES[edge_type].properties.items():
        given = [claim.properties.get(name) for _, claim in claims]
        if kind is str:
            properties[name] = Texts.pack(str(value or "") for value in given)
        else:
            column = empty_column(kind, len(given))
            for i, value in enumerate(given):
                if value is not None:
                    column[i] = value
            properties[name] = column
    return EdgeTable(
        np.array([place[claim.tail[:2]] for _, claim in claims], np.int32),
        np.array([place[claim.head[:2]] for _, claim in claims], np.int32),
        np.array([mineral_code(claim.mineral) for _, claim in claims], np.int8),
        np.array([source for source, _ in claims], np.int32),
        Texts.pack(claim.row for _, claim in claims),
        properties,
    )
