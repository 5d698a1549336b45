"""CMRT workbooks that are written, edited and read."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from graphmap import ingest
from graphmap.campaign.workbook import SmelterRow
from graphmap.errors import FileRejected
from graphmap.records import Batch, Edge, Issue
from tests import workbooks

TODAY = workbooks.TODAY


class Read:
    """A synthetic workbook, written and read; only the smelter rows and what is changed differ from a good one."""

    def __init__(self, folder: Path, *rows: SmelterRow | None, **changes: Any) -> None:
        smelters: dict[str, Sequence[SmelterRow | None]] = {"smelters": rows} if rows else {}
        self.path = workbooks.write(folder / "a.xlsx", **smelters, **changes)
        self.batch: Batch = ingest.read_batches(self.path, TODAY)[0]

    def edges(self, kind: str, **properties: str) -> list[Edge]:
        wanted = properties.items()
        return [edge for edge in self.batch.edges if edge.type == kind and wanted <= edge.properties.items()]

    def heads(self, kind: str) -> list[str]:
        return [edge.head.id for edge in self.edges(kind)]

    def at(self, cell: str) -> list[Issue]:
        """The issues of a cell, e.g. of "Smelter List!A5"."""
        return [issue for issue in self.batch.issues if issue.row == cell]

    def at_rows(self) -> list[tuple[str, str]]:
        """Severity and cell of the issues of the smelter list, but those on missing metals."""
        named = [issue for issue in self.batch.issues if issue.row.startswith("Smelter List!")]
        return [(issue.severity, issue.row[13:]) for issue in named if "is named" not in issue.message]


def rejection(path: Path) -> FileRejected:
    with pytest.raises(FileRejected) as error:
        ingest.read_batches(path, TODAY)
    return error.value


def edited(path: Path, *steps: Any) -> Path:
    """A good workbook that somebody edited with a program that does not calculate."""
    workbooks.write(path)
    book = openpyxl.load_workbook(path)
    for step in steps:
        step(book)
    book.save(path)
    return path


def typed(**fields: str) -> SmelterRow:
    """A row of which no formula was calculated."""
    return SmelterRow(style="id only", **fields)


def gold(**fields: str) -> SmelterRow:
    """The same, of gold."""
    return typed(metal="Gold", **fields)
