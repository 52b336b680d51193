"""The long label table: the rows of every annotator's answer on every item, and the sheets they stand on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace

import numpy as np
from numpy.typing import NDArray

from vendoreval.labels.columns import Coded, Index
from vendoreval.labels.nested import Nested

# Text columns with few distinct values: written and read as integer codes.
CODED = ("annotator_id", "label", "stage", "guideline_version", "source", "flagged", "shown", "keypoint")
CONTEXT = (
    "stage",
    "guideline_version",
    "source",
    "flagged",
    "shown",
)  # what they tell of a label besides its answer
# Columns of canonical files: integer codes beside their texts, and what a sheet tells of its item.
CODES = {"item_code": "item_id", "annotator_code": "annotator_id", "label_code": "label"}
ROW = "row"  # of partitions: the place of each row in the delivery
SHEET = ("item_width", "item_height", "item_text")
Column = Coded | Nested | NDArray[np.float64] | NDArray[np.int64] | NDArray[np.datetime64]


@dataclass(frozen=True, eq=False)
class Sheets:
    """The pairs of item and annotator that were answered, one row a pair; -1 in `annotator` is nobody known.

    A sheet without rows in the label table was answered with nothing. `width` and `height` in pixels and
    `text` of the item are there where the delivery tells them; unknown sizes are 0.
    """

    item: Coded
    annotator: Coded
    width: NDArray[np.int64] | None = None
    height: NDArray[np.int64] | None = None
    text: Coded | None = None

    def __len__(self) -> int:
        return len(self.item)

    def take(self, rows: Index) -> Sheets:
        """The chosen sheets."""
        changed = {
            part.name: _take(value, rows)
            for part in fields(self)
            if (value := getattr(self, part.name)) is not None
        }
        return replace(self, **changed)  # type: ignore[arg-type]


@dataclass(frozen=True, eq=False)
class LabelTable:
    """Labels of one delivery, or of a gold set, in columns of equal length.

    `answers` holds the columns of the task type's shape (labels.shapes): {"label": Coded} for classification.
    `labelled_at` is datetime64[us] in UTC (NaT unknown), `seconds` is working time (NaN unknown).
    `source` is human, model-assisted or auto; `flagged` is "true" where the annotator asked about the item.
    `shown` lists the answers that an annotator could choose from, in their order on the screen: `b|a`.
    `label_id` is the tool's own id of the annotation. `sheets` says who answered which item, for types whose
    answers are any number of rows; None for others, where each row is a sheet. Gold alone has `alternative`
    (0 for an item's first answer, 1 for the second …) and `ignored` (what falls on such a row is unscorable).
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
    shown: Coded | None = None
    extra: Mapping[str, Column] = field(default_factory=dict)
    label_id: Coded | None = None
    sheets: Sheets | None = None
    alternative: NDArray[np.int64] | None = None
    ignored: NDArray[np.bool_] | None = None

    def __len__(self) -> int:
        return len(self.item)

    def text(self, name: str) -> Coded:
        """The answer column `name`, which holds text; raises TypeError where it does not."""
        column = self.answers[name]
        if not isinstance(column, Coded):
            raise TypeError(f"the answer column {name!r} holds no text")
        return column

    def numbers(self, name: str) -> NDArray[np.int64]:
        """The answer column `name`, which holds whole numbers; raises TypeError where it does not."""
        column = self.answers[name]
        if isinstance(column, Coded | Nested) or column.dtype != np.int64:
            raise TypeError(f"the answer column {name!r} holds no whole numbers")
        return column.astype(np.int64, copy=False)

    def lists(self, name: str) -> Nested:
        """The answer column `name`, which holds lists; raises TypeError where it does not."""
        column = self.answers[name]
        if not isinstance(column, Nested):
            raise TypeError(f"the answer column {name!r} holds no lists")
        return column

    def take(self, rows: Index) -> LabelTable:
        """The chosen rows of every column; the sheets stay as they are."""
        changed: dict[str, object] = {}
        for part in fields(self):
            value = getattr(self, part.name)
            if isinstance(value, Mapping):
                changed[part.name] = {name: _take(column, rows) for name, column in value.items()}
            elif value is not None and part.name != "sheets":
                changed[part.name] = _take(value, rows)
        return replace(self, **changed)  # type: ignore[arg-type]

    def on_items(self, items: tuple[str, ...]) -> LabelTable:
        """The rows and sheets whose item is one of `items`; item codes index `items` afterwards."""
        known = self.item.recode(items)
        rows = np.flatnonzero(known.codes >= 0)
        kept = self if len(rows) == len(self) else self.take(rows)
        sheets = None
        if self.sheets is not None:
            named = self.sheets.item.recode(items)
            on = np.flatnonzero(named.codes >= 0)
            some = self.sheets if len(on) == len(self.sheets) else self.sheets.take(on)
            sheets = replace(some, item=named.take(on))
        return replace(kept, item=known.take(rows), sheets=sheets)


def _take(column: Column | NDArray[np.bool_], rows: Index) -> Column | NDArray[np.bool_]:
    return column.take(rows) if isinstance(column, Coded | Nested) else column[rows]
