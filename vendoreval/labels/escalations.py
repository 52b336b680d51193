"""Escalated items: questions about edge cases, who asked whom, and how long the answer took."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from statistics import median
from typing import Any, Literal

from vendoreval.contracts.business_days import business_days_between
from vendoreval.contracts.terms import Acceptance

Side = Literal["vendor", "buyer"]
SIDES: tuple[Side, ...] = ("vendor", "buyer")


@dataclass(frozen=True)
class Escalation:
    """One question about an item. `asked_by` is the side that asked; the other one answers."""

    item_id: str
    asked_by: Side
    asked_at: datetime
    answered_at: datetime | None = None
    question: str = ""
    decision: str = ""
    guideline_version: str = ""


@dataclass(frozen=True)
class AnswerTimes:
    """How long one side took to answer, in business days; a question of the same day took 0.

    `median` and `longest` are None where nobody asked; open questions count with their waiting so far.
    """

    answered_by: Side
    asked: int
    open: int
    median: float | None
    longest: int | None

    def to_json(self) -> dict[str, Any]:
        """The times as plain JSON values."""
        return dict(vars(self))


def answer_days(
    register: Sequence[Escalation], side: Side, calendar: Acceptance | None, today: date
) -> list[int]:
    """Business days that `side` took for each question of the other side; open ones count up to `today`."""
    return [
        business_days_between(
            one.asked_at.date(), one.answered_at.date() if one.answered_at else today, calendar
        )
        for one in register
        if one.asked_by != side
    ]


def answer_times(
    register: Sequence[Escalation], side: Side, calendar: Acceptance | None, today: date
) -> AnswerTimes:
    """How long `side` took to answer the other side's questions, in the contract's calendar."""
    days = answer_days(register, side, calendar, today)
    waiting = sum(one.asked_by != side and one.answered_at is None for one in register)
    middle = float(median(days)) if days else None
    return AnswerTimes(side, len(days), waiting, middle, max(days, default=None))


@dataclass(frozen=True)
class Escalated:
    """Items of a delivery on which somebody asked instead of guessing.

    `flagged` were answered by a class for "cannot tell" or flagged beside the label, `registered` stand in
    the register of questions; `items` are all items of the delivery, `escalated` those with either.
    """

    items: int
    flagged: int
    registered: int
    escalated: int

    @property
    def share(self) -> float:
        """Escalated items as a share of all."""
        return self.escalated / self.items if self.items else 0.0


def escalated(items: int, flagged: Collection[str], register: Sequence[Escalation]) -> Escalated:
    """Count the items of a delivery of `items` items that were escalated, each once."""
    asked = {one.item_id for one in register if one.asked_by == "vendor"}
    return Escalated(items, len(set(flagged)), len(asked), len(asked.union(flagged)))
