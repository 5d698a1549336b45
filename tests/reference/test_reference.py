"""The reference reproduces what METHOD works by hand, and keeps its laws on random chains."""

from __future__ import annotations

import ast
import dataclasses
import re
from collections.abc import Iterator
from datetime import date
from math import isclose
from pathlib import Path

import pytest

from graphmap.graph import SupplyGraph
from graphmap.policy import load_lens, load_policy
from graphmap.records import Edge
from tests.graphs import PLAIN, answered, buys, declares, graph_of
from tests.reference.chains import RandomChain, random_chain
from tests.reference.extremes import count_splits, find_extremes
from tests.reference.figures import Conformance, Figures
from tests.reference.hazards import Hazard, noisy_or
from tests.reference.structure import find_gates, find_ways, reached, smallest_cut
from tests.reference.worked import (
    BAD,
    CASES,
    GOLDEN,
    GOLDEN_ATTRIBUTION,
    GOLDEN_EXPOSURE,
    GOLDEN_GATES,
    GOLDEN_HAZARD,
    GOLDEN_MASSES,
    GOLDEN_PATHS,
    GOLDEN_RATE_BY_COUNT,
    GOLDEN_RATE_BY_MASS,
    GOOD,
    Worked,
    assessed,
    lists,
)
from tests.unit import acceptance

POLICY, LENS = load_policy("default"), load_lens("us-1502")
CHAINS = 300


def figures_of(graph: SupplyGraph, mineral: str = "gold", **more: object) -> Figures:
    return Figures(graph, POLICY, LENS, mineral, **more)  # type: ignore[arg-type]


def of_chain(chain: RandomChain, mineral: str, **more: object) -> Figures:
    return figures_of(chain.graph, mineral, as_of=chain.as_of, **more)


@pytest.fixture(scope="module")
def chains() -> list[tuple[RandomChain, list[Figures]]]:
    """Random chains with the figures of each of their minerals."""
    made = [random_chain(seed) for seed in range(CHAINS)]
    return [(chain, [of_chain(chain, mineral) for mineral in chain.graph.minerals]) for chain in made]


def every(chains: list[tuple[RandomChain, list[Figures]]]) -> Iterator[tuple[RandomChain, Figures]]:
    return ((chain, figures) for chain, of in chains for figures in of)


# ---- worked by hand ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_worked_cases_of_method_4(case: Worked) -> None:
    found = figures_of(graph_of(*case.claims)).rating("B")
    figures = (found.estimate, found.low, found.high, found.unknown, found.placed_by_own_list)
    assert figures == pytest.approx(case.figures, abs=1e-12)


def test_golden_chain() -> None:
    hazards = {smelter: Hazard(value, value, value) for smelter, value in GOLDEN_HAZARD.items()}
    figures = figures_of(graph_of(*GOLDEN), hazards=hazards)
    ratings = figures.ratings()
    brand = ratings["B"]
    assert {company: ratings[company].estimate for company in GOLDEN_EXPOSURE} == pytest.approx(GOLDEN_EXPOSURE)
    assert brand.masses == pytest.approx(GOLDEN_MASSES)
    assert brand.by_smelter == pytest.approx(GOLDEN_ATTRIBUTION)
    assert brand.by_supplier == pytest.approx({"S1": 0.6 * 0.40625, "S2": 0.4 * 0.7625})
    assert (brand.low, brand.high, brand.unknown) == pytest.approx((0.54875, 0.54875, 0))
    assert (brand.reach["accepted"], brand.reach["not accepted"], brand.worst_hazard) == (1, 1, 1.0)
    ways = find_ways(figures, "B")
    assert {one: sum(way.ids[-1] == one for way in ways) for one in GOLDEN_PATHS} == GOLDEN_PATHS
    assert sum(way.score for way in ways) == pytest.approx(0.54875)
    gates = find_gates(figures, "B")
    assert {gate: set(found.smelters) & {BAD} for gate, found in gates.items() if BAD in found.smelters} == GOLDEN_GATES
    assert gates["SubB"].exposure == pytest.approx(0.525)
    assert gates["SubB"].not_accepted == 1
    assert len(smallest_cut(figures, "B").companies) == 1
    assert reached(figures, "B", ["SubB"]) == {GOOD}
    rates = figures.conformance("B")
    assert rates.by_count == GOLDEN_RATE_BY_COUNT
    assert rates.by_mass == pytest.approx((GOLDEN_RATE_BY_MASS, GOLDEN_RATE_BY_MASS))


def test_published_tables_of_noisy_or() -> None:
    names = acceptance.NOISY_OR_INHIBITION
    for *given, probability in acceptance.NOISY_OR:
        terms = [1 - stays for on, stays in zip(given, names.values(), strict=True) if on]
        assert noisy_or(terms) == pytest.approx(probability)
    for first, second, probability in acceptance.NOISY_OR_WITH_LEAK:
        on = zip((first, second), acceptance.NOISY_OR_LEAK_TERMS, strict=True)
        assert noisy_or([acceptance.NOISY_OR_LEAK, *(p for given, p in on if given)]) == pytest.approx(probability)


