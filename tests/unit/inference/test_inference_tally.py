"""The tally of combinations of labels, against plain counting."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vendoreval.errors import InputError
from vendoreval.inference.tally import Tally, first_answers, tally

ROWS = st.lists(st.tuples(st.integers(-1, 6), st.integers(-1, 3)), max_size=60)
NAMES = ("d", "b", "a", "c")


def counted(rows: list[tuple[int, int]]) -> Counter[tuple[str, ...]]:
    by_item: dict[int, list[str]] = {}
    for item, label in rows:
        if item >= 0 and label >= 0:
            by_item.setdefault(item, []).append(NAMES[label])
    return Counter(tuple(sorted(labels)) for labels in by_item.values())


def spread(found: Tally) -> Counter[tuple[str, ...]]:
    return Counter({tuple(sorted(Counter(row["labels"]).elements())): row["items"] for row in found.rows()})


def made(rows: list[tuple[int, int]]) -> Tally:
    columns = np.asarray(rows, dtype=np.int32).reshape(-1, 2)
    return tally(columns[:, 0], columns[:, 1], NAMES)


@given(ROWS)
def test_combinations_are_those_of_plain_counting(rows: list[tuple[int, int]]) -> None:
    found = made(rows)
    assert spread(found) == counted(rows)
    assert list(Tally.from_rows(found.rows(), NAMES).rows()) == list(found.rows())
    assert found.totals() == {
        name: sum(NAMES[b] == name for a, b in rows if a >= 0 <= b) for name in found.values
    }


@given(ROWS, st.randoms(use_true_random=False))
def test_the_order_of_rows_and_classes_never_matters(rows: list[tuple[int, int]], random: object) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    columns = np.asarray(shuffled, dtype=np.int32).reshape(-1, 2)
    turned = tally(columns[:, 0], np.where(columns[:, 1] < 0, -1, 3 - columns[:, 1]), NAMES[::-1])
    assert list(turned.rows()) == list(made(rows).rows())


@given(ROWS)
def test_against_one_class_merges_all_others(rows: list[tuple[int, int]]) -> None:
    found = Counter()  # type: ignore[var-annotated]
    for combination, items in counted(rows).items():
        own = combination.count("a")
        found[own, len(combination) - own] += items
    merged = {(r["labels"].get("a", 0), r["labels"].get("(all others)", 0)): r["items"]
              for r in made(rows).against("a").rows()}  # fmt: skip
    assert merged == dict(found)


def test_long_combinations_are_told_apart() -> None:
    rng = np.random.Generator(np.random.PCG64(5))
    label = rng.integers(0, 4, (200, 45))  # 90 bits, more than one integer holds
    found = tally(np.repeat(np.arange(200), 45), label.ravel(), NAMES)
    assert spread(found) == Counter(tuple(sorted(NAMES[code] for code in row)) for row in label.tolist())


def test_single_labels_are_not_compared() -> None:
    found = made([(0, 0), (1, 0), (1, 1)])
    assert spread(found.compared()) == {("b", "d"): 1}


def test_a_tally_of_nothing() -> None:
    found = made([])
    assert list(found.rows()) == []
    assert len(found.compared().items) == 0


@pytest.mark.parametrize("row", [{"items": 0, "labels": {"a": 2}}, {"items": 1, "labels": {"a": 0}},
                                 {"items": 1, "labels": {}}])  # fmt: skip
def test_counts_that_cannot_be_are_refused(row: dict[str, object]) -> None:
    with pytest.raises(InputError, match="below one"):
        Tally.from_rows([row])


def test_only_the_first_label_of_an_annotator_counts() -> None:
    item, who = np.asarray([0, 0, 0, 1, 0, 0]), np.asarray([1, 2, 1, 1, -1, -1])
    assert first_answers(item, who).tolist() == [0, 1, 3, 4, 5]
    when = np.asarray(["2026-01-05", "2026-01-01", "2026-01-02", "NaT", "NaT", "NaT"], dtype="datetime64[us]")
    assert first_answers(item, who, when).tolist() == [1, 2, 3, 4, 5]
