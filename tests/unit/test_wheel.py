"""The wheel holds what it needs, and runs where nothing of the checkout is in reach."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.conftest import ROOT

SHELVES = ("loaders", "queries")


def test_every_package_is_listed() -> None:
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]["packages"]
    found = {".".join(path.parent.relative_to(ROOT).parts) for path in ROOT.glob("graphmap/**/*.py")}
    found |= {f"graphmap.{shelf}" for shelf in SHELVES if any((ROOT / shelf).rglob("*.*"))}
    assert sorted(listed) == sorted(found)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy so that nothing is left in the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder)
    for name in ("graphmap", *SHELVES):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", "dist", "."]
    done = subprocess.run(build, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = (folder / "dist").glob("*.whl")
    return built


def test_the_wheel_holds_the_shelves_and_all_data(wheel: Path) -> None:
    held = {name for name in ZipFile(wheel).namelist() if not name.endswith("/")}
    files = [path for path in ROOT.glob("graphmap/**/*") if path.is_file() and "__pycache__" not in path.parts]
    wanted = {path.relative_to(ROOT).as_posix() for path in files}
    wanted |= {f"graphmap/{path.relative_to(ROOT).as_posix()}" for path in ROOT.glob("loaders/*.py")}
    wanted |= {f"graphmap/{path.relative_to(ROOT).as_posix()}" for path in ROOT.glob("queries/**/*.cypher")}
    assert {name for name in held if ".dist-info/" not in name} == wanted
    assert any(name.endswith("/licenses/LICENSE") for name in held)


def test_the_wheel_runs_the_demo_from_another_folder(wheel: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bare environment"
    python = bare / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", bare], check=True)
    pip = [sys.executable, "-m", "pip", "--python", python, "--disable-pip-version-check", "--quiet", "install"]
    subprocess.run([*pip, "--no-deps", "--no-index", wheel], check=True)
    # What graphmap needs comes from this environment; the checkout itself does not, since files that extend the path
    # are read in the bare environment only.
    (packages,) = bare.glob("lib/python3.*/site-packages")
    (packages / "needed.pth").write_text(sysconfig.get_path("purelib") + "\n")

    env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COV_", "COVERAGE_"))}
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    where = [python, "-c", "import graphmap; print(graphmap.__file__)"]
    found = subprocess.run(where, cwd=elsewhere, env=env, capture_output=True, text=True, check=True).stdout
    assert Path(found.strip()).is_relative_to(bare)

    done = subprocess.run(
        [bare / "bin" / "graphmap", "demo"], cwd=elsewhere, env=env, capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    assert "smelters that are not accepted" in " ".join(done.stdout.split())
    assert "Try next" in done.stdout
    asked = subprocess.run([bare / "bin" / "graphmap", "query"], cwd=elsewhere, env=env, capture_output=True, text=True)
    assert "paths/choke-points" in asked.stdout, asked.stderr
