"""Prodigy's JSON lines: a line is one person's decision about one text.

Only accepted ones are answers; rejected and ignored ones are counted. A span's `token_end` is inclusive; its
`start` and `end` are characters.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from vendoreval.formats.readers.interface import NO, SURE, Answers, Confidence, ReaderOption
from vendoreval.formats.readers.json_documents import ITEM, documents, first_documents, item_field, item_id
from vendoreval.formats.readers.offsets import OFFSETS
from vendoreval.formats.readers.sources import Source
from vendoreval.formats.readers.span_answers import SpanAnswers
from vendoreval.labels.shapes import Shape

_IDS = (
    "meta.item_id",
    "meta.docid",
    "meta.doc_id",
    "meta.id",
    "item_id",
    "docid",
    "doc_id",
    "id",
    "_input_hash",
)
_OWN = ("_input_hash", "_task_hash", "_view_id", "_session_id", "_annotator_id")
_ASIDE = {"reject": "rejected task", "ignore": "ignored task"}


@dataclass(frozen=True)
class Prodigy:
    """The reader of what `prodigy db-out` writes."""

    name: str = "prodigy"
    suffixes: tuple[str, ...] = (".jsonl", ".ndjson")
    yields: frozenset[str] = frozenset({"spans", "multilabel"})
    options: tuple[ReaderOption, ...] = (ITEM, OFFSETS)

    def recognises(self, source: Source) -> Confidence:
        """By Prodigy's own fields."""
        for one in first_documents(source):
            if isinstance(one, dict) and "answer" in one and (own := [name for name in _OWN if name in one]):
                return Confidence(SURE, f"Its lines have answer and {own[0]}.")
        return Confidence(NO, "Its lines lack Prodigy's answer and _task_hash.")

    def read(self, source: Source, shape: Shape, options: Mapping[str, str]) -> Iterator[Answers]:
        """The accepted lines as answers."""
        path = item_field(options["item"], _IDS, first_documents(source))
        for member in source.members:
            gathered = SpanAnswers(member.name, options["offsets"])
            for line, document, reason in documents(member):
                reason = reason or _take(gathered, line, document, path, shape.name)
                if reason:
                    gathered.refuse(line, reason)
                if gathered.full:
                    yield gathered.batch()
            yield gathered.batch(f"Items are called by {path}.", last=True)


READER = Prodigy()


def _take(gathered: SpanAnswers, line: int, document: Any, path: str, shape: str) -> str:
    """Take one line in; the reason why not, if it is to be refused."""
    if not isinstance(document, dict):
        return "The line is not a JSON object."
    answer, view = document.get("answer"), document.get("_view_id")
    if isinstance(answer, str) and answer in _ASIDE:
        gathered.set_aside(_ASIDE[answer])
        return ""
    if answer != "accept":
        return f"The line's answer {str(answer)[:40]!r} is none of accept, reject and ignore."
    if shape == "multilabel":
        return _take_choices(gathered, line, document, path)
    spans, text, item = document.get("spans"), document.get("text"), item_id(document, path)
    if spans is None and isinstance(view, str) and "ner" not in view and "span" not in view:
        gathered.set_aside(f"{view[:40]} task")
        return ""
    if item is None:
        return f"The line has no item id in {path}."
    if not isinstance(text, str) or not isinstance(spans, list | None):
        return "The line has no text with a list of spans."
    gathered.sheet(line, item, text, document.get("tokens"), **_who(line, document))
    for span in spans or ():
        span = span if isinstance(span, dict) else {}
        gathered.span(span.get("label"), [_ends(span, document.get("tokens"))])
    return ""


def _take_choices(gathered: SpanAnswers, line: int, document: Mapping[str, Any], path: str) -> str:
    """The options that were chosen, none or several; the reason why not, if the line is to be refused."""
    chosen, text, item = document.get("accept"), document.get("text"), item_id(document, path)
    if chosen is None:
        gathered.set_aside(f"{str(document.get('_view_id'))[:40]} task")
        return ""
    if item is None:
        return f"The line has no item id in {path}."
    if not isinstance(chosen, list) or not all(isinstance(one, str | int) for one in chosen):
        return "The line's accept is no list of options."
    gathered.sheet(line, item, text if isinstance(text, str) else None, **_who(line, document))
    for one in chosen:
        gathered.label(str(one))
    return ""


def _who(line: int, document: Mapping[str, Any]) -> dict[str, str | None]:
    """Who answered the line, and when."""
    person = document.get("_annotator_id") or document.get("_session_id")
    return {
        "annotator_id": person if isinstance(person, str) else None, "sheet_id": str(line),
        "labelled_at": _moment(document.get("_timestamp")),
    }  # fmt: skip


def _ends(span: Mapping[str, Any], tokens: Any) -> Sequence[Any]:
    """Start and end in characters, by its tokens where there are no such."""
    if "start" in span and "end" in span:
        return span["start"], span["end"]
    try:
        first, last = span["token_start"], span["token_end"]
        return (tokens[first]["start"], tokens[last]["end"]) if 0 <= first <= last else ()
    except (KeyError, IndexError, TypeError):
        return ()


def _moment(stamp: Any) -> str | None:
    """A time of Prodigy, in seconds, as ISO 8601; what is none stays as it is, and is counted as unread."""
    if stamp is None:
        return None
    try:
        return datetime.fromtimestamp(stamp, UTC).isoformat()
    except (TypeError, ValueError, OverflowError, OSError):
        return str(stamp)[:80]
