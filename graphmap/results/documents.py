"""What verbs that handle documents give back: ``load``, ``sources``, ``copy``, ``export``. Nothing is judged here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graphmap.results import Basis, Nested, Result, Row, sentences

if TYPE_CHECKING:
    from graphmap.ingest import Rejected, Report
    from graphmap.records import Issue
    from graphmap.store import Stored
    from graphmap.store.transfer import Copied

SEVERITIES = ("error", "warning", "note")
"""How severe an issue can be, worst first."""

_TALLIES = {
    "errors": "cells or rows that are not used",
    "warnings": "doubtful, but used",
    "notes": "used, worth knowing",
}
_COUNTS = {
    "rows": "rows read",
    "used": "rows that became claims",
    "unused": "rows that did not; an issue says why",
    "claims": "what the document claims",
}

LOADED: Mapping[str, str] = {
    "file": "name of the file",
    "path": "where it was found",
    "kind": "kind of document; unknown if it was rejected",
    "title": "what it calls itself",
    "date": "the date that it speaks for",
    **_COUNTS,
    **_TALLIES,
    "superseded_by": "the file of the same series that counts instead",
    "same_as": "the file of this load with the same content, which was counted",
    "rejected": "why nothing of it is stored, and what helps",
    "issues": "what is doubtful, each with its place, value and cure",
}
"""The columns of ``load``."""

STORED: Mapping[str, str] = {
    "id": "id of the document, made from its content",
    "kind": "kind of document",
    "title": "what it calls itself",
    "file": "name of the file",
    "date": "the date that it speaks for",
    **_COUNTS,
    **_TALLIES,
    "current": "whether it counts at present",
    "superseded_by": "id of the document of the same series that counts instead",
}
"""The columns of ``sources``."""

ISSUES: Mapping[str, str] = {
    "file": "name of the file",
    "severity": "error: not used; warning: doubtful, but used; note: used, worth knowing",
    "cell": "the place in the file",
    "message": "what is doubtful",
    "value": "what stands there",
    "cure": "what helps",
}
"""The columns of ``sources --issues``."""

COPIED: Mapping[str, str] = {
    "from": "the store that was copied",
    "to": "the store that now holds the same",
    "documents": "how many documents both hold, superseded ones included",
    "claims": "how many claims these make",
    "new": "how many documents the target did not have",
    "removed": "files that only the target had",
}
"""The columns of ``copy``."""

EXPORTED: Mapping[str, str] = {
    "path": "the file or folder that was written",
    "format": "graphml, csv or neo4j-import; of init: lists",
}
"""The columns of ``export`` and ``init``."""


def loading(report: Report, current: int) -> Result[Report]:
    """What became of each file of a load; ``current`` documents of the store count now."""
    rows: list[Row] = [
        {
            "file": one.file, "path": one.path, "kind": one.kind, "title": one.title, "date": one.as_of,
            **{name: one.counts.get(name, 0) for name in _COUNTS}, **tally(one.issues),
            "superseded_by": one.superseded_by, "same_as": one.same_as, "rejected": "",
            "issues": [_issue(issue) for issue in one.issues],
        }
        for one in report.documents
    ]  # fmt: skip
    nothing: Row = dict.fromkeys(("kind", "title", "date", *_COUNTS, *_TALLIES))
    rows += [
        {"file": bad.file, "path": bad.path, **nothing, "superseded_by": "", "same_as": "", "rejected": reason(bad),
         "issues": []}
        for bad in report.rejected
    ]  # fmt: skip
    said = [sentences.read(len(report.documents), report.counts["claims"], len(report.rejected))]
    inner = Nested("issues", {name: ISSUES[name] for name in ISSUES if name != "file"}, unfolds=False)
    return Result(rows, LOADED, Basis.of_documents(current), report.notes, tuple(said), report, inner)


def sources(stored: Sequence[Stored]) -> Result[Sequence[Stored]]:
    """The documents of a store."""
    rows = [_stored(one) for one in stored]
    current = sum(one.current for one in stored)
    said = (sentences.kept(len(stored), current),)
    return Result(rows, STORED, Basis.of_documents(current), (), said, stored)


def issues(stored: Sequence[Stored]) -> Result[Sequence[Stored]]:
    """What is doubtful in the documents of a store, the most severe first."""
    found = worst_first((one.source.file, issue) for one in stored for issue in one.issues)
    rows = [{"file": file, **_issue(issue)} for file, issue in found]
    current = sum(one.current for one in stored)
    said = (sentences.issues(tally(issue for _, issue in found)),)
    return Result(rows, ISSUES, Basis.of_documents(current), (), said, stored)


def forgotten(gone: Sequence[Stored], left: Sequence[Stored]) -> Result[Sequence[Stored]]:
    """The documents that were removed: one, or all of a file."""
    said = tuple(sentences.forgotten(one.source.file, one.source.kind, one.source.as_of) for one in gone)
    rows = list(map(_stored, gone))
    return Result(rows, STORED, Basis.of_documents(sum(one.current for one in left)), (), said, gone)


def copied(source: str, target: str, found: Copied, current: int) -> Result[Copied]:
    """What a copy took; ``current`` of the documents count."""
    removed = [document.file for document in found.removed]
    row = {
        "from": source, "to": target, "documents": found.documents, "claims": found.claims, "new": found.new,
        "removed": removed,
    }  # fmt: skip
    said = [sentences.copied(source, target, found.documents, found.new, found.claims)]
    if removed:
        said.append(sentences.removed(target, removed))
    return Result([row], COPIED, Basis.of_documents(current), (), tuple(said), found)


def exported(path: Path, form: str, basis: Basis) -> Result[Path]:
    """Where an export, or the lists to fill in, were written."""
    return Result([{"path": str(path), "format": form}], EXPORTED, basis, (), (sentences.written(str(path)),), path)


# ---- parts ----------------------------------------------------------------------------------------------------


def _stored(one: Stored) -> Row:
    return {
        "id": one.source.id, "kind": one.source.kind, "title": one.source.title, "file": one.source.file,
        "date": one.source.as_of, **{name: one.source.counts.get(name, 0) for name in _COUNTS}, **tally(one.issues),
        "current": one.current, "superseded_by": one.superseded_by,
    }  # fmt: skip


def _issue(issue: Issue) -> dict[str, Any]:
    return {
        "severity": issue.severity, "cell": issue.row, "message": issue.message, "value": issue.value,
        "cure": issue.cure,
    }  # fmt: skip


def reason(bad: Rejected) -> str:
    """Why a file was rejected and what helps; its name is told beside it."""
    return f"{bad.reason.removeprefix(f'{bad.file}: ')} {bad.cure}".strip()


def worst_first(found: Iterable[tuple[str, Issue]]) -> list[tuple[str, Issue]]:
    """Issues with their files, the most severe first."""
    return sorted(found, key=lambda item: SEVERITIES.index(item[1].severity))


def tally(found: Iterable[Issue]) -> dict[str, int]:
    """How many errors, warnings and notes there are."""
    counted = Counter(issue.severity for issue in found)
    return {f"{severity}s": counted.get(severity, 0) for severity in ("error", "warning", "note")}
