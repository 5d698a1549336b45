"""Whom the user reports for, and the direct suppliers that follow from declarations alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from graphmap import api
from graphmap.analysis.exposure import rate
from graphmap.analysis.paths import find_paths
from graphmap.campaign.workbook import Declaration, SmelterRow, write_cmrt
from graphmap.errors import GraphmapError, NotFound
from graphmap.graph import SupplyGraph
from graphmap.owner import (
    ASSUMED,
    KIND,
    assumed_suppliers,
    meaning_of,
    notes_of,
    owner_document,
    owner_of,
    sentences,
    with_assumed,
)  # fmt: skip
from graphmap.records import Edge, Node
from graphmap.redact import redacted
from graphmap.tiers import tiers
from tests.files import LOOKUP, TABLES
from tests.graphs import answered, buys, company, declares, graph_of
from tests.store.documents import columns


def same(one: str, other: str) -> Edge:
    return Edge("SAME_AS", company(one), company(other), "A1")


def role(of: str, name: str) -> Edge:
    return Edge("HAS_ROLE", company(of), Node("Role", name, name), "A1")


def read(owner: str, *claims: Edge | Node) -> SupplyGraph:
    """The graph of these claims, read for an owner."""
    document = owner_document(owner)
    return with_assumed(graph_of(*claims, documents=[(document.source, document.edges)]))


def assumed(graph: SupplyGraph) -> tuple[str | None, list[str]]:
    """Id of the owner, and of its assumed suppliers; each is a purchase with nothing known but its receipt."""
    owner = owner_of(graph)
    suppliers = [graph.ids[node] for node in assumed_suppliers(graph)]
    if owner is None:
        return None, suppliers
    found = [claim for claim in graph.claims("BUYS_FROM") if claim["row"] == ASSUMED]
    assert [graph.ids[claim["head"]] for claim in found] == suppliers
    assert all(claim["tail"] == owner.node and claim.keys() == _KEYS and not claim["mineral"] for claim in found)
    return graph.ids[owner.node], suppliers


_KEYS = {"tail", "head", "mineral", "file", "row", "as_of"}


# ---- who is a supplier ----------------------------------------------------------------------------------------


def test_who_declares_or_answers_is_a_direct_supplier() -> None:
    graph = read("We", declares("S1", "X"), declares("S1", "Y", "tin"), answered("S2", "cmrt:1", "No"), company("Z"))
    assert assumed(graph) == ("name:we", ["S1", "S2"])
    assert [int(tiers(graph)[graph.node("Company", id_) or 0]) for id_ in ("name:we", "S1", "S2", "Z")] == [0, 1, 1, -1]
    table = graph.table("BUYS_FROM")
    receipt = graph.receipt("BUYS_FROM", 0)
    assert np.isnan(table.values("share")).all()
    assert (str(receipt), receipt.kind) == (f"for We, {ASSUMED}", KIND)


def test_with_purchases_only_those_that_nobody_buys_from() -> None:
    #  We ── S1 ── S2      S3 declares and nobody buys from it; S4 buys from S5, and says so of itself only
    graph = read(
        "We", buys("name:we", "S1", 0.4, "tin", row="A2"), buys("S1", "S2"), buys("S4", "S5"), buys("S6", "S6"),
        *(declares(f"S{i}", "X") for i in range(1, 7)),
    )  # fmt: skip
    assert assumed(graph) == ("name:we", ["S3", "S4", "S6"])
    kept = [(graph.ids[c["tail"]], graph.ids[c["head"]], c["row"]) for c in graph.claims("BUYS_FROM")]
    assert kept[-4:] == [("name:we", "S1", "A2"), *(("name:we", head, ASSUMED) for head in ("S3", "S4", "S6"))]


def test_the_owner_and_other_brands_are_no_suppliers() -> None:
    graph = read(
        "We Ltd.", declares("name:we", "X"), declares("Brand", "X"), role("Brand", "brand"), declares("S", "X")
    )
    assert assumed(graph) == ("name:we", ["S"])


@pytest.mark.parametrize(
    "said",
    [
        [same("DUNS:123456789", "name:we"), declares("DUNS:123456789", "X"), declares("S", "X")],
        [same("DUNS:123456789", "B-1"), same("B-1", "name:we"), declares("DUNS:123456789", "X"), declares("S", "X")],
    ],
)
def test_the_owner_is_who_bears_its_name(said: Sequence[Edge]) -> None:
    found = assumed(read("WE, Inc.", *said))
    assert found[0] in ("DUNS:123456789", "B-1")
    assert found[1] == ["S"]


@pytest.mark.parametrize("given", ["ERP:7 A", "DUNS:123456789", "B-1", "name:we"])
def test_an_id_that_a_document_has_is_meant_before_any_name(given: str) -> None:
    other = Node("Company", "name:other", given)
    graph = read(
        given, declares(given, "X"), declares("S", "X"), Edge("DECLARES", other, Node("Smelter", "X"), "A2", "tin")
    )
    assert assumed(graph) == (given, ["S", "name:other"])


def test_suppliers_that_are_one_are_assumed_once() -> None:
    graph = read("We", declares("name:s", "X"), declares("S-1", "Y"), same("name:s", "S-1"), buys("Z", "name:t"),
                 same("name:t", "T-1"), declares("T-1", "X"))  # fmt: skip
    assert assumed(graph) == ("name:we", ["S-1"])


def test_without_an_owner_nothing_is_assumed() -> None:
    plain = graph_of(declares("S", "X"), role("B", "brand"))
    assert with_assumed(plain) is plain
    assert (assumed(plain), notes_of(plain), sentences(plain), meaning_of(plain)) == ((None, []), (), (), None)


def test_assuming_again_adds_nothing() -> None:
    graph = read("We", declares("S", "X"), buys("A", "B", 0.5, "tin", row="A9", product="bolts"))
    assert columns(with_assumed(graph)) == columns(graph)


def test_a_loader_of_ones_own_that_uses_the_kind_is_taken_as_it_is() -> None:
    source = owner_document("We").source
    graph = with_assumed(graph_of(declares("S", "X"), documents=[(source, [declares("T", "X")])]))
    assert assumed(graph) == (None, [])


def test_redacted_it_is_still_assumed_and_the_name_is_gone() -> None:
    graph = redacted(read("Weberei Nord", declares("S", "X")), b"k" * 16)
    assert len(assumed_suppliers(graph)) == 1
    assert [claim["row"] for claim in graph.claims("BUYS_FROM")] == [ASSUMED]
    assert b"weberei" not in b"".join(column.tobytes() for column in graph.to_columns().values()).lower()


# ---- in words -------------------------------------------------------------------------------------------------


def test_the_document_depends_on_the_name_only() -> None:
    assert owner_document("  Our\tCompany ") == owner_document("Our Company")
    assert owner_document("Our Company").digest == owner_document("Our Company").digest
    assert owner_document("our company").source.id != owner_document("Our Company").source.id
    for nothing in ("", " ", "\u200b", "\x00"):
        with pytest.raises(GraphmapError, match="The name after --for is empty"):
            owner_document(nothing)
    with pytest.raises(GraphmapError, match="has 5,000 characters"):
        owner_document("x" * 5000)


def test_what_is_assumed_is_told() -> None:
    (told,) = notes_of(read("We", declares("S", "X")))
    assert told.startswith("1 direct supplier of We is assumed: it declares, and no purchase list names it.")
    (told,) = notes_of(read("We", declares("S", "X"), declares("T", "X")))
    assert told == (
        "2 direct suppliers of We are assumed: they declare, and no purchase list names them. Their shares are "
        "unknown. A purchase list would add who buys from whom, which mineral, and how much."
    )
    assert notes_of(read("name:we", buys("name:we", "S"), declares("S", "X"))) == ()


def test_an_owner_that_no_document_names_is_told_with_the_nearest() -> None:
    told = sentences(read("Acme Mettals", Node("Company", "B-1", "Acme Metals"), buys("B-1", "S")))
    assert told[:2] == (
        "You report for Acme Mettals.",
        "No document names 'Acme Mettals', so it counts as a company of its own. Nearest: Acme Metals [B-1].",
    )
    assert sentences(read("Qqq", buys("B-1", "S")))[1].endswith("a company of its own.")
    assert sentences(read("B-1", buys("B-1", "S")), ["Old Ltd."]) == ("You report for B-1, no longer for Old Ltd.",)


def test_a_name_of_two_companies_means_neither_and_both_are_told() -> None:
    one, other = Node("Company", "B-1", "We"), Node("Company", "B-2", "We Ltd")
    ties = [same("B-1", "name:we"), same("B-2", "name:we")]
    said = [Edge("BUYS_FROM", node, company("S"), "A1") for node in (one, other)]
    assert sentences(read("We", *said, *ties))[1].endswith("Nearest: We [B-1]; We Ltd [B-2].")


# ---- from files -----------------------------------------------------------------------------------------------


@pytest.fixture
def declarations(tmp_path: Path) -> Path:
    """Declarations of two suppliers and of the company itself, and nothing else."""
    folder = tmp_path / "declarations"
    folder.mkdir()
    for name in ("Our Company Ltd.", "Example Solder", "Example Chips"):
        answers = {(question, "tin"): ("Yes", "") for question in (1, 2, 7, 8)}
        smelters = [SmelterRow(number=f"CID90000{i}") for i in (1, 2)[: 1 if name.startswith("Our") else 2]]
        said = Declaration(company=name, effective_date=date(2026, 6, 1), answers=answers, smelters=smelters)
        write_cmrt(folder / f"CMRT {name}.xlsx", said, LOOKUP)
    return folder


def test_declarations_alone_give_a_chain_on_the_first_day(declarations: Path, tmp_path: Path) -> None:
    with api.open(tmp_path / "chain.graphmap") as work:
        work.load(declarations, jobs=0)
        with pytest.raises(NotFound, match="No company is marked as the one you report for"):
            work.start(None)
        report = work.load(declarations, owner="Our Company", jobs=0)
        assert report.notes[0] == "You report for Our Company Ltd."
        assert "No document names" not in " ".join(report.notes)
        assert [work.graph.names[node] for node in work.brands()] == ["Our Company Ltd."]
        assert work.case.notes[0].startswith("2 direct suppliers of Our Company Ltd. are assumed")
        before, sources = columns(work.graph), work.store.sources()
        start = work.start(None)
        rating = rate(work.case)
        assert set(rating[rating["tier"] == 1]["name"]) == {"Example Solder", "Example Chips"}

        (tmp_path / "smelters.csv").write_text(TABLES["smelters.csv"])
        work.load(tmp_path / "smelters.csv", jobs=0)
        found = find_paths(work.case, start, to="not-accepted").paths
        assert {path.nodes[1].name for path in found} == {"Example Solder", "Example Chips"}
        assert {hop.receipts[0].kind for path in found for hop in path.hops[:1]} == {KIND}
        assert not any(hop.stated for path in found for hop in path.hops[:1])
        work.forget("smelters.csv")
        again = work.load(declarations, owner="Our Company", jobs=0)
        assert (columns(work.graph), work.store.sources(), again) == (before, sources, report)
        assert work.load(owner="Example Chips").notes[0] == "You report for Example Chips, no longer for Our Company."
        assert work.start(None) != start
        assert [one.source.kind for one in work.store.sources()].count(KIND) == 1
        work.forget("for Example Chips")
        assert not len(work.graph.table("BUYS_FROM"))


def test_what_is_assumed_follows_the_documents_and_the_day(declarations: Path, tmp_path: Path) -> None:
    purchases = tmp_path / "purchases.csv"
    purchases.write_text("buyer,seller,share\nOur Company,Example Solder,50%\n")
    store = tmp_path / "chain.graphmap"

    def now(as_of: date | None = None) -> list[str]:
        with api.open(store, as_of=as_of) as work:
            return [work.graph.names[node] for node in assumed_suppliers(work.graph)]

    with api.open(store) as work:
        work.load(owner="Our Company", jobs=0)
        work.load(declarations, purchases, jobs=0)
    assert now() == ["Example Chips"]
    assert now(date(2020, 1, 1)) == []
    with api.open(store) as work:
        work.forget("purchases.csv")
    assert sorted(now()) == ["Example Chips", "Example Solder"]
