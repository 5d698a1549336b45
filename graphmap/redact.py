"""The graph for outsiders: who the companies are is taken out, the figures stay.

Companies, and what bears a company in its id, become codes by HMAC-SHA256 (RFC 2104) under a secret key: one company
has one code in every file made with one key, and without the key nobody can test a guess. Free text is emptied; a
property stays only where it is known to hold no name. Smelters, mines, schemes and areas stay as they are, unless
their id or name holds the name of a company. Spend, places of companies below their country, file names and sheet
names are gone; documents keep their kind, their date and the addresses of their rows.
"""

from __future__ import annotations

import hmac
import os
import re
import secrets
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import numpy as np

from graphmap import schema
from graphmap.errors import GraphmapError
from graphmap.graph import Column, EdgeTable, Ints, SupplyGraph, Texts, empty_column
from graphmap.owner import ASSUMED
from graphmap.records import Source

KEY_VARIABLE = "GRAPHMAP_REDACT_KEY"
"""The variable of the environment that holds the key in hexadecimal digits."""

_LEAST_KEY = 16
"""Bytes that a key has at least: NIST SP 800-107r1, 5.3.4 asks for 112 bits or more."""

_DIGITS = 12
"""Of a code: among 100,000 companies two share one with a probability of 0.00002, and then nothing is made."""

_RUN = 7
"""Signs in a run by which names are looked up."""

_CODED = ("Company", "Product", "Contact")
"""Labels whose nodes all become codes."""

_FACILITIES = ("Smelter", "Mine")

_ROLES = ("brand", "supplier", "sub-supplier", "trader")
"""Roles that stay; any other is what somebody wrote."""

_SHEETS = ("Declaration", "Smelter List", "Product List", "Mine List", "Minerals Scope", "Checker")
"""Sheets of the reporting templates; the name of any other is what somebody wrote."""

_ADDRESS = re.compile(r"[A-Z]{0,3}[0-9]{1,7}|\$(?:\.[a-z_]{1,20}|\[[0-9]{1,7}\])*")
"""A cell of a sheet or table, or a place in a JSON file, whose keys are those that loaders know."""
_SCOPE = re.compile(r"([A-D])\. ")
_PART = re.compile(r"(?:(?:greater|more|less) than )?[0-9]{1,3} ?%(?: or less)?|1|1\.0|0\.[0-9]{1,2}", re.IGNORECASE)
_PLAIN_ANSWERS = ("yes", "no", "unknown", "none", "did not survey", "not applicable", "n/a")
_YES_NO = ("yes", "no", "unknown")
_ID_SOURCES = ("rmi", "cfsi", "lbma", "rjc", "duns", "enter smelter details")
_PRECISIONS = ("exact", "approximate", "site", "city", "town", "district", "region", "country", "high", "medium", "low")

_WORDS = ("status", "level")
"""Properties that analysis reads: a word stays unless it holds the name of a company."""


def redacted(graph: SupplyGraph, key: bytes) -> SupplyGraph:
    """A graph as outsiders may see it; what ``SAME_AS`` joins is one node in it, and the claims about that are gone.

    Exposure and conformance per mineral are those of ``graph``; figures over several minerals are no longer weighted
    by spend. Raises ``GraphmapError`` for a key that is too short.
    """
    return _Redaction(graph, key).graph()


def read_key() -> bytes:
    """The key of this user: from ``GRAPHMAP_REDACT_KEY``, else from a file that is made when there is none.

    Whoever has it can test guesses: keep it where the documents are kept. Raises ``GraphmapError`` where it is no key,
    or where it can be neither read nor kept.
    """
    if given := os.environ.get(KEY_VARIABLE):
        return _key_of(given, f"the variable {KEY_VARIABLE}")
    path = key_file()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            place = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return _key_of(path.read_text("utf-8", "replace"), str(path))
        with os.fdopen(place, "w", encoding="utf-8") as file:
            file.write(text := secrets.token_hex(32))
    except OSError as error:
        cure = f"Set {KEY_VARIABLE} to a key of your own, e.g. 64 random hexadecimal digits."
        raise GraphmapError(f"The key for redacting, {path}, cannot be used: {error.strerror}.", cure) from error
    return bytes.fromhex(text)


