"""Kappa of two annotators, of all pairs and of one against the others, against statsmodels and scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.inter_rater import cohens_kappa

from tests.unit.inference.test_inference_agreement import ABSTRACTORS, DIAGNOSIS, OBSERVERS, random_ratings
from vendoreval.errors import InputError
from vendoreval.inference.agreement import agreement_weights
from vendoreval.inference.kappa import cohen, conger, pairwise, with_others

FLEISS_COHEN_EVERITT = [[53, 5, 2], [11, 14, 5], [1, 6, 3]]


@pytest.mark.parametrize(
    ("table", "weights", "value", "error"),
    [
        ([[20, 5], [10, 15]], "", 0.4, 0.126996),
        (ABSTRACTORS, "", 0.7964094, 0.0589107),
        (DIAGNOSIS, "", 0.4315008, 0.0459692),
        (DIAGNOSIS, "quadratic", 0.3831859, None),
        (FLEISS_COHEN_EVERITT, "", 0.428571, 0.075959),
        (FLEISS_COHEN_EVERITT, "linear", 0.492308, 0.071727),
        (FLEISS_COHEN_EVERITT, "quadratic", 0.566667, 0.078724),
    ],
)
def test_published_tables(table: list[list[int]], weights: str, value: float, error: float | None) -> None:
    at = np.arange(len(table), dtype=np.float64)
    found = cohen(np.asarray(table), agreement_weights(weights, at) if weights else None)
    assert found.estimate == pytest.approx(value, abs=6e-7)
    if error:
        assert found.standard_error == pytest.approx(error, abs=6e-7)


@pytest.mark.parametrize("weights", ["linear", "quadratic"])
def test_weighted_kappa_equals_statsmodels(weights: str) -> None:
    table = np.random.Generator(np.random.PCG64(4)).integers(0, 20, (5, 5))
    theirs = cohens_kappa(table, wt=weights)
    mine = cohen(table, agreement_weights(weights, np.arange(5.0)))
    assert (mine.estimate, mine.standard_error) == pytest.approx((theirs.kappa, theirs.std_kappa), rel=1e-9)


def test_no_variation_has_no_kappa() -> None:
    assert cohen(np.asarray([[7, 0], [0, 0]])).estimate is None


@pytest.mark.parametrize("table", [[[1, 2]], [[0, 0], [0, 0]], [[1, -1], [0, 2]]])
def test_impossible_tables_are_refused(table: list[list[int]]) -> None:
    with pytest.raises(InputError, match="square table"):
        cohen(np.asarray(table))


def test_conger_of_r_irrcac() -> None:
    rater, item = np.nonzero(~np.isnan(OBSERVERS))
    label = OBSERVERS[rater, item].astype(int) - 1
    assert conger(item, rater, label) == pytest.approx(0.76207, abs=6e-6)
    # cac.raw4raters: the lone label of the last unit is by the third rater, not by the second
    swapped = np.where((item == 11) & (rater == 1), 2, rater)
    known = {"ordinal": 0.84366, "linear": 0.81378, "quadratic": 0.85771, "ratio": 0.81197}
    assert conger(item, swapped, label) == pytest.approx(0.76282, abs=6e-6)
    for name, value in known.items():
        weights = agreement_weights(name, np.arange(1.0, 6.0))
        assert conger(item, swapped, label, weights) == pytest.approx(value, abs=6e-6)


def test_conger_of_two_is_cohen() -> None:
    cells = np.repeat(np.arange(9), np.ravel(ABSTRACTORS))
    item, rater = np.tile(np.arange(len(cells)), 2), np.repeat([0, 1], len(cells))
    found = conger(item, rater, np.concatenate([cells // 3, cells % 3]))
    assert found == pytest.approx(cohen(np.asarray(ABSTRACTORS)).estimate)


def test_pairs_equal_scikit_learn_one_by_one() -> None:
    ratings = random_ratings(8, 80, raters=6, missing=0.5)
    rater, item = np.nonzero(~np.isnan(ratings))
    order = np.random.Generator(np.random.PCG64(1)).permutation(len(item))
    found = pairwise(item[order], rater[order], ratings[rater, item].astype(int)[order] - 1)
    assert list(zip(found.first, found.second, strict=True)) == [
        (a, b) for a in range(6) for b in range(a + 1, 6)
    ]
    for row, (a, b) in enumerate(zip(found.first, found.second, strict=True)):
        both = ~np.isnan(ratings[a]) & ~np.isnan(ratings[b])
        assert found.items[row] == both.sum()
        assert found.agreed[row] == (ratings[a] == ratings[b])[both].sum()
        assert found.kappa[row] == pytest.approx(cohen_kappa_score(ratings[a][both], ratings[b][both]))


def test_one_against_the_others() -> None:
    ratings = random_ratings(9, 60, raters=4, missing=0.4)
    rater, item = np.nonzero(~np.isnan(ratings))
    found = with_others(item, rater, ratings[rater, item].astype(int) - 1)
    for person in range(4):
        own, other = [], []
        for k in np.flatnonzero(~np.isnan(ratings[person])):
            rest = np.delete(ratings[:, k], person)
            rest = rest[~np.isnan(rest)]
            own += [ratings[person, k]] * len(rest)
            other += rest.tolist()
        assert found.pairs[person] == len(own)
        assert found.agreed[person] == np.sum(np.array(own) == np.array(other))
        assert found.kappa[person] == pytest.approx(cohen_kappa_score(own, other))


def test_nobody_to_compare_with() -> None:
    none = np.empty(0, dtype=np.int64)
    assert len(pairwise(none, none, none).first) == 0
    assert conger(none, none, none) is None
    alone = with_others(np.arange(3), np.zeros(3, dtype=np.int64), np.zeros(3, dtype=np.int64))
    assert alone.pairs.tolist() == [0]
    assert np.isnan(alone.kappa).all()
