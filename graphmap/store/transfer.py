"""All documents of one store into another, of whatever kind: to move it, to mirror it, to keep a copy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from graphmap.errors import StoreError
from graphmap.graph import SupplyGraph
from graphmap.records import Source
from graphmap.store import Store, Stored, together

_LISTED = 5
"""How many documents an error names."""


@dataclass(frozen=True)
class Copied:
    """What both stores hold now, and what that took.

    ``documents`` and ``claims`` are counts, superseded ones included. ``new`` is how many documents the target did not
    have; ``removed`` are those that only it had.
    """

    documents: int
    claims: int
    new: int
    removed: tuple[Source, ...] = ()


def copy(
    source: Store, target: Store, *, mirror: bool = False, progress: Callable[[int, int, str], None] | None = None
) -> Copied:
    """Make ``target`` hold the documents of ``source``, and see that both then say the same, to the last byte.

    Documents that only the target has (or has as a later copy of the same content) stop it before anything is written;
    with ``mirror`` they are removed. Whatever else a database holds is left alone. What is interrupted can be run
    again: each document is written whole, and one that is there already takes little time. ``progress`` is called with
    (documents done, documents in all, file) after each document.

    Raises ``StoreError``, also when the stores differ at the end because somebody else wrote meanwhile.
    """
    given, there = _documents(source), _documents(target)
    if not given:
        raise StoreError("There is nothing to copy: the store holds no documents.", "Load some: graphmap load FOLDER")
    only = [one.source for id_, one in there.items() if id_ not in given]
    later = {id_ for id_, one in there.items() if id_ in given and _age(one) > _age(given[id_])}
    if (only or later) and not mirror:
        raise _stands_in_the_way([*only, *(there[id_].source for id_ in sorted(later))])

    claims = done = 0
    for group in together(source.batches()):
        for batch in group:
            if batch.source.id in later:
                target.forget(batch.source.id)
        target.replace(*group)
        for batch in group:
            done += 1
            claims += len(batch.edges)
            if progress:
                progress(done, len(given), batch.source.file)
    for one in only:  # last, so that an interrupted copy has taken nothing away
        target.forget(one.id)
    if progress:
        progress(len(given), len(given), "comparing both stores")
    if not equal(source, target):
        raise StoreError(
            "The two stores differ after the copy.", "Somebody may have written to one of them meanwhile; copy again."
        )
    return Copied(len(given), claims, len(given.keys() - there.keys()), tuple(only))


def equal(one: Store, other: Store) -> bool:
    """Whether two stores hold the same documents and say the same, to the last byte."""
    stored = one.sources()
    if stored != other.sources() or not _same_columns(one.graph(), other.graph()):
        return False
    past = [document.source.id for document in stored if not document.current]  # the graph does not show them
    return not past or all(a == b for a, b in zip(one.batches(past), other.batches(past), strict=True))


def _documents(store: Store) -> Mapping[str, Stored]:
    return {one.source.id: one for one in store.sources()}


def _age(document: Stored) -> tuple[str, str]:
    """Of two copies of one content the later gives the name; see ``Store.replace``."""
    return document.source.modified, document.source.file


def _stands_in_the_way(documents: list[Source]) -> StoreError:
    names = ", ".join(source.file for source in documents[:_LISTED])
    more = f" and {len(documents) - _LISTED:,} more" if len(documents) > _LISTED else ""
    return StoreError(
        f"The store to copy to holds documents that the other one does not: {names}{more}.",
        "Remove them with --mirror, or copy to an empty store.",
    )


def _same_columns(one: SupplyGraph, other: SupplyGraph) -> bool:
    a, b = one.to_columns(), other.to_columns()
    return a.keys() == b.keys() and all(
        column.dtype == b[name].dtype and np.array_equal(column.view(np.uint8), b[name].view(np.uint8))
        for name, column in a.items()
    )
