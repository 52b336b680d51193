"""NIST Rich Transcription Time Marked files: who spoke when, a line a turn.

    SPEAKER utt-a 1 0.500 1.250 <NA> <NA> ada <NA> <NA>

Its fields: type, recording, channel, start, duration, text, subtype, name, confidence, look-ahead. Lines of
other types than SPEAKER are counted. A file without a line says of the recording of its name that nobody
speaks.
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
    UNNAMED,
    Piece,
    sure_of_lines,
)
from vendoreval.formats.readers.sources import Source
from vendoreval.formats.readers.time_fields import CHANNELS, Timed, line_answers, seconds_of
from vendoreval.labels.shapes import Shape

_SPEAKER = "SPEAKER"
_TYPES = (
    "SEGMENT", "NOSCORE", "NO_RT_METADATA", "LEXEME", "NON-LEX", "NON-SPEECH", "FILLER", "EDIT", "IP", "SU",
    "CB", "A/P", "SPKR-INFO",
)  # fmt: skip
_LEAST = 8  # fields up to the name
_TURN = re.compile(rb"\A(?:\s*;;.*\n)*\s*[A-Z/_-]+\s+\S+\s+\S+\s+(?:<NA>|[\d.])")


@dataclass(frozen=True)
class Rttm:
    """The reader of .rttm files."""

    name: str = "rttm"
    suffixes: tuple[str, ...] = (".rttm",)
    yields: frozenset[str] = frozenset({"segments"})
    options: tuple[ReaderOption, ...] = (UNNAMED, CHANNELS, EMPTY, ANNOTATORS)

    def recognises(self, source: Source) -> Confidence:
        """By its first line."""
        return sure_of_lines(source, ".rttm", _TURN, f"lines such as {_SPEAKER}")

    def read(self, source: Source, shape: Shape, options: Mapping[str, str]) -> Iterator[Answers]:
        """The recordings of each file, by their names in its lines."""
        return line_answers(source, ".rttm", shape, options, _timed)


READER = Rttm()


def _timed(rows: AnswerRows, text: str) -> Iterator[Timed]:
    for number, line in enumerate(text.splitlines(), start=1):
        fields = line.split()
        if not fields or line.startswith(";;"):
            continue
        if fields[0] in _TYPES:
            rows.aside(f"line of type {fields[0]}")
            continue
        times = seconds_of(*fields[3:5]) if len(fields) >= _LEAST else None
        if fields[0] != _SPEAKER or times is None:
            rows.refuse(number, "It is no SPEAKER line with a recording, a start, a duration and a name.")
            continue
        speaker = "" if fields[7] == "<NA>" else fields[7]
        yield Timed(fields[1], fields[2], Piece(number, *times, speaker=speaker))
