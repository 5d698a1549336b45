"""The tier flow: what part of the start's purchases comes from where, by mass and not by count.

Left to right: origin of the mineral, mineral, standing of the smelter, and where the smelter enters the chain: the tier
of the company whose declaration brings it. What ends at no smelter keeps its place in every column. Shares that no
document gives are estimated (METHOD section 4); of one mineral all strands sum to 1.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from graphmap import wording
from graphmap.analysis.case import Case
from graphmap.analysis.chain import DECLARES
from graphmap.analysis.standing import ACCEPTED, IN_PROGRESS, NOT_ACCEPTED, NOT_ON_LIST, UNIDENTIFIED
from graphmap.analysis.standing import NOT_JUDGED as UNJUDGED
from graphmap.graph import Ints
from graphmap.maps.atlas import ALL, Atlas
from graphmap.maps.palette import AREA, AREA_LINE, INK, LOOKS, MUTED, OF_STANDING, PAPER
from graphmap.maps.svg import Key, Picture, attribute, fit, key, nothing, text, text_width
from graphmap.policy import STANDINGS

ORIGINS = ("in an area", "perhaps in an area", "not known", "not judged", "elsewhere")
"""What is known of an origin; the first that fits counts. Perhaps: only the country is known, of which parts are
listed. Not judged: known, but no areas are loaded for the mineral."""

INSIDE, PERHAPS, NOT_KNOWN, NOT_JUDGED, ELSEWHERE = range(len(ORIGINS))

NO_SMELTER = len(STANDINGS)
"""In the column of standings: what ends at no smelter."""

NOWHERE = -1
"""In the column of tiers: what nobody names a smelter of enters nowhere that is known."""


class Strand(NamedTuple):
    """A part of the purchases: index into ``ORIGINS``, mineral, standing (index into ``STANDINGS``, or
    ``NO_SMELTER``), the tier where it enters (or ``NOWHERE``), and its mass."""

    origin: int
    mineral: str
    standing: int
    tier: int
    mass: float

    def at(self, column: int) -> int | str:
        """Where it runs in a column of the picture, 0 to 3."""
        return (self.origin, self.mineral, self.standing, self.tier)[column]


# ---- what flows -----------------------------------------------------------------------------------------------------


def find_strands(atlas: Atlas, mineral: str = ALL) -> tuple[Strand, ...]:
    """How the purchases of the start divide; the masses sum to 1 for a mineral and for all of them, which count alike.

    Empty where the start has no mineral of the lens.
    """
    minerals = atlas.minerals if mineral == ALL else (mineral,)
    parts = [(*at, mass / len(minerals)) for one in minerals for at, mass in sorted(_divide(atlas, one).items())]
    return tuple(Strand(*part) for part in parts)


def _divide(atlas: Atlas, mineral: str) -> dict[tuple[int, str, int, int], float]:
    """The mass of each strand of one mineral."""
    case, chain, shares = atlas.case, atlas.case.chain(mineral), atlas.case.shares(mineral)
    mass, lost = case.mass(atlas.place(mineral), mineral)
    out: dict[tuple[int, str, int, int], float] = defaultdict(float)

    brought = mass[chain.tail] * shares.weight
    way = np.flatnonzero((chain.kind == DECLARES) & (brought > 0))
    came = np.bincount(chain.head[way], brought[way], len(chain))
    # What arrives at a smelter is what passes its buyers; in a circle the two differ by rounding.
    exact = np.divide(mass, came, out=np.zeros(len(chain)), where=came > 0)
    standing, origin = case.standing(mineral), _origins(case, mineral)
    amounts = brought[way] * exact[chain.head[way]]
    way, amounts = way[amounts > 0], amounts[amounts > 0]
    smelter, tiers = chain.head[way] - chain.companies, atlas.tiers[chain.node]
    columns = np.stack([origin[smelter], standing[smelter], tiers[chain.tail[way]]])
    strands, which = np.unique(columns, axis=1, return_inverse=True)
    for (came_from, stands, tier), amount in zip(strands.T.tolist(), np.bincount(which, amounts).tolist(), strict=True):
        out[came_from, mineral, stands, tier] += amount

    if lost > _ROUNDING:
        out[NOT_KNOWN, mineral, NO_SMELTER, NOWHERE] += lost
    return out


_ROUNDING = 1e-9
"""Less mass than this is an error of rounding."""


def _origins(case: Case, mineral: str) -> Ints:
    """For each smelter of a chain what is known of the origin of its mineral: index into ``ORIGINS``.

    The worst of several origins counts, since nobody says how they divide. With a mine that stands nowhere known the
    origin is not known, unless another is in an area.
    """
    grounds, sourcing = case.hazards(mineral).origins, case.sourcing(mineral)

    def state(smelter: int) -> int:
        found, mines = grounds.get(smelter, []), sourcing.feeds.get(smelter, {})
        if any(ground.certain for ground in found):
            return INSIDE
        if found:
            return PERHAPS
        if not mines.keys() <= sourcing.places.keys() or (smelter not in sourcing.origins and not mines):
            return NOT_KNOWN
        return ELSEWHERE if case.areas(mineral).loaded else NOT_JUDGED

    return np.array([state(smelter) for smelter in case.smelters(mineral).tolist()], np.int32)


# ---- the picture ----------------------------------------------------------------------------------------------------

_HEIGHT, _TOP = 560.0, 34.0
"""Of the columns, and where they begin, in pixels."""

_BAR, _COLUMNS = 14.0, (222.0, 572.0, 912.0, 1252.0)
"""Width of the bars, and where the columns stand."""

_LABEL, _LABEL_SIZE, _THINNEST = 16.0, 12.0, 0.8
"""Height of a label, size of its text, and the least height of a bar or ribbon."""

DEEPEST = 12
"""The last tier with a bar of its own also holds everything deeper. Our choice: chains known so far have fewer."""

_WORST_FIRST = (NOT_ACCEPTED, NOT_ON_LIST, UNJUDGED, UNIDENTIFIED, NO_SMELTER, IN_PROGRESS, ACCEPTED)
_RANK = {standing: rank for rank, standing in enumerate(_WORST_FIRST)}

_OPACITY: Mapping[str, float] = {"severe": 0.72, "moderate": 0.55, "low": 0.45, "unlisted": 0.34, "unknown": 0.16}
"""Of ribbons, by look. What is white elsewhere is a light grey here: a white ribbon would not be seen."""

_HEADS = ("Origin of the mineral", "Mineral", "Smelter", "Enters the chain at")
_ORIGIN_WORDS = ("In an area of the lens", "Perhaps in an area", "Not known", "Not judged", "Elsewhere")
_STANDING_WORDS = (*(name.capitalize() for name in STANDINGS), "No smelter named")


def draw_flow(atlas: Atlas, mineral: str = ALL) -> Picture:
    """The tier flow of one mineral of the atlas, or of all."""
    strands = find_strands(atlas, mineral)
    if not strands:
        title = f"No document names a mineral of lens {atlas.case.lens.name} for {short_name(atlas.name)}"
        return nothing("flow", title, "What is not known is no all-clear.", (atlas.basis,))
    columns = [_Column(i, _folded(strands)) for i in range(4)]
    scale = min(column.scale for column in columns)
    for column in columns:
        column.place(scale)
    ribbons = [_ribbons(one, other, _folded(strands), scale) for one, other in pairwise(columns)]
    heads = [_head(i) for i in range(4)]
    body = "".join([*heads, *ribbons, *(column.markup() for column in columns)])
    return Picture(
        "flow",
        _title(atlas, mineral, strands),
        _subtitle(atlas, mineral, strands),
        _TOP + _HEIGHT + 8,
        body,
        tuple(_legend(strands)),
        tuple(_notes(atlas, strands)),
    )


def _folded(strands: Sequence[Strand]) -> list[Strand]:
    """The strands with everything beyond ``DEEPEST`` in that tier."""
    return [one._replace(tier=min(one.tier, DEEPEST)) for one in strands]


class _Column:
    """One column: its bars from top to bottom with their mass, and where they and their labels stand."""

    def __init__(self, index: int, strands: Sequence[Strand]) -> None:
        self.index, self.x = index, _COLUMNS[index]
        self.mass: dict[int | str, float] = {}
        for one in strands:
            self.mass[one.at(index)] = self.mass.get(one.at(index), 0.0) + one.mass
        self.keys = sorted(self.mass, key=_order(index, strands))
        self.gap = min(16.0, 0.4 * _HEIGHT / len(self.keys))
        self.top: dict[int | str, float] = {}
        self.label: dict[int | str, float] = {}

    @property
    def scale(self) -> float:
        """Pixels per unit of mass if this column fills the height."""
        return (_HEIGHT - self.gap * (len(self.keys) - 1)) / sum(self.mass.values())

    def place(self, scale: float) -> None:
        """Place bars and their labels, which are moved apart: tiers are folded, so that all of them fit."""
        self.height = {one: max(self.mass[one] * scale, _THINNEST) for one in self.keys}
        y = _TOP + (_HEIGHT - sum(self.height.values()) - self.gap * (len(self.keys) - 1)) / 2
        for one in self.keys:
            self.top[one] = y
            y += self.height[one] + self.gap
        wanted = [self.top[one] + self.height[one] / 2 for one in self.keys]
        self.label = dict(zip(self.keys, move_apart(wanted, _LABEL, _TOP, _TOP + _HEIGHT), strict=True))

    def words(self, one: int | str) -> str:
        """What a bar stands for."""
        if isinstance(one, str):
            return one.capitalize()
        if self.index == 3:
            return _tier_words(one)
        return _ORIGIN_WORDS[one] if self.index == 0 else _STANDING_WORDS[one]

    def markup(self) -> str:
        """Bars and labels."""
        return "".join(self._bar(one) + self._label(one) for one in self.keys)

    def _bar(self, one: int | str) -> str:
        box = f'x="{self.x:.1f}" y="{self.top[one]:.1f}" width="{_BAR:g}" height="{self.height[one]:.1f}"'
        return f"<rect {box} {_bar_look(self.index, one)}/>"

    def _label(self, one: int | str) -> str:
        name, part, y = self.words(one), _part(self.mass[one]), self.label[one]
        left = self.x + _BAR + 9
        out = []
        if 0 < self.index < 3:  # stands on ribbons
            width = text_width(name, _LABEL_SIZE, bold=True) + text_width(part, _LABEL_SIZE)
            out.append(
                f'<rect class="bg" x="{left - 4:.1f}" y="{y - 8:.1f}" width="{width + 12:.1f}" height="16" rx="3" '
                f'fill="{PAPER}" fill-opacity="0.86"/>'
            )
        middle = self.top[one] + self.height[one] / 2
        if abs(middle - y) > max(self.height[one] / 2, 3.0):
            bar, label = (self.x, self.x - 6) if self.index == 0 else (self.x + _BAR, self.x + _BAR + 6)
            out.append(
                f'<path class="plain" d="M{bar:.1f} {middle:.1f}L{label:.1f} {y:.1f}" fill="none" stroke="{MUTED}" '
                f'stroke-width="0.8"/>'
            )
        x, anchor = (self.x - 9, "end") if self.index == 0 else (left, "start")
        out.append(
            f'<text x="{x:.1f}" y="{y + 4.2:.1f}" font-size="{_LABEL_SIZE:g}" fill="{INK}" text-anchor="{anchor}" '
            f'class="t"><tspan font-weight="700">{attribute(name)}</tspan>'
            f'<tspan dx="6">{attribute(part)}</tspan></text>'
        )
        return "".join(out)


def _order(index: int, strands: Sequence[Strand]) -> Callable[[int | str], tuple[float, int | str]]:
    """How the bars of a column are ordered: the worst first, tiers from the start on."""
    if index == 1:
        bad: dict[int | str, float] = defaultdict(float)
        for one in strands:
            bad[one.mineral] += one.mass * (one.standing == NOT_ACCEPTED)
        return lambda one: (-bad[one], one)
    if index == 2:
        return lambda one: (_RANK[int(one)], one)
    return lambda one: (float("inf") if index == 3 and one == NOWHERE else float(one), one)


def _bar_look(index: int, one: int | str) -> str:
    if index == 2:
        look = _look(int(one))
    elif index == 0 and one in (INSIDE, PERHAPS):
        dashed = ' stroke-dasharray="2 1.5"' if one == PERHAPS else ""
        return f'fill="{AREA}" stroke="{AREA_LINE}" stroke-width="1"{dashed} class="area"'
    elif (index == 0 and one in (NOT_KNOWN, NOT_JUDGED)) or (index == 3 and one == NOWHERE):
        look = "unknown"
    else:
        look = "neutral"
    found = LOOKS[look]
    dashed = ' stroke-dasharray="2 1.5"' if found.dashed else ""
    return f'fill="{found.fill}" stroke="{found.line}" stroke-width="1"{dashed} class="f-{look}"'


def _look(standing: int) -> str:
    return "unknown" if standing == NO_SMELTER else OF_STANDING[STANDINGS[standing]]


def _head(index: int) -> str:
    x = _COLUMNS[index]
    if index == 0:
        return text(x + _BAR, 16, _HEADS[0], 12.5, bold=True, anchor="end")
    return text(x, 16, _HEADS[index], 12.5, bold=True)


def _ribbons(left: _Column, right: _Column, strands: Sequence[Strand], scale: float) -> str:
    """The ribbons between two columns, one for each pair of bars and standing; the worst lie on top."""
    mass: dict[tuple[int | str, int | str, int], float] = defaultdict(float)
    for one in strands:
        mass[one.at(left.index), one.at(right.index), one.standing] += one.mass
    rank_left = {one: i for i, one in enumerate(left.keys)}
    rank_right = {one: i for i, one in enumerate(right.keys)}
    leaves, arrives = dict(left.top), dict(right.top)
    starts, ends = {}, {}
    for at in sorted(mass, key=lambda at: (rank_left[at[0]], _RANK[at[2]], rank_right[at[1]])):
        starts[at] = leaves[at[0]]
        leaves[at[0]] += mass[at] * scale
    for at in sorted(mass, key=lambda at: (rank_right[at[1]], _RANK[at[2]], rank_left[at[0]])):
        ends[at] = arrives[at[1]]
        arrives[at[1]] += mass[at] * scale
    out = []
    for at in sorted(mass, key=lambda at: (-_RANK[at[2]], rank_left[at[0]], rank_right[at[1]])):
        says = f"{left.words(at[0])} to {right.words(at[1])}"
        says += "" if 2 in (left.index, right.index) else f", {_STANDING_WORDS[at[2]].lower()}"
        out.append(
            _ribbon(
                (left.x + _BAR, starts[at]),
                (right.x, ends[at]),
                max(mass[at] * scale, _THINNEST),
                _look(at[2]),
                f"{says}: {_part(mass[at])}",
            )
        )
    return "".join(out)


def _ribbon(start: tuple[float, float], end: tuple[float, float], height: float, look: str, says: str) -> str:
    (x, y), (to_x, to_y), middle = start, end, (start[0] + end[0]) / 2
    d = (
        f"M{x:.1f} {y:.1f}C{middle:.1f} {y:.1f} {middle:.1f} {to_y:.1f} {to_x:.1f} {to_y:.1f}V{to_y + height:.1f}"
        f"C{middle:.1f} {to_y + height:.1f} {middle:.1f} {y + height:.1f} {x:.1f} {y + height:.1f}Z"
    )
    found = LOOKS[look]
    fill, outline = found.fill, ""
    if look in ("unlisted", "unknown"):
        dashed = ' stroke-dasharray="3 2.5"' if found.dashed else ""
        fill = LOOKS["neutral"].fill
        outline = f' stroke="{found.line}" stroke-width="0.7" stroke-opacity="0.75"{dashed}'
    return (
        f'<path class="flow f-{look}" tabindex="-1" role="img" aria-label="{attribute(says)}" d="{d}" '
        f'fill="{fill}" fill-opacity="{_OPACITY[look]:g}"{outline}><title>{attribute(says)}</title></path>'
    )


def move_apart(wanted: Sequence[float], size: float, low: float, high: float) -> list[float]:
    """Centres near those that are wanted (rising), each at least ``size`` from the next, between ``low`` and ``high``.

    All of them must fit.
    """
    out: list[float] = []
    for want in wanted:
        out.append(max(want, low + size / 2 if not out else out[-1] + size))
    limit = high - size / 2
    for i in reversed(range(len(out))):
        out[i] = min(out[i], limit)
        limit = out[i] - size
    return out


# ---- the words ------------------------------------------------------------------------------------------------------


def _title(atlas: Atlas, mineral: str, strands: Sequence[Strand], *, worst_of: bool = False) -> str:
    """The finding: what is not accepted and where it enters; what is unknown instead, where that is more.

    Over several minerals it is that of the worst one: a mean over minerals would be the figure of nothing.
    """
    if mineral == ALL and len(atlas.minerals) > 1:
        each = {one: _of(strands, one) for one in atlas.minerals}
        bad = {one: _mass(parts, NOT_ACCEPTED) for one, parts in each.items()}
        unknown = {one: _mass(parts, NO_SMELTER) for one, parts in each.items()}
        worst = max(atlas.minerals, key=lambda one: (bad[one], unknown[one]))
        if bad[worst]:
            return _title(atlas, worst, each[worst], worst_of=True)
        what = f"the minerals of {short_name(atlas.name)}"
        told = f"; of {worst} the smelters of {_part(unknown[worst])} are unknown" if unknown[worst] else ""
        if not any(map(atlas.judged, atlas.minerals)):
            return f"Not judged: no assurance list on that date for {what}{told}"
        if all(part > 1 - _ROUNDING for part in unknown.values()):
            return f"No document names a smelter for any part of {what}: all of it is unknown"
        return f"No part of {what} is known to come from smelters that are not accepted{told}"
    bad_part, unknown_part = _mass(strands, NOT_ACCEPTED), _mass(strands, NO_SMELTER)
    what = f"the {mineral or atlas.minerals[0]} of {short_name(atlas.name)}"
    if unknown_part > 1 - _ROUNDING:
        return f"No document names a smelter for any part of {what}: all of it is unknown"
    told = f"; for {_part(unknown_part)} nobody knows the smelter" if unknown_part > 0 else ""
    if unjudged := _mass(strands, UNJUDGED):
        return f"Not judged: no assurance list on that date for the smelters of {_part(unjudged)} of {what}{told}"
    if not bad_part:
        unlisted = _mass(strands, NOT_ON_LIST)
        listed = f"; {_part(unlisted)} comes from smelters on no list" if unlisted > 0 else ""
        return f"No part of {what} is known to come from smelters that are not accepted{listed}{told}"
    what += ", the worst of its minerals," if worst_of else ""
    finding = f"{_part(bad_part)} of {what} comes from smelters that are not accepted"
    return finding + (told if unknown_part > bad_part else f"; {_depth(strands)}")


def _of(strands: Sequence[Strand], mineral: str) -> list[Strand]:
    """The strands of one mineral, whose masses sum to 1."""
    own = [one for one in strands if one.mineral == mineral]
    whole = sum(one.mass for one in own)
    return [one._replace(mass=one.mass / whole) for one in own]


def _by_mineral(strands: Sequence[Strand], *standings: int) -> str:
    """The part of each mineral that ends so, e.g. "12.0 % of gold and 3.0 % of tin"; "" if none."""
    minerals = dict.fromkeys(one.mineral for one in strands)
    parts = {mineral: _mass(_of(strands, mineral), *standings) for mineral in minerals}
    return wording.listed([f"{_part(part)} of {mineral}" for mineral, part in parts.items() if part > _ROUNDING])


def _depth(strands: Sequence[Strand]) -> str:
    """Where what is not accepted enters: the deepest tier from which on at least half of it does."""
    at: dict[int, float] = defaultdict(float)
    for one in strands:
        if one.standing == NOT_ACCEPTED:
            at[one.tier] += one.mass
    whole, found, beyond = sum(at.values()), 0, 0.0
    for tier in sorted(at, reverse=True):
        beyond += at[tier]
        if beyond >= whole / 2:
            found = tier
            break
    if found == 0:
        beyond = at[0]
    how_much = "all" if beyond > whole * (1 - _ROUNDING) else _part(beyond / whole)
    if found == 0:
        return f"{how_much} of that is named by the company itself"
    deepest = found == max(at)
    return f"{how_much} of that enters at tier {found}{'' if deepest else ' or deeper'}"


def _subtitle(atlas: Atlas, mineral: str, strands: Sequence[Strand]) -> str:
    out = ["Width: part of the purchases by mass; shares that no document gives are estimated evenly."]
    several = mineral == ALL and len(atlas.minerals) > 1
    if several:
        out.append(
            f"Each of the {len(atlas.minerals)} minerals is drawn as wide as any other, whatever is spent on it."
        )
        if bad := _by_mineral(strands, NOT_ACCEPTED):
            out.append(f"From smelters that are not accepted: {bad}.")
    elif 0 < _mass(strands, NOT_ACCEPTED) < _mass(strands, NO_SMELTER):
        out.append(f"Of what comes from smelters that are not accepted, {_depth(strands).replace(' of that', '', 1)}.")
    if unknown := _by_mineral(strands, NO_SMELTER):
        out.append(f"No document names a smelter for {unknown}.")
    if unlisted := _by_mineral(strands, NOT_ON_LIST):
        out.append(f"From smelters that are on no list, which is no accusation: {unlisted}.")
    if not several and (origin := sum(one.mass for one in strands if one.origin == NOT_KNOWN)):
        out.append(f"The origin of {_part(origin)} is not known.")
    return " ".join(out)


def _legend(strands: Sequence[Strand]) -> Iterable[Key]:
    for standing in _WORST_FIRST:
        if any(one.standing == standing for one in strands):
            yield key(_look(standing), _STANDING_WORDS[standing])


def _notes(atlas: Atlas, strands: Sequence[Strand]) -> Iterable[str]:
    yield (
        "A smelter with several origins is drawn by the worst of them; if one of its mines stands nowhere known, as "
        "not known. It enters at the tier of the company whose declaration brings it: the fewest purchases from the "
        "start."
    )
    if any(one.origin == PERHAPS for one in strands):
        yield "Perhaps in an area: only the country of origin is known, of which parts are listed."
    if any(one.origin == NOT_JUDGED for one in strands):
        yield f"Not judged: no areas are loaded for lens {atlas.case.lens.name}."
    yield atlas.basis


def _mass(strands: Sequence[Strand], *standings: int) -> float:
    return sum(one.mass for one in strands if one.standing in standings)


def _part(mass: float) -> str:
    return wording.percent(min(mass, 1.0))


def short_name(name: str) -> str:
    """A name that leaves room for the finding."""
    return fit(name, 21, 420, bold=True)


def _tier_words(tier: int) -> str:
    if tier == DEEPEST:
        return f"Tier {tier} or deeper"
    return {NOWHERE: "Not known", 0: "The start itself"}.get(tier, f"Tier {tier}")
