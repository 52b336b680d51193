"""Revealing single gold items: answers with their proof, on record as known to whoever gets them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from vendoreval.errors import Conflict, NotFound, UsageError
from vendoreval.evidence.canonical import canonical
from vendoreval.evidence.commitments import Commitment
from vendoreval.evidence.reveals import reveal_record
from vendoreval.store.tables import CommitmentRow, ExposureRow, GoldRow, VendorRow
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.context import actor, now
from vendoreval.workflow.files import write_whole
from vendoreval.workflow.gold.amendments import amendment_records
from vendoreval.workflow.gold.gold_lint import vendor_of
from vendoreval.workflow.gold.golds import committed_gold, revealed


def reveal_gold(
    workspace: Workspace, gold_id: str, items: Sequence[str], out: Path, *, to: str = ""
) -> dict[str, Any]:
    """Write the answers of `items` with salts and inclusion proofs to `out`; returns the record.

    `to`: the vendor who gets it (default: that of the gold's contract), for whom these items are burnt from now
    on. Raises NotFound for an unknown set, item or vendor, UsageError without items, Conflict for gold that was
    not committed to: its answers prove nothing.
    """
    at, wanted = now(), tuple(dict.fromkeys(items))
    if not wanted:
        raise UsageError("Which items are revealed?", remedy="Name each with --item.")
    with workspace.read() as reader:
        contract = reader.require(GoldRow, gold_id, "gold set").contract_id
        row = reader.get(CommitmentRow, gold_id)
        vendor = to or vendor_of(workspace, gold_id)
        reader.require(VendorRow, vendor, "vendor")
    if row is None:
        raise Conflict(
            f"Gold set {gold_id!r} was not committed to: no receipt shows that its answers stood before.",
            remedy=f"For work to come, commit first: vendoreval gold commit {gold_id}",
        )
    known = committed_gold(workspace, gold_id).item_ids
    for item in wanted:
        if item not in known:
            raise NotFound("gold item", item, known)
    made = reveal_record(
        gold_id, contract, vendor, at, Commitment(row.root, len(known)), revealed(workspace, row, wanted),
        amendment_records(workspace, gold_id, wanted),
    )  # fmt: skip
    exposed = workspace.objects.put_bytes(json.dumps(sorted(wanted)).encode())
    shown = workspace.objects.put_bytes(canonical(made))
    with workspace.write(actor(), at) as tx:
        tx.add(ExposureRow(gold_id=gold_id, vendor_id=vendor, kind="revealed", items_sha=exposed, at=at))
        told = {"to": vendor, "items": len(wanted), "exposed": tx.sealed(exposed), "record": tx.sealed(shown)}
        tx.event("gold.revealed", gold_id, told)
        write_whole(out, json.dumps(made, indent=2, ensure_ascii=False).encode() + b"\n")
    return made
