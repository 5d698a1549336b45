"""How good the evidence behind a figure is: a grade beside exposure and never in it (METHOD section 5).

Graded is a company's latest declaration for the mineral: its age, its scope, questions 6 and 7, and how many of
its smelter rows name no smelter. The policy says at most which grade each finding allows; the worst one counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np

from graphmap import policy, schema
from graphmap.analysis.dates import known_on
from graphmap.graph import Ints, SupplyGraph, mineral_code

SCOPE, SUPPLIERS_ANSWERED, ALL_SMELTERS_NAMED = ("cmrt:scope",), ("cmrt:6",), ("cmrt:7",)
"""The questions of the templates that are looked at (CMRT 6.x)."""

_UNDATED = np.iinfo(np.int64).min
"""The days up to or from a date that is not known (NaT)."""


class Declaration(NamedTuple):
    """What is graded of a declaration; ``age`` in days, None if it is undated. "" is an answer that is not given."""

    age: int | None
    scope: str
    suppliers_answered: str
    all_smelters_named: str
    rows: int
    unidentified: int


@dataclass(frozen=True)
class Grades:
    """Per company: a grade of ``policy.GRADES`` and why it is not the best, worst first."""

    grade: tuple[str, ...]
    reasons: tuple[tuple[str, ...], ...]


def grade_declaration(rules: policy.Evidence, declaration: Declaration | None) -> tuple[str, tuple[str, ...]]:
    """The grade of one declaration (None: there is none) and its reasons."""
    if declaration is None:
        return rules.no_declaration, ("no declaration",)
    found: list[tuple[str, str]] = []
    if declaration.age is None:
        found.append((rules.undated, "the declaration is undated"))
    else:
        older = [grade for days, grade in rules.older_than if declaration.age > days]
        found.append((max(older, default="A"), f"the declaration is {declaration.age} days old"))
    scope = declaration.scope.strip()
    found.append(_answer(rules, rules.scope, scope[:1], scope, "scope"))
    for grades, answer, question in (
        (rules.suppliers_answered, declaration.suppliers_answered, "question 6 (suppliers that answered)"),
        (rules.all_smelters_named, declaration.all_smelters_named, "question 7 (all smelters named)"),
    ):
        found.append(_answer(rules, grades, answer, answer, question))
    if not declaration.rows:
        found.append((rules.no_smelters, "no smelter is declared"))
    if declaration.unidentified:
        part = declaration.unidentified / declaration.rows
        above = [grade for limit, grade in rules.unidentified_above if part > limit]
        rows = f"{declaration.unidentified} of {declaration.rows} smelter rows name no smelter"
        found.append((max(above, default="A"), rows))
    best = policy.GRADES[0]
    findings = sorted((one for one in found if one[0] != best), key=lambda one: one[0], reverse=True)
    return max(grade for grade, _ in found), tuple(reason for _, reason in findings)


def _answer(rules: policy.Evidence, grades: Mapping[str, str], key: str, answer: str, question: str) -> tuple[str, str]:
    if not answer:
        return rules.no_answer, f"{question} is not answered"
    return grades.get(policy.spelling(key), rules.no_answer), f"{question}: {answer}"


def find_grades(
    graph: SupplyGraph, rules: policy.Evidence, companies: Ints, mineral: str, as_of: date | None
) -> Grades:
    """Grade the latest declaration for a mineral of each of these companies (graph nodes).

    A declaration is a document that answers a question for the mineral or declares a smelter of it.
    """
    code, answered, declares = mineral_code(mineral), graph.table("ANSWERED"), graph.table("DECLARES")
    latest = np.full(len(graph), -1, np.int32)
    for table in (answered, declares):
        about = known_on(graph, table, as_of, mineral) & (table.mineral == code)
        np.maximum.at(latest, table.tail[about], graph.recency[table.source[about]])
    by_recency = np.append(np.argsort(graph.recency), -1)
    source = by_recency[latest]

    rows = declares.source == source[declares.tail]
    rows &= declares.mineral == code
    vague = [node for node in np.unique(declares.head).tolist() if graph.ids[node].startswith(schema.UNIDENTIFIED)]
    unnamed = rows & np.isin(declares.head, vague)
    said = np.append(graph.said, np.datetime64("NaT"))[source]
    columns = [source >= 0, (np.datetime64(as_of, "D") - said).astype(np.int64)]
    columns += [
        _answers(graph, questions, source, code) for questions in (SCOPE, SUPPLIERS_ANSWERED, ALL_SMELTERS_NAMED)
    ]
    columns += [np.bincount(declares.tail[where], minlength=len(graph)) for where in (rows, unnamed)]

    # Many companies look alike: each look is graded once.
    looks, which = np.unique(np.stack([column[companies] for column in columns]), axis=1, return_inverse=True)
    words = answered.text("answer").vocabulary
    graded = []
    for declared, days, scope, suppliers, smelters, total, unidentified in looks.T.tolist():
        declaration = None
        if declared:
            age = days if days != _UNDATED else None
            answers = [words[word] if word >= 0 else "" for word in (scope, suppliers, smelters)]
            declaration = Declaration(age, answers[0], answers[1], answers[2], total, unidentified)
        graded.append(grade_declaration(rules, declaration))
    return Grades(tuple(graded[i][0] for i in which.tolist()), tuple(graded[i][1] for i in which.tolist()))


def _answers(graph: SupplyGraph, questions: tuple[str, ...], source: Ints, code: int) -> Ints:
    """Per node its answer to these questions in the document ``source``, as a word of the column; -1 if none."""
    table = graph.table("ANSWERED")
    heads = [node for question in questions if (node := graph.node("Question", question)) is not None]
    about = np.isin(table.head, heads) & (table.source == source[table.tail])
    about &= (table.mineral == code) | (table.mineral < 0)
    out = np.full(len(graph), -1, np.int32)
    out[table.tail[about]] = table.text("answer").codes[about]
    return out
