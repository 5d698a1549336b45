"""Tables and lists as files, and what their loaders say of them."""

import re
from datetime import date
from pathlib import Path
from typing import NamedTuple

from graphmap import schema, shelf
from graphmap.records import About, Edge, Issue, Node
from graphmap.sheets import open_document

TODAY = date(2026, 7, 1)
LOADERS = {loader.kind: loader for loader in shelf.loaders()}
TABLES = ("areas", "companies", "mines", "origins", "purchases", "smelters")


class Said(NamedTuple):
    about: About
    edges: list[Edge]
    nodes: list[Node]
    issues: list[Issue]

    def of(self, edge_type: str) -> list[Edge]:
        return [edge for edge in self.edges if edge.type == edge_type]

    def triples(self, edge_type: str) -> list[tuple[str, str, str]]:
        return [(edge.tail.id, edge.head.id, edge.mineral) for edge in self.of(edge_type)]

    def issue(self, row: str, severity: str = "") -> Issue:
        """The only issue at a cell."""
        (found,) = (
            issue for issue in self.issues if issue.row == row and issue.severity == (severity or issue.severity)
        )
        return found


def read(path: Path, kind: str) -> Said:
    """Load a file and check what holds for every document."""
    document = open_document(path, today=TODAY)
    records = list(LOADERS[kind].load(document))
    assert isinstance(records[0], About)
    assert not any(isinstance(record, About) for record in records[1:])
    edges = [record for record in records if isinstance(record, Edge)]
    nodes = [record for record in records if isinstance(record, Node)]
    issues = document.issues + [record for record in records if isinstance(record, Issue)]
    for edge in edges:
        _check(edge)
    cited = {_row(record.row) for record in (*edges, *issues)}
    assert [row for row in document.rows_read if _row(row) not in cited] == []
    return Said(records[0], edges, nodes, issues)


def _row(address: str) -> str:
    return address if address.startswith("$") else re.sub(r"[A-Z]+(?=\d+$)", "", address)


def _check(edge: Edge) -> None:
    declared = schema.EDGES[edge.type]
    assert edge.tail.label in declared.tails, edge
    assert edge.head.label in declared.heads, edge
    assert edge.tail.id, edge
    assert edge.head.id, edge
    assert edge.mineral in ("", *schema.MINERALS), edge
    assert not (edge.mineral and declared.mineral == "never"), edge
    for name, value in edge.properties.items():
        assert value is None or isinstance(value, declared.properties[name]), (edge, name)
