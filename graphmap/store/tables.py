"""The SQLite tables of the edges, one for each type, derived from ``schema.EDGES``.

A row is one claim: the number of its document, its position there, its ends, mineral and row, and a column for each
property. Texts are stored as they are ("" when absent), dates as ISO text; an unknown number or date is NULL.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from itertools import chain, islice
from typing import Any

import numpy as np

from graphmap import schema
from graphmap.graph import EdgeTable, Ints, mineral_code
from graphmap.records import Edge, Node, Value
from graphmap.schema import EdgeType
from graphmap.store.columns import CHUNK, gather, order_of

_FIXED = {
    "source": "INTEGER NOT NULL", "position": "INTEGER NOT NULL", "tail": "INTEGER NOT NULL",
    "head": "INTEGER NOT NULL", "mineral": "TEXT NOT NULL", "row": "TEXT NOT NULL",
}  # fmt: skip
_KINDS = {str: "TEXT NOT NULL DEFAULT ''", float: "REAL", date: "TEXT"}
_KEEP: Mapping[type, Callable[[Any], object]] = {str: str, float: float, date: date.isoformat}

_GIVE: Mapping[type, Callable[[Any], Value]] = {str: str, float: float, date: date.fromisoformat}


class ClaimTable:
    """The table of one edge type: its SQL, and the way of a claim into it and out again."""

    def __init__(self, edge: EdgeType) -> None:
        assert not _FIXED.keys() & {name.lower() for name in edge.properties}, (
            f"{edge.name}: a property's name is taken"
        )
        self._edge = edge
        self._places = {name: (i, _KEEP[kind]) for i, (name, kind) in enumerate(edge.properties.items(), len(_FIXED))}
        self._absent = ["" if kind is str else None for kind in edge.properties.values()]
        columns = {**_FIXED, **{name: _KINDS[kind] for name, kind in edge.properties.items()}}
        names = ", ".join(f'"{name}"' for name in columns)
        told = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
        self.create = f'CREATE TABLE "{edge.name}"({told}, PRIMARY KEY(source, position)) WITHOUT ROWID'
        self.insert = f'INSERT INTO "{edge.name}"({names}) VALUES ({", ".join("?" * len(columns))})'  # noqa: S608 - our own names
        wanted = names.removeprefix('"source", "position", ')
        self._select = f'SELECT ?1, {wanted} FROM "{edge.name}" WHERE source = ?2 ORDER BY position'  # noqa: S608 - our own names

    def add(self, name: str) -> str:
        """The SQL that adds the column of a property to an older table."""
        return f'ALTER TABLE "{self._edge.name}" ADD COLUMN "{name}" {_KINDS[self._edge.properties[name]]}'

    def row(self, source: int, position: int, edge: Edge, place: Mapping[Node, int]) -> list[object]:
        """A claim as a row for ``insert``. Raises KeyError for a mineral or property that the schema does not know."""
        mineral_code(edge.mineral)
        row: list[object] = [source, position, place[edge.tail], place[edge.head], edge.mineral, edge.row]
        row += self._absent
        for name, value in edge.properties.items():
            place_, keep = self._places[name]
            if value is not None:
                row[place_] = keep(value)
        return row

    def read(self, db: sqlite3.Connection, sources: Sequence[int], place: Ints) -> EdgeTable:
        """All claims of these documents, which become sources 0, 1, …; node number n becomes ``place[n]``."""
        rows = chain.from_iterable(db.execute(self._select, pair) for pair in enumerate(sources))
        return gather(self._edge, self._chunks(rows, place))

    def edges(self, db: sqlite3.Connection, source: int, nodes: Mapping[int, Node]) -> Iterator[Edge]:
        """The claims of one document, as they were loaded."""
        for _, tail, head, mineral, row, *values in db.execute(self._select, (source, source)):
            given = zip(self._edge.properties.items(), values, strict=True)
            properties = {name: _GIVE[kind](value) for (name, kind), value in given if value not in (None, "")}
            yield Edge(self._edge.name, nodes[tail], nodes[head], row, mineral, properties)

    def _chunks(self, rows: Iterator[tuple[Any, ...]], place: Ints) -> Iterator[dict[str, Any]]:
        names = order_of(self._edge)
        while some := list(islice(rows, CHUNK)):
            columns: dict[str, Any] = dict(zip(names, zip(*some, strict=True), strict=True))
            for end in ("tail", "head"):
                columns[end] = place[np.array(columns[end], np.int32)]
            yield columns


CLAIMS: Mapping[str, ClaimTable] = {name: ClaimTable(edge) for name, edge in schema.EDGES.items()}


def description() -> dict[str, Any]:
    """What the stored rows depend on: labels, minerals, edge types and the types of their properties."""
    edges = {
        name: {property_: kind.__name__ for property_, kind in edge.properties.items()}
        for name, edge in schema.EDGES.items()
    }
    return {"labels": list(schema.LABELS), "minerals": list(schema.MINERALS), "edges": edges}


def additions(known: Mapping[str, Any]) -> list[str] | None:
    """The SQL that brings the tables of a description up to date; None if more than additions would be needed."""
    now = description()
    if set(known["labels"]) - set(now["labels"]) or set(known["minerals"]) - set(now["minerals"]):
        return None
    if any(
        now["edges"].get(name, {}).get(property_) != kind
        for name, properties in known["edges"].items()
        for property_, kind in properties.items()
    ):
        return None
    statements = []
    for name, table in CLAIMS.items():
        if name not in known["edges"]:
            statements.append(table.create)
        else:
            statements += [table.add(new) for new in now["edges"][name] if new not in known["edges"][name]]
    return statements if known["edges"].keys() <= now["edges"].keys() else None
