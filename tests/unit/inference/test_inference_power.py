"""Power and sample sizes against the published table (CONVENTIONS §5.4) and brute force with scipy."""

from fractions import Fraction

import numpy as np
import pytest
from scipy.stats import binom

from vendoreval.errors import InputError
from vendoreval.inference.power import (
    PowerRow,
    critical_errors,
    power,
    power_table,
    sample_for_power,
    zero_error_sample,
)

SIZES = (200, 400, 500, 1000, 2000)
TABLE = [  # critical errors and power at twice the allowed error rate, by size
    ("0.95", (15, 27, 33, 62, 116), (0.86, 0.99, 1.0, 1.0, 1.0)),
    ("0.97", (10, 18, 22, 39, 73), (0.66, 0.88, 0.93, 1.0, 1.0)),
    ("0.98", (7, 13, 15, 28, 51), (0.55, 0.73, 0.85, 0.97, 1.0)),
    ("0.99", (5, 8, 9, 15, 28), (0.21, 0.41, 0.54, 0.85, 0.97)),
    ("0.995", (3, 5, 5, 9, 15), (0.14, 0.21, 0.38, 0.54, 0.84)),
]
# sizes said to reach 90 % power at 2, 1.5 and 1.25 times the errors; found on a coarse grid, so they
# suffice without being the smallest
SUFFICIENT = [
    ("0.95", (233, 874, 3041)),
    ("0.97", (415, 1392, 5006)),
    ("0.98", (617, 2080, 7603)),
    ("0.99", (1310, 4531, 15535)),
    ("0.995", (2491, 8913, 31095)),
]


@pytest.mark.parametrize(("limit", "critical", "powers"), TABLE)
def test_published_table(limit: str, critical: tuple[int, ...], powers: tuple[float, ...]) -> None:
    rows = power_table(Fraction(limit), 0.05, SIZES, (2,))
    assert [row.n for row in rows] == list(SIZES)
    assert [row.critical for row in rows] == list(critical)
    assert [row.power[0] for row in rows] == pytest.approx(powers, abs=0.0055)


def test_the_sentence_of_the_contract_check() -> None:
    assert round(power(200, Fraction("0.99"), 0.05, 2), 2) == 0.21


@pytest.mark.parametrize(("limit", "published"), SUFFICIENT)
def test_sample_for_power_is_the_smallest(limit: str, published: tuple[int, ...]) -> None:
    rate = float(1 - Fraction(limit))
    for factor, enough in zip((2, 1.5, 1.25), published, strict=True):
        sizes = np.arange(1, enough + 1)
        critical = np.asarray(binom.ppf(0.95, sizes, rate))
        reached = np.asarray(binom.sf(critical, sizes, factor * rate)) >= 0.9
        assert reached[-1]
        first = int(np.argmax(reached))
        assert sample_for_power(Fraction(limit), 0.05, 0.9, factor) == (sizes[first], critical[first])


@pytest.mark.parametrize(
    ("limit", "n"), [("0.95", 59), ("0.97", 99), ("0.98", 149), ("0.99", 299), ("0.995", 598), ("0.999", 2995)]
)
def test_zero_error_samples(limit: str, n: int) -> None:
    assert zero_error_sample(Fraction(limit), 0.95) == n


def test_zero_error_sample_at_an_exact_power() -> None:
    assert zero_error_sample(Fraction(1, 2), 0.75) == 2


@pytest.mark.parametrize("alpha", [0.01, 0.05, 0.1])
def test_critical_errors_are_the_smallest(alpha: float) -> None:
    for n in (1, 2, 17, 300):
        c = critical_errors(n, Fraction("0.97"), alpha)
        assert binom.sf(c, n, 0.03) <= alpha
        assert c == 0 or binom.sf(c - 1, n, 0.03) > alpha


def test_power_grows_with_the_factor() -> None:
    (row,) = power_table(Fraction("0.97"), 0.05, (500,), (1, 1.5, 2, 3, 40))
    assert isinstance(row, PowerRow)
    assert list(row.power) == sorted(row.power)
    assert row.power[0] <= 0.05
    assert row.power[-1] == 1.0


@pytest.mark.parametrize(("limit", "factor"), [("0.97", 1.0), ("1", 2.0), ("0", 2.0)])
def test_impossible_wishes_are_refused(limit: str, factor: float) -> None:
    with pytest.raises(InputError):
        sample_for_power(Fraction(limit), 0.05, 0.9, factor)


def test_limits_without_a_zero_error_sample_are_refused() -> None:
    with pytest.raises(InputError):
        zero_error_sample(Fraction(1), 0.95)
