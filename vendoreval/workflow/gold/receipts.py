"""Receipts as they are given away: numbered for each contract, each with the head of the log before it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from vendoreval.errors import NotFound, UsageError
from vendoreval.evidence.canonical import canonical, hash_of
from vendoreval.evidence.receipts import receipt
from vendoreval.store.tables import CommitmentRow, GoldRow, ReceiptRow
from vendoreval.store.transactions import Transaction
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.context import actor, now
from vendoreval.workflow.contracts.contracts import load_contract
from vendoreval.workflow.files import write_whole


def add_receipt(
    workspace: Workspace, tx: Transaction, kind: str, subject: str, out: Path, *, contract: str, at: datetime,
    **said: Any,
) -> dict[str, Any]:  # fmt: skip
    """Make a contract's next receipt, write it to `out` and record it; an event names it by `told`."""
    number = len(tx.all(ReceiptRow, contract_id=contract)) + 1
    made = receipt(kind, contract=contract, number=number, log_head=tx.head, committed_at=at, **said)
    write_whole(out, receipt_bytes(made))  # first: killed now, it can be repeated; refused, nothing is left
    sha = workspace.objects.put_bytes(canonical(made))
    tx.add(
        ReceiptRow(
            contract_id=contract, number=number, kind=kind, subject=subject, receipt_sha=sha, at=at
        )
    )  # fmt: skip
    return made


def told(made: Mapping[str, Any]) -> dict[str, Any]:
    """What an event tells of a receipt."""
    return {"number": made["number"], "receipt": hash_of(dict(made))}


def receipt_bytes(made: Mapping[str, Any]) -> bytes:
    """A receipt as the file that the vendor gets."""
    return json.dumps(made, indent=2, ensure_ascii=False).encode() + b"\n"


def receipts_of(workspace: Workspace, contract: str) -> list[dict[str, Any]]:
    """All receipts under a contract: those of an older form first, then by number."""
    with workspace.read() as reader:
        numbered = reader.all(ReceiptRow, contract_id=contract)
        golds = reader.all(GoldRow, contract_id=contract)
        old = [row for gold in golds if (row := reader.get(CommitmentRow, gold.id))]
    shas = [row.receipt_sha for row in sorted(old, key=lambda row: (row.committed_at, row.gold_id))]
    shas = [sha for sha in shas if sha not in {row.receipt_sha for row in numbered}]
    return [json.loads(workspace.objects.read(sha)) for sha in (*shas, *(row.receipt_sha for row in numbered))]


def announce_seed(
    workspace: Workspace, contract_id: str, source: str, on: date, out: Path, scores: str = ""
) -> dict[str, Any]:
    """Name, before it is known, the public value that will order a draw; writes the receipt to `out`.

    `scores`: the audit whose frozen scores it is for. Raises NotFound, and UsageError for a day that is not to
    come.
    """
    contract, at = load_contract(workspace, contract_id), now()
    if on <= at.date():
        raise UsageError(f"The value of {on} may be known already.", remedy="Name a day to come with --on.")
    frozen = {"scores": _scores(workspace, contract.id, scores)} if scores else {}
    with workspace.write(actor(), at) as tx:
        made = add_receipt(
            workspace, tx, "seed", source, out, contract=contract.id, at=at, source=source, on=on.isoformat(),
            **frozen,
        )  # fmt: skip
        tx.event("seed.announced", contract.id, {"source": source, "on": on.isoformat(), **told(made)})
    return made


def _scores(workspace: Workspace, contract_id: str, audit: str) -> str:
    """The hash of the receipt of scores frozen for an audit."""
    with workspace.read() as reader:
        rows = reader.all(ReceiptRow, contract_id=contract_id, kind="scores")
    found = [row.receipt_sha for row in rows if row.subject == audit]
    if not found:
        raise NotFound("audit with frozen scores", audit, tuple(row.subject for row in rows))
    return found[0]


def announcement(workspace: Workspace, contract_id: str, number: int, today: date) -> dict[str, Any]:
    """The announced seed of this number; raises UsageError where there is none, or its day has not come."""
    with workspace.read() as reader:
        row = reader.get(ReceiptRow, (contract_id, number))
    if row is None or row.kind != "seed":
        raise UsageError(
            f"Receipt {number} of the contract {contract_id!r} announces no seed.",
            remedy="Announce it with `vendoreval audit announce`, before the value is known.",
        )
    made: dict[str, Any] = json.loads(workspace.objects.read(row.receipt_sha))
    if date.fromisoformat(made["on"]) > today:
        raise UsageError(f"The value is of {made['on']}, which is still to come.", remedy="Wait for it.")
    return made
