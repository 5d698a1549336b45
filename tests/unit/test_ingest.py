"""Loading files and folders: what is kept, what is rejected, and that the counts add up."""

import json
import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from graphmap import ingest
from graphmap.campaign.sample import write_campaign
from graphmap.errors import GraphmapError, StoreError, StoreLost
from graphmap.records import Batch, Edge, Issue, Node
from graphmap.store import Store, open_store
from tests import workbooks

TODAY = workbooks.TODAY
PURCHASES = "buyer,seller,mineral,share\n"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    (tmp_path / "kept").mkdir()
    with open_store(tmp_path / "kept" / "chain.graphmap") as opened:
        yield opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "documents").mkdir()
    return tmp_path / "documents"


def load(store: Store, *paths: Path, extra: tuple[Path, ...] = (), jobs: int = 0) -> ingest.Report:
    return ingest.load(paths, store, jobs=jobs, extra=extra, today=TODAY)


def loader(folder: Path, body: str) -> Path:
    """A loader of tables with a column "sample"; ``body`` is the inside of ``for row in rows``."""
    path = folder / "mine.py"
    path.write_text(
        "from graphmap.records import About, Edge, Issue, Node\nfrom graphmap.sheets import Reads\n"
        "READS = Reads('mine', 'Mine', columns={'sample': ('sample',)}, needs=(('sample',),))\n"
        "a, b, cd = Node('Company', 'a', 'A'), Node('Company', 'b', 'B'), Node('Country', 'CD', 'DR Congo')\n"
        "def load(document):\n    yield About('Mine', 'mine')\n"
        f"    for row in document.table(READS.columns):\n        text = row.take('sample')\n        {body}\n"
    )
    return path


def samples(folder: Path, *values: str) -> Path:
    path = folder / "samples.csv"
    path.write_text("\n".join(["sample", *values, ""]))
    return path


# ---- one document ----------------------------------------------------------------------------------------------


def test_a_batch_is_sorted_and_knows_its_source(folder: Path) -> None:
    path = folder / "purchases.csv"
    path.write_text(PURCHASES + "B,C,tin,0.5\nA,B,gold,0.25\n")
    batch = ingest.read_batches(path, TODAY)[0]
    bought = [(edge.tail.name, edge.head.name, edge.mineral, edge.row) for edge in batch.edges]
    assert bought == [("A", "B", "gold", "A3"), ("B", "C", "tin", "A2")]
    assert [node.name for node in batch.nodes if node.label == "Company"] == ["A", "B", "C"]
    assert batch.source.kind == "purchases"
    assert batch.source.file == "purchases.csv"
    assert batch.source.counts == {"rows": 2, "used": 2, "unused": 0, "claims": 2}
    assert batch == ingest.read_batches(path, TODAY)[0]


def test_a_row_of_which_nobody_tells_is_an_error(folder: Path) -> None:
    mine = loader(folder, "if text != 'lost': yield Edge('LOCATED_IN', a, cd, row.address())")
    batch = ingest.read_batches(samples(folder, "one", "lost", "two"), TODAY, [mine])[0]
    assert batch.source.counts == {"rows": 3, "used": 2, "unused": 1, "claims": 2}
    assert [(issue.severity, issue.row) for issue in batch.issues] == [("error", "A3")]


def test_a_row_that_an_issue_tells_of_is_unused_and_no_error(folder: Path) -> None:
    mine = loader(folder, "yield Issue('note', row.address(), 'says nothing')")
    batch = ingest.read_batches(samples(folder, "one"), TODAY, [mine])[0]
    assert batch.source.counts == {"rows": 1, "used": 0, "unused": 1, "claims": 0}
    assert batch.issues == (Issue("note", "A2", "says nothing"),)


def test_a_claim_that_is_repeated_on_its_row_is_merged(folder: Path) -> None:
    mine = loader(folder, "yield Edge('FLAGGED', a, Node('Risk', 'annex-ii:1'), 'A2', '', {'reason': text})")
    batch = ingest.read_batches(samples(folder, "first", "second"), TODAY, [mine])[0]
    assert [edge.properties for edge in batch.edges] == [{"reason": "first"}]
    assert batch.issues[0] == Issue("note", "A2", "says twice that A FLAGGED annex-ii:1; counted once")
    assert [(issue.severity, issue.row) for issue in batch.issues[1:]] == [("error", "A3")]


def test_a_company_that_buys_from_itself_is_left_out(folder: Path) -> None:
    mine = loader(folder, "yield Edge('BUYS_FROM', a, a if text == 'self' else b, row.address())")
    batch = ingest.read_batches(samples(folder, "self", "other"), TODAY, [mine])[0]
    assert [(edge.tail.id, edge.head.id) for edge in batch.edges] == [("a", "b")]
    assert batch.source.counts == {"rows": 2, "used": 1, "unused": 1, "claims": 1}
    assert [(issue.severity, issue.row, issue.value) for issue in batch.issues] == [("error", "A2", "A")]


