"""The way to a Neo4j server: its address, who logs in, transactions that are tried again, and errors in one line.

Credentials come from the environment or are asked for on a terminal. They never stand in an address, in a message or
in a log.
"""

from __future__ import annotations

import getpass
import logging
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Literal, TypeVar
from urllib.parse import urlsplit

import neo4j
from neo4j import exceptions

from graphmap.errors import StoreError, StoreLost

T = TypeVar("T")

RETRY_SECONDS = 60.0
"""How long a transaction that fails for a passing reason (a deadlock, a lost connection) is tried again."""

UNIT_SECONDS = 600.0
"""After which the server gives up a transaction of ours, so that a client that hangs holds no lock for ever."""

logging.getLogger("neo4j").addHandler(logging.NullHandler())  # what it has to say to the user, we say

_READ_ONLY = (
    "may be read but not written here.",
    "Ask its administrator for the right to write, or name another database (--database).",
)
_SAYS: tuple[tuple[str, tuple[str, str]], ...] = (
    ("Neo.ClientError.Security.Unauthorized", (
        "refuses this user or password.", "Set NEO4J_USERNAME and NEO4J_PASSWORD to those of the server.")),
    ("Neo.ClientError.Security.AuthenticationRateLimit", (
        "has seen too many wrong passwords.", "Wait some seconds, then try again with the right one.")),
    ("Neo.ClientError.Security.CredentialsExpired", (
        "wants a new password first.", "Log in once with Neo4j Browser or cypher-shell and set one.")),
    ("Neo.ClientError.Statement.AccessMode", (
        "was asked to write where only reading was meant.", "If it is to write, say so: graphmap query FILE --write.")),
    ("Neo.ClientError.Security.Forbidden", _READ_ONLY),
    ("Neo.ClientError.General.ForbiddenOnReadOnlyDatabase", _READ_ONLY),
    ("Neo.ClientError.General.WriteOnReadOnlyAccessDatabase", _READ_ONLY),
    ("Neo.ClientError.Database.DatabaseNotFound", (
        "has no such database.", "Name one that it has: --database NAME or NEO4J_DATABASE.")),
    ("Neo.TransientError.Database.DatabaseUnavailable", (
        "does not offer this database at present.", "Start the database, or try again when the server is ready.")),
    ("Neo.TransientError.General.MemoryPoolOutOfMemoryError", (
        "has too little memory for this document.", "Raise db.memory.transaction.max or the heap of the server.")),
    ("Neo.TransientError.General.OutOfMemoryError", (
        "has run out of memory.", "Raise the heap of the server (server.memory.heap.max_size).")),
    ("Neo.TransientError.Transaction.DeadlockDetected", (
        "was too busy: others held what this write needs.", "Try again when they have finished.")),
    ("Neo.TransientError.Transaction.LockClientStopped", (
        "was too busy: others held what this write needs.", "Try again when they have finished.")),
    ("Neo.TransientError.Transaction.LockAcquisitionTimeout", (
        "was too busy: others held what this write needs.", "Try again when they have finished.")),
    ("Neo.ClientError.Transaction.TransactionTimedOut", (
        "gave up because it took too long.", "Raise db.transaction.timeout, or try again when the server is idle.")),
)  # fmt: skip
"""What the codes of the server (neo4j.com/docs/status-codes) mean to the user, and what helps."""

_RESET = "Is it the port of Bolt (7687), not that of the web page (7474 or 7473), and does it want +s (encryption)?"


class ReadOnlyError(StoreError):
    """The database may be read but not written, by this user or by anybody."""


