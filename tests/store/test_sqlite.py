"""What is peculiar to a store in a file: what may be found at a path, and what the file and its disk may do."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from graphmap import schema
from graphmap.errors import StoreError
from graphmap.records import Edge, Node
from graphmap.store import open_store
from graphmap.store.sqlite import SqliteStore
from tests.conftest import ROOT
from tests.graphs import buys, company, declares
from tests.store.documents import columns, document, load, long_document
from tests.store.soundness import check_sqlite


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "chain.graphmap"


@pytest.fixture
def filled(path: Path) -> Path:
    with open_store(path) as store:
        load(store, document("x", declares("A", "S"), buys("A", "B", 0.5)))
    return path


def refusal(path: Path | str) -> str:
    """The one line with which a path is refused."""
    with pytest.raises(StoreError) as refused:
        open_store(path).close()
    assert refused.value.cure
    line = str(refused.value)
    assert "\n" not in line
    return line


def read(path: Path) -> None:
    with open_store(path) as store:
        store.sources()
        store.graph()


# ---- what may be found at a path ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [b"company,smelter\nACME,S1\n", b"PK\x03\x04" + bytes(5000), b"SQLite format 3\0 but no more", b"\0" * 100],
    ids=["csv", "zip", "sqlite header", "zeros"],
)
def test_a_file_that_is_no_store_is_refused_and_left_as_it_is(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    assert refusal(path).startswith(f"{path} is not a graphmap store. Give another path")
    assert path.read_bytes() == content
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_the_database_of_another_program_is_refused_and_left_as_it_is(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE node(name)")
    before = path.read_bytes()
    assert "is not a graphmap store" in refusal(path)
    assert path.read_bytes() == before


def test_a_folder_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path) == f"{tmp_path} is a folder, not a graphmap store. Give the path of a file in it."
    assert "is a folder" in refusal("")


def test_a_store_that_is_closed_says_so(tmp_path: Path) -> None:
    with open_store(tmp_path / "chain.graphmap") as store:
        pass
    with pytest.raises(StoreError, match=r"chain\.graphmap is closed\. Do this before its with block ends"):
        store.graph()


def test_a_folder_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    assert "cannot be opened. The folder must exist" in refusal(tmp_path / "no" / "chain.graphmap")


def test_a_path_that_can_name_no_file_is_refused() -> None:
    assert "can be the name of no file" in refusal("chain\0.graphmap")


@pytest.mark.parametrize("url", ["neo5j://localhost", "https://example.org/x.graphmap"])
def test_an_address_of_no_known_kind_is_refused(url: str) -> None:
    assert f"no kind of store called '{url.split(':')[0]}'" in refusal(url)


@pytest.mark.parametrize("name", [":memory:", "a?mode=memory", "a#b %20", "file:x", "-x"])
def test_any_name_is_a_file_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    with open_store(name) as store:
        load(store, document("x", buys("A", "B")))
    assert (tmp_path / name).is_file()
    with open_store(name) as store:
        assert len(store.sources()) == 1


def test_an_empty_file_becomes_a_store(path: Path) -> None:
    path.touch()
    with open_store(path) as store:
        assert store.sources() == []


def test_closing_leaves_one_file_besides_the_columns(filled: Path) -> None:
    with open_store(filled) as store:
        store.graph()
    assert sorted(file.name for file in filled.parent.iterdir()) == ["chain.graphmap", "chain.graphmap-columns"]


# ---- the disk -----------------------------------------------------------------------------------------------------


def test_a_store_that_another_process_is_writing_says_so(filled: Path) -> None:
    with open_store(filled) as other, SqliteStore(filled, wait=0.05) as store:
        assert isinstance(other, SqliteStore)
        other._db.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match=r"is in use by another process\. Try again"):
            load(store, document("y", buys("A", "B")))
        assert len(store.graph().table("BUYS_FROM")) == 1, "reading goes on"
        other._db.execute("ROLLBACK")
        load(store, document("y", buys("A", "B")))
        assert len(store.sources()) == 2


def test_a_full_disk_says_so_and_what_was_loaded_stays(filled: Path) -> None:
    with open_store(filled) as store:
        assert isinstance(store, SqliteStore)
        before = columns(store.graph())
        pages = store._pragma("page_count")
        store._db.execute(f"PRAGMA max_page_count = {pages + 2}")
        with pytest.raises(StoreError, match=r"the disk is full\. Free some space"):
            load(store, long_document(1))
        assert columns(store.graph()) == before
        store._db.execute("PRAGMA max_page_count = 1000000")
        load(store, long_document(1))
        assert len(store.sources()) == 2
    check_sqlite(str(filled))


AS_NOBODY = """
import os, sys
import graphmap.store.sqlite
from graphmap.errors import StoreError
from graphmap.store import open_store
from tests.graphs import buys
from tests.store.documents import document

