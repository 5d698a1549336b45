"""The chain of one mineral: who buys from whom and who declares which smelter, as arrays.

Everything about exposure, reach, paths and structure runs on a ``Chain``. Its places are all companies of the
graph, then the smelters of the mineral. Several claims of the same link (two documents, two rows) are one link
that keeps all its claims.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from graphmap.graph import Floats, Ints, Receipt, SupplyGraph, mineral_code

BUYS_FROM, DECLARES = 0, 1
_TYPES = ("BUYS_FROM", "DECLARES")

_NOT_IN_SCOPE = ("cmrt:1", "cmrt:2")
"""Questions whose "No" says that a mineral is not in the company's products (not used; does not remain)."""


@dataclass(frozen=True)
class Chain:
    """The links of one mineral between places 0..n-1.

    ``node[p]`` is the graph node of place p; the first ``companies`` places are companies, the others smelters.
    Links are ordered by (tail, head): ``head[indptr[p]:indptr[p + 1]]`` are the upstream places of p.
    ``kind`` tells BUYS_FROM (0) from DECLARES (1); ``share`` is what documents give, NaN where none does,
    scaled where a company's shares add up to more than 1. ``claims`` lists per link the positions of its
    claims in the edge table of its kind: those of link i are ``claims[claim_start[i]:claim_start[i + 1]]``.
    """

    mineral: str
    node: Ints
    companies: int
    indptr: npt.NDArray[np.int64]
    tail: Ints
    head: Ints
    kind: npt.NDArray[np.int8]
    share: Floats
    claim_start: npt.NDArray[np.int64]
    claims: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.node)

    @classmethod
    def from_links(
        cls,
        mineral: str,
        node: Ints,
        companies: int,
        tail: Ints,
        head: Ints,
        share: Floats,
        claim: npt.NDArray[np.int64] | None = None,
    ) -> Chain:
        """Build from links in any order; equal (tail, head) become one link whose shares are those of the first.

        The kind of a link follows from its head: a smelter is declared, a company is bought from.
        """
        claim = np.arange(len(tail), dtype=np.int64) if claim is None else claim
        order = np.lexsort((np.arange(len(tail)), head, tail))
        tail, head, share, claim = tail[order], head[order], share[order], claim[order]
        first = np.ones(len(tail), np.bool_)
        first[1:] = (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])
        claim_start = np.append(np.flatnonzero(first), len(tail)).astype(np.int64)
        tail, head, share = tail[first], head[first], share[first]
        indptr = np.searchsorted(tail, np.arange(len(node) + 1)).astype(np.int64)
        given = np.bincount(tail, np.nan_to_num(share), minlength=len(node))
        share = share / np.maximum(given, 1.0)[tail]
        kind = (head >= companies).astype(np.int8)
        return cls(mineral, node, companies, indptr, tail, head, kind, share, claim_start, claim)

    def place(self, graph_node: int) -> int | None:
        """The place of a graph node, or None if it has no part in this chain."""
        for low, high in ((0, self.companies), (self.companies, len(self.node))):
            found = low + int(np.searchsorted(self.node[low:high], graph_node))
            if found < high and self.node[found] == graph_node:
                return found
        return None

    def receipts(self, graph: SupplyGraph, link: int) -> list[Receipt]:
        """Where the claims of a link stand; first the one that counts, by which the link has its share.

        That is one that gives a share, then one that names the mineral, then the latest.
        """
        edge_type = _TYPES[self.kind[link]]
        table, positions = graph.table(edge_type), self.claims[self.claim_start[link] : self.claim_start[link + 1]]
        gives = ~np.isnan(table.values("share")[positions]) if edge_type == "BUYS_FROM" else np.zeros(len(positions))
        order = np.lexsort((-graph.recency[table.source[positions]], table.mineral[positions] < 0, -gives.astype(int)))
        return [graph.receipt(edge_type, int(position)) for position in positions[order]]

    @cached_property
    def out_degree(self) -> npt.NDArray[np.int64]:
        """Links per place."""
        return np.diff(self.indptr)


