"""Imperfect gold, samples that grow, and inspection that follows a vendor's record."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest

from tests.unit.audits.walking_samples import audited, clause, delivery
from vendoreval.audits.allowing import lowered, touched
from vendoreval.audits.inspecting import Inspection, inspection_after
from vendoreval.errors import InputError
from vendoreval.gold.panel import Judgement, SampleTask, sample_tasks, settle

N = 2_000


def spoiled(count: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    wrong = np.zeros(N, dtype=np.bool_)
    wrong[np.random.default_rng(1).permutation(N)[:count]] = True
    return wrong


def test_an_allowance_lowers_the_limit_by_the_share_of_wrong_gold() -> None:
    assert lowered(clause("claim"), Fraction(1, 100)).limit == Fraction(96, 100)
    rate = lowered(clause("claim", metric="error_rate", threshold="0.03"), Fraction(1, 100))
    assert rate.limit == Fraction(4, 100)
    assert lowered(clause("sequential", tolerated="0.95"), Fraction(2, 100)).decision.tolerated == Decimal(
        "0.93"
    )
    assert lowered(clause("claim", threshold="0.01"), Fraction(2, 100)).limit == 0


def test_wrong_gold_touches_the_items_with_most_units_and_no_known_share_of_a_class() -> None:
    units = [1, 1, 11, 1, 1, 1, 1, 1, 1, 1]
    assert touched(clause("claim"), units, 0.1) == Fraction(11, 20)
    assert touched(clause("claim"), units, 0.15) == Fraction(23, 40)  # and half of an item with one unit
    assert touched(clause("claim", metric="completeness"), units, 0.1) == 0
    assert touched(replace(clause("claim"), scope="class"), units, 0.1) is None
    assert touched(replace(clause("claim"), scope="annotator"), units, 0.1) is None
    assert touched(replace(clause("claim"), metric="macro_f1"), units, 0.1) is None


def test_the_bound_on_what_wrong_gold_hides_is_the_difference_not_the_product() -> None:
    """All ways in which 2 of 10 gold answers may be wrong, on a delivery with 6 of 10 right."""
    right = np.arange(10) < 6
    seen = [(right & ~np.isin(np.arange(10), gold)).mean() for gold in combinations(range(10), 2)]
    assert min(seen) == pytest.approx(0.6 - 0.2)  # 0.6 × 0.8 = 0.48 would be too high


def test_a_narrow_breach_does_not_outlive_an_allowance_and_a_clear_one_does() -> None:
    narrow, clear = (
        delivery(spoiled(110), range(1_500), seed="s"),
        delivery(spoiled(400), range(1_500), seed="s"),
    )
    for rule in ("claim", "sequential"):
        of = clause(rule)
        assert audited(of, narrow).with_allowance is None
        found = audited(of, replace(narrow, gold_checked=(6, 300)))
        assert (found.verdict, found.with_allowance in ("inconclusive", "kept")) == ("breached", True)
        found = audited(of, replace(clear, gold_checked=(6, 300)))
        assert (found.verdict, found.with_allowance) == ("breached", "breached")


def test_errors_that_were_all_adjudicated_need_no_allowance() -> None:
    seen = delivery(spoiled(110), range(1_500), seed="s")
    items = frozenset(f"item-{k}" for k in range(1_500))
    found = audited(clause("claim"), replace(seen, gold_checked=(6, 300), adjudicated=items))
    assert found.with_allowance == "breached"


def test_a_sample_that_is_read_once_waits_for_its_end() -> None:
    seen = delivery(spoiled(400), range(500), seed="s")
    stopped = audited(clause("claim"), replace(seen, planned_items=800))
    assert (stopped.verdict, stopped.p_breach) == ("not_run", None)
    assert audited(clause("sequential"), replace(seen, planned_items=800)).verdict == "breached"


def past(*verdicts: str) -> list[Inspection]:
    """Deliveries of 2,400 units: letter K, 125 units, at most 7 errors under AQL 2.5 % (normal)."""
    errors = {"kept": 0, "breached": 30, "inconclusive": 0}
    return [Inspection(2_400, errors[verdict], verdict) for verdict in verdicts]


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        ((), "normal"),
        (("kept",) * 9, "normal"),
        (("kept",) * 10, "reduced"),  # the switching score reaches 30 by threes
        (("kept", "breached", "inconclusive", "kept", "breached"), "tightened"),
        (("breached",) * 2 + ("kept",) * 5, "normal"),
        (("breached",) * 7, "stopped"),
    ],
)
def test_inspection_follows_the_vendors_record(history: tuple[str, ...], expected: str) -> None:
    assert inspection_after(clause("iso2859-1", aql="2.5"), past(*history)) == expected


def test_tightened_inspection_accepts_less_and_a_stopped_vendor_is_not_inspected() -> None:
    of, seen = clause("iso2859-1", aql="2.5"), delivery(spoiled(0), range(N), seed="s")
    normal = audited(of, seen).walk
    tightened = audited(of, replace(seen, inspections={"accuracy": "tightened"})).walk
    assert normal is not None
    assert tightened is not None
    assert (normal.accept, tightened.accept) == (7, 5)
    assert audited(of, replace(seen, inspections={"accuracy": "stopped"})).verdict == "not_run"


def test_a_panel_settles_by_agreement_or_by_the_adjudicator() -> None:
    tasks = sample_tasks(["x", "y", "z", "w"], ["x"])
    ids = {task.item: task.id for task in tasks if not task.repeat}
    again = next(task.id for task in tasks if task.repeat)
    given = [
        *(Judgement(ids[item], "ann", label) for item, label in zip("xyz", "aab", strict=True)),
        *(Judgement(ids[item], "bob", label) for item, label in zip("xyz", "aba", strict=True)),
        Judgement(again, "ann", "b"),
        Judgement(ids["z"], "eve", "b", adjudicates=True),
        Judgement(ids["x"], "eve", "b", adjudicates=True),
    ]
    panel = settle(tasks, given, auditors=2)
    assert [(s.item, s.label, s.overturned) for s in panel.settled] == [("x", "b", True), ("z", "b", False)]
    assert panel.open == ("y", "w")
    assert panel.disputed == (ids["y"],)
    assert (panel.double, panel.double_agreed, panel.repeats, panel.repeats_agreed) == (3, 1, 1, 0)
    with pytest.raises(InputError, match="cannot adjudicate"):
        settle(tasks, [*given, Judgement(ids["y"], "ann", "a", adjudicates=True)], auditors=2)


def test_repeats_stand_after_their_first_task_and_in_the_second_half() -> None:
    drawn = [f"i{k}" for k in range(40)]
    tasks = sample_tasks(drawn, ["i3", "i39", "i20"])
    assert [task.item for task in tasks if not task.repeat] == drawn
    for place, task in enumerate(tasks):
        if task.repeat:
            assert place >= 20
            assert task.item in {earlier.item for earlier in tasks[:place] if not earlier.repeat}
    assert [task.id for task in tasks] == sorted({task.id for task in tasks})
    assert isinstance(tasks[0], SampleTask)
