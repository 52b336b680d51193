"""Which part of a COCO annotation answers which task: its box, its polygon, its mask, its keypoints."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from operator import attrgetter
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from vendoreval.formats.readers.coco_frame import Frame
from vendoreval.formats.readers.coco_types import Rle
from vendoreval.formats.readers.masks import MaskCheck
from vendoreval.formats.readers.remarks import Remarks

_KINDS = {b"": "", b"[]": "", b"[[": "polygon", b'{"': "mask", b"nu": ""}
BARE = "annotation without a shape"
_BESIDE = {
    "polygon": "Annotations that also hold a polygon, which is no part of a box",
    "mask": "Annotations that also hold a mask, which is no part of a box",
}
SHARES = "Its box has numbers from 0 to 1: they are shares of the image, where pixels are meant."
_NO_AREA = "Boxes without an area, or with a negative side"
_VISIBLE = "Annotations whose num_keypoints is not the number of their visible keypoints, which counts"
_NO_AREA_TOLD = "Annotations without an area, for which that of their boxes is taken"


@dataclass(frozen=True)
class Taken:
    """What of some records is an answer. `of` is the record of each row; `columns` are Arrow arrays.

    `refused` and `aside` say of the other records why they are none.
    """

    of: Sequence[int]
    columns: Mapping[str, Any]
    refused: Mapping[int, str] = field(default_factory=dict)
    aside: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Context:
    """What the records point to, beside what is noticed on the way."""

    frame: Frame
    images: NDArray[np.int64]  # of each record
    categories: NDArray[np.int64]
    remarks: Remarks
    masks: MaskCheck
    raster: bool  # whether polygons may be drawn as masks

    def named(self, record: Any, row: int) -> str:
        """An annotation as a person finds it."""
        return f"annotation {record.id} of {self.frame.names[self.images[row]]}"


def segment_kinds(records: Sequence[Any]) -> list[str]:
    """What stands in `segmentation` of each: "polygon", "mask", "list" of bare numbers, or nothing."""
    texts = list(map(bytes, map(attrgetter("segmentation"), records)))
    heads = [_KINDS.get(text[:2]) for text in texts]
    if None not in heads:
        return heads  # type: ignore[return-value]
    return [_segment_kind(text) if head is None else head for text, head in zip(texts, heads, strict=True)]


def _segment_kind(text: bytes) -> str:
    inner = text.strip(b" \t\r\n")[1:].lstrip(b" \t\r\n")
    if text.startswith(b"{"):
        return "mask"
    if inner.startswith(b"["):
        return "polygon"
    return "list" if text.startswith(b"[") and inner != b"]" else ""


def other_kind(record: Any, kind: str) -> str:
    """A word for an annotation that holds no answer of the shape that is read."""
    if kind:
        return "mask" if kind == "list" else kind
    return "keypoints" if record.keypoints else "box" if record.bbox else BARE


def boxes(records: Sequence[Any], context: Context) -> Taken:
    """x, y, width, height as corners."""
    import pyarrow as pa

    kinds = segment_kinds(records)
    told = [record.bbox or () for record in records]
    sizes = np.fromiter(map(len, told), np.int64, len(told))
    whole = np.flatnonzero(sizes == 4)
    flat = chain.from_iterable(told if len(whole) == len(told) else [told[row] for row in whole.tolist()])
    numbers = np.fromiter(flat, np.float64, 4 * len(whole)).reshape(-1, 4)
    shares = shares_of_the_image(numbers)
    of = whole[~shares].tolist()
    refused = dict.fromkeys(whole[shares].tolist(), SHARES) | {
        row: f"Its bbox has {sizes[row]} numbers; 4 are a box."
        for row in np.flatnonzero((sizes != 4) & (sizes != 0)).tolist()
    }
    aside = Counter(other_kind(records[row], kinds[row]) for row in np.flatnonzero(sizes == 0).tolist())
    numbers = numbers[~shares]
    for place in np.flatnonzero((numbers[:, 2:] <= 0).any(axis=1)).tolist():
        context.remarks.count(_NO_AREA, context.named(records[of[place]], of[place]))
    for kind, count in Counter(kinds if len(of) == len(kinds) else [kinds[row] for row in of]).items():
        context.remarks.count(_BESIDE.get("mask" if kind == "list" else kind, ""), count=count if kind else 0)
    corners = np.column_stack([numbers[:, :2], numbers[:, :2] + numbers[:, 2:]])
    names = ("x_min", "y_min", "x_max", "y_max")
    return Taken(of, {n: pa.array(corners[:, i]) for i, n in enumerate(names)}, refused, aside)


def shares_of_the_image(numbers: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which boxes have four numbers from 0 to 1, not all of them whole: they are not told in pixels."""
    within = ((numbers >= 0) & (numbers <= 1)).all(axis=1)
    found: NDArray[np.bool_] = within & (numbers != np.rint(numbers)).any(axis=1)
    return found


