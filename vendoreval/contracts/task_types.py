"""The types of answers that a contract may name, and how their answers are held against gold.

`docs/contract.md` prints this table, and a test keeps the two in step. A type that is not `available` is known
and may stand in a contract; its clauses are `not_run` in this version.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vendoreval.contracts.matching_keys import (
    CLOSENESS,
    CONSENSUS,
    CUBOID_PRESET,
    CUBOIDS,
    DISTANCE,
    EMPTY,
    EMPTY_SETS,
    FOLLOWED,
    INVALID,
    IOU,
    KEYPOINTS,
    LINE_PRESET,
    LINES,
    MANY,
    OUTSIDE,
    PANOPTIC,
    PARENTS,
    PIXELS,
    PRESET,
    REGIONS,
    RELATIONS,
    REPAIR,
    SCALE,
    SEGMENTS,
    SPAN_PRESET,
    SPANS,
    STEPS,
    TIED,
    TOLERANCE,
    WEIGHTS,
    WORDS,
    MatchingKey,
)


@dataclass(frozen=True)
class TaskType:
    """A type of answer, and how an answer is held against gold.

    `units`: what clauses on it may count, where an answer is any number of units (contracts.metrics.UNITS);
    an answer of one row is its own unit, whatever it is called. `attributes`: its units can have attributes;
    `consensus`: several people's answers have a majority; `classed`: its units belong to classes;
    `numbers`: an answer is a number.
    """

    name: str
    meaning: str
    matching: tuple[MatchingKey, ...] = ()
    available: bool = False
    attributes: bool = False
    consensus: bool = False
    units: tuple[str, ...] = ()
    classed: bool = True
    numbers: bool = False


_OBJECTS = ("item", "label", "object", "attribute", "opportunity")

TASK_TYPES = {
    entry.name: entry
    for entry in (
        # one answer an item
        TaskType("classification", "one class for each item", available=True, consensus=True),
        TaskType(
            "ordinal",
            "one class of an ordered scale",
            (STEPS, CONSENSUS, SCALE, WEIGHTS),
            available=True,
            consensus=True,
        ),
        TaskType(
            "numeric", "one number", (CLOSENESS,), available=True, consensus=True, classed=False, numbers=True
        ),
        TaskType("preference", "which of several answers is the best", available=True, consensus=True),
        # several answers an item, of which each is a word or a mark
        TaskType(
            "multilabel",
            "any number of classes for each item",
            (EMPTY_SETS, PARENTS, DISTANCE),
            available=True,
            units=("item", "label", "tag", "object"),
        ),
        TaskType(
            "ranking",
            "several answers from the best to the worst",
            (TIED,),
            available=True,
            units=("item", "label", "pair", "object"),
            classed=False,
        ),
        TaskType(
            "rubrics",
            "a grade for each of several criteria",
            (TOLERANCE,),
            available=True,
            units=("item", "label", "grade", "object"),
        ),
        # images
        TaskType(
            "boxes",
            "boxes in an image, upright or turned",
            (IOU, PRESET, *MANY, PIXELS, OUTSIDE),
            available=True,
            attributes=True,
            units=_OBJECTS,
        ),
        TaskType(
            "polygons",
            "outlines in an image",
            (IOU, PRESET, *MANY, REPAIR, INVALID),
            available=True,
            attributes=True,
            units=_OBJECTS,
        ),
        TaskType(
            "masks",
            "pixels of an image",
            (IOU, PRESET, *MANY, REGIONS),
            available=True,
            attributes=True,
            units=_OBJECTS,
        ),
        TaskType(
            "keypoints",
            "named points of an object",
            (*KEYPOINTS, PRESET, *MANY),
            available=True,
            attributes=True,
            units=("item", "label", "object", "attribute", "point", "opportunity"),
        ),
        TaskType(
            "polylines",
            "lines in an image",
            (*LINES, LINE_PRESET, *MANY),
            available=True,
            attributes=True,
            units=_OBJECTS,
        ),
        TaskType(
            "panoptic",
            "every pixel of an image, by object and by class",
            (*PANOPTIC, *MANY),
            available=True,
            attributes=True,
            units=_OBJECTS,
        ),
        # video and space
        TaskType(
            "tracks",
            "objects followed through a video",
            (IOU, FOLLOWED, *MANY, PIXELS, OUTSIDE),
            available=True,
            attributes=True,
            units=("item", "label", "object", "attribute", "track", "link", "opportunity"),
        ),
        TaskType(
            "cuboids",
            "boxes in space",
            (*CUBOIDS, CUBOID_PRESET, *MANY),
            available=True,
            attributes=True,
            units=(*_OBJECTS, "centre", "size", "heading"),
        ),
        # text
        TaskType(
            "spans",
            "pieces of a text",
            (*SPANS, SPAN_PRESET, EMPTY),
            available=True,
            attributes=True,
            units=("item", "label", "span", "object", "attribute", "opportunity"),
        ),
        TaskType(
            "relations",
            "how two pieces of a text belong together",
            (*RELATIONS, EMPTY),
            available=True,
            attributes=True,
            units=("item", "label", "relation", "object", "attribute", "opportunity"),
        ),
        # sound
        TaskType(
            "transcription",
            "text",
            (*WORDS, EMPTY),
            available=True,
            units=("item", "label", "word", "object", "opportunity"),
            classed=False,
        ),
        TaskType(
            "segments",
            "pieces of time with a class or a speaker",
            (IOU, *SEGMENTS, *MANY),
            available=True,
            attributes=True,
            units=("item", "label", "span", "object", "attribute", "time", "opportunity"),
        ),
    )
}

# What a preset assumes otherwise: the defaults of the tool whose rules it stands for.
PRESETS = {
    "cvat": {"iou": "0.4", "oks": "0.4"},
    "labelbox": {"iou": "0"},
    "coco": {"sigmas": "coco_person"},
    "fiftyone": {"sigma": "0.5"},  # its 1.0, in a formula that squares σ where COCO squares 2σ
    "nervaluate": {"overlap": "0.01"},
    "nuscenes": {"match": "ground"},
}


def consensus_of(task_type: str, matching: Mapping[str, Any]) -> str:
    """How several people's answers on an item become one: by majority, or by their lower median."""
    return "median" if TASK_TYPES[task_type].numbers else str(matching.get("consensus", "majority"))


def assumed(key: MatchingKey, matching: Mapping[str, Any]) -> str:
    """What holds for `key` where `matching`, a contract's `[task.matching]`, does not write it."""
    return PRESETS.get(str(matching.get("preset")), {}).get(key.name, key.default)
