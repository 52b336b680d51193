"""Forms sent, frozen weights, facts, waivers, contacts, review rounds, reviews and moderations."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make every table; a table comes after those it refers to."""
    bank = ("questionnaire_id", "questionnaire_version")
    _of_vendor("form", *_texts(*bank, "mode", "kind", "sha"), _time("sent_at"), _day("due"))
    _table("freeze", *_texts(*bank, "weights_sha", "reason", "actor"), _time("frozen_at"))
    holds: sa.Column[Any] = sa.Column("holds", sa.Boolean(), nullable=False)
    _table("fact", *_texts("questionnaire_id", "name"), holds, *_texts("actor"), _time("stated_at"))
    waiver = _texts("questionnaire_id", "question_id", "person", "reason")
    _of_vendor("waiver", *waiver, _day("expires"), _time("waived_at"))
    contact = [
        *_texts("questionnaire_id", "kind", "question_id"),
        _long("quote"),
        *_texts("actor"),
        _time("at"),
    ]
    _of_vendor("contact", *contact)
    times = [_time("opened_at"), sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True)]
    _of_vendor("review_round", *_texts(*bank, "weights_sha"), *times)
    clarity = sa.Column("clarity", sa.String(), nullable=True)
    reviewed = [_level(), clarity, _long("rationale"), _time("reviewed_at")]
    _of_round("review", *_texts("question_id", "reviewer"), *reviewed)
    settled = [_level(), _long("rationale"), *_texts("person"), _time("moderated_at")]
    _of_round("moderation", *_texts("question_id"), *settled)


def _table(name: str, *columns: Any) -> None:
    key = sa.PrimaryKeyConstraint("seq", name=f"pk_{name}")
    op.create_table(name, sa.Column("seq", sa.Integer(), nullable=False), *columns, key)


def _of_vendor(name: str, *columns: Any) -> None:
    refers = sa.ForeignKeyConstraint(["vendor_id"], ["vendor.id"], name=f"fk_{name}_vendor_id")
    _table(name, *_texts("vendor_id"), *columns, refers)
    op.create_index(f"ix_{name}_vendor_id", name, ["vendor_id"])


def _of_round(name: str, *columns: Any) -> None:
    refers = sa.ForeignKeyConstraint(["round_seq"], ["review_round.seq"], name=f"fk_{name}_round_seq")
    _table(name, sa.Column("round_seq", sa.Integer(), nullable=False), *columns, refers)
    op.create_index(f"ix_{name}_round_seq", name, ["round_seq"])


def _texts(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def _long(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=False)


def _level() -> sa.Column[Any]:
    return sa.Column("level", sa.Integer(), nullable=False)


def _day(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Date(), nullable=False)


def _time(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)
