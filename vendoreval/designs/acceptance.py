"""Plans with sample sizes fixed beforehand: single, curtailed, in stages, zero-defect, limiting quality.

A single plan draws n units and accepts with at most c errors. Its two risks: `alpha`, to refuse a
delivery with `allowed` wrong units (the producer's), and `beta`, to accept one with `intolerable`
(the consumer's). An accepted delivery is not thereby proven good; what it is proven by says the test.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from vendoreval.designs.dynamic import Boundaries
from vendoreval.errors import InputError
from vendoreval.inference.binomial import at_least, at_most
from vendoreval.inference.hypergeometric import p_breach, p_kept, smallest

_MOST_ERRORS = 2**24
_MOST_UNITS = 10**12
_FLICKER = 12  # rounding to whole units lets feasibility flicker over a few numbers of errors


@dataclass(frozen=True)
class SinglePlan:
    """Draw `n` units; accept with at most `c` errors. `producer_risk` and `consumer_risk` are exact."""

    n: int
    c: int
    producer_risk: float
    consumer_risk: float


def find_plan(population: int, allowed: int, intolerable: int, alpha: float, beta: float) -> SinglePlan:
    """The smallest single plan with both risks, drawn without replacement (exact hypergeometric).

    Raises InputError when the two numbers of wrong units are not in order.
    """
    if not 0 <= allowed < intolerable <= population:
        raise InputError(f"No plan tells {allowed} from {intolerable} wrong units among {population}.")

    def producer(n: int, c: int) -> float:
        return p_breach(population, allowed, n, c + 1)

    def consumer(n: int, c: int) -> float:
        return p_kept(population, intolerable - 1, n, c)

    return _find(producer, consumer, alpha, beta, population)


def find_plan_binomial(good: Fraction, bad: Fraction, alpha: float, beta: float) -> SinglePlan:
    """The smallest single plan for independent units with error rates `good` and `bad`."""
    if not 0 <= good < bad <= 1:
        raise InputError(f"No plan tells an error rate of {float(good):g} from {float(bad):g}.")
    return _find(
        lambda n, c: at_least(c + 1, n, float(good)),
        lambda n, c: at_most(c, n, float(bad)),
        alpha,
        beta,
        _MOST_UNITS,
    )


def single_limits(n: int, c: int) -> Boundaries:
    """The tables of a single plan that is read once, at its end."""
    return staged_limits([n], [c], [c + 1])


def curtailed_limits(n: int, c: int) -> Boundaries:
    """The tables of a single plan that stops when its result is certain: same decisions, fewer units."""
    seen = np.arange(n + 1)
    return Boundaries(np.minimum(c + 1, seen + 1), np.maximum(c - (n - seen), -1))


def staged_limits(sizes: Sequence[int], accept: Sequence[int], reject: Sequence[int]) -> Boundaries:
    """The tables of a double or multiple plan.

    `sizes` are the samples of the stages, `accept` and `reject` the numbers for all errors so far.
    """
    if not len(sizes) == len(accept) == len(reject) or not sizes or min(sizes) < 1:
        raise InputError("Every stage of a plan needs a sample, an acceptance and a rejection number.")
    looks = np.cumsum(sizes)
    reject_at = np.arange(1, looks[-1] + 2)
    accept_at = np.full(looks[-1] + 1, -1)
    reject_at[looks] = reject
    accept_at[looks] = accept
    return Boundaries(reject_at, accept_at)


def zero_defect_size(population: int, intolerable: int, beta: float) -> int:
    """The smallest sample without an error that refuses `intolerable` wrong units at risk `beta`."""
    return limiting_quality_size(population, intolerable, 0, beta)


def limiting_quality_size(population: int, intolerable: int, c: int, beta: float = 0.10) -> int:
    """The smallest sample with which `c` errors still refuse `intolerable` wrong units at risk `beta`.

    The exact equivalent of a limiting-quality plan for one delivery; not a table of a standard.
    """
    if not c < intolerable <= population:
        raise InputError(f"A plan with {c} errors cannot refuse {intolerable} wrong units of {population}.")
    return smallest(lambda n: p_kept(population, intolerable - 1, n, c) <= beta, c + 1, population)


def _find(
    producer: Callable[[int, int], float],
    consumer: Callable[[int, int], float],
    alpha: float,
    beta: float,
    most: int,
) -> SinglePlan:
    """The smallest c for which the sample that the consumer's risk needs keeps the producer's risk.

    That sample grows with c, so the smallest feasible c gives the smallest sample.
    """

    def least(c: int) -> int:
        return smallest(lambda n: n >= most or consumer(n, c) <= beta, c + 1, most)

    def feasible(c: int) -> bool:
        return c + 1 >= most or producer(least(c), c) <= alpha

    highest = 1
    while not feasible(highest):
        if highest > _MOST_ERRORS:
            raise InputError(
                f"More than {_MOST_ERRORS:,} errors would have to be found to tell the rates apart.",
                remedy="Use rates that are further apart, or larger risks.",
            )
        highest *= 2
    edge = smallest(feasible, 0, highest)
    c = next(c for c in range(max(edge - _FLICKER, 0), edge + 1) if feasible(c))
    n = least(c)
    return SinglePlan(n, c, producer(n, c), consumer(n, c))
