"""Assurance lists of smelters: the facility list as its members or the public export it, or a plain table."""

from __future__ import annotations

import re
from calendar import monthrange
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import chain
from pathlib import PurePath
from typing import NamedTuple

from graphmap import names, places, schema
from graphmap.records import About, Edge, Node, Record, Severity, Value
from graphmap.sheets import Document, Reads, Row, header_words

READS = Reads(
    kind="smelters",
    title="Smelter assurance list",
    columns={
        "cid": (
            "facility id", "smelter id", "cid", "rmi id", "rmi cid", "smelter identification", "new smelter id",
            "smelter identification number", "refiner id",
        ),
        "name": (
            "standard facility name", "facility name", "standard smelter name", "smelter name", "refiner name",
        ),
        "either": ("name", "smelter", "facility", "refiner"),
        "metal": ("metal", "metals", "mineral", "minerals", "commodity"),
        "country": ("country location", "country", "location", "country code"),
        "own_country": ("smelter country", "facility country"),
        "region": ("region", "state", "province", "state province", "state province region", "region code"),
        "rmap_status": ("due diligence assessment program status", "rmap status", "rmi status"),
        "status": ("status", "assessment status", "conformance status", "audit status"),
        "scheme": (
            "scheme", "assurance scheme", "programme", "program", "assessment program", "standard",
            "dd assessment scheme", "due diligence assessment scheme", "assessment scheme",
        ),
        "assessed": (
            "last assessment", "last assessment date", "assessed", "last audit", "last audit date", "audit date",
            "assessment date", "dd assessment date", "due diligence assessment date", "date of last assessment",
        ),
        "valid_until": (
            "valid until", "valid to", "expires", "expiry", "expiry date", "next due", "validity",
            "assessment valid until", "assessment expiry date",
        ),
        "cycle": ("dd assessment cycle", "due diligence assessment cycle", "assessment cycle", "audit cycle", "cycle"),
        "reassessment": (
            "re assessment in progress", "re audit in progress", "re assessment", "re audit", "assessment in progress",
        ),
        "operational": ("operational status", "operating status", "operation status"),
        "tier": ("supply chain level",),
        "cross": ("rmi cross recognition", "cross recognition", "rmap cross recognition", "cross recognized by"),
        "lbma": ("lbma rg", "lbma rgg", "lbma"),
        "rjc": ("rjc", "rjc coc"),
        "accredited": ("date of accreditation", "accreditation date", "accredited", "accredited since"),
        "latitude": ("latitude", "lat"),
        "longitude": ("longitude", "lon", "lng", "long"),
        "coordinates": ("coordinates", "gps", "gps coordinates", "lat lon"),
        "precision": ("precision", "coordinate precision", "accuracy"),
        "annex_ii": ("annex ii", "annex ii risks", "annex ii flags", "oecd annex ii", "red flags"),
        "reason": ("reason", "annex ii reason", "flag reason"),
        "as_of": ("as of", "as of date", "list date", "date"),
    },
    needs=(
        *(("cid", told) for told in ("status", "rmap_status", "assessed")),
        *((name, "metal", status) for name in ("name", "either") for status in ("status", "rmap_status")),
        *((name, "country", "accredited") for name in ("name", "either")),
        ("cid", "metal", "name", "country"),
    ),
    proof=(
        ("rmap_status",),
        *(("cid", told) for told in ("status", "assessed")),
        ("name", "metal", "status"),
        ("either", "metal", "status"),
        *((name, "accredited") for name in ("name", "either")),
        ("cid", "metal", "name", "country"),
    ),
    values={
        "cid": r"\bcid[ ._#:-]*\d{6}\b",
        "either": r"\bcid[ ._#:-]*\d{6}\b",
    },
    called=(
        "smelters", "refiners", "assurance", "smelter list", "facility list", "conformant", "conformant smelters",
        "assurance list", "smelter assurance", "conformant smelter list", "full conformant smelter list",
    ),
    foreign=frozenset({
        "po", "purchase order", "invoice", "quantity", "qty", "price", "buyer", "seller", "vendor", "supplier",
        "customer", "mine", "mines", "declared by", "declarant",
    }),
)  # fmt: skip

