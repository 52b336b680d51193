"""LabelMe: a JSON file an image (labelme, X-AnyLabeling), and the XML of the older web tool."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from vendoreval.errors import InputError
from vendoreval.formats.readers.answer_rows import AnswerRows
from vendoreval.formats.readers.folded_parts import distinct_names
from vendoreval.formats.readers.interface import NO, SURE, Answers, Confidence, ReaderOption
from vendoreval.formats.readers.labelme_json import Document, read_document
from vendoreval.formats.readers.labelme_shapes import LabelmeShapes
from vendoreval.formats.readers.labelme_xml import read_web_document
from vendoreval.formats.readers.members import Member
from vendoreval.formats.readers.picture_index import is_picture, stem_of
from vendoreval.formats.readers.remarks import Remarks
from vendoreval.formats.readers.sources import Source
from vendoreval.labels.shapes import Shape

_JSON = re.compile(rb'"shape_type"\s*:|"imagePath"\s*:')
_WEB = re.compile(rb"<annotation>.*<(polygon>|sourceAnnotation>LabelMe)", re.DOTALL)
_MISSING = "image without a label file, taken as not done"


class Labelme:
    """LabelMe JSON and XML."""

    name = "labelme"
    suffixes = (".json", ".xml")
    yields = frozenset({"boxes", "polygons", "polylines", "masks", "keypoints"})
    options = (
        ReaderOption("polygons", "for masks: leave polygons aside, or draw them", "aside", ("aside", "drawn")),
    )

    def recognises(self, source: Source) -> Confidence:
        """By the fields at the beginning of a file, or at its end: pictures stand in the middle."""
        for member in source.members:
            head = member.head() if member.suffix in self.suffixes else b""
            if member.suffix == ".json" and b'"shapes"' in head and _JSON.search(head):
                return Confidence(SURE, f"{member.name} has shapes and an image's path.")
            if member.suffix == ".xml" and b"<bndbox>" not in head and _WEB.search(head):
                return Confidence(SURE, f"{member.name} is of LabelMe's web tool.")
        return Confidence(NO, "no file has LabelMe's shapes.")

    def read(self, source: Source, shape: Shape, options: Mapping[str, str]) -> Iterator[Answers]:
        """The answers of that shape, a file an image; see formats.readers.interface."""
        members = [member for member in source.members if member.suffix in self.suffixes]
        remarks = Remarks()
        told = [(_folder(member), _image(member)) for member in members]
        if not told:
            raise InputError("There is no JSON or XML file in it.", file=source.name)
        names = distinct_names(told) if not _by_folders(members) else [name for _, name in told]
        shapes = LabelmeShapes(shape, remarks, drawn=options["polygons"] == "drawn")
        for member, item in zip(members, names, strict=True):
            rows = AnswerRows(member.name, shape)
            shapes.add(rows, _document(member), item)
            yield rows.take()
        rows = AnswerRows(source.name, shape, remarks=remarks)
        stems = {stem_of(PurePosixPath(name).name) for _, name in told}
        pictures = {stem_of(PurePosixPath(m.name).name) for m in source.members if is_picture(m.name)}
        if missing := len(pictures - stems):
            rows.aside(_MISSING, missing)
        yield rows.finish()


def _document(member: Member) -> Document:
    return read_web_document(member) if member.suffix == ".xml" else read_document(member)


def _image(member: Member) -> str:
    return _document(member).image


def _folder(member: Member) -> str:
    return str(PurePosixPath(member.name).parent) if "/" in member.name else ""


def _by_folders(members: list[Member]) -> bool:
    """Whether the files are of the web tool, which tells the annotators: their folders set no images apart."""
    return all(member.suffix == ".xml" for member in members)


READER = Labelme()
