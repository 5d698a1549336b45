"""The questions and their catalogue: what several of them share, and the table in ``queries/README.md``."""

from __future__ import annotations

import re
from itertools import groupby

from graphmap.questions import Question, questions
from tests.conftest import ROOT
from tests.questions.shared import SHARED, parts, written

README = ROOT / "queries" / "README.md"


def cell(text: str) -> str:
    return text.replace("|", "\\|")


def row(one: Question) -> str:
    takes = ", ".join(f"`{parameter.name}`" for parameter in one.parameters if not parameter.follows)
    name = one.name.partition("/")[2]
    return f"| [`{name}`]({one.name}.cypher) | {cell(one.asks)} | {takes} |"


def test_what_questions_share_is_as_it_stands_in_one_place(update_golden: bool) -> None:
    shared, stale = parts(), []
    for path in sorted(SHARED.parent.glob("*/*.cypher")):
        text = path.read_text("utf-8")
        wanted, _ = written(text, shared)
        if update_golden and wanted != text:
            path.write_text(wanted, "utf-8")
        elif wanted != text:
            stale.append(path.name)
    assert stale == [], f"out of date with {SHARED.name}; see queries/README.md, Add a question"


def test_the_table_of_questions(update_golden: bool) -> None:
    lines = []
    for folder, group in groupby(questions(), key=lambda one: one.folder):
        lines += [
            f"### {folder}",
            "",
            "| name | asks | parameters to set |",
            "| --- | --- | --- |",
            *map(row, group),
            "",
        ]
    text = README.read_text("utf-8")
    found = re.search(r"(<!-- questions: [^\n]*-->\n)(.*?)(<!-- end of questions -->)", text, re.DOTALL)
    assert found is not None
    wanted = "\n" + "\n".join(lines) + "\n"
    if update_golden and found[2] != wanted:
        README.write_text(text[: found.start(2)] + wanted + text[found.end(2) :], "utf-8")
        return
    assert found[2] == wanted, "queries/README.md is out of date; see CONTRIBUTING.md, Golden files"
