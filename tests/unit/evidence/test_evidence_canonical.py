"""Canonical JSON: the bytes do not depend on how a value was built, and nothing is lost in silence."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from vendoreval.errors import InputError
from vendoreval.evidence.canonical import canonical, hash_of, parsed, sha256_hex, utc_text

_TEXT = st.text(st.characters(exclude_categories=["Cs"]))
_SCALARS = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(allow_nan=False) | _TEXT
_JSON = st.recursive(
    _SCALARS.filter(lambda value: value not in (float("inf"), float("-inf"))),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXT, inner, max_size=4),
    max_leaves=12,
)


def test_the_example_of_rfc_8785() -> None:
    value = {
        "numbers": [333333333.33333329, 1e30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"/",
        "literals": [None, True, False],
    }
    assert canonical(value).decode() == (
        '{"literals":[null,true,false],'
        '"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )


@given(_JSON)
def test_reading_back_and_writing_again_gives_the_same_bytes(value: Any) -> None:
    once = canonical(value)
    assert canonical(parsed(once)) == once


@given(_JSON)
def test_all_is_written_as_the_library_writes_it(value: Any) -> None:
    assert canonical(value) == rfc8785.dumps(value)


@given(st.dictionaries(_TEXT, _SCALARS.filter(lambda v: v not in (float("inf"), float("-inf"))), min_size=2))
def test_the_order_of_fields_does_not_matter(record: dict[str, Any]) -> None:
    assert canonical(dict(reversed(record.items()))) == canonical(record)


@pytest.mark.parametrize(
    "value", [2**53, -(2**53), float("nan"), float("inf"), b"bytes", "\ud800", {1: "a"}, {"a": object()}]
)
def test_what_json_cannot_carry_is_refused(value: Any) -> None:
    with pytest.raises(InputError, match=r"\."):
        canonical({"value": [value]})


@pytest.mark.parametrize("value", [1e16, -1e20, 2.0**53, 2**53 - 1, 1e21, 5, "9" * 40])
def test_big_floats_come_back_as_floats(value: Any) -> None:
    assert parsed(canonical(value)) == value
    assert canonical(parsed(canonical(value))) == canonical(value)
    assert parsed("9" * 5000) == float("inf")


def test_hashes_are_sha_256() -> None:
    assert sha256_hex(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert hash_of({"b": 1, "a": 2}) == sha256_hex(b'{"a":2,"b":1}')


def test_times_are_utc_text_of_one_width() -> None:
    summer = timezone(timedelta(hours=2))
    assert utc_text(datetime(2026, 3, 1, 12, tzinfo=summer)) == "2026-03-01T10:00:00.000000Z"
    assert utc_text(datetime(2026, 3, 1, 12, 0, 0, 5, tzinfo=UTC)) == "2026-03-01T12:00:00.000005Z"
    with pytest.raises(ValueError, match="time zone"):
        utc_text(datetime(2026, 3, 1))  # noqa: DTZ001
