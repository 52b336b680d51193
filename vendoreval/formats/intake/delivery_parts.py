"""Taking in answers of any number of rows an item: a reader's batches → canonical Parquet, all counted."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from vendoreval.errors import InputError
from vendoreval.formats.intake.delivered_ids import DeliveredIds
from vendoreval.formats.intake.delivery_rows import NOTHING_STATED
from vendoreval.formats.intake.doubled_rows import Doubles
from vendoreval.formats.intake.intake_counts import Counts, look_alikes, numbered
from vendoreval.formats.intake.intake_report import SHOWN, DeliveryIntake
from vendoreval.formats.intake.item_ids import ItemIds
from vendoreval.formats.intake.items_file import ItemsFile
from vendoreval.formats.intake.label_texts import LabelTexts
from vendoreval.formats.intake.part_copies import Copies, copied_rows, texts_of
from vendoreval.formats.intake.part_sheets import (
    NOBODY,
    SettledSheets,
    SheetBook,
    may_repeat,
    settle_sheets,
    sheet_columns,
)
from vendoreval.formats.intake.part_values import canonical_values
from vendoreval.formats.intake.repeated_rows import without
from vendoreval.formats.intake.row_filter import Filtering, RowFilter, refuse_on_labels
from vendoreval.formats.intake.row_stream import LISTED
from vendoreval.formats.intake.status_columns import StatusColumns
from vendoreval.formats.readers.interface import Answers
from vendoreval.formats.readers.label_values import Marks, Moments, Numbers, blank_to_null, is_blank, pick
from vendoreval.formats.writers.parquet_table import LabelWriter, filled
from vendoreval.labels.refusals import Refusal
from vendoreval.labels.repeats import Ints
from vendoreval.labels.settled import settled_sentences
from vendoreval.labels.shapes import Shape
from vendoreval.labels.statements import Statements
from vendoreval.labels.table import CODES, SHEET
from vendoreval.tasks.many_units import Sizes

SCHEMA = "vendoreval/labels/2"
OPTIONAL = ("label_id", "labelled_at", "seconds", "stage", "guideline_version", "source", "flagged")
_NOT_COUNTED = "The row is not counted; what it answers counts as missing."


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
        return cls(shape, told, Counts(frozenset(told.classes)), texts, Filtering(told.where), status)

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
            self.refuse(Refusal(answers.file, int(places[row]), bad[row], _NOT_COUNTED, item))
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


def read_parts(
    batches: Iterable[Answers], sink: IO[bytes], shape: Shape, told: Told, items: ItemsFile | None = None
) -> DeliveryIntake:
    """Stream a reader's `batches` into `sink`, open for reading and writing, as canonical Parquet.

    Where the format does not tell which items were answered with nothing, those of `items` without a row were.
    Raises InputError when nothing is answered, UsageError for a statement that may not be.
    """
    stream = PartStream.of(shape, told)
    columns = canonical_columns(shape)
    with LabelWriter(sink, columns, SCHEMA, shape) as writer:
        for answers in batches:
            _write(writer, stream.take(answers))
        if items is not None and not stream.sheets_told:
            stream.answered_with_nothing(items)
        if not len(stream.book):
            raise _nothing_answered(stream)
        told.ids.finish()
        nothing = np.empty(0, dtype=np.int64)
        suspect = len(stream.copies.candidates()[0]) + len(stream.doubles.rows(nothing)) > 0
        again = may_repeat(stream.book, told.stated) or suspect
        if not again:
            settled = settle_sheets(sink, stream.book, told.repeats, told.stated)
            _write(writer, sheet_columns(stream.book, settled))
    if again:
        copied = copied_rows(stream.copies, texts_of(sink))
        doubled = _contradicting(stream, copied, sink)
        stream.book.leave_out(np.union1d(copied, doubled))
        settled = settle_sheets(sink, stream.book, told.repeats, told.stated).with_copies(copied, told.repeats)
        without(sink, np.union1d(settled.dropped, doubled), SCHEMA, sheet_columns(stream.book, settled), shape)
    return _result(stream, settled, items)


def _contradicting(stream: PartStream, copied: Ints, sink: IO[bytes]) -> Ints:
    """Rows that say of one thing what others of their answer say otherwise: they are refused."""
    doubled = stream.doubles.rows(copied)
    for row, text in zip(doubled.tolist(), texts_of(sink)(doubled) if len(doubled) else (), strict=True):
        stream.refuse(stream.doubles.refusal(row, json.loads(text), _NOT_COUNTED))
    stream.counts.labels -= len(doubled)
    return doubled


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


def canonical_columns(shape: Shape) -> list[str]:
    """The columns of the canonical table, in order."""
    return ["item_id", "annotator_id", *shape.names, *OPTIONAL, *CODES, *SHEET]


def _write(writer: LabelWriter, columns: Mapping[str, Any]) -> None:
    if columns:
        writer.write(filled(columns, writer.names, len(columns["item_id"])))


def _result(stream: PartStream, settled: SettledSheets, items: ItemsFile | None) -> DeliveryIntake:
    counts, book, texts = stream.counts, stream.book, stream.texts
    sent = items.ids(stream.told.task_ids) if items is not None else _all_sent(stream.told)
    named, ids = set(sent or ()), DeliveredIds.of(book.items)
    unknown = sorted(counts.unknown.values(), key=lambda kind: (-kind.count, kind.label))[:SHOWN]
    told = {"stated": stream.told.stated.to_json(), **texts.report(), "repeats": settled.report}
    told |= {"ids": done} if (done := stream.told.ids.report(ids)) else {}
    told |= {"set_aside": dict(sorted(stream.set_aside.items()))} if stream.set_aside else {}
    sheets = np.asarray([item for item, _, _ in book.known], dtype=np.int64)[settled.kept]
    rows = np.asarray(book.rows, dtype=np.int64)[settled.kept]
    of_items = np.bincount(sheets, weights=rows, minlength=len(book.items)).astype(np.int64)
    listed: dict[str, Any] = (
        {"listed": _listed(book, settled)} if items is not None and not stream.sheets_told else {}
    )
    if stream.units:
        of_items, characters = stream.units_of_items(settled)
        listed["most_characters"] = int(characters.max())
    told["sheets"] = {
        "answered": len(sheets), "with_nothing": int((rows == 0).sum()),
        "most_of_an_item": int(np.bincount(sheets).max(initial=0)), "objects": stream.objects_on(settled),
        **stream.most_time(settled), **listed,
    }  # fmt: skip
    came = () if stream.told.task_ids is not None else sent or ()
    asked = texts.unsettled({label: kind.count for label, kind in counts.unknown.items()})
    return DeliveryIntake(
        rows_read=counts.labels + stream.refused + stream.where.rows_left_out,
        labels=counts.labels - len(settled.dropped),
        refused=stream.refused,
        left_out=stream.where.rows_left_out,
        items=len(book.items),
        annotators=len(book.people),
        items_with_several_labels=int(np.count_nonzero(np.bincount(sheets) > 1)),
        repeated_labels=len(book) - len(settled.kept),
        unknown_class=sum(kind.count for kind in counts.unknown.values()),
        classes_unknown=tuple(sorted(counts.unknown)[:SHOWN]),
        unknown_labels=tuple(
            replace(kind, nearest=texts.dictionary.classes.nearest(kind.label)) for kind in unknown
        ),
        missing_items=None if sent is None else len(named - book.items.keys()),
        extra_items=None if sent is None else len(book.items.keys() - named),
        refusals=tuple(stream.refusals),
        notes=(*stream.notes, *_notes(stream, settled), *settled_sentences(told)),
        sent=sent,
        unsettled=(
            *asked, *settled.unsettled, *stream.status.unsettled(counts.classes),
            *stream.told.ids.unsettled(ids, came),
        ),
        filtered=tuple(stream.where.to_json()),
        settled=told,
        most_labels=int(of_items.max(initial=0)),
    )  # fmt: skip


def _listed(book: SheetBook, settled: SettledSheets) -> list[list[str | None]]:
    """Item and annotator of the sheets without a row, which the items file named."""
    items, keys = list(book.items), list(book.known)
    return [
        [items[keys[number][0]], settled.annotators[number]]
        for number in settled.kept.tolist()
        if not book.rows[number]
    ]


def _all_sent(told: Told) -> tuple[str, ...] | None:
    return None if told.task_ids is None else tuple(sorted(told.task_ids.values()))


def _notes(stream: PartStream, settled: SettledSheets) -> Iterator[str]:
    rows = np.asarray(stream.book.rows)[settled.kept]
    yield f"{len(rows):,} answers, of which {int((rows == 0).sum()):,} say that there is nothing."
    if stream.set_aside:
        listed = ", ".join(f"{kind} {count:,}" for kind, count in sorted(stream.set_aside.items()))
        yield f"In the files, and no answers of this task type: {listed}."
    if stream.marked:
        yield (
            f"{stream.marked:,} rows are marked as crowd, difficult or the like. They count as all others do: "
            "only gold says what is left out."
        )
    if not stream.book.people:
        yield "Nobody is named as annotator, so nothing can be said about single annotators."
    yield from stream.moments.notes("labelled_at")
    yield from stream.numbers.notes("seconds")
    yield from stream.marks.notes("flagged")
    yield from stream.where.notes()
    yield from stream.told.ids.notes()
    unknown = sum(kind.count for kind in stream.counts.unknown.values())
    if unknown:
        yield f"{unknown:,} rows are of no class that the contract knows: this is open unless it was stated."
    for what, ids in (("items", stream.book.items), ("annotators", stream.book.people)):
        alike = look_alikes(ids.keys())
        if alike:
            yield (
                f"{len(alike):,} {what} are counted apart although only white space or Unicode form "
                f"differs, for example {alike[0][0]!r} and {alike[0][1]!r}."
            )


def _nothing_answered(stream: PartStream) -> InputError:
    aside = [f"{count:,} {kind}" for kind, count in sorted(stream.set_aside.items())]
    why = [refusal.reason for refusal in stream.refusals[:1]]
    more = [f"In the files, but no answers of this task type: {', '.join(aside)}."] if aside else []
    return InputError(
        f"No answer was taken: {stream.refused:,} rows refused, {stream.where.rows_left_out:,} left out by "
        "--where.",
        remedy=" ".join([*stream.where.unmet(), *why, *more]),
    )
