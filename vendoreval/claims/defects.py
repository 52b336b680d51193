"""The defects of a claim: which audited units are wrong under which breached clause."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vendoreval.audits.audit_input import AuditInput, counted
from vendoreval.audits.records import Finding
from vendoreval.audits.walking import walked_items
from vendoreval.claims.records import ClaimLine
from vendoreval.contracts.rules import METRICS
from vendoreval.tasks.outcomes import CODE, SEVERITIES, Outcomes

Mask = NDArray[np.bool_]
Key = tuple[str, int, str]  # item, unit, annotator
Row = dict[str, Any]


def wrong_units(finding: Finding, seen: AuditInput) -> Outcomes:
    """The wrong units that `finding` counts, in row order.

    Wrong means neither right nor unscorable. A class takes part by its expected side (accuracy,
    recall), by its delivered side (precision) or by either (F1); completeness counts an item once.
    """
    if METRICS[finding.metric].kind == "agreement":  # labels that differ: nothing says which is wrong
        return seen.units.take(np.empty(0, dtype=np.int64))
    by_person = finding.scope == "annotator"
    units = seen.by_label if by_person else counted(seen, finding.metric)
    if finding.walk is not None:  # units after the decision are not in the finding
        units = units.take(np.flatnonzero(walked_items(units, seen.seed, seen.task_ids, finding.walk.walked)))
    if finding.metric == "completeness":
        chosen = _unanswered(units)
    else:
        chosen = ~units.right & (units.outcome != CODE["unscorable"])
    if by_person:
        chosen = chosen & _equals(units.annotator.codes, units.annotator.values, finding.group)
    elif finding.scope == "edge_case":
        edge = np.asarray([item in seen.edge_items for item in units.item.values] + [False])
        chosen = chosen & edge[units.item.codes]
    elif finding.group is not None:
        chosen = chosen & _of_class(units, finding.metric, finding.group)
    return units.take(np.flatnonzero(chosen))


def claim_lines(findings: tuple[Finding, ...], seen: AuditInput) -> tuple[ClaimLine, ...]:
    """One line for each defect under the breached `findings`, gravest first, then by class and item.

    A defect under several clauses has one line; the first clause in the order of `findings` leads.
    """
    clauses: dict[Key, list[str]] = {}
    rows: dict[Key, Row] = {}
    for finding in findings:
        for key, row in _rows(wrong_units(finding, seen)):
            rows.setdefault(key, row)
            named = clauses.setdefault(key, [])
            if finding.clause not in named:
                named.append(finding.clause)
    ordered = sorted(rows, key=lambda key: _rank(key, rows[key]))
    return tuple(
        _line(number, rows[key], clauses[key], seen.task_ids.get(key[0]))
        for number, key in enumerate(ordered, start=1)
    )


def _unanswered(units: Outcomes) -> Mask:
    """The first row of each item that nobody answered."""
    answered = np.zeros(len(units.item.values), dtype=np.bool_)
    missing: Mask = units.outcome == CODE["missing"]
    answered[units.item.codes[~missing]] = True
    first = np.zeros(len(units), dtype=np.bool_)
    first[np.unique(units.item.codes, return_index=True)[1]] = True
    lost: Mask = first & ~answered[units.item.codes]
    return lost


def _of_class(units: Outcomes, metric: str, name: str) -> Mask:
    expected = _equals(units.expected.codes, units.expected.values, name)
    delivered = _equals(units.delivered.codes, units.delivered.values, name)
    if metric == "precision":
        return delivered
    return expected | delivered if metric == "f1" else expected


def _equals(codes: NDArray[np.int32], values: tuple[str, ...], wanted: str | None) -> Mask:
    if wanted is None or wanted not in values:
        return np.zeros(len(codes), dtype=np.bool_)
    same: Mask = codes == values.index(wanted)
    return same


def _rows(wrong: Outcomes) -> list[tuple[Key, Row]]:
    return [((row["item_id"], row["unit_id"], row["annotator_id"] or ""), row) for row in wrong.rows()]


def _rank(key: Key, row: Row) -> tuple[int, str, Key]:
    return -SEVERITIES.index(row["severity"]), row["expected"] or row["delivered"] or "", key


def _line(number: int, row: Row, clauses: list[str], task: str | None) -> ClaimLine:
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
    )
