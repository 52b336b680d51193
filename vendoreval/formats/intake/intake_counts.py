"""Counting a stream of label rows: items, annotators, repeats, unknown classes, ids that look alike."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from unicodedata import normalize

import numpy as np
from numpy.typing import NDArray

from vendoreval.formats.intake.numbering import Numbering, hashed

NONE = -1  # the code where there is no text
_AROUND = r"^[\x09-\x0d\x1c-\x20]|[\x09-\x0d\x1c-\x20]$"  # white space of ASCII, as Python has it
_KEY = np.uint64(0x5EED)
Codes = NDArray[np.int32]


@dataclass
class UnknownLabel:
    """A label that the contract does not list: how often, and where first."""

    label: str
    count: int
    file: str
    line: int
    nearest: str | None = None  # the class that it most likely means


@dataclass
class Counts:
    """Exact counts over all batches. Ids are numbered as they come, so that a pair is one integer."""

    classes: frozenset[str]
    labels: int = 0
    unknown: dict[str, UnknownLabel] = field(default_factory=dict)
    items: Numbering = field(default_factory=Numbering)
    people: dict[str, int] = field(default_factory=dict)
    texts: dict[str, int] = field(default_factory=dict)  # labels
    odd_items: list[str] = field(default_factory=list)  # those that may look like another one
    label_ids: list[NDArray[np.int64]] = field(default_factory=list)

    def add(self, columns: Mapping[str, Any], file: str, lines: NDArray[np.int64]) -> dict[str, Codes]:
        """Add one batch of Arrow text columns; returns the codes of item, annotator and label."""
        label = columns["label"].dictionary_encode()
        self._add_labels(label, file, lines)
        return self.number({**columns, "label": label})

    def number(self, columns: Mapping[str, Any]) -> dict[str, Codes]:
        """The part of `add` that rows of a table tell again, when they were added and written before."""
        coded = columns["item_id"].dictionary_encode()
        known = len(self.items)
        items = self.items.add(coded.dictionary)
        self.odd_items += odd_ids(coded.dictionary.filter(items >= known))
        if "label_id" in columns:
            self.label_ids.append(_label_ids(columns["label_id"]))
        return self._codes(items[np.asarray(coded.indices)], columns)

    def add_parts(self, columns: Mapping[str, Any], file: str, lines: NDArray[np.int64]) -> dict[str, Codes]:
        """As `add`, for answers of any number of rows: a person's rows on one item are no repeats.

        What is marked as left out may be of no class.
        """
        coded = columns["item_id"].dictionary_encode()
        items = self.items.add(coded.dictionary)
        label = columns["label"].dictionary_encode()
        self._add_labels(label, file, lines, columns.get("ignored"))
        return self._codes(items[np.asarray(coded.indices)], {**columns, "label": label})

    def _codes(self, item: Codes, columns: Mapping[str, Any]) -> dict[str, Codes]:
        people = columns.get("annotator_id")
        person = np.full(len(item), NONE) if people is None else numbered(people, self.people, NONE)
        label = numbered(columns["label"], self.texts, NONE)
        named = {"item_code": item, "annotator_code": person, "label_code": label}
        return {name: code.astype(np.int32) for name, code in named.items()}

    def _add_labels(self, label: Any, file: str, lines: NDArray[np.int64], ignored: Any = None) -> None:
        self.labels += len(label)
        if not self.classes:
            return
        if ignored is not None:
            judged = ~np.asarray(ignored.fill_null(False))
            label, lines = label.filter(judged), lines[judged]
        self._add_unknown(label, file, lines)

    def _add_unknown(self, label: Any, file: str, lines: NDArray[np.int64]) -> None:
        names = label.dictionary.to_pylist()
        strange = [code for code, name in enumerate(names) if name not in self.classes]
        if not strange:
            return
        codes = np.asarray(label.indices)
        found, first, counts = np.unique(codes, return_index=True, return_counts=True)
        place = dict(zip(found.tolist(), zip(first.tolist(), counts.tolist(), strict=True), strict=True))
        for code in place.keys() & strange:
            row, count = place[code]
            kind = UnknownLabel(names[code], 0, file, int(lines[row]))
            self.unknown.setdefault(names[code], kind).count += count


def _label_ids(column: Any) -> NDArray[np.int64]:
    """A number for each of the tool's ids of annotations, equal for equal ids; 0 where there is none."""
    found = np.maximum(hashed(column, _KEY), np.uint64(1))
    found[np.asarray(column.is_null())] = 0
    return found.view(np.int64)


def numbered(column: Any, known: dict[str, int], none: int) -> NDArray[np.int64]:
    """Numbers of an Arrow column's texts, by first appearance in the stream; `none` where there is no text."""
    coded = column.dictionary_encode()  # of a column that is encoded already, itself
    numbers = [known.setdefault(text, len(known)) for text in coded.dictionary.to_pylist()]
    numbers.append(none)  # where a null points
    codes: NDArray[np.int32] = np.asarray(coded.indices.fill_null(len(numbers) - 1))
    found: NDArray[np.int64] = np.asarray(numbers, dtype=np.int64)[codes]
    return found


def look_alikes(ids: Collection[str]) -> list[tuple[str, str]]:
    """Pairs of ids that differ only in white space around them or in their Unicode form."""
    return alike_among([text for text in ids if _is_odd(text)], lambda _: ids)


def alike_among(
    odd: Iterable[str], known: Callable[[Collection[str]], Collection[str]]
) -> list[tuple[str, str]]:
    """As `look_alikes`, of ids whose `odd` ones are told; `known` says which of some ids there are.

    Only ids that are not plain themselves can have a double, so the others are just looked up.
    """
    plains = {text: _plain(text) for text in odd}
    ids = known(plains.values()) if plains else ()
    first: dict[str, str] = {}
    pairs = []
    for text, plain in plains.items():
        if plain == text:
            continue
        other = plain if plain in ids else first.setdefault(plain, text)
        if other != text:
            pairs.append((other, text))
    return pairs


def odd_ids(column: Any) -> list[str]:
    """The texts of an Arrow column that are not plain: not ASCII, or with white space around them."""
    import pyarrow.compute as pc

    plain = pc.and_(pc.string_is_ascii(column), pc.invert(pc.match_substring_regex(column, _AROUND)))
    return [text for text in column.filter(pc.invert(plain)).to_pylist() if _is_odd(text)]


def _is_odd(text: str) -> bool:
    return _plain(text) != text


def _plain(text: str) -> str:
    return text if text.isascii() and text == text.strip() else normalize("NFC", text.strip())