def mineral_chain(graph: SupplyGraph, mineral: str) -> Chain:
    """The chain of ``mineral`` in ``graph``.

    A purchase that names no mineral carries every mineral, except to a company that answers that the mineral is
    not in its products and declares no smelter of it; the shares of what remains are scaled up accordingly.
    Of several shares given for one link the one that names the mineral wins, then the latest document; rows of
    one document add up. A purchase from oneself is left out (METHOD section 4).
    """
    code = mineral_code(mineral)
    buys, declares = graph.table("BUYS_FROM"), graph.table("DECLARES")
    companies = graph.of_label("Company")
    declared = np.flatnonzero(declares.mineral == code)
    smelters = np.unique(declares.head[declared]).astype(np.int32)
    node = np.concatenate([companies, smelters])
    place = np.full(len(graph), -1, np.int32)
    place[companies] = np.arange(len(companies), dtype=np.int32)
    place[smelters] = len(companies) + np.arange(len(smelters), dtype=np.int32)

    bought = np.flatnonzero(((buys.mineral == code) | (buys.mineral < 0)) & (buys.tail != buys.head))
    outside = out_of_scope(graph, code)
    carried = (buys.mineral[bought] == code) | ~outside[buys.head[bought]]
    share = _stated_shares(graph, bought)
    lost = np.zeros(len(graph))
    np.add.at(lost, buys.tail[bought[~carried]], np.nan_to_num(share[~carried]))
    bought, share = bought[carried], share[carried]
    share = np.minimum(share / np.maximum(1.0 - lost[buys.tail[bought]], 1e-12), 1.0)

    return Chain.from_links(
        mineral,
        node,
        len(companies),
        np.concatenate([place[buys.tail[bought]], place[declares.tail[declared]]]),
        np.concatenate([place[buys.head[bought]], place[declares.head[declared]]]),
        np.concatenate([share, np.full(len(declared), np.nan)]),
        np.concatenate([bought, declared]).astype(np.int64),
    )


def _stated_shares(graph: SupplyGraph, bought: npt.NDArray[np.intp]) -> Floats:
    """For each of these purchase claims the share that its (buyer, seller) pair has, NaN if none is given."""
    buys = graph.table("BUYS_FROM")
    share = buys.values("share")[bought]
    out = np.full(len(bought), np.nan)
    given = np.flatnonzero(~np.isnan(share))
    if not len(given):
        return out
    tail, head = buys.tail[bought], buys.head[bought]
    pair = tail.astype(np.int64) * len(graph) + head
    when = graph.recency[buys.source[bought]]
    names = buys.mineral[bought] >= 0
    ranked = given[np.lexsort((when[given], names[given], pair[given]))]
    last = np.append(pair[ranked][1:] != pair[ranked][:-1], True)
    best = ranked[last]  # per pair: names the mineral, latest document
    index = np.searchsorted(pair[best], pair[given])
    same = (when[given] == when[best][index]) & (names[given] == names[best][index])
    total = np.bincount(index[same], share[given][same], minlength=len(best))
    where = np.minimum(np.searchsorted(pair[best], pair), len(best) - 1)
    hit = pair[best][where] == pair
    out[hit] = np.minimum(total, 1.0)[where[hit]]
    return out


def out_of_scope(graph: SupplyGraph, code: int) -> npt.NDArray[np.bool_]:
    """For each node whether it is a company that says it has none of this mineral and declares no smelter of it."""
    answered, declares = graph.table("ANSWERED"), graph.table("DECLARES")
    outside = np.zeros(len(graph), np.bool_)
    questions = [q for q in (graph.node("Question", name) for name in _NOT_IN_SCOPE) if q is not None]
    about = np.flatnonzero(np.isin(answered.head, questions) & (answered.mineral == code))
    answers = answered.text("answer")
    outside[[answered.tail[i] for i in about.tolist() if answers[i].casefold() == "no"]] = True
    outside[declares.tail[declares.mineral == code]] = False
    return outside
