"""What the cases share: a file or folder loaded into a store of its own, and what was then read of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from openpyxl import Workbook

import graphmap
from graphmap.api import Workspace
from graphmap.graph import SupplyGraph
from graphmap.ingest import Report

HERE = Path(__file__).parent

Rows = list[list[object]]


@contextmanager
def loaded(store: Path, *paths: Path, as_of: str | None = None) -> Iterator[tuple[Workspace, Report]]:
    """A store in this folder with what these files say."""
    with graphmap.open(store / "chain.graphmap", as_of=as_of) as work:
        yield work, work.load(*paths, jobs=0).detail


def said(graph: SupplyGraph, type_: str) -> list[dict[str, Any]]:
    """The claims of a type as ``SupplyGraph.claims`` gives them, with ids instead of numbers of nodes."""
    found = graph.claims(type_)
    return [{**claim, "tail": graph.ids[claim["tail"]], "head": graph.ids[claim["head"]]} for claim in found]


def claims(graph: SupplyGraph, type_: str) -> list[tuple[str, str, str]]:
    """Tail, head and mineral of each claim of a type, sorted; the mineral is "" where none is named."""
    return sorted((claim["tail"], claim["head"], claim["mineral"]) for claim in said(graph, type_))


def book(path: Path, **sheets: Rows) -> Path:
    """Write a workbook with these sheets."""
    workbook = Workbook()
    workbook.remove(workbook.active)
    for name, rows in sheets.items():
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append(row)
    workbook.save(path)
    return path
