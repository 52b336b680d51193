"""One audit by item, as comparisons and pilots hold vendors together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Totals = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class ItemTotals:
    """One audit by item: right units `y` of counted units `x`, and the answers that gold accepts.

    `answers` says whether labels count each or as a consensus.
    """

    audit: str
    items: tuple[str, ...]
    y: Totals
    x: Totals
    expected: tuple[frozenset[str], ...]
    answers: str = "each"
