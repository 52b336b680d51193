"""What items that were not audited may hold, and rules that follow the draw of items with several units."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.contracts import rule
from tests.unit.audits.box_samples import Row, finding, missed, right, seen_of, swapped, terms
from vendoreval.audits.audit_input import counting_of
from vendoreval.audits.reach import hidden
from vendoreval.claims.defects import wrong_units
from vendoreval.contracts.explain import explain
from vendoreval.designs.planning import plan_audit
from vendoreval.inference.drawn import Hidden


def rows(images: int, wrong: int = 0) -> list[Row]:
    """Images of three boxes; on the first `wrong` of them one is of another class and a fourth is missed."""
    made: list[Row] = []
    for k in range(images):
        name = f"i{k:03d}"
        made += [right(name, "car"), right(name, "dog")]
        made += [swapped(name, "cat", "dog"), missed(name, "cat")] if k < wrong else [right(name, "cat")]
    return made


def held(unit: str, *, metric: str = "accuracy", decision: Any = None, **more: Any) -> Hidden:
    contract = terms(metric, unit, decision=decision or rule(), task=more.pop("task", {}))
    seen = seen_of(rows(10, 1), most=7, **more)
    clause = contract.clauses[0]
    return hidden(clause, contract.task, seen, counting_of(clause, contract.task, seen))


def test_right_units_are_bounded_by_the_files_and_wrong_ones_by_files_and_gold() -> None:
    assert held("object") == Hidden(7, None, wrong=7 + 4)  # four gold boxes on the fullest image
    assert held("object", most_sheets=3) == Hidden(7, None, wrong=7 + 3 * 4)
    assert held("opportunity") == held("object")  # no attribute counts
    assert held("object", decision=rule("claim", most_units=9)) == Hidden(7, None, wrong=9)
    assert held("object", metric="precision") == Hidden(
        7, None, wrong=7
    )  # what is missing is none of its units
    assert held("item") == Hidden(1, 0, wrong=1)
    assert held("item", most_sheets=2, sheets=1_500) == Hidden(2, 500, wrong=2)


def test_gold_boxes_without_a_switch_are_right_and_stand_in_no_file() -> None:
    tracks = {"type": "tracks"}
    assert held("object", metric="id_switches", task=tracks) == Hidden(7 + 4, None, wrong=7 + 4)
    assert held("object", metric="mota_loss", task=tracks) == Hidden(7, None, wrong=7 + 4)


def test_attributes_are_of_matched_objects() -> None:
    task = {"attributes": {"occluded": "equal", "pose": "equal"}}
    assert held("attribute", task=task) == Hidden(14, None, wrong=14)
    assert held("opportunity", task=task) == Hidden(7, None, wrong=7 + 4 + 14)


def test_an_image_is_one_unit_with_an_exact_test() -> None:
    found = finding(terms(unit="item"), seen_of(rows(100, 30), most=4))
    assert found.method == "exact hypergeometric"
    assert (found.n, found.errors) == (100, 30)


def test_a_walk_over_objects_needs_an_agreed_bound() -> None:
    plain, agreed = rule("sequential"), rule("sequential", most_units=5)
    seen = seen_of(rows(200, 120), most=4, seed="s")
    assert "most_units" in finding(terms(decision=plain), seen).reason
    assert finding(terms(decision=plain), seen).verdict == "not_run"
    found = finding(terms(decision=agreed), seen)
    assert found.verdict == "breached"
    assert found.walk is not None
    assert found.n < 4 * 200
    assert found.units_in_all is not None
    assert len(wrong_units(found, seen, terms().task)) == found.errors
    too_full = finding(terms(decision=agreed), replace(seen, most_units=6))
    assert too_full.verdict == "not_run"
    assert "6 units" in too_full.reason


@pytest.mark.parametrize("metric", ["macro_f1", "macro_recall", "pq", "mean_iou", "f1"])
def test_figures_that_no_walk_can_follow_are_not_run(metric: str) -> None:
    found = finding(terms(metric, decision=rule("sequential", most_units=5)), seen_of(rows(20, 2), seed="s"))
    assert found.verdict == "not_run"
    assert "Take claim" in found.reason


def test_images_without_boxes_are_walked_too() -> None:
    empty = [Row(f"e{k:03d}", "empty_agreed", level="item", score=1.0) for k in range(60)]
    seen = seen_of([*rows(200, 120), *empty], most=4, seed="s")
    found = finding(terms(decision=rule("sequential", most_units=4)), seen)
    assert found.verdict == "breached"
    assert found.walk is not None
    assert found.walk.walked > found.clusters
    assert len(wrong_units(found, seen, terms().task)) == found.errors


def test_a_walk_over_images_is_that_of_single_units() -> None:
    found = finding(terms(unit="item", decision=rule("sequential")), seen_of(rows(200, 120), most=4, seed="s"))
    assert found.verdict == "breached"
    assert found.walk is not None
    assert found.n == found.walk.walked


@pytest.mark.parametrize(
    ("decision", "said"),
    [
        (rule("sequential", most_units=40), "no item holds more than 40 units"),
        (rule("sequential"), "is not run"),
        (rule(), "fullest gold item"),
    ],
)
def test_a_plan_says_what_it_takes_for_granted(decision: Any, said: str) -> None:
    plan = plan_audit(terms(decision=decision), 1_000).to_json()
    assert any(said in sentence for sentence in plan["sentences"])
    assert plan["unit"] == "object"
    assert plan["most_units"] == decision.get("most_units")
    assert "most_units" not in plan_audit(terms(unit="item", decision=decision), 1_000).to_json()


def test_a_contract_in_plain_words_tells_the_bound() -> None:
    told = " ".join(explain(terms(decision=rule("claim", most_units=40))))
    assert "No item holds more than 40 units" in told
    assert "Units of one item are not independent" in told
