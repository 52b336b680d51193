"""The end of a dispute: which sum was agreed, and how it is settled. Never more than what is asked today."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from vendoreval.claims.disputes import Dispute
from vendoreval.claims.records import Claim
from vendoreval.claims.sums import asked_now, unknown_sums
from vendoreval.errors import Conflict, UsageError
from vendoreval.money import MINOR_DIGITS, Money

CREDIT, PAYMENT, REWORK, WAIVED = "credit", "payment", "rework", "waived"
WAYS = (CREDIT, PAYMENT, REWORK, WAIVED)


def settlement(
    newest: Claim, dispute: Dispute, *, amount: str = "", how: str = "", reference: str = "", note: str = ""
) -> dict[str, Any]:
    """What the move `settled` tells: minor units, currency, how, reference and note.

    Without `amount` it is the sum that the newest version asks now, nothing where it is waived. Raises Conflict
    while lines are open, unless amount and note say what was agreed; UsageError for a sum that cannot be.
    """
    asked = asked_now(newest)
    open_lines = [line.number for line in dispute.lines.values() if line.open]
    if open_lines and not (amount and note):
        raise Conflict(
            f"{_lines(len(open_lines))} still open in claim {newest.id!r}.",
            remedy="Go on with them, or say with --amount and --note what both sides agreed on.",
        )
    if not amount and how == REWORK and asked.minor:
        raise UsageError(
            f"The claim asks for {asked}; what is paid of it beside the rework is not said.",
            remedy="Give it with --amount; 0 for nothing.",
        )
    if not amount and unknown_sums(newest) and how != WAIVED:
        raise UsageError("A sum of this claim follows from the invoice.", remedy="Give it with --amount.")
    sum_ = money(amount, newest.currency) if amount else Money(0, asked.currency) if how == WAIVED else asked
    _check(sum_, asked, how, unknown=unknown_sums(newest) and bool(note))
    return {
        "minor": sum_.minor, "currency": sum_.currency, "how": how or (CREDIT if sum_.minor else WAIVED),
        "reference": reference, "note": note,
    }  # fmt: skip


def _check(agreed: Money, asked: Money, how: str, *, unknown: bool) -> None:
    if how and how not in WAYS:
        raise UsageError(f"{how!r} is no way to settle.", remedy=f"Use one of: {', '.join(WAYS)}.")
    if how == WAIVED and agreed.minor:
        raise UsageError(
            f"Waived means nothing, and not {agreed}.", remedy="Leave --amount out, or say another --how."
        )
    if agreed > asked and not unknown:
        raise UsageError(f"The claim asks for {asked} now, and not for {agreed}.", remedy="Give at most that.")


def money(text: str, currency: str) -> Money:
    """An amount as a person writes it, 1234.50; raises UsageError unless it is exact in the currency."""
    digits = MINOR_DIGITS.get(currency, 2)
    try:
        amount = Decimal(text.strip()) if text.isascii() and "_" not in text else Decimal("NaN")
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or amount < 0 or amount.adjusted() > 12:
        example = "1234" if not digits else f"1234.{'5'.ljust(digits, '0')}"
        raise UsageError(f"{text!r} is no amount.", remedy=f"Write it like {example}.")
    found = Money.of(amount, currency)
    if found.amount != amount:
        places = "no decimals" if not digits else f"{digits} decimals"
        raise UsageError(f"{text!r} is no exact amount; {currency} has {places}.", remedy="Round it yourself.")
    return found


def _lines(count: int) -> str:
    return "1 line is" if count == 1 else f"{count:,} lines are"
