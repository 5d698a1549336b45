"""The graph as files for other programs: GraphML (Gephi, yEd, networkx) and CSV (spreadsheets, pandas).

Both hold the canonical nodes and every claim between them, with its receipt. A node is "Label:id". Personal data stays
out unless asked for. The same graph gives the same bytes; a file appears whole or not at all.
"""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TextIO
from xml.sax.saxutils import escape, quoteattr

from graphmap import schema
from graphmap.errors import GraphmapError
from graphmap.graph import Column, SupplyGraph, Texts

_FORBIDDEN = "\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff"
"""What no XML 1.0 document may hold (W3C XML 1.0, production 2), and what no UTF-8 file may."""

_NO_TEXT = re.compile(f"[{_FORBIDDEN}]")
_NO_KEY = re.compile(rf"[\\{_FORBIDDEN}]")

_FORMULA = re.compile(r"\s*[=+\-@\t\r\n＝＋－＠]")
"""How a cell begins that a spreadsheet may take for a formula (OWASP, CSV Injection), also after blanks."""

_NODE = ("label", "id", "name", "also")


def to_csv(graph: SupplyGraph, folder: str | Path, *, private: bool = False) -> None:
    """Write ``nodes.csv`` and ``edges.csv`` into ``folder``, which is made if need be (RFC 4180, UTF-8).

    ``nodes.csv``: ``node`` ("Label:id"), ``label``, ``id``, ``name`` and ``also``, the other ids of the same thing.
    ``edges.csv``: ``type``, ``tail``, ``head``, ``mineral``, one column for each property of any type, and the receipt
    (``file``, ``row``, ``as_of``). Text that a spreadsheet could take for a formula gets a leading apostrophe.
    ``private`` adds personal data. Raises ``GraphmapError`` where nothing can be written.
    """
    folder = Path(folder)
    with _file(folder / "nodes.csv") as file:
        out = csv.writer(file)
        out.writerow(["node", *_NODE])
        out.writerows([safe(cell) for cell in row] for row in _nodes(graph, private))
    header = ["type", "tail", "head", "mineral", *_properties(private), "file", "row", "as_of"]
    place = {name: i for i, name in enumerate(header)}
    with _file(folder / "edges.csv") as file:
        out = csv.writer(file)
        out.writerow(header)
        for edge_type, tail, head, told in _claims(graph, private):
            row: list[str | float] = [edge_type, tail, head, *[""] * (len(header) - 3)]
            for name, value in told.items():
                row[place[name]] = safe(value)
            out.writerow(row)


def to_graphml(graph: SupplyGraph, path: str | Path, *, private: bool = False) -> None:
    """Write one GraphML file with typed attributes.

    Viewers show the attribute ``label``: of a node its display name (its label in the schema is ``type``, its id
    ``identifier``), of an edge its type. ``private`` adds personal data. Raises ``GraphmapError`` where nothing can be
    written.
    """
    # networkx's writer calls the attributes d0, d1, …; Gephi takes d3 and d7 for labels (its ImporterGraphML).
    nodes = ("label", "type", "identifier", "also")
    kinds: dict[str, type] = {
        "label": str,
        "mineral": str,
        **_properties(private),
        "file": str,
        "row": str,
        "as_of": str,
    }
    with _file(Path(path)) as file:
        file.write('<?xml version="1.0" encoding="UTF-8"?>\n<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n')
        file.writelines(_key("node", name, str) for name in nodes)
        file.writelines(_key("edge", name, kind) for name, kind in kinds.items())
        file.write('<graph edgedefault="directed">\n')
        for key, label, id_, name, also in _nodes(graph, private):
            file.write(f"<node id={quoteattr(key)}>{_data('node', nodes, (name, label, id_, also))}</node>\n")
        for number, (edge_type, tail, head, told) in enumerate(_claims(graph, private)):
            ends = f'id="e{number}" source={quoteattr(tail)} target={quoteattr(head)}'
            file.write(f"<edge {ends}>{_data('edge', ('label', *told), (edge_type, *told.values()))}</edge>\n")
        file.write("</graph>\n</graphml>\n")


