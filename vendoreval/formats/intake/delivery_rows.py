"""Taking a delivery in: row files → canonical Parquet, counting all and dropping nothing silently."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import IO, Any

import numpy as np

from vendoreval.errors import InputError, UsageError
from vendoreval.formats.intake.intake_counts import Counts, UnknownLabel, look_alikes
from vendoreval.formats.intake.item_ids import ItemIds
from vendoreval.formats.intake.items_file import TASK_ID, read_items
from vendoreval.formats.intake.label_copies import LabelCopies
from vendoreval.formats.intake.label_texts import LabelTexts
from vendoreval.formats.intake.one_answer import OneAnswer, Taken, one_answer
from vendoreval.formats.intake.row_filter import Filtering, RowFilter, refuse_on_labels, written
from vendoreval.formats.intake.status_columns import StatusColumns
from vendoreval.formats.readers.known_columns import column_for, suggestions
from vendoreval.formats.readers.label_values import Marks, Moments, Numbers, blank_to_null, is_blank, pick
from vendoreval.formats.readers.row_batches import NOT_COUNTED, Batch
from vendoreval.formats.readers.rows import RowFile, open_rows, require
from vendoreval.formats.writers.parquet_table import LabelWriter
from vendoreval.labels.people import named_like_a_role
from vendoreval.labels.refusals import Refusal
from vendoreval.labels.settled import settled_sentences
from vendoreval.labels.statements import JOINED, Statements
from vendoreval.labels.status import no_answers
from vendoreval.labels.table import CODES
from vendoreval.labels.unsettled import Unsettled, spoken

LISTED = 1000  # refusals beyond these are counted, not listed
SHOWN = 50  # unknown classes beyond these are counted, not listed
REQUIRED = ("item_id", "label")
OPTIONAL = (
    "annotator_id", "labelled_at", "seconds", "stage", "guideline_version", "source", "flagged", "label_id",
)  # fmt: skip
SCHEMA = "vendoreval/labels/2"
_NO_LABEL = "The row is not counted; an item without any other label counts as missing."
NOTHING_STATED = Statements()
_NO_WORD = "The row is flagged and has no label, and the contract names no class for that (task.unsure)."


@dataclass(frozen=True)
class DeliveryIntake:
    """What was seen while a delivery was taken in; counts are exact, lists hold the first cases."""

    rows_read: int  # labels + refused + left out + copies and answers that do not count
    labels: int
    refused: int
    left_out: int  # rows that --where did not choose
    items: int
    annotators: int
    items_with_several_labels: int
    repeated_labels: int  # further labels by the same annotator on the same item, as delivered
    unknown_class: int
    classes_unknown: tuple[str, ...]
    unknown_labels: tuple[UnknownLabel, ...]
    missing_items: int | None
    extra_items: int | None
    refusals: tuple[Refusal, ...]
    notes: tuple[str, ...]
    sent: tuple[str, ...] | None = None
    unsettled: tuple[Unsettled, ...] = ()
    filtered: tuple[dict[str, Any], ...] = ()  # what each --where left out (row_filter.Filtering)
    settled: Mapping[str, Any] = field(default_factory=dict)  # by keys of the record
    most_labels: int = 0  # of one item

    def to_json(self) -> dict[str, Any]:
        """The record `vendoreval/intake/1`; `sent` stays out, it can be long."""
        plain = {name: value for name, value in vars(self).items() if name not in ("sent", "settled")}
        return {
            "schema": "vendoreval/intake/1",
            **plain,
            **self.settled,
            "classes_unknown": list(self.classes_unknown),
            "unknown_labels": [asdict(label) for label in self.unknown_labels],
            "refusals": [asdict(refusal) for refusal in self.refusals],
            "notes": list(self.notes),
            "unsettled": [one.to_json() for one in self.unsettled],
            "filtered": list(self.filtered),
        }


def read_delivery(
    paths: Sequence[Path | RowFile],
    sink: IO[bytes],
    *,
    classes: Sequence[str],
    mapping: Mapping[str, str],
    where: Sequence[RowFilter],
    items: Path | None = None,
    fmt: str | None = None,
    task_ids: Mapping[str, str] | None = None,
    unsure: Sequence[str] = (),
    stated: Statements = NOTHING_STATED,
    repeats: str = "refuse",
    ids: ItemIds | None = None,
) -> DeliveryIntake:
    """Stream `paths` into `sink`, open for reading and writing, as canonical Parquet.

    `mapping` says which file column holds a role, `where` which rows to take (never by their label), `items`
    names a file of the items that were sent. A label that the contract does not list is kept: it is wrong by
    the contract, and counted. `task_ids` gives the item of each opaque task id where tasks were sent with
    gold mixed in; where our own list came back, they stand in its column. A flagged row without a label gets
    the first of `unsure`, the contract's classes for "I cannot tell". `stated` is what the buyer says that
    labels mean, `repeats` the contract's rule for a person's different answers on one item, `ids` how item
    ids are read. Raises InputError when a file cannot be read, lacks a column, or no row is left, UsageError
    for a statement that may not be.
    """
    if stated.unnamed == JOINED:
        raise UsageError(
            "A class has no parts that could be joined.", remedy="Write --unnamed same or --unnamed different."
        )
    sent = read_items(items).ids(task_ids) if items else None
    if task_ids is not None and not items:
        sent = tuple(sorted(task_ids.values()))
    files = [one if isinstance(one, RowFile) else open_rows(one, fmt) for one in paths]
    if task_ids is not None and all(TASK_ID in file.names for file in files):
        mapping = {"item_id": TASK_ID, **mapping}  # our own list came back, with answers
    roles = _roles(files, mapping, where)
    refuse_on_labels(where, roles["label"])
    used = {*roles.values(), *(one.column for one in where)}
    status = StatusColumns.among({name for file in files for name in file.names}, used)
    texts = LabelTexts.of(classes, stated)
    read_ids = ids or ItemIds()
    read_ids.crosswalk.refuse_ids_of(frozenset(task_ids or sent or ()), "the items sent")
    counts = Counts(frozenset(classes))
    stream = _Stream(roles, Filtering(where), status, counts, texts, read_ids, task_ids, unsure)
    with LabelWriter(sink, ["item_id", *sorted(roles.keys() - {"item_id"}), *CODES], SCHEMA) as writer:
        for file in files:
            stream.taken.begin(file)
            for batch in file.batches({*used, *(name for name in status.names if name in file.names)}):
                writer.write(stream.take(file, batch))
    stream.copies.refuse()
    if not stream.counts.labels:
        raise _nothing_taken(files[0], stream)
    read_ids.finish()
    read = set(roles.values())
    unread = {name for file in files for name in file.names} - used
    clock = "" if "labelled_at" in roles else column_for("labelled_at", sorted(unread)) or ""
    settled = one_answer(sink, stream.counts.pairs, stream.taken, read, repeats, stated, SCHEMA, clock)
    return _result(stream, _notes(files, stream), sent, settled, stated)


def _roles(files: Sequence[RowFile], mapping: Mapping[str, str], where: Sequence[RowFilter]) -> dict[str, str]:
    """Which column each role is read from; an optional column may be missing from some of the files."""
    unknown = [role for role in mapping if role not in (*REQUIRED, *OPTIONAL)]
    if unknown:
        raise InputError(
            f"--map knows no role {unknown[0]!r}.",
            remedy=f"Roles: {', '.join((*REQUIRED, *OPTIONAL))}.",
        )
    needed = {role: mapping.get(role, role) for role in (*REQUIRED, *mapping)}
    for file in files:
        require(file, needed)
        require(file, {one.column: one.column for one in where}, "--where")
    present = {name for file in files for name in file.names}
    return needed | {role: role for role in OPTIONAL if role not in mapping and role in present}


@dataclass
class _Stream:
    """The rows on their way from files to the writer: filtered, refused, read and counted."""

    roles: Mapping[str, str]
    where: Filtering
    status: StatusColumns
    counts: Counts
    texts: LabelTexts
    ids: ItemIds
    task_ids: Mapping[str, str] | None
    unsure: Sequence[str] = ()
    refused: int = 0
    refusals: list[Refusal] = field(default_factory=list)
    moments: Moments = field(default_factory=Moments)
    numbers: Numbers = field(default_factory=Numbers)
    marks: Marks = field(default_factory=Marks)
    taken: Taken = field(default_factory=Taken)

    @cached_property
    def copies(self) -> LabelCopies:
        """Counts by which a copy of the labels is told among the columns filtered by."""
        return LabelCopies(self.where.filters)

    def take(self, file: RowFile, batch: Batch) -> dict[str, Any]:
        """The batch's rows that are chosen and can be taken, as Arrow columns by role."""
        for refusal in batch.refusals:
            self._refuse(refusal)
        lines = batch.places
        columns = {role: pick(batch.columns.get(name), len(lines)) for role, name in self.roles.items()}
        self.copies.add(batch.columns, columns["label"])
        keep = self.where.choose(batch.columns, len(lines))
        self.status.add(batch.columns, keep)
        given = columns["item_id"]
        columns["item_id"] = self.ids.read(given)
        if self.task_ids is not None:
            tasks = columns["item_id"].to_pylist()
            columns["item_id"] = pick([self.task_ids.get(task or "") for task in tasks], len(lines))
        flagged = self._flags(columns)
        no_item, no_label = is_blank(columns["item_id"]), is_blank(columns["label"])
        columns["label"], no_text = self.texts.read(columns["label"], keep & ~(no_item | no_label))
        no_label[list(no_text)] = True
        for row in np.flatnonzero(keep & (no_item | no_label)).tolist():
            why = _why(no_item[row], given[row].as_py(), no_text.get(row, ""), flagged[row])
            self._refuse(Refusal(file.path.name, int(lines[row]), *why, given[row].as_py() or None))
        keep &= ~(no_item | no_label)
        self.taken.add(keep)
        if not keep.all():
            columns = {role: column.filter(keep) for role, column in columns.items()}
        return self._read(columns, file.path.name, lines[keep])

    def _flags(self, columns: dict[str, Any]) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Which rows are flagged; those without a label get the contract's word for it."""
        import pyarrow as pa
        import pyarrow.compute as pc

        if "flagged" not in columns:
            return np.zeros(len(columns["item_id"]), dtype=bool)
        columns["flagged"] = self.marks.read(blank_to_null(columns["flagged"]))
        flagged = np.asarray(pc.fill_null(pc.equal(columns["flagged"], "true"), False))
        asked = flagged & is_blank(columns["label"])
        if self.unsure and asked.any():
            columns["label"] = pc.if_else(pa.array(asked), self.unsure[0], columns["label"])
        return flagged

    def _read(self, columns: dict[str, Any], file: str, lines: Any) -> dict[str, Any]:
        import pyarrow as pa

        for role in columns.keys() & (set(OPTIONAL) - {"flagged"}):
            columns[role] = blank_to_null(columns[role])
        columns |= {name: pa.array(code) for name, code in self.counts.add(columns, file, lines).items()}
        if "labelled_at" in columns:
            columns["labelled_at"] = self.moments.read(columns["labelled_at"])
        if "seconds" in columns:
            columns["seconds"] = self.numbers.read(columns["seconds"])
        return columns

    def _refuse(self, refusal: Refusal) -> None:
        self.refused += 1
        if len(self.refusals) < LISTED:
            self.refusals.append(refusal)


