"""doccano's JSON lines and JSON: spans as `[start, end, "label"]`, relations, or classes of whole texts.

Its export has no annotators: each person's answers are a file of that name, or all are mixed in `all.jsonl`.
A text that a person never opened looks like one in which there was nothing to mark.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from vendoreval.formats.readers.interface import MAYBE, NO, SURE, Answers, Confidence, ReaderOption
from vendoreval.formats.readers.json_documents import ITEM, documents, first_documents, item_field, item_id
from vendoreval.formats.readers.offsets import OFFSETS
from vendoreval.formats.readers.sources import Source
from vendoreval.formats.readers.span_answers import End, SpanAnswers
from vendoreval.labels.shapes import Shape

_IDS = ("item_id", "docid", "doc_id", "external_id", "id")
_ENDS = ("from_id", "to_id")
_ANSWERS = ("label", "labels", "entities", "annotations")
_EMPTY = ReaderOption(
    "empty", "a text without labels: not_done, as if it was never opened, or answered with nothing",
    "not_done", ("not_done", "answered"),
)  # fmt: skip
_PEOPLE = ReaderOption(
    "annotators", "file: each file is the answers of the person of its name (all.jsonl: nobody known); none: "
    "nobody is known", "file", ("file", "none"),
)  # fmt: skip
_IDS_OF_LABELS = (
    "Its labels are numbers, doccano's own ids of classes, whose names are not in the file: export it again as "
    "JSONL, in old versions as JSONL (Text-Labels)."
)


@dataclass(frozen=True)
class Doccano:
    """The reader of doccano's exports."""

    name: str = "doccano"
    suffixes: tuple[str, ...] = (".jsonl", ".json")
    yields: frozenset[str] = frozenset({"spans", "classification", "multilabel", "relations"})
    options: tuple[ReaderOption, ...] = (ITEM, OFFSETS, _EMPTY, _PEOPLE)

    def recognises(self, source: Source) -> Confidence:
        """By a text beside a list of labels."""
        level = NO
        for one in first_documents(source):
            if (
                isinstance(one, dict)
                and "text" in one
                and isinstance(_answers(one), list)
                and "answer" not in one
            ):
                level = max(level, SURE if "Comments" in one or _spans_in(_answers(one)) else MAYBE)
        reasons = (
            "Its lines lack a text with a list of labels.",
            "Its lines have a text with a list of labels.",
        )
        return Confidence(level, reasons[level > NO])

    def read(self, source: Source, shape: Shape, options: Mapping[str, str]) -> Iterator[Answers]:
        """Each text as an item; of classes of whole texts, each one as a row."""
        path = item_field(options["item"], _IDS, first_documents(source))
        for member in source.members:
            person = PurePosixPath(member.name).stem if options["annotators"] == "file" else None
            file = _File(
                SpanAnswers(member.name, options["offsets"], doubtful=True),
                path,
                None if person == "all" else person,
                empty_counts=options["empty"] == "answered",
                shape=shape.name,
            )
            for place, document, reason in documents(member):
                reason = reason or file.take(place, document)
                if reason:
                    file.gathered.refuse(place, reason)
                if file.gathered.full:
                    yield file.gathered.batch()
            yield file.gathered.batch(f"Items are called by {path}.", last=True)


READER = Doccano()


@dataclass(frozen=True)
class _File:
    """One file on its way in."""

    gathered: SpanAnswers
    path: str
    person: str | None
    empty_counts: bool
    shape: str

    @property
    def spans(self) -> bool:
        """Whether labels of pieces of a text are read, not those of whole texts."""
        return self.shape not in ("classification", "multilabel")

    def take(self, place: int, document: Any) -> str:
        """Take one text in; the reason why not, if it is to be refused."""
        if not isinstance(document, dict):
            return "The line is not a JSON object."
        found, text, item = _answers(document), document.get("text"), item_id(document, self.path)
        if self.shape == "relations" and "entities" in document:
            found = document["entities"]
        if item is None:
            return f"The line has no item id in {self.path}."
        if not isinstance(text, str) or not isinstance(found, list):
            return "The line has no text with a list of labels."
        labels = [_parts(one) for one in found]
        if any(type(label) is int for label, _, _ in labels):
            return _IDS_OF_LABELS
        relations = document.get("relations")
        if self.shape == "relations" and not isinstance(relations, list):
            return "The line has no list of relations: its project had none."
        links = relations if isinstance(relations, list) else []
        comments = document.get("Comments")
        self.gathered.set_aside("comment", len(comments) if isinstance(comments, list) else 0)
        if self.shape == "relations":
            self._relate(place, item, text, found, links)
        else:
            self.gathered.set_aside("relation", len(links))
            self._add(place, item, text, [one for one in labels if (one[1:] != (None, None)) == self.spans])
        self.gathered.set_aside(
            "class of a text" if self.spans else "span",
            sum((one[1:] != (None, None)) != self.spans for one in labels),
        )
        return ""

    def _add(self, place: int, item: str, text: str, labels: list[tuple[Any, Any, Any]]) -> None:
        if not labels and not (self.empty_counts and self.shape != "classification"):
            self.gathered.set_aside("text without a label")
            return
        self.gathered.sheet(place, item, text, annotator_id=self.person, sheet_id=str(place))
        for label, start, end in labels:
            if self.spans:
                self.gathered.span(label, [(start, end)])
            else:
                self.gathered.label(label)

    def _relate(self, place: int, item: str, text: str, found: list[Any], links: list[Any]) -> None:
        """The relations of a text; a text with entities and no relation was opened, and has none."""
        if not found and not self.empty_counts:
            self.gathered.set_aside("text without a label")
            return
        self.gathered.sheet(place, item, text, annotator_id=self.person, sheet_id=str(place))
        ends: dict[Any, End] = {}
        for one in found:
            label, start, end = _parts(one)
            name = one.get("id") if isinstance(one, dict) else None
            if (start, end) != (None, None):
                self.gathered.set_aside("span")
            if isinstance(name, str | int):
                ends[name] = label, [(start, end)]
        for link in links:
            told = link if isinstance(link, dict) else {}
            pair = [ends.get(at) if isinstance(at := told.get(name), str | int) else None for name in _ENDS]
            self.gathered.relation(told.get("type"), pair[0], pair[1])


def _answers(document: Mapping[str, Any]) -> Any:
    return next((document[name] for name in _ANSWERS if name in document), None)


def _spans_in(found: Any) -> bool:
    return any(isinstance(one, list) and len(one) == 3 for one in found)


def _parts(one: Any) -> tuple[Any, Any, Any]:
    """Label, start and end of an answer in any of doccano's notations; a class has no start and end."""
    if isinstance(one, list) and len(one) == 3:
        return one[2], one[0], one[1]
    if isinstance(one, dict):
        start, end = one.get("start_offset"), one.get("end_offset")
        return one.get("label"), start, end
    return one, None, None
