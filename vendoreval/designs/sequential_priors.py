"""Where the sequential test places its bets: candidate numbers of wrong units, with weights.

Any choice made before the draw keeps the error rates; it only decides how soon the audit ends. The
default bets for a tolerance zone lie at the geometric middle of the zone (where Lorden's 2-SPRT keeps
the longest audits short), at its far edge (Wald's SPRT) and spread beyond. Without a zone they are
spread evenly over a geometric grid of distances from the threshold.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_AT_MIDDLE, _AT_EDGE, _SPREAD = 0.35, 0.35, 0.30


@dataclass(frozen=True, eq=False)
class Bets:
    """Candidate numbers of wrong units, and weights that sum to 1."""

    wrong: Floats
    weights: Floats


@dataclass(frozen=True, eq=False)
class Priors:
    """Bets against "the clause is kept" (for breached) and against "it is broken" (for kept)."""

    breached: Bets
    kept: Bets


def default_priors(population: int, allowed: int, intolerable: int) -> Priors:
    """Bets for the nulls K <= `allowed` and K >= `intolerable` wrong units among `population`."""
    if intolerable > allowed + 1:
        return _with_zone(population, allowed, intolerable)
    return _without_zone(population, allowed, intolerable)


def sprt_priors(allowed: int, intolerable: int) -> Priors:
    """All on the far edge: Wald's sequential probability ratio test, without replacement (Meeker 1975)."""
    return Priors(breached=_single(intolerable), kept=_single(allowed))


def two_sprt_priors(allowed: int, intolerable: int) -> Priors:
    """All on the middle of the zone: the 2-SPRT of Lorden (1976), for short audits in the worst case."""
    middle = _middle(allowed, intolerable)
    return Priors(_single(max(middle, allowed + 1)), _single(min(middle, intolerable - 1)))


def _with_zone(population: int, allowed: int, intolerable: int) -> Priors:
    middle = _middle(allowed, intolerable)
    worse = np.geomspace(intolerable, max(population / 2, intolerable), 20)
    better = np.append(np.geomspace(allowed / 30, allowed, 12), 0.0) if allowed else np.zeros(1)
    return Priors(
        breached=_weighted(max(middle, allowed + 1), intolerable, worse),
        kept=_weighted(min(middle, intolerable - 1), allowed, better),
    )


def _without_zone(population: int, allowed: int, intolerable: int) -> Priors:
    nearest = min(population / 500, intolerable / 10)
    worse = allowed + np.geomspace(nearest, population / 2, 60)
    better = intolerable - np.geomspace(nearest, intolerable, 40)
    return Priors(
        breached=_even(np.clip(worse, intolerable, population)),
        kept=_even(np.clip(better, 0, allowed)),
    )


def _middle(allowed: int, intolerable: int) -> int:
    return round(math.sqrt(allowed * intolerable))


def _single(wrong: int) -> Bets:
    return Bets(np.array([float(wrong)]), np.ones(1))


def _even(wrong: Floats) -> Bets:
    distinct = np.unique(np.round(wrong))
    return Bets(distinct, np.full(len(distinct), 1 / len(distinct)))


def _weighted(middle: int, edge: int, spread: Floats) -> Bets:
    even = _even(spread)
    return Bets(
        np.concatenate([[middle, edge], even.wrong]),
        np.concatenate([[_AT_MIDDLE, _AT_EDGE], _SPREAD * even.weights]),
    )
