"""How a label is written: one class has one text, whatever file or tool it came from.

A text that is no class of the contract is read as one where a stated rule leaves exactly one class:

1. a list of one element, in JSON or as Python writes it, is its element;
2. white space around and runs of it within, and the Unicode form, tell no two classes apart;
3. nor does case, where the contract has no two classes that differ in case only;
4. where all classes are numbers, equal numbers are one class (1, 1.0, 01).

An object or a longer list is no label. What remains is asked about: the buyer states what a text means. That is
explained where only what tells nothing differs: the above, quotation marks or square brackets around, an
underscore or hyphen for a space between words, yes for true. Every other sign may mean something (-1, C++).
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from typing import Any
from unicodedata import normalize

from vendoreval.labels.numbers import decimal_of

LIST, SPACES, CASE, NUMBER = "one-element list", "white space or Unicode form", "case", "equal number"
EMPTY_LIST = "The label is empty."
_PLACEHOLDERS = frozenset(
    ("none", "nan", "n/a", "#n/a", "na", "<na>", "null", "nil", "undefined", "-", "--", "---", "–", "—", ".")
)  # fmt: skip
_SAME_WORD = {"yes": "true", "no": "false"}
_AROUND = (('"', '"'), ("'", "'"), ("`", "`"), ("“", "”"), ("„", "“"), ("‘", "’"), ("«", "»"), ("[", "]"))
# An underscore beside a letter, a hyphen between letters: 1_5 and 1-5 may be numbers or ranges.
_JOINS = re.compile(
    r"(?<=[^\W_])_+(?=[^\W\d_])|(?<=[^\W\d_])_+(?=[^\W_])|(?<=[^\W\d_])-(?=[^\W\d_])"
)  # fmt: skip
_LONGEST = 10_000  # characters of a list; no class is longer
_MOST_COMPARED = 20_000  # classes among which the nearest is looked for by its letters


@dataclass(frozen=True)
class Reading:
    """What a text is read as: a label and the rules by which, or the reason why it is none."""

    label: str
    rules: tuple[str, ...] = ()
    refused: str = ""


class Classes:
    """A contract's classes, looked up by every form in which a label may be written.

    `numbers`: there are no classes, and every label is a number, written with a decimal point.
    """

    def __init__(self, classes: Sequence[str], *, numbers: bool = False) -> None:
        self.only_numbers = numbers
        self.names = frozenset(classes)
        self.order = tuple(classes)
        self._plain = _unique((plain_text(name), name) for name in classes)
        self._folded = _unique((folded(name), name) for name in classes)
        self._explained = _unique((_words(name), name) for name in classes)
        known = [number for name in classes if (number := _number(name)) is not None]
        self._numbers = _unique(zip(known, classes, strict=True)) if len(known) == len(classes) else {}

    def read(self, text: str) -> Reading:
        """`text` by the rules above; a text that no rule knows is a label as it stands."""
        if self.only_numbers:
            return _number_read(text)
        if text in self.names or not self.names:
            return Reading(text)
        element = unwrapped(text)
        if element.refused:
            return element
        if element.rules:
            inner = self.read(element.label)
            return Reading(inner.label, (LIST, *inner.rules), inner.refused)
        forms = ((plain_text(text), self._plain, SPACES), (folded(text), self._folded, CASE))
        for form, known, rule in forms:
            if form in known:
                return Reading(known[form], (rule,))
        number = _number(text) if self._numbers else None
        if number in self._numbers:
            return Reading(self._numbers[number], (NUMBER,))
        return Reading(text)

    def explained(self, text: str) -> str | None:
        """The only class that `text` means by the rules of notation, were it to be stated; else None."""
        return self._explained.get(_words(text))

    def nearest(self, text: str) -> str | None:
        """The class that a text most likely means, for a person to confirm; None where nothing is near.

        Texts whose signs or digits differ are never near: -1 is not 1, and C++ is not C.
        """
        if explained := self.explained(text):
            return explained
        if len(self.order) > _MOST_COMPARED:
            return None
        signs = _signs(text)
        alike = [form for form, name in self._folded.items() if _signs(name) == signs]
        close = get_close_matches(folded(text)[:100], alike, n=1)
        return self._folded[close[0]] if close else None


def unwrapped(text: str) -> Reading:
    """The element of a list of one; refused: an object, or a list of none or several."""
    start = text.lstrip()[:1]
    if start not in ("[", "{"):
        return Reading(text)
    value = _value(text)
    if isinstance(value, dict):
        return Reading(text, refused="The label is an object, not a class.")
    if not isinstance(value, list):
        return Reading(text)
    if not value:
        return Reading(text, refused=EMPTY_LIST)
    if len(value) != 1:
        return Reading(text, refused=f"The label is a list of {len(value)}, not one class.")
    only = value[0]
    if isinstance(only, dict | list):
        return Reading(text, refused="The label is a list of lists or objects, not a class.")
    return Reading(only if isinstance(only, str) else _as_text(only), (LIST,))


def _number_read(text: str) -> Reading:
    """A number as it is written, without white space around it."""
    element = unwrapped(text)
    label = element.label.strip()
    if not element.refused and decimal_of(label) is None:
        return Reading(text, refused=f"The label {_shortened(label)!r} is no number.")
    return element if element.refused else Reading(label, element.rules or ((SPACES,) if label != text else ()))


def _shortened(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:37]}…"


def is_placeholder(text: str) -> bool:
    """Whether tools write `text` where there is no value."""
    return folded(text) in _PLACEHOLDERS


def plain_text(text: str) -> str:
    """The text in Unicode form C without white space around it, and with single spaces within."""
    return " ".join(normalize("NFC", text).split())


def folded(text: str) -> str:
    """The plain text without case."""
    return normalize("NFC", plain_text(text).casefold())


def _words(text: str) -> str:
    """What a text says, without what certainly tells nothing."""
    said = folded(text)
    for first, last in _AROUND:
        if len(said) > 2 and said[0] == first and said[-1] == last:
            said = said[1:-1].strip()
            break
    said = _JOINS.sub(" ", said)
    return _SAME_WORD.get(said, said)


def _signs(text: str) -> str:
    """The digits and signs of a text, in order."""
    return "".join(sign for sign in _words(text) if not sign.isalpha() and sign != " ")


def _value(text: str) -> object:
    """A list or an object from its text, else None."""
    if len(text) > _LONGEST:
        return {}
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass
    try:
        return ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return None


def _as_text(value: object) -> str:
    """A scalar as the readers write it: 3.0 is 3, true is true."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        value = int(value)
    return json.dumps(value) if isinstance(value, bool | int | float) or value is None else str(value)


def _number(text: str) -> Decimal | None:
    """The number that a text writes; None for everything else."""
    return decimal_of(plain_text(text))


def _unique(pairs: Iterable[tuple[Any, str]]) -> dict[Any, str]:
    """Each form that only one class has."""
    found: dict[Any, str] = {}
    twice = set()
    for form, name in pairs:
        if found.setdefault(form, name) != name:
            twice.add(form)
    return {form: name for form, name in found.items() if form not in twice}
