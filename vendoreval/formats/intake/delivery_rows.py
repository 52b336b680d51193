"""Taking a delivery in: row files → canonical Parquet, counting all and dropping nothing silently."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from vendoreval.errors import InputError, UsageError
from vendoreval.formats.intake.intake_counts import Counts
from vendoreval.formats.intake.intake_report import Delivered, DeliveryIntake, intake_of, notes_on
from vendoreval.formats.intake.item_ids import ItemIds
from vendoreval.formats.intake.items_file import TASK_ID, read_items
from vendoreval.formats.intake.label_texts import LabelTexts
from vendoreval.formats.intake.one_answer import one_answer
from vendoreval.formats.intake.row_filter import Filtering, RowFilter, refuse_on_labels
from vendoreval.formats.intake.row_stream import OPTIONAL, RowStream
from vendoreval.formats.intake.stage import Stage
from vendoreval.formats.intake.staged_rows import SCHEMA, Progress, RowWriter, unheard
from vendoreval.formats.intake.status_columns import StatusColumns
from vendoreval.formats.readers.known_columns import column_for
from vendoreval.formats.readers.rows import RowFile, open_rows, require
from vendoreval.labels.statements import JOINED, Statements
from vendoreval.labels.table import CODES

REQUIRED = ("item_id", "label")
NOTHING_STATED = Statements()


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
    numbers: bool = False,
    stage: Stage | None = None,
    progress: Progress = unheard,
    dates: str = "",
) -> DeliveryIntake:
    """Stream `paths` into `sink`, open for reading and writing, as canonical Parquet.

    `mapping` says which file column holds a role, `where` which rows to take (never by their label), `items`
    names a file of the items that were sent. A label that the contract does not list is kept: it is wrong by
    the contract, and counted. `task_ids` gives the item of each opaque task id where tasks were sent with
    gold mixed in; where our own list came back, they stand in its column. A flagged row without a label gets
    the first of `unsure`, the contract's classes for "I cannot tell". `stated` is what the buyer says that
    labels mean, `repeats` the contract's rule for a person's different answers on one item, `ids` how item
    ids are read, `dates` the order of day and month in dates that do not tell (dmy, mdy). `numbers`: labels
    are numbers; a text that is none is refused, and where no column is called label, value is it. `stage` keeps
    the work of a long intake, whose `sink` has a name; `progress` hears how many rows were read.

    Raises InputError when a file cannot be read, lacks a column, or no row is left, UsageError for a statement
    that may not be.
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
    if numbers:
        mapping = label_of_numbers(files, mapping)
    roles = _roles(files, mapping, where)
    refuse_on_labels(where, roles["label"])
    used = {*roles.values(), *(one.column for one in where)}
    status = StatusColumns.among({name for file in files for name in file.names}, used)
    texts = LabelTexts.of(classes, stated, numbers=numbers)
    read_ids = ids or ItemIds()
    read_ids.crosswalk.refuse_ids_of(frozenset(task_ids or sent or ()), "the items sent")
    counts = Counts(frozenset(classes))
    stream = RowStream(roles, Filtering(where), status, counts, texts, read_ids, task_ids, unsure)
    stream.moments.dates = dates
    texts.column = roles["label"]
    columns = ["item_id", *sorted(roles.keys() - {"item_id"}), *CODES]
    RowWriter(stream, files, columns, sorted({*used, *status.names}), progress).write(sink, stage)
    stream.copies.refuse()
    if not stream.counts.labels:
        raise _nothing_taken(files[0], stream)
    read_ids.finish()
    read = set(roles.values())
    unread = {name for file in files for name in file.names} - used
    clock = "" if "labelled_at" in roles else column_for("labelled_at", sorted(unread)) or ""
    delivered = Delivered.of(stream, sink, sent)
    notes = notes_on(files, stream, delivered)
    settled = one_answer(
        sink,
        delivered.codes,
        stream.counts.label_ids,
        stream.taken,
        read,
        repeats,
        stated,
        SCHEMA,
        clock,
        numbers=numbers,
    )
    return intake_of(stream, notes, delivered, settled, stated)


def label_of_numbers(files: Sequence[RowFile], mapping: Mapping[str, str]) -> Mapping[str, str]:
    """The mapping with the column `value` as the label, where it is the one that is there."""
    names = [set(file.names) for file in files]
    if "label" in mapping or any("label" in one for one in names) or not all("value" in one for one in names):
        return mapping
    return {**mapping, "label": "value"}


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


def _nothing_taken(file: RowFile, stream: RowStream) -> InputError:
    open_ = [one.text for one in stream.texts.unsettled({})]
    why = open_ or [refusal.reason for refusal in stream.refusals[:1]]
    return InputError(
        f"No row was taken: {stream.refused:,} refused, {stream.where.rows_left_out:,} left out by --where.",
        file=str(file.path), remedy=" ".join([*stream.where.unmet(), *file.notes, *why]),
    )  # fmt: skip
