"""The graph's columns beside the store, so that an unchanged store opens at once.

One file for each state of the store and day asked for, in one folder for each store; it is mapped into memory.
Whatever does not fit to the last byte (another state, another program, a damaged file) is as good as absent: the
rows are read again. Everything here may be deleted at any time.

The file: magic, length and SHA-256 of the header, the header (JSON: what it was made from, name, type and length of
each array, checksum of all arrays), then the arrays, each at a multiple of 64 bytes. Nothing in it is executed.
"""

from __future__ import annotations

import hashlib
import json
import mmap
import os
import re
import struct
import tempfile
import zlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path

import numpy as np

from graphmap import graph, owner
from graphmap.graph import Column

_MAGIC = b"graphmap columns"
_FORMAT = 1
_START = struct.Struct("<16sI32s")
_ALIGNED = 64
_TYPES = frozenset({"|i1", "|u1", "<i4", "<i8", "<f8", "<M8[D]"})

_KEPT = 4
"""How many days of one state of the store are kept: the columns of a million suppliers take half a gigabyte."""

LATEST = "latest"
"""What stands for a day where the latest documents are asked for."""

_OURS = re.compile(r"\d+-[0-9a-f]+\.(latest|\d{4}-\d\d-\d\d)\.(columns|\w+\.part)")


class ColumnCache:
    """The cached columns of one store. What it finds damaged or cannot write is never an error."""

    def __init__(self, folder: Path, schema: str, like: Path | None = None) -> None:
        """``like``: the file whose readers may read the columns, too; by default only their owner may."""
        self.folder, self._schema, self._like = folder, schema, like

    def read(self, generation: str, day: str) -> dict[str, Column] | None:
        """The columns of this state of the store on this day (ISO, or "latest"), or None if they are not there."""
        try:
            with self._path(generation, day).open("rb") as file:
                mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            return _unpack(mapped, self._about(generation, day))
        except (OSError, ValueError, KeyError, TypeError, struct.error):
            return None

    def write(self, generation: str, day: str, columns: Mapping[str, Column]) -> None:
        """Keep the columns; let go of those of other states and of days that were read long ago."""
        path = self._path(generation, day)
        with suppress(OSError):
            self.folder.mkdir(parents=self._like is None, exist_ok=True)
            handle, name = tempfile.mkstemp(".part", path.stem + ".", self.folder)
            part = Path(name)
            try:
                with os.fdopen(handle, "wb") as file:
                    part.chmod(self._like.stat().st_mode & 0o666 if self._like else 0o600)
                    file.writelines(_pack(columns, self._about(generation, day)))
                part.replace(path)
            finally:
                part.unlink(missing_ok=True)
            self._remove(self._outdated(path, generation))

    def drop(self) -> None:
        """Remove all columns. Done at every write, so that nothing outlives a document that is forgotten."""
        with suppress(OSError):
            self._remove(self._files())
            self.folder.rmdir()

    def _path(self, generation: str, day: str) -> Path:
        return self.folder / f"{generation}.{day}.columns"

    def _about(self, generation: str, day: str) -> dict[str, object]:
        made_by = hashlib.sha256(_program() + self._schema.encode()).hexdigest()
        return {"format": _FORMAT, "made_by": made_by, "generation": generation, "day": day}

    def _files(self) -> list[Path]:
        """The files that we made; what others put here stays."""
        return [file for file in self.folder.iterdir() if _OURS.fullmatch(file.name)]

    def _outdated(self, newest: Path, generation: str) -> list[Path]:
        same_state = [file for file in self._files() if file.name.startswith(f"{generation}.")]
        latest = self._path(generation, LATEST)  # what nearly everybody asks for, whatever else was read
        kept = sorted(same_state, key=lambda file: (file not in (newest, latest), -file.stat().st_mtime_ns))[:_KEPT]
        return [file for file in self._files() if file not in kept]

    def _remove(self, files: Sequence[Path]) -> None:
        for file in files:
            with suppress(OSError):  # Windows keeps what is still mapped; the next write removes it
                file.unlink()


@cache
def _program() -> bytes:
    """A digest of the code that makes columns, so that another version makes its own."""
    files = [Path(graph.__file__), Path(owner.__file__), *sorted(Path(__file__).parent.glob("*.py"))]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).digest()


def _padding(length: int) -> bytes:
    return bytes(-length % _ALIGNED)


def _pack(columns: Mapping[str, Column], about: Mapping[str, object]) -> list[bytes | memoryview]:
    arrays = {name: np.ascontiguousarray(column, column.dtype.newbyteorder("<")) for name, column in columns.items()}
    body = [part for array in arrays.values() for part in (array.view(np.uint8).data, _padding(array.nbytes))]
    checksum = 0
    for part in body:
        checksum = zlib.crc32(part, checksum)
    shapes = [[name, array.dtype.str, len(array)] for name, array in arrays.items()]
    header = json.dumps({**about, "arrays": shapes, "checksum": checksum}).encode()
    start = _START.pack(_MAGIC, len(header), hashlib.sha256(header).digest()) + header
    return [start, _padding(len(start)), *body]


def _unpack(mapped: mmap.mmap, about: Mapping[str, object]) -> dict[str, Column] | None:
    magic, length, digest = _START.unpack_from(mapped)
    end = _START.size + length
    raw = mapped[_START.size : end]
    if magic != _MAGIC or hashlib.sha256(raw).digest() != digest:
        return None
    header = json.loads(raw)
    place = end + len(_padding(end))
    if header != {**header, **about} or zlib.crc32(memoryview(mapped)[place:]) != header["checksum"]:
        return None
    columns = {}
    for name, kind, count in header["arrays"]:
        if kind not in _TYPES or count < 0:
            return None
        columns[name] = np.frombuffer(mapped, kind, count, place)
        place += columns[name].nbytes + len(_padding(columns[name].nbytes))
    return columns if place == len(mapped) else None
