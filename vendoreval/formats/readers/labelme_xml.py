"""One XML file of LabelMe's older web tool: polygons, with who drew them."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

from vendoreval.formats.readers.labelme_json import Document, Drawn, Part, image_name
from vendoreval.formats.readers.members import Member
from vendoreval.formats.readers.pictures import told_size
from vendoreval.formats.readers.xml_stream import Element, elements


def read_web_document(member: Member) -> Document:
    """An XML file; raises InputError where it is none."""
    root = Element("annotation", {}, 1, children=list(elements(member, "annotation")))
    image = image_name(root.word("filename")) or PurePosixPath(member.name).stem
    parts = tuple(_part(one) for one in root if one.tag == "object")
    people = tuple(dict.fromkeys(part.annotator for part in parts if part.annotator))
    return Document(image, _size(root), parts, people)


def _size(root: Element) -> tuple[int, int] | None:
    width, height = root.word("imagesize", "ncols"), root.word("imagesize", "nrows")
    return (
        told_size(int(width), int(height))
        if (width + height).isdecimal() and len(width + height) < 20
        else None
    )


def _part(one: Element) -> Part:
    outline = one.child("polygon")
    who = outline.word("username") if outline else one.word("segm", "username")
    if one.word("deleted") == "1":
        return Part(one.line, Drawn(), annotator=who or None, aside="deleted object")
    if outline is None:
        return Part(
            one.line,
            Drawn(),
            annotator=who or None,
            aside="mask" if one.child("segm") else "object without a shape",
        )
    try:
        points = [(float(pt.word("x")), float(pt.word("y"))) for pt in outline if pt.tag == "pt"]
    except ValueError:
        return Part(one.line, Drawn(), "a coordinate is no number", who or None)
    return Part(one.line, Drawn(one.word("name"), points, flags=_flags(one)), annotator=who or None)


def _flags(one: Element) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if (occluded := one.word("occluded")) in ("yes", "no"):
        found["occluded"] = occluded == "yes"
    if text := one.word("attributes"):
        found["attributes"] = text
    return found
