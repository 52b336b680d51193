"""Output manifests of SageMaker Ground Truth: a JSON line an item, with the classes' names in the metadata.

The number of a class is another one in every job and, in boxes, may be another one in every line: only names
count. Answers are consolidated: who gave them stands in other files.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from vendoreval.errors import InputError
from vendoreval.formats.readers.answer_rows import AnswerRows, batches
from vendoreval.formats.readers.interface import NO, SURE, Answers, Confidence, ReaderOption
from vendoreval.formats.readers.json_documents import at, documents, first_documents
from vendoreval.formats.readers.json_lines import plain
from vendoreval.formats.readers.sources import Source
from vendoreval.labels.shapes import Shape

_TYPE = "groundtruth/"
_KINDS = {
    "classification": ("image-classification", "text-classification"),
    "multilabel": ("image-classification-multi-label", "text-classification-multi-label"),
    "boxes": ("object-detection",),
    "spans": ("named-entity-recognition",),
}
_JOB = ReaderOption("job", "the label attribute that is read; empty: the only one", "")
_ITEM = ReaderOption(
    "item", "what names an item: auto (source-ref, or else the text in source), or a field, with dots", "auto"
)
_NAMES = ReaderOption(
    "names", "of a source-ref: value (the whole address), path (below the bucket) or base (its last part)",
    "value", ("value", "path", "base"),
)  # fmt: skip
_NOBODY = "A manifest holds consolidated answers and names no people: agreement cannot be told from it."


@dataclass(frozen=True)
class SageMaker:
    """The reader of output manifests."""

    name: str = "sagemaker"
    suffixes: tuple[str, ...] = (".manifest", ".jsonl", ".ndjson")
    yields: frozenset[str] = frozenset(_KINDS)
    options: tuple[ReaderOption, ...] = (_JOB, _ITEM, _NAMES)

    def recognises(self, source: Source) -> Confidence:
        """By metadata whose type is one of Ground Truth's."""
        for one in first_documents(source):
            if isinstance(one, dict) and (found := _jobs(one)):
                return Confidence(SURE, f"Its lines have {found[0]}-metadata of Ground Truth.")
        return Confidence(NO, "Its lines lack metadata of Ground Truth.")

    def read(self, source: Source, shape: Shape, options: Mapping[str, str]) -> Iterator[Answers]:
        """An answer a line of the job that is read."""
        job = options["job"] or _only_job(source)
        for member in source.members:
            rows = AnswerRows(member.name, shape)
            rows.remarks.say(f"The label attribute {job} is read. {_NOBODY}")
            yield from batches(rows, _steps(rows, documents(member), job, options))


READER = SageMaker()


def _jobs(line: Mapping[str, Any]) -> list[str]:
    """The label attributes of a line."""
    return [
        name.removesuffix("-metadata")
        for name, about in line.items()
        if name.endswith("-metadata")
        and isinstance(about, dict)
        and str(about.get("type", "")).startswith(_TYPE)
    ]


def _only_job(source: Source) -> str:
    found = dict.fromkeys(job for one in first_documents(source) if isinstance(one, dict) for job in _jobs(one))
    if len(found) == 1:
        return next(iter(found))
    asked = " or ".join(f"--read job={name}" for name in found) or "--read job=NAME"
    raise InputError(
        f"Its lines hold {len(found)} label attributes: {', '.join(found) or 'none of Ground Truth'}.",
        file=source.name, remedy=f"Say which: {asked}.",
    )  # fmt: skip


def _steps(
    rows: AnswerRows, lines: Iterator[tuple[int, Any, str]], job: str, options: Mapping[str, str]
) -> Iterator[None]:
    for place, line, reason in lines:
        if reason or not isinstance(line, dict):
            rows.refuse(place, reason or "The line is not a JSON object.")
        else:
            _take(rows, place, line, job, options)
        yield


