"""Outcomes of words as they are read: in order, each wrong one between its neighbours, and their characters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vendoreval.labels.columns import Coded
from vendoreval.tasks.outcomes import CODE, LEVEL_CODE, ONE, Outcomes

Ints = NDArray[np.int64]
AROUND = 3  # words of gold that are shown on either side
AROUND_SIGNS = 8
CHARACTER = "character"


def in_reading_order(found: Outcomes, gold_place: Ints, given_place: Ints, between: str) -> Outcomes:
    """The outcomes of each sheet in the order of the texts, with `where`: `… on the [cat → cap] sat down …`.

    What is only delivered stands after the word of gold that the word before it is paired with.
    """
    assert found.expected_row is not None
    assert found.delivered_row is not None
    sheet = sheet_of(found)
    e = np.append(gold_place, -1)[found.expected_row]
    d = np.append(given_place, -1)[found.delivered_row]
    anchor = e + 1
    given = np.flatnonzero(d >= 0)
    given = given[np.lexsort((d[given], sheet[given]))]
    wide = int(anchor.max(initial=0)) + 2
    last = np.maximum.accumulate(sheet[given] * wide + anchor[given]) - sheet[given] * wide
    anchor[given] = last
    order = np.lexsort((d, e < 0, anchor, sheet))
    ordered = found.take(order)
    return replace(ordered, unit=_numbered(ordered.item.codes), where=_where(ordered, sheet[order], between))


def sheet_of(outcomes: Outcomes) -> Ints:
    """A number for each row's sheet, in order of item and annotator."""
    people = len(outcomes.annotator.values) + 1
    return outcomes.item.codes.astype(np.int64) * people + outcomes.annotator.codes + 1


def _numbered(item: NDArray[np.int32]) -> NDArray[np.int32]:
    """0, 1, 2 … for the rows of each item, which stand together."""
    first = np.r_[True, item[1:] != item[:-1]][: len(item)]
    starts = np.flatnonzero(first)
    return (np.arange(len(item)) - np.repeat(starts, np.diff(np.append(starts, len(item))))).astype(np.int32)


def _where(outcomes: Outcomes, sheet: Ints, between: str) -> Coded:
    wrong = np.flatnonzero(outcomes.wrong & outcomes.at("object"))
    words = _Read(outcomes, sheet, between)
    found = Coded.from_text(words.around(wrong.tolist()))
    codes = np.full(len(outcomes), -1, dtype=np.int32)
    codes[wrong] = found.codes
    return Coded(codes, found.values)


class _Read:
    """Gold's words around single rows."""

    def __init__(self, outcomes: Outcomes, sheet: Ints, between: str) -> None:
        self._values = (*outcomes.expected.values, "")
        self._expected, self._delivered = outcomes.expected.codes, outcomes.delivered.codes
        self._there = np.flatnonzero(self._expected >= 0)  # rows with a word of gold
        self._sheet, self._between = sheet, between
        self._many = AROUND if between else AROUND_SIGNS

    def around(self, rows: list[int]) -> Iterator[str]:
        """Each row's words in brackets, between its neighbours of the same sheet."""
        before = np.searchsorted(self._there, rows)
        after = before + (self._expected[rows] >= 0)
        low, high = self._ends(rows)
        values, codes = self._values, self._expected[self._there].tolist()
        sides = zip(self._expected[rows].tolist(), self._delivered[rows].tolist(), strict=True)
        blank = self._between or " "
        for (e, d), b, a, first, last in zip(sides, before.tolist(), after.tolist(), low, high, strict=True):
            left = [values[code] for code in codes[max(b - self._many, first) : b]]
            right = [values[code] for code in codes[a : min(a + self._many, last)]]
            said = [
                "…" if b - self._many > first else "", self._between.join(left),
                bracketed(values[e], values[d]),
                self._between.join(right), "…" if a + self._many < last else "",
            ]  # fmt: skip
            yield blank.join(part for part in said if part)

    def _ends(self, rows: list[int]) -> tuple[list[int], list[int]]:
        """Where the gold words of each row's sheet begin and end."""
        sheets = self._sheet[self._there]
        wanted = self._sheet[rows]
        return np.searchsorted(sheets, wanted).tolist(), np.searchsorted(sheets, wanted, side="right").tolist()


def bracketed(expected: str, delivered: str) -> str:
    """`[cat → cap]`, `[cat →]` for what is missing, `[→ cap]` for what is extra."""
    return f"[{' '.join(part for part in (expected, '→', delivered) if part)}]"


def said_around(outcomes: Outcomes, row: int, side: Coded, between: str) -> str:
    """The word of one side in `row` between its neighbours on that side, in brackets; – where it has none.

    The outcomes of a sheet stand together and in reading order.
    """
    same = (outcomes.item.codes == outcomes.item.codes[row]) & outcomes.at("object")
    same &= outcomes.annotator.codes == outcomes.annotator.codes[row]
    rows, wide = np.flatnonzero(same), 2 * AROUND if between else AROUND_SIGNS
    mine = [side.values[code] for code in side.codes[rows[rows < row]].tolist() if code >= 0]
    later = [side.values[code] for code in side.codes[rows[rows > row]].tolist() if code >= 0]
    parts = [
        "…" if len(mine) > wide else "", between.join(mine[-wide:]), f"[{side[row] or '–'}]",
        between.join(later[:wide]), "…" if len(later) > wide else "",
    ]  # fmt: skip
    return (between or " ").join(part for part in parts if part)


