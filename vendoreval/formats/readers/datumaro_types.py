"""What Datumaro's JSON holds, as msgspec types; fields that nobody reads are left out."""

from __future__ import annotations

from typing import Any

import msgspec

from vendoreval.formats.readers.coco_types import NOTHING, Rle


class Label(msgspec.Struct):
    """A class; its number is its place."""

    name: str


class Labels(msgspec.Struct):
    """All classes."""

    labels: list[Label] = []


class PointNames(msgspec.Struct):
    """The keypoints of one class."""

    label_id: int
    labels: list[str] = []


class PointCategories(msgspec.Struct):
    """The keypoints of all classes."""

    items: list[PointNames] = []


class Categories(msgspec.Struct):
    """What annotations point to."""

    label: Labels | None = None
    points: PointCategories | None = None


class Picture(msgspec.Struct):
    """An item's picture; `size` is height and width."""

    path: str | None = None
    size: list[int | float] | None = None


class Item(msgspec.Struct):
    """One picture with its annotations."""

    id: str | int
    annotations: list[msgspec.Raw] = []
    image: msgspec.Raw = NOTHING  # a Picture, as is `media` where there is no image
    media: msgspec.Raw = NOTHING


class Counted(msgspec.Struct):
    """An item of which only the number of its annotations is asked."""

    annotations: list[msgspec.Raw] = []


class Annotation(msgspec.Struct):
    """One annotation; `type` says which of the fields are there."""

    type: str
    id: int | str | None = None
    label_id: int | None = None
    group: int | None = None
    attributes: dict[str, Any] | None = None
    bbox: tuple[float, float, float, float] | None = None
    points: list[float] | None = None
    visibility: list[int] | None = None
    rle: Rle | None = None
    position: tuple[float, float, float] | None = None
    rotation: tuple[float, float, float] | None = None
    scale: tuple[float, float, float] | None = None
