"""Relating flags to measured error, against statsmodels and by properties."""

from __future__ import annotations

import random

import numpy as np
import pytest
from statsmodels.stats.weightstats import CompareMeans

from vendoreval.questionnaires.relating import VendorSigns, relate


def vendors(flagged: list[float], others: list[float]) -> list[VendorSigns]:
    return [
        VendorSigns(f"v{number}", {"delay": 1} if number < len(flagged) else {}, error, 100)
        for number, error in enumerate([*flagged, *others])
    ]


def test_welch_against_statsmodels() -> None:
    flagged, others = [0.08, 0.11, 0.09, 0.15], [0.02, 0.03, 0.05]
    found = relate(vendors(flagged, others), ["delay"])[0]
    low, high = CompareMeans.from_data(flagged, others).tconfint_diff(usevar="unequal")
    assert (found.low, found.high) == pytest.approx((low, high))
    assert found.difference == pytest.approx(np.mean(flagged) - np.mean(others))
    assert (found.with_flag, found.without) == (4, 3)
    assert found.says == "Vendors with this flag made more errors."
    turned = relate(vendors(others, flagged), ["delay"])[0]
    assert turned.says == "Vendors with this flag made fewer errors."


def test_the_order_of_vendors_does_not_matter() -> None:
    found = vendors([0.08, 0.11, 0.02], [0.02, 0.03, 0.05])
    mixed = found.copy()
    random.Random(1).shuffle(mixed)
    assert relate(found, ["delay"]) == relate(mixed, ["delay"])
    assert relate(found, ["delay"])[0].says == "No relation is shown: the interval holds zero."


@pytest.mark.parametrize(("flagged", "others"), [([], []), ([0.1], [0.2, 0.3]), ([0.1, 0.1], [0.1, 0.1])])
def test_too_few_vendors_say_so(flagged: list[float], others: list[float]) -> None:
    found = relate(vendors(flagged, others), ["delay"])[0]
    assert (found.low, found.high, found.difference) == (None, None, None)
    assert "Too few" in found.says


def test_coverage_by_simulation() -> None:
    random_numbers = np.random.default_rng(7)
    held = 0
    for _ in range(1000):
        flagged = list(random_numbers.normal(0.10, 0.03, 6))
        others = list(random_numbers.normal(0.06, 0.01, 9))
        found = relate(vendors(flagged, others), ["delay"])[0]
        assert found.low is not None
        assert found.high is not None
        held += found.low <= 0.04 <= found.high
    assert 930 <= held <= 970  # 95 % within three standard errors
