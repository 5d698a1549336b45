"""Neo4j servers for tests: one that somebody else runs, and one that a test may stop, kill and start anew."""

from __future__ import annotations

import os
import random
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import neo4j
from neo4j.exceptions import AuthError, DriverError, Neo4jError, TransientError

LIMIT = 120.0
"""Seconds within which a server must answer after its start."""

FIRST = ("neo4j", "neo4j")
"""User and password of a new server; it does nothing for them before the password is changed."""


class Server:
    """A server that runs, and whose database tests may fill and empty."""

    def __init__(self, url: str, username: str, password: str) -> None:
        self.url, self.username, self.password = url, username, password
        self._driver: neo4j.Driver | None = None

    def __repr__(self) -> str:  # shown by pytest; the password is not
        return f"<Neo4j at {self.url}>"

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables with which graphmap logs in."""
        return {"NEO4J_USERNAME": self.username, "NEO4J_PASSWORD": self.password}

    @property
    def version(self) -> str:
        """The version that the server says it has, e.g. "5.26.30"."""
        kernel = "CALL dbms.components() YIELD name, versions WHERE name = 'Neo4j Kernel' RETURN versions[0] AS version"
        return str(self.run(kernel)[0]["version"])

    def run(self, cypher: str, /, **parameters: Any) -> list[dict[str, Any]]:
        """The rows of one statement, run without graphmap."""
        with self.driver.session(database="neo4j") as session:
            return session.run(cypher, parameters).data()

    def empty(self) -> None:
        """Remove all nodes and relationships; constraints and indexes stay."""
        self.run("MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS")

    def drop_schema(self) -> None:
        """Remove all constraints and indexes (but not those that every database has, for looking up labels)."""
        for (name,) in map(dict.values, self.run("SHOW CONSTRAINTS YIELD name")):
            self.run(f"DROP CONSTRAINT `{name}`")
        for (name,) in map(dict.values, self.run("SHOW INDEXES YIELD name, type WHERE type <> 'LOOKUP' RETURN name")):
            self.run(f"DROP INDEX `{name}`")

    @property
    def driver(self) -> neo4j.Driver:
        """A driver for this server, for what ``run`` cannot do."""
        if self._driver is None:
            self._driver = neo4j.GraphDatabase.driver(
                self.url, auth=(self.username, self.password), notifications_min_severity="OFF"
            )
        return self._driver

    def disconnect(self) -> None:
        """Let go of the driver; the next use makes another one."""
        if self._driver is not None:
            self._driver.close()
            self._driver = None

    def close(self) -> None:
        """Let go of the server."""
        self.disconnect()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@dataclass(frozen=True)
class Way:
    """One way to run a server: its command, for a home folder and a port, and how to end what ending that does not."""

    command: Callable[[Path, int], list[str]]
    listen: str = "127.0.0.1:{port}"
    kill: Callable[[Path], list[str]] = lambda _home: []
    """A command that kills the server where that is not the process which the command starts; else empty."""


class OwnServer(Server):
    """A server that lives from ``start`` to ``close`` in a home folder of its own, on a free port of the loopback.

    It ends, and its folder is removed, with the process that made it, however that ends.
    """

    def __init__(self, way: Way, home: Path) -> None:
        self._port = free_port()
        super().__init__(f"neo4j://127.0.0.1:{self._port}", FIRST[0], secrets.token_hex(16))
        self._way, self.home = way, home
        self._process: subprocess.Popen[bytes] | None = None
        self._changed = False  # whether it runs with settings that a test gave it
        for folder in ("conf", "data", "logs"):  # those that Docker mounts must be there, and be ours
            (home / folder).mkdir(parents=True)
        # -I -S: neither the environment nor what is installed there (coverage) has a part in it.
        watch = [sys.executable, "-I", "-S", str(Path(__file__).with_name("watcher.py")), str(home), *way.kill(home)]
        # In a session of its own, so that Ctrl-C does not reach it.
        self._watcher = subprocess.Popen(watch, stdin=subprocess.PIPE, start_new_session=True)

    @property
    def log(self) -> Path:
        """What the server writes while it starts and runs."""
        return self.home / "logs" / "console.log"

    def start(self, settings: Mapping[str, str] | None = None) -> None:
        """Start the server on its port and data; return when it answers.

        ``settings`` are those of neo4j.conf that hold until it is stopped.
        """
        assert self._process is None
        self._changed = bool(settings)
        configured = {
            "server.bolt.listen_address": self._way.listen.format(port=self._port),
            "server.bolt.advertised_address": f"127.0.0.1:{self._port}",
            "server.http.enabled": "false",
            "server.https.enabled": "false",
            "server.memory.heap.max_size": "512m",
            "server.memory.pagecache.size": "128m",
            "db.tx_log.preallocate": "false",
            "internal.dbms.bolt.netty_server_shutdown_quiet_period": "0",  # stops 10 s sooner
            "dbms.usage_report.enabled": "false",
            **(settings or {}),
        }
        lines = "".join(f"{name}={value}\n" for name, value in configured.items())
        (self.home / "conf" / "neo4j.conf").write_text(lines, "utf-8")
        with self.log.open("ab") as log:
            command = self._way.command(self.home, self._port)
            self._process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, start_new_session=True)
        self._tell_watcher(self._process.pid)
        self._await()

    @property
    def pid(self) -> int | None:
        """The server's own process, if it is one of this machine's that we started (in Docker it is not)."""
        return None if self._process is None or self._way.kill(self.home) else self._process.pid

    @property
    def running(self) -> bool:
        """Whether the server has been started and has not ended since."""
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """Stop the server as its administrator would; its data stays."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End the server at once (SIGKILL); its data stays as it happens to be."""
        if command := self._way.kill(self.home):
            subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        self._end(signal.SIGKILL)

    def restore(self) -> None:
        """Make it run with its usual settings, whatever was done to it."""
        if self._process is not None and (self._changed or not self._answers()):
            self.kill()
        if self._process is None:
            self.start()

    def _answers(self) -> bool:
        try:
            return bool(self.running and self.run("RETURN 1"))
        except (DriverError, Neo4jError):  # a database that could not write wants to be started again
            return False

    def close(self) -> None:
        """End the server and remove its folder."""
        super().close()
        self._watcher.communicate()
        if self._process is not None:
            self._process.wait()
            self._process = None

    def _end(self, how: signal.Signals) -> None:
        self.disconnect()
        assert self._process is not None
        self._process.send_signal(how)
        try:
            self._process.wait(LIMIT)
        except subprocess.TimeoutExpired:
            raise RuntimeError(f"Neo4j does not stop.\n{self._tail()}") from None
        self._process = None
        self._tell_watcher(0)

    def _tell_watcher(self, process: int) -> None:
        assert self._watcher.stdin is not None
        self._watcher.stdin.write(b"%d\n" % process)
        self._watcher.stdin.flush()

    def _await(self) -> None:
        """Wait until the server answers, and give a new one its password."""
        assert self._process is not None
        until = time.monotonic() + LIMIT
        while True:
            try:
                return self._log_in()
            except (DriverError, TransientError) as error:
                if self._process.poll() is not None:
                    self._process = None
                    self._tell_watcher(0)
                    raise RuntimeError(f"Neo4j does not start.\n{self._tail()}") from error
                if time.monotonic() > until:
                    raise RuntimeError(f"Neo4j has not started within {LIMIT:.0f} s.\n{self._tail()}") from error
            time.sleep(0.1)

    def _log_in(self) -> None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", self._port)):  # cheaper than a driver, and the answer for many seconds
                raise DriverError("nobody listens")
        try:
            self.driver.verify_connectivity()
        except AuthError:
            change = "ALTER CURRENT USER SET PASSWORD FROM $old TO $new"
            with neo4j.GraphDatabase.driver(self.url, auth=FIRST) as driver, driver.session(database="system") as first:
                first.run(change, old=FIRST[1], new=self.password).consume()
            self.disconnect()
            self.driver.verify_connectivity()
        self.run("RETURN 1")

    def _tail(self) -> str:
        """The last lines that the server wrote."""
        with suppress(OSError):
            return "\n".join(self.log.read_text("utf-8", "replace").splitlines()[-30:])
        return f"It has written nothing to {self.log}."


def free_port() -> int:
    """A port of the loopback that nobody uses.

    Below the range from which systems give ports to outgoing connections (from 32768 on Linux, 49152 elsewhere):
    otherwise a client that calls a stopped server again and again at last gets through to itself.
    """
    chance = random.Random(os.urandom(8))  # worker processes must not all try the same one
    while True:
        port = chance.randrange(20_000, 32_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
