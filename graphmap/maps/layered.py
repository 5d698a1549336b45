"""A layered layout: nodes in columns, links between them with few crossings and few bends.

Order within columns by sweeps of barycentres (Sugiyama, Tagawa, Toda 1981), places by isotonic regression (pool
adjacent violators). A link over several columns runs through a dummy in each column between. Pure and deterministic.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

Link = tuple[int, int]

_ORDERING, _PLACING = 24, 40
"""Sweeps of either kind; more change next to nothing."""

_DUMMY = 9.0
"""Height of a dummy, in pixels."""


@dataclass(frozen=True)
class Layout:
    """``y``: the middle of each node, in pixels from any origin. ``route``: per link that is laid out the middles of
    its dummies, in the order of the columns between its ends. ``crossings``: how often links cross. ``left_out``:
    links that lead to no later column; they would close a circle."""

    y: Mapping[int, float]
    route: Mapping[Link, tuple[float, ...]]
    crossings: int
    left_out: tuple[Link, ...] = ()


def columns_of(links: Sequence[Link], first: int) -> dict[int, int]:
    """The column of each node that ``first`` leads to: the longest way from it, without links that close a circle."""
    after: dict[int, list[int]] = defaultdict(list)
    for tail, head in sorted(links):
        after[tail].append(head)
    order, state = list[int](), dict[int, int]()
    todo = [(first, iter(after[first]))]
    state[first] = 1
    kept: dict[int, list[int]] = defaultdict(list)
    while todo:
        node, heads = todo[-1]
        for head in heads:
            if state.get(head) == 1:  # on the way here: it closes a circle
                continue
            kept[node].append(head)
            if head not in state:
                state[head] = 1
                todo.append((head, iter(after[head])))
                break
        else:
            state[node] = 2
            order.append(node)
            todo.pop()
    column = dict.fromkeys(state, 0)
    for node in reversed(order):
        for head in kept[node]:
            column[head] = max(column[head], column[node] + 1)
    return column


def layered(column: Mapping[int, int], links: Sequence[Link], height: Mapping[int, float], gap: float) -> Layout:
    """Lay out nodes in given columns, 0 and up; heights of nodes and the gap between them in pixels."""
    return _Layering(column, links, height, gap).layout()


class _Layering:
    def __init__(
        self, column: Mapping[int, int], links: Sequence[Link], height: Mapping[int, float], gap: float
    ) -> None:
        self.gap, self.height = gap, dict(height)
        self.columns: list[list[int]] = [[] for _ in range(max(column.values(), default=0) + 1)]
        for node in sorted(column):
            self.columns[column[node]].append(node)
        self.before: dict[int, list[int]] = defaultdict(list)
        self.after: dict[int, list[int]] = defaultdict(list)
        self.dummies: dict[Link, list[int]] = {}
        dummy = -1
        self.left_out = tuple(sorted({link for link in links if column[link[0]] >= column[link[1]]}))
        for tail, head in sorted(set(links) - set(self.left_out)):
            way = [tail]
            for between in range(column[tail] + 1, column[head]):
                self.columns[between].append(dummy)
                self.height[dummy] = _DUMMY
                way.append(dummy)
                dummy -= 1
            way.append(head)
            self.dummies[tail, head] = way[1:-1]
            for a, b in pairwise(way):
                self.after[a].append(b)
                self.before[b].append(a)

    def layout(self) -> Layout:
        crossings = self._order()
        y = self._place()
        route = {link: tuple(y[dummy] for dummy in dummies) for link, dummies in self.dummies.items()}
        return Layout({node: at for node, at in y.items() if node >= 0}, route, crossings, self.left_out)

    def _order(self) -> int:
        """Put every column into an order with few crossings; how many are left."""
        place: dict[int, float] = {}
        for nodes in self.columns:
            place.update((node, float(i)) for i, node in enumerate(nodes))
        best, fewest = [list(nodes) for nodes in self.columns], self._crossings(place)
        still = 0
        for sweep in range(_ORDERING if fewest else 0):
            forward, before = sweep % 2 == 0, dict(place)
            near = self.before if forward else self.after
            for nodes in self.columns if forward else self.columns[::-1]:
                nodes.sort(key=lambda node: (_mean([place[one] for one in near[node]], place[node]), place[node]))
                place.update((node, float(i)) for i, node in enumerate(nodes))
            still = still + 1 if place == before else 0
            if still == 2:  # neither way moves anything: nor would any further sweep
                break
            if not still and (found := self._crossings(place)) < fewest:
                best, fewest = [list(nodes) for nodes in self.columns], found
        self.columns = best
        return fewest

    def _crossings(self, place: Mapping[int, float]) -> int:
        total = 0
        for nodes in self.columns:
            met: list[float] = []  # ends of the links of nodes further up
            for node in sorted(nodes, key=place.__getitem__):
                ends = [place[head] for head in self.after[node]]
                total += sum(len(met) - bisect_right(met, end) for end in ends)
                for end in ends:
                    insort(met, end)
        return total

    def _place(self) -> dict[int, float]:
        """Where each node stands, close to its neighbours, no two nearer than the gap."""
        y: dict[int, float] = {}
        for nodes in self.columns:
            top = -sum(self.height[node] + self.gap for node in nodes) / 2
            for node in nodes:
                y[node] = top + self.height[node] / 2
                top += self.height[node] + self.gap
        near = {node: self.before[node] + self.after[node] for node in y}
        columns = [
            (nodes, self._offsets(nodes), [6.0 if node < 0 else 1.0 for node in nodes]) for nodes in self.columns
        ]
        for sweep in range(_PLACING):
            for nodes, offsets, weight in columns if sweep % 2 else columns[::-1]:
                wanted = [
                    _mean([y[one] for one in near[node]], y[node]) - offset
                    for node, offset in zip(nodes, offsets, strict=True)
                ]
                for node, offset, place in zip(nodes, offsets, isotonic(wanted, weight), strict=True):
                    y[node] = place + offset
        return y

    def _offsets(self, nodes: Sequence[int]) -> list[float]:
        """How far each node of a column stands from the first at least."""
        out = [0.0] * bool(nodes)
        for above, node in pairwise(nodes):
            apart = 3.0 if node < 0 and above < 0 else self.gap
            out.append(out[-1] + ((self.height[node] + self.height[above]) / 2 + apart))
        return out


def isotonic(wanted: Sequence[float], weight: Sequence[float]) -> list[float]:
    """The rising values nearest to ``wanted`` by weighted squares (pool adjacent violators)."""
    pools: list[tuple[float, float, int]] = []  # sum of weighted values, weight, how many
    for value, its_weight in zip(wanted, weight, strict=True):
        pools.append((value * its_weight, its_weight, 1))
        while len(pools) > 1 and pools[-2][0] / pools[-2][1] > pools[-1][0] / pools[-1][1]:
            a, b = pools.pop(), pools.pop()
            pools.append((a[0] + b[0], a[1] + b[1], a[2] + b[2]))
    return [total / weight for total, weight, count in pools for _ in range(count)]


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise
