"""What the buyer states about a delivery's labels, and what may not be stated."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from vendoreval.errors import UsageError
from vendoreval.labels.notation import Classes, Reading, is_placeholder, plain_text, unwrapped

STATED = "stated"  # the rule of what the buyer said
JOINED = "joined"
UNNAMED = ("same", "different", JOINED)


@dataclass(frozen=True)
class Statements:
    """The options of `delivery add` that settle what labels mean and whose they are, as they were given.

    `labels`: "True=true"; `empty`: texts that are no answers; `wrong`: texts that are answers, and wrong ones;
    `in_order`: rows stand in the order of answering; `unnamed`: rows that name nobody are of the same person,
    of different people, or parts of one answer (for answers of several rows).
    """

    labels: tuple[str, ...] = ()
    empty: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()
    in_order: bool = False
    unnamed: str = ""

    def __post_init__(self) -> None:
        if self.unnamed and self.unnamed not in UNNAMED:
            raise UsageError(
                f"--unnamed {self.unnamed!r} is not known.",
                remedy="Write same (person), different (people) or joined (parts of one answer).",
            )

    def to_json(self) -> dict[str, Any]:
        """What was said, as it stands in the intake report under `stated`; empty where nothing was."""
        said = {
            "labels": list(self.labels), "empty": list(self.empty), "wrong": list(self.wrong),
            "in_order": self.in_order, "unnamed": self.unnamed,
        }  # fmt: skip
        return {name: value for name, value in said.items() if value}

    def words(self) -> list[str]:
        """The options as they are typed."""
        said = [
            word
            for option in ("labels", "empty", "wrong")
            for text in getattr(self, option)
            for word in (f"--{option}", text)
        ]
        said += ["--in-order"] if self.in_order else []
        return said + (["--unnamed", self.unnamed] if self.unnamed else [])


def statements_of(intake: Mapping[str, Any]) -> Statements:
    """What was stated when a delivery was taken in."""
    plain = intake.get("stated", {})
    texts = {name: tuple(plain.get(name, ())) for name in ("labels", "empty", "wrong")}
    return Statements(**texts, in_order=plain.get("in_order", False), unnamed=plain.get("unnamed", ""))


@dataclass(frozen=True)
class Meaning:
    """What the buyer says that a text means: a class, no answer (None), or a wrong answer (the text itself).

    `explained`: a rule of notation explains it; else it rests on the buyer's word alone.
    """

    label: str | None
    option: str
    explained: bool


class Dictionary:
    """Every text's reading: what was stated first, then the rules of notation."""

    def __init__(self, classes: Sequence[str], said: Statements, *, numbers: bool = False) -> None:
        self.classes = Classes(classes, numbers=numbers)
        self.stated: dict[str, Meaning] = {}
        for text in said.labels:
            source, name = self._pair(text)
            self._add(source, Meaning(name, "labels", self.classes.explained(source) == name))
        for option, texts in (("empty", said.empty), ("wrong", said.wrong)):
            for source in (one for text in texts for one in _listed(text, f"--{option}")):
                label = None if option == "empty" else source
                self._add(source, Meaning(label, option, option == "empty" and is_placeholder(source)))

    def read(self, text: str) -> Reading | Meaning:
        """What `text` means; the same text always means the same."""
        found = self._stated(text)
        if found is None and text not in self.classes.names:
            element = unwrapped(text)
            found = self._stated(element.label) if element.rules else None
        return found or self.classes.read(text)

    def _stated(self, text: str) -> Meaning | None:
        return self.stated.get(text) or self.stated.get(plain_text(text)) if self.stated else None

    def _add(self, source: str, meaning: Meaning) -> None:
        """Raises UsageError where a statement would turn one class into another, or says two things."""
        read = self.classes.read(source).label
        option = f"--{meaning.option}"
        same = meaning.option == "labels" and read == meaning.label
        if read in self.classes.names and not same:
            what = "a class of the contract" if read == source else f"the class {read!r}, written otherwise"
            raise UsageError(
                f"{option}: {source!r} is {what}.",
                remedy="A statement may settle how an answer is written, never turn it into another answer.",
            )
        before = self.stated.get(source)
        if before and before != meaning:
            raise UsageError(f"{option}: two things are said of {source!r}.", remedy="Keep one of them.")
        self.stated[source] = self.stated[plain_text(source)] = meaning

    def _pair(self, text: str) -> tuple[str, str]:
        """The text and the class in "TEXT=CLASS"; either may hold an equals sign."""
        places = [place for place, sign in enumerate(text) if sign == "=" and place]
        for place in places:
            if text[place + 1 :] in self.classes.names:
                return text[:place], text[place + 1 :]
        if not places:
            raise UsageError(
                f"--labels {text!r} is not TEXT=CLASS.", remedy='Write it like --labels "True=true".'
            )
        wanted = text[places[0] + 1 :]
        near = self.classes.nearest(wanted) or next(
            iter(get_close_matches(wanted, sorted(self.classes.names), n=1, cutoff=0)), ""
        )
        raise UsageError(
            f"--labels: the contract knows no class {wanted!r}.", remedy=f"The nearest is {near!r}."
        )


def _listed(text: str, option: str) -> list[str]:
    """The texts in "nan,None"; one that holds a comma stands in quotation marks."""
    try:
        found = [one.strip() for row in csv.reader([text], skipinitialspace=True, strict=True) for one in row]
    except csv.Error as error:
        raise UsageError(f"{option} {text!r} cannot be read: {error}.") from error
    if not all(found) or not found:
        raise UsageError(f"{option} {text!r} names an empty text.", remedy=f"Write it like {option} nan,None.")
    return found
