"""Clustered samples: the word kept is wrong at most as often as it says, also with few errors."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from vendoreval.inference.proportions import clustered


@pytest.mark.slow
@pytest.mark.parametrize(("share", "items"), [("0.97", 20), ("0.97", 100), ("0.99", 100)])
@pytest.mark.parametrize("icc", [0.2, 0.4])
def test_false_kept_stays_at_its_level(share: str, items: int, icc: float) -> None:
    limit, boxes, runs, beta = Fraction(share), 10, 800, 0.10
    rng = np.random.Generator(np.random.PCG64(20260302))
    wrong, spread = float(1 - limit), 1 / icc - 1
    rates = rng.beta(wrong * spread, (1 - wrong) * spread, size=(runs, items))
    errors = rng.binomial(boxes, rates)
    x = np.full(items, boxes)
    kept = [
        clustered(x - e, x, limit, confidence=0.95, population_clusters=None).p_kept <= beta for e in errors
    ]
    assert np.mean(kept) <= beta + 0.02  # two standard errors of the simulation
