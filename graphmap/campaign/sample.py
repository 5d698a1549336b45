"""The sample campaign: the files that an analyst would have on the disk, with the messes that real ones have.

``write_campaign`` writes a folder of CMRT workbooks and lists about the made-up ``world``. What is wrong in them is
wrong on purpose, and told in ``messes.py``.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from graphmap.campaign.layout import METALS, REVISIONS
from graphmap.campaign.messes import COMPANY_MESSES, Draft, as_found, purchase_messes, write_rejects
from graphmap.campaign.workbook import Answer, LookupRow, ProductRow, SmelterRow, Style, write_cmrt
from graphmap.campaign.world import (
    BRAND,
    CAMPAIGN_DATE,
    MISLED,
    REFINERS,
    TRADER,
    Company,
    World,
    build_world,
)

COUNTRIES: Mapping[str, str] = {
    "AU": "AUSTRALIA", "BO": "BOLIVIA (PLURINATIONAL STATE OF)", "BR": "BRAZIL", "CA": "CANADA",
    "CD": "CONGO, DEMOCRATIC REPUBLIC OF THE", "CH": "SWITZERLAND", "CN": "CHINA", "DE": "GERMANY", "ID": "INDONESIA",
    "IN": "INDIA", "JP": "JAPAN", "KR": "KOREA, REPUBLIC OF", "MX": "MEXICO", "MY": "MALAYSIA", "PE": "PERU",
    "RW": "RWANDA", "TH": "THAILAND", "TW": "TAIWAN, PROVINCE OF CHINA", "UG": "UGANDA",
    "US": "UNITED STATES OF AMERICA", "VN": "VIET NAM", "ZA": "SOUTH AFRICA",
}  # fmt: skip
"""The countries of the campaign, spelled as in the templates."""

LEGAL_FORMS: Mapping[str, str] = {
    "DE": " GmbH",
    "JP": " Co., Ltd.",
    "CN": " Co., Ltd.",
    "KR": " Co., Ltd.",
    "US": ", Inc.",
}

COVERED = frozenset({"AO", "BI", "CD", "CF", "CG", "RW", "SS", "TZ", "UG", "ZM"})
"""The Democratic Republic of the Congo and its neighbours, as the template's question 3 means them (FIELD.md C.1)."""

_VERSIONS = ("6.5", "6.5", "6.4", "6.5", "6.22", "6.5", "6.31", "6.1")
_OLD = (MISLED[0], MISLED[2], "Northwind Sample Components")
"""Those that also sent a declaration a year before."""

_FILE_TIME = datetime.fromisoformat("2026-06-30T12:00:00+00:00").timestamp()


def write_campaign(folder: Path, *, seed: int = 9) -> list[Path]:
    """Write the sample campaign into ``folder`` and return its files, sorted.

    The same seed gives the same bytes and file times. The folder is made if it is not there.
    """
    world = build_world(seed)
    declarations = folder / "declarations"
    declarations.mkdir(parents=True, exist_ok=True)
    paths = [_write(draft, declarations, world) for draft in _drafts(world)]
    paths += write_rejects(declarations, paths[1])
    paths += [_write_table(folder / f"{name}.csv", rows) for name, rows in _tables(world).items()]
    for path in paths:
        os.utime(path, (_FILE_TIME, _FILE_TIME))
    return sorted(paths)


# ---- declarations ---------------------------------------------------------------------------------------------


def _write(draft: Draft, folder: Path, world: World) -> Path:
    path = folder / f"CMRT {draft.file}.xlsx"
    return write_cmrt(path, draft.declaration(), _lookup(world), version=draft.version, labels=draft.labels)


def _lookup(world: World) -> list[LookupRow]:
    rows = [
        LookupRow(smelter.metal.title(), written, smelter.name, COUNTRIES[smelter.country], smelter.id, smelter.city)
        for smelter in world.smelters
        for written in (smelter.name, smelter.alias)
        if written
    ]
    return sorted(rows)


def _drafts(world: World) -> Iterable[Draft]:
    for number, company in enumerate(world.companies):
        if not company.answers:
            continue
        effective = CAMPAIGN_DATE - timedelta(20 + number * 11 % 330)
        draft = _draft(world, number, company, _VERSIONS[number % len(_VERSIONS)], effective)
        if company.name in COMPANY_MESSES:
            COMPANY_MESSES[company.name](draft)
        yield draft
        if company.name in _OLD:
            yield _old_draft(world, number, company, effective - timedelta(360))


