"""Tasks on their way out, to a vendor or to experts: nothing in them tells what an answer is, or which is gold.

Every task has what all others have: an opaque id, the same fields, no annotator, no answer. Pictures are packed
under the tasks' ids, with one time and in the order of the ids.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vendoreval.contracts.terms import Contract
from vendoreval.errors import InputError, UsageError
from vendoreval.evidence.canonical import sha256_hex
from vendoreval.formats.readers.picture_index import PictureIndex, is_picture, pictures_below, stem_of
from vendoreval.formats.writers.archive import Archive
from vendoreval.formats.writers.interface import Setting, Task
from vendoreval.formats.writers.known import writer
from vendoreval.formats.writers.task_sheets import task_bytes
from vendoreval.labels.shapes import SHAPES
from vendoreval.safe_text import csv_bytes
from vendoreval.workflow.files import write_whole, writing_whole

NAMED = ("coco", "yolo", "cvat")  # they know an item by the name of its picture alone
LABEL_STUDIO = "label-studio"
Listed = Sequence[Mapping[str, str]]  # task_id, and what is shown


class Pictures:
    """The buyer's pictures, by item."""

    def __init__(self, folder: Path) -> None:
        self.folder, self._index = folder, PictureIndex(exif=True)
        self._index.add(pictures_below(folder, exif=True))

    def name(self, item: str, shown: Mapping[str, str]) -> str:
        """The picture of an item, by its id or what is shown of it; raises InputError where there is none."""
        stems = [stem_of(item), *(stem_of(value) for value in shown.values() if is_picture(value))]
        try:
            found = self._index.named(*stems)
        except ValueError as error:
            raise InputError(
                f"The picture of {item!r} cannot be told: {error}.", file=str(self.folder)
            ) from error
        if found is None:
            raise InputError(f"There is no picture of {item!r}.", file=str(self.folder))
        return self._index.name(found)

    def size(self, name: str) -> tuple[int, int]:
        """Width and height; raises InputError for what is no picture."""
        try:
            return self._index.size(stem_of(name))
        except ValueError as error:
            raise InputError(f"{name} cannot be read: {error}.", file=str(self.folder)) from error


@dataclass(frozen=True)
class Going:
    """How tasks go out: the format ("" by the file's ending), pictures, and what stands before their names."""

    fmt: str = ""
    images: Path | None = None
    link: str = ""

    def endings(self, shown: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
        """What the ids of tasks end in, by item: as the pictures do that go along."""
        if self.images is None:
            return {}
        pictures = Pictures(self.images)
        return {item: Path(pictures.name(item, seen)).suffix.lower() for item, seen in shown.items()}


@dataclass(frozen=True)
class Sent:
    """What was written: the hash of the file, and the files beside it."""

    sha256: str
    beside: tuple[str, ...]


def write_tasks(
    out: Path, listed: Listed, items: Mapping[str, str], contract: Contract, going: Going, title: str
) -> Sent:
    """Write tasks to `out`; `items` are the items behind their ids.

    Raises InputError where a picture or a text is not known, UsageError for a format that cannot hold the task.
    """
    fmt = going.fmt or (LABEL_STUDIO if out.suffix.lower() == ".json" else "")
    if not fmt or fmt in ("csv", "xlsx"):
        data = task_bytes(listed, contract.task.classes, title, f".{fmt}" if fmt else out.suffix.lower())
        write_whole(out, data)
        return Sent(sha256_hex(data), pack_pictures(out, listed, items, going))
    if fmt in NAMED and going.images is None:
        raise InputError(f"{fmt} names a task by its picture.", remedy="Name their folder with --images DIR.")
    form = writer(fmt, contract.task.type)
    if fmt != LABEL_STUDIO and not SHAPES[contract.task.type].many:
        raise UsageError(
            f"Answers to {contract.task.type} are not read back out of {fmt}.",
            remedy="Say --format label-studio, or name a file that ends in .csv or .xlsx.",
        )
    setting = Setting(SHAPES[contract.task.type], contract.task.classes, link=going.link)
    with writing_whole(out) as file:
        written = form.write(_tasks(listed, items, going), setting, file)
    written.beside["-list.csv"] = list_bytes(listed)
    beside = {str(out.with_name(f"{out.stem}{end}")): data for end, data in written.beside.items()}
    for name, data in beside.items():
        write_whole(Path(name), data)
    return Sent(sha256_hex(out.read_bytes()), (*sorted(beside), *pack_pictures(out, listed, items, going)))


def list_bytes(listed: Iterable[Mapping[str, str | None]]) -> bytes:
    """The tasks as rows; cells that a spreadsheet would run are made harmless."""
    rows = list(listed)
    return csv_bytes(tuple(rows[0]), ([value or "" for value in row.values()] for row in rows))


def _tasks(listed: Listed, items: Mapping[str, str], going: Going) -> list[Task]:
    pictures = Pictures(going.images) if going.images else None
    found = []
    for row in listed:
        shown = {name: value for name, value in row.items() if name != "task_id"}
        told: dict[str, Any] = {"text": shown.get("text")}
        if pictures:
            told["width"], told["height"] = pictures.size(pictures.name(items[row["task_id"]], shown))
        found.append(Task(row["task_id"], shown=shown, opaque=True, **told))
    return found


def pack_pictures(out: Path, listed: Listed, items: Mapping[str, str], going: Going) -> tuple[str, ...]:
    """The pictures under the ids of their tasks, in one archive."""
    if going.images is None:
        return ()
    pictures = Pictures(going.images)
    path = out.with_name(f"{out.stem}-pictures.zip")
    with writing_whole(path) as file, Archive(file) as archive:
        for row in sorted(listed, key=lambda one: one["task_id"]):
            name = pictures.name(items[row["task_id"]], row)
            archive.add(row["task_id"], (going.images / name).read_bytes())
    return (str(path),)
