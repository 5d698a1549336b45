"""The questions on the shelf: heads that say everything, Cypher in the dialect that both versions share."""

from __future__ import annotations

import inspect
import re
from collections import Counter
from pathlib import Path

import pytest

from graphmap import schema, shelf
from graphmap.errors import GraphmapError, NotFound
from graphmap.questions import Question, question, questions
from graphmap.questions.catalogue import read
from graphmap.questions.parameters import _CHECKS, _DEFAULTS, _FOLLOWS
from tests.questions.shared import parts, written

ALL = questions()
FOLDERS = {"paths", "exposure", "conformance", "origin", "concentration", "quality"}

each = pytest.mark.parametrize("asked", ALL, ids=lambda one: one.name)


def words(asked: Question) -> str:
    """The statement without comments and without texts in quotes."""
    return re.sub(r"'[^'\n]*'", "''", re.sub(r"//[^\n]*", "", asked.statement))


def test_there_are_questions_for_every_worry() -> None:
    assert {one.folder for one in ALL} == FOLDERS
    assert len(ALL) >= 20
    assert [one.name for one in ALL] == sorted(one.name for one in ALL)


@each
def test_a_head_says_everything(asked: Question) -> None:
    assert len(asked.title) <= 60
    assert asked.asks.endswith(".")
    assert "?" in asked.asks or asked.name == "quality/counts"
    for one in (*asked.parameters, *asked.columns):
        assert one.meaning, one
        assert not one.meaning.endswith("."), one
    names = [one.name for one in asked.columns]
    assert len(set(names)) == len(names)
    for parameter in asked.parameters:
        if parameter.follows:
            assert parameter.name in _FOLLOWS
        else:
            assert parameter.type.partition(" ")[0] in _CHECKS
        assert not isinstance(parameter.default, str) or parameter.default in _DEFAULTS, parameter


@each
def test_every_parameter_is_declared_and_used(asked: Question) -> None:
    used = set(re.findall(r"\$([a-z_]+)", asked.statement))
    assert used == {one.name for one in asked.parameters}
    assert set(re.findall(r"\$([a-z_]+)", asked.asks)) <= used


@each
def test_the_twin_takes_what_a_user_may_set(asked: Question) -> None:
    module, _, name = asked.twin.partition(":")
    assert (module, name) == (f"graphmap.questions.{asked.folder}", asked.name.partition("/")[2].replace("-", "_"))
    _, *parameters = inspect.signature(asked.function()).parameters
    assert sorted(parameters) == sorted(one.name for one in asked.parameters if not one.follows)


@each
def test_the_dialect_is_the_common_one(asked: Question) -> None:
    text = words(asked)
    writes = r"(?i)\b(CREATE|MERGE|SET|DELETE|REMOVE|FOREACH|LOAD)\b"
    old = (r"\bid\s*\(", r"\bexists\s*\(", r"\bCALL\s*\{", r"(?i)\bCYPHER\b")
    for wrong in (writes, *old, r"(?i)\bSHORTEST", r"(?i)allShortestPaths", r"(?i)\bapoc\b"):
        assert not re.search(wrong, text), wrong
    for scope, first in re.findall(r"CALL \(([^)]*)\) \{\s*(\w+)", text):
        assert first in ("MATCH", "UNWIND", "RETURN", "CALL"), f"an importing WITH after CALL ({scope})"
    for starred in re.findall(r"-\[:?[^\]]*\*[^\]]*\]-", text):
        assert re.search(r"\[:[A-Z_|]+\*0\.\.\d*\]", starred), "from 0 steps, typed, and no variable (deprecated)"


@each
def test_bounds_and_limits_are_parameters(asked: Question) -> None:
    text = words(asked)
    assert not re.search(r"(?i)\b(LIMIT|SKIP)\b\s*\d", text)
    assert not re.search(r"\[\s*\d*\s*\.\.\s*\d+\s*\]", text)
    bounds = {int(bound) for bound in re.findall(r"\*0\.\.(\d+)", text)}
    for parameter in asked.parameters:
        if parameter.name in ("max_hops", "steps"):
            most = int(parameter.type.partition("..")[2])
            # The last step is the declaration; a way by a direct supplier has its purchase besides.
            assert bounds <= {most - 1, most - 2}
            assert parameter.default in (most, 1)
            break
    else:
        assert not bounds
    if "limit" in (one.name for one in asked.parameters):
        assert "found" in [one.name for one in asked.columns], "a column tells what the limit cuts off"


@each
def test_rows_are_in_order_and_have_the_columns_of_the_head(asked: Question) -> None:
    *_, last = re.split(r"^RETURN ", words(asked), flags=re.MULTILINE)
    returned, _, order = last.partition("\nORDER BY ")
    assert order.strip()
    depth, names, current = 0, [], ""
    for sign in returned + ",":
        depth += (sign in "([{") - (sign in ")]}")
        if sign == "," and depth == 0 and "CASE" not in re.sub(r"CASE.*?\bEND\b", "", current, flags=re.DOTALL):
            names.append(current.split()[-1].rpartition(".")[2])
            current = ""
        else:
            current += sign
    assert names == [one.name for one in asked.columns]


