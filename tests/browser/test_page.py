"""The page in a real browser: what an executive sees, what an analyst can ask, and what a hostile name cannot do.

What is expected comes from Python: the atlas, networkx, the pictures; never from the page's own data.
"""

from __future__ import annotations

import base64
import csv
import json
import re
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe

from graphmap.graph import SupplyGraph
from graphmap.maps import ALL, Atlas, Map
from graphmap.maps.atlas import SMELTER
from graphmap.policy import STANDINGS
from graphmap.records import Node
from tests.chains import assessed, case_of, country, fed_by, located, mine
from tests.graphs import answered, buys, declares, graph_of, smelter

VIEWS = ("paths", "network", "world", "flow", "matrix", "trend", "table")
HOSTILE = (
    '<img src=x onerror="window.hacked=1">', "</script><script>window.hacked=2</script>",
    '"><svg onload=window.hacked=3>', "javascript:window.hacked=4", "href=x", "a\u2028b", "abc\u202egpj.exe", "W" * 500,
    "江西稀有金属冶炼有限公司",
    "شركة الذهب", "Gold 🏭👩‍🏭 Works", "=cmd|' /C calc'!A0", "O'Brien & \"Sons\" <b>",
)  # fmt: skip

COLOURS = """async text => {
  const bytes = Uint8Array.from(atob(text), char => char.charCodeAt(0)), seen = new Map();
  const image = await createImageBitmap(new Blob([bytes]));
  const canvas = new OffscreenCanvas(image.width, image.height), pen = canvas.getContext('2d');
  pen.drawImage(image, 0, 0);
  const d = pen.getImageData(0, 0, canvas.width, canvas.height).data;
  for (let i = 0; i < d.length; i += 4) {
    const colour = d[i] << 16 | d[i + 1] << 8 | d[i + 2];
    seen.set(colour, (seen.get(colour) || 0) + 1);
  }
  return [...seen];
}"""
"""Each colour of a PNG, given in base64, and how often it occurs."""

ATTACK = """() => {
  const script = document.createElement('script'), box = document.createElement('div');
  script.textContent = 'window.hacked = 5';
  box.innerHTML = '<img src=x onerror="window.hacked = 6">';
  document.body.append(script, box);
  return new Promise(done => setTimeout(() => { try { eval('1'); done('ran') } catch { done('refused') } }, 200));
}"""

Opened = Callable[..., Any]


@pytest.fixture
def opened(browser: Any, sample: tuple[Map, Path]) -> Iterator[Opened]:
    """Opens a page in a fresh window; at the end nothing was requested and nothing said on the console."""
    contexts, said = [], []

    def open_(path: Path | None = None, fragment: str = "", quiet: bool = True, **context: Any) -> Any:
        context = {"viewport": {"width": 1440, "height": 900}, "accept_downloads": True, **context}
        contexts.append(browser.new_context(**context))
        page = contexts[-1].new_page()
        if quiet:
            page.on("console", lambda message: said.append(message.text))
            page.on("pageerror", lambda error: said.append(str(error)))
        page.on("dialog", lambda dialog: (said.append("dialog"), dialog.dismiss()))
        page.on("request", lambda one: None if re.match("file:|blob:|data:", one.url) else said.append(one.url))
        page.goto((path or sample[1]).as_uri() + fragment)
        page.wait_for_function("document.documentElement.dataset.ready === 'true'")
        return page

    yield open_
    for context in contexts:
        context.close()
    assert said == []


def show(page: Any, view: str) -> None:
    page.locator(f"#tab-{view}").click()


def network_of(atlas: Atlas, mineral: str = ALL) -> nx.DiGraph:
    links = atlas.layer(mineral).links
    out = nx.DiGraph()
    out.add_nodes_from(range(len(atlas)))
    out.add_edges_from(zip(links.tail.tolist(), links.head.tolist(), strict=True))
    return out


def upstream(page: Any) -> list[str]:
    """How many sites the panel says are upstream and downstream."""
    return [page.locator("#panel dd").nth(i).inner_text() for i in (0, 1)]


def sites(number: int) -> str:
    return f"{number:,} sites"


# ---- what is shown ------------------------------------------------------------------------------------------------


