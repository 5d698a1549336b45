"""Reads the Conflict Minerals Reporting Template (CMRT) 6.x: what a supplier declares about its smelters.

Everything is found by its cell, since labels are formulas in ten languages and may be empty. Positions were read in
the official workbooks 6.01, 6.1, 6.22, 6.31, 6.4 and 6.5 (verified); those of 6.6 are from its description.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import NamedTuple

from graphmap import names
from graphmap.errors import FileRejected
from graphmap.forms import SmelterList, cell_name, check_landmarks, contact, has_sheet, is_nothing, text_at
from graphmap.records import About, Edge, Node, Record, Value
from graphmap.sheets import Document, Reads

_REVISION = r"(?:revision|version) (\d+)(?:\.(\d+(?:\.\d+)?))?"

READS = Reads(
    kind="cmrt",
    title="Conflict Minerals Reporting Template (CMRT) 6.x",
    sheets=("Declaration", "Smelter List"),
    # The CMRT's relatives look alike; they are recognised here too, and turned away by their own names.
    cells={
        "Declaration!J3": f"(?i){_REVISION}",
        "Smelter List!Q3": f"(?i){_REVISION}",
        "Declaration!D2": r"\((?:CMRT|EMRT|AMRT|PRT|CRT)\)",
    },
)

_SEEN = frozenset({"6.01", "6.1", "6.22", "6.31", "6.4", "6.5"})
"""Versions whose official workbook was opened."""

_LANDMARKS: Mapping[str, Mapping[str, str]] = {
    "Declaration": {"J3": f"{_REVISION}.*", "D9": r"[abc]\. .+", "P9": r"a\. company", "B96": "yes"},
    "Smelter List": {
        "Q3": f"{_REVISION}.*",
        "A4": ".*input.*",
        "B4": "metal",
        "C4": "smelter (?:look-?up|reference list)",
        "D4": "smelter name",
        "E4": "smelter country",
        "F4": "smelter (?:identification|id)",
        "G4": "source of .*",
        "N4": "(?:name of )?mine.*",
        "R4": "standard (?:smelter )?name",
        "S4": "country code",
        "T4": "state .*code",
    },
    "Smelter Look-up": {"A4": "metal", "B4": "smelter look-?up", "E4": "smelter id"},
}
"""Cells and what is written there; those in row 4 only if the language is English, R to T always."""

_METALS = ("tantalum", "tin", "gold", "tungsten")

_QUESTIONS: Mapping[str, tuple[int, str]] = {
    "1": (26, "used intentionally"),
    "2": (32, "remains in the product"),
    "3": (38, "from covered countries"),
    "4": (44, "from conflict-affected and high-risk areas"),
    "5": (50, "all from recycled or scrap sources"),
    "6": (56, "suppliers that responded"),
    "7": (62, "all smelters identified"),
    "8": (68, "all smelter information reported"),
}
"""Question -> row of its first metal, and what it asks, in our words."""

_COMPANY_QUESTIONS: Mapping[str, tuple[int, str]] = {
    "A": (75, "has a sourcing policy"),
    "B": (77, "the policy is public"),
    "C": (79, "requires validated smelters"),
    "D": (81, "has due diligence measures"),
    "E": (83, "surveys its suppliers"),
    "F": (85, "reviews what suppliers send"),
    "G": (87, "reviews lead to corrective action"),
    "H": (89, "must disclose every year"),
}

_YES_NO = ("Yes", "No")
_ALLOWED: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys("1278ABCDFG", _YES_NO),
    **dict.fromkeys("345", (*_YES_NO, "Unknown")),
    "6": ("100%", "Greater than 90%", "Greater than 75%", "Greater than 50%", "50% or less", "None"),
    "E": ("Yes, in conformance with IPC1755 (e.g., CMRT)", "Yes, using other format (describe)", "No"),
    "H": ("Yes, with the SEC", "Yes, with the EU", "Yes, with the SEC and the EU", "No"),
}
"""Question -> the answers that may be chosen, in English in every language."""

_LEFT_OVER = {"6.4": {"number": "", "lookup": "Alpha Metals", "id": "242332"}}
"""Version -> what stands in the first smelter row of the blank official workbook (verified)."""

_ASK = "Ask the supplier to fill it in."


class _Answer(NamedTuple):
    question: str
    asks: str
    mineral: str
    answer: str
    comment: str
    cell: str


def load(document: Document) -> Iterator[Record]:
    """What the declaration says. Raises ``FileRejected`` for what is no filled-in CMRT 6.x."""
    version = _version(document)
    _check_layout(document)
    document.keep_private(_PRIVATE)
    answers = list(_answers(document))
    name = document.text("Declaration!D8")
    if not name:
        there = f"{len(answers)} answers" if answers else "no answers"
        raise FileRejected(
            f"{document.file}: no company name in Declaration!D8, and {there}; is this a blank template?",
            "Fill in the company name: without it nobody can tell whose declaration this is.",
        )
    company = Node("Company", _company_id(document, name), name)
    letter, scope, description = _scope(document)
    part = "" if letter == "A" else description
    facts = {"template": "CMRT", "revision": version, "language": document.text("Declaration!D3"), "scope": scope}
    yield About(
        title=f"{name}, {part}" if part else name,
        series=f"cmrt {company.id} {letter} {names.normalise(part)}".rstrip(),
        as_of=_effective_date(document),
        facts={key: value for key, value in {**facts, "scope description": description}.items() if value},
    )
    yield from _about_company(document, company)
    for one in answers:
        question = Node("Question", f"cmrt:{one.question}", one.asks)
        said: dict[str, Value] = {"answer": one.answer, "comment": one.comment}
        yield Edge("ANSWERED", company, question, f"Declaration!{one.cell}", one.mineral, said)
    smelters = SmelterList(document, company, _METALS, _LEFT_OVER.get(version))
    yield from smelters.read()
    products = list(_products(document, company, version))
    yield from products
    _report_missing(document, answers, smelters.used, letter == "B" and not products)
    _report_strays(document)


# ---- is it a CMRT 6.x, and does everything stand where it belongs? ---------------------------------------------


def _version(document: Document) -> str:
    """The version, e.g. "6.5"; with an issue if its official workbook was not seen."""
    said = text_at(document, "Declaration", (9, 3)) or text_at(document, "Smelter List", (16, 3))
    found = re.search(_REVISION, said, re.IGNORECASE)
    major, minor = (int(found[1]), found[2] or "0") if found else (0, "")
    family = _family(document, major)
    if family != "CMRT" or major != 6:
        kind = f"{'an' if family[0] in 'AE' else 'a'} {family}" if family else "an older CMRT, or a CRT or EMRT"
        raise FileRejected(
            f"{document.file}: is {kind} ('{said}' in Declaration!J3); only CMRT 6.x is read so far.",
            "Ask the supplier for a CMRT of version 6.01 or later.",
        )
    version = f"6.{minor}"
    if version not in _SEEN:
        new = " with the requester's columns D and E in the product list" if minor.startswith("6") else ""
        message = f"CMRT {version} is read like 6.5{new}; this was not checked with an official workbook"
        document.issue("note", "Declaration!J3", message, said, "Compare the report with the workbook.")
    return version


def _family(document: Document, major: int) -> str:
    """The short name of the template; "" if it cannot be told."""
    title = re.search(r"\(([A-Z]+)\)", text_at(document, "Declaration", (3, 2)))
    if title:
        return title[1]
    sheets = {name.strip().casefold() for name in document.sheet_names}
    if sheets & {"minerals scope", "mine list"}:
        return "AMRT" if "minerals scope" in sheets else "EMRT"
    return "CMRT" if major > 2 or "standard smelter names" in sheets else ""


def _check_layout(document: Document) -> None:
    first = _QUESTIONS["1"][0]
    metals = {f"B{first + i}": partial(_is_metal, metal) for i, metal in enumerate(_METALS)}
    check_landmarks(document, "Declaration", metals)
    for sheet, landmarks in _LANDMARKS.items():
        check_landmarks(document, sheet, landmarks)


def _is_metal(metal: str, label: str) -> bool:
    return names.mineral(label) == metal


# ---- the declaration ------------------------------------------------------------------------------------------


def _answers(document: Document) -> Iterator[_Answer]:
    """What was answered or commented, question by question."""
    rows = [
        (question, asks, metal, first + i)
        for question, (first, asks) in _QUESTIONS.items()
        for i, metal in enumerate(_METALS)
    ]
    rows += [(letter, asks, "", row) for letter, (row, asks) in _COMPANY_QUESTIONS.items()]
    for question, asks, metal, row in rows:
        said, comment = document.text(f"Declaration!D{row}"), document.text(f"Declaration!G{row}")
        if said or comment:
            yield _Answer(question, asks, metal, _as_allowed(document, question, row, said), comment, f"D{row}")


def _as_allowed(document: Document, question: str, row: int, said: str) -> str:
    """An answer as the list has it; with an issue, as it is written if the list does not have it."""
    allowed = {one.casefold(): one for one in _ALLOWED[question]}
    key = re.sub(r"\s+(?=%)", "", said.casefold())
    if question == "6" and key == "1":
        key = "100%"  # a number in the list of versions up to 6.22
    if said and key not in allowed:
        choices = ", ".join(f"'{one}'" for one in allowed.values())
        message = f"is none of the answers to question {question}; kept as written"
        document.issue("warning", f"Declaration!D{row}", message, said, f"Choose one of {choices}.")
    return allowed.get(key, said)


_PRIVATE = r"Declaration!D(?:1[5-9]|2[01])|Smelter List![KL]\d+"
"""Where people stand: contact and authorizer, and the contacts of smelters."""

_AUTHORITIES = {
    "DUNS": re.compile(r"d\W?u\W?n\W?s|dun (?:&|and) bradstreet|d ?& ?b\b", re.IGNORECASE),
    "LEI": re.compile(r"\blei\b|gleif|legal entity id", re.IGNORECASE),
}
_NUMBERS = {"DUNS": (r"\d{9}", "nine digits"), "LEI": (r"[0-9A-Z]{18}\d\d", "18 letters and digits, then two digits")}
_PLACEHOLDER = re.compile(r"(.)\1*|0?123456789")
_OWN = re.compile(r"(?:our )?own|self|internal|(?:the )?company(?: itself)?", re.IGNORECASE)


def _company_id(document: Document, name: str) -> str:
    """The id that the declaration gives of its company, if an authority stands behind it, else one made of its name.

    A number without an authority identifies nobody: two suppliers may both write "1". It stays an answer.
    """
    written, authority = document.text("Declaration!D12"), document.text("Declaration!D13")
    made = names.company_key(name)
    if is_nothing(written):
        return made
    scheme = next((scheme for scheme, pattern in _AUTHORITIES.items() if pattern.search(authority)), "")
    if scheme:
        bare = re.sub(r"[^0-9A-Z]", "", written.upper()).removeprefix(scheme)
        pattern, form = _NUMBERS[scheme]
        if re.fullmatch(pattern, bare) and not _PLACEHOLDER.fullmatch(bare):
            return f"{scheme}:{bare}"
        message = f"is no {scheme} number, which has {form}; the company is known by its name"
        document.issue("warning", "Declaration!D12", message, written, "Ask the supplier for the right one.")
        return made
    label = re.sub(r"[^A-Z]", "", authority.upper())
    unnamed = not label or is_nothing(authority) or _OWN.fullmatch(authority) or _PLACEHOLDER.fullmatch(written)
    return made if unnamed else f"{label}:{written}"


def _scope(document: Document) -> tuple[str, str, str]:
    """The letter of the scope ("?" if it has none), the scope as written and its description."""
    scope, description = document.text("Declaration!D9"), document.text("Declaration!D10")
    letter = scope[:1].upper()
    if scope and letter not in ("A", "B", "C"):
        document.issue("warning", "Declaration!D9", "is none of the scopes", scope, "Choose A, B or C from the list.")
    return letter if letter in ("A", "B", "C") else "?", scope, description


def _effective_date(document: Document) -> str:
    day = document.date("Declaration!D22")
    if day and day > document.today:
        message = f"the effective date lies after {document.today}; the declaration counts as undated"
        document.issue("warning", "Declaration!D22", message, day, "Ask the supplier for the right date.")
        return ""
    return day.isoformat() if day else ""


def _about_company(document: Document, company: Node) -> Iterator[Edge]:
    """Who the company is, and whom to ask there."""
    key = names.company_key(company.name)
    if key != company.id:
        reason: dict[str, Value] = {"reason": "name and id in one declaration", "author": "graphmap"}
        yield Edge("SAME_AS", company, Node("Company", key, company.name), "Declaration!D12", "", reason)
    fields = {
        "D9": "scope",
        "D10": "scope description",
        "D12": "unique id",
        "D13": "unique id authority",
        "D14": "address",
    }
    for cell, field in fields.items():
        if text := document.text(f"Declaration!{cell}"):
            node = Node("Question", f"cmrt:{field}", field)
            yield Edge("ANSWERED", company, node, f"Declaration!{cell}", "", {"answer": text})
    people = {
        "contact": {"name": "D15", "email": "D16", "phone": "D17"},
        "authorizer": {"name": "D18", "title": "D19", "email": "D20", "phone": "D21"},
    }
    for kind, cells in people.items():
        said = {field: document.text(f"Declaration!{cell}") for field, cell in cells.items()}
        yield from contact(document, company, kind, f"Declaration!{cells['name']}", said)


def _products(document: Document, company: Node, version: str) -> Iterator[Edge]:
    """The products that the declaration is about."""
    if not has_sheet(document, "Product List"):
        return
    columns = {"number": "B", "name": "C", "comment": "D"}
    if version.startswith("6.6"):
        columns |= {"requester_number": "D", "requester_name": "E", "comment": "F"}
    for row in document.rows("Product List", first=6, columns=columns):
        number, name = row.take("number"), row.take("name")
        said: dict[str, Value] = {field: row.take(field) for field in columns if field not in ("number", "name")}
        if number.startswith("©") and not name:
            document.rows_read.pop()  # the template's own last line, a formula
        elif not number and not name:
            row.issue("error", "number", "the product has neither number nor name; not used", "Fill in column B.")
        else:
            if not number:
                row.issue("warning", "number", "the product has no number; its name stands for it", "Fill in column B.")
            product = Node("Product", f"{company.id}#{number or name}", name or number)
            yield Edge("MAKES", company, product, row.address("number" if number else "name"), "", said)


# ---- what is missing, and what is too much --------------------------------------------------------------------


def _report_missing(document: Document, answers: list[_Answer], smelted: set[str], lacks_products: bool) -> None:
    """Issues for blank cells that the template calls mandatory, by the rules of its own sheet "Checker" (6.x)."""
    given = {(one.question, one.mineral): one.answer for one in answers}
    text = {cell: document.text(f"Declaration!{cell}") for cell in ("D9", "D10", "G77", *_MANDATORY)}
    missing = {cell: what for cell, what in _MANDATORY.items() if not text[cell]}
    if text["D9"][:1].upper() == "C" and not text["D10"]:
        missing["D10"] = "the description of the scope"
    used = [metal for metal in _METALS if given.get(("1", metal)) != "No"]
    remaining = [metal for metal in used if given.get(("2", metal)) != "No"]
    for question, (first, _) in _QUESTIONS.items():
        asked = {"1": list(_METALS), "2": used}.get(question, remaining)
        if silent := [metal for metal in asked if not given.get((question, metal))]:
            what = f"the answer to question {question} for {', '.join(silent)}"
            missing[f"D{first + _METALS.index(silent[0])}"] = what
    if remaining:
        for letter, (row, _) in _COMPANY_QUESTIONS.items():
            if not given.get((letter, "")):
                missing[f"D{row}"] = f"the answer to question {letter}"
        if given.get(("B", "")) == "Yes" and len(text["G77"]) < 2:
            missing["G77"] = "the address (URL) of the public policy"
    for cell, what in missing.items():
        document.issue("warning", f"Declaration!{cell}", f"{what} is missing", "", _ASK)
    for cell in ("D16", "D20"):
        if text[cell] and "@" not in text[cell]:
            document.issue("warning", f"Declaration!{cell}", f"{_MANDATORY[cell]} has no @", text[cell], _ASK)
    if lacks_products:
        document.issue("warning", "Product List!B6", "the scope is a list of products, and none is named", "", _ASK)
    for metal in remaining:
        if given.get(("1", metal)) == "Yes" and metal not in smelted:
            document.issue("warning", "Smelter List!B5", f"no smelter of {metal} is named", metal, _ASK)


_MANDATORY = {
    "D9": "the scope",
    "D15": "the contact's name",
    "D16": "the contact's email address",
    "D17": "the contact's phone",
    "D18": "the authorizer's name",
    "D20": "the authorizer's email address",
    "D22": "the effective date",
}


def _report_strays(document: Document) -> None:
    """One note for all that stands on the declaration where no answer is expected."""
    answered = {first + i for first, _ in _QUESTIONS.values() for i in range(4)}
    answered |= {row for row, _ in _COMPANY_QUESTIONS.values()}
    labels = {first - 1 for first, _ in _QUESTIONS.values()} | {74}
    strays = []
    for row, cells in enumerate(document.cells("Declaration")[7:90], 8):
        known = "DG" if row in answered else "DGH" if row in labels else "D" if row < 23 else ""
        for column, cell in enumerate(cells[2:11], 2):
            if cell != "" and str(cell).strip() and chr(65 + column) not in known:
                strays.append((cell_name((column, row)), cell))
    if strays:
        where = ", ".join(cell for cell, _ in strays[:5]) + (f" and {len(strays) - 5} more" if len(strays) > 5 else "")
        message = f"no answer is expected in {where}; not read"
        document.issue(
            "note", f"Declaration!{strays[0][0]}", message, strays[0][1], "Answers belong in D, comments in G."
        )
