"""Escalations: answer times and shares by hand-computed cases, and by numpy's business days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from vendoreval.contracts.terms import Acceptance
from vendoreval.labels.escalations import Escalation, answer_days, answer_times, escalated

MONDAY = datetime(2026, 3, 2, 10, tzinfo=UTC)


def asked(item: str, by: str, days: int | None, start: datetime = MONDAY) -> Escalation:
    answered = None if days is None else start + timedelta(days=days)
    return Escalation(item, "buyer" if by == "buyer" else "vendor", start, answered)


def test_each_side_is_held_to_the_other_sides_questions() -> None:
    register = [
        asked("a", "vendor", 0),
        asked("b", "vendor", 4),  # Friday
        asked("c", "vendor", 7),  # over a weekend
        asked("d", "buyer", 1),
        asked("e", "buyer", None),
    ]
    buyer = answer_times(register, "buyer", None, date(2026, 3, 31))
    assert (buyer.asked, buyer.open, buyer.median, buyer.longest) == (3, 0, 4.0, 5)
    vendor = answer_times(register, "vendor", None, date(2026, 3, 4))
    assert (vendor.asked, vendor.open, vendor.median, vendor.longest) == (2, 1, 1.5, 2)
    assert answer_times([], "vendor", None, date(2026, 3, 4)).longest is None


def test_the_contracts_calendar_counts() -> None:
    calendar = Acceptance(10, "accepted", "mon-fri", (date(2026, 3, 3),))
    assert answer_days([asked("a", "buyer", 2)], "vendor", calendar, date(2026, 3, 31)) == [1]


@given(lags=st.lists(st.integers(0, 40), min_size=1, max_size=20))
def test_days_are_those_of_numpy(lags: list[int]) -> None:
    register = [asked(str(k), "buyer", lag) for k, lag in enumerate(lags)]
    first = MONDAY.date() + timedelta(days=1)
    expected = [int(np.busday_count(first, first + timedelta(days=lag))) for lag in lags]
    assert answer_days(register, "vendor", None, date(2026, 12, 31)) == expected
    assert answer_days(register[::-1], "vendor", None, date(2026, 12, 31)) == expected[::-1]


def test_an_item_counts_once() -> None:
    register = [asked("a", "vendor", 1), asked("a", "vendor", 1), asked("b", "buyer", 1)]
    found = escalated(10, ["a", "c"], register)
    assert (found.flagged, found.registered, found.escalated, found.share) == (2, 1, 2, 0.2)
    assert escalated(0, [], []).share == 0.0
