"""Rows on their way from files to the canonical table: filtered, refused, read and counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from vendoreval.formats.intake.intake_counts import Counts
from vendoreval.formats.intake.item_ids import ItemIds
from vendoreval.formats.intake.label_copies import LabelCopies
from vendoreval.formats.intake.label_texts import LabelTexts
from vendoreval.formats.intake.one_answer import Taken
from vendoreval.formats.intake.row_filter import Filtering
from vendoreval.formats.intake.stage import packed, unpacked
from vendoreval.formats.intake.status_columns import StatusColumns
from vendoreval.formats.readers.label_values import (
    Marks,
    Moments,
    Numbers,
    blank_to_null,
    is_blank,
    pick,
    with_points,
)
from vendoreval.formats.readers.row_batches import NOT_COUNTED, Batch
from vendoreval.formats.readers.rows import RowFile
from vendoreval.labels.refusals import Refusal

# What changes in the parts of a stream while rows go through them.
_RUNNING = {
    "where": ("left_out", "_others", "_met"), "status": ("counts",), "counts": ("labels", "unknown"),
    "texts": ("seen",), "ids": ("_used", "_apart", "_met", "_cut_ids", "_signed"), "copies": ("pairs",),
    "moments": ("counts", "examples"), "numbers": ("unread", "example"), "marks": ("unread",),
}  # fmt: skip
LISTED = 1000  # refusals beyond these are counted, not listed
OPTIONAL = (
    "annotator_id", "labelled_at", "seconds", "stage", "guideline_version", "source", "flagged", "label_id",
    "shown",
)  # fmt: skip
_NO_LABEL = "The row is not counted; an item without any other label counts as missing."
_NO_WORD = "The row is flagged and has no label, and the contract names no class for that (task.unsure)."


@dataclass
class RowStream:
    """The rows on their way from files to the writer: filtered, refused, read and counted."""

    roles: Mapping[str, str]
    where: Filtering
    status: StatusColumns
    counts: Counts
    texts: LabelTexts
    ids: ItemIds
    task_ids: Mapping[str, str] | None
    unsure: Sequence[str] = ()
    refused: int = 0
    refusals: list[Refusal] = field(default_factory=list)
    moments: Moments = field(default_factory=Moments)
    numbers: Numbers = field(default_factory=Numbers)
    marks: Marks = field(default_factory=Marks)
    taken: Taken = field(default_factory=Taken)

    def state(self) -> dict[str, Any]:
        """What was counted so far, as JSON, without what the rows taken tell again (Counts.number)."""
        found = {"refused": self.refused, "refusals": packed(self.refusals)}
        for part, names in _RUNNING.items():
            found |= {f"{part}.{name}": packed(getattr(getattr(self, part), name)) for name in names}
        return found

    def go_on_from(self, state: Mapping[str, Any]) -> None:
        """Count on from what `state` told of a stream like this one."""
        for key, value in state.items():
            part, _, name = key.rpartition(".")
            setattr(getattr(self, part) if part else self, name, unpacked(value))

    @cached_property
    def copies(self) -> LabelCopies:
        """Counts by which a copy of the labels is told among the columns filtered by."""
        return LabelCopies(self.where.filters)

    def take(self, file: RowFile, batch: Batch) -> dict[str, Any]:
        """The batch's rows that are chosen and can be taken, as Arrow columns by role."""
        for refusal in batch.refusals:
            self._refuse(refusal)
        lines = batch.places
        columns = {role: pick(batch.columns.get(name), len(lines)) for role, name in self.roles.items()}
        if file.comma and self.texts.dictionary.classes.only_numbers:
            columns["label"] = with_points(columns["label"])
        self.copies.add(batch.columns, columns["label"])
        keep = self.where.choose(batch.columns, len(lines))
        self.status.add(batch.columns, keep)
        given = columns["item_id"]
        columns["item_id"] = self.ids.read(given)
        if self.task_ids is not None:
            tasks = columns["item_id"].to_pylist()
            columns["item_id"] = pick([self.task_ids.get(task or "") for task in tasks], len(lines))
        flagged = self._flags(columns)
        no_item, no_label = is_blank(columns["item_id"]), is_blank(columns["label"])
        columns["label"], no_text = self.texts.read(columns["label"], keep & ~(no_item | no_label))
        no_label[list(no_text)] = True
        for row in np.flatnonzero(keep & (no_item | no_label)).tolist():
            why = _why(no_item[row], given[row].as_py(), no_text.get(row, ""), flagged[row])
            self._refuse(Refusal(file.path.name, int(lines[row]), *why, given[row].as_py() or None))
        keep &= ~(no_item | no_label)
        self.taken.add(keep)
        if not keep.all():
            columns = {role: column.filter(keep) for role, column in columns.items()}
        return self._read(columns, file, lines[keep])

    def _flags(self, columns: dict[str, Any]) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Which rows are flagged; those without a label get the contract's word for it."""
        import pyarrow as pa
        import pyarrow.compute as pc

        if "flagged" not in columns:
            return np.zeros(len(columns["item_id"]), dtype=bool)
        columns["flagged"] = self.marks.read(blank_to_null(columns["flagged"]))
        flagged = np.asarray(pc.fill_null(pc.equal(columns["flagged"], "true"), False))
        asked = flagged & is_blank(columns["label"])
        if self.unsure and asked.any():
            columns["label"] = pc.if_else(pa.array(asked), self.unsure[0], columns["label"])
        return flagged

    def _read(self, columns: dict[str, Any], file: RowFile, lines: Any) -> dict[str, Any]:
        import pyarrow as pa

        for role in columns.keys() & (set(OPTIONAL) - {"flagged"}):
            columns[role] = blank_to_null(columns[role])
        columns |= {
            name: pa.array(code) for name, code in self.counts.add(columns, file.path.name, lines).items()
        }
        if "labelled_at" in columns:
            columns["labelled_at"] = self.moments.read(columns["labelled_at"])
        if "seconds" in columns:
            columns["seconds"] = self.numbers.read(columns["seconds"], file.comma)
        return columns

    def _refuse(self, refusal: Refusal) -> None:
        self.refused += 1
        if len(self.refusals) < LISTED:
            self.refusals.append(refusal)


def _why(no_item: bool, given: str | None, no_text: str, flagged: bool) -> tuple[str, str]:
    """Why a row is refused, and what that does."""
    if no_item:
        known = given is not None and given.strip()
        return f"No task {given!r} was sent." if known else "The item id is empty.", NOT_COUNTED
    return no_text or (_NO_WORD if flagged else "The label is empty."), _NO_LABEL
