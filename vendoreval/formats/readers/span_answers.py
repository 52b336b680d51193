"""Gathers the spans (or relations, or classes) of texts in one file: in batches, with what looks wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from vendoreval.formats.readers.interface import Answers
from vendoreval.formats.readers.offsets import CODE_POINTS, Offsets, first_wide
from vendoreval.formats.readers.row_batches import BATCH
from vendoreval.labels.records import canonical_map
from vendoreval.labels.refusals import Refusal

FURTHEST = 2**53  # no text is longer; what lies beyond is no offset
ANSWER_REFUSED = "The answer is not counted; without another one the item counts as not answered."
RELATION_REFUSED = "The relation is not counted; where gold has it, it counts as missed."
SPAN_REFUSED = "The span is not counted; what it should have marked counts as missed."
_WHOLE = ("start", "end", "head_start", "head_end", "tail_start", "tail_end")
End = tuple[Any, Sequence[Sequence[Any]]]  # the label of a span and its pieces, as given


class SpanAnswers:
    """One file's answers: `sheet` opens an item's, `span` adds to it, `batch` hands out what is there.

    `doubtful`: nothing in the file shows that offsets count code points, so where it matters is said.
    """

    def __init__(self, file: str, unit: str = CODE_POINTS, *, doubtful: bool = False) -> None:
        self._file, self._unit, self._doubtful = file, unit, doubtful and unit == CODE_POINTS
        self._odd: dict[str, tuple[int, str]] = {}  # what looks wrong -> how often, first one
        self._clear()

    def _clear(self) -> None:
        self._rows: list[dict[str, Any]] = []
        self._sheets: list[dict[str, Any]] = []
        self._places: list[int] = []
        self._refusals: list[Refusal] = []
        self._aside: Counter[str] = Counter()

    @property
    def full(self) -> bool:
        """Whether it is time to hand out a batch."""
        return len(self._rows) + len(self._sheets) + len(self._refusals) >= BATCH

    def sheet(
        self, place: int, item: str, text: str | None = None, tokens: Any = None, **known: str | None
    ) -> None:
        """An answered item. `tokens` have `start` and `end`; `known`: annotator_id, sheet_id, labelled_at."""
        self._known = {"item_id": item, **known}
        self._sheets.append({**self._known, "text": text})
        self._place, self._text = place, text
        self._borders = _borders(tokens) if self._unit == CODE_POINTS else set()
        self._offsets = None if text is None else Offsets(text, self._unit)
        self._wide = first_wide(text) if text is not None and self._doubtful else None

    def span(
        self,
        label: Any,
        pieces: Sequence[Sequence[Any]],
        span_id: str | None = None,
        attributes: Mapping[str, Any] | None = None,
        place: int = 0,
    ) -> bool:
        """A span of the sheet opened last, by its pieces' starts and ends as given; whether it was taken."""
        place = place or self._place
        found = self._points(label, pieces)
        if isinstance(found, str):
            self.refuse(place, found, self._known["item_id"], SPAN_REFUSED)
            return False
        found.sort()
        start, end = min(a for a, _ in found), max(b for _, b in found)
        self._look(found, end)
        self._places.append(place)
        self._rows.append({
            **self._known, "start": start, "end": end, "label": label, "span_id": span_id,
            "pieces": ";".join(f"{a} {b}" for a, b in found) if len(found) > 1 else None,
            "attributes": canonical_map(attributes) if attributes else None,
        })  # fmt: skip
        return True

    def relation(
        self,
        label: Any,
        head: End | None,
        tail: End | None,
        attributes: Mapping[str, Any] | None = None,
        place: int = 0,
    ) -> bool:
        """A relation of the sheet opened last; whether it was taken. None for an end that the file lacks.

        An end in several pieces reaches from the first to the last of them.
        """
        place, item = place or self._place, self._known["item_id"]
        row: dict[str, Any] = {**self._known, "label": label}
        reason = "" if isinstance(label, str) and label else f"The relation's label {_shown(label)} is no text."
        for name, end in (("head", head), ("tail", tail)):
            found = f"The relation's {name} is no span." if end is None else self._points(*end)
            if isinstance(found, str):
                reason = reason or found
                continue
            assert end is not None
            row |= {f"{name}_start": min(a for a, _ in found), f"{name}_end": max(b for _, b in found)}
            row |= {f"{name}_label": end[0]}
            self._look_at_end(found, f"{item} {label}")
        if reason:
            self.refuse(place, reason, item, RELATION_REFUSED)
            return False
        self._places.append(place)
        self._rows.append(row | {"attributes": canonical_map(attributes) if attributes else None})
        return True

    def _look_at_end(self, pieces: Sequence[tuple[int, int]], where: str) -> None:
        if len(pieces) > 1:
            self.odd("have several pieces; as ends of relations they are taken from first to last", where)
        self._look(sorted(pieces), max(b for _, b in pieces))

    def _points(self, label: Any, pieces: Sequence[Sequence[Any]]) -> list[tuple[int, int]] | str:
        """The pieces in code points, or why they cannot be taken."""
        if not isinstance(label, str) or not label:
            return f"The span's label {_shown(label)} is no text."
        found = []
        for piece in pieces:
            ends = []
            for offset in piece:
                if type(offset) is not int or abs(offset) > FURTHEST:
                    return f"The span's offset {_shown(offset)} is no whole number of characters."
                point = offset if self._offsets is None else self._offsets.point(offset)
                if point is None:
                    return f"The offset {offset} lies within a character when counted in {self._unit}."
                ends.append(point)
            if len(ends) != 2:
                return "The span has no start and end."
            found.append((ends[0], ends[1]))
        return found or "The span has no start and end."

    def _look(self, pieces: Sequence[tuple[int, int]], end: int) -> None:
        first, text = pieces[0][0], self._text
        where = f"{self._known['item_id']} {first}–{end}"
        if self._borders and not all(a in self._borders and b in self._borders for a, b in pieces):
            self.odd("begin or end within a token", where)
        if first < 0:
            self.odd("begin before their text", where)
        elif any(a >= b for a, b in pieces):
            self.odd("are empty or end before they begin", where)
        elif text is not None and end > len(text):
            self.odd("end past their text", where)
        elif self._wide is not None and self._wide < end:
            self.odd(
                "stand at or behind a character that UTF-16 counts as two; they are read in code points", where
            )

    def label(self, label: Any) -> None:
        """A class of the sheet opened last, for readers of classification."""
        if not isinstance(label, str) or not label:
            self.refuse(self._place, f"The label {_shown(label)} is no text.", self._known["item_id"])
            return
        self._places.append(self._place)
        self._rows.append({**self._known, "label": label})

    def words(self) -> str:
        """What the span taken last marks in its text, its pieces joined by blanks; "" without a text."""
        row = self._rows[-1] if self._rows else {}
        pieces = (row.get("pieces") or f"{row.get('start', 0)} {row.get('end', 0)}").split(";")
        ends = [tuple(map(int, piece.split(" "))) for piece in pieces]
        return " ".join((self._text or "")[max(a, 0) : max(b, 0)] for a, b in ends)

    def odd(self, what: str, where: str) -> None:
        """Something that is taken as it stands but looks wrong; the last batch says how often."""
        times, first = self._odd.get(what, (0, where))
        self._odd[what] = (times + 1, first)

    def refuse(self, place: int, reason: str, item: str | None = None, effect: str = ANSWER_REFUSED) -> None:
        """Something that cannot be taken."""
        self._refusals.append(Refusal(self._file, place, reason, effect, item))

    def set_aside(self, word: str, count: int = 1) -> None:
        """Something that is no answer of spans, by a word for it."""
        if count:
            self._aside[word] += count

    def batch(self, *notes: str, last: bool = False) -> Answers:
        """What was gathered since the last batch; the `last` one says which spans look wrong."""
        import pyarrow as pa

        said = [f"{times:,} spans {what} (first: {where})." for what, (times, where) in self._odd.items()]
        sheets = _columns(self._sheets, ("item_id",))
        found = Answers(
            self._file,
            {name: pa.array(column, pa.int64() if name in _WHOLE else pa.string())
             for name, column in _columns(self._rows, ("item_id", "label")).items()},
            self._places,
            {name: pa.array(column, pa.string()) for name, column in sheets.items()},
            tuple(self._refusals),
            dict(self._aside),
            (*notes, *(said if last else ())),
        )  # fmt: skip
        self._clear()
        return found


def _columns(records: Sequence[Mapping[str, Any]], always: Sequence[str]) -> dict[str, list[Any]]:
    """Records as columns; of those without any value only the ones that are `always` there."""
    names = dict.fromkeys([*always, *(name for record in records for name in record)])
    columns = {name: [record.get(name) for record in records] for name in names}
    return {
        name: column for name, column in columns.items() if name in always or any(v is not None for v in column)
    }


def _borders(tokens: Any) -> set[Any]:
    """Where tokens begin and end; nothing where they are no list of such."""
    try:
        return {token[name] for token in tokens for name in ("start", "end")}
    except (TypeError, KeyError):
        return set()


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:40]}…"
