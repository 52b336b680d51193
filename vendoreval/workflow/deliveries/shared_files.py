"""Deliveries of the same files: looks at one of them are looks at all."""

from __future__ import annotations

import json

from vendoreval.formats.readers.json_paths import path_of
from vendoreval.store.tables import DeliveryRow
from vendoreval.store.transactions import Reader
from vendoreval.store.workspace import Workspace


def files_of(workspace: Workspace, row: DeliveryRow) -> frozenset[str]:
    """The SHA-256 of every file of a delivery."""
    listed = json.loads(workspace.objects.read(row.manifest_sha))["files"]
    return frozenset(file["sha256"] for file in listed)


def siblings(workspace: Workspace, reader: Reader, delivery: DeliveryRow) -> tuple[DeliveryRow, ...]:
    """The other deliveries under the same contract that share a file and read the same column of labels.

    The same file with another filter is another look at the same labels; with another column of labels it
    answers another question.
    """
    mine, column = files_of(workspace, delivery), _label_column(workspace, delivery)
    return tuple(
        row for row in reader.all(DeliveryRow, contract_id=delivery.contract_id)
        if row.id != delivery.id and mine & files_of(workspace, row) and _label_column(workspace, row) == column
    )  # fmt: skip


def _label_column(workspace: Workspace, row: DeliveryRow) -> str:
    intake = json.loads(workspace.objects.read(row.intake_sha))
    roles: dict[str, str] = dict(one.split("=", 1) for one in intake.get("map", ()))
    found: dict[str, str] = (intake.get("read") or {}).get("columns") or roles
    label = found.get("label", "label")
    return str(path_of(label) or label)
