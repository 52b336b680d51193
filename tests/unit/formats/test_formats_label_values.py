"""Times, seconds and blanks of whole columns against what Python says of each text."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime

import pyarrow as pa
from hypothesis import example, given, settings
from hypothesis import strategies as st

from vendoreval.formats.readers.label_values import Moments, Numbers, blank_to_null, is_blank

DAYS = ["2026-01-02", "2024-02-29", "2026-02-29", "0001-01-01", "0000-12-31", "9999-12-31", "20260102", "2026"]
TIMES = ["", "03", "03:04", "03:04:05", "23:59:60", "24:00:00", "030405", "3:4"]
FRACTIONS = ["", "", ".5", ".123456", ".1234567", ",5", "."]
ZONES = ["", "Z", "z", "+00:00", "-01:30", "+0530", "+05", "+23:59", "-24:00", " Z", "UTC"]


@st.composite
def moments(draw: st.DrawFn) -> str:
    day, time = draw(st.sampled_from(DAYS)), draw(st.sampled_from(TIMES))
    between = draw(st.sampled_from(["T", " ", "t", "  "])) if time else ""
    around = draw(st.sampled_from(["", "", " ", "\u00a0"]))
    return (
        around + day + between + time + draw(st.sampled_from(FRACTIONS)) + draw(st.sampled_from(ZONES)) + around
    )


def moment(text: str) -> tuple[datetime | None, bool]:
    """What Python reads, and whether it took the text as UTC for want of a zone."""
    plain = re.sub(r"\s*UTC$", "Z", text.strip())
    try:
        if plain.isdecimal():
            return None, False
        found = datetime.fromisoformat(plain)
        if not 1990 <= found.year <= 2100:
            return None, False
        return (found.astimezone(UTC), False) if found.tzinfo else (found.replace(tzinfo=UTC), True)
    except (ValueError, OverflowError):
        return None, False


@settings(max_examples=150)
@given(st.one_of(
    st.lists(st.sampled_from(["2026-01-02T03:04:05Z", "2026-01-02 03:04:05.5-01:30", None])),
    st.lists(st.sampled_from(["2026-01-02T03:04:05", "2026-01-02", "2099-12-31", None])),
    st.lists(st.none() | moments(), max_size=4),
))  # fmt: skip
@example(["0000-12-31T23:30-01:00"])  # a year that Python lacks, in a zone that leads out of it
@example(["9999-12-31T23:30-01:00"])
def test_times_are_read_as_python_reads_them(column: list[str | None]) -> None:
    told = Moments()
    found = told.read(pa.array(column, pa.string())).cast(pa.int64()).to_pylist()
    known = [(None, False) if text is None else moment(text) for text in column]
    assert found == [
        None if when is None else (when - datetime(1970, 1, 1, tzinfo=UTC)) // (when.resolution)
        for when, _ in known
    ]
    assert told.counts["zone"] == sum(taken for _, taken in known)
    assert told.unread == sum(
        text is not None and when is None for text, (when, _) in zip(column, known, strict=True)
    )


NUMBERS = [
    "1",
    "2.5",
    "0",
    "-0",
    "-1",
    "1e3",
    "1E-400",
    "1e400",
    "inf",
    "nan",
    "1_0",
    " 7 ",
    "+3",
    ".5",
    "5.",
    "١",
    "0x1",
    "",
    ".",
]


@given(
    st.lists(
        st.none() | st.sampled_from(NUMBERS) | st.floats().map(repr) | st.integers(0, 9).map(str), max_size=4
    )
)
def test_seconds_are_read_as_python_reads_them(column: list[str | None]) -> None:
    told = Numbers()
    found = told.read(pa.array(column, pa.string())).to_pylist()
    known = []
    for text in column:
        try:
            number = math.nan if text is None or "_" in text else float(text)
        except ValueError:
            number = math.nan
        known.append(number if math.isfinite(number) and number >= 0 else None)
    assert [repr(one) for one in found] == [repr(one) for one in known]
    assert told.unread == sum(a is not None and b is None for a, b in zip(column, known, strict=True))


@given(
    st.lists(
        st.none() | st.text(st.sampled_from(" \t\x1c\x1f\x7f\x85\xa0\u2003\u3000\u200b\ufeff!~aé"), max_size=3)
    )
)
def test_what_python_strips_to_nothing_is_blank(column: list[str | None]) -> None:
    array = pa.array(column, pa.string())
    blank = [text is None or not text.strip() for text in column]
    assert is_blank(array).tolist() == blank
    assert blank_to_null(array).to_pylist() == [
        None if no else text for no, text in zip(blank, column, strict=True)
    ]
    assert is_blank(array[1:]).tolist() == blank[1:]
