"""Sets of classes: scikit-learn's figures, NLTK's distances, hierarchies, and the real sets of AudioSet."""

from __future__ import annotations

from collections.abc import Mapping

import nltk  # type: ignore[import-untyped]
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import f1_score, hamming_loss, jaccard_score, precision_score, recall_score

from tests.conftest import SHARED, facts
from tests.unit.tasks.tag_samples import gold_of, judged, labels_of, measured, value
from vendoreval.audits.figures import by_class
from vendoreval.contracts.class_tree import ancestors, most_implied
from vendoreval.contracts.terms import Task
from vendoreval.tasks.judged import judge
from vendoreval.tasks.multilabel import TYPE
from vendoreval.tasks.side_by_side import SideBySide

CLASSES = ("a", "b", "c", "d")
TREE = {"guitar": "strings", "piano": ["strings", "keys"], "strings": "instrument", "keys": "instrument"}
SOUNDS = ("instrument", "strings", "keys", "guitar", "piano", "noise")
sets = st.lists(st.sampled_from(CLASSES), max_size=4, unique=True)
pairs = st.lists(st.tuples(sets, sets), min_size=1, max_size=12)


def task(**matching: object) -> Task:
    return Task("multilabel", CLASSES, matching=matching)


def table(of: list[list[str]]) -> np.ndarray:
    return np.asarray([[name in one for name in CLASSES] for one in of], dtype=int)


@given(pairs)
def test_all_figures_are_those_of_scikit_learn(both: list[tuple[list[str], list[str]]]) -> None:
    truth, said = ([one[side] for one in both] for side in (0, 1))
    outcomes = judged(
        {f"i{k}": one for k, one in enumerate(truth)},
        {(f"i{k}", "w"): one for k, one in enumerate(said)},
        task(),
    )
    gold, given_ = table(truth), table(said)
    exact = measured("exact_match", outcomes, task(), "item")
    assert value(exact) == pytest.approx((gold == given_).all(axis=1).mean())
    assert value(measured("accuracy", outcomes, task(), "item")) == value(exact)
    mean = jaccard_score(gold, given_, average="samples", zero_division=1.0)
    assert value(measured("jaccard", outcomes, task(), "item")) == pytest.approx(mean, abs=1e-8)
    assert float(measured("hamming", outcomes, task(), "item").lost) == pytest.approx(
        hamming_loss(gold, given_)
    )
    for name, theirs in (("precision", precision_score), ("recall", recall_score), ("f1", f1_score)):
        found = measured(name, outcomes, task(), "tag")
        if found.n:
            assert value(found) == pytest.approx(theirs(gold, given_, average="micro", zero_division=0))
        for figures in by_class(outcomes):
            mine = getattr(figures, name)
            place = CLASSES.index(figures.name)
            assert (mine or 0) == pytest.approx(theirs(gold[:, place], given_[:, place], zero_division=0))
    used = [place for place in range(4) if (gold | given_)[:, place].any()]
    if used:
        macro = f1_score(gold, given_, average=None, zero_division=0)[used].mean()
        assert value(measured("macro_f1", outcomes, task(), "tag")) == pytest.approx(macro)


def test_two_empty_sets_are_equal_counted_or_left_out() -> None:
    gold: Mapping[str, list[str]] = {"i": [], "j": ["a"]}
    sheets = {("i", "w"): [], ("j", "w"): ["a", "b"]}
    for empty, jaccard, tags in (("equal", 0.75, 2), ("left_out", 0.5, 2), ("counted", 0.75, 3)):
        how = task(empty=empty)
        outcomes = judged(gold, sheets, how)
        assert value(measured("jaccard", outcomes, how, "item")) == jaccard
        assert measured("accuracy", outcomes, how, "tag").n == tags
        assert value(measured("exact_match", outcomes, how, "item")) == 0.5


def test_a_class_counts_once_and_a_sheet_for_its_best_alternative() -> None:
    outcomes = judged({"i": [["a"], ["b", "c"]]}, {("i", "w"): ["c", "b", "b"], ("i", "v"): ["b", "a"]}, task())
    assert outcomes.counts()["correct"] == 3
    assert outcomes.counts()["extra"] == 1
    assert value(measured("jaccard", outcomes, task(), "label")) == 0.75


@given(pairs, st.randoms())
def test_the_order_of_rows_never_matters_and_sides_change_roles(
    both: list[tuple[list[str], list[str]]], rng: object
) -> None:
    truth = {f"i{k}": one for k, (one, _) in enumerate(both)}
    said = {(f"i{k}", "w"): one for k, (_, one) in enumerate(both)}
    outcomes = judged(truth, said, task())
    turned = judged(
        {item: list(reversed(one)) for item, one in reversed(truth.items())},
        {key: list(reversed(one)) for key, one in reversed(said.items())}, task(),
    )  # fmt: skip
    plain = [sorted((one["item_id"], str(one["expected"]), one["outcome"]) for one in side.rows())
             for side in (outcomes, turned)]  # fmt: skip
    assert plain[0] == plain[1]
    back = judged(
        {i: list(one) for (i, _), one in said.items()}, {(i, "w"): one for i, one in truth.items()}, task()
    )
    for metric, unit in (("jaccard", "item"), ("exact_match", "item"), ("hamming", "item")):
        one, two = measured(metric, outcomes, task(), unit), measured(metric, back, task(), unit)
        assert (one.ys[0].sum(), one.xs[0].sum()) == (two.ys[0].sum(), two.xs[0].sum())
    assert (
        measured("recall", outcomes, task(), "tag").ys[0].sum()
        == measured("precision", back, task(), "tag").ys[0].sum()
    )


