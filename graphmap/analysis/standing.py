"""The standing of smelters on a date: what assurance schemes say of them, read under a policy (METHOD section 2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from graphmap import schema
from graphmap.analysis.dates import dates_of, known_on
from graphmap.graph import EdgeTable, Ints, SupplyGraph
from graphmap.policy import STANDINGS, Policy, spelling

ACCEPTED, IN_PROGRESS, NOT_ACCEPTED, NOT_ON_LIST, UNIDENTIFIED, NOT_JUDGED = range(len(STANDINGS))

_WORSE = np.array([0, 1, 3, 2])
"""How bad each standing is when two claims of one scheme and date disagree; absence is no accusation."""

_UNKNOWN = -1


@dataclass(frozen=True)
class Standings:
    """Per smelter: ``code`` (int8 index into ``STANDINGS``), whether its accepted assessment is ``overdue``, and
    ``claim``, the position of the decisive claim in the table ``ASSESSED_BY`` (-1 if none)."""

    code: npt.NDArray[np.int8]
    overdue: npt.NDArray[np.bool_]
    claim: npt.NDArray[np.int64]


def find_standings(graph: SupplyGraph, policy: Policy, smelters: Ints, mineral: str, as_of: date | None) -> Standings:
    """The standing of each of these smelters (graph nodes, rising) for a mineral.

    Where no scheme that counts for the mineral had judged any smelter by that day, those with a name are not judged.
    Of one scheme the latest claim counts, by the date of the document and then that of the assessment; of equally
    late ones the worse. Across schemes the best counts: one that accepts is enough. An accepted assessment ends
    when the claim says so, else after the validity of the scheme, counted from the assessment or, if that is not
    dated, from the document. Without any date, and without ``as_of``, nothing expires.
    """
    table = graph.table("ASSESSED_BY")
    count = len(smelters)
    code = np.full(count, NOT_ON_LIST if is_judged(graph, policy, mineral, as_of) else NOT_JUDGED, np.int8)
    code[[graph.ids[int(node)].startswith(schema.UNIDENTIFIED) for node in smelters]] = UNIDENTIFIED
    out = Standings(code, np.zeros(count, np.bool_), np.full(count, -1, np.int64))

    said, assessed = dates_of(graph, table), table.values("assessed")
    known = _known(graph, table, as_of, mineral) & np.isin(table.tail, smelters)
    says, validity = _read_statuses(graph, policy, mineral)
    claim = np.flatnonzero(known & (says != _UNKNOWN))
    if not len(claim):
        return out

    standing, end = says[claim], table.values("valid_until")[claim]
    begin = np.where(np.isnat(assessed[claim]), said[claim], assessed[claim])
    end = np.where(np.isnat(end), begin + validity[claim], end)
    overdue = np.zeros(len(claim), np.bool_)
    if as_of is not None:  # a comparison with NaT is false
        overdue = (standing == ACCEPTED) & (end + np.timedelta64(policy.grace_days, "D") < np.datetime64(as_of))
    standing = np.where(overdue, STANDINGS.index(policy.expired), standing)

    tail, scheme = table.tail[claim], _scheme_number(graph, policy, table.head)[claim]
    late = np.lexsort(
        (overdue, _WORSE[standing], assessed[claim].view(np.int64), said[claim].view(np.int64), scheme, tail)
    )
    last = late[_ends(tail[late], scheme[late])]
    best = last[np.lexsort((claim[last], overdue[last], standing[last], tail[last]))]
    first = best[np.flatnonzero(np.diff(tail[best], prepend=-1))]

    at = np.searchsorted(smelters, tail[first])
    named = code[at] != UNIDENTIFIED
    at, first = at[named], first[named]
    code[at] = standing[first]
    out.overdue[at] = overdue[first]
    out.claim[at] = claim[first]
    return out


def is_judged(graph: SupplyGraph, policy: Policy, mineral: str, as_of: date | None) -> bool:
    """Whether an assurance list that counts for the mineral was known on that day: a scheme of the policy says
    anything of any smelter. Before the first one nobody has looked, and no rate can be given (METHOD section 2)."""
    table = graph.table("ASSESSED_BY")
    heads = np.unique(table.head[_known(graph, table, as_of, mineral)]).tolist()
    schemes = (policy.scheme(graph.ids[head]) for head in heads)
    return any(scheme is not None and mineral in scheme.minerals for scheme in schemes)


def _known(graph: SupplyGraph, table: EdgeTable, as_of: date | None, mineral: str) -> npt.NDArray[np.bool_]:
    """For each claim whether it counts for the mineral and was known on that day, its assessment included."""
    known = known_on(graph, table, as_of, mineral)
    if as_of is not None:
        assessed = table.values("assessed")
        known &= np.isnat(assessed) | (assessed <= np.datetime64(as_of))
    return known


def _ends(*keys: npt.NDArray[np.integer]) -> npt.NDArray[np.bool_]:
    """For each row of sorted keys whether it is the last with the same keys."""
    differs = np.zeros(len(keys[0]) - 1, np.bool_)
    for key in keys:
        differs |= key[1:] != key[:-1]
    return np.append(differs, True)


def _read_statuses(
    graph: SupplyGraph, policy: Policy, mineral: str
) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.timedelta64]]:
    """For each claim of ``ASSESSED_BY`` the standing that its words mean, and how long an assessment holds.

    -1 if the scheme is not known to the policy or does not count for the mineral. A status that the policy does
    not know means "not on list".
    """
    says = np.full(len(graph.table("ASSESSED_BY")), _UNKNOWN, np.int8)
    validity = np.zeros(len(says), "timedelta64[D]")
    for scheme, status, claims in _words(graph):
        found = policy.scheme(scheme)
        if found is not None and mineral in found.minerals:
            says[claims] = STANDINGS.index(found.standing_of.get(spelling(status), STANDINGS[NOT_ON_LIST]))
            validity[claims] = np.timedelta64(found.validity_days, "D")
    return says, validity


def _words(graph: SupplyGraph) -> Iterator[tuple[str, str, npt.NDArray[np.intp]]]:
    """Each pair of scheme and status that claims use, with the positions of these claims."""
    table = graph.table("ASSESSED_BY")
    status = table.text("status")
    pairs, which = np.unique(np.stack([table.head, status.codes]), axis=1, return_inverse=True)
    order = np.argsort(which, kind="stable")
    cuts = np.searchsorted(which[order], np.arange(pairs.shape[1] + 1))
    for i, (scheme, word) in enumerate(pairs.T.tolist()):
        yield graph.ids[scheme], status.vocabulary[word], order[cuts[i] : cuts[i + 1]]


def _scheme_number(graph: SupplyGraph, policy: Policy, heads: Ints) -> Ints:
    """A number per claim that is the same for all names of one scheme."""
    number, seen = np.zeros(len(graph), np.int32), dict[str, int]()
    for node in np.unique(heads).tolist():
        scheme = policy.scheme(graph.ids[node])
        name = scheme.name if scheme is not None else graph.ids[node]
        number[node] = seen.setdefault(name, len(seen))
    return number[heads]


def unknown_words(graph: SupplyGraph, policy: Policy) -> list[str]:
    """What assurance lists say that the policy does not know, a sentence each."""
    table = graph.table("ASSESSED_BY")
    schemes: dict[str, int] = {}
    found = []
    for scheme, status, claims in _words(graph):
        known, count = policy.scheme(scheme), len(np.unique(table.tail[claims]))
        if known is None:
            schemes[scheme] = schemes.get(scheme, 0) + len(claims)
        elif spelling(status) not in known.standing_of:
            found.append(
                f"Status {status!r} of {known.name} is not known to policy {policy.name}: "
                f"{count} smelter{'s' * (count != 1)} count as not on list there."
            )
    found += [
        f"Scheme {scheme!r} is not known to policy {policy.name}: its {count} claims are not used."
        for scheme, count in schemes.items()
    ]
    return sorted(found)
