"""The store in one SQLite file: no server, safe against a killed process, readable while somebody writes.

Nodes have integer keys; each edge type has its own table, whose columns follow from ``schema.EDGES`` (``tables``).
Texts are stored as they are: numbering them would make reading 1.7 times as fast, but a forgotten document would leave
its texts behind, and rows are read only once after a change (``cache``).

The write-ahead log lets others read during a write, and write between two. ``synchronous=NORMAL`` hands every commit
to the operating system before ``replace`` returns: killing the process loses nothing that was reported as loaded.
Only when the machine itself goes down may the last documents be lost (whole ones; the file stays sound).
"""

from __future__ import annotations

import json
import os
import secrets
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace as changed
from datetime import date
from operator import itemgetter
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from graphmap import schema
from graphmap.errors import StoreError
from graphmap.graph import EdgeTable, SupplyGraph
from graphmap.records import Batch, Issue, Node, Source
from graphmap.store import Stored, current, graph_of, in_order, series
from graphmap.store.cache import LATEST, ColumnCache
from graphmap.store.tables import CLAIMS, additions, description

_APPLICATION = 0x676D6170
"""``PRAGMA application_id`` of a graphmap store: "gmap"."""

_FORMAT = 1
"""``PRAGMA user_version``: the layout of the tables below. Those of the edges follow from the schema."""

_TABLES = """
CREATE TABLE meta(schema TEXT NOT NULL, generation INTEGER NOT NULL, state BLOB NOT NULL);
CREATE TABLE source(number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, series TEXT NOT NULL,
    title TEXT NOT NULL, file TEXT NOT NULL, as_of TEXT NOT NULL, modified TEXT NOT NULL, facts TEXT NOT NULL,
    counts TEXT NOT NULL);
CREATE TABLE issue(source INTEGER, position INTEGER, severity TEXT NOT NULL, "row" TEXT NOT NULL,
    message TEXT NOT NULL, value TEXT NOT NULL, cure TEXT NOT NULL, PRIMARY KEY(source, position)) WITHOUT ROWID;
CREATE TABLE node(number INTEGER PRIMARY KEY, label TEXT NOT NULL, id TEXT NOT NULL, UNIQUE(label, id));
CREATE TABLE named(source INTEGER, node INTEGER, name TEXT NOT NULL, PRIMARY KEY(source, node)) WITHOUT ROWID;
"""

_REMEMBERED = 300_000
"""Nodes whose numbers a store keeps in mind while it writes: some 80 MB."""

_SAYS = {
    "SQLITE_BUSY": ("is in use by another process.", "Try again when that process has finished."),
    "SQLITE_READONLY": ("cannot be written.", "Make the file and its folder writable, or work on a copy."),
    "SQLITE_PERM": ("may not be opened.", "You need the right to read and write the file and its folder."),
    "SQLITE_CANTOPEN": ("cannot be opened.", "The folder must exist, and you need the right to write to it."),
    "SQLITE_FULL": ("cannot grow: the disk is full.", "Free some space and load again; what was loaded is kept."),
    "SQLITE_NOTADB": ("is not a graphmap store.", "Give another path; where no file is, an empty store is made."),
    "SQLITE_CORRUPT": ("is damaged.", "Restore it from a copy, or load the documents again into a new store."),
    "SQLITE_IOERR": ("cannot be read or written: the disk reports an error.", "Stores belong on a sound, local disk."),
    "SQLITE_TOOBIG": ("cannot hold a text of this length.", "Shorten the text in the document."),
}
"""What SQLite's result codes (sqlite.org/rescode.html) mean to the user, and what helps."""

_NOT_OURS, _DAMAGED = _SAYS["SQLITE_NOTADB"], _SAYS["SQLITE_CORRUPT"]
_LOAD_AGAIN = "Load the documents again into a new store."


