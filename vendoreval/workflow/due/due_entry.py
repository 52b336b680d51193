"""One thing that is due, and whose turn it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from vendoreval.contracts.business_days import business_days_between

REMIND_DAYS = 2  # business days before a vendor's deadline


@dataclass(frozen=True, order=True)
class Due:
    """One thing that is due. Kinds: form, evidence, waiver, claim, acceptance, pilot.

    `who` must act, the buyer or the vendor, by the end of the day `due`; `today` decides the state.
    """

    due: date
    kind: str
    subject: str
    who: str
    text: str
    today: date

    @property
    def state(self) -> str:
        """overdue, today or ahead."""
        return "overdue" if self.due < self.today else "today" if self.due == self.today else "ahead"

    @property
    def remind(self) -> bool:
        """Whether it is time to remind the vendor: two business days before, and from then on."""
        return self.who == "vendor" and business_days_between(self.today, self.due, None) <= REMIND_DAYS

    def to_json(self) -> dict[str, Any]:
        """The entry as plain JSON values."""
        return {
            "due": self.due.isoformat(), "state": self.state, "kind": self.kind, "subject": self.subject,
            "who": self.who, "remind": self.remind, "text": self.text,
        }  # fmt: skip
