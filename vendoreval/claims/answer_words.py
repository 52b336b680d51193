"""Both answers of a claim line in words that do not tell which of them is gold's."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from vendoreval.audits.audit_input import AuditInput
from vendoreval.claims.records import ClaimLine
from vendoreval.contracts.terms import Task
from vendoreval.labels.columns import Coded
from vendoreval.labels.table import LabelTable
from vendoreval.tasks.keypoint_objects import object_of
from vendoreval.tasks.known import task_type
from vendoreval.tasks.outcomes import LEVELS, Outcomes
from vendoreval.tasks.spoken_outcomes import said_around
from vendoreval.tasks.spoken_words import between

NOTHING, NO_ANSWER = "There is nothing here.", "No answer."
_FRACTION = re.compile(r"-?\d+\.\d+")
Rows = tuple[int, ...]


@dataclass(frozen=True)
class BothAnswers:
    """The gold and the delivered answer of a line; the item's text and its size in pixels, where it has them.

    `gold_rows` and `delivered_rows` are the rows behind them, of gold's labels and of those delivered.
    """

    gold: str
    delivered: str
    text: str = ""
    size: tuple[int, int] | None = None
    gold_rows: Rows = ()
    delivered_rows: Rows = ()


def both_answers(line: ClaimLine, seen: AuditInput, task: Task) -> BothAnswers:
    """The answers of one line. Objects' ids are one side's own, and so are decimals: both are left out."""
    at = None if line.level is None else _outcome(line, seen.units)
    if at is None or seen.gold is None or seen.delivered is None:
        return BothAnswers(line.expected or NO_ANSWER, line.delivered or NO_ANSWER)
    if seen.gold.shape.single:
        return _between_words(line, seen.units, at, task)
    ends = (seen.units.expected_row, seen.units.delivered_row)
    tables = (seen.gold.labels, seen.delivered)
    rows = [
        () if column is None else _rows(table, int(column[at]), alone=line.level == "point")
        for table, column in zip(tables, ends, strict=True)
    ]
    says = _attribute(line, task) if line.level == "attribute" else _describes(task)
    words = [
        says(table, one, label)
        for table, one, label in zip(_alike(*tables), rows, (line.expected, line.delivered), strict=True)
    ]
    if line.outcome == "missing" and not line.annotator:  # nobody answered the item
        words[1] = NO_ANSWER
    if line.level == "time":  # a part of what both sides marked
        words = [f"{(line.where or '').capitalize()}: {said}" for said in words]
    if not {"start", "head_start", "start_s"} & set(seen.gold.shape.names):  # whole already, or exact times
        words = _rounded(words, digits=1 if task.type == "cuboids" else 0)
    return BothAnswers(words[0], words[1], *_told(line.item, tables), rows[0], rows[1])


def _between_words(line: ClaimLine, units: Outcomes, at: int, task: Task) -> BothAnswers:
    """A word of a text between words of its own side, which tell nothing of the other."""
    gold, delivered = (
        f"There is “{said_around(units, at, side, between(task))}”."
        for side in (units.expected, units.delivered)
    )
    return BothAnswers(gold, delivered if line.annotator or line.outcome != "missing" else NO_ANSWER)


def _outcome(line: ClaimLine, units: Outcomes) -> int | None:
    """The row of the outcome that the line stands for."""
    if line.item not in units.item.values:
        return None
    item = units.item.values.index(line.item)
    for row in np.flatnonzero((units.item.codes == item) & (units.unit == line.unit)).tolist():
        level = "item" if units.level is None else LEVELS[units.level[row]]
        if (units.annotator[row] or "", level) == (line.annotator or "", line.level):
            return int(row)
    return None


def _rows(labels: LabelTable, row: int, *, alone: bool) -> Rows:
    """The rows of the object that `row` belongs to: itself, or all points of its object; none for -1."""
    if row < 0:
        return ()
    if alone or "keypoint" not in labels.answers:
        return (row,)
    objects = object_of(labels)
    return tuple(np.flatnonzero(objects == objects[row]).tolist())


def _alike(gold: LabelTable, given: LabelTable) -> tuple[LabelTable, LabelTable]:
    """Both sides without objects' ids, and with the texts of the items where only one side has them."""
    texts = [one.sheets for one in (gold, given) if one.sheets is not None and one.sheets.text is not None]
    gold, given = _nameless(gold), _nameless(given)
    if len(texts) == 1:
        return replace(gold, sheets=texts[0]), replace(given, sheets=texts[0])
    return gold, given


def _nameless(labels: LabelTable) -> LabelTable:
    ids = labels.answers.get("object_id")
    if not isinstance(ids, Coded):
        return labels
    none = Coded(np.full(len(ids), -1, dtype=np.int32), ())
    return replace(labels, answers={**labels.answers, "object_id": none})


Says = Callable[[LabelTable, Rows, str | None], str]


def _describes(task: Task) -> Says:
    kind = task_type(task.type)

    def says(labels: LabelTable, rows: Rows, label: str | None) -> str:
        if not rows:
            return NOTHING
        shown = "; ".join(kind.describe(labels, row) for row in rows)
        if shown == label:  # said of the whole item
            return f"It is “{label}”."
        return f"There is “{label or 'something'}” here: {shown}."

    return says


def _attribute(line: ClaimLine, task: Task) -> Says:
    where = line.where or ""
    places = _describes(task)
    name = next((one.name for one in task.attributes if f"{one.name}: expected " in where), "")

    def says(labels: LabelTable, rows: Rows, label: str | None) -> str:
        column = labels.answers.get("attributes")
        told = column[rows[0]] if rows and isinstance(column, Coded) else None
        value = json.loads(told or "{}").get(name)
        said = places(labels, rows, label).removesuffix(".")
        return f"{said}, {name}: {'not given' if value is None else value}."

    return says


def _rounded(words: list[str], digits: int) -> list[str]:
    """Places in whole pixels (or tenths of a metre), unless the answers differ in finer digits only."""
    whole = [_FRACTION.sub(lambda found: f"{round(float(found[0]), digits) + 0:.12g}", text) for text in words]
    return whole if whole[0] != whole[1] else words


def _told(item: str, tables: tuple[LabelTable, LabelTable]) -> tuple[str, tuple[int, int] | None]:
    """The text and the size of an item, by the first side that tells them."""
    text, size = "", None
    for labels in tables:
        sheets = labels.sheets
        if sheets is None or item not in sheets.item.values:
            continue
        row = int(np.flatnonzero(sheets.item.codes == sheets.item.values.index(item))[0])
        if sheets.text is not None:
            text = text or sheets.text[row] or ""
        if size is None and sheets.width is not None and sheets.height is not None and sheets.width[row]:
            size = int(sheets.width[row]), int(sheets.height[row])
    return text, size