def test_every_view_shows_what_python_drew(opened: Opened, sample: tuple[Map, Path]) -> None:
    page, drawn = opened(), sample[0]
    assert page.locator("[role=tab]").all_inner_texts() == [view.capitalize() for view in VIEWS]
    for view in VIEWS[:-1]:
        show(page, view)
        assert page.locator(f"#view-{view}").is_visible()
        if view != "network":
            numbers = [
                int(one) for one in page.locator(f"#view-{view} .site").evaluate_all("all => all.map(x => x.dataset.i)")
            ]
            assert set(numbers) <= set(range(len(drawn.atlas)))
        assert drawn.picture(view).title in page.locator(f"#view-{view}").inner_text().replace("\n", " ") or (
            page.locator(f"#view-{view} svg title").first.text_content() == drawn.picture(view).title
        )
    cards = page.locator("#view-paths .site").evaluate_all("all => all.map(x => +x.dataset.i)")
    assert sorted(cards) == sorted(drawn.picture("paths").sites)
    colours = page.evaluate("""() => { document.querySelector('#tab-network').click();
      return new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => {
        const c = document.querySelector('#canvas'), d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
        const seen = new Set(); for (let i = 0; i < d.length; i += 4) seen.add(d[i] << 16 | d[i + 1] << 8 | d[i + 2]);
        done(seen.size); }))) }""")
    assert colours > 50


def test_nothing_in_the_file_points_elsewhere(sample: tuple[Map, Path]) -> None:
    text = sample[1].read_text("utf-8")
    assert re.findall(r'(?:src|href)\s*=\s*["\']?\s*(?:https?:)?//', text) == []
    assert text == sample[0].html(), "the same map gives the same bytes"


def test_a_click_opens_what_is_known(opened: Opened, sample: tuple[Map, Path]) -> None:
    page, atlas = opened(), sample[0].atlas
    network = network_of(atlas)
    number = sample[0].picture("paths").sites[-1]
    page.locator(f'#view-paths .site[data-i="{number}"]').click()
    one = atlas.sites[number]
    panel = page.locator("#panel")
    assert panel.locator("h2").first.inner_text() == one.name
    assert upstream(page) == [sites(len(nx.descendants(network, number))), sites(len(nx.ancestors(network, number)))]
    assert STANDINGS[atlas.layer().standing[number]] in panel.inner_text()
    assert "smelters.csv, E" in panel.locator(".receipt").first.inner_text()
    page.keyboard.press("Escape")
    assert panel.is_hidden()


def test_a_dot_of_the_network_can_be_clicked(opened: Opened, sample: tuple[Map, Path]) -> None:
    page, drawn = opened(), sample[0]
    show(page, "network")
    place = drawn._placement
    number = int(np.flatnonzero(drawn.atlas.kind == SMELTER)[0])
    box = page.locator("#canvas").bounding_box()
    k = min(box["width"] / place.width, box["height"] / (place.height + 40))
    left, top = (box["width"] - place.width * k) / 2, 20 * k + (box["height"] - (place.height + 40) * k) / 2
    page.mouse.click(box["x"] + left + place.x[number] * k, box["y"] + top + place.y[number] * k)
    assert page.locator("#panel h2").first.inner_text() == drawn.atlas.sites[number].name


def test_every_claim_about_a_site_has_its_receipt(opened: Opened, sample: tuple[Map, Path]) -> None:
    atlas = sample[0].atlas
    graph: SupplyGraph = atlas.graph
    number = int(np.flatnonzero(atlas.layer().standing == STANDINGS.index("not accepted"))[0])
    node, wanted = int(atlas.node[number]), []
    for name, table in graph.edges.items():
        if name not in ("SAME_AS", "HAS_CONTACT"):
            about = np.flatnonzero((table.tail == node) | (table.head == node)).tolist()
            wanted += [str(graph.receipt(name, position)) for position in about]
    page = opened(fragment=f"#view=table&sel=2:{atlas.sites[number].id}")
    for details in page.locator("#panel details").all():
        if details.get_attribute("open") is None:
            details.locator("summary").click()
    page.wait_for_function(f"document.querySelectorAll('#panel .receipt').length >= {min(len(wanted), 20)}")
    while (more := page.locator("#panel details button:visible")).count():
        more.first.click()
    assert sorted(page.locator("#panel .receipt").all_inner_texts()) == sorted(wanted)


