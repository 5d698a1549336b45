"""What the value of a cell means: text, numbers, shares and dates, and the doubts about them."""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import date, datetime, time, timedelta
from functools import lru_cache

Cell = str | int | float | bool | date | datetime | time | timedelta
"""What a cell may hold; a blank cell holds ""."""

MAX_TEXT = 500
"""Longer text is cut: no name, address or comment of a template needs more."""

ERROR_VALUES = frozenset([
    "#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA", "#SPILL!", "#CALC!", "#FIELD!",
    "#BLOCKED!", "#CONNECT!", "#BUSY!", "#UNKNOWN!",
])  # fmt: skip
"""What Excel shows for a formula that failed."""


class Doubtful(ValueError):  # noqa: N818 - it is a judgement on a value, not an error of ours
    """A value that cannot be used as it stands: why, and what to write instead."""

    def __init__(self, message: str, cure: str) -> None:
        super().__init__(message)
        self.message = message
        self.cure = cure


def shown(value: object, limit: int = 80) -> str:
    """A value as it may be shown in a message: nothing in it can move the cursor, hide or reorder text."""
    text = "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in str(value)[: limit + 1])
    return text if len(text) <= limit else text[:limit] + "…"


# --- text -----------------------------------------------------------------------------------------------------


def as_text(cell: Cell) -> str:
    """The cell's text as Excel shows it without a format: 12.0 is "12", a date is ISO. Not cleaned."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        # Excel keeps 15 significant digits; more would be noise such as 0.30000000000000004.
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else f"{cell:.15g}"
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "seconds") if cell.time() else cell.date().isoformat()
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell)


_FORMULA = re.compile(r"[=@＝＠]|[+＋](?![\d\s().,;:/#\-]*(?:ext|x)?[\d\s().]*$)|[-－](?=[^\W\d_])", re.IGNORECASE)
# "+49 30 1234" and "-5" are harmless.

_INVISIBLE = frozenset(["Cc", "Cf", "Cs"])  # control; format, e.g. zero-width and bidi marks; lone surrogates

_BLANK_LETTERS = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u2800\u3164\ufe00-\ufe0f\uffa0]")
"""What Unicode counts among letters, marks and symbols, and yet shows nothing: fillers, joiners, a blank in Braille."""


def without_fillers(text: str) -> str:
    """A text without the letters that show nothing."""
    return text if text.isascii() else _BLANK_LETTERS.sub("", text)


_HIDDEN = "control or invisible characters were removed"


def clean(text: str) -> tuple[str, str]:
    """The text on one line, in NFC, without invisible characters and of bounded length; and what was wrong with it.

    Spaces of every kind and line breaks become single spaces; that is not worth a word.
    """
    text = " ".join(text.split())
    wrong = []
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
        if (visible := " ".join(without_fillers(text).split())) != text:
            wrong.append(_HIDDEN)
            text = visible
    if not text.isprintable():
        visible = " ".join("".join(char for char in text if unicodedata.category(char) not in _INVISIBLE).split())
        if visible != text:
            wrong.extend([_HIDDEN] * (_HIDDEN not in wrong))
            text = visible
    if len(text) > MAX_TEXT:
        wrong.append(f"it had {len(text):,} characters and was cut to {MAX_TEXT}")
        text = text[:MAX_TEXT].rstrip()
    if looks_like_formula(text):
        wrong.append("it looks like a formula; it is kept as text and never executed")
    return text, "; ".join(wrong)


@lru_cache(maxsize=8192)
def plain_text(cell: Cell) -> str | None:
    """What ``clean`` gives for a cell with nothing to clean, as nearly all are, but faster; else None."""
    if (
        isinstance(cell, str)
        and cell.isascii()
        and cell.isprintable()
        and cell[:1].isalnum()
        and cell[-1] != " "
        and "  " not in cell
        and len(cell) <= MAX_TEXT
    ):
        return cell
    return None


def looks_like_formula(text: str) -> bool:
    """Whether a spreadsheet would take the text for a formula."""
    return _FORMULA.match(text[:MAX_TEXT].lstrip()) is not None


_LIST_MARKS = re.compile(r"[|;｜；\n\r\v\f\x85\u2028\u2029]+")


def split_list(text: str) -> list[str]:
    """The parts of a cell that holds several values, parted by ``|``, ``;`` or line breaks. Not cleaned."""
    if looks_like_formula(text):
        return [text]
    return [part for part in _LIST_MARKS.split(text) if part.strip()]


# --- numbers --------------------------------------------------------------------------------------------------

_LONGEST = 100  # no number or date needs more characters
_NUMBER = "Write a number, such as 12.5."
_GROUPED = re.compile(r"[+-]?\d{1,3}([,. '’])\d{3}(?:\1\d{3})*(?:(?!\1)[.,]\d+)?")
_PLAIN = re.compile(r"[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:e[+-]?\d{1,3})?")
_TWO_WAYS = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}")


def number_of(cell: Cell) -> float:
    """The number that a cell holds, or that its text spells with a decimal point or a decimal comma."""
    if isinstance(cell, int | float) and not isinstance(cell, bool) and math.isfinite(cell):
        return float(cell)
    text = as_text(cell)
    if len(text) > _LONGEST:
        raise Doubtful("is not a number", _NUMBER)
    text = " ".join(unicodedata.normalize("NFKC", text).split()).casefold()
    if _TWO_WAYS.fullmatch(text):
        plain = text.replace(",", "")
        raise Doubtful(
            f"can be {plain} or {text.replace(',', '.')}", f"Write {plain}, or {text.replace(',', '.')} with a point."
        )
    if _PLAIN.fullmatch(text):
        number = float(text.replace(",", "."))
    elif grouped := _GROUPED.fullmatch(text):
        number = float(text.replace(grouped[1], "").replace(",", "."))
    else:
        raise Doubtful("is not a number", _NUMBER)
    if not math.isfinite(number):
        raise Doubtful("is not a number", _NUMBER)
    return number


def is_percentage(cell: Cell) -> bool:
    """Whether the text says that it is a percentage: "30 %"."""
    return isinstance(cell, str) and cell.rstrip().endswith(("%", "％"))


def share_of(cell: Cell, *, in_percent: bool, mixed: bool = False) -> float:
    """The share, 0 to 1, that a cell holds; ``in_percent`` says that a number without a sign is in percent.

    ``mixed`` says that one up to 1 may be a fraction all the same: it is ``Doubtful``.
    """
    if isinstance(cell, str) and is_percentage(cell):
        cell, in_percent, mixed = cell.rstrip()[:-1], True, False
    number = number_of(cell)
    if mixed and 0 < number <= 1:
        raise Doubtful(
            f"can be {number * 100:.6g} % or {number:.6g} %: other cells of the column are in percent",
            f"Write {number * 100:.6g}% or {number:.6g}%, with the sign.",
        )
    share = number / 100 if in_percent else number
    if not 0 <= share <= 1:
        raise Doubtful(
            f"is {share * 100:.6g} %, and a share lies between 0 % and 100 %", "Write a share such as 30% or 0.3."
        )
    return share


_DEGREES = re.compile(
    r"(?P<first>[nsew])? ?(?P<sign>[+-])? ?(?P<degrees>\d{1,3}(?:[.,]\d{1,15})?)(?: ?[°º˚d])?"
    r"(?:(?:(?<=[°º˚d]) ?| )(?P<minutes>\d{1,2}(?:[.,]\d{1,15})?)(?: ?['′’´m])?"
    r"(?:(?:(?<=['′’´m]) ?| )(?P<seconds>\d{1,2}(?:[.,]\d{1,15})?)(?: ?(?:[\"″”s]|''|′′))?)?)? ?(?P<last>[nsew])?"
)
_DASHES = str.maketrans("−–—‒", "----")


def degrees_of(cell: Cell, axis: str) -> float:
    """The degrees of a coordinate, south and west negative; ``axis`` is "ns" for a latitude, "ew" for a longitude.

    Understands a number, also with a decimal comma, degrees with minutes and seconds, and the letters N, S, E and W.
    """
    text = " ".join(as_text(cell).split()).casefold().translate(_DASHES) if isinstance(cell, str) else ""
    found = _DEGREES.fullmatch(text) if len(text) <= _LONGEST else None
    if not found:
        return number_of(cell)
    letters = (found["first"] or "") + (found["last"] or "")
    degrees, minutes, seconds = (
        float((found[part] or "0").replace(",", ".")) for part in ("degrees", "minutes", "seconds")
    )
    if len(letters) > 1 or (letters and found["sign"]) or minutes >= 60 or seconds >= 60:
        raise Doubtful("is no coordinate", _COORDINATE)
    if letters and letters not in axis:
        raise Doubtful(f"is no {'latitude' if axis == 'ns' else 'longitude'}", "Are latitude and longitude swapped?")
    size = degrees + minutes / 60 + seconds / 3600
    return -size if found["sign"] == "-" or letters in ("s", "w") else size


_COORDINATE = "Write degrees with a point, such as -1.68."
_BETWEEN = (r" ?[;/|] ?", r", ", r" ?, ?", r" ")
"""What may stand between latitude and longitude in one cell, what is surest first."""


def pair_of_degrees(text: str) -> tuple[float, float] | None:
    """Latitude and longitude that one text holds, in this order unless letters say otherwise; None if it holds none."""
    text = " ".join(text.split())
    for between in _BETWEEN if len(text) <= _LONGEST else ():
        parts = re.split(between, text)
        if len(parts) == 2:
            for latitude, longitude in ((parts[0], parts[1]), (parts[1], parts[0])):
                is_turned = latitude is not parts[0]
                if is_turned and not re.search("[nsewNSEW]", text):
                    continue
                try:
                    return degrees_of(latitude, "ns"), degrees_of(longitude, "ew")
                except Doubtful:
                    continue
    return None


# --- dates ----------------------------------------------------------------------------------------------------

_MONTHS = [
    name
    for language in (
        "january february march april may june july august september october november december",
        "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre",
        "janeiro fevereiro marco abril maio junho julho agosto setembro outubro novembro dezembro",
        "januar februar marz april mai juni juli august september oktober november dezember",
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
        "ocak subat mart nisan mayis haziran temmuz agustos eylul ekim kasim aralik",
    )
    for name in enumerate(language.split(), 1)
]
"""The months in those languages of the templates that write them with letters, without accents."""

_YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?:[t ]\d.*)?|(\d{4})(\d\d)(\d\d)")
_CJK = re.compile(r"(\d{4}) ?[年년] ?(\d{1,2}) ?[月월] ?(\d{1,2}) ?[日일号號]?")
_NUMBERS = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})")
_DAY_MONTH = re.compile(r"(\d{1,2})(?:st|nd|rd|th|er)?[\s./-]*(?:de )?([^\W\d_]{3,})[\s.,/-]*(?:de )?(\d{4}|\d\d)")
_MONTH_DAY = re.compile(r"([^\W\d_]{3,})[\s./-]*(\d{1,2})(?:st|nd|rd|th)?[\s.,/-]+(\d{4})")
_ISO = "Write the date as year-month-day, such as 2026-03-01."


def date_of(cell: Cell) -> date:
    """The date that a cell holds or spells. 3/4/2026 is either of two days and therefore ``Doubtful``."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return _serial(cell)
    text = as_text(cell)
    if len(text) > _LONGEST:
        raise Doubtful("is not a date", _ISO)
    text = unicodedata.normalize("NFKD", text).casefold().replace("ı", "i")
    text = "".join(char for char in text if unicodedata.category(char) not in ("Mn", *_INVISIBLE))
    text = unicodedata.normalize("NFC", " ".join(text.split()))  # NFC puts Korean syllables together again
    try:
        return _spelt_date(text)
    except ValueError as error:
        if isinstance(error, Doubtful):
            raise
        raise Doubtful("is not a day of the calendar", _ISO) from None


