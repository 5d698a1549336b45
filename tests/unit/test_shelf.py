"""Loaders are found by path; a document finds its loader by what is in it."""

import os
from datetime import date
from pathlib import Path

import pytest

from graphmap import shelf
from graphmap.errors import FileRejected, GraphmapError
from graphmap.records import Record
from graphmap.sheets import Document, Reads, open_document
from tests import workbooks

MINE = """
from graphmap.records import About
from graphmap.sheets import Reads
READS = Reads(kind="{kind}", title="{title}", columns={columns}, needs={needs}, json_keys={keys}, order={order})
def load(document):
    yield About(document.file, "")
"""


def mine(folder: Path, kind: str, *columns: str, title: str = "", keys: tuple[str, ...] = (), order: int = 0) -> Path:
    """A loader file that needs these columns."""
    path = folder / f"{kind}.py"
    fields = {name: (name,) for name in columns}
    path.write_text(
        MINE.format(kind=kind, title=title or kind, columns=fields, needs=(columns,), keys=keys, order=order)
    )
    return path


def document(path: Path, content: str) -> Document:
    path.write_text(content)
    return open_document(path, today=date(2026, 7, 1))


def kind_of(path: Path, content: str, *extra: Path) -> str:
    return shelf.recognise(document(path, content), shelf.loaders(extra)).kind


# ---- finding loader files --------------------------------------------------------------------------------------


def test_the_shelf_holds_one_loader_a_file() -> None:
    found = shelf.loaders()
    assert [loader.kind for loader in found] == [path.stem for path in shelf.files("loaders")]
    assert "cmrt" in [loader.kind for loader in found]


def test_a_shelf_that_is_not_there_is_empty() -> None:
    assert shelf.files("no such shelf") == []


def test_a_file_of_ones_own_joins_the_shelf(tmp_path: Path) -> None:
    path = mine(tmp_path, "assays", "sample", "grade")
    found = {loader.kind: loader for loader in shelf.loaders([path])}
    assert found["assays"].path == path
    assert found["assays"].load.__module__.startswith("_graphmap_assays_")
    assert "assays" not in [loader.kind for loader in shelf.loaders()]


def test_a_changed_file_is_read_anew(tmp_path: Path) -> None:
    path = mine(tmp_path, "assays", "sample", title="old")
    shelf.loaders([path])
    mine(tmp_path, "assays", "sample", title="new")
    os.utime(path, ns=(1, 1))
    assert [loader.title for loader in shelf.loaders([path]) if loader.kind == "assays"] == ["new"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("READS = 1\ndef load(document): yield", "mine.py: READS is missing or is not a graphmap.sheets.Reads."),
        ("def load(document): yield", "mine.py: READS is missing or is not a graphmap.sheets.Reads."),
        ("from graphmap.sheets import Reads\nREADS = Reads('a', 'A')", "mine.py: the function load is missing."),
        ("import nonsense_module", "mine.py: the loader cannot be imported: ModuleNotFoundError: No module named"),
        ("def load(:", "mine.py: the loader cannot be imported: SyntaxError"),
    ],
)
def test_what_is_no_loader_is_told(tmp_path: Path, content: str, says: str) -> None:
    path = tmp_path / "mine.py"
    path.write_text(content)
    with pytest.raises(GraphmapError) as error:
        shelf.loaders([path])
    assert error.value.message.startswith(says)
    assert error.value.cure


def test_a_loader_that_is_not_there_or_no_python_file(tmp_path: Path) -> None:
    with pytest.raises(GraphmapError, match="there is no such loader file"):
        shelf.loaders([tmp_path / "mine.py"])
    other = tmp_path / "mine.txt"
    other.write_text("")
    with pytest.raises(GraphmapError, match=r"a loader is a file that ends in \.py"):
        shelf.loaders([other])


def test_two_loaders_of_one_kind_are_refused(tmp_path: Path) -> None:
    path = mine(tmp_path, "cmrt", "sample")
    (tmp_path / "other").mkdir()
    with pytest.raises(GraphmapError, match=r"there is already a loader of the kind 'cmrt' \(cmrt\.py\)"):
        shelf.loaders([path])


def test_the_same_file_twice_is_one(tmp_path: Path) -> None:
    path = mine(tmp_path, "assays", "sample")
    assert len(shelf.loaders([path, path])) == len(shelf.loaders()) + 1


# ---- recognising -----------------------------------------------------------------------------------------------


