"""The room of results: lazy rows, the flat form, plain values, what a notebook shows; and the sentences."""

from __future__ import annotations

import json
from datetime import date
from typing import ClassVar

import pandas as pd
import pytest

from graphmap.graph import Receipt
from graphmap.results import Basis, Nested, Records, Result, plain, sentences
from graphmap.results.sentences import acting, doubt, no_path, not_passed, nothing_known, paths_found

BASIS = Basis("2026-06-30", "default", "us-1502", 5, "0.1.0")
RECEIPT = Receipt("a.csv", "A2", "2026-05-31", "purchases", "0f")


class CountedFrame(pd.DataFrame):
    """A frame that knows how many of its rows were made into dicts."""

    made: ClassVar[list[int]] = []

    def itertuples(self, *args: object, **kwargs: object) -> object:  # type: ignore[override]
        self.made.append(len(self))
        return super().itertuples(*args, **kwargs)  # type: ignore[call-overload]

    @property
    def _constructor(self) -> type:
        return CountedFrame


def test_rows_of_a_frame_are_made_when_asked_for() -> None:
    CountedFrame.made.clear()
    frame = CountedFrame({"company": [f"S-{n}" for n in range(1_000_000)], "exposure": 0.5})
    found: Result[None] = Result(Records(frame), {"company": "id", "exposure": "0 to 1"}, BASIS)
    assert len(found) == 1_000_000
    assert found.rows[999_999] == {"company": "S-999999", "exposure": 0.5}
    assert [row["company"] for row in found.rows[:2]] == ["S-0", "S-1"]
    assert found.rows[-1]["company"] == "S-999999"
    found._repr_html_()
    assert CountedFrame.made[:3] == [1, 2, 1]
    with pytest.raises(IndexError):
        found.rows[1_000_000]
    assert found.to_frame().equals(pd.DataFrame(frame))


def hops(*ids: str) -> list[dict[str, object]]:
    return [{"head": id_, "receipts": (RECEIPT,)} for id_ in ids]


PATHS: Result[None] = Result(
    [
        {"rank": 1, "hazard": 0.9, "path": "A > B", "hops": hops("B", "C")},
        {"rank": 2, "hazard": float("nan"), "path": "A > D", "hops": hops("D")},
    ],
    {"rank": "from 1", "hazard": "0 to 1", "path": "the names", "hops": "the steps"},
    BASIS,
    ("A note.",),
    ("A finding.",),
    nested=Nested("hops", {"head": "id", "receipts": "where"}, instead_of=("path",)),
)


def test_the_flat_form_unfolds_nested_rows_and_repeats_the_basis() -> None:
    assert PATHS.flat_columns == ("rank", "hazard", "head", "receipts", "as_of", "policy", "lens")
    rest = ((RECEIPT,), BASIS.as_of, BASIS.policy, BASIS.lens)
    first, second, third = PATHS.flat()
    assert (first, second) == ((1, 0.9, "B", *rest), (1, 0.9, "C", *rest))
    assert third[2:] == ("D", *rest)


def test_a_column_of_the_basis_is_never_there_twice() -> None:
    found: Result[None] = Result([{"as_of": "2020-01-01"}], {"as_of": "of the document"}, BASIS)
    assert found.flat_columns == ("as_of", "basis_as_of", "policy", "lens")
    assert list(found.flat()) == [("2020-01-01", BASIS.as_of, BASIS.policy, BASIS.lens)]


def test_plain_values_are_json_and_unknown_is_null() -> None:
    told = PATHS.to_dict()
    assert list(told) == ["basis", "notes", "findings", "rows"]
    assert (told["notes"], told["findings"]) == (["A note."], ["A finding."])
    assert told["rows"][1]["hazard"] is None
    assert told["rows"][0]["hops"][0]["receipts"] == [
        {"file": "a.csv", "row": "A2", "as_of": "2026-05-31", "kind": "purchases", "source": "0f"}
    ]
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    assert plain((date(2026, 6, 30), float("nan"), True, {"a": (1, None)})) == [
        "2026-06-30",
        None,
        True,
        {"a": [1, None]},
    ]


