"""Figures as vendors write them, and how they are read."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vendoreval.questionnaires.figures import figure, reading


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("97.50", "97.5"), ("97,5 %", "97.5"), ("≥ 97,5 %", "97.5"), ("alpha≥0.8", "0.8"), ("0,975", "0.975"),
        ("20,000", "20000"), ("20 000", "20000"), ("20'000 labels", "20000"), ("1,234,567.5", "1234567.5"),
        ("10k", "10000"), ("2.5 million", "2500000"), ("5 business days", "5"), ("at least 97", "97"),
        ("-5", "-5"), ("12.500", "12.5"), ("97%.", "97"),
    ],
)  # fmt: skip
def test_figures_as_people_write_them(text: str, number: str) -> None:
    assert figure(text) == Fraction(number)


@pytest.mark.parametrize(
    "text",
    [
        "n/a", "", "five", "95-99", "95–99 %", "95 to 99", "24/7", "97.5 of 100", "98 % (n = 1200)", "F1 0.9",
        "1.000.000", "10,000,5", ".9",
    ],
)  # fmt: skip
def test_what_is_not_one_number_is_none(text: str) -> None:
    assert figure(text) is None


@given(st.decimals(0, 10**7, places=2, allow_nan=False))
def test_plain_and_grouped_numbers_are_the_same(number: Fraction) -> None:
    assert figure(f"{number:f}") == figure(f"{number:,f}") == Fraction(number)
    assert reading(f"{number:f} %", float(number), "% of items") == ""


@given(st.text())
def test_any_text_is_read_without_failing(text: str) -> None:
    number = figure(text, "hours")
    told = reading(text, None if number is None else float(number), "hours")
    assert number is not None or told == "" or "nothing can be held against it" in told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("97.5 %", ""), ("24 hours", ""), ("soon", ""),
        ("90 min", "'90 min' is in another unit, so nothing can be held against it; write it in hours."),
        ("97,5", "'97,5' is read as 97.5 (hours)."),
        ("10k", "'10k' is read as 10\u202f000 (hours)."),
        ("2-3", "'2-3' is not one number, so nothing can be held against it; write one figure (hours)."),
    ],
)  # fmt: skip
def test_doubtful_figures_are_read_aloud(text: str, told: str) -> None:
    number = figure(text, "hours")
    assert reading(text, None if number is None else float(number), "hours") == told


@pytest.mark.parametrize(
    ("text", "unit", "number"),
    [
        ("2 weeks", "business days", None), ("24 h", "business days", None), ("24h", "hours", 24),
        ("5 days", "business days", 5), ("3d", "days", 3), ("90 min", "hours to notice", None),
        ("12 months", "months of fees", 12), ("97 % by month 3", "% guaranteed", None),
        ("2 months", "% attrition a year", None), ("18", "hours", 18),
    ],
)  # fmt: skip
def test_another_unit_of_time_is_no_figure(text: str, unit: str, number: int | None) -> None:
    assert figure(text, unit) == number
    assert ("another unit" in reading(text, number, unit)) is (number is None and "by month" not in text)


def test_shares_and_points_before_three_digits_are_read_aloud() -> None:
    assert reading("20.000", 20.0, "units a week") == "'20.000' is read as 20 (units a week)."
    assert reading("0.97", 97.0, "% guaranteed") == "'0.97' is read as 97 (% guaranteed)."
    assert reading("0.05", 0.05, "% errors") == "'0.05' is read as 0.05 (% errors)."
    assert reading("0.05 %", 0.05, "% errors") == ""
    assert reading("0.82", 0.82, "agreement, last value") == ""
