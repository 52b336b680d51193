"""Tables that the other side fills: what was written is read back, and what is no table says so."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vendoreval.errors import InputError, VendorevalError
from vendoreval.formats.forms.filled_table import MAX_ROWS, Column, read_table, table_bytes

COLUMNS = (Column("line", 6), Column("said", 20), Column("ruling", 10, ("yes", "no, never"), filled=True))
NAMES = tuple(column.name for column in COLUMNS)
cells = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn", "Co"]), max_size=40).map(str.strip)
rows = st.lists(
    st.fixed_dictionaries({"line": st.integers(1, 999).map(str), "said": cells, "ruling": cells}),
    min_size=1, max_size=6,
)  # fmt: skip
folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)


@folder
@given(rows, st.sampled_from([".csv", ".xlsx"]))
def test_what_was_written_is_read_back(tmp_path: Path, written: list[dict[str, str]], suffix: str) -> None:
    path = tmp_path / f"t{suffix}"
    path.write_bytes(table_bytes(COLUMNS, written, suffix, title="T", told=("Fill it.",)))
    found = [{name: row[name] for name in NAMES} for row in read_table(path, ("line",), NAMES)]
    assert found == written


@folder
@given(st.binary(max_size=300), st.sampled_from([".csv", ".xlsx", ".json", ".txt"]))
def test_what_is_no_table_says_so(tmp_path: Path, data: bytes, suffix: str) -> None:
    path = tmp_path / f"t{suffix}"
    path.write_bytes(data)
    with pytest.raises(VendorevalError):
        read_table(path, ("line",), NAMES)


@folder
@given(st.text(max_size=200))
def test_any_text_under_a_header_is_read_or_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text(f"line,said,ruling\n{text}", "utf-8", errors="replace")
    try:
        found = read_table(path, ("line",), NAMES)
    except InputError:
        return
    assert found


def test_columns_may_move_and_others_stand_between(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("note;Ruling; LINE \nx;yes;3\n", "utf-8-sig")
    (row,) = read_table(tmp_path / "t.csv", ("line",), NAMES)
    assert (row["line"], row["ruling"], row["said"], row.place) == ("3", "yes", "", "line 2")


def test_a_json_list_is_a_table_as_well(tmp_path: Path) -> None:
    (tmp_path / "t.json").write_text(json.dumps([{"line": 3, "ruling": "yes"}, {"line": 4.0}]))
    found = read_table(tmp_path / "t.json", ("line",), NAMES)
    assert [(row["line"], row["ruling"]) for row in found] == [("3", "yes"), ("4", "")]


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("t.csv", b"", "no column 'line'"), ("t.csv", b"line,said\n", "holds no row"),
        ("t.json", b"{}", "not a list"), ("t.json", b'[{"a": 1}]', "No object names"),
        ("t.json", b"[]", "holds no row"), ("t.ods", b"", "no sheet"),
    ],
)  # fmt: skip
def test_what_is_missing_is_named(tmp_path: Path, name: str, data: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(InputError, match=said):
        read_table(tmp_path / name, ("line",), NAMES)


def test_a_formula_is_told_by_its_cell(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(io.BytesIO(table_bytes(COLUMNS, [{"line": "1"}], ".xlsx", title="T")))
    sheet: Any = book["Sheet"]
    sheet["C2"] = "=A2"
    book.save(tmp_path / "t.xlsx")
    (row,) = read_table(tmp_path / "t.xlsx", ("line",), NAMES)
    assert row.formulas == {"ruling"}
    assert str(row.problem("ruling", "is a formula.")) == "cell C2: is a formula."
    assert str(row.problem("said", "is empty.")) == "cell B2: is empty."


def test_more_rows_than_a_workbook_holds_go_into_csv() -> None:
    many = [{"line": "1"}] * MAX_ROWS
    with pytest.raises(InputError, match="too many for a workbook"):
        table_bytes(COLUMNS, many, ".xlsx", title="T")
    assert table_bytes(COLUMNS, many, ".csv", title="T").count(b"\n") == MAX_ROWS + 1
    with pytest.raises(InputError, match="cannot be written"):
        table_bytes(COLUMNS, many, ".ods", title="T")


def test_line_ends_and_ids_survive_whatever_program_saved_the_workbook(tmp_path: Path) -> None:
    """Spreadsheets write a carriage return as `_x000D_`, and ids of tiles look like another such character."""
    said = {"line": "1", "said": "tile_x0010_y0020", "ruling": "One.\r\nTwo.\rThree."}
    written = table_bytes(COLUMNS, [said], ".xlsx", title="T")
    (tmp_path / "out.xlsx").write_bytes(written)
    openpyxl.load_workbook(io.BytesIO(written)).save(tmp_path / "back.xlsx")
    for name in ("out.xlsx", "back.xlsx"):
        (row,) = read_table(tmp_path / name, ("line",), NAMES)
        assert (row["said"], row["ruling"]) == ("tile_x0010_y0020", "One.\nTwo.\nThree.")
