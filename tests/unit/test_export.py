"""Files for other programs: complete, safe to open, the same every time."""

from __future__ import annotations

import csv
import os
import xml.etree.ElementTree as ET
from datetime import date
from pathlib import Path

import networkx as nx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graphmap.errors import GraphmapError
from graphmap.export import to_csv, to_graphml
from graphmap.graph import SupplyGraph
from graphmap.records import Edge, Node
from tests.graphs import buys, company, declares, graph_of, smelter

NS = {"g": "http://graphml.graphdrawing.org/xmlns"}


def example() -> SupplyGraph:
    """Brand -> ACME (also DUNS:1 and a name) -> S in Goma; ACME has a contact."""
    return graph_of(
        buys("Brand", "name:acme", 0.25, "tin", currency="EUR", product="solder"),
        Edge("SAME_AS", company("ACME", "Acme"), company("name:acme"), "A1"),
        Edge("SAME_AS", company("DUNS:1"), company("name:acme"), "A2"),
        declares("ACME", "S"),
        Edge("LOCATED_IN", smelter("S"), Node("Region", "CD-NK", "Nord-Kivu"), "B1", "",
             {"latitude": -1.5, "longitude": 29.2}),
        Edge("ASSESSED_BY", smelter("S"), Node("Scheme", "RMAP"), "B1", "tin", {"assessed": date(2026, 1, 2)}),
        Edge("HAS_CONTACT", company("ACME"), Node("Contact", "contact:1"), "B2", "",
             {"name": "Jane Doe", "email": "jane@example.org", "kind": "sales"}),
    )  # fmt: skip


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def given_cells(row: dict[str, str]) -> dict[str, str]:
    return {name: cell for name, cell in row.items() if cell}


# ---- CSV ----------------------------------------------------------------------------------------------------------


def test_csv_holds_canonical_nodes_and_every_claim_with_its_receipt(tmp_path: Path) -> None:
    to_csv(example(), tmp_path / "new" / "folder")
    nodes, edges = (table(tmp_path / "new" / "folder" / name) for name in ("nodes.csv", "edges.csv"))
    assert nodes == [
        {"node": "Company:ACME", "label": "Company", "id": "ACME", "name": "Acme", "also": "DUNS:1 | name:acme"},
        {"node": "Company:Brand", "label": "Company", "id": "Brand", "name": "Brand", "also": ""},
        {"node": "Smelter:S", "label": "Smelter", "id": "S", "name": "S", "also": ""},
        {"node": "Region:CD-NK", "label": "Region", "id": "CD-NK", "name": "Nord-Kivu", "also": ""},
        {"node": "Scheme:RMAP", "label": "Scheme", "id": "RMAP", "name": "RMAP", "also": ""},
    ]
    receipt = {"file": "test.csv", "as_of": "2026-06-30"}
    assert [given_cells(row) for row in edges] == [
        {"type": "BUYS_FROM", "tail": "Company:Brand", "head": "Company:ACME", "mineral": "tin", "product": "solder",
         "share": "0.25", "currency": "EUR", "row": "A1", **receipt},
        {"type": "DECLARES", "tail": "Company:ACME", "head": "Smelter:S", "mineral": "gold", "row": "A1", **receipt},
        {"type": "LOCATED_IN", "tail": "Smelter:S", "head": "Region:CD-NK", "latitude": "-1.5", "longitude": "29.2",
         "row": "B1", **receipt},
        {"type": "ASSESSED_BY", "tail": "Smelter:S", "head": "Scheme:RMAP", "mineral": "tin",
         "assessed": "2026-01-02", "row": "B1", **receipt},
    ]  # fmt: skip


