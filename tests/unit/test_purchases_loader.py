"""The loader of purchases: who buys from whom, what share, and how ids and names meet."""

import itertools
import re
from collections.abc import Sequence

import pytest

from graphmap.graph import SupplyGraph
from graphmap.records import About, Source
from tests.graphs import graph_of
from tests.tables import Said


def test_purchases(table):
    said = table(
        "purchases",
        "Buyer,Seller,Mineral,Product,Share,Spend,Currency,As of",
        "Brand AG,Acme Ltd,Tin,Solder,30%,1000,eur,2026-04-30",
        "Brand AG,Zeta,,Boards,,,,2026-05-31",
        "Acme Ltd,DUNS:123456789,gold; tantalum,,0.5,,,",
    )
    assert said.about == About("Purchases", "purchases table", "2026-05-31")
    assert said.triples("BUYS_FROM") == [
        ("name:brand", "name:acme", "tin"), ("name:brand", "name:zeta", ""),
        ("name:acme", "DUNS:123456789", "gold"), ("name:acme", "DUNS:123456789", "tantalum"),
    ]  # fmt: skip
    assert said.of("BUYS_FROM")[0].properties == {"product": "Solder", "share": 0.3, "spend": 1000.0, "currency": "EUR"}
    assert said.of("BUYS_FROM")[1].properties["share"] is None
    assert [issue[:2] for issue in said.issues] == [("note", "C4")]  # two minerals in a cell


def test_ids_and_names_of_one_purchase_meet(table):
    said = table("purchases", "Buyer ID,Buyer,Vendor No.,Vendor Name,Material", "B,Brand AG,S-1,Acme Ltd,X")
    assert said.triples("BUYS_FROM") == [("B", "S-1", "")]
    assert said.triples("SAME_AS") == [
        ("B", "name:brand", ""), ("B", "name:b", ""), ("S-1", "name:acme", ""), ("S-1", "name:s 1", ""),
    ]  # fmt: skip


def test_doubtful_purchases(table):
    said = table(
        "purchases",
        "Buyer,Seller,Mineral,Share,Spend,Currency",
        "A,B,tin,130%,,",
        "A,A Ltd,tin,10%,,",
        "A,C,unobtainium,10%,,",
        "A,,tin,,,",
        ",B,tin,,,",
        "A,D,tin,60%,-5,Euro",
        "A,E,tin,50%,,",
        "A,E,tin,50%,,",
        "A,F,,10%,,",
    )
    assert said.triples("BUYS_FROM") == [
        ("name:a", "name:b", "tin"), ("name:a", "name:d", "tin"), ("name:a", "name:e", "tin"),
        ("name:a", "name:e", "tin"), ("name:a", "name:f", ""),
    ]  # fmt: skip
    assert [edge.properties["share"] for edge in said.of("BUYS_FROM")] == [None, 0.6, 0.5, 0.5, 0.1]
    assert "130 %" in said.issue("D2", "error").message
    assert "buys from itself" in said.issue("B3", "error").message
    assert "unobtainium" in said.issue("C4", "error").message
    assert "names no seller" in said.issue("B5", "error").message
    assert "names no buyer" in said.issue("A6", "error").message
    assert "below zero" in said.issue("E7", "error").message
    assert "ISO 4217" in said.issue("F7", "warning").message
    assert said.issue("A9", "warning").message == "the same purchase stands at A8; their shares are added up"
    assert said.issue("D7", "warning").message == ("the shares of tin that 'A' buys add up to 170% (D7, D8, D9, D10)")


def test_a_purchase_of_several_minerals_that_are_not_named(table):
    said = table("purchases", "Buyer,Seller,Mineral", "A,B,Multiple")
    assert said.triples("BUYS_FROM") == [("name:a", "name:b", "")]
    assert said.issue("C2", "note").message == "names no single mineral: read as any"


