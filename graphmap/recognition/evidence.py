"""What a sheet shows of the kind of its table, for one loader."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from graphmap.sheets import Document, Reads, Table, header_key, header_words
from graphmap.sheets.values import as_text, clean

_LOOKED_AT, _A_THIRD = 300, 3
"""How many values of a column are looked at, and which part of them must match."""

_ANY_TABLE = frozenset(
    header_key(head)
    for line in (
        "id|no|number|code|name|title|type|kind|category|class|status|state|date|as of|as of date|status date",
        "list date|visit date|period end|valid on|validity|expires|expiry|expiry date|audit date|cycle|country",
        "countries|country name|country code|country region|country key|location|region|region name|region code",
        "province|state province|state province region|area|site name|site id|pcode|place|level|list|risk",
        "risk level|rating|reason|rationale|comment|note|group|owner|parent|position|job title|contact",
        "contact name|contact person|email|e mail|email address|mail|phone|phone number|telephone|tel|role|roles",
        "relationship|facility|facility id|facility name|facility type|facility country|asset type|site type",
        "metal|metals|mineral|minerals|commodity|commodities|primary commodity|ore|latitude|lat|longitude|lon|lng",
        "long|coordinates|gps|gps coordinates|lat lon|precision|accuracy|confidence factor|date of accreditation",
        "accredited|origin|source country|country of origin|origin country|countries of origin|cid|customer",
        "customer name|customer id|customer no|account number|account no|scheme|standard|program|programme|share",
        "percent|percentage|amount|value|product|product name|part|part number|material|article|supplies",
    )
    for head in line.split("|")
)
"""Heads that tables of many kinds have: none of them proves one."""


@dataclass(frozen=True)
class Evidence:
    """What speaks for and against a sheet being a table of a loader's kind.

    ``table`` is the header that was found, None if no column is known. ``lacks`` are fields that it needs,
    ``unproven`` those that would prove its kind; each is a list of alternatives of which the nearest was taken.
    ``foreign`` are heads that belong to other kinds.
    """

    table: Table | None
    lacks: tuple[str, ...]
    unproven: tuple[tuple[str, ...], ...]
    is_proven: bool
    is_called: bool
    foreign: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether the loader reads the sheet."""
        return self.table is not None and not self.lacks and not self.foreign and (self.is_proven or self.is_called)

    @property
    def columns(self) -> int:
        """How many columns are known."""
        return len(self.table.index) if self.table else 0


def look(document: Document, sheet: str, reads: Reads) -> Evidence:
    """The evidence for a loader in a sheet of a document."""
    table = document.find_table(reads.columns, sheet)
    if table is None or not reads.needs:
        return Evidence(None, (), (), False, False, ())
    fields = table.index.keys()
    needed = min(reads.needs, key=lambda one: (len(set(one) - fields), len(one)))
    proven = not reads.proof or any(_proves(table, reads, one) for one in reads.proof)
    return Evidence(
        table,
        tuple(field for field in needed if field not in fields),
        reads.proof,
        proven,
        _is_called(table, reads),
        _foreign(table, reads),
    )


def _proves(table: Table, reads: Reads, fields: tuple[str, ...]) -> bool:
    """Whether these fields are all there, and one of them stands under a head of its own or has the right values."""
    if not table.index.keys() >= set(fields):
        return False
    return any(
        header_key(table.header(table.index[field])) not in _ANY_TABLE
        or (field in reads.values and _matches(table, table.index[field], reads.values[field]))
        for field in fields
    )


def own_head(reads: Reads, field: str) -> str:
    """A head of a field that only tables of this kind have; if there is none, its usual one."""
    heads = reads.columns[field]
    return next((head for head in heads if header_key(head) not in _ANY_TABLE), heads[0])


def _matches(table: Table, column: int, pattern: str) -> bool:
    values = []
    for row in table.grid[table.start :]:
        text = clean(as_text(row[column])[:200])[0].casefold() if column < len(row) else ""
        if text:
            values.append(text)
            if len(values) == _LOOKED_AT:
                break
    fits = sum(1 for text in values if _compiled(pattern).search(text))
    return fits * _A_THIRD >= len(values) > 0


@lru_cache(maxsize=64)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _foreign(table: Table, reads: Reads) -> tuple[str, ...]:
    """The heads that hold a word, or two together, which no table of the kind has; those that it knows are its own."""
    own = set(table.index.values())
    found = []
    for column, head in enumerate(table.heads):
        words = header_words(head)
        pairs = {f"{one} {two}" for one, two in pairwise(words)}
        if column not in own and not reads.foreign.isdisjoint({*words, *pairs}):
            found.append(table.header(column))
    return tuple(found)


# ---- what a sheet or a title says -----------------------------------------------------------------------------------

_BESIDE = frozenset(
    word
    for line in (
        "list lists table sheet data our own my the of as at for and export final new draft template overview file",
        "register january february march april may june july august september october november december jan feb mar",
        "apr jun jul aug sep sept oct nov dec q1 q2 q3 q4 status date",
    )
    for word in line.split()
)
"""Words beside the name of a kind that say nothing of it."""


def _is_called(table: Table, reads: Reads) -> bool:
    """Whether the sheet, or a title in a row of its own above the header, is called as tables of the kind are."""
    names = {_core(name) for name in (reads.kind, reads.title, *reads.called)} - {()}
    return any(_core(title) in names for title in table.titles)


@lru_cache(maxsize=1024)
def _core(title: str) -> tuple[str, ...]:
    return tuple(word for word in header_words(title) if word not in _BESIDE and not word[:1].isdigit())
