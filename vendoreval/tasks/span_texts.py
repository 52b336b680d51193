"""Spans in their text: as a person reads them, and where two sides hold different texts."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from vendoreval.gold.goldset import GoldSet
from vendoreval.labels.columns import Coded
from vendoreval.labels.table import LabelTable, Sheets
from vendoreval.tasks.outcomes import CODE, LEVEL_CODE, Outcomes
from vendoreval.tasks.span_pairs import Pieces, parse_pieces

Ints = NDArray[np.int64]
AROUND = 24  # characters of the text that are shown on either side
_BLANKS = str.maketrans(dict.fromkeys("\r\n\t\x0b\x0c\x85\u2028\u2029", " "))


def item_texts(sheets: Sheets | None) -> dict[str | None, str]:
    """The text of each item whose sheets have one."""
    if sheets is None or sheets.text is None:
        return {}
    pairs = zip(sheets.item.text(), sheets.text.text(), strict=True)
    return {item: text for item, text in pairs if text is not None}


class Texts:
    """Describes the spans of a table in the texts of its sheets."""

    def __init__(self, labels: LabelTable) -> None:
        self._item = labels.item
        self._start, self._end = labels.numbers("start"), labels.numbers("end")
        pieces = labels.answers.get("pieces")
        self._pieces = pieces if isinstance(pieces, Coded) else None
        self._sheets = labels.sheets

    @cached_property
    def _texts(self) -> dict[str | None, str]:
        return item_texts(self._sheets)

    def describe(self, rows: Ints) -> list[str]:
        """`span 7–14: Doctor [Ada Moe] works`, and what is wrong with a span that marks no text."""
        start, end = self._start[rows], self._end[rows]
        borders = zip(start.tolist(), end.tolist(), strict=True)
        if self._pieces is None and not self._texts and bool((start < end).all()):
            return [f"span {first}–{last}" for first, last in borders]
        written = [None] * len(rows) if self._pieces is None else self._pieces.take(rows).text()
        texts = [self._texts.get(name) for name in self._item.take(rows).text()] if self._texts else written
        return [
            _described(parse_pieces(pieces) if pieces else [place], text if self._texts else None)
            for place, pieces, text in zip(borders, written, texts, strict=True)
        ]


def _described(pieces: Pieces, text: str | None) -> str:
    said = "span " + " and ".join([f"{start}–{end}" for start, end in pieces])
    if any([start >= end for start, end in pieces]):  # noqa: C419 - a list is faster than a generator
        return f"{said}, which is empty or ends before it begins"
    if text is None:
        return said
    if min(pieces)[0] < 0 or max(end for _, end in pieces) > len(text):
        return f"{said}, which lies outside its text of {len(text):,} characters"
    return f"{said}: {in_context(text, pieces)}"


def in_context(text: str, pieces: Pieces) -> str:
    """`Doctor [Ada Moe] works`: the pieces in brackets, with some of the text on either side."""
    low, high = min(a for a, _ in pieces), max(b for _, b in pieces)
    first, last = max(low - AROUND, 0), min(high + AROUND, len(text))
    shown, place = ["…" if first else ""], first
    for start, end in sorted(pieces):
        shown += [text[place:start], "[", text[max(start, place) : end], "]"]
        place = max(end, place)
    shown += [text[place:last], "…" if last < len(text) else ""]
    return "".join(shown).translate(_BLANKS)


def unlike_texts(outcomes: Outcomes, gold: GoldSet, labels: LabelTable) -> Outcomes:
    """The outcomes with `unscorable` where a wrong unit reaches past the point up to which the texts are alike.

    Nothing changes where one of the sides holds no text: then offsets are all there is.
    """
    points = _first_differences(gold, labels)
    if not points:
        return outcomes
    people = outcomes.annotator.values
    place = {name: code for code, name in enumerate(people)} | {None: -1}
    known = {
        item * (len(people) + 1) + place[who] + 1: point
        for (item, who), point in points.items()
        if who in place
    }
    mine = outcomes.item.codes.astype(np.int64) * (len(people) + 1) + outcomes.annotator.codes + 1
    concerned = np.isin(mine, np.asarray([*known], dtype=np.int64)) & ~outcomes.right
    rows = np.flatnonzero(concerned & (outcomes.level == LEVEL_CODE["object"]))
    reach = _reach(outcomes, gold, labels, rows)
    limits = np.asarray([known[key] for key in mine[rows].tolist()], dtype=np.int64)
    rows, limits = rows[reach > limits], limits[reach > limits]
    if not len(rows) or outcomes.where is None:
        return outcomes
    outcome, score, where = outcomes.outcome.copy(), outcomes.score.copy(), outcomes.where.text()
    outcome[rows], score[rows] = CODE["unscorable"], 0
    for row, limit in zip(rows.tolist(), limits.tolist(), strict=True):
        where[row] = f"{where[row]}; its text differs from gold's after {limit:,} characters"
    return replace(outcomes, outcome=outcome, score=score, where=Coded.from_text(where))


def _first_differences(gold: GoldSet, labels: LabelTable) -> dict[tuple[int, str | None], int]:
    """Up to where the texts are alike, for each sheet on a gold item whose text is another one."""
    if not _has_text(gold.labels.sheets) or not _has_text(labels.sheets):
        return {}
    assert gold.labels.sheets is not None
    assert labels.sheets is not None
    theirs, mine = gold.labels.sheets.text, labels.sheets.text
    assert theirs is not None
    assert mine is not None
    item = labels.sheets.item.recode(gold.item_ids).codes
    expected = np.where(item >= 0, theirs.codes[item], -1)
    unlike = (expected >= 0) & (mine.codes >= 0) & (mine.recode(theirs.values).codes != expected)
    people = labels.sheets.annotator
    return {
        (int(item[row]), people[row]): _alike(theirs.values[expected[row]], mine[row] or "")
        for row in np.flatnonzero(unlike).tolist()
    }


def _alike(first: str, second: str) -> int:
    """How many characters at the beginning are the same."""
    pairs = enumerate(zip(first, second, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(first), len(second)))


def _has_text(sheets: Sheets | None) -> bool:
    return sheets is not None and sheets.text is not None and len(sheets) > 0


def _reach(outcomes: Outcomes, gold: GoldSet, labels: LabelTable, rows: Ints) -> Ints:
    """The furthest end of what each row marks."""
    assert outcomes.expected_row is not None
    assert outcomes.delivered_row is not None
    low = np.iinfo(np.int64).min
    ends = [
        np.append(table.numbers(name), low)[at[rows]]
        for table, at in ((gold.labels, outcomes.expected_row), (labels, outcomes.delivered_row))
        for name in ("end", "head_end", "tail_end")
        if name in table.answers
    ]
    furthest: Ints = np.maximum.reduce(ends)
    return furthest
