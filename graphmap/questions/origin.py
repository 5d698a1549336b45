"""Twins of ``queries/origin``: where what a chain processes comes from."""

from __future__ import annotations

from collections.abc import Sequence

from graphmap.questions.asking import Row, View
from graphmap.questions.parameters import areas, key_of
from graphmap.questions.upstream import Upstream, company_node, country, origins


def smelters_in_areas_of_concern(view: View, *, company: str, minerals: Sequence[str], max_hops: int) -> list[Row]:
    """Smelters upstream, and what each has to do with an area of the lens."""
    graph, rows = view.case.graph, []
    for mineral in minerals:
        walk = Upstream(view.case, mineral)
        for smelter, declaring in walk.smelters(walk.within(company_node(view.case, company), max_hops)).items():
            rows += [
                {
                    "mineral": mineral, "smelter": graph.ids[smelter], "smelter_name": graph.names[smelter],
                    "way": one.way, "place_label": graph.label_of(one.place), "place": graph.ids[one.place],
                    "place_name": graph.names[one.place], "level": one.level, "certain": one.certain,
                    "declared_by": len(declaring), "receipts": one.receipts,
                }
                for one in walk.grounds(smelter)
            ]  # fmt: skip
    return sorted(
        rows, key=lambda row: tuple(row[key] for key in ("mineral", "smelter", "way", "place_label", "place"))
    )


def countries_of_origin(view: View, *, company: str, minerals: Sequence[str], max_hops: int) -> list[Row]:
    """Countries and regions that smelters upstream source from."""
    graph, rows = view.case.graph, []
    judged = {(one["key"], mineral): one for one in areas(view.case) if one["way"] == "sources from"
              for mineral in one["minerals"]}  # fmt: skip
    for mineral in minerals:
        walk, known = Upstream(view.case, mineral), origins(view.case, mineral)
        smelters = walk.smelters(walk.within(company_node(view.case, company), max_hops))
        there: dict[int, dict[int, set[str]]] = {}
        for smelter in smelters:
            for place, receipts in known.get(smelter, {}).items():
                there.setdefault(place, {})[smelter] = receipts
        for place, sourcing in there.items():
            area = judged.get((key_of(graph, place), mineral), {})
            rows.append(
                {
                    "mineral": mineral, "country": country(graph, place), "place": graph.ids[place],
                    "place_name": graph.names[place], "level": area.get("level"), "certain": area.get("certain"),
                    "smelters": len(sourcing), "of_smelters": len(smelters),
                    "without_origin": sum(smelter not in known for smelter in smelters),
                    "smelter_ids": sorted(graph.ids[smelter] for smelter in sourcing),
                    "receipts": sorted(set().union(*sourcing.values())),
                }
            )  # fmt: skip
    return sorted(rows, key=lambda row: (row["mineral"], row["country"], row["place"]))
