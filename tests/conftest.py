"""What all tests share."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of given material; tests that need it skip where it is not there."""
    if not (SHARED / "README.md").is_file():
        pytest.skip("the folder ../shared is not here: official templates and field data are not part of the project")
    return SHARED


@pytest.fixture(scope="session")
def templates(shared: Path) -> Path:
    """The official blank workbooks."""
    return shared / "templates"
