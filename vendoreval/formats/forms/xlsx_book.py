"""Open an XLSX file that came from outside: is it safe to open, and which cells does it hold."""

from __future__ import annotations

import io
import warnings
import zipfile
from pathlib import Path
from typing import Any

from vendoreval.errors import InputError
from vendoreval.formats.forms.form_layout import SEND_AGAIN
from vendoreval.received import opened_zip, read_bytes

MAX_ROWS = 5_000  # of a sheet; forms have at most some hundred
_MAX_COLUMNS = 256  # of a sheet, and
_MAX_SHEETS = 100  # of a book; a cell far out makes all before it, and few bytes hold many sheets

Sheets = dict[str, list[list[Any]]]  # the cells that hold something, by sheet and row


def read_book(
    source: Path | str | bytes, most: int = MAX_ROWS, *, reckoned: bool = False
) -> tuple[str, dict[str, str], Sheets]:
    """The file's name for messages, its custom properties, and its cells by sheet and row.

    `most` rows of a sheet are read; `reckoned`: of a formula the value that was saved with it.

    Raises InputError for a file that is no XLSX, is damaged or is unsafe to open.
    """
    name, data = _bytes(source)
    check_book(name, data)
    properties, sheets = _open(name, data, most, reckoned)
    return name, properties, sheets


def _bytes(source: Path | str | bytes) -> tuple[str, bytes]:
    if isinstance(source, bytes):
        return "form", source
    path = Path(source)
    return path.name, read_bytes(path)


def check_book(name: str, data: bytes) -> None:
    """Raise InputError, with `name`, for bytes that are no XLSX, are damaged or are unsafe to open."""
    if not data:
        raise InputError("is empty.", file=name, remedy=SEND_AGAIN)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise InputError(
            "is an old .xls file or is protected by a password.",
            file=name,
            remedy="Save it as XLSX without a password.",
        )
    try:
        with opened_zip(data, name, "workbook") as packed:
            _check_parts(name, packed)
    except zipfile.BadZipFile as error:
        raise InputError(
            "is not an XLSX file, or it is damaged.", file=name, remedy="Save it as XLSX and try again."
        ) from error


def _check_parts(name: str, packed: zipfile.ZipFile) -> None:
    parts = packed.infolist()
    if "xl/workbook.xml" not in {part.filename for part in parts}:
        raise InputError("is a ZIP archive, but not an XLSX file.", file=name, remedy=SEND_AGAIN)
    for part in parts:
        with packed.open(part) as stream:
            if b"<!DOCTYPE" in stream.read(4096).replace(b"\0", b""):  # would declare entities
                raise InputError(
                    f"declares a document type in {part.filename}, which no spreadsheet program does.",
                    file=name,
                    remedy=SEND_AGAIN,
                )


def _open(name: str, data: bytes, most: int, reckoned: bool) -> tuple[dict[str, str], Sheets]:
    """Custom properties, and the cells of each sheet by rows."""
    from openpyxl import load_workbook

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about extensions that other programs write
            book: Any = load_workbook(io.BytesIO(data), read_only=True, keep_links=False, data_only=reckoned)
            properties = {entry.name or "": str(entry.value) for entry in book.custom_doc_props.props}
            sheets = {sheet.title: _rows(sheet, most) for sheet in book.worksheets[:_MAX_SHEETS]}
            book.close()
    except Exception as error:  # openpyxl raises whatever a damaged part makes it stumble on
        raise InputError(
            f"cannot be opened as XLSX; a part of it is damaged ({type(error).__name__}).",
            file=name,
            remedy="Open it with a spreadsheet program, save it as XLSX and try again.",
        ) from error
    return properties, sheets


def _rows(sheet: Any, most: int) -> list[list[Any]]:
    sheet.reset_dimensions()  # other programs write wrong ones
    rows = []
    for row in sheet.iter_rows(max_row=most, max_col=_MAX_COLUMNS):
        cells = [cell for cell in row if cell.value is not None]
        if cells:
            rows.append(cells)
    return rows


def with_line_ends(value: Any) -> Any:
    """The value of a cell, whose carriage returns are ends of lines.

    Spreadsheets write one as `_x000D_` (a text that was pasted in has them), and openpyxl leaves it so.
    """
    return value.replace("_x000D_\n", "\n").replace("_x000D_", "\n") if isinstance(value, str) else value
