from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from vendoreval.contracts.amending import Change, amend
from vendoreval.contracts.terms import Clause, Contract, Decision, Task
from vendoreval.errors import Conflict

CLAUSE = Clause("accuracy", "accuracy", "item", "delivery", "0.97", Decision("claim"))
OLD = Contract("c", "acme", "Birds", "USD", Task("classification", ("a", "b")), (CLAUSE,))


def test_changes_are_named_by_field() -> None:
    floor = replace(CLAUSE, id="floor", metric="recall", scope="class")
    new = replace(OLD, ends=date(2027, 1, 1), clauses=(replace(CLAUSE, threshold="0.98"), floor), version=7)
    changes = amend(OLD, new)
    assert Change("clause.accuracy.threshold", "0.97", "0.98") in changes
    assert Change("ends", None, "2027-01-01") in changes
    assert Change("clause.floor.metric", None, "recall") in changes
    assert all(change.field.split(".")[0] in ("clause", "ends") for change in changes)
    assert amend(new, OLD)[0].before != amend(OLD, new)[0].before


@pytest.mark.parametrize("other", [replace(OLD, id="d"), replace(OLD, vendor="bcme")])
def test_another_contract_is_refused(other: Contract) -> None:
    with pytest.raises(Conflict):
        amend(OLD, other)
    assert amend(OLD, OLD) == amend(OLD, replace(OLD, version=2)) == []
