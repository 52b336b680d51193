"""What the tests of patterns share: the labels in canonical form, one sign, and plain wording.

A sign is one test with its p-value, corrected for all looks inside it. Figures in evidence are rounded
to six significant digits, so that two machines write the same bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from vendoreval.audits.figures import answered
from vendoreval.inference.comparing import Codes, Comparison, Contrast, Mask, least
from vendoreval.inference.ordering import by_codes, dense, starts_of
from vendoreval.labels.columns import Coded
from vendoreval.tasks.outcomes import Outcomes

LEAST_RATIO, LEAST_GAP = 1.25, 0.01  # what is surely there, but smaller than this, raises no flag
MOST_CLASSES = 2_000  # every class is held against every other; that grows with the square of their number
TOO_MANY_CLASSES = f"There are more than {MOST_CLASSES:,} classes, too many to hold each against each other."
SMALLEST_P = 1e-9  # below it, p-values are printed as this: their digits depend on the machine

Key = TypeVar("Key")
_DAY = 86_400_000_000  # microseconds


@dataclass(frozen=True)
class Sign:
    """One test of a pattern: what it looks at, its p-value, and whether the effect is worth a flag."""

    what: str
    p: float
    material: bool
    sentence: str
    numbers: Mapping[str, Any]
    method: str

    def to_json(self, significant: bool) -> dict[str, Any]:
        return {
            "what": self.what,
            "p": plain_p(self.p),
            "significant": significant,
            "sentence": self.sentence,
            **rounded(dict(self.numbers)),
            "method": self.method,
        }


@dataclass(frozen=True)
class Looked:
    """One pattern: its signs, what could not be tested and why, what to do, and further figures."""

    name: str
    do: str
    signs: tuple[Sign, ...]
    untested: tuple[str, ...] = ()
    further: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Labels:
    """The answered labels on gold items, every column coded in the order of its texts.

    `when` is in microseconds since 1970; `timed` are the rows that have a time. `annotator` is -1 where
    nobody is named. The order of rows plays no part in anything computed from this. Where an item has several
    units, `word` calls them (objects, spans), and a row may lack a side (-1): `in_gold` are those that gold
    has, `given` those that were delivered.
    """

    item: Coded
    annotator: Coded
    expected: Coded
    delivered: Coded
    wrong: Mask
    when: NDArray[np.int64]
    timed: Mask
    context: Mapping[str, Coded]
    word: str = "labels"

    def __len__(self) -> int:
        return len(self.wrong)

    @cached_property
    def day(self) -> NDArray[np.int64]:
        """Number of the UTC day since 1970; -1 without a time."""
        return np.where(self.timed, self.when // _DAY, -1)

    @property
    def half(self) -> Mask:
        """Items in two halves, by the first bit of the SHA-256 of the item id."""
        bits = [hashlib.sha256(item.encode()).digest()[0] < 128 for item in self.item.values]
        return np.asarray([*bits, False], dtype=np.bool_)[self.item.codes]

    @property
    def session(self) -> Codes:
        """A person's day (or hour, where all labels are of one day), as codes from 0."""
        moment = self.day if len(dense(self.day[self.timed])[0]) > 1 else self.when // (_DAY // 24)
        moments, place = dense(moment)
        return dense(self.annotator.codes.astype(np.int64) * len(moments) + place)[1]

    @property
    def in_gold(self) -> Labels:
        """The rows that have a class of gold: all but what is extra."""
        return self._only(self.expected.codes >= 0)

    @property
    def given(self) -> Labels:
        """The rows that have a delivered class: all but what is missing."""
        return self._only(self.delivered.codes >= 0)

    def _only(self, rows: Mask) -> Labels:
        return self if rows.all() else self.take(np.flatnonzero(rows))

    @property
    def by_unit(self) -> bool:
        """Whether an item has several units, some of which may lack a side."""
        return self.word != "labels"

    def take(self, rows: Codes) -> Labels:
        """The chosen rows."""
        return Labels(
            self.item.take(rows), self.annotator.take(rows), self.expected.take(rows),
            self.delivered.take(rows), self.wrong[rows], self.when[rows], self.timed[rows],
            {name: column.take(rows) for name, column in self.context.items()}, self.word,
        )  # fmt: skip

    @property
    def named(self) -> bool:
        """Whether every label names its annotator."""
        return len(self) > 0 and bool((self.annotator.codes >= 0).all())


