"""NeMo manifests: one JSON object a line, with the file, the part of it that is meant, and its text.

    {"audio_filepath": "a.wav", "offset": 0.5, "duration": 1.25, "text": "god morgen", "speaker": "ada"}

Lines of one file are parts of one recording. A line with an empty text says that nothing is spoken there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from vendoreval.formats.readers.answer_rows import AnswerRows
from vendoreval.formats.readers.interface import NO, SURE, Answers, Confidence, ReaderOption
from vendoreval.formats.readers.json_documents import documents, first_documents
from vendoreval.formats.readers.recordings import (
    SHAPES_OF_TIME,
    UNNAMED,
    Piece,
    add_answer,
    label_option,
    plain,
)
from vendoreval.formats.readers.sources import Source
from vendoreval.labels.shapes import Shape

_AUDIO = ("audio_filepath", "audio_filename")
_TEXT = ReaderOption("text", "the field of the answer: text, or pred_text", "text")
_ITEMS = ReaderOption(
    "items", "an item is a recording, its lines joined in the order of their times, or each line: a.wav@0.5",
    "recording", ("recording", "line"),
)  # fmt: skip
_NAMES = ReaderOption(
    "names", "of a file's path: value (as it stands) or base (its last part)", "value", ("value", "base")
)
_PERSON = ReaderOption("annotator", "the field that names who answered; empty: nobody is known", "")
_Key = tuple[str, str | None]


@dataclass(frozen=True)
class Nemo:
    """The reader of NeMo manifests."""

    name: str = "nemo"
    suffixes: tuple[str, ...] = (".json", ".jsonl", ".ndjson", ".manifest")
    yields: frozenset[str] = SHAPES_OF_TIME
    options: tuple[ReaderOption, ...] = (
        _TEXT,
        _ITEMS,
        _NAMES,
        _PERSON,
        label_option("speaker", "speaker", "text"),
        UNNAMED,
    )

    def recognises(self, source: Source) -> Confidence:
        """By the field of the file."""
        first = first_documents(source)
        if first and all(isinstance(one, dict) and _audio(one) for one in first):
            return Confidence(SURE, "Its lines name an audio_filepath.")
        return Confidence(NO, "Its lines name no audio_filepath.")

    def read(self, source: Source, shape: Shape, options: Mapping[str, str]) -> Iterator[Answers]:
        """Each recording, or each line, as an answer."""
        for member in source.members:
            rows = AnswerRows(member.name, shape)
            answers: dict[_Key, list[Piece]] = {}
            for place, line, reason in documents(member):
                reason = reason or _take(answers, place, line, options)
                if reason:
                    rows.refuse(place, reason, _audio(line) if isinstance(line, dict) else None)
            for (item, person), pieces in answers.items():
                spoken = [one for one in pieces if one.text]
                if shape.name == "segments" and len(spoken) < len(pieces):
                    rows.aside("line without text", len(pieces) - len(spoken))
                add_answer(rows, item, person, spoken, options)
                if rows.full():
                    yield rows.take()
            yield rows.finish()


READER = Nemo()


def _audio(line: Mapping[str, Any]) -> str | None:
    found = next((line[name] for name in _AUDIO if name in line), None)
    return found if isinstance(found, str) and found.strip() else None


def _take(answers: dict[_Key, list[Piece]], place: int, line: Any, options: Mapping[str, str]) -> str:
    """Take one line in; the reason why not, if it is to be refused."""
    if not isinstance(line, dict):
        return "The line is not a JSON object."
    audio, text = _audio(line), line.get(options["text"])
    if audio is None:
        return "The line names no audio_filepath."
    if not isinstance(text, str):
        return f"The line has no {options['text']}."
    start, length = _seconds(line.get("offset", 0)), _seconds(line.get("duration", 0))
    if start is None or length is None:
        return "Its offset or duration is no number of seconds."
    item = PurePosixPath(audio).name if options["names"] == "base" else audio
    if options["items"] == "line":
        item = f"{item}@{start:g}"
    who = line.get(options["annotator"]) if options["annotator"] else None
    speaker = line.get("speaker")
    piece = Piece(
        place, start, start + length, plain(text), speaker if isinstance(speaker, str) else ""
    )  # fmt: skip
    answers.setdefault((item, None if who is None else str(who)), []).append(piece)
    return ""


def _seconds(value: Any) -> float | None:
    """A number of seconds that is not negative; missing ones are 0."""
    if value is None:
        return 0.0
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and 0 <= value < 1e7 else None
