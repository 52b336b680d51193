"""Outcomes of types with any number of units an item; each answered sheet is held against gold by itself.

    matched, labels agree             correct, or imprecise below the contract's limit
    matched, labels differ            wrong_label
    gold unit without a match         missing
    delivered unit without a match    extra; unscorable where it falls on an ignored gold unit
    delivered unit that is faulty     unscorable, and so is the gold unit that it matches
    nothing there, nothing given      empty_agreed, of level item

Ignored gold units give no row of their own. Units of an item without any sheet are `missing` and not
`answered`; where gold has none, the item itself is. Of several alternative answers of an item, the one with
the fewest errors counts for each sheet, then the first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vendoreval.contracts.terms import Task
from vendoreval.gold.goldset import GoldSet
from vendoreval.labels.columns import Coded, Codes
from vendoreval.labels.table import CONTEXT, LabelTable
from vendoreval.tasks.attributes import attributes
from vendoreval.tasks.beside import Beside, HasBeside
from vendoreval.tasks.outcomes import CODE, LEVEL_CODE, ONE, RIGHT, SEVERITY_CODE, Outcomes
from vendoreval.tasks.parts import Finer, Pairs, Parts, Side, side_of
from vendoreval.tasks.presets.shapes import matching_of
from vendoreval.tasks.tries import Match, Tries, lay_out, match, on_items

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
Small = NDArray[np.int8]
DEFAULT_SEVERITY = "major"
NEAR = "; at the limit, within the error of floating numbers"
_KINDS: Mapping[str, type[np.integer]] = {
    **dict.fromkeys(("score", "size"), np.int64),
    **dict.fromkeys(("place", "outcome", "level", "near"), np.int8),
}
_BESIDE = 4  # the place of rows after all others of their try
_NO_ERROR = (*RIGHT, CODE["unscorable"])


@dataclass(frozen=True, eq=False)
class _Rows:
    """Rows before they are outcomes, in columns: the sides are units or -1, `place` orders a try's rows."""

    attempt: Codes
    place: Small
    expected: Codes
    delivered: Codes
    outcome: Small
    level: Small
    score: Ints
    near: Small  # 1: decided within the error of floating numbers
    finer: Codes  # the number of a unit below another one or beside it, else -1
    size: Ints

    @classmethod
    def of(cls, attempt: Codes, place: int, outcome: Small, **columns: Ints | Codes | Small | int) -> _Rows:
        """Rows of which the columns that are not given hold what is usual."""
        usual = {"expected": -1, "delivered": -1, "level": LEVEL_CODE["object"], "score": 0, "near": 0}
        further = {"finer": -1, "size": 1, "attempt": attempt, "place": place, "outcome": outcome}
        given = {**usual, **further, **columns}
        full: dict[str, Any] = {
            name: np.broadcast_to(np.asarray(value, dtype=_KINDS.get(name, np.int32)), attempt.shape)
            for name, value in given.items()
        }
        return cls(**full)

    def take(self, rows: Ints) -> _Rows:
        return _Rows(*(getattr(self, part.name)[rows] for part in fields(self)))


@dataclass(frozen=True, eq=False)
class Compared:
    """Outcomes with what they were made from: both sides, and all pairs of units that might match.

    `rows` are the rows of gold's and of the delivery's table in which the rows of both sides stand.
    """

    outcomes: Outcomes
    sides: tuple[Side, Side]
    rows: tuple[Ints, Ints]
    pairs: Pairs


def compare(kind: Parts, gold: GoldSet, labels: LabelTable, task: Task) -> Outcomes:
    """As `compared`, the outcomes alone."""
    return compared(kind, gold, labels, task).outcomes


