"""Ordinal answers: published figures of site ratings, scikit-learn, and what tolerances and medians mean."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import confusion_matrix, mean_absolute_error

from tests.conftest import SHARED, facts
from tests.unit.tasks.scale_samples import gold_of, judged, labels_of, measured
from vendoreval.audits.figures import by_class, confusion
from vendoreval.contracts.terms import Task
from vendoreval.tasks.judged import judge
from vendoreval.tasks.ordinal import TYPE

SITES = ("G", "P", "R", "X")
answers = st.lists(st.tuples(st.sampled_from(SITES), st.sampled_from(SITES)), min_size=1, max_size=30)


def task(tolerance: str = "0", **more: object) -> Task:
    return Task("ordinal", SITES, matching={"tolerance": tolerance, **more})


def test_site_ratings_equal_the_facts() -> None:
    known, folder = facts("adultcontent2"), SHARED / "data" / "adultcontent2"
    rows = pd.read_csv(folder / "delivered.csv", dtype=str, keep_default_na=False)
    gold = pd.read_csv(folder / "gold.csv", dtype=str, keep_default_na=False)
    labels = labels_of(list(rows.itertuples(index=False, name=None)))
    outcomes = judge(gold_of(dict(gold.itertuples(index=False, name=None))), labels, task()).units
    assert confusion(outcomes) == known["confusion_gold_rows"]
    loss = measured("mae", outcomes, task(), cap=Fraction(3))
    assert round(float(loss.lost), 6) == known["mean_absolute_ordinal_error"]
    assert loss.n == known["n_labels_on_gold_items"]
    away = {int(step): count for step, count in known["ordinal_error_distance"].items()}
    for tolerance in range(4):
        near = judge(gold_of(dict(gold.itertuples(index=False, name=None))), labels, task(str(tolerance))).units
        found = measured("within_tolerance", near, task())
        assert found.n - found.errors == sum(n for step, n in away.items() if abs(step) <= tolerance)
        exact = measured("exact_match", near, task())
        assert exact.n - exact.errors == known["n_correct_single_labels"]


@given(answers, st.integers(0, 3))
def test_figures_are_those_of_scikit_learn(pairs: list[tuple[str, str]], tolerance: int) -> None:
    gold = {f"i{k}": truth for k, (truth, _) in enumerate(pairs)}
    outcomes = judged(gold, [(f"i{k}", "w", said) for k, (_, said) in enumerate(pairs)], task(str(tolerance)))
    truth, said = (np.asarray([SITES.index(one) for one in side]) for side in zip(*pairs, strict=True))
    table = confusion_matrix(truth, said, labels=range(4))
    found = confusion(outcomes)
    assert [[found.get(row, {}).get(column, 0) for column in SITES] for row in SITES] == table.tolist()
    loss = measured("mae", outcomes, task(), cap=Fraction(3))
    assert float(loss.lost) == pytest.approx(mean_absolute_error(truth, said))
    right = np.abs(truth - said) <= tolerance
    assert loss.errors == int((~right).sum())
    for one in by_class(outcomes):
        name = one.name
        mine, given_ = truth == SITES.index(name), said == SITES.index(name)
        assert one.recall == (pytest.approx(right[mine].mean()) if mine.any() else None)
        assert one.precision == (pytest.approx(right[given_].mean()) if given_.any() else None)
        share = measured("f1", outcomes, task(), name)
        assert share.ys[0].sum() / share.xs[0].sum() == pytest.approx(one.f1)
        assert 0 <= share.ys[0].sum() <= share.xs[0].sum()


def test_the_nearest_accepted_answer_is_the_one_that_counts() -> None:
    gold = {"i": ("X", "G")}
    for said, expected, right in (("G", "G", True), ("P", "G", True), ("R", "X", True)):
        outcomes = judged(gold, [("i", "w", said)], task("1"))
        assert (outcomes.expected[0], bool(outcomes.right[0])) == (expected, right)
    strict = judged(gold, [("i", "w", "P"), ("i", "v", "other")], task())
    assert strict.expected.text() == ["G", "X"]
    assert strict.counts()["wrong_label"] == 2


def test_what_is_no_class_loses_the_whole_scale() -> None:
    outcomes = judged({"i": "P", "j": "P"}, [("i", "w", "banana"), ("j", "w", "P")], task())
    loss = measured("mae", outcomes, task(), cap=Fraction(3))
    assert (loss.lost, loss.beyond) == (Fraction(3, 2), 0)


def test_numbers_are_one_class_however_they_are_written() -> None:
    from vendoreval.labels.notation import Classes

    scale = Classes(("0.5", "1", "1.5"))
    assert [scale.read(text).label for text in ("1.0", "01", "1e0", ".5", "1.50", "2")] == [
        "1", "1", "1", "0.5", "1.5", "2",
    ]  # fmt: skip


@given(st.lists(st.sampled_from(SITES), min_size=1, max_size=7), st.randoms())
def test_a_median_is_the_lower_middle_answer_in_any_order(said: list[str], rng: object) -> None:
    rows = [("i", f"w{k}", one) for k, one in enumerate(said)]
    voted = TYPE.vote(labels_of(rows), task(consensus="median"))
    assert voted is not None
    ranks = sorted(SITES.index(one) for one in said)
    assert voted.text("label").text() == [SITES[ranks[(len(ranks) - 1) // 2]]]
    assert TYPE.ties(labels_of(rows), task(consensus="median")) == 0


def test_a_tie_goes_to_the_lower_class_and_not_to_the_first_in_the_alphabet() -> None:
    low_to_high = Task("ordinal", ("poor", "fair", "good"), answers="consensus")
    outcomes = judged({"i": "poor"}, [("i", "a", "good"), ("i", "b", "poor")], low_to_high)
    assert outcomes.delivered.text() == ["poor"]
    assert (
        judge(gold_of({"i": "poor"}), labels_of([("i", "a", "good"), ("i", "b", "poor")]), low_to_high).ties
        == 1
    )