def test_no_contact_is_in_the_file(sample: tuple[Map, Path]) -> None:
    contacts = sample[0].atlas.graph.table("HAS_CONTACT")
    mails = {mail for mail in contacts.text("email") if mail}
    assert mails
    packed = json.loads(sample[1].read_text("utf-8").partition('id="data">')[2].partition("</script>")[0])
    data = zlib.decompress(base64.b64decode(packed)).decode()
    assert not [mail for mail in mails if mail in data]
    assert "Smelter List!" in data


# ---- search, filters, links ---------------------------------------------------------------------------------------


def test_search(opened: Opened, sample: tuple[Map, Path]) -> None:
    page, drawn = opened(), sample[0]
    show(page, "network")
    page.keyboard.press("/")
    one = next(site for site in drawn.atlas.sites if site.kind == SMELTER)
    page.keyboard.type(one.name)
    page.keyboard.press("Enter")
    assert page.locator("#panel h2").first.inner_text() == one.name
    inside = page.evaluate("""() => { const c = document.querySelector('#canvas');
      return [c.clientWidth, c.clientHeight] }""")
    assert inside[0] > 0
    page.keyboard.press("/")
    page.keyboard.type("no such thing")
    assert page.locator("#live").inner_text() == "0 sites found"
    page.keyboard.press("Escape")
    assert page.locator("#find").input_value() == ""


def test_filters_count_as_python_does(opened: Opened, sample: tuple[Map, Path]) -> None:
    page, atlas = opened(), sample[0].atlas
    live = page.locator("#live")
    mineral = atlas.minerals[-1]
    layer, n = atlas.layer(mineral), len(atlas)
    page.locator("#f-mineral").select_option(mineral)
    assert live.inner_text() == f"{layer.present.sum()} of {n} sites"
    assert page.locator("#view-paths svg title").first.text_content() == sample[0].picture("paths", mineral).title
    standing = layer.standing == STANDINGS.index("accepted")
    page.locator("#f-standing").select_option("accepted")
    assert live.inner_text() == f"{(layer.present & standing).sum()} of {n} sites"
    page.reload()
    page.wait_for_function("document.documentElement.dataset.ready === 'true'")
    show(page, "table")
    assert page.locator("#table-count").inner_text() == f"{(layer.present & standing).sum()} of {n} sites"
    page.locator("#clear").click()
    assert live.inner_text() == f"{n} of {n} sites"
    page.locator("#f-lens").select_option(atlas.case.lens.name)
    assert live.inner_text() == f"{atlas.layer().high_risk.sum()} of {n} sites"
    page.locator("#clear").click()
    page.locator("#f-tier").select_option("2")
    assert live.inner_text() == f"{sum(one.tier == 2 for one in atlas.sites)} of {n} sites"
    page.locator("#clear").click()
    supplier = next(one for one in atlas.sites if one.tier == 1)
    page.locator("#f-supplier").select_option(supplier.id)
    assert live.inner_text() == f"{len(nx.descendants(network_of(atlas), supplier.number)) + 1} of {n} sites"


def test_a_link_leads_back(opened: Opened, sample: tuple[Map, Path]) -> None:
    atlas = sample[0].atlas
    one, mineral = next(site for site in atlas.sites if site.kind == SMELTER), atlas.minerals[0]
    page = opened(fragment=f"#view=network&sel=2:{one.id}&min={mineral}&tier=&standing=accepted")
    assert page.locator("[role=tab][aria-selected=true]").inner_text() == "Network"
    assert page.locator("#panel h2").first.inner_text() == one.name
    assert page.locator("#f-mineral").input_value() == mineral
    assert page.locator("#f-standing").input_value() == "accepted"
    show(page, "world")
    assert "view=world" in page.evaluate("location.hash")


def test_a_link_to_what_is_not_there_is_harmless(opened: Opened) -> None:
    page = opened(fragment="#view=nowhere&sel=<img onerror=alert(1)>&min=unobtainium&lens=%00&tier=99&supplier=x")
    assert page.locator("[role=tab][aria-selected=true]").inner_text() == "Paths"
    assert page.locator("#panel").is_hidden()
    assert page.locator("#f-mineral").input_value() == ""


