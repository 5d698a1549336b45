"""What loaders yield: nodes, edges and issues; and the source that they all come from.

A loader yields one ``About``, then ``Edge`` (whose ends are ``Node``), ``Node`` (for what has no edge) and ``Issue``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import cached_property
from typing import Literal, NamedTuple

Severity = Literal["error", "warning", "note"]
"""error: the row or value is not used. warning: used, but doubtful. note: used, worth knowing."""

Value = str | float | date | None


class Node(NamedTuple):
    """Something with an identity: a label of ``schema.NODES``, an id unique within it, a display name."""

    label: str
    id: str
    name: str = ""


class Edge(NamedTuple):
    """One claim: "tail TYPE head", said on ``row`` (e.g. ``Smelter List!D17``) of the document."""

    type: str
    tail: Node
    head: Node
    row: str
    mineral: str = ""
    properties: Mapping[str, Value] = {}


class Issue(NamedTuple):
    """Something doubtful in a document: where, what was read there, and what to do about it."""

    severity: Severity
    row: str
    message: str
    value: str = ""
    cure: str = ""


class About(NamedTuple):
    """What a document says of itself; a loader yields it once, before its claims.

    ``series`` names the run of documents of which only the latest counts, e.g. "cmrt name:acme A. Company".
    """

    title: str
    series: str
    as_of: str = ""
    facts: Mapping[str, str] = {}


@dataclass(frozen=True)
class Source:
    """A document as the store knows it.

    ``id`` is a content hash. ``as_of`` is the date that the document speaks for ("" when it does not say).
    Of one ``series`` only the latest document counts when the graph is read: the order is
    (``as_of``, ``modified``, ``id``). ``facts`` are what the document says of itself (revision, language, scope).
    ``counts`` are rows read, used and unused, and claims made.
    """

    id: str
    kind: str
    series: str
    title: str
    file: str
    as_of: str = ""
    modified: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def order(self) -> tuple[str, str, str]:
        """What makes one document of a series later than another."""
        return (self.as_of, self.modified, self.id)


Record = About | Node | Edge | Issue
"""What a loader may yield."""


@dataclass(frozen=True)
class Batch:
    """All that one document says, checked and ready for ``store.replace``. Holds no duplicates, is sorted."""

    source: Source
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    issues: tuple[Issue, ...]

    @cached_property
    def digest(self) -> str:
        """A digest of all that is said here, by which a store knows a document that has not changed."""
        about = [*asdict(self.source).items()]
        text = json.dumps([about, self.nodes, self.edges, self.issues], default=date.isoformat, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()
