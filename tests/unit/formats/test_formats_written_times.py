"""Times, numbers and paths as tools write them, against what each of them means."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vendoreval.errors import UsageError
from vendoreval.formats.readers.json_paths import Path, Step, may_meet, path_of
from vendoreval.formats.readers.written_times import (
    NO_ORDER,
    UNREAD,
    YEAR,
    NoTime,
    moment_of,
    number_of,
    seconds_of,
)

NINE = datetime(2026, 3, 2, 9, 15, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "dates", "when"),
    [
        ("2026-03-02T09:15:22Z", "", NINE),
        ("2026-03-02 09:15:22 UTC", "", NINE),
        ("Mon Mar 02 01:15:22 PST 2026", "", NINE),
        ("Thu Jul 02 02:15:22 PDT 2026", "", NINE.replace(month=7)),
        (str(int(NINE.timestamp())), "", NINE),
        (str(int(NINE.timestamp() * 1000)), "", NINE),
        (str(int(NINE.timestamp() * 1_000_000)), "", NINE),
        (f"{NINE.timestamp() + 0.5:.1f}", "", NINE + timedelta(seconds=0.5)),
        ("3/2/2026 09:15:22 UTC", "mdy", NINE),
        ("2/3/2026 09:15:22 GMT", "dmy", NINE),
        ("02.03.2026, 09:15:22 UTC", "dmy", NINE),
        ("3/2/2026 9:15:22 AM GMT", "mdy", NINE),
        ("2026/03/02 9:15:22 PM GMT+1", "", NINE.replace(hour=20)),
        ("2026/03/02", "", datetime(2026, 3, 2)),  # noqa: DTZ001
        ("3/2/2026", "mdy", datetime(2026, 3, 2)),  # noqa: DTZ001
    ],
)
def test_what_a_time_is(text: str, dates: str, when: datetime) -> None:
    assert moment_of(text, dates) == when


@pytest.mark.parametrize(
    ("text", "dates", "why"),
    [
        ("3/2/2026", "", NO_ORDER),
        ("13/13/2026", "dmy", UNREAD),
        ("3/2/26", "mdy", UNREAD),
        ("20260302", "", UNREAD),
        ("2026", "", UNREAD),
        ("0012345678", "", YEAR),
        ("1700-01-01", "", YEAR),
        ("9999-12-31", "", YEAR),
        ("Mon Mar 02 01:15:22 XYZ 2026", "", UNREAD),
        ("46083.3856", "", UNREAD),
        ("soon", "", UNREAD),
    ],
)
def test_what_is_no_time(text: str, dates: str, why: str) -> None:
    with pytest.raises(NoTime, match=why):
        moment_of(text, dates)


@given(st.datetimes(datetime(1990, 1, 2), datetime(2100, 12, 30)), st.integers(-12, 14))  # noqa: DTZ001
def test_times_survive_every_notation(when: datetime, hours: int) -> None:
    there = when.replace(microsecond=0, tzinfo=timezone(timedelta(hours=hours)))
    offset = f"{hours:+03}:00"
    assert moment_of(there.isoformat()) == there
    assert moment_of(f"{there:%d/%m/%Y %H:%M:%S} {offset}", "dmy") == there
    assert moment_of(f"{there:%m/%d/%Y %I:%M:%S %p} GMT{offset}", "mdy") == there


@pytest.mark.parametrize(
    ("text", "comma", "value"),
    [("12.5", False, 12.5), ("12,5", False, 12.5), ("1,234.5", False, 1234.5), ("1,234", True, 1.234),
     ("1.234,5", True, 1234.5), ("12.5", True, 12.5), ("-3,25", True, -3.25)],
)  # fmt: skip
def test_numbers_with_commas(text: str, comma: bool, value: float) -> None:
    assert number_of(text, comma) == value


@pytest.mark.parametrize(
    ("text", "comma"), [("1,234", False), ("1.234", True), ("1_000", False), ("30s", False)]
)
def test_numbers_that_are_not_plain(text: str, comma: bool) -> None:
    with pytest.raises(ValueError, match=r".*"):
        number_of(text, comma)


def test_working_times() -> None:
    assert [seconds_of(text) for text in ("0:01:12", "00:00:03.5", "7")] == [72, 3.5, 7]
    for text in ("01:12", "-1", "inf", "nan"):
        with pytest.raises(ValueError, match=r".*"):
            seconds_of(text)


NAMES = st.text(st.characters(codec="utf-8", exclude_characters='"]'), min_size=1, max_size=5)
STEPS = st.one_of(
    NAMES.map(Step), st.integers(-3, 3).map(lambda place: Step(place=place)), st.just(Step()),
    st.just(Step("task", value="T0")),
)  # fmt: skip


@given(st.lists(STEPS, max_size=4))
def test_paths_are_read_as_they_are_written(steps: list[Step]) -> None:
    path = Path("a b", tuple(steps))
    assert path_of(str(path)) == path
    assert may_meet(str(path), "a b")
    assert not may_meet(str(path), "b")


@pytest.mark.parametrize(
    ("first", "second", "meet"),
    [
        ("a:$.x", "a:$.x.y", True),
        ("a:$.x", "a:$.z", False),
        ("a:$[0]", "a:$[1]", False),
        ("a:$[0]", "a:$[-1]", True),
        ("a:$[0].x", "a:$[task=T0].y", True),
        ("a:$.*", "a:$.x", True),
        ("$.a.x", "a:$.x", True),
        ("a", "b", False),
    ],
)
def test_paths_that_may_lead_to_one_value(first: str, second: str, meet: bool) -> None:
    assert may_meet(first, second) is meet
    assert may_meet(second, first) is meet


@pytest.mark.parametrize("text", ["$", "$[0]", "a:$.", "a:$.x..y", "a:$[x]"])
def test_what_is_no_path(text: str) -> None:
    with pytest.raises(UsageError):
        path_of(text)
