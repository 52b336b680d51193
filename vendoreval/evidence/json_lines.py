"""Files of one record a line, written fast and read without holding all records at once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

_BLOCK = 1 << 20


def lines(records: Iterable[Mapping[str, Any]]) -> bytes:
    """One record a line. The file's bytes are what is hashed, so plain JSON is enough, and fast."""
    write = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
    return "".join(f"{write(record)}\n" for record in records).encode()


def read_lines(data: bytes) -> Iterator[dict[str, Any]]:
    """The records of such a file, one by one; raises ValueError for a line that is no object."""
    for block in read_blocks(data):
        yield from block


def read_blocks(data: bytes, size: int = _BLOCK) -> Iterator[list[dict[str, Any]]]:
    """The same in lists of records, about `size` bytes of the file at a time."""
    start = 0
    while start < len(data):
        end = data.find(b"\n", start + size)
        end = len(data) if end < 0 else end
        block = data[start:end].strip(b"\n")
        records = json.loads(b"[" + block.replace(b"\n", b",") + b"]")  # one call, where a line each is slow
        if len(records) != block.count(b"\n") + 1 or not all(isinstance(one, dict) for one in records):
            raise ValueError(f"a line is no record, behind {block[:40]!r}")
        yield records
        start = end + 1
