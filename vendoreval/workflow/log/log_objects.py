"""The objects that a workspace's rows name: that each is there, byte for byte, and which nothing names."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from vendoreval.errors import VendorevalError
from vendoreval.evidence.chain import Event
from vendoreval.store.rows import Row, name_of
from vendoreval.store.tables import DeliveryRow, PilotRow
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.log.log_accounts import Misfit

_NO_OBJECT = {"content_sha"}  # a hash over hashes
_ADDRESS = re.compile(r"\b[0-9a-f]{64}\b")
_RECORD_BYTES = 20_000_000  # no record that names objects is larger


def named_objects(
    workspace: Workspace, rows: Sequence[Row], events: Sequence[Event]
) -> dict[str, tuple[str, str]]:
    """Every object that is named, by its hash: where it is named, and as what."""
    named: dict[str, tuple[str, str]] = {}
    for row in rows:
        for sha, what in _named(workspace, row):
            named.setdefault(sha, (name_of(row), what))
    for event in events:
        if "form_sha256" in event.data:
            named.setdefault(event.data["form_sha256"], (event.subject, "the form that was imported"))
    return named


def objects_against(workspace: Workspace, named: Mapping[str, tuple[str, str]]) -> list[Misfit]:
    """Objects that are missing or were altered. Each is read once, in pieces."""
    store = workspace.objects

    def look(sha: str) -> str:
        if not store.has(sha):
            return "is missing"
        return "" if store.intact(sha) else "was altered"

    with ThreadPoolExecutor(max_workers=4) as pool:  # hashing leaves the interpreter's lock
        states = dict(zip(named, pool.map(look, named), strict=True))
    return [
        Misfit(where, f"{what} {states[sha]} (object {sha})")
        for sha, (where, what) in named.items()
        if states[sha]
    ]


def unnamed_objects(workspace: Workspace, rows: Iterable[Row], events: Iterable[Event]) -> list[str]:
    """Objects that no row and no event names, nor a record that these name, at any remove."""
    root = workspace.objects.root
    left = {folder.name + file.name for folder in root.glob("[0-9a-f][0-9a-f]") for file in folder.iterdir()}
    known: set[str] = set()
    waiting = [sha for row in rows for sha in _addresses(row.model_dump())]
    waiting += [sha for event in events for sha in _addresses(event.data)]
    while waiting and left - known:
        sha = waiting.pop()
        if sha in left and sha not in known:
            known.add(sha)
            waiting += _mentioned(workspace, sha)
    return sorted(left - known)


def read_record(workspace: Workspace, sha: str) -> dict[str, Any]:
    """A stored record; empty where the object is missing or altered."""
    try:
        record = json.loads(workspace.objects.read(sha))
    except (VendorevalError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}


def _addresses(values: Mapping[str, Any]) -> list[str]:
    return _ADDRESS.findall(" ".join(str(value) for value in values.values()))


def _mentioned(workspace: Workspace, sha: str) -> list[str]:
    """Addresses that stand in an object, if it is a record."""
    path = workspace.objects.path(sha)
    if path.stat().st_size > _RECORD_BYTES:
        return []
    data = path.read_bytes()
    return _ADDRESS.findall(data.decode("utf-8", "replace")) if data[:1] in (b"{", b"[") else []


def _named(workspace: Workspace, row: Row) -> Iterator[tuple[str, str]]:
    """The objects that a row names, in its columns or in the records that these name."""
    for column, value in row.model_dump().items():
        is_address = (column == "sha" or column.endswith("_sha")) and column not in _NO_OBJECT
        if is_address and value:
            yield value, column.removesuffix("_sha").removesuffix("sha") or "its file"
    if isinstance(row, DeliveryRow):
        yield from _files(workspace, row)
    if isinstance(row, PilotRow):
        for part, sha in read_record(workspace, row.tasks_sha).get("lists", {}).items():
            yield sha, f"task list {part}"


def _files(workspace: Workspace, row: DeliveryRow) -> Iterator[tuple[str, str]]:
    for file in read_record(workspace, row.manifest_sha).get("files", []):
        yield file["sha256"], file["name"]
    intake = read_record(workspace, row.intake_sha)
    for field, what in (("sent_items_sha256", "the list of items that were sent"), ("seal_sha256", "the seal")):
        if intake.get(field):
            yield intake[field], what
