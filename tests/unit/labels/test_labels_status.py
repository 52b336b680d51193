"""Which columns tell rows that count from rows that may not."""

from __future__ import annotations

import csv
from collections import Counter

import pytest

from tests.conftest import SHARED
from vendoreval.labels.status import is_status, may_be_status


def found(name: str, *values: str, classes: tuple[str, ...] = ()) -> bool:
    return may_be_status(name) and is_status(name, Counter(values), classes)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("AssignmentStatus", ["Approved", "Rejected", "Submitted"]),
        ("ASSIGNMENT:status", ["APPROVED", "REJECTED"]),
        ("jobstatus", ["aprobado", "rechazado"]),  # any words, where the name says it
        ("answer", ["accept", "reject", "ignore"]),
        ("_golden", ["true", "false"]),
        ("_tainted", ["TRUE", "FALSE"]),
        ("was_cancelled", ["false", "true", ""]),
        ("wasCancelled", ["0", "1"]),
        ("Reject", ["", "x"]),
        ("_unit_state", ["finalized", "golden"]),
        ("status", ["Rejected"]),  # no row is meant
        ("review", ["accepted", "not accepted", "in review, pending"]),
    ],
)
def test_a_status(name: str, values: list[str]) -> None:
    assert found(name, *values)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("answer", ["cat", "dog", "bird"]),  # answers
        ("answer", ["true", "false"]),
        ("golden", ["", "cat", "dog"]),  # gold's answers in a column of their own
        ("GOLDEN:result", ["", "cat", "dog"]),
        ("AssignmentStatus", ["Approved"]),  # nothing to decide
        ("_golden", ["false"]),
        ("status", [""]),
        ("worker", ["accepted", "rejected"]),
        ("consensus", ["cat", "dog"]),
        ("state", ["Ohio", "Utah"]),
        ("status", [f"state {number}" for number in range(30)]),
    ],
)
def test_no_status(name: str, values: list[str]) -> None:
    assert not found(name, *values)


def test_answers_of_the_contract_are_no_status() -> None:
    assert found("decision", "accept", "reject")
    assert not found("decision", "Accept", "reject", classes=("accept", "reject", "unsure"))


@pytest.mark.parametrize(
    ("file", "names"),
    [
        ("06-mturk.csv", {"AssignmentStatus"}),
        ("07-appen-full.csv", {"_golden", "_tainted"}),
        ("07b-appen-aggregated.csv", {"_golden", "_unit_state"}),
        ("08-toloka.tsv", {"ASSIGNMENT:status"}),
        ("11-ls.csv", set()),
        ("18-curation.csv", set()),
        ("23-one-class.csv", set()),
        ("26-null.csv", set()),
        ("27-with-consensus-column.csv", set()),
    ],
)
def test_real_exports(file: str, names: set[str]) -> None:
    with (SHARED / "cases" / file).open(newline="", encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines, delimiter="\t" if file.endswith("tsv") else ",") if row]
    columns = {name: [row[name] or "" for row in rows] for name in rows[0]}
    assert {name for name, values in columns.items() if found(name, *values)} == names
