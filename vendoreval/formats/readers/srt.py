"""SubRip (.srt): texts with their times. Cues are told by their times; their numbers play no part.

A cue reaches to the number before the next line with times, so that empty lines in a text end nothing. Tags are
left out. The format knows no speakers; where texts begin with a name, the option `speakers` reads it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from vendoreval.formats.readers.answer_rows import AnswerRows
from vendoreval.formats.readers.interface import Answers, Confidence, ReaderOption
from vendoreval.formats.readers.members import Member
from vendoreval.formats.readers.recordings import (
    ANNOTATORS,
    EMPTY,
    SHAPES_OF_TIME,
    UNNAMED,
    Piece,
    file_answers,
    label_option,
    plain,
    sure_of_lines,
)
from vendoreval.formats.readers.sources import Source
from vendoreval.formats.readers.text_source import whole_text
from vendoreval.labels.shapes import Shape

_TIME = r"(\d{1,6}):(\d{1,2}):(\d{1,2})[,.](\d{1,3})"
_TIMING = re.compile(rf"\s*{_TIME}\s*-->\s*{_TIME}(?:\s.*)?")
_TIMES = re.compile(rb"\d[,.]\d{1,3}\s*-->\s*\d")
_TAG = re.compile(r"</?(?:[biu]|font)\b[^>]*>|\{\\[^}]*\}", re.IGNORECASE)
_NAME = re.compile(r"\s*(?:-\s*)?([^\W\d_][^:\n]{0,40}):\s+", re.UNICODE)
_END = re.compile(r"\r\n?|\n")
_SPEAKERS = ReaderOption(
    "speakers", "colon: a text may begin with its speaker, as in Ada: good morning", "none", ("none", "colon")
)


@dataclass(frozen=True)
class SubRip:
    """The reader of .srt files."""

    name: str = "srt"
    suffixes: tuple[str, ...] = (".srt",)
    yields: frozenset[str] = SHAPES_OF_TIME
    options: tuple[ReaderOption, ...] = (
        label_option("speaker", "speaker", "text"),
        UNNAMED,
        _SPEAKERS,
        EMPTY,
        ANNOTATORS,
    )

    def recognises(self, source: Source) -> Confidence:
        """By a line with two times."""
        return sure_of_lines(source, ".srt", _TIMES, "lines with two times")

    def read(self, source: Source, shape: Shape, options: Mapping[str, str]) -> Iterator[Answers]:
        """Each file as an answer on the recording of its name."""

        def pieces(rows: AnswerRows, member: Member, item: str) -> Iterator[Piece]:
            return _pieces(rows, _END.split(whole_text(member)) if member.size else [], item, options)

        return file_answers(source, ".srt", shape, options, pieces)


READER = SubRip()


def _pieces(rows: AnswerRows, lines: list[str], item: str, options: Mapping[str, str]) -> Iterator[Piece]:
    timed = [place for place, line in enumerate(lines) if _TIMING.fullmatch(line)]
    stray = [place for place, line in enumerate(lines) if "-->" in line and not _TIMING.fullmatch(line)]
    before = lines[: timed[0]] if timed else lines
    for place in stray:
        rows.refuse(place + 1, "Its times are none, such as 00:00:01,000 --> 00:00:02,500.", item)
    if any(line.strip() and not line.strip().isdigit() for line in before) and not stray:
        rows.refuse(1, "It has no times.", item)
    for place, after in zip(timed, [*timed[1:], len(lines) + 1], strict=True):
        numbered = after <= len(lines) and lines[after - 1].strip().isdigit()
        text = _TAG.sub("", "\n".join(lines[place + 1 : after - 1 if numbered else after]))
        times = _TIMING.fullmatch(lines[place])
        name = _NAME.match(text) if options["speakers"] == "colon" else None
        speaker, said = (name[1].strip(), text[name.end() :]) if name else ("", text)
        if not plain(said):
            rows.aside("cue without text")
        elif times is not None:
            start, end = _seconds(times.groups()[:4]), _seconds(times.groups()[4:])
            yield Piece(place + 1, start, end, plain(said), speaker)


def _seconds(parts: tuple[str, ...]) -> float:
    hours, minutes, seconds = map(int, parts[:3])
    return (hours * 60 + minutes) * 60 + seconds + int(parts[3].ljust(3, "0")) / 1000
