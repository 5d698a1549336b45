"""Brands and tiers."""

from __future__ import annotations

from graphmap.graph import SupplyGraph
from graphmap.records import Edge, Node
from graphmap.tiers import brands, tiers
from tests.graphs import buys, company, declares, graph_of


def role(of: str, name: str) -> Edge:
    return Edge("HAS_ROLE", company(of), Node("Role", name, name), "A1")


def named(graph: SupplyGraph) -> tuple[list[str], dict[str, int]]:
    found = tiers(graph)
    return [graph.ids[node] for node in brands(graph)], {
        id_: int(found[i]) for i, id_ in enumerate(graph.ids) if graph.label_of(i) == "Company"
    }


def test_tiers_are_the_fewest_purchases_from_a_brand() -> None:
    #  B ─ S ─ T ─ U      B buys from U too; E buys from nobody and sells to nobody
    graph = graph_of(buys("B", "S"), buys("S", "T", mineral="tin"), buys("T", "U"), buys("B", "U"), declares("E", "X"))
    assert named(graph) == (["B"], {"B": 0, "S": 1, "T": 2, "U": 1, "E": -1})
    assert tiers(graph)[graph.node("Smelter", "X") or 0] == -1


def test_a_list_of_roles_says_who_is_a_brand() -> None:
    graph = graph_of(buys("Holding", "B"), buys("B", "S"), buys("S", "B"), role("B", "brand"), role("S", "supplier"))
    assert named(graph) == (["B"], {"B": 0, "S": 1, "Holding": -1})


def test_a_circle_without_a_beginning_has_no_brand() -> None:
    assert named(graph_of(buys("A", "B"), buys("B", "A"))) == ([], {"A": -1, "B": -1})


def test_buying_from_oneself_makes_no_tier() -> None:
    assert named(graph_of(buys("A", "A"), buys("A", "B"))) == (["A"], {"A": 0, "B": 1})


def test_no_companies() -> None:
    assert named(graph_of()) == ([], {})
