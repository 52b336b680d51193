"""Falling factorials, from which all likelihoods of draws without replacement are made."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln, gammaln

Floats = NDArray[np.float64]


def log_falling(start: Floats | float, length: Floats | float) -> Floats:
    """log of start (start - 1) … with `length` factors; -inf where there are not as many."""
    left = np.asarray(start - length, dtype=np.float64)
    value = gammaln(np.asarray(start, dtype=np.float64) + 1.0) - gammaln(np.maximum(left, 0.0) + 1.0)
    return np.where(left >= 0, value, -np.inf)


def log_draw(population: int, wrong: Floats | float, n: Floats | float, errors: Floats | float) -> Floats:
    """log chance of one draw in a given order: `errors` wrong among `n`, with `wrong` among `population`."""
    some = log_falling(wrong, errors) + log_falling(population - wrong, n - errors)
    return np.asarray(some - log_falling(float(population), n))


def log_prior_posterior(
    population: int,
    wrong: Floats | float,
    n: Floats | float,
    errors: Floats | float,
    prior: tuple[float, float],
) -> Floats:
    """log of prior(K) / posterior(K) at K = `wrong` for a Beta-binomial prior: an e-value against K.

    Waudby-Smith & Ramdas, Confidence sequences for sampling without replacement, NeurIPS 2020. Its
    expectation under K is 1 at every n, and it is convex in K.
    """
    a, b = prior
    marginal = betaln(errors + a, n - errors + b) - betaln(a, b)
    return np.asarray(marginal - log_draw(population, wrong, n, errors))
