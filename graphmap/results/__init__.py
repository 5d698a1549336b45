"""Results: what every verb gives back, the same for Python, the command line, maps and pages.

A result is rows with named columns, the basis on which they were found, notes that a reader needs beforehand, and
findings as sentences. Who shows a result only lays it out: no figure is computed and no sentence is built elsewhere.

One file per verb turns what an analysis found into a result; ``sentences`` holds the sentences that several of them,
or the maps, say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, is_dataclass, replace
from datetime import date
from functools import cache
from html import escape
from itertools import islice
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from graphmap.wording import clean, count_of, is_unknown, shown

if TYPE_CHECKING:
    import pandas as pd

    from graphmap.analysis.case import Case

T = TypeVar("T")
Row = Mapping[str, Any]

BASIS_COLUMNS: Mapping[str, str] = {
    "as_of": "the day that is judged",
    "policy": "the policy, by name",
    "lens": "the lens, by name",
}
"""What every row of a CSV repeats, as its last columns."""

_IN_NOTEBOOK = 30
"""Rows that a notebook shows."""


@cache
def _version() -> str:
    from importlib.metadata import version

    return version("graphmap-minerals")


@dataclass(frozen=True)
class Basis:
    """What a result rests on: the day that is judged ("" if no document is dated), policy and lens by name,
    how many documents count, and the version of graphmap. Verbs that judge nothing have no policy and no lens ("")."""

    as_of: str
    policy: str
    lens: str
    documents: int
    version: str

    @classmethod
    def of_case(cls, case: Case) -> Self:
        """The basis of what is concluded from a case."""
        day = case.as_of.isoformat() if case.as_of else ""
        return cls(day, case.policy.name, case.lens.name, len(case.graph.sources), _version())

    @classmethod
    def of_documents(cls, documents: int, as_of: date | None = None) -> Self:
        """The basis of what is said of documents without judging anything."""
        return cls(as_of.isoformat() if as_of else "", "", "", documents, _version())

    def __str__(self) -> str:
        """In words, e.g. "As of 2026-06-30, policy default, lens us-1502, 70 documents, graphmap 0.1.0"."""
        rules = {"As of": self.as_of, "policy": self.policy, "lens": self.lens}
        parts = [f"{what} {which}" for what, which in rules.items() if which]
        if self.policy and not self.as_of:
            parts.insert(0, "No document is dated")
        return ", ".join([*parts, count_of(self.documents, "document"), f"graphmap {self.version}"])


@dataclass(frozen=True, eq=False)
class Records(Sequence[Row]):
    """The rows of a DataFrame, each made when it is asked for: a table shows a few of what may be millions."""

    frame: pd.DataFrame

    def __len__(self) -> int:
        return len(self.frame)

    def __getitem__(self, part: Any) -> Any:
        """A row, or the rows of a slice."""
        if isinstance(part, slice):
            return Records(self.frame.iloc[part])
        number = range(len(self))[part]
        return next(iter(Records(self.frame.iloc[number : number + 1])))

    def __iter__(self) -> Iterator[dict[str, Any]]:
        names = list(map(str, self.frame))
        return (dict(zip(names, values, strict=True)) for values in self.frame.itertuples(index=False, name=None))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Records) and self.frame.equals(other.frame)

    __hash__ = None  # type: ignore[assignment]


@dataclass(frozen=True)
class Nested:
    """A column that holds rows of its own, such as the hops of a path: its name and the meaning of its columns.

    The flat form (CSV) has one row for each of them, without the columns ``instead_of``, which tell the same; or, if it
    does not unfold them (``unfolds``), none of them.
    """

    column: str
    columns: Mapping[str, str]
    instead_of: tuple[str, ...] = ()
    unfolds: bool = True


@dataclass(frozen=True)
class Result(Generic[T]):
    """What a verb found.

    ``rows`` are flat: things are ids and names (``company``, ``name``), unknown values None or NaN, shares 0 to 1.
    Where rows of several kinds stand together, ``row`` says which kind each is, and it has the columns of its kind
    only. ``columns`` gives the meaning of each column by its name, in order; ``nested`` the one that holds rows of its
    own, if any does. ``detail`` is the plain object behind the rows, for who wants more than a table.
    """

    rows: Sequence[Row]
    columns: Mapping[str, str]
    basis: Basis
    notes: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    detail: T = field(default=None, repr=False)  # type: ignore[assignment]
    nested: Nested | None = None

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def finding(self, *sentences: str) -> Self:
        """The same result with more findings."""
        return replace(self, findings=(*self.findings, *sentences))

    # ---- as a table -------------------------------------------------------------------------------------------

    def to_frame(self) -> pd.DataFrame:
        """The rows as a DataFrame; what a row does not have is missing."""
        import pandas as pd

        if isinstance(self.rows, Records):
            return self.rows.frame[list(self.columns)].reset_index(drop=True)
        return pd.DataFrame(list(self.rows), columns=list(self.columns))

    @property
    def flat_columns(self) -> tuple[str, ...]:
        """The columns of the flat form (CSV): those of the rows, of the nested rows, then the basis.

        A column of the basis that the rows have too (a question may give ``as_of``) is called ``basis_as_of``.
        """
        own = self._flat_own()
        return (*own, *(f"basis_{name}" if name in own else name for name in BASIS_COLUMNS))

    def _flat_own(self) -> tuple[str, ...]:
        if self.nested is None:
            return tuple(self.columns)
        left_out = {self.nested.column, *self.nested.instead_of}
        inner = self.nested.columns if self.nested.unfolds else ()
        return (*(name for name in self.columns if name not in left_out), *inner)

    def flat(self) -> Iterator[tuple[Any, ...]]:
        """The rows of the flat form, in the order of ``flat_columns``; None where a row has no such column."""
        own, basis = self._flat_own(), tuple(getattr(self.basis, name) for name in BASIS_COLUMNS)
        nested = self.nested if self.nested and self.nested.unfolds else None
        for row in self.rows:
            for part in [row] if nested is None else ({**row, **inner} for inner in row[nested.column]):
                yield (*(part.get(name) for name in own), *basis)

    # ---- as plain values --------------------------------------------------------------------------------------

    def head(self) -> dict[str, Any]:
        """All but the rows as plain values: basis, notes, findings."""
        return {"basis": asdict(self.basis), "notes": list(self.notes), "findings": list(self.findings)}

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain values, in the shape of ``--json``: basis, notes, findings, rows."""
        return {**self.head(), "rows": [plain(row) for row in self.rows]}

    # ---- in a notebook ----------------------------------------------------------------------------------------

    def _repr_html_(self) -> str:
        """What a notebook shows: the findings, the first rows as a table, notes and basis."""

        def told(line: str, style: str = "") -> str:
            return f"<p{style}>{escape(clean(line))}</p>"

        names = [name for name in self.columns if self.nested is None or name != self.nested.column]
        out = [told(line) for line in self.findings]
        if names:
            head = "".join(
                f'<th title="{escape(clean(self.columns[name]))}">{escape(clean(name))}</th>' for name in names
            )
            rows = ([_html(row.get(name, "")) for name in names] for row in islice(self.rows, _IN_NOTEBOOK))
            body = "".join(f"<tr><td>{'</td><td>'.join(row)}</td></tr>" for row in rows)
            out.append(f'<table class="dataframe"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>')
        if (left := len(self) - _IN_NOTEBOOK) > 0:
            out.append(told(f"… and {count_of(left, 'more row')}; to_frame() holds all."))
        out += [told(f"Note: {line}") for line in self.notes]
        return "".join([*out, told(str(self.basis), ' style="color:gray"')])


def _html(value: Any) -> str:
    return escape(clean(shown(value).replace("\n", "; ")))


def plain(value: Any) -> Any:
    """A value as JSON knows it: what is unknown is null, never 0 and never NaN; dates are ISO texts."""
    if isinstance(value, str | int):  # nearly all; a bool is an int
        return value
    if is_unknown(value):
        return None
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, Sequence):
        return [plain(item) for item in value]
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    return value.isoformat() if isinstance(value, date) else value


def documented(names: Iterable[object], meanings: Mapping[str, str]) -> dict[str, str]:
    """Those of these columns that there are, in the order of their meanings; others behind them."""
    there = list(map(str, names))
    return {name: meanings[name] for name in meanings if name in there} | {
        name: "" for name in there if name not in meanings
    }