def _old_draft(world: World, number: int, company: Company, effective: date) -> Draft:
    """Last year's declaration; one direct supplier still named the refiner in it."""
    draft = _draft(world, number, company, "6.4", effective)
    draft.file += " (last year)"
    if company.name == MISLED[0]:
        draft.rows.append(SmelterRow(number=REFINERS[0]))
    return draft


def _draft(world: World, number: int, company: Company, version: str, effective: date) -> Draft:
    style: Style = "id only" if number % 5 == 2 else "alias" if number % 7 == 4 else "recalculated"
    unique_id, authority = (company.duns, "DUNS") if company.duns else ("", "")
    fields = {
        "company": company.name + LEGAL_FORMS.get(company.country, " Ltd."),
        "unique_id": unique_id,
        "authority": authority,
        "address": f"{number} Sample Street, {COUNTRIES[company.country]}",
        "contact_name": f"Sample Contact {number}",
        "contact_email": f"contact{number}@example.com",
        "contact_phone": f"+00 000 {number:04d}",
        "authorizer": f"Sample Manager {number}",
        "authorizer_title": "Manager",
        "authorizer_email": f"manager{number}@example.com",
        "authorizer_phone": f"+00 000 {number:04d}",
        "effective_date": effective,
    }
    products = []
    if company.tier == 1 and number % 4 == 0:
        fields["scope"] = "B. Product (or List of Products)"
        products = [ProductRow(f"{company.id}-P{i}", f"{company.product} {i}", "") for i in (1, 2)]
    elif number % 10 == 9:
        fields |= {"scope": "C. User defined [Specify in 'Description of scope']", "scope_description": "Sample line"}
    return Draft(
        file=company.name,
        version=version,
        labels="missing" if style == "id only" else "cached",
        fields=fields,
        answers=_answers(world, number, company, version),
        company_answers=_company_answers(number),
        rows=_rows(world, company, style),
        products=products,
    )


def _rows(world: World, company: Company, style: Style) -> list[SmelterRow | None]:
    by_id = {smelter.id: smelter for smelter in world.smelters}
    mine_of = {fed: mine for mine in reversed(world.mines) for fed in mine.feeds}
    rows: list[SmelterRow | None] = []
    for metal in METALS:
        for id_ in sorted(company.smelters.get(metal, ())):
            smelter = by_id[id_]
            # Only companies near the mines know them, and the trader does not say.
            mine = mine_of.get(id_) if company.tier >= 3 and company.name != TRADER else None
            said = {"mines": mine.name, "mine_countries": COUNTRIES[mine.country], "recycled": "No"} if mine else {}
            if not mine and int(id_[-2:]) % 8 == 5:
                said = {"recycled": "Yes"}
            if style == "alias":
                named = {"metal": metal.title(), "lookup": smelter.alias or smelter.name}
            else:
                named = {"number": id_}
            rows.append(SmelterRow(style=style, **named, **said))
    return rows


_SURVEY = ("100%", "Greater than 90%", "Greater than 75%", "Greater than 50%")


def _answers(world: World, number: int, company: Company, version: str) -> dict[tuple[int, str], Answer]:
    """Answers 1 to 8; what they say of origins is what the company's own list would make one think."""
    origins = world.origins()
    out: dict[tuple[int, str], Answer] = {}
    weak = number % 6 == 5
    for metal in METALS:
        if metal not in company.metals:
            out[1, metal] = ("No", "")
            continue
        countries = {country for smelter in company.smelters.get(metal, ()) for country in origins.get(smelter, [])}
        survey: str | float = "50% or less" if weak else _SURVEY[number % 4]
        if survey == "100%" and version in OLD_PERCENT:
            survey = 1
        honest = company.name != TRADER
        answers: tuple[str | float, ...] = (
            "Yes",
            "Yes",
            ("Yes" if countries & COVERED else "No") if honest else "Unknown",
            ("Yes" if "CD" in countries else "No") if honest else "Unknown",
            "No",
            survey,
            "No" if weak or survey == "Greater than 50%" else "Yes",
            "No" if weak else "Yes",
        )
        out |= {(question, metal): (answer, "") for question, answer in enumerate(answers, 1)}
    return out


OLD_PERCENT = frozenset(version for version in REVISIONS if version < "6.3")
"""Versions in which the answer "100%" is the number 1."""


