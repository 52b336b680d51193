"""The quick way through plain Label Studio tasks: boxes of one label each, and nothing beside them.

Most of a large export is plain: annotations that count, with rectangles of one label. Such tasks are decoded as
typed records and become columns many at a time. Whatever is not plain (skipped, replaced or ground-truth
annotations, other regions, answers about single regions, sizes that are not told …) takes the usual way; both
give the same rows, which a test holds against each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any, Literal

import msgspec
import numpy as np

from vendoreval.formats.readers.arrow_columns import numbers, texts
from vendoreval.formats.readers.interface import Answers
from vendoreval.formats.readers.json_stream import decoded, elements
from vendoreval.formats.readers.label_studio_answers import Taking
from vendoreval.formats.readers.label_studio_files import answers_on
from vendoreval.formats.readers.label_studio_regions import ORIGINS, turned_about_centre
from vendoreval.formats.readers.label_studio_tasks import item_of
from vendoreval.formats.readers.members import Member
from vendoreval.labels.runs import LONGEST_SIDE

_MANY = 2_048  # regions that become columns at once: more of them would not stay in a processor's cache


class Value(msgspec.Struct, gc=False):
    """A rectangle."""

    x: float
    y: float
    width: float
    height: float
    rectanglelabels: tuple[str]
    rotation: float | None = None


class Region(msgspec.Struct, gc=False):
    """A rectangle with its label."""

    id: str
    type: Literal["rectanglelabels"]
    value: Value
    original_width: int
    original_height: int
    image_rotation: Literal[0] | None = None
    item_index: None = None
    origin: str = ""


_NO_REGION = Region("", "rectanglelabels", Value(0, 0, 0, 0, ("",)), 0, 0)


class Annotation(msgspec.Struct, gc=False):
    """What one person submitted."""

    completed_by: int | str
    result: list[Region]
    id: int | str | None = None
    annotation_id: Any = None
    created_at: str | None = None
    updated_at: str | None = None
    lead_time: float | None = None
    was_cancelled: bool | None = None
    skipped: bool | None = None
    ground_truth: bool | None = None
    last_action: str | None = None
    parent_annotation: Any = None

    @property
    def counts(self) -> bool:
        """Whether nothing is said that may keep it from counting."""
        return not (
            self.was_cancelled or self.skipped or self.ground_truth or self.last_action == "rejected"
            or self.parent_annotation is not None or self.annotation_id is not None or self.completed_by == ""
        )  # fmt: skip


class Plain(msgspec.Struct, gc=False):
    """A task."""

    data: dict[str, Any]
    annotations: list[Annotation]
    id: int | str | None = None
    predictions: list[msgspec.Raw] | None = None
    drafts: list[msgspec.Raw] | None = None
    result: Any = None


def is_quick(member: Member, shape: str, options: Mapping[str, str]) -> bool:
    """Whether the file's plain tasks may be taken so."""
    usual = options["answers"] == "annotations" and not options["control"]
    listed = member.head(256).removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"[")
    return shape == "boxes" and usual and listed and member.suffix == ".json"


def quick_answers(member: Member, taking: Taking) -> Iterator[Answers]:
    """The answers of all tasks of a file, in its order."""
    plain = msgspec.json.Decoder(Plain)
    waiting = _Waiting(member.name, taking)
    place = 0
    with member.open() as stream:
        for some in elements(stream, member.name):
            for raw in some:
                place += 1
                yield from waiting.add(_plain(plain, raw), raw, place)
    yield from waiting.taken()
    yield taking.rows.finish()


def _plain(decoder: Any, raw: Any) -> Plain | None:
    """The task, where it may be plain."""
    try:
        task: Plain = decoder.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    if task.result is not None or not task.annotations:
        return None
    for annotation in task.annotations:
        regions = annotation.result
        if not annotation.counts or len({region.id for region in regions}) < len(regions):
            return None
    return task


