"""Where the tests get their Neo4j servers from.

In this order: ``GRAPHMAP_TEST_NEO4J``, the URL of a server that runs (what its database holds is removed, so name one
that holds nothing you need; the user is ``NEO4J_USERNAME``, else neo4j, the password ``NEO4J_PASSWORD``); a Docker
engine that answers (image neo4j:5-community); else one assembled from published Maven artifacts (``pom.xml``), which
needs ``mvn`` and Java 17 or later (Java 21 or later for version 2025.10).

The way with Docker has not been run: no engine was at hand when it was written.
"""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from tests.neo4j.server import OwnServer, Server, Way

URL = "GRAPHMAP_TEST_NEO4J"
POM = Path(__file__).with_name("pom.xml")
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "graphmap-tests"
"""Where the jars are kept from one test run to the next."""
DEBIAN = Path("/usr/lib/jvm")
"""Where Debian and its like put every Java."""


@dataclass(frozen=True)
class Version:
    """A version of Neo4j, and what running it takes."""

    name: str
    java: int
    main: str
    image: str
    options: tuple[str, ...] = ()

    @property
    def full(self) -> str:
        """The version that is pinned for it, e.g. "5.26.30"."""
        found = ElementTree.parse(POM).findtext(f".//{{*}}neo4j-{self.name}")
        assert found is not None
        return found


VERSIONS = {
    version.name: version
    for version in (
        Version("5.26", 17, "org.neo4j.server.CommunityEntryPoint", "neo4j:5-community"),
        Version("2025.10", 21, "org.neo4j.server.Neo4jCommunity", "neo4j:2025.10-community",
                ("--enable-native-access=ALL-UNNAMED", "--add-modules=jdk.incubator.vector")),
    )
}  # fmt: skip

OPENED = ("java.base/java.nio", "java.base/java.io", "java.base/sun.nio.ch")
"""Packages of Java that Neo4j looks into (as its own start script allows it)."""


class NoServer(Exception):  # noqa: N818 - says what there is
    """No server of a version can be had here: a sentence that says why."""

    def __init__(self, why: str, *, lacks_java: bool = False) -> None:
        super().__init__(why)
        self.lacks_java = lacks_java


def given_server() -> Server:
    """The server that ``GRAPHMAP_TEST_NEO4J`` names; it runs already."""
    return Server(os.environ[URL], os.environ.get("NEO4J_USERNAME") or "neo4j", os.environ.get("NEO4J_PASSWORD", ""))


def start_server(version: Version, home: Path, *, measured: bool = False) -> OwnServer:
    """A server of our own in the folder ``home``, started. Raises ``NoServer`` where none can be had.

    ``measured``: compile what runs often as well as Java can, as a server in use does. Tests are over before that
    pays: with the quick compiler alone their servers take half the processor time (measured 2026-11-22).
    """
    server = OwnServer(docker(version) or _assembled(version, measured), home)
    try:
        server.start()
    except BaseException:
        server.close()
        raise
    return server


# ---- Docker -----------------------------------------------------------------------------------------------------


def docker(version: Version) -> Way | None:
    """Run the image, if an engine answers that has it or can get it."""
    program = shutil.which("docker")
    try:
        if program is None or subprocess.run([program, "info"], capture_output=True, timeout=10).returncode:
            return None
    except subprocess.TimeoutExpired:
        return None
    image = (["image", "inspect", version.image], ["pull", "--quiet", version.image])
    if all(subprocess.run([program, *command], capture_output=True).returncode for command in image):
        return None

    def called(home: Path) -> str:
        return f"graphmap-tests-{os.getpid()}-{home.name}"

    def run(home: Path, port: int) -> list[str]:
        return [
            program, "run", "--rm", "--name", called(home), "--publish", f"127.0.0.1:{port}:7687",
            # As this user, so that the files can be read and removed.
            *(("--user", f"{os.getuid()}:{os.getgid()}") if hasattr(os, "getuid") else ()),
            *(f"--volume={home / folder}:/{folder}" for folder in ("conf", "data", "logs")),
            version.image,
        ]  # fmt: skip

    # Stopping is passed on to the server by `docker run`; killing is not.
    return Way(run, listen="0.0.0.0:7687", kill=lambda home: [program, "rm", "--force", called(home)])


# ---- Maven ------------------------------------------------------------------------------------------------------


def _assembled(version: Version, measured: bool) -> Way:
    """Run the classes from the Maven artifacts."""
    compiler = [] if measured else ["-XX:TieredStopAtLevel=1"]
    program, classes = java(version), jars(version)

    def run(home: Path, port: int) -> list[str]:
        return [
            program, "-Xmx512m", "-XX:+UseSerialGC", *compiler, *version.options,
            *(f"--add-opens={package}=ALL-UNNAMED" for package in OPENED),
            "-cp", f"{classes}{os.sep}*", version.main, f"--home-dir={home}", f"--config-dir={home / 'conf'}",
        ]  # fmt: skip

    return Way(run)


def java(version: Version) -> str:
    """The oldest Java that is new enough: in JAVA_HOME, on PATH, beside that one, or where Debian puts them."""
    homes = [Path(os.environ["JAVA_HOME"])] if os.environ.get("JAVA_HOME") else []
    found: dict[str, int] = {}
    if default := shutil.which("java"):
        found[str(Path(default).resolve())] = 0
        homes += Path(default).resolve().parent.parent.parent.glob("*")
    homes += DEBIAN.glob("*")
    for home in homes:
        if program := shutil.which("java", path=home / "bin"):
            found.setdefault(str(Path(program).resolve()), 0)
    for program in found:
        said = subprocess.run([program, "-version"], capture_output=True, text=True).stderr
        number = re.search(r'version "(?:1\.)?(\d+)', said)
        found[program] = int(number[1]) if number else 0
    enough = sorted((number, program) for program, number in found.items() if number >= version.java)
    if not enough:
        raise NoServer(f"it needs Java {version.java} or later, and none was found.", lacks_java=True)
    return enough[0][1]


def jars(version: Version) -> Path:
    """The folder with all jars of a version, filled once and used again by every test run."""
    folder = CACHE / f"neo4j-{version.full}"
    if folder.is_dir():
        return folder
    maven = shutil.which("mvn")
    if maven is None:
        raise NoServer("Docker does not answer, and Maven (mvn), which could get one, was not found.")
    CACHE.mkdir(parents=True, exist_ok=True)
    with alone(CACHE / "lock"):  # while one worker fills the folder, the others wait for it
        if not folder.is_dir():
            with tempfile.TemporaryDirectory(dir=CACHE) as part:
                goal = ["dependency:copy-dependencies", f"-DoutputDirectory={part}/jars", "-DincludeScope=runtime"]
                command = [maven, "-q", "-B", "-f", str(POM), *goal, f"-Dneo4j.version={version.full}"]
                done = subprocess.run(command, capture_output=True, text=True)
                if done.returncode:
                    said = re.sub(r"\x1b\[\w+", "", done.stdout + done.stderr).strip() or f"exit code {done.returncode}"
                    raise NoServer(f"Maven could not get {version.full}: {said.splitlines()[0]}.")
                os.rename(Path(part, "jars"), folder)  # the folder is there as a whole or not at all
    return folder


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Wait until no other process is in here with the same path. A process that dies is out."""
    # A transaction of SQLite is a lock between processes that every system knows.
    with closing(sqlite3.connect(path, timeout=3600, isolation_level=None)) as lock:
        lock.execute("BEGIN EXCLUSIVE")
        yield
