"""What events tell of rows: by kind, which row an event is about and which of its columns it names.

Since closed events, every event names the rows that it changed, with a keyed hash of all their values; what
is listed here says in words what differs, and holds for events of older workspaces too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from vendoreval.claims.moves import KINDS
from vendoreval.evidence.canonical import utc_text
from vendoreval.evidence.chain import Event
from vendoreval.store.rows import Row, name_of
from vendoreval.store.tables import (
    AuditRevisionRow,
    AuditRow,
    ClaimMoveRow,
    ClaimRow,
    CommitmentRow,
    ContractRow,
    DecisionRow,
    DeliveryRow,
    GoldAmendmentRow,
    GoldRow,
    PartitionsRow,
    PilotRow,
    SampleRow,
    SeedRow,
    VendorRow,
)
from vendoreval.store.transactions import ROWS, Reader

SUBJECT = ""


@dataclass(frozen=True)
class Told:
    """A row that an event is about.

    `columns`: pairs of a column and its name in the event's data (one of several, where names changed);
    `at`: the column that holds the event's time; `key`: names in the data that make the row's key.
    """

    table: type[Row]
    at: str
    columns: tuple[tuple[str, str], ...] = ()
    key: tuple[str, ...] = (SUBJECT,)


_TERMS = (("contract_id", "contract"), ("contract_version", "version"))
_CONTRACT = Told(ContractRow, "added_at", (("source_sha", "sha256"),), (SUBJECT, "version"))
_DECISION = Told(DecisionRow, "at", (("reason", "reason"), ("decided", "decided")), (SUBJECT, "number"))
_MOVE = Told(ClaimMoveRow, "at", (("record_sha", "record"),), (SUBJECT, "number"))
_SEED = (("tasks_sha", "tasks"), ("key_sha", "key"))
TOLD: Mapping[str, tuple[Told, ...]] = {
    "vendor.added": (Told(VendorRow, "added_at"),),
    "contract.added": (_CONTRACT,),
    "contract.amended": (_CONTRACT,),
    "gold.added": (
        Told(
            GoldRow, "added_at",
            (("contract_id", "contract"), ("items", "items"), ("table_sha", "table"), ("source_sha", "source"),
             ("table_sha", "sha256")),
        ),
    ),
    "gold.committed": (
        Told(
            CommitmentRow, "committed_at",
            (("root", "root"), ("receipt_sha", "receipt"), ("secret_sha", "secret")),
        ),
    ),
    "gold.retired": (Told(GoldRow, "retired_at"),),
    "gold.seeded": (Told(SeedRow, "seeded_at", (*_SEED, ("rate", "rate")), ("seeding",)),),
    "pilot.sent": (
        Told(PilotRow, "sent_at", (*_TERMS, ("gold_id", "gold"), ("tasks_sha", "tasks"), ("due", "due"))),
        Told(SeedRow, "seeded_at", (*_SEED, ("gold_id", "gold"))),
    ),
    "pilot.judged": (Told(PilotRow, "judged_at", (("result_sha", "result"),)),),
    "delivery.added": (
        Told(
            DeliveryRow, "",
            (*_TERMS, ("manifest_sha", "manifest"), ("table_sha", "labels"), ("intake_sha", "intake"),
             ("received_at", "received"), ("ordered", "ordered"), ("rework_of", "rework_of")),
        ),
    ),
    "delivery.partitioned": (
        Told(PartitionsRow, "at", (("manifest_sha", "manifest"),), (SUBJECT, "number")),
    ),
    "audit.sampled": (
        Told(
            SampleRow, "drawn_at",
            (("delivery_id", "delivery"), ("seed", "seed"), ("items", "items"), ("tasks_sha", "tasks")),
        ),
    ),
    "audit.listed": (Told(SampleRow, "", (("tasks_sha", "tasks"),)),),
    "audit.run": (
        Told(
            AuditRow, "ran_at",
            (*_TERMS, ("delivery_id", "delivery"), ("gold_id", "gold"), ("verdict", "verdict"),
             ("result_sha", "result"), ("outcomes_sha", "outcomes")),
        ),
        Told(GoldRow, "", (), ("gold",)),  # the answers to a sample became gold without an event of their own
    ),
    "delivery.accepted": (_DECISION,),
    "delivery.rejected": (_DECISION,),
    "gold.amended": (
        Told(GoldAmendmentRow, "at", (("record_sha", "record"), ("reason", "reason")), (SUBJECT, "number")),
    ),
    "audit.revised": (
        Told(
            AuditRevisionRow, "at",
            (("verdict", "verdict"), ("result_sha", "result"), ("outcomes_sha", "outcomes")),
            (SUBJECT, "number"),
        ),
    ),
    **{f"claim.{kind}": (_MOVE,) for kind in KINDS},
    "claim.drafted": (Told(ClaimRow, "drafted_at", (("audit_id", "audit"),), (SUBJECT, "version")),),
    "claim.issued": (
        Told(
            ClaimRow, "issued_at", (("audit_id", "audit"), ("claim_sha", "sha256")), (SUBJECT, "version")
        ),
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Misfit:
    """Something that is not as the log tells: where it is, and what is wrong."""

    where: str
    what: str


@dataclass(frozen=True)
class Account:
    """What a log tells of rows: the newest event that names each, with its hash, or says one of its columns."""

    hashes: Mapping[str, tuple[Event, str]]
    columns: Mapping[tuple[str, str], tuple[Event, Any]]
    rows: Mapping[str, Event]  # every row that is told of
    older: bool  # whether the log has events that do not name their rows


def account(events: Sequence[Event]) -> Account:
    """Read what the log tells."""
    hashes: dict[str, tuple[Event, str]] = {}
    columns: dict[tuple[str, str], tuple[Event, Any]] = {}
    rows: dict[str, Event] = {}
    for event in events:
        hashes |= {name: (event, sha) for name, sha in event.data.get(ROWS, {}).items()}
        for name, told in _about(event):
            rows[name] = event
            columns |= {
                (name, column): (event, event.data[field])
                for column, field in told.columns
                if field in event.data
            }
            if told.at:
                columns[name, told.at] = (event, event.at)
    rows |= {name: event for name, (event, _) in hashes.items()}
    return Account(hashes, columns, rows, any(not event.salt for event in events))


def rows_against(reader: Reader, tables: Iterable[type[Row]], log: Account) -> tuple[int, list[Misfit]]:
    """Hold all rows of `tables` against the log; returns how many rows there are, and the misfits."""
    rows = {name_of(row): row for table in tables for row in reader.all(table)}
    found = [
        Misfit(name, f"{_spoken(event)} tells of it, and it is gone")
        for name, event in log.rows.items()
        if name not in rows
    ]
    for name, row in rows.items():
        differs = list(_differing(reader, name, row, log))
        found += differs or _unlike(reader, name, row, log)
    return len(rows), found


def _differing(reader: Reader, name: str, row: Row, log: Account) -> Iterator[Misfit]:
    """Columns that differ from what an event says in words."""
    for column in type(row).model_fields:
        if (name, column) not in log.columns:
            continue
        event, said = log.columns[name, column]
        value = getattr(row, column)
        if not _same(reader, value, said):
            shown = value.isoformat() if isinstance(value, date) else value
            yield Misfit(name, f"{column} is {shown!r}, and {_spoken(event)} told {said!r}")


def _unlike(reader: Reader, name: str, row: Row, log: Account) -> list[Misfit]:
    """Whether the row as a whole is what its newest event told; older events did not name rows."""
    if name in log.hashes:
        event, sha = log.hashes[name]
        return [] if sha == reader.digest(row) else [Misfit(name, f"it is not what {_spoken(event)} told")]
    told = {one.at for all_told in TOLD.values() for one in all_told if one.table is type(row)}
    if name not in log.rows and (told or not log.older):
        return [Misfit(name, "no event tells of it")]
    later = [
        at for at in sorted(told)
        if at and not type(row).model_fields[at].is_required() and getattr(row, at) is not None
    ]  # fmt: skip
    return [
        Misfit(name, f"{at} is {getattr(row, at)}, and no event tells of it")
        for at in later
        if (name, at) not in log.columns
    ]


def _about(event: Event) -> Iterator[tuple[str, Told]]:
    """The names of the rows that an event is about."""
    data = {"version": 1, **event.data, SUBJECT: event.subject}  # drafts of claims did not say their version
    for told in TOLD.get(event.kind, ()):
        yield " ".join((str(told.table.__tablename__), *(str(data.get(name)) for name in told.key))), told


def _same(reader: Reader, value: Any, said: Any) -> bool:
    if isinstance(value, datetime):
        return said in (utc_text(value), value.isoformat())
    if isinstance(value, date):
        return bool(said == value.isoformat())
    return said == value or (isinstance(value, str) and said == reader.sealed(value))


def _spoken(event: Event) -> str:
    return f"event {event.seq} ({event.kind} {event.subject})"
