"""Paths: the best simple ones, how many there are, where they lead, and on what they rest."""

from __future__ import annotations

import gc
import json
import math
import weakref
from itertools import islice, pairwise

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphmap.analysis import paths
from graphmap.analysis.case import Case
from graphmap.analysis.paths import TARGETS, Path, Unclear, direct_suppliers_to, find_paths, smelters_reached
from graphmap.analysis.search import Count, count_paths, k_best, potential
from graphmap.errors import GraphmapError, NotFound
from graphmap.graph import Floats, Ints
from graphmap.records import Edge
from tests.chains import (
    GOLDEN,
    assessed,
    case_of,
    claims,
    country,
    fed_by,
    golden_case,
    located,
    mine,
    node_of,
    originates,
    region,
    whole,
)
from tests.graphs import PLAIN, answered, buys, company, declares, smelter

# ---- kernels against networkx ---------------------------------------------------------------------------------


class Drawn:
    """A random graph with cycles as arrays and as networkx sees it; "T" stands beyond all ends."""

    def __init__(self, places: int, links: dict[tuple[int, int], float], goal: Floats) -> None:
        pairs = sorted(links)
        self.source, self.goal = 0, goal
        self.heads: Ints = np.array([b for _, b in pairs], np.int32)
        self.indptr = np.searchsorted([a for a, _ in pairs], np.arange(places + 1)).astype(np.int64)
        self.cost = np.array([links[pair] for pair in pairs], np.float64)
        self.graph = nx.DiGraph()
        self.graph.add_nodes_from([*range(places), "T"])
        ends = np.flatnonzero(np.isfinite(goal)).tolist()
        self.graph.add_weighted_edges_from((a, b, cost) for (a, b), cost in links.items() if a not in ends)
        self.graph.add_weighted_edges_from((end, "T", float(goal[end])) for end in ends)

    def simple_paths(self) -> list[tuple[int, ...]]:
        return [tuple(path[:-1]) for path in nx.all_simple_paths(self.graph, self.source, "T")]

    def price(self, path: tuple[int, ...]) -> float:
        return sum(self.graph[a][b]["weight"] for a, b in pairwise((*path, "T")))


@st.composite
def drawn(draw: st.DrawFn) -> Drawn:
    companies, smelters = draw(st.integers(2, 8)), draw(st.integers(1, 3))
    places = companies + smelters
    pairs = [(a, b) for a in range(companies) for b in range(places) if a != b]
    costs = st.sampled_from([0.0, 0.5, 1.0, 1.25, 3.0])  # few values, so that there are ties
    links = draw(st.dictionaries(st.sampled_from(pairs), costs, max_size=len(pairs)))
    goal = np.full(places, np.inf)
    if draw(st.booleans()):
        goal[companies:] = draw(st.lists(costs, min_size=smelters, max_size=smelters))
    else:
        goal[draw(st.integers(1, companies - 1))] = 0.0  # to a company, from which links go on
    return Drawn(places, links, goal)


@settings(deadline=None)
@given(drawn(), st.integers(1, 30))
def test_the_best_paths_are_those_of_yen(graph: Drawn, k: int) -> None:
    found = k_best(graph.indptr, graph.heads, graph.cost, graph.goal, 0, k)
    best = []
    if nx.has_path(graph.graph, 0, "T"):
        best = [tuple(path[:-1]) for path in islice(nx.shortest_simple_paths(graph.graph, 0, "T", "weight"), k)]
    assert not found.capped
    assert len(set(found.paths)) == len(found.paths) == len(best)
    assert [graph.price(path) for path in found.paths] == pytest.approx([graph.price(path) for path in best])


