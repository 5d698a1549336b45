"""Maps in headless Chromium on this machine, without a GPU: budgets as ratios, and the page against pyvis's own.

Measured against a budget, figures are turned so that 1 is the budget and more is better. Run as
``python -m tests.bench.bench_maps``. Chromium is found as in ``tests.browser``.
"""

from __future__ import annotations

import contextlib
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from graphmap.maps import Map
from graphmap.maps.atlas import Atlas
from tests.bench.maps_world import case_for, made_up
from tests.browser.conftest import chromium

Row = tuple[str, float, float]

BUDGETS = {5_000: (2.0, 2.0, 25.0), 20_000: (5.0, 4.0, 8.0)}
"""Sites: megabytes of the file, seconds until it is ready, frames a second while the network is dragged."""

SELECT, MAKE = 0.3, 3.0
"""Seconds until a selection is shown (5,000 sites), and for making the page from the graph."""

FRAMES = """() => new Promise(done => {
  const seen = []; let last = performance.now(), end = last + 2500;
  const step = now => {
    seen.push(now - last); last = now;
    now < end ? requestAnimationFrame(step) : done(seen.slice(1));
  };
  requestAnimationFrame(step);
})"""


def made(sites: int) -> tuple[str, float]:
    """The page of a chain of so many sites, and the seconds that it took to make from the graph."""
    graph, brand = made_up(sites)
    start = time.perf_counter()
    page = Map(Atlas(case_for(graph), brand)).html()
    return page, time.perf_counter() - start


def ready(browser: Any, path: Path) -> tuple[Any, float]:
    """An open page, and the seconds from going there until it is ready."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    start = time.perf_counter()
    page.goto(path.as_uri())
    page.wait_for_function("document.documentElement.dataset.ready === 'true'")
    return page, time.perf_counter() - start


def panning(page: Any) -> float:
    """Frames a second while the network is dragged about."""
    page.get_by_role("tab", name="Network").click()
    box = page.locator("canvas").first.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.evaluate(f"() => {{ window.frames_seen = ({FRAMES})() }}")
    end, step = time.perf_counter() + 2.4, 0
    while time.perf_counter() < end:
        step += 1
        page.mouse.move(x + (step * 7) % 200, y - (step * 5) % 100)
    page.mouse.up()
    seen = page.evaluate("() => window.frames_seen")
    return 1000 * len(seen) / sum(seen)


def selecting(page: Any) -> float:
    """Seconds until the panel shows a smelter that was searched for."""
    taken = []
    for text in ("Smelting 1", "Smelting 2", "Smelting 3"):
        page.keyboard.press("Escape")
        page.get_by_role("combobox", name="Find").first.fill(text)
        page.wait_for_timeout(200)
        taken.append(
            page.evaluate("""() => new Promise(done => { const start = performance.now();
              const enter = new KeyboardEvent('keydown', {key: 'Enter', bubbles: true});
              document.querySelector('[role=combobox]').dispatchEvent(enter);
              requestAnimationFrame(() => requestAnimationFrame(() => done((performance.now() - start) / 1000)));
            })""")
        )
    return statistics.median(taken)


def pyvis_page(sites: int, folder: Path) -> Path:
    """The same graph as pyvis itself writes it, its library within the file."""
    from pyvis.network import Network

    graph, brand = made_up(sites)
    atlas = Atlas(case_for(graph), brand)
    links, network = atlas.layer().links, Network(directed=True, cdn_resources="in_line")
    network.add_nodes([site.number for site in atlas.sites], label=[site.name for site in atlas.sites])
    network.add_edges(list(zip(links.tail.tolist(), links.head.tolist(), strict=True)))
    path = folder / "pyvis.html"
    path.write_text(network.generate_html(notebook=False), encoding="utf-8")
    return path


def pyvis_ready(browser: Any, path: Path) -> float:
    """Seconds until pyvis's page has drawn its network and put away its loading bar, at most 60."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.route("http*://**", lambda route: route.abort())  # its template calls out; that is not counted against it
    start = time.perf_counter()
    page.goto(path.as_uri())
    drawn = """() => {
      const bar = document.getElementById('loadingBar');
      return network && (!bar || bar.style.display === 'none');
    }"""
    with contextlib.suppress(Exception):  # it took longer
        page.wait_for_function(drawn, timeout=60_000)
    took = time.perf_counter() - start
    page.close()
    return took


def measure() -> list[Row]:
    """(what, measured, floor); budgets are turned so that more is better."""
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as name, chromium() as browser:
        folder = Path(name)
        for sites, (megabytes, seconds, frames) in BUDGETS.items():
            html, making = made(sites)
            path = folder / f"{sites}.html"
            path.write_text(html, encoding="utf-8")
            size = path.stat().st_size / 1e6
            ready(browser, path)[0].close()  # Chromium is warm
            page, took = ready(browser, path)
            rate = panning(page)
            shown = selecting(page) if sites == min(BUDGETS) else None
            page.close()
            print(
                f"{sites:,} sites: made in {making:.2f} s, {size:.2f} MB, ready in {took:.2f} s, {rate:.0f} frames/s",
                end="",
            )
            print(f", selected in {shown:.3f} s" if shown is not None else "")
            rows += [
                (f"{sites:,} sites: {megabytes:g} MB over the size of the file", megabytes / size, 1.0),
                (f"{sites:,} sites: {seconds:g} s over the time until ready", seconds / took, 1.0),
                (f"{sites:,} sites: {MAKE:g} s over the time of making the page", MAKE / making, 1.0),
                (f"{sites:,} sites: frames a second while panning, over {frames:g}", rate / frames, 1.0),
            ]
            if shown is not None:
                rows.append((f"{sites:,} sites: {SELECT:g} s over the time of selecting", SELECT / shown, 1.0))
        ours = folder / "2000.html"
        ours.write_text(made(2_000)[0], encoding="utf-8")
        page, took = ready(browser, ours)
        page.close()
        theirs = pyvis_ready(browser, pyvis_page(2_000, folder))
        print(f"2,000 sites: ready in {took:.2f} s, pyvis's own page in {theirs:.1f} s")
        rows.append(("2,000 sites: ready, vs pyvis's own page", theirs / took, 5.0))
    return rows


if __name__ == "__main__":
    found = measure()
    for what, ratio, floor in found:
        print(f"{what:66} {ratio:8.2f}  (floor {floor:g}){'' if ratio >= floor else '  BELOW'}")
    sys.exit(any(ratio < floor for _, ratio, floor in found))
