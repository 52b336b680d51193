from __future__ import annotations

from dataclasses import replace
from datetime import date

from vendoreval.claims.deadlines import deadlines
from vendoreval.contracts.reasons import REASONS
from vendoreval.contracts.terms import Acceptance, Contract, Remedy, Task

CALENDAR = Acceptance(10, "not_accepted", "mon-fri", (date(2026, 12, 25), date(2027, 1, 1)))


def test_named_deadlines() -> None:
    remedies = (Remedy("rework", "rework", deadline_days=3), Remedy("stop", "termination"))
    contract = Contract("c", "v", "t", "USD", Task("classification", ("a", "b")), (), acceptance=CALENDAR,
                        remedies=remedies)  # fmt: skip
    due = deadlines(
        contract, received=date(2026, 11, 2), issued=date(2026, 11, 24), remedies=("rework", "stop")
    )
    assert [(entry.name, entry.who, entry.due) for entry in due] == [
        ("acceptance", "buyer", date(2026, 11, 16)),
        ("remedy.rework", "vendor", date(2026, 11, 27)),
        ("answer", "vendor", date(2026, 12, 1)),
    ]
    bare = replace(contract, acceptance=None)
    assert [e.name for e in deadlines(bare, received=date(2026, 11, 2), issued=date(2026, 11, 2))] == []


def test_ten_reasons_are_known() -> None:
    assert len(REASONS) == 10
    assert all(text.endswith(".") for text in REASONS.values())
