"""The twelve worked cases of METHOD 4 and the golden chain, as claims."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from graphmap.records import Edge, Node
from tests.graphs import answered, buys, declares, smelter

GOOD, BAD = "CID000001", "CID000002"
"""Accepted (0.05) and not accepted (0.90)."""


def assessed(smelter_id: str, status: str, mineral: str = "", scheme: str = "RMAP") -> Edge:
    return Edge("ASSESSED_BY", smelter(smelter_id), Node("Scheme", scheme, scheme), "A1", mineral, {"status": status})


def lists(company: str, *smelters: str, complete: bool = True) -> list[Edge]:
    """A declaration that says of itself whether it is complete."""
    answers = [answered(company, "cmrt:6", "100%", "gold"), answered(company, "cmrt:7", "Yes" if complete else "No")]
    return [*(declares(company, one) for one in smelters), *answers]


class Worked(NamedTuple):
    """A case and what follows for B: estimate, low, high, unknown, placed by its own list."""

    name: str
    claims: Sequence[Edge]
    figures: tuple[float, float, float, float, float]


_NO_GOLD = answered("S3", "cmrt:1", "No", "gold")
_CASE_1 = [_NO_GOLD, buys("B", "S1", 0.3), buys("B", "S2"), *lists("S1", GOOD), *lists("S2", BAD)]
_CASE_6 = [buys("B", "S1", 1.0), buys("S1", "S2", 1.0), *lists("B", BAD)]
_CASE_8 = [buys("B", "S1", 0.6), buys("B", "S2", 0.4), *lists("S1", GOOD)]
_ROLE = Edge("HAS_ROLE", Node("Company", "S3"), Node("Role", "supplier"), "A1")

_STATUS = [assessed(GOOD, "Conformant"), assessed(BAD, "Non-conformant")]

CASES = [
    Worked(name, [*_STATUS, *claims], figures)
    for name, claims, figures in [
        ("1", [*_CASE_1, buys("B", "S3", 0.4)], (0.475, 0.475, 0.475, 0, 0)),
        (
            "2, two rows",
            [*_CASE_1, buys("B", "S3", 0.2, row="A1"), buys("B", "S3", 0.2, row="A2")],
            (0.475, 0.475, 0.475, 0, 0),
        ),
        (
            "2, a role",
            [*_CASE_1, buys("B", "S3", 0.4), buys("B", "S3", row="A9"), _ROLE],
            (0.475, 0.475, 0.475, 0, 0),
        ),
        ("3", [buys("B", "S1", 1.0), *lists("S1", GOOD), *lists("B", GOOD, BAD)], (0.05, 0.05, 0.90, 0, 0)),
        (
            "4",
            [buys("B", "S1", 0.4), buys("B", "S2", 0.6), *lists("S1", GOOD), *lists("B", GOOD, BAD)],
            (0.56, 0.05, 0.90, 0, 0.6),
        ),
        ("5", [buys("B", "S1", 1.0, "gold")], (0.70, 0.05, 1.00, 1, 0)),
        ("6", [*_CASE_6, *lists("S1", GOOD)], (0.05, 0.05, 0.90, 0, 0)),
        ("7", [*_CASE_6, *lists("S1", GOOD, complete=False)], (0.70, 0.05, 1.00, 1, 0)),
        ("8", [*_CASE_8, *lists("B", GOOD)], (0.05, 0.05, 0.05, 0, 0.4)),
        ("9", [*_CASE_8, *lists("B", GOOD, complete=False)], (0.31, 0.05, 0.43, 0.4, 0)),
        ("10", [buys("B", "S1", 1.0), *lists("S1", GOOD, complete=False)], (0.375, 0.05, 1.00, 0.5, 0)),
        ("11", [buys("B", "S1", 0.1), *lists("S1", GOOD), *lists("B", GOOD, BAD)], (0.815, 0.05, 0.90, 0, 0)),
        ("12", [buys("B", "A", 1.0), buys("A", "B", 1.0), *lists("A", GOOD)], (0.05, 0.05, 0.05, 0, 0)),
    ]
]

#     B ─0.6─ S1 ─0.5─ SubA ─1──── X (accepted)
#     │        └──0.5─ SubB ─0.25── X
#     └─0.4─ S2 ──1─── SubB ─0.75── Y (not accepted)
#
# No document can give the shares of a declaration: SubB buys 25 % and 75 % from two companies that name X and Y only.
GOLDEN = [
    *_STATUS,
    buys("B", "S1", 0.6),
    buys("B", "S2", 0.4),
    buys("S1", "SubA", 0.5),
    buys("S1", "SubB", 0.5),
    buys("S2", "SubB", 1.0),
    buys("SubB", "OfX", 0.25),
    buys("SubB", "OfY", 0.75),
    *lists("SubA", GOOD),
    *lists("OfX", GOOD),
    *lists("OfY", BAD),
]
GOLDEN_HAZARD = {GOOD: 0.05, BAD: 1.0}
GOLDEN_EXPOSURE = {"SubA": 0.05, "SubB": 0.7625, "S1": 0.40625, "S2": 0.7625, "B": 0.54875}
GOLDEN_MASSES = {GOOD: 0.475, BAD: 0.525}
GOLDEN_ATTRIBUTION = {GOOD: 0.02375, BAD: 0.525}
GOLDEN_PATHS = {BAD: 2, GOOD: 3}
GOLDEN_GATES = {"SubB": {BAD}, "OfY": {BAD}}
"""Who gates which smelter for B. OfY stands where the hand-worked chain has the declaration of Y itself."""
GOLDEN_RATE_BY_COUNT, GOLDEN_RATE_BY_MASS = 0.5, 0.475
