"""A country's or region's code from what a form says.

Countries are ISO 3166-1 alpha-2, regions ISO 3166-2, both from pycountry (offline). Only whole names match, never
parts or look-alikes: a wrong country accuses somebody, so what could mean two countries means none, and the caller
raises an issue.
"""

from graphmap.places.countries import country, country_name, country_names, country_problem
from graphmap.places.regions import (
    country_of,
    current,
    parent_of,
    region,
    region_name,
    region_names,
    region_problem,
    regions_of,
)
from graphmap.places.rows import Place, read_coordinates, read_place

__all__ = [
    "Place",
    "country",
    "country_name",
    "country_names",
    "country_of",
    "country_problem",
    "current",
    "parent_of",
    "read_coordinates",
    "read_place",
    "region",
    "region_name",
    "region_names",
    "region_problem",
    "regions_of",
]
