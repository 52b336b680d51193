"""NIST Conversation Time Marked files: the words of recordings, a line a word.

    utt-a 1 0.500 0.400 god 0.90

Its fields: recording, channel, start, duration, word, and where they are written confidence, type and speaker.
Lines that begin with ;; are comments.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from vendoreval.formats.readers.answer_rows import AnswerRows
from vendoreval.formats.readers.interface import Answers, Confidence, ReaderOption
from vendoreval.formats.readers.recordings import (
    ANNOTATORS,
    EMPTY,
    SHAPES_OF_TIME,
    UNNAMED,
    Piece,
    label_option,
    sure_of_lines,
)
from vendoreval.formats.readers.sources import Source
from vendoreval.formats.readers.time_fields import CHANNELS, Timed, line_answers, seconds_of
from vendoreval.labels.shapes import Shape

_LEAST, _MOST = 5, 8  # fields
_WORD = re.compile(rb"\A(?:\s*;;.*\n)*\s*\S+\s+\S+\s+[\d.]+\s+[\d.]+\s+\S")
_NO_WORDS = ("noise", "non-lex", "other", "misc")  # types of what is no word


@dataclass(frozen=True)
class Ctm:
    """The reader of .ctm files."""

    name: str = "ctm"
    suffixes: tuple[str, ...] = (".ctm",)
    yields: frozenset[str] = SHAPES_OF_TIME
    options: tuple[ReaderOption, ...] = (
        label_option("text", "speaker", "text"),
        UNNAMED,
        CHANNELS,
        EMPTY,
        ANNOTATORS,
    )

    def recognises(self, source: Source) -> Confidence:
        """By its first line."""
        return sure_of_lines(source, ".ctm", _WORD, "lines of words with times")

    def read(self, source: Source, shape: Shape, options: Mapping[str, str]) -> Iterator[Answers]:
        """The recordings of each file, by their names in its lines."""
        return line_answers(source, ".ctm", shape, options, _timed)


READER = Ctm()


def _timed(rows: AnswerRows, text: str) -> Iterator[Timed]:
    for number, line in enumerate(text.splitlines(), start=1):
        fields = line.split()
        if not fields or line.startswith(";;"):
            continue
        times = seconds_of(*fields[2:4]) if _LEAST <= len(fields) <= _MOST else None
        if times is None:
            why = "Alternatives are not read." if "<ALT" in line else "It is no word with two times."
            rows.refuse(number, why)
            continue
        confidence, kind, speaker = [*fields[5:], "", "", ""][:3]
        if kind in _NO_WORDS:
            rows.aside(f"line of type {kind}")
            continue
        further = {} if confidence in ("", "NA") else {"confidence": confidence}
        yield Timed(fields[0], fields[1], Piece(number, *times, fields[4], speaker, further=further))
