"""Agreement in parts: by class, by day, by guideline version, by annotator, and from delivery to delivery."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from vendoreval.inference.agreement import Agreement, Scale, agreement
from vendoreval.inference.kappa import with_others
from vendoreval.inference.oneself import others_on_item, repeated
from vendoreval.inference.proportions import clustered
from vendoreval.inference.tally import Codes, Ints, Tally, tallies

_UNUSED = Fraction(1, 2)  # a limit that only the intervals' function asks for


@dataclass(frozen=True)
class Group:
    """Agreement within one group of labels. `share` is the chance that another label on an item is equal,
    given one of the group's labels; for a class, given a label of this class."""

    name: str
    labels: int
    alpha: Agreement
    share: float | None


@dataclass(frozen=True)
class Annotator:
    """One annotator against the others on the same items, and against oneself on items labelled twice.

    `share` of `comparisons` are equal, with an interval over items; kappa takes off what chance would
    give. `again` of `repeats` repeated labels are equal. None where there is nothing to compare.
    """

    code: int
    labels: int
    comparisons: int
    share: float | None
    low: float | None
    high: float | None
    kappa: float | None
    repeats: int
    again: float | None


@dataclass(frozen=True)
class Change:
    """The last of several agreements against the mean of those before, weighted by their precision."""

    before: float
    last: float
    difference: float
    low: float
    high: float
    p: float


def by_class(counts: Tally) -> tuple[Group, ...]:
    """Each class that occurs against all others taken as one."""
    totals = counts.totals()
    return tuple(
        Group(name, totals[name], agreement(merged, "alpha"), _specific(merged))
        for name in counts.values
        if totals[name]
        for merged in (counts.against(name),)
    )


def by_day(
    when: NDArray[np.datetime64], item: Codes, label: Codes, values: Sequence[str], scale: Scale,
    order: Sequence[str] = (),
) -> tuple[Group, ...]:  # fmt: skip
    """By the day (UTC) of an item's first label; items without a time are in no group."""
    days = when.astype("datetime64[D]").astype(np.int64)
    known = np.flatnonzero(~np.isnat(when))
    first = np.full(int(item.max(initial=-1)) + 1, np.iinfo(np.int64).max)
    np.minimum.at(first, item[known], days[known])
    started = first[item]
    used, group = np.unique(started, return_inverse=True)
    names = [str(np.datetime64(day, "D")) if day < np.iinfo(np.int64).max else "" for day in used.tolist()]
    if names and not names[-1]:
        group = np.where(group == len(names) - 1, -1, group)
    return _grouped(group, names, item, label, values, scale, order)


def by_version(
    version: Codes, names: Sequence[str], item: Codes, label: Codes, values: Sequence[str], scale: Scale,
    order: Sequence[str] = (),
) -> tuple[Group, ...]:  # fmt: skip
    """Among the labels given under one guideline version; labels under different ones are not compared."""
    return _grouped(version, names, item, label, values, scale, order)


def by_annotator(
    item: Codes, annotator: Codes, label: Codes, first: Ints, confidence: float = 0.95
) -> tuple[Annotator, ...]:
    """Every annotator by code. `first` are the rows that are compared with others; all rows with oneself."""
    one, who, said = item[first], annotator[first], label[first]
    kappas = with_others(one, who, said)
    same, others = others_on_item(one, said)
    repeats, again = _with_oneself(item, annotator, label)
    order = np.argsort(who, kind="stable")
    codes, begin = np.unique(who[order], return_index=True)
    result: list[Annotator] = []
    for code, rows in zip(codes.tolist(), np.split(order, begin[1:]), strict=True):
        if code < 0:
            continue
        met = rows[others[rows] > 0]
        share = (
            clustered(same[met], others[met], _UNUSED, confidence=confidence, population_clusters=None)
            if len(met)
            else None
        )
        kappa = float(kappas.kappa[code])
        result.append(
            Annotator(
                code=code,
                labels=len(rows),
                comparisons=int(others[met].sum()),
                share=share.estimate if share else None,
                low=share.low if share else None,
                high=share.high if share else None,
                kappa=None if math.isnan(kappa) else kappa,
                repeats=repeats.get(code, 0),
                again=again.get(code),
            )
        )
    return tuple(result)


def change(estimates: Sequence[float], errors: Sequence[float], confidence: float = 0.95) -> Change | None:
    """Whether the last estimate differs from those before; None for fewer than two or without errors."""
    if len(estimates) < 2 or not all(error > 0 for error in errors):
        return None
    weights = [1 / error**2 for error in errors[:-1]]
    before = sum(w * e for w, e in zip(weights, estimates[:-1], strict=True)) / sum(weights)
    error = math.sqrt(1 / sum(weights) + errors[-1] ** 2)
    difference, half = estimates[-1] - before, float(ndtri((1 + confidence) / 2)) * error
    p = float(2 * ndtr(-abs(difference) / error))
    return Change(before, estimates[-1], difference, difference - half, difference + half, p)


def _grouped(
    group: Codes, names: Sequence[str], item: Codes, label: Codes, values: Sequence[str], scale: Scale,
    order: Sequence[str],
) -> tuple[Group, ...]:  # fmt: skip
    return tuple(
        Group(
            names[code], int((counts.items * counts.sizes).sum()),
            agreement(counts, "alpha", scale=scale, order=order), _equal(counts),
        )
        for code, counts in tallies(group, item, label, values).items()
    )  # fmt: skip


def _equal(counts: Tally) -> float | None:
    """The chance that another label of the item is equal, over all labels that have another beside them."""
    paired = counts.compared()
    if not len(paired.items):
        return None
    each = np.repeat(paired.sizes, np.diff(paired.start))
    times = np.repeat(paired.items, np.diff(paired.start))
    equal = (times * paired.count * (paired.count - 1) / (each - 1)).sum()
    return float(equal / (paired.items * paired.sizes).sum())


def _specific(merged: Tally) -> float | None:
    """The chance that another label of the item is of the class, given one of the class."""
    paired = merged.compared()
    own = paired.label == 1
    each = np.repeat(paired.sizes, np.diff(paired.start))[own]
    given = (np.repeat(paired.items, np.diff(paired.start))[own]) * paired.count[own]
    return float((given * (paired.count[own] - 1) / (each - 1)).sum() / given.sum()) if len(given) else None


def _with_oneself(item: Codes, annotator: Codes, label: Codes) -> tuple[dict[int, int], dict[int, float]]:
    """Number of repeated labels by person, and the share of equal ones."""
    rows, same, others = repeated(item, annotator, label)
    people, person = np.unique(annotator[rows], return_inverse=True)
    counts = np.bincount(person, minlength=len(people))
    equal = np.bincount(person, weights=same / np.maximum(others, 1), minlength=len(people))
    shares = equal / np.maximum(counts, 1)
    return dict(zip(people.tolist(), counts.tolist(), strict=True)), dict(
        zip(people.tolist(), shares.tolist(), strict=True)
    )
