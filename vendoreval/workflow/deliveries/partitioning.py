"""Partitions of a delivery for workers on other machines, and where commands read a delivery's labels.

The canonical file in the workspace stays what is hashed and sealed. Partitions are a copy of it that all
workers reach; which bytes are the right ones, a manifest in the workspace says, part by part.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from vendoreval.engines.dask_workers import DaskWorkers
from vendoreval.engines.partitions import INSTALL, Source, file_system, read_manifest
from vendoreval.errors import InputError, UsageError
from vendoreval.evidence.canonical import canonical
from vendoreval.formats.writers.partition_files import write_partitions
from vendoreval.store.objects import refuse_full_disk
from vendoreval.store.tables import DeliveryRow, PartitionsRow
from vendoreval.store.transactions import Reader
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.context import actor, now
from vendoreval.workflow.deliveries.listing import delivery_row
from vendoreval.workflow.files import sha256_of

VARIABLE = "VENDOREVAL_EXECUTOR"
LOCAL = "threads"
MANIFEST = "partitions.json"
MOST_PARTS = 960  # each is an open file while they are written, of the 1,024 that a process usually has
_DASK = re.compile(r"dask://([\w.-]+|\[[0-9a-fA-F:]+\]):([0-9]{1,5})/?\Z")


def partition(workspace: Workspace, delivery_id: str, to: str, parts: int) -> dict[str, Any]:
    """Write the labels of a delivery as `parts` files below the folder or URL `to`; returns their manifest.

    Written again, the newest count. Raises NotFound, UsageError for a place or number that cannot be,
    MissingPart, EvidenceError where the canonical file was altered, InputError where the place cannot be
    written.
    """
    above = place(to, parts)
    row = delivery_row(workspace, delivery_id)
    folder = f"{above}/{row.id}-{row.table_sha[:12]}"
    workspace.objects.verify(row.table_sha)
    with workspace.objects.scratch() as scratch, refuse_full_disk():
        files = [scratch / f"part-{number:05}-of-{parts:05}.parquet" for number in range(1, parts + 1)]
        rows = write_partitions(workspace.objects.path(row.table_sha), files)
        manifest = {
            "schema": "vendoreval/partitions/1", "delivery": row.id, "labels_sha256": row.table_sha,
            "rows": sum(rows), "by": "CRC-32 of item_id, modulo the number of parts", "folder": folder,
            "parts": [
                {"name": file.name, "rows": count, "size": file.stat().st_size, "sha256": sha256_of(file)}
                for file, count in zip(files, rows, strict=True)
            ],
        }  # fmt: skip
        _send(files, folder, canonical(manifest))
    at = now()
    with workspace.write(actor(), at) as tx:
        sha = workspace.objects.put_bytes(canonical(manifest))
        number = len(tx.all(PartitionsRow, delivery_id=row.id)) + 1
        tx.add(PartitionsRow(delivery_id=row.id, number=number, manifest_sha=sha, at=at))
        tx.event("delivery.partitioned", row.id, {"number": number, "manifest": sha, "parts": parts}, row.id)
    return manifest


def place(to: str, parts: int) -> str:
    """The folder or URL, checked before any work is done; a folder as its absolute path."""
    if not 1 <= parts <= MOST_PARTS:
        raise UsageError(f"{parts:,} parts cannot be written.", remedy=f"Take 1 to {MOST_PARTS:,}.")
    if "://" not in to:
        return str(Path(to).absolute())  # links may lead elsewhere on other machines
    url = urlsplit(to)
    if url.password or url.query or url.fragment:
        raise UsageError(
            "The URL holds a password or a key, and it would stand in the manifest.",
            remedy="Give the place alone; the storage's own variables or files hold the key (docs/scale.md).",
        )
    return to.rstrip("/")


def _send(files: Sequence[Path], folder: str, manifest: bytes) -> None:
    """Put the parts into the folder, and the manifest behind them."""
    system, path = file_system(folder)
    try:
        system.makedirs(path, exist_ok=True)
        for file in files:
            system.put_file(str(file), f"{path}/{file.name}")
        system.pipe_file(f"{path}/{MANIFEST}", manifest)
    except (OSError, ValueError) as error:
        raise InputError(f"{folder} cannot be written: {error}.") from error


def label_source(workspace: Workspace, row: DeliveryRow) -> Source:
    """Where the labels of a delivery are read: here, or by the workers that VENDOREVAL_EXECUTOR names.

    Raises UsageError for an executor that there is not, or where the delivery has no partitions.
    """
    named = os.environ.get(VARIABLE) or LOCAL
    if named == LOCAL:
        return workspace.objects.path(row.table_sha)
    found = _DASK.match(named)
    if not found:
        raise UsageError(
            f"There is no executor {named!r}.",
            remedy=f"Take {LOCAL}, or dask://HOST:PORT of a dask scheduler ({INSTALL}).",
        )
    with workspace.read() as reader:
        manifest = _manifest(workspace, reader, row)
    return read_manifest(manifest, DaskWorkers(f"{found[1]}:{found[2]}"))


def _manifest(workspace: Workspace, reader: Reader, row: DeliveryRow) -> dict[str, Any]:
    written = reader.all(PartitionsRow, delivery_id=row.id)
    if not written:
        raise UsageError(
            f"Delivery {row.id!r} has no partitions that workers on other machines could read.",
            remedy=f"Write them: vendoreval delivery partition {row.id} --to FOLDER",
        )
    manifest: dict[str, Any] = json.loads(workspace.objects.read(written[-1].manifest_sha))
    return manifest
