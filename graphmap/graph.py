"""SupplyGraph: the loaded graph as columns, the only thing that analyses, maps and exports see.

Nodes are numbered 0..n-1 in the order (label, id); edges of one type stand in parallel arrays ordered by
(tail, head, mineral, source, row). So the same documents give the same columns, whatever the order of loading.
``SAME_AS`` claims are applied here: every edge runs between canonical nodes, while the merged nodes stay visible.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from graphmap import schema
from graphmap.records import Source
from graphmap.sameness import merge_same

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]
Column = npt.NDArray[Any]

_MINERAL_CODE = {mineral: code for code, mineral in enumerate(schema.MINERALS)}
_LABEL_CODE = {label: code for code, label in enumerate(schema.LABELS)}
_FIXED = ("tail", "head", "mineral", "source")


def mineral_code(mineral: str) -> int:
    """The code of a mineral in columns; "" (names no mineral) is -1."""
    return _MINERAL_CODE[mineral] if mineral else -1


def ranges(start: npt.NDArray[np.int64], count: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """start[0], start[0] + 1, … (count[0] of them), start[1], …"""
    offset = np.cumsum(count) - count
    return np.repeat(start - offset, count) + np.arange(int(count.sum()))


class Texts:
    """A column of texts, each stored once: ``codes`` (int32) into a packed vocabulary in UTF-8.

    Fit for a memory map: nothing is decoded before it is asked for.
    """

    def __init__(self, codes: Ints, offsets: npt.NDArray[np.int64], packed: npt.NDArray[np.uint8]) -> None:
        self.codes, self._offsets, self._packed = codes, offsets, packed
        self._decoded: list[list[str]] = []  # the vocabulary once somebody has asked for it; parts of a column share it

    @classmethod
    def pack(cls, texts: Iterable[str]) -> Texts:
        """Store texts in order; equal ones share their place in the vocabulary."""
        places: dict[str, int] = {}
        codes = np.fromiter((places.setdefault(text, len(places)) for text in texts), dtype=np.int32)
        return cls.of_vocabulary(codes, list(places))

    @classmethod
    def of_vocabulary(cls, codes: Ints, vocabulary: Sequence[str]) -> Texts:
        """Build from codes that are already known."""
        encoded = [text.encode("utf-8", "surrogatepass") for text in vocabulary]
        offsets = np.zeros(len(encoded) + 1, np.int64)
        np.cumsum([len(item) for item in encoded], out=offsets[1:])
        return cls(codes, offsets, np.frombuffer(b"".join(encoded), np.uint8))

    def __len__(self) -> int:
        return len(self.codes)

    def __getitem__(self, position: int) -> str:
        code = int(self.codes[position])
        return self._decoded[0][code] if self._decoded else self._word(code)

    def __iter__(self) -> Iterator[str]:
        words = self.vocabulary
        return (words[code] for code in self.codes.tolist())

    def _word(self, code: int) -> str:
        packed = self._packed[self._offsets[code] : self._offsets[code + 1]]
        return packed.tobytes().decode("utf-8", "surrogatepass")

    @property
    def vocabulary(self) -> list[str]:
        """All distinct texts; ``vocabulary[codes[i]]`` is text i."""
        if not self._decoded:
            packed, ends = self._packed.tobytes(), pairwise(self._offsets.tolist())
            self._decoded.append([packed[start:end].decode("utf-8", "surrogatepass") for start, end in ends])
        return self._decoded[0]

    def take(self, positions: npt.NDArray[np.intp]) -> Texts:
        """The texts at ``positions``, in that order."""
        taken = Texts(self.codes[positions], self._offsets, self._packed)
        taken._decoded = self._decoded
        return taken

    def tidy(self) -> Texts:
        """The same texts, the vocabulary in alphabetical order and nothing unused in it: equal texts, equal bytes.

        ``codes`` then are each text's place among the distinct texts in alphabetical order.
        """
        return Texts.of_vocabulary(*self.distinct())

    def distinct(self) -> tuple[Ints, list[str]]:
        """Each text's place among the distinct texts in alphabetical order, and these."""
        words, used = self.vocabulary, np.zeros(len(self._offsets) - 1, np.bool_)
        used[self.codes] = True
        codes = np.flatnonzero(used)
        kept = sorted({words[code] for code in codes.tolist()})
        place = {word: i for i, word in enumerate(kept)}
        rank = np.zeros(len(words), np.int32)
        rank[codes] = [place[words[code]] for code in codes.tolist()]
        return rank[self.codes], kept

    def parts(self) -> dict[str, Column]:
        """The arrays that hold this column, by a short name."""
        return {"codes": self.codes, "offsets": self._offsets, "packed": self._packed}


