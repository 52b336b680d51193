"""From outcomes to the totals that a clause's metric is a ratio of.

Every metric here is a ratio of totals over items (accuracy = right units ÷ counted units, F1 = 2TP ÷
(2TP+FP+FN), mean IoU = sum of scores ÷ counted units) or a mean of such ratios over classes. So one inference
serves all of them, whether an item holds one unit or many. Which units count: audits.units.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np

from vendoreval.audits.cuboid_measures import CUBOID_MEASURES
from vendoreval.audits.number_measures import exact_match, mean_absolute_error
from vendoreval.audits.set_measures import hamming, jaccard
from vendoreval.audits.time_measures import der
from vendoreval.audits.totals import Measure, Measurer, Values, per_item, share, totals_of
from vendoreval.audits.track_measures import TRACK_MEASURES, errors
from vendoreval.audits.units import Counting, Mask, Side, Totals, counted, has_score, many
from vendoreval.audits.word_measures import WORD_MEASURES
from vendoreval.tasks.outcomes import CODE, ONE, Outcomes

BOTH: tuple[Side, Side] = ("expected", "delivered")


def measure(
    metric: str,
    outcomes: Outcomes,
    group: str | None,
    classes: tuple[str, ...],
    how: Counting = Counting(),
) -> Measure:
    """Totals of `metric` over `outcomes`, for the class `group` where one is judged.

    Items come in the order of their codes, those without a counted unit included. Raises KeyError for a metric
    without totals.
    """
    return _MEASURES[metric](outcomes, how, group, classes)


def side_of(metric: str) -> Side:
    """The side by which the metric's units belong to a class."""
    return _SIDES.get(metric.removeprefix("macro_"), "own")


def is_score(metric: str) -> bool:
    """Whether the metric averages degrees of agreement, not right and wrong."""
    return metric in _SCORES


def errors_of(metric: str, outcomes: Outcomes, how: Counting) -> Mask | None:
    """The rows that are errors under a metric of tracks, which may be of several levels.

    None: under this metric they are the wrong ones of its units.
    """
    return errors(metric, outcomes, how) if metric in TRACK_MEASURES else None


