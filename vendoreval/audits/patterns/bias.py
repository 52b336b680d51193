"""Bias and rare classes: missed classes, one-sided confusions, answers that lean to the usual class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from vendoreval.audits.patterns.signs import (
    LEAST_GAP,
    LEAST_RATIO,
    MOST_CLASSES,
    TOO_MANY_CLASSES,
    Labels,
    Looked,
    Sign,
    compared,
    material,
    outstanding,
    plain_p,
)
from vendoreval.inference.bias import (
    Moves,
    Shift,
    asymmetries,
    class_shifts,
    majority_default,
    marginal_homogeneity,
    weak_classes,
)
from vendoreval.inference.comparing import Contrast, least
from vendoreval.inference.multiplicity import joint_bounds
from vendoreval.inference.slices import Columns, rework_scope, worse_slices
from vendoreval.numerals import of, percent
from vendoreval.tasks.preference import places_of

DO = (
    "Train annotators on the classes named here with examples of both sides of each confusion, mix rare "
    "classes into their work more often, and have the delivered labels of the classes that gained checked."
)

FDR, COVER = 0.05, 0.8
WORTH = 1.5  # a part is worth redoing alone if its share of errors is so many times its share of labels
MOST_SLICES, MOST_CELLS, MOST_FLOORS = 12, 12, 24
FEWEST_ERRORS = 10
SLICED = ("guideline_version", "source", "stage", "difficulty")
NET = 0.05  # a shift of a class by less than this share of it raises no flag


def bias(labels: Labels) -> Looked:
    """Errors by class and direction; with the slices that are worst and the smallest part worth redoing.

    Where units may lack a side: missed ones count as errors of their class, confusions are those of units that
    have both sides, and classes that are invented more often than others are a sign of their own.
    """
    further = _slices(labels)
    in_gold, both = labels.in_gold, labels.in_gold.given
    classes = np.unique(in_gold.expected.codes)
    if len(labels.expected.values) > MOST_CLASSES:
        return Looked("bias", DO, (), (TOO_MANY_CLASSES,), further)
    if len(classes) < 2:
        return Looked("bias", DO, (), ("Gold knows only one class among the answered items.",), further)
    signs = [
        _weak(in_gold), _pairs(both), _default(both), _shift(both), _invented(labels.given), _place(both),
    ]  # fmt: skip
    width = len(labels.expected.values)
    cells = both.expected.codes.astype(np.int64) * width + both.delivered.codes
    statistic, df, p = marginal_homogeneity(np.bincount(cells, minlength=width**2).reshape(width, width))
    further["classes_as_often_as_gold"] = {
        "statistic": statistic, "df": df, "p": plain_p(p),
        "method": "Stuart–Maxwell, labels taken as independent",
    }  # fmt: skip
    further["floors"] = _floors(in_gold)
    return Looked("bias", DO, tuple(sign for sign in signs if sign is not None), (), further)


def _weak(labels: Labels) -> Sign | None:
    found = weak_classes(labels.wrong, labels.expected.codes, labels.item.codes)
    says = "Class {} is missed in {} of its " + labels.word + ", the other classes in {}."
    return _worst_class("classes missed", found, labels.expected.values, says)


def _place(labels: Labels) -> Sign | None:
    """The place on the screen at which the right answer is missed more often than at the others."""
    shown = labels.context.get("shown")
    if shown is None or labels.by_unit:
        return None
    rows, place = places_of(shown, labels.expected)
    kept = labels.take(rows)
    found = weak_classes(kept.wrong, place, kept.item.codes)
    names = [f"in place {number + 1}" for number in range(int(place.max(initial=0)) + 1)]
    return _worst_class(
        "the right answer's place", found, names, "Shown {}, the right answer is missed in {}, elsewhere in {}."
    )


def _invented(given: Labels) -> Sign | None:
    """The class that is delivered where gold has nothing, more often than the others are."""
    if not given.by_unit:
        return None
    found = weak_classes(given.expected.codes < 0, given.delivered.codes, given.item.codes)
    says = "Of the " + given.word + " delivered as {}, {} are not there, of the other classes {}."
    return _worst_class("classes invented", found, given.delivered.values, says)


def _worst_class(
    what: str, found: Mapping[int, Contrast], names: Sequence[str], says: str
) -> Sign | None:  # fmt: skip
    """The class that stands out most, Bonferroni over classes."""
    if not found:
        return None
    klass, worst = outstanding(found)
    name = names[klass]
    sentence = says.format(name, of(worst.errors, worst.n), of(worst.rest_errors, worst.rest_n))
    numbers = {"class": name, "classes": len(found), **compared(worst)}
    p = min(1.0, len(found) * worst.p)
    return Sign(what, p, material(worst), sentence, numbers, f"{worst.method}; Bonferroni")


def _pairs(labels: Labels) -> Sign | None:
    found = asymmetries(labels.expected.codes, labels.delivered.codes, labels.item.codes)
    if not found or len(labels.expected.values) < 3:  # with two classes it is the test of missed classes
        return None
    (a, b), worst = outstanding(found)
    one, other = labels.expected.values[a], labels.expected.values[b]
    sentence = (
        f"{one} is taken for {other} in {of(worst.errors, worst.n)} of its {labels.word}, {other} for {one} in "
        f"{of(worst.rest_errors, worst.rest_n)}."
    )
    numbers = {"class": one, "taken_for": other, "pairs": len(found), **compared(worst)}
    p = min(1.0, len(found) * worst.p)
    return Sign("one-sided confusion", p, material(worst), sentence, numbers, f"{worst.method}; Bonferroni")


def _default(labels: Labels) -> Sign | None:
    found = majority_default(labels.expected.codes, labels.delivered.codes, labels.item.codes)
    if found is None:
        return None
    name = labels.expected.values[found.klass]
    sentence = (
        f"Of the wrong answers on other classes {of(found.errors, found.n)} name {name}, the most frequent "
        f"class; guessing by frequency would give {percent(found.expected)}."
    )
    numbers = {
        "class": name, "n": found.n, "errors": found.errors, "estimate": found.share,
        "low": found.low, "high": found.high, "expected": found.expected,
    }  # fmt: skip
    large = found.share >= LEAST_RATIO * found.expected and found.share - found.expected >= LEAST_GAP
    method = "exact binomial and cluster-robust test by item, the larger p; Clopper–Pearson interval"
    return Sign("answers that default to the usual class", found.p, large, sentence, numbers, method)


def _shift(labels: Labels) -> Sign | None:
    """Frequent classes that gain and rare ones that lose: even errors shift classes the other way."""
    found = class_shifts(labels.expected.codes, labels.delivered.codes, labels.item.codes)
    if not found:
        return None
    mean = len(labels) / len(found)

    def leans(one: Moves) -> bool:
        return abs(one.net) >= NET and (one.net > 0) == (one.gold > mean)

    def exact(k: int) -> tuple[tuple[bool, float, int], tuple[Moves, Shift]]:
        shift = found[k].shift()
        return (not leans(found[k]), plain_p(shift.p), k), (found[k], shift)

    moves, worst = least({k: (not leans(one), plain_p(one.p), k) for k, one in enumerate(found)}, exact)
    name = labels.expected.values[moves.klass]
    word = "more" if worst.net > 0 else "less"
    sentence = (
        f"Class {name} was delivered {moves.delivered:,} times where gold has it {moves.gold:,} times "
        f"({percent(abs(worst.net))} {word}): {moves.moved_in:,} {labels.word} moved into it, "
        f"{moves.moved_out:,} out."
    )
    numbers = {
        "class": name, "n": moves.gold, "delivered": moves.delivered, "moved_in": moves.moved_in,
        "moved_out": moves.moved_out, "estimate": worst.net, "low": worst.low, "high": worst.high,
    }  # fmt: skip
    method = "sign test of labels moved in and out, clustered by item; Bonferroni over classes"
    return Sign(
        "shift of the classes’ shares", min(1.0, len(found) * worst.p), leans(moves), sentence, numbers, method
    )


def _floors(labels: Labels) -> list[dict[str, Any]]:
    """Recall of every class with bounds that hold for all classes together (single labels)."""
    n = np.bincount(labels.expected.codes, minlength=len(labels.expected.values))
    right = np.bincount(labels.expected.codes[~labels.wrong], minlength=len(n))
    rows = sorted(np.flatnonzero(n).tolist(), key=lambda k: (right[k] / n[k], labels.expected.values[k]))
    bounds = joint_bounds([int(right[k]) for k in rows], [int(n[k]) for k in rows], 0.95)
    return [
        {
            "class": labels.expected.values[k], "n": int(n[k]), "errors": int(n[k] - right[k]),
            "recall": float(right[k] / n[k]), "low": low, "high": high,
        }
        for k, (low, high) in list(zip(rows, bounds, strict=True))[:MOST_FLOORS]
    ]  # fmt: skip


def _columns(labels: Labels) -> tuple[dict[str, Any], dict[str, tuple[str, ...]]]:
    """Columns to cut by, with their values' names. `delivered` is known for every label, gold is not."""
    columns: dict[str, Any] = {"delivered class": labels.delivered.codes}
    names = {"delivered class": labels.delivered.values}
    if len(labels.annotator.values) > 1:
        columns["annotator"], names["annotator"] = labels.annotator.codes, labels.annotator.values
    days = np.unique(labels.day[labels.timed])
    if len(days) > 1:
        columns["day"] = np.where(labels.timed, np.searchsorted(days, labels.day), -1)
        names["day"] = tuple(str(np.datetime64(int(day), "D")) for day in days)
    for name in SLICED:
        column = labels.context.get(name)
        if column is not None and len(column.values) > 1:
            columns[name], names[name] = column.codes, column.values
    return columns, names


