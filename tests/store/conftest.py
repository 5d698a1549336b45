"""The stores that keep the contract. Another one joins with one entry in ``STORES``."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from graphmap.store import Store, open_store
from tests.neo4j.fixtures import Servers, log_in_to
from tests.store.documents import New
from tests.store.soundness import check_neo4j, check_sqlite


@dataclass(frozen=True)
class Kind:
    """A kind of store: how to come by an empty one, and how to see that one is sound.

    ``examples`` is how many a law is tried on, ``trials`` how often a loader is killed.
    """

    new: New
    check: Callable[[str], None]
    examples: int
    trials: int


def sqlite_kind(folder: Path, servers: Servers, monkeypatch: pytest.MonkeyPatch) -> Kind:
    numbers = itertools.count()
    return Kind(lambda: str(folder / f"{next(numbers)}.graphmap"), check_sqlite, 40, 6)


def neo4j_kind(version: str, examples: int, trials: int) -> Callable[[Path, Servers, pytest.MonkeyPatch], Kind]:
    def kind(folder: Path, servers: Servers, monkeypatch: pytest.MonkeyPatch) -> Kind:
        server = servers.of(version)
        log_in_to(server, monkeypatch)
        monkeypatch.setenv("XDG_CACHE_HOME", str(folder))

        def new() -> str:
            server.empty()
            return server.url

        return Kind(new, lambda _: check_neo4j(server), examples, trials)

    return kind


STORES = {
    "sqlite": sqlite_kind, "neo4j-5.26": neo4j_kind("5.26", 8, 3), "neo4j-2025.10": neo4j_kind("2025.10", 4, 1)
}  # fmt: skip


@pytest.fixture(params=STORES)
def kind(
    request: pytest.FixtureRequest, tmp_path: Path, neo4j_servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> Kind:
    """A kind of store. A server has one database, so the store it gave last is gone when it gives another one."""
    make: Callable[[Path, Servers, pytest.MonkeyPatch], Kind] = STORES[request.param]
    return make(tmp_path, neo4j_servers, monkeypatch)


@pytest.fixture
def url(kind: Kind) -> str:
    """The URL of an empty store."""
    return kind.new()


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """An empty store."""
    with open_store(url) as opened:
        yield opened


@pytest.fixture
def new_file(tmp_path: Path) -> New:
    """Gives the path of another empty store in a file at each call: what every kind is compared with."""
    numbers = itertools.count()
    return lambda: str(tmp_path / f"compare {next(numbers)}.graphmap")
