"""From files to the store: recognise, read and check the documents of each file in a worker, keep them, report.

Each document is kept whole as soon as it has been read (together with others that wait), or not at all. What becomes
of its rows is counted: every row that was read is used by a claim or told of in an issue.
"""

from __future__ import annotations

import os
import re
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from functools import lru_cache
from math import isfinite
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple, get_args

from graphmap import schema
from graphmap.errors import FileRejected, GraphmapError, StoreError, StoreLost
from graphmap.owner import KIND as OWNER
from graphmap.owner import given_name, owner_document, sentences
from graphmap.recognition import Part, recognise
from graphmap.records import About, Batch, Edge, Issue, Node, Severity, Source, Value
from graphmap.sheets import Document, diagnose, open_document
from graphmap.sheets.values import shown
from graphmap.shelf import Loader, loaders
from graphmap.store import TOGETHER, Store, Stored
from graphmap.workers import Died, run

EXTENSIONS = frozenset({".xlsx", ".xlsm", ".xls", ".csv", ".tsv", ".txt", ".json"})
"""Which files of a folder are tried. A file that is named itself is tried whatever it is called."""

_OWN_FILES = re.compile(r"\.graphmap\b")
"""Stores, and the files that SQLite and the cache keep beside them."""

_SEVERITIES: tuple[Severity, ...] = get_args(Severity)


# ---- the report -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Loaded:
    """A document that was loaded.

    ``source`` is its id in the store. ``counts`` are rows read, used and unused, and claims. ``superseded_by`` and
    ``supersedes`` are file names of documents of the same series. ``same_as`` is the path, in the same load, of a file
    with the same content: that one was counted, this one not.
    """

    file: str
    path: str
    source: str
    kind: str
    title: str
    as_of: str
    counts: Mapping[str, int]
    issues: tuple[Issue, ...]
    superseded_by: str = ""
    supersedes: tuple[str, ...] = ()
    same_as: str = ""


@dataclass(frozen=True)
class Rejected:
    """A file that was not loaded: why, and what helps."""

    file: str
    path: str
    reason: str
    cure: str = ""


@dataclass(frozen=True)
class Report:
    """What became of each file of a load, by path."""

    documents: tuple[Loaded, ...]
    rejected: tuple[Rejected, ...]
    notes: tuple[str, ...] = ()
    """Where the load said whom the user reports for: which company that is, and what is assumed of it."""

    @property
    def counts(self) -> dict[str, int]:
        """Documents and rejected files; rows read, used and unused, and claims; errors, warnings and notes."""
        out = {"documents": len(self.documents), "rejected": len(self.rejected)}
        out |= {name: sum(one.counts.get(name, 0) for one in self.documents) for name in COUNTS}
        issues = [issue.severity for one in self.documents for issue in one.issues]
        return out | {f"{severity}s": issues.count(severity) for severity in _SEVERITIES}

    def to_dict(self) -> dict[str, Any]:
        """The report as plain values, fit for JSON."""
        documents = [asdict(one) | {"issues": [issue._asdict() for issue in one.issues]} for one in self.documents]
        rejected = [asdict(one) for one in self.rejected]
        return {"counts": self.counts, "documents": documents, "rejected": rejected, "notes": list(self.notes)}


# ---- loading --------------------------------------------------------------------------------------------------


class _Task(NamedTuple):
    path: str
    today: date
    extra: tuple[str, ...]