@dataclass(frozen=True)
class EdgeTable:
    """All current claims of one type as parallel columns.

    ``tail`` and ``head`` are node numbers, ``mineral`` an index into ``schema.MINERALS`` (-1: names none),
    ``source`` an index into ``SupplyGraph.sources``. ``properties`` hold ``Texts`` (str; "" when absent),
    float64 (NaN when absent) or datetime64[D] (NaT when absent).
    """

    tail: Ints
    head: Ints
    mineral: npt.NDArray[np.int8]
    source: Ints
    row: Texts
    properties: Mapping[str, Texts | Column]

    def __len__(self) -> int:
        return len(self.tail)

    def take(self, positions: npt.NDArray[np.intp]) -> EdgeTable:
        """The claims at ``positions`` (or where a mask is true), in that order."""
        if positions.dtype == np.bool_:
            positions = np.flatnonzero(positions)
        return EdgeTable(
            self.tail[positions],
            self.head[positions],
            self.mineral[positions],
            self.source[positions],
            self.row.take(positions),
            {
                name: column.take(positions) if isinstance(column, Texts) else column[positions]
                for name, column in self.properties.items()
            },
        )

    def text(self, name: str) -> Texts:
        """A property that holds text."""
        column = self.properties[name]
        assert isinstance(column, Texts), name
        return column

    def values(self, name: str) -> Column:
        """A property that holds numbers or dates."""
        column = self.properties[name]
        assert not isinstance(column, Texts), name
        return column


@dataclass(frozen=True, order=True)
class Receipt:
    """Where a claim stands: the document, its sheet and cell, and the date it speaks for ("" if unknown)."""

    file: str
    row: str
    as_of: str
    kind: str
    source: str

    def __str__(self) -> str:
        return f"{self.file}, {self.row}" + (f" ({self.as_of})" if self.as_of else "")


