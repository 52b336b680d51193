"""Registers of questions: what is taken, what is refused, and why."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from vendoreval.errors import InputError
from vendoreval.formats.intake.escalation_rows import read_register

ITEMS = ("a", "b")


def register(folder: Path, text: str) -> Path:
    path = folder / "register.csv"
    path.write_text(text, "utf-8")
    return path


def test_rows_are_taken_or_refused_with_their_reason(tmp_path: Path) -> None:
    path = register(
        tmp_path,
        "item_id,asked_at,answered_at,asked_by,decision\n"
        "a,2026-03-02T10:00+01:00,2026-03-03T09:00Z,Vendor,use class x\n"
        "b,2026-03-02,,buyer,\n"
        "c,2026-03-02,,,\n"
        ",2026-03-02,,,\n"
        "a,,,,\n"
        "a,soon,,,\n"
        "a,2026-03-02,2026-03-01,,\n"
        "a,2026-03-02,,nobody,\n",
    )
    found = read_register(path, items=ITEMS)
    first, second = found.entries
    assert (first.asked_at, first.asked_by, first.decision) == (
        datetime(2026, 3, 2, 9, tzinfo=UTC), "vendor", "use class x",
    )  # fmt: skip
    assert (second.asked_by, second.answered_at) == ("buyer", None)
    assert [(r.line, r.reason) for r in found.refusals] == [
        (4, "The delivery has no item 'c'."),
        (5, "The item id is empty."),
        (6, "asked_at is empty."),
        (7, "asked_at is 'soon', which is no time; write 2026-03-02T10:00."),
        (8, "It was answered before it was asked."),
        (9, "asked_by is 'nobody'; write vendor or buyer."),
    ]
    assert found.notes[0].endswith("they are taken as UTC.")


def test_other_columns_and_task_ids(tmp_path: Path) -> None:
    path = register(tmp_path, "task,when\nt1,2026-03-02T10:00Z\n")
    found = read_register(
        path, items=ITEMS, mapping={"item_id": "task", "asked_at": "when"}, task_ids={"t1": "b"}
    )
    assert [one.item_id for one in found.entries] == ["b"]
    assert found.notes == ()


@pytest.mark.parametrize(
    ("text", "mapping", "says"),
    [
        ("item_id,asked_at\nc,2026-03-02\n", {}, "No row was taken. The delivery has no item 'c'."),
        ("item_id,when\na,2026-03-02\n", {}, "There is no column 'asked_at'"),
        ("item_id,asked_at\na,2026-03-02\n", {"who": "x"}, "--map knows no role 'who'"),
        ("item_id,asked_at\na,2026-03-02\n", {"decision": "x"}, "There is no column 'x'"),
        ("item_id,asked_at\n", {}, "no rows"),
    ],
)
def test_unusable_registers_are_refused(tmp_path: Path, text: str, mapping: dict[str, str], says: str) -> None:
    with pytest.raises(InputError) as caught:
        read_register(register(tmp_path, text), items=ITEMS, mapping=mapping)
    assert says in str(caught.value)
