"""The command line on the sample campaign: from a server it says what it says from a file, to the last byte."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from graphmap.campaign.sample import write_campaign
from tests.conftest import ROOT
from tests.neo4j.server import Server

VERBS = ["rate", "sources --issues", "paths --to not-accepted"]


def run(verb: str, store: str, folder: Path) -> str:
    """What a verb prints as JSON."""
    command = [sys.executable, "-m", "graphmap", *verb.split(), "--store", store, "--json", "--quiet"]
    env = os.environ | {"XDG_CACHE_HOME": str(folder / "cache"), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sample campaign in ``campaign``."""
    folder = tmp_path_factory.mktemp("cli")
    write_campaign(folder / "campaign")
    return folder


@pytest.fixture(scope="module")
def wanted(folder: Path) -> dict[str, str]:
    """What each verb says of a store in a file."""
    return {verb: run(verb, "chain.graphmap", folder) for verb in ("load campaign", *VERBS)}


@pytest.mark.parametrize("neo4j_server", ["5.26"], indirect=True)
def test_every_verb_says_the_same_of_a_server_and_of_a_file(
    neo4j_server: Server, folder: Path, wanted: dict[str, str]
) -> None:
    again = ["load campaign", "rate"]  # changes nothing; comes from the cached columns
    for verb in ("load campaign", *VERBS, *again):
        assert len(wanted[verb]) > 1000
        assert run(verb, neo4j_server.url, folder) == wanted[verb]
