"""Claims on other audits of the same labels: nothing is paid twice, and no struck line comes back by one."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from vendoreval.audits.records import BREACHED
from vendoreval.claims.defects import claim_lines
from vendoreval.claims.following import asks_now
from vendoreval.claims.reading import claim_from_json
from vendoreval.claims.records import Claim, Followed
from vendoreval.errors import Conflict
from vendoreval.store.tables import AuditRow, ClaimMoveRow, ClaimRow, DeliveryRow
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.audits.stored_audit import StoredAudit
from vendoreval.workflow.deliveries.reworks import readings_of

_ARGUED = {"issued": "is argued already", "withdrawn": "was taken back", "settled": "is settled"}


@dataclass(frozen=True)
class Beside:
    """The claims that stand on the same labels: `replaced` ones give way to the new one, `follows` stay."""

    replaced: tuple[str, ...]
    follows: tuple[Followed, ...]


def claims_beside(workspace: Workspace, audit: StoredAudit) -> Beside:
    """What was claimed before on the labels that `audit` judged, under whatever id they were taken in.

    A claim on the same defects gives way as long as nobody moved in it. Raises Conflict where somebody did, or
    where a line that was struck out of another claim would come back.
    """
    breached = tuple(finding for finding in audit.result.findings if finding.verdict == BREACHED)
    mine = {line.item for line in claim_lines(breached, audit.seen, audit.contract.task)}
    replaced, follows = [], []
    for rows, on in _claims(workspace, audit.row.delivery_id):
        first, newest = (_read(workspace, one) for one in (rows[0], rows[-1]))
        argued = _argued(workspace, newest.id)
        if _same_defects(audit.row, on, mine, first):
            if argued:
                raise Conflict(
                    f"Claim {newest.id!r} on the same defects {_ARGUED[rows[-1].state]}; they lead to one.",
                    remedy=f"Go on with it: vendoreval claim show {newest.id}",
                )
            replaced.append(newest.id)
            continue
        _refuse_struck(first, newest, rows[-1].state, mine)
        if rows[-1].state != "withdrawn":
            follows.append(Followed(newest.id, audit.row.delivery_id, asks_now(newest)))
    return Beside(tuple(replaced), tuple(follows))


def _claims(workspace: Workspace, delivery_id: str) -> Iterator[tuple[tuple[ClaimRow, ...], AuditRow]]:
    """The versions of every issued claim that was not replaced, with its audit."""
    with workspace.read() as reader:
        delivery = reader.require(DeliveryRow, delivery_id, "delivery")
    alike = [row.id for row in readings_of(workspace, delivery)]
    with workspace.read() as reader:
        audits = [one for name in alike for one in reader.all(AuditRow, delivery_id=name)]
        found = [(one, reader.all(ClaimRow, audit_id=one.id)) for one in audits]
    for audit, rows in found:
        for name in dict.fromkeys(row.id for row in rows):
            versions = tuple(row for row in rows if row.id == name)
            if versions[-1].state not in ("draft", "superseded"):
                yield versions, audit


def _read(workspace: Workspace, row: ClaimRow) -> Claim:
    return claim_from_json(json.loads(workspace.objects.read(row.claim_sha)))


def _argued(workspace: Workspace, claim_id: str) -> bool:
    with workspace.read() as reader:
        return bool(reader.all(ClaimMoveRow, claim_id=claim_id))


def _same_defects(mine: AuditRow, theirs: AuditRow, items: Collection[str], claimed: Claim) -> bool:
    """Whether two audits lead to one claim: the same answers by the same gold, or no item not claimed yet."""
    again = (mine.delivery_id, mine.gold_id) == (theirs.delivery_id, theirs.gold_id)
    return again or (bool(items) and {line.item for line in claimed.lines}.issuperset(items))


def _refuse_struck(first: Claim, newest: Claim, state: str, items: Collection[str]) -> None:
    """A line that was struck out stays out; of a claim that was taken back every line is."""
    struck = {one.number for one in newest.struck}
    for line in first.lines:
        if line.item in items and (state == "withdrawn" or line.number in struck):
            raise Conflict(
                f"Item {line.item!r} was struck out of claim {first.id!r} (line {line.number}); no other claim "
                "brings it back.",
                remedy=f"Audit other items; what was ruled: vendoreval claim show {first.id}",
            )
