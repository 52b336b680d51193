"""Agreement among a delivery's annotators, for all types of answers. No gold takes part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vendoreval.audits.agreeing import weights_of
from vendoreval.audits.agreement_classes import (
    Compared,
    alpha_of_classes,
    chosen_scale,
    class_groups,
    coefficients_of_classes,
    compared,
    said_again,
    times_read,
)
from vendoreval.audits.agreement_plain import BY, COLUMNS, figures
from vendoreval.audits.agreement_sheets import coefficients_of_sheets, distance_record, sheet_groups
from vendoreval.audits.apart import spread_of
from vendoreval.contracts.terms import Task
from vendoreval.errors import UsageError
from vendoreval.inference.agreement import Agreement
from vendoreval.inference.agreement_groups import Change, change
from vendoreval.inference.spread import Spread, alpha_of_spread
from vendoreval.inference.tally import Tally
from vendoreval.labels.table import LabelTable

AgreementCounts = Tally | Spread
Labels = LabelTable | Tally  # rows, or what was counted of them where they lie
Alpha = Agreement
DISTANCE = "distance"  # stands for the scale of answers that have no classes


@dataclass(frozen=True, eq=False)
class Found:
    """The coefficients, and the record of one delivery's agreement without what names the delivery."""

    coefficients: Mapping[str, Agreement]
    record: dict[str, Any]


def columns_read(by: str, intake: Mapping[str, Any]) -> tuple[str, ...]:
    """The columns besides item and answer that agreement needs; raises UsageError for unknown groups."""
    if by and by not in BY:
        raise UsageError(f"Agreement is not shown by {by!r}.", remedy=f"Take one of: {', '.join(BY)}.")
    needed = ["annotator_id", *([COLUMNS[by]] if by in COLUMNS else []),
              *(["labelled_at"] if times_read(intake) else [])]  # fmt: skip
    return tuple(dict.fromkeys(needed))


def rows_read(by: str, intake: Mapping[str, Any]) -> bool:
    """Whether groups, or an intake that did not count repeats, need all rows and not only their tally."""
    return by not in ("", "class") or "repeats" not in intake


def agreement_found(
    labels: Labels, task: Task, intake: Mapping[str, Any], *, by: str, scale: str, resamples: int,
    seed: int,
) -> Found:  # fmt: skip
    """All coefficients with their groups, from the rows or, where none are needed, from their tally.

    Raises UsageError, InputError where labels do not fit the scale.
    """
    if by == "point" and (isinstance(labels, Tally) or labels.sheets is None):
        raise UsageError(f"Answers of type {task.type} have no points.", remedy="Leave --by point out.")
    if isinstance(labels, Tally):
        return _of_classes(labels, None, said_again(intake), task, by, scale, resamples, seed)
    if labels.sheets is not None:
        return _of_sheets(labels, task, by, scale)
    seen = compared(labels, task, intake)
    return _of_classes(seen.tally(), seen, seen.again, task, by, scale, resamples, seed)


def _of_classes(
    counts: Tally, seen: Compared | None, again: dict[str, Any] | None, task: Task, by: str, scale: str,
    resamples: int, seed: int,
) -> Found:  # fmt: skip
    measured = chosen_scale(task, scale)
    found = coefficients_of_classes(counts, task, measured, resamples, seed)
    groups = class_groups(by, seen, counts, measured, task)
    weights = weights_of(task)
    return _found(found, measured, again, {**({"weights": weights} if weights else {}), **groups})


def _of_sheets(labels: LabelTable, task: Task, by: str, scale: str) -> Found:
    if scale:
        raise UsageError(
            f"Answers of the type {task.type!r} lie on no scale: they are compared by their distance.",
            remedy="Leave --scale out.",
        )
    spread = spread_of(labels, task)
    groups = {"distance": distance_record(spread, task), **sheet_groups(by, labels, task)}
    return _found(coefficients_of_sheets(spread), DISTANCE, None, groups)


def _found(
    found: Sequence[Agreement], scale: str, again: dict[str, Any] | None, groups: Mapping[str, Any]
) -> Found:
    record = {
        "scale": scale,
        "compared_items": found[0].items,
        "compared_labels": found[0].labels,
        **{one.metric: figures(one) for one in found},
        "self_agreement": again,
        **groups,
    }
    return Found({one.metric: one for one in found}, record)


def counted_agreement(labels: Labels, task: Task, intake: Mapping[str, Any]) -> AgreementCounts:
    """What clauses on agreement are judged from: combinations of labels by item, or sums of distances."""
    if isinstance(labels, Tally):
        return labels
    return compared(labels, task, intake).tally() if labels.sheets is None else spread_of(labels, task)


def alpha_of(labels: Labels, task: Task, intake: Mapping[str, Any] | None = None, scale: str = "") -> Agreement:
    """Krippendorff's alpha of some labels; without `intake`, of each person's first on each item.

    Raises InputError for labels that cannot be compared, UsageError for a scale that is none.
    """
    if isinstance(labels, Tally):
        return alpha_of_classes(labels, task, scale)
    if labels.sheets is not None:
        return alpha_of_spread(spread_of(labels, task))
    return alpha_of_classes(compared(labels, task, intake).tally(), task, scale)


def alpha_change(found: Sequence[Agreement]) -> Change | None:
    """The last of several alphas against those before ; None for fewer than two."""
    known = [
        (one.estimate, one.standard_error)
        for one in found
        if one.estimate is not None and one.standard_error is not None
    ]
    return change([value for value, _ in known], [error for _, error in known])