def compared(kind: Parts, gold: GoldSet, labels: LabelTable, task: Task) -> Compared:
    """Hold every sheet on a gold item against gold: one row a unit, by item, annotator and content.

    `labels` may hold rows and sheets on other items: they are no opportunity. The score of a matched unit is
    the type's quality of the match, whatever its label.
    """
    gold_row, gold_labels = on_items(gold.labels, gold.item_ids)
    label_row, given_labels = on_items(labels, gold.item_ids)
    gold_labels = _as_gold(gold_labels)
    expected, delivered = side_of(kind, gold_labels, task), side_of(kind, given_labels, task)
    values = values_of(task, expected, delivered)
    classes = tuple(
        side.labels.text("label").recode(values).codes[side.units.row] for side in (expected, delivered)
    )
    tries = lay_out(len(gold), expected, delivered)
    pairs = _pairs(kind, expected, delivered, classes, task)
    rows, finer = _judged(kind, tries, (expected, delivered), pairs, task)
    said = [text for below in finer for text in below.where]
    if isinstance(kind, HasBeside):
        kept = np.bincount(rows.attempt, minlength=len(tries)) > 0
        beside = kind.beside(tries, (expected, delivered), (classes[0], classes[1]), kept, task)
        rows = _with_beside(rows, beside, len(said))
        said += beside.where
    sheet = tries.sheet[rows.attempt]
    item = tries.sheets.item[sheet]
    codes = tuple(_pick(of, units) for of, units in zip(classes, (rows.expected, rows.delivered), strict=True))
    row = tuple(_pick(side.units.row, units) for side, units in
                ((expected, rows.expected), (delivered, rows.delivered)))  # fmt: skip
    outcomes = Outcomes(
        item=Coded(item.astype(np.int32), gold.item_ids),
        unit=_number_in(item),
        annotator=tries.sheets.annotator.take(sheet),
        labelled_at=_times(delivered, tries, sheet, row[1]),
        expected=Coded(codes[0], values),
        delivered=Coded(codes[1], values),
        outcome=rows.outcome,
        score=rows.score,
        severity=_severities(values, task.severity)[np.where(codes[0] >= 0, codes[0], codes[1])],
        context=_context(gold, delivered, tries, sheet, row[1]),
        answered=tries.sheets.answered[sheet],
        level=rows.level,
        size=rows.size if isinstance(kind, HasBeside) else None,
        where=_where(kind, expected, delivered, rows, said),
        expected_row=_pick(gold_row, row[0]),
        delivered_row=_pick(label_row, row[1]),
    )
    return Compared(outcomes, (expected, delivered), (gold_row, label_row), pairs)


def _pairs(kind: Parts, expected: Side, delivered: Side, classes: Sequence[Codes], task: Task) -> Pairs:
    """The pairs that may match, and whether their labels are right."""
    pairs = kind.pairs(expected, delivered, task)
    if pairs.same is not None:
        return pairs
    return replace(pairs, same=classes[0][pairs.expected] == classes[1][pairs.delivered])


def _as_gold(labels: LabelTable) -> LabelTable:
    """Gold says which alternative answer each row is of, also where each item has but one: so types know it."""
    if labels.alternative is not None:
        return labels
    return replace(labels, alternative=np.zeros(len(labels), dtype=np.int64))


def _judged(
    kind: Parts, tries: Tries, sides: tuple[Side, Side], pairs: Pairs, task: Task
) -> tuple[_Rows, list[Finer]]:
    """Match the units of all tries; the rows of each sheet's best try, in order, and what lies below units."""
    expected, delivered = sides
    found = match(tries, pairs, expected, matching_of(task))
    finer = _finer(kind, expected, delivered, found, task)
    return _settled(_all_rows(tries, found, finer, delivered.ignored), tries), finer


def values_of(task: Task, *sides: Side) -> tuple[str, ...]:
    """The contract's classes in their order, then whatever else occurs on one of the sides, in text order."""
    seen: set[str] = set()
    for side in sides:
        label = side.labels.text("label")
        used = np.bincount(label.codes + 1, minlength=1)[1:]
        seen.update(label.values[code] for code in np.flatnonzero(used).tolist())
    return (*task.classes, *sorted(seen - set(task.classes)))


def codes_of(side: Side, values: tuple[str, ...]) -> Codes:
    """Each unit's label as a code of `values`."""
    return side.labels.text("label").recode(values).codes[side.units.row]


def _finer(kind: Parts, expected: Side, delivered: Side, found: Match, task: Task) -> list[Finer]:
    """Attributes and whatever else the type has below its matched units."""
    below = (
        attributes(expected, delivered, found.pairs, task),
        kind.finer(expected, delivered, found.pairs, task),
    )
    return [finer for finer in below if finer is not None]