def _company_answers(number: int) -> dict[str, Answer]:
    weak = number % 6 == 5
    yes = "No" if weak else "Yes"
    return {
        "A": ("Yes", ""),
        "B": (yes, "" if weak else f"https://example.com/policy/{number}"),
        "C": (yes, ""),
        "D": ("Yes", ""),
        "E": ("Yes, in conformance with IPC1755 (e.g., CMRT)", ""),
        "F": (yes, ""),
        "G": (yes, ""),
        "H": ("Yes, with the SEC" if number == 0 else "No", ""),
    }


# ---- lists ----------------------------------------------------------------------------------------------------

Table = Sequence[Sequence[object]]


def _tables(world: World) -> dict[str, Table]:
    """The lists by name; the first row holds the headings."""
    makers: dict[str, Callable[[World], Table]] = {
        "companies": _companies,
        "purchases": _purchases,
        "smelters": _smelters,
        "mines": _mines,
        "areas": _areas,
        "origins": _origins,
    }
    return {name: make(world) for name, make in makers.items()}


def _write_table(path: Path, rows: Table) -> Path:
    # As a spreadsheet saves it: with a byte-order mark.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, lineterminator="\r\n").writerows(
            ["" if cell is None else cell for cell in row] for row in rows
        )
    return path


def _companies(world: World) -> Table:
    rows: list[Sequence[object]] = [("ID", "Name", "Country", "Parent", "Role", "Contact")]
    for company in world.companies:
        if company.id:
            role = {0: "brand", 1: "supplier"}.get(company.tier, "sub-supplier")
            contact = f"buyer.{company.id.lower()}@example.com"
            rows.append((company.id, company.name, company.country, company.parent, role, contact))
    return rows


def _purchases(world: World) -> Table:
    rows: list[Sequence[object]] = [("Buyer", "Seller", "Mineral", "Product", "Share", "Spend", "Currency", "As of")]
    for p in world.purchases:
        share = "" if p.share is None else f"{p.share:.0%}" if p.buyer == BRAND else p.share
        currency = "EUR" if p.spend else ""
        rows.append((p.buyer, p.seller, p.metal, p.product, share, p.spend, currency, "2026-05-31"))
    return rows + [(*mess, "2026-05-31") for mess in purchase_messes(world)]


def _smelters(world: World) -> Table:
    rows: list[Sequence[object]] = [
        (
            "Facility ID", "Standard Facility Name", "Metal", "Country Location", "Status", "Scheme", "Last assessment",
            "Valid until", "Latitude", "Longitude", "As of",
        ),
    ]  # fmt: skip
    for smelter in world.smelters:
        if not smelter.status:
            continue
        country, place = COUNTRIES[smelter.country].title(), (smelter.latitude, smelter.longitude)
        row = (smelter.id, smelter.name, smelter.metal.title(), country, smelter.status, smelter.scheme)
        rows.append(as_found(smelter.id, (*row, smelter.assessed, smelter.valid_until, *place, CAMPAIGN_DATE)))
    return rows


def _mines(world: World) -> Table:
    # Without ids, mines are known by name and country, so that those in declarations are the same.
    rows: list[Sequence[object]] = [("Mine", "Mineral", "Country", "Region", "Latitude", "Longitude", "Smelters fed")]
    for mine in world.mines:
        place = (mine.country, mine.region, mine.latitude, mine.longitude)
        rows.append((mine.name, mine.metal, *place, " | ".join(mine.feeds)))
    return rows


def _areas(_: World) -> Table:
    note = "Synthetic list for the demo, not a legal list"
    return [
        ("List", "Country", "Region", "Level", "Reason", "As of"),
        ("own", "CD", "CD-IT", "conflict-affected", note, "2026-06-01"),
        ("own", "CD", "CD-NK", "conflict-affected", note, "2026-06-01"),
        ("own", "CD", "CD-SK", "conflict-affected", note, "2026-06-01"),
        ("own", "UG", "", "high-risk", note, "2026-06-01"),
    ]


def _origins(world: World) -> Table:
    metals = {smelter.id: smelter.metal for smelter in world.smelters}
    rows: list[Sequence[object]] = [("Smelter ID", "Mineral", "Country of origin", "As of")]
    for smelter, countries in world.origins().items():
        rows += [(smelter, metals[smelter], COUNTRIES[country], "2026-06-15") for country in countries]
    return rows
