"""Masks of files: decoded as the options say, and compared with the box that the file gives them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vendoreval.formats.readers.remarks import Remarks
from vendoreval.labels.raster import RULE, runs_from_rings
from vendoreval.labels.run_codecs import runs_from_coco
from vendoreval.labels.runs import box_of, pixels_of, runs_from_pixels
from vendoreval.labels.shapes import SCALE

Runs = NDArray[np.int64]
Size = tuple[int, int]  # width, height
_APART = "Masks that do not fill the boxes that the file gives them"
_TURNED = "Read along the rows, masks would fit their boxes: --read rle=rows reads them so."
_SLACK = 1.0  # pixels: boxes are rounded, and some tools take the last pixel's edge for its centre


@dataclass
class MaskCheck:
    """Decodes run lengths down the columns, or along the rows; notices those that do not fill their boxes."""

    remarks: Remarks
    rows: bool = False

    def decoded(self, counts: str | Sequence[int], size: Size) -> Runs:
        """Canonical runs; raises ValueError where they are no mask of that size."""
        width, height = size
        if not self.rows:
            return runs_from_coco(counts, height, width)
        return self._turned(runs_from_coco(counts, width, height), size)

    def _turned(self, runs: Runs, size: Size) -> Runs:
        width, height = size
        return runs_from_pixels(pixels_of(runs, width, height).T)

    def drawn(self, rings: Sequence[Sequence[float]], size: Size) -> Runs:
        """The mask of a polygon whose parts are one ring each."""
        self.remarks.say(f"Polygons are drawn as masks: {RULE}.")
        steps = [[np.rint(np.asarray(ring) * SCALE).astype(np.int64).tolist()] for ring in rings]
        return runs_from_rings(steps, size[1], size[0])

    def check(self, runs: Runs, size: Size, box: Sequence[float] | None, named: Callable[[], str]) -> None:
        """Notice a mask that is not within a pixel of its box (x, y, width, height)."""
        if box is None or len(box) != 4 or _fits(runs, size[1], box):
            return
        first = self.remarks.wants_example(_APART)
        self.remarks.count(_APART, named() if first else "")
        if first and not self.rows and _fits(self._turned(runs, size), size[1], box):
            self.remarks.say(_TURNED)


def _fits(runs: Runs, height: int, box: Sequence[float]) -> bool:
    x, y, width, height_of = box
    told = (x, y, x + width, y + height_of)
    return all(abs(a - b) <= _SLACK for a, b in zip(box_of(runs, height), told, strict=True))
