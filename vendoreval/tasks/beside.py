"""Rows of outcomes that stand beside those of units, of a level of their own, such as time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from vendoreval.contracts.terms import Task
from vendoreval.labels.columns import Codes
from vendoreval.tasks.parts import Side
from vendoreval.tasks.tries import Tries

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Beside:
    """Rows of one level, by try.

    `expected` and `delivered` are units whose labels the row has, -1 for none; `size` is what a row weighs and
    `where` what a person must look at.
    """

    attempt: Ints
    expected: Ints
    delivered: Ints
    level: str
    outcome: NDArray[np.int8]
    score: Ints
    size: Ints
    where: Sequence[str]


@runtime_checkable
class HasBeside(Protocol):
    """A type of many units whose answers are counted in another way, too."""

    def beside(
        self, tries: Tries, sides: tuple[Side, Side], labels: tuple[Codes, Codes], kept: NDArray[np.bool_],
        task: Task,
    ) -> Beside:  # fmt: skip
        """The rows of the tries that are `kept`; `labels` are both sides' codes by unit, of the same values."""
