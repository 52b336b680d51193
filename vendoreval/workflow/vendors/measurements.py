"""What measured a vendor's accuracy: an audit, or a pilot's main items."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from vendoreval.audits.item_totals import ItemTotals
from vendoreval.audits.records import AuditResult
from vendoreval.comparing.comparing import item_totals
from vendoreval.comparing.records import Source
from vendoreval.contracts.terms import Contract
from vendoreval.errors import NotFound, UsageError
from vendoreval.pilots.result import main_totals
from vendoreval.store.tables import AuditRow, PilotRow
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.audits.stored_audit import load_audit
from vendoreval.workflow.contracts.contracts import load_contract
from vendoreval.workflow.gold.golds import committed_gold
from vendoreval.workflow.pilots.pilot_answers import judged_again


@dataclass(frozen=True, eq=False)
class Measurement:
    """An audit or a pilot that measured a vendor's accuracy. `result` is that of an audit, `pilot` its row.

    Unless `fair`, the items were drawn where scores expect errors, and their plain totals say nothing of
    others.
    """

    kind: Source
    contract: Contract
    totals: ItemTotals
    sha: str
    at: datetime
    result: AuditResult | None = None
    pilot: PilotRow | None = None
    fair: bool = True


def measurement(workspace: Workspace, name: str) -> Measurement:
    """An audit or a judged pilot by its id; raises NotFound, UsageError for a pilot that is not judged."""
    with workspace.read() as reader:
        pilot = reader.get(PilotRow, name)
        if not pilot and not reader.get(AuditRow, name):
            audits, pilots = reader.all(AuditRow), reader.all(PilotRow)
            known = (*(row.id for row in audits), *(row.id for row in pilots))
            raise NotFound("audit or pilot", name, known)
    return _piloted(workspace, pilot) if pilot else _audited(workspace, name)


def latest_measurement(workspace: Workspace, vendor: str) -> Measurement | None:
    """The vendor's latest audit or judged pilot that counted a unit."""
    with workspace.read() as reader:
        audits = {row.id: row for row in reader.all(AuditRow)}
        pilots = {row.id: row for row in reader.all(PilotRow)}
    made = [(row.ran_at, "audit", name, row.contract_id) for name, row in audits.items()]
    made += [(row.judged_at, "pilot", name, row.contract_id) for name, row in pilots.items() if row.judged_at]
    for _, kind, name, contract in sorted(made, reverse=True):
        if load_contract(workspace, contract).vendor == vendor:
            found = _piloted(workspace, pilots[name]) if kind == "pilot" else _audited(workspace, name)
            if found.totals.items and found.fair:
                return found
    return None


def _audited(workspace: Workspace, audit: str) -> Measurement:
    stored = load_audit(workspace, audit)
    gold = stored.seen.gold or committed_gold(workspace, stored.row.gold_id)
    totals = item_totals(stored.row.id, stored.seen, gold.right_answers, stored.contract.task.answers)
    drawn = stored.seen.active
    return Measurement(
        "audit", stored.contract, totals, stored.result_sha, stored.row.ran_at, stored.result,
        fair=drawn is None or drawn.uniform,
    )  # fmt: skip


def _piloted(workspace: Workspace, row: PilotRow) -> Measurement:
    if row.judged_at is None or row.result_sha is None:
        raise UsageError(f"Pilot {row.id!r} is not judged yet.", remedy="Take its answers in first.")
    judged = judged_again(workspace, row.id)
    return Measurement(
        "pilot",
        judged.sent.contract,
        main_totals(row.id, judged.seen),
        row.result_sha,
        row.judged_at,
        pilot=row,
    )
