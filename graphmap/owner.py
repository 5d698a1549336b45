"""The company that the user reports for, and the direct suppliers that follow from declarations alone.

Who has no list of purchases yet says once "we are Our Company" (``graphmap load FOLDER --for "Our Company"``). The
store keeps this as a small document of the kind ``owner`` with one claim: that company is a brand. Whenever the graph
is read, each company that declares and that nobody buys from is read as a direct supplier of the owner, its share
unknown. These purchases are not kept: they change with the documents, and say in their receipts that they are assumed.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from graphmap import names, schema, wording
from graphmap.errors import GraphmapError
from graphmap.graph import Column, EdgeTable, Ints, SupplyGraph, Texts
from graphmap.records import Batch, Edge, Node, Source

KIND = "owner"
"""The kind of the document that says who the owner is. A purchase that comes from such a document is assumed."""

ASSUMED = "assumed: no purchase list names this supplier"
"""What stands in a receipt in place of the cell."""

_SERIES = "owner"
"""There is one owner: of several such documents one counts."""

_ROW = "load --for"
_COMPANY = "company"
"""The fact of the document that holds the name or id as it was given."""

_SCHEMED = re.compile(r"(?:DUNS|LEI):\S+")
_LONGEST = 300
"""Characters of a company's name or id."""

_LISTED = 5
"""How many companies a sentence names."""


def owner_document(given: str) -> Batch:
    """The document that says: we are the company of this name or id. The same text gives the same document.

    Raises ``GraphmapError`` for a text without any visible sign, and for one that is no name by its length.
    """
    text = wording.clean(" ".join(given.split())).strip()
    if not text:
        raise GraphmapError("The name after --for is empty.", 'Write the name of your company: --for "Our Company".')
    if len(text) > _LONGEST:
        raise GraphmapError(f"The name after --for has {len(text):,} characters.", f"Give at most {_LONGEST}.")
    company = Node("Company", text if _SCHEMED.fullmatch(text) else names.company_key(text), text)
    brand = Node("Role", "brand", "brand")
    source = Source(
        id=hashlib.sha256(f"graphmap {KIND}\0{text}".encode()).hexdigest(),
        kind=KIND,
        series=_SERIES,
        title=f"The company you report for: {text}",
        file=f"for {text}",
        facts={_COMPANY: text},
        counts={"rows": 0, "used": 0, "unused": 0, "claims": 1},
    )
    return Batch(source, (company, brand), (Edge("HAS_ROLE", company, brand, _ROW),), ())


def given_name(source: Source) -> str:
    """The name or id of the owner as the user gave it."""
    return source.facts.get(_COMPANY, "") or source.title


# ---- in the graph ---------------------------------------------------------------------------------------------


class Owner(NamedTuple):
    """The company that the user reports for: its node, and the place of its document among the sources."""

    node: int
    source: int


def owner_of(graph: SupplyGraph) -> Owner | None:
    """The company that the user reports for; None where nobody said so."""
    roles, brand = graph.table("HAS_ROLE"), graph.node("Role", "brand")
    documents = [i for i, source in enumerate(graph.sources) if source.kind == KIND]
    if not documents or brand is None:
        return None
    found = np.flatnonzero(np.isin(roles.source, documents) & (roles.head == brand))
    return Owner(int(roles.tail[found[0]]), int(roles.source[found[0]])) if len(found) else None


def assumed_suppliers(graph: SupplyGraph) -> Ints:
    """The companies (graph nodes) that are read as direct suppliers of the owner only because they declare."""
    owner, buys = owner_of(graph), graph.table("BUYS_FROM")
    return np.unique(buys.head[buys.source == owner.source]) if owner else np.zeros(0, np.int32)


def with_assumed(graph: SupplyGraph) -> SupplyGraph:
    """The graph with what follows from its owner, if it has one: its assumed purchases.

    The owner buys from each company that declares or answers, that nobody else buys from, and that no list calls a
    brand; the mineral and the share are unknown. A name that nobody bears may be the id of a company, which is read
    as the owner then.
    """
    found = owner_of(graph)
    if found is None:
        return graph
    owner, source = found
    roles, buys, brand = graph.table("HAS_ROLE"), graph.table("BUYS_FROM"), graph.node("Role", "brand")
    canonical = graph.canonical
    by_id = graph.node("Company", given_name(graph.sources[source]))
    if by_id is not None and by_id != owner and not _is_known(graph, owner, source):
        canonical = canonical.copy()
        canonical[owner], owner = by_id, by_id
        roles = _in_order(replace(roles, tail=canonical[roles.tail]))
    declaring = np.union1d(graph.table("DECLARES").tail, graph.table("ANSWERED").tail)
    others = (buys.head[buys.tail != buys.head], roles.tail[roles.head == brand], [owner])
    suppliers = np.setdiff1d(declaring, np.concatenate(others)).astype(np.int32)
    tables = {**graph.edges, "HAS_ROLE": roles}
    if len(suppliers):
        tables["BUYS_FROM"] = _in_order(_with_purchases(buys, owner, suppliers, source))
    ordered = {name: tables[name] for name in schema.EDGES if name in tables}
    return SupplyGraph(graph.sources, graph.label, graph.ids, graph.names, canonical, ordered)


