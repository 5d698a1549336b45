"""A made-up supply chain of a given size for the maps: six tiers, smelters and mines, countries, receipts.

The proportions are those of VISUALS section 1: of 5,000 sites 3,500 suppliers, 330 smelters and 1,200 mines, with about
two links a site. The same size gives the same graph.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from graphmap.analysis.case import Case
from graphmap.graph import SupplyGraph
from graphmap.policy import load_lens, load_policy
from graphmap.records import Edge, Node, Source
from tests.graphs import graph_of

TIERS = (0.042, 0.098, 0.154, 0.175, 0.140, 0.091)
"""Part of the sites that stands at tier 1, 2, …, 6."""

SMELTERS, MINES = 0.066, 0.234
MINERALS = ("gold", "tin", "tantalum", "tungsten")
COUNTRIES = "CN JP KR TW US DE VN MY ID TH PH IN MX BR BO PE CO CD RW UG BI TZ ZM ZA NG GH RU KZ AU CA".split()  # noqa: SIM905
MINE_COUNTRIES = "CD RW BR AU RU CN PE BO ID NG MG CA ZM UG TZ CO MM".split()  # noqa: SIM905
STATUSES = ("Conformant", "Conformant", "Conformant", "Active", "Non-conformant", "Eligible")
WORDS = [
    "Kestrel",
    "Meridian",
    "Vistula",
    "Sakura",
    "Daesung",
    "Hengyuan",
    "Luzon",
    "Altamira",
    "Ostrava",
    "Penang",
    "Rheintal",
    "Toyama",
    "Delta",
]
KINDS = "Components Optics Sensors Capacitors Alloys Plating Modules Wire Circuits".split()  # noqa: SIM905
FORMS = ("Co., Ltd.", "GmbH", "K.K.", "Sdn. Bhd.", "Inc.", "S.A. de C.V.")


def made_up(sites: int) -> tuple[SupplyGraph, int]:
    """A graph of about so many sites, and the graph node of the brand."""
    rng = np.random.default_rng(20261126)
    tiers = [[Node("Company", "B-1", "Synthetic Devices")]]
    for tier, part in enumerate(TIERS, 1):
        tiers.append([_company(rng, tier, i) for i in range(int(sites * part))])
    smelters = [
        Node("Smelter", f"CID9{i:05}", f"{_pick(rng, WORDS)} Synthetic Smelting {i}")
        for i in range(int(sites * SMELTERS))
    ]
    mines = [Node("Mine", f"mine-{i}", f"Synthetic Mine {i}") for i in range(int(sites * MINES))]
    metal = {smelter.id: _pick(rng, MINERALS) for smelter in smelters}
    said: dict[str, list[Edge]] = defaultdict(list)
    for tier, companies in enumerate(tiers):
        for i, company in enumerate(companies):
            place = Node("Country", _pick(rng, COUNTRIES))
            said["companies"].append(Edge("LOCATED_IN", company, place, f"D{len(said['companies']) + 2}"))
            if tier:
                buyers = {i % len(tiers[tier - 1])} if i < len(tiers[tier - 1]) else set[int]()
                buyers |= {int(at) for at in (len(tiers[tier - 1]) * rng.random(1) ** 2).astype(int)}
                for buyer in sorted(buyers):
                    row = f"A{len(said['purchases']) + 2}"
                    share = {"share": round(float(rng.beta(1.5, 6)), 3)} if rng.random() < 0.7 else {}
                    said["purchases"].append(Edge("BUYS_FROM", tiers[tier - 1][buyer], company, row, "", share))
            if tier >= 2 or rng.random() < 0.2:
                chosen = {int(len(smelters) * rng.random() ** 1.7) for _ in range(1 + int(rng.random() < 0.5))}
                for row, number in enumerate(sorted(chosen), 5):
                    smelter = smelters[number]
                    properties = {"written_name": smelter.name, "id_source": "RMI"}
                    said[f"CMRT {company.name}"].append(
                        Edge("DECLARES", company, smelter, f"Smelter List!A{row}", metal[smelter.id], properties)
                    )
    for i, smelter in enumerate(smelters):
        status = {"status": _pick(rng, STATUSES)}
        said["smelters"].append(Edge("ASSESSED_BY", smelter, Node("Scheme", "RMAP", "RMAP"), f"E{i + 2}", "", status))
        said["smelters"].append(Edge("LOCATED_IN", smelter, Node("Country", _pick(rng, COUNTRIES)), f"D{i + 2}"))
    for i, mine in enumerate(mines):
        place, point = Node("Country", _pick(rng, MINE_COUNTRIES)), {"latitude": 0.0, "longitude": 25.0}
        said["mines"].append(Edge("LOCATED_IN", mine, place, f"C{i + 2}", "", point if i % 3 == 0 else {}))
        smelter = smelters[i % len(smelters)]
        said["mines"].append(Edge("FED_BY", smelter, mine, f"F{i + 2}", metal[smelter.id]))
    documents = [
        (Source(f"{i:064x}", "bench", name, name, f"{name}.xlsx", "2026-05-31", "2026-06-01"), edges)
        for i, (name, edges) in enumerate(sorted(said.items()), 1)
    ]
    graph = graph_of(documents=documents)
    brand = graph.node("Company", "B-1")
    assert brand is not None
    return graph, brand


def case_for(graph: SupplyGraph) -> Case:
    """The case that maps are made from."""
    return Case(graph, policy=load_policy("default"), lens=load_lens("us-1502"))


def _company(rng: np.random.Generator, tier: int, number: int) -> Node:
    name = f"{_pick(rng, WORDS)} {_pick(rng, KINDS)} {tier}{number} {_pick(rng, FORMS)}"
    return Node("Company", f"S{tier}-{number}", name)


def _pick(rng: np.random.Generator, some: tuple[str, ...] | list[str]) -> str:
    return some[int(rng.integers(len(some)))]
