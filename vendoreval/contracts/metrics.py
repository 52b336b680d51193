"""The numbers that a clause can hold a delivery to, what they count, and over what.

`docs/contract.md` prints these tables, and a test keeps the two in step. A metric that is not `available` is
known and may stand in a contract; its clause is `not_run` in this version.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from vendoreval.contracts.task_types import TASK_TYPES
from vendoreval.contracts.terms import Task

UNITS = {
    "item": "what was sent to be labelled, however many labels it got",
    "label": "one annotator's answer on an item",
    "object": "one box, outline, mask, line, cuboid or set of keypoints; of a track, one box in one frame",
    "span": "one marked piece of text or of time",
    "word": "one word of the reference text",
    "tag": "one class of an answer of several",
    "relation": "one relation between two spans",
    "grade": "one graded criterion of a rubric",
    "pair": "two of several ranked answers, and which is better",
    "attribute": "one attribute of an object",
    "point": "one named point of an object",
    "opportunity": "an object that is right in all its attributes, or one error of any kind",
    "frame": "one frame of a video",
    "track": "one object followed through a video",
    "link": "one matched box of a track, and whether the same track follows the object as before",
    "time": "a thousandth of a second in which gold has a segment; of several at once, one for each",
    "centre": "the centre of a matched cuboid",
    "size": "the size of a matched cuboid",
    "heading": "the heading of a matched cuboid",
}
SCOPES = {
    "delivery": "the whole delivery",
    "class": "each class for itself, or the one that `group` names",
    "annotator": "each annotator for himself or herself, or the one that `group` names",
    "edge_case": "the items that gold marks as edge cases",
}


@dataclass(frozen=True)
class Metric:
    """One number that a clause can hold a delivery to.

    kind: `share` is a proportion of counted units, `mean` averages ratios or scores (F1, macro figures, mean
    IoU), `score` is a loss for each counted unit, such as word errors for each reference word
    (audits.measures: Measure.cap), and `agreement` is what its name says. `bounded`: it lies between 0 and 1.
    Empty `tasks`: every task type.
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
    worst: str = ""  # of a loss: the most that a unit loses, unless the decision says so
    of_all_classes: bool = False  # of a loss: a share of the classes that the contract names
    counts: str = ""  # of a loss that is a number of errors: what they are held against