class SqliteStore:
    """A store in the file ``path``; see ``graphmap.store.Store``. For use in one thread.

    ``wait`` is how many seconds to wait for another process to finish its write.
    """

    def __init__(self, path: Path, *, wait: float = 60.0) -> None:
        self._shown = str(path)
        self._path = Path(os.path.abspath(path))  # so that ":memory:" is a file name like any other
        if "\0" in self._shown:
            raise StoreError(f"{self._shown!a} can be the name of no file.", "Give another path.")
        if self._path.is_dir():
            raise StoreError(f"{self._shown} is a folder, not a graphmap store.", "Give the path of a file in it.")
        self._closed = False
        with self._told():
            self._db = sqlite3.connect(self._path, timeout=wait, isolation_level=None)
            try:
                self._prepare()
            except BaseException:
                self._db.close()
                raise
        self._numbers: dict[tuple[str, str], int] = {}
        self._version = 0  # ``PRAGMA data_version`` for which these numbers hold
        columns = self._path.with_name(self._path.name + "-columns")
        self._cache = ColumnCache(columns, json.dumps(description()), like=self._path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file; the last process to do so folds the log into it."""
        with self._told():
            self._db.close()
        self._closed = True

    # ---- writing ----------------------------------------------------------------------------------------------

    def replace(self, *batches: Batch) -> None:
        """Make the store hold exactly what these documents say; see ``graphmap.store.Store.replace``."""
        with self._writing():
            for batch in batches:
                self._replace(batch)

    def _replace(self, batch: Batch) -> None:
        number, touched = self._begin(batch.source)
        place = self._place_nodes(number, batch)
        rows: dict[str, list[list[object]]] = defaultdict(list)
        for position, edge in enumerate(batch.edges):
            rows[edge.type].append(CLAIMS[edge.type].row(number, position, edge, place))
        for edge_type, claims in rows.items():
            self._db.executemany(CLAIMS[edge_type].insert, claims)
        issues = ((number, position, *issue) for position, issue in enumerate(batch.issues))
        self._db.executemany("INSERT INTO issue VALUES (?, ?, ?, ?, ?, ?, ?)", issues)
        self._sweep(touched.difference(place.values()))

    def forget(self, source_id: str) -> bool:
        """Remove a document and all that only it says; False if it is not there."""
        with self._writing():
            found = self._db.execute("SELECT number FROM source WHERE id = ?", (source_id,)).fetchone()
            if found:
                touched = self._clear(found[0])
                self._db.execute("DELETE FROM source WHERE number = ?", found)
                self._sweep(touched)
        return bool(found)

    def _begin(self, source: Source) -> tuple[int, set[int]]:
        """Enter the document; its number, and the nodes that it named until now."""
        found = self._db.execute(
            "SELECT number, modified, file, title, series FROM source WHERE id = ?", (source.id,)
        ).fetchone()
        number, touched = None, set()
        if found:
            number, *copy = found
            touched = self._clear(number)
            if (copy[0], copy[1]) > (source.modified, source.file):
                source = changed(source, **dict(zip(("modified", "file", "title", "series"), copy, strict=True)))
        number = self._db.execute(
            "INSERT OR REPLACE INTO source VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (number, *_row_of(source))
        ).lastrowid
        assert number is not None
        return number, touched

    def _clear(self, number: int) -> set[int]:
        """Remove all that a document says; the nodes that it named."""
        touched = {node for (node,) in self._db.execute("SELECT node FROM named WHERE source = ?", (number,))}
        for table in (*CLAIMS, "issue", "named"):
            self._db.execute(f'DELETE FROM "{table}" WHERE source = ?', (number,))  # noqa: S608 - our own names
        return touched

    def _place_nodes(self, source: int, batch: Batch) -> dict[Node, int]:
        """The number of each node that the document names, new ones being added, and how it names them."""
        nodes = {*batch.nodes, *(edge.tail for edge in batch.edges), *(edge.head for edge in batch.edges)}
        names: dict[tuple[str, str], str] = {}
        for label, id_, name in sorted(nodes):
            names[schema.NODES[label].label, id_] = (
                names.get((label, id_)) or name
            )  # of several names the first in the alphabet
        version = self._pragma("data_version")
        if version != self._version or len(self._numbers) > _REMEMBERED:
            self._numbers.clear()  # another process may have removed nodes and used their numbers again
            self._version = version
        unknown = [key for key in names if key not in self._numbers]
        self._db.executemany("INSERT OR IGNORE INTO node(label, id) VALUES (?, ?)", unknown)
        find = "SELECT number FROM node WHERE label = ? AND id = ?"
        self._numbers.update((key, self._db.execute(find, key).fetchone()[0]) for key in unknown)
        named = sorted((source, self._numbers[key], name) for key, name in names.items())
        self._db.executemany("INSERT INTO named VALUES (?, ?, ?)", named)
        return {node: self._numbers[node.label, node.id] for node in nodes}

    def _sweep(self, nodes: set[int]) -> None:
        """Remove those of these nodes that no document names any more."""
        # Looks into each document: an index on named(node) would make this quick, and every load twice as slow.
        self._db.executemany(
            """DELETE FROM node WHERE number = ?1 AND NOT EXISTS (
                SELECT 1 FROM source CROSS JOIN named ON named.source = source.number AND named.node = ?1)""",
            [(node,) for node in sorted(nodes)],
        )
        if nodes:
            self._numbers.clear()

    # ---- reading ----------------------------------------------------------------------------------------------

    def sources(self) -> list[Stored]:
        """All documents, by kind, title and age."""
        with self._reading():
            numbered = self._numbered()
            found: dict[str, list[Issue]] = defaultdict(list)
            for number, *issue in self._db.execute(
                'SELECT source, severity, "row", message, value, cure FROM issue ORDER BY source, position'
            ):
                found[numbered[number].id].append(Issue(*issue))
        counts = current(list(numbered.values()))
        out = []
        for source in in_order(numbered.values()):
            latest = counts[series(source)].id
            here = latest == source.id
            out.append(Stored(source, tuple(found[source.id]), here, "" if here else latest))
        return out

    def graph(self, as_of: date | None = None) -> SupplyGraph:
        """What the current documents say; see ``graphmap.store.Store.graph``. Its columns are not writable."""
        day = as_of.isoformat() if as_of else LATEST
        with self._reading():
            generation = self._generation()
            known = self._cache.read(generation, day)
            if known is not None:
                return SupplyGraph.from_columns(known)
            sources, nodes, edges = self._read(as_of)
        graph = graph_of(sources, nodes, edges)
        columns = graph.to_columns()
        for column in columns.values():
            column.flags.writeable = False  # as they will be when they come from the cache
        self._cache.write(generation, day, columns)
        with self._told():
            if self._generation() != generation:
                self._cache.drop()  # somebody wrote, perhaps to forget what we have just kept
        return graph

    def batches(self, ids: Iterable[str] | None = None) -> Iterator[Batch]:
        """All documents (or these) as they were loaded, by id; see ``graphmap.store.Store.batches``."""
        stored = {one.source.id: one for one in self.sources()}
        for id_ in sorted(stored if ids is None else stored.keys() & set(ids)):
            with self._reading():
                found = self._db.execute("SELECT number FROM source WHERE id = ?", (id_,)).fetchone()
                if found is None:
                    continue  # somebody has forgotten it meanwhile
                rows = self._db.execute(
                    "SELECT number, label, id, name FROM named JOIN node ON node = number WHERE source = ?", found
                )
                nodes = {number: Node(*node) for number, *node in rows}
                edges = [edge for table in CLAIMS.values() for edge in table.edges(self._db, found[0], nodes)]
            in_order_ = sorted(edges, key=itemgetter(0, 1, 2, 4, 3))
            yield Batch(stored[id_].source, tuple(sorted(nodes.values())), tuple(in_order_), stored[id_].issues)

    def _read(self, as_of: date | None) -> tuple[list[Source], list[tuple[str, str, str]], dict[str, EdgeTable]]:
        numbered = self._numbered()
        counting = {source.id for source in current(list(numbered.values()), as_of).values()}
        numbers = [number for number, source in numbered.items() if source.id in counting]
        numbers.sort(key=lambda number: numbered[number].order)

        names: dict[int, str] = {}
        for number in numbers:
            names.update(self._db.execute("SELECT node, name FROM named WHERE source = ? AND name = ''", (number,)))
        for number in numbers:  # later documents overwrite the names of earlier ones
            names.update(self._db.execute("SELECT node, name FROM named WHERE source = ? AND name <> ''", (number,)))
        place = np.full(max(names, default=0) + 1, -1, np.int32)
        nodes: list[tuple[str, str, str]] = []
        for number, label, id_ in self._db.execute("SELECT number, label, id FROM node"):
            if number in names:
                place[number] = len(nodes)
                nodes.append((schema.NODES[label].label, id_, names[number]))
        del names
        edges = {name: table.read(self._db, numbers, place) for name, table in CLAIMS.items()}
        return [numbered[number] for number in numbers], nodes, edges

    def _numbered(self) -> dict[int, Source]:
        rows = self._db.execute(
            "SELECT number, id, kind, series, title, file, as_of, modified, facts, counts FROM source"
        )
        return {
            number: Source(id_, kind, series_, title, file, as_of, modified, json.loads(facts), json.loads(counts))
            for number, id_, kind, series_, title, file, as_of, modified, facts, counts in rows
        }

    def _generation(self) -> str:
        """What names this state of the store: a counter, and a random part that tells a restored copy from it."""
        count, state = self._db.execute("SELECT generation, state FROM meta").fetchone()
        return f"{int(count)}-{bytes(state).hex()}"

    # ---- transactions and errors ------------------------------------------------------------------------------

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """One state of the store, whatever others write meanwhile."""
        with self._transaction("DEFERRED"), self._sound():
            yield

    @contextmanager
    def _sound(self) -> Iterator[None]:
        """Where rows are read that somebody may have meddled with."""
        try:
            yield
        except (ValueError, LookupError, TypeError) as error:  # values that we never wrote
            raise StoreError(f"{self._shown} {_DAMAGED[0]}", _DAMAGED[1]) from error

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            with self._transaction("IMMEDIATE"):
                yield
                self._bump()
        except BaseException:
            self._numbers.clear()
            raise
        self._cache.drop()

    def _bump(self) -> None:
        self._db.execute("UPDATE meta SET generation = generation + 1, state = ?", (secrets.token_bytes(8),))

    @contextmanager
    def _transaction(self, kind: str) -> Iterator[None]:
        if self._closed:
            raise StoreError(f"{self._shown} is closed.", "Do this before its with block ends, or open it again.")
        with self._told():
            self._db.execute(f"BEGIN {kind}")
            try:
                yield
                self._db.execute("COMMIT")
            finally:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Say in one line what went wrong and what helps."""
        try:
            yield
        except sqlite3.ProgrammingError:
            raise  # ours to mend
        except sqlite3.Error as error:
            code = getattr(error, "sqlite_errorname", "")
            says, cure = next((text for prefix, text in _SAYS.items() if code.startswith(prefix)), ("", ""))
            raise StoreError(f"{self._shown} {says or f'cannot be used: {error}.'}", cure) from error
        except UnicodeEncodeError as error:
            text = ascii(error.object[max(error.start - 20, 0) : error.end + 20])
            raise StoreError(f"The text {text} holds half a character.", "Correct it in the document.") from error

    # ---- the file ---------------------------------------------------------------------------------------------

    def _prepare(self) -> None:
        """Make a new file a store, bring an older store up to date, refuse everything else."""
        with self._transaction("DEFERRED"):  # what others make at this moment is seen as a whole or not at all
            ready = self._is_current()
        if not ready:
            with self._transaction("IMMEDIATE"):
                if not self._is_current():  # nobody else was faster
                    self._update()
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.execute("PRAGMA cache_size = -65536")  # KiB
        self._db.execute("PRAGMA secure_delete = ON")  # what is forgotten is overwritten
        self._db.execute("PRAGMA trusted_schema = OFF")  # a store may come from a stranger (sqlite.org/security.html)
        self._db.execute("PRAGMA cell_size_check = ON")

    def _is_current(self) -> bool:
        """Whether this is a store of the present schema; False for an older one and for an empty file."""
        if self._pragma("application_id") != _APPLICATION:
            if self._pragma("schema_version"):
                raise StoreError(f"{self._shown} {_NOT_OURS[0]}", _NOT_OURS[1])
            return False
        if self._pragma("user_version") != _FORMAT:
            raise StoreError(f"{self._shown} was written by another version of graphmap.", _LOAD_AGAIN)
        return self._schema() == description()

    def _update(self) -> None:
        if self._pragma("application_id") != _APPLICATION:
            for statement in _TABLES.strip().split(";\n"):
                self._db.execute(statement)
            self._db.execute("INSERT INTO meta VALUES (?, 0, x'')", ('{"labels": [], "minerals": [], "edges": {}}',))
            self._db.execute(f"PRAGMA application_id = {_APPLICATION}")
            self._db.execute(f"PRAGMA user_version = {_FORMAT}")
        statements = additions(self._schema())
        if statements is None:
            raise StoreError(f"{self._shown} holds what this version of graphmap does not know.", _LOAD_AGAIN)
        for statement in statements:
            self._db.execute(statement)
        self._db.execute("UPDATE meta SET schema = ?", (json.dumps(description()),))
        self._bump()

    def _schema(self) -> dict[str, Any]:
        with self._sound():
            known: dict[str, Any] = json.loads(self._db.execute("SELECT schema FROM meta").fetchone()[0])
        return known

    def _pragma(self, name: str) -> int:
        value: int = self._db.execute(f"PRAGMA {name}").fetchone()[0]
        return value


def _row_of(source: Source) -> tuple[str, ...]:
    facts, counts = (json.dumps(dict(sorted(given.items()))) for given in (source.facts, source.counts))
    plain = (source.id, source.kind, source.series, source.title, source.file, source.as_of, source.modified)
    return (*plain, facts, counts)
