"""How written place names are compared: as bags of words without accents, case, punctuation and small words.

So "CONGO, DEMOCRATIC REPUBLIC OF THE" and "Democratic Republic of the Congo" are one key.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator

_SMALL_WORDS = frozenset({
    "the", "of", "and", "de", "du", "des", "del", "da", "do", "di", "der", "la", "und", "et", "y", "e",
})  # fmt: skip

_LANGUAGES = ("zh_CN", "zh_TW", "ja", "ko", "fr", "pt", "pt_BR", "de", "es", "it", "tr")
"""The languages of the templates besides English, as pycountry names them."""

_MARKS = re.compile("[\u0300-\u036f]")
_GAPS = re.compile(r"[\W_]+")
_INITIALS = re.compile(r"\b\w(?: \w\b)+")
EAST_ASIAN = re.compile("[\u2e80-\ud7ff\uf900-\ufaff]")
"""A letter of a script that is written without gaps."""


def _words(text: str) -> list[str]:
    """The words of a written name without case, accents and punctuation; "U.S.A." is one word."""
    plain = _MARKS.sub("", unicodedata.normalize("NFKD", text).casefold().replace("ı", "i"))
    plain = _GAPS.sub(" ", _MARKS.sub("", unicodedata.normalize("NFKC", plain))).strip()
    if EAST_ASIAN.search(plain):
        return [plain.replace(" ", "")]
    return _INITIALS.sub(lambda run: run[0].replace(" ", ""), plain).split()


def bag_of(text: str) -> str:
    """What two spellings of one place have in common; "" for a text without letters and digits."""
    words = _words(text)
    return " ".join(sorted(word for word in words if word not in _SMALL_WORDS) or words)


def translations(domain: str) -> Iterator[Callable[[str], str]]:
    """For each language of the templates, what translates pycountry's names of a domain such as "iso3166-1"."""
    import gettext

    import pycountry

    for language in _LANGUAGES:
        yield gettext.translation(domain, pycountry.LOCALES_DIR, languages=[language], fallback=True).gettext
