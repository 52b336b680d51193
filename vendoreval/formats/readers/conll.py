"""CoNLL: a token a line, its tag in the last column, a blank line after each sentence.

The format has no ids, no text and no offsets: sentences are numbered, the text is the tokens joined by blanks
(sentences of a document by line ends), and offsets are counted in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from vendoreval.errors import InputError, UsageError
from vendoreval.formats.readers.interface import MAYBE, NO, SURE, Answers, Confidence, ReaderOption
from vendoreval.formats.readers.sources import Member, Source
from vendoreval.formats.readers.span_answers import SpanAnswers
from vendoreval.formats.readers.tag_schemes import SCHEMES, Chunk, Seen, Tag, chunks, split
from vendoreval.formats.readers.text_source import explained, open_text
from vendoreval.labels.shapes import Shape

DOCUMENT = "-DOCSTART-"
_BLANKS = re.compile(r"[ \t]+")
_ID = re.compile(r"#\s*(?:sent_id|doc_id|id)\b\s*[=:]?\s*(\S+)")
_SAID = {"repair": "they are read as conlleval reads them", "drop": "their spans are left out"}
_OPTIONS = (
    ReaderOption("scheme", "the tags' scheme; auto tells it and says why", "auto", ("auto", *SCHEMES)),
    ReaderOption(
        "broken", "tags that break the scheme: repair reads them as conlleval does, drop leaves spans out "
        "as seqeval's strict mode does, refuse refuses their sentence", "repair", ("repair", "drop", "refuse"),
    ),
    ReaderOption(
        "items", "what an item is; documents begin at -DOCSTART-", "sentences", ("sentences", "documents")
    ),
    ReaderOption("token_column", "the column of the tokens, from 1", "1"),
    ReaderOption("tag_column", "the column of the tags, from 1, or last", "last"),
    ReaderOption(
        "annotators", "file: each file is a person's answers, by its name", "none", ("none", "file")
    ),
)  # fmt: skip


@dataclass(frozen=True)
class _Columns:
    token: int
    tag: int

    @classmethod
    def of(cls, options: Mapping[str, str]) -> _Columns:
        numbers = [options["token_column"], options["tag_column"].replace("last", "0")]
        if not all(re.fullmatch(r"[0-9]{1,4}", number) for number in numbers) or numbers[0] == "0":
            raise UsageError(
                "token_column and tag_column are numbers of columns from 1.", remedy="Say tag_column=last."
            )
        return cls(int(numbers[0]) - 1, int(numbers[1]) - 1)


@dataclass(frozen=True)
class _Way:
    """How a file is read."""

    columns: _Columns
    scheme: str
    items: str
    broken: str


@dataclass
class _Sentence:
    """Some lines: tokens and tags with their lines, or why they cannot be read."""

    begins: bool = False  # a document
    line: int = 0  # where it begins; 0 as long as it has no token
    tokens: list[str] = field(default_factory=list)
    tags: list[Tag] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    name: str | None = None  # where a comment gives one
    comments: int = 0
    reason: str = ""

    def comment(self, line: str, last: str) -> bool:
        """Whether the line is a comment before the sentence, not its token #; takes the id in it."""
        if self.line or not line.startswith("#") or split(last) is not None:
            return False
        found = _ID.match(line)
        self.name = found[1] if found else self.name
        self.comments += 1
        return True

    def add(self, line: int, row: Sequence[str], columns: _Columns) -> None:
        """A token."""
        self.line = self.line or line
        tag = split(row[columns.tag]) if 1 < len(row) > max(columns.token, columns.tag) else None
        if tag is None:
            shown = row[-1] if len(row) > 1 else ""
            reason = (
                f"The tag {shown[:40]!r} in line {line} is neither O nor like B-PER."
                if shown
                else (f"Line {line} holds a token without a tag.")
            )
            self.reason = self.reason or reason
            return
        self.tokens.append(row[columns.token])
        self.tags.append(tag)
        self.lines.append(line)


@dataclass(frozen=True)
class Conll:
    """The reader of CoNLL files."""

    name: str = "conll"
    suffixes: tuple[str, ...] = (".conll", ".bio", ".iob", ".iob2", ".tsv", ".txt")
    yields: frozenset[str] = frozenset({"spans"})
    options: tuple[ReaderOption, ...] = _OPTIONS

    def recognises(self, source: Source) -> Confidence:
        """By tags in the last column."""
        heads = [_head(member) for member in source.members[:20]]
        if heads and all(all(looks) for looks in heads) and any(heads):
            return Confidence(SURE, "Each line ends in a tag such as B-PER or O.")
        if source.ending(*self.suffixes[:4]):
            return Confidence(MAYBE, "Its name says so.")
        return Confidence(NO, "There are lines that do not end in a tag.")

    def read(self, source: Source, shape: Shape, options: Mapping[str, str]) -> Iterator[Answers]:
        """The sentences or documents as items."""
        columns, scheme, why = _Columns.of(options), options["scheme"], "it was said so"
        if scheme == "auto":
            scheme, why = _scheme(source, columns)
        way = _Way(columns, scheme, options["items"], options["broken"])
        note = f"The tags are read as {scheme.upper()}: {why}."
        for member in source.members:
            person = PurePosixPath(member.name).stem if options["annotators"] == "file" else None
            prefix = (
                f"{PurePosixPath(member.name).with_suffix('')}/"
                if len(source.members) > 1 and not person
                else ""
            )
            yield from _answers(member, way, prefix, person, note)


