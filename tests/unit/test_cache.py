"""The columns beside a store: there at once when nothing changed, as good as absent when anything is odd."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graphmap.graph import Column
from graphmap.store import open_store
from graphmap.store.cache import _START, ColumnCache, _padding
from tests.graphs import buys, company, declares
from tests.store.documents import columns, document, load

COLUMNS: dict[str, Column] = {
    "label": np.array([0, 1, -1], np.int8),
    "packed": np.frombuffer("漢字".encode(), np.uint8),
    "tail": np.arange(100, dtype=np.int32),
    "offsets": np.array([0, 1 << 40]),
    "share": np.array([0.5, np.nan, -np.inf]),
    "day": np.array(["2026-01-31", "NaT"], "datetime64[D]"),
    "none": np.zeros(0, np.int32),
}
NOW = "7-00ff"


@pytest.fixture
def cache(tmp_path: Path) -> ColumnCache:
    (tmp_path / "x.graphmap").touch()
    return ColumnCache(tmp_path / "x.graphmap-columns", "schema", like=tmp_path / "x.graphmap")


def raw(found: dict[str, Column] | None) -> dict[str, tuple[str, bytes]] | None:
    return None if found is None else {name: (column.dtype.str, column.tobytes()) for name, column in found.items()}


def files(cache: ColumnCache) -> list[str]:
    return sorted(file.name for file in cache.folder.iterdir())


# ---- one file -----------------------------------------------------------------------------------------------------


def test_columns_come_back_as_they_were_and_cannot_be_written(cache: ColumnCache) -> None:
    cache.write(NOW, "latest", COLUMNS)
    found = cache.read(NOW, "latest")
    assert raw(found) == raw(COLUMNS)
    assert found is not None
    with pytest.raises(ValueError, match="read-only"):
        found["tail"][0] = 1
    assert files(cache) == ["7-00ff.latest.columns"]


def test_the_same_columns_give_the_same_bytes(cache: ColumnCache) -> None:
    cache.write(NOW, "latest", COLUMNS)
    first = (cache.folder / "7-00ff.latest.columns").read_bytes()
    cache.write(NOW, "latest", COLUMNS)
    assert (cache.folder / "7-00ff.latest.columns").read_bytes() == first


def test_columns_of_another_state_day_schema_or_store_are_not_there(cache: ColumnCache, tmp_path: Path) -> None:
    cache.write(NOW, "2026-01-01", COLUMNS)
    assert cache.read("8-00ff", "2026-01-01") is None
    assert cache.read("7-00fe", "2026-01-01") is None
    assert cache.read(NOW, "latest") is None
    assert ColumnCache(cache.folder, "another schema").read(NOW, "2026-01-01") is None
    for name in ("8-00ff.2026-01-01.columns", "7-00ff.latest.columns"):
        (cache.folder / "7-00ff.2026-01-01.columns").rename(cache.folder / name)
        generation, day, _ = name.split(".")
        assert cache.read(generation, day) is None, "a file under a wrong name"
        (cache.folder / name).rename(cache.folder / "7-00ff.2026-01-01.columns")
    assert cache.read(NOW, "2026-01-01") is not None


@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_damage_is_never_read(cache: ColumnCache, data: st.DataObject) -> None:
    cache.write(NOW, "latest", COLUMNS)
    path = cache.folder / "7-00ff.latest.columns"
    content = bytearray(path.read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    match data.draw(st.sampled_from(["flip", "cut", "add", "zero"])):
        case "flip":
            content[place] ^= data.draw(st.integers(1, 255))
        case "cut":
            del content[place:]
        case "add":
            content[place:place] = b"\0" * data.draw(st.sampled_from([1, 64]))
        case "zero":
            content[place:] = bytes(len(content) - place)
    path.write_bytes(content)
    assert raw(cache.read(NOW, "latest")) in (None, raw(COLUMNS))  # bytes between header and arrays mean nothing


@pytest.mark.parametrize("content", [b"", b"x", b"graphmap columns", b"\x80\x04N." * 100, bytes(10_000)])
def test_something_else_is_never_read(cache: ColumnCache, content: bytes) -> None:
    cache.write(NOW, "latest", COLUMNS)
    (cache.folder / "7-00ff.latest.columns").write_bytes(content)
    assert cache.read(NOW, "latest") is None


@pytest.mark.parametrize(
    "arrays",
    [
        [["tail", "|O", 1]],
        [["tail", "<i4", 10**12]],
        [["tail", "<i4", -5]],
        [["tail", "<i4", 1]],
        [["tail", "nonsense", 1]],
        ["tail"],
        None,
        {},
    ],
)
def test_a_header_that_lies_is_not_believed(cache: ColumnCache, arrays: object) -> None:
    """Somebody made a file whose header has the right checksum: no object is made of it, nothing outside is read."""
    cache.write(NOW, "latest", COLUMNS)
    path = cache.folder / "7-00ff.latest.columns"
    content = path.read_bytes()
    magic, length, _ = _START.unpack_from(content)
    end = _START.size + length
    header = json.dumps({**json.loads(content[_START.size : end]), "arrays": arrays}).encode()
    start = _START.pack(magic, len(header), hashlib.sha256(header).digest()) + header
    path.write_bytes(start + _padding(len(start)) + content[end + len(_padding(end)) :])
    assert cache.read(NOW, "latest") is None


# ---- the folder ---------------------------------------------------------------------------------------------------


def test_a_folder_that_cannot_be_written_is_no_error(cache: ColumnCache) -> None:
    cache.folder.write_text("a file in the way")
    cache.write(NOW, "latest", COLUMNS)
    assert cache.read(NOW, "latest") is None
    cache.drop()
    assert cache.folder.read_text() == "a file in the way"


def test_other_states_go_and_the_files_of_others_stay(cache: ColumnCache) -> None:
    cache.write("6-aa", "latest", COLUMNS)
    cache.write("7-ab", "2026-01-01", COLUMNS)
    (cache.folder / "notes.txt").write_text("mine")
    (cache.folder / "6-aa.latest.abc123.part").write_text("left by a process that died")
    cache.write(NOW, "latest", COLUMNS)
    assert files(cache) == ["7-00ff.latest.columns", "notes.txt"]
    cache.drop()
    assert files(cache) == ["notes.txt"]


def test_only_a_few_days_are_kept(cache: ColumnCache) -> None:
    days = [str(date(2026, 1, 1) + timedelta(days=number)) for number in range(7)]
    for number, day in enumerate(days):
        cache.write(NOW, day, COLUMNS)
        os.utime(cache.folder / f"{NOW}.{day}.columns", (number, number))
    assert files(cache) == [f"{NOW}.{day}.columns" for day in days[-4:]]


def test_whoever_may_not_read_the_store_may_not_read_its_columns(cache: ColumnCache, tmp_path: Path) -> None:
    (tmp_path / "x.graphmap").chmod(0o600)
    cache.write(NOW, "latest", COLUMNS)
    assert (cache.folder / "7-00ff.latest.columns").stat().st_mode & 0o777 == 0o600


# ---- with a store -------------------------------------------------------------------------------------------------


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    path = tmp_path / "chain.graphmap"
    with open_store(path) as store:
        load(store, document("x", declares("A", "S"), buys("A", "B")), document("y", buys("B", "C")))
    return path


def cached(path: Path) -> list[Path]:
    folder = path.with_name(path.name + "-columns")
    return sorted(folder.iterdir()) if folder.is_dir() else []


def test_an_unchanged_store_is_read_from_its_columns(filled: Path) -> None:
    with open_store(filled) as store:
        first = columns(store.graph())
    with closing(sqlite3.connect(filled)) as db, db:
        db.execute('DELETE FROM "BUYS_FROM"')  # behind the store's back: it does not look at its rows
    with open_store(filled) as store:
        assert columns(store.graph()) == first
        assert len(store.graph(date(2026, 1, 1)).table("BUYS_FROM")) == 0, "another day is another question"


@pytest.mark.parametrize("again", [False, True])
def test_columns_of_a_graph_are_never_writable(filled: Path, again: bool) -> None:
    with open_store(filled) as store:
        graph = store.graph()
        if again:
            graph = store.graph()
    assert not any(column.flags.writeable for column in graph.to_columns().values())


def test_every_write_makes_the_columns_anew(filled: Path) -> None:
    with open_store(filled) as store:
        store.graph()
        (before,) = cached(filled)
        load(store, document("z", company("Z")))
        assert cached(filled) == [], "nothing outlives what is forgotten"
        assert store.graph().node("Company", "Z") is not None
        assert cached(filled) != [before]
        assert store.forget(document("z").source.id)
        assert cached(filled) == []
        assert store.graph().node("Company", "Z") is None


def test_damaged_columns_are_made_anew(filled: Path) -> None:
    with open_store(filled) as store:
        first = columns(store.graph())
        (file,) = cached(filled)
        content = file.read_bytes()
        file.write_bytes(content[: len(content) // 2])
        assert columns(store.graph()) == first
        assert file.read_bytes() == content


def test_the_columns_of_a_store_that_was_there_before_are_not_taken_for_its_own(filled: Path, tmp_path: Path) -> None:
    """A copy is put back, a store is deleted and begun anew: the counters agree, the contents do not."""
    copy = filled.read_bytes()
    with open_store(filled) as store:
        load(store, document("one", buys("A", "X")))
        assert store.graph().node("Company", "X") is not None
    filled.write_bytes(copy)
    with open_store(filled) as store:
        load(store, document("two", buys("A", "Y")))
        assert store.graph().node("Company", "X") is None
        assert store.graph().node("Company", "Y") is not None
    filled.unlink()
    with open_store(filled) as store:
        load(store, document("x", buys("K", "L")), document("y", buys("L", "M")), document("z", buys("M", "N")))
        assert list(store.graph().ids) == ["K", "L", "M", "N"]


def test_a_store_works_where_columns_cannot_be_written(filled: Path) -> None:
    filled.with_name(filled.name + "-columns").write_text("a file in the way")
    with open_store(filled) as store:
        assert columns(store.graph()) == columns(store.graph())
        load(store, document("z", company("Z")))
        assert store.graph().node("Company", "Z") is not None


def test_without_a_store_file_only_the_owner_may_read_and_the_folder_is_made(tmp_path: Path) -> None:
    cache = ColumnCache(tmp_path / "not" / "there yet", "schema")
    cache.write(NOW, "latest", COLUMNS)
    assert raw(cache.read(NOW, "latest")) == raw(COLUMNS)
    (file,) = cache.folder.iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    cache.drop()
    assert not cache.folder.exists()