def _all_rows(tries: Tries, found: Match, finer: Sequence[Finer], faulty: Mask) -> _Rows:
    """The rows of all tries, in no order yet; `faulty` delivered units are unscorable."""
    left, right, pairs = tries.expected, tries.delivered, found.pairs
    same = np.ones(len(pairs.score), dtype=np.bool_) if pairs.same is None else pairs.same
    outcome = np.where(same, CODE["correct"], CODE["wrong_label"]).astype(np.int8)
    if pairs.precise is not None:
        outcome[same & ~pairs.precise] = CODE["imprecise"]
    outcome[faulty[pairs.delivered]] = CODE["unscorable"]
    partner, score = np.full(len(left.unit), -1, dtype=np.int32), np.zeros(len(left.unit), dtype=np.int64)
    result, near = (np.full(len(left.unit), fill, dtype=np.int8) for fill in (CODE["missing"], 0))
    partner[found.expected], result[found.expected] = pairs.delivered, outcome
    score[found.expected] = np.where(outcome == CODE["unscorable"], 0, pairs.score)
    near[found.expected] = 0 if pairs.near is None else pairs.near & (outcome != CODE["unscorable"])
    free = np.ones(len(right.unit), dtype=np.bool_)
    free[found.delivered] = False
    unscorable = found.fallen | faulty[right.unit]
    alone = np.where(unscorable[free], CODE["unscorable"], CODE["extra"]).astype(np.int8)
    parts = [
        _Rows.of(left.attempt, 0, result, expected=left.unit, delivered=partner, score=score, near=near),
        _Rows.of(right.attempt[free], 1, alone, delivered=right.unit[free]),
        _empty(tries),
    ]
    started = 0
    for below in finer:
        parts.append(_Rows.of(
            left.attempt[found.expected[below.pair]], 3, below.outcome, score=below.score,
            level=_level(below), expected=pairs.expected[below.pair],
            delivered=pairs.delivered[below.pair], finer=started + np.arange(len(below.pair)),
        ))  # fmt: skip
        started += len(below.pair)
    return _Rows(*(np.concatenate([getattr(one, part.name) for one in parts]) for part in fields(_Rows)))


def _with_beside(rows: _Rows, beside: Beside, said: int) -> _Rows:
    """The rows of each try with those that stand beside its units after them; so much is `said` so far."""
    more = _Rows.of(
        beside.attempt.astype(np.int32), _BESIDE, beside.outcome, expected=beside.expected,
        delivered=beside.delivered, level=LEVEL_CODE[beside.level], score=beside.score, size=beside.size,
        finer=said + np.arange(len(beside.attempt)),
    )  # fmt: skip
    both = _Rows(*(np.concatenate([getattr(one, part.name) for one in (rows, more)]) for part in fields(_Rows)))
    return both.take(np.argsort(both.attempt, kind="stable"))


def _level(below: Finer) -> int | Small:
    return LEVEL_CODE[below.level] if isinstance(below.level, str) else below.level


def _empty(tries: Tries) -> _Rows:
    """A row for each try in which neither side has a unit."""
    used = np.zeros(len(tries), dtype=np.bool_)
    used[tries.expected.attempt] = used[tries.delivered.attempt] = True
    attempt = np.flatnonzero(~used).astype(np.int32)
    answered = tries.sheets.answered[tries.sheet[attempt]]
    outcome = np.where(answered, CODE["empty_agreed"], CODE["missing"]).astype(np.int8)
    return _Rows.of(attempt, 2, outcome, level=LEVEL_CODE["item"], score=answered * ONE)


def _settled(rows: _Rows, tries: Tries) -> _Rows:
    """The rows of each sheet's best try, by item, annotator and content."""
    order = np.argsort(rows.attempt.astype(np.int64) * 4 + rows.place, kind="stable")
    if len(tries) > len(tries.sheets.item):
        wrong = rows.attempt[~np.isin(rows.outcome, _NO_ERROR)]
        errors = np.bincount(wrong, minlength=len(tries))
        ranked = np.lexsort((np.arange(len(tries)), errors, tries.sheet))
        kept = np.zeros(len(tries), dtype=np.bool_)
        kept[ranked[tries.first]] = True
        order = order[kept[rows.attempt[order]]]
    return rows.take(order)


