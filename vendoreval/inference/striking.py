"""How many errors may be struck out of a breach, whichever they are, before it falls."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from vendoreval.inference.drawn import Drawn
from vendoreval.inference.effective import effective_size, tails
from vendoreval.inference.hypergeometric import allowed_errors, p_breach, smallest
from vendoreval.inference.proportions import CENSUS, Proportion

Totals = NDArray[np.int64]


def strikeouts(p: Proportion, limit: Fraction, alpha: float) -> int:
    """The largest number of errors that may be struck out (counted right) with p_breach still <= alpha.

    For units drawn one by one and for a census, exact. 0 where the first strike-out loses the breach, or
    where there is none.
    """
    if p.p_breach > alpha:
        return 0

    def without(struck: int) -> float:
        left = p.errors - struck
        if p.method == CENSUS:
            return float(p.n - left >= limit * p.n)
        if p.population is None:
            return tails(left, p.n, limit)[0]
        return p_breach(p.population, allowed_errors(p.population, limit), p.n, left)

    return smallest(lambda struck: without(struck) > alpha, 1, p.errors) - 1


def strikeouts_of_items(y: Totals, x: Totals, p: Proportion, limit: Fraction, alpha: float) -> int:
    """So many errors at least may be struck out of a sample of items, with p_breach still <= alpha.

    `p` is the share of `y` right of `x` units, per item. Which errors are struck decides how far the rest
    cluster. The variance is a convex function of the errors struck on each item, so that whole items bound
    it: the answer holds for every choice of that many errors, and a few more may do for some.
    """
    if p.drawn is None or p.p_breach > alpha:
        return 0
    counted = x > 0
    errors, units, drawn = (x - y)[counted], x[counted], p.drawn
    return (
        smallest(
            lambda struck: _weakest(errors, units, struck, drawn, p.confidence).p_breach(limit) > alpha,
            1,
            int(errors.sum()),
        )
        - 1
    )


def _weakest(errors: Totals, units: Totals, struck: int, drawn: Drawn, confidence: float) -> Drawn:
    """No choice of `struck` errors leaves less evidence than this."""
    total, items = int(units.sum()), len(units)
    wrong = (int(errors.sum()) - struck) / total
    residual = errors - wrong * units
    gain = np.repeat(2 * wrong * units - errors, errors)  # of one error, where the item loses all of its own
    most = float(residual @ residual) + float(np.sort(gain)[len(gain) - struck :].sum())
    size = float(items)
    if items > 1 and most > 0 and 0 < wrong < 1:
        variance = items / (items - 1) * most / total**2
        size = min(effective_size(wrong, variance, total, items - 1, confidence), total)
        if residual.min() >= 0:  # all items may be left alike: then each counts once
            size = min(size, items)
    return Drawn((wrong,), drawn.units, size, size, drawn.items, drawn.population, drawn.hidden)
