"""The neighbourhood of one node as a page of its own: what lies upstream of it, and who it reaches downstream.

pyvis builds the network and brings the library that draws it (vis-network 9.1.2, in its wheel). The page around it is
ours: pyvis's own template loads files from elsewhere, and lets names run as markup. Places are computed here; nothing
moves by itself.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from html import escape
from importlib import resources
from typing import Any

import numpy as np

from graphmap import places, wording
from graphmap.analysis import exposure
from graphmap.analysis.case import Case
from graphmap.analysis.dates import known_on
from graphmap.analysis.locations import find_locations
from graphmap.graph import Ints
from graphmap.maps import palette, svg
from graphmap.maps.atlas import ALL_UNKNOWN, Atlas
from graphmap.maps.embed import content_hash, own_file
from graphmap.maps.layered import columns_of, layered
from graphmap.policy import GRADES, STANDINGS

UPSTREAM, DOWNSTREAM = 3, 6
"""Steps from the node in each direction: to the mine behind a supplier's smelter, and from a mine to the brand."""

_COLUMN, _ROW, _TALLEST = 225, 52, 16
"""Width of a column and of a row in pixels; a column of more rows than these is laid like bricks."""

_FONT = 13
"""Size of labels in pixels."""

_SHAPES = {"circle": "dot", "square": "square", "diamond": "diamond", "triangle": "triangle"}
"""What the library calls the shapes of ``palette``."""

_AREAS = ("Country", "Region")
_FACILITIES = ("Smelter", "Mine")

SAYS = ("buys from", "declares", "is fed by", "has mineral from", "stands in")
"""What a link says, from its downstream end to its upstream end."""

_BUYS, _DECLARES, _FED, _ORIGIN, _STANDS = range(len(SAYS))

Link = tuple[int, int]


@dataclass(frozen=True)
class Mark:
    """One node as it is shown: ``name`` tells it apart, ``short`` is its label, ``words`` are what is said of it.

    ``risk``, 0 to 1, decides only who is drawn first.
    """

    node: int
    name: str
    short: str
    kind: str
    look: str
    risk: float
    words: str
    country: str
    hollow: bool = False


@dataclass(frozen=True)
class Around:
    """What is drawn: nodes with their column (below 0 downstream, above 0 upstream) and steps from the middle.

    ``left_out`` counts what is not drawn, downstream and upstream; ``links`` say what (index into ``SAYS``).
    """

    middle: int
    column: Mapping[int, int]
    steps: Mapping[int, int]
    links: Mapping[Link, int]
    left_out: tuple[int, int]
    all_found: Mapping[int, int]


def around_page(case: Case, node: int, *, most: int = 300) -> str:
    """The neighbourhood of a company, smelter, mine, country or region (graph node) as one HTML page.

    At most ``most`` nodes, the nearest first and of equally near ones the riskiest; what is left out is said. The page
    needs nothing from elsewhere and holds no date but that of the documents: same input, same bytes.
    """
    middle = int(case.graph.canonical[node])
    links = find_links(case, middle)
    marks = _Marks(case)
    found = choose(middle, links, max(most, 1), marks.risk)
    shown = {one: marks.of(one) for one in found.column}
    return _page(case, found, shown)


# ---- who is near ----------------------------------------------------------------------------------------------


def find_links(case: Case, middle: int) -> dict[Link, int]:
    """All links of the graph under a case, (downstream end, upstream end) -> index into ``SAYS``.

    Over the minerals of the case. Declarations that a supplier explains and that carry no mass are no way of their own.
    Areas are linked only where one is in the middle, or a facility is: else all that lies in a country would be near.
    """
    out: dict[Link, int] = {}
    for mineral in case.minerals:
        chain, way = case.chain(mineral), case.shares(mineral).ways
        ends = zip(chain.node[chain.tail[way]].tolist(), chain.node[chain.head[way]].tolist(), strict=True)
        for link, kind in zip(ends, chain.kind[way].tolist(), strict=True):
            out.setdefault(link, kind)
        for smelter, mines in case.sourcing(mineral).feeds.items():
            out |= {(smelter, mine): _FED for mine in mines}
    return out | _links_to_areas(case, middle)


