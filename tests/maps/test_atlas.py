"""The atlas gives every site of a chain once, with the figures that the analyses give."""

from __future__ import annotations

from datetime import date

import networkx as nx
import numpy as np
from hypothesis import given, settings

from graphmap.analysis import exposure
from graphmap.analysis.case import Case
from graphmap.analysis.locations import Location, find_locations
from graphmap.graph import SupplyGraph
from graphmap.maps import palette
from graphmap.maps.atlas import ALL, KINDS, MINE, SMELTER, START, SUPPLIER, Atlas
from graphmap.policy import STANDINGS, load_lens, load_policy
from graphmap.records import Edge, Node, Source
from tests.chains import GOLDEN, assessed, case_of, claims, country, fed_by, located, mine, region
from tests.graphs import buys, company, declares, graph_of, smelter


def atlas_of(*claims: Edge | Node, start: str = "B") -> Atlas:
    case = case_of(*claims)
    node = case.graph.node("Company", start)
    assert node is not None
    return Atlas(case, node)


def by_id(atlas: Atlas) -> dict[str, int]:
    return {site.id: site.number for site in atlas.sites}


def test_the_golden_chain() -> None:
    atlas = atlas_of(*GOLDEN)
    assert [(site.id, KINDS[site.kind], site.tier) for site in atlas.sites] == [
        ("B", "start", 0), ("S1", "supplier", 1), ("S2", "supplier", 1), ("SubA", "supplier", 2),
        ("SubB", "supplier", 2), ("X", "smelter", -1), ("Y", "smelter", -1),
    ]  # fmt: skip
    gold, at = atlas.layer("gold"), by_id(atlas)
    assert gold.value[0] == exposure.rate(atlas.case, minerals=["gold"]).set_index("company").exposure["B"]
    assert [palette.NAMES[gold.look[at[id_]]] for id_ in ("X", "Y")] == ["low", "severe"]
    assert gold.reached[0].tolist() == [1, 0, 1, 0, 0, 0]
    assert gold.count("not accepted") == 1
    links = {(atlas.sites[a].id, atlas.sites[b].id) for a, b in zip(gold.links.tail, gold.links.head, strict=True)}
    assert links == {(claim.tail.id, claim.head.id) for claim in GOLDEN if claim.type in ("BUYS_FROM", "DECLARES")}


def test_only_what_is_upstream_is_a_site() -> None:
    atlas = atlas_of(*GOLDEN, buys("Other", "S1", 1.0), declares("Other", "Z"), start="S2")
    assert [site.id for site in atlas.sites] == ["S2", "SubB", "X", "Y"]
    assert atlas.sites[0].kind == START


def test_a_company_of_which_nothing_is_known_looks_unknown_and_never_low() -> None:
    atlas = atlas_of(buys("B", "S"), declares("B", "X"), assessed("X", "Conformant"))
    at, gold = by_id(atlas), atlas.layer("gold")
    assert palette.NAMES[gold.look[at["S"]]] == "unknown"
    assert gold.unknown[at["S"]] == 1


def test_absent_from_a_list_has_a_look_of_its_own() -> None:
    atlas = atlas_of(declares("B", "X"), declares("B", "unidentified:gold:B"), assessed("Z", "Conformant"))
    gold, at = atlas.layer("gold"), by_id(atlas)
    assert palette.NAMES[gold.look[at["X"]]] == "unlisted"
    assert palette.NAMES[gold.look[at["unidentified:gold:B"]]] == "unknown"
    assert gold.count("not accepted") == 0


