"""Millions of texts numbered by first appearance, at less than twenty bytes each instead of the texts.

A table of open slots leads from a text's hash to its number; the hash has 80 bits and a secret key, so that two
texts share one by chance once in 10^8 deliveries of 100 million items, and nobody can make them do so.
"""

from __future__ import annotations

import secrets
from typing import Any

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]
Codes = NDArray[np.int32]
_WORD = 8  # bytes
_START = 1 << 16  # slots
_FULL = 0.6  # of the slots; then there are twice as many
_FREE = -1
_PART = 1 << 20
_MASKS = np.asarray([(1 << 8 * size) - 1 for size in range(_WORD + 1)], dtype=np.uint64)
_STEP, _FIRST, _SECOND = (
    np.uint64(number) for number in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB)
)  # splitmix64, S. Vigna


class Numbering:
    """Numbers of texts, from 0 in the order in which they first came."""

    def __init__(self) -> None:
        self._keys = np.uint64(secrets.randbits(64)), np.uint64(secrets.randbits(64))
        self._size = 0
        self._slots = np.full(_START, _FREE, dtype=np.int32)
        room = int(_START * _FULL)
        self._hashes: Hashes = np.empty(room, dtype=np.uint64)  # by number
        self._more: NDArray[np.uint16] = np.empty(room, dtype=np.uint16)

    def __len__(self) -> int:
        return self._size

    def add(self, texts: Any) -> Codes:
        """The number of each text of an Arrow array of different texts without nulls; new ones get the next."""
        hashes = hashed(texts, self._keys[0])
        more = (hashed(texts, self._keys[1]) >> np.uint64(48)).astype(np.uint16)
        self._make_room(len(hashes))
        found, slot = self._find(hashes, more)
        new = np.flatnonzero(found == _FREE)
        if len(new):
            numbers = np.arange(self._size, self._size + len(new), dtype=np.int32)
            found[new] = numbers
            self._size += len(new)
            self._hashes[numbers[0] : self._size], self._more[numbers[0] : self._size] = hashes[new], more[new]
            self._place(numbers, slot[new])
        return found

    def finish(self) -> None:
        """Nothing more is to come: only how many there are is kept."""
        nothing = np.empty(0, dtype=np.int32)
        self._slots, self._hashes, self._more = nothing, nothing.astype(np.uint64), nothing.astype(np.uint16)

    def _find(self, hashes: Hashes, more: NDArray[np.uint16]) -> tuple[Codes, NDArray[np.int64]]:
        """The number that has these hashes, or _FREE; and the slot where it stands or could stand."""
        slots = self._first_slot(hashes)
        found = self._slots[slots]
        left = np.flatnonzero(found != _FREE)
        while len(left):
            there = found[left]
            same = (self._hashes[there] == hashes[left]) & (self._more[there] == more[left])
            left = left[~same]
            slots[left] = self._next(slots[left])
            found[left] = self._slots[slots[left]]
            left = left[found[left] != _FREE]
        return found, slots

    def _place(self, numbers: Codes, slot: NDArray[np.int64]) -> None:
        """Give each number the first free slot from `slot` on."""
        while len(numbers):
            free = self._slots[slot] == _FREE
            self._slots[slot[free]] = numbers[free]  # one of those that want the same slot gets it
            on = self._slots[slot] != numbers
            numbers, slot = numbers[on], self._next(slot[on])

    def _make_room(self, more: int) -> None:
        wanted = len(self._slots)
        while self._size + more > wanted * _FULL:
            wanted *= 2
        if wanted == len(self._slots):
            return
        room = int(wanted * _FULL)
        self._slots = self._slots[:0].copy()  # one after the other: then the old ones take no room
        self._hashes = _longer(self._hashes, room)
        self._more = _longer(self._more, room)
        self._slots = np.full(wanted, _FREE, dtype=np.int32)
        for start in range(0, self._size, _PART):
            numbers = np.arange(start, min(start + _PART, self._size), dtype=np.int32)
            self._place(numbers, self._first_slot(self._hashes[numbers]))

    def _first_slot(self, hashes: Hashes) -> NDArray[np.int64]:
        return (hashes & np.uint64(len(self._slots) - 1)).astype(np.int64)

    def _next(self, slot: NDArray[np.int64]) -> NDArray[np.int64]:
        return (slot + 1) & (len(self._slots) - 1)


def _longer(values: Any, room: int) -> Any:
    found = np.empty(room, dtype=values.dtype)  # what is not written takes no memory yet
    found[: len(values)] = values
    return found


def hashed(texts: Any, key: np.uint64) -> Hashes:
    """A 64-bit hash of each text of an Arrow array: its words of eight bytes, mixed in one after the other.

    What a null's hash is means nothing.
    """
    ends = np.frombuffer(texts.buffers()[1], dtype=np.int32)[texts.offset : texts.offset + len(texts) + 1]
    found = np.full(len(texts), key, dtype=np.uint64)
    if not len(texts):
        return found
    start, size = ends[:-1].astype(np.int64) - ends[0], np.diff(ends)
    data = texts.buffers()[2]
    raw = (data.slice(int(ends[0]), int(ends[-1] - ends[0])).to_pybytes() if data else b"") + b"\0" * _WORD
    words = np.ndarray(len(raw) - _WORD + 1, dtype="<u8", buffer=raw, strides=(1,))  # one from every byte on
    with np.errstate(over="ignore"):
        found = _mixed(found ^ size.astype(np.uint64))
        for place in range(0, int(size.max()), _WORD):
            left = slice(None) if size.min() > place else np.flatnonzero(size > place)
            word = words[start[left] + place] & _MASKS[np.minimum(size[left] - place, _WORD)]
            found[left] = _mixed(found[left] ^ word)
    return found


def _mixed(numbers: Hashes) -> Hashes:
    numbers = numbers + _STEP
    numbers = (numbers ^ (numbers >> np.uint64(30))) * _FIRST
    numbers = (numbers ^ (numbers >> np.uint64(27))) * _SECOND
    return numbers ^ (numbers >> np.uint64(31))
