"""Audits that were judged again after gold was amended: the newest judgement counts, the first one stays."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from vendoreval.errors import NotFound
from vendoreval.store.tables import AuditRevisionRow, AuditRow
from vendoreval.store.transactions import Reader
from vendoreval.store.workspace import Workspace


def revision_of(reader: Reader, audit_id: str, number: int | None = None) -> AuditRevisionRow | None:
    """A revision of an audit (default: the newest); None for the audit as it ran first; raises NotFound."""
    rows = reader.all(AuditRevisionRow, audit_id=audit_id)
    if number is None:
        return rows[-1] if rows else None
    if not 0 <= number <= len(rows):
        known = tuple(str(one) for one in range(len(rows) + 1))
        raise NotFound("revision", f"{number} of audit {audit_id}", known)
    return rows[number - 1] if number else None


@dataclass(frozen=True)
class JudgedAgain:
    """One revision of an audit: its number, the day, and the verdicts before and after."""

    revision: int
    on: date
    before: str
    after: str

    def __str__(self) -> str:
        before, after = (one.replace("_", " ") for one in (self.before, self.after))
        became = f"{before} → {after}" if before != after else f"{after} still"
        return f"judged again on {self.on} after gold was amended: {became}"

    def to_json(self) -> dict[str, Any]:
        """The revision as plain JSON values."""
        return {**vars(self), "on": self.on.isoformat()}


def judged_again(workspace: Workspace) -> dict[str, tuple[JudgedAgain, ...]]:
    """The revisions of every audit that has any, oldest first."""
    with workspace.read() as reader:
        verdicts = {row.id: row.verdict for row in reader.all(AuditRow)}
        rows = reader.all(AuditRevisionRow)
    found: dict[str, tuple[JudgedAgain, ...]] = {}
    for row in rows:
        before = verdicts[row.audit_id]
        found[row.audit_id] = (
            *found.get(row.audit_id, ()), JudgedAgain(row.number, row.at.date(), before, row.verdict)
        )  # fmt: skip
        verdicts[row.audit_id] = row.verdict
    return found


def as_revised(reader: Reader, rows: Iterable[AuditRow]) -> tuple[AuditRow, ...]:
    """The audits with verdict and result of their newest judgement; none of these rows is to be stored."""
    newest = {row.audit_id: row for row in reader.all(AuditRevisionRow)}
    return tuple(_revised(row, newest.get(row.id)) for row in rows)


def _revised(row: AuditRow, again: AuditRevisionRow | None) -> AuditRow:
    if again is None:
        return row
    newer = {"verdict": again.verdict, "result_sha": again.result_sha, "outcomes_sha": again.outcomes_sha}
    return AuditRow(**{**row.model_dump(), **newer})
