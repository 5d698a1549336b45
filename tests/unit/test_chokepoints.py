"""Choke points: dominators, the fewest companies to act on, and what they mean for a company's exposure."""

from __future__ import annotations

import json
from itertools import combinations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphmap.analysis.case import Case
from graphmap.analysis.chokepoints import ChokePoints, choke_points
from graphmap.analysis.structure import dominators, vertex_cut
from graphmap.errors import GraphmapError
from graphmap.graph import Ints
from tests.chains import GOLDEN, GoldenCase, assessed, case_of, claims, country, golden_case, located, node_of, whole
from tests.graphs import buys, declares, smelter


def arrays(places: int, links: set[tuple[int, int]]) -> tuple[np.ndarray, Ints]:
    pairs = sorted(links)
    indptr = np.searchsorted([a for a, _ in pairs], np.arange(places + 1)).astype(np.int64)
    return indptr, np.array([b for _, b in pairs], np.int32)


@st.composite
def links(draw: st.DrawFn) -> tuple[int, set[tuple[int, int]]]:
    places = draw(st.integers(2, 10))
    pairs = [(a, b) for a in range(places) for b in range(places) if a != b]
    return places, draw(st.sets(st.sampled_from(pairs)))


# ---- kernels --------------------------------------------------------------------------------------------------


def test_dominators_of_the_published_example() -> None:
    # 1 -> 2 -> 5 and 1 -> 3 -> 4 -> 5; place 0 is not reached
    idom = dominators(*arrays(6, {(1, 2), (1, 3), (2, 5), (3, 4), (4, 5)}), 1)
    assert idom.tolist() == [-1, 1, 1, 1, 3, 1]


@settings(deadline=None)
@given(links())
def test_dominators_are_those_of_networkx(drawn: tuple[int, set[tuple[int, int]]]) -> None:
    places, pairs = drawn
    graph = nx.DiGraph(pairs)
    graph.add_nodes_from(range(places))
    expected = np.full(places, -1)
    for place, above in nx.immediate_dominators(graph, 0).items():
        expected[place] = 0 if above is None else above
    expected[0] = 0
    assert dominators(*arrays(places, pairs), 0).tolist() == expected.tolist()


def test_dominators_of_a_long_chain_need_no_recursion() -> None:
    n = 20_000
    idom = dominators(*arrays(n, {(i, i + 1) for i in range(n - 1)}), 0)
    assert idom.tolist() == [0, *range(n - 1)]


@settings(deadline=None)
@given(links(), st.data())
def test_a_vertex_cut_is_as_small_as_that_of_networkx(
    drawn: tuple[int, set[tuple[int, int]]], data: st.DataObject
) -> None:
    places, pairs = drawn
    ends = data.draw(st.sets(st.integers(1, places - 1)))
    mask = np.isin(np.arange(places), sorted(ends))
    cut = vertex_cut(*arrays(places, pairs), 0, mask).tolist()

    graph = nx.DiGraph(pairs)
    graph.add_nodes_from([*range(places), "T"])
    graph.add_edges_from((end, "T") for end in ends)
    fewest = len(nx.minimum_node_cut(graph, 0, "T")) if nx.has_path(graph, 0, "T") else 0
    assert len(cut) == fewest
    assert 0 not in cut
    assert not nx.has_path(graph.subgraph(set(graph) - set(cut)), 0, "T")
    # The nearest of all smallest sets: what the source still reaches lies within what it reaches with any other.
    near = nx.descendants(graph.subgraph(set(graph) - set(cut)), 0)
    for other in combinations(range(1, places), len(cut)):
        left = graph.subgraph(set(graph) - set(other))
        if not nx.has_path(left, 0, "T"):
            assert near <= nx.descendants(left, 0)


# ---- the golden chain -----------------------------------------------------------------------------------------


def ids(found: ChokePoints) -> list[str]:
    return [company.id for company in found.cut]


def gating(found: ChokePoints) -> dict[str, dict[str, list[str]]]:
    return {
        gate.company.id: {mineral: [one.id for one in gated] for mineral, gated in gate.smelters.items()}
        for gate in found.gates
    }


def test_golden_chain() -> None:
    case = golden_case()
    chain, node = case.chain("gold"), {id_: node_of(case, id_) for id_ in ("B", "S1", "SubA", "SubB", "X", "Y")}
    idom = dominators(chain.indptr, chain.head, chain.place(node["B"]))
    above = {id_: case.graph.ids[int(chain.node[idom[chain.place(node[id_])]])] for id_ in ("Y", "X", "SubB", "SubA")}
    assert above == {"Y": "SubB", "X": "B", "SubB": "B", "SubA": "S1"}

    found = choke_points(case, node["B"])
    assert gating(found) == {"SubB": {"gold": ["Y"]}}
    (gate,) = found.gates
    assert gate.part == pytest.approx({"gold": 0.525 / 0.54875})
    assert gate.count == 1
    assert (ids(found), found.fewest, found.at_least, found.direct) == (["SubB"], True, 1, ())


