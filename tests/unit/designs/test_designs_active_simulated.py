"""Simulated audits of 10,000 items, threshold 0.97, tolerated 0.95, both risks 5 %: labels as in the note the
rule was designed by, and the error rates that were promised, for good, useless and adversarial scores."""

from fractions import Fraction
from math import sqrt

import numpy as np
import pytest

from tests.unit.inference.real_labels import real
from vendoreval.designs.active import ActiveDesign, active_design, shares
from vendoreval.designs.active_estimate import estimate
from vendoreval.designs.active_simulating import Simulated, simulate, simulate_all
from vendoreval.designs.active_strata import VOTE_CUTS, strata_of_scores
from vendoreval.designs.sequential import operating_characteristic, sequential_design
from vendoreval.inference.side_information import vote_shares

RUNS = 2_000
UNIFORM = 507  # labels of the boosted test without strata at 0.95
CALIBRATED = {300: 536, 500: 449}  # labels of the calibrated rule, by wrong items


def audits(flagged: tuple[int, int], wrong: int, hedge: bool = True, block: int = 50) -> Simulated:
    """`flagged`: how many of the wrong items, and of the right ones."""
    hits, false_alarms = flagged
    sizes = (10_000 - hits - false_alarms, hits + false_alarms)
    return simulate(active_design(sizes, 300, 500, hedge=hedge, block=block), (wrong - hits, hits), RUNS, 20)


def judge(sensitivity: float, specificity: float, wrong: int) -> tuple[int, int]:
    return round(wrong * sensitivity), round((10_000 - wrong) * (1 - specificity))


def at_most(share: float, limit: float = 0.05) -> bool:
    """Whether the share may come from a chance of `limit`, but for three standard errors."""
    return share <= limit + 3 * sqrt(limit * (1 - limit) / RUNS)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sensitivity", "specificity", "wrong", "block", "labels"),
    [
        (0.9, 0.98, 500, 1, 75),
        (0.9, 0.98, 500, 50, 94),
        (0.9, 0.98, 300, 50, 314),
        (0.8, 0.95, 500, 1, 165),
        (0.8, 0.95, 300, 50, 397),
    ],
)
def test_labels_without_the_hedge_are_those_of_the_note(
    sensitivity: float, specificity: float, wrong: int, block: int, labels: int
) -> None:
    found = audits(judge(sensitivity, specificity, wrong), wrong, hedge=False, block=block)
    assert found.mean == pytest.approx(labels, rel=0.06)  # the error of both means is 2 %
    assert at_most(found.share("breached" if wrong == 300 else "kept"))


@pytest.mark.slow
@pytest.mark.parametrize(("wrong", "gain_kept"), [(500, 0.9), (300, 0.9)])
def test_the_hedge_keeps_the_gain_of_a_good_judge(wrong: int, gain_kept: float) -> None:
    found = audits(judge(0.9, 0.98, wrong), wrong)
    without, uniform = {500: (94, 507), 300: (314, 576)}[wrong]
    assert uniform - found.mean >= gain_kept * (uniform - without)
    assert at_most(found.share("breached" if wrong == 300 else "kept"))


@pytest.mark.slow
@pytest.mark.parametrize("wrong", [500, 300])
def test_useless_scores_cost_little_and_no_risk(wrong: int) -> None:
    found = audits(judge(0.3, 0.7, wrong), wrong)
    assert found.mean <= 1.25 * CALIBRATED[wrong]
    assert wrong == 300 or found.mean <= 1.1 * UNIFORM
    assert at_most(found.share("breached" if wrong == 300 else "kept"))


@pytest.mark.slow
def test_adversarial_scores_cost_little_and_no_risk() -> None:
    found = audits((0, 1_000), 500)
    assert found.mean <= 1.1 * UNIFORM * 1.02  # the error of the mean
    assert at_most(found.share("kept"))


@pytest.mark.slow
def test_an_honest_vendor_is_safe_where_all_its_errors_are_flagged() -> None:
    """Nothing else is flagged, and these items are drawn first."""
    assert at_most(audits((300, 0), 300).share("breached"))