def test_two_ids_with_one_name_are_no_purchase_from_oneself(table):
    header = "Buyer ID,Buyer,Seller ID,Seller"
    assert table("purchases", header, "1,Acme,2,Acme").triples("BUYS_FROM") == [("1", "2", "")]
    assert table("purchases", header, "1,Acme,,ACME").triples("BUYS_FROM") == []
    assert table("purchases", header, "1,Acme,,1").triples("BUYS_FROM") == []


def test_shares_that_name_a_mineral_count_before_those_for_any(table):
    """A buys from B 60 % of all and 20 % of its tin, and from C 80 % of its tin: nothing is above 100 %."""
    said = table("purchases", "Buyer,Seller,Mineral,Share", "A,B,,60%", "A,B,tin,20%", "A,C,tin,80%")
    assert said.issues == []


def test_shares_given_in_thirds_are_no_doubt(table):
    said = table("purchases", "Buyer,Seller,Share", "A,B,33.33%", "A,C,33.33%", "A,D,33.34%")
    assert said.issues == []


def test_a_circle_of_buyers_is_told_with_its_way(table):
    said = table("purchases", "Buyer,Seller", "X,A", "A,B", "B,C", "C,A")
    (issue,) = said.issues
    assert issue.severity == "note"
    assert issue.message.count("'A'") + issue.message.count("'B'") + issue.message.count("'C'") == 4
    assert re.fullmatch(r"companies buy from each other in a circle: ('[ABC]' from ){3}'[ABC]'", issue.message)


_COMPANIES = ("ID,Name,Country", "B,Brand AG,CH", "S-1,Acme Metals Ltd,DE")
_WAYS = {
    "by id": ("Buyer ID,Supplier ID,Mineral", "B,S-1,tin"),
    "by name": ("Buyer,Supplier,Mineral", "BRAND,Acme Metals,tin"),
    "by id below a plain heading": ("Buyer,Seller,Mineral", "B,S-1,tin"),
    "by both": ("Buyer ID,Buyer,Vendor ID,Vendor,Mineral", "B,Brand AG,S-1,Acme Metals Co. Ltd.,tin"),
}


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
@pytest.mark.parametrize(("one", "other"), list(itertools.combinations(_WAYS, 2)))
def test_purchases_by_id_and_by_name_meet_the_listed_companies(table, one, other, order):
    documents = [
        ("companies", table("companies", *_COMPANIES)),
        ("one", table("purchases", *_WAYS[one])),
        ("other", table("purchases", *_WAYS[other])),
    ]
    graph = _graph([documents[i] for i in order])
    brand, acme = graph.node("Company", "B"), graph.node("Company", "S-1")
    assert [graph.ids[node] for node in graph.of_label("Company")] == ["B", "S-1"]
    bought = graph.table("BUYS_FROM")
    assert list(zip(bought.tail.tolist(), bought.head.tolist(), strict=True)) == [(brand, acme)] * 2


def test_purchases_by_name_meet_each_other_without_a_list(table):
    documents = [("one", table("purchases", *_WAYS["by name"])), ("two", table("purchases", *_WAYS["by both"]))]
    graph = _graph(documents)
    assert [graph.ids[node] for node in graph.of_label("Company")] == ["B", "S-1"]


def test_companies_that_share_a_name_stay_apart(table):
    listed = table("companies", "ID,Name,Country", "1,Acme,DE", "2,ACME Ltd,FR", "3,Brand,CH")
    bought = table("purchases", "Buyer,Seller", "3,1", "3,2", "3,Acme")
    graph = _graph([("companies", listed), ("purchases", bought)])
    sellers = [graph.ids[node] for node in graph.table("BUYS_FROM").head.tolist()]
    assert sorted(sellers) == ["1", "2", "name:acme"]


def _graph(documents: Sequence[tuple[str, Said]]) -> SupplyGraph:
    sources = [Source(name * 8, name, name, name, f"{name}.csv") for name, _ in documents]
    return graph_of(documents=[(source, said.edges) for source, (_, said) in zip(sources, documents, strict=True)])
