"""Other views of a row file: columns out of paths into cells, a row a cell, the file's name as a column.

A view is a row file itself, so that filters, refusals and counts are the same for all. Plain files have none.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from vendoreval.errors import InputError
from vendoreval.formats.readers.json_paths import Path, path_of
from vendoreval.formats.readers.label_values import is_blank, pick
from vendoreval.formats.readers.row_batches import NOT_COUNTED, Batch
from vendoreval.formats.readers.rows import RowFile, require
from vendoreval.labels.refusals import Refusal


@dataclass(frozen=True)
class View(RowFile):
    """A row file that is made of the rows of another one."""

    inner: RowFile = field(kw_only=True)


@dataclass(frozen=True)
class PathRows(View):
    """Rows with a column for each of the `paths`, by the text with which it was asked for."""

    paths: Mapping[str, Path] = field(kw_only=True)

    def _read(self, wanted: Collection[str]) -> Iterator[Batch]:
        asked = {name: path for name, path in self.paths.items() if name in wanted}
        plain = {name for name in wanted if name not in asked} | {path.column for path in asked.values()}
        for batch in self.inner.batches(plain):
            yield self._followed(batch, asked)

    def _followed(self, batch: Batch, asked: Mapping[str, Path]) -> Batch:
        import pyarrow as pa

        columns = dict(batch.columns)
        bad: dict[int, str] = {}
        for name, path in asked.items():
            coded = pick(batch.columns.get(path.column), len(batch.lines)).dictionary_encode()
            read = [_read(path, text) for text in coded.dictionary.to_pylist()]
            columns[name] = pa.array([text for text, _ in read], pa.string()).take(coded.indices)
            reasons = pa.array([reason or None for _, reason in read], pa.string()).take(coded.indices)
            for row in np.flatnonzero(np.asarray(reasons.is_valid())).tolist():
                bad.setdefault(row, reasons[row].as_py())
        lines = batch.places
        refused = [Refusal(self.path.name, int(lines[row]), bad[row], NOT_COUNTED) for row in sorted(bad)]
        if not refused:
            return Batch(columns, batch.lines, batch.refusals)
        keep = np.ones(len(lines), dtype=bool)
        keep[list(bad)] = False
        return Batch(
            {name: column.filter(pa.array(keep)) for name, column in columns.items()}, lines[keep].tolist(),
            tuple(sorted((*batch.refusals, *refused), key=lambda one: one.line)),
        )  # fmt: skip


def _read(path: Path, text: str | None) -> tuple[str | None, str]:
    try:
        return path.read(text), ""
    except ValueError as error:
        return None, str(error)


def with_paths(file: RowFile, columns: Mapping[str, str]) -> RowFile:
    """The file with the columns that are asked for (role -> column) as paths into cells.

    Raises UsageError for a path that cannot be read, InputError for one into a column that is not there.
    """
    found = {text: path for text in columns.values() if text not in file.names and (path := path_of(text))}
    if not found:
        return file
    for role, text in columns.items():
        if text in found:
            require(file, {role: found[text].column})
    return PathRows(
        file.path,
        file.kind,
        (*file.names, *found),
        layout=file.layout,
        notes=file.notes,
        inner=file,
        paths=found,
    )


@dataclass(frozen=True)
class WideRows(View):
    """A row for each cell of some columns that holds something.

    `keys` says for each of those columns what its cells are about: a person, or an item. It stands in the
    column `role`, the cell in `cell`.
    """

    keys: Mapping[str, str] = field(kw_only=True)
    role: str = field(kw_only=True)
    cell: str = field(kw_only=True)

    def _read(self, wanted: Collection[str]) -> Iterator[Batch]:
        kept = {name for name in wanted if name not in (self.role, self.cell)}
        for batch in self.inner.batches(kept | self.keys.keys()):
            yield self._melted(batch, kept)

    def _melted(self, batch: Batch, kept: Collection[str]) -> Batch:
        import pyarrow as pa

        count, wide = len(batch.lines), [pick(batch.columns.get(name), len(batch.lines)) for name in self.keys]
        filled = np.flatnonzero(~np.stack([is_blank(column) for column in wide], axis=1))
        rows, which = filled // len(wide), filled % len(wide)
        columns: dict[str, Any] = {
            name: pick(batch.columns.get(name), count).take(pa.array(rows)) for name in kept
        }
        columns[self.role] = pa.array([*self.keys.values()], pa.string()).take(pa.array(which))
        columns[self.cell] = pa.concat_arrays(wide).take(pa.array(which * count + rows))
        return Batch(columns, batch.places[rows].tolist(), batch.refusals)


def wide(file: RowFile, keys: Mapping[str, str], role: str, note: str = "") -> RowFile:
    """The file with a row a cell of the columns `keys`, in the columns `role` and `label`.

    Raises InputError where one of these is there already.
    """
    kept = [name for name in file.names if name not in keys]
    for name in (role, "label"):
        if name in kept:
            raise InputError(
                f"--wide makes a column {name}, and the file has one.", file=str(file.path),
                remedy="Is each row one answer already? Then leave --wide out."
                if name == "label" or role == "item_id"
                else "If the columns are items, say --wide item_id=COLUMNS.",
            )  # fmt: skip
    return WideRows(
        file.path, file.kind, (*kept, role, "label"), layout=file.layout, notes=(*file.notes, note),
        inner=file, keys=keys, role=role, cell="label",
    )  # fmt: skip


@dataclass(frozen=True)
class StackedRows(View):
    """A row for each of the `groups` of columns, which stand in columns of other names: name -> column."""

    groups: Sequence[Mapping[str, str]] = field(kw_only=True)

    def _read(self, wanted: Collection[str]) -> Iterator[Batch]:
        new = [name for name in self.groups[0] if name in wanted]
        kept = {name for name in wanted if name not in new}
        for batch in self.inner.batches(kept | {group[name] for group in self.groups for name in new}):
            yield self._stacked(batch, kept, new)

    def _stacked(self, batch: Batch, kept: Collection[str], new: Collection[str]) -> Batch:
        import pyarrow as pa

        count, groups = len(batch.lines), len(self.groups)
        rows = np.repeat(np.arange(count), groups)
        which = np.tile(np.arange(groups), count)
        columns = {name: pick(batch.columns.get(name), count).take(pa.array(rows)) for name in kept}
        for name in new:
            parts = pa.concat_arrays([pick(batch.columns.get(group[name]), count) for group in self.groups])
            columns[name] = parts.take(pa.array(which * count + rows))
        return Batch(columns, batch.places[rows].tolist(), batch.refusals)


def stacked(file: RowFile, groups: Sequence[Mapping[str, str]]) -> RowFile:
    """The file with a row a group of columns, in columns called by the groups' names."""
    gone = {column for group in groups for column in group.values()}
    names = (*(name for name in file.names if name not in gone), *groups[0])
    return StackedRows(
        file.path, file.kind, names, layout=file.layout, notes=file.notes, inner=file, groups=groups
    )


