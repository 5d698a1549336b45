"""A region's ISO 3166-2 code from what a form says."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from typing import Any

from graphmap.places.countries import country_name
from graphmap.places.spelling import bag_of, translations

_SUCCESSORS: Mapping[str, str] = {
    "IN-CT": "IN-CG",  # Chhattisgarh
    "IN-OR": "IN-OD",  # Odisha
    "IN-TG": "IN-TS",  # Telangana
    "IN-UT": "IN-UK",  # Uttarakhand
}
"""Region codes that ISO has replaced one to one.

Source: same state names under both codes, in the June 2026 CAHRA list and the CMRT 6.5 state list (old) and in
pycountry 26.2 (new). ISO's own newsletter was not read.
"""

_REGION_ALSO: Mapping[str, str] = {
    "CD-HK": "Upper Katanga|Haut Katanga",
    "CD-NK": "North Kivu|Kivu North|Nord Kivu",
    "CD-SK": "South Kivu|Kivu South|Sud Kivu",
    "CN-GX": "Guangxi",
    "CN-NM": "Inner Mongolia|Nei Mongol",
    "CN-NX": "Ningxia|Ningxia Huizi Zizhiqu",
    "CN-XJ": "Xinjiang|Xinjiang Uyghur Autonomous Region|Xinjiang Uygur",
    "CN-XZ": "Tibet",
    "DE-BY": "Bavaria",
    "DE-NI": "Lower Saxony",
    "DE-NW": "North Rhine-Westphalia",
    "DE-RP": "Rhineland-Palatinate",
    "DE-SN": "Saxony",
    "DE-ST": "Saxony-Anhalt",
    "DE-TH": "Thuringia",
    "ET-AM": "Amhara",
    "ET-BE": "Benishangul-Gumuz|Bīnshangul Gumuz",
    "ET-OR": "Oromia|Oromīya",
    "ET-TI": "Tigray",
    "LB-JA": "South|South Lebanon",
    "LB-NA": "Nabatiyeh",
    "RU-BEL": "Belgorod",
    "RU-KRS": "Kursk|Kurskaja oblast'",
    "UA-09": "Luhansk|Luhans'k",
    "UA-12": "Dnipropetrovsk|Dnipropetrovs'k",
    "UA-14": "Donetsk|Donets'k",
    "UA-23": "Zaporizhzhia|Zaporizhzhya",
    "UA-59": "Sumy",
    "UA-63": "Kharkiv",
    "UA-65": "Kherson",
    "UA-74": "Chernihiv",
}
"""Names of regions in use that are not ISO's own; judged by hand, 2026-07."""

_REGION_WORDS = frozenset({
    "province", "provincia", "provincie", "prefecture", "state", "estado", "region", "regiao", "oblast", "oblysy",
    "kray", "krai", "respublika", "republic", "district", "governorate", "muhafazat", "county", "department",
    "departamento", "departement", "canton", "kanton", "voivodeship", "wojewodztwo", "sheng", "shi", "zizhiqu",
    "ken", "fu", "to", "do", "si", "teukbyeolsi", "gwangyeoksi", "teukbyeoljachido", "municipality", "territory",
    "city", "zupanija", "megye", "kraj", "autonomous", "ili", "changwat",
})  # fmt: skip
"""Words for kinds of regions, left off where the full name does not match."""

_EAST_ASIAN_KIND = re.compile("(?<=..)(?:(?:维吾尔|壮族|回族)?自治区|省|市|県|府|都|도|시)$")


@lru_cache(maxsize=16384)
def region(text: str, country: str) -> str | None:
    """The ISO 3166-2 code of a written part of a country (alpha-2), or None if it is unknown or could mean two.

    Understands codes ("CD-NK", and "CA" within US), replaced codes, ISO names, these without words such as
    "province", and the templates' languages where pycountry has them. Where a name stands for an area and a
    part of it, the larger one is meant. ``country`` may be "" for a full code.
    """
    text = text.strip()
    code = current(text.upper())
    if code in _subdivisions():
        return code if country in ("", country_of(code)) else None
    if not country:
        return None
    short = current(f"{country}-{text.upper()}")
    if text.isascii() and text.isalpha() and len(text) <= 3 and short in _subdivisions():
        return short
    bag = bag_of(text)
    return _exact(country).get(bag) or _loose(country).get(_bare(bag)) or _translated(country).get(_bare(bag))


