"""The store on a real, warm Neo4j server: against plain ways to write and read, and against the store in a file.

Run as ``python -m tests.bench.bench_neo4j [WORKBOOKS [SIZE]]``. Each ratio is of things done in turn on one server in
one run; the server is that of ``tests.neo4j``. Rates are claims (relationships) per second. Settling (roles, tiers,
names) counts as writing.
"""

from __future__ import annotations

import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

import neo4j
import numpy as np

from graphmap import ingest, schema
from graphmap.campaign.bulk import write_many
from graphmap.campaign.sample import write_campaign
from graphmap.graph import EdgeTable
from graphmap.records import Batch, Edge
from graphmap.schema import EdgeType
from graphmap.store import cypher, open_store, together
from graphmap.store.bulk import write_import
from graphmap.store.columns import CHUNK, gather
from graphmap.store.fetch import claims, parts
from graphmap.store.neo4j import Neo4jStore
from tests.bench.bench_exposure import peak_memory
from tests.bench.bench_store import documents
from tests.bench.synthetic import Size, synthetic
from tests.neo4j.admin import write_admin
from tests.neo4j.server import OwnServer
from tests.neo4j.ways import VERSIONS, start_server

Row = tuple[str, float, float]
Statement = tuple[str, dict[str, Any]]
VERSION = VERSIONS["5.26"]
DOCUMENTS = {"S": 30, "M": 3_000, "L": 30_000}
"""So that a document makes some 300 claims."""

ROUNDS, WARMING = 5, 3
"""Rounds of ``writing``, and those before that are not measured: the server comes to run compiled code."""

HEAP = "1g"
"""Of the server; what its manual gives to small machines."""


def declarations(files: Sequence[Path]) -> list[Batch]:
    """What workbooks declare, read beforehand."""
    return with_digest(ingest.read_batches(path, date(2026, 11, 22), ())[0] for path in files)


def purchases(count: int) -> list[Batch]:
    """Documents of some 300 claims each from the middle of the graph of size M; every second claim names a new node."""
    return with_digest(islice(documents(synthetic("M"), DOCUMENTS["M"]), 500, 500 + count))


def with_digest(batches: Iterable[Batch]) -> list[Batch]:
    """Documents with their digest, which workers make when files are loaded."""
    found = list(batches)
    for batch in found:
        _ = batch.digest
    return found


def empty(server: OwnServer) -> None:
    """Remove everything, in portions that a small heap bears."""
    server.run("MATCH ()-[e]->() CALL (e) { DELETE e } IN TRANSACTIONS OF 10000 ROWS")
    server.empty()


def batched(found: Sequence[Batch], size: int) -> list[Sequence[Batch]]:
    return [found[start : start + size] for start in range(0, len(found), size)]


def claims_of(batches: Sequence[Batch]) -> int:
    return sum(len(batch.edges) for batch in batches)


