"""Video regions of Label Studio: a rectangle that moves, as a sequence of keyframes.

A keyframe holds a rectangle in percents of the video's sides, and whether the object is still there behind it
(`enabled`). The tool keeps keyframes only, and shows what lies between them in a straight line; behind a last
keyframe that is enabled the rectangle stays to the end of the video. Frames count from 1 there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from vendoreval.formats.readers.interface import ReaderOption
from vendoreval.formats.readers.keyframes import Shape, filled
from vendoreval.formats.readers.label_studio_regions import Region, box_of, size_of

VIDEO = (
    ReaderOption("video", "for tracks: width and height of the videos in pixels where the file does not tell "
                 "them, such as 1920x1080", ""),
    ReaderOption("between", "for tracks: what lies between keyframes is filled in a straight line, as the tool "
                 "shows it, or only keyframes count", "linear", ("linear", "keyframes")),
)  # fmt: skip
_MOST = 1_000_000  # frames of a video


def track_of(region: Region, options: Mapping[str, str]) -> list[dict[str, Any]]:
    """The boxes of a region by frame. Raises ValueError where it cannot be read."""
    sequence = region.value.get("sequence")
    if not region.id or not isinstance(sequence, list) or not sequence:
        raise ValueError("it has no id, or no sequence of keyframes")
    size = _size(region, options["video"])
    shapes: list[Shape] = []
    for one in sequence:
        frame = one.get("frame") if isinstance(one, dict) else None
        if type(frame) is not int or not 0 < frame <= _MOST:
            raise ValueError("a keyframe has no number of its frame")
        told = {**region.result, "original_width": size[0], "original_height": size[1]}
        box = box_of(Region(region.id, region.kind, value=one, result=told))
        shapes.append((frame - 1, one.get("enabled") is False, 0, box))
    shapes.sort(key=lambda shape: shape[0])
    if options["between"] == "linear":
        last, count = shapes[-1], region.value.get("framesCount")
        if not last[1] and type(count) is int and last[0] + 1 < count <= _MOST:
            shapes.append((count - 1, True, 0, last[3]))
        shapes = list(filled(shapes))
    return [region.told | {"track_id": region.id, "frame": frame} | box for frame, _, _, box in shapes]


def _size(region: Region, told: str) -> tuple[int, int]:
    try:
        return size_of(region)
    except ValueError:
        found = re.fullmatch(r"([1-9][0-9]{0,5})x([1-9][0-9]{0,5})", told)
        if not found:
            raise ValueError(
                "the size of its video is not told: say it with --read video=WIDTHxHEIGHT"
            ) from None
        return int(found[1]), int(found[2])
