"""The Cypher of the store on a server, derived from the schema; and the way of a claim into properties and back.

Everything from a document goes in as a parameter. Labels, types and property names in the texts are the schema's.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from operator import itemgetter
from typing import Any, NamedTuple

from graphmap import schema
from graphmap.graph import mineral_code
from graphmap.records import Batch, Edge, Issue, Node, Source, Value
from graphmap.schema import EdgeType

FORMAT = 1
"""The layout of nodes and relationships, besides what follows from the schema."""

KEY = "graphmap_key"
"""The property by which a node is known to be ours: its label and id. Nodes of other applications lack it."""

DOCUMENT = "Document"
STORE = "GraphmapStore"
"""The one node that tells the state of the store. Whoever writes holds it, so that writers go one after the other."""

PAST = "PAST_"
"""How the type of a claim begins whose document is superseded, so that no question counts it by mistake."""

ROLES = ("Brand", "Supplier", "SubSupplier")
"""Labels of companies by their place in the chain: tier 0, tier 1, beyond."""

MERGED = ("Company", "Smelter", "Mine")
"""Labels whose nodes claims may call the same."""

LONGEST = 1000
"""Characters of an id that an index can hold for certain: range indexes take 8 kB (neo4j.com/docs, 5: Index types)."""


def key_of(label: str, id_: str) -> str:
    """What is unique to a node: "Label:id"; for an id that no index can hold, "Label#digest"."""
    if len(id_) <= LONGEST:
        return f"{label}:{id_}"
    return f"{label}#{hashlib.sha256(id_.encode()).hexdigest()}"


_LABEL = re.compile("[^:#]+")


def label_of(key: str) -> str:
    """The label in a key."""
    found = _LABEL.match(key)
    assert found is not None, key
    return found[0]


# ---- constraints and indexes ----------------------------------------------------------------------------------


class Index(NamedTuple):
    """What a store needs on one property of a label or, where ``edge``, of a type: an index, or uniqueness with it."""

    name: str
    of: str
    on: str
    edge: bool = False
    unique: bool = False

    @property
    def statement(self) -> str:
        """What makes it, if it is not there."""
        if self.unique:
            return f"CREATE CONSTRAINT {self.name} IF NOT EXISTS FOR (n:{self.of}) REQUIRE n.{self.on} IS UNIQUE"
        pattern = f"()-[n:{self.of}]-()" if self.edge else f"(n:{self.of})"
        return f"CREATE INDEX {self.name} IF NOT EXISTS FOR {pattern} ON (n.{self.on})"


def indexes() -> list[Index]:
    """What a database needs before the first document: uniqueness only, which Community knows, and indexes."""
    ours = (*schema.NODES, DOCUMENT, STORE)
    found = [Index(f"graphmap_{label.lower()}", label, KEY, unique=True) for label in ours]
    found += [Index(f"graphmap_{label.lower()}_id", label, "id") for label in schema.NODES]
    found.append(Index("graphmap_series", DOCUMENT, "series_key"))
    found.append(Index("graphmap_assumed", "BUYS_FROM", "assumed", edge=True))
    types = [type_ for name in schema.EDGES for type_ in (name, PAST + name)]
    return found + [Index(f"graphmap_{type_.lower()}_source", type_, "source", edge=True) for type_ in types]


def preparations() -> list[str]:
    """The statements that make all indexes."""
    return [index.statement for index in indexes()]


FIND_INDEXES = """
SHOW INDEXES YIELD type, entityType, labelsOrTypes, properties, owningConstraint WHERE type = 'RANGE'
RETURN labelsOrTypes AS of, properties AS on, entityType = 'RELATIONSHIP' AS edge,
       owningConstraint IS NOT NULL AS unique
"""


def missing(found: Iterable[Mapping[str, Any]]) -> Index | None:
    """The first index that is not among those ``FIND_INDEXES`` found: something else bears its name."""
    there = {(*one["of"], *one["on"], one["edge"], one["unique"]) for one in found}
    return next((index for index in indexes() if tuple(index[1:]) not in there), None)


def description() -> str:
    """What the server's graph depends on: labels, minerals, types and their properties; sorted, as JSON."""
    edges = {name: sorted((key, kind.__name__) for key, kind in edge.properties.items())
             for name, edge in schema.EDGES.items()}  # fmt: skip
    return json.dumps({"labels": sorted(schema.NODES), "minerals": sorted(schema.MINERALS), "edges": edges})


