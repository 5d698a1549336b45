"""The standing of a smelter on a date."""

from __future__ import annotations

import dataclasses
from datetime import date
from typing import Any

import numpy as np
import pytest

from graphmap.analysis.standing import find_standings, unknown_words
from graphmap.graph import SupplyGraph
from graphmap.policy import STANDINGS, load_policy
from graphmap.records import Edge, Node, Source, Value
from tests.graphs import PLAIN, declares, graph_of, smelter

ON = date(2026, 6, 30)


def status(
    text: str,
    scheme: str = "RMAP",
    assessed: date | None = None,
    valid_until: date | None = None,
    mineral: str = "",
    of: str = "X",
) -> Edge:
    properties: dict[str, Value] = {"status": text, "assessed": assessed, "valid_until": valid_until}
    return Edge("ASSESSED_BY", smelter(of), Node("Scheme", scheme, scheme), f"{scheme} {text}", mineral, properties)


def document(as_of: str, *claims: Edge) -> tuple[Source, list[Edge]]:
    return dataclasses.replace(PLAIN, id=as_of.rjust(64, "0"), as_of=as_of, title=as_of), list(claims)


def standing(graph: SupplyGraph, mineral: str = "gold", on: date | None = ON, **changes: Any) -> tuple[str, bool]:
    policy = dataclasses.replace(load_policy(), **changes)
    smelters = graph.of_label("Smelter")
    found = find_standings(graph, policy, smelters, mineral, on)
    return STANDINGS[found.code[0]], bool(found.overdue[0])


def of(*claims: Edge, mineral: str = "gold", on: date | None = ON, **changes: Any) -> str:
    return standing(graph_of(declares("B", "X"), *claims), mineral, on, **changes)[0]


def test_what_one_claim_makes_of_a_smelter() -> None:
    assert of(status("Conformant")) == "accepted"
    assert of(status("Active")) == "in progress"
    assert of(status("Non-Conformant")) == "not accepted"
    assert of(status("Eligible")) == "not on list"
    assert of(status("Conformant", "unstated")) == "accepted"


def test_absence_and_the_unknown_are_not_on_list() -> None:
    assert of() == "not judged"
    assert of(status("Conformant", of="another")) == "not on list"
    assert of(status("Under a cloud")) == "not on list"
    assert of(status("Conformant", "Acme Good Stuff")) == "not judged"
    assert of(status("Conformant", "Acme Good Stuff"), status("Active", of="another")) == "not on list"


def test_one_accepting_scheme_is_enough() -> None:
    assert of(status("Non-conformant"), status("Good Delivery", "LBMA")) == "accepted"
    assert of(status("Non-conformant"), status("Active", "LBMA")) == "in progress"
    assert of(status("Non-conformant"), status("Whatever", "LBMA")) == "not accepted"


def test_a_scheme_counts_only_for_its_minerals() -> None:
    assert of(status("Good Delivery", "LBMA"), mineral="tin") == "not judged"
    assert of(status("Conformant", "TI-CMC"), mineral="tungsten") == "accepted"
    assert of(status("Conformant", "TI-CMC"), mineral="gold") == "not judged"


def test_a_claim_that_names_a_mineral_counts_for_it_alone() -> None:
    claims = status("Conformant", mineral="tin"), status("Active", mineral="gold")
    assert of(*claims, mineral="tin") == "accepted"
    assert of(*claims, mineral="gold") == "in progress"
    assert of(*claims, mineral="cobalt") == "not judged"


def test_the_latest_document_of_a_scheme_counts() -> None:
    older, newer = document("2025-01-01", status("Conformant")), document("2026-01-01", status("Non-conformant"))
    graph = graph_of(declares("B", "X"), documents=[newer, older])
    assert standing(graph)[0] == "not accepted"


def test_in_one_document_the_latest_assessment_counts() -> None:
    old, new = date(2025, 1, 1), date(2026, 1, 1)
    assert of(status("Active", assessed=old), status("Conformant", assessed=new)) == "accepted"
    assert of(status("Active", assessed=new), status("Conformant", assessed=old)) == "in progress"
    assert of(status("Active"), status("Conformant", assessed=new)) == "accepted"


def test_of_equally_late_claims_the_worse_counts() -> None:
    assert of(status("Active"), status("Conformant")) == "in progress"
    assert of(status("Eligible"), status("Conformant")) == "not on list"
    assert of(status("Eligible"), status("Not conformant")) == "not accepted"


def test_other_names_of_a_scheme_are_the_same_scheme() -> None:
    day = date(2026, 1, 1)
    assert of(status("Conformant", "RMAP"), status("Active", "CFSP", assessed=day)) == "in progress"


