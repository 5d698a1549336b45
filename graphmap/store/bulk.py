"""The way to a server for very large graphs: files of which ``neo4j-admin database import full`` makes a database.

That database holds what loading the documents would have made: the same nodes, claims and documents. What such an
import cannot make (constraints, indexes, lists of texts) is made when the store is used for the first time.
The format of the files: neo4j.com/docs/operations-manual, "Import", "CSV header format".
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from datetime import date
from math import inf
from pathlib import Path
from typing import Any

from graphmap import owner, schema
from graphmap.errors import GraphmapError, StoreError
from graphmap.records import Batch, Node, Source
from graphmap.store import Store, Stored, cypher
from graphmap.store.derived import Assumed, Derived, Told

_KINDS: Mapping[type, str] = {float: "double", int: "long", bool: "boolean", date: "date"}
"""How a header names the type of a property; text needs no name."""

_BUFFER = 4 << 20
"""Bytes that one line may take without the import being told of longer ones (its ``--read-buffer-size``)."""

_SEPARATOR = "separator"
"""The property of a document whose lists are still texts: what stands between their elements."""

_NUMBERS = ("count_values", "claim_counts")
"""The lists of a document that hold numbers."""

_ASSUMING = ("BUYS_FROM",)
"""Claims of which some are drawn that no document makes; these say so."""

_AT_ONCE = 100
"""Documents whose lists are made in one transaction."""

_HIDDEN = {label for edge in schema.EDGES.values() if edge.private for label in edge.heads}
"""Labels of personal data."""


def write_import(store: Store, folder: str | Path, *, private: bool = False) -> None:
    """Write all documents of a store, superseded ones included, as files for an import into an empty database.

    ``folder`` must be new or empty; it is there as a whole or not at all. ``import.sh`` in it is the command and says
    how it is used, ``schema.cypher`` are the constraints and indexes. Contacts stay out unless ``private``; loading a
    document into that database later on adds its own. Memory grows with nodes and documents, not with claims.

    Raises ``GraphmapError`` where nothing can be written and ``StoreError`` when the store cannot be read.
    """
    stored = {one.source.id: one for one in store.sources()}
    if not stored:
        raise StoreError("There is nothing to export: the store holds no documents.", "Load some: graphmap load FOLDER")
    with _made(Path(folder)) as part, ExitStack() as opened:
        export = _Export(part, opened, stored, () if private else _HIDDEN)
        export.add_nodes(store)
        for batch in store.batches():
            export.add(batch if private else _public(batch))
        if store.sources() != list(stored.values()):
            raise StoreError("Somebody wrote to the store meanwhile.", "Export again.")
        export.finish()


def _public(batch: Batch) -> Batch:
    """A document without the personal data in it."""
    edges = tuple(edge for edge in batch.edges if not schema.EDGES[edge.type].private)
    return replace(batch, nodes=tuple(node for node in batch.nodes if node.label not in _HIDDEN), edges=edges)


def unfold() -> str:
    """Make the lists of some documents that come from an import, and say of how many; run it until there are none."""

    def made(name: str) -> str:
        parts = f"split(d.{name}, d.{_SEPARATOR})"
        return f"[part IN {parts} | toInteger(part)]" if name in _NUMBERS else parts

    lists = [name for name, value in _properties(_SAMPLE).items() if isinstance(value, list)]
    given = ", ".join(f"d.{name} = CASE WHEN d.{name} IS NULL THEN [] ELSE {made(name)} END" for name in lists)
    return f"""
