"""What the docs say is so: commands run, tables and pictures are those of the code, every verb explains itself."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import click
import pytest

from graphmap import schema
from graphmap.cli.app import cli
from tests.conftest import ROOT
from tests.neo4j.server import OwnServer

SERVER = "neo4j://localhost:7687"
PROGRAM = [sys.executable, "-m", "graphmap"]
VERBS: Mapping[str, click.Command] = cli.commands


def run(line: str, folder: Path, width: int = 108) -> str:
    """What a command line writes to stdout on a terminal of this width; it must end well."""
    name, *arguments = shlex.split(line, comments=True)
    assert name == "graphmap", line
    env = os.environ | {"COLUMNS": str(width), "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run([*PROGRAM, *arguments], cwd=folder, capture_output=True, encoding="utf-8", env=env)
    assert done.returncode == 0, f"{line}\n{done.stderr}"
    return done.stdout


def blocks(document: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", (ROOT / document).read_text("utf-8"), re.DOTALL)


def check_part(document: str, name: str, text: str, update: bool) -> None:
    """The part of a document between ``<!-- name: … -->`` and ``<!-- end of name -->`` is this text."""
    path = ROOT / document
    found = re.search(rf"(<!-- {name}: [^\n]*-->\n)(.*?)(<!-- end of {name} -->)", path.read_text("utf-8"), re.DOTALL)
    assert found is not None, f"{document} has no part {name}"
    wanted = f"\n{text.strip()}\n\n"
    if update and found[2] != wanted:
        whole = path.read_text("utf-8")
        path.write_text(whole[: found.start(2)] + wanted + whole[found.end(2) :], "utf-8")
        return
    assert found[2] == wanted, f"{document}: the part {name} is out of date; see CONTRIBUTING.md, Golden files"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A folder in which the demo ran, and what it printed."""
    folder = tmp_path_factory.mktemp("docs")
    return folder, run("graphmap demo", folder)


# ---- tables and pictures --------------------------------------------------------------------------------------


def test_schema_tables(update_golden: bool) -> None:
    nodes = [f"| `{node.label}` | {node.meaning} | {node.id_form} |" for node in schema.NODES.values()]
    edges = []
    for edge in schema.EDGES.values():
        ends = [", ".join(sorted(labels)) for labels in (edge.tails, edge.heads)]
        carried = ", ".join(edge.properties) + (" (private)" if edge.private else "")
        edges.append(f"| `{edge.name}` | {ends[0]} | {ends[1]} | {edge.meaning} | {edge.mineral} | {carried} |")
    lines = ["| node | meaning | id |", "| --- | --- | --- |", *nodes, ""]
    lines += ["| edge | from | to | meaning | names a mineral | properties |", "| --- " * 6 + "|", *edges]
    check_part("CONTRIBUTING.md", "schema", "\n".join(lines), update_golden)


def test_readme_shows_what_the_demo_prints(demo: tuple[Path, str], update_golden: bool) -> None:
    _, printed = demo
    start, end = printed.index("\n\n") + 2, re.search(r"^3\. ", printed, re.MULTILINE)
    assert end is not None
    check_part("README.md", "demo", f"```text\n{printed[start : end.start()].rstrip()}\n```", update_golden)


def test_readme_shows_the_path_map_of_the_demo(demo: tuple[Path, str], update_golden: bool) -> None:
    run("graphmap map --svg paths.svg --store graphmap-demo/chain.graphmap", demo[0])
    drawn, shown = (demo[0] / "paths.svg").read_text("utf-8"), ROOT / ".docs" / "paths.svg"
    if update_golden:
        shown.write_text(drawn, "utf-8")
    assert shown.read_text("utf-8") == drawn, "the picture is out of date; see CONTRIBUTING.md, Golden files"
    assert "](.docs/paths.svg)" in (ROOT / "README.md").read_text("utf-8")


# ---- commands -------------------------------------------------------------------------------------------------


def test_the_commands_of_the_readme_run(demo: tuple[Path, str], tmp_path: Path) -> None:
    (tmp_path / "campaign").symlink_to(demo[0] / "graphmap-demo" / "campaign")
    lines = [line for block in blocks("README.md", "console") for line in block.splitlines()]
    for line in lines:
        if line.startswith("graphmap ") and SERVER not in line:
            assert run(line, tmp_path).strip()
    made = [line.split()[1] for line in lines if line.startswith("make ")]
    assert made == ["demo", "test"]


