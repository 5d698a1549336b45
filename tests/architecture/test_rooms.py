"""A room imports only from rooms before it, and a third-party package is imported only where it belongs."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.conftest import ROOT

ROOMS = """
errors schema records wording workers sheets places names forms shelf recognition lists sameness graph owner tiers
export redact store ingest policy analysis results maps questions campaign api cli __init__ __main__
""".split()  # noqa: SIM905 - the order is what matters here, and it reads best as a line
FOR_LOADERS = {"errors", "records", "sheets", "places", "names", "forms", "schema"}
NUMBERS = {
    "sameness",
    "graph",
    "owner",
    "tiers",
    "export",
    "redact",
    "store",
    "analysis",
    "results",
    "maps",
    "questions",
    "api",
    "cli",
}
PACKAGES = {
    "python_calamine": {"sheets"},
    "msoffcrypto": {"sheets"},
    "pycountry": {"places"},
    "rapidfuzz": {"names"},
    "networkx": {"graph", "export"},
    "sqlite3": {"store"},
    "neo4j": {"store"},
    "click": {"cli"},
    "rich": {"cli"},
    "xlsxwriter": {"campaign", "lists"},
    "pyvis": {"maps"},
    "vl_convert": {"maps"},
    "pypdf": {"maps"},
    "numpy": NUMBERS,
    "scipy": NUMBERS,
    "pandas": NUMBERS,
}


def imported(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Line and dotted name, in parts, of everything that a file imports, also within functions."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name.split(".")) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ["graphmap"] * (node.level > 0) + (node.module or "").split(".") * bool(node.module)
            yield from ((node.lineno, [*base, alias.name]) for alias in node.names)


def offences(root: Path) -> Iterator[str]:
    """Every import that breaks a rule, as "file:line: what is wrong"."""
    for path in sorted([*root.glob("graphmap/**/*.py"), *root.glob("loaders/*.py")]):
        inside = path.relative_to(root).with_suffix("").parts
        room = inside[1] if inside[0] == "graphmap" else "loaders"
        before = FOR_LOADERS if room == "loaders" else {room, *ROOMS[: ROOMS.index(room)]}
        for line, (top, *rest) in imported(path):
            if top == "graphmap":
                wrong = not rest or rest[0] not in before
            elif top in PACKAGES:
                wrong = room not in PACKAGES[top]
            else:
                wrong = top not in sys.stdlib_module_names
            if wrong:
                yield f"{'/'.join(inside)}.py:{line}: {room} must not import {'.'.join([top, *rest])}"


def test_rooms_import_only_what_they_may() -> None:
    assert list(offences(ROOT)) == []


def test_a_wrong_import_is_found_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "graphmap" / "store").mkdir(parents=True)
    (tmp_path / "loaders").mkdir()
    (tmp_path / "graphmap" / "store" / "sqlite.py").write_text("import sqlite3\nfrom graphmap import ingest, records\n")
    (tmp_path / "graphmap" / "names.py").write_text("def f():\n    import requests\n    import rapidfuzz.fuzz\n")
    (tmp_path / "loaders" / "cmrt.py").write_text(
        "from graphmap.records import Edge\nfrom graphmap.store import sqlite\n"
    )
    assert list(offences(tmp_path)) == [
        "graphmap/names.py:2: names must not import requests",
        "graphmap/store/sqlite.py:2: store must not import graphmap.ingest",
        "loaders/cmrt.py:2: loaders must not import graphmap.store.sqlite",
    ]
