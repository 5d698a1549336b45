"""The command line on a campaign of six files: what it prints, where, and how it ends."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from graphmap import api, wording
from graphmap.cli import main
from graphmap.cli.app import Session
from graphmap.cli.load import progress_of
from tests.files import write_files

PROGRAM = [sys.executable, "-m", "graphmap"]


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def csv(self) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(self.out)))


Run = Callable[..., Ran]


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files in ``files`` and a store that has read them."""
    folder = tmp_path_factory.mktemp("loaded")
    with api.open(folder / "chain.graphmap") as work:
        work.load(write_files(folder / "files"), jobs=0)
    return folder


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], loaded: Path) -> Run:
    """Runs one command in this process, in the loaded folder unless another one is current."""
    monkeypatch.chdir(loaded)
    monkeypatch.delenv("GRAPHMAP_STORE", raising=False)
    monkeypatch.delenv("COLUMNS", raising=False)

    def run_one(*arguments: object) -> Ran:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        code = ended.value.code
        assert isinstance(code, int)
        return Ran(code, *capsys.readouterr())

    return run_one


def one_line(error: str) -> str:
    """The only line on stderr."""
    (line,) = error.splitlines()
    assert line.startswith("graphmap: ")
    return line


# ---- start ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [["--help"], ["rate", "--help"], ["--version"], []])
def test_help_and_version_import_nothing_heavy(arguments: list[str]) -> None:
    # Bounds the work of starting rather than its time, which depends on the machine.
    code = (
        "import sys\n"
        "from graphmap.cli import main\n"
        "try:\n"
        f"    main({arguments!r})\n"
        "except SystemExit as ended:\n"
        "    assert ended.code == 0, ended.code\n"
        "heavy = {'numpy', 'pandas', 'scipy', 'networkx', 'rich', 'rapidfuzz', 'pycountry', 'python_calamine'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
        "assert len(sys.modules) < 300, len(sys.modules)\n"
    )
    env = {name: value for name, value in os.environ.items() if not name.startswith("COV")}  # coverage imports a lot
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL, env=env)


def test_without_a_verb_the_verbs_are_listed(run: Run) -> None:
    ran = run()
    assert ran.code == 0
    assert "chokepoints" in ran.out


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(run: Run, shell: str) -> None:
    assert "_GRAPHMAP_COMPLETE" in run("completion", shell).out


