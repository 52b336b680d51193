"""The defects of a claim: which audited units are wrong under which breached clause."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vendoreval.audits.active import walked_by_scores
from vendoreval.audits.audit_input import AuditInput
from vendoreval.audits.cuboid_measures import CUBOID_MEASURES, beyond, loose
from vendoreval.audits.measures import errors_of, is_score, scores, side_of
from vendoreval.audits.records import Finding
from vendoreval.audits.units import Mask, counted, counting, has_score, unanswered_items
from vendoreval.audits.walking import walked_items
from vendoreval.claims.records import ClaimLine
from vendoreval.contracts.metrics import METRICS
from vendoreval.contracts.task_types import TASK_TYPES
from vendoreval.contracts.terms import Task
from vendoreval.tasks.cuboids import error_words
from vendoreval.tasks.outcomes import ONE, SEVERITIES, Outcomes

Key = tuple[str, int, str, str]  # item, unit, annotator, level
Row = dict[str, Any]


def wrong_units(finding: Finding, seen: AuditInput, task: Task) -> Outcomes:
    """The wrong rows behind the units that `finding` counts (audits.units), in row order.

    Completeness counts an item once. A clause on items names the objects and attributes that make them wrong.
    """
    if METRICS[finding.metric].kind == "agreement":  # labels that differ: nothing says which is wrong
        return seen.units.take(np.empty(0, dtype=np.int64))
    by_person = finding.scope == "annotator"
    units = seen.by_label if by_person else seen.units
    how = counting(finding.unit, task, omissions=seen.sent_known or finding.metric == "completeness")
    group = finding.group if finding.scope == "class" else None
    if finding.metric == "completeness":
        chosen = _unanswered(units)
    else:
        errors = errors_of(finding.metric, units, how)
        if errors is None:
            errors = counted(units, how, group, side_of(finding.metric)) & _wrong(finding, units)
        chosen = errors
    if finding.walk is not None:  # units after the decision are not in the finding
        walked = walked_by_scores(finding, seen, units)
        chosen &= walked_items(finding, units, how, seen.seed, seen.task_ids) if walked is None else walked
    if by_person:
        chosen = chosen & _equals(units.annotator.codes, units.annotator.values, finding.group)
    elif finding.scope == "edge_case":
        edge = np.asarray([item in seen.edge_items for item in units.item.values] + [False])
        chosen = chosen & edge[units.item.codes]
    return units.take(np.flatnonzero(chosen))


def _wrong(finding: Finding, units: Outcomes) -> Mask:
    """What is not right; of a mean score, too, what lies below the limit; of an error what is above."""
    wrong = units.wrong
    if finding.metric in CUBOID_MEASURES:
        limit_of = Fraction(finding.threshold)
        is_error = METRICS[finding.metric].kind == "score"
        return beyond(units, limit_of) if is_error else wrong | loose(units, limit_of)
    if is_score(finding.metric):
        limit = math.ceil(ONE * Fraction(finding.threshold))
        wrong |= has_score(units) & (scores(finding.metric, units) < limit)
    return wrong


def claim_lines(findings: tuple[Finding, ...], seen: AuditInput, task: Task) -> tuple[ClaimLine, ...]:
    """One line for each defect under the breached `findings`, gravest first, then by class, if any, and item.

    A defect under several clauses has one line; the first clause in the order of `findings` leads.
    """
    clauses: dict[Key, list[str]] = {}
    rows: dict[Key, Row] = {}
    for finding in findings:
        for key, row in _rows(wrong_units(finding, seen, task)):
            rows.setdefault(key, row)
            named = clauses.setdefault(key, [])
            if finding.clause not in named:
                named.append(finding.clause)
    classed = TASK_TYPES[task.type].classed
    ordered = sorted(rows, key=lambda key: _rank(key, rows[key], classed=classed))
    return tuple(
        _line(number, rows[key], clauses[key], seen.task_ids.get(key[0]))
        for number, key in enumerate(ordered, start=1)
    )


def _unanswered(units: Outcomes) -> Mask:
    """The first row of each item that nobody answered."""
    first = np.zeros(len(units), dtype=np.bool_)
    first[np.unique(units.item.codes, return_index=True)[1]] = True
    lost: Mask = first & unanswered_items(units)[units.item.codes]
    return lost


def _equals(codes: NDArray[np.int32], values: tuple[str, ...], wanted: str | None) -> Mask:
    if wanted is None or wanted not in values:
        return np.zeros(len(codes), dtype=np.bool_)
    same: Mask = codes == values.index(wanted)
    return same


def _rows(wrong: Outcomes) -> list[tuple[Key, Row]]:
    return [
        ((row["item_id"], row["unit_id"], row["annotator_id"] or "", row.get("level", "")), row)
        for row in wrong.rows()
    ]


def _rank(key: Key, row: Row, *, classed: bool) -> tuple[int, str, Key]:
    of_class = row["expected"] or row["delivered"] or "" if classed else ""
    return -SEVERITIES.index(row["severity"]), of_class, key


def _line(number: int, row: Row, clauses: list[str], task: str | None) -> ClaimLine:
    error = error_words(row.get("level", ""), round(row["score"] * ONE))
    return ClaimLine(
        number=number,
        item=row["item_id"],
        unit=row["unit_id"],
        expected=row["expected"],
        delivered=row["delivered"],
        annotator=row["annotator_id"],
        outcome=row["outcome"],
        severity=row["severity"],
        clause=clauses[0],
        also=tuple(clauses[1:]),
        task=task,
        level=row.get("level"),
        where=row.get("where") or error or None,
        score=None if "level" not in row else 0.0 if error else row["score"],  # an error is no nearness
    )
