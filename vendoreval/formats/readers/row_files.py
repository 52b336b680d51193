"""Files of rows (CSV, TSV, JSON lines, Parquet, XLSX) as they are, or as the buyer says of them.

One row a box, polygon, line, mask, point, span or relation, in the columns of its shape (labels.shapes), or as
people write them: `x, y, width, height` for a box, `polygon` (WKT, or a flat list of x and y) for rings, `line`
for lines, `rle` (as COCO has it) for runs. `--map label==car` says what stands in every row, where no column
does. A row that names an item and holds no answer says that the item was answered with nothing. Classes of an
item may stand in one cell
(`labels`): then each row is an answer of its own.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Any

import numpy as np

from vendoreval.errors import InputError
from vendoreval.formats.readers.answer_cells import Cells, cells_of, constants
from vendoreval.formats.readers.interface import MAYBE, NO, SURE, Answers, Confidence, ReaderOption
from vendoreval.formats.readers.label_lists import a_row_a_class, a_row_an_accepted_answer, list_column
from vendoreval.formats.readers.label_values import is_blank, pick
from vendoreval.formats.readers.members import Member, firsts
from vendoreval.formats.readers.row_batches import Batch, texts
from vendoreval.formats.readers.rows import FORMATS, RowFile, open_rows, require
from vendoreval.formats.readers.sources import Source
from vendoreval.formats.readers.table_options import ROW_NAMES, SHEET, TABLES, Table, table_of
from vendoreval.labels.shapes import SHAPES, Shape
from vendoreval.labels.yes_no import said_yes

FURTHER = (
    "annotator_id", "label_id", "labelled_at", "seconds", "stage", "guideline_version", "source", "flagged",
    "ignored", "alternative", "difficulty", "edge_case",
)  # fmt: skip
NO_OPTIONS: Mapping[str, str] = MappingProxyType({})
ACCEPTED = "accepted"  # of gold texts: further right answers, as a list
_OF_GOLD = {"alternative": "alternative"}
_OF_SHEETS = ("width", "height", "text")  # what readers tell of a sheet's item


@dataclass(frozen=True)
class RowFiles:
    """Reads rows; `mapping` says which column holds a role, `raw` which columns are handed on as they are."""

    mapping: Mapping[str, str] = field(default_factory=dict)
    raw: Sequence[str] = ()
    fmt: str | None = None
    name: str = "rows"
    suffixes: tuple[str, ...] = (*FORMATS, ".gz")
    yields: frozenset[str] = frozenset(SHAPES)
    options: tuple[ReaderOption, ...] = TABLES

    def recognises(self, source: Source) -> Confidence:
        """By the columns of the first file: an item, and the answer of some shape."""
        member = source.members[0]
        try:
            with opened_member(member, self.fmt) as file:
                names = {*self.mapping, *file.names}
        except InputError as error:
            return Confidence(NO, str(error))
        shapes = [shape for shape in SHAPES.values() if shape.many and cells_of(shape, names, self.mapping)]
        if {"item_id", "task_id"} & names and shapes:
            most = max(sum(one.required for one in shape.fields) for shape in shapes)
            fullest = [one.name for one in shapes if sum(field.required for field in one.fields) == most]
            return Confidence(SURE, f"{member.name} has the columns of {' or '.join(fullest)}.")
        return Confidence(MAYBE if "item_id" in names else NO, f"{member.name} is a file of rows.")

    def read(self, source: Source, shape: Shape, options: Mapping[str, str]) -> Iterator[Answers]:
        """All rows of all files, in order, of equal files those of the first.

        Raises InputError for columns that are not there.
        """
        for member, first in zip(source.members, firsts(source.members), strict=True):
            if first != member.name:
                note = f"{member.name} is a copy of {first}: it is read once."
                yield Answers(member.name, {}, (), set_aside={"copied file": 1}, notes=(note,))
                continue
            with opened_member(member, self.fmt, options) as file:
                yield from self._file(
                    self.table(file, member.name, options, answers=shape.name), member.name, shape
                )

    def table(
        self, file: RowFile, name: str, options: Mapping[str, str], *, gold: bool = False, answers: str = ""
    ) -> Table:
        """The file called `name` as it is to be read, as `gold` or as a delivery of `answers` (a task type)."""
        return table_of(file, name, self.mapping, self.raw, options)

    def fits(self, names: Sequence[str]) -> str:
        """What in the columns' names is a platform's own; empty for rows."""
        return ""

    def with_columns(self, mapping: Mapping[str, str], raw: Sequence[str]) -> RowFiles:
        """The same reader with columns for roles, and columns that are handed on."""
        return replace(self, mapping=mapping, raw=raw)

    def _file(self, table: Table, name: str, shape: Shape) -> Iterator[Answers]:
        file, mapping = table.file, table.mapping
        cells = cells_of(shape, file.names, mapping)
        required, listed = {"item_id": _item(file.names, mapping)}, list_column(shape, file.names, mapping)
        told = {role for role in constants(mapping) if role in shape.names}
        required |= {r: mapping[r] for r in mapping if r in (*FURTHER, *shape.names) and r not in told}
        if cells is None:
            lacking = [one.name for one in shape.fields if one.required and one.name not in told]
            required |= {name: mapping.get(name, name) for name in lacking}
        if listed:
            required["label"] = listed
        require(file, required)
        assert cells is not None  # `require` names what is missing
        further = {role: mapping.get(role, role) for role in FURTHER}
        further = {role: column for role, column in further.items() if column in file.names}
        raw = [column for column in self.raw if column in file.names]
        wanted = {required["item_id"], *([listed] if listed else cells.columns), *further.values(), *raw}
        accepted = shape.single and ACCEPTED in file.names and "alternative" not in further
        own_sheets = bool(listed) or (shape.single and "alternative" not in further)
        notes = file.notes
        for batch in file.batches({*wanted, ACCEPTED} if accepted else wanted):
            if listed:
                batch, cells = a_row_a_class(batch, listed, name), replace(cells, source={"label": ("label",)})
            if accepted:
                batch = a_row_an_accepted_answer(batch, cells.columns[0], ACCEPTED)
                cells, further = replace(cells, source={"label": ("label",)}), {**further, **_OF_GOLD}
            found = _answers(
                batch, cells, required["item_id"], further, name, raw, own_sheets=own_sheets, comma=file.comma
            )
            yield replace(found, notes=notes)
            notes = ()

    def unread(
        self, source: Source, shape: Shape, further: Sequence[str], options: Mapping[str, str]
    ) -> tuple[str, ...]:
        """The columns of all files from which neither an answer nor one of the roles `further` is read."""
        found: dict[str, None] = {}
        for member in source.members:
            with opened_member(member, self.fmt, options) as opened:
                table = self.table(opened, member.name, options, answers=shape.name)
                names, mapping = table.file.names, table.mapping
                cells = cells_of(shape, names, mapping)
                read = {_item(names, mapping), *(mapping.get(role, role) for role in further)}
                listed = list_column(shape, names, mapping)
                read.update([listed] if listed else cells.columns if cells else ())
                read.update([ACCEPTED] if shape.single else [])
                found.update(dict.fromkeys(name for name in names if name and name not in read))
        return tuple(found)


READER = RowFiles()


def _item(names: Sequence[str], mapping: Mapping[str, str]) -> str:
    """The column of the items; in a task list of ours that came back, that of the tasks."""
    ours = "item_id" not in mapping and "item_id" not in names and "task_id" in names
    return "task_id" if ours else mapping.get("item_id", "item_id")


def _answers(
    batch: Batch, cells: Cells, item: str, further: Mapping[str, str], file: str, raw: Sequence[str],
    *, own_sheets: bool, comma: bool,
) -> Answers:  # fmt: skip
    """One batch of rows; those without any answer become sheets. `own_sheets`: each line is one answer."""
    count = len(batch.lines)
    read = {"item_id": pick(batch.columns.get(item), count)}
    read |= {role: pick(batch.columns.get(column), count) for role, column in further.items()}
    if own_sheets:
        read["sheet_id"] = texts([str(line) for line in batch.lines])
    if "ignored" in read:
        read["ignored"] = _marked(read["ignored"])
    blank = np.logical_and.reduce([is_blank(pick(batch.columns.get(name), count)) for name in cells.columns])
    blank &= ~is_blank(read["item_id"])
    values = cells.read(batch.columns, count, comma)
    lines = batch.places
    bad = {row: why for row, why in values.refused.items() if not blank[row]}
    keep = ~blank
    keep[list(bad)] = False
    refusals = tuple(
        cells.refusal(file, int(lines[row]), bad[row], read["item_id"][row].as_py()) for row in sorted(bad)
    )
    rows = {name: column.filter(keep) for name, column in {**read, **values.columns}.items()}
    handed = {name: pick(batch.columns.get(name), count) for name in raw}
    sheets = {**{name: column for name, column in handed.items() if name not in _OF_SHEETS}, **read}
    return Answers(
        file, rows, lines[keep].tolist(),
        {name: column.filter(blank) for name, column in sheets.items()} if blank.any() else {},
        (*batch.refusals, *refusals), raw={name: column.filter(keep) for name, column in handed.items()},
        joins=not own_sheets,
    )  # fmt: skip


def _marked(column: Any) -> Any:
    import pyarrow as pa

    truth = [said_yes(text) is True for text in column.to_pylist()]
    return pa.array(truth, pa.bool_())


@contextmanager
def opened_member(
    member: Member, fmt: str | None, options: Mapping[str, str] = NO_OPTIONS
) -> Iterator[RowFile]:
    """The member as a row file; one that lies in an archive is unpacked beside for as long as it is read."""
    if member.path is not None:
        yield opened_rows(member.path, fmt, options)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / PurePosixPath(member.name).name
        with member.open() as packed, path.open("wb") as out:
            while data := packed.read(1 << 20):
                out.write(data)
        yield opened_rows(path, fmt, options)


def opened_rows(path: Path, fmt: str | None, options: Mapping[str, str]) -> RowFile:
    """A row file as `open_rows` has it, by the options of a format of rows."""
    return open_rows(path, fmt, options.get(SHEET.name, ""), options.get(ROW_NAMES.name) == "first")
