"""Blind tasks for expert auditors as sheets (CSV, XLSX), and answers read back, of Label Studio too.

A task holds its id, what the auditor needs to see of the item, and room for an answer: no delivered
label, no vendor's name.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vendoreval.errors import InputError
from vendoreval.formats.forms.xlsx_book import MAX_ROWS, read_book
from vendoreval.formats.readers.json_lines import plain
from vendoreval.formats.readers.rows import open_rows, require
from vendoreval.formats.readers.text_source import explained
from vendoreval.jsonfile import parse_json
from vendoreval.received import check_file, read_bytes
from vendoreval.safe_text import csv_bytes, restore

TASK, ANSWER, AUDITOR, COMMENT = "task_id", "answer", "auditor", "comment"
_ALSO = ("label", "choice")  # names of the answer's column that other tools use
# Nothing shown of an item stands under these: JSON-MIN writes a field of the task where no answer was given.
OURS = (TASK, ANSWER, *_ALSO, AUDITOR, COMMENT)
_ANSWERS_SHEET = "tasks"

TaskRow = Mapping[str, str]


@dataclass(frozen=True)
class SheetAnswer:
    """One answer as it was read; `auditor` is empty where the file names none."""

    line: int
    task: str
    answer: str
    auditor: str


def task_bytes(rows: Sequence[TaskRow], classes: Sequence[str], title: str, suffix: str) -> bytes:
    """The task list in the format of the file's ending; raises InputError for one that is not known."""
    if suffix == ".csv":
        return _csv(rows)
    if suffix == ".xlsx":
        if len(rows) >= MAX_ROWS:
            raise InputError(f"{len(rows):,} tasks are too many for a workbook.", remedy="Name a .csv file.")
        return _xlsx(rows, classes, title)
    raise InputError(
        f"Tasks cannot be written as {suffix or 'a file without an ending'!r}.",
        remedy="Name a file that ends in .csv, .xlsx or .json (Label Studio).",
    )


def read_answers(path: Path) -> list[SheetAnswer]:
    """The answers in a filled task list, empty ones left out; raises InputError with what to try."""
    check_file(path, "rows")
    suffix = path.suffix.lower()
    with explained(path):
        if suffix == ".xlsx":
            found = list(_from_xlsx(path))
        elif suffix == ".json":
            found = list(_from_label_studio(path))
        else:
            found = list(_from_rows(path))
    if not found:
        raise InputError("The file holds no answer.", file=str(path), remedy="Fill the column 'answer'.")
    return found


def _csv(rows: Sequence[TaskRow]) -> bytes:
    return csv_bytes((*rows[0], ANSWER, COMMENT), ((*row.values(), "", "") for row in rows))


def _xlsx(rows: Sequence[TaskRow], classes: Sequence[str], title: str) -> bytes:
    from datetime import UTC, datetime

    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": title, "created": datetime(2000, 1, 1, tzinfo=UTC)})
    sheet, lists = book.add_worksheet(_ANSWERS_SHEET), book.add_worksheet("classes")
    bold, field = book.add_format({"bold": True}), book.add_format({"bg_color": "#FFFBE8", "border": 1})
    text = book.add_format({"quote_prefix": True})  # stays text even when it is edited
    header = (*rows[0], ANSWER, COMMENT)
    for column, name in enumerate(header):
        sheet.write_string(0, column, name, bold)
        sheet.set_column(column, column, 12 if name == TASK else 28)
    for line, row in enumerate(rows, 1):
        for column, value in enumerate(row.values()):
            sheet.write_string(line, column, value, text)
        for column in (len(header) - 2, len(header) - 1):
            sheet.write_blank(line, column, None, field)
    for line, name in enumerate(classes):
        lists.write_string(line, 0, name, text)
    if classes:
        place = len(header) - 2
        source = f"=classes!$A$1:$A${len(classes)}"
        sheet.data_validation(1, place, len(rows), place, {"validate": "list", "source": source})
    sheet.freeze_panes(1, 0)
    book.close()
    return out.getvalue()