def test_csv_is_rfc_4180(tmp_path: Path) -> None:
    odd = 'a "quoted", name\nin two lines'
    to_csv(graph_of(Node("Company", "A", odd)), tmp_path)
    content = (tmp_path / "nodes.csv").read_bytes()
    assert content == (b'node,label,id,name,also\r\nCompany:A,Company,A,"a ""quoted"", name\nin two lines",\r\n')
    assert (tmp_path / "edges.csv").read_bytes().startswith(b"type,tail,head,mineral,product,share,")
    assert (tmp_path / "edges.csv").read_bytes().endswith(b",file,row,as_of\r\n")


@pytest.mark.parametrize(
    "text",
    [
        "=cmd|'/C calc'!A0",
        "+1+1",
        "-2+3",
        "@SUM(A1)",
        "\t=1",
        " =1",
        "\r=1",
        "\n=1",
        "\xa0=1",
        "＝1",
        "－1",
        "=",
        "\x01=1",
    ],
)
def test_no_cell_is_a_formula(tmp_path: Path, text: str) -> None:
    node = Node("Company", text, text)
    claim = Edge("BUYS_FROM", node, node, text, "", {"product": text, "share": -0.5})
    to_csv(graph_of(claim), tmp_path)
    for row in [*table(tmp_path / "nodes.csv"), *table(tmp_path / "edges.csv")]:
        share = row.pop("share", "-0.5")
        assert share == "-0.5", "a number stays one"
        assert not any(cell.lstrip().startswith(tuple("=+-@＝＋－＠")) for cell in row.values())
    (row,) = table(tmp_path / "nodes.csv")
    assert row["name"] == f"'{text}".replace("\x01", "")


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(), min_size=1))
def test_any_text_can_be_exported(tmp_path: Path, text: str) -> None:
    graph = graph_of(Edge("BUYS_FROM", Node("Company", text, text), company("B"), text, "", {"product": text}))
    to_csv(graph, tmp_path)
    to_graphml(graph, tmp_path / "x.graphml")
    (edge,) = table(tmp_path / "edges.csv")
    readable = "".join(
        c
        for c in text
        if c in "\t\n\r" or (c >= " " and not "\ud800" <= c <= "\udfff" and c < "\ufffe") or c > "\uffff"
    )
    assert edge["product"] in (readable, f"'{readable}")
    root = ET.parse(tmp_path / "x.graphml").getroot()
    assert root.findtext(".//g:edge/g:data[@key='edge-product']", "", NS) == readable
    (node, *_) = [node.get("id") for node in root.iterfind(".//g:node", NS) if node.get("id") != "Company:B"] or [""]
    assert edge["tail"] == node or text == "B"


# ---- GraphML ------------------------------------------------------------------------------------------------------


def test_graphml_is_what_networkx_reads(tmp_path: Path) -> None:
    graph = example()
    to_graphml(graph, tmp_path / "x.graphml")
    read, known = nx.read_graphml(tmp_path / "x.graphml", force_multigraph=True), graph.to_networkx()
    assert read.is_directed()
    assert set(read.nodes) == set(known.nodes)
    assert read.nodes["Company:ACME"] == {
        "label": "Acme", "type": "Company", "identifier": "ACME", "also": "DUNS:1 | name:acme"
    }  # fmt: skip
    told = sorted((tail, head, sorted(map(str, said.items()))) for tail, head, said in read.edges(data=True))
    for _, _, said in known.edges(data=True):
        said["label"] = said.pop("type")
        if not said["mineral"]:
            del said["mineral"]
    assert told == sorted((tail, head, sorted(map(str, said.items()))) for tail, head, said in known.edges(data=True))


def test_graphml_keys_are_typed_and_none_is_one_that_gephi_takes_for_a_label(tmp_path: Path) -> None:
    to_graphml(example(), tmp_path / "x.graphml")
    keys = {key.get("id"): key.attrib for key in ET.parse(tmp_path / "x.graphml").getroot().iterfind("g:key", NS)}
    assert keys["edge-share"] == {"id": "edge-share", "for": "edge", "attr.name": "share", "attr.type": "double"}
    assert keys["node-label"]["attr.type"] == "string"
    assert not {"d3", "d7"} & {name for key in keys.values() for name in (key["id"], key["attr.name"])}


