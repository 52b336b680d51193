"""Outcomes of one sheet as pairs of rows: what gold has, what was delivered, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from vendoreval.gold.goldset import GoldSet
from vendoreval.labels.table import LabelTable
from vendoreval.reports.pictures.marks import DEFECTS, Mark, Side
from vendoreval.reports.pictures.outlines import outline
from vendoreval.tasks.outcomes import LEVEL_CODE, OUTCOMES, Outcomes

NOBODY = -1


@dataclass(frozen=True)
class Pair:
    """A row of gold beside one of the delivery; -1 where there is none. `number`: the line that tells of it.

    `point`: the pair is one point of its objects.
    """

    expected: int
    delivered: int
    state: str
    number: int | None = None
    point: bool = False


def sheet_pairs(units: Outcomes, rows: Sequence[int], numbers: Mapping[int, int]) -> list[Pair]:
    """The pairs among the outcomes `rows`; `numbers` has the lines that tell of rows.

    A wrong attribute makes a right pair wrong. Raises TypeError where the outcomes do not know their rows.
    """
    if units.expected_row is None or units.delivered_row is None:
        raise TypeError("these outcomes do not know the rows that they come from")
    found: dict[tuple[int, int, bool], Pair] = {}
    for row in rows:
        ends = int(units.expected_row[row]), int(units.delivered_row[row])
        if ends == (NOBODY, NOBODY):  # an item without objects
            continue
        point = units.level is not None and int(units.level[row]) == LEVEL_CODE["point"]
        new = Pair(*ends, OUTCOMES[int(units.outcome[row])], numbers.get(row), point)
        old = found.get((*ends, point))
        found[(*ends, point)] = new if old is None else _graver(old, new)
    return list(found.values())


def _graver(old: Pair, new: Pair) -> Pair:
    first, second = (old, new) if old.state in DEFECTS else (new, old)
    number = first.number if first.number is not None else second.number
    return Pair(old.expected, old.delivered, first.state, number, old.point)


def ignored_rows(gold: GoldSet, item: str, pairs: Sequence[Pair]) -> list[int]:
    """The rows of gold that nothing is asked on, of the answer that the sheet was held against."""
    labels = gold.labels
    if labels.ignored is None:
        return []
    chosen = labels.ignored & (labels.item.recode((item,)).codes == 0)
    if labels.alternative is not None:
        used = {int(labels.alternative[pair.expected]) for pair in pairs if pair.expected != NOBODY}
        chosen &= np.isin(labels.alternative, sorted(used or {0}))
    return [int(row) for row in np.flatnonzero(chosen)]


def marks(gold: GoldSet, delivered: LabelTable, item: str, pairs: Sequence[Pair]) -> tuple[Mark, ...]:
    """The shapes of a sheet. A point is marked alone where a line tells of it and not of its whole object."""
    is_open = gold.shape.name == "polylines"
    drawn = [
        Mark("gold", "ignored", outline(gold.labels, _object(gold.labels, row), open_lines=is_open))
        for row in ignored_rows(gold, item, pairs)
    ]
    sides: tuple[tuple[Side, LabelTable], ...] = (("gold", gold.labels), ("delivered", delivered))
    for side, table in sides:
        alone: set[int] = set()  # the rows of objects that the other side has not
        for pair in sorted(pairs, key=lambda one: one.point):
            row = pair.expected if side == "gold" else pair.delivered
            if row == NOBODY or (side == "gold" and pair.state == "unscorable"):
                continue
            if pair.point and (pair.number is None or row in alone):
                continue
            rows = [row] if pair.point else _object(table, row)
            if pair.state in ("missing", "extra"):
                alone.update(rows)
            drawn.append(Mark(side, pair.state, outline(table, rows, open_lines=is_open), pair.number))
    return tuple(drawn)


def _object(labels: LabelTable, row: int) -> list[int]:
    """The rows of the object that `row` belongs to: itself, or all points of its object."""
    if "keypoint" not in labels.answers:
        return [row]
    names = labels.text("object_id")
    same = (labels.item.codes == labels.item.codes[row]) & (names.codes == names.codes[row])
    same &= labels.annotator.codes == labels.annotator.codes[row]
    if labels.alternative is not None:
        same &= labels.alternative == labels.alternative[row]
    return [int(one) for one in np.flatnonzero(same)]
