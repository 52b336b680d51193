"""The buyer's images by item: looked up among the names that the folder has, never by a path made of an id."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath

from vendoreval.errors import InputError
from vendoreval.limits import allowed

ENDINGS = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif"})


class ImageFolder:
    """Called with an item's id it gives the name and the bytes of its image.

    An id fits an image by its path below the folder, with or without ending, else by its file name, with or
    without ending; where two images fit equally well, none is taken.
    """

    def __init__(self, folder: Path) -> None:
        """Raises InputError where there is no such folder."""
        if not folder.is_dir():
            raise InputError("There is no such folder.", file=str(folder), remedy="Check what --images names.")
        self._paths: dict[str, Path | None] = {}
        self._names: dict[str, Path | None] = {}
        for place, folders, names in os.walk(folder):
            folders.sort()
            for name in sorted(names):
                path = Path(place, name)
                if path.suffix.lower() in ENDINGS:
                    self._add(path, PurePosixPath(path.relative_to(folder).as_posix()))

    def _add(self, path: Path, below: PurePosixPath) -> None:
        for known, keys in (
            (self._paths, (str(below), str(below.with_suffix("")))),
            (self._names, (below.name, below.stem)),
        ):
            for key in dict.fromkeys(keys):
                known[key] = None if key in known else path

    def __call__(self, item: str) -> tuple[str, bytes] | None:
        name = item.replace("\\", "/").rpartition("/")[2]
        path = self._paths.get(item) or self._names.get(name)
        if path is None or path.stat().st_size > allowed().memory:
            return None
        return path.name, path.read_bytes()