def test_no_assurance_list_is_not_judged() -> None:
    figures = figures_of(graph_of(buys("B", "S", 1.0), *lists("S", GOOD), assessed(GOOD, "Conformant", "tin")))
    found = figures.rating("B")
    assert figures.standing == {GOOD: "not judged"}
    assert (found.estimate, found.low, found.high, found.unknown) == pytest.approx((0.7, 0.05, 1, 0))
    assert figures.conformance("B") == Conformance(None, None, None, None)
    assert figures.spend_class("S") == "not on list"


def test_documents_dated_after_the_day_do_not_count() -> None:
    later = (dataclasses.replace(PLAIN, id="f" * 64, as_of="2026-12-31"), [buys("B", "S", 0.5)])
    graph = graph_of(buys("B", "S", 1.0), *lists("S", GOOD), assessed(GOOD, "Conformant"), documents=[later])
    assert figures_of(graph).rating("B").unknown == pytest.approx(0.5)
    assert figures_of(graph, as_of=date(2026, 6, 30)).rating("B").unknown == 0


def test_pairs_left_out_that_state_everything() -> None:
    """What remains is normalised if the company declares something; else it has none of the mineral, and so on up."""
    left_out = [
        answered("S3", "cmrt:2", "no", "gold"),
        buys("B", "S3", 1.0),
        buys("A", "B", 0.5),
        buys("A", "S1", 0.25),
    ]
    chain = [*left_out, buys("B", "S1", 0.2), *lists("S1", GOOD), assessed(GOOD, "Conformant")]
    none = figures_of(graph_of(*chain))
    assert none.links.none == {"B", "S3"}
    assert none.links.kept["A"] == {"S1": 0.5}
    some = figures_of(graph_of(*chain, *lists("B", GOOD)))
    assert some.links.none == {"S3"}
    assert some.links.kept["B"] == {"S1": 1.0}


def test_spend_falls_into_the_first_class_that_applies() -> None:
    def pays(seller: str, spend: float | None, currency: str = "EUR", row: str = "A1") -> Edge:
        return buys("B", seller, None, row=row, spend=spend, currency=currency)

    claims = [
        *[pays("Both", 5.0), pays("Good", 7.0), pays("Good", 1.0, row="A2"), pays("Silent", 2.0), pays("Unsaid", None)],
        *[*lists("Both", GOOD, BAD), *lists("Good", GOOD)],
        *[assessed(GOOD, "Conformant"), assessed(BAD, "Non-conformant")],
    ]
    found = figures_of(graph_of(*claims)).spend("B")
    assert found.classes == {"not accepted": 5, "not on list": 0, "unknown": 2, "in progress": 0, "accepted": 8}
    assert found.unknown_sellers == ("Unsaid",)
    assert figures_of(graph_of(*claims, pays("More", 1.0, "USD"))).spend("B").classes is None


def test_a_smallest_cut_leaves_what_the_company_declares_itself() -> None:
    claims = [
        *[buys("B", "S1"), buys("B", "S2"), buys("S1", "T"), buys("S2", "T")],
        *[declares("T", BAD), declares("B", GOOD), assessed(BAD, "Non-conformant"), assessed(GOOD, "Non-conformant")],
    ]
    figures = figures_of(graph_of(*claims))
    cut = smallest_cut(figures, "B")
    assert (cut.companies, cut.sets, cut.own) == (("T",), 1, frozenset([GOOD]))
    assert set(find_gates(figures, "B")) == {"T"}


