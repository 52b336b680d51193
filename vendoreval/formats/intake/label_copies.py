"""Whether a filter's column is a copy of the labels under another name: then it chooses by the answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from vendoreval.errors import UsageError
from vendoreval.formats.intake.row_filter import RowFilter
from vendoreval.formats.readers.label_values import blank_to_null
from vendoreval.labels.notation import folded

LEAST_ROWS = 20  # with fewer, an honest column goes with the labels by chance
_VALUES_A_LABEL = 2  # an id has more values, and each goes with one label for want of rows
_FOLLOWED = 2_000  # pairs beyond which a column is no copy


@dataclass
class LabelCopies:
    """Rows by value and label of every column that is filtered by, taken or left out alike."""

    filters: Sequence[RowFilter]
    pairs: dict[str, Counter[tuple[str, str]]] = field(default_factory=dict)

    def add(self, columns: Mapping[str, Any], label: Any) -> None:
        """Count a batch of Arrow text columns; rows without a value or label tell nothing."""
        import pyarrow as pa

        for one in self.filters:
            found = self.pairs.setdefault(one.column, Counter())
            if len(found) > _FOLLOWED:
                continue
            both = pa.table({"value": blank_to_null(columns[one.column]), "label": blank_to_null(label)})
            counted = both.drop_null().group_by(["value", "label"]).aggregate([([], "count_all")]).to_pydict()
            for value, said, n in zip(
                *(counted[name] for name in ("value", "label", "count_all")), strict=True
            ):
                found[value, folded(said)] += n

    def refuse(self) -> None:
        """Raise UsageError for a filter on a column whose values tell the label."""
        for one in self.filters:
            if _tells(self.pairs.get(one.column, Counter())):
                raise UsageError(
                    f"--where {one.text!r} would choose rows by their label: each value of {one.column!r} goes "
                    "with one label only.",
                    remedy="Filter by another column; answers are all counted, whatever they say.",
                )


def _tells(found: Counter[tuple[str, str]]) -> bool:
    values, labels = {value for value, _ in found}, {label for _, label in found}
    if found.total() < LEAST_ROWS or len(labels) < 2 or len(found) > _FOLLOWED:
        return False
    return len(found) == len(values) <= _VALUES_A_LABEL * len(labels)
