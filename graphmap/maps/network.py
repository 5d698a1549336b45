"""The network: every site upstream, one dot each, a column a tier, in blocks of countries, the worst first."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from graphmap import places, wording
from graphmap.graph import Floats, Ints
from graphmap.maps.atlas import ALL, MINE, SMELTER, START, SUPPLIER, Atlas, Layer
from graphmap.maps.palette import BANDS, HOLLOW, LOOKS, NAMES, PAPER
from graphmap.maps.svg import MARGIN, WIDTH, Key, Picture, fit, key, nothing, text, text_width
from graphmap.policy import GRADES

HEIGHT = 800.0
"""Of the drawing, in pixels."""

_HEAD, _LABEL, _BETWEEN, _GUTTER = 44.0, 15.0, 7.0, 26.0
"""Room above the columns, for the name of a block, between blocks, and between columns, in pixels."""

_LARGEST, _SMALLEST = 11.0, 0.2
"""Distance between dots, in pixels."""

_TIERS = 12
"""Tiers that have a column of their own; the last one holds all that are deeper."""

_HOLLOW_FROM = 5.0
"""Distance between dots from which hollow ones can be told, in pixels."""

_NAME = 420.0
"""How wide a name in a title may be, in pixels: the finding must not be cut off."""

_BLOCKS = 12
"""Countries of a column that have a block of their own, the largest; the others share one."""

_RIBBONS = 60
"""Flows that are drawn, the largest."""

_ORDER = ("severe", "high", "moderate", "unknown", "unlisted", "low", "neutral")
"""Looks from the worst; what nobody knows stands before what is known to be well."""

_BAD = ("severe", "high")
"""Looks of the upstream ends of ribbons."""


class Label(NamedTuple):
    """What stands over a block of dots: where, and the country and number of sites."""

    x: float
    y: float
    words: str
    sites: int


class Column(NamedTuple):
    """A column: where, how wide, what it holds and how many."""

    x: float
    width: float
    words: str
    sites: int


class Ribbon(NamedTuple):
    """A flow from a block (right end) to the block of its customers (left end): width in pixels, look, links."""

    x1: float
    y1: float
    x2: float
    y2: float
    width: float
    look: str
    links: int


@dataclass(frozen=True)
class Placement:
    """Where every site of an atlas stands, whatever the mineral: ``x`` and ``y`` per site, ``pitch`` between dots."""

    width: float
    height: float
    pitch: float
    x: Floats
    y: Floats
    labels: tuple[Label, ...]
    columns: tuple[Column, ...]
    ribbons: tuple[Ribbon, ...]
    left_out: int
    """Flows between blocks that are not drawn."""


class _Block(NamedTuple):
    column: int
    words: str
    sites: tuple[int, ...]


def place_sites(atlas: Atlas) -> Placement:
    """Place the sites: columns from the start to the mines, blocks by size, dots by their look over all minerals."""
    layer = atlas.layer(ALL)
    names = _columns(atlas)
    blocks = _blocks(atlas, layer, len(names))
    width = (WIDTH - 2 * MARGIN + _GUTTER) / len(names) - _GUTTER
    pitch = _pitch(blocks, width)
    per_row = max(int(width / pitch), 1)
    x, y = np.zeros(len(atlas)), np.zeros(len(atlas))
    labels, middle = [], {}
    for column in range(len(names)):
        left, top = MARGIN + column * (width + _GUTTER), _HEAD
        mine = [block for block in blocks if block.column == column]
        used = sum(_height(block, per_row, pitch) for block in mine)
        spare = min((HEIGHT - _HEAD - used) / max(len(mine), 1), 18.0)
        for block in mine:
            labels.append(Label(left, top + 10, block.words, len(block.sites)))
            at = np.array(block.sites)
            i = np.arange(len(at))
            x[at] = left + (i % per_row + 0.5) * pitch
            y[at] = top + _LABEL + (i // per_row + 0.5) * pitch
            rows = -(-len(at) // per_row)
            middle[column, block.words] = (left, top + _LABEL + rows * pitch / 2)
            top += _height(block, per_row, pitch) + max(spare, 0.0)
    counts = Counter(column for column, _, sites in blocks for _ in sites)
    columns = tuple(Column(MARGIN + i * (width + _GUTTER), width, words, counts[i]) for i, words in enumerate(names))
    ribbons, left_out = _ribbons(layer, blocks, middle, width)
    return Placement(float(WIDTH), HEIGHT, pitch, x, y, tuple(labels), columns, ribbons, left_out)


def _columns(atlas: Atlas) -> list[str]:
    """The headings of the columns."""
    deepest = max(site.tier for site in atlas.sites)
    names = ["Start", *(f"Tier {tier}" for tier in range(1, min(deepest, _TIERS) + 1))]
    if deepest > _TIERS:
        names[-1] += " or deeper"
    return [
        *names,
        *(["Smelters"] * bool((atlas.kind == SMELTER).any())),
        *(["Mines"] * bool((atlas.kind == MINE).any())),
    ]


def _blocks(atlas: Atlas, layer: Layer, columns: int) -> list[_Block]:
    has_mines = bool((atlas.kind == MINE).any())
    smelters, mines = columns - 1 - has_mines, columns - 1
    rank = np.array([_ORDER.index(name) for name in NAMES])[layer.look]
    value = np.nan_to_num(layer.value, nan=-1.0)
    found: dict[int, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for number in np.lexsort((np.arange(len(atlas)), -value, rank)).tolist():
        one = atlas.sites[number]
        column = min(one.tier, _TIERS) if one.kind in (START, SUPPLIER) else smelters if one.kind == SMELTER else mines
        found[column][one.country].append(number)
    out = []
    for column, countries in sorted(found.items()):
        known = sorted((code for code in countries if code), key=lambda code: (-len(countries[code]), code))
        out += [_Block(column, places.country_name(code), tuple(countries[code])) for code in known[:_BLOCKS]]
        if rest := known[_BLOCKS:]:
            sites = sorted((n for code in rest for n in countries[code]), key=lambda n: (rank[n], -value[n], n))
            words = wording.count_of(len(rest), "more country", "more countries")
            out.append(_Block(column, words, tuple(sites)))
        if countries[""]:
            out.append(_Block(column, "country unknown", tuple(countries[""])))
    return out


def _pitch(blocks: Sequence[_Block], width: float) -> float:
    """The largest distance between dots at which every column fits its height."""
    pitch = _LARGEST
    while pitch > _SMALLEST:
        per_row = max(int(width / pitch), 1)
        tall: dict[int, float] = defaultdict(float)
        for block in blocks:
            tall[block.column] += _height(block, per_row, pitch)
        if max(tall.values()) <= HEIGHT - _HEAD:
            break
        pitch -= 0.1 if pitch > 2 else 0.02
    return max(round(pitch, 2), _SMALLEST)


def _height(block: _Block, per_row: int, pitch: float) -> float:
    return _LABEL + -(-len(block.sites) // per_row) * pitch + _BETWEEN


def _ribbons(
    layer: Layer, blocks: Sequence[_Block], middle: Mapping[tuple[int, str], tuple[float, float]], width: float
) -> tuple[tuple[Ribbon, ...], int]:
    """The largest flows along links whose upstream end looks bad, and how many more there are."""
    block_of = np.zeros(len(layer.look), np.int64)
    for i, block in enumerate(blocks):
        block_of[list(block.sites)] = i
    links = layer.links
    bad = np.isin(layer.look[links.head], [NAMES.index(name) for name in _BAD])
    pairs = np.stack([block_of[links.head[bad]], block_of[links.tail[bad]], layer.look[links.head[bad]]])
    if not pairs.size:
        return (), 0
    flows, counts = np.unique(pairs, axis=1, return_counts=True)
    across = np.array([blocks[a].column != blocks[b].column for a, b in flows[:2].T.tolist()], np.bool_)
    flows, counts = flows[:, across], counts[across]
    largest = np.lexsort((*flows, -counts))[:_RIBBONS]
    out = []
    for i in largest.tolist():
        head, tail, look = (int(one) for one in flows[:, i])
        xa, ya = middle[blocks[tail].column, blocks[tail].words]
        xb, yb = middle[blocks[head].column, blocks[head].words]
        thick = min(0.8 + 60.0 * counts[i] / max(int(counts.sum()), 1), 14.0)
        out.append(
            Ribbon(
                round(xb - 4, 1),
                round(yb, 1),
                round(xa + width, 1),
                round(ya, 1),
                round(thick, 1),
                NAMES[look],
                int(counts[i]),
            )
        )
    return tuple(out), len(counts) - len(out)


# ---- the picture ----------------------------------------------------------------------------------------------


def draw_network(atlas: Atlas, mineral: str = ALL, placement: Placement | None = None) -> Picture:
    """Every site as a dot in the look that it has for a mineral; what has no part in the mineral is faded."""
    placement = placement or place_sites(atlas)
    layer = atlas.layer(mineral)
    if len(atlas) == 1:
        return nothing(
            "network",
            f"No document says where the minerals of {_short(atlas.name)} come from",
            "Nobody upstream is known to declare a smelter, which is no all-clear.",
            [atlas.basis],
        )
    body = "".join(map(_ribbon, placement.ribbons[::-1] if mineral == ALL else ()))
    for column in placement.columns:
        room = column.width - text_width(f" {column.sites:,}", 10.5) - 4
        body += text(column.x, 14, column.words, 12, bold=True, width=room)
        body += text(column.x + column.width, 14, f"{column.sites:,}", 10.5, muted=True, anchor="end")
    size = 9.6
    width = placement.columns[0].width
    for label in placement.labels:
        room = width - text_width(f" {label.sites:,}", size) - 4
        body += text(label.x, label.y, label.words, size, bold=True, width=room)
        body += text(label.x + width, label.y, f"{label.sites:,}", size, muted=True, anchor="end")
    r = placement.pitch * 0.4
    absent = ~layer.present
    body += _dots(placement, absent, NAMES.index("neutral"), r, faded=True)
    poor = [GRADES.index(grade) for grade in HOLLOW]
    hollow = np.isin(layer.grade, poor) & (placement.pitch >= _HOLLOW_FROM)
    for look in range(len(NAMES)):
        here = layer.present & (layer.look == look)
        body += _dots(placement, here & ~hollow, look, r)
        body += _dots(placement, here & hollow, look, r, hollow=True)
    sites = tuple(np.flatnonzero(layer.present).tolist())
    title, subtitle, legend = (
        _title(atlas, layer),
        _subtitle(atlas, layer, placement),
        _legend(faded=bool(absent.any())),
    )
    return Picture("network", title, subtitle, placement.height, body, legend, (atlas.basis,), sites)


def _ribbon(one: Ribbon) -> str:
    middle = (one.x1 + one.x2) / 2
    return (
        f'<path d="M{one.x1} {one.y1}C{middle:.1f} {one.y1} {middle:.1f} {one.y2} {one.x2} {one.y2}" fill="none" '
        f'stroke="{LOOKS[one.look].fill}" stroke-opacity="0.28" stroke-width="{one.width}" '
        f'class="ribbon s-{one.look}"/>'
    )


def _dots(
    placement: Placement, which: np.ndarray, look: int, r: float, *, hollow: bool = False, faded: bool = False
) -> str:
    """All dots of one look as one path: a page of 20,000 elements would be slow."""
    at = np.flatnonzero(which)
    if not len(at):
        return ""
    one = LOOKS[NAMES[look]]
    if one.shape == "triangle":  # a triangle of some pixels cannot be told from a dot; a square can
        k = r * 1.1
        mark = f"h{2 * k:.2f}v{2 * k:.2f}h{-2 * k:.2f}z"
        dx, dy = k, k
    else:
        mark = f"a{r:.2f} {r:.2f} 0 1 0 {2 * r:.2f} 0a{r:.2f} {r:.2f} 0 1 0 {-2 * r:.2f} 0z"
        dx, dy = r, 0.0
    places_ = zip((placement.x[at] - dx).round(1).tolist(), (placement.y[at] - dy).round(1).tolist(), strict=True)
    path = "".join(f"M{x:g} {y:g}{mark}" for x, y in places_)
    if faded:
        return f'<path d="{path}" fill="{one.fill}" fill-opacity="0.18" class="faded"/>'
    white = hollow or one.fill == PAPER
    line = one.line if one.fill == PAPER else one.fill
    drawn = (
        f'fill="none" stroke="{line}" stroke-width="{max(r * 0.35, 0.4):.2f}" class="s-{one.name}"'
        if white
        else (f'fill="{one.fill}" class="f-{one.name}"')
    )
    return f'<path d="{path}" {drawn}/>'


def _title(atlas: Atlas, layer: Layer) -> str:
    """Where the exposure is."""
    companies = layer.present & (atlas.kind == SUPPLIER)
    known = companies & (layer.look != NAMES.index("unknown"))
    half = known & (layer.value >= 0.5)
    about = f" for {layer.mineral}" if layer.mineral else ""
    count, every = int(half.sum()), int(companies.sum())
    if not every:
        smelters = wording.count_of(int((layer.standing >= 0).sum()), "smelter")
        return f"No supplier of {_short(atlas.name)} is known{about}; it declares {smelters} itself"
    unknown = every - int(known.sum())
    rest = f"; of {unknown:,} nothing is known" if unknown else ""
    if count:
        verb = "has" if count == 1 else "have"
        of = f"Of {wording.count_of(every, 'supplier')}, {count:,} {verb} an exposure of 50 % or more{about}"
        return f"{of}{_where(np.array([one.tier for one in atlas.sites])[half])}{rest}"
    if not known.any():
        of = wording.count_of(every, "supplier")
        return f"Nothing is known{about} of the {of} upstream of {_short(atlas.name)}"
    worst = int(np.flatnonzero(known)[np.argmax(layer.value[known])])
    one = atlas.sites[worst]
    told = f"the most is {wording.percent(float(layer.value[worst]))}, {_short(one.name)} at tier {one.tier}"
    of = f"Of {wording.count_of(every, 'supplier')}, none is known to have an exposure of 50 % or more{about}"
    return f"{of}; {told}{rest}"


def _where(tiers: Ints) -> str:
    """Of exposed companies the tier at which most of them stand."""
    if len(tiers) == 1:
        return f", at tier {tiers[0]}"
    found, counts = np.unique(tiers, return_counts=True)
    most, tier = int(counts.max()), int(found[np.argmax(counts)])
    if most == len(tiers):
        return f", all of them at tier {tier}"
    if 2 * most > len(tiers):
        return f"; most of them ({most:,}) stand at tier {tier}"
    return f"; the most of them ({most:,}) stand at tier {tier}" if (counts == most).sum() == 1 else ""


def _short(name: str) -> str:
    """A name as it stands in a title."""
    return fit(name, 21, _NAME, bold=True)


def _subtitle(atlas: Atlas, layer: Layer, placement: Placement) -> str:
    """What is drawn, and what is not."""
    shown = int(layer.present.sum())
    out = [f"{shown:,} companies, smelters and mines, one dot each, grouped by country, the worst first."]
    if shown < len(atlas):
        more = len(atlas) - shown
        have = "1 more has" if more == 1 else f"{more:,} more have"
        out.append(f"{have} no part in {layer.mineral or 'any mineral'} and {'is' if more == 1 else 'are'} faded.")
    if placement.ribbons and layer.mineral == ALL:
        count = len(placement.ribbons)
        which = f"the {count} largest of {count + placement.left_out:,} flows" if placement.left_out else "the flows"
        out.append(
            f"Bands: {which} between countries of different columns along links that start from smelters that are not "
            "accepted, mines in areas of the lens, or companies exposed at 50 % or more; the wider, the more links."
        )
    return " ".join(out)


def _legend(*, faded: bool) -> tuple[Key, ...]:
    bands = {look: says for _, look, says in BANDS}
    return (
        key("low", f"smelter accepted; company exposed {bands['low']}"),
        key("moderate", f"smelter in progress; company exposed {bands['moderate']}"),
        key("high", f"company exposed {bands['high']}; mine in an area of the lens"),
        ('<rect x="3.5" y="-4.5" width="9" height="9" fill="' + LOOKS["severe"].fill + '" class="f-severe"/>',
         f"smelter not accepted; company exposed {bands['severe']}"),
        key("unlisted", "smelter not on list"),
        key("unknown", "unidentified, not judged, or nothing known"),
        key("neutral", "other mine"),
        key("moderate", "hollow: poor evidence (C or D)", hollow=True),
        *([(f'<circle cx="8" cy="0" r="4.4" fill="{LOOKS["neutral"].fill}" fill-opacity="0.18" class="faded"/>',
            "no part in this mineral")] if faded else []),
    )  # fmt: skip
