"""Heads of logs that were signed, noted in the key folder: outside the workspace that they are about."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vendoreval.errors import EvidenceError, UsageError
from vendoreval.evidence.canonical import canonical, utc_text
from vendoreval.evidence.chain import GENESIS
from vendoreval.evidence.log_heads import LogHead, log_head, signed_head
from vendoreval.jsonfile import values
from vendoreval.store.tables import WorkspaceRow
from vendoreval.store.transactions import Reader
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.context import now
from vendoreval.workflow.files import read_bytes, read_text

FILE = "checkpoints.jsonl"


@dataclass(frozen=True)
class KnownHeads:
    """Heads of a workspace's log that were signed, and what is to be said about them."""

    heads: tuple[LogHead, ...]
    notes: tuple[str, ...] = ()


def known_heads(workspace: Workspace, key: str, files: Sequence[Path]) -> KnownHeads:
    """The heads that the key folder `key` has noted (if one is named), and those in `files`.

    Raises InputError where there is no such key, EvidenceError for a file that is no head or signed wrongly.
    """
    public = None
    heads: list[LogHead] = []
    notes = []
    if key:
        from vendoreval.workflow.evidence.keys import key_place, read_public

        public = read_public(key)
        with workspace.read() as reader:
            heads = noted_heads(key_place(key), workspace_id(reader))
        if not heads:
            notes.append(f"the key {public.name} has noted no head of this workspace's log")
    for file in files:
        head, ours = signed_head(read_bytes(file), [public] if public else [])
        heads.append(head)
        if not ours:
            notes.append(f"who signed {file.name} was not checked: give --key")
    return KnownHeads(tuple(heads), tuple(notes))


def read_head(workspace: Workspace) -> LogHead:
    """The head of a workspace's log now; raises EvidenceError where its chain is broken."""
    workspace.verify_log()
    with workspace.read() as reader:
        events = reader.events()
        head = events[-1].hash if events else GENESIS
        return LogHead(workspace_id(reader), len(events), head, utc_text(now()))


def workspace_id(reader: Reader) -> str:
    return str(reader.all(WorkspaceRow)[0].id)


def note_head(folder: Path, head: LogHead) -> None:
    """Append a head to the key folder's own list; raises UsageError where that cannot be written."""
    line = canonical(head.to_json()) + b"\n"
    try:
        handle = os.open(folder / FILE, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise UsageError(f"{folder / FILE} cannot be written: {error.strerror}.") from error


def noted_heads(folder: Path, workspace: str) -> list[LogHead]:
    """The heads of a workspace's log that a key folder has noted; a last line that is not whole is left out."""
    path = folder / FILE
    if not path.exists():
        return []
    text = read_text(path)
    whole = text[: text.rfind("\n") + 1]
    try:
        found = [log_head(values(line)) for line in whole.splitlines() if line]
    except ValueError as error:
        raise EvidenceError(f"A line of {path} cannot be read: {error}.") from error
    return [one for one in found if one.workspace == workspace]
