"""A campaign of six files, small enough to draw.

::

    B-1 Example Brand ── 60 % ──▶ S-1 Example Solder ──▶ CID900001 Good (accepted), CID900002 Bad (not accepted)
           └───────── unknown ──▶ S-2 Example Alloys ──▶ CID900001 Good, all tin

Both suppliers declare their whole chain. Hazards under the default policy: Good 0.05, Bad 0.9. So S-1 is exposed
0.475, S-2 0.05, and B-1, whose missing 40 % can only come from S-2, 0.6 x 0.475 + 0.4 x 0.05 = 0.305.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from graphmap.campaign.workbook import Declaration, LookupRow, SmelterRow, write_cmrt

LOOKUP = [
    LookupRow("Tin", "Good Example Tin", "Good Example Tin", "PERU", "CID900001", ""),
    LookupRow("Tin", "Bad Example Tin", "Bad Example Tin", "BOLIVIA (PLURINATIONAL STATE OF)", "CID900002", ""),
]

TABLES = {
    "companies.csv": (
        "id,name,country,role\nB-1,Example Brand,US,brand\nS-1,Example Solder,DE,\nS-2,Example Alloys,JP,\n"
    ),
    "purchases.csv": "buyer id,seller id,share,as of\nB-1,S-1,60%,2026-05-31\nB-1,S-2,,2026-05-31\n",
    "smelters.csv": (
        "Facility ID,Standard Facility Name,Metal,Country Location,Scheme,Status,as of\n"
        "CID900001,Good Example Tin,Tin,Peru,RMAP,Conformant,2026-06-30\n"
        "CID900002,Bad Example Tin,Tin,Bolivia,RMAP,Non-conformant,2026-06-30\n"
    ),
    "broken.xls": "<html><body>no workbook</body></html>",
}


def write_files(folder: Path) -> Path:
    """Write the campaign, with one file that is no workbook, and return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in TABLES.items():
        (folder / name).write_text(text, "utf-8")
    _declare(folder, "Example Solder", "CID900001", "CID900002")
    _declare(folder, "Example Alloys", "CID900001")
    return folder


def _declare(folder: Path, company: str, *smelters: str) -> None:
    answers = {(question, "tin"): ("Yes", "") for question in (1, 2, 7, 8)}
    answers[6, "tin"] = ("100%", "")
    answers |= {(question, metal): ("No", "") for question in (1,) for metal in ("tantalum", "gold", "tungsten")}
    rows = [SmelterRow(number=smelter) for smelter in smelters]
    declaration = Declaration(company=company, effective_date=date(2026, 6, 1), answers=answers, smelters=rows)
    write_cmrt(folder / f"CMRT {company}.xlsx", declaration, LOOKUP)


_LOADER = """
from graphmap.records import About
from graphmap.sheets import Reads
READS = Reads(kind="{kind}", title="{title}", columns={columns}, needs={needs}, json_keys={keys}, order={order})
def load(document):
    yield About(document.file, "")
"""


def a_loader(
    folder: Path, kind: str, *columns: str, title: str = "", keys: tuple[str, ...] = (), order: int = 0
) -> Path:
    """A loader file of a user's that needs these columns."""
    path = folder / f"{kind}.py"
    fields = {name: (name,) for name in columns}
    path.write_text(
        _LOADER.format(kind=kind, title=title or kind, columns=fields, needs=(columns,), keys=keys, order=order)
    )
    return path
