"""Which smelters stand upstream of a place: distinct smelters, never paths, so that diamonds do not count twice."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from graphmap.analysis.chain import Chain
from graphmap.analysis.sweep import Sweep
from graphmap.graph import Floats

Words = npt.NDArray[np.uint64]


@dataclass(frozen=True)
class Reach:
    """One bit per smelter: place p reaches smelter j when bit ``j % 64`` of ``words[p, j // 64]`` is set.

    ``words`` is uint64 [places, words]. Smelter j is place ``companies + j`` of the chain and reaches itself.
    """

    words: Words
    smelters: int

    def of(self, place: int) -> npt.NDArray[np.intp]:
        """The smelters that a place reaches, in order."""
        bits = np.unpackbits(self.words[place].astype("<u8").view(np.uint8), bitorder="little")
        return np.flatnonzero(bits[: self.smelters])

    def has(self, place: npt.NDArray[np.integer], smelter: npt.NDArray[np.integer]) -> npt.NDArray[np.bool_]:
        """For each pair whether the place reaches the smelter."""
        bit = np.uint64(1) << (smelter % 64).astype(np.uint64)
        found: npt.NDArray[np.bool_] = self.words[place, smelter // 64] & bit != 0
        return found

    def count(self, of: npt.NDArray[np.bool_] | None = None) -> npt.NDArray[np.int64]:
        """For each place how many smelters it reaches, or how many of those where ``of`` is true."""
        words = self.words if of is None else self.words & pack(of)
        count: npt.NDArray[np.int64] = np.bitwise_count(words).sum(axis=1, dtype=np.int64)
        return count


def pack(smelters: npt.NDArray[np.bool_]) -> Words:
    """A set of smelters as words, to be combined with rows of ``Reach.words``."""
    padded = np.zeros(_width(len(smelters)) * 64, np.bool_)
    padded[: len(smelters)] = smelters
    return np.packbits(padded, bitorder="little").view("<u8").astype(np.uint64)


def find_reach(chain: Chain, sweep: Sweep) -> Reach:
    """Reach of every place, over all links whatever their share."""
    smelters = len(chain) - chain.companies
    j = np.arange(smelters)
    words = np.zeros((len(chain), _width(smelters)), np.uint64)
    words[chain.companies + j, j // 64] = np.uint64(1) << (j % 64).astype(np.uint64)
    return Reach(sweep.fold(np.bitwise_or, words), smelters)


def worst_smelter(chain: Chain, sweep: Sweep, hazard: Floats) -> npt.NDArray[np.int64]:
    """For each place the smelter of the highest hazard that it reaches, -1 if none; of equals the first."""
    order = np.lexsort((-np.arange(len(hazard)), hazard))
    rank = np.full(len(chain), -1, np.int64)
    rank[chain.companies + order] = np.arange(len(order))
    worst = sweep.fold(np.maximum, rank)
    return np.where(worst < 0, -1, np.append(order, -1)[worst])


def _width(smelters: int) -> int:
    return max(1, -(-smelters // 64))