def test_completion_knows_verbs_and_lenses() -> None:
    def complete(words: str) -> list[str]:
        count = len(words.split(" ")) - 1
        asked = {"_GRAPHMAP_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(count)}
        done = subprocess.run(PROGRAM, env=os.environ | asked, capture_output=True, text=True, check=True)
        return [line.partition(",")[2] for line in done.stdout.splitlines()]

    assert complete("graphmap cho") == ["chokepoints"]
    assert complete("graphmap rate --lens eu-2") == ["eu-2017-821"]


# ---- load and sources -----------------------------------------------------------------------------------------


def test_load_tells_what_became_of_each_file(run: Run, tmp_path: Path) -> None:
    ran = run("load", "files", "--store", tmp_path / "new.graphmap", "--jobs", 0)
    assert ran.code == 0
    assert ran.err == ""
    assert "1 file rejected" in ran.out
    assert "broken.xls  is an HTML page, not a workbook." in ran.out
    assert "CMRT Example Alloys.xlsx, Declaration!D39" in ran.out
    assert not any(line.endswith(" ") for line in ran.out.splitlines())

    rows = run("load", "files", "--store", tmp_path / "new.graphmap", "--jobs", 0, "--csv").csv
    by_file = {row["file"]: row for row in rows}
    assert by_file["purchases.csv"]["rows"] == "2"
    assert by_file["broken.xls"]["rejected"].startswith("is an HTML page")
    assert by_file["broken.xls"]["claims"] == ""

    report = run("load", "files", "--store", tmp_path / "new.graphmap", "--jobs", 0, "--json").json
    assert (report["counts"]["documents"], report["counts"]["rejected"]) == (5, 1)


def test_load_fails_on_what_was_asked(run: Run, tmp_path: Path) -> None:
    store = ("--store", tmp_path / "new.graphmap", "--jobs", 0)
    assert run("load", "files/companies.csv", "--fail-on", "warning", *store).code == 0
    assert run("load", "files/CMRT Example Solder.xlsx", "--fail-on", "error", *store).code == 0
    assert run("load", "files/CMRT Example Solder.xlsx", "--fail-on", "warning", *store).code == 1
    assert run("load", "files", "--fail-on", "error", *store).code == 1, "a rejected file is an error"


def test_load_of_nothing_is_an_error(run: Run, tmp_path: Path) -> None:
    ran = run("load", "files/broken.xls", "--store", tmp_path / "new.graphmap")
    assert ran.code == 2
    assert "Nothing was loaded. Every file was rejected." in one_line(ran.err)
    assert "is an HTML page" in ran.out
    assert "'nowhere' does not exist" in one_line(run("load", "nowhere", "--store", tmp_path / "new.graphmap").err)


def test_sources_lists_documents_and_their_issues(run: Run) -> None:
    ran = run("sources")
    assert [line.split()[1] for line in ran.out.splitlines()[2:]] == [
        "cmrt",
        "cmrt",
        "companies",
        "purchases",
        "smelters",
    ]
    assert {row["as_of"] for row in run("sources", "--csv").csv} == {"", "2026-05-31", "2026-06-01", "2026-06-30"}
    issues = run("sources", "--issues", "--json").json
    assert {issue["file"] for issue in issues} == {"CMRT Example Alloys.xlsx", "CMRT Example Solder.xlsx"}
    assert "Declaration!D39" in run("sources", "--issues").out


def test_forgetting(run: Run, tmp_path: Path) -> None:
    store = ("--store", tmp_path / "new.graphmap")
    run("load", "files", "--jobs", 0, *store)
    assert "--yes" in one_line(run("sources", "--forget", "companies.csv", *store).err), "nobody is there to be asked"

    ran = run("sources", "--forget", "companies.csv", "--yes", *store)
    assert (ran.code, ran.err) == (0, "Forgotten: companies.csv (companies, undated)\n")
    ids = [row["id"] for row in run("sources", "--json", *store).json]
    assert run("sources", "--forget", ids[0][:8], "--yes", *store).code == 0
    assert len(run("sources", "--json", *store).json) == len(ids) - 1 == 3

    ran = run("sources", "--forget", "companie.csv", "--yes", *store)
    assert ran.code == 2
    assert "No document in the store is called 'companie.csv'." in one_line(ran.err)


@pytest.mark.parametrize(("answer", "left"), [("y\n", 4), ("n\n", 5)])
def test_forgetting_asks_at_a_terminal(run: Run, tmp_path: Path, answer: str, left: int) -> None:
    store = ["--store", str(tmp_path / "new.graphmap")]
    run("load", "files", "--jobs", 0, *store)
    ours, theirs = pty.openpty()
    os.write(ours, answer.encode())
    forget = [*PROGRAM, "sources", "--forget", "companies.csv", *store]
    done = subprocess.run(forget, stdin=theirs, capture_output=True, text=True)
    os.close(ours)
    os.close(theirs)
    assert (done.returncode, done.stdout) == (0, "")
    assert "Forget companies.csv (companies, undated)" in done.stderr
    assert len(run("sources", "--json", *store).json) == left


# ---- conclusions ----------------------------------------------------------------------------------------------


def test_rate(run: Run) -> None:
    ran = run("rate")
    assert (ran.code, ran.err) == (0, "")
    lines = ran.out.splitlines()[3:]
    assert [line.split("[")[0].strip() for line in lines] == ["Example Solder", "Example Brand", "Example Alloys"]
    assert "47.5 % [5.0–90.0 %]" in lines[0]
    assert "30.5 % [5.0–56.0 %]" in lines[1]
    assert lines[2].split()[5:7] == ["5.0", "%"], "no range where nothing is open"

    (row,) = run("rate", "--tier", 0, "--json").json
    assert (row["company"], row["mineral"]) == ("B-1", "tin")
    assert row["exposure"] == pytest.approx(0.305)
    assert row["spend_reaching_not_accepted"] is None, "unknown is null, never 0"
    assert len(run("rate", "--overall", "--csv").csv) == 3


def test_rate_says_what_is_unknown(run: Run, tmp_path: Path) -> None:
    store = ("--store", tmp_path / "new.graphmap")
    run("load", "files/purchases.csv", "files/CMRT Example Solder.xlsx", "--jobs", 0, *store)
    assert "S-2" in run("rate", "--quiet", *store).out
    (line,) = [line for line in run("rate", "--quiet", *store).out.splitlines() if line.startswith("S-2")]
    assert "unknown, taken as 70.0 %" in line


def test_long_tables_are_cut_and_say_so(run: Run) -> None:
    assert "… and 2 more; --top 0 shows all" in run("rate", "--top", 1).out
    assert "more" not in run("rate", "--top", 0).out


def test_fail_on(run: Run) -> None:
    assert run("rate", "--tier", 0, "--fail-on", "30%").code == 1
    assert run("rate", "--tier", 0, "--fail-on", "0.31").code == 0
    assert run("paths", "--fail-on", "0.2").code == 1
    assert run("paths", "--fail-on", "0.3").code == 0
    assert run("conformance", "B-1", "--fail-on", "50%").code == 0
    assert run("conformance", "B-1", "--fail-on", "51%").code == 1


def test_paths_show_shares_and_receipts(run: Run) -> None:
    ran = run("paths")
    assert ran.code == 0
    assert ran.out == (
        "1. tin   score 27.00 %   not accepted, hazard 0.90\n"
        "            Example Brand [B-1]\n"
        "    60.0 %  Example Solder [S-1]         purchases.csv, A2 (2026-05-31)\n"
        "  ≈ 50.0 %  Bad Example Tin [CID900002]  CMRT Example Solder.xlsx, Smelter List!A6 (2026-06-01)\n"
        "\n"
        "1 path from Example Brand to not-accepted smelters; 1 shown, by risk.\n"
        "tin: exposure 30.5 %, of which these paths bring 27.0 %\n"
    )
    hops = run("paths", "B-1", "--to", "any", "--csv").csv
    assert [hop["rank"] for hop in hops] == ["1", "1", "2", "2", "3", "3"]
    assert hops[0]["receipts"] == "purchases.csv, A2 (2026-05-31)"
    found = run("paths", "example brand", "--to", "PE", "--by", "hops", "--json").json
    assert found["paths"][0]["hops"][-1]["head"]["name"] == "Peru"
    assert run("paths", "B-1", "--to", "any", "--avoiding", "S-1", "--json").json["total"] == 1
    assert "No path leads from" in run("paths", "--to", "any", "--max-hops", 1).out
    assert "stands in" in run("paths", "--to", "PE").out


def test_csv_names_its_columns_even_without_rows(run: Run) -> None:
    assert run("paths", "--max-hops", 1, "--csv").out.startswith("rank,mineral,score,")
    assert run("rate", "--mineral", "gold", "--csv").out.startswith("company,name,tier,mineral,exposure,")


def test_output_fits_a_terminal_of_another_encoding(loaded: Path) -> None:
    env = os.environ | {"PYTHONIOENCODING": "latin-1", "PYTHONUTF8": "0"}
    for form in ([], ["--json"]):
        ran = subprocess.run([*PROGRAM, "paths", *form], cwd=loaded, env=env, capture_output=True, check=True)
        assert b"Example Solder" in ran.stdout


def test_choke_points(run: Run) -> None:
    out = run("chokepoints").out
    assert out.startswith("Acting on 1 company cuts every way from Example Brand to not-accepted smelters:\n")
    assert "act here" in out
    assert run("chokepoints", "B-1", "--csv").csv[0]["act"] == "True"
    out = run("chokepoints", "S-1").out
    assert out.startswith("No other company stands between Example Solder and not-accepted smelters.\n")
    assert "Example Solder itself brings Bad Example Tin [CID900002] (tin)." in out


def test_concentration(run: Run) -> None:
    out = run("concentration").out
    assert out.startswith("Example Brand [B-1]\n")
    assert "Good Example Tin, 70.0 %" in out
    rows = run("concentration", "S-1", "--mineral", "tin", "--json").json
    assert [(row["by"], row["hhi"]) for row in rows][:2] == [("smelter", 5000.0), ("facility country", 5000.0)]


def test_conformance(run: Run) -> None:
    lines = run("conformance").out.splitlines()[2:]
    assert [line.split("[")[1][:3] for line in lines] == ["B-1", "S-1", "S-2"]
    assert "50.0 %   70.0 %" in lines[0]


def test_show(run: Run) -> None:
    out = run("show", "bad example").out
    assert out.startswith("Bad Example Tin [CID900002], smelter\n\ntin: not accepted, hazard 0.90\n")
    assert "declared by 1 company" in out
    assert "Each of these names in a declaration as being in its whole upstream chain: Bad Example Tin" in out
    assert "CMRT Example Solder.xlsx, Smelter List!A6" in out
    out = run("show", "Example", "Solder").out
    assert out.startswith("Example Solder [S-1], company, a direct supplier\n")
    assert "exposure 47.5 % [5.0–90.0 %], evidence" in out
    assert {row["type"] for row in run("show", "S-1", "--csv").csv} >= {"DECLARES", "BUYS_FROM", "ANSWERED"}
    assert run("show", "S-1", "--json").json["about"]["name"] == "Example Solder"
    ran = run("show", "example")
    assert ran.code == 2
    assert "may mean 5 things" in one_line(ran.err)


def test_notes_go_to_stderr(run: Run, tmp_path: Path) -> None:
    store = ("--store", tmp_path / "new.graphmap")
    run("load", "files/purchases.csv", "files/CMRT Example Solder.xlsx", "--jobs", 0, *store)
    ran = run("rate", "--json", *store)
    assert "Note: No assurance list is loaded" in ran.err
    assert ran.json
    assert run("rate", "--json", "--quiet", *store).err == ""


def test_export(run: Run, tmp_path: Path) -> None:
    ran = run("export", tmp_path / "chain.graphml")
    assert (ran.code, ran.out, ran.err) == (0, "", f"Written: {tmp_path / 'chain.graphml'}\n")
    assert "CID900002" in (tmp_path / "chain.graphml").read_text("utf-8")
    assert run("export", tmp_path / "tables", "--quiet").err == ""
    assert sorted(path.name for path in (tmp_path / "tables").iterdir()) == ["edges.csv", "nodes.csv"]


# ---- errors ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["rte"], "No such command 'rte'"),
        (["rate", "--store", "none.graphmap"], "There is no store none.graphmap. Load documents first"),
        (["rate", "--store", "mysql://localhost"], "no kind of store called 'mysql'"),
        (["rate", "--store", "neo4j://me:secret@localhost"], "A user or password stands in the address"),
        (["rate", "--store", "bolt://localhost:port"], "The address of the server cannot be read."),
        (["rate", "--store", "bolt://localhost/graph"], "names more than a server. Name the database with --database"),
        (["rate", "--store", "bolt://"], "names no server."),
        (["rate", "--database", "graph"], "is a file, which has no databases."),
        (["rate", "--mineral", "unobtainium"], "There is no mineral called 'unobtainium'."),
        (["rate", "--as-of", "30.6.2026"], "'30.6.2026' is not a date; write it as 2026-06-30."),
        (["rate", "--fail-on", "200%"], "'200%' is not a share; write it as 0.05 or 5%."),
        (["rate", "--fail-on", "much"], "'much' is not a share; write it as 0.05 or 5%."),
        (["demo", "files/companies.csv/demo"], "Not a directory."),
        (["rate", "--json", "--csv"], "--json and --csv exclude each other."),
        (["rate", "--policy", "mine"], "mine"),
        (["rate", "--lens", "nowhere.toml"], "nowhere.toml"),
        (["paths", "CID900001"], "'CID900001' is no company."),
        (["paths", "B-1", "--to", "nowhere"], "Nothing here is called 'nowhere'."),
        (["show"], "Missing argument"),
        (["export", "files/companies.csv/chain.graphml"], "companies.csv"),
    ],
)
def test_user_errors_are_one_line_and_exit_code_2(run: Run, arguments: list[str], message: str) -> None:
    ran = run(*arguments)
    assert ran.code == 2
    assert ran.out == ""
    assert message in one_line(ran.err)


