"""The chain of one mineral: who buys from whom and who declares which smelter, as arrays.

Everything about exposure, reach, paths and structure runs on a ``Chain``. Its places are all companies of the
graph, then the smelters of the mineral. Several claims of the same link (two documents, two rows) are one link
that keeps all its claims.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import numpy.typing as npt

from graphmap import schema
from graphmap.analysis.dates import known_on
from graphmap.graph import Floats, Ints, Receipt, SupplyGraph, mineral_code, ranges

BUYS_FROM, DECLARES = 0, 1
_TYPES = ("BUYS_FROM", "DECLARES")

_NOT_IN_SCOPE = ("cmrt:1", "cmrt:2")
"""Questions whose "No" says that a mineral is not in the company's products (not used; does not remain)."""

_RESPONSE_RATE, _ALL_IDENTIFIED = ("cmrt:6",), ("cmrt:7",)
"""Questions on whether a list is the whole chain: have all suppliers answered, are all smelters identified."""

_NO, _YES, _ALL, _BLANK = {"no"}, {"yes"}, {"100%", "1", "1.0"}, {""}

_ROUNDING = 1e-12
"""Shares that sum to 1 but for this leave nothing."""

Mask = npt.NDArray[np.bool_]
Positions = npt.NDArray[np.integer]


@dataclass(frozen=True)
class Chain:
    """The links of one mineral between places 0..n-1.

    ``node[p]`` is the graph node of place p; the first ``companies`` places are companies, the others smelters.
    Links are ordered by (tail, head): ``head[indptr[p]:indptr[p + 1]]`` are the upstream places of p.
    ``kind`` tells BUYS_FROM (0) from DECLARES (1). ``stated`` is the share that documents give, NaN where none does;
    ``share`` is the same after what METHOD section 4 takes off and divides by. ``claims`` lists per link the positions
    of its claims in the edge table of its kind: those of link i are ``claims[claim_start[i]:claim_start[i + 1]]``.

    Per place: ``unidentified`` entries are declared but name no smelter; ``whole`` companies say that their list is
    the whole chain; ``outside`` companies have none of the mineral.
    """

    mineral: str
    node: Ints
    companies: int
    indptr: npt.NDArray[np.int64]
    tail: Ints
    head: Ints
    kind: npt.NDArray[np.int8]
    share: Floats
    stated: Floats
    claim_start: npt.NDArray[np.int64]
    claims: npt.NDArray[np.int64]
    unidentified: Mask
    whole: Mask
    outside: Mask

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
        *,
        lost: Floats | None = None,
        claim: npt.NDArray[np.int64] | None = None,
        unidentified: Mask | None = None,
        whole: Mask | None = None,
        outside: Mask | None = None,
    ) -> Chain:
        """Build from links in any order; equal (tail, head) become one link whose shares are those of the first.

        The kind of a link follows from its head: a smelter is declared, a company is bought from. ``lost`` is per
        place what the purchases that are left out state: it is taken off the whole, and what remains is divided by
        what is left, and by its sum where that is more than 1. The masks are per place, by default all false.
        """
        claim = np.arange(len(tail), dtype=np.int64) if claim is None else claim
        order = np.lexsort((np.arange(len(tail)), head, tail))
        tail, head, stated, claim = tail[order], head[order], share[order], claim[order]
        first = np.ones(len(tail), np.bool_)
        first[1:] = (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])
        claim_start = np.append(np.flatnonzero(first), len(tail)).astype(np.int64)
        tail, head, stated = tail[first], head[first], stated[first]
        indptr = np.searchsorted(tail, np.arange(len(node) + 1)).astype(np.int64)
        share = stated if lost is None else stated / np.maximum(1.0 - lost, _ROUNDING)[tail]
        share = share / np.maximum(np.bincount(tail, np.nan_to_num(share), minlength=len(node)), 1.0)[tail]
        kind = (head >= companies).astype(np.int8)
        none = np.zeros(len(node), np.bool_)
        masks = (none if mask is None else mask for mask in (unidentified, whole, outside))
        return cls(mineral, node, companies, indptr, tail, head, kind, share, stated, claim_start, claim, *masks)

    @property
    def scaled(self) -> Mask:
        """For each link whether it carries another share than documents state."""
        scaled: Mask = np.abs(self.share - self.stated) > _ROUNDING  # NaN is not
        return scaled

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


