"""A delivery's partitions: its rows by hash of the item, in files that all workers of an executor reach.

All rows of an item lie in one partition, and each row knows its place in the delivery (`ROW`). So a kernel that
looks at whole items gives parts that merge, whatever machine ran it and in whatever order.

A worker reads a partition whole and holds its bytes against size and SHA-256 of the manifest before it parses
these same bytes: what was changed, cut or put in its place is an error and never another result.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any, Protocol, TypeVar

import pyarrow as pa

from vendoreval.engines.fold import fold
from vendoreval.errors import EvidenceError, InputError, MissingPart

INSTALL = "pip install 'vendoreval[dask]'"
Result = TypeVar("Result")
Work = TypeVar("Work")


class Workers(Protocol):
    """Whoever runs one function on many pieces of work."""

    def map(self, function: Callable[[Work], Result], work: Sequence[Work]) -> list[Result]:
        """The function's results, in the order of `work`."""


@dataclass(frozen=True)
class Part:
    """One partition: where it lies (a path, or a URL that fsspec knows), its rows, size in bytes and hash."""

    url: str
    rows: int
    size: int
    sha256: str


@dataclass(frozen=True)
class Partitions:
    """The partitions of one delivery, and who reads them; without workers, a few threads."""

    delivery: str
    parts: tuple[Part, ...]
    workers: Workers | None = None


# Where a delivery's labels are read: its canonical file, on the disk or in memory, or partitions of it.
Source = Path | IO[bytes] | Partitions


def across(source: Source, function: Callable[[Any], Result]) -> list[Result]:
    """`function` of the canonical file, or of each partition's file, in order.

    It takes what pyarrow opens as a file; it and its result must be picklable. Raises EvidenceError for a
    partition that was changed, InputError for one that cannot be read, and what the workers raise.
    """
    if not isinstance(source, Partitions):
        return [function(source)]
    kernel = partial(_of_part, function, source.delivery)
    return source.workers.map(kernel, source.parts) if source.workers else fold(kernel, source.parts)


def _of_part(function: Callable[[Any], Result], delivery: str, part: Part) -> Result:
    return function(pa.BufferReader(_read(part, delivery)))


def _read(part: Part, delivery: str) -> bytes:
    anew = f"Write the partitions anew: vendoreval delivery partition {delivery} --to FOLDER"
    try:
        system, path = file_system(part.url)
        data: bytes = system.cat_file(path)
    except (OSError, ValueError) as error:
        raise InputError(
            f"The partition {part.url} cannot be read here: {error}.",
            remedy=f"Every worker must reach it under this name. If it is gone: {anew}",
        ) from error
    if len(data) != part.size or hashlib.sha256(data).hexdigest() != part.sha256:
        raise EvidenceError(f"The partition {part.url} is not the one that was written.", remedy=anew)
    return data


def file_system(url: str) -> tuple[Any, str]:
    """The file system of a path or URL, by fsspec, and the path in it; raises MissingPart, InputError."""
    try:
        from fsspec.core import url_to_fs
    except ImportError as error:
        raise MissingPart("Partitions need the package fsspec.", remedy=f"Install it: {INSTALL}") from error
    try:
        found: tuple[Any, str] = url_to_fs(url)
    except ImportError as error:  # s3fs, gcsfs …; the message names what to install
        raise MissingPart(f"{url} cannot be reached: {error}.") from error
    except ValueError as error:
        raise InputError(f"{url} is no place that fsspec knows: {error}.") from error
    return found


def read_manifest(record: Mapping[str, Any], workers: Workers | None = None) -> Partitions:
    """The partitions that a manifest (`vendoreval/partitions/1`) names."""
    folder = record["folder"]
    parts = (
        Part(f"{folder}/{one['name']}", one["rows"], one["size"], one["sha256"]) for one in record["parts"]
    )
    return Partitions(record["delivery"], tuple(parts), workers)