def test_rows_of_several_kinds_stand_in_one_frame() -> None:
    found: Result[None] = Result(
        [{"row": "thing", "id": "B-1"}, {"row": "claim", "file": "a.csv"}], {"row": "", "id": "", "file": ""}, BASIS
    )
    frame = found.to_frame()
    assert frame.columns.tolist() == ["row", "id", "file"]
    assert frame.isna().to_numpy().tolist() == [[False, False, True], [False, True, False]]
    assert [row[:3] for row in found.flat()] == [("thing", "B-1", None), ("claim", None, "a.csv")]


def test_a_notebook_shows_text_and_nothing_else() -> None:
    evil = "<script>alert(1)</script>\x1b[31m"
    found: Result[None] = Result(
        [{"name": evil, "known": None}] * 40, {"name": evil, "known": '" onload="x'}, BASIS, (evil,), (evil,)
    )
    shown = found._repr_html_()
    assert "<script" not in shown
    assert "\x1b" not in shown
    assert shown.count("&lt;script&gt;") == 3 + 30, "finding, title of a column, note and 30 rows"
    assert 'title="&quot; onload=&quot;x"' in shown
    assert "… and 10 more rows; to_frame() holds all." in shown
    assert "<td>unknown</td>" in shown
    assert "As of 2026-06-30, policy default" in shown


def test_a_finding_is_added_without_changing_the_result() -> None:
    more = PATHS.finding("Another.")
    assert more.findings == ("A finding.", "Another.")
    assert PATHS.findings == ("A finding.",)


# ---- sentences ------------------------------------------------------------------------------------------------


def test_what_is_unknown_is_said_in_words() -> None:
    assert nothing_known(3, 0.05, 1.0, "supplier", "suppliers") == (
        "Nothing is known of 3 suppliers; each could be anywhere from 5 to 100 %."
    )
    assert nothing_known(1, 0.05, 0.925).startswith(
        "Nothing is known of 1 company; it could be anywhere from 5 to 92.5 %"
    )
    assert nothing_known(2, 0.7, 0.7).endswith("each is taken as 70 %.")
    assert doubt("tin", unknown=0.4, smelters=3, not_on_list=1, unidentified=2) == (
        "tin: 40.0 % of the purchases unknown, 1 of 3 smelters not on a list, 2 not identified"
    )
    assert doubt("tin", unknown=0.0, smelters=3) == ""
    assert sentences.unknown_mass({"tin": 0.0}) == ""


def test_no_path_is_no_all_clear() -> None:
    assert no_path("B", "not-accepted", ["tin: x", "", "gold: y"]) == (
        "No path leads from B to smelters that are not accepted; that is no all-clear: tin: x; gold: y."
    )
    assert no_path("B", "Peru", [""]) == "No path leads from B to Peru."
    assert "no document says what B buys or declares" in no_path("B", "any", [], known=False)


def test_a_cut_says_what_it_does_not_reach() -> None:
    assert acting(["A", "C"], "B", "any", at_least=2, unknown={"tin": 0.25, "gold": 0.0}) == (
        "Acting on 2 companies cuts every known path from B to any smelter: A and C. Nobody names the smelters of "
        "25.0 % of tin."
    )
    assert "As few as 1 cannot be ruled out." in acting(["A", "C"], "B", "any", at_least=1, unknown={})
    own = acting(["A"], "B", "any", at_least=1, unknown={}, own=True)
    assert own == "Acting on 1 company cuts every known path through its suppliers from B to any smelter: A."


def test_numbers_of_paths_are_exact_or_say_that_they_are_not() -> None:
    assert paths_found(1, "B", "any", exact=True, shown=1, by="risk") == (
        "1 path leads from B to any smelter; all shown, riskiest first."
    )
    assert paths_found(1200, "B", "any", exact=False, shown=10, by="hops") == (
        "At least 1,200 paths lead from B to any smelter; 10 shown, shortest first."
    )


def test_long_lists_are_cut_and_say_so() -> None:
    names = iter([f"S-{n}" for n in range(100)])
    assert not_passed("because unknown", names, 100) == (
        "Not passed, because unknown: S-0, S-1, S-2, S-3, S-4, S-5, S-6, S-7 and 92 more."
    )
    assert next(names) == "S-8", "nobody asks for more than is named"
