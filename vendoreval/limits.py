"""How much of a file of others is read: one set of limits for every reader, which the reader can raise.

The limits stand far above what honest files need and far below what makes a machine unusable. They are
raised (or lowered) by the environment variable VENDOREVAL_LIMITS, for example `rows=20GB,columns=50000`.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, fields
from functools import lru_cache

from vendoreval.errors import InputError, UsageError

VARIABLE = "VENDOREVAL_LIMITS"
_UNITS = {"": 1, "KB": 1_000, "MB": 1_000_000, "GB": 1_000_000_000}
_BYTES = ("rows", "memory", "document", "workbook", "yaml", "line")
_AMOUNT = re.compile(r"([0-9]{1,12})(|KB|MB|GB)B?", re.IGNORECASE)


@dataclass(frozen=True)
class Limits:
    """The most that is read; sizes in bytes.

    rows: a file of rows that is read piece by piece, unpacked. memory: what is held whole, such as a gold
    set or all that an archive unpacks to. document: a text, form or receipt as it came. workbook: what an
    XLSX file unpacks to. yaml: a YAML document, which is slow to read. ratio: how often its own size a file
    may unpack to, once that is more than `FREE`. members: files in an evidence bundle. files: files of a
    folder or an archive that is delivered. line: one row of a text file. columns: columns of a row file.
    depth: lists and
    tables within each other.
    """

    rows: int = 20_000_000_000
    memory: int = 1_000_000_000
    document: int = 20_000_000
    workbook: int = 50_000_000
    yaml: int = 1_000_000
    ratio: int = 200
    members: int = 2_000
    files: int = 200_000
    line: int = 10_000_000
    columns: int = 16_384
    depth: int = 100


FREE = 10_000_000  # bytes that any file may unpack to: little text that repeats packs extremely well


def allowed() -> Limits:
    """The limits in force; raises UsageError when VENDOREVAL_LIMITS cannot be read."""
    return _read(os.environ.get(VARIABLE, ""))


@lru_cache(maxsize=8)
def _read(given: str) -> Limits:
    names = [field.name for field in fields(Limits)]
    found = {}
    for part in filter(None, (part.strip() for part in given.split(","))):
        name, _, text = (word.strip() for word in part.partition("="))
        amount = _AMOUNT.fullmatch(text)
        if name not in names or not amount:
            raise UsageError(
                f"{VARIABLE} holds {part!r}, which sets no limit.",
                remedy=f"Write it like rows=20GB,depth=200. Limits: {', '.join(names)}.",
            )
        found[name] = int(amount[1]) * _UNITS[amount[2].upper()]
    return Limits(**found)


def beyond(limit: str, what: str, *, file: str = "", line: int = 0, found: int = 0) -> InputError:
    """The error for a file that is beyond a limit; it says how to raise it, to `found` or to the double.

    `what` is the sentence's beginning, such as "The file is larger than".
    """
    inforce = allowed()
    most = getattr(inforce, limit)
    changed = {
        field.name: value
        for field in fields(Limits)
        if (value := getattr(inforce, field.name)) != field.default
    }
    changed[limit] = max(found, 2 * most)
    words = ",".join(f"{name}={amount_text(name, value, up=True)}" for name, value in changed.items())
    return InputError(
        f"{what} {amount_text(limit, most)}, the limit {limit!r}.", file=file, line=line,
        remedy=f"If you trust its sender, put {VARIABLE}={words} before the command.",
    )  # fmt: skip


def amount_text(limit: str, value: int, *, up: bool = False) -> str:
    """A limit as a person writes it, such as 4GB; `up` rounds to the next whole unit, for settings."""
    for unit, size in reversed(_UNITS.items()):
        if limit in _BYTES and unit and value >= size and (up or value % size == 0):
            return f"{-(-value // size)}{unit}" if up else f"{value // size} {unit}"
    return str(value) if up else f"{value:,}{' bytes' if limit in _BYTES else ''}"
