"""People, kept apart from everything else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha256

from graphmap.records import Edge, Node
from graphmap.sheets import Document


def contact(document: Document, of: Node, kind: str, row: str, said: Mapping[str, str]) -> Iterator[Edge]:
    """How to reach somebody for ``of``, if anything is said; ``said`` are properties of ``HAS_CONTACT``."""
    if any(said.values()):
        digest = sha256(f"{document.digest} {row}".encode()).hexdigest()[:16]
        yield Edge("HAS_CONTACT", of, Node("Contact", f"contact:{digest}"), row, "", {"kind": kind, **said})
