"""Alpha of whole answers: against enumeration, the krippendorff package, and alpha of classes."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import krippendorff
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.unit.audits.label_sets import SETS, TASK, delivered
from vendoreval.audits import apart
from vendoreval.audits.apart import answers_of, spread_of
from vendoreval.inference.agreement import agreement
from vendoreval.inference.spread import UNIT, Spread, alpha_of_spread, pairs_error
from vendoreval.inference.tally import tally

Answer = frozenset[str]
PEOPLE = ("ann", "bob", "cy")
Sheets = Mapping[tuple[str, str], Answer]
answers = st.dictionaries(
    st.tuples(st.sampled_from([f"i{k}" for k in range(6)]), st.sampled_from(PEOPLE)),
    st.frozensets(st.sampled_from("abcd"), max_size=3),
    max_size=18,
)


def jaccard(one: Answer, other: Answer) -> float:
    return 1 - len(one & other) / len(one | other) if one | other else 0.0


def enumerated(sheets: Sheets) -> tuple[float, float] | None:
    """Observed and expected disagreement, pair by pair, as Krippendorff writes them."""
    by_item: dict[str, list[Answer]] = {}
    for (item, _), answer in sorted(sheets.items()):
        by_item.setdefault(item, []).append(answer)
    compared = [values for values in by_item.values() if len(values) > 1]
    n = sum(map(len, compared))
    if not n:
        return None
    observed = sum(
        sum(jaccard(a, b) for a, b in itertools.permutations(values, 2)) / (len(values) - 1)
        for values in compared
    )
    everybody = list(itertools.chain.from_iterable(compared))
    expected = sum(jaccard(a, b) for a, b in itertools.permutations(everybody, 2))
    return observed / n, expected / (n * (n - 1))


@given(answers)
@settings(max_examples=150)
def test_alpha_is_that_of_all_pairs(sheets: Sheets) -> None:
    found = alpha_of_spread(spread_of(delivered(sheets), TASK, SETS))
    known = enumerated(sheets)
    if known is None or not known[1]:
        assert found.estimate is None
        return
    assert found.observed == pytest.approx(1 - known[0], abs=1e-6)
    assert found.chance == pytest.approx(1 - known[1], abs=1e-6)
    assert found.estimate == pytest.approx(1 - known[0] / known[1], abs=1e-5)


@given(answers, st.randoms())
@settings(max_examples=50)
def test_rows_items_and_people_may_come_in_any_order(sheets: Sheets, random: object) -> None:
    keys = list(sheets)
    random.shuffle(keys)  # type: ignore[attr-defined]
    other = delivered({key: sheets[key] for key in keys})
    assert list(spread_of(delivered(sheets), TASK, SETS).rows()) == list(spread_of(other, TASK, SETS).rows())
    renamed = {
        (item, {"ann": "z", "bob": "b", "cy": "k"}[who]): answer for (item, who), answer in sheets.items()
    }
    assert list(spread_of(delivered(renamed), TASK, SETS).rows()) == list(spread_of(other, TASK, SETS).rows())


def some(items: int, people: int, seed: int, name: str = "i") -> dict[tuple[str, str], Answer]:
    """People who mostly see what is there, and some who answered with nothing."""
    rng = np.random.default_rng(seed)
    found = {}
    for k in range(items):
        there = rng.random(8) < 0.3
        for person in range(people):
            seen = there ^ (rng.random(8) < 0.08)
            found[f"{name}{k:05}", f"p{person}"] = frozenset("abcdefgh"[j] for j in np.flatnonzero(seen))
    return found


def test_alpha_is_that_of_the_krippendorff_package() -> None:
    sheets = some(40, 3, 1)
    del sheets["i00003", "p0"], sheets["i00004", "p0"], sheets["i00004", "p1"]  # the last drops out
    codes = {answer: code for code, answer in enumerate(sorted(set(sheets.values()), key=sorted))}
    data = np.full((3, 40), np.nan)
    for (item, person), answer in sheets.items():
        data[int(person[1]), int(item[1:])] = codes[answer]
    every = sorted(codes, key=codes.__getitem__)

    def metric(*_: object, i1: NDArray[np.int64], i2: NDArray[np.int64], **__: object) -> NDArray[np.float64]:
        first, second = np.broadcast_arrays(i1, i2)
        pairs = zip(first.ravel().tolist(), second.ravel().tolist(), strict=True)
        return np.asarray([jaccard(every[a], every[b]) for a, b in pairs]).reshape(first.shape)

    measured: Any = metric
    known = krippendorff.alpha(reliability_data=data, level_of_measurement=measured)
    assert alpha_of_spread(spread_of(delivered(sheets), TASK, SETS)).estimate == pytest.approx(known, abs=1e-5)


@given(st.lists(st.lists(st.sampled_from("abc"), min_size=2, max_size=4), min_size=2, max_size=12))
@settings(max_examples=80)
def test_answers_of_one_class_have_the_alpha_and_the_error_of_classes(items: Sequence[Sequence[str]]) -> None:
    sheets = {
        (f"i{k}", f"p{n}"): frozenset(label) for k, labels in enumerate(items) for n, label in enumerate(labels)
    }
    item = np.asarray([k for k, labels in enumerate(items) for _ in labels])
    label = np.asarray(["abc".index(label) for labels in items for label in labels])
    counts = tally(item, label, "abc")
    known, found = agreement(counts, "alpha"), alpha_of_spread(spread_of(delivered(sheets), TASK, SETS))
    assert (found.items, found.labels) == (known.items, known.labels)
    for name in ("estimate", "observed", "chance", "low", "high", "standard_error"):
        expected = getattr(known, name)
        assert getattr(found, name) == (None if expected is None else pytest.approx(expected, abs=1e-6)), name


def test_drawn_pairs_are_as_near_as_their_error_says(monkeypatch: pytest.MonkeyPatch) -> None:
    sheets = some(300, 2, 5)
    whole = alpha_of_spread(spread_of(delivered(sheets), TASK, SETS))
    assert whole.estimate is not None
    assert pairs_error(spread_of(delivered(sheets), TASK, SETS)) is None
    monkeypatch.setattr(apart, "MOST_ITEMS", 100)
    monkeypatch.setattr(apart, "DRAWS", 2_000)
    off, said = [], []
    for k in range(60):  # other names, other draws
        named = {(f"{k}-{item}", who): answer for (item, who), answer in sheets.items()}
        drawn = spread_of(delivered(named), TASK, SETS)
        found, error = alpha_of_spread(drawn), pairs_error(drawn)
        assert error is not None
        assert found.estimate is not None
        assert found.standard_error is not None
        assert whole.standard_error is not None
        assert found.standard_error > whole.standard_error * 0.95
        off.append(found.estimate - whole.estimate)
        said.append(error)
    assert max(np.abs(off)) < 4 * np.mean(said)
    assert np.std(off) == pytest.approx(np.mean(said), rel=0.3)
    assert abs(np.mean(off)) < 3 * np.mean(said) / np.sqrt(60)


def test_answers_of_nobody_known_are_left_out_and_those_with_nothing_are_not() -> None:
    sheets = {("i1", "ann"): frozenset(), ("i1", "bob"): frozenset("a"), ("i2", "ann"): frozenset("a"),
              ("i2", "bob"): frozenset(), ("i3", "ann"): frozenset(), ("i3", "bob"): frozenset()}  # fmt: skip
    labels = delivered(sheets)
    spread = spread_of(labels, TASK, SETS)
    assert (len(spread), spread.differing, spread.pairs_equal) == (3, 2, (1, 3))
    assert spread.within.tolist() == [0, UNIT, UNIT]
    assert labels.sheets is not None
    people = replace(labels.sheets.annotator, codes=np.where(labels.sheets.annotator.codes == 0, -1, 0))
    unnamed = replace(labels, sheets=replace(labels.sheets, annotator=people))
    assert len(answers_of(unnamed, TASK, SETS)) == 0
    assert alpha_of_spread(spread_of(unnamed, TASK, SETS)).estimate is None


def test_records_give_the_same_spread_and_bad_ones_are_refused() -> None:
    spread = spread_of(delivered(some(20, 3, 2)), TASK, SETS)
    assert list(Spread.from_rows(spread.rows()).rows()) == list(spread.rows())
    for change in ({"answers": 1}, {"within": -1}, {"beyond": UNIT * 10**6}, {"met": 0}):
        rows = [dict(row) for row in spread.rows()]
        rows[0] |= change
        with pytest.raises(Exception, match="cannot be"):
            Spread.from_rows(rows)
