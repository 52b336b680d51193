"""The database tables: metadata and hashes only; labels and documents lie in the object store.

Columns named `…_sha` are addresses in the object store. Rows are appended and never overwritten,
except for the columns that a table names as `changeable`. The table's name is also the word for the
thing in messages.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, ClassVar

from sqlalchemy import DateTime, Dialect, ForeignKeyConstraint, MetaData, Text
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


def _contract_version() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["contract_id", "contract_version"], ["contract.id", "contract.version"])


class UtcTime(TypeDecorator[datetime]):
    """A moment with its time zone. SQLite forgets the zone, so UTC goes in and UTC comes out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("times carry a time zone here")
        return value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


class Row(SQLModel):
    """What all tables share: one naming of constraints, so that later migrations can find them."""

    metadata = MetaData(naming_convention=_NAMES)
    changeable: ClassVar[frozenset[str]] = frozenset()


class WorkspaceRow(Row, table=True):
    """The one row that says which workspace folder this database belongs to."""

    __tablename__ = "workspace"
    changeable: ClassVar[frozenset[str]] = frozenset({"id"})

    only: int = Field(default=1, primary_key=True)
    id: str


class VendorRow(Row, table=True):
    __tablename__ = "vendor"
    changeable: ClassVar[frozenset[str]] = frozenset({"name", "country", "contact"})

    id: str = Field(primary_key=True)
    name: str
    country: str | None = None
    contact: str | None = None
    added_at: datetime = Field(sa_type=UtcTime)


class ContractRow(Row, table=True):
    """One version of a contract; `source_sha` is its TOML."""

    __tablename__ = "contract"

    id: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    vendor_id: str = Field(foreign_key="vendor.id", index=True)
    title: str
    source_sha: str
    added_at: datetime = Field(sa_type=UtcTime)


class AnswerRow(Row, table=True):
    """One answer as it was given; a later answer to the same question is a further row."""

    __tablename__ = "answer"

    seq: int | None = Field(default=None, primary_key=True)
    vendor_id: str = Field(foreign_key="vendor.id", index=True)
    questionnaire_id: str
    questionnaire_version: str
    question_id: str
    data: str = Field(sa_type=Text)  # JSON
    channel: str  # form, interview, …
    actor: str
    answered_at: datetime = Field(sa_type=UtcTime)


class FormRow(Row, table=True):
    """A form as it was sent to a vendor; `sha` is the file. Kind: xlsx or html."""

    __tablename__ = "form"

    seq: int | None = Field(default=None, primary_key=True)
    vendor_id: str = Field(foreign_key="vendor.id", index=True)
    questionnaire_id: str
    questionnaire_version: str
    mode: str
    kind: str
    sha: str
    sent_at: datetime = Field(sa_type=UtcTime)
    due: date


class FreezeRow(Row, table=True):
    """Weights as they were fixed; `weights_sha` is the canonical JSON of all that decides a score."""

    __tablename__ = "freeze"

    seq: int | None = Field(default=None, primary_key=True)
    questionnaire_id: str
    questionnaire_version: str
    weights_sha: str
    reason: str
    actor: str
    frozen_at: datetime = Field(sa_type=UtcTime)


class FactRow(Row, table=True):
    """What the buyer states about the project, for `applies_if`; the latest statement counts."""

    __tablename__ = "fact"

    seq: int | None = Field(default=None, primary_key=True)
    questionnaire_id: str
    name: str
    holds: bool
    actor: str
    stated_at: datetime = Field(sa_type=UtcTime)


class WaiverRow(Row, table=True):
    """A knock-out that a person lets pass until a day; the latest waiver of a question counts."""

    __tablename__ = "waiver"

    seq: int | None = Field(default=None, primary_key=True)
    vendor_id: str = Field(foreign_key="vendor.id", index=True)
    questionnaire_id: str
    question_id: str
    person: str
    reason: str
    expires: date
    waived_at: datetime = Field(sa_type=UtcTime)


class ContactRow(Row, table=True):
    """A dated event with a vendor, such as a clarification; `question_id` may be empty."""

    __tablename__ = "contact"

    seq: int | None = Field(default=None, primary_key=True)
    vendor_id: str = Field(foreign_key="vendor.id", index=True)
    questionnaire_id: str
    kind: str
    question_id: str
    quote: str = Field(sa_type=Text)
    actor: str
    at: datetime = Field(sa_type=UtcTime)


class RoundRow(Row, table=True):
    """A round of reviews of one vendor's answers; open until `closed_at`."""

    __tablename__ = "review_round"
    changeable: ClassVar[frozenset[str]] = frozenset({"closed_at"})

    seq: int | None = Field(default=None, primary_key=True)
    vendor_id: str = Field(foreign_key="vendor.id", index=True)
    questionnaire_id: str
    questionnaire_version: str
    weights_sha: str
    opened_at: datetime = Field(sa_type=UtcTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcTime)


class ReviewRow(Row, table=True):
    """One reviewer's level for one answer; a later one by the same person counts instead."""

    __tablename__ = "review"

    seq: int | None = Field(default=None, primary_key=True)
    round_seq: int = Field(foreign_key="review_round.seq", index=True)
    question_id: str
    reviewer: str
    level: int
    clarity: str | None = None
    rationale: str = Field(sa_type=Text)
    reviewed_at: datetime = Field(sa_type=UtcTime)


