"""What servers do: they stop, die, run full, become read-only. The graph is always that of whole documents."""

from __future__ import annotations

import random
import resource
import threading
from collections.abc import Callable
from pathlib import Path

import neo4j
import pytest
from neo4j.exceptions import TransientError

from graphmap import api
from graphmap.campaign.sample import write_campaign
from graphmap.errors import StoreError
from graphmap.records import Batch
from graphmap.store import connection, open_store
from tests.graphs import buys
from tests.neo4j.server import OwnServer
from tests.store.documents import ROWS, New, columns, document, in_a_process, load, long_document
from tests.store.soundness import check_neo4j
from tests.store.test_processes import begin, expected, reported

DOCUMENTS = [long_document(number) for number in range(60)]


@pytest.fixture
def server(neo4j_own: OwnServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> OwnServer:
    """A server that may be broken, and a cache that is the test's own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return neo4j_own


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give up after a second what would be tried again for a minute."""
    monkeypatch.setattr(connection, "RETRY_SECONDS", 1.0)


def refused(use: Callable[[], object]) -> str:
    """The one line with which something is refused."""
    with pytest.raises(StoreError) as error:
        use()
    assert error.value.cure
    line = str(error.value)
    assert "\n" not in line
    return line


def check_whole_documents(server: OwnServer, new_file: New) -> list[str]:
    """The graph is that of whole documents, none of them torn; which these are, in the order of loading."""
    check_neo4j(server)
    with open_store(server.url) as store:
        ids = {stored.source.id for stored in store.sources()}
        kept = [batch for batch in DOCUMENTS if batch.source.id in ids]
        assert len(kept) == len(ids)
        graph = store.graph()
        assert len(graph.table("DECLARES")) == ROWS * len(kept)
        assert columns(graph) == expected(new_file, *kept)
    return ids_of(*kept)


def ids_of(*batches: Batch) -> list[str]:
    return [batch.source.id for batch in batches]


# ---- the server goes away -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_a_load_goes_on_when_the_server_is_back(server: OwnServer, new_file: New, how: str) -> None:
    """Stopped as an administrator does it, and by ``kill -9``, while a document is being written."""
    process = in_a_process(server.url, 0, len(DOCUMENTS))
    begin(process)
    assert process.stdout is not None
    said = [process.stdout.readline().strip() for _ in range(10)]
    getattr(server, how)()
    server.start()
    said += reported(process)
    kept = check_whole_documents(server, new_file)
    if said[-1].startswith("refused: "):  # the server took longer to come back than we wait for it
        *said, line = said
        assert "cannot be reached" in line
        assert kept[: len(said)] == said
        assert len(kept) <= len(said) + 1, "at most the answer to one was lost"
    else:
        assert said == kept == ids_of(*DOCUMENTS)


def test_a_server_that_stays_away_is_told_and_what_was_loaded_is_there_when_it_is_back(
    server: OwnServer, new_file: New, impatient: None
) -> None:
    with open_store(server.url) as store:
        load(store, *DOCUMENTS[:3])
        server.kill()
        for use in (lambda: load(store, DOCUMENTS[3]), store.graph, store.sources, lambda: store.forget("x")):
            line = refused(use)
            assert line.startswith(f"{server.url} cannot be reached: ")
            assert line.endswith("Is the server running, and are host and port right? What was loaded before is kept.")
        server.start()
        assert len(store.sources()) == 3
        load(store, DOCUMENTS[3])
    assert check_whole_documents(server, new_file) == ids_of(*DOCUMENTS[:4])


def test_the_load_of_a_folder_that_is_cut_off_says_at_which_file_and_can_be_done_again(
    server: OwnServer, tmp_path: Path, impatient: None
) -> None:
    files = write_campaign(tmp_path / "campaign")[:20]
    seen: list[str] = []

    def cut_off(done: int, total: int, file: str) -> None:
        seen.append(file)
        if done == 12:
            server.kill()

    with pytest.raises(StoreError) as error, api.open(server.url) as work:
        work.load(*files, jobs=0, progress=cut_off)
    line = str(error.value)
    assert "\n" not in line
    assert "cannot be reached" in line
    assert any(file.name in line for file in files), line
    server.start()
    check_neo4j(server)
    with api.open(server.url) as work, api.open(tmp_path / "plain.graphmap") as plain:
        assert 1 <= len(work.sources()) <= 13
        assert work.load(*files, jobs=0) == plain.load(*files, jobs=0)
        assert work.sources() == plain.sources()
        assert columns(work.graph) == columns(plain.graph)
    check_neo4j(server)


def test_what_a_killed_client_left_undone_is_done_when_its_documents_are_loaded_again(
    server: OwnServer, new_file: New
) -> None:
    """Roles and tiers follow from all documents; the client was killed before it saw to them."""
    process = in_a_process(server.url, 0, len(DOCUMENTS))
    begin(process)
    assert process.stdout is not None
    for _ in range(5):
        process.stdout.readline()
    process.kill()
    reported(process)
    kept = check_whole_documents(server, new_file)
    assert server.run("MATCH (n:Brand) RETURN n.id AS id") == []
    with open_store(server.url) as store:
        load(store, *(batch for batch in DOCUMENTS if batch.source.id in kept))
    assert server.run("MATCH (n:Brand) RETURN n.id AS id") == [{"id": "brand"}]
    assert check_whole_documents(server, new_file) == kept


# ---- the server cannot write --------------------------------------------------------------------------------------


def test_a_database_set_read_only_can_be_read_and_says_so(server: OwnServer, new_file: New) -> None:
    with open_store(server.url) as store:
        load(store, *DOCUMENTS[:3])
    server.stop()
    server.start({"server.databases.default_to_read_only": "true"})
    with open_store(server.url) as store:
        assert columns(store.graph()) == expected(new_file, *DOCUMENTS[:3])
        assert len(store.sources()) == 3
        load(store, *DOCUMENTS[:3])  # they are there already
        for use in (lambda: load(store, DOCUMENTS[3]), lambda: store.forget(DOCUMENTS[0].source.id)):
            assert refused(use).startswith(f"{server.url} may be read but not written here. Ask its administrator")
    assert check_whole_documents(server, new_file) == ids_of(*DOCUMENTS[:3])


def test_an_empty_database_set_read_only_says_so(server: OwnServer) -> None:
    server.drop_schema()
    server.stop()
    server.start({"server.databases.default_to_read_only": "true"})
    with open_store(server.url) as store:
        assert store.sources() == []
        assert len(store.graph()) == 0
        assert "may be read but not written here" in refused(lambda: load(store, DOCUMENTS[0]))


def test_a_document_for_which_the_server_has_too_little_memory_is_told_and_leaves_no_trace(
    server: OwnServer, new_file: New, impatient: None
) -> None:
    """Simulated: the most memory that a transaction may take is set to 3 MB."""
    with open_store(server.url) as store:
        load(store, *DOCUMENTS[:3])
    server.stop()
    server.start({"db.memory.transaction.max": "3m"})
    large = document("large", *(buys("A", f"B{number}", row=f"A{number}") for number in range(50_000)))
    with open_store(server.url) as store:
        line = refused(lambda: load(store, large))
        assert line.startswith(f"{server.url} has too little memory for this document. Raise db.memory.transaction.max")
        load(store, DOCUMENTS[3])
    assert check_whole_documents(server, new_file) == ids_of(*DOCUMENTS[:4])


def test_a_full_disk_is_told_and_what_was_loaded_is_kept(server: OwnServer, new_file: New, impatient: None) -> None:
    """Simulated: no file of the server may grow beyond a size that is soon reached, so that its writes fail."""
    if server.pid is None:
        pytest.skip("the limits of a server in Docker cannot be set from here")
    loaded = []
    with open_store(server.url) as store:
        load(store, *DOCUMENTS[:3])
    log = max(file.stat().st_size for file in (server.home / "data" / "transactions" / "neo4j").iterdir())
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (log + 500_000, resource.RLIM_INFINITY))

    def load_on() -> None:
        with open_store(server.url) as store:
            for batch in DOCUMENTS[3:]:
                load(store, batch)
                loaded.append(batch)

    line = refused(load_on)
    assert line.startswith(f"{server.url} failed: ")
    assert line.endswith("See the log of the server (neo4j.log, debug.log); what was loaded before is kept.")
    assert 0 < len(loaded) < len(DOCUMENTS) - 3
    server.kill()  # a server whose disk was full wants to be started again
    server.start()
    kept = check_whole_documents(server, new_file)
    assert kept[: 3 + len(loaded)] == ids_of(*DOCUMENTS[:3], *loaded)
    assert len(kept) <= 3 + len(loaded) + 1
    with open_store(server.url) as store:
        load(store, *DOCUMENTS)
    assert check_whole_documents(server, new_file) == ids_of(*DOCUMENTS)


