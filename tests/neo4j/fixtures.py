"""Fixtures that give tests a Neo4j server; ``tests.neo4j.ways`` says where it comes from.

Where there is none the tests skip and say why; with ``CI`` set they fail, but for those on a version whose Java is
missing.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.neo4j.server import OwnServer, Server
from tests.neo4j.ways import URL, VERSIONS, NoServer, alone, given_server, start_server

HOW = (
    f"To have one: set {URL} to the URL of a server whose database may be emptied, start Docker, "
    "or install Maven and Java (apt-get install maven openjdk-17-jre-headless)."
)


class Servers:
    """The servers of this worker process; each is started when a test first asks for it and ends with the session."""

    def __init__(self, folders: pytest.TempPathFactory) -> None:
        self._folders = folders
        self._own: dict[str, OwnServer | NoServer] = {}
        self._given: Server | None = None
        self._open = ExitStack()

    def of(self, name: str) -> Server:
        """A server of this version ("5.26", "2025.10"), with what the last test left in it.

        The one that ``GRAPHMAP_TEST_NEO4J`` names stands for 5.26, the version on which everything is tested.
        """
        if name == "5.26" and URL in os.environ:
            if self._given is None:
                # Tests of another worker would remove what ours have just written: a worker keeps it to its end.
                base = self._folders.getbasetemp()
                worker = "PYTEST_XDIST_WORKER" in os.environ
                self._open.enter_context(alone((base.parent if worker else base) / "neo4j-in-use"))
                self._given = self._open.enter_context(given_server())
            return self._given
        return self.own(name)

    def own(self, name: str) -> OwnServer:
        """A server of this version that may be stopped and killed, whatever ``GRAPHMAP_TEST_NEO4J`` says.

        It runs with its usual settings, whatever the last test did to it.
        """
        if name not in self._own:
            try:
                server = start_server(VERSIONS[name], self._folders.mktemp(f"neo4j-{name}"))
                self._own[name] = self._open.enter_context(server)
            except NoServer as error:
                self._own[name] = error
        found = self._own[name]
        if isinstance(found, OwnServer):
            found.restore()
            return found
        line = f"No Neo4j {name}: {found} {HOW}"
        if os.environ.get("CI") and not (found.lacks_java and name != "5.26"):
            pytest.fail(line, pytrace=False)
        pytest.skip(line)

    def close(self) -> None:
        """End all servers."""
        self._open.close()


def log_in_to(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set the environment so that graphmap logs in to this server."""
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("NEO4J_DATABASE", raising=False)


@pytest.fixture(scope="session")
def neo4j_servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """All servers that this worker process has."""
    servers = Servers(tmp_path_factory)
    yield servers
    servers.close()


@pytest.fixture(params=VERSIONS)
def neo4j_server(request: pytest.FixtureRequest, neo4j_servers: Servers, monkeypatch: pytest.MonkeyPatch) -> Server:
    """An empty server of each version in turn, to which graphmap can log in."""
    server = neo4j_servers.of(request.param)
    server.empty()
    log_in_to(server, monkeypatch)
    return server


@pytest.fixture
def neo4j_own(neo4j_servers: Servers, monkeypatch: pytest.MonkeyPatch) -> OwnServer:
    """An empty server of version 5.26 that the test may stop, kill and start again with other settings."""
    server = neo4j_servers.own("5.26")
    server.empty()
    log_in_to(server, monkeypatch)
    return server