class SupplyGraph:
    """The graph that the current documents describe. Immutable; every analysis is a function of it.

    ``label`` (int8, index into ``schema.LABELS``), ``ids`` and ``names`` are the columns of the nodes;
    ``canonical[i]`` is the node that stands for node i after ``SAME_AS``. ``edges[type]`` is an ``EdgeTable``.
    """

    def __init__(
        self,
        sources: Sequence[Source],
        label: npt.NDArray[np.int8],
        ids: Texts,
        names: Texts,
        canonical: Ints,
        edges: Mapping[str, EdgeTable],
    ) -> None:
        self.sources = tuple(sources)
        self.label, self.ids, self.names, self.canonical = label, ids, names, canonical
        self.edges = dict(edges)

    def __len__(self) -> int:
        return len(self.label)

    # ---- building ---------------------------------------------------------------------------------------------

    @classmethod
    def build(
        cls,
        sources: Sequence[Source],
        nodes: Sequence[tuple[str, str, str]],
        edges: Mapping[str, EdgeTable],
    ) -> SupplyGraph:
        """Order everything and apply ``SAME_AS``.

        ``nodes`` are (label, id, name) without repetition, in any order; ``edges`` refer to them and to
        ``sources`` by position.
        """
        source_order = sorted(range(len(sources)), key=lambda i: (sources[i].kind, sources[i].title, sources[i].order))
        source_rank = np.empty(len(sources), np.int32)
        source_rank[source_order] = np.arange(len(sources), dtype=np.int32)

        node_order = sorted(range(len(nodes)), key=lambda i: (_LABEL_CODE[nodes[i][0]], nodes[i][1]))
        node_rank = np.empty(len(nodes), np.int32)
        node_rank[node_order] = np.arange(len(nodes), dtype=np.int32)

        label = np.fromiter((_LABEL_CODE[nodes[i][0]] for i in node_order), np.int8, len(nodes))
        ids = [nodes[i][1] for i in node_order]
        claims = edges.get("SAME_AS")
        pairs = (
            np.zeros((0, 2), np.int32)
            if claims is None
            else np.stack([node_rank[claims.tail], node_rank[claims.head]], axis=1)
        )
        canonical = merge_same(label, ids, pairs)

        tables = {}
        for name in schema.EDGES:
            if name not in edges or not len(edges[name]):
                continue
            raw = edges[name]
            tail, head = node_rank[raw.tail], node_rank[raw.head]
            if name != "SAME_AS":
                tail, head = canonical[tail], canonical[head]
            source, row = source_rank[raw.source], raw.row.tidy()
            # What SAME_AS makes equal is told apart by the ends as written, so that no order of reading shows.
            written = (node_rank[raw.head], node_rank[raw.tail])
            order = np.lexsort((*written, row.codes, source, raw.mineral, head, tail))
            properties = {k: v.tidy() if isinstance(v, Texts) else v for k, v in raw.properties.items()}
            tables[name] = EdgeTable(tail, head, raw.mineral, source, row, properties).take(order)
        names = Texts.pack(nodes[i][2] or nodes[i][1] for i in node_order)
        return cls([sources[i] for i in source_order], label, Texts.pack(ids), names, canonical, tables)

    # ---- reading ----------------------------------------------------------------------------------------------

    def table(self, edge_type: str) -> EdgeTable:
        """The claims of a type; an empty table when there are none."""
        return self.edges.get(edge_type) or _empty_table(edge_type)

    def of_label(self, label: str) -> Ints:
        """The canonical nodes of a label, in the order of their ids."""
        wanted = (self.label == _LABEL_CODE[label]) & (self.canonical == np.arange(len(self), dtype=np.int32))
        return np.flatnonzero(wanted).astype(np.int32)

    def label_of(self, node: int) -> str:
        """The label of a node."""
        return schema.LABELS[int(self.label[node])]

    def is_label(self, label: str) -> npt.NDArray[np.bool_]:
        """For each node whether it has this label."""
        same: npt.NDArray[np.bool_] = self.label == _LABEL_CODE[label]
        return same

    def node(self, label: str, id_: str) -> int | None:
        """The canonical node with this id, or None."""
        found = self._index.get((label, id_))
        return None if found is None else int(self.canonical[found])

    @cached_property
    def _index(self) -> dict[tuple[str, str], int]:
        return {(schema.LABELS[code], id_): i for i, (code, id_) in enumerate(zip(self.label, self.ids, strict=True))}

    @cached_property
    def merges(self) -> dict[int, tuple[int, ...]]:
        """Canonical node -> all nodes that are read as it, for those that stand for more than themselves."""
        groups: dict[int, list[int]] = defaultdict(list)
        for member in np.flatnonzero(self.canonical != np.arange(len(self), dtype=np.int32)).tolist():
            groups[int(self.canonical[member])].append(member)
        return {head: (head, *members) for head, members in sorted(groups.items())}

    @cached_property
    def minerals(self) -> tuple[str, ...]:
        """The minerals that any declaration or purchase names, in the order of ``schema.MINERALS``."""
        codes = np.concatenate([self.table("DECLARES").mineral, self.table("BUYS_FROM").mineral])
        return tuple(schema.MINERALS[code] for code in np.unique(codes) if code >= 0)

    @cached_property
    def latest(self) -> date | None:
        """The latest date that a current document speaks for; what conclusions are drawn on by default."""
        dates = [source.as_of for source in self.sources if source.as_of]
        return date.fromisoformat(max(dates)) if dates else None

    @cached_property
    def said(self) -> npt.NDArray[np.datetime64]:
        """For each source the date that it speaks for, NaT if it does not say."""
        return np.array([source.as_of or "NaT" for source in self.sources], "datetime64[D]")

    @cached_property
    def recency(self) -> Ints:
        """For each source its place among all from the earliest to the latest (``Source.order``)."""
        out = np.empty(len(self.sources), np.int32)
        out[sorted(range(len(out)), key=lambda i: self.sources[i].order)] = np.arange(len(out), dtype=np.int32)
        return out

    def receipt(self, edge_type: str, position: int) -> Receipt:
        """Where the claim at this position of its table stands."""
        table = self.table(edge_type)
        source = self.sources[table.source[position]]
        return Receipt(source.file, table.row[position], source.as_of, source.kind, source.id)

    # ---- columns ----------------------------------------------------------------------------------------------

    def to_columns(self) -> dict[str, Column]:
        """The whole graph as named arrays, for a cache or a transfer; ``from_columns`` is the way back."""
        about = json.dumps([asdict(source) for source in self.sources], sort_keys=True)
        columns: dict[str, Column] = {
            "sources": np.frombuffer(about.encode(), np.uint8),
            "label": self.label,
            "canonical": self.canonical,
        }
        for name, texts in (("ids", self.ids), ("names", self.names)):
            columns |= {f"{name}.{part}": array for part, array in texts.parts().items()}
        for edge_type, table in self.edges.items():
            for name in _FIXED:
                columns[f"{edge_type}.{name}"] = getattr(table, name)
            for name, column in {"row": table.row, **table.properties}.items():
                if isinstance(column, Texts):
                    columns |= {f"{edge_type}.{name}.{part}": array for part, array in column.parts().items()}
                else:
                    columns[f"{edge_type}.{name}"] = column
        return columns

    @classmethod
    def from_columns(cls, columns: Mapping[str, Column]) -> SupplyGraph:
        """Rebuild a graph from ``to_columns``; arrays are used as they are, also when memory-mapped."""

        def texts(name: str) -> Texts:
            return Texts(columns[f"{name}.codes"], columns[f"{name}.offsets"], columns[f"{name}.packed"])

        edges = {}
        for edge_type, declared in schema.EDGES.items():
            if f"{edge_type}.tail" not in columns:
                continue
            properties: dict[str, Texts | Column] = {
                name: texts(f"{edge_type}.{name}") if kind is str else columns[f"{edge_type}.{name}"]
                for name, kind in declared.properties.items()
            }
            tail, head, mineral, source = (columns[f"{edge_type}.{name}"] for name in _FIXED)
            edges[edge_type] = EdgeTable(tail, head, mineral, source, texts(f"{edge_type}.row"), properties)
        sources = [Source(**item) for item in json.loads(columns["sources"].tobytes())]
        return cls(sources, columns["label"], texts("ids"), texts("names"), columns["canonical"], edges)

    def to_networkx(self, *, private: bool = False) -> Any:
        """The graph as a ``networkx.MultiDiGraph``.

        Nodes are "Label:id" with ``label``, ``id`` and ``name``; every claim is an edge with ``type``,
        ``mineral``, its properties (absent ones left out) and its receipt (``file``, ``row``, ``as_of``).
        ``private`` adds personal data.
        """
        import networkx as nx

        out = nx.MultiDiGraph()
        keys = [f"{schema.LABELS[code]}:{id_}" for code, id_ in zip(self.label, self.ids, strict=True)]
        private_heads = {head for edge in schema.EDGES.values() if edge.private for head in edge.heads}
        for i, (key, name) in enumerate(zip(keys, self.names, strict=True)):
            if self.canonical[i] == i and (private or self.label_of(i) not in private_heads):
                out.add_node(key, label=self.label_of(i), id=self.ids[i], name=name)
        for edge_type in self.edges:
            if edge_type == "SAME_AS" or (schema.EDGES[edge_type].private and not private):
                continue
            for claim in self.claims(edge_type):
                tail, head = keys[claim.pop("tail")], keys[claim.pop("head")]
                out.add_edge(tail, head, type=edge_type, **claim)
        return out

    def claims(self, edge_type: str, where: npt.NDArray[np.bool_] | None = None) -> Iterator[dict[str, Any]]:
        """Each claim of a type as a dict: ``tail``, ``head``, ``mineral``, properties that are given, receipt."""
        table = self.table(edge_type)
        positions = range(len(table)) if where is None else np.flatnonzero(where).tolist()
        readers = {name: _reader(column) for name, column in table.properties.items()}
        for i in positions:
            code = table.mineral[i]
            given = {name: read(i) for name, read in readers.items()}
            source = self.sources[table.source[i]]
            yield {
                "tail": int(table.tail[i]),
                "head": int(table.head[i]),
                "mineral": schema.MINERALS[code] if code >= 0 else "",
                **{name: value for name, value in given.items() if value not in (None, "")},
                "file": source.file,
                "row": table.row[i],
                "as_of": source.as_of,
            }


def _reader(column: Texts | Column) -> Callable[[int], str | float | None]:
    if isinstance(column, Texts):
        return column.__getitem__
    if column.dtype.kind == "M":
        return lambda i: None if np.isnat(column[i]) else str(column[i])
    return lambda i: None if np.isnan(column[i]) else float(column[i])


def empty_column(kind: type, length: int = 0) -> Texts | Column:
    """A property column of a schema type in which nothing is given."""
    if kind is str:
        return Texts.of_vocabulary(np.zeros(length, np.int32), [""])
    return np.full(length, np.nan) if kind is float else np.full(length, "NaT", "datetime64[D]")


def _empty_table(edge_type: str) -> EdgeTable:
    none = np.zeros(0, np.int32)
    properties = {name: empty_column(kind) for name, kind in schema.EDGES[edge_type].properties.items()}
    return EdgeTable(none, none, np.zeros(0, np.int8), none, Texts.pack([]), properties)
