"""Agreement where an answer is any number of rows: alpha by the type's distance, groups, pairs of people.

Coefficients that count equal labels are not defined here. A group has a chance agreement of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vendoreval.audits.agreement_plain import Groups, alone, figures, lacking
from vendoreval.audits.apart import Answers, answers_of
from vendoreval.audits.point_agreement import point_record
from vendoreval.contracts.terms import Task
from vendoreval.inference.agreement import Agreement
from vendoreval.inference.spread import UNIT, Spread, alpha_of_spread, equal_share, mean_share, pairs_error
from vendoreval.labels.sheet_rows import sheet_of_rows
from vendoreval.labels.table import LabelTable
from vendoreval.tasks.known import task_type

Ints = NDArray[np.int64]


def coefficients_of_sheets(spread: Spread) -> tuple[Agreement, ...]:
    """Alpha and the share of equal answers; the other coefficients without a value."""
    return alone(alpha_of_spread(spread), equal_share(spread))


def distance_record(spread: Spread, task: Task) -> dict[str, Any]:
    """What the distance measures, and how the expected one was found."""
    drawn = spread.drawn
    return {
        "words": task_type(task.type).distance_words(task),
        "pairs": int(spread.met.sum()) // (1 if drawn else 2),
        "drawn": drawn,
        "error": pairs_error(spread),
    }


def sheet_groups(by: str, labels: LabelTable, task: Task) -> Groups:
    """Agreement in parts, as for classes; a class stands for the rows of this class, on all sheets."""
    if not by:
        return {}
    if by == "point":
        return point_record(labels, task)
    if by == "annotator":
        return {"by": by, **_people(answers_of(labels, task))}
    return {"by": by, "groups": [_group(name, found) for name, found in _parts(by, labels, task)]}


def _parts(by: str, labels: LabelTable, task: Task) -> Iterator[tuple[str, Answers]]:
    if by == "class":
        label = labels.text("label")
        used = {label.values[code] for code in np.unique(label.codes).tolist() if code >= 0}
        for name in (*(one for one in task.classes if one in used), *sorted(used - set(task.classes))):
            code = label.values.index(name)
            yield name, answers_of(labels.take(np.flatnonzero(label.codes == code)), task)
        return
    whole = answers_of(labels, task)
    codes, names = _days(labels, whole) if by == "day" else _versions(labels, whole)
    for code, name in enumerate(names):
        part = whole.only(codes == code)
        if len(part):
            yield name, part


def _days(labels: LabelTable, whole: Answers) -> tuple[Ints, tuple[str, ...]]:
    """The day (UTC) of the first row on each answer's item; -1 where no row has a time."""
    if labels.labelled_at is None:
        raise lacking("labelled_at")
    first = np.full(len(whole.items), np.iinfo(np.int64).max)
    item = labels.item.recode(whole.items).codes
    timed = np.flatnonzero(~np.isnat(labels.labelled_at) & (item >= 0))
    days = labels.labelled_at[timed].astype("datetime64[D]").astype(np.int64)
    np.minimum.at(first, item[timed], days)
    used = np.unique(days)
    codes = np.where(first[whole.item] <= used.max(initial=0), np.searchsorted(used, first[whole.item]), -1)
    return codes, tuple(str(np.datetime64(day, "D")) for day in used.tolist())


def _versions(labels: LabelTable, whole: Answers) -> tuple[Ints, tuple[str, ...]]:
    """The guideline version of each answer; -1 for one without a row, or with rows under several."""
    version = labels.guideline_version
    if version is None or labels.sheets is None:
        raise lacking("guideline_version")
    sheet = sheet_of_rows(labels, labels.sheets)
    low, high = np.full(len(labels.sheets), len(version.values)), np.full(len(labels.sheets), -1)
    np.minimum.at(low, sheet, version.codes)
    np.maximum.at(high, sheet, version.codes)
    return np.where(low == high, high, -1)[whole.sheet], version.values


def _group(name: str, found: Answers) -> dict[str, Any]:
    spread = found.spread()
    equal = equal_share(spread)
    alpha = alpha_of_spread(spread)
    return {"group": name, "labels": alpha.labels, "share_equal": equal.estimate, "alpha": figures(alpha)}


def _people(whole: Answers) -> dict[str, Any]:
    """Everybody's nearness to the others (1 - mean distance) on the same items, and that of every pair."""
    pairs = whole.pairs()
    near = 1 - pairs.distance / UNIT
    ends = (pairs.first, pairs.second)
    person = np.concatenate([whole.annotator[end] for end in ends])
    item = np.concatenate([whole.item[end] for end in ends])
    groups = [
        _person(whole, code, item[rows], np.concatenate([near, near])[rows])
        for code in np.unique(person).tolist()
        for rows in (np.flatnonzero(person == code),)
    ]
    return {"groups": groups, "pairs": list(_pairs(whole, near, pairs.distance == 0, ends))}


def _person(whole: Answers, code: int, item: Ints, near: NDArray[np.float64]) -> dict[str, Any]:
    _, place, compared = np.unique(item, return_inverse=True, return_counts=True)
    sums = np.bincount(place, weights=near).astype(np.float64)
    share, low, high = mean_share(sums, compared)
    return {
        "group": whole.people[code], "labels": int((whole.annotator == code).sum()),
        "comparisons": int(compared.sum()), "share": share, "low": low, "high": high, "kappa": None,
        "repeats": 0, "again": None,
    }  # fmt: skip


def _pairs(
    whole: Answers, near: NDArray[np.float64], equal: NDArray[np.bool_], ends: tuple[Ints, Ints]
) -> Iterator[dict[str, Any]]:
    """Every two people who share an item, first before second by name."""
    width = len(whole.people)
    key = whole.annotator[ends[0]] * width + whole.annotator[ends[1]]
    found, place, items = np.unique(key, return_inverse=True, return_counts=True)
    mean = np.bincount(place, weights=near, minlength=len(found)) / items
    agreed = np.bincount(place[equal], minlength=len(found))
    for pair, count, same, value in zip(
        found.tolist(), items.tolist(), agreed.tolist(), mean.tolist(), strict=True
    ):
        yield {
            "first": whole.people[pair // width], "second": whole.people[pair % width], "items": count,
            "agreed": same, "kappa": None, "near": value,
        }  # fmt: skip
