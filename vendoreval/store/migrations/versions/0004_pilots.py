"""Pilots, registers of questions, when a delivery was ordered and what it replaces, and frozen banks."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Columns first, then the tables that refer to deliveries, contracts and gold."""
    op.add_column("freeze", sa.Column("bank_sha", sa.String(), nullable=True))
    op.add_column("delivery", sa.Column("ordered", sa.Date(), nullable=True))
    op.add_column("delivery", sa.Column("rework_of", sa.String(), nullable=True))
    op.create_table(
        "register",
        sa.Column("seq", sa.Integer(), nullable=False),
        *_texts("delivery_id", "register_sha", "source_sha", "actor"),
        _time("at"),
        sa.PrimaryKeyConstraint("seq", name="pk_register"),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name="fk_register_delivery_id"),
    )
    op.create_index("ix_register_delivery_id", "register", ["delivery_id"])
    op.create_table(
        "pilot",
        *_texts("id", "contract_id"),
        sa.Column("contract_version", sa.Integer(), nullable=False),
        *_texts("gold_id", "tasks_sha"),
        _time("sent_at"),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("result_sha", sa.String(), nullable=True),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_pilot"),
        sa.ForeignKeyConstraint(["gold_id"], ["gold.id"], name="fk_pilot_gold_id"),
        sa.ForeignKeyConstraint(
            ["contract_id", "contract_version"],
            ["contract.id", "contract.version"],
            name="fk_pilot_contract_id",
        ),
    )
    op.create_index("ix_pilot_contract_id", "pilot", ["contract_id"])
    op.create_index("ix_pilot_gold_id", "pilot", ["gold_id"])


def _texts(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def _time(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)