def key_file() -> Path:
    """Where the key is kept."""
    for variable in ("XDG_CONFIG_HOME", "LOCALAPPDATA"):
        if folder := os.environ.get(variable):
            return Path(folder) / "graphmap" / "redact.key"
    return Path.home() / ".config" / "graphmap" / "redact.key"


def _key_of(text: str, where: str) -> bytes:
    try:
        key = bytes.fromhex(text.strip())
    except ValueError:
        key = b""
    if len(key) < _LEAST_KEY:
        raise GraphmapError(
            f"{where} holds no key for redacting.", f"It takes {2 * _LEAST_KEY} or more hexadecimal digits."
        )
    return key


# ---- codes and names ------------------------------------------------------------------------------------------


def code_of(id_: str, key: bytes, label: str = "Company") -> str:
    """The id, which is the name as well, that stands for a company (or another node) in files made with a key."""
    return f"{label} {_code(key, label, id_)}"


def _code(key: bytes, label: str, id_: str) -> str:
    return _digest(key, f"{label}\0{id_}")[:_DIGITS].upper()


def _digest(key: bytes, text: str) -> str:
    return hmac.digest(key, text.encode("utf-8", "surrogatepass"), "sha256").hex()


def _folded(text: str) -> str:
    """A text without what two spellings of one name may differ in: case, accents, width and punctuation."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return " ".join("".join(sign if sign.isalnum() else " " for sign in plain).split())


class _Names:
    """Finds the names and ids of companies in other texts.

    A name counts wherever it stands, an id (and a name that is a number) only as a whole word: the number 1001 is
    no part of CID001001. Names of fewer than four signs are left out: they stand in every second word.
    """

    def __init__(self, graph: SupplyGraph) -> None:
        self._parts, self._words = set[str](), set[str]()
        for node in np.flatnonzero(graph.is_label("Company")).tolist():
            id_ = graph.ids[node]
            made = id_.startswith("name:")
            for text in (graph.names[node], id_.removeprefix("name:")):
                whole = text == id_ and not made
                for spelling in (text.casefold().strip(), _folded(text)):
                    if len(spelling) > 3:
                        (self._words if whole or not _is_worded(spelling) else self._parts).add(spelling)

    def within(self, texts: Iterable[str]) -> set[str]:
        """Those of these texts that hold the name of a company."""
        listed = sorted(set(texts))
        spelled = [f"\n {text.casefold()} \n {_folded(text)} \n" for text in listed]
        everything = "".join(spelled)
        # Companies are many: most are ruled out by a run of signs, or a word, that stands nowhere.
        runs = {everything[i : i + _RUN] for i in range(len(everything))}
        told = {word for spelling in spelled for word in _folded(spelling).split()}
        parts = [part for part in self._parts if _runs_of(part) <= runs and part in everything]
        words = [word for word in self._words if set(_folded(word).split()) <= told and word in everything]
        ends = re.compile(
            "|".join(rf"(?<!\w){re.escape(word)}(?!\w)" for word in sorted(words, reverse=True)) or r"(?!)"
        )
        return {
            text
            for text, spelling in zip(listed, spelled, strict=True)
            if any(part in spelling for part in parts) or ends.search(spelling)
        }


def _runs_of(text: str) -> set[str]:
    return {text[i : i + _RUN] for i in range(len(text) - _RUN + 1)}


def _is_worded(text: str) -> bool:
    return any(sign.isalpha() for sign in text)


# ---- the graph ------------------------------------------------------------------------------------------------


class _Redaction:
    """One graph on its way out. ``place`` is the new number of each canonical node that stays, else -1."""

    def __init__(self, graph: SupplyGraph, key: bytes) -> None:
        if len(key) < _LEAST_KEY:
            raise GraphmapError("The key for redacting is too short.", f"Give {_LEAST_KEY} bytes or more.")
        self.old, self._key = graph, key
        canonical = np.flatnonzero(graph.canonical == np.arange(len(graph)))
        self._left_out = _regions_of_companies(graph)
        kept = [node for node in canonical.tolist() if node not in self._left_out]
        names = _Names(graph)
        words = [word for name in _WORDS for table in graph.edges.values() for word in _vocabulary(table, name)]
        named = [node for node in kept if graph.label_of(node) not in _CODED]
        ids = [text for node in named for text in (graph.ids[node], graph.names[node])]
        self._telling = names.within([*ids, *words])
        self.nodes = [self._node(node) for node in kept]
        if len({node[:2] for node in self.nodes}) < len(kept):
            raise GraphmapError("Two companies would have one code.", "Make another key.")
        self.place = np.full(len(graph), -1, np.int32)
        self.place[kept] = np.arange(len(kept), dtype=np.int32)
        self._country = self._countries()

    def graph(self) -> SupplyGraph:
        tables = {name: self._table(name, table) for name, table in self.old.edges.items() if name != "SAME_AS"}
        return SupplyGraph.build(self._sources(), self.nodes, tables)

    # ---- nodes

    def _node(self, node: int) -> tuple[str, str, str]:
        label, id_, name = self.old.label_of(node), self.old.ids[node], self.old.names[node]
        number = _code(self._key, label, id_)
        code = f"{label} {number}"
        if label in _CODED or (label == "Role" and id_ not in _ROLES):
            return label, code, code
        if label not in _FACILITIES:  # graphmap's own words, but for lists, which a lens must find by their id
            return label, id_, id_ if name in self._telling else name
        metal = id_.split(":")[1] if id_.startswith((schema.UNIDENTIFIED, schema.UNLISTED)) else ""
        metal = metal if metal in schema.MINERALS else ""
        if id_.startswith(schema.UNIDENTIFIED):  # its id ends with that of a company
            return label, f"{schema.UNIDENTIFIED}{metal}:{number}", f"not yet identified ({metal or 'mineral unknown'})"
        if id_ not in self._telling:
            made = id_.startswith((schema.UNLISTED, "mine:"))
            return (label, id_, name) if name not in self._telling else (label, id_, code if made else id_)
        if id_.startswith(schema.UNLISTED):
            return label, f"{schema.UNLISTED}{metal}:{number}:{_country_in(id_)}", code
        if id_.startswith("mine:"):
            return label, f"mine:{number}:{_country_in(id_)}", code
        return label, code, code

    def _countries(self) -> Ints:
        """For each node the new number of the country that stands for it as the place of a company."""
        place = {id_: i for i, (label, id_, _) in enumerate(self.nodes) if label == "Country"}
        out = self.place.copy()
        for node in np.flatnonzero(self.old.is_label("Region")).tolist():
            code = self.old.ids[node].partition("-")[0]
            if code not in place:
                place[code] = len(self.nodes)
                self.nodes.append(("Country", code, code))
            out[node] = place[code]
        return out

    # ---- documents

    def _sources(self) -> list[Source]:
        """Documents by number, in the order of their codes; ``modified`` keeps which of two is the later."""
        ids = [_digest(self._key, f"document\0{source.id}") for source in self.old.sources]
        number = {id_: i for i, id_ in enumerate(sorted(ids), start=1)}
        out = []
        for i, source in enumerate(self.old.sources):
            name = f"document {number[ids[i]]}"
            out.append(
                Source(
                    id=ids[i],
                    kind=source.kind,
                    series=f"{source.kind} {_digest(self._key, f'series{chr(0)}{source.series or source.id}')[:16]}",
                    title=name,
                    file=name,
                    as_of=source.as_of,
                    modified=f"{int(self.old.recency[i]):0{len(str(len(ids)))}d}",
                    counts=source.counts,
                )
            )
        return out

    # ---- claims

    def _table(self, edge_type: str, table: EdgeTable) -> EdgeTable:
        tail, head = self.place[table.tail], self.place[table.head]
        properties = {name: self._property(name, column) for name, column in table.properties.items()}
        if edge_type == "LOCATED_IN":
            company = self.old.is_label("Company")[table.tail]
            head = np.where(company, self._country[table.head], head).astype(np.int32)
            properties |= {name: _without(properties[name], company) for name in ("latitude", "longitude", "precision")}
        row = _changed(table.row, _address)
        out = EdgeTable(tail, head, table.mineral, table.source, row, properties)
        return out.take(np.flatnonzero((tail >= 0) & (head >= 0)))

    def _property(self, name: str, column: Texts | Column) -> Texts | Column:
        if not isinstance(column, Texts):
            return np.full(len(column), np.nan) if name == "spend" else column
        if name in _WORDS:
            return _changed(column, lambda word: "" if word in self._telling else word)
        return _changed(column, _ALLOWED[name]) if name in _ALLOWED else empty_column(str, len(column))


def _regions_of_companies(graph: SupplyGraph) -> set[int]:
    """The regions that nothing but the place of a company speaks of."""
    spoken = np.zeros(len(graph), np.bool_)
    company = graph.is_label("Company")
    for name, table in graph.edges.items():
        facility = ~company[table.tail] if name == "LOCATED_IN" else np.ones(len(table), np.bool_)
        spoken[table.head[facility]] = True
        if name != "LOCATED_IN":
            spoken[table.tail] = True
    located = graph.table("LOCATED_IN")
    lived_in = np.zeros(len(graph), np.bool_)
    lived_in[located.head[company[located.tail]]] = True
    return set(np.flatnonzero(graph.is_label("Region") & lived_in & ~spoken).tolist())


def _country_in(id_: str) -> str:
    """The country at the end of an id that is made from a name."""
    code = id_.rpartition(":")[2]
    return code if re.fullmatch("[A-Z]{2}", code) else ""


def _vocabulary(table: EdgeTable, name: str) -> list[str]:
    column = table.properties.get(name)
    return column.vocabulary if isinstance(column, Texts) else []


def _changed(column: Texts, change: Callable[[str], str]) -> Texts:
    return Texts.of_vocabulary(column.codes, [change(word) for word in column.vocabulary])


def _without(column: Texts | Column, where: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Texts | Column:
    """A column in which nothing is given at some positions."""
    if isinstance(column, Texts):
        words = column.vocabulary
        return Texts.of_vocabulary(np.where(where, len(words), column.codes).astype(np.int32), [*words, ""])
    return np.where(where, np.nan, column)


# ---- what may stay of a text ----------------------------------------------------------------------------------


def _address(row: str) -> str:
    """A cell without a sheet that somebody named; "" for what is no cell and not said by us."""
    if row == ASSUMED:
        return row
    sheet, mark, cell = row.rpartition("!")
    if not _ADDRESS.fullmatch(cell):
        return ""
    return f"{sheet}{mark}{cell}" if sheet in _SHEETS else cell


def _answer(text: str) -> str:
    """An answer of the templates; of the scope its letter; "" for what somebody wrote."""
    if found := _SCOPE.match(text):
        return found[1]
    plain = " ".join(text.casefold().split())
    return text if plain in _PLAIN_ANSWERS or plain in "abcd" or _PART.fullmatch(plain) else ""


def _one_of(*words: str) -> Callable[[str], str]:
    return lambda text: text if text.casefold().strip() in words else ""


_ALLOWED: Mapping[str, Callable[[str], str]] = {
    "answer": _answer,
    "recycled": _one_of(*_YES_NO),
    "precision": _one_of(*_PRECISIONS),
    "id_source": _one_of(*_ID_SOURCES),
    "currency": lambda text: text if re.fullmatch("[A-Z]{3}", text) else "",
}
"""What stays of each property that may stay; every other text is emptied."""
