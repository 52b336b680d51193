"""Reading the optional columns: times, seconds and blanks. What cannot be read becomes unknown, counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vendoreval.formats.readers.row_batches import texts
from vendoreval.formats.readers.written_times import (
    FIRST_YEAR,
    LAST_YEAR,
    NO_ORDER,
    UNREAD,
    YEAR,
    NoTime,
    is_epoch,
    moment_of,
    seconds_of,
)
from vendoreval.labels.yes_no import said_yes

_YEARS = tuple(
    int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000 for year in (FIRST_YEAR, LAST_YEAR + 1)
)
_NO_ZONE, _EPOCH = "zone", "epoch"


def pick(column: Any, rows: int) -> Any:
    """An Arrow text column, also from a list or (None) for a column that the file lacks."""
    if column is None:
        return texts([None] * rows)
    return texts(column) if isinstance(column, list) else column


def is_blank(column: Any) -> NDArray[np.bool_]:
    """Rows without text: null, empty or only white space."""
    import pyarrow as pa
    import pyarrow.compute as pc

    visible = pc.and_(pc.greater_equal(column, "!"), pc.less(column, "\x7f"))  # their first sign is
    blank = ~np.asarray(pc.fill_null(visible, False), dtype=np.bool_)
    if blank.any():
        trimmed = pc.equal(pc.utf8_trim_whitespace(column.filter(pa.array(blank))), "")
        blank[blank] = np.asarray(pc.fill_null(trimmed, True), dtype=np.bool_)
    return blank


def with_points(column: Any) -> Any:
    """Numbers with a decimal comma as numbers with a point; other texts as they are."""
    import pyarrow.compute as pc

    return pc.replace_substring_regex(column, r"^(\s*[-+]?\d+),(\d+\s*)$", r"\1.\2")


def blank_to_null(column: Any) -> Any:
    """The column with null where there is no text."""
    import pyarrow as pa
    import pyarrow.compute as pc

    blank = is_blank(column)
    return pc.if_else(pa.array(blank), pa.scalar(None, column.type), column) if blank.any() else column


def _cast(column: Any, type_: Any) -> Any:
    """The column as Arrow reads it, which knows fewer spellings than Python; None where it lacks one."""
    import pyarrow as pa

    try:
        return column.cast(type_)
    except pa.ArrowInvalid:
        return None


def _read_distinct(column: Any, read: Callable[[str], Any], type_: Any) -> tuple[Any, int]:
    """The column read value by value, each distinct text once; and how many rows could not be read."""
    import pyarrow as pa

    coded = column.dictionary_encode()
    values, failed = [], []
    for text in coded.dictionary.to_pylist():
        try:
            values.append(read(text))
            failed.append(False)
        except (ValueError, OverflowError):
            values.append(None)
            failed.append(True)
    found = pa.array(values, type_).take(coded.indices)
    rows = int(pa.array(failed, pa.bool_()).take(coded.indices).true_count) if any(failed) else 0
    return found, rows


def _in_plain_years(moments: Any) -> bool:
    """Whether the times, whatever their zones, lie in years that labels are made in."""
    import pyarrow as pa
    import pyarrow.compute as pc

    ends = pc.min_max(moments.cast(pa.int64()))
    low, high = ends["min"].as_py(), ends["max"].as_py()
    return low is None or (_YEARS[0] <= low and high < _YEARS[1])


@dataclass
class Moments:
    """Times as UTC microseconds; without a zone they are taken as UTC, and counted (see written_times).

    `dates` is the stated order of day and month. `counts` are the rows of each thing that is to be said, with
    the first of them in `examples`.
    """

    dates: str = ""
    counts: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)

    @property
    def unread(self) -> int:
        """How many could not be read, for whatever reason."""
        return sum(self.counts[kind] for kind in (UNREAD, NO_ORDER, YEAR))

    def read(self, column: Any) -> Any:
        """An Arrow timestamp column."""
        import pyarrow as pa

        zoned, bare = _cast(column, pa.timestamp("us", tz="UTC")), None
        if zoned is None:
            bare = _cast(column, pa.timestamp("us"))
        found = bare if zoned is None else zoned
        if found is None or not _in_plain_years(found):
            return self._each(column)
        self.counts[_NO_ZONE] += 0 if bare is None else len(bare) - bare.null_count
        return found.cast(pa.timestamp("us", tz="UTC"))

    def _each(self, column: Any) -> Any:
        """The same, text by text, each distinct one once."""
        import pyarrow as pa

        coded = column.dictionary_encode()
        texts_ = coded.dictionary.to_pylist()
        read = [self._of(text) for text in texts_]
        rows = np.bincount(
            np.asarray(coded.indices.drop_null(), dtype=np.int64), minlength=len(texts_)
        ).tolist()
        for text, (_, kind), count in zip(texts_, read, rows, strict=True):
            if kind and count:
                self.counts[kind] += count
                self.examples.setdefault(kind, text)
        return pa.array([when for when, _ in read], pa.timestamp("us", tz="UTC")).take(coded.indices)

    def _of(self, text: str) -> tuple[datetime | None, str]:
        """The time, and what is to be said of it."""
        try:
            when = moment_of(text, self.dates)
        except NoTime as error:
            return None, str(error)
        if when.tzinfo is None:
            return when.replace(tzinfo=UTC), _NO_ZONE
        return when.astimezone(UTC), _EPOCH if is_epoch(text) else ""

    def notes(self, role: str) -> list[str]:
        """What is to be said about the column."""
        unknown = "they count as unknown"
        sentences = {
            UNREAD: f"could not be read; {unknown}",
            NO_ORDER: f"do not tell day and month apart; {unknown} until you say --dates dmy or --dates mdy",
            YEAR: f"are in years in which nobody labelled; {unknown}",
            _EPOCH: "are seconds since 1970, or parts of them, and were read so",
            _NO_ZONE: "name no time zone; they are taken as UTC",
        }
        return [
            f"{self.counts[kind]:,} values of {role}{self._example(kind)} {said}."
            for kind, said in sentences.items()
            if self.counts[kind]
        ]

    def _example(self, kind: str) -> str:
        return f", such as {self.examples[kind]!r}," if kind in self.examples and kind != _NO_ZONE else ""


@dataclass
class Numbers:
    """Working times in seconds: finite and not negative."""

    unread: int = 0
    example: str = ""

    def read(self, column: Any, comma: bool = False) -> Any:
        """An Arrow float column; `comma`: the file's numbers have a decimal comma."""
        import pyarrow as pa
        import pyarrow.compute as pc

        numbers = None if comma else _cast(column, pa.float64())
        if numbers is not None:
            fit = pc.and_(pc.is_finite(numbers), pc.greater_equal(numbers, 0))
            if pc.all(fit, min_count=0).as_py():
                return numbers
        found, failed = _read_distinct(column, lambda text: seconds_of(text, comma), pa.float64())
        self.unread += failed
        if failed and not self.example:
            self.example = column.filter(pc.and_(found.is_null(), column.is_valid()))[0].as_py()
        return found

    def notes(self, role: str) -> list[str]:
        """What is to be said about the column."""
        said = f"{self.unread:,} values of {role}, such as {self.example!r}, could not be read"
        return [f"{said}; they count as unknown."] if self.unread else []


@dataclass
class Marks:
    """Yes or no, such as whether an item was flagged, as the texts "true" and "false"."""

    unread: int = 0

    def read(self, column: Any) -> Any:
        """An Arrow text column."""
        import pyarrow as pa

        found, failed = _read_distinct(column, _mark, pa.string())
        self.unread += failed
        return found

    def notes(self, role: str) -> list[str]:
        """What is to be said about the column."""
        said = [f"{self.unread:,} values of {role} are neither true nor false; they count as false."]
        return said if self.unread else []


def _mark(text: str) -> str:
    said = said_yes(text)
    if said is None:
        raise ValueError(text)
    return "true" if said else "false"
