"""Answers that a reader collects row by row, and the Arrow columns they become."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from vendoreval.formats.readers.interface import Answers
from vendoreval.formats.readers.remarks import Remarks
from vendoreval.formats.readers.row_batches import NOT_COUNTED
from vendoreval.labels.refusals import Refusal
from vendoreval.labels.runs import LONGEST_SIDE
from vendoreval.labels.shapes import Shape

ROWS = 16_384  # of a batch
_CONTEXT = (
    "annotator_id", "sheet_id", "label_id", "labelled_at", "stage", "guideline_version", "source", "flagged",
)  # fmt: skip
_SHEET = ("item_id", "annotator_id", "sheet_id", "labelled_at", "text")


def arrow_type(kind: str) -> Any:
    """The Arrow type in which a reader hands over a column of that kind (labels.shapes)."""
    import pyarrow as pa

    number = pa.float64()
    types = {
        "text": pa.string(), "map": pa.string(), "int": pa.int64(), "fixed": number, "float": number,
        "rings": pa.list_(pa.list_(pa.list_(number))), "lines": pa.list_(pa.list_(pa.list_(number))),
        "runs": pa.list_(pa.int64()), "flag": pa.bool_(),
    }  # fmt: skip
    return types[kind]


@dataclass
class AnswerRows:
    """Rows, sheets, refusals and counts of one file; `remarks` become its notes at the end."""

    file: str
    shape: Shape
    _rows: list[dict[str, Any]] = field(default_factory=list)
    _places: list[int] = field(default_factory=list)
    _sheets: list[dict[str, Any]] = field(default_factory=list)
    _refusals: list[Refusal] = field(default_factory=list)
    _aside: Counter[str] = field(default_factory=Counter)
    remarks: Remarks = field(default_factory=Remarks)

    def row(self, place: int, **values: Any) -> None:
        """One row by column; None is no value."""
        self._rows.append(values)
        self._places.append(place)

    def sheet(self, item_id: str, **facts: Any) -> None:
        """One answered pair, with what is known of the item; sides that no image has are not known."""
        for side in ("width", "height"):
            if facts.get(side) is not None and not 0 < facts[side] <= LONGEST_SIDE:
                facts[side] = None
        self._sheets.append({"item_id": item_id, **facts})

    def refuse(self, place: int, reason: str, item_id: str | None = None) -> None:
        """One thing in the file that cannot be read."""
        self._refusals.append(Refusal(self.file, place, reason, NOT_COUNTED, item_id))

    def aside(self, kind: str, count: int = 1) -> None:
        """Count what is no answer of this shape."""
        self._aside[kind] += count

    def holds(self) -> bool:
        """Whether anything waits to be handed over, notes and counts aside."""
        return bool(self._rows or self._sheets or self._refusals)

    def full(self) -> bool:
        """Whether it is time to hand over."""
        return len(self._rows) + len(self._sheets) + len(self._refusals) >= ROWS

    def take(self) -> Answers:
        """What was collected since the last time, as Arrow columns; notes wait for `finish`."""
        rows, places, sheets = self._rows, self._places, self._sheets
        refusals, aside = tuple(self._refusals), dict(self._aside)
        self._rows, self._places, self._sheets, self._refusals, self._aside = [], [], [], [], Counter()
        return Answers(self.file, columns_of(rows, self.shape), places, sheet_columns(sheets), refusals, aside)

    def finish(self) -> Answers:
        """What was collected since the last time, with all notes."""
        return replace(self.take(), notes=self.remarks.sentences())


def columns_of(rows: Sequence[dict[str, Any]], shape: Shape) -> dict[str, Any]:
    """Arrow columns of rows by name: those of the shape, the item's, and what tells sheets apart."""
    kinds: dict[str, str] = {"item_id": "text", **{one.name: one.kind for one in shape.fields}}
    kinds |= dict.fromkeys(_CONTEXT, "text") | {"seconds": "float", "ignored": "flag"}
    needed = {"item_id", *(one.name for one in shape.fields if one.required)}
    return _columns(rows, kinds, needed)


def sheet_columns(sheets: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Arrow columns of sheets."""
    kinds = dict.fromkeys(_SHEET, "text") | dict.fromkeys(("width", "height"), "int")
    return _columns(sheets, kinds, {"item_id"})


def _columns(rows: Sequence[dict[str, Any]], kinds: dict[str, str], needed: Collection[str]) -> dict[str, Any]:
    if not rows:
        return {}
    import pyarrow as pa

    found = {name for row in rows for name, value in row.items() if value is not None}
    return {
        name: pa.array([row.get(name) for row in rows], arrow_type(kind))
        for name, kind in kinds.items()
        if name in found or name in needed
    }


def batches(rows: AnswerRows, steps: Iterator[object]) -> Iterator[Answers]:
    """Run the `steps`, each of which adds to `rows`, and hand over whenever there is enough."""
    for _ in steps:
        if rows.full():
            yield rows.take()
    yield rows.finish()
