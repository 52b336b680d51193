"""Attributes of matched objects, held against gold by the contract's rule: equal, or a number near enough."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vendoreval.contracts.terms import Attribute, Task
from vendoreval.labels.columns import Coded
from vendoreval.labels.notation import plain_text
from vendoreval.tasks.outcomes import CODE, ONE
from vendoreval.tasks.parts import Finer, Pairs, Side

Ints = NDArray[np.int64]
_TRUE, _FALSE = ("true", "yes", "1"), ("false", "no", "0")


@dataclass(frozen=True)
class _Verdict:
    right: bool
    where: str | None


def attributes(expected: Side, delivered: Side, matched: Pairs, task: Task) -> Finer | None:
    """One unit for each counted attribute of each matched object that gold gives a value.

    None where the contract counts no attribute.
    """
    if not task.attributes or not len(matched.expected):
        return None
    gold, given = _maps(expected, matched.expected), _maps(delivered, matched.delivered)
    codes = gold.codes.astype(np.int64) * (len(given.values) + 1) + given.codes
    _, first, case = np.unique(codes, return_index=True, return_inverse=True)
    judged = [_judged(gold[at], given[at], task) for at in first.tolist()]
    rows = np.repeat(np.arange(len(case)), np.asarray([len(found) for found in judged])[case])
    verdicts = [verdict for number in case.tolist() for verdict in judged[number]]
    right = np.asarray([verdict.right for verdict in verdicts], dtype=np.bool_)
    return Finer(
        rows,
        "attribute",
        np.where(right, CODE["correct"], CODE["wrong_attribute"]).astype(np.int8),
        right.astype(np.int64) * ONE,
        [verdict.where for verdict in verdicts],
    )


def _maps(side: Side, units: Ints) -> Coded:
    column = side.labels.answers.get("attributes")
    row = side.units.row[units]
    return column.take(row) if isinstance(column, Coded) else Coded(np.full(len(row), -1, dtype=np.int32), ())


def _judged(gold: str | None, given: str | None, task: Task) -> list[_Verdict]:
    """The verdicts on the counted attributes of which gold says something."""
    expected, got = json.loads(gold or "{}"), json.loads(given or "{}")
    found = (_verdict(expected, got, attribute) for attribute in task.attributes)
    return [verdict for verdict in found if verdict is not None]


def _verdict(gold: dict[str, Any], given: dict[str, Any], attribute: Attribute) -> _Verdict | None:
    """None where gold says nothing of this attribute."""
    if gold.get(attribute.name) is None:
        return None
    expected, got = _plain(gold[attribute.name]), _plain(given.get(attribute.name))
    kinds = {type(side.get(attribute.name)) for side in (gold, given)}
    if bool in kinds or _truth(expected, ("true", "false")) is not None:
        right = _same_truth(expected, got)
    elif attribute.tolerance is not None or kinds & {int, float}:
        right = _close(expected, got, Fraction(attribute.tolerance or 0))
    else:
        right = expected == got
    said = "nothing" if got is None else got
    return _Verdict(right, None if right else f"{attribute.name}: expected {expected}, got {said}")


def _plain(value: Any) -> str | None:
    """A value as text, so that true and "true", 2 and "2" are the same in every format, and so are blanks."""
    if value is None or isinstance(value, str):
        return value if value is None else plain_text(value)
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _truth(text: str | None, words: Collection[str]) -> bool | None:
    """What one of `words` says; None for any other text."""
    word = (text or "").strip().lower()
    return word in _TRUE if word in words else None


def _same_truth(expected: str | None, got: str | None) -> bool:
    """Whether both say yes, or both no, each in its own tool's words; else whether they are equal."""
    truths = [_truth(text, (*_TRUE, *_FALSE)) for text in (expected, got)]
    return expected == got if None in truths else truths[0] == truths[1]


def _close(expected: str | None, got: str | None, tolerance: Fraction) -> bool:
    """Whether both are numbers that differ by no more than the tolerance; else whether they are equal."""
    numbers = [_number(text) for text in (expected, got)]
    if numbers[0] is None or numbers[1] is None:
        return expected == got
    return abs(numbers[0] - numbers[1]) <= tolerance


def _number(text: str | None) -> Fraction | None:
    try:
        value = Decimal(text or "")
    except InvalidOperation:
        return None
    return Fraction(value) if value.is_finite() and -400 < value.adjusted() < 400 else None
