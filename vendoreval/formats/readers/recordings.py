"""What formats of time have in common: pieces of a recording with times, a speaker and a text.

For `segments` each piece is a row. For `transcription` the texts of a recording are one answer, in the order of
their times, joined by blanks.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from vendoreval.formats.readers.answer_rows import AnswerRows
from vendoreval.formats.readers.interface import MAYBE, NO, SURE, Answers, Confidence, ReaderOption
from vendoreval.formats.readers.members import Member
from vendoreval.formats.readers.sources import Source
from vendoreval.labels.shapes import Shape

SHAPES_OF_TIME = frozenset({"segments", "transcription"})
UNNAMED = ReaderOption("unnamed", "for segments: the label of those without a speaker", "speech")
EMPTY = ReaderOption(
    "empty", "a file without a piece of time: answered with nothing, or not done", "answered",
    ("answered", "not_done"),
)  # fmt: skip
ANNOTATORS = ReaderOption(
    "annotators", "folder: the first folder of a path is the person, the rest the item", "none",
    ("none", "folder"),
)  # fmt: skip
TIERS = ReaderOption("tiers", "the tiers that are read, parted by commas; empty: all", "")
_SPACE = re.compile(r"\s+")


def label_option(default: str, *choices: str) -> ReaderOption:
    """What the label of a segment is, of those that the format has."""
    return ReaderOption("label", "for segments: what the label is", default, choices)


def tiers_joined(names: Sequence[str]) -> str:
    """That one text was made of several tiers, as is right for speakers, not for a tier of words."""
    return (
        f"The texts of several tiers are joined by time: {', '.join(names)}. If they say the same, take one: "
        f"--read 'tiers={names[0]}'."
    )


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of time, from `start` to `end` in seconds, at line `place` of its file."""

    place: int
    start: float
    end: float
    text: str = ""
    speaker: str = ""
    id: str | None = None
    further: Mapping[str, str] | None = None


def plain(text: str) -> str:
    """The text with single blanks for white space."""
    return _SPACE.sub(" ", text).strip()


def item_and_person(member: Member, options: Mapping[str, str]) -> tuple[str, str | None]:
    """The recording of a file, by its name without the ending, and who answered."""
    path = PurePosixPath(member.name).with_suffix("")
    if options.get("annotators") == "folder" and len(path.parts) > 1:
        return "/".join(path.parts[1:]), path.parts[0]
    return str(path), None


def add_answer(
    rows: AnswerRows, item: str, person: str | None, pieces: Sequence[Piece], options: Mapping[str, str]
) -> None:
    """What one person said of a recording; without pieces, that there is nothing, unless `empty` says no."""
    if not pieces and options.get("empty") == "not_done":
        rows.aside("file without a piece of time")
        return
    rows.sheet(item, annotator_id=person)
    if rows.shape.name == "transcription":
        ordered = sorted(pieces, key=lambda one: (one.start, one.end, one.place))
        if text := " ".join(one.text for one in ordered if one.text):
            rows.row(ordered[0].place, item_id=item, annotator_id=person, label=text)
        return
    for one in pieces:
        by_text = options.get("label") == "text"
        label = one.text if by_text else one.speaker or options.get("unnamed", "")
        beside = {"speaker": one.speaker} if by_text else {"text": one.text}
        told = {name: value for name, value in {**beside, **(one.further or {})}.items() if value}
        rows.row(
            one.place, item_id=item, annotator_id=person, object_id=one.id, label=label, start_s=one.start,
            end_s=one.end, attributes=json.dumps(told, ensure_ascii=False) if told else None,
        )  # fmt: skip


def sure_of_lines(source: Source, suffix: str, line: re.Pattern[bytes], what: str) -> Confidence:
    """That files with this ending are of a format: by a `line`, called `what`, at the head of one of them."""
    members = source.ending(suffix)
    for member in members:
        if line.search(member.head()):
            return Confidence(SURE, f"{member.name} has {what}.")
    if members:
        return Confidence(MAYBE, f"Its {suffix} files are empty.")
    return Confidence(NO, f"No {suffix} file.")


def file_answers(
    source: Source, suffix: str, shape: Shape, options: Mapping[str, str],
    pieces: Callable[[AnswerRows, Member, str], Iterable[Piece]],
) -> Iterator[Answers]:  # fmt: skip
    """Each file with this ending as an answer on the recording of its name, made of its `pieces`."""
    members = source.ending(suffix)
    for member in members:
        rows = AnswerRows(member.name, shape)
        item, person = item_and_person(member, options)
        add_answer(rows, item, person, list(pieces(rows, member, item)), options)
        yield rows.finish()
    yield from other_files(source, members, shape)


def other_files(source: Source, read: Sequence[Member], shape: Shape) -> Iterator[Answers]:
    """Counts the files beside those that were read."""
    rows = AnswerRows(source.name, shape)
    if others := len(source.members) - len(read):
        rows.aside("other file", others)
        yield rows.finish()
