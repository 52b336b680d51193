"""One COCO file's annotations as batches of answers, and its images as sheets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from operator import is_not
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vendoreval.formats.readers.coco_frame import Frame
from vendoreval.formats.readers.coco_panoptic import Pictures
from vendoreval.formats.readers.coco_records import Annotations
from vendoreval.formats.readers.coco_shapes import TAKE, Context, Taken
from vendoreval.formats.readers.interface import Answers
from vendoreval.formats.readers.masks import MaskCheck
from vendoreval.formats.readers.row_batches import NOT_COUNTED
from vendoreval.labels.refusals import Refusal
from vendoreval.labels.shapes import Shape

Rows = NDArray[np.int64]
_CROWD = "Crowds, so that what falls on them is not judged (if the tool marks masks so: --read crowd=object)"
_IGNORE = "Annotations with `ignore: 1`, so that what falls on them is not judged"
_SCORE = "Annotations with a score, which is not read"
_TWICE = "Ids that stand for several annotations, all of which are kept"
_UNREAD = "Annotations whose attributes cannot be read, and are left out"
_NOT_DONE = "image without annotations, taken as not done"

_IS_THERE = partial(is_not, None)


@dataclass
class CocoBatches:
    """Turns pieces of annotations into answers, and remembers what their file says as a whole."""

    frame: Frame
    shape: Shape
    options: Mapping[str, str]
    sheet_ids: Sequence[str | None]  # of the images
    pictures: Pictures
    _place: int = 0
    _ids: list[Any] = field(default_factory=list)  # arrays of whole numbers
    _other_ids: Counter[str] = field(default_factory=Counter)
    _people: set[tuple[int, str]] = field(default_factory=set)  # image, annotator

    def __post_init__(self) -> None:
        import pyarrow as pa

        self._names = pa.array(self.frame.names, pa.string())
        self._labels = pa.array(self.frame.labels, pa.string())
        self._sheets = pa.array(self.sheet_ids, pa.string())
        self._answered = np.zeros(len(self.frame.names), dtype=np.bool_)
        self._ids_repeat = False  # segments are numbered picture by picture
        self._reader = Annotations(self.frame.file, turned=self.shape.name == "boxes")
        self._masks = MaskCheck(self.frame.remarks, self.options["rle"] == "rows")

    def refused_entries(self) -> Answers:
        """What of images and categories could not be read."""
        file = self.frame.file
        refusals = tuple(Refusal(file, place, why, NOT_COUNTED) for place, why in self.frame.refused)
        return Answers(file, {}, (), refusals=refusals)

    def batch(self, piece: bytes) -> Answers:
        """The answers in some annotations."""
        records, places, refused = self._records(piece)
        images, categories = self._pointed(records)
        if None in images or -1 in images or None in categories or -1 in categories:
            records, places, refused = self._known(records, places, refused)
            images, categories = self._pointed(records)
        context = self._context(images, categories)
        taken = TAKE[self.shape.name](records, context)
        refused += [(places[row], why) for row, why in taken.refused.items()]
        of = _rows_of(taken, len(records))
        columns = dict(taken.columns) | self._common(records, of, context, places)
        self._remember(records, context)
        return Answers(
            self.frame.file, columns, places if of is None else np.asarray(places)[of].tolist(),
            refusals=tuple(Refusal(self.frame.file, place, why, NOT_COUNTED) for place, why in sorted(refused)),
            set_aside=dict(taken.aside),
        )  # fmt: skip

    def _records(self, piece: bytes) -> tuple[list[Any], list[int], list[tuple[int, str]]]:
        """The annotations of a piece with their places in the file, segments of pictures one by one."""
        found, whys = self._reader.read(piece)
        start, self._place = self._place + 1, self._place + len(found)
        places = list(range(start, start + len(found)))
        refused: list[tuple[int, str]] = []
        if whys:
            refused = [(p, f"It cannot be read: {w}.") for p, w in zip(places, whys, strict=True) if w]
            places = [p for p, one in zip(places, found, strict=True) if one is not None]
            found = [one for one in found if one is not None]
        if any(map(_IS_THERE, self._reader.each(found, "segments_info"))):
            return self._spread(found, places, refused)
        return found, places, refused

    def _spread(
        self, found: Sequence[Any], places: Sequence[int], refused: list[tuple[int, str]]
    ) -> tuple[list[Any], list[int], list[tuple[int, str]]]:
        records, at = [], []
        for record, place in zip(found, places, strict=True):
            each: Iterator[tuple[Any, str]] = iter(((record, ""),))
            if record.segments_info is not None:
                self._ids_repeat = True
                each = self.pictures.segments(record, drawn=self.shape.name in ("masks", "panoptic"))
            for one, why in each:
                if why:
                    refused.append((place, why))
                else:
                    records.append(one)
                    at.append(place)
        return records, at, refused

    def _pointed(self, records: Sequence[Any]) -> tuple[list[Any], list[Any]]:
        """The numbers of each record's image and category, None where the file has none."""
        return (
            list(map(self.frame.images.get, self._reader.each(records, "image_id"))),
            list(map(self.frame.categories.get, self._reader.each(records, "category_id"))),
        )

    def _known(
        self, records: list[Any], places: list[int], refused: list[tuple[int, str]]
    ) -> tuple[list[Any], list[int], list[tuple[int, str]]]:
        """Those whose image and category the file has."""
        images, categories = self.frame.images, self.frame.categories
        kept, at = [], []
        for one, place in zip(records, places, strict=True):
            why = _unknown(one.image_id, images, "image") or _unknown(one.category_id, categories, "category")
            if why:
                refused.append((place, why))
                if images.get(one.image_id, -1) >= 0:
                    self._answered[images[one.image_id]] = True
            else:
                kept.append(one)
                at.append(place)
        return kept, at, refused

    def _context(self, images: Sequence[int], categories: Sequence[int]) -> Context:
        return Context(
            self.frame, np.asarray(images, dtype=np.int64), np.asarray(categories, dtype=np.int64),
            self.frame.remarks, self._masks, self.options["polygons"] == "drawn",
        )  # fmt: skip

    def _common(
        self, records: Sequence[Any], of: Rows | None, context: Context, places: Sequence[int]
    ) -> dict[str, Any]:
        """The columns that all shapes have."""
        import pyarrow as pa

        images = pa.array(_of(context.images, of))
        columns = {
            "item_id": self._names.take(images),
            "label": self._labels.take(pa.array(_of(context.categories, of))),
            "label_id": _taken(self._label_ids(records), of),
        }
        if self._sheets.null_count < len(self._sheets):
            columns["sheet_id"] = self._sheets.take(images)
        people = list(self._reader.each(records, "annotator"))
        if any(map(_IS_THERE, people)):
            texts = [None if one is None else str(one) for one in people]
            columns["annotator_id"] = _taken(pa.array(texts, pa.string()), of)
        ignored = self._ignored(records, of)
        if ignored.any():
            columns["ignored"] = pa.array(_of(ignored, of))
        if self.shape.name == "keypoints":  # annotations are told apart by their places: ids may repeat
            columns["object_id"] = pa.array(_of(np.asarray(places, dtype=np.int64), of)).cast(pa.string())
        return columns | self._attributes(records, of, places)

    def _label_ids(self, records: Sequence[Any]) -> Any:
        """The annotations' own ids as text; which of them repeat is found at the end."""
        import pyarrow as pa

        ids = list(self._reader.each(records, "id"))
        if set(map(type, ids)) == {int}:
            with suppress(OverflowError):
                numbers = np.fromiter(ids, np.int64, len(ids))
                self._ids.append(numbers)
                return pa.array(numbers).cast(pa.string())
        texts = [None if one is None else str(one) for one in ids]
        self._other_ids.update(text for text in texts if text is not None)
        return pa.array(texts, pa.string())

    def _attributes(self, records: Sequence[Any], of: Rows | None, places: Sequence[int]) -> dict[str, Any]:
        import pyarrow as pa

        if not self._reader.extras and not any(map(bytes, self._reader.each(records, "attributes"))):
            return {}
        texts, angles = [], []
        for one, place in zip(records, places, strict=True):
            try:
                text, angle = self._reader.attributes(one)
            except ValueError as error:
                text = angle = None
                self.frame.remarks.count(_UNREAD, f"the {place}th: {error}")
            texts.append(text)
            angles.append(angle)
        columns = {"attributes": _taken(pa.array(texts, pa.string()), of)}
        if any(map(_IS_THERE, angles)):
            columns["angle"] = _taken(pa.array(angles, pa.float64()), of)
        return columns

    def _ignored(self, records: Sequence[Any], of: Rows | None) -> NDArray[np.bool_]:
        """Which records are crowds or to be ignored; those that are taken are counted."""
        remarks, options, count = self.frame.remarks, self.options, len(records)
        found = np.zeros(count, dtype=np.bool_)
        mine = np.ones(count, dtype=np.bool_) if of is None else np.isin(np.arange(count), of)
        for name, option, thing in (("iscrowd", "crowd", _CROWD), ("ignore", "ignore", _IGNORE)):
            told = list(self._reader.each(records, name))
            if options[option] == "ignored" and any(told):
                marked = np.fromiter(map(bool, told), np.bool_, count)
                remarks.count(thing, count=int((marked & mine & ~found).sum()))
                found |= marked
        scores = map(bool, map(bytes, self._reader.each(records, "score")))
        remarks.count(_SCORE, count=int((np.fromiter(scores, np.bool_, count) & mine).sum()))
        return found

    def _remember(self, records: Sequence[Any], context: Context) -> None:
        """Which images were answered, and by whom where that is told."""
        people = list(self._reader.each(records, "annotator"))
        named = list(map(_IS_THERE, people)) if any(map(_IS_THERE, people)) else []
        self._answered[context.images[~np.asarray(named, dtype=np.bool_)] if named else context.images] = True
        if named:
            told = zip(context.images.tolist(), people, strict=True)
            self._people.update((image, str(one)) for image, one in told if one is not None)

    def sheets(self) -> Answers:
        """All images as sheets, and what is to be said of the file."""
        import pyarrow as pa

        frame, aside = self.frame, dict[str, int]()
        people: dict[int, list[str | None]] = {image: [] for image, _ in sorted(self._people)}
        for image, person in sorted(self._people):
            people[image].append(person)
        listed = np.fromiter((frame.images[own] >= 0 for own in frame.ids), np.bool_, len(frame.ids))
        untouched = listed & ~self._answered
        untouched[list(people)] = False
        if self.options["empty"] == "not_done" and untouched.any():
            aside[_NOT_DONE] = int(untouched.sum())
            listed &= ~untouched
        nobody = np.flatnonzero(listed & (self._answered | untouched))
        images = [*nobody.tolist(), *(image for image, names in people.items() for _ in names)]
        who = [*[None] * len(nobody), *(name for names in people.values() for name in names)]
        self._say_repeats()
        return Answers(
            frame.file, {}, (), self._sheet_columns(pa.array(images, pa.int64()), who), set_aside=aside,
            notes=frame.remarks.sentences(),
        )  # fmt: skip

    def _sheet_columns(self, images: Any, who: Sequence[str | None]) -> dict[str, Any]:
        import pyarrow as pa

        frame = self.frame
        sizes = [size or (None, None) for size in frame.sizes]
        columns = {
            "item_id": self._names.take(images),
            "width": pa.array([width for width, _ in sizes], pa.int64()).take(images),
            "height": pa.array([height for _, height in sizes], pa.int64()).take(images),
        }
        if self._sheets.null_count < len(self._sheets):
            columns["sheet_id"] = self._sheets.take(images)
        return columns | ({"annotator_id": pa.array(who, pa.string())} if self._people else {})

    def _say_repeats(self) -> None:
        ids, counts = np.unique(np.concatenate([np.empty(0, np.int64), *self._ids]), return_counts=True)
        if self._ids_repeat:
            return
        twice = [str(one) for one in ids[counts > 1].tolist()]
        twice += [text for text, count in self._other_ids.items() if count > 1]
        for text in twice:
            self.frame.remarks.count(_TWICE, text)


def _rows_of(taken: Taken, count: int) -> Rows | None:
    """The record of each row; None where that is each record in turn."""
    of = np.asarray(taken.of, dtype=np.int64)
    return None if len(of) == count and np.array_equal(of, np.arange(count)) else of


def _of(values: Any, of: Rows | None) -> Any:
    return values if of is None else values[of]


def _taken(column: Any, of: Rows | None) -> Any:
    import pyarrow as pa

    return column if of is None else column.take(pa.array(of))


def _unknown(own: Any, known: Mapping[Any, int], what: str) -> str:
    if own is None:
        return f"It has no {what}_id."
    if own not in known:
        return f"Its {what}_id {own!r} is not among the file's."
    return f"Its {what}_id {own!r} stands for several in the file." if known[own] < 0 else ""
