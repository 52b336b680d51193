"""A table that one side writes and another fills, as XLSX or CSV: cells are read wherever they moved to.

Rows may be deleted, added and reordered, columns moved, and any spreadsheet program may have saved the file. A
column is known by its name in the header.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from vendoreval.errors import InputError, Problem
from vendoreval.formats.forms.form_layout import row_height
from vendoreval.formats.forms.xlsx_book import read_book, with_line_ends
from vendoreval.jsonfile import parse_json
from vendoreval.received import read_bytes, read_text
from vendoreval.safe_text import csv_bytes, restore

_WRITTEN = datetime(2000, 1, 1, tzinfo=UTC)  # a file's properties tell nothing, not even when it was made
_PICTURE_ROW = 250  # points: half of 640 dots, and some room
_KEEP = "Keep the header as it was written."
MAX_ROWS = 100_000  # of a table; a claim may have very many lines
# What a person may do in a table whose own cells are locked.
_ALLOWED = {"format_rows": True, "format_columns": True, "select_locked_cells": True, "autofilter": True}


@dataclass(frozen=True)
class Column:
    """A column; `choices` are its drop-down, and `filled` ones are for the other side to fill.

    A `hidden` one says which row it is, to the program that takes the table back.
    """

    name: str
    width: int
    choices: tuple[str, ...] = ()
    filled: bool = False
    pictures: tuple[bytes, ...] = ()  # JPEG of at most 840 x 640 dots, one a row; empty where a row has none
    hidden: bool = False


@dataclass(frozen=True)
class FilledRow:
    """A row as it was read: where it stands, its cells by column, and each cell's own place.

    Of `formulas` the cells hold the values that the spreadsheet program reckoned, where it saved any.
    """

    place: str
    cells: Mapping[str, str]
    places: Mapping[str, str] = field(default_factory=dict)
    formulas: frozenset[str] = frozenset()

    def __getitem__(self, name: str) -> str:
        return self.cells.get(name, "")

    def problem(self, name: str, what: str, remedy: str = "") -> Problem:
        """What is wrong with the cell of a column."""
        return Problem(0, self.places.get(name, f"{self.place}, {name}"), what, remedy)


def table_bytes(
    columns: Sequence[Column], rows: Sequence[Mapping[str, str]], suffix: str, *, title: str,
    told: Sequence[str] = (), locked: bool = False,
) -> bytes:  # fmt: skip
    """The table in the format of the file's ending; `told` are sentences on a first page of the workbook.

    `locked`: cells that are not to be filled cannot be changed by mistake; there is no password.

    Raises InputError for another ending, or for more rows than a workbook holds.
    """
    if suffix == ".csv":
        if any(column.pictures for column in columns):
            raise InputError("A CSV file holds no pictures.", remedy="Name an .xlsx file.")
        names = [column.name for column in columns]
        return csv_bytes(names, ([row.get(name, "") for name in names] for row in rows))
    if suffix != ".xlsx":
        raise InputError(
            f"A sheet cannot be written as {suffix or 'a file without an ending'!r}.",
            remedy="Name a file that ends in .xlsx or .csv.",
        )
    if len(rows) >= MAX_ROWS:
        raise InputError(f"{len(rows):,} rows are too many for a workbook.", remedy="Name a .csv file.")
    return _xlsx(columns, rows, title, told, locked)


def _xlsx(
    columns: Sequence[Column], rows: Sequence[Mapping[str, str]], title: str, told: Sequence[str],
    locked: bool,
) -> bytes:  # fmt: skip
    import xlsxwriter

    out = io.BytesIO()
    book: Any = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties({"title": title, "created": _WRITTEN})
    usual = {"font_size": 10.5, "valign": "top"}
    style = {name: book.add_format(usual | more) for name, more in _STYLES.items()}
    if told:
        page = book.add_worksheet("Read me first")
        page.set_column(0, 0, 96)
        page.write_string(0, 0, title, style["title"])
        for line, text in enumerate(told, 2):
            page.write_string(line, 0, text, style["plain"])
            page.set_row(line, row_height([(text, 90)], least=1))
        page.fit_to_pages(1, 0)
    sheet = book.add_worksheet("Sheet")
    for place, column in enumerate(columns):
        sheet.set_column(place, place, column.width, None, {"hidden": column.hidden})
        sheet.write_string(0, place, column.name, style["header"])
        for line, row in enumerate(rows, 1):
            kind = style["field" if column.filled else "cell"]
            sheet.write_string(line, place, row.get(column.name, ""), kind)
    widths = {column.name: column.width for column in columns if not column.hidden}
    for line, row in enumerate(rows, 1):
        sheet.set_row(line, row_height((row.get(name, ""), width) for name, width in widths.items()))
    for place, column in enumerate(columns):
        for line, picture in enumerate(column.pictures, 1):
            _picture(sheet, line, place, picture)
    _choices(book, sheet, columns, len(rows))
    if locked:
        sheet.protect("", _ALLOWED)
        sheet.autofilter(0, 0, len(rows), len(columns) - 1)
    sheet.freeze_panes(1, 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.repeat_rows(0)
    sheet.fit_to_pages(1, 0)
    book.close()
    return out.getvalue()


_STYLES: dict[str, dict[str, Any]] = {
    "title": {"font_size": 14, "bold": True},
    "plain": {"text_wrap": True},
    "header": {"bold": True, "font_color": "#FFFFFF", "bg_color": "#1F3A5F"},
    # Text even when it is edited.
    "cell": {"text_wrap": True, "border": 1, "border_color": "#B8C2CC", "quote_prefix": True},
    "field": {
        "text_wrap": True, "border": 1, "border_color": "#B8C2CC", "bg_color": "#FFFBE8", "quote_prefix": True,
        "locked": False,
    },
}  # fmt: skip


def _picture(sheet: Any, line: int, place: int, picture: bytes) -> None:
    if not picture:
        return
    sheet.set_row(line, _PICTURE_ROW)
    how = {"image_data": io.BytesIO(picture), "x_scale": 0.5, "y_scale": 0.5, "x_offset": 3, "y_offset": 3}
    sheet.insert_image(line, place, f"{line}.png", {**how, "description": f"The item of row {line}"})


def _choices(book: Any, sheet: Any, columns: Sequence[Column], rows: int) -> None:
    """Drop-downs; their choices stand on a very hidden sheet, as they may hold commas."""
    listed = [(place, column) for place, column in enumerate(columns) if column.choices]
    if not listed or not rows:
        return
    hidden = book.add_worksheet("_lists")
    for at, (place, column) in enumerate(listed):
        hidden.write_column(0, at, column.choices)
        letter = chr(ord("A") + at)
        source = f"=_lists!${letter}$1:${letter}${len(column.choices)}"
        sheet.data_validation(1, place, rows, place, {"validate": "list", "source": source})
    hidden.very_hidden()


Names = Mapping[str, str]  # what a column may be called, in `plain` words, and its name


def plain(text: str) -> str:
    """A name or a choice as people retype it: without case, end dots, or a difference of - _ and space."""
    return " ".join(re.sub(r"[-_\s]+", " ", text.casefold()).strip(" .:*").split())


def read_table(
    path: Path, needed: Collection[str], known: Collection[str], also: Names | None = None
) -> list[FilledRow]:
    """The rows of a filled table (XLSX, CSV or a JSON list) that hold anything in its `known` columns.

    A column may be called otherwise, as `also` tells: its name by what it may be called, in `plain` words.
    Raises InputError for a file that cannot be read as one, or lacks a column `needed`.
    """
    readers = {".xlsx": _from_xlsx, ".json": _from_json, ".csv": _from_csv}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise InputError("This is no sheet.", file=str(path), remedy="Give an .xlsx, .csv or .json file.")
    names = {**(also or {}), **{plain(name): name for name in known}}
    found = [row for row in reader(path, needed, names) if any(row.cells.values()) or row.formulas]
    if not found:
        raise InputError("The file holds no row.", file=str(path), remedy="Fill the sheet, and try again.")
    return found


def _header(path: Path, titles: Sequence[Any], needed: Collection[str], names: Names) -> list[str]:
    read = [names.get(plain(str(title or "")), "") for title in titles]
    for name in needed:
        if name not in read:
            raise InputError(f"There is no column {name!r}.", file=str(path), remedy=_KEEP)
    return [name if read.index(name) == at else "" for at, name in enumerate(read)]


def _from_xlsx(path: Path, needed: Collection[str], names: Names) -> list[FilledRow]:
    sheets = read_book(path, MAX_ROWS + 2)[2]
    for sheet, rows in sheets.items():
        for at, cells in enumerate(rows):
            found = {names.get(plain(str(cell.value))) for cell in cells}
            if set(needed) <= found:
                header = _header(path, [cell.value for cell in cells], needed, names)
                columns = {cell.column: name for cell, name in zip(cells, header, strict=True) if name}
                below = rows[at + 1 :]
                if len(below) > MAX_ROWS:
                    raise InputError(f"It holds more than {MAX_ROWS:,} rows.", file=str(path))
                return [_xlsx_row(row, columns) for row in _reckoned(path, sheet, below, columns)]
    raise InputError(
        f"No sheet of it has the columns {', '.join(sorted(needed))}.", file=str(path), remedy=_KEEP
    )


Reckoned = tuple[Sequence[Any], Mapping[int, Any]]


def _reckoned(
    path: Path, sheet: str, rows: Sequence[Sequence[Any]], columns: Collection[int]
) -> Iterator[Reckoned]:
    """Each row with the values of its formulas by column, as the spreadsheet program saved them."""
    formulas = {cell.row for row in rows for cell in row if cell.data_type == "f" and cell.column in columns}
    saved = read_book(path, MAX_ROWS + 2, reckoned=True)[2][sheet] if formulas else []
    values = {row[0].row: {cell.column: cell.value for cell in row if cell.data_type != "e"} for row in saved}
    for row in rows:
        yield row, values.get(row[0].row, {})


def _xlsx_row(reckoned: Reckoned, columns: Mapping[int, str]) -> FilledRow:
    from openpyxl.utils import get_column_letter

    row, values = reckoned
    known = {columns[cell.column]: cell for cell in row if cell.column in columns}
    formulas = {name: cell for name, cell in known.items() if cell.data_type == "f"}
    return FilledRow(
        f"row {row[0].row}",
        {
            name: _text(with_line_ends(values.get(cell.column) if name in formulas else cell.value))
            for name, cell in known.items()
        },
        {name: f"cell {get_column_letter(column)}{row[0].row}" for column, name in columns.items()},
        frozenset(formulas),
    )


def _text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # spreadsheets keep every number as a float
    return "" if value is None else str(value).replace("\r\n", "\n").strip()


def _from_csv(path: Path, needed: Collection[str], names: Names) -> list[FilledRow]:
    text = read_text(path)
    marks = max(",;\t", key=text.partition("\n")[0].count)  # some programs save CSV with semicolons
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=marks)
    try:
        header = _header(path, next(reader, []), needed, names)
        return [
            FilledRow(
                f"line {reader.line_num}",
                {name: _text(restore(cell)) for name, cell in zip(header, row, strict=False) if name},
            )
            for row in reader
        ]
    except csv.Error as error:
        raise InputError(f"It is no CSV: {error}.", file=str(path), line=reader.line_num) from error


def _from_json(path: Path, needed: Collection[str], names: Names) -> list[FilledRow]:
    listed = parse_json(read_bytes(path), str(path))
    if not isinstance(listed, list) or not all(isinstance(entry, dict) for entry in listed):
        raise InputError("This is not a list of objects.", file=str(path), remedy="Write one object a line.")
    rows = [
        FilledRow(
            f"entry {number}",
            {names[plain(key)]: _text(value) for key, value in entry.items() if plain(key) in names},
        )
        for number, entry in enumerate(listed, 1)
    ]
    for name in needed:
        if rows and not any(name in row.cells for row in rows):
            raise InputError(f"No object names {name!r}.", file=str(path))
    return rows
