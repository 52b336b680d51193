"""How active audits would go: simulated, with a seed, many at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vendoreval.designs.active import ActiveDesign, chances
from vendoreval.designs.active_walk import VERDICTS, Ints, Walks
from vendoreval.inference.projection import Floats

_SLACK = 1e-6  # of the money, given away at each step for a faster search
_HALVINGS = 14  # leave a boost exact to half a thousandth


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


def simulate(design: ActiveDesign, wrong_by_stratum: Sequence[int], runs: int, seed: int) -> Simulated:
    """Audits, one label an item, of a delivery with so many wrong items in each stratum."""
    return simulate_all(design, [wrong_by_stratum], runs, seed)[0]


def simulate_all(
    design: ActiveDesign, truths: Sequence[Sequence[int]], runs: int, seed: int
) -> tuple[Simulated, ...]:
    """The same for several deliveries with strata of these sizes, `runs` audits of each.

    Much quicker than one after the other: a step takes nearly as long for few audits as for many.
    """
    rng = np.random.default_rng(seed)
    wrong = np.repeat(np.asarray(truths, dtype=np.float64), runs, axis=0)
    labels, verdict = np.zeros(len(wrong), dtype=np.int64), np.zeros(len(wrong), dtype=np.int64)
    walks, alive = Walks.start(design, len(wrong), _SLACK, _HALVINGS), np.arange(len(wrong))
    block = walks.shares()
    for t in range(design.cap):
        if t % design.block == 0:
            block = walks.shares()
        left = walks.left
        drawn = chances(block, left)
        rows, stratum = np.arange(len(alive)), _pick(drawn, left, rng.random(len(alive)))
        rate = (wrong[alive, stratum] - walks.wrong[rows, stratum]) / left[rows, stratum]
        walks.observe(drawn, stratum, (rng.random(len(alive)) < rate).astype(np.float64))
        found = walks.verdicts()
        labels[alive], verdict[alive] = t + 1, found
        going: NDArray[np.bool_] = found == 0
        if not going.all():
            walks, alive, block = walks.take(going), alive[going], block[going]
        if not len(alive):
            break
    by_truth = zip(np.split(labels, len(truths)), np.split(verdict, len(truths)), strict=True)
    return tuple(Simulated(took, said) for took, said in by_truth)


def _pick(drawn: Floats, left: Floats, place: Floats) -> Ints:
    """The stratum at this place among the chances; rounding must not pick one of which nothing is left."""
    stratum = (place[:, None] >= np.cumsum(drawn, axis=1)[:, :-1]).sum(axis=1)
    rows = np.arange(len(stratum))
    return np.asarray(np.where(left[rows, stratum] > 0, stratum, left.argmax(axis=1)))
