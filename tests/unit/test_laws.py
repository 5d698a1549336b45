"""The laws of exposure (METHOD section 5), on random chains with circles, missing shares and closed ends."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from itertools import pairwise
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from graphmap.analysis.case import Case
from graphmap.analysis.exposure import attribute, rate
from graphmap.analysis.reach import worst_smelter
from graphmap.graph import Floats, SupplyGraph
from graphmap.policy import load_lens, load_policy
from graphmap.records import Edge
from tests.chains import assessed
from tests.chains import claims as random_claims
from tests.graphs import graph_of
from tests.unit.small import UNKNOWN, Link, Small, small

COMPANIES, SMELTERS = "ABCDEFG", "uvwxyz"
HAZARDS = (0.05, 0.25, 0.6, 0.9, 1.0)


@st.composite
def links(draw: st.DrawFn) -> list[Link]:
    """Up to 16 links between up to seven companies and six smelters; each has a share, or none, or nothing."""
    buyers = COMPANIES[: draw(st.integers(1, len(COMPANIES)))]
    pairs = [(a, b) for a in buyers for b in buyers if a != b]
    pairs += [(a, x) for a in buyers for x in SMELTERS]
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True, min_size=1, max_size=16))
    share = st.none() | st.sampled_from([0.0, 0.05, 0.2, 0.25, 0.5, 0.75, 1.0])
    return [(tail, head, draw(share)) for tail, head in chosen]


hazards = st.fixed_dictionaries({name: st.sampled_from(HAZARDS) for name in SMELTERS})


def ends(found: Small, hazard: Mapping[str, float]) -> list[float]:
    """The hazards that any mass of the chain can end at."""
    return [UNKNOWN.low, UNKNOWN.high, *(hazard[name] for name in found.names if name.islower())]


# ---- the laws ---------------------------------------------------------------------------------------------------


@given(links(), hazards)
def test_bounded_and_the_estimate_within_its_interval(some: list[Link], hazard: dict[str, float]) -> None:
    found = small(some)
    exposure = found.exposure(hazard)
    assert (exposure.low <= exposure.estimate).all()
    assert (exposure.estimate <= exposure.high).all()
    companies = slice(0, found.chain.companies)
    assert exposure.low[companies].min() >= min(ends(found, hazard)) - 1e-12
    assert exposure.high[companies].max() <= max(ends(found, hazard)) + 1e-12


@given(links(), hazards, st.sampled_from(SMELTERS), st.sampled_from(HAZARDS))
def test_monotone_in_every_hazard(some: list[Link], hazard: dict[str, float], of: str, raised: float) -> None:
    found = small(some)
    before, after = found.exposure(hazard), found.exposure({**hazard, of: max(raised, hazard[of])})
    for name in ("estimate", "low", "high"):
        assert (getattr(after, name) >= getattr(before, name) - 1e-9).all()


@given(links(), hazards, st.sampled_from(COMPANIES), st.sampled_from(COMPANIES + SMELTERS))
def test_reach_is_monotone_in_every_edge(some: list[Link], hazard: dict[str, float], tail: str, head: str) -> None:
    assume(tail != head)
    names = [*COMPANIES, *SMELTERS]
    before, after = small(some, names), small([*some, (tail, head, None)], names)
    assert (before.reach.words & ~after.reach.words).sum() == 0

    def worst(found: Small) -> Floats:
        values = np.array([hazard[name] for name in SMELTERS])
        which = worst_smelter(found.chain, found.sweep, values)
        return np.where(which < 0, -1.0, values[which])

    assert (worst(after) >= worst(before)).all()


@given(links(), hazards, st.randoms(use_true_random=False))
def test_independent_of_the_numbering(some: list[Link], hazard: dict[str, float], random: Random) -> None:
    found = small(some)
    names, order = list(found.names), list(some)
    random.shuffle(names)
    random.shuffle(order)
    again = small(order, names)
    one, other = found.exposure(hazard), again.exposure(hazard)
    for name in ("estimate", "low", "high"):
        assert again.by_name(getattr(other, name)) == pytest.approx(found.by_name(getattr(one, name)), abs=1e-9)
    assert again.by_name(again.reach.count()) == found.by_name(found.reach.count())


@given(links(), hazards)
def test_mass_is_conserved_and_attribution_sums_to_the_exposure(some: list[Link], hazard: dict[str, float]) -> None:
    found = small(some)
    estimate, value = found.exposure(hazard).estimate, found.value(hazard)
    for place in range(found.chain.companies):
        mass, lost = found.flow.down(place)
        at_smelters = mass[found.chain.companies :]
        assert at_smelters.sum() + lost == pytest.approx(1.0, abs=1e-9)
        by_smelter = at_smelters @ value[found.chain.companies :] + lost * UNKNOWN.estimate
        assert by_smelter == pytest.approx(estimate[place], abs=1e-9)


# ---- on graphs of claims ----------------------------------------------------------------------------------------


def case_of(graph: SupplyGraph, **changes: Any) -> Case:
    policy = dataclasses.replace(load_policy(), **changes)
    return Case(graph, policy=policy, lens=load_lens("us-1502"))


@settings(max_examples=40)
@given(random_claims(cycles=True), st.randoms(use_true_random=False))
def test_the_order_of_loading_makes_no_difference(some: list[Edge], random: Random) -> None:
    shuffled = list(some)
    random.shuffle(shuffled)
    tables = [rate(case_of(graph_of(*order))) for order in (some, shuffled)]
    assert tables[0].equals(tables[1])


@settings(max_examples=40)
@given(random_claims(cycles=True))
def test_every_split_of_an_attribution_sums_to_the_exposure(some: list[Edge]) -> None:
    case = case_of(graph_of(*some))
    for node in case.graph.of_label("Company").tolist():
        found = attribute(case, node, "gold")
        for parts in (found.by_smelter, found.by_supplier):
            assert sum(part.contribution for part in parts) == pytest.approx(found.exposure, abs=1e-9)
            assert sum(part.mass for part in parts) == pytest.approx(1.0, abs=1e-9)
            assert all(a.contribution >= b.contribution for a, b in pairwise(parts))


@settings(max_examples=40)
@given(random_claims(cycles=True))
def test_another_policy_changes_only_what_depends_on_its_terms(some: list[Edge]) -> None:
    graph = graph_of(*some, assessed("X0", "Active"))
    one = case_of(graph)
    values = {**one.policy.standing_value, "not accepted": 0.99}
    other = case_of(graph, standing_value=values)
    assert one.standing("gold").tolist() == other.standing("gold").tolist()
    assert one.shares("gold").estimate.tolist() == other.shares("gold").estimate.tolist()
    changed = one.hazards("gold").terms != other.hazards("gold").terms
    assert not changed[1:].any()
    assert changed[0].tolist() == (one.standing("gold") == 2).tolist()
    same = one.exposure("gold").estimate == other.exposure("gold").estimate
    touched = one.reach("gold").count(one.standing("gold") == 2) > 0
    assert (same | touched).all()
