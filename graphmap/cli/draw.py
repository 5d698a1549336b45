"""The verb ``map``: what was found, as a page to question and as pictures for the board pack."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from graphmap.cli import output
from graphmap.cli.app import MINERAL, Session, verb

if TYPE_CHECKING:
    from graphmap.analysis.case import Case
    from graphmap.maps import Map

VIEWS = ("paths", "network", "world", "flow", "matrix", "trend")
"""As ``maps.VIEWS`` has them; a test compares."""

_FILE = click.Path(dir_okay=False, path_type=Path)


@verb(columns={"": "drawings:COLUMNS"})
@click.option("-o", "--output", "page", type=_FILE, metavar="FILE", help="Where the page goes.  [default: risk.html]")
@click.option("--from", "start", metavar="ID", help="Which company to start from.  [default: the only brand]")
@click.option(
    "--to",
    default="not-accepted",
    show_default=True,
    metavar="GROUP",
    help="Whose paths are drawn: not-accepted, not-on-list, unidentified, unaccepted, high-risk or any.",
)
@click.option(
    "--view", type=click.Choice(VIEWS), help="The view for --png, --svg and --pdf.  [default: paths; --pdf: all]"
)
@MINERAL
@click.option("--png", type=_FILE, metavar="FILE", help="Write a view as a picture, 2,960 pixels wide.")
@click.option("--svg", type=_FILE, metavar="FILE", help="Write a view as a drawing that can be edited.")
@click.option("--pdf", type=_FILE, metavar="FILE", help="Write the views as pages of A4.")
@click.option("--around", metavar="ID", help="The neighbourhood of this company, smelter, mine or country instead.")
@click.option("--redact", is_flag=True, help="Replace names of companies and documents by codes, for outsiders.")
@click.option("--boundaries", type=_FILE, metavar="FILE", help="Draw the boundaries of this GeoJSON file instead.")
@click.option("--open", "open_it", is_flag=True, help="Open the page in your browser.")
def map_(
    session: Session, page: Path | None, start: str | None, to: str, view: str | None, mineral: str | None,
    png: Path | None, svg: Path | None, pdf: Path | None, around: str | None, redact: bool,
    boundaries: Path | None, open_it: bool,
) -> int:  # fmt: skip
    """Draw the chain: one page that opens anywhere.

    The page is one file and needs no network: paths, network, world map, flow, matrix and table, with search, filters
    and every claim with its file, sheet and cell. The title of each view is its finding. Without -o, --png, --svg or
    --pdf the page is written to risk.html.

    The page holds the names of your suppliers; --redact makes one for outsiders. The codes are made with a key that
    stays on this machine, so that the same company has the same code in every map.

    \b
    Examples:
      graphmap map -o risk.html --open
      graphmap map --lens eu-2017-821 --view world --png world.png
      graphmap map --pdf board.pdf --redact
      graphmap map --around CID900001 -o around.html
    """
    if around is not None:
        if png or svg or pdf or start or view or mineral or redact or boundaries:
            raise click.UsageError("--around is a page of its own: only -o and --open go with it.")
        return _around(session, around, page or Path("around.html"), open_it)
    if page is None and not (png or svg or pdf):
        page = Path("risk.html")
    with session.judged() as work, session.busy("Drawing"):
        drawn = work.map(start, to=to, redact=redact, boundaries=boundaries)
        which = "" if mineral is None else work.mineral(mineral)
        written = list(_write(drawn, which, view, page, png, svg, pdf))
        views = () if page or (pdf and not view) else (view or "paths",)
        told = list(drawn.findings(*views, mineral="" if page else which))
        case = work.case
    return _told(session, case, written, told, page if open_it else None)


def _write(
    drawn: Map, mineral: str, view: str | None, page: Path | None, png: Path | None, svg: Path | None, pdf: Path | None
) -> Iterator[Path]:
    from graphmap.export import write_whole

    one = view or "paths"
    if svg:
        yield write_whole(svg, drawn.svg(one, mineral).encode())
    if png:
        yield write_whole(png, drawn.png(one, mineral))
    if pdf:
        yield write_whole(pdf, drawn.pdf(*([view] if view else []), mineral=mineral))
    if page:
        yield drawn.save(page)


def _around(session: Session, around: str, page: Path, open_it: bool) -> int:
    with session.judged() as work, session.busy("Drawing"):
        found = work.around(around)
        found.save(page)
        case = work.case
    return _told(session, case, [page], [("around", found.title)], page if open_it else None)


def _told(
    session: Session, case: Case, written: Sequence[Path], findings: Sequence[tuple[str, str]], opened: Path | None
) -> int:
    from graphmap.results import Basis, drawings, sentences

    found = drawings.drawings(findings, written, Basis.of_case(case), case.notes)
    columns = [output.text("view", "View", keep=True), output.text("finding", "Finding", keep=True)]
    session.show(found, lambda: [output.Table(columns, [row for row in found.rows if row["row"] == "view"])])
    for path in written:
        session.say(sentences.written(str(path), path.stat().st_size))
    if opened is not None:
        click.launch(str(opened))
    return 0


map_.name = "map"