@dataclass(frozen=True)
class FewerRows(View):
    """The rows that do not have `pattern` in a column."""

    column: str = field(kw_only=True)
    pattern: re.Pattern[str] = field(kw_only=True)

    def _read(self, wanted: Collection[str]) -> Iterator[Batch]:
        for batch in self.inner.batches({*wanted, self.column}):
            texts = pick(batch.columns.get(self.column), len(batch.lines)).to_pylist()
            keep = np.asarray([not self.pattern.fullmatch(text or "") for text in texts], dtype=bool)
            columns = {name: column.filter(keep) for name, column in batch.columns.items() if name in wanted}
            yield Batch(columns, batch.places[keep].tolist(), batch.refusals)


def without_rows(file: RowFile, column: str, pattern: re.Pattern[str], note: str) -> RowFile:
    """The file without rows that have the `pattern` in a column."""
    return FewerRows(
        file.path, file.kind, file.names, layout=file.layout, notes=(*file.notes, note), inner=file,
        column=column, pattern=pattern,
    )  # fmt: skip


def first_cell(file: RowFile, column: str) -> str | None:
    """The first text in a column that is not empty, among the first rows."""
    for batch in file.batches({column}):
        cells = pick(batch.columns.get(column), len(batch.lines))
        return next((text for text in cells.to_pylist() if text and text.strip()), None)
    return None


@dataclass(frozen=True)
class NamedRows(View):
    """Rows with a column that holds the same in all of them."""

    column: str = field(kw_only=True)
    value: str = field(kw_only=True)

    def _read(self, wanted: Collection[str]) -> Iterator[Batch]:
        for batch in self.inner.batches([name for name in wanted if name != self.column]):
            yield Batch(
                {**batch.columns, self.column: pick([self.value] * len(batch.lines), len(batch.lines))},
                batch.lines, batch.refusals,
            )  # fmt: skip


def named(file: RowFile, column: str, value: str, note: str) -> RowFile:
    """The file with a further column; raises InputError where it has it already."""
    if column in file.names:
        raise InputError(
            f"The file has a column {column} already.",
            file=str(file.path),
            remedy="Leave --annotator-from out.",
        )
    return NamedRows(
        file.path, file.kind, (*file.names, column), layout=file.layout, notes=(*file.notes, note),
        inner=file, column=column, value=value,
    )  # fmt: skip


def chosen_columns(file: RowFile, text: str) -> list[str]:
    """The columns that `--wide` names: names, patterns (`w-*`) and ranges (`first..last`), by commas.

    Raises InputError for a word that fits no column.
    """
    import csv
    import io
    from fnmatch import fnmatchcase

    found: dict[str, None] = {}
    for word in next(csv.reader(io.StringIO(text, newline=""))):
        first, dots, last = word.partition("..")
        if word in file.names:
            some: Sequence[str] = [word]
        elif dots and first in file.names and last in file.names:
            some = file.names[file.names.index(first) : file.names.index(last) + 1]
        else:
            some = [name for name in file.names if fnmatchcase(name, word)]
        if not some:
            raise InputError(
                f"--wide names {word!r}, and there is no such column.", file=str(file.path),
                remedy=f"The file has {', '.join(file.names[:20])}{', …' if len(file.names) > 20 else ''}.",
            )  # fmt: skip
        found.update(dict.fromkeys(some))
    return [*found]
