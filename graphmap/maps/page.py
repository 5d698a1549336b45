"""The page: one file that opens without a network, with all views, every claim and its receipt.

Python draws; the page only selects, filters, searches and zooms. Data and the pictures of single minerals travel as
JSON, deflated and in base64; the pictures over all minerals, unless they are large, stand in the page as they are, so
that these can be read and printed without its script. A content security policy allows this script and this style
and nothing else.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from html import escape
from typing import Any

import numpy as np
import numpy.typing as npt

from graphmap import places, schema, wording
from graphmap.analysis.case import Case
from graphmap.analysis.hazard import terms
from graphmap.graph import Column, EdgeTable, Floats, Ints, Texts
from graphmap.maps import palette
from graphmap.maps.atlas import ALL, KINDS, LINKS, MINE, SMELTER, Atlas, Layer
from graphmap.maps.embed import content_hash, own_file
from graphmap.maps.network import Placement
from graphmap.maps.palette import DARK, INK, LAND, LINK, LOOKS, MUTED, PAPER, RULE
from graphmap.maps.svg import Picture, attribute
from graphmap.policy import GRADES, STANDINGS

TABS: Mapping[str, str] = {
    "paths": "Paths", "network": "Network", "world": "World", "flow": "Flow", "matrix": "Matrix", "trend": "Trend",
    "table": "Table",
}  # fmt: skip
"""What the tabs are called, by view."""

_MARKS = '<g class="marks">'
"""Where in a picture the part begins that differs between minerals; what stands before it travels once."""

_SAID: Mapping[str, str] = {
    "Exposure": "The hazard of the smelters that a company's purchases come from, weighted by the shares of its "
    "purchases. 0 % is none, 100 % is all from the most hazardous smelter.",
    "In brackets": "The least and the most that the exposure can be, given what no document says. Purchases whose "
    "smelters nobody names are unknown: the estimate counts them at one value of the policy, the brackets at its "
    "least and its most. A company of which nothing is known has no rank.",
    "Unknown": "Unknown never counts as zero. A smelter that stands on no list is not called non-conformant: nobody "
    "has said how it works. That no path is known is no all-clear.",
    "Hazard": "Of a smelter, 0 to 1: from its standing, an overdue assessment, where it stands, where its minerals "
    "come from, and risks of Annex II of the OECD Guidance. The panel tells each part.",
    "Standing": "Accepted, in progress or not accepted by an assurance scheme under the policy; on no list; "
    "unidentified, where a declaration names no smelter; or not judged, where no assurance list was known on that "
    "date.",
    "Evidence": "A (best) to D (worst): how good a company's own declaration is, by age, scope and completeness. It "
    "is no part of the exposure. Marks with poor evidence are hollow.",
    "Borders": "Boundaries show who controls land in fact, as Natural Earth draws it. They are no opinion on the "
    "status of any territory.",
}
"""What the words of the page mean, for people who see the file without us."""

_LEVEL = 5
"""Of zlib: 6 takes twice as long for 2.7 % less (measured on 20,000 sites), 9 four times as long as 6 for 2 %."""

_PARTS = 1_000
"""Shares, hazards and exposures travel as numbers of this part of 1, rounded here as Python shows them."""

_INLINE = 200_000
"""Characters of a picture that stands in the page as it is; larger ones travel packed like those of single minerals."""


Draw = Callable[[str, str], Picture]
"""Draws a view for ``ALL`` or for a mineral; asked again it gives the picture that it has drawn."""


def build_page(atlas: Atlas, views: Sequence[str], draw: Draw, placement: Placement) -> str:
    """The page as HTML, its tabs in the order of ``views``."""
    style, script = _style(), own_file("page.js")
    policy = (
        f"default-src 'none'; script-src {content_hash(script)}; style-src {content_hash(style)}; img-src data: blob:; "
        "base-uri 'none'; form-action 'none'"
    )
    packed = _packed(_data(atlas, views, draw, placement))
    title = f"Supply chain of {wording.clean(atlas.name)}"
    tabs = "".join(
        f'<button role="tab" id="tab-{view}" data-view="{view}" aria-controls="view-{view}" aria-selected="false" '
        f'tabindex="-1" type="button">{TABS[view]}</button>'
        for view in (*views, "table")
    )
    panes = "".join(
        f'<div class="view" id="view-{view}" role="tabpanel" aria-labelledby="tab-{view}" tabindex="0">'
        f"{_pane(view, atlas, draw)}</div>"
        for view in (*views, "table")
    )
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><title>{attribute(title)}</title>'
        f"<style>{style}</style></head><body>"
        f'<header><div class="head"><h1>{attribute(title)}</h1><p class="meta">{attribute(_meta(atlas))} '
        '<span class="hint">Select a site to see its claims.</span></p></div>'
        f'<div role="tablist" aria-label="Views">{tabs}</div>{_controls(atlas)}</header>'
        f'<main><section id="stage" aria-label="View">{panes}'
        '<div id="zoom" role="group" aria-label="Zoom">'
        '<button type="button" data-zoom="in" aria-label="Zoom in">+</button>'
        '<button type="button" data-zoom="out" aria-label="Zoom out">−</button>'
        '<button type="button" data-zoom="fit" aria-label="Fit to the window">Fit</button></div></section>'
        f'<aside id="panel" aria-label="Details" tabindex="-1" hidden></aside></main>{_about(atlas)}'
        '<div id="live" class="unseen" role="status" aria-live="polite"></div>'
        "<noscript><p>Without its script this page shows its pictures only.</p></noscript>"
        f'<script type="application/json" id="data">"{packed}"</script><script>{script}</script></body></html>\n'
    )


def _pane(view: str, atlas: Atlas, draw: Draw) -> str:
    if view == "table":
        return (
            '<h2 id="table-title"></h2><p id="table-count"></p><div class="scroll"><table>'
            '<thead id="table-head"></thead><tbody id="table-rows"></tbody></table></div>'
            '<button type="button" id="table-more" hidden>Show more</button>'
        )
    drawn = draw(view, ALL)
    picture = _group(drawn)
    if len(picture) > _INLINE:
        title = attribute(drawn.title)
        picture = f"<noscript><h2>{title}</h2><p>This picture is drawn by the script of the page.</p></noscript>"
    finding = '<div class="finding"><h2></h2><p></p></div>'
    if view != "network":
        return f'{finding}<div class="picture">{picture}</div>'
    label = (
        f"Whole network, {len(atlas):,} sites. Arrow keys move between sites, plus and minus zoom, 0 fits. "
        "The table lists the same sites."
    )
    return (
        f'{finding}<div class="drawing">'
        f'<canvas id="canvas" tabindex="0" role="application" aria-label="{label}"></canvas></div>'
        f'<div class="picture printed">{picture}</div>'
    )


# ---- the head of the page -------------------------------------------------------------------------------------------


def _meta(atlas: Atlas) -> str:
    return f"{atlas.basis} {atlas.case.lens.title}."


def _controls(atlas: Atlas) -> str:
    direct = sorted((one for one in atlas.sites if one.tier == 1), key=lambda one: (one.name, one.number))
    deepest = max(one.tier for one in atlas.sites)
    filters = [
        ("mineral", "Mineral", "All minerals", [(one, one.capitalize()) for one in atlas.minerals]),
        ("standing", "Standing", "Any standing", [(one, one.capitalize()) for one in STANDINGS]),
        ("lens", "High-risk under", "Any area", [(name, f"In or from {name}") for name in atlas.lenses]),
        ("tier", "Tier", "Any tier", [(str(tier), f"Tier {tier}") for tier in range(1, deepest + 1)]),
        (
            "supplier",
            "Direct supplier",
            "Any direct supplier",
            [(one.id, wording.clean(one.name)[:60]) for one in direct],
        ),
    ]
    selects = "".join(
        f'<label class="unseen" for="f-{name}">{label}</label><select id="f-{name}" data-filter="{name}">'
        f'<option value="">{every}</option>'
        + "".join(f'<option value="{attribute(value)}">{escape(words)}</option>' for value, words in choices)
        + "</select>"
        for name, label, every, choices in filters
    )
    return (
        '<div class="controls"><div class="find"><label class="unseen" for="find">Find a site</label>'
        '<input id="find" type="text" role="combobox" aria-expanded="false" aria-controls="found" '
        'aria-autocomplete="list" placeholder="Find a site ( / )" autocomplete="off" spellcheck="false">'
        '<ul id="found" role="listbox" aria-label="Sites found" hidden></ul></div>'
        '<button type="button" id="filters" aria-expanded="false" aria-controls="filter-list">Filter, save</button>'
        f'<div id="filter-list">{selects}<button type="button" id="clear">Clear filters</button>'
        '<button type="button" id="png">PNG</button><button type="button" id="svg">SVG</button>'
        '<button type="button" id="csv">CSV</button><button type="button" id="print">Print</button>'
        '<button type="button" id="theme" aria-pressed="false">Dark</button>'
        '<button type="button" id="open-about">About</button></div></div>'
    )


def _about(atlas: Atlas) -> str:
    case = atlas.case
    looks = "".join(
        f'<li><svg viewBox="0 -8 16 16" width="16" height="16" aria-hidden="true">{mark}</svg> {escape(words)}</li>'
        for mark, words in _looks()
    )
    words = "".join(f"<dt>{head}</dt><dd>{escape(text)}</dd>" for head, text in _SAID.items())
    notes = "".join(f"<li>{attribute(note)}</li>" for note in case.notes)
    heading = f"Policy {case.policy.name}: {case.policy.title}. Lens {case.lens.name}: {case.lens.title}."
    return (
        '<dialog id="about" aria-labelledby="about-title"><h2 id="about-title">About this page</h2>'
        f'<p>{attribute(atlas.basis)} {attribute(heading)}</p><h3>Marks</h3><ul class="looks">{looks}</ul>'
        f"<h3>Words</h3><dl>{words}</dl>"
        + (f"<h3>To keep in mind</h3><ul>{notes}</ul>" if notes else "")
        + '<h3>Documents</h3><ul id="sources"></ul>'
        '<button type="button" id="close-about">Close</button></dialog>'
    )


def _looks() -> list[tuple[str, str]]:
    from graphmap.maps.svg import glyph

    standing = {look: name for name, look in palette.OF_STANDING.items()}
    bands = {look: words for _, look, words in palette.BANDS}
    out = []
    for name in LOOKS:
        parts = [
            f"smelter {standing[name]}" if name in standing else "",
            f"company exposed {bands[name]}" if name in bands else "",
            {"high": "mine in an area of the lens", "unknown": "nothing known", "neutral": "other mine"}.get(name, ""),
        ]
        out.append((glyph(name, 8, 0, 5), "; ".join(filter(None, parts))))
    return [*out, (glyph("moderate", 8, 0, 5, hollow=True), "hollow: poor evidence (C or D)")]


# ---- data -----------------------------------------------------------------------------------------------------------


def _packed(data: Iterable[tuple[str, Any]]) -> str:
    """An object of these members as JSON, deflated and in base64; a thread deflates one while the next is made."""
    deflating = zlib.compressobj(_LEVEL)
    with ThreadPoolExecutor(1) as thread:
        pieces = [*thread.map(deflating.compress, _written(data)), deflating.flush()]
    return base64.b64encode(b"".join(pieces)).decode()


def _written(members: Iterable[tuple[str, Any]]) -> Iterator[bytes]:
    """An object as JSON, piece by piece; an iterator in it gives the members of an object of its own."""
    yield b"{"
    for i, (name, value) in enumerate(members):
        yield f'{"," * bool(i)}"{name}":'.encode()
        if isinstance(value, Iterator):
            yield from _written(value)
        else:
            text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
            yield text.encode("utf-8", "replace")
    yield b"}"


def _data(atlas: Atlas, views: Sequence[str], draw: Draw, placement: Placement) -> Iterator[tuple[str, Any]]:
    """What the page knows, by name; what takes longest to deflate comes first."""
    of = (ALL, *atlas.minerals)
    yield "layers", {layer.mineral: _layer(layer) for layer in atlas.layers}
    yield from _claims(atlas).items()
    yield "why", {mineral: _why(atlas, mineral) for mineral in atlas.minerals}
    yield "reasons", _reasons(atlas)
    yield "lenses", {name: _lens(atlas, name) for name in atlas.lenses}
    yield "sites", _sites(atlas, placement)
    yield "pictures", ((view, _variants({one: draw(view, one) for one in of})) for view in views)
    yield "titles", {view: {one: wording.clean(draw(view, one).title) for one in of} for view in views}
    yield "subtitles", {view: {one: wording.clean(draw(view, one).subtitle) for one in of} for view in views}
    yield from {
        "start": wording.clean(atlas.name), "minerals": atlas.minerals, "parts": _PARTS,
        "kinds": KINDS, "link_kinds": LINKS, "looks": palette.NAMES, "standings": STANDINGS, "grades": GRADES,
        "shapes": [LOOKS[name].shape for name in palette.NAMES],
        "hollow": [GRADES.index(grade) for grade in palette.HOLLOW],
        "countries": {code: places.country_name(code) for code in sorted({one.country for one in atlas.sites} - {""})},
        "network": {
            "width": placement.width, "height": placement.height, "pitch": placement.pitch,
            "labels": placement.labels, "columns": placement.columns, "ribbons": placement.ribbons,
        },
    }.items()  # fmt: skip


def _sites(atlas: Atlas, placement: Placement) -> dict[str, Any]:
    sites, clean = atlas.sites, cache(wording.clean)
    return {
        "id": [clean(one.id) for one in sites], "name": [clean(one.name) for one in sites],
        "kind": [one.kind for one in sites], "tier": [one.tier for one in sites],
        "country": [one.country for one in sites],
        "x": placement.x.round(1).tolist(), "y": placement.y.round(1).tolist(),
    }  # fmt: skip


def _layer(layer: Layer) -> dict[str, Any]:
    value, smelters = _tenths(layer.value), layer.standing >= 0
    value[smelters] = [_hundredths(hazard) for hazard in layer.value[smelters].tolist()]
    reached = np.flatnonzero(layer.reached.any(axis=1))
    return {
        "present": _digits(layer.present), "look": _digits(layer.look), "standing": _digits(layer.standing),
        "risk": _digits(layer.high_risk), "grade": _digits(layer.grade),
        "value": value.tolist(),
        "unknown": _tenths(layer.unknown).tolist(),
        "low": _bounds(np.where(layer.low == layer.value, np.nan, layer.low)).tolist(),
        "high": _bounds(np.where(layer.high == layer.value, np.nan, layer.high)).tolist(),
        "reached": dict(zip(map(str, reached.tolist()), layer.reached[reached].tolist(), strict=True)),
        "links": {
            "tail": layer.links.tail.tolist(), "head": layer.links.head.tolist(), "kind": _digits(layer.links.kind),
            "share": _tenths(layer.links.share).tolist(),
        },
    }  # fmt: skip


def _digits(codes: Column) -> str:
    """Small codes as a text of one sign each, "-" for -1."""
    return np.where(codes < 0, ord("-"), ord("0") + codes.astype(np.int8)).astype(np.uint8).tobytes().decode()


def _tenths(shares: Floats) -> npt.NDArray[np.object_]:
    """Shares in tenths of a percent as ``wording.percent`` rounds them; unknown is null, little is never nothing."""
    out = _bounds(shares)
    out[(shares > 0) & (shares < 0.001)] = 0.4
    return out


def _bounds(shares: Floats) -> npt.NDArray[np.object_]:
    """Ends of intervals in tenths of a percent as ``wording.interval`` rounds them; unknown is null."""
    percent = 100 * shares
    product = 10 * percent
    rest = 2 * percent - (product - 8 * percent)  # what rounding took: a half is told from what is nearly one
    below = np.floor(product)
    tenths = np.where((product - below == 0.5) & (rest != 0), below + (rest > 0), np.rint(product))
    out = np.nan_to_num(tenths).astype(np.int64).astype(np.object_)
    out[np.isnan(shares)] = None
    return out


def _hundredths(hazard: float) -> int | None:
    """A hazard in parts, rounded to the two decimals that are shown of it."""
    return None if hazard != hazard else 10 * int(f"{hazard:.2f}".replace(".", ""))


def _numbers(values: Column) -> list[float | None]:
    """Numbers as JSON knows them; what is unknown is null."""
    return [None if value != value else value for value in values.tolist()]


def _why(atlas: Atlas, mineral: str) -> dict[str, list[tuple[str, float, float]]]:
    """Per smelter of a mineral the terms of its hazard: in words, value, and the part that it explains."""
    layer = atlas.layer(mineral)
    out = {}
    for number in np.flatnonzero(layer.present & (atlas.kind == SMELTER)).tolist():
        found = terms(atlas.case, int(atlas.node[number]), mineral)
        out[str(number)] = [(wording.clean(one.says), round(one.value, 3), round(one.explains, 3)) for one in found]
    return out


def _reasons(atlas: Atlas) -> dict[str, Any]:
    """Per mineral and company why its evidence is not the best: the place in ``said``, where each is told once."""
    said: dict[tuple[str, ...], int] = {}
    of: dict[str, dict[int, int]] = {mineral: {} for mineral in atlas.minerals}
    told = (atlas.rated[name].to_numpy() for name in ("company", "mineral", "reasons"))
    for company, mineral, reasons in zip(*told, strict=True):
        if reasons and company in atlas.companies:
            of[mineral][atlas.companies[company]] = said.setdefault(reasons, len(said))
    return {"said": [[wording.clean(reason) for reason in reasons] for reasons in said], "of": of}


def _lens(atlas: Atlas, name: str) -> dict[str, Any]:
    """What a lens is called, and the sites that it calls high-risk: for all minerals and for each."""
    case = atlas.lenses[name]
    risky = {mineral: _risky(atlas, case, mineral) for mineral in atlas.minerals}
    sites = {ALL: sorted(set[int]().union(*risky.values()))} | {one: sorted(found) for one, found in risky.items()}
    return {"title": wording.clean(case.lens.title), "sites": sites}


def _risky(atlas: Atlas, case: Case, mineral: str) -> set[int]:
    """Smelters and mines that a case calls high-risk for a mineral; the rule is that of ``Layer.high_risk``."""
    layer = atlas.layer(mineral)
    if case is atlas.case:
        return set(np.flatnonzero(layer.high_risk).tolist())
    areas, smelters = case.areas(mineral), case.smelters(mineral)[case.high_risk(mineral)]
    mines = atlas.node[layer.present & (atlas.kind == MINE)]
    nodes = np.array([*smelters.tolist(), *areas.risky(mines, case.policy.origin_value)], np.int64)
    return set(atlas.number[nodes].tolist()) & set(np.flatnonzero(layer.present).tolist())


def _group(picture: Picture) -> str:
    """A picture whose parts a screen reader may enter."""
    return picture.svg().replace('role="img"', 'role="group"', 1)


def _variants(of: Mapping[str, Picture]) -> dict[str, str]:
    """The pictures that do not stand in the page as SVG; what is the same in that of all minerals is left out."""
    base, found, _ = of[ALL].body.partition(_MARKS)
    out = {}
    for mineral, picture in of.items():
        svg = _group(picture)
        if mineral == ALL:
            if len(svg) > _INLINE:
                out[ALL] = svg
            continue
        out[mineral] = svg.replace(base, '<g class="base"/>', 1) if found and base in svg else svg
    return out


def _claims(atlas: Atlas) -> dict[str, Any]:
    """Every claim about a site, by type, as columns; and what the ends are that are no sites."""
    graph, others = atlas.graph, dict[int, int]()
    claims: dict[str, Any] = {}
    used = np.zeros(len(graph.sources), np.bool_)

    def ends(nodes: Column) -> list[int]:
        out = atlas.number[nodes]
        no_site = out < 0
        out[no_site] = [len(atlas) + others.setdefault(node, len(others)) for node in nodes[no_site].tolist()]
        found: list[int] = out.tolist()
        return found

    for name, table in graph.edges.items():
        declared = schema.EDGES[name]
        about = np.flatnonzero((atlas.number[table.tail] >= 0) | (atlas.number[table.head] >= 0))
        if declared.private or name == "SAME_AS" or not len(about):
            continue
        some: EdgeTable = table.take(about)
        used[some.source] = True
        claims[name] = {
            "says": declared.meaning.partition(";")[0], "tail": ends(some.tail), "head": ends(some.head),
            "mineral": some.mineral.tolist(), "source": some.source.tolist(), "row": _words(*some.row.distinct()),
            "properties": {key: told for key, column in some.properties.items() if (told := _property(column))},
        }  # fmt: skip
    sources = [
        [wording.clean(one.file), wording.clean(one.title), one.as_of, one.kind] if is_used else None
        for one, is_used in zip(graph.sources, used.tolist(), strict=True)
    ]
    named = [
        [graph.label_of(node), wording.clean(graph.ids[node]), wording.clean(graph.names[node])] for node in others
    ]
    return {"claims": claims, "others": named, "sources": sources, "all_minerals": schema.MINERALS}


def _property(column: Texts | Column) -> dict[str, Any]:
    """A property of claims; empty where nothing is given."""
    if isinstance(column, Texts):
        codes, words = column.distinct()
        return _words(codes, words) if any(words) else {}
    if column.dtype.kind == "M":
        return _property(Texts.pack("" if day == "NaT" else day for day in column.astype(str).tolist()))
    return {} if np.isnan(column).all() else {"numbers": _numbers(column)}


def _words(codes: Ints, words: Sequence[str]) -> dict[str, Any]:
    return {"words": [wording.clean(word) for word in words], "codes": codes.tolist()}


# ---- style ----------------------------------------------------------------------------------------------------------


@cache
def _style() -> str:
    """The style sheet: colours from the palette, then ``page.css``."""
    light = {"ink": INK, "muted": MUTED, "rule": RULE, "paper": PAPER, "land": LAND, "link": LINK}
    dark = {name: DARK[colour] for name, colour in light.items()}
    light |= {"low-line": LOOKS["low"].line}
    dark |= {"low-line": LOOKS["low"].dark}
    light |= {"area": palette.AREA, "area-line": palette.AREA_LINE} | {one.name: one.fill for one in LOOKS.values()}
    dark |= {"area": palette.AREA_DARK, "area-line": "#D98CA3"} | {one.name: one.dark for one in LOOKS.values()}
    looks = "".join(f".f-{name}{{fill:var(--{name})}}.s-{name}{{stroke:var(--{name})}}" for name in LOOKS)
    looks += ".s-unlisted,.s-unknown{stroke:var(--muted)}"

    def variables(colours: Mapping[str, str]) -> str:
        return "".join(f"--{name}:{colour};" for name, colour in colours.items())

    return (
        f":root{{{variables(light)}--font:{palette.FONT};color-scheme:light}}"
        f"@media (prefers-color-scheme:dark){{:root:not([data-theme=light]){{{variables(dark)}color-scheme:dark}}}}"
        f":root[data-theme=dark]{{{variables(dark)}color-scheme:dark}}\n{looks}\n{own_file('page.css')}"
    )
