"""How often to draw from which stratum: allocations that make a bet grow fastest, and shares in thousandths.

If rates p are true, drawing by Q makes the best bet against a null grow by sum Q_h KL(p_h || theta_h) an item,
theta being the null's rates nearest to p. It is concave in Q, and its slope is KL(p_h || theta_h), so that
Frank and Wolfe's steps towards the stratum with the largest one lead to the best Q.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vendoreval.inference.projection import bets

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_STEPS = 250
_NO_GAIN = 1e-9
_FINE = 1_000_000  # chances are read to a millionth of a thousandth, so that other machines round them alike


def best_allocation(left: Floats, rates: Floats, allowed: float, intolerable: float, floor: float) -> Floats:
    """By alternative: the v with which Q = floor W + (1 - floor) v grows fastest, in the faster direction."""
    at_most, grow_breached = _fastest(left, rates, allowed, False, floor)
    at_least, grow_kept = _fastest(left, rates, intolerable, True, floor)
    return np.where((grow_breached >= grow_kept)[:, None], at_most, at_least)


def _fastest(left: Floats, rates: Floats, null: float, kept: bool, floor: float) -> tuple[Floats, Floats]:
    shares = left / left.sum()
    side, remaining = np.full(len(rates), kept), np.full(len(rates), float(null))
    v = np.tile(shares, (len(rates), 1))
    start = None
    for step in range(_STEPS + 1):
        q = floor * shares + (1 - floor) * v
        made = bets(left[:, None], q.T, rates.T, remaining, side, start)
        growth = rates * np.log(made.wrong.T) + (1 - rates) * np.log(made.right.T)
        growth = np.where(left > 0, growth, -np.inf)
        if step < _STEPS and len(left) > 1:
            best = np.eye(len(left))[growth.argmax(axis=1)]
            gain = growth.max(axis=1) - (v * np.where(left > 0, growth, 0.0)).sum(axis=1)
            v = v + np.where(gain > _NO_GAIN, 2 / (step + 3), 0.0)[:, None] * (best - v)
            start = made.multiplier
    return v, (q * np.where(left > 0, growth, 0.0)).sum(axis=1)


def thousandths(left: Floats, floor: float, wanted: Floats) -> Ints:
    """Chances in thousandths, by row: sum 1000, 0 where nothing is left.

    A stratum with items left gets at least 1, and at least its share of the items left times `floor`, rounded
    up. What remains goes by largest remainder to where `wanted` (chances that sum to 1) lies above that; of
    equal remainders the first stratum's comes first.
    """
    total = left.sum(axis=-1, keepdims=True)
    any_left = left > 0
    least = np.maximum(np.ceil(1000 * floor * left / total - 1e-9), 1).astype(np.int64) * any_left
    spare = 1000 - least.sum(axis=-1, keepdims=True)
    if (spare < 0).any():  # only with a floor near 1: the largest stratum bears what rounding added
        largest = np.arange(left.shape[-1]) == left.argmax(axis=-1)[..., None]
        least, spare = least + largest * np.minimum(spare, 0), np.maximum(spare, 0)
    above = np.rint(np.maximum(1000 * wanted - least, 0) * _FINE).astype(np.int64) * any_left
    above = np.where(above.sum(axis=-1, keepdims=True) > 0, above, any_left)
    whole, rest = np.divmod(spare * above, above.sum(axis=-1, keepdims=True))
    order = np.argsort(-rest, axis=-1, kind="stable")
    rank = np.argsort(order, axis=-1, kind="stable")
    return np.asarray(least + whole + (rank < spare - whole.sum(axis=-1, keepdims=True)))