READER = Conll()


def _head(member: Member) -> list[bool]:
    """For each whole line among the first ones whether it is like CoNLL; markers and blank lines aside."""
    lines = member.head(8192).decode("utf-8", "ignore").splitlines()[:-1][:200]
    rows = [
        _BLANKS.split(line.strip()) for line in lines if line.strip() and not line.startswith((DOCUMENT, "# "))
    ]
    return [len(row) > 1 and split(row[-1]) is not None for row in rows]


def _scheme(source: Source, columns: _Columns) -> tuple[str, str]:
    seen = Seen()
    for member in source.members:
        for sentence in _sentences(member, columns):
            seen.add(sentence.tags)
    scheme, why = seen.scheme()
    if not scheme:
        raise InputError(
            f"The tags' scheme cannot be told: {why}.", file=source.name, remedy="Say it: --read scheme=bioes."
        )
    return scheme, why


def _answers(member: Member, way: _Way, prefix: str, person: str | None, note: str) -> Iterator[Answers]:
    gathered = SpanAnswers(member.name)
    broken: list[int] = []
    for number, part in enumerate(_items(member, way), start=1):
        item = prefix + (part[0].name or str(number))
        gathered.set_aside("comment", sum(sentence.comments for sentence in part))
        found = [chunks(sentence.tags, way.scheme) for sentence in part]
        places = [s.lines[place] for s, (_, wrong) in zip(part, found, strict=True) for place in wrong]
        reason = next((s.reason for s in part if s.reason), "")
        if places and way.broken == "refuse":
            reason = reason or f"The tag in line {places[0]} breaks the scheme {way.scheme.upper()}."
        if reason:
            gathered.refuse(part[0].line, reason, item)
            continue
        broken += places
        gathered.sheet(part[0].line, item, _text(part), annotator_id=person, sheet_id=str(part[0].line))
        _add(gathered, part, [spans for spans, _ in found], way)
        if gathered.full:
            yield gathered.batch()
    said = f"{len(broken):,} tags break the scheme {way.scheme.upper()}"
    where = f" (first: line {broken[0]}); {_SAID[way.broken]}." if broken else ""
    yield gathered.batch(note, *([said + where] if broken else []), last=True)


def _items(member: Member, way: _Way) -> Iterator[list[_Sentence]]:
    """The sentences of each item."""
    part: list[_Sentence] = []
    for sentence in _sentences(member, way.columns):
        if part and (way.items == "sentences" or sentence.begins):
            yield part
            part = []
        part.append(sentence)
    if part:
        yield part


def _text(part: Sequence[_Sentence]) -> str:
    return "\n".join([" ".join(sentence.tokens) for sentence in part])


def _add(
    gathered: SpanAnswers, part: Sequence[_Sentence], found: Sequence[Sequence[Chunk]], way: _Way
) -> None:  # fmt: skip
    start = 0
    for sentence, spans in zip(part, found, strict=True):
        starts = []
        for token in sentence.tokens:
            starts.append(start)
            start += len(token) + 1
        for chunk in spans:
            if way.broken == "drop" and not chunk.sound:
                gathered.set_aside("span of tags that break the scheme")
                continue
            end = starts[chunk.last - 1] + len(sentence.tokens[chunk.last - 1])
            gathered.span(chunk.label, [(starts[chunk.first], end)], place=sentence.lines[chunk.first])


def _columns(line: str) -> list[str]:
    """The cells of a line: by tabs where it has one, else by any number of blanks."""
    if "\t" in line:
        return line.split("\t")
    return _BLANKS.split(line.strip(" ")) if "  " in line else line.strip(" ").split(" ")


def _sentences(member: Member, columns: _Columns) -> Iterator[_Sentence]:
    """The sentences of a file that have a token."""
    sentence = _Sentence(begins=True)
    with explained(member), open_text(member) as stream:
        for number, line in enumerate(stream, start=1):
            text = line.rstrip("\r\n")
            row = _columns(text)
            if not text.strip():
                if sentence.line:
                    yield sentence
                    sentence = _Sentence()
            elif row[0].startswith(DOCUMENT):
                if sentence.line:
                    yield sentence
                sentence = _Sentence(begins=True)
            elif not sentence.comment(line, row[-1]):
                sentence.add(number, row, columns)
    if sentence.line:
        yield sentence
