"""Agreement where each answer is one class or number: coefficients, groups of labels, pairs of people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vendoreval.audits.agreeing import AGREEMENT, WEIGHTED, order_of, scale_of, weights_of
from vendoreval.audits.agreement_plain import Groups, alone, figures, lacking
from vendoreval.contracts.task_types import TASK_TYPES
from vendoreval.contracts.terms import Task
from vendoreval.errors import InputError, UsageError
from vendoreval.inference import agreement as coefficients
from vendoreval.inference.agreement import SCALES, Agreement, Scale
from vendoreval.inference.agreement_groups import (
    Group,
    by_annotator,
    by_class,
    by_day,
    by_version,
)
from vendoreval.inference.kappa import pairwise
from vendoreval.inference.oneself import self_agreement
from vendoreval.inference.tally import Tally, first_answers, tally
from vendoreval.labels.columns import Coded
from vendoreval.labels.numbers import equal_numbers_alike
from vendoreval.labels.statements import statements_of
from vendoreval.labels.table import LabelTable


@dataclass(frozen=True, eq=False)
class Compared:
    """A delivery's labels with the rows that are compared: each named person's first label on each item.

    Further ones are left only where the contract has no rule for them. Rows that name nobody are compared only
    where they are stated to be of different people; else nobody can tell people who agree from copies.
    """

    table: LabelTable
    label: Coded
    keep: NDArray[np.bool_]  # the rows that are compared
    repeated: int
    again: dict[str, Any] | None  # how far people agree with themselves

    @cached_property
    def compared(self) -> LabelTable:
        return self.table if self.keep.all() else self.table.take(self.keep)

    @cached_property
    def compared_label(self) -> Coded:
        return self.label if self.keep.all() else self.label.take(self.keep)

    def tally(self) -> Tally:
        """How often each combination of labels occurs on an item."""
        codes = self.label.codes if self.keep.all() else np.where(self.keep, self.label.codes, np.int32(-1))
        return tally(self.table.item.codes, codes, self.label.values)


def times_read(intake: Mapping[str, Any]) -> bool:
    """Whether times say which of a person's labels was the first."""
    return bool(_left(intake))


def _left(intake: Mapping[str, Any]) -> int:
    """How many of people's further labels on an item no rule has settled."""
    if "repeats" not in intake:  # taken in before repeats were settled then
        return int(intake.get("repeated_labels", 0))
    return int((intake["repeats"] or {"left": 0})["left"])


def compared(table: LabelTable, task: Task, intake: Mapping[str, Any] | None = None) -> Compared:
    """The labels that are compared, as `intake` reports of them; None: each person's first on each item.

    Raises InputError where none could be.
    """
    if intake is None:
        return _compared(table, task, len(table), unnamed=True, again=None)
    if "repeats" not in intake:
        return _compared(table, task, _left(intake), unnamed=True, again=None)
    repeats = intake["repeats"] or {"self_agreement": None}
    unnamed = statements_of(intake).unnamed == "different"
    return _compared(table, task, _left(intake), unnamed=unnamed, again=repeats)


def _compared(
    table: LabelTable, task: Task, repeated: int, *, unnamed: bool, again: Mapping[str, Any] | None
) -> Compared:
    label = table.answers["label"]
    if not isinstance(label, Coded) or not label.values:
        raise no_labels()
    if TASK_TYPES[task.type].numbers:
        label = equal_numbers_alike(label)
        known = np.flatnonzero(label.codes >= 0)
        table, label = table.take(known), label.take(known)
    else:
        label = label.recode(sorted({*label.values, *task.classes}))
    keep = np.ones(len(table), dtype=np.bool_)
    if repeated:
        keep[:] = False
        keep[first_answers(table.item.codes, table.annotator.codes, table.labelled_at)] = True
    if not unnamed:
        keep &= table.annotator.codes >= 0
    said = again["self_agreement"] if again is not None else None
    if keep.all():
        return Compared(table, label, keep, 0, said)
    if again is None and repeated:
        said = _self_agreement(table, label)
    return Compared(table, label, keep, repeated, said)


def no_labels() -> InputError:
    """What to raise where no row has a label."""
    return InputError("The delivery has no column of labels that could be compared.")


def said_again(intake: Mapping[str, Any]) -> dict[str, Any] | None:
    """How far people agree with themselves, as an intake that settled repeats says."""
    found: dict[str, Any] | None = (intake["repeats"] or {}).get("self_agreement")
    return found