class ModerationRow(Row, table=True):
    """The level that was settled on for a question of a round, by whom and why."""

    __tablename__ = "moderation"

    seq: int | None = Field(default=None, primary_key=True)
    round_seq: int = Field(foreign_key="review_round.seq", index=True)
    question_id: str
    level: int
    rationale: str = Field(sa_type=Text)
    person: str
    moderated_at: datetime = Field(sa_type=UtcTime)


class GoldRow(Row, table=True):
    """A gold set. It serves all versions of its contract, hence no version in the reference."""

    __tablename__ = "gold"
    changeable: ClassVar[frozenset[str]] = frozenset({"retired_at"})

    id: str = Field(primary_key=True)
    contract_id: str = Field(index=True)
    task_type: str
    table_sha: str  # canonical Parquet
    source_sha: str  # the file as it came
    items: int
    added_at: datetime = Field(sa_type=UtcTime)
    retired_at: datetime | None = Field(default=None, sa_type=UtcTime)


class CommitmentRow(Row, table=True):
    """The published root over a gold set; `secret_sha` holds the salts and stays here."""

    __tablename__ = "commitment"

    gold_id: str = Field(primary_key=True, foreign_key="gold.id")
    root: str
    secret_sha: str
    receipt_sha: str
    committed_at: datetime = Field(sa_type=UtcTime)


class SeedRow(Row, table=True):
    """Gold mixed into a task list; `key_sha` tells which tasks are gold."""

    __tablename__ = "seed"

    id: str = Field(primary_key=True)
    gold_id: str = Field(foreign_key="gold.id", index=True)
    tasks_sha: str
    key_sha: str
    rate: str
    seeded_at: datetime = Field(sa_type=UtcTime)


class ExposureRow(Row, table=True):
    """Gold items that a vendor may have seen. Kind: seeded, audited or revealed."""

    __tablename__ = "exposure"

    seq: int | None = Field(default=None, primary_key=True)
    gold_id: str = Field(foreign_key="gold.id", index=True)
    vendor_id: str = Field(foreign_key="vendor.id", index=True)
    kind: str
    items_sha: str
    at: datetime = Field(sa_type=UtcTime)


class DeliveryRow(Row, table=True):
    """A delivery as received; `content_sha` is over its files' hashes and refuses a second copy."""

    __tablename__ = "delivery"
    __table_args__ = (_contract_version(),)

    id: str = Field(primary_key=True)
    contract_id: str = Field(index=True)
    contract_version: int
    manifest_sha: str
    content_sha: str = Field(unique=True)
    table_sha: str  # canonical Parquet
    intake_sha: str  # report of what was refused, as JSON
    rows: int
    items: int
    annotators: int
    received_at: datetime = Field(sa_type=UtcTime)


class AuditRow(Row, table=True):
    __tablename__ = "audit"
    __table_args__ = (_contract_version(),)

    id: str = Field(primary_key=True)
    delivery_id: str = Field(foreign_key="delivery.id", index=True)
    gold_id: str = Field(foreign_key="gold.id", index=True)
    contract_id: str = Field(index=True)
    contract_version: int
    verdict: str
    result_sha: str
    outcomes_sha: str
    ran_at: datetime = Field(sa_type=UtcTime)


class SampleRow(Row, table=True):
    """A sample drawn for expert auditors; its id becomes that of the audit. `tasks_sha` holds the tasks."""

    __tablename__ = "sample"
    changeable: ClassVar[frozenset[str]] = frozenset({"closed_at"})

    id: str = Field(primary_key=True)
    delivery_id: str = Field(foreign_key="delivery.id", index=True)
    seed: str
    tasks_sha: str
    items: int
    auditors: int
    drawn_at: datetime = Field(sa_type=UtcTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcTime)


class SampleAnswersRow(Row, table=True):
    """One round of auditors' answers to a sample, as it was read."""

    __tablename__ = "sample_answers"

    seq: int | None = Field(default=None, primary_key=True)
    sample_id: str = Field(foreign_key="sample.id", index=True)
    answers_sha: str
    at: datetime = Field(sa_type=UtcTime)


class ClaimRow(Row, table=True):
    """One version of a claim. State: draft or issued."""

    __tablename__ = "claim"
    changeable: ClassVar[frozenset[str]] = frozenset({"state", "claim_sha", "drafted_at", "issued_at"})

    id: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    audit_id: str = Field(foreign_key="audit.id", index=True)
    state: str
    claim_sha: str
    drafted_at: datetime = Field(sa_type=UtcTime)
    issued_at: datetime | None = Field(default=None, sa_type=UtcTime)


class ReportRow(Row, table=True):
    """A report that was made: its kind, what it is about, its bytes and file name."""

    __tablename__ = "report"

    seq: int | None = Field(default=None, primary_key=True)
    kind: str
    subject: str = Field(index=True)
    sha: str
    name: str
    made_at: datetime = Field(sa_type=UtcTime)


class EventRow(Row, table=True):
    """One link of the hash-chained log; its number is given by the chain, never by the database."""

    __tablename__ = "event"

    seq: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    at: datetime = Field(sa_type=UtcTime)
    actor: str
    kind: str
    subject: str = Field(index=True)
    data: str = Field(sa_type=Text)  # canonical JSON
    previous: str
    hash: str = Field(unique=True)