def with_characters(outcomes: Outcomes, between: str) -> Outcomes:
    """The outcomes with the rows of level `character` at the end of each sheet: gold's, and their errors."""
    sheet = sheet_of(outcomes)
    last = np.flatnonzero(np.r_[sheet[1:] != sheet[:-1], True][: len(sheet)])
    first = np.concatenate([[0], last[:-1] + 1]).astype(np.int64)[: len(last)]
    size, errors = _characters(outcomes, first, last, between)
    answered = np.ones(len(outcomes), dtype=np.bool_) if outcomes.answered is None else outcomes.answered
    lost = ~answered[last]
    some, wrong = np.flatnonzero(size > 0), np.flatnonzero((errors > 0) & ~lost)
    right = np.where(lost[some], CODE["missing"], CODE["correct"]).astype(np.int8)
    parts = [
        replace(outcomes, size=np.ones(len(outcomes), dtype=np.int64)),
        _rows(outcomes, last[some], right, size[some]),
        _rows(outcomes, last[wrong], np.full(len(wrong), CODE["wrong_label"], dtype=np.int8), errors[wrong]),
    ]
    order = np.argsort(np.concatenate([sheet, sheet[last[some]], sheet[last[wrong]]]), kind="stable")
    joined = _joined(parts).take(order)
    return replace(joined, unit=_numbered(joined.item.codes))


def _rows(outcomes: Outcomes, like: Ints, outcome: NDArray[np.int8], size: Ints) -> Outcomes:
    """Rows of the level `character` on the sheets of the rows `like`."""
    count, none = len(like), np.full(len(like), -1, dtype=np.int32)
    level = np.full(count, LEVEL_CODE[CHARACTER], dtype=np.int8)
    return replace(
        outcomes.take(like), outcome=outcome, level=level, size=size,
        score=np.where(outcome == CODE["correct"], ONE, 0),
        expected=Coded(none, outcomes.expected.values), delivered=Coded(none, outcomes.delivered.values),
        expected_row=none.astype(np.int64), delivered_row=none.astype(np.int64),
        where=None if outcomes.where is None else Coded(none, outcomes.where.values),
    )  # fmt: skip


def _joined(parts: Sequence[Outcomes]) -> Outcomes:
    """Outcomes of the same columns and values, one after the other."""
    changed: dict[str, Any] = {}
    for part in fields(Outcomes):
        columns = [getattr(one, part.name) for one in parts]
        if isinstance(columns[0], Coded):
            changed[part.name] = _codes(columns)
        elif isinstance(columns[0], np.ndarray):
            changed[part.name] = np.concatenate(columns)
    context = {name: _codes([one.context[name] for one in parts]) for name in parts[0].context}
    return replace(parts[0], **changed, context=context)


def _codes(columns: Sequence[Coded]) -> Coded:
    return Coded(np.concatenate([column.codes for column in columns]), columns[0].values)


def _characters(outcomes: Outcomes, first: Ints, last: Ints, between: str) -> tuple[Ints, Ints]:
    """Characters of gold on each sheet, which are the rows `first` to `last`, and their errors."""
    lengths = np.asarray([*(len(word) for word in outcomes.expected.values), 0], dtype=np.int64)
    there = outcomes.expected.codes >= 0
    words = np.add.reduceat(there.astype(np.int64), first) if len(first) else first
    size = np.add.reduceat(lengths[outcomes.expected.codes], first) if len(first) else first
    size = size + len(between) * np.maximum(words - 1, 0)
    wrong = np.add.reduceat(outcomes.wrong.astype(np.int64), first) if len(first) else first
    errors = np.zeros(len(first), dtype=np.int64)
    known: dict[tuple[str, str], int] = {}
    for place in np.flatnonzero(wrong).tolist():
        rows = slice(int(first[place]), int(last[place]) + 1)
        pair = _text(outcomes.expected, rows, between), _text(outcomes.delivered, rows, between)
        if pair not in known:
            known[pair] = edit_distance(*pair)
        errors[place] = known[pair]
    return size, errors


def _text(side: Coded, rows: slice, between: str) -> str:
    return between.join([side.values[code] for code in side.codes[rows].tolist() if code >= 0])


def edit_distance(one: str, other: str) -> int:
    """Substituted, missing and extra characters of the best alignment; by rapidfuzz where it is there."""
    try:
        from rapidfuzz.distance import Levenshtein
    except ImportError:
        return _edit_distance(one, other)
    return int(Levenshtein.distance(one, other))


def _edit_distance(one: str, other: str) -> int:
    """The same number from our own table."""
    from vendoreval.tasks.word_alignment import Words, align

    sides = [np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.int32) for text in (one, other)]
    texts = [Words(codes, np.asarray([0, len(codes)])) for codes in sides]
    zero = np.zeros(1, dtype=np.int64)
    return int(align(texts[0], texts[1], (zero, zero)).counts().errors[0])
