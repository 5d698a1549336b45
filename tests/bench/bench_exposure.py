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
from graphmap.analysis.interval import Worth, find_exposure
from graphmap.analysis.reach import Reach, find_reach
from graphmap.analysis.shares import Shares, find_explained, find_shares
from graphmap.analysis.sweep import Mask, Sweep
from graphmap.graph import Floats
from graphmap.policy import Unknown
from tests.bench.synthetic import Size, chain_as_documents_say, synthetic

T = TypeVar("T")

ESTIMATE = 0.7


def timed(run: Callable[[], T], times: int) -> tuple[T, float]:
    """The result, and the seconds of the fastest of several runs."""
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        result = run()
        seconds.append(time.perf_counter() - start)
    return result, min(seconds)


# ---- networkx ---------------------------------------------------------------------------------------------------


def nx_graph(chain: Chain, flow: Flow, ends: Mask) -> nx.DiGraph:
    """Places as nodes; links with their share, and whether a closed list sends there what is unknown."""
    graph = nx.DiGraph()
    graph.add_nodes_from(range(len(chain)))
    links = zip(chain.tail.tolist(), chain.head.tolist(), flow.share.tolist(), ends.tolist(), strict=True)
    graph.add_edges_from((tail, head, {"share": share, "end": end}) for tail, head, share, end in links)
    return graph


def nx_order(graph: nx.DiGraph) -> list[set[int]]:
    """Strongly connected components, upstream first: the order in which networkx yields them."""
    return list(nx.strongly_connected_components(graph))


def nx_exposure(
    graph: nx.DiGraph, order: list[set[int]], value: list[float], own: list[float], closed: list[bool]
) -> list[float]:
    """Each company once, circles until nothing moves: what is known of it, and what is unknown until a closed list
    places it."""
    known, unknown, adjacent = list(value), [0.0] * len(value), graph.adj
    for component in order:
        while True:
            moved = 0.0
            for place in component:
                links = adjacent[place]
                if not links and not own[place]:
                    continue
                total, open_ = 0.0, own[place]
                for head, link in links.items():
                    total += link["share"] * known[head]
                    open_ += link["share"] * unknown[head]
                if closed[place]:
                    ends = [value[head] for head, link in links.items() if link["end"]]
                    total, open_ = total + open_ * sum(ends) / len(ends), 0.0
                moved = max(moved, abs(total - known[place]), abs(open_ - unknown[place]))
                known[place], unknown[place] = total, open_
            if len(component) == 1 or moved < 1e-13:
                break
    return [k + u * ESTIMATE for k, u in zip(known, unknown, strict=True)]


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
    flow = Flow(sweep, shares)
    return sweep, flow, flow.up(value, ESTIMATE)


def shares_of(chain: Chain) -> Shares:
    """What each link carries."""
    plan = Sweep(chain.indptr, chain.head)
    reach = find_reach(chain, plan)
    return find_shares(chain, find_explained(chain, plan, reach), reach)


def same_reach(reach: Reach, masks: list[int]) -> bool:
    """Whether words and masks hold the same bits."""
    width = reach.words.shape[1] * 8
    return reach.words.astype("<u8").tobytes() == b"".join(mask.to_bytes(width, "little") for mask in masks)


# ---- what is measured -------------------------------------------------------------------------------------------


def speed(chain: Chain, hazard: Floats) -> list[tuple[str, float, float]]:
    """Ratios of the time that networkx takes to ours; both must give the same figures."""
    shares = shares_of(chain)
    value = np.concatenate([np.zeros(chain.companies), hazard])
    (sweep, flow, estimate), cold_seconds = timed(lambda: cold(chain, shares, value), 3)
    _, warm_seconds = timed(lambda: flow.up(value, ESTIMATE), 7)
    reach, reach_seconds = timed(lambda: find_reach(chain, sweep), 5)
    worth, unknown = Worth(value, value, value), Unknown(ESTIMATE, float(hazard.min()), 1.0)
    _, interval_seconds = timed(lambda: find_exposure(sweep, shares, flow, worth, unknown), 2)
    print(f"ours: cold {cold_seconds * 1e3:.0f} ms, warm {warm_seconds * 1e3:.1f} ms, with its interval ", end="")
    print(f"{interval_seconds * 1e3:.0f} ms, reach {reach_seconds * 1e3:.0f} ms")

    graph = nx_graph(chain, flow, shares.ends)
    order, order_seconds = timed(lambda: nx_order(graph), 2)
    values, own, closed = value.tolist(), flow.own.tolist(), shares.closed.tolist()
    expected, loop_seconds = timed(lambda: nx_exposure(graph, order, values, own, closed), 3)
    masks, mask_seconds = timed(lambda: nx_reach(graph, order, chain.companies), 3)
    print(f"networkx: components {order_seconds:.2f} s, loop {loop_seconds:.2f} s, masks {mask_seconds:.2f} s")
    assert np.abs(estimate - expected).max() < 1e-9
    assert same_reach(reach, masks)
    return [
        ("exposure of all suppliers, warm, vs networkx loop", loop_seconds / warm_seconds, 80.0),
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
        name: links[name] for name in Chain.__dataclass_fields__ if name not in ("mineral", "companies")
    })  # fmt: skip
    shares = Shares(**{name: links[f"shares.{name}"] for name in Shares.__dataclass_fields__})
    value = links["value"]
    before = peak_memory()
    if engine == "networkx":
        flow = Flow(Sweep(chain.indptr, chain.head), shares)
        before = peak_memory()
        graph = nx_graph(chain, flow, shares.ends)
        order = nx_order(graph)
        nx_exposure(graph, order, value.tolist(), flow.own.tolist(), shares.closed.tolist())
        nx_reach(graph, order, chain.companies)
    else:
        sweep, _, _ = cold(chain, shares, value)
        find_reach(chain, sweep)
    return peak_memory() - before


def memory(chain: Chain, hazard: Floats) -> float:
    """How many times as much memory networkx takes for the same, each in a process of its own."""
    shares = shares_of(chain)
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
    chain = chain_as_documents_say(s)
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
