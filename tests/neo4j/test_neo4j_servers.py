"""The servers of the tests: gone with whoever started them, and where none can be had it is said why."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.neo4j.fixtures import HOW, Servers
from tests.neo4j.server import OwnServer, free_port
from tests.neo4j.ways import VERSIONS

START = """
import sys, time
from pathlib import Path
from tests.neo4j.ways import VERSIONS, start_server

server = start_server(VERSIONS["5.26"], Path(sys.argv[1]))
print(server.pid, server.url, flush=True)
server.run("CREATE ()")
time.sleep(600)
"""


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_a_server_ends_and_its_folder_goes_however_its_user_ends(
    neo4j_servers: Servers, tmp_path: Path, how: signal.Signals
) -> None:
    if neo4j_servers.own("5.26").pid is None:
        pytest.skip("the process of a server in Docker is not seen from here")
    home = tmp_path / "home"
    with subprocess.Popen(
        [sys.executable, "-c", START, str(home)], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        pid = int(process.stdout.readline().split()[0])
        assert not gone(pid)
        process.send_signal(how)
    until = time.monotonic() + 20
    while home.exists() or not gone(pid):
        assert time.monotonic() < until
        time.sleep(0.05)


def test_a_server_keeps_port_and_data_when_it_is_killed_and_started_again(neo4j_own: OwnServer) -> None:
    url = neo4j_own.url
    neo4j_own.run("CREATE (:Thing {x: 1})")
    neo4j_own.kill()
    assert not neo4j_own.running
    neo4j_own.start()
    assert neo4j_own.url == url
    assert neo4j_own.version == VERSIONS["5.26"].full
    assert neo4j_own.run("MATCH (n:Thing) RETURN n.x AS x") == [{"x": 1}]


def test_a_server_that_does_not_start_is_told_with_the_end_of_its_log(neo4j_own: OwnServer) -> None:
    neo4j_own.stop()
    with pytest.raises(RuntimeError, match=r"(?s)^Neo4j does not start.*is not a valid size"):
        neo4j_own.start({"server.memory.pagecache.size": "nonsense"})
    neo4j_own.restore()
    assert neo4j_own.run("RETURN 1 AS one") == [{"one": 1}]


TESTS = """
import pytest

def test_main(neo4j_servers):
    neo4j_servers.of("5.26")

def test_new(neo4j_servers):
    neo4j_servers.of("2025.10")

def test_again(neo4j_servers):
    neo4j_servers.of("5.26")
"""


@pytest.mark.parametrize("ci", ["", "true"])
@pytest.mark.parametrize("tool", ["", "java", "mvn"])
def test_where_no_server_can_be_had_tests_skip_and_say_how_to_get_one_and_fail_in_ci(
    tmp_path: Path, ci: str, tool: str
) -> None:
    """On a machine that has Java 17 alone, Maven alone (which finds nothing), or nothing."""
    (tmp_path / "test_it.py").write_text(TESTS)
    (tmp_path / "bin").mkdir()
    says = {"java": "echo 'openjdk version \"17.0.1\"' >&2", "mvn": "echo 'Could not find artifact'; exit 1"}
    for name in filter(None, {tool, "java" if tool == "mvn" else ""}):
        (tmp_path / "bin" / name).write_text(f"#!/bin/sh\n{says[name]}\n")
        (tmp_path / "bin" / name).chmod(0o755)
    env = os.environ | {"PATH": str(tmp_path / "bin"), "XDG_CACHE_HOME": str(tmp_path), "CI": ci, "LANG": "C"}
    for name in ("JAVA_HOME", "GRAPHMAP_TEST_NEO4J", "PYTEST_XDIST_WORKER"):
        env.pop(name, None)
    command = [sys.executable, "-m", "pytest", "-rsf", "-p", "no:cacheprovider", "-p", "tests.neo4j.fixtures"]
    command += ["-c", os.devnull, "--rootdir", str(tmp_path), str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, env=env | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True)
    told = " ".join(done.stdout.split())
    why = {
        "": "No Neo4j 5.26: Neo4j 5.26 needs Java 17 or later, and none was found.",
        "java": "No Neo4j 5.26: Docker does not answer, and Maven (mvn), which could get one, was not found.",
        "mvn": f"No Neo4j 5.26: Maven could not get Neo4j {VERSIONS['5.26'].full}: Could not find artifact",
    }[tool]
    assert HOW in told
    assert why in told
    found = re.search(r"(?:(\d+) failed)?(?:, )?(?:(\d+) skipped)? in ", done.stdout)
    assert found is not None
    assert (found[1], found[2]) == (("2", "1") if ci else (None, "3"))


def test_a_free_port_is_out_of_the_way_of_outgoing_connections() -> None:
    assert all(20_000 <= free_port() < 32_000 for _ in range(20))
