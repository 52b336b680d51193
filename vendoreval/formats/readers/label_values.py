"""Reading the optional columns: times, seconds and blanks. What cannot be read becomes unknown, counted."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vendoreval.formats.readers.row_batches import texts
from vendoreval.labels.yes_no import said_yes

_DIGITS = re.compile(r"[\d.,]*")
_YEARS = tuple(int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000 for year in (2, 9999))


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


def _in_python(moments: Any) -> bool:
    """Whether the times, whatever their zones, lie in years that Python has."""
    import pyarrow as pa
    import pyarrow.compute as pc

    ends = pc.min_max(moments.cast(pa.int64()))
    low, high = ends["min"].as_py(), ends["max"].as_py()
    return low is None or (_YEARS[0] <= low and high < _YEARS[1])


def iso_moment(text: str) -> datetime:
    """A time in ISO 8601; raises ValueError, also for digits alone: most are epochs, not days of the 1700s."""
    if _DIGITS.fullmatch(text.strip()):
        raise ValueError(text)
    return datetime.fromisoformat(text.strip())


@dataclass
class Moments:
    """Times in ISO 8601 as UTC microseconds; without a zone they are taken as UTC, and counted."""

    unread: int = 0
    zoneless: int = 0

    def read(self, column: Any) -> Any:
        """An Arrow timestamp column."""
        import pyarrow as pa

        zoned, bare = _cast(column, pa.timestamp("us", tz="UTC")), None
        if zoned is None:
            bare = _cast(column, pa.timestamp("us"))
        found = bare if zoned is None else zoned
        if found is None or not _in_python(found):
            return self._each(column)
        self.zoneless += 0 if bare is None else len(bare) - bare.null_count
        return found.cast(pa.timestamp("us", tz="UTC"))

    def _each(self, column: Any) -> Any:
        """The same, text by text."""
        import pyarrow as pa

        without: set[str] = set()

        def moment(text: str) -> datetime:
            when = iso_moment(text)
            if when.tzinfo:
                return when.astimezone(UTC)
            without.add(text)
            return when.replace(tzinfo=UTC)

        found, failed = _read_distinct(column, moment, pa.timestamp("us", tz="UTC"))
        self.unread += failed
        if without:
            self.zoneless += sum(text in without for text in column.to_pylist())
        return found

    def notes(self, role: str) -> list[str]:
        """What is to be said about the column."""
        said = [f"{self.unread:,} values of {role} could not be read; they count as unknown."]
        taken = [f"{self.zoneless:,} values of {role} name no time zone; they are taken as UTC."]
        return (said if self.unread else []) + (taken if self.zoneless else [])


@dataclass
class Numbers:
    """Working times in seconds: finite and not negative."""

    unread: int = 0

    def read(self, column: Any) -> Any:
        """An Arrow float column."""
        import pyarrow as pa
        import pyarrow.compute as pc

        numbers = _cast(column, pa.float64())
        if numbers is not None:
            fit = pc.and_(pc.is_finite(numbers), pc.greater_equal(numbers, 0))
            if pc.all(fit, min_count=0).as_py():
                return numbers
        found, failed = _read_distinct(column, _seconds, pa.float64())
        self.unread += failed
        return found

    def notes(self, role: str) -> list[str]:
        """What is to be said about the column."""
        said = [f"{self.unread:,} values of {role} could not be read; they count as unknown."]
        return said if self.unread else []


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


def _seconds(text: str) -> float:
    value = math.nan if "_" in text else float(text)
    if not math.isfinite(value) or value < 0:
        raise ValueError(text)
    return value
