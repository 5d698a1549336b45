"""Which smelter, company or mineral a written name means.

Names are compared by ``normalise``: full-width and half-width forms, case, accents, punctuation and legal forms make
no difference; letters of every script stay. Look-alikes are only ever suggested (``closest``), never taken.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache

from graphmap import schema

# ---- companies and smelters -----------------------------------------------------------------------------------

_FORMS_INSIDE = frozenset({
    "co", "ltd", "limited", "inc", "incorporated", "corp", "corporation", "llc", "llp", "plc", "pty", "pvt", "pte",
    "gmbh", "mbh", "kgaa", "sarl", "srl", "spa", "bhd", "sdn", "ltda", "oyj", "doo", "sro", "kabushiki", "kaisha",
})  # fmt: skip
"""Legal forms that are left off wherever they stand but at the beginning."""

_FORMS_LAST = frozenset({
    "company", "private", "public", "lp", "ag", "kg", "ohg", "ug", "se", "bv", "nv", "bvba", "cvba", "vof", "oy",
    "ab", "as", "asa", "aps", "hf", "ehf", "sa", "sas", "sasu", "snc", "sl", "slu", "sau", "sab", "sca", "rl", "cv",
    "eirl", "lda", "sgps", "cia", "zoo", "dd", "jsc", "ojsc", "pjsc", "cjsc", "ooo", "oao", "pao", "zao", "ao",
    "too", "kft", "zrt", "nyrt", "ae", "epe", "uab", "sia", "sti", "kk", "yk", "pt", "tbk",
})  # fmt: skip
"""Legal forms that are left off at the end only, since elsewhere they may be part of the name."""

_FORMS_FIRST = frozenset({"pt", "cv", "ooo", "oao", "pao", "zao", "ojsc", "pjsc", "cjsc", "jsc", "uab", "tov"})
"""Legal forms that are left off at the beginning, where their languages write them."""

_PHRASES_LAST = re.compile(
    r" (?:(?:sa|sab|sapi|s de rl) de cv|sp zoo|(?:open |public |closed )?joint stock company|public company limited)$"
)

_FORMS_EAST_ASIAN = re.compile(
    "股份有限公司|有限责任公司|有限責任公司|有限公司|株式会社|株式會社|有限会社|合同会社|주식회사|유한회사|公司$"
)
"""Legal forms that are written without a gap, before or after the name."""

_FORMS_BRACKETED = re.compile(r"\([株有合주유]\)")
"""Short forms; NFKC writes ㈱ and ㈜ so as well."""

_MARKS = re.compile("[\u0300-\u036f]")
_GAPS = re.compile("[^a-z0-9]+")
_INITIALS = re.compile(r"(?<!\S)[^\W\d](?: [^\W\d])+(?!\S)")
_EAST_ASIAN_GAP = re.compile("(?<=[\u2e80-\ud7ff\uf900-\ufaff]) (?=[\u2e80-\ud7ff\uf900-\ufaff])")


@lru_cache(maxsize=16384)
def normalise(text: str) -> str:
    """A written name without what does not tell names apart, e.g. "acme metals" for "ACME Metals Co., Ltd.".

    Never "" for a text that has any visible sign: a name made only of legal forms keeps one of them. Applying it
    again changes nothing (a property test says so).
    """
    while (shorter := _once(text)) != text:
        text = shorter
    return text


def _once(text: str) -> str:
    if text.isascii():  # most names; the rest is for the others
        folded = _fold(text)
    else:
        text = unicodedata.normalize("NFKC", text)
        folded = _fold(_FORMS_BRACKETED.sub(" ", text)) or _fold(text)
        folded = " ".join(_FORMS_EAST_ASIAN.sub(" ", folded).split()) or folded
    if not folded:  # nothing but punctuation or symbols
        return " ".join(text.casefold().split())
    folded = _PHRASES_LAST.sub("", folded)
    first, *others = folded.split(" ")
    words = [first, *(word for word in others if word not in _FORMS_INSIDE and word != "and")]
    while len(words) > 1 and words[-1] in _FORMS_LAST:
        words.pop()
    while len(words) > 1 and (words[0] in _FORMS_FIRST or words[0] == "the"):
        words.pop(0)
    return " ".join(words)


def _fold(text: str) -> str:
    """Letters and digits of a text in lower case without accents, words parted by one space; "S.p.A." is "spa"."""
    if not text.isascii():
        text = _MARKS.sub("", unicodedata.normalize("NFKD", text).casefold().replace("ı", "i"))
        text = unicodedata.normalize("NFKC", text)
        text = "".join(letter if _belongs_to_word(letter) else " " for letter in text)
        text = _EAST_ASIAN_GAP.sub("", " ".join(text.split()))
    else:
        text = _GAPS.sub(" ", text.lower()).strip()
    return _INITIALS.sub(lambda run: run[0].replace(" ", ""), text)


def _belongs_to_word(letter: str) -> bool:
    # Vowel signs of Indian and South-East Asian scripts are marks, not letters.
    return letter.isalnum() or unicodedata.category(letter)[0] == "M"


def company_key(name: str) -> str:
    """The made id of a company that is known by its name only: ``name:`` and the normalised name."""
    return f"name:{normalise(name)}"


def unlisted_id(mineral: str, name: str, country: str) -> str:
    """The made id of a smelter without an id: metal, normalised name and country code, each of them may be ""."""
    return f"{schema.UNLISTED}{mineral}:{normalise(name)}:{country}"


_CID = re.compile(r"(?:smelter id[\s:#]*)?cid[\s:#._-]*([0-9]{6})")


def smelter_id(text: str) -> str | None:
    """The RMI id that a text is, e.g. "CID000801" for "CID 000801" or "cid-000801"; None if it is none."""
    found = _CID.fullmatch(unicodedata.normalize("NFKC", text).strip().casefold())
    return f"CID{found[1]}" if found else None


def closest(text: str, choices: Iterable[str], limit: int = 5) -> list[str]:
    """The choices most like ``text``, best first, equal ones in alphabetical order; for suggestions only."""
    from rapidfuzz import fuzz, process

    found = process.extract(
        text, sorted(set(choices)), scorer=fuzz.WRatio, processor=normalise, limit=None, score_cutoff=75
    )
    return [choice for choice, _, _ in sorted(found, key=lambda hit: (-hit[1], hit[0]))[:limit]]


# ---- minerals -------------------------------------------------------------------------------------------------

_SYMBOLS: Mapping[str, str] = {
    "Ta": "tantalum", "Sn": "tin", "Au": "gold", "W": "tungsten", "Co": "cobalt", "Cu": "copper", "Li": "lithium",
    "Ni": "nickel", "Al": "aluminium", "Sb": "antimony", "Cd": "cadmium", "Cr": "chromium", "Ir": "iridium",
    "Pb": "lead", "Mg": "magnesium", "Mn": "manganese", "Mo": "molybdenum", "Pd": "palladium", "Pt": "platinum",
    "Re": "rhenium", "Rh": "rhodium", "Ru": "ruthenium", "Se": "selenium", "Si": "silicon", "Ag": "silver",
    "Te": "tellurium", "Ti": "titanium", "V": "vanadium", "Zn": "zinc",
}  # fmt: skip

_WRITTEN: Mapping[str, str] = {
    "tantalum": "tantale|tântalo|tantal|tantalio|钽|鉭|タンタル|탄탈륨|탄탈럼|탄탈|"
    "coltan|columbite-tantalite|tantalite|columbo-tantalite|niobium-tantalum|tantalum/niobium",
    "tin": "étain|estanho|zinn|estaño|stagno|kalay|锡|錫|スズ|すず|주석|cassiterite|cassitérite|cassiterita",
    "gold": "or|ouro|oro|altın|金|黄金|黃金|ゴールド|금",
    "tungsten": "tungstène|tungsténio|tungstênio|wolfram|volfrâmio|tungsteno|wolframio|volfram|"
    "钨|鎢|タングステン|텅스텐|wolframite|scheelite",
    "cobalt": "cobalto|kobalt|钴|鈷|コバルト|코발트",
    "copper": "cuivre|cobre|kupfer|rame|bakır|铜|銅|구리|동",
    "graphite": "natural graphite|graphite (natural)|graphite naturel|grafite|graphit|natürlicher graphit|naturgraphit|"
    "grafito|grafit|石墨|天然石墨|黒鉛|天然黒鉛|グラファイト|흑연|천연 흑연",
    "lithium": "lítio|litio|lityum|锂|鋰|リチウム|리튬",
    "mica": "mika|glimmer|云母|雲母|マイカ|운모",
    "nickel": "níquel|nichel|nikel|镍|鎳|ニッケル|니켈",
    "aluminium": "aluminum|alumínio|aluminio|alluminio|alüminyum|铝|鋁|アルミニウム|アルミ|알루미늄|bauxite|alumina",
    "antimony": "antimoine|antimônio|antimónio|antimon|antimonio|锑|銻|アンチモン|안티몬|안티모니",
    "cadmium": "cádmio|cadmio|kadmium|kadmiyum|镉|鎘|カドミウム|카드뮴",
    "chromium": "chrome|crómio|cromo|crômio|chrom|krom|铬|鉻|クロム|크롬|chromite",
    "feldspar": "feldspath|feldspato|feldspat|长石|長石|장석",
    "iridium": "irídio|iridio|iridyum|铱|銥|イリジウム|이리듐",
    "lead": "plomb|chumbo|blei|plomo|piombo|kurşun|铅|鉛|납",
    "magnesium": "magnésium|magnésio|magnesio|magnezyum|镁|鎂|マグネシウム|마그네슘",
    "manganese": "manganèse|manganês|mangan|manganeso|锰|錳|マンガン|망간|망가니즈",
    "molybdenum": "molybdène|molibdênio|molibdénio|molybdän|molibdeno|molibden|钼|鉬|モリブデン|몰리브덴|몰리브데넘",
    "palladium": "paládio|paladio|palladio|paladyum|钯|鈀|パラジウム|팔라듐",
    "platinum": "platine|platina|platin|platino|铂|鉑|白金|プラチナ|백금|플래티넘",
    "rare earths": "rare earth|rare earth element|rare earth elements|rare earth elements (ree)|ree|rees|"
    "rare earth metals|terres rares|terras raras|seltene erden|seltenerdmetalle|tierras raras|terre rare|"
    "nadir toprak elementleri|稀土|稀土元素|レアアース|希土類|希土類元素|희토류",
    "rhenium": "rhénium|rênio|rénio|renio|renyum|铼|錸|レニウム|레늄",
    "rhodium": "ródio|rodio|rodyum|铑|銠|ロジウム|로듐",
    "ruthenium": "ruthénium|rutênio|ruténio|rutenio|rutenyum|钌|釕|ルテニウム|루테늄",
    "selenium": "sélénium|selênio|selénio|selen|selenio|selenyum|硒|セレン|셀레늄",
    "silicon": "silicium|silício|silizium|silicio|silisyum|silicon metal|硅|矽|シリコン|ケイ素|실리콘|규소",
    "silver": "argent|prata|silber|plata|argento|gümüş|银|銀|은",
    "tellurium": "tellure|telúrio|tellur|telurio|tellurio|tellür|碲|テルル|텔루륨",
    "titanium": "titane|titânio|titan|titanio|titanyum|钛|鈦|チタン|티타늄|타이타늄",
    "vanadium": "vanádio|vanadio|vanadyum|钒|釩|バナジウム|바나듐",
    "zinc": "zinco|zink|cinc|çinko|锌|鋅|亜鉛|아연",
    schema.MULTIPLE: "multiple metals|several|various",
}  # fmt: skip
"""How minerals are written besides their English names: the templates' languages and the ores of the field.

