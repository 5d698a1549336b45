"""The verb ``demo``: the whole job on a sample campaign, from files to findings."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from graphmap import wording
from graphmap.cli import output
from graphmap.cli.app import JOBS, STORE, Session, verb
from graphmap.cli.load import issue_lines, progress_of, rejected_lines
from graphmap.cli.risk import path_blocks, rating_lines
from graphmap.errors import GraphmapError

if TYPE_CHECKING:
    from graphmap.analysis.chokepoints import ChokePoints
    from graphmap.analysis.paths import Paths
    from graphmap.api import Workspace
    from graphmap.ingest import Report

_CAMPAIGN = "campaign"


@verb(store=False, rules=False, form=False)
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
            report = work.load(*documents, jobs=jobs, progress=progress)
        with session.busy("Drawing conclusions"):
            lines = list(_story(work, report, folder / _CAMPAIGN, store))
    session.show(lambda: lines)
    return 0


def _check_free(folder: Path) -> None:
    """The folder must be ours: what is in it and not the demo's own is somebody's work."""
    if folder.is_dir():
        foreign = sorted(name for name in os.listdir(folder) if name != _CAMPAIGN and not name.startswith(STORE))
        if foreign:
            raise GraphmapError(
                f"{folder} holds other things ({foreign[0]}).", "Name another folder: graphmap demo DIR"
            )


def _story(work: Workspace, report: Report, campaign: Path, store: Path) -> Iterator[Any]:
    found, choke = work.paths(k=5), work.chokepoints()
    rating, overall = work.rate(), work.overall()

    yield f"{campaign}: {wording.count_of(len(report.documents), 'document')} read, {report.counts['claims']:,} claims"
    yield ""
    yield output.words(_finding(found, choke, output.Records(rating)), "bold")
    yield ""
    yield output.words("The five worst paths, each step with its share and its receipt", "bold")
    yield ""
    yield from path_blocks(found.paths)
    yield output.words("The direct suppliers, most exposed first", "bold")
    yield from rating_lines(overall[overall["tier"] == 1], 0, overall=True)
    yield ""
    yield from rejected_lines(report)
    yield from issue_lines([(one.file, issue) for one in report.documents for issue in one.issues])
    yield output.words("Try next", "bold")
    smelter = found.paths[0].nodes[-1].id
    for arguments in (["paths", "--to", "high-risk"], ["show", smelter], ["sources", "--issues"]):
        yield output.command(f"  {shlex.join([_program(), *arguments, '--store', str(store)])}")


def _finding(found: Paths, choke: ChokePoints, rating: Sequence[output.Row]) -> str:
    """The main result in a sentence."""
    brand = [row for row in rating if row["company"] == found.source.id]
    direct = [row for row in rating if row["tier"] == 1]
    through = {row["company"] for row in direct if row["not_accepted"]}
    worst = max(brand, key=lambda row: row["exposure"])
    exposure = wording.interval(worst["exposure"], worst["low"], worst["high"])
    smelters = wording.count_of(sum(row["not_accepted"] for row in brand), "smelter")
    companies = wording.count_of(len(choke.cut), "company", "companies")
    return (
        f"{found.source.name} reaches {smelters} that are not accepted, over "
        f"{wording.count_of(found.total, 'path')} through {len(through)} of its "
        f"{len({row['company'] for row in direct})} direct suppliers. It is most exposed in {worst['mineral']}: "
        f"{exposure}. Acting on {companies} would cut every one of these paths: "
        f"{wording.listed([company.name for company in choke.cut])}."
    )


def _program() -> str:
    """How this program is called from here: its name if the shell finds it, else its path."""
    script = Path(sys.argv[0])
    if script.name == "__main__.py":
        script = Path(sys.executable).with_name("graphmap")
    on_path = shutil.which("graphmap")
    if (on_path is not None and Path(on_path).resolve() == script.resolve()) or not script.exists():
        return "graphmap"
    return min(os.path.relpath(script), os.path.abspath(script), key=len)
