"""Answers of any number of rows an item on their way into the canonical table: filtered, refused, counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vendoreval.errors import InputError
from vendoreval.formats.intake.delivery_rows import NOTHING_STATED
from vendoreval.formats.intake.doubled_rows import Doubles
from vendoreval.formats.intake.intake_counts import Counts, numbered
from vendoreval.formats.intake.item_ids import ItemIds
from vendoreval.formats.intake.items_file import ItemsFile
from vendoreval.formats.intake.label_texts import LabelTexts
from vendoreval.formats.intake.part_copies import Copies
from vendoreval.formats.intake.part_sheets import (
    NOBODY,
    SettledSheets,
    SheetBook,
)
from vendoreval.formats.intake.part_values import canonical_values
from vendoreval.formats.intake.row_filter import Filtering, RowFilter, refuse_on_labels
from vendoreval.formats.intake.row_stream import LISTED
from vendoreval.formats.intake.status_columns import StatusColumns
from vendoreval.formats.readers.interface import Answers
from vendoreval.formats.readers.label_values import Marks, Moments, Numbers, blank_to_null, is_blank, pick
from vendoreval.labels.refusals import Refusal
from vendoreval.labels.shapes import Shape
from vendoreval.labels.statements import Statements
from vendoreval.tasks.many_units import Sizes

OPTIONAL = ("label_id", "labelled_at", "seconds", "stage", "guideline_version", "source", "flagged")
NOT_COUNTED = "The row is not counted; what it answers counts as missing."


@dataclass(frozen=True)
class Told:
    """What contract and buyer say of a delivery (see read_delivery)."""

    classes: Sequence[str]
    stated: Statements = NOTHING_STATED
    repeats: str = "refuse"
    where: Sequence[RowFilter] = ()
    ids: ItemIds = field(default_factory=ItemIds)
    task_ids: Mapping[str, str] | None = None
    sizes: Sizes | None = None  # units and characters of rows (tasks.known.row_sizes)
    dates: str = ""  # the order of day and month in dates that have none


@dataclass
class PartStream:
    """A reader's batches on their way to canonical columns: filtered, refused, read and counted."""

    shape: Shape
    told: Told
    counts: Counts
    texts: LabelTexts
    where: Filtering
    status: StatusColumns
    book: SheetBook = field(default_factory=SheetBook)
    refused: int = 0
    refusals: list[Refusal] = field(default_factory=list)
    set_aside: Counter[str] = field(default_factory=Counter)
    notes: dict[str, None] = field(default_factory=dict)
    sheets_told: bool = False
    marked: int = 0  # rows that the vendor marked as crowd, difficult and the like
    further: tuple[str, ...] = OPTIONAL  # columns that are taken beside the answer
    lasting: list[NDArray[np.int64]] = field(default_factory=list)  # of pieces of time, batch by batch
    object_ids: dict[str, int] = field(default_factory=dict)
    objects: set[int] = field(default_factory=set)  # sheet and object as one number, where rows are grouped
    units: list[NDArray[np.int64]] = field(
        default_factory=list
    )  # and characters of each row, where it holds several
    moments: Moments = field(default_factory=Moments)
    numbers: Numbers = field(default_factory=Numbers)
    marks: Marks = field(default_factory=Marks)

    @cached_property
    def copies(self) -> Copies:
        """By which rows that stand twice are told."""
        return Copies(self.shape)

    @cached_property
    def doubles(self) -> Doubles:
        """By which rows that contradict each other are told."""
        return Doubles(self.shape)

    @classmethod
    def of(cls, shape: Shape, told: Told) -> PartStream:
        """A stream before its first batch."""
        refuse_on_labels(told.where, "label")
        status = StatusColumns([])
        texts = LabelTexts.of(told.classes, told.stated)
        counts, times = Counts(frozenset(told.classes)), Moments(dates=told.dates)
        return cls(shape, told, counts, texts, Filtering(told.where), status, moments=times)

    def take(self, answers: Answers) -> dict[str, Any]:
        """The batch's rows that are chosen and can be taken, as canonical Arrow columns."""
        for refusal in answers.refusals:
            self.refuse(refusal)
        self.set_aside.update(answers.set_aside)
        self.notes.update(dict.fromkeys(answers.notes))
        if answers.sheets:
            self._take_sheets(answers)
        count = len(answers.places)
        if not count:
            return {}
        chosen = self._chosen({**answers.rows, **answers.raw}, count)
        chosen &= ~self.unjudged(answers.rows)
        rows = {name: column.filter(chosen) for name, column in answers.rows.items()}
        places = np.asarray(answers.places, dtype=np.int64)[chosen]
        keep = np.ones(len(places), dtype=bool)
        given = rows["item_id"]
        rows["item_id"] = self._items(given)
        self._note_ignored(rows)
        rows["label"], no_text = self.texts.read(rows["label"], keep & ~is_blank(rows["label"]))
        values = canonical_values(rows, self.shape, len(places))
        bad = {**values.refused, **no_text}
        bad |= dict.fromkeys(np.flatnonzero(is_blank(rows["item_id"])).tolist(), "The item id is empty.")
        for row in sorted(bad):
            item = given[row].as_py() or None
            self.refuse(Refusal(answers.file, int(places[row]), bad[row], NOT_COUNTED, item))
            keep[row] = False
        columns = {**self._optional(rows), **values.columns, "item_id": rows["item_id"]}
        if not keep.all():
            columns = {name: column.filter(keep) for name, column in columns.items()}
        return self._counted(columns, answers, places[keep])

    def _chosen(self, columns: Mapping[str, Any], count: int) -> np.ndarray[Any, np.dtype[np.bool_]]:
        for one in self.where.filters:
            if one.column not in columns:
                known = ", ".join(sorted(columns))
                raise InputError(
                    f"There is no column {one.column!r} to filter by.", remedy=f"There are: {known}."
                )
        keep = self.where.choose(columns, count)
        self.status.add(columns, keep)
        return keep

    def _items(self, given: Any) -> Any:
        """The ids of ours behind the delivered ones."""
        found = self.told.ids.read(given)
        if self.told.task_ids is None:
            return found
        tasks = found.to_pylist()
        return pick([self.told.task_ids.get(task or "") for task in tasks], len(tasks))

    def _take_sheets(self, answers: Answers) -> None:
        self.sheets_told = True
        sheets = dict(answers.sheets)
        count = len(sheets["item_id"])
        keep = self._chosen(sheets, count) if self.where.filters else np.ones(count, dtype=bool)
        sheets["item_id"] = self._items(sheets["item_id"])
        if "annotator_id" in sheets:  # an empty cell names nobody
            sheets["annotator_id"] = blank_to_null(sheets["annotator_id"])
        keep &= ~is_blank(sheets["item_id"])
        sheets = {name: column.filter(keep) for name, column in {**sheets, **self._times(sheets)}.items()}
        self.book.note_facts(self.enter(sheets, answers.file), sheets)

    def enter(self, columns: Mapping[str, Any], file: str) -> NDArray[np.int32]:
        """The sheet of each row, entered into the book."""
        return self.book.add(columns, file)

    def unjudged(self, rows: Mapping[str, Any]) -> NDArray[np.bool_]:
        """Rows that are no answers: marked as left out and of no class, such as KITTI's DontCare."""
        found = no_class(rows, self.counts.classes)
        if count := int(found.sum()):
            self.set_aside["area that is marked as left out, of no class"] += count
        return found

    def _note_ignored(self, rows: Mapping[str, Any]) -> None:
        """What gold leaves out is unscorable; a vendor's own mark takes nothing out of the count."""
        if "ignored" in rows:
            self.marked += int(rows["ignored"].true_count)

    def _optional(self, rows: Mapping[str, Any]) -> dict[str, Any]:
        """The further columns that the reader has."""
        found = {name: rows[name] for name in ("annotator_id", "sheet_id", *self.further) if name in rows}
        for name in found.keys() - {"ignored", "seconds", "labelled_at"}:
            found[name] = blank_to_null(found[name])
        if "flagged" in found:
            found["flagged"] = self.marks.read(found["flagged"])
        if "seconds" in found and str(found["seconds"].type) == "string":
            found["seconds"] = self.numbers.read(blank_to_null(found["seconds"]))
        return {**found, **self._times(found)}

    def _times(self, columns: Mapping[str, Any]) -> dict[str, Any]:
        when = columns.get("labelled_at")
        if when is None or str(when.type) != "string":
            return {}
        return {"labelled_at": self.moments.read(blank_to_null(when))}

    def _counted(self, columns: dict[str, Any], answers: Answers, lines: Any) -> dict[str, Any]:
        import pyarrow as pa

        sheets = self.enter(columns, "" if answers.joins else answers.file)
        self.book.add_rows(sheets)
        self.copies.add(columns, sheets)
        if self.told.sizes is not None:
            self.units.append(self.told.sizes(columns["label"].to_pylist()))
        self.doubles.add(columns, sheets, answers.file, np.asarray(lines, dtype=np.int64))
        if "start_s" in columns:
            start, end = (columns[name].to_numpy() for name in ("start_s", "end_s"))
            self.lasting.append(np.maximum(end - start, 0))
        if self.grouped:
            number = numbered(columns["object_id"], self.object_ids, NOBODY)
            self.objects.update((sheets.astype(np.int64) << 32 | number).tolist())
        columns.pop("sheet_id", None)
        codes = self.counts.add_parts(columns, answers.file, lines)
        return {**columns, **{name: pa.array(code, pa.int32()) for name, code in codes.items()}}

    def answered_with_nothing(self, items: ItemsFile) -> None:
        """Take the sheets of an items file: what has no row there was answered with nothing."""
        read = _as_they_are if items.ours else self._items
        columns = items.sheets(read, frozenset(self.book.items))
        self.book.note_facts(self.enter(columns, ""), columns)
        self.book.of_items.update(items.told(read))

    @property
    def grouped(self) -> bool:
        """Whether the rows of one object_id are one object."""
        return "object_id" in self.shape.names and self.shape.field("object_id").required

    def objects_on(self, settled: SettledSheets) -> int:
        """The objects on the sheets that count."""
        if self.units:
            return int(self.units_of_items(settled)[0].sum())
        if not self.grouped:
            return int(np.asarray(self.book.rows, dtype=np.int64)[settled.kept].sum())
        kept = set(settled.kept.tolist())
        return sum(one >> 32 in kept for one in self.objects)

    def most_time(self, settled: SettledSheets) -> dict[str, int]:
        """In thousandths of a second, how long the rows of an item last at most; of pieces of time only."""
        if not self.lasting:
            return {}
        lasting = np.concatenate(self.lasting)
        lasting[settled.dropped] = 0
        items = np.asarray([item for item, _, _ in self.book.known], dtype=np.int64)[self.book.all_rows]
        return {"most_time": int(np.bincount(items, lasting).max(initial=0))}

    def units_of_items(self, settled: SettledSheets) -> NDArray[np.int64]:
        """The units of the rows that count, and their characters, by item: two rows."""
        sheet_of_row, item_of = self.book.all_rows, [item for item, _, _ in self.book.known]
        counts = np.isin(sheet_of_row, settled.kept)
        counts[settled.dropped] = False
        sizes = np.concatenate(self.units, axis=1) * counts
        items = np.asarray(item_of, dtype=np.int64)[sheet_of_row]
        width = len(self.book.items)
        return np.stack([np.bincount(items, weights=one, minlength=width) for one in sizes]).astype(np.int64)

    def refuse(self, refusal: Refusal) -> None:
        """Count a row that is not taken."""
        self.refused += 1
        if len(self.refusals) < LISTED:
            self.refusals.append(refusal)


def no_class(rows: Mapping[str, Any], classes: frozenset[str]) -> NDArray[np.bool_]:
    """Which rows a reader marks as left out, and are of no class of the contract."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if "ignored" not in rows or not classes:
        return np.zeros(len(rows["item_id"]), dtype=np.bool_)
    known = pc.is_in(rows["label"], pa.array(sorted(classes), pa.string()))
    return np.asarray(pc.and_(rows["ignored"].fill_null(False), pc.invert(known)))


def _as_they_are(ids: Any) -> Any:
    return ids
