"""Slices: exact p-values, false discoveries, a planted slice found; the smallest part worth redoing."""

import numpy as np
import pytest
from scipy.stats import hypergeom

from vendoreval.inference.slices import rework_scope, worse_slices


def test_single_units_are_judged_exactly_and_every_slice_counts() -> None:
    column = np.repeat([0, 1, 2], [40, 40, 5])
    wrong = np.r_[np.arange(40) < 15, np.arange(45) < 2]
    found, tested = worse_slices(wrong, np.arange(85), {"class": column}, 0.05)
    assert tested == 2  # the third one has fewer than ten units
    assert [one.where for one in found] == [(("class", 0),)]
    p = hypergeom.sf(14, 85, 17, 40)
    assert found[0].p == pytest.approx(p, rel=1e-9)
    assert found[0].q == pytest.approx(p * 2 * 1.5, rel=1e-9)


def test_rows_without_a_value_belong_to_no_slice() -> None:
    wrong = np.ones(50, dtype=bool)
    found, tested = worse_slices(wrong, np.arange(50), {"day": np.full(50, -1)}, 0.05)
    assert (found, tested) == ((), 0)


def columns(rng: np.random.Generator, n: int) -> dict[str, np.ndarray]:
    return {"annotator": rng.integers(0, 12, n), "class": rng.integers(0, 5, n), "day": rng.integers(0, 8, n)}


def test_order_of_rows_plays_no_part() -> None:
    rng = np.random.default_rng(1)
    cut, item = columns(rng, 900), rng.integers(0, 300, 900)
    wrong = (rng.random(900) < 0.05) | ((cut["annotator"] == 3) & (rng.random(900) < 0.4))
    order = rng.permutation(900)
    first, tested = worse_slices(wrong, item, cut, 0.05)
    again, _ = worse_slices(wrong[order], item[order], {name: c[order] for name, c in cut.items()}, 0.05)
    assert [(one.where, one.n, one.errors) for one in first] == [
        (one.where, one.n, one.errors) for one in again
    ]
    assert [one.q for one in first] == pytest.approx([one.q for one in again])
    assert first[0].where == (("annotator", 3),)
    assert tested > 60
    choices = [("annotator",), ("class",), ("annotator", "class")]
    one = rework_scope(wrong, item % 2 == 0, cut, choices, 0.5)
    shuffled = {name: c[order] for name, c in cut.items()}
    two = rework_scope(wrong[order], item[order] % 2 == 0, shuffled, choices, 0.5)
    assert one is not None
    assert two is not None
    assert (one.columns, one.cells, one.n) == (two.columns, two.cells, two.n)
    assert (one.covered, one.covered_here) == pytest.approx((two.covered, two.covered_here))


def test_false_discoveries_stay_rare_in_clustered_labels() -> None:
    rng = np.random.default_rng(2)
    alarms = 0
    for _ in range(150):
        item = np.repeat(np.arange(200), 4)
        wrong = (rng.random(200) < 0.1)[item] & (rng.random(800) < 0.9)
        cut = {"annotator": rng.integers(0, 10, 800), "class": rng.integers(0, 5, 200)[item]}
        alarms += bool(worse_slices(wrong, item, cut, 0.05)[0])
    assert alarms / 150 <= 0.05


def test_the_scope_of_one_bad_annotator_is_that_annotator() -> None:
    rng = np.random.default_rng(3)
    cut = columns(rng, 4000)
    wrong = (rng.random(4000) < 0.01) | ((cut["annotator"] == 7) & (rng.random(4000) < 0.5))
    scope = rework_scope(wrong, rng.random(4000) < 0.5, cut, [("class",), ("annotator",)], 0.6)
    assert scope is not None
    assert (scope.columns, scope.cells) == (("annotator",), ((7,),))
    assert scope.n == (cut["annotator"] == 7).sum()
    assert scope.covered == pytest.approx(wrong[cut["annotator"] == 7].sum() / wrong.sum(), abs=0.05)


def test_coverage_is_not_flattered_where_errors_are_even() -> None:
    """Ranked on the same rows, 500 small cells seem to hold most errors in few; the honest figure does not."""
    rng = np.random.default_rng(4)
    gaps = []
    for _ in range(20):
        cut = {"annotator": rng.integers(0, 400, 2000)}
        wrong = rng.random(2000) < 0.1
        scope = rework_scope(wrong, rng.random(2000) < 0.5, cut, [("annotator",)], 0.5)
        assert scope is not None
        gaps.append(scope.covered - scope.n / scope.units)
        assert scope.covered_here > scope.covered + 0.1
    assert abs(np.mean(gaps)) < 0.05


def test_without_errors_nothing_is_redone() -> None:
    half = np.arange(20) % 2 == 0
    assert rework_scope(np.zeros(20, dtype=bool), half, {"a": np.zeros(20, dtype=int)}, [("a",)], 0.8) is None