@settings(deadline=None)
@given(drawn(), st.data())
def test_filters_leave_exactly_the_simple_paths_that_pass_them(graph: Drawn, data: st.DataObject) -> None:
    places = st.integers(0, len(graph.goal) - 1)
    through = data.draw(st.lists(places, max_size=2))
    max_hops = data.draw(st.none() | st.integers(1, 5))
    expected = [
        path
        for path in graph.simple_paths()
        if set(through) <= set(path) and (max_hops is None or len(path) - 1 <= max_hops)
    ]
    found = k_best(graph.indptr, graph.heads, graph.cost, graph.goal, 0, 10_000, through=through, max_hops=max_hops)
    assert sorted(found.paths) == sorted(expected)
    # Best first, and ties in the order of their places.
    assert found.paths == sorted(expected, key=lambda path: (round(graph.price(path), 9), path))

    bound = potential(graph.indptr, graph.heads, graph.cost, graph.goal)
    ends, allowed = np.isfinite(graph.goal), np.isfinite(bound)
    counted = count_paths(graph.indptr, graph.heads, 0, ends, allowed, through=through, max_hops=max_hops)
    assert counted == Count(len(expected), exact=True)
    least = count_paths(graph.indptr, graph.heads, 0, ends, allowed, through=through, max_hops=max_hops, effort=2)
    assert least.paths == len(expected) if least.exact else least.paths <= len(expected)


def ladder(rungs: int) -> Drawn:
    """0 -> {1, 2} -> 3 -> {4, 5} -> 6 …: 2 ** rungs paths."""
    links = {}
    for rung in range(rungs):
        here = 3 * rung
        links |= {(here, here + 1): 0.1, (here, here + 2): 0.2, (here + 1, here + 3): 0.0, (here + 2, here + 3): 0.0}
    goal = np.full(3 * rungs + 1, np.inf)
    goal[-1] = 0.0
    return Drawn(len(goal), links, goal)


def test_the_number_of_paths_is_exact_however_large() -> None:
    graph = ladder(100)
    ends = np.isfinite(graph.goal)
    assert count_paths(graph.indptr, graph.heads, 0, ends, ~np.isnan(graph.goal)) == Count(2**100, exact=True)
    assert len(k_best(graph.indptr, graph.heads, graph.cost, graph.goal, 0, 40).paths) == 40


def test_a_chain_of_ten_thousand_companies_is_no_problem() -> None:
    links = {(i, i + 1): 0.0 for i in range(10_000)}
    goal = np.full(10_001, np.inf)
    goal[-1] = 0.0
    indptr, heads = np.minimum(np.arange(10_002), 10_000), np.arange(1, 10_001, dtype=np.int32)
    cost = np.zeros(len(links))
    assert k_best(indptr, heads, cost, goal, 0, 2).paths == [tuple(range(10_001))]
    ends, allowed = np.isfinite(goal), ~np.isnan(goal)
    assert count_paths(indptr, heads, 0, ends, allowed) == Count(1, exact=True)
    assert count_paths(indptr, heads, 0, ends, allowed, max_hops=10_000) == Count(1, exact=True)
    # To keep apart 5,000 numbers of hops at each place is too much to hold.
    assert count_paths(indptr, heads, 0, ends, allowed, max_hops=5_000) == Count(0, exact=False)


def test_a_search_or_count_that_gives_up_says_so() -> None:
    # Everybody buys from everybody; the only way on is from the last.
    n = 9
    links = {(a, b): 1.0 for a in range(n) for b in range(n) if a != b} | {(n - 1, n): 0.0}
    goal = np.full(n + 1, np.inf)
    goal[n] = 0.0
    graph = Drawn(n + 1, links, goal)
    every = sum(math.perm(n - 2, others) for others in range(n - 1))
    ends, allowed = np.isfinite(goal), np.ones(n + 1, np.bool_)
    assert count_paths(graph.indptr, graph.heads, 0, ends, allowed) == Count(every, exact=True)
    some = count_paths(graph.indptr, graph.heads, 0, ends, allowed, effort=100)
    assert 0 < some.paths < every
    assert not some.exact
    capped = k_best(graph.indptr, graph.heads, graph.cost, goal, 0, every, effort=1000)
    assert capped.capped
    assert capped.paths == k_best(graph.indptr, graph.heads, graph.cost, goal, 0, len(capped.paths)).paths


# ---- the golden chain -----------------------------------------------------------------------------------------


