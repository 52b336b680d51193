"""Argilla's records as JSON: the responses of each person to one question, nested or flattened.

Suggestions are a model's and no answers. Flattened records tell a response's status; drafts and discarded ones
are counted aside. Nested ones do not, and hold whatever was exported.
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

_QUESTION = ReaderOption("question", "the question whose responses are read; empty: the only one", "")
_ITEM = ReaderOption("item", "the field of an item's id, with dots: metadata.docid", "id")
_ONE = ("classification", "ordinal", "numeric", "transcription")
_NO_STATUS = (
    "Nested records do not tell drafts from submitted responses: export submitted ones, or flatten the records."
)


@dataclass(frozen=True)
class Argilla:
    """The reader of records that were exported as JSON."""

    name: str = "argilla"
    suffixes: tuple[str, ...] = (".json", ".jsonl", ".ndjson")
    yields: frozenset[str] = frozenset({*_ONE, "multilabel", "spans"})
    options: tuple[ReaderOption, ...] = (_QUESTION, _ITEM)

    def recognises(self, source: Source) -> Confidence:
        """By responses and suggestions beside fields, or by flattened responses with their users."""
        for one in first_documents(source):
            if isinstance(one, dict) and ({"fields", "responses", "suggestions"} <= set(one) or _flat(one)):
                return Confidence(SURE, "Its records have the responses of Argilla.")
        return Confidence(NO, "Its records lack responses of Argilla.")

    def read(self, source: Source, shape: Shape, options: Mapping[str, str]) -> Iterator[Answers]:
        """A response an answer."""
        question = options["question"] or _only_question(source)
        for member in source.members:
            rows = AnswerRows(member.name, shape)
            rows.remarks.say(f"The question {question} is read.")
            yield from batches(rows, _steps(rows, documents(member), question, options["item"]))


READER = Argilla()


def _flat(record: Mapping[str, Any]) -> list[str]:
    """The questions of a flattened record."""
    return [name.removesuffix(".responses.users") for name in record if name.endswith(".responses.users")]


def _only_question(source: Source) -> str:
    found: dict[str, None] = {}
    for one in first_documents(source, 50):
        if isinstance(one, dict):
            nested = one.get("responses")
            found.update(dict.fromkeys([*(nested if isinstance(nested, dict) else ()), *_flat(one)]))
    if len(found) == 1:
        return next(iter(found))
    asked = " or ".join(f"--read question={name}" for name in found) or "--read question=NAME"
    raise InputError(
        f"Its first records answer {len(found)} questions: {', '.join(found) or 'none'}.", file=source.name,
        remedy=f"Say which: {asked}.",
    )  # fmt: skip


def _steps(
    rows: AnswerRows, records: Iterator[tuple[int, Any, str]], question: str, path: str
) -> Iterator[None]:
    for place, record, reason in records:
        item = plain(at(record, path)) if isinstance(record, dict) else None
        if reason or not isinstance(record, dict):
            rows.refuse(place, reason or "The record is not a JSON object.")
        elif not item:
            rows.refuse(place, f"The record has no item id in {path}.")
        else:
            _take(rows, place, item, record, question)
        yield


def _take(rows: AnswerRows, place: int, item: str, record: Mapping[str, Any], question: str) -> None:
    found = _responses(record, question)
    if not found:
        rows.aside("record without a response")
    for number, (value, person, status) in enumerate(found):
        if status not in (None, "submitted"):
            rows.aside(f"{status} response")
            continue
        if status is None:
            rows.remarks.say(_NO_STATUS)
        facts = {"item_id": item, "annotator_id": person, "sheet_id": f"{place}-{number}"}
        reason = _answer(rows, place, value, facts)
        if reason:
            rows.refuse(place, reason, item)


def _responses(record: Mapping[str, Any], question: str) -> list[tuple[Any, str | None, str | None]]:
    """The values of a question with their users and states, which nested records do not tell."""
    nested = record.get("responses")
    if isinstance(nested, dict):
        given = nested.get(question)
        some = [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []
        return [(one.get("value"), plain(one.get("user_id")), plain(one.get("status"))) for one in some]
    values, users, states = (
        record.get(f"{question}.responses{end}") or [] for end in ("", ".users", ".status")
    )
    if not all(isinstance(one, list) for one in (values, users, states)):
        return []
    return [
        (
            value,
            plain(users[at_]) if at_ < len(users) else None,
            plain(states[at_]) if at_ < len(states) else None,
        )
        for at_, value in enumerate(values)
    ]


def _answer(rows: AnswerRows, place: int, value: Any, facts: dict[str, Any]) -> str:
    """Take one response in; the reason why not, if it is to be refused."""
    if rows.shape.name in _ONE:
        if value is None or isinstance(value, dict | list):
            return "The response is not one answer."
        own = {name: one for name, one in facts.items() if name != "sheet_id" or rows.shape.many}
        rows.row(place, label=plain(value), **own)
        return ""
    if not isinstance(value, list):
        return "The response is no list."
    rows.sheet(**facts)
    for one in value:
        if rows.shape.name == "multilabel" and isinstance(one, str):
            rows.row(place, label=one, **facts)
        elif rows.shape.name == "spans" and isinstance(one, dict) and _whole(one):
            rows.row(place, label=one["label"], start=one["start"], end=one["end"], **facts)
        else:
            return (
                f"The response holds {plain(one)!r}, which is no {'class' if isinstance(one, str) else 'span'}."
            )
    return ""


def _whole(span: Mapping[str, Any]) -> bool:
    ends = type(span.get("start")) is int and type(span.get("end")) is int
    return ends and isinstance(span.get("label"), str)
