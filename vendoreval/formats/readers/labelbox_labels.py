"""One label of Labelbox (one person's answer on a data row) as rows and a sheet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from vendoreval.errors import InputError
from vendoreval.formats.readers.answer_rows import AnswerRows
from vendoreval.formats.readers.json_values import Flat, listed, number, numbers, table, text
from vendoreval.formats.readers.offsets import Offsets
from vendoreval.labels.records import canonical_map

_KINDS = {
    "bounding_box": "boxes",
    "polygon": "polygons",
    "line": "polylines",
    "point": "keypoints",
    "location": "spans",
}
_OTHERS = ("mask", "composite_mask", "cuboid", "page_locations", "message_entity")
_OF_ITEM = ("classification", "multilabel")
_QUOTED = "Entities whose text is not as long as their offsets tell; see the option end"


@dataclass(frozen=True)
class Given:
    """A label: who gave it, when, in how many seconds, and the label that it was scored against."""

    place: int
    facts: Mapping[str, Any]
    annotations: Mapping[str, Any]
    id: str | None
    reference: str | None


def given_of(found: Any, place: int) -> Given | str:
    """The label, or why it cannot be taken."""
    annotations = table(found).get("annotations")
    if not isinstance(annotations, dict):
        return "A label has no annotations."
    details, speed = table(found.get("label_details")), table(found.get("performance_details"))
    name = text(found.get("id"))
    facts = {
        "annotator_id": text(details.get("created_by")), "sheet_id": name,
        "labelled_at": text(details.get("created_at")),
        "seconds": _seconds(speed.get("seconds_to_create")),
    }  # fmt: skip
    return Given(place, facts, annotations, name, text(speed.get("benchmark_reference_label")))


def _seconds(value: Any) -> float | None:
    try:
        found = number(value, "time")
    except ValueError:
        return None
    return found if found >= 0 else None


@dataclass
class Taking:
    """Puts labels into `rows`, one after the other."""

    rows: AnswerRows
    options: Mapping[str, str]
    questions: set[str] = field(default_factory=set)  # that were answered so far

    def take(self, item: str, given: Given, size: tuple[int, int] | None, data: Any) -> None:
        """The rows and the sheet of a label; what is not of the shape is counted."""
        rows = self.rows
        if "frames" in given.annotations or "segments" in given.annotations:
            rows.aside("label of a video or a recording")
            return
        objects, answers = (listed(given.annotations.get(name)) for name in ("objects", "classifications"))
        if relations := listed(given.annotations.get("relationships")):
            rows.aside("relationship", len(relations))
        if rows.shape.name in _OF_ITEM:
            if objects:
                rows.aside("object", len(objects))
            self._answers(item, given, answers)
            return
        if answers:
            rows.aside("answer about the whole item", len(answers))
        sheet = {name: given.facts[name] for name in ("annotator_id", "sheet_id", "labelled_at")}
        words = data if isinstance(data, str) and rows.shape.name == "spans" and not _is_address(data) else None
        sides = {"width": size[0], "height": size[1]} if size else {}
        rows.sheet(item, **sheet, **sides, text=words)
        for one in objects:
            self._object(item, given, table(one), words)

    def _object(self, item: str, given: Given, found: Mapping[str, Any], words: str | None) -> None:
        kind = next((name for name in (*_KINDS, *_OTHERS) if name in found), "object of another kind")
        if _KINDS.get(kind) != self.rows.shape.name:
            self.rows.aside(kind)
            return
        try:
            answer = self._place(kind, found[kind], words)
            label = text(found.get("name")) or text(found.get("value"))
            if label is None:
                raise ValueError("it has no name")
        except ValueError as error:
            self.rows.refuse(given.place, f"The {kind} cannot be read: {error}.", item)
            return
        name = text(found.get("feature_id"))
        if kind == "point":
            answer |= {"keypoint": label, "object_id": "1"}
            label = self.options["object"]
        elif kind != "location":
            answer["object_id"] = name
        told = _told(found.get("classifications"))
        self.rows.row(
            given.place, item_id=item, label=label, **given.facts, label_id=name, **answer,
            attributes=canonical_map(told) if told else None,
        )  # fmt: skip

    def _place(self, kind: str, found: Any, words: str | None) -> dict[str, Any]:
        """Where an object lies, as columns of the shape; raises ValueError."""
        if kind == "bounding_box":
            top, left, height, width = numbers(found, "top", "left", "height", "width")
            return {"x_min": left, "y_min": top, "x_max": left + width, "y_max": top + height}
        if kind == "point":
            x, y = numbers(found, "x", "y")
            return {"x": x, "y": y}
        if kind == "location":
            return self._span(found, words)
        return {"rings": [[_line(found, closed=kind == "polygon")]]}

    def _span(self, found: Any, words: str | None) -> dict[str, Any]:
        """Its offsets as characters, the end being the one behind the last."""
        ends = [table(found).get(name) for name in ("start", "end")]
        if not all(type(one) is int and abs(one) < 2**53 for one in ends):
            raise ValueError("its offsets are no whole numbers")
        start, end = ends
        assert isinstance(start, int)
        assert isinstance(end, int)
        end += self.options["end"] == "last"
        quoted = table(found).get("token")
        utf16 = self.options["offsets"] == "utf16"
        if isinstance(quoted, str) and len(quoted.encode("utf-16-le", "replace")) // 2 != end - start:
            self.rows.remarks.count(_QUOTED, quoted[:40])
        if words is not None and utf16:
            offsets = Offsets(words, "utf16")
            first, last = offsets.point(start), offsets.point(end)
            if first is None or last is None:
                raise ValueError("an offset lies within a character")
            start, end = first, last
        return {"start": start, "end": end}

    def _answers(self, item: str, given: Given, answers: list[Any]) -> None:
        """The one question's answer; without it the whole item is answered with nothing."""
        wanted, found = self.options["question"], list[Any]()
        for one in answers:
            name = text(table(one).get("name")) or text(table(one).get("value")) or ""
            kind = _kind(table(one))
            if (wanted and name != wanted) or kind == "other answer":
                self.rows.aside("answer to another question" if wanted and name != wanted else kind)
                continue
            self.questions.add(name)
            if len(self.questions) > 1:
                choices = " or ".join(f"--read question={one}" for one in sorted(self.questions))
                raise InputError(
                    "Several questions are answered in it.", file=self.rows.file, line=given.place,
                    remedy=f"Say which: {choices}.",
                )  # fmt: skip
            found += _chosen(table(one))
        if not all(isinstance(one, str) and one for one in found):
            self.rows.refuse(given.place, "A choice has no name.", item)
        elif self.rows.shape.name == "multilabel":
            self.rows.sheet(item, **{n: given.facts[n] for n in ("annotator_id", "sheet_id", "labelled_at")})
            for label in found:
                self.rows.row(given.place, item_id=item, label=label, **given.facts)
        elif len(found) > 1:
            self.rows.refuse(given.place, f"It holds {len(found)} choices, not one.", item)
        else:
            self.rows.row(given.place, item_id=item, label=found[0] if found else None, **given.facts)


