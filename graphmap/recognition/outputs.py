"""graphmap's own answers and exports, told by their columns or keys: loading them would make claims of conclusions."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache

from graphmap import shelf
from graphmap.sheets import header_key

_BASIS = ("as_of", "policy", "lens")
"""What every row of an answer repeats as CSV."""

_ANSWERS: Mapping[str, str] = {
    "rate": "company name tier mineral exposure low high evidence",
    "rate --overall": "company name tier exposure low high basis",
    "paths": "rank mineral score hazard standing hop",
    "chokepoints": "company name smelters targets part",
    "concentration": "company mineral by hhi band",
    "conformance": "company mineral identified accepted in_progress unidentified",
    "show": "type direction other other_name mineral",
    "sources": "id kind title file claims rows unused",
    "sources --issues": "file severity row message value cure",
    "load": "file path kind title rows used unused claims",
    "export": "node label id name also",
    "export (edges)": "type tail head mineral written_name file row",
    "export --neo4j-import": "graphmap_key:ID name",
    "export --neo4j-import (claims)": ":START_ID :END_ID source file row",
}
"""Verb -> columns that together only its answers have, also those of earlier versions."""

_WHOLE: Mapping[str, str] = {
    "map": "view finding",
    "query": "name title question",
}
"""Verb -> all columns of its answer, where they are few."""

_KEYS: Mapping[str, str] = {
    "any verb": "basis notes findings rows",
    "paths": "source to by paths total",
    "chokepoints": "source to gates cut fewest",
    "show": "about merged claims figures",
    "load": "counts documents rejected",
    "map": "files findings",
}
"""Verb -> the keys of its answer as JSON; those of earlier versions, and the one of all verbs."""

_QUERY_COLUMN = re.compile(r"([a-z][a-z_]*) \((?:text|texts|count|number|date|yes or no)\??\)")
_FEW = 4


def wrote_table(heads: Sequence[str]) -> str:
    """The verb whose answer has a row of header keys, or "" if none does."""
    found = set(heads) - {""}
    for verb, columns in _answers():
        if columns <= found:
            return verb
    if _keys(_BASIS) <= found:
        return "it bears date, policy and lens in each row"
    bare = found - _keys(_BASIS)
    return next((verb for verb, columns in _whole() if columns == bare), "")


def wrote_json(content: object) -> str:
    """The verb whose answer a JSON file holds, or "" if none does."""
    if isinstance(content, dict):
        return next((verb for verb, keys in _KEYS.items() if set(keys.split()) <= content.keys()), "")
    if isinstance(content, list) and content and all(isinstance(row, dict) for row in content[:20]):
        return wrote_table([header_key(str(key)) for key in content[0]])
    return ""


def _keys(names: Collection[str]) -> set[str]:
    return {header_key(name) for name in names}


@cache
def _answers() -> tuple[tuple[str, frozenset[str]], ...]:
    told = [(verb, frozenset(_keys(columns.split()))) for verb, columns in _ANSWERS.items()]
    return (*told, *((f"query {name}", columns) for name, columns in _queries() if len(columns) >= _FEW))


@cache
def _whole() -> tuple[tuple[str, frozenset[str]], ...]:
    told = [(verb, frozenset(_keys(columns.split()))) for verb, columns in _WHOLE.items()]
    return (*told, *((f"query {name}", columns) for name, columns in _queries() if len(columns) < _FEW))


def _queries() -> Iterator[tuple[str, frozenset[str]]]:
    """Each named question with the columns of its answer, as the head of its file tells them."""
    for path in shelf.files("queries", "*/*.cypher"):
        head = path.read_text("utf-8").partition("// columns:\n")[2].partition("// twin:")[0]
        yield path.stem, frozenset(_keys(_QUERY_COLUMN.findall(head)))
