"""No breach rests on a delivery whose notation, repeats, status or ids are open: audits ask first."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from vendoreval.audits.records import BREACHED, AuditResult
from vendoreval.errors import Conflict
from vendoreval.labels.statements import statements_of
from vendoreval.labels.unsettled import Unsettled, spoken, unsettled_of
from vendoreval.store.tables import DeliveryRow
from vendoreval.store.workspace import Workspace


def refuse_unsettled(workspace: Workspace, delivery: DeliveryRow, result: AuditResult) -> None:
    """Raise Conflict where `result` says breached and something about the delivery is still open.

    The error names every open point with its examples and counts, and the command that settles it.
    """
    if any(finding.verdict == BREACHED for finding in result.findings):
        _refuse(workspace, delivery, "a clause would be breached")


def settle_before_sampling(workspace: Workspace, delivery: DeliveryRow) -> None:
    """Raise Conflict before experts work on a delivery about which something is open."""
    _refuse(workspace, delivery, "experts would audit it")


def _refuse(workspace: Workspace, delivery: DeliveryRow, why: str) -> None:
    intake = json.loads(workspace.objects.read(delivery.intake_sha))
    still_open = unsettled_of(intake)
    if not still_open:
        return
    manifest = json.loads(workspace.objects.read(delivery.manifest_sha))
    files = [file["name"] for file in manifest["files"]]
    said = "\n".join(f"  {_said(one)}" for one in still_open)
    raise Conflict(
        f"The delivery {delivery.id!r} must be settled first: {why}, and {_points(still_open)} open.\n{said}",
        remedy="\n" + "\n".join(_steps(delivery, intake, files, still_open)),
    )


def _points(still_open: tuple[Unsettled, ...]) -> str:
    kinds = list(dict.fromkeys(one.kind for one in still_open))
    one = len(still_open) == 1
    return (
        f"a question on {kinds[0]} is" if one else f"{len(still_open)} questions on {' and '.join(kinds)} are"
    )


def _said(one: Unsettled) -> str:
    shown = f" For example: {'; '.join(one.examples)}." if one.examples else ""
    return f"{one.kind}: {one.text}{shown}"


def _steps(
    delivery: DeliveryRow, intake: Mapping[str, Any], files: list[str], still_open: tuple[Unsettled, ...]
) -> list[str]:
    """The commands to type, in order."""
    steps = []
    terms = list(dict.fromkeys(one.term for one in still_open if one.term))
    if terms:
        steps.append(
            f"Agree on a rule and write it under [task] of the contract: {', '.join(terms)}; then: "
            "vendoreval contract amend CONTRACT.toml"
        )
    return [*steps, f"Take the files in again: {_command(delivery, intake, files, still_open)}"]


def _command(
    delivery: DeliveryRow, intake: Mapping[str, Any], files: list[str], still_open: tuple[Unsettled, ...]
) -> str:
    words = ["vendoreval", "delivery", "add", *files, "--id", f"{delivery.id}-2"]
    words += ["--contract", delivery.contract_id]
    for option in ("map", "where"):
        words += [word for text in intake.get(option, ()) for word in (f"--{option}", text)]
    words += statements_of(intake).words()
    words += [word for one in still_open for word in one.options]
    return spoken(words)
