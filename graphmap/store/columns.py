"""Claims on their way from a store into columns: rows come in chunks, and each text is kept once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from graphmap.graph import Column, EdgeTable, Texts, mineral_code
from graphmap.schema import EdgeType

CHUNK = 20_000
"""Claims that are read at a time: some 20 MB of Python objects."""


class _Words(dict[str, int]):
    """Texts, numbered in the order in which they are met."""

    def __missing__(self, text: str) -> int:
        self[text] = number = len(self)
        return number


def order_of(edge: EdgeType) -> list[str]:
    """The columns of a claim, in the order in which stores read them."""
    return ["source", "tail", "head", "mineral", "row", *edge.properties]


def gather(edge: EdgeType, chunks: Iterable[Mapping[str, Sequence[Any]]]) -> EdgeTable:
    """A table of claims from chunks of columns, named as ``order_of`` says.

    ``source``, ``tail`` and ``head`` are positions among the documents and nodes; texts are "" when absent, dates
    ISO text or None, numbers float or None. Raises ``LookupError`` for an end that is no position (below 0).
    """
    texts = {name: _Words() for name in ["mineral", "row", *(n for n, kind in edge.properties.items() if kind is str)]}

    def column(name: str, values: Sequence[Any]) -> Column:
        if name in texts:
            return np.fromiter(map(texts[name].__getitem__, values), np.int32, len(values))
        kind = edge.properties.get(name)
        return np.array(values, np.int32 if kind is None else np.float64 if kind is float else "datetime64[D]")

    gathered: dict[str, list[Column]] = {name: [column(name, ())] for name in order_of(edge)}
    for chunk in chunks:
        for name, parts in gathered.items():
            parts.append(column(name, chunk[name]))
    columns = {name: np.concatenate(gathered.pop(name)) for name in order_of(edge)}
    if np.any((columns["tail"] < 0) | (columns["head"] < 0)):
        raise LookupError(f"{edge.name}: an end that no document names")
    packed = {name: Texts.of_vocabulary(columns[name], list(words)) for name, words in texts.items()}
    codes = np.array([mineral_code(mineral) for mineral in texts["mineral"]], np.int8)
    return EdgeTable(
        columns["tail"],
        columns["head"],
        codes[columns["mineral"]],
        columns["source"],
        packed["row"],
        {name: packed.get(name, columns[name]) for name in edge.properties},
    )
