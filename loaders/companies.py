"""The user's own list of companies: id, name, country, parent, role, contact."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import PurePath
from typing import NamedTuple

from graphmap import names, places
from graphmap.forms import contact
from graphmap.records import About, Edge, Node, Record
from graphmap.sheets import Document, Reads, Row

READS = Reads(
    kind="companies",
    title="Companies",
    columns={
        "id": (
            "id", "company id", "supplier id", "vendor id", "company no", "supplier no", "vendor no", "company number",
            "supplier number", "vendor number", "company code", "supplier code", "vendor code", "creditor",
            "creditor no", "account number", "account no", "erp id",
        ),
        "name": ("name", "company name", "supplier name", "vendor name", "legal name", "legal entity name", "name 1"),
        "either": ("company", "supplier", "vendor", "organisation", "organization"),
        "country": (
            "country", "country code", "country region", "country key", "company country", "supplier country",
            "vendor country", "location country",
        ),
        "region": ("region", "state", "province", "state province", "region code"),
        "parent_id": ("parent id", "parent company id", "group id", "parent no"),
        "parent": ("parent", "parent company", "parent name", "ultimate parent", "group", "owner", "owned by"),
        "role": ("role", "roles", "company role", "relationship", "type", "company type"),
        "contact": ("contact", "contact name", "contact person"),
        "email": ("email", "e mail", "email address", "contact email", "contact e mail", "mail"),
        "phone": ("phone", "phone number", "telephone", "contact phone", "tel"),
        "contact_title": ("contact title", "job title", "position"),
        "duns": ("duns", "duns number", "duns no", "d u n s", "d u n s number"),
        "lei": ("lei", "lei code", "legal entity identifier"),
        "as_of": ("as of", "as of date", "status date", "date"),
    },
    needs=(
        ("id", "name"), ("id", "either"), ("either", "name"),
        *((name, field) for name in ("name", "either") for field in ("country", "role", "parent", "contact", "email")),
        *((name, field) for name in ("name", "either") for field in ("parent_id", "duns", "lei")),
    ),
    proof=(
        ("id",), ("name",), ("either",), ("parent_id",), ("parent",), ("duns",), ("lei",), ("role",),
        ("contact_title",),
    ),
    values={
        "role": r"\b(?:brand|own company|reporting company|supplier|vendor|trader|distributor|manufacturer|tier \d)\b",
        "name": (
            r"\b(?:ltd|limited|inc|corp|corporation|llc|plc|gmbh|ag|s\.? ?a\.?|s\.? ?p\.? ?a|s\.? ?r\.? ?l|b\.? ?v|"
            r"n\.? ?v|ab|oy|co|company|pte|pty|pvt|bhd|holding|group)\b\.?$|公司|株式会社|有限|会社|주식회사"
        ),
    },
    called=(
        "suppliers", "vendors", "companies", "direct suppliers", "supplier master", "vendor master", "our suppliers",
        "business partners", "lieferanten", "fournisseurs", "proveedores",
    ),
    foreign=frozenset({
        "po", "purchase order", "invoice", "quantity", "qty", "unit price", "shipment", "smelter", "refiner", "mine",
        "mines", "conflict affected", "high risk",
    }),
)  # fmt: skip

_ROLES = {
    **dict.fromkeys(("brand", "brand owner", "own company", "reporting company", "self"), "brand"),
    **dict.fromkeys(("supplier", "direct supplier", "tier 1", "tier 1 supplier", "vendor"), "supplier"),
}  # fmt: skip
"""Roles that mean the same to us; any other is kept as it is written."""


_PERSON = ("contact", "email", "phone", "contact_title")


class _Listed(NamedTuple):
    """What is kept of a row until all rows are read."""

    company: Node
    address: str
    role_address: str
    roles: frozenset[str]
    parent_id: str
    parent: str
    parent_address: str


def load(document: Document) -> Iterator[Record]:
    """Companies with what the list says of each.

    A company without an id is known by its name. ``SAME_AS`` ties an id to the made ids of its name and of the id
    itself, where documents that write either one meet it. If exactly one row has the role brand, it buys from each
    row with the role supplier; the shares are unknown.
    """
    claims: list[Edge | Node] = []
    listed: list[_Listed] = []
    dates: list[date] = []
    numbers: dict[str, str] = {}
    for row in document.table(READS.columns):
        columns = [row.address(field).rstrip("0123456789") for field in _PERSON if row.has(field)]
        document.keep_private(rf"(?:{'|'.join(map(re.escape, columns))})\d+")
        company = _company(row)
        if day := row.past_date("as_of"):
            dates.append(day)
        if company:
            said = list(_claims(document, row, company, numbers))
            kept = _keep(row, company)
            if not (said or kept.roles or kept.parent_id or kept.parent):
                row.issue("note", "name", "the row gives a name and nothing else", "Give a country or a role.")
            claims += said or [company]
            listed.append(kept)
    yield About(READS.title, f"{READS.kind} {PurePath(document.file).stem}", max(dates).isoformat() if dates else "")
    yield from claims
    yield from _owners(document, listed)
    yield from _direct_suppliers(document, listed)
    _tell_doubles(document, listed)


def _company(row: Row) -> Node | None:
    id_, name = row.take("id"), row.take("name")
    if not name:
        name = row.take("either")
    elif not id_:
        id_ = row.take("either")  # "Vendor" beside "Name 1" is the vendor's number
    if not id_ and not name:
        row.issue("error", "", "the row has neither an id nor a name and is not used", "Give an id or a name.")
        for field in READS.columns:  # told as a whole, not once more for each column
            row.take(field)
        return None
    return Node("Company", id_ or names.company_key(name), name or id_)


def _claims(document: Document, row: Row, company: Node, numbers: dict[str, str]) -> Iterator[Edge]:
    for key in dict.fromkeys((names.company_key(company.name), names.company_key(company.id))):
        if not company.id.startswith("name:"):
            yield _same(row.address(), company, Node("Company", key, company.name), "its name or id on the same row")
    for scheme, check in (("DUNS", _duns), ("LEI", _lei)):
        number = check(row)
        if number and numbers.setdefault(number, company.id) == company.id:
            yield _same(row.address(scheme.lower()), company, Node("Company", number), "stated on the same row")
        elif number:
            message = f"{number} is also the number of {numbers[number]}; it is used for that one only"
            row.issue("error", scheme.lower(), message, "One of the two is wrong, or both rows are one company.")
    place = places.read_place(row)
    for node in place.nodes:
        field = "region" if node.label == "Region" else "country"
        yield Edge("LOCATED_IN", company, node, row.address(field), properties={"written": place.written})
    person = {"name": row.take("contact"), "email": row.take("email"), "phone": row.take("phone")}
    if "@" in person["name"] and not person["email"]:
        person = {**person, "name": "", "email": person["name"]}
    if person["email"] and "@" not in person["email"]:
        row.issue("note", "email", "this is no e-mail address; it is kept as written")
    said = {"title": row.take("contact_title"), **person}
    address = row.address("contact" if person["name"] else "email")
    yield from contact(document, company, "contact", address, said if any(person.values()) else {})


def _same(address: str, company: Node, other: Node, reason: str) -> Edge:
    return Edge("SAME_AS", company, other, address, properties={"reason": reason, "author": "graphmap"})


def _duns(row: Row) -> str:
    """A D-U-N-S number: nine digits, also written 12-345-6789."""
    written = row.take("duns")
    digits = re.sub(r"[\s-]", "", written)
    if re.fullmatch(r"[0-9]{9}", digits):
        return f"DUNS:{digits}"
    if written:
        cure = "Did a spreadsheet drop leading zeros? Format the column as text."
        row.issue("error", "duns", "a D-U-N-S number has nine digits; this one is not used", cure)
    return ""


def _lei(row: Row) -> str:
    """A Legal Entity Identifier: 20 letters and digits with check digits by ISO 17442 (modulo 97 is 1)."""
    written = row.take("lei")
    code = written.upper().replace(" ", "")
    if re.fullmatch(r"[A-Z0-9]{18}[0-9]{2}", code) and int("".join(str(int(sign, 36)) for sign in code)) % 97 == 1:
        return f"LEI:{code}"
    if written:
        row.issue(
            "error", "lei", "this is no valid LEI and is not used", "An LEI has 20 signs; check for a typing error."
        )
    return ""


def _keep(row: Row, company: Node) -> _Listed:
    roles = frozenset(
        _ROLES.get(role, role) for role in (" ".join(text.casefold().split()) for text in row.split("role"))
    )
    parent_id = row.take("parent_id")
    parent = row.take("parent")
    address = row.address("parent_id" if parent_id else "parent")
    return _Listed(company, row.address(), row.address("role"), roles, parent_id, parent, address)


def _owners(document: Document, listed: list[_Listed]) -> Iterator[Edge]:
    own = {one.company.id: one.company for one in listed}
    for one in listed:
        written = one.parent_id or one.parent
        if not written:
            continue
        id_ = written if one.parent_id or written in own else names.company_key(written)
        parent = own.get(id_) or Node("Company", id_, one.parent or written)
        if parent.id == one.company.id or parent.id == names.company_key(one.company.name):
            document.issue("note", one.parent_address, "the company is its own parent; read as having none", written)
        else:
            yield Edge("OWNED_BY", one.company, parent, one.parent_address)


def _direct_suppliers(document: Document, listed: list[_Listed]) -> Iterator[Edge]:
    for one in listed:
        for role in sorted(one.roles):
            yield Edge("HAS_ROLE", one.company, Node("Role", role, role), one.role_address)
    brands = [one for one in listed if "brand" in one.roles]
    suppliers = [one for one in listed if "supplier" in one.roles]
    if len({brand.company.id for brand in brands}) == 1:
        for one in suppliers:
            if one.company.id != brands[0].company.id:
                yield Edge("BUYS_FROM", brands[0].company, one.company, one.role_address)
    elif brands and suppliers:
        rows = ", ".join(brand.role_address for brand in brands[:5])
        message = f"several rows have the role brand ({rows}): no supplier is joined to one of them"
        cure = "Say who buys from whom in a table of purchases."
        document.issue("warning", brands[1].role_address, message, cure=cure)
    elif suppliers:
        message = "no row has the role brand: the suppliers are joined to no buyer"
        cure = "Give your own company's row the role brand, or load a table of purchases."
        document.issue("note", suppliers[0].role_address, message, cure=cure)


def _tell_doubles(document: Document, listed: list[_Listed]) -> None:
    by_id: dict[str, _Listed] = {}
    by_name: dict[str, _Listed] = {}
    for one in listed:
        id_, name = one.company.id, names.normalise(one.company.name)
        first = by_id.setdefault(id_, one)
        if first is not one:
            same = names.normalise(first.company.name) == name
            message = f"the same id stands at {first.address}; what both rows say is kept"
            cure = "" if same else f"That row names '{first.company.name[:40]}': give each company its own id."
            document.issue("note" if same else "warning", one.address, message, id_, cure)
        elif (other := by_name.setdefault(name, one)) is not one:
            message = f"has the name of {other.company.id} ({other.address}): who writes only the name means neither"
            document.issue("warning", one.address, message, one.company.name, "Use ids in the other documents.")