@each
def test_nothing_private_and_nothing_superseded_is_asked(asked: Question) -> None:
    text = words(asked)
    private = {one.name for one in schema.EDGES.values() if one.private} | {"Contact"}
    assert not private & set(re.findall(r"\w+", text))
    assert "PAST_" not in text or asked.name == "quality/what-changed"
    told = set(re.findall(r"\[\w*:([A-Z_|\s]+)", text))
    types = {type_.removeprefix("PAST_") for one in told for type_ in re.split(r"[|\s]+", one) if type_}
    assert types <= schema.EDGES.keys()


def test_every_shared_part_is_used_and_none_stands_twice_elsewhere() -> None:
    """What two questions have in common belongs into ``queries/_shared.cypher``."""
    shared = parts()
    used = {known_by for one in ALL for known_by in written(one.cypher, shared)[1]}
    assert used == set(shared)
    texts = Counter[str]()
    for one in ALL:
        blocks = re.findall(r"^ *//[^\n]*\n(?: *//[^\n]*\n)* *CALL .*?^\}", one.statement, re.MULTILINE | re.DOTALL)
        texts.update({block for block in blocks if block.partition("\n")[0] not in shared})
    assert [text for text, times in texts.items() if times > 1] == []


def test_a_part_is_written_in_by_its_first_line_and_at_its_indent() -> None:
    shared = {
        "// Who sells.": ["// Who sells.", "// To anybody.", "CALL (c) {", "  RETURN 1 AS n", "}"],
        "$day (from the date)": ["//   $day (from the date): the day", "//     of judgement"],
    }
    begun = "//   $day (from the date):\n//   $other (date): a day\n  // Who sells.\n  }\nRETURN 1\n"
    text, used = written(begun, shared)
    assert text == (
        "//   $day (from the date): the day\n//     of judgement\n//   $other (date): a day\n"
        "  // Who sells.\n  // To anybody.\n  CALL (c) {\n    RETURN 1 AS n\n  }\nRETURN 1\n"
    )
    assert used == ["$day (from the date)", "// Who sells."]
    assert written(text, shared)[0] == text


# ---- finding and reading --------------------------------------------------------------------------------------


def test_a_question_is_found_with_or_without_its_folder() -> None:
    assert question("paths/choke-points") is question("choke-points") is question("choke-points.cypher")


@pytest.mark.parametrize(
    ("wrong", "near"), [("chokepoints", "paths/choke-points"), ("stale", "quality/stale-declarations")]
)
def test_an_unknown_question_names_the_closest(wrong: str, near: str) -> None:
    with pytest.raises(NotFound) as error:
        question(wrong)
    assert near in error.value.cure


def test_nothing_like_it_sends_to_the_list() -> None:
    with pytest.raises(NotFound, match="graphmap query lists them"):
        question("%%%")


HEAD = """// title: A title
// question: What is asked? It goes
//   on here.
// parameters:
//   $limit (count 1..; default: 10): how many
//     at most
//   $day (from the date): the day
// columns:
//   one (text), two (count?): what is found
// twin: graphmap.questions.quality:counts
RETURN $limit AS one, $day AS two
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "paths" / "x.cypher"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def test_a_head_is_read(tmp_path: Path) -> None:
    found = read(write(tmp_path, HEAD))
    assert (found.name, found.title, found.asks) == ("paths/x", "A title", "What is asked? It goes on here.")
    assert [(one.name, one.type, one.default) for one in found.parameters[:1]] == [("limit", "count 1..", 10)]
    assert found.parameters[0].meaning == "how many at most"
    assert [one.follows for one in found.parameters] == [False, True]
    assert [(one.name, one.type, one.unknown) for one in found.columns] == [
        ("one", "text", False),
        ("two", "count", True),
    ]
    assert found.statement == "RETURN $limit AS one, $day AS two\n"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("// title: A title\n", "", "line 1 stands 'question' where 'title' is due"),
        ("// title: A title", "// title:", "title says nothing"),
        ("// columns:", "// rows:", "line 8 stands 'rows' where 'columns' is due"),
        ("// twin: graphmap.questions.quality:counts\n", "", "without twin"),
        ("$limit (count", "$limit [count", "a parameter that cannot be read"),
        ("one (text), two (count?)", "one (text) two (count?)", "a column that cannot be read"),
        ("two (count?)", "two (colour?)", "a column of no type that is known"),
        ("//   on here.", "//  on here.", "line 3 is a comment that is no part of the head"),
    ],
)
def test_a_wrong_head_is_refused(tmp_path: Path, old: str, new: str, says: str) -> None:
    assert old in HEAD
    with pytest.raises(GraphmapError) as error:
        read(write(tmp_path, HEAD.replace(old, new)))
    assert says in error.value.message
    assert error.value.message.startswith("paths/x.cypher: ")


def test_the_shelf_holds_the_questions() -> None:
    found = shelf.files("queries", "*/*.cypher")
    assert [f"{path.parent.name}/{path.stem}" for path in found] == [one.name for one in ALL]
    assert shelf.files("no such shelf", "*/*.cypher") == []