def written(path: Path) -> str:
    return " ".join(node.id for node in path.nodes)


def test_golden_chain() -> None:
    case = golden_case()
    b, x, y = (node_of(case, id_) for id_ in "BXY")
    to_y, to_x = find_paths(case, b, to=y), find_paths(case, b, to=x)
    assert (to_y.total, to_y.total_exact, len(to_y.paths)) == (2, True, 2)
    assert (to_x.total, to_x.total_exact, len(to_x.paths)) == (3, True, 3)
    assert {written(path): path.score for path in (*to_y.paths, *to_x.paths)} == pytest.approx(
        {
            "B S2 SubB Y": 0.4 * 1 * 0.75 * 1.0,
            "B S1 SubB Y": 0.6 * 0.5 * 0.75 * 1.0,
            "B S1 SubA X": 0.6 * 0.5 * 1 * 0.05,
            "B S2 SubB X": 0.4 * 1 * 0.25 * 0.05,
            "B S1 SubB X": 0.6 * 0.5 * 0.25 * 0.05,
        }
    )
    assert [written(path) for path in to_y.paths] == ["B S2 SubB Y", "B S1 SubB Y"]
    assert to_y.exposure == pytest.approx({"gold": 0.54875})
    assert to_y.rest == pytest.approx({"gold": 0.02375})
    every = find_paths(case, b, to="any")
    assert every.rest == pytest.approx({"gold": 0.0}, abs=1e-12)
    assert not every.capped


def test_filters_and_ranking_of_a_case() -> None:
    case = golden_case()
    b, s1, suba, subb, x = (node_of(case, id_) for id_ in ("B", "S1", "SubA", "SubB", "X"))
    assert [written(path) for path in find_paths(case, b, to=x, through=[s1]).paths] == ["B S1 SubA X", "B S1 SubB X"]
    assert [written(path) for path in find_paths(case, b, to=x, through=[s1, subb]).paths] == ["B S1 SubB X"]
    assert [written(path) for path in find_paths(case, b, to=x, avoiding=[subb]).paths] == ["B S1 SubA X"]
    assert find_paths(case, b, to=x, avoiding=[subb]).total == 1
    assert find_paths(case, b, to=x, through=[suba, subb]).total == 0
    assert find_paths(case, b, to=x, max_hops=2).paths == ()
    assert find_paths(case, b, to="any", k=2).total == 5
    assert len(find_paths(case, b, to="any", k=2).paths) == 2


def test_shortest_first_then_riskiest() -> None:
    #   B -> X (explained), B -> S -> X, B -> S -> T -> Y
    case = case_of(
        buys("B", "S"),
        buys("S", "T", 0.9),
        declares("B", "Z"),
        declares("S", "X"),
        declares("T", "Y"),
        *(assessed(id_, "Non-conformant") for id_ in "XYZ"),
    )
    b = node_of(case, "B")
    assert [written(path) for path in find_paths(case, b, by="hops").paths] == ["B Z", "B S X", "B S T Y"]
    assert [written(path) for path in find_paths(case, b, by="risk").paths] == ["B Z", "B S T Y", "B S X"]


def test_ties_stand_in_the_order_of_the_nodes_whatever_the_order_of_loading() -> None:
    rows = [buys("B", f"S{i}") for i in range(9)] + [declares(f"S{i}", "X") for i in range(9)]
    rows.append(assessed("X", "Non-conformant"))
    expected = [f"B S{i} X" for i in range(4)]
    for order in (rows, rows[::-1]):
        case = case_of(*order)
        assert [written(path) for path in find_paths(case, node_of(case, "B"), k=4).paths] == expected


# ---- laws -----------------------------------------------------------------------------------------------------


@settings(deadline=None)
@given(claims(cycles=False))
def test_the_scores_of_all_paths_and_the_unknown_add_up_to_the_exposure(rows: list) -> None:
    case = case_of(*rows)
    source = node_of(case, "C0")
    found = find_paths(case, source, to="any", k=100_000)
    assert found.total == len(found.paths)
    assert found.total_exact
    place = case.chain("gold").place(source)
    unknown = case.mass(place, "gold")[1] * case.policy.unknown.estimate
    assert sum(path.score for path in found.paths) + unknown == pytest.approx(found.exposure["gold"], abs=1e-9)
    assert found.rest["gold"] == pytest.approx(unknown, abs=1e-9)


