"""The verb ``copy`` and the files for an import, on files: what is printed, and how it ends."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from graphmap import api
from graphmap.cli import main
from graphmap.store import open_store
from graphmap.store.transfer import equal
from tests.files import write_files

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a store ``chain.graphmap``."""
    folder = tmp_path_factory.mktemp("loaded")
    with api.open(folder / "chain.graphmap") as work:
        work.load(write_files(folder / "files"), jobs=0)
    return folder


@pytest.fixture
def run(loaded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs one command in an empty folder in which ``chain.graphmap`` links to the store."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GRAPHMAP_STORE", str(loaded / "chain.graphmap"))

    def run_one(*arguments: object) -> tuple[int, str, str]:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        code = ended.value.code
        assert isinstance(code, int)
        return (code, *capsys.readouterr())

    return run_one


def test_a_store_is_copied_and_compared(run: Run, loaded: Path) -> None:
    code, out, err = run("copy", loaded / "chain.graphmap", "copy.graphmap")
    assert (code, err) == (0, "")
    assert " ".join(out.split()).startswith(
        f"copy.graphmap now holds what {loaded / 'chain.graphmap'} holds, to the last byte:"
    )
    with open_store(loaded / "chain.graphmap") as one, open_store("copy.graphmap") as other:
        assert equal(one, other)


def test_json_says_what_was_done(run: Run, loaded: Path) -> None:
    def copied(*options: str) -> dict[str, Any]:
        code, out, _ = run("copy", loaded / "chain.graphmap", "copy.graphmap", "--json", *options)
        assert code == 0
        told = json.loads(out)
        assert (told["basis"]["documents"], told["basis"]["policy"], told["basis"]["lens"]) == (5, "", "")
        (row,) = told["rows"]
        return dict(row)

    first = copied()
    documents, claims = first["documents"], first["claims"]
    assert documents == first["new"] > 0
    assert first == {"from": str(loaded / "chain.graphmap"), "to": "copy.graphmap", "documents": documents,
                     "claims": claims, "new": documents, "removed": []}  # fmt: skip
    assert copied() == {**first, "new": 0}
    with api.open("copy.graphmap") as work:
        Path("more.csv").write_text("company id,name\nX-1,Extra\n", "utf-8")
        work.load("more.csv", jobs=0)
    code, out, err = run("copy", loaded / "chain.graphmap", "copy.graphmap")
    assert (code, out) == (2, "")
    assert "more.csv" in err
    assert err.endswith("Remove them with --mirror, or copy to an empty store.\n")
    assert copied("--mirror") == {**first, "new": 0, "removed": ["more.csv"]}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("none.graphmap", "copy.graphmap"), "There is no store none.graphmap."),
        (("here.graphmap", "here.graphmap"), "FROM and TO are the same store."),
        (("here.graphmap", "./here.graphmap"), "FROM and TO are the same store."),
        (("here.graphmap", "copy.graphmap", "--database", "x"), "Neither of the two is a server"),
        (("here.graphmap", "copy.graphmap"), "There is nothing to copy"),
        (("here.graphmap", "ftp://example.org"), "There is no kind of store called 'ftp'."),
    ],
)
def test_what_cannot_be_copied_is_told_in_one_line(run: Run, arguments: tuple[str, ...], says: str) -> None:
    open_store("here.graphmap").close()
    code, out, err = run("copy", *arguments)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith(f"graphmap: {says}")


def test_files_for_an_import_are_written_into_a_new_folder(run: Run) -> None:
    assert run("export", "--neo4j-import", "import") == (0, "", "Written: import\n")
    assert {"import.sh", "schema.cypher", "Company.csv", "Company.header.csv"} <= {
        path.name for path in Path("import").iterdir()
    }
    code, _, err = run("export", "--neo4j-import", "import")
    assert (code, err) == (2, "graphmap: import is there already and is not an empty folder. Choose another place.\n")
    code, _, err = run("export", "--neo4j-import", "new", "--format", "csv")
    assert code == 2
    assert "exclude each other" in err