def test_reference_is_independent() -> None:
    """No module but the comparison itself may import what is compared."""
    for path in sorted(Path(__file__).parent.glob("*.py")):
        nodes = [*ast.walk(ast.parse(path.read_text("utf-8")))]
        modules = {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
        modules |= {name.name for node in nodes if isinstance(node, ast.Import) for name in node.names}
        if path.name != "test_agreement.py":
            assert not {module for module in modules if re.match(r"graphmap\.(analysis|api)|tests\.chains", module)}, (
                path
            )


# ---- laws on random chains -------------------------------------------------------------------------------------------


def test_random_chains_hold_what_they_should(chains: list[tuple[RandomChain, list[Figures]]]) -> None:
    """The laws below prove little unless every kind of chain occurs."""
    seen: dict[str, int] = {}
    for chain, figures in every(chains):
        links, split = figures.links, figures.split
        kinds = {
            "circle": any(len(circle) > 1 for circle in links.circle.values()),
            "caught, ended by a list": split.ends,
            "caught for good": split.caught,
            "closed": links.closed,
            "placed by its own list": any(sum(placed.values()) > 0.01 for placed in figures.placed.values()),
            "none of it": links.none,
            "left out": any(len(links.kept[c]) < len(links.pairs.get(c, {})) for c in links.companies),
            "over-full": any(sum(s or 0 for s in sellers.values()) > 1.01 for sellers in links.pairs.values()),
            "rows of a pair": any(len(rows) > 1 for sellers in links.rows.values() for rows in sellers.values()),
            "unidentified": any(links.unidentified.values()),
            "unexplained": any(links.unexplained.values()),
            "explained": any(links.declared.get(c, set()) - links.unexplained[c] for c in links.companies),
            "not judged": "not judged" in figures.standing.values(),
            "overdue": any(figures.overdue.values()),
            "merged": any(a != b for a, b in zip(chain.graph.canonical, range(len(chain.graph)), strict=True)),
            "bought from itself": (chain.graph.table("BUYS_FROM").tail == chain.graph.table("BUYS_FROM").head).any(),
            "several minerals": len(chain.graph.minerals) > 1,
            "nothing known": any(rating.nothing_known for rating in figures.ratings().values()),
            "spend": any(figures.spend(c).classes for c in links.rated),
        }
        for kind, occurs in kinds.items():
            seen[kind] = seen.get(kind, 0) + bool(occurs)
    assert {kind for kind, times in seen.items() if times < 10} == set(), seen


def test_laws_of_exposure(chains: list[tuple[RandomChain, list[Figures]]]) -> None:
    for chain, figures in every(chains):
        for company, found in figures.ratings().items():
            told = f"{company}, {figures.mineral}: {found}\n{chain.describe()}"
            assert isclose(sum(found.masses.values()) + found.unknown, 1, abs_tol=1e-9), told
            assert all(mass >= -1e-12 for mass in (*found.masses.values(), found.unknown)), told
            assert -1e-9 <= found.low <= found.estimate + 1e-9, told
            assert found.estimate <= found.high + 1e-9 <= 1 + 2e-9, told
            assert isclose(sum(found.by_smelter.values()) + found.by_unknown, found.estimate, abs_tol=1e-9), told
            own = sum(found.by_own.values()) + found.own_unknown
            assert isclose(sum(found.by_supplier.values()) + own, found.estimate, abs_tol=1e-9), told
            assert found.masses.keys() <= figures.links.reach[company], told


def test_independent_of_order_and_of_repetition(chains: list[tuple[RandomChain, list[Figures]]]) -> None:
    for number, (chain, of) in enumerate(chains):
        for other in [chain.shuffled(), chain.doubled()][number % 2 :: 2]:
            for figures in of:
                again = of_chain(other, figures.mineral)
                told = chain.describe()
                assert again.links.rated == figures.links.rated, told
                for ends in ("estimate", "low", "high", "unknown"):
                    assert getattr(again, ends) == pytest.approx(getattr(figures, ends), abs=1e-12), told
                assert [again.spend(c) for c in again.links.rated] == [figures.spend(c) for c in again.links.rated], (
                    told
                )


def test_monotone_in_every_hazard(chains: list[tuple[RandomChain, list[Figures]]]) -> None:
    for chain, figures in every(chains[:100]):
        for smelter, hazard in figures.hazard.items():
            raised = Hazard(*(value + (1 - value) / 2 for value in hazard))
            higher = of_chain(chain, figures.mineral, hazards={**figures.hazard, smelter: raised})
            for ends in ("estimate", "low", "high"):
                before, after = getattr(figures, ends), getattr(higher, ends)
                assert all(after[c] >= before[c] - 1e-12 for c in before), f"{smelter}, {ends}\n{chain.describe()}"


def test_paths_and_what_is_unknown_sum_to_the_exposure_where_nobody_buys_in_circles(
    chains: list[tuple[RandomChain, list[Figures]]],
) -> None:
    tried = 0
    for chain, figures in every(chains):
        for company in figures.links.rated:
            if any(len(figures.links.circle[c]) > 1 for c in figures.links.leads[company]):
                continue
            tried += 1
            found = sum(way.score for way in find_ways(figures, company))
            expected = figures.estimate[company] - figures.unknown[company] * POLICY.unknown.estimate
            assert isclose(found, expected, abs_tol=1e-9), f"{company}\n{chain.describe()}"
    assert tried > 500


def test_cuts_and_gates_agree(chains: list[tuple[RandomChain, list[Figures]]]) -> None:
    """A company that gates every smelter that is not accepted is a cut of one."""
    for chain, figures in every(chains[:150]):
        for company in figures.links.rated:
            cut = smallest_cut(figures, company)
            bad = {s for s in reached(figures, company) if figures.standing[s] == "not accepted"}
            gating = [gate for gate, found in find_gates(figures, company).items() if bad and bad <= found.smelters]
            assert not reached(figures, company, cut.companies) & bad - cut.own, chain.describe()
            if gating:
                assert len(cut.companies) == 1, chain.describe()
                assert not cut.own, chain.describe()


def test_interval_is_that_of_the_extreme_splits() -> None:
    tried = 0
    for seed in range(1000, 1300):
        chain = random_chain(seed, companies=2 + seed % 4, smelters=1 + seed % 3)
        for mineral in chain.graph.minerals:
            figures = of_chain(chain, mineral)
            if not 2 <= count_splits(figures) <= 40:
                continue
            tried += 1
            for company, (low, high) in find_extremes(figures).items():
                ends = figures.low[company], figures.high[company]
                assert ends == pytest.approx((low, high), abs=1e-9), f"{company}, {mineral}\n{chain.describe()}"
    assert tried > 60