@settings(deadline=None)
@given(claims(cycles=True))
def test_paths_of_a_case_are_the_simple_paths_of_its_claims(rows: list) -> None:
    case = case_of(*rows)
    found = find_paths(case, node_of(case, "C0"), k=100_000)
    graph = nx.DiGraph((row.tail.id, row.head.id) for row in rows if row.type != "ASSESSED_BY")
    bad = [id_ for id_ in graph if id_ in ("X1", "X3")]
    every = {" ".join(path) for id_ in bad for path in nx.all_simple_paths(graph, "C0", id_)}
    more = find_paths(case, node_of(case, "C0"), k=100_000, explained=True)
    assert {written(path) for path in more.paths} == every
    assert more.total == len(every)
    # A declaration that a supplier explains is no way, unless it carries mass.
    idle = {written(path) for path in more.paths if path.hops[-1].explained and not path.hops[-1].share}
    expected = every - idle
    assert {written(path) for path in found.paths} == expected
    assert found.total == len(expected)
    assert {one.id for one in found.direct} == {way.split()[1] for way in expected if way.split()[1] not in bad}
    assert {one.id for one in found.smelters} == {way.split()[-1] for way in expected}
    assert direct_suppliers_to(case, node_of(case, "C0"), "not-accepted") == tuple(one.node for one in found.direct)
    wider = set(direct_suppliers_to(case, node_of(case, "C0"), "any"))
    assert wider >= {one.node for one in found.direct}  # a larger group never gives fewer
    assert set(smelters_reached(case, node_of(case, "C0"), "any")) >= {one.node for one in found.smelters}
    scores = [path.score for path in found.paths]
    assert scores == pytest.approx(sorted(scores, reverse=True))
    assert sum(scores) <= found.exposure["gold"] + 1e-9


@settings(deadline=None)
@given(claims(cycles=True))
def test_shortest_paths_stand_by_hops_then_score_then_nodes(rows: list) -> None:
    case = case_of(*rows)
    found = find_paths(case, node_of(case, "C0"), to="any", k=100_000, by="hops").paths
    shown = [(len(path.hops), -round(path.score, 9), [node.node for node in path.nodes]) for path in found]
    assert [(hops, score) for hops, score, _ in shown] == sorted((hops, score) for hops, score, _ in shown)
    positive = [key for key in shown if key[1] < 0]
    assert positive == sorted(positive)


# ---- minerals -------------------------------------------------------------------------------------------------


def test_a_path_is_of_one_mineral() -> None:
    # B buys gold from S and tin from T; S and T both buy from U, which declares X for gold and tin.
    case = case_of(
        buys("B", "S", 0.5, "gold"),
        buys("B", "T", 0.5, "tin"),
        buys("S", "U", 1.0),
        buys("T", "U", 1.0, "tin"),
        declares("U", "X", "gold"),
        declares("U", "X", "tin"),
        assessed("X", "Non-conformant"),
    )
    b = node_of(case, "B")
    every = find_paths(case, b)
    assert [(path.mineral, written(path)) for path in every.paths] == [("gold", "B S U X"), ("tin", "B T U X")]
    assert every.total == 2
    assert set(every.exposure) == {"gold", "tin"}
    assert [written(path) for path in find_paths(case, b, mineral="tin").paths] == ["B T U X"]
    assert find_paths(case, b, mineral="tin", through=[node_of(case, "S")]).total == 0
    assert find_paths(case, b, mineral="tungsten").total == 0
    other = case_of(declares("B", "X", "gold"), declares("B", "Y", "tin"))
    (found,) = find_paths(other, node_of(other, "B"), to="any", through=[node_of(other, "Y")]).paths
    assert (found.mineral, written(found)) == ("tin", "B Y")
    with pytest.raises(NotFound, match="tungsten"):
        find_paths(case, b, mineral="tungstn")


