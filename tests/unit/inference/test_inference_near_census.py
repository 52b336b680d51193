"""Near a census of items that hold different numbers of labels: exact risks of both words."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations_with_replacement

import numpy as np
import pytest
from numpy.typing import NDArray

from vendoreval.inference.drawn import Drawn, Hidden
from vendoreval.inference.proportions import Proportion, clustered, macro

LIMIT = Fraction("0.97")
ALPHA, BETA = 0.05, 0.1

Kind = tuple[int, int, int]  # units and wrong units of an item, number of such items
HONEST: tuple[Kind, ...] = ((3, 0, 400), (1, 0, 61), (1, 1, 39))  # 39 of 1,300 wrong: 97 %


def judged(kinds: Sequence[Kind], taken: Sequence[int], limit: Fraction) -> Proportion:
    """A sample with so many items of each kind."""
    items, labels = sum(k for _, _, k in kinds), sum(x * k for x, _, k in kinds)
    x = np.repeat(np.array([x for x, _, _ in kinds]), taken)
    wrong = np.repeat(np.array([e for _, e, _ in kinds]), taken)
    hidden = Hidden(max(x for x, _, _ in kinds), labels - items)
    return clustered(x - wrong, x, limit, confidence=0.95, population_clusters=items, hidden=hidden)


def chance(kinds: Sequence[Kind], n: int, word: str) -> float:
    """The chance of a false `word` over all samples of `n` items of a delivery just on the other side."""
    labels = sum(x * k for x, _, k in kinds)
    limit = 1 - Fraction(sum(e * k for _, e, k in kinds), labels)
    said = 0
    for left in _without([k for _, _, k in kinds], sum(k for _, _, k in kinds) - n):
        taken = [k - out for (_, _, k), out in zip(kinds, left, strict=True)]
        if word == "breached":
            wrong = judged(kinds, taken, limit).p_breach <= ALPHA
        else:
            wrong = judged(kinds, taken, limit + Fraction(1, 10**9)).p_kept <= BETA
        if wrong:
            said += math.prod(math.comb(k, out) for (_, _, k), out in zip(kinds, left, strict=True))
    return said / math.comb(sum(k for _, _, k in kinds), n)


def _without(counts: Sequence[int], left: int) -> Iterator[tuple[int, ...]]:
    """Every way to leave out so many items."""
    if len(counts) == 1:
        if left <= counts[0]:
            yield (left,)
        return
    for out in range(min(counts[0], left) + 1):
        for others in _without(counts[1:], left - out):
            yield out, *others


def test_one_item_left_with_few_or_many_labels_accuses_nobody() -> None:
    """As items of 2.6 labels each, the one left could not mend an honest delivery."""
    assert chance(HONEST, 499, "breached") == 0
    assert chance(((3, 0, 70), (5, 4, 17), (1, 0, 13)), 99, "kept") == 0
    assert chance(((1, 0, 51), (5, 4, 7), (3, 0, 2)), 58, "kept") <= BETA


def test_what_no_rest_can_change_is_certain() -> None:
    """One item of three labels or one is left: at best 41 of 1,300 are wrong, at worst 39."""
    breached = judged(((3, 0, 400), (1, 0, 59), (1, 1, 41)), (399, 59, 41), LIMIT)
    assert breached.p_breach == 0
    assert breached.high < 0.97
    kept = judged(((3, 0, 400), (1, 0, 64), (1, 1, 36)), (399, 64, 36), LIMIT)
    assert kept.p_kept == 0  # 36 + 3 wrong: just the limit
    assert kept.low == pytest.approx(0.97, abs=1e-9)
    for wrong in (37, 38, 39, 40):  # the rest may turn these
        p = judged(((3, 0, 400), (1, 0, 100 - wrong), (1, 1, wrong)), (399, 100 - wrong, wrong), LIMIT)
        assert (p.p_breach > 0, p.p_kept > 0) == (wrong < 40, True)


def test_the_number_of_labels_bounds_the_rest() -> None:
    """20 wrong of 499 single labels; the 500th item holds 7 labels, or up to 200 for all we know."""
    x = np.ones(499, dtype=np.int64)
    y = np.repeat(np.array([1, 0]), [479, 20])
    told, untold = (
        clustered(y, x, LIMIT, confidence=0.95, population_clusters=500, hidden=hidden)
        for hidden in (Hidden(200, 6), Hidden(200))
    )
    assert told.p_breach == 0  # 20 of 506
    assert untold.p_breach > 0  # 20 of 699


def test_a_mean_over_rare_classes_is_not_settled_by_the_average_rest() -> None:
    """Fifty classes of two units, one of them wrong: a right one left out is worth a hundredth of the mean."""
    places, said = np.arange(100), 0
    for left in range(100):
        drawn = places != left
        xs = [(places // 2 == c)[drawn].astype(np.int64) for c in range(50)]
        ys = [x * (places % 2)[drawn] for x in xs]
        p = macro(ys, xs, Fraction(1, 2), confidence=0.95, population_clusters=100, hidden=Hidden(1, 0))
        said += p.p_breach <= ALPHA
    assert said == 0


def test_no_rest_moves_a_mean_of_f1_further_than_is_allowed_for() -> None:
    """Three labels left, each with any expected and any delivered class; F1 = 2 TP / (2 TP + FP + FN)."""
    found = np.array([[40, 3, 1], [2, 20, 0], [1, 1, 5]])  # expected, delivered

    def counts(matrix: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        return 2 * np.diag(matrix), matrix.sum(axis=0) + matrix.sum(axis=1)

    right, units = counts(found)
    n = int(found.sum())
    drawn = Drawn(tuple(1 - right / units), tuple(units / n), n, n, n, n + 3, Hidden(1, 0, weight=2))
    shares = []
    for cells in combinations_with_replacement(range(9), 3):
        whole = found.copy()
        np.add.at(whole.reshape(-1), list(cells), 1)
        y, x = counts(whole)
        shares.append(float((y / x).mean()))
    assert drawn.p_breach(max(shares) - 1e-9) > 0
    assert drawn.p_kept(min(shares) + 1e-9) > 0
    assert drawn.p_breach(max(shares) + 0.02) == 0  # and not much further
    assert drawn.p_kept(min(shares) - 0.05) == 0


DESIGNS: dict[str, tuple[tuple[Kind, ...], tuple[int, ...]]] = {
    "honest, errors on single labels": (HONEST, (499, 498, 495, 490, 480)),
    "errors on the largest": (((3, 0, 70), (5, 4, 17), (1, 0, 13)), (99, 97, 90)),
    "errors on a few large": (((1, 0, 51), (5, 4, 7), (3, 0, 2)), (59, 58, 54)),
    "five hundred, errors on the largest": (((3, 0, 401), (5, 4, 84), (1, 0, 15)), (499, 496)),
    "eight labels, ruined": (((1, 0, 54), (8, 8, 6)), (59, 57, 54, 40)),
    "eight labels, right": (((1, 1, 10), (1, 0, 44), (8, 0, 6)), (59, 57, 54, 48)),
    "one item of twenty right labels": (((1, 1, 15), (1, 0, 184), (20, 0, 1)), (199, 195, 190)),
    "one item of twenty wrong labels": (((1, 0, 199), (20, 20, 1)), (199, 195, 190, 180)),
    "a hundred, five ruined": (((5, 0, 85), (5, 5, 10), (4, 0, 5)), (99, 97, 95)),
    "errors spread on the smaller": (((10, 0, 150), (2, 1, 30), (3, 1, 20)), (199, 197, 190)),
    "errors spread on the larger": (((2, 0, 150), (10, 1, 30), (10, 2, 20)), (199, 197, 190)),
    "forty items": (((5, 0, 33), (8, 7, 5), (5, 0, 2)), (39, 38, 36, 30)),
    "few large, all wrong": (((2, 0, 29), (5, 5, 1), (2, 0, 10)), (39, 38, 36, 32)),
    "twenty items": (((2, 0, 14), (8, 7, 5), (2, 2, 1)), (19, 18, 16)),
    "one item of another size": (((5, 0, 180), (5, 5, 19), (4, 0, 1)), (199, 197, 190)),
    "a thousand": (((1, 0, 900), (4, 2, 60), (4, 0, 40)), (999, 997, 990)),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", DESIGNS)
def test_both_words_keep_their_risks_where_sizes_differ(name: str) -> None:
    """By enumeration of every sample."""
    kinds, sizes = DESIGNS[name]
    for n in sizes:
        assert chance(kinds, n, "breached") <= ALPHA, n
        assert chance(kinds, n, "kept") <= BETA, n
