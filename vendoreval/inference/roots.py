"""Where a function of one number crosses zero."""

from __future__ import annotations

from collections.abc import Callable
from math import inf

_RELATIVE = 4 * 2.0**-52


def crossing(over: Callable[[float], float], low: float, high: float, within: float) -> float:
    """A root of `over` between `low` and `high`, where its signs differ, to `within` or double precision.

    Brent's method (R. P. Brent, Algorithms for Minimization without Derivatives, 1973, chapter 4), with the
    steps and the bits of scipy.optimize.brentq: to import that takes longer than most audits.
    """
    last, at = low, high
    f_last, f_at = float(over(last)), float(over(at))
    if not f_last:
        return last
    other, f_other, before, step = last, f_last, at - last, at - last
    while True:
        if (f_last < 0) != (f_at < 0):
            other, f_other = last, f_last
            before = step = at - last
        if abs(f_other) < abs(f_at):
            last, at, other = at, other, at
            f_last, f_at, f_other = f_at, f_other, f_at
        least, half = (within + _RELATIVE * abs(at)) / 2, (other - at) / 2
        if not f_at or abs(half) < least:
            return at
        guess = inf  # too far, so that the middle is taken
        if abs(before) > least and abs(f_at) < abs(f_last):
            guess = _guess((at, f_at), (last, f_last), (other, f_other))
        taken = 2 * abs(guess) < min(abs(before), 3 * abs(half) - least)
        before, step = (step, guess) if taken else (half, half)
        last, f_last = at, f_at
        at += step if abs(step) > least else (least if half > 0 else -least)
        f_at = float(over(at))


def _guess(at: tuple[float, float], last: tuple[float, float], other: tuple[float, float]) -> float:
    """How far the root is from `at` on a line through two points, or on a curve through three."""
    (x, f), (x_last, f_last), (x_other, f_other) = at, last, other
    if x_last == x_other:
        return -f * (x - x_last) / (f - f_last)
    slope, slope_other = (f_last - f) / (x_last - x), (f_other - f) / (x_other - x)
    return -f * (f_other * slope_other - f_last * slope) / (slope_other * slope * (f_other - f_last))
