"""Classification: a delivered class is right when gold accepts it.

The gold answer that a label is held against is the accepted answer it equals, else the primary one.
So an accepted alternative lies on the diagonal of the confusion matrix and counts for the class that
was delivered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vendoreval.contracts.terms import Task
from vendoreval.gold.goldset import GoldSet
from vendoreval.labels.columns import Coded, Codes
from vendoreval.labels.shapes import SHAPES, Shape
from vendoreval.labels.table import CONTEXT, LabelTable
from vendoreval.tasks.consensus import count_ties, majority
from vendoreval.tasks.interface import Distances
from vendoreval.tasks.outcomes import CODE, ONE, SEVERITY_CODE, Outcomes

DEFAULT_SEVERITY = "major"
Answers = tuple[str, ...]  # of one item, the primary one first
Found = tuple[NDArray[np.bool_], Codes]
# From accepted answers, values, and which accepted answers and which value belong to each label: whether the
# label is right, and the code of the answer that it is held against.
Rule = Callable[[Sequence[Answers], Sequence[str], Codes, Codes], Found]


def equal(accepted: Sequence[Answers], values: Sequence[str], which: Codes, delivered: Codes) -> Found:
    """The rule of classes: a label is right where it equals an accepted answer, which it is held against."""
    position, width = {value: code for code, value in enumerate(values)}, len(values)
    pairs = [row * width + position[a] for row, answers in enumerate(accepted) for a in answers]
    mine = which.astype(np.int64) * width + delivered
    right = np.isin(mine, np.asarray(pairs, dtype=np.int64)) & (delivered >= 0)
    primary = np.asarray([position[answers[0]] for answers in accepted], dtype=np.int32)
    return right, np.where(right, delivered, primary[which]).astype(np.int32)


@dataclass(frozen=True)
class Classification:
    """One class for each item."""

    shape: Shape = SHAPES["classification"]
    unit: str = "item"

    def compare(self, gold: GoldSet, labels: LabelTable, task: Task) -> Outcomes:
        """One outcome a label, one a missing item."""
        return compare(gold, labels, task.classes, task.severity)

    def vote(self, labels: LabelTable, task: Task) -> LabelTable | None:
        """The majority of each item's labels."""
        return majority(labels, task.ties)

    def ties(self, labels: LabelTable, task: Task) -> int:
        """Items without a single most frequent label."""
        return count_ties(labels)

    def distance(self, first: LabelTable, second: LabelTable, task: Task) -> Distances | None:
        """None: classes are equal or not."""
        return None

    def distance_words(self, task: Task) -> str:
        """Empty: classes are equal or not."""
        return ""

    def describe(self, labels: LabelTable, row: int) -> str:
        """The class."""
        return labels.text("label")[row] or ""


TYPE = Classification()


def compare(
    gold: GoldSet,
    labels: LabelTable,
    classes: Sequence[str] = (),
    severity: Mapping[str, str] | None = None,
    rule: Rule = equal,
) -> Outcomes:
    """Hold every label on a gold item against gold; one outcome a label, one a missing item.

    `labels` may hold rows on other items: they are no opportunity and give no outcome. A row whose
    label is empty, and a gold item without any row, is `missing`. `severity` maps the expected class
    to minor, major or critical (default major). Rows keep their order; missing items come last. `rule` says
    which labels are right.
    """
    known = labels.item.recode(gold.item_ids)
    rows = np.flatnonzero(known.codes >= 0)
    kept, gold_row = labels.take(rows), known.codes[rows]
    answer = kept.text("label")
    accepted = tuple(dict.fromkeys(gold.accepted))  # few, of many items
    values = _value_list(classes, accepted, answer)
    delivered = answer.recode(values).codes
    position = {value: code for code, value in enumerate(values)}
    which = _codes_of(gold.accepted, accepted)
    primary = np.asarray([position[answers[0]] for answers in accepted], dtype=np.int32)[which]
    right, expected = rule(accepted, values, which[gold_row], delivered)
    wrong = np.where(delivered >= 0, CODE["wrong_label"], CODE["missing"])
    outcome = np.where(right, CODE["correct"], wrong).astype(np.int8)
    present = np.zeros(len(gold), dtype=np.bool_)
    present[gold_row] = True
    absent = np.flatnonzero(~present).astype(np.int32)
    item = np.concatenate([gold_row, absent])
    expected = np.concatenate([expected, primary[absent]])
    blank = np.full(len(absent), -1, dtype=np.int32)
    outcome = np.concatenate([outcome, np.full(len(absent), CODE["missing"], dtype=np.int8)])
    return Outcomes(
        item=Coded(item, gold.item_ids),
        unit=_position_in_item(item),
        annotator=Coded(np.concatenate([kept.annotator.codes, blank]), kept.annotator.values),
        labelled_at=_times(kept, len(absent)),
        expected=Coded(expected, values),
        delivered=Coded(np.concatenate([delivered, blank]), values),
        outcome=outcome,
        score=(outcome == CODE["correct"]).astype(np.int64) * ONE,
        severity=_severities(values, severity or {})[expected],
        context=_context(kept, gold, item),
    )


def _context(labels: LabelTable, gold: GoldSet, item: Codes) -> dict[str, Coded]:
    """What the delivery tells of each label, difficulty of each item, where there are any."""
    found = {}
    blank = np.full(len(item) - len(labels), -1, dtype=np.int32)
    for name in CONTEXT:
        column = getattr(labels, name)
        if column is not None:
            found[name] = Coded(np.concatenate([column.codes, blank]), column.values)
    if gold.difficulty is not None:
        found["difficulty"] = gold.difficulty.take(item.astype(np.int64))
    return found


def _codes_of(rows: Sequence[Answers], distinct: Sequence[Answers]) -> Codes:
    """Which of `distinct` each row is."""
    place = {answers: code for code, answers in enumerate(distinct)}
    return np.fromiter(map(place.__getitem__, rows), dtype=np.int32, count=len(rows))


def _value_list(classes: Sequence[str], accepted: Sequence[Answers], answer: Coded) -> tuple[str, ...]:
    """The contract's classes in their order, then whatever else occurs, in text order."""
    seen = {one for answers in accepted for one in answers}
    used = np.flatnonzero(np.bincount(answer.codes[answer.codes >= 0])).tolist()
    others = (seen | {answer.values[code] for code in used}) - set(classes)
    return (*classes, *sorted(others))


def _position_in_item(item: Codes) -> NDArray[np.int32]:
    """0 for the first unit of an item, 1 for its second …, in row order."""
    order = np.argsort(item, kind="stable")
    ordered = item[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]) if len(item) else np.empty(0, int)
    lengths = np.diff(np.r_[starts, len(item)])
    position = np.empty(len(item), dtype=np.int32)
    position[order] = np.arange(len(item)) - np.repeat(starts, lengths)
    return position


def _times(labels: LabelTable, absent: int) -> NDArray[np.datetime64] | None:
    if labels.labelled_at is None:
        return None
    return np.concatenate([labels.labelled_at, np.full(absent, "NaT", dtype="datetime64[us]")])


def _severities(values: tuple[str, ...], severity: Mapping[str, str]) -> NDArray[np.int8]:
    codes = [SEVERITY_CODE[severity.get(value, DEFAULT_SEVERITY)] for value in values]
    return np.asarray(codes, dtype=np.int8)
