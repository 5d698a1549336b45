"""What the graph holds: the one declaration of nodes, edges and minerals.

Validation, the tables of the stores and the tables in the docs are derived from here. A new kind of node or
edge is one new entry. A node carries identity and a display name only; whatever can be disputed is an edge.
All edges point upstream, or from a thing to what is said of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class NodeType:
    """One kind of node: its label, one line of meaning, and what its ids look like."""

    label: str
    meaning: str
    id_form: str


@dataclass(frozen=True)
class EdgeType:
    """One kind of edge, a claim that reads "tail NAME head".

    ``mineral`` says whether the claim names a mineral: ``"always"``, ``"maybe"`` or ``"never"``.
    ``properties`` gives the type of each property: ``str``, ``float`` (unknown is None, NaN in columns) or
    ``date``. ``private`` edges hold personal data and stay out of exports unless asked for.
    """

    name: str
    tails: frozenset[str]
    heads: frozenset[str]
    meaning: str
    mineral: str = "never"
    properties: Mapping[str, type] = field(default_factory=dict)
    private: bool = False


_NODES = [
    NodeType("Company", "A brand, supplier or trader", "the user's own id, `DUNS:…`, `LEI:…`, else `name:…`"),
    NodeType("Smelter", "A smelter, refiner or processor",
             "RMI `CID…`, else `unlisted:metal:name:country` or `unidentified:metal:company`"),
    NodeType("Mine", "A mine site", "the source's own id, else `mine:name:country`"),
    NodeType("Region", "A part of a country", "ISO 3166-2, e.g. `CD-NK`"),
    NodeType("Country", "A country", "ISO 3166-1 alpha-2, e.g. `CD`"),
    NodeType("Product", "Something a company makes", "`company#product number`"),
    NodeType("Scheme", "A scheme that assesses smelters", "its usual short name, e.g. `RMAP`"),
    NodeType("AreaList", "A dated list of areas or companies of concern", "a short name, e.g. `cahra`"),
    NodeType("Question", "A question of a declaration template", "`cmrt:` and its number or letter, e.g. `cmrt:3`"),
    NodeType("Risk", "A risk of Annex II of the OECD Guidance", "`annex-ii:1` to `annex-ii:6`"),
    NodeType("Role", "A part that a company plays", "`brand`, `supplier`, …"),
    NodeType("Contact", "How to reach somebody; holds personal data", "`contact:` and a digest"),
]  # fmt: skip


def _edge(
    name: str,
    tails: str,
    heads: str,
    meaning: str,
    /,
    mineral: str = "never",
    private: bool = False,
    **properties: type,
) -> EdgeType:
    return EdgeType(name, frozenset(tails.split()), frozenset(heads.split()), meaning, mineral, properties, private)


_EDGES = [
    _edge("BUYS_FROM", "Company", "Company", "buys goods or minerals from; `share` is of the buyer's purchases, 0 to 1",
          "maybe", product=str, share=float, spend=float, currency=str),
    _edge("DECLARES", "Company", "Smelter", "names in a declaration as being in its whole upstream chain",
          "always", written_name=str, written_id=str, written_country=str, id_source=str, street=str, city=str,
          state=str, recycled=str, mines=str, mine_countries=str, next_steps=str, comment=str),
    _edge("FED_BY", "Smelter", "Mine", "is said to source from", "maybe", written_name=str),
    _edge("ORIGINATES_IN", "Smelter Mine", "Country Region", "processes or digs mineral that comes from",
          "maybe", written=str, level=str),
    _edge("LOCATED_IN", "Company Smelter Mine Region", "Country Region", "stands in",
          written=str, latitude=float, longitude=float, precision=str),
    _edge("ASSESSED_BY", "Smelter", "Scheme", "has this status under an assurance scheme",
          "maybe", status=str, assessed=date, valid_until=date, cycle=str, reassessment=str, operational_status=str,
          supply_chain_level=str, cross_recognition=str),
    _edge("LISTED_BY", "Country Region Company Smelter Mine", "AreaList", "stands on a dated list of concern",
          "maybe", level=str, reason=str),
    _edge("FLAGGED", "Company Smelter Mine", "Risk", "is said to show a risk of OECD Annex II", reason=str),
    _edge("ANSWERED", "Company", "Question", "answered a question of a declaration", "maybe", answer=str, comment=str),
    _edge("MAKES", "Company", "Product", "makes a product that the declaration covers",
          comment=str, requester_number=str, requester_name=str),
    _edge("OWNED_BY", "Company", "Company", "has as its parent company"),
    _edge("HAS_ROLE", "Company", "Role", "plays this part for the owner of the list"),
    _edge("HAS_CONTACT", "Company Smelter", "Contact", "can be reached through", private=True,
          kind=str, name=str, title=str, email=str, phone=str),
    _edge("SAME_AS", "Company Smelter Mine", "Company Smelter Mine", "is judged to be the same as",
          reason=str, author=str),
]  # fmt: skip

NODES: Mapping[str, NodeType] = {node.label: node for node in _NODES}
EDGES: Mapping[str, EdgeType] = {edge.name: edge for edge in _EDGES}

LABELS: tuple[str, ...] = tuple(NODES)
"""Labels in declared order; a node's label code in columns is its index here."""

MINERALS: tuple[str, ...] = (
    "tantalum", "tin", "gold", "tungsten",
    "cobalt", "copper", "graphite", "lithium", "mica", "nickel",
    "aluminium", "antimony", "cadmium", "chromium", "feldspar", "iridium", "lead", "magnesium", "manganese",
    "molybdenum", "palladium", "platinum", "rare earths", "rhenium", "rhodium", "ruthenium", "selenium", "silicon",
    "silver", "tellurium", "titanium", "vanadium", "zinc",
)  # fmt: skip
"""Minerals and metals by name, in the order of the templates; a mineral's code in columns is its index here."""

MULTIPLE = "multiple"
"""What the public facility list writes for a facility with several metals that it does not name."""

ANNEX_II: Mapping[str, str] = {
    "annex-ii:1": "serious abuses",
    "annex-ii:2": "non-state armed groups",
    "annex-ii:3": "public or private security forces",
    "annex-ii:4": "bribery and fraudulent misrepresentation of origin",
    "annex-ii:5": "money laundering",
    "annex-ii:6": "taxes, fees and royalties",
}
"""The six risks of Annex II of the OECD Due Diligence Guidance (third edition, 2016), in our words; not verified."""

UNIDENTIFIED = "unidentified:"
"""How the id of a smelter begins that a declaration says it has but could not name."""

UNLISTED = "unlisted:"
"""How the id of a smelter begins that a declaration names without an id."""

PROPERTY_TYPES: tuple[type, ...] = (str, float, date)


def _check() -> None:
    for edge in EDGES.values():
        unknown = (edge.tails | edge.heads) - NODES.keys()
        assert not unknown, f"{edge.name} names labels that are not declared: {sorted(unknown)}"
        assert edge.mineral in ("always", "maybe", "never"), edge.name
        assert all(kind in PROPERTY_TYPES for kind in edge.properties.values()), edge.name


_check()
