"""LabelMe's shapes as answers: rectangles, polygons, lines, masks, and points of a group."""

from __future__ import annotations

import base64
import binascii
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from vendoreval.formats.readers.answer_rows import AnswerRows
from vendoreval.formats.readers.folded_parts import folded, turned_box, union
from vendoreval.formats.readers.labelme_json import Document, Part
from vendoreval.formats.readers.masks import MaskCheck
from vendoreval.formats.readers.pictures import set_pixels_of
from vendoreval.formats.readers.remarks import Remarks
from vendoreval.labels.runs import runs_from_crop
from vendoreval.labels.shapes import Shape

_READ_AS = {
    "boxes": ("rectangle", "oriented_rectangle"), "polygons": ("polygon",), "masks": ("mask",),
    "keypoints": ("point",), "polylines": ("line", "linestrip"),
}  # fmt: skip
_CORNERS = {"rectangle": (2, 4), "oriented_rectangle": (4,), "mask": (2,), "point": (1,), "line": (2,)}
_ALONE = "point of no object"
_UNDESCRIBED = "Shapes with a description, which is not read"
Row = dict[str, Any]


@dataclass(frozen=True)
class LabelmeShapes:
    """Adds a file's shapes to the rows."""

    shape: Shape
    remarks: Remarks
    drawn: bool  # polygons as masks

    def add(self, rows: AnswerRows, document: Document, item: str) -> None:
        """The answers on one image. Shapes of one group and label are parts of one object."""
        size = document.size
        facts = {"width": size[0], "height": size[1]} if size else {}
        for person in document.annotators or (None,):
            rows.sheet(item, annotator_id=person, **facts)
        taken = [part for part in document.parts if self._counts(rows, part, item)]
        if self.shape.name == "keypoints":
            self._keypoints(rows, document, taken, item)
            return
        keyed = [((p.shape.group_id, p.shape.label, p.annotator) if self._folds(p) else None, p) for p in taken]
        for parts in folded(keyed):
            self._row(rows, document, parts, item)

    def _counts(self, rows: AnswerRows, part: Part, item: str) -> bool:
        """Whether a shape is an answer; else it is refused, or set aside by its kind."""
        kind = part.shape.shape_type or "polygon"
        why = part.why and f"It cannot be read: {part.why}."
        if part.aside:
            rows.aside(part.aside)
        elif why or kind not in self._kinds():
            rows.refuse(part.place, why, item) if why else rows.aside(kind)
        elif why := _wrong(part, kind):
            rows.refuse(part.place, why, item)
        else:
            if part.shape.description:
                self.remarks.count(_UNDESCRIBED, item)
            return True
        return False

    def _kinds(self) -> tuple[str, ...]:
        read = _READ_AS[self.shape.name]
        return (*read, "polygon") if self.drawn and self.shape.name == "masks" else read

    def _folds(self, part: Part) -> bool:
        return part.shape.group_id is not None and self.shape.name in ("polygons", "masks")

    def _row(self, rows: AnswerRows, document: Document, parts: Sequence[Part], item: str) -> None:
        first = parts[0]
        try:
            answer = self._answer(document, parts)
        except ValueError as error:
            for part in parts:
                rows.refuse(part.place, f"It cannot be read: {error}.", item)
            return
        rows.row(
            first.place, item_id=item, label=str(first.shape.label), annotator_id=first.annotator, **answer,
            attributes=_attributes(parts),
        )  # fmt: skip

    def _answer(self, document: Document, parts: Sequence[Part]) -> Row:
        if self.shape.name == "boxes":
            return self._box(document, parts)
        return self._mask(document, parts) if self.shape.name == "masks" else _polygon(parts)

    def _box(self, document: Document, parts: Sequence[Part]) -> Row:
        """Two opposite corners in any order, or four that are turned."""
        points = parts[0].shape.points or []
        if len(points) == 4:
            found, square = turned_box([number for point in points for number in point])
            if not square:
                self.remarks.count("Turned boxes whose corners are no rectangle", document.image)
            return found
        xs, ys = zip(*points, strict=True)
        return {"x_min": min(xs), "y_min": min(ys), "x_max": max(xs), "y_max": max(ys)}

    def _mask(self, document: Document, parts: Sequence[Part]) -> Row:
        if document.size is None:
            raise ValueError("the image's width and height are not told")
        width, height = document.size
        runs = []
        for part in parts:
            if part.shape.shape_type == "mask":
                runs.append(_runs(part, width, height))
            else:
                runs.append(MaskCheck(self.remarks).drawn([_flat(part)], (width, height)))
        return {"width": width, "height": height, "runs": union(runs, height, width).tolist()}

    def _keypoints(self, rows: AnswerRows, document: Document, points: Sequence[Part], item: str) -> None:
        """Points of a group belong to its other shape, which tells the class and, as a rectangle, the area."""
        owners = {
            part.shape.group_id: part
            for part in document.parts
            if part.shape.group_id is not None and part.shape.shape_type != "point" and not part.why
        }
        for part in points:
            owner = owners.get(part.shape.group_id) if part.shape.group_id is not None else None
            if owner is None:
                rows.aside(_ALONE)
                continue
            ((x, y),) = part.shape.points or [(0.0, 0.0)]
            rows.row(
                part.place, item_id=item, label=str(owner.shape.label), keypoint=str(part.shape.label),
                x=x, y=y, object_id=str(owner.place), area=_area(owner), annotator_id=part.annotator,
                visible=1 if (part.shape.flags or {}).get("occluded") is True else 2,
            )  # fmt: skip


def _wrong(part: Part, kind: str) -> str:
    """Why a shape of that kind is no answer; empty where it is."""
    label, points = part.shape.label, part.shape.points
    if label is None or not str(label).strip():
        return "The shape has no label."
    sizes = _CORNERS.get(kind)
    if not points or (sizes and len(points) not in sizes):
        return f"A {kind} has {len(points or ())} points."
    return ""


def _polygon(parts: Sequence[Part]) -> Row:
    return {"rings": [[_flat(part)] for part in parts]}


def _flat(part: Part) -> list[float]:
    return [number for point in part.shape.points or () for number in point]


def _area(owner: Part) -> float | None:
    points = owner.shape.points or []
    if owner.shape.shape_type != "rectangle" or len(points) != 2:
        return None
    (ax, ay), (bx, by) = points
    return abs(bx - ax) * abs(by - ay)


def _runs(part: Part, width: int, height: int) -> Any:
    """The pixels of a mask, which lie between its two points; both are included."""
    try:
        data = base64.b64decode(part.shape.mask or "", validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError("its mask is no base64") from error
    pixels = set_pixels_of(lambda: io.BytesIO(data))
    (ax, ay), (bx, by) = part.shape.points or [(0.0, 0.0)] * 2
    if not np.isfinite([ax, ay, bx, by]).all() or max(map(abs, (ax, ay, bx, by))) > 1e9:
        raise ValueError("its corners are no pixels")
    left, top = round(min(ax, bx)), round(min(ay, by))
    told = (round(abs(by - ay)) + 1, round(abs(bx - ax)) + 1)
    if pixels.shape != told:
        raise ValueError(
            f"its mask is {pixels.shape[1]} x {pixels.shape[0]} pixels, its corners tell {told[1]} x {told[0]}"
        )
    return runs_from_crop(pixels, left, top, width, height)


def _attributes(parts: Sequence[Part]) -> str | None:
    found: dict[str, Any] = {}
    for part in parts:
        found |= part.shape.flags or {}
    return json.dumps(found, ensure_ascii=False) if found else None
