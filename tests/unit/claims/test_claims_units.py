"""Claims on types with several units an item: populations that are estimated, prices of other units."""

from __future__ import annotations

import math
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from scipy.stats import t as student

from tests.unit.audits.box_samples import Row, extra, judged, missed, right, seen_of, swapped, terms
from vendoreval.audits.audit_input import AuditInput
from vendoreval.audits.drawing import NONCES, TICKETS
from vendoreval.audits.reach import units_in_all
from vendoreval.audits.units import Counting, counting
from vendoreval.claims.drafting import PARTS_HEADER, ROW_HEADER, claim_rows, draft_claim
from vendoreval.claims.records import Claim
from vendoreval.contracts.terms import Task

TODAY = date(2026, 11, 27)
CREDIT = {"id": "credit", "kind": "credit", "justification": "loss"}


def sample(images: int = 60) -> list[Row]:
    """Four right boxes and one of the wrong class an image; every third one missed, every sixth one extra."""
    rows: list[Row] = []
    for k in range(images):
        name = f"i{k:03d}"
        rows += [right(name, "car") for _ in range(4)] + [swapped(name, "dog", "cat", 0.8)]
        rows += [missed(name, "dog")] if k % 3 == 0 else []
        rows += [extra(name, "cat")] if k % 6 == 0 else []
    return rows


def drawn(**more: Any) -> AuditInput:
    return seen_of(sample(), items=1_000, most=6, drawn=TICKETS, seed_from=NONCES, **more)


def claimed(
    seen: AuditInput, unit: str = "object", price: tuple[str, str] = ("0.10", "object"), **more: Any
) -> Claim:
    contract = terms("accuracy", unit, threshold="0.95", price=price, remedies=[{**CREDIT, **more}])
    result = judged(contract, seen)
    assert result.verdict == "breached"
    return draft_claim(contract, result, seen, claim_id="k", today=TODAY)


def test_the_number_of_units_is_a_ratio_to_what_was_delivered() -> None:
    """Against the textbook's ratio estimator (Cochran, Sampling Techniques, 6.4), by loops."""
    seen = drawn()
    units = np.asarray([5 + (k % 3 == 0) + (k % 6 == 0) for k in range(60)])
    delivered = np.asarray([5 + (k % 6 == 0) for k in range(60)])
    found = units_in_all(seen, seen.units, Counting("object"), units, 1_000, 0.95)
    assert found is not None
    ratio = units.sum() / delivered.sum()
    left = sum((u - ratio * d) ** 2 for u, d in zip(units, delivered, strict=True)) / 59
    error = math.sqrt((1 - 60 / 1_000) / 60 * left) / delivered.mean()
    margin = student.ppf(0.975, 59) * error
    assert found.estimate == round(ratio * seen.labels)
    assert found.low == math.ceil((ratio - margin) * seen.labels)
    assert found.high == math.floor((ratio + margin) * seen.labels)


def test_where_several_rows_are_one_unit_rows_tell_nothing_of_units() -> None:
    """Stuff in many rows would make a delivery look larger, and a claim with it."""
    task = Task("panoptic", ("car", "road"), matching={"stuff": ["road"]})
    how = counting("object", task, omissions=False)
    assert how.joined
    assert counting("object", Task("masks", (), matching={"regions": "semantic"}), omissions=False).joined
    assert not counting("object", Task("panoptic", ()), omissions=False).joined
    seen = drawn()
    units = np.asarray([5 + (k % 3 == 0) + (k % 6 == 0) for k in range(60)])
    found = units_in_all(seen, seen.units, how, units, 1_000, 0.95)
    assert found is not None
    assert found.estimate == round(units.mean() * 1_000)


