"""Answers of Label Studio as rows and sheets of one task type."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from vendoreval.errors import InputError
from vendoreval.formats.readers.answer_rows import AnswerRows
from vendoreval.formats.readers.label_studio_regions import (
    KINDS,
    Region,
    box_of,
    line_of,
    mask_of,
    offsets_of,
    point_of,
    polygon_of,
    regions_of,
    sizes_in,
    times_of,
)  # fmt: skip
from vendoreval.formats.readers.label_studio_relations import add_relations
from vendoreval.formats.readers.label_studio_tasks import Answer, is_file
from vendoreval.formats.readers.label_studio_texts import add_texts
from vendoreval.formats.readers.label_studio_video import track_of
from vendoreval.formats.readers.offsets import Offsets

_SHEET = ("annotator_id", "sheet_id", "labelled_at")
_PLACES: Mapping[str, Callable[[Region], dict[str, Any]]] = {
    "boxes": box_of, "polygons": polygon_of, "polylines": line_of, "masks": mask_of, "segments": times_of,
}  # fmt: skip


# Questions about the whole item that a type's one answer is the answer to.
ASKED: Mapping[str, tuple[str, ...]] = {
    "classification": ("choices",), "ordinal": ("choices", "rating"), "numeric": ("number", "rating"),
}  # fmt: skip


@dataclass
class Taking:
    """Puts answers into `rows`, one after the other."""

    rows: AnswerRows
    options: Mapping[str, str]
    controls: set[str] = field(default_factory=set)  # questions that were answered so far

    def steps(self, answers: Iterable[Answer]) -> Iterator[None]:
        """Take all of them."""
        for answer in answers:
            self.take(answer)
            yield

    def take(self, answer: Answer) -> None:
        """The rows and the sheet of an answer; what is not of the shape is counted."""
        regions, aside = regions_of(answer.regions)
        shape = self.rows.shape.name
        if shape == "relations":
            aside.pop("relation", None)
        for word, count in aside.items():
            self.rows.aside(word, count)
        known: dict[str, Any] = {name: answer.facts.get(name) for name in _SHEET}
        if not self._whole(answer, regions, known):
            self._regions(answer, regions, known)

    def _whole(self, answer: Answer, regions: Sequence[Region], known: Mapping[str, Any]) -> bool:
        """Take what is said of an item as a whole, not of pieces of it; whether the shape is such."""
        shape = self.rows.shape.name
        if shape == "transcription":
            add_texts(self.rows, answer, regions, known, self.options["control"], self._one_question)
        elif shape in ASKED:
            self._one(answer, regions)
        elif shape == "relations":
            self._relations(answer, regions, known)
        elif shape == "multilabel":
            self._choices(answer, regions, known)
        else:
            return False
        return True

    def _regions(self, answer: Answer, regions: Sequence[Region], known: dict[str, Any]) -> None:
        """Take pieces of a text or of an image."""
        mine = [region for region in regions if self._is_mine(region)]
        if self.rows.shape.name == "spans":
            self._spans(answer, mine, known)
            return
        size = sizes_in(regions)
        if size is not None:
            known |= {"width": size[0], "height": size[1]}
        self.rows.sheet(answer.item, **known)
        for region in mine:
            self._shape(answer, region, regions)

    def _shape(self, answer: Answer, region: Region, regions: Sequence[Region]) -> None:
        """One region of an image or of a video."""
        shape = self.rows.shape.name
        if shape == "tracks":
            self._track(answer, region)
            return
        read = partial(self._point, regions) if shape == "keypoints" else partial(_object, _PLACES[shape])
        self._row(answer, region, read)

    def _is_mine(self, region: Region) -> bool:
        """Whether it is of the shape and of the control that is read; else it is counted."""
        if KINDS.get(region.kind) != self.rows.shape.name:
            self.rows.aside(region.kind)
            return False
        wanted = self.options["control"]
        if wanted and region.result.get("from_name") != wanted:
            self.rows.aside(f"{region.kind} of another control")
            return False
        return True

    def _track(self, answer: Answer, region: Region) -> None:
        try:
            for row in track_of(region, self.options):
                self.rows.row(answer.place, item_id=answer.item, **answer.facts, **row)
        except ValueError as error:
            reason = f"The {region.kind} {region.id or ''} cannot be read: {error}."
            self.rows.refuse(answer.place, reason, answer.item)

    def _row(self, answer: Answer, region: Region, read: Callable[[Region], dict[str, Any]]) -> None:
        pair = {"item_id": answer.item, **answer.facts}
        try:
            self.rows.row(answer.place, **pair, **read(region))
        except ValueError as error:
            named = f" {region.id}" if region.id else ""
            self.rows.refuse(answer.place, f"The {region.kind}{named} cannot be read: {error}.", answer.item)

    def _point(self, regions: Sequence[Region], region: Region) -> dict[str, Any]:
        """A point of the object that is its parent, or one of all points of the answer."""
        point = region.told | point_of(region)
        if self.options["points"] == "annotation":
            return point | {"object_id": "1", "label": self.options["object"]}
        above = region.result.get("parentID")
        parent = next((one for one in regions if one.id and one.id == above and one is not region), None)
        if parent is None:
            raise ValueError("no region is its parent, and so its object is not told")
        if len(parent.labels) != 1:
            raise ValueError(f"its parent carries {len(parent.labels)} labels")
        return point | {"object_id": parent.id, "label": parent.labels[0], "area": _area(parent)}

    def _one(self, answer: Answer, regions: Sequence[Region]) -> None:
        """The one answer about the whole item; one submitted without it is an empty label."""
        wanted, shape = self.options["control"], self.rows.shape
        found: list[Any] = []
        for region in regions:
            result = region.asked[0] if region.kind in ASKED[shape.name] else {}
            name = result.get("from_name")
            if not result or (wanted and name != wanted):
                self.rows.aside(f"{region.kind} of another control" if result else region.kind)
                continue
            self._one_question(str(name), answer)
            found.append(result["value"].get(region.kind))
        labels = [_written(one) for values in found for one in _listed(values)]
        if len(labels) > 1 or not all(label is None or isinstance(label, str) for label in labels):
            word = "number" if shape.name == "numeric" else "choice"
            many = f"It holds {len(labels)} {word}s, not one."
            self.rows.refuse(answer.place, many if len(labels) > 1 else f"Its {word} is no text.", answer.item)
            return
        self.rows.row(
            answer.place, item_id=answer.item, **answer.facts, label=labels[0] if labels else None
        )  # fmt: skip

    def _choices(self, answer: Answer, regions: Sequence[Region], known: Mapping[str, Any]) -> None:
        """All choices about the whole item; of a taxonomy the last class of each path."""
        wanted = self.options["control"]
        self.rows.sheet(answer.item, **known)
        for region in regions:
            result = region.asked[0] if region.kind in ("choices", "taxonomy") else {}
            name = result.get("from_name")
            if not result or (wanted and name != wanted):
                self.rows.aside(f"{region.kind} of another control" if result else region.kind)
                continue
            self._one_question(str(name), answer)
            for one in _listed(result["value"].get(region.kind)):
                label = one[-1] if isinstance(one, list) and one else one
                if isinstance(label, str):
                    self.rows.row(answer.place, item_id=answer.item, **answer.facts, label=label)
                else:
                    self.rows.refuse(answer.place, "One of its choices is no text.", answer.item)

    def _one_question(self, name: str, answer: Answer) -> None:
        self.controls.add(name)
        if len(self.controls) > 1:
            raise InputError(
                "Several questions are answered in it.", file=self.rows.file,
                remedy=f"Say which: {' or '.join(f'--read control={one}' for one in sorted(self.controls))}.",
            )  # fmt: skip

    def _spans(self, answer: Answer, regions: Sequence[Region], known: Mapping[str, Any]) -> None:
        text = self._text(answer, regions)
        self.rows.sheet(answer.item, **known, text=text)
        for region in regions:
            if not region.labels:
                self.rows.refuse(answer.place, f"The span {region.id} carries no label.", answer.item)
            for label in region.labels:
                self._row(answer, region, partial(self._span, label=label, text=text))

    def _relations(self, answer: Answer, regions: Sequence[Region], known: Mapping[str, Any]) -> None:
        text = self._text(answer, [region for region in regions if KINDS.get(region.kind) == "spans"])
        self.rows.sheet(answer.item, **known, text=text)

        def offsets(region: Region) -> dict[str, Any]:
            start, end = self._offsets(region, text)
            return {"start": start, "end": end, "label": next(iter(region.labels), None)}

        add_relations(self.rows, answer, regions, self.options["relation"], offsets)

    def _span(self, region: Region, label: str, text: str | None) -> dict[str, Any]:
        start, end = self._offsets(region, text)
        one = Region(region.id, region.kind, [label], region.value, region.result, region.attributes)
        return one.told | {"span_id": region.id, "start": start, "end": end}

    def _offsets(self, region: Region, text: str | None) -> tuple[int, int]:
        """Start and end in code points, checked against what the region quotes."""
        start, end = offsets_of(region)
        if text is not None:
            points = [Offsets(text, self.options["offsets"]).point(offset) for offset in (start, end)]
            if points[0] is None or points[1] is None:
                raise ValueError(f"the offset {start} or {end} lies within a character")
            start, end = points[0], points[1]
            quoted = region.value.get("text")
            if isinstance(quoted, str) and not _same(quoted, text[max(start, 0) : max(end, 0)]):
                raise ValueError(
                    f"it quotes {_shown(quoted)}, but at {start} to {end} stands {_shown(text[start:end])}"
                )
        return start, end

    def _text(self, answer: Answer, regions: Sequence[Region]) -> str | None:
        """The field of the data that holds the text: as told, the only one, or the one that all spans fit."""
        wanted = self.options["text"]
        if any(isinstance(region.value.get("start"), str) for region in regions):
            return None  # offsets of hypertext count its text without the tags
        texts = {name: value for name, value in answer.data.items() if isinstance(value, str)}
        texts = {name: value for name, value in texts.items() if not is_file(value)}
        if wanted or len(texts) < 2:
            return texts.get(wanted) if wanted else next(iter(texts.values()), None)
        fits = [name for name, text in texts.items() if self._fit(text, regions)] if regions else []
        if len(fits) == 1:
            return texts[fits[0]]
        return texts.get("text")

    def _fit(self, text: str, regions: Sequence[Region]) -> bool:
        try:
            return all(self._span(region, "", text) for region in regions)
        except ValueError:
            return False


def _object(place: Callable[[Region], dict[str, Any]], region: Region) -> dict[str, Any]:
    """The columns of one region that is an object by itself."""
    return region.told | {"object_id": region.id} | place(region)


def _written(value: Any) -> Any:
    """A number as text; anything else as it is."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _same(first: str, second: str) -> bool:
    """Whether two texts are equal but for white space, which the tool's pages change in what they quote."""
    return "".join(first.replace("\\n", "").split()) == "".join(second.split())


def _area(parent: Region) -> float | None:
    if parent.kind != "rectangle":
        return None
    box = box_of(parent)
    return float((box["x_max"] - box["x_min"]) * (box["y_max"] - box["y_min"]))


def _shown(text: str) -> str:
    return repr(text if len(text) <= 40 else f"{text[:40]}…")


def _listed(found: Any) -> list[Any]:
    return found if isinstance(found, list) else [] if found is None else [found]
