"""Samples drawn for expert auditors, and the rounds of answers that came back."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A sample belongs to a delivery, a round of answers to a sample."""
    op.create_table(
        "sample",
        *_texts("id", "delivery_id", "seed", "tasks_sha"),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("items", "auditors")),
        _time("drawn_at"),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_sample"),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name="fk_sample_delivery_id"),
    )
    op.create_index("ix_sample_delivery_id", "sample", ["delivery_id"])
    op.create_table(
        "sample_answers",
        sa.Column("seq", sa.Integer(), nullable=False),
        *_texts("sample_id", "answers_sha"),
        _time("at"),
        sa.PrimaryKeyConstraint("seq", name="pk_sample_answers"),
        sa.ForeignKeyConstraint(["sample_id"], ["sample.id"], name="fk_sample_answers_sample_id"),
    )
    op.create_index("ix_sample_answers_sample_id", "sample_answers", ["sample_id"])


def _texts(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def _time(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)