def test_properties_that_say_nothing_are_dropped(folder: Path) -> None:
    body = "yield Edge('BUYS_FROM', a, b, row.address(), '', {'share': None, 'product': '', 'spend': 3})"
    batch = ingest.read_batches(samples(folder, "x"), TODAY, [loader(folder, body)])[0]
    assert [edge.properties for edge in batch.edges] == [{"spend": 3}]


def test_a_node_keeps_the_first_name_that_is_given(folder: Path) -> None:
    mine = loader(
        folder, "yield Node('Company', 'x', '' if text == 'one' else text); yield Issue('note', row.address(), 'x')"
    )
    batch = ingest.read_batches(samples(folder, "one", "two", "three"), TODAY, [mine])[0]
    assert batch.nodes == (Node("Company", "x", "two"),)


@pytest.mark.parametrize(
    ("record", "says"),
    [
        ("Edge('EATS', a, b, 'A2')", "an edge of the type 'EATS', which the schema does not have"),
        ("Edge('BUYS_FROM', a, cd, 'A2')", "a BUYS_FROM from Company to Country"),
        ("Edge('BUYS_FROM', a, b, '')", "a BUYS_FROM without the row that says so"),
        (
            "Edge('BUYS_FROM', a, b, 'A2', 'cheese')",
            "a BUYS_FROM of the mineral 'cheese', which the schema does not have",
        ),
        ("Edge('DECLARES', a, Node('Smelter', 's'), 'A2')", "a DECLARES without a mineral"),
        ("Edge('LOCATED_IN', a, cd, 'A2', 'tin')", "a LOCATED_IN with a mineral"),
        ("Edge('BUYS_FROM', a, b, 'A2', '', {'price': 1.0})", "a BUYS_FROM with the property 'price', which"),
        ("Edge('BUYS_FROM', a, b, 'A2', '', {'share': '1'})", "a BUYS_FROM whose share is '1', not of the type float"),
        (
            "Edge('BUYS_FROM', a, b, 'A2', '', {'share': float('nan')})",
            "a BUYS_FROM whose share is nan, not of the type",
        ),
        ("Edge('BUYS_FROM', a, Node('Company', ''), 'A2')", "a Company without an id"),
        ("Node('Planet', 'p')", "a node with the label 'Planet', which the schema does not have"),
        ("Issue('fatal', 'A2', 'x')", "an issue of severity 'fatal'"),
        ("About('again', '')", "2 records About instead of one"),
        ("'text'", "a str, which is no record"),
    ],
)
def test_a_loader_that_breaks_the_schema_rejects_the_file(folder: Path, store: Store, record: str, says: str) -> None:
    report = load(store, samples(folder, "x"), extra=(loader(folder, f"yield {record}"),))
    assert report.documents == ()
    assert report.rejected[0].reason.startswith(f"samples.csv: the loader mine.py yields {says}")
    assert store.sources() == []


def test_a_loader_that_fails_rejects_the_file_and_the_others_go_on(folder: Path, store: Store) -> None:
    mine = loader(folder, "yield Edge('BUYS_FROM', a, b, row.address()); {}[text]")
    other = folder / "purchases.csv"
    other.write_text(PURCHASES + "A,B,tin,0.5\n")
    report = load(store, samples(folder, "x"), other, extra=(mine,))
    assert [one.file for one in report.documents] == ["purchases.csv"]
    assert report.rejected[0].reason == "samples.csv: the loader mine.py fails on it (mine.py, line 9: KeyError: 'x')."
    assert [one.source.file for one in store.sources()] == ["purchases.csv"]


def test_a_loader_file_that_cannot_be_used_stops_the_load_before_it_begins(folder: Path, store: Store) -> None:
    with pytest.raises(GraphmapError, match="there is no such loader file"):
        load(store, samples(folder, "x"), extra=(folder / "gone.py",))


# ---- files and folders -----------------------------------------------------------------------------------------