def _links_to_areas(case: Case, middle: int) -> dict[Link, int]:
    """Where facilities stand and what they process comes from, as far as it concerns the middle."""
    graph, label = case.graph, case.graph.label_of(middle)
    out: dict[Link, int] = {}
    if label not in (*_AREAS, *_FACILITIES):
        return out
    facility = graph.is_label("Smelter") | graph.is_label("Mine")
    for name, kind in (("LOCATED_IN", _STANDS), ("ORIGINATES_IN", _ORIGIN)):  # of both, origin is the one that counts
        table = graph.table(name)
        known = np.zeros(len(table), np.bool_)
        for mineral in case.minerals:
            known |= known_on(graph, table, case.as_of, mineral)
        for i in np.flatnonzero(known & facility[table.tail]).tolist():
            tail, head = int(table.tail[i]), int(table.head[i])
            if tail == middle:
                out[tail, head] = kind
            elif _within(graph.ids[head], graph.ids[middle]):
                out[tail, middle] = kind
    return out


def _within(code: str, area: str) -> bool:
    """Whether the code of a place is that of an area or of a part of it."""
    return code == area or places.country_of(code) == area or places.parent_of(code) == area


def choose(middle: int, links: Mapping[Link, int], most: int, risk: Any) -> Around:
    """The nearest nodes, of equally near ones those of the highest ``risk`` (a function of a node)."""
    up, down = _neighbours(links), _neighbours((head, tail) for tail, head in links)
    above, below = _steps(middle, up, UPSTREAM), _steps(middle, down, DOWNSTREAM)
    side = dict.fromkeys(below, -1) | {one: 1 for one in above if above[one] <= below.get(one, above[one])}
    steps = {one: (above if side[one] > 0 else below)[one] for one in side}
    order = sorted((one for one in steps if one != middle), key=lambda one: (steps[one], -risk(one), one))
    kept = {middle, *order[: most - 1]}
    left_out = Counter(side[one] for one in order[most - 1 :])
    drawn = {link: kind for link, kind in sorted(links.items()) if link[0] in kept and link[1] in kept}
    column = {middle: 0}
    for sign, near in ((1, up), (-1, down)):
        here = {one for one in kept if side[one] == sign or one == middle}
        ways = [(one, other) for one in here for other in near.get(one, ()) if other in here]
        depth = columns_of(ways, middle)  # in a circle the way to a node may lead over the other side
        column |= {one: sign * depth.get(one, steps[one]) for one in sorted(here - {middle})}
    return Around(
        middle,
        dict(sorted(column.items())),
        {one: steps[one] for one in column},
        drawn,
        (left_out[-1], left_out[1]),
        {one: side[one] * steps[one] for one in steps},
    )


def _neighbours(links: Iterable[Link]) -> dict[int, list[int]]:
    out: dict[int, list[int]] = {}
    for tail, head in sorted(set(links)):
        if tail != head:
            out.setdefault(tail, []).append(head)
    return out


def _steps(start: int, near: Mapping[int, Sequence[int]], most: int) -> dict[int, int]:
    """How many steps each node is away, as far as ``most``."""
    found, front = {start: 0}, [start]
    for step in range(1, most + 1):
        front = sorted({other for one in front for other in near.get(one, ())} - found.keys())
        found |= dict.fromkeys(front, step)
    return found


# ---- what is said of them -------------------------------------------------------------------------------------


