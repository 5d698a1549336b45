"""Maps of a supply chain: pictures whose title is the finding, and one page that can be questioned.

``Map`` draws what an ``Atlas`` holds. A view is one picture; the page holds them all, offline, in one file.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from graphmap.errors import GraphmapError
from graphmap.export import write_whole
from graphmap.maps.atlas import ALL, Atlas
from graphmap.maps.svg import Picture

if TYPE_CHECKING:
    from graphmap.analysis.trajectory import Trajectory
    from graphmap.maps.network import Placement

__all__ = ["ALL", "VIEWS", "Atlas", "Map", "Picture"]

VIEWS: Mapping[str, str] = {
    "paths": "the riskiest ways to smelters, and who gates them",
    "network": "every site, one dot each, by tier and country",
    "world": "where smelters stand and where their minerals come from",
    "flow": "what part of each mineral comes from where, and where it enters",
    "matrix": "the conformance rate of each direct supplier per mineral",
    "trend": "the conformance rate over time, and the way to the goal",
}
"""The views by name, in the order of the tabs, and what each shows."""

_SIZE_OF_NOTEBOOK = 760
"""Height of a map in a notebook, in pixels."""


@dataclass(frozen=True)
class Map:
    """All views of one atlas; pictures are drawn when they are first asked for.

    ``to`` is the group of smelters whose paths are drawn (``analysis.paths.TARGETS``), ``boundaries`` a file of
    boundaries other than those shipped, ``find_trajectory`` gives what the trend shows (None: there is no such view).
    """

    atlas: Atlas
    to: str = "not-accepted"
    boundaries: Path | None = None
    find_trajectory: Callable[[], Trajectory | None] = lambda: None
    _drawn: dict[tuple[str, str], Picture] = field(default_factory=dict, repr=False)

    @cached_property
    def trajectory(self) -> Trajectory | None:
        """What the trend shows; found when it is first asked for, as it takes a reading of the store for each date."""
        return self.find_trajectory()

    @property
    def views(self) -> tuple[str, ...]:
        """The views that this map has."""
        return tuple(view for view in VIEWS if self._has(view))

    def _has(self, view: str) -> bool:
        return view in VIEWS and (view != "trend" or self.trajectory is not None)

    def picture(self, view: str = "paths", mineral: str = ALL) -> Picture:
        """One view of one mineral, or of all. Raises ``GraphmapError`` for a view or mineral that there is not."""
        if not self._has(view):
            raise GraphmapError(f"There is no view {view}.", f"Choose one of: {', '.join(self.views)}.")
        if mineral not in (ALL, *self.atlas.minerals):
            here = ", ".join(self.atlas.minerals) or "none"
            raise GraphmapError(f"{self.atlas.name} has no part in the chain of {mineral}.", f"Minerals here: {here}.")
        if (view, mineral) not in self._drawn:
            self._drawn[view, mineral] = self._draw(view, mineral)
        return self._drawn[view, mineral]

    def _draw(self, view: str, mineral: str) -> Picture:
        match view:  # each view is imported when it is drawn
            case "paths":
                from graphmap.maps.paths import draw_paths

                return draw_paths(self.atlas, mineral, to=self.to)
            case "network":
                from graphmap.maps.network import draw_network

                return draw_network(self.atlas, mineral, self._placement)
            case "world":
                from graphmap.maps.world import draw_world

                return draw_world(self.atlas, mineral, boundaries=self.boundaries)
            case "flow":
                from graphmap.maps.flow import draw_flow

                return draw_flow(self.atlas, mineral)
            case "matrix":
                from graphmap.maps.matrix import draw_matrix

                return draw_matrix(self.atlas, mineral)
        from graphmap.maps.trend import draw_trend

        assert self.trajectory is not None
        return draw_trend(self.atlas, self.trajectory, mineral)

    @cached_property
    def _placement(self) -> Placement:
        from graphmap.maps.network import place_sites

        return place_sites(self.atlas)

    def svg(self, view: str = "paths", mineral: str = ALL) -> str:
        """One view as an SVG document."""
        return self.picture(view, mineral).svg()

    def png(self, view: str = "paths", mineral: str = ALL, *, scale: float = 2.0) -> bytes:
        """One view as a PNG, ``scale`` times 1,480 pixels wide. Needs the extra "pictures"."""
        from graphmap.maps.formats import to_png

        return to_png(self.svg(view, mineral), scale=scale)

    def pdf(self, *views: str, mineral: str = ALL) -> bytes:
        """Views, by default all of them, as a PDF with one A4 page each. Needs the extra "pictures"."""
        from graphmap.maps.formats import to_pdf

        return to_pdf([self.svg(view, mineral) for view in views or self.views])

    def html(self) -> str:
        """The page: one file that opens without a network and holds every claim with its receipt."""
        from graphmap.maps.page import build_page

        with _uncollected():
            return build_page(self.atlas, self.views, self.picture, self._placement)

    def findings(self, *views: str, mineral: str = ALL) -> Iterator[tuple[str, str]]:
        """Views, by default all of them, and the sentence that is the title of each."""
        return ((view, self.picture(view, mineral).title) for view in views or self.views)

    def save(self, path: str | Path) -> Path:
        """Write the page; the file appears whole or not at all."""
        return write_whole(path, self.html().encode())

    def _repr_html_(self) -> str:
        from graphmap.maps.embed import as_iframe

        return as_iframe(self.html(), height=_SIZE_OF_NOTEBOOK, title=f"Supply chain of {self.atlas.name}")


@contextmanager
def _uncollected() -> Iterator[None]:
    """Let Python's search for circles rest: of the objects of a page nearly all stay until it is done.

    With 20,000 sites it took a tenth of the time.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


@dataclass(frozen=True)
class Around:
    """The neighbourhood of one node, as a page of its own."""

    page: str
    title: str

    def html(self) -> str:
        """The page: one file that opens without a network."""
        return self.page

    def save(self, path: str | Path) -> Path:
        """Write the page; the file appears whole or not at all."""
        return write_whole(path, self.page.encode())

    def _repr_html_(self) -> str:
        from graphmap.maps.embed import as_iframe

        return as_iframe(self.page, height=_SIZE_OF_NOTEBOOK, title=self.title)
