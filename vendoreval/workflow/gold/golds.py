"""Gold sets: keeping, loading, committing, showing, retiring."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from vendoreval.engines.gold_parts import gold_parts
from vendoreval.errors import Conflict
from vendoreval.evidence.canonical import canonical
from vendoreval.evidence.commitments import Opened, Reveal, commit, gold_leaf, open_all, reveal
from vendoreval.evidence.gold_texts import GoldText, gold_texts
from vendoreval.evidence.receipts import SCHEMA
from vendoreval.formats.writers.gold_answers import gold_from, provenance_from
from vendoreval.gold.amending import amended
from vendoreval.gold.goldset import GoldSet, older_records
from vendoreval.labels.columns import Coded
from vendoreval.store.tables import CommitmentRow, ExposureRow, GoldRow
from vendoreval.store.transactions import Transaction
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.context import actor, now, secret
from vendoreval.workflow.gold.amendments import amendments, count_amended, further_answers
from vendoreval.workflow.gold.receipts import add_receipt, told


def keep_gold(tx: Transaction, row: GoldRow, delivery: str = "") -> None:
    """Record a gold set; `delivery`: the one whose sample was answered, where gold came about so."""
    tx.add(row)
    told = {"table": tx.sealed(row.table_sha), "source": tx.sealed(row.source_sha)}
    tx.event("gold.added", row.id, {"contract": row.contract_id, "items": row.items, **told}, delivery)


def load_gold(workspace: Workspace, gold_id: str, as_of: datetime | None = None) -> GoldSet:
    """A gold set with every answer that counts as right today, or did at `as_of`; raises NotFound."""
    gold = committed_gold(workspace, gold_id)
    return amended(gold, further_answers(amendments(workspace, gold_id, as_of)))


def committed_gold(workspace: Workspace, gold_id: str) -> GoldSet:
    """A gold set as it was added, without amendments: what is committed to and proven; raises NotFound."""
    with workspace.read() as reader:
        row = reader.require(GoldRow, gold_id, "gold set")
    path = workspace.objects.path(row.table_sha)
    parts = gold_parts(path, gold_id)
    return gold_from(path, gold_id) if parts is None else parts


def gold_provenance(workspace: Workspace, gold_id: str) -> Mapping[str, Coded]:
    """What is known of each item of a gold set besides its answer, by column; raises NotFound."""
    with workspace.read() as reader:
        row = reader.require(GoldRow, gold_id, "gold set")
    path = workspace.objects.path(row.table_sha)
    parts = gold_parts(path, gold_id)
    return provenance_from(path) if parts is None else parts.provenance


def show_gold(workspace: Workspace, gold_id: str) -> dict[str, Any]:
    """What is known of a gold set, without its answers; raises NotFound."""
    with workspace.read() as reader:
        row = reader.require(GoldRow, gold_id, "gold set")
        commitment = reader.get(CommitmentRow, gold_id)
        exposures = reader.all(ExposureRow, gold_id=gold_id)
    return {
        "schema": "vendoreval/gold/1",
        "gold": row.id,
        "contract": row.contract_id,
        "items": row.items,
        "added_at": row.added_at.isoformat(),
        "committed_at": commitment.committed_at.isoformat() if commitment else None,
        "root": commitment.root if commitment else None,
        "retired_at": row.retired_at.isoformat() if row.retired_at else None,
        "exposures": len(exposures),
    }


def list_golds(workspace: Workspace) -> list[dict[str, Any]]:
    """All gold sets by id."""
    with workspace.read() as reader:
        ids = [row.id for row in reader.all(GoldRow)]
    return [show_gold(workspace, gold_id) for gold_id in ids]


def commit_gold(workspace: Workspace, gold_id: str, out: Path) -> dict[str, Any]:
    """Commit to a gold set and write the vendor's receipt; the salts stay in the workspace.

    Raises Conflict when there is a commitment already: it must not change.
    """
    gold = committed_gold(workspace, gold_id)
    at = now()
    records = gold_texts(gold)
    salts = [secret() for _ in records]
    made = commit(records, salts)
    with workspace.write(actor(), at) as tx:
        if tx.get(CommitmentRow, gold_id):
            raise Conflict(f"Gold set {gold_id!r} is committed already.", remedy="A commitment never changes.")
        if wrong := count_amended(tx, gold_id):
            raise Conflict(
                f"Gold set {gold_id!r} was amended ({wrong:,}): a commitment would fix the wrong answers.",
                remedy="Add the corrected answers as a new set and commit to that: vendoreval gold add",
            )
        contract = tx.require(GoldRow, gold_id, "gold set").contract_id
        shown = add_receipt(
            workspace,
            tx,
            "gold",
            gold_id,
            Path(out),
            contract=contract,
            at=at,
            gold=gold_id,
            items=made.size,
            root=made.root,
        )
        hidden = workspace.objects.put_bytes(canonical([salt.hex() for salt in salts]))
        receipt_sha = workspace.objects.put_bytes(canonical(shown))
        tx.add(
            CommitmentRow(
                gold_id=gold_id, root=made.root, secret_sha=hidden, receipt_sha=receipt_sha, committed_at=at
            )
        )
        said = {"root": made.root, "items": made.size, **told(shown), "secret": tx.sealed(hidden)}
        tx.event("gold.committed", gold_id, said)
    return shown


def opened(
    workspace: Workspace, gold_id: str, items: Collection[str]
) -> tuple[tuple[Opened, ...], tuple[bytes, ...]]:
    """The records of `items` as they were committed to, with their proof; nothing for uncommitted gold."""
    with workspace.read() as reader:
        row = reader.get(CommitmentRow, gold_id)
    if row is None:
        return (), ()
    gold, older, salts = _committed(workspace, row)
    records = list(map(GoldText.of, older_records(gold))) if older else gold_texts(gold)
    wanted = [place for place, item in enumerate(gold.item_ids) if item in items]
    return open_all(records, salts, wanted)


def revealed(workspace: Workspace, row: CommitmentRow, items: Collection[str]) -> tuple[Reveal, ...]:
    """The records of `items` as they were committed to, each with its own proof, in their committed order."""
    gold, older, salts = _committed(workspace, row)
    records = older_records(gold) if older else gold.records()
    return reveal(records, salts, [place for place, item in enumerate(gold.item_ids) if item in items])


def _committed(workspace: Workspace, row: CommitmentRow) -> tuple[GoldSet, bool, list[bytes]]:
    """A committed set, whether its leaves have the older form, and their salts."""
    gold = committed_gold(workspace, row.gold_id)
    shown = json.loads(workspace.objects.read(row.receipt_sha))
    salts = [bytes.fromhex(salt) for salt in json.loads(workspace.objects.read(row.secret_sha))]
    return gold, shown["schema"] != SCHEMA, salts


def committed_leaves(workspace: Workspace, gold_id: str) -> dict[str, str]:
    """The hash of each item's leaf in the commitment to a gold set; empty where there is none."""
    places, _ = opened(workspace, gold_id, frozenset(committed_gold(workspace, gold_id).item_ids))
    return {one.record.item: gold_leaf(one) for one in places}


def retire_gold(workspace: Workspace, gold_id: str) -> dict[str, Any]:
    """Mark a gold set as retired; raises NotFound, Conflict when it is already."""
    at = now()
    with workspace.write(actor(), at) as tx:
        row = tx.require(GoldRow, gold_id, "gold set")
        if row.retired_at:
            raise Conflict(f"Gold set {gold_id!r} is retired already.")
        tx.update(row, retired_at=at)
        tx.event("gold.retired", gold_id, {})
    return show_gold(workspace, gold_id)
