"""Verbs that look something up or hand it on: ``show``, ``export``, ``completion``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import get_completion_class

from graphmap import schema, wording
from graphmap.cli import output
from graphmap.cli.app import Session, cli, verb

if TYPE_CHECKING:
    from graphmap.analysis.dossier import Claim, CompanyFigures, Dossier, SmelterFigures


_CLAIMS = 8
"""How many claims of a type the table form shows."""


@verb()
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
    rows = [
        {
            "type": claim.type, "direction": claim.direction, "other": claim.other.id, "other_name": claim.other.name,
            "mineral": claim.mineral, **{f"{part}": getattr(claim.receipt, part) for part in ("file", "row", "as_of")},
            "properties": [f"{name}: {value}" for name, value in claim.properties.items()],
        }
        for claims in found.claims.values()
        for claim in claims
    ]  # fmt: skip
    session.show(lambda: _dossier_lines(found), rows, data=found.to_dict())
    return 0


def _dossier_lines(found: Dossier) -> Iterator[Any]:
    from graphmap.analysis.dossier import CompanyFigures

    about = found.about
    tier = {None: "", 0: ", a brand", 1: ", a direct supplier"}.get(found.tier, f", tier {found.tier}")
    yield output.words(f"{wording.label(about.name, about.id)}, {about.label.lower()}{tier}", "bold")
    for other in found.merged:
        yield f"also known as {wording.label(other.name, other.id)}"
    for figures in found.figures:
        yield ""
        yield from _company_lines(figures) if isinstance(figures, CompanyFigures) else _smelter_lines(figures)
    if found.feeds:
        yield f"feeds {', '.join(wording.label(one.name, one.id) for one in found.feeds)}"
    for edge_type, claims in found.claims.items():
        meaning = schema.EDGES[edge_type].meaning.partition(";")[0]
        for direction, heading in (
            ("out", f"{about.name} {meaning}:"),
            ("in", f"Each of these {meaning}: {about.name}"),
        ):
            said = [claim for claim in claims if claim.direction == direction]
            if said:
                yield ""
                yield output.words(heading, "bold")
                yield output.steps(map(_claim_line, said[:_CLAIMS]))
                if len(said) > _CLAIMS:
                    yield f"… and {len(said) - _CLAIMS:,} more; --json and --csv hold all"


def _company_lines(figures: CompanyFigures) -> Iterator[Any]:
    exposure = wording.interval(figures.exposure, figures.low, figures.high)
    yield f"{figures.mineral}: exposure {exposure}, evidence {figures.evidence}"
    for reason in figures.reasons:
        yield f"    {reason}"
    reached = ", ".join(f"{count} {standing}" for standing, count in figures.reached.items() if count)
    yield (
        f"    buys from {wording.count_of(figures.suppliers, 'supplier')}, declares "
        f"{wording.count_of(figures.declared, 'smelter')}; upstream: {reached or 'no smelter'}"
    )


def _smelter_lines(figures: SmelterFigures) -> Iterator[Any]:
    risk = ", high-risk under the lens" if figures.high_risk else ""
    yield f"{figures.mineral}: {figures.standing}, hazard {figures.hazard:.2f}{risk}"
    yield output.steps(
        (
            f"{term.value:.2f}",
            f"{term.says} ({wording.percent(term.explains)} of the hazard)",
            output.receipts(sorted(term.receipts, key=lambda one: one.as_of, reverse=True)) if term.receipts else "",
        )
        for term in figures.terms
    )
    yield f"    declared by {wording.count_of(len(figures.declared_by), 'company', 'companies')}"


def _claim_line(claim: Claim) -> tuple[str, str, str]:
    told = [
        f"{name.replace('_', ' ')} {wording.percent(value) if name == 'share' and isinstance(value, float) else value}"
        for name, value in claim.properties.items()
        if value not in (claim.other.name, claim.other.id)  # a written name that is the name says nothing new
    ]
    other = "; ".join([wording.label(claim.other.name, claim.other.id), *told])
    return claim.mineral, other, output.receipts([claim.receipt])


@verb(rules=False, form=False)
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
        work.export(path, form=form, private=private)
    if not session.quiet:
        output.say(f"Written: {path}")
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
