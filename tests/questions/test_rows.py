"""What questions answer, worked by hand on small graphs; and that bounds which cut nothing change nothing.

Here the twins are asked; ``test_twins`` says that the Cypher answers the same.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphmap.analysis.case import STANDINGS, Case
from graphmap.analysis.chokepoints import choke_points
from graphmap.analysis.conformance import conformance
from graphmap.analysis.paths import find_paths
from graphmap.api import Workspace
from graphmap.errors import GraphmapError
from graphmap.questions import View, fill, paths, question
from graphmap.questions import ask as answer
from graphmap.records import Batch, Edge, Node
from tests.chains import assessed, country, fed_by, located, mine, originates
from tests.chains import case_of as plain_case
from tests.chains import claims as random_claims
from tests.graphs import answered, buys, company, declares, smelter
from tests.store.documents import document, load

BRAND = Edge("HAS_ROLE", company("B"), Node("Role", "brand"), "A9")
Row = dict[str, Any]


class Asked:
    """A store in a file with these documents, to be asked."""

    def __init__(self, folder: Path, *batches: Batch, lens: str = "us-1502", as_of: str | None = None) -> None:
        self.work = Workspace(folder / "x.graphmap", policy="default", lens=lens, as_of=as_of)
        load(self.work.store, *batches)

    def __call__(self, name: str, **given: object) -> list[Row]:
        asked = question(name)
        return answer(asked, View(self.work.latest.case, self.work.store), fill(asked, given, self.work.latest)).rows


@pytest.fixture
def ask(tmp_path: Path) -> Any:
    def asked(*claims: Edge | Node, **options: str) -> Asked:
        return Asked(tmp_path, document("x", *claims, BRAND, as_of="2026-06-30"), **options)

    return asked


#     B ── S ── T ── X (not accepted)      and a circle: S also buys from B
#     └─── U ── T
CHAIN = (
    buys("B", "S", row="A1"), buys("B", "U", row="A2"), buys("S", "T", row="A3"), buys("U", "T", row="A4"),
    buys("S", "B", row="A5"), declares("T", "X", row="A6"), assessed("X", "Non-conformant"),
)  # fmt: skip


# ---- paths ----------------------------------------------------------------------------------------------------


def test_paths_have_a_receipt_for_each_step(ask: Any) -> None:
    first, second = ask(*CHAIN)("to-not-accepted")
    assert first["ids"] == ["B", "S", "T", "X"]
    assert first["receipts"] == ["x.csv, A1 (2026-06-30)", "x.csv, A3 (2026-06-30)", "x.csv, A6 (2026-06-30)"]
    assert (first["hops"], first["found"], first["assessed"]) == (3, 2, "x.csv, A1 (2026-06-30)")
    assert second["ids"] == ["B", "U", "T", "X"]


def test_a_bound_cuts_and_a_limit_tells_how_much(ask: Any) -> None:
    asked = ask(*CHAIN)
    assert asked("to-not-accepted", max_hops=2) == []
    (row,) = asked("to-not-accepted", limit=1)
    assert row["found"] == 2


def test_what_is_on_no_list_is_never_called_not_accepted(ask: Any) -> None:
    asked = ask(*CHAIN[:-1], assessed("Y", "Conformant"))
    assert asked("to-not-accepted") == []
    assert {row["standing"] for row in asked("to-not-accepted", standings=STANDINGS)} == {"not on list"}
    assert {row["assessed"] for row in asked("to-not-accepted", standings=STANDINGS)} == {None}


def test_several_claims_of_a_step_stand_together_and_are_one_path(ask: Any) -> None:
    rows = ask(*CHAIN, buys("B", "S", 0.5, "gold", row="A0"))("to-smelter", smelter="X")
    assert [row["receipts"][0] for row in rows] == [
        "x.csv, A0 (2026-06-30); x.csv, A1 (2026-06-30)",
        "x.csv, A2 (2026-06-30)",
    ]


def test_a_company_that_has_none_of_a_mineral_brings_none(ask: Any) -> None:
    rows = ask(*CHAIN, answered("U", "cmrt:1", "NO", "gold"))("to-not-accepted")
    assert [row["ids"] for row in rows] == [["B", "S", "T", "X"]]


#     B ── S ── T ── X     S and B declare X too: T, their supplier, explains that
EXPLAINED = (
    buys("B", "S", 1.0, row="A1"), buys("S", "T", 1.0, row="A2"), declares("T", "X", row="A3"),
    declares("S", "X", row="A4"), declares("B", "X", row="A5"), assessed("X", "Non-conformant"),
)  # fmt: skip


def test_an_explained_declaration_is_no_path_of_its_own(ask: Any) -> None:
    asked = ask(*EXPLAINED, Edge("ORIGINATES_IN", smelter("X"), country("CD"), "A6"))
    for name, needs in (("to-not-accepted", {}), ("to-smelter", {"smelter": "X"}), ("to-areas-of-concern", {})):
        assert [row["ids"] for row in asked(name, **needs)] == [["B", "S", "T", "X"]]
        every = asked(name, explained=True, **needs)
        assert [row["ids"] for row in every] == [["B", "X"], ["B", "S", "X"], ["B", "S", "T", "X"]]
        assert {row["found"] for row in every} == {3}
    # Whatever the steps: the declaration stays explained where its supplier lies too far away to be shown.
    assert asked("to-not-accepted", max_hops=2) == []
    assert [row["gate"] for row in asked("choke-points")] == ["S", "T"]
    assert [row["receipts"] for row in asked("only-one-supplier")] == [["x.csv, A3 (2026-06-30)"]]


def test_companies_that_buy_from_one_another_explain_nothing(ask: Any) -> None:
    """Else nobody would be left to bring the smelter."""
    claims = buys("B", "S"), buys("S", "T"), buys("T", "S"), declares("S", "X"), declares("T", "X")
    rows = ask(*claims, assessed("X", "Non-conformant"))("to-not-accepted")
    assert [row["ids"] for row in rows] == [["B", "S", "X"], ["B", "S", "T", "X"]]


def test_an_explained_declaration_that_carries_purchases_is_a_path(ask: Any) -> None:
    """S2 names no smelter: what is bought from it can only end at X, for B's list says that it is the whole chain."""
    claims = (
        buys("B", "S1", 0.6), buys("B", "S2", 0.4), declares("S1", "X"), declares("B", "X"),
        assessed("X", "Non-conformant"),
    )  # fmt: skip
    whole = answered("B", "cmrt:6", "100%", "gold"), answered("B", "cmrt:7", "Yes", "gold")
    assert [row["ids"] for row in ask(*claims)("to-not-accepted")] == [["B", "S1", "X"]]
    assert [row["gate"] for row in ask(*claims)("choke-points")] == ["S1"]
    assert [row["ids"] for row in ask(*claims, *whole)("to-not-accepted")] == [["B", "X"], ["B", "S1", "X"]]
    assert ask(*claims, *whole)("choke-points") == []


