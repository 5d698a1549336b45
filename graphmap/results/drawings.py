"""What ``map`` gives back: the files that it wrote, and the finding of each view."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from graphmap.results import Basis, Result, Row

COLUMNS: Mapping[str, str] = {
    "row": "what the row is: view (a view and its finding) or file (a file that was written)",
    "view": "view: its name",
    "finding": "view: its title, which is its finding",
    "file": "file: where it was written",
    "bytes": "file: its size",
}
"""The columns of ``map``."""


def drawings(
    findings: Sequence[tuple[str, str]], written: Sequence[Path], basis: Basis, notes: Sequence[str]
) -> Result[None]:
    """Views with their findings, and files."""
    rows: list[Row] = [{"row": "view", "view": view, "finding": finding} for view, finding in findings]
    rows += [{"row": "file", "file": str(path), "bytes": path.stat().st_size} for path in written]
    return Result(rows, COLUMNS, basis, tuple(notes), tuple(finding for _, finding in findings))
