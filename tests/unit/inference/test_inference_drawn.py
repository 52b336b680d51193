"""Drawn items: what hidden ones and the rest may hold, against enumeration, scipy and simulation."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations, product

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import binom, hypergeom

from vendoreval.inference.binomial import clopper_pearson
from vendoreval.inference.drawn import Drawn, Hidden
from vendoreval.inference.proportions import Proportion, clustered

Totals = NDArray[np.int64]
LIMIT = Fraction("0.97")


def items(
    units: Totals, wrong: int, rng: np.random.Generator, first: int, each: Sequence[int] = (0,)
) -> Totals:
    """Wrong units of each item: `wrong` in all, `each` in turn on the `first` items, the rest by chance."""
    found = np.zeros(len(units), dtype=np.int64)
    found[:first] = np.resize(each, first)
    free = np.arange(len(units)) >= first
    places = np.repeat(np.flatnonzero(free), units[free])
    np.add.at(found, rng.permutation(places)[: wrong - int(found.sum())], 1)
    return found


def looked_at(
    units: Totals, wrong: Totals, drawn: Totals, limit: Fraction, *, allow: bool = True
) -> Proportion:
    hidden = Hidden(int(units.max()), int(units.sum()) - len(units)) if allow else None
    x = units[drawn]
    return clustered(
        x - wrong[drawn], x, limit, confidence=0.95, population_clusters=len(units), hidden=hidden
    )  # fmt: skip


# ---------------------------------------------------------------- hidden items


def test_a_sample_without_an_error_shows_no_more_than_the_heavy_items_it_may_have_missed() -> None:
    population, n, most = 2_000, 100, 10
    ones = np.ones(n, dtype=np.int64)
    p = clustered(
        ones, ones, LIMIT, confidence=0.95, population_clusters=population, hidden=Hidden(most, 10_000)
    )
    k = next(k for k in range(population) if Fraction(most * k, population - k + most * k) > 1 - LIMIT)
    missed = [hypergeom.pmf(0, population, heavy, n) for heavy in (k, k - 1)]
    assert missed[0] - 1e-9 <= p.p_kept <= missed[1]  # about 0.73, where single labels alone say 0.05


def test_items_of_one_unit_hide_nothing() -> None:
    y = np.repeat(np.array([1, 0]), [285, 15])
    plain = clustered(y, np.ones_like(y), LIMIT, confidence=0.95, population_clusters=10_000)
    hiding = clustered(
        y, np.ones_like(y), LIMIT, confidence=0.95, population_clusters=10_000, hidden=Hidden(1, 0)
    )
    assert hiding.p_kept == pytest.approx(plain.p_kept, abs=1e-9)
    assert hiding.p_breach == pytest.approx(plain.p_breach, rel=0.02)
    assert (hiding.low, hiding.high) == pytest.approx((plain.low, plain.high), abs=2e-3)


def test_one_item_with_a_thousand_labels_hides_no_more_than_it_has() -> None:
    """The delivery's number of labels says that there is but one such item."""
    ones = np.ones(200, dtype=np.int64)
    told = clustered(ones, ones, LIMIT, confidence=0.95, population_clusters=100_000, hidden=Hidden(1_000, 999))
    untold = clustered(ones, ones, LIMIT, confidence=0.95, population_clusters=100_000, hidden=Hidden(1_000))
    assert told.p_kept < 0.02
    assert untold.p_kept > 0.9


def test_hidden_units_go_where_they_move_the_mean_most() -> None:
    """Against every split into fiftieths."""
    wrong, units = (0.1, 0.4, 0.0), (0.05, 0.6, 1.4)
    drawn = Drawn(wrong, units, 100, 100, 100, None, Hidden(5))
    for held in (0.02, 0.3, 2.0):
        splits = [np.array([a, b, 50 - a - b]) * held / 50 for a in range(51) for b in range(51 - a)]
        for kept in (True, False):
            weights = np.array([1 - w if kept else w for w in wrong])
            best = max(float((weights * s / (np.array(units) + s)).sum()) / 3 for s in splits)
            (moved,) = drawn._moved(np.array([held]), kept=kept)
            assert best - 1e-12 <= moved <= best + 1e-3


