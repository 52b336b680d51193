"""Audits that were judged again after gold was amended: the newest judgement counts, the first one stays."""

from __future__ import annotations

from collections.abc import Iterable

from vendoreval.errors import NotFound
from vendoreval.store.tables import AuditRevisionRow, AuditRow
from vendoreval.store.transactions import Reader


def revision_of(reader: Reader, audit_id: str, number: int | None = None) -> AuditRevisionRow | None:
    """A revision of an audit (default: the newest); None for the audit as it ran first; raises NotFound."""
    rows = reader.all(AuditRevisionRow, audit_id=audit_id)
    if number is None:
        return rows[-1] if rows else None
    if not 0 <= number <= len(rows):
        known = tuple(str(one) for one in range(len(rows) + 1))
        raise NotFound("revision", f"{number} of audit {audit_id}", known)
    return rows[number - 1] if number else None


def as_revised(reader: Reader, rows: Iterable[AuditRow]) -> tuple[AuditRow, ...]:
    """The audits with verdict and result of their newest judgement; none of these rows is to be stored."""
    newest = {row.audit_id: row for row in reader.all(AuditRevisionRow)}
    return tuple(_revised(row, newest.get(row.id)) for row in rows)


def _revised(row: AuditRow, again: AuditRevisionRow | None) -> AuditRow:
    if again is None:
        return row
    newer = {"verdict": again.verdict, "result_sha": again.result_sha, "outcomes_sha": again.outcomes_sha}
    return AuditRow(**{**row.model_dump(), **newer})
