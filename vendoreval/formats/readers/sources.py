"""What readers read: a file, a folder, an archive or several of them, as members with names."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from vendoreval.errors import InputError, UsageError
from vendoreval.formats.readers.archives import check_nested, members_of_file, ungzipped
from vendoreval.formats.readers.members import Member as Member
from vendoreval.formats.readers.members import file_member
from vendoreval.limits import allowed, beyond
from vendoreval.received import check_file


@dataclass(frozen=True)
class Source:
    """Members in order of name. `images` gives pictures by name, where the buyer has them.

    `left_out` counts what stood beside them and is no file of a delivery: hidden files, those of macOS.
    """

    name: str
    members: tuple[Member, ...]
    images: Path | None = None
    left_out: Mapping[str, int] = field(default_factory=dict)

    def ending(self, *suffixes: str) -> tuple[Member, ...]:
        """The members with one of these endings, in lower case with the dot."""
        return tuple(member for member in self.members if member.suffix in suffixes)


def open_source(paths: Sequence[Path], images: Path | None = None) -> Source:
    """The files, folders and archives as one source; nothing is unpacked to disk.

    A single folder or archive gives its members below itself; of several paths each keeps its own name below
    the folder that holds them all. Raises InputError for what is unsafe or no file, beyond the limits `files`,
    `rows` and `ratio`, and for an empty source.
    """
    if not paths:
        raise UsageError("No file is named.", remedy="Name the files, a folder, or an archive.")
    if images is not None and not images.is_dir():
        raise InputError("There is no such folder.", file=str(images), remedy="Check what --images names.")
    found: list[Member] = []
    left_out: dict[str, int] = {}
    for path, name in zip(paths, _names(paths), strict=True):
        alone = len(paths) == 1
        for member in _members(path, name):
            shown = member if alone or member.name == name else replace(member, name=f"{name}/{member.name}")
            if why := _no_file_of_a_delivery(member.name):
                left_out[why] = left_out.get(why, 0) + 1
            else:
                found.append(shown)
                _few(found, path)
    source = Source(_named(paths), _ordered(found, paths[0]), images, left_out)
    if not source.members:
        raise InputError("There is no file in it.", file=source.name, remedy="Ask for it again.")
    return source


def named_source(files: Sequence[tuple[str, Path]], images: Path | None = None) -> Source:
    """As `open_source`, of files whose names are known: those below a delivered folder, or of a manifest."""
    if len(files) == 1:
        return open_source([files[0][1]], images)
    found: list[Member] = []
    for name, path in files:
        check_file(path, "rows")
        inner = list(members_of_file(path, name))
        found += [one if one.name == name else replace(one, name=f"{name}/{one.name}") for one in inner]
        _few(found, path)
    return Source(_named([path for _, path in files]), _ordered(found, files[0][1]), images)


def _named(paths: Sequence[Path]) -> str:
    first = paths[0].name or str(paths[0])
    return first if len(paths) == 1 else f"{first} and {len(paths) - 1} more"


def _names(paths: Sequence[Path]) -> list[str]:
    """What each path is called: below the folder that holds them all."""
    whole = [path.absolute() for path in paths]
    above = Path(os.path.commonpath([path.parent for path in whole]))
    return [path.relative_to(above).as_posix() for path in whole]


def _members(path: Path, name: str) -> Iterator[Member]:
    """The files at one path, in any order."""
    if path.is_dir():
        yield from _folder(path)
    else:
        check_file(path, "rows")
        yield from members_of_file(path, name)


def _folder(folder: Path) -> Iterator[Member]:
    """All files below a folder; links and devices are refused."""
    for above, folders, names in os.walk(folder, onerror=_unreadable):
        for name in (*folders, *names):
            path = Path(above, name)
            if path.is_symlink():
                raise InputError(
                    "This is a link; it may lead to anything.", file=str(path),
                    remedy="Put the file itself in its place.",
                )  # fmt: skip
        for name in names:
            path = Path(above, name)
            below = path.relative_to(folder).as_posix()
            if not _no_file_of_a_delivery(below):
                check_nested(below, str(folder))
            yield ungzipped(file_member(path, below))


def _unreadable(error: OSError) -> None:
    raise InputError(f"The folder cannot be read: {error.strerror}.", file=str(error.filename)) from error


def _no_file_of_a_delivery(name: str) -> str:
    """Why a file is left out: it is hidden, or macOS put it there; empty for all others."""
    parts = name.split("/")
    if "__MACOSX" in parts:
        return "file of macOS"
    return "hidden file" if any(part.startswith(".") for part in parts) else ""


def _few(found: Sequence[Member], path: Path) -> None:
    if len(found) > allowed().files:
        raise beyond("files", "There are more files than", file=str(path))


def _ordered(found: Sequence[Member], path: Path) -> tuple[Member, ...]:
    """By name; each name once, and one that can be written down."""
    seen: set[str] = set()
    for member in found:
        try:
            member.name.encode()
        except UnicodeEncodeError as error:
            raise InputError(
                f"The name {member.name!r} in it is not UTF-8.", file=str(path), remedy="Give it another name."
            ) from error
        if member.name in seen:
            raise InputError(
                f"It holds the file {member.name!r} twice.", file=str(path),
                remedy="Keep the one that counts.",
            )  # fmt: skip
        seen.add(member.name)
    return tuple(sorted(found, key=lambda member: member.name))