def test_the_name_of_a_file_says_nothing(tmp_path: Path) -> None:
    assert kind_of(tmp_path / "CMRT.xlsx", "buyer,seller,share\nA,B,30%\n") == "purchases"
    workbook = workbooks.write(tmp_path / "purchases.csv")
    assert shelf.recognise(open_document(workbook, today=workbooks.TODAY), shelf.loaders()).kind == "cmrt"


def test_the_loader_that_knows_most_columns_reads_it(tmp_path: Path) -> None:
    few, many = mine(tmp_path, "few", "depth"), mine(tmp_path, "many", "depth", "grade")
    assert kind_of(tmp_path / "a.csv", "grade,depth\n1,2\n", few, many) == "many"
    assert kind_of(tmp_path / "b.csv", "depth\n2\n", few, many) == "few"


def test_order_goes_before_the_number_of_columns(tmp_path: Path) -> None:
    first, many = mine(tmp_path, "first", "depth", order=-1), mine(tmp_path, "many", "depth", "grade")
    assert kind_of(tmp_path / "a.csv", "grade,depth\n1,2\n", first, many) == "first"


def test_a_tie_is_refused_and_names_both(tmp_path: Path) -> None:
    one, two = mine(tmp_path, "one", "depth", title="Depths"), mine(tmp_path, "two", "grade", title="Grades")
    with pytest.raises(FileRejected) as error:
        kind_of(tmp_path / "a.csv", "grade,depth\n1,2\n", one, two)
    assert error.value.message == "a.csv: is recognised equally well as 'Depths' (one.py) and 'Grades' (two.py)."


def test_json_is_told_by_its_keys(tmp_path: Path) -> None:
    path = mine(tmp_path, "assays", keys=("assays", "lab"))
    assert kind_of(tmp_path / "a.json", '{"lab": 1, "assays": [], "more": 2}', path) == "assays"


def _loader(reads: Reads) -> shelf.Loader:
    def load(document: Document) -> list[Record]:
        return []

    return shelf.Loader(reads.kind, reads.title, reads, load, Path(f"{reads.kind}.py"))


def test_a_layout_goes_before_a_table(tmp_path: Path) -> None:
    """The smelter list of a CMRT in English would make a fine table."""
    workbook = open_document(workbooks.write(tmp_path / "a.xlsx"), today=workbooks.TODAY)
    table = Reads("t", "T", columns={"metal": ("metal",), "city": ("city",)}, needs=(("metal", "city"),), order=-9)
    layout = Reads("l", "L", sheets=("Declaration",), cells={"Declaration!A1": "x", "Declaration!D8": "^Acme"})
    assert shelf.recognise(workbook, [_loader(table)]).kind == "t"
    assert shelf.recognise(workbook, [_loader(table), _loader(layout)]).kind == "l"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ('{"a": 1, "b": 2}', "its JSON has the keys 'a', 'b'."),
        ("[1, 2]", "its JSON is no object with keys."),
        ("when,where\n1,2\n", "its first row holds 'when', 'where'."),
        ("\n\ndepth,when\n1,2\n", "its first row holds 'depth', 'when'; 'Assays' needs a column 'grade' as well."),
    ],
)
def test_what_nobody_reads_is_described(tmp_path: Path, content: str, says: str) -> None:
    with pytest.raises(FileRejected) as error:
        kind_of(tmp_path / "a", content, mine(tmp_path, "assays", "depth", "grade", title="Assays"))
    assert error.value.message == f"a: is none of the documents that graphmap reads: {says}"
    assert "(CMRT) 6.x; " in error.value.cure
    assert "--with" in error.value.cure


def test_a_layout_that_lacks_a_sheet_or_its_version_is_described(tmp_path: Path) -> None:
    workbook = open_document(workbooks.write(tmp_path / "a.xlsx"), today=workbooks.TODAY)
    lacks = Reads("l", "Layout", sheets=("Declaration", "Minerals"), cells={"Declaration!A1": "x"})
    with pytest.raises(FileRejected, match=r"'Product List', .*; 'Layout' has a sheet 'Minerals' as well"):
        shelf.recognise(workbook, [_loader(lacks)])
    other = Reads("l", "Layout", sheets=("Declaration",), cells={"Declaration!A1": "x"})
    with pytest.raises(FileRejected, match="'Layout' has its version or title in Declaration!A1"):
        shelf.recognise(workbook, [_loader(other)])
