"""Gold of any number of rows an item: the same readers as deliveries, under a strict policy.

Whatever a delivery would refuse or leave open stops the import, for gold must be beyond doubt.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from vendoreval.errors import InputError
from vendoreval.formats.intake.items_file import ItemsFile
from vendoreval.formats.intake.part_copies import copied_rows
from vendoreval.formats.intake.part_sheets import SettledSheets, sheet_columns
from vendoreval.formats.intake.part_stream import OPTIONAL, PartStream, Told
from vendoreval.formats.readers.interface import Answers
from vendoreval.formats.readers.row_batches import texts
from vendoreval.formats.writers.gold_answers import ROLES
from vendoreval.formats.writers.gold_table import SCHEMA
from vendoreval.formats.writers.parquet_table import LabelWriter, filled
from vendoreval.labels.refusals import Refusal
from vendoreval.labels.repeats import Ints
from vendoreval.labels.shapes import Shape
from vendoreval.labels.table import CODES
from vendoreval.labels.yes_no import said_yes

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
    people: dict[str, set[tuple[str, str]]] = field(default_factory=dict)  # item -> who gave which alternative

    def refuse(self, refusal: Refusal) -> None:
        raise InputError(
            refusal.reason, file=refusal.file, line=refusal.line,
            remedy=f"Item {refusal.item_id!r}; gold is taken whole or not at all."
            if refusal.item_id
            else "Gold is taken whole or not at all.",
        )  # fmt: skip

    def unjudged(self, rows: Mapping[str, Any]) -> NDArray[np.bool_]:
        """None: gold says with them what is left out."""
        return np.zeros(len(rows["item_id"]), dtype=np.bool_)

    def take(self, answers: Answers) -> dict[str, Any]:
        """As for deliveries, whoever answered; what is told of items is kept, one value an item."""
        for columns in (answers.rows, answers.sheets):
            told = {name: columns[name] for name in OF_ITEMS if name in columns}
            beside = answers.raw if columns is answers.rows else columns
            told |= {name: beside[name] for name in answers.raw if name in beside}
            if "item_id" in columns:
                self._keep(self._items(columns["item_id"]).to_pylist(), told)
        return super().take(answers)

    def enter(self, columns: Mapping[str, Any], file: str) -> NDArray[np.int32]:
        """An item has one sheet, whoever answered; who did is noted."""
        if "annotator_id" in columns:
            ids, people = columns["item_id"].to_pylist(), columns["annotator_id"].to_pylist()
            which = columns["alternative"].to_pylist() if "alternative" in columns else [None] * len(ids)
            for item, person, alternative in set(zip(ids, people, which, strict=True)):
                if person:
                    self.people.setdefault(item, set()).add((alternative or "0", person))
        return super().enter({name: one for name, one in columns.items() if name != "annotator_id"}, file)

    @property
    def answered_twice(self) -> str | None:
        """An item to which several people gave one and the same answer, each another part of it."""
        for item, given in self.people.items():
            if len(given) > len({alternative for alternative, _ in given}):
                return item
        return None

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
    waiting, copied = _without_copies(stream, waiting)
    if items is not None and not stream.sheets_told:
        stream.answered_with_nothing(items)
    _check(stream)
    names = list(dict.fromkeys(name for columns in waiting for name in columns))
    keep = [name for name in ("item_id", *shape.names, *OF_ROWS) if name in (*shape.names, *names)]
    sheets = _sheets(stream)
    every = list(dict.fromkeys(("item_id", *keep, *sheets)))
    with LabelWriter(sink, every, SCHEMA, shape) as writer:
        for columns in (*waiting, sheets):
            writer.write(filled(_numbered(columns), every, len(columns["item_id"])))
    said = [f"{copied:,} rows are the same as others of their item in every column, and count once."]
    return GoldIntake(
        len(stream.book), stream.counts.labels - copied, (*_notes(stream), *(said if copied else []))
    )


def _without_copies(stream: PartStream, waiting: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], int]:
    """The batches without rows that repeat others, and how many those are."""
    ends = np.cumsum([0, *(len(columns["item_id"]) for columns in waiting)])

    def read(rows: Ints) -> list[str]:
        batch = np.searchsorted(ends, rows, side="right") - 1
        places = zip(batch.tolist(), (rows - ends[batch]).tolist(), strict=True)
        return [
            json.dumps(
                [column[row].as_py() for name, column in sorted(waiting[b].items()) if name not in CODES]
            )
            for b, row in places
        ]

    copied = copied_rows(stream.copies, read)
    for row in stream.doubles.rows(copied)[:1].tolist():
        batch = int(np.searchsorted(ends, row, side="right")) - 1
        values = {name: column[row - int(ends[batch])].as_py() for name, column in waiting[batch].items()}
        stream.refuse(stream.doubles.refusal(row, values, ""))
    if not len(copied):
        return waiting, 0
    stream.book.leave_out(copied)
    left = np.ones(ends[-1], dtype=bool)
    left[copied] = False
    kept = [
        {name: column.filter(left[start:stop]) for name, column in columns.items()}
        for columns, start, stop in zip(waiting, ends[:-1], ends[1:], strict=True)
    ]
    return kept, len(copied)


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
    ids = list(stream.book.items)
    often = (ids[item] for item, sheets in Counter(key[0] for key in stream.book.known).items() if sheets > 1)
    name = next(often, stream.answered_twice)
    if name is not None:
        raise InputError(
            f"The item {name!r} is answered more than once.",
            remedy="Gold has one answer an item: take one person's (--where annotator_id=NAME), or number "
            "further right answers in a column alternative.",
        )
    marks = stream.of_items.get("edge_case", {})
    wrong = next((value for value in marks.values() if said_yes(value) is None), None)
    if wrong is not None:
        raise InputError(f"edge_case is {wrong!r}.", remedy="Write true or false, or leave it empty.")


def _sheets(stream: _Strict) -> dict[str, Any]:
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
    items = "1 item" if len(rows) == 1 else f"{len(rows):,} items"
    yield f"{items}, of which {sum(not count for count in rows):,} hold nothing to be found."
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
