"""Sizes of pictures, for tasks whose delivery does not tell them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from vendoreval.errors import InputError
from vendoreval.formats.readers.picture_index import PictureIndex, pictures_below, stem_of
from vendoreval.formats.writers.interface import Task


def with_sizes(tasks: Iterable[Task], images: Path | None) -> Iterator[Task]:
    """The tasks, with the sizes of the pictures below `images` where none is known.

    Raises InputError for a picture that cannot be read, or one that may be several.
    """
    if images is None:
        yield from tasks
        return
    index = PictureIndex(exif=True)
    index.add(pictures_below(images, exif=True))
    for task in tasks:
        try:
            found = None if task.width else index.named(stem_of(task.item))
            size = index.size(found) if found else None
        except ValueError as error:
            raise InputError(f"The size of {task.item!r} cannot be told: {error}.", file=str(images)) from error
        yield replace(task, width=size[0], height=size[1]) if size else task
