"""One Parquet file out of several that stand one behind the other: only a common footer is added.

A Parquet footer lists where the columns of each row group begin. So files that were written whole, one by one,
become one file once a last footer lists all their row groups with places counted from the beginning; what they
hold is neither read nor moved. Footers are structs of Apache Thrift's compact protocol; all of them are kept
field by field as they stand, but for the places (parquet.thrift of the Parquet format names the fields).
"""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import IO, Any

MAGIC = b"PAR1"
_TAIL = 8  # the footer's length and the magic
_TRUE, _FALSE, _BYTE, _DOUBLE, _BINARY, _LIST, _SET, _STRUCT = 1, 2, 3, 7, 8, 9, 10, 12
_WHOLE = (4, 5, 6)  # types of whole numbers
_ROWS, _GROUPS = 3, 4  # fields of the footer
_COLUMNS, _ORDINAL = 1, 7  # of a row group
_META = 3  # of a column
_PLACES = {"group": (5,), "column": (2, 4, 6), "meta": (9, 10, 11, 14)}
Struct = dict[int, tuple[int, Any]]  # type and value by field


def footer_of(piece: bytes | memoryview) -> bytes:
    """The footer of a whole Parquet file."""
    size = int.from_bytes(piece[-_TAIL:-4], "little")
    return bytes(piece[-_TAIL - size : -_TAIL])


def footers_in(file: IO[bytes], ends: Sequence[int]) -> list[bytes]:
    """The footers of the files that end at the places `ends`."""
    found = []
    for end in ends:
        file.seek(end - _TAIL)
        size = int.from_bytes(file.read(4), "little")
        file.seek(end - _TAIL - size)
        found.append(file.read(size))
    return found


def joint_footer(footers: Sequence[bytes], begins: Sequence[int]) -> bytes:
    """What to write behind files with these `footers` that begin at these places, to make them one file.

    All have the same columns; the key-value metadata are the first one's.
    """
    first = _read_struct(BytesIO(footers[0]))
    groups: list[Struct] = []
    rows = 0
    for footer, begin in zip(footers, begins, strict=True):
        found = _read_struct(BytesIO(footer))
        rows += found[_ROWS][1]
        for group in found[_GROUPS][1][1]:
            _move(group, begin)
            group[_ORDINAL] = 4, len(groups)
            groups.append(group)
    first[_ROWS] = 6, rows
    first[_GROUPS] = _LIST, (_STRUCT, groups)
    out = bytearray()
    _write_struct(out, first)
    return bytes(out) + len(out).to_bytes(4, "little") + MAGIC


def _move(group: Struct, begin: int) -> None:
    """Count the places in a row group from `begin` bytes before its file; 0 is no place."""
    _add(group, "group", begin)
    for column in group[_COLUMNS][1][1]:
        _add(column, "column", begin)
        _add(column[_META][1], "meta", begin)


def _add(fields: Struct, kind: str, begin: int) -> None:
    for field in _PLACES[kind]:
        if field in fields and fields[field][0] in _WHOLE and fields[field][1]:
            fields[field] = fields[field][0], fields[field][1] + begin


def _read_struct(data: BytesIO) -> Struct:
    found: Struct = {}
    field = 0
    while head := data.read(1)[0]:
        field = field + (head >> 4) if head >> 4 else _read_whole(data)
        found[field] = head & 15, _read(data, head & 15)
    return found


def _read(data: BytesIO, kind: int) -> Any:
    if kind in (_TRUE, _FALSE):
        return None  # the type says it
    if kind in _WHOLE:
        return _read_whole(data)
    if kind == _BYTE:
        return data.read(1)
    if kind == _DOUBLE:
        return data.read(8)
    if kind == _BINARY:
        return data.read(_read_size(data))
    if kind in (_LIST, _SET):
        head = data.read(1)[0]
        size = head >> 4 if head >> 4 != 15 else _read_size(data)
        inner = head & 15
        return inner, [data.read(1) if inner in (_TRUE, _FALSE) else _read(data, inner) for _ in range(size)]
    if kind == _STRUCT:
        return _read_struct(data)
    raise ValueError(f"Thrift type {kind} in a Parquet footer")


def _read_size(data: BytesIO) -> int:
    found = shift = 0
    while True:
        byte = data.read(1)[0]
        found |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return found


def _read_whole(data: BytesIO) -> int:
    found = _read_size(data)
    return (found >> 1) ^ -(found & 1)


def _write_struct(out: bytearray, fields: Struct) -> None:
    before = 0
    for field, (kind, value) in sorted(fields.items()):
        if 0 < field - before < 16:
            out.append((field - before) << 4 | kind)
        else:
            out.append(kind)
            _write_whole(out, field)
        _write(out, kind, value)
        before = field
    out.append(0)


def _write(out: bytearray, kind: int, value: Any) -> None:
    if kind in _WHOLE:
        _write_whole(out, value)
    elif kind == _BINARY:
        _write_size(out, len(value))
        out.extend(value)
    elif kind in (_LIST, _SET):
        inner, values = value
        out.append(min(len(values), 15) << 4 | inner)
        if len(values) >= 15:
            _write_size(out, len(values))
        for one in values:
            out.extend(one) if inner in (_TRUE, _FALSE) else _write(out, inner, one)
    elif kind == _STRUCT:
        _write_struct(out, value)
    elif kind in (_BYTE, _DOUBLE):
        out.extend(value)


def _write_size(out: bytearray, value: int) -> None:
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)


def _write_whole(out: bytearray, value: int) -> None:
    _write_size(out, (value << 1) ^ (value >> 63))