def test_the_group_of_smelters_can_be_chosen() -> None:
    case = case_of(*GOLDEN, located(smelter("X"), country("CD")), kind=GoldenCase)
    b = node_of(case, "B")
    assert ids(choke_points(case, b, to="any")) == ["S1", "S2"]
    assert ids(choke_points(case, b, to="high-risk")) == ["S1", "S2"]
    assert ids(choke_points(case, b, to="unidentified")) == []
    assert choke_points(case, b, to="unidentified").gates == ()
    assert ids(choke_points(case, node_of(case, "S1"), to="any")) == ["SubA", "SubB"]


# ---- cases ----------------------------------------------------------------------------------------------------


def test_what_the_company_brings_itself_stands_apart() -> None:
    # B declares X and Y; S, from whom it buys, declares X too and so explains it.
    case = case_of(
        buys("B", "S"),
        declares("B", "X"),
        declares("B", "Y"),
        declares("S", "X"),
        assessed("X", "Non-conformant"),
        assessed("Y", "Non-conformant"),
    )
    found = choke_points(case, node_of(case, "B"))
    assert ids(found) == ["S"]
    assert [(mineral, one.id) for mineral, one in found.direct] == [("gold", "Y")]
    assert gating(found) == {"S": {"gold": ["X"]}}


def test_a_cycle_of_buyers_is_no_problem() -> None:
    #   B -> S -> T -> S, T -> X
    case = case_of(
        buys("B", "S"),
        buys("S", "T"),
        buys("T", "S"),
        buys("B", "B"),
        declares("T", "X"),
        assessed("X", "Non-conformant"),
        *whole("T"),
    )
    found = choke_points(case, node_of(case, "B"))
    assert ids(found) == ["S"]
    assert gating(found) == {"S": {"gold": ["X"]}, "T": {"gold": ["X"]}}
    assert [gate.largest_part for gate in found.gates] == pytest.approx([1.0, 1.0])


def test_gates_stand_by_part_of_the_exposure_and_gate_smelters_of_the_group() -> None:
    case = case_of(
        buys("B", "S", 0.5),
        buys("B", "T", 0.3),
        buys("B", "U", 0.2),
        buys("B", "V", 0.0),
        declares("S", "A1"),
        declares("T", "N1"),
        declares("U", "A2"),
        declares("U", "A3"),
        declares("V", "N2"),
        *(assessed(id_, "Conformant") for id_ in ("A1", "A2", "A3")),
        *(assessed(id_, "Non-conformant") for id_ in ("N1", "N2")),
        *whole("S", "T", "U", "V"),
    )
    found = choke_points(case, node_of(case, "B"))
    exposure = 0.5 * 0.05 + 0.3 + 0.2 * 0.05
    assert [(gate.company.id, gate.count) for gate in found.gates] == [("T", 1), ("V", 1)]
    assert [gate.part["gold"] for gate in found.gates] == pytest.approx([0.3 / exposure, 0.0])
    assert ids(found) == ["T", "V"]
    table = found.to_frame()
    assert list(table) == ["company", "name", "smelters", "part", "part_mineral", "act"]
    assert table["act"].tolist() == [True, True]
    assert table["part_mineral"].tolist() == ["gold", "gold"]


def test_several_minerals_together() -> None:
    # The same purchases carry gold to X and tin to Y: S gates both and counts once.
    case = case_of(
        buys("B", "S"),
        buys("S", "T"),
        buys("S", "U"),
        declares("T", "X", "gold"),
        declares("U", "Y", "tin"),
        assessed("X", "Non-conformant"),
        assessed("Y", "Non-conformant"),
    )
    found = choke_points(case, node_of(case, "B"))
    assert gating(found) == {
        "S": {"gold": ["X"], "tin": ["Y"]},
        "T": {"gold": ["X"]},
        "U": {"tin": ["Y"]},
    }
    assert [gate.count for gate in found.gates] == [2, 1, 1]
    assert ids(found) == ["S"]
    assert {mineral: [one.id for one in cut] for mineral, cut in found.cuts.items()} == {"gold": ["S"], "tin": ["S"]}
    assert (found.fewest, found.at_least) == (True, 1)
    only = choke_points(case, node_of(case, "B"), mineral="tin")
    assert gating(only) == {"S": {"tin": ["Y"]}, "U": {"tin": ["Y"]}}


