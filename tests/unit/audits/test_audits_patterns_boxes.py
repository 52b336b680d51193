"""Patterns of boxes: what is planted is found, honest vendors are left alone, and sides may be missing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.contracts import clause, contract_toml
from tests.unit.audits.box_vendors import CLASSES, BoxVendor
from vendoreval.audits.audit_input import AuditInput
from vendoreval.audits.patterns.judging import LEVEL, patterns
from vendoreval.audits.patterns.signs import labels_of
from vendoreval.audits.patterns.whole_answers import whole_answers
from vendoreval.contracts.parsing import parse_contract
from vendoreval.inference.binomial import lower_bound

CONTRACT = parse_contract(
    contract_toml(task={"type": "boxes", "classes": list(CLASSES)},
                  clauses=[clause(unit="object", threshold="0.90")])
)  # fmt: skip
VENDOR = BoxVendor(items=300)


def found(seen: AuditInput) -> dict[str, Any]:
    return {one.name: {**one.evidence, "flag": one.flag} for one in patterns(CONTRACT, seen)}


@pytest.mark.parametrize(
    ("planted", "pattern", "says"),
    [
        (VENDOR.but(drift_from=0.6, spread=0.3), "drift", "of the objects are wrong"),
        (VENDOR.but(blind_to=2), "bias", "Class van is missed in"),
        (VENDOR.but(invents=3), "bias", "Of the objects delivered as bus"),
        (VENDOR.but(edge_miss=0.3), "edge_cases", "of the objects on edge cases are wrong"),
        (VENDOR.but(leaked=0.005, miss=0.15), "leakage", "on fresh gold"),
        (VENDOR.but(weak_person=0.4), "inconsistency", "w03 has"),
        (VENDOR.but(copied=True, miss=0.08, extra=0.1, confuse=0.1), "copying", "to the last digit"),
        (VENDOR.but(lazy_person=True), "inconsistency", "w03 has"),
    ],
)
def test_what_is_planted_is_found_and_nothing_else(planted: BoxVendor, pattern: str, says: str) -> None:
    seen = found(planted.input(4))
    assert [name for name, one in seen.items() if one["flag"]] == [pattern]
    assert says in seen[pattern]["sentence"]


def test_what_cannot_be_tested_says_why() -> None:
    seen = found(VENDOR.input(5))
    assert not any(one["flag"] for one in seen.values())
    assert "A clause on alpha" not in seen["inconsistency"]["sentence"]
    assert any("clause on alpha" in why for why in seen["inconsistency"]["not_tested"])
    assert any("single labels only" in why for why in seen["copying"]["not_tested"])
    assert not seen["leakage"]["tested"]


def test_no_class_is_read_from_a_missing_side() -> None:
    """Boxes of the last class are neither missed nor invented; whoever reads -1 as a class would name it."""
    made = VENDOR.but(miss=0.2, extra=0.2, confuse=0.0).input(7)
    labels = labels_of(made.by_label, "objects")
    seen = found(made)
    per_class = {row["class"]: row for row in seen["bias"]["floors"]}
    for code, name in enumerate(labels.expected.values):
        mine = labels.expected.codes == code
        assert per_class[name]["n"] == int(mine.sum())
        assert per_class[name]["errors"] == int(labels.wrong[mine].sum())
    assert len(labels) > sum(row["n"] for row in per_class.values())  # what is extra has no class of gold
    shift = [sign for sign in seen["bias"]["signs"] if sign["what"] == "shift of the classes’ shares"]
    assert [(sign["moved_in"], sign["moved_out"]) for sign in shift] == [(0, 0)]  # nobody confused a class


def test_the_order_of_rows_plays_no_part() -> None:
    made = VENDOR.but(miss=0.1, copied=True).input(11)
    order = np.random.default_rng(0).permutation(len(made.by_label))
    turned = made.by_label.take(order)
    other = AuditInput(
        turned, turned, made.gold_items, made.items, made.labels, edge_items=made.edge_items, gold=made.gold
    )
    assert found(made) == found(other)


def test_whole_answers_are_one_row_a_person_and_item() -> None:
    made = VENDOR.but(copied=True).input(2)
    whole = whole_answers(made.by_label)
    assert len(whole) == 600
    assert whole.word == "answers"
    by_sheet: dict[tuple[str, str], bool] = {}
    for row in made.by_label.rows():
        key = row["item_id"], row["annotator_id"]
        by_sheet[key] = by_sheet.get(key, False) or row["outcome"] not in (
            "correct",
            "empty_agreed",
            "unscorable",
        )
    assert (
        dict(
            zip(zip(whole.item.text(), whole.annotator.text(), strict=True), whole.wrong.tolist(), strict=True)
        )
        == by_sheet
    )
    pairs: dict[str | None, list[int]] = {}
    for item, kind in zip(whole.item.text(), whole.delivered.codes.tolist(), strict=True):
        pairs.setdefault(item, []).append(kind)
    assert all(first == second for first, second in pairs.values())


@pytest.mark.slow
@pytest.mark.parametrize(
    "honest",
    [BoxVendor(spread=0.0), BoxVendor(), BoxVendor(crowded=True), BoxVendor(empty=0.7),
     BoxVendor(boxes=15.0, items=60), BoxVendor(sheets_each=1)],
    ids=["even", "uneven", "one item with half of all boxes", "mostly empty", "many boxes", "one answer"],
)  # fmt: skip
def test_honest_vendors_are_left_alone(honest: BoxVendor) -> None:
    runs = 120
    flagged = sum(any(one["flag"] for one in found(honest.input(seed)).values()) for seed in range(runs))
    assert lower_bound(flagged, runs, 0.99) <= LEVEL