def test_what_the_readme_does_on_a_server(demo: tuple[Path, str], tmp_path: Path, neo4j_own: OwnServer) -> None:
    (tmp_path / "campaign").symlink_to(demo[0] / "graphmap-demo" / "campaign")
    (tmp_path / "chain.graphmap").symlink_to(demo[0] / "graphmap-demo" / "chain.graphmap")
    lines = [line for block in blocks("README.md", "console") for line in block.splitlines() if SERVER in line]
    commands = [command for line in lines for command in re.findall(r"graphmap [a-z]+ [^#]*", line)]
    assert [command.split()[1] for command in commands] == ["load", "copy", "query"]
    for command in commands:
        assert run(command.replace(SERVER, neo4j_own.url), tmp_path).strip()
    (cypher,) = blocks("README.md", "cypher")
    shown = neo4j_own.run(cypher)
    assert 0 < len(shown) < 50
    assert {"bad", "way"} == shown[0].keys()


def test_the_commands_that_the_demo_ends_with_run(demo: tuple[Path, str]) -> None:
    folder, printed = demo

    def commands(printed: str) -> list[str]:
        return [line.strip() for line in printed.partition("Try next\n")[2].splitlines() if line.strip()]

    assert commands(run("graphmap demo", folder, width=40)) == commands(printed)  # whole, however narrow
    assert len(commands(printed)) == 3
    for command in commands(printed):
        _, *arguments = shlex.split(command)
        assert run(shlex.join(["graphmap", *arguments]), folder).strip()


def test_the_demo_can_be_run_again(demo: tuple[Path, str]) -> None:
    folder, printed = demo
    assert run("graphmap demo", folder) == printed


def test_the_python_of_the_readme_runs(demo: tuple[Path, str], tmp_path: Path) -> None:
    (tmp_path / "campaign").symlink_to(demo[0] / "graphmap-demo" / "campaign")
    (code,) = blocks("README.md", "python")
    checks = (
        '\nassert worst["hops"][0]["receipts"] and len(rating.to_frame()) and rating.findings'
        "\nassert report.detail.documents and report.detail.rejected and network.number_of_edges()\n"
    )
    script = tmp_path / "readme.py"
    script.write_text("if __name__ == '__main__':\n" + re.sub(r"^", "    ", code + checks, flags=re.MULTILINE))
    done = subprocess.run([sys.executable, script], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_loader_of_the_contributing_guide_loads(tmp_path: Path) -> None:
    (code,) = blocks("CONTRIBUTING.md", "python")
    (tmp_path / "parents.py").write_text(code)
    (tmp_path / "groups.csv").write_text("Subsidiary,Held by\nExample Solder,Example Group\nNobody,\n")
    printed = run("graphmap load --with parents.py groups.csv --json", tmp_path)
    assert '"kind": "parents"' in printed
    assert "a row without a name or an owner is not used" in printed
    assert "Example Group" in run("graphmap show Example Solder", tmp_path)


# ---- help -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", VERBS)
def test_help_explains_and_gives_examples_that_fit(name: str) -> None:
    verb = VERBS[name]
    assert verb.help is not None
    first, explanation, *_ = verb.help.split("\n\n")
    assert first.endswith(".")
    assert len(" ".join(first.split())) <= 58, "the first line must fit into the list of verbs"
    assert len(explanation) > 60
    examples = re.findall(r"^ *graphmap (.*)", verb.help.partition("Examples:")[2], re.MULTILINE)
    assert examples or name == "completion"
    known = {option for parameter in verb.params for option in parameter.opts}
    for example in examples:
        used, *words = shlex.split(example.partition(" > ")[0])
        assert used == name
        assert {word for word in words if word.startswith("-")} <= known


def test_help_lists_every_verb_once() -> None:
    with click.Context(cli, info_name="graphmap") as context:
        told = cli.get_help(context)
    assert [line.split()[0] for line in told.partition("Commands:\n")[2].partition("\n\n")[0].splitlines()] == [*VERBS]
    assert "…" not in told.partition("Commands:")[2].partition("Examples:")[0]
