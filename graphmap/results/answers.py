"""What ``query`` gives back: the rows of an answer, the list of questions, or what a question means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from graphmap.results import Basis, Result, Row

T = TypeVar("T")

CATALOGUE: Mapping[str, str] = {
    "name": "what to ask it by",
    "title": "its title",
    "question": "what it asks",
}
"""The columns of the list of questions."""

EXPLAINED: Mapping[str, str] = {
    "row": "what the row is: question, parameter or column",
    "name": "its name",
    "title": "question: its title",
    "question": "question: what it asks",
    "params": "question: the line that sets the parameters in Neo4j Browser",
    "cypher": "question: its Cypher",
    "type": "parameter, column: what kind of value",
    "value": "parameter: its value here, in Cypher; missing if it has to be set",
    "meaning": "parameter, column: what it means",
}
"""The columns of ``query --explain``."""


def answer(rows: Sequence[Row], columns: Mapping[str, str], basis: Basis, notes: Sequence[str] = ()) -> Result[None]:
    """Rows that answer a question; ``columns`` gives the meaning of each, "" where nobody says."""
    return Result(rows, columns, basis, tuple(notes))


def catalogue(questions: Sequence[tuple[str, str, str]], detail: T, basis: Basis) -> Result[T]:
    """The named questions: name, title and what each asks."""
    rows = [dict(zip(CATALOGUE, one, strict=True)) for one in questions]
    return Result(rows, CATALOGUE, basis, detail=detail)


def explanation(rows: Sequence[Row], basis: Basis, notes: Sequence[str]) -> Result[None]:
    """What a question means, takes and gives."""
    return Result(rows, EXPLAINED, basis, tuple(notes))
