"""The verb ``copy``: the documents of one store into another."""

from __future__ import annotations

import os
from pathlib import Path

import click

from graphmap.cli.app import Session, verb
from graphmap.cli.load import progress_of
from graphmap.errors import StoreError


@verb(store=False, rules=False, columns={"": "documents:COPIED"})
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
@click.option("--mirror", is_flag=True, help="Remove the documents that only TO holds, so that it equals FROM.")
@click.option("--database", metavar="NAME", help="Which database of the server (also: NEO4J_DATABASE).")
def copy(session: Session, source: str, target: str, mirror: bool) -> int:
    """Copy all documents of one store into another.

    FROM and TO are files or Neo4j servers, as for --store. Afterwards TO holds every document of FROM, contacts and
    superseded ones included, and both are compared to the last byte. Documents that only TO holds stop the copy before
    anything is written, unless you say --mirror. What other applications keep in the same database is left alone. A
    copy that was interrupted can be run again.

    \b
    Examples:
      graphmap copy chain.graphmap neo4j://graph.example.org
      graphmap copy neo4j://graph.example.org backup.graphmap --mirror
    """
    from graphmap.results import documents
    from graphmap.store import open_store, transfer

    database, servers = session.database, ["://" in place for place in (source, target)]
    if database is not None and not any(servers):
        raise StoreError("Neither of the two is a server, and files have no databases.", "Leave --database away.")
    if not servers[0] and not Path(source).exists():
        raise StoreError(f"There is no store {source}.", "Load documents first: graphmap load FOLDER")
    if source == target or (not any(servers) and os.path.exists(target) and os.path.samefile(source, target)):
        raise StoreError("FROM and TO are the same store.", "Name two.")
    with (
        open_store(source, database=database if servers[0] else None) as one,
        open_store(target, database=database if servers[1] else None) as other,
        progress_of(session, "Copying") as progress,
    ):
        copied = transfer.copy(one, other, mirror=mirror, progress=progress)
        current = sum(stored.current for stored in other.sources())
    found = documents.copied(source, target, copied, current)
    session.show(found, lambda: found.findings)
    return 0
