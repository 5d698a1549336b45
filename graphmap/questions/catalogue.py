"""The named questions: what each asks, takes and gives, as the head of its ``.cypher`` file says.

A head is a run of comments in a strict form, so that the file explains itself in Neo4j Browser too::

    // title: Stale declarations
    // question: Whose latest declaration is older than $older_than days?
    // parameters:
    //   $older_than (count 0..; default: 365): days
    //   $day (from the date): the day on which is judged
    // columns:
    //   company (text), company_name (text): who declares
    //   age (count?): days; unknown if it is undated
    // twin: graphmap.questions.quality:stale_declarations

A line that goes on is indented by two more blanks. A parameter has a type of ``parameters.TYPES`` and perhaps a
default, or follows from the policy, the lens, the date or the shares; a column with ``?`` may hold an unknown (null).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from graphmap import names, shelf
from graphmap.errors import GraphmapError, NotFound

SHELF = "queries"
COLUMN_TYPES = ("text", "texts", "count", "number", "date", "yes or no")
FOLLOWS = ("from the policy", "from the lens", "from the date", "from the shares")
"""Types of parameters that nobody sets: what they follow from."""

REQUIRED = object()
"""The default of a parameter that has none."""

_KEYS = ("title", "question", "parameters", "columns", "twin")
_PARAMETER = re.compile(
    r"\$(?P<name>[a-z][a-z_]*) \((?P<type>[^;()]+)(?:; default: (?P<default>[^()]+))?\): (?P<says>.+)"
)
_COLUMN = re.compile(r"(?P<name>[a-z][a-z_]*) \((?P<type>[^()?]+)(?P<unknown>\??)\)")


@dataclass(frozen=True)
class Parameter:
    """One parameter: ``type`` as in the head, ``default`` a plain value, some words, or ``REQUIRED``."""

    name: str
    type: str
    default: Any
    meaning: str

    @property
    def follows(self) -> bool:
        """Whether it follows from the policy, the lens, the date or the shares, so that nobody sets it."""
        return self.type in FOLLOWS


@dataclass(frozen=True)
class Column:
    """One column of the answer: its type (of ``COLUMN_TYPES``), whether it may be unknown, and what it means."""

    name: str
    type: str
    unknown: bool
    meaning: str


@dataclass(frozen=True)
class Question:
    """One named question; ``name`` is "folder/name", ``cypher`` the text of its file, ``twin`` "module:function"."""

    name: str
    title: str
    asks: str
    parameters: tuple[Parameter, ...]
    columns: tuple[Column, ...]
    twin: str
    cypher: str

    @property
    def folder(self) -> str:
        """The worry that it belongs to."""
        return self.name.partition("/")[0]

    @property
    def statement(self) -> str:
        """The Cypher without the head."""
        lines = self.cypher.splitlines(keepends=True)
        return "".join(lines[next(i for i, line in enumerate(lines) if not line.startswith("//")) :])

    def function(self) -> Callable[..., list[dict[str, Any]]]:
        """The twin: the function that gives the same rows from a graph in memory."""
        module, _, name = self.twin.partition(":")
        found: Callable[..., list[dict[str, Any]]] = getattr(import_module(module), name)
        return found


@cache
def questions() -> tuple[Question, ...]:
    """All named questions, by name."""
    return tuple(read(path) for path in shelf.files(SHELF, "*/*.cypher"))


def question(name: str) -> Question:
    """The question of this name, with or without its folder. Raises ``NotFound`` with the closest names."""
    known = {one.name: one for one in questions()}
    wanted = name.strip().removesuffix(".cypher")
    hits = [one for one in known if wanted in (one, one.partition("/")[2])]
    if len(hits) == 1:
        return known[hits[0]]
    near = hits or names.closest(wanted.replace("-", " "), known, 3)
    cure = f"Did you mean {' or '.join(near)}?" if near else "graphmap query lists them."
    raise NotFound(f"There is no question called {name!r}.", cure)


def read(path: Path) -> Question:
    """The question in a file. Raises ``GraphmapError`` that names file and line if its head is not as it must be."""
    name, text = f"{path.parent.name}/{path.stem}", path.read_text("utf-8")
    head = _head(name, text)
    return Question(
        name,
        _one(name, head, "title"),
        _one(name, head, "question"),
        tuple(_parameter(name, line) for line in head["parameters"]),
        tuple(column for line in head["columns"] for column in _columns(name, line)),
        _one(name, head, "twin"),
        text,
    )


def _head(name: str, text: str) -> Mapping[str, Sequence[str]]:
    """The lines of the head by key; a line that goes on is joined to the one before."""
    found: dict[str, list[str]] = {}
    indent = 0
    for number, line in enumerate(text.splitlines(), 1):
        if not line.startswith("//"):
            break
        body = line[2:]
        depth, said = len(body) - len(body.lstrip()), body.strip()
        if depth == 1:
            key, _, value = said.partition(":")
            if key not in _KEYS or list(found) != list(_KEYS[: len(found)]) or key != _KEYS[len(found)]:
                raise _wrong(name, number, f"stands {key!r} where {_KEYS[min(len(found), 4)]!r} is due")
            found[key] = [value.strip()] if value.strip() else []
            indent = 3
        elif found and said and depth in (3, 5):
            lines = found[list(found)[-1]]
            if depth > indent or (lines and list(found)[-1] in ("title", "question", "twin")):
                lines[-1] += f" {said}"
            else:
                lines.append(said)
        else:
            raise _wrong(name, number, "is a comment that is no part of the head")
    if list(found) != list(_KEYS):
        raise _wrong(name, 1, f"begins a head without {', '.join(key for key in _KEYS if key not in found)}")
    return found


def _one(name: str, head: Mapping[str, Sequence[str]], key: str) -> str:
    if len(head[key]) != 1:
        raise _wrong(name, 1, f"begins a head whose {key} says nothing")
    return head[key][0]


def _parameter(name: str, line: str) -> Parameter:
    found = _PARAMETER.fullmatch(line)
    if found is None:
        raise _wrong(name, 1, f"begins a head with a parameter that cannot be read: {line!r}")
    default: Any = REQUIRED
    if (written := found["default"]) is not None:
        try:
            default = json.loads(written)
        except ValueError:
            default = written
    return Parameter(found["name"], found["type"], default, found["says"])


def _columns(name: str, line: str) -> list[Column]:
    head, _, meaning = line.partition("): ")
    found = [_COLUMN.fullmatch(part) for part in f"{head})".split(", ")]
    if not meaning or not all(found):
        raise _wrong(name, 1, f"begins a head with a column that cannot be read: {line!r}")
    columns = [Column(one["name"], one["type"], bool(one["unknown"]), meaning) for one in found if one]
    if any(column.type not in COLUMN_TYPES for column in columns):
        raise _wrong(name, 1, f"begins a head with a column of no type that is known: {line!r}")
    return columns


def _wrong(name: str, line: int, what: str) -> GraphmapError:
    return GraphmapError(f"{name}.cypher: line {line} {what}.", "See queries/README.md, Add a question.")
