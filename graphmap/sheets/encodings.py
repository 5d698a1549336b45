"""Text of East Asia that an old Excel saved without Unicode: told by which pairs of bytes it is made of."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

_HIGH = re.compile(rb"[\x80-\xff]+")

_LEAST = 0.75
"""So much of a text must be made of signs that are common in an encoding."""

_FEWEST = 3
"""With fewer signs nothing can be told."""


def _is_kana(char: str) -> bool:
    return "\u3041" <= char <= "\u30ff"  # the narrow ones are what other encodings look like when read as Japanese


def _leads(codec: str, first: int, last: int, least: int = 0x40) -> Callable[[str], bool]:
    """Whether a sign is among those that a national standard calls common: by its two bytes."""

    def is_common(char: str) -> bool:
        pair = char.encode(codec, "ignore")
        return len(pair) == 2 and first <= pair[0] <= last and pair[1] >= least

    return is_common


def _japanese(char: str) -> bool:
    return _is_kana(char) or _LEVEL_1(char)


_LEVEL_1 = _leads("cp932", 0x88, 0x97)

_CODECS: Mapping[str, tuple[str, Callable[[str], bool]]] = {
    "cp949": ("Korean (CP949)", _leads("cp949", 0xB0, 0xC8, 0xA1)),  # syllables
    "cp932": ("Japanese (Shift JIS)", _japanese),
    "gb18030": ("Chinese (GB18030)", _leads("gbk", 0xB0, 0xD7, 0xA1)),  # level 1 of GB 2312
    "big5": ("Chinese (Big5)", _leads("big5", 0xA4, 0xC6)),  # level 1
}
"""Codec, its name for a reader, and which signs are common in it; in the order that decides where several fit."""


def east_asian(data: bytes) -> tuple[str, str] | None:
    """The codec and the name of the encoding of East Asia that bytes are in; None if they look like another.

    Western text has single letters above 127 between others; there, they come in pairs and runs.
    """
    runs = _HIGH.findall(data)
    high = sum(map(len, runs))
    if not high or sum(len(run) for run in runs if len(run) > 1) < high * 0.6:
        return None
    best: tuple[float, str] | None = None
    for codec, (_, is_common) in _CODECS.items():
        try:
            text = data.decode(codec)
        except UnicodeDecodeError as error:
            if error.start < len(data) - 4:  # not merely cut in the middle of a sign
                continue
            text = data[: error.start].decode(codec)
        signs = [char for char in text if char > "\x7f" and char.isalnum()]
        common = sum(map(is_common, signs)) / len(signs) if len(signs) >= _FEWEST else 0.0
        if common >= _LEAST and (best is None or common > best[0] + 0.05):
            best = (common, codec)
    return (best[1], _CODECS[best[1]][0]) if best else None
