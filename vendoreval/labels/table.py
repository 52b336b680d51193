"""The long label table: one row for one annotator's answer on one item."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace

import numpy as np
from numpy.typing import NDArray

from vendoreval.labels.columns import Coded, Index

# Text columns with few distinct values: written and read as integer codes.
CODED = ("annotator_id", "label", "stage", "guideline_version", "source", "flagged")
CONTEXT = ("stage", "guideline_version", "source", "flagged")  # what they tell of a label besides its answer
Column = Coded | NDArray[np.float64] | NDArray[np.int64] | NDArray[np.datetime64]


@dataclass(frozen=True, eq=False)
class LabelTable:
    """Labels of one delivery, or of a gold set, in columns of equal length.

    `answers` holds the task type's columns: {"label": Coded} for classification.
    `labelled_at` is datetime64[us] in UTC (NaT unknown), `seconds` is working time (NaN unknown).
    `source` is human, model-assisted or auto; `flagged` is "true" where the annotator asked about the item.
    """

    item: Coded
    annotator: Coded
    answers: Mapping[str, Column]
    labelled_at: NDArray[np.datetime64] | None = None
    seconds: NDArray[np.float64] | None = None
    stage: Coded | None = None
    guideline_version: Coded | None = None
    source: Coded | None = None
    flagged: Coded | None = None
    extra: Mapping[str, Column] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.item)

    def take(self, rows: Index) -> LabelTable:
        """The chosen rows of every column."""
        changed: dict[str, object] = {}
        for part in fields(self):
            value = getattr(self, part.name)
            if isinstance(value, Mapping):
                changed[part.name] = {name: _take(column, rows) for name, column in value.items()}
            elif value is not None:
                changed[part.name] = _take(value, rows)
        return replace(self, **changed)  # type: ignore[arg-type]


def _take(column: Column, rows: Index) -> Column:
    return column.take(rows) if isinstance(column, Coded) else column[rows]
