"""The formats that are written. A format is one module with `WRITER`, and one entry here."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module

from vendoreval.errors import UsageError
from vendoreval.formats.writers.interface import Writer
from vendoreval.labels.shapes import SHAPES

IMAGES = frozenset({"boxes", "polygons", "masks", "keypoints"})
WHOLE = frozenset({"classification", "ordinal", "numeric", "multilabel", "transcription"})
ALL = frozenset(SHAPES)


@dataclass(frozen=True)
class Entry:
    """What is known of a format without importing its writer; the same as the writer says of itself."""

    name: str
    ending: str
    yields: frozenset[str]
    module: str
    loses: str = "nothing"
    at: str = "WRITER"

    def writer(self) -> Writer:
        """The writer, imported."""
        found: Writer = getattr(import_module(f"vendoreval.formats.writers.{self.module}"), self.at)
        return found


WRITERS: tuple[Entry, ...] = (
    # rows
    Entry("csv", ".csv", ALL, "rows", at="CSV"),
    Entry("jsonl", ".jsonl", ALL, "rows", at="JSONL"),
    Entry("parquet", ".parquet", ALL, "rows", at="PARQUET"),
    # images
    Entry(
        "coco", ".json", IMAGES, "coco",
        "who answered, when, ids of objects; polygons with holes; one answer an item",
    ),
    Entry(
        "yolo", ".zip", IMAGES - {"masks"}, "yolo",
        "who answered, when, ids of objects, attributes; polygons with holes or of several parts, areas of "
        "objects with keypoints; one answer an item",
    ),
    # text
    Entry(
        "conll", ".conll", frozenset({"spans"}), "conll",
        "who answered, when, ids, attributes; spans that cut words, overlap or lie in pieces; blanks between "
        "words; one answer an item",
    ),
    # tools and platforms
    Entry(
        "cvat", ".xml", IMAGES | {"polylines", "classification", "multilabel"}, "cvat",
        "when it was answered, ids of objects, numbers among attributes, areas of objects with keypoints; "
        "polygons with holes; one answer an item",
    ),
    Entry(
        "label-studio", ".json",
        IMAGES | WHOLE | {"polylines", "segments", "spans", "relations"},
        "label_studio",
        "when it was answered; polygons with holes, polygons and lines of several parts, spans in pieces, "
        "visibility of keypoints, ends of lines in transcriptions",
    ),
)  # fmt: skip


def writer(name: str, task_type: str) -> Writer:
    """The writer of that name for answers of a task type.

    Raises UsageError, with the formats that hold it, where there is none.
    """
    fitting = [entry.name for entry in WRITERS if task_type in entry.yields]
    for entry in WRITERS:
        if entry.name == name and name in fitting:
            return entry.writer()
    known = any(entry.name == name for entry in WRITERS)
    raise UsageError(
        f"{name} holds no {task_type}." if known else f"The format {name!r} is not written.",
        remedy=f"Say --format {', '.join(fitting[:-1])} or {fitting[-1]}.",
    )


def format_of(name: str, ending: str) -> str:
    """The format of that name, or the only one whose files end so; "" where several do, or none."""
    fitting = [entry.name for entry in WRITERS if entry.ending == ending]
    return name or (fitting[0] if len(fitting) == 1 else "")
