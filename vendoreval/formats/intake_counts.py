"""Counting a stream of label rows: items, annotators, repeats, unknown classes, ids that look alike."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from unicodedata import normalize

import numpy as np
from numpy.typing import NDArray

_LOW = 0xFFFFFFFF


@dataclass
class UnknownLabel:
    """A label that the contract does not list: how often, and where first."""

    label: str
    count: int
    file: str
    line: int


@dataclass
class Counts:
    """Exact counts over all batches. Ids are numbered as they come, so that a pair is one integer."""

    classes: frozenset[str]
    labels: int = 0
    unknown: dict[str, UnknownLabel] = field(default_factory=dict)
    items: dict[str, int] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)
    _pairs: list[NDArray[np.int64]] = field(default_factory=list)

    def add(self, columns: Mapping[str, Any], file: str, lines: NDArray[np.int64]) -> None:
        """Add one batch of Arrow text columns."""
        item = _numbered(columns["item_id"], self.items)
        people = columns.get("annotator_id")
        person = np.full(len(item), _LOW) if people is None else _numbered(people, self.people)
        self._pairs.append(item << 32 | person)
        self.labels += len(item)
        if self.classes:
            self._add_unknown(columns["label"].dictionary_encode(), file, lines)

    def _add_unknown(self, label: Any, file: str, lines: NDArray[np.int64]) -> None:
        names = label.dictionary.to_pylist()
        strange = [code for code, name in enumerate(names) if name not in self.classes]
        if not strange:
            return
        codes = np.asarray(label.indices)
        for code in strange:
            rows = np.flatnonzero(codes == code)
            first = UnknownLabel(names[code], 0, file, int(lines[rows[0]]))
            self.unknown.setdefault(names[code], first).count += len(rows)

    def items_of(self, person: str) -> int:
        """On how many items a person has a label."""
        pairs = np.concatenate(self._pairs)
        return len(np.unique(pairs[(pairs & _LOW) == self.people[person]]))

    def pairs(self) -> tuple[int, int]:
        """Items with several labels; further labels by one named annotator on the same item."""
        pairs = np.concatenate(self._pairs) if self._pairs else np.empty(0, dtype=np.int64)
        several = int(np.count_nonzero(np.bincount(pairs >> 32) > 1)) if len(pairs) else 0
        named = pairs[(pairs & _LOW) != _LOW]
        return several, len(named) - len(np.unique(named))


def _numbered(column: Any, known: dict[str, int]) -> NDArray[np.int64]:
    """Numbers of a column's texts, by first appearance in the stream; no text has the highest number."""
    coded = column.dictionary_encode()
    numbers = [known.setdefault(text, len(known)) for text in coded.dictionary.to_pylist()]
    numbers.append(_LOW)  # where a null points
    codes: NDArray[np.int32] = np.asarray(coded.indices.fill_null(len(numbers) - 1))
    found: NDArray[np.int64] = np.asarray(numbers, dtype=np.int64)[codes]
    return found


def look_alikes(ids: Collection[str]) -> list[tuple[str, str]]:
    """Pairs of ids that differ only in white space around them or in their Unicode form."""
    return _pairs_by_plain(ids, lambda text: normalize("NFC", text.strip()))


def near_classes(labels: Iterable[str], classes: Iterable[str]) -> list[tuple[str, str]]:
    """Unknown labels with the class from which only case, white space or Unicode form sets them apart."""
    plain = {normalize("NFC", name).strip().casefold(): name for name in classes}
    found = ((label, plain.get(normalize("NFC", label).strip().casefold())) for label in labels)
    return [(label, name) for label, name in found if name is not None]


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
