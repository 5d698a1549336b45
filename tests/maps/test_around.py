"""The page around one node: the right nodes, what is left out said, laid out without overlap, and nothing that runs."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphmap.analysis.case import Case
from graphmap.maps.around import around_page, choose, find_links, place
from graphmap.records import Edge, Node
from tests.chains import GOLDEN, assessed, case_of, claims, country, fed_by, located, mine, node_of, originates, region
from tests.graphs import buys, company, declares, smelter

HOSTILE = (
    "<img src=x onerror=window.__xss=1>",
    "</script><script>window.__xss=1</script>",
    '"><svg onload=window.__xss=1>',
    "javascript:window.__xss=1",
    "href",
    "line\u2028paragraph\u2029",
    "\u202egnp.exe",
    "x" * 500,
    "华友钴业股份有限公司",
    "شركة المعادن",
    "=cmd|' /C calc'!A0",
    "🜨 gold",
)


class Page(HTMLParser):
    """A page in parts: tags with attributes, scripts, styles and data."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.parts: list[tuple[str, str]] = []
        self.text = ""
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        self.parts.append((tag, ""))

    def handle_data(self, data: str) -> None:
        tag, so_far = self.parts[-1]
        self.parts[-1] = (tag, so_far + data)

    def all(self, tag: str) -> list[str]:
        return [text for name, text in self.parts if name == tag]

    @property
    def data(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.all("script")[0])
        return found

    @property
    def names(self) -> set[str]:
        return {text.strip() for text in self.all("button")}


def page_of(case: Case, id_: str, **options: int) -> Page:
    return Page(around_page(case, node_of(case, id_), **options))


def around(case: Case, id_: str, most: int = 300) -> dict[str, int]:
    """The column of each node that is drawn, by id."""
    middle = node_of(case, id_)
    found = choose(middle, find_links(case, middle), most, lambda node: 0.0)
    return {case.graph.ids[node]: column for node, column in found.column.items()}


# ---- who is drawn ---------------------------------------------------------------------------------------------


def test_a_smelter_has_its_companies_downstream_in_the_order_of_purchase() -> None:
    assert around(case_of(*GOLDEN), "Y") == {"Y": 0, "SubB": -1, "S1": -2, "S2": -2, "B": -3}


def test_a_supplier_has_both_sides() -> None:
    assert around(case_of(*GOLDEN), "S1") == {"S1": 0, "B": -1, "SubA": 1, "SubB": 1, "X": 2, "Y": 2}


def test_a_company_stands_behind_all_that_it_buys_through() -> None:
    #   B ─ S ─ X  and B ─ X: B is one step from X, and stands in the second column
    case = case_of(buys("B", "S", 0.5), declares("S", "X"), buys("B", "T", 0.5), declares("T", "X"))
    assert around(case, "X") == {"X": 0, "S": -1, "T": -1, "B": -2}


def test_what_lies_too_far_away_is_not_near() -> None:
    chain = [buys(f"C{i}", f"C{i + 1}", 1.0) for i in range(12)]
    case = case_of(*chain, declares("C12", "X"))
    assert around(case, "C6").keys() == {f"C{i}" for i in range(10)}


def test_a_mine_reaches_its_smelters_and_a_country_all_that_comes_from_it() -> None:
    case = case_of(
        buys("B", "S", 1.0), declares("S", "X"), declares("S", "Y"), declares("S", "Z"), fed_by("X", "pit"),
        located(mine("pit"), region("CD-NK")), originates(smelter("Y"), country("CD")),
        located(smelter("Z"), country("PE")),
    )  # fmt: skip
    assert around(case, "pit") == {"pit": 0, "CD-NK": 1, "X": -1, "S": -2, "B": -3}
    assert around(case, "PE") == {"PE": 0, "Z": -1, "S": -2, "B": -3}
    with_country = around(case_of(*_with_country()), "CD")
    assert with_country == {"CD": 0, "pit": -1, "Y": -1, "X": -2, "S": -3, "B": -4}


def _with_country() -> list[Edge]:
    return [
        buys("B", "S", 1.0), declares("S", "X"), declares("S", "Y"), fed_by("X", "pit"),
        located(mine("pit"), region("CD-NK")), originates(smelter("Y"), country("CD")),
        located(company("L"), country("CD")),
    ]  # fmt: skip


def test_the_nearest_come_first_then_the_riskiest_and_the_rest_is_counted() -> None:
    case = case_of(
        *(declares(f"C{i}", "X") for i in range(5)), *(declares("C3", f"Bad{i}") for i in range(4)),
        *(assessed(f"Bad{i}", "Non-conformant") for i in range(4)), assessed("X", "Conformant"), buys("B", "C1", 1.0),
    )  # fmt: skip
    page = page_of(case, "X", most=2)
    assert {node["said"].partition(":")[0] for node in page.data["nodes"]} == {"X", "C3"}
    (words,) = (text for text in page.all("p") if "Left out" in text)
    assert "Drawn: 2 nodes and 1 link" in words
    assert "Left out: 5 downstream and 0 upstream" in words
    assert "6 companies within 6 steps downstream" in page.all("h1")[0]
    assert page_of(case, "X", most=0).names == {"X"}


