"""Gold of any number of rows an item: the same readers as deliveries, under a strict policy.

Whatever a delivery would refuse or leave open stops the import, for gold must be beyond doubt.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import IO, Any

from vendoreval.errors import InputError
from vendoreval.formats.intake.delivery_parts import OPTIONAL, PartStream, Told
from vendoreval.formats.intake.gold_rows import ROLES
from vendoreval.formats.intake.items_file import ItemsFile
from vendoreval.formats.intake.part_sheets import SettledSheets, sheet_columns
from vendoreval.formats.readers.interface import Answers
from vendoreval.formats.readers.label_values import FALSE, TRUE
from vendoreval.formats.readers.row_batches import texts
from vendoreval.formats.writers.gold_table import SCHEMA
from vendoreval.formats.writers.parquet_table import LabelWriter, filled
from vendoreval.labels.refusals import Refusal
from vendoreval.labels.shapes import Shape

OF_ROWS = ("alternative", "ignored")
OF_ITEMS = ("difficulty", "edge_case")


@dataclass(frozen=True)
class GoldIntake:
    """What was taken: items, parts of their answers, and what a person should know."""

    items: int
    parts: int
    notes: tuple[str, ...]


@dataclass
class _Strict(PartStream):
    """A stream that stops at the first row that cannot be taken."""

    further: tuple[str, ...] = (*OPTIONAL, "ignored", "alternative")
    of_items: dict[str, dict[str, str]] = field(default_factory=dict)  # column -> item -> value

    def refuse(self, refusal: Refusal) -> None:
        raise InputError(
            refusal.reason, file=refusal.file, line=refusal.line,
            remedy=f"Item {refusal.item_id!r}; gold is taken whole or not at all."
            if refusal.item_id
            else "Gold is taken whole or not at all.",
        )  # fmt: skip

    def take(self, answers: Answers) -> dict[str, Any]:
        """As for deliveries; what is told of items is kept, one value an item."""
        for columns in (answers.rows, answers.sheets):
            told = {name: columns[name] for name in OF_ITEMS if name in columns}
            beside = answers.raw if columns is answers.rows else columns
            told |= {name: beside[name] for name in answers.raw if name in beside}
            if "item_id" in columns:
                self._keep(self._items(columns["item_id"]).to_pylist(), told)
        return super().take(answers)

    def _keep(self, ids: Sequence[str | None], told: Mapping[str, Any]) -> None:
        for name, column in told.items():
            known = self.of_items.setdefault(name, {})
            for item, value in zip(ids, column.to_pylist(), strict=True):
                if item and value:
                    known.setdefault(item, value)


def read_gold_parts(
    batches: Iterable[Answers], sink: IO[bytes], shape: Shape, told: Told, items: ItemsFile | None = None
) -> GoldIntake:
    """Stream a reader's `batches` into `sink` as canonical gold: rows, then a row an item.

    Raises InputError with file and line for a row that cannot be taken, a class that the contract does not
    know, or an item that is answered twice.
    """
    base = PartStream.of(shape, told)
    stream = _Strict(base.shape, base.told, base.counts, base.texts, base.where, base.status)
    waiting = [columns for answers in batches if (columns := stream.take(answers))]
    if items is not None and not stream.sheets_told:
        stream.answered_with_nothing(items)
    _check(stream)
    names = list(dict.fromkeys(name for columns in waiting for name in columns))
    keep = [name for name in ("item_id", *shape.names, *OF_ROWS) if name in (*shape.names, *names)]
    sheets = _sheets(stream)
    every = ["item_id", *(name for name in keep if name != "item_id"), *(n for n in sheets if n not in keep)]
    with LabelWriter(sink, every, SCHEMA, shape) as writer:
        for columns in (*waiting, sheets):
            writer.write(filled(_numbered(columns), every, len(columns["item_id"])))
    return GoldIntake(len(stream.book), stream.counts.labels, tuple(_notes(stream)))


def _check(stream: _Strict) -> None:
    if stream.counts.unknown:
        one = next(iter(stream.counts.unknown.values()))
        raise InputError(
            f"The contract knows no class {one.label!r}.", file=one.file, line=one.line,
            remedy=f"Its classes: {', '.join(stream.told.classes[:12])}.",
        )  # fmt: skip
    if not len(stream.book):
        unmet = " ".join(stream.where.unmet())
        raise InputError("There is no gold item in it.", remedy=unmet or "Check the file.")
    if len(stream.book) > len(stream.book.items):
        ids = list(stream.book.items)
        name = ids[
            next(item for item, sheets in Counter(key[0] for key in stream.book.known).items() if sheets > 1)
        ]
        raise InputError(
            f"The item {name!r} is answered more than once.",
            remedy="Gold has one answer an item; number further right answers in a column alternative.",
        )
    marks = stream.of_items.get("edge_case", {})
    wrong = next((value for value in marks.values() if value.strip().lower() not in (*TRUE, *FALSE)), None)
    if wrong is not None:
        raise InputError(f"edge_case is {wrong!r}.", remedy="Write true or false, or leave it empty.")


def _sheets(stream: _Strict) -> dict[str, Any]:
    import numpy as np

    every = np.arange(len(stream.book), dtype=np.int64)
    nobody: Sequence[str | None] = [None] * len(stream.book)
    settled = SettledSheets(every, tuple(nobody), every[:0], None, ())
    columns = sheet_columns(stream.book, settled)
    columns.pop("annotator_id")
    ids = columns["item_id"].to_pylist()
    for name, values in stream.of_items.items():
        label = f"original_{name}" if name in ROLES and name not in OF_ITEMS else name
        columns[label] = texts([values.get(item) for item in ids])
    return columns


def _numbered(columns: Mapping[str, Any]) -> dict[str, Any]:
    """The `alternative` of each row as a number from 0; raises InputError for anything else."""
    import pyarrow as pa

    if "alternative" not in columns:
        return dict(columns)
    given = [(text or "0").strip() for text in columns["alternative"].to_pylist()]
    wrong = next((text for text in given if not text.isdecimal() or int(text) > 1000), None)
    if wrong is not None:
        raise InputError(f"alternative is {wrong!r}.", remedy="Number an item's answers 0, 1, 2 …")
    return {**columns, "alternative": pa.array([int(text) for text in given], pa.int64())}


def _notes(stream: _Strict) -> Iterable[str]:
    rows = stream.book.rows
    yield f"{len(rows):,} items, of which {sum(not count for count in rows):,} hold nothing to be found."
    if stream.marked:
        yield (
            f"{stream.marked:,} of {stream.counts.labels:,} rows are left out (crowd, difficult and the like): "
            "nobody is judged by them. Where the format has an option for it, --read crowd=object counts them."
        )
    yield from stream.notes
    if stream.set_aside:
        listed = ", ".join(f"{kind} {count:,}" for kind, count in sorted(stream.set_aside.items()))
        yield f"In the files, and no answers of this task type: {listed}."
    yield from stream.where.notes()
    yield from stream.told.ids.notes()


def without_people(answers: Answers) -> Answers:
    """The answers of gold, whoever gave them."""
    rows = {name: column for name, column in answers.rows.items() if name != "annotator_id"}
    sheets = {name: column for name, column in answers.sheets.items() if name != "annotator_id"}
    return replace(answers, rows=rows, sheets=sheets)
