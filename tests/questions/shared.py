"""The parts that several questions share: read from ``queries/_shared.cypher``, and written into the questions.

A part is either a parameter of a head (known by its name, type and default) or a block of Cypher that begins with a
comment (known by the first line of that) and ends with a brace in the column of the comment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from tests.conftest import ROOT

SHARED = ROOT / "queries" / "_shared.cypher"

_PARAMETER, _MORE = "//   $", "//     "
Parts = Mapping[str, Sequence[str]]


def parts() -> Parts:
    """The lines of each shared part by what it is known by."""
    out: dict[str, list[str]] = {}
    for paragraph in SHARED.read_text("utf-8").split("\n\n"):
        lines = paragraph.strip("\n").split("\n")
        if lines[0].startswith(_PARAMETER):
            for parameter in _parameters(lines):
                assert _known_by(parameter) not in out, parameter
                out[_known_by(parameter)] = parameter
        elif lines[-1] == "}":
            assert lines[0] not in out, lines[0]
            assert lines[0].startswith("// "), f"a block begins with a comment: {lines[0]}"
            assert lines.count("}") == 1, f"one block each: {lines[0]}"
            out[lines[0]] = lines
    return out


def written(text: str, shared: Parts) -> tuple[str, list[str]]:
    """A question with every shared part in it as it stands in ``shared``, and by what these parts are known."""
    out: list[str] = []
    used: list[str] = []
    lines = text.split("\n")
    i = 0
    while i < len(lines):
        bare = lines[i].lstrip(" ")
        indent = " " * (len(lines[i]) - len(bare))
        end = i + 1
        if bare.startswith(_PARAMETER):
            while lines[end].startswith(_MORE):
                end += 1
            known_by = _known_by(lines[i:end])
        else:
            known_by = bare
            if known_by in shared:
                end = lines.index(f"{indent}}}", i) + 1
        if known_by in shared:
            used.append(known_by)
            out += [indent + line for line in shared[known_by]]
        else:
            out += lines[i:end]
        i = end
    return "\n".join(out), used


def _parameters(lines: Sequence[str]) -> Iterator[list[str]]:
    """The lines of each parameter of a run of them."""
    starts = [i for i, line in enumerate(lines) if line.startswith(_PARAMETER)]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        yield list(lines[start:end])


def _known_by(parameter: Sequence[str]) -> str:
    joined = " ".join(line.removeprefix("//").strip() for line in parameter)
    found = re.match(r"\$\w+ \([^()]*\)", joined)
    return found[0] if found else joined
