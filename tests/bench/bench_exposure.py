"""Exposure and reach of all suppliers at size M against a plain loop over networkx with the same shares.

Run as ``python -m tests.bench.bench_exposure``. Warm: the plan is there, the hazards are new. Cold: circles, order
and exposure from the links. Building the graph of networkx is not counted.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import networkx as nx
import numpy as np

from graphmap.analysis.chain import Chain
from graphmap.analysis.flow import Flow
from graphmap.analysis.interval import find_exposure
from graphmap.analysis.reach import Reach, find_reach
from graphmap.analysis.shares import Shares, find_explained, find_shares
from graphmap.analysis.sweep import Sweep
from graphmap.graph import Floats
from tests.bench.synthetic import Size, chain_of, synthetic

T = TypeVar("T")

UNIDENTIFIED = 0.7


def timed(run: Callable[[], T], times: int) -> tuple[T, float]:
    """The result, and the seconds of the fastest of several runs."""
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        result = run()
        seconds.append(time.perf_counter() - start)
    return result, min(seconds)


# ---- networkx ---------------------------------------------------------------------------------------------------


def nx_graph(chain: Chain, weight: Floats) -> nx.DiGraph:
    """Places as nodes, shares as weights."""
    graph = nx.DiGraph()
    graph.add_nodes_from(range(len(chain)))
    graph.add_weighted_edges_from(zip(chain.tail.tolist(), chain.head.tolist(), weight.tolist(), strict=True))
    return graph


def nx_order(graph: nx.DiGraph) -> list[set[int]]:
    """Strongly connected components, upstream first: the order in which networkx yields them."""
    return list(nx.strongly_connected_components(graph))


def nx_exposure(graph: nx.DiGraph, order: list[set[int]], value: list[float], unknown: list[float]) -> list[float]:
    """Each company once, circles until nothing moves."""
    x, adjacent = list(value), graph.adj
    for component in order:
        while True:
            moved = 0.0
            for place in component:
                if adjacent[place]:
                    total = unknown[place] * UNIDENTIFIED
                    for head, link in adjacent[place].items():
                        total += link["weight"] * x[head]
                    moved = max(moved, abs(total - x[place]))
                    x[place] = total
                elif unknown[place]:
                    x[place] = UNIDENTIFIED
            if len(component) == 1 or moved < 1e-13:
                break
    return x


def nx_reach(graph: nx.DiGraph, order: list[set[int]], companies: int) -> list[int]:
    """One Python int per place, with a bit per smelter."""
    masks, adjacent = [0] * companies + [1 << j for j in range(len(graph) - companies)], graph.adj
    for component in order:
        mask = 0
        for place in component:
            mask |= masks[place]
            for head in adjacent[place]:
                mask |= masks[head]
        for place in component:
            masks[place] = mask
    return masks


# ---- graphmap ---------------------------------------------------------------------------------------------------


def cold(chain: Chain, shares: Shares, value: Floats) -> tuple[Sweep, Flow, Floats]:
    """Plan, mass and exposure from the links."""
    sweep = Sweep(chain.indptr, chain.head)
    flow = Flow(sweep, shares.estimate, shares.unknown)
    return sweep, flow, flow.up(value, UNIDENTIFIED)


def same_reach(reach: Reach, masks: list[int]) -> bool:
    """Whether words and masks hold the same bits."""
    width = reach.words.shape[1] * 8
    return reach.words.astype("<u8").tobytes() == b"".join(mask.to_bytes(width, "little") for mask in masks)


# ---- what is measured -------------------------------------------------------------------------------------------


def speed(chain: Chain, hazard: Floats) -> list[tuple[str, float, float]]:
    """Ratios of the time that networkx takes to ours; both must give the same figures."""
    plan = Sweep(chain.indptr, chain.head)
    shares = find_shares(chain, find_explained(chain, plan, find_reach(chain, plan)))
    value = np.concatenate([np.zeros(chain.companies), hazard])
    (sweep, flow, estimate), cold_seconds = timed(lambda: cold(chain, shares, value), 3)
    _, warm_seconds = timed(lambda: flow.up(value, UNIDENTIFIED), 7)
    reach, reach_seconds = timed(lambda: find_reach(chain, sweep), 5)
    _, interval_seconds = timed(lambda: find_exposure(sweep, shares, flow, value, UNIDENTIFIED), 2)
    print(f"ours: cold {cold_seconds * 1e3:.0f} ms, warm {warm_seconds * 1e3:.1f} ms, with its interval ", end="")
    print(f"{interval_seconds * 1e3:.0f} ms, reach {reach_seconds * 1e3:.0f} ms")

    graph = nx_graph(chain, shares.estimate)
    order, order_seconds = timed(lambda: nx_order(graph), 2)
    values, unknown = value.tolist(), shares.unknown.tolist()
    expected, loop_seconds = timed(lambda: nx_exposure(graph, order, values, unknown), 3)
    masks, mask_seconds = timed(lambda: nx_reach(graph, order, chain.companies), 3)
    print(f"networkx: components {order_seconds:.2f} s, loop {loop_seconds:.2f} s, masks {mask_seconds:.2f} s")
    assert np.abs(estimate - expected).max() < 1e-9
    assert same_reach(reach, masks)
    return [
        ("exposure of all suppliers, warm, vs networkx loop", loop_seconds / warm_seconds, 40.0),
        ("exposure of all suppliers, cold, vs networkx", (order_seconds + loop_seconds) / cold_seconds, 8.0),
        ("reach vs masks of Python ints", mask_seconds / reach_seconds, 4.0),
    ]


def peak_memory() -> int:
    """The most memory (KiB) that this process has had since it began.

    Not ``ru_maxrss``: a process that another one starts inherits the peak of its parent there.
    """
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.partition("VmHWM:")[2].split()[0])


def analyse(engine: str, file: str) -> int:
    """Memory (KiB) over what the imports and the links need, for exposure and reach with one engine."""
    links = np.load(file)
    chain = Chain(mineral="tin", companies=int(links["companies"]), **{
        name: links[name] for name in ("node", "indptr", "tail", "head", "kind", "share", "claim_start", "claims")
    })  # fmt: skip
    shares = Shares(**{name: links[f"shares.{name}"] for name in Shares.__dataclass_fields__})
    value = links["value"]
    before = peak_memory()
    if engine == "networkx":
        graph = nx_graph(chain, shares.estimate)
        order = nx_order(graph)
        nx_exposure(graph, order, value.tolist(), shares.unknown.tolist())
        nx_reach(graph, order, chain.companies)
    else:
        sweep, _, _ = cold(chain, shares, value)
        find_reach(chain, sweep)
    return peak_memory() - before


def memory(chain: Chain, hazard: Floats) -> float:
    """How many times as much memory networkx takes for the same, each in a process of its own."""
    sweep = Sweep(chain.indptr, chain.head)
    shares = find_shares(chain, find_explained(chain, sweep, find_reach(chain, sweep)))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "links.npz"
        fields = {name: getattr(chain, name) for name in Chain.__dataclass_fields__ if name != "mineral"}
        parts = {f"shares.{name}": getattr(shares, name) for name in Shares.__dataclass_fields__}
        np.savez(file, value=np.concatenate([np.zeros(chain.companies), hazard]), **fields, **parts)
        peaks = {}
        for engine in ("networkx", "graphmap"):
            command = [sys.executable, "-m", "tests.bench.bench_exposure", "--memory", engine, str(file)]
            peaks[engine] = int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    print("memory: " + ", ".join(f"{engine} {peak / 1024:.0f} MB" for engine, peak in peaks.items()))
    return peaks["networkx"] / peaks["graphmap"]


def measure(size: Size = "M") -> list[tuple[str, float, float]]:
    """(what, ratio, the least that it must be)."""
    s = synthetic(size)
    chain = chain_of(s)
    print(f"{size}: {len(chain):,} places, {len(chain.tail):,} links")
    return [*speed(chain, s.hazard), ("memory of networkx vs ours", memory(chain, s.hazard), 3.0)]


if __name__ == "__main__":
    if sys.argv[1:2] == ["--memory"]:
        print(analyse(*sys.argv[2:]))
    else:
        rows = measure(*sys.argv[1:])
        for what, ratio, floor in rows:
            print(f"{what:52} {ratio:8.1f}x  (at least {floor:g}x){'' if ratio >= floor else '  MISSED'}")
        sys.exit(any(ratio < floor for _, ratio, floor in rows))