def unknown_to_us(known: str) -> bool:
    """Whether a description holds what this version of graphmap does not know."""
    then, now = json.loads(known), json.loads(description())
    parts = [set(then[name]) - set(now[name]) for name in ("labels", "minerals", "edges")]
    lost = [
        pair for name, pairs in then["edges"].items() for pair in pairs if pair not in now["edges"].get(name, [pair])
    ]
    return any(parts) or bool(lost)


# ---- one statement for each thing to do ------------------------------------------------------------------------

_ONCE = "CYPHER replan=skip"
"""Plan a statement once, whatever the database grows to: it finds everything by index and has no other way to go.

Without it a server plans most statements of a load again as the database grows: loads of the sample campaign took 6.2
to 13.1 s after the first, with it 4.5 to 9.2 s (four each, 2026-11-26, other work on the machine).
"""

FIND_STORE = f"MATCH (m:{STORE} {{{KEY}: '{STORE}'}}) RETURN m{{.*}} AS store"
MAKE_STORE = f"""
MERGE (m:{STORE} {{{KEY}: '{STORE}'}})
ON CREATE SET m.name = 'graphmap', m.generation = 0, m.state = $state, m.settled = 0, m.id = $id
SET m.schema = $schema, m.format = $format
"""
HOLD = f"MATCH (m:{STORE} {{{KEY}: '{STORE}'}}) SET m.held = true REMOVE m.held RETURN m.generation AS generation"
"""Wait until nobody else writes, and keep others waiting until this transaction ends."""
_BUMP = f"MATCH (m:{STORE} {{{KEY}: '{STORE}'}}) SET m.generation = m.generation + 1, m.state = $state"
BUMP = f"{_BUMP} RETURN m.generation AS generation"
SETTLED = f"MATCH (m:{STORE} {{{KEY}: '{STORE}'}}) SET m.settled = m.generation"

_FIND = f"MATCH (d:{DOCUMENT}) WHERE d.{KEY} IN $keys OR d.series_key IN $series"
_FOUND = """d{.id, .series, .series_key, .title, .file, .modified, .digest, .current, .claim_types, .claim_counts,
          as_of: toString(d.as_of)}"""
FIND_DOCUMENTS = f"{_FIND} RETURN {_FOUND} AS document"
BEGIN = f"""{_ONCE}
{_BUMP} WITH m.generation AS generation
OPTIONAL {_FIND} RETURN generation, collect({_FOUND}) AS documents
"""
"""Whoever writes begins with this: wait for the others, then find the documents and those of their series."""
WRITE_DOCUMENTS = f"{_ONCE} UNWIND $documents AS given MERGE (d:{DOCUMENT} {{{KEY}: given.{KEY}}}) SET d = given"
MARK_DOCUMENT = f"""
MATCH (d:{DOCUMENT} {{{KEY}: $key}}) SET d.current = ($by IS NULL), d.superseded_by = $by
"""
FIND_KIND = f"MATCH (d:{DOCUMENT}) WHERE d.{KEY} STARTS WITH '{DOCUMENT}:' AND d.kind = $kind RETURN d.id LIMIT 1"
DROP_DOCUMENT = f"MATCH (d:{DOCUMENT} {{{KEY}: $key}}) DETACH DELETE d"

READ_SOURCES = f"""
MATCH (d:{DOCUMENT}) WHERE d.{KEY} STARTS WITH '{DOCUMENT}:'
RETURN d{{.id, .kind, .series, .title, .file, .modified, .fact_names, .fact_values, .count_names, .count_values,
         .claim_types, .claim_counts, .current, as_of: toString(d.as_of)}} AS document ORDER BY d.id
"""
READ_ISSUES = f"""
MATCH (d:{DOCUMENT}) WHERE d.{KEY} STARTS WITH '{DOCUMENT}:' AND size(d.issue_row) > 0
RETURN d.id AS id, d.issue_severity AS severity, d.issue_row AS row, d.issue_message AS message,
       d.issue_value AS value, d.issue_cure AS cure
"""
READ_NAMED = f"""
UNWIND $keys AS key MATCH (d:{DOCUMENT} {{{KEY}: key}})
RETURN d.id AS id, d.named_keys AS keys, d.named_names AS names, d.long_ids AS long_ids
"""
READ_ALL_NAMED = f"""
MATCH (d:{DOCUMENT}) WHERE d.{KEY} STARTS WITH '{DOCUMENT}:'
WITH d ORDER BY coalesce(toString(d.as_of), ''), d.modified, d.id
RETURN d.named_keys AS keys, CASE WHEN d.current THEN null ELSE d.named_names END AS names, d.long_ids AS long_ids
"""


def drop_claims(type_: str) -> str:
    """Delete the claims of a type that some documents made."""
    return f"MATCH ()-[e:{type_}]->() WHERE e.source IN $sources DELETE e"


