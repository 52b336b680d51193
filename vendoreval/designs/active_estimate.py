"""How many items are wrong, after an audit whose draws were not uniform.

For every number K the test can be asked whether "at most K are wrong" was disproved at some moment, and "at
least K": the numbers that were not are the bounds. They hold at any stopping time and whatever the side
information is worth, for each K is tested with a supermartingale of its own. The bets learn the strata's
rates from the answers.

K is looked at on a fixed grid, every number up to 100 and then in steps of 1 %: the test of "at most k"
serves all K from the grid number before up to k, so a bound is less than one step wider than it need be.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vendoreval.designs.active import ActiveDesign, Answer, chances_along, checked
from vendoreval.inference.projection import Floats, bets

_EVERY, _STEP = 100, 1.01
_PRIOR_WRONG = 1.0  # wrong items, or right ones where these are rarer, that a belief starts with
_SURE = 1e-6


@dataclass(frozen=True)
class ActiveEstimate:
    """Wrong items of the delivery: the estimate, and the fewest and most that were not disproved.

    For items of several labels: the sum of their shares of wrong labels.
    """

    items: int
    wrong: float
    fewest: float
    most: float

    @property
    def share(self) -> float:
        """The share of right items."""
        return 1 - self.wrong / self.items

    @property
    def low(self) -> float:
        """The least share of right items."""
        return 1 - self.most / self.items

    @property
    def high(self) -> float:
        """The greatest share of right items."""
        return 1 - self.fewest / self.items


def estimate(
    design: ActiveDesign, answered: Sequence[Answer], alpha: float, drawn: Sequence[Sequence[int]] | None = None
) -> ActiveEstimate:
    """The wrong items of the delivery, both bounds held at once with confidence 1 - `alpha`.

    `drawn`: the shares of each block as they were drawn, where answers changed since.

    The estimate weighs every stratum's share of wrong answers with its size, that is every answer with one
    over its chance of being drawn; strata without an answer are taken to be like the others. It is kept
    between the bounds.
    """
    checked(design, answered)
    sizes = np.asarray(design.sizes, dtype=np.float64)
    items, strata = sizes.sum(), len(sizes)
    if not answered:
        return ActiveEstimate(int(items), float("nan"), 0.0, float(items))
    stratum = np.array([h for h, _ in answered])
    wrong = np.array([part for _, part in answered], dtype=np.float64)
    seen, found = np.bincount(stratum, minlength=strata), np.bincount(stratum, wrong, strata)
    test = _Test(design, answered, -np.log(alpha / 2), drawn)
    grid = _grid(int(items))
    fewest = _fewest(test, grid, float(found.sum()), design.single)
    most = _most(test, grid, float(items - len(answered) + found.sum()), design.single)
    if fewest > most:  # has a chance of at most alpha: what is certain remains
        fewest, most = float(found.sum()), float(items - len(answered) + found.sum())
    rates = np.divide(found, seen, out=np.full(strata, np.nan), where=seen > 0)
    known = seen > 0
    others = (sizes * np.nan_to_num(rates)).sum() / sizes[known].sum()
    guess = (sizes * np.where(known, rates, others)).sum()
    return ActiveEstimate(int(items), float(np.clip(guess, fewest, most)), fewest, most)


def _grid(items: int) -> Floats:
    steps = np.geomspace(_EVERY, max(items, _EVERY), 2 + int(np.log(max(items / _EVERY, 1)) / np.log(_STEP)))
    return np.unique(np.concatenate([np.arange(min(_EVERY, items) + 1.0), np.round(steps)]).clip(0, items))


def _fewest(test: _Test, grid: Floats, certain: float, single: bool) -> float:
    """Above the grid number before the first one that is not disproved."""
    before = -1.0
    for null in grid[grid >= certain]:
        if not test.disproved(float(null), kept=False):
            break
        before = null
    return float(max(before + 1 if single else before, certain))


def _most(test: _Test, grid: Floats, certain: float, single: bool) -> float:
    """Below the grid number after the last one that is not disproved."""
    after = np.inf
    for null in grid[grid <= certain][::-1]:
        if null == 0 or not test.disproved(float(null), kept=True):
            break
        after = null
    return float(min(after - 1 if single else after, certain))


class _Test:
    """The answers with what was known before each; asked about one K after the other."""

    def __init__(
        self, design: ActiveDesign, answered: Sequence[Answer], enough: float,
        drawn: Sequence[Sequence[int]] | None,
    ) -> None:  # fmt: skip
        sizes, strata = np.asarray(design.sizes, dtype=np.float64), np.arange(len(design.sizes))
        self.stratum = np.array([h for h, _ in answered])
        self.wrong = np.array([part for _, part in answered], dtype=np.float64)
        mine = self.stratum[:, None] == strata
        parts = mine * self.wrong[:, None]
        seen, bad = np.cumsum(mine, axis=0) - mine, np.cumsum(parts, axis=0) - parts
        self.left = (sizes - seen).T[:, :, None]  # stratum, answer, belief
        self.before = bad.sum(axis=1)[:, None]
        self.chances = chances_along(design, answered, drawn).T[:, :, None]
        rates = _starts(design).T[:, None, :]
        strength = _PRIOR_WRONG / np.minimum(rates, 1 - rates)
        told = (strength * rates + bad.T[:, :, None]) / (strength + seen.T[:, :, None])
        self.beliefs = np.clip(told, _SURE, 1 - _SURE)
        self.enough = enough
        self.start: Floats | None = None

    def disproved(self, null: float, kept: bool) -> bool:
        """Whether "at least" (`kept`) or "at most" so many wrong was disproved at some moment."""
        made = bets(self.left, self.chances, self.beliefs, null - self.before, np.array(kept), self.start)
        self.start = made.multiplier
        at = np.arange(len(self.wrong))
        right, wrong = made.right[self.stratum, at], made.wrong[self.stratum, at]
        money = np.cumsum(np.log(right + self.wrong[:, None] * (wrong - right)), axis=0)
        highest = money.max(axis=1)
        mixed = highest + np.log(np.exp(money - highest[:, None]).mean(axis=1))
        return bool(mixed.max() >= self.enough)


def _starts(design: ActiveDesign) -> Floats:
    """Beliefs before the first answer, by shape and stratum: those of the middle of the zone."""
    made, sizes = design.alternatives, np.asarray(design.sizes)
    rates = made.rates[~made.kept]
    totals = rates @ sizes / sizes.sum()
    return np.asarray(rates[np.isclose(totals, totals[0])])
