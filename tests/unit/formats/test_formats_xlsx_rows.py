"""Workbooks as rows: cells become the text that they show, whatever the spreadsheet made of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from vendoreval.errors import InputError
from vendoreval.formats.readers.rows import RowFile, open_rows

HEAD = ["item_id", "label", "labelled_at", "seconds", "note"]


def book(path: Path, rows: list[list[Any]], **sheets: list[list[Any]]) -> Path:
    made: Any = Workbook()
    made.active.title = "Answers"
    for name, some in {"Answers": rows, **sheets}.items():
        sheet = made.active if name == "Answers" else made.create_sheet(name)
        for row in some:
            sheet.append(row)
    made.save(path)
    return path


def read(file: RowFile) -> dict[str, list[str | None]]:
    (batch,) = list(file.batches(file.names))
    return {name: column.to_pylist() for name, column in batch.columns.items()}


def test_cells_are_the_texts_that_they_show(tmp_path: Path) -> None:
    path = book(tmp_path / "d.xlsx", [
        [*HEAD[:2], " labelled_at ", *HEAD[3:]],
        ["5b", True, datetime(2026, 3, 2, 9, 15, 22), 12.5, "a_x000D_\nb"],  # noqa: DTZ001
        ["007", False, datetime(2026, 3, 2), timedelta(seconds=72), None],  # noqa: DTZ001
        [7, 3.0, None, 1, None],
        [],
        [12345, "x", None, None, None],
    ])  # fmt: skip
    from openpyxl import load_workbook

    made = load_workbook(path)
    made["Answers"]["A4"].number_format = "000"
    made.save(path)
    file = open_rows(path)
    assert file.names == tuple(HEAD)
    assert read(file) == {
        "item_id": ["5b", "007", "007", "12345"],
        "label": ["TRUE", "FALSE", "3", "x"],
        "labelled_at": ["2026-03-02T09:15:22", "2026-03-02", None, None],
        "seconds": ["12.5", "00:01:12", "1", None],
        "note": ["a\nb", None, None, None],
    }
    (batch,) = list(file.batches({"item_id"}))
    assert list(batch.lines) == [2, 3, 4, 6]


def test_the_sheet_with_rows_or_the_one_that_is_named(tmp_path: Path) -> None:
    rows = [["item_id", "label"], ["a", "cat"]]
    assert open_rows(book(tmp_path / "a.xlsx", rows, Help=[["Read me"]])).sheet == "Answers"
    two = book(tmp_path / "b.xlsx", rows, Second=[["item_id", "label"], ["b", "dog"]])
    with pytest.raises(InputError, match="2 of its sheets hold rows: Answers, Second") as caught:
        open_rows(two)
    assert caught.value.remedy == "Say which one: --sheet 'Answers'."
    file = open_rows(two, sheet="Second")
    assert read(file)["label"] == ["dog"]
    assert file.notes == ("Read from the sheet 'Second'; not read: Answers.",)
    with pytest.raises(InputError, match="There is no sheet 'Third'"):
        open_rows(two, sheet="Third")


def test_formulas_and_merged_cells_are_said(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", [["item_id", "label"], ["a", "=A2"], [None, "dog"]])
    from openpyxl import load_workbook

    made = load_workbook(path)
    made["Answers"].merge_cells("A2:A3")
    made.save(path)
    file = open_rows(path)
    assert file.notes[1:] == (
        "1 cells hold formulas: the values saved with them are read.",
        "1 groups of cells are merged: only the first of each holds a value.",
    )
    assert read(file) == {"item_id": ["a", None], "label": [None, "dog"]}


@pytest.mark.parametrize("data", [b"PK\x03\x04 nothing", b"item_id,label\n", b"\xd0\xcf\x11\xe0 old", b""])
def test_what_is_no_workbook(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "d.xlsx").write_bytes(data)
    with pytest.raises(InputError):
        open_rows(tmp_path / "d.xlsx")


def test_a_damaged_workbook_is_an_input_error(tmp_path: Path) -> None:
    path = book(tmp_path / "d.xlsx", [["item_id", "label"], *[[f"i{n}", "cat"] for n in range(50)]])
    data = path.read_bytes()
    for cut in range(0, len(data), 97):
        path.write_bytes(data[:cut] + bytes([data[cut] ^ 0x55]) + data[cut + 1 :])
        try:
            for batch in open_rows(path).batches({"item_id", "label"}):
                assert len(batch.lines) >= 0
        except InputError:
            continue