@given(pairs)
def test_distances_are_those_of_nltk(both: list[tuple[list[str], list[str]]]) -> None:
    one, two = (labels_of({(f"i{k:02}", "w"): pair[side] for k, pair in enumerate(both)}) for side in (0, 1))
    for name, theirs in (("jaccard", nltk.jaccard_distance), ("masi", nltk.masi_distance)):
        found = TYPE.distance(one, two, task(distance=name))
        assert found is not None
        expected = [theirs(set(a), set(b)) if a or b else 0.0 for a, b in both]
        assert found.tolist() == pytest.approx(expected, abs=1e-12)
        every = TYPE.across(one, two, task(distance=name))
        assert np.diag(every).tolist() == pytest.approx(expected, abs=1e-12)
        side = SideBySide(one, task(distance=name), TYPE)
        rows = np.arange(len(both))
        assert side.across(rows, rows).ravel().tolist() == side.distances(
            np.repeat(rows, len(both)), np.tile(rows, len(both))
        ).tolist()  # fmt: skip


def test_factors_of_masi_are_exact_thirds() -> None:
    one, two = labels_of({("i", "w"): ["a", "b"]}), labels_of({("i", "w"): ["a", "b", "c"]})
    found = TYPE.distance(one, two, task(distance="masi"))
    assert found is not None
    assert found[0] == 1 - 2 / 3 * 2 / 3  # with the older factor 0.67 it was 0.5533
    assert "2/3" in TYPE.distance_words(task(distance="masi"))


def test_common_ancestors_are_right() -> None:
    how = Task("multilabel", SOUNDS, matching={"parents": TREE})
    outcomes = judged({"i": ["guitar"]}, {("i", "w"): ["piano"]}, how)
    said = sorted((row["expected"] or row["delivered"], row["outcome"]) for row in outcomes.rows())
    assert said == [("guitar", "missing"), ("instrument", "correct"), ("keys", "extra"), ("piano", "extra"),
                    ("strings", "correct")]  # fmt: skip
    assert value(measured("precision", outcomes, how, "tag")) == 2 / 4
    assert value(measured("recall", outcomes, how, "tag")) == 2 / 3
    assert value(measured("f1", outcomes, how, "tag")) == pytest.approx(2 * (1 / 2) * (2 / 3) / (1 / 2 + 2 / 3))
    assert outcomes.delivered_row is not None
    assert set(outcomes.delivered_row.tolist()) == {0, -1}
    assert judged({"i": ["guitar"]}, {("i", "w"): ["guitar", "strings"]}, how).counts()["correct"] == 3
    one, two = labels_of({("i", "w"): ["guitar"]}), labels_of({("i", "w"): ["piano"]})
    found = TYPE.distance(one, two, how)
    assert found is not None
    assert found[0] == pytest.approx(1 - 2 / 5)


def test_what_lies_above_a_class_and_how_much_it_stands_for() -> None:
    parents = {
        "guitar": ("strings",),
        "piano": ("strings", "keys"),
        "strings": ("instrument",),
        "keys": ("instrument",),
    }
    assert ancestors("piano", parents) == ("strings", "keys", "instrument")
    assert ancestors("noise", parents) == ()
    assert ancestors("a", {"a": ("b",), "b": ("a",)}) == ("b", "a")
    assert most_implied({"parents": TREE}) == 4
    assert most_implied({}) == 1


def test_the_reviewed_audioset_equals_the_facts() -> None:
    rows = pd.read_csv(SHARED / "data/label_errors/audioset_multilabel.csv", dtype=str, keep_default_na=False)
    known = facts("label_errors")["audioset_multilabel"]
    listed = {name: [cell.split("|") if cell else [] for cell in rows[name]] for name in
              ("given_labels", "gold_labels_3_of_5")}  # fmt: skip
    gold = dict(zip(rows["item_id"], listed["gold_labels_3_of_5"], strict=True))
    given_ = {
        (item, "audioset"): names for item, names in zip(rows["item_id"], listed["given_labels"], strict=True)
    }
    how = Task("multilabel", ())
    outcomes = judge(gold_of(gold), labels_of(given_), how).units
    assert len(gold) == known["n_flagged"]
    found = {"given_vs_3of5_exact_set": value(measured("exact_match", outcomes, how, "item"))}
    found |= {
        f"micro_{name}": value(measured(name, outcomes, how, "tag")) for name in ("precision", "recall", "f1")
    }
    assert {name: round(one, 6) for name, one in found.items()} == {name: known[name] for name in found}


@pytest.mark.parametrize("classes", [("dog",), ("dog", "cat")])
def test_f1_does_not_hang_on_classes_that_nobody_uses(classes: tuple[str, ...]) -> None:
    how = Task("multilabel", classes)
    gold: Mapping[str, list[str]] = {"i": ["dog"], "j": [], "k": [], "l": []}
    outcomes = judged(gold, {(item, "w"): ["dog"] if item in "ij" else [] for item in gold}, how)
    for metric in ("f1", "macro_f1"):
        assert value(measured(metric, outcomes, how, "tag")) == pytest.approx(2 / 3)
