"""Counting the values of columns that may be a status, and saying what there is to decide."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from numpy.typing import NDArray

from vendoreval.formats.intake.row_filter import written
from vendoreval.formats.readers.label_values import blank_to_null
from vendoreval.labels.status import KINDS, is_status, may_be_status, not_meant
from vendoreval.labels.unsettled import Unsettled, spoken


@dataclass
class StatusColumns:
    """The rows of each value of the columns `names`, among the rows that `--where` took."""

    names: Sequence[str]
    counts: dict[str, Counter[str]] = field(default_factory=dict)

    @classmethod
    def among(cls, columns: Collection[str], used: Collection[str]) -> StatusColumns:
        """Those of a file's columns that may be a status; what is `used` otherwise is none."""
        return cls([name for name in sorted(columns) if name not in used and may_be_status(name)])

    def add(self, columns: Mapping[str, Any], keep: NDArray[Any]) -> None:
        """Count a batch's rows that are kept; a column with many values is no status and not followed."""
        import pyarrow as pa
        import pyarrow.compute as pc

        chosen = pa.array(keep)
        for name in self.names:
            found = self.counts.setdefault(name, Counter())
            if name not in columns or len(found) > KINDS:
                continue
            for one in pc.value_counts(blank_to_null(columns[name]).filter(chosen)):
                found[one["values"].as_py() or ""] += one["counts"].as_py()
                if len(found) > KINDS:
                    break

    def unsettled(self, classes: Collection[str]) -> tuple[Unsettled, ...]:
        """What each status column leaves to decide, with the filter that leaves out what is not meant."""
        return tuple(
            _open(name, counts) for name, counts in self.counts.items() if is_status(name, counts, classes)
        )


def _open(name: str, counts: Counter[str]) -> Unsettled:
    shown = [(value, n) for value, n in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))]
    values = [value for value, _ in shown]
    every = written(name, values)
    dropped = [value for value in values if value and not_meant(name, value)]
    some = written(f"{name}!", dropped) if 0 < len(dropped) < len(values) else every
    tail = f" {spoken(('--where', every))} takes all of them." if some != every else ""
    return Unsettled(
        "status",
        f"The column {name!r} looks like a status, and nobody said which of its rows count.{tail}",
        counts.total(),
        tuple(f"{value or '(empty)'} in {n:,} rows" for value, n in shown),
        ("--where", some),
    )
