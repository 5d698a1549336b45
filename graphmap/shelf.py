"""Finds what stands on the shelves: loader files and questions, by path and at run time. Knows none of them by name.

In a wheel a shelf lies inside the package (``graphmap/loaders``, ``graphmap/queries``), in a checkout beside it
(``loaders``, ``queries``). A user's own ``.py`` goes through the same code as a loader of the shelf.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from graphmap.errors import GraphmapError
from graphmap.records import Record
from graphmap.sheets import Document, Reads

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
