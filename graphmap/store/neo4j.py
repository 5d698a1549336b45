"""The store on a Neo4j server, for teams: the same documents, the same graph, and Cypher to ask it.

Claims are relationships between the things they are about; a document is a node of its own, known by its content.
Whoever writes holds one node (``GraphmapStore``) for as long as the transaction lasts. So writers go one after the
other, a deadlock between them cannot be, and readers see whole documents only. What follows from several documents
(names, roles, tiers, who is read as whom: ``derived``) is brought up to date before this store reads again or closes.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from dataclasses import replace as changed
from datetime import date
from functools import cache, partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import neo4j

from graphmap import owner, schema
from graphmap.errors import StoreError
from graphmap.graph import SupplyGraph
from graphmap.records import Batch, Issue, Source
from graphmap.store import Stored, current, cypher, fetch, graph_of, in_order, series
from graphmap.store.bulk import unfold
from graphmap.store.cache import LATEST, ColumnCache
from graphmap.store.connection import Connection, ReadOnlyError, plain
from graphmap.store.derived import Derived, bring_up_to_date

T = TypeVar("T")
Transaction = neo4j.ManagedTransaction

_REMEMBERED = 200_000
"""Keys of nodes that a store keeps in mind while it writes: some 30 MB."""

_SETTLING = [changed(schema.EDGES[name], properties={}) for name in ("BUYS_FROM", "SAME_AS", "HAS_ROLE")]
"""What roles, tiers and sameness follow from: who is linked to whom, whatever else is said."""

_DECLARING = [changed(schema.EDGES[name], properties={}) for name in ("DECLARES", "ANSWERED")]
"""What assumed purchases follow from, where somebody said whom the store reports for."""

_TRIES = 3
"""How often reading is begun again because somebody wrote meanwhile; then writers are kept waiting."""


@dataclass(frozen=True)
class Answer:
    """What the server answered to a statement: the names of the columns, and the rows in plain Python values."""

    columns: list[str]
    rows: list[dict[str, Any]]


@dataclass(frozen=True)
class _State:
    """What the store's own node says; ``generation`` names a state of the documents."""

    count: int
    generation: str
    settled: bool
    id: str


class _UnchangedError(Exception):
    """The store holds exactly this document: there is nothing to write, and no new generation."""


class _NodeGoneError(Exception):
    """A claim could not be drawn because one of its ends is not there."""


