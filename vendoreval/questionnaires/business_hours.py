"""Business hours between two moments, in a vendor's own calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo


@dataclass(frozen=True)
class BusinessHours:
    """Working hours in a time zone: from `opens` to `closes` on `weekdays` (0 = Monday) but `holidays`."""

    zone: tzinfo = UTC
    opens: time = time(9)
    closes: time = time(17)
    weekdays: frozenset[int] = frozenset(range(5))
    holidays: frozenset[date] = frozenset()

    @property
    def day(self) -> float:
        """Hours of one working day."""
        return self.closes.hour - self.opens.hour + (self.closes.minute - self.opens.minute) / 60

    def between(self, start: datetime, end: datetime) -> float:
        """Working hours from `start` to `end` (aware); 0 if `end` is not later."""
        total = timedelta()
        today = start.astimezone(self.zone).date()
        last = end.astimezone(self.zone).date()
        while today <= last:
            if today.weekday() in self.weekdays and today not in self.holidays:
                # Compared in UTC, so that a change of clock inside a night does not matter.
                opens = datetime.combine(today, self.opens, self.zone).astimezone(UTC)
                closes = datetime.combine(today, self.closes, self.zone).astimezone(UTC)
                total += max(timedelta(), min(end, closes) - max(start, opens))
            today += timedelta(days=1)
        return total.total_seconds() / 3600
