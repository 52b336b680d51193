"""Shapes: which answer columns a task type has; nobody else names them.

Kinds of columns, and how they are held in memory (labels.table.Column):

    text      text                                            Coded
    map       attributes by name, as canonical JSON text      Coded
    int       whole number, NONE where there is none          int64
    fixed     number in 1/SCALE of its unit (pixel, degree)   int64, NONE where there is none
    float     number, NaN where there is none                 float64
    rings     parts of rings of x, y in 1/SCALE pixel         Nested of depth 3
    lines     parts of open lines, as rings are               Nested of depth 3
    runs      run lengths of a mask, by columns, zeros first  Nested of depth 1

Numbers that decide at a limit are whole, so that they are exact.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np

Kind = Literal["text", "map", "int", "fixed", "float", "rings", "lines", "runs"]
SCALE = 1000  # steps of a pixel or a degree in `fixed` columns
LARGEST = 10**9  # of a `fixed` number in steps: a million pixels
LARGEST_AREA = 10**15  # the same of an area: a million million square pixels
NONE = int(np.iinfo(np.int64).min)  # no number in an `int` or `fixed` column
DEPTH = {"runs": 1, "rings": 3, "lines": 3}


@dataclass(frozen=True)
class Field:
    """One answer column. `coded`: few distinct texts; `required`: a row without it is refused.

    `largest`: of a `fixed` number, in steps.
    """

    name: str
    kind: Kind
    coded: bool = False
    required: bool = True
    largest: int = LARGEST


@dataclass(frozen=True)
class Shape:
    """The answer columns of a task type; `many`: an answer on an item is any number of rows.

    `once`: no two rows of an answer have the same values in all of these fields. `single`: an answer is one
    text, so that each line of a file of rows is an answer of its own.
    """

    name: str
    fields: tuple[Field, ...]
    many: bool = False
    once: tuple[str, ...] = ()
    single: bool = False

    def field(self, name: str) -> Field:
        """The column of that name; raises KeyError."""
        return next(one for one in self.fields if one.name == name) if name in self.names else _unknown(name)

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names in order."""
        return tuple(one.name for one in self.fields)


def _unknown(name: str) -> Field:
    raise KeyError(name)


LABEL = Field("label", "text", coded=True)
ATTRIBUTES = Field("attributes", "map", required=False)
OBJECT = Field("object_id", "text", required=False)  # the tool's id of the object, where it has one


def _many(name: str, *fields: Field, once: tuple[str, ...] = ()) -> Shape:
    return Shape(name, (*fields, ATTRIBUTES), many=True, once=once)


SHAPES: Mapping[str, Shape] = MappingProxyType({
    shape.name: shape
    for shape in (
        # one answer an item
        Shape("classification", (LABEL,)),
        Shape("ordinal", (LABEL,)),
        Shape("numeric", (LABEL,)),
        Shape("preference", (LABEL,)),
        # several answers an item, of which each is a word or a mark
        Shape("multilabel", (LABEL,), many=True),
        Shape("ranking", (LABEL, Field("rank", "int")), many=True),
        Shape("rubrics", (LABEL, Field("grade", "text", coded=True)), many=True),
        # images
        _many(
            "boxes", OBJECT, LABEL, Field("x_min", "fixed"), Field("y_min", "fixed"), Field("x_max", "fixed"),
            Field("y_max", "fixed"), Field("angle", "fixed", required=False),
        ),
        _many("polygons", OBJECT, LABEL, Field("rings", "rings")),
        _many("masks", OBJECT, LABEL, Field("width", "int"), Field("height", "int"), Field("runs", "runs")),
        _many(
            "keypoints", Field("object_id", "text"), LABEL, Field("keypoint", "text", coded=True),
            Field("x", "fixed"), Field("y", "fixed"), Field("visible", "int", required=False),
            Field("area", "fixed", required=False, largest=LARGEST_AREA),
        ),
        _many("polylines", OBJECT, LABEL, Field("rings", "lines")),
        _many("panoptic", OBJECT, LABEL, Field("width", "int"), Field("height", "int"), Field("runs", "runs")),
        # video and space
        _many(
            "tracks", Field("track_id", "text"), LABEL, Field("frame", "int"), Field("x_min", "fixed"),
            Field("y_min", "fixed"), Field("x_max", "fixed"), Field("y_max", "fixed"),
            Field("angle", "fixed", required=False), Field("occluded", "int", required=False),
            once=("track_id", "frame"),
        ),
        _many(
            "cuboids", OBJECT, LABEL, Field("x", "fixed"), Field("y", "fixed"), Field("z", "fixed"),
            Field("long", "fixed"), Field("wide", "fixed"), Field("high", "fixed"), Field("yaw", "fixed"),
        ),
        # text
        _many(
            "spans", Field("span_id", "text", required=False), Field("start", "int"), Field("end", "int"),
            LABEL, Field("pieces", "text", required=False),
        ),
        _many(
            "relations", LABEL, Field("head_start", "int"), Field("head_end", "int"),
            Field("head_label", "text", coded=True, required=False), Field("tail_start", "int"),
            Field("tail_end", "int"), Field("tail_label", "text", coded=True, required=False),
        ),
        # sound: `fixed` numbers are thousandths of a second
        Shape("transcription", (LABEL,), many=True, single=True),
        _many("segments", OBJECT, Field("start_s", "fixed"), Field("end_s", "fixed"), LABEL),
    )
})  # fmt: skip
