"""A dispute as a record, and its moves in words, for whoever looks at a claim."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from vendoreval.claims.disputes import Dispute
from vendoreval.claims.moves import Move
from vendoreval.claims.records import Claim, money_record
from vendoreval.claims.sums import asked_now, conditional
from vendoreval.money import Money


def dispute_record(dispute: Dispute, versions: Sequence[Claim]) -> dict[str, Any]:
    """Stage, turns, lines, moves and versions of a dispute as plain JSON values."""
    return {
        "stage": dispute.stage,
        "turns": [{"due": due.isoformat(), "who": who, "text": text} for due, who, text in dispute.turns],
        "lines": [
            {
                "number": line.number, "state": line.state, "final": line.final, "silent": line.silent,
                "position": line.position.to_json() if line.position else None,
                "ruling": line.ruling.to_json() if line.ruling else None,
            }
            for line in dispute.lines.values()
        ],
        "moves": [move.to_json() for move in dispute.moves],
        "versions": [
            {
                "version": claim.version, "verdict": claim.verdict, "lines": len(claim.lines),
                "asked": money_record(asked_now(claim)), "conditional": money_record(conditional(claim)),
            }
            for claim in versions
        ],
    }  # fmt: skip


def move_in_words(move: Move) -> str:
    """What a move was, in a few words."""
    told = move.told
    words = {
        "answered": lambda: f"answered: {_counted(one.position for one in move.positions)}",
        "ruled": lambda: f"ruled: {_counted(one.ruling for one in move.rulings)}",
        "to_arbiter": lambda: f"sent to an arbiter: {_lines(move.lines)}",
        "arbitrated": lambda: f"arbitrated: {_counted(one.ruling for one in move.rulings)}",
        "gold_amended": lambda: f"gold amended; struck out: {_lines(move.lines)}",
        "reworked": lambda: f"rework {told.get('delivery', '')} judged: {_rework(told)}",
        "withdrawn": lambda: f"taken back: {told.get('reason', '')}",
        "settled": lambda: f"settled: {_settled(told)}",
    }
    late = ", late" if move.late else ""
    return words[move.kind]() + late


def lines_in_words(dispute: Dispute) -> str:
    """How many lines are in which state."""
    return _counted(line.state for line in dispute.lines.values())


def _counted(words: Iterable[str]) -> str:
    return ", ".join(f"{count:,} {word}" for word, count in sorted(Counter(words).items())) or "nothing"


def _lines(numbers: Sequence[int]) -> str:
    shown = ", ".join(str(number) for number in numbers[:8])
    more = f" and {len(numbers) - 8:,} more" if len(numbers) > 8 else ""
    name = "line" if len(numbers) == 1 else "lines"
    return f"{name} {shown}{more}" if numbers else "no line"


def _rework(told: Any) -> str:
    return "failed" if told.get("failed") else str(told.get("outcome") or told.get("verdict") or "not failed")


def _settled(told: Any) -> str:
    amount = str(Money(int(told.get("minor", 0)), str(told.get("currency", ""))))
    further = [str(told[key]) for key in ("how", "reference") if told.get(key)]
    return ", ".join([amount, *further])