class Connection:
    """One database on a server. Opens nothing before it is used; for use in one thread."""

    def __init__(self, url: str, database: str | None = None) -> None:
        self.url, self.shown = url, _checked(url)
        self.database = database or os.environ.get("NEO4J_DATABASE") or None
        if self.database:
            self.shown += f" ({self.database})"
        self._driver: neo4j.Driver | None = None
        self._login: tuple[str, str] | None = None
        self.lost = False
        """Whether the server could not be reached when it was last tried."""

    def close(self) -> None:
        """Let go of the server."""
        if self._driver is not None:
            self._driver.close()
            self._driver = None

    def read(self, work: Callable[[neo4j.ManagedTransaction], T]) -> T:
        """Do this in one transaction that may only read; it is tried again when it fails for a passing reason."""
        return self._managed("READ", work)

    def write(self, work: Callable[[neo4j.ManagedTransaction], T]) -> T:
        """Do this in one transaction, wholly or not at all. It may run several times, so it must bear that."""
        return self._managed("WRITE", work)

    @contextmanager
    def session(self, access: Literal["READ", "WRITE"]) -> Iterator[neo4j.Session]:
        """A session of the driver; what goes wrong in it is told in one line."""
        with self.told(), self._open().session(database=self.database, default_access_mode=access) as session:
            yield session

    def _managed(self, access: Literal["READ", "WRITE"], work: Callable[[neo4j.ManagedTransaction], T]) -> T:
        unit = neo4j.unit_of_work(timeout=UNIT_SECONDS)(work)
        for last in (False, False, True):
            with self.session(access) as session:
                try:
                    done = session.execute_read(unit) if access == "READ" else session.execute_write(unit)
                    self.lost = False
                    return done
                except exceptions.IncompleteCommit:  # it may or may not have been kept; doing it again does no harm
                    if last:
                        raise
        raise AssertionError

    def _open(self) -> neo4j.Driver:
        if self._driver is None:
            self._driver = self._driver_for(self.url)
            try:
                self._driver.verify_connectivity()
            except BaseException:
                self.close()
                raise
        return self._driver

    def _driver_for(self, url: str) -> neo4j.Driver:
        if self._login is None:
            self._login = _credentials(self.shown)
        return neo4j.GraphDatabase.driver(
            url,
            auth=self._login,
            max_transaction_retry_time=RETRY_SECONDS,
            connection_timeout=15.0,
            connection_acquisition_timeout=30.0,
            notifications_min_severity="OFF",
            telemetry_disabled=True,
            user_agent="graphmap",
        )

    def _reason(self, error: Exception) -> Exception:
        """Why there is no way to a server: neo4j:// addresses keep it to themselves, bolt:// ones say it."""
        if not self.url.startswith("neo4j") or not isinstance(error, exceptions.ServiceUnavailable):
            return error
        try:
            with self._driver_for("bolt" + self.url.removeprefix("neo4j")) as driver:
                driver.verify_connectivity()
        except (exceptions.DriverError, OSError) as reason:
            return reason
        return error

    @contextmanager
    def told(self) -> Iterator[None]:
        """Say in one line what went wrong and what helps."""
        try:
            yield
        except UnicodeEncodeError as error:
            text = ascii(error.object[max(error.start - 20, 0) : error.end + 20])
            raise StoreError(f"The text {text} holds half a character.", "Correct it in the document.") from error
        except exceptions.Neo4jError as error:
            raise self._said(error) from error
        except (exceptions.DriverError, OSError) as error:
            self.lost = True
            raise self._unreachable(self._reason(error)) from error

    def _said(self, error: exceptions.Neo4jError) -> StoreError:
        code, text = error.code or "", _one_line(error.message or "")
        for known, (says, cure) in _SAYS:
            if code.startswith(known):
                kind = ReadOnlyError if (says, cure) == _READ_ONLY else StoreError
                return kind(f"{self.shown} {says}", cure)
        if code.startswith("Neo.ClientError.Schema."):
            return self.in_the_way(text)
        if code.startswith("Neo.ClientError.Statement."):
            return StoreError(f"{self.shown} does not run this: {text}", "Correct the statement or its parameters.")
        cure = "See the log of the server (neo4j.log, debug.log); what was loaded before is kept."
        return StoreError(f"{self.shown} failed: {text} ({code})", cure)

    def in_the_way(self, what: str) -> StoreError:
        """The error for a constraint or index of others that ours cannot be beside."""
        cure = "Another application or version set it: drop it there, or use another database (--database)."
        return StoreError(f"{self.shown} has a constraint or index that stands in the way: {what}", cure)

    def _unreachable(self, error: Exception) -> StoreLost:
        text = _one_line(str(error))
        if "HTTP" in text or "handshake" in text.lower() or "closed connection" in text:
            return StoreLost(f"{self.shown} does not speak Bolt.", _RESET)
        if isinstance(error, exceptions.UnsupportedServerProduct):
            return StoreLost(f"{self.shown} speaks no version of Bolt that is known here.", _RESET)
        if isinstance(error, exceptions.ConfigurationError):
            return StoreLost(f"{self.shown} cannot be used: {text}", "Write bolt://HOST:7687 or neo4j://HOST:7687.")
        cure = "Is the server running, and are host and port right? What was loaded before is kept."
        return StoreLost(f"{self.shown} cannot be reached: {text}", cure)


def _checked(url: str) -> str:
    """The address as it may be shown. Raises ``StoreError`` for one that holds a password or no host."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise StoreError("The address of the server cannot be read.", "Write neo4j://HOST:7687.") from None
    if parts.username is not None or parts.password is not None:
        raise StoreError(
            "A user or password stands in the address of the server.",
            "Leave it out: set NEO4J_USERNAME and NEO4J_PASSWORD, or type it when asked.",
        )
    if not host:
        raise StoreError(f"{url!a} names no server.", "Write neo4j://HOST:7687.")
    if parts.path.strip("/"):
        raise StoreError(f"{url!a} names more than a server.", "Name the database with --database or NEO4J_DATABASE.")
    return url


def _credentials(shown: str) -> tuple[str, str]:
    user, password = os.environ.get("NEO4J_USERNAME", "neo4j"), os.environ.get("NEO4J_PASSWORD")
    if password is None:
        if not sys.stdin or not sys.stdin.isatty():
            raise StoreError(
                f"{shown} needs a password.", "Set NEO4J_PASSWORD (and NEO4J_USERNAME if it is not neo4j)."
            )
        password = getpass.getpass(f"Password of {user} at {shown}: ")
    return user, password


def _one_line(text: str) -> str:
    """What the server or the driver says, in one line of bearable length, without object addresses."""
    text = re.sub(r"\s+", " ", re.sub(r"\b0x[0-9a-f]+\b", "", text)).strip()
    return text if len(text) <= 300 else text[:300].rstrip() + "…"


def plain(value: Any) -> Any:
    """A value of the driver as plain Python: nodes and relationships as dicts, paths as lists, dates as ISO text."""
    if isinstance(value, neo4j.graph.Node):
        return {"labels": sorted(value.labels), "properties": {key: plain(value[key]) for key in sorted(value)}}
    if isinstance(value, neo4j.graph.Relationship):
        return {"type": value.type, "properties": {key: plain(value[key]) for key in sorted(value)}}
    if isinstance(value, neo4j.graph.Path):
        steps: list[Any] = [plain(value.start_node)]
        for relationship, node in zip(value.relationships, value.nodes[1:], strict=True):
            steps += [plain(relationship), plain(node)]
        return steps
    if isinstance(value, Mapping):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if hasattr(value, "iso_format"):
        return value.iso_format()
    if isinstance(value, bytes):
        return value.hex()
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)
