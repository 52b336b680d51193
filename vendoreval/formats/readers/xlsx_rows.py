"""Rows in a workbook (XLSX): the first row of a sheet names the columns, cells become the text they show.

Whole numbers keep the zeros that their format shows, TRUE stays TRUE, dates become ISO 8601. Of a formula the
value counts that was saved with it; of merged cells only the first holds a value. Both are said.
"""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from vendoreval.errors import InputError, VendorevalError
from vendoreval.formats.forms.xlsx_book import check_book, with_line_ends
from vendoreval.formats.readers.json_lines import plain
from vendoreval.formats.readers.row_batches import BATCH, Batch, texts
from vendoreval.received import read_bytes

_ZEROS = re.compile(r"0+")
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook with its columns, and what is to be said of it."""

    sheet: str
    names: tuple[str, ...]
    notes: tuple[str, ...]


def sheet_of(path: Path, sheet: str = "") -> Sheet:
    """The sheet of that name, else the only one with more than one row.

    Raises InputError for a file that is no workbook, is damaged or is unsafe to open, and where it is not
    plain which sheet is meant.
    """
    check_book(path.name, read_bytes(path, "memory"))
    with _opened(path) as book:
        chosen = book[sheet] if sheet in book.sheetnames else _only(path, book, sheet)
        header = next(_rows(chosen), (0, []))[1]
        part = getattr(chosen, "_worksheet_path", "")
        title = chosen.title
        others = [name for name in book.sheetnames if name != title]
    names = tuple(with_line_ends(_shown(cell) or "").strip() for cell in header)
    while names and not names[-1]:
        names = names[:-1]
    if not names:
        raise InputError("The sheet has no header row.", file=str(path), line=1)
    unread = f"; not read: {', '.join(others)}" if others else ""
    notes = [f"Read from the sheet {title!r}{unread}."]
    return Sheet(title, names, (*notes, *_oddities(path, part)))


def _only(path: Path, book: Any, sheet: str) -> Any:
    filled = [one for one in book.worksheets if len(list(islice(_rows(one), 2))) > 1]
    if len(filled) == 1 and not sheet:
        return filled[0]
    named = [one.title for one in filled]
    said = f"There is no sheet {sheet!r}" if sheet else f"{len(named)} of its sheets hold rows"
    raise InputError(
        f"{said}: {', '.join(named) or 'none'}.", file=str(path),
        remedy=f"Say which one: --sheet {named[0]!r}." if named else "Ask for the rows.",
    )  # fmt: skip


def read_batches(path: Path, sheet: str, names: Collection[str], wanted: Collection[str]) -> Iterator[Batch]:
    """The rows below the header with the columns `wanted`; lines are those of the sheet."""
    places = [(place, name) for place, name in enumerate(names) if name in wanted]
    with _opened(path) as book:
        rows = islice(_rows(book[sheet]), 1, None)
        while some := list(islice(rows, BATCH)):
            cells = [row for _, row in some]
            columns = {
                name: texts([_shown(row[place]) if place < len(row) else None for row in cells])
                for place, name in places
            }
            yield Batch(columns, [line for line, _ in some])


def _rows(sheet: Any) -> Iterator[tuple[int, list[Any]]]:
    """The rows with a cell that holds something, by their line."""
    sheet.reset_dimensions()  # other programs write wrong ones
    for line, row in enumerate(sheet.iter_rows(), start=1):
        if any(cell.value is not None for cell in row):
            yield line, list(row)


def _shown(cell: Any) -> str | None:
    """The text that a cell shows, as far as ids, labels and times are concerned."""
    value = cell.value
    if value is None or isinstance(value, str):
        return with_line_ends(value) or None
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        shown = plain(value) or ""
        pattern = cell.number_format or ""
        return shown.zfill(len(pattern)) if _ZEROS.fullmatch(pattern) and shown.isdigit() else shown
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        minutes, seconds = divmod(value.total_seconds(), 60)
        return f"{int(minutes // 60):02}:{int(minutes % 60):02}:{seconds:02g}"
    return str(value)


def _oddities(path: Path, part: str) -> list[str]:
    """Sentences on formulas and merged cells of a sheet."""
    with zipfile.ZipFile(path) as packed:
        if part.lstrip("/") not in packed.namelist():
            return []
        with packed.open(part.lstrip("/")) as stream:
            formulas, merged = _counted(stream, re.compile(rb"<f[ >/]"), re.compile(rb"<mergeCell "))
    said = []
    if formulas:
        said.append(f"{formulas:,} cells hold formulas: the values saved with them are read.")
    if merged:
        said.append(f"{merged:,} groups of cells are merged: only the first of each holds a value.")
    return said


def _counted(stream: Any, *patterns: re.Pattern[bytes]) -> list[int]:
    found, tail = [0] * len(patterns), b""
    longest = 16  # no pattern is longer
    while data := stream.read(_CHUNK):
        text = tail + data
        for at, pattern in enumerate(patterns):
            found[at] += sum(hit.end() > len(tail) for hit in pattern.finditer(text))
        tail = text[-longest:]
    return found


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """The workbook, read row by row; whatever a damaged part makes the library stumble on is told."""
    from openpyxl import load_workbook

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about extensions that other programs write
            book = load_workbook(path, read_only=True, keep_links=False, data_only=True)
            try:
                yield book
            finally:
                book.close()
    except (VendorevalError, GeneratorExit):
        raise
    except Exception as error:
        raise InputError(
            f"The workbook cannot be read; a part of it is damaged ({type(error).__name__}).",
            file=str(path),
            remedy="Open it with a spreadsheet program, save it as XLSX and try again.",
        ) from error