def _spelt_date(text: str) -> date:
    if match := _YEAR_FIRST.fullmatch(text):
        year, month, day = match.group(1, 3, 4) if match[1] else match.group(5, 6, 7)
        return date(int(year), int(month), int(day))
    if match := _CJK.fullmatch(text):
        return date(int(match[1]), int(match[2]), int(match[3]))
    if match := _NUMBERS.fullmatch(text):
        first, second, year = int(match[1]), int(match[3]), int(match[4])
        if match[2] == "." or first > 12 or first == second:  # with points it is always the day first
            return date(year, second, first)
        if second > 12:
            return date(year, first, second)
        raise Doubtful(f"can be {date(year, second, first)} or {date(year, first, second)}", _ISO)
    if match := _DAY_MONTH.fullmatch(text):
        year = int(match[3]) if len(match[3]) == 4 else 2000 + int(match[3])
        return date(year, _month(match[2]), int(match[1]))
    if match := _MONTH_DAY.fullmatch(text):
        return date(int(match[3]), _month(match[1]), int(match[2]))
    if re.fullmatch(r"\d{5}(?:\.\d+)?", text):
        return _serial(float(text))
    raise Doubtful("is not a date", _ISO)


def _month(name: str) -> int:
    found = {number for number, month in _MONTHS if month.startswith(name)}
    if len(found) != 1:
        raise Doubtful("names no month that is known here", _ISO)
    return found.pop()


def _serial(number: float) -> date:
    # Excel counts days from 1899-12-30; 36526 is 2000-01-01 and 73050 is 2099-12-31.
    if not 36526 <= number <= 73050:
        raise Doubtful("is not a date", _ISO)
    return date(1899, 12, 30) + timedelta(days=int(number))