def test_the_table_sorts_and_shows_all(opened: Opened, sample: tuple[Map, Path]) -> None:
    page, atlas = opened(fragment="#view=table"), sample[0].atlas
    while page.locator("#table-more").is_visible():
        page.locator("#table-more").click()
    assert page.locator("#table-rows tr").count() == len(atlas)
    page.locator("#table-head button").first.click()
    names = [row.split("\n")[0] for row in page.locator("#table-rows td:first-child").all_inner_texts()]
    assert [name.lower() for name in names] == sorted(name.lower() for name in names)


# ---- keyboard and sight -------------------------------------------------------------------------------------------


def test_keyboard_only(opened: Opened, sample: tuple[Map, Path]) -> None:
    page = opened()
    page.locator("#tab-paths").focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.id") == "tab-network"
    page.keyboard.press("ArrowLeft")
    for view in ("paths", "matrix", "world"):
        show(page, view)
        assert page.locator(f"#view-{view} .picture [tabindex='0']").count() == 1, "Tab reaches each view once"
    show(page, "paths")
    page.locator("#view-paths .site[tabindex='0']").focus()
    page.keyboard.press("ArrowRight")
    chosen = int(page.evaluate("document.activeElement.dataset.i"))
    assert chosen in sample[0].picture("paths").sites
    assert chosen != 0
    page.keyboard.press("Enter")
    assert page.locator("#panel h2").first.inner_text() == sample[0].atlas.sites[chosen].name
    page.keyboard.press("Escape")
    assert page.locator("#panel").is_hidden()
    show(page, "network")
    page.locator("#canvas").focus()
    for key in ("ArrowRight", "ArrowRight", "+", "-", "0"):
        page.keyboard.press(key)
    assert page.locator("#panel").is_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(opened: Opened, theme: str) -> None:
    page = opened(bypass_csp=True, color_scheme=theme)
    found = []
    for view in VIEWS:
        show(page, view)
        options = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
        results = Axe().run(page, options=options)
        found += [f"{view}: {one['id']} {one['nodes'][0]['target']}" for one in results.response["violations"]]
    assert found == []


@pytest.mark.parametrize(("width", "height"), [(375, 812), (720, 450)])
def test_small_windows(opened: Opened, width: int, height: int) -> None:
    """A phone, and a window of 1440 pixels at 200 %."""
    page = opened(viewport={"width": width, "height": height})
    for view in VIEWS:
        show(page, view)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{view} scrolls sideways"
    show(page, "paths")
    before = page.locator("#view-paths svg").get_attribute("viewBox")
    page.locator("[data-zoom=in]").click()
    assert page.locator("#view-paths svg").get_attribute("viewBox") != before
    page.locator("[data-zoom=fit]").click()
    assert page.locator("#view-paths svg").get_attribute("viewBox") == before


def test_a_phone_shows_findings_in_full_and_pictures_to_scroll(opened: Opened, sample: tuple[Map, Path]) -> None:
    page = opened(viewport={"width": 375, "height": 812}, has_touch=True)
    for view in sample[0].views:
        show(page, view)
        finding = page.locator(f"#view-{view} .finding")
        assert finding.locator("h2").inner_text() == sample[0].picture(view).title
        assert finding.evaluate("one => one.getBoundingClientRect().width <= innerWidth")
        assert not page.locator(f"#view-{view} svg .headline").is_visible(), "it is told once"
    show(page, "paths")
    assert page.locator("#view-paths").evaluate("pane => pane.scrollWidth > 2 * pane.clientWidth")
    show(page, "world")
    africa = page.locator("#view-world .land[data-code=CD]").first.bounding_box()
    assert 0 < africa["x"] < 375 - africa["width"], "the middle of the world is seen first"
    show(page, "paths")
    assert page.locator("#f-mineral").is_hidden()
    page.locator("#filters").click()
    assert page.locator("#filters").get_attribute("aria-expanded") == "true"
    page.locator("#f-mineral").select_option("tin")
    assert page.locator("#view-paths .finding h2").inner_text() == sample[0].picture("paths", "tin").title


