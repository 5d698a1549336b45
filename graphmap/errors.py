"""What can go wrong, and what the user can do about it.

::

    GraphmapError             one line on stderr, exit code 2
    ├── FileRejected          a document that is not what it claims to be; the others go on
    ├── StoreError            the store cannot be opened, read or written
    │   └── StoreLost         its server cannot be reached
    ├── PolicyError           a policy or lens that cannot be found or read
    └── NotFound              a name or id that the graph does not hold

Doubtful *data* is never an exception: loaders yield ``records.Issue`` for it.
"""

from __future__ import annotations


class GraphmapError(Exception):
    """An error that the user can act on: what happened and, in ``cure``, what helps."""

    def __init__(self, message: str, cure: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.cure = cure

    def __str__(self) -> str:
        return f"{self.message} {self.cure}".strip()

    def __reduce__(self) -> tuple[type[GraphmapError], tuple[str, str]]:
        # Exceptions with two arguments do not travel between processes by themselves.
        return type(self), (self.message, self.cure)


class FileRejected(GraphmapError):  # noqa: N818 - the field says that a file is rejected
    """A document that is not what it claims to be. Nothing of it is stored."""


class StoreError(GraphmapError):
    """The store cannot be opened, read or written."""


class StoreLost(StoreError):  # noqa: N818 - says what has happened
    """The server that holds the store cannot be reached; another try now would wait as long again."""


class PolicyError(GraphmapError):
    """A policy or lens cannot be found or read."""


class NotFound(GraphmapError):  # noqa: N818 - reads as what it says
    """A name or id that the graph does not hold."""