def load(
    paths: Iterable[Path | str],
    store: Store,
    *,
    jobs: int | None = None,
    owner: str | None = None,
    extra: Sequence[Path] = (),
    today: date | None = None,
    progress: Callable[[int, int, str], None] | None = None,
) -> Report:
    """Load files and folders into the store; what was loaded before is replaced by what it says now.

    Folders are searched at every depth; hidden files and folders and Excel's lock files are skipped. ``jobs`` is the
    number of worker processes (default: one per processor; 0: none, everything in this process), ``extra`` the user's
    own loader files, ``today`` the day on which documents are judged. ``progress`` is called with (files done, files in
    all, file name) after each file. ``owner`` is the name or id of the company that the user reports for; it is kept
    and takes the place of one that was given before (see ``graphmap.owner``).

    Raises ``GraphmapError`` for a loader file or an ``owner`` that cannot be used and ``StoreError``. Whatever is wrong
    with a document stands in the report.
    """
    own = [path.resolve() for path in extra]
    loaders(own)  # a broken loader is told of once, before any work
    former = () if owner is None else _keep_owner(store, owner)
    files, rejected = _expand(paths)
    day = today or date.today()
    tasks = [_Task(str(path), day, tuple(map(str, own))) for path in files]
    documents: list[Loaded] = []
    workers = min(len(tasks), (os.cpu_count() or 1) if jobs is None else jobs)
    done = 0
    with closing(run(_read_task, tasks, jobs=workers, ahead=TOGETHER, size=_claims_of)) as groups:
        for group in groups:
            read = [(Path(task.path), batch) for task, result in group if isinstance(result, tuple) for batch in result]
            if read:
                _keep(store, read, len(tasks) - done - len(group))
            for task, result in group:
                path = Path(task.path)
                if isinstance(result, tuple):
                    documents += [_loaded(path, batch) for batch in result]
                else:
                    rejected.append(_rejected(path, result))
                done += 1
                if progress:
                    progress(done, len(tasks), shown(path.name, 200))
    documents = _superseded(_once_each(sorted(documents, key=lambda one: one.path)), store)
    notes = () if owner is None else sentences(store.graph(), former)
    return Report(tuple(documents), tuple(sorted(rejected, key=lambda one: one.path)), notes)


def _keep_owner(store: Store, owner: str) -> tuple[str, ...]:
    """Make the store hold that the user reports for this company, and for no other; the names that it held before."""
    document = owner_document(owner)
    there = [one.source for one in store.sources() if one.source.kind == OWNER]
    others = [source for source in there if source.id != document.source.id]
    for source in others:
        store.forget(source.id)
    if len(others) == len(there):
        store.replace(document)
    return tuple(given_name(source) for source in others)


def _read_task(task: _Task) -> tuple[Batch, ...]:
    return read_batches(Path(task.path), task.today, tuple(map(Path, task.extra)))


def _claims_of(batches: tuple[Batch, ...]) -> int:
    return sum(len(batch.edges) for batch in batches)


def _keep(store: Store, read: Sequence[tuple[Path, Batch]], left: int) -> None:
    """Write these documents, while ``left`` files are still to be read; say of which file it went wrong."""
    try:
        store.replace(*(batch for _, batch in read))
    except StoreError as error:
        if len(read) > 1 and not isinstance(error, StoreLost):
            for i, one in enumerate(read, 1):  # those before the one that cannot be written are kept
                _keep(store, [one], left + len(read) - i)
            return
        more = left + len(read) - 1
        rest = f", nor were {more} more" if more else ""
        raise StoreError(f"{shown(read[0][0].name, 200)} was not loaded{rest}: {error.message}", error.cure) from error


def _loaded(path: Path, batch: Batch) -> Loaded:
    source = batch.source
    return Loaded(
        source.file, str(path), source.id, source.kind, source.title, source.as_of, source.counts, batch.issues
    )


def _rejected(path: Path, result: GraphmapError | Died) -> Rejected:
    file = shown(path.name, 200)
    if isinstance(result, Died):
        why = diagnose(path)
        reason = f"{file}: the reader {result.reason}{f': {why}' if why else ''}"
        cure = "" if why else "Open it in Excel and save it again as .xlsx."
        return Rejected(file, str(path), f"{reason.rstrip('.')}.", cure)
    return Rejected(file, str(path), result.message, result.cure)