def labels_of(outcomes: Outcomes, word: str = "labels") -> Labels:
    """The labels that patterns look at, in an order of their own: by item, person, time and answer.

    Where an item has several units, these are its objects; `word` calls them. An answer that passes, as one
    within a tolerance, is no confusion: it stands as gold's.
    """
    seen = answered(outcomes)
    if seen.labelled_at is None:
        timed, when = np.zeros(len(seen), dtype=np.bool_), np.zeros(len(seen), dtype=np.int64)
    else:
        timed = ~np.isnat(seen.labelled_at)
        when = np.where(timed, seen.labelled_at.astype("datetime64[us]").astype(np.int64), 0)
    classes = sorted({*_used(seen.expected), *_used(seen.delivered)})
    expected, delivered = seen.expected.recode(classes), seen.delivered.recode(classes)
    passes = seen.right & (expected.codes >= 0) & (delivered.codes >= 0)
    delivered = Coded(np.where(passes, expected.codes, delivered.codes), delivered.values)
    labels = Labels(
        _sorted(seen.item), _sorted(seen.annotator), expected, delivered, ~seen.right, when, timed,
        {name: _sorted(column) for name, column in seen.context.items()}, word,
    )  # fmt: skip
    return labels.take(_in_order(labels, seen))


def compared(found: Comparison) -> dict[str, Any]:
    """A comparison's figures; low and high belong to the difference."""
    return {
        "n": found.n,
        "errors": found.errors,
        "estimate": found.share,
        "rest_n": found.rest_n,
        "rest_errors": found.rest_errors,
        "rest_estimate": found.rest_share,
        "difference": found.difference,
        "low": found.low,
        "high": found.high,
    }


def material(found: Comparison | Contrast) -> bool:
    """Whether the group is worse by a quarter and by a point at least."""
    return found.difference >= LEAST_GAP and found.share >= LEAST_RATIO * found.rest_share


def outstanding(found: Mapping[Key, Contrast]) -> tuple[Key, Comparison]:
    """The group that stands out most: one worth a flag, of these the surest, of equal ones the first."""

    def rank(key: Key, one: Comparison | Contrast) -> tuple[bool, float, Key]:
        return not material(one), plain_p(one.p), key

    def exact(key: Key) -> tuple[tuple[bool, float, Key], tuple[Key, Comparison]]:
        compared = found[key].compared()
        return rank(key, compared), (key, compared)

    return least({key: rank(key, one) for key, one in found.items()}, exact)


def plain_p(p: float) -> float:
    """A p-value as it stands in evidence."""
    return figure(max(p, SMALLEST_P))


def figure(value: float) -> float:
    """Six significant digits."""
    return float(f"{value:.6g}")


def rounded(value: Any) -> Any:
    """Plain JSON values with every float rounded by `figure`."""
    if isinstance(value, dict):
        return {key: rounded(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(part) for part in value]
    return figure(value) if isinstance(value, float) else value


def iso(microseconds: int) -> str:
    """A time as text, to the second, UTC."""
    return f"{np.datetime64(microseconds, 'us').astype('datetime64[s]')}Z"


def _in_order(labels: Labels, outcomes: Outcomes) -> Codes:
    """Rows by the texts of item, annotator and answer and by time, so that sums do not depend on the file.

    Only where a person has several rows on an item are there times and answers to look at.
    """
    item, annotator = labels.item.codes, labels.annotator.codes
    rows = by_codes(item, annotator)
    sizes = np.diff(np.append(starts_of(item[rows], annotator[rows]), len(rows)))
    several = np.repeat(sizes > 1, sizes)
    some = rows[several]
    if not len(some):
        return rows
    when = [] if outcomes.labelled_at is None else [outcomes.labelled_at]
    units = [] if outcomes.level is None else [outcomes.unit]
    keys = [*units, labels.delivered.codes, *when, annotator, item]
    rows[several] = some[np.lexsort([key[some] for key in keys])]
    return rows


def _used(column: Coded) -> list[str]:
    return [column.values[code] for code in dense(column.codes)[0].tolist() if code >= 0]


def _sorted(column: Coded) -> Coded:
    """The column coded in the order of its texts; those that do not occur are left out."""
    codes = [code for code in dense(column.codes)[0].tolist() if code >= 0]
    codes.sort(key=column.values.__getitem__)
    place = np.full(len(column.values) + 1, -1, dtype=np.int32)
    place[codes] = np.arange(len(codes))
    return Coded(place[column.codes], tuple(column.values[code] for code in codes))
