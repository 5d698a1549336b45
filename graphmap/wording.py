"""How names and figures read, wherever they are shown: on the terminal, on maps and in reports."""

from __future__ import annotations

import json
import math
import unicodedata
from collections.abc import Mapping, Sequence

from graphmap import schema

UNKNOWN = "unknown"

_MADE = ("name:", "mine:", schema.UNLISTED, schema.UNIDENTIFIED)
"""How ids begin that are made from a name."""

_INVISIBLE = frozenset({"Cc", "Cf", "Zl", "Zp", "Cs", "Co", "Cn"})


def clean(text: object) -> str:
    """Text fit for showing: control, bidi and other invisible format characters taken out."""
    shown = str(text)
    if shown.isprintable():  # nearly always: none of these categories is printable
        return shown
    return "".join(c for c in shown if unicodedata.category(c) not in _INVISIBLE)


def label(name: str, id_: str) -> str:
    """A name and the id that tells it apart, e.g. "Acme Metals [B-1]"; one that was made from the name is left out."""
    return name if name == id_ or id_.startswith(_MADE) else f"{name} [{id_}]"


def is_unknown(value: object) -> bool:
    """Whether a value says that nothing is known: None or NaN."""
    return value is None or (isinstance(value, float) and math.isnan(value))


def shown(value: object) -> str:
    """Any value in a cell of a table: unknown says so, yes and no, a list one item a line."""
    if is_unknown(value):
        return UNKNOWN
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"
    if isinstance(value, Mapping):
        return json.dumps(value, ensure_ascii=False, default=str)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "\n".join(map(shown, value))
    return str(value)


def percent(share: float | None, digits: int = 1) -> str:
    """0.0625 as "6.2 %"; unknown as "unknown"; a share too small to show as "< 0.1 %", never as nothing."""
    if share is None or math.isnan(share):
        return UNKNOWN
    least = 10.0 ** -(digits + 2)
    return f"< {100 * least:.{digits}f} %" if 0 < share < least else f"{100 * share:.{digits}f} %"


def interval(estimate: float, low: float, high: float) -> str:
    """An estimate and the range that the unknown shares leave, e.g. "6.2 % [1.0-40.0 %]"."""
    if f"{low:.3f}" == f"{high:.3f}":
        return percent(estimate)
    return f"{percent(estimate)} [{100 * low:.1f}–{100 * high:.1f} %]"


def span(low: float, high: float) -> str:
    """A range of shares in a sentence, e.g. "from 5 to 100 %"."""
    ends = [f"{100 * end:.1f}".removesuffix(".0") for end in (low, high)]
    return f"from {ends[0]} to {ends[1]} %" if ends[0] != ends[1] else f"{ends[0]} %"


def count_of(number: int, noun: str, plural: str = "") -> str:
    """A number and its noun: "1 smelter", "2 smelters"."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def listed(words: Sequence[str]) -> str:
    """Words in a sentence: "a", "a and b", "a, b and c"."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
