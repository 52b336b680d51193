"""Striking lines out: what an audit saw, with the struck units counted as right.

A struck unit stays an opportunity and is an error no more, so that every figure can only move in the vendor's
favour: the answer is taken as the right one beside gold's. A missed unit counts as found, an extra one as there
to be found, an item that nobody answered as answered.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from vendoreval.audits.audit_input import AuditInput
from vendoreval.claims.records import ClaimLine
from vendoreval.tasks.outcomes import CODE, LEVELS, ONE, Outcomes

Rows = NDArray[np.bool_]


def strike(seen: AuditInput, lines: Collection[ClaimLine]) -> AuditInput:
    """What the audit saw, with the units of `lines` counted as right."""
    if not lines:
        return seen
    units = _struck(seen.units, lines)
    by_label = units if seen.by_label is seen.units else _struck(seen.by_label, lines)
    return replace(seen, units=units, by_label=by_label)


def _struck(units: Outcomes, lines: Collection[ClaimLine]) -> Outcomes:
    rows = np.flatnonzero(_rows_of(units, lines) & (units.outcome != CODE["unscorable"]))
    both = tuple(dict.fromkeys((*units.expected.values, *units.delivered.values)))
    expected, delivered = units.expected.recode(both), units.delivered.recode(both)
    wanted, given = expected.codes.copy(), delivered.codes.copy()
    wanted[rows] = np.where(wanted[rows] < 0, given[rows], wanted[rows])
    given[rows] = wanted[rows]
    outcome, score = units.outcome.copy(), units.score.copy()
    outcome[rows], score[rows] = CODE["correct"], ONE
    answered = units.answered if units.answered is None else units.answered.copy()
    if answered is not None:
        answered[rows] = True
    return replace(
        units, expected=replace(expected, codes=wanted), delivered=replace(delivered, codes=given),
        outcome=outcome, score=score, answered=answered,
    )  # fmt: skip


def _rows_of(units: Outcomes, lines: Collection[ClaimLine]) -> Rows:
    """The rows that the lines name; of an item that nobody answered, all of them."""
    named = {(line.item, line.unit, line.annotator or "", line.level or "item") for line in lines}
    items = {line.item for line in lines}
    lost = units.unanswered
    found = np.zeros(len(units), dtype=np.bool_)
    levels = np.zeros(len(units), dtype=np.int8) if units.level is None else units.level
    known = np.asarray([value in items for value in units.item.values] + [False])
    unanswered = {line.item for line in lines if line.outcome == "missing" and not line.annotator}
    for row in np.flatnonzero(known[units.item.codes]).tolist():
        item = units.item.values[units.item.codes[row]]
        person = units.annotator.codes[row]
        who = units.annotator.values[person] if person >= 0 else ""
        key = (item, int(units.unit[row]), who, LEVELS[levels[row]])
        found[row] = key in named or (bool(lost[row]) and item in unanswered)
    return found
