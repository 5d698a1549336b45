"""Twins of ``queries/quality``: what is missing, old, or says something else elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

import numpy as np

from graphmap import owner, schema
from graphmap.analysis.dates import dates_of
from graphmap.graph import SupplyGraph, mineral_code
from graphmap.policy import spelling
from graphmap.questions.asking import Row, View
from graphmap.questions.parameters import key_of
from graphmap.questions.upstream import Upstream, company_node, country, evidence, last_if_none, tier_of
from graphmap.store import current

_COMPARED = {"BUYS_FROM": None, "DECLARES": None, "ASSESSED_BY": "status", "LISTED_BY": "level"}
"""Claims that are compared over time, and what they say besides their ends."""

_VAGUE = (schema.UNIDENTIFIED, schema.UNLISTED)


def unidentified_rows(view: View, *, minerals: Sequence[str], limit: int) -> list[Row]:
    """Declarations that name no smelter, or one without an id."""
    graph, table, tier = view.case.graph, view.case.graph.table("DECLARES"), tier_of(view.case.graph)
    name, land = table.text("written_name"), table.text("written_country")
    about = np.isin(table.mineral, [mineral_code(mineral) for mineral in minerals])
    found = []
    for i in np.flatnonzero(about).tolist():
        smelter = graph.ids[int(table.head[i])]
        if smelter.startswith(_VAGUE):
            tail, receipt = int(table.tail[i]), graph.receipt("DECLARES", i)
            mineral = schema.MINERALS[table.mineral[i]]
            row = {
                "company": graph.ids[tail], "company_name": graph.names[tail], "tier": tier.get(tail),
                "mineral": mineral, "kind": smelter.partition(":")[0], "smelter": smelter,
                "smelter_name": graph.names[int(table.head[i])], "written_name": name[i] or None,
                "written_country": land[i] or None, "file": receipt.file, "row": receipt.row,
                "as_of": receipt.as_of or None,
            }  # fmt: skip
            found.append(((row["company"], mineral, smelter, receipt.file, receipt.row, receipt.source), row))
    found.sort(key=lambda one: one[0])
    return [row | {"found": len(found)} for _, row in found[:limit]]


# ---- declarations ---------------------------------------------------------------------------------------------


def stale_declarations(view: View, *, older_than: int, minerals: Sequence[str]) -> list[Row]:
    """Companies whose latest declaration is old or undated."""
    case, graph, tier = view.case, view.case.graph, tier_of(view.case.graph)
    rows = []
    for node, said in _declared(graph, minerals).items():
        source = max(said, key=lambda number: graph.sources[number].order)
        first, about = said[source]
        as_of, file = graph.sources[source].as_of, graph.sources[source].file
        age = (case.as_of - date.fromisoformat(as_of)).days if case.as_of is not None and as_of else None
        if age is None or age > older_than:
            rows.append(
                {
                    "company": graph.ids[node], "company_name": graph.names[node], "tier": tier.get(node),
                    "minerals": sorted(about), "file": file, "row": first, "as_of": as_of or None, "age": age,
                }
            )  # fmt: skip
    return sorted(rows, key=lambda row: (row["age"] is not None, -(row["age"] or 0), row["company"]))


def _declared(graph: SupplyGraph, minerals: Sequence[str]) -> dict[int, dict[int, tuple[str, set[str]]]]:
    """Company -> document in which it declares or answers anything about the minerals -> first cell, and minerals."""
    out: dict[int, dict[int, tuple[str, set[str]]]] = {}
    codes = [mineral_code(mineral) for mineral in minerals]
    for type_ in ("DECLARES", "ANSWERED"):
        table = graph.table(type_)
        for i in np.flatnonzero(np.isin(table.mineral, codes)).tolist():
            row, mineral = table.row[i], schema.MINERALS[table.mineral[i]]
            said = out.setdefault(int(table.tail[i]), {})
            first, about = said.get(int(table.source[i]), (row, set()))
            said[int(table.source[i])] = (min(first, row), about | {mineral})
    return out


def silent_companies(view: View, *, company: str, minerals: Sequence[str], max_hops: int) -> list[Row]:
    """Companies of the chain that have declared and answered nothing."""
    graph, tier = view.case.graph, tier_of(view.case.graph)
    speaking = _declared(graph, minerals)
    about: dict[int, set[str]] = {}
    buyers: dict[int, set[int]] = {}
    receipts: dict[int, set[str]] = {}
    for mineral in minerals:
        walk = Upstream(view.case, mineral)
        upstream = walk.within(company_node(view.case, company), max_hops)
        for node in upstream - speaking.keys():
            about.setdefault(node, set()).add(mineral)
        for buyer in upstream:
            for seller, link in walk.bought(buyer).items():
                if seller in about and mineral in about[seller]:
                    buyers.setdefault(seller, set()).add(buyer)
                    receipts.setdefault(seller, set()).update(walk.receipts([link]))
    rows = [
        {
            "company": graph.ids[node], "company_name": graph.names[node], "tier": tier.get(node),
            "minerals": sorted(found), "sells_to": sorted(graph.ids[buyer] for buyer in buyers.get(node, ())),
            "receipts": sorted(receipts.get(node, ())),
        }
        for node, found in about.items()
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (last_if_none(row["tier"]), row["company"]))


def declared_not_known_upstream(view: View, *, company: str, minerals: Sequence[str], max_hops: int) -> list[Row]:
    """Smelters that a company declares and nobody upstream of it does."""
    graph, start, rows = view.case.graph, company_node(view.case, company), []
    for mineral in minerals:
        walk = Upstream(view.case, mineral)
        suppliers = walk.within(start, max_hops) - {start}
        known = walk.smelters(suppliers)
        rows += [
            {
                "mineral": mineral, "smelter": graph.ids[smelter], "smelter_name": graph.names[smelter],
                "suppliers": len(suppliers), "declaring": len(suppliers & walk.declared.keys()),
                "receipts": walk.declarations(smelter, [start]),
            }
            for smelter in walk.declared.get(start, ())
            if suppliers and smelter not in known
        ]  # fmt: skip
    return sorted(rows, key=lambda row: (row["mineral"], row["smelter"]))


def omitted_smelters(view: View, *, company: str, minerals: Sequence[str], max_hops: int) -> list[Row]:
    """Smelters that are declared upstream of a company and not by itself."""
    graph, start, rows = view.case.graph, company_node(view.case, company), []
    for mineral in minerals:
        walk = Upstream(view.case, mineral)
        own = walk.declared.get(start, {})
        rows += [
            {
                "mineral": mineral, "smelter": graph.ids[smelter], "smelter_name": graph.names[smelter],
                "standing": walk.standing(smelter), "assessed": walk.assessed(smelter),
                "declared_by": sorted(graph.ids[one] for one in declaring),
                "receipts": walk.declarations(smelter, declaring),
            }
            for smelter, declaring in walk.smelters(walk.within(start, max_hops)).items()
            if own and smelter not in own
        ]  # fmt: skip
    return sorted(rows, key=lambda row: (row["mineral"], row["smelter"]))


# ---- contradictions -------------------------------------------------------------------------------------------


def contradictory_answers(view: View, *, questions: Sequence[str], minerals: Sequence[str], max_hops: int) -> list[Row]:
    """Who answers No while a smelter upstream sources from an area of the lens."""
    graph, table, tier = view.case.graph, view.case.graph.table("ANSWERED"), tier_of(view.case.graph)
    answer, rows = table.text("answer"), []
    asked = [node for name in questions if (node := graph.node("Question", name)) is not None]
    for mineral in minerals:
        walk = Upstream(view.case, mineral)
        said: dict[tuple[int, int], set[str]] = {}
        for i in np.flatnonzero((table.mineral == mineral_code(mineral)) & np.isin(table.head, asked)).tolist():
            if answer[i].strip().lower() == "no":
                ends = (int(table.tail[i]), int(table.head[i]))
                said.setdefault(ends, set()).add(str(graph.receipt("ANSWERED", i)))
        for (node, question), answered in said.items():
            for smelter in walk.smelters(walk.within(node, max_hops)):
                grounds = [one for one in walk.grounds(smelter) if one.way == "sources from" and one.certain]
                if grounds:
                    rows.append(
                        {
                            "mineral": mineral, "company": graph.ids[node], "company_name": graph.names[node],
                            "tier": tier.get(node), "question": graph.ids[question], "smelter": graph.ids[smelter],
                            "smelter_name": graph.names[smelter],
                            "areas": [graph.ids[one.place] for one in grounds], "answered": sorted(answered),
                            "receipts": evidence(grounds),
                        }
                    )  # fmt: skip
    return sorted(rows, key=lambda row: tuple(row[key] for key in ("mineral", "company", "question", "smelter")))


def contradictory_claims(view: View) -> list[Row]:
    """Smelters of which documents say different things."""
    graph = view.case.graph
    claims: dict[tuple[str, int, str | None], dict[str, set[str]]] = {}
    for kind, smelter, scheme, claim, receipt in (*_statuses(view), *_countries(view)):
        claims.setdefault((kind, smelter, scheme), {}).setdefault(claim, set()).add(receipt)
    rows = [
        {
            "kind": kind, "smelter": graph.ids[smelter], "smelter_name": graph.names[smelter], "scheme": scheme,
            "claims": sorted(found), "receipts": sorted(set().union(*found.values())),
        }
        for (kind, smelter, scheme), found in claims.items()
        if len(found) > 1
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (row["kind"], row["smelter"], last_if_none(row["scheme"])))


Said = tuple[str, int, str | None, str, str]
"""Kind, smelter, scheme, what is said, and where."""


def _statuses(view: View) -> Iterator[Said]:
    graph, policy, table = view.case.graph, view.case.policy, view.case.graph.table("ASSESSED_BY")
    status = table.text("status")
    for i in _known(view, "ASSESSED_BY"):
        if (scheme := policy.scheme(graph.ids[int(table.head[i])])) is not None:
            standing = scheme.standing_of.get(spelling(status[i]), "not on list")
            mineral = f" for {schema.MINERALS[table.mineral[i]]}" if table.mineral[i] >= 0 else ""
            told = f"{status[i]}{mineral}: {graph.receipt('ASSESSED_BY', i)}"
            yield "status", int(table.tail[i]), scheme.name, standing, told


def _countries(view: View) -> Iterator[Said]:
    graph, table = view.case.graph, view.case.graph.table("LOCATED_IN")
    for i in _known(view, "LOCATED_IN"):
        tail, place = int(table.tail[i]), int(table.head[i])
        if graph.label_of(tail) == "Smelter":
            told = f"{graph.ids[place]}: {graph.receipt('LOCATED_IN', i)}"
            yield "country", tail, None, country(graph, place), told


def _known(view: View, type_: str) -> list[int]:
    """The claims of a type that were known on the day, whatever their mineral."""
    table, as_of = view.case.graph.table(type_), view.case.as_of
    said = dates_of(view.case.graph, table)
    known = np.isnat(said) | (said <= np.datetime64(as_of)) if as_of is not None else np.ones(len(table), np.bool_)
    found: list[int] = np.flatnonzero(known).tolist()
    return found


# ---- over time ------------------------------------------------------------------------------------------------

Change = tuple[str, str, str, str, str]
"""Type of the claim, key of its tail and of its head, mineral ("" if none), status or level ("" if none)."""


def what_changed(view: View, *, since: str, limit: int) -> list[Row]:
    """What the documents of today say and those of an earlier day did not, and the other way round."""
    now, then = _now(view.case.graph), _then(view, since)
    names = _names(view.case.graph)
    found = sorted([*((key, "new") for key in now.keys() - then.keys()),
                    *((key, "gone") for key in then.keys() - now.keys())])  # fmt: skip
    return [
        {
            "change": change, "type": key[0], "from": key[1].partition(":")[2], "to": key[2].partition(":")[2],
            "from_name": names.get(key[1]), "to_name": names.get(key[2]), "mineral": key[3] or None,
            "value": key[4] or None, "receipts": sorted((now if change == "new" else then)[key]), "found": len(found),
        }
        for key, change in found[:limit]
    ]  # fmt: skip


def _now(graph: SupplyGraph) -> dict[Change, set[str]]:
    out: dict[Change, set[str]] = {}
    for type_, says in _COMPARED.items():
        table = graph.table(type_)
        said = table.text(says) if says else None
        for i in range(len(table)):
            if type_ == "BUYS_FROM" and graph.sources[table.source[i]].kind == owner.KIND:
                continue  # assumed: no document says it
            mineral = schema.MINERALS[table.mineral[i]] if table.mineral[i] >= 0 else ""
            ends = (key_of(graph, int(table.tail[i])), key_of(graph, int(table.head[i])))
            key = (type_, *ends, mineral, said[i] if said is not None else "")
            out.setdefault(key, set()).add(str(graph.receipt(type_, i)))
    return out


def _then(view: View, since: str) -> dict[Change, set[str]]:
    """What the documents said that counted on a day, about the nodes that stand for others today."""
    graph, out = view.case.graph, dict[Change, set[str]]()
    counting = current([stored.source for stored in view.store.sources()], date.fromisoformat(since))

    def key(label: str, id_: str) -> str:
        node = graph.node(label, id_)
        return f"{label}:{id_}" if node is None else key_of(graph, node)

    for batch in view.store.batches(sorted(source.id for source in counting.values())):
        as_of = f" ({batch.source.as_of})" if batch.source.as_of else ""
        for edge in batch.edges:
            if edge.type in _COMPARED:
                said = str(edge.properties.get(_COMPARED[edge.type] or "") or "")
                change = (edge.type, key(*edge.tail[:2]), key(*edge.head[:2]), edge.mineral, said)
                out.setdefault(change, set()).add(f"{batch.source.file}, {edge.row}{as_of}")
    return out


def _names(graph: SupplyGraph) -> Mapping[str, str]:
    """The names of the nodes of which a document of today says anything, by key."""
    return {key_of(graph, node): graph.names[node] for node in _spoken_of(graph, graph.edges)}


def _spoken_of(graph: SupplyGraph, types: Iterable[str]) -> list[int]:
    """The nodes at the ends of claims of these types."""
    tables = [graph.table(type_) for type_ in types]
    ends = [end for table in tables for end in (table.tail, table.head)]
    found: list[int] = np.unique(np.concatenate(ends)).tolist() if ends else []
    return found


def counts(view: View) -> list[Row]:
    """How many things, claims, documents and issues there are."""
    graph, tier, found = view.case.graph, tier_of(view.case.graph), Counter[tuple[str, str]]()
    types = [type_ for type_ in graph.edges if type_ != "SAME_AS" and not schema.EDGES[type_].private]
    for node in _spoken_of(graph, types):
        label = graph.label_of(node)
        found["thing", label] += 1
        if label == "Company":
            found["tier", str(tier.get(node, "none"))] += 1
    for type_ in types:
        found["claim", type_] += len(graph.table(type_))
    for stored in view.store.sources():
        found["document", stored.source.kind if stored.current else "superseded"] += 1
        for issue in stored.issues if stored.current else ():
            found["issue", issue.severity] += 1
    return [{"what": what, "name": name, "number": number} for (what, name), number in sorted(found.items())]
