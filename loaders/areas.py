"""Dated lists of areas of concern: the CAHRA list as JSON or CSV, or a plain table of countries and regions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import chain
from pathlib import PurePath
from typing import Any, NamedTuple

from graphmap import names, places, schema
from graphmap.records import About, Edge, Node, Record
from graphmap.sheets import Document, Reads, Row

READS = Reads(
    kind="areas",
    title="Areas of concern",
    columns={
        "iso2": ("iso2", "iso 2", "iso alpha 2", "alpha 2"),
        "iso3": ("iso3", "iso 3", "iso alpha 3", "alpha 3"),
        "country": ("country", "country name", "country code"),
        "whole_country": ("whole country",),
        "region_code": ("region code", "iso 3166 2", "subdivision code"),
        "region": ("region", "region name", "province", "state", "area"),
        "conflict_affected": ("conflict affected", "conflict affected area", "is conflict affected"),
        "high_risk": ("high risk", "high risk area", "is high risk"),
        "level": ("level", "risk level", "risk", "rating"),
        "list": ("list", "list name", "name of list", "area list"),
        "reason": ("reason", "rationale", "comment", "note"),
        "minerals": ("minerals", "mineral", "metal", "metals", "commodity", "commodities"),
        "as_of": ("as of", "as of date", "date", "list date"),
    },
    needs=tuple(
        (country, field)
        for country in ("country", "iso2", "region_code")
        for field in ("level", "list", "conflict_affected", "high_risk", "whole_country", "reason")
    ),
    proof=(
        ("conflict_affected",), ("high_risk",), ("whole_country",), ("level",),
        *(("list", field) for field in ("level", "reason", "region", "region_code")),
    ),
    values={"level": r"conflict.?affected|high.?risk|\bcahra\b|^listed$|^covered"},
    called=(
        "areas of concern", "cahra", "cahras", "high risk areas", "conflict affected areas", "risk areas",
        "conflict affected and high risk areas", "countries of concern", "watch list", "regions of concern",
    ),
    # Words of orders, sites and companies: a list of areas names nothing but areas.
    foreign=frozenset({
        "po", "order", "orders", "invoice", "delivery", "deliver", "shipment", "quantity", "qty", "price", "sku",
        "hs code", "tariff", "incoterm", "incoterms", "warehouse", "customer", "buyer", "seller", "vendor",
        "supplier", "company", "product", "part number", "spend", "amount", "currency", "share", "site", "plant",
        "hall", "building", "factory", "street", "address", "city", "town", "zip", "postal", "postcode", "latitude",
        "lat", "longitude", "lon", "lng", "coordinates", "gps", "geom", "mine", "mines", "pit", "shaft", "deposit",
        "smelter", "refiner", "facility", "cid", "contact", "email", "phone", "employee", "employees", "workers",
        "owner", "operator",
    }),
    json_keys=("meta", "entries"),
)  # fmt: skip

_CAHRA = "cahra"
_OWN = "own"
_LISTED = "listed"
_LISTS = {_CAHRA: "CAHRA list, Regulation (EU) 2017/821", _OWN: "own list"}
_YES = frozenset({"1", "true", "yes", "y", "x"})
_HARMLESS = frozenset({"low", "very low", "none", "no", "no risk", "low risk", "low-risk", "not listed", "green"})


class _Area(NamedTuple):
    """One area as the document lists it, and where it does so."""

    address: str
    country: str  # ISO code or name
    by_code: bool
    region_code: str
    region: str
    level: str
    list: str
    reason: str
    minerals: tuple[str, ...]


def load(document: Document) -> Iterator[Record]:
    """Areas on lists of concern, each with its level; and in which country a listed region lies.

    A country that is listed by regions is not listed as a whole, and a region that is not known never stands for
    its country. An area without a level has the level "listed". The CAHRA list is told by its flags; other lists
    are named in a column "list", else "own". A newer CAHRA list replaces an older one, whatever their files are
    called.
    """
    areas, as_of, facts = _read_json(document) if document.form == "json" else _read_table(document)
    lists = {area.list for area in areas}
    series = _CAHRA if lists == {_CAHRA} else PurePath(document.file).stem
    yield About(READS.title, f"{READS.kind} {series}", as_of, facts)
    levels: dict[tuple[str, str, str], _Area] = {}
    for area in areas:
        yield from _claims(document, area, levels)


def _claims(document: Document, area: _Area, levels: dict[tuple[str, str, str], _Area]) -> Iterator[Edge]:
    country = _country(document, area)
    if not country:
        return
    node = Node("Country", country, places.country_name(country))
    if area.region_code or area.region:
        region = _region(document, area, country)
        if not region:
            return
        whole, node = node, Node("Region", region, places.region_name(region))
        yield Edge("LOCATED_IN", node, whole, area.address)
    listed = Node("AreaList", area.list, _LISTS.get(area.list, area.list))
    for mineral in area.minerals:
        yield Edge("LISTED_BY", node, listed, area.address, mineral, {"level": area.level, "reason": area.reason})
        first = levels.setdefault((node.id, listed.id, mineral), area)
        if first is not area:
            same = first.level == area.level
            message = f"{node.id} stands at {first.address} already" + ("" if same else f", as {first.level}")
            document.issue("note" if same else "warning", area.address, message, area.level)


def _country(document: Document, area: _Area) -> str | None:
    country = places.country(area.country, listed=area.by_code) if area.country else None
    if not area.country and places.region(area.region_code, ""):
        country = places.country_of(area.region_code.upper())
    if not country:
        message, cure = places.country_problem(area.country) if area.country else ("no country is given", "Give it.")
        document.issue("error", area.address, f"{message}; the area is not used", area.country, cure)
    return country


def _region(document: Document, area: _Area, country: str) -> str | None:
    code, named = places.region(area.region_code, country), places.region(area.region, country)
    if area.region_code and not code:
        message, cure = places.region_problem(area.region_code, country)
        document.issue("error", area.address, f"{message}; the area is not used", area.region_code, cure)
        return None
    if not code:
        if not named:
            message, cure = places.region_problem(area.region, country)
            document.issue("error", area.address, f"{message}; the area is not used", area.region, cure)
        return named
    iso = places.region_name(code)
    if area.region and named != code and (named or not names.closest(area.region, [iso])):
        message = f"{area.region_code} is {iso} by ISO, not '{area.region[:40]}'; the code is used"
        document.issue("warning", area.address, message, area.region, "Ask the publisher of the list which is meant.")
    if code != area.region_code.upper():
        document.issue("note", area.address, f"ISO has replaced {area.region_code[:10]} by {code}", area.region_code)
    return code


# ---- tables ---------------------------------------------------------------------------------------------------

Read = tuple[list[_Area], str, dict[str, str]]
"""The areas, the date that the list speaks for, and what it says of itself."""


def _read_table(document: Document) -> Read:
    areas: list[_Area] = []
    dates: list[date] = []
    for row in document.table(READS.columns):
        is_cahra = row.has("conflict_affected") or row.has("high_risk")
        if day := row.past_date("as_of"):
            dates.append(day)
        if area := _area(document, row, is_cahra):
            areas.append(area)
    return areas, max(dates).isoformat() if dates else "", {}


def _area(document: Document, row: Row, is_cahra: bool) -> _Area | None:
    iso2, iso3, name = row.take("iso2"), row.take("iso3"), row.take("country")
    code, region = row.take("region_code"), row.take("region")
    listed, reason, level = row.take("list"), row.take("reason"), row.take("level").casefold()
    whole, conflict, risk = (_is_yes(row.take(field)) for field in ("whole_country", "conflict_affected", "high_risk"))
    minerals = _minerals(row)
    address = row.address("region_code" if code else "region" if region else "country")
    if is_cahra:
        level = level or _level(document, address, whole, bool(code or region), conflict, risk)
        listed = listed or _CAHRA
    if minerals is None or (is_cahra and not level):
        return None
    if level in _HARMLESS:
        message = f"an area of the level '{level}' is no area of concern; it is not used"
        row.issue("note", "level", message, "Leave it out, or give the level that it has on the list.")
        return None
    return _Area(
        address=address,
        country=iso2 or iso3 or name,
        by_code=bool(iso2 or iso3),
        region_code=code,
        region=region,
        level=level or _LISTED,
        list=" ".join(listed.casefold().split()) or _OWN,
        reason=reason,
        minerals=minerals,
    )


def _is_yes(text: str) -> bool:
    return text.casefold() in _YES


def _level(document: Document, address: str, whole: bool, part: bool, conflict: bool, risk: bool) -> str:
    """The level that the flags of the CAHRA list give, "" if they give none."""
    if conflict and risk:
        document.issue("note", address, "has both flags; read as conflict-affected")
    if conflict:
        return "conflict-affected"
    if risk:
        return "high-risk"
    if whole and not part:
        return _LISTED
    message = "is flagged neither conflict-affected nor high-risk nor as a whole country; it is not used"
    document.issue("error", address, message, cure="Correct the flags.")
    return ""


def _minerals(row: Row) -> tuple[str, ...] | None:
    """The minerals for which the area is listed, "" for all; None if the row names one that is not known."""
    found: dict[str, None] = {}
    for text in chain.from_iterable(map(names.mineral_parts, row.split("minerals"))):
        mineral = names.mineral(text)
        if not mineral:
            message, cure = names.mineral_problem(text)
            row.issue("error", "minerals", f"{message}; the area is not used", cure)
            return None
        found["" if mineral == schema.MULTIPLE else mineral] = None
    return tuple(found) or ("",)


# ---- JSON -----------------------------------------------------------------------------------------------------


def _read_json(document: Document) -> Read:
    """The shape of the published list: ``meta``, and ``entries`` of countries with ``regions`` or ``wholeCountry``."""
    content = _mapping(document, "$", document.json())
    meta = _mapping(document, "$.meta", content.get("meta"))
    areas = []
    for at, entry in _items(document, "$.entries", content.get("entries")):
        country, name = _text(entry, "iso2") or _text(entry, "iso3"), _text(entry, "countryName")
        if country and name and places.country(name) not in (None, places.country(country, listed=True)):
            document.issue(
                "warning", at, f"the code {country[:10]} does not stand for {name[:40]}; the code is used", name
            )
        parts = _items(document, f"{at}.regions", entry.get("regions") or [])
        if entry.get("wholeCountry") is True or not entry.get("regions"):
            parts = [(at, {}), *parts]
        for where, part in parts:
            code, region = _text(part, "code"), _text(part, "name")
            flags = (part.get("conflictAffected") is True, part.get("highRisk") is True)
            document.rows_read.append(where)
            if level := _level(document, where, entry.get("wholeCountry") is True, bool(part), *flags):
                areas.append(_Area(where, country or name, bool(country), code, region, level, _CAHRA, "", ("",)))
    facts = {key: text for key in ("version", "source", "retrieved") if (text := _text(meta, key))}
    return areas, _as_of(document, meta), facts


def _as_of(document: Document, meta: dict[str, Any]) -> str:
    """The day on which the report was published, else that of its data."""
    for key in ("reportsUpdated", "dataUpdated"):
        written = _text(meta, key)
        try:
            day = date.fromisoformat(written[:10])
        except ValueError:
            if written:
                document.issue("error", f"$.meta.{key}", "is not a date", written, "Write it as 2026-06-27.")
            continue
        if day <= document.today:
            return day.isoformat()
        message = "the date lies in the future and is not used"
        document.issue("warning", f"$.meta.{key}", message, written, "Correct the date.")
    return ""


def _mapping(document: Document, address: str, value: object) -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    document.issue("error", address, "is not an object of JSON and is not used", cure="Use the list as published.")
    return {}


def _items(document: Document, address: str, value: object) -> list[tuple[str, dict[str, Any]]]:
    if not isinstance(value, list):
        document.issue("error", address, "is not a list of JSON and is not used", cure="Use the list as published.")
        return []
    pairs = [(f"{address}[{i}]", item) for i, item in enumerate(value)]
    return [(at, found) for at, item in pairs if (found := _mapping(document, at, item))]


def _text(item: dict[str, Any], key: str) -> str:
    value = item.get(key)
    return value if isinstance(value, str) else ""
