"""Row files (CSV, TSV, JSON lines, Parquet, each text form also gzipped) as batches of text columns.

A file that cannot be read as what it is raises InputError; a single bad row becomes a Refusal. Values
are taken as they stand: no trimming, no number formats. JSON and Parquet values become their plain
text (true, 3, 0.5).
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import IO, Any

from vendoreval.errors import InputError
from vendoreval.labels.refusals import Refusal

BATCH = 65_536
FORMATS = {".csv": "csv", ".tsv": "tsv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet"}
NOT_COUNTED = "The row is not counted."
Row = dict[str, str | None]


@dataclass(frozen=True)
class Batch:
    """Some rows: texts by column, and each row's 1-based line in the file (row number in Parquet)."""

    columns: dict[str, list[str | None]]
    lines: list[int]


@dataclass
class RowFile:
    """One file to be read once: its column names, then its batches; refusals gather on the way."""

    path: Path
    names: list[str]
    _batches: Callable[[], Iterator[Batch]]
    refusals: list[Refusal] = field(default_factory=list)

    def batches(self) -> Iterator[Batch]:
        """All rows in file order; raises InputError when the file breaks off or is damaged."""
        with _explained(self.path):
            yield from self._batches()

    def refuse(self, line: int, reason: str, item_id: str | None = None) -> None:
        """Note a row that is not taken."""
        self.refusals.append(Refusal(self.path.name, line, reason, NOT_COUNTED, item_id))


def format_of(path: Path, fmt: str | None = None) -> str:
    """The format by name or by `fmt`; raises InputError for one that is not known."""
    suffix = Path(path.stem).suffix if path.suffix == ".gz" else path.suffix
    chosen = fmt or FORMATS.get(suffix.lower(), "")
    if chosen not in FORMATS.values():
        raise InputError(
            f"The format {fmt or suffix or 'without an ending'!r} is not known.",
            file=str(path),
            remedy="Give one with --format: csv, tsv, jsonl or parquet.",
        )
    return chosen


def open_rows(path: Path, fmt: str | None = None) -> RowFile:
    """Open a row file and read its column names; raises InputError with what to try."""
    if path.is_dir():
        raise InputError("This is a folder, not a file.", file=str(path), remedy="Name the file in it.")
    if not path.exists():
        raise InputError("There is no such file.", file=str(path), remedy="Check the path.")
    kind = format_of(path, fmt)
    if path.stat().st_size == 0:
        raise InputError("The file is empty.", file=str(path))
    with _explained(path):
        if kind == "parquet":
            return _parquet(path)
        return _json_lines(path) if kind == "jsonl" else _separated(path, "\t" if kind == "tsv" else ",")


def require(file: RowFile, wanted: dict[str, str]) -> None:
    """Check that the columns that roles (`wanted`: role -> column) are read from exist."""
    for role, column in wanted.items():
        if column not in file.names:
            close = get_close_matches(column, file.names, n=1)
            guess = close[0] if close else "COLUMN"
            raise InputError(
                f"There is no column {column!r}; the file has {', '.join(file.names)}.",
                file=file.path.name,
                remedy=f"If another column holds it, say --map {role}={guess}.",
            )


class _explained:  # noqa: N801 – reads as a statement
    """Turn what libraries raise about a damaged file into one clear sentence."""

    def __init__(self, path: Path) -> None:
        self.file = str(path)

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, UnicodeDecodeError):
            raise InputError(
                f"The file is not UTF-8 text (byte {error.object[error.start]:#04x}).",
                file=self.file,
                remedy="Save it as UTF-8 and try again.",
            ) from error
        if isinstance(error, EOFError | zlib.error | gzip.BadGzipFile):
            raise InputError(
                f"The gzip file is damaged or cut off ({error}).", file=self.file, remedy="Ask for it again."
            ) from error
        if isinstance(error, OSError):
            raise InputError(f"The file cannot be read: {error}.", file=self.file) from error
        if isinstance(error, csv.Error):
            raise InputError(f"The file is not valid CSV: {error}.", file=self.file) from error


