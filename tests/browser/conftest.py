"""Headless Chromium and the pages that are tested in it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from graphmap import api
from graphmap.campaign.sample import write_campaign
from graphmap.maps import Map

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-accelerated-2d-canvas", "--disable-quic", "--no-first-run",
    "--disable-sync", "--disable-background-networking", "--disable-component-update", "--disable-3d-apis",
]  # fmt: skip
"""No network, no GPU, no WebGL: what a locked-down desktop offers."""


def found() -> str | None:
    """Where Chromium is."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return os.environ.get("GRAPHMAP_TEST_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


@contextmanager
def chromium() -> Iterator[Any]:
    """A browser of its own."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found(), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    if found() is None:
        if os.environ.get("CI"):
            pytest.fail("no Chromium; install it (Debian: apt-get install chromium fonts-liberation)")
        pytest.skip("no Chromium; install it (Debian: apt-get install chromium fonts-liberation)")
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Map, Path]]:
    """The map of the sample campaign, and its page."""
    folder = tmp_path_factory.mktemp("page")
    with api.open(folder / "chain.graphmap") as work:
        work.load(*write_campaign(folder / "campaign"), jobs=0)
        drawn = work.map()
        yield drawn, drawn.save(folder / "risk.html")
