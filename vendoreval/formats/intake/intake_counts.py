"""Counting a stream of label rows: items, annotators, repeats, unknown classes, ids that look alike."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from unicodedata import normalize

import numpy as np
from numpy.typing import NDArray

from vendoreval.formats.intake.repeated_rows import Pairs

_LOW = 0xFFFFFFFF
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
    items: dict[str, int] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)
    texts: dict[str, int] = field(default_factory=dict)  # labels
    _pairs: list[NDArray[np.int64]] = field(default_factory=list)
    _label_ids: list[NDArray[np.int64]] = field(default_factory=list)

    @cached_property
    def pairs(self) -> Pairs:
        """Item and person of every row; to be asked for when all batches are in."""
        return Pairs(self._pairs, _LOW, self._label_ids)

    def add(self, columns: Mapping[str, Any], file: str, lines: NDArray[np.int64]) -> dict[str, Codes]:
        """Add one batch of Arrow text columns; returns the codes of item, annotator and label."""
        item = numbered(columns["item_id"], self.items, _LOW)
        people = columns.get("annotator_id")
        person = np.full(len(item), _LOW) if people is None else numbered(people, self.people, _LOW)
        self._pairs.append(item << 32 | person)
        label = columns["label"].dictionary_encode()
        if "label_id" in columns:
            ids = columns["label_id"].to_pylist()
            self._label_ids.append(np.asarray([0 if i is None else hash(i) or 1 for i in ids], dtype=np.int64))
        self._add_labels(label, file, lines)
        return _codes(item, person, numbered(label, self.texts, _LOW))

    def add_parts(self, columns: Mapping[str, Any], file: str, lines: NDArray[np.int64]) -> dict[str, Codes]:
        """As `add`, for answers of any number of rows: a person's rows on one item are no repeats."""
        people = columns.get("annotator_id")
        item = numbered(columns["item_id"], self.items, _LOW)
        person = np.full(len(item), _LOW) if people is None else numbered(people, self.people, _LOW)
        label = columns["label"].dictionary_encode()
        self._add_labels(label, file, lines)
        return _codes(item, person, numbered(label, self.texts, _LOW))

    def _add_labels(self, label: Any, file: str, lines: NDArray[np.int64]) -> None:
        self.labels += len(label)
        if self.classes:
            self._add_unknown(label, file, lines)

    def _add_unknown(self, label: Any, file: str, lines: NDArray[np.int64]) -> None:
        names = label.dictionary.to_pylist()
        strange = [code for code, name in enumerate(names) if name not in self.classes]
        if not strange:
            return
        codes = np.asarray(label.indices)
        found, first, counts = np.unique(codes, return_index=True, return_counts=True)
        place = dict(zip(found.tolist(), zip(first.tolist(), counts.tolist(), strict=True), strict=True))
        for code in strange:
            row, count = place[code]
            kind = UnknownLabel(names[code], 0, file, int(lines[row]))
            self.unknown.setdefault(names[code], kind).count += count

    def items_of(self, person: str) -> int:
        """On how many items a person has a label."""
        numbers = self.pairs.all
        return len(np.unique(numbers[(numbers & _LOW) == self.people[person]]))

    def labels_an_item(self, dropped: NDArray[np.int64]) -> NDArray[np.int64]:
        """Labels of each item, without the rows `dropped`."""
        items = self.pairs.all >> 32
        found: NDArray[np.int64] = np.bincount(items) - np.bincount(items[dropped], minlength=len(self.items))
        return found

    def repeated(self) -> int:
        """Further labels by one named annotator on the same item, as delivered."""
        if not len(self.pairs.repeated_numbers):
            return 0
        numbers = self.pairs.all[self.pairs.repeated()]
        named = numbers[(numbers & _LOW) != _LOW]
        return len(named) - len(np.unique(named))


def _codes(item: NDArray[np.int64], person: NDArray[np.int64], label: NDArray[np.int64]) -> dict[str, Codes]:
    named = {"item_code": item, "annotator_code": person, "label_code": label}
    return {name: np.where(code == _LOW, -1, code).astype(np.int32) for name, code in named.items()}


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
    return _pairs_by_plain(ids, lambda text: normalize("NFC", text.strip()))


def _pairs_by_plain(ids: Collection[str], plain_of: Any) -> list[tuple[str, str]]:
    """Only ids that are not plain themselves can have a double, so the others are just looked up."""
    first: dict[str, str] = {}
    pairs = []
    for text in ids:
        if text.isascii() and text == text.strip():
            continue
        plain = plain_of(text)
        if plain == text:
            continue
        other = plain if plain in ids else first.setdefault(plain, text)
        if other != text:
            pairs.append((other, text))
    return pairs
