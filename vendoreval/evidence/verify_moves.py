"""What moves tell beside positions and rulings: the arbiter's sheet, a rework, the sum that was agreed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from vendoreval.claims.arbitration import misapplied
from vendoreval.claims.moves import Move
from vendoreval.claims.records import Claim
from vendoreval.claims.sums import asked_now, unknown_sums
from vendoreval.errors import EvidenceError
from vendoreval.evidence.opened_bundle import Findings
from vendoreval.money import Money


def check_moves(moves: Sequence[Move], newest: Claim, found: Findings) -> None:
    """Check them; `newest` is the last version. Raises EvidenceError naming the move that does not fit."""
    _check_arbiter(moves, found)
    for move in moves:
        if move.kind == "settled":
            _check_settled(move, newest, found)
        elif move.kind == "reworked":
            delivery = move.told["delivery"]
            found.open(
                f"rework_{move.number}",
                f"what became of the rework {delivery!r} (move {move.number}): verify the bundle of its audit",
            )


def _check_arbiter(moves: Sequence[Move], found: Findings) -> None:
    """The arbiter's cases are opened as they were sealed, and each line is ruled as its case was decided."""
    sent = {move.told["sheet"]: move for move in moves if move.kind == "to_arbiter"}
    decided = [move for move in moves if move.kind == "arbitrated"]
    for move in decided:
        sheet = sent.get(move.told["sheet"])
        if sheet is None or sheet.number > move.number:
            raise EvidenceError(f"Move {move.number} decides on a sheet that was never sent to an arbiter.")
        wrong = misapplied(sheet, move)
        if wrong:
            raise EvidenceError(f"Move {move.number} (arbitrated): {wrong[0]}")
    times = Counter(line for move in sent.values() for line in move.lines)
    again = sorted(line for line, count in times.items() if count > 1)
    if again:
        found.open(
            "arbiter_again",
            "that no decision of an arbiter was left out; sent on more than one sheet: line "
            + ", ".join(str(line) for line in again),
        )
    if decided:
        found.fit("the arbiter's cases are opened as they were sealed, and each line was ruled as decided")
        found.open("arbiter", "that the arbiter did not know the sides: ask the arbiter")


def _check_settled(move: Move, newest: Claim, found: Findings) -> None:
    agreed, asked = Money(move.told["minor"], move.told["currency"]), asked_now(newest)
    if agreed.currency != newest.currency:
        raise EvidenceError(
            f"Move {move.number} settles in {agreed.currency}; the claim is in {newest.currency}."
        )
    if agreed > asked and not unknown_sums(newest):
        raise EvidenceError(
            f"Move {move.number} settles for {agreed}, more than the {asked} that is asked for."
        )
    found.open("settled", f"that you agreed to settle for {agreed}: the buyer's log tells it")
