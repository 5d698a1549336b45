"""The world of the sample campaign: who buys from whom, who uses which smelter, where the ore comes from.

Everything in it is made up, and says so by its name: companies are "Sample" or "Example", smelter ids begin with
``CID9``. Countries and coordinates are real places that have nothing to do with the made-up ones put there.

The story: a trader at tier 3 feeds gold of a refiner that failed its assessment, and of another that is on no list,
into the chain of the brand through three direct suppliers. None of these names the refiners in its declaration; only
the trader's own declaration does. The refiners take ore from a part of the Democratic Republic of the Congo.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

CAMPAIGN_DATE = date(2026, 6, 30)
"""The day on which the campaign is looked at; everything in it is dated before."""

BRAND = "Aurora Sample Devices"
TRADER = "Harbour Sample Metals Trading"
REFINERS = ("CID900040", "CID900039")
"""The refiner that is not accepted and the one on no list; both are fed from a high-risk area."""

METALS: Mapping[str, int] = {"gold": 40, "tin": 28, "tungsten": 16, "tantalum": 16}
"""Smelters per metal, numbered in this order from CID900001."""

SUB_SUPPLIERS: Mapping[int, Mapping[str, int]] = {
    2: {"gold": 9, "tin": 8, "tungsten": 4, "tantalum": 4},
    3: {"gold": 8, "tin": 7, "tungsten": 4, "tantalum": 3},
    4: {"gold": 5, "tin": 4, "tungsten": 2, "tantalum": 2},
}
"""Tier -> metal -> companies; each deals in one metal."""

# Name, what it sells, metals in it, country, part of the brand's purchases (None: not known).
_DIRECT: Sequence[tuple[str, str, str, str, float | None]] = (
    ("Northwind Sample Components", "capacitors", "tantalum tin", "JP", 0.09),
    ("Bluefern Sample Motors", "vibration motors", "tungsten tin", "CN", 0.04),
    ("Copperleaf Sample Plating", "plated contacts", "gold", "CN", 0.08),
    ("Driftwood Sample Solder", "solder paste", "tin", "MY", 0.05),
    ("Eastbrook Sample Displays", "display modules", "gold tin", "KR", 0.03),
    ("Fairmoor Sample Memory", "memory modules", "gold tungsten", "KR", 0.06),
    ("Greystone Sample Boards", "circuit boards", "gold tin", "TW", 0.07),
    ("Hazelmere Sample Sensors", "sensors", "gold tantalum", "DE", 0.04),
    ("Ironbark Sample Power", "power modules", "tin tungsten", "DE", 0.05),
    ("Juniper Sample Cables", "cables", "tin", "CN", 0.02),
    ("Larkspur Sample Connectors", "connectors", "gold tin", "TW", 0.06),
    ("Kingsfold Sample Coils", "inductors", "tin", "VN", 0.03),
    ("Moorland Sample Speakers", "speakers", "gold tin", "VN", 0.04),
    ("Nettlebed Sample Cameras", "camera modules", "gold", "JP", 0.05),
    ("Oakhollow Sample Switches", "switches", "tin", "MX", 0.02),
    ("Pinecrest Sample Chargers", "chargers", "tin tantalum", "CN", 0.03),
    ("Quillfeather Sample Antennas", "antennas", "gold", "TW", 0.04),
    ("Rosewater Sample Hinges", "hinges", "tungsten", "CN", None),
    ("Stonebridge Sample Fasteners", "inserts", "tungsten", "MX", 0.02),
    ("Thistledown Sample Filters", "filters", "tantalum", "JP", 0.03),
    ("Umberfield Sample Lighting", "light modules", "gold tin", "TH", None),
    ("Valleymist Sample Chips", "processors", "gold tantalum tungsten", "TW", 0.04),
    ("Willowbank Sample Labels", "electronic labels", "gold", "US", None),
    ("Yarrowhill Sample Batteries", "battery packs", "tin", "CN", 0.02),
    ("Zephyr Sample Fans", "fans", "tin", "TH", None),
)
_SILENT = ("Moorland Sample Speakers", "Stonebridge Sample Fasteners", "Yarrowhill Sample Batteries")
MISLED = ("Copperleaf Sample Plating", "Greystone Sample Boards", "Larkspur Sample Connectors")
_STRAIGHT: Mapping[str, tuple[str, ...]] = {"Driftwood Sample Solder": ("CID900042", "CID900045", "CID900047")}
"""Buys from smelters itself, all of them accepted: as good as it gets."""

_SYLLABLES = (
    ["Ve", "Lo", "Mi", "Ta", "Ru", "Ka", "Se", "No", "Pi", "Du"],
    ["landor", "mirel", "tavin", "sorel", "quintor", "bexar", "dovan", "lumis", "rannet", "zorin"],
)
_TRADES: Mapping[int, Sequence[str]] = {
    2: ("Parts", "Wire", "Alloys", "Finishing"),
    3: ("Trading", "Metals", "Chemicals"),
    4: ("Commodities", "Ores"),
}
_COUNTRIES_OF_COMPANIES = ("CN", "JP", "KR", "TW", "DE", "MY", "VN", "TH", "US", "MX")
_COUNTRIES_OF_SMELTERS: Mapping[str, Sequence[str]] = {
    "gold": ("CH", "JP", "DE", "KR", "US", "CN", "AU", "CA", "ZA", "IN"),
    "tin": ("ID", "MY", "CN", "BO", "BR", "PE", "TH", "JP"),
    "tungsten": ("CN", "VN", "DE", "US", "JP"),
    "tantalum": ("CN", "DE", "US", "JP", "BR"),
}
_MINES: Mapping[str, Sequence[str]] = {
    "gold": ("AU-WA", "CA-ON", "PE", "ZA", "US-NV", "BR"),
    "tin": ("ID-BB", "BO-P", "PE", "BR-RO", "CN-YN", "MY"),
    "tungsten": ("CN-JX", "VN", "BO-P"),
    "tantalum": ("BR", "AU-WA", "RW"),
}
# The mines of the story come first: place and smelters fed.
_FIXED_MINES: Mapping[str, Sequence[tuple[str, tuple[str, ...]]]] = {
    "gold": (
        ("CD-IT", ("CID900040",)), ("CD-IT", ("CID900040", "CID900039")), ("CD-SK", ("CID900039",)),
        ("UG", ("CID900040",)),
    ),
    "tin": (("CD-NK", ("CID900068",)), ("CD-SK", ("CID900068", "CID900050")), ("RW", ("CID900050",))),
    "tungsten": (("RW", ("CID900070",)),),
    "tantalum": (("RW", ("CID900090",)), ("CD-NK", ("CID900090", "CID900096")), ("RW", ("CID900096",))),
}  # fmt: skip
_MINE_COUNTS = {"gold": 24, "tin": 18, "tungsten": 9, "tantalum": 9}

_POINTS: Mapping[str, tuple[float, float]] = {
    "AU": (-31.0, 121.0), "AU-WA": (-28.0, 121.0), "BO": (-18.0, -66.5), "BO-P": (-20.5, -66.5), "BR": (-15.0, -48.0),
    "BR-RO": (-10.8, -63.0), "CA": (50.0, -85.0), "CA-ON": (49.0, -84.0), "CD-IT": (1.6, 29.6),
    "CD-NK": (-0.8, 28.6), "CD-SK": (-3.2, 28.2), "CH": (46.9, 7.8), "CN": (28.0, 113.0), "CN-JX": (27.5, 115.5),
    "CN-YN": (24.5, 102.0), "DE": (50.8, 9.8), "ID": (-2.4, 106.2), "ID-BB": (-2.4, 106.2), "IN": (22.0, 79.0),
    "JP": (36.2, 138.6), "KR": (36.4, 128.0), "MY": (4.6, 101.2), "PE": (-13.0, -73.0), "RW": (-2.0, 29.9),
    "TH": (14.5, 101.0), "UG": (1.2, 32.0), "US": (39.5, -98.0), "US-NV": (40.0, -117.0), "VN": (21.5, 105.0),
    "ZA": (-27.0, 27.0),
}  # fmt: skip
"""About where a made-up facility or mine of a place is put, in degrees north and east."""


@dataclass(frozen=True)
class Smelter:
    """A made-up smelter. ``status`` "" means that it is on no list."""

    id: str
    name: str
    metal: str
    country: str
    city: str
    latitude: float
    longitude: float
    status: str
    scheme: str = ""
    assessed: date | None = None
    valid_until: date | None = None
    alias: str = ""


@dataclass(frozen=True)
class Mine:
    """A made-up mine; ``region`` is "" where only the country is known."""

    name: str
    metal: str
    country: str
    region: str
    latitude: float
    longitude: float
    feeds: tuple[str, ...]


@dataclass
class Company:
    """A made-up company. ``smelters`` are what it says of its whole upstream chain, by metal."""

    name: str
    tier: int
    country: str
    metals: tuple[str, ...]
    product: str = ""
    id: str = ""
    duns: str = ""
    parent: str = ""
    answers: bool = True
    smelters: dict[str, set[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Purchase:
    """``share`` is of all that the buyer buys (of the metal, where one is named); None where nobody says."""

    buyer: str
    seller: str
    metal: str = ""
    product: str = ""
    share: float | None = None
    spend: int | None = None


@dataclass(frozen=True)
class World:
    """All of it; companies in the order of their tiers, the brand first."""

    companies: tuple[Company, ...]
    purchases: tuple[Purchase, ...]
    smelters: tuple[Smelter, ...]
    mines: tuple[Mine, ...]

    def company(self, name: str) -> Company:
        """The company of that name."""
        return next(company for company in self.companies if company.name == name)

    def origins(self) -> dict[str, list[str]]:
        """Smelter -> countries that its ore comes from, as far as the mines tell."""
        out: dict[str, set[str]] = {}
        for mine in self.mines:
            for smelter in mine.feeds:
                out.setdefault(smelter, set()).add(mine.country)
        return {smelter: sorted(countries) for smelter, countries in sorted(out.items())}


def build_world(seed: int = 9) -> World:
    """Make the world; the same seed gives the same one. The story does not depend on the seed."""
    rng = Random(seed)  # noqa: S311 - nothing secret
    smelters = tuple(_smelters(rng))
    companies = list(_companies(rng))
    purchases = list(_purchases(companies))
    _declare(companies, purchases, rng)
    return World(tuple(companies), tuple(purchases), smelters, tuple(_mines(rng, smelters)))


def _word(number: int) -> str:
    first, second = _SYLLABLES
    return first[number % 10] + second[(number // 10 + number) % 10]


def _near(rng: Random, place: str, reach: float) -> tuple[float, float]:
    latitude, longitude = _POINTS[place]
    return (round(latitude + rng.uniform(-reach, reach), 3), round(longitude + rng.uniform(-reach, reach), 3))


def _smelters(rng: Random) -> list[Smelter]:
    out: list[Smelter] = []
    for metal, count in METALS.items():
        kind = "Refinery" if metal == "gold" else "Smelter"
        for i in range(count):
            number = len(out) + 1
            countries = _COUNTRIES_OF_SMELTERS[metal]
            country = "TH" if f"CID{900000 + number}" == REFINERS[0] else countries[i % len(countries)]
            latitude, longitude = _near(rng, country, 0.4)
            word = _word(number - 1)
            alias = f"Ex. {word} {metal.title()} Works" if number % 4 == 0 else ""
            name, city = f"Example {metal.title()} {kind} {word}", f"Sample City {number}"
            assessment = _assessment(rng, number, metal)
            out.append(
                Smelter(f"CID{900000 + number}", name, metal, country, city, latitude, longitude, *assessment, alias)
            )
    return out


_STATUS = {40: "Non-conformant", 39: "", 84: "Non-conformant", 68: "Active", 50: "Conformant", 70: "Conformant"}
_STATUS |= {90: "Conformant", 96: "Conformant"}


def _assessment(rng: Random, number: int, metal: str) -> tuple[str, str, date | None, date | None]:
    """Status, scheme, last assessment, valid until. Some are on no list; some are overdue at the campaign's date."""
    status = _STATUS.get(number, "Active" if number % 9 == 4 else "" if number % 11 == 6 else "Conformant")
    scheme = {"gold": "LBMA", "tungsten": "TI-CMC"}.get(metal, "RMAP") if number % 10 == 3 else "RMAP"
    if not status:
        return "", "", None, None
    if status == "Active":
        return status, scheme, None, None
    age = rng.randrange(30, 330) + (400 if number % 13 == 7 else 0)
    assessed = CAMPAIGN_DATE - timedelta(age)
    return status, scheme, assessed, assessed + timedelta(365)


