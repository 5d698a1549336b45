"""The empty lists: each sheet is read by the loader it is meant for, and only what is filled in counts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from graphmap import ingest
from graphmap.errors import GraphmapError
from graphmap.lists import EXAMPLE, LISTS, MEANINGS, List, workbook, write_lists
from graphmap.recognition import recognise
from graphmap.records import Batch
from graphmap.sheets import header_of, open_document
from graphmap.shelf import loaders
from tests.workbooks import TODAY

each = pytest.mark.parametrize("one", LISTS, ids=lambda one: one.name)


def read(folder: Path, one: List, rows: Sequence[Sequence[str]] = ()) -> Batch:
    """What a workbook says that has this sheet only."""
    path = folder / f"{one.name}.xlsx"
    path.write_bytes(workbook([one], {one.name: rows}))
    return ingest.read_batches(path, TODAY)[0]


def test_the_sheets_are_those_that_are_promised() -> None:
    assert [one.name for one in LISTS] == ["suppliers", "purchases", "assurance", "areas", "origins"]


@each
def test_an_empty_sheet_is_recognised_and_holds_nothing_yet(one: List, tmp_path: Path) -> None:
    batch = read(tmp_path, one)
    assert (batch.source.kind, batch.source.counts["rows"], batch.nodes, batch.edges) == (one.kind, 0, (), ())
    (note,) = batch.issues
    assert (note.severity, note.message.split(":")[0]) == ("note", "nothing in it yet")


@each
def test_every_heading_is_known_to_its_loader(one: List, tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    path.write_bytes(workbook([one]))
    document = open_document(path, today=TODAY)
    loader = recognise(document, loaders())[0].loader
    assert sorted(header_of(document, loader.reads.columns).values()) == sorted(about.heading for about in one.columns)


@each
def test_the_example_would_be_read_without_a_doubt(one: List, tmp_path: Path) -> None:
    batch = read(tmp_path, one, [[about.example for about in one.columns]])
    assert batch.source.counts["used"] == 1
    assert [issue for issue in batch.issues if issue.severity != "note"] == []
    assert batch.edges
    assert batch.source.as_of == "2026-06-30"


@each
def test_a_row_with_the_least_that_is_needed_is_read(one: List, tmp_path: Path) -> None:
    least = {
        "suppliers": {"name": "Acme", "country": "DE"},
        "purchases": {"buyer": "We", "seller": "Acme"},
        "assurance": {"smelter id": "CID900001", "status": "Conformant"},
        "areas": {"list": "oecd", "country": "Mali"},
        "origins": {"smelter id": "CID900001", "country of origin": "Peru"},
    }[one.name]
    batch = read(tmp_path, one, [[least.get(about.heading, "") for about in one.columns]])
    assert (batch.source.kind, batch.source.counts["used"]) == (one.kind, 1)
    assert [issue for issue in batch.issues if issue.severity == "error"] == []


@each
def test_a_sheet_says_what_it_is_for_and_what_is_not_read(one: List, tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    path.write_bytes(workbook([one]))
    cells = open_document(path, today=TODAY).cells(one.name)
    told = [row[0] for row in cells]
    assert told[: len(one.purpose)] == list(one.purpose)
    assert MEANINGS in told
    assert told.index(EXAMPLE) == len(cells) - 3
    assert cells[-1] == [about.heading for about in one.columns]
    assert all(about.meaning for about in one.columns)


def test_a_file_that_is_there_is_left_alone_unless_forced(tmp_path: Path) -> None:
    path = tmp_path / "lists.xlsx"
    path.write_text("mine")
    with pytest.raises(GraphmapError, match=r"is there already\. Name another file, or replace it with --force"):
        write_lists(path)
    assert path.read_text() == "mine"
    assert write_lists(path, force=True).read_bytes() == workbook() == workbook()
    with pytest.raises(GraphmapError, match=r"does not end in \.xlsx. Name a workbook, e\.g\. .*lists\.xlsx"):
        write_lists(tmp_path / "lists.csv")


def test_the_whole_workbook_is_read_sheet_by_sheet(tmp_path: Path) -> None:
    from graphmap import api

    filled = {one.name: [[about.example for about in one.columns]] for one in LISTS}
    (tmp_path / "lists.xlsx").write_bytes(workbook(LISTS, filled))
    write_lists(tmp_path / "empty.xlsx")
    with api.open(tmp_path / "chain.graphmap") as work:
        report = work.load(tmp_path / "empty.xlsx", jobs=0).detail
        assert {one.kind for one in report.documents} == {one.kind for one in LISTS}
        assert report.counts["claims"] == report.counts["errors"] == report.counts["rejected"] == 0
        report = work.load(tmp_path / "lists.xlsx", jobs=0).detail
        assert report.counts["errors"] == report.counts["rejected"] == 0
        assert set(work.graph.edges) >= {
            "BUYS_FROM", "ASSESSED_BY", "LISTED_BY", "ORIGINATES_IN", "HAS_ROLE",
        }  # fmt: skip
