"""Imperfect gold against R epiR and the computed examples of STATISTICS §e."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vendoreval.errors import InputError
from vendoreval.inference.binomial import clopper_pearson
from vendoreval.inference.imperfect_gold import (
    accuracy_behind,
    adjudicated_error,
    auditor_error,
    false_breach,
    frechet_bound,
    gold_revision,
    observed_agreement,
    rogan_gladen,
)


def test_rogan_gladen_of_epir() -> None:
    assert rogan_gladen(0.8, 0.9, 0.95).share == pytest.approx(0.88235294, abs=1e-8)
    assert rogan_gladen(0.71175731, 0.9, 0.95).share == pytest.approx(0.77853801, abs=1e-8)
    assert rogan_gladen(0.87144445, 0.9, 0.95).share == pytest.approx(0.96640523, abs=1e-8)


def test_rogan_gladen_interval_of_epir_from_the_exact_one() -> None:
    ends = clopper_pearson(50, 1000, 0.95)
    assert ends == pytest.approx((0.03733540, 0.06539049), abs=1e-8)
    corrected = [rogan_gladen(end, 0.98, 0.985).share for end in ends]
    assert corrected == pytest.approx([0.02314549, 0.05221812], abs=1e-8)


def test_a_share_below_the_false_positives_is_reported_as_impossible() -> None:
    found = rogan_gladen(4 / 30, 0.9, 0.8)
    assert found.raw == pytest.approx(-0.0952, abs=5e-5)
    assert (found.share, found.possible) == (0.0, False)


def test_the_ten_class_example() -> None:
    assert observed_agreement(0.97, 0.99, 10) == pytest.approx(0.960333, abs=5e-7)
    assert accuracy_behind(0.9603333333333333, 0.99, 10).share == pytest.approx(0.97)
    assert frechet_bound(0.9603, 0.99) == pytest.approx((0.9503, 0.9703))


@given(st.floats(0, 1), st.floats(0.6, 1), st.integers(2, 1000))
def test_the_correction_inverts_the_model_inside_the_bound(a: float, g: float, classes: int) -> None:
    agreement = observed_agreement(a, g, classes)
    assert accuracy_behind(agreement, g, classes).raw == pytest.approx(a, abs=1e-9)
    low, high = frechet_bound(agreement, g)
    assert low - 1e-12 <= a <= high + 1e-12


def test_two_classes_are_rogan_gladen_with_equal_errors() -> None:
    assert accuracy_behind(0.9, 0.95, 2).raw == pytest.approx(rogan_gladen(0.9, 0.95, 0.95).raw)


@pytest.mark.parametrize(("gold_error", "chance"), [("0", 0.0485), ("0.003", 0.1395), ("0.01", 0.5347)])
def test_gold_error_inflates_false_breaches(gold_error: str, chance: float) -> None:
    found = false_breach(10_000, Fraction("0.97"), 935, 36, Fraction(gold_error))
    assert found == pytest.approx(chance, abs=5e-5)


def test_adjudication_takes_most_of_the_gold_error_away() -> None:
    assert adjudicated_error(0.97, 0.99, 0.02) == pytest.approx(0.0296, abs=5e-5)


def test_gold_revision_rate_with_its_bound() -> None:
    found = gold_revision(0, 59, 0.95)
    assert found.rate == 0
    assert found.at_most == pytest.approx(1 - 0.05 ** (1 / 59))
    assert gold_revision(3, 3, 0.95).at_most == 1.0


def test_gold_no_better_than_chance_is_refused() -> None:
    with pytest.raises(InputError):
        rogan_gladen(0.5, 0.5, 0.5)
    with pytest.raises(InputError):
        accuracy_behind(0.5, 0.5, 2)
    with pytest.raises(InputError):
        observed_agreement(0.5, 0.9, 1)
    with pytest.raises(InputError):
        gold_revision(4, 3, 0.95)


@pytest.mark.parametrize("error", [0.0, 0.01, 0.1, 0.3])
def test_an_auditors_error_is_found_again_from_differences(error: float) -> None:
    items = 10**9
    differed = round(items * 2 * error * (1 - error))
    assert auditor_error(differed, items) == pytest.approx(error, abs=1e-6)


def test_an_auditors_error_follows_seeded_pairs() -> None:
    rng = np.random.default_rng(3)
    first, second = rng.random(200_000) < 0.04, rng.random(200_000) < 0.04
    assert auditor_error(int((first != second).sum()), 200_000) == pytest.approx(0.04, abs=0.001)
    with pytest.raises(InputError, match="more than half"):
        auditor_error(6, 10)
