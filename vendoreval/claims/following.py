"""A claim on a rework beside the claim that asked for it: no wrong label is paid for twice.

The rework replaces the delivery, so the same labels are wrong in both. A credit, a refund, what is kept back
and the end of the contract are asked for by one claim of the chain: the earlier one where it asks for it
already, else the later one. Every audit costs its own, and every round of rework is a demand of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from vendoreval.claims.moves import Move
from vendoreval.claims.records import Claim, Demand, Followed

ONCE = ("credit", "refund", "withhold", "termination")


def asks_now(claim: Claim) -> tuple[str, ...]:
    """The remedies of a claim that no other claim of its chain may ask for; a sum of nothing is none."""
    return tuple(
        demand.remedy for demand in claim.asked_now
        if demand.kind in ONCE and (demand.amount is None or demand.amount.minor)
    )  # fmt: skip


def not_again(demands: Sequence[Demand], follows: Iterable[Followed]) -> tuple[Demand, ...]:
    """The demands without those that an earlier claim asks for."""
    asked = {remedy for one in follows for remedy in one.asks}
    return tuple(demand for demand in demands if demand.remedy not in asked)


def following(follows: Sequence[Followed]) -> tuple[str, ...]:
    """How a claim relates to those before it."""
    said = []
    for one in follows:
        asked = f" {', '.join(one.asks)}: asked for there and not here." if one.asks else ""
        said.append(
            f"This delivery is the rework of {one.delivery}, on which claim {one.claim} was issued. No wrong "
            f"label is paid for under both.{asked}"
        )
    return tuple(said)


def asked_elsewhere(moves: Iterable[Move]) -> Mapping[str, tuple[str, str]]:
    """Remedies that a claim on a rework asks for: by remedy, that claim and the rework."""
    return {
        remedy: (claim, str(move.told.get("delivery")))
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


def elsewhere_notes(elsewhere: Mapping[str, tuple[str, str]]) -> tuple[str, ...]:
    """What an earlier claim says of remedies that a claim on its rework asks for."""
    return tuple(
        f"{remedy}: asked for in claim {claim} on the rework {delivery}, and not here."
        for remedy, (claim, delivery) in elsewhere.items()
    )
