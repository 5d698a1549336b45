"""The path map: the riskiest ways from the start to smelters, left to right, and the companies who gate them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from graphmap import places, wording
from graphmap.analysis.paths import Named, Path, Paths, find_paths
from graphmap.graph import Floats
from graphmap.maps.atlas import ALL, SMELTER, START, Atlas, Layer
from graphmap.maps.layered import Layout, Link, columns_of, layered
from graphmap.maps.palette import BANDS, LINK, LOOKS, NAMES, PAPER, RULE
from graphmap.maps.svg import MARGIN, WIDTH, Key, Picture, attribute, fit, glyph, key, nothing, site, text, text_width
from graphmap.policy import GRADES, STANDINGS
from graphmap.results import sentences
from graphmap.wording import clean

_SEARCHED = 150
"""Paths among which is chosen; the search for so many takes some milliseconds."""

_PER_SMELTER, _SMELTERS, _CARDS = 2, 14, 60
"""At most so many paths to one smelter, and so many smelters and cards on a picture: more cannot be read."""

_STEPS = 16
"""Links of the longest path that is drawn: more columns leave no room for a name."""

_WIDE, _HEIGHT, _GAP, _HEAD = 230.0, 40.0, 10.0, 40.0
"""Greatest width of a card, its height, the gap below it, and the room for headings, in pixels."""

_SHARE = 9.0
"""Size of the figures on lines, in pixels."""

_PART = 0.78
"""Part of a column that its cards take; the rest is for lines."""

_NAME, _NAMES = 420.0, 4
"""How wide a name in a title may be, and how many names stand in a sentence: the finding must not be cut off."""

_WORDS = {
    "not-accepted": "not accepted",
    "not-on-list": "on no list",
    "unidentified": "unidentified",
    "not-judged": "not judged",
    "unaccepted": "neither accepted nor in progress",
    "high-risk": "in or sourcing from an area of the lens",
    "any": "",
}
"""What the smelters of a group are, in a sentence."""


def draw_paths(atlas: Atlas, mineral: str = ALL, *, to: str = "not-accepted") -> Picture:
    """The riskiest paths to a group of smelters (``analysis.paths.TARGETS``), at most 14 smelters and two ways to each.

    If no path leads to the group, the title says so, and that it is no all-clear where it is none; drawn are then the
    ways to smelters of which nobody knows that they are accepted.
    """
    if not atlas.minerals:
        return nothing(
            "paths",
            f"No document says where the minerals of {atlas.name} come from",
            "No path is known, which is no all-clear: nobody declares a smelter upstream.",
            [atlas.basis],
        )
    found = _find(atlas, mineral, to)
    if found.paths:
        return _Drawing(atlas, mineral, to, found, None).picture()
    other = _find(atlas, mineral, "unaccepted")
    return _Drawing(atlas, mineral, "unaccepted", other, found).picture()


def _find(atlas: Atlas, mineral: str, to: str) -> Paths:
    return find_paths(atlas.case, atlas.start, to=to, mineral=mineral or None, k=_SEARCHED)


def choose(found: Sequence[Path]) -> list[Path]:
    """The paths that are drawn, riskiest first: two to each of at most 14 smelters, on at most 60 cards.

    One over 16 links has no room.
    """
    per: Counter[int] = Counter()
    cards: set[int] = set()
    out = []
    for path in found:
        if len(path.hops) > _STEPS:
            continue
        nodes = [node.node for node in path.nodes]
        end, new = nodes[-1], set(nodes) - cards
        if per[end] >= _PER_SMELTER or (end not in per and len(per) >= _SMELTERS) or len(cards | new) > _CARDS:
            continue
        per[end] += 1
        cards |= new
        out.append(path)
    return out


def _short(name: str, size: float = 13) -> str:
    """A name as it stands in a sentence of a font size."""
    return fit(name, size, _NAME)


@dataclass(frozen=True)
class _Drawing:
    """One picture: the paths to ``to``; ``missed`` are those to the group that was asked for, if none lead there."""

    atlas: Atlas
    mineral: str
    to: str
    found: Paths
    missed: Paths | None

    @cached_property
    def layer(self) -> Layer:
        return self.atlas.layer(self.mineral)

    @cached_property
    def drawn(self) -> list[Path]:
        return choose(self.found.paths)

    @cached_property
    def ways(self) -> list[list[int]]:
        """The sites along each path."""
        return [[int(self.atlas.number[node.node]) for node in path.nodes] for path in self.drawn]

    @cached_property
    def links(self) -> dict[Link, Counter[int]]:
        """Each link that is drawn, and how many of the paths over it end at each smelter."""
        out: dict[Link, Counter[int]] = defaultdict(Counter)
        for way in self.ways:
            for link in pairwise(way):
                out[link][way[-1]] += 1
        return dict(sorted(out.items()))

    @cached_property
    def column(self) -> dict[int, int]:
        """The column of each card: companies by the longest way that is drawn, smelters in the last one."""
        column = columns_of(list(self.links), 0)
        last = max(column.values(), default=0)
        return {number: last if self.atlas.kind[number] == SMELTER else at for number, at in column.items()}

    @cached_property
    def leads_to(self) -> dict[int, set[int]]:
        """The smelters that are drawn behind each card."""
        out: dict[int, set[int]] = defaultdict(set)
        for way in self.ways:
            for number in way[:-1]:
                out[number].add(way[-1])
        return out

    @cached_property
    def cut(self) -> Sequence[Named]:
        """The fewest companies to act on."""
        found = self.atlas.cut(self.to)
        return found.cuts[self.mineral] if self.mineral else found.cut

    @cached_property
    def own(self) -> set[int]:
        """The smelters of the group that the start brings itself."""
        return {smelter.node for of, smelter in self.atlas.cut(self.to).direct if self.mineral in (ALL, of)}

    # ---- words ------------------------------------------------------------------------------------------------

    @property
    def reached(self) -> int:
        """How many smelters of the group stand upstream."""
        return len(self.found.smelters)

    @property
    def judged(self) -> bool:
        """Whether an assurance list was known on that day for any of the minerals that are drawn."""
        return any(map(self.atlas.judged, [self.mineral] if self.mineral else self.atlas.minerals))

    def title(self) -> str:
        """The finding."""
        about, name = f" for {self.mineral}" if self.mineral else "", _short(self.atlas.name, 21)
        if self.missed is not None and self.missed.to not in ("any", "high-risk") and not self.judged:
            return f"Not judged: no assurance list was known on that date for the smelters of {name}{about}"
        if self.missed is not None:
            words = _WORDS[self.missed.to]
            what = f"a smelter known to be {words}" if words else "any smelter"
            doubts = self._doubts()
            clear = f"; that is no all-clear: {doubts}" if doubts else ""
            return f"No path{about} leads from {name} to {what}{clear}"
        count = self.reached
        words = f" that {'is' if count == 1 else 'are'} {_WORDS[self.to]}" if _WORDS[self.to] else ""
        through = len(self.found.direct)
        direct = int(np.count_nonzero([one.tier == 1 for one in self.atlas.sites] & self.layer.present))
        how = f" through {through:,} of its {wording.count_of(direct, 'direct supplier')}" if through else ""
        reach = "reaches" if count == 1 else "reach"
        return f"{wording.count_of(count, 'smelter')}{words} {reach} {name}{about}{how}"

    def _doubts(self) -> str:
        """Why finding no path is no all-clear."""
        told = []
        for mineral, unclear in (self.missed or self.found).unclear.items():
            parts = [
                (
                    unclear.not_on_list,
                    f"{unclear.not_on_list} of {wording.count_of(unclear.smelters, 'smelter')} on no list",
                ),
                (
                    unclear.not_judged,
                    f"{unclear.not_judged} of {wording.count_of(unclear.smelters, 'smelter')} not judged, as no "
                    "assurance list was known on that date",
                ),
                (unclear.unidentified, f"{wording.count_of(unclear.unidentified, 'smelter')} unidentified"),
                (unclear.unknown > 0, f"{wording.percent(unclear.unknown)} of unknown origin"),
            ]
            if said := [words for holds, words in parts if holds]:
                told.append(wording.listed(said) if self.mineral else f"of {mineral} {wording.listed(said)}")
        return "; ".join(told)

    def subtitle(self) -> str:
        """What is drawn, what is left out, and whom to act on."""
        found = self.found
        out = []
        if self.missed is not None and self.drawn:
            risky = "" if self.missed.to == "not-accepted" else "not accepted, "
            out.append(f"Drawn instead: the ways to smelters that are {risky}on no list, not judged or unidentified.")
        if found.paths:
            total = ("" if found.total_exact else "at least ") + wording.count_of(found.total, "path")
            lead = "leads" if found.total == 1 else "lead"
            such = "smelter" if self.to == "any" else "such smelter"
            out.append(f"{total} {lead} to {wording.count_of(self.reached, such)}.".capitalize())
            out.append(self._shown())
        if found.capped:
            out.append("The search was cut short: riskier paths may be missing.")
        if found.paths and self.judged:  # nobody is to act on what nobody has judged
            out.append(self._act())
        return " ".join(filter(None, out))

    def _shown(self) -> str:
        """How many of the paths are drawn, and which are not."""
        every = "" if len(self.found.paths) == self.found.total else "at least "
        far = sum(len(path.hops) > _STEPS for path in self.found.paths)
        out = []
        if self.drawn:
            ends, every_end = len({way[-1] for way in self.ways}), self.reached
            some = f"{ends} of these {every_end:,} smelters" if ends < every_end else "all of these smelters"
            some = some if every_end > 1 else "this smelter"
            most = f"at most {_PER_SMELTER} to each and {_CARDS} cards"
            out.append(f"Shown: the {len(self.drawn)} riskiest to {some}, {most}.")
        if far:
            out.append(f"{every}{far} {'is' if far == 1 else 'are'} longer than {_STEPS} steps and not drawn.")
        return " ".join(words[:1].upper() + words[1:] for words in out)

    def _act(self) -> str:
        """Whom to act on, and what that would not cut."""
        own = wording.count_of(len(self.own), "smelter")
        name = _short(self.atlas.name)
        if not self.cut:
            return f"{name} brings {own} itself: no other company stands between." if self.own else ""
        names = [_short(company.name) for company in self.cut]
        shown = names if len(names) <= _NAMES else [*names[: _NAMES - 1], f"{len(names) - _NAMES + 1} more"]
        whole = self.atlas.cut(self.to)
        rest = f", but those to {own} that {name} brings itself" if self.own else ""
        out = [f"Acting on {wording.listed(shown)} would cut every known path{rest}."]
        if not self.mineral and whole.at_least < len(self.cut):
            out.append(f"As few as {whole.at_least:,} cannot be ruled out.")
        unknown = {each: part for each, part in whole.unknown.items() if self.mineral in (ALL, each)}
        return " ".join([*out, sentences.unknown_mass(unknown)]).rstrip()

    # ---- markup -----------------------------------------------------------------------------------------------

    def picture(self) -> Picture:
        """The picture, or one that says that there is nothing to draw."""
        if not self.drawn:
            return nothing("paths", self.title(), self.subtitle(), [self.atlas.basis])
        numbers = sorted(self.column)
        layout = layered(self.column, list(self.links), dict.fromkeys(numbers, _HEIGHT), _GAP)
        links = sorted(layout.route)
        top = min(layout.y.values()) - _HEIGHT / 2 - _HEAD
        body = self._headings() + self._lines(layout, top, links)
        body += "".join(
            self._card(number, layout.y[number] - top)
            for number in sorted(numbers, key=lambda n: (self.column[n], layout.y[n]))
        )
        height = max(layout.y.values()) + _HEIGHT / 2 - top
        notes = [
            "Colour and shape: of a smelter its standing, of a company its exposure. Lines take the look of the worst "
            "smelter behind them and grow with the number of paths over them; a figure on a line is the part of the "
            "purchases (≈: estimated or scaled).",
            self.atlas.basis,
        ]
        left = len(layout.left_out)
        if left:
            what = f"{wording.count_of(left, 'link')} that would close a circle of buyers"
            notes.insert(1, f"{what} {'is' if left == 1 else 'are'} not drawn.")
        return Picture("paths", self.title(), self.subtitle(), height, body, _legend(), tuple(notes), tuple(numbers))

    @cached_property
    def card(self) -> float:
        """How wide a card is."""
        return min(_PART * (WIDTH - 2 * MARGIN) / (_PART + max(self.column.values())), _WIDE)

    @cached_property
    def step(self) -> float:
        """From one column to the next."""
        return min((WIDTH - 2 * MARGIN - self.card) / max(*self.column.values(), 1), 2.0 * self.card)

    def _x(self, number: int) -> float:
        return MARGIN + self.step * self.column[number]

    @cached_property
    def headings(self) -> Sequence[str]:
        """What stands over each column."""
        return [self._heading(at) for at in range(max(self.column.values()) + 1)]

    def _heading(self, at: int) -> str:
        here = [self.atlas.sites[number] for number, column in self.column.items() if column == at]
        if at == 0:
            return "Start"
        if all(one.kind == SMELTER for one in here):
            return "Smelters"
        tiers = {one.tier for one in here}
        return f"Tier {tiers.pop()}" if len(tiers) == 1 else f"{at} steps up"

    def _headings(self) -> str:
        out, counts = [], Counter(self.column.values())
        for at, words in enumerate(self.headings):
            x = MARGIN + self.step * at
            out.append(f'<path d="M{x:.1f} 22h{self.card:.1f}" stroke="{RULE}" class="rule"/>')
            out.append(text(x, 15, words, 11.5, bold=True, width=self.card - 22))
            out.append(text(x + self.card, 15, counts[at], 10.5, muted=True, anchor="end"))
        return "".join(out)

    def _lines(self, layout: Layout, top: float, links: Sequence[Link]) -> str:
        worst = {link: self._worst(self.links[link]) for link in links}
        out, met = [], {}
        for link in sorted(links, key=lambda one: (worst[one], one)):
            tail, head = link
            points = [layout.y[tail] - top, *(y - top for y in layout.route[link]), layout.y[head] - top]
            x, half = self._x(tail) + self.card, (self.step - self.card) / 2
            way, curves = f"M{x:.1f} {points[0]:.1f}", []
            for i, (y, at) in enumerate(pairwise(points)):
                if i:  # past the cards of a column between
                    way += f"H{x:.1f}"
                curves.append((x, y, x + 2 * half, at))
                way += f"C{x + half:.1f} {y:.1f} {x + half:.1f} {at:.1f} {x + 2 * half:.1f} {at:.1f}"
                x += self.step
            met[link] = np.concatenate([_along(*curve) for curve in curves])
            look = NAMES[worst[link]]
            stroke = LOOKS[look].fill if look not in ("unlisted", "unknown") else LINK
            width = min(1.2 + 0.9 * sum(self.links[link].values()), 8.0)
            out.append(
                f'<path d="{way}" fill="none" stroke="{stroke}" stroke-opacity="0.7" stroke-width="{width:.1f}" '
                f'class="link s-{look}" data-a="{tail}" data-b="{head}"/>'
            )
        return "".join(out) + self._shares(met)

    def _shares(self, met: Mapping[Link, Floats]) -> str:
        """The part of the purchases beside the end of each line that comes alone to its card, where no line runs."""
        every, links = np.concatenate([*met.values(), np.zeros((0, 2))]), self.layer.links
        here = np.isin(links.tail, [tail for tail, _ in met])
        ends = zip(links.tail[here].tolist(), links.head[here].tolist(), strict=True)
        share = dict(zip(ends, links.share[here].tolist(), strict=True))
        stated = {
            pair
            for path, way in zip(self.drawn, self.ways, strict=True)
            for pair, hop in zip(pairwise(way), path.hops, strict=True)
            if hop.stated
        }
        into = Counter(head for _, head in met)
        out = []
        for link in sorted(met):
            part = share.get(link, float("nan"))
            words = ("" if link in stated else "≈ ") + wording.percent(part, 0)
            width = text_width(words, _SHARE)
            if part != part or into[link[1]] > 1 or width > self.step - self.card - 12:
                continue
            right, y = (float(one) for one in met[link][-1])
            for base in (y - 4 - sum(self.links[link].values()) / 2, y + _SHARE + 4):  # above the line, else below it
                x0, x1, y0, y1 = right - 6 - width, right - 4, base - _SHARE + 1, base + 2
                inside = (every[:, 0] > x0) & (every[:, 0] < x1) & (every[:, 1] > y0) & (every[:, 1] < y1)
                if not inside.any():
                    out.append(text(right - 5, base, words, _SHARE, muted=True, anchor="end"))
                    break
        return "".join(out)

    def _worst(self, ends: Counter[int]) -> int:
        """The worst look among smelters: not accepted before in progress before the rest."""
        order = [NAMES.index(name) for name in ("neutral", "low", "unknown", "unlisted", "moderate", "high", "severe")]
        return max((int(self.layer.look[end]) for end in ends), key=order.index)

    def _about(self, number: int) -> str:
        """The second line of a card: standing, mineral and country of a smelter, else country and exposure, and the
        tier where the column does not say it."""
        layer, one = self.layer, self.atlas.sites[number]
        where = places.country_name(one.country) if one.country else "country unknown"
        if one.kind == SMELTER:
            minerals = wording.listed(sorted({path.mineral for path in self.drawn if path.nodes[-1].node == one.node}))
            return f"{STANDINGS[layer.standing[number]]} · {minerals} · {where}"
        known = NAMES[layer.look[number]] != "unknown"
        said = f"exposed {wording.percent(float(layer.value[number]), 0)}" if known else "exposure unknown"
        grade = f" · evidence {GRADES[layer.grade[number]]}" if layer.grade[number] >= 0 else ""
        tier = f"tier {one.tier} · " if number and self.headings[self.column[number]].endswith("steps up") else ""
        return f"{tier}{one.country + ' · ' if one.country else ''}{said}{grade}"

    @cached_property
    def acting(self) -> frozenset[int]:
        """The sites of the companies to act on."""
        return frozenset(int(self.atlas.number[company.node]) for company in self.cut)

    def _card(self, number: int, y: float) -> str:
        layer, one, said = self.layer, self.atlas.sites[number], self._about(number)
        x, top, look, hollow = self._x(number), y - _HEIGHT / 2, NAMES[layer.look[number]], layer.hollow(number)
        behind, acts, strong = len(self.leads_to.get(number, ())), number in self.acting, one.kind in (START, SMELTER)
        tags = [*([f"gateway to {behind}"] if behind > 1 and number else []), *(["act here"] if acts else [])]
        marked = acts or one.kind == SMELTER
        edge = LOOKS[look].line if marked else "#8A949E"
        fill = PAPER if hollow else LOOKS[look].fill
        outline = f' stroke="{LOOKS[look].line}" stroke-width="0.8"' if hollow or fill == PAPER else ""
        body = (
            f'<rect x="{x:.1f}" y="{top:.1f}" width="{self.card:.1f}" height="{_HEIGHT:g}" rx="4" fill="{PAPER}" '
            f'stroke="{edge}" stroke-width="{1.6 if marked else 1:g}" class="card edge"/>'
            f'<path d="M{x + 4:.1f} {top:.1f}h3v{_HEIGHT:g}h-3a4 4 0 0 1 -4 -4v-{_HEIGHT - 8:g}a4 4 0 0 1 4 -4z" '
            f'fill="{fill}"{outline} class="{f"card l-{look}" if hollow else f"f-{look}"}"/>'
        )
        body += text(x + 13, top + 14, one.name, 11, bold=strong, width=self.card - 36)
        body += text(x + 13, top + 25.5, said, 9, muted=True, width=self.card - 18)
        if tags:
            body += text(x + 13, top + 35.5, " · ".join(tags), 9, bold=True, width=self.card - 18)
        body += glyph(look, x + self.card - 11, top + 11, 4, hollow=hollow)
        poor = ["poor evidence"] if hollow else []
        tier = "" if "tier" in said else f" at tier {one.tier}"
        what = [{START: "the company that the map starts from", SMELTER: "smelter"}.get(one.kind, f"supplier{tier}")]
        label = ", ".join([clean(one.name), *what, said.replace(" · ", ", "), *poor, *tags])
        return site(number, label, body + f"<title>{attribute(one.name)}</title>")


def _along(x0: float, y0: float, x1: float, y1: float) -> Floats:
    """Points along the curve of a line between two columns, some pixels apart, one row (x, y) each."""
    t = np.linspace(0.0, 1.0, 33 + int(abs(y1 - y0) / 2))
    s, middle = 1 - t, (x0 + x1) / 2
    x = s**3 * x0 + 3 * s**2 * t * middle + 3 * s * t**2 * middle + t**3 * x1
    return np.stack([x, y0 + (y1 - y0) * (3 * t**2 - 2 * t**3)], axis=1)


def _legend() -> tuple[Key, ...]:
    words = {
        "low": "accepted",
        "moderate": "in progress",
        "severe": "not accepted",
        "unlisted": "not on list",
        "unknown": "unidentified, not judged or unknown",
    }
    bands = {look: says for _, look, says in BANDS}
    out = []
    for look in ("low", "moderate", "high", "severe", "unlisted", "unknown"):
        parts = [
            f"smelter {words[look]}" if look in words else "",
            f"company exposed {bands[look]}" if look in bands else "",
        ]
        out.append(key(look, "; ".join(filter(None, parts))))
    return (*out, key("moderate", "hollow: poor evidence (C or D)", hollow=True))
