"""What a contract may name: task types, metrics, units, scopes, decision rules and kinds of remedy.

`docs/contract.md` prints these tables, and a test keeps the two in step. An entry that is not
`available` is known and may stand in a contract; its clause is `not_run` in this version.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from vendoreval.contracts.matching_keys import (
    EMPTY,
    INVALID,
    IOU,
    KEYPOINTS,
    MANY,
    NORMALIZE,
    OUTSIDE,
    PIXELS,
    PRESET,
    REGIONS,
    REPAIR,
    SPAN_PRESET,
    SPANS,
    TOLERANCE,
    MatchingKey,
)

UNITS = {
    "item": "what was sent to be labelled, however many labels it got",
    "label": "one annotator's answer on an item",
    "object": "one box, polygon, mask or set of keypoints",
    "span": "one marked piece of text or of time",
    "word": "one word of the reference text",
    "attribute": "one attribute of an object",
    "point": "one named point of an object",
    "opportunity": "an object that is right in all its attributes, or one error of any kind",
    "frame": "one frame of a video",
}
SCOPES = {
    "delivery": "the whole delivery",
    "class": "each class for itself, or the one that `group` names",
    "annotator": "each annotator for himself or herself, or the one that `group` names",
    "edge_case": "the items that gold marks as edge cases",
}
CALENDARS = {
    "mon-fri": "Monday to Friday",
    "sun-thu": "Sunday to Thursday",
}


@dataclass(frozen=True)
class TaskType:
    """A type of answer, and how an answer is held against gold.

    `attributes`: its units can have attributes; `consensus`: several people's answers have a majority.
    """

    name: str
    meaning: str
    matching: tuple[MatchingKey, ...] = ()
    available: bool = False
    attributes: bool = False
    consensus: bool = True


TASK_TYPES = {
    entry.name: entry
    for entry in (
        TaskType("classification", "one class for each item", available=True),
        TaskType("multilabel", "any number of classes for each item"),
        TaskType("ordinal", "one class of an ordered scale", (TOLERANCE,)),
        TaskType("numeric", "one number", (TOLERANCE,)),
        TaskType("transcription", "text", (NORMALIZE,)),
        TaskType(
            "boxes",
            "boxes in an image, upright or turned",
            (IOU, PRESET, *MANY, PIXELS, OUTSIDE),
            available=True,
            attributes=True,
            consensus=False,
        ),
        TaskType(
            "polygons",
            "outlines in an image",
            (IOU, PRESET, *MANY, REPAIR, INVALID),
            available=True,
            attributes=True,
            consensus=False,
        ),
        TaskType(
            "masks",
            "pixels of an image",
            (IOU, PRESET, *MANY, REGIONS),
            available=True,
            attributes=True,
            consensus=False,
        ),
        TaskType(
            "keypoints",
            "named points of an object",
            (*KEYPOINTS, PRESET, *MANY),
            available=True,
            attributes=True,
            consensus=False,
        ),
        TaskType(
            "spans",
            "pieces of a text",
            (*SPANS, SPAN_PRESET, EMPTY),
            available=True,
            attributes=True,
            consensus=False,
        ),
        TaskType("segments", "pieces of time", (IOU, TOLERANCE), consensus=False),
        TaskType("tracks", "objects followed through a video", (IOU, PRESET), consensus=False),
        TaskType("preference", "which of two answers is better"),
    )
}

# What a preset assumes otherwise: the defaults of the tool whose rules it stands for.
PRESETS = {
    "cvat": {"iou": "0.4", "oks": "0.4"},
    "labelbox": {"iou": "0"},
    "coco": {"sigmas": "coco_person"},
    "fiftyone": {"sigma": "0.5"},  # its 1.0, in a formula that squares σ where COCO squares 2σ
    "nervaluate": {"overlap": "0.01"},
}


def assumed(key: MatchingKey, matching: Mapping[str, Any]) -> str:
    """What holds for `key` where `matching`, a contract's `[task.matching]`, does not write it."""
    return PRESETS.get(str(matching.get("preset")), {}).get(key.name, key.default)


@dataclass(frozen=True)
class Metric:
    """One number that a clause can hold a delivery to.

    kind: `share` is a proportion of counted units, `mean` averages ratios or scores (F1, macro figures, mean
    IoU), and `score` is anything else. `bounded`: it lies between 0 and 1. Empty `tasks`: every task type.
    """

    name: str
    kind: Literal["share", "mean", "score", "agreement"]
    meaning: str
    units: tuple[str, ...]
    scopes: tuple[str, ...] = ("delivery", "class", "annotator", "edge_case")
    tasks: tuple[str, ...] = ()
    lower_is_better: bool = False
    bounded: bool = True
    available: bool = False


_ALL = tuple(UNITS)
_CLASSED = ("classification", "multilabel", "ordinal", "boxes", "polygons", "masks", "keypoints", "spans",
            "segments", "tracks", "preference")  # fmt: skip
