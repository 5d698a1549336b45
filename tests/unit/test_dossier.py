"""Finding a node by what people write, and everything known of it."""

from __future__ import annotations

import json

import pytest

from graphmap.analysis.dossier import CompanyFigures, SmelterFigures, dossier, find
from graphmap.errors import NotFound
from graphmap.graph import SupplyGraph
from graphmap.records import Edge, Node
from tests.chains import GOLDEN, GoldenCase, case_of, country, fed_by, golden_case, located, mine, node_of, originates
from tests.graphs import answered, buys, company, declares, graph_of, smelter

# ---- finding --------------------------------------------------------------------------------------------------


def names() -> SupplyGraph:
    return graph_of(
        company("ACME", "Acme Metals Ltd."),
        company("A2", "Acme Metals Trading"),
        company("DUNS:1", "Beispiel GmbH"),
        company("name:beispiel", "Beispiel AG"),
        smelter("CID000123", "Example Refinery"),
        country("CD"),
        Edge("SAME_AS", company("DUNS:1", "Beispiel GmbH"), company("name:beispiel", "Beispiel AG"), "A1"),
        contact(),
    )


def contact() -> Edge:
    person = Node("Contact", "contact:00", "Jane Example")
    return Edge("HAS_CONTACT", company("ACME", "Acme Metals Ltd."), person, "A9", "", {"email": "jane@example.org"})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ACME", ["ACME"]),  # the id, though two names hold it
        (" ACME ", ["ACME"]),
        ("CD", ["CD"]),
        ("CID000123", ["CID000123"]),
        ("cid 000123", ["CID000123"]),
        ("acme metals", ["ACME"]),  # a whole name before a part
        ("ACME METALS, Limited", ["ACME"]),
        ("acme met", ["A2", "ACME"]),
        ("metals", ["A2", "ACME"]),
        ("beispiel ag", ["DUNS:1"]),  # a name of a node that was merged
        ("name:beispiel", ["DUNS:1"]),
        ("duns:1", ["DUNS:1"]),
        ("cid0001", ["CID000123"]),
        ("example", ["CID000123"]),  # and not the person
    ],
)
def test_find(text: str, expected: list[str]) -> None:
    graph = names()
    assert [graph.ids[node] for node in find(graph, text)] == expected


def test_what_is_not_found_brings_similar_names_but_no_persons() -> None:
    with pytest.raises(NotFound, match="Nothing here is called 'Acmee Metal'") as raised:
        find(names(), "Acmee Metal")
    assert "Acme Metals Ltd." in raised.value.cure
    for text in ("Jane Exampel", "contact:00", "Jane Example"):
        with pytest.raises(NotFound) as raised:
            find(names(), text)
        assert "Jane" not in raised.value.cure
    for text in ("", "   ", "?!"):
        with pytest.raises(NotFound):
            find(names(), text)


# ---- dossiers -------------------------------------------------------------------------------------------------


def test_of_a_smelter() -> None:
    case = case_of(
        *GOLDEN,
        declares("SubA", "X", "tin"),
        located(smelter("X"), country("CH")),
        originates(smelter("X"), country("CD"), "gold"),
        kind=GoldenCase,
    )
    found = dossier(case, node_of(case, "X"))
    assert (found.about.label, found.about.id, found.tier) == ("Smelter", "X", None)
    assert list(found.claims) == ["DECLARES", "ORIGINATES_IN", "LOCATED_IN", "ASSESSED_BY"]
    assert [(claim.direction, claim.other.id, claim.mineral) for claim in found.claims["DECLARES"]] == [
        ("in", "SubA", "tin"),
        ("in", "SubA", "gold"),
        ("in", "SubB", "gold"),
    ]
    (status,) = found.claims["ASSESSED_BY"]
    assert (status.direction, status.other.id, status.properties) == ("out", "RMAP", {"status": "Conformant"})
    assert str(status.receipt) == "test.csv, A1 (2026-06-30)"

    gold, tin = sorted(found.figures, key=lambda one: one.mineral)
    assert isinstance(gold, SmelterFigures)
    assert isinstance(tin, SmelterFigures)
    assert (gold.standing, gold.high_risk, tin.high_risk) == ("accepted", True, False)
    assert [term.name for term in gold.terms] == ["standing", "origin"]
    assert gold.hazard == pytest.approx(1 - (1 - 0.05) * (1 - gold.terms[1].value))
    assert tin.hazard == pytest.approx(0.05)
    assert [one.id for one in gold.declared_by] == ["SubA", "SubB"]
    assert [one.id for one in tin.declared_by] == ["SubA"]


