"""Loading many workbooks end to end, against the time of reading them alone.

Reading alone is what ``bench_reading`` measures: every row of the four sheets that matter is handed out and taken, in
as many worker processes. How long the bare reader takes for the cells of these sheets is printed beside it. Memory is
that of all processes together, sampled while they load.
"""

from __future__ import annotations

import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any

from graphmap import ingest, workers
from graphmap.campaign.bulk import write_many
from graphmap.store import open_store
from tests.bench.bench_reading import read

SHEETS = ("Declaration", "Smelter List", "Product List", "Smelter Look-up")
JOBS = 2


def read_cells(path: Path) -> int:
    """Read the sheets as plain lists; the number of cells that hold something."""
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_path(str(path))
    sheets = (book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in SHEETS)
    return sum(cell != "" for sheet in sheets for row in sheet for cell in row)


def timed(function: Callable[[Any], int], tasks: Sequence[Any]) -> tuple[float, int]:
    """Seconds that the tasks take in the workers, and the sum of their results."""
    start = time.perf_counter()
    results = chain.from_iterable(workers.run(function, tasks, jobs=JOBS))
    total = sum(result for _, result in results if isinstance(result, int))
    return time.perf_counter() - start, total


class Memory:
    """The most memory that this process and its children took together, in MB (Linux: from /proc)."""

    def __enter__(self) -> Memory:
        self.peak, self._done = 0.0, threading.Event()
        self._watch = threading.Thread(target=self._sample, daemon=True)
        self._watch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._watch.join()

    def _sample(self) -> None:
        while not self._done.wait(0.1):
            self.peak = max(self.peak, sum(_resident(pid) for pid in _family(os.getpid())))


def _family(pid: int) -> list[int]:
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        children = [int(child) for task in tasks for child in (task / "children").read_text().split()]
    except OSError:
        return [pid]
    return [pid, *(member for child in children for member in _family(child))]


def _resident(pid: int) -> float:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    except OSError:
        return 0.0


def measure(count: int = 1000) -> list[tuple[str, float, float]]:
    """(what, measured, floor); shares are turned so that more is better."""
    with tempfile.TemporaryDirectory() as folder:
        paths = write_many(Path(folder) / "workbooks", count)
        for path in paths:
            path.read_bytes()  # both sides find the files in the system's cache
        bare, cells = timed(read_cells, paths)
        reading, _ = timed(read, [str(path) for path in paths])
        with open_store(Path(folder) / "bench.graphmap") as store, Memory() as memory:
            start = time.perf_counter()
            report = ingest.load(paths, store, jobs=JOBS, today=date(2026, 11, 22))
            loading = time.perf_counter() - start
        assert len(report.documents) == count, report.rejected[:3]
        rows = sum(document.counts["rows"] for document in report.documents)
    print(f"{count} workbooks, {rows:,} rows, {cells:,} cells:")
    print(f"bare reader {bare:.1f} s, reading {reading:.1f} s, loading {loading:.1f} s,")
    print(f"all processes together {memory.peak:.0f} MB at most")
    return [
        ("1.5 x the time of reading alone, over loading end to end", 1.5 * reading / loading, 1.0),
        ("1,000 MB over the memory of a load", 1000 / memory.peak, 1.0),
    ]


if __name__ == "__main__":
    from tests.bench.bench_loading import measure as by_name  # workers import functions by the name of their module

    for what, ratio, floor in by_name(int(sys.argv[1]) if len(sys.argv) > 1 else 1000):
        print(f"{what}: {ratio:.2f} (floor {floor:.2f})")
