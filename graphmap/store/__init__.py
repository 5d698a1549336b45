"""The contract of a store, and the way to one.

A store keeps what documents say, document by document. ``replace`` is the only write besides ``forget``: afterwards
the store holds exactly what this document says. Loading twice equals loading once, and the order of loading shows
nowhere. Which documents count is decided when the graph is read (``current``); history stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from graphmap.errors import StoreError
from graphmap.graph import EdgeTable, SupplyGraph
from graphmap.owner import with_assumed
from graphmap.records import Batch, Issue, Source


@dataclass(frozen=True)
class Stored:
    """A document in the store: what is doubtful in it, and whether it counts when the latest graph is read.

    ``superseded_by`` is the id of the document of its series that counts instead, "" for a current one.
    """

    source: Source
    issues: tuple[Issue, ...]
    current: bool
    superseded_by: str = ""


class Store(Protocol):
    """What every store does. All methods raise ``StoreError`` when the store cannot be read or written."""

    def replace(self, *batches: Batch) -> None:
        """Make the store hold exactly what these documents say, each whole or not at all.

        What is written is kept when this returns. Several documents at once save a server most of its work; when one
        of them cannot be written, others may not be either, and giving them one by one tells which.

        A document is known by its content (``Source.id``). Of copies of one content that differ in file and time,
        the name and place are those of the latest ``modified`` (equal times: of the last file name).
        """

    def forget(self, source_id: str) -> bool:
        """Remove a document and all that only it says; False if it is not there."""

    def sources(self) -> list[Stored]:
        """All documents, by kind, title and age."""

    def graph(self, as_of: date | None = None) -> SupplyGraph:
        """What the current documents say; with ``as_of``, those that were current at the end of that day.

        A node bears the name that the latest document gives it which gives one. What follows from the company that
        the user reports for is added (``owner.with_assumed``).
        """

    def batches(self, ids: Iterable[str] | None = None) -> Iterator[Batch]:
        """All documents (or these) as they were loaded, by id, superseded ones included: what a copy is made from.

        Within a document a node has one name everywhere; claims are in the order type, tail, head, mineral, row.
        """

    def close(self) -> None:
        """Let go of the store; everything is kept already."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


SERVERS = ("neo4j", "neo4j+s", "neo4j+ssc", "bolt", "bolt+s", "bolt+ssc")
"""How the address of a server begins, as the Neo4j drivers have it."""


def open_store(url: str | Path, *, database: str | None = None) -> Store:
    """Open the store at ``url``: a file path, or the address of a Neo4j server (neo4j://, bolt://, …+s with TLS).

    A file that is not there yet becomes an empty store. For a server, ``database`` (or ``NEO4J_DATABASE``) names one
    of its databases, ``NEO4J_USERNAME`` and ``NEO4J_PASSWORD`` who logs in; without them a terminal asks.
    Raises ``StoreError`` for anything that is not a graphmap store.
    """
    kind, mark, _ = str(url).partition("://")
    if not mark:
        if database is not None:
            raise StoreError(f"{url} is a file, which has no databases.", "Leave --database away.")
        from graphmap.store.sqlite import SqliteStore

        return SqliteStore(Path(url))
    if kind.lower() in SERVERS:
        try:
            from graphmap.store.neo4j import Neo4jStore
        except ModuleNotFoundError as error:
            if error.name != "neo4j":
                raise
            raise StoreError("The driver for Neo4j is not installed.", "Run: pip install neo4j") from error
        return Neo4jStore(str(url), database=database)
    known = ", ".join(f"{one}://" for one in SERVERS)
    raise StoreError(f"There is no kind of store called '{kind}'.", f"Give the path of a file, or one of {known}.")


TOGETHER = 5_000
"""Claims that are worth a transaction: groups of 10, 20 and 50 documents of 290 claims each were written to a Neo4j
server at rates that differed less than those of one size (2026-11-26)."""


def together(batches: Iterable[Batch]) -> Iterator[list[Batch]]:
    """Documents in groups for ``Store.replace``, of ``TOGETHER`` claims or of one document."""
    group: list[Batch] = []
    claims = 0
    for batch in batches:
        if group and claims + len(batch.edges) > TOGETHER:
            yield group
            group, claims = [], 0
        group.append(batch)
        claims += len(batch.edges)
    if group:
        yield group


def in_order(sources: Iterable[Source]) -> list[Source]:
    """Sources by kind, title and age, the order in which they are shown."""
    return sorted(sources, key=lambda source: (source.kind, source.title, source.order))


def current(sources: Sequence[Source], as_of: date | None = None) -> dict[str, Source]:
    """For each series its latest document, of those that speak for ``as_of`` or an earlier day.

    A document without a date counts as the oldest of its series on every day. One without a series stands alone.
    """
    latest: dict[str, Source] = {}
    for source in sorted(sources, key=lambda source: source.order):
        if as_of is None or source.as_of <= as_of.isoformat():
            latest[series(source)] = source
    return latest


def graph_of(
    sources: Sequence[Source], nodes: Sequence[tuple[str, str, str]], edges: Mapping[str, EdgeTable]
) -> SupplyGraph:
    """The graph of what current documents say (see ``SupplyGraph.build``), with what is assumed from it."""
    return with_assumed(SupplyGraph.build(sources, nodes, edges))


def series(source: Source) -> str:
    """What a document shares with those that it supersedes."""
    return source.series or source.id
