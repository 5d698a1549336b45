"""Who buys from whom: buyer, seller, and if known mineral, product, share and spend."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from graphlib import CycleError, TopologicalSorter
from itertools import chain, pairwise
from pathlib import PurePath
from typing import NamedTuple

from graphmap import names, schema
from graphmap.records import About, Edge, Node, Record
from graphmap.sheets import Document, Reads, Row

READS = Reads(
    kind="purchases",
    title="Purchases",
    columns={
        "buyer_id": ("buyer id", "buyer no", "buyer number", "buyer code", "customer id", "customer no"),
        "buyer": ("buyer", "buyer name", "customer", "customer name", "purchaser", "buying company", "bought by"),
        "seller_id": ("seller id", "seller no", "seller number", "seller code"),
        "seller": ("seller", "seller name", "sold by", "bought from", "buys from"),
        "supplier_id": (
            "supplier id", "supplier no", "supplier number", "supplier code", "vendor id", "vendor no",
            "vendor number", "vendor code",
        ),
        "supplier": ("supplier", "supplier name", "vendor", "vendor name", "name 1"),
        "mineral": ("mineral", "minerals", "metal", "metals"),
        "commodity": ("commodity", "commodities", "commodity group", "material group", "category", "warengruppe"),
        "product": ("product", "product name", "product number", "part", "part number", "material", "article"),
        "share": (
            "share", "share of purchases", "purchase share", "percentage", "percent", "share in percent",
            "share percent", "volume share",
        ),
        "spend": ("spend", "annual spend", "spend amount", "amount", "purchase value", "value"),
        "currency": ("currency", "currency code", "curr"),
        "as_of": ("as of", "as of date", "date", "period end", "valid on"),
    },
    needs=(
        *((buyer, seller) for buyer in ("buyer", "buyer_id") for seller in ("seller", "seller_id")),
        # A list of suppliers may name their "buyer", a person: only what is bought makes it a list of purchases.
        *(
            (buyer, seller, what)
            for buyer in ("buyer", "buyer_id")
            for seller in ("supplier", "supplier_id")
            for what in ("mineral", "commodity", "product", "share", "spend")
        ),
    ),
    called=("purchases", "purchase list", "purchasing", "who buys from whom", "einkauf", "achats", "compras"),
)  # fmt: skip

_SCHEMED = re.compile(r"(?:DUNS|LEI):\S+")
_CURRENCY = re.compile(r"[A-Z]{3}")


class _Purchase(NamedTuple):
    """What is kept of a row until all rows are read."""

    buyer: Node
    seller: Node
    minerals: tuple[str, ...]
    product: str
    share: float | None
    spend: float | None
    currency: str
    address: str
    share_address: str


def load(document: Document) -> Iterator[Record]:
    """Purchases, and ``SAME_AS`` from written ids to the made ids of names.

    A value below a heading like "buyer id" is an id. Below plain "buyer" it may be an id or a name: it becomes
    the made id of that text, which lists of companies tie to their own ids.
    """
    same: dict[tuple[str, str], Edge] = {}
    dates: list[date] = []
    bought = [one for row in document.table(READS.columns) if (one := _purchase(row, same, dates))]
    yield About(READS.title, f"{READS.kind} {PurePath(document.file).stem}", max(dates).isoformat() if dates else "")
    yield from same.values()
    for one in bought:
        properties = {"product": one.product, "share": one.share, "spend": one.spend, "currency": one.currency}
        for mineral in one.minerals:
            yield Edge("BUYS_FROM", one.buyer, one.seller, one.address, mineral, properties)
    _tell_doubles(document, bought)
    _tell_sums(document, bought)
    _tell_circle(document, bought)


def _purchase(row: Row, same: dict[tuple[str, str], Edge], dates: list[date]) -> _Purchase | None:
    if day := row.past_date("as_of"):
        dates.append(day)
    buyer = _party(row, row.take("buyer_id"), row.take("buyer"), "buyer")
    seller = _party(
        row, row.take("seller_id") or row.take("supplier_id"), row.take("seller") or row.take("supplier"), "seller"
    )
    minerals = _minerals(row)
    share, spend, currency = row.share("share"), row.number_of("spend"), row.take("currency").upper()
    product = row.take("product")
    if spend is not None and spend < 0:
        row.issue("error", "spend", "a spend below zero is not used", "Leave out credit notes.")
        spend = None
    if currency and not _CURRENCY.fullmatch(currency):
        row.issue("warning", "currency", "this is no code of three letters by ISO 4217", "Write a code such as EUR.")
    if not (buyer and seller and minerals):
        return None
    if _are_one(buyer, seller):
        message = "the company buys from itself; the row is not used"
        row.issue("error", "seller", message, "Name the other company, or leave the row out.")
        return None
    address = row.address()
    for party in (buyer, seller):
        if not party.id.startswith("name:"):
            properties = {"reason": "its name or id as written", "author": "graphmap"}
            for text in (party.name, party.id):
                key = Node("Company", names.company_key(text), text)
                same.setdefault((party.id, key.id), Edge("SAME_AS", party, key, address, properties=properties))
    return _Purchase(buyer, seller, minerals, product, share, spend, currency, address, row.address("share"))


def _party(row: Row, id_: str, name: str, part: str) -> Node | None:
    if not id_ and _SCHEMED.fullmatch(name):
        id_, name = name, ""
    if id_ or name:
        return Node("Company", id_ or names.company_key(name), name or id_)
    row.issue("error", part, f"the row names no {part} and is not used", f"Name the {part} by its id or its name.")
    return None


def _are_one(buyer: Node, seller: Node) -> bool:
    keys = [{one.id, names.company_key(one.name), names.company_key(one.id)} for one in (buyer, seller)]
    given = [not one.id.startswith("name:") for one in (buyer, seller)]
    return buyer.id == seller.id if all(given) else bool(keys[0] & keys[1])


def _minerals(row: Row) -> tuple[str, ...]:
    """The minerals of a purchase, "" for any; none if the row says one that is not known.

    A commodity need not name a mineral: one that is none, or is made of more than one, may hold any.
    """
    found = []
    for text in chain.from_iterable(map(names.mineral_parts, row.split("mineral"))):
        mineral = names.mineral(text)
        if mineral is None:
            message, cure = names.mineral_problem(text)
            row.issue("error", "mineral", f"{message}; the row is not used", cure)
            return ()
        if mineral == schema.MULTIPLE:
            row.issue("note", "mineral", "names no single mineral: read as any", "List the minerals, parted by ';'.")
        found.append("" if mineral == schema.MULTIPLE else mineral)
    if found:
        return tuple(dict.fromkeys(found))
    goods = [
        names.commodity_mineral(text) for text in chain.from_iterable(map(names.mineral_parts, row.split("commodity")))
    ]
    if goods and not all(one and one != schema.MULTIPLE for one in goods):
        message = "this commodity names no single mineral: read as any"
        row.issue("note", "commodity", message, "Add a column 'mineral' where you know it.")
        return ("",)
    return tuple(dict.fromkeys(str(one) for one in goods)) or ("",)


def _tell_doubles(document: Document, bought: list[_Purchase]) -> None:
    seen: dict[tuple[str, str, str, str], str] = {}
    for one in bought:
        for mineral in one.minerals:
            first = seen.setdefault((one.buyer.id, one.seller.id, mineral, one.product), one.address)
            if first != one.address:
                effect = "; their shares are added up" if one.share is not None else ""
                message = f"the same purchase stands at {first}{effect}"
                document.issue("warning" if effect else "note", one.address, message, cure="Keep one row of the two.")


def _tell_sums(document: Document, bought: list[_Purchase]) -> None:
    """Warn where a buyer's shares of a mineral add up to more than 1; a named share counts before one for any."""
    given: dict[str, dict[str, dict[str, list[_Purchase]]]] = defaultdict(
        lambda: defaultdict(lambda: defaultdict(list))
    )
    for one in bought:
        if one.share is not None:
            for mineral in one.minerals:
                given[one.buyer.id][one.seller.id][mineral].append(one)
    for sellers in given.values():
        for mineral in sorted({mineral for shares in sellers.values() for mineral in shares}):
            counted = [one for shares in sellers.values() for one in shares.get(mineral) or shares.get("") or []]
            total = sum(one.share or 0.0 for one in counted)
            if total > 1 + 1e-6:
                rows = ", ".join(one.share_address for one in counted[:8]) + (", …" if len(counted) > 8 else "")
                what = f"of {mineral} " if mineral else ""
                message = f"the shares {what}that '{counted[0].buyer.name[:40]}' buys add up to {total:.0%} ({rows})"
                cure = "Correct the shares; until then they are scaled to 100%."
                document.issue("warning", counted[0].share_address, message, f"{total:.4g}", cure)


def _tell_circle(document: Document, bought: list[_Purchase]) -> None:
    rows = {(one.buyer.id, one.seller.id): one for one in reversed(bought)}
    sellers: dict[str, list[str]] = defaultdict(list)
    for buyer, seller in reversed(rows):
        sellers[buyer].append(seller)
    try:
        TopologicalSorter(sellers).prepare()
    except CycleError as error:
        circle = error.args[1][::-1]  # buyer before seller
        links = [rows[pair] for pair in pairwise(circle)]
        way = " from ".join(f"'{one.buyer.name[:40]}'" for one in (*links[:5], links[0]))
        message = f"companies buy from each other in a circle: {way}"
        document.issue("note", links[0].address, message, cure="Nothing to do if they really do.")