class Neo4jStore:
    """A store in a database of a Neo4j server; see ``graphmap.store.Store``. For use in one thread.

    Nothing is opened before it is used; reading changes nothing on the server.
    """

    def __init__(self, url: str, *, database: str | None = None) -> None:
        self._server = Connection(url, database)
        self._ready = False
        self._wrote = False
        self._known: set[str] = set()
        self._known_at = -1  # the generation for which these nodes are certain to be there
        self._cache: ColumnCache | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:  # what went wrong is told; whether the rest can be done is not what matters now
            with suppress(StoreError):
                self.close()
            return
        self.close()

    def close(self) -> None:
        """Bring up to date what follows from the documents, and let go of the server."""
        try:
            if not self._server.lost:  # the next load sees to it
                self._settle()
        finally:
            self._server.close()

    # ---- writing ----------------------------------------------------------------------------------------------

    def replace(self, *batches: Batch) -> None:
        """Make the store hold exactly what these documents say; see ``graphmap.store.Store.replace``."""
        self._wrote = True  # also when nothing has changed: a load that was killed may have left something to settle
        self._prepare()
        for some in _each_once(batches):
            self._replace_all(some)

    def _replace_all(self, batches: Sequence[Batch]) -> None:
        packed = cache(lambda i: cypher.pack(batches[i]))

        def replace(tx: Transaction, there: dict[str, dict[str, Any]]) -> None:
            new = [i for i, batch in enumerate(batches) if not _holds(there, batch)]
            if not new:
                raise _UnchangedError
            self._replace(tx, [packed(i) for i in new], there)

        sources = [batch.source for batch in batches]
        try:
            with suppress(_UnchangedError):
                self._write(sources, replace)
        except ReadOnlyError:  # which is well where nothing needs to be written
            there = self._server.read(lambda tx: self._documents(tx, sources))
            if not all(_holds(there, batch) for batch in batches):
                raise

    def forget(self, source_id: str) -> bool:
        """Remove a document and all that only it says; False if it is not there."""
        source = Source(source_id, "", "", "", "")
        if not self._server.read(lambda tx: self._documents(tx, [source])):
            return False
        self._prepare()
        found = self._write([source], lambda tx, there: self._forget(tx, source_id, there))
        self._settle()
        return found

    def _write(self, sources: Sequence[Source], work: Callable[[Transaction, dict[str, dict[str, Any]]], T]) -> T:
        """Do this while nobody else writes; afterwards the store is in another generation.

        What is to be done is given the documents and those of their series that are there, by id.
        """

        def unit(tx: Transaction) -> T:
            begun = tx.run(cypher.BEGIN, _wanted(sources), state=secrets.token_hex(8)).single(strict=True)
            generation = int(begun["generation"])
            if generation != self._known_at + 1 or len(self._known) > _REMEMBERED:
                self._known.clear()  # somebody else may have removed nodes meanwhile
            self._known_at = -1
            done = work(tx, {document["id"]: document for document in begun["documents"]})
            self._known_at = generation
            return done

        self._wrote = True
        try:
            try:
                done = self._server.write(unit)
            except _NodeGoneError:  # somebody removed a node that we held to be there
                self._known_at = -1
                done = self._server.write(unit)
        except BaseException:
            self._known_at = -1
            raise
        self._columns().drop()
        return done

    def _replace(self, tx: Transaction, packed: Sequence[cypher.Packed], there: dict[str, dict[str, Any]]) -> None:
        """Write documents that are not there, or are there with other claims; all of one kind in one statement."""
        old = {one.source.id: there[one.source.id] for one in packed if one.source.id in there}
        new = [_latest_copy(one.source, old.get(one.source.id)) for one in packed]
        if old:
            self._drop_claims(tx, old.values())
            there = self._documents(tx, [*new, *map(_source, old.values())])
        others = {id_: document for id_, document in there.items() if id_ not in {source.id for source in new}}
        latest = current([*new, *map(_source, others.values())])

        nodes: dict[str, dict[str, Mapping[str, Any]]] = defaultdict(dict)
        claims: dict[tuple[cypher.Kind, bool], list[dict[str, Any]]] = defaultdict(list)
        documents = []
        for source, one in zip(new, packed, strict=True):
            for label, rows in one.nodes.items():
                nodes[label].update((row["key"], row) for row in rows if row["key"] not in self._known)
            about = cypher.about(source)
            by = latest[series(source)].id if latest[series(source)] is not source else None
            documents.append({**one.document, **about, "current": by is None, "superseded_by": by})
            said = {"source": source.id, "file": source.file, "as_of": about["as_of"]}
            for kind, groups in one.claims.items():
                claims[kind, by is not None].append({**said, "groups": groups})

        for label, found in sorted(nodes.items()):
            tx.run(cypher.merge_nodes(label), rows=[found[key] for key in sorted(found)]).consume()
            self._known.update(found)
        for (kind, past), some in sorted(claims.items()):
            drawn = tx.run(cypher.create_claims(kind, past), documents=some).consume().counters
            if drawn.relationships_created != sum(len(group["rows"]) for one in some for group in one["groups"]):
                raise _NodeGoneError
        tx.run(cypher.WRITE_DOCUMENTS, documents=documents).consume()
        self._mark(tx, others, latest)

    @staticmethod
    def _drop_claims(tx: Transaction, documents: Iterable[Mapping[str, Any]]) -> None:
        """Delete what these documents have drawn."""
        drawn: dict[str, list[str]] = defaultdict(list)
        for document in documents:
            for name in document["claim_types"]:
                drawn[name if document["current"] else cypher.PAST + name].append(document["id"])
        for type_, ids in sorted(drawn.items()):
            tx.run(cypher.drop_claims(type_), sources=ids).consume()

    def _forget(self, tx: Transaction, source_id: str, there: dict[str, dict[str, Any]]) -> bool:
        if source_id not in there:
            return False
        old = there[source_id]
        self._drop_claims(tx, [old])
        tx.run(cypher.DROP_DOCUMENT, key=cypher.key_of(cypher.DOCUMENT, source_id)).consume()
        there = self._documents(tx, [_source(old)])
        self._mark(tx, there, current([_source(one) for one in there.values()]))
        return True

    @staticmethod
    def _documents(tx: Transaction, sources: Sequence[Source]) -> dict[str, dict[str, Any]]:
        """These documents and those of their series, by id."""
        records = tx.run(cypher.FIND_DOCUMENTS, _wanted(sources))
        return {record["document"]["id"]: record["document"] for record in records}

    @staticmethod
    def _mark(tx: Transaction, there: Mapping[str, Mapping[str, Any]], latest: Mapping[str, Source]) -> None:
        """Make the other documents of a series current or past, as it is now."""
        for id_, document in sorted(there.items()):
            newest = latest[series(_source(document))].id
            if (newest == id_) != document["current"]:
                for name in document["claim_types"]:
                    way = (cypher.PAST + name, name) if newest == id_ else (name, cypher.PAST + name)
                    tx.run(cypher.move_claims(*way), source=id_).consume()
            by = None if newest == id_ else newest
            tx.run(cypher.MARK_DOCUMENT, key=cypher.key_of(cypher.DOCUMENT, id_), by=by).consume()

    def _prepare(self) -> None:
        """Make the database one that holds a store of the present schema."""
        if self._ready:
            return
        self._state()  # refuses what another version wrote
        found = self._server.read(_find_store)
        if found is None or found["schema"] != cypher.description():
            self._make()
        self._ready = True

    def _make(self) -> None:
        """Make what a store needs: constraints, indexes, its own node; and the lists of documents from an import."""
        for statements in (cypher.preparations(), ["CALL db.awaitIndexes(300)"]):
            self._server.write(partial(_run_all, statements))
        lacks = self._server.read(lambda tx: cypher.missing(tx.run(cypher.FIND_INDEXES).data()))
        if lacks is not None:
            raise self._server.in_the_way(f"{lacks.name} is not on {lacks.of}.{lacks.on}.")
        while self._server.write(_unfold):
            pass
        made = {"state": secrets.token_hex(8), "id": secrets.token_hex(8), "schema": cypher.description()}
        self._server.write(lambda tx: tx.run(cypher.MAKE_STORE, made, format=cypher.FORMAT).consume())

    # ---- reading ----------------------------------------------------------------------------------------------

    def sources(self) -> list[Stored]:
        """All documents, by kind, title and age."""
        self._settle()

        def read(tx: Transaction) -> tuple[list[Source], dict[str, list[Issue]]]:
            sources = [cypher.source_of(record["document"]) for record in tx.run(cypher.READ_SOURCES)]
            issues: dict[str, list[Issue]] = {}
            for id_, *columns in tx.run(cypher.READ_ISSUES).values():
                issues[id_] = [Issue(*issue) for issue in zip(*columns, strict=True)]
            return sources, issues

        if self._state() is None:
            return []
        sources, issues = self._consistent(read)
        counts = current(sources)
        out = []
        for source in in_order(sources):
            latest = counts[series(source)].id
            here = latest == source.id
            out.append(Stored(source, tuple(issues.get(source.id, ())), here, "" if here else latest))
        return out

    def graph(self, as_of: date | None = None) -> SupplyGraph:
        """What the current documents say; see ``graphmap.store.Store.graph``. Its columns are not writable."""
        self._settle()
        state = self._state()
        if state is None:
            return SupplyGraph.build([], [], {})
        day = as_of.isoformat() if as_of else LATEST
        cache = self._columns()
        known = cache.read(state.generation, day)
        if known is not None:
            return SupplyGraph.from_columns(known)
        generation, parts = self._consistent(lambda tx: (_generation(tx), fetch.parts(tx, as_of)))
        graph = graph_of(*parts)
        columns = graph.to_columns()
        for column in columns.values():
            column.flags.writeable = False  # as they will be when they come from the cache
        cache.write(generation, day, columns)
        return graph

    def batches(self, ids: Iterable[str] | None = None) -> Iterator[Batch]:
        """Every document as it was loaded, by id; see ``graphmap.store.Store.batches``."""
        stored = {one.source.id: one for one in self.sources()}
        for id_ in sorted(stored if ids is None else stored.keys() & set(ids)):
            found = self._server.read(partial(fetch.whole_document, id_=id_))
            if found is not None:  # nobody has forgotten it meanwhile
                yield Batch(stored[id_].source, *found, stored[id_].issues)

    def ask(self, statement: str, parameters: Mapping[str, Any], *, write: bool = False) -> Answer:
        """Run one statement and return all its rows, by default in a transaction that may only read.

        Raises ``StoreError`` for whatever goes wrong, in one line.
        """
        self._settle()
        self._state()

        def run(tx: Transaction) -> Answer:
            result = tx.run(statement, dict(parameters))
            columns = list(result.keys())
            return Answer(columns, [dict(zip(columns, map(plain, record.values()), strict=True)) for record in result])

        if not write:
            return self._server.read(run)
        answer = self._server.write(run)
        self._server.write(lambda tx: tx.run(cypher.BUMP, state=secrets.token_hex(8)).consume())
        return answer

    def _consistent(self, read: Callable[[Transaction], T]) -> T:
        """Read one state of the documents, whatever others write meanwhile."""

        def guarded(tx: Transaction) -> tuple[bool, T]:
            before = _generation(tx)
            try:
                found = read(tx)
            except (LookupError, ValueError, TypeError) as error:
                if _generation(tx) == before:
                    raise self._damaged(error) from error
                return False, None  # type: ignore[return-value]
            return _generation(tx) == before, found

        for _ in range(_TRIES):
            unchanged, found = self._server.read(guarded)
            if unchanged:
                return found

        def held(tx: Transaction) -> tuple[bool, T]:
            tx.run(cypher.HOLD).consume()
            return guarded(tx)

        return self._server.write(held)[1]

    def _damaged(self, error: Exception) -> StoreError:
        return StoreError(
            f"{self._server.shown} does not hold what was loaded: somebody changed the claims of {error}.",
            "Forget that document (graphmap sources --forget FILE) and load it again.",
        )

    def _state(self) -> _State | None:
        """The state of the store; None when the database holds none."""
        found = self._server.read(_find_store)
        if found is None:
            return None
        if "schema" not in found and found["format"] == cypher.FORMAT:  # it comes from an import (``bulk``)
            self._make()
            return self._state()
        if found.get("format") != cypher.FORMAT or cypher.unknown_to_us(found.get("schema") or "{}"):
            raise StoreError(
                f"{self._server.shown} was written by another version of graphmap.",
                "Use that version, or load the documents again into an empty database.",
            )
        count = int(found["generation"])
        return _State(count, f"{count}-{found['state']}", found["settled"] == count, found["id"])

    def _columns(self) -> ColumnCache:
        """The columns that this user keeps of this store."""
        if self._cache is None:
            state = self._state()
            assert state is not None
            where = hashlib.sha256(f"{self._server.url} {self._server.database or ''} {state.id}".encode())
            self._cache = ColumnCache(_cache_folder() / where.hexdigest()[:16], cypher.description())
        return self._cache

    # ---- what follows from all documents ------------------------------------------------------------------------

    def _settle(self) -> None:
        """After writing: bring names, roles, tiers and what is read as what up to date."""
        if not self._wrote:
            return
        self._wrote = False
        for _ in range(_TRIES):
            state = self._state()
            if state is None or state.settled:
                return
            graph = graph_of(*self._consistent(_settling))
            every = self._server.read(fetch.all_named)
            if bring_up_to_date(self._server, Derived.of(graph, every), state.count):
                return
        # Others go on writing; whoever is the last to do so brings everything up to date.


