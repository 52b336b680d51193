"""An audit as it is stored: its result, and what it looked at, each read where somebody asks for it.

Both are objects whose address is their SHA-256, which is checked whenever they are read. What was found is
shown as it was found then; it is computed again by `evidence export`, and by whoever verifies a bundle.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from vendoreval.audits.audit_input import AuditInput
from vendoreval.audits.auditing import audit
from vendoreval.audits.reading import result_from_json
from vendoreval.audits.records import AuditResult
from vendoreval.contracts.terms import Contract
from vendoreval.evidence.bundle import from_zip
from vendoreval.evidence.canonical import canonical
from vendoreval.evidence.sealed_input import read_input
from vendoreval.store.tables import AuditRevisionRow, AuditRow, DeliveryRow
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.audits.revisions import revision_of
from vendoreval.workflow.contracts.contracts import load_contract


@dataclass(frozen=True, eq=False)
class StoredAudit:
    """An audit with what it rests on."""

    workspace: Workspace
    row: AuditRow
    contract: Contract
    received: datetime
    revision: AuditRevisionRow | None = None  # which judgement this is, where it was judged again

    @property
    def result_sha(self) -> str:
        """The address of its result as it was stored."""
        return self.revision.result_sha if self.revision else self.row.result_sha

    @property
    def outcomes_sha(self) -> str:
        """The address of what it looked at."""
        return self.revision.outcomes_sha if self.revision else self.row.outcomes_sha

    @property
    def note(self) -> str:
        """What became of an audit that was judged again; empty for one that was not."""
        if self.revision is None:
            return ""
        before, after = (one.verdict.replace("_", " ") for one in (self.row, self.revision))
        return f"Judged again on {self.revision.at.date()} after gold was amended: {before} → {after}."

    @cached_property
    def result(self) -> AuditResult:
        """What it found; a record that another version wrote in another form is computed again."""
        data = self.workspace.objects.read(self.result_sha)
        try:
            found = result_from_json(json.loads(data))
        except (LookupError, TypeError, ValueError):
            return self.judged()
        return found if canonical(found.to_json()) == data else self.judged()

    @cached_property
    def seen(self) -> AuditInput:
        """What it looked at: sealed gold and labels, paired again."""
        files = from_zip(self.workspace.objects.read(self.outcomes_sha))
        return read_input(files, self.contract)[0]

    def judged(self) -> AuditResult:
        """The result computed again from what the audit looked at."""
        row = self.row
        return audit(self.contract, self.seen, audit_id=row.id, delivery=row.delivery_id, gold=row.gold_id)


def load_audit(workspace: Workspace, audit_id: str, revision: int | None = None) -> StoredAudit:
    """An audit as it is stored.

    `revision`: 0 as it ran first, 1 and on as it was judged again after gold was amended (default: the newest).
    Raises NotFound.
    """
    with workspace.read() as reader:
        row = reader.require(AuditRow, audit_id, "audit")
        delivery = reader.require(DeliveryRow, row.delivery_id, "delivery")
        again = revision_of(reader, audit_id, revision)
    contract = load_contract(workspace, row.contract_id, row.contract_version)
    return StoredAudit(workspace, row, contract, delivery.received_at, again)
