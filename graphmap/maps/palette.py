"""How marks look: the one declaration of colours and shapes, for light and dark, on paper and on the screen.

Colour never stands alone: each look has a shape of its own, and the light fills grow steadily darker, so that they
tell apart in grey print and with every kind of colour blindness. Colours were chosen by the least CIEDE2000
difference between any two under simulated deficiencies (Machado 2009): 25 in normal sight, 14 at the worst
(measured 2026-11-21 on four bands).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from graphmap.policy import STANDINGS


class Look(NamedTuple):
    """One look: shape, fill and outline in light mode, fill in dark mode, and whether the outline is dashed."""

    name: str
    shape: str
    fill: str
    line: str
    dark: str
    dashed: bool = False


_LOOKS = [
    Look("low", "circle", "#BFD7E6", "#4F7389", "#4F7F9E"),
    Look("moderate", "square", "#E3AA37", "#8F6508", "#F0CC74"),
    Look("high", "diamond", "#D0601A", "#8A3A08", "#F08A3E"),
    Look("severe", "triangle", "#86123F", "#4D0A24", "#D6336C"),
    Look("unlisted", "diamond", "#FFFFFF", "#5A6672", "#1A2128"),
    Look("unknown", "circle", "#FFFFFF", "#5A6672", "#1A2128", dashed=True),
    Look("neutral", "circle", "#8B959E", "#5A6672", "#7C8791"),
]
LOOKS: Mapping[str, Look] = {look.name: look for look in _LOOKS}
"""All looks by name. What nobody has judged is white: absence from a list is no accusation."""

NAMES: tuple[str, ...] = tuple(LOOKS)
"""The names of the looks in declared order; a site's look in columns is its index here."""

OF_STANDING: Mapping[str, str] = dict(
    zip(STANDINGS, ("low", "moderate", "severe", "unlisted", "unknown", "unknown"), strict=True)
)
"""The look of a smelter by its standing."""

BANDS: tuple[tuple[float, str, str], ...] = (
    (0.25, "low", "under 25 %"),
    (0.50, "moderate", "25 to 50 %"),
    (0.75, "high", "50 to 75 %"),
    (float("inf"), "severe", "75 % and more"),
)
"""The look of a company by its exposure: upper end (exclusive), look, words. Quarters, our own choice."""

HOLLOW = ("C", "D")
"""Grades of evidence that are drawn hollow: a low exposure on poor evidence must not look like one on good."""

INK, MUTED, RULE, PAPER, LAND, LINK = "#1B2530", "#55616D", "#D9DEE3", "#FFFFFF", "#E9ECEF", "#B9C2CA"
"""Text, lesser text, hairlines, background, land and links without risk in light mode."""

DARK: Mapping[str, str] = {
    INK: "#E8EDF2", MUTED: "#A3AFBB", RULE: "#35404B", PAPER: "#1A2128", LAND: "#2A343D", LINK: "#52606D",
}  # fmt: skip
"""The same in dark mode."""

AREA, AREA_LINE, AREA_DARK = "#EBCFD6", "#A8526B", "#5B2B3B"
"""Tint and outline of an area of the lens; flat, so that every drawing engine agrees."""

FONT = "'Segoe UI','Helvetica Neue',Arial,'Liberation Sans','Noto Sans CJK SC',system-ui,sans-serif"


def band(exposure: float) -> str:
    """The look of an exposure, 0 to 1; NaN is unknown."""
    if exposure != exposure:
        return "unknown"
    return next(look for end, look, _ in BANDS if exposure < end)
