"""Answers that ask instead of deciding: by their class, or by a flag beside them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from vendoreval.contracts.terms import Task
from vendoreval.labels.columns import Coded

Mask = NDArray[np.bool_]


def by_class(delivered: Coded, task: Task) -> Mask:
    """Rows whose class says "I cannot tell"."""
    unsure = np.asarray([*map(task.is_unsure, delivered.values), False], dtype=np.bool_)
    found: Mask = unsure[delivered.codes]
    return found


def by_flag(context: Mapping[str, Coded], rows: int) -> Mask:
    """Rows that are flagged, of as many as there are; none where the delivery has no such column."""
    flagged = context.get("flagged")
    if flagged is None:
        return np.zeros(rows, dtype=np.bool_)
    marks = np.asarray([*(name == "true" for name in flagged.values), False], dtype=np.bool_)
    found: Mask = marks[flagged.codes]
    return found