def test_an_empty_store_says_so(run: Run, tmp_path: Path) -> None:
    with api.open(tmp_path / "empty.graphmap"):
        pass
    assert "holds no documents" in one_line(run("rate", "--store", tmp_path / "empty.graphmap").err)


def test_no_brand_and_several_brands(run: Run, tmp_path: Path) -> None:
    (tmp_path / "companies.csv").write_text("id,name,role\nB-1,One Brand,brand\nB-2,Other Brand,brand\n")
    (tmp_path / "loop.csv").write_text("buyer,seller\nA Company,B Company\nB Company,A Company\n")
    run("load", tmp_path / "companies.csv", "--store", tmp_path / "two.graphmap", "--jobs", 0)
    error = one_line(run("paths", "-q", "--store", tmp_path / "two.graphmap").err)
    assert "There are 2 brands. Name the company to start from: B-1 (One Brand, company); B-2" in error
    run("load", tmp_path / "loop.csv", "--store", tmp_path / "none.graphmap", "--jobs", 0)
    assert one_line(run("paths", "-q", "--store", tmp_path / "none.graphmap").err) == (
        'graphmap: No company is marked as the one you report for. Say which: graphmap load FOLDER --for "Our Company"'
    )
    assert 'which one you report for: graphmap load FOLDER --for "Our Company"' in error
    run("load", "--for", "B-2", "--store", tmp_path / "two.graphmap")
    assert "from Other Brand" in run("paths", "-q", "--store", tmp_path / "two.graphmap").out


