"""Names of companies, smelters and minerals as forms write them."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from graphmap import names, schema
from tests.conftest import ROOT


@pytest.mark.parametrize(
    ("written", "same"),
    [
        ("ACME Metals Co., Ltd.", "acme metals"),
        ("Acme Metals", "acme metals"),
        ("ACME METALS CO.LTD", "acme metals"),
        ("The Acme Metals Company", "acme metals"),
        ("Ａｃｍｅ　Ｍｅｔａｌｓ　Ｌｔｄ．", "acme metals"),
        ("Acme Metals Sdn. Bhd.", "acme metals"),
        ("PT Acme Metals Tbk", "acme metals"),
        ("Acme Metals Inc. (Shenzhen)", "acme metals shenzhen"),
        ("Acme GmbH & Co. KG", "acme"),
        ("Acme S.p.A.", "acme"),
        ("Acme S. A. de C. V.", "acme"),
        ("Acme Sp. z o.o.", "acme"),
        ("Acme B.V.", "acme"),
        ("Acme Oy", "acme"),
        ("Acme A/S", "acme"),
        ("Acme Joint Stock Company", "acme"),
        ("OJSC Acme", "acme"),
        ("Acme K.K.", "acme"),
        ("株式会社アクメ", "アクメ"),
        ("(株)アクメ", "アクメ"),
        ("㈱アクメ", "アクメ"),
        ("アクメ 株式会社", "アクメ"),
        ("ｱｸﾒ㈱", "アクメ"),
        ("云南锡业股份有限公司", "云南锡业"),
        ("(주)한국금속", "한국금속"),
        ("한국금속 주식회사", "한국금속"),
        ("Société Générale", "societe generale"),
        ("Łódź", "łodz"),
        ("Smith and Sons", "smith sons"),
        ("Smith & Sons", "smith sons"),
        ("A.L.M.T. Corp.", "almt"),
        ("AB Metals Ltd", "ab metals"),  # "AB" before a name may be part of it
        ("Copper Co of Peru", "copper of peru"),
        ("Ооо Металл", "ооо металл"),
        ("भारत धातु", "भारत धातु"),
        ("โรงหลอม", "โรงหลอม"),
        ("Limited", "limited"),
        ("Co., Ltd.", "co"),
        ("株式会社", "株式会社"),
        ("有限公司", "有限公司"),
        ("---", "---"),
        ("♥", "♥"),
        ("", ""),
        (" \t", ""),
    ],
)
def test_normalise(written: str, same: str) -> None:
    assert names.normalise(written) == same
    assert names.company_key(written) == f"name:{same}"


_COMPANY_WORDS = [
    "acme",
    "AB",
    "S.",
    "A.",
    "de",
    "C.V.",
    "Co.",
    "Ltd",
    "公司",
    "(株)",
    "株式会社",
    "The",
    "and",
    "PT",
    "é",
    "İ",
    "-",
]


@settings(deadline=None)
@given(st.text(max_size=30) | st.lists(st.sampled_from(_COMPANY_WORDS), max_size=6).map(" ".join))
@example("İ̇")
@example("ﷺ")
@example("(株)(株)")
@example("CV:株式会社:AB")
@example("The The and Co")
def test_normalise_is_settled_and_loses_no_name(text: str) -> None:
    once = names.normalise(text)
    assert names.normalise(once) == once
    assert bool(once) == bool(text.strip())
    assert names.normalise(text.upper().lower()) == names.normalise(text.lower().upper().lower())


@settings(deadline=None)
@given(st.text(st.characters(categories=["Lo"]), min_size=1, max_size=8))
def test_letters_without_case_stay(text: str) -> None:
    kept = names.normalise("Acme " + text)
    assert kept.startswith("acme")
    assert len(kept) > len("acme")


@pytest.mark.parametrize(
    ("written", "id_"),
    [
        ("CID000801", "CID000801"),
        ("CID 000801", "CID000801"),
        ("CID-002514", "CID002514"),
        ("cid_002514", "CID002514"),
        (" CID002514 ", "CID002514"),
        ("ＣＩＤ００２５１４", "CID002514"),
        ("Smelter ID: CID003209", "CID003209"),
        ("CID2514", None),
        ("CID0025144", None),
        ("CID002514 CID002515", None),
        ("002514", None),
        ("CIDOO2514", None),
        ("CID٠٠٢٥١٤", None),  # digits of another script
        ("4CHN003", None),
        ("", None),
    ],
)
def test_smelter_id(written: str, id_: str | None) -> None:
    assert names.smelter_id(written) == id_


def test_an_unlisted_smelter_is_known_by_metal_name_and_country() -> None:
    assert names.unlisted_id("tin", "Acme Smelting Co., Ltd.", "CN") == "unlisted:tin:acme smelting:CN"
    assert names.unlisted_id("tin", "ACME SMELTING", "CN") == "unlisted:tin:acme smelting:CN"


@pytest.mark.parametrize(
    ("written", "mineral"),
    [
        ("Gold", "gold"),
        ("GOLD", "gold"),
        ("Gold (Au)", "gold"),
        ("Au", "gold"),
        ("AU", "gold"),
        ("金", "gold"),
        ("Or", "gold"),
        ("Altın", "gold"),
        ("Tantalum  (*)", "tantalum"),
        ("タンタル", "tantalum"),
        ("ﾀﾝﾀﾙ", "tantalum"),
        ("Coltan", "tantalum"),
        ("Cassitérite", "tin"),
        ("W", "tungsten"),
        ("Wolfram", "tungsten"),
        ("Aluminum", "aluminium"),
        ("Graphite (Natural)*", "graphite"),
        ("Rare Earth Elements (REE)", "rare earths"),
        ("Multiple", schema.MULTIPLE),
        ("PGM", None),
        ("3TG", None),
        ("Tantalum, Tin", None),
        ("Yes", None),
        ("", None),
    ],
)
def test_mineral(written: str, mineral: str | None) -> None:
    assert names.mineral(written) == mineral


def test_every_mineral_is_known_by_its_own_name() -> None:
    assert [mineral for mineral in schema.MINERALS if names.mineral(mineral.upper()) != mineral] == []


def test_the_templates_names_of_minerals_are_known(templates: Path) -> None:
    rows = CalamineWorkbook.from_path(templates / "RMI_CMRT_6.5.xlsx").get_sheet_by_name("L").to_python()
    labels = {str(row[0]): [str(cell) for cell in row[3:13]] for row in rows}
    found = [names.mineral(label) for row in ("26", "27", "28", "29") for label in labels[f"DeclarationB{row}"]]
    assert found == ["tantalum"] * 10 + ["tin"] * 10 + ["gold"] * 10 + ["tungsten"] * 10


def test_closest_suggests_the_best_first() -> None:
    known = ["Acme Metals Ltd", "Acne Metals", "Zenith Refining", "Acme Metal"]
    assert names.closest("ACME METALS", known, limit=2) == ["Acme Metals Ltd", "Acme Metal"]
    assert names.closest("quartz", known) == []
    assert names.closest("acme", ["acme b", "acme a"]) == ["acme a", "acme b"]


def test_rapidfuzz_is_not_loaded_before_it_is_needed() -> None:
    code = "import sys, graphmap.names; assert 'rapidfuzz' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    ("written", "parts"),
    [
        ("Gold", ["Gold"]), ("Gold, Copper", ["Gold", "Copper"]), ("Gold/Silver", ["Gold", "Silver"]),
        ("tin and tungsten", ["tin", "tungsten"]), ("tantalum/niobium", ["tantalum/niobium"]),
        ("Tin, unobtainium", ["Tin", "unobtainium"]), ("PCB, assembled", ["PCB, assembled"]), ("Sn+W", ["Sn", "W"]),
    ],
)  # fmt: skip
def test_minerals_that_a_text_lists(written: str, parts: list[str]) -> None:
    assert list(names.mineral_parts(written)) == parts


@pytest.mark.parametrize(
    ("goods", "mineral"),
    [
        ("Tin solder bar", "tin"), ("Tungsten carbide", "tungsten"), ("Cobalt hydroxide", "cobalt"), ("gold", "gold"),
        ("Refined tin 99", "tin"), ("Cassiterite concentrate", "tin"), ("PCB assembly", None), ("Connectors", None),
        ("Gold plated connectors", None), ("Tin lead solder", None), ("Lead wire", None),
        ("Copper tungsten alloy", None), ("", None),
    ],
)  # fmt: skip
def test_the_mineral_that_a_commodity_is(goods: str, mineral: str | None) -> None:
    """Naming one where there are more would hide the others."""
    assert names.commodity_mineral(goods) == mineral


def test_the_schemes_of_the_policy_are_known() -> None:
    policy = tomllib.loads((ROOT / "graphmap" / "policy" / "default.policy.toml").read_text("utf-8"))
    for scheme in policy["schemes"].values():
        assert all(map(names.is_scheme, scheme["names"]))
    assert names.is_scheme("lbma-rgg")
    assert not names.is_scheme("Our own audit")
