"""What goes into a question: values that the user gives, checked by their type, and what follows from the case.

All values are plain (text, numbers, lists, maps), so that they can be pasted into Neo4j Browser as they are. What the
Cypher of a question judges by are words of the policy and places of the lens, spelt as the documents spell them.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Protocol

import numpy as np

from graphmap import names
from graphmap.analysis.areas import Ground
from graphmap.analysis.case import STANDINGS, Case
from graphmap.analysis.chain import out_of_scope
from graphmap.analysis.structure import reachable
from graphmap.errors import GraphmapError
from graphmap.graph import Receipt, SupplyGraph, mineral_code
from graphmap.policy import spelling
from graphmap.questions.catalogue import REQUIRED, Parameter, Question

Values = dict[str, Any]

_COUNT = re.compile(r"count (\d+)\.\.(\d*)")


class Meanings(Protocol):
    """Who knows what names mean; ``api.Workspace`` does."""

    @property
    def graph(self) -> SupplyGraph:
        """The graph whose nodes are meant."""

    @property
    def case(self) -> Case:
        """The graph under a policy and lens on a date."""

    def node(self, text: str | int, *labels: str) -> int:
        """The one node that is meant."""

    def start(self, company: str | int | None) -> int:
        """A company, by default the only brand."""

    def mineral(self, text: str) -> str:
        """A mineral as the graph spells it."""


def fill(question: Question, given: Mapping[str, object], meanings: Meanings, *, partly: bool = False) -> Values:
    """All parameters of a question: those given, defaults for the others, and what follows from the case.

    Texts, as the command line has them, are read by the type of the parameter. Raises ``GraphmapError`` (or
    ``NotFound``) for a parameter that is unknown, missing (unless ``partly``) or not of its type.
    """
    known = {parameter.name: parameter for parameter in question.parameters}
    for name in given:
        if name not in known or known[name].follows:
            raise _not_settable(question, known.get(name), name)
    values = {
        name: _value(question, one, given, meanings)
        for name, one in known.items()
        if not one.follows and (not partly or name in given or one.default is not REQUIRED)
    }
    values |= {name: _FOLLOWS[name](meanings.case, values) for name, one in known.items() if one.follows}
    return {name: values[name] for name in known if name in values}


def settable(question: Question, values: Mapping[str, Any]) -> Values:
    """Those of the values that a user may set: what a twin is called with."""
    return {one.name: values[one.name] for one in question.parameters if not one.follows}


def _not_settable(question: Question, parameter: Parameter | None, name: str) -> GraphmapError:
    if parameter is not None:
        cure = {
            "from the date": "Give it with --as-of (as_of).",
            "from the policy": "Give another policy (--policy).",
            "from the lens": "Give another lens (--lens).",
            "from the shares": "Load documents that give other shares.",
        }[parameter.type]
        return GraphmapError(f"{question.name}: {name} follows {parameter.type}.", cure)
    open_ = [one.name for one in question.parameters if not one.follows]
    near = names.closest(name, open_, 1) or open_
    cure = f"Did you mean {' or '.join(near)}?" if near else "It takes none."
    return GraphmapError(f"{question.name} has no parameter {name!r}.", cure)


# ---- what the user gives --------------------------------------------------------------------------------------


def _value(question: Question, parameter: Parameter, given: Mapping[str, object], meanings: Meanings) -> Any:
    value = given.get(parameter.name)
    if value is None:
        if parameter.default is REQUIRED:
            raise GraphmapError(f"{question.name} needs {parameter.name}.", f"It is the {parameter.meaning}.")
        if isinstance(parameter.default, str):
            return _DEFAULTS[parameter.default](meanings)
        return parameter.default
    kind = parameter.type.partition(" ")[0]
    try:
        return _CHECKS[kind](value, parameter.type, meanings)
    except ValueError as error:
        raise GraphmapError(f"{question.name}: {parameter.name} is {value!r}.", f"It must be {error}.") from None


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("a text")
    return value


def _list(value: object) -> list[str]:
    """Texts from a list, from JSON, or from words between commas."""
    if isinstance(value, str) and value.lstrip().startswith("["):
        try:
            value = json.loads(value)
        except ValueError:
            raise ValueError("a list of texts, e.g. a,b") from None
    several = value.split(",") if isinstance(value, str) else value
    if not isinstance(several, Iterable):
        raise ValueError("a list of texts")
    out = [_text(one).strip() for one in several]
    if not out:
        raise ValueError("a list that is not empty")
    return list(dict.fromkeys(out))


def _count(value: object, type_: str, _: Meanings) -> int:
    found = _COUNT.fullmatch(type_)
    assert found is not None, type_
    least, most = int(found[1]), int(found[2] or 2**31)
    says = f"a whole number from {least}" + (f" to {most}" if found[2] else "")
    if isinstance(value, str) and re.fullmatch(r"\s*\d{1,12}\s*", value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise ValueError(says)
    return value


def _yes_or_no(value: object, *_: object) -> bool:
    known = {"yes": True, "true": True, "no": False, "false": False}
    if isinstance(value, str) and value.strip().casefold() in known:
        return known[value.strip().casefold()]
    if not isinstance(value, bool):
        raise ValueError("yes or no")
    return value


def _date(value: object, _type: str, _meanings: Meanings) -> str:
    try:
        return (value if isinstance(value, date) else date.fromisoformat(_text(value).strip())).isoformat()[:10]
    except ValueError:
        raise ValueError("a date, e.g. 2026-06-30") from None


def _minerals(value: object, _: str, meanings: Meanings) -> list[str]:
    return list(dict.fromkeys(meanings.mineral(one) for one in _list(value)))


def _standings(value: object, *_: object) -> list[str]:
    known = {spelling(standing): standing for standing in STANDINGS}
    written = _list(value)
    if wrong := [one for one in written if spelling(one) not in known]:
        raise ValueError(f"of {', '.join(STANDINGS)}; {wrong[0]!r} is none")
    return list(dict.fromkeys(known[spelling(one)] for one in written))


def _node(value: object, *labels: str, meanings: Meanings) -> int:
    return meanings.node(value if isinstance(value, int) else _text(value), *labels)


def _any_node(value: object, _: str, meanings: Meanings) -> str:
    """A node as the graph on a server knows it, e.g. "Company:B-1"; understood when given so, too."""
    label, _, id_ = value.partition(":") if isinstance(value, str) else ("", "", "")
    found = meanings.graph.node(label, id_)
    return key_of(meanings.graph, _node(value, meanings=meanings) if found is None else found)


def key_of(graph: SupplyGraph, node: int) -> str:
    """A node as the graph on a server knows it: its label and id."""
    return f"{graph.label_of(node)}:{graph.ids[node]}"


_CHECKS: Mapping[str, Callable[[object, str, Meanings], Any]] = {
    "company": lambda value, _, meanings: meanings.graph.ids[_node(value, "Company", meanings=meanings)],
    "smelter": lambda value, _, meanings: meanings.graph.ids[_node(value, "Smelter", meanings=meanings)],
    "node": _any_node,
    "minerals": _minerals,
    "standings": _standings,
    "questions": lambda value, *_: _list(value),
    "count": _count,
    "date": _date,
    "yes": _yes_or_no,
}
"""How a value of each type is checked; the first word of a type names it."""


def _questions_of(meanings: Meanings) -> list[str]:
    """Question 3 of the CMRT asks for the covered countries of section 1502, question 4 for areas of concern."""
    return ["cmrt:3" if meanings.case.lens.name == "us-1502" else "cmrt:4"]


_DEFAULTS: Mapping[str, Callable[[Meanings], Any]] = {
    "the brand": lambda meanings: meanings.graph.ids[meanings.start(None)],
    "those of the lens": lambda meanings: list(meanings.case.minerals),
    "the one of the lens": _questions_of,
}
"""Defaults that are not plain values."""


# ---- what follows from the case -------------------------------------------------------------------------------


def statuses(case: Case) -> list[dict[str, Any]]:
    """What each status of each scheme that the documents name means under the policy.

    One map for each pair of ``scheme`` (the id of its node) and ``status`` ("" where none is given): ``name`` is what
    the policy calls the scheme, ``standing`` what the status means, ``days`` how long an assessment holds,
    ``minerals`` those of the documents for which the scheme counts. A scheme that the policy does not know has no map.
    """
    graph, table = case.graph, case.graph.table("ASSESSED_BY")
    words = table.text("status")
    pairs = {(graph.ids[node], words.vocabulary[code]) for node, code in zip(table.head, words.codes, strict=True)}
    out = []
    for scheme, status in sorted(pairs):
        if (found := case.policy.scheme(scheme)) is not None:
            standing = found.standing_of.get(spelling(status), "not on list")
            out.append(
                {"scheme": scheme, "status": status, "name": found.name, "standing": standing,
                 "days": found.validity_days, "minerals": [one for one in graph.minerals if one in found.minerals]}
            )  # fmt: skip
    return out


def areas(case: Case) -> list[dict[str, Any]]:
    """What the lens says of the places of the documents, as ``analysis.areas`` judges them.

    One map for each ``way`` in which a smelter can meet an area ("located in", "sources from", "is listed") and place
    (``key`` of its node): the ``level``, whether that is ``certain``, the ``minerals`` for which it holds, and the
    ``receipts`` of the list.
    """
    graph, found = case.graph, defaultdict[tuple[str, str, str, bool, tuple[str, ...]], list[str]](list)
    for mineral in graph.minerals:
        judged = case.areas(mineral)
        for place in _places(graph):
            for way, values in (("located in", case.policy.facility_value), ("sources from", case.policy.origin_value)):
                if (ground := judged.judge(place, values)) is not None:
                    told = (way, key_of(graph, place), ground.level, ground.certain, tuple(listed(case, ground)))
                    found[told].append(mineral)
        for node, (level, claim) in judged.named.items():
            way = "sources from" if graph.label_of(node) == "Mine" else "is listed"
            found[way, key_of(graph, node), level, True, (str(graph.receipt(*claim)),)].append(mineral)
    return [
        {"way": way, "key": key, "level": level, "certain": certain, "minerals": minerals, "receipts": list(receipts)}
        for (way, key, level, certain, receipts), minerals in sorted(found.items())
    ]


def _places(graph: SupplyGraph) -> list[int]:
    """The countries and regions where smelters and mines stand, or where what they process or dig comes from."""
    facility, found = graph.is_label("Smelter") | graph.is_label("Mine"), set[int]()
    for type_ in ("LOCATED_IN", "ORIGINATES_IN"):
        table = graph.table(type_)
        found.update(table.head[facility[table.tail]].tolist())
    return sorted(found)


def have_none(case: Case, minerals: Sequence[str]) -> list[dict[str, Any]]:
    """Companies that have none of a mineral because by their shares they buy only from companies that have none.

    One map for each ``mineral`` and ``company`` (id). Those that say themselves that they have none are not among
    them: that stands in the graph.
    """
    graph, out = case.graph, []
    for mineral in minerals:
        chain, saying = case.chain(mineral), out_of_scope(case.graph, mineral_code(mineral))
        nodes = chain.node[: chain.companies]
        found = nodes[chain.outside[: chain.companies] & ~saying[nodes]].tolist()
        out += [{"mineral": mineral, "company": graph.ids[node]} for node in found]
    return out


def carrying(case: Case, company: str, minerals: Sequence[str]) -> list[dict[str, Any]]:
    """Declarations upstream of a company (id) that carry purchases although a supplier explains them.

    One map for each ``mineral`` and ``company`` (id) with the ``smelters`` (ids). What a declaration carries follows
    from all shares of the chain (METHOD section 4), which Cypher cannot work out.
    """
    graph, out = case.graph, []
    start = graph.node("Company", company)
    for mineral in minerals:
        chain, shares = case.chain(mineral), case.shares(mineral)
        place = None if start is None else chain.place(start)
        if place is None:
            continue
        upstream = reachable(chain.indptr, chain.head, place)
        smelters = defaultdict[int, list[str]](list)
        for link in np.flatnonzero(shares.explained & shares.ways & upstream[chain.tail]).tolist():
            smelters[int(chain.node[chain.tail[link]])].append(graph.ids[int(chain.node[chain.head[link]])])
        out += [
            {"mineral": mineral, "company": graph.ids[node], "smelters": sorted(found)}
            for node, found in sorted(smelters.items())
        ]
    return out


_FOLLOWS: Mapping[str, Callable[[Case, Values], Any]] = {
    "day": lambda case, _: None if case.as_of is None else case.as_of.isoformat(),
    "expired": lambda case, _: case.policy.expired,
    "grace_days": lambda case, _: case.policy.grace_days,
    "statuses": lambda case, _: statuses(case),
    "areas": lambda case, _: areas(case),
    "have_none": lambda case, values: have_none(case, values["minerals"]),
    "carrying": lambda case, values: carrying(case, values["company"], values["minerals"]),
}
"""The value of each parameter that nobody sets, by its name; it may depend on those that are set."""


def listed(case: Case, ground: Ground) -> list[str]:
    """Where it stands that the place of a ground is an area of the lens."""
    if case.lens.areas:
        return [str(Receipt(case.lens.file, "areas", case.lens.date.isoformat(), "lens", ""))]
    return sorted({str(case.graph.receipt(type_, i)) for type_, i in ground.claims if type_ == "LISTED_BY"})
