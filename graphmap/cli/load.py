"""Verbs that change the store or look at what is in it: ``load``, ``sources``."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from graphmap import wording
from graphmap.cli import output
from graphmap.cli.app import JOBS, Session, verb
from graphmap.errors import GraphmapError
from graphmap.records import Issue

if TYPE_CHECKING:
    from graphmap.api import Workspace
    from graphmap.ingest import Report
    from graphmap.store import Stored

SEVERITIES = ("error", "warning", "note")
_SHOWN = 12
"""How many kinds of issues the table form names."""

Progress = Callable[[int, int, str], None]


@verb(rules=False, columns={"": "documents:LOADED"})
@click.argument("path", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--for",
    "owner",
    metavar="COMPANY",
    help="The company that you report for, by name or id. It is kept; companies that declare and that no purchase "
    "list names count as its direct suppliers: assumed, shares unknown.",
)
@JOBS
@click.option(
    "--with",
    "extra",
    multiple=True,
    metavar="FILE.py",
    type=click.Path(exists=True, path_type=Path),
    help="A loader of your own; may be given several times.",
)
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning"]),
    help="Exit with 1 if a file was rejected or an issue is at least this severe.",
)
def load(
    session: Session,
    path: tuple[Path, ...],
    owner: str | None,
    jobs: int | None,
    extra: tuple[Path, ...],
    fail_on: str | None,
) -> int:
    """Read files and folders into the store.

    Every file is recognised by its content, never by its name: declarations (CMRT 6.x), lists of companies, purchases,
    smelters, mines, origins and areas. Loading a file again changes nothing, and a newer declaration of a supplier
    takes the place of the older one. A file that cannot be read is rejected with its reason, and the others go on.
    What is doubtful is listed with file, sheet, cell, value and cure.

    Declarations alone will do for a start: say with --for which company you report for. To say it later, no PATH is
    needed. Given again with another name it takes the place of the former one; "sources --forget" takes it back.

    \b
    Examples:
      graphmap load ~/campaign-2026
      graphmap load ~/declarations --for "Our Company"
      graphmap load suppliers.csv purchases.xlsx --store q3.graphmap --fail-on error
    """
    if not path and owner is None:
        raise click.UsageError("Name the files and folders to load.", click.get_current_context())
    with session.open(new=True) as work, progress_of(session) as progress:
        found = work.load(*path, owner=owner, jobs=jobs, extra=extra, progress=progress)
    report = found.detail
    session.show(found, lambda: report_lines(report))
    if path and not report.documents:
        reason = "Every file was rejected." if report.rejected else "There is no file to read in there."
        raise GraphmapError(f"Nothing was loaded. {reason}", "The reasons stand above." if report.rejected else "")
    return int(fails(report, fail_on))


@verb(rules=False, columns={"": "documents:STORED", "--issues": "documents:ISSUES"})
@click.option(
    "--forget",
    metavar="ID",
    help="Remove a document: its id, the beginning of its id, or its file name (then all that the file holds).",
)
@click.option("--issues", is_flag=True, help="List what is doubtful in the documents, each with file and cell.")
@click.option("--yes", is_flag=True, help="Forget without asking.")
def sources(session: Session, forget: str | None, issues: bool, yes: bool) -> int:
    """List the documents in the store, or forget one.

    Shows each document with its kind, the date it speaks for, how many claims it makes and what was doubtful in it. Of
    several declarations of one supplier only the latest counts; the older ones stay and say so. To forget a document
    removes it and everything that only it says.

    \b
    Examples:
      graphmap sources
      graphmap sources --issues --csv > issues.csv
      graphmap sources --forget "CMRT Acme.xlsx"
    """
    with session.open() as work:
        if forget is not None:
            _forget(session, work, forget, ask=not yes)
            return 0
        found = work.sources(issues=issues)
    if issues:
        columns = [
            output.text("severity", "", keep=True),
            output.Column("Where", lambda row: _joined(row["file"], row["cell"]), least=20, keep=True),
            output.Column("What and cure", _what, least=30, keep=True),
        ]
    else:
        columns = [
            output.Column("Id", lambda row: row["id"][:10], keep=True),
            output.text("file", "File", least=24, keep=True),
            output.Column("Date", lambda row: row["date"] or "undated"),
            output.Column("Superseded\nby", lambda row: row["superseded_by"][:10]),
            _doubts(),
            output.text("kind", "Kind"),
            output.number("claims", "Claims"),
        ]
    session.show(found, lambda: [output.Table(columns, found.rows), *found.findings])
    return 0


def _forget(session: Session, work: Workspace, named: str, *, ask: bool) -> None:
    found = work.file(named)
    about = f"{found[0].source.file} ({_told_of(found)})"
    if ask:
        if not sys.stdin.isatty():
            raise GraphmapError("Forgetting asks first, and there is nobody here to answer.", "Add --yes.")
        if not click.confirm(f"Forget {wording.clean(about)} and all that only it says?", err=True):
            return
    work.forget(named)
    if not session.quiet:
        output.say(f"Forgotten: {about}")


def _told_of(found: Sequence[Stored]) -> str:
    return "; ".join(f"{one.source.kind}, {one.source.as_of or 'undated'}" for one in found)


# ---- progress -------------------------------------------------------------------------------------------------


@contextmanager
def progress_of(session: Session, what: str = "Reading") -> Iterator[Progress]:
    """A bar on stderr, on a terminal only; and, if the user stops the run, a word on what is stored already."""
    done = total = 0

    def count(now: int, of: int, _file: str) -> None:
        nonlocal done, total
        done, total = now, of

    try:
        if session.quiet or not sys.stderr.isatty():
            yield count
        else:
            with _bar(what) as tell:

                def both(now: int, of: int, file: str) -> None:
                    count(now, of, file)
                    tell(now, of, file)

                yield both
    except KeyboardInterrupt:
        kept = (
            f"{done} of {total} documents are done and what was read of them is stored" if total else "Nothing was read"
        )
        raise KeyboardInterrupt(f"{kept}; the same command goes on from here.") from None


@contextmanager
def _bar(what: str) -> Iterator[Progress]:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    # The name of a file is data: it must not be parsed as markup.
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
               TextColumn("{task.description}", markup=False))  # fmt: skip
    with Progress(*columns, console=output.console(sys.stderr), transient=True) as progress:
        task = progress.add_task("", total=None)
        yield lambda now, of, file: progress.update(task, completed=now, total=of, description=wording.clean(file))


# ---- what a load found ----------------------------------------------------------------------------------------


def fails(report: Report, fail_on: str | None) -> bool:
    """Whether a report holds anything at least as severe as ``fail_on``; a rejected file is an error."""
    if fail_on is None:
        return False
    bad = SEVERITIES[: SEVERITIES.index(fail_on) + 1]
    return bool(report.rejected) or any(issue.severity in bad for one in report.documents for issue in one.issues)


def report_lines(report: Report) -> Iterator[Any]:
    """What a reader sees of a report: rejected files, issues in groups, and what was loaded by kind."""
    yield from rejected_lines(report)
    yield from issue_lines([(one.file, issue) for one in report.documents for issue in one.issues])
    if report.documents or not report.notes:
        yield from _kind_lines(report)


def _kind_lines(report: Report) -> Iterator[Any]:
    kinds: dict[str, dict[str, Any]] = {}
    for one in report.documents:
        row = kinds.setdefault(
            one.kind, {"kind": one.kind, "documents": 0, "rows": 0, "claims": 0, "issues": Counter()}
        )
        row["documents"] += 1
        row["rows"] += one.counts.get("rows", 0)
        row["claims"] += one.counts.get("claims", 0)
        row["issues"].update(issue.severity for issue in one.issues)
    rows = [{**row, **_severities(row["issues"])} for row in kinds.values()]
    yield output.Table(
        [
            output.text("kind", "Loaded"),
            output.number("documents", "Documents"),
            output.number("rows", "Rows read"),
            output.number("claims", "Claims"),
            _doubts(),
        ],
        rows,
    )


def rejected_lines(report: Report) -> Iterator[Any]:
    """The files that were not what they claim to be, each with its reason and cure."""
    from graphmap.results.documents import reason

    if report.rejected:
        yield output.words(
            f"{wording.count_of(len(report.rejected), 'file')} rejected, nothing of them is stored", "bold"
        )
        rows = [{"file": one.file, "reason": reason(one)} for one in report.rejected]
        columns = [output.text("file", "File"), output.text("reason", "Reason and cure", keep=True)]
        yield output.Table(columns, rows)
        yield ""


def issue_lines(found: Sequence[tuple[str, Issue]], *, at_most: int = _SHOWN) -> Iterator[Any]:
    """Issues of the same kind as one line with an example; the most severe and most frequent first."""
    from graphmap.results import sentences
    from graphmap.results.documents import tally, worst_first

    groups: dict[tuple[str, str], list[tuple[str, Issue]]] = {}
    for file, issue in worst_first(found):
        groups.setdefault((issue.severity, issue.message), []).append((file, issue))
    if not groups:
        return
    ordered = sorted(groups.items(), key=lambda item: (SEVERITIES.index(item[0][0]), -len(item[1]), item[0][1]))
    rows = [
        {"severity": severity, "count": len(group), "message": message, "example": _example(*group[0])}
        for (severity, message), group in ordered[:at_most]
    ]
    yield output.words(sentences.issues(tally(issue for _, issue in found)), "bold")
    yield output.Table(
        [
            output.text("severity", ""),
            output.number("count", "Times"),
            output.text("message", "What", least=24, keep=True),
            output.text("example", "For example", least=24, keep=True),
        ],
        rows,
    )
    if len(ordered) > at_most:
        yield f"… and {wording.count_of(len(ordered) - at_most, 'kind')} more: graphmap sources --issues"
    yield ""


def _example(file: str, issue: Issue) -> str:
    value = f": “{issue.value}”" if issue.value else ""
    return f"{_joined(file, issue.row)}{value}" + (f". {issue.cure}" if issue.cure else "")


def _joined(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


def _what(row: output.Row) -> str:
    """An issue in words: what is doubtful, what stands there, and what helps."""
    value = f": “{row['value']}”" if row["value"] else ""
    return f"{row['message']}{value}" + (f". {row['cure']}" if row["cure"] else "")


def _severities(counted: Mapping[Any, int]) -> dict[str, int]:
    return {f"{severity}s": counted.get(severity, 0) for severity in SEVERITIES}


def _told(tally: Mapping[str, int]) -> str:
    return ", ".join(wording.count_of(count, name[:-1]) for name, count in tally.items() if count)


def _doubts() -> output.Column:
    return output.Column("Issues", lambda row: _told({f"{one}s": row[f"{one}s"] for one in SEVERITIES}))
