"""Pictures as PNG and PDF: of the right size, not blank, with their text, and the same every time."""

from __future__ import annotations

import builtins
import io
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pypdf
import pytest

from graphmap.errors import GraphmapError
from graphmap.maps import formats, svg
from graphmap.maps.atlas import Atlas
from graphmap.maps.palette import AREA, LAND, LOOKS
from graphmap.maps.world import draw_world
from graphmap.records import Edge, Node
from tests.chains import case_of, country, located, region
from tests.graphs import buys, declares, smelter

Pixels = npt.NDArray[np.int16]


def read_png(data: bytes) -> Pixels:
    """The pixels of a PNG of 8 bits a channel as rows x columns x RGB(A), by ISO/IEC 15948, section 9."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    at, packed, width, height, channels = 8, b"", 0, 0, 0
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        body = data[at + 8 : at + 8 + length]
        assert zlib.crc32(kind + body) == struct.unpack(">I", data[at + 8 + length : at + 12 + length])[0]
        if kind == b"IHDR":
            width, height, depth, colour = struct.unpack(">IIBB", body[:10])
            assert depth == 8
            channels = {2: 3, 6: 4}[colour]
        packed += body if kind == b"IDAT" else b""
        at += 12 + length
    raw = np.frombuffer(zlib.decompress(packed), np.uint8).reshape(height, 1 + width * channels)
    out = np.zeros((height, width, channels), np.int16)
    above = np.zeros((width, channels), np.int16)
    for y in range(height):
        line, filter_ = raw[y, 1:].reshape(width, channels).astype(np.int16), int(raw[y, 0])
        if filter_ == 1:
            line = np.cumsum(line, axis=0) % 256
        elif filter_ == 2:
            line = (line + above) % 256
        elif filter_ in (3, 4):
            left, corner = np.zeros(channels, np.int16), np.zeros(channels, np.int16)
            for x in range(width):
                up = above[x]
                if filter_ == 3:
                    guess = (left + up) // 2
                else:
                    whole = left + up - corner
                    a, b, c = abs(whole - left), abs(whole - up), abs(whole - corner)
                    guess = np.where((a <= b) & (a <= c), left, np.where(b <= c, up, corner))
                line[x] = left = (line[x] + guess) % 256
                corner = up
        out[y] = above = line
    return out


def colour(hex_: str) -> list[int]:
    return [int(hex_[i : i + 2], 16) for i in (1, 3, 5)]


def picture(title: str = "A finding with 3 numbers", body: str = "") -> str:
    mark = svg.glyph("severe", 400, 50, 30)
    return svg.Picture("paths", title, "What is drawn.", 100, body or mark, (svg.key("severe", "severe"),)).svg()


def test_a_png_has_the_size_and_the_colours_of_the_picture() -> None:
    drawn = picture()
    width, height = formats.size_of(drawn)
    assert width == svg.WIDTH
    pixels = read_png(formats.to_png(drawn, scale=0.5))
    assert pixels.shape[:2] == (round(height / 2), width / 2)
    assert struct.unpack(">II", formats.to_png(drawn)[16:24]) == (2 * width, 2 * height)
    assert len(np.unique(pixels[..., :3].reshape(-1, 3), axis=0)) > 20
    assert (pixels[..., :3] == colour(LOOKS["severe"].fill)).all(axis=2).sum() > 100


def test_the_same_picture_gives_the_same_bytes() -> None:
    assert formats.to_png(picture(), scale=1) == formats.to_png(picture(), scale=1)
    assert len({formats.to_pdf([picture(), picture("Two 二")]) for _ in range(12)}) == 1


def _fonts() -> str:
    try:
        return subprocess.run(["fc-list", ":lang=zh"], capture_output=True, text=True, check=False).stdout
    except OSError:
        return ""


@pytest.mark.skipif("CJK" not in _fonts(), reason="no font with Chinese characters is installed")
def test_chinese_text_does_not_vanish() -> None:
    with_, without = (
        read_png(formats.to_png(picture(body=svg.text(20, 50, words, 30)), scale=0.5))[..., :3]
        for words in ("华友钴业", " ")
    )
    assert with_.shape == without.shape
    assert (with_ != without).any(axis=2).sum() > 150


def test_a_pdf_has_a_page_of_a4_for_each_picture_with_its_text() -> None:
    pages = pypdf.PdfReader(io.BytesIO(formats.to_pdf([picture("First finding"), picture("Second finding")]))).pages
    assert [(round(float(page.mediabox.width)), round(float(page.mediabox.height))) for page in pages] == [
        (842, 595)
    ] * 2
    for page, words in zip(pages, ("First finding", "Second finding"), strict=True):
        assert words in " ".join(page.extract_text().split())


def test_a_tall_picture_stands_on_its_page() -> None:
    tall = svg.Picture("paths", "A tall one", "", 3000, svg.text(24, 2990, "the foot of it", 20)).svg()
    (page,) = pypdf.PdfReader(io.BytesIO(formats.to_pdf([tall]))).pages
    places: list[tuple[float, float]] = []

    def seen(words: str, matrix: Any, text: list[float], *_: object) -> None:
        if words.strip():
            places.append((text[4] * matrix[0] + matrix[4], text[5] * matrix[3] + matrix[5]))

    page.extract_text(visitor_text=seen)
    assert places
    assert all(0 < x < 842 and 0 < y < 595 for x, y in places)


def test_a_pdf_tells_no_date() -> None:
    data = formats.to_pdf([picture()])
    assert b"Date" not in data
    assert b"/ID" not in data


def test_nothing_to_write_and_too_large_are_said() -> None:
    with pytest.raises(GraphmapError, match="no picture"):
        formats.to_pdf([])
    for scale in (0.0, -1.0, 500.0, float("nan")):
        with pytest.raises(GraphmapError, match="cannot be drawn"):
            formats.to_png(picture(), scale=scale)


@pytest.mark.parametrize(
    ("package", "write"),
    [
        ("vl_convert", lambda: formats.to_png(picture())),
        ("vl_convert", lambda: formats.to_pdf([picture()])),
        ("pypdf", lambda: formats.to_pdf([picture()])),
    ],
)
def test_without_the_extra_the_cure_is_said(
    package: str, write: Callable[[], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = builtins.__import__

    def fail(name: str, *more: Any) -> Any:
        if name.partition(".")[0] == package:
            raise ImportError(name)
        return real(name, *more)

    monkeypatch.setattr(builtins, "__import__", fail)
    with pytest.raises(GraphmapError) as caught:
        write()
    assert "pip install 'graphmap-minerals[pictures]'" in caught.value.cure


def test_an_area_of_the_lens_has_its_tint() -> None:
    """A place in the east of DR Congo, on the map of a lens that lists the country's provinces."""
    listed = Edge("LISTED_BY", country("CD"), Node("AreaList", "us-1502", "us-1502"), "A1", "", {"level": "listed"})
    case = case_of(buys("B", "S", 1.0), declares("S", "X"), located(smelter("X"), region("CD-NK")), listed)
    drawn = draw_world(Atlas(case, case.graph.of_label("Company")[0])).svg()
    assert AREA in drawn
    pixels = read_png(formats.to_png(drawn, scale=0.5))[..., :3]
    tinted = (pixels == colour(AREA)).all(axis=2)
    land = (pixels == colour(LAND)).all(axis=2)
    assert tinted.sum() > 20
    assert land.sum() > tinted.sum()


def test_importing_maps_does_not_import_what_is_heavy() -> None:
    code = "import sys, graphmap.maps.formats; assert not {'vl_convert', 'pypdf'} & sys.modules.keys()"
    subprocess.run([sys.executable, "-c", code], check=True)
