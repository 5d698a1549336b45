"""The verb ``query``: named questions, and Cypher of the user's own."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from graphmap import wording
from graphmap.cli import app, output
from graphmap.cli.app import Session, verb
from graphmap.errors import GraphmapError, StoreError

if TYPE_CHECKING:
    from rich.table import Table

    from graphmap.questions import Answer, Question

_TABLE = 8
"""Columns that a table of this width can hold; an answer with more of them is shown row by row."""


def _complete(_context: click.Context, _parameter: click.Parameter, begun: str) -> list[str]:
    from graphmap import questions

    return [one.name for one in questions.questions() if one.name.startswith(begun)]


def _pairs(_context: click.Context, _parameter: click.Parameter, given: Sequence[str]) -> dict[str, str]:
    pairs = [one.partition("=") for one in given]
    if wrong := [name for name, sign, _ in pairs if not sign or not name.strip()]:
        raise click.BadParameter(f"{wrong[0]!r} sets nothing; write it as name=value.")
    return {name.strip().removeprefix("$"): value for name, _, value in pairs}


@verb()
@click.argument("name", metavar="[NAME|FILE]", required=False, shell_complete=_complete)
@click.option("--set", "given", metavar="NAME=VALUE", multiple=True, callback=_pairs,
              help="Set a parameter; may be given several times. Lists are a,b or JSON.")  # fmt: skip
@click.option("--explain", is_flag=True, help="Say what the question means, and show its Cypher and parameters.")
@click.option("--write", is_flag=True, help="Let the Cypher in FILE change the database.")
@app.top(50)
def query(
    session: Session, name: str | None, given: dict[str, str], explain: bool, write: bool, top: int
) -> int:  # fmt: skip
    """Ask a named question, or run your own Cypher.

    Without NAME, the questions are listed by worry. Each is a Cypher file whose answer names the file, sheet and cell
    that it rests on; on a store in a file the same rows are computed here. --explain prints a line for Neo4j Browser
    with the parameters filled in for your policy and lens, and the Cypher to paste after it. A FILE that ends in
    .cypher runs on a server, and may only read unless --write is given; its parameters are JSON values, else texts.
    The latest documents are asked; --as-of is the day on which is judged.

    \b
    Examples:
      graphmap query
      graphmap query paths/to-not-accepted --set minerals=gold --set max_hops=5
      graphmap query stale-declarations --csv > stale.csv
      graphmap query shared-bad-smelters --explain --lens eu-2017-821
      graphmap query mine.cypher --set company=B-1 --store neo4j://localhost:7687
    """
    if name is None:
        if given or explain or write:
            raise click.UsageError("Name a question.", click.get_current_context())
        _list(session)
    elif name.endswith(".cypher"):
        if explain:
            raise click.UsageError("--explain is for named questions.", click.get_current_context())
        _show(session, _run_file(session, Path(name), given, write), top)
    elif write:
        raise click.UsageError(
            "--write is for your own Cypher; named questions only read.", click.get_current_context()
        )
    elif explain:
        _explain(session, name, given)
    else:
        _show(session, _ask(session, name, given), top)
    return 0


# ---- asking ---------------------------------------------------------------------------------------------------


def _ask(session: Session, name: str, given: Mapping[str, str]) -> Answer:
    from graphmap import questions

    question = questions.question(name)
    with session.open() as work:
        with session.busy("Reading the store"):
            _check(session, len(work.latest.graph))
            values = questions.fill(question, given, work.latest)
        if not session.quiet:
            for line in work.latest.case.notes:
                output.say(f"Note: {line}")
        with session.busy("Asking"):
            return questions.ask(question, questions.View(work.latest.case, work.store), values)


def _check(session: Session, nodes: int) -> None:
    if not nodes:
        raise StoreError(f"The store {session.store} holds no documents.", "Load some: graphmap load FOLDER")


def _run_file(session: Session, path: Path, given: Mapping[str, str], write: bool) -> Answer:
    from graphmap import questions

    try:
        cypher = path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise GraphmapError(f"{path} is not text in UTF-8.", "Save it as UTF-8.") from None
    with session.open(new=True) as work, session.busy("Asking"):
        return questions.run(work.store, cypher, {name: _json(text) for name, text in given.items()}, write=write)


def _json(text: str) -> Any:
    """What a text means as JSON; else the text."""
    try:
        return json.loads(text)
    except ValueError:
        return text


# ---- showing --------------------------------------------------------------------------------------------------


def _list(session: Session) -> None:
    from graphmap import questions

    known = questions.questions()
    rows = [{"name": one.name, "title": one.title, "question": one.asks} for one in known]

    def lines() -> Iterator[Any]:
        width = max(len(one.name) for one in known)
        for folder, group in groupby(known, key=lambda one: one.folder):
            yield output.words(folder, "bold")
            for one in group:
                yield f"  {one.name:{width}}  {one.title}"
        yield ""
        yield "graphmap query NAME asks; graphmap query NAME --explain says more."

    session.show(lines, rows)


def _explain(session: Session, name: str, given: Mapping[str, str]) -> None:
    from graphmap import questions

    question = questions.question(name)
    with session.open() as work, session.busy("Reading the store"):
        _check(session, len(work.latest.graph))
        values = questions.fill(question, given, work.latest, partly=True)
    parameters = [
        {"parameter": one.name, "type": one.type, "value": _literal(values[one.name]) if one.name in values else None,
         "meaning": one.meaning}
        for one in question.parameters
    ]  # fmt: skip
    columns = [{"column": one.name, "type": one.type, "meaning": one.meaning} for one in question.columns]
    params = f":params {_literal(values)}"
    data = {
        "name": question.name, "title": question.title, "question": question.asks, "parameters": parameters,
        "columns": columns, "cypher": question.statement, "params": params,
    }  # fmt: skip
    session.show(lambda: _explanation(question, parameters, columns, params), parameters, data=data)


def _explanation(
    question: Question, parameters: Sequence[output.Row], columns: Sequence[output.Row], params: str
) -> Iterator[Any]:
    yield output.words(f"{question.title} ({question.name})", "bold")
    yield question.asks
    yield ""
    if parameters:
        yield output.table(
            [output.text("parameter", "Parameter"), output.Column("Value here", _shown_value),
             output.text("meaning", "Meaning")],
            parameters,
        )  # fmt: skip
        yield ""
    yield output.table(
        [output.text("column", "Column"), output.text("type", "Type"), output.text("meaning", "Meaning")], columns
    )
    yield ""
    yield output.words("To paste into Neo4j Browser: first this line, then what follows", "bold")
    yield output.command(params)
    yield ""
    for line in question.statement.splitlines():
        yield output.command(line)


_LONG = 40
"""Characters of a value that the table of parameters shows."""


def _shown_value(row: output.Row) -> str:
    if row["value"] is None:
        return f"needed: --set {row['parameter']}=…"
    value = str(row["value"])
    return value if len(value) <= _LONG else f"{value[:_LONG]}…"


def _literal(value: Any) -> str:
    """A value as Cypher writes it, which is JSON but for the keys of maps."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_literal(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_literal, value)) + "]"
    return json.dumps(value)


