"""Reading files of gold as a contract says, by the readers that read deliveries."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vendoreval.contracts.task_types import TASK_TYPES
from vendoreval.contracts.terms import Contract
from vendoreval.errors import UsageError
from vendoreval.formats.intake.accepted_answers import separator_of
from vendoreval.formats.intake.gold_parts import OF_ITEMS, read_gold_parts
from vendoreval.formats.intake.gold_rows import Reading, read_gold
from vendoreval.formats.intake.item_ids import ItemIds
from vendoreval.formats.intake.items_file import read_items
from vendoreval.formats.intake.part_stream import Told
from vendoreval.formats.intake.row_filter import parse_where
from vendoreval.formats.readers.answer_file import answer_file, is_row_file
from vendoreval.formats.readers.chosen import chosen_reader
from vendoreval.formats.readers.columns_map import parse_pairs
from vendoreval.formats.readers.row_files import FURTHER, RowFiles
from vendoreval.formats.readers.sources import named_source
from vendoreval.formats.writers.gold_answers import gold_bytes
from vendoreval.labels.crosswalk import Crosswalk
from vendoreval.labels.shapes import SHAPES
from vendoreval.workflow.deliveries.named_files import NamedFile

NO_CROSSWALK = Crosswalk({})


@dataclass(frozen=True)
class GoldReading:
    """The options of `gold add` that say how its files are read."""

    mapping: Sequence[str] = ()
    where: Sequence[str] = ()
    separator: str = ""
    id_cut: str = ""
    fmt: str = ""
    options: Sequence[str] = ()
    images: Path | None = None
    items: Path | None = None
    ids: Crosswalk = NO_CROSSWALK  # of boxes, spans and the like


@dataclass(frozen=True)
class TakenGold:
    """Gold as it was read: its canonical table, how many items, what a person should know."""

    table: bytes
    items: int
    notes: tuple[str, ...]


def read_gold_files(
    contract: Contract, files: Sequence[NamedFile], name: str, reading: GoldReading
) -> TakenGold:
    """Read `files` as gold of the contract's task type.

    Raises InputError with file and line for anything wrong, UsageError for options that may not be.
    """
    if SHAPES[contract.task.type].many:
        return _parts(contract, files, reading)
    mapping, tool = parse_pairs(reading.mapping, "--map"), None
    if not all(is_row_file(one.path, reading.fmt) for one in files):
        source = named_source([(file.name, file.path) for file in files], reading.images)
        chosen = chosen_reader(source, contract.task.type, fmt=reading.fmt, options=reading.options)
        tool = answer_file(chosen, source)
    elif len(files) != 1:
        raise UsageError("Gold of this task type is one file of rows.", remedy="Name one file.")
    gold, notes = read_gold(
        tool or files[0].path, name, mapping=mapping, classes=contract.task.classes,
        fmt=reading.fmt or None,
        reading=Reading(parse_where(reading.where), separator_of(reading.separator), reading.id_cut),
        numbers=TASK_TYPES[contract.task.type].numbers,
    )  # fmt: skip
    told = (tool.chosen.sentence, *tool.remarks) if tool else ()
    return TakenGold(gold_bytes(gold), len(gold), (*told, *notes))


def _parts(contract: Contract, files: Sequence[NamedFile], reading: GoldReading) -> TakenGold:
    task, shape = contract.task, SHAPES[contract.task.type]
    source = named_source([(file.name, file.path) for file in files], reading.images)
    where = parse_where(reading.where)
    chosen = chosen_reader(
        source, task.type, fmt=reading.fmt, options=reading.options,
        mapping=parse_pairs(reading.mapping, "--map"), raw=[one.column for one in where],
    )  # fmt: skip
    if isinstance(chosen.reader, RowFiles):
        chosen = chosen.with_raw(chosen.reader.unread(source, shape, (*FURTHER, *OF_ITEMS)))
    told = Told(task.classes, where=where, ids=ItemIds(reading.id_cut, reading.ids))
    sink = io.BytesIO()
    items = read_items(reading.items) if reading.items else None
    taken = read_gold_parts(chosen.batches(source, shape), sink, shape, told, items)
    return TakenGold(sink.getvalue(), taken.items, (chosen.sentence, *taken.notes))
