"""Pictures as SVG: text that fits, marks, and the frame with title, legend and notes that every picture has.

Only what every drawing engine agrees on is used: flat fills, outlines, paths and text of weight 400 or 700; no
patterns, no CSS variables, no ``paint-order``. A page recolours by class: ``t`` and ``m`` are text and lesser text,
``bg``, ``card``, ``land``, ``rule`` and ``plain`` surfaces and lines, ``f-LOOK`` and ``s-LOOK`` fill and stroke of a
look. A mark of a site is ``<g class="site" data-i="NUMBER">``, a link ``<path class="link" data-a= data-b=>``.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from textwrap import wrap

from graphmap.maps.palette import FONT, INK, LOOKS, MUTED, PAPER
from graphmap.wording import clean

WIDTH, MARGIN = 1480, 24
"""Of every picture, in pixels."""

_TITLE, _SUBTITLE, _SMALL = 21.0, 13.0, 10.5


def attribute(text: object) -> str:
    """Text fit for an attribute or for content: cleaned of what cannot be seen, and escaped."""
    return escape(clean(text), quote=True)


# ---- text that fits -------------------------------------------------------------------------------------------

_NARROW = {**dict.fromkeys("iljI.,:;'|!", 0.28), **dict.fromkeys("ftr()- /[]", 0.36)}
_WIDE = {**dict.fromkeys("mwMW@%—&", 0.89), **dict.fromkeys("ABCDEFGHKLNOPQRSTUVXYZ", 0.70)}


@lru_cache(maxsize=65536)
def text_width(text: str, size: float, bold: bool = False) -> float:
    """About how wide a text is at a font size, both in pixels."""
    return sum(map(_char_width, text)) * size * (1.06 if bold else 1.0)


@lru_cache(maxsize=4096)
def _char_width(char: str) -> float:
    if char in _NARROW or char in _WIDE:
        return _NARROW.get(char) or _WIDE[char]
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0.0
    if unicodedata.east_asian_width(char) in "WF":
        return 1.0 if ord(char) < 0x1F000 else 1.4
    return 0.57 if ord(char) < 0x0250 else 0.75


def fit(text: object, size: float, width: float, bold: bool = False) -> str:
    """A text cleaned, and cut with an ellipsis so that it is no wider than ``width`` pixels."""
    shown = " ".join(clean(text).split())
    if text_width(shown, size, bold) <= width:
        return shown
    shown = shown[: int(width / size / 0.28) + 1]
    while shown and text_width(shown + "…", size, bold) > width:
        shown = shown[:-1]
    return shown.rstrip() + "…"


def lines_of(text: object, size: float, width: float, most: int, bold: bool = False) -> list[str]:
    """A text on at most ``most`` lines of ``width`` pixels, the last one cut if it must be."""
    out = [""]
    for word in clean(text).split():
        longer = f"{out[-1]} {word}".lstrip()
        if text_width(longer, size, bold) <= width or len(out) == most or not out[-1]:
            out[-1] = longer
        else:
            out.append(word)
    return [fit(line, size, width, bold) for line in out]


def text(
    x: float,
    y: float,
    words: object,
    size: float = 11,
    *,
    muted: bool = False,
    bold: bool = False,
    anchor: str = "start",
    width: float | None = None,
) -> str:
    """A line of text on the baseline ``y``; cut to ``width`` pixels if that is given."""
    shown = fit(words, size, width, bold) if width is not None else " ".join(clean(words).split())
    weight = ' font-weight="700"' if bold else ""
    at = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" fill="{MUTED if muted else INK}"{weight}{at} '
        f'class="{"m" if muted else "t"}">{escape(shown)}</text>'
    )


# ---- marks ----------------------------------------------------------------------------------------------------


def glyph(look: str, x: float, y: float, r: float, *, hollow: bool = False) -> str:
    """The mark of a look around a point; ``hollow`` shows only its outline, in the colour of the look."""
    one = LOOKS[look]
    width = 1.2 if r >= 6 else 1.0
    dashed = ' stroke-dasharray="2 1.5"' if one.dashed else ""
    fill, classes = (PAPER, f"g card l-{look}") if hollow else (one.fill, f"g f-{look}")
    line = one.line if not hollow else one.fill if look in ("moderate", "high", "severe") else one.line
    width = 1.8 if hollow and not one.dashed else width
    look_of = f'fill="{fill}" stroke="{line}" stroke-width="{width:g}"{dashed} class="{classes}"'
    match one.shape:
        case "triangle":
            corners = f"M{x:.1f} {y - r * 1.25:.1f}L{x + r * 1.2:.1f} {y + r * 0.85:.1f}H{x - r * 1.2:.1f}Z"
            return f'<path d="{corners}" {look_of}/>'
        case "diamond":
            k = r * 1.2
            corners = f"M{x:.1f} {y - k:.1f}L{x + k:.1f} {y:.1f}L{x:.1f} {y + k:.1f}L{x - k:.1f} {y:.1f}Z"
            return f'<path d="{corners}" {look_of}/>'
        case "square":
            k = r * 0.9
            return f'<rect x="{x - k:.1f}" y="{y - k:.1f}" width="{2 * k:.1f}" height="{2 * k:.1f}" {look_of}/>'
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{r:.1f}" {look_of}/>'


def site(number: int, label: object, content: str, extra: str = "") -> str:
    """What stands for a site: it can be selected, and a screen reader reads ``label``."""
    return (
        f'<g class="site" data-i="{number}" tabindex="-1" role="button" aria-label="{attribute(label)}"{extra}>'
        f"{content}</g>"
    )


# ---- the picture and its frame --------------------------------------------------------------------------------

Key = tuple[str, str]
"""An entry of a legend: the markup of a sample 16 pixels wide around (8, 0), and what it means."""


def key(look: str, words: str, *, hollow: bool = False) -> Key:
    """A look in a legend."""
    return glyph(look, 8, 0, 4.8, hollow=hollow), words


@dataclass(frozen=True)
class Picture:
    """One view, drawn: ``title`` is the finding in a sentence with numbers, ``subtitle`` what is drawn and left out.

    ``body`` is markup in a box ``WIDTH`` by ``height`` pixels; ``legend`` and ``notes`` (whole sentences) stand below
    it. ``sites`` are the numbers of the sites that have a mark. ``view`` is the name of the view.
    """

    view: str
    title: str
    subtitle: str
    height: float
    body: str
    legend: tuple[Key, ...] = ()
    notes: tuple[str, ...] = ()
    sites: tuple[int, ...] = ()

    def svg(self) -> str:
        """The whole picture as one SVG document."""
        inner = WIDTH - 2 * MARGIN
        title = lines_of(self.title, _TITLE, inner, 2, bold=True)
        subtitle = lines_of(self.subtitle, _SUBTITLE, inner, 3)
        out, y = [], 10.0
        for line in title:
            y += 27
            out.append(text(MARGIN, y, line, _TITLE, bold=True))
        y += 4
        for line in subtitle:
            y += 18.5
            out.append(text(MARGIN, y, line, _SUBTITLE, muted=True))
        y += 14
        out = [f'<g class="headline">{"".join(out)}</g>', f'<g transform="translate(0 {y:.1f})">{self.body}</g>']
        y += self.height + 12
        legend, y = _legend(self.legend, y)
        out.append(legend)
        for note in self.notes:
            for line in wrap(clean(note), 235):
                y += 14
                out.append(text(MARGIN, y, line, _SMALL, muted=True))
        height = round(y + 16)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" '
            f'height="{height}" font-family="{escape(FONT)}" role="img"><title>{attribute(self.title)}</title>'
            f"<desc>{attribute(self.subtitle)}</desc>"
            f'<rect class="bg" width="{WIDTH}" height="{height}" fill="{PAPER}"/>{"".join(out)}</svg>'
        )


def _legend(keys: Iterable[Key], y: float) -> tuple[str, float]:
    """A row of keys, or several if they do not fit; and the baseline of the last one."""
    out, x, y = [], float(MARGIN), y + 6
    for sample, words in keys:
        width = 22 + text_width(words, _SMALL) + 20
        if x + width > WIDTH - MARGIN and x > MARGIN:
            x, y = float(MARGIN), y + 18
        out.append(
            f'<g transform="translate({x:.1f} {y - 4:.1f})">{sample}</g>' + text(x + 20, y, words, _SMALL, muted=True)
        )
        x += width
    return "".join(out), y


def nothing(view: str, title: str, subtitle: str, notes: Sequence[str] = ()) -> Picture:
    """A picture of a view in which there is nothing to draw, and that says so."""
    return Picture(view, title, subtitle, 40, text(MARGIN, 24, "Nothing to draw.", 13, muted=True), notes=tuple(notes))