def _show(session: Session, answer: Answer, top: int) -> None:
    rows = answer.rows

    def lines() -> Iterator[Any]:
        shown = rows[:top] if top else rows
        columns = list(_columns(answer.columns))
        if len(columns) <= _TABLE and not any(isinstance(value, list) for row in shown for value in row.values()):
            yield output.table(columns, shown)
        else:
            for number, row in enumerate(shown, 1):
                yield _record(number, columns, row)
        left = len(rows) - len(shown)
        yield wording.count_of(len(rows), "row") + (f"; {left:,} more: --top 0 shows all" if left else "")

    session.show(lines, rows, header=answer.columns)


def _columns(names: Sequence[str]) -> Iterator[output.Column]:
    """The columns as a reader wants them: an id and its name in one."""
    for name in names:
        if name.endswith("_name") and name.removesuffix("_name") in names:
            continue
        yield _column(name, with_name=f"{name}_name" in names)


def _column(name: str, *, with_name: bool) -> output.Column:
    heading = name.replace("_", " ")
    if with_name:
        return output.Column(heading, lambda row: _called(row[f"{name}_name"], row[name]))
    return output.Column(heading, lambda row: _cell(row[name]))


def _called(name: Any, id_: Any) -> str:
    return _cell(id_) if name is None or id_ is None else wording.label(str(name), str(id_))


def _cell(value: Any) -> str:
    if wording.is_unknown(value):
        return wording.UNKNOWN
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"
    if isinstance(value, list):
        return "\n".join(_cell(item) for item in value)
    if isinstance(value, Mapping):
        return json.dumps(output.plain(value), ensure_ascii=False)
    return str(value)


def _record(number: int, columns: Sequence[output.Column], row: output.Row) -> Table:
    """One row, a line for each column."""
    from rich.table import Table
    from rich.text import Text

    out = Table.grid(padding=(0, 2))
    out.add_column(no_wrap=True, style="dim")
    out.add_column()
    out.add_row(Text(f"{number}."), Text())
    for column in columns:
        lines = column.cell(row).split("\n")
        for i, line in enumerate(lines):
            out.add_row(Text("" if i else column.heading), Text(wording.clean(line)))
    return out
