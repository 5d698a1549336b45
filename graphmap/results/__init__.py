"""Results: what every verb gives back, the same for Python, the command line, maps and pages.

A result is rows with named columns, the basis on which they were found, notes that a reader needs beforehand, and
findings as sentences. Who shows a result only lays it out: no figure is computed and no sentence is built elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    import pandas as pd

T = TypeVar("T")
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Basis:
    """What a result rests on: the day that is judged ("" if no document is dated), policy and lens by name and date,
    how many documents count, and the version of graphmap."""

    as_of: str
    policy: str
    lens: str
    documents: int
    version: str


@dataclass(frozen=True)
class Result(Generic[T]):
    """What a verb found.

    ``rows`` are flat: things are ids and names (``company``, ``name``), unknown values None or NaN, shares 0 to 1.
    ``columns`` gives the meaning of each column by its name, in order. ``detail`` is the plain object behind the rows,
    for who wants more than a table.
    """

    rows: Sequence[Row]
    columns: Mapping[str, str]
    basis: Basis
    notes: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    detail: T = field(default=None, repr=False)  # type: ignore[assignment]

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def to_frame(self) -> pd.DataFrame:
        """The rows as a DataFrame."""
        import pandas as pd

        return pd.DataFrame(list(self.rows), columns=list(self.columns))

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain values, in the shape of ``--json``: basis, notes, findings, rows."""
        rows: Iterable[Row] = self.rows
        return {
            "basis": asdict(self.basis),
            "notes": list(self.notes),
            "findings": list(self.findings),
            "rows": [dict(row) for row in rows],
        }
