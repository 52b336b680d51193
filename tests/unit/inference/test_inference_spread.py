"""Alpha of answers with a distance against a limit: both error rates on simulated people."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.unit.inference.test_inference_agreement_limit import hold_their_levels
from vendoreval.inference.agreement_limit import spread_against_limit
from vendoreval.inference.proportions import clustered
from vendoreval.inference.spread import UNIT, Spread, alpha_of_spread, equal_share, mean_share, pairs_error

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def library(rng: np.random.Generator, kind: str) -> tuple[Floats, Floats]:
    """Forty answers that people could give: their distances, and how often each is the right one."""
    near = rng.random((40, 40)) < {"boxes": 0.02, "spans": 0.3, "empty": 0.02}[kind]
    distance = np.where(near, rng.random((40, 40)), 1.0)
    distance = np.minimum(distance, distance.T)
    np.fill_diagonal(distance, 0.0)
    share = np.full(40, 1.0)
    if kind == "empty":
        share[0] = 60.0  # most items hold nothing
    return distance, share / share.sum()


def spread_of(distance: Floats, answer: Ints) -> Spread:
    """The sums of distances of all pairs; `answer` has one row a person and one column an item."""
    people, items = answer.shape
    whole = np.rint(UNIT * distance).astype(np.int64)
    used = np.bincount(answer.ravel(), minlength=len(distance))
    within = sum(
        (whole[answer[a], answer[b]] for a in range(people) for b in range(a)), np.zeros(items, dtype=np.int64)
    )
    equal = sum(
        ((whole[answer[a], answer[b]] == 0).astype(np.int64) for a in range(people) for b in range(a)),
        np.zeros(items, dtype=np.int64),
    )
    return Spread.of(
        answers=np.full(items, people), within=within, equal=equal,
        met=np.full(items, people * (people * items - 1)), beyond=(whole @ used)[answer].sum(axis=0),
        squares=((whole * whole // UNIT) @ used)[answer].sum(axis=0),
    )  # fmt: skip


def simulated(
    rng: np.random.Generator, distance: Floats, share: Floats, limit: float, items: int, people: int, hard: bool
) -> Spread:
    """People whose true alpha is `limit`: sure of what is right or guessing, alone or all together."""
    truth = rng.choice(len(share), items, p=share)
    sure = rng.random(items) < limit if hard else rng.random((people, items)) < np.sqrt(limit)
    guess = rng.choice(len(share), (people, items), p=share)
    return spread_of(distance, np.where(np.broadcast_to(sure, (people, items)), truth, guess))


@pytest.mark.slow
@pytest.mark.parametrize("hard", [False, True])
@pytest.mark.parametrize("kind", ["boxes", "spans", "empty"])
@pytest.mark.parametrize(("items", "people"), [(20, 6), (40, 2), (100, 3)])
def test_false_words_stay_at_their_level(items: int, people: int, kind: str, hard: bool) -> None:
    runs, rng = 300, np.random.Generator(np.random.PCG64(20260401))
    distance, share = library(rng, kind)
    for limit in (0.4, 0.667, 0.8, 0.95):
        found = [
            spread_against_limit(
                simulated(rng, distance, share, limit, items, people, hard), Fraction(str(limit))
            )
            for _run in range(runs)
        ]
        hold_their_levels(found)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["boxes", "spans", "empty"])
def test_intervals_hold_the_true_alpha(kind: str) -> None:
    rng = np.random.Generator(np.random.PCG64(5))
    distance, share = library(rng, kind)
    found = [alpha_of_spread(simulated(rng, distance, share, 0.7, 150, 3, False)) for _ in range(600)]
    inside = np.mean([(one.low or 0) <= 0.7 <= (one.high or 0) for one in found])
    assert inside >= 0.95 - 2.5 * np.sqrt(0.05 * 0.95 / 600) - 0.01
    errors = [one.standard_error for one in found]
    assert np.std([one.estimate for one in found]) == pytest.approx(np.mean(errors), rel=0.15)  # type: ignore[arg-type]


def test_full_agreement_on_few_items_proves_little() -> None:
    rng = np.random.Generator(np.random.PCG64(1))
    distance, share = library(rng, "boxes")
    few, many = (simulated(rng, distance, share, 1.0, items, 2, True) for items in (5, 400))
    for spread, proven in ((few, False), (many, True)):
        held = spread_against_limit(spread, Fraction("0.8"))
        assert held is not None
        assert held.found.estimate == 1
        assert held.differing == 0
        assert (held.p_kept < 0.01) == proven


def test_nothing_to_compare_is_not_held() -> None:
    nothing = Spread.of(**{name: np.empty(0, dtype=np.int64) for name in
                           ("answers", "within", "equal", "met", "beyond", "squares")})  # fmt: skip
    assert spread_against_limit(nothing, Fraction("0.8")) is None
    assert alpha_of_spread(nothing).estimate is None
    assert equal_share(nothing).estimate is None
    assert pairs_error(nothing) is None
    same = spread_of(np.zeros((1, 1)), np.zeros((2, 9), dtype=np.int64))
    assert spread_against_limit(same, Fraction("0.8")) is None


def test_a_mean_of_whole_numbers_has_the_interval_of_a_share() -> None:
    rng = np.random.default_rng(2)
    x = rng.integers(1, 6, 80)
    y = rng.binomial(x, 0.8)
    known = clustered(y, x, Fraction(1, 2), confidence=0.95, population_clusters=None)
    share, low, high = mean_share(y.astype(np.float64), x)
    assert (share, low, high) == pytest.approx((known.estimate, known.low, known.high), abs=1e-3)
