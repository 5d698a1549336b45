"""Where companies, smelters and mines stand: one place for each, of all that the documents say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from math import nan

import numpy as np

from graphmap import places
from graphmap.analysis.case import Case
from graphmap.analysis.dates import dates_of
from graphmap.graph import SupplyGraph


@dataclass(frozen=True)
class Location:
    """Where something stands: ``country`` (ISO 3166-1 alpha-2), ``region`` (ISO 3166-2, "" if nobody says).

    ``latitude`` and ``longitude`` are in degrees, NaN where no document gives them.
    """

    country: str
    region: str = ""
    latitude: float = nan
    longitude: float = nan

    @property
    def exact(self) -> bool:
        """Whether a document gives coordinates."""
        return self.latitude == self.latitude


def find_locations(case: Case) -> dict[int, Location]:
    """Where each node (canonical graph node) stands as far as was known on the date of the case.

    If documents disagree, the country counts that most of them name, of equals that of the latest; within it the
    region likewise, and the coordinates of the latest document that gives any.
    """
    graph, table = case.graph, case.graph.table("LOCATED_IN")
    known = np.ones(len(table), np.bool_)
    if case.as_of is not None:
        said = dates_of(graph, table)
        known = np.isnat(said) | (said <= np.datetime64(case.as_of))
    latitude, longitude = table.values("latitude"), table.values("longitude")
    codes = {area: graph.ids[area] for area in np.unique(table.head).tolist()}
    # Of most nodes all claims name one area and no coordinates: nothing is to be weighed there.
    area_of, disputed = np.zeros(len(graph), np.int32), np.zeros(len(graph), np.bool_)
    area_of[table.tail[known]] = table.head[known]
    disputed[table.tail[known & ((table.head != area_of[table.tail]) | ~np.isnan(latitude))]] = True
    plain, known = known & ~disputed[table.tail], known & disputed[table.tail]
    of_area = {area: _location({code: set()}, []) for area, code in codes.items()}
    found = {
        tail: of_area[area] for tail, area in zip(table.tail[plain].tolist(), table.head[plain].tolist(), strict=True)
    }
    documents: dict[int, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    exact: dict[int, list[tuple[int, str, float, float]]] = defaultdict(list)
    ages = graph.recency[table.source]
    columns = (column[known].tolist() for column in (table.tail, table.head, ages, latitude, longitude))
    for tail, area, age, north, east in zip(*columns, strict=True):
        documents[tail][codes[area]].add(age)
        if north == north:
            exact[tail].append((age, codes[area], north, east))
    found |= {tail: _location(told, exact.get(tail, [])) for tail, told in documents.items()}
    return dict(sorted(found.items()))


def _location(told: Mapping[str, set[int]], exact: list[tuple[int, str, float, float]]) -> Location:
    if len(told) == 1 and not exact:
        (code,) = told
        country = places.country_of(code)
        return Location(country, code if code != country else "")
    by_country: dict[str, set[int]] = defaultdict(set)
    for code, ages in told.items():
        by_country[places.country_of(code)] |= ages
    country = most_said(by_country)
    regions = {code: ages for code, ages in told.items() if code != country and places.country_of(code) == country}
    region = most_said(regions) if regions else ""
    points = sorted(point for point in exact if places.country_of(point[1]) == country)
    return Location(country, region, *points[-1][2:]) if points else Location(country, region)


def most_said(documents: Mapping[str, set[int]]) -> str:
    """The code that most documents name (given by their recency), of equals that of the latest, then the first."""
    return max(sorted(documents), key=lambda code: (len(documents[code]), max(documents[code])))


def country_of(graph: SupplyGraph, area: int) -> str:
    """The code of the country that an area (graph node) is or lies in."""
    return places.country_of(graph.ids[area])
