"""Outcomes: the universal seam between labels and everything that is computed from them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vendoreval.labels.columns import Coded, Index

OUTCOMES = (
    "correct",
    "wrong_label",
    "imprecise",
    "missing",
    "extra",
    "wrong_attribute",
    "empty_agreed",
    "unscorable",
)
SEVERITIES = ("minor", "major", "critical")
LEVELS = ("item", "object", "attribute", "point", "word", "relation", "track", "frame", "link", "time",
          "centre", "size", "heading", "footprint", "character")  # fmt: skip
CODE = {name: code for code, name in enumerate(OUTCOMES)}
SEVERITY_CODE = {name: code for code, name in enumerate(SEVERITIES)}
LEVEL_CODE = {name: code for code, name in enumerate(LEVELS)}
ONE = 10**9  # the score of a unit that is right: scores are whole billionths
RIGHT = (CODE["correct"], CODE["empty_agreed"])
_COLUMNS = (
    "item_id", "unit_id", "annotator_id", "labelled_at",
    "expected", "delivered", "outcome", "score", "severity",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Outcomes:
    """One row per unit of opportunity (an item, a label, an object …), in columns of equal length.

    `unit` is the unit's number within its item (0-based), in an order of content, not of rows; `outcome`
    indexes OUTCOMES, `severity` indexes SEVERITIES; `score` is ONE for right, 0 for wrong, in between where
    the task type measures degree. Both sides are optional: code -1 in `expected` where nothing was there to
    find (`extra`), in `delivered` where nothing was given (`missing`). `annotator` is -1 where no one person
    answered (a consensus, a missing item). `context` holds further columns, where there are any: stage,
    guideline_version, source of the label and whether it was flagged, difficulty of the item.

    What task types of several units an item add; each None stands for what classification has:
    `answered`: whether the item was answered at all (None: all but the missing ones); `level` indexes LEVELS
    (None: all are items); `size` weighs a unit (None: 1); `where` says which part a person must look at;
    `expected_row` and `delivered_row` point into the rows of gold and of the delivery, -1 for none (None: not
    known).
    """

    item: Coded
    unit: NDArray[np.int32]
    annotator: Coded
    labelled_at: NDArray[np.datetime64] | None
    expected: Coded
    delivered: Coded
    outcome: NDArray[np.int8]
    score: NDArray[np.int64]
    severity: NDArray[np.int8]
    context: Mapping[str, Coded] = field(default_factory=dict)
    answered: NDArray[np.bool_] | None = None
    level: NDArray[np.int8] | None = None
    size: NDArray[np.int64] | None = None
    where: Coded | None = None
    expected_row: NDArray[np.int64] | None = None
    delivered_row: NDArray[np.int64] | None = None

    @classmethod
    def from_rows(cls, rows: Iterable[Mapping[str, Any]], classes: Sequence[str]) -> Outcomes:
        """The inverse of `rows()`. `classes` come first among the values, as in `tasks` comparisons."""
        listed = list(rows)
        further = sorted(set(listed[0]).difference(_COLUMNS)) if listed else []
        seen = {row[side] for row in listed for side in ("expected", "delivered")} - {None}
        values = (*classes, *sorted(seen - set(classes)))
        times = [row["labelled_at"] for row in listed]
        return cls(
            item=Coded.from_text(row["item_id"] for row in listed),
            unit=np.asarray([row["unit_id"] for row in listed], dtype=np.int32),
            annotator=Coded.from_text(row["annotator_id"] for row in listed),
            labelled_at=_from_iso(times) if any(times) else None,
            expected=Coded.from_text(row["expected"] for row in listed).recode(values),
            delivered=Coded.from_text(row["delivered"] for row in listed).recode(values),
            outcome=np.asarray([CODE[row["outcome"]] for row in listed], dtype=np.int8),
            score=np.asarray([round(row["score"] * ONE) for row in listed], dtype=np.int64),
            severity=np.asarray([SEVERITY_CODE[row["severity"]] for row in listed], dtype=np.int8),
            context={name: Coded.from_text(row[name] for row in listed) for name in further},
        )

    def __len__(self) -> int:
        return len(self.outcome)

    def take(self, rows: Index) -> Outcomes:
        """The chosen rows of every column."""
        changed: dict[str, Any] = {
            "context": {name: column.take(rows) for name, column in self.context.items()}
        }
        for part in fields(self):
            column = getattr(self, part.name)
            if isinstance(column, Coded):
                changed[part.name] = column.take(rows)
            elif isinstance(column, np.ndarray):
                changed[part.name] = column[rows]
        return replace(self, **changed)

    def counts(self) -> dict[str, int]:
        """Number of units by outcome; every outcome is present."""
        tally = np.bincount(self.outcome, minlength=len(OUTCOMES)).tolist()
        return dict(zip(OUTCOMES, tally, strict=True))

    @property
    def right(self) -> NDArray[np.bool_]:
        """Rows that count as right."""
        return np.isin(self.outcome, RIGHT)

    @property
    def wrong(self) -> NDArray[np.bool_]:
        """Rows that count as wrong: neither right nor unscorable."""
        found: NDArray[np.bool_] = ~np.isin(self.outcome, (*RIGHT, CODE["unscorable"]))
        return found

    @property
    def unanswered(self) -> NDArray[np.bool_]:
        """Rows of items that nobody answered."""
        lost: NDArray[np.bool_] = self.outcome == CODE["missing"]
        return lost if self.answered is None else lost & ~self.answered

    def at(self, level: str) -> NDArray[np.bool_]:
        """Rows of one level."""
        if self.level is None:
            return np.full(len(self), level == "item")
        found: NDArray[np.bool_] = self.level == LEVEL_CODE[level]
        return found

    def rows(self) -> Iterator[dict[str, Any]]:
        """Plain records in row order, as they go into evidence."""
        items, annotators = self.item.text(), self.annotator.text()
        expected, delivered = self.expected.text(), self.delivered.text()
        times = [None] * len(self) if self.labelled_at is None else _iso(self.labelled_at)
        codes, severities = self.outcome.tolist(), self.severity.tolist()
        units, scores = self.unit.tolist(), (self.score / ONE).tolist()
        further: dict[str, Sequence[Any]] = {name: column.text() for name, column in self.context.items()}
        if self.level is not None:
            further |= {"level": [LEVELS[code] for code in self.level.tolist()]}
        if self.where is not None:
            further |= {"where": self.where.text()}
        for row in range(len(self)):
            yield {
                "item_id": items[row], "unit_id": units[row], "annotator_id": annotators[row],
                "labelled_at": times[row], "expected": expected[row], "delivered": delivered[row],
                "outcome": OUTCOMES[codes[row]], "score": scores[row], "severity": SEVERITIES[severities[row]],
                **{name: column[row] for name, column in further.items()},
            }  # fmt: skip


def _iso(times: NDArray[np.datetime64]) -> list[str | None]:
    texts = np.datetime_as_string(times, unit="us").tolist()
    return [None if text == "NaT" else f"{text}Z" for text in texts]


def _from_iso(texts: Sequence[str | None]) -> NDArray[np.datetime64]:
    return np.asarray(["NaT" if text is None else text.rstrip("Z") for text in texts], dtype="datetime64[us]")
