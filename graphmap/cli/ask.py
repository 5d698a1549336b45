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
from graphmap.cli.risk import shown
from graphmap.errors import GraphmapError, StoreError

if TYPE_CHECKING:
    from graphmap.questions import Question
    from graphmap.results import Result


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
@click.option("--columns", is_flag=True, help="Say what each column of the answer means.")
@app.top(50)
def query(
    session: Session, name: str | None, given: dict[str, str], explain: bool, write: bool, columns: bool, top: int
) -> int:
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
    if columns:
        _tell_columns(name, explain)
    elif name is None:
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


def _ask(session: Session, name: str, given: Mapping[str, str]) -> Result[None]:
    from graphmap import questions

    questions.question(name)  # a wrong name is told before the store is read
    with session.open() as work:
        with session.busy("Reading the store"):
            _check(session, len(work.latest.graph))
        with session.busy("Asking"):
            return work.query(name, **given)


def _check(session: Session, nodes: int) -> None:
    if not nodes:
        raise StoreError(f"The store {session.store} holds no documents.", "Load some: graphmap load FOLDER")


def _run_file(session: Session, path: Path, given: Mapping[str, str], write: bool) -> Result[None]:
    from graphmap import questions
    from graphmap.results import Basis, answers

    try:
        cypher = path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise GraphmapError(f"{path} is not text in UTF-8.", "Save it as UTF-8.") from None
    with session.open(new=True) as work, session.busy("Asking"):
        found = questions.run(work.store, cypher, {name: _json(text) for name, text in given.items()}, write=write)
        current = sum(stored.current for stored in work.store.sources())
    return answers.answer(found.rows, dict.fromkeys(found.columns, ""), Basis.of_documents(current))


def _json(text: str) -> Any:
    """What a text means as JSON; else the text."""
    try:
        return json.loads(text)
    except ValueError:
        return text


# ---- showing --------------------------------------------------------------------------------------------------


def _tell_columns(name: str | None, explain: bool) -> None:
    from graphmap import questions
    from graphmap.results import answers

    if explain or name is None:
        app.show_columns(answers.EXPLAINED if explain else answers.CATALOGUE)
        return
    unknown = " (may be unknown)"
    columns = questions.question(name).columns
    app.show_columns({one.name: f"{one.type}: {one.meaning}{unknown * one.unknown}" for one in columns})


def _list(session: Session) -> None:
    from graphmap import questions
    from graphmap.results import Basis, answers

    known = questions.questions()
    found = answers.catalogue([(one.name, one.title, one.asks) for one in known], known, Basis.of_documents(0))

    def lines() -> Iterator[Any]:
        for folder, group in groupby(known, key=lambda one: one.folder):
            yield output.words(folder, "bold")
            for one in group:
                yield f"  {one.name}"
                yield f"      {one.title}"
        yield ""
        yield "graphmap query NAME asks; graphmap query NAME --explain says more."

    session.show(found, lines)


def _explain(session: Session, name: str, given: Mapping[str, str]) -> None:
    from graphmap import questions
    from graphmap.results import Basis, answers

    question = questions.question(name)
    with session.open() as work, session.busy("Reading the store"):
        _check(session, len(work.latest.graph))
        values = questions.fill(question, given, work.latest, partly=True)
        case = work.latest.case
    found = answers.explanation(list(_explained(question, values)), Basis.of_case(case), case.notes)
    session.show(found, lambda: _explanation(question, found), foot=False)


def _explained(question: Question, values: Mapping[str, Any]) -> Iterator[output.Row]:
    yield {
        "row": "question", "name": question.name, "title": question.title, "question": question.asks,
        "params": f":params {_literal(values)}", "cypher": question.statement,
    }  # fmt: skip
    for one in question.parameters:
        value = _literal(values[one.name]) if one.name in values else None
        yield {"row": "parameter", "name": one.name, "type": one.type, "value": value, "meaning": one.meaning}
    for column in question.columns:
        yield {"row": "column", "name": column.name, "type": column.type, "meaning": column.meaning}


def _explanation(question: Question, found: Result[None]) -> Iterator[Any]:
    parameters, columns = ([row for row in found.rows if row["row"] == kind] for kind in ("parameter", "column"))
    yield output.words(f"{question.title} ({question.name})", "bold")
    yield question.asks
    yield ""
    meaning = output.text("meaning", "Meaning", keep=True)
    if parameters:
        value = output.Column("Value here", _shown_value, least=24, keep=True)
        yield output.Table([output.text("name", "Parameter"), value, meaning], parameters)
        yield ""
    yield output.Table([output.text("name", "Column"), output.text("type", "Type", keep=True), meaning], columns)
    yield from app.below(found)
    yield ""
    yield output.words("To paste into Neo4j Browser: first this line, then what follows", "bold")
    yield output.command(found.rows[0]["params"])
    yield ""
    for line in question.statement.splitlines():
        yield output.command(line)


_LONG = 40
"""Characters of a value that the table of parameters shows."""


def _shown_value(row: output.Row) -> str:
    if row["value"] is None:
        return f"needed: --set {row['name']}=…"
    value = str(row["value"])
    return value if len(value) <= _LONG else f"{value[:_LONG]}…"


def _literal(value: Any) -> str:
    """A value as Cypher writes it, which is JSON but for the keys of maps."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_literal(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_literal, value)) + "]"
    return json.dumps(value)


def _show(session: Session, found: Result[None], top: int) -> None:
    def lines() -> Iterator[Any]:
        first, left = shown(found.rows, top)
        if found.rows:
            yield output.Table(list(_columns(list(found.columns))), first)
        yield wording.count_of(len(found.rows), "row") + "".join(f"; {line.removeprefix('… and ')}" for line in left)

    session.show(found, lines)


def _columns(names: Sequence[str]) -> Iterator[output.Column]:
    """The columns as a reader wants them: an id and its name in one."""
    for name in names:
        if name.endswith("_name") and name.removesuffix("_name") in names:
            continue
        yield _column(name, with_name=f"{name}_name" in names)


def _column(name: str, *, with_name: bool) -> output.Column:
    heading = name.replace("_", " ")
    if with_name:
        return output.Column(heading, lambda row: _called(row[f"{name}_name"], row[name]), least=22)
    return output.Column(heading, lambda row: wording.shown(row[name]), least=12)


def _called(name: Any, id_: Any) -> str:
    return wording.shown(id_) if name is None or id_ is None else wording.label(str(name), str(id_))