def test_a_node_without_neighbours_is_a_page_that_says_so() -> None:
    case = case_of(
        *GOLDEN, Node("Company", "Alone", "Alone"), Edge("MAKES", company("B"), Node("Product", "P", "P"), "A1")
    )
    for id_ in ("Alone", "P"):
        page = page_of(case, id_)
        assert "nothing known within 6 steps downstream and nothing known within 3 upstream" in page.all("h1")[0]
        assert len(page.data["nodes"]) == 1
    assert "no all-clear" in " ".join(page.all("p"))


def test_unknown_is_never_zero() -> None:
    case = case_of(buys("B", "Silent", 1.0), declares("Other", "X"))
    said = {node["label"]: node for node in page_of(case, "B").data["nodes"]}
    assert "exposure unknown" in said["Silent"]["said"]
    assert said["Silent"]["look"] == "unknown"
    assert " 0.0 %" not in said["Silent"]["said"]


@given(claims(cycles=True), st.integers(1, 12))
@settings(max_examples=40)
def test_every_node_within_reach_is_drawn_or_counted(said: list[Edge], most: int) -> None:
    case = case_of(*said)
    for node in range(len(case.graph)):
        found = choose(node, find_links(case, node), most, lambda one: 0.0)
        assert len(found.column) <= most
        assert len(found.column) + sum(found.left_out) == len(found.all_found)
        assert found.column.keys() == found.steps.keys() <= found.all_found.keys()
        assert all(tail in found.column and head in found.column for tail, head in found.links)


@given(claims(cycles=False))
@settings(max_examples=40)
def test_without_circles_every_link_runs_to_the_right(said: list[Edge]) -> None:
    case = case_of(*said)
    for node in range(len(case.graph)):
        found = choose(node, find_links(case, node), 300, lambda one: 0.0)
        assert all(found.column[tail] < found.column[head] for tail, head in found.links)


# ---- how it is laid out ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [1, 16, 17, 40, 299])
def test_no_two_marks_cover_each_other(number: int) -> None:
    case = case_of(*(declares(f"C{i}", "X") for i in range(number)))
    found = choose(node_of(case, "X"), find_links(case, node_of(case, "X")), 300, lambda one: 0.0)
    at = place(found)
    assert at[found.middle] == (0.0, 0.0)
    spots = sorted(at.values())
    assert len(spots) == number + 1
    for i, (x, y) in enumerate(spots):
        assert all(abs(x - a) >= 200 or abs(y - b) >= 40 for a, b in spots[i + 1 :])
    assert max(y for _, y in spots) - min(y for _, y in spots) <= 1100


# ---- the page -------------------------------------------------------------------------------------------------


def hostile_case() -> Case:
    nodes = [Node("Company", f"name:{i}", name) for i, name in enumerate(HOSTILE)]
    return case_of(*(Edge("DECLARES", node, smelter("CID1", HOSTILE[0]), "A1", "gold") for node in nodes))


def test_hostile_names_are_text() -> None:
    page = page_of(hostile_case(), "CID1")
    assert not {"img", "iframe", "object", "embed", "link", "base", "form"} & {tag for tag, _ in page.tags}
    assert all(not name.startswith("on") for _, attributes in page.tags for name in attributes)
    assert all("href" not in attributes and "src" not in attributes for _, attributes in page.tags)
    assert len(page.all("script")) == 3
    texts = "\n".join(json.dumps(node, ensure_ascii=False) for node in page.data["nodes"])
    assert not re.search("[\u2028\u2029\u202a-\u202e]", texts)
    assert f"{HOSTILE[0]} [CID1]" in page.names
    assert HOSTILE[1] in page.names
    assert max(len(node["label"]) for node in page.data["nodes"]) < 80


def test_the_policy_names_every_script_and_the_style_by_its_content() -> None:
    page = page_of(case_of(*GOLDEN), "S1")
    (policy,) = (
        a["content"] for tag, a in page.tags if tag == "meta" and a.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    for text in (*page.all("script")[1:], *page.all("style")):
        assert base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() in policy
    assert all("style" not in attributes for _, attributes in page.tags)


def test_what_is_drawn_stands_in_the_list_as_well() -> None:
    page = page_of(case_of(*GOLDEN), "S1")
    drawn = {node["id"] for node in page.data["nodes"]}
    assert {int(a["data-id"]) for tag, a in page.tags if tag == "button"} == drawn
    assert len(drawn) == 6
    assert page.data["options"]["physics"] == {"enabled": False}
    assert all(edge["arrows"] == {"to": {"enabled": False}} for edge in page.data["edges"])
    assert "policy default and lens us-1502" in page.all("p")[-1]


def test_the_same_graph_gives_the_same_bytes() -> None:
    code = """
import hashlib
from graphmap.maps.around import around_page
from tests.chains import GOLDEN, case_of, node_of
case = case_of(*GOLDEN)
print(hashlib.sha256(around_page(case, node_of(case, "S1")).encode()).hexdigest())
"""
    seen = {
        subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert len(seen) == 1


def test_nothing_heavy_is_imported_before_it_is_needed() -> None:
    code = "import sys, graphmap.maps.around; assert not {'pyvis', 'IPython', 'jinja2'} & sys.modules.keys()"
    subprocess.run([sys.executable, "-c", code], check=True)