def region_name(code: str) -> str:
    """The ISO name of a region; the code itself if there is none."""
    one = _subdivisions().get(current(code))
    return one.name if one else code


def region_names(country: str) -> tuple[str, ...]:
    """The names of a country's regions, in alphabetical order; for suggestions."""
    return tuple(sorted({one.name for one in _of_country().get(country, ())}))


@cache
def regions_of(country: str) -> frozenset[str]:
    """The regions that together make up a country; smaller areas within them are left out (see ``parent_of``)."""
    return frozenset(one.code for one in _of_country().get(country, ()) if not one.parent_code)


def parent_of(region: str) -> str | None:
    """The region that a smaller region is part of, or None."""
    one = _subdivisions().get(current(region))
    return one.parent_code if one else None


def country_of(region: str) -> str:
    """The country (alpha-2) of a region code."""
    return region.partition("-")[0]


def current(code: str) -> str:
    """The region code that ISO uses now for one that it has replaced; any other comes back as it is."""
    return _SUCCESSORS.get(code, code)


@cache
def _subdivisions() -> dict[str, Any]:
    import pycountry

    return {one.code: one for one in pycountry.subdivisions}


@cache
def _of_country() -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for one in sorted(_subdivisions().values(), key=lambda one: one.code):
        found.setdefault(one.country_code, []).append(one)
    return found


def _bare(bag: str) -> str:
    """A bag of words without those for kinds of regions; the bag itself if nothing else is in it."""
    return _EAST_ASIAN_KIND.sub("", " ".join(word for word in bag.split() if word not in _REGION_WORDS)) or bag


@cache
def _exact(country: str) -> dict[str, str]:
    also = {bag_of(name): code for code, names in _REGION_ALSO.items() for name in names.split("|")}
    return _regions(_spelt(country), country) | {bag: code for bag, code in also.items() if country_of(code) == country}


@cache
def _loose(country: str) -> dict[str, str]:
    return _regions(_spelt(country), country, bare=True)


@cache
def _translated(country: str) -> dict[str, str]:
    ones = _of_country().get(country, ())
    written = [(translate(one.name), one) for translate in _region_translations() for one in ones]
    return _regions(written, country, bare=True)


@cache
def _region_translations() -> tuple[Any, ...]:
    return tuple(translations("iso3166-2"))


def _spelt(country: str) -> Iterator[tuple[str, Any]]:
    """ISO writes some names twice, "Araba/Álava", or with another in brackets."""
    for one in _of_country().get(country, ()):
        for spelling in {one.name, *re.split(r"[/\[\]()]", one.name)}:
            yield spelling, one


def _regions(written: Iterable[tuple[str, Any]], country: str, *, bare: bool = False) -> dict[str, str]:
    """Bag of words -> region code; of an area and its parts the larger one, and nothing for what could mean several."""
    found: dict[str, set[str]] = {}
    for name, one in written:
        bag = bag_of(name)
        found.setdefault(_bare(bag) if bare else bag, set()).add(one.code)
    meant = {bag: codes & regions_of(country) or codes for bag, codes in found.items() if bag}
    return {bag: min(codes) for bag, codes in meant.items() if len(codes) == 1}


def region_problem(text: str, country: str | None) -> tuple[str, str]:
    """Why a written region has no code, as a message that quotes it, and the cure."""
    quoted = f"'{text[:40]}'"
    if not country:
        return f"the region {quoted} cannot be found without its country", "Give the country as well."
    like = difflib.get_close_matches(text, region_names(country), n=1, cutoff=0.7)
    cure = f"Do you mean {like[0]}?" if like else "Write its ISO name or ISO 3166-2 code."
    return f"{quoted} is no region of {country_name(country)} that is known here", cure
