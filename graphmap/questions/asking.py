"""Asking: on a server the Cypher of a question runs, on the embedded store its twin; both give the same rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from graphmap.analysis.case import Case
from graphmap.errors import GraphmapError, StoreError
from graphmap.questions.catalogue import Question
from graphmap.questions.parameters import settable
from graphmap.store import Store

Row = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """The names of the columns, and the rows in plain values: dates are ISO texts, what is unknown is None."""

    columns: list[str]
    rows: list[Row]


@dataclass(frozen=True)
class View:
    """What a question is asked of: the latest documents under a policy and lens, and the store that they are in."""

    case: Case
    store: Store


@runtime_checkable
class Asks(Protocol):
    """A store that answers Cypher."""

    def ask(self, statement: str, parameters: Mapping[str, Any], *, write: bool = False) -> Any:
        """Run one statement; the answer has ``columns`` and ``rows``."""


def ask(question: Question, view: View, values: Mapping[str, Any]) -> Answer:
    """The answer to a question whose parameters have these values (as ``parameters.fill`` gives them)."""
    columns = [column.name for column in question.columns]
    if isinstance(view.store, Asks):
        found = view.store.ask(question.cypher, values)
        rows: list[Row] = found.rows
        if found.columns != columns:
            raise GraphmapError(f"{question.name}: the columns are {', '.join(found.columns)}.", "Correct its head.")
    else:
        rows = question.function()(view, **settable(question, values))
    return Answer(columns, rows)


def run(store: Store, cypher: str, parameters: Mapping[str, Any], *, write: bool = False) -> Answer:
    """The answer to a statement of the user's own, which may change the database only if ``write``."""
    if not isinstance(store, Asks):
        raise StoreError(
            "This store is a file, which answers the named questions but no Cypher of your own.",
            "Name a server: --store neo4j://HOST.",
        )
    found = store.ask(cypher, parameters, write=write)
    return Answer(list(found.columns), list(found.rows))
