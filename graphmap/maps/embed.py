"""What pages that travel alone need: their own files, a policy that names them, and a frame inside a notebook."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from html import escape
from importlib import resources

from graphmap.maps.svg import attribute

_LONE = dict.fromkeys(range(55296, 57344), "�")
"""Halves of surrogate pairs, which no notebook file can hold."""


def as_iframe(html: str, *, height: int = 640, title: str) -> str:
    """A page as an ``iframe`` of ``height`` pixels; ``title`` is what a screen reader calls it.

    The page may run its scripts and offer downloads. It has an origin of its own, so that it sees neither cookies nor
    the notebook around it, and its own content security policy holds.
    """
    return (
        f'<iframe sandbox="allow-scripts allow-downloads" referrerpolicy="no-referrer" title="{attribute(title)}" '
        f'width="100%" height="{int(height)}" style="border:1px solid #D9DEE3" '
        f'srcdoc="{escape(html.translate(_LONE), quote=True)}"></iframe>'
    )


@cache
def own_file(name: str) -> str:
    """A script or style of the pages, as it lies beside this module."""
    return (resources.files("graphmap.maps") / name).read_text(encoding="utf-8").replace("\r\n", "\n")


def content_hash(text: str) -> str:
    """A script or style by its content, as a content security policy names it."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
