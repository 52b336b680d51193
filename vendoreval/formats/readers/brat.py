"""brat standoff: `NAME.ann` beside `NAME.txt`; offsets count characters, CRLF as two.

A span may be in several pieces. Its attributes are kept, and so are the notes on it, as the attribute
AnnotatorNotes; normalisations are counted. Of the two spans of a relation the one named first is the head.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from vendoreval.errors import InputError
from vendoreval.formats.readers.brat_lines import KINDS, SPAN, Lines, pieces_of
from vendoreval.formats.readers.brat_relations import add_relations
from vendoreval.formats.readers.interface import NO, SURE, Answers, Confidence, ReaderOption
from vendoreval.formats.readers.members import Member
from vendoreval.formats.readers.offsets import CODE_POINTS, OFFSETS
from vendoreval.formats.readers.sources import Source
from vendoreval.formats.readers.span_answers import SPAN_REFUSED, SpanAnswers
from vendoreval.formats.readers.text_source import whole_text
from vendoreval.labels.shapes import Shape

_EMPTY = ReaderOption(
    "empty", "an empty .ann: answered with nothing, or not_done, as brat makes them before the work begins",
    "answered", ("answered", "not_done"),
)  # fmt: skip
_UNLINKED = (
    "No file of it holds a relation: make sure that they were asked for, for each text is taken as having none."
)
_PEOPLE = ReaderOption(
    "annotators",
    "folder: the first folder of a path is the person, the rest the item",
    "none",
    ("none", "folder"),
)
_EVENTS = ReaderOption(
    "events",
    "for relations: roles makes each role of an event a relation from its trigger; aside counts events",
    "aside",
    ("aside", "roles"),
)


@dataclass(frozen=True)
class Brat:
    """The reader of brat's folders."""

    name: str = "brat"
    suffixes: tuple[str, ...] = (".ann",)
    yields: frozenset[str] = frozenset({"spans", "relations"})
    options: tuple[ReaderOption, ...] = (OFFSETS, _EMPTY, _PEOPLE, _EVENTS)

    def recognises(self, source: Source) -> Confidence:
        """By .ann files with brat's lines, or beside texts."""
        for member in source.ending(".ann"):
            if re.match(rb"[TREAMN#*]\d*\t", member.head(64)):
                return Confidence(SURE, f"{member.name} has lines of brat's.")
            if any(other.name == _beside(member) for other in source.members):
                return Confidence(SURE, f"{member.name} lies beside its text.")
        return Confidence(NO, "There is no .ann file of brat's.")

    def read(self, source: Source, shape: Shape, options: Mapping[str, str]) -> Iterator[Answers]:
        """Each .ann as the answer on its text."""
        texts = {member.name: member for member in source.ending(".txt")}
        answers = source.ending(".ann")
        linked = shape.name != "relations"
        for member in answers:
            found = _answer(member, texts.pop(_beside(member), None), shape, options)
            linked = linked or bool(found.places)
            yield found
        if not linked:
            yield Answers(source.name, {}, (), notes=(_UNLINKED,))
        others = len(source.members) - len(answers) - len(source.ending(".txt"))
        aside = {"text without an .ann": len(texts), "other file": others}
        if any(aside.values()):
            yield Answers(
                source.name, {}, (), set_aside={word: count for word, count in aside.items() if count}
            )


READER = Brat()


def _beside(member: Member) -> str:
    return f"{member.name[: -len(member.suffix)]}.txt"


def _answer(member: Member, beside: Member | None, shape: Shape, options: Mapping[str, str]) -> Answers:
    if beside is None and options["offsets"] != CODE_POINTS:
        raise InputError(
            f"Its text {_beside(member)} is missing, without which {options['offsets']} are no characters.",
            file=member.name, remedy="Ask for the .txt files.",
        )  # fmt: skip
    path = PurePosixPath(member.name).with_suffix("")
    by_folder = options["annotators"] == "folder" and len(path.parts) > 1
    item, person = ("/".join(path.parts[1:]), path.parts[0]) if by_folder else (str(path), None)
    text = None if beside is None else _text(beside)
    lines = Lines.of(whole_text(member) if member.size else "")
    gathered = SpanAnswers(member.name, options["offsets"])
    if not lines.count and options["empty"] == "not_done":
        gathered.set_aside("empty .ann")
        return gathered.batch(last=True)
    gathered.sheet(1, item, text, annotator_id=person)
    if shape.name == "relations":
        add_relations(gathered, item, lines, roles=options["events"] == "roles")
    else:
        _add(gathered, item, lines, text)
    _leave(gathered, item, lines)
    notes = [] if text is not None else [f"Its text {_beside(member)} is missing."]
    return gathered.batch(*notes, last=True)


def _text(member: Member) -> str:
    """The text as brat counts it: with its line ends, and a byte order mark as a character."""
    mark = "\ufeff" if member.head(3) == b"\xef\xbb\xbf" else ""
    return mark + whole_text(member) if member.size else ""


def _add(gathered: SpanAnswers, item: str, lines: Lines, text: str | None) -> None:
    for name, (number, what, words) in lines.spans.items():
        found = SPAN.fullmatch(what)
        if not found:
            lines.wrong.append((number, "The line has no type with offsets."))
            continue
        pieces = pieces_of(found[2])
        taken = gathered.span(found[1], pieces, name, lines.said.pop(name, None), number)
        if taken and text is not None and gathered.words().split() != words.split():
            gathered.odd("mark other words than their line says", f"{item} {name}")
    for _, name, _ in lines.linked:
        gathered.set_aside(KINDS[name[:1]])


def _leave(gathered: SpanAnswers, item: str, lines: Lines) -> None:
    """What is no answer, counted or refused."""
    for number, reason in lines.wrong:
        gathered.refuse(number, reason, item, SPAN_REFUSED)
    for word in lines.aside:
        gathered.set_aside(word)
    gathered.set_aside("attribute or note of something else", sum(map(len, lines.said.values())))
