"""Disputes: moves of claims, decisions on deliveries, amended gold and audits judged again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Four tables, empty at first."""
    _table(
        "claim_move", ("claim_id", "number"),
        _text("claim_id"), _number("number"), _text("kind"), _text("record_sha"),
        sa.Column("private_sha", sa.String(), nullable=True), _moment(),
    )  # fmt: skip
    _table(
        "decision", ("delivery_id", "number"),
        _text("delivery_id"), _number("number"), _text("decision"), _text("reason"),
        sa.Column("decided", sa.Date(), nullable=False), _text("person"), _moment(),
        _of("decision", "delivery"),
    )  # fmt: skip
    _table(
        "gold_amendment", ("gold_id", "number"),
        _text("gold_id"), _number("number"), _text("record_sha"), _text("reason"), _text("person"),
        sa.Column("claim_id", sa.String(), nullable=True), sa.Column("line", sa.Integer(), nullable=True),
        _moment(), _of("gold_amendment", "gold"),
    )  # fmt: skip
    _table(
        "audit_revision", ("audit_id", "number"),
        _text("audit_id"), _number("number"), _text("verdict"), _text("result_sha"), _text("outcomes_sha"),
        _number("amendments"), _moment(), _of("audit_revision", "audit"),
    )  # fmt: skip


def _table(name: str, key: tuple[str, ...], *parts: sa.schema.SchemaItem) -> None:
    op.create_table(name, *parts, sa.PrimaryKeyConstraint(*key, name=f"pk_{name}"))


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)


def _moment() -> sa.Column[object]:
    return sa.Column("at", sa.DateTime(timezone=True), nullable=False)


def _of(table: str, other: str) -> sa.ForeignKeyConstraint:
    column = f"{other}_id"
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=f"fk_{table}_{column}_{other}")
