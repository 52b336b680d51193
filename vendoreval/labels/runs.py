"""Masks as run lengths: down the columns, from the left one to the right one, zeros first.

The canonical form of one mask is int64 run lengths whose sum is height * width; no run but the first has
length 0. All arithmetic is on whole numbers of pixels.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Runs = NDArray[np.int64]
LARGEST_IMAGE = 2**28  # pixels of a mask that is spread out: 16,384 x 16,384
LONGEST_SIDE = 10**6


def checked_runs(runs: Sequence[int] | Runs, height: int, width: int) -> Runs:
    """The canonical form of `runs`; raises ValueError where they are no mask of that size."""
    if not (0 < height <= LONGEST_SIDE and 0 < width <= LONGEST_SIDE):
        raise ValueError(f"a mask of {width} x {height} pixels")
    try:
        lengths = np.asarray(runs, dtype=np.int64)
    except OverflowError:
        raise ValueError("a run length is longer than any image") from None
    if lengths.ndim != 1 or (lengths < 0).any() or (lengths > height * width).any():
        raise ValueError("a run length is negative or longer than the image")
    if int(lengths.sum()) != height * width:
        raise ValueError(f"the runs cover {int(lengths.sum())} of {width} x {height} pixels")
    starts, stops = spans_of(lengths)
    return runs_from_spans(starts, stops, height * width)


def spans_of(runs: Runs) -> tuple[Runs, Runs]:
    """Where the ones begin and end (exclusive) in column-major order."""
    ends = np.cumsum(runs)
    return ends[0 : len(ends) // 2 * 2 : 2], ends[1::2]


def runs_from_spans(starts: Runs, stops: Runs, pixels: int) -> Runs:
    """Canonical runs of ordered spans of ones, which may touch or be empty but do not overlap."""
    filled = stops > starts
    starts, stops = starts[filled], stops[filled]
    apart = starts[1:] > stops[:-1]
    first = starts[np.concatenate([[True], apart])] if len(starts) else starts
    last = stops[np.concatenate([apart, [True]])] if len(stops) else stops
    edges = np.column_stack([first, last]).ravel()
    runs = np.diff(np.concatenate([[0], edges, [pixels]])).astype(np.int64)
    return runs if runs[-1] or len(runs) == 1 else runs[:-1]


def runs_from_pixels(pixels: NDArray[np.bool_]) -> Runs:
    """Runs of an image of pixels[row, column]."""
    return _runs_in(pixels, 0, 0, *pixels.shape)


def runs_from_crop(pixels: NDArray[np.bool_], left: int, top: int, width: int, height: int) -> Runs:
    """Runs of an image of `width` x `height` that holds `pixels` at (left, top), else zeros.

    Raises ValueError where they do not lie inside of it.
    """
    rows, columns = pixels.shape
    if left < 0 or top < 0 or left + columns > width or top + rows > height:
        raise ValueError(f"{columns} x {rows} pixels at {left},{top} lie outside of {width} x {height}")
    return _runs_in(pixels, left, top, height, width)


def pixels_of(runs: Sequence[int] | Runs, height: int, width: int) -> NDArray[np.bool_]:
    """The image as pixels[row, column]; raises ValueError for runs of another size, or too large an image."""
    lengths = checked_runs(runs, height, width)
    check_spread(height * width)
    values = np.arange(len(lengths)) % 2 == 1
    return np.repeat(values, lengths).reshape(width, height).T


def check_spread(pixels: int) -> None:
    """Raises ValueError where an image is too large to be spread out."""
    if pixels > LARGEST_IMAGE:
        raise ValueError(f"a mask on {pixels} pixels; at most {LARGEST_IMAGE} are read")


def area_of(runs: Runs) -> int:
    """How many pixels are set."""
    return int(runs[1::2].sum())


def box_of(runs: Runs, height: int) -> tuple[int, int, int, int]:
    """The box around the set pixels as pixel edges (x_min, y_min, x_max, y_max); all 0 of an empty mask."""
    starts, stops = spans_of(runs)
    starts, stops = starts[stops > starts], stops[stops > starts]
    if not len(starts):
        return 0, 0, 0, 0
    left, right = int(starts[0]) // height, (int(stops[-1]) - 1) // height + 1
    whole = (starts // height) != (
        (stops - 1) // height
    )  # a span over the foot of a column has the next's head
    if whole.any():
        return left, 0, right, height
    return left, int((starts % height).min()), right, int(((stops - 1) % height).max()) + 1


def intersection_of(first: Runs, second: Runs) -> int:
    """How many pixels are set in both masks of one size."""
    starts, stops = spans_of(second)
    return int((_covered(first, stops) - _covered(first, starts)).sum())


def _covered(runs: Runs, places: Runs) -> Runs:
    """How many pixels before each place are set."""
    ends = np.cumsum(runs)
    set_before = np.concatenate([[0], np.cumsum(np.where(np.arange(len(runs)) % 2 == 1, runs, 0))])
    run = np.minimum(np.searchsorted(ends, places, side="right"), len(runs) - 1)
    begun = places - (ends[run] - runs[run])
    found: Runs = set_before[run] + np.where(run % 2 == 1, begun, 0)
    return found


def _runs_in(pixels: NDArray[np.bool_], left: int, top: int, height: int, width: int) -> Runs:
    """A row of zeros below each column keeps the spans of columns apart."""
    rows, columns = pixels.shape
    padded = np.zeros((columns, rows + 1), dtype=np.int8)
    padded[:, :rows] = pixels.T
    edges = np.diff(padded.ravel(), prepend=np.int8(0))
    starts, stops = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    column = starts // (rows + 1)
    move = (column + left) * height + top - column * (rows + 1)
    return runs_from_spans(starts + move, stops + move, height * width)
