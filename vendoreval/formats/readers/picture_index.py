"""Which picture belongs to a label file, and how large it is."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import IO

from vendoreval.errors import InputError
from vendoreval.formats.readers.pictures import ENDINGS, size_of
from vendoreval.formats.readers.sources import Source
from vendoreval.received import read_text

Size = tuple[int, int]  # width, height
_TABLE = "A file of sizes has the columns image, width and height, in whole pixels."


@dataclass(frozen=True)
class Picture:
    """A picture by its name below where it was found; how large it is, if that can be told."""

    name: str
    size: Callable[[], Size] | None = None


@dataclass
class PictureIndex:
    """Pictures by name without ending. The first that tells a name keeps it; sizes are taken where they are."""

    exif: bool
    _by_stem: dict[str, list[Picture]] = field(default_factory=dict)
    _tails: dict[str, list[str]] = field(default_factory=dict)
    _sizes: dict[str, Size | str] = field(default_factory=dict)

    def add(self, pictures: Iterable[Picture]) -> None:
        """Further pictures."""
        for picture in pictures:
            stem = stem_of(picture.name)
            if stem not in self._by_stem:
                self._tails.setdefault(stem.rpartition("/")[2], []).append(stem)
            self._by_stem.setdefault(stem, []).append(picture)

    def named(self, *stems: str) -> str | None:
        """The picture of the first of the stems that has one: by its whole path, or the only one that ends so.

        Raises ValueError where several end so.
        """
        for stem in stems:
            if stem in self._by_stem:
                return stem
        for stem in stems:
            ends = [
                one for one in self._tails.get(stem.rpartition("/")[2], ())
                if f"/{one}".endswith(f"/{stem}") or f"/{stem}".endswith(f"/{one}")
            ]  # fmt: skip
            if len(ends) > 1:
                raise ValueError(f"its picture may be {ends[0]} or {ends[1]}")
            if ends:
                return ends[0]
        return None

    def name(self, stem: str) -> str:
        """The name with its ending."""
        return self._by_stem[stem][0].name

    def stems(self) -> list[str]:
        """All pictures."""
        return list(self._by_stem)

    def size(self, stem: str) -> Size:
        """Width and height; raises ValueError where nothing tells them."""
        if stem not in self._sizes:
            self._sizes[stem] = self._size(stem)
        found = self._sizes[stem]
        if isinstance(found, str):
            raise ValueError(found)
        return found

    def _size(self, stem: str) -> Size | str:
        why = "nothing tells its size"
        for picture in self._by_stem[stem]:
            if picture.size is not None:
                try:
                    return picture.size()
                except ValueError as error:
                    why = str(error)
        return why


def stem_of(name: str) -> str:
    """A picture's name without its ending, if it has one of a picture."""
    start, dot, ending = name.rpartition(".")
    return start if dot and f".{ending.lower()}" in ENDINGS else name


def is_picture(name: str) -> bool:
    """By its ending."""
    return stem_of(name) != name


def pictures_within(source: Source, exif: bool) -> Iterator[Picture]:
    """The pictures that were delivered with the labels."""
    for member in source.members:
        if is_picture(member.name):
            yield _picture(member.name, member.open, exif)


def pictures_below(folder: Path | None, exif: bool) -> Iterator[Picture]:
    """The buyer's own pictures; links are passed over."""
    if folder is None:
        return
    for path in sorted(folder.rglob("*")):
        if is_picture(path.name) and path.is_file() and not path.is_symlink():
            yield _picture(path.relative_to(folder).as_posix(), partial(_opened, path), exif)


def _opened(path: Path) -> IO[bytes]:
    return path.open("rb")


def _told(width: int, height: int) -> Size:
    return width, height


def _picture(name: str, opened: Callable[[], IO[bytes]], exif: bool) -> Picture:
    return Picture(name, partial(size_of, opened, exif=exif))


def pictures_listed(path: Path) -> Iterator[Picture]:
    """A table of image, width and height; raises InputError where it is none."""
    rows = csv.reader(io.StringIO(read_text(path)))
    if [cell.strip().lower() for cell in next(rows, [])][:3] != ["image", "width", "height"]:
        raise InputError(_TABLE, file=str(path), line=1, remedy="Begin it with the line image,width,height.")
    for row in rows:
        if not row:
            continue
        try:
            width, height = int(row[1]), int(row[2])
        except (ValueError, IndexError) as error:
            raise InputError(_TABLE, file=str(path), line=rows.line_num) from error
        if width <= 0 or height <= 0:
            raise InputError(_TABLE, file=str(path), line=rows.line_num)
        yield Picture(row[0], partial(_told, width, height))