def _text(path: Path) -> IO[str]:
    raw: Any = gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb")  # noqa: SIM115
    buffered = io.BufferedReader(raw)
    if buffered.peek(2)[:2] in (b"\xff\xfe", b"\xfe\xff"):
        buffered.close()
        raise InputError("The file is UTF-16 text.", file=str(path), remedy="Save it as UTF-8 and try again.")
    return io.TextIOWrapper(buffered, encoding="utf-8-sig", newline="")


def _separated(path: Path, delimiter: str) -> RowFile:
    with _text(path) as stream:
        names = next(csv.reader(stream, delimiter=delimiter, strict=True), [])
    if not any(names):
        raise InputError("The file has no header line.", file=str(path))
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(
            f"The column {twice[0]!r} stands twice in the header.", file=str(path), remedy="Rename one of them."
        )
    file = RowFile(path, names, lambda: _separated_batches(file, delimiter))
    return file


def _separated_batches(file: RowFile, delimiter: str) -> Iterator[Batch]:
    rows: list[list[str]] = []
    lines: list[int] = []
    width = len(file.names)
    with _text(file.path) as stream:
        reader = csv.reader(stream, delimiter=delimiter, strict=True)
        next(reader)
        before = reader.line_num
        for row in reader:
            start, before = before + 1, reader.line_num
            if len(row) == width:
                rows.append(row)
                lines.append(start)
            elif row:
                file.refuse(start, f"The row has {len(row)} fields, the header {width}.")
            if len(rows) == BATCH:
                yield _turned(file.names, rows, lines)
                rows, lines = [], []
        if rows:
            yield _turned(file.names, rows, lines)


def _turned(names: list[str], rows: list[list[str]], lines: list[int]) -> Batch:
    columns: dict[str, list[str | None]] = {
        name: list(values) for name, values in zip(names, zip(*rows, strict=True), strict=True)
    }
    return Batch(columns, lines)


def _json_lines(path: Path) -> RowFile:
    with _text(path) as stream:
        first = next((line for line in stream if line.strip()), "")
    try:
        row = json.loads(first)
    except json.JSONDecodeError:
        row = None
    if not isinstance(row, dict):
        raise InputError("The first line is not a JSON object.", file=str(path), line=1)
    names = list(row)
    file = RowFile(path, names, lambda: _json_batches(file))
    return file


def _json_batches(file: RowFile) -> Iterator[Batch]:
    rows: list[dict[str, Any]] = []
    lines: list[int] = []
    with _text(file.path) as stream:
        for number, line in enumerate(stream, start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except json.JSONDecodeError as error:
                file.refuse(number, f"The line is not JSON: {error.msg}.")
                continue
            if not isinstance(row, dict):
                file.refuse(number, "The line is not a JSON object.")
                continue
            rows.append(row)
            lines.append(number)
            if len(rows) == BATCH:
                yield _from_objects(file, rows, lines)
                rows, lines = [], []
        if rows:
            yield _from_objects(file, rows, lines)


def _from_objects(file: RowFile, rows: list[dict[str, Any]], lines: list[int]) -> Batch:
    return Batch({name: [_plain(row.get(name)) for row in rows] for name in file.names}, lines)


def _plain(value: Any) -> str | None:
    """The text of a JSON or Parquet value; None stays None."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool | int | list | dict):
        return json.dumps(value, ensure_ascii=False)
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _parquet(path: Path) -> RowFile:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        source = pq.ParquetFile(path)
    except (pa.ArrowInvalid, pa.ArrowException) as error:
        raise InputError(
            f"The file is not readable Parquet: {error}", file=str(path), remedy="Ask for it again."
        ) from error
    names = list(source.schema_arrow.names)
    return RowFile(path, names, lambda: _parquet_batches(path, source))


def _parquet_batches(path: Path, source: Any) -> Iterator[Batch]:
    import pyarrow as pa

    start = 1
    try:
        for batch in source.iter_batches(batch_size=BATCH):
            columns = {
                name: [_plain(value) for value in column.to_pylist()]
                for name, column in zip(batch.schema.names, batch.columns, strict=True)
            }
            yield Batch(columns, list(range(start, start + batch.num_rows)))
            start += batch.num_rows
    except (pa.ArrowInvalid, pa.ArrowException, OSError) as error:
        raise InputError(f"The Parquet file is damaged: {error}", file=str(path)) from error