def test_mines_and_areas() -> None:
    atlas = atlas_of(
        declares("B", "X"), declares("B", "Y"), fed_by("X", "M"), fed_by("Y", "N"), fed_by("Y", "P"),
        located(mine("M"), region("CD-NK")), located(mine("N"), country("AU")), located(smelter("Y"), country("RW")),
    )  # fmt: skip
    gold, at = atlas.layer("gold"), by_id(atlas)
    assert [site.id for site in atlas.sites if site.kind == MINE] == ["M", "N", "P"]
    assert {id_ for id_, i in at.items() if gold.high_risk[i]} == {"X", "Y", "M"}
    looks = [palette.NAMES[gold.look[at[id_]]] for id_ in ("M", "N", "P")]
    assert looks == ["high", "neutral", "unknown"], "what stands nowhere known is not called safe"
    assert (atlas.sites[at["M"]].country, atlas.sites[at["P"]].country) == ("CD", "")


def test_the_layer_over_all_minerals_takes_the_worst() -> None:
    atlas = atlas_of(
        declares("B", "X", "gold"), declares("B", "X", "tin"), declares("B", "Y", "tin"),
        assessed("X", "Conformant"), assessed("Y", "Non-conformant"),
    )  # fmt: skip
    every, at = atlas.layer(ALL), by_id(atlas)
    assert atlas.minerals == ("tin", "gold")
    assert every.value[0] == max(atlas.layer(mineral).value[0] for mineral in atlas.minerals)
    assert every.standing[at["Y"]] == STANDINGS.index("not accepted")
    assert every.present.all()
    assert len(every.links) == 2, "a link in two minerals is one"


def test_a_company_alone() -> None:
    atlas = Atlas(case_of(company("B")), 0)
    assert [site.id for site in atlas.sites] == ["B"]
    assert atlas.minerals == ()
    every = atlas.layer()
    assert len(every.links) == 0
    assert palette.NAMES[every.look[0]] == "unknown"


def test_where_documents_disagree_most_of_them_count() -> None:
    def said(id_: str, area: Node, **where: float) -> tuple[Source, list[Edge]]:
        source = Source(id_ * 64, "test", id_, id_, f"{id_}.csv", "2026-01-01", id_)
        return source, [Edge("LOCATED_IN", smelter("X"), area, "A1", "", where)]

    graph = graph_of(
        documents=[
            said("a", country("CH")),
            said("b", country("CH")),
            said("c", country("AE"), latitude=25.0, longitude=55.0),
        ]
    )
    case = Case(graph, policy=load_policy(), lens=load_lens("us-1502"))
    assert find_locations(case) == {graph.node("Smelter", "X"): Location("CH")}
    before = Case(graph, policy=load_policy(), lens=load_lens("us-1502"), as_of=date(2025, 1, 1))
    assert find_locations(before) == {}


def same_upstream(graph: SupplyGraph) -> None:
    """Sites and links of every brand, against networkx."""
    case = case_of(graph=graph)
    for start in graph.of_label("Company").tolist():
        atlas = Atlas(case, start)
        for mineral in atlas.minerals:
            chain, layer = case.chain(mineral), atlas.layer(mineral)
            network = nx.DiGraph()
            network.add_nodes_from(chain.node.tolist())
            network.add_edges_from(zip(chain.node[chain.tail].tolist(), chain.node[chain.head].tolist(), strict=True))
            reached = {start} | nx.descendants(network, start)
            present = set(atlas.node[layer.present & (atlas.kind != MINE)].tolist())
            part = set(chain.node[case.companies(mineral)].tolist()) | set(case.smelters(mineral).tolist())
            assert present == reached & part
            smelters = layer.present & (atlas.kind == SMELTER)
            assert (layer.standing[smelters] >= 0).all()
            assert layer.reached[0].sum() == smelters.sum()
            known = layer.present & (atlas.kind <= SUPPLIER)
            assert ((layer.low <= layer.value + 1e-9) & (layer.value <= layer.high + 1e-9))[known].all()
        assert (np.diff(atlas.node[atlas.kind == SMELTER]) > 0).all()


@settings(max_examples=60, deadline=None)
@given(claims(cycles=True))
def test_random_chains_hold_what_networkx_finds(said: list[Edge]) -> None:
    same_upstream(graph_of(*said))
