"""Masks as tools write them, to the run lengths of labels.runs and back.

    COCO            down the columns, zeros first; a list of lengths, or a text of 6-bit characters
    CVAT            along the rows of a cropped image, zeros first
    Label Studio    the RGBA values of all pixels along the rows, packed by thi.ng's rle-pack; alpha is the mask

All raise ValueError, with what is wrong, for what is no mask of the size that is told.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vendoreval.labels.runs import (
    Runs,
    box_of,
    check_spread,
    checked_runs,
    pixels_of,
    runs_from_crop,
    runs_from_pixels,
)

_DIGIT, _MORE, _SIGN, _FIRST = (
    0x1F,
    0x20,
    0x10,
    48,
)  # of COCO's characters: 5 bits, one follows, minus, code of 0
_SIZES = (3, 4, 8, 16)  # bits of Label Studio's run lengths
_LONGEST = 10  # characters of one number: 50 bits


def runs_from_coco(counts: str | bytes | Sequence[int], height: int, width: int) -> Runs:
    """COCO's `counts`: a list of run lengths, or the compressed text."""
    if isinstance(counts, str | bytes):
        text = counts.encode() if isinstance(counts, str) else counts
        return checked_runs(_uncompressed(text), height, width)
    if not all(type(count) is int for count in counts):
        raise ValueError("a run length is no whole number")
    return checked_runs(counts, height, width)


def coco_counts(runs: Runs) -> str:
    """The compressed text of COCO."""
    lengths = runs.tolist()
    return "".join(
        _characters(length - lengths[place - 2] if place > 2 else length)
        for place, length in enumerate(lengths)
    )


def runs_from_cvat(
    rle: str, left: int, top: int, width: int, height: int, image_width: int, image_height: int
) -> Runs:
    """The `rle` of a `<mask>` that is cropped to `width` x `height` pixels at (left, top) of its image."""
    try:
        lengths = [int(length) for length in rle.split(",")]
    except ValueError:
        raise ValueError("a run length is no whole number") from None
    along_rows = checked_runs(lengths, height, width)
    check_spread(height * width)
    values = np.arange(len(along_rows)) % 2 == 1
    pixels = np.repeat(values, along_rows).reshape(height, width)
    return runs_from_crop(pixels, left, top, image_width, image_height)


def cvat_counts(runs: Runs, height: int, width: int) -> tuple[str, tuple[int, int, int, int]]:
    """CVAT's `rle` of the part of the image that holds the mask, and that part: left, top, width, height."""
    left, top, right, bottom = box_of(runs, height)
    right, bottom = max(right, left + 1), max(bottom, top + 1)  # an empty mask is one pixel that is not set
    crop = pixels_of(runs, height, width)[top:bottom, left:right]
    return ",".join(map(str, runs_from_pixels(crop.T).tolist())), (left, top, right - left, bottom - top)


def runs_from_labelstudio(rle: Sequence[int] | bytes, width: int, height: int) -> Runs:
    """The `rle` of a brush region, a list of bytes. A pixel is set where its alpha is above 0."""
    check_spread(4 * height * width)
    try:
        packed = bytes(rle)
    except (TypeError, ValueError):
        raise ValueError("the run lengths are no list of bytes") from None
    values = _unpacked(packed, 4 * height * width)
    return runs_from_crop(values[3::4].reshape(height, width) > 0, 0, 0, width, height)


def labelstudio_counts(runs: Runs, height: int, width: int) -> list[int]:
    """The bytes of a brush region: each pixel's four values are 255 where it is set, else 0."""
    along_rows = runs_from_pixels(pixels_of(runs, height, width).T).tolist()
    bits = [f"{4 * height * width:032b}", f"{8 - 1:05b}", *(f"{size - 1:04b}" for size in _SIZES)]
    for place, length in enumerate(along_rows):
        values = 4 * length
        while values > 0:
            run = min(values, 1 << _SIZES[-1])
            chosen = next(number for number, size in enumerate(_SIZES) if run <= 1 << size)
            bits.append(f"1{chosen:02b}{run - 1:0{_SIZES[chosen]}b}{255 * (place % 2):08b}")
            values -= run
    text = "".join(bits)
    text += "0" * (-len(text) % 8)
    return list(int(text, 2).to_bytes(len(text) // 8, "big"))


def _uncompressed(text: bytes) -> Runs:
    codes = np.frombuffer(text, dtype=np.uint8).astype(np.int64) - _FIRST
    if (codes < 0).any() or (codes > 63).any():
        raise ValueError("the compressed run lengths hold a character that does not belong there")
    last = np.flatnonzero(codes & _MORE == 0)
    if not len(codes) or not len(last) or last[-1] != len(codes) - 1:
        raise ValueError("the compressed run lengths break off")
    first = np.concatenate([[0], last[:-1] + 1])
    size = last - first + 1
    if size.max() > _LONGEST:
        raise ValueError("a compressed run length is too long")
    shift = 5 * (np.arange(len(codes)) - np.repeat(first, size))
    numbers = np.add.reduceat((codes & _DIGIT) << shift, first)
    numbers -= np.where(codes[last] & _SIGN != 0, np.int64(1) << (5 * size), 0)
    for start in (1, 2):  # from the third on, each is told as its difference to the one two before
        numbers[start::2] = np.cumsum(numbers[start::2])
    return numbers


def _characters(number: int) -> str:
    found = ""
    while True:
        digit = number & _DIGIT
        number >>= 5
        done = number == (-1 if digit & _SIGN else 0)
        found += chr(_FIRST + (digit if done else digit | _MORE))
        if done:
            return found


def _unpacked(packed: bytes, wanted: int) -> NDArray[np.uint8]:
    """rle-pack: 32 bits length, 5 bits word size - 1, four times 4 bits size of lengths - 1, then runs.

    A run is one bit (repeated or not), two bits that choose the size of its length, its length - 1, and the
    word that is repeated, or all words.
    """
    bits = _Bits(packed)
    total, word = bits.number(32), bits.number(5) + 1
    sizes = [bits.number(4) + 1 for _ in range(4)]
    if total != wanted or word != 8:
        raise ValueError(f"the mask holds {total} values of {word} bits; {wanted} of 8 belong to its image")
    values = np.zeros(total, dtype=np.uint8)
    place = 0
    while place < total:
        repeated = bits.number(1)
        stop = place + bits.number(sizes[bits.number(2)]) + 1
        if stop > total:
            raise ValueError("the run lengths cover more than the image")
        values[place:stop] = bits.number(8) if repeated else bits.octets(stop - place)
        place = stop
    return values


class _Bits:
    """Reads whole numbers from bits, the highest first."""

    def __init__(self, packed: bytes) -> None:
        self.packed = packed
        self.place = 0

    def number(self, size: int) -> int:
        return int.from_bytes(self._bytes(size), "big")

    def octets(self, count: int) -> NDArray[np.uint8]:
        return np.frombuffer(self._bytes(8 * count), dtype=np.uint8)

    def _bytes(self, size: int) -> bytes:
        first, end = self.place // 8, self.place + size
        if end > 8 * len(self.packed):
            raise ValueError("the run lengths break off")
        self.place = end
        held = int.from_bytes(self.packed[first : (end + 7) // 8], "big") >> (-end % 8)
        return (held & ((1 << size) - 1)).to_bytes((size + 7) // 8, "big")
