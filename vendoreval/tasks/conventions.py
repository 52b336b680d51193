"""A delivery's figures by another tool's convention, which stand beside the contract's own.

    cvat        accuracy = right ÷ (matched + missing + extra), precision = right ÷ delivered, recall = right ÷
                gold
    datumaro    counts of matched shapes whose labels agree, or do not, and of those without a partner
    coco        precision, recall and F1 at IoU 0.5; AR, the mean recall over classes and IoU 0.50, 0.55 … 0.95
    fiftyone    precision, recall and F1
    seqeval     precision, recall and F1 of spans, micro and macro
    nervaluate  precision, recall and F1 of spans in the contract's mode
    nuscenes    precision and recall of cuboids within 0.5, 1, 2 and 4 metres on the ground, by class; of pairs
                within 2 metres the mean errors of place, scale and orientation, mean over classes
    labelbox    mean IoU of a class on an image, where a shape without a partner has 0; mean over its classes,
                then over images
    motmetrics, trackeval   of tracks: see tasks.presets.tracking

Each answered sheet is an image of its own. There is no AP: it hangs on the order of scores, and people's
labels have none. Where nothing is to be divided by, a figure is None. Shapes are compared by their exact
geometry, where a tool may draw polygons as pixels first; labelbox joins the masks of a class before, so that it
is left out there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from vendoreval.contracts.terms import Task
from vendoreval.errors import InputError
from vendoreval.gold.goldset import GoldSet
from vendoreval.labels.shapes import SCALE
from vendoreval.labels.table import LabelTable
from vendoreval.tasks.known import task_type
from vendoreval.tasks.outcomes import CODE, ONE, Outcomes
from vendoreval.tasks.track_identity import Clips

Figures = dict[str, float | int | None]
Ints = NDArray[np.int64]
_RIGHT = (CODE["correct"], CODE["imprecise"])  # to other tools, what is imprecise is right
_SPANS = ("seqeval", "nervaluate")
_TRACKS = ("motmetrics", "trackeval")
_SHAPES = ("boxes", "polygons", "masks")
_METRES = ("0.5", "1", "2", "4")
_RADIAN = SCALE * 180 / np.pi  # steps of a heading
_SWEEP = tuple(f"0.{hundredths}" for hundredths in range(50, 100, 5))


def convention(name: str, gold: GoldSet, labels: LabelTable, task: Task) -> Figures:
    """The figures that the tool `name` would show by its own defaults.

    Labels of several people on an item are several images; items without an answer are left out. Raises
    InputError for a tool that is not known here, or not for this type.
    """
    known = conventions(task.type)
    if name not in known:
        remedy = f"Known: {', '.join(known)}." if known else f"They are for {', '.join((*_SHAPES, 'spans'))}."
        raise InputError(f"There is no convention {name!r} for answers of type {task.type}.", remedy=remedy)
    if task.type == "tracks":
        return _of_tracks(name, gold, labels, task)
    figures = _FIGURES[name]
    return figures(lambda iou: _compared(name, gold, labels, task, iou), task)


def conventions(task_type_name: str) -> list[str]:
    """The tools whose figures can be shown for a task type."""
    if task_type_name in ("spans", "tracks"):
        return list(_SPANS if task_type_name == "spans" else _TRACKS)
    if task_type_name == "cuboids":
        return ["nuscenes"]
    if task_type_name == "polylines":
        return ["cvat"]
    if task_type_name not in _SHAPES:
        return []
    return [
        tool
        for tool in _FIGURES
        if tool not in (*_SPANS, "nuscenes") and (tool, task_type_name) != ("labelbox", "masks")
    ]


def _of_tracks(name: str, gold: GoldSet, labels: LabelTable, task: Task) -> Figures:
    """Whatever overlaps may be a pair there; IDF1 at IoU 0.5 is that of all tools."""
    from vendoreval.tasks.part_outcomes import compared
    from vendoreval.tasks.presets import tracking
    from vendoreval.tasks.track_identity import clips_of
    from vendoreval.tasks.tracks import TYPE

    def clips(iou: str) -> Clips:
        plain = replace(task, matching={"iou": iou}, attributes=())
        return clips_of(compared(TYPE, gold, labels, plain), gold.labels, labels)

    half = clips("0.5")
    boxes = len(half.expected.row) + len(half.delivered.row)
    frames = list(tracking.frames_of(clips("0"), gold.labels, labels))
    found = tracking.motmetrics(frames) if name == "motmetrics" else tracking.trackeval(frames)
    return {"idf1": _share(2 * int(half.common.sum()), boxes), **found}


Compare = Callable[[str | None], Outcomes]


def _compared(name: str, gold: GoldSet, labels: LabelTable, task: Task, iou: str | None) -> Outcomes:
    """Outcomes of the answered objects by the preset, at another IoU than its own where one is given."""
    key = "centre" if name == "nuscenes" else "iou"
    matching = {"preset": name} if iou is None else {"preset": name, key: iou}
    if "heading" in task.matching:
        matching["heading"] = task.matching["heading"]
    if name == "nervaluate" and "mode" in task.matching:
        matching["mode"] = task.matching["mode"]
    found = task_type(task.type).compare(gold, labels, replace(task, matching=matching, attributes=()))
    return found.take((found.at("object") | (name == "nuscenes")) & ~found.unanswered)


def _counts(found: Outcomes) -> tuple[int, int, int, int]:
    """Right, of another label, missing, extra."""
    counts = found.counts()
    return counts["correct"] + counts["imprecise"], counts["wrong_label"], counts["missing"], counts["extra"]


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _cvat(compare: Compare, task: Task) -> Figures:
    right, other, missing, extra = _counts(compare(None))
    return {
        "accuracy": _share(right, right + other + missing + extra),
        "precision": _share(right, right + other + extra),
        "recall": _share(right, right + other + missing),
    }


def _datumaro(compare: Compare, task: Task) -> Figures:
    return dict(zip(("match", "mismatch", "missing", "extra"), _counts(compare(None)), strict=True))


def _detections(compare: Compare, task: Task) -> Figures:
    right, _, missing, extra = _counts(compare(None))
    return {
        "precision": _share(right, right + extra),
        "recall": _share(right, right + missing),
        "f1": _share(2 * right, 2 * right + missing + extra),
    }


def _coco(compare: Compare, task: Task) -> Figures:
    recalls = []
    for iou in _SWEEP:
        found = compare(iou)
        expected = found.take(found.expected.codes >= 0)
        width = len(expected.expected.values)
        units = np.bincount(expected.expected.codes, minlength=width)
        right = np.bincount(expected.expected.codes, np.isin(expected.outcome, _RIGHT), minlength=width)
        recalls.append((right[units > 0] / units[units > 0]).mean() if units.any() else np.nan)
    mean = float(np.mean(recalls))
    return _detections(compare, task) | {"ar": None if np.isnan(mean) else mean}


def _labelbox(compare: Compare, task: Task) -> Figures:
    found = compare(None)
    label = np.where(found.expected.codes >= 0, found.expected.codes, found.delivered.codes)
    sheets, sheet = np.unique(_sheet(found), return_inverse=True)
    classes, feature = np.unique(sheet * len(found.expected.values) + label, return_inverse=True)
    sides = [np.bincount(feature, codes >= 0) for codes in (found.expected.codes, found.delivered.codes)]
    mean = np.bincount(feature, found.score) / ONE / np.maximum(*sides) if len(classes) else np.empty(0)
    image = classes // max(len(found.expected.values), 1)
    images = np.bincount(image, mean, minlength=len(sheets)) / np.bincount(image, minlength=len(sheets))
    return {"mean_iou": float(images.mean()) if len(images) else None}


def _seqeval(compare: Compare, task: Task) -> Figures:
    from vendoreval.tasks.presets.seqeval import report

    rows = report(compare(None))
    return {
        f"{average} {figure}": rows[f"{average} avg"][figure]
        for average in ("micro", "macro")
        for figure in ("precision", "recall", "f1-score")
    }


def _nervaluate(compare: Compare, task: Task) -> Figures:
    from vendoreval.tasks.presets.nervaluate import counts

    return dict(counts(compare(None)))


def _nuscenes(compare: Compare, task: Task) -> Figures:
    """Pairs at the very limit count here, which the devkit leaves out."""
    figures: Figures = {}
    for metres in _METRES:
        found = compare(metres)
        right, _, missing, extra = _counts(found.take(found.at("object")))
        figures[f"precision_{metres}_m"] = _share(right, right + extra)
        figures[f"recall_{metres}_m"] = _share(right, right + missing)
    found = compare("2")
    for name, level, steps in (("ate", "centre", 1e6), ("ase", "size", ONE), ("aoe", "heading", _RADIAN)):
        rows = found.take(found.at(level))
        codes = rows.expected.codes
        pairs = np.bincount(codes)
        means = np.bincount(codes, rows.score)[pairs > 0] / pairs[pairs > 0]
        figures[name] = float(means.mean()) / steps if len(means) else None
    return figures


def _sheet(found: Outcomes) -> Ints:
    width = len(found.annotator.values) + 1
    return found.item.codes.astype(np.int64) * width + found.annotator.codes + 1


_FIGURES: Mapping[str, Callable[[Compare, Task], Figures]] = MappingProxyType(
    {
        "cvat": _cvat,
        "datumaro": _datumaro,
        "coco": _coco,
        "fiftyone": _detections,
        "labelbox": _labelbox,
        "nuscenes": _nuscenes,
        "seqeval": _seqeval,
        "nervaluate": _nervaluate,
    }
)
