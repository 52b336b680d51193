"""The formats of this version, and which of them files are of.

A format is one module with `READER`, and one entry here. Modules are imported when they are asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module

from vendoreval.errors import InputError
from vendoreval.formats.readers.interface import MAYBE, SURE, Confidence, Reader
from vendoreval.formats.readers.sources import Source
from vendoreval.labels.shapes import SHAPES

IMAGES = frozenset({"boxes", "polygons", "masks", "keypoints"})
DRAWN = IMAGES | {"polylines"}
TIMED = frozenset({"segments", "transcription"})
TEXTS = frozenset({"spans"})
LINKED = TEXTS | {"relations"}
CLASSES = frozenset({"classification", "multilabel"})
EVERY = frozenset(SHAPES)
# Tables of annotation platforms, in the order in which they are tried.
PLATFORMS = ("mturk", "toloka", "appen", "zooniverse", "qualtrics", "google-forms")


@dataclass(frozen=True)
class Entry:
    """What is known of a format without importing its reader; the same as the reader says of itself."""

    name: str
    suffixes: tuple[str, ...]
    yields: frozenset[str]
    module: str

    def reader(self) -> Reader:
        """The reader, imported."""
        found: Reader = import_module(f"vendoreval.formats.readers.{self.module}").READER
        return found


READERS: tuple[Entry, ...] = (
    # images
    Entry("coco", (".json",), IMAGES | {"panoptic"}, "coco"),
    Entry("voc", (".xml",), frozenset({"boxes", "masks"}), "voc"),
    Entry("labelme", (".json", ".xml"), DRAWN, "labelme"),
    Entry("datumaro", (".json",), DRAWN | {"multilabel", "cuboids"}, "datumaro"),
    Entry("yolo", (".txt", ".yaml", ".yml", ".names", ".data"), IMAGES, "yolo"),
    Entry(
        "via",
        (".json", ".csv"),
        frozenset({"boxes", "polygons", "keypoints", "polylines", "classification"}),
        "via",
    ),
    Entry("open-images", (".csv",), frozenset({"boxes", "multilabel"}), "open_images"),
    # video and space
    Entry("mot", (".txt", ".ini"), frozenset({"tracks"}), "mot"),
    Entry("mots", (".txt", ".png"), frozenset({"tracks"}), "mots"),
    Entry("kitti", (".txt",), frozenset({"boxes", "cuboids"}), "kitti"),
    Entry("nuscenes", (".json",), frozenset({"cuboids"}), "nuscenes"),
    # text
    Entry("conll", (".conll", ".bio", ".iob", ".iob2", ".tsv", ".txt"), TEXTS, "conll"),
    Entry("spacy", (".json", ".jsonl", ".spacy"), TEXTS, "spacy"),
    Entry("prodigy", (".jsonl", ".ndjson"), TEXTS | {"multilabel"}, "prodigy"),
    Entry("doccano", (".jsonl", ".json"), LINKED | CLASSES, "doccano"),
    Entry("brat", (".ann",), LINKED, "brat"),
    Entry("webanno", (".tsv",), LINKED, "webanno"),
    Entry("xmi", (".xmi", ".xml"), LINKED, "xmi"),
    # sound
    Entry("webvtt", (".vtt",), TIMED, "webvtt"),
    Entry("srt", (".srt",), TIMED, "srt"),
    Entry("ctm", (".ctm",), TIMED, "ctm"),
    Entry("rttm", (".rttm",), frozenset({"segments"}), "rttm"),
    Entry("textgrid", (".textgrid",), TIMED, "textgrid"),
    Entry("elan", (".eaf",), TIMED, "elan"),
    Entry("nemo", (".json", ".jsonl", ".ndjson", ".manifest"), TIMED, "nemo"),
    # tools and platforms
    Entry("supervisely", (".json",), DRAWN | {"cuboids"}, "supervisely"),
    Entry(
        "labelbox",
        (".ndjson", ".jsonl", ".json"),
        frozenset({"boxes", "polygons", "polylines", "keypoints", "spans", "classification", "multilabel"}),
        "labelbox",
    ),
    Entry("cvat", (".xml",), DRAWN | CLASSES | {"tracks"}, "cvat"),
    Entry(
        "label-studio",
        (".json", ".csv", ".tsv"),
        DRAWN | LINKED | CLASSES | {"ordinal", "numeric", "transcription", "segments", "tracks"},
        "label_studio",
    ),
    Entry("sagemaker", (".manifest", ".jsonl", ".ndjson"), TEXTS | CLASSES | {"boxes"}, "sagemaker"),
    Entry(
        "argilla",
        (".json", ".jsonl", ".ndjson"),
        frozenset({"classification", "ordinal", "numeric", "transcription", "multilabel", "spans"}),
        "argilla",
    ),
    *(Entry(name, (".csv", ".tsv", ".txt", ".xlsx"), EVERY, name.replace("-", "_")) for name in PLATFORMS),
    Entry(
        "rows", (".csv", ".tsv", ".txt", ".jsonl", ".ndjson", ".parquet", ".xlsx", ".gz"), EVERY, "row_files"
    ),
)


def reader(name: str, readers: Sequence[Entry] = READERS) -> Reader:
    """The reader of that name; raises InputError for one that is not here."""
    for entry in readers:
        if entry.name == name:
            return entry.reader()
    raise InputError(
        f"This version reads no format {name!r}.",
        remedy=f"It reads {', '.join(entry.name for entry in readers)}.",
    )


def recognise(source: Source, task_type: str, readers: Sequence[Entry] = READERS) -> tuple[Reader, Confidence]:
    """The reader for a source, and why it is that one.

    Only formats that may hold answers of the task type come into question. Of those that are sure of it, or
    else of those that nothing speaks against, there must be one. Raises InputError with the candidates where
    there is none or more than one.
    """
    suffixes = {member.suffix for member in source.members}
    found: list[tuple[Reader, Confidence]] = []
    for entry in readers:
        if suffixes.intersection(entry.suffixes):
            one = entry.reader()
            confidence = one.recognises(source)
            if confidence.level >= MAYBE:
                found.append((one, confidence))
    fitting = [(one, word) for one, word in found if task_type in one.yields]
    best = [(one, word) for one, word in fitting if word.level == SURE] or fitting
    if len(best) == 1:
        return best[0]
    if best:
        raise InputError(
            f"It may be of {len(best)} formats.", file=source.name,
            remedy=f"Say which: {' or '.join(f'--format {one.name}' for one, _ in best)}.",
            details=[f"  {one.name}: {word.reason}" for one, word in best],
        )  # fmt: skip
    raise _none(source, task_type, found, readers)


def _none(
    source: Source, task_type: str, found: Sequence[tuple[Reader, Confidence]], readers: Sequence[Entry]
) -> InputError:
    sure = [(one, word) for one, word in found if word.level == SURE]
    if sure:
        one, word = sure[0]
        return InputError(
            f"This is {one.name}, which holds no {task_type}: {word.reason}", file=source.name,
            remedy=f"It holds {', '.join(sorted(one.yields))}: the contract's task type decides.",
        )  # fmt: skip
    fitting = ", ".join(entry.name for entry in readers if task_type in entry.yields)
    return InputError(
        f"No format of {task_type} is recognised in it.", file=source.name,
        remedy=f"Say which it is with --format: {fitting or 'none reads that task type'}.",
    )  # fmt: skip