@pytest.mark.parametrize("name", ["<script>\"&'", "]]><!--", "&amp;", "a\0\x01\x1f\ufffe\ud800b", "tab\tline\nend\r"])
def test_hostile_names_do_not_break_graphml(tmp_path: Path, name: str) -> None:
    graph = graph_of(buys("A", "B", product=name), Node("Company", name, name))
    to_graphml(graph, tmp_path / "x.graphml")
    read = nx.read_graphml(tmp_path / "x.graphml")
    (odd,) = [node for node in read if node not in ("Company:A", "Company:B")]
    readable = "".join(c for c in name if c not in "\0\x01\x1f\ufffe\ud800")
    assert read.nodes[odd]["label"] == readable
    assert read.edges["Company:A", "Company:B"]["product"] == readable


def test_ids_that_differ_only_in_what_no_file_may_hold_stay_apart(tmp_path: Path) -> None:
    to_graphml(graph_of(*(company(id_) for id_ in ("A", "A\0", "A\x01", "A\\0;"))), tmp_path / "x.graphml")
    assert len(nx.read_graphml(tmp_path / "x.graphml")) == 4


# ---- both ---------------------------------------------------------------------------------------------------------


def written(graph: SupplyGraph, folder: Path, *, private: bool = False) -> dict[str, bytes]:
    to_csv(graph, folder, private=private)
    to_graphml(graph, folder / "x.graphml", private=private)
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_contacts_stay_out_unless_asked_for(tmp_path: Path) -> None:
    for content in written(example(), tmp_path).values():
        assert b"Jane" not in content
        assert b"jane@" not in content
        assert b"Contact" not in content
        assert b"email" not in content
    everything = written(example(), tmp_path, private=True)
    assert b"Jane Doe" in everything["edges.csv"]
    assert b"contact:1" in everything["nodes.csv"]
    assert b"jane@example.org" in everything["x.graphml"]
    read = nx.read_graphml(tmp_path / "x.graphml", force_multigraph=True)
    (said,) = read.get_edge_data("Company:ACME", "Contact:contact:1").values()
    assert (said["label"], said["name"], said["kind"]) == ("HAS_CONTACT", "Jane Doe", "sales")


def test_the_same_graph_gives_the_same_bytes_and_nothing_else_is_left(tmp_path: Path) -> None:
    first = written(example(), tmp_path)
    assert set(first) == {"nodes.csv", "edges.csv", "x.graphml"}
    assert written(example(), tmp_path) == first


def test_an_empty_graph_gives_empty_tables(tmp_path: Path) -> None:
    empty = SupplyGraph.build([], [], {})
    assert table_lengths(written(empty, tmp_path)) == {"nodes.csv": 1, "edges.csv": 1}
    assert len(nx.read_graphml(tmp_path / "x.graphml")) == 0


def table_lengths(files: dict[str, bytes]) -> dict[str, int]:
    return {name: content.count(b"\r\n") for name, content in files.items() if name.endswith(".csv")}


def test_a_place_that_cannot_be_written_says_so_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "x.graphml").mkdir()
    with pytest.raises(GraphmapError, match=r"x\.graphml cannot be written: .*Choose another place"):
        to_graphml(example(), tmp_path / "x.graphml")
    (tmp_path / "file").touch()
    with pytest.raises(GraphmapError, match="cannot be written"):
        to_csv(example(), tmp_path / "file")
    assert sorted(os.listdir(tmp_path)) == ["file", "x.graphml"]


def test_a_file_that_is_there_stays_until_the_new_one_is_whole(tmp_path: Path) -> None:
    graph = example()
    before = written(graph, tmp_path)
    del graph.sources  # breaks in the middle of the claims
    with pytest.raises(AttributeError):
        to_graphml(graph, tmp_path / "x.graphml")
    with pytest.raises(AttributeError):
        to_csv(graph, tmp_path)
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before
