"""Several processes at one store, and one that is killed while it writes."""

from __future__ import annotations

import random
import time
from subprocess import Popen

from graphmap.records import Batch
from graphmap.store import open_store
from tests.store.conftest import Kind
from tests.store.documents import ROWS, New, columns, in_a_process, load, long_document


def begin(*processes: Popen[str]) -> None:
    """Let processes load that have all opened the store."""
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()


def reported(process: Popen[str]) -> list[str]:
    """What a process says it has loaded, line by line, all that it still says."""
    assert process.stdout is not None
    with process:
        # Not communicate(): it would pass over what readline() has already taken from the pipe.
        return process.stdout.read().splitlines()


def expected(new_file: New, *batches: Batch) -> dict[str, tuple[str, bytes]]:
    with open_store(new_file()) as store:
        load(store, *batches)
        return columns(store.graph())


def test_a_killed_load_loses_nothing_reported_and_leaves_no_half_document(kind: Kind, new_file: New) -> None:
    for trial in range(kind.trials):
        kill_a_load(kind, kind.new(), new_file, trial)


def kill_a_load(kind: Kind, url: str, new_file: New, trial: int) -> None:
    documents = {batch.source.id: batch for batch in map(long_document, range(60))}
    with open_store(url) as store:
        load(store, long_document(0))
    process = in_a_process(url, 0, 60)  # begins with a document that is there already
    begin(process)
    assert process.stdout is not None
    first = [process.stdout.readline().strip() for _ in range(1 + 2 * trial)]
    time.sleep(random.Random(trial).random() * 0.02)  # somewhere within the next document
    process.kill()
    loaded = {*first, *reported(process)}
    assert len(loaded) < len(documents), "killed before the end"

    kind.check(url)
    with open_store(url) as store:
        kept = {stored.source.id for stored in store.sources()}
        assert loaded <= kept, "nothing that was reported is lost"
        assert len(kept) <= len(loaded) + 1, "at most the one that was just being finished is there besides"
        graph = store.graph()
        assert len(graph.table("DECLARES")) == ROWS * len(kept), "no half document"
        assert columns(graph) == expected(new_file, *(documents[id_] for id_ in kept))
        load(store, *(documents[id_] for id_ in sorted(kept)), long_document(5000))
        assert len(store.sources()) == len(kept) + 1
    kind.check(url)


def test_somebody_else_reads_and_writes_during_a_load(kind: Kind, url: str, new_file: New) -> None:
    process = in_a_process(url, 0, 40)
    begin(process)
    longest, seen, own = 0.0, [], 0
    with open_store(url) as store:
        while process.poll() is None and own < kind.examples:
            start = time.perf_counter()
            graph = store.graph()
            assert len(graph.table("DECLARES")) == ROWS * len(graph.sources), "whole documents only"
            store.replace(long_document(100 + own))
            longest = max(longest, time.perf_counter() - start)
            seen.append(len(graph.sources) - own)  # documents of the other process
            own += 1
        assert len(reported(process)) == 40
        final = columns(store.graph())
    assert own > 1
    assert len(set(seen)) > 1, "the load went on meanwhile"
    assert seen == sorted(seen)
    assert longest < 30
    assert final == expected(new_file, *map(long_document, [*range(40), *range(100, 100 + own)]))
    kind.check(url)


def test_processes_that_write_at_once_leave_what_one_after_the_other_leaves(
    kind: Kind, url: str, new_file: New
) -> None:
    """Two load different documents, two some of theirs; all begin with a store that is not there yet."""
    processes = [in_a_process(url, first, count) for first, count in ((0, 15), (15, 15), (10, 10), (0, 5))]
    begin(*processes)
    assert [len(reported(process)) for process in processes] == [15, 15, 10, 5]
    with open_store(url) as store:
        assert columns(store.graph()) == expected(new_file, *map(long_document, range(30)))
    kind.check(url)