def _pick(of: NDArray[Any], units: Ints | Codes) -> NDArray[Any]:
    """The values of the units, of the same kind; -1 where there is none."""
    found: NDArray[Any] = np.append(of, of.dtype.type(-1))[units]
    return found


def _number_in(item: Ints) -> NDArray[np.int32]:
    """0, 1, 2 … for the rows of each item; rows of an item stand together."""
    first = np.r_[True, item[1:] != item[:-1]][: len(item)]
    starts = np.flatnonzero(first)
    sizes = np.diff(np.append(starts, len(item)))
    found: NDArray[np.int32] = (np.arange(len(item)) - np.repeat(starts, sizes)).astype(np.int32)
    return found


def _severities(values: tuple[str, ...], severity: Mapping[str, str]) -> NDArray[np.int8]:
    """The severity of each class; what has no class weighs as the default."""
    named = [severity.get(value, DEFAULT_SEVERITY) for value in values]
    return np.asarray([SEVERITY_CODE[name] for name in (*named, DEFAULT_SEVERITY)], dtype=np.int8)


def _times(side: Side, tries: Tries, sheet: Ints, row: Ints) -> NDArray[np.datetime64] | None:
    """The time of the delivered unit; for what was missed, the last time of its sheet."""
    if side.labels.labelled_at is None:
        return None
    times = side.labels.labelled_at
    last = np.full(len(tries.sheets.item), np.iinfo(np.int64).min)  # NaT
    np.maximum.at(last, tries.sheet_of, times[side.units.row].astype(np.int64))
    found = last[sheet].astype(times.dtype)
    found[row >= 0] = times[row[row >= 0]]
    return found


def _context(gold: GoldSet, side: Side, tries: Tries, sheet: Ints, row: Ints) -> dict[str, Coded]:
    """What the delivery tells of the delivered unit; for what was missed, what its whole sheet says alike."""
    found = {}
    for name in CONTEXT:
        column = getattr(side.labels, name)
        if column is None:
            continue
        codes = column.codes[side.units.row]
        low = np.full(len(tries.sheets.item), len(column.values), dtype=np.int32)
        high = np.full(len(low), -1, dtype=np.int32)
        np.minimum.at(low, tries.sheet_of, codes)
        np.maximum.at(high, tries.sheet_of, codes)
        shared = np.where(low == high, high, -1)
        mine = np.where(row >= 0, _pick(column.codes, row), shared[sheet])
        found[name] = Coded(mine.astype(np.int32), column.values)
    if gold.difficulty is not None:
        found["difficulty"] = gold.difficulty.take(tries.sheets.item[sheet])
    return found


def _where(kind: Parts, expected: Side, delivered: Side, rows: _Rows, said: Sequence[str | None]) -> Coded:
    """What a person must look at, of every row that is not right or was decided at a limit."""
    wrong = ~np.isin(rows.outcome, RIGHT) | (rows.near > 0)
    named = np.flatnonzero(wrong & ((rows.delivered >= 0) | (rows.expected >= 0)))
    given = rows.delivered[named] >= 0
    texts = np.empty(len(named), dtype=object)
    texts[given] = kind.where(delivered, rows.delivered[named[given]].astype(np.int64))
    texts[~given] = kind.where(expected, rows.expected[named[~given]].astype(np.int64))
    for row in np.flatnonzero(rows.finer[named] >= 0).tolist():
        text = said[rows.finer[named[row]]]
        texts[row] = text if rows.place[named[row]] == _BESIDE else f"{texts[row]}: {text}"
    for row in np.flatnonzero(rows.near[named] > 0).tolist():
        texts[row] += NEAR
    found = Coded.from_text(texts.tolist())
    codes = np.full(len(rows.outcome), -1, dtype=np.int32)
    codes[named] = found.codes
    return Coded(codes, found.values)
