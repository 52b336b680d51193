"""A claim beside others on the same delivery, or on the one that it replaces: no wrong label is paid for twice.

A rework replaces the delivery, so the same labels are wrong in both; another audit looks at the same labels. A
credit, a refund, what is kept back and the end of the contract are asked for by one claim of them: the earlier
one where it asks for it already, else the later one. Every audit costs its own, and every round of rework is a
demand of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from vendoreval.claims.moves import Move
from vendoreval.claims.records import Claim, Demand, Followed

ONCE = ("credit", "refund", "withhold", "termination")


def asks_now(claim: Claim) -> tuple[str, ...]:
    """The remedies of a claim that no other claim beside it may ask for; a sum of nothing is none."""
    return tuple(
        demand.remedy for demand in claim.asked_now
        if demand.kind in ONCE and (demand.amount is None or demand.amount.minor)
    )  # fmt: skip


def not_again(demands: Sequence[Demand], follows: Iterable[Followed]) -> tuple[Demand, ...]:
    """The demands without those that an earlier claim asks for."""
    asked = {remedy for one in follows for remedy in one.asks}
    return tuple(demand for demand in demands if demand.remedy not in asked)


def following(follows: Sequence[Followed], delivery: str) -> tuple[str, ...]:
    """How a claim on `delivery` relates to those before it."""
    said = []
    for one in follows:
        asked = f" {', '.join(one.asks)}: asked for there and not here." if one.asks else ""
        how = (
            f"Claim {one.claim} was issued on another audit of the same labels." if one.delivery == delivery
            else f"This delivery is the rework of {one.delivery}, on which claim {one.claim} was issued."
        )  # fmt: skip
        said.append(f"{how} No wrong label is paid for under both.{asked}")
    return tuple(said)


def asked_elsewhere(moves: Iterable[Move]) -> Mapping[str, str]:
    """Remedies that another claim, on a rework or the same labels, asks for: by remedy, that claim."""
    return {
        remedy: claim
        for move in moves
        if move.kind == "reworked"
        for claim, remedies in move.told.get("asked_elsewhere", {}).items()
        for remedy in remedies
    }


def failed_notes(moves: Iterable[Move]) -> tuple[str, ...]:
    """Which reworks failed, by what was said of each last."""
    newest = {str(move.told.get("delivery")): move for move in moves if move.kind == "reworked"}
    return tuple(
        f"The rework {delivery} failed on {move.at.date()}: steps that waited for that are asked for now."
        for delivery, move in newest.items() if move.told.get("failed")
    )  # fmt: skip


def elsewhere_notes(elsewhere: Mapping[str, str]) -> tuple[str, ...]:
    """What a claim says of remedies that another one asks for."""
    return tuple(f"{remedy}: asked for in claim {claim}, and not here." for remedy, claim in elsewhere.items())