os.setuid(65534)
try:
    with open_store(sys.argv[1]) as store:
        print(len(store.sources()), len(store.graph().table("BUYS_FROM")))
        store.replace(document("y", buys("A", "B")))
except StoreError as error:
    print(error)
"""


@pytest.fixture
def public() -> Iterator[Path]:
    """A folder that every user may enter (pytest's own are private)."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        yield Path(folder)


def as_nobody(path: Path) -> list[str]:
    """What another user, who owns nothing, gets from a store; root may write everywhere."""
    command = [sys.executable, "-c", AS_NOBODY, str(path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


as_root = pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root can be somebody else")


@as_root
def test_a_file_that_may_not_be_written_can_be_read_and_says_so(public: Path) -> None:
    path = public / "chain.graphmap"
    with open_store(path) as store:
        load(store, document("x", buys("A", "B")))
    path.chmod(0o444)
    shown, said = as_nobody(path)
    assert shown == "1 1"
    assert said.startswith(f"{path} cannot be written. Make the file and its folder writable")
    path.chmod(0o000)
    assert as_nobody(path)[0].startswith(f"{path} cannot be opened.")


@as_root
def test_a_folder_that_may_not_be_written_says_so(public: Path) -> None:
    path = public / "chain.graphmap"
    with open_store(path) as store:
        load(store, document("x", buys("A", "B")))
    path.chmod(0o444)
    public.chmod(0o755)
    (said,) = as_nobody(path)
    assert said.startswith(f"{path} cannot be")
    assert as_nobody(public / "new.graphmap")[0].startswith(f"{public / 'new.graphmap'} cannot be opened.")


def test_a_truncated_store_says_that_it_is_damaged(path: Path) -> None:
    with open_store(path) as store:
        load(store, *map(long_document, range(5)))
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2 // 4096 * 4096])
    with pytest.raises(StoreError, match=r"is damaged\. Restore it from a copy"):
        read(path)


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE source SET facts = '{'",
        "UPDATE meta SET state = 3.5",
        "UPDATE meta SET generation = 'x'",
        "DELETE FROM node WHERE label = 'Smelter'",
        'UPDATE "DECLARES" SET head = 1000000',
        'UPDATE "DECLARES" SET head = -1000000',
        "UPDATE \"DECLARES\" SET mineral = 'unobtainium'",
        "UPDATE \"BUYS_FROM\" SET share = 'much'",
        "UPDATE node SET label = 'Villain'",
        "DELETE FROM meta",
        "UPDATE \"BUYS_FROM\" SET product = CAST(x'ff' AS TEXT)",
        'DROP TABLE "DECLARES"',
    ],
)
def test_a_store_that_somebody_meddled_with_gives_one_line(filled: Path, harm: str) -> None:
    with closing(sqlite3.connect(filled)) as db, db:
        db.execute(harm)
    with pytest.raises(StoreError) as refused:
        read(filled)
    assert str(refused.value).startswith(str(filled))
    assert "\n" not in str(refused.value)


# ---- the schema ---------------------------------------------------------------------------------------------------


def table_of(path: Path, name: str) -> dict[str, str]:
    with closing(sqlite3.connect(path)) as db:
        return {column: kind for _, column, kind, *_ in db.execute(f'PRAGMA table_info("{name}")')}


def test_the_tables_follow_from_the_schema(filled: Path) -> None:
    kinds = {str: "TEXT", float: "REAL"}
    for name, edge in schema.EDGES.items():
        told = {property_: kinds.get(kind, "TEXT") for property_, kind in edge.properties.items()}
        assert list(table_of(filled, name).items())[-len(told) or 99 :] == list(told.items())


def make_older(path: Path) -> None:
    """Take a store back to a schema without OWNED_BY, without reasons of listings and without lithium."""
    with closing(sqlite3.connect(path)) as db, db:
        known = json.loads(db.execute("SELECT schema FROM meta").fetchone()[0])
        del known["edges"]["OWNED_BY"], known["edges"]["LISTED_BY"]["reason"]
        known["minerals"].remove("lithium")
        known["labels"].remove("Risk")
        db.execute("UPDATE meta SET schema = ?", (json.dumps(known),))
        db.execute('DROP TABLE "OWNED_BY"')
        db.execute('ALTER TABLE "LISTED_BY" RENAME TO old')
        kept = [name for _, name, *_ in db.execute("PRAGMA table_info(old)") if name != "reason"]
        names = ", ".join(f'"{name}"' for name in kept)
        db.execute(f'CREATE TABLE "LISTED_BY"({names}, PRIMARY KEY(source, position)) WITHOUT ROWID')
        db.execute(f'INSERT INTO "LISTED_BY" SELECT {names} FROM old')
        db.execute("DROP TABLE old")


def test_an_older_store_gets_what_the_schema_has_gained(path: Path) -> None:
    listed = Edge("LISTED_BY", Node("Region", "CD-NK"), Node("AreaList", "cahra"), "A1", "tin", {"level": "high"})
    old = document("old", listed, buys("A", "B"))
    with open_store(path) as store:
        load(store, old)
        before = columns(store.graph())
    make_older(path)
    with open_store(path) as store:
        assert columns(store.graph()) == before
        owned = Edge("OWNED_BY", company("A"), company("B"), "A1")
        why = listed._replace(properties={"level": "high", "reason": "mines"})
        load(store, document("new", owned, why))
        graph = store.graph()
    assert len(graph.table("OWNED_BY")) == 1
    assert sorted(graph.table("LISTED_BY").text("reason")) == ["", "mines"]
    with open_store(path) as store:
        assert columns(store.graph()) == columns(graph)


@pytest.mark.parametrize(
    "change",
    [
        lambda known: known["edges"]["BUYS_FROM"].update(colour="str"),
        lambda known: known["edges"]["BUYS_FROM"].update(share="str"),
        lambda known: known["edges"].update(HATES={}),
        lambda known: known["minerals"].append("unobtainium"),
        lambda known: known["labels"].append("Villain"),
    ],
    ids=["property gone", "type changed", "edge gone", "mineral gone", "label gone"],
)
def test_a_store_with_what_the_schema_has_lost_is_refused_with_the_cure(filled: Path, change: object) -> None:
    assert callable(change)
    with closing(sqlite3.connect(filled)) as db, db:
        known = json.loads(db.execute("SELECT schema FROM meta").fetchone()[0])
        change(known)
        db.execute("UPDATE meta SET schema = ?", (json.dumps(known),))
    assert refusal(filled).endswith("Load the documents again into a new store.")


def test_a_store_of_another_layout_is_refused_with_the_cure(filled: Path) -> None:
    with closing(sqlite3.connect(filled)) as db:
        db.execute("PRAGMA user_version = 99")
    assert refusal(filled).endswith("another version of graphmap. Load the documents again into a new store.")
