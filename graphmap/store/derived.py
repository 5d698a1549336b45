"""What follows from several documents, kept on the server so that its graph reads well without graphmap.

Names, tiers and roles of nodes; who is read as whom: claims are drawn between the nodes that stand for others and
remember how they were written; what the company that the user reports for is assumed to buy. All of it can be made
again at any time; ``graph()`` uses none of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from graphmap import owner, schema
from graphmap.graph import SupplyGraph
from graphmap.store import cypher
from graphmap.store.columns import CHUNK
from graphmap.tiers import tiers

if TYPE_CHECKING:  # files for an import (``bulk``) are made without the driver
    import neo4j

    from graphmap.store.connection import Connection

_ROWS = 5_000
"""Rows that are changed in one transaction."""


class Assumed(NamedTuple):
    """A purchase that no document names: the keys of buyer and seller, and the document that it follows from."""

    tail: str
    head: str
    source: str
    file: str


class Told(NamedTuple):
    """What is derived of a node: its name, tier and role, and the key of the node that it is read as."""

    name: str
    tier: int | None = None
    read_as: str | None = None
    role: str = ""


@dataclass(frozen=True)
class Derived:
    """What is derived of each node of the current documents, by key.

    ``every`` are the keys that any document names, superseded ones included, with the name that the latest of these
    gives; ``assumed`` are purchases that no document names.
    """

    nodes: Mapping[str, Told]
    every: Mapping[str, str]
    assumed: Sequence[Assumed] = ()

    @classmethod
    def of(cls, graph: SupplyGraph, every: Mapping[str, str]) -> Derived:
        """Derive from a graph that holds at least purchases, roles and sameness."""
        keys = [cypher.key_of(graph.label_of(i), id_) for i, id_ in enumerate(graph.ids)]
        found = {}
        places = zip(keys, graph.names, tiers(graph).tolist(), graph.canonical.tolist(), strict=True)
        for i, (key, name, tier, canonical) in enumerate(places):
            if canonical != i:
                found[key] = Told(name, read_as=keys[canonical])
            elif tier < 0:
                found[key] = Told(name)
            else:
                found[key] = Told(name, tier, role=cypher.ROLES[min(tier, len(cypher.ROLES) - 1)])
        return cls(found, every, _assumed(graph, keys))


def _assumed(graph: SupplyGraph, keys: Sequence[str]) -> list[Assumed]:
    buyer = owner.owner_of(graph)
    if buyer is None:
        return []
    source, suppliers = graph.sources[buyer.source], owner.assumed_suppliers(graph).tolist()
    return [Assumed(keys[buyer.node], keys[head], source.id, source.file) for head in suppliers]


Step = tuple[str, str, Sequence[Any]]
"""A statement, the name of its parameter, and the rows for it."""

_DONE: Step = (cypher.SETTLED, "rows", [None])


def bring_up_to_date(server: Connection, derived: Derived, generation: int) -> bool:
    """Make the server say what is derived from its documents as of a generation.

    False if somebody wrote meanwhile: then something else may follow, and nothing wrong is left behind.
    """

    def plan(tx: neo4j.ManagedTransaction) -> list[Step]:
        there = {label: _nodes(tx, label) for label in schema.NODES}
        drop, draw = _assumed_anew(tx, derived)
        steps = [drop, *(step for label in cypher.MERGED for step in _redrawn(tx, label, there[label], derived)), draw]
        return steps + [step for label in schema.NODES for step in _changes(label, there[label], derived)]

    steps = [step for step in server.read(plan) if step[2]]
    return all(server.write(_guarded(some, generation)) for some in _in_portions([*steps, _DONE]))


def _assumed_anew(tx: neo4j.ManagedTransaction, derived: Derived) -> tuple[Step, Step]:
    """What is to be taken away and drawn so that the assumed purchases are as derived."""
    missing = {one[:3]: one for one in derived.assumed}
    there = [record.data() for record in tx.run(cypher.READ_ASSUMED, row=owner.ASSUMED)]
    wrong = [one for one in there if missing.pop((one["tail"], one["head"], one["source"]), None) is None]
    drawn = [{**one._asdict(), "row": owner.ASSUMED} for one in sorted(missing.values())]
    return (cypher.DROP_ASSUMED, "rows", wrong), (cypher.DRAW_ASSUMED, "rows", drawn)


def _nodes(tx: neo4j.ManagedTransaction, label: str) -> dict[str, Told]:
    """What the server says at present of our nodes of a label."""
    found = tx.run(cypher.read_nodes(label), roles=list(cypher.ROLES), most=CHUNK)
    return {
        key: Told(name, None if tier < 0 else tier, read_as or None, "+".join(sorted(roles)))
        for columns in found
        for key, name, tier, read_as, roles in zip(*columns, strict=True)
    }


def _changes(label: str, there: Mapping[str, Told], derived: Derived) -> Iterator[Step]:
    """What is to be done so that the nodes of a label are as derived."""
    rows, gone = defaultdict[str, list[dict[str, Any]]](list), []
    for key, now in sorted(there.items()):
        if key not in derived.every:
            gone.append(key)
            continue
        then = derived.nodes.get(key) or Told(derived.every[key])
        if now != then:
            rows[then.role].append({"key": key, "name": then.name, "tier": then.tier, "read_as": then.read_as})
    for role, some in sorted(rows.items()):
        yield cypher.set_nodes(label, role), "rows", some
    yield cypher.let_go(label), "keys", gone
    yield cypher.drop_nodes(label), "keys", gone


def _redrawn(tx: neo4j.ManagedTransaction, label: str, there: Mapping[str, Told], derived: Derived) -> list[Step]:
    """How claims are to be drawn anew between nodes that stand for others, or no longer do."""

    def standing_for(key: str) -> str:
        return (derived.nodes[key].read_as if key in derived.nodes else None) or key

    wanted = []
    for key, now in sorted(there.items()):
        if standing_for(key) != key:
            wanted.append({"at": key, "written": key})
        if now.read_as is not None and now.read_as != standing_for(key):
            wanted.append({"at": now.read_as, "written": key})
    if not wanted:
        return []
    found: dict[tuple[str, str, str], dict[str, Mapping[str, Any]]] = {}
    for record in tx.run(cypher.read_drawn(label), rows=wanted):
        written = [record["tail_key"] or record["tail"], record["head_key"] or record["head"]]
        drawn = [standing_for(key) for key in written]
        if drawn == [record["tail"], record["head"]]:
            continue
        kept = [key if key != at else None for key, at in zip(written, drawn, strict=True)]
        row = {"id": record["id"], "tail": drawn[0], "head": drawn[1], "tail_key": kept[0], "head_key": kept[1]}
        kind = (record["type"], cypher.label_of(drawn[0]), cypher.label_of(drawn[1]))
        found.setdefault(kind, {})[record["id"]] = row
    return [(cypher.redraw(*kind), "rows", list(rows.values())) for kind, rows in sorted(found.items())]


def _in_portions(steps: Iterable[Step]) -> Iterator[list[Step]]:
    """The steps in order, cut into portions of a bearable size."""
    portion: list[Step] = []
    room = _ROWS
    for statement, name, rows in steps:
        start = 0
        while start < len(rows):
            some = rows[start : start + room]
            portion.append((statement, name, some))
            start, room = start + len(some), room - len(some)
            if not room:
                yield portion
                portion, room = [], _ROWS
    if portion:
        yield portion


def _guarded(steps: Sequence[Step], generation: int) -> Callable[[neo4j.ManagedTransaction], bool]:
    """Do these steps if the documents are still those of this generation, and keep writers waiting meanwhile."""

    def work(tx: neo4j.ManagedTransaction) -> bool:
        if tx.run(cypher.HOLD).single(strict=True)["generation"] != generation:
            return False
        for statement, name, rows in steps:
            tx.run(statement, {name: rows}).consume()
        return True

    return work