TIME = "time"  # a unit whose outcomes weigh as many thousandths of a second as they last
_ALL = tuple(unit for unit in UNITS if unit != TIME)
_CLASSED = tuple(one.name for one in TASK_TYPES.values() if one.classed)
_COUNTED = ("item", "label", "object", "span", "tag", "relation", "grade", "attribute", "frame", "track")
_SHAPES = ("boxes", "polygons", "masks", "panoptic", "tracks")
_SPACE = ("cuboids",)
_WHOLE = ("delivery", "annotator", "edge_case")
# The units that a type's answers have; an answer of one row is its own unit, whatever it is called.
UNITS_OF = {one.name: one.units for one in TASK_TYPES.values() if one.units}
OBJECTS = (
    "object",
    "span",
    "word",
    "tag",
    "relation",
    "grade",
    "pair",
)  # what types call their units; one unit, many names
DETAILS = ("centre", "size", "heading")  # of a matched cuboid
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
        # several answers an item
        Metric("exact_match", "share", "share of answers that equal gold's: class, number, set or text",
               ("item", "label"), _WHOLE,
               ("ordinal", "numeric", "multilabel", "transcription", "spans", "ranking", "rubrics"),
               available=True),
        Metric("jaccard", "mean", "common classes ÷ all classes, mean over answers",
               ("item", "label"), _WHOLE, ("multilabel",), available=True),
        Metric("hamming", "score", "classes given wrongly or left out ÷ all classes, mean over answers",
               ("item", "label"), _WHOLE, ("multilabel",), lower_is_better=True, available=True, worst="1",
               of_all_classes=True),
        # images
        Metric("mean_iou", "mean", "overlap ÷ union, mean over units; what is missing or extra has 0",
               ("object", "item", "span"), tasks=(*_SHAPES, *_SPACE, "spans", "segments"), available=True),
        Metric("mean_dice", "mean", "twice the overlap ÷ sum of both areas, mean over units",
               ("object", "item", "span"), tasks=(*_SHAPES, "spans"), available=True),
        Metric("pq", "mean", "panoptic quality: matched scores ÷ (TP + FP/2 + FN/2), mean of classes",
               ("object",), tasks=("boxes", "polygons", "masks", "panoptic"), available=True),
        Metric("sq", "mean", "segmentation quality: mean overlap of segments matched in their class, mean of "
               "the classes that have any", ("object",), tasks=("panoptic",), available=True),
        Metric("rq", "mean", "recognition quality: TP ÷ (TP + FP/2 + FN/2), mean of classes", ("object",),
               tasks=("panoptic",), available=True),
        Metric("oks", "mean", "object keypoint similarity, mean over objects; what is missing or extra has 0",
               ("object",), tasks=("keypoints",), available=True),
        Metric("pck", "share", "share of keypoints near enough to gold", ("point",),
               tasks=("keypoints",), available=True),
        Metric("nearness", "mean", "1 - distance ÷ twice the limit, mean over lines; missing or extra: 0",
               ("object",), tasks=("polylines",), available=True),
        # numbers
        Metric("mae", "score", "mean absolute difference from gold, in steps of an ordinal scale",
               ("item", "label"), _WHOLE, ("numeric", "ordinal"), lower_is_better=True, bounded=False,
               available=True),
        Metric("within_tolerance", "share", "share of answers within the tolerance of gold",
               ("item", "label"), _WHOLE, ("numeric", "ordinal"), available=True),
        # text and sound
        Metric("wer", "score", "word errors ÷ gold's words", ("word",), _WHOLE, ("transcription",),
               lower_is_better=True, bounded=False, worst="1", counts="words", available=True),
        Metric("cer", "score", "character errors ÷ gold's characters", ("word",), _WHOLE, ("transcription",),
               lower_is_better=True, bounded=False, worst="1", counts="characters", available=True),
        Metric("der", "score", "time missed, invented or of another label ÷ time of gold's segments", ("time",),
               ("delivery", "annotator", "edge_case"), ("segments",), lower_is_better=True, bounded=False,
               available=True, worst="1"),
        # video and space
        Metric("idf1", "mean", "identity F1: boxes of tracks that are mapped to each other, 2TP ÷ (2TP+FP+FN)",
               ("object",), _WHOLE, ("tracks",), available=True),
        Metric("assa", "mean", "how much the two tracks of a matched box have in common, mean over these boxes",
               ("link",), _WHOLE, ("tracks",), available=True),
        Metric("hota", "mean", "higher order tracking accuracy at the contract's iou",
               ("object",), _WHOLE, ("tracks",), available=True),
        Metric("id_switches", "score", "identity switches ÷ gold boxes", ("object",), _WHOLE, ("tracks",),
               lower_is_better=True, worst="1", available=True),
        Metric("mota_loss", "score", "missing and extra boxes and identity switches ÷ gold boxes: 1 - MOTA",
               ("object",), _WHOLE, ("tracks",), lower_is_better=True, bounded=False, worst="1",
               available=True),
        Metric("mean_bev_iou", "mean", "as mean_iou, of cuboids' footprints seen from above", ("object",),
               tasks=_SPACE, available=True),
        Metric("centre_error", "score", "metres between the centres of matched cuboids, mean", ("centre",),
               tasks=_SPACE, lower_is_better=True, bounded=False, available=True, worst="2"),
        Metric("size_error", "score", "1 - IoU of matched cuboids moved and turned into one place, mean",
               ("size",), tasks=_SPACE, lower_is_better=True, available=True, worst="1"),
        Metric("heading_error", "score", "degrees between the headings of matched cuboids, mean", ("heading",),
               tasks=_SPACE, lower_is_better=True, bounded=False, available=True, worst="180"),
        # agreement
        Metric("alpha", "agreement", "Krippendorff's alpha among the annotators", ("item",),
               ("delivery", "class"), available=True),
        Metric("kappa", "agreement", "Fleiss' kappa among the annotators (Scott's pi with two)", ("item",),
               ("delivery", "class"), available=True),
        Metric("ac1", "agreement", "Gwet's AC1 among the annotators", ("item",), ("delivery", "class"),
               available=True),
        Metric("weighted_kappa", "agreement", "kappa in which nearby classes agree in part (`weights`)",
               ("item",), ("delivery",), ("ordinal",), available=True),
        Metric("ac2", "agreement", "Gwet's AC2: AC1 in which nearby classes agree in part (`weights`)",
               ("item",), ("delivery",), ("ordinal",), available=True),
    )
}  # fmt: skip


def amount(count: int, unit: str | None) -> str:
    """`1,234`, or `61.25 s` of time."""
    return f"{count / 1000:,.3f}".rstrip("0").rstrip(".") + " s" if unit == TIME else f"{count:,}"


def most_lost(metric: str, task: Task) -> Fraction | None:
    """The most that a unit loses under a metric of kind `score`; None where only the contract can say it."""
    if METRICS[metric].worst:
        return Fraction(METRICS[metric].worst)
    if task.type == "ordinal" and len(task.classes) > 1:
        return Fraction(len(task.classes) - 1)
    return None
