"""Rows of one answer that contradict each other: a track that is in two places of one frame.

A shape says of which fields no two rows of an answer may have the same values (Shape.once). Rows that do are
refused, all of them: which of them is meant, no order tells. Copies of a row are none of these. While rows
stream by, each leaves one number; that two different ones are equal has a chance of one in 10^19.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vendoreval.formats.intake.part_copies import Numbers, mixed, numbers_of
from vendoreval.labels.refusals import Refusal
from vendoreval.labels.repeats import Ints
from vendoreval.labels.shapes import Shape


@dataclass
class Doubles:
    """What an answer may say once only, of the rows written so far, and where those stand."""

    shape: Shape
    numbers: list[Numbers] = field(default_factory=list)
    places: list[tuple[str, NDArray[np.int64]]] = field(default_factory=list)

    def add(
        self, columns: Mapping[str, Any], sheets: NDArray[np.int32], file: str, lines: NDArray[np.int64]
    ) -> None:
        """A batch of canonical Arrow columns and the sheet and line of each row."""
        if self.shape.once:
            found = mixed(sheets.astype(np.uint64) + np.uint64(1))
            for name in self.shape.once:
                found = mixed(found ^ numbers_of(columns[name], 0))
            self.numbers.append(found)
            self.places.append((file, lines))

    def rows(self, copied: Ints) -> Ints:
        """The rows that contradict another one, `copied` ones aside."""
        if not self.numbers:
            return copied[:0]
        every = np.concatenate(self.numbers)
        left = np.setdiff1d(np.arange(len(every)), copied, assume_unique=True)
        _, inverse, count = np.unique(every[left], return_inverse=True, return_counts=True)
        found: Ints = left[count[inverse] > 1].astype(np.int64)
        return found

    def refusal(self, row: int, values: Mapping[str, Any], effect: str) -> Refusal:
        """Why a row is refused, in which `values` stand."""
        starts = np.cumsum([0, *(len(lines) for _, lines in self.places)])
        batch = int(np.searchsorted(starts, row, side="right")) - 1
        file, lines = self.places[batch]
        said = " and ".join(f"{name} {values[name]}" for name in self.shape.once)
        reason = f"Several rows of one answer have {said}, with different contents."
        return Refusal(file, int(lines[row - starts[batch]]), reason, effect, values["item_id"])
