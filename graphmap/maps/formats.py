"""Pictures for documents: PNG and PDF of the same SVG that the page shows.

Drawn by resvg and svg2pdf through vl-convert-python, with the fonts of the machine; without a browser or a network.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from graphmap.errors import GraphmapError

if TYPE_CHECKING:
    from pypdf import PageObject

_A4 = (841.89, 595.28)
"""Width and height of ISO 216 A4 landscape, in points of 1/72 inch."""

_EDGE = 28.35
"""Left free around a picture on a page: 10 mm, which every printer can print."""

_LARGEST = 200e6
"""Pixels of a PNG at most: 800 MB in memory."""

_VIEW_BOX = re.compile(r'viewBox="([-\d.]+)[ ,]+([-\d.]+)[ ,]+([\d.]+)[ ,]+([\d.]+)"')


def to_png(svg: str, *, scale: float = 2.0) -> bytes:
    """A picture as PNG, ``scale`` pixels for each of its own. Raises ``GraphmapError`` if it would be too large, or
    if the extra "pictures" is not installed."""
    width, height = size_of(svg)
    if not (scale > 0 and scale * scale * width * height <= _LARGEST):
        raise GraphmapError(f"A picture {scale:g} times as large cannot be drawn.", "Choose a scale from 0.5 to 4.")
    drawn: bytes = _engine().svg_to_png(svg, scale=scale)
    return drawn


def to_pdf(pictures: Sequence[str]) -> bytes:
    """Pictures (SVG) as one PDF: a page of A4 landscape for each, fitted and centred; text stays text.

    Holds no date and no random id: the same pictures and fonts give the same bytes. Raises ``GraphmapError`` for no
    picture, or if the extra "pictures" is not installed.
    """
    if not pictures:
        raise GraphmapError("There is no picture to write.", "Name one or more views.")
    engine = _engine()
    try:
        from pypdf import PdfReader, PdfWriter
        from pypdf.generic import DecodedStreamObject, RectangleObject
    except ImportError as error:
        raise _missing() from error

    out = PdfWriter()
    out.metadata = {"/Producer": "graphmap"}
    for svg in pictures:
        drawn = PdfReader(io.BytesIO(engine.svg_to_pdf(svg))).pages[0]
        _sort(drawn["/Resources"])
        stream: Any = drawn["/Contents"].get_object()
        page = out.add_page(drawn)
        scale, right, up = _fitted(page)
        # By hand: pypdf's ways give fonts new names at random, or parse every curve of a map of the world.
        content = DecodedStreamObject()
        moved = f"q {scale:.6f} 0 0 {scale:.6f} {right:.3f} {up:.3f} cm\n".encode()
        content.set_data(moved + stream.get_data() + b"\nQ\n")
        page.replace_contents(content.flate_encode())
        page.mediabox = page.cropbox = RectangleObject((0, 0, *_A4))
    file = io.BytesIO()
    out.write(file)
    return file.getvalue()


def size_of(svg: str) -> tuple[float, float]:
    """Width and height of a picture, in its own pixels."""
    found = _VIEW_BOX.search(svg, 0, 1000)
    assert found is not None, "every picture has a viewBox"
    return float(found[3]), float(found[4])


def _fitted(drawn: PageObject) -> tuple[float, float, float]:
    """The scale by which a drawn page fits, and how far it then moves to the right and up to stand in the middle."""
    width, height = float(drawn.mediabox.width), float(drawn.mediabox.height)
    scale = min((_A4[0] - 2 * _EDGE) / width, (_A4[1] - 2 * _EDGE) / height)
    return scale, (_A4[0] - scale * width) / 2, (_A4[1] - scale * height) / 2


def _sort(held: Any, seen: set[int] | None = None) -> None:
    """Put what a page uses in the order of its names: svg2pdf lists it in an order that changes from call to call."""
    seen = set() if seen is None else seen
    held = held.get_object()
    if not isinstance(held, dict) or id(held) in seen:
        return
    seen.add(id(held))
    for name, value in sorted(held.items()):
        del held[name]
        held[name] = value
        _sort(value, seen)


def _engine() -> Any:
    try:
        import vl_convert
    except ImportError as error:
        raise _missing() from error
    return vl_convert


def _missing() -> GraphmapError:
    return GraphmapError("PNG and PDF need an extra.", "Install it: pip install 'graphmap-minerals[pictures]'")