def _expand(paths: Iterable[Path | str]) -> tuple[list[Path], list[Rejected]]:
    """The files to read, each once, by path; and what is no such file."""
    files: dict[str, Path] = {}  # full path -> path as it was named
    rejected: dict[Path, Rejected] = {}

    def reject(path: Path, reason: str, cure: str = "Check the path.") -> None:
        name = shown(path.name or str(path), 200)
        rejected[path] = Rejected(name, str(path), f"{name}: {reason}", cure)

    def unreadable(error: OSError) -> None:
        reject(Path(error.filename), f"the folder cannot be read: {error.strerror}.")

    for named in sorted(Path(path) for path in paths):
        if os.path.isdir(named):
            found = False
            for path in _walk(named, unreadable):
                found = True
                if path.is_symlink() and path.is_dir():
                    reject(path, "is a link to a folder, and links are not followed.", "Name the folder itself.")
                elif path.suffix.casefold() not in EXTENSIONS:
                    known = ", ".join(sorted(EXTENSIONS))
                    reject(
                        path, f"is no kind of file that is read from folders ({known}).", "Name it to have it tried."
                    )
                else:
                    files.setdefault(os.path.abspath(path), path)
            if not found:
                reject(named, "the folder holds no files.")
        elif os.path.exists(named):
            files.setdefault(os.path.abspath(named), named)
        else:
            reject(named, "there is no such file or folder.")
    return sorted(files.values()), [one for path, one in rejected.items() if os.path.abspath(path) not in files]


def _walk(folder: Path, unreadable: Callable[[OSError], None]) -> Iterator[Path]:
    """The files below a folder, and the links to folders, without what is hidden or ours."""
    for where, folders, names in os.walk(folder, onerror=unreadable):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        links = [name for name in folders if os.path.islink(os.path.join(where, name))]
        for name in sorted([*names, *links]):
            if not name.startswith((".", "~$")) and not _OWN_FILES.search(name):
                yield Path(where, name)


def _once_each(documents: Sequence[Loaded]) -> list[Loaded]:
    """Of files with the same content the first counts; the others say so."""
    first: dict[str, Loaded] = {}
    out = []
    for one in documents:
        same = first.setdefault(one.source, one)
        if same is not one:
            note = Issue("note", "", f"has the same content as {same.path} and counts once", one.path)
            one = replace(one, counts=dict.fromkeys(COUNTS, 0), issues=(note,), same_as=same.path)
        out.append(one)
    return out


def _without_old_parts(documents: Sequence[Loaded], store: Store) -> list[Stored]:
    """What is stored; documents of the files just read that these no longer hold, since other loaders read them, go."""
    now = {one.source for one in documents}
    files = {id_.partition("#")[0] for id_ in now}
    stored = store.sources()
    old = [one for one in stored if one.source.id not in now and one.source.id.partition("#")[0] in files]
    for one in old:
        store.forget(one.source.id)
    return store.sources() if old else stored


def _superseded(documents: Sequence[Loaded], store: Store) -> list[Loaded]:
    """Add which document of its series each gives way to, or stands for."""
    stored = {one.source.id: one for one in _without_old_parts(documents, store)}
    supersedes: dict[str, list[str]] = {}
    for one in stored.values():
        if one.superseded_by:
            supersedes.setdefault(one.superseded_by, []).append(one.source.file)
    out = []
    for document in documents:
        kept = stored.get(document.source)  # another process may have forgotten it meanwhile
        newer = stored[kept.superseded_by].source.file if kept and kept.superseded_by else ""
        out.append(
            replace(document, superseded_by=newer, supersedes=tuple(sorted(supersedes.get(document.source, []))))
        )
    return out


# ---- one document ---------------------------------------------------------------------------------------------

COUNTS = ("rows", "used", "unused", "claims")
"""What is counted of each document."""


