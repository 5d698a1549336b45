"""Mine sites: what they dig, where they stand, and which smelters they feed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import chain
from pathlib import PurePath

from graphmap import names, places, schema
from graphmap.records import About, Edge, Node, Record, Value
from graphmap.sheets import Document, Reads, Row

READS = Reads(
    kind="mines",
    title="Mines",
    columns={
        "id": ("mine id", "mine site id", "site id", "mine code", "icmmid", "icglr id", "pcode", "id"),
        "name": ("mine", "mine name", "mine site", "mine site name", "site name"),
        "plain": ("name",),
        "mineral": ("mineral", "minerals", "primary commodity", "commodity", "commodities", "metal", "metals", "ore"),
        "second": ("secondary commodity",),
        "others": ("other commodities",),
        "country": ("country", "mine country", "country of mine", "country of origin", "country code"),
        "region": ("region", "province", "state", "state province", "region code", "mine region"),
        "latitude": ("latitude", "lat"),
        "longitude": ("longitude", "lon", "lng", "long"),
        "coordinates": ("coordinates", "gps", "gps coordinates", "lat lon"),
        "precision": ("precision", "coordinate precision", "accuracy", "confidence factor"),
        "feeds": ("smelters fed", "smelter fed", "fed smelters", "feeds", "feeds smelters", "supplies smelters"),
        "smelters": ("smelters", "smelter", "smelter ids", "smelter id", "cid", "supplies"),
        "kind": ("asset type", "facility type", "site type"),
        "annex_ii": ("annex ii", "annex ii risks", "annex ii flags", "oecd annex ii", "red flags"),
        "reason": ("reason", "annex ii reason", "flag reason"),
        "as_of": ("as of", "as of date", "visit date", "date"),
    },
    needs=(
        *(
            (name, field)
            for name in ("name", "plain")
            for field in ("country", "mineral", "feeds", "smelters", "latitude", "coordinates")
        ),
    ),
    proof=(("id",), ("name",), ("plain", "feeds"), ("kind",)),
    values={"kind": r"\bmines?\b"},
    called=("mines", "mine sites", "mine list", "mining sites"),
    foreign=frozenset({
        "po", "order", "invoice", "delivery", "shipment", "quantity", "qty", "price", "sku", "buyer", "seller",
        "customer", "vendor", "currency", "spend",
    }),
)  # fmt: skip


def load(document: Document) -> Iterator[Record]:
    """Mines with place, minerals, risks and the smelters that they feed.

    The mineral of a mine comes from where the mine stands. A fed smelter is named by its id: a name alone does not
    say which smelter it is.
    """
    claims: list[Edge] = []
    dates: list[date] = []
    strange: dict[str, list[str]] = {}  # minerals that are not known here -> addresses
    seen: dict[str, tuple[str, str]] = {}
    for row in document.table(READS.columns):
        if day := row.past_date("as_of"):
            dates.append(day)
        claims += _claims(row, strange, seen)
    yield About(READS.title, f"{READS.kind} {PurePath(document.file).stem}", max(dates).isoformat() if dates else "")
    yield from claims
    for text, rows in sorted(strange.items()):
        count = "1 row" if len(rows) == 1 else f"{len(rows):,} rows"
        message = f"'{text[:40]}' is not among the minerals that are followed here; {count}"
        document.issue("note", rows[0], message, text)


def _claims(row: Row, strange: dict[str, list[str]], seen: dict[str, tuple[str, str]]) -> Iterator[Edge]:
    name, id_ = row.take("name") or row.take("plain"), row.take("id")
    minerals = _minerals(row, strange)
    place = places.read_place(row)
    where, precision = places.read_coordinates(row, place), row.take("precision")
    fed, risks, reason, kind = (
        [(field, text) for field in ("feeds", "smelters") for text in row.split(field)],
        row.split("annex_ii"),
        row.take("reason"),
        row.take("kind"),
    )
    if kind and "mine" not in kind.casefold():
        row.issue("note", "kind", f"a site of type '{kind[:40]}' is no mine; the row is not used")
        return
    if not id_ and not (name and place.country):
        message = "without an id, a mine is known by name and country: the row is not used"
        field = next((field for field in ("name", "plain") if row.take(field)), "")
        row.issue("error", field, message, "Give its id, or name and country.")
        return
    mine = Node("Mine", id_ or f"mine:{names.normalise(name)}:{place.country}", name or id_)
    said: list[Edge] = []
    for node in place.nodes:
        exact: dict[str, Value] = {**where, "precision": precision} if where and not said else {}
        address = row.address("region" if node.label == "Region" else "country")
        said.append(Edge("LOCATED_IN", mine, node, address, properties={"written": place.written, **exact}))
    for node in place.nodes:
        address = row.address("region" if node.label == "Region" else "country")
        properties = {"written": place.written}
        said += [Edge("ORIGINATES_IN", mine, node, address, mineral, properties) for mineral in minerals]
    said += _feeds(row, mine, fed, minerals)
    for text in risks:
        if risk := names.risk(text):
            node = Node("Risk", risk, schema.ANNEX_II[risk])
            said.append(Edge("FLAGGED", mine, node, row.address("annex_ii"), properties={"reason": reason}))
        else:
            message = f"'{text[:40]}' is no risk of Annex II"
            row.issue("error", "annex_ii", message, "Write the numbers 1 to 6, parted by ';'.")
    if not said:
        row.issue("warning", "", "the row says nothing of the mine but its name", "Give its country.")
    _tell_double(row, mine, place, seen)
    yield from said


def _minerals(row: Row, strange: dict[str, list[str]]) -> tuple[str, ...]:
    """The minerals of a mine: "" alone if it names none or "multiple", none at all if it names only strange ones."""
    found: dict[str, None] = {}
    others = False
    for field in ("mineral", "second", "others"):
        for text in chain.from_iterable(map(names.mineral_parts, row.split(field))):
            if mineral := names.mineral(text):
                found["" if mineral == schema.MULTIPLE else mineral] = None
            else:
                others = True
                strange.setdefault(text.casefold(), []).append(row.address(field))
    return tuple(found) or (() if others else ("",))


def _feeds(row: Row, mine: Node, fed: list[tuple[str, str]], minerals: tuple[str, ...]) -> Iterator[Edge]:
    mineral = minerals[0] if len(minerals) == 1 else ""
    for field, text in fed:
        if id_ := names.smelter_id(text):
            properties = {"written_name": mine.name}
            yield Edge("FED_BY", Node("Smelter", id_), mine, row.address(field), mineral, properties)
        else:
            message = f"'{text[:40]}' is no smelter id; that the mine feeds it is not used"
            row.issue("error", field, message, "Write the id, CID and six digits: smelters share names.")


def _tell_double(row: Row, mine: Node, place: places.Place, seen: dict[str, tuple[str, str]]) -> None:
    address, country = seen.setdefault(mine.id, (row.address(), place.country))
    if address == row.address():
        return
    if country and place.country and country != place.country:
        message = f"{mine.id[:40]} stands in {places.country_name(country)} at {address}; both rows are kept"
        row.issue("warning", "country", message, "Correct one, or give each mine its own id.")
    else:
        row.issue("note", "", f"{mine.id[:40]} stands at {address} already; what both rows say is kept")
