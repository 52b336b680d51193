"""Taking in answers of any number of rows an item: a reader's batches → canonical Parquet, all counted."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import IO, Any

import numpy as np

from vendoreval.errors import InputError
from vendoreval.formats.intake.delivered_ids import DeliveredIds
from vendoreval.formats.intake.intake_counts import look_alikes
from vendoreval.formats.intake.intake_report import SHOWN, DeliveryIntake
from vendoreval.formats.intake.items_file import ItemsFile
from vendoreval.formats.intake.part_copies import copied_rows, texts_of
from vendoreval.formats.intake.part_sheets import (
    SettledSheets,
    SheetBook,
    may_repeat,
    settle_sheets,
    sheet_columns,
)
from vendoreval.formats.intake.part_stream import NOT_COUNTED, OPTIONAL, PartStream, Told
from vendoreval.formats.intake.repeated_rows import without
from vendoreval.formats.readers.interface import Answers
from vendoreval.formats.writers.parquet_table import LabelWriter, filled
from vendoreval.labels.repeats import Ints
from vendoreval.labels.settled import settled_sentences
from vendoreval.labels.shapes import Shape
from vendoreval.labels.table import CODES, SHEET

SCHEMA = "vendoreval/labels/2"


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
        stream.refuse(stream.doubles.refusal(row, json.loads(text), NOT_COUNTED))
    stream.counts.labels -= len(doubled)
    return doubled


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
    answers = "1 answer" if len(rows) == 1 else f"{len(rows):,} answers"
    yield f"{answers}, of which {int((rows == 0).sum()):,} say that there is nothing."
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