def test_all_rows_of_a_pair_are_one_step(ask: Any) -> None:
    """A row that names the mineral keeps the pair, and with it the rows that name none."""
    claims = (
        buys("B", "S", row="A1"), buys("B", "S", 0.5, "gold", row="A2"), buys("S", "T", row="A3"),
        declares("T", "X", row="A4"), answered("S", "cmrt:1", "No", "gold"),
    )  # fmt: skip
    (row,) = ask(*claims)("to-smelter", smelter="X")
    assert row["receipts"][0] == "x.csv, A1 (2026-06-30); x.csv, A2 (2026-06-30)"
    assert ask(*claims[:1], *claims[2:])("to-smelter", smelter="X") == []


def test_who_buys_only_from_companies_without_the_mineral_has_none(ask: Any) -> None:
    claims = buys("B", "S"), buys("S", "N", 1.0), buys("S", "T"), declares("T", "X")
    no = answered("N", "cmrt:2", "No", "gold")
    assert len(ask(*claims)("to-smelter", smelter="X")) == 1
    assert ask(*claims, no)("to-smelter", smelter="X") == []
    assert [row["company"] for row in ask(*claims, no)("rate-by-supplier", minerals="gold")] == ["B"]


def test_too_many_paths_are_refused(ask: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    search = paths.k_best
    monkeypatch.setattr(paths, "k_best", lambda *args, **options: search(*args, **options, effort=2))
    with pytest.raises(GraphmapError, match="Ask for a smaller max_hops"):
        ask(*CHAIN)("to-not-accepted")


def test_choke_points_are_companies_that_nobody_gets_round(ask: Any) -> None:
    (row,) = ask(*CHAIN)("choke-points")
    assert (row["gate"], row["gated"], row["of_smelters"], row["smelters"]) == ("T", 1, 1, ["X"])
    assert row["receipts"] == ["x.csv, A6 (2026-06-30)"]
    # S repeats what its supplier says: that adds no way.
    assert [row["gate"] for row in ask(*CHAIN, declares("S", "X"))("choke-points")] == ["T"]


def test_a_smelter_that_the_company_itself_brings_has_no_gate(ask: Any) -> None:
    own = declares("B", "Y"), assessed("Y", "Non-conformant")
    assert [(row["smelters"], row["of_smelters"]) for row in ask(*CHAIN, *own)("choke-points")] == [(["X"], 2)]


def test_a_neighbourhood_grows_by_steps(ask: Any) -> None:
    asked = ask(*CHAIN, Edge("HAS_CONTACT", company("T"), Node("Contact", "c"), "A8", "", {"email": "a@example.com"}))
    near = asked("neighbourhood", node="X")
    assert [(row["from"], row["type"], row["to"]) for row in near] == [
        ("T", "DECLARES", "X"), ("X", "ASSESSED_BY", "RMAP"),
    ]  # fmt: skip
    wider = asked("neighbourhood", node="X", steps=2)
    assert [row["distance"] for row in wider] == [0, 0, 1, 1]
    assert "HAS_CONTACT" not in {row["type"] for row in asked("neighbourhood", node="T", steps=3)}


# ---- areas and origins ----------------------------------------------------------------------------------------

NEAR = (
    originates(smelter("X"), country("CD")), located(smelter("X"), country("PE")), fed_by("X", "M"),
    located(mine("M"), Node("Region", "UG-C", "Central")),
)  # fmt: skip


def test_a_smelter_meets_areas_by_place_origin_and_mine(ask: Any) -> None:
    rows = ask(*CHAIN, *NEAR)("smelters-in-areas-of-concern")
    assert [(row["way"], row["place"], row["certain"]) for row in rows] == [
        ("sources from", "CD", True), ("sources from", "UG-C", True),
    ]  # fmt: skip
    assert rows[0]["receipts"] == ["x.csv, A1 (2026-06-30)", "us-1502.lens.toml, areas (2026-11-22)"]
    path, _ = ask(*CHAIN, *NEAR)("to-areas-of-concern")
    assert path["grounds"] == ["sources from CD (covered)", "sources from UG-C (covered)"]
    assert path["certain"] is True


def test_an_origin_that_nobody_gives_is_counted(ask: Any) -> None:
    rows = ask(*CHAIN, declares("T", "Z", row="A7"), *NEAR)("countries-of-origin")
    assert [(row["place"], row["level"], row["smelters"]) for row in rows] == [
        ("CD", "covered", 1),
        ("UG-C", "covered", 1),
    ]
    assert {(row["of_smelters"], row["without_origin"]) for row in rows} == {(2, 1)}


def test_concentration_by_country_counts_smelters(ask: Any) -> None:
    more = declares("T", "Z", row="A7"), located(smelter("Z"), country("PE")), located(smelter("X"), country("CL"))
    rows = {(row["way"], row["country"]): row for row in ask(*CHAIN, *NEAR, *more)("by-country")}
    assert rows["located in", "PE"]["smelters"] == 2
    assert rows["located in", "PE"]["hhi"] == pytest.approx(10_000 * (4 + 1) / 9)
    assert rows["sources from", "CD"]["known"] == 1


def test_answers_that_origins_contradict(ask: Any) -> None:
    said = answered("S", "cmrt:3", "No", "gold", row="A7"), answered("U", "cmrt:3", "Unknown", "gold", row="A8")
    (row,) = ask(*CHAIN, *NEAR, *said)("contradictory-answers")
    assert (row["company"], row["question"], row["smelter"], row["areas"]) == ("S", "cmrt:3", "X", ["CD", "UG-C"])
    assert row["answered"] == ["x.csv, A7 (2026-06-30)"]


def test_risks_stand_with_the_smelters_that_a_mine_feeds(ask: Any) -> None:
    risk = Edge("FLAGGED", mine("M"), Node("Risk", "annex-ii:2", "armed groups"), "A8", "", {"reason": "a report"})
    (row,) = ask(*CHAIN, *NEAR, risk)("annex-ii-risks")
    assert (row["label"], row["id"], row["feeds"], row["reason"], row["row"]) == ("Mine", "M", ["X"], "a report", "A8")


# ---- conformance ----------------------------------------------------------------------------------------------


def test_rates_are_unknown_without_an_identified_smelter(ask: Any) -> None:
    vague = declares("U", "unidentified:gold:U", row="A7")
    rows = {
        row["company"]: row
        for row in ask(*CHAIN[:2], vague, declares("S", "X"), assessed("X", "Conformant"))("rate-by-supplier")
    }
    assert (rows["S"]["rate"], rows["B"]["rate"], rows["B"]["unidentified"]) == (1.0, 1.0, 1)
    assert rows["U"]["rate"] is None  # never 0
    assert rows["U"]["identified"] == 0


def test_before_the_first_assurance_list_nobody_is_judged(tmp_path: Path) -> None:
    documents = (
        document("chain", *CHAIN[:-1], declares("U", "unidentified:gold:U", row="A7"), BRAND, as_of="2026-01-31"),
        document("list", assessed("X", "Conformant"), as_of="2026-06-30"),
    )
    asked = Asked(tmp_path, *documents, as_of="2026-06-29")
    rows = {row["company"]: row for row in asked("rate-by-supplier")}
    assert {row["rate"] for row in rows.values()} == {row["in_progress_rate"] for row in rows.values()} == {None}
    assert [rows["B"][name] for name in ("identified", "not_judged", "unidentified", "not_on_list")] == [0, 1, 1, 0]
    assert [row["standing"] for row in asked("standing-of-smelters")] == ["not judged", "unidentified"]
    assert asked("to-not-accepted") == []
    assert len(asked("to-not-accepted", standings="not judged")) == 2
    assert {row["rate"] for row in Asked(tmp_path, *documents, as_of="2026-06-30")("rate-by-supplier")} == {1.0}


def test_a_list_that_does_not_count_for_the_mineral_judges_nobody(ask: Any) -> None:
    """LBMA counts for gold; a scheme that the policy does not know counts for nothing."""
    for scheme, mineral, standing in (("LBMA", "gold", "not on list"), ("LBMA", "tin", "not judged"),
                                      ("Odd", "gold", "not judged"), ("RMAP", "tin", "not on list")):  # fmt: skip
        other = Edge("ASSESSED_BY", smelter("Y"), Node("Scheme", scheme), "A8", "", {"status": "Good Delivery"})
        claims = buys("B", "S"), declares("S", "X", mineral), other
        assert [row["standing"] for row in ask(*claims)("standing-of-smelters", minerals=mineral)] == [standing]


def test_a_chain_that_goes_on_says_so(ask: Any) -> None:
    asked = ask(*CHAIN)
    assert {row["company"]: row["cut_off"] for row in asked("rate-by-supplier", max_hops=2)} == {
        "B": True,
        "S": True,
        "U": False,
    }
    assert not any(row["cut_off"] for row in asked("rate-by-supplier"))


def test_the_decisive_assessment_is_shown(ask: Any) -> None:
    old = Edge("ASSESSED_BY", smelter("Y"), Node("Scheme", "RMAP"), "A7", "gold",
               {"status": "Conformant", "assessed": date(2024, 1, 31), "valid_until": date(2025, 1, 31)})  # fmt: skip
    rows = {row["smelter"]: row for row in ask(*CHAIN, declares("T", "Y"), old)("standing-of-smelters")}
    assert rows["X"]["standing"] == "not accepted"
    assert (rows["Y"]["standing"], rows["Y"]["overdue"], rows["Y"]["assessed"]) == ("in progress", True, "2024-01-31")
    assert (rows["Y"]["scheme"], rows["Y"]["status"], rows["Y"]["receipt"]) == (
        "RMAP",
        "Conformant",
        "x.csv, A7 (2026-06-30)",
    )


# ---- suppliers ------------------------------------------------------------------------------------------------


def test_suppliers_share_what_both_lead_to(ask: Any) -> None:
    (row,) = ask(*CHAIN)("shared-bad-smelters")
    assert (row["smelter"], row["suppliers"], row["of_suppliers"], row["supplier_ids"]) == ("X", 2, 2, ["S", "U"])


def test_the_only_supplier_of_a_smelter(ask: Any) -> None:
    (row,) = ask(*CHAIN, declares("U", "Y", row="A7"), declares("B", "Y", row="A8"))("only-one-supplier")
    assert (row["smelter"], row["supplier"], row["declared_directly"]) == ("Y", "U", True)
    assert row["receipts"] == ["x.csv, A7 (2026-06-30)"]


def test_a_way_through_the_company_itself_is_no_other_suppliers(ask: Any) -> None:
    """S buys back from B, yet what only U brings does not come through S."""
    rows = ask(*CHAIN, declares("U", "Y", row="A7"))("by-smelter")
    assert [(row["smelter"], row["suppliers"], row["part"]) for row in rows] == [("X", 2, 1.0), ("Y", 1, 0.5)]


# ---- quality --------------------------------------------------------------------------------------------------


def test_rows_without_a_smelter(ask: Any) -> None:
    (row,) = ask(*CHAIN, declares("U", "unidentified:gold:U", row="A7"))("unidentified-rows")
    assert (row["company"], row["kind"], row["row"]) == ("U", "unidentified", "A7")


def test_declared_but_not_known_upstream_and_the_other_way_round(ask: Any) -> None:
    asked = ask(*CHAIN, declares("S", "Y", row="A7"))
    (row,) = asked("declared-not-known-upstream", company="S")
    assert (row["smelter"], row["suppliers"], row["declaring"]) == ("Y", 3, 1)  # B, T and, over B, U
    (row,) = asked("omitted-smelters", company="S")
    assert (row["smelter"], row["standing"], row["declared_by"]) == ("X", "not accepted", ["T"])
    assert asked("omitted-smelters") == []  # the brand declares nothing
    assert asked("declared-not-known-upstream", company="T") == []  # nobody is known upstream


def test_the_silent_stand_with_who_buys_from_them(ask: Any) -> None:
    rows = ask(*CHAIN)("silent-companies")
    assert [(row["company"], row["tier"], row["sells_to"]) for row in rows] == [
        ("B", 0, ["S"]),
        ("S", 1, ["B"]),
        ("U", 1, ["B"]),
    ]


def test_stale_is_what_is_old_or_undated(tmp_path: Path) -> None:
    asked = Asked(
        tmp_path,
        document("old", declares("S", "X", row="A2"), answered("S", "cmrt:3", "No", "gold"), as_of="2024-06-30"),
        document("undated", declares("T", "X")),
        document("new", declares("U", "X"), BRAND, as_of="2026-06-30"),
    )
    rows = asked("stale-declarations")
    assert [(row["company"], row["age"], row["file"], row["row"]) for row in rows[1:]] == [("S", 730, "old.csv", "A1")]
    assert [row["company"] for row in rows] == ["T", "S"]
    assert len(asked("stale-declarations", older_than=730)) == 1


def test_documents_that_disagree_on_a_smelter(ask: Any) -> None:
    other = Edge("ASSESSED_BY", smelter("X"), Node("Scheme", "RMI"), "A8", "gold", {"status": "Conformant"})
    places = located(smelter("X"), country("PE")), located(smelter("X"), country("CD"))
    first, second = ask(*CHAIN, other, *places)("contradictory-claims")
    assert (first["kind"], first["claims"]) == ("country", ["CD", "PE"])
    assert (second["kind"], second["scheme"], second["claims"]) == ("status", "RMAP", ["accepted", "not accepted"])
    assert second["receipts"][0] == "Conformant for gold: x.csv, A8 (2026-06-30)"


def test_what_changed_since_a_day(tmp_path: Path) -> None:
    def declaration(day: str, *claims: Edge) -> Batch:
        return document(day, *claims, series="S", as_of=day)

    bad, good = assessed("X", "Non-conformant"), assessed("X", "Conformant")
    asked = Asked(
        tmp_path,
        declaration("2025-06-30", declares("S", "X", row="A1"), declares("S", "Y", row="A2"), good),
        declaration("2026-06-30", declares("S", "X", row="B1"), declares("S", "Z", row="B2"), bad),
        document("undated", buys("B", "S"), BRAND),
    )
    rows = asked("what-changed", since="2026-01-31")
    assert [(row["change"], row["type"], row["to"], row["value"]) for row in rows] == [
        ("gone", "ASSESSED_BY", "RMAP", "Conformant"), ("new", "ASSESSED_BY", "RMAP", "Non-conformant"),
        ("gone", "DECLARES", "Y", None), ("new", "DECLARES", "Z", None),
    ]  # fmt: skip
    assert rows[2]["receipts"] == ["2025-06-30.csv, A2 (2025-06-30)"]
    assert rows[2]["to_name"] is None  # nobody speaks of it any more
    assert asked("what-changed", since="2026-06-30") == []


def test_counts(ask: Any) -> None:
    contact = Edge("HAS_CONTACT", company("T"), Node("Contact", "c"), "A8", "", {"email": "a@example.com"})
    found = {(row["what"], row["name"]): row["number"] for row in ask(*CHAIN, contact)("counts")}
    assert found["thing", "Company"] == 4
    assert found["claim", "BUYS_FROM"] == 5
    assert (found["tier", "0"], found["tier", "1"], found["tier", "2"]) == (1, 2, 1)
    assert found["document", "test"] == 1
    assert not any("ontact" in name or "CONTACT" in name for _, name in found)


# ---- bounds that cut nothing ----------------------------------------------------------------------------------


@st.composite
def random_chain(draw: st.DrawFn) -> list[Edge]:
    """Random claims with circles, in which some companies say that their list is the whole chain."""
    claims = draw(random_claims(cycles=True))
    whole = draw(st.sets(st.integers(0, 7)))
    return [
        *claims,
        *(answered(f"C{i}", question, answer, "gold")
          for i in sorted(whole) for question, answer in (("cmrt:6", "100%"), ("cmrt:7", "Yes"))),
    ]  # fmt: skip


def view_of(claims: list[Edge]) -> tuple[Case, View]:
    case = plain_case(*claims)
    return case, View(case, None)


@settings(max_examples=60)
@given(random_chain())
def test_rates_are_those_of_conformance(claims: list[Edge]) -> None:
    from graphmap.questions.conformance import rate_by_supplier

    case, view = view_of(claims)
    table = conformance(case).set_index(["company", "mineral"])
    for row in rate_by_supplier(view, company="C0", minerals=["gold"], max_hops=20):
        same = table.loc[row["company"], "gold"]
        for name in (
            "identified",
            "accepted",
            "in_progress",
            "not_accepted",
            "not_on_list",
            "unidentified",
            "not_judged",
        ):
            assert row[name] == same[name]
        assert (row["rate"] is None) == (same["rate_by_count"] != same["rate_by_count"])
        assert row["rate"] in (None, same["rate_by_count"])


@settings(max_examples=60)
@given(random_chain())
def test_gates_are_the_choke_points(claims: list[Edge]) -> None:
    case, view = view_of(claims)
    start = case.graph.node("Company", "C0")
    assert start is not None
    gates = {
        gate.company.id: sorted(smelter.id for smelter in gate.smelters["gold"])
        for gate in choke_points(case, start, to="any").gates
    }
    rows = paths.choke_points(view, company="C0", standings=STANDINGS, minerals=["gold"], max_hops=20)
    assert {row["gate"]: row["smelters"] for row in rows} == gates


@settings(max_examples=60)
@given(random_chain())
def test_paths_are_the_paths(claims: list[Edge]) -> None:
    case, view = view_of(claims)
    start = case.graph.node("Company", "C0")
    assert start is not None
    found = find_paths(case, start, to="not-accepted", k=100_000, max_hops=8)
    rows = paths.to_not_accepted(
        view, company="C0", standings=["not accepted"], minerals=["gold"], max_hops=8, limit=100_000, explained=False
    )
    assert sorted([node.id for node in path.nodes] for path in found.paths) == sorted(row["ids"] for row in rows)
