"""Panoptic COCO: a picture an image, whose colours are the ids of the segments that the JSON lists."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import msgspec
import numpy as np

from vendoreval.errors import InputError
from vendoreval.formats.readers.coco_frame import Frame
from vendoreval.formats.readers.coco_types import Segment
from vendoreval.formats.readers.members import Member
from vendoreval.formats.readers.pictures import colours_of
from vendoreval.formats.readers.remarks import Remarks
from vendoreval.formats.readers.sources import Source
from vendoreval.labels.run_codecs import coco_counts
from vendoreval.labels.runs import runs_from_pixels

_UNLISTED = "Segments of the pictures that the JSON does not list, and that are no answers"

_UNDRAWN = msgspec.Raw(b"{}")


@dataclass(frozen=True)
class Pictures:
    """The pictures beside a panoptic file."""

    file: str
    members: Mapping[str, Member]
    remarks: Remarks

    def segments(self, record: Any, *, drawn: bool) -> Iterator[tuple[Any, str]]:
        """Each listed segment as an annotation by itself, or None and why not; `drawn` gives it its mask."""
        if not drawn:
            yield from ((_annotation(record, segment, _UNDRAWN), "") for segment in record.segments_info)
            return
        try:
            colours = colours_of(self._picture(record.file_name).open)
        except ValueError as error:
            yield from ((None, f"Its picture {record.file_name!r}: {error}.") for _ in record.segments_info)
            return
        listed = {segment.id for segment in record.segments_info}
        present = set(np.unique(colours).tolist())
        self.remarks.count(_UNLISTED, str(record.file_name), len(present - listed - {0}))
        for segment in record.segments_info:
            if segment.id not in present:
                yield None, f"Its picture has no pixel of segment {segment.id}."
            else:
                yield _annotation(record, segment, _rle(colours == segment.id)), ""

    def _picture(self, name: str | None) -> Member:
        """The picture of that name in the folder that is called as the file, else wherever there is one."""
        if not name:
            raise ValueError("it is not named")
        wanted = PurePosixPath(name.replace("\\", "/")).with_suffix(".png")
        folder = PurePosixPath(self.file).with_suffix("")
        if found := self.members.get(str(folder / wanted)):
            return found
        ends = [one for path, one in self.members.items() if path == str(wanted) or path.endswith(f"/{wanted}")]
        if len(ends) == 1:
            return ends[0]
        if not self.members:
            raise InputError(
                "It is a panoptic file, whose segments lie in PNG pictures beside it.", file=self.file,
                remedy="Name the folder or archive that holds both.",
            )  # fmt: skip
        raise ValueError("there are several of that name" if ends else "it is missing")


def pictures_of(source: Source, frame: Frame) -> Pictures:
    """The pictures that may belong to a panoptic file of the source."""
    pictures = {one.name: one for one in source.members if one.name.lower().endswith(".png")}
    return Pictures(frame.file, pictures, frame.remarks)


def _annotation(record: Any, segment: Segment, drawn: msgspec.Raw) -> Any:
    return type(record)(
        id=segment.id, image_id=record.image_id, category_id=segment.category_id, bbox=segment.bbox,
        iscrowd=segment.iscrowd, segmentation=drawn,
    )  # fmt: skip


def _rle(pixels: Any) -> msgspec.Raw:
    counts = coco_counts(runs_from_pixels(pixels))
    return msgspec.Raw(json.dumps({"counts": counts, "size": list(pixels.shape)}).encode())
