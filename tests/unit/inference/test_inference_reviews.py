"""Review tiers and edge cases: counted by hand, exact tails, rubber stamps found, honest reviewers not."""

import numpy as np
import pytest
from scipy.stats import binom, fisher_exact
from statsmodels.stats.proportion import proportion_confint

from vendoreval.inference.edge_cases import edge_cases
from vendoreval.inference.reviews import Tier, review_tiers, tier_rank

NAMES = ("annotator", "senior", "qa lead", "lunch")


def two_tiers(
    rng: np.random.Generator, n: int, finds: float, rate: float = 0.2
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Items with truth 0: a label and a review that finds a share of the errors and spoils 1 %."""
    first = np.where(rng.random(n) < rate, 1, 0)
    second = np.where((first == 1) & (rng.random(n) < finds), 0, first)
    second = np.where((first == 0) & (rng.random(n) < 0.01), 1, second)
    answer = np.r_[first, second]
    return np.tile(np.arange(n), 2), np.repeat([0, 1], n), answer, answer != 0


def tier(parts: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]) -> Tier:
    item, stage, answer, wrong = parts
    return review_tiers(item, stage, NAMES, answer, wrong)[0]


def test_names_of_tiers() -> None:
    assert [tier_rank(name) for name in ("Annotator", "senior_reviewer", "QA lead", "lunch")] == [0, 1, 2, None]


def test_tiers_are_counted_item_by_item() -> None:
    item = np.array([0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1, 9])
    stage = np.array([0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 3])
    answer = np.array([5, 6, 7, 8, 8, 5, 0, 6, 8, 9, 0, 0, 0])
    wrong = np.array([1, 1, 1, 0, 0, 1, 0, 1, 0, 1, 0, 0, 0], dtype=bool)
    senior, lead = review_tiers(item, stage, NAMES, answer, wrong)
    assert (senior.tier, senior.before, senior.items) == ("senior", "annotator", 5)
    assert (senior.reached, senior.found, senior.left, senior.reworded) == (3, 1, 2, 1)
    assert (senior.spoiled, senior.changed) == (1, 3)
    assert senior.escape == pytest.approx(2 / 3)
    assert (senior.low, senior.high) == pytest.approx(proportion_confint(2, 3, method="beta"))
    assert senior.p_rubber_stamp == pytest.approx(binom.cdf(1, 3, 0.5))
    assert (lead.before, lead.items, lead.reached, lead.left, lead.escape) == ("senior", 2, 1, 0, 0.0)


def test_items_with_several_labels_of_a_tier_are_left_out() -> None:
    item, stage = np.zeros(3, dtype=int), np.array([0, 0, 1])
    assert review_tiers(item, stage, NAMES, item, np.ones(3, dtype=bool)) == ()


def test_dependence_is_fishers_test() -> None:
    rng = np.random.default_rng(1)
    found = tier(two_tiers(rng, 300, 0.3))
    assert found.same_error is not None
    table = [[found.left, found.found], [found.spoiled, 300 - found.reached - found.spoiled]]
    assert found.same_error.p == pytest.approx(fisher_exact(np.array(table), "greater")[1], rel=1e-9)


def test_order_of_rows_plays_no_part() -> None:
    rng = np.random.default_rng(2)
    parts = two_tiers(rng, 200, 0.6)
    order = rng.permutation(400)
    again = tier((parts[0][order], parts[1][order], parts[2][order], parts[3][order]))
    assert again == tier(parts)


def test_reviewers_who_find_half_are_seldom_accused_and_rubber_stamps_are() -> None:
    rng = np.random.default_rng(3)
    honest = [tier(two_tiers(rng, 250, 0.5)).p_rubber_stamp <= 0.05 for _ in range(300)]
    stamps = [tier(two_tiers(rng, 250, 0.1)).p_rubber_stamp <= 0.05 for _ in range(100)]
    assert np.mean(honest) <= 0.05
    assert np.mean(stamps) >= 0.95


def test_edge_cases_against_the_rest() -> None:
    edge = np.arange(100) < 30
    wrong = np.r_[np.arange(30) < 12, np.arange(70) < 4]
    unsure = np.zeros(100, dtype=bool)
    unsure[[0, 1, 50]] = True
    item = np.r_[np.repeat(np.arange(15), 2), np.arange(15, 85)]
    found = edge_cases(wrong, edge, unsure, item)
    assert found is not None
    exact = fisher_exact(np.array([[12, 18], [4, 66]]), "greater")[1]
    assert found.errors.p >= exact * (1 - 1e-9)
    assert (found.errors.n, found.errors.errors, found.errors.rest_errors) == (30, 12, 4)
    assert (found.unsure.unsure, found.unsure_rest.unsure) == (2, 1)
    assert (found.unsure.low, found.unsure.high) == pytest.approx(proportion_confint(2, 30, method="beta"))
    assert (found.edge_items, found.escalated) == (15, 1)
    assert edge_cases(wrong, np.zeros(100, dtype=bool), unsure, item) is None


def test_edge_cases_seldom_alarm_when_they_are_no_harder_and_do_when_they_are() -> None:
    rng = np.random.default_rng(4)
    edge, item, nobody = np.arange(600) < 90, np.arange(600), np.zeros(600, dtype=bool)
    false = [edge_cases(rng.random(600) < 0.08, edge, nobody, item) for _ in range(300)]
    true = [edge_cases(rng.random(600) < np.where(edge, 0.25, 0.05), edge, nobody, item) for _ in range(100)]
    assert np.mean([one is not None and one.errors.p <= 0.05 for one in false]) <= 0.05
    assert np.mean([one is not None and one.errors.p <= 0.05 for one in true]) >= 0.95
