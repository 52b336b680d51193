from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from vendoreval.reports.wording import (
    chance,
    count,
    day,
    interval,
    joined,
    limit_percent,
    metric_limit,
    metric_value,
    moment,
    percent,
    rounded,
)

SHARES = st.floats(min_value=0, max_value=1, allow_nan=False)
LIMITS = st.decimals(min_value=0, max_value=1, places=4)


def printed(text: str) -> Decimal:
    return Decimal(text.removesuffix("\u00a0%"))


@given(SHARES, LIMITS)
@example(3.258262860137829e-13, Decimal("0.0000"))
def test_a_share_never_prints_on_or_across_its_limit(value: float, limit: Decimal) -> None:
    exact = Decimal(str(value))
    shown = printed(percent(value, [limit])) / 100
    if abs(exact - limit) < Decimal("1e-12"):
        assert shown == limit
    else:
        assert (shown > limit, shown < limit) == (exact > limit, exact < limit)


@given(st.integers(min_value=1, max_value=10**7), st.data())
def test_only_all_and_none_print_as_100_and_0(n: int, data: st.DataObject) -> None:
    right = data.draw(st.integers(min_value=0, max_value=n))
    shown = percent(right / n)
    assert (shown == "100\u00a0%") == (right == n)
    assert (shown == "0\u00a0%") == (right == 0)


@given(SHARES)
def test_without_a_limit_one_decimal_is_right_to_a_twentieth(value: float) -> None:
    assert abs(printed(percent(value)) / 100 - Decimal(str(value))) <= Decimal("0.0005")


def test_the_example_that_started_the_rule() -> None:
    assert percent(0.96996, ["0.97"]) == "96.996\u00a0%"
    assert percent(0.97, ["0.97"]) == "97.0\u00a0%"
    assert percent(1 - 0.03, ["0.97"]) == "97.0\u00a0%"
    assert percent(0.783) == "78.3\u00a0%"


def test_rounding_takes_more_digits_only_where_needed() -> None:
    assert rounded(0.5, 1, ["0.6"]) == Decimal("0.5")
    assert rounded("0.5999", 1, ["0.6"]) == Decimal("0.5999")


def test_limits_keep_the_digits_of_the_contract() -> None:
    assert limit_percent("0.97") == "97\u00a0%"
    assert limit_percent("0.9950") == "99.5\u00a0%"
    assert metric_limit("error_rate", "0.03") == "at most\u00a03\u00a0%"
    assert metric_limit("alpha", "0.67") == "at least\u00a00.67"


def test_values_that_are_no_shares_stay_numbers() -> None:
    assert metric_value("kappa", 0.8, "0.67") == "0.800"
    assert metric_value("kappa", None, "0.67") == "–"
    assert interval("accuracy", None, None, "0.9") == "–"


@pytest.mark.parametrize(
    ("p", "words"),
    [
        (None, "–"),
        (1e-40, "less than one in a million"),
        (0.0, "less than one in a million"),
        (2e-5, "less than one in 40,000"),
        (0.004, "0.4\u00a0%"),
        (1.0, "100\u00a0%"),
    ],
)
def test_chance(p: float | None, words: str) -> None:
    assert chance(p) == words


def test_dates_counts_and_lists() -> None:
    assert day(date(2026, 11, 4)) == "4\u00a0November 2026"
    assert day(None) == "–"
    assert moment(datetime(2026, 1, 15, 9, 5, tzinfo=UTC)) == "15\u00a0January 2026, 09:05 UTC"
    assert count(1, "item") == "1\u00a0item"
    assert count(2945, "class", "classes") == "2,945\u00a0classes"
    assert joined([]) == ""
    assert joined(["a"]) == "a"
    assert joined(["a", "b", "c"]) == "a, b and c"
