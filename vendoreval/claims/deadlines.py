"""The days on which rights lapse."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from vendoreval.contracts.business_days import add_business_days
from vendoreval.contracts.terms import Contract


@dataclass(frozen=True, order=True)
class Deadline:
    """The last day on which `who` (buyer or vendor) may do something; it may still be done that day.

    name: "acceptance", "answer", or "remedy." and the id of a remedy that has a deadline.
    """

    due: date
    name: str
    who: str
    text: str


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
