"""Agreement in parts, against `krippendorff` on the parts and against plain counting."""

from __future__ import annotations

import krippendorff
import numpy as np
import pytest
from scipy.stats import ttest_ind

from tests.conftest import facts
from tests.unit.inference.test_inference_agreement import random_ratings
from tests.unit.inference.test_inference_agreement_real import delivered
from vendoreval.inference.agreement_groups import (
    by_annotator,
    by_class,
    by_day,
    by_version,
    change,
)
from vendoreval.inference.oneself import self_agreement
from vendoreval.inference.tally import first_answers, tally

RATINGS = random_ratings(21, 90, raters=4)
RATER, ITEM = np.nonzero(~np.isnan(RATINGS))
LABEL = RATINGS[RATER, ITEM].astype(int) - 1
NAMES = ("1", "2", "3", "4", "5")


def nominal(ratings: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> float:
    return float(krippendorff.alpha(ratings, level_of_measurement="nominal"))


def test_a_class_is_held_against_all_others() -> None:
    for found in by_class(tally(ITEM, LABEL, NAMES)):
        binary = np.where(np.isnan(RATINGS), np.nan, np.equal(RATINGS, int(found.name)).astype(float))
        assert found.alpha.estimate == pytest.approx(nominal(binary))
        assert found.labels == np.equal(RATINGS, int(found.name)).sum()
        equal, weight = 0.0, 0
        for unit in RATINGS.T:
            given = unit[~np.isnan(unit)]
            own = int((given == int(found.name)).sum())
            if len(given) > 1:
                equal, weight = equal + own * (own - 1) / (len(given) - 1), weight + own
        assert found.share == pytest.approx(equal / weight)


def test_an_item_belongs_to_the_day_of_its_first_label() -> None:
    start = np.datetime64("2026-03-01T10:00:00")
    when = start + (ITEM // 30) * np.timedelta64(1, "D") + RATER * np.timedelta64(5, "h")
    when[-1] = np.datetime64("NaT")
    found = by_day(when.astype("datetime64[us]"), ITEM, LABEL, NAMES, "nominal")
    assert [group.name for group in found] == ["2026-03-01", "2026-03-02", "2026-03-03"]
    for day, group in enumerate(found):
        assert group.alpha.estimate == pytest.approx(nominal(RATINGS[:, day * 30 : day * 30 + 30]))


def test_an_item_without_times_is_in_no_day() -> None:
    when = np.full(len(ITEM), "NaT", dtype="datetime64[us]")
    assert by_day(when, ITEM, LABEL, NAMES, "nominal") == ()
    when[ITEM == 3] = np.datetime64("2026-03-01")
    assert [group.labels for group in by_day(when, ITEM, LABEL, NAMES, "nominal")] == [(ITEM == 3).sum()]


def test_versions_are_compared_within_themselves() -> None:
    version = np.where(RATER < 2, 0, np.where(RATER == 2, -1, 1))
    found = by_version(version, ("1.0", "1.1"), ITEM, LABEL, NAMES, "ordinal")
    assert [group.name for group in found] == ["1.0", "1.1"]
    known = krippendorff.alpha(RATINGS[:2], level_of_measurement="ordinal")
    assert found[0].alpha.estimate == pytest.approx(known)
    assert (found[1].alpha.estimate, found[1].share) == (None, None)  # one person alone


def test_an_annotator_against_the_others() -> None:
    everyone = np.arange(len(ITEM))
    found = by_annotator(ITEM, RATER, LABEL, everyone)
    assert [row.code for row in found] == [0, 1, 2, 3]
    for row in found:
        own = RATINGS[row.code]
        rest = np.delete(RATINGS, row.code, axis=0)
        pairs = ~np.isnan(own) & ~np.isnan(rest)
        assert row.comparisons == pairs.sum()
        assert row.share == pytest.approx((own == rest)[pairs].mean())
        assert row.low is not None
        assert row.high is not None
        assert row.low < (row.share or 0) < row.high
        assert (row.repeats, row.again) == (0, None)


def test_nobody_is_left_out_and_nobody_added() -> None:
    who = np.asarray([0, 2, -1, 2, 2])
    found = by_annotator(np.asarray([0, 0, 0, 1, 1]), who, np.asarray([0, 0, 1, 0, 1]), np.arange(4))
    assert [(row.code, row.labels, row.comparisons) for row in found] == [(0, 1, 2), (2, 2, 2)]
    assert [(row.repeats, row.again) for row in found] == [(0, None), (2, 0.0)]


def test_retest_of_dermatologists() -> None:
    rows, known = delivered("dermxdb"), facts("dermxdb")["retest"]
    people, who = np.unique(rows["annotator_id"], return_inverse=True)
    item = np.unique(rows["item_id"], return_inverse=True)[1]
    label = np.unique(rows["label"], return_inverse=True)[1]
    repeats, again = self_agreement(item, who, label)
    assert (repeats, round(again or 0, 6)) == (2 * known["n_pairs"], known["same_label"])
    found = by_annotator(item, who, label, first_answers(item, who))
    assert {people[row.code]: round(row.again or 0, 6) for row in found} == known["by_annotator"]


def test_change_of_two_deliveries_is_the_test_of_two_means() -> None:
    rng = np.random.Generator(np.random.PCG64(3))
    old, new = rng.normal(0.7, 0.2, 4000), rng.normal(0.69, 0.2, 4000)
    found = change([old.mean(), new.mean()], [old.std(ddof=1) / 4000**0.5, new.std(ddof=1) / 4000**0.5])
    assert found is not None
    assert found.p == pytest.approx(ttest_ind(old, new, equal_var=False).pvalue, rel=1e-2)
    assert found.low < found.difference < found.high


def test_change_needs_two_deliveries_with_errors() -> None:
    assert change([0.5], [0.1]) is None
    assert change([0.5, 0.6], [0.0, 0.1]) is None


def test_the_mean_before_weighs_by_precision() -> None:
    found = change([0.5, 0.8, 0.7], [0.1, 0.05, 0.1])
    assert found is not None
    assert found.before == pytest.approx((0.5 * 100 + 0.8 * 400) / 500)
