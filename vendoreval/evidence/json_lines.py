"""Files of one record a line, written fast and read without holding all records at once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, islice
from json.encoder import encode_basestring
from typing import Any

from vendoreval.labels.columns import Coded

_BLOCK = 1 << 20
_ROWS = 1 << 15  # joined at a time


def lines(records: Iterable[Mapping[str, Any]]) -> bytes:
    """One record a line. The file's bytes are what is hashed, so plain JSON is enough, and fast."""
    write = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
    return "".join(f"{write(record)}\n" for record in records).encode()


def joined(columns: Mapping[str, Iterable[str]]) -> bytes:
    """What `lines` writes of the records that have these fields, each column's values given as JSON texts."""
    names = sorted(columns)
    form = ",".join(f"{encode_basestring(name).replace('%', '%%')}:%s" for name in names)
    return filled(f"{{{form}}}", zip(*(columns[name] for name in names), strict=True))


def filled(form: str, rows: Iterable[tuple[Any, ...]]) -> bytes:
    """A line of this form for each of `rows`, whose texts take the places %s in it."""
    texts = map(f"{form}\n".__mod__, rows)
    return b"".join(iter(lambda: "".join(islice(texts, _ROWS)).encode(), b""))


def text_column(column: Coded) -> Iterator[str]:
    """The JSON text of each row of a column, null where it has no value; each distinct text is written once."""
    texts = [*map(encode_basestring, column.values), "null"]
    parts = (column.codes[start : start + _ROWS].tolist() for start in range(0, len(column), _ROWS))
    return map(texts.__getitem__, chain.from_iterable(parts))


def read_lines(data: bytes) -> Iterator[dict[str, Any]]:
    """The records of such a file, one by one; raises ValueError for a line that is no object."""
    for block in read_blocks(data):
        yield from block


def read_blocks(data: bytes) -> Iterator[list[dict[str, Any]]]:
    """The same in lists of records, about a megabyte of the file at a time."""
    for piece in pieces(data):
        records = json.loads(b"[" + piece.replace(b"\n", b",") + b"]")  # one call, where a line each is slow
        if len(records) != piece.count(b"\n") + 1 or not all(isinstance(one, dict) for one in records):
            raise ValueError(f"a line is no record, behind {piece[:40]!r}")
        yield records


def pieces(data: bytes) -> Iterator[bytes]:
    """The file in pieces of whole lines, about a megabyte each, without line ends around them."""
    start = 0
    while start < len(data):
        end = data.find(b"\n", start + _BLOCK)
        end = len(data) if end < 0 else end
        yield data[start:end].strip(b"\n")
        start = end + 1