def test_where_purchases_name_minerals_the_smaller_of_two_good_sets_is_taken() -> None:
    # Gold comes by S from X, tin by T from Y. S also buys tin from V, who declares bad gold that B never gets.
    case = case_of(
        buys("B", "S", None, "gold"),
        buys("B", "T", None, "tin"),
        declares("S", "X", "gold"),
        declares("T", "Y", "tin"),
        buys("B", "W", None, "tin"),
        buys("W", "V", None, "gold"),
        declares("V", "Z", "gold"),
        *(assessed(id_, "Non-conformant") for id_ in "XYZ"),
    )
    found = choke_points(case, node_of(case, "B"))
    assert ids(found) == ["S", "T"]  # laid together W or V would have to go as well
    assert (found.fewest, found.at_least) == (True, 2)  # no company lies on ways of both minerals


def structural(case: Case) -> nx.DiGraph:
    """The purchases, and the declarations that are ways."""
    chain = case.chain("gold")
    name = [case.graph.ids[int(node)] for node in chain.node]
    graph = nx.DiGraph()
    graph.add_nodes_from([*name, "T"])
    kept = case.shares("gold").ways
    graph.add_edges_from((name[a], name[b]) for a, b in zip(chain.tail[kept], chain.head[kept], strict=True))
    return graph


@settings(deadline=None, max_examples=60)
@given(claims(cycles=True), claims(cycles=True))
def test_the_fewest_over_two_minerals(gold: list, tin: list) -> None:
    rows = [row._replace(mineral="gold") for row in gold]
    rows += [row._replace(mineral="tin") for row in tin]
    rows = [row for row in rows if row.type != "ASSESSED_BY"] + [assessed(f"X{i}", "Non-conformant") for i in (1, 3)]
    case = case_of(*rows)
    found = choke_points(case, node_of(case, "C0"))
    chains = [case.chain(mineral) for mineral in case.minerals]
    graphs = []
    for chain in chains:
        kept = case.shares(chain.mineral).ways
        name = [case.graph.ids[int(node)] for node in chain.node]
        links = zip(chain.tail[kept], chain.head[kept], strict=True)
        graph = nx.DiGraph((name[a], name[b]) for a, b in links if (name[a], name[b][0]) != ("C0", "X"))
        graph.add_node("C0")
        graphs.append(graph)

    def left(cut: tuple[str, ...]) -> bool:
        return any(nx.descendants(graph.subgraph(set(graph) - set(cut)), "C0") & {"X1", "X3"} for graph in graphs)

    others = sorted({id_ for graph in graphs for id_ in graph if id_.startswith("C")} - {"C0"})
    fewest = next(size for size in range(len(others) + 1) if not all(map(left, combinations(others, size))))
    assert not left(tuple(ids(found)))
    assert (len(ids(found)), found.fewest, found.at_least) == (fewest, True, fewest)


@settings(deadline=None)
@given(claims(cycles=True))
def test_laws(rows: list) -> None:
    case = case_of(*rows)
    found, graph = choke_points(case, node_of(case, "C0")), structural(case)
    own = {one.id for _, one in found.direct}

    def brought(without: set[str]) -> set[str]:
        return nx.descendants(graph.subgraph(set(graph) - without), "C0")

    # Without those to act on nothing of the group is left but what the company brings itself.
    bad = {"X1", "X3"}
    assert brought(set(ids(found))) & bad == own
    # No smaller set does it, and it is never the company itself.
    others = graph.copy()
    others.remove_edges_from([("C0", id_) for id_ in bad])
    others.add_edges_from([(tail, "T") for tail, head in graph.edges if head in bad and tail != "C0"])
    companies = others.subgraph([id_ for id_ in others if not id_.startswith("X")])
    fewest = len(nx.minimum_node_cut(companies, "C0", "T")) if nx.has_path(companies, "C0", "T") else 0
    assert (len(ids(found)), found.fewest) == (fewest, True)
    assert "C0" not in ids(found)
    # A gate holds back exactly what it gates.
    for gate in found.gates:
        gated = {one.id for one in gate.smelters["gold"]}
        lost = brought(set()) - brought({gate.company.id})
        assert gated == lost & bad
        assert 0 <= gate.largest_part <= 1


def test_only_a_company_has_choke_points() -> None:
    case = golden_case()
    with pytest.raises(GraphmapError, match="X is a smelter"):
        choke_points(case, node_of(case, "X"))


def test_as_json() -> None:
    case = golden_case()
    plain = json.loads(json.dumps(choke_points(case, node_of(case, "B")).to_dict(), allow_nan=False))
    assert plain["cut"][0]["id"] == "SubB"
    assert plain["gates"][0]["company"]["id"] == "SubB"
    assert plain["gates"][0]["smelters"]["gold"][0]["id"] == "Y"
