"""Business days in a contract's calendar."""

from __future__ import annotations

from datetime import date, timedelta

from vendoreval.contracts.terms import Acceptance

_WEEKENDS = {"mon-fri": (5, 6), "sun-thu": (4, 5)}  # date.weekday(): Monday is 0
_DAY = timedelta(days=1)


def is_business_day(day: date, calendar: Acceptance | None) -> bool:
    """Whether `day` counts; without an acceptance table every Monday to Friday does."""
    if calendar is None:
        return day.weekday() not in _WEEKENDS["mon-fri"]
    return day.weekday() not in _WEEKENDS[calendar.calendar] and day not in calendar.holidays


def add_business_days(start: date, days: int, calendar: Acceptance | None) -> date:
    """The `days`-th business day after `start`, which is itself not counted, whatever day it is.

    With 0 days: `start`, or the first business day after it. A day beyond the calendar's end, 9999-12-31, is
    that day. Raises ValueError for negative days.
    """
    if days < 0:
        raise ValueError("deadlines run forwards")
    day, left = start, days
    while day < date.max and (left or not is_business_day(day, calendar)):
        day += _DAY
        if left and is_business_day(day, calendar):
            left -= 1
    return day


def business_days_between(start: date, end: date, calendar: Acceptance | None) -> int:
    """Business days after `start` up to and with `end`; negative when `end` lies before `start`."""
    if end < start:
        return -business_days_between(end, start, calendar)
    span = (end - start).days
    return sum(is_business_day(start + _DAY * step, calendar) for step in range(1, span + 1))
