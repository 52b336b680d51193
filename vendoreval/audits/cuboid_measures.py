"""Totals of cuboids: the IoU of their footprints, and the errors of centre, size and heading of matched ones.

Errors stand as scores of units of their own level (tasks.cuboids), in whole steps; a cuboid that is missing or
extra has none. In mean_bev_iou it has 0, as in mean_iou.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction

import numpy as np

from vendoreval.audits.totals import Measure, Measurer, loss, per_item
from vendoreval.audits.units import Counting, Mask, Totals, counted
from vendoreval.tasks.cuboids import STEPS
from vendoreval.tasks.outcomes import LEVEL_CODE, ONE, Outcomes


def bev_iou(outcomes: Outcomes, how: Counting, group: str | None, classes: tuple[str, ...]) -> Measure:
    """Mean IoU of footprints over the counted cuboids."""
    objects = counted(outcomes, how, group)
    level = Counting("footprint", omissions=how.omissions)
    y = _sums(outcomes, how, counted(outcomes, level, group))
    n = int(objects.sum())
    x, right = per_item(outcomes, how, objects), int((objects & outcomes.right).sum())
    return Measure((y,), (x,), n, n - right, scale=ONE)


def mean_error(outcomes: Outcomes, how: Counting, group: str | None, classes: tuple[str, ...]) -> Measure:
    """The mean error of the counted centres, sizes or headings."""
    kept = counted(outcomes, how, group)
    units, wrong = per_item(outcomes, how, kept), int((kept & outcomes.wrong).sum())
    return loss(
        _sums(outcomes, how, kept), units, how.cap or Fraction(1), int(kept.sum()), wrong, STEPS[how.unit]
    )


def beyond(outcomes: Outcomes, threshold: Fraction) -> Mask:
    """Which centres, sizes and headings have a larger error than a clause allows."""
    found = np.zeros(len(outcomes), dtype=np.bool_)
    if outcomes.level is None:
        return found
    for name, steps in STEPS.items():
        found |= (outcomes.level == LEVEL_CODE[name]) & (outcomes.score > int(threshold * steps))
    return found


def loose(outcomes: Outcomes, threshold: Fraction) -> Mask:
    """Which cuboids are matched with a footprint that shares less than a clause on mean_bev_iou asks for."""
    if outcomes.level is None or outcomes.expected_row is None or outcomes.delivered_row is None:
        return np.zeros(len(outcomes), dtype=np.bool_)
    low = (outcomes.level == LEVEL_CODE["footprint"]) & (outcomes.score < math.ceil(threshold * ONE))
    pair = (outcomes.expected_row + 1) * (
        int(outcomes.delivered_row.max(initial=0)) + 2
    ) + outcomes.delivered_row
    found: Mask = (outcomes.level == LEVEL_CODE["object"]) & np.isin(pair, pair[low])
    return found


def _sums(outcomes: Outcomes, how: Counting, mask: Mask) -> Totals:
    """The sum of the scores of `mask` on each item of the sample, in whole numbers."""
    return per_item(outcomes, how, mask, outcomes.score)


CUBOID_MEASURES: Mapping[str, Measurer] = {
    "mean_bev_iou": bev_iou, "centre_error": mean_error, "size_error": mean_error, "heading_error": mean_error,
}  # fmt: skip
