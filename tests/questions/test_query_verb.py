"""The verb ``query``: lists, asks, explains, and runs Cypher of the user's own."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from graphmap.cli import main
from graphmap.questions import questions
from graphmap.records import Edge, Node
from graphmap.store import open_store
from tests.chains import assessed
from tests.graphs import buys, company, declares
from tests.neo4j.server import Server
from tests.store.documents import document, load

STORE = "chain.graphmap"
CLAIMS = (
    buys("B", "S", row="A1"), declares("S", "CID900001", row="A2"), declares("S", "CID900002", row="A3"),
    assessed("CID900001", "Non-conformant"), Edge("HAS_ROLE", company("B"), Node("Role", "brand"), "A4"),
    Edge("MAKES", company("B"), Node("Product", "=1+1", "=HYPERLINK(1)"), "A5"),
)  # fmt: skip


class Ran(NamedTuple):
    code: int
    out: str
    err: str


Run = Callable[..., Ran]


def rows(ran: Ran) -> Any:
    """The rows of the JSON form."""
    return json.loads(ran.out)["rows"]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the verb in a folder with a store."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GRAPHMAP_STORE", raising=False)
    monkeypatch.delenv("COLUMNS", raising=False)
    with open_store(STORE) as store:
        load(store, document("x", *CLAIMS, as_of="2026-06-30"))

    def run_one(*arguments: object) -> Ran:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(["query", *map(str, arguments)])
        assert isinstance(ended.value.code, int)
        return Ran(ended.value.code, *capsys.readouterr())

    return run_one


def test_without_a_name_the_questions_are_listed_by_worry(run: Run) -> None:
    code, out, err = run()
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert {line for line in lines if line and not line.startswith((" ", "graphmap"))} == {
        one.folder for one in questions()
    }
    for one in questions():
        assert f"  {one.name}" in out
        assert one.title in out
    assert {row["name"] for row in rows(run("--json"))} == {one.name for one in questions()}
    assert run("--set", "a=b").code == 2


def test_an_answer_reads_as_a_table(run: Run) -> None:
    code, out, err = run("to-not-accepted")
    assert (code, err) == (0, "")
    wide = run("to-not-accepted", "--wide").out
    heads = [" ".join(one.split()) for one in re.split(r"\s{2,}", wide.splitlines()[0])]
    shown = re.split(r"\s{2,}", out.splitlines()[0])
    assert shown == heads[: len(shown)], "the last ones are left out first"
    assert f"\nNot shown for lack of room: {', '.join(heads[len(shown) :])}; --wide shows all\n" in out
    assert max(map(len, out.splitlines())) <= 80
    assert "x.csv, A1 (2026-06-30)" in wide
    for told in (out, wide):
        assert "\n1 row\n" in told
    table = run("counts").out
    assert table.splitlines()[0].split() == ["what", "name", "number"]
    assert "more; --top 0 shows all\n" in run("counts", "--top", 2).out


def test_json_and_csv_hold_all_and_nothing_unknown_is_nought(run: Run) -> None:
    found = rows(run("standing-of-smelters", "--json"))
    assert [(row["smelter"], row["standing"], row["scheme"]) for row in found] == [
        ("CID900001", "not accepted", "RMAP"), ("CID900002", "not on list", None),
    ]  # fmt: skip
    cells = list(csv.DictReader(io.StringIO(run("standing-of-smelters", "--csv").out)))
    assert (cells[1]["scheme"], cells[1]["receipts"]) == ("", "x.csv, A3 (2026-06-30)")
    head = "kind,smelter,smelter_name,scheme,claims,receipts,as_of,policy,lens\n"
    assert run("contradictory-claims", "--csv").out == head
    assert rows(run("contradictory-claims", "--json")) == []


def test_a_formula_in_a_name_does_nothing_in_a_spreadsheet(run: Run) -> None:
    out = run("neighbourhood", "--set", "node=Company:B", "--csv").out
    assert "'=1+1" in out
    assert ",=" not in out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["choke"], "Did you mean paths/choke-points?"),
        (["to-smelter"], "paths/to-smelter needs smelter."),
        (["counts", "--set", "x"], "'x' sets nothing; write it as name=value."),
        (["counts", "--write"], "named questions only read"),
        (["to-not-accepted", "--set", "max_hops=99"], "a whole number from 1 to 8"),
        (["mine.cypher"], "mine.cypher: No such file or directory."),
        (["mine.cypher", "--explain"], "--explain is for named questions."),
        (["counts", "--store", "none.graphmap"], "There is no store none.graphmap."),
    ],
)
def test_what_goes_wrong_is_one_line(run: Run, arguments: list[str], says: str) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert says in err
    assert err.count("\n") == 1


def test_cypher_of_ones_own_needs_a_server(run: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.cypher").write_text("RETURN 1", "utf-8")
    code, _, err = run("mine.cypher")
    assert code == 2
    assert "--store neo4j://HOST" in err
    (tmp_path / "mine.cypher").write_bytes(b"\xff\xfe\xff")
    assert "is not text in UTF-8" in run("mine.cypher").err


def test_an_empty_store_has_nothing_to_ask(run: Run) -> None:
    open_store("empty.graphmap").close()
    for more in ([], ["--explain"]):
        assert "holds no documents" in run("counts", "--store", "empty.graphmap", *more).err


def test_what_the_case_lacks_is_told_beside_the_answer(run: Run) -> None:
    assert "Note: No areas loaded for lens own" in run("counts", "--lens", "own").out
    ran = run("counts", "--lens", "own", "--quiet", "--json")
    assert ran.err == ""
    assert any(note.startswith("No areas loaded for lens own") for note in json.loads(ran.out)["notes"])


def test_an_explanation_can_be_pasted(run: Run) -> None:
    out = run("shared-bad-smelters", "--explain").out
    lines = out.splitlines()
    (params,) = (line for line in lines if line.startswith(":params {"))
    assert 'company: "B"' in params
    assert '{scheme: "RMAP", status: "Non-conformant", name: "RMAP", standing: "not accepted"' in params
    statement = next(one for one in questions() if one.name == "exposure/shared-bad-smelters").statement
    assert out.endswith(statement)
    told, *others = rows(run("shared-bad-smelters", "--explain", "--json"))
    assert told["params"] == params
    assert told["cypher"] == statement
    assert {row["name"] for row in others if row["row"] == "parameter"} >= {"company", "at_least", "statuses"}


def test_an_explanation_says_what_is_needed(run: Run) -> None:
    code, out, _ = run("to-smelter", "--explain")
    assert code == 0
    assert "needed: --set smelter=…" in out
    assert "smelter:" not in next(line for line in out.splitlines() if line.startswith(":params"))


def test_the_day_and_the_policy_change_the_parameters(run: Run, tmp_path: Path) -> None:
    (tmp_path / "my.policy.toml").write_text('date = 2026-01-31\n[standing]\nexpired = "not accepted"\n')
    options = ("--explain", "--json", "--as-of", "2026-07-01", "--policy", "my.policy.toml")
    found = rows(run("to-not-accepted", *options))
    values = {row["name"]: row["value"] for row in found if row["row"] == "parameter"}
    assert (values["day"], values["expired"]) == ('"2026-07-01"', '"not accepted"')


# ---- on a server ----------------------------------------------------------------------------------------------


@pytest.fixture
def url(neo4j_server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A server that holds the same document."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with open_store(neo4j_server.url) as store:
        load(store, document("x", *CLAIMS, as_of="2026-06-30"))
    return neo4j_server.url


def test_both_stores_write_the_same(run: Run, url: str) -> None:
    for name in ("to-not-accepted", "standing-of-smelters", "counts"):
        for form in ("--json", "--csv", "--quiet"):
            assert run(name, form) == run(name, form, "--store", url)
    assert run("to-not-accepted", "--explain") == run("to-not-accepted", "--explain", "--store", url)


def test_cypher_of_ones_own_reads_unless_it_may_write(run: Run, url: str, tmp_path: Path) -> None:
    mine = tmp_path / "mine.cypher"

    def said(text: str, *more: object) -> Any:
        mine.write_text(text, "utf-8")
        code, out, err = run(mine, "--store", url, "--json", *more)
        return json.loads(out)["rows"] if code == 0 else err

    read = "MATCH (n:Smelter {id: $id}) RETURN n.id AS id, $many AS many, date() IS NULL AS never, n"
    (row,) = said(read, "--set", "id=CID900001", "--set", "many=[1, 2]")
    assert (row["id"], row["many"], row["never"]) == ("CID900001", [1, 2], False)
    assert "CID900001" in json.dumps(row["n"])
    assert "graphmap:" in said("CREATE (n:Scratch)")
    assert said("CREATE (n:Scratch)", "--write") == []
    assert said("MATCH (n:Scratch) DELETE n RETURN count(n) AS n", "--write") == [{"n": 1}]
    assert "graphmap:" in said("RETURN $missing")
    assert "graphmap:" in said("NO CYPHER AT ALL")