class _Marks:
    """Looks and figures of nodes, each worked out once. Of several minerals the worst counts."""

    def __init__(self, case: Case) -> None:
        self._case, self._graph = case, case.graph
        self._where = find_locations(case)
        rated = exposure.overall(case, exposure.rate(case))
        self._rated = {str(row.company): row for row in rated.itertuples()}
        self._smelters: dict[int, tuple[float, int, list[str]]] = {}
        for mineral in case.minerals:
            figures = zip(case.hazard(mineral).tolist(), case.standing(mineral).tolist(), strict=True)
            for node, (hazard, standing) in zip(case.smelters(mineral).tolist(), figures, strict=True):
                worst, code, minerals = self._smelters.get(node, (-1.0, -1, []))
                minerals.append(mineral)
                self._smelters[node] = (hazard, standing, minerals) if hazard > worst else (worst, code, minerals)
        self._risky = self._risky_mines()
        self._made: dict[int, Mark] = {}

    def _risky_mines(self) -> set[int]:
        mines: Ints = self._graph.of_label("Mine")
        values = self._case.policy.origin_value
        return set[int]().union(*(self._case.areas(one).risky(mines, values) for one in self._case.minerals))

    def risk(self, node: int) -> float:
        return self.of(node).risk

    def of(self, node: int) -> Mark:
        if node not in self._made:
            make = {"Company": self._company, "Smelter": self._smelter, "Mine": self._mine}
            self._made[node] = make.get(self._graph.label_of(node), self._other)(node)
        return self._made[node]

    def _blank(self, node: int, look: str, risk: float, words: str) -> Mark:
        graph = self._graph
        where = self._where.get(node)
        country = places.country_name(where.country) if where else ""
        short = graph.names[node]
        return Mark(
            node, wording.label(short, graph.ids[node]), short, graph.label_of(node).lower(), look, risk, words, country
        )

    def _company(self, node: int) -> Mark:
        row: Any = self._rated.get(self._graph.ids[node])
        if row is None:
            return self._blank(node, "unknown", 0.0, "has no part in the minerals of the lens, as far as documents say")
        known = not (row.unknown > ALL_UNKNOWN or wording.is_unknown(row.exposure))
        figure = wording.interval(row.exposure, row.low, row.high) if known else wording.UNKNOWN
        words = f"exposure {figure}; evidence {row.evidence}"
        look = palette.band(row.exposure) if known else "unknown"
        mark = self._blank(
            node, look, float(np.nan_to_num(row.exposure, nan=self._case.policy.unknown.estimate)), words
        )
        return replace(mark, hollow=known and row.evidence in palette.HOLLOW)

    def _smelter(self, node: int) -> Mark:
        if node not in self._smelters:
            return self._blank(
                node, "unknown", self._case.policy.unknown.estimate, "nobody declares it for a mineral of the lens"
            )
        hazard, code, minerals = self._smelters[node]
        standing = STANDINGS[code]
        words = f"{standing}; hazard {hazard:.2f}; {wording.listed(minerals)}"
        return self._blank(node, palette.OF_STANDING[standing], hazard, words)

    def _mine(self, node: int) -> Mark:
        if node in self._risky:
            return self._blank(node, "high", 1.0, f"in an area of lens {self._case.lens.name}")
        if node in self._where:
            return self._blank(
                node, "neutral", 0.0, f"not in an area of lens {self._case.lens.name}, as far as is known"
            )
        return self._blank(node, "unknown", 0.5, "nobody says where it stands")

    def _other(self, node: int) -> Mark:
        return self._blank(node, "neutral", 0.0, "")


# ---- how it is laid out ---------------------------------------------------------------------------------------


