"""What readers read: a file, a folder, an archive or several of them, as members with names."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from vendoreval.errors import InputError, UsageError
from vendoreval.formats.readers.archives import members_of_file
from vendoreval.formats.readers.members import Member as Member
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
    """The files, folders and archives as one source; nothing is unpacked under its own name.

    A single folder or archive gives its members below itself; of several, each keeps its own name before
    theirs. Raises InputError for what is unsafe or no file, beyond the limits `files`, `rows` and `ratio`, and
    for an empty source.
    """
    if not paths:
        raise UsageError("No file is named.", remedy="Name the files, a folder, or an archive.")
    files, left_out = files_of(paths)
    if not files:
        raise InputError("There is no file in it.", file=_named(paths), remedy="Name the right folder.")
    return replace(named_source(files, images, left_out), name=_named(paths))


def files_of(paths: Sequence[Path]) -> tuple[list[tuple[str, Path]], dict[str, int]]:
    """The files of the paths with their names, in order of name; and what folders hold that is left out.

    Files are called by their own names, or, where two would have the same, by those below the folder that
    holds them all; files of a folder by their names below it. Raises InputError for links and unreadable
    folders.
    """
    found: list[tuple[str, Path]] = []
    left_out: dict[str, int] = {}
    for path, name in zip(paths, _names(paths), strict=True):
        if not path.is_dir():
            found.append((name, path))
            continue
        for below, file in _folder(path):
            if why := _no_file_of_a_delivery(below):
                left_out[why] = left_out.get(why, 0) + 1
            else:
                found.append((below if len(paths) == 1 else f"{name}/{below}", file))
    return sorted(found), left_out


def named_source(
    files: Sequence[tuple[str, Path]], images: Path | None = None, beside: Mapping[str, int] | None = None
) -> Source:
    """As `open_source`, of files whose names are known: those of `files_of`, or of a manifest.

    `beside` counts what was left out already.
    """
    if images is not None and not images.is_dir():
        raise InputError("There is no such folder.", file=str(images), remedy="Check what --images names.")
    found: list[Member] = []
    left_out = dict(beside or {})
    for name, path in files:
        check_file(path, "rows")
        inner, packed = members_of_file(path, name)
        before = f"{name}/" if packed and len(files) > 1 else ""
        for member in inner:
            if packed and (why := _no_file_of_a_delivery(member.name)):
                left_out[why] = left_out.get(why, 0) + 1
                continue
            found.append(replace(member, name=before + member.name) if before else member)
            _few(found, path)
    source = Source(_named([path for _, path in files]), _ordered(found, files[0][1]), images, left_out)
    if not source.members:
        raise InputError("There is no file in it.", file=source.name, remedy="Ask for it again.")
    return source


def _named(paths: Sequence[Path]) -> str:
    first = paths[0].name or str(paths[0])
    return first if len(paths) == 1 else f"{first} and {len(paths) - 1} more"


def _names(paths: Sequence[Path]) -> list[str]:
    own = [path.name or path.absolute().name for path in paths]
    if len(set(own)) == len(own):
        return own
    whole = [path.absolute() for path in paths]
    above = Path(os.path.commonpath([path.parent for path in whole]))
    return [path.relative_to(above).as_posix() for path in whole]


def _folder(folder: Path) -> Iterator[tuple[str, Path]]:
    """All files below a folder by name; links are refused."""
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
            yield path.relative_to(folder).as_posix(), path


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