def test_an_accepted_assessment_runs_out() -> None:
    def at(on: date, **claim: date) -> tuple[str, bool]:
        return standing(graph_of(declares("B", "X"), status("Conformant", **claim)), on=on)

    day = date(2026, 7, 1)
    assert at(date(2027, 7, 1), assessed=day) == ("accepted", False)
    assert at(date(2027, 7, 2), assessed=day) == ("in progress", True)
    assert at(date(2027, 7, 2), assessed=day, valid_until=date(2028, 1, 1)) == ("accepted", False)
    assert at(date(2026, 9, 1), assessed=day, valid_until=date(2026, 8, 1)) == ("in progress", True)
    # Without a date of its own, an assessment cannot be younger than the list that tells of it (2026-06-30).
    assert at(date(2027, 6, 30)) == ("accepted", False)
    assert at(date(2027, 7, 1)) == ("in progress", True)


def test_validity_differs_by_scheme() -> None:
    claim = status("Conformant", "TI-CMC", assessed=date(2024, 1, 1), mineral="tungsten")
    assert of(claim, mineral="tungsten") == "accepted"
    assert of(status("Conformant", assessed=date(2024, 1, 1), mineral="tungsten"), mineral="tungsten") == "in progress"


def test_the_policy_says_what_expired_means_and_after_which_grace() -> None:
    claim = status("Conformant", assessed=date(2025, 6, 1))
    assert of(claim) == "in progress"
    assert of(claim, grace_days=60) == "accepted"
    assert of(claim, expired="not accepted") == "not accepted"


def test_another_scheme_that_accepts_hides_the_overdue_one() -> None:
    graph = graph_of(
        declares("B", "X"),
        status("Conformant", assessed=date(2020, 1, 1)),
        status("Certified", "RJC", assessed=date(2026, 1, 1)),
    )
    assert standing(graph) == ("accepted", False)
    graph = graph_of(declares("B", "X"), status("Conformant", assessed=date(2020, 1, 1)), status("Active", "RJC"))
    assert standing(graph) == ("in progress", False)


def test_what_was_said_later_was_not_known() -> None:
    old, new = document("2025-01-01", status("Active")), document("2026-01-01", status("Conformant"))
    graph = graph_of(declares("B", "X"), documents=[old, new])
    assert standing(graph, on=date(2026, 1, 1))[0] == "accepted"
    assert standing(graph, on=date(2025, 12, 31))[0] == "in progress"
    assert standing(graph, on=date(2024, 12, 31))[0] == "not judged"
    assert of(status("Conformant", assessed=date(2026, 7, 1)), on=ON) == "not judged"
    known = status("Active", of="another")
    assert of(status("Conformant", assessed=date(2026, 7, 1)), known, on=ON) == "not on list"


def test_without_any_date_nothing_expires() -> None:
    undated = dataclasses.replace(PLAIN, id="1" * 64, as_of="")
    graph = graph_of(documents=[(undated, [declares("B", "X"), status("Conformant")])])
    assert standing(graph, on=None) == ("accepted", False)
    assert standing(graph, on=date(2099, 1, 1)) == ("accepted", False)


def test_an_unidentified_smelter_stays_unidentified() -> None:
    id_ = "unidentified:gold:B"
    graph = graph_of(declares("B", id_), status("Conformant", of=id_))
    assert standing(graph) == ("unidentified", False)


def test_the_decisive_claim_is_told() -> None:
    graph = graph_of(declares("B", "X"), declares("B", "Y"), status("Non-conformant"), status("Certified", "RJC"))
    found = find_standings(graph, load_policy(), graph.of_label("Smelter"), "gold", ON)
    assert graph.receipt("ASSESSED_BY", int(found.claim[0])).row == "RJC Certified"
    assert found.claim[1] == -1


def test_words_that_the_policy_does_not_know_are_told() -> None:
    graph = graph_of(
        status("Under a cloud"),
        status("Under a cloud", of="Y"),
        status("Fine", "Acme"),
        status("Fine", "Acme", mineral="tin"),
        status("Good", "Acme", mineral="tin"),
        status("Conformant"),
    )
    assert unknown_words(graph, load_policy()) == [
        "Scheme 'Acme' is not known to policy default: its 3 claims are not used.",
        "Status 'Under a cloud' of RMAP is not known to policy default: 2 smelters count as not on list there.",
    ]


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_claims_does_not_matter(seed: int) -> None:
    rng = np.random.default_rng(seed)
    days = [None, date(2024, 1, 1), date(2026, 2, 1)]
    claims = [
        status(
            str(rng.choice(["Conformant", "Active", "Non-conformant", "?"])), scheme, days[int(rng.integers(3))], of=x
        )
        for scheme in ("RMAP", "CFSP", "LBMA")
        for x in "XYZ"
        for _ in range(2)
    ]
    orders = (range(len(claims)), rng.permutation(len(claims)).tolist())
    graphs = [graph_of(*(declares("B", x) for x in "XYZ"), *(claims[i] for i in order)) for order in orders]
    found = [find_standings(g, load_policy(), g.of_label("Smelter"), "gold", ON) for g in graphs]
    assert found[0].code.tolist() == found[1].code.tolist()
    assert found[0].overdue.tolist() == found[1].overdue.tolist()