def test_wrong_units_are_scaled_to_the_lower_bound_of_all_units() -> None:
    claim = claimed(drawn())
    (ground,) = claim.extrapolations
    seen = drawn()
    (finding,) = judged(terms(threshold="0.95"), seen).findings
    assert finding.units_in_all is not None
    assert finding.high is not None
    assert ground.unit == "object"
    assert ground.population == finding.units_in_all.estimate
    assert ground.population_at_least == finding.units_in_all.low < ground.population
    assert ground.at_least == math.ceil(finding.units_in_all.low * (1 - finding.high) - 1e-9)
    (demand,) = claim.demands
    free = ground.surely - -(-ground.surely * 95 // 100)
    assert ground.allowed == free
    assert demand.amount is not None
    assert demand.amount.amount == (Decimal("0.10") * (ground.at_least - free)).quantize(Decimal("0.01"))


def test_a_census_counts_its_units() -> None:
    seen = seen_of(sample(), items=60, most=6, drawn=TICKETS, seed_from=NONCES)
    (ground,) = claimed(seen).extrapolations
    assert ground.population == ground.sample == 60 * 5 + 20 + 10
    assert ground.at_least == ground.found == 60 + 20 + 10


def test_boxes_are_not_paid_at_the_price_of_an_image() -> None:
    """Under a price of an image, the credit is the wrong boxes' part of the delivery's price."""
    claim = claimed(drawn(), price=("2.00", "item"))
    (ground,), (demand,) = claim.extrapolations, claim.demands
    free = ground.surely - -(-ground.surely * 95 // 100)
    worth = Decimal(2_000) * (ground.at_least - free) / ground.population
    assert demand.amount is not None
    assert demand.amount.amount == worth.quantize(Decimal("0.01"))
    assert "part of the price" in demand.text
    assert demand.amount.amount < 2_000


def test_a_sample_that_speaks_for_itself_claims_its_own_part_of_the_price() -> None:
    seen = seen_of(sample(), items=1_000, most=6, drawn=TICKETS, seed_from="unproven")
    claim = claimed(seen, price=("2.00", "item"), excess_only=False)
    (ground,), (demand,) = claim.extrapolations, claim.demands
    assert (ground.found, ground.population) == (90, 330)
    assert demand.amount is not None
    assert demand.amount.amount == (Decimal(2) * 60 * 90 / 330).quantize(Decimal("0.01"))


def test_the_price_of_all_boxes_is_that_of_those_delivered() -> None:
    claim = claimed(drawn(), percent="10")
    assert claim.demands[0].amount is not None
    assert claim.demands[0].amount.amount == Decimal("0.10") * seen_labels() / 10


def seen_labels() -> int:
    return drawn().labels


def test_a_sum_for_each_wrong_unit_needs_no_price_of_it() -> None:
    claim = claimed(drawn(), price=("2.00", "item"), per_unit="0.01", basis="found", excess_only=False)
    assert claim.demands[0].amount is not None
    assert claim.demands[0].amount.amount == Decimal("0.90")


def test_words_that_nobody_counted_leave_the_sum_to_the_invoice() -> None:
    claim = claimed(drawn(), price=("0.01", "word"))
    assert claim.demands[0].amount is None


def test_lines_say_where_to_look() -> None:
    claim = claimed(drawn())
    assert len(claim.lines) == 90
    line = next(one for one in claim.lines if one.outcome == "wrong_label")
    assert (line.level, line.where, line.score) == ("object", f"{line.item}: cat", 0.8)
    header, rows = claim_rows(claim)
    assert header == (*ROW_HEADER, *PARTS_HEADER)
    assert all(len(row) == len(header) for row in rows)
    assert {"level", "where", "score"} <= claim.to_json()["lines"][0].keys()


def test_a_clause_on_images_names_the_boxes_that_make_them_wrong() -> None:
    claim = claimed(drawn(), unit="item", price=("2.00", "item"))
    (ground,) = claim.extrapolations
    assert ground.found == 60
    assert ground.population == 1_000
    assert len(claim.lines) == 90


@pytest.mark.parametrize("metric", ["recall", "mean_iou"])
def test_what_is_not_extrapolated_stays_with_what_was_found(metric: str) -> None:
    contract = terms(metric, threshold="0.95", price=("2.00", "item"), remedies=[CREDIT])
    seen = drawn()
    result = judged(contract, seen)
    claim = draft_claim(contract, result, seen, claim_id="k", today=TODAY)
    (ground,), (demand,) = claim.extrapolations, claim.demands
    assert ground.population == ground.sample
    assert demand.amount is not None
    assert demand.amount.amount < Decimal(2) * 60


def test_a_mean_score_names_what_lies_below_its_limit() -> None:
    rows = [right(f"i{k:02d}", "car", 0.7 if k % 2 else 1.0) for k in range(80)]
    contract = terms("mean_iou", threshold="0.95", price=("0.10", "object"), remedies=[CREDIT])
    seen = seen_of(rows, most=1)
    claim = draft_claim(contract, judged(contract, seen), seen, claim_id="k", today=TODAY)
    assert {line.score for line in claim.lines} == {0.7}
    assert len(claim.lines) == 40
