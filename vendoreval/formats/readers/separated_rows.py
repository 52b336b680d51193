"""CSV and TSV row by row: fields by the rules of RFC 4180, any line end, exact lines, faults explained."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from vendoreval.errors import InputError
from vendoreval.formats.readers.row_batches import BATCH, CELLS, NOT_COUNTED, Batch, texts
from vendoreval.formats.readers.text_source import open_text
from vendoreval.labels.refusals import Refusal
from vendoreval.limits import allowed, beyond


def read_rows(
    path: Path, delimiter: str, wanted: Collection[str], fields: Sequence[str] = ()
) -> Iterator[Batch]:
    """All rows with the columns `wanted`; a row of another width is refused.

    `fields` are the names of a row's fields, where they are not those of the header.
    """
    with open_text(path) as stream:
        source = without_sep(parsed(str(path), stream, delimiter))
        _, names = next(source)
        yield from batches_of(path.name, fields or names, source, wanted)


def without_sep(rows: Iterator[tuple[int, list[str]]]) -> Iterator[tuple[int, list[str]]]:
    """The rows without the first, where it is a line `sep=;` that tells Excel what separates fields."""
    for place, (line, row) in enumerate(rows):
        if place or row[0].casefold() != "sep=" or row[1:] not in ([""], []):
            yield line, row


def rows_a_batch(names: Sequence[str]) -> int:
    """How many rows stand in a batch, those refused among them."""
    return max(1, min(BATCH, CELLS // len(names)))


def batches_of(
    file: str, names: Sequence[str], source: Iterable[tuple[int, list[str]]], wanted: Collection[str]
) -> Iterator[Batch]:
    """Rows with the lines in which they begin, in batches."""
    most = rows_a_batch(names)
    rows: list[list[str]] = []
    lines: list[int] = []
    refusals: list[Refusal] = []
    for line, row in source:
        if len(row) == len(names):
            rows.append(row)
            lines.append(line)
        else:
            refusals.append(other_width(file, line, len(row), len(names)))
        if len(rows) + len(refusals) == most:
            yield _batch(names, rows, lines, refusals, wanted)
            rows, lines, refusals = [], [], []
    if rows or refusals:
        yield _batch(names, rows, lines, refusals, wanted)


def other_width(file: str, line: int, fields: int, wanted: int) -> Refusal:
    """Why a row of more or fewer fields than the header is not taken."""
    return Refusal(file, line, f"The row has {fields} fields, the header {wanted}.", NOT_COUNTED)


def _batch(
    names: Sequence[str],
    rows: list[list[str]],
    lines: list[int],
    refusals: list[Refusal],
    wanted: Collection[str],
) -> Batch:
    columns: Any = zip(*rows, strict=True) if rows else ((),) * len(names)
    chosen = {name: texts(values) for name, values in zip(names, columns, strict=True) if name in wanted}
    return Batch(chosen, lines, tuple(refusals))


def parsed(file: str, stream: Any, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Each row that is not blank, with the line in which it begins."""
    most = allowed().line
    csv.field_size_limit(most)
    size = end = 0  # characters since the last row's end: a row may go over many lines

    def lines() -> Iterator[str]:
        nonlocal size
        for line in stream:
            size += len(line)
            if size > most:
                what = "The row that begins here, maybe for want of a closing quotation mark, is longer than"
                raise beyond("line", what, file=file, line=end + 1)
            yield line

    reader = csv.reader(lines(), delimiter=delimiter, strict=True)
    try:
        for row in reader:
            size = 0
            start, end = end + 1, reader.line_num
            if row:
                yield start, row
    except csv.Error as error:
        raise InputError(
            f"The row that begins here is not valid CSV: {_reason(error)}.", file=file, line=end + 1,
            remedy='Put fields that hold quotation marks into "…" and double the marks within.',
        ) from error  # fmt: skip


def _reason(error: csv.Error) -> str:
    text = str(error)
    if "unexpected end" in text:
        return "a quotation mark is never closed"
    return text
