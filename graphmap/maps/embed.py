"""A page inside a notebook: in a frame that can neither reach the notebook nor the network."""

from __future__ import annotations

from html import escape

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
