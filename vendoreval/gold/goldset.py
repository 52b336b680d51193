"""The gold set: reference labels with their provenance."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
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

    @property
    def edge_items(self) -> frozenset[str]:
        """The items that gold marks as edge cases."""
        edges = self.edge_case.tolist() if self.edge_case is not None else []
        return frozenset(item for item, edge in zip(self.item_ids, edges, strict=False) if edge == 1)

    def records(self) -> list[dict[str, Any]]:
        """One plain record an item, as it is committed to: id, accepted answers, edge case.

        An answer is a list of rows, one row for a class; the primary answer comes first.
        """
        edges = self.edge_case.tolist() if self.edge_case is not None else [-1] * len(self)
        return [
            {"item_id": item, "answers": [[{"label": label}] for label in accepted], "edge_case": edge}
            for item, accepted, edge in zip(self.item_ids, self.accepted, edges, strict=True)
        ]

    @classmethod
    def from_records(
        cls, gold_id: str, records: Sequence[Mapping[str, Any]], difficulty: Sequence[str | None] = ()
    ) -> GoldSet:
        """The gold set of `records`; raises KeyError, TypeError or ValueError for other records."""
        accepted = tuple(_answers(record) for record in records)
        if not all(accepted):
            raise ValueError("a gold item without an answer")
        nobody = Coded(np.full(len(records), -1, dtype=np.int32), ())
        items = Coded.from_text(str(record["item_id"]) for record in records)
        labels = LabelTable(items, nobody, {"label": Coded.from_text(answers[0] for answers in accepted)})
        edges = np.asarray([record["edge_case"] for record in records], dtype=np.int8)
        return cls(gold_id, labels, accepted, Coded.from_text(difficulty) if difficulty else None, edges)


def older_records(gold: GoldSet) -> list[dict[str, Any]]:
    """The records that receipts of schema 1 commit to: answers as texts, not as rows."""
    return [
        {"item_id": one["item_id"], "accepted": [_label(answer) for answer in one["answers"]],
         "edge_case": one["edge_case"]}
        for one in gold.records()
    ]  # fmt: skip


def _answers(record: Mapping[str, Any]) -> tuple[str, ...]:
    if "accepted" in record:  # a record of receipts of schema 1
        return tuple(str(answer) for answer in record["accepted"])
    return tuple(_label(answer) for answer in record["answers"])


def _label(answer: Sequence[Mapping[str, str]]) -> str:
    (row,) = answer
    return str(row["label"])
