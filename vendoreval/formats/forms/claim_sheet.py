"""The sheet on which a vendor answers a claim: one row a line that may be answered, as XLSX or CSV.

Hidden columns say of each row which line of which record of the claim it is; so rows may be sorted, deleted and
sent in parts, and a row of another claim is noticed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from vendoreval.claims.disputes import Dispute
from vendoreval.claims.moves import POSITIONS, Position
from vendoreval.claims.records import Claim, ClaimLine
from vendoreval.contracts.reasons import REASONS
from vendoreval.contracts.terms import DisputeTerms
from vendoreval.evidence.canonical import hash_of
from vendoreval.formats.forms.filled_table import Column, table_bytes
from vendoreval.safe_text import visible

LONGEST = 8_000  # characters of a vendor's text; a cell holds some more, and what is longer is a file


@dataclass(frozen=True)
class Asked:
    """What a vendor is asked: the newest version of a claim, its record's SHA-256, where it stands."""

    claim: Claim
    record: str
    dispute: Dispute
    terms: DisputeTerms

    @property
    def lines(self) -> tuple[ClaimLine, ...]:
        """The lines that may still be answered: nobody ruled on them, and no arbiter has them."""
        states = self.dispute.lines
        return tuple(one for one in self.claim.lines if states[one.number].ruling is None)

    @property
    def title(self) -> str:
        """The heading of sheet and form."""
        return f"Answer to claim {self.claim.id}"

    @property
    def told(self) -> tuple[str, ...]:
        """How to answer, until when, and what silence means by the contract."""
        left_out = len(self.claim.lines) - len(self.lines)
        return (
            f"Claim {self.claim.id}, version {self.claim.version}, of {visible(self.claim.buyer)} on delivery "
            f"{visible(self.claim.delivery)}. Lines to answer: {len(self.lines):,}.",
            *([f"Lines that were ruled on already are not on it: {left_out:,}."] if left_out else []),
            *([f"Answer by {self.dispute.answer_by}."] if self.dispute.answer_by else []),
            silence(self.terms),
            "Position: “accepted” where the line is right; “rebutted” where it is not, or weighs less.",
            "A rebutted line needs one reason code; say why in the text, and quote the guideline.",
            "Name evidence by its file's name, one a line of the cell, and send the files along.",
            "Lines may be answered in parts and in any order. A row left empty is not answered yet.",
            "Reason codes:",
            *(f"{code}: {REASONS[code]}" for code in self.terms.reasons),
        )


def silence(terms: DisputeTerms) -> str:
    """What a line is that nobody answers in time, by the contract."""
    if terms.silence == "accepted":
        return "By the contract a line that is not answered in time counts as accepted."
    return "By the contract silence is no acceptance: a line that is not answered in time stays open."


def columns(terms: DisputeTerms) -> tuple[Column, ...]:
    """The columns of the sheet, the vendor's own ones in the middle."""
    return (
        Column("line", 6),
        Column("item", 24),
        Column("what is wrong", 28),
        Column("answer delivered", 18),
        Column("answer expected", 18),
        Column("severity", 10),
        Column("clause", 20),
        Column("position", 12, POSITIONS, filled=True),
        Column("reason code", 24, terms.reasons, filled=True),
        Column("text", 44, filled=True),
        Column("guideline passage", 26, filled=True),
        Column("evidence files", 22, filled=True),
        Column("claim", 12, hidden=True),
        Column("version", 8, hidden=True),
        Column("record", 12, hidden=True),
        Column("key", 12, hidden=True),
    )


ANSWERS = ("position", "reason code", "text", "guideline passage", "evidence files")
CLAIMED = ("item", "what is wrong", "answer delivered", "answer expected", "severity", "clause")


def key_of(record: str, line: int) -> str:
    """Ties a row to one line of one record of a claim, so that a number that was retyped is noticed."""
    return hash_of([record, line])[:16]


def claimed(line: ClaimLine) -> dict[str, str]:
    """What the claim says of a line, as the sheet shows it."""
    wrong = ", ".join(filter(None, (line.fault, line.where)))
    shown = (line.shown, wrong, line.delivered or "", line.expected or "", line.severity, line.clause)
    return dict(zip(CLAIMED, map(visible, shown), strict=True))


def answered(position: Position | None) -> dict[str, str]:
    """A position as the cells of its row; hidden characters are shown, but ends of lines stay."""
    if position is None:
        return dict.fromkeys(ANSWERS, "")
    shown = (position.text, position.guideline, "\n".join(position.evidence))
    texts = ("\n".join(visible(part, LONGEST) for part in text.split("\n")) for text in shown)
    return dict(zip(ANSWERS, (position.position, position.reason, *texts), strict=True))


def rows(asked: Asked) -> list[dict[str, str]]:
    """The rows of the sheet by column; answers that were given stand in them."""
    claim = asked.claim
    return [
        {
            "line": f"{line.number}", **claimed(line), **answered(asked.dispute.lines[line.number].position),
            "claim": claim.id, "version": f"{claim.version}", "record": asked.record,
            "key": key_of(asked.record, line.number),
        }
        for line in asked.lines
    ]  # fmt: skip


def claim_sheet(asked: Asked, suffix: str) -> bytes:
    """The sheet in the format of the file's ending; raises InputError as `table_bytes` does."""
    return table_bytes(
        columns(asked.terms), rows(asked), suffix, title=asked.title, told=asked.told, locked=True
    )


Versions = Mapping[str, Claim]  # the versions of a claim by the SHA-256 of their records
