"""What the tests of loaders share."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.tables import Said, read


@pytest.fixture
def table(tmp_path: Path) -> Callable[..., Said]:
    """Write lines as a CSV file and load it."""

    def load(kind: str, *lines: str, name: str = "table.csv") -> Said:
        path = tmp_path / name
        path.write_text("\n".join(lines) + "\n", "utf-8")
        return read(path, kind)

    return load
