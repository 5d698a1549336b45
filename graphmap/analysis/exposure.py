"""Exposure: how much hazard a company's purchases carry, and whose it is (METHOD section 5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from graphmap import schema
from graphmap.analysis.case import Case
from graphmap.analysis.chain import BUYS_FROM
from graphmap.analysis.evidence import find_grades
from graphmap.analysis.standing import NOT_ACCEPTED
from graphmap.analysis.sweep import Mask
from graphmap.errors import NotFound
from graphmap.graph import Floats, Ints, SupplyGraph
from graphmap.policy import GRADES, STANDINGS
from graphmap.tiers import tiers

NOTHING_KNOWN = 1 - 1e-9
"""A part of its purchases from which on nothing is known of a company: rounding apart, all of it is unknown."""


@dataclass(frozen=True)
class Part:
    """One part of an exposure: ``contribution = mass * value``.

    ``node`` is the graph node, -1 for what is unknown; ``mass`` the part of the company's purchases, ``value``
    the hazard (of a smelter) or exposure (of a supplier). ``kind`` is "smelter", "supplier" or "unknown"; what is
    unknown of its own purchases and placed by its own closed list has the mean hazard of the smelters there.
    """

    kind: str
    node: int
    id: str
    name: str
    mass: float
    value: float

    @property
    def contribution(self) -> float:
        """What this part adds to the exposure."""
        return self.mass * self.value


@dataclass(frozen=True)
class Attribution:
    """Whose a company's exposure is, split in two ways; the contributions of each sum to ``exposure``.

    ``by_smelter``: the smelters where the mass ends, and what is unknown anywhere upstream. ``by_supplier``: the
    direct suppliers, the smelters that the company brings itself, and what is unknown of its own purchases.
    Largest contribution first.
    """

    node: int
    mineral: str
    exposure: float
    by_smelter: tuple[Part, ...]
    by_supplier: tuple[Part, ...]


def attribute(case: Case, company: int, mineral: str) -> Attribution:
    """Split the exposure (estimate) of a company, given as graph node, for one mineral.

    A supplier brings its share times its exposure; what is unknown at the supplier is valued by where the company's
    own closed list sends it (the mean hazard there), if it has one, else by ``unknown.estimate`` of the policy.
    Raises ``NotFound`` if the node has no part in the chain of the mineral.
    """
    chain, shares, flow = case.chain(mineral), case.shares(mineral), case.flow(mineral)
    graph, exposure, hazard = case.graph, case.exposure(mineral), case.hazard(mineral)
    place = chain.place(company)
    if place is None:
        raise NotFound(f"{graph.names[company]} has no part in the chain of {mineral}.", "Choose another mineral.")
    estimate = case.policy.unknown.estimate

    def part(p: int, mass: float, value: float) -> Part:
        node = int(chain.node[p])
        kind = "supplier" if p < chain.companies else "smelter"
        return Part(kind, node, graph.ids[node], graph.names[node], float(mass), float(value))

    def unknown(mass: float, value: float, name: str = "unknown") -> list[Part]:
        return [Part("unknown", -1, "", name, float(mass), float(value))] if mass > 0 else []

    mass, lost = case.mass(place, mineral)
    ends = (chain.companies + np.flatnonzero(mass[chain.companies :])).tolist()
    smelters = [part(p, mass[p], hazard[p - chain.companies]) for p in ends] + unknown(lost, estimate)

    links = np.arange(int(chain.indptr[place]), int(chain.indptr[place + 1]))
    sent = links[shares.ends[links]]
    value = float(hazard[chain.head[sent] - chain.companies].mean()) if len(sent) else estimate
    known = exposure.estimate - exposure.unknown * estimate
    direct = [
        part(p, share, known[p] + exposure.unknown[p] * value)
        for p, share in zip(chain.head[links].tolist(), flow.share[links].tolist(), strict=True)
        if share > 0
    ]
    direct += unknown(flow.own[place], value, "placed by its own list" if len(sent) else "unknown")
    return Attribution(
        company, mineral, float(exposure.estimate[place]), _largest_first(smelters), _largest_first(direct)
    )


def _largest_first(parts: list[Part]) -> tuple[Part, ...]:
    return tuple(sorted(parts, key=lambda part: (-part.contribution, part.id)))


# ---- rating -----------------------------------------------------------------------------------------------------


def rate(case: Case, *, minerals: Sequence[str] | None = None) -> pd.DataFrame:
    """Rate every company that has a part in the chain of a mineral; one row per company and mineral.

    ``minerals`` are by default those of the case. A company that says it has none of a mineral has no row for it;
    one that did not answer has one, with everything unknown. The most exposed come first within a mineral; those of
    which nothing is known (``unknown`` above ``NOTHING_KNOWN``) stand after all others, for they have no rank.

    ==============================  ==================================================================================
    company, name, tier             id and name; 0 brand, 1 direct supplier, …, -1 not in a chain from a brand
    mineral
    exposure, low, high             0 to 1: estimate and interval
    unknown                         part of the purchases whose smelters nobody names, 0 to 1
    placed_by_own_list              part whose smelters only the company's own closed list names, 0 to 1
    smelters                        distinct smelters upstream; the next six columns are those of each standing
    accepted, in_progress,
    not_accepted, not_on_list,
    unidentified, not_judged
    worst_hazard, worst_smelter,    the smelter of the highest hazard upstream (id and name); NaN and "" if none
    worst_smelter_name
    spend_reaching_not_accepted     part (0 to 1) of the spend of its own purchases that goes to suppliers with a
                                    smelter upstream that is not accepted; NaN where no spend is known
    listed                          its level on the lens's list if it stands there itself, else ""
    evidence, reasons               grade A to D of its own declaration; why it is not A (tuple of texts)
    ==============================  ==================================================================================
    """
    minerals = case.minerals if minerals is None else minerals
    tier = tiers(case.graph)
    parts = [_rate(case, mineral, tier) for mineral in minerals] or [_rate(case, "gold", tier).iloc[:0]]
    return pd.concat(parts, ignore_index=True)


def _rate(case: Case, mineral: str, tier: Ints) -> pd.DataFrame:
    graph, chain, exposure = case.graph, case.chain(mineral), case.exposure(mineral)
    place = case.companies(mineral)
    node = chain.node[place]
    reach, code, smelters = case.reach(mineral), case.standing(mineral), case.smelters(mineral)
    worst = case.worst(mineral)[place]
    ids, called = ([*texts.take(smelters.astype(np.intp)), ""] for texts in (graph.ids, graph.names))
    grades = find_grades(graph, case.policy.evidence, node, mineral, case.as_of)
    named = case.areas(mineral).named
    table = pd.DataFrame(
        {
            "company": graph.ids.take(node.astype(np.intp)),
            "name": graph.names.take(node.astype(np.intp)),
            "tier": tier[node],
            "mineral": mineral,
            "exposure": exposure.estimate[place],
            "low": exposure.low[place],
            "high": exposure.high[place],
            "unknown": exposure.unknown[place],
            "placed_by_own_list": exposure.placed[place],
            "smelters": reach.count()[place],
            **{standing.replace(" ", "_"): reach.count(code == i)[place] for i, standing in enumerate(STANDINGS)},
            "worst_hazard": np.append(case.hazard(mineral), np.nan)[worst],
            "worst_smelter": [ids[i] for i in worst.tolist()],
            "worst_smelter_name": [called[i] for i in worst.tolist()],
            "spend_reaching_not_accepted": _spend_reaching(case, mineral)[place],
            "listed": [named[i][0] if i in named else "" for i in node.tolist()],
            "evidence": list(grades.grade),
            "reasons": list(grades.reasons),
        }
    )
    return ranked(table)


def ranked(rated: pd.DataFrame) -> pd.DataFrame:
    """Rows of a rating in order: the most exposed first, then those of which nothing is known, equals by id."""
    keys = (rated["unknown"] > NOTHING_KNOWN, -rated["exposure"], rated["company"])
    order = np.lexsort([np.asarray(key) for key in reversed(keys)])
    return rated.iloc[order].reset_index(drop=True)


def overall(case: Case, rated: pd.DataFrame) -> pd.DataFrame:
    """One row per company over the minerals of ``rated`` (as ``rate`` gives it), the most exposed first.

    ``exposure``, ``low``, ``high`` and ``unknown`` are weighted by what the company spends on each mineral where
    purchases give it for every one of its minerals, in one currency (``basis`` "spend"); else they are those of its
    most exposed mineral (``basis`` "maximum"), of the minerals of which anything is known. ``mineral`` is that most
    exposed one, ``minerals`` how many there are, ``nothing_known`` of how many of them nothing is known, ``evidence``
    the worst grade. Further columns: ``company``, ``name``, ``tier``. Companies of which nothing is known in any
    mineral stand last.
    """
    spend = _spend_by_mineral(case.graph)
    keys = zip(rated["company"].to_numpy(), rated["mineral"].to_numpy(), strict=True)
    grade = rated["evidence"].map({name: i for i, name in enumerate(GRADES)})
    blind = rated["unknown"] > NOTHING_KNOWN
    table = rated.assign(spend=np.array([spend.get(key, 0.0) for key in keys], np.float64), grade=grade, blind=blind)
    table = table.sort_values(["company", "blind", "exposure"], ascending=[True, True, False], kind="stable")
    groups = table.groupby("company", sort=True)
    top, known = groups[["name", "tier", "mineral"]].first(), groups["spend"].min() > 0
    worst = groups[["exposure", "low", "high", "unknown"]].first()
    figures = {}
    for column in worst:
        weighted = (table[column] * table["spend"]).groupby(table["company"]).sum() / groups["spend"].sum()
        figures[column] = weighted.where(known, worst[column])
    out = pd.DataFrame(
        {
            "name": top["name"],
            "tier": top["tier"],
            **figures,
            "basis": known.map({True: "spend", False: "maximum"}),
            "mineral": top["mineral"],
            "minerals": groups.size(),
            "nothing_known": groups["blind"].sum().astype(np.int64),
            "evidence": groups["grade"].max().map(dict(enumerate(GRADES))),
        }
    )
    return ranked(out.reset_index(names="company"))


def _spend_reaching(case: Case, mineral: str) -> Floats:
    """Per place the part of its known spend that goes to suppliers which reach a smelter that is not accepted.

    NaN without any known spend and where it is in several currencies. Of several documents that give the spend of
    one link the latest counts.
    """
    chain, graph = case.chain(mineral), case.graph
    buys = graph.table("BUYS_FROM")
    link = np.repeat(np.arange(len(chain.tail)), np.diff(chain.claim_start))
    bought = chain.kind[link] == BUYS_FROM
    link, claim = link[bought], chain.claims[bought]
    spend = buys.values("spend")[claim]
    given = ~np.isnan(spend)
    link, claim, spend = link[given], claim[given], spend[given]
    when = graph.recency[buys.source[claim]]
    last = np.full(len(chain.tail), -1)
    np.maximum.at(last, link, when)
    current = when == last[link]
    link, claim, spend = link[current], claim[current], spend[current]

    buyer = chain.tail[link]
    bad = case.reach(mineral).count(case.standing(mineral) == NOT_ACCEPTED) > 0
    total = np.bincount(buyer, spend, len(chain))
    reaching = np.bincount(buyer, spend * bad[chain.head[link]], len(chain))
    total[_several(buyer, buys.text("currency").codes[claim], len(chain))] = 0.0
    part: Floats = np.divide(reaching, total, out=np.full(len(chain), np.nan), where=total > 0)
    return part


def _spend_by_mineral(graph: SupplyGraph) -> dict[tuple[str, str], float]:
    """(company id, mineral) -> what its purchases that name the mineral cost, where that is in one currency."""
    buys = graph.table("BUYS_FROM")
    spend = buys.values("spend")
    given = np.flatnonzero(~np.isnan(spend))
    mixed = _several(buys.tail[given], buys.text("currency").codes[given], len(graph))
    found: dict[tuple[str, str], float] = {}
    for i in given.tolist():
        tail, code = int(buys.tail[i]), int(buys.mineral[i])
        if code >= 0 and not mixed[tail]:
            key = (graph.ids[tail], schema.MINERALS[code])
            found[key] = found.get(key, 0.0) + float(spend[i])
    return found


def _several(owner: Ints, value: Ints, size: int) -> Mask:
    """For each of ``size`` owners whether it has more than one value."""
    pairs = np.unique(np.stack([owner, value]), axis=1)
    several: Mask = np.bincount(pairs[0], minlength=size) > 1
    return several
