"""Whether sealed outcomes follow from the sealed answers: nobody can call a right answer wrong."""

from __future__ import annotations

import numpy as np

from vendoreval.audits.audit_input import AuditInput
from vendoreval.contracts.terms import Contract
from vendoreval.errors import EvidenceError
from vendoreval.labels.columns import Coded
from vendoreval.labels.table import LabelTable
from vendoreval.tasks.classification import DEFAULT_SEVERITY
from vendoreval.tasks.consensus import majority
from vendoreval.tasks.outcomes import CODE, ONE, SEVERITY_CODE, Outcomes


def check_outcomes(contract: Contract, seen: AuditInput) -> None:
    """Compare outcome and severity of each unit with its answers, and the consensus with its labels.

    The gold answer of a right unit is the one it equals (tasks.classification), so a unit is right
    exactly where the two are the same. Raises EvidenceError naming the first unit that does not fit.
    """
    for outcomes in (seen.units, seen.by_label):
        _check_units(contract, outcomes)
    if contract.task.answers == "consensus":
        _check_consensus(contract, seen)


def _check_units(contract: Contract, outcomes: Outcomes) -> None:
    names = outcomes.expected.values
    answered = outcomes.delivered.codes >= 0
    same = outcomes.expected.codes == outcomes.delivered.codes
    right, wrong, missing = CODE["correct"], CODE["wrong_label"], CODE["missing"]
    outcome = np.where(answered, np.where(same, right, wrong), missing)
    _name_first(outcomes, outcome != outcomes.outcome, "outcome is not what its answers give")
    _name_first(
        outcomes,
        outcomes.score != ONE * (outcome == right).astype(np.int64),
        "score is not what its answers give",
    )
    weights = [SEVERITY_CODE[contract.task.severity.get(name, DEFAULT_SEVERITY)] for name in names]
    differs = np.asarray(weights, dtype=np.int8)[outcomes.expected.codes] != outcomes.severity
    _name_first(outcomes, differs, "severity is not the contract's")


def _check_consensus(contract: Contract, seen: AuditInput) -> None:
    labels = seen.by_label
    votes = majority(
        LabelTable(labels.item, labels.annotator, {"label": labels.delivered}, labels.labelled_at),
        contract.task.ties,
    )
    answer = votes.answers["label"]
    assert isinstance(answer, Coded)
    by_item = dict(zip(votes.item.text(), answer.text(), strict=True))
    items, delivered = seen.units.item.text(), seen.units.delivered.text()
    differs = [by_item.get(item) != given for item, given in zip(items, delivered, strict=True)]
    _name_first(seen.units, np.asarray(differs), "answer is not the consensus of its labels")


def _name_first(outcomes: Outcomes, differs: np.ndarray[tuple[int], np.dtype[np.bool_]], what: str) -> None:
    rows = np.flatnonzero(differs)
    if len(rows):
        raise EvidenceError(f"The outcome of item {outcomes.item[int(rows[0])]!r}: its {what}.")
