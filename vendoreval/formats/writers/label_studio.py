"""Label Studio: tasks with what was answered as predictions, and the labelling configuration beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, Any

import msgspec

from vendoreval.errors import InputError
from vendoreval.formats.readers.label_studio_tasks import is_file
from vendoreval.formats.readers.picture_index import is_picture
from vendoreval.formats.writers.interface import TIMES, Answer, Setting, Task, Written
from vendoreval.formats.writers.label_studio_config import REWORK, configuration
from vendoreval.formats.writers.label_studio_regions import Regions

ITEM, OPAQUE = "item_id", "task_id"
_IMAGES = frozenset({"boxes", "polygons", "polylines", "masks", "keypoints"})
_SOUNDS = frozenset({"transcription", "segments"})

_TEXTS = frozenset({"spans", "relations"})


@dataclass(frozen=True)
class LabelStudio:
    """The writer of Label Studio's tasks."""

    name: str = "label-studio"
    ending: str = ".json"
    yields: frozenset[str] = _IMAGES | _TEXTS | _SOUNDS | {
        "classification", "ordinal", "numeric", "multilabel"
    }  # fmt: skip

    def write(self, tasks: Sequence[Task], setting: Setting, out: IO[bytes]) -> Written:
        """A task an item, a prediction an answer; `model_version` is who gave it."""
        kind, field = _shown(tasks, setting)
        written = Written()
        regions = Regions(setting, field, written.lost)
        for number, task in enumerate(tasks):
            entry: dict[str, Any] = {"data": _data(task, kind, field, setting.link)}
            if task.answers:
                entry["predictions"] = [
                    {**_by(answer), "result": regions.of(answer, task)} for answer in task.answers
                ]
            written.tasks += 1
            written.rows += sum(len(answer.rows) for answer in task.answers)
            written.lost[TIMES] += sum(answer.labelled_at is not None for answer in task.answers)
            out.write((b",\n" if number else b"[\n") + msgspec.json.encode(entry))
        out.write(b"\n]\n" if written.tasks else b"[]\n")
        remarks = any(task.remarks for task in tasks)
        config = configuration(setting, kind, field, regions.asked, regions.numbers, remarks=remarks)
        written.beside["-config.xml"] = config
        return written


WRITER = LabelStudio()


def _by(answer: Answer) -> dict[str, str]:
    return {} if answer.annotator is None else {"model_version": answer.annotator}


def _shown(tasks: Sequence[Task], setting: Setting) -> tuple[str, str]:
    """What is shown, by the tag that shows it, and the field of the data that it stands in."""
    first = tasks[0] if tasks else Task("")
    if first.opaque and is_picture(first.item):  # its picture goes along under that name
        return "Image", "image"
    files = [name for name, value in first.shown.items() if name != ITEM and is_file(value)]
    if files:
        return ("Image" if is_picture(first.shown[files[0]]) else "Audio"), files[0]
    if setting.shape.name in _IMAGES:
        return "Image", "image"
    if setting.shape.name == "segments":
        return "Audio", "audio"
    if setting.shape.name in _TEXTS or first.text is not None or "text" in first.shown:
        return "Text", "text"
    if is_file(name := first.shown.get(ITEM, first.item)):
        return ("Image", "image") if is_picture(name) else ("Audio", "audio")
    return "Text", next(iter(first.shown), OPAQUE if first.opaque else ITEM)


def _data(task: Task, kind: str, field: str, link: str) -> dict[str, str]:
    """The fields of a task: its id, what is shown of it, and what is wrong with its answers."""
    found = {(OPAQUE if task.opaque else ITEM): task.item, **task.shown}
    if field == "text":
        text = task.text if task.text is not None else task.shown.get("text")
        if text is None:
            raise InputError(
                f"The text of {task.item!r} is not known.",
                remedy="Take the delivery in with --items FILE, which has a column text.",
            )
        found[field] = text
    else:
        found[field] = f"{link}{found.get(field, task.shown.get(ITEM, task.item))}"
    return found | ({REWORK: "\n".join(task.remarks)} if task.remarks else {})