def _holds(there: Mapping[str, Mapping[str, Any]], batch: Batch) -> bool:
    """Whether exactly this document is among those that are there, by id."""
    return batch.source.id in there and there[batch.source.id]["digest"] == batch.digest


def _find_store(tx: Transaction) -> dict[str, Any] | None:
    found = tx.run(cypher.FIND_STORE).single()
    return None if found is None else dict(found["store"])


def _settling(tx: Transaction) -> fetch.Parts:
    """What everything else follows from; declarations are many, and are read only where purchases follow from them."""
    assumes = tx.run(cypher.FIND_KIND, kind=owner.KIND).single() is not None
    return fetch.parts(tx, None, [*_SETTLING, *(_DECLARING if assumes else ())])


def _run_all(statements: Iterable[str], tx: Transaction) -> None:
    for statement in statements:
        tx.run(statement).consume()


def _unfold(tx: Transaction) -> int:
    """Make the lists of some documents from an import; of how many."""
    tx.run(cypher.HOLD).consume()
    return int(tx.run(unfold()).single(strict=True)["unfolded"])


def _generation(tx: Transaction) -> str:
    found = _find_store(tx)
    return "" if found is None else f"{found['generation']}-{found['state']}"


def _wanted(sources: Sequence[Source]) -> dict[str, Any]:
    """The parameters that find documents and those of their series."""
    found = sorted({key for source in sources if (key := cypher.series_key(source))})
    return {"keys": sorted({cypher.key_of(cypher.DOCUMENT, source.id) for source in sources}), "series": found}


def _each_once(batches: Iterable[Batch]) -> list[list[Batch]]:
    """In groups that hold no document twice; of the copies of one content, the earlier comes first."""
    groups: list[dict[str, Batch]] = []
    for batch in batches:
        group = next((one for one in groups if batch.source.id not in one), None)
        if group is None:
            groups.append(group := {})
        group[batch.source.id] = batch
    return [list(group.values()) for group in groups]


def _latest_copy(source: Source, old: Mapping[str, Any] | None) -> Source:
    """A document by the name of the latest of its copies, of which the store knows one."""
    if old is None or (old["modified"], old["file"]) <= (source.modified, source.file):
        return source
    return changed(source, **{name: old[name] for name in ("modified", "file", "title", "series")})


def _source(document: Mapping[str, Any]) -> Source:
    """As much of a document as tells its series and age."""
    id_, series_, title, file, modified = (document[name] for name in ("id", "series", "title", "file", "modified"))
    return Source(id_, "", series_, title, file, document["as_of"] or "", modified)


def _cache_folder() -> Path:
    """Where the user's caches are, as the system has it (XDG Base Directory; LOCALAPPDATA on Windows)."""
    given = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    return (Path(given) if given else Path.home() / ".cache") / "graphmap"
