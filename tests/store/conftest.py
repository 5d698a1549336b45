"""The stores that keep the contract. Another one joins with one entry in ``STORES``."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from graphmap.store import Store, open_store


@dataclass(frozen=True)
class Kind:
    """How to come by an empty store of a kind, and how to have its engine check that a store is sound."""

    url: Callable[[Path, int], str]
    check: Callable[[str], None]


def check_sqlite(url: str) -> None:
    with closing(sqlite3.connect(url)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


STORES = {"sqlite": Kind(lambda folder, number: str(folder / f"{number}.graphmap"), check_sqlite)}


@pytest.fixture(params=STORES)
def kind(request: pytest.FixtureRequest) -> Kind:
    return STORES[request.param]


@pytest.fixture
def new_url(kind: Kind, tmp_path: Path) -> Callable[[], str]:
    """Gives the URL of another empty store at each call."""
    numbers = itertools.count()
    return lambda: kind.url(tmp_path, next(numbers))


@pytest.fixture
def url(new_url: Callable[[], str]) -> str:
    return new_url()


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with open_store(url) as opened:
        yield opened
