"""Synthetic CMRT workbooks from a short description. No real company, smelter or mine is named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from graphmap.campaign.workbook import Answer, Declaration, LookupRow, ProductRow, SmelterRow, write_cmrt

TODAY = date(2026, 7, 1)

LOOKUP = (
    LookupRow("Gold", "Example Gold One", "Example Gold One", "SWITZERLAND", "CID900001", "Chiasso", "Ticino"),
    LookupRow("Gold", "EG1 Refining", "Example Gold One", "SWITZERLAND", "CID900001", "Chiasso", "Ticino"),
    LookupRow("Gold", "Example Gold Two", "Example Gold Two", "UGANDA", "CID900002", "Entebbe", "Wakiso"),
    LookupRow("Tantalum", "Example Tantalum One", "Example Tantalum One", "CHINA", "CID900003", "Jiujiang", "Jiangxi"),
    LookupRow("Tin", "Example Tin One", "Example Tin One", "INDONESIA", "CID900004", "", "Jawa Barat"),
    LookupRow("Tin", "Example Tin Two", "Example Tin Two", "CONGO, DEMOCRATIC REPUBLIC OF THE", "CID900005"),
    LookupRow("Tungsten", "Example Tungsten One", "Example Tungsten One", "VIET NAM", "CID900006"),
)  # fmt: skip

METALS = ("tantalum", "tin", "gold", "tungsten")


def answers(**changes: Answer) -> dict[tuple[int, str], Answer]:
    """Answers to all eight questions for all metals; ``q5_tin=("No", "")`` changes one."""
    usual = {1: "Yes", 2: "Yes", 3: "No", 4: "No", 5: "No", 6: "100%", 7: "Yes", 8: "Yes"}
    out: dict[tuple[int, str], Answer] = {(q, metal): (said, "") for q, said in usual.items() for metal in METALS}
    for key, answer in changes.items():
        question, metal = key.split("_")
        out[int(question[1:]), metal] = answer
    return out


COMPANY_ANSWERS: Mapping[str, Answer] = {
    **dict.fromkeys("ACDFG", ("Yes", "")),
    "B": ("Yes", "https://example.com/policy"),
    "E": ("Yes, in conformance with IPC1755 (e.g., CMRT)", ""),
    "H": ("No", ""),
}


def declaration(smelters: Sequence[SmelterRow | None] = (), **changes: Any) -> Declaration:
    """A complete declaration of the company "Acme Sample Ltd."."""
    fields: dict[str, Any] = {
        "company": "Acme Sample Ltd.",
        "unique_id": "12-345-6780",
        "authority": "DUNS",
        "address": "1 Sample Street",
        "contact_name": "Ann Example",
        "contact_email": "ann@example.com",
        "contact_phone": "+1 555 0100",
        "authorizer": "Bob Example",
        "authorizer_title": "Sample officer",
        "authorizer_email": "bob@example.com",
        "authorizer_phone": "+1 555 0101",
        "effective_date": date(2026, 3, 1),
        "answers": answers(),
        "company_answers": COMPANY_ANSWERS,
        "smelters": smelters,
    }
    return Declaration(**{**fields, **changes})


ONE_OF_EACH = tuple(SmelterRow(number=id_) for id_ in ("CID900001", "CID900003", "CID900004", "CID900006"))


def write(
    path: Path,
    smelters: Sequence[SmelterRow | None] = ONE_OF_EACH,
    *,
    version: str = "6.5",
    labels: Any = "cached",
    lookup: Sequence[LookupRow] = LOOKUP,
    **changes: Any,
) -> Path:
    """Write the declaration to ``path``; by default with one smelter of each metal."""
    return write_cmrt(path, declaration(smelters, **changes), lookup, version=version, labels=labels)


def clean(path: Path) -> Path:
    """Every way to name a smelter, all right."""
    rows = (
        SmelterRow(style="id only", number="CID900001"),
        SmelterRow(style="recalculated", number="CID900003", comment="Sample comment", next_steps="None"),
        SmelterRow(style="alias", metal="Gold", lookup="EG1 Refining", contact_email="cy@example.com"),
        SmelterRow(style="alias only", metal="Tin", lookup="Example Tin Two", mine_countries="DRC", mines="Mine A"),
        SmelterRow(style="not listed", metal="Tungsten", name="Unlisted Works Co., Ltd.", country="RWANDA"),
        SmelterRow(style="not yet identified", metal="Tin"),
        SmelterRow(style="recalculated", number="CID900006", recycled="Yes", mines="scrap", mine_countries="scrap"),
    )  # fmt: skip
    products = (ProductRow("P-1", "Sample part", "blue"), ProductRow("P-2"))
    return write(path, rows, scope="B. Product (or List of Products)", scope_description="Line X", products=products)


def messy(path: Path) -> Path:
    """What is doubtful in real files, once each."""
    rows = (
        SmelterRow(number="CID900001", id="CID900002"),
        SmelterRow(number="CID90001", metal="Gold", lookup="Example Gold Two", style="alias"),
        None,
        SmelterRow(number="CID900001"),
        SmelterRow(number="CID900004", metal="Gold", country="Japan", mines="RCOI confirmed as per RMI"),
        SmelterRow(style="alias only", metal="Tin", lookup="Example Tin Onne", country="ATLANTIS"),
        SmelterRow(style="not listed", metal="Gold", country="China"),
        SmelterRow(style="not listed", metal="Gold", name="Example Gold Two", country="UGANDA"),
        SmelterRow(style="id only", number="CID999999"),
        SmelterRow(style="id only", metal="Tantalum"),
        SmelterRow(style="id only", metal="锡", number="CID900005", mines="Mine A|Mine B", mine_countries="DRC; Congo"),
    )  # fmt: skip
    changed = answers(q5_tin=("perhaps", "we think"), q6_gold=(1, ""), q1_tungsten=("No", ""))
    strange = {"Declaration!D22": "31/12/2026", "Declaration!E40": "note to self", "Smelter List!AK6": "checked"}
    return write(
        path, rows, labels="error", language="日本語 Japanese", answers=changed, unique_id="n/a", cells=strange
    )
