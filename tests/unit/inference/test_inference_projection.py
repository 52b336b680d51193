"""The projection against the formulas' worked examples, plain bisection and the worst split of a null."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vendoreval.inference.projection import bets, boost, project

# left = (8, 2): kept, remaining, belief, chances -> theta, after a right item, after a wrong item
WORKED = [
    (False, 1, (0.1, 0.8), (0.8, 0.2), (0.035136, 0.359458), (0.932774, 0.312235), (2.846114, 2.225576)),
    (False, 1, (0.1, 0.8), (0.5, 0.5), (0.014827, 0.440692), (0.913545, 0.357585), (6.744505, 1.815325)),
    (True, 5, (0.05, 0.5), (0.8, 0.2), (0.431746, 0.773016), (1.671788, 2.202796), (0.115809, 0.646817)),
    (True, 5, (0.05, 0.5), (0.5, 0.5), (0.474506, 0.601977), (1.807822, 1.256209), (0.105373, 0.830597)),
]


@pytest.mark.parametrize(("kept", "remaining", "belief", "chances", "theta", "right", "wrong"), WORKED)
def test_worked_examples(kept, remaining, belief, chances, theta, right, wrong) -> None:  # type: ignore[no-untyped-def]
    left = np.array([8.0, 2.0])
    found = project(left, chances, belief, remaining, kept)
    made = bets(left, np.array(chances), np.array(belief), np.array(float(remaining)), np.array(kept))
    assert found == pytest.approx(theta, abs=1e-6)
    assert made.right == pytest.approx(right, abs=1e-6)
    assert made.wrong == pytest.approx(wrong, abs=1e-6)


def by_bisection(
    left: list[int], chances: list[float], belief: list[float], remaining: float, kept: bool
) -> list[float]:
    """theta with the textbook's formula and 200 halvings of nu (negative against "at most")."""
    total, sign = sum(left), 1 if kept else -1
    omega = [q * total / m for q, m in zip(chances, left, strict=True)]

    def theta(nu: float) -> list[float]:
        made = []
        for w, p in zip(omega, belief, strict=True):
            root = math.sqrt((w - nu) ** 2 + 4 * nu * w * p)
            made.append((nu - w + root) / (2 * nu) if nu > w else 2 * w * p / (w - nu + root))
        return made

    low, high = 0.0, 1e7
    for _ in range(200):
        middle = (low + high) / 2
        reached = sum(m * t for m, t in zip(left, theta(sign * middle), strict=True))
        low, high = (middle, high) if (reached < remaining) == kept else (low, middle)
    return theta(sign * low)


@st.composite
def situations(draw):  # type: ignore[no-untyped-def]
    strata = draw(st.integers(1, 5))
    left = [draw(st.integers(1, 400)) for _ in range(strata)]
    raw = [draw(st.floats(0.02, 1)) for _ in range(strata)]
    chances = [q / sum(raw) for q in raw]
    belief = [draw(st.floats(0.001, 0.95)) for _ in range(strata)]
    return left, chances, belief, draw(st.floats(0.02, 0.98)) * sum(left), draw(st.booleans())


@given(situations())
@settings(max_examples=60)
def test_rates_are_the_nearest_and_the_worst_split_gains_nothing(situation) -> None:  # type: ignore[no-untyped-def]
    left, chances, belief, remaining, kept = situation
    m, q = np.array(left, dtype=float), np.array(chances)
    found = project(left, chances, belief, remaining, kept)
    expected = float(m @ np.array(belief))
    if found is None:
        assert expected <= remaining + 1e-9 if not kept else expected >= remaining - 1e-9
        return
    assert found == pytest.approx(by_bisection(left, chances, belief, remaining, kept), abs=1e-7)
    made = bets(m, q, np.array(belief), np.array(remaining), np.array(kept))
    per_item = q * (made.wrong - made.right) / m  # alike in all strata: no split of the errors is better
    assert per_item == pytest.approx(per_item.mean(), rel=1e-6)
    assert q @ made.right + remaining * per_item.max() <= 1 + 1e-9
    order = np.random.default_rng(1).permutation(len(m))
    other = bets(m[order], q[order], np.array(belief)[order], np.array(remaining), np.array(kept))
    assert other.wrong == pytest.approx(made.wrong[order], rel=1e-9)


@given(situations(), st.floats(1.01, 4))
@settings(max_examples=60)
def test_boosted_factors_gain_nothing_under_any_null(situation, most) -> None:  # type: ignore[no-untyped-def]
    left, chances, belief, remaining, kept = situation
    m, q, whole = np.array(left, dtype=float), np.array(chances), float(round(remaining))
    made = bets(m, q, np.array(belief), np.array(whole), np.array(kept))
    by = boost(m, q, made.right, made.wrong, whole, kept, most)
    assert by >= 1
    right, wrong = np.minimum(by * made.right, most), np.minimum(by * made.wrong, most)
    rng = np.random.default_rng(2)
    for _ in range(20):  # random splits of the null's wrong items
        wrong_items = rng.multivariate_hypergeometric(left, int(whole))
        assert q @ right + (q * (wrong - right) / m) @ wrong_items <= 1 + 1e-9


def test_no_bet_where_the_null_allows_the_belief_or_is_certain() -> None:
    assert project((8, 2), (0.8, 0.2), (0.1, 0.1), 3, kept=False) is None
    assert project((8, 2), (0.8, 0.2), (0.5, 0.5), 3, kept=True) is None
    made = bets(
        np.array([8.0, 2.0]), np.array([0.8, 0.2]), np.array([0.3, 0.3]), np.array(0.0), np.array(False)
    )
    assert made.right == pytest.approx([1, 1])
    assert made.wrong == pytest.approx([1, 1])


def test_a_stratum_of_which_nothing_is_left_is_left_alone() -> None:
    made = bets(
        np.array([8.0, 0.0]), np.array([1.0, 0.0]), np.array([0.3, 0.3]), np.array(1.0), np.array(False)
    )
    alone = bets(np.array([8.0]), np.array([1.0]), np.array([0.3]), np.array(1.0), np.array(False))
    assert made.wrong[0] == pytest.approx(alone.wrong[0])