def test_without_hidden_items_a_large_delivery_gives_the_binomial() -> None:
    drawn = Drawn((0.05,), (1.0,), 300, 300, 300, None)
    assert drawn.p_breach(LIMIT) == pytest.approx(binom.sf(14, 300, 0.03), rel=1e-9)
    assert drawn.p_kept(LIMIT) == pytest.approx(binom.cdf(15, 300, 0.03), rel=1e-9)
    assert drawn.interval(0.95) == clopper_pearson(285, 300, 0.95)


def test_the_interval_holds_what_both_tests_leave_possible() -> None:
    drawn = Drawn((0.05,), (2.0,), 300, 250, 200, 2_000, Hidden(5))
    low, high = drawn.interval(0.95)
    assert drawn.p_kept(low) == pytest.approx(0.025, abs=1e-6)
    assert drawn.p_breach(high) == pytest.approx(0.025, abs=1e-6)


HEAVY = np.repeat(np.array([10, 1]), [20, 1_980])
DESIGNS = {
    "as the issue has it": (HEAVY, 20, (3, 3, 3, 4), LIMIT, 100),
    "all errors on the heavy": (HEAVY, 6, (10,), LIMIT, 100),
    "a larger sample": (HEAVY, 6, (10,), LIMIT, 800),
    "half of the errors": (HEAVY, 3, (10,), LIMIT, 300),
    "fifty labels": (np.repeat(np.array([50, 1]), [20, 1_980]), 20, (4, 4, 4, 5, 5), LIMIT, 100),
    "many heavy items": (np.repeat(np.array([10, 1]), [200, 1_800]), 11, (10,), LIMIT, 100),
    "a big delivery": (np.repeat(np.array([10, 1]), [100, 9_900]), 16, (10,), LIMIT, 1_000),
    "two labels else": (np.repeat(np.array([10, 2]), [500, 4_500]), 35, (10,), Fraction("0.95"), 200),
    "a few ruined among equal ones": (np.full(2_000, 10), 20, (10,), LIMIT, 100),
    "more of them": (np.full(2_000, 10), 40, (10,), LIMIT, 100),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", DESIGNS)
def test_false_kept_with_unequal_numbers_of_labels(name: str) -> None:
    units, heavy, each, limit, n = DESIGNS[name]
    rng, runs, beta = np.random.default_rng(20261128), 400, 0.1
    wrong = items(units, math.floor(int(units.sum()) * (1 - limit)) + 1, rng, heavy, each)
    said = naive = 0
    for _ in range(runs):
        drawn = rng.choice(len(units), n, replace=False)
        said += looked_at(units, wrong, drawn, limit).p_kept <= beta
        naive += looked_at(units, wrong, drawn, limit, allow=False).p_kept <= beta
    assert said / runs <= beta + 2 * math.sqrt(beta * (1 - beta) / runs)
    if name in ("as the issue has it", "all errors on the heavy", "fifty labels"):
        assert naive / runs > 0.25  # without the allowance


@pytest.mark.slow
@pytest.mark.parametrize(("heavy", "most", "n"), [(20, 100, 100), (10, 1_000, 200), (100, 10, 100)])
def test_false_breached_with_unequal_numbers_of_labels(heavy: int, most: int, n: int) -> None:
    """The mirror: all labels of the heavy items are right, and a sample without them looks bad."""
    units = np.repeat(np.array([most, 1]), [heavy, 2_000 - heavy])
    rng, runs = np.random.default_rng(20261129), 400
    wrong = items(units, math.floor(int(units.sum()) * (1 - LIMIT)), rng, heavy)
    said = naive = 0
    for _ in range(runs):
        drawn = rng.choice(len(units), n, replace=False)
        said += looked_at(units, wrong, drawn, LIMIT).p_breach <= 0.05
        naive += looked_at(units, wrong, drawn, LIMIT, allow=False).p_breach <= 0.05
    assert said / runs <= 0.05 + 2 * math.sqrt(0.05 * 0.95 / runs)
    assert most < 1_000 or naive / runs > 0.25


# ---------------------------------------------------------------- near a census


def test_one_item_left_cannot_mend_what_is_found() -> None:
    """500 items of 5 labels, 499 audited, 140 wrong: the last one, all right, makes 94.4 %."""
    x = np.full(499, 5)
    y = x - np.repeat(np.array([1, 0]), [140, 359])
    p = clustered(y, x, Fraction("0.95"), confidence=0.95, population_clusters=500, hidden=Hidden(5, 2_000))
    assert p.p_breach < 1e-12
    assert 0.943 < p.low <= p.high < 0.945


@pytest.mark.parametrize("wrong", [(5, 5, 3), (1,) * 13, (5, 1, 1, 1, 2, 3), (2,) * 6 + (1,)])
@pytest.mark.parametrize("n", [10, 11])
def test_words_near_a_census_keep_their_risks(wrong: tuple[int, ...], n: int) -> None:
    """By enumeration: 12 items of 5 labels at and just beyond a limit of 0.8 (12 of 60 may be wrong)."""
    units, limit = np.full(12, 5), Fraction("0.8")
    beyond = np.array([*wrong, *[0] * (12 - len(wrong))][:12])
    beyond[0] += 13 - int(beyond.sum())
    within = beyond.copy()
    within[np.flatnonzero(within)[-1]] -= 1
    draws = [np.array(drawn) for drawn in combinations(range(12), n)]
    for risk in (0.05, 0.1):
        kept = [looked_at(units, beyond, drawn, limit).p_kept <= risk for drawn in draws]
        breached = [looked_at(units, within, drawn, limit).p_breach <= risk for drawn in draws]
        assert np.mean(kept) <= risk
        assert np.mean(breached) <= risk


@pytest.mark.slow
@pytest.mark.parametrize(("population", "n"), [(500, 499), (500, 490), (500, 400), (200, 120)])
@pytest.mark.parametrize("together", [True, False])
def test_words_keep_their_risks_up_to_the_census(population: int, n: int, together: bool) -> None:
    limit, units = Fraction("0.9"), np.full(population, 5)
    rng, runs, risk = np.random.default_rng(7), 300, 0.1
    allowed = population // 2
    for bad, word in ((allowed, "p_breach"), (allowed + 1, "p_kept")):
        wrong = items(units, bad, rng, bad // 5 if together else 0, (5,))
        said = [
            getattr(looked_at(units, wrong, rng.choice(population, n, replace=False), limit), word) <= risk
            for _ in range(runs)
        ]
        assert np.mean(said) <= risk + 2 * math.sqrt(risk * (1 - risk) / runs)


def test_every_small_delivery_is_judged_alike_in_any_order() -> None:
    rng = np.random.default_rng(2)
    for most, excess in product((3, 8), (None, 20)):
        x = rng.integers(1, 4, 40)
        y = x - rng.binomial(x, 0.1)
        hidden = Hidden(most, excess)
        one = clustered(y, x, LIMIT, confidence=0.95, population_clusters=300, hidden=hidden)
        other = clustered(y[::-1], x[::-1], LIMIT, confidence=0.95, population_clusters=300, hidden=hidden)
        assert (one.p_breach, one.p_kept, one.low) == (other.p_breach, other.p_kept, other.low)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sizes", "shares", "accuracy", "limit", "n", "plain", "allowed"),
    [
        ((5,), (1.0,), 0.99, LIMIT, 200, 0.93, 0.93),
        ((3, 5, 10), (0.9, 0.09, 0.01), 0.98, Fraction("0.95"), 200, 0.94, 0.70),
        ((1, 10), (0.99, 0.01), 0.99, LIMIT, 1_000, 0.98, 0.89),
    ],
)
def test_the_power_that_the_allowance_costs(
    sizes: tuple[int, ...], shares: tuple[float, ...], accuracy: float, limit: Fraction, n: int, plain: float,
    allowed: float,
) -> None:  # fmt: skip
    """The table of docs/audit-designs.md: correlation 0.2 within an item, beta 0.10."""
    rng, runs = np.random.default_rng(14), 300
    units = rng.choice(sizes, 10_000, p=shares)
    wrong = rng.binomial(units, rng.beta(4 * (1 - accuracy), 4 * accuracy, len(units)))
    kept = np.zeros(2)
    for _ in range(runs):
        drawn = rng.choice(len(units), n, replace=False)
        kept += [looked_at(units, wrong, drawn, limit, allow=allow).p_kept <= 0.1 for allow in (False, True)]
    assert kept / runs == pytest.approx([plain, allowed], abs=0.08)
