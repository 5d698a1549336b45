"""The servers of the tests: gone with whoever started them, and where none can be had it is said why."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.neo4j import ways
from tests.neo4j.fixtures import HOW, Servers
from tests.neo4j.server import OwnServer, free_port
from tests.neo4j.ways import URL, VERSIONS

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


def test_a_server_ends_and_its_folder_goes_when_its_user_is_killed(neo4j_servers: Servers, tmp_path: Path) -> None:
    if neo4j_servers.own("5.26").pid is None:
        pytest.skip("the process of a server in Docker is not seen from here")
    home = tmp_path / "home"
    with subprocess.Popen(
        [sys.executable, "-c", START, str(home)], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        pid = int(process.stdout.readline().split()[0])
        assert not gone(pid)
        process.kill()
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


@pytest.fixture
def poor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine on which nothing is installed but what the test puts into this folder."""
    for name in ("JAVA_HOME", URL, "CI"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(ways, "CACHE", tmp_path / "cache")
    monkeypatch.setattr(ways, "DEBIAN", tmp_path / "none")
    return tmp_path


def install(folder: Path, name: str, script: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


def skipped(folders: pytest.TempPathFactory, version: str, how: type[BaseException] = pytest.skip.Exception) -> str:
    """Why tests on this version skip, each of them."""
    servers = Servers(folders)
    lines = set()
    for _ in range(2):
        with pytest.raises(how) as said:
            servers.of(version)
        lines.add(str(said.value))
    (line,) = lines
    assert "\n" not in line
    assert line.endswith(HOW)
    return line.removesuffix(HOW)


def test_without_a_server_tests_skip_and_say_how_to_get_one(
    poor: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    for version, java in (("5.26", 17), ("2025.10", 21)):
        says = f"No Neo4j {version}: it needs Java {java} or later, and none was found. "
        assert skipped(tmp_path_factory, version) == says
    install(poor, "java", "echo 'openjdk version \"17.0.1\" 2021-10-19' >&2")
    assert "needs Java 21 or later" in skipped(tmp_path_factory, "2025.10")
    says = "No Neo4j 5.26: Docker does not answer, and Maven (mvn), which could get one, was not found. "
    assert skipped(tmp_path_factory, "5.26") == says
    install(poor, "docker", "echo 'Cannot connect to the Docker daemon' >&2; exit 1")
    install(poor, "mvn", "echo '[ERROR] Could not find artifact'; echo more; exit 1")
    says = f"No Neo4j 5.26: Maven could not get {VERSIONS['5.26'].full}: [ERROR] Could not find artifact. "
    assert skipped(tmp_path_factory, "5.26") == says
    assert [path.name for path in (poor / "cache").iterdir()] == ["lock"], "nothing half done is left"


def test_in_ci_tests_without_a_server_fail_unless_only_a_newer_java_is_missing(
    poor: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "true")
    assert "needs Java 17" in skipped(tmp_path_factory, "5.26", pytest.fail.Exception)
    assert "needs Java 21" in skipped(tmp_path_factory, "2025.10", pytest.skip.Exception)
    install(poor, "java", "echo 'openjdk version \"25\"' >&2")
    assert "Maven (mvn)" in skipped(tmp_path_factory, "2025.10", pytest.fail.Exception)


def test_of_several_javas_the_oldest_that_will_do_is_taken(poor: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for home, number in (("a", "25.0.1"), ("b", "17.0.15"), ("c", "1.8.0_402"), ("d", "21"), ("e", "11.0.2")):
        (poor / "jvm" / home / "bin").mkdir(parents=True)
        install(poor / "jvm" / home / "bin", "java", f"echo 'openjdk version \"{number}\" 2025-04-15' >&2")
    monkeypatch.setenv("JAVA_HOME", str(poor / "jvm" / "c"))
    monkeypatch.setenv("PATH", str(poor / "jvm" / "e" / "bin"))
    assert ways.java(VERSIONS["5.26"]) == str(poor / "jvm" / "b" / "bin" / "java")
    assert ways.java(VERSIONS["2025.10"]) == str(poor / "jvm" / "d" / "bin" / "java")


def test_a_free_port_is_out_of_the_way_of_outgoing_connections() -> None:
    assert all(20_000 <= free_port() < 32_000 for _ in range(20))
