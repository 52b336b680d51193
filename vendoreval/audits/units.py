"""Which rows of outcomes a clause counts, and for which class: said once, for measures, claims and figures.

The unit of a clause says which rows are its units:

    object          an object of gold or of the delivery: right, wrong, missing or extra; so are span, word,
                    tag and relation, which are what some types call their objects
    attribute       an attribute of a matched object; point, frame, track, link, centre, size, heading: likewise
    item, label     what one person said of an item (a sheet): right where all its objects and attributes are
    opportunity     a perfect unit (an object that is right in all its attributes), or an error of any kind

Where an answer is one row, each row is a unit, whatever the clause calls it. Three things hold for all:
what cannot be scored counts nowhere; what nobody answered counts for completeness, and as wrong only where it
is known that it was sent; that both sides found nothing on an item is a right sheet, but no object, unless
the contract says so (matching.empty = "counted").

A class has the units that gold gives it (recall), that the delivery gives it (precision), or both (F1).
Accuracy and scores by class give each unit to one class: gold's, or the delivery's for what is extra.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vendoreval.contracts.metrics import DETAILS, OBJECTS, SHEETS, TIME
from vendoreval.contracts.terms import Task
from vendoreval.labels.columns import Coded
from vendoreval.tasks.outcomes import CODE, LEVEL_CODE, Outcomes
from vendoreval.tasks.rules import joins_rows

Mask = NDArray[np.bool_]
Totals = NDArray[np.int64]
Side = Literal["own", "expected", "delivered", "either"]

MAIN = "object"  # the unit of types with several units an item
OPPORTUNITY = "opportunity"
_LEVEL = {
    **dict.fromkeys(OBJECTS, "object"),
    **{name: name for name in ("attribute", "point", "frame", "track", "link", "time", *DETAILS, "footprint")},
}
# a sheet is right where all of these are
_OF_SHEET = ("item", "object", "attribute", "relation", "track", "link")


@dataclass(frozen=True)
class Counting:
    """How a clause counts: its unit; whether an item that both sides leave empty is an object that is right
    (`empty`); whether what nobody answered is wrong (`omissions`); the most that a unit can lose (`cap`);
    the classes of the contract in their order (`scale`); whether two empty sets of classes are left out of
    the means of what sets have in common (`without_empty`); whether several rows of an answer may be one unit,
    so that the number of rows does not tell that of units (`joined`)."""

    unit: str = "item"
    empty: bool = False
    omissions: bool = False
    cap: Fraction | None = None
    scale: tuple[str, ...] = ()
    without_empty: bool = False
    joined: bool = False


def counting(unit: str, task: Task, *, omissions: bool) -> Counting:
    """How a clause on `unit` counts under the contract's `task`."""
    empty = task.matching.get("empty")
    return Counting(
        unit, empty == "counted", omissions, without_empty=empty == "left_out", joined=joins_rows(task)
    )


def main_unit(outcomes: Outcomes) -> str:
    """The unit of figures that no clause asks for."""
    return MAIN if many(outcomes) else "item"


def units_in_words(unit: str) -> str:
    """What a clause counts, in a sentence: objects, spans, points; answers on items and labels are units."""
    if unit in SHEETS:
        return "units"
    if unit == TIME:
        return "milliseconds"
    return "opportunities" if unit == OPPORTUNITY else f"{unit}s"


def many(outcomes: Outcomes) -> bool:
    """Whether the task type has several units an item."""
    return outcomes.level is not None


def by_sheet(outcomes: Outcomes, how: Counting) -> bool:
    """Whether several rows make one unit."""
    return many(outcomes) and how.unit in SHEETS


def counted(outcomes: Outcomes, how: Counting, group: str | None = None, side: Side = "own") -> Mask:
    """The rows that a clause counts: of the class `group` on `side`, or of all classes that stand there."""
    kept: Mask = (outcomes.outcome != np.int8(CODE["unscorable"])) & _answered(outcomes, how)
    if many(outcomes):
        kept &= _of_unit(outcomes, how)
    if group is not None:
        kept &= of_class(outcomes, group, side)
    elif side != "own":
        kept &= _there(outcomes, side)
    return kept


def of_class(outcomes: Outcomes, name: str, side: Side) -> Mask:
    """The rows of a class on one side; `own`: gold's class, the delivered one of what is extra."""
    expected, delivered = _equals(outcomes.expected, name), _equals(outcomes.delivered, name)
    if side == "own":
        extra: Mask = outcomes.outcome == np.int8(CODE["extra"])
        return expected | (delivered & extra)
    if side == "either":
        return expected | delivered
    return expected if side == "expected" else delivered


