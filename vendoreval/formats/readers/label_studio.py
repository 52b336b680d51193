"""Label Studio exports: JSON, JSON-MIN, CSV and TSV, of images and texts.

JSON holds everything. JSON-MIN, CSV and TSV have lost the regions' ids: what was asked of a single region, and
which points belong together, cannot be told from them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from vendoreval.errors import InputError
from vendoreval.formats.readers.answer_rows import AnswerRows, batches
from vendoreval.formats.readers.interface import NO, SURE, Answers, Confidence, ReaderOption
from vendoreval.formats.readers.label_studio_answers import Taking
from vendoreval.formats.readers.label_studio_files import JSON, TABLES, answers_in, kind_of
from vendoreval.formats.readers.label_studio_quick import is_quick, quick_answers
from vendoreval.formats.readers.label_studio_video import VIDEO
from vendoreval.formats.readers.offsets import OFFSETS
from vendoreval.formats.readers.sources import Source
from vendoreval.labels.shapes import Shape

_OPTIONS = (
    ReaderOption(
        "item", "what names an item: auto (the file that a task shows, or else the task's id), id, or a field "
        "of the data", "auto",
    ),
    ReaderOption(
        "names", "of a file's address: path (without host), base (its last part) or value (as it stands)",
        "path", ("path", "base", "value"),
    ),
    ReaderOption(
        "prefix", "the 8 characters that uploading puts before a file's name", "strip", ("strip", "keep")
    ),
    ReaderOption("control", "the labelling control (from_name) that is read; empty: all that fit", ""),
    ReaderOption("text", "the field of the data that holds the text; empty: the one that the spans fit", ""),
    OFFSETS,
    ReaderOption(
        "points", "a point belongs to the region that is its parent, or all points of an annotation are one "
        "object", "parent", ("parent", "annotation"),
    ),
    ReaderOption("object", "the label of that one object", "object"),
    ReaderOption("relation", "the label of relations that carry none; empty: they are refused", ""),
    ReaderOption(
        "answers", "what the answers are: annotations, or the predictions that tasks came with", "annotations",
        ("annotations", "predictions"),
    ),
    ReaderOption(
        "ground_truth", "annotations marked as ground truth: all count, only they count, or none of them",
        "all", ("all", "only", "none"),
    ),
    ReaderOption(
        "time", "the time of an answer: when it was created or last updated", "created", ("created", "updated")
    ),
    *VIDEO,
)  # fmt: skip


@dataclass(frozen=True)
class LabelStudio:
    """The reader of Label Studio exports."""

    name: str = "label-studio"
    suffixes: tuple[str, ...] = (*JSON, *TABLES)
    yields: frozenset[str] = frozenset(
        {
            "classification",
            "ordinal",
            "numeric",
            "multilabel",
            "transcription",
            "segments",
            "boxes",
            "polygons",
            "polylines",
            "masks",
            "keypoints",
            "spans",
            "relations",
            "tracks",
        }
    )
    options: tuple[ReaderOption, ...] = _OPTIONS

    def recognises(self, source: Source) -> Confidence:
        """By fields that only its exports have."""
        files = source.ending(*self.suffixes)
        kinds = [kind_of(member) for member in files]
        if files and all(kinds):
            return Confidence(SURE, f"{files[0].name} has the fields of a {kinds[0]} export of Label Studio.")
        return Confidence(NO, "not all of its files have the fields of a Label Studio export.")

    def read(self, source: Source, shape: Shape, options: Mapping[str, str]) -> Iterator[Answers]:
        """The annotations that count."""
        files = source.ending(*self.suffixes)
        if not files:
            raise InputError("There is no .json, .csv or .tsv file in it.", file=source.name)
        for member in files:
            if shape.name == "relations" and kind_of(member) not in ("JSON", ""):
                raise InputError(
                    f"A {kind_of(member)} export of Label Studio has lost the relations.", file=member.name,
                    remedy="Ask for the JSON export.",
                )  # fmt: skip
            rows = AnswerRows(member.name, shape)
            taking = Taking(rows, options)
            if is_quick(member, shape.name, options):
                yield from quick_answers(member, taking)
            else:
                yield from batches(rows, taking.steps(answers_in(member, rows, options)))


READER = LabelStudio()
