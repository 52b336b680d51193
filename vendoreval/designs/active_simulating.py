"""How an active audit would go: simulated, with a seed, many audits at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vendoreval.designs.active import ActiveDesign, chances
from vendoreval.designs.active_walk import VERDICTS, Ints, Walks
from vendoreval.designs.dynamic import BREACHED, INCONCLUSIVE, KEPT


@dataclass(frozen=True, eq=False)
class Simulated:
    """By simulated audit: the labels it took, and its verdict (an index into VERDICTS)."""

    labels: Ints
    verdict: Ints

    @property
    def mean(self) -> float:
        """Labels on average."""
        return float(self.labels.mean())

    @property
    def p95(self) -> int:
        """One audit in twenty takes so many labels or more."""
        return int(np.quantile(self.labels, 0.95, method="higher"))

    def share(self, verdict: str) -> float:
        """The share of the audits that end with this verdict."""
        return float((self.verdict == VERDICTS.index(verdict)).mean())

    @property
    def shares(self) -> dict[str, float]:
        """The share of each verdict."""
        return {verdict: self.share(verdict) for verdict in (BREACHED, KEPT, INCONCLUSIVE)}


def simulate(design: ActiveDesign, wrong_by_stratum: Sequence[int], runs: int, seed: int) -> Simulated:
    """Audits of a delivery with so many wrong items in each stratum, of one label each."""
    rng = np.random.default_rng(seed)
    wrong = np.asarray(wrong_by_stratum, dtype=np.float64)
    labels, verdict = np.zeros(runs, dtype=np.int64), np.zeros(runs, dtype=np.int64)
    walks, alive = Walks.start(design, runs), np.arange(runs)
    block = walks.shares()
    for t in range(design.cap):
        if t % design.block == 0:
            block = walks.shares()
        left = walks.left
        drawn = chances(block, left)
        stratum = (rng.random((len(alive), 1)) >= np.cumsum(drawn, axis=1)[:, :-1]).sum(axis=1)
        stratum = _open(stratum, left)
        rows = np.arange(len(alive))
        rate = (wrong[stratum] - walks.wrong[rows, stratum]) / left[rows, stratum]
        walks.observe(drawn, stratum, (rng.random(len(alive)) < rate).astype(np.float64))
        found = walks.verdicts()
        labels[alive], verdict[alive] = t + 1, found
        going: NDArray[np.bool_] = found == 0
        if not going.all():
            walks, alive, block = walks.take(going), alive[going], block[going]
        if not len(alive):
            break
    return Simulated(labels, verdict)


def _open(stratum: Ints, left: np.ndarray) -> Ints:
    """The stratum itself; rounding of the cumulated chances must not pick one that is exhausted."""
    rows = np.arange(len(stratum))
    return np.asarray(np.where(left[rows, stratum] > 0, stratum, left.argmax(axis=1)))
