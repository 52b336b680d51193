"""VIA's files as images with their regions."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from vendoreval.errors import InputError
from vendoreval.formats.readers.json_values import listed, table, text
from vendoreval.formats.readers.members import Member
from vendoreval.formats.readers.text_source import whole_text
from vendoreval.jsonfile import parse_json, values
from vendoreval.limits import allowed

_COLUMNS = ("filename", "region_shape_attributes", "region_attributes")
_AGAIN = "Export the annotations again: Annotation > Export Annotations (as json)."


@dataclass
class Entry:
    """An image: its place among those of the file, its regions, its own attributes; `why` it cannot be read."""

    place: int
    name: str
    regions: list[Any]
    attributes: Any = None
    why: str = ""


def entries(member: Member) -> list[Entry]:
    """The images of a file in order; raises InputError where it is none of VIA 1 or 2."""
    if member.suffix == ".csv":
        return list(_of_csv(member))
    found = parse_json(whole_text(member), member.name)
    images = table(found).get("_via_img_metadata", found)
    if isinstance(found, dict) and "_via_img_metadata" not in found and {"project", "metadata"} <= set(found):
        raise InputError(
            "This is a project of VIA 3, which is not read.", file=member.name,
            remedy="Take the rows from it as a CSV with the columns of docs/types.",
        )  # fmt: skip
    if not isinstance(images, dict):
        raise InputError(
            "This is no file of VIA: it holds no table of images.", file=member.name, remedy=_AGAIN
        )
    return [_entry(place, key, one) for place, (key, one) in enumerate(images.items(), start=1)]


def _entry(place: int, key: str, found: Any) -> Entry:
    name = text(table(found).get("filename"))
    if name is None:
        return Entry(place, "", [], why=f"The image {key!r} has no filename.")
    regions = found.get("regions", [])
    if isinstance(regions, dict):  # VIA 1 numbers them
        regions = list(regions.values())
    if not isinstance(regions, list):
        return Entry(place, name, [], why=f"The regions of {name} are no list.")
    return Entry(place, name, listed(regions), found.get("file_attributes"))


def _of_csv(member: Member) -> Iterator[Entry]:
    """Rows of one image together; a row without a shape is an image without regions."""
    reader = csv.DictReader(whole_text(member).splitlines())
    if not set(_COLUMNS) <= set(reader.fieldnames or ()):
        raise InputError(
            f"A CSV file of VIA has the columns {', '.join(_COLUMNS)}.", file=member.name, remedy=_AGAIN
        )
    before = csv.field_size_limit(allowed().line)
    found: dict[tuple[str, str], Entry] = {}
    try:
        for row in reader:
            _add(found, row, reader.line_num)
    except csv.Error as error:
        raise InputError(f"The row cannot be read: {error}.", file=member.name, line=reader.line_num) from error
    finally:
        csv.field_size_limit(before)
    yield from found.values()


def _add(found: dict[tuple[str, str], Entry], row: dict[str, Any], line: int) -> None:
    name = (row.get("filename") or "").strip()
    try:
        cells = [values(row.get(column) or "{}") for column in _COLUMNS[1:]]
        of_file = values(row.get("file_attributes") or "{}")
    except ValueError:
        found["", str(line)] = Entry(line, "", [], why="The attributes of the row are no JSON.")
        return
    if not name:
        found["", str(line)] = Entry(line, "", [], why="The row names no file.")
        return
    entry = found.setdefault((name, row.get("file_size") or ""), Entry(line, name, [], of_file))
    if cells[0]:
        entry.regions.append({"shape_attributes": cells[0], "region_attributes": cells[1]})