def test_the_panel_takes_room_only_when_something_is_selected(opened: Opened, sample: tuple[Map, Path]) -> None:
    page = opened()
    show(page, "network")
    wide = page.locator("#stage").bounding_box()["width"]
    assert wide > 1400
    canvas = "() => [document.querySelector('#canvas').width, document.querySelector('#canvas').clientWidth]"
    page.locator("#find").fill(next(one.id for one in sample[0].atlas.sites if one.kind == SMELTER))
    page.keyboard.press("Enter")
    assert page.locator("#stage").bounding_box()["width"] < wide - 300
    pixels, shown = page.evaluate(canvas)
    assert pixels == shown, "the canvas is drawn at its new size"
    page.locator("#panel button", has_text="Close").click()
    assert page.locator("#panel").is_hidden()
    pixels, shown = page.evaluate(canvas)
    assert pixels == shown > 1400


def test_the_arcs_of_what_is_selected_stand_out(opened: Opened, sample: tuple[Map, Path]) -> None:
    page = opened(fragment="#view=world")
    number = int(page.locator("#view-world .arc.in").first.get_attribute("data-to"))
    page.locator("#find").fill(sample[0].atlas.sites[number].id)
    page.keyboard.press("Enter")
    faint = "all => all.filter(one => getComputedStyle(one).opacity < 0.5).map(one => +one.dataset.to)"
    arcs = page.locator("#view-world .arc")
    assert number not in arcs.evaluate_all(faint)
    assert 0 < len(arcs.evaluate_all(faint)) < arcs.count()


def test_marks_can_be_seen_in_the_dark(opened: Opened, sample: tuple[Map, Path]) -> None:
    """No mark takes the colour of its ground; what is filled with ink or paper must follow the theme."""
    page = opened(color_scheme="dark")
    unseen = """() => [...document.querySelectorAll('.view.on svg :is(path, circle, rect, polyline)')].filter(one => {
      if (one.closest('defs') || one.matches('.bg, .card, .land, .rule')) return false;
      const look = getComputedStyle(one), tone = text => (text.match(/\\d+/g) || []).slice(0, 3).map(Number);
      const dark = text => text === 'none' || Math.max(...tone(text)) < 75;
      return dark(look.fill) && dark(look.stroke) && !one.closest('[display=none]');
    }).map(one => one.outerHTML.slice(0, 120))"""
    for view in sample[0].views:
        if view != "network":
            show(page, view)
            assert page.evaluate(unseen) == [], view


@pytest.mark.parametrize("given", [{"forced_colors": "active"}, {"reduced_motion": "reduce"}])
def test_modes_without_error(opened: Opened, given: dict[str, str]) -> None:
    page = opened(**given)
    for view in VIEWS:
        show(page, view)


def test_about_explains_the_words(opened: Opened) -> None:
    page = opened()
    page.locator("#open-about").click()
    text = page.locator("#about").inner_text()
    for word in ("Unknown never counts as zero", "no opinion on the status", "not accepted", "purchases.csv"):
        assert word in text
    page.keyboard.press("Escape")
    assert not page.locator("#about").is_visible()


# ---- files from the page ------------------------------------------------------------------------------------------


def test_png_and_svg(opened: Opened, sample: tuple[Map, Path], tmp_path: Path) -> None:
    page, drawn = opened(), sample[0]
    for view in ("world", "network", "paths"):
        show(page, view)
        with page.expect_download() as got:
            page.locator("#png").click()
        got.value.save_as(tmp_path / f"{view}.png")
        with page.expect_download() as got:
            page.locator("#svg").click()
        got.value.save_as(tmp_path / f"{view}.svg")
        assert (tmp_path / f"{view}.svg").read_text("utf-8").startswith("<svg ")
        size = re.search(r'viewBox="0 0 (\d+) (\d+)"', drawn.svg(view))
        assert size is not None
        data = (tmp_path / f"{view}.png").read_bytes()
        assert [int.from_bytes(data[at : at + 4], "big") for at in (16, 20)] == [2 * int(one) for one in size.groups()]
        seen = dict(page.evaluate(COLOURS, base64.b64encode(data).decode()))
        assert len(seen) > 20, "not blank"
        if view == "world":
            assert seen[0xEBCFD6] > 2_000, "areas of the lens have their tint"