def test_several_minerals_share_one_ranking_and_one_k() -> None:
    case = case_of(
        buys("B", "S", 1.0),
        declares("S", "X", "gold"),
        declares("S", "Y", "tin"),
        declares("S", "Z", "tin"),
        *(assessed(id_, "Non-conformant") for id_ in "XYZ"),
        *whole("S", mineral="gold"),
        *whole("S", mineral="tin"),
    )
    best = find_paths(case, node_of(case, "B"), k=2)
    assert [(path.mineral, path.score) for path in best.paths] == [("gold", 1.0), ("tin", 0.5)]
    assert best.total == 3
    assert best.rest == pytest.approx({"gold": 0.0, "tin": 0.5})


# ---- where paths lead -----------------------------------------------------------------------------------------


def ends() -> Case:
    """B buys from S, which declares one smelter of each standing."""
    return case_of(
        buys("B", "S", 1.0),
        *(declares("S", id_) for id_ in ("accepted", "active", "bad", "unlisted", "unidentified:gold:S")),
        assessed("accepted", "Conformant"),
        assessed("active", "Active"),
        assessed("bad", "Non-conformant"),
        located(smelter("active"), country("CD")),
    )


@pytest.mark.parametrize(
    ("to", "expected"),
    [
        ("not-accepted", {"bad"}),
        ("not-on-list", {"unlisted"}),
        ("unidentified", {"unidentified:gold:S"}),
        ("unaccepted", {"bad", "unlisted", "unidentified:gold:S"}),
        ("high-risk", {"active"}),
        ("any", {"accepted", "active", "bad", "unlisted", "unidentified:gold:S"}),
    ],
)
def test_groups_of_smelters(to: str, expected: set[str]) -> None:
    case = ends()
    found = find_paths(case, node_of(case, "B"), to=to)
    assert {path.nodes[-1].id for path in found.paths} == expected
    assert found.total == len(expected)
    assert to in TARGETS


def test_to_a_mine_by_the_smelters_that_it_feeds() -> None:
    case = case_of(
        *GOLDEN, fed_by("X", "M"), fed_by("X", "M", "gold"), fed_by("Y", "M", "tin"), fed_by("Y", "other"), mine("M")
    )
    found = find_paths(case, node_of(case, "B"), to=node_of(case, "M"))
    assert [written(path) for path in found.paths] == ["B S1 SubA X M", "B S2 SubB X M", "B S1 SubB X M"]
    last = found.paths[0].hops[-1]
    assert (last.type, last.share, last.stated, len(last.receipts)) == ("FED_BY", None, False, 2)
    assert found.paths[0].score == pytest.approx(0.6 * 0.5 * 0.05)
    assert found.total == 3


def test_to_a_country_or_region() -> None:
    case = case_of(
        *GOLDEN,
        located(smelter("X"), region("CD-NK")),
        fed_by("Y", "M"),
        located(mine("M"), country("CD")),
        located(company("S1"), country("CD")),  # where a supplier stands is another question
        located(smelter("Y"), country("DE")),
        originates(smelter("Y"), country("RW"), "tin"),
        originates(smelter("Y"), country("UG"), "gold"),
    )
    b = node_of(case, "B")

    def reached(id_: str) -> set[str]:
        return {written(path) for path in find_paths(case, b, to=node_of(case, id_)).paths}

    to_x = {"B S1 SubA X CD-NK", "B S2 SubB X CD-NK", "B S1 SubB X CD-NK"}
    assert reached("CD-NK") == to_x
    assert reached("CD") == to_x | {"B S1 SubB Y M CD", "B S2 SubB Y M CD"}
    assert reached("DE") == {"B S1 SubB Y DE", "B S2 SubB Y DE"}
    assert reached("UG") == {"B S1 SubB Y UG", "B S2 SubB Y UG"}
    assert reached("RW") == set()  # that is said of tin
    inner = case_of(declares("B", "X"), located(smelter("X"), region("FR-75C")), region("FR-IDF"), country("FR"))
    for wider in ("FR-75C", "FR-IDF", "FR"):  # Paris lies in Île-de-France
        assert find_paths(inner, node_of(inner, "B"), to=node_of(inner, wider)).total == 1
    through = find_paths(case, b, to="any", through=[node_of(case, "DE")])
    assert {path.nodes[-1].id for path in through.paths} == {"Y"}
    avoiding = find_paths(case, b, to="any", avoiding=[node_of(case, "DE")])
    assert {path.nodes[-1].id for path in avoiding.paths} == {"X"}


