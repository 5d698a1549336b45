"""How tables and steps are laid out: at blanks, whole ids, columns left out from the end."""

from __future__ import annotations

from io import StringIO
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from graphmap.cli.layout import Column, Steps, Table, Words, number, share, text, width_of, wrap

ROWS = [
    {"name": "Harbour Sample Metals Trading Co., Ltd. [DUNS:000000051]", "part": 0.8125, "count": 2, "note": "first"},
    {"name": "Acme [B-1]", "part": float("nan"), "count": None, "note": ""},
]
COLUMNS = [
    text("name", "Company", least=22, keep=True), share("part", "Part"), number("count", "Count"), text("note", "Note")
]  # fmt: skip


def shown(what: Any, width: int) -> list[str]:
    out = StringIO()
    Console(file=out, width=width, highlight=False, markup=False, emoji=False).print(what, crop=False)
    return [line.rstrip() for line in out.getvalue().splitlines()]


def test_a_table_that_fits_is_not_wrapped() -> None:
    assert shown(Table(COLUMNS, ROWS), 100) == [
        "Company                                                      Part    Count  Note",
        "─" * 81,
        "Harbour Sample Metals Trading Co., Ltd. [DUNS:000000051]   81.2 %        2  first",
        "Acme [B-1]                                                unknown  unknown",
    ]


def test_names_wrap_at_blanks_and_ids_stay_whole() -> None:
    assert shown(Table(COLUMNS, ROWS), 50) == [
        "Company                       Part    Count  Note",
        "─" * 50,
        "Harbour Sample Metals       81.2 %        2  first",
        "Trading Co., Ltd.",
        "[DUNS:000000051]",
        "Acme [B-1]                 unknown  unknown",
    ]


def test_columns_that_do_not_fit_are_left_out_the_last_one_first() -> None:
    heads = {width: shown(Table(COLUMNS, ROWS), width)[0].split() for width in (50, 40, 32, 24)}
    assert heads == {
        50: ["Company", "Part", "Count", "Note"], 40: ["Company", "Part", "Count"], 32: ["Company", "Part"],
        24: ["Company"],
    }  # fmt: skip
    lines = shown(Table(COLUMNS, ROWS), 32)
    assert " ".join(lines[-2:]) == "Not shown for lack of room: count, note; --wide shows all"
    assert "[DUNS:000000051]" in lines


def test_what_is_kept_stays_however_narrow() -> None:
    columns = [COLUMNS[0], text("note", "A note to keep", keep=True)]
    lines = shown(Table(columns, ROWS), 24)
    assert max(map(len, lines)) <= 24
    assert any("first" in line for line in lines)


WORDS = st.text(st.sampled_from("abcdefgh-.日本語株式"), min_size=1, max_size=14)


@given(st.lists(WORDS, min_size=1, max_size=12), st.integers(8, 40))
def test_nothing_is_lost_and_no_word_broken_that_fits(words: list[str], width: int) -> None:
    lines = wrap(" ".join(words), width)
    assert "".join(lines).replace(" ", "") == "".join(words)
    assert max(map(width_of, lines)) <= width
    there = [word for line in lines for word in line.split()]
    fitting = [word for word in words if width_of(word) <= width]
    assert [word for word in there if word in fitting] >= fitting or set(fitting) <= set(there)


@given(
    st.lists(st.lists(WORDS, min_size=1, max_size=4).map(" ".join), min_size=1, max_size=4),
    st.integers(1, 5),
    st.integers(30, 100),
)
def test_a_table_never_exceeds_the_terminal(cells: list[str], count: int, width: int) -> None:
    columns = [Column(f"Head {n}", lambda row: str(row["cell"]), right=n == 2, least=10) for n in range(count)]
    table = Table(columns, [{"cell": cell} for cell in cells])
    lines, left_out = table.laid_out(width)
    assert max(map(width_of, lines)) <= width
    assert left_out == columns[count - len(left_out) :]


def test_wide_names_are_measured_in_cells() -> None:
    rows = [{"name": "東京貴金属株式会社 [V1]", "part": 0.5}, {"name": "Acme [B-1]", "part": 0.25}]
    lines = shown(Table(COLUMNS[:2], rows), 60)
    ends = {width_of(line) for line in lines[2:]}
    assert ends == {width_of("東京貴金属株式会社 [V1]") + 2 + len("50.0 %")}
    assert max(map(width_of, shown(Table(COLUMNS[:2], rows), 20))) <= 20


def test_a_percent_sign_stays_with_its_number() -> None:
    assert wrap("it is 38.4 % of gold", 10) == ["it is", "38.4 % of", "gold"]
    assert shown(Words("    question 7: No, 12.0 % of all"), 24)[0] == "    question 7: No,"


def test_steps_put_the_receipt_beside_or_below() -> None:
    steps = [("", "Acme [B-1]", ""), ("14.5 %", "Copperleaf Sample Plating [V1003]", "purchases.csv, A4 (2026-05-31)")]
    assert shown(Steps(steps), 100) == [
        "            Acme [B-1]",
        "    14.5 %  Copperleaf Sample Plating [V1003]  purchases.csv, A4 (2026-05-31)",
    ]
    assert shown(Steps(steps), 48) == [
        "            Acme [B-1]",
        "    14.5 %  Copperleaf Sample Plating [V1003]",
        "            purchases.csv, A4 (2026-05-31)",
    ]
