"""Praat's TextGrids, long and short, in UTF-8 or UTF-16: the intervals of tiers.

Both forms hold the same numbers and quoted texts, in which a quote is doubled; whatever stands between them is
for people. Intervals without text are gaps. Points have no length and are counted.
"""

from __future__ import annotations

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
    TIERS,
    Piece,
    file_answers,
    label_option,
    plain,
    tiers_joined,
)
from vendoreval.formats.readers.sources import Source
from vendoreval.labels.shapes import Shape

_TOKEN = re.compile(
    r'"(?P<text>(?:[^"]|"")*)"|(?<!\S)(?P<number>[-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?)(?!\S)'
    r"|(?P<flag><exists>|<absent>)|(?P<comment>![^\n]*)"
)
_CLASSES = ("IntervalTier", "TextTier")
Token = tuple[str, str, int]  # its kind, what it says, its line


@dataclass(frozen=True)
class TextGrid:
    """The reader of .TextGrid files."""

    name: str = "textgrid"
    suffixes: tuple[str, ...] = (".textgrid",)
    yields: frozenset[str] = SHAPES_OF_TIME
    options: tuple[ReaderOption, ...] = (label_option("tier", "tier", "text"), TIERS, EMPTY, ANNOTATORS)

    def recognises(self, source: Source) -> Confidence:
        """By the name of the object class."""
        for member in source.ending(".textgrid"):
            if b"TextGrid" in member.head(256).replace(b"\0", b""):
                return Confidence(SURE, f"{member.name} is a TextGrid of Praat's.")
        return Confidence(NO, "There is no TextGrid.")

    def read(self, source: Source, shape: Shape, options: Mapping[str, str]) -> Iterator[Answers]:
        """Each file as an answer on the recording of its name."""

        def pieces(rows: AnswerRows, member: Member, item: str) -> Iterator[Piece]:
            return _Grid(member, rows, options).pieces()

        return file_answers(source, ".textgrid", shape, options, pieces)


READER = TextGrid()


def _text(member: Member) -> str:
    """The file as text, by its byte order mark; raises InputError for what is neither."""
    data = member.read()
    code = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(code)
    except UnicodeDecodeError as error:
        raise InputError(
            "It is neither UTF-8 nor UTF-16 text.", file=member.name,
            remedy="Save it in Praat after setting Text writing preferences to UTF-8 or UTF-16.",
        ) from error  # fmt: skip


class _Grid:
    """The tokens of a file, taken one after the other."""

    def __init__(self, member: Member, rows: AnswerRows, options: Mapping[str, str]) -> None:
        self.file, self.rows = member.name, rows
        self.wanted = [name.strip() for name in options["tiers"].split(",") if name.strip()]
        text = _text(member)
        if text.startswith('"Praat chronological TextGrid text file"') or "ooBinaryFile" in text[:40]:
            raise InputError(
                "It is a chronological or binary TextGrid.", file=self.file, remedy="Save it as a text file."
            )
        self._tokens = _tokens(text)
        self._line = 1

    def pieces(self) -> Iterator[Piece]:
        """The intervals with a text, of the tiers that are read, in file order."""
        header = (self._take("text"), self._take("text"))
        if header != ("ooTextFile", "TextGrid"):
            raise self._broken("It is no TextGrid in text form.")
        self._take("number"), self._take("number")
        tiers = self._count() if self._take("flag") == "<exists>" else 0
        read = []
        for _ in range(tiers):
            kind, name = self._take("text"), plain(self._take("text"))
            self._take("number"), self._take("number")
            count = self._count()
            if kind not in _CLASSES:
                raise self._broken(f"A tier is of class {kind[:40]!r}, not {' or '.join(_CLASSES)}.")
            taken = kind == "IntervalTier" and (not self.wanted or name in self.wanted)
            read += [name] if taken else []
            yield from self._tier(kind, name, count, taken)
        self._say(read)

    def _tier(self, kind: str, name: str, count: int, taken: bool) -> Iterator[Piece]:
        for _ in range(count):
            start = float(self._take("number"))
            line = self._line
            if kind == "TextTier":
                self._take("text")
                self.rows.aside("point of a point tier")
                continue
            end, text = float(self._take("number")), plain(self._take("text"))
            if not text:
                self.rows.aside("interval without text")
            elif not taken:
                self.rows.aside(f"interval of another tier ({name})")
            else:
                yield Piece(line, start, end, text, name)

    def _say(self, read: list[str]) -> None:
        for name in self.wanted:
            if name not in read:
                self.rows.remarks.say(f"There is no interval tier {name!r}.")
        if self.rows.shape.name == "transcription" and len(read) > 1:
            self.rows.remarks.say(tiers_joined(read))

    def _take(self, kind: str) -> str:
        found, said, self._line = next(self._tokens, ("end", "", self._line))
        if found != kind:
            there = repr(said[:40]) if found != "end" else "nothing more"
            raise self._broken(f"A {kind} was expected, and there is {there}.")
        return said

    def _count(self) -> int:
        said = self._take("number")
        if not said.isdigit() or len(said) > 9:
            raise self._broken(f"A number of tiers or intervals was expected, and there is {said[:40]!r}.")
        return int(said)

    def _broken(self, why: str) -> InputError:
        return InputError(why, file=self.file, line=self._line, remedy="Ask for it again.")


def _tokens(text: str) -> Iterator[Token]:
    """Numbers, texts and flags that stand free, with their lines."""
    line, at = 1, 0
    for found in _TOKEN.finditer(text):
        line += text.count("\n", at, found.start())
        at = found.start()
        kind = found.lastgroup or ""
        if kind != "comment":
            yield kind, found[kind].replace('""', '"') if kind == "text" else found[kind], line
