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
from vendoreval.formats.readers.answer_file import answer_file
from vendoreval.formats.readers.chosen import chosen_reader
from vendoreval.formats.readers.columns_map import parse_pairs
from vendoreval.formats.readers.row_files import FURTHER, RowFiles
from vendoreval.formats.readers.rows import RowFile
from vendoreval.formats.readers.sources import named_source
from vendoreval.formats.readers.tables import Tables, open_tables
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
    mapping, where = parse_pairs(reading.mapping, "--map"), parse_where(reading.where)
    named = [(file.name, file.path) for file in files]
    with open_tables(
        named, contract.task.type, fmt=reading.fmt, options=reading.options, mapping=mapping,
        where=[one.column for one in where], gold=True,
    ) as tables:  # fmt: skip
        told: tuple[str, ...] = ()
        file: RowFile
        separator = ""
        if tables is None:
            source = named_source(named, reading.images)
            chosen = chosen_reader(source, contract.task.type, fmt=reading.fmt, options=reading.options)
            file = tool = answer_file(chosen, source, SHAPES[contract.task.type])
            told = (chosen.sentence, *tool.remarks)
        else:
            file, separator, mapping = _only_file(tables), tables.tables[0].separator, dict(tables.mapping)
            filtered = {one.column for one in where}
            where = (*where, *(one for one in tables.where if one.column not in filtered))
            told = (tables.chosen.sentence,) if tables.chosen else ()
        gold, notes = read_gold(
            file, name, mapping=mapping, classes=contract.task.classes,
            reading=Reading(where, separator_of(reading.separator) or separator, reading.id_cut),
            numbers=TASK_TYPES[contract.task.type].numbers,
        )  # fmt: skip
    return TakenGold(gold_bytes(gold), len(gold), (*told, *notes))


def _only_file(tables: Tables) -> RowFile:
    if len(tables.files) != 1:
        raise UsageError("Gold of this task type is one file of rows.", remedy="Name one file.")
    return tables.files[0]


def _parts(contract: Contract, files: Sequence[NamedFile], reading: GoldReading) -> TakenGold:
    task, shape = contract.task, SHAPES[contract.task.type]
    source = named_source([(file.name, file.path) for file in files], reading.images)
    where = parse_where(reading.where)
    chosen = chosen_reader(
        source, task.type, fmt=reading.fmt, options=reading.options,
        mapping=parse_pairs(reading.mapping, "--map"), raw=[one.column for one in where],
    )  # fmt: skip
    if isinstance(chosen.reader, RowFiles):
        chosen = chosen.with_raw(chosen.reader.unread(source, shape, (*FURTHER, *OF_ITEMS), chosen.options))
    told = Told(task.classes, where=where, ids=ItemIds(reading.id_cut, reading.ids))
    sink = io.BytesIO()
    items = read_items(reading.items) if reading.items else None
    taken = read_gold_parts(chosen.batches(source, shape), sink, shape, told, items)
    return TakenGold(sink.getvalue(), taken.items, (chosen.sentence, *taken.notes))