# ---- others write to our nodes ------------------------------------------------------------------------------------


def test_deadlocks_with_another_application_are_got_over(server: OwnServer, new_file: New) -> None:
    """It changes our smelters, many in one transaction and each time in another order, while a load goes on."""
    with open_store(server.url) as store:
        load(store, DOCUMENTS[0])
    over, deadlocks = threading.Event(), []

    def meddle() -> None:
        chance = random.Random(1)
        with server.driver.session() as session:
            while not over.is_set():
                rows = [f"Smelter:S{number}" for number in chance.sample(range(ROWS), 40)]
                try:
                    with session.begin_transaction() as transaction:
                        for key in rows:
                            transaction.run(
                                "MATCH (n:Smelter {graphmap_key: $key}) SET n.theirs = 1", key=key
                            ).consume()
                        transaction.commit()
                except TransientError as error:
                    deadlocks.append(error.code)

    meddler = threading.Thread(target=meddle)
    meddler.start()
    try:
        with open_store(server.url) as store:
            load(store, *DOCUMENTS[1:40])
    finally:
        over.set()
        meddler.join()
    assert deadlocks.count("Neo.TransientError.Transaction.DeadlockDetected")
    assert check_whole_documents(server, new_file) == ids_of(*DOCUMENTS[:40])
    assert isinstance(server.driver, neo4j.Driver)