def test_whom_one_reports_for_is_told_in_every_form(run: Run, tmp_path: Path) -> None:
    at = ("--store", tmp_path / "for.graphmap")
    (tmp_path / "companies.csv").write_text("id,name,country,role\nB-1,Our Brand,DE,\nB-2,Other,FR,trader\n")
    first = run("load", tmp_path / "companies.csv", "--for", "our brand", *at, "--jobs", 0)
    assert (first.code, "You report for Our Brand [B-1]." in first.out) == (0, True)
    alone = run("load", "--for", "Our Brnd", *at, "--json").json
    assert alone["notes"] == [
        "You report for Our Brnd, no longer for our brand.",
        "No document names 'Our Brnd', so it counts as a company of its own. Nearest: Our Brand [B-1].",
    ]
    told = run("load", "--for", "B-2", *at, "--csv")
    assert (told.csv, "You report for Other [B-2], no longer for Our Brnd." in told.err) == ([], True)
    with api.open(at[1]) as work:
        (kept,) = [one.source for one in work.store.sources() if one.source.kind == "owner"]
    assert (kept.file, kept.counts["claims"], kept.as_of) == ("for B-2", 1, "")
    assert "for B-2" in run("sources", *at).out
    assert "Forgotten: for B-2" in run("sources", "--forget", "for B-2", "--yes", *at).err
    assert "No company is marked" in one_line(run("paths", "-q", *at).err)


