"""The gold set: reference labels with their provenance."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vendoreval.labels.columns import Coded
from vendoreval.labels.table import LabelTable


@dataclass(frozen=True, eq=False)
class GoldSet:
    """Reference labels: the label table in another role, one row an item for classification.

    `accepted[row]` are the answers that count as right, the primary one first. `edge_case` is 1, 0
    or -1 (unknown). `provenance` holds further columns by name (expert, adjudicated, date …).
    """

    id: str
    labels: LabelTable
    accepted: tuple[tuple[str, ...], ...]
    difficulty: Coded | None = None
    edge_case: NDArray[np.int8] | None = None
    provenance: Mapping[str, Coded] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.labels)

    @cached_property
    def item_ids(self) -> tuple[str, ...]:
        """Item ids in row order."""
        values = self.labels.item.values
        return tuple(values[code] for code in self.labels.item.codes.tolist())

    def only(self, items: Collection[str]) -> GoldSet:
        """The gold items that are in `items`."""
        rows = np.flatnonzero([item in items for item in self.item_ids])
        return replace(
            self,
            labels=self.labels.take(rows),
            accepted=tuple(self.accepted[row] for row in rows.tolist()),
            difficulty=None if self.difficulty is None else self.difficulty.take(rows),
            edge_case=None if self.edge_case is None else self.edge_case[rows],
            provenance={name: column.take(rows) for name, column in self.provenance.items()},
        )

    def records(self) -> list[dict[str, Any]]:
        """One plain record an item, as it is committed to: id, accepted answers, edge case."""
        edges = self.edge_case.tolist() if self.edge_case is not None else [-1] * len(self)
        return [
            {"item_id": item, "accepted": list(accepted), "edge_case": edge}
            for item, accepted, edge in zip(self.item_ids, self.accepted, edges, strict=True)
        ]
