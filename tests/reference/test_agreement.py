"""graphmap's figures agree with the reference to 1e-9: on random chains and on the sample campaign."""

from __future__ import annotations

import dataclasses
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

import graphmap
from graphmap import schema
from graphmap.analysis.case import Case
from graphmap.analysis.chokepoints import choke_points
from graphmap.analysis.conformance import conformance
from graphmap.analysis.exposure import attribute, rate
from graphmap.analysis.paths import find_paths
from graphmap.campaign.sample import write_campaign
from graphmap.graph import SupplyGraph
from graphmap.policy import STANDINGS, Lens, Policy, Unknown, load_lens, load_policy
from tests.reference.chains import random_chain
from tests.reference.figures import Figures, Rating
from tests.reference.structure import find_gates, find_ways, smallest_cut

CHAINS, STRUCTURES = 500, 120
TOLERANCE = 1e-9
MOST_PATHS = 1000

DEFAULT = load_policy("default")
_VALUES = {"accepted": 0.1, "in progress": 0.35, "not accepted": 1.0, "not on list": 0.5}
OTHER = dataclasses.replace(
    DEFAULT,
    unknown=Unknown(estimate=0.6, low=0.02, high=0.95),
    standing_value={**_VALUES, "unidentified": 0.6, "not judged": 0.6},
    grace_days=90,
    expired="not on list",
)
"""Another policy, in which no two constants are the same."""

STANDING_COLUMNS = {standing: standing.replace(" ", "_") for standing in STANDINGS}


ABSENT = "no such column"

Rows = dict[Any, defaultdict[str, Any]]


def rows_of(table: Any) -> Rows:
    """The rows of a table by company and mineral."""
    columns = {name: table[name].tolist() for name in table.columns}
    rows = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    return {(row["company"], row["mineral"]): defaultdict(lambda: ABSENT, row) for row in rows}


class Both:
    """One graph as both implementations see it; tables are made once for all minerals."""

    def __init__(self, told: str, graph: SupplyGraph, policy: Policy, lens: Lens, as_of: date | None) -> None:
        self.told, self.policy, self.lens, self.as_of = told, policy, lens, as_of
        self.case = Case(graph, policy=policy, lens=lens, as_of=as_of)

    @cached_property
    def rated(self) -> Rows:
        return rows_of(rate(self.case))

    @cached_property
    def rates(self) -> Rows:
        return rows_of(conformance(self.case))

    def minerals(self) -> list[Pair]:
        return [Pair(self, mineral) for mineral in self.case.minerals]


class Pair:
    """One mineral of it."""

    def __init__(self, both: Both, mineral: str) -> None:
        self.case, self.mineral, self._both = both.case, mineral, both
        self.told = f"{mineral}, {both.told}"

    @cached_property
    def figures(self) -> Figures:
        return Figures(self.case.graph, self._both.policy, self._both.lens, self.mineral, self._both.as_of)

    @cached_property
    def ratings(self) -> Mapping[str, Rating]:
        return self.figures.ratings()

    @cached_property
    def rated(self) -> Rows:
        return self._of_mineral(self._both.rated)

    @cached_property
    def rates(self) -> Rows:
        return self._of_mineral(self._both.rates)

    def _of_mineral(self, rows: Rows) -> Rows:
        return {company: row for (company, mineral), row in rows.items() if mineral == self.mineral}

    @property
    def companies(self) -> list[str]:
        """Those that both know."""
        return sorted(self.ratings.keys() & self.rated.keys())

    def node(self, company: str) -> int:
        node = self.case.graph.node("Company", company)
        assert node is not None
        return node


LENSES = [load_lens("us-1502"), load_lens("us-1502"), load_lens("own")]


def pairs_of_chain(seed: int) -> list[Pair]:
    chain = random_chain(seed)
    policy, lens = OTHER if seed % 4 == 0 else DEFAULT, LENSES[seed % 3]
    told = f"policy {'other' if policy is OTHER else 'default'}, lens {lens.name}, {chain.describe()}"
    return Both(told, chain.known, policy, lens, chain.as_of).minerals()


@pytest.fixture(scope="module")
def campaign(tmp_path_factory: pytest.TempPathFactory) -> SupplyGraph:
    folder: Path = tmp_path_factory.mktemp("reference")
    with graphmap.open(folder / "campaign.graphmap") as work:
        work.load(*write_campaign(folder / "campaign"), jobs=0)
        return SupplyGraph.from_columns({name: column.copy() for name, column in work.graph.to_columns().items()})


