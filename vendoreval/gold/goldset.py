"""The gold set: reference labels with their provenance."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vendoreval.labels.columns import Coded
from vendoreval.labels.records import answer_columns, answer_records, order_of, sheet_records, sheets_of
from vendoreval.labels.shapes import SHAPES, Shape
from vendoreval.labels.table import LabelTable, Sheets


@dataclass(frozen=True, eq=False)
class GoldSet:
    """Reference labels: the label table in another role. `len` counts items, whose order is that of `item_ids`.

    Types with one answer an item have one row an item, and `accepted[item]` are the answers that count as
    right, the primary one first. Types with many rows have sheets, `labels.alternative` for whole other
    answers of an item, and `labels.ignored`; `accepted` is empty. `difficulty`, `edge_case` (1, 0 or -1,
    unknown) and the columns of `provenance` (expert, adjudicated, date …) hold one value an item. `amended`:
    items that got a further answer because gold was wrong, each with the number of its answers before.
    """

    id: str
    labels: LabelTable
    accepted: tuple[tuple[str, ...], ...] = ()
    difficulty: Coded | None = None
    edge_case: NDArray[np.int8] | None = None
    provenance: Mapping[str, Coded] = field(default_factory=dict)
    shape: Shape = SHAPES["classification"]
    amended: Mapping[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.labels if self.labels.sheets is None else self.labels.sheets)

    @cached_property
    def item_ids(self) -> tuple[str, ...]:
        """Item ids in order."""
        items = self.labels.item if self.labels.sheets is None else self.labels.sheets.item
        if len(items) == len(items.values) and bool((items.codes == np.arange(len(items))).all()):
            return items.values
        return tuple(items.values[code] for code in items.codes.tolist())

    def only(self, items: Collection[str]) -> GoldSet:
        """The gold items that are in `items`."""
        rows = np.flatnonzero([item in items for item in self.item_ids])
        chosen = tuple(self.item_ids[row] for row in rows.tolist())
        return replace(
            self,
            labels=self.labels.take(rows) if self.labels.sheets is None else self.labels.on_items(chosen),
            accepted=tuple(self.accepted[row] for row in rows.tolist()) if self.accepted else (),
            difficulty=None if self.difficulty is None else self.difficulty.take(rows),
            edge_case=None if self.edge_case is None else self.edge_case[rows],
            provenance={name: column.take(rows) for name, column in self.provenance.items()},
            amended={item: before for item, before in self.amended.items() if item in items},
        )

    @property
    def right_answers(self) -> dict[str, frozenset[str]]:
        """The answers that count as right, by item, for types with one answer an item."""
        return dict(zip(self.item_ids, map(frozenset, self.accepted), strict=True))

    @property
    def answer_texts(self) -> dict[str, str]:
        """The answer of each item in short: its class, or the classes of its parts; empty for nothing."""
        if self.labels.sheets is None:
            return {item: accepted[0] for item, accepted in zip(self.item_ids, self.accepted, strict=True)}
        found: dict[str, set[str]] = {item: set() for item in self.item_ids}
        for item, label in zip(self.labels.item.text(), self.labels.text("label").text(), strict=True):
            found[item or ""].add(label or "")
        return {item: " | ".join(sorted(labels)) for item, labels in found.items()}

    @property
    def edge_items(self) -> frozenset[str]:
        """The items that gold marks as edge cases."""
        edges = self.edge_case.tolist() if self.edge_case is not None else []
        return frozenset(item for item, edge in zip(self.item_ids, edges, strict=False) if edge == 1)

    def records(self) -> list[dict[str, Any]]:
        """One plain record an item, as it is committed to: id, accepted answers, edge case.

        An answer is a list of rows, one row for a class, in an order of content; the primary answer comes
        first. Items of which size or text are known have a `sheet`.
        """
        edges = self.edge_case.tolist() if self.edge_case is not None else [-1] * len(self)
        if self.labels.sheets is not None:
            return _part_records(self, self.labels.sheets, edges)
        return [
            {"item_id": item, "answers": [[{"label": label}] for label in accepted], "edge_case": edge}
            for item, accepted, edge in zip(self.item_ids, self.accepted, edges, strict=True)
        ]

    @classmethod
    def from_records(
        cls,
        gold_id: str,
        records: Sequence[Mapping[str, Any]],
        difficulty: Sequence[str | None] = (),
        shape: Shape = SHAPES["classification"],
    ) -> GoldSet:
        """The gold set of `records`; raises KeyError, TypeError or ValueError for other records."""
        edges = np.asarray([record["edge_case"] for record in records], dtype=np.int8)
        levels = Coded.from_text(difficulty) if difficulty else None
        if shape.many:
            return cls(gold_id, _parts(records, shape), (), levels, edges, shape=shape)
        accepted = tuple(_answers(record) for record in records)
        return cls.of_answers(gold_id, [str(record["item_id"]) for record in records], accepted, edges, levels)

    @classmethod
    def of_answers(
        cls,
        gold_id: str,
        items: Sequence[str],
        accepted: tuple[tuple[str, ...], ...],
        edge_case: NDArray[np.int8],
        difficulty: Coded | None = None,
    ) -> GoldSet:
        """The gold set of types with one answer an item; raises ValueError for an item without one."""
        if not all(accepted):
            raise ValueError("a gold item without an answer")
        nobody = Coded(np.full(len(items), -1, dtype=np.int32), ())
        labels = {"label": Coded.from_text(answers[0] for answers in accepted)}
        table = LabelTable(Coded.from_text(items), nobody, labels)
        return cls(gold_id, table, accepted, difficulty, edge_case)


def _part_records(gold: GoldSet, sheets: Sheets, edges: Sequence[int]) -> list[dict[str, Any]]:
    answers: list[dict[int, list[dict[str, Any]]]] = [{0: []} for _ in range(len(gold))]
    place = gold.labels.item.recode(gold.item_ids).codes.tolist()
    other = gold.labels.alternative
    which = [0] * len(place) if other is None else other.tolist()
    for item, number, record in zip(place, which, answer_records(gold.labels, gold.shape), strict=True):
        answers[item].setdefault(number, []).append(record)
    return [
        {
            "item_id": item,
            "answers": [sorted(mine.get(k, []), key=order_of) for k in range(max(mine) + 1)],
            "edge_case": edge,
            **({"sheet": sheet} if sheet else {}),
        }
        for item, mine, edge, sheet in zip(gold.item_ids, answers, edges, sheet_records(sheets), strict=True)
    ]


def _parts(records: Sequence[Mapping[str, Any]], shape: Shape) -> LabelTable:
    """The rows and sheets of records whose answers are any number of rows."""
    items, rows, alternative = [], [], []
    for record in records:
        for number, answer in enumerate(record["answers"]):
            for row in answer:
                items.append(str(record["item_id"]))
                rows.append(row)
                alternative.append(number)
    names = tuple(str(record["item_id"]) for record in records)
    return LabelTable(
        Coded.from_text(items).recode(names),
        Coded(np.full(len(rows), -1, dtype=np.int32), ()),
        answer_columns(rows, shape),
        sheets=sheets_of(names, [record.get("sheet", {}) for record in records]),
        alternative=np.asarray(alternative, dtype=np.int64),
        ignored=np.asarray([row.get("ignored", False) is True for row in rows], dtype=np.bool_),
    )


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
