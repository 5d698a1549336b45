"""What goes into a question: values by type, defaults, and what follows from policy, lens and date."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from graphmap.api import Workspace
from graphmap.errors import GraphmapError, NotFound
from graphmap.questions import fill, question
from graphmap.questions.parameters import areas, statuses
from graphmap.records import Edge, Node
from tests.chains import country, fed_by, located, mine, originates, region
from tests.graphs import answered, buys, declares, smelter
from tests.store.documents import document, load

CLAIMS = (
    buys("B-1", "S-1"),
    buys("B-2", "S-1"),
    declares("S-1", "CID900001"),
    declares("S-1", "CID900002", "tin"),
    Edge("HAS_ROLE", Node("Company", "B-1", "Example Brand"), Node("Role", "brand"), "A1"),
)


@pytest.fixture
def work(tmp_path: Path) -> Workspace:
    return opened(tmp_path)


def opened(folder: Path, *more: Edge, lens: str = "us-1502", as_of: str | None = None) -> Workspace:
    work = Workspace(folder / "x.graphmap", policy="default", lens=lens, as_of=as_of)
    load(work.store, document("x", *CLAIMS, *more, as_of="2026-06-30"))
    return work


def test_defaults_are_those_of_the_case(work: Workspace) -> None:
    values = fill(question("paths/to-not-accepted"), {}, work)
    assert values["company"] == "B-1"
    assert values["standings"] == ["not accepted"]
    assert values["minerals"] == ["tin", "gold"]
    assert (values["max_hops"], values["limit"]) == (8, 1000)
    assert (values["day"], values["expired"], values["grace_days"]) == ("2026-06-30", "in progress", 0)
    json.dumps(values, allow_nan=False)  # all of it can be pasted


def test_values_are_read_as_the_command_line_has_them(work: Workspace) -> None:
    texts = {"company": "b-1", "standings": "not-accepted, Not On List", "minerals": "Au", "max_hops": " 3 "}
    values = fill(question("paths/to-not-accepted"), texts, work)
    assert values["company"] == "B-1"
    assert values["standings"] == ["not accepted", "not on list"]
    assert values["minerals"] == ["gold"]
    assert values["max_hops"] == 3
    assert fill(question("paths/to-not-accepted"), {"minerals": '["tin", "gold"]'}, work)["minerals"] == ["tin", "gold"]
    assert fill(question("paths/to-not-accepted"), {"minerals": ("tin",), "max_hops": 3}, work)["minerals"] == ["tin"]
    for yes in ("yes", "TRUE", True):
        assert fill(question("paths/to-not-accepted"), {"explained": yes}, work)["explained"] is True
    assert fill(question("paths/to-not-accepted"), {"explained": "no"}, work)["explained"] is False
    for since in ("2026-01-01", date(2026, 1, 1)):
        assert fill(question("what-changed"), {"since": since}, work)["since"] == "2026-01-01"


def test_a_node_is_known_by_its_label_and_id(work: Workspace) -> None:
    for node in ("Smelter:CID900001", "CID900001", "cid900001"):
        assert fill(question("neighbourhood"), {"node": node}, work)["node"] == "Smelter:CID900001"


@pytest.mark.parametrize(
    ("name", "given", "says", "cure"),
    [
        ("to-smelter", {}, "paths/to-smelter needs smelter", "It is the id of the smelter."),
        ("to-smelter", {"smelters": "CID900001"}, "has no parameter 'smelters'", "smelter"),
        ("counts", {"company": "B-1"}, "has no parameter", "It takes none."),
        ("to-not-accepted", {"max_hops": "9"}, "max_hops is '9'", "a whole number from 1 to 8"),
        ("to-not-accepted", {"max_hops": True}, "max_hops is True", "a whole number"),
        ("to-not-accepted", {"limit": "0"}, "limit is '0'", "a whole number from 1."),
        ("to-not-accepted", {"limit": "9" * 400}, "limit is", "a whole number from 1"),
        ("to-not-accepted", {"standings": "bad"}, "standings is 'bad'", "not accepted"),
        ("to-not-accepted", {"standings": ""}, "standings is ''", "a text"),
        ("to-not-accepted", {"standings": []}, "standings is []", "not empty"),
        ("to-not-accepted", {"minerals": 3}, "minerals is 3", "a list of texts"),
        ("to-not-accepted", {"minerals": "[tin"}, "minerals is '[tin'", "a list of texts"),
        ("what-changed", {"since": "June"}, "since is 'June'", "2026-06-30"),
        ("to-not-accepted", {"day": "2026-01-01"}, "day follows from the date", "--as-of"),
        ("to-not-accepted", {"expired": "accepted"}, "expired follows from the policy", "--policy"),
        ("to-areas-of-concern", {"areas": "CD"}, "areas follows from the lens", "--lens"),
        ("to-smelter", {"carrying": "[]"}, "carrying follows from the shares", "Load documents"),
        ("to-not-accepted", {"explained": "perhaps"}, "explained is 'perhaps'", "yes or no"),
        ("to-not-accepted", {"explained": 1}, "explained is 1", "yes or no"),
    ],
)
def test_what_will_not_do_says_why_and_what_helps(
    work: Workspace, name: str, given: dict[str, object], says: str, cure: str
) -> None:
    with pytest.raises(GraphmapError) as error:
        fill(question(name), given, work)
    assert says in error.value.message
    assert cure in error.value.cure


def test_unknown_companies_and_minerals_are_not_found(work: Workspace) -> None:
    for given in ({"company": "nobody at all"}, {"minerals": "unobtainium"}, {"company": "CID900001"}):
        with pytest.raises(NotFound):
            fill(question("to-not-accepted"), given, work)


def test_several_brands_must_be_told_apart(tmp_path: Path) -> None:
    other = Edge("HAS_ROLE", Node("Company", "B-2"), Node("Role", "brand"), "A2")
    with pytest.raises(NotFound, match="2 brands"):
        fill(question("to-not-accepted"), {}, opened(tmp_path, other))


def test_what_lacks_may_be_left_out_to_explain(work: Workspace) -> None:
    assert "smelter" not in fill(question("to-smelter"), {}, work, partly=True)


# ---- what follows ---------------------------------------------------------------------------------------------


def assessed(scheme: str, status: str, mineral: str = "") -> Edge:
    return Edge(
        "ASSESSED_BY", smelter("CID900001"), Node("Scheme", scheme), f"{scheme}{status}", mineral, {"status": status}
    )


def test_statuses_are_those_of_the_documents_as_the_policy_reads_them(tmp_path: Path) -> None:
    claims = [
        assessed("RMI", "conformant"),
        assessed("RMAP", "Odd"),
        assessed("LBMA", ""),
        assessed("Nobody's", "Fine"),
    ]
    found = statuses(opened(tmp_path, *claims).case)
    assert [(one["scheme"], one["name"], one["status"], one["standing"]) for one in found] == [
        ("LBMA", "LBMA", "", "not on list"),
        ("RMAP", "RMAP", "Odd", "not on list"),
        ("RMI", "RMAP", "conformant", "accepted"),
    ]
    assert [one["minerals"] for one in found] == [["gold"], ["tin", "gold"], ["tin", "gold"]]
    assert {one["days"] for one in found} == {365}


def test_areas_of_a_lens_with_areas_of_its_own(tmp_path: Path) -> None:
    claims = [
        located(smelter("CID900001"), country("PE")), originates(smelter("CID900001"), country("CD")),
        fed_by("CID900001", "M"), located(mine("M"), region("CD-NK")), located(Node("Company", "S-1"), country("UG")),
    ]  # fmt: skip
    found = areas(opened(tmp_path, *claims).case)
    assert [(one["way"], one["key"]) for one in found] == [
        ("located in", "Country:CD"), ("located in", "Region:CD-NK"),
        ("sources from", "Country:CD"), ("sources from", "Region:CD-NK"),
    ]  # fmt: skip
    assert {(one["level"], one["certain"]) for one in found} == {("covered", True)}
    assert {tuple(one["receipts"]) for one in found} == {("us-1502.lens.toml, areas (2026-11-22)",)}


def test_areas_of_a_loaded_list_with_what_it_names(tmp_path: Path) -> None:
    def listed(node: Node, row: str, level: str = "high-risk", mineral: str = "") -> Edge:
        return Edge("LISTED_BY", node, Node("AreaList", "own"), row, mineral, {"level": level})

    claims = [
        located(smelter("CID900001"), country("CD")), originates(smelter("CID900001"), region("CD-NK")),
        listed(region("CD-NK"), "L1"), listed(mine("M"), "L2", ""), listed(smelter("CID900002"), "L3", "odd", "tin"),
        fed_by("CID900001", "M"),
    ]  # fmt: skip
    found = areas(opened(tmp_path, *claims, lens="own").case)
    # One region of the country is listed, so of the country alone nothing is certain.
    assert [(one["way"], one["key"], one["level"], one["certain"], one["minerals"]) for one in found] == [
        ("is listed", "Smelter:CID900002", "odd", True, ["tin"]),
        ("located in", "Country:CD", "possible", False, ["tin", "gold"]),
        ("located in", "Region:CD-NK", "high risk", True, ["tin", "gold"]),
        ("sources from", "Country:CD", "possible", False, ["tin", "gold"]),
        ("sources from", "Mine:M", "listed", True, ["tin", "gold"]),
        ("sources from", "Region:CD-NK", "high risk", True, ["tin", "gold"]),
    ]
    assert found[2]["receipts"] == ["x.csv, L1 (2026-06-30)"]


def test_companies_that_buy_only_from_those_who_have_none(tmp_path: Path) -> None:
    claims = [
        answered("N", "cmrt:1", "No", "gold"), buys("T", "N", 1.0), buys("U", "T", 0.5), buys("U", "N", 0.5),
        buys("V", "T", 0.4), declares("W", "CID900001"), buys("W", "N", 1.0),
    ]  # fmt: skip
    values = fill(question("to-smelter"), {"smelter": "CID900001"}, opened(tmp_path, *claims))
    # Not N, who says so itself; not V, which also buys elsewhere; not W, which declares a smelter.
    assert values["have_none"] == [{"mineral": "gold", "company": "T"}, {"mineral": "gold", "company": "U"}]


def test_declarations_that_carry_purchases_although_a_supplier_explains_them(tmp_path: Path) -> None:
    """S-1 declares all that B-1 does; B-1's list is the whole chain, so what it buys from S-2 is there too."""
    claims = [
        buys("B-1", "S-1", 0.6), buys("B-1", "S-2", 0.4), declares("B-1", "CID900001"),
        answered("B-1", "cmrt:6", "100%", "gold"), answered("B-1", "cmrt:7", "Yes", "gold"),
    ]  # fmt: skip
    work = opened(tmp_path, *claims)
    values = fill(question("choke-points"), {}, work)
    assert values["carrying"] == [{"mineral": "gold", "company": "B-1", "smelters": ["CID900001"]}]
    assert fill(question("choke-points"), {"company": "S-1"}, work)["carrying"] == []  # not upstream of it
    assert fill(question("choke-points"), {"minerals": "tin"}, work)["carrying"] == []


def test_the_question_about_origins_is_the_one_of_the_lens(tmp_path: Path) -> None:
    asked = question("contradictory-answers")
    for lens, expected in (("us-1502", "cmrt:3"), ("own", "cmrt:4")):
        folder = tmp_path / lens
        folder.mkdir()
        assert fill(asked, {}, opened(folder, lens=lens))["questions"] == [expected]


def test_the_latest_documents_are_asked_whatever_the_day(tmp_path: Path) -> None:
    work = opened(tmp_path, as_of="2026-01-31")
    assert len(work.graph) == 0
    values = fill(question("to-not-accepted"), {}, work.latest)
    assert (values["company"], values["day"]) == ("B-1", "2026-01-31")
    assert work.latest is work.latest
    assert "company" in work.query("unidentified-rows").columns
