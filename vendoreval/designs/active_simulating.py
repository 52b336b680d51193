"""How active audits would go: simulated, with a seed, many at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vendoreval.designs.active import ActiveDesign, chances
from vendoreval.designs.active_walk import VERDICTS, Ints, Walks
from vendoreval.errors import InputError
from vendoreval.inference.projection import Floats

LEAST_LIFT = 8.0  # flagged items must be wrong so much more often before side information pays
_RUNS, _SEED = 100, 20260101
_SLACK = 1e-6  # of the money, given away at each step for a faster search


@dataclass(frozen=True, eq=False)
class Simulated:
    """By simulated audit: the labels it took, and its verdict (an index into VERDICTS)."""

    labels: Ints
    verdict: Ints
    worst: int

    @property
    def mean(self) -> float:
        """Labels on average."""
        return float(self.labels.mean())

    @property
    def p95(self) -> int:
        """One audit in twenty takes so many labels or more."""
        return int(np.quantile(self.labels, 0.95, method="higher"))

    @property
    def shares(self) -> dict[str, float]:
        """The share of each verdict among the audits."""
        found = np.bincount(self.verdict, minlength=len(VERDICTS)) / len(self.verdict)
        return dict(zip(VERDICTS, found.tolist(), strict=True))


def simulate(design: ActiveDesign, wrong_by_stratum: Sequence[int], runs: int, seed: int) -> Simulated:
    """Audits, one label an item, of a delivery with so many wrong items in each stratum."""
    return simulate_all(design, [wrong_by_stratum], runs, seed)[0]


def expected(
    design: ActiveDesign, accuracies: Sequence[float], lift: float, runs: int = _RUNS
) -> tuple[Simulated, ...]:
    """What audits of deliveries with these shares of right items would take, always the same numbers.

    `lift`: how much more often the most doubtful stratum's items are wrong than the least doubtful's.
    """
    items = sum(design.sizes)
    relative = relative_rates(design, lift)
    truths = [spread(design.sizes, round(items * (1 - right)), relative) for right in accuracies]
    return simulate_all(design, truths, runs, _SEED)


def relative_rates(design: ActiveDesign, lift: float) -> tuple[float, ...]:
    """Rates of wrong items by stratum, on any scale, in the order that the side information predicts.

    The highest is `lift` times the lowest; between them as the predicted rates lie, on a logarithmic scale.
    """
    if lift < 1:
        raise InputError(f"A lift of {lift:g} means that flagged items are wrong less often; use 1 or more.")
    told = design.predicted or (range(1, len(design.sizes) + 1))
    logs = np.log(np.maximum(np.asarray(told, dtype=np.float64), 1e-3))
    reach = logs.max() - logs.min()
    return tuple((lift ** ((logs - logs.min()) / reach if reach else 0 * logs)).tolist())


def spread(sizes: Sequence[int], wrong: int, relative: Sequence[float]) -> tuple[int, ...]:
    """So many wrong items among strata in proportion to size and relative rate, none above its size."""
    room, weights = np.asarray(sizes), np.asarray(sizes) * np.asarray(relative)
    found = np.zeros(len(room), dtype=np.int64)
    while (missing := wrong - int(found.sum())) > 0:
        open_ = np.where(found < room, weights, 0.0)
        exact = missing * open_ / open_.sum()
        more = np.floor(exact).astype(np.int64)
        if not more.any():  # fewer than strata: the largest remainders
            more[np.argsort(-exact, kind="stable")[:missing]] = 1
        found = np.minimum(found + more, room)
    return tuple(found.tolist())


def simulate_all(
    design: ActiveDesign, truths: Sequence[Sequence[int]], runs: int, seed: int
) -> tuple[Simulated, ...]:
    """The same for several deliveries at once, `runs` audits of each."""
    rng = np.random.default_rng(seed)
    wrong = np.repeat(np.asarray(truths, dtype=np.float64), runs, axis=0)
    labels, verdict = np.zeros(len(wrong), dtype=np.int64), np.zeros(len(wrong), dtype=np.int64)
    walks, alive = Walks.start(design, len(wrong), _SLACK), np.arange(len(wrong))
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
    return tuple(Simulated(took, said, design.cap) for took, said in by_truth)


def _pick(drawn: Floats, left: Floats, place: Floats) -> Ints:
    """The stratum at this place among the chances; rounding must not pick one of which nothing is left."""
    stratum = (place[:, None] >= np.cumsum(drawn, axis=1)[:, :-1]).sum(axis=1)
    rows = np.arange(len(stratum))
    return np.asarray(np.where(left[rows, stratum] > 0, stratum, left.argmax(axis=1)))
