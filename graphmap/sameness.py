"""Which nodes are read as one, given claims that they are the same.

Identity is a judgement: it is applied when the graph is read, and nothing is merged on disk.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

_SCHEME = re.compile(r"^([A-Za-z]+):")
_MADE = frozenset({"name", "mine", "unlisted", "unidentified"})
"""Schemes of ids that follow from a written name: one thing may have several of them, and two things share one."""

_PREFERENCE = {"": 0, "LEI": 1, "DUNS": 2, **dict.fromkeys(_MADE, 9)}
_OTHER = 5


def _scheme(id_: str) -> str:
    """What kind of id this is: ``DUNS``, ``LEI``, ``name``, … or "" for the user's own ids and CIDs."""
    found = _SCHEME.match(id_)
    return found[1] if found else ""


def merge_same(label: npt.NDArray[np.int8], ids: Sequence[str], pairs: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    """Which node stands for which, given claims that two nodes are the same.

    What claims connect is read as one, unless two ids of one scheme would meet: two companies that the user's
    list keeps apart stay apart although they share a name (``_untangle``). The user's own id stands for the
    group, then LEI, DUNS, any other, and a made id last. Does not depend on the order of the claims.
    """
    canonical = np.arange(len(ids), dtype=np.int32)
    pairs = pairs[(pairs[:, 0] != pairs[:, 1]) & (label[pairs[:, 0]] == label[pairs[:, 1]])]
    if not len(pairs):
        return canonical
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    node, places = np.unique(pairs, return_inverse=True)
    links = places.reshape(-1, 2)
    linked = coo_array((np.ones(len(links)), (links[:, 0], links[:, 1])), shape=(len(node), len(node)))
    group = connected_components(linked, directed=False)[1].astype(np.int64)

    schemes = [_scheme(ids[i]) for i in node.tolist()]
    preference = np.array([_PREFERENCE.get(scheme, _OTHER) for scheme in schemes])
    order = np.lexsort((node, preference, group))  # ids of one label are in alphabetical order
    first = np.append(True, group[order][1:] != group[order][:-1])
    canonical[node[order]] = node[order][first][np.cumsum(first) - 1]

    code = np.unique(schemes, return_inverse=True)[1]
    given = np.array([scheme not in _MADE for scheme in schemes])
    held, times = np.unique(group[given] * len(schemes) + code[given], return_counts=True)
    clash = np.isin(group, held[times > 1] // len(schemes))
    canonical[node[clash]] = node[clash]
    inside = links[clash[links[:, 0]]]
    inside = inside[np.argsort(group[inside[:, 0]], kind="stable")]
    borders = np.flatnonzero(np.diff(group[inside[:, 0]])) + 1
    for tangled in np.split(inside, borders):
        for part in _untangle(tangled.tolist(), schemes):
            canonical[node[part]] = node[min(part, key=lambda i: (preference[i], i))]
    return canonical


def _untangle(links: Sequence[tuple[int, int]], schemes: Sequence[str]) -> list[list[int]]:
    """The parts that can be read as one where claims connect different ids of one scheme.

    Strong claims go first: between given ids, then between a given id and a made one, then between made ones.
    A made id that touches given ids which cannot be one identifies none of them. Whatever would still join two
    ids of one scheme joins nothing.
    """
    parts: dict[int, frozenset[int]] = {i: frozenset([i]) for link in links for i in link}

    def clash(members: Iterable[int]) -> bool:
        given = [schemes[i] for i in members if schemes[i] not in _MADE]
        return len(given) != len(set(given))

    def join(links: Iterable[tuple[int, int]]) -> None:
        near: dict[int, set[int]] = defaultdict(set)
        for a, b in links:
            near[a].add(b)
            near[b].add(a)
        seen: set[int] = set()
        for start in near:
            if start in seen:
                continue
            whole, front = set(parts[start]), list(parts[start])
            while front:
                for other in near.get(front.pop(), ()):
                    if other not in whole:
                        front.extend(parts[other])
                        whole |= parts[other]
            seen |= whole
            if not clash(whole):
                parts.update(dict.fromkeys(whole, frozenset(whole)))

    strong, mixed, weak = [], [], []
    for a, b in links:
        made = (schemes[a] in _MADE) + (schemes[b] in _MADE)
        if made == 0 and schemes[a] != schemes[b]:
            strong.append((a, b))
        elif made == 1:
            mixed.append((a, b) if schemes[a] in _MADE else (b, a))
        elif made == 2:
            weak.append((a, b))
    join(strong)
    touched: dict[int, set[frozenset[int]]] = defaultdict(set)
    for name, given in mixed:
        touched[name].add(parts[given])
    clear = {name for name, near in touched.items() if not clash(i for part in near for i in part)}
    single = {name for name, near in touched.items() if len(near) == 1}
    join(link for link in mixed if link[0] in clear)
    join(link for link in mixed if link[0] in single)
    join(weak)
    return [sorted(part) for part in set(parts.values()) if len(part) > 1]