def _nodes(graph: SupplyGraph, private: bool) -> Iterator[tuple[str, str, str, str, str]]:
    """Key, label, id, name and other ids of each canonical node."""
    hidden = {label for edge in schema.EDGES.values() if edge.private and not private for label in edge.heads}
    ids = list(graph.ids)
    for i, (key, name) in enumerate(zip(_keys(graph), graph.names, strict=True)):
        label = graph.label_of(i)
        if graph.canonical[i] == i and label not in hidden:
            yield key, label, ids[i], name, " | ".join(ids[other] for other in graph.merges.get(i, ())[1:])


def _claims(graph: SupplyGraph, private: bool) -> Iterator[tuple[str, str, str, dict[str, str | float]]]:
    """Type, tail and head of each claim, and what it says: mineral, properties and receipt, where they are given."""
    keys = _keys(graph)
    minerals = [*schema.MINERALS, ""]  # code -1 names none
    for edge_type, table in graph.edges.items():
        if edge_type == "SAME_AS" or (schema.EDGES[edge_type].private and not private):
            continue
        source = table.source.tolist()
        said: dict[str, Iterable[str | float]] = {
            "mineral": (minerals[code] for code in table.mineral.tolist()),
            **{name: _cells(column) for name, column in table.properties.items()},
            "file": (graph.sources[i].file for i in source),
            "row": table.row,
            "as_of": (graph.sources[i].as_of for i in source),
        }
        for tail, head, *values in zip(table.tail.tolist(), table.head.tolist(), *said.values(), strict=True):
            yield edge_type, keys[tail], keys[head], {k: v for k, v in zip(said, values, strict=True) if v != ""}


def _cells(column: Texts | Column) -> Iterable[str | float]:
    if isinstance(column, Texts):
        return column
    if column.dtype.kind == "M":
        return ("" if day == "NaT" else day for day in column.astype(str).tolist())
    return ("" if number != number else number for number in column.tolist())  # NaN: not given


def _keys(graph: SupplyGraph) -> list[str]:
    """The nodes as "Label:id"; a character that no file may hold is written as its number, so that all stay apart."""
    told = (f"{schema.LABELS[code]}:{id_}" for code, id_ in zip(graph.label.tolist(), graph.ids, strict=True))
    return [_NO_KEY.sub(lambda found: f"\\{ord(found[0]):x};", key) for key in told]


def _properties(private: bool) -> dict[str, type]:
    """The properties of all edge types, in declared order."""
    kinds: dict[str, type] = {}
    for edge in schema.EDGES.values():
        if private or not edge.private:
            for name, kind in edge.properties.items():
                assert kinds.setdefault(name, kind) is kind, f"{name} has two types"
    return kinds


def safe(cell: str | float) -> str | float:
    """A cell that no spreadsheet takes for a formula."""
    return cell if isinstance(cell, float) else _safe_text(cell)


@lru_cache(maxsize=100_000)
def _safe_text(text: str) -> str:
    text = _NO_TEXT.sub("", text)
    return f"'{text}" if _FORMULA.match(text) else text


def _key(of: str, name: str, kind: type) -> str:
    told = "double" if kind is float else "string"
    return f'<key id="{of}-{name}" for="{of}" attr.name="{name}" attr.type="{told}"/>\n'


def _data(of: str, names: Iterable[str], values: Iterable[str | float]) -> str:
    pairs = zip(names, values, strict=True)
    return "".join(f'<data key="{of}-{name}">{_xml(str(value))}</data>' for name, value in pairs if value != "")


@lru_cache(maxsize=100_000)
def _xml(text: str) -> str:
    return escape(_NO_TEXT.sub("", text), {"\r": "&#13;"})


def write_whole(path: str | Path, content: bytes) -> Path:
    """Write a file that appears under its name when all is written, and not at all if something goes wrong."""
    with _part_of(Path(path)) as part:
        part.write_bytes(content)
    return Path(path)


@contextmanager
def _file(path: Path) -> Iterator[TextIO]:
    """A text file that appears under its name when all is written, and not at all if something goes wrong."""
    with _part_of(path) as part, part.open("x", encoding="utf-8", newline="") as file:
        yield file


@contextmanager
def _part_of(path: Path) -> Iterator[Path]:
    """Where to write what is to become this file."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield part
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise GraphmapError(f"{path} cannot be written: {error.strerror}.", "Choose another place.") from error
