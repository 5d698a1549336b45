"""The neighbourhood of a node in a real browser: offline, silent, and nothing in a name acts."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from graphmap.maps.around import around_page
from graphmap.records import Node
from tests.chains import assessed, case_of
from tests.graphs import buys, declares

HOSTILE = (
    '<img src=x onerror="window.hacked=1">',
    "</script><script>window.hacked=2</script>",
    "href=javascript:1",
    "a\u202eb",
)


def opened(browser: Any, path: Path, said: list[str], **context: Any) -> Any:
    page = browser.new_context(viewport={"width": 1440, "height": 900}, **context).new_page()
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda one: None if re.match("file:|blob:|data:", one.url) else said.append(one.url))
    page.goto(path.as_uri())
    page.wait_for_selector("canvas")
    return page


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    claims: list[Any] = []
    for i, name in enumerate(HOSTILE):
        claims += [Node("Company", f"C{i}", name), Node("Smelter", f"CID9{i:05}", name)]
        claims += [buys("B", f"C{i}"), declares(f"C{i}", f"CID9{i:05}"), assessed(f"CID9{i:05}", "Non-conformant")]
    case = case_of(*claims)
    start = case.graph.node("Company", "B")
    assert start is not None
    path = tmp_path_factory.mktemp("around") / "around.html"
    path.write_text(around_page(case, start), encoding="utf-8")
    return path


def test_names_are_text_and_nothing_is_fetched(browser: Any, hostile: Path) -> None:
    said: list[str] = []
    page = opened(browser, hostile, said)
    text = page.locator("body").inner_text()
    for name in HOSTILE:
        assert name.replace("\u202e", "") in text
    canvas = page.locator("canvas").bounding_box()
    for step in range(12):  # over and on whatever is there
        x, y = canvas["x"] + canvas["width"] * (step + 0.5) / 12, canvas["y"] + canvas["height"] / 2
        page.mouse.move(x, y)
        page.mouse.click(x, y)
    for key in ("Tab", "ArrowRight", "ArrowDown", "Enter", "Escape"):
        page.keyboard.press(key)
    assert page.evaluate("window.hacked") is None
    assert page.locator("img").count() == 0
    assert said == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(browser: Any, hostile: Path, theme: str) -> None:
    page = opened(browser, hostile, [], bypass_csp=True, color_scheme=theme)
    results = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})
    assert [one["id"] for one in results.response["violations"]] == []


def test_the_policy_holds_under_attack(browser: Any, hostile: Path) -> None:
    page = opened(browser, hostile, [])
    page.evaluate("""() => { const s = document.createElement('script'); s.textContent = 'window.hacked = 5';
      document.body.append(s) }""")
    assert page.evaluate("window.hacked") is None
    assert page.evaluate("() => fetch('data:text/plain,x').then(() => 'went', () => 'refused')") == "refused"
