"""The moves of a dispute: what either side, or an arbiter, did with an issued claim. Each is one record.

    answered        the vendor's positions on lines
    ruled           the buyer's rulings on lines
    to_arbiter      lines went to an arbiter, on a sheet that names no party
    arbitrated      the arbiter's rulings on them: final
    gold_amended    gold was wrong; lines that are right under the amended answer fall
    reworked        a rework was judged
    withdrawn       the buyer took the whole claim back
    settled         both sides are done: the sum that was agreed

A move names the record before it (the issued claim, for the first), so that moves form a chain.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

SCHEMA = "vendoreval/claim-move/1"
Kind = Literal[
    "answered", "ruled", "to_arbiter", "arbitrated", "gold_amended", "reworked", "withdrawn", "settled"
]
KINDS: tuple[Kind, ...] = (
    "answered", "ruled", "to_arbiter", "arbitrated", "gold_amended", "reworked", "withdrawn", "settled",
)  # fmt: skip
ACCEPTED, REBUTTED = "accepted", "rebutted"
POSITIONS = (ACCEPTED, REBUTTED)
UPHELD, DOWNGRADED, WITHDRAWN, ESCALATED = "upheld", "downgraded", "withdrawn", "escalated"
RULINGS = {
    UPHELD: "The defect stands; the rebuttal fails.",
    DOWNGRADED: "It is a defect, but weighs less than the claim says.",
    WITHDRAWN: "The rebuttal succeeds; the line is struck out for good.",
    ESCALATED: "An arbiter shall decide, who does not learn which side gave which answer.",
}


@dataclass(frozen=True)
class Position:
    """The vendor's word on a line. `reason`: a code of the contract; `evidence`: SHA-256 by file name."""

    line: int
    position: str
    reason: str = ""
    text: str = ""
    guideline: str = ""
    evidence: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The position as plain JSON values."""
        return {**vars(self), "evidence": dict(self.evidence)}


@dataclass(frozen=True)
class Ruling:
    """What becomes of a line, and why.

    `code`: on which ground a rebuttal succeeded; `severity`: after a downgrade.
    """

    line: int
    ruling: str
    why: str
    by: str
    code: str = ""
    severity: str = ""

    def to_json(self) -> dict[str, Any]:
        """The ruling as plain JSON values."""
        return dict(vars(self))


@dataclass(frozen=True)
class Move:
    """One move (record `vendoreval/claim-move/1`). `by`: the person or side whose move it is.

    `late`: an answer after the deadline that the buyer takes all the same. `lines` are those of to_arbiter and
    gold_amended. `told` holds what only one kind has: the sheet of to_arbiter and arbitrated; gold, item and
    amendment of gold_amended; delivery, verdict, mended and unmended lines of reworked; minor units, currency,
    how and reference of settled; the reason of withdrawn.
    """

    claim: str
    number: int
    kind: Kind
    at: datetime
    by: str
    previous: str
    positions: tuple[Position, ...] = ()
    rulings: tuple[Ruling, ...] = ()
    lines: tuple[int, ...] = ()
    late: bool = False
    source: str = ""  # SHA-256 of the file that it was read from
    told: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The record as plain JSON values."""
        return {
            "schema": SCHEMA, "claim": self.claim, "number": self.number, "kind": self.kind,
            "at": self.at.isoformat(), "by": self.by, "previous": self.previous,
            "positions": [one.to_json() for one in self.positions],
            "rulings": [one.to_json() for one in self.rulings],
            "lines": list(self.lines), "late": self.late, "source": self.source, "told": dict(self.told),
        }  # fmt: skip


def move_from_json(record: Mapping[str, Any]) -> Move:
    """The inverse of `Move.to_json`; raises KeyError, TypeError or ValueError for another record."""
    if record["schema"] != SCHEMA or record["kind"] not in KINDS:
        raise ValueError(f"no move of a claim: {record['schema']} {record['kind']}")
    return Move(
        record["claim"], record["number"], record["kind"], datetime.fromisoformat(record["at"]), record["by"],
        record["previous"],
        tuple(Position(**one) for one in record["positions"]),
        tuple(Ruling(**one) for one in record["rulings"]),
        tuple(record["lines"]), record["late"], record["source"], record["told"],
    )  # fmt: skip