def polygons(records: Sequence[Any], context: Context) -> Taken:
    """Every list of numbers is a part of one ring; COCO has no holes."""
    aside, refused = Counter[str](), dict[int, str]()
    kinds = segment_kinds(records)
    of = [row for row, kind in enumerate(kinds) if kind == "polygon"]
    if len(of) < len(kinds):
        aside.update(other_kind(r, kind) for r, kind in zip(records, kinds, strict=True) if kind != "polygon")
    parts = _polygons([records[row].segmentation for row in of])
    if parts is None:
        one_by_one = [(row, *polygon_of(records[row])) for row in of]
        refused = {row: why for row, _, why in one_by_one if why}
        of = [row for row, _, why in one_by_one if not why]
        parts = [rings for _, rings, why in one_by_one if not why]
    return Taken(of, {"rings": rings_array(parts)}, refused, aside)


def _polygons(texts: Sequence[bytes]) -> list[list[list[float]]] | None:
    """The rings of all of them at once; None where one of them is no polygon."""
    try:
        found = msgspec.json.decode(b"[%b]" % b",".join(texts), type=list[list[list[float]]])
    except (msgspec.MsgspecError, RecursionError):
        return None
    rings = list(chain.from_iterable(found))
    return found if not (np.fromiter(map(len, rings), np.int64, len(rings)) % 2).any() else None


def polygon_of(record: Any) -> tuple[list[list[float]], str]:
    """The rings of an annotation, or why there are none."""
    try:
        rings = msgspec.json.decode(record.segmentation, type=list[list[float]])
    except (msgspec.MsgspecError, RecursionError) as error:
        return [], f"Its segmentation cannot be read: {error}."
    odd = next((ring for ring in rings if len(ring) % 2), None)
    if odd is not None:
        return [], f"A ring of its segmentation has {len(odd)} numbers; x and y belong together."
    return rings, ""


def rings_array(parts: Sequence[Sequence[Sequence[float]]]) -> Any:
    """Parts of one ring each as an Arrow column: list<list<list<double>>>."""
    import pyarrow as pa

    def offsets(lists: Sequence[Any]) -> Any:
        sizes = np.fromiter(map(len, lists), np.int64, len(lists))
        return pa.array(np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32))

    rings = list(chain.from_iterable(parts))
    ends = offsets(rings)
    numbers = np.fromiter(chain.from_iterable(rings), np.float64, ends[-1].as_py())
    inner = pa.ListArray.from_arrays(ends, pa.array(numbers))
    single = pa.ListArray.from_arrays(pa.array(np.arange(len(rings) + 1, dtype=np.int32)), inner)
    return pa.ListArray.from_arrays(offsets(parts), single)


def masks(records: Sequence[Any], context: Context) -> Taken:
    """Run lengths, compressed or not; a bare list of them where they fill the image."""
    import pyarrow as pa

    aside, refused = Counter[str](), dict[int, str]()
    of, runs, sizes = [], [], []
    for row, (record, kind) in enumerate(zip(records, segment_kinds(records), strict=True)):
        if kind not in ("mask", "list") and not (kind == "polygon" and context.raster):
            aside[other_kind(record, kind)] += 1
            continue
        try:
            found, size = _mask(record, kind, context, row)
        except ValueError as error:
            refused[row] = f"Its mask cannot be read: {error}."
            continue
        context.masks.check(found, size, record.bbox, partial(context.named, record, row))
        of.append(row)
        runs.append(found)
        sizes.append(size)
    columns = {
        "width": pa.array([width for width, _ in sizes], pa.int64()),
        "height": pa.array([height for _, height in sizes], pa.int64()),
        "runs": runs_array(runs),
    }
    return Taken(of, columns, refused, aside)