def _why(no_item: bool, given: str | None, no_text: str, flagged: bool) -> tuple[str, str]:
    """Why a row is refused, and what that does."""
    if no_item:
        known = given is not None and given.strip()
        return f"No task {given!r} was sent." if known else "The item id is empty.", NOT_COUNTED
    return no_text or (_NO_WORD if flagged else "The label is empty."), _NO_LABEL


def _nothing_taken(file: RowFile, stream: _Stream) -> InputError:
    why = [refusal.reason for refusal in stream.refusals[:1]]
    return InputError(
        f"No row was taken: {stream.refused:,} refused, {stream.where.rows_left_out:,} left out by --where.",
        file=str(file.path), remedy=" ".join([*stream.where.unmet(), *why]),
    )  # fmt: skip


def _result(
    stream: _Stream,
    notes: tuple[str, ...],
    sent: tuple[str, ...] | None,
    answers: OneAnswer,
    stated: Statements,
) -> DeliveryIntake:
    counts = stream.counts
    named = set(sent or ())
    unknown = sorted(counts.unknown.values(), key=lambda kind: (-kind.count, kind.label))[:SHOWN]
    texts = stream.texts
    of_items = counts.labels_an_item(answers.dropped)
    settled = {"stated": stated.to_json(), **texts.report(), "repeats": answers.report}
    settled |= {"ids": done} if (done := stream.ids.report(counts.items)) else {}
    asked = texts.unsettled({label: kind.count for label, kind in counts.unknown.items()})
    came = () if stream.task_ids is not None else sent or ()  # opaque ids of tasks are not written otherwise
    return DeliveryIntake(
        rows_read=counts.labels + stream.refused + stream.where.rows_left_out,
        labels=counts.labels - len(answers.dropped),
        refused=stream.refused,
        left_out=stream.where.rows_left_out,
        items=len(counts.items),
        annotators=len(counts.people),
        items_with_several_labels=int(np.count_nonzero(of_items > 1)),
        repeated_labels=counts.repeated(),
        unknown_class=sum(kind.count for kind in counts.unknown.values()),
        classes_unknown=tuple(sorted(counts.unknown)[:SHOWN]),
        unknown_labels=tuple(
            replace(kind, nearest=texts.dictionary.classes.nearest(kind.label)) for kind in unknown
        ),
        missing_items=None if sent is None else len(named - counts.items.keys()),
        extra_items=None if sent is None else len(counts.items.keys() - named),
        refusals=tuple(stream.refusals),
        notes=(*notes, *settled_sentences(settled)),
        sent=sent,
        unsettled=(
            *asked,
            *answers.unsettled,
            *stream.status.unsettled(counts.classes),
            *stream.ids.unsettled(counts.items, came),
        ),
        filtered=tuple(stream.where.to_json()),
        settled=settled,
        most_labels=int(of_items.max()),
    )


