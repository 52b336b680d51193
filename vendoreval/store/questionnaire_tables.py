"""The tables of the questionnaire: forms, answers, frozen weights, facts, waivers, contacts and reviews."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import Text
from sqlmodel import Field

from vendoreval.store.rows import Row, UtcTime


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
    """Weights as they were fixed; `weights_sha` is the canonical JSON of all that decides a score, `bank_sha`
    the bank itself (TOML), so that a later version of the program asks and scores the same questions."""

    __tablename__ = "freeze"

    seq: int | None = Field(default=None, primary_key=True)
    questionnaire_id: str
    questionnaire_version: str
    weights_sha: str
    bank_sha: str | None = None
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