def _take(rows: AnswerRows, place: int, line: Mapping[str, Any], job: str, options: Mapping[str, str]) -> None:
    about, item = line.get(f"{job}-metadata"), _item(line, options)
    if not isinstance(about, dict):
        rows.aside("line without the label attribute")
        return
    if "failure-reason" in about:
        rows.aside("item that could not be labelled")
        return
    kind = str(about.get("type", "")).removeprefix(_TYPE)
    if kind not in _KINDS[rows.shape.name]:
        rows.aside(f"answer of the type {kind}")
        return
    if not item:
        rows.refuse(place, "The line names no item.")
        return
    by_machine = about.get("human-annotated") == "no"
    facts = {"labelled_at": plain(about.get("creation-date")), "source": "auto" if by_machine else None}
    taken = _TAKERS[rows.shape.name](rows, place, item, line.get(job), about, facts)
    if taken:
        rows.refuse(place, taken, item)


def _item(line: Mapping[str, Any], options: Mapping[str, str]) -> str:
    if options["item"] != _ITEM.default:
        return plain(at(line, options["item"])) or ""
    ref = plain(line.get("source-ref")) or ""
    if not ref:
        return plain(line.get("source")) or ""
    path = ref.split("://", 1)[-1].partition("/")[2] or ref
    return {"value": ref, "path": path, "base": path.rpartition("/")[2]}[options["names"]]


def _class(rows: AnswerRows, place: int, item: str, given: Any, about: Any, facts: Mapping[str, Any]) -> str:
    name = about.get("class-name")
    if not isinstance(name, str) or not name:
        return f"The metadata name no class for {plain(given)}."
    rows.row(place, item_id=item, label=name, **facts)
    return ""


def _classes(rows: AnswerRows, place: int, item: str, given: Any, about: Any, facts: Mapping[str, Any]) -> str:
    names = [_named(about, number) for number in given] if isinstance(given, list) else [None]
    if None in names:
        return f"The metadata's class-map does not name all of {plain(given)}."
    rows.sheet(item, labelled_at=facts["labelled_at"])
    for name in names:
        rows.row(place, item_id=item, label=name, **facts)
    return ""


def _boxes(rows: AnswerRows, place: int, item: str, given: Any, about: Any, facts: Mapping[str, Any]) -> str:
    found = given.get("annotations") if isinstance(given, dict) else None
    if not isinstance(found, list):
        return "The answer has no list of annotations."
    sizes = given.get("image_size")
    size = sizes[0] if isinstance(sizes, list) and sizes and isinstance(sizes[0], dict) else {}
    sides = {side: size.get(side) if type(size.get(side)) is int else None for side in ("width", "height")}
    rows.sheet(item, labelled_at=facts["labelled_at"], **sides)
    for number, box in enumerate(found, start=1):
        edges = [box.get(name) for name in ("left", "top", "width", "height")] if isinstance(box, dict) else []
        name = _named(about, box.get("class_id")) if edges else None
        if name is None:
            rows.refuse(place, f"The class-map does not name the class of box {number}.", item)
        elif any(isinstance(edge, bool) or not isinstance(edge, int | float) for edge in edges):
            rows.refuse(place, f"Box {number} has no left, top, width and height in numbers.", item)
        else:
            left, top, width, height = (float(edge or 0) for edge in edges)
            rows.row(
                place, item_id=item, label=name, x_min=left, y_min=top, x_max=left + width, y_max=top + height,
                **facts,
            )  # fmt: skip
    return ""


def _spans(rows: AnswerRows, place: int, item: str, given: Any, about: Any, facts: Mapping[str, Any]) -> str:
    found = at(given, "annotations.entities") if isinstance(given, dict) else None
    if not isinstance(found, list):
        return "The answer has no list of entities."
    rows.sheet(item, labelled_at=facts["labelled_at"])
    for number, span in enumerate(found, start=1):
        ends = [span.get(name) for name in ("startOffset", "endOffset")] if isinstance(span, dict) else [None]
        label = span.get("label") if isinstance(span, dict) else None
        if any(type(end) is not int for end in ends) or not isinstance(label, str):
            rows.refuse(place, f"Entity {number} has no label with start and end.", item)
        else:
            rows.row(place, item_id=item, label=label, start=ends[0], end=ends[1], **facts)
    return ""


def _named(about: Mapping[str, Any], number: Any) -> str | None:
    names = about.get("class-map")
    name = names.get(plain(number) or "") if isinstance(names, dict) else None
    return name if isinstance(name, str) and name else None


_TAKERS = {"classification": _class, "multilabel": _classes, "boxes": _boxes, "spans": _spans}
