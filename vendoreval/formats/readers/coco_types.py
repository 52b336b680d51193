"""What COCO files hold, as msgspec types. Fields that nobody reads are left out; all else is told loosely."""

from __future__ import annotations

import msgspec

Id = int | float | str
Flag = bool | int | float | None
NOTHING = msgspec.Raw()


class Image(msgspec.Struct):
    """One entry of `images`."""

    id: Id
    file_name: str
    width: int | float | None = None
    height: int | float | None = None


class Category(msgspec.Struct):
    """One entry of `categories`."""

    id: Id
    name: str
    keypoints: list[str] | None = None


class Rle(msgspec.Struct):
    """Run lengths of a mask: `counts` compressed or as a list, `size` as height and width."""

    counts: str | list[int]
    size: tuple[int, int]


class Segment(msgspec.Struct):
    """One entry of `segments_info`: a segment of a panoptic picture."""

    id: int
    category_id: Id
    bbox: list[float] | None = None
    iscrowd: Flag = None


# One entry of `annotations`, or of an array of results; fields unknown here are attributes (coco_records).
ANNOTATION = (
    ("id", Id | None, None), ("image_id", Id | None, None), ("category_id", Id | None, None),
    ("bbox", list[float] | None, None), ("segmentation", msgspec.Raw, NOTHING),
    ("keypoints", list[float] | None, None), ("num_keypoints", int | None, None), ("area", float | None, None),
    ("iscrowd", Flag, None), ("ignore", Flag, None), ("attributes", msgspec.Raw, NOTHING),
    ("annotator", Id | None, None), ("score", msgspec.Raw, NOTHING),
    ("segments_info", list[Segment] | None, None), ("file_name", str | None, None),
)  # fmt: skip
