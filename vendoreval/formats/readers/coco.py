"""COCO: instances, keypoints and panoptic files, and arrays of results beside the file they belong to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

from vendoreval.errors import InputError
from vendoreval.formats.readers.coco_batch import CocoBatches
from vendoreval.formats.readers.coco_frame import ARRAY, Frame, read_frame, repeated_names
from vendoreval.formats.readers.coco_panoptic import pictures_of
from vendoreval.formats.readers.interface import MAYBE, NO, SURE, Answers, Confidence, ReaderOption
from vendoreval.formats.readers.json_stream import top_level
from vendoreval.formats.readers.members import Member, file_member
from vendoreval.formats.readers.sources import Source
from vendoreval.labels.shapes import Shape
from vendoreval.received import check_file

_LISTS = re.compile(rb'"(images|annotations|categories)"\s*:\s*\[')
_FIELDS = re.compile(rb'"(file_name|image_id|category_id|supercategory|segments_info)"\s*:')
_TASKS = ("instances", "person_keypoints", "panoptic", "stuff", "captions", "labels", "image_info")
_FIRST = {"keypoints": ("person_keypoints", "instances"), "panoptic": ("panoptic",)}  # else instances
_LABEL_STUDIO = (
    "Label Studio's COCO export leaves out whole images that have a brush or an ellipse, lists those that "
    "nobody answered, and cuts keypoints to whole pixels. Hold it against the items sent (--items), or ask for "
    "its JSON."
)
_NO_FRAME = (
    "Name the file with its images and categories too, in one command, or give it as --read companion=FILE."
)


class Coco:
    """COCO JSON."""

    name = "coco"
    suffixes = (".json",)
    yields = frozenset({"boxes", "polygons", "masks", "panoptic", "keypoints"})
    options = (
        ReaderOption("crowd", "what `iscrowd: 1` is", "ignored", ("ignored", "object")),
        ReaderOption("ignore", "what `ignore: 1` is", "ignored", ("ignored", "object")),
        ReaderOption("empty", "what an image without annotations is", "answered", ("answered", "not_done")),
        ReaderOption("rle", "masks run down the columns or along the rows", "columns", ("columns", "rows")),
        ReaderOption("polygons", "for masks: leave polygons aside, or draw them", "aside", ("aside", "drawn")),
        ReaderOption("companion", "the file with the images and categories of a results array", "", file=True),
    )

    def recognises(self, source: Source) -> Confidence:
        """By the lists and fields at the beginning of a JSON file."""
        for member in _json_files(source):
            head = member.head()
            if _FIELDS.search(head):
                if found := _LISTS.search(head):
                    return Confidence(SURE, f"{member.name} has a list of {found[1].decode()}.")
                if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"["):
                    return Confidence(MAYBE, f"{member.name} looks like an array of results.")
        return Confidence(NO, "no JSON file has lists of images, annotations and categories.")

    def read(self, source: Source, shape: Shape, options: Mapping[str, str]) -> Iterator[Answers]:
        """The answers of that shape, in file order; see formats.readers.interface."""
        frames = {member.name: read_frame(member) for member in _json_files(source)}
        members, passed = _chosen(source, frames, shape)
        files = [frames[member.name] for member in members]
        results = [frame for frame in files if frame.is_results]
        if results:
            companion = _companion(files, options["companion"])
            files = [_lent(companion, frame) for frame in results]
            members = [member for member in members if frames[member.name].is_results]
        repeated = repeated_names(files) if len(results) < 2 else set()
        for member, frame in zip(members, files, strict=True):
            for sentence in passed:
                frame.remarks.say(sentence)
            ids = _sheet_ids(frame, repeated, several=len(files) > 1)
            batches = CocoBatches(frame, shape, options, ids, pictures_of(source, frame))
            yield from _read(member, batches)


def _json_files(source: Source) -> list[Member]:
    return [member for member in source.members if member.name.lower().endswith(".json")]


def _read(member: Member, batches: CocoBatches) -> Iterator[Answers]:
    if batches.frame.refused:
        yield batches.refused_entries()
    with member.open() as stream:
        for name, pieces in top_level(stream, member.name):
            if name in ("annotations", ARRAY):
                for piece in pieces:
                    yield batches.batch(piece)
            elif name == "info" and any(b"Label Studio" in piece for piece in pieces):
                batches.frame.remarks.say(_LABEL_STUDIO)
    yield batches.sheets()


def _chosen(source: Source, frames: Mapping[str, Frame], shape: Shape) -> tuple[list[Member], list[str]]:
    """The files to read: one of those that tell of the same images; and what to say of the others."""
    coco = [m for m in _json_files(source) if frames[m.name].arrays & {"images", "annotations", ARRAY}]
    said = [
        f"{member.name} is not read: it has no images or annotations"
        for member in _json_files(source)
        if member not in coco
    ]
    first = _FIRST.get(shape.name, ("instances",))
    order = [*first, *(task for task in _TASKS if task not in first)]
    by_set: dict[str, list[tuple[int, Member]]] = {}
    for member in coco:
        task, rest = _task(member.name)
        by_set.setdefault(rest, []).append((order.index(task) if task else -1, member))
    kept = []
    for members in by_set.values():
        best = min(rank for rank, _ in members)
        kept += [member for rank, member in members if rank in (best, -1)]
        said += [
            f"{member.name} is not read, for another file tells of the same images. To read it, name it alone"
            for rank, member in members
            if rank not in (best, -1)
        ]
    if not kept:
        raise InputError("No JSON file in it has images and annotations.", file=source.name)
    return sorted(kept, key=lambda member: member.name), [f"{sentence}." for sentence in said]


def _task(name: str) -> tuple[str, str]:
    """`person_keypoints_train.json` as task and set; no task for other names."""
    path = PurePosixPath(name)
    for task in _TASKS:
        if path.name.startswith(f"{task}_"):
            return task, str(path.with_name(path.name.removeprefix(f"{task}_")))
    return "", name


def _companion(files: Sequence[Frame], option: str) -> Frame:
    """The images and categories that results point to."""
    first = next(frame for frame in files if frame.is_results)
    named = [frame for frame in files if not frame.is_results]
    if option:
        path = Path(option)
        check_file(path, "rows")
        named = [read_frame(file_member(path, path.name))]
    if len(named) != 1:
        what = (
            "no names and sizes of images, and no names of classes" if not named else "several files beside it"
        )
        raise InputError(f"This is an array of results: it has {what}.", file=first.file, remedy=_NO_FRAME)
    return named[0]


def _lent(companion: Frame, results: Frame) -> Frame:
    """The results with the companion's images and categories."""
    lent = Frame(
        results.file, companion.images, companion.names, companion.ids, companion.sizes, companion.categories,
        companion.labels, companion.points, arrays=results.arrays,
    )  # fmt: skip
    lent.remarks.say(
        f"Images and categories are those of {companion.file}; the annotations in it are not read."
    )
    return lent


def _sheet_ids(frame: Frame, repeated: set[str], *, several: bool) -> list[str | None]:
    """What tells image entries of one file name apart."""
    if repeated.intersection(frame.names):
        frame.remarks.say(
            "Some images are listed several times: each entry is an answer by itself, maybe of another person."
        )
    prefix = f"{frame.file}#" if several else ""
    return [
        f"{prefix}{own}" if name in repeated else None for name, own in zip(frame.names, frame.ids, strict=True)
    ]


READER = Coco()
