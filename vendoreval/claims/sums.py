"""What the demands of a claim come to in money. What is kept back is not paid as well, and stands apart."""

from __future__ import annotations

from collections.abc import Sequence

from vendoreval.claims.records import Claim, Demand
from vendoreval.money import Money

KEPT_BACK = "withhold"


def total(demands: Sequence[Demand]) -> Money | None:
    """The sum of all steps that are paid; None where no sum is fixed."""
    paid = [one.amount for one in demands if one.amount is not None and one.kind != KEPT_BACK]
    return Money(sum(amount.minor for amount in paid), paid[0].currency) if paid else None


def asked_now(claim: Claim) -> Money:
    """What a version asks to be paid that no condition holds back; nothing where no sum is fixed."""
    return total(claim.asked_now) or Money(0, claim.currency)


def conditional(claim: Claim) -> Money:
    """What it asks to be paid only when a rework fails."""
    return total(claim.conditional) or Money(0, claim.currency)


def kept_back(claim: Claim) -> Money:
    """What the buyer keeps back of the price meanwhile."""
    held = [one.amount.minor for one in claim.asked_now if one.amount and one.kind == KEPT_BACK]
    return Money(sum(held), claim.currency)


def unknown_sums(claim: Claim) -> bool:
    """Whether a step asks for money whose sum only the invoice tells."""
    return any(one.amount is None and one.kind in ("credit", "refund") for one in claim.asked_now)