@dataclass
class _Waiting:
    """Plain tasks that become columns together."""

    file: str
    taking: Taking
    tasks: list[tuple[Plain, Any, int]] = field(default_factory=list)
    regions: int = 0
    whole: Any = field(default_factory=msgspec.json.Decoder)

    def add(self, task: Plain | None, raw: Any, place: int) -> Iterator[Answers]:
        """One task more; what was collected where it is enough, or where this one is not plain."""
        if task is None:
            yield from self.taken()
            yield from self._usual(raw, place)
            return
        self.tasks.append((task, raw, place))
        self.regions += sum([len(annotation.result) for annotation in task.annotations])
        if self.regions >= _MANY or len(self.tasks) >= _MANY:
            yield from self.taken()

    def taken(self) -> Iterator[Answers]:
        """The tasks that were collected, as columns; one by one where one of them is not plain after all."""
        tasks, self.tasks, self.regions = self.tasks, [], 0
        if not tasks:
            return
        items = [item_of(task.data, task.id, self.taking.options) for task, _, _ in tasks]
        columns = _columns(tasks)
        if columns is not None and None not in items:
            if self.taking.rows.holds():
                yield self.taking.rows.take()
            yield self._answers(tasks, items, columns)
        elif len(tasks) == 1:
            yield from self._usual(*tasks[0][1:])
        else:
            for one in tasks:
                self.tasks = [one]
                yield from self.taken()

    def _usual(self, raw: Any, place: int) -> Iterator[Answers]:
        """A task that is not plain."""
        task = decoded(raw, self.whole, self.file, "The list of tasks")
        for answer in answers_on(task, place, self.taking.rows, self.taking.options):
            self.taking.take(answer)
        if self.taking.rows.full():
            yield self.taking.rows.take()

    def _answers(
        self, tasks: Sequence[tuple[Plain, Any, int]], items: Sequence[str | None], columns: Mapping[str, Any]
    ) -> Answers:
        import pyarrow as pa

        for word, others in _beside(tasks):
            self.taking.rows.aside(word, len(others))
        answers = [one for task, _, _ in tasks for one in task.annotations]
        of = np.repeat(np.arange(len(tasks)), [len(task.annotations) for task, _, _ in tasks])
        counts = [len(one.result) for one in answers]
        facts = _facts(answers, self.taking.options)
        facts["item_id"] = texts(items).take(numbers(of, pa.int64()))
        rows = numbers(np.repeat(np.arange(len(answers)), counts), pa.int64())
        filled = np.asarray(counts) > 0
        first = [one.result[0] if one.result else _NO_REGION for one in answers]
        wide = np.asarray([one.original_width for one in first], dtype=np.int64)
        high = np.asarray([one.original_height for one in first], dtype=np.int64)
        sizes = {"width": numbers(wide, pa.int64(), filled), "height": numbers(high, pa.int64(), filled)}
        sheets = {name: facts[name] for name in ("item_id", "annotator_id", "sheet_id", "labelled_at")}
        places = np.asarray([place for _, _, place in tasks])[of]
        return Answers(
            self.file, {**{name: column.take(rows) for name, column in facts.items()}, **columns},
            np.repeat(places, counts).tolist(), sheets | sizes,
        )  # fmt: skip


def _beside(tasks: Sequence[tuple[Plain, Any, int]]) -> Iterator[tuple[str, list[Any]]]:
    """Drafts and predictions, which are no answers."""
    for task, _, _ in tasks:
        for word, others in (("draft", task.drafts), ("prediction", task.predictions)):
            if others:
                yield word, others


def _facts(annotations: Sequence[Annotation], options: Mapping[str, str]) -> dict[str, Any]:
    """As facts_of tells them, as Arrow columns."""
    import pyarrow as pa

    created = options["time"] == "created"
    ids = texts([None if one.id is None else str(one.id) or None for one in annotations])
    when = texts([(one.created_at if created else one.updated_at) or None for one in annotations])
    seconds = np.asarray([one.lead_time for one in annotations], dtype=np.float64)  # None becomes NaN
    return {
        "annotator_id": texts([str(one.completed_by) for one in annotations]), "sheet_id": ids, "label_id": ids,
        "labelled_at": when, "seconds": numbers(seconds, pa.float64(), ~np.isnan(seconds)),
    }  # fmt: skip


def _columns(tasks: Sequence[tuple[Plain, Any, int]]) -> dict[str, Any] | None:
    """The columns of all regions; None where one of them is not plain."""
    import pyarrow as pa

    regions = [region for task, _, _ in tasks for one in task.annotations for region in one.result]
    values = list(map(attrgetter("value"), regions))
    wide, high = _told(regions, "original_width"), _told(regions, "original_height")
    told = (wide > 0) & (wide <= LONGEST_SIDE) & (high > 0) & (high <= LONGEST_SIDE)
    if not told.all():
        return None
    turns = np.asarray([value.rotation or 0.0 for value in values], dtype=np.float64)
    places = _places(values, wide, high, turns)
    if not all(np.isfinite(column).all() for column in places.values()):
        return None
    columns = {name: numbers(column, pa.float64()) for name, column in places.items()}
    if turns.any():
        columns["angle"] = numbers(turns, pa.float64(), turns != 0)
    return columns | {
        "object_id": texts(list(map(attrgetter("id"), regions))),
        "label": texts([value.rectanglelabels[0] for value in values]),
        "source": _sources(list(map(attrgetter("origin"), regions))),
    }


def _sources(origins: Sequence[str]) -> Any:
    """Where regions come from, in our words; few are distinct."""
    import pyarrow as pa

    distinct = list(dict.fromkeys(origins))
    words = texts([ORIGINS.get(one, one) or None for one in distinct])
    codes = {one: code for code, one in enumerate(distinct)}
    return words.take(numbers(np.fromiter(map(codes.__getitem__, origins), np.int64, len(origins)), pa.int64()))


def _told(records: Sequence[Any], name: str) -> Any:
    """One number of each record."""
    return np.fromiter(map(attrgetter(name), records), dtype=np.float64, count=len(records))


def _places(values: Sequence[Value], wide: Any, high: Any, turns: Any) -> dict[str, Any]:
    """The corners in pixels, as box_of tells them."""
    x, w = _told(values, "x") * wide / 100, _told(values, "width") * wide / 100
    y, h = _told(values, "y") * high / 100, _told(values, "height") * high / 100
    for row in np.flatnonzero(turns).tolist():
        sides = float(x[row]), float(y[row]), float(w[row]), float(h[row])
        x[row], y[row] = turned_about_centre(*sides, float(turns[row]))
    return {"x_min": x, "y_min": y, "x_max": x + w, "y_max": y + h}
