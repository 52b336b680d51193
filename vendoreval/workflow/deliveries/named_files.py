"""The files of a delivery with the names under which its manifest lists them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vendoreval.errors import InputError
from vendoreval.formats.readers.sources import files_of


@dataclass(frozen=True)
class NamedFile:
    """A file as received, and its name: below the folder that was delivered, else its own."""

    name: str
    path: Path


def named_files(paths: Sequence[Path | str]) -> list[NamedFile]:
    """All files of the paths in order of name; folders give what lies below them, but nothing hidden.

    Raises InputError for a folder without files, and for links in it.
    """
    found, _ = files_of([Path(path) for path in paths])
    if not found:
        raise InputError("There is no file in the folder.", file=str(paths[0]), remedy="Name the right folder.")
    return [NamedFile(name, path) for name, path in found]


def left_out_of(paths: Sequence[Path | str]) -> list[str]:
    """A sentence on what folders hold that is no file of a delivery."""
    _, left_out = files_of([Path(path) for path in paths])
    said = [f"{what} {count:,}" for what, count in sorted(left_out.items())]
    return [f"Left out of the folder: {', '.join(said)}."] if said else []
