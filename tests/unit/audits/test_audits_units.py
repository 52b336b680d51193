"""Which rows a clause counts: by hand, and by an independent count of the same rows."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.audits.box_samples import (
    CLASSES,
    Row,
    extra,
    finding,
    judged,
    missed,
    outcomes,
    right,
    seen_of,
    swapped,
    terms,
)
from vendoreval.audits.figures import EXTRA, MISSED
from vendoreval.audits.measures import measure
from vendoreval.audits.units import Counting
from vendoreval.claims.defects import wrong_units
from vendoreval.tasks.outcomes import ONE

# One object is missed, one of the wrong class, one extra; c is empty on both sides, d and e have no answer.
ROWS = [
    right("a", "car"), right("a", "dog"), missed("a", "car"),
    swapped("b", "dog", "cat", 0.8), extra("b", "car"), right("b", "car", 0.9),
    Row("c", "empty_agreed", level="item", score=1.0),
    Row("d", "missing", "dog", who=None, answered=False),
    Row("e", "missing", who=None, answered=False, level="item"),
]  # fmt: skip


def totals(unit: str, group: str | None = None, metric: str = "accuracy", **how: Any) -> tuple[int, int]:
    """(wrong, counted) units."""
    found = measure(metric, outcomes(ROWS), group, CLASSES, Counting(unit, **how))
    return found.errors, found.n


def test_a_missed_object_of_an_answered_item_is_wrong() -> None:
    assert totals("object") == (3, 6)
    assert totals("span") == (3, 6)
    assert totals("object", omissions=True) == (4, 7)  # it was sent, and its dog was not delivered
    assert totals("object", empty=True) == (3, 7)
    assert totals("object", empty=True, omissions=True) == (5, 9)


def test_a_sheet_is_right_where_all_its_rows_are() -> None:
    assert totals("item") == (2, 3)  # images a and b; c is rightly empty
    assert totals("item", omissions=True) == (4, 5)
    assert totals("label") == totals("item")


def test_completeness_is_about_items() -> None:
    assert totals("item", metric="completeness") == (2, 5)


def test_each_side_counts_its_own_class() -> None:
    assert totals("object", "car") == (2, 4)  # two right, one missed, one extra
    assert totals("object", "dog") == (1, 2)
    assert totals("object", "cat") == (0, 0)
    assert totals("object", "car", "recall") == (1, 3)
    assert totals("object", "car", "precision") == (1, 3)
    assert totals("object", "cat", "precision") == (1, 1)
    assert totals("object", None, "recall") == (2, 5)
    assert totals("object", None, "precision") == (2, 5)
    found = measure("f1", outcomes(ROWS), "car", CLASSES, Counting("object"))
    assert Fraction(int(found.ys[0].sum()), int(found.xs[0].sum())) == Fraction(2 * 2, 3 + 3)
    assert (found.errors, found.n) == (2, 4)


def test_no_figure_books_a_missing_side_under_a_class() -> None:
    result = judged(terms(), seen_of(ROWS))
    by_class = {one.name: (one.n, one.correct, one.delivered) for one in result.by_class}
    assert by_class == {"car": (3, 2, 3), "dog": (2, 1, 1), "cat": (0, 0, 1)}
    assert result.confusion == {
        "car": {"car": 2, MISSED: 1}, "dog": {"dog": 1, "cat": 1}, EXTRA: {"car": 1},
    }  # fmt: skip
    (person,) = result.by_annotator
    assert (person.n, person.errors) == (6, 3)
    assert person.low < 0.1  # two images, however many boxes they hold
    assert result.counts["missing"] == 3
    assert result.counts["not_answered"] == 2
    assert result.counts["opportunities"] == 7


def test_the_three_unit_rules_stand_side_by_side() -> None:
    rows = [
        right("a", "car", rows=(0, 0)),
        Row("a", "correct", "car", "car", 1.0, level="attribute", rows=(0, 0)),
        Row("a", "wrong_attribute", "car", "car", level="attribute", rows=(0, 0)),
        right("a", "dog", rows=(1, 1)),
        Row("a", "correct", "dog", "dog", 1.0, level="attribute", rows=(1, 1)),
        swapped("a", "dog", "cat", rows=(2, 2)),
        Row("a", "wrong_attribute", "dog", "dog", level="attribute", rows=(2, 2)),
        right("b", "car", rows=(3, 3)),
    ]
    rules = {one.unit: (one.right, one.n) for one in judged(terms(), seen_of(rows)).unit_rules}
    # Errors: two wrong attributes, one wrong class. Perfect: the dog of a and the car of b.
    assert rules == {"item": (1, 2), "object": (3, 4), "opportunity": (2, 5)}
    without = replace(outcomes(rows), expected_row=None, delivered_row=None)
    assert measure("accuracy", without, None, CLASSES, Counting("attribute")).n == 4


def test_means_of_scores_are_over_units_and_items() -> None:
    def share(metric: str, unit: str = "object", group: str | None = None) -> Fraction:
        found = measure(metric, outcomes(ROWS), group, CLASSES, Counting(unit))
        return Fraction(int(found.ys[0].sum()), int(found.xs[0].sum()) * found.scale)

    assert share("mean_iou") == Fraction(37, 60)  # (1 + 1 + 0 + .8 + 0 + .9) / 6
    assert share("mean_iou", group="dog") == Fraction(9, 10)
    image_a, image_b = (2 * ONE) // 3, (17 * ONE // 10) // 3
    assert share("mean_iou", "item") == Fraction(image_a + image_b + ONE, 3 * ONE)
    dice = {s: Fraction(2 * s, ONE + s) for s in (ONE * 8 // 10, ONE * 9 // 10)}
    exact = (2 + sum(dice.values(), Fraction(0))) / 6
    assert abs(share("mean_dice") - exact) < Fraction(1, ONE)
    assert share("pq", group="car") == Fraction(2 * 19, 10 * (2 * 2 + 1 + 1))  # 2 Σ IoU / (2 TP + FP + FN)


rows_of_boxes = st.lists(
    st.tuples(
        st.sampled_from("abcde"),
        st.sampled_from(["ann", "bob"]),
        st.sampled_from([None, *CLASSES]),
        st.sampled_from([None, *CLASSES]),
        st.integers(0, 10),
    ).filter(lambda one: one[2] or one[3]),
    min_size=1,
    max_size=40,
)


def as_rows(given_rows: list[Any]) -> list[Row]:
    made = []
    for item, who, gold, answer, tenths in given_rows:
        if gold is None:
            made.append(extra(item, answer, who=who))
        elif answer is None:
            made.append(missed(item, gold, who=who))
        elif gold == answer:
            made.append(right(item, gold, tenths / 10, who=who))
        else:
            made.append(swapped(item, gold, answer, tenths / 10, who=who))
    return made


@given(rows_of_boxes)
def test_counts_equal_those_of_plain_loops(given_rows: list[Any]) -> None:
    units = outcomes(as_rows(given_rows))
    pairs = Counter((gold, answer) for _, _, gold, answer, _ in given_rows)
    hits = sum(count for (gold, answer), count in pairs.items() if gold == answer)
    found = measure("accuracy", units, None, CLASSES, Counting("object"))
    assert (found.n - found.errors, found.n) == (hits, len(given_rows))
    f1s = []
    for name in CLASSES:
        tp, fn = pairs[name, name], sum(c for (g, a), c in pairs.items() if g == name != a)
        fp = sum(c for (g, a), c in pairs.items() if a == name != g)
        recall = measure("recall", units, name, CLASSES, Counting("object"))
        precision = measure("precision", units, name, CLASSES, Counting("object"))
        f1 = measure("f1", units, name, CLASSES, Counting("object"))
        assert (recall.n, recall.errors) == (tp + fn, fn)
        assert (precision.n, precision.errors) == (tp + fp, fp)
        assert (int(f1.ys[0].sum()), int(f1.xs[0].sum())) == (2 * tp, 2 * tp + fp + fn)
        f1s += [Fraction(2 * tp, 2 * tp + fp + fn)] if tp + fp + fn else []
    macro = measure("macro_f1", units, None, CLASSES, Counting("object"))
    shares = [Fraction(int(y.sum()), int(x.sum())) for y, x in zip(macro.ys, macro.xs, strict=True)]
    assert shares == f1s
    assert len(macro.absent) == len(CLASSES) - len(f1s)
    sheets: dict[tuple[str, str], bool] = {}
    for item, who, gold, answer, _ in given_rows:
        sheets[item, who] = sheets.get((item, who), True) and gold == answer
    found = measure("accuracy", units, None, CLASSES, Counting("item"))
    assert (found.n, found.n - found.errors) == (len(sheets), sum(sheets.values()))


@given(rows_of_boxes, st.sampled_from(["accuracy", "mean_iou", "mean_dice", "pq", "macro_f1", "f1"]))
def test_the_order_of_rows_never_matters(given_rows: list[Any], metric: str) -> None:
    forth, back = as_rows(given_rows), as_rows(given_rows[::-1])
    items = sorted({row.item for row in forth})
    of = terms(metric, threshold="0.7")
    one, two = (judged(of, replace(seen_of(rows), units=outcomes(rows, items))) for rows in (forth, back))
    assert one.findings == two.findings
    assert one.unit_rules == two.unit_rules


@given(rows_of_boxes)
def test_swapping_gold_and_delivery_swaps_precision_and_recall(given_rows: list[Any]) -> None:
    turned = [(item, who, answer, gold, tenths) for item, who, gold, answer, tenths in given_rows]
    for group in (None, *CLASSES):
        one = measure("recall", outcomes(as_rows(given_rows)), group, CLASSES, Counting("object"))
        two = measure("precision", outcomes(as_rows(turned)), group, CLASSES, Counting("object"))
        assert (one.n, one.errors) == (two.n, two.errors)


@pytest.mark.parametrize(
    ("metric", "unit", "scope"),
    [
        ("accuracy", "object", "delivery"), ("accuracy", "object", "class"), ("recall", "object", "delivery"),
        ("recall", "object", "class"), ("precision", "object", "class"), ("f1", "object", "class"),
        ("accuracy", "object", "annotator"), ("accuracy", "opportunity", "delivery"),
        ("completeness", "item", "delivery"), ("error_rate", "object", "edge_case"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("sent_known", [True, False])
def test_lines_of_a_claim_are_the_errors_that_were_counted(
    metric: str, unit: str, scope: str, sent_known: bool
) -> None:
    of = terms(metric, unit, scope, "0.1" if metric == "error_rate" else "0.9")
    seen = seen_of(ROWS, sent_known=sent_known, edge_items=frozenset("abd"))
    result = judged(of, seen)
    assert any(one.n for one in result.findings)
    for one in result.findings:
        if one.n:
            assert len(wrong_units(one, seen, of.task)) == one.errors, one


def test_what_falls_on_ignored_gold_counts_nowhere() -> None:
    rows = [*ROWS, Row("a", "unscorable", None, "cat")]
    assert finding(terms(), seen_of(rows)).n == 6
    assert judged(terms(), seen_of(rows)).counts["unscorable"] == 1


def test_perfect_boxes_are_kept() -> None:
    rows = [right(f"i{k}", CLASSES[k % 3]) for k in range(90) for _ in range(3)]
    for metric in ("accuracy", "macro_f1", "mean_iou", "pq", "f1"):
        found = finding(terms(metric, threshold="0.8"), seen_of(rows, items=120, most=3))
        assert (found.estimate, found.verdict) == (1, "kept"), metric
    assert np.isclose(finding(terms("mean_dice", threshold="0.8"), seen_of(rows)).estimate or 0, 1)
