"""A report before it is drawn: plain values for the template, and the files it carries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from vendoreval.audits.records import AuditResult
from vendoreval.claims.accounts import Entry
from vendoreval.claims.drafting import claim_rows, line_rows
from vendoreval.claims.rebuttals import Rebuttals
from vendoreval.claims.records import Claim, ClaimLine
from vendoreval.evidence.canonical import canonical, sha256_hex
from vendoreval.safe_text import csv_bytes

Kind = Literal[
    "audit", "claim", "scorecard", "comparison", "annex", "questionnaire", "pilot", "statement", "letter"
]


@dataclass(frozen=True)
class Attached:
    """A file inside the PDF. `relationship` is PDF's AFRelationship: Data, Source or Supplement."""

    name: str
    data: bytes
    description: str
    relationship: str

    @property
    def sha256(self) -> str:
        """The digest that the report prints."""
        return sha256_hex(self.data)

    def listed(self) -> dict[str, str]:
        """The line about the file in the report's integrity block."""
        return {
            "name": self.name,
            "what": self.description,
            "size": f"{len(self.data):,} bytes",
            "sha256": self.sha256,
        }


@dataclass(frozen=True)
class Report:
    """One report: what the template `<kind>.html` shows, when it was made, and the files it carries.

    `view` holds plain values that are worded already, and charts (dataclasses with `svg()`). `pictures` are the
    data addresses that its drawings hold, the only ones that are read while it is rendered.
    """

    kind: Kind
    created: datetime
    view: Mapping[str, Any]
    files: tuple[Attached, ...] = ()
    pictures: frozenset[str] = frozenset()


def claim_files(claim: Claim) -> tuple[Attached, ...]:
    """Every claim line as CSV for spreadsheets, and the whole claim as it is, as canonical JSON."""
    data = csv_bytes(*claim_rows(claim))
    return (
        Attached("claim.csv", data, "All claim lines, one row a defect", "Data"),
        Attached("claim.json", canonical(claim.to_json()), "The claim, machine-readable", "Source"),
    )


def audit_files(result: AuditResult, lines: Sequence[ClaimLine] = ()) -> tuple[Attached, ...]:
    """The audit result as canonical JSON; where single defects are shown, all of them as CSV."""
    data = canonical(result.to_json())
    found = (Attached("audit.json", data, "The audit result, machine-readable", "Source"),)
    if not lines:
        return found
    listed = csv_bytes(*line_rows(lines))
    return (*found, Attached("defects.csv", listed, "All defects that the judged clauses count", "Data"))


def scorecard_files(
    audits: Sequence[tuple[AuditResult, datetime]], claims: Sequence[tuple[Claim, Entry | None]],
    fared: Rebuttals,
) -> tuple[Attached, ...]:  # fmt: skip
    """The audits behind a scorecard, its claims without their lines, and its rebuttals, as canonical JSON."""
    listed = [
        {**{key: value for key, value in claim.to_json().items() if key != "lines"},
         "account": entry.to_json() if entry else None}
        for claim, entry in claims
    ]  # fmt: skip
    data = canonical(
        {
            "schema": "vendoreval/scorecard/1",
            "audits": [{"at": when.isoformat(), "result": result.to_json()} for result, when in audits],
            "claims": listed,
            "rebuttals": fared.to_json(),
        }
    )
    return (Attached("scorecard.json", data, "The audits and claims shown, machine-readable", "Source"),)
