"""What all tests share."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"

pytest_plugins = ["tests.neo4j.fixtures"]

# Tests are not timed. CI tries the same examples every time; at a desk new ones are tried.
settings.register_profile("graphmap", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("graphmap")


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


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the golden records anew")


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    """Whether golden records are to be written anew."""
    return bool(request.config.getoption("--update-golden"))
