"""Business days, and the days on which rights lapse."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from vendoreval.contracts.terms import Acceptance, Contract

_WEEKENDS = {"mon-fri": (5, 6), "sun-thu": (4, 5)}  # date.weekday(): Monday is 0
_DAY = timedelta(days=1)


@dataclass(frozen=True, order=True)
class Deadline:
    """The last day on which `who` (buyer or vendor) may do something; it may still be done that day.

    name: "acceptance", "answer", or "remedy." and the id of a remedy that has a deadline.
    """

    due: date
    name: str
    who: str
    text: str


def is_business_day(day: date, calendar: Acceptance | None) -> bool:
    """Whether `day` counts; without an acceptance table every Monday to Friday does."""
    if calendar is None:
        return day.weekday() not in _WEEKENDS["mon-fri"]
    return day.weekday() not in _WEEKENDS[calendar.calendar] and day not in calendar.holidays


def add_business_days(start: date, days: int, calendar: Acceptance | None) -> date:
    """The `days`-th business day after `start`, which is itself not counted, whatever day it is.

    With 0 days: `start`, or the first business day after it. Raises ValueError for negative days.
    """
    if days < 0:
        raise ValueError("deadlines run forwards")
    day, left = start, days
    while left or not is_business_day(day, calendar):
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


def deadlines(
    contract: Contract,
    *,
    received: date | None = None,
    issued: date | None = None,
    remedies: tuple[str, ...] = (),
) -> list[Deadline]:
    """Deadlines of one delivery, earliest first.

    `received`: the day the delivery arrived; it starts the acceptance window. `issued`: the day a
    claim was issued; it starts the vendor's time to answer and to fulfil the `remedies` demanded.
    """
    calendar, found = contract.acceptance, []
    if received and calendar:
        due = add_business_days(received, calendar.window_days, calendar)
        silence = "accepted" if calendar.silence == "accepted" else "not accepted"
        text = f"Accept or reject the delivery; left unanswered it counts as {silence}."
        found.append(Deadline(due, "acceptance", "buyer", text))
    if issued:
        if calendar:
            due = add_business_days(issued, calendar.response_days, calendar)
            found.append(Deadline(due, "answer", "vendor", "Answer the claim."))
        for name in remedies:
            remedy = contract.remedy(name)
            if remedy.deadline_days:
                due = add_business_days(issued, remedy.deadline_days, calendar)
                found.append(Deadline(due, f"remedy.{name}", "vendor", f"Fulfil the remedy {name}."))
    return sorted(found)