def test_folders_are_searched_and_nothing_is_dropped_in_silence(folder: Path, store: Store) -> None:
    for name in ("a.csv", "deep/er/b.CSV", ".hidden.csv", ".git/c.csv", "~$a.xlsx", "old.graphmap", "old.graphmap-wal"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(PURCHASES + f"{len(name)},B,tin,0.5\n")
    (folder / "notes.docx").write_text("x")
    (folder / "gone.csv").symlink_to(folder / "nowhere.csv")
    (folder / "link").symlink_to(folder / "deep")
    report = load(store, folder)
    assert [one.path for one in report.documents] == [str(folder / "a.csv"), str(folder / "deep/er/b.CSV")]
    known = ".csv, .json, .tsv, .txt, .xls, .xlsm, .xlsx"
    assert [one.reason for one in report.rejected] == [
        "gone.csv: cannot be opened: No such file or directory.",
        "link: is a link to a folder, and links are not followed.",
        f"notes.docx: is no kind of file that is read from folders ({known}).",
    ]


def test_a_file_that_is_named_is_tried_whatever_it_is_called(folder: Path, store: Store) -> None:
    path = folder / "purchases.backup"
    path.write_text(PURCHASES + "A,B,tin,0.5\n")
    assert load(store, folder).rejected[0].file == "purchases.backup"
    report = load(store, folder, path)
    assert [one.file for one in report.documents] == ["purchases.backup"]
    assert report.rejected == ()


def test_what_is_not_there_is_rejected(folder: Path, store: Store) -> None:
    report = load(store, folder / "gone.xlsx", folder)
    assert [one.reason for one in report.rejected] == [
        "documents: the folder holds no files.",
        "gone.xlsx: there is no such file or folder.",
    ]


def test_a_file_that_is_named_twice_is_read_once(folder: Path, store: Store) -> None:
    path = folder / "a.csv"
    path.write_text(PURCHASES + "A,B,tin,0.5\n")
    seen: list[tuple[int, int, str]] = []
    ingest.load(
        [path, folder, folder / ".." / "documents"], store, jobs=0, today=TODAY, progress=lambda *now: seen.append(now)
    )
    assert seen == [(1, 1, "a.csv")]


def test_a_folder_that_may_not_be_read_is_told(folder: Path, store: Store) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0)
    if os.access(closed, os.R_OK):
        pytest.skip("this user may read everything")
    assert load(store, folder).rejected[0].reason == "closed: the folder cannot be read: Permission denied."


def test_odd_file_names_are_shown_safely(folder: Path, store: Store) -> None:
    (folder / "a\u202e\n.csv").write_text(PURCHASES + "A,B,tin,0.5\n")
    (folder / "b\x1b[2J.csv").write_text("when,where\n")
    report = load(store, folder)
    assert report.documents[0].file == r"a\u202e\u000a.csv"
    assert report.rejected[0].reason.startswith(r"b\u001b[2J.csv: is none of the documents")


def test_the_same_content_twice_counts_once(folder: Path, store: Store) -> None:
    for name in ("b.csv", "a.csv"):
        (folder / name).write_text(PURCHASES + "A,B,tin,0.5\n")
    report = load(store, folder)
    first, second = report.documents
    assert (first.file, first.same_as, first.counts["rows"]) == ("a.csv", "", 1)
    assert (second.file, second.same_as, second.counts["rows"]) == ("b.csv", first.path, 0)
    assert [issue.message for issue in second.issues] == [f"has the same content as {first.path} and counts once"]
    assert report.counts["rows"] == 1
    assert len(store.sources()) == 1


# ---- the report and the store ----------------------------------------------------------------------------------


def test_the_newer_document_of_a_series_supersedes_the_older(folder: Path, store: Store) -> None:
    workbooks.write(folder / "b 2025.xlsx", effective_date=date(2025, 3, 1))
    workbooks.write(folder / "a 2026.xlsx", effective_date=date(2026, 3, 1))
    new, old = load(store, folder).documents
    assert (new.as_of, new.superseded_by, new.supersedes) == ("2026-03-01", "", ("b 2025.xlsx",))
    assert (old.as_of, old.superseded_by, old.supersedes) == ("2025-03-01", "a 2026.xlsx", ())
    later = workbooks.write(folder / "c 2026.xlsx", effective_date=date(2026, 6, 1))
    assert load(store, later).documents[0].supersedes == ("a 2026.xlsx", "b 2025.xlsx")


def test_a_rejected_file_leaves_what_was_loaded_before(folder: Path, store: Store) -> None:
    path = workbooks.write(folder / "a.xlsx")
    load(store, path)
    before = store.sources()
    path.write_bytes(path.read_bytes()[:5000])
    assert load(store, path).rejected[0].reason.startswith("a.xlsx: is damaged or cut off")
    assert store.sources() == before


def test_the_report_is_plain_data_by_path(folder: Path, store: Store) -> None:
    (folder / "b.csv").write_text(PURCHASES + "A,B,tin,0.5\nA,B,cheese,0.5\n")
    (folder / "a.csv").write_text("nothing,known\n1,2\n")
    report = load(store, folder)
    plain = json.loads(json.dumps(report.to_dict()))
    assert plain["counts"] == report.counts
    assert {key: plain["counts"][key] for key in ("documents", "rejected", "rows", "used", "unused", "errors")} == {
        "documents": 1, "rejected": 1, "rows": 2, "used": 1, "unused": 1, "errors": 1,
    }  # fmt: skip
    assert plain["documents"][0]["issues"][0]["value"] == "cheese"
    assert plain["rejected"][0]["file"] == "a.csv"