def mineral_chain(graph: SupplyGraph, mineral: str, as_of: date | None = None) -> Chain:
    """The chain of ``mineral`` in ``graph`` (METHOD section 4, purchases).

    All rows of one (buyer, seller) pair are one link. A purchase that names no mineral carries every mineral. A pair
    is left out if the seller has none of the mineral, unless a row of the pair names it; what the pairs left out state
    is taken off the whole, once each. A purchase from oneself is left out. ``as_of`` is the day whose answers count.
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
    pairs, pair = np.unique(buys.tail[bought].astype(np.int64) * len(graph) + buys.head[bought], return_inverse=True)
    names_it = np.bincount(pair, buys.mineral[bought] == code, len(pairs)) > 0
    stated = _stated_shares(graph, bought, pair, len(pairs))
    declaring = np.zeros(len(graph), np.bool_)
    declaring[declares.tail[declared]] = True
    buyer, seller = pairs // max(len(graph), 1), pairs % max(len(graph), 1)
    outside = out_of_scope(graph, code)
    lost = _leave_out(buyer, seller, np.where(names_it, 0.0, np.nan_to_num(stated)), names_it, outside, declaring)

    kept = (names_it | ~outside[seller])[pair]
    bought, pair = bought[kept], pair[kept]
    unidentified = np.zeros(len(node), np.bool_)
    unidentified[len(companies) :] = [graph.ids[i].startswith(schema.UNIDENTIFIED) for i in smelters.tolist()]
    return Chain.from_links(
        mineral,
        node,
        len(companies),
        np.concatenate([place[buys.tail[bought]], place[declares.tail[declared]]]),
        np.concatenate([place[buys.head[bought]], place[declares.head[declared]]]),
        np.concatenate([stated[pair], np.full(len(declared), np.nan)]),
        lost=lost[node],
        claim=np.concatenate([bought, declared]).astype(np.int64),
        unidentified=unidentified,
        whole=says_whole(graph, mineral, as_of)[node],
        outside=outside[node],
    )


def _stated_shares(graph: SupplyGraph, bought: Positions, pair: Positions, pairs: int) -> Floats:
    """For each (buyer, seller) pair the share that documents give it, NaN if none does.

    ``pair`` numbers the pair of each claim ``bought``. Rows that name the mineral win over rows that name none, then
    the latest document; its rows add up, at most to 1. A row without a share overrides none.
    """
    buys = graph.table("BUYS_FROM")
    share = buys.values("share")[bought]
    out = np.full(pairs, np.nan)
    given = np.flatnonzero(~np.isnan(share))
    if not len(given):
        return out
    when, names_it = graph.recency[buys.source[bought]], buys.mineral[bought] >= 0
    ranked = given[np.lexsort((when[given], names_it[given], pair[given]))]
    best = np.full(pairs, -1)
    best[pair[ranked]] = ranked  # the last one of a pair stays
    counted = best[pair[given]]
    same = given[(when[given] == when[counted]) & (names_it[given] == names_it[counted])]
    total = np.bincount(pair[same], share[same], pairs)
    return np.where(best >= 0, np.minimum(total, 1.0), out)


def out_of_scope(graph: SupplyGraph, code: int) -> Mask:
    """For each node whether it is a company that says it has none of this mineral and declares no smelter of it."""
    answered, declares = graph.table("ANSWERED"), graph.table("DECLARES")
    outside = np.zeros(len(graph), np.bool_)
    about = _about(graph, _NOT_IN_SCOPE) & (answered.mineral == code)
    outside[answered.tail[about & _words(graph, _NO)]] = True
    outside[declares.tail[declares.mineral == code]] = False
    return outside


def says_whole(graph: SupplyGraph, mineral: str, as_of: date | None = None) -> Mask:
    """For each node whether it is a company that says its smelter list is the whole chain of the mineral.

    That is: all smelters are identified, and all suppliers have answered. Every current document that answers must
    say so; one that does not ask leaves the list open (METHOD section 4).
    """
    answered, whole = graph.table("ANSWERED"), np.ones(len(graph), np.bool_)
    known = known_on(graph, answered, as_of, mineral)
    for questions, answers in ((_ALL_IDENTIFIED, _YES), (_RESPONSE_RATE, _ALL)):
        about, fits = known & _about(graph, questions), _words(graph, answers)
        says, denies = np.zeros(len(graph), np.bool_), np.zeros(len(graph), np.bool_)
        says[answered.tail[about & fits]] = True
        denies[answered.tail[about & ~fits & ~_words(graph, _BLANK)]] = True
        whole &= says & ~denies
    return whole


def _about(graph: SupplyGraph, questions: Collection[str]) -> Mask:
    """For each answer whether it is one to any of these questions."""
    heads = [node for name in questions if (node := graph.node("Question", name)) is not None]
    about: Mask = np.isin(graph.table("ANSWERED").head, heads)
    return about


def _words(graph: SupplyGraph, wanted: Collection[str]) -> Mask:
    """For each answer whether it is any of these words, whatever its case and blanks."""
    answers = graph.table("ANSWERED").text("answer")
    fits = np.array(["".join(word.split()).casefold() in wanted for word in answers.vocabulary], np.bool_)
    mask: Mask = fits[answers.codes] if len(answers.codes) else np.zeros(0, np.bool_)
    return mask


def _leave_out(
    buyer: Positions, seller: Positions, stated: Floats, names_it: Mask, outside: Mask, declaring: Mask
) -> Floats:
    """What the pairs left out state, per node; ``outside`` gains the companies that therefore have none themselves.

    A company that declares nothing and whose pairs left out state 1 or more has none of the mineral, and the pairs
    that buy from it are left out in turn.
    """
    lost = np.zeros(len(outside))
    order = np.argsort(seller, kind="stable")
    start = np.searchsorted(seller[order], np.arange(len(outside) + 1))
    front: Positions = np.flatnonzero(outside)
    while len(front):
        met = order[ranges(start[front], start[front + 1] - start[front])]
        met = met[~names_it[met]]
        np.add.at(lost, buyer[met], stated[met])
        buyers = np.unique(buyer[met])
        front = buyers[(lost[buyers] >= 1.0 - _ROUNDING) & ~declaring[buyers] & ~outside[buyers]]
        outside[front] = True
    return lost
