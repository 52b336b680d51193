"""The files of a delivery with the names under which its manifest lists them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vendoreval.errors import InputError


@dataclass(frozen=True)
class NamedFile:
    """A file as received, and its name: below the folder that was delivered, else its own."""

    name: str
    path: Path


def named_files(paths: Sequence[Path | str]) -> list[NamedFile]:
    """All files of the paths in order of name; folders give what lies below them, but nothing hidden.

    Raises InputError for a folder without files.
    """
    found: list[NamedFile] = []
    for path in map(Path, paths):
        if not path.is_dir():
            found.append(NamedFile(path.name, path))
            continue
        below = [
            NamedFile(file.relative_to(path).as_posix(), file) for file in path.rglob("*") if file.is_file()
        ]
        shown = [file for file in below if not _hidden(file.name)]
        if not shown:
            raise InputError("There is no file in the folder.", file=str(path), remedy="Name the right folder.")
        found += shown
    return sorted(found, key=lambda file: file.name)


def _hidden(name: str) -> bool:
    parts = name.split("/")
    return "__MACOSX" in parts or any(part.startswith(".") for part in parts)
