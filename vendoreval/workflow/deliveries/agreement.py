"""Agreement among a delivery's annotators, and its trend over a vendor's deliveries. No gold is needed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from vendoreval.audits.agreeing import order_of, scale_of
from vendoreval.contracts.terms import Contract, Task
from vendoreval.engines.local import all_labels
from vendoreval.errors import InputError, UsageError
from vendoreval.inference import agreement as coefficients
from vendoreval.inference.agreement import SCALES, Agreement, Scale
from vendoreval.inference.agreement_groups import (
    Group,
    by_annotator,
    by_class,
    by_day,
    by_version,
    change,
    self_agreement,
)
from vendoreval.inference.kappa import pairwise
from vendoreval.inference.tally import Tally, first_answers, tally
from vendoreval.labels.columns import Coded
from vendoreval.labels.statements import statements_of
from vendoreval.labels.table import LabelTable
from vendoreval.reports.agreement_sentences import agreement_sentences, change_sentence
from vendoreval.store.tables import ContractRow, DeliveryRow, PilotRow, VendorRow
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.contracts.contracts import load_contract
from vendoreval.workflow.deliveries.listing import delivery_row

By = Literal["", "class", "day", "guideline_version", "annotator"]
BY: tuple[By, ...] = ("class", "day", "guideline_version", "annotator")
RESAMPLES = 2000
_COLUMNS = {"": (), "class": (), "day": ("labelled_at",), "guideline_version": ("guideline_version",),
            "annotator": ()}  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Labels:
    """A delivery's labels with the rows that are compared: each named person's first label on each item.

    Further ones are left only where the contract has no rule for them. Rows that name nobody are compared only
    where they are stated to be of different people; else nobody can tell people who agree from copies.
    """

    table: LabelTable
    label: Coded
    compared: LabelTable
    compared_label: Coded
    repeated: int
    again: dict[str, Any] | None  # how far people agree with themselves

    def tally(self) -> Tally:
        return tally(self.compared.item.codes, self.compared_label.codes, self.compared_label.values)


def agreement(
    workspace: Workspace, delivery_id: str, *, by: str = "", scale: str = "", resamples: int = RESAMPLES
) -> dict[str, Any]:
    """The record `vendoreval/agreement/1` of one delivery, over all of its items.

    `by` adds groups: class, day, guideline_version or annotator. `scale` is the contract's by default
    (ordinal for ordinal answers in the contract's order of classes, interval for numbers, else nominal).
    Intervals come from `resamples` draws of items, seeded by the delivery's own hash. Raises NotFound,
    UsageError for an unknown group or scale, InputError where labels do not fit the scale.
    """
    if by and by not in BY:
        raise UsageError(f"Agreement is not shown by {by!r}.", remedy=f"Take one of: {', '.join(BY)}.")
    row = delivery_row(workspace, delivery_id)
    contract = load_contract(workspace, row.contract_id, row.contract_version)
    measured = _scale(contract.task, scale)
    labels = _read(workspace, row, contract, _COLUMNS[by])
    counts = labels.tally()
    found = coefficients.agreements(
        counts, scale=measured, order=order_of(contract.task, counts), resamples=resamples, seed=_seed(row)
    )
    again = labels.again
    return {
        "schema": "vendoreval/agreement/1",
        "delivery": row.id,
        "contract": row.contract_id,
        "vendor": contract.vendor,
        "received": row.received_at.date().isoformat(),
        "scale": measured,
        "labels": row.rows,
        "items": row.items,
        "annotators": row.annotators,
        "compared_items": found[0].items,
        "compared_labels": found[0].labels,
        **{one.metric: _figures(one) for one in found},
        "self_agreement": again,
        **_groups(by, labels, counts, measured, contract),
        "sentences": agreement_sentences({one.metric: one for one in found}, again["share"] if again else None),
    }


def agreement_trend(workspace: Workspace, vendor_id: str, *, scale: str = "") -> dict[str, Any]:
    """The record `vendoreval/agreement_trend/1`: alpha of all deliveries of a vendor, oldest first,
    pilots aside.

    The last delivery under each contract is held against those before. Raises NotFound, UsageError.
    """
    with workspace.read() as reader:
        reader.require(VendorRow, vendor_id, "vendor")
        contracts = {row.id for row in reader.all(ContractRow, vendor_id=vendor_id)}
        trials = {row.id for row in reader.all(PilotRow)}  # their items are chosen to be hard
        rows = [row for row in reader.all(DeliveryRow) if row.contract_id in contracts and row.id not in trials]
    rows.sort(key=lambda row: (row.received_at, row.id))
    found = [(row, delivery_alpha(workspace, row, scale)) for row in rows]
    changes = [_change(contract, found) for contract in sorted({row.contract_id for row in rows})]
    return {
        "schema": "vendoreval/agreement_trend/1",
        "vendor": vendor_id,
        "deliveries": [
            {
                "delivery": row.id, "contract": row.contract_id, "received": row.received_at.date().isoformat(),
                "items": row.items, "labels": row.rows, "scale": alpha.scale, "alpha": _figures(alpha),
            }
            for row, alpha in found
        ],
        "changes": [one for one in changes if one],
    }  # fmt: skip


def delivery_tally(workspace: Workspace, row: DeliveryRow, contract: Contract) -> Tally:
    """How often each combination of labels occurs on an item of a delivery; raises InputError."""
    intake = json.loads(workspace.objects.read(row.intake_sha))
    return tally_of(workspace.objects.path(row.table_sha), contract, intake)


def tally_of(table: Path, contract: Contract, intake: Mapping[str, Any]) -> Tally:
    """The same of a delivery's canonical labels and its intake report; raises InputError."""
    return _labels_of(table, contract, intake, ()).tally()


def _scale(task: Task, wanted: str) -> Scale:
    """The scale asked for, or that of the task's answers; raises UsageError for an unknown one."""
    if not wanted:
        return scale_of(task)
    for known in SCALES:
        if wanted == known:
            return known
    raise UsageError(f"There is no scale {wanted!r}.", remedy=f"Take one of: {', '.join(SCALES)}.")


def _read(workspace: Workspace, row: DeliveryRow, contract: Contract, columns: Sequence[str]) -> _Labels:
    intake = json.loads(workspace.objects.read(row.intake_sha))
    return _labels_of(workspace.objects.path(row.table_sha), contract, intake, columns)


def _labels_of(path: Path, contract: Contract, intake: Mapping[str, Any], columns: Sequence[str]) -> _Labels:
    table = all_labels(path, ("annotator_id", *columns, *_times(intake, columns)))
    if "repeats" not in intake:  # taken in before repeats were settled then
        return _compared(table, contract.task, int(intake.get("repeated_labels", 0)), unnamed=True)
    repeats = intake["repeats"] or {"left": 0, "self_agreement": None}
    unnamed = statements_of(intake).unnamed == "different"
    found = _compared(table, contract.task, repeats["left"], unnamed=unnamed)
    return replace(found, again=repeats["self_agreement"])


def _compared(table: LabelTable, task: Task, repeated: int, *, unnamed: bool) -> _Labels:
    """Labels with the rows that are compared; raises InputError where none could be."""
    label = table.answers["label"]
    if not isinstance(label, Coded) or not label.values:
        raise InputError("The delivery has no column of labels that could be compared.")
    label = label.recode(sorted({*label.values, *task.classes}))
    rows = np.arange(len(table))
    if repeated:
        rows = first_answers(table.item.codes, table.annotator.codes, table.labelled_at)
    if not unnamed:
        rows = rows[table.annotator.codes[rows] >= 0]
    if len(rows) == len(table):
        return _Labels(table, label, table, label, 0, None)
    again = _self_agreement(table, label) if repeated else None
    return _Labels(table, label, table.take(rows), label.take(rows), repeated, again)


def _times(intake: Mapping[str, Any], columns: Sequence[str]) -> tuple[str, ...]:
    """Times are read only where they say which of a person's labels was the first."""
    return ("labelled_at",) if intake.get("repeated_labels") and "labelled_at" not in columns else ()


def _seed(row: DeliveryRow) -> int:
    return int(row.table_sha[:8], 16)


def delivery_alpha(workspace: Workspace, row: DeliveryRow, scale: str = "") -> Agreement:
    """Krippendorff's alpha of a delivery; raises InputError for labels that cannot be compared."""
    contract = load_contract(workspace, row.contract_id, row.contract_version)
    return _alpha(_read(workspace, row, contract, ()), contract.task, scale)


def alpha_of(labels: LabelTable, task: Task) -> Agreement:
    """Krippendorff's alpha of some labels, each person's first on each item; raises InputError."""
    return _alpha(_compared(labels, task, len(labels), unnamed=True), task, "")


def _alpha(labels: _Labels, task: Task, scale: str) -> Agreement:
    counts = labels.tally()
    return coefficients.agreement(counts, "alpha", scale=_scale(task, scale), order=order_of(task, counts))


def _change(contract_id: str, found: Sequence[tuple[DeliveryRow, Agreement]]) -> dict[str, Any] | None:
    known = [
        (alpha.estimate, alpha.standard_error)
        for row, alpha in found
        if row.contract_id == contract_id and alpha.estimate is not None and alpha.standard_error is not None
    ]
    moved = change([value for value, _ in known], [error for _, error in known])
    if moved is None:
        return None
    return {"contract": contract_id, **vars(moved), "sentence": change_sentence(moved)}


def _self_agreement(table: LabelTable, label: Coded) -> dict[str, Any]:
    repeats, share = self_agreement(table.item.codes, table.annotator.codes, label.codes)
    return {"labels": repeats, "share": share}


def _figures(found: Agreement) -> dict[str, Any]:
    return {
        "estimate": found.estimate, "low": found.low, "high": found.high, "confidence": found.confidence,
        "standard_error": found.standard_error, "observed": found.observed, "chance": found.chance,
        "method": found.method, "items": found.items, "labels": found.labels,
    }  # fmt: skip


def _groups(by: str, labels: _Labels, counts: Tally, scale: Scale, contract: Contract) -> dict[str, Any]:
    table, label, order = labels.compared, labels.compared_label, order_of(contract.task, counts)
    item = table.item.codes
    if not by:
        return {}
    if by == "class":
        return {"by": by, "groups": [_group(one) for one in by_class(counts)]}
    if by == "annotator":
        return {"by": by, **_people(labels)}
    if by == "day":
        if table.labelled_at is None:
            raise InputError("The delivery has no column labelled_at.", remedy="Map one: --map labelled_at=….")
        days = by_day(table.labelled_at, item, label.codes, label.values, scale, order)
        return {"by": by, "groups": [_group(one) for one in days]}
    version = table.guideline_version
    if version is None:
        raise InputError(
            "The delivery has no column guideline_version.", remedy="Map one: --map guideline_version=…."
        )
    found = by_version(version.codes, version.values, item, label.codes, label.values, scale, order)
    return {"by": by, "groups": [_group(one) for one in found]}


def _group(one: Group) -> dict[str, Any]:
    return {"group": one.name, "labels": one.labels, "share_equal": one.share, "alpha": _figures(one.alpha)}


def _people(labels: _Labels) -> dict[str, Any]:
    """Every annotator against the others, and the matrix of pairs."""
    table, label = labels.compared, labels.compared_label
    names = table.annotator.values
    first = (
        first_answers(labels.table.item.codes, labels.table.annotator.codes, labels.table.labelled_at)
        if labels.repeated
        else np.arange(len(labels.table))
    )
    people = by_annotator(labels.table.item.codes, labels.table.annotator.codes, labels.label.codes, first)
    pairs = pairwise(table.item.codes, table.annotator.codes, label.codes)
    columns = zip(
        pairs.first.tolist(), pairs.second.tolist(), pairs.items.tolist(), pairs.agreed.tolist(),
        pairs.kappa.tolist(), strict=True,
    )  # fmt: skip
    return {
        "groups": [
            {"group": names[one.code], **{key: value for key, value in vars(one).items() if key != "code"}}
            for one in people
        ],
        "pairs": [
            {
                "first": names[first], "second": names[second], "items": items, "agreed": agreed,
                "kappa": None if kappa != kappa else kappa,
            }
            for first, second, items, agreed, kappa in columns
        ],
    }  # fmt: skip
