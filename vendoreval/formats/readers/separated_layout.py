"""How a separated file is written, where it is not as its ending says: told from its first rows, and said.

European Excel writes semicolons and decimal commas, "Unicode text" (tabs in UTF-16), or a first line `sep=;`.
Others leave out fields at the end of every row, or close every row with a separator. That rows begin with names
of their own, which the header lacks, somebody must say: they could as well lack a name at their end.
Rows of several widths are left to the readers, which refuse those that do not fit the header.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from vendoreval.errors import InputError
from vendoreval.formats.readers.separated_rows import parsed, without_sep
from vendoreval.formats.readers.text_source import is_utf16, open_text

_NAMES = {"\t": "tabs", ",": "commas", ";": "semicolons", "|": "bars"}
_SEP = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)
_COMMA = re.compile(r"[-+]?\d+,\d+")
_NAMED = "Every row begins with a name that the header lacks, as stated: it is left out."
_LOOKED_AT = 100  # rows in which numbers with a comma are looked for


@dataclass(frozen=True)
class Layout:
    """What separates the fields, what they are called, and whether numbers have a decimal comma.

    `names` are those of the columns; `fields` those of each field of a row, of which "" is read nowhere.
    """

    delimiter: str
    names: tuple[str, ...]
    fields: tuple[str, ...]
    comma: bool = False
    notes: tuple[str, ...] = ()


def layout_of(path: Path, delimiter: str, row_names: bool = False) -> Layout:
    """The layout of a file whose ending says `delimiter`; `row_names`: rows begin with names that are no field.

    Raises InputError where it has no header, or where each of its rows is wider than the header and it is not
    plain why.
    """
    used, sep = _delimiter(path, delimiter)
    header = _header(path, used)
    names = tuple(name.strip() for name in header) if len({*map(str.strip, header)}) == len(header) else header
    notes = [_of_signs(used, delimiter, sep)] if used != delimiter or sep else []
    if is_utf16(path):
        notes.append("The file is UTF-16 text.")
    if names != header:
        notes.append("Names of columns are read without the white space around them.")
    fields, said = (("", *names), [_NAMED]) if row_names else _fields(path, used, names)
    comma = _has_commas(path, used)
    said += ["Numbers in it have a decimal comma."] if comma else []
    return Layout(used, names, fields, comma, tuple(notes + said))


def _of_signs(used: str, delimiter: str, sep: bool) -> str:
    said = f"Fields are separated by {_NAMES.get(used, repr(used))}"
    return f"{said}, as its first line says." if sep else f"{said}, not by {_NAMES[delimiter]}."


def _delimiter(path: Path, delimiter: str) -> tuple[str, bool]:
    """What separates the fields, and whether the first line says so."""
    with open_text(path) as stream:
        first, second = stream.readline(), stream.readline()
    if told := _SEP.fullmatch(first):
        return told[1], True
    if delimiter not in first:
        for other in _NAMES:
            if other in first and (other in second or not second):
                return other, False
    return delimiter, False


def _rows(path: Path, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    with open_text(path) as stream:
        yield from without_sep(parsed(str(path), stream, delimiter))


def _header(path: Path, delimiter: str) -> tuple[str, ...]:
    _, names = next(_rows(path, delimiter), (1, []))
    if not any(names):
        raise InputError("The file has no header line.", file=str(path), line=1)
    return tuple(names)


def _fields(path: Path, delimiter: str, names: tuple[str, ...]) -> tuple[tuple[str, ...], list[str]]:
    """What each field of a row is called, and what is to be said where that is not as in the header.

    The whole file is read where its first row is of another width. What is wrong with the file is for its
    readers to say.
    """
    first: tuple[int, Sequence[str]] = (0, names)
    with suppress(InputError, ValueError, EOFError):
        first = next(islice(_rows(path, delimiter), 1, None), first)
    line, row = first
    return (names, []) if len(row) == len(names) else _of_other_width(path, delimiter, names, line)


def _of_other_width(
    path: Path, delimiter: str, names: tuple[str, ...], line: int
) -> tuple[tuple[str, ...], list[str]]:
    found = None
    with suppress(InputError, ValueError, EOFError):
        found = _Widths.of((row for _, row in islice(_rows(path, delimiter), 1, None)), len(names))
    if found is None:
        return names, []
    width, lacking = found.width, len(names) - found.width
    if lacking > 0:
        listed = ", ".join(names[width:])
        what = "field" if lacking == 1 else f"{lacking} fields"
        count = "counts" if lacking == 1 else "count"
        return names[:width], [f"Every row lacks the last {what} of the header: {listed} {count} as empty."]
    if found.ends_empty:
        return (*names, *[""] * -lacking), ["Every row ends with a separator behind its last field."]
    raise InputError(
        f"Every row has {width} fields, the header {len(names)}.", file=str(path), line=line,
        remedy="If rows begin with their names, as R writes them, say --read row-names=first.",
    )  # fmt: skip


@dataclass(frozen=True)
class _Widths:
    """What all rows have in common, as far as they are of one width."""

    width: int
    ends_empty: bool

    @classmethod
    def of(cls, rows: Iterator[Sequence[str]], header: int) -> _Widths | None:
        width, ends_empty = 0, True
        for row in rows:
            width = width or len(row)
            if len(row) != width:
                return None
            ends_empty = ends_empty and not any(row[header:])
        return cls(width, ends_empty)


def _has_commas(path: Path, delimiter: str) -> bool:
    """Whether numbers among the first rows have a decimal comma; only asked where commas separate nothing."""
    if delimiter == ",":
        return False
    with suppress(InputError, ValueError, EOFError):
        return any(
            _COMMA.fullmatch(field) for _, row in islice(_rows(path, delimiter), _LOOKED_AT) for field in row
        )
    return False
