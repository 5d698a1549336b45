"""The place that a row of a table names."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from graphmap.places.countries import country, country_name, country_problem
from graphmap.places.regions import country_of, region, region_name, region_problem
from graphmap.records import Node

if TYPE_CHECKING:
    from graphmap.sheets import Row


class Place(NamedTuple):
    """Where something is: ``country`` and ``region`` as codes, "" if not known, and what was ``written``."""

    country: str = ""
    region: str = ""
    written: str = ""

    @property
    def nodes(self) -> tuple[Node, ...]:
        """The places as nodes, the smallest first; empty if none is known."""
        region = [Node("Region", self.region, region_name(self.region))] if self.region else []
        return (*region, *([Node("Country", self.country, country_name(self.country))] if self.country else []))


def read_place(row: Row, field: str = "country") -> Place:
    """The place in a row's country ``field`` and field ``region``; what is not understood becomes an issue."""
    land, part = row.take(field), row.take("region")
    code = country(land)
    if land and not code:
        row.issue("error", field, *country_problem(land))
    inside = region(part, code or "")
    if inside and not land:
        code = country_of(inside)
    if inside and not code:  # the country was not understood: the region must not stand for it
        inside = None
    if part and not inside:
        row.issue("error", "region", *region_problem(part, code))
    return Place(code or "", inside or "", ", ".join(text for text in (part, land) if text))


def read_coordinates(row: Row, place: Place) -> dict[str, float]:
    """``latitude`` and ``longitude`` (degrees, WGS 84) of a row, or nothing; doubtful ones become an issue.

    They stand in fields of these names or, latitude first, in one field ``coordinates``.
    Without a country they are not used: nothing could be said to stand there.
    """
    latitude, longitude, field = row.degrees("latitude", "ns"), row.degrees("longitude", "ew"), "latitude"
    if latitude is None and longitude is None:
        field, pair = "coordinates", row.pair_of_degrees("coordinates")
        if not pair:
            return {}
        latitude, longitude = pair
    if latitude is None or longitude is None:
        if latitude is not None or longitude is not None:
            row.issue("error", field, "one coordinate without the other is not used", "Give both or none.")
        return {}
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        swapped = -90 <= longitude <= 90 and -180 <= latitude <= 180
        cure = "Are latitude and longitude swapped?" if swapped else "Write degrees, not metres of a grid."
        row.issue("error", field, f"({latitude:g}, {longitude:g}) is not on the globe", cure)
        return {}
    if latitude == 0 and longitude == 0:
        row.issue("error", field, "(0, 0) lies in the sea and often stands for unknown", "Leave unknown cells empty.")
        return {}
    if not place.country:
        row.issue("error", field, "coordinates without a country are not used", "Give the country.")
        return {}
    return {"latitude": latitude, "longitude": longitude}
