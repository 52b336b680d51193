"""WebVTT: cues with their times; comments, styles and regions are no answer.

A cue's voice (`<v Ada>`) is its speaker; a cue of several voices is a piece for each. Other tags are left out,
escapes are read, and a bare & stays. Cues are told by their times: ids are kept and need not differ.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from vendoreval.errors import InputError
from vendoreval.formats.readers.answer_rows import AnswerRows
from vendoreval.formats.readers.interface import NO, SURE, Answers, Confidence, ReaderOption
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
)
from vendoreval.formats.readers.sources import Source
from vendoreval.formats.readers.text_source import whole_text
from vendoreval.labels.shapes import Shape

_TIME = r"(?:(\d{1,6}):)?([0-5]\d):([0-5]\d)\.(\d{3})"
_TIMING = re.compile(rf"\s*{_TIME}\s+-->\s+{_TIME}(?:\s.*)?")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?[ \t]+([^>]+)>")
_TAG = re.compile(r"<[^>]*>")
_ESCAPE = re.compile(r"&(?:amp|lt|gt|lrm|rlm|nbsp|quot|#\d{1,7}|#[xX][0-9a-fA-F]{1,6});")
_ASIDE = {"NOTE": "comment", "STYLE": "style", "REGION": "region"}
_END = re.compile(r"\r\n?|\n")


@dataclass(frozen=True)
class WebVtt:
    """The reader of .vtt files."""

    name: str = "webvtt"
    suffixes: tuple[str, ...] = (".vtt",)
    yields: frozenset[str] = SHAPES_OF_TIME
    options: tuple[ReaderOption, ...] = (
        label_option("speaker", "speaker", "text"),
        UNNAMED,
        EMPTY,
        ANNOTATORS,
    )

    def recognises(self, source: Source) -> Confidence:
        """By the first line."""
        for member in source.ending(".vtt"):
            if _is_vtt(member):
                return Confidence(SURE, f"{member.name} begins with WEBVTT.")
        return Confidence(NO, "There is no .vtt file that begins with WEBVTT.")

    def read(self, source: Source, shape: Shape, options: Mapping[str, str]) -> Iterator[Answers]:
        """Each file as an answer on the recording of its name."""
        return file_answers(source, ".vtt", shape, options, _pieces)


READER = WebVtt()


def _is_vtt(member: Member) -> bool:
    return re.match(rb"(?:\xef\xbb\xbf)?WEBVTT(?:[ \t\r\n]|$)", member.head(16)) is not None


def _pieces(rows: AnswerRows, member: Member, item: str) -> Iterator[Piece]:
    if not _is_vtt(member):
        raise InputError("It does not begin with WEBVTT.", file=member.name, line=1, remedy="Ask for it again.")
    for number, block in _blocks(whole_text(member)):
        at = next((place for place, line in enumerate(block[:2]) if "-->" in line), None)
        kind = block[0].split(maxsplit=1)[0]
        if at is None and (number == 1 or kind in _ASIDE):
            if number > 1:
                rows.aside(_ASIDE[kind])
            elif any("X-TIMESTAMP-MAP" in line for line in block):
                rows.remarks.say("It is part of a stream (X-TIMESTAMP-MAP): its times are read as they stand.")
            continue
        times = _TIMING.fullmatch(block[at]) if at is not None else None
        if times is None or at is None:
            rows.refuse(number, "It is no cue with two times, such as 00:01.000 --> 00:02.500.", item)
            continue
        cue = Piece(
            number + at, _seconds(times.groups()[:4]), _seconds(times.groups()[4:]), id=block[0] if at else None
        )
        yield from _voices(rows, cue, "\n".join(block[at + 1 :]))


def _blocks(text: str) -> Iterator[tuple[int, list[str]]]:
    """What stands between empty lines, with the number of its first line."""
    block: list[str] = []
    for number, line in enumerate([*_END.split(text), ""], start=1):
        if line.strip():
            block.append(line)
        elif block:
            yield number - len(block), block
            block = []


def _voices(rows: AnswerRows, cue: Piece, payload: str) -> Iterator[Piece]:
    """A piece for each voice, and for what stands before the first one."""
    first, *rest = _VOICE.split(payload)
    parts = [("", first), *zip(rest[::2], rest[1::2], strict=True)]
    said = [(plain(_read(name)), plain(_read(_TAG.sub("", text)))) for name, text in parts]
    spoken = [(name, text) for name, text in said if text]
    if not spoken:
        rows.aside("cue without text")
    for name, text in spoken:
        yield Piece(cue.place, cue.start, cue.end, text, name, cue.id)


def _read(text: str) -> str:
    """Escapes that WebVTT knows; a bare & is one."""
    return _ESCAPE.sub(lambda found: html.unescape(found[0]), text)


def _seconds(parts: tuple[str | None, ...]) -> float:
    """From hours (where they are written), minutes, seconds and thousandths."""
    hours, minutes, seconds, rest = (int(part or 0) for part in parts)
    return ((hours * 60 + minutes) * 60 + seconds) + rest / 1000
