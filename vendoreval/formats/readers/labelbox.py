"""Labelbox: the NDJSON export (v2), a data row a line with the labels of all projects and people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from vendoreval.errors import InputError
from vendoreval.formats.readers.answer_rows import AnswerRows, batches
from vendoreval.formats.readers.interface import NO, SURE, Answers, Confidence, ReaderOption
from vendoreval.formats.readers.json_documents import documents, first_documents
from vendoreval.formats.readers.json_values import listed, table, text
from vendoreval.formats.readers.labelbox_labels import Given, Taking, given_of
from vendoreval.formats.readers.members import Member
from vendoreval.formats.readers.pictures import told_size
from vendoreval.formats.readers.sources import Source
from vendoreval.labels.shapes import Shape

_IMPORT = (
    "This is what Labelbox imports (dataRow, an object a line), not what it exports: it names no annotator, no "
    "time, no size, and no image without objects."
)
_FIRST = "This is Labelbox's first export (v1), which it no longer writes."
_EXPORT = "Export the project again: its page, Data Rows > Export data, as NDJSON."
_NAMES = ("global_key", "external_id", "id")


class Labelbox:
    """Labelbox's export."""

    name = "labelbox"
    suffixes = (".ndjson", ".jsonl", ".json")
    yields = frozenset({"boxes", "polygons", "polylines", "keypoints", "spans", "classification", "multilabel"})
    options = (
        ReaderOption("item", "what names an item; auto: the first of global_key, external_id and id that a row "
                     "has", "auto", ("auto", *_NAMES)),
        ReaderOption("project", "the id of the project that is read; empty: the only one", ""),
        ReaderOption("question", "the question about the whole item that is read; empty: the only one", ""),
        ReaderOption("benchmark", "labels that others are scored against: all count, only they, or none of "
                     "them", "all", ("all", "only", "none")),
        ReaderOption("end", "a text entity's end is its last character, or the one behind it", "last",
                     ("last", "behind")),
        ReaderOption("offsets", "what the offsets of entities count: UTF-16 units, or characters (code points)",
                     "utf16", ("utf16", "code_points")),
        ReaderOption("object", "the label of the object that a label's points are of", "object"),
    )  # fmt: skip

    def recognises(self, source: Source) -> Confidence:
        """By the fields of the first rows."""
        for one in first_documents(source):
            if isinstance(one, dict) and isinstance(one.get("data_row"), dict) and "projects" in one:
                return Confidence(SURE, "its rows have the data_row and the projects of Labelbox.")
            if _is_import(one) or _is_first(one):
                return Confidence(SURE, "its rows are Labelbox's, though not of its export.")
        return Confidence(NO, "no row has a data_row and projects.")

    def read(self, source: Source, shape: Shape, options: Mapping[str, str]) -> Iterator[Answers]:
        """The answers of that shape, in file order; see formats.readers.interface."""
        members = source.ending(*self.suffixes)
        if not members:
            raise InputError("There is no NDJSON file in it.", file=source.name, remedy=_EXPORT)
        projects: dict[str, str] = {}
        for member in members:
            rows = AnswerRows(member.name, shape)
            yield from batches(rows, _steps(rows, member, options, projects))


def _is_import(one: Any) -> bool:
    return isinstance(one, dict) and "dataRow" in one and "data_row" not in one


def _is_first(one: Any) -> bool:
    return isinstance(one, dict) and "DataRow ID" in one and "Label" in one


def _steps(
    rows: AnswerRows, member: Member, options: Mapping[str, str], projects: dict[str, str]
) -> Iterator[None]:
    """Add row after row."""
    taking = Taking(rows, options)
    for place, found, why in documents(member):
        if _is_import(found) or _is_first(found):
            raise InputError(
                _IMPORT if _is_import(found) else _FIRST, file=member.name, line=place, remedy=_EXPORT
            )
        _row(
            taking,
            place,
            found,
            why or ("" if isinstance(found, dict) else "The row is no JSON object."),
            projects,
        )
        yield


def _row(taking: Taking, place: int, found: Any, why: str, projects: dict[str, str]) -> None:
    rows, options = taking.rows, taking.options
    item = _item(table(table(found).get("data_row")), options["item"])
    if why or item is None:
        rows.refuse(place, why or "The row names no item.")
        return
    labels = list(_labels(rows, place, found, options["project"], projects, item))
    references = {one.reference for one in labels}
    media = table(found.get("media_attributes"))
    size = _size(media)
    for one in labels:
        benchmark = one.id is not None and one.id in references
        if benchmark:
            rows.remarks.count("Benchmark labels, against which Labelbox scores the others", item)
        if options["benchmark"] != "all" and benchmark != (options["benchmark"] == "only"):
            rows.aside("benchmark label" if benchmark else "label that is no benchmark")
            continue
        taking.take(item, one, size, table(found.get("data_row")).get("row_data"))
    if not labels:
        rows.aside("row without a label")


def _labels(
    rows: AnswerRows, place: int, found: Mapping[str, Any], wanted: str, projects: dict[str, str], item: str
) -> Iterator[Given]:
    """The labels of the project that is read."""
    for key, project in table(found.get("projects")).items():
        labels = listed(table(project).get("labels"))
        if wanted and key != wanted:
            if labels:
                rows.aside("label of another project", len(labels))
            continue
        projects.setdefault(key, "")
        if len(projects) > 1:
            raise InputError(
                "Labels of several projects stand in it.", file=rows.file, line=place,
                remedy=f"Say which: {' or '.join(f'--read project={one}' for one in sorted(projects))}.",
            )  # fmt: skip
        step = text(table(table(project).get("project_details")).get("task_name"))
        if step is not None and step.lower() != "done":
            rows.remarks.count(f"Rows in the step {step!r} of their project, not in 'Done'", item)
        for one in labels:
            given = given_of(one, place)
            if isinstance(given, str):
                rows.refuse(place, given, item)
            else:
                yield given


def _item(row: Mapping[str, Any], option: str) -> str | None:
    names = _NAMES if option == "auto" else (option,)
    return next((found for name in names if (found := text(row.get(name))) is not None), None)


def _size(media: Mapping[str, Any]) -> tuple[int, int] | None:
    sides = [media.get(name) for name in ("width", "height")]
    if not all(isinstance(side, int | float) and not isinstance(side, bool) for side in sides):
        return None
    return told_size(sides[0], sides[1])


READER = Labelbox()