def move_claims(old: str, new: str) -> str:
    """Give the claims of a document another type: current ones become past, or past ones current."""
    return f"MATCH (a)-[e:{old} {{source: $source}}]->(b) CREATE (a)-[f:{new}]->(b) SET f = properties(e) DELETE e"


def merge_nodes(label: str) -> str:
    """Make the nodes of a label be there."""
    return f"{_ONCE} UNWIND $rows AS r MERGE (n:{label} {{{KEY}: r.key}}) ON CREATE SET n.id = r.id, n.name = r.name"


Kind = tuple[str, str, str]
"""What claims are drawn in one go: their type and the labels of their tails and heads."""


def create_claims(kind: Kind, past: bool) -> str:
    """Draw the claims of some documents, grouped by tail, between nodes that are there.

    An end that is read as another node is drawn there and remembers how it was written.
    """
    type_, tail, head = kind
    merged = type_ != "SAME_AS"
    # Naming each property is faster than handing over a map of them; those that are null are left out.
    told = "".join(f"{name}: r[{i}], " for i, name in enumerate(claim_properties(schema.EDGES[type_]), 1))
    return f"""{_ONCE}
UNWIND $documents AS d UNWIND d.groups AS g {_end("a", tail, "g.tail", "d, g", merged)}
UNWIND g.rows AS r {_end("b", head, "r[0]", "d, a, a_key, r", merged)}
CREATE (a)-[:{PAST * past}{type_} {{{told}
  source: d.source, file: d.file, as_of: d.as_of, tail_key: a_key, head_key: b_key}}]->(b)
"""


def claim_properties(edge: EdgeType) -> dict[str, type]:
    """What a claim of a type says besides its ends, in the order of the rows of ``Packed.claims``."""
    return {"row": str, "mineral": str, **edge.properties}


def _end(name: str, label: str, key: str, kept: str, merged: bool) -> str:
    """Find the node of a label with a key; ``name_key`` is the key if another node stands for it, else null."""
    if not merged or label not in MERGED:
        return f"MATCH ({name}:{label} {{{KEY}: {key}}}) WITH {kept}, {name}, null AS {name}_key"
    return (
        f"MATCH (w:{label} {{{KEY}: {key}}}) OPTIONAL MATCH (c:{label} {{{KEY}: w.read_as}}) "
        f"WITH {kept}, coalesce(c, w) AS {name}, CASE WHEN c IS NULL THEN null ELSE {key} END AS {name}_key"
    )


def read_claims(edge: EdgeType, type_: str) -> str:
    """The claims of chunks of documents as columns; ``source`` is the place of the document in its chunk."""
    columns = ", ".join(f"collect({_readable(f'p.{name}', kind)}) AS {name}_" for name, kind in edge.properties.items())
    # The properties of a claim are fetched once: each e.name of its own would go through their chain again.
    return f"""
UNWIND $chunks AS sources
CALL (sources) {{
  UNWIND range(0, size(sources) - 1) AS i
  MATCH ()-[e:{type_}]->() WHERE e.source = sources[i]
  WITH collect([i, e]) AS found
  UNWIND range(0, size(found) - 1, $most) AS first
  UNWIND found[first..first + $most] AS one
  WITH first, one[0] AS i, properties(one[1]) AS p, startNode(one[1]).{KEY} AS tail, endNode(one[1]).{KEY} AS head
  RETURN first, collect(i) AS source, collect(coalesce(p.tail_key, tail)) AS tail,
         collect(coalesce(p.head_key, head)) AS head, collect(coalesce(p.mineral, '')) AS mineral,
         collect(p.row) AS row{", " + columns if columns else ""}
}}
RETURN *
"""


def _readable(value: str, kind: type) -> str:
    # A list that is collected leaves nulls out, so what is absent needs a value: "" and NaN.
    if kind is float:
        return f"coalesce({value}, 0.0/0.0)"
    return f"coalesce({value if kind is str else f'toString({value})'}, '')"


# ---- what follows from all documents ---------------------------------------------------------------------------


def read_nodes(label: str) -> str:
    """Our nodes of a label with all that is derived, in columns: ``$most`` nodes in a row."""
    roles = "[l IN labels(n) WHERE l IN $roles]" if label == "Company" else "[]"
    return f"""
MATCH (n:{label}) WHERE n.{KEY} STARTS WITH '{label}'
WITH collect(n) AS found
UNWIND range(0, size(found) - 1, $most) AS first
CALL (found, first) {{
  UNWIND found[first..first + $most] AS n
  RETURN collect(n.{KEY}) AS key, collect(coalesce(n.name, '')) AS name, collect(coalesce(n.tier, -1)) AS tier,
         collect(coalesce(n.read_as, '')) AS read_as, collect({roles}) AS roles
}}
RETURN key, name, tier, read_as, roles
"""


