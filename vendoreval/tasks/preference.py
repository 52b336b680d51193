"""Preferences: which of the answers to an item is the best, or that they are as good as each other.

An answer names the one it prefers. Which answers there were, and in which order they were shown, may stand
beside it (`shown`); the place of the right one on the screen is then a sign of bias of its own. A tie is an
answer like others: it is right where gold accepts it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vendoreval.labels.columns import Coded
from vendoreval.labels.shapes import SHAPES, Shape
from vendoreval.labels.table import LabelTable
from vendoreval.tasks.classification import Classification

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Preference(Classification):
    """One preferred answer for each item."""

    shape: Shape = SHAPES["preference"]

    def describe(self, labels: LabelTable, row: int) -> str:
        """`b, of a, b`: the preferred answer, and those that were shown where that is told."""
        said = super().describe(labels, row)
        shown = None if labels.shown is None else labels.shown[row]
        return f"{said}, of {', '.join(listed(shown))}" if shown else said


TYPE = Preference()


def listed(shown: str) -> list[str]:
    """The answers of a cell, in their order: a JSON list, or texts parted by `|`."""
    text = shown.strip()
    if text.startswith("["):
        try:
            found = json.loads(text)
        except ValueError:
            found = None
        if isinstance(found, list):
            return [one if isinstance(one, str) else json.dumps(one) for one in found]
    return [part.strip() for part in text.split("|")]


def places_of(shown: Coded, wanted: Coded) -> tuple[Ints, Ints]:
    """The rows of which the answer `wanted` was shown beside others, and its place there, from 0."""
    cases = shown.codes.astype(np.int64) * len(wanted.values) + wanted.codes
    known = np.flatnonzero((shown.codes >= 0) & (wanted.codes >= 0))
    distinct, case = np.unique(cases[known], return_inverse=True)
    lists = [listed(value) for value in shown.values]
    place = np.full(len(distinct), -1, dtype=np.int64)
    for number, one in enumerate(distinct.tolist()):
        answers, name = lists[one // len(wanted.values)], wanted.values[one % len(wanted.values)]
        if len(set(answers)) > 1 and name in answers:
            place[number] = answers.index(name)
    found = place[case.ravel()]
    return known[found >= 0], found[found >= 0]
