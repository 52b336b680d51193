"""Plans of a draw by scores: rows, what is recommended, and what may not be asked."""

from __future__ import annotations

import json

import pytest

from tests.schemas import validate
from tests.unit.audits.active_units import clause_active
from tests.unit.designs.test_designs_planning import contract
from vendoreval.audits.active_planning import _pays_from, plan_active
from vendoreval.designs.designs import design
from vendoreval.errors import InputError


@pytest.mark.slow
def test_good_scores_are_recommended_and_poor_ones_are_not() -> None:
    clause = clause_active()
    good = plan_active(contract(clause), clause, 400, lift=200.0, flagged=0.05, runs=20)
    assert (good.recommended, good.items) == ("active", 400)
    assert [round(row.accuracy, 4) for row in good.rows] == [0.9, 0.93, 0.95, 0.96, 0.97, 0.98, 0.99]
    at = {round(row.accuracy, 2): row for row in good.rows}
    assert at[0.9].scores.expected < at[0.9].uniform.expected
    assert all(row.scores.expected <= good.most[1] for row in good.rows)
    record = good.to_json()
    validate(json.loads(json.dumps(record)))
    assert any("take the rule" in said for said in record["sentences"])
    again = plan_active(contract(clause), clause, 400, lift=200.0, flagged=0.05, runs=20)
    assert again.to_json() == record  # the seed is fixed


def test_the_least_lift_that_pays_is_one_from_which_all_do() -> None:
    assert _pays_from([90.0, 110.0, 95.0, 80.0], 100.0) == 16.0
    assert _pays_from([90.0, 85.0, 80.0, 70.0], 100.0) == 4.0
    assert _pays_from([90.0, 90.0, 90.0, 100.0], 100.0) is None


def test_what_cannot_be_planned() -> None:
    clause = clause_active()
    for flagged, lift in ((0.001, 20.0), (1.0, 20.0), (0.1, 0.0)):
        with pytest.raises(InputError, match="flag some"):
            plan_active(contract(clause), clause, 300, flagged=flagged, lift=lift)
    with pytest.raises(InputError, match="no table of limits"):
        design(clause, 300)
