"""Finds what stands on the shelves: loader files and questions, by path and at run time. Knows none of them by name.

In a wheel a shelf lies inside the package (``graphmap/loaders``, ``graphmap/queries``), in a checkout beside it
(``loaders``, ``queries``). A user's own ``.py`` goes through the same code as a loader of the shelf. Which loader reads
a document is told by its content, never by its name.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from graphmap.errors import FileRejected, GraphmapError
from graphmap.records import Record
from graphmap.sheets import Document, Reads, header_of
from graphmap.sheets.values import shown

_PACKAGE = Path(__file__).parent


@dataclass(frozen=True)
class Loader:
    """One loader file: what it recognises (``reads``) and the generator that reads a document (``load``)."""

    kind: str
    title: str
    reads: Reads
    load: Callable[[Document], Iterator[Record]]
    path: Path


def files(shelf: str, pattern: str = "*.py") -> list[Path]:
    """The files of a shelf that match a pattern, by path; empty if there is no such shelf."""
    # A folder beside an installed package belongs to somebody else: it is looked at only in a checkout.
    inside = _PACKAGE / shelf
    folder = inside if inside.is_dir() else _PACKAGE.parent / shelf
    return sorted(path for path in folder.glob(pattern) if not path.name.startswith("_"))


def loaders(extra: Sequence[Path] = ()) -> list[Loader]:
    """All loaders of the shelf and those in the files ``extra``, by kind.

    Raises ``GraphmapError`` for a file that is no loader, and for two loaders of one kind.
    """
    found: dict[str, Loader] = {}
    for path in (*files("loaders"), *extra):
        loader = _loader(path)
        if loader.kind in found and found[loader.kind].path != loader.path:
            raise GraphmapError(
                f"{path.name}: there is already a loader of the kind '{loader.kind}' ({found[loader.kind].path.name}).",
                "Give READS another kind.",
            )
        found[loader.kind] = loader
    return [found[kind] for kind in sorted(found)]


def _loader(path: Path) -> Loader:
    path = path.resolve()
    try:
        changed = path.stat().st_mtime_ns
    except OSError as error:
        raise GraphmapError(f"{path.name}: there is no such loader file.", "Check the path after --with.") from error
    return _import(path, changed)


@lru_cache(maxsize=64)
def _import(path: Path, changed: int) -> Loader:  # noqa: ARG001 - a file that has changed is imported anew
    module = _module(path)
    reads, load = getattr(module, "READS", None), getattr(module, "load", None)
    cure = "A loader file has READS = Reads(...) and def load(document): see CONTRIBUTING.md."
    if not isinstance(reads, Reads):
        raise GraphmapError(f"{path.name}: READS is missing or is not a graphmap.sheets.Reads.", cure)
    if not callable(load):
        raise GraphmapError(f"{path.name}: the function load is missing.", cure)
    return Loader(reads.kind, reads.title, reads, load, path)


def _module(path: Path) -> ModuleType:
    """Import a file under a name of our own, so that it can neither hide nor be hidden by another module."""
    name = f"_graphmap_{path.stem}_{sha256(str(path).encode()).hexdigest()[:8]}"
    spec = spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise GraphmapError(f"{path.name}: a loader is a file that ends in .py.", "Rename the file.")
    module = module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up there
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        del sys.modules[name]
        raise GraphmapError(
            f"{path.name}: the loader cannot be imported: {type(error).__name__}: {error}", "Correct the file."
        ) from error
    return module


# ---- which loader reads a document? ---------------------------------------------------------------------------


def recognise(document: Document, loaders: Sequence[Loader]) -> Loader:
    """The loader that reads this document.

    A layout with fixed cells is more special than a table, and is looked for first. Of several loaders the one with
    the lowest ``order`` reads it, then the one that knows the most of its columns. Raises ``FileRejected`` when none
    recognises it, or several equally well.
    """
    found = [(loader, 0) for loader in loaders if loader.reads.cells and _has_layout(document, loader.reads)]
    if not found:
        known = ((loader, _known_columns(document, loader.reads)) for loader in loaders if not loader.reads.cells)
        found = [(loader, columns) for loader, columns in known if columns]
    if not found:
        raise _not_recognised(document, loaders)
    ranked = sorted(found, key=lambda pair: _rank(*pair))
    best = [loader for loader, columns in ranked if _rank(loader, columns) == _rank(*ranked[0])]
    if len(best) > 1:
        kinds = " and ".join(f"'{loader.title}' ({loader.path.name})" for loader in best)
        raise FileRejected(
            f"{document.file}: is recognised equally well as {kinds}.",
            "Rename or add columns so that it fits one only.",
        )
    return best[0]


def _rank(loader: Loader, columns: int) -> tuple[int, int]:
    return loader.reads.order, -columns


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


def _known_columns(document: Document, reads: Reads) -> int:
    """How many columns (keys, in JSON) of a document the loader knows; 0 if it lacks one that it needs."""
    if document.form == "json":
        content = document.json() if reads.json_keys else None
        return len(reads.json_keys) if isinstance(content, dict) and content.keys() >= set(reads.json_keys) else 0
    if _missing_sheets(document, reads):
        return 0
    fields = header_of(document, reads.columns).keys()
    return len(fields) if any(fields >= set(needed) for needed in reads.needs) else 0


def _not_recognised(document: Document, loaders: Sequence[Loader]) -> FileRejected:
    """What is there, and what the loader that comes closest misses."""
    if document.form == "json":
        content = document.json()
        keys = ", ".join(f"'{shown(key, 30)}'" for key in [*content][:10]) if isinstance(content, dict) else ""
        there = f"its JSON has the keys {keys}" if keys else "its JSON is no object with keys"
    elif document.form == "csv":
        first = next((row for row in document.cells("") if any(row)), [])
        there = "its first row holds " + (", ".join(f"'{shown(cell, 30)}'" for cell in first[:10]) or "nothing")
    else:
        there = "its sheets are " + ", ".join(f"'{shown(name, 40)}'" for name in document.sheet_names[:12])
    near = max((miss for loader in loaders if (miss := _nearest_miss(document, loader))), default=None)
    titles = "; ".join(loader.title for loader in loaders)
    return FileRejected(
        f"{document.file}: is none of the documents that graphmap reads: {there}{f'; {near[2]}' if near else ''}.",
        f"These are read: {titles}. Any other needs a loader of its own (--with).",
    )


def _nearest_miss(document: Document, loader: Loader) -> tuple[float, int, str] | None:
    """How near a loader came (0 to 1), its preference, and what it misses; None if nothing of it is there."""
    reads, form = loader.reads, document.form
    if form == "json":
        return None
    missing = _missing_sheets(document, reads)
    if reads.sheets and len(missing) < len(reads.sheets):
        if missing:
            return 0.9, -reads.order, f"'{loader.title}' has a sheet '{missing[0]}' as well"
        cells = ", ".join(reads.cells)
        return 1.0, -reads.order, f"'{loader.title}' has its version or title in {cells}"
    fields = header_of(document, reads.columns)
    if reads.sheets or not fields or not reads.needs:
        return None
    needed = max(reads.needs, key=lambda needed: len(fields.keys() & set(needed)) / len(needed))
    lacking = [field for field in needed if field not in fields]
    wanted = " and ".join(f"'{reads.columns[field][0]}'" for field in lacking)
    return 1 - len(lacking) / len(needed), -reads.order, f"'{loader.title}' needs a column {wanted} as well"
