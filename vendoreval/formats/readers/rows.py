"""Row files (CSV, TSV, JSON lines, Parquet, XLSX; text also gzipped) as batches of text columns.

A file that cannot be read as what it is raises InputError; a single bad row becomes a Refusal. Values
are taken as they stand: no trimming, no number formats. JSON and Parquet values become their plain
text (true, 3, 0.5).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from itertools import takewhile
from pathlib import Path

from vendoreval.errors import InputError
from vendoreval.formats.readers import json_lines, parquet_rows, separated
from vendoreval.formats.readers.known_columns import as_option, column_for
from vendoreval.formats.readers.label_values import pick
from vendoreval.formats.readers.row_batches import Batch
from vendoreval.formats.readers.separated_layout import Layout, layout_of
from vendoreval.formats.readers.text_source import explained
from vendoreval.labels.status import may_be_status, no_answers
from vendoreval.limits import allowed, beyond
from vendoreval.received import check_file

FORMATS = {
    ".csv": "csv", ".tsv": "tsv", ".txt": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet",
    ".xlsx": "xlsx",
}  # fmt: skip


@dataclass(frozen=True)
class RowFile:
    """A row file whose column names are known.

    `layout` is how separated text is written, `sheet` the one of a workbook that is read; `notes` are what is
    to be said of the file as it is written.
    """

    path: Path
    kind: str
    names: tuple[str, ...]
    layout: Layout | None = field(default=None, kw_only=True)
    sheet: str = field(default="", kw_only=True)
    notes: tuple[str, ...] = field(default=(), kw_only=True)

    @property
    def comma(self) -> bool:
        """Whether its numbers have a decimal comma."""
        return self.layout is not None and self.layout.comma

    def batches(self, wanted: Collection[str]) -> Iterator[Batch]:
        """All rows in file order, with the columns `wanted`.

        Raises InputError when the file breaks off, is damaged or has no rows.
        """
        empty = True
        with explained(self.path):
            for batch in self._read(wanted):
                empty = empty and not batch.lines and not batch.refusals
                yield batch
        if empty:
            raise InputError("The file has a header but no rows.", file=str(self.path))

    def _read(self, wanted: Collection[str]) -> Iterator[Batch]:
        if self.kind == "parquet":
            return parquet_rows.read_batches(self.path, wanted)
        if self.kind == "jsonl":
            return json_lines.read_batches(self.path, wanted)
        if self.kind == "xlsx":
            from vendoreval.formats.readers import xlsx_rows

            return xlsx_rows.read_batches(self.path, self.sheet, self.names, wanted)
        assert self.layout is not None  # of all separated text
        found = separated.read_batches(self.path, self.layout.delimiter, wanted, self.layout.fields)
        lacking = [name for name in wanted if name not in self.layout.fields]
        return (_with_empty(batch, lacking) for batch in found) if lacking else found


def format_of(path: Path, fmt: str | None = None) -> str:
    """The format by name or by `fmt`; raises InputError for one that is not known."""
    suffix = Path(path.stem).suffix if path.suffix.lower() == ".gz" else path.suffix
    chosen = fmt or FORMATS.get(suffix.lower(), "")
    if chosen not in FORMATS.values():
        raise InputError(
            f"The format {fmt or suffix or 'without an ending'!r} is not known.",
            file=str(path),
            remedy="Give one with --format: csv, tsv, jsonl, parquet or xlsx.",
        )
    return chosen


def open_rows(path: Path, fmt: str | None = None, sheet: str = "", row_names: bool = False) -> RowFile:
    """A row file with its column names, of a workbook those of the `sheet`.

    `row_names`: rows of separated text begin with names that the header lacks.

    Raises InputError with what to try.
    """
    size = check_file(path, "rows")
    kind = format_of(path, fmt)
    if size == 0:
        raise InputError("The file is empty.", file=str(path), remedy="Ask for it again.")
    with explained(path):
        file = _opened(path, kind, sheet, row_names)
    if len(file.names) > allowed().columns:
        raise beyond("columns", "The file has more columns than", file=str(path), found=len(file.names))
    twice = min((name for name, times in Counter(file.names).items() if name and times > 1), default=None)
    if twice is not None:
        raise InputError(
            f"The column {twice!r} stands twice in the header.", file=str(path), remedy="Rename one of them."
        )
    return file


def _with_empty(batch: Batch, names: Collection[str]) -> Batch:
    empty = pick(None, len(batch.lines))
    return replace(batch, columns={**batch.columns, **dict.fromkeys(names, empty)})


def _opened(path: Path, kind: str, sheet: str, row_names: bool) -> RowFile:
    if kind == "parquet":
        return RowFile(path, kind, tuple(parquet_rows.column_names(path)))
    if kind == "jsonl":
        return RowFile(path, kind, tuple(json_lines.column_names(path)))
    if kind == "xlsx":
        from vendoreval.formats.readers import xlsx_rows

        book = xlsx_rows.sheet_of(path, sheet)
        return RowFile(path, kind, book.names, sheet=book.sheet, notes=book.notes)
    layout = layout_of(path, separated.DELIMITERS[kind], row_names)
    return RowFile(path, kind, layout.names, layout=layout, notes=layout.notes)


def require(file: RowFile, wanted: Mapping[str, str], option: str = "--map") -> None:
    """Check that the columns from which roles are read exist (`wanted`: role -> column); names all missing."""
    missing = {role: column for role, column in wanted.items() if column not in file.names}
    if not missing:
        return
    columns = " and ".join(repr(column) for column in dict.fromkeys(missing.values()))
    raise InputError(
        f"There {'is no column' if len(missing) == 1 else 'are no columns'} {columns}; "
        f"the file has {_listed(file.names)}.",
        file=str(file.path),
        remedy=_what_to_try(file, missing, option),
    )


def _what_to_try(file: RowFile, missing: Mapping[str, str], option: str) -> str:
    guesses = {role: _guess(file, role, column) for role, column in missing.items()}
    if option != "--map":
        known = [repr(guess) for guess in guesses.values() if guess]
        return f"Did you mean {' and '.join(known)}?" if known else f"{option} takes one of the file's columns."
    words = " ".join(as_option(role, guess or "COLUMN") for role, guess in guesses.items())
    wide = "label" in missing and not guesses["label"] and file.kind != "jsonl" and len(file.names) > 2
    hint = " If several columns are answers, say --wide COLUMNS." if wide else ""
    other = "another column holds it" if len(missing) == 1 else "other columns hold them"
    before = _prefix(file.names)
    named = f"All columns begin with {before!r}. " if before else ""
    return f"{named}If {other}, say {words}.{hint}"


def _guess(file: RowFile, role: str, column: str) -> str | None:
    names = [name for name in file.names if role != "label" or not _is_status(file, name)]
    before = _prefix(file.names)
    inner = {name.removeprefix(before): name for name in names}
    known = inner.get(role) or inner.get(column_for(role, inner) or "") if role == column else None
    close = get_close_matches(column.casefold(), [name.strip().casefold() for name in names], n=1)
    return known or next((name for name in names if name.strip().casefold() in close), None)


def _prefix(names: Sequence[str]) -> str:
    """What all columns' names begin with, up to a mark, such as the `labels.` of `labels.item_id`."""
    first, last = min(names), max(names)
    common = "".join(
        takewhile(lambda sign: sign, (a if a == b else "" for a, b in zip(first, last, strict=False)))
    )
    end = max(common.rfind(mark) for mark in ".:/#") + 1
    return common[:end] if len(names) > 1 else ""


def _is_status(file: RowFile, name: str) -> bool:
    """Whether a column tells of rows, not of items: Prodigy's `answer` says accept or reject."""
    if not may_be_status(name):
        return False
    with suppress(InputError):  # what is wrong with the rows is told when they are read
        batch = next(file.batches({name}))
        return no_answers(name, {value or "" for value in pick(batch.columns.get(name), 0).to_pylist()})
    return False


def _listed(names: tuple[str, ...]) -> str:
    shown = ", ".join(name or "(unnamed)" for name in names[:20])
    return f"{shown}, …" if len(names) > 20 else shown
