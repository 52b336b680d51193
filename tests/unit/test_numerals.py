"""Numbers as people write them are read exactly, or refused with the way to write them."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vendoreval.errors import UsageError
from vendoreval.numerals import POINTS, SHARE, amount, decimal_text, share


@given(st.decimals(min_value=0, max_value=1000, places=3))
def test_digits_mean_exactly_themselves(number: Decimal) -> None:
    text = f"{number:f}"
    assert Decimal(decimal_text(text)) == number
    assert Decimal(decimal_text(float(number))) == number  # as TOML gives a number without quotes
    assert Fraction(decimal_text(f"{text} %", SHARE)) == Fraction(number) / 100
    assert Fraction(decimal_text(f"{text}%", POINTS)) == Fraction(number)


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("0,45", "Write '0.45', with a point"),
        ("4,5 %", "Write '4.5 %', with a point"),
        ("1,000.5", "no plain number"),
        ("-0.1", "no plain number"),
        ("1e3", "no plain number"),
        ("", "no plain number"),
        (True, "no plain number"),
        (float("nan"), "no plain number"),
        (1e-9, "no plain number"),
        ("٠.٥", "no plain number"),
        ("5 %", "none is asked for"),
        (0.1234567890123456, "in quotes"),
        ("1" * 41, "too long"),
        ([0.5], "no plain number"),
    ],
)
def test_what_is_unclear_is_refused_with_the_fix(written: object, says: str) -> None:
    with pytest.raises(UsageError) as refused:
        decimal_text(written)
    assert says in str(refused.value)


def test_options_name_themselves() -> None:
    assert share("5%", "--rate") == share("0.05", "--rate") == Fraction(1, 20)
    assert (amount("0.08", "--price"), amount("", "--price")) == (Decimal("0.08"), None)
    with pytest.raises(UsageError, match="--rate: 5 is not between 0 and 1"):
        share("5", "--rate")
    with pytest.raises(UsageError, match="--price: '8%' is a percentage"):
        amount("8%", "--price")
