"""The task types of this version, by the name that a contract writes."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from vendoreval.contracts.terms import Task
from vendoreval.errors import InputError
from vendoreval.tasks.interface import TaskType

if TYPE_CHECKING:
    from vendoreval.tasks.many_units import Sizes

_MODULES = {
    # one answer an item
    "classification": "vendoreval.tasks.classification",
    "ordinal": "vendoreval.tasks.ordinal",
    "numeric": "vendoreval.tasks.numeric",
    "preference": "vendoreval.tasks.preference",
    # several answers an item, of which each is a word or a mark
    "multilabel": "vendoreval.tasks.multilabel",
    "ranking": "vendoreval.tasks.ranking",
    "rubrics": "vendoreval.tasks.rubrics",
    # images
    "boxes": "vendoreval.tasks.boxes",
    "polygons": "vendoreval.tasks.polygons",
    "masks": "vendoreval.tasks.masks",
    "panoptic": "vendoreval.tasks.panoptic",
    "keypoints": "vendoreval.tasks.keypoints",
    "polylines": "vendoreval.tasks.polylines",
    # video and space
    "tracks": "vendoreval.tasks.tracks",
    "cuboids": "vendoreval.tasks.cuboids",
    # text
    "spans": "vendoreval.tasks.spans",
    "relations": "vendoreval.tasks.relations",
    # sound
    "transcription": "vendoreval.tasks.transcription",
    "segments": "vendoreval.tasks.segments",
}


def task_type(name: str) -> TaskType:
    """The task type of that name, imported when it is asked for; raises InputError for one that is not here."""
    module = _MODULES.get(name)
    if module is None:
        raise InputError(
            f"This version does not judge the task type {name!r}.",
            remedy=f"It judges {', '.join(_MODULES)}.",
        )
    kind: TaskType = import_module(module).TYPE
    return kind


def row_sizes(task: Task) -> Sizes | None:
    """Units and characters of rows, by their texts; None where a row is a unit, or a part of one."""
    from vendoreval.tasks.many_units import ManyUnits

    kind = task_type(task.type)
    return kind.row_sizes(task) if isinstance(kind, ManyUnits) else None


def judged_types() -> tuple[str, ...]:
    """The names of all task types that this version judges."""
    return tuple(_MODULES)