MATCH (d:{cypher.DOCUMENT}) WHERE d.{cypher.KEY} IS NOT NULL AND d.{_SEPARATOR} IS NOT NULL WITH d LIMIT {_AT_ONCE}
SET {given} REMOVE d.{_SEPARATOR} RETURN count(*) AS unfolded
"""


# ---- the files ------------------------------------------------------------------------------------------------


class _Export:
    """The files of one import, to which one document after the other is added."""

    def __init__(self, folder: Path, opened: ExitStack, stored: Mapping[str, Stored], hidden: Iterable[str]) -> None:
        self._folder, self._opened, self._stored, self._hidden = folder, opened, stored, frozenset(hidden)
        self._tables: dict[str, _Table] = {}
        self._current: frozenset[str] = frozenset()
        self._read_as: dict[str, str] = {}
        self._past: dict[str, tuple[tuple[bool, tuple[str, str, str]], Node]] = {}  # of superseded documents only
        self._assumed: Sequence[Assumed] = ()
        self._id = hashlib.sha256("\n".join(sorted(stored)).encode()).hexdigest()[:16]
        self._separator = f"<{self._id}>"  # which no document can know, and which does not overlap with itself
        self._state = hashlib.sha256()

    def add_nodes(self, store: Store) -> None:
        """Write the nodes of the current documents, with all that follows from these."""
        graph = store.graph()
        derived = Derived.of(graph, {})
        nodes, self._assumed = derived.nodes, derived.assumed
        for id_, (key, told) in zip(graph.ids, nodes.items(), strict=True):
            if cypher.label_of(key) not in self._hidden:
                self._add_node(key, id_[: cypher.LONGEST], told)
        self._current = frozenset(nodes)
        self._read_as = {key: told.read_as for key, told in nodes.items() if told.read_as is not None}

    def add(self, batch: Batch) -> None:
        """Write what a document says."""
        packed, stored = cypher.pack(batch), self._stored[batch.source.id]
        about = _properties(stored.source, packed, stored)
        self._state.update(batch.digest.encode())
        told = {name: self._joined(value) if isinstance(value, list) else value for name, value in about.items()}
        self._table(cypher.DOCUMENT, _header({**_properties(_SAMPLE), _SEPARATOR: ""})).add(
            *map(_cell, told.values()), _cell(self._separator)
        )
        if not stored.current:
            named = cypher.nodes_named(*(packed.document[name] for name in ("named_keys", "named_names", "long_ids")))
            for key, node in named.items():
                if key not in self._current:  # of several names the latest that is given
                    found = ((node.name != "", batch.source.order), node)
                    self._past[key] = max(found, self._past.get(key, found))
        for (name, _, _), groups in packed.claims.items():
            self._add_claims(name, groups, about)

    def finish(self) -> None:
        """Write what is known at the end only, and how it is all imported."""
        for key, (_, node) in sorted(self._past.items()):
            self._add_node(key, node.id[: cypher.LONGEST], Told(node.name or node.id))
        for one in self._assumed:
            table = self._claims_of("BUYS_FROM")
            nothing = [""] * (len(cypher.claim_properties(schema.EDGES["BUYS_FROM"])) - 1)
            said = (_cell(one.tail), _cell(one.head), _cell(one.source), _cell(one.file), "", "", "")
            table.add(*said, _cell(owner.ASSUMED), *nothing, _cell(True))
        about = {
            cypher.KEY: cypher.STORE, "name": "graphmap", "generation": 1, "settled": 1, "format": cypher.FORMAT,
            "id": self._id, "state": self._state.hexdigest()[:16],
        }  # fmt: skip
        self._table(cypher.STORE, _header(about)).add(*map(_cell, about.values()))
        statements = "".join(f"{statement};\n" for statement in cypher.preparations())
        for name, text in (("schema.cypher", statements), ("import.sh", _script(self._tables.values()))):
            (self._folder / name).write_text(text, "utf-8", newline="\n")

    def _joined(self, values: Sequence[str | int]) -> str | None:
        # The import knows neither empty lists nor a list of one empty text, and separates by one character only.
        text = self._separator.join(map(str, values))
        if text.count(self._separator) != max(len(values) - 1, 0):
            raise GraphmapError(f"A document holds the text {self._separator}.", "Load the documents without a file.")
        return text if values else None

    def _add_node(self, key: str, id_: str, told: Told) -> None:
        header = [f"{cypher.KEY}:ID", ":LABEL", "id", "name", "tier:long", "read_as"]
        cells = (key, told.role or None, id_, told.name, told.tier, told.read_as)
        self._table(cypher.label_of(key), header).add(*map(_cell, cells))

    def _add_claims(self, name: str, groups: Iterable[Mapping[str, Any]], document: Mapping[str, Any]) -> None:
        table = self._claims_of(name, past=not document["current"])
        told = ("",) * (name in _ASSUMING and bool(document["current"]))
        said = ",".join(_cell(document[one]) for one in ("id", "file", "as_of"))
        drawn = self._read_as if name != "SAME_AS" else {}
        for group in groups:
            start, tail = _end(group["tail"], drawn)
            for key, *values in group["rows"]:
                end, head = _end(key, drawn)
                table.add(start, end, said, tail, head, *map(_cell, values), *told)

    def _claims_of(self, name: str, *, past: bool = False) -> _Table:
        header = [":START_ID", ":END_ID", "source", "file", "as_of:date", "tail_key", "head_key"]
        header += [_typed(*property_) for property_ in cypher.claim_properties(schema.EDGES[name]).items()]
        if name in _ASSUMING and not past:
            header.append(_typed("assumed", bool))
        return self._table(cypher.PAST * past + name, header)

    def _table(self, name: str, header: Sequence[str]) -> _Table:
        if name not in self._tables:
            self._tables[name] = _Table(self._folder, name, header, self._opened)
        return self._tables[name]


class _Table:
    """One file of nodes or relationships, with its header in a file beside it."""

    def __init__(self, folder: Path, name: str, header: Sequence[str], opened: ExitStack) -> None:
        self.name, self.nodes = name, header[0].endswith(":ID")
        self.longest, self.multiline = 0, False
        (folder / f"{name}.header.csv").write_text(",".join(header) + "\n", "utf-8", newline="\n")
        self._file = opened.enter_context((folder / f"{name}.csv").open("w", encoding="utf-8", newline=""))

    def add(self, *cells: str) -> None:
        """Write one line."""
        line = ",".join(cells)
        self._file.write(line + "\n")
        self.longest = max(self.longest, len(line))
        self.multiline = self.multiline or "\n" in line or "\r" in line


def _end(key: str, drawn: Mapping[str, str]) -> tuple[str, str]:
    """The end of a claim: where it is drawn, and how it was written if that is elsewhere."""
    at = drawn.get(key)
    return (_cell(at), _cell(key)) if at else (_cell(key), "")


def _properties(source: Source, packed: cypher.Packed | None = None, stored: Stored | None = None) -> dict[str, Any]:
    """The properties of a document's node."""
    packed = packed or cypher.pack(Batch(source, (), (), ()))
    current, by = (stored.current, stored.superseded_by or None) if stored else (True, None)
    return {**packed.document, **cypher.about(source), "current": current, "superseded_by": by}


