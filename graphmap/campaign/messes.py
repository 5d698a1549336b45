"""What is wrong in the sample campaign, on purpose: the messes seen in real files, each in one made-up place.

Every kind stands once where it can be found again; FORMATS.md and FIELD.md (B.4, C.6) say where they come from.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from graphmap.campaign.workbook import Answer, Declaration, ProductRow, SmelterRow, Value, write_cmrt
from graphmap.campaign.world import World


@dataclass
class Draft:
    """A declaration before it is written; ``fields`` are those of ``Declaration``."""

    file: str
    version: str
    labels: Literal["cached", "missing", "error"]
    fields: dict[str, Any]
    answers: dict[tuple[int, str], Answer]
    company_answers: dict[str, Answer]
    rows: list[SmelterRow | None]
    products: list[ProductRow] = field(default_factory=list)
    cells: dict[str, Value] = field(default_factory=dict)

    def declaration(self) -> Declaration:
        """What goes into the workbook."""
        return Declaration(
            **self.fields,
            answers=self.answers,
            company_answers=self.company_answers,
            smelters=self.rows,
            products=self.products,
            cells=self.cells,
        )

    def change(self, position: int, **changes: Any) -> None:
        """Change a smelter row."""
        row = self.rows[position]
        assert row is not None
        self.rows[position] = replace(row, **changes)


def _date_as_text(draft: Draft) -> None:
    draft.fields["effective_date"] = "17-May-2026"


def _two_ids_in_a_row(draft: Draft) -> None:
    # Column A says one smelter, column F, typed over its formula, another.
    draft.change(0, style="recalculated", number="CID900001", id="CID900002")


def _bad_id(draft: Draft) -> None:
    draft.rows.append(SmelterRow(number="CID90001"))


def _labels_are_errors(draft: Draft) -> None:
    draft.labels = "error"


def _chinese(draft: Draft) -> None:
    draft.fields |= {"language": "中文 Chinese", "effective_date": "2026年3月1日"}
    draft.fields["company"] = draft.file + " 有限公司"
    rows = [row for row in draft.rows if row is not None]
    draft.rows = [replace(row, style="id only", metal="锡") for row in rows]
    for question in (7, 8):
        draft.answers[question, "tin"] = ("是", "")
    draft.answers[2, "tin"] = ("Yes", "焊料")


def _odd_letters(draft: Draft) -> None:
    # Non-breaking and ideographic spaces, full-width letters and digits.
    draft.fields["company"] = draft.file.replace(" ", "\u00a0") + "\u3000Ｌｔｄ．"
    draft.change(0, style="id only", number="ＣＩＤ９０００４１")
    draft.change(1, style="id only", number="\u00a0CID900042 ")


def _twice_and_gaps(draft: Draft) -> None:
    draft.rows[1:1] = [None, draft.rows[0], None]


def _several_in_a_cell(draft: Draft) -> None:
    draft.change(0, mines="Sample Mine Lolumis | Sample Mine Nosorel", mine_countries="PERU")


def _unknown_country(draft: Draft) -> None:
    draft.rows.append(
        SmelterRow(style="not listed", metal="Tin", name="Backyard Example Tin Works", country="ATLANTICA")
    )


def _formula_as_name(draft: Draft) -> None:
    name = '=HYPERLINK("https://example.com","Example Gold Shop")'
    draft.rows.append(SmelterRow(style="not listed", metal="Gold", name=name, country="INDIA", city="Sample City"))


def _future_date(draft: Draft) -> None:
    draft.cells["Declaration!D22"] = "12-May-2062"


def _hidden_marks(draft: Draft) -> None:
    # A right-to-left override, a zero-width space and a bell.
    draft.answers[1, "tantalum"] = ("Yes", "part\u202exslx.\u200b2\u0007")


def _version_6_6(draft: Draft) -> None:
    draft.version = "6.6"
    draft.fields["scope"] = "B. Product (or List of Products)"
    draft.products = [ProductRow("LM-1", "light module", "", "A-77", "backlight"), ProductRow("LM-2", "light ring")]


def _not_identified(draft: Draft) -> None:
    draft.rows += [SmelterRow(style="not yet identified", metal=metal) for metal in ("Gold", "Tungsten")]


def _version_6_01(draft: Draft) -> None:
    draft.version = "6.01"
    draft.answers[6, "gold"] = (1, "")


def _metal_not_declared(draft: Draft) -> None:
    # A smelter of a metal that the answers say is not used, and no address where the template asks for one.
    draft.rows.append(SmelterRow(number="CID900075"))
    draft.fields["authorizer_email"] = "not available"


COMPANY_MESSES: Mapping[str, Callable[[Draft], None]] = {
    "Eastbrook Sample Displays": _date_as_text,
    "Fairmoor Sample Memory": _two_ids_in_a_row,
    "Hazelmere Sample Sensors": _bad_id,
    "Ironbark Sample Power": _labels_are_errors,
    "Juniper Sample Cables": _chinese,
    "Kingsfold Sample Coils": _odd_letters,
    "Nettlebed Sample Cameras": _twice_and_gaps,
    "Oakhollow Sample Switches": _several_in_a_cell,
    "Pinecrest Sample Chargers": _unknown_country,
    "Quillfeather Sample Antennas": _formula_as_name,
    "Rosewater Sample Hinges": _future_date,
    "Thistledown Sample Filters": _hidden_marks,
    "Umberfield Sample Lighting": _version_6_6,
    "Valleymist Sample Chips": _not_identified,
    "Willowbank Sample Labels": _version_6_01,
    "Zephyr Sample Fans": _metal_not_declared,
}
"""What is special in whose declaration."""


def purchase_messes(world: World) -> list[tuple[str, ...]]:
    """Rows of the purchase list that cannot be right: more than all, from oneself, of no known mineral."""
    tin = [company.name for company in world.companies if company.tier == 2 and company.metals == ("tin",)]
    gold = [company.name for company in world.companies if company.tier == 3 and company.metals == ("gold",)]
    return [
        ("Kingsfold Sample Coils", tin[1], "tin", "tin bars", "130%", "", ""),
        (tin[2], tin[2], "tin", "tin wire", "0.2", "", ""),
        (tin[3], gold[3], "unobtainium", "alloy", "0.1", "", ""),
    ]


def as_found(id_: str, row: tuple[object, ...]) -> tuple[object, ...]:
    """A row of the assurance list (id, name, metal, …) in the spelling in which such lists have it, for a few ids."""
    spelled = {"CID900003": "Gold (Au)", "CID900012": "Au", "CID900045": "Tin (Sn)"}
    written = {"CID900014": "CID 900014", "CID900042": "cid-900042"}
    return (written.get(id_, id_), row[1], spelled.get(id_, row[2]), *row[3:])


def write_rejects(folder: Path, workbook: Path) -> list[Path]:
    """Files that are no declarations: a blank template, a photo, a web page, and half of ``workbook``."""
    photo, page, half = folder / "scan 0001.xls", folder / "Your declaration.xls", folder / "CMRT part.xlsx"
    photo.write_bytes(b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00" + bytes(64) + b"\xff\xd9")
    page.write_text("<!DOCTYPE html>\n<html><body><p>Please log in to download.</p></body></html>\n", "utf-8")
    content = workbook.read_bytes()
    half.write_bytes(content[: len(content) // 2])
    return [write_cmrt(folder / "CMRT blank.xlsx", Declaration()), photo, page, half]
