"""What a move changed in a dispute: the claim before and after it, and what comes next."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from shlex import quote
from typing import Any

from vendoreval.claims.sums import asked_now, conditional, unknown_sums
from vendoreval.store.tables import AuditRow
from vendoreval.workflow.claims.disputes import StoredDispute

SCHEMA = "vendoreval/dispute_step/1"


def settle_command(stored: StoredDispute) -> str:
    """The command that settles a claim, with what has to be said in it."""
    open_lines = any(line.open for line in stored.dispute.lines.values())
    agreed = " --amount SUM --note WHY" if open_lines or unknown_sums(stored.newest) else ""
    return f"vendoreval claim settle {stored.dispute.claim.id}{agreed}"


@dataclass(frozen=True)
class Standing:
    """Where a claim stands: its newest version in figures. `spare`: lines that may still be struck."""

    version: int
    state: str
    verdict: str
    lines: int
    asked: str
    conditional: str
    spare: int

    @classmethod
    def of(cls, stored: StoredDispute) -> Standing:
        """The figures of what a dispute comes to today."""
        claim = stored.newest
        return cls(
            claim.version, claim.state, claim.verdict, len(claim.lines), str(asked_now(claim)),
            str(conditional(claim)), min((e.strikeouts for e in claim.extrapolations), default=0),
        )  # fmt: skip


@dataclass(frozen=True)
class Step:
    """A dispute before and after a move. `doubtful`: items whose gold answer an arbiter found wrong as well."""

    before: StoredDispute
    after: StoredDispute
    doubtful: tuple[str, ...] = ()

    @property
    def claim(self) -> str:
        """The claim's id."""
        return self.after.dispute.claim.id

    @property
    def counts(self) -> dict[str, int]:
        """How many lines the move gave which ruling."""
        return dict(Counter(one.ruling for one in self.after.dispute.moves[-1].rulings))

    @property
    def next(self) -> tuple[str, ...]:
        """Commands that go on from here."""
        return (*self._amendments(), *self._turn())

    def _amendments(self) -> tuple[str, ...]:
        """Gold that was wrong by this move is amended in a step of its own."""
        items = {line.number: line.item for line in self.after.dispute.claim.lines}
        wrong = [one for one in self.after.dispute.moves[-1].rulings if one.code == "gold_wrong"]
        if not wrong:
            return ()
        with self.after.workspace.read() as reader:
            gold = reader.require(AuditRow, self.after.dispute.claim.audit, "audit").gold_id
        return tuple(
            f"vendoreval gold amend {gold} --item {quote(items[one.line])} --claim {self.claim} "
            f"--line {one.line} --delivered --reason {quote(one.why)}"
            for one in wrong
        )

    def _turn(self) -> tuple[str, ...]:
        return {
            "awaiting ruling": (f"vendoreval claim rule {self.claim} --sheet rulings.xlsx",),
            "with the arbiter": (f"vendoreval claim arbitrate {self.claim} --out cases.xlsx",),
            "decided": (settle_command(self.after),),
        }.get(self.after.dispute.stage, ())

    def to_json(self) -> dict[str, Any]:
        """The step as plain JSON values."""
        moves = self.after.dispute.moves
        return {
            "schema": SCHEMA, "claim": self.claim, "kind": moves[-1].kind, "move": len(moves),
            "rulings": [one.to_json() for one in moves[-1].rulings], "told": dict(moves[-1].told),
            "before": vars(Standing.of(self.before)), "after": vars(Standing.of(self.after)),
            "stage": self.after.dispute.stage, "doubtful": list(self.doubtful), "next": list(self.next),
        }  # fmt: skip