def _kind(one: Mapping[str, Any]) -> str:
    known = ("radio_answer", "checklist_answers", "checklist_answer")
    return "choice" if any(name in one for name in known) else "other answer"


def _chosen(one: Mapping[str, Any]) -> list[Any]:
    """The names of the choices of a radio or a checklist."""
    radio = one.get("radio_answer")
    several = listed(one.get("checklist_answers", one.get("checklist_answer")))
    picked = [radio] if isinstance(radio, dict) else several
    return [text(table(answer).get("name")) or text(table(answer).get("value")) for answer in picked]


def _told(found: Any) -> dict[str, Any]:
    """What was asked of an object, with what its answers asked again, by the question's name."""
    told: dict[str, Any] = {}
    for one in listed(found):
        name = text(table(one).get("name"))
        if name is None:
            continue
        chosen = [answer for answer in _chosen(one) if answer]
        free = table(one.get("text_answer")).get("content")
        told[name] = free if isinstance(free, str) else chosen[0] if len(chosen) == 1 else chosen
        radio, several = one.get("radio_answer"), listed(one.get("checklist_answers"))
        for answer in (radio, *several):
            told |= _told(table(answer).get("classifications"))
    return told


def _line(found: Any, *, closed: bool) -> Flat:
    """The points in turn; of a polygon without its closing point."""
    points = listed(found)
    flat = [number(table(point).get(name), name) for point in points for name in ("x", "y")]
    if closed and len(flat) >= 8 and flat[:2] == flat[-2:]:
        flat = flat[:-2]
    if not flat:
        raise ValueError("it has no points")
    return flat


def _is_address(data: str) -> bool:
    """Whether the row's data is a file's address, not the text itself."""
    return "://" in data.split(maxsplit=1)[0] if data.strip() else False