def read_batches(path: Path, today: date, extra: Sequence[Path] = ()) -> tuple[Batch, ...]:
    """All that one file says, a batch for each document in it, checked against the schema; runs in a worker.

    A file with tables of several kinds holds a document of each; their ids are that of the file, "#" and the name of
    the document's first sheet. Raises ``FileRejected``; a loader that fails or breaks the schema rejects the file, too.
    """
    document = open_document(path, today=today)
    return tuple(map(_batch, recognise(document, loaders(extra))))


def _batch(part: Part) -> Batch:
    document, loader = part.document, part.loader
    collected = _collect(document, loader)
    about = collected.about
    assert about
    nodes = {key: Node(*key, name) for key, name in sorted(collected.nodes.items())}
    edges = [
        Edge(type_, nodes[tail], nodes[head], row, mineral, given)
        for (type_, tail, head, mineral, row), given in sorted(collected.edges.items(), key=itemgetter(0))
    ]
    rows = {_row_of(address): address for address in document.rows_read}
    used = {_row_of(edge.row) for edge in edges} & rows.keys()
    issues = [*collected.issues, *document.issues]
    told = {_row_of(issue.row) for issue in issues}
    message, cure = "nothing of this row was used, and the loader does not say why", "Report this: it is a bug."
    issues += [Issue("error", rows[row], message, "", cure) for row in rows if row not in used and row not in told]
    source = Source(
        id=f"{document.digest}#{shown(part.sheet)}" if part.sheet else document.digest,
        kind=loader.kind,
        series=about.series,
        title=about.title,
        file=document.file,
        as_of=about.as_of,
        modified=document.modified,
        facts=dict(sorted(about.facts.items())),
        counts=dict(zip(COUNTS, (len(rows), len(used), len(rows) - len(used), len(edges)), strict=True)),
    )
    if not rows and not edges and not issues:
        issues.append(Issue("note", "", "nothing in it yet: no row is filled in below the headings"))
    in_order = sorted(dict.fromkeys(issues), key=_reading_order)
    batch = Batch(source, tuple(nodes.values()), tuple(edges), tuple(in_order))
    _ = batch.digest  # made here, in a worker, and kept with the batch
    return batch


_NodeKey = tuple[str, str]
_EdgeKey = tuple[str, _NodeKey, _NodeKey, str, str]
"""Type, tail, head, mineral, row."""


@dataclass
class _Collected:
    """What a loader has yielded, each thing once."""

    about: About | None = None
    nodes: dict[_NodeKey, str] = field(default_factory=dict)
    edges: dict[_EdgeKey, dict[str, Value]] = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)


def _collect(document: Document, loader: Loader) -> _Collected:
    """Run the loader and check what it yields."""
    out = _Collected()
    abouts = 0
    try:
        for record in loader.load(document):
            if isinstance(record, Edge):
                _add_edge(out, record)
            elif isinstance(record, Node):
                _add_node(out, record)
            elif isinstance(record, Issue):
                _check(record.severity in _SEVERITIES, f"an issue of severity '{record.severity}'")
                out.issues.append(record)
            else:
                _check(isinstance(record, About), f"a {type(record).__name__}, which is no record")
                out.about = record
                abouts += 1
        _check(abouts == 1, f"{abouts} records About instead of one")
    except (GraphmapError, MemoryError):
        raise
    except _BrokenSchemaError as error:
        raise FileRejected(f"{document.file}: the loader {loader.path.name} yields {error}.", _LOADER_CURE) from error
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{Path(where.filename).name}, line {where.lineno}"
        message = f"the loader {loader.path.name} fails on it ({place}: {type(error).__name__}: {error})"
        raise FileRejected(f"{document.file}: {message}.", _LOADER_CURE) from error
    return out


_LOADER_CURE = "This is a bug of the loader; report it, or correct a loader of your own."


class _BrokenSchemaError(Exception):
    """A loader yields what the schema does not know."""