def seconds(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def load(url: str | Path, batches: Iterable[Batch]) -> None:
    """Load documents in groups, as ``ingest.load`` does when the store is slower than the readers."""
    with open_store(url) as store:
        for group in together(batches):
            store.replace(*group)


# ---- writing ----------------------------------------------------------------------------------------------------


def row_of(source: str, edge: Edge) -> tuple[str, dict[str, Any]]:
    """A claim as one plain statement: both ends and the relationship merged, with all their properties."""
    keys = [f"{node.label}:{node.id}" for node in (edge.tail, edge.head)]
    statement = (
        f"MERGE (a:{edge.tail.label} {{graphmap_key: $tail}}) SET a.id = $tail_id, a.name = $tail_name "
        f"MERGE (b:{edge.head.label} {{graphmap_key: $head}}) SET b.id = $head_id, b.name = $head_name "
        f"MERGE (a)-[e:{edge.type} {{source: $source, row: $row}}]->(b) SET e += $properties"
    )
    return statement, {
        "tail": keys[0], "tail_id": edge.tail.id, "tail_name": edge.tail.name, "head": keys[1], "head_id": edge.head.id,
        "head_name": edge.head.name, "source": source, "row": edge.row,
        "properties": {**edge.properties, "mineral": edge.mineral, "file": f"{source}.csv", "as_of": date(2026, 1, 1)},
    }  # fmt: skip


def in_own_transactions(driver: neo4j.Driver, rows: Sequence[Statement]) -> None:
    with driver.session(database="neo4j") as session:
        for statement, row in rows:
            session.run(statement, row).consume()


def in_one_transaction(driver: neo4j.Driver, rows: Sequence[Statement]) -> None:
    with driver.session(database="neo4j") as session, session.begin_transaction() as tx:
        for statement, row in rows:
            tx.run(statement, row).consume()
        tx.commit()


def one_round(
    server: OwnServer, part: Sequence[Batch], own: Sequence[Statement], one: Sequence[Statement]
) -> tuple[float, float, float, float]:
    """Claims a second: documents into an empty store, rows in own transactions and in one, the documents again."""
    empty(server)
    return (
        claims_of(part) / seconds(lambda: load(server.url, part)),
        len(own) / seconds(lambda: in_own_transactions(server.driver, own)),
        len(one) / seconds(lambda: in_one_transaction(server.driver, one)),
        claims_of(part) / seconds(lambda: load(server.url, part)),
    )


def writing(server: OwnServer, name: str, found: Sequence[Batch]) -> dict[str, float]:
    """Documents loaded into an empty store, then again, then other claims row by row, several times over.

    The median ratios of the store to each of the other ways.
    """
    *portions, rest = batched(found, len(found) // (ROUNDS + 1))[: ROUNDS + 1]
    rows = [row_of(batch.source.id, edge) for batch in rest for edge in batch.edges]
    random.Random(1).shuffle(rows)
    singly, together_ = rows[: len(rows) // 2], rows[len(rows) // 2 :]
    rates: dict[str, list[float]] = {"store": [], "own transactions": [], "one transaction": [], "again": []}
    for number in range(-WARMING, ROUNDS):
        part, own, one = portions[number], singly[number * 800 :][:800], together_[number * 1_600 :][:1_600]
        found_rates = one_round(server, part, own, one)
        if number >= 0:
            for way, rate in zip(rates, found_rates, strict=True):
                rates[way].append(rate)
    told = "; ".join(f"{way} {', '.join(f'{rate:,.0f}' for rate in found)}" for way, found in rates.items())
    print(f"{name}, claims/s: {told}")
    ours = rates.pop("store")
    return {way: statistics.median(a / b for a, b in zip(ours, theirs, strict=True)) for way, theirs in rates.items()}


def all_writing(server: OwnServer, files: Sequence[Path]) -> list[Row]:
    """Declarations, which the store is made for; and, without a floor, purchases that name ever new companies."""
    of = writing(server, "declarations", declarations(files[:300]))
    new = writing(server, "purchases", purchases(2_100))
    ratios = ", ".join(f"{way} {ratio:.1f}x" for way, ratio in new.items() if way != "again")
    print(f"purchases into the store vs MERGE row by row: {ratios}; again {new['again']:.1%}")
    return [
        ("declarations into the store vs MERGE row by row, own transactions", of["own transactions"], 30.0),
        ("declarations into the store vs MERGE row by row, one transaction", of["one transaction"], 10.0),
        ("loading declarations vs loading them again unchanged", 1 / of["again"], 10.0),
    ]


# ---- workbooks ----------------------------------------------------------------------------------------------------


def end_to_end(server: OwnServer, files: Path, path: Path) -> tuple[float, float]:
    """Seconds for loading files into a new file and onto an emptied server."""
    empty(server)
    for one in files.rglob("*.*"):
        one.read_bytes()  # both sides find the files in the system's cache

    def load_into(url: str | Path) -> None:
        with open_store(url) as store:
            ingest.load([files], store, jobs=2, today=date(2026, 11, 22))

    return seconds(lambda: load_into(path)), seconds(lambda: load_into(server.url))


def workbooks(server: OwnServer, sample: Path, many: Path) -> list[Row]:
    """Files to store, end to end, reading and writing at the same time."""
    for number in range(WARMING):
        end_to_end(server, sample, sample.with_name(f"warming{number}.graphmap"))
    rows = []
    for name, files, rounds in (("the sample campaign", sample, 4), ("workbooks of 300 rows", many, 1)):
        took = [end_to_end(server, files, files.with_name(f"{files.name}{n}.graphmap")) for n in range(rounds)]
        told = ", ".join(f"{onto_server:.1f} s ({in_file:.1f} s)" for in_file, onto_server in took)
        print(f"{name} onto the server (into a file): {told}")
        ratio = statistics.median(in_file / onto_server for in_file, onto_server in took)
        rows.append((f"3 x the time of {name} into a file, over onto a server", 3 * ratio, 1.0))
    return rows


# ---- size M -------------------------------------------------------------------------------------------------------


def load_whole(size: Size, url: str) -> str:
    """Load a graph, in a process of its own: seconds, MB over idle, speed of the last tenth over the second one."""
    batches = documents(synthetic(size), DOCUMENTS[size])
    first = next(batches)
    with open_store(url) as store:
        assert store.sources() == []
        Path("/proc/self/clear_refs").write_text("5")  # forget the peak so far
        idle = peak_memory()
        start = time.perf_counter()
        store.replace(first)
        taken = [(len(first.edges), time.perf_counter() - start)]
        for group in together(batches):
            _ = [batch.digest for batch in group]
            begun = time.perf_counter()
            store.replace(*group)
            taken.append((claims_of(group), time.perf_counter() - begun))
    took = time.perf_counter() - start
    claims, times = np.array(taken).T
    tenth = len(taken) // 10
    rate = [claims[part].sum() / times[part].sum() for part in (slice(tenth, 2 * tenth), slice(-tenth, None))]
    return f"{took} {(peak_memory() - idle) / 1024} {rate[1] / rate[0]} {int(claims.sum())} {rate[0]} {rate[1]}"


def whole(server: OwnServer, size: Size) -> tuple[float, list[Row]]:
    """How a load of the whole graph goes: its seconds; memory and steadiness as rows."""
    empty(server)
    command = [sys.executable, "-m", "tests.bench.bench_neo4j", "--load", size, server.url]
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    took, memory, steady, claims, early, late = map(float, out.split())
    print(f"{size}: {claims:,.0f} claims onto the server in {took:.0f} s ({claims / took:,.0f} a second; second tenth ")
    print(f"{early:,.0f}, last tenth {late:,.0f}), {memory:.0f} MB over idle in the client")
    return took, [
        (f"300 MB over the memory of loading {size} over idle", 300 / memory, 1.0),
        (f"speed of the last tenth of loading {size} vs the second", steady, 0.7),
    ]


def reading(server: OwnServer) -> list[Row]:
    """All claims into columns: as the store reads them, and one record for each relationship.

    Documents and nodes are read before; they are read the same way for both.
    """
    with (
        Neo4jStore(server.url) as store,
        server.driver.session(database="neo4j", default_access_mode="READ") as session,
    ):
        whole = seconds(lambda: store._consistent(lambda tx: parts(tx, None)))
        sources, nodes, tables = store._consistent(lambda tx: parts(tx, None))
        there = {record["document"]["id"]: record["document"] for record in session.run(cypher.READ_SOURCES)}
        documents = [there[source.id] for source in sources]
        place = {cypher.key_of(label, id_): i for i, (label, id_, _) in enumerate(nodes)}
        number = {source.id: i for i, source in enumerate(sources)}
        ways = {
            "columns": lambda tx, edge: claims(tx, documents, edge, place),
            "records": lambda tx, edge: records(tx, edge, place, number),
        }
        took: dict[str, list[float]] = {way: [] for way in ways}
        for _ in range(3):
            for way, read in ways.items():
                found = {}
                start = time.perf_counter()
                with session.begin_transaction() as tx:
                    for name in tables:
                        found[name] = gather(schema.EDGES[name], read(tx, schema.EDGES[name]))
                took[way].append(time.perf_counter() - start)
                for name, table in tables.items():
                    assert in_order(table) == in_order(found[name]), name
    count = sum(map(len, tables.values()))
    rates = ", ".join(f"{way} {count / min(seconds_):,.0f}" for way, seconds_ in took.items())
    print(f"read {count:,} claims a second: {rates}; with documents and nodes {count / whole:,.0f}")
    ratio = statistics.median(theirs / ours for ours, theirs in zip(*took.values(), strict=True))
    return [("reading into columns vs one record per relationship", ratio, 6.0)]


def records(
    tx: neo4j.Transaction, edge: EdgeType, place: Mapping[str, int], number: Mapping[str, int]
) -> Iterator[dict[str, Sequence[Any]]]:
    """The relationships of a type as anybody would ask for them, in chunks of columns."""
    wanted = "".join(f", e.{property_}" for property_ in edge.properties)
    found = iter(tx.run(
        f"MATCH (a)-[e:{edge.name}]->(b) RETURN e.source, coalesce(e.tail_key, a.graphmap_key), "
        f"coalesce(e.head_key, b.graphmap_key), e.mineral, e.row{wanted}"
    ))  # fmt: skip
    while some := [record.values() for record in islice(found, CHUNK)]:
        source, tail, head, mineral, row, *values = zip(*some, strict=True)
        chunk: dict[str, Sequence[Any]] = {
            "source": [number[id_] for id_ in source], "tail": [place[key] for key in tail],
            "head": [place[key] for key in head], "mineral": [text or "" for text in mineral], "row": row,
        }  # fmt: skip
        for (property_, kind), column in zip(edge.properties.items(), values, strict=True):
            chunk[property_] = [value or "" for value in column] if kind is str else column
        yield chunk


def in_order(table: EdgeTable) -> tuple[bytes, ...]:
    """The claims of a table by source and row, for comparing."""
    row = table.row.tidy()
    order = np.lexsort((row.codes, table.head, table.tail, table.source))
    return tuple(column[order].tobytes() for column in (table.source, table.tail, table.head, table.mineral, row.codes))


def importing(server: OwnServer, folder: Path, size: Size, loading: float) -> list[Row]:
    """The bulk path, from a store in a file to the first answer of the server, against loading."""
    path = folder / "whole.graphmap"
    filling = seconds(lambda: load(path, documents(synthetic(size), DOCUMENTS[size])))
    with open_store(path) as store:
        writing_ = seconds(lambda: write_import(store, folder / "import"))
        wanted = store.graph().to_columns()
    server.stop()
    admin = write_admin(VERSION, server.home, folder / "neo4j-admin")
    command = ["sh", str(folder / "import" / "import.sh"), "neo4j", "--overwrite-destination"]
    environment = {**os.environ, "NEO4J_ADMIN": str(admin)}
    importing_ = seconds(lambda: subprocess.run(command, check=True, capture_output=True, env=environment))
    server.start()
    with open_store(server.url) as store:
        finishing = seconds(store.sources)
        found = store.graph().to_columns()
    assert found.keys() == wanted.keys()
    assert all(column.tobytes() == found[name].tobytes() for name, column in wanted.items())
    print(
        f"{size} in a file in {filling:.0f} s; from there: files {writing_:.0f} s, import {importing_:.0f} s, ", end=""
    )
    print(f"first use {finishing:.0f} s; loading took {loading:.0f} s")
    return [(f"loading {size} vs files, import and first use", loading / (writing_ + importing_ + finishing), 1.0)]


# ---- all ----------------------------------------------------------------------------------------------------------


def measure(count: int = 1000, size: Size = "M") -> list[Row]:
    """(what, measured, floor); shares are turned so that more is better."""
    os.environ["_JAVA_OPTIONS"] = f"-Xmx{HEAP}"  # over what servers for tests are given
    with tempfile.TemporaryDirectory() as name, start_server(VERSION, Path(name) / "server", measured=True) as server:
        folder = Path(name)
        server.stop()
        server.start({"server.memory.heap.max_size": HEAP, "server.memory.pagecache.size": "512m"})
        os.environ |= {**server.environment, "XDG_CACHE_HOME": name}  # no columns from before
        os.environ.pop("NEO4J_DATABASE", None)
        write_campaign(folder / "sample")
        write_many(folder / "many", count)
        rows = all_writing(server, sorted((folder / "many").iterdir()))
        rows += workbooks(server, folder / "sample", folder / "many")
        loading, more = whole(server, size)
        return [*rows, *more, *reading(server), *importing(server, folder, size, loading)]


if __name__ == "__main__":
    if sys.argv[1:2] == ["--load"]:
        print(load_whole(*sys.argv[2:]))
    else:
        from tests.bench.bench_neo4j import measure as by_name  # workers import functions by the name of their module

        given = [int(sys.argv[1])] if len(sys.argv) > 1 else []
        for what, ratio, floor in by_name(*given, *sys.argv[2:]):
            print(f"{what:70} {ratio:8.2f}  (floor {floor:g}){'' if ratio >= floor else '  BELOW'}")