def test_of_a_company() -> None:
    case = case_of(*GOLDEN, answered("SubB", "cmrt:3", "No", "gold"), kind=GoldenCase)
    found = dossier(case, node_of(case, "SubB"))
    assert found.tier == 2
    assert [(claim.direction, claim.other.id) for claim in found.claims["BUYS_FROM"]] == [("in", "S1"), ("in", "S2")]
    (answer,) = (claim for claim in found.claims["ANSWERED"] if claim.other.id == "cmrt:3")
    assert (answer.other.id, answer.mineral, answer.properties) == ("cmrt:3", "gold", {"answer": "No"})
    (gold,) = found.figures
    assert isinstance(gold, CompanyFigures)
    assert gold.exposure == pytest.approx(0.7625)
    assert gold.low <= gold.exposure <= gold.high
    assert (gold.suppliers, gold.declared) == (0, 2)
    assert {name: count for name, count in gold.reached.items() if count} == {"accepted": 1, "not accepted": 1}
    assert gold.evidence in "ABCD"
    assert gold.reasons
    brand = dossier(case, node_of(case, "B"))
    assert (brand.tier, brand.figures[0].suppliers) == (0, 2)


def test_of_a_company_of_which_nothing_is_known() -> None:
    case = case_of(*GOLDEN, company("alone"))
    found = dossier(case, node_of(case, "alone"))
    assert (found.claims, found.figures, found.tier, found.feeds) == ({}, (), None, ())


def test_of_a_mine() -> None:
    case = case_of(*GOLDEN, fed_by("Y", "M"), fed_by("X", "M"), located(mine("M"), country("CD")))
    found = dossier(case, node_of(case, "M"))
    assert [one.id for one in found.feeds] == ["X", "Y"]
    assert [claim.direction for claim in found.claims["FED_BY"]] == ["in", "in"]
    assert [claim.other.id for claim in found.claims["LOCATED_IN"]] == ["CD"]
    assert dossier(case, node_of(case, "X")).feeds == ()


def test_merged_nodes_are_one() -> None:
    case = case_of(
        declares("name:beispiel", "X"),
        buys("B", "DUNS:1"),
        Edge("SAME_AS", company("DUNS:1"), company("name:beispiel"), "A1", "", {"reason": "same name"}),
    )
    for id_ in ("DUNS:1", "name:beispiel"):
        found = dossier(case, node_of(case, id_))
        assert found.about.id == "DUNS:1"
        assert [one.id for one in found.merged] == ["name:beispiel"]
        assert list(found.claims) == ["BUYS_FROM", "DECLARES", "SAME_AS"]
        assert found.claims["SAME_AS"][0].properties == {"reason": "same name"}


def test_personal_data_only_when_asked_for() -> None:
    case = case_of(contact(), declares("ACME", "X"))
    plain = dossier(case, node_of(case, "ACME"))
    assert list(plain.claims) == ["DECLARES"]
    assert "jane" not in json.dumps(plain.to_dict()).casefold()
    private = dossier(case, node_of(case, "ACME"), private=True)
    (reach,) = private.claims["HAS_CONTACT"]
    assert (reach.other.name, reach.properties) == ("Jane Example", {"email": "jane@example.org"})


def test_as_json() -> None:
    case = golden_case()
    for id_ in ("B", "X", "RMAP"):
        plain = json.loads(json.dumps(dossier(case, node_of(case, id_)).to_dict(), allow_nan=False))
        assert plain["about"]["id"] == id_
