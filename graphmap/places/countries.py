"""A country's ISO 3166-1 code from what a form says."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from typing import Any

from graphmap.places.spelling import bag_of, translations

_AMBIGUOUS = {"congo": "CG", "kongo": "CG", "刚果": "CG", "剛果": "CG", "コンゴ": "CG", "콩고": "CG"}
"""Names that people write for two countries; the code is what a list of ISO names means by them."""

_NOT_CODES = frozenset({"NA", "na", "Na", "No", "no", "nA", "nO"})
"""Read as "not applicable" and "no", unless chosen from a list of codes (Namibia, Norway)."""

# Names in use that are not ISO's own; judged by hand, 2026-07. Codes that are no country (EU, XK) are left out.
_ALSO: Mapping[str, str] = {
    "AE": "UAE|Emirates",
    "BA": "Bosnia|Bosnia-Herzegovina",
    "BN": "Brunei",
    "BO": "Bolivia (Plurinational State of)",
    "BQ": "Bonaire, Sint Eustatius and Saba",
    "CC": "Cocos Islands|Keeling Islands",
    "CD": "DRC|DR Congo|D.R. Congo|D. R. C.|Congo DR|Dem. Rep. Congo|Congo, Dem. Rep.|Congo, Dem Rep of the|"
    "Democratic Rep. of Congo|Congo-Kinshasa|Congo (DRC)|DR of the Congo|RDC|RD Congo|R.D. Congo|Zaire|Zaïre|"
    "DR Kongo|Kongo-Kinshasa|Demokratische Republik Kongo|刚果金|剛果金|民主刚果|"
    "コンゴ民主共和国|콩고민주공화국|KDC|República Democrática do Congo|República Democrática del Congo|"
    "Rep. Dem. du Congo|Demokratik Kongo Cumhuriyeti",
    "CF": "CAR|Central African Rep.|Centrafrique",
    "CG": "Congo-Brazzaville|Congo Republic|Republic of Congo|Congo, Rep.|Rep. of Congo|Kongo-Brazzaville|"
    "刚果布|剛果布|コンゴ共和国|콩고공화국",
    "CI": "Ivory Coast|Côte d’Ivoire|Elfenbeinküste|Costa d'Avorio|Costa de Marfil|Fildişi Sahili|コートジボワール",
    "CN": "P.R. China|PRC|People's Rep. of China|China (Mainland)|Mainland China|"
    "中国|中國|中华人民共和国|中國大陸|中国大陆|中華人民共和国",
    "CV": "Cape Verde",
    "CZ": "Czech Rep.|Czech Republic",
    "DO": "Dominican Rep.",
    "FK": "Falkland Islands|Malvinas",
    "FM": "Micronesia",
    "GB": "UK|U.K.|Great Britain|Britain|England|Scotland|Wales|Northern Ireland|United Kingdom (UK)|英国|英國",
    "GM": "The Gambia",
    "HK": "Hong Kong SAR|Hong Kong, China|Hong Kong SAR China|Hongkong|Hong Kong (SAR)|香港|홍콩",
    "IR": "Iran",
    "KP": "North Korea|DPRK|DPR Korea|Korea, North|Korea (Democratic People's Republic of)|Nordkorea|朝鲜|北朝鮮|북한",
    "KR": "South Korea|Korea|Corée|Corea|Coreia|Kore|Korea, South|"
    "Rep. of Korea|ROK|Südkorea|韩国|韓國|韓国|한국|대한민국|大韓民国",
    "LA": "Laos|Lao PDR|Lao P.D.R.|Lao",
    "MK": "Macedonia|FYR Macedonia|Republic of North Macedonia",
    "MM": "Burma|Myanmar (Burma)|Birmania|Birmanie|Birma",
    "MO": "Macau|Macau SAR|Macao SAR|Macao, China|澳门|澳門",
    "NL": "Holland|The Netherlands",
    "PS": "Palestine|Palestinian Territory|Palestinian Territories",
    "RU": "Russia|Russian Fed.|俄罗斯|러시아|ロシア",
    "SH": "Saint Helena|St. Helena",
    "ST": "Sao Tome",
    "SY": "Syria",
    "SZ": "Swaziland",
    "TL": "East Timor",
    "TR": "Turkey|Turkei",
    "TW": "Taiwan|Taiwan (R.O.C.)|Taiwan ROC|Taiwan, China|Chinese Taipei|Taiwan (Republic of China)|"
    "台湾|台灣|臺灣|中国台湾|中國台灣|대만|타이완",
    "TZ": "Tanzania",
    "US": "USA|U.S.A.|U.S.|US of America|United States (USA)|Estados Unidos da América|"
    "美国|美國|米国|アメリカ|アメリカ合衆国|미국",
    "UM": "US Minor Outlying Islands",
    "VA": "Holy See|Vatican|Vatican City",
    "VE": "Venezuela",
    "VG": "British Virgin Islands",
    "VI": "US Virgin Islands|Virgin Islands (U.S.)",
    "VN": "Vietnam|S.R. Vietnam",
}  # fmt: skip


@lru_cache(maxsize=8192)
def country(text: str, *, listed: bool = False) -> str | None:
    """The ISO 3166-1 alpha-2 code of a written country, or None if it is unknown or could mean two.

    Understands ISO names, the templates' spellings, alpha-2 and alpha-3 codes, names in common use, and the
    templates' ten languages. ``listed`` says that the text was chosen from a list of ISO names or codes (a
    template's own drop-down): then "CONGO" is the Republic of the Congo and "NA" is Namibia; typed by hand,
    these are None.
    """
    text = text.strip()
    if text.isascii() and text.isalpha() and len(text) in (2, 3):
        code = None if text in _NOT_CODES and not listed else _codes().get(text.upper())
        if code:
            return code
        if text in _NOT_CODES:
            return None
    bag = bag_of(text)
    if bag in _AMBIGUOUS:
        return _AMBIGUOUS[bag] if listed else None
    return _english().get(bag) or _foreign().get(bag)


def country_name(code: str) -> str:
    """The usual English name of a country, e.g. "DR Congo" for ``CD``; the code itself if there is none."""
    return _country_names().get(code, code)


def country_names() -> tuple[str, ...]:
    """The usual English names of all countries, in alphabetical order; for suggestions."""
    return tuple(sorted(_country_names().values()))


def _countries() -> Any:
    import pycountry  # a tenth of a second that `--help` need not pay

    return pycountry.countries


@cache
def _codes() -> dict[str, str]:
    return {code: one.alpha_2 for one in _countries() for code in (one.alpha_2, one.alpha_3)}


@cache
def _country_names() -> dict[str, str]:
    names = {one.alpha_2: getattr(one, "common_name", one.name) for one in _countries()}
    return names | {"CD": "DR Congo", "CG": "Republic of the Congo"}


def _iso_names(one: Any) -> Iterator[str]:
    for field in ("name", "official_name", "common_name"):
        name = getattr(one, field, "")
        if name and bag_of(name) not in _AMBIGUOUS:
            yield name


@cache
def _english() -> dict[str, str]:
    written = [(name, one.alpha_2) for one in _countries() for name in _iso_names(one)]
    also = [(name, code) for code, names in _ALSO.items() for name in names.split("|")]
    return _index(written) | _index(also)


@cache
def _foreign() -> dict[str, str]:
    """Names in the templates' other languages; one that could mean two countries is left out."""
    written = []
    for translate in translations("iso3166-1"):
        for one in _countries():
            written += [(translate(name), one.alpha_2) for name in _iso_names(one)]
    return _index(written)


