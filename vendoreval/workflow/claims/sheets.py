"""The sheet or form on which a vendor answers a claim, written from what stands today."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vendoreval.errors import Conflict, UsageError
from vendoreval.formats.forms.claim_form import claim_form
from vendoreval.formats.forms.claim_sheet import Asked, claim_sheet
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.claims.claims import claim_rows
from vendoreval.workflow.claims.disputes import load_dispute
from vendoreval.workflow.files import write_whole

FORMATS = ("xlsx", "csv", "html")


@dataclass(frozen=True)
class Written:
    """A sheet that was written: `answered` of its lines hold an answer already."""

    asked: Asked
    file: Path
    format: str
    answered: int

    def to_json(self) -> dict[str, Any]:
        """The record of the command."""
        claim, until = self.asked.claim, self.asked.dispute.answer_by
        return {
            "schema": "vendoreval/claim_sheet/1", "claim": claim.id, "version": claim.version,
            "file": str(self.file), "format": self.format, "lines": len(self.asked.lines),
            "answered": self.answered, "answer_by": until.isoformat() if until else None,
        }  # fmt: skip


def write_claim_sheet(workspace: Workspace, claim_id: str, out: Path, format: str = "") -> Written:  # noqa: A002
    """Write the sheet with every line that may still be answered; answers given before stand in it.

    The format is that of the file's ending unless one is given. Raises NotFound, Conflict for a draft or where
    nothing is left to answer, UsageError for an unknown format.
    """
    kind = format or out.suffix.lower().removeprefix(".")
    if kind not in FORMATS:
        raise UsageError(
            f"{str(out)!r} does not tell which kind of sheet to write.",
            remedy="Name a file that ends in .xlsx, .csv or .html, or give --format.",
        )
    stored = load_dispute(workspace, claim_id)
    if stored.dispute.state != "issued":
        raise Conflict(f"Claim {claim_id!r} is {stored.dispute.state}; it takes no further answer.")
    record = claim_rows(workspace, claim_id)[-1].claim_sha
    asked = Asked(stored.newest, record, stored.dispute, stored.contract.dispute)
    if not asked.lines:
        raise Conflict(f"Every line of claim {claim_id!r} was ruled on; none is left to answer.")
    write_whole(out, claim_form(asked).encode() if kind == "html" else claim_sheet(asked, f".{kind}"))
    given = sum(stored.dispute.lines[line.number].position is not None for line in asked.lines)
    return Written(asked, out, kind, given)
