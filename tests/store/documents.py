"""Documents as a store gets them; run as a program it loads some, in a process of its own.

``python -m tests.store.documents URL FIRST COUNT``: says "ready", waits for a line on stdin, then prints the id of each
document when the store has it; at last, if it cannot go on, "refused: " and the reason.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Callable, Iterable

from graphmap.errors import StoreError
from graphmap.graph import SupplyGraph
from graphmap.records import Batch, Edge, Issue, Node, Source
from graphmap.store import Store, open_store
from tests.conftest import ROOT
from tests.graphs import buys, company, smelter

ROWS = 200
New = Callable[[], str]
"""Gives the URL of another empty store at each call."""


def document(
    content: str,
    *claims: Edge | Node,
    series: str = "",
    as_of: str = "",
    modified: str = "2026-01-01T00:00:00",
    file: str = "",
    issues: Iterable[Issue] = (),
) -> Batch:
    """A document that says this; ``content`` stands for all its bytes."""
    source = Source(
        id=hashlib.sha256(content.encode()).hexdigest(),
        kind="test",
        series=series,
        title=f"Document {content}",
        file=file or f"{content}.csv",
        as_of=as_of,
        modified=modified,
        facts={"revision": "1"},
        counts={"rows": len(claims)},
    )
    edges = sorted({claim[:5]: claim for claim in claims if isinstance(claim, Edge)}.items())
    nodes = sorted({claim for claim in claims if isinstance(claim, Node)})
    return Batch(source, tuple(nodes), tuple(edge for _, edge in edges), tuple(issues))


def load(store: Store, *batches: Batch) -> None:
    for batch in batches:
        store.replace(batch)


def long_document(number: int) -> Batch:
    """A document of many rows about one company and the smelters that all declare."""
    said = {"written_name": f"as written by {number}", "comment": "x" * 50}
    declared = (
        Edge("DECLARES", company(f"C{number}"), smelter(f"S{row}"), f"A{row}", "gold", said) for row in range(ROWS)
    )
    return document(f"long {number}", *declared, buys("brand", f"C{number}", row=f"B{number}"))


def columns(graph: SupplyGraph) -> dict[str, tuple[str, bytes]]:
    """The graph to the last byte."""
    return {name: (column.dtype.str, column.tobytes()) for name, column in graph.to_columns().items()}


def in_a_process(url: str, first: int, count: int) -> subprocess.Popen[str]:
    """Another process that loads ``long_document(first)`` and so on."""
    command = [sys.executable, "-m", "tests.store.documents", url, str(first), str(count)]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def main(url: str, first: int, count: int) -> None:
    batches = [long_document(number) for number in range(first, first + count)]
    try:
        with open_store(url) as store:
            print("ready", flush=True)
            sys.stdin.readline()
            for batch in batches:
                store.replace(batch)
                print(batch.source.id, flush=True)
    except StoreError as error:
        print(f"refused: {error}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
