"""The share of weightings in which a vendor leads: by hand, against simulation, and its properties."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.questionnaires.test_questionnaires_scoring import CORE
from vendoreval.questionnaires.answers import Answer, EvidenceItem
from vendoreval.questionnaires.robustness import lead, reweighed, share_above
from vendoreval.questionnaires.scoring import score

GAPS = st.lists(st.integers(-90, 90).map(Fraction), min_size=1, max_size=8)


def answered(level: int) -> dict[str, Answer]:
    """Every question at one level, shown by independent evidence."""
    shown = (EvidenceItem("independent", "certificate.pdf"),)
    return {q.id: Answer(q.id, level, evidence=shown, commitment="yes") for q in CORE.questions}


def test_by_hand() -> None:
    # Weights w, v even between 1/2 and 3/2: w > v in half of them; 3 w > v always but where v > 3 w,
    # which needs w at its least and v at its most: never more than a point.
    assert share_above([Fraction(1), Fraction(-1)]) == Fraction(1, 2)
    assert share_above([Fraction(3), Fraction(-1)]) == 1
    # 2 w > v fails in the triangle w < v / 2, w from 1/2 to 3/4: legs 1/4 and 1/2, area 1/16.
    assert share_above([Fraction(2), Fraction(-1)]) == Fraction(15, 16)
    assert share_above([Fraction(0), Fraction(5)]) == 1
    assert share_above([Fraction(0)]) == Fraction(1, 2)


@given(GAPS)
def test_both_shares_sum_to_one(gaps: list[Fraction]) -> None:
    assert share_above(gaps) + share_above([-gap for gap in gaps]) == 1


@given(GAPS, st.integers(1, 40))
def test_a_higher_score_never_leads_less_often(gaps: list[Fraction], more: int) -> None:
    assert share_above([gaps[0] + more, *gaps[1:]]) >= share_above(gaps)


@pytest.mark.parametrize("seed", range(6))
def test_against_simulation(seed: int) -> None:
    rng = np.random.default_rng(seed)
    gaps = [Fraction(int(g)) for g in rng.integers(-60, 70, 8)]
    drawn = rng.uniform(0.5, 1.5, (100_000, 8)) @ np.asarray([float(gap) for gap in gaps]) > 0
    assert float(share_above(gaps)) == pytest.approx(drawn.mean(), abs=0.006)


def test_of_whole_assessments() -> None:
    weak, strong = (score(CORE, answered(level)) for level in (2, 4))
    assert lead(strong, weak) == 1
    assert lead(weak, strong) == 0
    assert lead(weak, weak) == Fraction(1, 2)


def test_other_weights() -> None:
    told = score(CORE, answered(3))
    weights = {section.id: section.weight for section in told.sections}
    assert reweighed(told, weights) == pytest.approx(told.evidenced)
    first = told.sections[0]
    assert reweighed(told, {first.id: 7}) == pytest.approx(first.evidenced)
    assert reweighed(told, {}) == 0