_COUNTED = ("item", "label", "object", "span", "attribute", "frame")
_SHAPES = ("boxes", "polygons", "masks", "tracks")
_WHOLE = ("delivery", "annotator", "edge_case")
# The units that a type's answers have; an answer of one row is its own unit, whatever it is called.
UNITS_OF = {
    **dict.fromkeys(("boxes", "polygons", "masks"), ("item", "label", "object", "attribute", "opportunity")),
    "keypoints": ("item", "label", "object", "attribute", "point", "opportunity"),
    "spans": ("item", "label", "span", "object", "attribute", "opportunity"),
}
SHEETS = ("item", "label")  # the whole answer of one person on an item
# Of these types, metrics that hold single units of gold and delivery against each other.
BY_UNIT = ("recall", "precision", "f1", "macro_recall", "macro_precision", "macro_f1", "pq")

METRICS = {
    entry.name: entry
    for entry in (
        Metric("accuracy", "share", "share of the counted units that are right", _ALL, available=True),
        Metric("error_rate", "share", "share of the counted units that are wrong", _ALL,
               lower_is_better=True, available=True),
        Metric("recall", "share", "share of the gold units (of a class) that were delivered as what they are",
               _COUNTED, tasks=_CLASSED, available=True),
        Metric("precision", "share", "share of the units delivered (as a class) that are what gold says",
               _COUNTED, tasks=_CLASSED, available=True),
        Metric("f1", "mean", "harmonic mean of precision and recall",
               _COUNTED, tasks=_CLASSED, available=True),
        Metric("macro_recall", "mean", "plain mean of the classes' recall",
               _COUNTED, _WHOLE, _CLASSED, available=True),
        Metric("macro_precision", "mean", "plain mean of the classes' precision",
               _COUNTED, _WHOLE, _CLASSED, available=True),
        Metric("macro_f1", "mean", "plain mean of the classes' F1",
               _COUNTED, _WHOLE, _CLASSED, available=True),
        Metric("completeness", "share", "share of the gold items that were answered at all",
               ("item",), ("delivery", "edge_case"), available=True),
        Metric("exact_match", "share", "share of items whose set of classes, or text, equals gold's",
               ("item", "label"), _WHOLE, ("multilabel", "transcription", "spans")),
        Metric("jaccard", "score", "common classes ÷ all classes, mean over items",
               ("item", "label"), _WHOLE, ("multilabel",)),
        Metric("mean_iou", "mean", "overlap ÷ union, mean over units; what is missing or extra has 0",
               ("object", "item", "span"), tasks=(*_SHAPES, "spans", "segments"), available=True),
        Metric("mean_dice", "mean", "twice the overlap ÷ sum of both areas, mean over units",
               ("object", "item", "span"), tasks=(*_SHAPES, "spans"), available=True),
        Metric("pq", "mean", "panoptic quality: matched scores ÷ (TP + FP/2 + FN/2), mean of classes",
               ("object",), tasks=("boxes", "polygons", "masks"), available=True),
        Metric("oks", "mean", "object keypoint similarity, mean over objects; what is missing or extra has 0",
               ("object",), tasks=("keypoints",), available=True),
        Metric("pck", "share", "share of keypoints near enough to gold", ("point",),
               tasks=("keypoints",), available=True),
        Metric("mae", "score", "mean absolute difference from gold", ("item", "label"), _WHOLE,
               ("numeric", "ordinal"), lower_is_better=True, bounded=False),
        Metric("within_tolerance", "share", "share of answers within the tolerance of gold",
               ("item", "label"), _WHOLE, ("numeric", "ordinal", "segments")),
        Metric("wer", "score", "word errors ÷ reference words", ("word",), _WHOLE, ("transcription",),
               lower_is_better=True, bounded=False),
        Metric("cer", "score", "character errors ÷ reference characters", ("word",), _WHOLE, ("transcription",),
               lower_is_better=True, bounded=False),
        Metric("idf1", "score", "identity F1 of tracks", ("object",), tasks=("tracks",)),
        Metric("alpha", "agreement", "Krippendorff's alpha among the annotators", ("item",),
               ("delivery", "class"), available=True),
        Metric("kappa", "agreement", "Fleiss' kappa among the annotators (Scott's pi with two)", ("item",),
               ("delivery", "class"), available=True),
        Metric("ac1", "agreement", "Gwet's AC1 among the annotators", ("item",), ("delivery", "class"),
               available=True),
    )
}  # fmt: skip


@dataclass(frozen=True)
class Rule:
    """A decision rule; `options` are the keys it takes besides alpha and beta."""

    name: str
    meaning: str
    options: tuple[str, ...] = ()
    available: bool = False


