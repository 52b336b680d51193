"""Damaged files: what falls out of transfers, editors and hostile hands."""

from __future__ import annotations

import json
import random
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from io import BytesIO
from pathlib import Path
from types import FrameType
from typing import Any
from xml.sax.saxutils import escape

from vendoreval.formats.readers.members import Member
from vendoreval.formats.readers.sources import Source

HOSTILE = (
    b"[" * 300, b'{"a":' * 300, b"<a>" * 300, b"9" * 5000, b"1e999", b"NaN", b"\\ud800", b"-1", b"null",
    b"true", b"\0", b"\xff\xfe", b"\r", b"\n", b"\t", b"{}", b'""', b"99999999999999999999", b"&amp;",
    b"<!--", b"]]>", b'"', b"'", b">", b"0.5",
)  # fmt: skip


VALUES: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    1.5,
    1e308,
    10**30,
    "",
    "x",
    "nan",
    "1,2;3",
    [],
    {},
    [None],
    [[]],
    {"a": None},
    [1, "x"],
    "\0",
)


def damaged(data: bytes, dice: random.Random) -> bytes:
    """The data with damaged bytes, or with another value in a place where it still reads as JSON or XML."""
    if dice.random() < 0.5:
        return mutated(data, dice)
    with suppress(ValueError, RecursionError):
        if data.lstrip().startswith((b"{", b"[")):
            return _another_value(data, dice)
    places = list(re.finditer(rb'="([^"]*)"', data))
    if not places:
        return mutated(data, dice)
    place = dice.choice(places)
    value = escape(str(dice.choice(VALUES)), {'"': "&quot;", "\0": ""}).encode()
    return data[: place.start(1)] + value + data[place.end(1) :]


def _another_value(data: bytes, dice: random.Random) -> bytes:
    """A JSON document, or one line of several, with a value replaced, left out or doubled."""
    try:
        found = json.loads(data)
    except ValueError:
        lines = data.splitlines(keepends=True)
        chosen = dice.randrange(len(lines))
        lines[chosen] = (
            _another_value(lines[chosen].strip(), dice) + b"\n" if b"{" in lines[chosen] else lines[chosen]
        )
        return b"".join(lines)
    places = list(_places(found))
    for _ in range(dice.choice([1, 1, 2, 4])):
        holder, key = dice.choice(places)
        if dice.random() < 0.8:
            holder[key] = dice.choice(VALUES)
        elif isinstance(holder, list) and key < len(holder):
            holder.insert(key, holder[key])
    return json.dumps(found).encode()


def _places(found: Any) -> Iterator[tuple[Any, Any]]:
    inner = found.items() if isinstance(found, dict) else enumerate(found) if isinstance(found, list) else ()
    for key, value in list(inner):
        yield found, key
        yield from _places(value)


def mutated(data: bytes, dice: random.Random) -> bytes:
    """The data with some bytes changed, left out, doubled or replaced by what is hostile."""
    found = bytearray(data)
    for _ in range(dice.choice([1, 1, 2, 5])):
        place = dice.randrange(len(found) + 1)
        kind = dice.randrange(5)
        if kind == 0 and place < len(found):
            found[place] = dice.randrange(256)
        elif kind == 1:
            end = len(found) if dice.random() < 0.5 else place + dice.randrange(200)
            del found[place:end]
        elif kind == 2:
            found[place:place] = dice.choice(HOSTILE)
        elif kind == 3:
            end = place + dice.randrange(40)
            found[place:end] = dice.choice(HOSTILE)
        else:
            found[place:place] = found[place : place + dice.randrange(400)]
        if not found:
            break
    return bytes(found)


def files_of(path: Path) -> dict[str, bytes]:
    """A file, or all files of a folder, by name below it."""
    if path.is_file():
        return {path.name: path.read_bytes()}
    found = [one for one in sorted(path.rglob("*")) if one.is_file()]
    return {one.relative_to(path).as_posix(): one.read_bytes() for one in found}


def source_of(files: dict[str, bytes]) -> Source:
    """The files in memory as a source."""
    return Source(
        "in memory",
        tuple(Member(name, len(data), partial(BytesIO, data)) for name, data in sorted(files.items())),
    )


@contextmanager
def no_longer_than(seconds: float) -> Iterator[None]:
    """Fail where something hangs."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise AssertionError(f"it takes longer than {seconds} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
