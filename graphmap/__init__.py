"""graphmap: maps and rates risk in mineral supply chains, from supplier declarations to ranked, evidenced paths.

>>> import graphmap
>>> with graphmap.open("chain.graphmap") as work:      # doctest: +SKIP
...     work.load("campaign/")
...     print(work.rate().head())
...     print(work.paths(to="not-accepted").paths[0])
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from graphmap.api import Workspace as Workspace
    from graphmap.api import init as init
    from graphmap.api import open as open  # noqa: A004 - graphmap.open() says what it does

    __version__: str
else:

    def __getattr__(name: str) -> object:
        """Import what is asked for, and only then (PEP 562): ``import graphmap`` itself costs next to nothing."""
        if name in ("init", "open", "Workspace"):
            from graphmap import api

            return getattr(api, name)
        if name == "__version__":
            from importlib.metadata import version

            return version("graphmap-minerals")
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


__all__ = ["Workspace", "__version__", "init", "open"]
