"""The database tables: metadata and hashes only; labels and documents lie in the object store.

Columns named `…_sha` are addresses in the object store. Rows are appended and never overwritten,
except for the columns that a table names as `changeable`. The table's name is also the word for the
thing in messages.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import Text
from sqlmodel import Field

from vendoreval.store.rows import Row, UtcTime, contract_version


class WorkspaceRow(Row, table=True):
    """The one row that says which workspace folder this database belongs to.

    `secret` (32 random bytes in hexadecimal digits) keys what the log must not let others guess.
    """

    __tablename__ = "workspace"
    changeable: ClassVar[frozenset[str]] = frozenset({"id"})

    only: int = Field(default=1, primary_key=True)
    id: str
    secret: str


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


class ReceiptRow(Row, table=True):
    """A receipt that was given to the vendor. Kind: gold, seeding, seed or scores (evidence.receipts)."""

    __tablename__ = "receipt"

    contract_id: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    kind: str
    subject: str
    receipt_sha: str
    at: datetime = Field(sa_type=UtcTime)


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
    __table_args__ = (contract_version(),)

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
    ordered: date | None = None
    rework_of: str | None = None  # the delivery that this one replaces


class PartitionsRow(Row, table=True):
    """A delivery's labels as files for workers on other machines; of several, the newest count."""

    __tablename__ = "partitions"

    delivery_id: str = Field(primary_key=True, foreign_key="delivery.id")
    number: int = Field(primary_key=True)
    manifest_sha: str  # where the parts lie, with their sizes and hashes
    at: datetime = Field(sa_type=UtcTime)


class RegisterRow(Row, table=True):
    """The register of questions on a delivery's items, as it was taken in; the latest counts."""

    __tablename__ = "register"

    seq: int | None = Field(default=None, primary_key=True)
    delivery_id: str = Field(foreign_key="delivery.id", index=True)
    register_sha: str
    source_sha: str  # the file as it came
    actor: str
    at: datetime = Field(sa_type=UtcTime)


class PilotRow(Row, table=True):
    """A paid pilot: its tasks as they were sent, and what it showed once it was judged.

    Its id is also that of its seeding, and becomes that of its delivery.
    """

    __tablename__ = "pilot"
    __table_args__ = (contract_version(),)
    changeable: ClassVar[frozenset[str]] = frozenset({"result_sha", "judged_at"})

    id: str = Field(primary_key=True)
    contract_id: str = Field(index=True)
    contract_version: int
    gold_id: str = Field(foreign_key="gold.id", index=True)
    tasks_sha: str
    sent_at: datetime = Field(sa_type=UtcTime)
    due: date
    result_sha: str | None = None
    judged_at: datetime | None = Field(default=None, sa_type=UtcTime)


class AuditRow(Row, table=True):
    __tablename__ = "audit"
    __table_args__ = (contract_version(),)

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
    """A sample drawn for expert auditors; its id becomes that of the audit. `tasks_sha` holds the tasks, which
    grow by work lists where the sample is drawn by scores."""

    __tablename__ = "sample"
    changeable: ClassVar[frozenset[str]] = frozenset({"closed_at", "tasks_sha"})

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
    """One version of a claim. State: draft, issued, superseded (by a later claim on the same defects),
    withdrawn or settled; the newest version's state is the claim's."""

    __tablename__ = "claim"
    changeable: ClassVar[frozenset[str]] = frozenset({"state", "claim_sha", "drafted_at", "issued_at"})

    id: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    audit_id: str = Field(foreign_key="audit.id", index=True)
    state: str
    claim_sha: str
    drafted_at: datetime = Field(sa_type=UtcTime)
    issued_at: datetime | None = Field(default=None, sa_type=UtcTime)


class ClaimMoveRow(Row, table=True):
    """One move of the dispute about a claim (claims.moves); moves are only ever appended.

    `private_sha` is what only the buyer may read: which side gave which answer on an arbiter's sheet.
    """

    __tablename__ = "claim_move"

    claim_id: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    kind: str
    record_sha: str
    private_sha: str | None = None
    at: datetime = Field(sa_type=UtcTime)


class DecisionRow(Row, table=True):
    """What the buyer said of a delivery: accepted or rejected, why, and as of which day."""

    __tablename__ = "decision"

    delivery_id: str = Field(primary_key=True, foreign_key="delivery.id")
    number: int = Field(primary_key=True)
    decision: str
    reason: str
    decided: date
    person: str
    at: datetime = Field(sa_type=UtcTime)


class GoldAmendmentRow(Row, table=True):
    """A gold answer that was wrong: the record that takes its place. The gold set itself stays as it was."""

    __tablename__ = "gold_amendment"

    gold_id: str = Field(primary_key=True, foreign_key="gold.id")
    number: int = Field(primary_key=True)
    record_sha: str
    reason: str
    person: str
    claim_id: str | None = None
    line: int | None = None
    at: datetime = Field(sa_type=UtcTime)


class AuditRevisionRow(Row, table=True):
    """An audit judged again after gold was amended; the audit itself stays as it was."""

    __tablename__ = "audit_revision"

    audit_id: str = Field(primary_key=True, foreign_key="audit.id")
    number: int = Field(primary_key=True)
    verdict: str
    result_sha: str
    outcomes_sha: str
    amendments: int  # of its gold set that it rests on, the first so many
    at: datetime = Field(sa_type=UtcTime)


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
    """One link of the hash-chained log; its number is given by the chain, never by the database.

    Events of schema `/1` have no tag and no salt.
    """

    __tablename__ = "event"

    seq: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    at: datetime = Field(sa_type=UtcTime)
    actor: str
    kind: str
    subject: str = Field(index=True)
    data: str = Field(sa_type=Text)  # canonical JSON
    previous: str
    hash: str = Field(unique=True)
    tag: str | None = None
    salt: str | None = None
