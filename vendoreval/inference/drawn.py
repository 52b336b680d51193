"""Whole items drawn from a delivery: chances of what they show, and of what the items not drawn may hide.

A share of units is judged as if it came from so many independent units (inference.effective). Two things
that such an effective sample cannot know are added here.

Hidden items. A few items with many units, all wrong, break a clause, and most samples hold none of them.
So p_kept is the largest of P(none of k items drawn) · P(the sample at least this good where those k items
carry their part of the errors), over all k; p_breach likewise, with k items that are all right. The k items
may hold as many units as the delivery allows. For items of one unit each k = 0 is the largest.

The rest of the delivery. A word is certain where no rest can change it: not even one of as many units as may
be left, all right (for breached) or all wrong (for kept). Else, where more than half is drawn, chance lies in
the rest: it must hold the errors still missing (or no more than are still allowed), and p is the chance of
that. This needs the number of units left, so it is for items of one known size. Items of several sizes, or
counts of one class, are judged as if no more than half were drawn: one item left may hold one unit or many,
and errors may go with size.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, gammaln

from vendoreval.inference.binomial import clopper_pearson
from vendoreval.inference.roots import crossing

Floats = NDArray[np.float64]
_Unseen = tuple[Floats, Floats, Floats]

_TRIED = np.linspace(0, 1, 200) ** 2  # numbers of hidden items, as parts of the most; small ones matter most
_FAR = 40.0  # beyond this the chance that none of them was drawn is below e^-40
_ROUNDING = 1e-9
_TIE = 1e-12  # shares of real deliveries are equal or differ by more


@dataclass(frozen=True)
class Hidden:
    """What an item that was not drawn may hold.

    No item has more than `most` units; all items together have `excess` units beyond one each (None: not
    known). A right unit counts up to `weight` times in the denominator (2 in F1), a wrong one up to
    `wrong_weight` times in that of one class. `wrong`: no item has more wrong units (None: as `most`), where
    units that were missed stand in no file, so that `most` and `excess` bound the right ones only.
    """

    most: int
    excess: int | None = None
    weight: int = 1
    wrong: int | None = None
    wrong_weight: int = 1

    @property
    def singles(self) -> bool:
        """Whether no item has more than one unit."""
        return self.most <= 1 and (self.wrong is None or self.wrong <= 1)

    def bound(self, *, kept: bool) -> tuple[int, int | None]:
        """The most units of an item, and the excess, of those that could undo a word: wrong ones undo kept."""
        return (self.most, self.excess) if self.wrong is None or not kept else (self.wrong, None)


@dataclass(frozen=True)
class Drawn:
    """What a sample of `items` of `population` items (None = unknown, large) says of one or more classes.

    `wrong` and `units`: a class's share of wrong units, and its counted units per item drawn. `size`
    independent units tell as much of their mean, `kept_size` for the word kept, both for a large
    delivery. `absent` further classes belong to the mean, without a unit in the sample.
    """

    wrong: tuple[float, ...]
    units: tuple[float, ...]
    size: float
    kept_size: float
    items: int
    population: int | None
    hidden: Hidden | None = None
    absent: int = 0

    @property
    def share(self) -> float:
        """The share of wrong units in the sample: the mean over the classes that are present."""
        return sum(self.wrong) / len(self.wrong)

    @property
    def effective(self) -> float:
        """The effective size with the correction for a finite population."""
        return self.size if self.population is None else self.size / (1 - self.items / self.population)

    def p_breach(self, limit: Fraction | float) -> float:
        """How likely a delivery that just reaches `limit` gives so bad a sample."""
        classes, present = len(self.wrong) + self.absent, len(self.wrong)
        return self._p(min((1 - float(limit)) * classes / present, 1.0), kept=False)

    def p_kept(self, limit: Fraction | float) -> float:
        """How likely a delivery that just misses `limit` gives so good a sample."""
        classes, present = len(self.wrong) + self.absent, len(self.wrong)
        return self._p(((1 - float(limit)) * classes - self.absent) / present, kept=True)

    def interval(self, confidence: float) -> tuple[float, float]:
        """The shares that both one-sided tests leave possible, two-sided at `confidence`."""
        right, tail = 1 - self.share, (1 - confidence) / 2
        mostly = self.population is not None and 2 * self.items > self.population
        if self.hidden is None and not self.absent and not mostly:
            return clopper_pearson(self.effective * right, self.effective, confidence)
        present = len(self.wrong) / (len(self.wrong) + self.absent)
        low, high = present * right, present * right + 1 - present
        return (
            _edge(lambda limit: self.p_kept(limit) - tail, 0.0, low) if low else 0.0,
            _edge(lambda limit: tail - self.p_breach(limit), high, 1.0) if high < 1 else 1.0,
        )

    def grown(self, items: int) -> Drawn:
        """The sample with so many items, if they were like those drawn."""
        more = items / self.items
        return replace(self, items=items, size=self.size * more, kept_size=self.kept_size * more)

    def _p(self, allowed: float, *, kept: bool) -> float:
        """`allowed`: the share of wrong units among the classes present at which the clause just turns."""
        if self._settled(allowed, kept=kept):
            return 0.0
        left, none_drawn, _ = self._unseen[kept]
        moved = self._moves[kept]
        rate = np.clip(allowed - moved if kept else allowed + moved, 0.0, 1.0)
        size = self.kept_size if kept else self.size
        return float((none_drawn * self._tail(rate, left, size, kept=kept)).max())

    def _settled(self, allowed: float, *, kept: bool) -> bool:
        """Whether the word holds whatever the items left hold."""
        if self.hidden is None or self.population is None:
            return False
        left, (most, excess) = self.population - self.items, self.hidden.bound(kept=kept)
        more = float(left * (most - 1))
        if excess is not None:
            found = (
                sum(self.units) / self.hidden.weight - 1
            ) * self.items  # each item drawn has one unit or more
            more = min(more, max(excess - max(found, 0), 0))
        (moved,) = self._moved(np.array([(left + more) / self.items]), kept=kept)
        if kept:
            return bool(self.share + moved <= allowed + _TIE)
        return bool(self.share - moved > allowed + _TIE)

    @property
    def _one_size(self) -> bool:
        """Whether each item of the delivery has the same number of units, all of them counted."""
        if self.hidden is None or self.population is None or self.hidden.wrong is not None:
            return False
        most, excess = self.hidden.most, self.hidden.excess
        return (
            self.units == (float(most),) and self.hidden.weight == 1 and excess == (most - 1) * self.population
        )

    @cached_property
    def _unseen(self) -> tuple[_Unseen, _Unseen]:
        """What hidden items may be, for the words breached and kept."""
        return self._hiding(kept=False), self._hiding(kept=True)

    def _hiding(self, *, kept: bool) -> _Unseen:
        """For each number of hidden items: other items, the chance that none was drawn, hidden units an
        other item. Numbers are shares of the population where its size is not known."""
        n, total = self.items, self.population
        if self.hidden is None:
            return np.array([float(total or np.inf)]), np.ones(1), np.zeros(1)
        most, excess = self.hidden.bound(kept=kept)
        if total is None:
            part = _TRIED * min(_FAR / n, 0.999)
            return np.full(len(part), np.inf), (1 - part) ** n, part * most / (1 - part)
        k = np.unique((_TRIED * min(total - n, _FAR * total / n)).round())
        chance = np.exp(
            gammaln(total - k + 1) - gammaln(total - k - n + 1) - gammaln(total + 1) + gammaln(total - n + 1)
        )
        chance[0] = 1.0
        more = k * (most - 1)
        units = k + (more if excess is None else np.minimum(more, excess))
        return total - k, chance, units / (total - k)

    @cached_property
    def _moves(self) -> tuple[Floats, Floats]:
        """How far hidden items move the mean, for the words breached and kept."""
        breached, kept = self._unseen
        return self._moved(breached[2], kept=False), self._moved(kept[2], kept=True)

    def _moved(self, held: Floats, *, kept: bool) -> Floats:
        """How far hidden items, all wrong (or all right), move the mean share of wrong units at most.

        A class with a units an item and s hidden ones moves by its share of right (wrong) units times
        s/(a+s). Hidden units go where they move most; the split is Lagrange's.
        """
        weights = np.array([1 - w if kept else w for w in self.wrong])
        units = np.array(self.units)
        weights, units = weights[weights > 0], units[weights > 0]
        if not len(weights) or self.hidden is None:
            return np.zeros_like(held)
        once = kept and len(self.wrong) == 1  # in a mean of F1 a wrong unit counts in two classes
        s = held * (self.hidden.wrong_weight if once else self.hidden.weight)
        order = np.argsort(units / weights, kind="stable")
        weights, units = weights[order], units[order]
        roots, all_units = np.cumsum(np.sqrt(weights * units)), np.cumsum(units)
        needed = np.maximum.accumulate(roots * np.sqrt(units / weights) - all_units)  # to reach this class too
        used = np.maximum(np.searchsorted(needed, s) - 1, 0)
        moved = np.cumsum(weights)[used] - roots[used] ** 2 / (s + all_units[used])
        return np.asarray(np.maximum(moved, 0.0) / len(self.wrong))

    def _tail(self, rate: Floats, left: Floats, size: float, *, kept: bool) -> Floats:
        """P(a share of wrong units at most, for kept, or at least as found), drawn from `left` items."""
        n, share = self.items, self.share
        with np.errstate(divide="ignore", invalid="ignore"):
            part = n / left if self._one_size else np.minimum(n / left, 0.5)
            effective = size / (1 - part)
            of_sample = (_at_most if kept else _at_least)(effective * share, effective, rate)
            if (part <= 0.5).all():
                return of_sample
            rest, missing = left - n, rate * left - share * n
            missing = np.where(np.abs(missing) < _ROUNDING * n, 0.0, missing)
            needed = np.where(np.abs(missing - rest) < _ROUNDING * n, 1.0, missing / rest)
            effective = size * rest * left / n**2
            of_rest = (_at_least if kept else _at_most)(effective * needed, effective, rate)
        nothing_left = missing <= 0 if kept else missing >= 0
        return np.where(2 * n <= left, of_sample, np.where(rest > 0, of_rest, nothing_left))


def _at_least(count: Floats, n: Floats, rate: Floats) -> Floats:
    """P(X >= count) for X binomial, arrays of any counts."""
    inside = np.clip(count, 1e-300, n)
    return np.where(count <= 0, 1.0, np.where(count > n, 0.0, betainc(inside, n - inside + 1, rate)))


def _at_most(count: Floats, n: Floats, rate: Floats) -> Floats:
    """P(X <= count) for X binomial, arrays of any counts."""
    inside = np.clip(count, 0.0, n)
    below = betainc(np.maximum(n - inside, 1e-300), inside + 1, 1 - rate)
    return np.where(count >= n, 1.0, np.where(count < 0, 0.0, below))


def _edge(over: Callable[[float], float], low: float, high: float) -> float:
    """Where a rising function crosses 0 between `low` and `high`; the end itself where it does not."""
    if over(low) >= 0:
        return low
    if over(high) <= 0:
        return high
    return crossing(over, low, high, 1e-12)