def test_every_row_of_the_sample_campaign_is_accounted_for(folder: Path, store: Store) -> None:
    write_campaign(folder)
    report = load(store, folder)
    assert len(report.documents) > 60
    for one in report.documents:
        assert one.counts["used"] + one.counts["unused"] == one.counts["rows"], one.file
        bugs = [issue for issue in one.issues if "loader does not say why" in issue.message]
        assert bugs == [], one.file
    assert report.counts["unused"] <= report.counts["errors"] + report.counts["warnings"]
    assert [one.reason for one in report.rejected if "the loader" in one.reason] == []


# ---- workers ---------------------------------------------------------------------------------------------------


def test_workers_give_what_this_process_gives(folder: Path, store: Store, tmp_path: Path) -> None:
    workbooks.clean(folder / "a.xlsx")
    workbooks.messy(folder / "b.xlsx")
    (folder / "c.csv").write_text(PURCHASES + "A,B,tin,0.5\n")
    with open_store(tmp_path / "kept" / "other.graphmap") as other:
        assert load(store, folder, jobs=2) == load(other, folder, jobs=0)
        assert store.sources() == other.sources()


def test_a_worker_that_dies_rejects_its_file_only(folder: Path, store: Store) -> None:
    mine = loader(folder, "import os; os.abort()")
    (folder / "z.csv").write_text(PURCHASES + "A,B,tin,0.5\n")
    report = load(store, samples(folder, "x"), folder / "z.csv", extra=(mine,), jobs=1)
    assert [one.file for one in report.documents] == ["z.csv"]
    assert report.rejected[0].reason == "samples.csv: the reader was ended by SIGABRT."
    assert report.rejected[0].cure


def test_edges_carry_the_names_of_their_nodes(folder: Path) -> None:
    path = folder / "a.csv"
    path.write_text(PURCHASES + "A,B,tin,0.5\n")
    edge = next(edge for edge in ingest.read_batches(path, TODAY)[0].edges if edge.type == "BUYS_FROM")
    assert isinstance(edge, Edge)
    assert (edge.tail.name, edge.head.name) == ("A", "B")


# ---- what the store refuses ----------------------------------------------------------------------------------------


class Choosy:
    """A store that refuses some files, whoever they come with."""

    def __init__(self, store: Store, refused: str, error: type[StoreError] = StoreError) -> None:
        self.store, self.refused, self.error, self.asked = store, refused, error, 0

    def replace(self, *batches: Batch) -> None:
        self.asked += 1
        if any(batch.source.file == self.refused for batch in batches):
            raise self.error("The disk is full.", "Free some space.")
        self.store.replace(*batches)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)


def purchases(folder: Path, count: int) -> list[tuple[Path, Batch]]:
    out = []
    for number in range(count):
        path = folder / f"{number}.csv"
        path.write_text(PURCHASES + f"brand,C{number},tin,0.5\n")
        out.append((path, ingest.read_batches(path, TODAY)[0]))
    return out


def test_of_documents_read_together_those_before_the_one_that_is_refused_are_kept(store: Store, folder: Path) -> None:
    refusing = Choosy(store, "2.csv")
    with pytest.raises(StoreError, match=r"^2\.csv was not loaded, nor were 9 more: The disk is full\. Free") as error:
        ingest._keep(refusing, purchases(folder, 5), left=7)
    assert "\n" not in str(error.value)
    assert sorted(stored.source.file for stored in store.sources()) == ["0.csv", "1.csv"]


def test_a_store_that_is_lost_is_not_tried_for_each_document(store: Store, folder: Path) -> None:
    refusing = Choosy(store, "2.csv", StoreLost)
    with pytest.raises(StoreError, match=r"^0\.csv was not loaded, nor were 4 more: "):
        ingest._keep(refusing, purchases(folder, 5), left=0)
    assert refusing.asked == 1
    assert store.sources() == []


def test_a_store_is_left_alone_where_nothing_can_be_read(store: Store, folder: Path) -> None:
    """Also one that may only be read, or a server on which nothing has been prepared."""
    (folder / "a.csv").write_text("nothing,known\n1,2\n")
    (folder / "b.xlsx").write_bytes(b"no workbook")
    choosy = Choosy(store, "")
    for jobs in (0, 2):
        assert len(load(choosy, folder, jobs=jobs).rejected) == 2
    assert choosy.asked == 0


def test_the_file_that_the_store_refuses_is_named_whoever_reads_it(store: Store, folder: Path) -> None:
    purchases(folder, 12)
    for jobs in (0, 2):
        with pytest.raises(StoreError, match=r"^7\.csv was not loaded"):
            load(Choosy(store, "7.csv"), folder, jobs=jobs)