def _with_purchases(table: EdgeTable, owner: int, suppliers: Ints, source: int) -> EdgeTable:
    """Purchases of the owner from these suppliers, behind those that are there."""
    count = len(suppliers)
    properties: dict[str, Texts | Column] = {
        name: _extended(column, "", count) if isinstance(column, Texts) else np.append(column, np.full(count, np.nan))
        for name, column in table.properties.items()  # texts and numbers
    }
    return EdgeTable(
        np.append(table.tail, np.full(count, owner, np.int32)),
        np.append(table.head, suppliers),
        np.append(table.mineral, np.full(count, -1, np.int8)),
        np.append(table.source, np.full(count, source, np.int32)),
        _extended(table.row, ASSUMED, count),
        properties,
    )


def _extended(column: Texts, text: str, count: int) -> Texts:
    words = column.vocabulary
    codes = np.concatenate([column.codes, np.full(count, len(words), np.int32)])
    return Texts.of_vocabulary(codes.astype(np.int32), [*words, text]).tidy()


def _in_order(table: EdgeTable) -> EdgeTable:
    """The claims in the order that ``SupplyGraph`` has; equal ones stay as they are."""
    return table.take(np.lexsort((table.row.codes, table.source, table.mineral, table.head, table.tail)))


# ---- in words -------------------------------------------------------------------------------------------------


def notes_of(graph: SupplyGraph) -> tuple[str, ...]:
    """What the user should know of assumed suppliers before reading any figure, a sentence each."""
    owner, count = owner_of(graph), len(assumed_suppliers(graph))
    if owner is None or not count:
        return ()
    name = graph.names[owner.node]
    if count == 1:
        told = (
            f"1 direct supplier of {name} is assumed: it declares, and no purchase list names it. Its share is unknown."
        )
    else:
        told = f"{count:,} direct suppliers of {name} are assumed: they declare, and no purchase list names them. "
        told += "Their shares are unknown."
    return (f"{told} A purchase list would add who buys from whom, which mineral, and how much.",)


class Meaning(NamedTuple):
    """Which company the owner's name means: its id and name, whether any other document knows it, and if not, which
    companies its name is most like, or several of which it is the name."""

    id: str
    name: str
    known: bool
    nearest: tuple[str, ...] = ()


def meaning_of(graph: SupplyGraph) -> Meaning | None:
    """Which company the owner of the graph is; None where there is no owner."""
    found = owner_of(graph)
    if found is None:
        return None
    owner, source = found
    if _is_known(graph, owner, source):
        return Meaning(graph.ids[owner], graph.names[owner], known=True)
    given = given_name(graph.sources[source])
    companies = [int(node) for node in graph.of_label("Company") if node != owner]
    wanted = names.normalise(given)
    near = [node for node in companies if names.normalise(graph.names[node]) == wanted]
    if not near:
        like = names.closest(given, {graph.names[node] for node in companies}, _LISTED)
        near = [node for name in like for node in companies if graph.names[node] == name]
    told = tuple(wording.label(graph.names[node], graph.ids[node]) for node in near[:_LISTED])
    return Meaning(graph.ids[owner], graph.names[owner], known=False, nearest=told)


def _is_known(graph: SupplyGraph, owner: int, source: int) -> bool:
    """Whether a document other than the owner's own says anything of the owner.

    That somebody else bears its name, too, says nothing of it.
    """
    return owner in graph.merges or any(
        bool(np.any((table.source != source) & (end == owner)))
        for name, table in graph.edges.items()
        if name != "SAME_AS"
        for end in (table.tail, table.head)
    )


def sentences(graph: SupplyGraph, former: Sequence[str] = ()) -> tuple[str, ...]:
    """What a load says of the owner; ``former`` are names that were given before and are replaced."""
    meaning = meaning_of(graph)
    if meaning is None:
        return ()
    change = f", no longer for {wording.listed(former)}" if former else ""
    out = [f"You report for {wording.label(meaning.name, meaning.id)}{change}".removesuffix(".") + "."]
    if not meaning.known:
        near = f" Nearest: {'; '.join(meaning.nearest).removesuffix('.')}." if meaning.nearest else ""
        out.append(f"No document names {meaning.name!r}, so it counts as a company of its own.{near}")
    return (*out, *notes_of(graph))
