"""The world map: where smelters and mines stand, and where the mineral of a smelter comes from.

Land and areas (``<g class="base">``) are the same for every mineral, so that a page embeds them once; the marks
(``<g class="marks">``) are of one mineral.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from graphmap import wording
from graphmap.maps import palette
from graphmap.maps.atlas import ALL, MINE, SMELTER, Atlas
from graphmap.maps.land import HEIGHT, OUTLINED, TINTED, Tints, area_name, draw_land, find_land
from graphmap.maps.svg import Key, Picture, fit, glyph, key
from graphmap.maps.world_facts import ELSEWHERE, INSIDE, NOT_JUDGED, POSSIBLE, Facts
from graphmap.maps.world_scene import (
    DASHABLE,
    MOST_LOOSE,
    Scene,
    approximate,
    arc_look,
    cross,
    house,
    origin_dot,
    ring,
    state_class,
)
from graphmap.policy import STANDINGS


def draw_world(atlas: Atlas, mineral: str = ALL, *, boundaries: Path | None = None) -> Picture:
    """The world map of one mineral of the atlas, or of all; ``boundaries`` is a user's own file of borders.

    An area that the lens lists for some of the minerals of the atlas only names them in ``data-minerals``.
    """
    land, facts = find_land(boundaries), Facts(atlas, mineral)
    tints = Tints(atlas, land.boundaries, facts.minerals)
    scene = Scene(facts, land, tints)
    return Picture(
        "world",
        _title(facts),
        _subtitle(facts, scene),
        HEIGHT,
        f'{draw_land(land, tints)}<g class="marks">{scene.markup()}</g>',
        tuple(_legend(facts, scene, tints)),
        tuple(_notes(facts, scene, tints, shipped=boundaries is None)),
        tuple(sorted(scene.drawn)),
    )


# ---- in words -------------------------------------------------------------------------------------------------------


def _title(facts: Facts) -> str:
    many, high = len(facts.smelters), len(facts.high)
    metal = f"{facts.mineral} " if facts.mineral else ""
    name = fit(facts.atlas.name, 21, 460, bold=True)
    if not many:
        return f"No {metal}smelter is known upstream of {name}"
    what = f"{wording.count_of(many, f'{metal}smelter')} upstream of {name}"
    if not facts.judged:
        return f"Lens {facts.lens} has no areas loaded: location and origin of {what} are not judged"
    unjudged = f" ({wording.listed(facts.unjudged)} not judged)" if facts.unjudged else ""
    if not high:
        unknown = f"; the origin of {facts.without_origin:,} is unknown" if facts.without_origin else ""
        return f"None of {what} is known to stand in or source from an area of lens {facts.lens}{unknown}{unjudged}"
    ways = [
        ("stands in" if high == 1 else "stand in") * bool(facts.stands),
        ("sources from" if high == 1 else "source from") * bool(facts.sources),
    ]
    does = " or ".join(way for way in ways if way)
    does = f"{does} an area of lens {facts.lens}" if does else ""
    named = f"named on the list of lens {facts.lens}" if facts.named - facts.stands - facts.sources else ""
    named = f"{'is' if high == 1 else 'are'} {named}" if named else ""
    return f"{high:,} of {what} {' or '.join(one for one in (does, named) if one)}{unjudged}"


def _subtitle(facts: Facts, scene: Scene) -> str:
    out = [_judged_words(facts)] if facts.smelters and facts.judged else []
    out.append(_origin_words(facts))
    placed, mines = wording.count_of(len(scene.smelters), "smelter"), wording.count_of(len(scene.mines), "mine")
    out.append(f"Drawn: {placed} where they stand, {mines}.")
    if scene.arcs:
        cut = len(scene.arcs) < scene.all_arcs
        shown = (
            f"{len(scene.arcs):,} of {scene.all_arcs:,}, of the highest hazard" if cut else f"all {scene.all_arcs:,}"
        )
        out.append(f"Arcs lead from the place of origin to the smelter ({shown}).")
    if scene.loose:
        out.append(f"{_loose_words(scene)} at the bottom left.")
    out.append("Direct suppliers are not on this map.")
    return " ".join(out)


def _judged_words(facts: Facts) -> str:
    both = len(facts.stands & facts.sources)
    out = f"{len(facts.stands):,} {'is' if len(facts.stands) == 1 else 'are'} known to stand in an area"
    out += f" and {len(facts.sources):,} to source from one" + (f" ({both:,} both)" if both else "")
    if facts.named:
        out += f"; {len(facts.named):,} named on the list"
    if facts.possible:
        out += f"; {len(facts.possible):,} more may: of their country only parts are listed"
    return out + "."


def _origin_words(facts: Facts) -> str:
    if not facts.smelters:
        return "That is no all-clear: no declaration that names one is known."
    many = wording.count_of(len(facts.smelters), "smelter")
    if not facts.without_origin:
        return "For every smelter at least one origin is stated."
    return f"Nobody says where the mineral of {facts.without_origin:,} of {many} comes from."


def _loose_words(scene: Scene) -> str:
    kinds = [("smelter", SMELTER), ("mine", MINE)]
    counts = [(sum(one.kind == kind for one in scene.loose), noun) for noun, kind in kinds]
    sites = wording.listed([wording.count_of(many, noun) for many, noun in counts if many])
    cut = f" ({MOST_LOOSE} of them drawn)" if len(scene.loose) > MOST_LOOSE else ""
    what = "unknown or not on this map" if scene.off else "unknown"
    verb = "stands" if len(scene.loose) == 1 else "stand"
    return f"{sites} whose location is {what} {verb}{cut}"


def _notes(facts: Facts, scene: Scene, tints: Tints, *, shipped: bool) -> Iterator[str]:
    borders = (
        "Borders: Natural Earth, 1:10 million, simplified (public domain), which shows who controls land in fact; they "
        "are no opinion on the status of any territory. --boundaries takes a file of your own."
        if shipped
        else "Borders: the file that was given; they are no opinion on the status of any territory."
    )
    yield f"Projection: Equal Earth, which keeps areas true. {borders}"
    if scene.moved or scene.approximate:
        moved = f"{wording.count_of(scene.moved, 'mark')} moved apart where marks would overlap" if scene.moved else ""
        rough = (
            f"{wording.count_of(scene.approximate, 'mark')} of which only the country or region is known"
            if scene.approximate
            else ""
        )
        yield (
            f"{'; '.join(one for one in (moved, rough) if one)}: whether a site is in an area is told by its ring or "
            "colour, not by where its mark came to stand."
        )
    if tints.grouped:
        yield (
            f"{wording.count_of(len(tints.grouped), 'listed region')} drawn together with neighbours: the boundaries "
            "have no borders between them."
        )
    if tints.outlined:
        yield (
            f"{wording.count_of(len(tints.outlined), 'listed region')} with no shape in the boundaries: a dashed "
            f"outline shows the country or former province around ({_some(tints.outlined)})."
        )
    if tints.missing:
        areas = wording.count_of(len(tints.missing), "listed area")
        yield f"{areas} not in the boundaries, and not drawn ({_some(tints.missing)})."
    if scene.placeless or scene.at_home:
        yield (
            f"Without an arc: {scene.at_home:,} because origin and smelter lie side by side, {scene.placeless:,} "
            "because one of them has no place on the map."
        )
    if not scene.single_mines:
        yield f"{len(scene.mines):,} mines are drawn as crosses that cannot be selected one by one."
    yield facts.atlas.basis


def _some(codes: Sequence[str]) -> str:
    """The first few areas by name."""
    more = [f"{len(codes) - 6:,} more"] if len(codes) > 6 else []
    return wording.listed([*map(area_name, codes[:6]), *more])


def _legend(facts: Facts, scene: Scene, tints: Tints) -> Iterator[Key]:
    count = Counter(STANDINGS[facts.layer.standing[one.number]] for one in facts.smelters)
    for standing in STANDINGS:
        if count[standing]:
            yield key(palette.OF_STANDING[standing], f"smelter {standing} ({count[standing]:,})")
    if facts.high:
        yield (
            ring(8, 0, 4.2),
            f"ringed: in or from an area of lens {facts.lens}{', or named' * bool(facts.named)} ({len(facts.high):,})",
        )
    if scene.approximate:
        dashed = ", dashed" * (scene.r >= DASHABLE)
        sample = f"<g {approximate(scene.r)}>{glyph('neutral', 8, 0, 4.8)}</g>"
        yield sample, f"pale{dashed}: place approximate, only country or region known"
    if facts.mines:
        yield cross([(8, 0)], 4, "neutral"), "mine"
    if any(facts.layer.high_risk[one.number] for one in facts.mines):
        yield cross([(8, 0)], 4, "high"), "mine in an area of the lens"
    states = {arc.state for arc in scene.arcs}
    for state, words in (
        (INSIDE, "origin in an area of the lens"),
        (POSSIBLE, "origin perhaps in one: only parts of the country are listed"),
        (ELSEWHERE, "origin elsewhere"),
        (NOT_JUDGED, "origin not judged"),
    ):
        if state in states:
            arc = f'<path class="arc {state_class(state, "s-neutral")}" d="M1 3Q8-6 16 2" {arc_look(state)}/>'
            yield arc + origin_dot(1, 3, state), words
    if any(tints.main in tint.whole for tint in tints.of.values()):
        yield f'<rect class="area" x="0" y="-5.5" width="16" height="11" {TINTED}/>', f"area of lens {facts.lens}"
    if tints.outlines:
        yield (
            f'<rect class="area-part" x="0.6" y="-5" width="15" height="10" fill="none" {OUTLINED}/>',
            "a part of it is listed",
        )
    if scene.start:
        yield house(8, 0, 4.5), fit(facts.atlas.name, 10.5, 160)