# ---- how to compare ------------------------------------------------------------------------------------------------

Differences = Iterable[str]


def compare(pairs: Iterable[Pair], compared: Iterable[Callable[[Pair], Differences]]) -> None:
    """Fails with the number of chains that differ, by kind, and the smallest of them in full."""
    kinds: Counter[str] = Counter()
    wrong: list[tuple[int, str]] = []
    for pair in pairs:
        found = [difference for differences in compared for difference in differences(pair)]
        kinds.update({difference.partition(":")[0] for difference in found})
        if found:
            wrong.append((len(pair.told), "\n".join([pair.told, *found[:12]])))
    if wrong:
        pytest.fail(f"{len(wrong)} differ, by kind {dict(kinds)}; the smallest:\n{min(wrong)[1]}", pytrace=False)


def near(what: str, ours: Any, reference: Any) -> Differences:
    """A difference unless both are equal to the tolerance; None and NaN are both "no figure"."""
    none = [value is None or value != value for value in (ours, reference)]
    if all(none) or (not any(none) and ours != ABSENT and math.isclose(ours, reference, rel_tol=0, abs_tol=TOLERANCE)):
        return
    yield f"{what}: graphmap {ours}, reference {reference}"


def near_all(what: str, ours: Mapping[str, float], reference: Mapping[str, float]) -> Differences:
    """As ``near`` for each name; what one of them leaves out is 0."""
    for name in sorted(ours.keys() | reference.keys()):
        for difference in near(what, ours.get(name, 0.0), reference.get(name, 0.0)):
            yield f"{difference} ({name})"


def same(what: str, ours: Any, reference: Any) -> Differences:
    if ours != reference:
        yield f"{what}: graphmap {ours}, reference {reference}"


# ---- what is compared ------------------------------------------------------------------------------------------------


def hazards(pair: Pair) -> Differences:
    ids, found = pair.case.graph.ids, pair.case.hazards(pair.mineral)
    smelters = [ids[node] for node in pair.case.smelters(pair.mineral).tolist()]
    standings = [STANDINGS[code] for code in pair.case.standing(pair.mineral).tolist()]
    yield from same("standing", dict(zip(smelters, standings, strict=True)), pair.figures.standing)
    for name in ("low", "estimate", "high"):
        values = getattr(found, "hazard" if name == "estimate" else name, found.hazard).tolist()
        reference = {smelter: getattr(hazard, name) for smelter, hazard in pair.figures.hazard.items()}
        yield from near_all(f"hazard, {name}", dict(zip(smelters, values, strict=True)), reference)


def ratings(pair: Pair) -> Differences:
    yield from same("companies", sorted(pair.rated), sorted(pair.ratings))
    for company in pair.companies:
        ours, reference = pair.rated[company], pair.ratings[company]
        yield from near(f"exposure: {company}", ours["exposure"], reference.estimate)
        for name in ("low", "high", "unknown", "placed_by_own_list"):
            yield from near(f"{name}: {company}", ours[name], getattr(reference, name))
        yield from near(f"worst hazard: {company}", ours["worst_hazard"], reference.worst_hazard)


def reach(pair: Pair) -> Differences:
    for company in pair.companies:
        ours, reference = pair.rated[company], pair.ratings[company].reach
        yield from same(f"smelters: {company}", ours["smelters"], sum(reference.values()))
        for standing, column in STANDING_COLUMNS.items():
            yield from same(f"{column}: {company}", ours[column], reference[standing])


def spend(pair: Pair) -> Differences:
    for company in pair.companies:
        classes = pair.figures.spend(company).classes
        total = sum(classes.values()) if classes else 0.0
        part = classes["not accepted"] / total if classes and total else None
        yield from near(f"spend: {company}", pair.rated[company]["spend_reaching_not_accepted"], part)


def attributions(pair: Pair) -> Differences:
    for company in pair.companies:
        found, reference = attribute(pair.case, pair.node(company), pair.mineral), pair.ratings[company]
        yield from near(f"attributed: {company}", found.exposure, reference.estimate)
        for parts in (found.by_smelter, found.by_supplier):
            yield from near(f"sum of parts: {company}", sum(part.contribution for part in parts), reference.estimate)
        smelters = {part.id: part.contribution for part in found.by_smelter if part.kind == "smelter"}
        masses = {part.id: part.mass for part in found.by_smelter if part.kind == "smelter"}
        yield from near_all(f"mass: {company}", masses, reference.masses)
        yield from near_all(f"by smelter: {company}", smelters, reference.by_smelter)
        unknown = sum(part.contribution for part in found.by_smelter if part.kind == "unknown")
        yield from near(f"by unknown: {company}", unknown, reference.by_unknown)
        suppliers = {part.id: part.contribution for part in found.by_supplier if part.kind == "supplier"}
        yield from near_all(f"by supplier: {company}", suppliers, reference.by_supplier)


