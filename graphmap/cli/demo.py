"""The verb ``demo``: the whole job on a sample campaign, from files to findings."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from graphmap.cli import output
from graphmap.cli.app import JOBS, STORE, Session, below, verb
from graphmap.cli.load import issue_lines, progress_of, rejected_lines
from graphmap.cli.risk import path_blocks, rating_lines
from graphmap.errors import GraphmapError

if TYPE_CHECKING:
    from graphmap.analysis.paths import Paths
    from graphmap.api import Workspace
    from graphmap.ingest import Report
    from graphmap.results import Result

_CAMPAIGN = "campaign"


@verb(store=False, rules=False, columns={"": "rating:OVERALL"})
@click.argument(
    "folder", metavar="[DIR]", default=Path("graphmap-demo"), type=click.Path(file_okay=False, path_type=Path)
)
@JOBS
def demo(session: Session, folder: Path, jobs: int | None) -> int:
    """See the whole job on a sample campaign.

    Writes workbooks and lists into DIR/campaign (made-up companies and smelters), loads them into a store in DIR, and
    shows the finding, the worst paths with their receipts, the rating of the direct suppliers and what was doubtful in
    the files. Run it again and nothing changes. DIR is ./graphmap-demo if you do not name one.

    \b
    Examples:
      graphmap demo
      graphmap demo /tmp/look-around
    """
    from graphmap import api
    from graphmap.campaign.sample import write_campaign

    _check_free(folder)
    with session.busy("Writing the sample campaign"):
        documents = write_campaign(folder / _CAMPAIGN)
    store = folder / STORE
    with api.open(store) as work:
        with progress_of(session) as progress:
            report = work.load(*documents, jobs=jobs, progress=progress).detail
        with session.busy("Drawing conclusions"):
            (told, about_direct), paths = _found(work), work.paths(k=5)
            lines = list(_story(told, about_direct, paths, report, folder / _CAMPAIGN, store))
    session.show(told, lambda: lines, foot=False)
    return 0


def _check_free(folder: Path) -> None:
    """The folder must be ours: what is in it and not the demo's own is somebody's work."""
    if folder.is_dir():
        foreign = sorted(name for name in os.listdir(folder) if name != _CAMPAIGN and not name.startswith(STORE))
        if foreign:
            raise GraphmapError(
                f"{folder} holds other things ({foreign[0]}).", "Name another folder: graphmap demo DIR"
            )


def _found(work: Workspace) -> tuple[Result[Any], int]:
    """The rating of the direct suppliers, the main findings of the brand before its own; and how many its own are."""
    from dataclasses import replace

    from graphmap.results import rating

    found, choke, direct = work.paths(k=1).detail, work.chokepoints(), work.overall(tier=1)
    said = rating.headline(found, work.rate().detail)
    return replace(direct, findings=(*said, *choke.findings, *direct.findings)), len(direct.findings)


def _story(
    found: Result[Any], about_direct: int, paths: Result[Paths], report: Report, campaign: Path, store: Path
) -> Iterator[Any]:
    """What the reader sees; the last ``about_direct`` findings are those about the direct suppliers."""
    from graphmap.results import sentences

    yield f"{campaign}: {sentences.read(len(report.documents), report.counts['claims'], 0)}"
    yield ""
    own = len(found.findings) - about_direct
    for finding in found.findings[:own]:
        yield output.words(finding, "bold")
    yield ""
    yield output.words("The five worst paths, each step with its share and its receipt", "bold")
    yield ""
    yield from path_blocks(paths.rows)
    yield output.words("The direct suppliers, most exposed first", "bold")
    yield from found.findings[own:]
    yield ""
    yield from rating_lines(found, 0, overall=True)
    yield from below(found)
    yield ""
    yield from rejected_lines(report)
    yield from issue_lines([(one.file, issue) for one in report.documents for issue in one.issues])
    yield output.words("Try next", "bold")
    smelter = paths.rows[0]["hops"][-1]["head"]
    for arguments in (["paths", "--to", "high-risk"], ["show", smelter], ["sources", "--issues"]):
        yield output.command(f"  {shlex.join([_program(), *arguments, '--store', str(store)])}")


def _program() -> str:
    """How this program is called from here: its name if the shell finds it, else its path."""
    script = Path(sys.argv[0])
    if script.name == "__main__.py":
        script = Path(sys.executable).with_name("graphmap")
    on_path = shutil.which("graphmap")
    if (on_path is not None and Path(on_path).resolve() == script.resolve()) or not script.exists():
        return "graphmap"
    return min(os.path.relpath(script), os.path.abspath(script), key=len)
