"""What may answer at the address of a server, and who may log in: one line says what helps, never a password."""

from __future__ import annotations

import io
import logging
import os
import pty
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest
from neo4j.exceptions import ClientError

from graphmap.errors import StoreError
from graphmap.store import Store, open_store
from tests.conftest import ROOT
from tests.graphs import buys
from tests.neo4j.fixtures import Servers, log_in_to
from tests.neo4j.server import OwnServer, Server, free_port
from tests.store.documents import document

WRONG = "not-the-pass-word"


@pytest.fixture
def server(neo4j_servers: Servers, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server, whatever it holds; afterwards it has forgotten the wrong passwords that it has seen."""
    server = neo4j_servers.of("5.26")
    log_in_to(server, monkeypatch)
    yield server
    server.disconnect()
    until = time.monotonic() + 20
    while True:
        try:
            return server.driver.verify_connectivity()
        except ClientError:
            if time.monotonic() > until:
                raise
        time.sleep(0.2)


def refusal(url: str, database: str | None = None) -> str:
    """The one line with which reading and writing there are refused."""
    lines = set()
    uses: tuple[Callable[[Store], object], ...] = (
        lambda store: store.sources(),
        lambda store: store.replace(document("x", buys("A", "B"))),
    )
    for use in uses:
        with pytest.raises(StoreError) as refused, open_store(url, database=database) as store:
            use(store)
        assert refused.value.cure
        lines.add(str(refused.value))
    (line,) = lines
    assert "\n" not in line
    return line


# ---- who logs in --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["NEO4J_PASSWORD", "NEO4J_USERNAME"])
def test_a_wrong_password_or_user_is_told_and_never_shown(
    server: Server, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    monkeypatch.setenv(name, WRONG)
    caplog.set_level(logging.DEBUG)
    line = refusal(server.url)
    assert line.startswith(f"{server.url} refuses this user or password. Set NEO4J_USERNAME and NEO4J_PASSWORD")
    assert "neo4j" in {record.name.partition(".")[0] for record in caplog.records}, "the driver says what it does"
    assert server.password not in line + caplog.text
    assert name == "NEO4J_USERNAME" or WRONG not in line + caplog.text


def test_nothing_that_is_logged_or_printed_holds_the_password(server: Server) -> None:
    """Everything that the driver logs, and the trace of an error, in a process of its own."""
    program = (
        "import logging, sys; logging.basicConfig(level=1, stream=sys.stderr); "
        "from graphmap.cli import main; main(sys.argv[1:])"
    )
    env = os.environ | server.environment
    for given, says in ((env, "holds no documents"), (env | {"NEO4J_PASSWORD": WRONG}, "refuses this user")):
        server.empty()
        command = [sys.executable, "-c", program, "rate", "--store", server.url, "--debug"]
        done = subprocess.run(command, cwd=ROOT, env=given, capture_output=True, text=True)
        assert done.returncode == 2
        assert says in done.stderr
        assert "Traceback" in done.stderr
        assert "[#" in done.stderr, "the driver has logged its messages"
        for password in (server.password, WRONG):
            assert password not in done.stderr + done.stdout


def test_many_wrong_passwords_are_told_apart(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEO4J_PASSWORD", WRONG)
    lines = {refusal(server.url) for _ in range(4)}
    assert any("has seen too many wrong passwords. Wait some seconds" in line for line in lines), lines


def test_without_a_password_and_without_a_terminal_it_says_which_variable(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NEO4J_PASSWORD")
    monkeypatch.setattr(sys, "stdin", io.StringIO(WRONG))
    assert (
        refusal(server.url)
        == f"{server.url} needs a password. Set NEO4J_PASSWORD (and NEO4J_USERNAME if it is not neo4j)."
    )


def test_a_terminal_is_asked_for_the_password_and_does_not_show_it(server: Server) -> None:
    server.empty()
    env = os.environ | {"NEO4J_USERNAME": server.username}
    env.pop("NEO4J_PASSWORD", None)
    screen, terminal = pty.openpty()
    command = [sys.executable, "-m", "graphmap", "sources", "--store", server.url]
    with subprocess.Popen(
        command, cwd=ROOT, env=env, stdin=terminal, stdout=terminal, stderr=terminal, start_new_session=True
    ) as process:
        os.close(terminal)
        shown = b""
        with suppress(OSError), os.fdopen(screen, "r+b", buffering=0) as keyboard:  # it ends with an error
            while not shown.endswith(b": "):
                shown += keyboard.read(1000)
            time.sleep(0.2)  # until the terminal has been told to show nothing
            keyboard.write(server.password.encode() + b"\n")
            while True:
                shown += keyboard.read(1000)
    text = shown.decode()
    assert f"Password of {server.username} at {server.url}: " in text
    assert server.password not in text
    assert process.returncode == 0, text


def test_a_password_in_the_address_is_refused_and_not_repeated(server: Server) -> None:
    for url in (f"neo4j://neo4j:{WRONG}@127.0.0.1:7687", f"bolt://{WRONG}@127.0.0.1"):
        line = refusal(url)
        assert line.startswith("A user or password stands in the address of the server. Leave it out")
        assert WRONG not in line


# ---- what is at the address ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["neo4j", "bolt"])
def test_both_kinds_of_address_lead_to_the_server(server: Server, kind: str) -> None:
    server.empty()
    url = server.url.replace("neo4j:", f"{kind}:")
    with open_store(url, database="neo4j") as store:
        store.replace(document("x", buys("A", "B")))
        assert len(store.graph()) == 2


@pytest.mark.parametrize("kind", ["neo4j", "bolt"])
def test_a_port_at_which_nobody_listens(server: Server, kind: str) -> None:
    port = free_port()
    line = refusal(f"{kind}://127.0.0.1:{port}")
    assert line.startswith(f"{kind}://127.0.0.1:{port} cannot be reached: ")
    assert line.endswith("Is the server running, and are host and port right? What was loaded before is kept.")


def test_a_host_that_does_not_exist(server: Server) -> None:
    assert "neo4j://no-such-host.invalid:7687 cannot be reached: " in refusal("neo4j://no-such-host.invalid:7687")


@contextmanager
def listening(answer: Callable[[socket.socket], None]) -> Iterator[int]:
    """A port at which every caller gets this answer."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    caller, _ = listener.accept()
                    with caller, suppress(OSError):
                        answer(caller)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
    thread.join()


def test_a_server_that_speaks_http(neo4j_own: OwnServer) -> None:
    """The port of Neo4j's own web page, which is the mistake that people make."""
    port = free_port()
    neo4j_own.stop()
    neo4j_own.start({"server.http.enabled": "true", "server.http.listen_address": f"127.0.0.1:{port}"})
    for kind in ("neo4j", "bolt"):
        line = refusal(f"{kind}://127.0.0.1:{port}")
        assert line.startswith(f"{kind}://127.0.0.1:{port} does not speak Bolt. Is it the port of Bolt (7687)")


@pytest.mark.parametrize(
    "answer", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"SSH-2.0-OpenSSH_9.2\r\n", b"\0\0\0\0", b"\xff" * 20],
    ids=["nothing", "http", "ssh", "no version", "nonsense"],
)  # fmt: skip
def test_a_server_that_speaks_something_else(server: Server, answer: bytes) -> None:
    with listening(lambda caller: caller.sendall(answer)) as port:
        line = refusal(f"bolt://127.0.0.1:{port}")
    assert "does not speak Bolt" in line or "no version of Bolt" in line, line
    assert "Is it the port of Bolt (7687)" in line


def test_encryption_where_there_is_none(server: Server) -> None:
    line = refusal(server.url.replace("neo4j:", "neo4j+ssc:"))
    assert "cannot be reached" in line or "does not speak Bolt" in line


def test_a_database_that_is_not_there(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    says = f"{server.url} (elsewhere) has no such database. Name one that it has: --database NAME or NEO4J_DATABASE."
    assert refusal(server.url, "elsewhere") == says
    monkeypatch.setenv("NEO4J_DATABASE", "elsewhere")
    assert refusal(server.url) == says


@pytest.mark.parametrize(
    "url",
    ["neo4j://", "bolt://:7687", "neo4j://h:port", "neo4j://h:99999", "neo4j://[::1", "neo4j://h/db", "neo4j://h?a=b"],
)
def test_an_address_that_names_no_server(server: Server, url: str) -> None:
    assert refusal(url)
