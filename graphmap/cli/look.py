"""Verbs that look something up or hand it on: ``show``, ``export``, ``completion``."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import get_completion_class

from graphmap import schema, wording
from graphmap.cli import output
from graphmap.cli.app import Session, cli, verb

if TYPE_CHECKING:
    from graphmap.results import Result


_CLAIMS = 8
"""How many claims of a type the table form shows."""


@verb(columns={"": "profile:COLUMNS"})
@click.argument("id", nargs=-1, required=True)
@click.option("--private", is_flag=True, help="Show personal data (contacts) too.")
def show(session: Session, id: tuple[str, ...], private: bool) -> int:  # noqa: A002 - ID is what the user gives
    """Everything known of one company, smelter or mine.

    ID is its id, its name or a part of its name; if several things are meant, they are listed. Areas have a page too.
    Shown are what follows (standing, hazard and its terms, exposure, evidence) and what the documents say, with file,
    sheet, cell and date.

    \b
    Examples:
      graphmap show CID900001
      graphmap show Acme Metals --json
    """
    with session.judged() as work:
        found = work.show(" ".join(id), private=private)
    session.show(found, lambda: _profile_lines(found))
    return 0


def _profile_lines(found: Result[Any]) -> Iterator[Any]:
    """The thing, what follows for it with the reasons below each sentence, and its claims by type."""
    rows = found.rows
    about, *figures = found.findings
    name = rows[0]["name"]
    yield output.words(about, "bold")
    for row in rows:
        if row["row"] == "same":
            yield f"also known as {wording.label(row['name'], row['id'])}"
    for sentence, figure in zip(figures, (row for row in rows if row["row"] == "figure"), strict=True):
        yield ""
        yield sentence
        for reason in figure.get("reasons", ()):
            yield f"    {reason}"
        terms = [row for row in rows if row["row"] == "term" and row["mineral"] == figure["mineral"]]
        if terms:
            yield output.Steps(map(_term_line, terms))
    if feeds := [wording.label(row["name"], row["id"]) for row in rows if row["row"] == "feeds"]:
        yield f"feeds {', '.join(feeds)}"
    claims = [row for row in rows if row["row"] == "claim"]
    for (edge_type, direction), group in groupby(claims, key=lambda row: (row["type"], row["direction"])):
        meaning = schema.EDGES[edge_type].meaning.partition(";")[0]
        said = list(group)
        yield ""
        yield output.words(f"{name} {meaning}:" if direction == "out" else f"Each of these {meaning}: {name}", "bold")
        yield output.Steps(map(_claim_line, said[:_CLAIMS]))
        if len(said) > _CLAIMS:
            yield f"… and {len(said) - _CLAIMS:,} more; --json and --csv hold all"


def _term_line(term: output.Row) -> tuple[str, str, str]:
    part = wording.percent(term["explains"])
    where = output.receipts(term["receipts"]) if term["receipts"] else ""
    return f"{term['value']:.2f}", f"{term['says']} ({part} of the hazard)", where


def _claim_line(claim: output.Row) -> tuple[str, str, str]:
    told = [
        f"{name.replace('_', ' ')} {wording.percent(value) if name == 'share' and isinstance(value, float) else value}"
        for name, value in claim["properties"].items()
        if value not in (claim["other_name"], claim["other"])  # a written name that is the name says nothing new
    ]
    other = "; ".join([wording.label(claim["other_name"], claim["other"]), *told])
    date = f" ({claim['date']})" if claim["date"] else ""
    return claim["mineral"], other, f"{claim['file']}, {claim['cell']}{date}"


@verb(rules=False, form="json", columns={"": "documents:EXPORTED"})
@click.argument("path", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(["graphml", "csv"]),
    help="GraphML (one file), or CSV (nodes.csv and edges.csv in a folder).  [default: by the ending of PATH]",
)
@click.option(
    "--neo4j-import",
    is_flag=True,
    help="Write the whole store, for neo4j-admin to import into an empty database; PATH is a new folder.",
)
@click.option("--private", is_flag=True, help="Write personal data (contacts) too.")
def export(session: Session, path: Path, form: Any, neo4j_import: bool, private: bool) -> int:
    """Write the graph to a file, for other tools.

    GraphML opens in Gephi, yEd, Cytoscape and networkx; CSV in a spreadsheet. Every claim keeps its file, sheet, cell
    and date. Contacts stay out unless you ask for them.

    For a graph that is too large to load into a Neo4j server document by document, --neo4j-import writes files for
    neo4j-admin, with the command in import.sh. The database is a graphmap store then, superseded documents included.

    \b
    Examples:
      graphmap export chain.graphml
      graphmap export chain/ --format csv
      graphmap export --neo4j-import chain-import/
    """
    if neo4j_import and form:
        raise click.UsageError("--neo4j-import and --format exclude each other.", click.get_current_context())
    form = "neo4j-import" if neo4j_import else form or ("graphml" if path.suffix else "csv")
    with session.open() as work, session.busy("Writing"):
        found = work.export(path, form=form, private=private)
    session.show(found, lambda: ())
    for finding in found.findings:
        session.say(finding)
    return 0


@cli.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script for your shell.

    It completes graphmap's verbs and options. Put its output where your shell reads it at the start of a session.

    \b
    Examples:
      graphmap completion bash > ~/.local/share/bash-completion/completions/graphmap
      graphmap completion fish > ~/.config/fish/completions/graphmap.fish
      eval "$(graphmap completion zsh)"
    """
    kind = get_completion_class(shell)
    assert kind is not None, shell
    click.echo(kind(cli, {}, "graphmap", "_GRAPHMAP_COMPLETE").source())