def _check(holds: bool, what: str) -> None:
    if not holds:
        raise _BrokenSchemaError(what)


def _add_node(out: _Collected, node: Node) -> None:
    key = (node.label, node.id)
    if not out.nodes.get(key):
        _check(node.label in schema.NODES, f"a node with the label '{node.label}', which the schema does not have")
        _check(isinstance(node.id, str) and node.id != "", f"a {node.label} without an id")
        text = node.id + node.name
        _check(text.isascii() or not _HALF.search(text), f"a {node.label} with half a character in its id or name")
        out.nodes[key] = "" if node.name == node.id else node.name  # an id repeated is no name: others may know one


def _add_edge(out: _Collected, edge: Edge) -> None:
    """Add a claim. One that says the same about the same row again is merged; a purchase from oneself is left out."""
    tail, head = edge.tail, edge.head
    declared = _edge_type(edge.type, tail.label, head.label, edge.mineral)
    if not edge.row:
        raise _BrokenSchemaError(f"a {edge.type} without the row that says so")
    given = {name: value for name, value in edge.properties.items() if value is not None and value != ""}
    for name, value in given.items():
        kind = declared.properties.get(name)
        if kind is None:
            raise _BrokenSchemaError(f"a {edge.type} with the property '{name}', which the schema does not have")
        if not _fits(value, kind):
            raise _BrokenSchemaError(f"a {edge.type} whose {name} is {value!r}, not of the type {kind.__name__}")
    if edge.type == "BUYS_FROM" and (tail.label, tail.id) == (head.label, head.id):
        message, cure = "the company buys from itself; the row is not used", "Correct buyer or seller."
        out.issues.append(Issue("error", edge.row, message, tail.name or tail.id, cure))
        return
    _add_node(out, tail)
    _add_node(out, head)
    key = (edge.type, (tail.label, tail.id), (head.label, head.id), edge.mineral, edge.row)
    if key in out.edges:
        message = f"says twice that {tail.name or tail.id} {edge.type} {head.name or head.id}; counted once"
        out.issues.append(Issue("note", edge.row, message))
    out.edges[key] = {**given, **out.edges.get(key, {})}


@lru_cache(maxsize=1024)
def _edge_type(name: str, tail: str, head: str, mineral: str) -> schema.EdgeType:
    """The declared type of an edge, if it may run between these labels and name this mineral."""
    _check(name in schema.EDGES, f"an edge of the type '{name}', which the schema does not have")
    declared = schema.EDGES[name]
    _check(tail in declared.tails and head in declared.heads, f"a {name} from {tail} to {head}")
    if mineral:
        _check(mineral in schema.MINERALS, f"a {name} of the mineral '{mineral}', which the schema does not have")
        _check(declared.mineral != "never", f"a {name} with a mineral")
    _check(bool(mineral) or declared.mineral != "always", f"a {name} without a mineral")
    return declared


_HALF = re.compile("[\ud800-\udfff]")
"""Half a character; no store can keep it as text."""


def _fits(value: Value, kind: type) -> bool:
    if kind is str:
        return isinstance(value, str) and (value.isascii() or not _HALF.search(value))
    if kind is float:
        return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)
    return isinstance(value, date) and not isinstance(value, datetime)


_ADDRESS = re.compile(r"(.*?)([A-Z]{0,3})(\d+)$", re.DOTALL)


@lru_cache(maxsize=8192)
def _row_of(address: str) -> tuple[str, int]:
    """Sheet and row of an address: "Smelter List!D17" is ("Smelter List!", 17). Other texts are rows of their own."""
    found = _ADDRESS.fullmatch(address)
    return (found[1], int(found[3])) if found and (not found[1] or found[1].endswith("!")) else (address, 0)


def _reading_order(issue: Issue) -> tuple[Any, ...]:
    column = _ADDRESS.fullmatch(issue.row)
    return (*_row_of(issue.row), len(column[2]) if column else 0, *issue)