def _there(outcomes: Outcomes, side: Side) -> Mask:
    expected: Mask = outcomes.expected.codes >= 0
    delivered: Mask = outcomes.delivered.codes >= 0
    if side == "either":
        return expected | delivered
    return expected if side == "expected" else delivered


def drawn(outcomes: Outcomes, how: Counting) -> Mask:
    """Rows whose items belong to the sample: without the omissions that do not count."""
    return _answered(outcomes, how)


def has_score(outcomes: Outcomes) -> Mask:
    """Rows whose score is a degree of agreement: all but those of single attributes, and of errors."""
    return ~_at(outcomes, "attribute", *DETAILS) if many(outcomes) else np.ones(len(outcomes), dtype=np.bool_)


def unanswered_items(outcomes: Outcomes) -> Mask:
    """By item code: the items that nobody answered."""
    lost = np.zeros(len(outcomes.item.values), dtype=np.bool_)
    lost[outcomes.item.codes[outcomes.unanswered]] = True
    lost[outcomes.item.codes[~outcomes.unanswered]] = False
    return lost


def delivered_objects(outcomes: Outcomes) -> Mask:
    """Rows of the objects that were delivered, whatever became of them; one of each that implies others."""
    found = _at(outcomes, "object") & (outcomes.delivered.codes >= 0)
    if outcomes.delivered_row is None:
        return found
    rows = np.flatnonzero(found & (outcomes.delivered_row >= 0))
    again = np.ones(len(rows), dtype=np.bool_)
    again[np.unique(outcomes.delivered_row[rows], return_index=True)[1]] = False
    found[rows[again]] = False
    return found


def answered_sheets(outcomes: Outcomes) -> Mask:
    """One row of each sheet that was answered."""
    rows = np.flatnonzero(~outcomes.unanswered)
    first = np.zeros(len(outcomes), dtype=np.bool_)
    first[rows[np.unique(sheets(outcomes, ~outcomes.unanswered)[1], return_index=True)[1]]] = True
    return first


def sheets(outcomes: Outcomes, rows: Mask) -> tuple[Totals, Totals]:
    """For each sheet with one of `rows`: its item code; for each of these rows: its sheet, from 0."""
    people = len(outcomes.annotator.values) + 1
    key = outcomes.item.codes[rows].astype(np.int64) * people + outcomes.annotator.codes[rows] + 1
    keys, sheet = np.unique(key, return_inverse=True)
    return keys // people, sheet.astype(np.int64)


def _answered(outcomes: Outcomes, how: Counting) -> Mask:
    return np.ones(len(outcomes), dtype=np.bool_) if how.omissions else ~outcomes.unanswered


def _of_unit(outcomes: Outcomes, how: Counting) -> Mask:
    """Rows of the levels that the unit counts, where there are levels."""
    if how.unit in SHEETS:
        return _at(outcomes, *_OF_SHEET)
    rows = _opportunities(outcomes) if how.unit == OPPORTUNITY else _at(outcomes, _LEVEL[how.unit])
    empty = how.empty and how.unit in (*OBJECTS, OPPORTUNITY)
    return rows | _at(outcomes, "item") if empty else rows


def _at(outcomes: Outcomes, *levels: str) -> Mask:
    if outcomes.level is None:
        return np.zeros(len(outcomes), dtype=np.bool_)
    found: Mask = np.isin(outcomes.level, [LEVEL_CODE[name] for name in levels])
    return found


def _opportunities(outcomes: Outcomes) -> Mask:
    """Wrong objects, wrong attributes, and objects that are right in all their attributes."""
    objects, attributes = _at(outcomes, "object"), _at(outcomes, "attribute")
    wrong = attributes & outcomes.wrong
    if not wrong.any():
        return objects
    parent = _object_of(outcomes)
    spoilt = np.isin(parent, parent[wrong])
    found: Mask = wrong | (objects & ~(outcomes.right & spoilt))
    return found


def _object_of(outcomes: Outcomes) -> Totals:
    """A number that the rows of one object share: its rows in gold and delivery, else its unit in the sheet."""
    if outcomes.expected_row is not None and outcomes.delivered_row is not None:
        width = int(outcomes.delivered_row.max(initial=0)) + 2
        return (outcomes.expected_row + 1) * width + outcomes.delivered_row + 1
    people = len(outcomes.annotator.values) + 1
    sheet = outcomes.item.codes.astype(np.int64) * people + outcomes.annotator.codes + 1
    return sheet * (int(outcomes.unit.max(initial=0)) + 1) + outcomes.unit


def _equals(column: Coded, name: str) -> Mask:
    if name not in column.values:
        return np.zeros(len(column), dtype=np.bool_)
    same: Mask = column.codes == np.int32(column.values.index(name))
    return same
