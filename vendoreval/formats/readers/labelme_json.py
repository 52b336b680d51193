"""One JSON file of LabelMe."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

import msgspec

from vendoreval.errors import InputError
from vendoreval.formats.readers.members import Member
from vendoreval.formats.readers.pictures import told_size
from vendoreval.limits import beyond

_AGAIN = "Ask for it again."


class Drawn(msgspec.Struct):
    """A shape as LabelMe writes it; `mask` is a PNG in base64 of the part between its two points."""

    label: str | int | float | None = None
    points: list[tuple[float, float]] | None = None
    group_id: int | str | None = None
    shape_type: str | None = "polygon"
    flags: dict[str, Any] | None = None
    description: str | None = None
    mask: str | None = None


class _File(msgspec.Struct):
    shapes: list[msgspec.Raw]
    imagePath: str | None = None  # noqa: N815 - the file's own name of it
    imageWidth: int | float | None = None  # noqa: N815
    imageHeight: int | float | None = None  # noqa: N815


@dataclass(frozen=True)
class Part:
    """One shape: its place among them (or its line), and what of it cannot be read."""

    place: int
    shape: Drawn
    why: str = ""
    annotator: str | None = None
    aside: str = ""  # it does not count: by this word


@dataclass(frozen=True)
class Document:
    """An image's shapes; `annotators` are those the file names."""

    image: str
    size: tuple[int, int] | None  # width, height
    parts: tuple[Part, ...]
    annotators: tuple[str, ...] = field(default=())


def read_document(member: Member) -> Document:
    """A JSON file; raises InputError where it is none of LabelMe's."""
    try:
        found = msgspec.json.decode(_without_mark(member.read("memory")), type=_File)
    except RecursionError as error:
        raise beyond("depth", "Its lists and tables are nested more deeply than", file=member.name) from error
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InputError(f"This is no file of LabelMe: {error}.", file=member.name, remedy=_AGAIN) from error
    image = image_name(found.imagePath or "") or PurePosixPath(member.name).stem
    size = told_size(found.imageWidth, found.imageHeight)
    return Document(image, size, tuple(_part(n, raw) for n, raw in enumerate(found.shapes, start=1)))


def image_name(path: str) -> str:
    """A path with slashes, without steps upwards at its beginning (LabelMe writes it relative to the JSON)."""
    return re.sub(r"^(\.{1,2}/)+", "", path.replace("\\", "/"))


def _without_mark(data: bytes) -> bytes:
    return data.removeprefix(b"\xef\xbb\xbf")


def _part(place: int, raw: msgspec.Raw) -> Part:
    try:
        return Part(place, msgspec.json.decode(raw, type=Drawn))
    except RecursionError:
        return Part(place, Drawn(), "it is nested too deeply")
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        return Part(place, Drawn(), str(error).replace(" - at `$.", " at `"))
