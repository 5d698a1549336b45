"""Loaders are found by path, whatever they are called."""

import os
from pathlib import Path

import pytest

from graphmap import shelf
from graphmap.errors import GraphmapError
from tests.files import a_loader

# ---- finding loader files --------------------------------------------------------------------------------------


def test_the_shelf_holds_one_loader_a_file() -> None:
    found = shelf.loaders()
    assert [loader.kind for loader in found] == [path.stem for path in shelf.files("loaders")]
    assert "cmrt" in [loader.kind for loader in found]


def test_a_shelf_that_is_not_there_is_empty() -> None:
    assert shelf.files("no such shelf") == []


def test_a_file_of_ones_own_joins_the_shelf(tmp_path: Path) -> None:
    path = a_loader(tmp_path, "assays", "sample", "grade")
    found = {loader.kind: loader for loader in shelf.loaders([path])}
    assert found["assays"].path == path
    assert found["assays"].load.__module__.startswith("_graphmap_assays_")
    assert "assays" not in [loader.kind for loader in shelf.loaders()]


def test_a_changed_file_is_read_anew(tmp_path: Path) -> None:
    path = a_loader(tmp_path, "assays", "sample", title="old")
    shelf.loaders([path])
    a_loader(tmp_path, "assays", "sample", title="new")
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
    path = a_loader(tmp_path, "cmrt", "sample")
    (tmp_path / "other").mkdir()
    with pytest.raises(GraphmapError, match=r"there is already a loader of the kind 'cmrt' \(cmrt\.py\)"):
        shelf.loaders([path])


def test_the_same_file_twice_is_one(tmp_path: Path) -> None:
    path = a_loader(tmp_path, "assays", "sample")
    assert len(shelf.loaders([path, path])) == len(shelf.loaders()) + 1
