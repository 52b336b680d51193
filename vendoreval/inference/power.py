"""What a fixed sample can find out: its critical number of errors, its power, the sample it takes.

Units are taken as independent (binomial); for objects inside items multiply by the design effect.
`limit` is the declared share of right units; `factor` is how many times the allowed error rate a
vendor really has.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from scipy.special import ndtri

from vendoreval.errors import InputError
from vendoreval.inference.binomial import at_least, at_most
from vendoreval.inference.hypergeometric import smallest
from vendoreval.inference.roots import crossing

_MOST_UNITS = 10**12
_MOST_ERRORS = 2**24


@dataclass(frozen=True)
class PowerRow:
    """A sample of `n` contradicts the limit with more than `critical` errors; `power` goes by factor."""

    n: int
    critical: int
    power: tuple[float, ...]


def critical_errors(n: int, limit: Fraction, alpha: float) -> int:
    """The smallest c for which more than c errors among `n` have a chance of at most `alpha` at the limit."""
    return smallest(lambda c: at_least(c + 1, n, float(1 - limit)) <= alpha, 0, n)


def power(n: int, limit: Fraction, alpha: float, factor: float) -> float:
    """The chance that `n` units contradict the limit when errors are `factor` times as many as allowed."""
    return at_least(critical_errors(n, limit, alpha) + 1, n, _rate(limit, factor))


def sample_for_power(limit: Fraction, alpha: float, power: float, factor: float) -> tuple[int, int]:
    """The smallest sample n, with its critical errors c, that has `power` against `factor`.

    For each c the risk bounds n from above and the power from below; the smallest c whose bounds leave
    room is sought, because power is a saw-tooth in n. Raises InputError where no sample can do it.
    """
    if factor <= 1 or not 0 < limit < 1:
        raise InputError(
            f"No sample tells {factor:g} times the allowed errors from a limit of {float(limit):g}.",
            remedy="Use a factor above 1 and a limit between 0 and 1.",
        )

    def least(c: int) -> int:
        return smallest(lambda n: at_most(c, n, _rate(limit, factor)) <= 1 - power, c + 1, _MOST_UNITS)

    def feasible(c: int) -> bool:
        return at_least(c + 1, least(c), float(1 - limit)) <= alpha

    c = 1
    while not feasible(c):
        if c >= _MOST_ERRORS:
            raise InputError(
                f"More than {_MOST_ERRORS:,} errors would have to be found to tell the rates apart.",
                remedy="Use a larger factor.",
            )
        c *= 2
    c = smallest(feasible, 0, c)
    while c > 0 and feasible(c - 1):  # rounding to whole units lets feasibility flicker at its edge
        c -= 1
    return least(c), c


def fall_found(limit: Fraction, calm: int, surge: int, alpha: float, power: float) -> float:
    """The fall from `limit` in `surge` units that a one-sided test against `calm` units finds with `power`.

    Two independent shares, normal approximation: d = z(1-alpha) s0 + z(power) s1, where s0 and s1 are the
    standard errors of the difference without a fall (pooled) and with it (Fleiss, Levin & Paik, Statistical
    Methods for Rates and Proportions, 2003, section 4.2). 1 where even the largest fall is not found.
    """
    right = float(limit)

    def beyond(fall: float) -> float:
        fallen = right - fall
        pooled = (calm * right + surge * fallen) / (calm + surge)
        none = math.sqrt(pooled * (1 - pooled) * (1 / calm + 1 / surge))
        some = math.sqrt(right * (1 - right) / calm + fallen * (1 - fallen) / surge)
        return fall - float(ndtri(1 - alpha)) * none - float(ndtri(power)) * some

    if not calm or not surge or beyond(right) < 0:
        return 1.0
    return crossing(beyond, 0.0, right, 1e-9)


def zero_error_sample(limit: Fraction, confidence: float) -> int:
    """Units that must all be right to show with `confidence` that at least `limit` are right."""
    if not 0 < limit < 1:
        raise InputError(
            f"No sample without an error proves a limit of {float(limit):g}.",
            remedy="Use a limit between 0 and 1.",
        )
    exact = math.log(1 - confidence) / math.log(limit)
    return math.ceil(exact - 1e-9)  # the logarithms' rounding must not cost a unit


def power_table(
    limit: Fraction, alpha: float, sizes: Sequence[int], factors: Sequence[float]
) -> tuple[PowerRow, ...]:
    """One row a sample size: its critical errors and its power against each factor."""
    return tuple(
        PowerRow(n, critical_errors(n, limit, alpha), tuple(power(n, limit, alpha, f) for f in factors))
        for n in sizes
    )


def _rate(limit: Fraction, factor: float) -> float:
    return min(1.0, factor * float(1 - limit))
