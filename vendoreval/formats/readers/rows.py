"""Row files (CSV, TSV, JSON lines, Parquet; text also gzipped) as batches of text columns.

A file that cannot be read as what it is raises InputError; a single bad row becomes a Refusal. Values
are taken as they stand: no trimming, no number formats. JSON and Parquet values become their plain
text (true, 3, 0.5).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from vendoreval.errors import InputError
from vendoreval.formats.readers import json_lines, parquet_rows, separated
from vendoreval.formats.readers.known_columns import as_option, column_for
from vendoreval.formats.readers.label_values import pick
from vendoreval.formats.readers.row_batches import Batch
from vendoreval.formats.readers.text_source import explained
from vendoreval.labels.status import may_be_status, no_answers
from vendoreval.limits import allowed, beyond
from vendoreval.received import check_file

FORMATS = {".csv": "csv", ".tsv": "tsv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet"}


@dataclass(frozen=True)
class RowFile:
    """A row file whose column names are known."""

    path: Path
    kind: str
    names: tuple[str, ...]

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
        return separated.read_batches(self.path, separated.DELIMITERS[self.kind], wanted)


def format_of(path: Path, fmt: str | None = None) -> str:
    """The format by name or by `fmt`; raises InputError for one that is not known."""
    suffix = Path(path.stem).suffix if path.suffix.lower() == ".gz" else path.suffix
    chosen = fmt or FORMATS.get(suffix.lower(), "")
    if chosen not in FORMATS.values():
        raise InputError(
            f"The format {fmt or suffix or 'without an ending'!r} is not known.",
            file=str(path),
            remedy="Give one with --format: csv, tsv, jsonl or parquet.",
        )
    return chosen


def open_rows(path: Path, fmt: str | None = None) -> RowFile:
    """A row file with its column names; raises InputError with what to try."""
    size = check_file(path, "rows")
    kind = format_of(path, fmt)
    if size == 0:
        raise InputError("The file is empty.", file=str(path), remedy="Ask for it again.")
    with explained(path):
        names = _names(path, kind)
    if len(names) > allowed().columns:
        raise beyond("columns", "The file has more columns than", file=str(path), found=len(names))
    twice = min((name for name, times in Counter(names).items() if name and times > 1), default=None)
    if twice is not None:
        raise InputError(
            f"The column {twice!r} stands twice in the header.", file=str(path), remedy="Rename one of them."
        )
    return RowFile(path, kind, tuple(names))


def _names(path: Path, kind: str) -> list[str]:
    if kind == "parquet":
        return parquet_rows.column_names(path)
    if kind == "jsonl":
        return json_lines.column_names(path)
    return separated.column_names(path, separated.DELIMITERS[kind])


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
    if len(file.names) == 1 and file.kind != "parquet":
        found = next((name for mark, name in _MARKS.items() if mark in file.names[0]), None)
        if found:
            return f"The columns seem to be separated by {found}."
    guesses = {role: _guess(file, role, column) for role, column in missing.items()}
    if option != "--map":
        known = [repr(guess) for guess in guesses.values() if guess]
        return f"Did you mean {' and '.join(known)}?" if known else f"{option} takes one of the file's columns."
    words = " ".join(as_option(role, guess or "COLUMN") for role, guess in guesses.items())
    return f"If {'another column holds it' if len(missing) == 1 else 'other columns hold them'}, say {words}."


def _guess(file: RowFile, role: str, column: str) -> str | None:
    names = [name for name in file.names if role != "label" or not _is_status(file, name)]
    known = column_for(role, names) if role == column else None
    close = get_close_matches(column.casefold(), [name.strip().casefold() for name in names], n=1)
    return known or next((name for name in names if name.strip().casefold() in close), None)


def _is_status(file: RowFile, name: str) -> bool:
    """Whether a column tells of rows, not of items: Prodigy's `answer` says accept or reject."""
    if not may_be_status(name):
        return False
    with suppress(InputError):  # what is wrong with the rows is told when they are read
        batch = next(file.batches({name}))
        return no_answers(name, {value or "" for value in pick(batch.columns.get(name), 0).to_pylist()})
    return False


_MARKS = {
    "\t": "tabs: say --format tsv",
    ",": "commas: say --format csv",
    ";": "semicolons: save it with commas",
    "|": "bars: save it with commas",
}


def _listed(names: tuple[str, ...]) -> str:
    shown = ", ".join(name or "(unnamed)" for name in names[:20])
    return f"{shown}, …" if len(names) > 20 else shown
