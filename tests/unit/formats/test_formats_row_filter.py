"""`--where`: its grammar, what passes, what is counted as left out."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vendoreval.errors import UsageError
from vendoreval.formats.intake.row_filter import Filtering, RowFilter, parse_where, refuse_on_labels, written

ROWS: list[dict[str, str | None]] = [
    {"status": "Approved", "who": "a"},
    {"status": "Rejected", "who": "a"},
    {"status": "", "who": "b"},
    {"status": None, "who": "b"},
    {"status": "Submitted", "who": "c"},
    {"status": "Approved", "who": "c"},
]


def batch(rows: list[dict[str, str | None]]) -> dict[str, pa.Array]:
    return {name: pa.array([row[name] for row in rows], pa.string()) for name in rows[0]}


def chosen(*texts: str) -> tuple[list[int], Filtering]:
    work = Filtering(parse_where(texts))
    return [row for row, kept in enumerate(work.choose(batch(ROWS), len(ROWS)).tolist()) if kept], work


@pytest.mark.parametrize(
    ("texts", "rows"),
    [
        (["status=Approved"], [0, 5]),
        (["status=Approved,Submitted"], [0, 4, 5]),
        (["status!=Rejected"], [0, 2, 3, 4, 5]),
        (["status!=Rejected,Approved"], [2, 3, 4]),
        (["status="], [2, 3]),
        (["status!="], [0, 1, 4, 5]),
        (["status=,Rejected"], [1, 2, 3]),
        (["status!=Rejected", "who=a,c"], [0, 4, 5]),
        (["status=approved"], []),
        ([], [0, 1, 2, 3, 4, 5]),
    ],
)
def test_which_rows_pass(texts: list[str], rows: list[int]) -> None:
    found, work = chosen(*texts)
    assert found == rows
    assert work.rows_left_out == len(ROWS) - len(rows)


def test_what_was_left_out_is_counted_by_column_and_value() -> None:
    _, work = chosen("status!=Rejected,", "who=a")
    assert work.to_json() == [
        {"where": "status!=Rejected,", "column": "status", "rows_left_out": 3,
         "by_value": {"": 2, "Rejected": 1}, "rows_of_other_values": 0},
        {"where": "who=a", "column": "who", "rows_left_out": 2, "by_value": {"c": 2},
         "rows_of_other_values": 0},
    ]  # fmt: skip


def test_values_that_no_row_holds_are_named() -> None:
    _, work = chosen("status!=rejected", "who=a,z")
    assert [text.split(";")[0] for text in work.unmet()] == [
        "No row has the status 'rejected' that --where 'status!=rejected' names",
        "No row has the who 'z' that --where 'who=a,z' names",
    ]
    assert "Rejected" in work.unmet()[0]


def test_many_values_are_counted_together() -> None:
    rows = [{"who": f"w{row}"} for row in range(70)]
    work = Filtering(parse_where(["who=w0"]))
    work.choose({"who": pa.array([row["who"] for row in rows])}, 70)
    record = work.to_json()[0]
    assert (record["rows_left_out"], len(record["by_value"]), record["rows_of_other_values"]) == (69, 50, 19)


@pytest.mark.parametrize("text", ["status", "=a", "!=a", ""])
def test_what_is_no_filter(text: str) -> None:
    with pytest.raises(UsageError, match="is not COLUMN=VALUE"):
        parse_where([text])


def test_a_column_is_named_once() -> None:
    with pytest.raises(UsageError, match="List its values: --where a=a,b"):
        parse_where(["a=1", "a!=2"])


def test_the_labels_are_no_column_to_choose_by() -> None:
    for text in ("answer=cat", "answer!=cat", "answer!=", "answer="):
        with pytest.raises(UsageError, match="would choose rows by their label"):
            refuse_on_labels(parse_where([text]), "answer")
    refuse_on_labels(parse_where(["label=cat"]), "answer")
    refuse_on_labels(parse_where(["answer!="]), "answer", but_empty=True)
    with pytest.raises(UsageError):
        refuse_on_labels(parse_where(["answer!=,cat"]), "answer", but_empty=True)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=8), min_size=1, max_size=4))
def test_what_is_printed_is_read_back(values: list[str]) -> None:
    assert parse_where([written("a column", values)]) == (
        RowFilter(written("a column", values), "a column", tuple(values)),
    )
