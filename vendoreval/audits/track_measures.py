"""Totals of tracks: identity F1, association, HOTA, identity switches and MOTA.

Counted are the rows of boxes, tracks and links that tasks.track_identity tells of. A box of gold or of the
delivery counts whatever its class: a wrong class is an error of `accuracy`, not of who is followed.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from vendoreval.audits.totals import Measure, Measurer, Values, loss, per_item
from vendoreval.audits.units import Counting, Mask, Totals, counted
from vendoreval.tasks.outcomes import CODE, ONE, Outcomes

Classes = tuple[str, ...]
FREE_MISSES = ("id_switches",)  # a gold box that nobody delivered is a unit, and loses nothing


def idf1(outcomes: Outcomes, how: Counting, group: str | None, classes: Classes) -> Measure:
    """Identity F1: twice the boxes that mapped tracks have in common ÷ the boxes of gold and of the delivery.

    Ristani et al., Performance measures and a data set for multi-target, multi-camera tracking, 2016.
    """
    kept = _rows(outcomes, how, "track")
    size = np.ones(len(outcomes), dtype=np.int64) if outcomes.size is None else outcomes.size
    both = np.rint(outcomes.score / ONE * size).astype(np.int64)  # exact: tracks are shorter than 1e9 boxes
    y, x = per_item(outcomes, how, kept, both), per_item(outcomes, how, kept, size)
    common = int(y.sum()) // 2
    n = int(x.sum()) - common
    return Measure((y,), (x,), n, n - common, weight=2)


def association(outcomes: Outcomes, how: Counting, group: str | None, classes: Classes) -> Measure:
    """AssA of HOTA: the mean association of the matched boxes (Luiten et al., HOTA, 2020)."""
    kept = _rows(outcomes, how, "link")
    y, x = per_item(outcomes, how, kept, _scores(outcomes)), per_item(outcomes, how, kept)
    n = int(x.sum())
    return Measure((y,), (x,), n, n - int((kept & outcomes.right).sum()), scale=ONE)


def hota(outcomes: Outcomes, how: Counting, group: str | None, classes: Classes) -> Measure:
    """HOTA at the contract's `iou`: √(the sum of associations ÷ (TP + FN + FP)), so √(DetA × AssA)."""
    links = _rows(outcomes, how, "link")
    matched = per_item(outcomes, how, links)
    y, x = per_item(outcomes, how, links, _scores(outcomes)), _boxes(outcomes, how) - matched
    n = int(x.sum())
    return Measure((y,), (x,), n, n - int(matched.sum()), scale=ONE, root=True)


def switches(outcomes: Outcomes, how: Counting, group: str | None, classes: Classes) -> Measure:
    """Identity switches ÷ gold boxes."""
    lost = per_item(outcomes, how, _switched(outcomes, how))
    return _loss(outcomes, how, lost)


def mota(outcomes: Outcomes, how: Counting, group: str | None, classes: Classes) -> Measure:
    """1 − MOTA: missing and extra boxes and switches ÷ gold boxes (Bernardin and Stiefelhagen, 2008)."""
    return _loss(outcomes, how, per_item(outcomes, how, errors("mota_loss", outcomes, how)))


def errors(metric: str, outcomes: Outcomes, how: Counting) -> Mask:
    """The rows that cost something under the metric, so that a claim names them."""
    if metric == "idf1":
        return _rows(outcomes, how, "track") & outcomes.wrong
    if metric in ("assa", "id_switches"):
        return _switched(outcomes, how)
    return _alone(outcomes, how) | _switched(outcomes, how)


def _alone(outcomes: Outcomes, how: Counting) -> Mask:
    """Boxes without a partner."""
    lone = np.isin(outcomes.outcome, (CODE["missing"], CODE["extra"]))
    found: Mask = _rows(outcomes, how, "object") & lone
    return found


def _loss(outcomes: Outcomes, how: Counting, lost: Totals) -> Measure:
    units = per_item(outcomes, how, _rows(outcomes, how, "object") & (outcomes.expected.codes >= 0))
    assert how.cap is not None  # audits.auditing gives every loss its cap
    return loss(lost, units, how.cap, int(units.sum()), int(lost.sum()))


def _switched(outcomes: Outcomes, how: Counting) -> Mask:
    found: Mask = _rows(outcomes, how, "link") & outcomes.wrong
    return found


def _boxes(outcomes: Outcomes, how: Counting) -> Totals:
    """Boxes of gold and of the delivery."""
    boxes = _rows(outcomes, how, "object")
    sides = (boxes & (side.codes >= 0) for side in (outcomes.expected, outcomes.delivered))
    gold, given = (per_item(outcomes, how, side) for side in sides)
    return gold + given


def _rows(outcomes: Outcomes, how: Counting, unit: str) -> Mask:
    """The rows of boxes, tracks or links, whatever unit the clause names; clips without any count nowhere."""
    return counted(outcomes, Counting(unit, omissions=how.omissions))


def _scores(outcomes: Outcomes) -> Values:
    return np.clip(outcomes.score, 0, ONE)


TRACK_MEASURES: Mapping[str, Measurer] = {
    "idf1": idf1,
    "assa": association,
    "hota": hota,
    "id_switches": switches,
    "mota_loss": mota,
}
