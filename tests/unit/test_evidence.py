"""The grade of the evidence behind a figure."""

from __future__ import annotations

import dataclasses
from datetime import date

import numpy as np
import pytest

from graphmap.analysis.evidence import Declaration, find_grades, grade_declaration
from graphmap.graph import SupplyGraph
from graphmap.policy import load_policy
from graphmap.records import Edge, Source
from tests.graphs import PLAIN, answered, company, declares, graph_of

RULES = load_policy().evidence
GOOD = Declaration(30, "B. Product (or List of Products)", "100%", "Yes", 12, 0)


def test_a_good_declaration() -> None:
    assert grade_declaration(RULES, GOOD) == ("A", ())


@pytest.mark.parametrize(
    ("change", "grade", "reason"),
    [
        ({"age": 365}, "A", None),
        ({"age": 366}, "B", "the declaration is 366 days old"),
        ({"age": 731}, "C", "the declaration is 731 days old"),
        ({"age": 4000}, "D", "the declaration is 4000 days old"),
        ({"age": None}, "C", "the declaration is undated"),
        ({"scope": "A. Company"}, "B", "scope: A. Company"),
        ({"scope": ""}, "C", "scope is not answered"),
        ({"suppliers_answered": "1"}, "A", None),
        ({"suppliers_answered": "Greater than 75%"}, "B", "question 6 (suppliers that answered): Greater than 75%"),
        ({"suppliers_answered": "50% or less"}, "D", "question 6 (suppliers that answered): 50% or less"),
        ({"suppliers_answered": "=cmd|x"}, "C", "question 6 (suppliers that answered): =cmd|x"),
        ({"all_smelters_named": "No"}, "C", "question 7 (all smelters named): No"),
        ({"unidentified": 1}, "B", "1 of 12 smelter rows name no smelter"),
        ({"unidentified": 2}, "C", "2 of 12 smelter rows name no smelter"),
        ({"unidentified": 7}, "D", "7 of 12 smelter rows name no smelter"),
        ({"rows": 0}, "D", "no smelter is declared"),
    ],
)
def test_one_finding(change: dict[str, object], grade: str, reason: str | None) -> None:
    found = grade_declaration(RULES, GOOD._replace(**change))
    assert found == (grade, () if reason is None else (reason,))


def test_the_worst_finding_counts_and_stands_first() -> None:
    found = grade_declaration(RULES, GOOD._replace(scope="A. Company", age=800, all_smelters_named="No"))
    assert found == (
        "C",
        ("the declaration is 800 days old", "question 7 (all smelters named): No", "scope: A. Company"),
    )


def test_no_declaration() -> None:
    assert grade_declaration(RULES, None) == ("D", ("no declaration",))


def declaration(of: str, mineral: str, suppliers: str, *smelters: str) -> list[Edge]:
    return [
        answered(of, "cmrt:scope", "B. Product"),
        answered(of, "cmrt:6", suppliers, mineral),
        answered(of, "cmrt:7", "Yes", mineral),
        *(declares(of, smelter, mineral, row=f"A{i}") for i, smelter in enumerate(smelters)),
    ]


def document(as_of: str, claims: list[Edge]) -> tuple[Source, list[Edge]]:
    return dataclasses.replace(PLAIN, id=as_of.rjust(64, "0"), as_of=as_of, title=as_of), claims


def grades(
    graph: SupplyGraph, mineral: str = "gold", on: date = date(2026, 6, 30)
) -> dict[str, tuple[str, tuple[str, ...]]]:
    companies = graph.of_label("Company")
    found = find_grades(graph, RULES, companies, mineral, on)
    ids = [graph.ids[int(node)] for node in companies]
    return dict(zip(ids, zip(found.grade, found.reasons, strict=True), strict=True))


def test_each_company_by_its_own_declaration_for_the_mineral() -> None:
    graph = graph_of(
        *declaration("good", "gold", "100%", "X"),
        *declaration("poor", "gold", "None", "X", "unidentified:gold:poor"),
        *declaration("tin only", "tin", "100%", "Y"),
        company("silent"),
    )
    assert {name: grade for name, (grade, _) in grades(graph).items()} == {
        "good": "A", "poor": "D", "silent": "D", "tin only": "D",
    }  # fmt: skip
    assert grades(graph, "tin")["tin only"] == ("A", ())
    assert grades(graph)["poor"][1] == (
        "question 6 (suppliers that answered): None",
        "1 of 2 smelter rows name no smelter",
    )


def test_the_latest_declaration_that_was_known_counts() -> None:
    graph = graph_of(
        documents=[
            document("2026-05-01", declaration("S", "gold", "Greater than 50%", "X")),
            document("2026-01-01", declaration("S", "gold", "100%", "X")),
            document("2026-06-01", declaration("S", "tin", "None", "Y")),
        ]
    )
    assert grades(graph)["S"][0] == "C"
    assert grades(graph, on=date(2026, 4, 30))["S"][0] == "A"
    assert grades(graph, on=date(2025, 4, 30))["S"] == ("D", ("no declaration",))
    assert grades(graph, on=date(2028, 6, 1))["S"][1][0] == "the declaration is 762 days old"


def test_nobody_to_grade() -> None:
    found = find_grades(graph_of(declares("S", "X")), RULES, np.zeros(0, np.int32), "gold", None)
    assert found.grade == ()
