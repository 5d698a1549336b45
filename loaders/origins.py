"""Country-of-origin data: from where a smelter's mineral comes, as a member of the RMI gets it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import chain
from pathlib import PurePath

from graphmap import names, places, schema
from graphmap.records import About, Edge, Node, Record
from graphmap.sheets import Document, Reads, Row

READS = Reads(
    kind="origins",
    title="Countries of origin",
    columns={
        "cid": (
            "smelter id", "cid", "facility id", "smelter cid", "rmi id", "smelter identification",
            "smelter identification number", "refiner id",
        ),
        "smelter": ("smelter", "refiner", "smelter or refiner", "facility"),
        "name": ("smelter name", "facility name", "standard facility name", "standard smelter name", "refiner name"),
        "smelter_country": ("smelter country", "country location", "facility country", "location"),
        "origin": (
            "country of origin", "countries of origin", "origin", "origin country", "mineral origin", "mine country",
            "country of mine", "sourcing country", "source country", "rcoi", "rcoi country", "coo",
        ),
        "mineral": ("mineral", "minerals"),
        "metal": ("metal", "metals"),
        "country": ("country", "countries"),
        "region": ("region of origin", "origin region", "region", "province"),
        "level": ("level", "rcoi level", "origin level"),
        "as_of": ("as of", "as of date", "date", "period end"),
    },
    needs=(
        *((smelter, "origin") for smelter in ("cid", "smelter", "name")),
        # Below a plain "Country" stands where a facility is in every other table: only if the sheet is called so.
        *((smelter, mineral, "country") for smelter in ("cid", "smelter") for mineral in ("mineral", "metal")),
    ),
    proof=(
        *((smelter, "origin") for smelter in ("cid", "smelter", "name")),
        ("smelter", "mineral", "country", "level"),
    ),
    values={"cid": r"\bcid[ ._#:-]*\d{6}\b", "smelter": r"\bcid[ ._#:-]*\d{6}\b", "level": r"^(?:level ?|l)[123]\b"},
    called=("origins", "countries of origin", "country of origin", "rcoi", "rcoi data", "coo", "mineral origins"),
    foreign=frozenset({
        "po", "order", "invoice", "delivery", "shipment", "quantity", "qty", "price", "sku", "hs code", "tariff",
        "buyer", "seller", "customer", "vendor", "supplier", "importer", "exporter", "product", "incoterm", "mine",
        "mines",
    }),
)  # fmt: skip

_NO_PLACE = ("recycled", "scrap", "secondary", "recycled scrap", "scrap recycled", "recycled or scrap")


def load(document: Document) -> Iterator[Record]:
    """Origins of what a smelter processes, each with its level (L1, L2, L3, DRC, …) as written.

    A smelter without an id is known by name, mineral and the country where it stands. "Recycled" is no place.
    """
    claims: list[Edge] = []
    dates: list[date] = []
    for row in document.table(READS.columns):
        if day := row.past_date("as_of"):
            dates.append(day)
        claims += _claims(document, row)
    yield About(READS.title, f"{READS.kind} {PurePath(document.file).stem}", max(dates).isoformat() if dates else "")
    yield from claims
    _tell_doubles(document, claims)


def _claims(document: Document, row: Row) -> Iterator[Edge]:
    minerals = _minerals(row)
    smelter = _smelter(row, minerals)
    field = "origin" if row.take("origin") else "country"
    written, region, level = row.split(field), row.take("region"), row.take("level")
    if not smelter or minerals is None:
        return
    if not written:
        row.issue("error", field, "the row names no country of origin and is not used", "Name the country.")
    for text in written:
        if names.normalise(text) in _NO_PLACE:
            message = "recycled or scrap is no place of origin; nothing is claimed"
            document.issue("note", row.address(field), message, text)
            continue
        country = places.country(text)
        if not country:
            message, cure = places.country_problem(text)
            document.issue("error", row.address(field), f"{message}; this origin is not used", text, cure)
            continue
        inside = places.region(region, country) if len(written) == 1 else None
        if region and not inside:
            row.issue("error", "region", *places.region_problem(region, country))
        place = places.Place(country, inside or "", text)
        for node in place.nodes:
            address = row.address("region" if node.label == "Region" else field)
            properties = {"written": f"{region}, {text}" if inside else text, "level": level}
            for mineral in minerals:
                yield Edge("ORIGINATES_IN", smelter, node, address, mineral, properties)


def _minerals(row: Row) -> tuple[str, ...] | None:
    """The minerals of the row, "" for all that the smelter processes; None if it names one that is not known."""
    found: dict[str, None] = {}
    for text in chain.from_iterable(map(names.mineral_parts, row.split("mineral") + row.split("metal"))):
        mineral = names.mineral(text)
        if not mineral:
            message, cure = names.mineral_problem(text)
            row.issue("error", "mineral", f"{message}; the row is not used", cure)
            return None
        found["" if mineral == schema.MULTIPLE else mineral] = None
    return tuple(found) or ("",)


def _smelter(row: Row, minerals: tuple[str, ...] | None) -> Node | None:
    written, either, name, land = (row.take(field) for field in ("cid", "smelter", "name", "smelter_country"))
    id_ = names.smelter_id(written) or names.smelter_id(either)
    if id_:
        return Node("Smelter", id_, name)
    name = name or either
    country = places.country(land)
    if name and country and minerals and len(minerals) == 1 and minerals[0]:
        return Node("Smelter", names.unlisted_id(minerals[0], name, country), name)
    field = "cid" if written else "smelter" if either else "name"
    message = f"'{(written or name)[:40]}' does not say which smelter is meant: the row is not used"
    row.issue("error", field, message, "Write its id, CID and six digits; or name, mineral and the smelter's country.")
    return None


def _tell_doubles(document: Document, claims: list[Edge]) -> None:
    seen: dict[tuple[str, str, str], Edge] = {}
    for claim in claims:
        first = seen.setdefault((claim.tail.id, claim.head.id, claim.mineral), claim)
        if first.row != claim.row and claim.head.label == "Country":
            differs = first.properties["level"] != claim.properties["level"]
            message = f"the same origin stands at {first.row}" + (" with another level" if differs else "")
            document.issue("warning" if differs else "note", claim.row, message)
