"""The bytes that are hashed: canonical JSON (RFC 8785), SHA-256, and times as text."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import rfc8785

from vendoreval.errors import InputError

_LEVELS = 3  # of tables and lists that are written part by part, where one part holds a float
_MAX_DIGITS = 18  # 2^53 has sixteen digits; longer text is never a safe whole number


def canonical(value: Any) -> bytes:
    """`value` as canonical JSON: equal values give equal bytes on every machine (RFC 8785).

    Accepts what JSON can carry without loss. Raises InputError for anything else: whole numbers
    beyond 2^53-1 (write them as text), NaN and infinities, lone surrogates, bytes, other types.
    """
    return _canonical(value, _LEVELS)


def _canonical(value: Any, levels: int) -> bytes:
    """A record that holds floats is parted: all but these is plain, as a rule, and written fast."""
    if _is_plain(value):
        try:
            return _write(value).encode()
        except UnicodeEncodeError:
            pass  # half of a surrogate pair: rfc8785 says so
    elif levels and type(value) is dict and all(type(key) is str and key.isascii() for key in value):
        parts = (_write(key).encode() + b":" + _canonical(value[key], levels - 1) for key in sorted(value))
        return b"{" + b",".join(parts) + b"}"
    elif levels and type(value) is list:
        return b"[" + b",".join(_canonical(one, levels - 1) for one in value) + b"]"
    try:
        return rfc8785.dumps(value)
    except rfc8785.IntegerDomainError as error:
        raise InputError(
            f"A whole number is too big for JSON: {error}.", remedy="Write big numbers and ids as text."
        ) from error
    except rfc8785.FloatDomainError as error:
        raise InputError(
            f"A number cannot be written as JSON: {error}.", remedy="Leave out what is not a finite number."
        ) from error
    except rfc8785.CanonicalizationError as error:
        raise InputError(f"This cannot be written as canonical JSON: {error}.") from error


# For what `_is_plain` lets through the standard encoder gives the bytes of RFC 8785, many times faster.
_write = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), check_circular=False
).encode


def _is_plain(value: Any) -> bool:
    """Whether `value` holds texts, safe whole numbers, true, false, null, lists and tables with ASCII keys.

    Other keys are sorted otherwise (by UTF-16), and other numbers written otherwise.
    """
    kind = type(value)
    if kind is str or value is None or kind is bool:
        return True
    if kind is int:
        return bool(-(2**53) < value < 2**53)
    if kind is dict:
        return all(type(key) is str and key.isascii() and _is_plain(inner) for key, inner in value.items())
    return kind is list and all(map(_is_plain, value))


def parsed(text: bytes | str) -> Any:
    """Read canonical JSON back so that `canonical` gives the same bytes again.

    Canonical JSON writes the float 1e16 as 10000000000000000; a whole number of that size is
    therefore read as a float. Raises ValueError when `text` is not JSON.
    """
    return json.loads(text, parse_int=_number)


def sha256_hex(data: bytes) -> str:
    """SHA-256 of `data` as 64 lower-case hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def hash_of(value: Mapping[str, Any] | Sequence[Any]) -> str:
    """SHA-256 of the canonical JSON of a record; raises InputError as `canonical` does."""
    return sha256_hex(canonical(value))


def utc_text(at: datetime) -> str:
    """A moment as ISO-8601 text in UTC, always with microseconds, so that text order is time order."""
    if at.tzinfo is None:
        raise ValueError("times carry a time zone here")
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _number(digits: str) -> int | float:
    whole = int(digits) if len(digits) < _MAX_DIGITS else 2**53
    return whole if abs(whole) < 2**53 else float(digits)
