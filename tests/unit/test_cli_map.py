"""The verb ``map``: what it writes, what it says, and what it refuses."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from graphmap import api, maps
from graphmap.cli import draw, main
from tests.files import write_files

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of the six small files."""
    folder = tmp_path_factory.mktemp("loaded")
    with api.open(folder / "chain.graphmap") as work:
        work.load(write_files(folder / "files"), jobs=0)
    return folder / "chain.graphmap"


@pytest.fixture
def run(loaded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs one command in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GRAPHMAP_STORE", str(loaded))
    monkeypatch.setenv("GRAPHMAP_REDACT_KEY", "00" * 32)

    def run_one(*arguments: object) -> tuple[int, str, str]:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        code = ended.value.code
        assert isinstance(code, int)
        return (code, *capsys.readouterr())

    return run_one


def test_the_views_are_those_of_the_maps() -> None:
    assert tuple(maps.VIEWS) == draw.VIEWS


def test_without_options_the_page_is_written(run: Run) -> None:
    code, out, err = run("map")
    assert code == 0
    assert Path("risk.html").read_text("utf-8").startswith("<!doctype html>")
    assert re.search(r"^paths +\S", out, re.MULTILINE), "each view with its finding"
    assert "Written: risk.html" in err
    assert sorted(path.name for path in Path().iterdir()) == ["risk.html"]


def test_json_tells_files_and_findings(run: Run) -> None:
    code, out, _ = run("map", "-o", "a.html", "--json", "--quiet")
    told = json.loads(out)
    views, files = ([row for row in told["rows"] if row["row"] == kind] for kind in ("view", "file"))
    assert (code, files) == (0, [{"row": "file", "file": "a.html", "bytes": Path("a.html").stat().st_size}])
    assert [row["view"] for row in views][:5] == ["paths", "network", "world", "flow", "matrix"]
    assert [row["finding"] for row in views] == told["findings"]
    assert all(told["findings"])


def test_what_is_not_asked_for_is_not_computed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn, draw_one = list[tuple[str, str]](), maps.Map._draw
    monkeypatch.setattr(api.Workspace, "_trajectory", lambda *_: pytest.fail("nobody asks for the trend"))
    monkeypatch.setattr(maps.Map, "_draw", lambda self, *one: drawn.append(one) or draw_one(self, *one))
    code, out, _ = run("map", "--svg", "w.svg", "--view", "world", "--mineral", "tin", "--json", "--quiet")
    assert (code, drawn) == (0, [("world", "tin")])
    view, _ = json.loads(out)["rows"]
    assert view["view"] == "world"
    assert "tin" in view["finding"], "the finding is that of the picture"


def test_the_same_store_gives_the_same_bytes(run: Run) -> None:
    run("map", "-o", "one.html", "--svg", "one.svg")
    run("map", "-o", "other.html", "--svg", "other.svg")
    assert Path("one.html").read_bytes() == Path("other.html").read_bytes()
    assert Path("one.svg").read_bytes() == Path("other.svg").read_bytes()


def test_pictures_without_a_page(run: Run) -> None:
    code, _, _ = run("map", "--view", "world", "--png", "w.png", "--svg", "w.svg", "--pdf", "w.pdf")
    assert code == 0
    assert Path("w.png").read_bytes().startswith(b"\x89PNG")
    assert Path("w.svg").read_text("utf-8").startswith("<svg ")
    assert Path("w.pdf").read_bytes().startswith(b"%PDF")
    assert not Path("risk.html").exists()


def test_a_redacted_page_names_no_company(run: Run, loaded: Path) -> None:
    with api.open(loaded) as work:
        graph = work.graph
        names = {graph.names[node] for node in graph.of_label("Company").tolist()}
        files = {source.file for source in graph.sources}
        drawn = work.map(redact=True)
        held = {site.name for site in drawn.atlas.sites} | {source.file for source in drawn.atlas.graph.sources}
        assert not held & (names | files)
        assert drawn.atlas.layer().value[0] == work.map().atlas.layer().value[0], "figures stay"
    run("map", "--redact", "--svg", "r.svg")
    picture = Path("r.svg").read_text("utf-8")
    assert not [name for name in names if name in picture]


def test_the_neighbourhood_of_a_smelter(run: Run) -> None:
    code, out, _ = run("map", "--around", "CID900001")
    assert code == 0
    assert Path("around.html").read_text("utf-8").startswith("<!doctype html>")
    assert "Around" in out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--around", "CID900001", "--png", "a.png"], "--around is a page of its own"),
        (["--around", "nobody"], "Nothing here is called 'nobody'"),
        (["--from", "CID900001"], "is no company"),
        (["--to", "somewhere"], "no group of smelters called somewhere"),
        (["--mineral", "unobtainium", "--svg", "a.svg"], "There is no mineral called"),
        (["--mineral", "mica", "--svg", "a.svg"], "has no part in the chain of mica"),
        (["--boundaries", "missing.json"], "missing.json"),
    ],
)
def test_what_cannot_be_drawn_is_one_line(run: Run, arguments: list[str], says: str) -> None:
    code, out, err = run("map", "--quiet", *arguments)
    assert (code, out) == (2, "")
    (line,) = err.splitlines()
    assert says in line


def test_a_place_that_cannot_be_written(run: Run) -> None:
    Path("file").touch()
    code, _, err = run("map", "-q", "-o", "file/page.html")
    assert code == 2
    assert "cannot be written" in err
