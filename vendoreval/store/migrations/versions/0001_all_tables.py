"""All tables of the first version."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make every table; a table comes after those it refers to."""
    _workspace_and_log()
    _vendors_and_contracts()
    _gold()
    _deliveries_and_audits()
    _claims_and_reports()


def _workspace_and_log() -> None:
    _table("workspace", [_number("only"), _text("id")], key=["only"])
    number = sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False)
    columns = [
        number,
        _time("at"),
        *_texts("actor", "kind", "subject"),
        _long("data"),
        *_texts("previous", "hash"),
    ]
    _table("event", columns, sa.UniqueConstraint("hash", name="uq_event_hash"), key=["seq"], index=["subject"])


def _vendors_and_contracts() -> None:
    optional = [_text("country", nullable=True), _text("contact", nullable=True)]
    _table("vendor", [*_texts("id", "name"), *optional, _time("added_at")])
    columns = [_text("id"), _number("version"), *_texts("vendor_id", "title", "source_sha"), _time("added_at")]
    _table("contract", columns, _refers("contract", "vendor"), key=["id", "version"], index=["vendor_id"])
    asked = _texts("vendor_id", "questionnaire_id", "questionnaire_version", "question_id")
    columns = [_number("seq"), *asked, _long("data"), *_texts("channel", "actor"), _time("answered_at")]
    _table("answer", columns, _refers("answer", "vendor"), key=["seq"], index=["vendor_id"])


def _gold() -> None:
    columns = [*_texts("id", "contract_id", "task_type", "table_sha", "source_sha"), _number("items")]
    _table("gold", [*columns, _time("added_at"), _time("retired_at", nullable=True)], index=["contract_id"])
    columns = [*_texts("gold_id", "root", "secret_sha", "receipt_sha"), _time("committed_at")]
    _table("commitment", columns, _refers("commitment", "gold"), key=["gold_id"])
    columns = [*_texts("id", "gold_id", "tasks_sha", "key_sha", "rate"), _time("seeded_at")]
    _table("seed", columns, _refers("seed", "gold"), index=["gold_id"])
    columns = [_number("seq"), *_texts("gold_id", "vendor_id", "kind", "items_sha"), _time("at")]
    references = [_refers("exposure", "gold"), _refers("exposure", "vendor")]
    _table("exposure", columns, *references, key=["seq"], index=["gold_id", "vendor_id"])


def _deliveries_and_audits() -> None:
    contract = [_text("contract_id"), _number("contract_version")]
    objects = _texts("manifest_sha", "content_sha", "table_sha", "intake_sha")
    counts = [_number("rows"), _number("items"), _number("annotators")]
    columns = [_text("id"), *contract, *objects, *counts, _time("received_at")]
    once = sa.UniqueConstraint("content_sha", name="uq_delivery_content_sha")
    _table("delivery", columns, once, _refers_contract_version("delivery"), index=["contract_id"])
    contract = [_text("contract_id"), _number("contract_version")]
    found = _texts("verdict", "result_sha", "outcomes_sha")
    columns = [*_texts("id", "delivery_id", "gold_id"), *contract, *found, _time("ran_at")]
    references = [_refers_contract_version("audit"), _refers("audit", "delivery"), _refers("audit", "gold")]
    _table("audit", columns, *references, index=["contract_id", "delivery_id", "gold_id"])


def _claims_and_reports() -> None:
    columns = [_text("id"), _number("version"), *_texts("audit_id", "state", "claim_sha")]
    columns += [_time("drafted_at"), _time("issued_at", nullable=True)]
    _table("claim", columns, _refers("claim", "audit"), key=["id", "version"], index=["audit_id"])
    columns = [_number("seq"), *_texts("kind", "subject", "sha", "name"), _time("made_at")]
    _table("report", columns, key=["seq"], index=["subject"])


def _table(
    name: str,
    columns: Sequence[sa.Column[Any]],
    *constraints: sa.Constraint,
    key: Sequence[str] = ("id",),
    index: Sequence[str] = (),
) -> None:
    op.create_table(name, *columns, *constraints, sa.PrimaryKeyConstraint(*key, name=f"pk_{name}"))
    for column in index:
        op.create_index(f"ix_{name}_{column}", name, [column])


def _text(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.String(), nullable=nullable)


def _texts(*names: str) -> list[sa.Column[Any]]:
    return [_text(name) for name in names]


def _long(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=False)


def _number(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), nullable=False)


def _time(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _refers(table: str, target: str) -> sa.ForeignKeyConstraint:
    column = f"{target}_id"
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=f"fk_{table}_{column}")


def _refers_contract_version(table: str) -> sa.ForeignKeyConstraint:
    columns = ["contract_id", "contract_version"]
    return sa.ForeignKeyConstraint(columns, ["contract.id", "contract.version"], name=f"fk_{table}_contract_id")
