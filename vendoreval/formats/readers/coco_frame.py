"""The images and categories of a COCO file: what its annotations point to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from vendoreval.errors import InputError
from vendoreval.formats.readers.coco_types import Category, Id, Image
from vendoreval.formats.readers.json_stream import top_level
from vendoreval.formats.readers.members import Member
from vendoreval.formats.readers.pictures import told_size
from vendoreval.formats.readers.remarks import Remarks

_TYPES = {"images": Image, "categories": Category}
_TAIL = 1 << 20
ARRAY = ""  # the name of a document that is an array of results
_NAMED_TWICE = "Image ids that stand for several files, so that what points to them is refused"


@dataclass
class Frame:
    """Images and categories of one file, numbered by their order in it.

    `ids` are the images' own. An id that stands for two files, or a category id with two names,
    is in `images` or `categories` as -1.
    """

    file: str
    images: dict[Id, int] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)
    ids: list[Id] = field(default_factory=list)
    sizes: list[tuple[int, int] | None] = field(default_factory=list)  # width, height
    categories: dict[Id, int] = field(default_factory=dict)
    labels: list[str] = field(default_factory=list)
    points: list[tuple[str, ...]] = field(default_factory=list)  # names of keypoints, by category
    refused: list[tuple[int, str]] = field(default_factory=list)
    remarks: Remarks = field(default_factory=Remarks)
    arrays: set[str] = field(default_factory=set)

    @property
    def is_results(self) -> bool:
        """Whether it is an array of results, which names neither images nor categories."""
        return ARRAY in self.arrays


def read_frame(member: Member) -> Frame:
    """Images and categories of a file; its annotations are passed over.

    Raises InputError where the file is no JSON.
    """
    frame = Frame(member.name)
    with member.open() as stream:
        for name, pieces in top_level(stream, member.name):
            frame.arrays.add(name)
            if name in _TYPES:
                _add_list(frame, name, pieces)
            elif name == "annotations" and _add_tail(frame, member):
                break
    _say_near(frame)
    return frame


def _add_list(frame: Frame, name: str, pieces: Iterable[bytes]) -> None:
    place = 0
    for piece in pieces:
        for record, why in records(piece, _TYPES[name], frame.file):
            place += 1
            _add(frame, name, place, record, why)


def _add_tail(frame: Frame, member: Member) -> bool:
    """Look behind the annotations for what is still missing, so that they need not be passed over to find it.

    A name in quotes is no part of a text, where they would be escaped; and what follows it is read as the rest
    of an object, so that it stands at the top. False where the lists are not there, or not so near to the end.
    """
    missing = [name for name in _TYPES if name not in frame.arrays]
    if missing and member.path is None:
        return False
    rest = _rest(member.path, missing) if missing and member.path else {}
    if any(not rest.get(name, b"").startswith(b"[") for name in missing):
        return False
    for name in missing:
        frame.arrays.add(name)
        _add_list(frame, name, [rest[name]])
    return True


def _rest(path: Path, names: Sequence[str]) -> dict[str, bytes]:
    """The values of the object at the top from the first of the `names` on, if they stand close to its end."""
    with path.open("rb") as stream:
        stream.seek(max(path.stat().st_size - _TAIL, 0))
        tail = stream.read()
    places = [tail.rfind(f'"{name}"'.encode()) for name in names]
    if -1 in places:
        return {}
    try:
        found = msgspec.json.decode(b"{" + tail[min(places) :], type=dict[str, msgspec.Raw])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return {}
    return {name: bytes(value) for name, value in found.items()}


def records(piece: bytes, kind: Any, file: str) -> Iterator[tuple[Any, str]]:
    """Elements of a piece as that type, each or else None with the reason why it is none."""
    if not piece.startswith(b"["):
        raise InputError("Where a list of objects belongs, something else stands.", file=file)
    try:
        yield from ((record, "") for record in msgspec.json.decode(piece, type=list[kind]))
        return
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raws = msgspec.json.decode(piece, type=list[msgspec.Raw])
    for raw in raws:
        try:
            yield msgspec.json.decode(raw, type=kind), ""
        except RecursionError:
            yield None, "it is nested too deeply"
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            yield None, str(error).replace(" - at `$.", " at `")


def _add(frame: Frame, what: str, place: int, record: Any, why: str) -> None:
    if record is None:
        one = "image" if what == "images" else "category"
        frame.refused.append((place, f"The {one} cannot be read: {why}."))
    elif what == "images":
        _add_image(frame, record)
    else:
        _add_category(frame, record)


def _add_image(frame: Frame, image: Any) -> None:
    known = frame.images.get(image.id)
    if known is not None:
        if known >= 0 and frame.names[known] == image.file_name:
            frame.remarks.count(
                "Images that are listed again under the same id, and count once", image.file_name
            )
        else:
            frame.images[image.id] = -1
            frame.remarks.count(_NAMED_TWICE, str(image.id))
        return
    frame.images[image.id] = len(frame.names)
    frame.names.append(image.file_name)
    frame.ids.append(image.id)
    frame.sizes.append(told_size(image.width, image.height))


def _add_category(frame: Frame, category: Any) -> None:
    known = frame.categories.get(category.id)
    if known is not None and (known < 0 or frame.labels[known] != category.name):
        frame.categories[category.id] = -1
        frame.remarks.count(
            "Category ids with several names, so that what points to them is refused", str(category.id)
        )
    if known is not None:
        return
    if category.name in frame.labels:
        frame.remarks.count("Category names that stand under several ids, and are one class", category.name)
    frame.categories[category.id] = len(frame.labels)
    frame.labels.append(category.name)
    frame.points.append(tuple(category.keypoints or ()))


def _say_near(frame: Frame) -> None:
    """Say that two images differ in folder or extension only: a tool that cuts names would mix them up."""
    first: dict[str, str] = {}
    for name in dict.fromkeys(frame.names):
        base = name.replace("\\", "/").rpartition("/")[2]
        stem = base.rpartition(".")[0] or base
        if stem in first:
            frame.remarks.count(
                "Images that differ from another in folder or ending only", f"{first[stem]} and {name}"
            )
        first.setdefault(stem, name)


def repeated_names(frames: Sequence[Frame]) -> set[str]:
    """File names with several image entries: as many answers on one item, of people the files do not name."""
    counts = Counter(name for frame in frames for name in frame.names)
    return {name for name, count in counts.items() if count > 1}