def rates(pair: Pair) -> Differences:
    yield from same("companies with a rate", sorted(pair.rates), sorted(pair.ratings))
    for company in sorted(pair.rates.keys() & pair.ratings.keys()):
        ours, reference = pair.rates[company], pair.figures.conformance(company)
        low, high = reference.by_mass or (None, None)
        yield from near(f"by count: {company}", ours["rate_by_count"], reference.by_count)
        yield from near(
            f"in progress by count: {company}", ours["in_progress_by_count"], reference.in_progress_by_count
        )
        yield from near(f"by mass, low: {company}", ours["mass_low"], low)
        yield from near(f"by mass, high: {company}", ours["mass_high"], high)
        yield from near(f"in progress by mass: {company}", ours["in_progress_by_mass"], reference.in_progress_by_mass)
        for standing, column in STANDING_COLUMNS.items():
            yield from same(f"{column}: {company}", ours[column], pair.ratings[company].reach[standing])


def ways(pair: Pair) -> Differences:
    for company in pair.companies:
        found = find_paths(pair.case, pair.node(company), to="any", mineral=pair.mineral, k=MOST_PATHS)
        reference = {way.ids: way.score for way in find_ways(pair.figures, company)}
        if len(reference) > MOST_PATHS or found.capped:
            continue
        ours = {tuple(node.id for node in path.nodes): path.score for path in found.paths}
        yield from same(f"number of paths: {company}", found.total, len(found.paths))
        ours = {ids: score for ids, score in ours.items() if not ids[-1].startswith(schema.UNIDENTIFIED)}
        for ids in sorted(ours.keys() ^ reference.keys()):
            yield f"{'not a way' if ids in ours else 'way left out'}: {' > '.join(ids)}"
        for ids in sorted(ours.keys() & reference.keys()):
            yield from near(f"score: {' > '.join(ids)}", ours[ids], reference[ids])


def chokes(pair: Pair) -> Differences:
    for company in pair.companies:
        found = choke_points(pair.case, pair.node(company), mineral=pair.mineral)
        reference, cut = find_gates(pair.figures, company), smallest_cut(pair.figures, company)
        estimate = pair.figures.estimate[company]
        ours = {gate.company.id: gate for gate in found.gates}
        standing = pair.figures.standing
        wanted = {gate: part for gate, part in reference.items() if part.not_accepted}
        yield from same(f"gates: {company}", sorted(ours), sorted(wanted))
        for gate in sorted(ours.keys() & wanted.keys()):
            at = f"{gate} for {company}"
            gated = sorted(smelter.id for smelter in ours[gate].smelters.get(pair.mineral, ()))
            bad = sorted(s for s in reference[gate].smelters if standing[s] == "not accepted")
            yield from same(f"smelters: {at}", gated, bad)
            part = reference[gate].exposure / estimate
            yield from near(f"part of exposure: {at}", ours[gate].part.get(pair.mineral, 0.0), part)
        yield from same(f"size of the cut: {company}", len(found.cut), len(cut.companies))
        yield from same(f"own smelters: {company}", {named.id for _, named in found.direct}, set(cut.own))


FIGURES = [hazards, ratings, reach, spend, attributions, rates]
STRUCTURE = [ways, chokes]


@pytest.mark.parametrize("first", range(0, CHAINS, 100))
def test_figures_of_random_chains(first: int) -> None:
    compare((pair for seed in range(first, first + 100) for pair in pairs_of_chain(seed)), FIGURES)


@pytest.mark.parametrize("differences", STRUCTURE)
def test_structure_of_random_chains(differences: Callable[[Pair], Differences]) -> None:
    compare((pair for seed in range(STRUCTURES) for pair in pairs_of_chain(seed)), [differences])


@pytest.mark.parametrize("differences", [*FIGURES, *STRUCTURE])
@pytest.mark.parametrize("lens", ["us-1502", "own"])
def test_sample_campaign(campaign: SupplyGraph, lens: str, differences: Callable[[Pair], Differences]) -> None:
    told = f"the sample campaign, lens {lens}"
    compare(Both(told, campaign, DEFAULT, load_lens(lens), None).minerals(), [differences])
