"""The loader for each sheet, and what is told of sheets and files that none reads."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from graphmap.errors import FileRejected
from graphmap.recognition import outputs
from graphmap.recognition.evidence import Evidence, look, own_head
from graphmap.records import Severity
from graphmap.sheets import Document, Reads
from graphmap.sheets.values import shown
from graphmap.shelf import Loader

_NAMED = 2
"""So many columns is it worth that a sheet is called as the kind is."""

_NEAR = 3
"""Of so many kinds a rejection says what they lack."""

_TABLE = 2
"""With so many known columns a sheet is a table, and not one more page of explanations."""

_COPY = re.compile(r"(.+?) ?\((\d+)\)")


@dataclass(frozen=True)
class Part:
    """What one loader reads of a document: all of it, or the tables of some sheets.

    ``sheet`` is the first of these if the file holds several kinds, else "".
    """

    loader: Loader
    document: Document
    sheet: str = ""


def recognise(document: Document, loaders: Sequence[Loader]) -> list[Part]:
    """Who reads what of this document, in the order of its sheets.

    A template with fixed cells is more special than a table, and is looked for first. Sheets that nobody reads become
    issues of the first part. Raises ``FileRejected`` when nothing is recognised for certain, and for what graphmap
    itself has written.
    """
    if layout := _of_layout(document, [loader for loader in loaders if loader.reads.cells]):
        return [layout]
    tables = [loader for loader in loaders if not loader.reads.cells]
    if document.form == "json":
        return [Part(_of_json(document, tables, loaders), document)]
    chosen: dict[str, Loader] = {}
    left: dict[str, _Left] = {}
    for sheet in document.sheet_names:
        found = _of_sheet(document, sheet, tables)
        if isinstance(found, Loader):
            chosen[sheet] = found
        else:
            left[sheet] = found
    copies = _copies(document, chosen)
    parts = _parts(document, {sheet: loader for sheet, loader in chosen.items() if sheet not in copies})
    if not parts:
        raise _rejected(document, left, loaders)
    for sheet, original in copies.items():
        message = f"the sheet holds the same as '{shown(original, 40)}' and counts once"
        parts[0].document.issue("note", _address(sheet), message)
    for sheet, why in left.items():
        if why.message:
            cure = why.cure if why.severity == "warning" else ""
            parts[0].document.issue(why.severity, _address(sheet), f"the sheet is not read: {why.message}", "", cure)
    return parts


def _parts(document: Document, chosen: dict[str, Loader]) -> list[Part]:
    """One part for each kind. Only where a file holds several, a part bears the name of its first sheet."""
    sheets: dict[str, list[str]] = {}
    kinds: dict[str, Loader] = {}
    for sheet, loader in chosen.items():
        sheets.setdefault(loader.kind, []).append(sheet)
        kinds[loader.kind] = loader
    several = len(kinds) > 1
    return [
        Part(loader, document.only(sheets[kind]), sheets[kind][0] if several else "") for kind, loader in kinds.items()
    ]


def _copies(document: Document, chosen: dict[str, Loader]) -> dict[str, str]:
    """Sheets that hold the same as one before them, with that one."""
    out = {}
    seen: dict[int, str] = {}
    for sheet in chosen:
        same = seen.setdefault(hash(tuple(map(tuple, document.cells(sheet)))), sheet)
        if same != sheet and document.cells(same) == document.cells(sheet):
            out[sheet] = same
    return out


def _address(sheet: str) -> str:
    return f"{shown(sheet)}!A1"


# ---- templates and JSON --------------------------------------------------------------------------------------------


def _of_layout(document: Document, loaders: Sequence[Loader]) -> Part | None:
    found = [loader for loader in loaders if _has_layout(document, loader.reads)]
    if not found:
        return None
    first = min(loader.reads.order for loader in found)
    best = [loader for loader in found if loader.reads.order == first]
    if len(best) > 1:
        raise FileRejected(_as_well(document, best), "Give one of the loaders a lower order.")
    _tell_copies(document, best[0].reads)
    return Part(best[0], document)


def _tell_copies(document: Document, reads: Reads) -> None:
    """Warn of sheets such as "Smelter List (2)": Excel calls a copy so, and somebody may have filled it in."""
    known = {name.casefold(): name for name in reads.sheets}
    for sheet in document.sheet_names:
        copy = _COPY.fullmatch(sheet.strip())
        original = known.get(copy[1].strip().casefold()) if copy else None
        if original and document.cells(sheet) != document.cells(original):
            rows = sum(1 for row in document.cells(sheet) if any(cell != "" for cell in row))
            message = f"a copy of the sheet '{original}' with {rows:,} rows that hold something; it is not read"
            cure = f"If this is the one that was filled in, delete '{original}' and give this sheet its name."
            document.issue("error", _address(sheet), message, "", cure)


def _sheets(document: Document) -> set[str]:
    return {name.strip().casefold() for name in document.sheet_names}


def _missing_sheets(document: Document, reads: Reads) -> list[str]:
    return [name for name in reads.sheets if name.casefold() not in _sheets(document)]


def _has_layout(document: Document, reads: Reads) -> bool:
    if _missing_sheets(document, reads):
        return False
    cells = {
        cell: pattern for cell, pattern in reads.cells.items() if cell.split("!")[0].casefold() in _sheets(document)
    }
    return any(re.search(pattern, document.text(cell)) for cell, pattern in cells.items())


def _of_json(document: Document, tables: Sequence[Loader], loaders: Sequence[Loader]) -> Loader:
    content = document.json()
    if verb := outputs.wrote_json(content):
        raise _own_output(document, verb)
    keys = content.keys() if isinstance(content, dict) else set()
    found = [one for one in tables if one.reads.json_keys and keys >= set(one.reads.json_keys)]
    if not found:
        raise _rejected(document, {}, loaders)
    found.sort(key=_rank_of_json)
    best = [one for one in found if _rank_of_json(one) == _rank_of_json(found[0])]
    if len(best) > 1:
        raise FileRejected(_as_well(document, best), "Rename or add keys so that it fits one only.")
    return best[0]


def _rank_of_json(loader: Loader) -> tuple[int, int]:
    return loader.reads.order, -len(loader.reads.json_keys)


# ---- tables --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Left:
    """Why nobody reads a sheet; ``near`` are the kinds that came close with what they lack, the nearest first."""

    severity: Severity
    message: str
    cure: str = ""
    verb: str = ""
    tied: tuple[Loader, ...] = ()
    near: tuple[str, ...] = ()


def _of_sheet(document: Document, sheet: str, loaders: Sequence[Loader]) -> Loader | _Left:
    if verb := next((verb for heads in document.heads(sheet) if (verb := outputs.wrote_table(heads))), ""):
        return _Left("note", f"it is an answer of graphmap ({verb}), and no answer is taken for a source", verb=verb)
    seen = [(loader, look(document, sheet, loader.reads)) for loader in loaders]
    missing = {loader.kind for loader in loaders if _missing_sheets(document, loader.reads)}
    found = [(one, evidence) for one, evidence in seen if evidence.holds and one.kind not in missing]
    if found:
        found.sort(key=lambda pair: _rank(*pair))
        tied = tuple(one for one, evidence in found if _rank(one, evidence) == _rank(*found[0]))
        if len(tied) == 1:
            return tied[0]
        what = " and ".join(f"'{one.title}' ({one.path.name})" for one in tied)
        return _Left("warning", f"it is recognised equally well as {what}", _choose(tied), tied=tied)
    near = _by_nearness(seen)[:_NEAR]
    told = tuple(f"'{one.title}' ({one.path.name}) {_lack(one.reads, evidence)}" for one, evidence in near)
    callable_ = [one for one, evidence in near if not evidence.lacks and not evidence.foreign]
    cure = _choose(callable_) if callable_ else _ADD if near else ""
    if not near or max(evidence.columns for _, evidence in near) < _TABLE:
        filled = any(cell != "" for row in document.cells(sheet) for cell in row)
        return _Left("note", "it holds no table that graphmap knows" if filled else "", cure, near=told)
    return _Left("warning", "; ".join(told), cure, near=told)


def _rank(loader: Loader, evidence: Evidence) -> tuple[int, int]:
    return loader.reads.order, -(evidence.columns + _NAMED * evidence.is_called)


def _by_nearness(seen: Sequence[tuple[Loader, Evidence]]) -> list[tuple[Loader, Evidence]]:
    """Kinds of which at least one column is there: those whose needs are met first, then those that know the most."""
    near = [pair for pair in seen if pair[1].table is not None]
    return sorted(near, key=lambda pair: (len(pair[1].lacks), bool(pair[1].foreign), -pair[1].columns, pair[0].kind))


def _lack(reads: Reads, evidence: Evidence) -> str:
    said = []
    if evidence.lacks:
        said.append("needs a column " + " and ".join(f"'{reads.columns[field][0]}'" for field in evidence.lacks))
    elif not evidence.is_proven and not evidence.is_called:
        ways = [" with ".join(f"'{own_head(reads, field)}'" for field in one) for one in evidence.unproven[:_NEAR]]
        said.append(f"needs a column that only it has, such as {' or '.join(ways)}")
    if evidence.foreign:
        heads = ", ".join(f"'{head}'" for head in evidence.foreign[:5])
        said.append(f"never has a column such as {heads}")
    return " and ".join(said)


_ADD = "Add what is missing, and take out what belongs to another kind of table."


def _choose(loaders: Sequence[Loader]) -> str:
    """How a person says of which kind a table is."""
    kinds = " or ".join(f"'{loader.kind}'" for loader in loaders)
    return f"Add what is missing, or say what it is: call the sheet, or a line above the heads, {kinds}."


# ---- rejections ----------------------------------------------------------------------------------------------------


def _as_well(document: Document, loaders: Sequence[Loader]) -> str:
    kinds = " and ".join(f"'{loader.title}' ({loader.path.name})" for loader in loaders)
    return f"{document.file}: is recognised equally well as {kinds}."


def _own_output(document: Document, verb: str) -> FileRejected:
    message = f"{document.file}: is an answer of graphmap itself ({verb}), and no answer is taken for a source."
    return FileRejected(message, "Load the documents that it was made from; keep answers in another folder.")


def _rejected(document: Document, left: dict[str, _Left], loaders: Sequence[Loader]) -> FileRejected:
    """What is there, and what the loaders that come closest miss."""
    if verb := next((one.verb for one in left.values() if one.verb), ""):
        return _own_output(document, verb)
    for one in left.values():
        if one.tied:
            return FileRejected(_as_well(document, one.tied), one.cure)
    if document.form == "json":
        content = document.json()
        keys = ", ".join(f"'{shown(key, 30)}'" for key in [*content][:10]) if isinstance(content, dict) else ""
        there = f"its JSON has the keys {keys}" if keys else "its JSON is no object with keys"
    elif document.form == "csv":
        first = next((row for row in document.cells("") if any(row)), [])
        there = "its first row holds " + (", ".join(f"'{shown(cell, 30)}'" for cell in first[:10]) or "nothing")
    else:
        there = "its sheets are " + ", ".join(f"'{shown(name, 40)}'" for name in document.sheet_names[:12])
    near = _nearest_layout(document, loaders) or next(([*one.near] for one in left.values() if one.near), [])
    doubts = [f"{issue.row}: {issue.message}" for issue in document.issues if issue.severity != "note"]
    told = "; ".join([there, *near, *doubts[:_NEAR]])
    message = f"{document.file}: is none of the documents that graphmap reads: {told}."
    cure = next((one.cure for one in left.values() if one.near), "")
    titles = "; ".join(loader.title for loader in loaders)
    return FileRejected(
        message, f"{cure} These are read: {titles}. Any other needs a loader of its own (--with).".strip()
    )


def _nearest_layout(document: Document, loaders: Sequence[Loader]) -> list[str]:
    """What the template that comes closest misses; nothing if none of its sheets is there."""
    near: list[tuple[int, int, str]] = []
    for loader in loaders:
        reads, missing = loader.reads, _missing_sheets(document, loader.reads)
        if reads.sheets and len(missing) < len(reads.sheets):
            lacks = (
                f"has a sheet '{missing[0]}'" if missing else f"has its version or title in {', '.join(reads.cells)}"
            )
            near.append((len(missing), reads.order, f"'{loader.title}' {lacks}" + (" as well" if missing else "")))
    return [min(near)[2]] if near else []
