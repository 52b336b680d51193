"""Reading delivered files as a contract and the buyer's words say, and reading them so once more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Any

from vendoreval.contracts.task_types import TASK_TYPES
from vendoreval.contracts.terms import Contract
from vendoreval.errors import UsageError
from vendoreval.formats.intake.delivery_parts import read_parts
from vendoreval.formats.intake.delivery_rows import NOTHING_STATED, read_delivery
from vendoreval.formats.intake.intake_report import DeliveryIntake
from vendoreval.formats.intake.item_ids import ItemIds, ids_of
from vendoreval.formats.intake.items_file import ItemsFile, read_items
from vendoreval.formats.intake.part_stream import Told
from vendoreval.formats.intake.row_filter import RowFilter, parse_where
from vendoreval.formats.intake.stage import Stage
from vendoreval.formats.intake.staged_rows import Progress, unheard
from vendoreval.formats.readers.answer_file import AnswerFile, answer_file
from vendoreval.formats.readers.chosen import Chosen, chosen_reader
from vendoreval.formats.readers.columns_map import parse_pairs
from vendoreval.formats.readers.sources import named_source
from vendoreval.formats.readers.table_options import DATES
from vendoreval.formats.readers.tables import open_tables
from vendoreval.labels.shapes import SHAPES
from vendoreval.labels.statements import Statements, statements_of
from vendoreval.tasks.known import row_sizes
from vendoreval.tasks.rules import asked_classes
from vendoreval.workflow.deliveries.named_files import NamedFile
from vendoreval.workflow.files import state_of


@dataclass(frozen=True)
class Reading:
    """How files are to be read: the options of `delivery add` that say so.

    `mapping` and `where` as typed; `options` are those of the format, NAME=VALUE; `images` a folder of
    pictures, `items` the items file; `stated` what the buyer says of labels, `ids` how item ids are read,
    `task_ids` the item of each opaque task.
    """

    mapping: Sequence[str] = ()
    where: Sequence[str] = ()
    fmt: str = ""
    options: Sequence[str] = ()
    images: Path | None = None
    items: Path | None = None
    stated: Statements = NOTHING_STATED
    ids: ItemIds = field(default_factory=ItemIds)
    task_ids: Mapping[str, str] | None = None

    def to_json(self) -> dict[str, Any]:
        """All that says how files are read, by which the work of an intake is known again."""
        files = [str(path) for path in (self.images, self.items) if path]
        return {
            "map": list(self.mapping), "where": list(self.where), "format": self.fmt,
            "options": list(self.options),
            "beside": [[path, *map(str, state_of(Path(path)))] for path in files],
            "stated": self.stated.to_json(),
            "ids": self.ids.to_json(), "tasks": dict(self.task_ids) if self.task_ids is not None else None,
        }  # fmt: skip


def read_files(
    contract: Contract,
    files: Sequence[NamedFile],
    sink: IO[bytes],
    reading: Reading,
    stage: Stage | None = None,
    progress: Progress = unheard,
) -> DeliveryIntake:
    """Read `files` into `sink` as canonical Parquet; `stage` and `progress` as in `read_delivery`.

    Raises InputError for files that cannot be read, UsageError for options that may not be.
    """
    items = read_items(reading.items) if reading.items else None
    return _read(contract, files, sink, reading, items, stage, progress)


def read_again(
    contract: Contract,
    report: Mapping[str, Any],
    files: Sequence[NamedFile],
    sink: IO[bytes],
    task_ids: Mapping[str, str] | None = None,
    images: Path | None = None,
) -> DeliveryIntake:
    """Read `files`, in the manifest's order, into `sink` as an intake `report` says; raises InputError.

    `images` is a folder of the pictures, for sizes that the files lack.
    """
    told = report.get("read") or {}
    options = [f"{name}={value}" for name, value in (told.get("options") or {}).items()]
    reading = Reading(
        report["map"], report["where"], told.get("format", ""), options, images,
        stated=statements_of(report), ids=ids_of(report), task_ids=task_ids,
    )  # fmt: skip
    return _read(contract, files, sink, reading, _listed_items(report))


def _read(
    contract: Contract, files: Sequence[NamedFile], sink: IO[bytes], reading: Reading, items: ItemsFile | None,
    stage: Stage | None = None, progress: Progress = unheard,
) -> DeliveryIntake:  # fmt: skip
    task = contract.task
    where = filters(contract, reading.where)
    if not SHAPES[task.type].many:
        return _one_answer(contract, files, sink, reading, where, stage, progress)
    source = named_source([(file.name, file.path) for file in files], reading.images)
    chosen = chosen_reader(
        source, task.type, fmt=reading.fmt, options=reading.options,
        mapping=parse_pairs(reading.mapping, "--map"), raw=[one.column for one in where],
    )  # fmt: skip
    told = Told(
        asked_classes(task), reading.stated, task.repeats, where, reading.ids, reading.task_ids,
        row_sizes(task), chosen.options.get(DATES.name, ""),
    )  # fmt: skip
    intake = read_parts(chosen.batches(source, SHAPES[task.type]), sink, SHAPES[task.type], told, items)
    return replace(
        intake,
        notes=(*_source_notes(chosen, source.left_out), *intake.notes),
        settled={**intake.settled, "read": chosen.to_json()},
    )


def _one_answer(
    contract: Contract,
    files: Sequence[NamedFile],
    sink: IO[bytes],
    reading: Reading,
    where: Sequence[RowFilter],
    stage: Stage | None,
    progress: Progress,
) -> DeliveryIntake:
    """One answer an item: files of rows as they are or as is said of them, exports of tools by their reader."""
    task, mapping = contract.task, parse_pairs(reading.mapping, "--map")
    named = [(file.name, file.path) for file in files]
    with open_tables(
        named, task.type, fmt=reading.fmt, options=reading.options, mapping=mapping,
        where=[one.column for one in where],
    ) as tables:  # fmt: skip
        tool = None
        if tables is None:
            source = named_source(named, reading.images)
            chosen = chosen_reader(source, task.type, fmt=reading.fmt, options=reading.options)
            tool = answer_file(chosen, source, SHAPES[task.type])
        intake = read_delivery(
            [tool] if tool else tables.files if tables else [], sink, classes=task.classes,
            mapping=tables.mapping if tables else mapping, where=where, items=reading.items,
            task_ids=reading.task_ids, unsure=task.ways_to_ask, stated=reading.stated, repeats=task.repeats,
            ids=reading.ids, numbers=TASK_TYPES[task.type].numbers, stage=stage, progress=progress,
            dates=tables.dates if tables else "",
        )  # fmt: skip
    if tool is not None:
        return _told_by_tool(tool, intake)
    if tables is None or tables.chosen is None:
        return intake
    return replace(
        intake, notes=(tables.chosen.sentence, *intake.notes),
        settled={**intake.settled, "read": {**tables.chosen.to_json(), "columns": dict(tables.mapping)}},
    )  # fmt: skip


def _told_by_tool(tool: AnswerFile, intake: DeliveryIntake) -> DeliveryIntake:
    told = {"read": tool.chosen.to_json(), **({"set_aside": dict(tool.set_aside)} if tool.set_aside else {})}
    aside = [f"{kind} {count:,}" for kind, count in sorted(tool.set_aside.items())]
    beside = [f"In the files, and no answers of this task type: {', '.join(aside)}."] if aside else []
    notes = (*_source_notes(tool.chosen, tool.source.left_out), *tool.remarks, *beside, *intake.notes)
    return replace(intake, notes=notes, settled={**intake.settled, **told})


def _source_notes(chosen: Chosen, left_out: Mapping[str, int]) -> tuple[str, ...]:
    beside = [f"{count:,} {what}s" if count > 1 else f"1 {what}" for what, count in sorted(left_out.items())]
    return (chosen.sentence, *([f"Left out of the source: {', '.join(beside)}."] if beside else []))


def _listed_items(report: Mapping[str, Any]) -> ItemsFile | None:
    """The items that the buyer listed as answered with nothing, from an intake report."""
    listed = (report.get("sheets") or {}).get("listed")
    if not listed:
        return None
    columns = {"item_id": [one[0] for one in listed], "annotator_id": [one[1] for one in listed]}
    return ItemsFile(columns, ours=True)


def filters(contract: Contract, where: Sequence[str]) -> tuple[RowFilter, ...]:
    """The filters of `--where`; raises UsageError where the contract allows none."""
    if where and contract.task.filters == "forbidden":
        raise UsageError(
            f"The contract {contract.id!r} forbids filters: a delivery is judged whole.",
            remedy="Leave --where out, or agree on task.filters and amend the contract.",
        )
    return parse_where(where)