def scores(metric: str, outcomes: Outcomes) -> Values:
    """The score of each row under a metric that averages them, in whole billionths.

    mean_dice is taken from the overlap: Dice = 2 IoU ÷ (1 + IoU), rounded to the next billionth.
    """
    found = np.clip(outcomes.score, 0, ONE)
    return (2 * found * ONE + (ONE + found) // 2) // (ONE + found) if metric == "mean_dice" else found


def _completeness(outcomes: Outcomes, how: Counting, group: str | None, classes: tuple[str, ...]) -> Measure:
    every = Counting(how.unit, how.empty, omissions=True)
    answers = per_item(outcomes, every, ~outcomes.unanswered)
    delivered = (answers > 0).astype(np.int64)  # an item counts once, however many labels it has
    n, present = len(delivered), int(delivered.sum())
    return Measure((delivered,), (np.ones(n, dtype=np.int64),), n, n - present)


def _f1(outcomes: Outcomes, how: Counting, group: str | None, classes: tuple[str, ...]) -> Measure:
    """A right unit counts on both sides, and so does one of the right class that is too imprecise.

    Where the contract lets a neighbouring class pass, a right unit is one of gold's class and one of another.
    """
    kept = counted(outcomes, how, group, "either")
    n, good = int(kept.sum()), int((kept & outcomes.right).sum())
    return Measure(
        (_both_sides(outcomes, how, group, right=True),), (_both_sides(outcomes, how, group),), n, n - good,
        weight=2, wrong_weight=2 if many(outcomes) else 1,
    )  # fmt: skip


def _both_sides(outcomes: Outcomes, how: Counting, group: str | None, *, right: bool = False) -> Totals:
    """The units of gold and those delivered; `right`: only what is right of them."""
    expected, delivered = (counted(outcomes, how, group, side) for side in BOTH)
    if right:
        expected, delivered = expected & outcomes.right, delivered & outcomes.right
    return per_item(outcomes, how, expected) + per_item(outcomes, how, delivered)


def _score(
    outcomes: Outcomes, how: Counting, group: str | None, classes: tuple[str, ...], metric: str
) -> Measure:
    """Mean score of the counted units; what is missing or extra has 0."""
    scored = counted(outcomes, how, group) & has_score(outcomes)
    y, x = totals_of(outcomes, how, scored, scores(metric, outcomes))
    right, _ = totals_of(outcomes, how, scored, outcomes.right.astype(np.int64))
    n = int(x.sum())
    return Measure((y,), (x,), n, n - int(right.sum()), scale=ONE)


def _pq(outcomes: Outcomes, how: Counting, group: str | None, classes: tuple[str, ...]) -> Measure:
    """Panoptic quality of one class: 2 × scores of its matched units ÷ (2TP+FP+FN).

    Kirillov et al., Panoptic segmentation, CVPR 2019. A unit of the right class is matched, however precise.
    """
    kept = counted(outcomes, how, group, "either")
    matched = kept & np.isin(outcomes.outcome, (CODE["correct"], CODE["imprecise"]))
    y = 2 * per_item(outcomes, how, matched, scores("pq", outcomes))
    n = int(kept.sum())
    return Measure(
        (y,), (_both_sides(outcomes, how, group),), n, n - int((kept & outcomes.right).sum()),
        weight=2, wrong_weight=2, scale=ONE,
    )  # fmt: skip


def _sq(outcomes: Outcomes, how: Counting, group: str | None, classes: tuple[str, ...]) -> Measure:
    """Segmentation quality of one class: the mean score of its matched units of the right class."""
    kept = counted(outcomes, how, group, "either")
    matched = kept & np.isin(outcomes.outcome, (CODE["correct"], CODE["imprecise"]))
    y, x = per_item(outcomes, how, matched, scores("sq", outcomes)), per_item(outcomes, how, matched)
    n = int(x.sum())
    return Measure((y,), (x,), n, n - int((matched & outcomes.right).sum()), scale=ONE)


def _rq(outcomes: Outcomes, how: Counting, group: str | None, classes: tuple[str, ...]) -> Measure:
    """Recognition quality of one class, 2TP ÷ (2TP+FP+FN): F1 in which a match of the right class is right."""
    kept = counted(outcomes, how, group, "either")
    matched = kept & np.isin(outcomes.outcome, (CODE["correct"], CODE["imprecise"]))
    n = int(kept.sum())
    return Measure(
        (2 * per_item(outcomes, how, matched),), (_both_sides(outcomes, how, group),), n,
        n - int((kept & outcomes.right).sum()), weight=2, wrong_weight=2,
    )  # fmt: skip


def _macro(
    outcomes: Outcomes, how: Counting, group: str | None, classes: tuple[str, ...], single: Measurer
) -> Measure:
    parts = {name: single(outcomes, how, name, classes) for name in classes}
    present = [part for part in parts.values() if part.xs[0].any()]
    whole = share(outcomes, how, None, classes)
    return Measure(
        tuple(part.ys[0] for part in present), tuple(part.xs[0] for part in present), whole.n, whole.errors,
        weight=max((part.weight for part in present), default=1),
        wrong_weight=max((part.wrong_weight for part in present), default=1),
        scale=max((part.scale for part in present), default=1),
        absent=tuple(name for name, part in parts.items() if not part.xs[0].any()),
    )  # fmt: skip


def _by_class(
    outcomes: Outcomes, how: Counting, group: str | None, classes: tuple[str, ...], single: Measurer
) -> Measure:
    """Of one class, or the mean over the classes."""
    if group is not None:
        return single(outcomes, how, group, classes)
    return _macro(outcomes, how, None, classes, single)


_recall = partial(share, side="expected")
_precision = partial(share, side="delivered")
_SIDES: Mapping[str, Side] = {
    "recall": "expected", "precision": "delivered", "f1": "either", "pq": "either", "sq": "either",
    "rq": "either",
}  # fmt: skip
_SCORES = ("mean_iou", "mean_dice", "oks", "nearness", "pq", "sq")
_MEASURES: Mapping[str, Measurer] = {
    "accuracy": share,
    "error_rate": share,
    "pck": share,
    "completeness": _completeness,
    "exact_match": exact_match,
    "within_tolerance": share,
    "mae": mean_absolute_error,
    "jaccard": jaccard,
    "hamming": hamming,
    "recall": _recall,
    "precision": _precision,
    "f1": _f1,
    "macro_recall": partial(_macro, single=_recall),
    "macro_precision": partial(_macro, single=_precision),
    "macro_f1": partial(_macro, single=_f1),
    "mean_iou": partial(_score, metric="mean_iou"),
    "mean_dice": partial(_score, metric="mean_dice"),
    "oks": partial(_score, metric="oks"),
    "nearness": partial(_score, metric="nearness"),
    "pq": partial(_by_class, single=_pq),
    "sq": partial(_by_class, single=_sq),
    "rq": partial(_by_class, single=_rq),
    "der": der,
    **TRACK_MEASURES,
    **CUBOID_MEASURES,
    **WORD_MEASURES,
}
MEASURED = frozenset(_MEASURES)
