"""The command line on a campaign of six files: what it prints, where, and how it ends."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from graphmap import api, wording
from graphmap.cli import main
from graphmap.cli.app import Session
from graphmap.cli.layout import width_of
from graphmap.cli.load import progress_of
from graphmap.cli.risk import hop_share, path_blocks
from graphmap.graph import Receipt
from tests.files import write_files

PROGRAM = [sys.executable, "-m", "graphmap"]


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Basis, notes, findings and rows: these four and nothing else."""
        told = json.loads(self.out)
        assert list(told) == ["basis", "notes", "findings", "rows"]
        assert list(told["basis"]) == ["as_of", "policy", "lens", "documents", "version"]
        assert all(isinstance(text, str) and text for text in told["notes"] + told["findings"])
        return told

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The rows of the JSON form."""
        rows: list[dict[str, Any]] = self.json["rows"]
        return rows

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
    again = run("load", "files", "--store", tmp_path / "new.graphmap", "--jobs", 0, "--wide")
    assert "CMRT Example Alloys.xlsx, Declaration!D39" in again.out
    assert not any(line.endswith(" ") for line in ran.out.splitlines())

    rows = run("load", "files", "--store", tmp_path / "new.graphmap", "--jobs", 0, "--csv").csv
    by_file = {row["file"]: row for row in rows}
    assert by_file["purchases.csv"]["rows"] == "2"
    assert by_file["broken.xls"]["rejected"].startswith("is an HTML page")
    assert by_file["broken.xls"]["claims"] == ""

    told = run("load", "files", "--store", tmp_path / "new.graphmap", "--jobs", 0, "--json").json
    assert [bool(row["rejected"]) for row in told["rows"]].count(False) == told["basis"]["documents"] == 5
    (broken,) = (row for row in told["rows"] if row["rejected"])
    assert (broken["file"], broken["claims"], broken["issues"]) == ("broken.xls", None, [])
    (solder,) = (row for row in told["rows"] if row["file"] == "CMRT Example Solder.xlsx")
    assert {issue["cell"] for issue in solder["issues"]} >= {"Declaration!D39"}
    assert told["findings"][0].startswith("5 documents read, ")


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
    kinds = ["cmrt", "cmrt", "companies", "purchases", "smelters"]
    shown = run("sources", "--wide").out.splitlines()
    assert [line.split()[-2] for line in shown[3:-1]] == [row["kind"] for row in run("sources", "--json").rows] == kinds
    assert shown[-1] == ran.out.splitlines()[-1] == "5 documents in the store."
    assert {row["date"] for row in run("sources", "--csv").csv} == {"", "2026-05-31", "2026-06-01", "2026-06-30"}
    issues = run("sources", "--issues", "--json").rows
    assert {issue["file"] for issue in issues} == {"CMRT Example Alloys.xlsx", "CMRT Example Solder.xlsx"}
    assert "Declaration!D39" in run("sources", "--issues").out


def test_forgetting(run: Run, tmp_path: Path) -> None:
    store = ("--store", tmp_path / "new.graphmap")
    run("load", "files", "--jobs", 0, *store)
    assert "--yes" in one_line(run("sources", "--forget", "companies.csv", *store).err), "nobody is there to be asked"

    ran = run("sources", "--forget", "companies.csv", "--yes", *store)
    assert (ran.code, ran.err) == (0, "Forgotten: companies.csv (companies, undated)\n")
    ids = [row["id"] for row in run("sources", "--json", *store).rows]
    assert run("sources", "--forget", ids[0][:8], "--yes", *store).code == 0
    assert len(run("sources", "--json", *store).rows) == len(ids) - 1 == 3

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
    assert len(run("sources", "--json", *store).rows) == left


# ---- conclusions ----------------------------------------------------------------------------------------------


def test_rate(run: Run) -> None:
    ran = run("rate")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("Example Solder [S-1] is the most exposed: 47.5 % [5.0–90.0 %] in tin.\n")
    lines = table_of(ran.out)
    assert [line.partition("  ")[0] for line in lines] == [
        "Example Solder [S-1]", "Example Brand [B-1]", "Example Alloys [S-2]",
    ]  # fmt: skip
    assert "47.5 % [5.0–90.0 %]" in lines[0]
    assert "30.5 % [5.0–56.0 %]" in lines[1]
    assert lines[2].split()[4:8] == ["5.0", "%", "0.0", "%"], "no range where nothing is open; nothing is unknown"

    told = run("rate", "--tier", 0, "--json").json
    (row,) = told["rows"]
    assert (row["company"], row["mineral"]) == ("B-1", "tin")
    assert row["exposure"] == pytest.approx(0.305)
    assert row["spend_reaching_not_accepted"] is None, "unknown is null, never 0"
    assert told["findings"] == ["Example Brand [B-1] is the most exposed: 30.5 % [5.0–56.0 %] in tin."]
    assert len(run("rate", "--overall", "--csv").csv) == 3


def load_some(run: Run, folder: Path, *declarations: str) -> tuple[object, ...]:
    """A store with the lists and only these declarations, as options of a verb."""
    store = ("--store", folder / "new.graphmap")
    lists = ("companies.csv", "purchases.csv", "smelters.csv")
    assert run("load", *(f"files/{name}" for name in (*lists, *declarations)), "--jobs", 0, *store).code == 0
    return store


def table_of(shown: str) -> list[str]:
    """The lines of the first table."""
    lines = shown.partition("──\n")[2].partition("\n\n")[0].partition("\nNot shown")[0].splitlines()
    return [line for line in lines if not line.startswith("…")]


def test_every_result_rests_on_something(run: Run) -> None:
    day, policy, lens = "2026-06-30", "default", "us-1502"
    version = metadata.version("graphmap-minerals")
    for verb in JUDGING:
        told = run(*verb, "--json").json
        assert told["basis"] == {
            "as_of": day, "policy": policy, "lens": lens, "documents": 5, "version": version
        }, verb  # fmt: skip
        rows = run(*verb, "--csv").csv
        assert rows, verb
        assert {(row["as_of"], row["policy"], row["lens"]) for row in rows} == {(day, policy, lens)}, verb
        assert list(rows[0])[-3:] == ["as_of", "policy", "lens"], verb
        assert f"As of {day}, policy {policy}, lens {lens}, 5 documents" in " ".join(run(*verb).out.split()), verb
    for verb in (["sources"], ["sources", "--issues"]):
        basis = run(*verb, "--json").json["basis"]
        assert (basis["as_of"], basis["policy"], basis["lens"], basis["documents"]) == ("", "", "", 5)


JUDGING = [
    ["rate"], ["rate", "--overall"], ["paths"], ["chokepoints"], ["concentration"], ["conformance"], ["show", "B-1"],
    ["query", "counts"], ["map", "--svg", "a.svg"],
]  # fmt: skip


def test_no_number_of_a_node_gets_out(run: Run) -> None:
    """Things are ids and names; numbers of nodes change with every load."""

    def keys(value: Any) -> set[str]:
        if isinstance(value, dict):
            return set(value) | {key for item in value.values() for key in keys(item)}
        return {key for item in value for key in keys(item)} if isinstance(value, list) else set()

    for verb in [*JUDGING, ["sources"], ["show", "CID900002"], ["query", "counts", "--explain"]]:
        assert "node" not in keys(run(*verb, "--json").json), verb


@pytest.mark.parametrize("verb", [*JUDGING, ["sources"], ["sources", "--issues"], ["load"], ["copy"], ["export"],
                                  ["demo"], ["show", "CID900002"], ["query"]], ids=" ".join)  # fmt: skip
def test_columns_are_explained(run: Run, verb: list[str], loaded: Path) -> None:
    explained = run(*verb[:1], *verb[1:2] * (verb[0] == "query"), "--columns")
    assert (explained.code, explained.err) == (0, "")
    if verb[0] in ("load", "copy", "export", "demo"):
        return
    for row in run(*verb, "--json").rows:
        for name in row:
            assert re.search(rf"^{name} ", explained.out, re.MULTILINE), name
    for name in run(*verb, "--csv").out.splitlines()[0].split(",")[:-3]:
        assert re.search(rf"^(hops\.)?{name} ", explained.out, re.MULTILINE), name
    assert not re.search(r"^[\w.]+$", explained.out, re.MULTILINE), "each column has a meaning"


def test_rate_says_of_whom_nothing_is_known(run: Run, tmp_path: Path) -> None:
    store = load_some(run, tmp_path, "CMRT Example Solder.xlsx")
    ran = run("rate", "--quiet", *store)
    assert "\nNothing is known of 1 supplier; it could be anywhere from 5 to 100 %.\n" in ran.out
    assert [line.split()[1] for line in table_of(ran.out)] == ["Brand", "Solder"], "they have no rank"
    assert table_of(ran.out.partition("Nothing known of")[2])[0].startswith("Example Alloys [S-2]  tin")
    assert [row["company"] for row in run("rate", "--json", *store).rows] == ["B-1", "S-1", "S-2"]
    assert run("rate", "--csv", *store).csv[-1]["unknown"] == "1.0"


def test_long_tables_are_cut_and_say_so(run: Run) -> None:
    assert "… and 2 more; --top 0 shows all" in run("rate", "--top", 1).out
    assert "more;" not in run("rate", "--top", 0).out


def test_fail_on(run: Run) -> None:
    ran = run("rate", "--tier", 0, "--fail-on", "30%")
    said = "Not passed, because more exposed than 30.0 %: Example Brand [B-1] in tin."
    assert (ran.code, ran.err) == (1, f"{said}\n")
    assert said in run("rate", "--tier", 0, "--fail-on", "30%", "--json").json["findings"]
    assert run("rate", "--tier", 0, "--fail-on", "30%", "--quiet").err == ""
    assert run("rate", "--tier", 0, "--fail-on", "0.31").code == 0
    ran = run("paths", "--fail-on", "0.2")
    assert (ran.code, ran.err) == (1, "Not passed, because of a score above 20.00 %: path 1 (tin, 27.00 %).\n")
    assert run("paths", "--fail-on", "0.3").code == 0
    assert run("conformance", "B-1", "--fail-on", "50%").code == 0
    ran = run("conformance", "B-1", "--fail-on", "51%")
    assert (ran.code, ran.err) == (1, "Not passed, because the rate is below 51.0 %: Example Brand [B-1] in tin.\n")


NOBODY_JUDGES = ("--as-of", "2026-06-29")
"""The day before that of the assurance list."""


def test_what_is_not_judged_does_not_pass(run: Run) -> None:
    why = "because not judged: no assurance list on that date:"
    ran = run("conformance", "--fail-on", "0%", *NOBODY_JUDGES)
    assert ran.code == 1
    assert ran.err.startswith(f"Not passed, {why} Example Brand [B-1] in tin,")
    ran = run("rate", "--fail-on", "100%", *NOBODY_JUDGES)
    assert ran.code == 1
    assert f"Not passed, {why} Example" in ran.err
    assert run("rate", "--overall", "--fail-on", "100%", *NOBODY_JUDGES).code == 1


def test_what_is_unknown_does_not_pass(run: Run, tmp_path: Path) -> None:
    store = load_some(run, tmp_path, "CMRT Example Solder.xlsx")
    ran = run("rate", "--fail-on", "99%", "--quiet", "--json", *store)
    assert ran.code == 1
    assert ran.json["findings"][-1] == "Not passed, because nothing is known: Example Alloys [S-2] in tin."
    ran = run("rate", "--tier", 0, "--fail-on", "60%", *store)
    assert (ran.code, ran.err) == (
        1, "Not passed, because the unknown part can lift the exposure above 60.0 %: Example Brand [B-1] in tin.\n"
    )  # fmt: skip
    assert run("rate", "--tier", 0, "--fail-on", "70%", *store).code == 0, "even all of the unknown does not lift it"
    ran = run("paths", "--fail-on", "39%", *store)
    assert (ran.code, ran.err) == (1, "Not passed, because unknown: tin (40.0 % of the purchases).\n")
    assert run("paths", "--fail-on", "41%", *store).code == 0

    ran = run("rate", "--fail-on", "100%", "--tier", 7)
    assert (ran.code, ran.err) == (1, "Not passed, because nobody is rated: nothing is known.\n")
    ran = run("conformance", "S-1", "--fail-on", "0%", "--mineral", "gold")
    assert (ran.code, ran.err) == (1, "Not passed, because nobody has a rate: nothing is known.\n")
    ran = run("paths", "--fail-on", "99%", "--mineral", "gold")
    assert (ran.code, ran.err) == (1, "Not passed, because unknown: gold (100.0 % of the purchases).\n")
    assert run("paths", "S-1", "--fail-on", "0%", "--mineral", "gold").code == 0, "it says itself that it has none"


def test_a_rate_without_an_assurance_list_is_unknown(run: Run) -> None:
    told = run("conformance", "--json", *NOBODY_JUDGES).json
    said = "Tin is not judged: no assurance list on that date."
    assert told["findings"] == [said]
    for row in told["rows"]:
        assert row["judged"] is False
        assert row["not_judged"] > 0
        for rate in ("rate_by_count", "in_progress_by_count", "mass_low", "mass_high", "in_progress_by_mass"):
            assert row[rate] is None
    shown = run("conformance", *NOBODY_JUDGES).out
    assert said in shown
    assert sum("not judged" in line for line in table_of(shown)) == 3
    assert "0.0 %" not in shown
    assert {row["rate_by_count"] for row in run("conformance", "--csv", *NOBODY_JUDGES).csv} == {""}
    assert said in run("rate", *NOBODY_JUDGES).out


def test_paths_show_shares_and_receipts(run: Run) -> None:
    ran = run("paths")
    assert ran.code == 0
    blocks, _, basis = ran.out.rpartition("\n\n")
    assert blocks == (
        "1. tin   score 27.00 %   not accepted, hazard 0.90\n"
        "            Example Brand [B-1]\n"
        "    60.0 %  Example Solder [S-1]         purchases.csv, A2 (2026-05-31)\n"
        "  ≈ 50.0 %  Bad Example Tin [CID900002]  CMRT Example Solder.xlsx, Smelter\n"
        "                                         List!A6 (2026-06-01)\n"
        "\n"
        "1 path leads from Example Brand to smelters that are not accepted; all shown,\n"
        "riskiest first.\n"
        "Tin: exposure 30.5 %, of which these paths bring 27.0 %."
    )
    assert basis.startswith("As of 2026-06-30, ")
    hops = run("paths", "B-1", "--to", "any", "--csv").csv
    assert [(hop["rank"], hop["hop"]) for hop in hops] == [(str(n), str(m)) for n in (1, 2, 3) for m in (1, 2)]
    assert hops[0]["receipts"] == "purchases.csv, A2 (2026-05-31)"
    (path, *_) = run("paths", "example brand", "--to", "PE", "--by", "hops", "--json").rows
    assert path["hops"][-1]["head_name"] == "Peru"
    assert path["path"].startswith("Example Brand > ")
    assert len(run("paths", "B-1", "--to", "any", "--avoiding", "S-1", "--json").rows) == 1
    assert "stands in" in run("paths", "--to", "PE").out


def test_no_path_is_no_all_clear(run: Run, tmp_path: Path) -> None:
    (finding,) = run("paths", "--to", "unidentified", "--json", *NOBODY_JUDGES).json["findings"]
    said = "No path leads from Example Brand to unidentified smelters; that is no all-clear"
    assert finding == f"{said}: tin: 2 of 2 smelters not judged."
    (finding,) = run("paths", "--to", "any", "--max-hops", 1, "--json").json["findings"]
    assert finding == "No path that passes the filters leads from Example Brand to any smelter."
    (finding,) = run("paths", "S-1", "--mineral", "gold", "--json").json["findings"]
    assert finding == "No path leads from Example Solder to smelters that are not accepted.", "it says it has none"
    silent = ("--store", tmp_path / "silent.graphmap")
    run("load", "files/companies.csv", "files/smelters.csv", "files/CMRT Example Alloys.xlsx", "--jobs", 0, *silent)
    assert run("paths", "B-1", "--fail-on", "100%", *silent).code == 1
    (finding,) = run("paths", "B-1", "--json", *silent).json["findings"]
    assert finding == (
        "No path leads from Example Brand to smelters that are not accepted; that is no all-clear: no document says "
        "what Example Brand buys or declares."
    )
    store = load_some(run, tmp_path, "CMRT Example Alloys.xlsx")
    for verb in ("paths", "chokepoints"):
        (finding,) = run(verb, "--json", *store).json["findings"]
        assert finding.startswith(
            "No path leads from Example Brand to smelters that are not accepted; that is no all-clear: tin: "
        )
        assert re.search(r"clear: tin: \d+\.\d % of the purchases unknown\.$", finding)


def test_areas_that_nobody_judged_are_not_called_safe(run: Run) -> None:
    """Lens ``own`` needs a list of areas that nobody loaded."""
    own = ("--lens", "own")
    told = run("paths", "--json", *own).json
    assert any("areas" in note for note in told["notes"])
    assert [row["high_risk"] for row in told["rows"]] == [None]
    assert {hop["high_risk"] for hop in run("paths", "--csv", *own).csv} == {""}
    assert "areas not judged" in run("paths", *own).out
    assert {hop["high_risk"] for hop in run("paths", "--csv").csv} == {"False"}
    (figure,) = (row for row in run("show", "CID900002", "--json", *own).rows if row["row"] == "figure")
    assert figure["high_risk"] is None
    assert {row["high_risk"] for row in run("show", "CID900002", "--csv", *own).csv if row["row"] == "figure"} == {""}


@pytest.mark.parametrize(
    ("arguments", "header"),
    [
        (["paths", "--max-hops", 1], "rank,mineral,score,hazard,standing,high_risk,hop,tail,tail_name,type,share,"),
        (["rate", "--tier", 7], "company,name,tier,mineral,exposure,low,high,unknown,"),
        (["conformance", "S-1", "--mineral", "gold"], "company,name,mineral,judged,identified,accepted,"),
        (["concentration", "--mineral", "gold"], "company,name,mineral,by,hhi,low,high,band,known,sources,"),
        (["chokepoints", "--mineral", "gold"], "company,name,act,act_for,smelters,mineral,part,"),
    ],
)
def test_without_rows_the_shape_stays(run: Run, arguments: list[object], header: str) -> None:
    (line,) = run(*arguments, "--csv").out.splitlines()
    assert line.startswith(header)
    assert line.endswith(",as_of,policy,lens")
    assert run(*arguments, "--json").rows == []
    assert run(*arguments).code == 0


def test_output_fits_a_terminal_of_another_encoding(loaded: Path) -> None:
    env = os.environ | {"PYTHONIOENCODING": "latin-1", "PYTHONUTF8": "0"}
    for form in ([], ["--json"]):
        ran = subprocess.run([*PROGRAM, "paths", *form], cwd=loaded, env=env, capture_output=True, check=True)
        assert b"Example Solder" in ran.stdout


def test_choke_points(run: Run) -> None:
    ran = run("chokepoints")
    (finding,) = run("chokepoints", "--json").json["findings"]
    assert finding == (
        "Acting on 1 company cuts every known path from Example Brand to smelters that are not accepted: "
        "Example Solder [S-1]."
    )
    assert " ".join(ran.out.split()).startswith(finding)
    (line, *_) = table_of(ran.out)
    assert "here" in line
    assert re.search(r"\d %? of tin", line), "a part of the exposure in one mineral"
    row = run("chokepoints", "B-1", "--csv").csv[0]
    assert (row["company"], row["act"], row["act_for"], row["mineral"]) == ("S-1", "True", "tin", "tin")
    (finding,) = run("chokepoints", "S-1", "--json").json["findings"]
    assert finding == "Example Solder itself brings Bad Example Tin [CID900002] (tin)."


def test_a_cut_names_what_is_unknown(run: Run, tmp_path: Path) -> None:
    store = load_some(run, tmp_path, "CMRT Example Solder.xlsx")
    (finding,) = run("chokepoints", "--json", *store).json["findings"]
    assert "cuts every known path" in finding
    assert finding.endswith("Nobody names the smelters of 40.0 % of tin.")


def test_concentration(run: Run) -> None:
    out = run("concentration").out
    assert out.startswith("Example Brand depends on few most in tin by ")
    assert "\nExample Brand [B-1]\n" in out
    assert "Good Example Tin, 70.0 %" in run("concentration", "--wide").out
    rows = run("concentration", "S-1", "--mineral", "tin", "--json").rows
    assert [(row["by"], row["hhi"]) for row in rows][:2] == [("smelter", 5000.0), ("facility country", 5000.0)]


def test_conformance(run: Run) -> None:
    ran = run("conformance")
    assert ran.out.startswith("1 of 3 companies has every identified smelter accepted.\n")
    assert [re.search(r"\[(...)\]", line)[1] for line in table_of(ran.out)] == ["B-1", "S-1", "S-2"]  # type: ignore[index]
    row = run("conformance", "B-1", "--json").rows[0]
    assert (row["rate_by_count"], row["accepted"], row["identified"]) == (0.5, 1, 2)
    assert (row["mass_low"], row["mass_high"]) == (pytest.approx(0.7), pytest.approx(0.7))


def test_show(run: Run) -> None:
    out = run("show", "bad example").out
    assert out.startswith("Bad Example Tin [CID900002] is a smelter.\n\nTin: not accepted, hazard 0.90; declared by 1 ")
    assert "Each of these names in a declaration as being in its whole upstream chain: Bad Example" in " ".join(
        out.split()
    )
    assert "CMRT Example Solder.xlsx, Smelter" in out
    out = run("show", "Example", "Solder").out
    assert out.startswith("Example Solder [S-1] is a company, a direct supplier.\n")
    assert "exposure 47.5 % [5.0–90.0 %], evidence" in " ".join(out.split())
    rows = run("show", "S-1", "--csv").csv
    assert {row["type"] for row in rows} >= {"DECLARES", "BUYS_FROM", "ANSWERED"}
    told = run("show", "S-1", "--json").json
    thing, *_ = told["rows"]
    assert thing == {"row": "thing", "label": "Company", "id": "S-1", "name": "Example Solder", "tier": 1}
    (figure,) = (row for row in told["rows"] if row["row"] == "figure")
    assert (figure["mineral"], figure["exposure"], figure["not_accepted"]) == ("tin", pytest.approx(0.475), 1)
    claim = next(row for row in told["rows"] if row.get("type") == "BUYS_FROM")
    assert (claim["other"], claim["direction"], claim["properties"]) == ("B-1", "in", {"share": 0.6})
    assert (claim["file"], claim["cell"], claim["date"]) == ("purchases.csv", "A2", "2026-05-31")
    terms = [row for row in run("show", "CID900002", "--json").rows if row["row"] == "term"]
    assert [(term["term"], term["value"], term["explains"]) for term in terms] == [("standing", 0.9, 1.0)]
    assert terms[0]["receipts"][0]["file"] == "smelters.csv"
    ran = run("show", "example")
    assert ran.code == 2
    assert "may mean 5 things" in one_line(ran.err)


def test_notes_stand_below_tables_and_within_json(run: Run, tmp_path: Path) -> None:
    store = ("--store", tmp_path / "new.graphmap")
    run("load", "files/purchases.csv", "files/CMRT Example Solder.xlsx", "--jobs", 0, *store)
    note = "No assurance list is loaded"
    for quiet in ([], ["--quiet"]):
        ran = run("rate", *quiet, *store)
        assert (f"Note: {note}" in ran.out, ran.err) == (True, "")
        ran = run("rate", "--json", *quiet, *store)
        assert any(told.startswith(note) for told in ran.json["notes"])
        assert (f"Note: {note}" in ran.err) is not bool(quiet)
        ran = run("rate", "--csv", *quiet, *store)
        assert note not in ran.out
        assert (f"Note: {note}" in ran.err) is not bool(quiet)


def test_export(run: Run, tmp_path: Path) -> None:
    ran = run("export", tmp_path / "chain.graphml")
    assert (ran.code, ran.out, ran.err) == (0, "", f"Written: {tmp_path / 'chain.graphml'}\n")
    assert "CID900002" in (tmp_path / "chain.graphml").read_text("utf-8")
    assert run("export", tmp_path / "tables", "--quiet").err == ""
    assert sorted(path.name for path in (tmp_path / "tables").iterdir()) == ["edges.csv", "nodes.csv"]


def test_export_and_demo_have_the_same_shape(run: Run, tmp_path: Path) -> None:
    told = run("export", tmp_path / "chain.graphml", "--json", "--quiet").json
    assert told["rows"] == [{"path": str(tmp_path / "chain.graphml"), "format": "graphml"}]
    assert (told["basis"]["policy"], told["basis"]["documents"]) == ("", 5)
    told = run("demo", tmp_path / "demo", "--jobs", 0, "--json", "--quiet").json
    assert {row["tier"] for row in told["rows"]} == {1}
    assert re.match(r"Aurora Sample Devices reaches \d+ smelters that are not accepted, over \d+ ", told["findings"][0])


def test_a_scaled_share_looks_scaled_and_its_receipt_states_the_other() -> None:
    receipt = Receipt("purchases.csv", "A2", "2026-05-31", "purchases", "0f")
    ends = {"tail": "B", "tail_name": "B", "head": "S", "head_name": "S", "type": "BUYS_FROM", "receipts": (receipt,)}
    hop = {**ends, "share": 0.8, "stated": True, "scaled": True, "stated_share": 0.6}
    row = {"rank": 1, "mineral": "tin", "score": 0.5, "hazard": None, "standing": "", "high_risk": None, "hops": [hop]}
    blocks = list(path_blocks([row]))
    lines = "\n".join(str(line) for line in blocks[1].__rich_console__(None, SimpleNamespace(max_width=100)))
    assert "≈ 80.0 %  S  purchases.csv, A2 (2026-05-31); states 60.0 %" in lines
    assert hop_share({**hop, "scaled": False}) == "80.0 %"
    assert hop_share({**hop, "scaled": False, "stated": False}) == "≈ 80.0 %"


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

    monkeypatch.setattr(api.Workspace, "_rated", broken)
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


@pytest.mark.parametrize("verb", [["rate"], ["conformance"], ["sources"], ["show", "S-1"], ["query", "counts"]],
                         ids=" ".join)  # fmt: skip
def test_a_reader_that_stops_early_is_no_error_for_tables_either(loaded: Path, verb: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run([*PROGRAM, *verb], cwd=loaded, stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (128 + 13, "")


@pytest.mark.parametrize("width", [40, 80, 118])
def test_every_verb_fits_the_terminal(run: Run, monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    if width != 80:  # what it is without COLUMNS
        monkeypatch.setenv("COLUMNS", str(width))
    ids = {"B-1", "S-1", "S-2", "CID900001", "CID900002"}
    for verb in [*JUDGING, ["sources"], ["sources", "--issues"]]:
        out = run(*verb).out
        assert max(map(width_of, out.splitlines())) <= width, verb
        for id_ in re.findall(r"\[((?:[BS]-|CID)[^\]\n]*)", out):
            assert id_ in ids, f"{verb}: {id_} is a piece of an id"


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
    told, seen = on_a_terminal(loaded, "load", "files", "--jobs", "0", *store)
    assert told["basis"]["documents"] == 5, "stdout is data and nothing else"
    assert "6/6" in seen
    told, seen = on_a_terminal(loaded, "rate", *store)
    assert len(told["rows"]) == 3
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
