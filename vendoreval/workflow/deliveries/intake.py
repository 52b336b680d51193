"""Reading delivered files as a contract and the buyer's words say, and reading them so once more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from vendoreval.contracts.terms import Contract
from vendoreval.formats.intake.delivery_rows import DeliveryIntake, read_delivery
from vendoreval.formats.intake.item_ids import ids_of
from vendoreval.formats.intake.row_filter import parse_where
from vendoreval.formats.readers.columns_map import parse_pairs
from vendoreval.labels.statements import statements_of


def read_again(
    contract: Contract,
    report: Mapping[str, Any],
    paths: Sequence[Path],
    sink: IO[bytes],
    task_ids: Mapping[str, str] | None = None,
) -> DeliveryIntake:
    """Read `paths`, in the manifest's order, into `sink` as an intake `report` says; raises InputError."""
    return read_delivery(
        list(paths), sink, classes=contract.task.classes,
        mapping=parse_pairs(report["map"], "--map"), where=parse_where(report["where"]),
        task_ids=task_ids, unsure=contract.task.ways_to_ask, stated=statements_of(report),
        repeats=contract.task.repeats, ids=ids_of(report),
    )  # fmt: skip
