"""The files of Label Studio exports, as answers: JSON, JSON-MIN, CSV and TSV."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from vendoreval.errors import InputError
from vendoreval.formats.readers.answer_rows import AnswerRows
from vendoreval.formats.readers.json_stream import decoded, top_level
from vendoreval.formats.readers.label_studio_tasks import Answer, answers_of, facts_of, item_of
from vendoreval.formats.readers.members import Member
from vendoreval.formats.readers.separated import DELIMITERS
from vendoreval.formats.readers.separated_rows import parsed
from vendoreval.formats.readers.text_source import explained, open_text
from vendoreval.jsonfile import parse_json

JSON, TABLES = (".json",), (".csv", ".tsv")
FULL, MIN, TABLE = "JSON", "JSON-MIN", "CSV"
_OWN = frozenset({"id", "annotator", "annotation_id", "created_at", "updated_at", "lead_time", "agreement"})
_HEAD = 1 << 20
_TASK = re.compile(rb'"(annotations|completions)"\s*:\s*\[')
_LOST = "answer about a region that is not named"
_ASK = (
    "What was asked about single regions stands in it without saying of which region it is: it is not read. "
    "The JSON export tells it."
)


def kind_of(member: Member) -> str:
    """Which export a file is, by its first bytes; empty for none."""
    head = member.head(_HEAD).removeprefix(b"\xef\xbb\xbf").lstrip()
    if member.suffix in TABLES:
        names = set(re.split(rb'[,\t"]+', head.partition(b"\n")[0].strip()))
        return TABLE if {b"annotation_id", b"annotator", b"lead_time"} <= names else ""
    if not head.startswith((b"[", b"{")):
        return ""
    if b'"data"' in head and (_TASK.search(head) or b'"result"' in head):
        listed = head.startswith(b"[") or b'"completed_by"' in head or b'"was_cancelled"' in head
        return FULL if listed else ""
    own = (b'"annotation_id"', b'"annotator"', b'"lead_time"')
    return MIN if head.startswith(b"[") and all(name in head for name in own) else ""


def answers_in(member: Member, rows: AnswerRows, options: Mapping[str, str]) -> Iterator[Answer]:
    """The answers that count, in file order; what is none is counted or refused in `rows`."""
    if member.suffix in TABLES:
        yield from _table(member, rows, options)
        return
    for place, task in enumerate(_objects(member), start=1):
        yield from answers_on(task, place, rows, options)


def answers_on(task: Any, place: int, rows: AnswerRows, options: Mapping[str, str]) -> Iterator[Answer]:
    """The answers of one element of an export: a task, an annotation with its task, or a row of JSON-MIN."""
    if isinstance(task, dict) and "data" not in task and _OWN & set(task) >= {"annotation_id", "annotator"}:
        yield from _row(task, place, rows, options)
    elif isinstance(task, dict) and isinstance(task.get("task"), dict) and "result" in task:
        yield from answers_of({**task["task"], "annotations": [task]}, place, rows, options)
    else:
        yield from answers_of(task, place, rows, options)


def _objects(member: Member) -> Iterator[Any]:
    """The elements of the array that the file is; or the one object that it is."""
    import msgspec

    if member.head(256).removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"["):
        decoder = msgspec.json.Decoder(list[Any])
        with member.open() as stream:
            for _, pieces in top_level(stream, member.name):
                for piece in pieces:
                    yield from decoded(piece, decoder, member.name, "The list of tasks")
    else:
        yield parse_json(member.read("document"), member.name)


def _table(member: Member, rows: AnswerRows, options: Mapping[str, str]) -> Iterator[Answer]:
    delimiter = DELIMITERS[member.suffix.removeprefix(".")]
    with explained(member), open_text(member) as stream:
        source = parsed(member.name, stream, delimiter)
        _, names = next(source, (1, []))
        if not {"annotation_id", "annotator"} <= set(names):
            raise InputError("Its columns are not those of a Label Studio export.", file=member.name, line=1)
        for line, row in source:
            if len(row) != len(names):
                rows.refuse(line, f"The row has {len(row)} fields, the header {len(names)}.")
                continue
            task = {name: _cell(text) for name, text in zip(names, row, strict=True) if text}
            yield from _row(task, line, rows, options)


def _cell(text: str) -> Any:
    """A cell: JSON where it holds regions or several choices, else its text."""
    import msgspec

    if text.startswith(("[", "{")):
        try:
            return msgspec.json.decode(text)
        except (msgspec.MsgspecError, RecursionError):
            return text
    return text


# The question that is asked about the whole item, by task type.
WHOLE = {
    "classification": "choices", "multilabel": "choices", "ordinal": "choices", "numeric": "number",
    "transcription": "textarea",
}  # fmt: skip


def _row(row: Mapping[str, Any], place: int, rows: AnswerRows, options: Mapping[str, str]) -> Iterator[Answer]:
    """One annotation whose regions stand by control, without ids."""
    fields = {name: value for name, value in row.items() if name not in _OWN}
    item = item_of({**row, **fields}, row.get("id"), options)
    if item is None:
        rows.refuse(place, "The row names no item.")
        return
    results: list[Any] = []
    for name, value in fields.items():
        if name == options["control"] and rows.shape.name in WHOLE:
            results.append(_answered(name, value, WHOLE[rows.shape.name]))
        elif isinstance(value, list):
            found = [_result(name, one) for one in value]
            results += [one for one in found if one]
            if None in found:
                rows.aside(_LOST, found.count(None))
                rows.remarks.say(_ASK)
    if rows.shape.name in WHOLE and not options["control"]:
        raise InputError(
            "It does not say which of its fields are answers.", file=rows.file, line=place,
            remedy=f"Say which: {' or '.join(f'--read control={name}' for name in list(fields)[:5])}.",
        )  # fmt: skip
    yield Answer(place, item, facts_of(row, options), results, fields)


def _answered(name: str, value: Any, kind: str) -> dict[str, Any]:
    """The answer to a question about the whole item, as the JSON export has it."""
    key = "text" if kind == "textarea" else kind
    told = value.get(key) if isinstance(value, dict) else value
    return {"type": kind, "from_name": name, "value": {key: told if isinstance(told, list) else [told]}}


def _result(name: str, found: Any) -> dict[str, Any] | None:
    """A region as in the JSON export, but without its id; None for an answer about some region."""
    if not isinstance(found, dict):
        return None
    kind = next((key for key in found if key.endswith("labels")), None)
    return {**found, "type": kind, "from_name": name, "value": found} if kind else None
