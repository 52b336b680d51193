"""Tasks of a Label Studio export, with those of their annotations that count.

Cancelled (skipped), rejected and superseded annotations, drafts and predictions are no answers; they are
counted. An annotation without results is one: its author submitted that there is nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from vendoreval.formats.readers.answer_rows import AnswerRows
from vendoreval.formats.readers.pictures import ENDINGS

_UPLOADED = re.compile(r"[0-9a-f]{8}-(?=.)")
_PREDICTED = ", but predictions: take them with --read answers=predictions"
_BESIDE = {"drafts": "draft", "annotations": "annotation", "predictions": "prediction"}
_MEDIA = frozenset(
    (*ENDINGS, ".svg", ".dcm", ".mp4", ".mov", ".avi", ".webm", ".wav", ".mp3", ".flac", ".ogg", ".pdf")
)


@dataclass(frozen=True)
class Answer:
    """What one person submitted on one task. `regions` as in the file; `data` is what the task shows."""

    place: int
    item: str
    facts: Mapping[str, Any]  # annotator_id, sheet_id, label_id, labelled_at, seconds
    regions: Sequence[Any]
    data: Mapping[str, Any] = field(default_factory=dict)


def answers_of(task: Any, place: int, rows: AnswerRows, options: Mapping[str, str]) -> Iterator[Answer]:
    """The answers on a task; what is none of them is counted or refused in `rows`."""
    if not isinstance(task, dict):
        rows.refuse(place, "The task is no JSON object.")
        return
    data = task.get("data")
    data = data if isinstance(data, dict) else {}
    item = item_of(data, task.get("id"), options)
    wanted = options["answers"]
    found = task.get("annotations", task.get("completions")) if wanted == "annotations" else task.get(wanted)
    if item is None or not isinstance(found, list):
        why = "names no item" if item is None else f"has no list of {wanted}"
        beside = item is not None and task.get("predictions") and wanted == "annotations"
        rows.refuse(place, f"The task {why}{_PREDICTED if beside else ''}.", item)
        return
    for name, word in _BESIDE.items():
        others = task.get(name)
        if isinstance(others, list) and others and name != wanted:
            rows.aside(word, len(others))
    if not found:
        rows.aside(f"task without {'an annotation' if wanted == 'annotations' else 'a prediction'}")
    given = [one for one in found if isinstance(one, dict) and isinstance(one.get("result"), list)]
    for _ in found[len(given) :]:
        rows.refuse(place, "An annotation has no list of results.", item)
    older = _superseded(given)
    for annotation in given:
        if why := _no_answer(annotation, older, options):
            rows.aside(why)
        else:
            if annotation.get("ground_truth") is True:
                rows.remarks.count("Annotations marked as ground truth, which count like any other", item)
            yield Answer(place, item, facts_of(annotation, options), annotation["result"], data)


def item_of(data: Mapping[str, Any], task_id: Any, options: Mapping[str, str]) -> str | None:
    """The item's id as the option `item` says: the file that the task shows, its number, or a field of data."""
    wanted = options["item"]
    if wanted not in ("auto", "id"):
        return _name(data.get(wanted), options)
    if wanted == "auto":
        if own := text_of(data.get("task_id")) or text_of(data.get("item_id")):
            return own  # tasks that we wrote name their items
        paths = [(value, _path(value)) for value in data.values() if isinstance(value, str)]
        files = [one for one in paths if _is_media(one[1])]
        if len(files) == 1:
            return _named(*files[0], options)
    return text_of(task_id)


def facts_of(annotation: Mapping[str, Any], options: Mapping[str, str]) -> dict[str, Any]:
    """Who answered, when, in how many seconds, and by which number."""
    label_id = text_of(annotation.get("annotation_id", annotation.get("id")))
    when = annotation.get("created_at" if options["time"] == "created" else "updated_at")
    seconds = annotation.get("lead_time")
    return {
        "annotator_id": person(
            annotation.get("completed_by", annotation.get("annotator", annotation.get("model_version")))
        ),
        "sheet_id": label_id,
        "label_id": label_id,
        "labelled_at": when if isinstance(when, str) and when else None,
        "seconds": seconds_of(seconds),
    }


def seconds_of(value: Any) -> float | None:
    """A working time; None for what is no number."""
    try:
        return float(value) if isinstance(value, str | int | float) else None
    except (ValueError, OverflowError):
        return None


def person(who: Any) -> str | None:
    """A person's number, also out of an object that tells more of them, or else their address."""
    if isinstance(who, dict):
        return text_of(who.get("id")) or text_of(who.get("email"))
    return text_of(who)


def text_of(value: Any) -> str | None:
    """A text or a number as text; None for anything else, and for an empty text."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return str(value) or None


def _superseded(annotations: Sequence[Mapping[str, Any]]) -> set[str]:
    """Annotations out of which the same person made another one that was submitted."""
    people = {text_of(one.get("id")): person(one.get("completed_by")) for one in annotations}
    found = set()
    for one in annotations:
        parent = text_of(one.get("parent_annotation"))
        submitted = not (one.get("was_cancelled") or one.get("skipped"))
        if parent in people and submitted and people[parent] == person(one.get("completed_by")):
            found.add(parent)
    return {one for one in found if one is not None}


def _no_answer(annotation: Mapping[str, Any], older: set[str], options: Mapping[str, str]) -> str:
    """Why an annotation does not count; empty for one that does."""
    truth = annotation.get("ground_truth") is True
    if annotation.get("was_cancelled") or annotation.get("skipped"):
        return "cancelled annotation"
    if annotation.get("last_action") == "rejected":
        return "rejected annotation"
    if text_of(annotation.get("id")) in older:
        return "annotation that its author replaced"
    if truth and options["ground_truth"] == "none":
        return "ground truth"
    return "annotation that is no ground truth" if not truth and options["ground_truth"] == "only" else ""


def is_file(value: str) -> bool:
    """Whether it looks like the address of a picture, a recording or the like."""
    return _is_media(_path(value))


def _is_media(path: str) -> bool:
    stem, dot, ending = path.rstrip("/").rpartition("/")[2].rpartition(".")
    return bool(stem and dot) and f".{ending.lower()}" in _MEDIA


def _name(value: Any, options: Mapping[str, str]) -> str | None:
    text = text_of(value)
    if text is None or not _is_media(path := _path(text)):
        return text
    return _named(text, path, options)


def _named(value: str, path: str, options: Mapping[str, str]) -> str | None:
    """The name of a file as the options say."""
    if options["names"] == "value":
        return value
    uploaded = path.startswith("data/upload/")
    name = path.rpartition("/")[2] if uploaded or options["names"] == "base" else path
    if uploaded and options["prefix"] == "strip":
        name = _UPLOADED.sub("", name, count=1)
    return name or None


def _path(value: str) -> str:
    """The path within a storage: without host, signature and leading slash."""
    try:
        parts = urlsplit(value)
    except ValueError:
        return value
    local = parse_qs(parts.query).get("d") if parts.path.endswith("/data/local-files/") else None
    if local:
        return local[0].lstrip("/")
    if parts.scheme or parts.path.startswith("/data/"):
        return unquote(parts.path).lstrip("/")
    return value
