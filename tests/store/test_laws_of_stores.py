"""Laws of every store, on random documents: neither order nor history shows, and nothing is lost or made up."""

from __future__ import annotations

import random
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from graphmap.graph import SupplyGraph
from graphmap.owner import owner_document
from graphmap.records import Batch, Edge, Node
from graphmap.store import open_store
from tests.graphs import answered
from tests.store.conftest import Kind
from tests.store.documents import New, columns, document, load

IDS = st.sampled_from(["A", "B", "DUNS:1", "LEI:1", "name:a", "name:b"])
NAMES = st.sampled_from(["", "Acme", "ACME GmbH"])
COMPANY = st.builds(Node, st.just("Company"), IDS, NAMES)
SMELTER = st.builds(Node, st.just("Smelter"), st.sampled_from(["S", "T", "unlisted:s"]), NAMES)
ROW = st.sampled_from(["A1", "A2"])
CLAIM = st.one_of(
    COMPANY,
    st.builds(Edge, st.just("SAME_AS"), COMPANY, COMPANY, ROW, st.just(""), st.just({})),
    st.builds(Edge, st.just("SAME_AS"), SMELTER, SMELTER, ROW, st.just(""), st.just({})),
    st.builds(
        Edge, st.just("BUYS_FROM"), COMPANY, COMPANY, ROW, st.sampled_from(["", "tin"]),
        st.fixed_dictionaries({"share": st.sampled_from([None, 0.5]), "product": st.sampled_from(["", "x", "y"])}),
    ),
    st.builds(Edge, st.just("DECLARES"), COMPANY, SMELTER, ROW, st.just("gold"), st.just({})),
    st.builds(answered, IDS, st.just("cmrt:1"), st.sampled_from(["Yes", "No"]), st.just("tin")),
)  # fmt: skip
DOCUMENTS = st.lists(
    st.builds(
        lambda content, claims, series, as_of, modified: document(
            content, *claims, series=series, as_of=as_of, modified=modified
        ),
        st.sampled_from("uvwxyz"),
        st.lists(CLAIM, max_size=5),
        st.sampled_from(["", "one", "two"]),
        st.sampled_from(["", "2025-01-01", "2026-01-01"]),
        st.sampled_from(["2026-01-01T00:00:00", "2026-02-01T00:00:00"]),
    ),
    max_size=6,
    unique_by=lambda batch: batch.source.id,
)
DAYS = [None, date(2025, 6, 1), date(2024, 6, 1)]


OWNERS = st.sampled_from(["A", "DUNS:1", "a", "Nobody"]).map(owner_document)


def test_neither_order_nor_repetition_nor_what_was_forgotten_shows(kind: Kind, new_file: New) -> None:
    """Compared with a store in a file, which shows as well that all kinds of stores give the same graph."""

    @settings(max_examples=kind.examples)
    @given(
        documents=DOCUMENTS,
        owners=st.lists(OWNERS, max_size=2, unique_by=lambda batch: batch.source.id),
        chance=st.randoms(use_true_random=False),
    )
    def law(documents: list[Batch], owners: list[Batch], chance: random.Random) -> None:
        documents = [*documents, *owners]
        kept = [batch for batch in documents if chance.random() < 0.7]
        dropped = [batch for batch in documents if batch not in kept]
        url = kind.new()
        with open_store(new_file()) as plain, open_store(url) as worn:
            load(plain, *kept)
            muddle = [*documents, *chance.choices(documents, k=3)] if documents else []
            chance.shuffle(muddle)
            load(worn, *muddle)
            for batch in dropped:
                assert worn.forget(batch.source.id)
            for day in DAYS:
                assert columns(worn.graph(day)) == columns(plain.graph(day))
            assert worn.sources() == plain.sources()
            assert list(worn.batches()) == list(plain.batches())
        kind.check(url)

    law()


def test_the_graph_says_what_the_current_documents_say_and_nothing_else(kind: Kind) -> None:
    @settings(max_examples=kind.examples)
    @given(documents=DOCUMENTS, day=st.sampled_from(DAYS))
    def law(documents: list[Batch], day: date | None) -> None:
        with open_store(kind.new()) as store:
            load(store, *documents)
            check_says(store.graph(day), documents, day)

    law()


def check_says(graph: SupplyGraph, documents: list[Batch], day: date | None) -> None:
    """The graph of a day is what these documents say, worked out here in the plainest way."""
    by_age = sorted(documents, key=lambda batch: batch.source.order)
    counting = [batch for batch in by_age if day is None or batch.source.as_of <= str(day)]
    later = {batch.source.series: batch for batch in counting}
    counting = [batch for batch in counting if not batch.source.series or later[batch.source.series] is batch]
    names: dict[tuple[str, str], str] = {}
    for batch in counting:
        ends = [node for edge in batch.edges for node in (edge.tail, edge.head)]
        for node in sorted({*batch.nodes, *ends}, reverse=True):
            names[node[:2]] = node.name or names.get(node[:2], "")
    said = [(batch.source.id, edge) for batch in counting for edge in batch.edges]

    assert {(graph.label_of(i), graph.ids[i]): graph.names[i] for i in range(len(graph))} == {
        key: name or key[1] for key, name in names.items()
    }
    assert [source.id for source in graph.sources] == [
        batch.source.id for batch in sorted(counting, key=lambda batch: (batch.source.title, batch.source.order))
    ]

    def canonical(node: Node) -> int | None:
        return graph.node(node.label, node.id)

    for edge_type, table in graph.edges.items():
        merged = edge_type != "SAME_AS"
        expected = [
            (
                canonical(edge.tail) if merged else list(graph.ids).index(edge.tail.id),
                canonical(edge.head) if merged else list(graph.ids).index(edge.head.id),
                edge.mineral,
                source,
                edge.row,
                {name: value for name, value in edge.properties.items() if value not in (None, "")},
            )
            for source, edge in said
            if edge.type == edge_type
        ]
        fixed = {"tail", "head", "mineral", "file", "row", "as_of"}
        found = [
            (
                claim["tail"],
                claim["head"],
                claim["mineral"],
                graph.sources[table.source[i]].id,
                claim["row"],
                {name: value for name, value in claim.items() if name not in fixed},
            )
            for i, claim in enumerate(graph.claims(edge_type))
        ]
        assert sorted(found, key=repr) == sorted(expected, key=repr)
    assert sum(len(table) for table in graph.edges.values()) == len(said)
