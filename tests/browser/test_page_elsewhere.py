"""The page where it is read otherwise: without script, in a notebook, on paper, under another lens."""

from __future__ import annotations

import base64
import io
import json
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pypdf import PdfReader

from graphmap import wording
from graphmap.maps import ALL, Atlas, Map
from graphmap.maps.embed import as_iframe

Sample = tuple[Map, Path]


@pytest.fixture
def window(browser: Any) -> Iterator[Any]:
    """Opens a file in a fresh window; at the end the console has said nothing."""
    contexts, said = [], []

    def open_(path: Path, **context: Any) -> Any:
        contexts.append(browser.new_context(viewport={"width": 1440, "height": 900}, **context))
        page = contexts[-1].new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(path.as_uri())
        return page

    yield open_
    for context in contexts:
        context.close()
    assert said == []


def ready(page: Any) -> Any:
    page.wait_for_function("document.documentElement.dataset.ready === 'true'")
    return page


def pages(page: Any) -> list[str]:
    return [one.extract_text() for one in PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages]


def data_of(path: Path) -> dict[str, Any]:
    packed = re.search(r'id="data">(.*?)</script>', path.read_text("utf-8"))
    assert packed is not None
    data: dict[str, Any] = json.loads(zlib.decompress(base64.b64decode(json.loads(packed[1]))))
    return data


def test_without_script_the_findings_can_be_read(window: Any, sample: Sample) -> None:
    page = window(sample[1], java_script_enabled=False)
    for view in sample[0].views:
        title = sample[0].picture(view).title
        pane = page.locator(f"#view-{view}")
        assert pane.is_visible()
        assert title in (pane.locator("h2, svg > title").last.text_content() or "")
    assert page.locator("#view-paths svg").is_visible()
    assert not page.locator("#f-mineral").is_visible(), "what does nothing is not shown"


def test_in_the_frame_of_a_notebook_it_works_without_an_address(window: Any, sample: Sample, tmp_path: Path) -> None:
    outer = tmp_path / "notebook.html"
    outer.write_text(f"<!doctype html><body>{as_iframe(sample[1].read_text('utf-8'), title='map')}", encoding="utf-8")
    frame = window(outer).frames[1]
    ready(frame)
    frame.locator("#tab-table").click()
    frame.locator("#table-rows button").first.click()
    assert "Upstream" in frame.locator("#panel").inner_text()


def test_on_paper_each_picture_is_whole_and_has_one_page(window: Any, sample: Sample) -> None:
    page = ready(window(sample[1]))
    plain = pages(page)
    assert len(plain) == len(sample[0].views)
    for text, view in zip(plain, sample[0].views, strict=True):
        assert "".join(sample[0].picture(view).title.split()) in "".join(text.split())
    for _ in range(3):
        page.locator("#zoom [data-zoom=in]").click()
    zoomed = page.locator("#view-paths svg").get_attribute("viewBox")
    assert pages(page) == plain
    assert page.locator("#view-paths svg").get_attribute("viewBox") == zoomed, "the screen stays as it was"


def test_a_search_brings_the_mark_into_a_zoomed_picture(window: Any, sample: Sample) -> None:
    page, atlas = ready(window(sample[1])), sample[0].atlas
    for _ in range(3):
        page.locator("#zoom [data-zoom=in]").click()
    drawn = sample[0].picture("paths").sites
    for number in (drawn[0], drawn[-1]):
        page.locator("#find").fill(atlas.sites[number].id)
        page.locator("#find").press("Enter")
        mark = page.locator(f'#view-paths .site[data-i="{number}"]').bounding_box()
        pane = page.locator("#view-paths").bounding_box()
        assert pane["x"] <= mark["x"] + mark["width"] / 2 <= pane["x"] + pane["width"]
        assert pane["y"] <= mark["y"] + mark["height"] / 2 <= pane["y"] + pane["height"]
    absent = next(site for site in atlas.sites if site.number not in drawn)
    page.locator("#find").fill(absent.id)
    page.locator("#find").press("Enter")
    assert "no mark in this view" in page.locator("#live").inner_text()


def test_each_lens_counts_what_an_atlas_under_it_counts(window: Any, sample: Sample) -> None:
    page, atlas = ready(window(sample[1])), sample[0].atlas
    assert len(atlas.lenses) > 1
    for name, case in atlas.lenses.items():
        under = Atlas(case, atlas.start)
        for mineral in (ALL, *atlas.minerals):
            page.locator("#f-lens").select_option(name)
            page.locator("#f-mineral").select_option(mineral)
            risky = under.layer(mineral).high_risk.sum() if mineral in (ALL, *under.minerals) else 0
            assert page.locator("#live").inner_text() == f"{risky:,} of {len(atlas):,} sites", (name, mineral)


def test_figures_read_as_python_reads_them(sample: Sample) -> None:
    atlas, data = sample[0].atlas, data_of(sample[1])
    for layer in atlas.layers:
        told = data["layers"][layer.mineral]
        for name in ("value", "unknown"):
            known = np.flatnonzero(~np.isnan(getattr(layer, name)) & (layer.standing < 0))
            for i in known.tolist():
                part = told[name][i] / data["parts"]
                shown = "< 0.1 %" if 0 < part < 0.001 else f"{round(1000 * part) / 10:.1f} %"
                assert shown == wording.percent(float(getattr(layer, name)[i]))


def test_what_is_unknown_stands_last_whichever_way_the_table_is_sorted(window: Any, sample: Sample) -> None:
    page = ready(window(sample[1]))
    page.locator("#tab-table").click()
    head = page.locator("#table-head button", has_text="Exposure")
    for _ in range(2):
        head.click()
        while page.locator("#table-more").is_visible():
            page.locator("#table-more").click()
        cells = page.locator("#table-rows tr").evaluate_all("rows => rows.map(row => row.cells[4].textContent)")
        blank = [cell in ("", "unknown") for cell in cells]
        assert any(blank)
        assert blank == sorted(blank)