def chosen_scale(task: Task, wanted: str) -> Scale:
    """The scale asked for, or that of the task's answers; raises UsageError for an unknown one."""
    if not wanted:
        return scale_of(task)
    for known in SCALES:
        if wanted == known:
            return known
    raise UsageError(f"There is no scale {wanted!r}.", remedy=f"Take one of: {', '.join(SCALES)}.")


def alpha_of_classes(counts: Tally, task: Task, scale: str = "") -> Agreement:
    """Krippendorff's alpha; raises UsageError for an unknown scale."""
    return coefficients.agreement(
        counts, "alpha", scale=chosen_scale(task, scale), order=order_of(task, counts)
    )


def coefficients_of_classes(
    counts: Tally, task: Task, scale: Scale, resamples: int, seed: int
) -> tuple[Agreement, ...]:
    """All coefficients, with intervals from `resamples` draws of items; weighted ones of an ordinal scale."""
    order = order_of(task, counts)
    if TASK_TYPES[task.type].numbers:  # equal numbers are too rare for what counts equal classes
        alpha, equal = coefficients.agreements(
            counts, ("alpha", "percent_agreement"), scale=scale, resamples=resamples, seed=seed
        )
        return alone(alpha, equal)
    found = coefficients.agreements(counts, scale=scale, order=order, resamples=resamples, seed=seed)
    weights = weights_of(task)
    if not weights:
        return found
    weighted = coefficients.agreements(
        counts, [AGREEMENT[name] for name in WEIGHTED], order=order, weights=weights, resamples=resamples,
        seed=seed,
    )  # fmt: skip
    named = (replace(one, metric=name) for name, one in zip(WEIGHTED, weighted, strict=True))
    return (*found, *named)


def class_groups(by: str, labels: Compared | None, counts: Tally, scale: Scale, task: Task) -> Groups:
    """Agreement in parts: by class, day, guideline version or annotator; nothing for an empty `by`.

    Without groups and by class, the tally is enough and `labels` may be None.
    """
    if not by:
        return {}
    if by == "class" and TASK_TYPES[task.type].numbers:
        raise UsageError(
            "Numbers belong to no classes.", remedy="Take --by day, annotator or guideline_version."
        )
    if by == "class":
        return {"by": by, "groups": [_group(one) for one in by_class(counts)]}
    assert labels is not None
    table, label, order = labels.compared, labels.compared_label, order_of(task, counts)
    item = table.item.codes
    if by == "annotator":
        return {"by": by, **_people(labels)}
    if by == "day":
        if table.labelled_at is None:
            raise lacking("labelled_at")
        days = by_day(table.labelled_at, item, label.codes, label.values, scale, order)
        return {"by": by, "groups": [_group(one) for one in days]}
    version = table.guideline_version
    if version is None:
        raise lacking("guideline_version")
    found = by_version(version.codes, version.values, item, label.codes, label.values, scale, order)
    return {"by": by, "groups": [_group(one) for one in found]}


def _self_agreement(table: LabelTable, label: Coded) -> dict[str, Any]:
    repeats, share = self_agreement(table.item.codes, table.annotator.codes, label.codes)
    return {"labels": repeats, "share": share}


def _group(one: Group) -> dict[str, Any]:
    return {"group": one.name, "labels": one.labels, "share_equal": one.share, "alpha": figures(one.alpha)}


def _people(labels: Compared) -> dict[str, Any]:
    """Every annotator against the others, and the matrix of pairs."""
    table, label = labels.compared, labels.compared_label
    names = table.annotator.values
    first = (
        first_answers(labels.table.item.codes, labels.table.annotator.codes, labels.table.labelled_at)
        if labels.repeated
        else np.arange(len(labels.table))
    )
    people = by_annotator(labels.table.item.codes, labels.table.annotator.codes, labels.label.codes, first)
    pairs = pairwise(table.item.codes, table.annotator.codes, label.codes)
    columns = zip(
        pairs.first.tolist(), pairs.second.tolist(), pairs.items.tolist(), pairs.agreed.tolist(),
        pairs.kappa.tolist(), strict=True,
    )  # fmt: skip
    return {
        "groups": [
            {"group": names[one.code], **{key: value for key, value in vars(one).items() if key != "code"}}
            for one in people
        ],
        "pairs": [
            {
                "first": names[first], "second": names[second], "items": items, "agreed": agreed,
                "kappa": None if kappa != kappa else kappa,
            }
            for first, second, items, agreed, kappa in columns
        ],
    }  # fmt: skip
