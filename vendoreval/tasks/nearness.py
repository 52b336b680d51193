"""Answers that have a place on a scale: right where they lie near enough to an accepted answer.

The answer of gold that a label is held against is the nearest accepted one, of two as near the first. All
places and tolerances are exact fractions, so that nothing hangs on how a number is written or rounded.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from vendoreval.labels.columns import Codes
from vendoreval.tasks.classification import Answers, Found

Places = Callable[[str], Fraction | None]


@dataclass(frozen=True)
class Near:
    """The rule: no further from gold than `tolerance`, or than that share of gold's number (`relative`).

    `place`: where a label lies; None for what has no place, which is right only where gold says just that.
    """

    place: Places
    tolerance: Fraction
    relative: bool = False

    def __call__(
        self, accepted: Sequence[Answers], values: Sequence[str], which: Codes, delivered: Codes
    ) -> Found:
        """Whether each label is right, and the code of the answer that it is held against."""
        code = {value: place for place, value in enumerate(values)}
        width = len(values) + 1
        pairs, label = np.unique(which.astype(np.int64) * width + delivered + 1, return_inverse=True)
        found = [self._held(accepted[pair // width], values, pair % width - 1) for pair in pairs.tolist()]
        right = np.asarray([one for one, _ in found], dtype=np.bool_)
        expected = np.asarray([code[answer] for _, answer in found], dtype=np.int32)
        return right[label], expected[label]

    def _held(self, answers: Answers, values: Sequence[str], delivered: int) -> tuple[bool, str]:
        given = values[delivered] if delivered >= 0 else None
        if given is None or given in answers:
            return given is not None, given or answers[0]
        at = self.place(given)
        gaps = [
            (abs(at - place), order, place)
            for order, place in enumerate(map(self.place, answers))
            if at is not None and place is not None
        ]
        if not gaps:
            return False, answers[0]
        right = any(gap <= self._room(place) for gap, _, place in gaps)
        fitting = [one for one in gaps if one[0] <= self._room(one[2])] if right else gaps
        return right, answers[min(fitting)[1]]

    def _room(self, gold: Fraction) -> Fraction:
        return self.tolerance * abs(gold) if self.relative else self.tolerance