@pytest.mark.slow
@pytest.mark.parametrize("flagged", [100, 500, 3_000])
@pytest.mark.parametrize(("wrong", "verdict"), [(300, "breached"), (500, "kept")])
def test_however_the_errors_lie_the_risks_hold(flagged: int, wrong: int, verdict: str) -> None:
    """All that may lie among the flagged items, half of it, or none."""
    most = min(flagged, wrong)
    design = active_design((10_000 - flagged, flagged), 300, 500)
    found = simulate_all(design, [(wrong - part, part) for part in (0, most // 2, most)], RUNS, 21)
    assert all(at_most(one.share(verdict)) for one in found)


@pytest.mark.slow
def test_bounds_miss_the_truth_no_more_often_than_promised() -> None:
    design = active_design((90, 20), 4, 10, cap=40, block=10)
    rng, missed, runs = np.random.default_rng(4), 0, 100
    for wrong in ((3, 6), (9, 0)):
        for _ in range(runs // 2):
            found = estimate(design, answers(design, wrong, rng), 0.3)
            missed += not found.fewest <= sum(wrong) <= found.most
    assert missed / runs <= 0.3 + 3 * sqrt(0.3 * 0.7 / runs)


@pytest.mark.slow
@pytest.mark.parametrize(("points", "ratio"), [(5, 0.66), (2, 0.72), (-5, 0.76)])
def test_votes_of_a_real_delivery_save_what_the_note_says(points: int, ratio: float) -> None:
    """Weather judged from tweets; the threshold lies `points` above the truth, or the tolerated share below."""
    seen = real("weather_sentiment_two_vendors", "crowdflower")
    items = int(seen.item.max()) + 1
    row = np.zeros(items, dtype=np.int64)
    order = np.random.default_rng(12).permutation(len(seen.item))
    row[seen.item[order]] = order  # one label an item is the delivered one
    delivered, by = seen.label[row], seen.annotator[row]
    votes = vote_shares(seen.item, seen.annotator, seen.label, items, delivered, by)
    strata = strata_of_scores(votes, VOTE_CUTS)
    wrong = np.bincount(strata.stratum, delivered != seen.gold[row], len(strata.sizes)).astype(int)
    right = 1 - Fraction(int(wrong.sum()), items)
    threshold = right + Fraction(points + (2 if points < 0 else 0), 100)
    uniform = sequential_design(items, threshold, threshold - Fraction(2, 100), calibrated=True)
    labels = operating_characteristic(uniform, [right])[0].expected_items
    design = active_design(strata.sizes, uniform.allowed, uniform.intolerable, strata.predicted, hedge=False)
    assert simulate(design, wrong.tolist(), 300, 12).mean / labels == pytest.approx(ratio, abs=0.1)


def answers(design: ActiveDesign, wrong: tuple[int, ...], rng: np.random.Generator) -> list[tuple[int, float]]:
    """An audit's answers to its end, drawn with its chances."""
    left, bad = np.array(design.sizes), np.array(wrong)
    found: list[tuple[int, float]] = []
    while len(found) < design.cap:
        if len(found) % design.block == 0:
            block = np.array(shares(design, found))
        open_ = np.where(left > 0, block, 0)
        stratum = int(rng.choice(len(left), p=open_ / open_.sum()))
        answer = rng.random() < bad[stratum] / left[stratum]
        left[stratum], bad[stratum] = left[stratum] - 1, bad[stratum] - answer
        found.append((stratum, float(answer)))
    return found


def test_several_deliveries_at_once_are_as_each_alone() -> None:
    design = active_design((900, 100), 30, 80)
    good, bad = simulate_all(design, [(5, 5), (60, 60)], 60, 3)
    assert good.share("kept") > 0.9
    assert bad.share("breached") > 0.9
    assert bad.mean < bad.p95 <= design.cap
    assert simulate(design, (5, 5), 60, 3).mean == pytest.approx(good.mean, rel=0.25)