_SAMPLE = Source(id="", kind="", series="", title="", file="", as_of="2000-01-01")


def _header(sample: Mapping[str, Any]) -> list[str]:
    key, *others = sample
    return [f"{key}:ID", *(_typed(name, type(sample[name])) for name in others)]


def _typed(name: str, kind: type) -> str:
    return f"{name}:{_KINDS[kind]}" if kind in _KINDS else name


def _cell(value: Any) -> str:
    """A value as the import reads it. What is absent leaves nothing, an empty text its quotes."""
    if isinstance(value, str):
        return '"' + value.replace('"', '""') + '"'
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value) if abs(value) != inf else f"{'-' * (value < 0)}Infinity"
    return value.isoformat() if isinstance(value, date) else str(value)


# ---- the command and the folder -------------------------------------------------------------------------------

_SCRIPT = """\
#!/bin/sh
# Makes a database of a Neo4j server hold this graph: sh import.sh [DATABASE [OPTION ...]]
#
# Run it as the user that Neo4j runs as, while the server is stopped. DATABASE (neo4j, if you name none) must be empty;
# --overwrite-destination empties it. NEO4J_ADMIN names neo4j-admin where it is not on the path.
# Then start the server and use the store, e.g. graphmap sources --store neo4j://HOST: the first use makes constraints,
# indexes and the lists of documents. Until then those of schema.cypher can be made by hand, too.
set -eu
cd "$(dirname "$0")"
database=${1:-neo4j}
[ $# -eq 0 ] || shift
exec "${NEO4J_ADMIN:-neo4j-admin}" database import full "$database" "$@\""""


def _script(tables: Iterable[_Table]) -> str:
    """The shell script that imports these files."""
    tables = sorted(tables, key=lambda table: (not table.nodes, table.name))
    options = ["--multiline-fields=true"] if any(table.multiline for table in tables) else []
    longest = 4 * max(table.longest for table in tables)  # a character takes four bytes at most
    if longest > _BUFFER:
        options.append(f"--read-buffer-size={longest + _BUFFER}")
    for table in tables:
        kind = "nodes" if table.nodes else "relationships"
        options.append(f"--{kind}={table.name}={table.name}.header.csv,{table.name}.csv")
    return " \\\n  ".join([_SCRIPT, *options]) + "\n"


@contextmanager
def _made(folder: Path) -> Iterator[Path]:
    """A folder that appears under its name when all is written, and not at all if something goes wrong."""
    part = folder.with_name(f"{folder.name}.{os.getpid()}.part")
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise GraphmapError(f"{folder} is there already and is not an empty folder.", "Choose another place.")
        part.mkdir(parents=True)
        try:
            yield part
            with suppress(FileNotFoundError):
                folder.rmdir()
            part.rename(folder)
        finally:
            shutil.rmtree(part, ignore_errors=True)
    except OSError as error:
        raise GraphmapError(f"{folder} cannot be written: {error.strerror}.", "Choose another place.") from error
