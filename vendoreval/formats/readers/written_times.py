"""Times and working times as tools and spreadsheets write them.

A time is ISO 8601, an epoch in seconds, milliseconds or microseconds, `Mon Mar 02 09:15:22 PST 2026`, or a
date with slashes or dots: 2026/3/2, or 3/2/2026 where the order of day and month is stated. Digits are never a
day: 20260302 is no time. Years outside 1990 to 2100 are taken for a misreading.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta, timezone

FIRST_YEAR, LAST_YEAR = 1990, 2100
EPOCHS = {10: 1, 13: 1000, 16: 1_000_000}  # digits of today's epochs, and how many of them are a second
# Why a text is no time.
UNREAD, NO_ORDER, YEAR = "unread", "order", "year"
_EPOCH = re.compile(r"(\d{9,10}|\d{12,13}|\d{15,16})(\.\d+)?")
_DIGITS = re.compile(r"[\d.,]*")
_ZONES = {
    "UTC": 0, "GMT": 0, "Z": 0, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8,
    "PDT": -7, "CET": 1, "CEST": 2,
}  # fmt: skip
_NAMED = re.compile(
    r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) ([A-Z][a-z]{2}) (\d{1,2}) (\d{2}:\d{2}:\d{2}) ([A-Z]{3,4}) (\d{4})"
)
_CLOCK = (
    r"(?:[ ,T]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?(?: ?([AaPp])\.?[Mm]\.?)?"
    r"(?: ?([A-Z]{1,4}|(?:GMT|UTC)?[+-]\d{1,2}(?::?\d{2})?))?)?"
)
_DATED = re.compile(rf"(\d{{1,4}})([/.])(\d{{1,2}})\2(\d{{1,4}}){_CLOCK}")
_OFFSET = re.compile(r"(?:GMT|UTC)?([+-])(\d{1,2})(?::?(\d{2}))?")
_SPAN = re.compile(r"(?:(\d+):)?(\d{1,2}):(\d{2}(?:\.\d+)?)")


class NoTime(ValueError):
    """A text that is no time; its message is one of UNREAD, NO_ORDER, YEAR."""


def moment_of(text: str, dates: str = "") -> datetime:
    """The time that a text tells; without a zone where it names none. `dates`: dmy, mdy or unknown.

    Raises NoTime.
    """
    word = text.strip()
    try:
        found = _epoch(word) or _iso(word) or _named(word) or _dated(word, dates)
    except NoTime:
        raise
    except (ValueError, OverflowError) as error:
        raise NoTime(UNREAD) from error
    if found is None:
        raise NoTime(UNREAD)
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise NoTime(YEAR)
    return found


def is_epoch(text: str) -> bool:
    """Whether a text is an epoch."""
    return _EPOCH.fullmatch(text.strip()) is not None


def _epoch(word: str) -> datetime | None:
    found = _EPOCH.fullmatch(word)
    if not found:
        return None
    digits = len(found[1])
    parts = EPOCHS[digits if digits in EPOCHS else digits + 1]
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=round(float(found[0]) * 1_000_000 / parts))


def _iso(word: str) -> datetime | None:
    if _DIGITS.fullmatch(word):
        return None
    plain = re.sub(r"\s*(?:UTC|GMT)$", "Z", word) if word.endswith(("UTC", "GMT")) else word
    try:
        return datetime.fromisoformat(plain)
    except ValueError:
        return None


def _named(word: str) -> datetime | None:
    found = _NAMED.fullmatch(word)
    if not found or found[4] not in _ZONES:
        return None
    when = datetime.strptime(f"{found[1]} {found[2]} {found[3]} {found[5]}", "%b %d %H:%M:%S %Y")  # noqa: DTZ007
    return when.replace(tzinfo=_hours(_ZONES[found[4]]))


def _dated(word: str, dates: str) -> datetime | None:
    found = _DATED.fullmatch(word)
    if not found:
        return None
    first, second, third = found[1], found[3], found[4]
    if len(first) == 4:
        year, month, day = first, second, third
    elif len(third) == 4 and dates in ("dmy", "mdy"):
        year, (month, day) = third, (first, second) if dates == "mdy" else (second, first)
    else:
        raise NoTime(NO_ORDER if len(third) == 4 else UNREAD)
    hour, minute, second_ = int(found[5] or 0), int(found[6] or 0), int(found[7] or 0)
    if half := (found[8] or "").lower():
        hour = hour % 12 + (12 if half == "p" else 0)
    return datetime(int(year), int(month), int(day), hour, minute, second_, tzinfo=_zone(found[9]))


def _zone(text: str | None) -> timezone | None:
    if not text:
        return None
    if text in _ZONES:
        return _hours(_ZONES[text])
    found = _OFFSET.fullmatch(text)
    if not found:
        raise NoTime(UNREAD)
    away = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
    return timezone(away if found[1] == "+" else -away)


def _hours(count: int) -> timezone:
    return timezone(timedelta(hours=count))


def number_of(text: str, comma: bool = False) -> float:
    """A number with a point or a comma before its fraction; raises ValueError, also where that is not plain.

    `comma`: the file's numbers have a decimal comma, so that 1,234 is less than two; 1.234 is then not plain.
    Without it 1,234 is not plain, but 12,5 is, and 1,234.5.
    """
    word = text.strip()
    if "_" in word:
        raise ValueError(text)
    whole, mark, rest = word.rpartition(",")
    if not mark:
        if comma and re.fullmatch(r"[-+]?\d{1,3}(\.\d{3})+", word):
            raise ValueError(text)
        return float(word)
    if re.fullmatch(r"[-+]?\d{1,3}(,\d{3})+\.\d+", word):
        return float(word.replace(",", ""))
    grouped = re.fullmatch(r"[-+]?\d{1,3}(\.\d{3})+", whole) is not None
    if not rest.isdecimal() or not (grouped or re.fullmatch(r"[-+]?\d+", whole)):
        raise ValueError(text)
    if not (comma or grouped) and len(rest) == 3:
        raise ValueError(text)
    return float(f"{whole.replace('.', '')}.{rest}")


def seconds_of(text: str, comma: bool = False) -> float:
    """A working time in seconds: a number, or hours, minutes and seconds as 0:01:12; raises ValueError.

    Two numbers with a colon between them may be minutes or hours, and are none.
    """
    span = _SPAN.fullmatch(text.strip())
    if span and span[1] is not None:
        return int(span[1]) * 3600 + int(span[2]) * 60 + float(span[3])
    value = number_of(text, comma)
    if not math.isfinite(value) or value < 0:
        raise ValueError(text)
    return value
