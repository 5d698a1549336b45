"""A ``SupplyGraph`` as rows of plain values: what each document says that counts on a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

from graphmap import schema
from graphmap.graph import SupplyGraph, Texts

Thing = tuple[str, str]
"""Label and id."""


class Row(NamedTuple):
    """One claim. ``document`` orders documents from the earliest to the latest; "" as date if undated."""

    tail: Thing
    head: Thing
    mineral: str
    document: tuple[str, str, str]
    values: dict[str, Any]

    def of(self, mineral: str) -> bool:
        """Whether it speaks of the mineral, by name or because it names none."""
        return self.mineral in ("", mineral)


class Claims:
    """All claims of a graph between canonical things, by type, without those of documents dated after ``day``."""

    def __init__(self, graph: SupplyGraph, day: date | None) -> None:
        self.day = day or graph.latest
        things = [(schema.LABELS[code], id_) for code, id_ in zip(graph.label.tolist(), graph.ids, strict=True)]
        self._rows: dict[str, list[Row]] = defaultdict(list)
        for name in graph.edges:
            if name != "SAME_AS":
                self._rows[name] = [row for row in _rows(graph, name, things) if self._known(row.document[0])]
        self.merged = {things[i]: things[int(graph.canonical[i])] for i in range(len(things))}

    def _known(self, as_of: str) -> bool:
        return not as_of or self.day is None or as_of <= self.day.isoformat()

    def of(self, edge_type: str) -> list[Row]:
        return self._rows.get(edge_type, [])


def _rows(graph: SupplyGraph, edge_type: str, things: list[Thing]) -> Iterator[Row]:
    table = graph.edges[edge_type]
    for i in range(len(table)):
        code = int(table.mineral[i])
        yield Row(
            things[int(table.tail[i])],
            things[int(table.head[i])],
            schema.MINERALS[code] if code >= 0 else "",
            graph.sources[int(table.source[i])].order,
            {name: _plain(column, i) for name, column in table.properties.items()},
        )


def _plain(column: Any, i: int) -> Any:
    """Text, number or date; None where nothing is given."""
    if isinstance(column, Texts):
        return column[i] or None
    value = column[i].item()
    return None if value is None or value != value else value
