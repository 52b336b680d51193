"""Names and sizes of items whose files name their pictures, or are named as these are."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from vendoreval.formats.readers.interface import ReaderOption
from vendoreval.formats.readers.picture_index import (
    Picture,
    PictureIndex,
    Size,
    pictures_below,
    pictures_listed,
    pictures_within,
    stem_of,
)
from vendoreval.formats.readers.sources import Source

SIZES = ReaderOption("sizes", "a file with the columns image, width and height", "", file=True)
EXIF = ReaderOption("exif", "a picture's size: as it is shown or stored", "shown", ("shown", "stored"))
NO_SIZE = (
    "Name the folder of the pictures with --images DIR, or a file with the columns image, width and height: "
    "--read sizes=FILE."
)


class NamedPictures:
    """The pictures that were delivered, that the buyer has, or that a table lists."""

    def __init__(self, source: Source, options: Mapping[str, str]) -> None:
        exif = options["exif"] == "shown"
        self._index = PictureIndex(exif)
        self.delivered = [one.name for one in pictures_within(source, exif)]
        listed = list(pictures_listed(Path(options["sizes"]))) if options["sizes"] else []
        found: list[Picture] = [*pictures_within(source, exif), *pictures_below(source.images, exif), *listed]
        self._index.add(found)
        self._found: dict[str, tuple[str, Size | None, str]] = {}

    def of(self, name: str) -> tuple[str, Size | None, str]:
        """The item that a name stands for, its picture's size if it is known, and why it is not.

        An item keeps its name, with its picture's ending where it had none.
        """
        if name not in self._found:
            self._found[name] = self._told(name)
        return self._found[name]

    def _told(self, name: str) -> tuple[str, Size | None, str]:
        stem, item = stem_of(name), name
        try:
            found = self._index.named(stem)
            if found is None:
                return item, None, "no picture or table tells its size"
            picture = self._index.name(found)
            item = f"{stem}{picture[len(stem_of(picture)) :]}"
            return item, self._index.size(found), ""
        except ValueError as error:
            return item, None, str(error)
