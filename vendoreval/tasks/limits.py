"""Decisions at a limit: whether a part of a whole is large enough, exactly or within a stated band."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
BAND = 1e-9  # shares of floating numbers that lie so close to a limit are not told from it
_UNSURE = 1e-12  # above the error of a quotient of two whole numbers
_LARGEST = int(np.iinfo(np.int64).max)


def at_least(part: Ints, whole: Ints, limit: Fraction) -> Mask:
    """Whether part ÷ whole is `limit` or more, exactly; false of a whole of 0, unless the limit is 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        share = part / whole
    found: Mask = (share >= float(limit)) | (limit <= 0)
    close = np.flatnonzero(np.abs(share - float(limit)) <= _UNSURE)
    if len(close):
        found[close] = _crosswise(part[close], whole[close], limit)
    return found


def _crosswise(part: Ints, whole: Ints, limit: Fraction) -> Mask:
    over, under = limit.numerator, limit.denominator
    if max(int(part.max()) * under, int(whole.max()) * over) <= _LARGEST:
        found: Mask = part * under >= whole * over
        return found
    return np.asarray(
        [a * under >= b * over for a, b in zip(part.tolist(), whole.tolist(), strict=True)], dtype=np.bool_
    )


def about_at_least(share: Floats, limit: Fraction) -> tuple[Mask, Mask]:
    """Whether floating shares are `limit` or more, and where that cannot be told: within BAND of it.

    What cannot be told counts as enough.
    """
    near: Mask = np.abs(share - float(limit)) <= BAND
    return (share >= float(limit)) | near, near