def _companies(rng: Random) -> list[Company]:
    out = [Company(BRAND, 0, "US", tuple(METALS), "devices", "V1000")]
    for i, (name, product, metals, country, _) in enumerate(_DIRECT, 1):
        out.append(Company(name, 1, country, tuple(metals.split()), product, f"V{1000 + i}"))
        out[-1].answers = name not in _SILENT
    out[9].parent = out[6].name
    out[25].parent = out[12].name
    for tier, counts in SUB_SUPPLIERS.items():
        for metal, count in counts.items():
            for i in range(count):
                number = len(out)
                trade = _TRADES[tier][number % len(_TRADES[tier])]
                name = f"{_word(number + 37)} Example {metal.title()} {trade}"
                country = _COUNTRIES_OF_COMPANIES[rng.randrange(len(_COUNTRIES_OF_COMPANIES))]
                company = Company(TRADER if (tier, metal, i) == (3, "gold", 0) else name, tier, country, (metal,))
                company.product = f"{metal} {trade.lower()}"
                company.id = f"V{2000 + number}" if tier == 2 and i % 2 == 0 else ""
                company.duns = f"{number:09d}" if i % 2 == 0 else ""
                company.answers = {2: i % 3 == 0, 3: i % 6 != 1, 4: i > 0 or metal != "tin"}[tier]
                out.append(company)
    return out


