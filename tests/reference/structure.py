"""Paths, choke points and cuts of one mineral (METHOD sections 6 and 7), by trying everything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import NamedTuple

from tests.reference.figures import Figures

_CARRIES = 1e-12


class Way(NamedTuple):
    """A path from a company to a smelter: the ids in order, the product of its shares, and that times the hazard."""

    ids: tuple[str, ...]
    share: float
    score: float


def is_way(figures: Figures, company: str, smelter: str) -> bool:
    """Whether the company's declaration of the smelter is a way of its own."""
    return smelter in figures.links.unexplained[company] or figures.declared_share(company, smelter) > _CARRIES


def ways(figures: Figures, company: str) -> dict[str, list[str]]:
    """For each company on from here, itself included, the smelters that its declaration leads to."""
    links = figures.links
    return {
        c: [smelter for smelter in sorted(links.declared.get(c, ())) if is_way(figures, c, smelter)]
        for c in sorted(links.leads[company])
    }


def find_ways(figures: Figures, company: str) -> list[Way]:
    """All paths that meet no node twice, the riskiest first."""
    leading = ways(figures, company)
    found = sorted(_extend(figures, leading, (company,), 1.0), key=lambda way: (-way.score, len(way.ids), way.ids))
    assert len({way.ids for way in found}) == len(found)
    return found


def _extend(figures: Figures, leading: dict[str, list[str]], ids: tuple[str, ...], share: float) -> Iterator[Way]:
    for smelter in leading[ids[-1]]:
        carried = share * figures.declared_share(ids[-1], smelter)
        yield Way((*ids, smelter), carried, carried * figures.hazard[smelter].estimate)
    for seller, part in figures.split.bought[ids[-1]].items():
        if seller not in ids:
            yield from _extend(figures, leading, (*ids, seller), share * part)


def reached(figures: Figures, company: str, without: Iterable[str] = (), *, through_others: bool = False) -> set[str]:
    """The smelters that paths from the company lead to when some companies are taken out; ``through_others`` leaves out
    the paths that are its own declarations."""
    out = set(without)
    found, seen, front = set[str](), {company}, [company]
    leading = ways(figures, company)
    while front:
        here = front.pop()
        if here != company or not through_others:
            found |= set(leading[here])
        for seller in figures.links.kept[here]:
            if seller not in seen and seller not in out:
                seen.add(seller)
                front.append(seller)
    return found


class Gate(NamedTuple):
    """What a company gates for another: smelters, how much of the exposure they carry, how many are not accepted."""

    smelters: frozenset[str]
    exposure: float
    not_accepted: int


def find_gates(figures: Figures, company: str) -> dict[str, Gate]:
    """Every company through which all paths to some smelter go."""
    everything = reached(figures, company)
    gates = {}
    for other in sorted(figures.links.leads[company] - {company}):
        gated = everything - reached(figures, company, [other])
        if gated:
            masses = figures.masses[company]
            exposure = sum(masses.get(smelter, 0.0) * figures.hazard[smelter].estimate for smelter in gated)
            count = sum(figures.standing[smelter] == "not accepted" for smelter in gated)
            gates[other] = Gate(frozenset(gated), exposure, count)
    return gates


class Cut(NamedTuple):
    """A smallest set of companies to act on, how many such sets there are, and the smelters that no set can cut."""

    companies: tuple[str, ...]
    sets: int
    own: frozenset[str]


def smallest_cut(figures: Figures, company: str, standing: str = "not accepted") -> Cut:
    """The fewest companies without which no path leads to a smelter of this standing but the company's own
    declarations."""
    bad = {smelter for smelter, found in figures.standing.items() if found == standing}
    own = frozenset(bad & set(ways(figures, company)[company]))
    others = sorted(figures.links.leads[company] - {company})
    for size in range(len(others) + 1):
        cuts = [c for c in combinations(others, size) if not reached(figures, company, c, through_others=True) & bad]
        if cuts:
            return Cut(cuts[0], len(cuts), own)
    raise AssertionError("taking out everybody else leaves only the company's own declarations")