def place(found: Around) -> dict[int, tuple[float, float]]:
    """Where each node stands, in pixels to the right of and below the middle of the drawing."""
    forward = sorted(
        link for link in found.links if found.column[link[0]] < found.column[link[1]] and link[0] != link[1]
    )
    first = min(found.column.values())
    layer = {one: column - first for one, column in found.column.items()}
    height = layered(layer, forward, dict.fromkeys(layer, _ROW), 0.0).y
    columns: dict[int, list[int]] = {}
    for one in sorted(layer, key=lambda one: (layer[one], height[one])):
        columns.setdefault(layer[one], []).append(one)
    out, left = {}, 0.0
    for _, members in sorted(columns.items()):
        deep = -(-len(members) // _TALLEST)
        rows = -(-len(members) // deep)
        for i, one in enumerate(members):
            brick, row = i % deep, i // deep
            y = (row + brick / deep - (rows - 1 / deep) / 2) * _ROW
            out[one] = (left + brick * _COLUMN, y)
        left += deep * _COLUMN
    x, y = out[found.middle]
    return {one: (round(a - x, 1), round(b - y, 1)) for one, (a, b) in out.items()}


# ---- the page -------------------------------------------------------------------------------------------------


def _page(case: Case, found: Around, marks: Mapping[int, Mark]) -> str:
    middle = marks[found.middle]
    title, subtitle = _title(found, marks, case), _subtitle(found)
    library, script, style = _library(), own_file("around.js"), own_file("around.css") + _dark()
    policy = (
        f"default-src 'none'; script-src {content_hash(library)} {content_hash(script)}; "
        f"style-src {content_hash(style)}; img-src data: blob:; base-uri 'none'; form-action 'none'"
    )
    notes = [
        "Unknown is not zero, and a name that stands on no list is not accused: it has not been judged.",
        "A purchase or declaration that no document tells of is not drawn. That no way is drawn is no all-clear.",
        Atlas(case, found.middle).basis,
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{svg.attribute(f'Around {middle.name}')}</title><style>{style}</style></head><body>"
        f'<header><h1>{svg.attribute(title)}</h1><p class="m">{svg.attribute(subtitle)}</p></header>'
        '<main><section id="picture" aria-label="Drawing">'
        '<div id="net" role="application" tabindex="0" aria-describedby="keys" '
        f'aria-label="{svg.attribute(f"Neighbourhood of {middle.name}")}"></div>'
        f'<ul id="legend" aria-label="Legend">{"".join(map(_legend_entry, _legend(marks.values(), found)))}</ul>'
        '<p id="keys" class="m">Arrow keys move from mark to mark, Enter reads one out, + and − zoom, 0 shows all, '
        "Escape lets go.</p>"
        '<p id="say" role="status"></p></section>'
        f'<nav id="list" aria-label="All that is drawn, as a list" tabindex="0">{_list(found, marks)}</nav></main>'
        f'<footer class="m">{"".join(f"<p>{svg.attribute(note)}</p>" for note in notes)}</footer>'
        f'<script type="application/json" id="data">{_json(_network(found, marks))}</script>'
        f"<script>{library}</script><script>{script}</script></body></html>"
    )


def _title(found: Around, marks: Mapping[int, Mark], case: Case) -> str:
    """The finding: how much lies upstream and downstream, also of what is not drawn."""
    graph, middle = case.graph, marks[found.middle]
    counts: Counter[tuple[bool, str]] = Counter(
        (step > 0, graph.label_of(one)) for one, step in found.all_found.items() if one != found.middle
    )
    sides = []
    for up, words in ((False, f"within {DOWNSTREAM} steps downstream"), (True, f"within {UPSTREAM} upstream")):
        told = [
            wording.count_of(counts[up, label], noun, plural)
            for label, noun, plural in (
                ("Company", "company", "companies"),
                ("Smelter", "smelter", ""),
                ("Mine", "mine", ""),
                ("Country", "country", "countries"),
                ("Region", "region", ""),
            )
            if counts[up, label]
        ]
        sides.append(f"{wording.listed(told) if told else 'nothing known'} {words}")
    said = f" ({middle.words})" if middle.words else ""
    return f"{svg.fit(middle.name, 10, 600)}{said} has {sides[0]} and {sides[1]}, as far as documents say"


def _subtitle(found: Around) -> str:
    drawn = (
        f"Drawn: {wording.count_of(len(found.column), 'node')} and {wording.count_of(len(found.links), 'link')}; "
        "upstream is to the right."
    )
    down, up = found.left_out
    left = "No node within these steps is left out."
    if down or up:
        left = f"Left out: {down:,} downstream and {up:,} upstream, farther away or less risky than those drawn."
    return f"{drawn} {left} Declarations that a supplier explains are not drawn."


_HEXAGON = (
    f'<path d="M2.5 0L5.2 -4.8H10.8L13.5 0L10.8 4.8H5.2Z" fill="{palette.LOOKS["neutral"].fill}" '
    f'stroke="{palette.LOOKS["neutral"].line}" class="f-neutral"/>'
)
"""The mark of an area in the legend."""


def _legend(marks: Iterable[Mark], found: Around) -> list[svg.Key]:
    """Only what is on the picture."""
    seen = {(mark.kind if mark.kind not in ("country", "region") else "area", mark.look) for mark in marks}
    keys = [
        svg.key(look, f"company: exposure {words}") for _, look, words in palette.BANDS if ("company", look) in seen
    ]
    if any(mark.hollow for mark in marks):
        keys.append(
            svg.key(
                "moderate",
                f"hollow: evidence {' or '.join(palette.HOLLOW)} of {GRADES[0]} to {GRADES[-1]}",
                hollow=True,
            )
        )
    keys += [
        svg.key(palette.OF_STANDING[standing], f"smelter: {standing}")
        for standing in STANDINGS
        if ("smelter", palette.OF_STANDING[standing]) in seen
    ]
    for kind, look, words in (
        ("mine", "high", "mine in an area of the lens"),
        ("mine", "neutral", "other mine"),
    ):
        if (kind, look) in seen:
            keys.append(svg.key(look, words))
    if ("area", "neutral") in seen:
        keys.append((_HEXAGON, "country or region"))
    if any(look == "unknown" and kind != "smelter" for kind, look in seen):
        keys.append(svg.key("unknown", "nothing known"))
    if _STANDS in found.links.values():
        dashes = f'<path d="M0 0H16" stroke="{palette.MUTED}" stroke-dasharray="4 3" fill="none"/>'
        keys.append((dashes, "dashed line: stands in"))
    return keys


def _legend_entry(key: svg.Key) -> str:
    return (
        f'<li><svg viewBox="-1 -9 18 18" width="18" height="18" aria-hidden="true">{key[0]}</svg>{escape(key[1])}</li>'
    )


def _list(found: Around, marks: Mapping[int, Mark]) -> str:
    """All that is drawn in words, from the left to the right."""
    out = []
    for column in sorted(set(found.column.values())):
        here = sorted(
            (mark for one, mark in marks.items() if found.column[one] == column),
            key=lambda mark: (-mark.risk, mark.name, mark.node),
        )
        where = "The middle" if not column else f"{'Upstream' if column > 0 else 'Downstream'}, column {abs(column)}"
        items = "".join(
            f'<li><button type="button" data-id="{mark.node}">{svg.attribute(mark.name)}</button> '
            f'<span class="m">{svg.attribute(_said(mark))}</span></li>'
            for mark in here
        )
        out.append(f"<h2>{where} ({len(here)})</h2><ul>{items}</ul>")
    return "".join(out)


def _said(mark: Mark) -> str:
    return " · ".join(part for part in (mark.kind, mark.words, mark.country) if part)


def _network(found: Around, marks: Mapping[int, Mark]) -> dict[str, Any]:
    """Nodes, edges and options as pyvis gives them to the library."""
    from pyvis.network import Network  # imports IPython: a second

    net = Network(directed=True)
    for one, (x, y) in sorted(place(found).items()):
        mark = marks[one]
        look, middle = palette.LOOKS[mark.look], one == found.middle
        net.add_node(
            one,
            label=svg.fit(mark.short, _FONT, _COLUMN - 20),
            title=f"{wording.clean(mark.name)}\n{wording.clean(_said(mark))}",
            shape=_SHAPES[look.shape] if mark.kind not in ("country", "region") else "hexagon",
            x=x,
            y=y,
            size=16 if middle else 9,
            borderWidth=3 if middle or mark.hollow else 1,
            shapeProperties={"borderDashes": [3, 2] if look.dashed else False},
            look=mark.look,
            hollow=mark.hollow,
            said=wording.clean(f"{mark.name}: {_said(mark)}"),
        )
    for (tail, head), kind in found.links.items():
        risky = marks[head].look in ("high", "severe")
        net.add_edge(
            tail,
            head,
            says=SAYS[kind],
            risky=marks[head].look if risky else "",
            width=1.6 if risky else 0.9,
            dashes=kind == _STANDS,
            arrows={"to": {"enabled": False}},
        )
    net.set_options(json.dumps(_OPTIONS))
    nodes, edges, _, _, _, options = net.get_network_data()
    looks = {name: {"fill": look.fill, "line": look.line, "dark": look.dark} for name, look in palette.LOOKS.items()}
    ink = {
        name: [light, palette.DARK[light]]
        for name, light in (
            ("ink", palette.INK),
            ("paper", palette.PAPER),
            ("link", palette.LINK),
            ("muted", palette.MUTED),
        )
    }
    return {
        "middle": found.middle,
        "nodes": nodes,
        "edges": [{"id": i, **edge} for i, edge in enumerate(edges)],
        "options": options if isinstance(options, dict) else json.loads(options),
        "looks": looks,
        "ink": ink,
    }


_OPTIONS = {
    "physics": {"enabled": False},
    "layout": {"improvedLayout": False, "hierarchical": {"enabled": False}},
    "nodes": {"font": {"size": _FONT, "face": palette.FONT}, "chosen": False},
    "edges": {
        "smooth": {"enabled": True, "type": "cubicBezier", "forceDirection": "horizontal", "roundness": 0.5},
        "arrows": {"to": {"enabled": False}},
        "chosen": False,
    },
    "interaction": {
        "hover": False, "keyboard": {"enabled": False}, "tooltipDelay": 150, "dragNodes": False, "multiselect": False,
        "selectConnectedEdges": False, "navigationButtons": False,
    },
}  # fmt: skip


# ---- what the page is made of ---------------------------------------------------------------------------------


@cache
def _library() -> str:
    """vis-network as it stands in pyvis's wheel, fit to stand in a page."""
    file = resources.files("pyvis") / "templates" / "lib" / "vis-9.1.2" / "vis-network.min.js"
    return file.read_text(encoding="utf-8").replace("</script", "<\\/script").replace("\r\n", "\n")


def _dark() -> str:
    """The legend in dark mode."""
    rules = "".join(f".f-{name}{{fill:{look.dark}}}" for name, look in palette.LOOKS.items())
    return f"@media (prefers-color-scheme:dark){{{rules}.card{{fill:{palette.DARK[palette.PAPER]}}}}}\n"


def _json(value: object) -> str:
    """JSON that can stand in a page."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return (
        text.replace("&", "\\u0026").replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    )
