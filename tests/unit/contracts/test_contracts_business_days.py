"""Business days against numpy's busday functions."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vendoreval.contracts.business_days import add_business_days, business_days_between
from vendoreval.contracts.terms import Acceptance

DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))
WEEK = {"mon-fri": "1111100", "sun-thu": "1111001"}
CALENDAR = Acceptance(10, "not_accepted", "mon-fri", (date(2026, 12, 25), date(2027, 1, 1)))


@given(
    start=DAYS,
    days=st.integers(1, 60),
    week=st.sampled_from(sorted(WEEK)),
    gaps=st.lists(st.integers(-5, 90), max_size=8),
)
def test_agrees_with_numpy(start: date, days: int, week: str, gaps: list[int]) -> None:
    holidays = tuple(start + timedelta(days=gap) for gap in gaps)
    calendar = Acceptance(10, "accepted", week, holidays)
    expected = np.busday_offset(start, days, roll="backward", weekmask=WEEK[week], holidays=list(holidays))
    assert add_business_days(start, days, calendar) == expected.astype(date)
    assert business_days_between(start, expected.astype(date), calendar) == days


@given(start=DAYS, end=DAYS)
def test_business_days_between_agrees_with_numpy(start: date, end: date) -> None:
    low, high = min(start, end), max(start, end)
    count = int(np.busday_count(low + timedelta(days=1), high + timedelta(days=1)))
    assert business_days_between(low, high, None) == count
    assert business_days_between(high, low, None) == -count


def test_counting_begins_after_the_first_day() -> None:
    tuesday, saturday = date(2026, 11, 24), date(2026, 11, 28)
    assert add_business_days(tuesday, 1, None) == date(2026, 11, 25)
    assert add_business_days(saturday, 1, None) == date(2026, 11, 30)
    assert add_business_days(saturday, 0, None) == date(2026, 11, 30)
    assert add_business_days(tuesday, 0, None) == tuesday
    assert add_business_days(date(2026, 12, 24), 5, CALENDAR) == date(2027, 1, 4)  # over both holidays
    with pytest.raises(ValueError, match="forwards"):
        add_business_days(tuesday, -1, None)


def test_no_day_lies_beyond_the_calendar() -> None:
    assert add_business_days(date(9999, 12, 30), 1, None) == date(9999, 12, 31)
    assert add_business_days(date(9999, 12, 30), 5, None) == date(9999, 12, 31)
    assert add_business_days(date(9999, 12, 31), 0, CALENDAR) == date(9999, 12, 31)
    assert add_business_days(date(1, 1, 1), 5, None) == date(1, 1, 8)  # a Monday