RULES = {
    entry.name: entry
    for entry in (
        Rule("claim", "breached only if chance at most alpha explains the sample, kept only with beta",
             ("most_units",), available=True),
        Rule("acceptance", "kept only if chance at most alpha explains the sample, breached only with beta",
             ("most_units",), available=True),
        Rule("point", "the estimate against the threshold, with no protection against chance", available=True),
        Rule("sequential", "stops as soon as the sample decides; may be looked at any time",
             ("tolerated", "calibrated", "max_items", "most_units"), available=True),
        Rule("active", "draws most where frozen scores expect errors, and weighs that; stops as soon as it may",
             ("tolerated", "scores", "floor", "block", "max_items"), available=True),
        Rule("fixed", "a sample of a fixed size, read once at its end", ("tolerated", "items"), available=True),
        Rule("curtailed", "a fixed sample that stops when the result is certain", ("tolerated", "items"),
             available=True),
        Rule("zero_defect", "one error in the sample breaks the clause", ("items",), available=True),
        Rule("double", "a second sample where the first does not decide", ("tolerated",), available=True),
        Rule("group_sequential", "a fixed number of planned looks", ("tolerated", "looks"), available=True),
        Rule("iso2859-1", "an acceptance plan by AQL, with switching over deliveries",
             ("aql", "level", "inspection"), available=True),
        Rule("iso2859-2", "a limiting-quality plan for a single delivery", ("lq",), available=True),
        Rule("iso2859-4", "checks a declared quality level; made for claims", ("dql", "items"), available=True),
    )
}  # fmt: skip


WITHOUT_DRAW = ("claim", "acceptance", "point")  # rules that walk along no draw of items

# What single rules cannot do without: one of the keys.
RULE_NEEDS = {
    "active": ("tolerated",),
    "fixed": ("tolerated", "items"),
    "curtailed": ("tolerated", "items"),
    "double": ("tolerated",),
    "group_sequential": ("tolerated",),
    "iso2859-1": ("aql",),
    "iso2859-2": ("lq",),
    "iso2859-4": ("items",),
}
# Whole numbers, least and most. `most_units`: no item holds more units, those that were missed included.
RULE_WHOLE = {"items": (1, 10**9), "max_items": (1, 10**9), "looks": (2, 50), "most_units": (1, 10**6),
              "block": (10, 1000)}  # fmt: skip
DEFAULT_FLOOR, DEFAULT_BLOCK = "0.5", 50
RULE_PERCENT = ("lq", "dql")  # per cent of wrong units, as the standards write them
RULE_SHARE = {"floor": ("0.1", "1")}  # of a stratum's own share, which its chance to be drawn never falls below
AQLS = ("0.010", "0.015", "0.025", "0.040", "0.065", "0.10", "0.15", "0.25", "0.40", "0.65",
        "1.0", "1.5", "2.5", "4.0", "6.5", "10")  # fmt: skip
LEVELS = ("S-1", "S-2", "S-3", "S-4", "I", "II", "III")
INSPECTIONS = ("switching", "normal", "tightened", "reduced")
# Where the rule `active` takes its scores from; `none` draws uniformly.
SCORES = {
    "delivery": "the share of the other annotators of an item who differ",
    "posterior": "the chance that an item's answer is wrong, by the model of Dawid and Skene",
    "rare": "whether an item's answer is one that less than 5 % of the delivery's labels give",
    "file": "a file with a score for every item, such as a model's doubt",
    "none": "no scores: every item is as likely as any other",
}
RULE_WORDS = {"aql": AQLS, "level": LEVELS, "inspection": INSPECTIONS, "scores": tuple(SCORES)}


@dataclass(frozen=True)
class RemedyKind:
    """A kind of remedy; `keys` are those it takes besides id, kind, ref, sole and justification."""

    name: str
    meaning: str
    keys: tuple[str, ...] = ()


_COUNT_KEYS = ("per_unit", "basis", "excess_only")

REMEDIES = {
    entry.name: entry
    for entry in (
        RemedyKind("rework", "the vendor labels again, free of charge", ("scope", "rounds", "deadline_days")),
        RemedyKind("audit_cost", "the vendor pays for the audit: `amount`, or `per_unit` for each audited item",
                   ("amount", "per_unit", "cap_percent", "deadline_days", "after_rework")),
        RemedyKind("credit", "a sum for each wrong unit, a `percent` of the delivery's price, or an `amount`",
                   (*_COUNT_KEYS, "percent", "amount", "cap_percent", "deadline_days", "after_rework")),
        RemedyKind("withhold", "the buyer keeps back a `percent` of the delivery's price (default 100)",
                   ("percent", "amount", "cap_percent", "after_rework")),
        RemedyKind("refund", "the vendor pays back a `percent` of the delivery's price (default 100)",
                   ("percent", "amount", "cap_percent", "deadline_days", "after_rework")),
        RemedyKind("termination", "the buyer may end the contract", ("deadline_days", "after_rework")),
    )
}  # fmt: skip
REWORK_SCOPES = ("defects", "class", "delivery")
BASES = ("lower_bound", "estimate", "found")
