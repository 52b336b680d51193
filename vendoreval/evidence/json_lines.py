"""Files of one record a line, written fast and read without holding all records at once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any


def lines(records: Iterable[Mapping[str, Any]]) -> bytes:
    """One record a line. The file's bytes are what is hashed, so plain JSON is enough, and fast."""
    write = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
    return "".join(f"{write(record)}\n" for record in records).encode()


def read_lines(data: bytes) -> Iterator[dict[str, Any]]:
    """The records of such a file, one by one; raises ValueError for a line that is no object."""
    start = 0
    while start < len(data):
        end = data.find(b"\n", start)
        end = len(data) if end < 0 else end
        record = json.loads(data[start:end])
        if not isinstance(record, dict):
            raise ValueError(f"a line is no record: {data[start : start + 40]!r}")
        yield record
        start = end + 1
