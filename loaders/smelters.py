"""Assurance lists of smelters: the public facility list as exported, or a plain table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import PurePath
from typing import NamedTuple

from graphmap import names, places, schema
from graphmap.records import About, Edge, Node, Record, Value
from graphmap.sheets import Document, Reads, Row

READS = Reads(
    kind="smelters",
    title="Smelter assurance list",
    columns={
        "cid": (
            "facility id", "smelter id", "cid", "rmi id", "rmi cid", "smelter identification", "new smelter id",
            "smelter identification number", "smelterid", "refiner id",
        ),
        "name": (
            "standard facility name", "facility name", "standard smelter name", "smelter name", "refiner name",
            "smeltername",
        ),
        "either": ("name", "smelter", "facility", "refiner"),
        "metal": ("metal", "metals", "mineral", "minerals", "commodity"),
        "country": ("country location", "country", "location", "country code"),
        "own_country": ("smelter country", "facility country"),
        "region": ("region", "state", "province", "state province", "region code"),
        "rmap_status": ("due diligence assessment program status", "rmap status", "rmi status"),
        "status": (
            "status", "assessment status", "conformance status", "conformancestatus", "audit status",
        ),
        "scheme": ("scheme", "assurance scheme", "programme", "program", "assessment program", "standard"),
        "assessed": (
            "last assessment", "last assessment date", "assessed", "last audit", "last audit date", "lastauditdate",
            "audit date", "assessment date",
        ),
        "valid_until": ("valid until", "valid to", "expires", "expiry", "expiry date", "next due", "validity"),
        "latitude": ("latitude", "lat"),
        "longitude": ("longitude", "lon", "lng", "long"),
        "coordinates": ("coordinates", "gps", "gps coordinates", "lat lon"),
        "precision": ("precision", "coordinate precision", "accuracy"),
        "annex_ii": ("annex ii", "annex ii risks", "annex ii flags", "oecd annex ii", "red flags"),
        "reason": ("reason", "annex ii reason", "flag reason"),
        "as_of": ("as of", "as of date", "list date", "date"),
    },
    needs=(
        *(("cid", status) for status in ("status", "rmap_status")),
        *((name, "metal", "rmap_status") for name in ("name", "either")),
        ("name", "metal", "status"),
        ("either", "metal", "status", "scheme"),
        ("cid", "metal", "name", "country"),
    ),
)  # fmt: skip

_UNSTATED = "unstated"


class _Stated(NamedTuple):
    """What one row says of a smelter, to be compared with the other rows."""

    address: str
    name: str
    country: str
    statuses: Mapping[tuple[str, str], str]  # by mineral and scheme


def load(document: Document) -> Iterator[Record]:
    """Smelters with status, place and risks. The status is kept as written; "Multiple" metals name no mineral.

    The public export speaks of RMAP; a plain table names its scheme, else the scheme is "unstated". A smelter
    without an id is known by metal, name and country.
    """
    claims: list[Edge] = []
    dates: list[date] = []
    stated: dict[str, list[_Stated]] = {}
    for row in document.table(READS.columns):
        if day := row.past_date("as_of"):
            dates.append(day)
        claims += _claims(row, stated)
    yield About(READS.title, f"{READS.kind} {PurePath(document.file).stem}", max(dates).isoformat() if dates else "")
    yield from claims
    nameless = [claim.row for claim in claims if claim.head == _scheme(_UNSTATED)]
    if nameless:
        message = f"no scheme is named for {len(nameless)} of the statuses; they are kept under '{_UNSTATED}'"
        document.issue("note", nameless[0], message, cure="Add a column 'scheme', such as RMAP.")


def _claims(row: Row, stated: dict[str, list[_Stated]]) -> Iterator[Edge]:
    minerals = _minerals(row)
    land = "own_country" if row.take("own_country") else "country"
    place = places.read_place(row, land)
    where = places.read_coordinates(row, place)
    precision = row.take("precision")
    field, scheme, properties = _assessment(row)
    risks = [(text, names.risk(text)) for text in row.split("annex_ii")]
    reason = row.take("reason")
    smelter = _smelter(row, minerals, place)
    if not smelter:
        return
    said: list[Edge] = []
    for node in place.nodes:
        exact: dict[str, Value] = {**where, "precision": precision} if where and not said else {}
        address = row.address("region" if node.label == "Region" else land)
        said.append(Edge("LOCATED_IN", smelter, node, address, properties={"written": place.written, **exact}))
    if field:
        head, address = _scheme(scheme), row.address(field)
        said += [Edge("ASSESSED_BY", smelter, head, address, mineral, properties) for mineral in minerals]
    for text, risk in risks:
        if risk:
            node = Node("Risk", risk, schema.ANNEX_II[risk])
            said.append(Edge("FLAGGED", smelter, node, row.address("annex_ii"), properties={"reason": reason}))
        else:
            message = f"'{text[:40]}' is no risk of Annex II"
            row.issue("error", "annex_ii", message, "Write the numbers 1 to 6, parted by ';'.")
    if not said:
        row.issue("warning", "", "the row says nothing of the smelter but its name", "Give its country or its status.")
    statuses = {(mineral, scheme): str(properties["status"]) for mineral in minerals if field}
    _compare(row, smelter, _Stated(row.address(), smelter.name, place.country, statuses), stated)
    yield from said


def _minerals(row: Row) -> tuple[str, ...]:
    """The minerals of the row; "" alone if it names several at once, none, or only such as are not known here."""
    written = row.split("metal")
    found = [names.mineral(text) for text in written]
    known = dict.fromkeys(mineral for mineral in found if mineral and mineral != schema.MULTIPLE)
    for text, mineral in zip(written, found, strict=True):
        if not mineral:
            message, cure = names.mineral_problem(text)
            row.issue("warning", "metal", message if known else f"{message}: the row is read as naming none", cure)
    return tuple(known) or ("",)


def _smelter(row: Row, minerals: tuple[str, ...], place: places.Place) -> Node | None:
    name, either, written = row.take("name"), row.take("either"), row.take("cid")
    id_ = names.smelter_id(written) or names.smelter_id(either)
    if not names.smelter_id(either):
        name = name or either
    if written and not id_:
        row.issue("warning", "cid", f"'{written[:40]}' is no smelter id", "An id is CID and six digits: CID001234.")
    if id_:
        return Node("Smelter", id_, name or id_)
    mineral = minerals[0] or schema.MULTIPLE
    if name and row.take("metal") and place.country and len(minerals) == 1:
        return Node("Smelter", names.unlisted_id(mineral, name, place.country), name)
    message = "without an id, a smelter is known by name, one metal and country: the row is not used"
    row.issue("error", next((field for field in ("name", "either") if row.take(field)), ""), message, "Give the id.")
    return None


def _scheme(name: str) -> Node:
    return Node("Scheme", name, name)


def _assessment(row: Row) -> tuple[str, str, dict[str, Value]]:
    """The field that holds the status ("" for none), the scheme, and the properties of the claim."""
    scheme, rmap, plain = row.take("scheme"), row.take("rmap_status"), row.take("status")
    assessed, valid_until = row.past_date("assessed"), row.date("valid_until")
    if assessed and valid_until and valid_until < assessed:
        row.issue("error", "valid_until", "ends before the assessment and is not used", "Correct one of the dates.")
        valid_until = None
    field = "rmap_status" if rmap else "status" if plain else ""
    if not field and (scheme or assessed or valid_until):
        row.issue("warning", "status", "an assessment without a status is not used", "Give the status.")
    properties: dict[str, Value] = {"status": rmap or plain, "assessed": assessed, "valid_until": valid_until}
    return field, scheme or ("RMAP" if rmap else _UNSTATED), properties


def _compare(row: Row, smelter: Node, new: _Stated, stated: dict[str, list[_Stated]]) -> None:
    """Tell where two rows of the list contradict or repeat each other."""
    others = stated.setdefault(smelter.id, [])
    for old in others:
        doubts = []
        if old.country and new.country and old.country != new.country:
            doubts.append(f"the country is {places.country_name(old.country)} at {old.address}")
        if names.normalise(old.name) != names.normalise(new.name):
            doubts.append(f"the name is '{old.name[:40]}' at {old.address}")
        doubts += [
            f"the status is '{old.statuses[key][:40]}' at {old.address}"
            for key in sorted(old.statuses.keys() & new.statuses.keys())
            if old.statuses[key].casefold() != new.statuses[key].casefold()
        ]
        if doubts:
            row.issue("warning", "", f"of {smelter.id}, {'; '.join(doubts)}", "Correct one; until then both are kept.")
            break
        if old.statuses.keys() == new.statuses.keys():
            row.issue("note", "", f"says the same of {smelter.id} as {old.address}")
            break
    others.append(new)
