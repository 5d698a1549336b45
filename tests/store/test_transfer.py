"""Copies from one store to another: what comes over, what stands in the way, and what goes on after an interruption."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from graphmap.errors import StoreError
from graphmap.records import Batch, Edge, Issue, Node
from graphmap.store import Store, open_store
from graphmap.store.transfer import Copied, copy, equal
from tests.graphs import buys, company, declares
from tests.neo4j.server import Server
from tests.store.documents import New, columns, document, load
from tests.store.soundness import check_neo4j
from tests.store.test_neo4j_neighbours import THEIRS, theirs

REACH = Edge("HAS_CONTACT", company("ACME"), Node("Contact", "contact:1"), "B1", "", {"email": "x@example.org"})
SAME = Edge("SAME_AS", company("ACME"), company("name:acme"), "A1")
OLD = document("old", declares("ACME", "S1"), company("gone"), series="acme", as_of="2024-12-31")
NEW = document("new", declares("ACME", "S2"), buys("name:acme", "B", 0.5, "tin"), SAME, series="acme",
               as_of="2025-12-31", issues=[Issue("error", "A1", "130 % is not a share", "1.3")])  # fmt: skip
OTHER = document("other", buys("B", "C"), REACH, declares("C", "S1", row="B2"), declares("C", "S1", "tin"))
DOCUMENTS = [OLD, NEW, OTHER]


def told_of() -> tuple[list[tuple[int, int, str]], Callable[[int, int, str], None]]:
    told: list[tuple[int, int, str]] = []
    return told, lambda *now: told.append(now)


@pytest.fixture
def source(new_file: New) -> Iterator[Store]:
    """A store in a file that holds ``DOCUMENTS``."""
    with open_store(new_file()) as opened:
        load(opened, *DOCUMENTS)
        yield opened


def test_a_copy_holds_every_document_as_it_was_loaded(source: Store, store: Store) -> None:
    told, tell = told_of()
    assert copy(source, store, progress=tell) == Copied(documents=3, claims=8, new=3)
    assert store.sources() == source.sources()
    assert columns(store.graph()) == columns(source.graph())
    assert store.graph().node("Contact", "contact:1") is not None
    assert list(store.batches()) == list(source.batches())
    assert [now[:2] for now in told] == [(1, 3), (2, 3), (3, 3), (3, 3)]
    assert {now[2] for now in told[:3]} == {"old.csv", "new.csv", "other.csv"}


def test_there_and_back_again(source: Store, store: Store, new_file: New) -> None:
    copy(source, store)
    with open_store(new_file()) as back:
        copy(store, back)
        assert equal(source, back)
        assert list(back.batches()) == list(source.batches())


def test_a_copy_can_be_made_again_and_brings_what_is_new(source: Store, store: Store) -> None:
    copy(source, store)
    assert copy(source, store) == Copied(documents=3, claims=8, new=0)
    load(source, document("late", buys("C", "D")), document("other", buys("B", "C")))
    assert copy(source, store) == Copied(documents=4, claims=6, new=1)
    assert columns(store.graph()) == columns(source.graph())


def test_an_interrupted_copy_goes_on(source: Store, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graphmap.store.TOGETHER", 1)  # one document after the other

    class Stopped(Exception):  # noqa: N818 - no error: the user has pressed Ctrl-C
        pass

    def stop(done: int, of: int, file: str) -> None:
        if done == 2:
            raise Stopped

    with pytest.raises(Stopped):
        copy(source, store, progress=stop)
    assert len(store.sources()) == 2
    assert copy(source, store) == Copied(documents=3, claims=8, new=1)


EXTRA = document("extra", buys("X", "Y"), file="extra.csv")


def test_documents_that_only_the_target_has_stop_it_before_anything_is_written(source: Store, store: Store) -> None:
    load(store, EXTRA)
    before = columns(store.graph())
    with pytest.raises(StoreError, match=r"documents that the other one does not: extra\.csv\..*--mirror") as refused:
        copy(source, store)
    assert "\n" not in str(refused.value)
    assert columns(store.graph()) == before
    copied = copy(source, store, mirror=True)
    assert (copied.new, [one.file for one in copied.removed]) == (3, ["extra.csv"])
    assert equal(source, store)


def test_many_documents_that_only_the_target_has_are_counted(source: Store, new_file: New) -> None:
    with open_store(new_file()) as store:
        load(store, *(document(f"x{number}") for number in range(1_100)))
        with pytest.raises(StoreError, match=r"x\d+\.csv and 1,095 more\."):
            copy(source, store)


def test_a_later_copy_of_the_same_content_in_the_target_gives_way_to_a_mirror_only(source: Store, store: Store) -> None:
    later = document("other", *OTHER.edges, modified="2026-06-01T00:00:00", file="other again.csv")
    load(store, later)
    with pytest.raises(StoreError, match=r"other again\.csv"):
        copy(source, store)
    assert copy(source, store, mirror=True) == Copied(documents=3, claims=8, new=2)
    assert equal(source, store)


def test_nothing_is_copied_from_an_empty_store(store: Store, new_file: New) -> None:
    load(store, EXTRA)
    with open_store(new_file()) as empty, pytest.raises(StoreError, match="nothing to copy"):
        copy(empty, store, mirror=True)
    assert len(store.sources()) == 1


def test_what_is_written_meanwhile_is_noticed(source: Store, new_file: New) -> None:
    with open_store(new_file()) as store:

        def meddle(done: int, of: int, file: str) -> None:
            if done == of:
                load(source, document("late", buys("C", "D")))

        with pytest.raises(StoreError, match="differ after the copy"):
            copy(source, store, progress=meddle)
        assert copy(source, store).new == 1


@pytest.mark.parametrize("number", range(3))
def test_stores_that_differ_in_one_claim_are_not_equal(number: int, source: Store, new_file: New) -> None:
    changed = [Batch(one.source, one.nodes, one.edges[: len(one.edges) - (i == number)], one.issues)
               for i, one in enumerate(DOCUMENTS)]  # fmt: skip
    with open_store(new_file()) as store:
        load(store, *changed)
        assert not equal(source, store)


def test_what_others_have_on_the_server_stays(source: Store, neo4j_server: Server, new_file: New) -> None:
    neo4j_server.run(THEIRS)
    before = theirs(neo4j_server)
    with open_store(neo4j_server.url) as store:
        load(store, EXTRA)
        copy(source, store, mirror=True)
        assert theirs(neo4j_server) == before
        with open_store(new_file()) as back:
            copy(store, back)
            assert equal(source, back)
    assert theirs(neo4j_server) == before
    neo4j_server.run("MATCH (n) WHERE n.graphmap_key IS NULL DETACH DELETE n")
    check_neo4j(neo4j_server)


def test_a_copy_on_a_server_knows_the_documents_that_were_loaded(
    neo4j_server: Server, new_file: New, tmp_path: Path
) -> None:
    """A digest tells them: a document that is copied and then loaded is not written again."""
    from graphmap import ingest
    from tests.files import write_files

    with open_store(new_file()) as file, open_store(neo4j_server.url) as store:
        ingest.load([write_files(tmp_path / "files")], file, jobs=0)
        copy(file, store)
        generation = "MATCH (m:GraphmapStore) RETURN m.generation AS generation"
        before = neo4j_server.run(generation)
        ingest.load([tmp_path / "files"], store, jobs=0)
        assert neo4j_server.run(generation) == before