def _slices(labels: Labels) -> dict[str, Any]:
    if int(labels.wrong.sum()) < FEWEST_ERRORS:
        return {}
    columns, names = _columns(labels)
    with_gold: Columns = {**columns, "class": labels.expected.codes}
    found, tested = worse_slices(
        labels.wrong, labels.item.codes, with_gold, FDR, [("class", "delivered class")]
    )
    values = {**names, "class": labels.expected.values}
    return {
        "slices_tested": tested,
        "slices": [
            {
                "where": {name: values[name][code] for name, code in one.where},
                "n": one.n, "errors": one.errors, "estimate": one.share, "rest_estimate": one.rest_share,
                "q": plain_p(one.q),
            }
            for one in found[:MOST_SLICES]
        ],
        "slices_found": len(found),
        "rework": _rework(labels, columns, names),
    }  # fmt: skip


def _rework(
    labels: Labels, columns: dict[str, Any], names: dict[str, tuple[str, ...]]
) -> dict[str, Any] | None:
    """The smallest part of the labels that covers four fifths of the errors, as far as gold tells."""
    cuts = [name for name in ("annotator", "delivered class", "day") if name in columns]
    choices: list[tuple[str, ...]] = [(name,) for name in cuts]
    if {"annotator", "delivered class"} <= columns.keys():
        choices.append(("annotator", "delivered class"))
    scope = rework_scope(labels.wrong, labels.half, columns, choices, COVER)
    if scope is None:
        return None
    return {
        "by": list(scope.columns),
        "cells": [
            [names[name][code] for name, code in zip(scope.columns, cell, strict=True)]
            for cell in scope.cells[:MOST_CELLS]
        ],
        "cells_in_all": len(scope.cells),
        "share_of_labels": scope.n / scope.units,
        "covers": scope.covered,
        "worth": scope.covered >= WORTH * scope.n / scope.units,
        "method": "cells ranked on one half of the items, errors covered counted on the other, both ways",
    }