_SHARES: Sequence[tuple[float | None, ...]] = (
    (0.6, 0.3), (1.0,), (0.7, 0.3), (None, 0.4), (0.8,), (0.5, None), (0.55, 0.45),
)  # fmt: skip


def _purchases(companies: Sequence[Company]) -> list[Purchase]:
    at = {
        (tier, metal): [company.name for company in companies if company.tier == tier and metal in company.metals]
        for tier in range(5)
        for metal in METALS
    }
    out = [
        Purchase(BRAND, name, "", product, share, None if share is None else round(share * 50_000_000))
        for name, product, _, _, share in _DIRECT
    ]
    plating, wire = at[2, "gold"][:2]
    # The story: three direct suppliers, two makers at tier 2, one trader at tier 3.
    out += [
        Purchase(MISLED[0], plating, "gold", "plating salts", 0.7),
        Purchase(MISLED[0], at[2, "gold"][2], "gold", "plating salts", 0.3),
        Purchase(MISLED[1], plating, "gold", "plating salts", 0.5),
        Purchase(MISLED[1], at[2, "gold"][3], "gold", "bonding wire", 0.5),
        Purchase(MISLED[2], wire, "gold", "bonding wire", 0.6),
        Purchase(MISLED[2], at[2, "gold"][4], "gold", "bonding wire"),
        Purchase(plating, TRADER, "gold", "gold bars", 0.8),
        Purchase(plating, at[3, "gold"][1], "gold", "gold bars", 0.2),
        Purchase(wire, TRADER, "gold", "gold bars", 0.5),
        Purchase(wire, at[3, "gold"][2], "gold", "gold bars"),
    ]
    # The two makers and the trader sell to nobody else.
    apart = {plating, wire, TRADER}
    told = {*MISLED, *apart}
    for metal in METALS:
        for tier in (1, 2, 3):
            sellers = [name for name in at[tier + 1, metal] if name not in apart]
            buyers = [name for name in at[tier, metal] if metal != "gold" or name not in told]
            if tier == 1:
                buyers = [name for name in buyers if name not in (_SILENT[0], _SILENT[2], *_STRAIGHT)]
            if tier == 3:  # every third buys from smelters itself
                buyers = [name for i, name in enumerate(buyers) if i % 3]
            for i, buyer in enumerate(buyers):
                shares = _SHARES[(i + tier) % len(_SHARES)]
                chosen = [sellers[(i + j * (len(sellers) // 2)) % len(sellers)] for j in range(len(shares))]
                for seller, share in dict(zip(chosen, shares, strict=True)).items():
                    out.append(Purchase(buyer, seller, metal, "", share))
    tin = at[3, "tin"]
    # Two traders that sell to each other, and a direct supplier that buys from a trader past tier 2.
    out += [Purchase(tin[0], tin[3], "tin", "tin ingots", 0.2), Purchase(tin[3], tin[0], "tin", "tin ingots", 0.1)]
    out.append(Purchase("Oakhollow Sample Switches", tin[4], "tin", "tin wire"))
    return out


def _declare(companies: Sequence[Company], purchases: Sequence[Purchase], rng: Random) -> None:
    """Who uses which smelter, and so who names it: everybody names what its sellers name, but for the story's."""
    first = 1
    for metal, count in METALS.items():
        pool = [f"CID{900000 + first + i}" for i in range(count)]
        pool = [smelter for smelter in pool if smelter not in REFINERS]
        rng.shuffle(pool)
        first += count
        place = 0
        for company in companies:
            if metal not in company.metals or company.tier < 2 or company.name == TRADER:
                continue
            own = {2: 1, 3: 2, 4: 4}[company.tier]
            company.smelters[metal] = {pool[(place + i) % len(pool)] for i in range(own)}
            place += own
    trader = next(company for company in companies if company.name == TRADER)
    trader.smelters["gold"] = set(REFINERS)

    by_name = {company.name: company for company in companies}
    for name, straight in _STRAIGHT.items():
        by_name[name].smelters = {by_name[name].metals[0]: set(straight)}
    buyers = [(by_name[p.buyer], by_name[p.seller]) for p in purchases]
    changed = True
    while changed:  # two traders sell to each other, so one pass is not enough
        changed = False
        for buyer, seller in buyers:
            for metal in set(buyer.metals) & set(seller.metals):
                known = buyer.smelters.setdefault(metal, set())
                new = seller.smelters.get(metal, set()) - set(REFINERS) - known
                known |= new
                changed = changed or bool(new)
    # The brand's own declaration repeats what its suppliers that answered told it.
    brand = companies[0]
    brand.smelters = {metal: set() for metal in METALS}
    for company in companies:
        if company.tier == 1 and company.answers:
            for metal, smelters in company.smelters.items():
                brand.smelters[metal] |= smelters


def _mines(rng: Random, smelters: Sequence[Smelter]) -> list[Mine]:
    out: list[Mine] = []
    for metal, count in _MINE_COUNTS.items():
        known = [smelter.id for smelter in smelters if smelter.metal == metal and smelter.id not in REFINERS]
        places = [(place, feeds) for place, feeds in _FIXED_MINES[metal]]
        while len(places) < count:
            i = len(places)
            feeds = (known[(2 * i) % len(known)], known[(2 * i + 7) % len(known)])[: 1 + (i % 6 == 5)]
            ordinary = [place for place in _MINES[metal] if place != "RW"]
            places.append((ordinary[i % len(ordinary)], feeds))
        for place, feeds in places:
            number = len(out)
            latitude, longitude = _near(rng, place, 0.2)
            country, _, region = place.partition("-")
            name = f"Sample Mine {_word(99 - number)}"
            out.append(Mine(name, metal, country, place if region else "", latitude, longitude, feeds))
    return out
