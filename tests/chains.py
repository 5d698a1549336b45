"""Chains for tests of paths and structure: the golden chain, and random ones for hypothesis."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from hypothesis import strategies as st

from graphmap.analysis.case import Case
from graphmap.analysis.chain import Chain
from graphmap.graph import SupplyGraph
from graphmap.policy import STANDINGS, Unknown, load_lens, load_policy
from graphmap.records import Edge, Node
from tests.graphs import answered, buys, declares, graph_of, smelter


def case_of(
    *claims: Edge | Node,
    graph: SupplyGraph | None = None,
    kind: type[Case] = Case,
    values: Mapping[str, float] | None = None,
) -> Case:
    """A case, seen through lens us-1502, in which standings have round values: accepted 0.05, in progress 0.25,
    not accepted 1, all others and the unknown 0.5, from 0.05 to 1. ``graph`` instead of claims; ``values`` instead of
    these, "unknown" among them."""
    standing = {"accepted": 0.05, "in progress": 0.25, "not accepted": 1.0, "not on list": 0.5, "unknown": 0.5}
    standing |= values or {}
    estimate = standing.pop("unknown")
    policy = dataclasses.replace(
        load_policy("default"),
        standing_value=dict.fromkeys(STANDINGS, estimate) | standing,
        unknown=Unknown(estimate, 0.05, 1.0),
    )
    return kind(graph or graph_of(*claims), policy=policy, lens=load_lens("us-1502"))


def assessed(smelter_id: str, status: str) -> Edge:
    """A status under RMAP: "Conformant" is accepted, "Active" in progress, "Non-conformant" not accepted."""
    return Edge("ASSESSED_BY", smelter(smelter_id), Node("Scheme", "RMAP", "RMAP"), "A1", "", {"status": status})


def whole(*companies: str, mineral: str = "gold") -> list[Edge]:
    """These companies answer that all smelters are identified and all suppliers have answered."""
    answers = (("cmrt:6", "100%"), ("cmrt:7", "Yes"))
    return [answered(company, question, answer, mineral) for company in companies for question, answer in answers]


def located(facility: Node, area: Node) -> Edge:
    return Edge("LOCATED_IN", facility, area, "A1")


def originates(facility: Node, area: Node, mineral: str = "") -> Edge:
    return Edge("ORIGINATES_IN", facility, area, "A1", mineral)


def fed_by(smelter_id: str, mine_id: str, mineral: str = "") -> Edge:
    return Edge("FED_BY", smelter(smelter_id), mine(mine_id), "A1", mineral)


def mine(id_: str) -> Node:
    return Node("Mine", id_, id_)


def country(code: str) -> Node:
    return Node("Country", code, code)


def region(code: str) -> Node:
    return Node("Region", code, code)


#     B ─0.6─ S1 ─0.5─ SubA ─1──── X (accepted)
#     │        └──0.5─ SubB ─0.25── X
#     └─0.4─ S2 ──1─── SubB ─0.75── Y (not accepted)
GOLDEN = (
    buys("B", "S1", 0.6),
    buys("B", "S2", 0.4),
    buys("S1", "SubA", 0.5),
    buys("S1", "SubB", 0.5),
    buys("S2", "SubB", 1.0),
    declares("SubA", "X"),
    declares("SubB", "X"),
    declares("SubB", "Y"),
    assessed("X", "Conformant"),
    assessed("Y", "Non-conformant"),
    *whole("SubA", "SubB"),
)
"""Hand-worked example of METHOD: exposure of B is 0.54875, of which X 0.02375 and Y 0.525."""


class GoldenCase(Case):
    """The golden chain with its shares of declarations, which no document can give."""

    def chain(self, mineral: str) -> Chain:
        chain = super().chain(mineral)
        ids = [self.graph.ids[int(node)] for node in chain.node]
        share = chain.share.copy()
        for link, (tail, head) in enumerate(zip(chain.tail.tolist(), chain.head.tolist(), strict=True)):
            share[link] = {("SubB", "X"): 0.25, ("SubB", "Y"): 0.75}.get((ids[tail], ids[head]), share[link])
        return dataclasses.replace(chain, share=share)


def golden_case() -> Case:
    """The golden chain as a case."""
    return case_of(*GOLDEN, kind=GoldenCase)


def node_of(case: Case, id_: str) -> int:
    """The node with this id, whatever its label."""
    return next(i for i, other in enumerate(case.graph.ids) if other == id_)


@st.composite
def claims(draw: st.DrawFn, *, cycles: bool) -> list[Edge]:
    """Random purchases between companies C0..C7 and declarations of smelters X0..X3, half of them accepted."""
    companies, smelters = draw(st.integers(2, 8)), draw(st.integers(1, 4))
    pairs = [(a, b) for a in range(companies) for b in range(companies) if (a != b if cycles else a < b)]
    shares = st.none() | st.sampled_from([0.1, 0.25, 0.5, 1.0])
    out = [buys(f"C{a}", f"C{b}", draw(shares)) for a, b in draw(st.lists(st.sampled_from(pairs), unique=True))]
    says = st.tuples(st.integers(0, companies - 1), st.integers(0, smelters - 1))
    out += [declares(f"C{a}", f"X{x}") for a, x in draw(st.lists(says, unique=True, min_size=1))]
    status = ("Conformant", "Non-conformant")
    return [*out, *(assessed(f"X{x}", status[x % 2]) for x in range(smelters)), buys("C0", "C1", None)]