def _mask(record: Any, kind: str, context: Context, row: int) -> tuple[NDArray[np.int64], tuple[int, int]]:
    size = context.frame.sizes[context.images[row]]
    if kind == "mask":
        return _rle(record, context, size)
    if size is None:
        raise ValueError("the image's width and height are not told")
    if kind == "polygon":
        rings, why = polygon_of(record)
        if why:
            raise ValueError(why.removesuffix("."))
        return context.masks.drawn(rings, size), size
    numbers = _read(record.segmentation, list[int])
    if sum(numbers) != size[0] * size[1]:
        raise ValueError("a bare list of numbers, which are no run lengths, for they do not fill the image")
    return context.masks.decoded(numbers, size), size


def _rle(
    record: Any, context: Context, size: tuple[int, int] | None
) -> tuple[NDArray[np.int64], tuple[int, int]]:
    found = _read(record.segmentation, Rle)
    height, width = found.size
    if size is not None and (width, height) != size:
        raise ValueError(f"it is {width} x {height} pixels, its image {size[0]} x {size[1]}")
    return context.masks.decoded(found.counts, (width, height)), (width, height)


def _read(text: Any, kind: Any) -> Any:
    try:
        return msgspec.json.decode(text, type=kind)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ValueError(str(error)) from error


def runs_array(runs: Sequence[NDArray[np.int64]]) -> Any:
    """Run lengths as an Arrow column: list<int64>."""
    import pyarrow as pa

    ends = np.concatenate([[0], np.cumsum([len(one) for one in runs])]).astype(np.int32)
    values = np.concatenate(runs) if runs else np.empty(0, dtype=np.int64)
    return pa.ListArray.from_arrays(pa.array(ends), pa.array(values))


def keypoints(records: Sequence[Any], context: Context) -> Taken:
    """x, y and visibility of each keypoint that the category names, one row each."""
    import pyarrow as pa

    aside, refused = Counter[str](), dict[int, str]()
    of, names, numbers, areas = [], [], [], []
    for row, (record, kind) in enumerate(zip(records, segment_kinds(records), strict=True)):
        if not record.keypoints:
            aside[other_kind(record, kind)] += 1
            continue
        points = context.frame.points[context.categories[row]]
        if why := _misfit(record, points):
            refused[row] = why
            continue
        of += [row] * len(points)
        names += points
        numbers.append(record.keypoints)
        areas += [_area(record, context, row)] * len(points)
        _check_visible(record, context, row)
    flat = np.fromiter(chain.from_iterable(numbers), np.float64, 3 * len(of)).reshape(-1, 3)
    columns = {
        "keypoint": pa.array(names, pa.string()), "x": pa.array(flat[:, 0]), "y": pa.array(flat[:, 1]),
        "visible": pa.array(flat[:, 2].astype(np.int64)), "area": pa.array(areas, pa.float64()),
    }  # fmt: skip
    return Taken(of, columns, refused, aside)


def _misfit(record: Any, points: Sequence[str]) -> str:
    if len(record.keypoints) != 3 * len(points):
        return f"It has {len(record.keypoints)} numbers for the {len(points)} keypoints of its category."
    wild = next((seen for seen in record.keypoints[2::3] if seen not in (0, 1, 2)), None)
    return "" if wild is None else f"A visibility is {wild:g}; 0, 1 and 2 are known."


def _area(record: Any, context: Context, row: int) -> float | None:
    if record.area is not None:
        return float(record.area)
    if record.bbox is None or len(record.bbox) != 4:
        return None
    context.remarks.count(_NO_AREA_TOLD, context.named(record, row))
    return float(record.bbox[2] * record.bbox[3])


def _check_visible(record: Any, context: Context, row: int) -> None:
    seen = sum(visible > 0 for visible in record.keypoints[2::3])
    if record.num_keypoints is not None and record.num_keypoints != seen:
        context.remarks.count(_VISIBLE, context.named(record, row))


TAKE: Mapping[str, Callable[[Sequence[Any], Context], Taken]] = {
    "boxes": boxes, "polygons": polygons, "masks": masks, "panoptic": masks,
    "keypoints": keypoints,
}  # fmt: skip