def _notes(files: Sequence[RowFile], stream: _Stream) -> tuple[str, ...]:
    counts = stream.counts
    used = {*stream.roles.values(), *(one.column for one in stream.where.filters)}
    unused = sorted({name or "(unnamed)" for file in files for name in file.names if name not in used})
    notes = [f"Columns not used: {', '.join(unused)}."] if unused else []
    notes += suggestions(OPTIONAL, stream.roles, unused)
    if "annotator_id" not in stream.roles:
        notes.append("There is no column annotator_id, so nothing can be said about single annotators.")
    notes += [
        *stream.moments.notes("labelled_at"), *stream.numbers.notes("seconds"), *stream.marks.notes("flagged"),
    ]  # fmt: skip
    notes += [*stream.where.notes(), *stream.ids.notes(), *_notes_on_roles(stream)]
    notes += _notes_on_classes(stream)
    for what, ids in (("items", counts.items), ("annotators", counts.people)):
        alike = look_alikes(ids.keys())
        if alike:
            first, second = alike[0]
            notes.append(
                f"{len(alike):,} {what} are counted apart although only white space or Unicode form "
                f"differs, for example {first!r} and {second!r}."
            )
    return tuple(notes)


def _notes_on_classes(stream: _Stream) -> list[str]:
    """On labels that are no class: those stated to be wrong, those that are open, and a status among them."""
    said = []
    unknown, column = stream.counts.unknown, stream.roles["label"]
    wrong = [kind.count for name, kind in unknown.items() if name in stream.texts.dictionary.stated]
    total = sum(kind.count for kind in unknown.values())
    if wrong:
        said.append(f"{sum(wrong):,} labels count as wrong, as stated: the contract knows no such class.")
    if len(wrong) < len(unknown):
        said.append(f"{total - sum(wrong):,} labels are of no class that the contract knows: this is open.")
    if total == stream.counts.labels and no_answers(column, unknown):
        said.append(
            f"The column {column} was mapped as label and looks like a status: the class may be in another one."
        )
    return said


def _notes_on_roles(stream: _Stream) -> list[str]:
    """On each person named like a role who labelled everything beside others."""
    counts, column = stream.counts, stream.roles.get("annotator_id", "")
    if len(counts.people) < 2 or column in (one.column for one in stream.where.filters):
        return []
    everywhere = [
        name for name in counts.people
        if named_like_a_role(name) and counts.items_of(name) == len(counts.items)
    ]  # fmt: skip
    return [
        f"{name!r} labelled all {len(counts.items):,} items and is named like a role: agreement and consensus "
        f"count it as one more annotator. To leave it out: {_without(column, name)}"
        for name in everywhere[:SHOWN]
    ]


def _without(column: str, value: str) -> str:
    return spoken(("--where", written(f"{column}!", [value])))
