"""The notebooks run from top to bottom, show the map, and stand in the repository without outputs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))

RUN = """
import sys, nbclient, nbformat
notebook = nbformat.read(sys.argv[1], as_version=4)
place = {"metadata": {"path": sys.argv[3]}}
nbclient.NotebookClient(notebook, timeout=300, kernel_name="python3", resources=place).execute()
nbformat.write(notebook, sys.argv[2])
"""
"""Run in a process of its own: the kernel's packages warn, and a warning is an error here."""


def cells(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))["cells"]
    return found


def test_the_two_notebooks_are_here() -> None:
    assert [path.name for path in NOTEBOOKS] == ["01-first-look.ipynb", "02-who-brings-it-in.ipynb"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_holds_no_outputs(path: Path) -> None:
    for number, cell in enumerate(cells(path), start=1):
        assert cell["id"] == f"cell-{number:02d}"
        assert cell["metadata"] == {}
        if cell["cell_type"] == "code":
            assert cell["outputs"] == []
            assert cell["execution_count"] is None
            compile("".join(cell["source"]), path.name, "exec")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_and_shows_the_map(path: Path, tmp_path: Path) -> None:
    folder, out = tmp_path / "elsewhere", tmp_path / path.name
    folder.mkdir()
    own = {name: str(tmp_path / name) for name in ("HOME", "IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR")}
    env = {**os.environ, **own, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", RUN, path, out, folder],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=env,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    outputs = [output for cell in cells(out) for output in cell.get("outputs", [])]
    assert not [output for output in outputs if output["output_type"] == "error" or output.get("name") == "stderr"]
    shown = ["".join(output.get("data", {}).get("text/html", "")) for output in outputs]
    frames = [page for page in shown if page.startswith("<iframe ")]
    assert len(frames) == 1
    assert 'sandbox="allow-scripts allow-downloads"' in frames[0]
    assert "Content-Security-Policy" in unescape(frames[0])
    assert len(shown) - len(frames) > 3
    assert list(folder.iterdir()) == []