def set_nodes(label: str, role: str = "") -> str:
    """Bring names and tiers of nodes up to date; companies get a role label, if one is given, and lose all others."""
    roles = ""
    if label == "Company":
        roles = f"REMOVE n{''.join(f':{other}' for other in ROLES if other != role)} {f'SET n:{role}' if role else ''}"
    return f"""{_ONCE}
UNWIND $rows AS r MATCH (n:{label} {{{KEY}: r.key}})
SET n.name = r.name, n.tier = r.tier, n.read_as = r.read_as {roles}
"""


def let_go(label: str) -> str:
    """Take what is ours from nodes that no document names any more but another application holds on to."""
    roles = f" REMOVE n:{':'.join(ROLES)}" if label == "Company" else ""
    return f"""
UNWIND $keys AS key MATCH (n:{label} {{{KEY}: key}}) WHERE EXISTS {{ (n)--() }}
SET n.name = n.id, n.tier = null, n.read_as = null{roles}
"""


def drop_nodes(label: str) -> str:
    """Delete nodes that no document names any more and nothing holds on to."""
    return f"UNWIND $keys AS key MATCH (n:{label} {{{KEY}: key}}) WHERE NOT EXISTS {{ (n)--() }} DELETE n"


def read_drawn(label: str) -> str:
    """The claims at a node that is read as another, and those drawn at ``at`` for a node that was."""
    ours = sorted(type_ for name in schema.EDGES.keys() - {"SAME_AS"} for type_ in (name, PAST + name))
    return f"""
UNWIND $rows AS r
MATCH (n:{label} {{{KEY}: r.at}})-[e:{"|".join(ours)}]-()
WHERE (r.at = r.written OR e.tail_key = r.written OR e.head_key = r.written)
  AND e.assumed IS NULL
  AND EXISTS {{ MATCH (d:{DOCUMENT}) WHERE d.{KEY} = '{DOCUMENT}:' + e.source }}
RETURN DISTINCT elementId(e) AS id, type(e) AS type, startNode(e).{KEY} AS tail, endNode(e).{KEY} AS head,
       e.tail_key AS tail_key, e.head_key AS head_key
ORDER BY type, tail, head, id
"""


def redraw(type_: str, tail: str, head: str) -> str:
    """Draw claims between other nodes than before."""
    return f"""{_ONCE}
UNWIND $rows AS r
MATCH ()-[e:{type_}]->() WHERE elementId(e) = r.id
MATCH (a:{tail} {{{KEY}: r.tail}}) MATCH (b:{head} {{{KEY}: r.head}})
CREATE (a)-[f:{type_}]->(b)
SET f = properties(e), f.tail_key = r.tail_key, f.head_key = r.head_key
DELETE e
"""


READ_ASSUMED = f"""
MATCH (a:Company)-[e:BUYS_FROM {{assumed: true}}]->(b:Company) WHERE e.row = $row
RETURN elementId(e) AS id, a.{KEY} AS tail, b.{KEY} AS head, e.source AS source ORDER BY tail, head, id
"""
"""The purchases that follow from whom the store reports for; no document makes them, and no document counts them."""
DRAW_ASSUMED = f"""{_ONCE}
UNWIND $rows AS r MATCH (a:Company {{{KEY}: r.tail}}) MATCH (b:Company {{{KEY}: r.head}})
CREATE (a)-[:BUYS_FROM {{assumed: true, row: r.row, source: r.source, file: r.file}}]->(b)
"""
DROP_ASSUMED = f"{_ONCE} UNWIND $rows AS r MATCH ()-[e:BUYS_FROM]->() WHERE elementId(e) = r.id DELETE e"


# ---- a document as parameters ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Packed:
    """A document as parameters of statements.

    ``nodes`` are rows for ``merge_nodes`` by label; ``claims`` groups for ``create_claims`` by (type, tail label,
    head label), each row the key of the head and a value (or None) for each of ``claim_properties``; ``document`` are
    the properties of its node. Everything is sorted.
    """

    source: Source
    document: Mapping[str, Any]
    nodes: Mapping[str, Sequence[Mapping[str, Any]]]
    claims: Mapping[Kind, Sequence[Mapping[str, Any]]] = field(default_factory=dict)


def series_key(source: Source) -> str | None:
    """A series as an index can hold it; None for a document that has none."""
    return hashlib.sha256(source.series.encode("utf-8", "surrogatepass")).hexdigest() if source.series else None


