"""Holding a workspace's tables and objects against its log (`status --verify`).

Misfits are findings: each says where it is and what is wrong. What no log can show by itself, that its newest
events were cut off together with their rows, shows when a hash that was noted earlier is expected on it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from vendoreval.errors import EvidenceError, UsageError
from vendoreval.evidence.chain import GENESIS, Event, verify_chain
from vendoreval.evidence.log_heads import LogHead
from vendoreval.store.rows import Row, name_of
from vendoreval.store.tables import AuditRevisionRow, AuditRow, CommitmentRow, EventRow, WorkspaceRow
from vendoreval.store.transactions import Reader
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.evidence.checkpoints import workspace_id
from vendoreval.workflow.log.log_accounts import Misfit, account, rows_against
from vendoreval.workflow.log.log_objects import named_objects, objects_against, read_record, unnamed_objects

_HASH = re.compile(r"[0-9a-f]{64}\Z")
_CHAIN = "events of the log form one chain"


@dataclass(frozen=True)
class Check:
    """One kind of comparison: what should hold, of how many things, and which do not fit."""

    name: str
    holds: str
    looked: int
    misfits: tuple[Misfit, ...]

    def __str__(self) -> str:
        left = f", except {len(self.misfits):,}" if self.misfits else ""
        return f"{'✘' if self.misfits else '✔'} {self.looked:,} {self.holds}{left}"

    def to_json(self) -> dict[str, Any]:
        return {"check": self.name, "looked": self.looked, "misfits": [vars(one) for one in self.misfits]}


@dataclass(frozen=True)
class Checked:
    """A workspace held against its log. `head` is the hash of the last event.

    `unnamed`: objects that nothing names. A killed command may have left them; many, or young ones, are what
    an old database leaves that was put back beside newer objects.
    """

    head: str
    checks: tuple[Check, ...]
    unnamed: tuple[str, ...] = ()

    @property
    def fits(self) -> bool:
        return not any(check.misfits for check in self.checks)

    def to_json(self) -> dict[str, Any]:
        return {
            "schema": "vendoreval/workspace-check/1",
            "log_hash": self.head,
            "fits": self.fits,
            "checks": [check.to_json() for check in self.checks],
            "unnamed": list(self.unnamed),
        }


def check_workspace(workspace: Workspace, expect: Sequence[str] = (), heads: Sequence[LogHead] = ()) -> Checked:
    """Compare log, tables and objects; all misfits are listed.

    `expect`: hashes of last events that were noted earlier, such as on receipts, acknowledgements and
    reports; each must be on the chain. `heads`: those that were signed. Raises UsageError for what is no such
    hash.
    """
    for noted in expect:
        if not _HASH.match(noted):
            raise UsageError(
                f"{noted!r} is no hash of an event.", remedy="It has 64 digits and letters a to f."
            )
    tables = sorted(_tables(), key=lambda table: str(table.__tablename__))
    with workspace.read() as reader:
        try:
            events = reader.events()
        except EvidenceError as error:
            return Checked("", (Check("chain", _CHAIN, 0, (Misfit("log", error.what),)),))
        rows, misfits = rows_against(reader, tables, account(events))
        held = [row for table in tables for row in reader.all(table)]
        checks = [
            _chain(events),
            *([_expected(events, expect)] if expect else []),
            *([_signed(events, heads, workspace_id(reader))] if heads else []),
            Check("rows", "rows are as the log tells", rows, tuple(misfits)),
        ]
        named = named_objects(workspace, held, events)
        altered = tuple(objects_against(workspace, named))
        checks.append(Check("objects", "objects are there, byte for byte", len(named), altered))
        checks.append(_records(workspace, reader))
        unnamed = unnamed_objects(workspace, held, events)
    return Checked(events[-1].hash if events else GENESIS, tuple(checks), tuple(unnamed))


def _tables() -> list[type[Row]]:
    return [table for table in Row.__subclasses__() if table not in (WorkspaceRow, EventRow)]


def _chain(events: Sequence[Event]) -> Check:
    try:
        verify_chain(events)
    except EvidenceError as error:
        return Check("chain", _CHAIN, len(events), (Misfit("log", error.what),))
    return Check("chain", _CHAIN, len(events), ())


def _expected(events: Sequence[Event], expect: Sequence[str]) -> Check:
    on_chain = {GENESIS, *(event.hash for event in events)}
    what = f"it is on none of the {len(events)} events: newer events were cut off, or this is another log"
    lost = tuple(Misfit(noted, what) for noted in expect if noted not in on_chain)
    return Check("expected", "hashes that were noted are on it", len(expect), lost)


def _signed(events: Sequence[Event], heads: Sequence[LogHead], workspace: str) -> Check:
    """Signed heads: a log goes on from each; one that was cut or written anew does not."""
    lost = []
    for head in heads:
        of_another = "it is the head of another workspace's log" if head.workspace != workspace else ""
        if what := of_another or head.misfit(events):
            lost.append(Misfit(f"head of {head.at[:16]}", what))
    return Check("signed", "signed heads are on it", len(heads), tuple(lost))


def _records(workspace: Workspace, reader: Reader) -> Check:
    """What stored records say is what their rows say."""
    audits: list[AuditRow | AuditRevisionRow] = [*reader.all(AuditRow), *reader.all(AuditRevisionRow)]
    rows = [(row, row.result_sha, "verdict", row.verdict) for row in audits]
    commitments = [(row, row.receipt_sha, "root", row.root) for row in reader.all(CommitmentRow)]
    found = []
    for row, sha, field, value in (*rows, *commitments):
        said = read_record(workspace, sha).get(field, value)  # a record that is missing is told of elsewhere
        if said != value:
            found.append(Misfit(name_of(row), f"{field} is {value!r}, and its record says {said!r}"))
    looked = len(rows) + len(commitments)
    return Check("records", "records say what their rows say", looked, tuple(found))