The names of tantalum, tin, gold and tungsten were compared with sheet L of CMRT 6.5, those of the other minerals
were not.
"""

_BRACKETS = re.compile(r"\([^()]*\)")


@lru_cache(maxsize=1024)
def mineral(text: str) -> str | None:
    """The mineral of ``schema.MINERALS`` that a text means, ``schema.MULTIPLE``, or None if it is unknown.

    Understands English and the templates' ten languages, element symbols, ores such as "Coltan", "Gold (Au)".
    """
    text = unicodedata.normalize("NFKC", text).strip()
    symbol = _SYMBOLS.get(text.capitalize())
    written = _written()
    return symbol or written.get(_fold(text)) or written.get(_fold(_BRACKETS.sub(" ", text)))


_BETWEEN = re.compile(r"\s*[,、，/+&]\s*|\s+(?:and|und|et|y|e)\s+", re.IGNORECASE)


@lru_cache(maxsize=4096)
def mineral_parts(text: str) -> tuple[str, ...]:
    """The minerals that a text lists, each as written: "Gold, Copper" and "Gold/Copper" are two.

    A text that is the name of one mineral stays whole ("tantalum/niobium"), and so does one of which no part is one.
    """
    parts = tuple(part for part in _BETWEEN.split(text) if part)
    return (text,) if mineral(text) or not any(map(mineral, parts)) else parts


_GOODS = frozenset({
    "ore", "ores", "concentrate", "concentrates", "metal", "metals", "ingot", "ingots", "bar", "bars", "bullion",
    "powder", "powders", "oxide", "oxides", "hydroxide", "sulphate", "sulfate", "carbonate", "chloride",
    "nitrate", "fluoride", "carbide", "salt", "salts", "compound", "compounds", "chemical", "chemicals", "wire",
    "wires", "rod", "rods", "sheet", "sheets", "foil", "foils", "plate", "plates", "strip", "tube", "tubes",
    "target", "targets", "granules", "pellets", "cathode", "cathodes", "anode", "anodes", "paste", "solder",
    "alloy", "alloys", "sponge", "scrap", "bonding", "refined", "primary", "secondary", "natural", "recycled",
    "pure", "fine",
})  # fmt: skip
"""Words that say in what form a mineral is bought, and nothing else."""

_NOT_IN_GOODS = frozenset({"lead"})
"""Words for minerals that mean something else among goods: lead wires are of copper."""


@lru_cache(maxsize=4096)
def commodity_mineral(text: str) -> str | None:
    """The mineral that a commodity is, e.g. "tin" for "Tin solder bar"; None where it is none, or made of more."""
    if found := mineral(text):
        return found
    words = _fold(text).split()
    kinds = {word: word for word in schema.MINERALS if " " not in word and word not in _NOT_IN_GOODS}
    named = {kinds.get(word) or _ORES.get(word, "") for word in words} - {""}
    rest = [word for word in words if word not in kinds and word not in _ORES and word not in _GOODS]
    rest = [word for word in rest if not word.isdecimal()]
    return next(iter(named)) if len(named) == 1 and not rest else None


_ORES: Mapping[str, str] = {
    "coltan": "tantalum", "tantalite": "tantalum", "cassiterite": "tin", "wolframite": "tungsten",
    "scheelite": "tungsten", "aluminum": "aluminium", "wolfram": "tungsten",
}  # fmt: skip


def mineral_problem(text: str) -> tuple[str, str]:
    """Why a written mineral is not used, as a message that quotes it, and the cure."""
    like = closest(text, schema.MINERALS, limit=1)
    cure = f"Do you mean {like[0]}?" if like else "Write one mineral by its English name or symbol, such as tin."
    return f"'{text[:40]}' is no mineral that is known here", cure


@cache
def _written() -> dict[str, str]:
    plain = {_fold(name): name for name in (*schema.MINERALS, schema.MULTIPLE)}
    also = {_fold(spelling): name for name, spellings in _WRITTEN.items() for spelling in spellings.split("|")}
    return also | plain


# ---- risks ----------------------------------------------------------------------------------------------------

_RISK = re.compile(r"(?:oecd )?(?:annex[ -]?(?:ii|2)[ :.-]*)?([1-6])")


def risk(text: str) -> str | None:
    """The risk of ``schema.ANNEX_II`` that a text numbers, e.g. "annex-ii:2" for "2" or "Annex II.2"; else None."""
    found = _RISK.fullmatch(unicodedata.normalize("NFKC", text).strip().casefold())
    return f"annex-ii:{found[1]}" if found else None


# ---- schemes --------------------------------------------------------------------------------------------------

_SCHEMES = frozenset({
    "rmap", "rmi", "responsible minerals assurance process", "responsible minerals initiative", "cfsp",
    "conflict free smelter program", "dap", "downstream assessment program", "lbma", "lbma rgg", "lbma rg",
    "lbma good delivery", "lbma responsible gold", "responsible gold guidance", "london bullion market association",
    "rjc", "rjc coc", "rjc chain of custody", "rjc cop", "responsible jewellery council", "ti cmc", "ticmc",
    "tungsten industry conflict minerals council", "itsci", "irma", "copper mark", "the copper mark", "asi",
    "fairmined", "fairtrade", "jdds", "joint due diligence standard", "dmcc", "dmcc rbd", "iso 19011", "unstated",
})  # fmt: skip
"""Schemes that assess smelters, refiners or mines, as lists call them; compared by ``_fold``."""


def is_scheme(text: str) -> bool:
    """Whether a text is the name of a scheme that is known here."""
    return _fold(text) in _SCHEMES
