"""Rubrics against gold: grades counted by hand, and by a plain loop."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.tasks.rows_samples import Rows, delivery_of, distance, gold_of, judged
from tests.unit.tasks.span_samples import shuffled
from vendoreval.contracts.terms import Task
from vendoreval.tasks.rubrics import TYPE

CRITERIA = ("clear", "helpful", "true")
TASK = Task("rubrics", CRITERIA)
NEAR = Task("rubrics", CRITERIA, matching={"tolerance": "0.5"})
grades = st.dictionaries(
    st.sampled_from(CRITERIA), st.sampled_from(["1", "1.0", "1.5", "2", "pass"]), max_size=3
)


def rows(**given_: str) -> Rows:
    return [{"label": name, "grade": grade} for name, grade in given_.items()]


def test_grades_counted_by_hand() -> None:
    found = judged(TASK, rows(clear="4", helpful="2", true="pass"), rows(clear="4.0", helpful="3", true="pass"))
    counts = found.counts()
    assert (counts["correct"], counts["imprecise"]) == (2, 1)
    wrong = next(row for row in found.rows() if row["outcome"] == "imprecise")
    assert (wrong["expected"], wrong["where"]) == ("helpful", "helpful: 3, gold says 2")


def test_numbers_may_differ_by_the_tolerance_exactly() -> None:
    assert judged(NEAR, rows(clear="4"), rows(clear="4.5")).right.all()
    assert not judged(NEAR, rows(clear="4"), rows(clear="4.51")).right.any()
    assert not judged(NEAR, rows(clear="pass"), rows(clear="fail")).right.any()


def test_a_criterion_that_gold_does_not_grade_is_no_error() -> None:
    counts = judged(TASK, rows(clear="4"), rows(clear="4", true="1", style="5")).counts()
    assert (counts["correct"], counts["unscorable"], counts["extra"]) == (1, 1, 1)
    assert judged(TASK, rows(clear="4", true="1"), rows(clear="4")).counts()["missing"] == 1


def alike(one: str, other: str, tolerance: str) -> bool:
    if "pass" in (one, other):
        return one == other
    return abs(Decimal(one) - Decimal(other)) <= Decimal(tolerance)


@settings(deadline=None)
@given(grades, grades, st.sampled_from(["0", "0.5"]))
def test_as_a_plain_loop_counts(gold: dict[str, str], given_: dict[str, str], tolerance: str) -> None:
    task = Task("rubrics", CRITERIA, matching={"tolerance": tolerance})
    counts = judged(task, rows(**gold), rows(**given_)).counts()
    both = gold.keys() & given_.keys()
    right = sum(alike(gold[name], given_[name], tolerance) for name in both)
    assert (counts["correct"], counts["imprecise"]) == (right, len(both) - right)
    assert (counts["missing"], counts["unscorable"]) == (len(gold) - len(both), len(given_) - len(both))
    apart = distance(task, rows(**gold), rows(**given_))
    assert apart == (1 - 2 * right / (len(gold) + len(given_)) if gold or given_ else 0)
    assert apart == distance(task, rows(**given_), rows(**gold))


@settings(deadline=None)
@given(grades, grades, st.integers(0, 9))
def test_order_never_matters_and_a_file_equals_itself(
    gold: dict[str, str], given_: dict[str, str], seed: int
) -> None:
    golds = gold_of("rubrics", {"i": [rows(**gold)]})
    labels = delivery_of("rubrics", {("i", "b"): rows(**given_), ("i", "a"): rows(**gold)})
    found, again = (TYPE.compare(golds, table, TASK) for table in (labels, shuffled(labels, seed)))
    assert list(found.rows()) == list(again.rows())
    assert judged(TASK, rows(**gold), rows(**gold)).right.all()


def test_how_a_grade_is_written_is_no_error() -> None:
    given_ = rows(clear="good ", helpful="e\u0301leve\u0301", true="PASS")
    assert judged(TASK, rows(clear="Good", helpful="\u00e9lev\u00e9", true="pass"), given_).right.all()
