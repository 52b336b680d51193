"""Masks of Pascal VOC: pictures whose colours are objects or classes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vendoreval.errors import InputError
from vendoreval.formats.readers.answer_rows import AnswerRows
from vendoreval.formats.readers.members import Member
from vendoreval.formats.readers.pictures import colours_of
from vendoreval.formats.readers.remarks import Remarks
from vendoreval.formats.readers.sources import Source
from vendoreval.labels.runs import runs_from_pixels
from vendoreval.received import read_bytes

_VOID = 224 + 256 * 224 + 65536 * 192  # the colour of borders that belong to nothing
_BACKGROUND = "background"
_COLOURS = (
    "Name labelmap.txt too (CVAT writes it: one class a line, as car:128,0,0::), or give it as "
    "--read labelmap=FILE."
)
_NO_PICTURE = "image without a picture of its masks"
Colours = NDArray[np.int64]


class SegmentPictures:
    """The pictures of a source by the name of their image, and the classes of their colours."""

    def __init__(self, source: Source, labelmap: str, remarks: Remarks) -> None:
        self._objects = _pictures(source, "SegmentationObject")
        self._classes = _pictures(source, "SegmentationClass")
        self._labels, self._remarks = _labelmap(source, labelmap), remarks
        if not self._objects and not self._classes:
            raise InputError(
                "It has no pictures of masks (SegmentationObject, SegmentationClass).", file=source.name,
                remedy="Name the folder or archive that holds them beside the XML files.",
            )  # fmt: skip
        if self._classes and not self._labels:
            raise InputError("Nothing in it tells which class a colour is.", file=source.name, remedy=_COLOURS)

    def add(
        self, rows: AnswerRows, stem: str, names: Sequence[str], item: str, facts: Mapping[str, Any]
    ) -> None:
        """The masks of one image; `names` are the classes of the objects in its XML, in order."""
        objects, classes = self._objects.get(stem), self._classes.get(stem)
        if objects is None and classes is None:
            rows.aside(_NO_PICTURE)
            return
        rows.sheet(item, **facts)
        try:
            by_class = None if classes is None else colours_of(classes.open)
            by_object = by_class if objects is None else colours_of(objects.open)
        except ValueError as error:
            rows.refuse(0, f"A picture of its masks cannot be read: {error}.", item)
            return
        assert by_object is not None
        if by_class is not None and by_class.shape != by_object.shape:
            rows.refuse(0, "Its pictures of objects and of classes are of different sizes.", item)
            return
        for colour in _in_order(by_object):
            pixels = by_object == colour
            label = self._label(by_class, pixels) if by_class is not None else _named(colour, names)
            if label == _BACKGROUND:
                continue
            if not label:
                rows.refuse(0, f"Nothing tells the class of colour {_rgb(colour)}.", item)
                continue
            height, width = pixels.shape
            rows.row(
                0, item_id=item, label=label, width=width, height=height, runs=runs_from_pixels(pixels).tolist()
            )

    def _label(self, classes: Colours, pixels: NDArray[np.bool_]) -> str:
        """The class of most of the pixels."""
        colours, counts = np.unique(classes[pixels], return_counts=True)
        if len(colours) > 1:
            self._remarks.count("Objects with pixels of several classes, of which the most frequent counts")
        return self._labels.get(int(colours[np.argmax(counts)]), "")


def _pictures(source: Source, folder: str) -> dict[str, Member]:
    found = {}
    for member in source.members:
        path = PurePosixPath(member.name)
        if folder in path.parts and path.suffix.lower() == ".png":
            found[path.stem] = member
    return found


def _in_order(colours: Colours) -> list[int]:
    """The colours but black and void, by their first pixel."""
    found, first = np.unique(colours, return_index=True)
    return [int(colour) for _, colour in sorted(zip(first, found, strict=True)) if colour not in (0, _VOID)]


def _named(colour: int, names: Sequence[str]) -> str:
    """The class of the object whose number VOC's palette gives this colour."""
    number = next((number for number in range(1, len(names) + 1) if palette(number) == colour), 0)
    return names[number - 1] if number else ""


def palette(number: int) -> int:
    """The colour of a number in VOC's palette: its bits in turn go to R, G and B, the highest places first."""
    rgb = [0, 0, 0]
    for step in range(8):
        for channel in range(3):
            rgb[channel] |= (number >> (3 * step + channel) & 1) << (7 - step)
    return rgb[0] + 256 * rgb[1] + 65536 * rgb[2]


def _rgb(colour: int) -> str:
    return f"{colour % 256},{colour // 256 % 256},{colour // 65536}"


def _labelmap(source: Source, option: str) -> dict[int, str]:
    """Classes by their colours: lines of `name:R,G,B:parts:actions`."""
    if option:
        return _lines(read_bytes(Path(option)), Path(option).name)
    for member in source.members:
        if PurePosixPath(member.name).name == "labelmap.txt":
            return _lines(member.read("document"), member.name)
    return {}


def _lines(data: bytes, file: str) -> dict[int, str]:
    found: dict[int, str] = {}
    for place, line in enumerate(data.decode("utf-8-sig", "replace").splitlines(), start=1):
        name, _, rest = line.partition(":")
        if not line.strip() or line.startswith("#"):
            continue
        try:
            red, green, blue = (int(part) for part in rest.partition(":")[0].split(","))
        except ValueError as error:
            raise InputError(
                "A class and its colour are expected.", file=file, line=place, remedy=_COLOURS
            ) from error
        found[red + 256 * green + 65536 * blue] = name.strip()
    return found