def test_an_origin_is_shown_before_a_location_and_both_before_a_mine() -> None:
    facts = [
        fed_by("X", "M"),
        located(mine("M"), country("CD")),
        located(smelter("X"), country("CD")),
        originates(smelter("X"), country("CD")),
    ]
    for fact_count, expected in ((4, ["ORIGINATES_IN"]), (3, ["LOCATED_IN"]), (2, ["FED_BY", "LOCATED_IN"])):
        case = case_of(declares("B", "X"), *facts[:fact_count])
        (path,) = find_paths(case, node_of(case, "B"), to=node_of(case, "CD")).paths
        assert [hop.type for hop in path.hops[1:]] == expected


def test_merged_nodes_are_asked_for_by_any_of_their_ids() -> None:
    same = Edge("SAME_AS", company("DUNS:1"), company("name:s"), "A1")
    case = case_of(buys("B", "DUNS:1"), declares("name:s", "X"), assessed("X", "Non-conformant"), same)
    b, by_name = node_of(case, "B"), node_of(case, "name:s")
    assert [written(path) for path in find_paths(case, b, through=[by_name]).paths] == ["B DUNS:1 X"]
    assert [written(path) for path in find_paths(case, b, to=by_name).paths] == ["B DUNS:1"]
    assert [written(path) for path in find_paths(case, by_name).paths] == ["DUNS:1 X"]


def test_to_another_company_by_shares_alone() -> None:
    case = golden_case()
    found = find_paths(case, node_of(case, "B"), to=node_of(case, "SubB"))
    assert [(written(path), path.hazard, path.standing) for path in found.paths] == [
        ("B S2 SubB", None, ""),
        ("B S1 SubB", None, ""),
    ]
    assert [path.score for path in found.paths] == pytest.approx([0.4, 0.3])
    assert (found.total, found.exposure, found.rest) == (2, {}, {})


def test_what_cannot_start_pass_or_end_a_path() -> None:
    case = case_of(*GOLDEN, located(smelter("X"), country("CD")))
    b, x, scheme = (node_of(case, id_) for id_ in ("B", "X", "RMAP"))
    with pytest.raises(GraphmapError, match="start from a company; X is a smelter"):
        find_paths(case, x)
    with pytest.raises(GraphmapError, match="cannot end there"):
        find_paths(case, b, to=b)
    with pytest.raises(GraphmapError, match="RMAP, a scheme"):
        find_paths(case, b, to=scheme)
    with pytest.raises(GraphmapError, match=r"worst\. Choose one of: not-accepted"):
        find_paths(case, b, to="worst")
    with pytest.raises(GraphmapError, match="cannot be ranked by price"):
        find_paths(case, b, by="price")
    s1 = node_of(case, "S1")
    nonsense = ({"k": 0}, {"max_hops": 0}, {"avoiding": [b]}, {"through": [s1] * 9})
    for filters in nonsense:
        with pytest.raises(GraphmapError, match="No path passes these filters"):
            find_paths(case, b, **filters)
    assert find_paths(case, b, through=[b, s1, s1]).total == 1
    assert find_paths(case, b, max_hops=10**9).total == 2
    assert find_paths(case, s1, through=[b]).total == 0


# ---- what a path shows ----------------------------------------------------------------------------------------


