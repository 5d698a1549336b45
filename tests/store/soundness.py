"""Whether a store is sound inside, as far as its engine can tell."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing

from tests.neo4j.server import Server


def check_sqlite(url: str) -> None:
    with closing(sqlite3.connect(url)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


DOCUMENTS = """
MATCH (d:Document) WHERE d.graphmap_key IS NOT NULL
RETURN d.id AS id, d.current AS current, d.claim_types AS types, d.claim_counts AS counts, d.named_keys AS named,
       d.file AS file, toString(d.as_of) AS as_of
"""
CLAIMS = """
MATCH ()-[e]->() WHERE e.source IS NOT NULL AND e.assumed IS NULL
RETURN e.source AS source, type(e) AS type, e.file AS file, toString(e.as_of) AS as_of, count(*) AS count
"""
NODES = """
MATCH (n) WHERE n.graphmap_key IS NOT NULL AND NOT n:Document AND NOT n:GraphmapStore
RETURN n.graphmap_key AS key, n.id AS id, n.read_as AS read_as, labels(n) AS labels, n.name AS name
"""
READ_AS = """
MATCH (n)-[e]-() WHERE n.read_as IS NOT NULL AND NOT type(e) IN ['SAME_AS', 'PAST_SAME_AS'] RETURN count(*) AS wrong
"""
SETTLED = "MATCH (m:GraphmapStore) RETURN m.settled = m.generation AS settled"


def check_neo4j(server: Server) -> None:
    """There are exactly the claims that the documents count, of the right type, and no node is left over or missing."""
    documents = server.run(DOCUMENTS)
    wanted: Counter[tuple[str, str, str, str | None]] = Counter()
    for document in documents:
        for name, count in zip(document["types"], document["counts"], strict=True):
            type_ = name if document["current"] else f"PAST_{name}"
            wanted[document["id"], type_, document["file"], document["as_of"]] = count
    claims = server.run(CLAIMS)
    assert Counter({(c["source"], c["type"], c["file"], c["as_of"]): c["count"] for c in claims}) == wanted

    named = {key for document in documents for key in document["named"]}
    nodes = server.run(NODES)
    keys = [node["key"] for node in nodes]
    assert len(set(keys)) == len(keys)
    assert named <= set(keys)
    assert all(node["key"].startswith(tuple(node["labels"])) and node["name"] for node in nodes)
    for row in server.run(SETTLED):
        if row["settled"]:
            assert set(keys) == named
            assert server.run(READ_AS) == [{"wrong": 0}]