def _from_rows(path: Path) -> Iterator[SheetAnswer]:
    file = open_rows(path)
    require(file, {"task_id": TASK}, option="")
    answer = next((name for name in (ANSWER, *_ALSO) if name in file.names), ANSWER)
    require(file, {"answer": answer}, option="")
    wanted = [name for name in (TASK, answer, AUDITOR) if name in file.names]
    for batch in file.batches(wanted):
        for refusal in batch.refusals:
            raise InputError(refusal.reason, file=path.name, line=refusal.line)
        columns = {name: batch.columns[name].to_pylist() for name in wanted}
        for row, line in enumerate(batch.lines):
            values = {name: restore(column[row] or "").strip() for name, column in columns.items()}
            if values[answer]:
                yield SheetAnswer(int(line), values[TASK], values[answer], values.get(AUDITOR, ""))


def _from_xlsx(path: Path) -> Iterator[SheetAnswer]:
    _, _, sheets = read_book(path)
    rows = sheets.get(_ANSWERS_SHEET) or next(iter(sheets.values()), [])
    header = {cell.column: _cell(cell.value) for cell in rows[0]} if rows else {}
    missing = [name for name in (TASK, ANSWER) if name not in header.values()]
    if missing:
        raise InputError(f"There is no column {missing[0]!r}.", file=str(path), remedy="Keep the header.")
    for row in rows[1:]:
        cells = {header.get(cell.column, ""): _cell(cell.value) for cell in row}
        if cells.get(ANSWER):
            yield SheetAnswer(row[0].row, cells.get(TASK, ""), cells[ANSWER], cells.get(AUDITOR, ""))


def _cell(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # spreadsheets keep every number as a float
    return "" if value is None else str(value).strip()


def _from_label_studio(path: Path) -> Iterator[SheetAnswer]:
    """Label Studio's JSON export, or its short form (JSON-MIN)."""
    listed = parse_json(read_bytes(path), str(path))
    if not isinstance(listed, list) or not all(isinstance(entry, dict) for entry in listed):
        raise InputError("This is not a list of tasks.", file=str(path), remedy="Export as JSON or JSON-MIN.")
    for number, entry in enumerate(listed, 1):
        try:
            for task, answer, who in _annotated(entry) if "annotations" in entry else _short(entry):
                if answer:
                    yield SheetAnswer(number, task, answer, who)
        except (ValueError, TypeError, AttributeError, KeyError) as error:
            reason = str(error) if isinstance(error, ValueError) else "is not shaped as Label Studio writes it."
            raise InputError(f"Task {number} {reason}", file=str(path), remedy=_EXPORT) from error


_EXPORT = "Export as JSON or JSON-MIN, one choice a task."


def _short(entry: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    given = next((entry[name] for name in (ANSWER, *_ALSO) if entry.get(name)), None)
    yield _one(entry.get(TASK)), _one(given), _one(entry.get(AUDITOR, entry.get("annotator")))


def _annotated(entry: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    task = _one(entry.get("data", {}).get(TASK))
    for annotation in entry["annotations"]:
        who = annotation.get("completed_by")
        if isinstance(who, dict):
            who = who.get("email", who.get("id"))
        if not annotation.get("was_cancelled"):
            chosen: list[Any] = []
            for result in annotation["result"]:
                chosen += _listed(result.get("value", {}).get("choices"))
            yield task, _one(chosen), _one(who)


def _listed(choices: Any) -> list[Any]:
    if not isinstance(choices, list | None):
        raise TypeError("choices are a list")
    return choices or []


def _one(value: Any) -> str:
    """The one text that a value holds, "" for none; raises ValueError for several or for other shapes."""
    if isinstance(value, list) and len(value) <= 1:
        value = value[0] if value else None
    if isinstance(value, list | dict):
        what = (
            "is not shaped as Label Studio writes it"
            if isinstance(value, dict)
            else f"holds {len(value)} answers"
        )
        raise ValueError(f"{what}.")
    return plain(value) or ""