def pack(batch: Batch) -> Packed:
    """A document as parameters. Raises ``KeyError`` for what the schema does not know."""
    names: dict[tuple[str, str], str] = {}
    nodes = {*batch.nodes, *(edge.tail for edge in batch.edges), *(edge.head for edge in batch.edges)}
    for label, id_, name in sorted(nodes):  # of several names the first in the alphabet
        names[schema.NODES[label].label, id_] = names.get((label, id_)) or name
    keys = {node: key_of(*node) for node in names}
    rows: dict[str, list[Mapping[str, Any]]] = {}
    for (label, id_), name in names.items():
        node = {"key": keys[label, id_], "id": id_[:LONGEST], "name": name or id_}
        rows.setdefault(label, []).append(node)
    groups: dict[Kind, dict[str, list[list[Value]]]] = {}
    counts: dict[str, int] = {}
    for edge in batch.edges:
        counts[edge.type] = counts.get(edge.type, 0) + 1
        ends = groups.setdefault((edge.type, edge.tail.label, edge.head.label), {})
        ends.setdefault(keys[edge.tail[:2]], []).append([keys[edge.head[:2]], *_told(edge)])
    source = batch.source
    columns = [[issue[i] for issue in batch.issues] for i in range(len(Issue._fields))]
    document = {
        KEY: key_of(DOCUMENT, source.id), "id": source.id, "kind": source.kind, "digest": batch.digest,
        "fact_names": sorted(source.facts), "fact_values": [source.facts[name] for name in sorted(source.facts)],
        "count_names": sorted(source.counts), "count_values": [source.counts[name] for name in sorted(source.counts)],
        "claim_types": sorted(counts), "claim_counts": [counts[name] for name in sorted(counts)],
        "named_keys": list(keys.values()), "named_names": list(names.values()),
        "long_ids": [id_ for _, id_ in names if len(id_) > LONGEST],
        **{f"issue_{name}": column for name, column in zip(Issue._fields, columns, strict=True)},
    }  # fmt: skip
    claims: dict[Kind, list[dict[str, Any]]] = {
        kind: [{"tail": tail, "rows": sorted(found, key=itemgetter(0))} for tail, found in sorted(ends.items())]
        for kind, ends in sorted(groups.items())
    }
    return Packed(source, document, dict(sorted(rows.items())), claims)


def about(source: Source) -> dict[str, Any]:
    """What may differ between copies of one document, as properties."""
    return {
        "name": source.file, "file": source.file, "title": source.title, "series": source.series,
        "series_key": series_key(source), "modified": source.modified, "as_of": day(source.as_of),
    }  # fmt: skip


def day(text: str) -> date | None:
    """A date as the server keeps it; a document without one has none."""
    return date.fromisoformat(text) if text else None


_NUMBERS = {name: {key: kind is float for key, kind in edge.properties.items()} for name, edge in schema.EDGES.items()}
"""The properties of each type of claim, in the order of its rows, and whether they are numbers."""


def _told(edge: Edge) -> list[Value]:
    """The values of ``claim_properties``, None where there is none; ``KeyError`` for what the schema does not know."""
    numbers, given = _NUMBERS[edge.type], edge.properties
    if unknown := given.keys() - numbers.keys():
        raise KeyError(min(unknown))
    mineral_code(edge.mineral)
    told: list[Value] = [edge.row, edge.mineral or None]
    for name, number in numbers.items():
        value = given.get(name)
        if value is None or value == "" or value != value:  # NaN
            told.append(None)
        else:
            told.append(float(value) if number else value)  # type: ignore[arg-type]
    return told


def source_of(document: Mapping[str, Any]) -> Source:
    """A document's node as a source."""
    facts = dict(zip(document["fact_names"], document["fact_values"], strict=True))
    counts = dict(zip(document["count_names"], document["count_values"], strict=True))
    names = ("id", "kind", "series", "title", "file", "modified")
    return Source(**{name: document[name] for name in names}, as_of=document["as_of"] or "", facts=facts, counts=counts)


def nodes_named(keys: Sequence[str], names: Sequence[str], long_ids: Iterable[str]) -> dict[str, Node]:
    """The nodes that a document names, by key."""
    long = iter(long_ids)
    return {key: node_named(key, name, long) for key, name in zip(keys, names, strict=True)}


def node_named(key: str, name: str, long_ids: Iterator[str]) -> Node:
    """A node from its key and name; the id of a long key is the next of ``long_ids``."""
    label = label_of(key)
    return Node(label, next(long_ids) if key[len(label)] == "#" else key[len(label) + 1 :], name)