def test_csv_is_safe(opened: Opened, hostile: Path, tmp_path: Path) -> None:
    page = opened(hostile, "#view=table")
    with page.expect_download() as got:
        page.locator("#csv").click()
    got.value.save_as(tmp_path / "sites.csv")
    with (tmp_path / "sites.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(HOSTILE) * 3 + 1
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "@"))]


# ---- hostile names ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A chain in which every name tries something."""
    claims: list[Any] = []
    for i, name in enumerate(HOSTILE):
        company, refiner, pit = f"C{i}", Node("Smelter", f"CID9{i:05}", name), Node("Mine", f"M{i}", name)
        claims += [Node("Company", company, name), refiner, pit, buys("B", company), declares(company, refiner.id)]
        claims += [
            answered(company, "cmrt:1", name, "gold"),
            assessed(refiner.id, "Non-conformant" if i % 2 else "Active"),
        ]
        claims += [
            fed_by(refiner.id, pit.id),
            located(smelter(refiner.id), country("CD")),
            located(mine(pit.id), country("CD")),
        ]
    graph = graph_of(*claims)
    case = case_of(graph=graph)
    start = graph.node("Company", "B")
    assert start is not None
    return Map(Atlas(case, start)).save(tmp_path_factory.mktemp("hostile") / "page.html")


def test_hostile_names_are_text(opened: Opened, hostile: Path) -> None:
    page = opened(hostile)
    for view in VIEWS:
        if page.locator(f"#tab-{view}").count():
            show(page, view)
    shown = page.locator("#table-rows").inner_text()
    for name in HOSTILE:
        plain = "".join(char for char in name if char not in "\u2028\u202e\u200d")
        assert plain in shown
        page.locator("#find").fill(plain[:40])
        page.keyboard.press("Enter")
        assert page.locator("#panel h2").first.inner_text().startswith(plain[:40].strip()[:30])
    assert page.evaluate("window.hacked") is None
    assert page.locator("#panel img, #found img, main img, main script").count() == 0


def test_the_policy_holds_under_attack(opened: Opened, hostile: Path) -> None:
    page = opened(hostile, quiet=False)
    assert page.evaluate(ATTACK) == "refused"
    assert page.evaluate("() => fetch('data:text/plain,x').then(() => 'went', () => 'refused')") == "refused"
    assert page.evaluate("window.hacked") is None


# ---- small worlds -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "claims",
    [
        [Node("Company", "B", "Alone")],
        [buys("B", "C")],
        [declares("B", "X")],
        [buys("B", "C"), declares("C", "X"), assessed("X", "Conformant")],
    ],
)
def test_small_worlds_open_and_say_so(opened: Opened, claims: list[Any], tmp_path: Path) -> None:
    case = case_of(*claims)
    start = case.graph.node("Company", "B")
    assert start is not None
    page = opened(Map(Atlas(case, start)).save(tmp_path / "small.html"))
    for view in VIEWS:
        if page.locator(f"#tab-{view}").count():
            show(page, view)
    page.locator("#tab-table").click()
    assert page.locator("#table-count").inner_text().endswith("sites")


def test_five_thousand_risky_smelters(opened: Opened, tmp_path: Path) -> None:
    claims: list[Any] = [assessed(f"CID9{i:05}", "Non-conformant") for i in range(5_000)]
    claims += [declares("C", f"CID9{i:05}") for i in range(5_000)]
    case = case_of(buys("B", "C"), *claims)
    start = case.graph.node("Company", "B")
    assert start is not None
    drawn = Map(Atlas(case, start))
    assert drawn.picture("paths").title.startswith("5,000 smelters that are not accepted")
    page = opened(drawn.save(tmp_path / "many.html"))
    assert page.locator("#view-paths .site").count() <= 60
    show(page, "network")
    assert "links are drawn" not in page.locator("#panel").inner_text()
    page.locator("#find").fill("C")
    page.keyboard.press("Enter")
    assert "4,000 of 5,001 links are drawn." in page.locator("#panel").inner_text()
