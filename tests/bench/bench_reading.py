"""How fast workbooks of the size of the official CMRT 6.5 are read: ``python -m tests.bench.bench_reading``.

The workbooks are our own; only their measures follow the official template (2026): ten sheets, 2,500 formatted
smelter rows with formulas of which 300 are filled, a look-up list of 640 rows, a hidden list of 6,000 rows,
about 1 MB of texts, 9 MB of XML in all.
"""

from __future__ import annotations

import gc
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from itertools import chain
from pathlib import Path

TODAY = date(2026, 1, 1)
SHEETS = ("Declaration", "Smelter List", "Smelter Look-up", "Product List")
SMELTER_COLUMNS = {f"field {letter}": letter for letter in "ABCDEFGHIJKLMNOPQ"}
LOOKUP_COLUMNS = {f"field {letter}": letter for letter in "ABCDEHI"}
HELPERS = ("R", "S", "T", "V", "W", "X", "AB")
FILES = 24
ROUNDS = 7


def build(path: Path, filled: int = 300) -> None:
    """Write a workbook of the official size, with ``filled`` smelter rows."""
    import xlsxwriter

    book = xlsxwriter.Workbook(path)
    box = book.add_format({"border": 1, "text_wrap": True, "locked": False})
    sheets = {
        name: book.add_worksheet(name)
        for name in ("Revision", "Instructions", "Definitions", *SHEETS[:2], "Checker", *SHEETS[:1:-1], "L", "SorP")
    }
    for number in range(330):  # the long texts of a template, in fifteen languages
        for column in range(15):
            sheets["L"].write_string(
                number, column, f"Text {number} in language {column}. " + "Lorem ipsum dolor sit amet. " * 2
            )
    for number in range(6_000):
        sheets["SorP"].write_row(number, 0, [f"XX-{number}", f"Province {number}", f"XX{number}"])
    declaration = sheets["Declaration"]
    for row in range(120):
        declaration.write_string(row, 1, f"Question {row}", box)
        declaration.write_string(row, 3, "Yes", box)
        for column in (*range(4, 12), 15):
            declaration.write_blank(row, column, None, box)
    for row in range(70):
        sheets["Checker"].write_formula(row, 5, f'=IF(Declaration!D{row + 1}="",1,0)', box, 0)
    lookup = sheets["Smelter Look-up"]
    lookup.write_row(3, 0, [f"Heading {column}" for column in range(11)], box)
    for row in range(4, 644):
        lookup.write_row(row, 0, [f"Entry {row} of column {column}" for column in range(11)], box)
    products = sheets["Product List"]
    for row in range(5, 2005):
        products.write_string(row, 1, f"P-{row}", box) if row < 25 else products.write_blank(row, 1, None, box)
        for column in (2, 3):
            products.write_blank(row, column, None, box)
    smelters = sheets["Smelter List"]
    smelters.write_row(3, 0, [f"Heading {column}" for column in range(28)], box)
    typed = "ADKLMNOPQU"
    for row in range(4, 2504):
        full = row - 4 < filled
        for column in range(26):
            letter = chr(65 + column)
            value = f"Value {row % 97} of {letter}" if full else ""
            if letter in "YZ" or (letter in typed and not full):
                smelters.write_blank(row, column, None, box)
            elif letter in typed:
                smelters.write_string(row, column, value, box)
            elif letter in "VX":
                smelters.write_formula(row, column, f'=IF(C{row + 1}="",0,1)', box, 0)
            else:
                look = f"INDEX('Smelter Look-up'!${letter}:${letter},MATCH($A{row + 1},'Smelter Look-up'!$E:$E,0))"
                smelters.write_formula(row, column, f'=IF(LEN($A{row + 1})=0,"",{look})&""', box, value)
        smelters.write_formula(row, 27, f"=B{row + 1}&C{row + 1}", box, "")
    book.close()


def read(path: str) -> int:
    """Read it as a loader does: every row of four sheets, every field taken."""
    from graphmap.sheets import open_document

    document = open_document(path, today=TODAY)
    taken = sum(bool(document.text(f"Declaration!D{row}")) for row in range(1, 121))
    for row in document.rows("Smelter List", first=5, columns=SMELTER_COLUMNS, ignore=HELPERS):
        taken += sum(map(bool, row.take_all().values()))
    for row in document.rows("Smelter Look-up", first=5, columns=LOOKUP_COLUMNS, ignore="FGJK"):
        taken += sum(map(bool, row.take_all().values()))
    for row in document.rows("Product List", first=6, columns={"number": "B", "name": "C", "comment": "D"}):
        taken += bool(row.take("number"))
    return taken + len(document.issues)


def read_with_openpyxl(path: str) -> int:
    """Read the same sheets with openpyxl, read-only and values only."""
    import openpyxl

    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    count = sum(1 for sheet in SHEETS for row in book[sheet].iter_rows(values_only=True) for cell in row if cell)
    book.close()
    return count


def read_all(paths: list[str], jobs: int) -> None:
    """Read many in worker processes, which import this file by its name even when it is run as a script."""
    from graphmap import workers
    from tests.bench.bench_reading import read as task

    for path, result in chain.from_iterable(workers.run(task, paths, jobs=jobs)):
        assert isinstance(result, int), (path, result)


def seconds(clock: Callable[[], float], action: Callable[[], object]) -> float:
    """What an action takes on a clock."""
    gc.collect()
    start = clock()
    action()
    return clock() - start


def measure() -> list[tuple[str, float, float]]:
    """Name, measured ratio and the floor that it must reach."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [str(Path(folder) / f"{number}.xlsx") for number in range(FILES)]
        build(Path(paths[0]))
        for path in paths[1:]:
            Path(path).write_bytes(Path(paths[0]).read_bytes())
        read(paths[0])
        # Turn and turn about, for others may work on the same machine: of CPU time the best of each, of wall time,
        # which depends on what the others leave, the middle one of neighbouring pairs.
        ours, theirs, speedups = [], [], []
        for _ in range(ROUNDS):
            ours += [seconds(time.process_time, lambda: read(paths[0])) for _ in range(3)]
            theirs.append(seconds(time.process_time, lambda: read_with_openpyxl(paths[0])))
        for _ in range(ROUNDS):
            two = seconds(time.perf_counter, lambda: read_all(paths, 2))
            speedups.append(seconds(time.perf_counter, lambda: read_all(paths, 1)) / two)
    return [
        ("one workbook, CPU time: openpyxl read-only / graphmap", min(theirs) / min(ours), 8.0),
        ("many workbooks, wall time: one worker / two workers", statistics.median(speedups), 1.6),
    ]


def main() -> int:
    """Print the table; 1 when a floor is missed."""
    results = measure()
    for name, ratio, floor in results:
        print(f"{name:<58} {ratio:6.1f}x  floor {floor:4.1f}x  {'pass' if ratio >= floor else 'FAIL'}")
    return int(any(ratio < floor for _, ratio, floor in results))


if __name__ == "__main__":
    sys.exit(main())