_UNSTATED = "unstated"
_RMAP, _LBMA = "RMAP", "LBMA"

_STATUSES: Mapping[str, str] = {
    "non conformant": "Non-conformant", "not conformant": "Non-conformant", "nonconformant": "Non-conformant",
    "conformant": "Conformant", "compliant": "Compliant", "active": "Active",
}  # fmt: skip
"""What a list of smelters of one status is called, and that status; longer words first."""

_YES, _NO = frozenset({"yes", "y", "true", "1", "x"}), frozenset({"no", "n", "false", "0", "", "-", "n/a", "na"})


class _Stated(NamedTuple):
    """What one row says of a smelter, to be compared with the other rows."""

    address: str
    name: str
    country: str
    statuses: Mapping[tuple[str, str], str]  # by mineral and scheme


class _List:
    """What holds for the whole document: what was said of each smelter, and what is told of once."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.stated: dict[str, list[_Stated]] = {}
        self.unknown: Counter[str] = Counter()
        self._first: dict[str, str] = {}

    def once(self, severity: Severity, row: Row, field: str, message: str, cure: str = "") -> None:
        """Tell it at the first row of the document that it holds for."""
        if message not in self._first:
            self._first[message] = row.address(field)
            self.document.issue(severity, row.address(field), message, cure=cure)

    def strange_scheme(self, row: Row, scheme: str) -> None:
        """Count a status under a scheme that is not known."""
        self.unknown[scheme] += 1
        self._first.setdefault(f"scheme {scheme}", row.address("scheme"))

    def tell_schemes(self) -> None:
        """One warning for each scheme that is not known."""
        for scheme, count in sorted(self.unknown.items()):
            message = (
                f"'{scheme[:40]}' is no scheme that is known here: {count:,} of the statuses are kept under that name"
            )
            cure = "They count only under a policy that names the scheme. Is it a known one, spelt otherwise?"
            self.document.issue("warning", self._first[f"scheme {scheme}"], message, scheme, cure)


def load(document: Document) -> Iterator[Record]:
    """Smelters with status, place and risks. The status is kept as written; "Multiple" metals name no mineral.

    The public export speaks of RMAP; a plain table names its scheme, else the scheme is "unstated". A list of which
    each row has the same status may say so in its name only. Without an end, an assessment holds for its cycle. A
    smelter without an id is known by metal, name and country.
    """
    claims: list[Edge] = []
    dates: list[date] = []
    whole = _List(document)
    for row in document.table(READS.columns):
        if day := row.past_date("as_of"):
            dates.append(day)
        claims += _claims(row, whole)
    yield About(READS.title, f"{READS.kind} {PurePath(document.file).stem}", max(dates).isoformat() if dates else "")
    yield from claims
    whole.tell_schemes()
    nameless = [claim.row for claim in claims if claim.head == _scheme(_UNSTATED)]
    if nameless:
        message = f"no scheme is named for {len(nameless)} of the statuses; they are kept under '{_UNSTATED}'"
        document.issue("note", nameless[0], message, cure="Add a column 'scheme', such as RMAP.")


def _claims(row: Row, whole: _List) -> Iterator[Edge]:
    land = "own_country" if row.take("own_country") else "country"
    place = places.read_place(row, land)
    where = places.read_coordinates(row, place)
    precision = row.take("precision")
    said_of = _assessment(row, whole)
    minerals = _minerals(row, whole, said_of.schemes)
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
    if said_of.field:
        address = row.address(said_of.field)
        for scheme in said_of.schemes:
            if not names.is_scheme(scheme):
                whole.strange_scheme(row, scheme)
            said += [
                Edge("ASSESSED_BY", smelter, _scheme(scheme), address, mineral, said_of.properties)
                for mineral in minerals
            ]
    for text, risk in risks:
        if risk:
            node = Node("Risk", risk, schema.ANNEX_II[risk])
            said.append(Edge("FLAGGED", smelter, node, row.address("annex_ii"), properties={"reason": reason}))
        else:
            message = f"'{text[:40]}' is no risk of Annex II"
            row.issue("error", "annex_ii", message, "Write the numbers 1 to 6, parted by ';'.")
    if not said:
        row.issue("warning", "", "the row says nothing of the smelter but its name", "Give its country or its status.")
    status = str(said_of.properties["status"])
    statuses = {(mineral, scheme): status for mineral in minerals for scheme in said_of.schemes if said_of.field}
    _compare(row, smelter, _Stated(row.address(), smelter.name, place.country, statuses), whole.stated)
    yield from said


def _minerals(row: Row, whole: _List, schemes: tuple[str, ...]) -> tuple[str, ...]:
    """The minerals of the row; "" alone if it names several at once, none, or only such as are not known here."""
    written = list(chain.from_iterable(map(names.mineral_parts, row.split("metal"))))
    if not row.has("metal"):
        return (_mineral_of_all(row, whole, schemes),)
    found = [names.mineral(text) for text in written]
    known = dict.fromkeys(mineral for mineral in found if mineral and mineral != schema.MULTIPLE)
    for text, mineral in zip(written, found, strict=True):
        if not mineral:
            message, cure = names.mineral_problem(text)
            row.issue("warning", "metal", message if known else f"{message}: the row is read as naming none", cure)
    return tuple(known) or ("",)


def _mineral_of_all(row: Row, whole: _List, schemes: tuple[str, ...]) -> str:
    """The mineral of a list that has no column of metals: the one that it is called after; "" if that is unknown."""
    called = [word for title in row.titles for word in header_words(title)]
    found = {
        mineral for word in called if len(word) > 2 and (mineral := names.mineral(word)) and mineral != schema.MULTIPLE
    }
    if len(found) == 1:
        mineral = found.pop()
        whole.once(
            "note", row, "", f"the list has no column of metals and is read as one of {mineral}, as it is called"
        )
        return mineral
    if row.has("accredited") and schemes == (_LBMA,):
        message = "the list names no metal and is read as one of gold, of which the LBMA's guidance is"
        whole.once("warning", row, "", message, "Add a column 'metal', or call the sheet 'silver' if it is of silver.")
        return "gold"
    return ""


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
    is_told = row.take("metal") if row.has("metal") else minerals[0]
    if name and is_told and place.country and len(minerals) == 1:
        return Node("Smelter", names.unlisted_id(mineral, name, place.country), name)
    message = "without an id, a smelter is known by name, one metal and country: the row is not used"
    row.issue("error", next((field for field in ("name", "either") if row.take(field)), ""), message, "Give the id.")
    return None


def _scheme(name: str) -> Node:
    return Node("Scheme", name, name)


# ---- assessments ----------------------------------------------------------------------------------------------


class _Assessment(NamedTuple):
    """The field that holds the status ("" for none), the schemes, and the properties of the claims."""

    field: str
    schemes: tuple[str, ...]
    properties: dict[str, Value]


def _assessment(row: Row, whole: _List) -> _Assessment:
    written, rmap, plain = row.split("scheme"), row.take("rmap_status"), row.take("status")
    assessed, valid_until = row.past_date("assessed"), row.date("valid_until")
    if assessed and valid_until and valid_until < assessed:
        row.issue("error", "valid_until", "ends before the assessment and is not used", "Correct one of the dates.")
        valid_until = None
    cycle, reassessment = row.take("cycle"), row.take("reassessment")
    months = _months(row, cycle)
    if assessed and not valid_until and months:
        valid_until = _later(assessed, months)
        whole.once("note", row, "cycle", "no end is given: an assessment holds for its cycle, counted from its date")
    field, status, assumed = "rmap_status" if rmap else "status" if plain else "", rmap or plain, _RMAP if rmap else ""
    if not row.has("rmap_status") and not row.has("status"):
        field, status, assumed = _status_of_all(row, whole)
    if not field and (written or assessed or valid_until):
        row.issue("warning", "status", "an assessment without a status is not used", "Give the status.")
    more = {
        "cycle": cycle,
        "reassessment": reassessment,
        "operational_status": row.take("operational"),
        "supply_chain_level": row.take("tier"),
        "cross_recognition": _cross_recognition(row),
    }
    properties: dict[str, Value] = {"status": status, "assessed": assessed, "valid_until": valid_until}
    properties |= {name: text for name, text in more.items() if text}
    return _Assessment(field, tuple(dict.fromkeys(written)) or (assumed or _UNSTATED,), properties)


def _status_of_all(row: Row, whole: _List) -> tuple[str, str, str]:
    """Field, status and scheme of each row of a list that has no column of statuses: the list is the status."""
    if row.has("accredited") and "refiner" in header_words(row.header("name") or row.header("either")):
        row.take("accredited")
        message = (
            "the list has no column of statuses and names no scheme: refiners with a date of accreditation are what "
            "the LBMA lists, and each row is read as 'Accredited' there"
        )
        whole.once("note", row, "accredited", message, "Add the columns 'scheme' and 'status' if it is another list.")
        since = "the date of accreditation says since when, not when it was last assessed; it is not used"
        whole.once("note", row, "accredited", since, "Add a column 'last assessment' if you know it.")
        return "accredited", "Accredited", _LBMA
    heads = [row.header(field) for field in ("assessed", "cycle", "reassessment") if row.has(field)]
    titles = [PurePath(whole.document.file).stem, *reversed(row.titles)]  # the name of the sheet is told of first
    called = {status: title for title in titles if (status := _status_in(title))}
    if not row.has("assessed") or len(called) > 1 or (not called and len(heads) < 3):
        return "", "", ""
    status = next(iter(called), "Conformant")
    why = f"it is called '{called[status][:40]}' and " if called else ""
    listed = ", ".join(f"'{head}'" for head in heads)
    message = f"the list has no column of statuses: each row is read as '{status}', because {why}its heads are {listed}"
    whole.once("note", row, "assessed", message, "Add a column 'status' if that is wrong.")
    return "cid" if row.take("cid") else "assessed", status, _RMAP


def _status_in(title: str) -> str:
    words = f" {' '.join(header_words(title))} "
    return next((status for word, status in _STATUSES.items() if f" {word} " in words), "")


_CYCLE = re.compile(r"(?:every )?(\d{1,3})[ -]?(years?|yrs?|y|months?|mon|m)(?:ly)?\b.*")
_WORDS = {"annual": 12, "annually": 12, "yearly": 12, "biennial": 24, "triennial": 36}


def _months(row: Row, cycle: str) -> int:
    """The months of a cycle such as "3 years"; 0 if it is blank or, with an issue, not understood."""
    text = cycle.casefold()
    if text in _NO - {"0", "1"}:
        return 0
    if found := _CYCLE.fullmatch(text):
        return int(found[1]) * (12 if found[2].startswith("y") else 1)
    if text in _WORDS:
        return _WORDS[text]
    if text.isascii() and text.isdecimal() and len(text) < 3 and "year" in header_words(row.header("cycle")):
        return 12 * int(text)
    row.issue("warning", "cycle", "this cycle is not understood; no end follows from it", "Write it as '3 years'.")
    return 0


def _later(day: date, months: int) -> date:
    """The same day so many months later; the last of the month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _cross_recognition(row: Row) -> str:
    """Who else is said to recognise the smelter: a column of its own, or one with yes and no for each scheme."""
    found = row.split("cross")
    for field in ("lbma", "rjc"):
        text = row.take(field)
        if text.casefold() in _YES:
            found.append(row.header(field))
        elif text.casefold() not in _NO:
            found.append(f"{row.header(field)}: {text}")
    return "; ".join(found)


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
