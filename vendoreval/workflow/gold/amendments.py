"""The amendments of a gold set, as they are stored: each one is appended, and the set stays as it was."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from vendoreval.evidence.canonical import canonical
from vendoreval.gold.amending import Answer, Further
from vendoreval.store.tables import GoldAmendmentRow
from vendoreval.store.transactions import Reader, Transaction
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.context import secret

SCHEMA = "vendoreval/gold-amendment/1"


@dataclass(frozen=True)
class Amendment:
    """Further right answers of one gold item (record `vendoreval/gold-amendment/1`), and why it was wrong.

    `claim` and `line`: the line of a claim that showed it, where one did.
    """

    gold: str
    item: str
    answers: tuple[Answer, ...]
    reason: str
    by: str
    at: datetime
    claim: str = ""
    line: int = 0
    number: int = 0  # 0: not stored yet

    def to_json(self) -> dict[str, Any]:
        """The record as plain JSON values."""
        origin = {"claim": self.claim, "line": self.line} if self.claim else {}
        return {
            "schema": SCHEMA, "gold": self.gold, "number": self.number, "item_id": self.item,
            "answers": [list(answer) for answer in self.answers], "reason": self.reason, "by": self.by,
            "at": self.at.isoformat(), **origin,
        }  # fmt: skip


def amendments(workspace: Workspace, gold_id: str, before: datetime | None = None) -> tuple[Amendment, ...]:
    """All amendments of a gold set in their order; those made up to `before`, if given."""
    with workspace.read() as reader:
        rows = reader.all(GoldAmendmentRow, gold_id=gold_id)
    return tuple(_read(workspace, row) for row in rows if before is None or row.at <= before)


def amendment_records(workspace: Workspace, gold_id: str, items: Collection[str]) -> list[dict[str, Any]]:
    """The stored records of the amendments of `items`, with the salts that the log's hashes are over."""
    with workspace.read() as reader:
        rows = reader.all(GoldAmendmentRow, gold_id=gold_id)
    records = [json.loads(workspace.objects.read(row.record_sha)) for row in rows]
    return [one for one in records if one["item_id"] in items]


def further_answers(made: Iterable[Amendment]) -> Further:
    """The answers that amendments add, by item."""
    found: dict[str, list[Answer]] = defaultdict(list)
    for one in made:
        found[one.item] += one.answers
    return found


def store_amendment(workspace: Workspace, tx: Transaction, made: Amendment) -> int:
    """Append an amendment in a transaction that is open; returns its number.

    The record holds a salt, so that its hash, which the log shows to whoever gets a bundle, tells no answer.
    """
    number = len(tx.all(GoldAmendmentRow, gold_id=made.gold)) + 1
    record = {**made.to_json(), "number": number, "salt": secret().hex()}
    sha = workspace.objects.put_bytes(canonical(record))
    tx.add(
        GoldAmendmentRow(
            gold_id=made.gold, number=number, record_sha=sha, reason=made.reason, person=made.by,
            claim_id=made.claim or None, line=made.line or None, at=made.at,
        )
    )  # fmt: skip
    tx.event("gold.amended", made.gold, {"number": number, "record": sha})
    return number


def count_amended(reader: Reader, gold_id: str) -> int:
    """How many amendments a gold set has."""
    return len(reader.all(GoldAmendmentRow, gold_id=gold_id))


def _read(workspace: Workspace, row: GoldAmendmentRow) -> Amendment:
    record = json.loads(workspace.objects.read(row.record_sha))
    answers: Sequence[Answer] = record["answers"]
    return Amendment(
        row.gold_id, record["item_id"], tuple(answers), row.reason, row.person, row.at,
        row.claim_id or "", row.line or 0, row.number,
    )  # fmt: skip
