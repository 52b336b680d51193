"""Adjusted p-values against statsmodels and published examples; joint bounds by simulation."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from vendoreval.inference.binomial import clopper_pearson
from vendoreval.inference.multiplicity import (
    benjamini_hochberg,
    benjamini_yekutieli,
    e_benjamini_hochberg,
    holm,
    holm_steps,
    joint_bounds,
)

BH_1995 = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459,
    0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0,
]  # fmt: skip


def test_the_example_of_benjamini_and_hochberg() -> None:
    assert (benjamini_hochberg(BH_1995) <= 0.05).sum() == 4
    assert (holm(BH_1995) <= 0.05).sum() == 3
    assert (benjamini_yekutieli(BH_1995) <= 0.05).sum() == 3
    wanted = [0.0015, 0.003, 0.0095, 0.0356, 0.0603, 0.0639, 0.0639, 0.0645, 0.0765]
    assert benjamini_hochberg(BH_1995)[:9] == pytest.approx(wanted, abs=6e-5)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
@settings(max_examples=30, deadline=None)
def test_adjusted_p_values_equal_statsmodels(p: list[float]) -> None:
    for mine, method in ((holm, "holm"), (benjamini_hochberg, "fdr_bh"), (benjamini_yekutieli, "fdr_by")):
        theirs = multipletests(p, method=method)[1]
        assert mine(p) == pytest.approx(theirs, abs=1e-12)


@given(st.lists(st.floats(0, 0.1), min_size=1, max_size=12), st.sampled_from([0.01, 0.05]))
@settings(max_examples=30)
def test_steps_reject_what_holm_rejects_and_go_on_doing_so(p: list[float], alpha: float) -> None:
    steps, rejected = holm_steps(p, alpha), multipletests(p, alpha, method="holm")[0]
    assert [value <= alpha / step for value, step in zip(p, steps, strict=True)] == rejected.tolist()
    for k in np.flatnonzero(rejected).tolist():  # with a p-value at the limit of its step it is still rejected
        worse = [*p[:k], alpha / steps[k], *p[k + 1 :]]
        assert worse[k] <= alpha / holm_steps(worse, alpha)[k]


def test_left_out_tests_count() -> None:
    assert benjamini_hochberg([0.001], 50) == pytest.approx([0.05])
    padded = [0.001, 0.004, *[1.0] * 48]
    assert benjamini_yekutieli([0.001, 0.004], 50) == pytest.approx(benjamini_yekutieli(padded)[:2])


def test_e_benjamini_hochberg_keeps_the_toy_example() -> None:
    values = [500, 120, 90, 40, 12, 3, 1, 0.5, 0.2, 0.1]
    assert e_benjamini_hochberg(values, 0.05) == (0, 1, 2)
    assert e_benjamini_hochberg(values[::-1], 0.05) == (7, 8, 9)
    assert e_benjamini_hochberg([], 0.05) == ()


def test_one_joint_bound_is_the_single_one() -> None:
    assert joint_bounds([9], [10], 0.95)[0] == pytest.approx(clopper_pearson(9, 10, 0.95))


def test_joint_bounds_hold_together() -> None:
    rng = np.random.default_rng(5)
    n, shares = [30, 80, 200, 15], [0.9, 0.97, 0.85, 0.6]
    missed = 0
    for _ in range(1000):
        right = [int(rng.binomial(count, share)) for count, share in zip(n, shares, strict=True)]
        bounds = joint_bounds(right, n, 0.95)
        missed += any(not low <= a <= high for (low, high), a in zip(bounds, shares, strict=True))
    assert missed / 1000 <= 0.05
