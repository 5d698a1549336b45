"""A TOML table that is read key by key and says which file, key and cure when something in it is wrong."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

from graphmap import names, schema
from graphmap.errors import PolicyError

T = TypeVar("T")

_NOT_WORD = re.compile(r"[\W_]+")


def spelling(written: str) -> str:
    """A status, scheme, level or answer without what does not tell it apart: case, punctuation, width."""
    return _NOT_WORD.sub(" ", unicodedata.normalize("NFKC", written).casefold()).strip()


def read_file(path: Path) -> dict[str, Any]:
    """The content of a TOML file. Raises ``PolicyError``."""
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise PolicyError(f"{path.name}: cannot be read ({error.strerror}).", "Check the path.") from error
    except UnicodeDecodeError as error:
        raise PolicyError(f"{path.name}: is not text in UTF-8.", "Save it as UTF-8.") from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        why = str(error) or "nested too deeply"
        raise PolicyError(f"{path.name}: is not valid TOML: {why}.", "Correct that line.") from error


class Table:
    """One table of a file. Every key must be taken before the ``with`` block ends; what is left over is an error.

    ``source`` (where the constants of the table come from) and ``verified`` (whether somebody read it there) may
    stand in every table.
    """

    def __init__(self, file: str, name: str, data: object) -> None:
        self._file, self._name, self._known = file, name, {"source", "verified"}
        if not isinstance(data, dict):
            raise PolicyError(f"{file}: {name} must be a table.", f"Write [{name}] and its keys below.")
        self._data: dict[str, Any] = data
        for key, check in (("source", text), ("verified", yes_or_no)):
            if key in data:
                self._checked(key, check)

    def __enter__(self) -> Table:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None and (unknown := sorted(self._data.keys() - self._known)):
            near = names.closest(unknown[0], self._known, 1) or sorted(self._known)
            raise self.error(unknown[0], "is not a key that graphmap knows", f"Did you mean {' or '.join(near)}?")

    def error(self, key: str, what: str, cure: str) -> PolicyError:
        """What to raise when the value of a key will not do."""
        return PolicyError(f"{self._file}: {key}{f' in [{self._name}]' if self._name else ''} {what}.", cure)

    def take(self, key: str, check: Callable[[Any], T], default: T | None = None) -> T:
        """The value of a key, after ``check``; ``default`` if it is absent and there is a default."""
        self._known.add(key)
        if key not in self._data:
            if default is not None:
                return default
            near = names.closest(key, self._data.keys() - self._known, 1)
            raise self.error(key, "is missing", f"You wrote {near[0]}." if near else f"Give it: {check.__doc__}.")
        return self._checked(key, check)

    def _checked(self, key: str, check: Callable[[Any], T]) -> T:
        value = self._data[key]
        try:
            return check(value)
        except ValueError as error:
            raise self.error(key, f"is {_shown(value)}", f"It must be {error}.") from None

    def has(self, key: str) -> bool:
        """Whether a key is there."""
        self._known.add(key)
        return key in self._data

    def table(self, key: str) -> Table:
        """A table within this one; empty if it is absent."""
        self._known.add(key)
        return Table(self._file, f"{self._name}.{key}" if self._name else key, self._data.get(key, {}))

    def tables(self, key: str) -> list[Table]:
        """A list of tables, ``[[key]]``; empty if it is absent."""
        self._known.add(key)
        found = self._data.get(key, [])
        if not isinstance(found, list):
            raise self.error(key, f"is {_shown(found)}", f"Write each as [[{key}]] and its keys below.")
        return [Table(self._file, key, one) for one in found]

    def others(self) -> Iterator[str]:
        """Keys that have not been asked for, in the order of the file; they count as known from here on."""
        keys = [key for key in self._data if key not in self._known]
        self._known.update(keys)
        return iter(keys)


def _shown(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= 60 else f"{shown[:57]}..."


# ---- checks: each returns the value or raises ValueError(what it must be) ----------------------------------------


def text(value: Any) -> str:
    """a text in quotes"""
    if not isinstance(value, str) or not value.strip():
        raise ValueError(text.__doc__)
    return value.strip()


def texts(value: Any) -> list[str]:
    """a list of texts, e.g. ["Conformant"]"""
    if not isinstance(value, list) or not all(isinstance(one, str) and one.strip() for one in value):
        raise ValueError(texts.__doc__)
    return [one.strip() for one in value]


def yes_or_no(value: Any) -> bool:
    """true or false"""
    if not isinstance(value, bool):
        raise ValueError(yes_or_no.__doc__)
    return value


def part(value: Any) -> float:
    """a number from 0 to 1"""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ValueError(part.__doc__)
    return float(value)


def days(value: Any) -> int:
    """a number of days, 0 to 36500"""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 36500:
        raise ValueError(days.__doc__)
    return value


def a_date(value: Any) -> date:
    """a date without quotes, e.g. 2026-01-31"""
    if not isinstance(value, date) or isinstance(value, datetime):
        raise ValueError(a_date.__doc__)
    return value


def one_of(*choices: str) -> Callable[[Any], str]:
    """A check that takes one of these texts, however spelt."""

    def check(value: Any) -> str:
        for choice in choices:
            if isinstance(value, str) and spelling(value) == spelling(choice):
                return choice
        near = names.closest(value, choices, 1) if isinstance(value, str) else []
        raise ValueError(
            f"{', '.join(choices[:-1])} or {choices[-1]}" + (f" (did you mean {near[0]}?)" if near else "")
        )

    check.__doc__ = f"{', '.join(choices[:-1])} or {choices[-1]}"
    return check


def minerals(value: Any) -> tuple[str, ...]:
    """ "all" or a list of minerals, e.g. ["tin", "gold"]"""
    if value == "all":
        return schema.MINERALS
    found = {names.mineral(one): one for one in texts(value)}
    wrong = [one for mineral, one in found.items() if mineral not in schema.MINERALS]
    if wrong:
        near = names.closest(wrong[0], schema.MINERALS, 1)
        raise ValueError(f"minerals that graphmap knows, not {wrong[0]!r}" + (f"; {near[0]}?" if near else ""))
    return tuple(mineral for mineral in schema.MINERALS if mineral in found)


def by_spelling(check: Callable[[Any], T]) -> Callable[[Any], Mapping[str, T]]:
    """A check for a table whose keys are texts of the documents."""

    def checked(value: Any) -> Mapping[str, T]:
        if not isinstance(value, dict):
            raise ValueError(checked.__doc__)
        return {spelling(key): check(one) for key, one in value.items() if key not in ("source", "verified")}

    checked.__doc__ = f"a table of {check.__doc__}"
    return checked
