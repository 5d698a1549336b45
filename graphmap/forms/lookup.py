"""A workbook's own list of smelters, the sheet "Smelter Look-up".

It is the list of smelters that the template's owner knows; to stand on it says nothing about conformance.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, lru_cache
from operator import itemgetter
from typing import NamedTuple

from graphmap import names
from graphmap.forms.layout import has_sheet
from graphmap.sheets import Document

SHEET = "Smelter Look-up"
_FIRST_ROW = 5
_STATE = 8  # column I, from 0
_PICK = itemgetter(0, 1, 2, 3, 4, _STATE)
"""Columns A metal, B alias, C standard name, D country, E id, I state."""


class Entry(NamedTuple):
    """A smelter of the list, with its country and state as they are written there."""

    mineral: str
    name: str
    country: str
    id: str
    state: str


class Lookup:
    """The smelters of the list by id and by name; read when first asked."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._suggestions = 20  # to look for similar names takes milliseconds

    def of_id(self, id_: str, mineral: str | None) -> Entry | None:
        """The smelter with this id; if it has several minerals, that of ``mineral``."""
        entries = self._list.by_id.get(id_, [])
        return next((entry for entry in entries if entry.mineral == mineral), entries[0] if entries else None)

    def of_name(self, mineral: str, name: str) -> Entry | None:
        """The smelter with this name or alias, in whatever case and spacing; None if several have it."""
        as_written = self._list.by_key.get((mineral, _key(name)))
        return as_written or self._list.by_name.get((mineral, names.normalise(name)))

    def like(self, mineral: str, name: str) -> str:
        """The alias most like a name, for a suggestion; "" if there is none, or when many were asked for already."""
        self._suggestions -= 1
        if self._suggestions < 0:
            return ""
        aliases = (alias for alias, entry in self._list.rows if entry.mineral == mineral)
        return next(iter(names.closest(name, aliases, limit=1)), "")

    @cached_property
    def _list(self) -> _List:
        if not has_sheet(self._document, SHEET):
            return _read(())
        rows = self._document.cells(SHEET)[_FIRST_ROW - 1 :]
        return _read(tuple(_PICK(cells) for cells in rows if len(cells) > _STATE))


class _List:
    """Aliases and standard names with what they stand for; ids and names with whom they mean."""

    def __init__(self, rows: list[tuple[str, Entry]]) -> None:
        self.rows = rows
        self.by_id: dict[str, list[Entry]] = {}
        for _, entry in rows:
            self.by_id.setdefault(entry.id, []).append(entry)

    @cached_property
    def by_key(self) -> dict[tuple[str, str], Entry]:
        """Mineral and name, whatever its case and spacing -> the smelter."""
        return self._index(_key)

    @cached_property
    def by_name(self) -> dict[tuple[str, str], Entry]:
        """Mineral and normalised name -> the smelter."""
        return self._index(names.normalise)

    def _index(self, key: Callable[[str], str]) -> dict[tuple[str, str], Entry]:
        """Without the names that several smelters share."""
        found: dict[tuple[str, str], Entry] = {}
        shared = set()
        for name, entry in self.rows:
            place = (entry.mineral, key(name))
            if found.setdefault(place, entry).id != entry.id:
                shared.add(place)
        return {place: entry for place, entry in found.items() if place not in shared}


@lru_cache(maxsize=16)  # all workbooks of one version have the same list
def _read(rows: tuple[tuple[object, ...], ...]) -> _List:
    out = []
    for cells in rows:
        texts = (" ".join(cell.split()) if isinstance(cell, str) else "" for cell in cells)
        metal, alias, standard, country, written, state = texts
        mineral, id_ = names.mineral(metal), names.smelter_id(written)
        if mineral and id_:
            entry = Entry(mineral, standard or alias, country, id_, state)
            out += [(name, entry) for name in {entry.name: 1, alias: 1} if name]
    return _List(out)


def _key(name: str) -> str:
    return "".join(name.casefold().split())
