"""The SQLite store at size M: how long a document takes to write, and reopening against reading the rows again.

Run as ``python -m tests.bench.bench_store``.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from graphmap.records import Batch, Edge, Node, Source
from graphmap.store import open_store
from tests.bench.synthetic import Size, Synthetic, synthetic

DOCUMENTS = 1_000


def documents(s: Synthetic, count: int = DOCUMENTS) -> Iterator[Batch]:
    """The links as ``count`` documents of neighbouring companies: purchases, declared smelters, other names."""
    companies = [Node("Company", f"SUP-{i:07}", f"Supplier {i}") for i in range(s.companies)]
    names = [Node("Company", f"name:supplier {i}") for i in range(s.companies)]
    smelters = [Node("Smelter", f"CID9{j:05}", f"Smelter {j}") for j in range(s.smelters)]
    border = np.linspace(0, s.companies, count + 1).astype(int)
    start = np.searchsorted(s.tail, border)
    for d in range(count):
        edges = []
        for row, link in enumerate(range(start[d], start[d + 1]), start=2):
            tail, head = companies[s.tail[link]], int(s.head[link])
            if head < s.companies:
                said = {"share": float(s.share[link]), "product": f"part {head % 40}", "currency": "EUR"}
                edges.append(Edge("BUYS_FROM", tail, companies[head], f"Sheet1!A{row}", "", said))
            else:
                j = head - s.companies
                said = {"written_name": f"Smelter {j}", "written_id": smelters[j].id, "written_country": f"C{j % 40}",
                        "id_source": "RMI", "city": f"City {j % 300}", "state": f"State {j % 90}",
                        "comment": f"remark {link % 5000}" if link % 10 == 0 else ""}  # fmt: skip
                edges.append(Edge("DECLARES", tail, smelters[j], f"Smelter List!A{row}", "tin", said))
        for i in range(border[d], border[d + 1]):
            edges.append(Edge("SAME_AS", companies[i], names[i], f"Sheet1!A{i + 2}", "", {"reason": "name"}))
        edges.sort(key=lambda edge: (edge.type, edge.tail, edge.head, edge.mineral, edge.row))
        source = Source(f"{d:064x}", "bench", f"bench {d}", f"Document {d}", f"{d}.csv", "2026-01-01", "2026-01-02")
        yield Batch(source, (), tuple(edges), ())


def fill(path: Path, size: Size) -> tuple[float, float]:
    """Write the documents; mean and longest time of one ``replace`` in seconds."""
    times = []
    with open_store(path) as store:
        for batch in documents(synthetic(size)):
            start = time.perf_counter()
            store.replace(batch)
            times.append(time.perf_counter() - start)
    return sum(times) / len(times), max(times)


def reading(path: Path) -> tuple[float, int]:
    """Seconds to open the store and have the graph, and its number of claims."""
    start = time.perf_counter()
    with open_store(path) as store:
        graph = store.graph()
    return time.perf_counter() - start, sum(len(table) for table in graph.edges.values())


def measure(size: Size = "M") -> list[tuple[str, float, float]]:
    """(what, measured ratio, floor)."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.graphmap"
        mean, longest = fill(path, size)
        print(f"write: {mean * 1e3:.1f} ms a document, longest {longest * 1e3:.0f} ms", end="; ")
        print(f"{path.stat().st_size / 1e6:.0f} MB")

        in_the_way = path.with_name(path.name + "-columns")
        in_the_way.touch()  # so that nothing can be cached
        rows, claims = reading(path)
        in_the_way.unlink()
        print(f"read {claims:,} claims from their rows: {rows:.2f} s", end="; ")
        print(f"peak memory so far {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")

        reading(path)
        again = min(reading(path)[0] for _ in range(5))
        print(f"reopen: {again * 1e3:.1f} ms")
    return [("reopening an unchanged store vs reading its rows", rows / again, 20.0)]


if __name__ == "__main__":
    for what, ratio, floor in measure(sys.argv[1] if len(sys.argv) > 1 else "M"):
        print(f"{what}: {ratio:.0f}x (floor {floor:.0f}x)")
