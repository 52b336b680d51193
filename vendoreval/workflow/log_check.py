"""Holding a workspace's tables and objects against its log (`status --verify`).

Misfits are findings: each says where it is and what is wrong. What no log can show by itself, that its newest
events were cut off together with their rows, shows when a hash that was noted earlier is expected on it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from vendoreval.errors import EvidenceError, UsageError, VendorevalError
from vendoreval.evidence.chain import GENESIS, Event, verify_chain
from vendoreval.store.rows import Row, name_of
from vendoreval.store.tables import AuditRow, CommitmentRow, DeliveryRow, EventRow, PilotRow, WorkspaceRow
from vendoreval.store.transactions import Reader
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.log_accounts import Misfit, account, rows_against

_HASH = re.compile(r"[0-9a-f]{64}\Z")
_CHAIN = "events of the log form one chain"
_NO_OBJECT = {"content_sha"}  # a hash over hashes


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
    """A workspace held against its log. `head` is the hash of the last event."""

    head: str
    checks: tuple[Check, ...]

    @property
    def fits(self) -> bool:
        return not any(check.misfits for check in self.checks)

    def to_json(self) -> dict[str, Any]:
        return {
            "schema": "vendoreval/workspace-check/1",
            "log_hash": self.head,
            "fits": self.fits,
            "checks": [check.to_json() for check in self.checks],
        }


def check_workspace(workspace: Workspace, expect: Sequence[str] = ()) -> Checked:
    """Compare log, tables and objects; all misfits are listed.

    `expect`: hashes of last events that were noted earlier, such as on receipts, acknowledgements and
    reports; each must be on the chain. Raises UsageError for what is no such hash.
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
            Check("rows", "rows are as the log tells", rows, tuple(misfits)),
        ]
        checks += [_objects(workspace, held, events), _records(workspace, reader)]
    return Checked(events[-1].hash if events else GENESIS, tuple(checks))


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


def _objects(workspace: Workspace, rows: Sequence[Row], events: Sequence[Event]) -> Check:
    """Every object that is named is there, with the bytes that its name stands for."""
    named: dict[str, tuple[str, str]] = {}  # by hash: where it is named, and as what
    for row in rows:
        for sha, what in _named(workspace, row):
            named.setdefault(sha, (name_of(row), what))
    for event in events:
        if "form_sha256" in event.data:
            named.setdefault(event.data["form_sha256"], (event.subject, "the form that was imported"))
    store = workspace.objects

    def look(sha: str) -> str:
        if not store.has(sha):
            return "is missing"
        return "" if store.intact(sha) else "was altered"

    with ThreadPoolExecutor(max_workers=4) as pool:  # hashing leaves the interpreter's lock
        states = dict(zip(named, pool.map(look, named), strict=True))
    wrong = [
        Misfit(where, f"{what} {states[sha]} (object {sha})")
        for sha, (where, what) in named.items()
        if states[sha]
    ]
    return Check("objects", "objects are there, byte for byte", len(named), tuple(wrong))


def _named(workspace: Workspace, row: Row) -> Iterator[tuple[str, str]]:
    """The objects that a row names, in its columns or in the records that these name."""
    for column, value in row.model_dump().items():
        is_address = (column == "sha" or column.endswith("_sha")) and column not in _NO_OBJECT
        if is_address and value:
            yield value, column.removesuffix("_sha").removesuffix("sha") or "its file"
    if isinstance(row, DeliveryRow):
        yield from _files(workspace, row)
    if isinstance(row, PilotRow):
        for part, sha in _read(workspace, row.tasks_sha).get("lists", {}).items():
            yield sha, f"task list {part}"


def _files(workspace: Workspace, row: DeliveryRow) -> Iterator[tuple[str, str]]:
    for file in _read(workspace, row.manifest_sha).get("files", []):
        yield file["sha256"], file["name"]
    intake = _read(workspace, row.intake_sha)
    for field, what in (("sent_items_sha256", "the list of items that were sent"), ("seal_sha256", "the seal")):
        if intake.get(field):
            yield intake[field], what


def _records(workspace: Workspace, reader: Reader) -> Check:
    """What stored records say is what their rows say."""
    rows = [(row, row.result_sha, "verdict", row.verdict) for row in reader.all(AuditRow)]
    commitments = [(row, row.receipt_sha, "root", row.root) for row in reader.all(CommitmentRow)]
    found = []
    for row, sha, field, value in (*rows, *commitments):
        said = _read(workspace, sha).get(field, value)  # a record that is missing is told of elsewhere
        if said != value:
            found.append(Misfit(name_of(row), f"{field} is {value!r}, and its record says {said!r}"))
    looked = len(rows) + len(commitments)
    return Check("records", "records say what their rows say", looked, tuple(found))


def _read(workspace: Workspace, sha: str) -> dict[str, Any]:
    """A stored record; empty where the object is missing or altered."""
    try:
        record = json.loads(workspace.objects.read(sha))
    except (VendorevalError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}
