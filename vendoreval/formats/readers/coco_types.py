"""What COCO files hold, as msgspec types. Fields that nobody reads are left out; all else is told loosely."""

from __future__ import annotations

from typing import Any

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


# Fields of an entry of `annotations`, or of an array of results: the types that nearly all files have, and all
# that are understood; other fields are attributes (coco_records).
FIELDS: dict[str, tuple[Any, Any]] = {
    "id": (int, Id | None), "image_id": (int, Id | None), "category_id": (int, Id | None),
    "bbox": (list[float], list[float] | None), "segmentation": (msgspec.Raw, msgspec.Raw),
    "iscrowd": (int, Flag), "area": (float, float | None), "keypoints": (list[float], list[float] | None),
    "num_keypoints": (int, int | None), "ignore": (int, Flag), "attributes": (msgspec.Raw, msgspec.Raw),
    "annotator": (Id | None, Id | None), "score": (msgspec.Raw, msgspec.Raw),
    "segments_info": (list[Segment] | None, list[Segment] | None), "file_name": (str | None, str | None),
}  # fmt: skip
USUAL = ("id", "image_id", "category_id", "bbox", "segmentation", "iscrowd", "area")


class Absent:
    """What an annotation is without a field."""

    __slots__ = ()

    id = image_id = category_id = bbox = iscrowd = area = keypoints = num_keypoints = ignore = None
    annotator = segments_info = file_name = None
    segmentation = attributes = score = NOTHING
