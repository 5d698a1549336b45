"""Documents, nodes and claims of a server, fetched in columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from operator import itemgetter
from typing import Any

import neo4j
import numpy as np

from graphmap import schema
from graphmap.graph import EdgeTable
from graphmap.records import Edge, Node, Source, Value
from graphmap.schema import EdgeType
from graphmap.store import current, cypher
from graphmap.store.columns import CHUNK, gather

Transaction = neo4j.ManagedTransaction

Parts = tuple[list[Source], list[tuple[str, str, str]], dict[str, EdgeTable]]
"""Documents, nodes and claims, as ``SupplyGraph.build`` takes them."""

_PER_CHUNK = 5_000
"""Claims that are asked for at a time, if the documents are no larger."""


def parts(tx: Transaction, as_of: date | None, edge_types: Iterable[EdgeType] = tuple(schema.EDGES.values())) -> Parts:
    """Documents, nodes and claims of these types, as ``SupplyGraph.build`` takes them.

    Raises ``LookupError`` with the file of a document whose claims are not all there.
    """
    documents = {record["document"]["id"]: record["document"] for record in tx.run(cypher.READ_SOURCES)}
    counting = current([cypher.source_of(document) for document in documents.values()], as_of)
    sources = sorted(counting.values(), key=lambda source: source.order)

    place: dict[str, int] = {}
    nodes: list[tuple[str, str, str]] = []
    for keys, names, long_ids in _named(tx, sources):  # later documents overwrite the names of earlier ones
        long = iter(long_ids)
        for key, name in zip(keys, names, strict=True):
            at = place.get(key)
            if at is not None and not long_ids and (not name or nodes[at][2] == name):
                continue  # most documents name what others have named
            node = cypher.node_named(key, name, long)
            if at is None:
                place[key] = len(nodes)
                nodes.append(node)
            elif name:
                nodes[at] = node
    in_order_ = [documents[source.id] for source in sources]
    edges = {}
    for edge_type in edge_types:
        name = edge_type.name
        table = edges[name] = gather(edge_type, claims(tx, in_order_, edge_type, place))
        found = np.bincount(table.source, minlength=len(sources)).tolist()
        for document, count in zip(in_order_, found, strict=True):
            if count != _count(document, name):
                raise LookupError(document["file"])
    return sources, nodes, edges


def claims(
    tx: Transaction, documents: Sequence[Mapping[str, Any]], edge_type: EdgeType, place: Mapping[str, int]
) -> Iterator[dict[str, Any]]:
    """The claims of a type that these documents make, in chunks of columns as ``gather`` takes them."""
    name = edge_type.name
    for current_ in (True, False):
        chunks = list(_chunks(documents, name, current_))
        numbers = {documents[chunk[0]]["id"]: np.array(chunk, np.int32) for chunk in chunks}
        statement = cypher.read_claims(edge_type, name if current_ else cypher.PAST + name)
        given = [[documents[i]["id"] for i in chunk] for chunk in chunks]
        for record in tx.run(statement, chunks=given, most=CHUNK) if chunks else ():
            yield {
                **{key.removesuffix("_"): told for key, told in zip(record.keys(), record.values(), strict=True)},
                "source": numbers[record["sources"][0]][np.array(record["source"], np.int32)],
                "tail": np.array([place.get(key, -1) for key in record["tail"]], np.int32),
                "head": np.array([place.get(key, -1) for key in record["head"]], np.int32),
            }


def _count(document: Mapping[str, Any], name: str) -> int:
    """How many claims of a type a document makes."""
    counts: dict[str, int] = dict(zip(document["claim_types"], document["claim_counts"], strict=True))
    return counts.get(name, 0)


def _chunks(documents: Sequence[Mapping[str, Any]], name: str, current_: bool) -> Iterator[list[int]]:
    """Documents that make claims of a type, by position, in groups of some thousand claims."""
    chunk: list[int] = []
    size = 0
    for i, document in enumerate(documents):
        count = _count(document, name)
        if count == 0 or document["current"] != current_:
            continue
        if chunk and size + count > _PER_CHUNK:
            yield chunk
            chunk, size = [], 0
        chunk.append(i)
        size += count
    if chunk:
        yield chunk


def _named(tx: Transaction, sources: Sequence[Source]) -> Iterator[tuple[list[str], list[str], list[str]]]:
    """The nodes that each of these documents names: their keys, their names, and the ids of long keys."""
    for start in range(0, len(sources), 200):
        some = sources[start : start + 200]
        keys = [cypher.key_of(cypher.DOCUMENT, source.id) for source in some]
        found = {id_: columns for id_, *columns in tx.run(cypher.READ_NAMED, keys=keys).values()}
        for source in some:
            keys_, names, long_ids = found[source.id]
            yield keys_, names, long_ids


def all_named(tx: Transaction) -> dict[str, str]:
    """The keys of all nodes that any document names, with the name that the latest superseded one gives."""
    every: dict[str, str] = {}
    for keys, names, long_ids in tx.run(cypher.READ_ALL_NAMED).values():
        if names is None:  # of a current document, whose names the graph has
            every.update((key, "") for key in keys if key not in every)
        else:
            named = cypher.nodes_named(keys, names, long_ids)
            every.update((key, node.name or node.id) for key, node in named.items() if node.name or not every.get(key))
    return every


def whole_document(tx: Transaction, id_: str) -> tuple[tuple[Node, ...], tuple[Edge, ...]] | None:
    """All that one document says; None if it is not there."""
    key = cypher.key_of(cypher.DOCUMENT, id_)
    found = tx.run(cypher.FIND_DOCUMENTS, keys=[key], series=[]).single()
    if found is None:
        return None
    (columns,) = tx.run(cypher.READ_NAMED, keys=[key]).values()
    named = cypher.nodes_named(*columns[1:])
    keys = list(named)
    nodes = [named[key] for key in keys]
    place = {key: i for i, key in enumerate(keys)}
    edges = []
    for name in found["document"]["claim_types"]:
        for chunk in claims(tx, [found["document"]], schema.EDGES[name], place):
            given = {key: (kind, chunk[key]) for key, kind in schema.EDGES[name].properties.items()}
            ends = zip(chunk["tail"], chunk["head"], chunk["row"], chunk["mineral"], strict=True)
            for i, (tail, head, row, mineral) in enumerate(ends):
                values = {key: _value(kind, column[i]) for key, (kind, column) in given.items()}
                properties = {key: value for key, value in values.items() if value is not None}
                edges.append(Edge(name, nodes[tail], nodes[head], row, mineral, properties))
    return tuple(sorted(nodes)), tuple(sorted(edges, key=itemgetter(0, 1, 2, 4, 3)))


def _value(kind: type, value: Any) -> Value:
    if kind is float:
        return None if value != value else float(value)
    if kind is date:
        return date.fromisoformat(value) if value else None
    return str(value) or None