def test_explained_links_and_harmless_smelters_rank_last_with_score_0() -> None:
    # B declares X itself, but S, from whom it buys, brings X: the declaration carries nothing.
    case = case_of(
        buys("B", "S", 0.001),
        buys("B", "T", 0.999),
        declares("B", "X"),
        declares("S", "X"),
        declares("T", "Z"),
        assessed("X", "Non-conformant"),
        assessed("Z", "Conformant"),
        *whole("S", "T"),
        values={"accepted": 0.0},
    )
    found = find_paths(case, node_of(case, "B"), to="any", explained=True)
    assert [(written(path), path.score) for path in found.paths] == [
        ("B S X", pytest.approx(0.001)),
        ("B X", 0.0),
        ("B T Z", 0.0),
    ]
    own = found.paths[1].hops[0]
    assert (own.explained, own.stated, own.share) == (True, False, 0.0)
    assert (found.paths[0].hops[0].explained, found.paths[0].hops[0].stated) == (False, True)


def test_each_hop_shows_all_its_receipts() -> None:
    case = case_of(
        buys("B", "S", row="A2"),
        buys("B", "S", row="A3", mineral="gold"),
        declares("S", "X", row="Smelter List!B5"),
        assessed("X", "Non-conformant"),
    )
    (path,) = find_paths(case, node_of(case, "B")).paths
    assert [[str(receipt) for receipt in hop.receipts] for hop in path.hops] == [
        [f"test.csv, A3 ({PLAIN.as_of})", f"test.csv, A2 ({PLAIN.as_of})"],
        [f"test.csv, Smelter List!B5 ({PLAIN.as_of})"],
    ]
    assert str(path) == "B > S > X"


def test_as_json_and_as_a_table() -> None:
    case = golden_case()
    found = find_paths(case, node_of(case, "B"), k=1)
    plain = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert plain["source"]["id"] == "B"
    assert (plain["total"], plain["total_exact"], plain["capped"]) == (2, True, False)
    assert [hop["head"]["name"] for hop in plain["paths"][0]["hops"]] == ["S2", "SubB", "Y"]
    assert plain["paths"][0]["hops"][0]["receipts"][0]["row"] == "A1"
    (row,) = found.to_frame().to_dict("records")
    assert (row["rank"], row["mineral"], row["standing"], row["hops"]) == (1, "gold", "not accepted", 3)
    assert (row["path"], row["ids"]) == ("B > S2 > SubB > Y", "B > S2 > SubB > Y")
    assert row["receipts"].count("test.csv, A1 (2026-06-30)") == 3
    nothing = find_paths(case, node_of(case, "B"), max_hops=1).to_frame()
    assert list(nothing) == ["rank", "mineral", "score", "hazard", "standing", "hops", "path", "ids", "receipts"]


def test_only_the_last_searches_are_kept_and_none_keeps_a_case_alive() -> None:
    case = golden_case()
    b = node_of(case, "B")
    before = find_paths(case, b)
    for to in (
        "any",
        "unaccepted",
        "high-risk",
        *(node_of(case, id_) for id_ in ("S1", "S2", "SubA", "SubB", "X", "Y")),
    ):
        for by in ("risk", "hops"):
            find_paths(case, b, to=to, by=by)
    assert len(paths._searches[case]) == paths._KEPT
    assert find_paths(case, b) == before
    gone = weakref.ref(case)
    del case
    gc.collect()
    assert gone() is None


def test_no_path_is_no_all_clear() -> None:
    # S buys 30 % from T, who says nothing, and names one smelter on the list, one that is not, and one without name.
    case = case_of(
        buys("S", "T", 0.3),
        declares("S", "X"),
        declares("S", "Y"),
        declares("S", "unidentified:gold:S"),
        declares("U", "Z", "tin"),
        answered("S", "cmrt:1", "No", "tin"),
        assessed("X", "Conformant"),
    )
    found = find_paths(case, node_of(case, "S"), to="not-accepted")
    assert found.paths == ()
    assert found.unclear == {
        "gold": Unclear(smelters=3, not_on_list=1, not_judged=0, unidentified=1, unknown=pytest.approx(0.3 + 0.7 / 3))
    }
