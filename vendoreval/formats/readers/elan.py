"""ELAN's .eaf files: the annotations of all tiers, in thousandths of a second.

    ALIGNABLE_ANNOTATION   from one time slot to another; slots without one lie evenly between others
    REF_ANNOTATION         has the time of the one that it refers to; of several on one, each an even part

A tier's PARTICIPANT is who speaks and its ANNOTATOR who annotated, where they are written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from vendoreval.formats.readers.answer_rows import AnswerRows
from vendoreval.formats.readers.interface import NO, SURE, Answers, Confidence, ReaderOption
from vendoreval.formats.readers.members import Member
from vendoreval.formats.readers.recordings import (
    EMPTY,
    SHAPES_OF_TIME,
    TIERS,
    Piece,
    add_answer,
    item_and_person,
    label_option,
    other_files,
    plain,
    tiers_joined,
)
from vendoreval.formats.readers.sources import Source
from vendoreval.formats.readers.xml_stream import Element, elements, root_of
from vendoreval.labels.shapes import Shape

_ROOT = "ANNOTATION_DOCUMENT"
_PEOPLE = ReaderOption(
    "annotators", "tier: who a tier's ANNOTATOR says; folder: the first folder of a path is the person", "none",
    ("none", "tier", "folder"),
)  # fmt: skip
Times = tuple[float, float]
_LONGEST = 12  # digits of a time


@dataclass(frozen=True)
class Elan:
    """The reader of .eaf files."""

    name: str = "elan"
    suffixes: tuple[str, ...] = (".eaf",)
    yields: frozenset[str] = SHAPES_OF_TIME
    options: tuple[ReaderOption, ...] = (
        label_option("tier", "tier", "participant", "text"),
        TIERS,
        EMPTY,
        _PEOPLE,
    )

    def recognises(self, source: Source) -> Confidence:
        """By the root."""
        for member in source.ending(".eaf"):
            if root_of(member.head()) == _ROOT:
                return Confidence(SURE, f"{member.name} is a document of ELAN's.")
        return Confidence(NO, "There is no .eaf file of ELAN's.")

    def read(self, source: Source, shape: Shape, options: Mapping[str, str]) -> Iterator[Answers]:
        """Each file as an answer on the recording of its name, by person where tiers name them."""
        members = source.ending(".eaf")
        for member in members:
            rows = AnswerRows(member.name, shape)
            item, person = item_and_person(member, options)
            for who, pieces in _Document(member, rows, options, item).by_person(person).items():
                add_answer(rows, item, who, pieces, options)
            yield rows.finish()
        yield from other_files(source, members, shape)


READER = Elan()


@dataclass(frozen=True)
class _Annotation:
    line: int
    value: str
    slots: tuple[str, str] | None = None
    parent: str = ""
    previous: str = ""


@dataclass
class _Tier:
    name: str
    participant: str
    annotator: str
    own: dict[str, _Annotation] = field(default_factory=dict)


class _Document:
    """The tiers of a document, and the times of their annotations by id."""

    def __init__(self, member: Member, rows: AnswerRows, options: Mapping[str, str], item: str) -> None:
        self.rows, self.options, self.item = rows, options, item
        self.slots: dict[str, float | None] = {}
        self.tiers: list[_Tier] = []
        for one in elements(member, _ROOT):
            if one.tag == "TIME_ORDER":
                self.slots.update((slot.attributes.get("TIME_SLOT_ID", ""), _value(slot)) for slot in one)
            elif one.tag == "TIER":
                self.tiers.append(self._tier(one))
        self.times: dict[str, Times] = {}
        for tier in self.tiers:
            self._align(tier)
        waiting = [tier for tier in self.tiers if any(one.slots is None for one in tier.own.values())]
        for _ in self.tiers:  # parents may stand further down, and refer to others themselves
            waiting = [tier for tier in waiting if self._refer(tier)]

    def by_person(self, person: str | None) -> dict[str | None, list[Piece]]:
        """The pieces of the tiers that are read, by who annotated them."""
        wanted = [name.strip() for name in self.options["tiers"].split(",") if name.strip()]
        found: dict[str | None, list[Piece]] = {}
        for tier in self.tiers:
            if wanted and tier.name not in wanted:
                self.rows.aside(f"annotation of another tier ({tier.name})", len(tier.own))
                continue
            who = (tier.annotator or None) if self.options["annotators"] == "tier" else person
            found.setdefault(who, []).extend(self._pieces(tier))
        read = [tier.name for tier in self.tiers if tier.own and (not wanted or tier.name in wanted)]
        if self.rows.shape.name == "transcription" and len(read) > 1:
            self.rows.remarks.say(tiers_joined(read))
        return found or {person: []}

    @property
    def _marks(self) -> bool:
        """Whether a segment is marked by its times, whatever is written on it."""
        return self.rows.shape.name == "segments" and self.options["label"] != "text"

    def _pieces(self, tier: _Tier) -> Iterator[Piece]:
        speaker = tier.participant if self.options["label"] == "participant" else tier.name
        for name, one in tier.own.items():
            if name not in self.times:
                self.rows.refuse(
                    one.line, "Its times cannot be told: a slot or an annotation is missing.", self.item
                )
            elif not one.value and not self._marks:
                self.rows.aside("annotation without text")
            else:
                yield Piece(one.line, *self.times[name], one.value, speaker or tier.name, name)

    def _tier(self, one: Element) -> _Tier:
        name, speaker, person = (
            plain(one.attributes.get(key, "")) for key in ("TIER_ID", "PARTICIPANT", "ANNOTATOR")
        )
        tier = _Tier(name, speaker, person)
        for inner in (kind for annotation in one for kind in annotation):
            said, value = inner.attributes, plain(inner.word("ANNOTATION_VALUE"))
            name = said.get("ANNOTATION_ID", "")
            if inner.tag == "ALIGNABLE_ANNOTATION":
                slots = said.get("TIME_SLOT_REF1", ""), said.get("TIME_SLOT_REF2", "")
                tier.own[name] = _Annotation(inner.line, value, slots)
            elif inner.tag == "REF_ANNOTATION":
                parent, previous = said.get("ANNOTATION_REF", ""), said.get("PREVIOUS_ANNOTATION", "")
                tier.own[name] = _Annotation(inner.line, value, None, parent, previous)
            else:
                self.rows.aside(f"element {inner.tag}")
        return tier

    def _align(self, tier: _Tier) -> None:
        """Times by slots; in a chain of annotations, slots without a time are spread evenly."""
        slots = self.slots
        begins = {one.slots[0]: one.slots[1] for one in tier.own.values() if one.slots}
        for first in [slot for slot in begins if slots.get(slot) is not None]:
            chain = [first, begins[first]]
            while slots.get(chain[-1]) is None and chain[-1] in begins and len(chain) <= len(begins):
                chain.append(begins[chain[-1]])
            low, high = slots[first], slots.get(chain[-1])
            if len(chain) > 2 and low is not None and high is not None:
                self.rows.remarks.count("Times between others, spread evenly", self.item, len(chain) - 2)
                step = (high - low) / (len(chain) - 1)
                slots.update((slot, low + step * place) for place, slot in enumerate(chain[1:-1], start=1))
        for name, one in tier.own.items():
            if one.slots:
                start, end = (slots.get(slot) for slot in one.slots)
                if start is not None and end is not None:
                    self.times[name] = start, end

    def _refer(self, tier: _Tier) -> bool:
        """Times by the annotations referred to; whether some are still open."""
        children: dict[str, list[str]] = {}
        for name, one in tier.own.items():
            if one.slots is None:
                children.setdefault(one.parent, []).append(name)
        for parent, names in children.items():
            if parent in self.times:
                start, end = self.times[parent]
                step = (end - start) / len(names)
                for place, name in enumerate(_in_order(names, tier.own)):
                    self.times[name] = start + step * place, start + step * (place + 1)
        return any(parent not in self.times for parent in children)


def _in_order(names: list[str], known: Mapping[str, _Annotation]) -> list[str]:
    """Annotations of one parent, each behind the one that it names as previous."""
    after = {known[name].previous: name for name in names}
    found, current = [], after.get("")
    while current is not None and current not in found:
        found.append(current)
        current = after.get(current)
    return [*found, *(name for name in names if name not in found)]


def _value(slot: Element) -> float | None:
    """The time of a slot in seconds."""
    text = slot.attributes.get("TIME_VALUE", "")
    return int(text) / 1000 if text.isascii() and text.isdigit() and len(text) <= _LONGEST else None
