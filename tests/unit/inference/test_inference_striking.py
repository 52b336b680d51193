"""Errors struck out of a sample of items: against every choice of them, by enumeration."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from numpy.typing import NDArray

from vendoreval.inference.drawn import Hidden
from vendoreval.inference.proportions import Proportion, clustered
from vendoreval.inference.striking import strikeouts_of_items

Totals = NDArray[np.int64]


def found(errors: Totals, units: Totals, limit: Fraction, hidden: Hidden | None) -> Proportion:
    return clustered(units - errors, units, limit, confidence=0.95, population_clusters=500, hidden=hidden)


def true_strikeouts(errors: Totals, units: Totals, limit: Fraction, hidden: Hidden | None) -> int:
    """The most errors of which every choice may be struck out, by trying all of them."""
    worst: dict[int, float] = {}
    for left in product(*[range(e + 1) for e in errors.tolist()]):
        struck = int(errors.sum()) - sum(left)
        p = found(np.array(left), units, limit, hidden).p_breach
        worst[struck] = max(worst.get(struck, 0.0), p)
    return next(j for j in range(len(worst)) if worst[j + 1] > 0.05)


@pytest.mark.parametrize("hidden", [None, Hidden(4)])
def test_the_example_of_the_issue(hidden: Hidden | None) -> None:
    units, errors, limit = np.array([2, 3, 2, 3, 4, 3]), np.array([2, 2, 1, 1, 3, 3]), Fraction("0.9")
    p = found(errors, units, limit, hidden)
    assert strikeouts_of_items(units - errors, units, p, limit, 0.05) == 3
    if hidden is None:
        assert true_strikeouts(errors, units, limit, hidden) == 3


def test_no_breach_has_no_strikeouts() -> None:
    units, errors = np.full(20, 3), np.zeros(20, dtype=np.int64)
    p = found(errors, units, Fraction("0.9"), None)
    assert strikeouts_of_items(units, units, p, Fraction("0.9"), 0.05) == 0


def test_items_without_a_unit_change_nothing() -> None:
    units, errors, limit = np.array([2, 3, 2, 3, 4, 3, 0]), np.array([2, 2, 1, 1, 3, 3, 0]), Fraction("0.9")
    p = found(errors, units, limit, None)
    assert strikeouts_of_items(units - errors, units, p, limit, 0.05) >= 3


@pytest.mark.slow
def test_strikeouts_are_never_more_than_every_choice_allows() -> None:
    rng = np.random.default_rng(7)
    gaps: list[int] = []
    while len(gaps) < 40:
        units = rng.integers(1, 5, int(rng.integers(3, 7)))
        errors = rng.binomial(units, rng.uniform(0.2, 0.8))
        limit = Fraction(str(rng.choice([0.8, 0.9, 0.95])))
        hidden = Hidden(int(units.max())) if rng.random() < 0.5 else None
        if not errors.sum() or np.prod(errors + 1) > 100:
            continue
        p = found(errors, units, limit, hidden)
        if p.p_breach > 0.05:
            continue
        stated = strikeouts_of_items(units - errors, units, p, limit, 0.05)
        gaps.append(true_strikeouts(errors, units, limit, hidden) - stated)
    assert min(gaps) >= 0
    assert np.mean(gaps) < 0.5  # the bound is close, too