def _index(written: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Bag of words -> code, without the bags that stand for more than one code."""
    codes: dict[str, set[str]] = {}
    for name, code in written:
        codes.setdefault(bag_of(name), set()).add(code)
    return {bag: min(found) for bag, found in codes.items() if bag and bag not in _AMBIGUOUS and len(found) == 1}


def country_problem(text: str) -> tuple[str, str]:
    """Why a written country has no code, as a message that quotes it, and the cure."""
    quoted, meant = f"'{text[:40]}'", country(text, listed=True)
    if meant and bag_of(text) in _AMBIGUOUS:
        return f"{quoted} can mean two countries", "Write DR Congo (CD) or Republic of the Congo (CG)."
    if meant:
        return f"{quoted} may be a code or an answer", f"Write {country_name(meant)} if you mean the country."
    # A table can hold ten thousand of them, and few typing errors are in the first and the last letter at once.
    ends = text[:1].casefold(), text[-1:].casefold()
    near = [name for name in country_names() if name[0].casefold() == ends[0] or name[-1].casefold() == ends[1]]
    like = difflib.get_close_matches(text[:60], near, n=1, cutoff=0.7)
    cure = f"Do you mean {like[0]}?" if like else "Write its English name or ISO code."
    return f"{quoted} is no country that is known here", cure