@pytest.mark.parametrize("name", ["", "  ", "\u200b\n"])
def test_a_name_without_a_sign_is_nobody(run: Run, tmp_path: Path, name: str) -> None:
    ran = run("load", "--for", name, "--store", tmp_path / "x.graphmap")
    assert (ran.code, "The name after --for is empty." in one_line(ran.err)) == (2, True)


def test_init_writes_the_lists_once(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = run("init", tmp_path / "my lists.xlsx")
    assert (first.code, first.err) == (0, "")
    assert f"graphmap load '{tmp_path}/my lists.xlsx'" in first.out
    again = run("init", tmp_path / "my lists.xlsx")
    assert (again.code, "is there already" in one_line(again.err)) == (2, True)
    assert run("init", tmp_path / "my lists.xlsx", "--force", "-q").code == 0
    monkeypatch.chdir(tmp_path)
    main_file = run("init", "graphmap-lists.xlsx", "-q")
    assert (main_file.code, (tmp_path / "graphmap-lists.xlsx").is_file()) == (0, True)


def test_load_needs_a_file_or_a_company(run: Run) -> None:
    assert "Name the files and folders to load." in one_line(run("load").err)


def test_debug_shows_where_an_error_comes_from(run: Run) -> None:
    assert "Traceback" not in run("paths", "nobody").err
    assert "Traceback" in run("paths", "nobody", "--debug").err


def test_a_fault_of_graphmap_is_told_apart(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("never mind")

    monkeypatch.setattr(api.Workspace, "rate", broken)
    ran = run("rate", "-q")
    assert ran.code == 3
    assert ran.err.startswith("graphmap: a fault of graphmap itself: ZeroDivisionError: never mind\n")
    assert "Traceback" in run("rate", "--debug").err


def test_a_reader_that_stops_early_is_no_error(loaded: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [*PROGRAM, "sources", "--json"], cwd=loaded, stdout=writing, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (128 + 13, "")


# ---- progress -------------------------------------------------------------------------------------------------


def test_an_interrupted_load_says_what_is_stored() -> None:
    def stopped() -> None:
        with progress_of(Session(form="table", quiet=True)) as progress:
            progress(2, 5, "two.xlsx")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt, match="2 of 5 documents are done"):
        stopped()


def test_an_interrupt_ends_in_one_line(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(api.Workspace, "load", interrupted)
    ran = run("load", "files")
    assert ran.code == 128 + 2
    assert ran.err.strip() == "graphmap: stopped. Nothing was read; the same command goes on from here."


def test_progress_is_shown_on_a_terminal_only(loaded: Path, tmp_path: Path) -> None:
    store = ["--json", "--store", str(tmp_path / "new.graphmap")]
    report, seen = on_a_terminal(loaded, "load", "files", "--jobs", "0", *store)
    assert report["counts"]["documents"] == 5, "stdout is data and nothing else"
    assert "6/6" in seen
    rows, seen = on_a_terminal(loaded, "rate", *store)
    assert len(rows) == 3
    assert "Rating companies" in seen


def on_a_terminal(folder: Path, *arguments: str) -> tuple[Any, str]:
    """What a command writes to stdout, as JSON, and what a terminal shows of stderr."""
    ours, theirs = pty.openpty()
    done = subprocess.run([*PROGRAM, *arguments], cwd=folder, stdout=subprocess.PIPE, stderr=theirs, check=True)
    os.close(theirs)
    seen = b"".join(iter(lambda: _read(ours), b"")).decode()
    os.close(ours)
    return json.loads(done.stdout), seen


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # how Linux says that the other side has gone
        return b""


# ---- the demo's folder ----------------------------------------------------------------------------------------


def test_the_demo_leaves_other_peoples_folders_alone(run: Run, tmp_path: Path) -> None:
    (tmp_path / "thesis.doc").write_text("years of work")
    ran = run("demo", tmp_path)
    assert ran.code == 2
    assert "holds other things (thesis.doc)" in one_line(ran.err)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.doc"]


# ---- hostile text ---------------------------------------------------------------------------------------------


@pytest.fixture
def hostile(run: Run, tmp_path: Path) -> Path:
    """A store with a company whose name is a formula, markup and a command to the terminal."""
    name = "\"=cmd|' /C calc'!A0 [bold red]x[/] :smile: \x1b[31m\u202eevil\""
    (tmp_path / "companies.csv").write_text(f"id,name,role\nB-1,{name},brand\n", "utf-8")
    (tmp_path / "purchases.csv").write_text("buyer id,seller id\nB-1,S-1\n", "utf-8")
    store = tmp_path / "new.graphmap"
    run("load", tmp_path, "--store", store, "--jobs", 0)
    return store


def test_names_act_neither_on_the_terminal_nor_on_a_spreadsheet(run: Run, hostile: Path) -> None:
    shown = run("show", "B-1", "-q", "--store", hostile).out
    assert "[bold red]x[/] :smile:" in shown
    assert not set(shown) & {"\x1b", "\u202e"}
    names = {row["other_name"] for row in run("show", "S-1", "--csv", "-q", "--store", hostile).csv}
    assert any(name.startswith("'=cmd|") for name in names)
    assert not any(name.startswith("=") for name in names)


def test_clean() -> None:
    assert wording.clean("a\x1b]0;title\x07b\u202e\u200bc\nd\ud800") == "a]0;titlebcd"
    assert wording.clean("株式会社 Žluťoučký [x]") == "株式会社 Žluťoučký [x]"


def test_numbers_read_well() -> None:
    assert wording.percent(0.0625) == "6.2 %"
    assert wording.percent(0.0) == "0.0 %"
    assert wording.percent(1e-6) == "< 0.1 %", "little is not nothing"
    assert wording.percent(float("nan")) == "unknown"
    assert wording.percent(None) == "unknown"
    assert wording.interval(0.5, 0.25, 1.0) == "50.0 % [25.0–100.0 %]"
    assert wording.interval(0.5, 0.5, 0.5) == "50.0 %"
    assert wording.count_of(1, "company", "companies") == "1 company"
    assert wording.count_of(1200, "company", "companies") == "1,200 companies"
