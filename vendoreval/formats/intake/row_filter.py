"""Which rows of a file are taken: `--where column=a,b` or `--where column!=a`, and what that leaves out.

A filter chooses what is counted, so whoever types it could choose the answers that suit him. None is taken on
the column of the labels, and every other one is recorded with the rows that it left out, by value.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vendoreval.errors import UsageError
from vendoreval.formats.readers.json_paths import may_meet
from vendoreval.formats.readers.label_values import blank_to_null

SHOWN = 50  # values beyond these are counted together
_FOLLOWED = 10_000  # values that are told apart while counting


@dataclass(frozen=True)
class RowFilter:
    """Rows whose `column` holds one of `values`, or (`negated`) none of them; "" stands for empty and null."""

    text: str  # as typed
    column: str
    values: tuple[str, ...]
    negated: bool = False


def parse_where(texts: Sequence[str]) -> tuple[RowFilter, ...]:
    """The filters of `--where`; rows must pass all of them.

    Values are separated by commas, one that holds a comma stands in double quotes. Raises UsageError for what
    is no filter, and for two filters on one column.
    """
    filters: dict[str, RowFilter] = {}
    for text in texts:
        name, mark, listed = _parted(text)
        column = name.removesuffix("!")
        if not mark or not column:
            raise UsageError(
                f"--where {text!r} is not COLUMN=VALUE.",
                remedy="Write it like --where status=Approved,Submitted or --where 'annotator_id!=curator'.",
            )
        if column in filters:
            raise UsageError(
                f"--where names {column!r} twice.", remedy=f"List its values: --where {column}=a,b."
            )
        filters[column] = RowFilter(text, column, _listed(listed), name != column)
    return tuple(filters.values())


def _parted(text: str) -> tuple[str, str, str]:
    """The column, "=" and the values; an equals sign in brackets belongs to a path (json_paths)."""
    depth = 0
    for place, sign in enumerate(text):
        depth += (sign == "[") - (sign == "]")
        if sign == "=" and (depth <= 0 or "$" not in text[:place]):
            return text[:place], sign, text[place + 1 :]
    return text, "", ""


def _listed(text: str) -> tuple[str, ...]:
    lines = list(csv.reader(io.StringIO(text, newline="")))
    if len(lines) > 1:
        return (text,)  # a value of several lines, without quotes
    return tuple(lines[0]) if lines and lines[0] else ("",)


def written(column: str, values: Sequence[str]) -> str:
    """The filter that takes the rows with one of `values`, as `parse_where` reads it."""
    return f"{column}={','.join(_quoted(value) for value in values)}"


def _quoted(value: str) -> str:
    return '"' + value.replace('"', '""') + '"' if any(sign in value for sign in ',"\r\n') else value


def refuse_on_labels(filters: Sequence[RowFilter], label: str, *, but_empty: bool = False) -> None:
    """Raise UsageError for a filter on the column of the labels: it would choose the answers to be counted.

    `but_empty`: rows without a label may be left out, as those of an export that are no gold.
    """
    for one in filters:
        if may_meet(one.column, label) and not (but_empty and one.negated and one.values == ("",)):
            raise UsageError(
                f"--where {one.text!r} would choose rows by their label.",
                remedy="Filter by another column; answers are all counted, whatever they say.",
            )


@dataclass
class Filtering:
    """The filters at work on a stream of batches: which rows pass, and what each filter left out.

    A row that several filters would leave out is counted by the first of them.
    """

    filters: Sequence[RowFilter]
    left_out: dict[str, Counter[str]] = field(default_factory=dict)  # by column and value; None: all others
    _others: Counter[str] = field(default_factory=Counter)  # rows of values that are not told apart
    _met: dict[str, set[str]] = field(default_factory=dict)  # the first values of each column

    def choose(self, columns: Mapping[str, Any], rows: int) -> NDArray[np.bool_]:
        """Which rows of a batch of Arrow text columns pass all filters."""
        keep = np.ones(rows, dtype=bool)
        for one in self.filters:
            coded = blank_to_null(columns[one.column]).dictionary_encode()
            texts = ["" if text is None else text for text in (*coded.dictionary.to_pylist(), None)]
            codes = np.asarray(coded.indices.fill_null(len(texts) - 1))
            named = np.asarray([(text in one.values) != one.negated for text in texts], dtype=np.bool_)
            passes = named[codes]
            counts = np.bincount(codes, minlength=len(texts))
            self._note_values(one, [text for text, n in zip(texts, counts.tolist(), strict=True) if n])
            self._count(one.column, texts, np.bincount(codes[keep & ~passes], minlength=len(texts)))
            keep &= passes
        return keep

    def _note_values(self, one: RowFilter, texts: Sequence[str]) -> None:
        met = self._met.setdefault(one.column, set())
        met.update(text for text in texts if text in one.values)
        met.update(texts[: max(SHOWN - len(met), 0)])

    def _count(self, column: str, texts: Sequence[str], counts: NDArray[np.int64]) -> None:
        found = self.left_out.setdefault(column, Counter())
        for code in np.flatnonzero(counts).tolist():
            if texts[code] in found or len(found) < _FOLLOWED:
                found[texts[code]] += int(counts[code])
            else:
                self._others[column] += int(counts[code])

    @property
    def rows_left_out(self) -> int:
        """Rows that did not pass."""
        return sum(counts.total() for counts in self.left_out.values()) + self._others.total()

    def to_json(self) -> list[dict[str, Any]]:
        """What each filter left out, as it stands in the intake report under `filtered`."""
        return [self._record(one) for one in self.filters]

    def _record(self, one: RowFilter) -> dict[str, Any]:
        counts = self.left_out.get(one.column, Counter())
        shown = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:SHOWN]
        total = counts.total() + self._others[one.column]
        return {
            "where": one.text, "column": one.column, "rows_left_out": total, "by_value": dict(shown),
            "rows_of_other_values": total - sum(count for _, count in shown),
        }  # fmt: skip

    def notes(self) -> list[str]:
        """What was left out, and named in vain, in sentences."""
        said = [
            f"--where {one['where']} left out {one['rows_left_out']:,} rows{f': {shown}' if shown else ''}."
            for one in self.to_json()
            for shown in [", ".join(f"{value or '(empty)'} {n:,}" for value, n in one["by_value"].items())]
        ]
        return [*said, *self.unmet()]

    def unmet(self) -> list[str]:
        """What to know of values that a filter names and no row holds."""
        return [
            f"No row has the {one.column} {value!r} that --where {one.text!r} names; "
            f"it holds {', '.join(sorted(met)[:12]) or 'nothing'}."
            for one in self.filters
            for met in [self._met.get(one.column, set())]
            for value in one.values
            if value not in met
        ]
