"""What became of the time of a recording: one row for each stretch in which it is the same.

    gold has the label, and so has the delivery      correct
    gold and the delivery have another label each    wrong_label: confusion
    gold has one label more than the delivery        missing
    the delivery has one label more than gold        extra: a false alarm

In every stretch equal labels are taken first; of those left over the first of gold is held against the first of
the delivery, by the order of classes, and so on, so that as much as possible is confusion and as little as
possible is missed and invented, as NIST's md-eval and pyannote.metrics count it. `size` is its length in
thousandths of a second.
"""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from vendoreval.labels.shapes import SCALE
from vendoreval.tasks.beside import Beside
from vendoreval.tasks.outcomes import CODE, ONE
from vendoreval.tasks.time_line import Held, TimeLine

Ints = NDArray[np.int64]
NONE = -1
_STRETCH = re.compile(r"time (-?[\d:.]+(?: s)?) to (-?[\d:.]+(?: s)?)")


def time_rows(line: TimeLine) -> Beside:
    """The rows of all stretches that are scored, neighbours of one kind joined."""
    sides = [one.take(line.scored[one.stretch]) for one in (line.expected, line.delivered)]
    e, d, outcome = _paired(*sides)
    held = [_with_none(side) for side in sides]
    stretch = np.maximum(held[0].stretch[e], held[1].stretch[d])
    return _joined(line, stretch, (held[0].take(e), held[1].take(d)), outcome)


def clock(thousandths: int) -> str:
    """`12.5 s`, `1:02.5`, `1:00:00`: as players show it, from a minute on."""
    sign, whole = ("-", -thousandths) if thousandths < 0 else ("", thousandths)
    seconds, rest = divmod(whole, SCALE)
    part = f".{rest:03}".rstrip("0") if rest else ""
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    if hours:
        return f"{sign}{hours}:{minute:02}:{second:02}{part}"
    return f"{sign}{minute}:{second:02}{part}" if minutes else f"{sign}{second}{part} s"


def stretch_of(where: str) -> tuple[int, int] | None:
    """The times in thousandths of a second that `where` of a row of time tells."""
    found = _STRETCH.fullmatch(where)
    return None if found is None else (_thousandths(found[1]), _thousandths(found[2]))


def _thousandths(text: str) -> int:
    """The inverse of `clock`."""
    sign, plain = (-1, text[1:]) if text.startswith("-") else (1, text)
    whole, _, rest = plain.removesuffix(" s").partition(".")
    seconds = 0
    for part in whole.split(":"):
        seconds = 60 * seconds + int(part)
    return sign * (SCALE * seconds + int(rest.ljust(3, "0") or 0))


def _paired(expected: Held, delivered: Held) -> tuple[Ints, Ints, NDArray[np.int8]]:
    """Entries of both sides that belong together, -1 for none, and what they are."""
    width = int(max(expected.label.max(initial=0), delivered.label.max(initial=0))) + 1
    same = _meeting(expected, delivered, expected.label, delivered.label, width)
    rest = [np.setdiff1d(np.arange(len(one.stretch)), mine) for one, mine in
            ((expected, same[0]), (delivered, same[1]))]  # fmt: skip
    left = [expected.take(rest[0]), delivered.take(rest[1])]
    other = _meeting(left[0], left[1], left[0].place(), left[1].place(), width)
    alone = [np.setdiff1d(np.arange(len(one.stretch)), mine) for one, mine in zip(left, other, strict=True)]
    missed, extra = rest[0][alone[0]], rest[1][alone[1]]
    parts = (
        (same[0], same[1], "correct"),
        (rest[0][other[0]], rest[1][other[1]], "wrong_label"),
        (missed, np.full(len(missed), NONE), "missing"),
        (np.full(len(extra), NONE), extra, "extra"),
    )
    outcome = np.concatenate([np.full(len(one[0]), CODE[one[2]], dtype=np.int8) for one in parts])
    return np.concatenate([one[0] for one in parts]), np.concatenate([one[1] for one in parts]), outcome


def _meeting(one: Held, other: Held, mine: Ints, theirs: Ints, width: int) -> tuple[Ints, Ints]:
    """Entries of one stretch with the same number, of each side."""
    _, first, second = np.intersect1d(
        one.stretch * width + mine, other.stretch * width + theirs, assume_unique=True, return_indices=True
    )
    return first, second


def _with_none(held: Held) -> Held:
    """With an entry at the end that stands for none."""
    return Held(*(np.append(column, NONE) for column in (held.stretch, held.label, held.unit)))


def _joined(line: TimeLine, stretch: Ints, sides: tuple[Held, Held], outcome: NDArray[np.int8]) -> Beside:
    order = np.lexsort((stretch, sides[1].label, sides[0].label, outcome, line.attempt[stretch]))
    stretch, outcome = stretch[order], outcome[order]
    expected, delivered = (side.take(order) for side in sides)
    attempt, start = line.attempt[stretch], line.start[stretch]
    end = start + line.size[stretch]
    new = np.ones(len(order), dtype=np.bool_)
    new[1:] = start[1:] != end[:-1]
    for column in (attempt, outcome, expected.label, delivered.label):
        new[1:] |= column[1:] != column[:-1]
    first = np.flatnonzero(new)
    last = np.append(first[1:], len(order)) - 1
    begun = np.lexsort((delivered.label[first], expected.label[first], start[first], attempt[first]))
    first, last = first[begun], last[begun]
    right = outcome[first] == CODE["correct"]
    spans = zip(start[first].tolist(), end[last].tolist(), strict=True)
    return Beside(
        attempt[first], expected.unit[first], delivered.unit[first], "time", outcome[first], right * ONE,
        end[last] - start[first], [f"time {clock(a)} to {clock(b)}" for a, b in spans],
    )  # fmt: skip
