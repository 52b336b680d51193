"""JSON of others, read strictly: no field twice, no NaN, no half surrogate pairs, no bottomless nesting."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from vendoreval.errors import InputError
from vendoreval.limits import allowed, beyond

_SPACE = re.compile(r"[ \t\r\n]*")


class TooDeep(ValueError):
    """Lists and tables stand within each other more often than the limit `depth` allows."""


def parse_json(text: str | bytes, name: str) -> Any:
    """The values of a JSON document; raises InputError with the place where it cannot be read."""
    with _told(name):
        return values(text)


def each(text: str, name: str) -> Iterator[Any]:
    """The elements of a JSON list one by one, or values one after the other; raises as `parse_json`."""
    decoder = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_no_constant)
    place = _skip(text, 0)
    listed = text.startswith("[", place)
    place = _skip(text, place + listed)
    ended = text.startswith("]", place) if listed else place == len(text)
    while not ended:
        with _told(name):
            start = place
            found, place = _decoded(decoder, text, place)
            _check(found, text[start:place])
        yield found
        place = _skip(text, place)
        ended = text.startswith("]", place) if listed else place == len(text)
        if listed and not ended:
            _expect(text, place, ",", name)
            place = _skip(text, place + 1)
    if listed and _skip(text, place + 1) < len(text):
        _expect(text, _skip(text, place + 1), "the file's end", name)


def _expect(text: str, place: int, what: str, name: str) -> None:
    if not text.startswith(what, place):
        line = text.count("\n", 0, place) + 1
        raise InputError(f"This is not JSON: {what} is missing.", file=name, line=line)


def values(text: str | bytes) -> Any:
    """The same, for one line of many; raises ValueError (JSONDecodeError for bad syntax) with a sentence."""
    if isinstance(text, bytes):
        text = text.decode("utf-8-sig")
    try:
        found = json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
    except RecursionError as error:
        raise TooDeep("It is nested too deeply.") from error
    _check(found, text)
    return found


@contextmanager
def _told(name: str) -> Iterator[None]:
    try:
        yield
    except TooDeep as error:
        raise beyond("depth", "Its lists and tables are nested more deeply than", file=name) from error
    except json.JSONDecodeError as error:
        raise InputError(f"This is not JSON: {error.msg}.", file=name, line=error.lineno) from error
    except UnicodeDecodeError as error:
        raise InputError("The file is not UTF-8 text.", file=name, remedy="Save it as UTF-8.") from error
    except ValueError as error:
        raise InputError(f"This cannot be read: {error}", file=name) from error


def _decoded(decoder: json.JSONDecoder, text: str, place: int) -> tuple[Any, int]:
    try:
        return decoder.raw_decode(text, place)
    except RecursionError as error:
        raise TooDeep("It is nested too deeply.") from error


def _check(found: Any, text: str) -> None:
    most = allowed().depth
    if text.count("[") + text.count("{") > most and deeper_than(found, most):
        raise TooDeep("It is nested too deeply.")
    if "\\u" in text and _half_pair(found):
        raise ValueError("It holds half of a Unicode surrogate pair.")


def _skip(text: str, place: int) -> int:
    found = _SPACE.match(text, place)
    return found.end() if found else place


def deeper_than(found: Any, most: int) -> bool:
    """Whether lists and tables stand within each other more than `most` deep."""
    level = [found]
    for _ in range(most + 1):
        level = [one for one in level if isinstance(one, dict | list)]
        if not level:
            return False
        level = [inner for one in level for inner in (one.values() if isinstance(one, dict) else one)]
    return True


def _half_pair(found: Any) -> bool:
    try:
        json.dumps(found, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    return False


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    row = dict(pairs)
    if len(row) < len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise ValueError(f"The field {twice!r} stands twice in it.")
    return row


def _no_constant(text: str) -> Any:
    raise ValueError(f"{text} is no JSON value.")
